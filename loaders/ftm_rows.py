"""Rows of FollowTheMoney files, entities and statements alike, as groups that speak of one entity each."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from graph.model import Place, Problem, Skipped
from loaders.ftm_schema import AWARD, CONTRACT, EDGES, KINDS, OCCUPANCY, POSITION, most_special
from loaders.json_values import as_id, as_list, as_object, as_text, as_texts, row_digest, row_object
from loaders.source_file import Member, Row, SourceFile
from loaders.values import read_date

STATEMENT_COLUMNS = ("canonical_id", "entity_id", "prop", "schema", "value", "dataset")
_BUCKETS = 64
_TRUE = frozenset({"t", "true", "1", "yes"})
_LOOKED_UP = frozenset({CONTRACT, POSITION})
_MAX_NESTED = 10_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row says it comes from; ``date`` is when it was last seen."""

    dataset: str | None = None
    date: str | None = None


@dataclass(slots=True)
class Thing:
    """What the rows of one id say together.

    Attributes:
        rows: place of each row, and the origins it names.
        referents: other ids it was known by.
        nested: whether it stands within another entity.
    """

    id: str
    schemata: list[str] = field(default_factory=list[str])
    properties: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    rows: list[tuple[Place, list[Origin]]] = field(default_factory=list[tuple[Place, list[Origin]]])
    referents: list[str] = field(default_factory=list[str])
    caption: str | None = None
    keys: set[str] = field(default_factory=set[str])
    nested: bool = False

    @property
    def schema(self) -> str:
        """The most special schema it is given."""
        return most_special(self.schemata)

    @property
    def place(self) -> Place:
        """Where it was read first."""
        return self.rows[0][0]

    def texts(self, *names: str) -> list[str]:
        """Texts of properties, in their order, each once."""
        return as_texts([value for name in names for value in self.properties.get(name, ())])

    def text(self, *names: str) -> str | None:
        """The first text of properties."""
        return next(iter(self.texts(*names)), None)

    def ids(self, name: str) -> list[str]:
        """Ids of a property that names other entities; nested entities count by theirs."""
        found = (as_id(as_object(item).get("id")) or as_id(item) for item in self.properties.get(name, ()))
        return list(dict.fromkeys(key for key in found if key))


@dataclass(slots=True)
class Index:
    """What must be known of other entities: kinds, old ids, posts and contracts. Ids and short texts only."""

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    posts: dict[str, Thing] = field(default_factory=dict[str, Thing])
    repeated: set[str] = field(default_factory=set[str])
    _edges: set[str] = field(default_factory=set[str])

    def latest(self, key: str) -> str:
        """The id an entity is known by in this file."""
        return key if key in self.kinds else self.aliases.get(key, key)

    def add(self, thing: Thing) -> None:
        """Take note of an entity, or of a part of one."""
        schema = thing.schema
        if thing.id in self.kinds or thing.id in self._edges or thing.id in self.posts:
            self.repeated.add(thing.id)
        if kind := KINDS.get(schema):
            known = self.kinds.get(thing.id)
            self.kinds[thing.id] = kind if known in (None, "party", "organization") else known
        elif schema in EDGES or schema in (OCCUPANCY, AWARD):
            self._edges.add(thing.id)
        elif schema in _LOOKED_UP:
            kept = self.posts.setdefault(thing.id, Thing(thing.id, [schema]))
            for name in ("organization", "authority", "name", "title"):
                if name in thing.properties:
                    kept.properties.setdefault(name, []).extend(thing.properties[name])
        for old in thing.referents:
            if old != thing.id:
                self.aliases.setdefault(old, thing.id)


def is_statements(source: SourceFile, member: Member) -> bool:
    """Whether the file is a table of statements."""
    return set(STATEMENT_COLUMNS) <= set(source.csv_header(member))


def entity_rows(source: SourceFile, member: Member) -> Iterator[Thing | Problem | Skipped]:
    """Every JSON value as an entity by itself, and the entities nested in it. Streams."""
    for item in source.json_items(member):
        if isinstance(item, Problem):
            yield item
            continue
        place = Place(member.shown, item[0])
        value = row_object(place, item[1])
        if isinstance(value, Problem):
            yield value
            continue
        if isinstance(value.get("entity"), dict) and (op := as_text(value.get("op"))):
            # A line of a delta.
            if op == "DEL":
                yield Skipped(place, "aside", "the line deletes an entity; a load takes nothing back")
                continue
            value = as_object(value["entity"])
        found = _entity_row(place, value)
        yield found
        if isinstance(found, Thing):
            yield from _nested(found)


def _nested(thing: Thing) -> Iterator[Thing]:
    waiting = [thing]
    for number, outer in enumerate(waiting):
        yield from (outer,) if number else ()
        for item in (item for items in outer.properties.values() for item in items):
            inner = _entity_row(thing.place, as_object(item)) if len(waiting) <= _MAX_NESTED else None
            if isinstance(inner, Thing):
                inner.nested = True
                waiting.append(inner)


