"""Acquisitions, jobs, degrees, parents, customers and competitors of Crunchbase's bulk CSV."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from graph.model import Item, Problem, Tie
from loaders.crunchbase_cells import Cells, money_text
from loaders.crunchbase_table import Reading, source_id
from loaders.crunchbase_titles import degree_role, job_type
from loaders.values import made_id, money_fields


def _ends(
    cells: Cells, first: tuple[str, ...], second: tuple[str, ...], at: str, same: str
) -> tuple[str, str] | Problem:
    """Keys of both ends of a row, or what is wrong: where they are one, ``same`` is said of column ``at``."""
    one, other = cells.key(*first), cells.key(*second)
    if one is None or other is None:
        column = first[-1] if cells.key(first[-1]) is None else second[-1]
        hint = f"It needs {first[-1]} and {second[-1]}."
        return cells.problem(column, "one end of the row is missing.", hint)
    return cells.problem(at, same) if one == other else (one, other)


def read_acquisition(reading: Reading, cells: Cells) -> Iterator[Item]:
    """Acquirer and company acquired, with price and currency."""
    ends = _ends(
        cells,
        ("acquirer_uuid",),
        ("acquiree_uuid",),
        "acquirer_uuid",
        "the acquirer is the company acquired.",
    )
    if isinstance(ends, Problem):
        yield ends
        return
    buyer, company = ends
    price = cells.price("price", "price_currency_code")
    dollars = cells.dollars("price_usd")
    if not price:
        price = money_fields(None if dollars is None else Decimal(dollars), "USD")
    note = None
    if dollars and "amount" in price:
        note = f"price in US dollars by Crunchbase: {money_text(dollars, 'USD')}"
    date = cells.date("acquired_on")
    tie = Tie(
        cells.key("uuid", "acquisition_uuid") or made_id("crunchbase", "acquisition", buyer, company, date),
        buyer,
        "ACQUIRED",
        company,
        "completed",
        start_date=date,
        interest=cells.text("acquisition_type"),
        note=note,
        sources=(source_id(cells.place),),
        **price,
    )
    found = [
        *reading.end(cells, buyer, "acquirer_name", "company", "acquirer_"),
        *reading.end(cells, company, "acquiree_name", "company", "acquiree_"),
    ]
    yield from reading.tie(cells, tie, found)


def read_job(reading: Reading, cells: Cells) -> Iterator[Item]:
    """A role, a seat on the board or a post as adviser."""
    ends = _ends(cells, ("person_uuid",), ("org_uuid",), "org_uuid", "both ends of the job are the same.")
    if isinstance(ends, Problem):
        yield ends
        return
    person, house = ends
    title = cells.text("title")
    kind, advisory = cells.text("job_type"), cells.yes("advisory_role")
    cells.read.update(("job_role", "executive_role"))
    start, end = cells.reader.period("started_on", cells.raw("started_on"), "ended_on", cells.raw("ended_on"))
    current = cells.yes("is_current")
    over = end is not None or current is False
    tie = Tie(
        cells.key("uuid", "job_uuid") or made_id("crunchbase", "job", person, house, title, start),
        person,
        job_type(kind, advisory, title),
        house,
        "ended" if over else "active",
        start_date=start,
        end_date=end,
        role=title or (kind.replace("_", " ") if kind else None),
        sources=(source_id(cells.place),),
    )
    found = [
        *reading.end(cells, person, "person_name", "person", "person_"),
        *reading.end(cells, house, "org_name", "company", "org_"),
    ]
    yield from reading.tie(cells, tie, found)


def read_degree(reading: Reading, cells: Cells) -> Iterator[Item]:
    """A degree or a time as student at a school."""
    ends = _ends(
        cells,
        ("person_uuid",),
        ("institution_uuid",),
        "institution_uuid",
        "both ends of the degree are the same.",
    )
    if isinstance(ends, Problem):
        yield ends
        return
    person, school = ends
    start, end = cells.reader.period(
        "started_on", cells.raw("started_on"), "completed_on", cells.raw("completed_on")
    )
    role = degree_role(cells)
    over = end is not None or cells.yes("is_completed") is True
    tie = Tie(
        cells.key("uuid", "degree_uuid") or made_id("crunchbase", "degree", person, school, role, end),
        person,
        "MEMBER_OF",
        school,
        "ended" if over else "active",
        start_date=start,
        end_date=end,
        role=role,
        sources=(source_id(cells.place),),
    )
    found = [
        *reading.end(cells, person, "person_name", "person", "person_"),
        *reading.end(cells, school, "institution_name", "organization", "institution_"),
    ]
    yield from reading.tie(cells, tie, found)


def read_parent(reading: Reading, cells: Cells) -> Iterator[Item]:
    """Parent and child: a holding, a part of the house, or an unnamed tie, by what the row says."""
    below = ("ownee_uuid",) if "ownee_uuid" in cells.values else ("org_uuid", "uuid")
    above = ("owner_uuid",) if "owner_uuid" in cells.values else ("parent_org_uuid", "parent_uuid")
    ends = _ends(cells, below, above, above[-1], "the organisation is its own parent.")
    if isinstance(ends, Problem):
        yield ends
        return
    child, parent = ends
    said = cells.text(
        "ownership_type", "relationship_type", "relationship_to_parent", "relationship", "relation"
    )
    sort = (cells.text("type") or "").lower()
    if said is None and ("subsidiary" in sort or "division" in sort):
        said = cells.text("type")
    words = (said or "").lower()
    tie_type, start, end, role = "RELATED_TO", parent, child, "parent organisation"
    if "subsidiary" in words:
        tie_type, role = "OWNS", "parent organisation"
    elif "division" in words:
        tie_type, start, end, role = "PART_OF", child, parent, "division"
    tie = Tie(
        made_id("crunchbase", "parent", parent, child, said),
        start,
        tie_type,
        end,
        "active",
        role=role,
        interest=said,
        sources=(source_id(cells.place),),
    )
    found = [
        *reading.end(cells, child, _first(cells, "org_name", "ownee_name", "name"), "company"),
        *reading.end(
            cells, parent, _first(cells, "parent_org_name", "owner_name", "parent_name"), "company", "parent_"
        ),
    ]
    yield from reading.tie(cells, tie, found)


def read_customer(reading: Reading, cells: Cells) -> Iterator[Item]:
    """Supplier and customer."""
    ends = _ends(
        cells, ("entity_uuid",), ("customer_uuid",), "customer_uuid", "the supplier is its own customer."
    )
    if isinstance(ends, Problem):
        yield ends
        return
    supplier, customer = ends
    product = cells.raw("product", "product_name", "products", "description", "short_description")
    tie = Tie(
        made_id("crunchbase", "customer", supplier, customer, product),
        supplier,
        "SUPPLIES",
        customer,
        "active",
        product=product,
        sources=(source_id(cells.place),),
    )
    found = [
        *reading.end(cells, supplier, "entity_name", "company", "entity_"),
        *reading.end(cells, customer, "customer_name", "company", "customer_"),
    ]
    yield from reading.tie(cells, tie, found)


def read_competitor(reading: Reading, cells: Cells) -> Iterator[Item]:
    """Two competitors; the same two the other way round are the same tie."""
    ends = _ends(
        cells,
        ("entity_uuid",),
        ("competitor_uuid",),
        "competitor_uuid",
        "the organisation competes with itself.",
    )
    if isinstance(ends, Problem):
        yield ends
        return
    one, other = ends
    tie = Tie(
        made_id("crunchbase", "competitor", *sorted(ends)),
        one,
        "COMPETES_WITH",
        other,
        "active",
        sources=(source_id(cells.place),),
    )
    found = [
        *reading.end(cells, one, "entity_name", "company", "entity_"),
        *reading.end(cells, other, "competitor_name", "company", "competitor_"),
    ]
    yield from reading.tie(cells, tie, found)


def _first(cells: Cells, *columns: str) -> str:
    return next((column for column in columns if column in cells.values), columns[-1])
