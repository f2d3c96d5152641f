"""Circles: money that goes out as investment and comes back as revenue, and firms that own one another.

A money circle leads from each entity to the one that its money goes to: an investor to its investee, a
lender to its borrower, a buyer to the company it bought, and a customer to its supplier, against the
direction of ``SUPPLIES``. It has at least one step of the first three sorts and at least one purchase,
and nobody twice. Amounts are as recorded; they overlap, so that none are added: a step counts with its
largest single amount, and a circle with the smallest of its steps, the most that the record shows to
go all the way round. The price of a company goes to its sellers and counts as no amount.

An ownership circle follows stakes from owner to owned. The product of the shares around says how much
of itself the first company holds by way of the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.compact import kept
from graph.analytics.cycles import (
    CANDIDATE_LIMIT,
    CYCLE_LIMIT,
    Links,
    check_request,
    cycles_in,
    links_of,
)
from graph.analytics.terms import quality, tie_of
from graph.dates import parse_date
from graph.errors import AnalysisError, ParameterError
from graph.model import FACT_STATUSES, PERIOD_BASES, EntityId, Tie

KINDS = ("money", "ownership", "supply")
FINANCE = ("INVESTED_IN", "LENT_TO", "ACQUIRED")
STAKES = ("OWNS", "ACQUIRED", "INVESTED_IN")
STAKE_BASES = ("equity", "voting", "economic")
SUPPLY = "SUPPLIES"
_FIRST, _SECOND = 1, 2


@dataclass(frozen=True, slots=True)
class LoopStep:
    """One step of a circle with every tie that carries it.

    Attributes:
        ties: the best evidence first; a ``SUPPLIES`` tie of a money circle runs against the step.
        amount_usd: largest single amount among the ties that are facts, else among the others; None
            when no tie states one.
        amount_tie: the tie it stands on.
        share, share_low, share_high: the owner's share as last stated, and its bounds, 0 and 1 when
            nothing is known; only for ownership.
        share_tie: the tie it stands on; None when no share is known.
    """

    from_id: EntityId
    to_id: EntityId
    ties: tuple[Tie, ...]
    amount_usd: int | None
    amount_tie: Tie | None
    share: float | None = None
    share_low: float = 0.0
    share_high: float = 1.0
    share_tie: Tie | None = None

    @property
    def is_fact(self) -> bool:
        """Whether at least one of its ties states a fact."""
        return any(tie.status in FACT_STATUSES for tie in self.ties)

    @property
    def finance(self) -> tuple[Tie, ...]:
        """Ties by which money goes out as investment, loan or price."""
        return tuple(tie for tie in self.ties if tie.type != SUPPLY)

    @property
    def purchases(self) -> tuple[Tie, ...]:
        """Ties by which ``from`` pays ``to`` for what it buys."""
        return tuple(tie for tie in self.ties if tie.type == SUPPLY)


@dataclass(frozen=True, slots=True)
class Loop:
    """One circle; its first entity has the smallest id, its last step leads back there.

    Attributes:
        amount_usd: the smallest amount among steps with a known one; None when none is known.
        unknown_amounts: steps without a known amount.
        share: product of the shares around; None unless all are known.
        share_low, share_high: bounds of that product.
        unknown_shares: steps without a known share.
        came_first: ``investment`` or ``purchase``, the earlier by published dates; None when it
            cannot be told or the question makes no sense.
    """

    kind: str
    steps: tuple[LoopStep, ...]
    amount_usd: int | None
    unknown_amounts: int
    share: float | None
    share_low: float
    share_high: float
    unknown_shares: int
    came_first: str | None

    @property
    def entities(self) -> tuple[EntityId, ...]:
        """Each entity once, in the order of the steps."""
        return tuple(step.from_id for step in self.steps)

    @property
    def is_fact(self) -> bool:
        """Whether every step has a tie that states a fact."""
        return all(step.is_fact for step in self.steps)

    @property
    def ties(self) -> tuple[Tie, ...]:
        """All ties of all steps."""
        return tuple(tie for step in self.steps for tie in step.ties)


@dataclass(frozen=True, slots=True)
class LoopResult:
    """Circles, by amount (money, supply) or product of shares (ownership), then length, then ids.

    Attributes:
        loops: at most ``limit``.
        kind, max_length, including, min_amount, limit: what was asked.
        more: whether there are more than ``limit``; those left out are no shorter. None when stopped.
        stopped_at: steps looked at when the work limit was reached; None when it was not.
        counts: ties that were searched, by tie type (``untyped`` for edges without).
        self_loops: ties from an entity to itself, left out.
    """

    loops: tuple[Loop, ...]
    kind: str
    max_length: int
    including: tuple[EntityId, ...]
    min_amount: int | None
    limit: int | None
    more: bool | None
    stopped_at: int | None
    counts: Mapping[str, int]
    self_loops: int


def loops(
    graph: nx.DiGraph,
    kind: str = "money",
    *,
    max_length: int = 5,
    including: Iterable[EntityId] = (),
    min_amount: int | None = None,
    limit: int | None = CYCLE_LIMIT,
    candidate_limit: int = CANDIDATE_LIMIT,
) -> LoopResult:
    """Circles of ``kind``, each step with all its ties.

    Args:
        graph: it decides which statuses and dates count. An edge without type counts as a step along
            its direction, for money as investment and purchase alike.
        kind: ``money``; ``ownership`` (``OWNS``, ``ACQUIRED``, and ``INVESTED_IN`` where it states a
            share); ``supply`` (supplier to customer).
        max_length: 2 to 8 steps.
        including: only circles through at least one of these.
        min_amount: in US dollars; leaves out circles with a smaller known amount, and with none.
        limit, candidate_limit: see :func:`graph.analytics.cycles.bounded_cycles`.

    Raises:
        AnalysisError: no direction, or an amount or share that cannot be (names the tie).
        EntityNotFound, ParameterError: as for ``bounded_cycles``; an unknown kind.
    Cost: one scan of the ties (kept), then that of ``bounded_cycles``.
    """
    if kind not in KINDS:
        raise ParameterError("kind", f"{kind!r} is not known.", hint=f"Known: {', '.join(KINDS)}.")
    if min_amount is not None and not 0 <= min_amount < math.inf:
        raise ParameterError("min_amount", f"{min_amount} is no amount.", hint="Give whole US dollars.")
    wanted = check_request(graph, including, max_length, 2, limit, candidate_limit)
    links, counts, alone = kept(
        graph, ("loop links", kind, min_amount), lambda: _links(graph, kind, min_amount)
    )
    found = cycles_in(
        links,
        max_length=max_length,
        including=wanted,
        limit=limit,
        candidate_limit=candidate_limit,
        need=_FIRST | _SECOND if kind == "money" else 0,
    )
    made = [_loop(graph, kind, cycle) for cycle in found.cycles if len(cycle) > 1]
    if min_amount is not None:
        made = [loop for loop in made if loop.amount_usd is not None]
    made.sort(key=_rank)  # stable: cycles come by length and ids
    return LoopResult(
        tuple(made), kind, max_length, wanted, min_amount, limit, found.more, found.stopped_at, counts, alone
    )


def _rank(loop: Loop) -> tuple[float, int]:
    value = loop.share if loop.kind == "ownership" else loop.amount_usd
    return -value if value is not None else math.inf, len(loop.steps)


def _sort_of(kind: str, data: Mapping[str, Any]) -> tuple[int, bool]:
    """Bits of a tie in circles of ``kind`` (0: it does not count), and whether the step runs against it."""
    type_ = data.get("type")
    if not type_:
        return (_FIRST | _SECOND if kind == "money" else _FIRST), False
    if kind == "money":
        return (_FIRST, False) if type_ in FINANCE else (_SECOND, True) if type_ == SUPPLY else (0, False)
    if kind == "supply":
        return (_FIRST if type_ == SUPPLY else 0), False
    if type_ == "INVESTED_IN" and not _states_share(data):  # shares, notes or warrants: the tie does not say
        return 0, False
    return (_FIRST if type_ in STAKES else 0), False


def _states_share(data: Mapping[str, Any]) -> bool:
    stated = any(data.get(name) is not None for name in ("share", "share_min", "share_max"))
    return stated and (data.get("share_basis") or "equity") in STAKE_BASES


def _links(graph: nx.DiGraph, kind: str, min_amount: int | None) -> tuple[Links, dict[str, int], int]:
    """Links of a kind of circle, ties by type, ties from an entity to itself."""
    counts: dict[str, int] = {}
    alone = 0
    steps: dict[tuple[EntityId, EntityId], int] = {}
    amounts: dict[tuple[EntityId, EntityId], list[tuple[bool, int]]] = {}
    for start, end, data in graph.edges(data=True):
        bits, against = _sort_of(kind, data)
        if not bits:
            continue
        type_ = data.get("type") or "untyped"
        counts[type_] = counts.get(type_, 0) + 1
        alone += start == end
        if start != end:
            pair = (end, start) if against else (start, end)
            steps[pair] = steps.get(pair, 0) | bits
            if min_amount is not None and (amount := _amount(kind, start, end, data)) is not None:
                is_fact = data.get("status", "active") in FACT_STATUSES
                amounts.setdefault(pair, []).append((is_fact, amount))
    too_small = {pair for pair, known in amounts.items() if max(known)[1] < (min_amount or 0)}
    kept_steps = ((*pair, bits) for pair, bits in steps.items() if pair not in too_small)
    return links_of(graph, kept_steps), dict(sorted(counts.items())), alone


def _amount(kind: str, start: EntityId, end: EntityId, data: Mapping[str, Any]) -> int | None:
    """The amount of a tie that can go round; None when unknown, and for a price, which sellers keep."""
    amount = data.get("amount_usd")
    if amount is not None and not _within(amount, math.inf):
        raise AnalysisError(
            f"The amount of {start} -> {end} (tie {data.get('id', 'without id')}) is {amount}.",
            hint="Amounts are not negative. Mend the data, or exclude the tie.",
        )
    return None if kind == "money" and data.get("type") == "ACQUIRED" else amount


def _within(value: Any, most: float, *, closed: bool = False) -> bool:
    """Whether a value is a number from 0 to below ``most``; what is no number is not."""
    try:
        return bool(0 <= value <= most) if closed else bool(0 <= value < most)
    except TypeError:
        return False


def _loop(graph: nx.DiGraph, kind: str, cycle: Sequence[EntityId]) -> Loop:
    steps = tuple(
        _step(graph, kind, start, end) for start, end in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
    )
    known = [step.amount_usd for step in steps if step.amount_usd is not None]
    low, high = math.prod(step.share_low for step in steps), math.prod(step.share_high for step in steps)
    no_share = sum(step.share is None for step in steps)
    return Loop(
        kind=kind,
        steps=steps,
        amount_usd=min(known, default=None),
        unknown_amounts=len(steps) - len(known),
        share=None if no_share or kind != "ownership" else low,
        share_low=low,
        share_high=high,
        unknown_shares=no_share,
        came_first=_came_first(steps) if kind == "money" else None,
    )


def _step(graph: nx.DiGraph, kind: str, start: EntityId, end: EntityId) -> LoopStep:
    held = [
        (tie_of(u, v, key, data, {"money": "INVESTED_IN", "ownership": "OWNS"}.get(kind, SUPPLY)), data)
        for u, v, key, data in _between(graph, start, end)
        if _counts_for(kind, data, along=u == start)
    ]
    held.sort(key=lambda pair: quality(pair[0]))
    amounts = [
        (tie.status in FACT_STATUSES, amount, -place)
        for place, (tie, data) in enumerate(held)
        if (amount := _amount(kind, tie.from_id, tie.to_id, data)) is not None
    ]
    _, amount, place = max(amounts, default=(False, None, 0))
    ties = tuple(tie for tie, _ in held)
    shares = _shares(held) if kind == "ownership" else (None, 0.0, 1.0, None)
    return LoopStep(start, end, ties, amount, None if amount is None else ties[-place], *shares)


def _between(
    graph: nx.DiGraph, start: EntityId, end: EntityId
) -> Iterator[tuple[EntityId, EntityId, Any, Mapping[str, Any]]]:
    for u, v in ((start, end), (end, start)):
        held: Any = graph.get_edge_data(u, v, default={})
        for key, data in (
            held.items() if graph.is_multigraph() else [(None, held)] if held or graph.has_edge(u, v) else ()
        ):
            yield u, v, key, data


def _counts_for(kind: str, data: Mapping[str, Any], *, along: bool) -> bool:
    bits, against = _sort_of(kind, data)
    return bool(bits) and along != against


def _shares(
    held: Sequence[tuple[Tie, Mapping[str, Any]]],
) -> tuple[float | None, float, float, Tie | None]:
    """(share, low, high, tie) as last stated, facts before plans."""
    best: tuple[tuple[bool, str, int], float | None, float, float, Tie] | None = None
    for place, (tie, data) in enumerate(held):
        if not _states_share(data):
            continue
        share, low, high = data.get("share"), data.get("share_min"), data.get("share_max")
        for value in (share, low, high):
            if value is not None and not _within(value, 1, closed=True):
                raise AnalysisError(
                    f"The share of {tie.from_id} -> {tie.to_id} ({tie.id}) is {value}, not between 0 and 1.",
                    hint="Write 0.12 for 12 %, or exclude the tie.",
                )
        order = (tie.status in FACT_STATUSES, tie.valid_from or "", -place)
        least = share if share is not None else low or 0.0
        most = share if share is not None else 1.0 if high is None else high
        if best is None or order > best[0]:
            best = (order, share, least, most, tie)
    return (None, 0.0, 1.0, None) if best is None else best[1:]


def _came_first(steps: Sequence[LoopStep]) -> str | None:
    finance = _earliest([tie for step in steps for tie in step.finance])
    purchase = _earliest([tie for step in steps for tie in step.purchases])
    if finance[1] and purchase[0] and finance[1] < purchase[0]:
        return "investment"
    if purchase[1] and finance[0] and purchase[1] < finance[0]:
        return "purchase"
    return None


def _earliest(ties: Sequence[Tie]) -> tuple[str, str]:
    """The first and the last day that the earliest tie can have begun on; empty where unknown.

    A tie without a date may be the earliest; so may one whose dates only delimit a measured share.
    """
    facts = [tie for tie in ties if tie.status in FACT_STATUSES] or ties
    firsts: list[str] = []
    lasts: list[str] = []
    for tie in facts:
        measured = tie.share is not None and tie.share_basis in PERIOD_BASES
        firsts.append("" if measured else tie.valid_from or "")
        if begun := (tie.end_date or tie.start_date) if measured else tie.start_date:
            lasts.append(parse_date(begun).last_day)
    return min(firsts, default=""), min(lasts, default="")
