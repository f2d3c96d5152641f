"""Crunchbase's bulk CSV since 2016: organisations, people, rounds and what joins them; keys are uuids.

The columns were renamed around 2019; both names are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.model import Entity, Item, Placed, Tie
from loaders.crunchbase_bulk_ties import (
    read_acquisition,
    read_competitor,
    read_customer,
    read_degree,
    read_job,
    read_parent,
)
from loaders.crunchbase_cells import (
    Cells,
    joined,
    kind_of_key,
    money_text,
    round_note,
    round_text,
    slug,
    status_note,
)
from loaders.crunchbase_rounds import Rounds, read_investment, read_partner, round_of, survey_rounds
from loaders.crunchbase_table import Reading, source_id
from loaders.seen import Seen
from loaders.values import made_id


def read_bulk(reading: Reading) -> Iterator[Item]:
    """Every row of the tables. Keeps one small record a funding round and the words on listings."""
    rounds = survey_rounds(reading)
    listed = _listings(reading)
    # Organisations come after what says less of the same ones.
    for row in reading.rows("investors"):
        yield from _investor(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("organizations"):
        yield from _organization(reading, row, rounds, listed) if isinstance(row, Cells) else (row,)
    held = _jobs(reading)
    for row in reading.rows("people"):
        yield from _person(reading, row, held) if isinstance(row, Cells) else (row,)
    for row in reading.rows("descriptions"):
        yield from _description(row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("funds"):
        yield from _fund(reading, row) if isinstance(row, Cells) else (row,)
    for row in reading.rows("funding_rounds"):
        yield from _round(row, rounds) if isinstance(row, Cells) else (row,)
    for row in reading.rows("ipos"):
        yield from _listing(row, listed) if isinstance(row, Cells) else (row,)
    for row in reading.rows("investments"):
        yield from read_investment(reading, row, rounds) if isinstance(row, Cells) else (row,)
    for row in reading.rows("investment_partners"):
        yield from read_partner(reading, row, rounds) if isinstance(row, Cells) else (row,)
    for name, reader in (
        ("acquisitions", read_acquisition),
        ("jobs", read_job),
        ("degrees", read_degree),
        ("org_parents", read_parent),
        ("customers", read_customer),
        ("competitors", read_competitor),
    ):
        for row in reading.rows(name):
            yield from reader(reading, row) if isinstance(row, Cells) else (row,)
    yield from reading.aside("events", "an event; events are no parties")
    yield from reading.aside("event_appearances", "an appearance at an event, which joins no two parties")
    yield from reading.aside("category_groups", "a group of categories")


def _listings(reading: Reading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cells in reading.survey("ipos"):
        if key := _listed(cells):
            found.setdefault(key, []).append(_listing_words(cells))
    return found


def _listed(cells: Cells) -> str | None:
    """The company of a listing; beside ``ipo_uuid`` the first files had its id as ``uuid``."""
    return cells.key("org_uuid", "company_uuid", *(("uuid",) if "ipo_uuid" in cells.values else ()))


def _listing_words(cells: Cells) -> str:
    exchange, symbol = cells.text("stock_exchange_symbol"), cells.text("stock_symbol")
    value, currency = cells.money("money_raised", cells.currency("money_raised_currency_code"))
    if value is None or currency is None:
        value, currency = cells.money("money_raised_usd", "USD")
    words = (
        "listed",
        ":".join(filter(None, (exchange, symbol))),
        cells.date("went_public_on"),
        f"(raised {money_text(value, currency)})" if value is not None and currency else None,
    )
    return " ".join(filter(None, words))


def _kind(cells: Cells) -> str:
    """Company, investor or organisation. Both roles without a leading one say no more than organisation."""
    primary = (cells.text("primary_role") or "").lower()
    if primary in ("company", "investor"):
        return primary
    roles = {slug(role) for role in re.split(r"[,;|]", cells.text("roles") or "")} - {""}
    if primary or "school" in roles or {"company", "investor"} <= roles:
        return "organization"
    return "company" if "company" in roles else "investor" if "investor" in roles else "organization"


def _identifiers(cells: Cells, key: str, sort: str) -> tuple[str, ...]:
    found = cells.identifiers(key, "cb_url")
    permalink = cells.text("permalink")
    if len(found) > 1 or permalink is None or not re.fullmatch(r"[^/\s]{1,200}", permalink):
        return found
    return key, f"crunchbase:/{sort}/{permalink.lower()}"


def _investor(reading: Reading, cells: Cells) -> Iterator[Item]:
    person = (cells.text("type") or "").lower() == "person" or "/person/" in (cells.text("cb_url") or "")
    kind = "person" if person else _kind(cells)
    if kind == "organization" and cells.text("roles", "primary_role") is None:
        kind = "investor"
    yield from _entity(
        reading,
        cells,
        kind,
        sectors=cells.sectors("investor_types", "investor_type"),
        note=_closed(cells),
    )


def _organization(
    reading: Reading, cells: Cells, rounds: Rounds, listed: dict[str, list[str]]
) -> Iterator[Item]:
    key = cells.key("uuid") or ""
    note = joined(
        status_note(cells),
        _closed(cells),
        _total(cells),
        *listed.get(key, []),
        round_note(rounds.alone.get(key, [])),
    )
    kind = _kind(cells)
    if kind == "organization" and not cells.text("roles", "primary_role"):
        kind = "company"
    yield from _entity(
        reading, cells, kind, sectors=cells.sectors("category_list"), note=note,
        description=cells.text("short_description"),
    )  # fmt: skip


def _closed(cells: Cells) -> str | None:
    closed = cells.date("closed_on")
    return f"closed {closed}" if closed else None


def _total(cells: Cells) -> str | None:
    dollars = cells.dollars("total_funding_usd") or cells.dollars("funding_total_usd")
    return f"funding in total: {money_text(dollars, 'USD')}" if dollars else None


def _entity(
    reading: Reading,
    cells: Cells,
    kind: str,
    *,
    sectors: tuple[str, ...] = (),
    note: str | None = None,
    description: str | None = None,
) -> Iterator[Item]:
    key = cells.key("uuid")
    if key is None:
        yield cells.problem("uuid", "there is no uuid.")
        return
    name = cells.name("name", "company_name", "investor_name")
    if name is None:
        name = " ".join(filter(None, (cells.name("first_name"), cells.name("last_name")))) or None
    if name is None:
        cells.reader.remark("name", "", "there is no name; the uuid stands in for it")
        name = key.removeprefix("crunchbase:")
    others = [cells.raw(column) for column in ("legal_name", "alias1", "alias2", "alias3")]
    reading.named.add((key,))
    yield Placed(
        Entity(
            key,
            name,
            kind,
            aliases=tuple(dict.fromkeys(other for other in others if other and other != name)),
            country=cells.country("country_code"),
            founded=cells.founded("founded_on") if kind != "person" else None,
            sectors=sectors,
            description=description,
            identifiers=_identifiers(cells, key, "person" if kind == "person" else "organization"),
            note=note,
        ),
        cells.place,
    )
    yield from cells.remarks


def _jobs(reading: Reading) -> Seen:
    """Who has a job where, so that the job in a person's own row is not told again."""
    found = Seen()
    if reading.has("people"):
        for cells in reading.survey("jobs"):
            if (person := cells.key("person_uuid")) and (house := cells.key("org_uuid")):
                found.add((person, house))
    return found


