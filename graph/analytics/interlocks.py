"""Board interlocks: companies that share a director at the same time, with the seats as evidence.

People and companies form a two-mode graph; its projection joins two companies for each person who
sits in both. Each person counts 1, and in the weight of Newman (2001, Physical Review E 64, 016132)
1 / (n - 1) with n the number of companies the person has a seat in, so that somebody on twenty
boards joins two of them less than somebody on two. Only terms that overlap make an interlock; where
dates do not tell, the person is listed apart and not counted. So is a person who shares the two only
by a planned or alleged seat: facts decide first, and a dated plan never stands in for an undated fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph.analytics.compact import kept
from graph.analytics.cycles import sorted_ids
from graph.analytics.terms import Dated, Overlap, best_first, best_pairing, common_span, dated, edges_at
from graph.errors import AnalysisError, EntityNotFound, GraphTooLarge, ParameterError
from graph.model import EntityId, Tie
from graph.stopping import watched

SEATS: Mapping[str, str] = {"board": "BOARD_MEMBER_OF", "role": "HOLDS_ROLE", "founder": "FOUNDED"}
"""What counts as a seat, and the tie type behind it. Founding never ends, so it overlaps with all later."""
MOST_BOARDS = 500
"""Somebody with more seats than this (a registered agent, an error) is left out, and that is said."""
PAIR_LIMIT = 20_000_000
_Ints = NDArray[np.int64]
_PLAN, _OPEN, _KNOWN = 1, 2, 3  # how two seats overlap, 0 not at all; facts come before plans


@dataclass(frozen=True, slots=True)
class SharedPerson:
    """A person with seats in both companies.

    Attributes:
        first_seats, second_seats: all seats in the first and the second company, best evidence first.
        shown: the two seats, one in each, that overlap best.
        overlap: whether their terms overlap.
        span: latest start and earliest end of ``shown`` as published, None when unknown or open.
    """

    person: EntityId
    first_seats: tuple[Tie, ...]
    second_seats: tuple[Tie, ...]
    shown: tuple[Tie, ...]
    overlap: Overlap
    span: tuple[str | None, str | None]

    @property
    def is_fact(self) -> bool:
        """Whether both ``shown`` seats state facts, as they do wherever such two may overlap."""
        return all(tie.is_fact for tie in self.shown)


@dataclass(frozen=True, slots=True)
class Interlock:
    """Two companies that share people; ``first`` is the smaller id.

    Attributes:
        people: those whose terms overlap, by id.
        unknown: those whose dates do not tell; in neither count nor weight.
        weight: Newman's weight, the sum over ``people`` of 1 / (companies of that person - 1).
        planned: those who share the two only by a seat that is no fact; in neither count nor weight.
    """

    first: EntityId
    second: EntityId
    people: tuple[SharedPerson, ...]
    unknown: tuple[SharedPerson, ...]
    weight: float
    planned: tuple[SharedPerson, ...] = ()


@dataclass(frozen=True, slots=True)
class Interlocks:
    """The projection, strongest first: by people, weight, people with unknown dates, plans, ids.

    Attributes:
        pairs: at most ``limit``.
        company, seats, as_of, limit: what was asked.
        total: pairs with an overlap that is known.
        total_unknown: pairs where no overlap is known but dates do not rule it out.
        apart: times that the seats of a person in two companies were surely not at once.
        people, companies, seat_ties: size of the two-mode graph.
        crowded: people with more than ``most_boards`` companies, left out, with that number.
        total_planned: further pairs that share somebody only if plans or allegations hold.
    """

    pairs: tuple[Interlock, ...]
    company: EntityId | None
    seats: tuple[str, ...]
    as_of: str | None
    limit: int | None
    total: int
    total_unknown: int
    apart: int
    people: int
    companies: int
    seat_ties: int
    crowded: tuple[tuple[EntityId, int], ...]
    most_boards: int
    total_planned: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Seats sorted by person, then company; a line each, ids by position."""

    people: tuple[EntityId, ...]
    companies: tuple[EntityId, ...]
    person: _Ints
    company: _Ints
    terms: _Ints
    facts: NDArray[np.bool_]
    seats: tuple[Dated, ...]


