"""Influence paths between entities: sentences first, then the drawing, the table and who can block them."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import streamlit as st

from graph.analytics.answer import listed, name_of
from graph.analytics.path_steps import InfluencePath
from graph.analytics.paths import MOST_WAYPOINTS, PathResult
from graph.errors import ExplorerError
from graph.model import EntityId
from graph.ontology import ontology
from graph.wording import counted
from widgets.address_inputs import choice, date_input, entities_input, follow, keep, switch, whole_input
from widgets.analyses_paths import Asked, changed, paths, paths_picture
from widgets.answer import computed, downloads, show_rows, ties_of
from widgets.drawing import draw
from widgets.parts import (
    PATHS,
    entity_link,
    left_out_caption,
    param,
    remember,
    show_error,
)
from widgets.path_parts import chain, measure, step_lines, who_must_agree
from widgets.text import md
from widgets.working import at_work

LONGEST, MOST_PATHS = 8, 50
RANKINGS = {"hops": "Fewest steps", "strength": "Strongest"}


def page() -> None:
    """The page."""
    st.title("Influence paths")
    sources, targets = ends()
    asked, than = settings(sources, targets)
    if not (sources and targets):
        st.info("Choose two entities to see how they are connected.")
        return
    if both := [entity for entity in sources if entity in targets]:
        same = "Both ends are the same entity" if sources == targets else "One entity is at both ends"
        st.info(f"{same}: {md(name_of(asked.graph(), both[0]), 80)}. Choose two different ones.")
        return
    try:
        result, answer = at_work("Looking for paths", paths, asked)
        graph = asked.graph()
        if than:
            what_changed(asked, than)
        key = f"paths-{asked}"
        if not result.paths:
            nothing(result, graph, asked)
        else:
            show(result, graph, asked, key)
            show_rows(answer, key)
        left_out_caption(graph.graph["left_out"], asked.as_of)
        computed(answer)
        if result.paths:
            downloads(answer, ties_of(answer, graph), key)
            who_must_agree(asked, graph, f"{key}-blocking")
    except ExplorerError as error:
        show_error(error)


def ends() -> tuple[tuple[EntityId, ...], tuple[EntityId, ...]]:
    """Both sides; what they say goes into the address."""
    left, middle, right = st.columns([0.45, 0.1, 0.45], vertical_alignment="bottom")
    with left:
        sources = entities_input("From", "path-from", "from")
    with right:
        targets = entities_input("To", "path-to", "to")
    with middle:
        if st.button("Swap", icon=":material/swap_horiz:", key="path-swap", width="stretch"):
            remember(**{"from": param("to"), "to": param("from")})
            st.rerun()
    return sources, targets


def settings(sources: tuple[EntityId, ...], targets: tuple[EntityId, ...]) -> tuple[Asked, str | None]:
    """Everything else that is asked for, and the date to compare with."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=130):
            as_of = date_input(
                "As of", "path-as-of", "as_of", "any time",
                "A year, a month or a day: 2017, 2017-09 or 2017-09-20. Only ties that surely hold then are kept.",
            )  # fmt: skip
        with st.container(width=150):
            than = date_input(
                "Compare with", "path-than", "than", "another date",
                "What was gained and lost between this date and the as-of date.",
            )  # fmt: skip
        with st.container(width=130):
            hops = whole_input("Longest, in steps", "path-hops", "hops", 4, LONGEST)
        with st.container(width=120):
            wanted = whole_input("Paths", "path-k", "k", 10, MOST_PATHS)
        by = choice("Best first", "path-by", "by", RANKINGS, "hops", shown=True)
        plans = switch("path-plans", "all", "Plans and allegations too", "None of them is a fact.")
    used = [name for name in ("via", "without", "families", "directed") if param(name)]
    with st.expander(f"More choices{f' ({len(used)} in use)' if used else ''}", expanded=bool(used)):
        first, second = st.columns(2)
        with first:
            via = entities_input(
                "Must pass", "path-via", "via", most=MOST_WAYPOINTS, help="In any order; all of them."
            )
        with second:
            without = entities_input(
                "Leave out", "path-without", "without", help="What if these did not exist?"
            )
        families = families_input()
        directed = switch(
            "path-directed", "directed", "Only along the ties",
            "From investor to investee, from supplier to customer and so on; otherwise both ways.",
        )  # fmt: skip
    if than and as_of is None:
        st.caption("Give both dates, “As of” and “Compare with”, to see what changed between them.")
        than = None
    return Asked(sources, targets, hops, wanted, by, directed, via, without, families, as_of, plans), than


def families_input() -> tuple[str, ...]:
    """Kinds of ties; none chosen means all."""
    known = ontology().families
    follow(
        "path-families", "families", [name for name in (param("families") or "").split(",") if name in known]
    )
    picked = st.pills(
        "Kinds of ties (none chosen means all)", list(known), selection_mode="multi",
        format_func=known.__getitem__, key="path-families",
    ) or []  # fmt: skip
    chosen = tuple(name for name in known if name in picked)
    keep("path-families", "families", ",".join(chosen) or None)
    return chosen


