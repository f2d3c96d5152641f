"""Tables of the Offshore Leaks database: which one a file is, and its rows under one set of names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.model import Place, Problem, Skipped, Unread
from loaders.icij_nodes import ADDRESS, ENTITY, INTERMEDIARY, OFFICER, OTHER, READ
from loaders.source_file import Member, SourceFile
from loaders.source_file import Row as FileRow
from loaders.values import clean

EDGES = "edges"
_STARTS = ("node_id_start", "node_1", "start_id", ":start_id", "node_id:start_id")
_ENDS = ("node_id_end", "node_2", "end_id", ":end_id", "node_id:end_id")
_TYPES = ("rel_type", "type", ":type", "rel_type:type")
_EDGE_COLUMNS = frozenset(
    {"start", "end", "rel_type", "link", "status", "start_date", "end_date", "sourceid"}
)
_LABELS = ("label", "labels", "labels(n)", ":label", "label:label")
_WORDS = (
    ("intermediar", INTERMEDIARY),
    ("officer", OFFICER),
    ("address", ADDRESS),
    ("other", OTHER),
    ("entit", ENTITY),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the database. ``names`` are its columns under the names that are read here."""

    member: Member
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row; ``kind`` is the sort of node where the row itself says it."""

    place: Place
    values: Mapping[str, str]
    kind: str | None = None

    def text(self, name: str) -> str | None:
        """What stands in a column, without blanks around it; None for nothing."""
        return self.values.get(name, "").strip() or None

    def said(self, name: str) -> str | None:
        """The same, without words that stand for nothing."""
        return clean(self.values.get(name))

    def problem(self, field: str, reason: str, hint: str = "") -> Problem:
        """Why the row cannot become a record."""
        row = tuple((name, text[:500]) for name, text in self.values.items())
        place = Place(self.place.path, self.place.line, row)
        return Problem(place, field, self.values.get(field, "")[:200], reason, hint)


def find_table(source: SourceFile, member: Member) -> Table | None:
    """Which table a file is, by its header and, where headers are alike, by its name; None for others."""
    names = _names(source.csv_header(member))
    columns = set(names)
    if {"start", "end", "rel_type"} <= columns and _is_edges(source.csv_header(member), columns):
        return Table(member, EDGES, names)
    if "node_id" not in columns or not columns & {"country_codes", "countries"}:
        return None
    if "sourceid" not in columns and "valid_until" not in columns:
        return None
    return Table(member, _kind(member, columns), names)


def _is_edges(header: Sequence[str], columns: set[str]) -> bool:
    bare = {cell.strip().lower() for cell in header}
    # START_ID, TYPE and END_ID are common words: only ICIJ has one of these beside them.
    return bool(bare & {"node_id_start", "node_1"}) or bool(columns & {"sourceid", "valid_until", "link"})


def _kind(member: Member, columns: set[str]) -> str:
    stem = re.sub(r"\.csv\Z", "", member.plain_name)
    # paradise_papers.nodes.officer.csv, nodes-officers.csv, Officers.csv
    last = re.split(r"[.\-_ ]", stem)[-1]
    for word, kind in _WORDS:
        if last.startswith(word):
            return kind
    if "jurisdiction" in columns:
        entity = columns & {"service_provider", "ibcruc", "company_type", "struck_off_date"}
        return (
            OTHER
            if "type" in columns and not {"service_provider", "ibcruc"} & columns
            else (ENTITY if entity else OTHER)
        )
    if "address" in columns:
        return INTERMEDIARY if columns & {"internal_id", "status"} else ADDRESS
    return INTERMEDIARY if "status" in columns else OFFICER


def _names(header: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = re.sub(r"\A[nr]\.", "", cell.strip().strip('"').lower())
        name = re.sub(r":(?:id|string)\Z", "", name)
        for standard, spellings in (("start", _STARTS), ("end", _ENDS)):
            name = standard if name in spellings else name
        found.append(name if name and name not in found else f"column_{number}")
    if "start" in found and "end" in found:
        found = ["rel_type" if name in _TYPES and "rel_type" not in found else name for name in found]
    return tuple(found)


def table_rows(source: SourceFile, table: Table) -> Iterator[Row | Problem | Skipped | Unread]:
    """The rows of a table, and at the end the columns that hold something and that nobody reads. Streams."""
    read = _EDGE_COLUMNS if table.kind == EDGES else READ | ({"address"} if table.kind == ADDRESS else set())
    rest = [name for name in table.names if name not in read and name not in _LABELS]
    label = next((name for name in table.names if name in _LABELS), None)
    filled: set[str] = set()
    rows = source.csv_rows(table.member, header=table.names)
    next(rows, None)  # the header itself
    for row in rows:
        if not isinstance(row, FileRow):
            yield row
            continue
        filled.update(name for name in rest if row.values[name].strip())
        if not any(text.strip() for text in row.values.values()):
            yield Skipped(row.place, "aside", "the row is empty")
            continue
        yield Row(row.place, row.values, _label_kind(row.values[label]) if label else None)
    if filled:
        yield Unread(table.member.shown, tuple(sorted(filled)))


def _label_kind(text: str) -> str | None:
    plain = text.strip("[]\"' ").lower()
    return next((kind for word, kind in _WORDS if plain.startswith(word)), None)
