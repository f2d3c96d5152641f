"""Who must agree to block every influence path between two ends: a cheapest set of entities between them.

Menger (1927, Fundamenta Mathematicae 10, 96-115): the fewest entities whose removal parts two ends that
are not tied directly are as many as the most paths that share nobody but the ends. The set is read off a
maximum flow in which every entity is an arc with its weight as capacity (Ford and Fulkerson 1956,
Canadian Journal of Mathematics 8, 399-404), and the flow's paths prove that no cheaper set exists. Flows
are whole numbers: decimal weights are scaled up exactly.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.path_bounds import row_places, surroundings
from graph.analytics.path_network import Ints, StepNetwork, step_network
from graph.analytics.path_steps import Step, StepFinder
from graph.analytics.paths import checked_ends
from graph.errors import AnalysisError, GraphTooLarge
from graph.model import EntityId
from graph.stopping import checkpoint

_SURE_HOPS = 3
"""Up to here a set that blocks the surroundings is smallest for the short paths alone, too."""
_LARGEST_FLOW = 2**31 - 2
_EXACT_ARCS = 300_000


@dataclass(frozen=True, slots=True)
class Route:
    """A path between the ends, and how much of the weight of everybody on it belongs to it alone."""

    entities: tuple[EntityId, ...]
    amount: float

    @property
    def hops(self) -> int:
        """Number of steps."""
        return len(self.entities) - 1


@dataclass(frozen=True, slots=True)
class Blocking:
    """One cheapest set of entities between two ends that blocks every path.

    Attributes:
        sources, targets: the ends; they are never asked themselves.
        members: the set, by id: the one nearest to the sources. Empty when nothing is to be blocked.
        cost: sum of the members' weights; their number when none were given.
        unique: no other set is as cheap.
        other: where there is another, the one nearest to the targets; may share members.
        direct: steps from source to target, which nobody in between can block; ``members`` then block
            everything else.
        proof: paths that share nobody beyond their weight; their amounts sum to ``cost``, so no set is
            cheaper. Without weights: as many paths without common entities as there are members.
        smallest: no cheaper set blocks the paths within ``max_hops``. Without limit, or up to 3 hops, this
            is always so; else it is so where the proof's paths stay within the limit. Otherwise unknown:
            the members block all of these paths and also longer ones around them.
        max_hops: only entities and steps on a walk of at most this length were looked at; None for all.
        between: number of entities that were looked at.
        ties_searched: number of ties in the graph.
        weighted: whether weights were given; ``unweighted`` counts those looked at that had none.
    """

    sources: tuple[EntityId, ...]
    targets: tuple[EntityId, ...]
    members: tuple[EntityId, ...]
    cost: float
    unique: bool
    other: tuple[EntityId, ...]
    direct: tuple[Step, ...]
    proof: tuple[Route, ...]
    smallest: bool
    max_hops: int | None
    between: int
    ties_searched: int
    weighted: bool
    unweighted: int


def blocking_set(
    graph: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    *,
    max_hops: int | None = None,
    directed: bool = False,
    types: Collection[str] | None = None,
    exclude: Collection[str] = (),
    weights: Mapping[EntityId, float] | str | None = None,
) -> Blocking:
    """A cheapest set of entities that together block every path from ``sources`` to ``targets``.

    Args:
        graph: see :func:`graph.analytics.paths.best_paths`, also for ends, types, exclude and directed.
        max_hops: block the paths of up to this length; None blocks all.
        weights: how hard each entity is to win, above 0 and finite, by id or as the name of a node
            attribute; an entity without one counts 1. None counts each as 1.

    Raises:
        EntityNotFound, AnalysisError, ParameterError: ends that cannot be, or a weight.
        GraphTooLarge: weights with so many digits that sums do not fit into 31 bits, on a large graph.
    Cost: O(n + m) and a maximum flow of small value: Dinic, O(m) a round, few rounds in practice.

    >>> graph = nx.Graph([("s", "a"), ("s", "b"), ("a", "c"), ("b", "c"), ("a", "t"), ("c", "t")])
    >>> found = blocking_set(graph, "s", "t", weights={"a": 3, "b": 1, "c": 1})
    >>> found.cost, found.members, found.unique, found.other
    (4.0, ('a', 'b'), False, ('a', 'c'))
    """
    starts, ends = checked_ends(graph, sources, targets, exclude=exclude)
    if max_hops is not None and max_hops < 1:
        raise AnalysisError("max_hops starts at 1.", hint="Leave it out to block paths of any length.")
    wanted = None if types is None else frozenset(types)
    out = frozenset(name for name in exclude if name not in graph)
    network = step_network(graph, directed=directed, types=wanted, without=out)
    finder = StepFinder(graph, directed=directed, types=wanted, without=out)
    direct = tuple(step for a in starts for b in ends if (step := finder.between(a, b)).ties)
    arcs = _Arcs.between(network, starts, ends, exclude, max_hops)
    prices, scale, unweighted = _prices(graph, [network.nodes[place] for place in arcs.inner], weights)
    flow = arcs.flow(prices)
    near, far = arcs.cuts(prices, flow)
    proof = tuple(
        Route(tuple(network.nodes[place] for place in route), float(Fraction(amount, scale)))
        for route, amount in arcs.routes(flow)
    )
    short = max_hops is None or max_hops <= _SURE_HOPS or all(route.hops <= max_hops for route in proof)
    members, other = (tuple(network.nodes[arcs.inner[place]] for place in cut) for cut in (near, far))
    return Blocking(
        starts, ends, members, float(Fraction(sum(prices[place] for place in near), scale)), near == far,
        () if near == far else other, direct, proof, short, max_hops, len(arcs.inner), network.ties,
        weights is not None, unweighted,
    )  # fmt: skip


def _prices(
    graph: nx.Graph, entities: list[EntityId], weights: Mapping[EntityId, float] | str | None
) -> tuple[list[int], int, int]:
    """Whole prices, what they are multiplied by, and how many entities had no weight."""
    if weights is None:
        return [1] * len(entities), 1, 0
    found: list[Any] = (
        [graph.nodes[entity].get(weights) for entity in entities]
        if isinstance(weights, str)
        else [weights.get(entity) for entity in entities]
    )
    exact: dict[Any, Fraction] = {None: Fraction(1)}
    for entity, value in zip(entities, found, strict=True):
        if value in exact:
            continue
        number = _number(value)
        if not 0 < number < math.inf:  # refuses NaN too
            raise AnalysisError(
                f"The weight of {entity} is {value}; weights are above 0 and finite.",
                hint="Exclude an entity if it cannot be asked at all.",
            )
        exact[value] = Fraction(repr(number))
    scale = math.lcm(*(value.denominator for value in exact.values()))
    return [int(exact[value] * scale) for value in found], scale, found.count(None)


def _number(value: Any) -> float:
    """NaN, which is refused, for what is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


