"""Who holds how much of which firm: the stakes around an entity, or of a whole graph, as a matrix.

What counts as a stake, and which of several statements counts, is decided in :mod:`graph.analytics.claims`.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

from graph.analytics.answer import listed, name_of, named_tie
from graph.analytics.claims import EQUITY, FirmStakes, Stake, StakeRules, settle, tie_id
from graph.analytics.compact import kept
from graph.collector import paused
from graph.errors import AnalysisError, EntityNotFound
from graph.model import EntityId, TieId
from graph.wording import percent

_NETS_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class StakeNet:
    """Stakes of many firms, as objects and as a matrix.

    Attributes:
        nodes, index: owners and firms; position is the index below.
        firms: by id, every firm that was read.
        known: n x n CSC; ``known[i, j]`` is the share of j that i holds, the minimum where it is not known.
        rules: how the ties were read.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    firms: Mapping[EntityId, FirmStakes]
    known: sparse.csc_array
    rules: StakeRules

    def stakes(self) -> Iterator[Stake]:
        """Every stake, firm by firm."""
        for firm in self.firms.values():
            yield from firm.stakes

    def unknown(self) -> tuple[Stake, ...]:
        """Stakes whose size is not known."""
        return tuple(stake for stake in self.stakes() if stake.share is None)


def stakes_in(
    graph: nx.Graph, firm: EntityId, rules: StakeRules = EQUITY, *, strict: bool = True
) -> FirmStakes:
    """The stakes in one firm, by the rules of :mod:`graph.analytics.claims`.

    Args:
        graph: directed, edges from owner to firm; an edge without ``type`` counts as ``OWNS``.
        firm: entity id.
        strict: raise where the shares sum to more than the whole; otherwise say so in ``over``.

    Raises:
        EntityNotFound, AnalysisError: no such firm; an undirected graph; a share that is no fraction;
            with ``strict`` a sum above the whole.
    Cost: O(ties that end at the firm), once per graph and rules; then a look-up. As with everything that is
        kept beside a graph, attributes changed without NetworkX's methods go unnoticed.

    >>> G = nx.DiGraph([("ann", "opco", {"share": 0.6}), ("bob", "opco", {})])
    >>> [(s.owner, s.share, s.low, s.high) for s in stakes_in(G, "opco").stakes]
    [('ann', 0.6, 0.6, 0.6), ('bob', None, 0.0, 0.4)]
    """
    check_entity(graph, firm)
    read: dict[EntityId, FirmStakes] = kept(graph, ("stakes by firm", rules), dict)
    found = read.get(firm)
    if found is None:
        found = read[firm] = settle(firm, _edges_into(graph, firm), rules, _dated(graph))
    if strict and found.over is not None:
        raise _too_much(graph, found, found.over)
    return found


def upstream(
    graph: nx.Graph,
    company: EntityId,
    rules: StakeRules = EQUITY,
    *,
    strict: bool = True,
    smallest: float = 0.0,
) -> StakeNet:
    """The company, its owners, their owners and so on.

    Args:
        graph, company, rules, strict: as for :func:`stakes_in`.
        smallest: the stakes in an owner are not read where the largest product of maxima along a chain
            from it to the company is below this; such an owner is in ``nodes`` and not in ``firms``.

    Cost: O(ties that end at one of them).
    """
    check_entity(graph, company)
    key = ("up", company, rules, strict, smallest)
    return _lately(graph, key, lambda: _upstream(graph, company, rules, strict, smallest))


def downstream(
    graph: nx.Graph, owner: EntityId, rules: StakeRules = EQUITY, *, strict: bool = True
) -> StakeNet:
    """What the owner holds, what that holds and so on, each firm with all its owners.

    Cost: O(ties that end at one of these firms).
    """
    check_entity(graph, owner)
    return _lately(graph, ("down", owner, rules, strict), lambda: _downstream(graph, owner, rules, strict))


def holdings_in(graph: Any, owner: EntityId, rules: StakeRules = EQUITY) -> list[EntityId]:
    """Firms that the owner has a tie to that may be a stake, each once; :func:`stakes_in` decides."""
    found = (
        firm
        for _, firm, type_ in graph.out_edges(owner, data="type")
        if type_ is None or type_ in rules.types
    )
    return list(dict.fromkeys(found))


def all_stakes(graph: nx.Graph, rules: StakeRules = EQUITY) -> StakeNet:
    """The stakes of every firm; one whose shares exceed the whole is left out and has ``over`` set.

    Cost: O(ties), once per graph and rules; then a look-up.
    """
    check_directed(graph)
    return kept(graph, ("stakes", rules), lambda: _read_all(graph, rules))


def check_directed(graph: nx.Graph) -> None:
    """Ownership runs from owner to firm.

    Raises:
        AnalysisError: the graph has no directions.
    """
    if not graph.is_directed():
        raise AnalysisError(
            "Ownership has a direction, and this graph has none.",
            hint="Use an nx.DiGraph or nx.MultiDiGraph with edges from owner to firm.",
        )


