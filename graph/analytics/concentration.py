"""How much a company hangs on few customers or suppliers, as a range where not all is disclosed.

The Herfindahl-Hirschman index (HHI) is the sum of squared percentage shares, 0 to 10,000 (Hirschman
1964, American Economic Review 54, 761-762). Companies name their largest customers and no others, so
the index is known only between two bounds: with every unnamed customer as small as can be, and with
the whole rest as one. The bands are those of the US Merger Guidelines of 2023, guideline 1; they speak
of markets and serve here only as a familiar yardstick.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from graph.dates import parse_date
from graph.errors import AnalysisError, EntityNotFound
from graph.model import EntityId, SourceId, Tie, TieId

DISCLOSURE_THRESHOLD = 0.10
"""Customers of at least a tenth of revenue must be disclosed in US filings (ASC 280-10-50-42)."""
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class PartyShare:
    """One customer (supplier), or one group of them, with its share and where that was read."""

    party: EntityId
    share: float
    ties: tuple[TieId, ...]
    sources: tuple[SourceId, ...]
    members: tuple[EntityId, ...]


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
        effective_low, effective_high: bounds of the effective number of parties, 10,000 / HHI.
        unmeasured: parties with a tie but without a share in this period: unknown, not zero.
    """

    company: EntityId
    side: str
    period: tuple[str | None, str | None]
    parties: tuple[PartyShare, ...]
    disclosed: float
    rest: float
    hhi_low: float
    hhi_high: float
    threshold: float | None
    effective_low: float
    effective_high: float
    unmeasured: tuple[EntityId, ...]

    @property
    def top_share(self) -> float:
        """Share of the largest named party."""
        return self.parties[0].share

    @property
    def band(self) -> str:
        """Band of the 2023 guidelines: highly (above 1,800), moderately (1,000 to 1,800) or unconcentrated.

        ``undecided`` when the two bounds fall into different bands.
        """
        low, high = _band(self.hhi_low), _band(self.hhi_high)
        return low if low == high else "undecided"


def hhi_range(shares: Iterable[float], *, threshold: float | None = None) -> tuple[float, float]:
    """Lower and upper bound of the HHI from the shares that are known.

    Args:
        shares: fractions of one whole, each above 0, summing to at most 1.
        threshold: every party not in ``shares`` is smaller than this (a disclosure rule).

    Returns:
        ``(low, high)`` on the scale 0 to 10,000. Low leaves the rest out (infinitely many, infinitely
        small). High makes it one party, or as many of ``threshold`` as fit and one of what remains.

    Raises:
        AnalysisError: a share outside 0..1 or not a number, or a sum above 1.

    >>> [round(bound) for bound in hhi_range([0.87])], [round(b) for b in hhi_range([0.87], threshold=0.1)]
    ([7569, 7738], [7569, 7678])
    """
    known = list(shares)
    for share in known:
        if not 0 < share <= 1:  # refuses NaN too
            raise AnalysisError(
                f"A share of {share} is not a fraction between 0 and 1.", hint="Write 0.12 for 12 %."
            )
    total = math.fsum(known)
    if total > 1 + _TOLERANCE:
        raise AnalysisError(
            f"The shares sum to {total:.4g}, more than the whole.",
            hint="They may overlap or belong to different periods; look at their ties and sources.",
        )
    rest = max(0.0, 1 - total)
    low = math.fsum(share * share for share in known)
    if threshold is None or rest <= threshold:
        extra = rest * rest
    else:
        whole, part = divmod(rest, threshold)
        extra = whole * threshold**2 + part**2
    return 10_000 * low, 10_000 * (low + extra)


