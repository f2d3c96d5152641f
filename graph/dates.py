"""Dates as published: a year, a month or a day, compared by overlap.

A source that says "2017" says less than one that says "2017-09-20". Interlock keeps the text and
compares the span of days it stands for (the calendar subset of ISO 8601-1 with reduced precision;
the same idea as EDTF level 0 of the Library of Congress).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from graph.errors import SchemaViolation

FIRST_YEAR, LAST_YEAR = 1000, 2100
OPEN_END = "9999-12-31"
"""Last day of a tie that goes on: a derived bound used for comparing, never shown."""

_PATTERN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of year, month or day precision.

    Attributes:
        text: as published: ``2017``, ``2017-09`` or ``2017-09-20``.
        first_day, last_day: the span it covers, as ``YYYY-MM-DD``.
        precision: ``year``, ``month`` or ``day``.
    """

    text: str
    first_day: str
    last_day: str
    precision: str

    def overlaps(self, other: PartialDate) -> bool:
        """Whether the two spans share a day: 2025-02-10 lies within 2025-02."""
        return self.first_day <= other.last_day and other.first_day <= self.last_day


def parse_date(text: str, *, field: str = "date") -> PartialDate:
    """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Raises:
        SchemaViolation: another form, a month or day that does not exist, or a year outside
            1000 to 2100 (the year 3201 is a typing error, not a plan).

    >>> parse_date("2017-02").last_day
    '2017-02-28'
    """
    return _read(text, field)


# Files repeat their dates, and each tie's are read when it is checked and when its bounds are written.
@lru_cache(maxsize=20_000)
def _read(text: str, field: str) -> PartialDate:
    match = _PATTERN.match(text)
    hint = "Write a year, a month or a day: 2017, 2017-09 or 2017-09-20."
    if not match:
        raise SchemaViolation(f"{text[:40]!r} is not a date.", field=field, value=text, hint=hint)
    year, month, day = int(match[1]), match[2], match[3]
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise SchemaViolation(
            f"the year of {text!r} is outside {FIRST_YEAR} to {LAST_YEAR}.",
            field=field,
            value=text,
            hint=hint,
        )
    if month is None:
        return PartialDate(text, f"{year:04d}-01-01", f"{year:04d}-12-31", "year")
    if not 1 <= int(month) <= 12:
        raise SchemaViolation(f"{text!r} has no such month.", field=field, value=text, hint=hint)
    days = calendar.monthrange(year, int(month))[1]
    if day is None:
        return PartialDate(text, f"{text}-01", f"{text}-{days:02d}", "month")
    if not 1 <= int(day) <= days:
        raise SchemaViolation(f"{text!r} has no such day.", field=field, value=text, hint=hint)
    return PartialDate(text, text, text, "day")


def overlap(first: str, second: str) -> bool:
    """Whether two published dates can mean the same day.

    >>> overlap("2025-02-10", "2025-02"), overlap("2024", "2025-02")
    (True, False)
    """
    return parse_date(first).overlaps(parse_date(second))


def today() -> str:
    """The current day as ``YYYY-MM-DD``."""
    return date.today().isoformat()
