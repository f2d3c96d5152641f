"""Dependence as answers: concentration, reach and substitutes, each in sentences with their ties."""

from __future__ import annotations

from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of, named_tie, provenance_of
from graph.analytics.concentration import (
    Concentration,
    PartyShare,
    ShareClaim,
    concentrations,
    made_up,
    period_text,
)
from graph.analytics.groups import Groups, unknown_links
from graph.analytics.hhi import RULES
from graph.analytics.reach import SUPPLY, Reach, dated, links, reach
from graph.analytics.substitutes import LIKE_ENOUGH, Substitute, substitutes
from graph.errors import ParameterError
from graph.model import EntityId
from graph.wording import counted, percent, plural

_TOLD = 1_000

CONCENTRATION = Method(
    "Herfindahl-Hirschman index",
    "HHI = sum of (100 s)^2 over parties, s = share of revenue (cost) in one period; effective number ="
    " 10,000 / HHI. Low: the rest is infinitely many small parties. High: the rest is one party, or as many"
    " of the disclosure threshold as fit.",
    "Parties without a share in the period are unknown and stay in the rest; a share known as a range, or"
    " stated differently by several sources, widens the bounds.",
    "Hirschman (1964), American Economic Review 54, 761-762; bands of the US Merger Guidelines, which speak"
    " of markets and are a yardstick here.",
)
REACH = Method(
    "Reach (breadth-first distance)",
    "hops of the shortest chain of supply ties; upstream against them, downstream along them.",
    "Only recorded ties count; an entity that is not reached may still be, by ties nobody recorded.",
    "Moore (1959), The shortest path through a maze, Proceedings of an International Symposium on the Theory"
    " of Switching, 285-292.",
)
SUBSTITUTES = Method(
    "Likeness of product texts",
    "weight of the words two product texts share / weight of all their words; weight ="
    " log((1 + N) / (1 + n)), n of N texts have the word.",
    "Supply ties without a product text cannot be compared; they are counted.",
    "Spärck Jones (1972), Journal of Documentation 28(1), 11-21.",
)


def concentration_answer(
    graph: nx.Graph,
    company: EntityId,
    *,
    side: str = "customers",
    threshold: float | None = None,
    groups: Groups | None = None,
    rule: str = "2023",
) -> Answer:
    """How concentrated a company's customers (suppliers) are, by period; see :func:`concentrations`.

    Args:
        groups: count groups as one; None counts by name.
        rule: the Merger Guidelines whose bands are used, ``2023`` or ``2010``.
    """
    if rule not in RULES:
        raise ParameterError("rule", f"{rule!r} is not known.", hint=f"Known: {', '.join(RULES)}.")
    group_of = groups.group_of if groups else None
    found = concentrations(graph, company, side=side, threshold=threshold, group_of=group_of)
    name, basis = name_of(graph, company), "revenue" if side == "customers" else "cost"
    statements = [s for item in found for s in _told(graph, item, name, basis, rule)]
    if not found:
        ties = sum(1 for _ in links(graph, company, upstream=side == "suppliers"))
        looked = f"{counted(ties, 'supply tie')} with {side} searched"
        text = f"No share of the {basis} of {name} is recorded: {looked}."
        statements = [Statement(text, (), (company,))]
    columns = (
        "period", "party_id", "party", "share", "share_low", "share_high", "hhi_low", "hhi_high",
        "effective_low", "effective_high", "band", "member_ids", "tie_ids", "source_ids", "statuses",
    )  # fmt: skip
    rows = tuple(
        (
            period_text(item.period), party.party, name_of(graph, party.party), party.share, party.low,
            party.high, item.hhi_low, item.hhi_high, item.effective_low, item.effective_high,
            item.band_under(rule), party.members, party.ties, party.sources,
            tuple(sorted(party.statuses)),
        )
        for item in found
        for party in item.parties
    )  # fmt: skip
    provenance = provenance_of(
        graph, direction="SUPPLIES, supplier -> customer", weights=f"share of {basis}",
        normalisation="fractions of the whole of one period", company=company, side=side, threshold=threshold,
        groups=groups.rule if groups else "every name by itself", guidelines=RULES[rule].name,
    )  # fmt: skip
    notes = _concentration_notes(graph, found, groups, threshold, rule)
    title = f"Concentration of the {side} of {name}"
    return Answer(title, tuple(statements), columns, rows, notes, CONCENTRATION, provenance)


