"""How much a company hangs on few customers or suppliers, as a range where not all is disclosed.

The Herfindahl-Hirschman index (HHI) is the sum of squared percentage shares, 0 to 10,000 (Hirschman
1964, American Economic Review 54, 761-762). Companies name their largest customers and no others, so
the index is known only between two bounds: with every unnamed customer as small as can be, and with
the whole rest as one. The bands are those of the US Merger Guidelines; they speak of markets and serve
here only as a familiar yardstick.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.hhi import DISCLOSURE_THRESHOLD, RULES, hhi_bounds, hhi_range
from graph.analytics.reach import Link, links
from graph.dates import parse_date
from graph.errors import AnalysisError, EntityNotFound
from graph.model import FACT_STATUSES, EntityId, SourceId, TieId

__all__ = ["DISCLOSURE_THRESHOLD", "RULES", "Concentration", "concentrations", "hhi_bounds", "hhi_range"]

_MADE_UP = {
    **dict.fromkeys(FACT_STATUSES, "made up"),
    **dict.fromkeys(("announced", "planned"), "is to make up"),
    **dict.fromkeys(("considered", "abandoned"), "was weighed to make up"),
    "alleged": "allegedly made up",
}
Period = tuple[str | None, str | None]
GroupRule = Callable[[EntityId], EntityId] | Mapping[EntityId, EntityId]


@dataclass(frozen=True, slots=True)
class ShareClaim:
    """What one tie says about one party: the share lies between ``low`` and ``high``; with its remark.

    ``status`` is that of the tie: a share may be planned or alleged, and is no fact then.
    """

    tie: TieId
    party: EntityId
    low: float
    high: float
    sources: tuple[SourceId, ...]
    note: str | None = None
    status: str = "active"

    @property
    def fact(self) -> bool:
        """Whether the tie says that it is or was so."""
        return self.status in FACT_STATUSES


@dataclass(frozen=True, slots=True)
class PartyShare:
    """One customer (supplier), or one group of them, with its share and where that was read.

    Attributes:
        party: entity, or representative of the group.
        share: the figure; the largest where sources differ, the lower end where only a range is known.
        low, high: all that the sources allow.
        ties, sources, members: what it rests on; ``members`` are the parties of a group.
        conflict: whether several ties state different shares of one member for the same period.
        claims: every single statement.
    """

    party: EntityId
    share: float
    low: float
    high: float
    ties: tuple[TieId, ...]
    sources: tuple[SourceId, ...]
    members: tuple[EntityId, ...]
    conflict: bool
    claims: tuple[ShareClaim, ...]

    @property
    def fact(self) -> bool:
        """Whether all of it is stated as fact, nothing planned or alleged."""
        return all(claim.fact for claim in self.claims)

    @property
    def statuses(self) -> frozenset[str]:
        """The statuses of the ties it rests on."""
        return frozenset(claim.status for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Concentration of one company over one period.

    Attributes:
        company: whose revenue or cost.
        side: ``customers`` (shares of revenue) or ``suppliers`` (shares of cost).
        period: start and end as published.
        parties: named parties, largest first.
        disclosed, rest: parts of the whole that are named, and not; they sum to 1.
        hhi_low, hhi_high: bounds of the index; equal when everything is disclosed.
        threshold: a party at least this large would have been named; None when no such rule is assumed.
        effective_low, effective_high: bounds of the effective number of parties, 10,000 / HHI; None when
            the index may be 0, so that the number has no limit.
        unmeasured: parties with a tie but without a share in this period: unknown, not zero.
        set_aside: planned or alleged shares that were not counted: facts state the share of the same
            party and period, or leave no room for them.
    """

    company: EntityId
    side: str
    period: Period
    parties: tuple[PartyShare, ...]
    disclosed: float
    rest: float
    hhi_low: float
    hhi_high: float
    threshold: float | None
    effective_low: float | None
    effective_high: float | None
    unmeasured: tuple[EntityId, ...]
    set_aside: tuple[ShareClaim, ...] = ()

    @property
    def top_share(self) -> float:
        """Share of the largest named party."""
        return self.parties[0].share

    @property
    def band(self) -> str:
        """Band under the guidelines of 2023, see :meth:`band_under`."""
        return self.band_under("2023")

    def band_under(self, rule: str) -> str:
        """Band under ``2023`` (1,000 and 1,800) or ``2010`` (1,500 and 2,500).

        ``undecided`` when the two bounds fall into different bands.
        """
        low, high = RULES[rule].band(self.hhi_low), RULES[rule].band(self.hhi_high)
        return low if low == high else "undecided"


