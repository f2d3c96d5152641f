"""Who holds how much of which firm, read from a graph: the input of every measure of ownership.

A graph holds statements, a matrix needs one number for each pair. These rules lead from one to the other:

1. ``OWNS`` ties are stakes, of unknown size where no share is given. ``INVESTED_IN`` ties are stakes where
   they carry a share; the many without one say that money was paid, not what is held today. ``ACQUIRED``
   ties are stakes; a completed purchase without a share counts as the whole, which is what the tie type
   means. Both can be switched, see :class:`StakeRules`, and both are said beside a result. ``CONTROLS``
   ties are stakes where they carry a share on a basis that counts: any other hold is no part of a firm, and
   no share is made up for it (:func:`stated_control` finds these). ``ULTIMATE_PARENT_OF`` follows from the
   chain below it and is never a stake.
2. Ended stakes are over: they count only in a graph made as of a date, where they still held.
3. Statements about one pair are never summed. A fact beats a plan, an announcement and an allegation. Then
   a share on the basis asked for beats a range, a range beats a share on the fallback basis, and that
   beats a stake of unknown size. Within these the newest start
   counts, then a stated share before an assumed one (a stand-in too, where it is as new), then ``OWNS``,
   ``ACQUIRED``, ``INVESTED_IN``, ``CONTROLS``, then the larger share, then the smaller id.
4. Who holds the whole since a date, as a fact, has replaced everybody whose stake surely began before it.
   An assumed whole yields where others with a fact are left: its size is then unknown. So buyers who act
   together on one day hold unknown parts, not the whole each.
5. Shares that stand in from another basis become unknown where, with them, a firm has more than the whole.
   What is no fact never moves a fact: it is left out, and named, where it does not fit beside the facts;
   where several fit one by one and not together, each becomes unknown, up to what is said.
6. Sums up to ``1 + ROUNDING`` come from rounded percentages and are scaled to 1. Larger ones are an error
   that names the ties, or, when all firms are read at once, the firm is left out and named.
7. What is not stated is bounded: at least ``share_min`` or 0, at most ``share_max`` or what the known
   shares of the firm leave.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from graph.analytics.terms import edges_at
from graph.dates import parse_date
from graph.errors import AnalysisError, ParameterError
from graph.model import FACT_STATUSES, EntityId, TieId

BASES = ("equity", "voting", "economic")
ROUNDING = 0.01
"""Published percentages are rounded; their sum may exceed the whole by this much."""
TOLERANCE = 1e-9
STAKE_TYPES = ("OWNS", "ACQUIRED", "INVESTED_IN", "CONTROLS")
"""Tie types that may be stakes. Of several statements about one pair, those of an earlier type go first."""
STATED_CONTROL = ("CONTROLS", "ULTIMATE_PARENT_OF")
"""Tie types by which a register states control outright, without a share that could be followed."""
OWNERSHIP_TYPES = tuple(dict.fromkeys((*STAKE_TYPES, *STATED_CONTROL)))
"""All that questions of ownership and control read: what commands and pages ask the store for."""
_UNKNOWN, _FALLBACK, _RANGE, _STATED = range(4)


@dataclass(frozen=True, slots=True)
class StakeRules:
    """Which statements count as stakes, and how.

    Attributes:
        basis: ``equity``, ``voting`` or ``economic``; a share without a basis counts as this one.
        fallback: basis that stands in where ``basis`` is not stated; None for none.
        types: tie types that are stakes.
        whole_purchases: take a completed purchase without a share as the whole.
        unsized_investments: take an investment without a share as a stake of unknown size.
    """

    basis: str = "equity"
    fallback: str | None = None
    types: tuple[str, ...] = STAKE_TYPES
    whole_purchases: bool = True
    unsized_investments: bool = False

    def __post_init__(self) -> None:
        for name, value in (("basis", self.basis), ("fallback", self.fallback)):
            if value is not None and value not in BASES:
                raise ParameterError(name, f"{value!r} is not known.", hint=f"Known: {', '.join(BASES)}.")

    def described(self) -> dict[str, Any]:
        """The rules as parameters of a provenance."""
        return {
            "basis": self.basis, "fallback": self.fallback, "stake_types": list(self.types),
            "whole_purchases": self.whole_purchases, "unsized_investments": self.unsized_investments,
        }  # fmt: skip


EQUITY = StakeRules()
VOTES = StakeRules("voting", fallback="equity")
"""For control: votes, and equity where no votes are stated."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What one owner holds of one firm.

    Attributes:
        share: fraction of the firm; None when its size is not known.
        low, high: bounds; both equal ``share`` when it is known.
        tie: id of the tie that decides.
        also: further ties between the two that were read, and gave way to ``tie``.
        basis: of the share; None for an unknown size.
        assumed: a purchase without a share, taken as the whole.
        fact: False for a plan, an announcement or an allegation.
        start: date as published.
    """

    owner: EntityId
    firm: EntityId
    share: float | None
    low: float
    high: float
    tie: TieId
    also: tuple[TieId, ...] = ()
    basis: str | None = None
    assumed: bool = False
    fact: bool = True
    start: str | None = None


@dataclass(frozen=True, slots=True)
class FirmStakes:
    """All stakes in one firm.

    Attributes:
        stakes: largest first; empty when ``over`` is set.
        over: sum of the shares where it is more than the whole.
        refused: the stakes of a firm that is over.
        scaled: sum before it was scaled to 1, None when it was not.
        doubled: ties that gave way to another tie with a share between the same two.
        replaced: ties of owners whom a later holder of the whole has replaced.
        loosened: ties whose stand-in, assumed or planned share became unknown (rules 4 and 5).
        unfit: stakes that are no facts and do not fit beside the facts; they are left out (rule 5).
        ended, unsized: ties that were not counted: stakes that are over, investments without a share.
    """

    firm: EntityId
    stakes: tuple[Stake, ...] = ()
    over: float | None = None
    refused: tuple[Stake, ...] = ()
    scaled: float | None = None
    doubled: tuple[TieId, ...] = ()
    replaced: tuple[TieId, ...] = ()
    loosened: tuple[TieId, ...] = ()
    ended: int = 0
    unsized: int = 0
    unfit: tuple[Stake, ...] = ()

    @property
    def known(self) -> float:
        """Part of the firm whose holders are known, the minima of ranges included."""
        return min(1.0, math.fsum(stake.low for stake in self.stakes))

    @property
    def factual(self) -> float:
        """The same without plans, announcements and allegations."""
        return min(1.0, math.fsum(stake.low for stake in self.stakes if stake.fact))


@dataclass(frozen=True, slots=True)
class _Claim:
    """One tie, read."""

    owner: EntityId
    tie: TieId
    type: str
    rank: int
    share: float | None
    low: float
    high: float
    basis: str | None
    start: str | None
    assumed: bool
    fact: bool


def settle(
    firm: EntityId,
    edges: Iterable[tuple[EntityId, Any, Mapping[str, Any]]],
    rules: StakeRules,
    dated: bool,
) -> FirmStakes:
    """The stakes in one firm from the ties that end there.

    Args:
        firm: entity id.
        edges: owner, key and attributes of each tie; a tie without ``type`` counts as ``OWNS``.
        rules: see :class:`StakeRules`.
        dated: whether the ties were chosen as of a date, so that ended ones held then.

    Raises:
        AnalysisError: a share that is no fraction. A sum above the whole is not raised: see ``over``.
    Cost: O(k log k) for k ties.
    """
    claims: dict[EntityId, list[_Claim]] = {}
    ended = unsized = 0
    for owner, key, data in edges:
        type_ = data.get("type")
        if type_ is not None and type_ not in rules.types:
            continue
        if data.get("status") == "ended" and not dated:
            ended += 1
        elif (claim := _claim(owner, firm, key, data, rules)) is None:
            unsized += type_ == "INVESTED_IN"
        else:
            claims.setdefault(owner, []).append(claim)
    doubled: list[TieId] = []
    stakes = [stake for found in claims.values() if (stake := _chosen(firm, found, doubled)) is not None]
    replaced: tuple[TieId, ...] = ()
    loosened: tuple[TieId, ...] = ()
    if len(stakes) > 1:
        stakes, replaced, loosened = _wholes(stakes)
    stakes, apart = _stand_ins(stakes, rules)
    stakes, unfit, open_ = _plans(stakes)
    total = math.fsum(stake.low for stake in stakes)
    common = (tuple(sorted(doubled)), replaced, loosened + apart + open_, ended, unsized, unfit)
    if total > 1 + ROUNDING + TOLERANCE:
        return FirmStakes(firm, (), total, tuple(_in_order(stakes)), None, *common)
    scaled = total if total > 1 + TOLERANCE else None
    return FirmStakes(firm, tuple(_in_order(_bounded(stakes, total))), None, (), scaled, *common)


def stated_control(
    graph: nx.Graph, entity: EntityId, rules: StakeRules
) -> list[tuple[EntityId, EntityId, TieId, Mapping[str, Any]]]:
    """Ties at an entity by which a register states control, and which are no stakes under ``rules``.

    Ties that are over are left out, unless the graph is one as of a date. Facts first, then by id.

    Returns:
        Controller, firm, id of the tie and its attributes.
    Cost: O(ties of the entity).
    """
    dated = graph.graph.get("as_of") is not None
    found: list[tuple[EntityId, EntityId, TieId, Mapping[str, Any]]] = []
    for back in (True, False):
        for owner, firm, key, data in edges_at(graph, entity, back=back):
            type_ = data.get("type")
            if type_ not in STATED_CONTROL or (data.get("status") == "ended" and not dated):
                continue
            if type_ not in rules.types or _claim(owner, firm, key, data, rules) is None:
                found.append((owner, firm, tie_id(owner, firm, key, data), data))
    return sorted(found, key=lambda item: (item[3].get("status", "active") not in FACT_STATUSES, item[2]))


def _claim(
    owner: EntityId, firm: EntityId, key: Any, data: Mapping[str, Any], rules: StakeRules
) -> _Claim | None:
    """The tie as a statement about a stake; None where it says nothing about one."""
    type_ = data.get("type") or "OWNS"
    status = data.get("status")
    tie = tie_id(owner, firm, key, data)
    share, low, high = _shares(tie, data)
    basis = data.get("share_basis") or rules.basis
    rank, assumed = _UNKNOWN, False
    sized = basis in BASES and (share is not None or (low, high) != (0.0, 1.0))
    if sized and basis == rules.basis:
        rank = _RANGE if share is None else _STATED
    elif sized and basis == rules.fallback and share is not None:
        rank = _FALLBACK
    elif not sized and type_ == "ACQUIRED" and rules.whole_purchases and status in (None, "completed"):
        rank, share, assumed = _STATED, 1.0, True
    elif not sized and type_ == "INVESTED_IN" and not rules.unsized_investments:
        return None
    if rank == _UNKNOWN and type_ == "CONTROLS":
        return None
    if rank == _UNKNOWN:
        share, low, high, basis = None, 0.0, 1.0, None
    elif share is not None:
        low = high = share
    fact = status is None or status in FACT_STATUSES
    return _Claim(owner, tie, type_, rank, share, low, high, basis, data.get("start_date"), assumed, fact)


def tie_id(owner: EntityId, firm: EntityId, key: Any, data: Mapping[str, Any]) -> TieId:
    """The id of a stake's edge: its own, else its key, else its two ends."""
    return str(data.get("id") or (f"{owner}->{firm}" if key is None else key))


