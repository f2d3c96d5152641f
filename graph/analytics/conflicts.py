"""Possible conflicts of interest: the same hand on two sides, with the ties that show it.

Seven patterns, each a pair or triangle of ties. A finding says that two interests may pull apart, not
that anybody did wrong: boards know most of these, and many are dealt with. Ties that surely never held
at the same time are left out and counted; where dates do not tell, the finding says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import networkx as nx

from graph.analytics.compact import kept
from graph.analytics.terms import (
    ALWAYS,
    Dated,
    Overlap,
    best_first,
    best_pairing,
    common_span,
    dated,
)
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import EntityId, Tie
from graph.stopping import watched

CLASSES: Mapping[str, str] = {
    "both-sides": "a person with a seat at one party to a deal and a seat or stake at the other",
    "investor-trades": "an investor, owner or lender that also buys from the company or sells to it",
    "stakes-in-rivals": "an investor or owner of two competitors",
    "seats-at-rivals": "a person with a seat at one competitor and a seat or stake at the other",
    "oversight": "an authority with money in what it oversees, or a person on both sides of oversight",
    "adviser": "an adviser of both parties to a deal or lawsuit",
    "lawsuit": "a plaintiff with money in the defendant, or in partnership with it",
}
"""The patterns. Seats are board seats, jobs and founding; stakes are investments, holdings, purchases."""

SEATS = frozenset({"BOARD_MEMBER_OF", "HOLDS_ROLE", "FOUNDED"})
STAKES = frozenset({"INVESTED_IN", "OWNS", "ACQUIRED"})
MONEY = frozenset({"INVESTED_IN", "OWNS", "LENT_TO"})
DEALS = frozenset({"SUPPLIES", "INVESTED_IN", "LENT_TO", "ACQUIRED", "PARTNERED_WITH"})
CANDIDATE_LIMIT = 500_000
"""Patterns examined before the search stops and says so."""
_AMONG_RIVALS = frozenset({"stakes-in-rivals", "seats-at-rivals"})
_MOST_TIES = 20  # of one side of a pattern, the best first, when dates are compared


@dataclass(frozen=True, slots=True)
class Conflict:
    """One finding.

    Rivalry is seldom dated: where it is not, the dates of the two interests decide.

    Attributes:
        category: one of ``CLASSES``.
        holder: who stands on both sides.
        first, second: the two sides; ``second`` is None where the holder itself is the other side.
        overlap: ``known`` or ``not known``, whether all ``shown`` ties held at the same time.
        span: latest start and earliest end of ``shown`` as published, None when unknown or open.
        shown: one tie of each side, those that overlap best.
        ties: all evidence, side after side.
    """

    category: str
    holder: EntityId
    first: EntityId
    second: EntityId | None
    overlap: Overlap
    span: tuple[str | None, str | None]
    shown: tuple[Tie, ...]
    ties: tuple[Tie, ...]

    @property
    def is_fact(self) -> bool:
        """Whether all ``shown`` ties state facts, as they do wherever each side has one that does."""
        return all(tie.is_fact for tie in self.shown)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Findings by class, known overlaps first, then by ids.

    Attributes:
        found: at most ``limit``.
        entity, classes, as_of, limit: what was asked.
        total: findings by class.
        apart: patterns by class whose ties surely never held at once, left out.
        ties_searched: ties of the types that any pattern uses; with ``entity`` only those near it.
        stopped_at: patterns examined when the work limit was reached; None when it was not.
    """

    found: tuple[Conflict, ...]
    entity: EntityId | None
    classes: tuple[str, ...]
    as_of: str | None
    limit: int | None
    total: Mapping[str, int]
    apart: Mapping[str, int]
    ties_searched: int
    stopped_at: int | None


