"""Edges and references of FollowTheMoney as ties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from graph.dates import parse_date
from graph.errors import SchemaViolation
from graph.model import Tie
from graph.ontology import check_ends
from loaders.ftm_rows import Index, Thing
from loaders.ftm_schema import AWARD, EDGES, EVENTS, OCCUPANCY, REFERENCES, Edge
from loaders.values import RowReader, Share, clean, decimal_text, made_id, money_fields

MAX_TIES = 1000
"""An edge between many and many makes so many ties at most."""
_OVER = frozenset({"inactive", "former", "ended", "past", "terminated", "resigned", "dissolved", "closed"})
_PLAIN = re.compile(r"-?\d{1,30}(\.\d{1,20})?\Z", re.ASCII)
READ_PROPERTIES = frozenset(
    {
        *(name for edge in EDGES.values() for name in (edge.start, edge.end)), "holder", "post", "supplier",
        "contract", "percentage", "sharesCount", "sharesValue", "sharesCurrency", "sharesType",
        "ownershipType", "controlType", "legalBasis", "startDate", "endDate", "date", "periodStart",
        "periodEnd", "role", "status", "relationship", "amount", "currency", "amountUsd", "amountEur",
        "purpose", "summary", "description", "sourceUrl", "publisher", "secretary", "confidenceScore",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Said:
    """What an edge says of every pair of its ends."""

    fields: dict[str, Any]
    share: Share


def edge_ties(thing: Thing, index: Index, sources: Sequence[str], reader: RowReader) -> list[Tie] | str:
    """The ties of an edge, one for each pair of ends, or why there is none."""
    edge = EDGES.get(thing.schema)
    role = None
    if thing.schema == OCCUPANCY:
        starts, ends = thing.ids("holder"), list[str]()
        posts = [index.posts[key] for key in map(index.latest, thing.ids("post")) if key in index.posts]
        for post in posts:
            ends += post.ids("organization")
            role = role or post.text("name")
        edge = Edge("HOLDS_ROLE", "holder", "post")
    elif thing.schema == AWARD:
        starts, ends = thing.ids("supplier"), list[str]()
        for contract in (
            index.posts[key] for key in map(index.latest, thing.ids("contract")) if key in index.posts
        ):
            ends += contract.ids("authority")
            role = role or contract.text("title", "name")
        edge = Edge("SUPPLIES", "supplier", "contract")
    else:
        assert edge is not None
        starts, ends = thing.ids(edge.start), thing.ids(edge.end)
    if not starts or (not ends and thing.schema in EDGES):
        return f"the edge has no {edge.end if starts else edge.start}."
    if not ends:
        return "aside: who is behind the post or the contract is not in the file"
    said = _said(thing, edge, role, reader)
    pairs = [
        (first, second)
        for first, second in dict.fromkeys(
            (index.latest(first), index.latest(second))
            for first, second in islice(product(starts, ends), MAX_TIES)
        )
        if first != second
    ]
    if len(starts) * len(ends) > MAX_TIES:
        reader.remark("", len(starts) * len(ends), "the edge joins too many; only the first ties are kept")
    if not pairs:
        return "aside: the edge joins an entity to itself"
    found = [
        tie
        for first, second in pairs
        if (tie := _tie(thing, edge.type, (first, second), len(pairs) == 1, said, index, sources))
    ]
    return found or "aside: the model has no such tie between entities of these kinds"


def reference_ties(
    thing: Thing, kind: str, index: Index, sources: Sequence[str], reader: RowReader
) -> Iterator[Tie]:
    """Ties of the properties of an entity that name another one."""
    for name, (type_, forward) in REFERENCES.items():
        if name == "parent" and kind == "asset":
            continue
        for other in thing.ids(name)[:MAX_TIES]:
            first, second = (thing.id, index.latest(other)) if forward else (index.latest(other), thing.id)
            if first == second:
                continue
            used = type_
            if name == "parent" and kind in ("organization", "government"):
                # A ministry owns no shares of its agencies.
                used, first, second = "PART_OF", second, first
            tie = _tie(
                thing, used, (first, second), False, _Said({"interest": name}, Share()), index, sources, name
            )
            if tie is None:
                reader.remark(name, other, "the model has no such tie between entities of these kinds")
            else:
                yield tie


def _said(thing: Thing, edge: Edge, role: str | None, reader: RowReader) -> _Said:
    start, end = _period(thing, reader)
    over = end is not None or any(text.lower() in _OVER for text in thing.texts("status"))
    status = "completed" if edge.type == "PAID" else "ended" if over else "active"
    fields: dict[str, Any] = {
        "status": status,
        "start_date": start,
        "end_date": end,
        "interest": "; ".join(thing.texts("ownershipType", "controlType", "legalBasis")) or None,
    }
    told = thing.texts("role", "relationship") or ([edge.role] if edge.role else [])
    if edge.type == "SUPPLIES":
        fields["product"] = role
    else:
        fields["role"] = "; ".join([role, *told] if role else told) or None
    notes = thing.texts("purpose", "sharesType", "summary", "description")
    if thing.schema not in EVENTS:
        # The date a register speaks of is neither a start nor an end.
        notes += [f"As of {text}." for text in thing.texts("date")]
    notes += [f"Confidence: {text}." for text in thing.texts("confidenceScore")]
    notes += [f"Status: {text}." for text in thing.texts("status")]
    notes += [f"Secretary: {text}." for text in thing.texts("secretary")]
    fields |= _money(thing, notes, reader)
    fields["note"] = " ".join(notes) or None
    shares = {
        share: None for text in thing.texts("percentage") if (share := reader.share("percentage", text))
    }
    known = [share for share in shares if share.fields("equity")]
    if len(known) > 1:
        reader.remark(
            "percentage", "; ".join(thing.texts("percentage")), "of several shares the first is kept"
        )
    return _Said(fields, known[0] if known else Share())


def _tie(
    thing: Thing,
    type_: str,
    ends: tuple[str, str],
    single: bool,
    said: _Said,
    index: Index,
    sources: Sequence[str],
    what: str = "",
) -> Tie | None:
    fitting = _fitting(type_, index.kinds.get(ends[0]), index.kinds.get(ends[1]))
    if fitting is None:
        return None
    short = single and len(thing.id) <= 400
    fields: dict[str, Any] = {"status": "active", **said.fields}
    if fitting == "RELATED_TO" and not fields.get("role"):
        fields["role"] = re.sub(r"(?<=[a-z])([A-Z])", r" \1", thing.schema).lower()
    if fitting == "OWNS":
        fields |= said.share.fields("equity")
    return Tie(
        id=f"ftm:{thing.id}" if short else made_id("ftm", thing.id, what, *ends),
        from_id=ends[0],
        type=fitting,
        to_id=ends[1],
        sources=tuple(sources),
        **fields,
    )


def _fitting(type_: str, first: str | None, second: str | None) -> str | None:
    """The type, or the nearest one that may join these kinds; kinds of entities elsewhere are not known."""
    near = {"RELATED_TO": ("LOCATED_AT",), "MAYBE_SAME_AS": ()}.get(type_, ("RELATED_TO",))
    if type_ in ("LOCATED_AT", "OWNS", "CONTROLS", "PART_OF"):
        near = ()
    for name in (type_, *near):
        if name == "LOCATED_AT" and second != "address" and type_ != name:
            continue
        try:
            check_ends(Tie("", "", name, "", ""), first or _some_kind(name, 0), second or _some_kind(name, 1))
        except SchemaViolation:
            continue
        return name
    return None


def _some_kind(type_: str, end: int) -> str:
    return "address" if type_ == "LOCATED_AT" and end else "party"


def _period(thing: Thing, reader: RowReader) -> tuple[str | None, str | None]:
    """The earliest start and the latest end; an end before the start is left out."""
    starts = thing.texts("startDate", "periodStart")
    if thing.schema in EVENTS:
        starts = starts or thing.texts("date")
    first = _one_date("startDate", starts, reader, latest=False)
    last = _one_date("endDate", thing.texts("endDate", "periodEnd"), reader, latest=True)
    if first and last and parse_date(first).first_day > parse_date(last).last_day:
        reader.remark("endDate", last, "the end is before the start; it is left out")
        last = None
    return first, last


def _one_date(name: str, texts: list[str], reader: RowReader, *, latest: bool) -> str | None:
    dates = [date for text in texts if (date := reader.date(name, text))]
    if not dates:
        return None
    found = (
        max(dates, key=lambda date: (parse_date(date).last_day, date))
        if latest
        else min(dates, key=lambda date: (parse_date(date).first_day, -len(date), date))
    )
    if len(set(dates)) > 1:
        which = "latest" if latest else "earliest"
        reader.remark(name, ", ".join(dates), f"there are several dates; the {which} is kept")
    return found


def _money(thing: Thing, notes: list[str], reader: RowReader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for amount, currency in (
        ("amount", thing.text("currency")),
        ("sharesValue", thing.text("sharesCurrency")),
        ("amountUsd", "USD"),
        ("amountEur", "EUR"),
    ):
        texts = thing.texts(amount)
        if not texts:
            continue
        code = (clean(currency) or "").upper()
        read = reader.amount(amount, texts[0], code if re.fullmatch("[A-Z]{3}", code) else None)
        if len(texts) > 1:
            reader.remark(amount, "; ".join(texts), "of several amounts the first is kept")
        fields = money_fields(read.value, read.currency)
        if not _PLAIN.match(fields.get("amount", "0")):
            reader.remark(amount, texts[0], "the amount has too many digits; it is left out")
        elif fields:
            found |= fields
            break
        elif read.value is not None and read.currency is None:
            reader.remark(amount, texts[0], "the amount has no currency; it is only noted")
            notes.append(f"Amount without a currency: {decimal_text(read.value)}.")
    if count := thing.text("sharesCount"):
        number = reader.amount("sharesCount", count).value
        text = decimal_text(number) if number is not None else ""
        if _PLAIN.match(text):
            found["quantity"] = text
    return found
