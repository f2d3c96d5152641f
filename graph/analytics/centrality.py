"""Counting measures: degree, strength, k-core, connected components.

Degree and strength count ties; the k-core (Seidman 1983, Social Networks 5(3), 269-287) finds the
densest middle by peeling. Spectral measures are in :mod:`graph.analytics.spectral`, those of shortest
paths in :mod:`graph.analytics.betweenness` and :mod:`graph.analytics.closeness`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph

from graph.analytics.compact import Compact, Scope, edges_of, ends_of, kept, not_found, scoped
from graph.analytics.engines import networkit_of, seeded
from graph.analytics.influence import check_added, counts
from graph.model import EntityId
from graph.ontology import ontology

WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Degree:
    """Distinct neighbours, and the ties to them; several ties between two entities count severally."""

    neighbours: int
    ties: int


@dataclass(frozen=True, slots=True)
class Strength:
    """Sum of an attribute over an entity's ties.

    Attributes:
        total: the sum of what is known; None when nothing is.
        known, unknown: number of ties with and without a value. The true total is at least ``total``
            when values are never negative.
    """

    total: float | None
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Component:
    """Entities that can reach one another when direction is left aside, or both ways when ``strong``."""

    members: tuple[EntityId, ...]
    ties: int

    @property
    def size(self) -> int:
        """Number of entities."""
        return len(self.members)


def degree(graph: nx.Graph, scope: Scope = WHOLE) -> dict[EntityId, Degree]:
    """Neighbours and ties of every entity.

    Args:
        graph: any NetworkX graph; self-loops are left out.
        scope: family and direction (``in``, ``out``, ``both``; default both). Ties without direction,
            such as partnerships, count in every direction. ``weight`` is not read.

    Cost: O(n + m).

    >>> degree(nx.MultiDiGraph([("a", "b"), ("a", "b"), ("c", "b")]), Scope(direction="in"))["b"]
    Degree(neighbours=2, ties=3)
    """
    near = scoped(graph, replace(scope, weight=None), default="both")
    many = scoped(graph, replace(scope, weight="ties"), default="both")
    # Under "in" and "out" the matrix runs to the entity; under "both" it is symmetric.
    neighbours = np.bincount(near.matrix.indices, minlength=len(near.nodes))
    ties = np.bincount(many.matrix.indices, weights=many.matrix.data, minlength=len(near.nodes))
    return {
        node: Degree(count, int(total))
        for node, count, total in zip(near.nodes, neighbours.tolist(), ties.tolist(), strict=True)
    }


def degree_by_type(
    graph: nx.Graph, entities: Iterable[EntityId], scope: Scope = WHOLE
) -> dict[EntityId, dict[str, Degree]]:
    """The degree of some entities by tie type; an edge without a type counts under ``""``.

    Raises:
        EntityNotFound: an entity is not in the graph.
    Cost: O(ties of those entities).
    """
    found: dict[EntityId, dict[str, Degree]] = {}
    for entity in entities:
        near: dict[str, set[EntityId]] = defaultdict(set)
        ties: Counter[str] = Counter()
        for other, data in _touching(graph, entity, scope):
            type_ = str(data.get("type") or "")
            near[type_].add(other)
            ties[type_] += 1
        found[entity] = {type_: Degree(len(near[type_]), ties[type_]) for type_ in sorted(near)}
    return found


def strength(
    graph: nx.Graph, attribute: str = "amount_usd", scope: Scope = WHOLE
) -> dict[EntityId, Strength]:
    """The sum of ``attribute`` over the ties of every entity.

    Recorded amounts overlap (a round and the parts of it, a deal and its tranches), so a total is what
    the recorded ties add up to, not money counted once.

    Args:
        graph: any NetworkX graph; self-loops are left out.
        attribute: edge attribute; ties where it is missing are counted as unknown.
        scope: family and direction (default both); ``weight`` is not read.

    Raises:
        AnalysisError: a value is negative, not a number or infinite; names the tie.
    Cost: O(n + m).
    """
    check_added(attribute)
    every = scoped(graph, replace(scope, weight="ties"), default="both")
    summed = scoped(graph, replace(scope, weight=attribute, isolates=True), default="both")
    ties = np.bincount(every.matrix.indices, weights=every.matrix.data, minlength=len(every.nodes))
    total = np.bincount(summed.matrix.indices, weights=summed.matrix.data, minlength=len(summed.nodes))
    known = _known(graph, attribute, scope)
    found: dict[EntityId, Strength] = {}
    for node, count in zip(every.nodes, ties.tolist(), strict=True):
        at = summed.index[node]
        valued = int(known[at])
        found[node] = Strength(float(total[at]) if valued else None, valued, int(count) - valued)
    return found


def _known(graph: nx.Graph, attribute: str, scope: Scope) -> NDArray[np.int64]:
    """Number of ties with a value, by position of the graph."""
    ends = ends_of(graph)
    given = np.fromiter((data.get(attribute) is not None for _, _, _, data in edges_of(graph)), dtype=bool)
    use = given & (ends.tails != ends.heads)
    if (chosen := ends.of_types(scope.types)) is not None:
        use &= chosen
    size, direction = len(ends.nodes), scope.direction or "both"
    into = np.bincount(ends.heads[use], minlength=size)
    out = np.bincount(ends.tails[use], minlength=size)
    if direction == "both" or not graph.is_directed():
        return into + out
    free = use & ends.two_way()
    if direction == "in":
        return into + np.bincount(ends.tails[free], minlength=size)
    return out + np.bincount(ends.heads[free], minlength=size)


def core(graph: nx.Graph, scope: Scope = WHOLE) -> dict[EntityId, int]:
    """The core number of every entity: the largest k such that it is in a k-core.

    The k-core is what remains after taking away, again and again, everybody with fewer than k
    neighbours. Direction, parallel ties and self-loops are left aside.

    Cost: O(n + m). Source: Seidman (1983); algorithm of Batagelj and Zaversnik (2003).
    """
    import networkit

    plain = replace(scope, direction="both", weight=None)
    nodes = scoped(graph, plain).nodes
    if not nodes:
        return {}
    held = networkit_of(graph, plain)
    # One thread: peeling is a matter of milliseconds, and threads only wait for one another.
    with seeded(1, threads=1):
        peeled = networkit.centrality.CoreDecomposition(held).run()
    return dict(zip(nodes, map(int, peeled.scores()), strict=True))


def components(graph: nx.Graph, scope: Scope = WHOLE, *, strong: bool = False) -> tuple[Component, ...]:
    """Connected components, the largest first, then by their first member.

    Args:
        graph: any NetworkX graph.
        scope: family; direction matters only when ``strong``.
        strong: members reach one another along directed ties.

    Cost: O(n + m). Source: Tarjan (1972) for strong ones.
    """
    made = scoped(graph, replace(scope, weight="ties", direction=scope.direction if strong else "both"))
    labels: NDArray[Any]
    if strong and made.directed:
        number, labels = csgraph.connected_components(made.matrix, directed=True, connection="strong")
        lines: Any = scoped(graph, replace(scope, weight="ties", direction="both")).matrix.tocoo()
        inside = labels[lines.row] == labels[lines.col]
        rows, weights = lines.row[inside], lines.data[inside]
        ties = np.bincount(labels[rows], weights=weights, minlength=number) / 2  # a line stands there twice
    else:
        number, labels = _weak(graph, replace(scope, weight=None, direction="both"))
        # None leaves its part.
        ties = np.bincount(labels, weights=made.matrix.sum(axis=1), minlength=number) / 2
    by_id, ids = kept(graph, ("by id", scope.types, scope.isolates, made.directed), lambda: _by_id(made))
    order = np.argsort(labels[by_id], kind="stable")
    members = ids[order].tolist()
    starts = np.searchsorted(labels[by_id][order], np.arange(number + 1)).tolist()
    groups = (Component(tuple(members[starts[k] : starts[k + 1]]), int(ties[k])) for k in range(number))
    return tuple(sorted(groups, key=lambda group: (-group.size, group.members[0])))


def _weak(graph: nx.Graph, scope: Scope) -> tuple[int, NDArray[np.int64]]:
    """Number of components, direction left aside, and that of each entity."""
    import networkit

    held = networkit_of(graph, scope)
    found: Any = networkit.components.ConnectedComponents(held)
    found.run()
    labels = np.asarray(found.getPartition().getVector(), dtype=np.int64)
    return int(labels.max(initial=-1)) + 1, labels


def _by_id(made: Compact) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Positions in the order of the ids, and the ids."""
    order = made.by_id()
    ids = np.empty(len(order), dtype=object)
    ids[:] = [made.nodes[at] for at in order.tolist()]
    return order, ids


