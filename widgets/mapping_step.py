"""The mapping of the tables on the import page: a grid and choices for each, the YAML beside it, a preview."""

from __future__ import annotations

from itertools import islice
from typing import Any

import streamlit as st

from graph.errors import LoadError
from graph.model import Entity, Placed, Problem, Skipped, Tie
from graph.ontology import ontology
from graph.wording import sentence
from loaders import Plan
from loaders.mapping import Mapping, mapping_text, read_mapping
from loaders.mapping_guess import guess_mapping
from loaders.source_file import SourceFile
from loaders.table import Previewed, preview
from loaders.table_cells import TableRow, cell_text
from loaders.table_rows import TableFile, rows_of, tables_of
from widgets.import_files import MAPPING_NAME, Handed, refused, short_name
from widgets.mapping_grid import Sampled, table_grid
from widgets.text import md, plain

PREVIEWED = 20
_SAMPLE = 200


def needs_mapping(planned: Plan) -> bool:
    """Whether a file is a table whose columns people have to explain."""
    return any(reading.loader.format_id == "table" for reading in planned.readings)


def mapping_step(handed: Handed, planned: Plan) -> Handed | None:
    """What the columns mean, to be looked at and corrected; None while the mapping cannot be used.

    Raises:
        LoadError: a table cannot be read.
    """
    held = _held(handed, planned)
    st.subheader("What the columns mean")
    mapped = handed.with_mapping(held["text"])
    mapping: Mapping | None = None
    fits = False
    try:
        mapping = read_mapping(mapped.options.mapping or "")
    except LoadError as error:
        refused(error, handed)
    if mapping is not None:
        st.write(
            "This was guessed from the names and values of the columns. Click a cell under “becomes” to correct it."
        )
        _tables(mapping, held)
        fits = _preview(mapping, held, handed)
    _text(held, wrong=mapping is None)
    return mapped if fits else None


def _held(handed: Handed, planned: Plan) -> dict[str, Any]:
    """The text of the mapping with the samples it rests on: for one choice of files, until the next.

    Not the data version: what somebody corrected stays while the store changes.
    """
    key = f"{handed.folder} {handed.format_id} {handed.options.encoding}"
    held: dict[str, Any] | None = st.session_state.get("import-mapping")
    if held is not None and held["key"] == key:
        return held
    members = [m for r in planned.readings if r.loader.format_id == "table" for m in r.source.members]
    source = SourceFile(*handed.paths, encoding=handed.options.encoding).subset(members)
    tables = [table for member in source.members for table in tables_of(source, member)]
    text = handed.mapping or mapping_text(guess_mapping(source))
    held = {
        "key": key, "source": source, "text": text, "turn": 0, "tables": [_sampled(source, table) for table in tables],
    }  # fmt: skip
    st.session_state["import-mapping"] = held
    return held


def _sampled(source: SourceFile, table: TableFile) -> Sampled:
    words: dict[str, list[str]] = {column: [] for column in table.columns}
    for row in islice(rows_of(source, table), _SAMPLE):
        for name, cell in row.values.items() if isinstance(row, TableRow) else ():
            text = plain(cell_text(cell), 60)
            if text and text not in words.setdefault(name, []):
                words[name].append(text)
    name = short_name(table.member.name)
    title = f"{name}, sheet {table.sheet}" if table.sheet else name
    return Sampled(table, title, {name: tuple(found) for name, found in words.items()})


def _tables(mapping: Mapping, held: dict[str, Any]) -> None:
    """A grid for each table; a change of any is written into the text, from which all is drawn anew."""
    sampled: list[Sampled] = held["tables"]
    done: set[int] = set()
    for each in sampled:
        table = each.table
        rule = mapping.table_for(table.member.plain_name, table.columns, table.sheet)
        if len(sampled) > 1:
            st.markdown(f"**{md(each.title, 120)}**")
        if rule is None:
            st.caption("No table of the mapping fits this file: it will not be read.")
            continue
        place = mapping.tables.index(rule)
        if place in done:
            st.caption("Read as the table above.")
            continue
        done.add(place)
        changed = table_grid(mapping, place, each, f"import-grid-{held['turn']}-{place}")
        if changed is not None:
            _renew(held, mapping_text(changed))