@dataclass(frozen=True, slots=True, eq=False)
class _Arcs:
    """Arcs between the ends: 0 is the source, 1 the target, 2 + 2i and 3 + 2i way in and out of inner[i].

    Attributes:
        inner: positions of the entities between the ends in the network.
        tails, heads: arcs; the first ``len(inner)`` lead through an entity, from its way in to its way out.
        real: the entities at both ends of each further arc, as positions in the network.
    """

    inner: list[int]
    tails: Ints
    heads: Ints
    real: NDArray[np.int64]

    @classmethod
    def between(
        cls,
        network: StepNetwork,
        starts: tuple[EntityId, ...],
        ends: tuple[EntityId, ...],
        exclude: Collection[str],
        max_hops: int | None,
    ) -> _Arcs:
        """Every step on a walk of at most ``max_hops`` from start to end, direct ones left out."""
        forward = network.forward
        sources, goals = network.places(starts), network.places(ends)
        before, after = surroundings(network, sources, goals, network.mask(exclude), max_hops)
        first, last = network.mask(starts), network.mask(ends)
        most = np.inf if max_hops is None else float(max_hops)
        onward = np.isfinite(before) & np.isfinite(after) & (before + after <= most) & ~last
        rows = np.flatnonzero(onward)
        tails = np.repeat(rows, forward.starts[rows + 1] - forward.starts[rows])
        heads = forward.heads[row_places(forward, rows)].astype(np.int64)
        length = before[tails] + 1 + after[heads]
        # Nobody goes back to a start, and a step from end to end is not to be blocked by anybody.
        keep = np.isfinite(length) & (length <= most) & ~first[heads] & ~(first[tails] & last[heads])
        tails, heads = tails[keep], heads[keep]
        used = np.zeros(forward.size, dtype=np.bool_)
        used[tails] = used[heads] = True
        inner = np.flatnonzero(used & ~first & ~last)
        number = np.zeros(forward.size, dtype=np.int64)
        number[inner] = np.arange(len(inner))
        from_, to = (
            np.where(first[tails], 0, 3 + 2 * number[tails]),
            np.where(last[heads], 1, 2 + 2 * number[heads]),
        )
        # Several sources may lead to one entity: one arc, told by the first of them.
        _, single = np.unique(from_ * (2 + 2 * len(inner)) + to, return_index=True)
        through = 2 + 2 * np.arange(len(inner))
        return cls(
            inner.tolist(),
            np.concatenate([through, from_[single]]),
            np.concatenate([through + 1, to[single]]),
            np.stack([tails[single], heads[single]], axis=1),
        )

    def flow(self, prices: list[int]) -> list[int]:
        """A maximum flow, arc by arc."""
        if not self.inner:
            return [0] * len(self.tails)
        # Everybody next to one end is a set that blocks, so no flow exceeds their price.
        rings = (set(self.heads[self.tails == 0].tolist()), set(self.tails[self.heads == 1].tolist()))
        most = min(sum(prices[(arc - 2) // 2] for arc in ring) for ring in rings) + 1
        room = [min(price, most) for price in prices] + [most] * (len(self.tails) - len(prices))
        n = 2 + 2 * len(self.inner)
        if most <= _LARGEST_FLOW:
            capacity = sparse.csr_matrix(
                (np.asarray(room, dtype=np.int32), (self.tails, self.heads)), shape=(n, n)
            )
            found = csgraph.maximum_flow(capacity, 0, 1, method="dinic").flow
            return np.asarray(found[self.tails, self.heads]).ravel().tolist()
        if len(self.tails) > _EXACT_ARCS:
            raise GraphTooLarge(
                f"The weights have too many digits to be summed exactly over {len(self.inner):,} entities.",
                hint="Round them, or set max_hops.",
            )
        arcs = nx.DiGraph()
        arcs.add_nodes_from((0, 1))
        for tail, head, capacity in zip(self.tails.tolist(), self.heads.tolist(), room, strict=True):
            arcs.add_edge(tail, head, capacity=capacity)
        _, flows = nx.maximum_flow(arcs, 0, 1, flow_func=nx.algorithms.flow.dinitz)
        return [
            flows[tail][head] for tail, head in zip(self.tails.tolist(), self.heads.tolist(), strict=True)
        ]

    def cuts(self, prices: list[int], flow: list[int]) -> tuple[list[int], list[int]]:
        """The cheapest set nearest to the source, and the one nearest to the target."""
        count = len(self.inner)
        n = 2 + 2 * count
        moved = np.asarray([amount > 0 for amount in flow], dtype=np.bool_)
        room = np.ones(len(flow), dtype=np.bool_)
        room[:count] = [amount < price for amount, price in zip(flow[:count], prices, strict=True)]
        tails = np.concatenate([self.tails[room], self.heads[moved]])
        heads = np.concatenate([self.heads[room], self.tails[moved]])
        left = sparse.csr_array((np.ones(len(tails)), (tails, heads)), shape=(n, n))
        found: list[list[int]] = []
        for origin, matrix in ((0, left), (1, left.T.tocsr())):
            seen = np.zeros(n, dtype=np.bool_)
            seen[csgraph.breadth_first_order(matrix, origin, return_predecessors=False)] = True
            into, out = seen[2::2], seen[3::2]
            found.append(np.flatnonzero(into & ~out if origin == 0 else out & ~into).tolist())
        return found[0], found[1]

    def routes(self, flow: list[int]) -> Iterator[tuple[tuple[int, ...], int]]:
        """The flow as paths of positions in the network, and what flows along each."""
        count = len(self.inner)
        left: dict[int, dict[int, int]] = defaultdict(dict)
        real: dict[tuple[int, int], tuple[int, int]] = {}
        for place, amount in enumerate(flow):
            if amount > 0:
                tail, head = int(self.tails[place]), int(self.heads[place])
                left[tail][head] = amount
                if place >= count:
                    real[tail, head] = int(self.real[place - count, 0]), int(self.real[place - count, 1])
        while left[0]:
            checkpoint()
            walk = _walk(left)
            pairs = list(pairwise(walk))
            amount = _taken(left, pairs)
            steps = [real[pair] for pair in pairs if pair in real]
            yield (steps[0][0], *(head for _, head in steps)), amount


def _walk(left: dict[int, dict[int, int]]) -> list[int]:
    """A walk along the flow from 0 to 1; flow that only goes round in a circle is taken out on the way."""
    walk = [0]
    while walk[-1] != 1:
        head = min(left[walk[-1]])
        if head in walk:
            start = walk.index(head)
            circle = [*walk[start:], head]
            _taken(left, list(pairwise(circle)))
            del walk[start + 1 :]
        else:
            walk.append(head)
    return walk


def _taken(left: dict[int, dict[int, int]], pairs: list[tuple[int, int]]) -> int:
    amount = min(left[tail][head] for tail, head in pairs)
    for tail, head in pairs:
        left[tail][head] -= amount
        if not left[tail][head]:
            del left[tail][head]
    return amount
