"""Integrated ownership: what is held of a firm directly and through other firms, loops included.

With ``W[i, j]`` the share of firm j that i holds directly (the columns of W sum to 1 at most),
``V = (I - W)^-1 = I + W + W^2 + ...`` and the integrated shares are ``O = V - I = W V`` (Brioschi,
Buzzacchi and Colombo 1989, Journal of Banking & Finance 13, 747-772). Where firms hold one another, O
counts the way round the loop again and again; the corrected shares ``diag(V)^-1 (V - I)`` leave out every
chain that comes back to its owner (Baldone, Brioschi and Paleari 1998). Read backwards, a column of W
moves from a firm to one of its holders with the probability of the share, and the corrected share of i in
j is the probability that a walk from j ever meets i: never above 1, and equal to O for owners that
nobody holds a part of.

Unknown shares make bounds of the corrected share, see :mod:`graph.analytics.ownership_bounds`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import SuperLU, splu

from graph.analytics.answer import listed, name_of
from graph.analytics.claims import EQUITY, TOLERANCE, Stake, StakeRules
from graph.analytics.ownership_bounds import largest_shares
from graph.analytics.stakes import StakeNet, downstream, upstream
from graph.collector import paused
from graph.errors import NotConverged
from graph.model import EntityId

Array = NDArray[np.float64]
BOUND_CELLS = 4_000_000
"""Firms times owners that upper bounds are computed for; beyond it, for the largest owners only."""
NEGLIGIBLE = 1e-15
"""Chains that carry less are followed only where they could matter together."""
_MOST_TERMS = 2_000
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Holding:
    """The share of one owner in one firm.

    Attributes:
        owner, firm: entity ids; the same for a firm that holds a part of itself through others.
        stake: the direct stake, None where there is none.
        integrated: O of Brioschi and others, unknown shares at their minimum; above 1 only in loops.
        corrected: without chains that return to the owner; the lower bound of the share.
        high: upper bound of the corrected share; None where it was not computed, see ``BOUND_CELLS``.
    """

    owner: EntityId
    firm: EntityId
    stake: Stake | None
    integrated: float
    corrected: float
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """Holdings with the stakes they were computed from.

    Attributes:
        entity: the company asked for, or the owner.
        holdings: largest corrected share first, then largest upper bound, then id.
        net: every stake that was read.
        unbounded: holdings whose upper bound was not computed.
        cut: owners whose own owners were not looked up, since all chains from there together carry less
            than 1e-10 of the company.
    """

    entity: EntityId
    holdings: tuple[Holding, ...]
    net: StakeNet
    unbounded: int = 0
    cut: int = 0


def owners_of(
    graph: nx.Graph, company: EntityId, rules: StakeRules = EQUITY, *, bounds: bool = True
) -> Ownership:
    """Everybody who holds a part of a company, directly or through others.

    Args:
        graph: directed, edges from owner to firm; see :mod:`graph.analytics.claims` for what is read.
        company: entity id.
        rules: which ties are stakes.
        bounds: compute upper bounds where shares are unknown.

    Raises:
        EntityNotFound: no such entity.
        AnalysisError: a share is no fraction, or the shares of the company or of an owner exceed 1.
        NotConverged: firms above the company hold all of one another, so the series has no sum.
    Cost: one sparse solve on what lies upstream, and one more for each owner inside a loop; bounds cost
        a sparse product a step, for all owners at once. Where all shares are known, what lies behind
        negligible chains is not read; an error of 1e-10 is the limit, and it is checked, not hoped for.

    >>> G = nx.DiGraph([("a", "b", {"share": 0.5}), ("b", "c", {"share": 0.5}), ("a", "c", {"share": 0.1})])
    >>> [(h.owner, round(h.corrected, 2)) for h in owners_of(G, "c").holdings]
    [('b', 0.5), ('a', 0.35)]
    """
    net = upstream(graph, company, rules, smallest=NEGLIGIBLE)
    column, loops = _column(graph, net, company)
    cut = [net.index[owner] for owner in net.nodes if owner not in net.firms]
    if cut and (net.unknown() or column[cut].sum() > TOLERANCE / 10):
        net = upstream(graph, company, rules)
        column, loops = _column(graph, net, company)
        cut = []
    at = net.index[company]
    integrated = column.copy()
    integrated[at] -= 1.0
    corrected = integrated / loops.returns()
    high, unbounded = _highs(net, corrected, at, bounds)
    direct = {stake.owner: stake for stake in net.firms[company].stakes}
    with paused():
        holdings = [
            Holding(owner, company, direct.get(owner), raw, share, top)
            for owner, raw, share, top in zip(
                net.nodes, integrated.tolist(), corrected.tolist(), high, strict=True
            )
            if raw > 0 or owner in direct or (top is not None and top > 0)
        ]
        return Ownership(company, _ranked(holdings, by="owner"), net, unbounded, len(cut))


def holdings_of(
    graph: nx.Graph, owner: EntityId, rules: StakeRules = EQUITY, *, bounds: bool = True
) -> Ownership:
    """Every firm that an owner holds a part of, directly or through others.

    Arguments, errors and meaning as in :func:`owners_of`; firms whose shares exceed the whole are errors
    only where the owner's chains lead to them. Cost: one sparse solve on what lies downstream.
    """
    net = downstream(graph, owner, rules)
    at = net.index[owner]
    met, back = met_from(net.known, at)
    if back >= 1 - TOLERANCE:
        _refuse_closed(graph, net, Loops(net.known))
    again = 1 / (1 - back)
    corrected = met.copy()
    corrected[at] = back
    high: Sequence[float | None] = [float(share) for share in corrected]
    if net.unknown():
        high = _highs_below(net, corrected, at) if bounds else [None] * len(corrected)
    direct = {firm: stake for firm in net.firms for stake in net.firms[firm].stakes if stake.owner == owner}
    holdings = [
        Holding(owner, firm, direct.get(firm), float(share * again), float(share), top)
        for firm, share, top in zip(net.nodes, corrected, high, strict=True)
        if share > 0 or firm in direct or (top is not None and top > 0)
    ]
    return Ownership(owner, _ranked(holdings, by="firm"), net)


def _column(graph: nx.Graph, net: StakeNet, company: EntityId) -> tuple[Array, Loops]:
    """The column of V that belongs to the company."""
    loops = Loops(net.known)
    _refuse_closed(graph, net, loops)
    unit = np.zeros(len(net.nodes))
    unit[net.index[company]] = 1.0
    return loops.solve(unit), loops


def met_from(matrix: sparse.csc_array, owner: int) -> tuple[Array, float]:
    """Corrected shares of one owner in every firm, and the share that returns to the owner itself.

    With the links into the owner removed no chain can come back to it, and what it then reaches can no
    longer be closed: so this also has an answer where firms hold all of one another.

    Args:
        matrix: n x n, ``matrix[i, j]`` the share of j that i holds; columns sum to 1 at most.
        owner: position.

    Returns:
        ``(shares, back)``; ``shares[owner]`` is 1, ``V[owner, owner]`` is ``1 / (1 - back)``.
    """
    cut: Any = matrix.copy()
    cut.data[cut.indptr[owner] : cut.indptr[owner + 1]] = 0.0
    cut.eliminate_zeros()
    reached = _reached(cut, owner)
    inside = cut[reached][:, reached]
    unit = np.zeros(len(reached))
    unit[np.searchsorted(reached, owner)] = 1.0
    shares = np.zeros(cut.shape[0])
    shares[reached] = Loops(inside).solve(unit, transposed=True)
    back = float(matrix.T[[owner]].dot(shares)[0])
    return shares, back


def _reached(matrix: sparse.csc_array, start: int) -> NDArray[Any]:
    order = sparse.csgraph.breadth_first_order(matrix, start, directed=True, return_predecessors=False)
    return np.sort(order)


class Loops:
    """``(I - W)`` solved by its strongly connected parts.

    Firms that hold one another form a block that is factorised (sparse LU); between the blocks there are
    no loops, so the series over the rest ends by itself after as many terms as the longest chain has
    links. That is exact, and on ownership data far cheaper than one factorisation of the whole.

    Attributes:
        closed: positions of the members of each group that holds all of itself: there ``I - W`` is singular.
    """

    def __init__(self, matrix: sparse.csc_array) -> None:
        self.matrix = matrix
        self.n = len(matrix.indptr) - 1
        count, self._part = connected_components(matrix, directed=True, connection="strong")
        coo = matrix.tocoo()
        rows, columns = coo.coords
        inside = self._part[rows] == self._part[columns]
        within = np.bincount(columns[inside], weights=coo.data[inside], minlength=self.n)
        leaky = np.zeros(count, dtype=bool)
        leaky[self._part[within < 1 - TOLERANCE]] = True
        self.closed = [np.flatnonzero(self._part == part) for part in np.flatnonzero(~leaky)]
        self.in_loops = np.flatnonzero(np.isin(self._part, self._part[rows[inside]]))
        shape = (self.n, self.n)
        outer = sparse.csc_array((coo.data[~inside], (rows[~inside], columns[~inside])), shape=shape)
        self._outer, self._outer_t = outer.tocsr(), outer.T.tocsr()
        self._inner = sparse.csc_array((coo.data[inside], (rows[inside], columns[inside])), shape=shape)
        self._lu: SuperLU | None = None
        self._returns: Array | None = None

    def solve(self, right: Array, *, transposed: bool = False) -> Array:
        """x with ``(I - W) x = right``; with ``transposed``, ``(I - W)^T x = right``. No closed groups."""
        outer = self._outer_t if transposed else self._outer
        term = self._blocks(right.copy(), transposed)
        total = term
        for _ in range(_MOST_TERMS):
            term = outer @ term
            if not term.any():
                return total
            term = self._blocks(term, transposed)
            total = total + term
        whole = splu((sparse.eye_array(self.n, format="csc") - self.matrix).tocsc())
        return whole.solve(right, "T" if transposed else "N")

    def returns(self) -> Array:
        """The diagonal of V: 1 outside loops. One solve within its block for each member of a loop."""
        if self._returns is not None:
            return self._returns
        self._returns = found = np.ones(self.n)
        size = len(self.in_loops)
        for start in range(0, size, _BATCH):
            places = np.arange(start, min(start + _BATCH, size))
            units = np.zeros((size, len(places)))
            units[places, np.arange(len(places))] = 1.0
            found[self.in_loops[places]] = self._factor().solve(units)[places, np.arange(len(places))]
        return found

    def _blocks(self, right: Array, transposed: bool) -> Array:
        if len(self.in_loops):
            part = right[self.in_loops]
            if part.any():
                right[self.in_loops] = self._factor().solve(part, "T" if transposed else "N")
        return right

    def _factor(self) -> SuperLU:
        if self._lu is None:
            block = self._inner[self.in_loops][:, self.in_loops]
            self._lu = splu((sparse.eye_array(len(self.in_loops), format="csc") - block).tocsc())
        return self._lu


def _refuse_closed(graph: nx.Graph, net: StakeNet, loops: Loops) -> None:
    for group in loops.closed:
        members = sorted((net.nodes[at] for at in group), key=str)
        ties = [stake.tie for firm in members for stake in net.firms[firm].stakes]
        raise NotConverged(
            f"{listed([name_of(graph, firm) for firm in members], most=12)} hold all of "
            f"{'one another' if len(members) > 1 else 'itself'}: nobody outside owns a part, and the "
            "integrated shares have no limit.",
            hint="Look at the ties; exclude one, or ask for control instead.",
            details={"group": members, "ties": ties},
        )


def _highs(net: StakeNet, corrected: Array, company: int, bounds: bool) -> tuple[Sequence[float | None], int]:
    """Upper bounds by position for :func:`owners_of`, and how many were not computed."""
    if not net.unknown():
        return [float(share) for share in corrected], 0
    if not bounds:
        return [None] * len(corrected), 0
    direct = {net.index[stake.owner] for stake in net.firms[net.nodes[company]].stakes}
    ordered = sorted(
        range(len(corrected)), key=lambda at: (at not in direct, -corrected[at], str(net.nodes[at]))
    )
    chosen = np.asarray(ordered[: max(1, BOUND_CELLS // len(corrected))])
    found = largest_shares(net, chosen)[company]
    high: list[float | None] = [None] * len(corrected)
    for at, value in zip(chosen.tolist(), found, strict=True):
        high[at] = float(max(value, corrected[at]))
    # The company is no owner of itself unless a part of it comes back.
    not_an_owner = high[company] is None and bool(corrected[company] <= 0)
    return high, high.count(None) - not_an_owner


def _highs_below(net: StakeNet, corrected: Array, owner: int) -> Sequence[float | None]:
    """The same for :func:`holdings_of`."""
    found = largest_shares(net, np.asarray([owner]))[:, 0]
    return [float(share) for share in np.maximum(found, corrected)]


def _ranked(holdings: list[Holding], *, by: str) -> tuple[Holding, ...]:
    def key(holding: Holding) -> tuple[float, float, str]:
        return -holding.corrected, -(holding.high or 0.0), str(getattr(holding, by))

    return tuple(sorted(holdings, key=key))
