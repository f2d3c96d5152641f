"""Columns and attributes that are called as our own fields, read without a mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loaders.mapping import Column, EntityRule, TieRule
from loaders.table_cells import folded

ENTITY_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "label", "title"),
    "kind": ("kind", "node type", "entity type", "type", "labels"),
    "country": ("country", "country code"),
    "aliases": ("aliases", "alias"),
    "founded": ("founded",),
    "born": ("born",),
    "sectors": ("sectors", "sector", "tags"),
    "description": ("description",),
    "note": ("note",),
    "stub": ("stub",),
}
"""Field of an entity to names of columns, the better one first."""
TIE_NAMES: Mapping[str, tuple[str, ...]] = {
    "type": ("type", "relation", "relationship", "relation type", "relationship type", "rel type",
             "edge type", "label", "labels", "kind"),
    "status": ("status",),
    "start": ("start", "start date", "since", "date"),
    "end": ("end", "end date", "until"),
    "amount": ("amount",),
    "currency": ("currency",),
    "amount_usd": ("amount usd",),
    "round_usd": ("round usd",),
    "share": ("share",),
    "share_min": ("share min",),
    "share_max": ("share max",),
    "share_basis": ("share basis",),
    "round": ("round",),
    "product": ("product",),
    "role": ("role",),
    "note": ("note",),
    "interest": ("interest",),
    "directness": ("directness",),
    "quantity": ("quantity",),
}  # fmt: skip
"""Field of a tie to names of columns, the better one first."""
IDENTIFIERS: Mapping[str, str] = {
    "lei": "lei", "cik": "cik", "isin": "isin", "cusip": "cusip", "bic": "bic", "wikidata": "wikidata",
    "wikidata id": "wikidata", "crunchbase": "crunchbase", "opencorporates": "opencorporates",
    "identifiers": "any",
}  # fmt: skip
"""Name of a column to the scheme of identifiers in it."""
SOURCE_URL = ("source url", "sources", "source", "url")


def plain_entity(columns: Sequence[str], known: Mapping[str, str]) -> EntityRule:
    """A rule for columns with the names of our fields; ``known`` says which column is which field."""
    values: dict[str, Any] = dict(_named(columns, ENTITY_NAMES, known))
    taken = {column.column for column in values.values()}
    identifiers = {
        IDENTIFIERS[folded(name)]: Column(column=name)
        for name in columns
        if folded(name) in IDENTIFIERS and name not in taken
    }
    return EntityRule(**values, identifiers=identifiers)


def plain_tie(columns: Sequence[str], known: Mapping[str, str], **more: Any) -> TieRule:
    """A rule for an edge; ``known`` must hold ``from`` and ``to``. Shares are fractions, as in our files."""
    ends = {name: EntityRule(id=Column(column=known[name])) for name in ("from", "to") if name in known}
    rest = {name: column for name, column in known.items() if name not in ends}
    values: dict[str, Any] = dict(_named(columns, TIE_NAMES, {**rest, **_taken(known, ends)}))
    values = {name: column for name, column in values.items() if not name.startswith(":")}
    values.setdefault("type", Column(value="RELATED_TO"))
    values |= {"from_": ends.get("from"), "to": ends.get("to"), "share_unit": "fraction"}
    return TieRule(**{**values, **more})


def _taken(known: Mapping[str, str], ends: Mapping[str, EntityRule]) -> dict[str, str]:
    # Columns of the ends are no fields of the tie, whatever they are called.
    return {f":{name}": known[name] for name in ends}


def _named(
    columns: Sequence[str], names: Mapping[str, Sequence[str]], known: Mapping[str, str]
) -> dict[str, Column]:
    found = dict(known)
    spelled = {folded(column): column for column in reversed(columns)}
    taken = set(found.values())
    for field, words in names.items():
        if field in found and found[field] in columns:
            continue
        column = next(
            (spelled[word] for word in words if word in spelled and spelled[word] not in taken), None
        )
        if column is not None:
            found[field] = column
            taken.add(column)
    return {field: Column(column=column) for field, column in found.items()}
