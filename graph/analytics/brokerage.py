"""Who sits in a hole between others, and who is boxed in: Burt's constraint and effective size.

Burt (1992, *Structural Holes*, chapter 2). With a_ij the ties from i to j, p_ij = (a_ij + a_ji) / sum
over k of (a_ik + a_ki) is the part of i's ties that goes to j. Constraint of i is the sum over its
neighbours j of (p_ij + sum over q of p_iq p_qj)^2: large when the neighbours know one another. Effective
size is the number of neighbours less what is redundant among them.

In matrices that is (P + P P) on the pairs that are tied; the products are only wanted there, that is for
triangles, so the triangles are listed and the products summed over them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.compact import Compact, Scope, kept, not_found, scoped
from graph.model import EntityId

WHOLE = Scope()
_BLOCK = 4_000_000
"""Candidates for triangles held at once; bounds memory to about 200 MB."""
_Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairTerm:
    """What one neighbour adds to an entity's constraint: ``(direct + indirect)^2``.

    Attributes:
        other: the neighbour.
        direct: the part of the entity's ties that goes to it, 0..1.
        indirect: the part that comes back to it through shared neighbours.
        through: those shared neighbours, the strongest way first.
    """

    other: EntityId
    direct: float
    indirect: float
    through: tuple[EntityId, ...]

    @property
    def term(self) -> float:
        """The neighbour's part of the constraint."""
        return (self.direct + self.indirect) ** 2


@dataclass(frozen=True, slots=True)
class Gaps:
    """Whom an entity stands between.

    Attributes:
        entity: the one in the middle.
        pairs: number of pairs of its neighbours.
        unlinked: how many of them have no tie of their own.
        groups: its neighbours, parted into groups that are linked among themselves once the entity is
            left out, the largest first. Between two groups the entity is the only direct go-between.
    """

    entity: EntityId
    pairs: int
    unlinked: int
    groups: tuple[tuple[EntityId, ...], ...]


def constraint(graph: nx.Graph, scope: Scope = WHOLE) -> dict[EntityId, float | None]:
    """Burt's constraint; low for brokers, None for an entity without neighbours.

    Args:
        graph: any NetworkX graph; self-loops are left out.
        scope: family, weight and direction. By default two entities tied in both directions count
            double, as in Burt and NetworkX; ``both`` counts every pair once.

    Cost: O(m^1.5) at worst, far less on sparse graphs. Source: Burt (1992), equation 2.4; Burt (2004),
        American Journal of Sociology 110(2), 349-399.
    """
    return _told(scoped(graph, scope), _constraint(_upward(graph, scope)))


def effective_size(graph: nx.Graph, scope: Scope = WHOLE) -> dict[EntityId, float | None]:
    """Burt's effective size: the number of neighbours that bring something new; None without neighbours.

    e_i = sum over neighbours j of (1 - sum over q of p_iq m_jq), m_jq = (a_jq + a_qj) / the largest of j.
    Without weights or direction that is n - 2 t / n with t ties among n neighbours (Borgatti 1997,
    Connections 20(1), 35-38).

    Args and cost: as :func:`constraint`. Source: Burt (1992), equation 2.2.
    """
    return _told(scoped(graph, scope), _effective(_upward(graph, scope)))


def constraint_terms(graph: nx.Graph, entity: EntityId, scope: Scope = WHOLE) -> tuple[PairTerm, ...]:
    """The terms that make up an entity's constraint, largest first; they sum to it.

    Raises:
        EntityNotFound: the entity is not in the graph.
    Cost: O(ties of the entity and of its neighbours).
    """
    made = scoped(graph, scope)
    place = _place(made, graph, entity)
    if place is None:
        return ()
    ties = kept(graph, ("mutual", scope), lambda: _mutual(made))
    near = ties.indices[ties.indptr[place] : ties.indptr[place + 1]]
    own = ties.data[ties.indptr[place] : ties.indptr[place + 1]]
    shares: dict[int, float] = dict(zip(near.tolist(), (own / own.sum()).tolist(), strict=True))
    ways: dict[int, list[tuple[float, int]]] = {other: [] for other in shares}
    for middle, share in shares.items():
        row = slice(ties.indptr[middle], ties.indptr[middle + 1])
        total = float(ties.data[row].sum())
        for end, weight in zip(ties.indices[row].tolist(), ties.data[row].tolist(), strict=True):
            if end in ways:
                ways[end].append((share * weight / total, middle))
    terms = [
        PairTerm(
            made.nodes[other], direct, float(sum(way for way, _ in ways[other])),
            tuple(made.nodes[at] for _, at in sorted(ways[other], key=lambda w: (-w[0], made.nodes[w[1]]))),
        )
        for other, direct in shares.items()
    ]  # fmt: skip
    return tuple(sorted(terms, key=lambda found: (-found.term, found.other)))


