"""The steps that a path may take, as arrays: from each entity to its neighbours, with what a step costs.

Parallel ties are one step, as cheap as the cheapest of them. Entities stand in the order of their ids,
so that comparing positions compares ids, and no answer depends on the order in which a graph was built.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph.analytics.compact import kept
from graph.analytics.influence import counts
from graph.analytics.strength import Strengths, checked_strength, step_costs
from graph.model import EntityId, TieId
from graph.ontology import ontology

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """Steps row by row: those of entity i are ``heads[starts[i]:starts[i + 1]]``, in ascending order."""

    starts: Ints
    heads: Ints
    costs: Floats

    @property
    def size(self) -> int:
        """Number of entities."""
        return len(self.starts) - 1

    def walled(self, blocked: NDArray[np.bool_]) -> Arrows:
        """The same with no way out of the blocked entities: those steps cost infinitely much."""
        costs = self.costs.copy()
        for place in np.flatnonzero(blocked).tolist():
            costs[self.starts[place] : self.starts[place + 1]] = np.inf
        return Arrows(self.starts, self.heads, costs)


@dataclass(frozen=True, slots=True, eq=False)
class StepNetwork:
    """All steps of a graph, forwards and turned round; the same arrays where every step goes both ways.

    Attributes:
        nodes: entities in the order of their ids; position is the index of the arrays.
        index: entity to position.
        ties: number of ties in the whole graph.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    forward: Arrows
    back: Arrows
    ties: int

    def places(self, entities: Collection[EntityId]) -> Ints:
        """Positions of these entities."""
        return np.asarray([self.index[entity] for entity in entities], dtype=np.int64)

    def mask(self, entities: Collection[EntityId]) -> NDArray[np.bool_]:
        """True at these entities; those that are not in the graph are passed over."""
        found = np.zeros(len(self.nodes), dtype=np.bool_)
        found[[self.index[entity] for entity in entities if entity in self.index]] = True
        return found


def step_network(
    graph: nx.Graph,
    *,
    directed: bool,
    types: frozenset[str] | None = None,
    strengths: Strengths | None = None,
    without: frozenset[TieId] = frozenset(),
) -> StepNetwork:
    """The steps of a graph.

    Args:
        directed: follow ties from ``from`` to ``to`` only; types without direction go both ways all the
            same, and so does everything in an undirected graph.
        types: only ties of these types; edges without a type always count. None takes all that are
            influence, see :mod:`graph.analytics.influence`.
        strengths: a step costs minus the logarithm of its strength; None makes each step cost 1.
        without: ids of ties to leave out.

    Raises:
        AnalysisError: a tie has no strength, or one outside (0, 1].
    Cost: O(m log m), once per graph and arguments; anew each time when ties are left out.
    """
    table = kept(graph, ("edge table",), lambda: _table(graph))
    if without:
        return _build(graph, table, directed, types, strengths, without)
    key = ("steps", directed, types, strengths.key() if strengths else None)
    return kept(graph, key, lambda: _build(graph, table, directed, types, strengths, without))


def goes_both_ways(type_: str | None) -> bool:
    """Whether the ontology declares the tie type without direction."""
    declared = ontology().types.get(type_ or "")
    return declared is not None and not declared.directed


def tie_id(key: object, data: Mapping[str, Any], start: EntityId, end: EntityId) -> TieId:
    """Id of an edge: its ``id``, else its key where that is a name, else its two ends."""
    found = data.get("id") or (key if isinstance(key, str) else None)
    return str(found) if found is not None else f"{start}->{end}"


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    tails: Ints
    heads: Ints
    kinds: Ints  # position in `pairs`
    pairs: tuple[tuple[str | None, str | None], ...]  # type and status
    own: Mapping[int, Any]  # edges with a strength of their own, as it stands there
    ids: list[TieId]
    ties: int


