"""Import: hand over files, look at what they would become, load them in one step, take an import back."""

from __future__ import annotations

from itertools import islice
from typing import Any

import streamlit as st

from graph.errors import ExplorerError, LoadError
from graph.importer import collector_paused, commit
from graph.imports import ImportDetail, ImportReport, Stage, import_detail, import_notes, undo_import
from graph.model import Placed, Problem
from graph.wording import counted
from loaders import Plan
from loaders.mapping import Mapping, columns_in
from loaders.source_file import SourceFile
from loaders.table import preview
from widgets import data
from widgets.access import can_edit
from widgets.address_inputs import choice
from widgets.import_files import (
    MAPPING_NAME,
    Handed,
    files_input,
    guessed,
    metered,
    needs_mapping,
    with_mapping,
)
from widgets.import_report import PREVIEWED, show_preview, show_report
from widgets.parts import entity_link, param, remember, show_error
from widgets.text import md, plain

PARTS = {"new": "New import", "list": "Imports so far"}
_SHOWN_IDS = 12


def page() -> None:
    """The page; which part is open stands in the address."""
    st.title("Import")
    chosen = choice("Part", "import-part", "part", PARTS, "new")
    {"new": new_import, "list": imports_so_far}[chosen]()


def new_import() -> None:
    """Files, mapping, a look, loading: each step appears when the one before it is done."""
    if not can_edit():
        st.info("This app is read-only. Load files on the machine that holds the store.")
        st.code("interlock load FILE ...", language="bash")
        return
    st.write(
        "Hand over files. Nothing is changed until you have seen what they would become and press Load; then all of "
        "it is loaded in one step, or nothing. Every import can be taken back."
    )
    handed = files_input()
    if handed is None:
        _result()
        st.caption(
            "For files beyond a few hundred megabytes, stop the app and use the command line: interlock load FILE"
        )
        return
    try:
        planned = handed.planned()
        _formats(handed, planned)
        if needs_mapping(planned):
            handed = _mapping(handed, planned)
            planned = handed.planned()
    except LoadError as error:
        _refused(error, handed)
        return
    _look_and_load(handed, planned)


def _formats(handed: Handed, planned: Plan) -> None:
    for reading in planned.readings:
        names = ", ".join(handed.shorten(member.shown) for member in reading.source.members[:8])
        more = len(reading.source.members) - 8
        st.markdown(
            f":material/description: {md(names, 400)}{f' and {more:,} more' if more > 0 else ''}: "
            f"**{md(reading.loader.title)}**"
        )
    for unread in planned.unread:
        st.markdown(f":material/block: {md(handed.shorten(unread.path), 200)}: no known format, not read")