def ranked(values: Mapping[EntityId, float | None], *, smallest_first: bool = False) -> list[EntityId]:
    """Entities from the most central down; equal values (within 1e-9 of one another) by id.

    Values that threads have added up differ in their last digits from run to run, so equality is
    judged with a tolerance. Unknown values are left out.
    """
    sign = 1.0 if smallest_first else -1.0
    known = sorted(((sign * value, key) for key, value in values.items() if value is not None), key=_first)
    found: list[EntityId] = []
    equal: list[EntityId] = []
    last = 0.0
    for value, key in known:
        if equal and abs(value - last) > 1e-9 * max(abs(value), abs(last)):
            found += sorted(equal)
            equal = []
        equal.append(key)
        last = value
    return found + sorted(equal)


def _first(pair: tuple[float, EntityId]) -> float:
    return pair[0]


def _touching(graph: nx.Graph, entity: EntityId, scope: Scope) -> list[tuple[EntityId, Mapping[str, Any]]]:
    """The other end and the data of every tie of an entity within a scope; see :func:`ties_of`."""
    return [(other, data) for other, _, data in ties_of(graph, entity, scope)]


def ties_of(
    graph: nx.Graph, entity: EntityId, scope: Scope = WHOLE
) -> list[tuple[EntityId, str, Mapping[str, Any]]]:
    """Other end, id and data of every tie of an entity within a scope, self-loops left out.

    Raises:
        EntityNotFound: the entity is not in the graph.
    """
    if entity not in graph:
        raise not_found(entity, graph)
    direction = scope.direction or "both"
    types = ontology().types
    found: list[tuple[EntityId, str, Mapping[str, Any]]] = []
    for other, held, along in _sides(graph, entity):
        for key, data in held.items() if graph.is_multigraph() else [("", held)]:
            type_ = data.get("type")
            if not counts(type_, scope.types):
                continue
            declared = types.get(str(type_))
            free = along is None or (declared is not None and not declared.directed)
            if free or direction == "both" or (direction == "out") == along:
                found.append((other, str(data.get("id") or key), data))
    return found


def _sides(graph: nx.Graph, entity: EntityId) -> Iterator[tuple[EntityId, Any, bool | None]]:
    if isinstance(graph, nx.DiGraph):
        yield from ((other, held, True) for other, held in graph.succ[entity].items() if other != entity)
        yield from ((other, held, False) for other, held in graph.pred[entity].items() if other != entity)
    else:
        yield from ((other, held, None) for other, held in graph.adj[entity].items() if other != entity)
