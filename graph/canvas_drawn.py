"""What of a canvas is drawn, where it stands, and the sentence that says what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx

from graph.canvas import Canvas
from graph.model import EntityId, Tie
from graph.ontology import ontology
from graph.pictures.layout import Positions, bands, grid, layout, ring, rings
from graph.pictures.picture import HARD_LIMIT
from graph.wording import counted


@dataclass(frozen=True, slots=True)
class Drawn:
    """The part of a graph that a canvas draws.

    Attributes:
        graph: entities and ties to draw.
        total: entities on the canvas.
        filtered: ties among the entities drawn that the filters leave out.
        hidden: ties among them that were hidden by hand.
        sentence: what is drawn and what is not.
    """

    graph: nx.MultiDiGraph
    total: int
    filtered: int
    hidden: int
    sentence: str


def canvas_graph(graph: nx.MultiDiGraph, canvas: Canvas, *, limit: int = HARD_LIMIT) -> Drawn:
    """The subgraph to draw.

    Args:
        graph: every tie of the store, whatever its status (``Filters.all_statuses()``).
        canvas: what is on it; ids that the graph does not hold are passed over.
        limit: most entities drawn. Centres come first, then the largest sum of known amounts among what is
            shown, then the number of ties.
    """
    shown = [entity for entity in canvas.shown if entity in graph and entity not in canvas.hidden]
    ties, filtered, hidden = _kept_ties(graph, canvas, set(shown))
    kept = _ranked(shown, ties, canvas)[:limit]
    drawn = nx.MultiDiGraph()
    drawn.add_nodes_from((entity, graph.nodes[entity]) for entity in sorted(kept))
    for tie in sorted(ties, key=lambda tie: tie.id):
        if tie.from_id in drawn and tie.to_id in drawn:
            drawn.add_edge(tie.from_id, tie.to_id, key=tie.id, **graph.edges[tie.from_id, tie.to_id, tie.id])
    drawn.graph.update(graph.graph)
    drawn.graph["as_of"] = canvas.filters.as_of
    how = ", by amount" if len(kept) < len(shown) else ""
    parts = [f"{len(kept)} of {counted(len(shown), 'entity')}{how}", counted(drawn.number_of_edges(), "tie")]
    if filtered:
        parts.append(f"{counted(filtered, 'tie')} left out by the filters")
    if hidden:
        parts.append(f"{counted(hidden, 'tie')} hidden")
    return Drawn(drawn, len(shown), filtered, hidden, f"{'; '.join(parts)}.")


def places(
    graph: nx.MultiDiGraph, canvas: Canvas, known: Mapping[EntityId, tuple[float, float]] | None = None
) -> Positions:
    """Where each entity of the drawn graph stands under the canvas's layout; pins hold in every layout.

    Args:
        graph: the drawn part, see :func:`canvas_graph`.
        canvas: gives layout, centres and pins.
        known: places of the free layout so far; they stay, and newcomers are put around them.
    """
    pins = {entity: place for entity, place in canvas.pinned.items() if entity in graph}
    centres = [entity for entity in canvas.centres if entity in graph]
    if canvas.layout == "force":
        held = {entity: place for entity, place in (known or {}).items() if entity in graph}
        return layout(graph, focus=centres[0] if centres else None, fixed={**held, **pins})
    order = _by_kind(graph, centres)
    if canvas.layout == "rings":
        found = rings(graph, centres)
    elif canvas.layout == "circle":
        found = ring([entity for group in order for entity in group])
    elif canvas.layout == "kinds":
        found = bands(order)
    else:
        found = grid([entity for group in order for entity in group])
    return {**found, **pins}


def starting_points(graph: nx.MultiDiGraph, most: int = 3) -> list[EntityId]:
    """Entities to begin with: the one with the most ties of each kind, those with the most ties first."""
    best: dict[str, EntityId] = {}
    for entity in sorted(graph, key=lambda key: (-graph.degree(key), key)):
        best.setdefault(str(graph.nodes[entity].get("kind")), entity)
    return list(best.values())[:most]


def years(graph: nx.MultiDiGraph) -> list[str]:
    """Every year from the first start of a tie to the last start or end, at most the last 60."""
    found: set[int] = set()
    for _, _, tie in graph.edges(data="tie"):
        found.update(int(text[:4]) for text in (tie.start_date, tie.end_date) if text)
    if not found:
        return []
    return [str(year) for year in range(max(min(found), max(found) - 59), max(found) + 1)]


def _by_kind(graph: nx.MultiDiGraph, centres: list[EntityId]) -> list[list[EntityId]]:
    """Entities in a group for each kind, as the ontology orders them; centres, then most ties first."""
    groups: dict[str, list[EntityId]] = {kind: [] for kind in ontology().kinds}
    for entity in sorted(graph, key=lambda key: (key not in centres, -graph.degree(key), key)):
        groups.setdefault(str(graph.nodes[entity].get("kind")), []).append(entity)
    return [group for group in groups.values() if group]


def _kept_ties(graph: nx.MultiDiGraph, canvas: Canvas, shown: set[EntityId]) -> tuple[list[Tie], int, int]:
    centres = set(canvas.centres) & shown
    kept: list[Tie] = []
    filtered = hidden = 0
    for entity in shown:
        for _, other, tie in graph.out_edges(entity, data="tie"):
            if other not in shown:
                continue
            if not canvas.among and centres and not {entity, other} & centres:
                continue
            if tie.id in canvas.hidden:
                hidden += 1
            elif not canvas.filters.keep(tie):
                filtered += 1
            else:
                kept.append(tie)
    return kept, filtered, hidden


def _ranked(shown: list[EntityId], ties: list[Tie], canvas: Canvas) -> list[EntityId]:
    amounts: Counter[EntityId] = Counter()
    numbers: Counter[EntityId] = Counter()
    for tie in ties:
        for end in {tie.from_id, tie.to_id}:
            amounts[end] += tie.amount_usd or 0
            numbers[end] += 1
    centres = set(canvas.centres)
    return sorted(
        shown, key=lambda entity: (entity not in centres, -amounts[entity], -numbers[entity], entity)
    )
