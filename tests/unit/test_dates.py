"""Dates as published compare by overlap."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import overlap, parse_date
from graph.errors import SchemaViolation

DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(2100, 12, 31))


def test_a_day_lies_within_its_month_and_year() -> None:
    assert overlap("2025-02-10", "2025-02")
    assert overlap("2025-02-10", "2025")
    assert not overlap("2025-02-10", "2025-03")
    assert not overlap("2024", "2025-02")


def test_february_ends_with_its_year() -> None:
    assert parse_date("2024-02").last_day == "2024-02-29"
    assert parse_date("1900-02").last_day == "1900-02-28"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17",
        "2017-9",
        "2017-13",
        "2017-00",
        "2017-02-30",
        "3201",
        "0999",
        "2017/09",
        " 2017",
        "2017-09-20T00:00",
        "٢٠١٧",
    ],
)
def test_other_forms_are_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(SchemaViolation) as caught:
        parse_date(text, field="start")
    assert caught.value.field == "start"
    assert "2017-09-20" in caught.value.hint


@given(DAYS)
def test_every_precision_of_a_day_covers_it(day: date) -> None:
    text = day.isoformat()
    for length, span in (
        (10, 1),
        (7, calendar.monthrange(day.year, day.month)[1]),
        (4, 366 if calendar.isleap(day.year) else 365),
    ):
        parsed = parse_date(text[:length])
        first, last = date.fromisoformat(parsed.first_day), date.fromisoformat(parsed.last_day)
        assert first <= day <= last
        assert last - first + timedelta(days=1) == timedelta(days=span)


@given(DAYS, DAYS, st.sampled_from((4, 7, 10)), st.sampled_from((4, 7, 10)))
def test_overlap_is_symmetric_and_means_a_shared_day(first: date, second: date, m: int, n: int) -> None:
    a, b = first.isoformat()[:m], second.isoformat()[:n]
    shortest = min(m, n)
    assert overlap(a, b) == overlap(b, a) == (a[:shortest] == b[:shortest])
