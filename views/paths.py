"""Influence paths between two entities: sentences first, then the drawing, then the table."""

from __future__ import annotations

import networkx as nx
import streamlit as st

from graph.analytics.paths import InfluencePath, PathResult, influence_paths
from graph.model import Tie
from graph.ontology import ontology
from graph.pictures.layout import layered
from graph.pictures.picture import part, picture
from widgets import data
from widgets.drawing import draw
from widgets.parts import (
    PATHS,
    as_of_input,
    entity_link,
    entity_picker,
    left_out_caption,
    param,
    remember,
    tie_markdown,
)
from widgets.text import md

HOW = """
Paths are the shortest loopless chains of ties between the two, in order of length; several ties between the same two
entities are one step. The list is complete up to the number of paths asked for, unless a limit is named above.
Ties are followed in both directions unless you ask for one.

With a date, a tie counts only when its dates say that it holds then; the number of ties whose dates do not tell is given.
Announced, planned, considered, abandoned and alleged ties count only when you ask for them.

Reference: J. Y. Yen (1971), *Finding the K Shortest Loopless Paths in a Network*, Management Science 17(11), 712-716;
here by best-first search with exact distances to the target.
"""


def page() -> None:
    """The page."""
    st.title("Influence paths")
    source, target = ends()
    as_of, plans, families, hops, wanted, directed = settings()
    if not (source and target):
        st.info("Choose two entities to see how they are connected.")
        return
    if source == target:
        st.info("Both ends are the same entity; choose two different ones.")
        return
    types = tuple(name for family in families for name in ontology().types_in(family)) or None
    graph = data.graph(as_of=as_of, all_statuses=plans, types=types)
    with st.spinner("Looking for paths …"):
        result = influence_paths(graph, source, target, k=wanted, max_hops=hops, directed=directed)
    show(result, graph, as_of, plans)
    with st.expander("How is this computed?"):
        st.markdown(HOW)


def ends() -> tuple[str | None, str | None]:
    """The two pickers; what they say goes into the address."""
    left, middle, right = st.columns([0.45, 0.1, 0.45], vertical_alignment="bottom")
    with left:
        source = entity_picker("From", f"path-from-{param('from')}", param("from"))
    with right:
        target = entity_picker("To", f"path-to-{param('to')}", param("to"))
    with middle:
        if st.button("Swap", icon=":material/swap_horiz:", key="path-swap", width="stretch"):
            remember(**{"from": target, "to": source})
            st.rerun()
    for name, value, asked in (("From", source, param("from")), ("To", target, param("to"))):
        if asked and value is None and data.the_store().entity(asked) is None:
            st.warning(f"{name}: there is no entity “{md(asked, 80)}”.")
            for near in data.names().nearest(asked, 3):
                entity_link(near)
    if source != param("from") or target != param("to"):
        remember(**{"from": source or param("from"), "to": target or param("to")})
    return source, target


