"""Entities by the rules of a mapping: their ids, kinds and fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from graph.model import SCHEMES, Entity, name_key
from graph.ontology import ID_MAX, ontology
from loaders.mapping import EntityRule
from loaders.table_cells import Cells, kind_of
from loaders.values import made_id

NAMELESS_KIND = "party"
"""Kind of an entity of which nothing says what it is."""
_OTHER_KIND = "organization"
_DIGITS = re.compile(r"\d+", re.ASCII)
_LEI = re.compile("[A-Z0-9]{18}[0-9]{2}")
_AMBIGUOUS = ""
_ID_ALONE = frozenset({"id", "id_prefix"})
# The Q numbers of Wikidata mean the same everywhere.
_COUNTER = re.compile(
    r"(?!Q[1-9])(?:node|vertex|vert|item|row|key|id|no|nr|[a-z])?[-_. ]?\d+(?:\.0)?(?:::?[a-z]?\d+)*",
    re.ASCII | re.IGNORECASE,
)
_COUNTED = "ids are mere numbers, which other files use as well; the name of the file was put before them"


def is_counter(text: str) -> bool:
    """Whether an id only counts, so that every other file has it as well and means something else by it.

    >>> is_counter("17"), is_counter("n0::n3"), is_counter("node 4"), is_counter("acme"), is_counter("Q42")
    (True, True, True, False, False)
    """
    return _COUNTER.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a row names.

    Attributes:
        entity: None where the row gives its id alone.
        full: whether the row tells more of it than a name and a kind.
        by_name: whether its id is made of the name.
    """

    id: str
    entity: Entity | None
    full: bool
    by_name: bool


class Entities:
    """Reads entities and remembers, for one load, ids, kinds and names. Memory: O(entities).

    Args:
        scope: names mean the same entity within it.
        scoped: ids that are mere counters get the scope before them (``net1:n3``).
    """

    def __init__(self, scope: str, *, scoped: bool = False) -> None:
        self.scope, self.scoped = scope, scoped
        self._told_counters = False
        self.kinds: dict[str, str] = {}
        self.told: dict[str, int] = {}
        self._names: dict[str, str] = {}

    def remember(self, found: Found) -> None:
        """An entity with a row of its own: ties may name it by its name."""
        assert found.entity is not None
        key = _name_key(found.entity.name)
        if self._names.setdefault(key, found.id) != found.id:
            self._names[key] = _AMBIGUOUS

    def found(
        self, rule: EntityRule, cells: Cells, *, allowed: tuple[str, ...] = (), end: bool = False
    ) -> Found | None:
        """The entity of a row; None when the row gives neither id nor name.

        Args:
            rule: its columns.
            cells: the row.
            allowed: kinds that the tie allows at this end; empty for all.
            end: whether it is an end of a tie, which may name an entity of another row.
        """
        name, raw_id = cells.text(rule.name), cells.text(rule.id)
        identifiers = _identifiers(rule, cells)
        entity_id = None if raw_id is None else self._id(rule, raw_id.strip(), cells)
        if entity_id is None and identifiers:
            entity_id = _kept_id(identifiers[0])
        by_name = entity_id is None
        if entity_id is not None and end and rule.model_fields_set <= _ID_ALONE:
            return Found(entity_id, None, False, False)
        if entity_id is None:
            if name is None:
                return None
            known = self._names.get(_name_key(name)) if end else None
            if known:
                return Found(known, None, False, False)
            if known == _AMBIGUOUS:
                cells.reader.remark(
                    _column(rule), name, "several entities have this name; it is kept as one of its own"
                )
            entity_id = made_id("name", self.scope, _name_key(name))
        fields = _fields(rule, cells)
        kind, labels = kind_of(fields.pop("kind"))
        if kind is None and labels:
            cells.reader.remark("kind", labels[0], "the kind is not known; it is kept among the sectors")
        if kind is None:
            kind = _OTHER_KIND if labels else _default_kind(allowed)
        sectors = tuple(dict.fromkeys((*fields.pop("sectors"), *labels)))
        if name is None and not (any(fields.values()) or sectors or identifiers or rule.kind) and end:
            return Found(entity_id, None, False, by_name)
        entity = Entity(
            entity_id, name or entity_id, kind, sectors=sectors, identifiers=identifiers, **fields
        )
        more = bool(sectors) or any(bool(value) for key, value in fields.items() if key != "stub")
        return Found(entity_id, entity, more or bool(identifiers), by_name)

    def _id(self, rule: EntityRule, raw: str, cells: Cells) -> str:
        if self.scoped and is_counter(raw):
            if not self._told_counters:
                self._told_counters = True
                cells.reader.remark((rule.id and rule.id.column) or "id", raw, _COUNTED)
            # No alias: a number finds nobody, and two files would seem to have the same entities.
            raw = f"{self.scope}:{raw}"
        return _kept_id(rule.id_prefix + raw)