def _mapping(handed: Handed, planned: Plan) -> Handed:
    """The mapping of the tables, to be looked at and corrected."""
    st.subheader("What the columns mean")
    st.write(
        "This was guessed from the names and values of the columns. Look at it, and correct it where it is wrong."
    )
    key = f"mapping {handed.folder} {handed.format_id} {handed.options.encoding}"
    if key not in st.session_state:
        st.session_state[key] = guessed(handed, planned)
    text = st.text_area("Mapping", key=key, height=320, help="YAML; docs/mapping.md explains it by example.")
    st.download_button(
        "Save this mapping", text, file_name=MAPPING_NAME, mime="application/yaml", key="import-save-mapping",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    mapped, mapping = with_mapping(handed, text)
    tables = [m for r in planned.readings if r.loader.format_id == "table" for m in r.source.members]
    source = SourceFile(*handed.paths, encoding=handed.options.encoding).subset(tables)
    _meanings(mapping)
    with st.expander(f"The first {PREVIEWED} rows, and what becomes of them", expanded=True):
        _previewed(source, mapping)
    return mapped


def _meanings(mapping: Mapping) -> None:
    rows: list[dict[str, str]] = []
    for table in mapping.tables:
        for column, field in columns_in(table):
            rows.append({"column": plain(column, 80), "becomes": plain(field, 80)})
    st.dataframe(rows, hide_index=True, key="import-meanings", alt="Columns and what they become")


def _previewed(source: SourceFile, mapping: Mapping) -> None:
    rows: list[dict[str, str]] = []
    for each in preview(source, mapping, PREVIEWED):
        becomes: list[str] = []
        for item in each.items:
            if isinstance(item, Placed):
                record: Any = item.record
                ends = (
                    f"{record.from_id} {record.type} {record.to_id}"
                    if hasattr(record, "from_id")
                    else record.id
                )
                becomes.append(ends)
            elif isinstance(item, Problem):
                becomes.append(f"rejected: {item.reason}")
        cells = ", ".join(f"{name}: {value}" for name, value in each.cells if value)
        rows.append(
            {
                "line": str(each.place.line),
                "row": plain(cells, 300),
                "becomes": plain("; ".join(becomes), 300),
            }
        )
    st.dataframe(rows, hide_index=True, key="import-mapped", alt="The first rows and what becomes of them")


def _look_and_load(handed: Handed, planned: Plan) -> None:
    seen: dict[str, Any] | None = st.session_state.get("import-look")
    current = seen is not None and seen["key"] == (handed.key, data.version())
    if st.button(
        "Look first", type="secondary" if current else "primary", icon=":material/search:", key="import-dry"
    ):
        with st.spinner("Reading and checking …"):
            seen = _looked(handed, planned)
        st.session_state["import-look"] = seen
        st.rerun()
    if not current or seen is None:
        if seen is not None:
            st.caption("The files, the options or the data have changed since the last look.")
        return
    if seen.get("error") is not None:
        _refused(seen["error"], handed)
        return
    report: ImportReport = seen["report"]
    st.subheader("What would be loaded")
    show_report(report, handed.shorten)
    with st.expander(f"The first {PREVIEWED} records"):
        show_preview(seen["first"], handed.shorten)
    made = report.entities.new + report.entities.changed + report.ties.new + report.ties.changed
    if seen["refused"]:
        st.error(
            "These are Interlock's own tables: they are loaded only when every row is right. Mend the rows above."
        )
    elif not made + report.sources.new + report.sources.changed:
        st.info("Everything in these files is in the store already.")
    elif st.button(
        f"Load {counted(made, 'record')}",
        type="primary",
        icon=":material/database_upload:",
        key="import-load",
    ):
        _load(handed)


def _looked(handed: Handed, planned: Plan) -> dict[str, Any]:
    """The dry run: what the files would do to the store as it is now."""
    key = (handed.key, data.version())
    bar = st.progress(0.0, "Reading")
    try:
        with collector_paused():
            stage = Stage(data.the_store(), strict=planned.strict).read(metered(planned, bar))
            changes = {} if stage.refused else stage.records()[1]
            report = stage.report(changes, written=False, dry_run=True)
        first = [placed for kept in stage.kept.values() for placed in islice(kept.values(), PREVIEWED)]
        return {"key": key, "report": report, "first": first, "refused": stage.refused}
    except ExplorerError as error:
        return {"key": key, "error": error}
    finally:
        bar.empty()


def _load(handed: Handed) -> None:
    planned = handed.planned()
    bar = st.progress(0.0, "Reading")

    def tell(done: int, total: int) -> None:
        bar.progress(min(1.0, done / max(1, total)), f"Writing: {done:,} of {total:,} records")

    try:
        with collector_paused():
            stage = Stage(data.the_store(), strict=planned.strict).read(metered(planned, bar))
            report = commit(data.the_store(), stage, origin=handed.origin(planned), progress=tell)
    except ExplorerError as error:
        _refused(error, handed)
        return
    finally:
        bar.empty()
    ids = [
        key
        for kept in stage.kept.values()
        for key, placed in islice(kept.items(), _SHOWN_IDS)
        if not placed.weak
    ]
    st.session_state["import-done"] = (report, handed.names, tuple(ids))
    st.session_state.pop("import-look", None)
    st.session_state.pop("import-files", None)
    st.rerun()


def _result() -> None:
    """What the last import of this session did, until the next one begins."""
    done: tuple[ImportReport, tuple[str, ...], tuple[str, ...]] | None = st.session_state.get("import-done")
    if done is None:
        return
    report, names, ids = done
    st.success(
        f"Loaded {md(', '.join(names), 300)}: {report.entities.new:,} new entities, {report.ties.new:,} new ties, "
        f"{report.entities.changed + report.ties.changed:,} changed. Import {md(report.import_id or '')}.",
        icon=":material/check_circle:",
    )
    for entity in list(data.the_store().entities(list(ids)))[:5]:
        entity_link(entity)
    if report.import_id:
        _undo_button(report.import_id, "import-undo-last")


def imports_so_far() -> None:
    """The list, and one import of it in detail."""
    notes = import_notes(data.the_store())
    if not notes:
        st.info("Nothing has been imported yet.")
        return
    st.dataframe(
        [
            {
                "import": each.id, "at (UTC)": each.at[:19].replace("T", " "), "state": each.state,
                "files": plain(", ".join(each.files), 200), "format": ", ".join(each.formats),
                "accepted": each.numbers.get("accepted"), "rejected": each.numbers.get("rejected"),
                "new entities": each.numbers.get("entities_new"), "new ties": each.numbers.get("ties_new"),
            }
            for each in notes
        ],
        hide_index=True,
        key="import-list",
        alt="Imports, the newest first",
    )  # fmt: skip
    ids = [each.id for each in notes]
    asked = param("import")
    picked = st.selectbox(
        "Look into an import", ids, index=ids.index(asked) if asked in ids else 0, key="import-picked"
    )
    remember(**{"import": picked})
    _detail(import_detail(data.the_store(), picked))


def _detail(detail: ImportDetail) -> None:
    note = detail.note
    if note.state == "undone":
        st.markdown(f"Undone {md(note.undone_at or '')}.")
        return
    for sort, ids in detail.added.items():
        if ids:
            shown = ", ".join(ids[:_SHOWN_IDS])
            more = f" and {len(ids) - _SHOWN_IDS:,} more" if len(ids) > _SHOWN_IDS else ""
            st.markdown(f"**{sort.capitalize()} added, {len(ids):,}** {md(shown, 900)}{more}")
    if len(detail.replaced):
        st.markdown(f"**Records replaced, {len(detail.replaced):,}**; undoing puts them back as they were.")
    if can_edit():
        _undo_button(note.id, "import-undo")


def _undo_button(import_id: str, key: str) -> None:
    with st.popover("Undo this import", icon=":material/undo:"):
        st.write(
            "Removes what it added and puts back what it replaced. Refused while later imports build on it."
        )
        if st.button("Undo it", type="primary", key=key):
            try:
                undone = undo_import(data.the_store(), import_id)
            except ExplorerError as error:
                show_error(error)
                return
            st.session_state.pop("import-done", None)
            st.toast(f"{undone.removed:,} records removed, {undone.restored:,} put back as they were.")
            st.rerun()


def _refused(error: ExplorerError, handed: Handed) -> None:
    show_error(LoadError(handed.shorten(error.message), hint=handed.shorten(error.hint)))


if __name__ == "__main__":
    page()
