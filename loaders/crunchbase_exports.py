"""Crunchbase's exports of 2013 to 2015 and their re-exports: companies, rounds, investments, acquisitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graph.model import Entity, Item, Placed, Tie
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
from loaders.seen import Seen
from loaders.values import made_id

_FUNDED = ("funded_at", "funded_month", "funded_year")


def read_exports(reading: Reading) -> Iterator[Item]:
    """Every row of the tables. Keeps what rounds without a named investor raised, company by company."""
    told = _rounds_without_investor(reading)
    notes = {key: list(texts.values()) for key, texts in told.items()}
    for row in reading.rows("companies"):
        yield from _company(reading, row, notes) if isinstance(row, Cells) else (row,)
    for row in reading.rows("rounds"):
        yield from _round(row, told, notes) if isinstance(row, Cells) else (row,)
    for row in reading.rows("investments"):
        yield from _investment(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("acquisitions"):
        yield from _acquisition(reading, row) if isinstance(row, Cells) else (row,)
    yield from reading.aside("additions", "a count of new entries, which names nobody")


def _rounds_without_investor(reading: Reading) -> dict[str, dict[tuple[str, ...], str]]:
    """For each company, the rounds that no row of the investments belongs to, and what they raised."""
    found: dict[str, dict[tuple[str, ...], str]] = {}
    if not reading.has("rounds"):
        return found
    invested = Seen()
    for cells in reading.survey("investments"):
        company, investor = cells.key("company_permalink"), cells.key("investor_permalink")
        if company and investor and company != investor:
            invested.add(_round_key(cells))
    for cells in reading.survey("rounds"):
        company = cells.key("company_permalink")
        key = _round_key(cells)
        if company is not None and key not in invested:
            found.setdefault(company, {})[key] = _round_words(cells)
    return found


def _round_key(cells: Cells) -> tuple[str, ...]:
    company, own = cells.key("company_permalink") or "", cells.key("funding_round_permalink")
    if own is not None:
        return company, own
    return (
        company,
        _round_name(cells) or "",
        cells.date(*_FUNDED) or "",
        str(cells.dollars("raised_amount_usd") or ""),
    )


def _round_name(cells: Cells) -> str | None:
    return round_text(cells.text("funding_round_type"), cells.text("funding_round_code"))


def _round_words(cells: Cells) -> str:
    dollars = cells.dollars("raised_amount_usd")
    words = (
        _round_name(cells) or "a round",
        cells.date(*_FUNDED),
        f"({money_text(dollars, 'USD')})" if dollars else None,
    )
    return " ".join(filter(None, words))


def _company(reading: Reading, cells: Cells, notes: dict[str, list[str]]) -> Iterator[Item]:
    key = cells.key("permalink")
    if key is None:
        yield cells.problem("permalink", "there is no permalink.", "Every company needs its own.")
        return
    total = cells.dollars("funding_total_usd")
    entity = Entity(
        key,
        _name(cells, "name", key),
        kind_of_key(key) or "company",
        country=cells.country("country_code"),
        founded=cells.founded("founded_at", "founded_month", "founded_year"),
        sectors=cells.sectors("category_list", "category_code", "market"),
        identifiers=(key,),
        note=joined(
            status_note(cells),
            f"funding in total: {money_text(total, 'USD')}" if total else None,
            round_note(notes.get(key, [])),
        ),
    )
    reading.named.add((key,))
    yield Placed(entity, cells.place)
    yield from cells.remarks


def _name(cells: Cells, column: str, key: str) -> str:
    name = cells.name(column)
    if name is None:
        cells.reader.remark(column, "", "there is no name; the permalink stands in for it")
        name = key.removeprefix("crunchbase:").rsplit("/", 1)[-1] or key
    return name


def _round(
    cells: Cells, told: dict[str, dict[tuple[str, ...], str]], notes: dict[str, list[str]]
) -> Iterator[Item]:
    key = cells.key("company_permalink")
    if key is None:
        yield cells.problem("company_permalink", "the round names no company.")
        return
    entity = cells.entity(key, "company_name", "company", "company_")
    if entity is None:
        entity = Entity(
            key, _name(cells, "company_name", key), kind_of_key(key) or "company", identifiers=(key,)
        )
    _round_words(cells)
    if _round_key(cells) in told.get(key, {}):
        kind = cells.text("funding_round_type") or ""
        cells.reader.remark(
            "funding_round_type", kind, "the round names no investor; the company's note tells it"
        )
    yield Placed(replace(entity, note=round_note(notes.get(key, []))), cells.place, weak=True)
    yield from cells.remarks


def _investment(reading: Reading, cells: Cells) -> Iterator[Item]:
    company, investor = cells.key("company_permalink"), cells.key("investor_permalink")
    if company is None:
        yield cells.problem(
            "company_permalink", "the investment names no company.", "It needs its permalink."
        )
        return
    if investor is None:
        yield cells.problem(
            "investor_permalink", "the investment names no investor.", "It needs its permalink."
        )
        return
    if company == investor:
        yield cells.problem("investor_permalink", "the company is its own investor.")
        return
    tie = Tie(
        made_id("crunchbase", "investment", *_round_key(cells), investor),
        investor,
        "INVESTED_IN",
        company,
        "completed",
        start_date=cells.date(*_FUNDED),
        round=_round_name(cells),
        round_usd=cells.dollars("raised_amount_usd"),
        sources=(source_id(cells.place),),
    )
    yield from reading.tie(cells, tie, _ends(reading, cells, company, investor, "investor"))


def _acquisition(reading: Reading, cells: Cells) -> Iterator[Item]:
    company, buyer = cells.key("company_permalink"), cells.key("acquirer_permalink")
    if company is None:
        yield cells.problem(
            "company_permalink", "the acquisition names no company.", "It needs its permalink."
        )
        return
    if buyer is None:
        yield cells.problem(
            "acquirer_permalink", "the acquisition names no acquirer.", "It needs its permalink."
        )
        return
    if company == buyer:
        yield cells.problem("acquirer_permalink", "the acquirer is the company acquired.")
        return
    price = cells.price("price_amount", "price_currency_code")
    date = cells.date("acquired_at", "acquired_month", "acquired_year")
    tie = Tie(
        made_id("crunchbase", "acquisition", buyer, company, date, *price.values()),
        buyer,
        "ACQUIRED",
        company,
        "completed",
        start_date=date,
        sources=(source_id(cells.place),),
        **price,
    )
    yield from reading.tie(cells, tie, _ends(reading, cells, company, buyer, "acquirer"))


def _ends(reading: Reading, cells: Cells, company: str, other: str, role: str) -> Iterator[Placed]:
    yield from reading.end(cells, company, "company_name", "company", "company_")
    yield from reading.end(
        cells, other, f"{role}_name", "investor" if role == "investor" else "company", f"{role}_"
    )