def _fields(rule: EntityRule, cells: Cells) -> dict[str, Any]:
    reader, literal = cells.reader, cells.literal
    country = cells.text(rule.country)
    born = _date(rule, "born", cells)
    return {
        "kind": cells.cell(rule.kind),
        "aliases": cells.items(rule.aliases),
        "country": country
        if country is None or (literal and re.fullmatch("[A-Z]{2}", country))
        else reader.country(_name(rule, "country"), country),
        "founded": _date(rule, "founded", cells),
        "born": born[:7] if born else None,
        "sectors": cells.items(rule.sectors),
        "description": cells.text(rule.description),
        "note": cells.text(rule.note),
        "stub": cells.yes(rule.stub),
    }


def _date(rule: EntityRule, field: str, cells: Cells) -> str | None:
    column = getattr(rule, field)
    text = cells.text(column)
    if text is None:
        return None
    # Spreadsheets and pandas turn a year into 1999.0.
    return cells.reader.date(_name(rule, field), re.sub(r"\A(\d{4})\.0+\Z", r"\1", text, flags=re.ASCII))


def _name(rule: EntityRule, field: str) -> str:
    column = getattr(rule, field)
    return (column.column if column is not None else None) or field


def _column(rule: EntityRule) -> str:
    column = rule.name or rule.id
    return (column.column if column is not None else None) or "name"


def _identifiers(rule: EntityRule, cells: Cells) -> tuple[str, ...]:
    found: list[str] = []
    for scheme, column in rule.identifiers.items():
        for value in cells.items(column):
            if cells.literal and value.partition(":")[0] in SCHEMES:
                found.append(value)
            elif (kept := identifier(scheme, value)) is not None:
                found.append(kept)
            else:
                reason = f"this is no identifier of the scheme {scheme}; it is left out"
                cells.reader.remark(column.column or scheme, value, reason)
    return tuple(dict.fromkeys(found))


def identifier(scheme: str, value: str) -> str | None:
    """An identifier in its usual form; None for what cannot be one.

    >>> identifier("cik", "320193"), identifier("gb-coh", "1234567"), identifier("lei", "none")
    ('cik:0000320193', 'gb-coh:01234567', None)
    """
    if scheme == "any":
        scheme, _, value = value.strip().partition(":")
        return identifier(scheme, value) if scheme in SCHEMES else None
    value = value.strip().removeprefix(f"{scheme}:").strip()
    if scheme == "cik":
        return f"cik:{value.zfill(10)}" if _DIGITS.fullmatch(value) and len(value) <= 10 else None
    if scheme == "lei":
        return f"lei:{value.upper()}" if _LEI.fullmatch(value.upper()) else None
    if scheme == "gb-coh":
        value = value.upper().replace(" ", "")
        value = value.zfill(8) if _DIGITS.fullmatch(value) else value
        return f"gb-coh:{value}" if re.fullmatch("[A-Z0-9]{8}", value) else None
    if scheme == "wikidata":
        found = re.search(r"\bQ\d+\Z", value.upper(), re.ASCII)
        return f"wikidata:{found[0]}" if found else None
    return f"{scheme}:{value}" if value else None


def _kept_id(text: str) -> str:
    return text if len(text) <= ID_MAX else made_id("long", text)


def _name_key(name: str) -> str:
    # A name of signs alone has no letters to compare.
    return name_key(name) or name.strip()


def _default_kind(allowed: tuple[str, ...]) -> str:
    return NAMELESS_KIND if not allowed or NAMELESS_KIND in allowed else allowed[0]


def default_ends(tie_type: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds that a tie type allows at its two ends."""
    declared = ontology().types[tie_type]
    return declared.from_kinds, declared.to_kinds
