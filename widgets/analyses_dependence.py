"""Concentration, chains, shocks and chokepoints for the screen: cached by everything they depend on, and drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement, listed, name_of
from graph.analytics.chokepoint_answers import chokepoints_answer, cut_points_answer
from graph.analytics.concentration import Concentration, concentrations, period_days, period_text
from graph.analytics.dependence_answers import concentration_answer, reach_answer, substitutes_answer
from graph.analytics.groups import Groups, one_group
from graph.analytics.hhi import DISCLOSURE_THRESHOLD
from graph.analytics.reach import SUPPLY, links, reach
from graph.analytics.shock_answers import shock_answer
from graph.dates import parse_date
from graph.model import Tie
from graph.pictures.layout import bands, columns
from graph.pictures.picture import Picture, Rest, part, picture
from graph.wording import percent
from widgets import data
from widgets.text import plain

SIDES = ("customers", "suppliers")
MOST_A_SIDE = 10  # drawn left or right of a company
MOST_DRAWN = 60
LARGE, SMALL = 22.0, 13.0  # of who has a known share or loss, and of the others
MOST_BARS = 25


@dataclass(frozen=True, slots=True)
class Counting:
    """How shares are counted.

    Attributes:
        floor: assume that whoever makes up 10 % or more is named.
        owners: count each as its ultimate majority owner.
        one: entities that count as one, by id; fewer than two change nothing.
        rule: the Merger Guidelines whose bands are used.
    """

    floor: bool = False
    owners: bool = False
    one: tuple[str, ...] = ()
    rule: str = "2023"


@dataclass(frozen=True, slots=True)
class Measured:
    """Concentration of one side of a company: the answer, and its periods, newest first."""

    answer: Answer
    items: tuple[Concentration, ...]

    def at(self, period: str | None) -> Concentration | None:
        """The period of this name; the newest for None."""
        found = [item for item in self.items if period in (None, period_text(item.period))]
        return found[0] if found else None


def concentration(company: str, side: str, how: Counting, as_of: str | None, plans: bool) -> Measured:
    """How much of a company's revenue (cost) falls to which customers (suppliers)."""
    return _concentration(
        data.version(), company, side, how.floor, how.owners, how.one, how.rule, as_of, plans
    )


@st.cache_resource(show_spinner=False, max_entries=100)
def _concentration(
    data_version: str, company: str, side: str, floor: bool, owners: bool, one: tuple[str, ...], rule: str,
    as_of: str | None, plans: bool,
) -> Measured:  # fmt: skip
    graph = data.graph(as_of=as_of, all_statuses=plans)
    threshold = DISCLOSURE_THRESHOLD if floor else None
    by_hand = one_group(one) if len(one) > 1 else None
    groups = Groups(graph, by_owner=owners, chosen=by_hand) if owners or by_hand else None
    items = concentrations(
        graph, company, side=side, threshold=threshold, group_of=groups.group_of if groups else None
    )
    answer = concentration_answer(graph, company, side=side, threshold=threshold, groups=groups, rule=rule)
    return Measured(answer, tuple(items))


def periods(measured: Iterable[Measured]) -> list[str]:
    """Names of all measured periods, newest first."""
    found = {period_text(item.period): item.period for each in measured for item in each.items}
    return sorted(found, key=lambda name: (*reversed(period_days(found[name])), name), reverse=True)


def for_period(found: Measured, graph: nx.MultiDiGraph, period: str | None) -> Answer:
    """The answer about one period alone; all periods for None. Unknown parties are those of that period."""
    item = found.at(period)
    if period is None or not found.items:
        return found.answer
    answer, name = found.answer, name_of(graph, found.items[0].company)
    kept = tuple(each for each in answer.statements if each.text.startswith(f"{period}: "))
    if item is None:
        kept = (Statement(f"{period}: no share of the {found.items[0].side} of {name} is recorded."),)
    others = {
        claim.tie for each in found.items if each is not item for party in each.parties for claim in party.claims
    }  # fmt: skip
    skipped = ("No share known for", *(f"Remark on {tie}:" for tie in others))
    notes = [note for note in answer.notes if not note.startswith(skipped)]
    if item is not None and item.unmeasured:
        unknown = listed([name_of(graph, key) for key in item.unmeasured], most=8)
        notes.append(f"No share known for {period}: {unknown}.")
    rows = tuple(row for row in answer.rows if row[answer.columns.index("period")] == period)
    made = replace(answer.provenance, parameters={**answer.provenance.parameters, "period": period})
    return replace(answer, statements=kept, notes=tuple(notes), rows=rows, provenance=made)