def check_entity(graph: nx.Graph, entity: EntityId) -> None:
    """The same, and the entity must be there.

    Raises:
        EntityNotFound, AnalysisError: no such entity; no directions.
    """
    check_directed(graph)
    if entity not in graph:
        raise EntityNotFound(entity, [str(node) for node in graph])


def not_by_facts(net: StakeNet, *, start: EntityId | None = None) -> set[EntityId]:
    """Entities whose holdings (or, from an owner, who as firms) rest in part on what is no fact.

    Args:
        net: :func:`upstream` of a company, or :func:`downstream` of ``start``.
        start: the owner asked about; without it, everybody above a stake that is no fact is found, with it,
            every firm that a chain from ``start`` through such a stake reaches.

    Cost: O(stakes); nothing where all are facts.
    """
    every = list(net.stakes())
    if all(stake.fact for stake in every):
        return set()
    near: dict[EntityId, list[EntityId]] = {}
    below: dict[EntityId, list[EntityId]] = {}
    for stake in every:
        near.setdefault(stake.firm, []).append(stake.owner)
        below.setdefault(stake.owner, []).append(stake.firm)
    if start is None:
        return _spread(near, (stake.owner for stake in every if not stake.fact))
    held = _spread(below, [start])
    return _spread(below, (stake.firm for stake in every if not stake.fact and stake.owner in held))


def _spread(near: Mapping[EntityId, list[EntityId]], starts: Iterable[EntityId]) -> set[EntityId]:
    found = set(starts)
    waiting = list(found)
    while waiting:
        for other in near.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def stake_notes(graph: nx.Graph, net: StakeNet) -> tuple[str, ...]:
    """What was unknown, assumed, superseded and left out while the stakes were read, in sentences."""
    firms = list(net.firms.values())
    every = list(net.stakes())
    unknown = [stake for stake in every if stake.share is None]
    notes: list[str] = []
    if unknown:
        where = _names(graph, (stake.firm for stake in unknown))
        notes.append(
            f"{len(unknown):,} of {len(every):,} stakes are of unknown size (in {where}): they count as "
            "their known minimum or nothing in the shares, and as all they may be in the maxima."
        )
    over = [firm for firm in firms if firm.over is not None]
    if over:
        named = _names(graph, (firm.firm for firm in over))
        notes.append(f"Left out, their shares sum to more than the whole: {named}.")
    for firm in firms:
        if firm.scaled is not None:
            who = name_of(graph, firm.firm)
            notes.append(f"The shares of {who} sum to {firm.scaled:.4g} by rounding; scaled to 1.")
    assumed = [(s.firm, s.tie) for s in every if s.assumed and s.share is not None]
    rules = net.rules
    stand_ins = [(s.firm, s.tie) for s in every if s.share is not None and s.basis == rules.fallback]
    told: list[tuple[str, list[tuple[EntityId, TieId]]]] = [
        ("Completed purchases without a share, taken as the whole", assumed),
        (f"Shares of {rules.fallback} that stand in for {rules.basis}, which is not stated", stand_ins),
        ("Gave way to another statement about the same stake",
         [(f.firm, t) for f in firms for t in f.doubled]),
        ("Replaced by a later owner of the whole", [(f.firm, t) for f in firms for t in f.replaced]),
        ("Of unknown size, since an assumed, stand-in, planned or alleged share does not fit",
         [(f.firm, t) for f in firms for t in f.loosened]),
        ("Counted as if they held, though no facts (announced, planned, considered, abandoned or alleged)",
         [(s.firm, s.tie) for s in every if not s.fact]),
        ("Left out, no facts and more than the facts leave (announced, planned, considered, abandoned or "
         "alleged)", [(f.firm, s.tie) for f in firms for s in f.unfit]),
    ]  # fmt: skip
    notes += [f"{what}: {_ties_told(graph, ties)}." for what, ties in told if ties]
    unsized, ended = sum(firm.unsized for firm in firms), sum(firm.ended for firm in firms)
    if unsized:
        notes.append(f"Not counted as stakes: investments without a share, {unsized:,} in these firms.")
    if ended:
        notes.append(f"Not counted: stakes that have ended, {ended:,} in these firms.")
    return tuple(notes)


def _ties_told(graph: nx.Graph, ties: list[tuple[EntityId, TieId]], most: int = 6) -> str:
    """Ties by what they say; ids mean nothing to a reader."""
    once = sorted(set(ties), key=lambda item: item[1])
    # Only what is shown is looked up: there may be thousands.
    names = [_tie_told(graph, *item) if place < most else "" for place, item in enumerate(once)]
    return listed(names, most=most)


def _tie_told(graph: Any, firm: EntityId, tie: TieId) -> str:
    for owner, key, data in _edges_into(graph, firm):
        if tie_id(owner, firm, key, data) == tie:
            return named_tie(graph, owner, firm, tie)
    return name_of(graph, firm)