_Edge = tuple[EntityId, EntityId, Any, Mapping[str, Any]]
_Holders = dict[EntityId, dict[EntityId, list[_Edge]]]
_Pairs = dict[tuple[EntityId, EntityId], list[_Edge]]
_Sides = tuple[list[_Edge], ...]
_Candidate = tuple[str, EntityId, EntityId, EntityId | None, tuple[_Sides, ...]]  # the last: ways to show it


def _holders() -> _Holders:
    return defaultdict(lambda: defaultdict(list))


@dataclass(slots=True)
class _Index:
    """Ties by what they mean here. Holders are by company, then holder; pairs are by two parties."""

    seats: _Holders = field(default_factory=_holders)
    stakes: _Holders = field(default_factory=_holders)
    personal: _Holders = field(default_factory=_holders)
    advises: _Holders = field(default_factory=_holders)
    money: _Pairs = field(default_factory=lambda: defaultdict(list))
    supply: _Pairs = field(default_factory=lambda: defaultdict(list))
    deals: _Pairs = field(default_factory=lambda: defaultdict(list))
    partners: _Pairs = field(default_factory=lambda: defaultdict(list))
    rivals: _Pairs = field(default_factory=lambda: defaultdict(list))
    sued: _Pairs = field(default_factory=lambda: defaultdict(list))
    regulates: _Pairs = field(default_factory=lambda: defaultdict(list))
    ties: int = 0


def conflicts(
    graph: nx.DiGraph,
    *,
    entity: EntityId | None = None,
    classes: Collection[str] | None = None,
    as_of: str | None = None,
    limit: int | None = 10_000,
    candidate_limit: int = CANDIDATE_LIMIT,
) -> Conflicts:
    """Possible conflicts of interest.

    Args:
        graph: directed, with tie types; edges without type are left aside.
        entity: only findings with this holder or side; then only ties near it are read.
        classes: some of ``CLASSES``; None for all.
        as_of: all ties must hold then; None takes the date the graph was made for, if any.
        limit: findings in the result; ``total`` counts all.
        candidate_limit: see ``Conflicts.stopped_at``.

    Raises:
        AnalysisError: the graph is not directed.
        EntityNotFound: ``entity`` is not in the graph.
        ParameterError: an unknown class, or a limit below 1.
    Cost: one scan of the ties (kept); then for each two parties the smaller number of their holders.
    """
    if not graph.is_directed():
        raise AnalysisError("The graph has no direction.", hint="Use a DiGraph or MultiDiGraph with types.")
    if entity is not None and entity not in graph:
        raise EntityNotFound(entity, [str(node) for node in graph])
    wanted = _wanted(classes)
    if candidate_limit < 1 or (limit is not None and limit < 1):
        raise ParameterError("limit", "is below 1.", hint="Ask for at least one.")
    day = as_of if as_of is not None else graph.graph.get("as_of")
    if entity is None:
        index = kept(graph, ("conflict ties",), lambda: _index(graph, _all_edges(graph)))
    else:
        index = _index(graph, _edges_near(graph, entity))
    every = (item for item in _candidates(index) if item[0] in wanted and _has(item, entity))
    examined = list(islice(every, candidate_limit + 1))
    apart: Counter[str] = Counter()
    found: list[Conflict] = []
    for candidate in watched(examined[:candidate_limit]):
        one = _judged(candidate, day)
        if one.overlap is Overlap.NONE:
            apart[one.category] += 1
        else:
            found.append(one)
    found.sort(key=lambda one: _order(one, wanted))
    total = Counter(one.category for one in found)
    return Conflicts(
        tuple(found[:limit]), entity, wanted, day, limit, {name: total[name] for name in wanted},
        {name: apart[name] for name in wanted}, index.ties,
        candidate_limit if len(examined) > candidate_limit else None,
    )  # fmt: skip


def _wanted(classes: Collection[str] | None) -> tuple[str, ...]:
    names = list(CLASSES) if classes is None else [classes] if isinstance(classes, str) else list(classes)
    for name in names:
        if name not in CLASSES:
            raise ParameterError("classes", f"{name!r} is not known.", hint=f"Known: {', '.join(CLASSES)}.")
    return tuple(name for name in CLASSES if name in names)


