"""CSV with the headers of Neo4j's bulk import: ``:ID``, ``:LABEL``, ``:START_ID``, ``:END_ID``, ``:TYPE``.

A header names a property and its type: ``name:string``, ``amount:long``, ``tags:string[]``. Arrays are
parted by semicolons. A column ``:ID(Firm)`` has ids that are unique within the space ``Firm`` only, so an
entity's id becomes ``Firm:17``; numbers of no space become ``<file>:17``. Properties called as our fields
are read as such; others are not read.
A header may stand in a file of its own (``firms_header.csv`` beside ``firms.csv``, as the import tool
wants it): rows are then read from the files whose names begin alike.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.errors import LoadError
from graph.model import Item, Place, Problem
from loaders import ReadOptions
from loaders.field_names import plain_entity, plain_tie
from loaders.mapped_rows import MappedRows
from loaders.mapping import Column, TableRule, read_mapping
from loaders.mapping_guess import scope_of
from loaders.source_file import Member, Row, SourceFile
from loaders.table_cells import Cell, TableRow, kind_of, type_of

ID, LABEL, START, END, TYPE = ":ID", ":LABEL", ":START_ID", ":END_ID", ":TYPE"
_DELIMITERS = ",\t;|"
_FIELD = re.compile(
    r"(?P<name>[^:]*):(?P<kind>START_ID|END_ID|ID|LABEL|TYPE|IGNORE|[A-Za-z]+(?:\[\])?)"
    r"(?:\((?P<space>[^()]*)\))?(?:\{[^{}]*\})?\Z"
)
_HEADER_FILE = re.compile(r"[-_. ]?header[-_. ]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """A column: ``key`` is ``:ID`` and the like, or the name of a property; ``space`` of ids."""

    key: str
    name: str
    space: str
    array: bool


class Neo4jBulkLoader:
    """Node and relationship files for ``neo4j-admin database import``."""

    format_id = "neo4j-bulk"
    title = "Neo4j bulk import CSV: :ID, :LABEL, :START_ID, :END_ID, :TYPE"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the first line is such a header, or the member belongs to a header file beside it."""
        if _header(source, member) is not None:
            return True
        return any(
            _belongs(other, member) and _is_header_file(source, other)
            for other in source.members
            if _HEADER_FILE.search(other.name)
        )

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every row; node files first, so that the kinds of both ends of a relationship are known.

        Raises:
            LoadError: a file without such a header.
        """
        tables = list(_tables(source))
        if not tables:
            raise LoadError(
                "has no header of Neo4j's bulk import.", path=str(source.path),
                hint="Name the columns as in :ID,name,:LABEL and :START_ID,:END_ID,:TYPE.",
            )  # fmt: skip
        mapping = read_mapping(self.options.mapping) if self.options.mapping else None
        ruled = [
            (table, mapping.table_for(table.member.name, table.keys) if mapping else None)
            for table in sorted(tables, key=lambda one: START in one.keys)
        ]
        scope = (mapping.scope if mapping else None) or scope_of(source)
        # Ids of one file stand in another: with a mapping for some of them all stay as they are.
        load = MappedRows("neo4j", self.options, scope, scoped=not any(rule for _, rule in ruled))
        for table, rule in ruled:
            rows = table.rows(source)
            yield from load.read(rule or table.rule(), rows, name=table.member.name, shown=table.member.shown)


@dataclass(frozen=True, slots=True)
class BulkTable:
    """A file of rows with the header that holds for it; ``first`` rows are the header itself."""

    member: Member
    fields: tuple[Field | None, ...]
    delimiter: str
    first: int

    @property
    def keys(self) -> list[str]:
        """Keys of the columns that are read."""
        return [field.key for field in self.fields if field is not None]

    def rule(self) -> TableRule:
        """How the columns are read without a mapping."""
        # The tool takes labels and types from its command line as well; files are then called after them.
        word = re.sub(r"[-_. ]*(part)?[-_. ]*\d*\Z", "", Path(self.member.plain_name).stem)
        if START in self.keys:
            tie = plain_tie(self.keys, {"from": START, "to": END, "type": TYPE})
            if tie.type.column == TYPE and TYPE not in self.keys and (known := type_of(word)):
                tie = tie.model_copy(update={"type": Column(value=known)})
            return TableRule(ties=(tie,))
        names = [field.name for field in self.fields if field is not None and field.key == ID and field.name]
        found = plain_entity([*self.keys, *names], {"id": ID, "kind": LABEL})
        changes: dict[str, Column] = {}
        if found.name is None and names:
            changes["name"] = Column(column=names[0])
        if found.kind is not None and found.kind.column == LABEL and LABEL not in self.keys:
            kind, _ = kind_of(word)
            changes |= {"kind": Column(value=kind)} if kind else {}
        # The id as a property says nothing that the id does not.
        return TableRule(entity=found.model_copy(update=changes), ignore=tuple(names))

    def rows(self, source: SourceFile) -> Iterator[TableRow | Problem]:
        """The rows below the header. Streams."""
        header = [str(number) for number in range(len(self.fields))]
        lines = source.csv_rows(self.member, delimiter=self.delimiter, header=header, ragged=True)
        for number, row in enumerate(lines):
            if number < self.first:
                continue
            yield row if isinstance(row, Problem) else self._row(row)

    def _row(self, row: Row) -> TableRow:
        values: dict[str, Cell] = {}
        for field, text in zip(self.fields, row.values.values(), strict=True):
            if field is None or not text.strip():
                continue
            cell: Cell = text
            if field.array:
                cell = tuple(part.strip() for part in text.split(";") if part.strip())
            elif field.space:
                cell = f"{field.space}:{text.strip()}"
            if field.key in values and field.key in (ID, LABEL):
                # Several columns may make up an id, and several may name labels.
                cell = _both(values[field.key], cell)
            values[field.key] = cell
            if field.key == ID and field.name:
                values[field.name] = text
        return TableRow(Place(row.place.path, row.place.line), values)


def _both(first: Cell, second: Cell) -> Cell:
    if isinstance(first, tuple) or isinstance(second, tuple):
        return (*_tuple(first), *_tuple(second))
    return f"{first}:{second}"


def _tuple(cell: Cell) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else (cell,)


def _tables(source: SourceFile) -> Iterator[BulkTable]:
    headers = {member: found for member in source.members if (found := _header(source, member)) is not None}
    alone = [member for member in headers if _is_header_file(source, member)]
    served: set[Member] = set()
    for member in source.members:
        above = next((one for one in alone if _belongs(one, member)), None)
        if member not in headers and above is not None:
            served.add(above)
            yield BulkTable(member, *headers[above], first=0)
    for member, (fields, delimiter) in headers.items():
        if member not in served:
            yield BulkTable(member, fields, delimiter, first=1)


def _header(source: SourceFile, member: Member) -> tuple[tuple[Field | None, ...], str] | None:
    head = source.head(member)[:8192].decode("utf-8", errors="replace")
    line = re.split(r"[\r\n]", head, maxsplit=1)[0]
    if ":" not in line or "\x00" in line:
        return None
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
        except csv.Error:
            continue
        fields = [_field(cell) for cell in cells]
        keys = {field.key for field in fields if field is not None}
        if ID in keys or {START, END} <= keys:
            return tuple(fields), delimiter
    return None


def _field(cell: str) -> Field | None:
    cell = cell.strip()
    found = _FIELD.match(cell)
    if found is None:
        return Field(cell, cell, "", False) if cell else None
    kind, name = found["kind"], found["name"].strip()
    if kind == "IGNORE":
        return None
    if kind in ("ID", "START_ID", "END_ID", "TYPE", "LABEL"):
        return Field(f":{kind}", name, (found["space"] or "").strip(), kind == "LABEL")
    return Field(name, name, "", kind.endswith("[]")) if name else None


def _is_header_file(source: SourceFile, member: Member) -> bool:
    if not _HEADER_FILE.search(member.name) or _header(source, member) is None:
        return False
    return len(source.head(member).splitlines()) == 1


def _belongs(header: Member, member: Member) -> bool:
    """Whether a file's rows have their header in another: ``firms-header.csv`` and ``firms-01.csv``."""
    stem = _HEADER_FILE.sub("", header.plain_name.rsplit(".", 1)[0])
    name = member.plain_name.rsplit(".", 1)[0]
    return (
        bool(stem)
        and member is not header
        and re.fullmatch(re.escape(stem) + r"([-_. ]?(part)?[-_. ]?\d+)?", name) is not None
    )
