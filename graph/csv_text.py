"""CSV as text: RFC 4180, and the guard for tables that people open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: object) -> object:
    """``value``, with an apostrophe before text that a spreadsheet would run as a formula.

    Numbers stay numbers: -5 is no text. Only for tables shown to people; data files keep their bytes.

    >>> guarded("=1+1"), guarded("nvidia"), guarded(-5)
    ("'=1+1", 'nvidia', -5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """A table with its header. None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