def _renew(held: dict[str, Any], text: str) -> None:
    held["text"] = text
    # Widgets keep what was typed into them: new ones show what holds now.
    held["turn"] += 1
    st.rerun()


def _text(held: dict[str, Any], *, wrong: bool) -> None:
    with st.expander("The mapping as text (YAML)", expanded=wrong):
        text = st.text_area(
            "Mapping", held["text"], key=f"import-yaml-{held['turn']}", height=320,
            help="For what the grid does not offer; docs/mapping.md explains it by example.",
        )  # fmt: skip
        with st.container(horizontal=True):
            st.download_button(
                "Save this mapping", text, file_name=MAPPING_NAME, mime="application/yaml", key="import-save-mapping",
                icon=":material/download:", on_click="ignore",
                help="Hand it over again with the next files of this kind, or name it with --mapping.",
            )  # fmt: skip
            if st.button("Guess again", icon=":material/restart_alt:", key="import-guess"):
                _renew(held, mapping_text(guess_mapping(held["source"])))
    if text != held["text"]:
        _renew(held, text)


def _preview(mapping: Mapping, held: dict[str, Any], handed: Handed) -> bool:
    """The first rows in words; whether the mapping fits the files."""
    source: SourceFile = held["source"]
    try:
        rows = preview(source, mapping, PREVIEWED)
    except LoadError as error:
        refused(error, handed)
        return False
    with st.expander(f"The first {PREVIEWED} rows, and what becomes of them", expanded=True):
        _previewed(rows, handed)
    return True


def _previewed(rows: list[Previewed], handed: Handed) -> None:
    names: dict[str, str] = {}
    shown: list[dict[str, str]] = []
    for each in rows:
        for item in each.items:
            if isinstance(item, Placed) and isinstance(item.record, Entity):
                names[item.record.id] = item.record.name
        cells = " · ".join(f"{name}: {value}" for name, value in each.cells if value)
        shown.append(
            {
                "line": str(each.place.line), "becomes": plain(_becomes(each, names), 300), "row": plain(cells, 300),
            }
        )  # fmt: skip
    if len({each.place.path for each in rows}) > 1:
        for line, each in zip(shown, rows, strict=True):
            line["file"] = plain(short_name(handed.shorten(each.place.path)), 80)
    st.dataframe(
        shown, hide_index=True, key="import-mapped", alt="The first rows and what becomes of them",
        column_config={
            "line": st.column_config.TextColumn(width=50), "becomes": st.column_config.TextColumn(width=460),
            "row": st.column_config.TextColumn("row in the file", width=420),
        },
    )  # fmt: skip


def _becomes(row: Previewed, names: dict[str, str]) -> str:
    """A row in words: its ties as sentences; without any, its entities, or why it is none."""
    ties: list[str] = []
    entities: list[str] = []
    wrong: list[str] = []
    for item in row.items:
        record = item.record if isinstance(item, Placed) else None
        if isinstance(record, Tie):
            ends = (names.get(record.from_id, record.from_id), names.get(record.to_id, record.to_id))
            status = "" if record.is_fact else f"{record.status}: "
            ties.append(f"{status}{sentence(record, *ends)}")
        elif isinstance(record, Entity):
            entities.append(f"{record.name}, {ontology().kinds[record.kind].title.lower()}")
        elif isinstance(item, Problem):
            wrong.append(f"rejected: {item.reason}")
        elif isinstance(item, Skipped):
            wrong.append(f"left aside: {item.reason}")
    return "; ".join(ties or entities or wrong) or "nothing"
