"""What people write for dates, amounts, shares and countries, and what becomes of what cannot be read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import parse_date
from graph.errors import SchemaViolation
from graph.model import Place
from loaders.values import (
    RowReader,
    country_code,
    decimal_text,
    http_url,
    made_id,
    money_fields,
    plain_number,
    read_amount,
    read_date,
    read_share,
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2017", "2017"), ("2017-9", "2017-09"), ("2017-09-20", "2017-09-20"), ("2017/09/20", "2017-09-20"),
        ("2017-09-20T13:00:00Z", "2017-09-20"), ("2017-09-20 00:00:00", "2017-09-20"),
        ("2013-00-00", "2013"), ("2013-05-00", "2013-05"), ("+2013-00-00T00:00:00Z", "2013"),
        ("20240131", "2024-01-31"), ("31/01/2024", "2024-01-31"), ("31.1.2024", "2024-01-31"),
        ("23-MAR-2006", "2006-03-23"), ("5 March 2021", "2021-03-05"), ("March 5, 2021", "2021-03-05"),
        ("Mar 2021", "2021-03"), (" 2017 ", "2017"), (2017, "2017"),
    ],
)  # fmt: skip
def test_date(text: object, wanted: str) -> None:
    assert read_date(text) == (wanted, None)


def test_date_by_order() -> None:
    assert read_date("03/04/2021")[0] == "2021-04-03"
    assert read_date("03/04/2021", "mdy")[0] == "2021-03-04"


@pytest.mark.parametrize("text", ["", None, "n/a", "-", "None", "unknown"])
def test_no_date_is_no_fault(text: object) -> None:
    assert read_date(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("3201-01-01", "year"), ("0201-01-01", "year"), ("2021-13-01", "no such day"), ("2021-02-30", "no such day"),
        ("31/02/2021", "no such day"), ("soon", "cannot be read"), ("####", "cannot be read"),
        ("12/2021/01", "cannot be read"), ("٢٠٢١", "cannot be read"), ("9" * 5_000, "cannot be read"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_has_a_reason(text: str, word: str) -> None:
    found, reason = read_date(text)
    assert found is None
    assert reason is not None
    assert word in reason


@given(st.text(max_size=40))
def test_whatever_is_read_is_a_date_of_ours(text: str) -> None:
    found, _ = read_date(text)
    if found is not None:
        parse_date(found)


@given(st.dates())
def test_iso_dates_come_back(day: object) -> None:
    text = str(day)
    try:
        parse_date(text)
    except SchemaViolation:
        return
    assert read_date(text) == (text, None)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1,5 Mio EUR", "1500000", "EUR"), ("$2.25bn", "2250000000", "USD"), ("1,500,000", "1500000", None),
        ("1.500.000,25", "1500000.25", None), ("US$ 10 million", "10000000", "USD"), ("10M", "10000000", None),
        ("€3k", "3000", "EUR"), ("1500 EUR", "1500", "EUR"), ("GBP 12.50", "12.50", "GBP"), ("0", "0", None),
        ("1 234 567", "1234567", None), ("-5", "-5", None), (" 1,200,000 ", "1200000", None),
    ],
)  # fmt: skip
def test_amount(text: str, value: str, currency: str | None) -> None:
    found = read_amount(text)
    assert (found.value, found.currency, found.reason) == (Decimal(value), currency, None)


@pytest.mark.parametrize("text", ["much", "####", "12 apples", "1.2.3,4,5", "2021-01-01", "1e999", "9" * 60])
def test_an_amount_that_cannot_be_read_has_a_reason(text: str) -> None:
    found = read_amount(text, "EUR")
    assert (found.value, found.currency) == (None, "EUR")
    assert found.reason


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    read_amount(text)
    read_share(text)
    country_code(text)
    http_url(text)
    plain_number(text)


@pytest.mark.parametrize(
    ("value", "currency", "wanted"),
    [
        (Decimal("10"), "USD", {"amount_usd": 10}),
        (Decimal("10.50"), "USD", {"amount": "10.5", "currency": "USD"}),
        (Decimal("1E+3"), "EUR", {"amount": "1000", "currency": "EUR"}),
        (Decimal("0"), "USD", {}),
        (Decimal("-1"), "USD", {}),
        (None, "USD", {}),
        (Decimal("5"), None, {}),
    ],
)
def test_money_fields(value: Decimal | None, currency: str | None, wanted: dict[str, object]) -> None:
    assert money_fields(value, currency) == wanted


def test_decimal_text_is_plain_and_not_too_long() -> None:
    assert decimal_text(Decimal("1E+5")) == "100000"
    assert decimal_text(Decimal(1) / Decimal(3)) == "0.33333333333333333333"


@pytest.mark.parametrize(
    ("text", "percent", "exact", "low", "high"),
    [
        ("25", True, 0.25, None, None), ("25%", False, 0.25, None, None), ("0.25", False, 0.25, None, None),
        ("25-50", True, None, 0.25, 0.5), ("25 % to 50 %", True, None, 0.25, 0.5), (">75", True, None, 0.75, None),
        ("more than 25%", True, None, 0.25, None), ("up to 10 %", True, None, None, 0.1),
        ("33,3", True, 0.333, None, None), ("100", True, 1.0, None, None), ("", True, None, None, None),
    ],
)  # fmt: skip
def test_share(text: str, percent: bool, exact: float | None, low: float | None, high: float | None) -> None:
    found = read_share(text, percent=percent)
    assert (found.exact, found.low, found.high, found.reason) == (exact, low, high, None)


@pytest.mark.parametrize("text", ["101", "-1", "half", "50-25", "25-150"])
def test_a_share_that_cannot_be_has_a_reason(text: str) -> None:
    found = read_share(text)
    assert (found.exact, found.low, found.high) == (None, None, None)
    assert found.reason


def test_a_share_of_nothing_is_no_stake() -> None:
    assert read_share("0").fields("equity") == {}
    assert read_share("25-50").fields("voting") == {
        "share_min": 0.25,
        "share_max": 0.5,
        "share_basis": "voting",
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("US", "US"), ("usa", "US"), ("United Kingdom", "GB"), ("England and Wales", "GB"), ("DEU", "DE"),
        ("US-DE", "US"), ("Russia", "RU"), ("South Korea", "KR"), ("XK", "XK"), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_country(text: str, wanted: str | None) -> None:
    assert country_code(text) == wanted


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "ftp://a.example", "http://a b", 'https://a"><script>', "//a.example", ""]
)
def test_only_web_addresses_become_links(text: str) -> None:
    assert http_url(text) is None


def test_made_ids_tell_apart_and_stay_the_same() -> None:
    assert made_id("x", "a", None) == made_id("x", "a", None)
    assert (
        len({made_id("x", *parts) for parts in (("a", None), ("a", ""), ("a",), ("", "a"), ("a", "b"))}) == 5
    )


def test_row_reader_collects_remarks_and_keeps_the_rest() -> None:
    row = RowReader(Place("in.csv", 3))
    assert row.period("from", "2020-05", "to", "2019") == ("2020-05", None)
    assert row.date("founded", "3201") is None
    assert row.country("country", "Atlantis") is None
    assert row.url("link", "javascript:x") is None
    assert [(remark.field, remark.value) for remark in row.remarks] == [
        ("to", "2019"), ("founded", "3201"), ("country", "Atlantis"), ("link", "javascript:x"),
    ]  # fmt: skip
    assert all(remark.value not in remark.reason for remark in row.remarks)