def _order(one: Conflict, wanted: tuple[str, ...]) -> tuple[int, bool, str, str, str]:
    unsure = one.overlap is Overlap.UNKNOWN
    return wanted.index(one.category), unsure, str(one.holder), str(one.first), str(one.second or "")


def _has(candidate: _Candidate, entity: EntityId | None) -> bool:
    return entity is None or entity in candidate[1:4]


def _judged(candidate: _Candidate, as_of: str | None) -> Conflict:
    category, holder, first, second, ways = candidate
    told = [[best_first(dated(*edge, "", as_of=as_of) for edge in side) for side in sides] for sides in ways]
    if category in _AMONG_RIVALS:
        for sides in told:
            sides[-1] = tuple(Dated(item.tie, ALWAYS) if _undated(item.tie) else item for item in sides[-1])
    pairings = [best_pairing(*(_facts(side)[:_MOST_TIES] for side in sides)) for sides in told]
    overlap, shown = min(pairings, key=_doubt)
    dating = shown[:-1] if category in _AMONG_RIVALS and _undated(shown[-1]) else shown
    places = zip(*told, strict=True)
    every = tuple(dict.fromkeys(item.tie for sides in places for item in best_first(chain(*sides))))
    return Conflict(category, holder, first, second, overlap, common_span(dating), shown, every)


def _doubt(pairing: tuple[Overlap, tuple[Tie, ...]]) -> tuple[bool, bool, bool]:
    """Sorts the better of two pairings first: one that may hold, of facts, at the same time."""
    state, shown = pairing
    return state is Overlap.NONE, not all(tie.is_fact for tie in shown), state is Overlap.UNKNOWN


def _facts(side: tuple[Dated, ...]) -> tuple[Dated, ...]:
    """The facts of a side if it has any: a dated plan never stands in for an undated fact."""
    return tuple(item for item in side if item.tie.is_fact) or side


def _undated(tie: Tie) -> bool:
    return not (tie.start_date or tie.end_date)


def _all_edges(graph: nx.DiGraph) -> Iterator[_Edge]:
    if isinstance(graph, nx.MultiDiGraph):
        yield from graph.edges(keys=True, data=True)
        return
    for start, end, data in graph.edges(data=True):
        yield start, end, None, data


def _edges_near(graph: nx.DiGraph, entity: EntityId) -> Iterator[_Edge]:
    """Ties among an entity and its neighbours: every pattern with the entity lies within."""
    near = {entity, *graph.succ[entity], *graph.pred[entity]}
    many = graph.is_multigraph()
    for node in near:
        after: Any = graph.succ[node]
        for other in near if len(near) < len(after) else after:
            if other in near and other in after:
                for key, data in after[other].items() if many else ((None, after[other]),):
                    yield node, other, key, data


def _index(graph: nx.DiGraph, edges: Iterable[_Edge]) -> _Index:
    found = _Index()
    kinds: Mapping[EntityId, Any] = graph.nodes
    pairs = {"COMPETES_WITH": found.rivals, "PARTNERED_WITH": found.partners, "SUPPLIES": found.supply}
    ordered = {"SUED": found.sued, "REGULATES": found.regulates}
    for edge in edges:
        start, end, _, data = edge
        type_ = data.get("type")
        if not type_ or start == end:
            continue
        both = (start, end) if str(start) <= str(end) else (end, start)
        if type_ in pairs:
            pairs[type_][both].append(edge)
        if type_ in ordered:
            ordered[type_][start, end].append(edge)
        if type_ in DEALS:
            found.deals[both].append(edge)
        if type_ in MONEY:
            found.money[start, end].append(edge)
        is_person = (kinds[start].get("kind") or "person") == "person"
        if type_ in STAKES:
            found.stakes[end][start].append(edge)
            if is_person:
                found.personal[end][start].append(edge)
        if type_ in SEATS and is_person:
            found.seats[end][start].append(edge)
        if type_ == "ADVISES":
            found.advises[end][start].append(edge)
        known = type_ in pairs or type_ in ordered or type_ in DEALS | MONEY | STAKES | SEATS
        found.ties += known or type_ == "ADVISES"
    return found