def interlocks(
    graph: nx.Graph,
    *,
    company: EntityId | None = None,
    seats: Collection[str] = ("board",),
    people: Collection[EntityId] | None = None,
    as_of: str | None = None,
    limit: int | None = 1_000,
    most_boards: int = MOST_BOARDS,
) -> Interlocks:
    """Pairs of companies that share people at the same time.

    Args:
        graph: seats run person -> company. An edge without type is a seat, and one without any date
            fields holds always. In a graph without direction, people are told by ``people`` or ``kind``.
        company: only pairs with this one; then only its people are read.
        seats: of ``board``, ``role``, ``founder``.
        people: who counts as a person; None for everybody of kind ``person`` or without kind.
        as_of: both seats must hold then; None takes the date the graph was made for, if any.
        limit: pairs in the result; totals count all. None for all.

    Raises:
        EntityNotFound: ``company`` is not in the graph.
        ParameterError: ``seats`` is empty or unknown, or a number is out of range.
        AnalysisError: a graph without direction that does not tell who is a person.
        GraphTooLarge: more than 20 million pairs of seats.
    Cost: one scan of the ties (kept), then the sum over people of boards squared; with ``company`` the
        seats of its people only.

    >>> found = interlocks(nx.DiGraph([("ann", "x"), ("ann", "y"), ("bob", "y"), ("bob", "z")]))
    >>> [(pair.first, pair.second, len(pair.people), pair.weight) for pair in found.pairs]
    [('x', 'y', 1, 1.0), ('y', 'z', 1, 1.0)]
    """
    types = _types(seats)
    if company is not None and company not in graph:
        raise EntityNotFound(company, [str(node) for node in graph])
    if most_boards < 2 or (limit is not None and limit < 1):
        raise ParameterError("limit", "a limit is too small.", hint="most_boards starts at 2, limit at 1.")
    day = as_of if as_of is not None else graph.graph.get("as_of")
    chosen = None if people is None else frozenset(people)
    if company is None:
        key = ("seats", tuple(sorted(types)), chosen, day)
        table = kept(graph, key, lambda: _table(_all_seats(graph, types, chosen), types, day))
    else:
        table = _table(_seats_around(graph, company, types, chosen), types, day)
    return _projected(table, company, tuple(seats), day, limit, most_boards)


def _types(seats: Collection[str]) -> tuple[str, ...]:
    unknown = [seat for seat in seats if seat not in SEATS]
    if unknown or not seats or isinstance(seats, str):
        raise ParameterError(
            "seats", f"{unknown[0] if unknown else seats!r} is not known.", hint=f"Known: {', '.join(SEATS)}."
        )
    return tuple(SEATS[seat] for seat in dict.fromkeys(seats))


_Edge = tuple[EntityId, EntityId, Any, Mapping[str, Any]]


def _is_seat(data: Mapping[str, Any], types: tuple[str, ...]) -> bool:
    return (data.get("type") or types[0]) in types


def _person_test(graph: nx.Graph, chosen: frozenset[EntityId] | None) -> Any:
    kinds: Mapping[EntityId, Any] = graph.nodes
    if chosen is not None:
        return lambda node: node in chosen
    if graph.is_directed():
        return lambda node: (kinds[node].get("kind") or "person") == "person"
    if not any(data.get("kind") == "person" for _, data in graph.nodes(data=True)):
        raise AnalysisError(
            "The graph has no direction and no kinds, so nobody can tell people from companies.",
            hint="Pass people=..., or give nodes the attribute kind.",
        )
    return lambda node: kinds[node].get("kind") == "person"


def _all_seats(
    graph: nx.Graph, types: tuple[str, ...], chosen: frozenset[EntityId] | None
) -> Iterator[_Edge]:
    is_person = _person_test(graph, chosen)
    for node in graph:
        if is_person(node):
            yield from (edge for edge in edges_at(graph, node) if _is_seat(edge[3], types))