@dataclass(frozen=True, slots=True)
class Party:
    """A customer or supplier in one period: its share in words and as a number, None where not known."""

    id: str
    side: str
    share: float | None
    told: str
    ties: tuple[str, ...]


def parties(
    graph: nx.MultiDiGraph, company: str, found: Measured, side: str, period: str | None
) -> list[Party]:
    """Everybody on one side of a company, those with a known share first."""
    item = found.at(period)
    around: dict[str, list[str]] = {}
    for link in links(graph, company, types=SUPPLY, upstream=side == "suppliers"):
        around.setdefault(link.other, []).append(link.tie)
    known: dict[str, Party] = {}
    for claim in (claim for party in item.parties for claim in party.claims) if item else ():
        told = (
            percent(claim.low)
            if claim.low == claim.high
            else f"{percent(claim.low)} to {percent(claim.high)}"
        )
        before = known.get(claim.party)
        if before and before.told != told:
            told = f"{before.told} or {told}"
        ties = (*before.ties, claim.tie) if before else (claim.tie,)
        share = max(claim.low, before.share or 0.0) if before else claim.low
        known[claim.party] = Party(claim.party, side, share, told, ties)
    rest = [Party(key, side, None, "", tuple(ties)) for key, ties in around.items() if key not in known]
    return [
        *sorted(known.values(), key=lambda each: (-(each.share or 0.0), each.id)),
        *sorted(rest, key=lambda each: (-len(each.ties), each.id)),
    ]


def share_rows(graph: nx.MultiDiGraph, sides: Sequence[Party], period: str | None) -> list[dict[str, Any]]:
    """The twin of the drawing: every customer and supplier with its share, its period and where it was read."""
    held = {tie: _tie(graph, tie, each) for each in sides for tie in each.ties}
    sources = data.sources_of([tie for tie in held.values() if tie])
    rows: list[dict[str, Any]] = []
    for each in sides:
        keys = dict.fromkeys(key for tie in each.ties if (found := held[tie]) for key in found.sources)
        publishers = dict.fromkeys(plain(sources[key].publisher, 60) for key in keys if key in sources)
        rows.append(
            {
                "side": each.side.removesuffix("s"),
                "name": plain(name_of(graph, each.id), 80),
                "share": each.share,
                "of": "revenue" if each.side == "customers" else "cost",
                "as stated": each.told
                if each.share is not None and each.told != percent(each.share)
                else None,
                "period": period if each.share is not None else None,
                "sources": ", ".join(publishers),
                "id": f"/entity?id={each.id}",
            }
        )
    if not any(row["as stated"] for row in rows):
        for row in rows:
            del row["as stated"]
    return rows


def _tie(graph: nx.MultiDiGraph, tie: str, party: Party) -> Tie | None:
    near = graph.in_edges(party.id, keys=True, data="tie")
    away = graph.out_edges(party.id, keys=True, data="tie")
    return next((held for _, _, key, held in (*near, *away) if key == tie), None)


