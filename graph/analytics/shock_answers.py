"""What-if shocks as answers: who is hit in which round, by which tie, and how much is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, name_of, named_tie, provenance_of
from graph.analytics.concentration import made_up, period_text
from graph.analytics.reach import told
from graph.analytics.share_shocks import KnownShare, ShareHit
from graph.analytics.shocks import Hit, Shock, shock
from graph.model import EntityId
from graph.wording import percent

METHODS = {
    "shares": Method(
        "Loss along known shares",
        "loss of i = sum over those hit of (share they make up of i) x (their loss), at most 1, round by"
        " round; revenue losses run upstream, supply losses downstream.",
        "A share that is not known stays unknown: it is listed, counted and carries no number. Ranges are"
        " carried as ranges.",
        "The linear rule of Bardoscia et al. (2015), PLoS ONE 10(6): e0130406, with the whole revenue (cost)"
        " as buffer.",
    ),
    "reach": Method(
        "Reach (breadth-first distance)",
        "round = hops of the shortest chain of supply ties downstream.",
        "No amount or share is needed, so no loss is told.",
        "Moore (1959), The shortest path through a maze, Proceedings of an International Symposium on the"
        " Theory of Switching, 285-292.",
    ),
    "debtrank-2012": Method(
        "DebtRank, rule of 2012",
        "h_i(t) = min(1, h_i(t-1) + sum of W_ij h_j(t-1) over j first hit in t-1), W_ij = min(1, A_ij / E_i);"
        " DebtRank = sum of v_i (h_i at the end - h_i at the start).",
        "Ties without an amount are left out and counted; a missing buffer is an error.",
        "Battiston, Puliga, Kaushik, Tasca and Caldarelli (2012), Scientific Reports 2:541.",
    ),
    "debtrank-2015": Method(
        "DebtRank, rule of 2015",
        "h_i(t+1) = min(1, h_i(t) + sum of W_ij (h_j(t) - h_j(t-1))), W_ij = min(1, A_ij / E_i); DebtRank ="
        " sum of v_i (h_i at the end - h_i at the start).",
        "Ties without an amount are left out and counted; a missing buffer is an error.",
        "Bardoscia, Battiston, Caccioli and Caldarelli (2015), PLoS ONE 10(6): e0130406.",
    ),
    "esri": Method(
        "Economic Systemic Risk Index",
        "part of all recorded sales that stops: sum of s_i / sum(s) x (1 - min(h_up_i, h_down_i)) at the"
        " fixed point of production levels.",
        "Supply ties without an amount are left out and counted; a firm without a sector stands alone.",
        "Diem, Borsos, Reisch, Kertész and Thurner (2022), Scientific Reports 12:7719.",
    ),
}
_TOLD = 1_000


def shock_answer(
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
) -> Answer:
    """What happens when ``entity`` is gone or cut; see :func:`graph.analytics.shocks.shock`."""
    found = shock(
        graph, entity, cut=cut, rule=rule, rounds=rounds, period=period, relative=relative, buffers=buffers,
        types=types, attribute=attribute,
    )  # fmt: skip
    statements = [_lead(graph, found)]
    statements += [
        Statement(_sentence(graph, found, hit), (hit.tie,) if hit.tie else (), (hit.entity,))
        for hit in found.hits[:_TOLD]
    ]
    columns = (
        "round", "entity_id", "entity", "lost", "loss", "loss_high", "carrier_id", "carrier", "period",
        "tie_ids", "source_ids", "fact",
    )  # fmt: skip
    rows = tuple(_row(graph, hit) for hit in found.hits)
    notes = [found.why, *found.notes]
    if unsure := sum(not _fact(hit) for hit in found.hits):
        notes.append(f"{unsure:,} of the losses rest on planned or alleged shares, which are no facts.")
    for hit in found.hits[:_TOLD]:
        if isinstance(hit.detail, ShareHit) and hit.detail.share and hit.detail.data.get("note"):
            notes.append(f"Remark on {_tie_told(graph, hit)}: {hit.detail.data['note']}.")
    if len(found.hits) > _TOLD:
        notes.append(f"The first {_TOLD:,} hits are told as sentences; the table has all.")
    unit = {"shares": "shares of revenue and cost", "reach": "none"}.get(found.rule, attribute)
    by = "all recorded exposure (relative mode)" if relative else "the buffers given"
    provenance = provenance_of(
        graph, direction="revenue losses supplier <- customer; supply losses supplier -> customer",
        weights=unit, normalisation=by if found.rule.startswith("debtrank") else "the whole of each entity",
        entity=entity, cut=cut, asked_rule=rule, rule=found.rule, rounds=rounds, period=period,
    )  # fmt: skip
    title = f"What if {name_of(graph, entity)} {_gone(cut)}?"
    return Answer(title, tuple(statements), columns, rows, tuple(notes), METHODS[found.rule], provenance)


def _tie_told(graph: nx.Graph, hit: Hit) -> str:
    """The tie of a loss for people: revenue is lost by the supplier, supply by the customer."""
    carrier = hit.carrier or hit.entity
    ends = (hit.entity, carrier) if hit.side == "revenue" else (carrier, hit.entity)
    return named_tie(graph, *ends, hit.tie or "")


def _fact(hit: Hit) -> bool:
    return not isinstance(hit.detail, ShareHit) or hit.detail.fact


def _gone(cut: float) -> str:
    return "is gone" if cut == 1 else f"is cut by {percent(cut)}"


def _lead(graph: nx.Graph, found: Shock) -> Statement:
    name = name_of(graph, found.entity)
    rounds = ", ".join(f"{count:,} in round {number}" for number, count in found.per_round.items())
    known = len({hit.entity for hit in found.hits if hit.loss is not None and _fact(hit)})
    unsure = len({hit.entity for hit in found.hits if hit.loss is not None}) - known
    number = len({hit.entity for hit in found.hits})
    hit = f"1 is hit ({rounds})" if number == 1 else f"{number:,} are hit ({rounds})"
    if not found.hits:
        text = f"If {name} {_gone(found.cut)}, nobody is recorded to be hit"
        text += f": none of its {found.unknown:,} supply ties leads on." if found.rule == "reach" else "."
    elif found.rule == "reach":
        are = "is" if number == 1 else "are"
        text = f"If {name} {_gone(found.cut)}, {number:,} downstream {are} reached: {rounds}."
        text += " How much would be lost is not known."
    elif found.rule == "shares":
        text = f"If {name} {_gone(found.cut)}, {hit}; for {known:,} of them the loss is known"
        text += f", for {unsure:,} only by planned or alleged shares." if unsure else "."
    else:
        text = f"If {name} {_gone(found.cut)}, {hit}; {_total(found)}."
    return Statement(text, (), (found.entity,))


def _total(found: Shock) -> str:
    value = f"{found.total:.4g}" if found.total is not None else "unknown"
    if found.rule == "esri" and found.variants:
        none, every = found.variants
        variants = f"{none:.4g} if no input is essential, {every:.4g} if all are"
        return f"ESRI is {value} of all recorded sales ({variants})"
    mode = " in relative mode" if found.relative else ""
    return f"DebtRank{mode} is {value} of all value, beyond the shock itself"


def _sentence(graph: nx.Graph, found: Shock, hit: Hit) -> str:
    name = name_of(graph, hit.entity)
    carrier = name_of(graph, hit.carrier) if hit.carrier is not None else "the shock"
    lead = f"Round {hit.round}: {name}"
    if isinstance(hit.detail, ShareHit) and hit.detail.share is not None:
        return _share_sentence(graph, hit, hit.detail, hit.detail.share, lead, carrier)
    tie = _tie(graph, hit)
    if hit.loss is None:
        lost = "is reached" if found.rule == "reach" else f"may lose {hit.side}, how much is not known"
        return f"{lead} {lost}; {tie}."
    part = percent(hit.loss) if hit.loss >= 0.001 else "less than 0.1 %"
    return f"{lead} loses {part} of its {_buffer(found, hit)}, most of it through {carrier}: {tie}."


def _share_sentence(
    graph: nx.Graph, hit: Hit, detail: ShareHit, share: KnownShare, lead: str, carrier: str
) -> str:
    low, high = hit.loss or 0.0, hit.loss_high or 0.0
    part = percent(low) if abs(high - low) < 1e-12 else f"{percent(low)} to {percent(high)}"
    known = (
        percent(share.low) if share.low == share.high else f"{percent(share.low)} to {percent(share.high)}"
    )
    basis = "revenue" if hit.side == "revenue" else "cost"
    loses = "loses" if detail.fact else "would lose"
    text = (
        f"{lead} {loses} {part} of its {hit.side}: {carrier} {made_up(share.statuses)} {known} of its {basis}"
        f" in {period_text(share.period)} ({', '.join(share.ties)})"
    )
    if detail.others:
        others = ", ".join(
            f"{percent(other.low)} in {period_text(other.period)} ({', '.join(other.ties)}"
            f"{'' if other.fact else '; no fact'})"
            for other in detail.others
        )
        text += f"; other periods: {others}"
    if share.conflict:
        text += "; sources differ on it"
    return f"{text}."


def _buffer(found: Shock, hit: Hit) -> str:
    if hit.side == "buffer":
        return "recorded exposure" if found.relative else "buffer"
    return "recorded production"


def _tie(graph: nx.Graph, hit: Hit) -> str:
    if hit.data is None or hit.carrier is None:
        return "the tie is not known"
    if (tie := hit.data.get("tie")) is not None:
        return told(graph, tie.from_id, tie.to_id, hit.data)
    along = graph.has_edge(hit.carrier, hit.entity)
    ends = (hit.carrier, hit.entity) if along else (hit.entity, hit.carrier)
    return told(graph, *ends, hit.data)


def _row(graph: nx.Graph, hit: Hit) -> tuple[Any, ...]:
    share = hit.detail.share if isinstance(hit.detail, ShareHit) else None
    ties = share.ties if share else (hit.tie,) if hit.tie else ()
    sources = share.sources if share else tuple((hit.data or {}).get("sources") or ())
    carrier = name_of(graph, hit.carrier) if hit.carrier is not None else None
    return (
        hit.round, hit.entity, name_of(graph, hit.entity), hit.side, hit.loss, hit.loss_high, hit.carrier,
        carrier, period_text(share.period) if share else None, ties, sources,
        _fact(hit) if share else None,
    )  # fmt: skip
