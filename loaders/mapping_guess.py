"""A mapping guessed from headers and sample values, with the reason for each guess, for people to correct."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from graph.errors import LoadError
from graph.ontology import ontology
from loaders.mapped_entities import is_counter
from loaders.mapping import Column, EntityRule, Mapping, SourceRule, TableRule, TieRule
from loaders.mapping_words import (
    CURRENCIES,
    END_PARTS,
    ENTITY_WORDS,
    IDENTIFIER_WORDS,
    KIND_VALUES,
    PAIRS,
    SCALES,
    SOURCE_WORDS,
    STATUS_VALUES,
    SWAPPED_VALUES,
    TIE_WORDS,
    TYPE_VALUES,
    Pair,
)
from loaders.source_file import SourceFile
from loaders.table_cells import TableRow, cell_text, folded, kind_of, slug, type_of
from loaders.table_rows import TableFile, looks_like_table, rows_of, tables_of
from loaders.values import clean, plain_number, read_date

_SAMPLE = 200
_MANY_WORDS = 40
_UNIT = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


@dataclass(frozen=True, slots=True)
class _Sampled:
    """A table with its first rows. ``heads`` holds the header words without their units, to the column."""

    table: TableFile
    values: MappingOf[str, Sequence[str]]
    heads: MappingOf[str, str]

    def distinct(self, column: str) -> list[str]:
        return list(dict.fromkeys(self.values.get(column, ())))


def guess_mapping(source: SourceFile) -> Mapping:
    """A mapping for every table of the source; ``why`` says what each guess rests on.

    Raises:
        LoadError: there is no table, or one that cannot be read.
    """
    sampled = [
        _sampled(source, table)
        for member in source.members
        for table in (tables_of(source, member) if looks_like_table(source, member) else ())
    ]
    rules = _prefixed([_table_rule(one) for one in sampled], sampled, scope_of(source))
    if not rules:
        raise LoadError(
            "holds no table.", path=str(source.path), hint="Known: CSV, Excel, Parquet, JSON lines."
        )
    return Mapping(scope=scope_of(source), tables=tuple(rules))


def scope_of(source: SourceFile) -> str:
    """The scope of names without a mapping: after the files, however they are compressed and in whatever
    order they are named."""
    stem = min((Path(member.plain_name).stem for member in source.members), default="")
    return (slug(stem) or "table")[:100]


def _prefixed(rules: list[TableRule], sampled: Sequence[_Sampled], scope: str) -> list[TableRule]:
    """The rules with the scope before every id, if some are mere counters: other files have those as well."""
    pairs = list(zip(rules, sampled, strict=True))
    if not any(
        is_counter(text)
        for rule, one in pairs
        for end in _ends_of(rule)
        if end.id is not None and end.id.column is not None
        for text in one.values.get(end.id.column, ())
    ):
        return rules

    def scoped(end: EntityRule | None) -> EntityRule | None:
        return end if end is None or end.id is None else end.model_copy(update={"id_prefix": f"{scope}:"})

    return [
        rule.model_copy(
            update={
                "entity": scoped(rule.entity),
                "ties": tuple(
                    tie.model_copy(update={"from_": scoped(tie.from_), "to": scoped(tie.to)})
                    for tie in rule.ties
                ),
            }
        )
        for rule in rules
    ]


def _ends_of(rule: TableRule) -> list[EntityRule]:
    found = [rule.entity, *(end for tie in rule.ties for end in (tie.from_, tie.to))]
    return [end for end in found if end is not None]


def _sampled(source: SourceFile, table: TableFile) -> _Sampled:
    values: dict[str, list[str]] = {column: [] for column in table.columns}
    for row in islice(rows_of(source, table), _SAMPLE):
        if isinstance(row, TableRow):
            for name, cell in row.values.items():
                if (text := clean(cell_text(cell))) is not None:
                    values.setdefault(name, []).append(text)
    heads: dict[str, str] = {}
    for column in table.columns:
        heads.setdefault(folded(_UNIT.sub(" ", column)), column)
    return _Sampled(table, values, heads)


def _table_rule(sampled: _Sampled) -> TableRule:
    table = sampled.table
    found = _pair(sampled)
    tie = _tie_rule(sampled, *found) if found else None
    entity = None if tie else _entity_rule(sampled)
    return TableRule(
        files=(_escaped(table.member.plain_name),), sheet=table.sheet,
        date_order=_date_order(sampled), entity=entity, ties=(tie,) if tie else (),
    )  # fmt: skip


def _escaped(name: str) -> str:
    # Brackets mean something in a pattern.
    return re.sub(r"([*?\[])", r"[\1]", name)


def _pair(sampled: _Sampled) -> tuple[Pair, str, str] | None:
    roles = {_role(head)[0] for head in sampled.heads}
    for pair in PAIRS:
        first = next((word for word in pair.first if word in roles), None)
        second = next((word for word in pair.second if word in roles and word != first), None)
        if first and second:
            return pair, first, second
    return None


def _role(head: str) -> tuple[str, str]:
    """The word for an end and what is said of it: ``investor id`` is the id of ``investor``."""
    for part, field in END_PARTS.items():
        if head.endswith(f" {part}") and head != f"{part} {part}":
            return head.removesuffix(f" {part}"), field
    return head, "name"


def _tie_rule(sampled: _Sampled, pair: Pair, first: str, second: str) -> TieRule:
    used: set[str] = set()
    from_rule = _end(sampled, first, pair.kinds[0], used, named=pair.type is not None or "entity" in first)
    to_rule = _end(sampled, second, pair.kinds[1], used, named=pair.type is not None or "entity" in second)
    values: dict[str, Any] = {}
    for field, words in TIE_WORDS.items():
        column = _find(sampled, words, used)
        if column is not None:
            values[field] = Column(column=column, why=f"the header {column!r}")
            used.add(column)
    values |= _typed(sampled, values.pop("type", None), pair, first, second)
    values |= _money(sampled, values)
    values |= _share(sampled, values, str(values["type"].value or ""))
    if (status := values.get("status")) is not None:
        words = {word: STATUS_VALUES[folded(word)] for word in sampled.distinct(str(status.column))
                 if folded(word) in STATUS_VALUES}  # fmt: skip
        values["status"] = status.model_copy(update={"values": words})
    return TieRule(from_=from_rule, to=to_rule, source=_source(sampled, used), **values)


def _end(sampled: _Sampled, word: str, kind: str | None, used: set[str], *, named: bool) -> EntityRule:
    values: dict[str, Any] = {}
    identifiers: dict[str, Column] = {}
    for head, column in sampled.heads.items():
        role, field = _role(head)
        if role != word or column in used:
            continue
        if field in ("lei", "cik"):
            identifiers[field] = Column(column=column, why=f"the header {column!r}")
        elif field not in values:
            values[field] = _split(sampled, Column(column=column, why=f"the header {column!r}"))
        else:
            continue
        used.add(column)
    if "id" not in values and "name" in values and not named and not _are_names(sampled, values["name"]):
        values["id"] = values.pop("name").model_copy(
            update={"why": "no value looks like a name: these are ids"}
        )
    if "kind" in values:
        values["kind"] = _kinds(sampled, values["kind"])
    elif kind is not None:
        values["kind"] = Column(value=kind, why=f"usual for the header {word!r}")
    return EntityRule(**values, identifiers=identifiers)


def _are_names(sampled: _Sampled, column: Column) -> bool:
    return any(" " in text for text in sampled.values.get(column.column or "", ()))


def _typed(
    sampled: _Sampled, column: Column | None, pair: Pair, first: str, second: str
) -> dict[str, Column]:
    if column is None or column.column is None:
        if pair.type is not None:
            return {"type": Column(value=pair.type, why=f"a table of {first} and {second}")}
        return {"type": Column(value="RELATED_TO", why="no column tells the type: say which it is")}
    words = sampled.distinct(column.column)
    values, swapped, unknown = dict[str, str](), dict[str, str](), 0
    for word in words[:_MANY_WORDS]:
        key = folded(word)
        if key in SWAPPED_VALUES:
            values[word], swapped[word] = SWAPPED_VALUES[key], "yes"
        elif key in TYPE_VALUES and type_of(word) is None:
            values[word] = TYPE_VALUES[key]
        elif type_of(word) is None:
            unknown += 1
    if unknown and pair.type is not None and not values:
        # A column of kinds of deals beside headers that tell the type themselves.
        return {
            "type": Column(value=pair.type, why=f"a table of {first} and {second}"),
            "round": Column(column=column.column, why="its words are no types of ties"),
        }
    why = f"the header {column.column!r}" + (f"; {unknown} words in it are no types" if unknown else "")
    found = {"type": Column(column=column.column, values=values, why=why)}
    if swapped:
        found["swap"] = Column(
            column=column.column, values=swapped, otherwise="no", why="said from the other end"
        )
    return found


def _money(sampled: _Sampled, values: MappingOf[str, Any]) -> dict[str, Any]:
    amount = values.get("amount")
    if amount is None:
        return {}
    head = str(amount.column)
    unit = " ".join(_UNIT.findall(head)) or head
    words = re.findall(r"[A-Za-z]+|[$€£¥₹]", unit)
    found: dict[str, Any] = {}
    code = next((CURRENCIES.get(word, word) for word in words if word in CURRENCIES or word in _CODES), None)
    if "currency" not in values and code is not None:
        found["currency"] = Column(value=code, why=f"the header {head!r}")
    scale = next((SCALES[word.lower()] for word in words if word.lower() in SCALES), 1)
    return {**found, "scale": scale} if _UNIT.search(head) else found


_CODES = frozenset(
    {"USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "KRW"}
)


def _share(sampled: _Sampled, values: MappingOf[str, Any], tie_type: str) -> dict[str, Any]:
    share = values.get("share")
    if share is None:
        return {}
    texts = sampled.values.get(share.column or "", ())
    numbers = [number for text in texts if (number := plain_number(text.rstrip("% "))) is not None]
    if numbers and all(0 <= number <= 1 for number in numbers) and not any("%" in text for text in texts):
        found: dict[str, Any] = {
            "share": share.model_copy(update={"why": "no value is above 1: fractions"}),
            "share_unit": "fraction",
        }  # fmt: skip
    else:
        found = {"share": share.model_copy(update={"why": "values above 1 or a % sign: percent"})}
    allowed = ontology().types[tie_type].shares if tie_type in ontology().types else ()
    if "share_basis" not in values and "equity" not in allowed and allowed:
        found["share_basis"] = Column(
            value=allowed[0], why="a guess: revenue of the seller or cost of the buyer?"
        )
    return found


def _source(sampled: _Sampled, used: set[str]) -> SourceRule | None:
    values: dict[str, Column] = {}
    for field, words in SOURCE_WORDS.items():
        column = _find(sampled, words, used)
        if column is None or (field == "url" and not _has_links(sampled, column)):
            continue
        values[field] = Column(column=column, why=f"the header {column!r}")
        used.add(column)
    return SourceRule(**values) if values else None


def _has_links(sampled: _Sampled, column: str) -> bool:
    return any(text.lower().startswith(("http://", "https://")) for text in sampled.values.get(column, ()))


def _entity_rule(sampled: _Sampled) -> EntityRule:
    used: set[str] = set()
    values: dict[str, Any] = {}
    identifiers: dict[str, Column] = {}
    for head, column in sampled.heads.items():
        if head in IDENTIFIER_WORDS:
            identifiers[IDENTIFIER_WORDS[head]] = Column(column=column, why=f"the header {column!r}")
            used.add(column)
    for field, words in ENTITY_WORDS.items():
        column = _find(sampled, words, used)
        if column is not None:
            values[field] = _split(sampled, Column(column=column, why=f"the header {column!r}"), field)
            used.add(column)
    if "kind" in values:
        values["kind"] = _kinds(sampled, values["kind"])
    if "name" not in values:
        column = next((c for c in sampled.table.columns if c not in used and _has_letters(sampled, c)), None)
        column = column or next(iter(sampled.table.columns), None)
        if column is not None and "id" not in values:
            values["name"] = Column(column=column, why="no header tells: the first column with words")
    return EntityRule(**values, identifiers=identifiers)


def _has_letters(sampled: _Sampled, column: str) -> bool:
    texts = sampled.values.get(column, ())
    return any(re.search(r"[^\W\d_]", text) and read_date(text)[0] is None for text in texts)


def _split(sampled: _Sampled, column: Column, field: str = "") -> Column:
    if field not in ("sectors", "aliases"):
        return column
    texts = sampled.values.get(column.column or "", ())
    mark = next((mark for mark in (";", "|", ",", "/") if any(mark in text for text in texts)), None)
    return column.model_copy(update={"split": mark}) if mark and mark != ";" else column


def _kinds(sampled: _Sampled, column: Column) -> Column:
    words = sampled.distinct(column.column or "")[:_MANY_WORDS]
    values = {
        word: KIND_VALUES[folded(word)]
        for word in words
        if folded(word) in KIND_VALUES and kind_of(word)[0] is None
    }
    unknown = sum(kind_of(word)[0] is None and word not in values for word in words)
    more = (
        f"; {unknown} words in it are no kinds: organization, and kept among the sectors" if unknown else ""
    )
    return column.model_copy(update={"values": values, "why": f"{column.why}{more}"})


def _date_order(sampled: _Sampled) -> Any:
    """``mdy`` where only that can be; otherwise day first."""
    for texts in sampled.values.values():
        found = [
            m for text in texts if (m := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}\b", text, re.ASCII))
        ]
        if any(int(one[2]) > 12 for one in found) and not any(int(one[1]) > 12 for one in found):
            return "mdy"
    return "dmy"


def _find(sampled: _Sampled, words: Sequence[str], used: set[str]) -> str | None:
    return next(
        (sampled.heads[word] for word in words if word in sampled.heads and sampled.heads[word] not in used),
        None,
    )