def _seats_around(
    graph: nx.Graph, company: EntityId, types: tuple[str, ...], chosen: frozenset[EntityId] | None
) -> Iterator[_Edge]:
    is_person = _person_test(graph, chosen)
    near = {
        edge[0]
        for edge in edges_at(graph, company, back=True)
        if _is_seat(edge[3], types) and is_person(edge[0])
    }
    for node in watched(near):
        yield from (edge for edge in edges_at(graph, node) if _is_seat(edge[3], types))


def _table(edges: Iterable[_Edge], types: tuple[str, ...], as_of: str | None) -> _Table:
    found: list[tuple[EntityId, EntityId, Dated]] = []
    for person, company, key, data in edges:
        if person != company:
            found.append((person, company, dated(person, company, key, data, types[0], as_of=as_of)))
    people, companies = sorted_ids({row[0] for row in found}), sorted_ids({row[1] for row in found})
    who = {node: place for place, node in enumerate(people)}
    where = {node: place for place, node in enumerate(companies)}
    found.sort(key=lambda row: (who[row[0]], where[row[1]], row[2].tie.id))
    terms = [(t.first, t.last, t.sure_first, t.sure_last) for t in (row[2].term for row in found)]
    return _Table(
        people,
        companies,
        np.asarray([who[row[0]] for row in found], dtype=np.int64),
        np.asarray([where[row[1]] for row in found], dtype=np.int64),
        np.asarray(terms, dtype=np.int64).reshape(-1, 4),
        np.asarray([row[2].tie.is_fact for row in found], dtype=np.bool_),
        tuple(row[2] for row in found),
    )


def _projected(
    table: _Table,
    company: EntityId | None,
    seats: tuple[str, ...],
    as_of: str | None,
    limit: int | None,
    most_boards: int,
) -> Interlocks:
    sure = table.terms[:, 2] <= table.terms[:, 3]
    boards = _boards(table, table.facts & sure if as_of is not None else table.facts)
    everywhere = _boards(table, np.ones(len(table.person), dtype=np.bool_))
    crowded = np.flatnonzero(everywhere > most_boards)
    first, second, person, state = _person_pairs(table, everywhere, most_boards)
    if company is not None:
        here = table.companies.index(company) if company in table.companies else -1
        with_it = (first == here) | (second == here)
        first, second, person, state = first[with_it], second[with_it], person[with_it], state[with_it]
    known, open_, plan = state == _KNOWN, state == _OPEN, state == _PLAN
    apart = int((state == 0).sum())
    weight = np.where(known, 1.0 / np.maximum(boards[person] - 1, 1), 0.0)
    starts = np.flatnonzero(np.diff(first * (len(table.companies) + 1) + second, prepend=-1))
    together = np.add.reduceat(known, starts, dtype=np.int64) if len(starts) else np.zeros(0, np.int64)
    unsure = np.add.reduceat(open_, starts, dtype=np.int64) if len(starts) else np.zeros(0, np.int64)
    plans = np.add.reduceat(plan, starts, dtype=np.int64) if len(starts) else np.zeros(0, np.int64)
    weights = np.add.reduceat(weight, starts) if len(starts) else np.zeros(0)
    stops = np.append(starts[1:], len(first))
    order = np.lexsort((np.arange(len(starts)), -plans, -unsure, -np.round(weights, 12), -together))
    order = order[(together + unsure + plans)[order] > 0]
    pairs: list[Interlock] = []
    for k in order[:limit].tolist():
        who, at = person[starts[k] : stops[k]], int(starts[k])
        pairs.append(_interlock(table, who, int(first[at]), int(second[at]), float(weights[k])))
    return Interlocks(
        pairs=tuple(pairs),
        company=company,
        seats=seats,
        as_of=as_of,
        limit=limit,
        total=int((together > 0).sum()),
        total_unknown=int(((together == 0) & (unsure > 0)).sum()),
        apart=apart,
        people=len(table.people),
        companies=len(table.companies),
        seat_ties=len(table.seats),
        crowded=tuple((table.people[k], int(everywhere[k])) for k in crowded.tolist()),
        most_boards=most_boards,
        total_planned=int(((together + unsure == 0) & (plans > 0)).sum()),
    )


