"""Ties by the rules of a mapping: type, direction, dates, amounts, shares and the id made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from graph.dates import parse_date, today
from graph.model import Tie
from graph.ontology import ontology
from loaders.mapping import Column, TieRule
from loaders.mapping_words import SWAPPED_VALUES, TYPE_VALUES
from loaders.table_cells import Cells, folded, type_of
from loaders.values import Share, decimal_text, made_id, money_fields, plain_number, read_share

OTHER_TYPE = "RELATED_TO"
_TEXTS = ("role", "round", "product", "note", "interest")
_IDENTITY = tuple(item.name for item in fields(Tie) if item.name not in ("id", "sources", "status", "origin"))
_YEAR = re.compile(r"(\d{4})\.0+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """The type of a row's tie.

    Attributes:
        type: of the ontology.
        word: what the row calls it, where that is no type of ours; the tie's role says it then.
        swapped: whether the word names the ends the other way round, as ``owned by`` does.
    """

    type: str
    word: str | None = None
    swapped: bool = False


def typed(rule: TieRule, cells: Cells) -> Typed:
    """The type that a row states; other words become ``RELATED_TO`` and are kept."""
    word = cells.text(rule.type)
    if word is None:
        return Typed(OTHER_TYPE)
    known, swapped = type_of(word), False
    if known is None:
        known, swapped = phrased(word)
    if known is None:
        reason = "the type of the tie is not known; it is kept as the role of RELATED_TO"
        cells.reader.remark(rule.type.column or "type", word, reason)
        return Typed(OTHER_TYPE, word)
    if ontology().types[known].directed and cells.yes(rule.undirected):
        reason = "the tie has no direction, which this type needs; it is kept as the role of RELATED_TO"
        cells.reader.remark(rule.type.column or "type", word, reason)
        return Typed(OTHER_TYPE, word)
    return Typed(known, swapped=swapped)


def phrased(word: str) -> tuple[str | None, bool]:
    """The type that a phrase stands for, and whether it names the ends the other way round.

    Only phrases that say their direction: ``supplier of`` does, ``supplier`` alone may mean either end.

    >>> phrased("SHAREHOLDER_OF"), phrased("owned by"), phrased("supplier")
    (('OWNS', False), ('OWNS', True), (None, False))
    """
    key = folded(word)
    if not key.endswith((" of", " by", " to", " in", " at", " for", " from", " with")):
        return None, False
    if key in SWAPPED_VALUES:
        return SWAPPED_VALUES[key], True
    return TYPE_VALUES.get(key), False


def fitting(found: Typed, from_kind: str | None, to_kind: str | None, cells: Cells) -> Typed | None:
    """The type, or ``RELATED_TO`` where it cannot join these kinds; None where nothing can."""
    for candidate in dict.fromkeys((found, Typed(OTHER_TYPE, found.word or found.type))):
        declared = ontology().types[candidate.type]
        if (from_kind is None or from_kind in declared.from_kinds) and (
            to_kind is None or to_kind in declared.to_kinds
        ):
            if candidate is not found:
                reason = "the type cannot join these kinds of ends; it is kept as the role of RELATED_TO"
                cells.reader.remark("type", found.type, reason)
            return candidate
    return None


def tie_fields(rule: TieRule, found: Typed, cells: Cells, date_order: str) -> dict[str, Any]:
    """Everything of a tie but its id, ends, type and sources."""
    values: dict[str, Any] = {name: cells.text(getattr(rule, name)) for name in _TEXTS}
    if found.word is not None:
        values["note"] = values["note"] if values["role"] is None else _joined(values["note"], found.word)
        values["role"] = values["role"] or found.word
    start, end = cells.reader.period(
        _name(rule.start, "start"), _year(cells.text(rule.start)),
        _name(rule.end, "end"), _year(cells.text(rule.end)), date_order,
    )  # fmt: skip
    values |= {"start_date": start, "end_date": end}
    values |= _money(rule, cells, values)
    values |= _shares(rule, found.type, cells)
    quantity = cells.number(rule.quantity)
    if quantity is not None:
        number = plain_number(quantity)
        if number is None:
            cells.reader.remark(_name(rule.quantity, "quantity"), quantity, "the quantity cannot be read")
        else:
            values["quantity"] = quantity if cells.literal else decimal_text(number)
    values["directness"] = _one_of(rule.directness, "directness", cells, ("direct", "indirect"))
    values["status"] = _status(rule, found.type, cells, end)
    return values


def tie_key(prefix: str, tie: Tie, stated: str | None, *more: object) -> str:
    """An id made of everything that tells the tie from others; a status that was derived is no part."""
    return made_id(prefix, *(getattr(tie, name) for name in _IDENTITY), stated, *more)


def stated_status(rule: TieRule, cells: Cells) -> str | None:
    """The status word of the row, before it is read."""
    return cells.text(rule.status)


def _status(rule: TieRule, tie_type: str, cells: Cells, end: str | None) -> str:
    known = _one_of(rule.status, "status", cells, tuple(ontology().statuses))
    if known is not None:
        return known
    if ontology().types[tie_type].nature == "event":
        return "completed"
    # A contract that runs until 2050 is not over.
    return "ended" if end is not None and parse_date(end).last_day < today() else "active"


def _one_of(column: Column | None, field: str, cells: Cells, known: tuple[str, ...]) -> str | None:
    text = cells.text(column)
    if text is None:
        return None
    word = text.strip().lower()
    if word in known:
        return word
    cells.reader.remark(_name(column, field), text, f"the {field} is not known; it is left out")
    return None


def _money(rule: TieRule, cells: Cells, values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, column in (("amount_usd", rule.amount_usd), ("round_usd", rule.round_usd)):
        text = cells.number(column)
        amount = cells.reader.amount(_name(column, field), text, "USD") if text else None
        if amount is not None and amount.value is not None:
            whole = _whole_dollars(amount.value) if amount.currency == "USD" else None
            if whole is not None:
                found[field] = whole
            elif field == "amount_usd" and amount.value > 0:
                found |= money_fields(amount.value, amount.currency)
            else:
                cells.reader.remark(_name(column, field), text, _NOT_ABOVE)
    text = cells.number(rule.amount)
    if text is None:
        return found
    stated = cells.text(rule.currency)
    code = stated.strip().upper() if stated else None
    if code is not None and not re.fullmatch("[A-Z]{3}", code):
        cells.reader.remark(_name(rule.currency, "currency"), stated, "the currency is not known")
        code = None
    name = _name(rule.amount, "amount")
    amount = cells.reader.amount(name, text, code)
    if amount.value is None:
        return found
    value = amount.value * rule.scale
    if amount.currency is None:
        cells.reader.remark(name, text, "the amount has no currency; it is left out")
    elif value <= 0:
        cells.reader.remark(name, text, _NOT_ABOVE)
    elif rule.whole_round:
        if (whole := _whole_dollars(value)) is not None and amount.currency == "USD":
            found.setdefault("round_usd", whole)
        else:
            values["note"] = _joined(values["note"], f"whole round: {decimal_text(value)} {amount.currency}")
    elif cells.literal:
        found |= {"amount": text, "currency": amount.currency}
    else:
        found = {**money_fields(value, amount.currency), **found}
    return found


_NOT_ABOVE = "the amount is not above 0; it is left out"


def _whole_dollars(value: Decimal) -> int | None:
    return int(value) if 0 < value < 10**15 and value == value.to_integral_value() else None


def _shares(rule: TieRule, tie_type: str, cells: Cells) -> dict[str, Any]:
    percent = rule.share_unit == "percent"
    texts = {field: cells.number(getattr(rule, field)) for field in ("share", "share_min", "share_max")}
    if not any(texts.values()):
        return {}
    read = {
        field: cells.reader.share(_name(getattr(rule, field), field), text, percent=percent)
        for field, text in texts.items()
    }
    exact, low, high = read["share"], read["share_min"].exact, read["share_max"].exact
    share = exact
    if exact.exact is None and exact.low is None and exact.high is None:
        # A bound of 0 says nothing at the top, but may stand at the bottom.
        low_zero = texts["share_min"] is not None and read_share(texts["share_min"]).exact == 0
        share = Share(low=0.0 if low_zero else low, high=high or None)
        if share.low is not None and share.high is not None and share.low > share.high:
            cells.reader.remark("share_min", texts["share_min"], "the band is empty; it is left out")
            return {}
    allowed = ontology().types[tie_type].shares
    basis = _one_of(rule.share_basis, "share_basis", cells, tuple(ontology().share_bases))
    if basis is None and rule.share_basis is None and "equity" in allowed and tie_type != OTHER_TYPE:
        basis = "equity"
    found = share.fields(basis or "")
    if found and basis not in allowed:
        name = _name(rule.share or rule.share_min or rule.share_max, "share")
        text = next(text for text in texts.values() if text)
        cells.reader.remark(name, text, "nothing says what the share is a share of; it is left out")
        return {}
    return found


def _joined(*parts: str | None) -> str | None:
    return "; ".join(part for part in parts if part) or None


def _year(text: str | None) -> str | None:
    found = _YEAR.fullmatch(text) if text else None
    return found[1] if found else text


def _name(column: Column | None, field: str) -> str:
    return (column.column if column is not None else None) or field
