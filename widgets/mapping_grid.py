"""One table of a mapping as a form: what each column becomes, what its words mean, what holds for all rows."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from graph.errors import LoadError
from graph.ontology import ontology
from graph.wording import counted
from loaders.mapping import Mapping, TableRule
from loaders.mapping_edit import (
    NOT_READ,
    closed_fields,
    end_names,
    is_of_ties,
    meanings,
    meant,
    moved,
    targets,
    turned,
    uses,
    with_word,
)
from loaders.mapping_settings import settings, with_setting
from loaders.table_rows import TableFile
from widgets.text import md, plain

_SHOWN = 4
_NOTHING = "-"  # a grid takes an empty choice for a cell that is not filled in
_MANY_WORDS = 40
_SORTS = {True: "a tie between two", False: "one person, firm or other entry"}


@dataclass(frozen=True, slots=True)
class Sampled:
    """A table with some of what stands in its columns, each value once."""

    table: TableFile
    title: str
    words: MappingOf[str, Sequence[str]]


def table_grid(mapping: Mapping, place: int, sampled: Sampled, key: str) -> Mapping | None:
    """The form of one table; the changed mapping when the reader changed something."""
    wrong = st.session_state.pop(f"import-wrong-{place}", None)
    if wrong:
        st.warning(md(wrong, 400), icon=":material/error:")
    try:
        return (
            _columns(mapping, place, sampled, key)
            or _for_all_rows(mapping, place, sampled, key)
            or _meanings_of_words(mapping, place, sampled, key)
        )
    except LoadError as error:
        nameless = "name the column of the id or of the name" in error.message
        said = (
            "who is meant needs a name or an id in every row; choose another column for it first."
            if nameless
            else error.message
        )
        st.session_state[f"import-wrong-{place}"] = f"That was not changed: {said}"
        return mapping


def _columns(mapping: Mapping, place: int, sampled: Sampled, key: str) -> Mapping | None:
    rule = mapping.tables[place]
    known, found = meanings(rule), uses(rule, list(sampled.words))
    there = set(sampled.words)
    if rule.ties and not rule.entity:
        first, second = end_names(rule.ties[0])
        kind = rule.ties[0].type.value
        words = ontology().types[kind].title.lower() if kind else "type of tie in the row"
        st.caption(f"Each row: {md(first)} → {md(words)} → {md(second)}")
    table = pd.DataFrame(
        {
            "column": [plain(use.column, 80) + ("" if use.column in there else " (not in the file)") for use in found],
            "becomes": [use.field or _NOTHING for use in found],
            "such as": [plain(" · ".join(sampled.words.get(use.column, ())[:_SHOWN]), 120) for use in found],
            "why": [plain(use.why, 120) for use in found],
        }
    )  # fmt: skip
    edited: pd.DataFrame = st.data_editor(
        table, hide_index=True, key=key, num_rows="fixed", disabled=("column", "such as", "why"),
        height=min(600, 38 + 35 * max(1, len(found))), placeholder="",
        column_config={
            "column": st.column_config.TextColumn("column", width=150),
            "becomes": st.column_config.SelectboxColumn(
                "becomes", options=[field or _NOTHING for field in known],
                format_func=lambda field: known.get(field, known[NOT_READ]), required=True, width=210,
                help="What the column says. Choosing what another column has exchanges the two.",
            ),
            "such as": st.column_config.TextColumn("such as", width=270),
            "why": st.column_config.TextColumn("why it was guessed so", width=210),
        },
    )  # fmt: skip
    for use, field in zip(found, edited["becomes"], strict=True):
        new = field if isinstance(field, str) and field != _NOTHING else NOT_READ
        if new != use.field:
            return moved(mapping, place, use.column, use.field, new, sampled.words.get(use.column, ()))
    left = [use.column for use in found if use.field == NOT_READ]
    if left:
        st.caption(f"{counted(len(left), 'column')} not read: {md(', '.join(left), 300)}")
    return None


def _for_all_rows(mapping: Mapping, place: int, sampled: Sampled, key: str) -> Mapping | None:
    rule = mapping.tables[place]
    changed: Mapping | None = None
    with st.grid(4, min_column_width=180):
        if rule.entity is None or not rule.ties:
            sort = st.selectbox(
                "Each row is", list(_SORTS), index=0 if is_of_ties(rule) else 1, format_func=_SORTS.__getitem__,
                key=f"{key}-sort", help="Changing it starts the table anew.",
            )  # fmt: skip
            if sort != is_of_ties(rule) and sampled.words:
                changed = turned(mapping, place, list(sampled.words))
        for each in settings(rule):
            options = list(each.options)
            value = st.selectbox(
                each.title, options, index=options.index(each.value) if each.value in options else 0,
                format_func=each.options.__getitem__, key=f"{key}-{each.field}", help=plain(each.why, 120) or None,
            )  # fmt: skip
            if value != each.value and changed is None:
                changed = with_setting(mapping, place, each, str(value))
    return changed


def _meanings_of_words(mapping: Mapping, place: int, sampled: Sampled, key: str) -> Mapping | None:
    """Words of columns that hold types, kinds or statuses."""
    rule: TableRule = mapping.tables[place]
    for field, column in closed_fields(rule).items():
        words = list(sampled.words.get(column.column or "", ()))[:_MANY_WORDS]
        if not words:
            continue
        now = [meant(field, column, word) or _NOTHING for word in words]
        unknown = now.count(_NOTHING)
        title = f"What the words in “{md(column.column, 60)}” mean"
        with st.expander(f"{title}: {unknown} unknown" if unknown else title, expanded=bool(unknown)):
            options: dict[str, Any] = {_NOTHING: _UNKNOWN[field.rpartition(".")[2]], **targets(field)}
            edited: pd.DataFrame = st.data_editor(
                pd.DataFrame({"word": words, "means": now}), hide_index=True, num_rows="fixed", disabled=("word",),
                key=f"{key}-words-{field}", height=min(420, 38 + 35 * len(words)),
                column_config={
                    "word": st.column_config.TextColumn("word", width=220),
                    "means": st.column_config.SelectboxColumn(
                        "means", options=list(options), format_func=options.__getitem__, required=True, width=320
                    ),
                },
            )  # fmt: skip
            for word, old, new in zip(words, now, edited["means"], strict=True):
                if isinstance(new, str) and new != old:
                    return with_word(mapping, place, field, word, "" if new == _NOTHING else new)
    return None


_UNKNOWN = {
    "type": "nothing known: “related to”, with the word as its role",
    "kind": "nothing known: organisation, and the word a sector",
    "status": "nothing known: left out, and said",
}
"""What the loader does with a word that nothing is said of."""