def _table(graph: nx.Graph) -> _Table:
    nodes = tuple(_ordered(graph))
    index = {node: place for place, node in enumerate(nodes)}
    tails: list[int] = []
    heads: list[int] = []
    kinds: list[int] = []
    ids: list[TieId] = []
    pairs: dict[tuple[str | None, str | None], int] = {}
    own: dict[int, Any] = {}
    several = graph.is_multigraph()
    loops = 0
    for start, others in graph.adjacency():
        tail = index[start]
        for end, held in others.items():
            if start == end:
                loops += len(held) if several else 1
                continue
            head = index[end]
            for key, data in held.items() if several else ((None, held),):
                tails.append(tail)
                heads.append(head)
                kinds.append(pairs.setdefault((data.get("type"), data.get("status")), len(pairs)))
                if (strength := data.get("strength")) is not None:
                    own[len(ids)] = strength
                ids.append(tie_id(key, data, start, end))
    # An undirected graph tells every edge from both sides, and loops once. Counted here, because
    # NetworkX counts the edges of a multigraph one by one each time.
    ties = (len(ids) if graph.is_directed() else len(ids) // 2) + loops
    t, h, k = (np.asarray(values, dtype=np.int64) for values in (tails, heads, kinds))
    return _Table(nodes, index, t, h, k, tuple(pairs), own, ids, ties)


def _ordered(graph: nx.Graph) -> list[EntityId]:
    try:
        return sorted(graph)
    except TypeError:  # ids of several kinds, in a graph of the caller's own
        return sorted(graph, key=lambda node: (type(node).__name__, str(node)))


def _build(
    graph: nx.Graph,
    table: _Table,
    directed: bool,
    types: frozenset[str] | None,
    strengths: Strengths | None,
    without: frozenset[TieId],
) -> StepNetwork:
    wanted = [counts(type_, types) for type_, _ in table.pairs]
    keep = np.asarray(wanted, dtype=np.bool_)[table.kinds]
    if without:
        keep &= np.fromiter((name not in without for name in table.ids), np.bool_, len(table.ids))
    costs = _costs(table, strengths, keep)
    tails, heads, costs, kinds = table.tails[keep], table.heads[keep], costs[keep], table.kinds[keep]
    n = len(table.nodes)
    if not graph.is_directed():
        both = _arrows(n, tails, heads, costs)
        return StepNetwork(table.nodes, table.index, both, both, table.ties)
    turn = [not directed or goes_both_ways(type_) for type_, _ in table.pairs]
    turned = np.asarray(turn, dtype=np.bool_)[kinds]
    ends = np.concatenate([tails, heads[turned]]), np.concatenate([heads, tails[turned]])
    costs = np.concatenate([costs, costs[turned]])
    forward = _arrows(n, *ends, costs)
    back = forward if turned.all() else _arrows(n, ends[1], ends[0], costs)
    return StepNetwork(table.nodes, table.index, forward, back, table.ties)


def _costs(table: _Table, strengths: Strengths | None, keep: NDArray[np.bool_]) -> Floats:
    if strengths is None:
        return np.ones(len(table.ids))
    values = np.ones(len(table.pairs))
    needed = keep.copy()
    needed[list(table.own)] = False
    for place in np.unique(table.kinds[needed]).tolist():
        type_, status = table.pairs[place]
        first = table.ids[int(np.flatnonzero(needed & (table.kinds == place))[0])]
        values[place] = strengths.of({"type": type_, "status": status}, tie=first)
    each = values[table.kinds]
    for place, strength in table.own.items():
        if keep[place]:
            each[place] = checked_strength(strength, f"The strength of the tie {table.ids[place]}")
    return step_costs(each)


def _arrows(n: int, tails: Ints, heads: Ints, costs: Floats) -> Arrows:
    pair = tails * n + heads
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]])) if len(pair) else pair
    least = np.minimum.reduceat(costs[order], first) if len(pair) else costs
    tails, heads = pair[first] // max(n, 1), pair[first] % max(n, 1)
    starts = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(tails, minlength=n), out=starts[1:])
    return Arrows(starts.astype(np.int32), heads.astype(np.int32), least)
