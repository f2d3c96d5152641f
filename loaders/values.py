"""Text of other people's files as values of the model: dates, amounts, shares, countries, ids.

Nothing is guessed. What cannot be read is None with a reason, and :class:`RowReader` turns the reason
into a remark, so that a row is loaded with what it does say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from graph.dates import FIRST_YEAR, LAST_YEAR, parse_date
from graph.errors import SchemaViolation
from graph.model import Place, Remark

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[T ].*)?\Z", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_THREE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T].*)?\Z", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[- .]+([A-Za-z]{3})[a-z]*\.?[- ,]+(\d{4})\Z", re.ASCII)
_NAMED_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s+(?:(\d{1,2}),?\s+)?(\d{4})\Z", re.ASCII)
_NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nan", "unknown", "undisclosed", "?"})
_SYMBOLS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW"}
_SCALES = {
    "": 1, "k": 10**3, "thousand": 10**3, "tsd": 10**3, "m": 10**6, "mm": 10**6, "mn": 10**6, "mio": 10**6,
    "mill": 10**6, "million": 10**6, "millions": 10**6, "millionen": 10**6, "b": 10**9, "bn": 10**9,
    "billion": 10**9, "billions": 10**9, "mrd": 10**9, "t": 10**12, "tn": 10**12, "trillion": 10**12,
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<before>[A-Za-z]{3}\b|[A-Z]{0,2}[$€£¥₹₩])?\s*"
    r"(?P<number>[+-]?\d[\d.,' \u00a0\u202f]*)\s*"
    r"(?P<scale>[A-Za-z]*)\.?\s*(?P<after>[A-Za-z]{3}|[A-Z]{0,2}[$€£¥₹₩])?\Z"
)


def digest(*parts: object) -> str:
    """Sixteen hexadecimal digits that stand for these parts; None and an empty text differ."""
    text = "\x1f".join("\x00" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def made_id(prefix: str, *parts: object) -> str:
    """An id for a row that has none: the same parts give the same id, on every machine and in every run."""
    return f"{prefix}:{digest(*parts)}"


def clean(text: object) -> str | None:
    """Text without blanks around it; None for nothing and for words that stand for nothing.

    >>> clean(" N/A "), clean("Acme ")
    (None, 'Acme')
    """
    if text is None:
        return None
    stripped = str(text).strip()
    return None if stripped.lower() in _NOTHING else stripped


def read_date(text: object, order: str = "dmy") -> tuple[str | None, str | None]:
    """A date as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, or the reason why there is none.

    ISO dates and times, ``20240131``, ``23-MAR-2006``, ``March 5, 2021`` and, by ``order`` (``dmy`` or
    ``mdy``), ``23/03/2006``. A month or day of 00 is left out: the date has less precision.

    >>> read_date("2013-05-00T00:00:00Z"), read_date("23-MAR-2006"), read_date("")
    (('2013-05', None), ('2006-03-23', None), (None, None))
    """
    value = clean(text)
    if value is None:
        return None, None
    # Wikidata writes a sign before its years.
    parts = _date_parts(value.removeprefix("+"), order)
    if parts is None:
        return None, "the date cannot be read; it is left out"
    year, month, day = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, f"the year is outside {FIRST_YEAR} to {LAST_YEAR}; the date is left out"
    found = f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if month and day else "")
    try:
        parse_date(found)
    except SchemaViolation:
        return None, "there is no such day; the date is left out"
    return found, None


def _date_parts(text: str, order: str) -> tuple[int, int, int] | None:
    if found := _ISO.match(text):
        return int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found := _COMPACT.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _THREE.match(text):
        first, second = int(found[1]), int(found[2])
        day, month = (first, second) if order == "dmy" else (second, first)
        return int(found[3]), month, day
    if (found := _NAMED.match(text)) and found[2].lower() in _MONTHS:
        return int(found[3]), _MONTHS[found[2].lower()], int(found[1])
    if (found := _NAMED_FIRST.match(text)) and found[1].lower() in _MONTHS:
        return int(found[3]), _MONTHS[found[1].lower()], int(found[2] or 0)
    return None


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as published: ``value`` in units of ``currency``, either None when not stated."""

    value: Decimal | None = None
    currency: str | None = None
    reason: str | None = None


