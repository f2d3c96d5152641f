"""Harmonic closeness: how near everybody is, the sum of 1 / distance.

Unlike closeness it is defined on a graph in several parts: who cannot be reached adds 0. Distances are
in hops. All distances come from a breadth-first search from 64 entities at once, one bit each in a
machine word (Then et al. 2014, "The More the Merrier", VLDB Endowment 8(4), 449-460).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.analytics.compact import Scope, not_found, scoped
from graph.analytics.engines import networkit_of
from graph.errors import GraphTooLarge, ParameterError
from graph.model import EntityId
from graph.stopping import checkpoint

WHOLE = Scope()
WORK_LIMIT = 50_000_000_000
"""Entities times pairs up to which all values are computed: about a minute."""
_BITS = 64


def harmonic(
    graph: nx.Graph,
    scope: Scope = WHOLE,
    *,
    of: Iterable[EntityId] | None = None,
    work_limit: int | None = WORK_LIMIT,
) -> dict[EntityId, float]:
    """Harmonic closeness, not normalised: the sum over the others v of 1 / d(v, u).

    Args:
        graph: any NetworkX graph.
        scope: family and direction: ``in`` (default) takes distances towards the entity, as NetworkX
            does, ``out`` from it, ``both`` leaves direction aside. ``weight`` is not read.
        of: only these entities; exact as well, and cheap for few.
        work_limit: refuse when entities times pairs is more; None never refuses.

    Raises:
        EntityNotFound: an entity in ``of`` is not in the graph.
        GraphTooLarge: over the limit; :func:`harmonic_top` has no limit.
    Cost: O(n m / 64) word operations for all, O(m) a chosen entity.
        Source: Marchiori and Latora (2000), Physica A 285, 539-546; Boldi and Vigna (2014).

    >>> harmonic(nx.path_graph(3))
    {0: 1.5, 1: 2.0, 2: 1.5}
    """
    made = scoped(graph, replace(scope, weight=None))
    if of is not None:
        chosen = list(dict.fromkeys(of))
        for entity in chosen:
            if entity not in made.index:
                raise not_found(entity, graph)
        # Distances to an entity are distances from it with every tie turned round.
        places = np.array([made.index[entity] for entity in chosen], dtype=np.int64)
        parts = [_from_each(made.matrix, places[at : at + _BITS]) for at in range(0, len(places), _BITS)]
        return dict(zip(chosen, np.concatenate([*parts, np.zeros(0)]).tolist(), strict=True))
    work = len(made.nodes) * made.matrix.nnz
    if work_limit is not None and work > work_limit:
        raise GraphTooLarge(
            f"Distances between all {len(made.nodes):,} entities would take very long.",
            hint="Ask for the most central ones (harmonic_top), for chosen entities, or for one family.",
        )
    return made.values(_to_all(made.matrix))


def harmonic_top(graph: nx.Graph, count: int, scope: Scope = WHOLE) -> dict[EntityId, float]:
    """The ``count`` entities with the largest harmonic closeness, exact, best first, on graphs of any size.

    Cost: far below that of all values, as searches are cut off once they cannot reach the top.
    Source: Bergamini, Borassi, Crescenzi, Marino and Meyerhenke (2019), ACM TKDD 13(5), 53.
    """
    import networkit

    if count < 1:
        raise ParameterError("count", f"{count} is below 1.", hint="Ask for at least one.")
    # networkit measures distances from an entity, so that "in" is asked with ties turned round.
    turned = {"in": "out", "out": "in", "both": "both"}[scope.direction or "in"]
    plain = replace(scope, direction=turned, weight=None)
    nodes = scoped(graph, plain).nodes
    if not nodes:
        return {}
    held = networkit_of(graph, plain)
    found = networkit.centrality.TopHarmonicCloseness(held, min(count, len(nodes))).run()
    best = zip(found.topkNodesList(), found.topkScoresList(), strict=True)
    return {nodes[place]: float(score) for place, score in best}


@dataclass(frozen=True, slots=True, eq=False)
class _Pull:
    """Every entity with somebody before it, and those before it: what a step of the search gathers."""

    size: int
    live: NDArray[np.intp]
    starts: NDArray[np.int64]
    before: NDArray[np.int32]

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> _Pull:
        columns: Any = matrix.tocsc()
        live = np.flatnonzero(np.diff(columns.indptr))
        return cls(len(columns.indptr) - 1, live, columns.indptr[live].astype(np.int64), columns.indices)

    def levels(self, places: NDArray[np.int64]) -> Iterator[NDArray[np.uint64]]:
        """Per distance 1, 2, ...: a word an entity whose bit k says that it is that far from place k."""
        seen = np.zeros(self.size, dtype=np.uint64)
        np.bitwise_or.at(seen, places, np.uint64(1) << np.arange(len(places), dtype=np.uint64))
        front = seen
        while len(self.live):
            checkpoint()
            new = np.zeros(self.size, dtype=np.uint64)
            new[self.live] = np.bitwise_or.reduceat(front.take(self.before), self.starts)
            new &= ~seen
            if not new.any():
                return
            yield new
            seen = seen | new
            front = new


def _to_all(matrix: sparse.csr_array) -> NDArray[np.float64]:
    """Sum of 1 / distance from everybody to each. Whole numbers are added up, so the order is no matter."""
    pull = _Pull.of(matrix)
    places = np.arange(pull.size, dtype=np.int64)

    def part(begin: int, end: int) -> list[NDArray[np.int64]]:
        counts: list[NDArray[np.int64]] = []
        for at in range(begin, end, _BITS):
            for step, new in enumerate(pull.levels(places[at : min(at + _BITS, end)])):
                if step == len(counts):
                    counts.append(np.zeros(pull.size, dtype=np.int64))
                counts[step] += np.bitwise_count(new)
        return counts

    workers = min(os.cpu_count() or 1, 8)
    cuts = np.linspace(0, pull.size, workers + 1).astype(int).tolist()
    with ThreadPoolExecutor(workers) as pool:
        # In the context of the caller, so that what stops it stops them.
        started = [pool.submit(copy_context().run, part, *ends) for ends in pairwise(cuts)]
        found = [each.result() for each in started]
    total = np.zeros(pull.size)
    for step in range(max((len(counts) for counts in found), default=0)):
        total += sum(counts[step] for counts in found if step < len(counts)) / (step + 1)
    return total


def _from_each(matrix: sparse.csr_array, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of 1 / distance to each of at most 64 places."""
    pull = _Pull.of(sparse.csr_array(matrix.T))
    total = np.zeros(len(places))
    for step, new in enumerate(pull.levels(places), start=1):
        bits = np.unpackbits(
            new[new != 0].astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little"
        )
        total += bits.sum(axis=0)[: len(places)] / step
    return total
