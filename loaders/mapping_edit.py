"""A mapping changed field by field, as a form does it: what a column may become, and moving it there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any

from graph.ontology import ontology
from loaders.mapping import Column, Mapping, TableRule, TieRule, columns_in, mapping_of
from loaders.mapping_words import KIND_VALUES, STATUS_VALUES, TYPE_VALUES
from loaders.table_cells import folded, kind_of, type_of

NOT_READ = ""
"""The field of a column that is left aside."""
ENTITY_FIELDS: MappingOf[str, str] = {
    "name": "name", "id": "id", "kind": "kind", "country": "country", "aliases": "other names",
    "identifiers.lei": "LEI", "identifiers.cik": "CIK", "identifiers.gb-coh": "Companies House number",
    "identifiers.wikidata": "Wikidata id", "identifiers.crunchbase": "Crunchbase id",
    "identifiers.isin": "ISIN", "identifiers.opencorporates": "OpenCorporates id",
    "founded": "founded", "born": "born", "sectors": "sectors", "description": "description", "note": "note",
}  # fmt: skip
"""What a column may say of an entity, in words."""
TIE_FIELDS: MappingOf[str, str] = {
    "type": "type", "start": "start date", "end": "end date", "amount": "amount", "currency": "currency",
    "amount_usd": "amount in US dollars", "round_usd": "whole round in US dollars", "share": "share",
    "share_min": "share, at least", "share_max": "share, at most", "share_basis": "what the share is of",
    "status": "status", "round": "financing round", "product": "product", "role": "role",
    "quantity": "number of shares or units", "interest": "interest", "directness": "held directly or not",
    "note": "note", "id": "id", "swap": "ends the other way round", "undirected": "without direction",
}  # fmt: skip
"""What a column may say of a tie."""
SOURCE_FIELDS: MappingOf[str, str] = {
    "url": "address", "publisher": "publisher", "title": "title", "date": "date", "id": "id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """A column of a table and what it becomes; a column that is used twice has two of them.

    Attributes:
        field: such as ``ties.0.from.name``; :data:`NOT_READ` for none.
        why: what a guess rests on.
    """

    column: str
    field: str
    why: str = ""


def end_names(tie: TieRule) -> tuple[str, str]:
    """Words for the two ends of a tie: their kinds where these tell them apart."""
    kinds = [end.kind.value if end and end.kind else None for end in (tie.from_, tie.to)]
    if kinds[0] and kinds[1] and kinds[0] != kinds[1]:
        known = ontology().kinds
        return known[kinds[0]].title.lower(), known[kinds[1]].title.lower()
    return "from", "to"


def meanings(rule: TableRule) -> dict[str, str]:
    """Every field that a column of this table may become, with words such as ``investor: name``."""
    found = {NOT_READ: "not read"}
    if rule.entity is not None:
        found |= {f"entity.{field}": f"entry: {words}" for field, words in ENTITY_FIELDS.items()}
    for number, tie in enumerate(rule.ties):
        mark = f" {number + 1}" if len(rule.ties) > 1 else ""
        for name, end, words in zip(("from", "to"), (tie.from_, tie.to), end_names(tie), strict=True):
            if end is not None:
                found |= {
                    f"ties.{number}.{name}.{field}": f"{words}{mark}: {said}"
                    for field, said in ENTITY_FIELDS.items()
                }
        found |= {f"ties.{number}.{field}": f"tie{mark}: {said}" for field, said in TIE_FIELDS.items()}
        found |= {
            f"ties.{number}.source.{field}": f"source{mark}: {said}" for field, said in SOURCE_FIELDS.items()
        }
    for field, _ in columns_in(rule):
        # A file written by hand may use what is not offered here.
        found.setdefault(field, field.replace(".", " "))
    return found


def uses(rule: TableRule, columns: Sequence[str]) -> list[Use]:
    """What becomes of each column, in the order of the file; columns that the file lacks come last."""
    raw = raw_of(rule)
    found: dict[str, list[Use]] = {column: [] for column in columns}
    for field, column in columns_in(rule):
        value = _get(raw, field)
        why = value.get("why", "") if isinstance(value, dict) else ""
        found.setdefault(column, []).append(Use(column, field, why))
    return [use for column, group in found.items() for use in group or [Use(column, NOT_READ)]]


def moved(
    mapping: Mapping, table: int, column: str, old: str, new: str, words: Iterable[str] = ()
) -> Mapping:
    """The column of field ``old`` becomes field ``new``; the column that was ``new`` before becomes ``old``.

    Args:
        words: what stands in the column, to translate those that are known.

    Raises:
        LoadError: the table would not say any more what its rows are; names the field.
    """
    rule = mapping.tables[table]
    raw = raw_of(rule)
    there = dict(columns_in(rule)).get(new) if new else None
    there = there if there != column else None
    drop(raw, old)
    if new:
        values = known_words(new, words)
        put(raw, new, {"column": column, "values": values} if values else column)
    if there is not None and old:
        put(raw, old, there)
    if there is None and old in [f"ties.{number}.type" for number in range(len(rule.ties))]:
        # A tie has a type always.
        put(raw, old, {"value": "RELATED_TO"})
    return changed(mapping, table, raw)


def known_words(field: str, words: Iterable[str]) -> dict[str, str]:
    """Words of a column that mean a type, kind or status, where that does not show by itself."""
    last = field.rpartition(".")[2]
    table = {"type": TYPE_VALUES, "kind": KIND_VALUES, "status": STATUS_VALUES}.get(last)
    if table is None:
        return {}
    plain = {"type": lambda word: type_of(word), "kind": lambda word: kind_of(word)[0]}.get(last)
    return {
        word: table[folded(word)]
        for word in dict.fromkeys(words)
        if folded(word) in table and (plain is None or plain(word) is None)
    }


def closed_fields(rule: TableRule) -> dict[str, Column]:
    """Fields whose column holds words of a fixed list: types, kinds, statuses."""
    raw = raw_of(rule)
    return {
        field: Column.model_validate(_get(raw, field))
        for field, _ in columns_in(rule)
        if field.rpartition(".")[2] in ("type", "kind", "status")
    }


def targets(field: str) -> dict[str, str]:
    """What a word of a closed field may mean, with words for people."""
    known = ontology()
    last = field.rpartition(".")[2]
    if last == "status":
        return {name: name for name in known.statuses}
    found = known.types if last == "type" else known.kinds
    return {name: each.title for name, each in found.items()}


def meant(field: str, column: Column, word: str) -> str:
    """What a word of a closed field means now; ``""`` when nothing tells."""
    wanted = word.strip().casefold()
    said = next((to for text, to in column.values.items() if text.strip().casefold() == wanted), None)
    last = field.rpartition(".")[2]
    by_itself = {"type": type_of(word), "kind": kind_of(word)[0]}.get(
        last, folded(word) if folded(word) in ontology().statuses else None
    )
    return said or column.otherwise or by_itself or ""


def with_word(mapping: Mapping, table: int, field: str, word: str, target: str) -> Mapping:
    """A word of a closed field means ``target``; nothing is said of it when that is empty."""
    raw = raw_of(mapping.tables[table])
    given = _get(raw, field)
    value: dict[str, Any] = {"column": given} if isinstance(given, str) else dict(given)
    said: dict[str, str] = value.get("values", {})
    wanted = word.strip().casefold()
    kept = {text: to for text, to in said.items() if text.strip().casefold() != wanted}
    value["values"] = kept | ({word: target} if target else {})
    put(raw, field, value)
    return changed(mapping, table, raw)


def is_of_ties(rule: TableRule) -> bool:
    """Whether a row is a tie between two, and no entity by itself."""
    return rule.entity is None


def turned(mapping: Mapping, table: int, columns: Sequence[str]) -> Mapping:
    """The table read the other way: rows that were ties are entities, or the other way round."""
    rule = mapping.tables[table]
    raw = {name: value for name, value in raw_of(rule).items() if name not in ("entity", "ties")}
    named = next((c for field, c in columns_in(rule) if field.endswith("name")), columns[0])
    if is_of_ties(rule):
        raw["entity"] = {"name": named}
    else:
        other = next((column for column in columns if column != named), named)
        raw["ties"] = [{"from": {"name": named}, "to": {"name": other}, "type": {"value": "RELATED_TO"}}]
    return changed(mapping, table, raw)


def raw_of(rule: TableRule) -> dict[str, Any]:
    """A rule as plain values, to be changed."""
    return rule.model_dump(mode="json", by_alias=True)


def changed(mapping: Mapping, table: int, raw: dict[str, Any]) -> Mapping:
    """The mapping with other values for one table.

    Raises:
        LoadError: they cannot stand so; names the field.
    """
    whole = mapping.model_dump(mode="json", by_alias=True)
    whole["tables"][table] = raw
    return mapping_of(whole)


def _get(raw: Any, field: str) -> Any:
    for part in field.split("."):
        raw = raw[int(part)] if isinstance(raw, list) else raw[part]
    return raw


def put(raw: Any, field: str, value: Any) -> None:
    """Set a field such as ``ties.0.from.name``."""
    *parts, last = field.split(".")
    for part in parts:
        if isinstance(raw, list):
            raw = raw[int(part)]
        else:
            if raw.get(part) is None:
                raw[part] = {}
            raw = raw[part]
    raw[last] = value


def drop(raw: Any, field: str) -> None:
    """Take a field out."""
    if field:
        *parts, last = field.split(".")
        parent = _get(raw, ".".join(parts)) if parts else raw
        parent.pop(last, None)
