"""Interlock's own format: ``entities.csv``, ``relationships.csv`` and ``sources.csv``.

The columns are those of ``data/README.md``. Any of the three files may come alone: new ties may join
entities, and cite sources, that the store holds already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from graph.errors import LoadError, did_you_mean
from graph.exports.triple import ENTITY_EXTRA, TIE_EXTRA
from graph.model import Entity, Place, Placed, Problem, Record, Source, Tie
from loaders import ReadOptions
from loaders.source_file import Member, SourceFile

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sources": ("id", "publisher", "title", "date", "url", "language"),
    "entities": ("id", "name", "kind", "aliases", "country", "founded", "sectors", "description"),
    "relationships": (
        "id", "from", "type", "to", "status", "start", "end", "role", "amount_usd", "share", "share_basis",
        "round", "product", "note", "sources",
    ),
}  # fmt: skip
"""Columns of each table, in the order that the tables are read in."""

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "sources": (),
    "entities": ENTITY_EXTRA,
    "relationships": TIE_EXTRA,
}
"""Columns that may be left out."""

_WHOLE = re.compile(r"[+-]?\d{1,15}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d{1,15}\.?\d{0,17}|\.\d{1,17})\Z", re.ASCII)
_ITEM = re.compile(r"((?:[^\\;]|\\.?)*)(;|\Z)", re.DOTALL)


class _BadCell(Exception):
    def __init__(self, field: str, value: str, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason, self.hint = field, value, reason, hint


_Columns = tuple[tuple[str, Any, Callable[[str], Any]], ...]


class TripleLoader:
    """The three CSV files of Interlock: in a folder, in a zip archive, or one of them by itself."""

    format_id = "triple"
    title = "Interlock CSV: entities.csv, relationships.csv, sources.csv"
    strict = True

    def __init__(self, options: ReadOptions | None = None) -> None:
        del options

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether a file has one of the three headers, or one of the three names and most of its columns."""
        if not member.plain_name.endswith((".csv", ".txt", ".tsv")):
            return False
        header = source.csv_header(member)
        table = member.plain_name.removesuffix(".csv")
        if table not in COLUMNS:
            return _table_of(header) is not None
        if len(header) == 1:  # parted by semicolons or tabs: reading it says so
            header = re.split("[;\t]", header[0])
        return 2 * len(set(header) & set(COLUMNS[table])) >= len(COLUMNS[table])

    def read(self, source: SourceFile) -> Iterator[Placed | Problem]:
        """Every row as a record, or as what is wrong with it. Streams.

        Raises:
            LoadError: a file is no table of this format at all.
        """
        for table, member in _tables(source):
            for row in source.csv_rows(member):
                if isinstance(row, Problem):
                    yield row
                    continue
                record, bad = _record(row.values, *_READERS[table])
                if not bad:
                    yield Placed(record, row.place)
                    continue
                place = Place(row.place.path, row.place.line, tuple(row.values.items()))
                for cell in bad:
                    yield Problem(place, cell.field, cell.value, cell.reason, cell.hint)


def _tables(source: SourceFile) -> list[tuple[str, Member]]:
    names = {f"{table}.csv": table for table in COLUMNS}
    tables = [
        (names.get(member.plain_name) or _table_of(source.csv_header(member)), member)
        for member in source.members
    ]
    found = [(table, member) for wanted in COLUMNS for table, member in tables if table == wanted and table]
    if not found:
        raise LoadError(
            "holds none of entities.csv, relationships.csv and sources.csv.",
            path=str(source.path),
            hint="Name them so, or load another format with --as.",
        )
    for table, member in found:
        _check_header(source.csv_header(member), table, member.shown)
    for table, member in found:
        again = next((one for kind, one in found if kind == table and one is not member), None)
        if again is not None:
            raise LoadError(
                f"and {again.shown} are both {table}.csv.",
                path=member.shown,
                hint="Load one after the other.",
            )
    return found


def _table_of(header: Sequence[str]) -> str | None:
    return next(
        (
            table
            for table, columns in COLUMNS.items()
            if set(columns) <= set(header) <= {*columns, *OPTIONAL[table]}
        ),
        None,
    )


def _check_header(header: Sequence[str], table: str, shown: str) -> None:
    columns = COLUMNS[table]
    hint = f"The columns are: {', '.join(columns)}."
    if OPTIONAL[table]:
        hint = f"{hint} There may also be: {', '.join(OPTIONAL[table])}."
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        hint = "Part the cells by commas; this file seems to use semicolons or tabs."
    missing = [name for name in columns if name not in header]
    if missing:
        raise LoadError(f"has no column {missing[0]!r}.", path=shown, line=1, field=missing[0], hint=hint)
    known = [*columns, *OPTIONAL[table]]
    extra = [name for name in header if name not in known]
    if extra:
        # A column nobody reads is lost in silence, so it is refused.
        raise LoadError(
            f"has a column {extra[0][:40]!r} that is not known.{did_you_mean(extra[0], known)}",
            path=shown,
            line=1,
            field=extra[0][:40],
            hint=hint,
        )


