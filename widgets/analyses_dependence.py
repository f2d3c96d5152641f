"""Concentration, chains, shocks and chokepoints for the screen: cached by everything they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement, listed, name_of
from graph.analytics.chokepoint_answers import chokepoints_answer, cut_points_answer
from graph.analytics.concentration import Concentration, concentrations, period_days, period_text
from graph.analytics.dependence_answers import (
    concentration_answer,
    reach_answer,
    remark_on,
    substitutes_answer,
)
from graph.analytics.groups import Groups, one_group
from graph.analytics.hhi import DISCLOSURE_THRESHOLD
from graph.analytics.reach import SUPPLY, Link, dated, links
from graph.analytics.shock_answers import shock_answer
from graph.dates import parse_date
from graph.model import Tie
from graph.wording import percent
from widgets import data
from widgets.text import page_address, plain

SIDES = ("customers", "suppliers")


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
        remark_on(graph, each, claim)
        for each in found.items if each is not item for party in each.parties for claim in party.claims
    }  # fmt: skip
    skipped = ("No share known for", *others)
    notes = [note for note in answer.notes if not note.startswith(skipped)]
    if item is not None and item.unmeasured:
        unknown = listed([name_of(graph, key) for key in item.unmeasured], most=8)
        notes.append(f"No share known for {period}: {unknown}.")
    rows = tuple(row for row in answer.rows if row[answer.columns.index("period")] == period)
    made = replace(answer.provenance, parameters={**answer.provenance.parameters, "period": period})
    return replace(answer, statements=kept, notes=tuple(notes), rows=rows, provenance=made)


@dataclass(frozen=True, slots=True)
class Party:
    """A customer or supplier in one period: its share in words and as a number, None where not known.

    ``status`` says what a share that is no fact is, such as ``planned``; empty for facts. The words say it too.
    """

    id: str
    side: str
    share: float | None
    told: str
    ties: tuple[str, ...]
    status: str = ""


def parties(
    graph: nx.MultiDiGraph, company: str, found: Measured, side: str, period: str | None
) -> list[Party]:
    """Everybody on one side of a company, those with a known share first.

    Ties that are over count only for a share of the period, unless the graph is one as of a date.
    """
    item = found.at(period)
    around: dict[str, list[str]] = {}
    for link in _held(graph, company, upstream=side == "suppliers"):
        around.setdefault(link.other, []).append(link.tie)
    known: dict[str, Party] = {}
    for claim in (claim for party in item.parties for claim in party.claims) if item else ():
        told = (
            percent(claim.low)
            if claim.low == claim.high
            else f"{percent(claim.low)} to {percent(claim.high)}"
        ) + ("" if claim.fact else f" ({claim.status})")
        before = known.get(claim.party)
        if before and before.told != told:
            told = f"{before.told} or {told}"
        ties = (*before.ties, claim.tie) if before else (claim.tie,)
        share = max(claim.low, before.share or 0.0) if before else claim.low
        statuses = dict.fromkeys(
            filter(None, (before.status if before else "", "" if claim.fact else claim.status))
        )
        known[claim.party] = Party(claim.party, side, share, told, ties, ", ".join(statuses))
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
                "status": None if each.share is None else each.status or "fact",
                "period": period if each.share is not None else None,
                "sources": ", ".join(publishers),
                "id": page_address("entity", id=each.id),
            }
        )
    empty = [] if any(row["as stated"] for row in rows) else ["as stated"]
    empty += [] if any(each.status for each in sides) else ["status"]
    return [{name: value for name, value in row.items() if name not in empty} for row in rows]


def _held(graph: nx.MultiDiGraph, company: str, *, upstream: bool) -> Iterator[Link]:
    """Supply ties on one side of a company that hold: those that are over only in a graph as of a date."""
    return links(graph, company, types=SUPPLY, upstream=upstream, ended=dated(graph))


def _tie(graph: nx.MultiDiGraph, tie: str, party: Party) -> Tie | None:
    near = graph.in_edges(party.id, keys=True, data="tie")
    away = graph.out_edges(party.id, keys=True, data="tie")
    return next((held for _, _, key, held in (*near, *away) if key == tie), None)


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


def largest_customer(company: str, as_of: str | None, plans: bool) -> str | None:
    """The customer with the largest share in the newest period; None when no share is known."""
    found = concentration(company, "customers", Counting(), as_of, plans).at(None)
    return found.parties[0].party if found else None


def main_supplier(graph: nx.MultiDiGraph, company: str) -> str | None:
    """The direct supplier that supplies most others; None when none is recorded."""
    direct = {link.other for link in _held(graph, company, upstream=True)}
    if not direct:
        return None

    def served(supplier: str) -> int:
        return len({link.other for link in _held(graph, supplier, upstream=False)})

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
