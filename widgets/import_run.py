"""Looking and loading on the import page: the dry run, the load with its progress, the result, the way back."""

from __future__ import annotations

from itertools import islice
from typing import Any

import streamlit as st

from graph.collector import paused
from graph.errors import ExplorerError
from graph.importer import commit
from graph.imports import ImportReport, Stage, undo_import
from graph.model import Entity, Placed
from graph.wording import counted
from loaders import Plan
from widgets import data
from widgets.import_files import Handed, metered, put_away, refused
from widgets.import_report import show_details, show_numbers, show_preview
from widgets.parts import entity_link
from widgets.query_parts import way
from widgets.text import md
from widgets.working import Meter, Work, run_pressed, take_up_work

_FIRST = 20
_LOOK, _LOAD = "import-look", "import-load"
_SHOWN = 6


def look_and_load(handed: Handed, planned: Plan) -> None:
    """The button for the dry run, what it found, and the button that loads."""
    seen: dict[str, Any] | None = st.session_state.get("import-look")
    current = seen is not None and seen["key"] == (handed.key, data.version())
    if st.button(
        "Look again" if current else "Look first",
        type="secondary" if current else "primary",
        icon=":material/search:",
        key="import-dry",
    ):
        _looked(handed, planned)
        st.rerun()
    if not current or seen is None:
        if seen is not None:
            st.caption("The files, the mapping or the data have changed since the last look.")
        return
    if seen.get("error") is not None:
        refused(seen["error"], handed)
        return
    report: ImportReport = seen["report"]
    st.subheader("What would be loaded")
    show_numbers(report)
    _load_button(handed, report, turned_down=seen["refused"])
    show_details(report)
    with st.expander(f"The first {_FIRST} records of each sort, as they would be stored"):
        show_preview(seen["first"])


def _load_button(handed: Handed, report: ImportReport, *, turned_down: bool) -> None:
    made = report.entities.new + report.entities.changed + report.ties.new + report.ties.changed
    if turned_down:
        st.error(
            "These are Interlock's own tables: they are loaded only when every row is right. Mend the rows below.",
            icon=":material/error:",
        )
    elif not made + report.sources.new + report.sources.changed:
        nothing = report.rejected and not report.accepted
        st.info(
            "No row can be loaded; the reasons stand below."
            if nothing
            else "Everything in these files is in the store already.",
            icon=":material/info:",
        )
    else:
        label = f"Load {counted(made, 'record')}" if made else "Load the sources"
        if st.button(label, type="primary", icon=":material/database_upload:", key="import-load"):
            _load(handed)
            st.rerun()


def _looked(handed: Handed, planned: Plan) -> None:
    """The dry run: what the files would do to the store as it is now."""
    key, meter = (handed.key, data.version()), Meter()

    def look() -> dict[str, Any]:
        with paused():
            stage = Stage(data.the_store(), strict=planned.strict).read(metered(handed, planned, meter))
            meter(1.0, "Comparing with the store")
            changes = {} if stage.refused else stage.records()[1]
            report = stage.report(changes, written=False, dry_run=True)
        first = [placed for kept in stage.kept.values() for placed in islice(kept.values(), _FIRST)]
        return {"key": key, "report": report, "first": first, "refused": stage.refused}

    _keep_look(run_pressed("Reading", look, key=_LOOK, meter=meter, about=key))


def _keep_look(ended: Work[dict[str, Any]]) -> None:
    if ended.stopped:
        return
    if ended.error is not None and not isinstance(ended.error, ExplorerError):
        raise ended.error
    failed = {"key": ended.about, "error": ended.error}
    st.session_state["import-look"] = failed if ended.error is not None else ended.value()


def _load(handed: Handed) -> None:
    planned, store, meter = handed.planned(), data.store_to_change(), Meter()

    def tell(done: int, total: int) -> None:
        meter(done / max(1, total), f"Writing: {done:,} of {total:,} records")

    def load() -> tuple[ImportReport, list[str]]:
        with paused():
            stage = Stage(store, strict=planned.strict).read(metered(handed, planned, meter))
            report = commit(store, stage, origin=handed.origin(planned), progress=tell)
        entities: list[Placed] = list(islice(stage.kept[Entity].values(), _SHOWN))
        return report, [placed.record.id for placed in entities]

    _keep_loaded(run_pressed("Loading", load, key=_LOAD, meter=meter, about=handed))


def _keep_loaded(ended: Work[tuple[ImportReport, list[str]]]) -> None:
    state, handed = st.session_state, ended.about
    if ended.stopped:
        state["import-failed"] = None
    elif isinstance(ended.error, ExplorerError):
        state["import-failed"] = (ended.error, handed)
    else:
        report, ids = ended.value()
        put_away()
        state["import-done"] = {"report": report, "names": handed.names, "ids": ids}


def take_up() -> None:
    """See the end of a look or load that an earlier run of the page began; before the files are asked for."""
    if looked := take_up_work(_LOOK):
        _keep_look(looked)
    if loaded := take_up_work(_LOAD):
        _keep_loaded(loaded)


def show_result() -> None:
    """What the last import of this session did, until the next files are handed over."""
    if "import-failed" in st.session_state:
        failed = st.session_state.pop("import-failed")
        if failed is None:
            st.info("Stopped. Nothing was loaded; the files are still here.", icon=":material/stop_circle:")
        else:
            refused(*failed)
    done: dict[str, Any] | None = st.session_state.get("import-done")
    if done is None:
        return
    report: ImportReport = done["report"]
    if "undone" in done:
        st.info(done["undone"], icon=":material/undo:")
        return
    changed = report.entities.changed + report.ties.changed
    said = [counted(report.entities.new, "new entity", "new entities"), counted(report.ties.new, "new tie")]
    said += [f"{changed:,} changed"] if changed else []
    said += [f"{counted(report.rejected, 'row')} rejected"] if report.rejected else []
    with st.container(border=True):
        st.success(
            f"Loaded {md(', '.join(done['names']), 300)}: {', '.join(said)}.", icon=":material/check_circle:"
        )
        entities = list(data.the_store().entities(done["ids"]))
        if entities:
            st.markdown("Look at what came in:")
            with st.grid(3, min_column_width=220, gap="xsmall"):
                for entity in entities:
                    entity_link(entity)
        with st.container(horizontal=True, vertical_alignment="center"):
            if report.import_id:
                undo_button(report.import_id, "import-undo-last")
            way("views/duplicates.py", "Look for duplicates", ":material/join_inner:")


def undo_button(import_id: str, key: str) -> None:
    """The way back, behind one more click."""
    with st.popover("Undo this import", icon=":material/undo:"):
        st.write(
            "Removes what it added and puts back what it replaced. Refused while later imports build on it."
        )
        if not st.button("Undo it", type="primary", key=key):
            return
        with st.spinner("Taking it back …"):
            try:
                undone = undo_import(data.store_to_change(), import_id)
            except ExplorerError as error:
                refused(error)
                return
    put_back = f", {undone.restored:,} put back as they were" if undone.restored else ""
    st.session_state["import-done"] = {
        "report": None,
        "undone": f"The import of {md(', '.join(undone.note.files), 300)} was undone: "
        f"{counted(undone.removed, 'record')} removed{put_back}.",
    }
    st.rerun()
