"""Beneficial Ownership Data Standard 0.2, 0.3 and 0.4: statements as a JSON array or one a line.

The statements are read two or three times: which of them stand is only known at the end of the file.
Kept in memory are ids, dates and digests, one small entry for each thing that statements speak of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graph.model import Item, Place, Placed, Problem, Skipped, Source, Tie
from loaders import ReadOptions
from loaders.bods_index import Index
from loaders.bods_interests import Ends, ties_of
from loaders.bods_statement import (
    READ_KEYS,
    Statement,
    entity_of,
    publisher_of,
    read_statement,
    source_of,
)
from loaders.json_values import UnreadKeys, row_object
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, clean, http_url, read_date

_ID = re.compile(rb'"statementI[Dd]"\s*:')
_TYPE = re.compile(
    rb'"(statementType"\s*:\s*"(entity|person|ownershipOrControl)Statement"|recordType"\s*:\s*"(entity|person|relationship)")'
)
_SHARED = "another relationship has the same id; both are kept"


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    place: Place
    statement: Statement


class BodsLoader:
    """Statements of beneficial ownership: entities, persons and the interests between them."""

    format_id = "bods"
    title = "Beneficial Ownership Data Standard 0.2, 0.3, 0.4 (JSON)"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file begins with a statement."""
        head = source.head(member)
        return head[:1] in (b"[", b"{") and bool(_ID.search(head) and _TYPE.search(head))

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every statement as records, or as what became of it.

        Raises:
            LoadError: a file is broken off or no JSON.
        """
        index = Index()
        for row in _rows(source, index):
            if isinstance(row, _Row):
                index.add(row.number, row.statement)
        index.settle()
        if index.needs_notes:
            for row in _rows(source, index):
                if isinstance(row, _Row):
                    index.note(row.number, row.statement, RowReader(row.place))
        yield from _Emission(self.options, index).items(source)


class _Emission:
    """The last pass: what stands, as records."""

    def __init__(self, options: ReadOptions, index: Index) -> None:
        self.options, self.index = options, index
        self.sources: set[str] = set()
        self.totals: dict[tuple[str, str], float] = {}

    def items(self, source: SourceFile) -> Iterator[Item]:
        unread = UnreadKeys(READ_KEYS)
        for row in _rows(source, self.index):
            if isinstance(row, Problem):
                yield row
                continue
            said = row.statement
            unread.see(row.place.path, said.whole)
            unread.see(row.place.path, said.details)
            yield from self._row(row)
        yield from unread.items()

    def _row(self, row: _Row) -> Iterator[Item]:
        found = self.index.fate(row.number, row.statement)
        if isinstance(found, tuple):
            yield Skipped(row.place, *found)
            return
        statement = row.statement
        if found:
            statement = replace(statement, closed=True, date=self.index.closing_date(statement))
        reader = RowReader(row.place)
        if statement.is_node:
            notes = self.index.notes_of(statement.key)
            yield Placed(entity_of(statement, statement.key, reader, notes), row.place)
        else:
            yield from self._ties(row, statement, reader)
        yield from reader.remarks

    def _ties(self, row: _Row, statement: Statement, reader: RowReader) -> Iterator[Item]:
        ends = self.index.ends(statement)
        if isinstance(ends, Problem | Skipped):
            yield replace(ends, place=row.place)
            return
        origin = source_of(statement) or self._file_source(row, statement)
        if origin.id not in self.sources:
            self.sources.add(origin.id)
            yield Placed(origin, row.place)
        covered = self.index.is_covered(statement)
        if statement.shared:
            reader.remark("statementID", statement.shared, _SHARED)
        if covered:
            reader.remark(
                "interests", "", "interests that are not direct are those of a chain that is loaded"
            )
        for tie in ties_of(statement, ends, [origin.id], reader, direct_only=covered):
            self._add_up(tie, ends, reader)
            yield Placed(tie, row.place)

    def _file_source(self, row: _Row, statement: Statement) -> Source:
        name = re.split(r"[/\\]", row.place.path)[-1]
        return Source(
            id=f"bods:{name}"[:400],
            publisher=clean(self.options.publisher) or publisher_of(statement) or "Beneficial ownership data",
            title=name,
            date=read_date(self.options.date)[0],
            url=http_url(self.options.url),
        )

    def _add_up(self, tie: Tie, ends: Ends, reader: RowReader) -> None:
        """Remark, once for each entity, that more than all of it is held."""
        share = tie.share if tie.share is not None else tie.share_min
        if not share or tie.share_basis is None or tie.status == "ended":
            return
        key = (ends.subject, tie.share_basis)
        before = self.totals.get(key, 0.0)
        self.totals[key] = before + share
        if before <= 1 < before + share - 1e-9:
            reader.remark(
                "interests.share", f"{before + share:.2%}", "the shares of the entity add up to more than all"
            )


def _rows(source: SourceFile, index: Index) -> Iterator[_Row | Problem]:
    number = 0
    for member in source.members:
        for item in source.json_items(member):
            number += 1
            if isinstance(item, Problem):
                yield item
                continue
            place = Place(member.shown, item[0])
            value = row_object(place, item[1])
            if isinstance(value, Problem):
                yield value
                continue
            statement = read_statement(value)
            if isinstance(statement, str):
                yield Problem(place, "", "", statement, "Versions 0.2, 0.3 and 0.4 of the standard are read.")
            else:
                yield _Row(number, place, index.apart(statement))
