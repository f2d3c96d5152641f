"""A drawing as data: which entities and ties, where, in which shape and colour. No screen here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from graph.model import Tie
from graph.ontology import ontology
from graph.pictures.layout import Positions, layout
from graph.pictures.look import REST
from graph.wording import counted, plural

DEFAULT_LIMIT = 60
HARD_LIMIT = 300
"""Nobody can read a drawing of more; past it the table is the better view."""


@dataclass(frozen=True, slots=True)
class PictureNode:
    """One entity, or the undisclosed rest of something.

    Attributes:
        id: of the entity; for the rest, a key that names no entity.
        kind: gives shape and colour; ``rest`` is drawn as a grey dashed hexagon.
        x, y: place 0..1, y downwards.
        size: diameter in pixels.
        focus: drawn larger, with a thick rim.
        note: a second line under the name, such as ``62 %``.
        pale: drawn faintly, for what only stands around.
    """

    id: str
    name: str
    kind: str
    x: float
    y: float
    size: float
    focus: bool
    note: str = ""
    pale: bool = False

    @property
    def is_entity(self) -> bool:
        """Whether it has a page to open."""
        return self.kind != REST


@dataclass(frozen=True, slots=True)
class Rest:
    """What is known to exist but not who it is: drawn as a node without an entity, with a dashed line.

    Attributes:
        key: names its place in ``positions``; must be no entity's id.
        label: for people: ``not disclosed 13 %``.
        joined_to: entity at the other end of the line.
        outward: whether the line runs from that entity to the rest.
        width: of the line, 1..6 pixels.
    """

    key: str
    label: str
    joined_to: str
    outward: bool = True
    width: float = 2.0


@dataclass(frozen=True, slots=True)
class PictureTie:
    """All ties between two entities that are drawn as one line.

    Attributes:
        source, target: where the line starts and ends; in the direction of its first tie.
        ties: the ties it stands for, most certain first; none for the undisclosed rest.
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
        if not self.ties:
            return "Not disclosed"
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
        """Kinds in the drawing with their number, in the order of the ontology; ``rest`` last."""
        counted = Counter(node.kind for node in self.nodes)
        return {kind: counted[kind] for kind in (*ontology().kinds, REST) if counted[kind]}


def picture(
    graph: nx.MultiDiGraph,
    *,
    focus: Iterable[str] = (),
    limit: int = DEFAULT_LIMIT,
    positions: Positions | None = None,
    notes: Mapping[str, str] | None = None,
    sizes: Mapping[str, float] | None = None,
    pale: Collection[str] = (),
    rest: Sequence[Rest] = (),
) -> Picture:
    """Draw a graph of :func:`graph.projection.to_networkx`, or a part of it.

    Args:
        graph: what to draw.
        focus: entities that stay whatever the limit, drawn larger.
        limit: most entities drawn, at most 300; those with most ties to the focus, then overall, stay.
        positions: where they stand; None lays them out by forces.
        notes: entity id to a second line under its name.
        sizes: entity id to its diameter in pixels, instead of one by number of ties.
        pale: ids to draw faintly.
        rest: nodes for what is not disclosed; their places are in ``positions`` under their keys.

    Raises:
        ValueError: the key of a rest is an entity's id, or it is joined to an entity that is not drawn.
    """
    kept_focus = [node for node in dict.fromkeys(focus) if node in graph]
    kept = _choose(graph, kept_focus, min(limit, HARD_LIMIT))
    part = graph.subgraph(kept)
    places = positions or layout(part, focus=kept_focus[0] if kept_focus else None)
    notes, sizes = notes or {}, sizes or {}
    drawn = [
        _node(part, node, places, node in kept_focus, notes.get(node, ""), sizes.get(node), node in pale)
        for node in sorted(part)
    ]
    extra = [_rest(part, each, places) for each in rest]
    nodes = (*drawn, *(node for node, _ in extra))
    ties = (*_lines(part), *(line for _, line in extra))
    total = graph.number_of_nodes()
    note = (
        ""
        if len(drawn) == total
        else f"{len(drawn)} of {counted(total, 'entity')} drawn, those with the most ties."
    )
    return Picture(nodes, ties, len(drawn), total, note, _in_words(nodes, ties, note))


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


def _node(
    graph: nx.MultiDiGraph,
    node: str,
    places: Positions,
    focus: bool,
    note: str,
    size: float | None,
    pale: bool,
) -> PictureNode:
    x, y = places.get(node, (0.5, 0.5))
    data = graph.nodes[node]
    if size is None:
        # In a crowd everything is smaller, so that less of it is covered.
        crowd = min(1.0, math.sqrt(70 / max(1, graph.number_of_nodes())))
        size = crowd * (10 + 4.5 * math.log2(1 + graph.degree(node))) + (8 if focus else 0)
    return PictureNode(
        node, data.get("name") or node, data.get("kind") or REST, x, y, size, focus, note, pale
    )


def _rest(graph: nx.MultiDiGraph, rest: Rest, places: Positions) -> tuple[PictureNode, PictureTie]:
    if rest.key in graph or rest.joined_to not in graph:
        raise ValueError(f"{rest.key!r} cannot stand for the rest of {rest.joined_to!r}")
    x, y = places.get(rest.key, (1.0, 1.0))
    ends = (rest.joined_to, rest.key) if rest.outward else (rest.key, rest.joined_to)
    line = PictureTie(*ends, ties=(), fact=False, arrow=True, width=rest.width)
    return PictureNode(rest.key, rest.label, REST, x, y, 22.0, False), line


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
    plans = sum(not tie.fact for tie in ties if tie.ties)
    dashed = (
        f" {counted(plans, 'dashed line')} {plural(plans, 'is no fact', 'are not facts')}." if plans else ""
    )
    entities = sum(node.is_entity for node in nodes)
    size = f"{counted(entities, 'entity')} and {counted(len(ties), 'line')}"
    return f"Network of {size}, among them {names}.{dashed} {note}".strip()