def read_amount(text: object, currency: str | None = None) -> Amount:
    """An amount with thousands marks, a scale and a currency as people write them.

    An amount of 0 is read as 0; whether that means unknown is the format's matter. A text that could be
    read in two ways, such as ``1,500`` beside ``1.500``, follows the mark that stands last or repeats.

    >>> read_amount("1,5 Mio EUR").value, read_amount("$2.25bn").currency
    (Decimal('1500000'), 'USD')
    """
    value = clean(text)
    if value is None:
        return Amount(None, currency)
    found = _AMOUNT.match(value)
    if found is None:
        return Amount(None, currency, "the amount cannot be read; it is left out")
    scale, after = found["scale"], found["after"]
    if scale.lower() not in _SCALES:
        # "1500 EUR": the letters are the currency.
        if after or len(scale) != 3:
            return Amount(None, currency, "the amount cannot be read; it is left out")
        scale, after = "", scale
    number = plain_number(found["number"])
    if number is None:
        return Amount(None, currency, "the amount cannot be read; it is left out")
    stated = found["before"] or after
    code = _SYMBOLS.get(stated, stated.upper()) if stated else currency
    if code is not None and not re.fullmatch("[A-Z]{3}", code):
        return Amount(None, currency, "the currency is not known; the amount is left out")
    scaled = number * _SCALES[scale.lower()]
    return Amount(scaled.quantize(Decimal(1)) if scaled == scaled.to_integral_value() else scaled, code)


def plain_number(text: str) -> Decimal | None:
    """A number with thousands marks of either custom.

    >>> [str(plain_number(text)) for text in ("1,500,000", "1.500.000,25", "1,5", "1 234.5")]
    ['1500000', '1500000.25', '1.5', '1234.5']
    """
    bare = re.sub("[ '\u00a0\u202f]", "", text.strip())
    comma, point = bare.count(","), bare.count(".")
    if comma and point:
        last = max(bare.rfind(","), bare.rfind("."))
        mark = bare[last]
        bare = bare.replace("," if mark == "." else ".", "").replace(",", ".")
    elif comma:
        # One comma before three digits parts thousands; otherwise it is a decimal comma.
        thousands = comma > 1 or re.search(r",\d{3}\Z", bare)
        bare = bare.replace(",", "" if thousands else ".")
    elif point > 1:
        bare = bare.replace(".", "")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 28 else None


def decimal_text(number: Decimal) -> str:
    """Plain digits without an exponent and without zeros at the end of a fraction, of at most 20 places."""
    text = f"{number:f}" if int(number.as_tuple().exponent) >= -20 else f"{number:.20f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_fields(value: Decimal | None, currency: str | None) -> dict[str, Any]:
    """Fields of a tie for an amount: ``amount_usd`` for whole US dollars, else ``amount`` and ``currency``.

    Nothing for an unknown amount, one without a currency, and one that is not above 0.
    """
    if value is None or currency is None or value <= 0:
        return {}
    if currency == "USD" and value == value.to_integral_value() and value < 10**15:
        return {"amount_usd": int(value)}
    return {"amount": decimal_text(value), "currency": currency}


@dataclass(frozen=True, slots=True)
class Share:
    """A share as a fraction: exact, or a band with a bound missing where it is not stated."""

    exact: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    def fields(self, basis: str) -> dict[str, Any]:
        """Fields of a tie; empty when nothing is known. A share of 0 is no stake and says nothing."""
        found = {"share": self.exact or None, "share_min": self.low, "share_max": self.high}
        kept = {name: value for name, value in found.items() if value is not None}
        return {**kept, "share_basis": basis} if kept else {}


_BAND = re.compile(r"([\d.,]+)\s*%?\s*(?:-|–|to|bis)\s*([\d.,]+)\s*%?\Z")
_ONE_SIDED = re.compile(r"(>=|≥|>|<=|≤|<|more than|over|at least|less than|under|up to)\s*([\d.,]+)\s*%?\Z")


def read_share(text: object, *, percent: bool = True) -> Share:
    """A share such as ``25``, ``25%``, ``25-50``, ``>50 %``.

    Args:
        text: what the file says.
        percent: whether a number without a sign is one of a hundred (True) or a fraction (False).

    >>> read_share("25-50").low, read_share("0.25", percent=False).exact, read_share("> 50 %").low
    (0.25, 0.25, 0.5)
    """
    value = clean(text)
    if value is None:
        return Share()
    value = value.lower()
    unit = Decimal(100) if percent or "%" in value else Decimal(1)

    def fraction(number: str) -> float | None:
        read = plain_number(number.replace(",", ".") if number.count(",") == 1 else number)
        return None if read is None else float(read / unit)

    if found := _BAND.match(value):
        low, high = fraction(found[1]), fraction(found[2])
        if low is not None and high is not None and 0 <= low <= high <= 1:
            return Share(low=low, high=high) if low < high else Share(exact=low)
    elif found := _ONE_SIDED.match(value):
        bound = fraction(found[2])
        if bound is not None and 0 <= bound <= 1:
            more = found[1] in (">=", "≥", ">", "more than", "over", "at least")
            return Share(low=bound) if more else Share(high=bound)
    else:
        exact = fraction(value.rstrip("% "))
        if exact is not None and 0 <= exact <= 1:
            return Share(exact=exact)
        if exact is not None:
            return Share(reason="the share is not between 0 and 100 %; it is left out")
    return Share(reason="the share cannot be read; it is left out")


