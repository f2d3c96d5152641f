"""Crunchbase's snapshot of 2013, a MySQL database whose tables circulate as CSV; ids are c:1, f:2, p:3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.model import Entity, Item, Placed, Skipped, Tie
from loaders.crunchbase_cells import (
    Cells,
    joined,
    kind_of_key,
    money_text,
    round_note,
    round_text,
    status_note,
)
from loaders.crunchbase_table import Reading, source_id
from loaders.crunchbase_titles import degree_role, role_type
from loaders.seen import Seen
from loaders.values import made_id

_KINDS = {"company": "company", "financialorg": "investor", "person": "person"}


@dataclass(frozen=True, slots=True)
class _Round:
    text: str | None
    date: str | None
    dollars: int | None
    raised: str | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What other tables say of an object.

    Attributes:
        rounds: funding rounds by id; ``alone`` are the ids of those without an investor.
        funded: rounds without an investor in words, by company.
        listed: listings on an exchange in words, by company.
    """

    rounds: dict[str, _Round]
    alone: set[str]
    funded: dict[str, list[str]]
    listed: dict[str, list[str]]


def read_snapshot(reading: Reading) -> Iterator[Item]:
    """Every row of the tables. Keeps one small record a funding round."""
    told = _survey(reading)
    for row in reading.rows("objects"):
        yield from _object(reading, row, told) if isinstance(row, Cells) else (row,)
    for row in reading.rows("people"):
        yield from _person(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("funding_rounds"):
        yield from _round(row, told) if isinstance(row, Cells) else (row,)
    for row in reading.rows("investments"):
        yield from _investment(reading, row, told) if isinstance(row, Cells) else (row,)
    for row in reading.rows("acquisitions"):
        yield from _acquisition(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("relationships"):
        yield from _relationship(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("degrees"):
        yield from _degree(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("funds"):
        yield from _fund(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("ipos"):
        yield from _listing(row) if isinstance(row, Cells) else (row,)
    yield from reading.aside("offices", "an office, which names nobody")
    yield from reading.aside("milestones", "a milestone, which is told in words only")


def _survey(reading: Reading) -> _Told:
    told = _Told({}, set(), {}, {})
    invested = Seen()
    for cells in reading.survey("investments"):
        company, investor = cells.key("funded_object_id"), cells.key("investor_object_id")
        if company and investor and company != investor:
            invested.add((cells.text("funding_round_id") or "",))
    for cells in reading.survey("funding_rounds"):
        key, company, found = cells.text("funding_round_id"), cells.key("object_id"), _round_of(cells)
        if key is None:
            continue
        told.rounds[key] = found
        if company is not None and (key,) not in invested:
            raised = money_text(found.dollars, "USD") if found.dollars else found.raised
            words = " ".join(filter(None, (found.text or "a round", found.date, raised and f"({raised})")))
            told.alone.add(key)
            told.funded.setdefault(company, []).append(words)
    for cells in reading.survey("ipos"):
        if company := cells.key("object_id"):
            told.listed.setdefault(company, []).append(_listing_words(cells))
    return told


def _round_of(cells: Cells) -> _Round:
    dollars = cells.dollars("raised_amount_usd")
    value, currency = cells.money("raised_amount", cells.currency("raised_currency_code"))
    raised = None
    if value is not None and currency is not None and (currency != "USD" or dollars is None):
        raised = money_text(value, currency)
    text = round_text(cells.text("funding_round_type"), cells.text("funding_round_code"))
    return _Round(text, cells.date("funded_at"), dollars, raised)


def _listing_words(cells: Cells) -> str:
    value, currency = cells.money("raised_amount", cells.currency("raised_currency_code"))
    words = (
        "listed",
        cells.text("stock_symbol"),
        cells.date("public_at"),
        f"(raised {money_text(value, currency)})" if value is not None and currency else None,
    )
    return " ".join(filter(None, words))


def _object(reading: Reading, cells: Cells, told: _Told) -> Iterator[Item]:
    key, sort = cells.key("id"), (cells.text("entity_type") or "").lower()
    if sort == "product":
        yield Skipped(cells.place, "aside", "a product; products are no parties")
        return
    if key is None:
        yield cells.problem("id", "there is no id.")
        return
    name = cells.name("name")
    if name is None:
        cells.reader.remark("name", "", "there is no name; the id stands in for it")
    total, closed = cells.dollars("funding_total_usd"), cells.date("closed_at")
    permalink = cells.key("permalink")
    reading.named.add((key,))
    yield Placed(
        Entity(
            key,
            name or key.removeprefix("crunchbase:"),
            _KINDS.get(sort) or kind_of_key(key) or "organization",
            country=cells.country("country_code"),
            founded=cells.founded("founded_at") if sort != "person" else None,
            sectors=cells.sectors("category_code"),
            description=cells.text("short_description", "description"),
            identifiers=(key, permalink) if permalink else (key,),
            note=joined(
                status_note(cells),
                f"closed {closed}" if closed else None,
                f"funding in total: {money_text(total, 'USD')}" if total else None,
                *told.listed.get(key, []),
                round_note(told.funded.get(key, [])),
            ),
        ),
        cells.place,
    )
    parent = cells.key("parent_id")
    if parent is not None and parent != key and "person" not in (kind_of_key(key), kind_of_key(parent)):
        tie = Tie(
            made_id("crunchbase", "parent", parent, key), parent, "RELATED_TO", key, "active",
            role="parent organisation", sources=(source_id(cells.place),),
        )  # fmt: skip
        yield from reading.cite(cells)
        yield Placed(tie, cells.place)
    yield from cells.remarks


def _person(reading: Reading, cells: Cells) -> Iterator[Item]:
    key = cells.key("object_id")
    name = " ".join(filter(None, (cells.name("first_name"), cells.name("last_name"))))
    if key is None or not name:
        yield cells.problem("object_id", "there is no id." if key is None else "there is no name.")
        return
    works_at = cells.text("affiliation_name")
    yield Placed(
        Entity(
            key, name, "person", identifiers=(key,), note=f"affiliation: {works_at}" if works_at else None
        ),
        cells.place,
        weak=True,
    )
    yield from cells.remarks


def _round(cells: Cells, told: _Told) -> Iterator[Item]:
    key, company = cells.text("funding_round_id"), cells.key("object_id")
    if key is None or company is None:
        column = "funding_round_id" if key is None else "object_id"
        yield cells.problem(column, "the round has no id." if key is None else "the round names no company.")
        return
    _round_of(cells)
    reason = "a round, which its investments tell"
    if key in told.alone:
        reason = "a round without a named investor, which the company's note tells"
    yield Skipped(cells.place, "aside", reason)
    yield from cells.remarks


def _investment(reading: Reading, cells: Cells, told: _Told) -> Iterator[Item]:
    company, investor = cells.key("funded_object_id"), cells.key("investor_object_id")
    if company is None or investor is None:
        column = "funded_object_id" if company is None else "investor_object_id"
        yield cells.problem(column, "one end of the investment is missing.")
        return
    if company == investor:
        yield cells.problem("investor_object_id", "the company is its own investor.")
        return
    number = cells.text("funding_round_id")
    found = told.rounds.get(number or "", _Round(None, None, None, None))
    tie = Tie(
        made_id("crunchbase", "investment", number, investor, company),
        investor,
        "INVESTED_IN",
        company,
        "completed",
        start_date=found.date,
        round=found.text,
        round_usd=found.dollars,
        note=f"the round raised {found.raised}" if found.raised else None,
        sources=(source_id(cells.place),),
    )
    yield from reading.tie(cells, tie, ())


def _acquisition(reading: Reading, cells: Cells) -> Iterator[Item]:
    company, buyer = cells.key("acquired_object_id"), cells.key("acquiring_object_id")
    if company is None or buyer is None:
        column = "acquired_object_id" if company is None else "acquiring_object_id"
        yield cells.problem(column, "one end of the acquisition is missing.")
        return
    if company == buyer:
        yield cells.problem("acquiring_object_id", "the acquirer is the company acquired.")
        return
    number, terms, date = cells.text("acquisition_id"), cells.text("term_code"), cells.date("acquired_at")
    price = cells.price("price_amount", "price_currency_code")
    tie = Tie(
        made_id("crunchbase", "acquisition", number, buyer, company, *(() if number else (date,))),
        buyer,
        "ACQUIRED",
        company,
        "completed",
        start_date=date,
        note=f"paid in {terms.replace('_', ' ')}" if terms else None,
        sources=(source_id(cells.place),),
        **price,
    )
    yield from reading.tie(cells, tie, ())


def _relationship(reading: Reading, cells: Cells) -> Iterator[Item]:
    person, other = cells.key("person_object_id"), cells.key("relationship_object_id")
    if person is None or other is None:
        column = "person_object_id" if person is None else "relationship_object_id"
        yield cells.problem(column, "one end of the relationship is missing.")
        return
    if person == other:
        yield cells.problem("relationship_object_id", "the person is related to himself.")
        return
    if other.startswith("crunchbase:r:"):
        yield Skipped(cells.place, "aside", "a role at a product; products are no parties")
        return
    title = cells.text("title")
    start, end = cells.reader.period("start_at", cells.raw("start_at"), "end_at", cells.raw("end_at"))
    over = cells.yes("is_past") or end is not None
    number = cells.text("relationship_id")
    tie = Tie(
        made_id("crunchbase", "relationship", number, person, other, *(() if number else (title, start))),
        person,
        "RELATED_TO" if kind_of_key(other) == "person" else role_type(title),
        other,
        "ended" if over else "active",
        start_date=start,
        end_date=end,
        role=title,
        sources=(source_id(cells.place),),
    )
    yield from reading.tie(cells, tie, ())


def _degree(reading: Reading, cells: Cells) -> Iterator[Item]:
    person, school = cells.key("object_id"), cells.name("institution")
    if person is None or school is None:
        column = "object_id" if person is None else "institution"
        yield cells.problem(
            column, "the degree names no person." if person is None else "it names no school."
        )
        return
    # The table knows schools by their names alone: equal text is its only key.
    place = made_id("crunchbase", "institution", school)
    end = cells.date("graduated_at")
    role = degree_role(cells)
    tie = Tie(
        made_id("crunchbase", "degree", person, school, role, end),
        person,
        "MEMBER_OF",
        place,
        "ended" if end else "active",
        end_date=end,
        role=role,
        sources=(source_id(cells.place),),
    )
    ends = [Placed(Entity(place, school, "organization"), cells.place, weak=True)]
    yield from reading.tie(cells, tie, ends if reading.named.add((place,)) else [])


def _fund(reading: Reading, cells: Cells) -> Iterator[Item]:
    number, manager, name = cells.text("fund_id", "id"), cells.key("object_id"), cells.name("name")
    if number is None or name is None:
        yield cells.problem("fund_id" if number is None else "name", "the fund has no id or no name.")
        return
    key = f"crunchbase:fund:{number}"[:200]
    value, currency = cells.money("raised_amount", cells.currency("raised_currency_code"))
    raised = f"raised {money_text(value, currency)}" if value is not None and currency else None
    date = cells.date("funded_at")
    yield Placed(
        Entity(key, name, "investor", identifiers=(key,), note=joined(raised, date and f"announced {date}")),
        cells.place,
    )
    if manager is not None and manager != key:
        yield from reading.cite(cells)
        yield Placed(
            Tie(
                made_id("crunchbase", "fund", manager, number), manager, "MANAGES", key, "active",
                sources=(source_id(cells.place),),
            ),
            cells.place,
        )  # fmt: skip
    yield from cells.remarks


def _listing(cells: Cells) -> Iterator[Item]:
    key = cells.key("object_id")
    if key is None:
        yield cells.problem("object_id", "the listing names no company.")
        return
    _listing_words(cells)
    yield Skipped(cells.place, "aside", "a listing on an exchange, which the company's note tells")
    yield from cells.remarks
