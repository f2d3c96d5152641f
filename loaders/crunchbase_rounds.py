"""Funding rounds of Crunchbase's bulk CSV, and who invested in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern

from graph.model import Entity, Item, Placed, Skipped, Tie
from loaders.crunchbase_cells import Cells, money_text, round_text
from loaders.crunchbase_table import Reading, source_id
from loaders.seen import Seen
from loaders.values import made_id


@dataclass(frozen=True, slots=True)
class Round:
    """What a row of the rounds says to its investments.

    Attributes:
        raised: the amount in the currency it was raised in, where that is not US dollars.
        leaders: the text that lists the uuids of the leading investors.
    """

    company: str | None = None
    company_name: str | None = None
    text: str | None = None
    date: str | None = None
    dollars: int | None = None
    raised: str | None = None
    leaders: str = ""


@dataclass(frozen=True, slots=True)
class Rounds:
    """All rounds by id.

    Attributes:
        known: the rounds.
        without_investor: ids of those that no investment belongs to.
        alone: what these raised, in words, by company.
    """

    known: dict[str, Round] = field(default_factory=dict[str, Round])
    without_investor: set[str] = field(default_factory=set[str])
    alone: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def survey_rounds(reading: Reading) -> Rounds:
    """Read the rounds before all else: half of what an investment says stands there."""
    found = Rounds()
    if not reading.has("funding_rounds"):
        return found
    invested = Seen()
    for cells in reading.survey("investments"):
        key, investor = cells.key("funding_round_uuid"), cells.key("investor_uuid")
        if key and investor:
            invested.add((key,))
    for cells in reading.survey("funding_rounds"):
        key = cells.key("funding_round_uuid", "uuid")
        if key is None:
            continue
        told = found.known[key] = round_of(cells)
        if told.company is not None and (key,) not in invested and key not in found.without_investor:
            raised = money_text(told.dollars, "USD") if told.dollars else told.raised
            words = " ".join(filter(None, (told.text or "a round", told.date, raised and f"({raised})")))
            found.without_investor.add(key)
            found.alone.setdefault(told.company, []).append(words)
    return found


def round_of(cells: Cells) -> Round:
    """What a row of the rounds says."""
    dollars = cells.dollars("raised_amount_usd")
    value, currency = cells.money("raised_amount", cells.currency("raised_amount_currency_code"))
    raised = None
    if value is not None and currency is not None and (currency != "USD" or dollars is None):
        raised = money_text(value, currency)
    text = round_text(cells.text("investment_type", "funding_round_type"), cells.text("funding_round_code"))
    date = cells.date("announced_on")
    return Round(
        cells.key("org_uuid", "company_uuid"),
        cells.raw("org_name", "company_name"),
        intern(text) if text else None,
        intern(date) if date else None,
        dollars,
        raised,
        (cells.text("lead_investor_uuids") or "").lower(),
    )


def read_investment(reading: Reading, cells: Cells, rounds: Rounds) -> Iterator[Item]:
    """An investor in a round; where the round's row is missing, the round stands in for its company."""
    key, investor = cells.key("funding_round_uuid"), cells.key("investor_uuid")
    if key is None or investor is None:
        column = "funding_round_uuid" if key is None else "investor_uuid"
        yield cells.problem(column, "the investment names no round or no investor.")
        return
    told = rounds.known.get(key, Round())
    ends: list[Placed] = []
    company = told.company
    round_name = cells.raw("funding_round_name")
    if company is None:
        company = key
        cells.reader.remark(
            "funding_round_uuid",
            key.removeprefix("crunchbase:"),
            "the round's company is not among the files; the round stands in for it",
        )
        if round_name is not None and reading.named.add((key,)):
            ends.append(Placed(Entity(key, round_name, "party"), cells.place, weak=True))
    if company == investor:
        yield cells.problem("investor_uuid", "the company is its own investor.")
        return
    lead = cells.yes("is_lead_investor")
    if lead is None:
        lead = investor.removeprefix("crunchbase:") in told.leaders.split(",")
    sort = (cells.text("investor_type") or "").lower()
    own = cells.key("uuid")
    tie = Tie(
        own or made_id("crunchbase", "investment", key, investor),
        investor,
        "INVESTED_IN",
        company,
        "completed",
        start_date=told.date,
        role="lead" if lead else None,
        round=told.text,
        round_usd=told.dollars,
        note=f"the round raised {told.raised}" if told.raised else None,
        sources=(source_id(cells.place),),
    )
    ends += reading.end(
        cells, investor, "investor_name", "person" if sort == "person" else "investor", "investor_"
    )
    yield from reading.tie(cells, tie, ends)


def read_partner(reading: Reading, cells: Cells, rounds: Rounds) -> Iterator[Item]:
    """The person who stands behind an investment, as a tie to the investor."""
    investor, partner = cells.key("investor_uuid"), cells.key("partner_uuid")
    if investor is None or partner is None:
        yield cells.problem(
            "investor_uuid" if investor is None else "partner_uuid",
            "the row names no investor or no partner.",
        )
        return
    if investor == partner:
        yield Skipped(cells.place, "aside", "an investor who is his own partner")
        return
    key = cells.key("funding_round_uuid")
    told = rounds.known.get(key or "", Round())
    into = told.company_name or cells.raw("funding_round_name")
    cells.read.add("funding_round_name")
    own = cells.key("uuid")
    tie = Tie(
        own or made_id("crunchbase", "partner", key, investor, partner),
        partner,
        "RELATED_TO",
        investor,
        "completed",
        start_date=told.date,
        role=f"partner behind the investment in {into}" if into else "partner behind an investment",
        round=told.text,
        sources=(source_id(cells.place),),
    )
    ends = [
        *reading.end(cells, partner, "partner_name", "person", "partner_"),
        *reading.end(cells, investor, "investor_name", "investor", "investor_"),
    ]
    yield from reading.tie(cells, tie, ends)