def supply_picture(
    graph: nx.MultiDiGraph,
    company: str,
    sides: Mapping[str, Sequence[Party]],
    rests: Mapping[str, float | None],
) -> tuple[Picture, nx.MultiDiGraph] | None:
    """Suppliers left, customers right, lines as wide as shares, the undisclosed rest in grey.

    Args:
        graph: what the shares were read from.
        company: in the middle.
        sides: ``customers`` and ``suppliers``, those with known shares first.
        rests: the part of each side that is not named; None where no share is known.
    """
    drawn = {side: list(sides[side])[:MOST_A_SIDE] for side in SIDES}
    shown = _merged([each for side in SIDES for each in drawn[side]])
    if not shown:
        return None
    rest = [
        Rest(
            f"rest of {side}", f"not disclosed {percent(left)}", company, side == "customers", _width(left)
        )
        for side in SIDES
        if (left := rests[side]) is not None and left > 0.0005
    ]  # fmt: skip
    keys = {side: [each.id for each in drawn[side]] for side in SIDES}
    for each in rest:
        keys[each.key.removeprefix("rest of ")].append(each.key)
    made = part(graph, [company, *shown], [tie for each in shown.values() for tie in each.ties])
    plain_picture = picture(
        made, focus=[company], limit=2 * MOST_A_SIDE + 1, rest=rest,
        positions=columns(keys["suppliers"], [company], keys["customers"]),
        notes={each.id: each.told for each in shown.values() if each.told},
        sizes={each.id: LARGE if each.share is not None else SMALL for each in shown.values()},
    )  # fmt: skip
    lines = tuple(
        replace(line, width=_width(next((shown[end].share for end in (line.source, line.target) if end in shown), None)))
        if line.ties else line
        for line in plain_picture.ties
    )  # fmt: skip
    said = ", ".join(f"{name_of(graph, each.id)[:40]} {each.told}" for each in shown.values() if each.told)
    alt = (
        f"{len(drawn['suppliers'])} suppliers left and {len(drawn['customers'])} customers right of"
        f" {name_of(graph, company)[:60]}. Known shares: {said or 'none'}."
    )
    return replace(plain_picture, ties=lines, alt=alt), made


def _merged(sides: Iterable[Party]) -> dict[str, Party]:
    """Each once: who is customer and supplier keeps its known share and the ties of both sides."""
    found: dict[str, Party] = {}
    for each in sides:
        before = found.get(each.id)
        if before is None:
            found[each.id] = each
        else:
            first = each if before.share is None else before
            told = " · ".join(dict.fromkeys(text for text in (before.told, each.told) if text))
            found[each.id] = replace(first, told=told, ties=(*before.ties, *each.ties))
    return found


def _width(share: float | None) -> float:
    return 1.0 if share is None else round(1 + 7 * share, 1)


def chain(company: str, upstream: bool, hops: int, as_of: str | None, plans: bool) -> Answer:
    """Who is up or down the chain, hop by hop."""
    return _answer(data.version(), "chain", company, upstream, hops, as_of, plans)


def what_if(
    entity: str, cut: int, rule: str, rounds: int, period: str | None, relative: bool, as_of: str | None, plans: bool
) -> Answer:  # fmt: skip
    """What happens when ``cut`` per cent of an entity are gone; ``rounds`` is for shares and reach.

    Raises:
        AnalysisError: the rule lacks the data it needs.
    """
    return _answer(data.version(), "shock", entity, cut, (rule, rounds, period, relative), as_of, plans)


def routes(company: str, root: str | None, as_of: str | None, plans: bool) -> Answer:
    """What every recorded supply route to a company passes."""
    return _answer(data.version(), "routes", company, root, None, as_of, plans)


def held_alone(root: str | None, as_of: str | None, plans: bool) -> Answer:
    """Suppliers that others hang on alone."""
    return _answer(data.version(), "held", None, root, None, as_of, plans)


def cut_off(as_of: str | None, plans: bool) -> Answer:
    """Cut points of all supply ties."""
    return _answer(data.version(), "cut", None, None, None, as_of, plans)


def others_like(supplier: str, customer: str | None, as_of: str | None, plans: bool) -> Answer:
    """Who sells what reads like the products of a supplier."""
    return _answer(data.version(), "substitutes", supplier, customer, None, as_of, plans)


@st.cache_resource(show_spinner=False, max_entries=200)
def _answer(
    data_version: str, what: str, one: Any, two: Any, three: Any, as_of: str | None, plans: bool
) -> Answer:
    graph = data.graph(as_of=as_of, all_statuses=plans)
    if what == "shock":
        rule, rounds, period, relative = three
        by_shares = rule in ("auto", "shares", "reach")
        return shock_answer(
            graph, one, cut=two / 100, rule=rule, rounds=rounds if by_shares else None,
            period=period if by_shares else None, relative=relative and rule.startswith("debtrank"),
        )  # fmt: skip
    made = {
        "chain": lambda: reach_answer(graph, one, upstream=two, max_hops=three),
        "routes": lambda: chokepoints_answer(graph, one, root=two),
        "held": lambda: chokepoints_answer(graph, root=two),
        # On supply alone, so that the sentence counts the ties that were searched.
        "cut": lambda: cut_points_answer(
            data.graph(as_of=as_of, all_statuses=plans, types=SUPPLY), types=SUPPLY
        ),
        "substitutes": lambda: substitutes_answer(graph, one, customer=two),
    }
    return made[what]()


