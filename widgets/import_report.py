"""An import report on the screen: numbers that add up, reasons, rejected rows, how to get them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from graph.imports import Counted, ImportReport, write_rejects
from graph.model import Entity, Placed, Record, Source, Tie, to_properties
from graph.ontology import ontology
from graph.wording import counted
from widgets.text import md, plain

MOST_PROBLEMS = 200
_FEW = 5
_REPEATED = {
    "exact": "the same row again, left out",
    "superseded": "rows that a later statement replaces, left out",
    "further": "further rounds or periods between the same two, kept",
    "other_source": "the same from another source, kept",
}


def show_numbers(report: ImportReport) -> None:
    """Rows that add up, and what they mean for the store."""
    with st.grid(4, min_column_width=150):
        st.metric("Rows read", f"{report.read:,}", border=True)
        st.metric("Accepted", f"{report.accepted:,}", border=True)
        st.metric("Rejected", f"{report.rejected:,}", border=True)
        st.metric("Left aside", f"{report.skipped:,}", border=True)
    sorts = (("Entities", report.entities), ("Ties", report.ties), ("Sources", report.sources))
    st.dataframe(
        [
            {"records": name, "new": made.new, "changed": made.changed, "unchanged": made.unchanged}
            for name, made in sorts
        ],
        hide_index=True,
        key="import-changes",
        alt="New, changed and unchanged records by sort",
    )


def show_details(report: ImportReport) -> None:
    """What was noticed, left aside, not read and rejected; what did not occur is left out."""
    _facts(report)
    _problems(report)
    _reasons("Noticed, and loaded all the same", report.remarks, "remarks")
    _reasons("Left aside", report.skips, "skips")
    if report.unread:
        columns = sum(len(each.names) for each in report.unread)
        files = sum(not each.names for each in report.unread)
        told = [counted(columns, "column")] * bool(columns) + [counted(files, "file")] * bool(files)
        with st.expander(f"Not read: {' and '.join(told)}"):
            for each in report.unread:
                what = f"columns {', '.join(each.names)}" if each.names else "the whole file"
                st.markdown(f"- {md(each.path, 120)}: {md(what, 600)}")


def show_preview(records: Sequence[Placed]) -> None:
    """The first records as they would be stored, by sort."""
    names = {each.record.id: each.record.name for each in records if isinstance(each.record, Entity)}
    for sort, title in ((Tie, "ties"), (Entity, "entities"), (Source, "sources")):
        rows = [_row(placed, names) for placed in records if isinstance(placed.record, sort)]
        if rows:
            st.markdown(f"**The first {title}**")
            st.dataframe(rows, hide_index=True, key=f"import-first-{title}", alt=f"The first {title}")


def _row(placed: Placed, names: Mapping[str, str]) -> dict[str, str]:
    """What a person looks for first; ids, which may be long and made, last."""
    record: Record = placed.record
    values = to_properties(record)
    if isinstance(record, Tie):
        ends = (names.get(key, key) for key in (record.from_id, record.to_id))
        first, second = ends
        values = {"from": first, "type": ontology().types[record.type].title, "to": second, **values}
    skip = ("name_key", "valid_from", "valid_to", "id")
    found = {
        name: plain(", ".join(value) if isinstance(value, list) else str(value), 120)
        for name, value in values.items()
        if name not in skip
    }
    return found | {
        "line": plain(f"{placed.place.path}:{placed.place.line}", 60),
        "id": plain(record.id, 120),
    }


def _facts(report: ImportReport) -> None:
    said: list[str] = []
    if report.stubs:
        said.append(f"{counted(report.stubs, 'entity', 'entities')} only named by ties, marked as stubs")
    repeated = asdict(report.duplicates)
    said += [f"{_REPEATED[name]}: {number:,}" for name, number in repeated.items() if number]
    if report.currencies:
        money = ", ".join(f"{code} {number:,}" for code, number in report.currencies.items())
        said.append(f"amounts in {money}; never added up over currencies")
    if said:
        st.markdown("\n".join(f"- {md(text, 300)}" for text in said))


def _reasons(title: str, reasons: Sequence[Counted], key: str) -> None:
    if not reasons:
        return
    with st.expander(f"{title}: {counted(sum(each.rows for each in reasons), 'row')}"):
        st.dataframe(
            [
                {
                    "rows": each.rows, "field": plain(each.field, 60), "what": plain(each.reason, 300),
                    "such as": plain(each.example, 80), "in": plain(each.place, 80),
                }
                for each in reasons
            ],
            hide_index=True,
            key=f"import-{key}",
            alt=title,
        )  # fmt: skip


def _problems(report: ImportReport) -> None:
    if not report.problems:
        return
    st.subheader("Rejected rows")
    if len(report.problems) > _FEW:
        _reasons("By reason", report.reasons, "reasons")
    st.dataframe(
        [
            {
                "in": plain(f"{each.place.path}:{each.place.line}", 80), "field": plain(each.field, 60),
                "value": plain(each.value, 120), "what": plain(each.reason, 300), "next step": plain(each.hint, 300),
            }
            for each in report.problems[:MOST_PROBLEMS]
        ],
        hide_index=True,
        key="import-problems",
        alt="Rejected rows with the reason",
    )  # fmt: skip
    if len(report.problems) > MOST_PROBLEMS:
        st.caption(f"{MOST_PROBLEMS} of {len(report.problems):,}; the file has them all.")
    st.download_button(
        "Rejected rows (CSV)", lambda: rejects_csv(report), file_name="interlock-rejected.csv", mime="text/csv",
        key="import-rejects", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def rejects_csv(report: ImportReport) -> bytes:
    """The file of rejected rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejected.csv"
        write_rejects(report.problems, path)
        return path.read_bytes()
