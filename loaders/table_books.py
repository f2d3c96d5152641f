"""Excel workbooks and Parquet files as rows; both need to jump about in the file."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from graph.errors import LoadError
from graph.model import Place
from loaders.source_file import MAX_ARCHIVE_BYTES, MAX_RATIO, Member, SourceFile
from loaders.table_cells import Cell, TableRow

_IN_MEMORY = 16_000_000
_BATCH = 5_000
_HEADER_WITHIN = 20
_MAX_CELLS = 5_000


def is_book(head: bytes, member: Member) -> bool:
    """Whether it is a workbook of Excel since 2007."""
    return head.startswith(b"PK\x03\x04") and member.plain_name.endswith((".xlsx", ".xlsm"))


def is_parquet(head: bytes) -> bool:
    """Whether it begins as Parquet files do."""
    return head.startswith(b"PAR1")


def sheets_of(source: SourceFile, member: Member) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and columns of every sheet that has a header."""
    with _book(source, member) as book:
        for sheet in book.worksheets:
            found = _header(sheet)
            if found is not None:
                yield str(sheet.title), found[1]


def sheet_rows(source: SourceFile, member: Member, name: str, shown: str) -> Iterator[TableRow]:
    """The rows below the header, by the values that Excel last computed. Lines are those of the sheet.

    Rows above the header, such as a title, are left aside: the header is the first row with two cells.
    """
    with _book(source, member) as book:
        sheet = next((one for one in book.worksheets if one.title == name), None)
        found = _header(sheet) if sheet is not None else None
        if sheet is None or found is None:
            return
        first, columns = found
        for line, cells in enumerate(_rows(sheet, first + 1), start=first + 1):
            texts = [_cell_text(cell) for cell in cells[: len(columns)]]
            if any(texts):
                pairs = zip(columns, texts, strict=False)
                yield TableRow(Place(shown, line), {key: text for key, text in pairs if text is not None})


class ParquetTable:
    """A Parquet file, read by batches. A context manager."""

    def __init__(self, source: SourceFile, member: Member) -> None:
        self._source, self._member = source, member

    def __enter__(self) -> ParquetTable:
        import pyarrow
        import pyarrow.parquet as parquet

        self._errors = (pyarrow.ArrowException, OSError, ValueError, NotImplementedError)
        self._context = _seekable(self._source, self._member)
        self._spooled = self._context.__enter__()
        try:
            self._file: Any = parquet.ParquetFile(self._spooled)
        except self._errors as exc:
            self._context.__exit__(None, None, None)
            raise _damaged(self._member, "Parquet file", exc) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._context.__exit__(kind, value, trace)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [str(name) for name in self._file.schema_arrow.names]

    def rows(self) -> Iterator[dict[str, Cell]]:
        """The values of each row that are there."""
        from loaders.table_rows import flat_values

        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                for values in batch.to_pylist():
                    pairs = [(key, _plain(value)) for key, value in values.items()]
                    yield dict(flat_values(pairs))
        except self._errors as exc:
            raise _damaged(self._member, "Parquet file", exc) from exc


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date, time)):
        return _moment(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    return value


def _moment(value: datetime | date | time) -> str:
    text = value.isoformat()
    return text.removesuffix("T00:00:00") if isinstance(value, datetime) else text


@contextmanager
def _seekable(source: SourceFile, member: Member) -> Generator[IO[bytes]]:
    """The file's bytes with random access; unpacked ones lie in memory or, if large, in a temporary file."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spooled:
        if isinstance(member.entry, Path) and member.plain_name == member.name.lower():
            with member.entry.open("rb") as file:
                yield file
            source.meter.read += member.entry.stat().st_size
        else:
            with source.open(member) as file:
                shutil.copyfileobj(file, spooled)
            spooled.seek(0)
            yield cast("IO[bytes]", spooled)


@contextmanager
def _book(source: SourceFile, member: Member) -> Generator[Any]:
    import openpyxl
    from defusedxml.common import DefusedXmlException
    from openpyxl.utils.exceptions import InvalidFileException

    with _seekable(source, member) as file:
        try:
            _check_size(file, member)
            with warnings.catch_warnings():
                # Styles and extensions that openpyxl does not keep matter to nobody here.
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
        except (LoadError, GeneratorExit):
            raise
        except (
            InvalidFileException, DefusedXmlException, zipfile.BadZipFile, KeyError, ValueError, TypeError,
            IndexError, AttributeError, OSError, EOFError, NotImplementedError, SyntaxError,
            zipfile.LargeZipFile,
            RuntimeError, AssertionError, OverflowError,
        ) as exc:  # fmt: skip
            raise _damaged(member, "workbook", exc) from exc


def _check_size(file: IO[bytes], member: Member) -> None:
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        size, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
        if size > MAX_ARCHIVE_BYTES and size > MAX_RATIO * max(1, packed):
            raise LoadError(
                f"unpacks to {size:,} bytes, more than {MAX_RATIO} times its size.",
                path=member.shown,
                hint="Save the sheet as “CSV UTF-8” and load that.",
            )
    file.seek(0)


def _header(sheet: Any) -> tuple[int, tuple[str, ...]] | None:
    """Line and names of the first row with two cells; of one with a single cell if there is no other."""
    from loaders.table_rows import unique_names

    single: tuple[int, tuple[str, ...]] | None = None
    for line, cells in enumerate(islice(_rows(sheet, 1), _HEADER_WITHIN), start=1):
        texts = [_cell_text(cell) or "" for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        filled = sum(bool(text) for text in texts)
        if filled >= 2:
            return line, unique_names(texts)
        if filled and single is None:
            single = (line, unique_names(texts))
    return single


def _rows(sheet: Any, first: int) -> Iterator[Sequence[Any]]:
    # Programs write wrong sizes of sheets; the rows themselves tell.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(min_row=first):
        yield row[:_MAX_CELLS]


def _cell_text(cell: Any) -> str | None:
    from loaders.table_rows import value_text

    value = cell.value
    if value is None:
        return None
    if isinstance(value, (datetime, date, time)):
        return _moment(value)
    number_format = getattr(cell, "number_format", None)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and "%" in str(number_format or ""):
        # What is shown as 25 % is stored as 0.25.
        return f"{(Decimal(str(value)) * 100).normalize():f}%"
    return value_text(value) if not isinstance(value, str) or value.strip() else None


def _damaged(member: Member, what: str, exc: BaseException) -> LoadError:
    reason = (str(exc) or type(exc).__name__).splitlines()[0][:120]
    return LoadError(
        f"is no whole {what} ({reason}).",
        path=member.shown,
        hint="Save it again, or export it as “CSV UTF-8”.",
    )