def show(result: PathResult, graph: nx.MultiDiGraph, asked: Asked, key: str) -> None:
    """Sentences, limits, drawing."""
    count, best = len(result.paths), "strongest" if asked.by == "strength" else "shortest"
    more = f" There are more than {result.k}; these are the {best}." if result.more else ""
    st.markdown(f"**{counted(count, 'path')}** in {counted(result.ties_searched, 'tie')}.{more}")
    if result.stopped_at:
        st.warning(f"Stopped after {result.stopped_at:,} partial paths; these are the {best} found so far.")
    if asked.by == "strength":
        st.caption(
            "The strength of a path is the product of its steps, each as strong as its strongest tie. "
            "Strengths are judgements that rank paths, no measurements."
        )
    sentences(result.paths, graph)
    only = highlighted(count)
    drawing = paths_picture(result, graph, result.paths[only - 1] if only else None)
    names = [
        listed([name_of(graph, end) for end in side], most=3) for side in (result.sources, result.targets)
    ]
    draw(drawing, graph, f"{key}-drawing", title=" to ".join(names), as_of=asked.as_of,
        height=min(560, 200 + 40 * count),
    )  # fmt: skip


def sentences(found: Sequence[InfluencePath], graph: nx.MultiDiGraph) -> None:
    """Every path as numbered steps, each with its sources."""
    for number, path in enumerate(found, start=1):
        opened = number == 1 or len(found) <= 3
        with st.expander(
            f"**{number}. {md(chain(graph, path, ' → '), 600)}**{measure(path)}", expanded=opened
        ):
            if path.strength is not None and path.hops > 1:
                factors = " × ".join(f"{factor:.3g}" for factor in path.factors)
                st.caption(f"Strength {path.strength:.3g} = {factors}")
            st.markdown("\n".join(step_lines(path, graph)))


def highlighted(count: int) -> int | None:
    """The number of the path to point out in the drawing; None for all alike."""
    if count < 2:
        return None
    options = ["all", *(str(number) for number in range(1, count + 1))]
    asked = param("path")
    follow("path-only", "path", asked if asked in options else "all", options)
    picked = st.pills(
        "Point out a path", options, format_func=lambda each: "All" if each == "all" else each, required=True,
        key="path-only",
    ) or "all"  # fmt: skip
    keep("path-only", "path", picked if picked != "all" else None)
    return int(picked) if picked != "all" else None


def what_changed(asked: Asked, than: str) -> None:
    """Paths gained and lost between two dates, and those that rest on other ties."""
    earlier, later, found = at_work("Comparing two dates", changed, asked, than)
    graph = asked.graph()
    between = md(f"between {earlier} and {later}")
    with st.container(border=True):
        if not (found.gained or found.lost):
            st.markdown(f"No path was gained or lost {between}.")
        for title, items in (("Gained", found.gained), ("Lost", found.lost)):
            if not items:
                continue
            st.markdown(f"**{title} {between}: {len(items):,}**")
            with st.container(height=260 if len(items) > 4 else "content", border=False):
                for path in items[:MOST_PATHS]:
                    with st.expander(f"{md(chain(graph, path, ' – '), 600)}{measure(path)}"):
                        st.markdown("\n".join(step_lines(path, graph)))
        also = f"{len(found.kept):,} on both dates, {len(found.changed):,} of them with other ties. "
        cut = "" if found.complete else f"Only the {asked.wanted} best of either date are compared. "
        unsure = "Ties whose dates do not tell are left out on both dates."
        st.caption(f"{also if found.kept else ''}{cut}{unsure}")


def nothing(result: PathResult, graph: nx.MultiDiGraph, asked: Asked) -> None:
    """No path: which limit stopped it, who is near both, what to try."""
    passing = f" through {md(listed([name_of(graph, each) for each in asked.via]), 300)}" if asked.via else ""
    if result.distance is None:
        apart = " They are not connected at all in this selection."
    elif result.distance > asked.hops:
        apart = f" The shortest has {counted(result.distance, 'step')} in this selection."
    else:
        apart = f" Without that condition the shortest has {counted(result.distance, 'step')}."
    limit = f" The search stopped after {result.stopped_at:,} partial paths." if result.stopped_at else ""
    st.info(
        f"No path of up to {counted(asked.hops, 'step')}{passing} among {counted(result.ties_searched, 'tie')}.{apart}{limit}",
        icon=":material/route:",
    )
    if result.common:
        st.caption("Nearest to both:")
        with st.container(horizontal=True):
            for entity in result.common:
                entity_link({**graph.nodes[entity], "id": entity}, as_of=asked.as_of)
    with st.container(horizontal=True):
        ways(result, asked)


def ways(result: PathResult, asked: Asked) -> None:
    """Links to the same question, asked less strictly."""
    held = st.query_params.to_dict()

    def way(label: str, icon: str, **values: str | None) -> None:
        query = {name: value for name, value in (held | values).items() if value}
        st.page_link(PATHS, label=label, icon=f":material/{icon}:", query_params=query)

    if result.distance is not None and asked.hops < result.distance <= LONGEST:
        way(f"Allow {result.distance} steps", "add", hops=str(result.distance))
    elif asked.via and asked.hops < LONGEST:
        way(f"Allow {asked.hops + 1} steps", "add", hops=str(asked.hops + 1))
    if not asked.plans:
        way("Count plans and allegations too", "add", all="1")
    if asked.families:
        way("Count all kinds of ties", "add", families=None)
    if asked.directed:
        way("Follow ties both ways", "add", directed=None)
    if asked.via:
        way("Pass anybody", "remove", via=None)
    if asked.without:
        way("Leave nobody out", "remove", without=None)
    if asked.as_of:
        way("At any time", "remove", as_of=None, than=None)


if __name__ == "__main__":
    page()