def settings() -> tuple[str | None, bool, list[str], int, int, bool]:
    """Date, statuses, families, hops, number of paths, direction."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        as_of = as_of_input("path-as-of")
        hops = st.number_input("Longest path, in steps", 1, 8, whole("hops", 4, 8), key="path-hops")
        wanted = st.number_input("Paths", 1, 50, whole("k", 10, 50), key="path-k")
        plans = st.toggle("Plans and allegations too", value=param("all") == "1", key="path-plans")
        directed = st.toggle("Only along the ties", value=param("directed") == "1", key="path-directed")
    asked = [name for name in (param("families") or "").split(",") if name in ontology().families]
    families = st.pills(
        "Kinds of ties (none chosen means all)", list(ontology().families), selection_mode="multi", default=asked,
        format_func=lambda name: ontology().families[name], key="path-families",
    )  # fmt: skip
    remember(
        hops=str(hops) if hops != 4 else None, k=str(wanted) if wanted != 10 else None, all="1" if plans else None,
        directed="1" if directed else None, families=",".join(families) or None,
    )  # fmt: skip
    return as_of, plans, list(families), int(hops), int(wanted), directed


def whole(name: str, default: int, most: int) -> int:
    """A whole number of the address within 1..most."""
    text = param(name) or ""
    return min(max(int(text), 1), most) if text.isdecimal() else default


def show(result: PathResult, graph: nx.MultiDiGraph, as_of: str | None, plans: bool) -> None:
    """Sentences, drawing, limits."""
    names = {node: str(graph.nodes[node]["name"]) for node in graph}
    if not result.paths:
        nothing(result, names, plans)
    else:
        count = len(result.paths)
        more = f" There are more than {result.k}; these are the shortest." if result.more else ""
        st.markdown(f"**{count} path{'s' if count != 1 else ''}** in {result.ties_searched:,} ties.{more}")
        if result.stopped_at:
            st.warning(
                f"Stopped after {result.stopped_at:,} partial paths; these are the shortest found so far."
            )
        sentences(result.paths, graph, names, as_of)
        nodes = list(dict.fromkeys(node for path in result.paths for node in path.entities))
        ties = [tie.id for path in result.paths for step in path.steps for tie in step.ties]
        drawn = part(graph, nodes, ties)
        view = picture(
            drawn,
            focus=[result.source, result.target],
            limit=100,
            positions=layered(p.entities for p in result.paths),
        )
        title = f"{names[result.source]} to {names[result.target]}"
        draw(
            view,
            drawn,
            f"paths-{result.source}-{result.target}-{as_of}-{count}-{plans}",
            title=title,
            as_of=as_of,
        )
    left_out_caption(graph.graph["left_out"], as_of)


def sentences(
    paths: tuple[InfluencePath, ...], graph: nx.MultiDiGraph, names: dict[str, str], as_of: str | None
) -> None:
    """Every path as numbered steps, each with its sources."""
    ties: list[Tie] = [tie for path in paths for step in path.steps for tie in step.ties]
    sources = data.sources_of(ties)
    for number, path in enumerate(paths, start=1):
        chain = " → ".join(names[node] for node in path.entities)
        mark = "" if path.is_fact else " · holds only with plans or allegations"
        with st.expander(f"**{number}. {md(chain)}**{mark}", expanded=number <= 3):
            for step in path.steps:
                lines = [
                    tie_markdown(tie, names[tie.from_id], names[tie.to_id], sources, backward=not along)
                    for tie, along in zip(step.ties[:6], step.forward[:6], strict=True)
                ]
                if len(step.ties) > 6:
                    lines.append(f":gray[and {len(step.ties) - 6} more ties between these two]")
                st.markdown("\n".join("- " + line.replace("\n", "\n  ") for line in lines))


def nothing(result: PathResult, names: dict[str, str], plans: bool) -> None:
    """No path: which limit stopped it, who is near both, what to try."""
    apart = (
        "They are not connected at all"
        if result.distance is None
        else f"The shortest has {result.distance} steps"
    )
    st.info(
        f"No path of up to {result.max_hops} steps among {result.ties_searched:,} ties. {apart} in this selection.",
        icon=":material/route:",
    )
    if result.common:
        st.write(f"Nearest to both: {md(', '.join(names[node] for node in result.common))}.")
    query = {name: value for name in ("from", "to", "as_of", "families") if (value := param(name))}
    if result.distance is not None and result.distance <= 8:
        st.page_link(
            PATHS,
            label=f"Allow {result.distance} steps",
            icon=":material/add:",
            query_params={**query, "hops": str(result.distance), **({"all": "1"} if plans else {})},
        )
    if not plans:
        st.page_link(
            PATHS,
            label="Count plans and allegations too",
            icon=":material/add:",
            query_params={**query, "all": "1"},
        )


if __name__ == "__main__":
    page()