def _names(graph: nx.Graph, firms: Iterable[EntityId]) -> str:
    return listed([name_of(graph, firm) for firm in dict.fromkeys(firms)])


_Edge = tuple[EntityId, Any, Mapping[str, Any]]


def _lately(graph: nx.Graph, key: tuple[Any, ...], make: Callable[[], StakeNet]) -> StakeNet:
    """The last few nets are kept, so that the answers about one company share theirs."""
    nets: dict[tuple[Any, ...], StakeNet] = kept(graph, ("nets",), dict)
    if key not in nets:
        with paused():
            nets[key] = make()
        while len(nets) > _NETS_KEPT:
            del nets[next(iter(nets))]
    return nets[key]


def _upstream(
    graph: nx.Graph, company: EntityId, rules: StakeRules, strict: bool, smallest: float
) -> StakeNet:
    firms: dict[EntityId, FirmStakes] = {}
    order = {company: 0}
    # The best chains first (Dijkstra on products), so that each firm is met by its best chain.
    heap = [(-1.0, 0, company)]
    while heap:
        most, _, firm = heapq.heappop(heap)
        if firm in firms:
            continue
        if -most < smallest:
            break
        firms[firm] = found = stakes_in(graph, firm, rules, strict=strict)
        for stake in found.stakes:
            place = order.setdefault(stake.owner, len(order))
            if stake.owner not in firms:
                heapq.heappush(heap, (most * stake.high, place, stake.owner))
    return _net(order, firms, rules)


def _downstream(graph: nx.Graph, owner: EntityId, rules: StakeRules, strict: bool) -> StakeNet:
    firms: dict[EntityId, FirmStakes] = {}
    order = {owner: 0}
    queue = deque([owner])
    reached = {owner}
    while queue:
        holder = queue.popleft()
        for firm in holdings_in(graph, holder, rules):
            if firm not in firms:
                firms[firm] = stakes_in(graph, firm, rules, strict=strict)
            if firm not in reached and any(stake.owner == holder for stake in firms[firm].stakes):
                reached.add(firm)
                order.setdefault(firm, len(order))
                queue.append(firm)
    for firm, found in list(firms.items()):
        if any(stake.owner in reached for stake in found.unfit):  # read on, so that it is said
            order.setdefault(firm, len(order))
        elif firm not in reached:
            del firms[firm]
    for found in firms.values():
        for stake in found.stakes:
            order.setdefault(stake.owner, len(order))
    return _net(order, firms, rules)


def _dated(graph: nx.Graph) -> bool:
    return graph.graph.get("as_of") is not None


def _edges_into(graph: Any, firm: EntityId) -> list[_Edge]:
    if graph.is_multigraph():
        return [(start, key, data) for start, _, key, data in graph.in_edges(firm, keys=True, data=True)]
    return [(start, None, data) for start, _, data in graph.in_edges(firm, data=True)]


def _read_all(graph: Any, rules: StakeRules) -> StakeNet:
    edges: dict[EntityId, list[_Edge]] = {}
    types = {None, *rules.types}
    multi = graph.is_multigraph()
    dated = _dated(graph)
    with paused():
        for start, near in graph.adjacency():
            for end, found in near.items():
                for key, data in found.items() if multi else ((None, found),):
                    if data.get("type") in types:
                        edges.setdefault(end, []).append((start, key, data))
        firms = {firm: settle(firm, found, rules, dated) for firm, found in edges.items()}
        order: dict[EntityId, int] = {}
        for firm, settled in firms.items():
            if settled.stakes:
                order.setdefault(firm, len(order))
                for stake in settled.stakes:
                    order.setdefault(stake.owner, len(order))
        return _net(order, firms, rules)


def _net(order: dict[EntityId, int], firms: dict[EntityId, FirmStakes], rules: StakeRules) -> StakeNet:
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for firm in firms.values():
        for stake in firm.stakes:
            if stake.low > 0:
                rows.append(order[stake.owner])
                columns.append(order[firm.firm])
                values.append(stake.low)
    n = len(order)
    where = np.asarray(rows, dtype=np.int32), np.asarray(columns, dtype=np.int32)
    matrix = sparse.csc_array((np.asarray(values, dtype=np.float64), where), shape=(n, n))
    return StakeNet(tuple(order), order, firms, matrix, rules)


def _too_much(graph: nx.Graph, found: FirmStakes, total: float) -> AnalysisError:
    named = [f"{s.tie} ({name_of(graph, s.owner)}, {percent(s.low)})" for s in found.refused if s.low > 0]
    return AnalysisError(
        f"The shares of {name_of(graph, found.firm)} sum to {percent(total)}, more than the whole: "
        f"{listed(named, most=12)}.",
        hint="They may be of different dates: choose one (as of), or exclude a tie.",
        details={"firm": found.firm, "ties": [stake.tie for stake in found.refused]},
    )
