"""All simple cycles up to a length, of the whole graph or through given entities.

The bounded search of Gupta and Suzumura (2021, arXiv 2105.10094), which NetworkX cites too: inside
each strongly connected component take a root, list the cycles through it, remove it, go on; and never
extend a path that cannot be back at its root in time. Three things are our own. Roots come by falling
degree, so that hubs are gone before the many small roots are searched. Paths are extended by the
hundred thousand at once, as arrays. And lengths are searched one after the other, so that a limit cuts
off the longest cycles and never the short ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.compact import kept
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import EntityId
from graph.stopping import watched

CYCLE_LIMIT = 1_000
CANDIDATE_LIMIT = 20_000_000
"""Steps looked at before a search stops and says so: some seconds of work."""
SHORTEST, LONGEST = 1, 8
_CHUNK = 200_000
_FEW_ROOTS = 64
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cycles:
    """Simple cycles, shortest first, then by ids.

    Attributes:
        cycles: each starts with its smallest id and leaves out the return to it.
        max_length, including, limit: what was asked.
        more: whether there are more cycles than ``limit``; None when the search was stopped.
        stopped_at: steps looked at when the work limit was reached; None when it was not. The cycles
            found are right but not all.
        entities, links: size of the graph that was searched, parallel edges counted once.
    """

    cycles: tuple[tuple[EntityId, ...], ...]
    max_length: int
    including: tuple[EntityId, ...]
    limit: int | None
    more: bool | None
    stopped_at: int | None
    entities: int
    links: int


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The steps that a cycle may take.

    Attributes:
        nodes: all ids, sorted; position is the index used below.
        index: id to position.
        matrix: n x n CSR; ``matrix[i, j]`` has bit 1, 2, 4 ... set for each sort of step i -> j.
        loops: positions of nodes with an edge to themselves; such edges are not in ``matrix``.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    matrix: sparse.csr_array
    loops: tuple[int, ...]


def bounded_cycles(
    graph: nx.DiGraph,
    *,
    max_length: int = 5,
    including: Iterable[EntityId] = (),
    limit: int | None = CYCLE_LIMIT,
    candidate_limit: int = CANDIDATE_LIMIT,
) -> Cycles:
    """All simple cycles of at most ``max_length`` steps, along the direction of the edges.

    Parallel edges are one step; an edge from a node to itself is a cycle of length 1.

    Args:
        max_length: 1 to 8.
        including: only cycles through at least one of these; all cycles when empty.
        limit: how many at most, the shortest first; None for all.
        candidate_limit: steps looked at before the search stops, see ``Cycles.stopped_at``.

    Raises:
        AnalysisError: the graph is not directed.
        EntityNotFound: an entity of ``including`` is not in the graph.
        ParameterError: ``max_length``, ``limit`` or ``candidate_limit`` out of range.
    Cost: O((c + n) (k - 1) d^k) at worst for c cycles up to k with mean degree d (Gupta and Suzumura).

    >>> bounded_cycles(nx.DiGraph(["ab", "bc", "ca", "ba"])).cycles
    (('a', 'b'), ('a', 'b', 'c'))
    """
    wanted = check_request(graph, including, max_length, SHORTEST, limit, candidate_limit)
    links = kept(graph, ("cycle links",), lambda: links_of(graph, ((u, v, 1) for u, v in graph.edges())))
    return cycles_in(
        links, max_length=max_length, including=wanted, limit=limit, candidate_limit=candidate_limit
    )


def check_request(
    graph: nx.Graph,
    including: Iterable[EntityId],
    max_length: int,
    shortest: int,
    limit: int | None,
    candidate_limit: int,
) -> tuple[EntityId, ...]:
    """The entities to go through, each once; errors as for :func:`bounded_cycles`."""
    if not graph.is_directed():
        raise AnalysisError(
            "Circles follow the direction of ties, and this graph has none.",
            hint="Use a DiGraph or MultiDiGraph; graph.to_directed() takes every edge both ways.",
        )
    if not shortest <= max_length <= LONGEST:
        raise ParameterError(
            "max_length", f"{max_length} is not between {shortest} and {LONGEST}.", hint="Try 5."
        )
    for name, value in (("limit", limit), ("candidate_limit", candidate_limit)):
        if value is not None and value < 1:
            raise ParameterError(name, f"{value} is below 1.", hint="Ask for at least one.")
    wanted = tuple(dict.fromkeys(including))
    for entity in wanted:
        if entity not in graph:
            raise EntityNotFound(entity, [str(node) for node in graph])
    return wanted


def links_of(graph: nx.Graph, steps: Iterable[tuple[EntityId, EntityId, int]]) -> Links:
    """Links from (start, end, bits); bits of parallel steps are joined."""
    nodes = sorted_ids(graph)
    index = {node: place for place, node in enumerate(nodes)}
    n = len(nodes)
    loops: set[int] = set()
    keys: list[int] = []
    bits: list[int] = []
    for start, end, bit in steps:
        i, j = index[start], index[end]
        if i == j:
            loops.add(i)
        else:
            keys.append(i * n + j)
            bits.append(bit)
    pairs, place = np.unique(np.asarray(keys, dtype=np.int64), return_inverse=True)
    joined = np.zeros(len(pairs), dtype=np.int8)
    np.bitwise_or.at(joined, place, np.asarray(bits, dtype=np.int8))
    rows, columns = np.divmod(pairs, max(n, 1))
    return Links(
        nodes, index, sparse.csr_array((joined, (rows, columns)), shape=(n, n)), tuple(sorted(loops))
    )


def cycles_in(
    links: Links,
    *,
    max_length: int,
    including: Sequence[EntityId] = (),
    limit: int | None = CYCLE_LIMIT,
    candidate_limit: int = CANDIDATE_LIMIT,
    need: int = 0,
) -> Cycles:
    """The same as :func:`bounded_cycles` on links; ``need`` are bits that the steps must have together."""
    entry = [links.index[entity] for entity in including]
    alone = [place for place in links.loops if not entry or place in entry] if not need else []
    found: list[tuple[int, ...]] = [(place,) for place in alone]
    most = candidate_limit if limit is None else limit + 1
    search = _Search(links.matrix, entry, need, candidate_limit)
    for length in range(2, max_length + 1):
        if search.stopped or len(found) >= most:
            break
        some: list[tuple[int, ...]] = []
        for batch in watched(search.of_length(length)):
            some += map(tuple, batch.tolist())
            if len(found) + len(some) >= most:
                break
        found += sorted(some)
    cut = limit is not None and len(found) > limit
    shown = found[:limit] if cut else found
    return Cycles(
        cycles=tuple(tuple(links.nodes[place] for place in cycle) for cycle in shown),
        max_length=max_length,
        including=tuple(including),
        limit=limit,
        more=True if cut else None if search.stopped else False,
        stopped_at=candidate_limit if search.stopped and not cut else None,
        entities=len(links.nodes),
        links=int(links.matrix.nnz) + len(links.loops),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    """A length, and the way back to the roots of a batch, known ``depth`` steps deep.

    ``reach`` has keys (place of root, node), ascending; ``left`` the steps from the node to the root.
    """

    length: int
    depth: int
    reach: _Ints
    left: _Ints

    def within(self, keys: _Ints, most: int) -> NDArray[np.bool_]:
        """Which keys are at most ``most`` steps from their root."""
        place = np.minimum(np.searchsorted(self.reach, keys), len(self.reach) - 1)
        return (self.reach[place] == keys) & (self.left[place] <= most)


class _Search:
    """The cycles of each length in turn. Inside, nodes are numbered by their order as roots."""

    def __init__(self, matrix: sparse.csr_array, entry: list[int], need: int, budget: int) -> None:
        inner, nodes, roots = _reduced(matrix, entry)
        self.nodes, self.roots, self.n = nodes, roots, len(nodes)
        self.few, self.need = bool(entry) and len(entry) <= _FEW_ROOTS, need
        self.starts, self.ends = inner.indptr.astype(np.int64), inner.indices.astype(np.int64)
        back = sparse.csr_array(inner.T)
        self.back_starts, self.back_ends = back.indptr.astype(np.int64), back.indices.astype(np.int64)
        self.bits = np.asarray(inner.data, dtype=np.int8)
        rows = np.repeat(np.arange(self.n, dtype=np.int64), np.diff(self.starts))
        self.edges = rows * self.n + self.ends  # ascending, because CSR rows are sorted
        self.budget, self.stopped = budget, False

    def of_length(self, length: int) -> Iterator[_Ints]:
        """Cycles of exactly this length, batch after batch, a row each, smallest position first."""
        # The way back is known exactly for a few roots; for all roots the last half of it is enough.
        depth = length - 1 if self.few else max(1, length // 2)
        for roots in self._batches(depth):
            goal = _Goal(length, depth, *self._way_back(roots, depth))
            marks = np.zeros(len(roots), dtype=np.int8)
            for batch in self._extended(np.column_stack([roots]), np.arange(len(roots)), marks, goal):
                if len(batch):
                    yield _rotated(self.nodes[batch])
            if self.stopped:
                return

    def _batches(self, depth: int) -> Iterator[_Ints]:
        """Roots in order, so many at a time that the way back of a batch fits."""
        step = sparse.csr_array(
            (np.ones(len(self.back_ends)), self.back_ends, self.back_starts), shape=(self.n, self.n)
        )
        work = level = np.ones(self.n)
        for _ in range(depth):
            level = np.minimum(step @ level, float(len(self.ends)))
            work = work + level
        bins = np.floor(np.cumsum(work[: self.roots]) / (5 * _CHUNK))
        for part in np.split(np.arange(self.roots, dtype=np.int64), np.flatnonzero(np.diff(bins)) + 1):
            if len(part):
                yield part

    def _way_back(self, roots: _Ints, depth: int) -> tuple[_Ints, _Ints]:
        """Keys (place of root, node), ascending, with the steps from node to root among later nodes."""
        places, nodes = np.arange(len(roots)), roots
        keys, left = places * self.n + nodes, np.zeros(len(roots), dtype=np.int64)
        for distance in range(1, depth + 1):
            rows, edges = _followed(self.back_starts, nodes)
            before = self.back_ends[edges]
            self._spend(len(before))
            places = places[rows]
            later = before > roots[places]
            fresh = np.setdiff1d(places[later] * self.n + before[later], keys)
            places, nodes = np.divmod(fresh, max(self.n, 1))
            keys = np.concatenate([keys, fresh])
            left = np.concatenate([left, np.full(len(fresh), distance)])
        order = np.argsort(keys)
        return keys[order], left[order]

    def _extended(self, paths: _Ints, places: _Ints, marks: NDArray[np.int8], goal: _Goal) -> Iterator[_Ints]:
        """Paths completed to cycles; ``places`` says whose root each has, ``marks`` the bits of its steps."""
        if self.stopped or not len(paths):
            return
        steps = paths.shape[1]
        if steps == goal.length:
            yield self._with_needed(paths, marks)
            return
        ahead = np.diff(self.starts)[paths[:, -1]]
        if len(paths) > 1 and ahead.sum() > _CHUNK:
            cuts = np.flatnonzero(np.diff(np.cumsum(ahead) // _CHUNK)) + 1
            for part in np.split(np.arange(len(paths)), cuts if len(cuts) else [len(paths) // 2]):
                yield from self._extended(paths[part], places[part], marks[part], goal)
            return
        rows, edges = _followed(self.starts, paths[:, -1])
        if self._spend(len(edges)):
            return
        after = self.ends[edges]
        good = after > paths[rows, 0]
        if goal.length - steps <= goal.depth:
            good &= goal.within(places[rows] * self.n + after, goal.length - steps)
        rows, edges, after = rows[good], edges[good], after[good]
        new = np.all(paths[rows, 1:] != after[:, None], axis=1)
        rows, edges, after = rows[new], edges[new], after[new]
        longer, marked = np.column_stack([paths[rows], after]), marks[rows] | self.bits[edges]
        yield from self._extended(longer, places[rows], marked, goal)

    def _with_needed(self, paths: _Ints, marks: NDArray[np.int8]) -> _Ints:
        if not self.need:
            return paths
        closing = np.searchsorted(self.edges, paths[:, -1] * self.n + paths[:, 0])
        return paths[((marks | self.bits[closing]) & self.need) == self.need]

    def _spend(self, steps: int) -> bool:
        self.budget -= steps
        self.stopped = self.stopped or self.budget < 0
        return self.stopped


def _reduced(matrix: sparse.csr_array, entry: list[int]) -> tuple[sparse.csr_array, _Ints, int]:
    """The matrix of the components that hold cycles, renumbered; old positions; how many are roots."""
    n = int(np.diff(matrix.indptr).size)
    count, part = csgraph.connected_components(matrix, connection="strong") if n else (0, np.zeros(0, int))
    useful = np.bincount(part, minlength=count) > 1
    if entry:
        touched = np.zeros(count, dtype=bool)
        touched[part[entry]] = True
        useful &= touched
    coo = matrix.tocoo()
    inside = (part[coo.row] == part[coo.col]) & useful[part[coo.row]]
    tails, heads = coo.row[inside], coo.col[inside]
    nodes = np.flatnonzero(useful[part]).astype(np.int64) if n else np.zeros(0, dtype=np.int64)
    degree = np.bincount(tails, minlength=n) + np.bincount(heads, minlength=n)
    first = np.zeros(n, dtype=bool)
    first[entry] = True
    nodes = nodes[np.lexsort((nodes, -degree[nodes], ~first[nodes]))]
    number = np.full(n, -1, dtype=np.int64)
    number[nodes] = np.arange(len(nodes))
    size = (len(nodes), len(nodes))
    inner = sparse.csr_array((coo.data[inside], (number[tails], number[heads])), shape=size)
    inner.sort_indices()
    return inner, nodes, int(first[nodes].sum()) if entry else len(nodes)


def _followed(starts: _Ints, nodes: _Ints) -> tuple[_Ints, _Ints]:
    """For each step from one of ``nodes``: the place of the node, and the place of the step in the CSR."""
    count = starts[nodes + 1] - starts[nodes]
    rows = np.repeat(np.arange(len(nodes)), count)
    offset = np.repeat(starts[nodes] - (np.cumsum(count) - count), count)
    return rows, offset + np.arange(len(rows))


def _rotated(cycles: _Ints) -> _Ints:
    """Each row turned so that its smallest position comes first."""
    length = cycles.shape[1]
    turn = (np.argmin(cycles, axis=1)[:, None] + np.arange(length)) % length
    return np.take_along_axis(cycles, turn, axis=1)


def sorted_ids(ids: Iterable[Any]) -> tuple[Any, ...]:
    """Ids in order, also where they are of several types, as NetworkX allows."""
    known = list(ids)
    try:
        return tuple(sorted(known))
    except TypeError:
        return tuple(sorted(known, key=lambda node: (type(node).__name__, repr(node))))
