"""The one place where a picture meets the screen: a picture in, the ids selected out."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
import streamlit as st

from graph.model import Tie
from graph.ontology import ontology
from graph.pictures.echarts import echarts
from graph.pictures.html import picture_html
from graph.pictures.picture import Picture
from graph.wording import tie_details
from widgets.parts import entity_link, ties_markdown
from widgets.text import plain


def draw(
    picture: Picture,
    graph: nx.MultiDiGraph,
    key: str,
    *,
    title: str,
    as_of: str | None = None,
    width: int = 900,
    height: int = 520,
) -> None:
    """The drawing with its twin table, what is selected in it, and a page to take away."""
    if picture.note:
        st.caption(picture.note)
    drawing, table = st.tabs(["Drawing", "Table"])
    with drawing:
        event = st.echarts_chart(
            echarts(picture, width=width, height=height),
            key=f"{key}-chart",
            height=height,
            on_select="rerun",
            alt=picture.alt,
        )
        _selected(picture, graph, event, key, as_of)
        st.download_button(
            "Interactive HTML",
            lambda: picture_html(picture, title),
            file_name="interlock.html",
            mime="text/html",
            key=f"{key}-html",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    with table:
        tie_table((tie for line in picture.ties for tie in line.ties), graph, f"{key}-table")


def tie_table(ties: Iterable[Tie], graph: nx.MultiDiGraph, key: str) -> None:
    """Ties as a table: the drawing's twin."""
    types = ontology().types
    rows = [
        {
            "from": plain(graph.nodes[tie.from_id]["name"], 80),
            "tie": types[tie.type].title,
            "to": plain(graph.nodes[tie.to_id]["name"], 80),
            "status": tie.status,
            "details": plain(tie_details(tie)),
            "sources": len(tie.sources),
            "id": tie.id,
        }
        for tie in sorted(ties, key=lambda tie: tie.id)
    ]
    st.dataframe(
        rows, hide_index=True, key=key, height=min(480, 38 + 35 * max(1, len(rows))), alt="Ties as a table"
    )


def _selected(picture: Picture, graph: nx.MultiDiGraph, event: object, key: str, as_of: str | None) -> None:
    nodes, lines = selection(event)
    for index in nodes:
        if index < len(picture.nodes):
            node = picture.nodes[index]
            entity_link({"id": node.id, "name": node.name, "kind": node.kind}, as_of=as_of)
    for index in lines:
        if index < len(picture.ties):
            ties_markdown(picture.ties[index].ties, graph)
    if not nodes and not lines:
        st.caption("Click an entity or a line to see what it stands on; drag to move, scroll to zoom.")


def selection(event: object) -> tuple[list[int], list[int]]:
    """Indices of the nodes and lines that a chart's event says are selected."""
    nodes: list[int] = []
    lines: list[int] = []
    try:
        groups = event["selection"]["selected"]  # type: ignore[index]
    except (KeyError, TypeError):
        return nodes, lines
    for group in groups or ():
        indices = [int(index) for index in group.get("data_indices") or ()]
        (lines if group.get("data_type") == "edge" else nodes).extend(indices)
    return nodes, lines
