"""Data: what is loaded, how well it is covered, its sources, how to bring more and take it away."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import streamlit as st

from graph.coverage import Coverage, Measure, coverage_of
from graph.exporter import FORMATS
from graph.exporter import Format as ExportFormat
from graph.exports.template import TEMPLATE_FILES, template_zip
from graph.imports import import_notes
from graph.ontology import ontology
from graph.stats import Stats
from graph.wording import percent
from widgets import data
from widgets.address_inputs import choice
from widgets.sheet import sheet_button
from widgets.source_table import source_table
from widgets.text import md, plain
from widgets.working import at_work

PARTS = {
    "loaded": "Loaded",
    "coverage": "Coverage",
    "sources": "Sources",
    "bring": "Bring your own",
    "take": "Take away",
}
MOST_PUBLISHERS = 15
_MIMES = {".zip": "application/zip", ".json": "application/json", ".html": "text/html"}


def page() -> None:
    """The page; which part is open stands in the address."""
    st.title("Data")
    chosen = choice("Part", "data-part", "part", PARTS, "loaded")
    {"loaded": loaded, "coverage": covered, "sources": sources, "bring": bring, "take": take}[chosen]()


def loaded() -> None:
    """Which store, and what it holds."""
    found = data.the_stats()
    known = the_coverage()
    with st.grid(4, min_column_width=150):
        st.metric("Entities", f"{found.counts.entities:,}", border=True)
        st.metric("Ties", f"{found.counts.ties:,}", border=True)
        st.metric("Sources", f"{found.counts.sources:,}", border=True)
        st.metric("Entities without a tie", f"{known.unconnected:,}", border=True)
    st.markdown(
        f"**Store** {md(found.engine)} in {md(found.location, 400)}  \n"
        f"**Data version** {md(found.data_version)}  \n"
        f"**Last import** {md(_last_import())}  \n"
        f"**Sources dated** {md(known.oldest_source or 'not known')} to {md(known.newest_source or 'not known')}"
    )
    with st.grid(3, min_column_width=280):
        for title, rows in _counted(found).items():
            with st.container():
                st.markdown(f"**{title}**")
                _table(rows, ("what", "number"), f"data-{title}", title)


def _last_import() -> str:
    notes = [note for note in import_notes(data.the_store()) if note.state == "written"]
    if not notes:
        return "not recorded"
    last = notes[0]
    return f"{last.at[:16].replace('T', ' ')} UTC, {', '.join(Path(name).name for name in last.files[:3])}"


def covered() -> None:
    """How much of what could be known is known."""
    known = the_coverage()
    st.write(
        "Of the records that could state something, how many do. What is missing is not known, never zero."
    )
    with st.grid(4, min_column_width=220):
        for measure in known.measures:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _measure(measure)
    st.subheader("By type of tie")
    titles = ontology().types
    _table(
        [
            {
                "type": titles[each.type].title, "ties": each.ties, "facts": each.facts, "start date": each.dated,
                "amount": each.amounts, "share": each.shares, "two sources": each.two_sources,
            }
            for each in known.types
        ],
        ("type", "ties", "facts", "start date", "amount", "share", "two sources"),
        "data-types",
        "Coverage by type of tie",
        placeholder="–",
    )  # fmt: skip
    st.caption("A dash: amounts or shares make no sense on this type.")


def sources() -> None:
    """Who published what the ties rest on, and every source."""
    known = the_coverage()
    source_table("data-sources")
    st.subheader("Publishers with the most sources")
    _table(
        [
            {"publisher": plain(each.name, 120), "sources": each.sources, "ties": each.ties}
            for each in known.publishers[:MOST_PUBLISHERS]
        ],
        ("publisher", "sources", "ties"),
        "data-publishers",
        "Publishers with the most sources",
    )
    st.caption(f"{min(MOST_PUBLISHERS, len(known.publishers))} of {len(known.publishers):,} publishers.")


def bring() -> None:
    """Where to import, Interlock's own format with an empty template, and the commands."""
    st.write(
        "Bring exports of registers (Crunchbase, FollowTheMoney, BODS, Companies House, GLEIF, SEC, LittleSis, ICIJ, "
        "Wikidata), graph files, or any table: you say once what its columns mean. You see what the files would become "
        "before anything is changed, and every import can be taken back."
    )
    st.page_link("views/imports.py", label="Import files", icon=":material/upload_file:")
    st.subheader("On the command line")
    st.code("interlock load FILE ... --dry-run\ninterlock load FILE ...\ninterlock imports", language="bash")
    st.caption("With the app open or not: it shows what was loaded from its next page on.")
    st.subheader("Interlock's own tables")
    st.write(
        "Three CSV files in one folder or zip archive: who there is, what ties them, and where that is stated."
    )
    st.download_button(
        "Empty template (zip)", template_zip, file_name="interlock-template.zip", mime="application/zip",
        key="data-template", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    for name, columns in TEMPLATE_FILES.items():
        st.markdown(f"**{md(name)}** {', '.join(f'`{column}`' for column in columns)}")
    st.caption(
        "Lists inside a cell are separated by semicolons. An empty cell means not known. Dates are 2017, 2017-09 or "
        "2017-09-20; amounts whole US dollars; shares from 0 to 1 with their basis. These tables are loaded only when "
        "every row is right; if one is wrong, nothing is loaded and every fault is named with its line."
    )
    known = ontology()
    st.markdown(
        f"**kind** {', '.join(f'`{name}`' for name in known.kinds)}  \n"
        f"**status** {', '.join(f'`{name}`' for name in known.statuses)}  \n"
        f"**type** {', '.join(f'`{name}`' for name in known.types)}"
    )


def take() -> None:
    """The whole store in every format; nothing is built before the click."""
    st.write("Everything in the store, every status included; only the drawing is limited to facts.")
    with st.grid(3, min_column_width=260):
        for form in FORMATS.values():
            suffix = form.suffixes[0]
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"{form.title[:1].upper()}{form.title[1:]}")
                st.download_button(
                    f"interlock{suffix}",
                    lambda form=form: exported(form),
                    file_name=f"interlock{suffix}",
                    mime=_MIMES.get(suffix, "application/octet-stream"),
                    key=f"data-export-{form.id}",
                    icon=":material/download:",
                    on_click="ignore",
                )
    st.code("interlock export interlock.graphml", language="bash")


