"""FollowTheMoney: entities as JSON lines, also nested or as a delta, and statements as CSV.

A file is read twice: edges may come before their ends, and old ids before the entity they belong to.
Kept in memory are ids with kinds, old ids, posts and contracts, and the rows of ids that repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from graph.model import Item, Place, Placed, Problem, Remark, Skipped, Source, Unread
from loaders import ReadOptions
from loaders.ftm_edges import READ_PROPERTIES as EDGE_PROPERTIES
from loaders.ftm_edges import edge_ties, reference_ties
from loaders.ftm_entity import READ_PROPERTIES as ENTITY_PROPERTIES
from loaders.ftm_entity import entity_of
from loaders.ftm_rows import (
    Index,
    Origin,
    Thing,
    entity_rows,
    is_statements,
    joined,
    statement_index,
    statement_things,
)
from loaders.ftm_schema import KINDS, aside
from loaders.json_values import as_object
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, clean, http_url, made_id, read_date

_ID = re.compile(rb'"id"\s*:')
_SCHEMA = re.compile(rb'"schema"\s*:\s*"[A-Z][A-Za-z]+"')
_PROPERTIES = re.compile(rb'"properties"\s*:\s*\{')
_KEYS = frozenset(
    {
        "id", "schema", "properties", "caption", "datasets", "dataset", "referents", "first_seen",
        "last_seen", "last_change", "target",
    }
)  # fmt: skip
_MAX_SOURCES = 20
_MAX_NAMES = 300


class FtmLoader:
    """Entities, or statements about them, in the model of Aleph and OpenSanctions."""

    format_id = "ftm"
    title = "FollowTheMoney: entities (JSON lines) and statements (CSV)"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file begins with an entity or has the columns of statements."""
        head = source.head(member)
        if head[:1] in (b"{", b"["):
            return all(pattern.search(head) for pattern in (_ID, _SCHEMA, _PROPERTIES))
        return is_statements(source, member)

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every entity and edge.

        Raises:
            LoadError: a file cannot be read.
        """
        tables = [member for member in source.members if is_statements(source, member)]
        texts = [member for member in source.members if member not in tables]
        index = Index()
        for member in texts:
            for row in entity_rows(source, member):
                if isinstance(row, Thing):
                    index.add(row)
        repeated = set(index.repeated)
        scattered = [statement_index(source, member, index) for member in tables]
        emission = _Emission(self.options, index)
        rows = (row for member in texts for row in entity_rows(source, member))
        yield from emission.items(joined(rows, repeated))
        for member, apart in zip(tables, scattered, strict=True):
            yield from emission.items(statement_things(source, member, apart))
        yield from emission.unread()


class _Emission:
    def __init__(self, options: ReadOptions, index: Index) -> None:
        self.options, self.index = options, index
        self.sources: set[str] = set()
        self.names: dict[str, set[str]] = {}

    def items(self, things: Iterator[Thing | Problem | Skipped]) -> Iterator[Item]:
        for thing in things:
            if isinstance(thing, Thing):
                yield from self._thing(thing)
            else:
                yield thing

    def unread(self) -> Iterator[Unread]:
        for path, names in self.names.items():
            if names:
                yield Unread(path, tuple(sorted(names)))

    def _thing(self, thing: Thing) -> Iterator[Item]:
        if reason := aside(thing.schema):
            yield from self._refused(thing, f"aside: {reason}")
            return
        self._note_unread(thing)
        reader = RowReader(thing.place)
        kind = KINDS.get(thing.schema)
        origins = self._origins(thing)
        cited = list(dict.fromkeys(source.id for sources in origins for source in sources))[:_MAX_SOURCES]
        if kind is None:
            ties = edge_ties(thing, self.index, cited, reader)
            if isinstance(ties, str):
                yield from self._refused(thing, ties)
                return
        else:
            kind = self.index.kinds.get(thing.id, kind)
            yield Placed(replace(entity_of(thing, reader), kind=kind), thing.place)
            ties = list(reference_ties(thing, kind, self.index, cited, reader))
        for number, ((place, _), sources) in enumerate(zip(thing.rows, origins, strict=True)):
            for source in sources:
                # The further rows of an entity stand for what they say with the source they name.
                new = source.id not in self.sources and (number or ties)
                if new or (number and source is sources[0]):
                    self.sources.add(source.id)
                    yield Placed(source, place)
        yield from (Placed(tie, thing.place) for tie in ties)
        yield from reader.remarks

    def _refused(self, thing: Thing, reason: str) -> Iterator[Problem | Skipped | Remark]:
        for place, _ in thing.rows:
            if thing.nested:
                # The row itself is that of the entity around it.
                yield Remark(place, thing.schema, thing.id[:80], reason.removeprefix("aside: "))
            elif reason.startswith("aside: "):
                yield Skipped(place, "aside", reason.removeprefix("aside: "))
            else:
                yield Problem(place, "", "", reason, "A tie needs two ends.")

    def _origins(self, thing: Thing) -> list[list[Source]]:
        """The sources of each row: those of its data sets, at the first addresses the entity names."""
        urls = [url for text in thing.texts("sourceUrl") if (url := http_url(text))][:3]
        publisher = clean(thing.text("publisher"))
        return [
            [self._source(place, origin, publisher, url) for origin in origins[:5] for url in urls or [None]]
            for place, origins in thing.rows
        ]

    def _source(self, place: Place, origin: Origin, publisher: str | None, url: str | None) -> Source:
        name = re.split(r"[/\\]", place.path)[-1]
        title = origin.dataset or name
        given = clean(self.options.publisher)
        key = f"ftm:{title}" if not (publisher or url or origin.date) else None
        return Source(
            id=key if key and len(key) < 400 else made_id("ftm", title, publisher, url, origin.date),
            publisher=given or publisher or origin.dataset or "FollowTheMoney",
            title=title,
            date=read_date(self.options.date)[0] or origin.date,
            url=http_url(self.options.url) or url,
        )

    def _note_unread(self, thing: Thing) -> None:
        known = ENTITY_PROPERTIES if thing.schema in KINDS else EDGE_PROPERTIES
        names = self.names.setdefault(thing.place.path, set())
        for name in (*(thing.properties.keys() - known), *(thing.keys - _KEYS)):
            values = thing.properties.get(name, [True])
            # Entities within the entity are read by themselves.
            if len(names) < _MAX_NAMES and any(not as_object(value).get("schema") for value in values):
                names.add(re.sub("[\ud800-\udfff]", "\ufffd", name[:80]) or "?")