def share_range(data: Mapping[str, Any], tie: TieId) -> tuple[float, float] | None:
    """What a tie says about its share: ``(low, high)``, or None when it says nothing.

    ``share`` is exact; ``share_min`` and ``share_max`` bound it, a missing one being 0 or 1.

    Raises:
        AnalysisError: not a fraction between 0 and 1, or the ends the wrong way round; names the tie.
    """
    exact, least, most = data.get("share"), data.get("share_min"), data.get("share_max")
    if exact is None and least is None and most is None:
        return None
    ends = (exact, exact) if exact is not None else (0.0 if least is None else least, most)
    try:
        low, high = float(ends[0]), 1.0 if ends[1] is None else float(ends[1])
    except (TypeError, ValueError):
        low = high = float("nan")
    if not 0 <= low <= high <= 1:  # refuses NaN too
        raise AnalysisError(
            f"The share of tie {tie} is {ends[0]} to {1 if ends[1] is None else ends[1]};"
            " shares are fractions between 0 and 1.",
            hint=f"Write 0.12 for 12 %, or exclude the tie {tie}.",
        )
    return low, high


def concentrations(
    graph: nx.Graph,
    company: EntityId,
    *,
    side: str = "customers",
    threshold: float | None = None,
    group_of: GroupRule | None = None,
    ended: bool = True,
) -> list[Concentration]:
    """Customer or supplier concentration of a company, one result per measured period, newest first.

    Args:
        graph: from :func:`graph.projection.to_networkx`; its ``SUPPLIES`` ties are read.
        company: entity id.
        side: ``customers`` reads shares of the company's revenue, ``suppliers`` of its cost.
        threshold: see :func:`hhi_range`; such as ``DISCLOSURE_THRESHOLD``.
        group_of: maps a party to its group, to count one ultimate owner once, such as
            :meth:`graph.analytics.groups.Groups.group_of`; None counts by name.
        ended: read ties that are over, too: what they say of a past period still holds of it.

    Facts beat planned and alleged shares of the same party and period; the latter count only where
    there is no fact and room beside the facts (see ``Concentration.set_aside``).

    Raises:
        EntityNotFound: ``company`` is not in the graph.
        AnalysisError: a share is no fraction, or the shares of one period sum to more than 1; names the ties.
    Cost: O(ties of the company).
    """
    if company not in graph:
        raise EntityNotFound(company, list(graph))
    if side not in ("customers", "suppliers"):
        raise AnalysisError(f"Side {side!r} is not known.", hint="Use customers or suppliers.")
    basis = "revenue" if side == "customers" else "cost"
    ties = sorted(
        links(graph, company, types=("SUPPLIES",), upstream=side == "suppliers", ended=ended),
        key=lambda link: link.tie,
    )
    periods: dict[tuple[str, str], list[tuple[Link, ShareClaim]]] = defaultdict(list)
    for link in ties:
        if link.data.get("share_basis", basis) in (basis, None) and (claim := _claim(link)):
            periods[period_days(period_of(link.data))].append((link, claim))
    everyone = {link.other for link in ties}
    found: list[Concentration] = []
    for kept in periods.values():
        period, claims = period_of(kept[0][0].data), [claim for _, claim in kept]
        found.append(_one(company, side, period, claims, everyone, threshold, group_of))
    return sorted(found, key=lambda item: tuple(reversed(period_days(item.period))), reverse=True)


def period_of(data: Mapping[str, Any]) -> Period:
    """Start and end as published, from the attributes of a tie."""
    return data.get("start_date"), data.get("end_date")


def period_days(period: Period) -> tuple[str, str]:
    """First and last day of a period, so that ``2025 to 2025-12`` and ``2025`` are the same one.

    >>> period_days(("2025", "2025-12")), period_days(("2025", None)), period_days((None, None))
    (('2025-01-01', '2025-12-31'), ('2025-01-01', '2025-12-31'), ('', ''))
    """
    start, end = period
    first = parse_date(start).first_day if start else ""
    last = parse_date(end or start or "").last_day if end or start else ""
    return first, last


def period_text(period: Period) -> str:
    """``2024-01 to 2024-06``, ``2025``, or ``a period not stated``."""
    start, end = period
    if not start and not end:
        return "a period not stated"
    days = period_days(period)
    if not end or start == end or (start and period_days((start, None)) == days):
        return start or ""
    return f"{start} to {end}" if start else f"a period until {end}"