def _person(reading: Reading, cells: Cells, held: Seen) -> Iterator[Item]:
    title = cells.text("featured_job_title", "primary_affiliation_title")
    works_at = cells.text("featured_job_organization_name", "primary_affiliation_organization")
    yield from _entity(
        reading, cells, "person", description=", ".join(filter(None, (title, works_at))) or None
    )
    key = cells.key("uuid")
    employer = cells.key("featured_job_organization_uuid", "primary_organization_uuid")
    # The table of jobs says the same with its dates.
    house = employer is not None and kind_of_key(employer) != "person"
    if key and employer and house and employer != key and (key, employer) not in held:
        yield from reading.cite(cells)
        if works_at:
            yield from reading.end(
                cells, employer,
                "featured_job_organization_name" if "featured_job_organization_name" in cells.values
                else "primary_affiliation_organization", "company", "featured_job_",
            )  # fmt: skip
        yield Placed(
            Tie(
                made_id("crunchbase", "featured job", key, employer, title), key, "HOLDS_ROLE", employer,
                "active", role=title, sources=(source_id(cells.place),),
            ),
            cells.place,
        )  # fmt: skip


def _description(cells: Cells) -> Iterator[Item]:
    key, text = cells.key("uuid"), cells.text("description")
    if key is None:
        yield cells.problem("uuid", "there is no uuid.")
        return
    sort = (cells.text("type") or "").lower()
    person = sort == "person" or "/person/" in (cells.text("cb_url") or "")
    person = person or (not sort and "people" in source_id(cells.place))
    yield Placed(
        Entity(
            key,
            cells.name("name") or key,
            "person" if person else "organization",
            description=text,
            identifiers=(key,),
        ),
        cells.place,
    )
    yield from cells.remarks


