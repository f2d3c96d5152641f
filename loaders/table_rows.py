"""Tables of any sort as rows: CSV by whatever delimiter, Excel, Parquet, JSON lines and arrays."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from graph.model import Place, Problem
from loaders.json_values import as_text, row_object
from loaders.source_file import Member, SourceFile
from loaders.table_books import ParquetTable, is_book, is_parquet, sheet_rows, sheets_of
from loaders.table_cells import Cell, TableRow, columns_seen

DELIMITERS = (",", "\t", ";", "|")
_TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".psv", ".txt")
_SAMPLE = 200
_MAX_COLUMNS = 5000
_HEADER_BYTES = 500_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table: a file, or a sheet of a workbook.

    Attributes:
        sort: ``csv``, ``book``, ``parquet`` or ``json``.
        columns: their names; of JSON those of its first objects.
    """

    member: Member
    sort: str
    columns: tuple[str, ...]
    sheet: str | None = None
    delimiter: str = ","

    @property
    def shown(self) -> str:
        """Path for people: ``deals.xlsx#Sheet1`` for a sheet."""
        return f"{self.member.shown}#{self.sheet}" if self.sheet else self.member.shown


def looks_like_table(source: SourceFile, member: Member) -> bool:
    """Whether a file holds a table, judged by its first bytes."""
    head = source.head(member)
    if is_book(head, member) or is_parquet(head):
        return True
    if not head or head.startswith((b"<", b"%PDF", b"PK")):
        return False
    if head.startswith((b"[", b"{")):
        return _flat_json(head)
    if head.startswith(_UTF_16):
        # Reading it says which encoding to name.
        return member.plain_name.endswith(_TEXT_ENDINGS)
    if b"\x00" in head:
        return False
    lines = _sample_lines(head)
    delimiter = sniffed(lines)
    if member.plain_name.endswith(_TEXT_ENDINGS):
        return len(lines) > 1 or delimiter is not None
    return delimiter is not None and len(lines) > 1 and "." not in member.plain_name


def tables_of(source: SourceFile, member: Member) -> list[TableFile]:
    """The tables in a file; a workbook has one a sheet, empty sheets left out.

    Raises:
        LoadError: it cannot be read.
    """
    head = source.head(member)
    if is_book(head, member):
        return [TableFile(member, "book", columns, sheet) for sheet, columns in sheets_of(source, member)]
    if is_parquet(head):
        with ParquetTable(source, member) as table:
            return [TableFile(member, "parquet", tuple(table.columns))]
    if head.startswith((b"[", b"{")):
        sample = [row for row in islice(_json_rows(source, member), _SAMPLE) if isinstance(row, TableRow)]
        return [TableFile(member, "json", tuple(columns_seen(sample)))]
    delimiter = sniffed(_sample_lines(head)) or ","
    return [TableFile(member, "csv", _csv_columns(source, member, delimiter), delimiter=delimiter)]


def columns_of(source: SourceFile, member: Member) -> tuple[str, ...]:
    """Names of the columns of a file; of a workbook those of its first sheet."""
    tables = tables_of(source, member)
    return tables[0].columns if tables else ()


def rows_of(source: SourceFile, table: TableFile) -> Iterator[TableRow | Problem]:
    """The rows of a table. Streams; a workbook keeps its shared texts in memory, as its format wants."""
    if table.sort == "book":
        return sheet_rows(source, table.member, table.sheet or "", table.shown)
    if table.sort == "parquet":
        return _parquet_rows(source, table)
    return _json_rows(source, table.member) if table.sort == "json" else _csv_rows(source, table)


def sniffed(lines: Sequence[str]) -> str | None:
    """The delimiter that parts these lines into the same number of cells; None for a single column.

    >>> sniffed(["Name;Amount", "Acme;1,5", "Ash;2,0"]), sniffed(["only"])
    (';', None)
    """
    best, chosen = (0.0, 0), None
    for delimiter in DELIMITERS:
        try:
            widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(cells)]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        # The header counts: amounts may hold more commas than it does.
        same = Counter(widths)[widths[0]] / len(widths)
        if (same, widths[0]) > best:
            best, chosen = (same, widths[0]), delimiter
    return chosen


