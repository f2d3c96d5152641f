"""The k best loopless paths between two entities or two sets of them, each step with its ties.

Best is fewest hops, or greatest strength: the product of the strengths of the steps
(:mod:`graph.analytics.strength`), each as strong as its strongest tie. The problem is Yen's (1971,
Management Science 17(11), 712-716); how it is solved stands in :mod:`graph.analytics.path_search`. Paths
as good as one another are ordered by hops, then by the ids along them, so the answer never depends on
the order in which the graph was built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from graph.analytics.path_bounds import hop_bounds, hop_distances, remaining, surroundings
from graph.analytics.path_listing import list_paths
from graph.analytics.path_network import StepNetwork, step_network
from graph.analytics.path_search import Search
from graph.analytics.path_steps import InfluencePath, Step, StepFinder
from graph.analytics.strength import strengths_with
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import EntityId

__all__ = ["InfluencePath", "PathQuery", "PathResult", "Step", "best_paths", "influence_paths"]
CANDIDATE_LIMIT = 200_000
"""Partial paths examined before the search stops and says so."""
MOST_WAYPOINTS = 4
_FEW, _MANY = 2_000, 2_000_000
RANKINGS = ("hops", "strength")


@dataclass(frozen=True, slots=True)
class PathQuery:
    """What paths are asked for.

    Attributes:
        k: how many at most.
        max_hops: longest path in steps; None for no limit.
        by: ``hops`` (fewest first) or ``strength`` (strongest first).
        directed: follow ties only from ``from`` to ``to``; ties without direction go both ways.
        types: only ties of these types; edges without a type always count. None takes all that are
            influence, see :data:`graph.analytics.influence.NO_INFLUENCE`.
        via: entities that must be on the path, in any order; at most ``MOST_WAYPOINTS``.
        exclude: entities and ties to leave out, by id.
        strengths: strength by tie type, or factor by status, in place of the declared ones. An edge
            attribute ``strength`` is taken before both.
        candidate_limit: partial paths examined before giving up; then ``stopped_at`` says so, and the
            paths found are still the best ones.
    """

    k: int = 10
    max_hops: int | None = 4
    by: str = "hops"
    directed: bool = False
    types: Collection[str] | None = None
    via: tuple[EntityId, ...] = ()
    exclude: Collection[str] = ()
    strengths: Mapping[str, float] | None = None
    candidate_limit: int = CANDIDATE_LIMIT

    def checked(self) -> PathQuery:
        """The same query.

        Raises:
            AnalysisError, ParameterError: something in it cannot be.
        """
        if self.k < 1 or (self.max_hops is not None and self.max_hops < 1):
            raise AnalysisError("k and max_hops start at 1.", hint="Ask for at least one path of one step.")
        if self.by not in RANKINGS:
            raise ParameterError("by", f"{self.by!r} is not known.", hint="Rank by hops or by strength.")
        strengths_with(self.strengths)
        if len(set(self.via)) > MOST_WAYPOINTS:
            raise ParameterError(
                "via", f"there are {len(set(self.via))} waypoints, at most {MOST_WAYPOINTS} can be searched.",
                hint="Search in parts: from one waypoint to the next.",
            )  # fmt: skip
        return self


@dataclass(frozen=True, slots=True)
class PathResult:
    """The answer to a path search, with what it means when it is empty.

    Attributes:
        paths: at most ``k``, the best first.
        sources, targets: the two ends. A path leaves the first set at its first entity and enters the
            second at its last.
        query: what was asked.
        ties_searched: number of ties in the graph.
        distance: hops of the shortest path of any length, waypoints not counted; None when the ends are
            not connected.
        more: whether there are more paths than ``k``; None when not known.
        stopped_at: partial paths examined when the work limit was reached; None when it was not.
        common: entities nearest to both ends (sum of hops from each), when no path was found.
        reach: how many other entities each end reaches, when no path was found.
    """

    paths: tuple[InfluencePath, ...]
    sources: tuple[EntityId, ...]
    targets: tuple[EntityId, ...]
    query: PathQuery
    ties_searched: int
    distance: int | None
    more: bool | None
    stopped_at: int | None
    common: tuple[EntityId, ...] = ()
    reach: tuple[int, int] | None = None

    @property
    def source(self) -> EntityId:
        """The first of the sources."""
        return self.sources[0]

    @property
    def target(self) -> EntityId:
        """The first of the targets."""
        return self.targets[0]

    @property
    def k(self) -> int:
        """How many paths were asked for."""
        return self.query.k

    @property
    def max_hops(self) -> int | None:
        """Longest path that was looked for."""
        return self.query.max_hops

    @property
    def directed(self) -> bool:
        """Whether directions counted."""
        return self.query.directed


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
    """The k shortest loopless paths from ``source`` to ``target``; see :func:`best_paths`."""
    query = PathQuery(k=k, max_hops=max_hops, directed=directed, candidate_limit=candidate_limit)
    return best_paths(graph, source, target, query)


def best_paths(
    graph: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    query: PathQuery | None = None,
) -> PathResult:
    """The k best loopless paths from any of ``sources`` to any of ``targets``.

    Args:
        graph: from :func:`graph.projection.to_networkx`, which decides which ties and dates count; or any
            graph of the caller's own, without ``type`` and ``tie`` on its edges if need be.
        sources, targets: an entity, or several. No path visits a source after its start or a target
            before its end: what is between stands for itself.
        query: see :class:`PathQuery`. Parallel ties between two entities are one step, as strong as the
            strongest of them.

    Raises:
        EntityNotFound: an end or waypoint is not in the graph; ``nearest`` has ids that may be meant.
        AnalysisError: an entity is at both ends, a tie has no strength, ``k`` or ``max_hops`` is below 1.
        ParameterError: another part of the query cannot be.
        GraphTooLarge: strength with a limit of very many hops.
    Cost: the first call on a graph makes arrays of it, O(m log m); then O(n + m) for the remaining costs
        by hops, that a hop up to ``max_hops`` by strength (O((n + m) log n) without limit), and a few
        look-ups per path found where no dead ends are in the way.

    >>> graph = nx.Graph([("a", "b"), ("b", "c"), ("a", "c")])
    >>> [path.entities for path in best_paths(graph, "a", "c").paths]
    [('a', 'c'), ('a', 'b', 'c')]
    """
    asked = (query or PathQuery()).checked()
    starts, ends = checked_ends(graph, sources, targets, via=asked.via, exclude=asked.exclude)
    measure = strengths_with(asked.strengths) if asked.by == "strength" else None
    types = None if asked.types is None else frozenset(asked.types)
    ties_out = frozenset(name for name in asked.exclude if name not in graph)
    network = step_network(graph, directed=asked.directed, types=types, strengths=measure, without=ties_out)
    found, stopped = _found(network, starts, ends, asked)
    steps = StepFinder(graph, directed=asked.directed, types=types, without=ties_out, strengths=measure)
    walks = [tuple(network.nodes[place] for place in walk) for _, walk in found[: asked.k]]
    paths = tuple(InfluencePath(tuple(map(steps.between, walk, walk[1:]))) for walk in walks)
    more = True if len(found) > asked.k else None if stopped else False
    result = PathResult(
        paths, starts, ends, asked, network.ties, None, more,
        asked.candidate_limit if stopped else None,
    )  # fmt: skip
    return _surveyed(result, network)


def exists(graph: nx.Graph, entities: tuple[EntityId, ...], query: PathQuery) -> InfluencePath | None:
    """The path along these entities as the graph has it now; None when a step is missing. O(its ties)."""
    measure = strengths_with(query.strengths) if query.by == "strength" else None
    types = None if query.types is None else frozenset(query.types)
    out = frozenset(query.exclude)
    if out & set(entities):
        return None
    steps = StepFinder(graph, directed=query.directed, types=types, without=out, strengths=measure)
    found = tuple(steps.between(start, end) for start, end in pairwise(entities))
    return InfluencePath(found) if all(step.ties for step in found) else None


def entities_of(
    graph: nx.Graph, ids: EntityId | Iterable[EntityId], name: str = "entity"
) -> tuple[EntityId, ...]:
    """One id or several as a tuple without repetition.

    Raises:
        EntityNotFound: one is not in the graph.
        ParameterError: there is none.
    """
    given: list[Any] = [ids] if isinstance(ids, str) or _is_node(graph, ids) else list(ids)
    if not given:
        raise ParameterError(name, "is empty.", hint="Name at least one entity.")
    for entity in given:
        if entity not in graph:
            raise EntityNotFound(str(entity), [str(node) for node in graph])
    return tuple(dict.fromkeys(given))


def _is_node(graph: nx.Graph, thing: object) -> bool:
    try:
        return thing in graph
    except TypeError:  # a list
        return False


def checked_ends(
    graph: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    *,
    via: Collection[EntityId] = (),
    exclude: Collection[str] = (),
) -> tuple[tuple[EntityId, ...], tuple[EntityId, ...]]:
    """Both ends as tuples without repetition.

    Raises:
        EntityNotFound: an end or waypoint is not in the graph.
        AnalysisError: an entity is at both ends.
        ParameterError: an end is empty, a waypoint is an end, or one of them is to be left out.
    """
    starts, ends = entities_of(graph, sources, "from"), entities_of(graph, targets, "to")
    if both := sorted(set(starts) & set(ends), key=str):
        if len(starts) == len(ends) == 1:
            raise AnalysisError("Both ends are the same entity.", hint="Choose two different ones.")
        raise AnalysisError(f"{both[0]} is at both ends.", hint="Leave it out on one side.")
    calls = entities_of(graph, via, "via") if via else ()
    for entity in calls:
        if entity in starts or entity in ends:
            raise ParameterError("via", f"{entity} is an end already.", hint="Leave it out as a waypoint.")
    for entity in (*starts, *ends, *calls):
        if entity in exclude:
            raise ParameterError(
                "exclude", f"{entity} is an end or a waypoint.", hint="It cannot be left out as well."
            )
    return starts, ends


def _found(
    network: StepNetwork, starts: tuple[EntityId, ...], ends: tuple[EntityId, ...], query: PathQuery
) -> tuple[list[tuple[float, tuple[int, ...]]], bool]:
    sources, goals = network.places(starts), network.places(ends)
    by_hops, barred, wanted = query.by == "hops", network.mask(query.exclude), query.k + 1
    if by_hops and query.max_hops is not None and not query.via:
        before, after = surroundings(network, sources, goals, barred, query.max_hops)
        # Written down at once where they are few, or nearly all of them are wanted.
        most = min(query.candidate_limit, max(_FEW, 4 * wanted), _MANY)
        walks = list_paths(network.forward, before, after, sources, goals, query.max_hops, most)
        if walks is not None:
            return [(float(len(walk) - 1), walk) for walk in walks[:wanted]], False
        bounds = hop_bounds(after, barred, sources)
    else:
        bounds = remaining(
            network, sources, goals, barred, max_hops=query.max_hops, by_hops=by_hops,
            waypoints=sorted({network.index[entity] for entity in query.via}),
        )  # fmt: skip
    search = Search(
        network.forward, bounds, goals.tolist(), max_hops=query.max_hops, by_hops=by_hops,
        limit=query.candidate_limit,
    )  # fmt: skip
    return search.run(sorted(sources.tolist()), wanted)


def _surveyed(result: PathResult, network: StepNetwork) -> PathResult:
    """The result with distance, and with what is near both ends when there is no path."""
    query = result.query
    if result.paths and query.by == "hops" and not query.via:
        return replace(result, distance=result.paths[0].hops)
    starts, ends = network.places(result.sources), network.places(result.targets)
    barred = network.mask(query.exclude)
    most = query.max_hops if result.paths else None
    _, after = surroundings(network, starts, ends, barred, most)
    least = after[starts].min()
    result = replace(result, distance=int(least) if np.isfinite(least) else None)
    if result.paths:
        return result
    first, second = (hop_distances(network.forward, side, shut=barred) for side in (starts, ends))
    first[barred] = second[barred] = np.inf
    reach = int(np.isfinite(first).sum()) - len(starts), int(np.isfinite(second).sum()) - len(ends)
    both = first + second
    both[starts] = both[ends] = np.inf
    near = np.flatnonzero(np.isfinite(both))
    near = near[np.argsort(both[near], kind="stable")][:3]
    return replace(result, common=tuple(network.nodes[place] for place in near.tolist()), reach=reach)