def gaps(graph: nx.Graph, entity: EntityId, scope: Scope = WHOLE) -> Gaps:
    """Which of an entity's neighbours have no tie of their own to one another.

    Raises:
        EntityNotFound: the entity is not in the graph.
    Cost: O(ties of the entity's neighbours).
    """
    made = scoped(graph, scope)
    place = _place(made, graph, entity)
    if place is None:
        return Gaps(entity, 0, 0, ())
    ties = kept(graph, ("mutual", scope), lambda: _mutual(made))
    near = ties.indices[ties.indptr[place] : ties.indptr[place + 1]]
    among: Any = ties[near][:, near]
    pairs = len(near) * (len(near) - 1) // 2
    _, labels = csgraph.connected_components(among, directed=False)
    groups: dict[int, list[EntityId]] = {}
    for at, label in zip(near.tolist(), labels.tolist(), strict=True):
        groups.setdefault(label, []).append(made.nodes[at])
    told = sorted((tuple(sorted(group)) for group in groups.values()), key=lambda group: (-len(group), group))
    return Gaps(entity, pairs, pairs - int(among.nnz) // 2, tuple(told))


def _place(made: Compact, graph: nx.Graph, entity: EntityId) -> int | None:
    if entity not in graph:
        raise not_found(entity, graph)
    return made.index.get(entity)


def _told(made: Compact, values: _Vector) -> dict[EntityId, float | None]:
    return {
        node: None if np.isnan(value) else value
        for node, value in zip(made.nodes, values.tolist(), strict=True)
    }


def _mutual(made: Compact) -> sparse.csr_array:
    """a_ij + a_ji, which is what both measures start from. On an undirected graph the factor 2 cancels."""
    found = sparse.csr_array(made.matrix + made.matrix.T) if made.directed else made.matrix
    found.sort_indices()
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Upward:
    """Every tied pair once, from the end with fewer neighbours to the one with more.

    Attributes:
        low, high, weight: ends and weight of each pair, ordered by ends' places in the order by degree.
        begins: where the pairs of each low end begin, by place in that order.
        total, largest, counts: of every entity: sum and maximum of its weights, number of neighbours.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    weight: _Vector
    begins: NDArray[np.int64]
    total: _Vector
    largest: _Vector
    counts: NDArray[np.int64]
    order: NDArray[np.int64]

    @classmethod
    def of(cls, ties: sparse.csr_array) -> _Upward:
        counts = np.diff(ties.indptr).astype(np.int64)
        size = len(counts)
        order = np.argsort(counts, kind="stable")
        place = np.empty(size, dtype=np.int64)
        place[order] = np.arange(size)
        start, end = place[np.repeat(np.arange(size), counts)], place[ties.indices]
        total = np.bincount(start, weights=ties.data, minlength=size).astype(np.float64)
        largest = np.zeros(size)
        np.maximum.at(largest, start, ties.data)
        up = start < end
        keys = start[up] * size + end[up]
        by_key = np.argsort(keys)
        low, high = np.divmod(keys[by_key], max(size, 1))
        begins = np.searchsorted(low, np.arange(size + 1))
        return cls(
            low, high, ties.data[up][by_key].astype(np.float64), begins, total, largest, counts[order], order
        )

    def triangles(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """Positions of the three pairs (i, j), (j, k) and (i, k) of every triangle i < j < k, in parts.

        Going up by degree keeps the number of candidates small: O(m^1.5) at worst (Chiba and Nishizeki
        1985, SIAM Journal on Computing 14(1), 210-223).
        """
        size = len(self.counts)
        keys = self.low * size + self.high
        onward = np.diff(self.begins)[self.high]
        work = np.concatenate([[0], np.cumsum(onward)])
        begin = 0
        while begin < len(keys):
            end = max(int(np.searchsorted(work, work[begin] + _BLOCK, side="right")) - 1, begin + 1)
            first = np.repeat(np.arange(begin, end), onward[begin:end])
            within = np.arange(len(first)) - np.repeat(work[begin:end] - work[begin], onward[begin:end])
            second = self.begins[self.high[first]] + within
            wanted = self.low[first] * size + self.high[second]
            third = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            hit = keys[third] == wanted
            yield first[hit], second[hit], third[hit]
            begin = end

    def by_entity(self, values: _Vector) -> _Vector:
        """Values in the order by degree, put back into the order of the graph; NaN without neighbours."""
        found = np.empty(len(values))
        found[self.order] = np.where(self.counts == 0, np.nan, values)
        return found


def _upward(graph: nx.Graph, scope: Scope) -> _Upward:
    return kept(graph, ("upward", scope), lambda: _Upward.of(_mutual(scoped(graph, scope))))


def _constraint(pairs: _Upward) -> _Vector:
    low, high, weight, total = pairs.low, pairs.high, pairs.weight, pairs.total
    around = np.zeros(len(weight))  # sum over shared neighbours q of a_iq a_qj / a_q, of each pair
    for first, second, third in pairs.triangles():
        one, two, three = weight[first], weight[second], weight[third]
        around += np.bincount(first, three * two / total[high[second]], len(around))
        around += np.bincount(second, one * three / total[low[first]], len(around))
        around += np.bincount(third, one * two / total[high[first]], len(around))
    size = len(total)
    both = weight + around
    terms: Any = np.bincount(low, (both / total[low]) ** 2, size)
    terms = terms + np.bincount(high, (both / total[high]) ** 2, size)
    return pairs.by_entity(terms)


def _effective(pairs: _Upward) -> _Vector:
    low, high, weight, largest = pairs.low, pairs.high, pairs.weight, pairs.largest
    lost = np.zeros(len(pairs.total))  # sum over neighbours j and q of a_iq m_jq, of each entity
    for first, second, third in pairs.triangles():
        one, two, three = weight[first], weight[second], weight[third]
        i, j, k = largest[low[first]], largest[high[first]], largest[high[second]]
        lost += np.bincount(low[first], two * (three / j + one / k), len(lost))
        lost += np.bincount(high[first], three * (two / i + one / k), len(lost))
        lost += np.bincount(high[second], one * (two / i + three / j), len(lost))
    redundant = np.divide(lost, pairs.total, out=np.zeros(len(lost)), where=pairs.total > 0)
    return pairs.by_entity((pairs.counts - redundant).astype(np.float64))