def made_up(statuses: Collection[str]) -> str:
    """The words for a share: ``made up`` for facts, what its status allows for others.

    >>> made_up({"active"}), made_up({"alleged"}), made_up({"planned"}), made_up({"active", "planned"})
    ('made up', 'allegedly made up', 'is to make up', 'would make up')
    """
    kinds = {_MADE_UP.get(status, "would make up") for status in statuses}
    return kinds.pop() if len(kinds) == 1 else "would make up"


def _claim(link: Link) -> ShareClaim | None:
    found = share_range(link.data, link.tie)
    if found is None:
        return None
    sources, note = tuple(link.data.get("sources") or ()), link.data.get("note")
    return ShareClaim(link.tie, link.other, *found, sources, note, str(link.data.get("status") or "active"))


def _one(
    company: EntityId,
    side: str,
    period: Period,
    claims: Sequence[ShareClaim],
    everyone: set[EntityId],
    threshold: float | None,
    group_of: GroupRule | None,
) -> Concentration:
    claims, aside = _facts_first(claims)
    groups: dict[EntityId, list[ShareClaim]] = defaultdict(list)
    for claim in claims:
        groups[_group(claim.party, group_of)].append(claim)
    parties = sorted((_party(key, kept) for key, kept in groups.items()), key=lambda p: (-p.share, p.party))
    try:
        low, high = hhi_bounds([(party.low, party.high) for party in parties], threshold=threshold)
    except AnalysisError as exc:
        ties = ", ".join(claim.tie for claim in claims)
        told = f"{company}, {side} in {period_text(period)} (ties {ties}): {exc.message}"
        raise AnalysisError(told, hint=exc.hint) from None
    disclosed = min(1.0, math.fsum(party.share for party in parties))
    return Concentration(
        company=company,
        side=side,
        period=period,
        parties=tuple(parties),
        disclosed=disclosed,
        rest=1 - disclosed,
        hhi_low=low,
        hhi_high=high,
        threshold=threshold,
        effective_low=10_000 / high if high else None,
        effective_high=10_000 / low if low else None,
        unmeasured=tuple(sorted(everyone - {claim.party for claim in claims})),
        set_aside=tuple(aside),
    )


def _facts_first(claims: Sequence[ShareClaim]) -> tuple[list[ShareClaim], list[ShareClaim]]:
    """The claims of a period that count, and the planned or alleged ones that give way to facts."""
    stated = {claim.party for claim in claims if claim.fact}
    used = [claim for claim in claims if claim.fact or claim.party not in stated]
    facts = [claim for claim in used if claim.fact]
    if facts and _least(used) > 1 + 1e-9 >= _least(facts):
        used = facts
    counted = set(used)
    return used, [claim for claim in claims if claim not in counted]


def _least(claims: Sequence[ShareClaim]) -> float:
    by_party: dict[EntityId, float] = {}
    for claim in claims:
        by_party[claim.party] = min(claim.low, by_party.get(claim.party, 1.0))
    return math.fsum(by_party.values())


def _party(key: EntityId, claims: Sequence[ShareClaim]) -> PartyShare:
    # One customer may be given twice for a period, by two pages: the larger figure is kept, not their sum.
    by_member: dict[EntityId, list[ShareClaim]] = defaultdict(list)
    for claim in claims:
        by_member[claim.party].append(claim)
    share = math.fsum(_figure(kept) for kept in by_member.values())
    return PartyShare(
        party=key,
        share=min(1.0, share),
        low=math.fsum(min(claim.low for claim in kept) for kept in by_member.values()),
        high=min(1.0, math.fsum(max(claim.high for claim in kept) for kept in by_member.values())),
        ties=tuple(sorted(claim.tie for claim in claims)),
        sources=tuple(sorted({source for claim in claims for source in claim.sources})),
        members=tuple(sorted(by_member)),
        conflict=any(len({(c.low, c.high) for c in kept}) > 1 for kept in by_member.values()),
        claims=tuple(claims),
    )


def _figure(claims: Sequence[ShareClaim]) -> float:
    exact = [claim.low for claim in claims if claim.low == claim.high]
    return max(exact) if exact else max(claim.low for claim in claims)


def _group(party: EntityId, group_of: GroupRule | None) -> EntityId:
    if group_of is None:
        return party
    return group_of(party) if callable(group_of) else group_of.get(party, party)