def _candidates(index: _Index) -> Iterator[_Candidate]:
    for (x, y), deal in watched(index.deals.items()):
        for person, ways in _on_both(index, x, y, deal):
            yield "both-sides", person, x, y, ways
    for (owner, company), money in watched(index.money.items()):
        both = (owner, company) if str(owner) <= str(company) else (company, owner)
        if trade := index.supply.get(both):
            yield "investor-trades", owner, company, None, ((money, trade),)
    for (x, y), rivalry in watched(index.rivals.items()):
        for holder in _common(index.stakes.get(x, {}), index.stakes.get(y, {})):
            if holder not in (x, y):
                sides = (index.stakes[x][holder], index.stakes[y][holder], rivalry)
                yield "stakes-in-rivals", holder, x, y, (sides,)
        for person, ways in _on_both(index, x, y, rivalry):
            yield "seats-at-rivals", person, x, y, ways
    yield from _oversight(index)
    yield from _advised(index)
    yield from _lawsuits(index)


def _oversight(index: _Index) -> Iterator[_Candidate]:
    for (authority, company), oversight in index.regulates.items():
        if money := index.money.get((authority, company)):
            yield "oversight", authority, company, None, ((money, oversight),)
        for person, ways in _on_both(index, authority, company, oversight):
            yield "oversight", person, authority, company, ways


def _advised(index: _Index) -> Iterator[_Candidate]:
    parties = {**index.deals}
    for (x, y), suit in index.sued.items():
        both = (x, y) if str(x) <= str(y) else (y, x)
        parties[both] = parties.get(both, []) + suit
    for (x, y), deal in parties.items():
        for adviser in _common(index.advises.get(x, {}), index.advises.get(y, {})):
            if adviser not in (x, y):
                sides = (index.advises[x][adviser], index.advises[y][adviser], deal)
                yield "adviser", adviser, x, y, (sides,)


def _lawsuits(index: _Index) -> Iterator[_Candidate]:
    for (plaintiff, defendant), suit in index.sued.items():
        both = (plaintiff, defendant) if str(plaintiff) <= str(defendant) else (defendant, plaintiff)
        bound = index.money.get((plaintiff, defendant), []) + index.partners.get(both, [])
        if bound:
            yield "lawsuit", plaintiff, defendant, None, ((bound, suit),)


def _common(one: Mapping[EntityId, Any], other: Mapping[EntityId, Any]) -> Iterator[EntityId]:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return (item for item in small if item in large)


def _on_both(
    index: _Index, x: EntityId, y: EntityId, between: list[_Edge]
) -> Iterator[tuple[EntityId, tuple[_Sides, ...]]]:
    """People with a seat at one of the two and a seat or stake at the other.

    Each comes with the ways to show it, ``between`` as the last side of each: a seat at ``x``, or a stake
    there and a seat at ``y``. Two stakes are no way.
    """
    seats_x, seats_y = index.seats.get(x, {}), index.seats.get(y, {})
    own_x, own_y = index.personal.get(x, {}), index.personal.get(y, {})
    people = dict.fromkeys((*_common(seats_x, seats_y), *_common(seats_x, own_y), *_common(own_x, seats_y)))
    for person in people:
        if person not in (x, y):
            at_y = [*seats_y.get(person, ()), *own_y.get(person, ())]
            ways: list[_Sides] = []
            if person in seats_x and at_y:
                ways.append((seats_x[person], at_y, between))
            if person in own_x and person in seats_y:
                ways.append((own_x[person], seats_y[person], between))
            yield person, tuple(ways)
