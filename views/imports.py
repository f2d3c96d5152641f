"""Import: hand over files, look at what they would become, load them in one step, take an import back."""

from __future__ import annotations

import streamlit as st

from graph.errors import LoadError
from loaders import Plan
from loaders.source_file import Member
from widgets.access import can_edit, why_not
from widgets.address_inputs import choice
from widgets.import_files import Handed, files_input, refused, short_name
from widgets.import_list import imports_so_far
from widgets.import_run import look_and_load, show_result, take_up
from widgets.mapping_step import mapping_step, needs_mapping
from widgets.text import md

PARTS = {"new": "New import", "list": "Imports so far"}
_SHOWN_FILES = 6


def page() -> None:
    """The page; which part is open stands in the address."""
    st.title("Import")
    chosen = choice("Part", "import-part", "part", PARTS, "new")
    {"new": new_import, "list": imports_so_far}[chosen]()


def new_import() -> None:
    """Files, mapping, a look, loading: each step appears when the one before it is done."""
    if not can_edit():
        st.info(f"{why_not()} Load files on the machine that holds the store.", icon=":material/lock:")
        st.code("interlock load FILE ...", language="bash")
        return
    top = st.container()
    with top:
        take_up()
    handed: Handed | None = None
    planned: Plan | None = None
    try:
        handed = files_input()
        if handed is not None:
            handed, planned = _planned(handed)
            _formats(handed, planned)
            if needs_mapping(planned):
                handed = mapping_step(handed, planned)
                planned = handed.planned() if handed else None
    except LoadError as error:
        refused(error, handed)
    with top:
        show_result()
        st.write("Nothing is changed until you press Load, and every import can be taken back.")
    if handed is not None and planned is not None:
        look_and_load(handed, planned)
    elif handed is None and "import-kept" not in st.session_state:
        st.caption(
            "Tables (CSV, Excel, Parquet, JSON lines), graph files, and exports of Crunchbase, FollowTheMoney, BODS, "
            "Companies House, GLEIF, SEC, LittleSis, ICIJ and Wikidata; zip archives of them. For files beyond a few "
            "hundred megabytes, use the command line: interlock load FILE"
        )


def _planned(handed: Handed) -> tuple[Handed, Plan]:
    """What reads the files; the reader decides on tables of unknown columns beside files of known formats."""
    planned = handed.planned()
    if all(reading.loader.format_id == "table" for reading in planned.readings) or not needs_mapping(planned):
        return handed, planned
    without = handed.without_tables()
    fewer = without.planned()
    left = set(_tables(planned)) - set(_tables(fewer))
    if not left:
        return handed, planned
    names = ", ".join(sorted(short_name(member.name) for member in left)[:_SHOWN_FILES])
    # A file in an archive may be there by chance; one that was handed over by itself is meant.
    meant = any(member.archive is None for member in left)
    if st.toggle(
        f"Read {md(names, 200)} as well: you say what the columns mean",
        meant,
        key=f"import-tables-{handed.folder}",
    ):
        return handed, planned
    return without, fewer


def _tables(planned: Plan) -> list[Member]:
    return [m for r in planned.readings if r.loader.format_id == "table" for m in r.source.members]


def _formats(handed: Handed, planned: Plan) -> None:
    """Which file is read as what, and which is not read."""
    for reading in planned.readings:
        names = [short_name(handed.shorten(member.shown)) for member in reading.source.members]
        more = len(names) - _SHOWN_FILES
        told = f"{', '.join(names[:_SHOWN_FILES])}{f' and {more:,} more' if more > 0 else ''}"
        title = reading.loader.title.partition(" by a mapping")[0]
        st.markdown(f":material/description: **{md(title)}**  \n{md(told, 600)}")
    for unread in planned.unread:
        st.markdown(f":material/block: **Not read**  \n{md(short_name(handed.shorten(unread.path)), 120)}")


if __name__ == "__main__":
    page()
