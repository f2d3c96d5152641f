"""What if a company is gone, or cut by a part? The rule is chosen by what is known, and said.

* ``shares``: losses along known shares of revenue or cost (:mod:`graph.analytics.share_shocks`).
* ``reach``: who stands downstream, hop by hop, without any number of loss.
* ``debtrank-2012``, ``debtrank-2015``: losses through exposures in dollars (:mod:`graph.analytics.debtrank`).
* ``esri``: production that stops (:mod:`graph.analytics.esri`).
* ``auto``: ``shares`` where a share of the company is known, ``reach`` otherwise. Nothing is guessed.

What is over carries no shock: ties that have ended are left out, unless the graph is one as of a date
or a period was asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from graph.analytics.debtrank import cascade, impact_matrix, relative_buffers
from graph.analytics.esri import economy, standstill
from graph.analytics.exposures import EXPOSING, Exposures, exposures, strongest
from graph.analytics.reach import SUPPLY, dated, links, reach
from graph.analytics.share_shocks import ShareShock, share_shock
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import EntityId, TieId
from graph.wording import counted

_SECTOR = "sector "
RULES = ("auto", "reach", "shares", "debtrank-2012", "debtrank-2015", "esri")


@dataclass(frozen=True, slots=True)
class Hit:
    """One entity that a shock reaches.

    Attributes:
        entity, round: who, and in which round (hop) first; round 0 is the shocked entity itself.
        side: what is lost: ``revenue``, ``supply``, ``buffer`` (DebtRank) or ``production`` (ESRI).
        loss: part of it that is lost, 0..1, at least; None when it is not known.
        loss_high: at most, as far as shares are known; None when ``loss`` is.
        carrier: the entity that passed most of it on.
        tie: the tie that carried it, with its attributes in ``data``.
        detail: the known share behind it (:class:`graph.analytics.share_shocks.ShareHit`), or None.
    """

    entity: EntityId
    round: int
    side: str
    loss: float | None
    loss_high: float | None
    carrier: EntityId | None
    tie: TieId | None
    data: Mapping[str, Any] | None = None
    detail: Any = None


@dataclass(frozen=True, slots=True)
class Shock:
    """How a shock runs.

    Attributes:
        entity, cut: who is hit first, and which part of it is gone.
        rule: the rule that was used; ``why`` says why.
        hits: by round, then loss, then id; without the shocked entity.
        total: DebtRank or ESRI, 0..1; None under the other rules.
        variants: ESRI with no and with every input essential (the most it can be); None under the
            other rules.
        relative: whether the buffer was taken to be all exposure.
        unknown: ties that might carry loss but whose share or amount is not known.
        notes: limits and assumptions.
    """

    entity: EntityId
    cut: float
    rule: str
    why: str
    hits: tuple[Hit, ...]
    total: float | None
    variants: tuple[float, float] | None
    relative: bool
    unknown: int
    notes: tuple[str, ...]

    @property
    def per_round(self) -> dict[int, int]:
        """How many entities are first hit in each round."""
        first: dict[EntityId, int] = {}
        for hit in self.hits:
            first[hit.entity] = min(hit.round, first.get(hit.entity, hit.round))
        return dict(sorted(Counter(first.values()).items()))


def shock(
    graph: nx.Graph,
    entity: EntityId,
    *,
    cut: float = 1.0,
    rule: str = "auto",
    rounds: int | None = None,
    period: str | None = None,
    relative: bool = False,
    buffers: Mapping[EntityId, float] | None = None,
    types: Sequence[str] | None = None,
    attribute: str = "amount_usd",
) -> Shock:
    """What happens when ``entity`` is gone (``cut`` 1) or loses a part.

    Args:
        graph: any NetworkX graph; see the rules in the module.
        entity: who is hit.
        cut: part of it that is gone, above 0 to 1.
        rule: one of ``RULES``.
        rounds: most rounds (hops); 3 for shares and reach, no limit otherwise.
        period: for shares: a date; take the newest measured period that contains it.
        relative, buffers, types, attribute: for DebtRank and ESRI, see :func:`debtrank_shock`.

    Raises:
        EntityNotFound: ``entity`` is not in the graph.
        AnalysisError: ``cut`` or ``rounds`` is out of range, or the rule lacks the data it needs.
        ParameterError: the rule is not known.
    """
    if entity not in graph:
        raise EntityNotFound(entity, list(graph))
    if rule not in RULES:
        raise ParameterError("rule", f"{rule!r} is not known.", hint=f"Known: {', '.join(RULES)}.")
    if not 0 < cut <= 1:
        raise AnalysisError(f"A cut of {cut} is not a part above 0.", hint="Write 1 for gone, 0.3 for 30 %.")
    if rounds is not None and rounds < 1:
        raise AnalysisError("The number of rounds starts at 1.", hint="Ask for one round at least.")
    if rule.startswith("debtrank"):
        return debtrank_shock(
            graph, entity, cut=cut, rule=rule.removeprefix("debtrank-"), rounds=rounds, relative=relative,
            buffers=buffers, types=types or EXPOSING, attribute=attribute,
        )  # fmt: skip
    if rule == "esri":
        return esri_shock(graph, entity, cut=cut, types=types or SUPPLY, attribute=attribute)
    limit = 3 if rounds is None else rounds
    ended = period is not None or dated(graph)
    if rule != "reach":
        run = share_shock(graph, entity, cut=cut, rounds=limit, period=period, ended=ended)
        known = any(hit.low is not None for hit in run.hits)
        if known or rule == "shares":
            return _by_shares(graph, entity, cut, run, known=known, limit=limit, ended=ended)
    return _by_reach(graph, entity, cut, limit, ended=ended, chosen=rule == "reach")


def _by_shares(
    graph: nx.Graph, entity: EntityId, cut: float, run: ShareShock, *, known: bool, limit: int, ended: bool
) -> Shock:
    hits = [
        Hit(hit.entity, hit.round, hit.side, hit.low, hit.high, hit.carrier, hit.tie, hit.data, hit)
        for hit in run.hits
    ]
    why = (
        "Shares of revenue or cost are recorded, so losses follow them in proportion."
        if known
        else "No share of revenue or cost that involves it is recorded."
    )
    notes = ["Losses assume that nobody finds a replacement, and that each passes its loss on in proportion."]
    if run.unknown:
        notes.append(f"{counted(run.unknown, 'tie')} to those hit without a known share: unknown, not zero.")
    if not run.settled:
        notes.append(f"Stopped after {counted(limit, 'round')}; losses go on beyond.")
    if not ended:
        notes += _over(graph, entity)
    return Shock(entity, cut, "shares", why, tuple(hits), None, None, False, run.unknown, tuple(notes))


def _by_reach(
    graph: nx.Graph, entity: EntityId, cut: float, limit: int, *, ended: bool, chosen: bool
) -> Shock:
    found = reach(graph, entity, upstream=False, max_hops=limit, ended=ended)
    hits = [
        Hit(item.entity, item.hops, "supply", None, None, item.via, item.tie, item.data)
        for item in found.found.values()
    ]
    ties = sum(1 for side in (False, True) for _ in links(graph, entity, upstream=side, ended=ended))
    why = (
        "Reach was asked for: who stands downstream, without numbers of loss."
        if chosen
        else "None of its ties has a known share, so only who stands downstream is told, without numbers."
    )
    notes = [
        f"Chains of up to {counted(limit, 'supply tie')}; a chain shows who could be hit, not who will be."
    ]
    if found.more:
        notes.append("There is more further downstream, in later rounds.")
    if found.stopped_at is not None:
        notes.append(f"Stopped after {counted(found.stopped_at, 'entity')}.")
    if not ended:
        notes += _over(graph, entity)
    return Shock(entity, cut, "reach", why, tuple(hits), None, None, False, ties, tuple(notes))


def debtrank_shock(
    graph: nx.Graph,
    entity: EntityId,
    *,
    cut: float = 1.0,
    rule: str = "2015",
    rounds: int | None = None,
    relative: bool = False,
    buffers: Mapping[EntityId, float] | None = None,
    values: Mapping[EntityId, float] | None = None,
    types: Sequence[str] = EXPOSING,
    attribute: str = "amount_usd",
    parallel: str = "largest",
) -> Shock:
    """DebtRank of one shocked entity over the ties of a graph.

    Args:
        graph: edges run from the one who would lose to the one who fails, see
            :mod:`graph.analytics.exposures`.
        rule: ``2012`` or ``2015``.
        relative: take all exposure of an entity as its buffer, so that loss is a part of its exposure.
        buffers: what each entity with exposures can lose, in the unit of the amounts.
        values: value of each entity; its total exposure where None (Battiston et al.: the total invested).
            Entities without one are left out of all value, and counted in the notes.
        types, attribute, parallel: see :func:`graph.analytics.exposures.exposures`.

    Raises:
        AnalysisError: a buffer is missing (names whose), or no amount is known at all.
    """
    held = exposures(graph, types=types, attribute=attribute, parallel=parallel, ended=dated(graph))
    _need_amounts(held, entity)
    total = relative_buffers(held.matrix)
    if relative:
        buffer = total
    else:
        given = buffers or {}
        buffer = np.asarray([given.get(node, np.nan) for node in held.nodes], dtype=np.float64)
    impact = impact_matrix(held.matrix, buffer, names=held.nodes)
    weight, unvalued = (total, 0) if values is None else _valued(held, values)
    start = np.zeros(len(held.nodes))
    start[held.index[entity]] = cut
    run = cascade(impact, weight, start, rule=rule, max_rounds=rounds)
    hits: list[Hit] = []
    for place in np.flatnonzero(run.hit_in > 0).tolist():
        who, by = held.nodes[place], held.nodes[int(run.carrier[place])]
        tie, data = strongest(graph, who, by, held) or (None, None)
        loss = float(run.loss[place])
        hits.append(Hit(who, int(run.hit_in[place]), "buffer", loss, loss, by, tie, data))
    hits.sort(key=lambda hit: (hit.round, -(hit.loss or 0.0), hit.entity))
    notes = list(held.notes())
    if relative:
        notes.append("Relative mode: the buffer is all recorded exposure, so a loss is a part of that.")
    if unvalued:
        notes.append(
            f"{counted(unvalued, 'entity')} without a known value: left out of all value with their losses,"
            " so DebtRank is a part of the known value only."
        )
    if rounds is not None and run.rounds >= rounds:
        notes.append(f"Stopped after {counted(rounds, 'round')}.")
    why = f"DebtRank, rule of {rule}, was asked for."
    return Shock(
        entity, cut, f"debtrank-{rule}", why, tuple(hits), run.debtrank, None, relative, held.unknown,
        tuple(notes),
    )  # fmt: skip


def esri_shock(
    graph: nx.Graph,
    entity: EntityId,
    *,
    cut: float = 1.0,
    essential: Collection[str] | None = None,
    types: Sequence[str] = SUPPLY,
    attribute: str = "amount_usd",
    parallel: str = "largest",
    replaceable: bool = True,
    tolerance: float = 1e-6,
) -> Shock:
    """Economic Systemic Risk Index of one shocked entity over the supply ties of a graph.

    The industry of an entity is the first of its ``sectors``; without one it stands alone and nobody
    can step in. ``essential`` None treats every industry as essential, which makes the index as large as
    it can be; else it names sectors; the index with none essential is given too. ``tolerance`` see
    :func:`graph.analytics.esri.standstill`.

    Raises:
        AnalysisError: no amount is known at all.
        ParameterError: ``essential`` names a sector that is not the first one of any entity.
        NotConverged: losses seep round a loop of firms for too long.
    """
    held = exposures(graph, types=types, attribute=attribute, parallel=parallel, ended=dated(graph))
    _need_amounts(held, entity)
    industries = [_industry(graph, node) for node in held.nodes]
    vital = set(industries) if essential is None else _essential(industries, essential)
    left = np.ones(len(held.nodes))
    left[held.index[entity]] = 1 - cut
    runs = [
        standstill(
            economy(held.matrix, industries, essential=chosen),
            left,
            replaceable=replaceable,
            tolerance=tolerance,
        )
        for chosen in ((), vital, set(industries))
    ]
    run = runs[1]
    lost_down, lost_up = 1 - run.down, 1 - run.up
    back = held.matrix.T.tocsr()
    hits: list[Hit] = []
    for place in np.flatnonzero(run.level < 1 - 1e-6).tolist():
        who = held.nodes[place]
        if who == entity:
            continue
        down = lost_down[place] >= lost_up[place]
        matrix, lost = (back, lost_down) if down else (held.matrix, lost_up)
        near = slice(*matrix.indptr[place : place + 2])
        by = held.nodes[int(matrix.indices[near][np.argmax(matrix.data[near] * lost[matrix.indices[near]])])]
        tie, data = strongest(graph, by if down else who, who if down else by, held) or (None, None)
        steps = run.first_down[place] if down else run.first_up[place]
        loss = float(1 - run.level[place])
        hits.append(Hit(who, int(steps), "production", loss, loss, by, tie, data))
    hits.sort(key=lambda hit: (hit.round, -(hit.loss or 0.0), hit.entity))
    notes = [*held.notes(), "Amounts of different years and lengths stand side by side as if of one year."]
    alone = sum(node == industry for node, industry in zip(held.nodes, industries, strict=True))
    if alone:
        notes.append(f"{counted(alone, 'entity')} without a sector: nobody can step in.")
    why = "ESRI was asked for" + ("; every industry counts as essential." if essential is None else ".")
    return Shock(
        entity, cut, "esri", why, tuple(hits), run.esri, (runs[0].esri, runs[2].esri), False, held.unknown,
        tuple(notes),
    )  # fmt: skip


def _over(graph: nx.Graph, entity: EntityId) -> list[str]:
    found = [link for side in (False, True) for link in links(graph, entity, upstream=side)]
    count = sum(link.data.get("status") == "ended" for link in found)
    return [f"Supply ties that are over carry no shock: {count:,}."] if count else []


def _industry(graph: nx.Graph, entity: EntityId) -> str:
    sectors: Sequence[str] = graph.nodes[entity].get("sectors") or ()
    return f"{_SECTOR}{sectors[0]}" if sectors else entity


def _essential(industries: Sequence[str], named: Collection[str]) -> set[str]:
    known = sorted({name.removeprefix(_SECTOR) for name in industries if name.startswith(_SECTOR)})
    if strange := sorted(set(named) - set(known)):
        raise ParameterError(
            "essential",
            f"No entity has {', '.join(strange)} as its first sector.",
            hint=f"Known: {', '.join(known)}." if known else "No entity has a sector.",
        )
    return {f"{_SECTOR}{name}" for name in named}


def _valued(held: Exposures, values: Mapping[EntityId, float]) -> tuple[Any, int]:
    """The known values by position, 0 standing for those that are not known, and how many those are."""
    known = [values.get(node) for node in held.nodes]
    return np.asarray([0.0 if value is None else value for value in known]), known.count(None)


def _need_amounts(held: Exposures, entity: EntityId) -> None:
    if held.matrix.nnz == 0:
        raise AnalysisError(
            f"No tie of {', '.join(held.types)} has a known {held.attribute}, so losses cannot be computed.",
            hint="Use the rule reach: who stands downstream, without numbers.",
            details={"unknown": held.unknown, "entity": entity},
        )
