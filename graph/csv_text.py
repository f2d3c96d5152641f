"""CSV as text: RFC 4180, and the guard for tables that people open in a spreadsheet (decision 0009)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

REJECT_COLUMNS = ("file", "line", "field", "value", "reason", "hint")
"""First columns of a table of rejected rows; the cells of the rows follow, see :data:`ROW_PREFIX`."""
ROW_PREFIX = "row:"

# Signs that begin a formula, also in the full width of East Asian keyboards.
_SIGN = "[=+\\-@＝＋－＠]"
# What spreadsheets drop or skip before a sign: blanks, control characters, marks without width.
_BLANK = "[\\s\\x00-\\x1f\\x7f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff]*"
# A plain number with a sign in front is no formula; nor are several at the start of a cell, joined as a list.
_PLAIN = "\\d+(?:[.,]\\d+)*(?:[eE][+\\-]?\\d+)?%?"
_NUMBER = f"[+\\-]{_PLAIN}(?=\\s*(?:[;\\t\\r\\n]|\\Z))"
_NUMBERS = f"[+\\-]{_PLAIN}(?:\\s*[;\\t\\r\\n]\\s*[+\\-]?{_PLAIN})*\\s*\\Z"
# Where a cell begins: at the start, and after what parts cells or rows for a spreadsheet of another country,
# which does not know our commas and quotation marks.
_FIRST, _LATER = f"\\A({_BLANK})", f"(?<=[;\\t\\r\\n])({_BLANK})"
_FORMULA = re.compile(f"{_FIRST}('*(?!{_NUMBERS}){_SIGN})|{_LATER}('*(?!{_NUMBER}){_SIGN})")
_GUARDED = re.compile(f"{_FIRST}'('*(?!{_NUMBERS}){_SIGN})|{_LATER}'('*(?!{_NUMBER}){_SIGN})")
_TAB = re.compile("\\A('*[\\t\\r])")
_GUARDED_TAB = re.compile("\\A'('*[\\t\\r])")
_IN_LINE = re.compile(
    f"((?:\\A|[,;\\t|]){_BLANK}[\"']?)(?![+\\-]\\d+(?:[.]\\d+)?(?:[eE][+\\-]?\\d+)?\\s*(?:[,\\]}}]|\\Z))({_SIGN})"
)


def guarded(value: object) -> object:
    """``value``, with an apostrophe before whatever in a text a spreadsheet would run as a formula.

    Numbers stay numbers, also as text: -5 runs nothing. :func:`unguarded` gives the text back. Only for
    tables shown to people; data files keep their bytes. Cost: O(length).

    >>> guarded("=1+1"), guarded("a;@b"), guarded("nvidia"), guarded(-5), guarded("-5")
    ("'=1+1", "a;'@b", 'nvidia', -5, '-5')
    """
    if not isinstance(value, str):
        return value
    return _TAB.sub(r"'\1", _FORMULA.sub(r"\1\3'\2\4", value))


def unguarded(text: str) -> str:
    """The text that :func:`guarded` was given.

    >>> unguarded("'=1+1"), unguarded("a;'@b"), unguarded("'n Sync")
    ('=1+1', 'a;@b', "'n Sync")
    """
    return _GUARDED.sub(r"\1\3\2\4", _GUARDED_TAB.sub(r"\1", text))


def guarded_line(text: str) -> str:
    """A line of words above a table, so that no part of it runs whatever a spreadsheet takes for a separator.

    >>> guarded_line("# of: a,=1+1")
    "# of: a,'=1+1"
    """
    return _IN_LINE.sub(r"\1'\2", text)


def sheet_text(columns: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """A table for people to open in a spreadsheet: :func:`csv_text` with every cell and name guarded."""
    names = [str(guarded(name)) for name in columns]
    return csv_text(names, ([guarded(cell) for cell in row] for row in rows), line_end=line_end)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """A table of data with its header, cells as they are. None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
