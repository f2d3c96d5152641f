"""Nodes of the Offshore Leaks database as entities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from graph.model import Entity
from loaders.values import RowReader, country_code

ENTITY, OFFICER, INTERMEDIARY, ADDRESS, OTHER = "entity", "officer", "intermediary", "address", "other"
KINDS: Mapping[str, str] = {
    ENTITY: "company",
    # No column says whether an officer or an intermediary is a person or a firm.
    OFFICER: "party",
    INTERMEDIARY: "party",
    ADDRESS: "address",
    OTHER: "organization",
}
READ = frozenset({
    "node_id", "name", "original_name", "former_name", "jurisdiction", "jurisdiction_description", "type",
    "country_codes", "countries", "incorporation_date", "inactivation_date", "struck_off_date", "dorm_date",
    "closed_date", "status", "company_type", "service_provider", "ibcruc", "sourceid", "note", "valid_until",
})  # fmt: skip
"""Columns that are read; an address has the column of that name besides."""

_UNKNOWN = frozenset(
    {"xxx", "xx", "not identified", "undetermined", "unknown", "undefined", "other", "not available"}
)
_PLACES = {
    "british anguilla": "AI", "nevada": "US", "wyoming": "US", "delaware": "US", "florida": "US",
    "dubai": "AE", "ras al khaimah": "AE", "labuan": "MY",
}  # fmt: skip
_ENDS = (
    ("inactive since", "inactivation_date"),
    ("struck off", "struck_off_date"),
    ("dormant since", "dorm_date"),
    ("closed", "closed_date"),
)


class NodeRow(Protocol):
    """A row of a node table."""

    def text(self, name: str) -> str | None:
        """What stands in a column."""
        ...

    def said(self, name: str) -> str | None:
        """The same, without words that stand for nothing."""
        ...


def node_entity(row: NodeRow, key: str, sort: str, reader: RowReader) -> Entity:
    """The entity of a node.

    Args:
        row: the row.
        key: id of the entity.
        sort: which table it stands in.
        reader: takes the remarks.
    """
    name = row.text("address") if sort == ADDRESS else None
    name = name or row.text("name")
    if name is None:
        reader.remark("name", "", "there is no name; the id stands in for it")
        name = key
    others = [row.text("original_name"), row.text("former_name")]
    country, notes = _country(row, reader)
    number = row.said("ibcruc")
    identifiers = [key]
    if number and country and sort in (ENTITY, OTHER) and len(number) <= 60:
        identifiers.append(f"reg:{country}:{number}")
    begun = reader.date("incorporation_date", row.said("incorporation_date"))
    return Entity(
        key,
        name,
        KINDS[sort],
        aliases=tuple(dict.fromkeys(other for other in others if other and other != name)),
        country=country,
        founded=begun[:4] if begun else None,
        identifiers=tuple(identifiers),
        note="; ".join([*_notes(row, reader), *notes]) or None,
    )


def _notes(row: NodeRow, reader: RowReader) -> list[str]:
    found: list[str] = []
    for words, column in (
        ("leak", "sourceid"),
        ("status", "status"),
        ("type", "company_type"),
        ("type", "type"),
        ("service provider", "service_provider"),
    ):
        if text := row.said(column):
            found.append(f"{words}: {text}")
    for words, column in _ENDS:
        if date := reader.date(column, row.said(column)):
            found.append(f"{words} {date}")
    if text := row.text("note"):
        found.append(text)
    return list(dict.fromkeys(found))


def _country(row: NodeRow, reader: RowReader) -> tuple[str | None, list[str]]:
    """The jurisdiction, or the only country of the node; several countries go into the note."""
    place = row.said("jurisdiction_description")
    if place and place.lower() not in _UNKNOWN:
        found = _PLACES.get(place.lower()) or country_code(place)
        if found is None:
            reader.remark("jurisdiction_description", place, "the country is not known; it is left out")
            return None, [f"jurisdiction: {place}"]
        return found, _several(row)
    codes = [code for code in _parts(row.said("country_codes")) if code.lower() not in _UNKNOWN]
    if not codes:
        codes = [name for name in _parts(row.said("countries")) if name.lower() not in _UNKNOWN]
    if len(codes) != 1:
        return None, _several(row)
    found = country_code(codes[0])
    if found is None:
        reader.remark("country_codes", codes[0], "the country is not known; it is left out")
    return found, []


def _several(row: NodeRow) -> list[str]:
    names = _parts(row.said("countries")) or _parts(row.said("country_codes"))
    return [f"linked to {', '.join(names)}"] if len(names) > 1 else []


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"[;|]", text or "") if part.strip()]
