"""Cells of a row of Crunchbase's tables: ids, names, money, dates, and what spreadsheets made of them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from graph.model import Entity, Place, Problem, Remark
from graph.ontology import ID_MAX
from loaders.source_file import Row
from loaders.values import RowReader, clean, decimal_text, money_fields, read_amount

_ERRORS = re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NULL!|NUM!)|#{3,}", re.ASCII)
_DATE_LIKE = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:[T ].*)?|"
    r"\d{1,2}-[A-Za-z]{3}(?:-\d{2,4})?|[A-Za-z]{3}-\d{2,4}",
    re.ASCII,
)
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ].*)?", re.ASCII)
_NOTHING = frozenset({"", "\\N", "NULL", "null"})
_YES = frozenset({"true", "t", "1", "yes", "y"})
_NO = frozenset({"false", "f", "0", "no", "n"})
_EARLIEST_EVENT = 1800
_EARLIEST_FOUNDING = 1600
_NO_YEAR = "1000"
# Codes that left ISO 3166-1 and that only one country ever had.
_OLD_COUNTRIES = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS"}
_CATEGORIES = ("category_list", "category_code", "market")
_KIND_WORDS = {"person": "person", "people": "person", "financial-organization": "investor"}


class Cells:
    """Reads the cells of one row; every column asked for counts as read.

    Args:
        row: the row, its columns in lower case.
        order: how the file writes dates of three numbers: ``dmy``, ``mdy``, or ``?`` when nobody can tell.
        read: takes the columns that were read.
    """

    def __init__(self, row: Row, order: str | None = None, read: set[str] | None = None) -> None:
        self.place = row.place
        self.values = row.values
        self.reader = RowReader(row.place)
        self.read: set[str] = set() if read is None else read
        self._order = order or "?"

    @property
    def remarks(self) -> list[Remark]:
        """What was noticed about the row, each once."""
        return list(dict.fromkeys(self.reader.remarks))

    def raw(self, *names: str) -> str | None:
        """The first of these columns that holds something, as it stands, without blanks around it."""
        found = None
        for name in names:
            text = self.values.get(name)
            if text is not None:
                self.read.add(name)
                text = text.strip()
                if found is None and text not in _NOTHING:
                    found = text
        return found

    def text(self, *names: str) -> str | None:
        """The first of these columns that says something; words such as n/a say nothing."""
        for name in names:
            found = clean(self.raw(name))
            if found is not None:
                return found
        return None

    def name(self, *names: str) -> str | None:
        """A name as written; a spreadsheet's error in its place is kept and remarked on."""
        found = self.raw(*names)
        if found is not None and _ERRORS.fullmatch(found):
            self.reader.remark(
                names[0], found, "a spreadsheet's error stands where the name should; it is kept as it stands"
            )
        return found

    def key(self, *names: str) -> str | None:
        """An id of Crunchbase as the id of an entity; permalinks and uuids are the same in any case."""
        found = self.raw(*names)
        if found is None or len(found) > ID_MAX - 40 or _ERRORS.fullmatch(found):
            return None
        return f"crunchbase:{found.lower()}"

    def yes(self, *names: str) -> bool | None:
        """Whether a column says true or false; None when it says neither."""
        found = (self.raw(*names) or "").lower()
        return True if found in _YES else False if found in _NO else None

    def money(self, column: str, currency: str | None) -> tuple[Decimal | None, str | None]:
        """An amount above 0 and its currency; 0 stands for unknown in Crunchbase's tables."""
        found = self.text(column)
        if found is None:
            return None, currency
        if _ERRORS.fullmatch(found):
            self.reader.remark(column, found, "a spreadsheet's error stands in the cell; it is left out")
            return None, currency
        if _DATE_LIKE.fullmatch(found):
            self.reader.remark(column, found, "a date stands where a number should; it is left out")
            return None, currency
        if re.fullmatch(r"\d+(?:\.\d+)?[eE]\+?\d{1,2}", found, re.ASCII):
            # How spreadsheets and pandas write large numbers.
            value, code = Decimal(found), currency
        else:
            amount = read_amount(found, currency)
            if amount.reason:
                self.reader.remark(column, found, amount.reason)
            value, code = amount.value, amount.currency
        if value is not None and value < 0:
            self.reader.remark(column, found, "the amount is below 0; it is left out")
        return (value if value is not None and 0 < value < Decimal(10) ** 20 else None), code

    def dollars(self, column: str) -> int | None:
        """Whole US dollars; cents are left out."""
        value, currency = self.money(column, "USD")
        if value is None or currency != "USD" or value >= 10**15:
            return None
        if value != value.to_integral_value():
            self.reader.remark(column, self.values[column], "the amount has cents; they are left out")
        return int(value) or None

    def price(self, column: str, currency_column: str) -> dict[str, Any]:
        """Fields of a tie for an amount and its currency; an amount without one is remarked on."""
        value, currency = self.money(column, self.currency(currency_column))
        if value is not None and currency is None:
            self.reader.remark(column, self.values[column], "the amount has no currency; it is left out")
        return money_fields(value, currency)

    def currency(self, *names: str) -> str | None:
        """A currency code."""
        found = self.text(*names)
        if found is None or re.fullmatch("[A-Za-z]{3}", found):
            return found and found.upper()
        self.reader.remark(names[0], found, "the currency is not known; it is left out")
        return None

    def date(self, column: str, month: str = "", year: str = "") -> str | None:
        """The date of an event.

        Args:
            column: the date.
            month, year: columns that say the month (2012-06) and the year again, where the table has them.
        """
        found = self._date(column, month, year)
        if found is not None and int(found[:4]) < _EARLIEST_EVENT:
            self.reader.remark(
                column, self.values[column], "the year is too early for what it dates; it is left out"
            )
            return None
        return found

    def founded(self, column: str, month: str = "", year: str = "") -> str | None:
        """Year of founding; the year 1000 stands for an unknown one."""
        found = self._date(column, month, year)
        if found is None or int(found[:4]) >= _EARLIEST_FOUNDING:
            return found and found[:4]
        if found.startswith(_NO_YEAR):
            self.reader.remark(
                column, self.values[column], "the year 1000 stands for an unknown one; it is left out"
            )
            return None
        self.reader.remark(
            column, self.values[column], "the year is uncommonly early; it is kept as published"
        )
        return found[:4]

    def _date(self, column: str, month: str, year: str) -> str | None:
        text = self.text(column)
        told_month, told_year = self.text(month) if month else None, self.text(year) if year else None
        if text is None:
            return self.reader.date(month, told_month) if told_month else None
        found = _NUMBERS.fullmatch(text)
        if found is None:
            if _ERRORS.fullmatch(text):
                self.reader.remark(column, text, "a spreadsheet's error stands in the cell; it is left out")
                return None
            return self.reader.date(column, text)
        first, second, last = int(found[1]), int(found[2]), found[3]
        if len(last) == 2:
            # Spreadsheets write 29 for 2029 and 30 for 1930, unless the year stands beside.
            last = told_year[:4] if told_year else (f"20{last}" if int(last) < 30 else f"19{last}")
        order = self._order
        told = re.search(r"-(\d{1,2})\b", told_month or "", re.ASCII)
        if told and first != second and int(told[1]) in (first, second):
            order = "mdy" if int(told[1]) == first else "dmy"
        if order == "?" and first != second and first <= 12 and second <= 12:
            self.reader.remark(column, text, "day and month cannot be told apart; the year is kept")
            return self.reader.date(column, last)
        order = "dmy" if order == "?" and first > 12 else "mdy" if order == "?" else order
        return self.reader.date(column, f"{found[1]}/{found[2]}/{last}", order)

    def country(self, *names: str) -> str | None:
        """ISO code of a country."""
        found = self.text(*names)
        return self.reader.country(names[0], _OLD_COUNTRIES.get(found, found)) if found else None

    def sectors(self, *names: str) -> tuple[str, ...]:
        """Slugs of the categories of all these columns, parted by bars or commas."""
        texts = [text for name in names if (text := self.text(name))]
        slugs = (slug(part) for text in texts for part in re.split(r"[|,;]", text))
        return tuple(dict.fromkeys(filter(None, slugs)))

    def entity(self, key: str, name_column: str, kind: str | None, prefix: str = "") -> Entity | None:
        """What a row says of one of its ends; None when it does not name it.

        Args:
            key: id of the entity.
            name_column: the column of its name.
            kind: what it is if its id does not tell.
            prefix: how the columns of its country and categories begin.
        """
        name = self.name(name_column)
        if name is None:
            return None
        return Entity(
            key,
            name,
            kind_of_key(key) or kind or "organization",
            country=self.country(prefix + "country_code"),
            sectors=self.sectors(*(prefix + column for column in _CATEGORIES)),
            identifiers=self.identifiers(key, prefix + "cb_url"),
        )

    def identifiers(self, key: str, column: str) -> tuple[str, ...]:
        """An id and, from the address of its page, the permalink that older files have for it."""
        url = self.text(column)
        found = url and re.search(r"crunchbase\.com(/(?:organization|company|person)/[^/?#\s]{1,200})", url)
        page = f"crunchbase:{found[1].lower()}" if found else key
        return (key,) if page == key else (key, page)

    def pass_over(self, name_column: str, prefix: str) -> None:
        """Count the columns of :meth:`entity` as read, where its record is known already."""
        columns = ("country_code", "cb_url", *_CATEGORIES)
        self.read.update((name_column, *(prefix + column for column in columns)))

    def problem(self, field: str, reason: str, hint: str = "") -> Problem:
        """Why the row cannot become a record."""
        row = tuple((name, text[:500]) for name, text in self.values.items())
        return Problem(
            Place(self.place.path, self.place.line, row),
            field,
            self.values.get(field, "")[:200],
            reason,
            hint,
        )


