"""The form that turns a query of the console into a saved query: a file beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from graph.errors import ExplorerError, LoadError
from graph.queries.catalogue import catalogue
from graph.queries.header import COLUMN_UNITS, PARAMETER_TYPES, QueryColumn, QueryParameter, parameters_in
from graph.queries.save import Draft, check_draft, draft_text, save_draft
from graph.store import Rows
from widgets import data
from widgets.access import can_edit, must_edit, why_not
from widgets.console_parts import Outcome
from widgets.parts import show_error
from widgets.query_parts import way
from widgets.text import md

_NEEDS = ("required", "optional", "default")
_PLAIN_UNIT = "plain text"


def save_form(outcome: Outcome, rows: Rows, units: Mapping[str, str]) -> None:
    """The form, the file it makes, and the buttons to save or download it; folded until opened."""
    with st.expander("Save as a saved query", icon=":material/save:"):
        st.caption(
            "A saved query is one file with a header. It gets a form of its own, here and on the command line."
        )
        draft = _draft(outcome, rows, units)
        if not draft.id or not draft.title:
            st.info("Give it an id and a title to see the file.")
            return
        text = draft_text(draft)
        problem: ExplorerError | None = None
        try:
            check_draft(draft)
        except LoadError as error:
            problem = error
        st.code(text, language="cypher", wrap_lines=True, height=260)
        if problem is not None:
            show_error(problem)
            return
        _buttons(draft, text)


def _buttons(draft: Draft, text: str) -> None:
    exists = any(query.id == draft.id for query in catalogue())
    replace = False
    if exists and can_edit():
        replace = st.checkbox(f"Replace the saved query “{md(draft.id)}”", key="save-replace")
    with st.container(horizontal=True):
        if can_edit():
            pressed = st.button(
                "Save",
                key="save-write",
                type="primary",
                icon=":material/save:",
                disabled=exists and not replace,
            )
        else:
            pressed = False
            st.caption(f"{why_not()} Download the file instead.")
        st.download_button(
            "Download the file", text, file_name=f"{draft.id}.cypher", mime="text/plain", key="save-download",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    if not pressed:
        return
    try:
        must_edit()
        saved = save_draft(draft, overwrite=replace)
    except ExplorerError as error:
        show_error(error)
        st.caption("The file can be downloaded instead.")
        return
    st.success(f"Saved as {md('/'.join(Path(saved.path).parts[-2:]))}.", icon=":material/check:")
    way("views/queries.py", "Open it", ":material/arrow_forward:", id=saved.id)


def _draft(outcome: Outcome, rows: Rows, units: Mapping[str, str]) -> Draft:
    left, right = st.columns(2)
    with left:
        query_id = st.text_input("Id", key="save-id", placeholder="who-sued-whom", max_chars=60)
        category = st.selectbox(
            "Category", catalogue().categories(), key="save-category", accept_new_options=True,
            help="Choose one, or write a new one in small letters.",
        )  # fmt: skip
    with right:
        title = st.text_input("Title", key="save-title", placeholder="Who sued whom?", max_chars=120)
        words = st.text_input("Tags (optional)", key="save-tags", placeholder="law court", max_chars=120)
    about = st.text_area(
        "About",
        key="save-about",
        height=68,
        max_chars=600,
        placeholder="What it tells, and what it leaves out.",
    )
    parameters = tuple(_parameter(name, outcome) for name in parameters_in(outcome.text))
    columns = _columns(rows, units)
    entities = [column.name for column in columns if column.unit in ("entity id", "entity ids")]
    entities += [f"${parameter.name}" for parameter in parameters if parameter.type == "entity id"]
    ties = [column.name for column in columns if column.unit in ("tie id", "tie ids")]
    drawn_entities = _drawn("Entities to draw", entities, "save-draw-entities")
    drawn_ties = _drawn("Ties to draw", ties, "save-draw-ties")
    return Draft(
        _one_line(query_id), _one_line(title), _one_line(category), _one_line(about) or _one_line(title),
        tuple(_one_line(words).split()), parameters, columns, drawn_entities, drawn_ties, outcome.text,
    )  # fmt: skip


def _parameter(name: str, outcome: Outcome) -> QueryParameter:
    value = outcome.values.get(name)
    start = "yes" if value is True else "no" if value is False else "" if value is None else str(value)
    st.markdown(f"**Parameter** {md(name)}")
    kind, need, example, about = st.columns([0.2, 0.18, 0.2, 0.42])
    with kind:
        type_ = st.selectbox(
            "Type", PARAMETER_TYPES, PARAMETER_TYPES.index(_type_of(value)), key=f"save-type-{name}"
        )
    with need:
        needed = st.selectbox("Needed", _NEEDS, key=f"save-need-{name}")
    with example:
        label = "Default" if needed == "default" else "Example"
        given = st.text_input(label, start, key=f"save-example-{name}", max_chars=100)
    with about:
        meaning = st.text_input("Meaning", key=f"save-about-{name}", placeholder="the company", max_chars=160)
    given = _one_line(given)
    return QueryParameter(
        name, type_, needed == "required", (given or None) if needed == "default" else None,
        None if needed == "default" else given or None, _one_line(meaning) or name.replace("_", " "),
    )  # fmt: skip


def _type_of(value: object) -> str:
    """The type that a parameter most likely has, by the value it was run with."""
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, (int, float)):
        return "fraction" if isinstance(value, float) else "integer"
    known = data.graph(as_of=None, all_statuses=True)
    return "entity id" if isinstance(value, str) and value in known else "text"


def _columns(rows: Rows, units: Mapping[str, str]) -> tuple[QueryColumn, ...]:
    st.markdown("**What the columns hold**")
    choices = [_PLAIN_UNIT, *COLUMN_UNITS]
    found: list[QueryColumn] = []
    with st.grid(4, min_column_width=150):
        for name in rows.columns:
            unit = st.selectbox(
                md(name, 40), choices, choices.index(units.get(name, _PLAIN_UNIT)), key=f"save-unit-{name}"
            )
            found.append(QueryColumn(name, "" if unit == _PLAIN_UNIT else unit))
    return tuple(found)


def _drawn(label: str, names: list[str], key: str) -> tuple[str, ...]:
    if not names:
        return ()
    return tuple(st.multiselect(label, names, default=names, key=f"{key}-{'-'.join(names)}"))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
