"""A table of a page as a CSV for a spreadsheet, guarded against formulas (decision 0009)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from graph.csv_text import sheet_text


def sheet_button(rows: Sequence[Mapping[str, Any]], title: str, key: str) -> None:
    """The button under a table; nothing is made before the click.

    Streamlit's own button is switched off in its settings: what it saves is not guarded.

    Args:
        rows: what the table shows, a dict a row.
        title: of the table; names the file.
        key: of the table.
    """
    if not rows:
        return
    name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:50] or "table"
    st.download_button(
        "CSV", lambda: sheet(rows), f"{name}.csv", "text/csv", key=f"{key}-sheet",
        icon=":material/download:", type="tertiary", on_click="ignore",
    )  # fmt: skip


def sheet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as guarded CSV in UTF-8; a column for each key, in the order in which they first come.

    >>> sheet([{"name": "=1+1", "ties": 2}, {"name": None, "share": 0.5}])
    b"name,ties,share\\r\\n'=1+1,2,\\r\\n,,0.5\\r\\n"
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return sheet_text(columns, ([row.get(name) for name in columns] for row in rows)).encode(
        "utf-8", "replace"
    )