def kind_of_key(key: str) -> str | None:
    """The kind that a permalink or an id of the snapshot tells; None when it does not.

    >>> [kind_of_key(f"crunchbase:{key}") for key in ("/person/a", "f:1", "/organization/a")]
    ['person', 'investor', None]
    """
    value = key.removeprefix("crunchbase:")
    if found := re.match(r"/([a-z-]+)/", value):
        return _KIND_WORDS.get(found[1])
    if found := re.match(r"([cfp]):\d", value):
        return {"c": "company", "f": "investor", "p": "person"}[found[1]]
    return None


def slug(text: str) -> str:
    """A category as a short slug.

    >>> slug(" Curated Web ")
    'curated-web'
    """
    return "-".join(re.findall(r"[^\W_]+", text.casefold()))


def round_text(kind: str | None, code: str | None) -> str | None:
    """Type and code of a round in one: ``venture A``; the code is left out where the type ends with it.

    >>> round_text("venture", "A"), round_text("series-a", "a"), round_text(None, "B")
    ('venture A', 'series-a', 'B')
    """
    if kind and code and re.search(rf"(?:\A|[-_ ]){re.escape(code)}\Z", kind, re.IGNORECASE):
        return kind
    return " ".join(filter(None, (kind, code))) or None


def money_text(value: Decimal | int, currency: str) -> str:
    """An amount for a note: ``5,000,000 USD``."""
    whole, point, rest = decimal_text(Decimal(value)).partition(".")
    return f"{int(whole):,}{point}{rest} {currency}"


def round_note(texts: list[str]) -> str | None:
    """What a company's note says of rounds without a named investor."""
    if not texts:
        return None
    shown = "; ".join(texts[:20])
    more = f"; and {len(texts) - 20} more" if len(texts) > 20 else ""
    return f"rounds without a named investor: {shown}{more}"


def status_note(cells: Cells) -> str | None:
    """What Crunchbase says of the company's state, where it is not just operating."""
    status = cells.text("status")
    if status is None or status.lower() in ("operating", "live"):
        return None
    return f"status in Crunchbase: {status}"


def joined(*parts: str | None) -> str | None:
    """The parts of a note."""
    return "; ".join(filter(None, parts)) or None