def concentrations(
    graph: nx.MultiDiGraph,
    company: EntityId,
    *,
    side: str = "customers",
    threshold: float | None = None,
    group_of: Callable[[EntityId], EntityId] | Mapping[EntityId, EntityId] | None = None,
) -> list[Concentration]:
    """Customer or supplier concentration of a company, one result per measured period, newest first.

    Args:
        graph: from :func:`graph.projection.to_networkx`; its ``SUPPLIES`` ties are read.
        company: entity id.
        side: ``customers`` reads shares of the company's revenue, ``suppliers`` of its cost.
        threshold: see :func:`hhi_range`; such as ``DISCLOSURE_THRESHOLD``.
        group_of: maps a party to its group, to count one ultimate owner once; None counts by name.

    Raises:
        EntityNotFound: ``company`` is not in the graph.
        AnalysisError: the shares of one period sum to more than 1.
    Cost: O(ties of the company).
    """
    if company not in graph:
        raise EntityNotFound(company, list(graph))
    if side not in ("customers", "suppliers"):
        raise AnalysisError(f"Side {side!r} is not known.", hint="Use customers or suppliers.")
    ties = _supply_ties(graph, company, side)
    basis = "revenue" if side == "customers" else "cost"
    periods: dict[tuple[str | None, str | None], list[Tie]] = defaultdict(list)
    for tie in ties:
        if tie.share is not None and tie.share_basis == basis:
            periods[tie.share_period].append(tie)
    everyone = {_other(tie, side) for tie in ties}
    found = [
        _one(company, side, period, kept, everyone, threshold, group_of) for period, kept in periods.items()
    ]
    return sorted(found, key=lambda item: _newest_first(item.period), reverse=True)


def _one(
    company: EntityId,
    side: str,
    period: tuple[str | None, str | None],
    ties: Sequence[Tie],
    everyone: set[EntityId],
    threshold: float | None,
    group_of: Callable[[EntityId], EntityId] | Mapping[EntityId, EntityId] | None,
) -> Concentration:
    groups: dict[EntityId, list[Tie]] = defaultdict(list)
    for tie in ties:
        groups[_group(_other(tie, side), group_of)].append(tie)
    parties = sorted(
        (_party(key, members, side) for key, members in groups.items()), key=lambda p: (-p.share, p.party)
    )
    low, high = hhi_range((party.share for party in parties), threshold=threshold)
    disclosed = math.fsum(party.share for party in parties)
    return Concentration(
        company=company,
        side=side,
        period=period,
        parties=tuple(parties),
        disclosed=disclosed,
        rest=max(0.0, 1 - disclosed),
        hhi_low=low,
        hhi_high=high,
        threshold=threshold,
        effective_low=10_000 / high,
        effective_high=10_000 / low,
        unmeasured=tuple(sorted(everyone - {_other(tie, side) for tie in ties})),
    )


def _party(key: EntityId, ties: Sequence[Tie], side: str) -> PartyShare:
    # One customer may be given twice for a period, by two pages: the larger figure is kept, not their sum.
    best: dict[EntityId, float] = {}
    for tie in ties:
        other = _other(tie, side)
        best[other] = max(best.get(other, 0.0), tie.share or 0.0)
    return PartyShare(
        party=key,
        share=math.fsum(best.values()),
        ties=tuple(sorted(tie.id for tie in ties)),
        sources=tuple(sorted({source for tie in ties for source in tie.sources})),
        members=tuple(sorted(best)),
    )


def _supply_ties(graph: nx.MultiDiGraph, company: EntityId, side: str) -> list[Tie]:
    edges = (
        graph.out_edges(company, data="tie") if side == "customers" else graph.in_edges(company, data="tie")
    )
    return sorted((tie for _, _, tie in edges if tie.type == "SUPPLIES"), key=lambda tie: tie.id)


def _other(tie: Tie, side: str) -> EntityId:
    return tie.to_id if side == "customers" else tie.from_id


def _group(
    party: EntityId, group_of: Callable[[EntityId], EntityId] | Mapping[EntityId, EntityId] | None
) -> EntityId:
    if group_of is None:
        return party
    return group_of(party) if callable(group_of) else group_of.get(party, party)


def _band(hhi: float) -> str:
    if hhi > 1_800:
        return "highly concentrated"
    return "moderately concentrated" if hhi >= 1_000 else "unconcentrated"


def _newest_first(period: tuple[str | None, str | None]) -> tuple[str, str]:
    start, end = period
    last = parse_date(end or start).last_day if (end or start) else ""  # type: ignore[arg-type]
    return last, start or ""
