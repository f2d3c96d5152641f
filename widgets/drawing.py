"""The one place where a picture meets the screen: a picture in, the ids selected out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx
import streamlit as st

from graph.model import Tie
from graph.ontology import ontology
from graph.pictures.echarts import echarts
from graph.pictures.files import part_graphml, ties_csv
from graph.pictures.html import picture_html
from graph.pictures.look import DARK, LIGHT, Palette
from graph.pictures.picture import Picture, PictureNode, PictureTie
from graph.pictures.png import picture_png
from graph.pictures.svg import picture_svg
from graph.wording import tie_details
from widgets.parts import entity_link, ties_markdown
from widgets.text import plain


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected in a drawing; nodes that stand for no entity are left out."""

    nodes: tuple[PictureNode, ...] = ()
    lines: tuple[PictureTie, ...] = ()


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
    """The drawing with its twin table, what is selected in it, and files to take away.

    A fragment: a click runs this part of the page again, not the page.
    """
    _draw(picture, graph, key, title, as_of, width, height)


@st.fragment
def _draw(
    picture: Picture, graph: nx.MultiDiGraph, key: str, title: str, as_of: str | None, width: int, height: int
) -> None:
    if picture.note:
        st.caption(picture.note)
    drawing, table = st.tabs(["Drawing", "Table"])
    with drawing:
        above, below = st.container(), st.container()
        with below:
            in_place = tools(picture, graph, key, title)
        with above:
            if in_place:
                html_in_place(picture, title, height)
            else:
                _say_selected(chart(picture, key, width=width, height=height), graph, as_of)
    with table:
        tie_table((tie for line in picture.ties for tie in line.ties), graph, f"{key}-table")


def chart(
    picture: Picture,
    key: str,
    *,
    width: int = 900,
    height: int = 520,
    chosen: str | None = None,
    several: bool = False,
) -> Selected:
    """The drawing alone.

    Args:
        picture: what to draw.
        key: a new one for every new set of nodes: the screen keeps a selection by number under its key.
        width, height: of the place it is for, in pixels.
        chosen: an entity that is selected from the start; the next click replaces it.
        several: whether clicks add to the selection.

    Returns:
        What is selected by clicks.
    """
    event = st.echarts_chart(
        echarts(picture, width=width, height=height, palette=page_palette(), chosen=chosen, several=several),
        key=f"{key}-chart",
        height=height,
        on_select="rerun",
        alt=picture.alt,
    )
    return selected(picture, event)


def page_palette() -> Palette:
    """Colours for the theme that the reader's page has."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def tools(picture: Picture, graph: nx.MultiDiGraph, key: str, title: str) -> bool:
    """The row under a drawing: files to take away, and whether to show the HTML version in place."""
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads(picture, graph, key, title)
        return st.toggle(
            "HTML version here",
            key=f"{key}-in-place",
            help="The page that “Interactive HTML” saves, shown in place: entities can be dragged, names of lines pointed at.",
        )


def html_in_place(picture: Picture, title: str, height: int) -> None:
    """Our own HTML page of the drawing inside this page. Never for HTML from elsewhere: it may run scripts."""
    st.iframe(picture_html(picture, title).decode("utf-8"), height=height + 60, alt=picture.alt)


def downloads(picture: Picture, graph: nx.MultiDiGraph, key: str, title: str) -> None:
    """One menu with every file that a drawing can be saved as; a file is made when its button is pressed."""
    name = f"interlock-{_slug(title)}"
    palette = page_palette()
    files = (
        ("Interactive HTML", "html", "text/html", lambda: picture_html(picture, title)),
        ("SVG", "svg", "image/svg+xml", lambda: picture_svg(picture, title, palette=palette)),
        ("PNG", "png", "image/png", lambda: picture_png(picture, title, palette=palette)),
        ("Ties as CSV", "csv", "text/csv", lambda: ties_csv(picture)),
        ("GraphML", "graphml", "application/xml", lambda: part_graphml(picture, graph)),
    )
    with st.popover("Download", icon=":material/download:", key=f"{key}-download"):
        for label, suffix, mime, make in files:
            st.download_button(
                label, make, file_name=f"{name}.{suffix}", mime=mime, key=f"{key}-{suffix}", type="tertiary",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip


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


def _say_selected(found: Selected, graph: nx.MultiDiGraph, as_of: str | None) -> None:
    for node in found.nodes:
        entity_link({"id": node.id, "name": node.name, "kind": node.kind}, as_of=as_of)
    for line in found.lines:
        ties_markdown(line.ties, graph)
    if not found.nodes and not found.lines:
        st.caption("Click an entity or a line to see what it stands on; drag to move, scroll to zoom.")


def selected(picture: Picture, event: object) -> Selected:
    """The nodes and lines that a chart's event says are selected; numbers that no longer exist are passed over."""
    nodes, lines = selection(event)
    return Selected(
        tuple(picture.nodes[i] for i in nodes if i < len(picture.nodes) and picture.nodes[i].is_entity),
        tuple(picture.ties[i] for i in lines if i < len(picture.ties) and picture.ties[i].ties),
    )


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


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50] or "drawing"
