"""Where a record was last read from: a quiet line with the way to the import."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from graph.model import Entity
from widgets.query_parts import way
from widgets.text import md


def last_read(entity: Entity) -> None:
    """Which import, file and line the record comes from; of a merged one, the way to the merges."""
    made, _, place = (entity.origin or "").partition(" ")
    if not made or not place:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if made.startswith("mrg-"):
            st.caption("Merged of two entries", width="content")
            way("views/duplicates.py", "Merges", ":material/join_inner:", part="merged")
            return
        path, _, line = place.rpartition(":")
        name = md(PurePath(path or place).name, 80)
        st.caption(
            f"Last read from {name}, line {md(line)}" if line not in ("", "0") else f"Last read from {name}",
            width="content",
        )
        way("views/imports.py", "Import", ":material/upload_file:", part="list", **{"import": made})
