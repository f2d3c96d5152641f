"""A shock along known shares: who loses how much of its revenue or supply when a company is gone.

A supplier loses the part of its revenue that the company made up; what it then buys less hits its own
suppliers, and so on upstream. A customer loses the part of its cost base (its supply) that the company
made up, and so on downstream. Losses are passed on in proportion, so the numbers are what follows from
the recorded shares if nobody finds a replacement. A share that is not known stays unknown: it is listed
and ends that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.concentration import Concentration, PartyShare, Period, concentrations, period_days
from graph.analytics.reach import Link, best, links
from graph.dates import parse_date
from graph.model import FACT_STATUSES, EntityId, TieId
from graph.stopping import checkpoint, watched

_FACTS = frozenset(FACT_STATUSES)


@dataclass(frozen=True, slots=True)
class KnownShare:
    """What part of the revenue (or cost) of ``holder`` falls to ``on``, in which period, by which ties."""

    holder: EntityId
    on: EntityId
    low: float
    high: float
    period: Period
    ties: tuple[TieId, ...]
    sources: tuple[str, ...]
    conflict: bool
    statuses: frozenset[str] = frozenset(("active",))

    @property
    def fact(self) -> bool:
        """Whether all of it is stated as fact, nothing planned or alleged."""
        return self.statuses <= _FACTS


@dataclass(frozen=True, slots=True)
class ShareHit:
    """One entity that is hit.

    Attributes:
        entity: who.
        side: ``revenue`` (it sells to the one hit before) or ``supply`` (it buys from it).
        round: first round in which it is hit.
        low, high: part of its revenue or supply that is lost, at least and at most as far as shares are
            known; None when no share is known.
        carrier: the entity whose loss carries most of it.
        tie: the tie to the carrier.
        data: attributes of that tie.
        share: the known share behind it, None when unknown.
        others: the same share in other periods, facts first, then the newest.
        fact: whether no planned or alleged share stands behind the loss, here or further up the chain.
    """

    entity: EntityId
    side: str
    round: int
    low: float | None
    high: float | None
    carrier: EntityId
    tie: TieId
    data: Any
    share: KnownShare | None
    others: tuple[KnownShare, ...]
    fact: bool = True


@dataclass(frozen=True, slots=True)
class ShareShock:
    """Hits by round, then loss; ``unknown`` counts ties to hit entities whose share is not known."""

    hits: tuple[ShareHit, ...]
    rounds: int
    unknown: int
    settled: bool


def share_shock(
    graph: nx.Graph,
    entity: EntityId,
    *,
    cut: float,
    rounds: int,
    period: str | None = None,
    ended: bool = False,
) -> ShareShock:
    """Run the shock for at most ``rounds`` rounds on both sides; see the module.

    Args:
        cut: part of the entity that is gone, 0..1.
        period: a date: take the shares of the newest period that contains it; None takes the newest of
            each pair. Facts go before planned and alleged shares of any period.
        ended: let ties that are over carry losses, too.
    Cost: O(ties of the entities hit and of their neighbours) a round.
    """
    hits: list[ShareHit] = []
    unknown, settled = 0, True
    for side in ("revenue", "supply"):
        run = _Run(graph, entity, cut, side, period, ended)
        settled &= run.go(rounds)
        hits += run.hits()
        unknown += run.unknown
    hits.sort(key=lambda hit: (hit.round, hit.low is None, -(hit.low or 0.0), hit.side, hit.entity))
    return ShareShock(tuple(hits), max((hit.round for hit in hits), default=0), unknown, settled)


class _Run:
    """The state of one side: losses so far, and the shares looked up on the way."""

    def __init__(
        self, graph: nx.Graph, entity: EntityId, cut: float, side: str, period: str | None, ended: bool
    ) -> None:
        self.ended = ended
        self.graph, self.start, self.side, self.period = graph, entity, side, period
        self.loss: dict[EntityId, tuple[float, float]] = {entity: (cut, cut)}
        self.first: dict[EntityId, int] = {}
        self.open: dict[EntityId, tuple[int, EntityId, list[Link]]] = {}
        self.unknown = 0
        self._measured: dict[EntityId, list[Concentration]] = {}

    def go(self, rounds: int) -> bool:
        """Pass losses on; whether nothing moves any more."""
        changed: Iterable[EntityId] = [self.start]
        for number in watched(range(1, rounds + 1)):
            before = dict(self.loss)  # all of a round happen at once
            touched = sorted({holder for on in changed for holder in self._exposed(on, number)})
            changed = [holder for holder in touched if self._update(holder, before, number)]
            if not changed:
                return True
        return not any(self._moves(holder) for on in changed for holder in self._holders(on))

    def hits(self) -> list[ShareHit]:
        unsure = self._unsure()
        found = [self._hit(entity, entity not in unsure) for entity in self.first]
        for entity, (number, on, ties) in self.open.items():
            if entity not in self.first:
                shown = best(ties)
                found.append(
                    ShareHit(entity, self.side, number, None, None, on, shown.tie, shown.data, None, ())
                )
        return found

    def _unsure(self) -> set[EntityId]:
        """Those hit whose loss rests on a share that is no fact, by themselves or through others."""
        behind = {
            entity: [(on, shares[0].fact) for on in self._others(entity)
                     if on in self.loss and (shares := self.shares(entity, on))]
            for entity in self.first
        }  # fmt: skip
        after: dict[EntityId, list[EntityId]] = {}
        for entity, steps in behind.items():
            for on, _ in steps:
                after.setdefault(on, []).append(entity)
        waiting = [entity for entity, steps in behind.items() if not all(fact for _, fact in steps)]
        found = set(waiting)
        while waiting:
            checkpoint()
            new = [entity for entity in after.get(waiting.pop(), ()) if entity not in found]
            found.update(new)
            waiting += new
        return found

    def _holders(self, on: EntityId) -> dict[EntityId, list[Link]]:
        """Who is exposed to ``on``: its suppliers (revenue) or customers (supply), with the ties."""
        found: dict[EntityId, list[Link]] = {}
        for link in links(self.graph, on, upstream=self.side == "revenue", ended=self.ended):
            if link.other != self.start:
                found.setdefault(link.other, []).append(link)
        return found

    def _exposed(self, on: EntityId, number: int) -> list[EntityId]:
        known: list[EntityId] = []
        for holder, ties in self._holders(on).items():
            if self.shares(holder, on):
                known.append(holder)
            elif on == self.start or number == self.first.get(on, 0) + 1:
                self.unknown += len(ties)
                self.open.setdefault(holder, (number, on, ties))
        return known

    def _update(self, holder: EntityId, before: dict[EntityId, tuple[float, float]], number: int) -> bool:
        new = self._loss(holder, before)
        if new[1] <= self.loss.get(holder, (0.0, 0.0))[1] + 1e-12 and holder in self.first:
            return False
        self.loss[holder] = new
        self.first.setdefault(holder, number)
        return True

    def _moves(self, holder: EntityId) -> bool:
        return self._loss(holder, self.loss)[1] > self.loss.get(holder, (0.0, 0.0))[1] + 1e-12

    def _loss(self, holder: EntityId, state: dict[EntityId, tuple[float, float]]) -> tuple[float, float]:
        low = high = 0.0
        for on in self._others(holder):
            if on in state and (shares := self.shares(holder, on)):
                low += shares[0].low * state[on][0]
                high += shares[0].high * state[on][1]
        return min(1.0, low), min(1.0, high)

    def _others(self, holder: EntityId) -> list[EntityId]:
        return sorted({link.other for link in self._links(holder)})

    def _links(self, holder: EntityId) -> Iterator[Link]:
        return links(self.graph, holder, upstream=self.side == "supply", ended=self.ended)

    def shares(self, holder: EntityId, on: EntityId) -> list[KnownShare]:
        """Known shares of ``on`` in ``holder``, the one to use first, the other periods after it."""
        if holder not in self._measured:
            side = "customers" if self.side == "revenue" else "suppliers"
            self._measured[holder] = concentrations(self.graph, holder, side=side, ended=self.ended)
        found = [
            _known(holder, item.period, party)
            for item in self._measured[holder]
            for party in item.parties
            if party.party == on
        ]
        found.sort(key=lambda share: not share.fact)
        if self.period is None:
            return found
        inside = [share for share in found if _contains(share.period, self.period)]
        return inside[:1] + [share for share in found if share not in inside[:1]] if inside else []

    def _hit(self, entity: EntityId, fact: bool) -> ShareHit:
        sent = [
            (-shares[0].low * self.loss[on][0], -shares[0].high * self.loss[on][1], on, shares)
            for on in self._others(entity)
            if on in self.loss and (shares := self.shares(entity, on))
        ]
        *_, carrier, shares = min(sent, key=lambda item: item[:3])
        wanted = set(shares[0].ties)
        between = [link for link in self._links(entity) if link.other == carrier]
        shown = best([link for link in between if link.tie in wanted] or between)
        low, high = self.loss[entity]
        return ShareHit(
            entity, self.side, self.first[entity], low, high, carrier, shown.tie, shown.data, shares[0],
            tuple(shares[1:]), fact,
        )  # fmt: skip


def _known(holder: EntityId, period: Period, party: PartyShare) -> KnownShare:
    return KnownShare(
        holder,
        party.party,
        party.low,
        party.high,
        period,
        party.ties,
        party.sources,
        party.conflict,
        party.statuses,
    )


def _contains(period: Period, date: str) -> bool:
    first, last = period_days(period)
    asked = parse_date(date, field="period")
    return bool(last) and first <= asked.last_day and asked.first_day <= last