def records(answer: Answer) -> list[dict[str, Any]]:
    """The rows of an answer by column."""
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def chain_change(
    company: str, upstream: bool, hops: int, dates: tuple[str, str], plans: bool
) -> tuple[list[Statement], list[Statement]]:
    """Who is in the chain at the later of two dates and not at the earlier, and the other way round."""
    earlier, later = (
        chain(company, upstream, hops, date, plans)
        for date in sorted(dates, key=lambda date: parse_date(date).first_day)
    )

    def missing(here: Answer, there: Answer) -> list[Statement]:
        known = {row["entity_id"] for row in records(there)}
        return [each for each in here.statements[1:] if not known.intersection(each.entities)]

    return missing(later, earlier), missing(earlier, later)


def steps_picture(
    graph: nx.MultiDiGraph, start: str, groups: Sequence[Sequence[str]], ties: Iterable[str],
    *, focus: Sequence[str] = (), notes: Mapping[str, str] | None = None, sizes: Mapping[str, float] | None = None, alt: str,
) -> tuple[Picture, nx.MultiDiGraph]:  # fmt: skip
    """Columns from left to right; what lies farthest from ``start`` is left out beyond 60 entities.

    Args:
        groups: the columns; one of them holds ``start``.
        ties: ids of the ties drawn.
        focus, notes, sizes: as for :func:`graph.pictures.picture.picture`.
        alt: the drawing in words.
    """
    middle = next(place for place, group in enumerate(groups) if start in group)
    by_distance = sorted(range(len(groups)), key=lambda place: (abs(place - middle), place))
    total = dict.fromkeys(node for place in by_distance for node in groups[place])
    kept = set(list(total)[:MOST_DRAWN])
    drawn = part(graph, kept, ties)
    made = picture(
        drawn, focus=[start, *focus], limit=MOST_DRAWN, notes=notes, sizes=sizes,
        positions=bands([[node for node in group if node in kept] for group in groups]),
    )  # fmt: skip
    note = f"The nearest {len(kept)} of {len(total):,} entities are drawn." if len(kept) < len(total) else ""
    return replace(made, note=note, alt=alt), drawn


def chain_columns(answer: Answer, start: str, upstream: bool) -> tuple[list[list[str]], list[str]]:
    """Columns by hop, suppliers to the left or customers to the right of the start, and the ties of all chains."""
    groups: list[list[str]] = [[start]]
    for row in records(answer):
        while len(groups) <= row["hops"]:
            groups.append([])
        groups[row["hops"]].append(row["entity_id"])
    ties = list(dict.fromkeys(tie for row in records(answer) for tie in row["tie_ids"]))
    return groups[::-1] if upstream else groups, ties


def shock_columns(answer: Answer, start: str) -> tuple[list[list[str]], list[str], dict[str, str]]:
    """Columns by round: who loses revenue to the left, all others to the right; the ties; losses of 1 % or more in words."""
    left: dict[int, list[str]] = {}
    right: dict[int, list[str]] = {}
    notes: dict[str, str] = {}
    placed = {start}
    for row in records(answer):
        if row["loss"] is not None and row["loss_high"] >= 0.01:
            notes.setdefault(row["entity_id"], f"loses {loss_text(row)}")
        if row["entity_id"] not in placed:
            placed.add(row["entity_id"])
            side = left if row["lost"] == "revenue" else right
            side.setdefault(row["round"], []).append(row["entity_id"])
    ties = list(dict.fromkeys(tie for row in records(answer) for tie in row["tie_ids"]))
    before = [left[number] for number in sorted(left, reverse=True)]
    return [*before, [start], *(right[number] for number in sorted(right))], ties, notes


def loss_text(row: Mapping[str, Any]) -> str:
    """``24 %``, ``20 % to 30 %``, ``under 0.1 %``."""
    low, high = row["loss"], row["loss_high"]
    if low < 0.001 and high < 0.001:
        return "under 0.1 %"
    return percent(low) if high - low < 1e-12 else f"{percent(low)} to {percent(high)}"