def unique_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once: the second ``Name`` becomes ``Name (2)``, one without a name ``column 3``.

    >>> unique_names(["Name", "Name", ""])
    ('Name', 'Name (2)', 'column 3')
    """
    found: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        name = base = " ".join(cell.split()) or f"column {number}"
        count = 1
        while name in found:
            count += 1
            name = f"{base} ({count})"
        found[name] = None
    return tuple(found)


def _sample_lines(head: bytes) -> list[str]:
    lines = re.split("\r\n|\n|\r", head.decode("utf-8", errors="replace"))
    # The last one may be cut off.
    kept = lines[:-1] if len(lines) > 1 and len(head) > 8000 else lines
    return [line for line in kept if line.strip()][:50]


def _csv_columns(source: SourceFile, member: Member, delimiter: str) -> tuple[str, ...]:
    # The first line as text: says so when it is in another encoding.
    next(source.text_lines(member), None)
    with source.open(member) as file:
        head = file.read(_HEADER_BYTES)
    # A leading tab is an empty cell, so that blanks must stay.
    text = head.decode(source.encoding or "utf-8-sig", errors="replace").lstrip("\r\n")
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        cells = []
    return unique_names(cells[:_MAX_COLUMNS])


def _csv_rows(source: SourceFile, table: TableFile) -> Iterator[TableRow | Problem]:
    lines = source.csv_rows(table.member, delimiter=table.delimiter, header=table.columns, ragged=True)
    for number, row in enumerate(lines):
        if number == 0:
            continue
        yield row if isinstance(row, Problem) else TableRow(row.place, row.values)


def _parquet_rows(source: SourceFile, table: TableFile) -> Iterator[TableRow]:
    with ParquetTable(source, table.member) as parquet:
        for number, values in enumerate(parquet.rows(), start=1):
            yield TableRow(Place(table.shown, number), values)


def _json_rows(source: SourceFile, member: Member) -> Iterator[TableRow | Problem]:
    for item in source.json_items(member):
        if isinstance(item, Problem):
            yield item
            continue
        number, value = item
        found = row_object(Place(member.shown, number), value)
        if isinstance(found, Problem):
            yield found
        else:
            yield TableRow(Place(member.shown, number), dict(flat_values(found.items())))


def flat_values(items: Iterator[tuple[object, object]] | Sequence[tuple[object, object]] | object
                ) -> Iterator[tuple[str, Cell]]:  # fmt: skip
    """Keys and values of an object as cells; objects inside it get keys such as ``address.city``."""
    for key, value in items:  # type: ignore[union-attr]
        name = as_text(key) or "?"
        if isinstance(value, dict):
            for inner, cell in flat_values(value.items()):
                yield f"{name}.{inner}", cell
        elif isinstance(value, (list, tuple, set, frozenset)):
            yield name, tuple(text for item in value if (text := value_text(item)) is not None)
        elif (text := value_text(value)) is not None:
            yield name, text


def value_text(value: object) -> str | None:
    """A single value as text; None for nothing and for what is not a number.

    >>> value_text(1500000.0), value_text(True), value_text(float("nan"))
    ('1500000', 'true', None)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # Blanks around it are the reader's matter.
        return value if value.strip() and value.isprintable() else _safe_text(value)
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return as_text(value)


def _safe_text(text: str) -> str | None:
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text) if text.strip() else None


def _flat_json(head: bytes) -> bool:
    """Whether it is an array or lines of objects without large structures in them."""
    if head.startswith(b"["):
        return head[1:].lstrip().startswith(b"{")
    line = io.BytesIO(head).readline()
    return line.rstrip().endswith(b"}") and line.count(b"{") <= 3
