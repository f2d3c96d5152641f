"""The k shortest loopless paths between two entities, each step with its ties as sentences.

The problem is Yen's (1971, Management Science 17(11), 712-716). With every step costing one hop, paths
can be listed in order without his repeated searches: breadth-first distances to the target are an
exact lower bound on what is left of a path, so a best-first search that extends partial paths and
drops those that cannot arrive in time meets complete paths in order of hops, and only ever holds
partial paths that can still be completed (an A* enumeration with a perfect heuristic on the graph
without the loop rule). Ties of length are ordered by the ids along the path, so the answer never
depends on the order in which the graph was built.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from graph.errors import AnalysisError, EntityNotFound
from graph.model import FACT_STATUSES, EntityId, Tie
from graph.ontology import ontology
from graph.wording import sentence

CANDIDATE_LIMIT = 200_000
"""Partial paths examined before the search stops and says so."""
_FAR = 1 << 30


@dataclass(frozen=True, slots=True)
class Step:
    """From one entity to the next: the ties between them, facts first, then the best dated.

    ``forward[i]`` says whether ``ties[i]`` runs along the path (``from_id`` -> ``to_id``) or against it.
    """

    from_id: EntityId
    to_id: EntityId
    ties: tuple[Tie, ...]
    forward: tuple[bool, ...]

    def sentences(self, graph: nx.MultiDiGraph) -> list[str]:
        """One sentence a tie, told in the direction of the path, so that the step reads on."""
        return [
            sentence(tie, _name(graph, tie.from_id), _name(graph, tie.to_id), backward=not along)
            for tie, along in zip(self.ties, self.forward, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class InfluencePath:
    """One path; ``steps`` lead from its first entity to its last without visiting any twice."""

    steps: tuple[Step, ...]

    @property
    def hops(self) -> int:
        """Number of steps."""
        return len(self.steps)

    @property
    def entities(self) -> tuple[EntityId, ...]:
        """The entities along the path, both ends included."""
        return (self.steps[0].from_id, *(step.to_id for step in self.steps))

    @property
    def is_fact(self) -> bool:
        """Whether every step has a tie that states a fact."""
        return all(any(tie.is_fact for tie in step.ties) for step in self.steps)


@dataclass(frozen=True, slots=True)
class PathResult:
    """The answer to a path search, with what it means when it is empty.

    Attributes:
        paths: at most ``k``, by hops, then by the ids along them.
        source, target, k, max_hops, directed: what was asked.
        ties_searched: number of ties in the graph.
        distance: hops of the shortest path of any length, None when the two are not connected.
        more: whether there are more paths within ``max_hops`` than ``k``; None when not known.
        stopped_at: partial paths examined when the work limit was reached; None when it was not.
        common: entities nearest to both ends (sum of hops to each), when no path was found.
    """

    paths: tuple[InfluencePath, ...]
    source: EntityId
    target: EntityId
    k: int
    max_hops: int
    directed: bool
    ties_searched: int
    distance: int | None
    more: bool | None
    stopped_at: int | None
    common: tuple[EntityId, ...] = ()


def influence_paths(
    graph: nx.MultiDiGraph,
    source: EntityId,
    target: EntityId,
    *,
    k: int = 10,
    max_hops: int = 4,
    directed: bool = False,
    candidate_limit: int = CANDIDATE_LIMIT,
) -> PathResult:
    """The k shortest loopless paths from ``source`` to ``target``.

    Args:
        graph: from :func:`graph.projection.to_networkx`; it decides which ties and dates count.
        k: how many paths at most. Parallel ties between two entities are one step.
        max_hops: longest path, in steps.
        directed: follow ties only from ``from`` to ``to``; ties without direction go both ways.
        candidate_limit: partial paths examined before giving up; then ``stopped_at`` says so, and the
            paths found are still the shortest ones.

    Raises:
        EntityNotFound: an end is not in the graph; ``nearest`` has ids that may be meant.
        AnalysisError: both ends are the same, or ``k`` or ``max_hops`` is below 1.
    Cost: O(n + m) for the distances, then O(d log c) a path examined, with d neighbours and c candidates.
    """
    for end in (source, target):
        if end not in graph:
            raise EntityNotFound(end, list(graph))
    if source == target:
        raise AnalysisError("Both ends are the same entity.", hint="Choose two different ones.")
    if k < 1 or max_hops < 1:
        raise AnalysisError("k and max_hops start at 1.", hint="Ask for at least one path of one step.")
    neighbours = _neighbours(graph, directed)
    left = _distances(_reversed(neighbours) if directed else neighbours, target)
    distance = left.get(source)
    found, stopped_at = _enumerate(neighbours, left, source, target, k + 1, max_hops, candidate_limit)
    paths = tuple(InfluencePath(_steps(graph, entities, directed)) for entities in found[:k])
    more = True if len(found) > k else None if stopped_at is not None else False
    common = () if paths else _common(neighbours, source, target)
    ties = graph.number_of_edges()
    return PathResult(paths, source, target, k, max_hops, directed, ties, distance, more, stopped_at, common)


def _neighbours(graph: nx.MultiDiGraph, directed: bool) -> dict[EntityId, list[EntityId]]:
    near: dict[EntityId, set[EntityId]] = {node: set() for node in graph}
    undirected_types = {declared.id for declared in ontology().types.values() if not declared.directed}
    for start, end, type_ in graph.edges(data="type"):
        if start == end:
            continue
        near[start].add(end)
        if not directed or type_ in undirected_types:
            near[end].add(start)
    return {node: sorted(others) for node, others in near.items()}


def _reversed(neighbours: Mapping[EntityId, Iterable[EntityId]]) -> dict[EntityId, list[EntityId]]:
    back: dict[EntityId, list[EntityId]] = {node: [] for node in neighbours}
    for node, others in neighbours.items():
        for other in others:
            back[other].append(node)
    return back


def _distances(neighbours: Mapping[EntityId, Iterable[EntityId]], start: EntityId) -> dict[EntityId, int]:
    """Hops from ``start`` to everything it reaches, nearest first."""
    found = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in neighbours[node]:
            if other not in found:
                found[other] = found[node] + 1
                queue.append(other)
    return found


def _enumerate(
    neighbours: Mapping[EntityId, list[EntityId]],
    left: Mapping[EntityId, int],
    source: EntityId,
    target: EntityId,
    wanted: int,
    max_hops: int,
    candidate_limit: int,
) -> tuple[list[tuple[EntityId, ...]], int | None]:
    """Loopless paths in order of (hops, ids); with the number examined when the limit cut the search."""
    found: list[tuple[EntityId, ...]] = []
    if left.get(source, _FAR) > max_hops:
        return found, None
    heap: list[tuple[int, tuple[EntityId, ...]]] = [(left[source], (source,))]
    examined = 0
    while heap and len(found) < wanted:
        bound, path = heapq.heappop(heap)
        last = path[-1]
        if last == target:
            found.append(path)
            continue
        examined += 1
        if examined > candidate_limit:
            return found, candidate_limit
        for other in neighbours[last]:
            total = len(path) + left.get(other, _FAR)
            if total <= max_hops and other not in path:
                # A detour around a loop only makes the bound grow, so complete paths pop in order.
                heapq.heappush(heap, (max(bound, total), (*path, other)))
    return found, None


def _steps(graph: nx.MultiDiGraph, entities: tuple[EntityId, ...], directed: bool) -> tuple[Step, ...]:
    return tuple(_step(graph, start, end, directed) for start, end in pairwise(entities))


def _step(graph: nx.MultiDiGraph, start: EntityId, end: EntityId, directed: bool) -> Step:
    types = ontology().types
    between = [(tie, True) for tie in _ties(graph, start, end)]
    between += [
        (tie, False) for tie in _ties(graph, end, start) if not directed or not types[tie.type].directed
    ]
    between.sort(key=lambda pair: _quality(pair[0]))
    return Step(start, end, tuple(tie for tie, _ in between), tuple(along for _, along in between))


def _ties(graph: nx.MultiDiGraph, start: EntityId, end: EntityId) -> list[Tie]:
    return [data["tie"] for data in graph.get_edge_data(start, end, default={}).values()]


def _quality(tie: Tie) -> tuple[bool, bool, int, str]:
    """Facts before plans, dated before undated, well sourced before thinly sourced, then by id."""
    return tie.status not in FACT_STATUSES, tie.start_date is None, -len(tie.sources), tie.id


def _common(
    neighbours: Mapping[EntityId, Iterable[EntityId]], source: EntityId, target: EntityId, count: int = 3
) -> tuple[EntityId, ...]:
    first, second = _distances(neighbours, source), _distances(neighbours, target)
    shared = (set(first) & set(second)) - {source, target}
    return tuple(sorted(shared, key=lambda node: (first[node] + second[node], node))[:count])


def _name(graph: nx.MultiDiGraph, entity: EntityId) -> str:
    return graph.nodes[entity].get("name") or entity