@lru_cache(maxsize=4096)
def country_code(text: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of a code or English name; the part before a hyphen for US-DE.

    >>> country_code("USA"), country_code("United Kingdom"), country_code("US-DE"), country_code("Atlantis")
    ('US', 'GB', 'US', None)
    """
    import pycountry

    value = clean(text)
    if value is None:
        return None
    if found := re.match(r"([A-Za-z]{2})-[A-Za-z0-9]{1,3}\Z", value):
        value = found[1]
    value = _COUNTRY_WORDS.get(value.lower(), value)
    try:
        # Historic and user-assigned codes (XK) are no entries there.
        return value.upper() if value.upper() == "XK" else pycountry.countries.lookup(value).alpha_2
    except LookupError:
        return None


_COUNTRY_WORDS: Mapping[str, str] = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "great britain": "GB", "england and wales": "GB", "england & wales": "GB", "usa": "US", "u.s.": "US",
    "u.s.a.": "US", "united states of america": "US", "russia": "RU", "south korea": "KR",
    "north korea": "KP", "taiwan": "TW", "iran": "IR", "vietnam": "VN", "bolivia": "BO",
    "venezuela": "VE", "tanzania": "TZ", "moldova": "MD", "laos": "LA", "syria": "SY", "brunei": "BN",
    "czech republic": "CZ", "turkey": "TR", "ivory coast": "CI", "british virgin islands": "VG", "bvi": "VG",
    "kosovo": "XK", "el": "GR",
}  # fmt: skip


def http_url(text: object) -> str | None:
    """An address that may become a link: http or https, without blanks, brackets and quotation marks.

    >>> http_url("https://example.org/a"), http_url("javascript:alert(1)"), http_url("https://[example.org/")
    ('https://example.org/a', None, None)
    """
    value = clean(text)
    if not value or not re.fullmatch(r"https?://[^\s<>\"]+", value):
        return None
    try:
        return value if urlsplit(value).hostname else None
    except ValueError:  # half an address of IPv6
        return None


class RowReader:
    """Reads the values of one row and collects what it could not read as remarks."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.remarks: list[Remark] = []

    def remark(self, field: str, value: object, reason: str) -> None:
        """Note something about the row; ``reason`` must not hold the value."""
        self.remarks.append(Remark(self.place, field, str(value)[:200], reason))

    def date(self, field: str, text: object, order: str = "dmy") -> str | None:
        """See :func:`read_date`."""
        found, reason = read_date(text, order)
        if reason:
            self.remark(field, text, reason)
        return found

    def period(
        self, start_field: str, start: object, end_field: str, end: object, order: str = "dmy"
    ) -> tuple[str | None, str | None]:
        """Start and end; an end before the start is left out."""
        first, last = self.date(start_field, start, order), self.date(end_field, end, order)
        if first and last and parse_date(first).first_day > parse_date(last).last_day:
            self.remark(end_field, end, "the end is before the start; it is left out")
            last = None
        return first, last

    def amount(self, field: str, text: object, currency: str | None = None) -> Amount:
        """See :func:`read_amount`."""
        found = read_amount(text, currency)
        if found.reason:
            self.remark(field, text, found.reason)
        return found

    def share(self, field: str, text: object, *, percent: bool = True) -> Share:
        """See :func:`read_share`."""
        found = read_share(text, percent=percent)
        if found.reason:
            self.remark(field, text, found.reason)
        return found

    def country(self, field: str, text: object) -> str | None:
        """See :func:`country_code`."""
        value = clean(text)
        found = country_code(value)
        if value and found is None:
            self.remark(field, value, "the country is not known; it is left out")
        return found

    def url(self, field: str, text: object) -> str | None:
        """See :func:`http_url`."""
        value = clean(text)
        found = http_url(value)
        if value and found is None:
            self.remark(field, value, "the address is not an http(s) link; it is left out")
        return found