def _told(graph: nx.Graph, item: Concentration, name: str, basis: str, rule: str) -> list[Statement]:
    when = period_text(item.period)
    ties = tuple(sorted({tie for party in item.parties for tie in party.ties}))
    many = f"{_number(item.effective_low)} to {_number(item.effective_high)}"
    if item.effective_low == item.effective_high:
        many = _number(item.effective_low)
    band = item.band_under(rule)
    low, high = f"{item.hhi_low:,.0f}", f"{item.hhi_high:,.0f}"
    span = low if low == high else f"between {low} and {high}"
    unsure = sum(not claim.fact for party in item.parties for claim in party.claims)
    verb = "would be" if unsure else "is"
    within = f", {counted(unsure, 'planned or alleged share')} counted in" if unsure else ""
    index = (
        f"{when}: the HHI of the {item.side} of {name} {verb} {span}"
        f" ({'the bounds fall into different bands' if band == 'undecided' else band}),"
        f" as if there were {many} of equal size; {percent(item.disclosed)} of {basis} is named"
        f"{within}."
    )
    ids = (item.company, *(party.party for party in item.parties))
    found = [Statement(index, ties, ids)]
    for party in item.parties:
        verb = made_up(party.statuses)
        text = f"{when}: {_whom(graph, party)} {verb} {_share(party)} of the {basis} of {name}."
        found.append(Statement(text, party.ties, (party.party, item.company)))
        if party.conflict:
            claims = ", ".join(_claimed(claim) for claim in party.claims)
            found.append(Statement(f"{when}: sources differ on {_whom(graph, party)}: {claims}.", party.ties))
    return found


def remark_on(graph: nx.Graph, item: Concentration, claim: ShareClaim) -> str:
    """The start of the note with the remark on a share: whose share of which period it is."""
    return f"Remark on the share of {name_of(graph, claim.party)}, {period_text(item.period)}: "


def _claimed(claim: ShareClaim) -> str:
    """A share with the status of its tie, where that is no fact."""
    return f"{_span(claim.low, claim.high)}{'' if claim.fact else f' ({claim.status})'}"


def _whom(graph: nx.Graph, party: PartyShare) -> str:
    name = name_of(graph, party.party)
    if party.members == (party.party,):
        return name
    members = listed([name_of(graph, member) for member in party.members])
    return f"the group of {name} ({members})"


def _share(party: PartyShare) -> str:
    return percent(party.low) if party.low == party.high else _span(party.low, party.high)


def _span(low: float, high: float) -> str:
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def _number(value: float | None) -> str:
    return "any number" if value is None else f"{value:.3g}"


def _concentration_notes(
    graph: nx.Graph, found: list[Concentration], groups: Groups | None, threshold: float | None, rule: str
) -> tuple[str, ...]:
    bands = RULES[rule]
    notes = [f"Bands: {bands.name} (above {bands.high:,.0f} high, from {bands.moderate:,.0f} moderate)."]
    if threshold is not None:
        notes.append(f"Assumed: whoever makes up {percent(threshold)} or more is named (disclosure rule).")
    if found and found[0].unmeasured:
        names = listed([name_of(graph, key) for key in found[0].unmeasured])
        notes.append(f"No share known for {period_text(found[0].period)}: {names}.")
    claims = [claim for item in found for party in item.parties for claim in party.claims]
    if unsure := sum(not claim.fact for claim in claims):
        notes.append(f"Planned or alleged, no facts: {unsure:,} of {counted(len(claims), 'share')}.")
    aside = [
        f"{name_of(graph, claim.party)} {_claimed(claim)} in {period_text(item.period)}"
        for item in found
        for claim in sorted(item.set_aside, key=lambda claim: claim.tie)
    ]
    if aside:
        notes.append(
            f"{counted(len(aside), 'planned or alleged share')} not counted, since facts state the"
            f" share of that period or leave no room: {listed(aside, most=12)}."
        )
    notes += [
        f"{remark_on(graph, item, claim)}{claim.note}."
        for item in found
        for party in item.parties
        for claim in party.claims
        if claim.note
    ]
    if groups is not None:
        notes.append(f"Counted: {groups.rule}.")
        notes += _group_notes(graph, found, groups)
    return tuple(notes)