def bars(answer: Answer) -> dict[str, list[Any]]:
    """Known losses in per cent, largest first, as columns for a chart; no two names are equal."""
    known = sorted(
        (row for row in records(answer) if row["loss"] is not None), key=lambda row: (-row["loss"], row["entity_id"])
    )[:MOST_BARS]  # fmt: skip
    names: list[str] = []
    for row in known:
        name = plain(row["entity"], 30)
        while name in names:
            name += f" ({row['lost']})" if name == plain(row["entity"], 30) else " *"
        names.append(name)
    return {
        "who": names,
        "at least": [round(100 * row["loss"], 2) for row in known],
        "perhaps more": [round(100 * (row["loss_high"] - row["loss"]), 2) for row in known],
    }


def routes_picture(
    graph: nx.MultiDiGraph, answer: Answer, company: str, root: str | None
) -> tuple[Picture, nx.MultiDiGraph] | None:
    """Every recorded supply route to a company, by hops from it; what all routes pass is drawn large."""
    hops = _on_routes(graph, company, root)
    if not hops:
        return None
    groups: list[list[str]] = [[company]]
    for key, number in hops.items():
        while len(groups) <= number:
            groups.append([])
        groups[number].append(key)
    ties = [
        key
        for start, end, key, type_ in graph.subgraph([company, *hops]).edges(keys=True, data="type")
        if type_ in SUPPLY and start != company and end != root
    ]
    passed = [row["chokepoint_id"] for row in records(answer)]
    names = ", ".join(name_of(graph, key)[:40] for key in passed) or "nobody"
    alt = f"Supply routes to {name_of(graph, company)[:60]} from left to right. All of them pass {names}."
    return steps_picture(
        graph, company, [group for group in groups[::-1] if group], ties, focus=passed, alt=alt
    )


def _on_routes(graph: nx.MultiDiGraph, company: str, root: str | None) -> dict[str, int]:
    """Who stands on a supply route to a company, with the hops to it; only on routes from ``root`` where given."""
    above = reach(graph, company, max_hops=None).found
    if root is None:
        return {key: item.hops for key, item in above.items()}
    if root not in above:
        return {}
    # A route neither leads on beyond the company nor back into its start.
    before = reach(graph.subgraph(set(graph) - {root}), company, max_hops=None).found
    after = reach(graph.subgraph(set(graph) - {company}), root, upstream=False, max_hops=None).found
    return {root: above[root].hops} | {key: item.hops for key, item in before.items() if key in after}


def largest_customer(company: str, as_of: str | None, plans: bool) -> str | None:
    """The customer with the largest share in the newest period; None when no share is known."""
    found = concentration(company, "customers", Counting(), as_of, plans).at(None)
    return found.parties[0].party if found else None


def main_supplier(graph: nx.MultiDiGraph, company: str) -> str | None:
    """The direct supplier that supplies most others; None when none is recorded."""
    direct = {link.other for link in links(graph, company, types=SUPPLY, upstream=True)}
    if not direct:
        return None

    def served(supplier: str) -> int:
        return len({link.other for link in links(graph, supplier, types=SUPPLY, upstream=False)})

    return min(direct, key=lambda supplier: (-served(supplier), supplier))


def counterparties(graph: nx.MultiDiGraph, company: str) -> list[str]:
    """Suppliers and customers, by name."""
    found = {link.other for up in (True, False) for link in links(graph, company, types=SUPPLY, upstream=up)}
    return sorted(found, key=lambda key: (name_of(graph, key).casefold(), key))


def supplies(graph: nx.MultiDiGraph, supplier: str, company: str) -> bool:
    """Whether a supply tie from one to the other is recorded."""
    return any(link.other == company for link in links(graph, supplier, types=SUPPLY, upstream=False))


def companies_measured(most: int = 8) -> list[str]:
    """Companies with the most recorded shares of their revenue or cost."""
    return _companies_measured(data.version())[:most]


@st.cache_resource(show_spinner=False, max_entries=4)
def _companies_measured(data_version: str) -> list[str]:
    counts: dict[str, int] = {}
    for start, end, tie in data.graph(as_of=None, all_statuses=False).edges(data="tie"):
        if tie.type in SUPPLY and tie.share is not None:
            whose = end if tie.share_basis == "cost" else start
            counts[whose] = counts.get(whose, 0) + 1
    return sorted(counts, key=lambda key: (-counts[key], key))
