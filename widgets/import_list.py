"""The list of imports, and one of them in detail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import streamlit as st

from graph.imports import ImportDetail, ImportNote, import_detail, import_notes
from graph.wording import counted, sentence
from widgets import data
from widgets.access import can_edit
from widgets.address_inputs import follow, keep
from widgets.import_run import undo_button
from widgets.parts import entity_link, param
from widgets.sheet import sheet_button
from widgets.text import md, plain

_SHOWN = 12
_STATES = {"written": "loaded", "undone": "undone"}


def imports_so_far() -> None:
    """The list, and one import of it in detail."""
    notes = import_notes(data.the_store())
    asked = param("import")
    if asked and asked not in [note.id for note in notes]:
        st.warning(f"There is no import “{md(asked, 80)}”.", icon=":material/search_off:")
    done = st.session_state.get("import-done")
    if done and "undone" in done:
        st.info(done["undone"], icon=":material/undo:")
    if not notes:
        st.info("Nothing has been imported yet.", icon=":material/info:")
        return
    rows = [
        {
            "at (UTC)": _time(each),
            "files": plain(_files(each), 200),
            "state": _STATES.get(each.state, each.state),
            "new entities": each.numbers.get("entities_new"),
            "new ties": each.numbers.get("ties_new"),
            "rejected rows": each.numbers.get("rejected"),
            "format": ", ".join(each.formats),
            "import": each.id,
        }
        for each in notes
    ]
    st.dataframe(
        rows,
        hide_index=True,
        key="import-list",
        alt="Imports, the newest first",
        placeholder="–",
        column_config={"files": st.column_config.TextColumn(width=260)},
    )
    sheet_button(rows, "Imports", "import-list")
    labels = {each.id: f"{_time(each)}, {plain(_files(each), 80)}" for each in notes}
    # Two of one minute and one name would be one to the box.
    if len(set(labels.values())) < len(labels):
        labels = {key: f"{label} [{key}]" for key, label in labels.items()}
    follow("import-picked", "import", asked if asked in labels else notes[0].id, list(labels))
    picked = st.selectbox(
        "Look into an import", list(labels), format_func=labels.__getitem__, key="import-picked"
    )
    # The newest as well: a link to it must not show a later one some day.
    keep("import-picked", "import", picked)
    _detail(import_detail(data.the_store(), picked))


def _time(note: ImportNote) -> str:
    return note.at[:16].replace("T", " ")


def _files(note: ImportNote) -> str:
    # On the command line a file was named with its folders.
    return ", ".join(PurePath(name).name or name for name in note.files) or "records"


def _detail(detail: ImportDetail) -> None:
    note = detail.note
    if note.state == "undone":
        at = (note.undone_at or "")[:16].replace("T", " ")
        st.markdown(f"Undone {md(at)} UTC: nothing of it is in the store.")
        return
    st.caption(f"{md(note.id)} · {md(', '.join(note.formats))} · {md(', '.join(note.files), 400)}")
    if can_edit():
        undo_button(note.id, "import-undo")
    _entities(detail.added["entities"])
    _ties(detail.added["ties"])
    sources = list(data.the_store().sources(list(detail.added["sources"][:_SHOWN])))
    if sources:
        names = [each.title or each.publisher for each in sources]
        _listed(counted(len(detail.added["sources"]), "source"), names, len(detail.added["sources"]))
    if len(detail.replaced):
        st.markdown(
            f"**{counted(len(detail.replaced), 'record')} replaced**; undoing puts them back as they were."
        )


def _entities(ids: Sequence[str]) -> None:
    if not ids:
        return
    st.markdown(f"**{counted(len(ids), 'entity')} added**")
    with st.grid(3, min_column_width=220, gap="xsmall"):
        for entity in data.the_store().entities(list(ids[:_SHOWN])):
            entity_link(entity)
    if len(ids) > _SHOWN:
        st.caption(f"and {len(ids) - _SHOWN:,} more")


def _ties(ids: Sequence[str]) -> None:
    if not ids:
        return
    ties = list(data.the_store().ties(list(ids[:_SHOWN])))
    ends = {end for tie in ties for end in (tie.from_id, tie.to_id)}
    names = {entity.id: entity.name for entity in data.the_store().entities(sorted(ends))}
    told = [
        sentence(tie, names.get(tie.from_id, tie.from_id), names.get(tie.to_id, tie.to_id)) for tie in ties
    ]
    _listed(counted(len(ids), "tie"), told, len(ids))


def _listed(title: str, lines: Sequence[str], total: int) -> None:
    st.markdown(f"**{title} added**\n" + "\n".join(f"- {md(line, 240)}" for line in lines))
    if total > len(lines):
        st.caption(f"and {total - len(lines):,} more")