def _fund(reading: Reading, cells: Cells) -> Iterator[Item]:
    key, name = cells.key("fund_uuid", "uuid"), cells.name("fund_name", "name")
    if key is None or name is None:
        yield cells.problem("uuid" if key is None else "name", "the fund has no uuid or no name.")
        return
    value, currency = cells.money("raised_amount", cells.currency("raised_amount_currency_code"))
    raised = f"raised {money_text(value, currency)}" if value is not None and currency else None
    date = cells.date("announced_on") or cells.date("started_on")
    yield Placed(
        Entity(key, name, "investor", identifiers=(key,), note=joined(raised, date and f"announced {date}")),
        cells.place,
    )
    manager = cells.key("entity_uuid")
    if manager is not None and manager != key:
        yield from reading.cite(cells)
        yield from reading.end(cells, manager, "entity_name", "investor", "entity_")
        yield Placed(
            Tie(
                made_id("crunchbase", "fund", manager, key), manager, "MANAGES", key, "active",
                sources=(source_id(cells.place),),
            ),
            cells.place,
        )  # fmt: skip
    yield from cells.remarks


def _round(cells: Cells, rounds: Rounds) -> Iterator[Item]:
    key, company = cells.key("funding_round_uuid", "uuid"), cells.key("org_uuid", "company_uuid")
    if key is None or company is None:
        column = "uuid" if key is None else "org_uuid"
        yield cells.problem(
            column, "the round has no uuid." if key is None else "the round names no company."
        )
        return
    round_of(cells)
    column = "org_name" if "org_name" in cells.values else "company_name"
    name = cells.name(column)
    if name is None:
        cells.reader.remark(column, "", "there is no name; the uuid stands in for it")
    if key in rounds.without_investor:
        kind = round_text(cells.text("investment_type", "funding_round_type"), None) or ""
        cells.reader.remark(
            "investment_type", kind, "the round names no investor; the company's note tells it"
        )
    yield Placed(
        Entity(
            company,
            name or company.removeprefix("crunchbase:"),
            "company",
            country=cells.country("country_code"),
            sectors=cells.sectors("company_category_list"),
            identifiers=cells.identifiers(company, "cb_url"),
            note=round_note(rounds.alone.get(company, [])),
        ),
        cells.place,
        weak=True,
    )
    yield from cells.remarks


def _listing(cells: Cells, listed: dict[str, list[str]]) -> Iterator[Item]:
    key = _listed(cells)
    if key is None:
        yield cells.problem("org_uuid", "the listing names no company.")
        return
    _listing_words(cells)
    cells.read.add("ipo_uuid")
    own = ("name",) if "ipo_uuid" in cells.values else ()
    name = cells.name("org_name", "company_name", *own) or key.removeprefix("crunchbase:")
    yield Placed(
        Entity(
            key,
            name,
            "company",
            country=cells.country("country_code"),
            identifiers=cells.identifiers(key, "cb_url" if own else "org_cb_url"),
            note=joined(*listed.get(key, [])),
        ),
        cells.place,
        weak=True,
    )
    yield from cells.remarks