def _shares(tie: TieId, data: Mapping[str, Any]) -> tuple[float | None, float, float]:
    share, low, high = data.get("share"), data.get("share_min"), data.get("share_max")
    if low is None and high is None:
        return (None if share is None else _fraction(tie, share)), 0.0, 1.0
    found = [None if value is None else _fraction(tie, value) for value in (share, low, high)]
    low = 0.0 if found[1] is None else found[1]
    high = 1.0 if found[2] is None else found[2]
    if low > high:
        raise AnalysisError(
            f"The share of {tie} is said to be at least {low} and at most {high}.", hint="Mend the data."
        )
    return found[0], low, high


def _fraction(tie: TieId, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 1:  # refuses NaN too
        raise AnalysisError(
            f"The share of {tie} is {value!r}, not a fraction between 0 and 1.",
            hint="Write 0.12 for 12 %, or exclude the tie.",
            details={"tie": tie},
        )
    return number


def _chosen(firm: EntityId, claims: list[_Claim], doubled: list[TieId]) -> Stake | None:
    best = claims[0]
    others: tuple[TieId, ...] = ()
    if len(claims) > 1:
        ordered = sorted(claims, key=_by_weight)
        if ordered[0].assumed:  # an assumption, unlike a statement, yields to a stand-in that is as new
            since = _first_day(ordered[0].start)
            ordered.sort(
                key=lambda claim: not claim.fact or claim.rank != _FALLBACK or _first_day(claim.start) < since
            )
        best = ordered[0]
        others = tuple(claim.tie for claim in ordered[1:])
        doubled += [
            c.tie
            for c in ordered[1:]
            if c.assumed or (c.rank != _UNKNOWN and (c.rank == best.rank or c.fact != best.fact))
        ]
    if best.high == 0:  # stated to hold nothing
        return None
    return Stake(
        best.owner, firm, best.share, best.low, best.high, best.tie, others, best.basis, best.assumed,
        best.fact, best.start,
    )  # fmt: skip


def _by_weight(claim: _Claim) -> tuple[Any, ...]:
    started = tuple(-int(part) for part in _first_day(claim.start).split("-"))
    kind = STAKE_TYPES.index(claim.type) if claim.type in STAKE_TYPES else len(STAKE_TYPES)
    return not claim.fact, -claim.rank, started, claim.assumed, kind, -(claim.share or 0.0), claim.tie


def _first_day(start: str | None) -> str:
    return parse_date(start, field="start_date").first_day if start else "0000-00-00"


def _wholes(stakes: list[Stake]) -> tuple[list[Stake], tuple[TieId, ...], tuple[TieId, ...]]:
    """Rule 4: the newest dated holder of the whole replaces older ones; assumptions yield to others."""
    wholes = [s for s in stakes if s.fact and s.share is not None and s.share >= 1 - TOLERANCE]
    if not wholes:
        return stakes, (), ()
    since = max(_first_day(stake.start) for stake in wholes)
    left = [
        stake
        for stake in stakes
        if not (stake.start and parse_date(stake.start, field="start_date").last_day < since)
    ]
    replaced = tuple(sorted({stake.tie for stake in stakes} - {stake.tie for stake in left}))
    if sum(stake.fact for stake in left) == 1:
        return left, replaced, ()
    loosened = tuple(sorted(stake.tie for stake in left if stake.assumed))
    return [_unsized(stake) if stake.assumed else stake for stake in left], replaced, loosened


def _stand_ins(stakes: list[Stake], rules: StakeRules) -> tuple[list[Stake], tuple[TieId, ...]]:
    """Rule 5 for the facts."""
    if rules.fallback is None or math.fsum(s.low for s in stakes if s.fact) <= 1 + TOLERANCE:
        return stakes, ()
    apart = tuple(
        sorted(s.tie for s in stakes if s.fact and s.share is not None and s.basis == rules.fallback)
    )
    return [_unsized(stake) if stake.tie in apart else stake for stake in stakes], apart


def _plans(stakes: list[Stake]) -> tuple[list[Stake], tuple[Stake, ...], tuple[TieId, ...]]:
    """Rule 5 for what is no fact: the stakes, those left out, and ties whose size became unknown."""
    if all(stake.fact for stake in stakes):
        return stakes, (), ()
    room = 1 - math.fsum(stake.low for stake in stakes if stake.fact)
    fits: list[Stake] = []
    unfit: list[Stake] = []
    for stake in stakes:
        fit = stake.fact or (room > TOLERANCE and stake.low <= room + TOLERANCE)
        (fits if fit else unfit).append(stake)
    if math.fsum(stake.low for stake in fits if not stake.fact) <= room + TOLERANCE:
        return fits, tuple(unfit), ()
    loose = sorted(stake.tie for stake in fits if not stake.fact and stake.low > 0)
    fits = [stake if stake.fact else replace(stake, share=None, low=0.0, basis=None) for stake in fits]
    return fits, tuple(unfit), tuple(loose)


def _unsized(stake: Stake) -> Stake:
    return replace(stake, share=None, low=0.0, high=1.0, basis=None)


def _bounded(stakes: list[Stake], total: float) -> list[Stake]:
    """Rules 6 and 7: scaled to the whole, and nobody above what the others leave."""
    scale = 1 / total if total > 1 else 1.0
    left = max(0.0, 1 - total)
    found: list[Stake] = []
    for stake in stakes:
        low = stake.low * scale
        if stake.share is None:
            found.append(replace(stake, low=low, high=min(max(stake.high, low), low + left)))
        else:
            found.append(stake if scale == 1 else replace(stake, share=low, low=low, high=low))
    return found


def _in_order(stakes: Iterable[Stake]) -> list[Stake]:
    return sorted(stakes, key=lambda stake: (-stake.low, -stake.high, str(stake.owner)))