def _group_notes(graph: nx.Graph, found: list[Concentration], groups: Groups) -> list[str]:
    notes: list[str] = []
    for member in sorted({m for item in found for party in item.parties for m in party.members}):
        where = groups.membership(member)
        if where.group != member and not where.chosen:
            by = "; ".join(named_tie(graph, step.owner, step.entity, step.tie) for step in where.steps)
            notes.append(f"{name_of(graph, member)} counts as {name_of(graph, where.group)}: {by}.")
        if where.unknown:
            unsure = [link.other for link in unknown_links(graph, where.group) if link.tie in where.unknown]
            names = listed([name_of(graph, other) for other in dict.fromkeys(unsure)])
            notes.append(f"{name_of(graph, where.group)} has holders of unknown size ({names}); not grouped.")
    return notes


def reach_answer(
    graph: nx.Graph, company: EntityId, *, upstream: bool = True, max_hops: int | None = 2
) -> Answer:
    """Who supplies a company (upstream) or hangs on it (downstream), hop by hop.

    Ties that are over are not followed, unless the graph is one as of a date. The table has the ties of
    the shortest chain of each; the nearest thousand are told as sentences too.
    """
    found = reach(graph, company, upstream=upstream, max_hops=max_hops)
    over = 0 if dated(graph) else _over(graph, found)
    name, way = name_of(graph, company), "upstream" if upstream else "downstream"
    limit = f"within {counted(max_hops, 'hop')}" if max_hops is not None else "at any distance"
    if found.found:
        counts = ", ".join(f"{count:,} after {hop}" for hop, count in enumerate(found.per_hop, start=1))
        number, hops = len(found.found), plural(len(found.per_hop) or 1, "hop")
        text = f"{counted(number, 'stands', 'stand')} {way} of {name} {limit}: {counts} {hops}."
    else:
        text = f"Nobody is recorded {way} of {name}: 0 of its supply ties lead there."
        if over:
            text = f"Nobody is recorded {way} of {name} now: its supply ties there are over ({over:,})."
    statements = [Statement(text, (), (company,))]
    rows: list[tuple[Any, ...]] = []
    for entity, item in found.found.items():
        step = -1 if upstream else 1  # both are read from supplier to customer
        ties = tuple(link.tie for link in found.chain(entity))[::step]
        if len(statements) <= _TOLD:
            chain = "; ".join(found.sentences(graph, entity)[::step])
            statements.append(Statement(f"{name_of(graph, entity)}: {chain}.", ties, (entity,)))
        rows.append((entity, name_of(graph, entity), item.hops, item.via, name_of(graph, item.via), ties))
    provenance = provenance_of(
        graph, direction=f"{way}: {'against' if upstream else 'along'} supplier -> customer",
        company=company, max_hops=max_hops, types=list(SUPPLY),
    )  # fmt: skip
    columns = ("entity_id", "entity", "hops", "via_id", "via", "tie_ids")
    title = f"{'Suppliers' if upstream else 'Customers'} of {name}, direct and indirect"
    return Answer(
        title, tuple(statements), columns, tuple(rows), _reach_notes(found, over), REACH, provenance
    )


def _over(graph: nx.Graph, found: Reach) -> int:
    """Ties that are over on the way of the search: those that it did not follow."""
    limit = found.max_hops
    at = [found.company, *(key for key, item in found.found.items() if limit is None or item.hops < limit)]
    near = (link for key in at for link in links(graph, key, types=found.types, upstream=found.upstream))
    return sum(link.data.get("status") == "ended" for link in near)


def _reach_notes(found: Reach, over: int) -> tuple[str, ...]:
    notes: list[str] = []
    if over:
        notes.append(f"Supply ties that are over are not followed: {over:,}.")
    if found.max_hops is not None:
        limit = counted(found.max_hops, "hop")
        notes.append(f"The shortest chain of each is shown, at most {limit}.")
    if found.more:
        notes.append("There is more beyond this number of hops.")
    if len(found.found) > _TOLD:
        notes.append(f"The nearest {_TOLD:,} are told as sentences; the table has all.")
    if found.stopped_at is not None:
        notes.append(f"Stopped after {counted(found.stopped_at, 'entity')}.")
    return tuple(notes)


