"""Interlock's own format: ``entities.csv``, ``relationships.csv`` and ``sources.csv``.

The columns are those of ``data/README.md``. Any of the three files may come alone: new ties may join
entities, and cite sources, that the store holds already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from graph.errors import LoadError, did_you_mean
from graph.model import Entity, Place, Placed, Problem, Record, Source, Tie
from loaders import ReadOptions
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

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "sources": (),
    "entities": ("identifiers", "born", "note", "stub"),
    "relationships": (
        "share_min", "share_max", "amount", "currency", "round_usd", "quantity", "interest", "directness",
    ),
}  # fmt: skip
"""Columns that may be left out."""

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
                else:
                    yield from _records(row, _READERS[table])


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
        return self.values.get(field, "").strip()

    def word(self, field: str) -> str | None:
        """An id, code, date or the like, without the blanks around it."""
        return self.values.get(field, "").strip() or None

    def text(self, field: str) -> str | None:
        """Text as it stands; only blanks mean unknown."""
        value = self.values.get(field, "")
        return value if value.strip() else None

    def items(self, field: str) -> tuple[str, ...]:
        """A list in one cell: parted by semicolons; ``\\;`` is a semicolon, ``\\\\`` a backslash."""
        found = [match[1].strip() for match in _ITEM.finditer(self.values.get(field, ""))]
        return tuple(re.sub(r"\\([\\;])", r"\1", item) for item in found if item)

    def whole(self, field: str) -> int | None:
        value = self.values.get(field, "").strip()
        if not value or _WHOLE.match(value):
            return int(value) if value else None
        hint = "Write whole US dollars in digits only: 1500000, not 1.5m or 1,500,000."
        self.bad.append(_BadCell(field, value, f"{value[:40]!r} is not a whole number.", hint))
        return None

    def yes(self, field: str) -> bool:
        value = self.values.get(field, "").strip()
        if value in ("", "true", "false"):
            return value == "true"
        reason = f"{value[:40]!r} is not true or false."
        self.bad.append(_BadCell(field, value, reason, "Write true, or nothing."))
        return False

    def fraction(self, field: str) -> float | None:
        value = self.values.get(field, "").strip()
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
        identifiers=cells.items("identifiers"),
        born=cells.word("born"),
        note=cells.text("note"),
        stub=cells.yes("stub"),
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
        share_min=cells.fraction("share_min"),
        share_max=cells.fraction("share_max"),
        amount=cells.word("amount"),
        currency=cells.word("currency"),
        round_usd=cells.whole("round_usd"),
        quantity=cells.word("quantity"),
        interest=cells.text("interest"),
        directness=cells.word("directness"),
    )


_READERS: Mapping[str, Callable[[_Cells], Record]] = {
    "entities": _entity,
    "relationships": _tie,
    "sources": _source,
}