def exported(form: ExportFormat) -> bytes:
    """The whole store in one format."""
    out = io.BytesIO()
    form.write(data.the_store(), out)
    return out.getvalue()


def the_coverage() -> Coverage:
    """Coverage of the store, counted once for each state of the data."""
    return at_work("Counting", _coverage, data.version())


@st.cache_resource(show_spinner=False, max_entries=4)
def _coverage(data_version: str) -> Coverage:
    return coverage_of(*data.records(), data.the_store().sources())


def _measure(measure: Measure) -> None:
    share = measure.share
    st.metric(measure.title, "nothing to measure" if share is None else percent(share))
    if share is not None:
        st.progress(share)
    st.caption(f"{measure.known:,} of {measure.total:,} {md(measure.about)}")


def _counted(found: Stats) -> dict[str, list[dict[str, Any]]]:
    known = ontology()
    facts = {True: "fact", False: "no fact"}
    return {
        "Entities by kind": [
            {"what": known.kinds[name].plural if name in known.kinds else plain(name), "number": number}
            for name, number in found.kinds.items()
        ],
        "Ties by type": [
            {"what": known.types[name].title if name in known.types else plain(name), "number": number}
            for name, number in found.types.items()
        ],
        "Ties by status": [
            {
                "what": f"{plain(name)} ({facts[known.statuses[name].fact]})"
                if name in known.statuses
                else plain(name),
                "number": number,
            }
            for name, number in found.statuses.items()
        ],
    }


def _table(
    rows: list[dict[str, Any]],
    columns: tuple[str, ...],
    key: str,
    alt: str,
    *,
    placeholder: str = "not known",
) -> None:
    st.dataframe(
        rows, hide_index=True, column_order=columns, key=key, alt=alt, placeholder=placeholder,
        height=min(560, 38 + 35 * max(1, len(rows))),
    )  # fmt: skip
    sheet_button(rows, alt, key)


if __name__ == "__main__":
    page()