def joined(
    rows: Iterable[Thing | Problem | Skipped], repeated: set[str]
) -> Iterator[Thing | Problem | Skipped]:
    """Entities whole: rows that share their id with others are joined and come last, equal ones are skipped.

    Memory: the rows of repeated ids.
    """
    waiting: dict[str, tuple[Thing, set[int]]] = {}
    for row in rows:
        if not isinstance(row, Thing) or row.id not in repeated:
            yield row
            continue
        said = row_digest([row.schemata, row.properties, row.caption, [origin for _, origin in row.rows]])
        if row.id not in waiting:
            waiting[row.id] = (row, {said})
            continue
        first, seen = waiting[row.id]
        if said in seen:
            if not row.nested:
                yield Skipped(row.place, "duplicate", "the same entity stands in the file before")
            continue
        seen.add(said)
        first.nested &= row.nested
        first.schemata += row.schemata
        first.rows += row.rows
        first.referents += row.referents
        first.keys |= row.keys
        for name, values in row.properties.items():
            first.properties.setdefault(name, []).extend(values)
    yield from (thing for thing, _ in waiting.values())


def statement_index(source: SourceFile, member: Member, index: Index) -> bool:
    """Take note of what the statements speak of; whether those of one entity are scattered over the file."""
    done, last, scattered = set[str](), None, False
    for row in source.csv_rows(member):
        if not isinstance(row, Row) or isinstance(_statement(row), Problem | Skipped):
            continue
        values = row.values
        key = values["canonical_id"].strip()
        if key != last:
            scattered |= key in done
            done.add(key)
            last = key
        part = Thing(key, [values["schema"].strip()], {values["prop"].strip(): [values["value"]]})
        if (old := values["entity_id"].strip()) and old != key:
            part.referents.append(old)
        index.add(part)
    return scattered


def statement_things(
    source: SourceFile, member: Member, scattered: bool
) -> Iterator[Thing | Problem | Skipped]:
    """Entities put together from statements.

    Memory: one entity while statements of one stand together; otherwise they are first sorted into
    temporary files, and a 64th of them is held at a time.
    """
    if not scattered:
        yield from _grouped(source.csv_rows(member))
        return
    with ExitStack() as stack:
        buckets = [
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(_BUCKETS)
        ]
        for row in source.csv_rows(member):
            if isinstance(row, Problem):
                yield row
                continue
            key = row.values["canonical_id"].strip()
            bucket = buckets[zlib.crc32(key.encode("utf-8", "replace")) % _BUCKETS]
            bucket.write(json.dumps([row.place.line, row.values]) + "\n")
        for bucket in buckets:
            bucket.seek(0)
            rows: list[Row] = []
            for line in bucket:
                number, values = json.loads(line)
                rows.append(Row(Place(member.shown, number), values))
            rows.sort(key=lambda row: (row.values["canonical_id"].strip(), row.place.line))
            yield from _grouped(rows)


def _entity_row(place: Place, value: Mapping[str, Any]) -> Thing | Problem:
    key, schema = as_id(value.get("id")), as_text(value.get("schema"))
    if key is None:
        return Problem(place, "id", str(value.get("id"))[:80], "there is no id that can be used.", "")
    if schema is None:
        return Problem(place, "schema", "", "there is no schema.", "Say what the entity is.")
    if not isinstance(value.get("properties", {}), dict):
        return Problem(place, "properties", "", "the properties are no object.", "")
    date = next(
        (
            found
            for name in ("last_seen", "last_change", "first_seen")
            if (found := read_date(as_text(value.get(name)))[0])
        ),
        None,
    )
    names = as_texts(value.get("datasets")) or as_texts(value.get("dataset"))
    return Thing(
        key,
        [schema],
        {name: as_list(items) for name, items in as_object(value.get("properties")).items()},
        [(place, [Origin(name, date) for name in names] or [Origin(None, date)])],
        [old for old in as_texts(value.get("referents")) if old != key],
        as_text(value.get("caption")),
        {name for name, item in value.items() if item},
    )


def _grouped(rows: Iterable[Row | Problem]) -> Iterator[Thing | Problem | Skipped]:
    thing: Thing | None = None
    seen, olds = set[tuple[str, ...]](), set[str]()
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        found = _statement(row)
        if not isinstance(found, Thing):
            yield found
            continue
        if thing is None or found.id != thing.id:
            if thing is not None:
                yield thing
            thing, seen, olds = Thing(found.id), set(), set()
        said = tuple(row.values.values())
        if said in seen:
            yield Skipped(row.place, "duplicate", "the same statement stands in the file before")
            continue
        seen.add(said)
        thing.schemata += found.schemata
        thing.rows += found.rows
        thing.referents += [old for old in found.referents if old not in olds]
        olds.update(found.referents)
        for name, values in found.properties.items():
            thing.properties.setdefault(name, []).extend(values)
    if thing is not None:
        yield thing


def _statement(row: Row) -> Thing | Problem | Skipped:
    """One statement as an entity of which nothing else is known."""
    values = row.values
    key, schema, name = (values[column].strip() for column in ("canonical_id", "schema", "prop"))
    if name == "id":
        return Skipped(row.place, "aside", "the statement only tells that the entity is in the data set")
    if values.get("external", "").strip().lower() in _TRUE:
        return Skipped(row.place, "aside", "the statement is external: a candidate, not part of the entity")
    if as_id(key) is None or not schema or not name:
        place = Place(row.place.path, row.place.line, tuple(values.items()))
        return Problem(place, "canonical_id", key[:80], "there is no id, schema or property.", "")
    date = read_date(values.get("last_seen"))[0] or read_date(values.get("first_seen"))[0]
    old = as_id(values["entity_id"])
    return Thing(
        key,
        [schema],
        {name: [values["value"]]},
        [(row.place, [Origin(as_text(values["dataset"]), date)])],
        [old] if old and old != key else [],
    )
