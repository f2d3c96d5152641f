"""Interlock's own format: ``entities.csv``, ``relationships.csv`` and ``sources.csv``.

The columns are those of ``data/README.md``. Any of the three files may come alone: new ties may join
entities, and cite sources, that the store holds already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from graph.errors import LoadError, did_you_mean
from graph.model import Entity, Place, Placed, Problem, Record, Source, Tie
from loaders.source_file import Member, Row, SourceFile

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sources": ("id", "publisher", "title", "date", "url", "language"),
    "entities": ("id", "name", "kind", "aliases", "country", "founded", "sectors", "description"),
    "relationships": (
        "id", "from", "type", "to", "status", "start", "end", "role", "amount_usd", "share", "share_basis",
        "round", "product", "note", "sources",
    ),
}  # fmt: skip
"""Columns of each table, in the order that the tables are read in."""

_WHOLE = re.compile(r"[+-]?\d{1,15}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d{1,15}\.?\d{0,17}|\.\d{1,17})\Z", re.ASCII)
_ITEM = re.compile(r"((?:[^\\;]|\\.?)*)(;|\Z)", re.DOTALL)


class _BadCell(Exception):
    def __init__(self, field: str, value: str, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason, self.hint = field, value, reason, hint


class TripleLoader:
    """The three CSV files of Interlock: in a folder, in a zip archive, or one of them by itself."""

    format_id = "triple"
    title = "Interlock CSV: entities.csv, relationships.csv, sources.csv"

    def accepts(self, source: SourceFile) -> bool:
        """Whether a file has one of the three names, or, alone, one of the three headers."""
        if any(source.member(f"{table}.csv") for table in COLUMNS):
            return True
        return len(source.members) == 1 and _table_of(source.csv_header(source.members[0])) is not None

    def read(self, source: SourceFile) -> Iterator[Placed | Problem]:
        """Every row as a record, or as what is wrong with it. Streams.

        Raises:
            LoadError: a file is no table of this format at all.
        """
        for table, member in _tables(source):
            for row in source.csv_rows(member):
                if isinstance(row, Problem):
                    yield row
                else:
                    yield from _records(row, _READERS[table])


def _tables(source: SourceFile) -> list[tuple[str, Member]]:
    named = [(table, source.member(f"{table}.csv")) for table in COLUMNS]
    found = [(table, member) for table, member in named if member is not None]
    if not found:
        found = [
            (table, member)
            for member in source.members
            if (table := _table_of(source.csv_header(member))) is not None
        ]
    if not found:
        raise LoadError(
            "holds none of entities.csv, relationships.csv and sources.csv.",
            path=str(source.path),
            hint="Name them so, or load another format with --as.",
        )
    for table, member in found:
        _check_header(source.csv_header(member), COLUMNS[table], member.shown)
    return found


def _table_of(header: Sequence[str]) -> str | None:
    return next((table for table, columns in COLUMNS.items() if set(header) == set(columns)), None)


def _check_header(header: Sequence[str], columns: Sequence[str], shown: str) -> None:
    hint = f"The columns are: {', '.join(columns)}."
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        hint = "Part the cells by commas; this file seems to use semicolons or tabs."
    missing = [name for name in columns if name not in header]
    if missing:
        raise LoadError(f"has no column {missing[0]!r}.", path=shown, line=1, field=missing[0], hint=hint)
    extra = [name for name in header if name not in columns]
    if extra:
        # A column nobody reads is lost in silence, so it is refused.
        raise LoadError(
            f"has a column {extra[0][:40]!r} that is not known.{did_you_mean(extra[0], columns)}",
            path=shown,
            line=1,
            field=extra[0][:40],
            hint=hint,
        )


def _records(row: Row, reader: Callable[[_Cells], Record]) -> Iterator[Placed | Problem]:
    cells = _Cells(row.values)
    record = reader(cells)
    if not cells.bad:
        yield Placed(record, row.place)
        return
    place = Place(row.place.path, row.place.line, tuple(row.values.items()))
    for bad in cells.bad:
        yield Problem(place, bad.field, bad.value, bad.reason, bad.hint)


class _Cells:
    """Cells of a row by type. Bad ones are noted and read as unknown, so that a row tells all its faults."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.bad: list[_BadCell] = []

    def key(self, field: str) -> str:
        """A word that must be there; an empty one is the ontology's matter."""
        return self.values[field].strip()

    def word(self, field: str) -> str | None:
        """An id, code, date or the like, without the blanks around it."""
        return self.values[field].strip() or None

    def text(self, field: str) -> str | None:
        """Text as it stands; only blanks mean unknown."""
        value = self.values[field]
        return value if value.strip() else None

    def items(self, field: str) -> tuple[str, ...]:
        """A list in one cell: parted by semicolons; ``\\;`` is a semicolon, ``\\\\`` a backslash."""
        found = [match[1].strip() for match in _ITEM.finditer(self.values[field])]
        return tuple(re.sub(r"\\([\\;])", r"\1", item) for item in found if item)

    def whole(self, field: str) -> int | None:
        value = self.values[field].strip()
        if not value or _WHOLE.match(value):
            return int(value) if value else None
        hint = "Write whole US dollars in digits only: 1500000, not 1.5m or 1,500,000."
        self.bad.append(_BadCell(field, value, f"{value[:40]!r} is not a whole number.", hint))
        return None

    def fraction(self, field: str) -> float | None:
        value = self.values[field].strip()
        if not value or _DECIMAL.match(value):
            return float(value) if value else None
        hint = "Write fractions with a point: 0.12 for 12 %."
        self.bad.append(_BadCell(field, value, f"{value[:40]!r} is not a number.", hint))
        return None


def _entity(cells: _Cells) -> Entity:
    return Entity(
        id=cells.key("id"),
        name=cells.values["name"],
        kind=cells.key("kind"),
        aliases=cells.items("aliases"),
        country=cells.word("country"),
        founded=cells.word("founded"),
        sectors=cells.items("sectors"),
        description=cells.text("description"),
    )


def _source(cells: _Cells) -> Source:
    return Source(
        id=cells.key("id"),
        publisher=cells.values["publisher"],
        title=cells.values["title"],
        date=cells.word("date"),
        url=cells.word("url"),
        language=cells.word("language"),
    )


def _tie(cells: _Cells) -> Tie:
    return Tie(
        id=cells.key("id"),
        from_id=cells.key("from"),
        type=cells.key("type"),
        to_id=cells.key("to"),
        status=cells.key("status"),
        start_date=cells.word("start"),
        end_date=cells.word("end"),
        role=cells.text("role"),
        amount_usd=cells.whole("amount_usd"),
        share=cells.fraction("share"),
        share_basis=cells.word("share_basis"),
        round=cells.text("round"),
        product=cells.text("product"),
        note=cells.text("note"),
        sources=cells.items("sources"),
    )


_READERS: Mapping[str, Callable[[_Cells], Record]] = {
    "entities": _entity,
    "relationships": _tie,
    "sources": _source,
}
