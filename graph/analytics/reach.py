"""Who stands upstream or downstream of a company, hop by hop, each with the shortest chain as evidence.

Supply ties run supplier -> customer, so upstream follows them backwards: to suppliers, their suppliers,
and so on. Only the neighbourhood that is reached is looked at, never the whole graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.errors import AnalysisError, EntityNotFound
from graph.model import FACT_STATUSES, EntityId, TieId
from graph.stopping import watched
from graph.wording import sentence

SUPPLY = ("SUPPLIES",)
ENTITY_LIMIT = 1_000_000
"""Entities collected before a search stops and says so."""


@dataclass(frozen=True, slots=True)
class Link:
    """One edge as seen from an entity: the ``other`` end, the id of the tie and all its attributes."""

    other: EntityId
    tie: TieId
    data: Mapping[str, Any]


def links(
    graph: nx.Graph,
    entity: EntityId,
    *,
    types: Collection[str] = SUPPLY,
    upstream: bool,
    ended: bool = True,
) -> Iterator[Link]:
    """Edges of ``entity`` that come in (``upstream``) or go out, loops left out.

    Works on every NetworkX graph: an edge without ``type`` counts as of the types that are looked at,
    and in an undirected graph every edge runs both ways. ``ended`` False leaves out ties that are over.
    Cost: O(edges of the entity).
    """
    back = graph.is_directed() and upstream
    edges: Any = getattr(graph, "in_edges" if back else "edges")
    if graph.is_multigraph():
        found: Any = edges(entity, keys=True, data=True)
    else:
        found = ((start, end, None, data) for start, end, data in edges(entity, data=True))
    for start, end, key, data in found:
        type_ = data.get("type")
        if start == end or not (type_ is None or type_ in types):
            continue
        if ended or data.get("status") != "ended":
            yield Link(start if back else end, evidence(start, end, key, data), data)


def dated(graph: nx.Graph) -> bool:
    """Whether the graph is one as of a date: there, a tie that is over by now still held."""
    return graph.graph.get("as_of") is not None


def evidence(start: EntityId, end: EntityId, key: Any, data: Mapping[str, Any]) -> TieId:
    """The id of a tie; ``a -> b`` for an edge of the user's own that has none."""
    if found := data.get("id"):
        return str(found)
    return key if isinstance(key, str) else f"{start} -> {end}{f' #{key}' if key else ''}"


def told(graph: nx.Graph, start: EntityId, end: EntityId, data: Mapping[str, Any]) -> str:
    """The tie ``start`` -> ``end`` as a sentence, in the words of its status where it has one."""
    first, second = (str(graph.nodes[end_].get("name") or end_) for end_ in (start, end))
    if (tie := data.get("tie")) is not None:
        return sentence(tie, first, second)
    verb = str(data.get("type") or "SUPPLIES").replace("_", " ").lower()
    return f"{first} {verb} {second}"


def best(found: Sequence[Link]) -> Link:
    """The tie to show among parallel ones: facts first, then dated ones, then by id."""
    return min(
        found,
        key=lambda link: (
            link.data.get("status", "active") not in FACT_STATUSES,
            link.data.get("start_date") is None,
            link.tie,
        ),
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """An entity, the hops to it, the entity before it on the shortest chain and the tie between."""

    entity: EntityId
    hops: int
    via: EntityId
    tie: TieId
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything within ``max_hops`` of ``company`` in one direction.

    Attributes:
        company, upstream, types, max_hops: what was asked; ``max_hops`` None means no limit.
        found: entity id to how it is reached, nearest first, then by id; without ``company``.
        more: whether there is more beyond the hop limit.
        stopped_at: the number of entities at which the search stopped; None when it ended by itself.
    """

    company: EntityId
    upstream: bool
    types: tuple[str, ...]
    max_hops: int | None
    found: Mapping[EntityId, Reached]
    more: bool
    stopped_at: int | None

    @property
    def per_hop(self) -> tuple[int, ...]:
        """How many entities are first reached after 1, 2, ... hops."""
        counts: list[int] = []
        for item in self.found.values():
            if item.hops > len(counts):
                counts.append(0)
            counts[-1] += 1
        return tuple(counts)

    def chain(self, entity: EntityId) -> tuple[Reached, ...]:
        """The steps from ``company`` to ``entity``, nearest to the company first; empty for the company."""
        steps: list[Reached] = []
        while entity != self.company:
            steps.append(self.found[entity])
            entity = steps[-1].via
        return tuple(reversed(steps))

    def sentences(self, graph: nx.Graph, entity: EntityId) -> list[str]:
        """The chain as sentences, one a tie, in its order."""
        return [
            told(graph, step.entity, step.via, step.data)
            if self.upstream
            else told(graph, step.via, step.entity, step.data)
            for step in self.chain(entity)
        ]


def reach(
    graph: nx.Graph,
    company: EntityId,
    *,
    upstream: bool = True,
    max_hops: int | None = 2,
    types: Sequence[str] = SUPPLY,
    ended: bool | None = None,
    entity_limit: int = ENTITY_LIMIT,
) -> Reach:
    """Suppliers of suppliers (upstream) or customers of customers (downstream) of a company.

    Args:
        graph: any NetworkX graph; edges run supplier -> customer.
        company: where to start.
        upstream: against the ties; False follows them.
        max_hops: longest chain; None for no limit.
        types: tie types that count.
        ended: follow ties that are over, too; by default only in a graph as of a date, where they still
            held. Chokepoints and cut points count by the same rule.
        entity_limit: stop after the hop in which so many entities were found.

    Raises:
        EntityNotFound: ``company`` is not in the graph.
        AnalysisError: ``max_hops`` is below 1.
    Cost: O(ties of the entities reached), a breadth-first search.

    >>> chips = nx.DiGraph([("asml", "tsmc"), ("tsmc", "nvidia")])
    >>> {key: item.hops for key, item in reach(chips, "nvidia").found.items()}
    {'tsmc': 1, 'asml': 2}
    """
    if company not in graph:
        raise EntityNotFound(company, list(graph))
    if max_hops is not None and max_hops < 1:
        raise AnalysisError("The hop limit starts at 1.", hint="Ask for one hop at least.")
    ended = dated(graph) if ended is None else ended
    found: dict[EntityId, Reached] = {}
    layer, hops, stopped_at = [company], 0, None
    while layer and (max_hops is None or hops < max_hops):
        hops += 1
        new = _next_layer(graph, layer, found, company, upstream, types, ended)
        layer = sorted(new)
        for entity in watched(layer):
            via, kept = new[entity]
            shown = best(kept)
            found[entity] = Reached(entity, hops, via, shown.tie, shown.data)
        if len(found) >= entity_limit:
            stopped_at = len(found)
            break
    more = bool(layer) and bool(_next_layer(graph, layer, found, company, upstream, types, ended))
    return Reach(company, upstream, tuple(types), max_hops, found, more, stopped_at)


def _next_layer(
    graph: nx.Graph,
    layer: Sequence[EntityId],
    found: Mapping[EntityId, Reached],
    company: EntityId,
    upstream: bool,
    types: Sequence[str],
    ended: bool,
) -> dict[EntityId, tuple[EntityId, list[Link]]]:
    """What the layer reaches for the first time: by which of its entities (smallest id), by which ties."""
    new: dict[EntityId, tuple[EntityId, list[Link]]] = {}
    for via in watched(layer):
        for link in links(graph, via, types=types, upstream=upstream, ended=ended):
            if link.other in found or link.other == company:
                continue
            known = new.setdefault(link.other, (via, []))
            if known[0] == via:
                known[1].append(link)
    return new