def substitutes_answer(
    graph: nx.Graph,
    supplier: EntityId,
    *,
    customer: EntityId | None = None,
    like_enough: float = LIKE_ENOUGH,
) -> Answer:
    """Who else sells what reads like the products of a supplier, with the texts and the reasons."""
    found = substitutes(graph, supplier, customer=customer, like_enough=like_enough)
    name = name_of(graph, supplier)
    whose = f" to {name_of(graph, customer)}" if customer else ""
    lead = (
        f"{len(found.found):,} could be looked at in place of {name}{whose}; {found.compared:,} product texts"
        f" were compared with {len(found.products):,} of {name}."
    )
    statements = [Statement(lead, tuple(item.tie for item in found.products), (supplier,))]
    statements += [Statement(_reasons(graph, item, name), item.ties, (item.entity,)) for item in found.found]
    columns = (
        "entity_id", "entity", "likeness", "shared_words", "their_product", "our_product", "competes",
        "like_product_to_ids", "shared_customer_ids", "tie_ids",
    )  # fmt: skip
    rows = tuple(
        (
            item.entity, name_of(graph, item.entity),
            item.match.likeness if item.match else None,
            " ".join(item.match.words) if item.match else None,
            item.match.theirs.product if item.match else None,
            item.match.ours.product if item.match else None,
            bool(item.competes), item.like_products_to, item.shared_customers, item.ties,
        )
        for item in found.found
    )  # fmt: skip
    notes = ["Likeness of words is a hint: it knows neither quality nor capacity. Read the texts."]
    if found.without_text:
        notes.append(f"{found.without_text:,} supply ties of {name} have no product text.")
    if found.stopped:
        notes.append("Frequent words were left out: too many texts have them.")
    provenance = provenance_of(
        graph, direction="SUPPLIES, supplier -> customer", weights="rarity of words", supplier=supplier,
        customer=customer, like_enough=like_enough,
    )  # fmt: skip
    title = f"Substitutes for {name}{whose}"
    return Answer(title, tuple(statements), columns, rows, tuple(notes), SUBSTITUTES, provenance)


def _reasons(graph: nx.Graph, item: Substitute, name: str) -> str:
    parts: list[str] = []
    if item.match is not None:
        theirs, ours = item.match.theirs, item.match.ours
        parts.append(
            f'{_sells(theirs.status)} "{theirs.product}" to {name_of(graph, theirs.customer)}, like'
            f' "{ours.product}" to {name_of(graph, ours.customer)}{_mark(ours.status)}'
            f" (shared: {', '.join(item.match.words)})"
        )
    by_status: dict[str, list[str]] = {}
    for key, status in zip(item.like_products_to, item.like_statuses, strict=True):
        by_status.setdefault(_SUPPLIES.get(status, "is said to supply"), []).append(name_of(graph, key))
    parts += [f"{words} such to {listed(names)}" for words, names in by_status.items()]
    if item.competes:
        parts.append(f"{_COMPETES.get(item.rivalry, 'is said to compete')} with {name}")
    return f"{name_of(graph, item.entity)}: {'; '.join(parts)}."


def _sells(status: str) -> str:
    return _SELLS.get(status, "is said to sell")


def _mark(status: str) -> str:
    return "" if status in ("active", "completed") else f" ({status})"


def _by_status(now: str, over: str, base: str, doing: str) -> dict[str, str]:
    return {
        "active": now, "completed": now, "ended": over, "announced": f"is to {base}",
        "planned": f"plans to {base}", "considered": f"considered {doing}", "abandoned": f"weighed {doing}",
        "alleged": f"allegedly {now}",
    }  # fmt: skip


_SELLS = _by_status("sells", "sold", "sell", "selling")
_SUPPLIES = _by_status("already supplies", "supplied", "supply", "supplying") | {
    "alleged": "allegedly supplies"
}
_COMPETES = _by_status("competes", "competed", "compete", "competing")