def _boards(table: _Table, rows: NDArray[np.bool_]) -> _Ints:
    """Number of companies of each person, by some of the seats."""
    both = np.unique(table.person[rows] * (len(table.companies) + 1) + table.company[rows])
    return np.bincount(both // (len(table.companies) + 1), minlength=len(table.people))


def _person_pairs(table: _Table, boards: _Ints, most: int) -> tuple[_Ints, _Ints, _Ints, _Ints]:
    """(first, second, person, state), a line each, sorted; the state is the best that two seats make."""
    rows = np.flatnonzero((boards[table.person] <= most) & (boards[table.person] > 1))
    person = table.person[rows]
    ends = np.searchsorted(person, person, side="right")
    later = ends - np.arange(len(rows)) - 1
    total = int(later.sum())
    if total > PAIR_LIMIT:
        raise GraphTooLarge(
            f"{total:,} pairs of seats; the limit is {PAIR_LIMIT:,}.",
            hint=f"Ask for one company, or lower most_boards (now {most}).",
        )
    one = np.repeat(np.arange(len(rows)), later)
    other = one + 1 + np.arange(total) - np.repeat(np.cumsum(later) - later, later)
    one, other = rows[one], rows[other]
    apart = table.company[one] != table.company[other]
    one, other = one[apart], other[apart]
    possible, sure = _shared_days(table.terms, one, other)
    facts = table.facts[one] & table.facts[other]
    state = np.where(~possible, 0, np.where(~facts, _PLAN, np.where(sure, _KNOWN, _OPEN)))
    # Seats are sorted by company within a person, so that the first of a pair is the smaller id.
    order = np.lexsort((state, table.person[one], table.company[other], table.company[one]))
    first, second, who = table.company[one][order], table.company[other][order], table.person[one][order]
    last = np.ones(len(order), dtype=bool)  # several seats in one company: the best state is the last
    last[:-1] = (np.diff(first) != 0) | (np.diff(second) != 0) | (np.diff(who) != 0)
    return first[last], second[last], who[last], state[order][last]


def _shared_days(terms: _Ints, one: _Ints, other: _Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    low, high = np.maximum(terms[one], terms[other]), np.minimum(terms[one], terms[other])
    return low[:, 0] <= high[:, 1], low[:, 2] <= high[:, 3]


def _interlock(table: _Table, people: _Ints, first: int, second: int, weight: float) -> Interlock:
    shared = [_shared(table, who, first, second) for who in people.tolist()]
    return Interlock(
        table.companies[first],
        table.companies[second],
        tuple(person for person in shared if person.is_fact and person.overlap is Overlap.KNOWN),
        tuple(person for person in shared if person.is_fact and person.overlap is Overlap.UNKNOWN),
        weight,
        tuple(person for person in shared if not person.is_fact and person.overlap is not Overlap.NONE),
    )


def _shared(table: _Table, who: int, first: int, second: int) -> SharedPerson:
    start, stop = np.searchsorted(table.person, [who, who + 1]).tolist()
    sides: list[tuple[Dated, ...]] = []
    for company in (first, second):
        mine = [table.seats[k] for k in range(start, stop) if table.company[k] == company]
        sides.append(best_first(mine))
    facts = [tuple(seat for seat in side if seat.tie.is_fact) for side in sides]
    state, shown = best_pairing(*facts) if all(facts) else (Overlap.NONE, ())
    if state is Overlap.NONE:
        state, shown = best_pairing(*sides)
    one, other = (tuple(seat.tie for seat in side) for side in sides)
    return SharedPerson(table.people[who], one, other, shown, state, common_span(shown))