def _record(values: Mapping[str, str], kind: type[Record], cells: _Columns) -> tuple[Any, list[_BadCell]]:
    """A record from the cells of a row, and those that are wrong: they count as unknown, so that a row tells
    all its faults. Most cells are empty, and cost a look."""
    bad: list[_BadCell] = []
    found: list[Any] = []
    for column, empty, read in cells:
        text = values.get(column)
        if not text:
            found.append(empty)
            continue
        try:
            found.append(read(text))
        except ValueError:
            reason, hint = _FAULTS[read]
            text = text.strip()
            bad.append(_BadCell(column, text, f"{text[:40]!r} {reason}", hint))
            found.append(empty)
    return kind(*found), bad


def _word(text: str) -> str | None:
    """An id, code, date or the like, without the blanks around it."""
    return text.strip() or None


def _text(text: str) -> str | None:
    """Text as it stands; only blanks mean unknown."""
    return text if text.strip() else None


def _items(text: str) -> tuple[str, ...]:
    """A list in one cell: parted by semicolons; ``\\;`` is a semicolon, ``\\\\`` a backslash."""
    if ";" not in text and "\\" not in text:
        return (item,) if (item := text.strip()) else ()
    found = [match[1].strip() for match in _ITEM.finditer(text)]
    return tuple(re.sub(r"\\([\\;])", r"\1", item) for item in found if item)


def _whole(text: str) -> int | None:
    value = text.strip()
    if value and not _WHOLE.match(value):
        raise ValueError
    return int(value) if value else None


def _yes(text: str) -> bool:
    value = text.strip()
    if value not in ("", "true", "false"):
        raise ValueError
    return value == "true"


def _fraction(text: str) -> float | None:
    value = text.strip()
    if value and not _DECIMAL.match(value):
        raise ValueError
    return float(value) if value else None


_FAULTS: Mapping[Callable[[str], Any], tuple[str, str]] = {
    _whole: (
        "is not a whole number.",
        "Write whole US dollars in digits only: 1500000, not 1.5m or 1,500,000.",
    ),
    _yes: ("is not true or false.", "Write true, or nothing."),
    _fraction: ("is not a number.", "Write fractions with a point: 0.12 for 12 %."),
}

# A key that must be there is empty text without its cell: that is the ontology's matter.
_KEY: tuple[str, Callable[[str], Any]] = ("", str.strip)
_AS_IT_STANDS: tuple[str, Callable[[str], Any]] = ("", str)
_WORD, _TEXT = (None, _word), (None, _text)
_ITEMS, _YES = ((), _items), (False, _yes)
_NUMBER, _FRACTION = (None, _whole), (None, _fraction)

_READERS: Mapping[str, tuple[type[Record], _Columns]] = {
    "entities": (
        Entity,
        (
            ("id", *_KEY), ("name", *_AS_IT_STANDS), ("kind", *_KEY), ("aliases", *_ITEMS),
            ("country", *_WORD), ("founded", *_WORD), ("sectors", *_ITEMS), ("description", *_TEXT),
            ("identifiers", *_ITEMS), ("born", *_WORD), ("note", *_TEXT), ("stub", *_YES),
        ),
    ),
    "sources": (
        Source,
        (
            ("id", *_KEY), ("publisher", *_AS_IT_STANDS), ("title", *_AS_IT_STANDS), ("date", *_WORD),
            ("url", *_WORD), ("language", *_WORD),
        ),
    ),
    "relationships": (
        Tie,
        (
            ("id", *_KEY), ("from", *_KEY), ("type", *_KEY), ("to", *_KEY), ("status", *_KEY),
            ("start", *_WORD), ("end", *_WORD), ("role", *_TEXT), ("amount_usd", *_NUMBER),
            ("share", *_FRACTION), ("share_basis", *_WORD), ("round", *_TEXT), ("product", *_TEXT),
            ("note", *_TEXT), ("sources", *_ITEMS), ("share_min", *_FRACTION), ("share_max", *_FRACTION),
            ("amount", *_WORD), ("currency", *_WORD), ("round_usd", *_NUMBER), ("quantity", *_WORD),
            ("interest", *_TEXT), ("directness", *_WORD),
        ),
    ),
}  # fmt: skip
"""What each table makes, and its cells in the order of the record's fields: column, what an empty one means,
how it is read."""
