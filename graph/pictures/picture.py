"""A drawing as data: which entities and ties, where, in which shape and colour. No screen here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from graph.model import Tie
from graph.ontology import ontology
from graph.pictures.layout import Positions, layout

DEFAULT_LIMIT = 60
HARD_LIMIT = 300
"""Nobody can read a drawing of more; past it the table is the better view."""


@dataclass(frozen=True, slots=True)
class PictureNode:
    """One entity: place 0..1 (y downwards), diameter in pixels, shape and colour of its kind."""

    id: str
    name: str
    kind: str
    x: float
    y: float
    size: float
    focus: bool


@dataclass(frozen=True, slots=True)
class PictureTie:
    """All ties between two entities that are drawn as one line.

    Attributes:
        source, target: where the line starts and ends; in the direction of its first tie.
        ties: the ties it stands for, most certain first.
        fact: whether any of them states a fact; otherwise the line is dashed.
        arrow: whether the direction means something.
        width: 1..6 pixels, by the largest amount where one is known.
    """

    source: str
    target: str
    ties: tuple[Tie, ...]
    fact: bool
    arrow: bool
    width: float

    @property
    def label(self) -> str:
        """``Invested in``, or ``Supplies + 2 more``."""
        first = ontology().types[self.ties[0].type].title
        return first if len(self.ties) == 1 else f"{first} + {len(self.ties) - 1} more"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing.

    Attributes:
        shown, total: entities drawn, and entities there were.
        note: what was left out and by which rule, as a sentence; empty when nothing was.
        alt: the drawing in words.
    """

    nodes: tuple[PictureNode, ...]
    ties: tuple[PictureTie, ...]
    shown: int
    total: int
    note: str
    alt: str

    def kinds(self) -> dict[str, int]:
        """Kinds in the drawing with their number, in the order of the ontology."""
        counted = Counter(node.kind for node in self.nodes)
        return {kind: counted[kind] for kind in ontology().kinds if counted[kind]}


def picture(
    graph: nx.MultiDiGraph,
    *,
    focus: Iterable[str] = (),
    limit: int = DEFAULT_LIMIT,
    positions: Positions | None = None,
) -> Picture:
    """Draw a graph of :func:`graph.projection.to_networkx`, or a part of it.

    Args:
        graph: what to draw.
        focus: entities that stay whatever the limit, drawn larger.
        limit: most entities drawn, at most 300; those with most ties to the focus, then overall, stay.
        positions: where they stand; None lays them out by forces.
    """
    kept_focus = [node for node in dict.fromkeys(focus) if node in graph]
    kept = _choose(graph, kept_focus, min(limit, HARD_LIMIT))
    part = graph.subgraph(kept)
    places = positions or layout(part, focus=kept_focus[0] if kept_focus else None)
    nodes = tuple(_node(part, node, places, node in kept_focus) for node in sorted(part))
    ties = tuple(_lines(part))
    total = graph.number_of_nodes()
    note = "" if len(nodes) == total else f"{len(nodes)} of {total} entities drawn, those with the most ties."
    return Picture(nodes, ties, len(nodes), total, note, _in_words(nodes, ties, note))


def ego(graph: nx.MultiDiGraph, entity: str, *, depth: int = 1) -> nx.MultiDiGraph:
    """The part of a graph within ``depth`` ties of an entity, ties among its neighbours included."""
    near = nx.single_source_shortest_path_length(graph.to_undirected(as_view=True), entity, cutoff=depth)
    return graph.subgraph(near)


def part(
    graph: nx.MultiDiGraph, entities: Iterable[str], ties: Iterable[str] | None = None
) -> nx.MultiDiGraph:
    """The entities and, of the ties among them, those with the given ids (None: all)."""
    chosen = graph.subgraph([node for node in entities if node in graph])
    if ties is None:
        return chosen
    wanted = set(ties)
    drawn = nx.MultiDiGraph()
    drawn.add_nodes_from(chosen.nodes(data=True))
    for start, end, key, data in chosen.edges(keys=True, data=True):
        if key in wanted:
            drawn.add_edge(start, end, key=key, **data)
    return drawn


def _choose(graph: nx.MultiDiGraph, focus: list[str], limit: int) -> list[str]:
    if graph.number_of_nodes() <= limit:
        return list(graph)
    to_focus: Counter[str] = Counter()
    for node in focus:
        for start, end in (*graph.out_edges(node), *graph.in_edges(node)):
            to_focus[end if start == node else start] += 1
    rest = sorted((n for n in graph if n not in focus), key=lambda n: (-to_focus[n], -graph.degree(n), n))
    return [*focus, *rest][: max(limit, len(focus))]


def _node(graph: nx.MultiDiGraph, node: str, places: Positions, focus: bool) -> PictureNode:
    x, y = places.get(node, (0.5, 0.5))
    data = graph.nodes[node]
    size = 9 + 4 * math.log2(1 + graph.degree(node))
    return PictureNode(
        node,
        data.get("name") or node,
        data.get("kind") or "company",
        x,
        y,
        size + (8 if focus else 0),
        focus,
    )


def _lines(graph: nx.MultiDiGraph) -> Iterable[PictureTie]:
    pairs: dict[tuple[str, str], list[Tie]] = {}
    for _, _, tie in graph.edges(data="tie"):
        pairs.setdefault((min(tie.from_id, tie.to_id), max(tie.from_id, tie.to_id)), []).append(tie)
    types = ontology().types
    for pair in sorted(pairs):
        ties = sorted(pairs[pair], key=lambda tie: (not tie.is_fact, tie.id))
        amounts = [tie.amount_usd for tie in ties if tie.amount_usd is not None]
        width = min(6.0, max(1.0, math.log10(max(amounts)) - 5)) if amounts else 1.0
        one_way = {(tie.from_id, tie.to_id) for tie in ties}
        directed = len(one_way) == 1 and all(types[tie.type].directed for tie in ties)
        first = ties[0]
        yield PictureTie(
            first.from_id, first.to_id, tuple(ties), any(t.is_fact for t in ties), directed, round(width, 1)
        )


def _in_words(nodes: tuple[PictureNode, ...], ties: tuple[PictureTie, ...], note: str) -> str:
    named = sorted(nodes, key=lambda node: (not node.focus, -node.size, node.name))[:6]
    names = ", ".join(node.name[:40] for node in named)
    plans = sum(not tie.fact for tie in ties)
    dashed = f" {plans} dashed lines are not facts." if plans else ""
    return (
        f"Network of {len(nodes)} entities and {len(ties)} lines, among them {names}.{dashed} {note}".strip()
    )
