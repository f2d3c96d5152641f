"""Relationships of LittleSis as ties.

Direction is that of LittleSis' own labels: description1 is what entity 1 is to entity 2 (the renter of the
landlord), and in a hierarchy entity 1 is the child, entity 2 the parent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from graph.model import Problem, Skipped, Tie
from graph.ontology import ID_MAX, ontology
from loaders.json_values import as_id, as_number, as_object, as_text
from loaders.values import RowReader, decimal_text, made_id, money_fields

READ_BY_TIES = frozenset({
    "id", "entity1_id", "entity2_id", "category_id", "description1", "description2", "description", "amount",
    "currency", "goods", "filings", "start_date", "end_date", "is_current", "category_attributes",
    "updated_at",
})  # fmt: skip
_NAMES = {
    1: "position", 2: "education", 3: "membership", 4: "family", 5: "donation", 6: "transaction",
    7: "lobbying", 8: "social", 9: "professional", 10: "ownership", 11: "hierarchy", 12: "affiliation",
}  # fmt: skip
_SELLER = re.compile(
    r"contract|seller|vendor|suppl|provider|consultant|manufactur|services? to", re.IGNORECASE
)
_BUYER = re.compile(r"client|customer|buyer|purchaser", re.IGNORECASE)
_LENDER = re.compile(r"lender|creditor|loan(?:ed|s)? to", re.IGNORECASE)
_BORROWER = re.compile(r"borrower|debtor", re.IGNORECASE)


def littlesis_id(value: object) -> str | None:
    """Id of an entity: ``littlesis:123``."""
    text = as_id(value)
    return f"littlesis:{text}" if text is not None and len(text) < ID_MAX - 20 else None


def relationship_ties(
    attributes: Mapping[str, Any],
    row: Mapping[str, Any],
    source: str,
    reader: RowReader,
    kind_of: Callable[[str], str | None],
) -> list[Tie] | Problem | Skipped:
    """The ties of a relationship: two where a position is on the board and in the management as well."""
    first, second = littlesis_id(attributes.get("entity1_id")), littlesis_id(attributes.get("entity2_id"))
    if first is None or second is None:
        column = "entity1_id" if first is None else "entity2_id"
        value = str(attributes.get(column))[:200]
        return Problem(
            reader.place, column, value, "one end of the relationship is missing.", "It needs both."
        )
    if first == second:
        return Skipped(reader.place, "aside", "the relationship joins an entity to itself")
    number = as_number(attributes.get("category_id"))
    category = int(number) if number is not None and number == number.to_integral_value() else 0
    if category not in _NAMES:
        reader.remark(
            "category_id",
            attributes.get("category_id"),
            "the category is not known; a plain tie stands for it",
        )
    details = as_object(attributes.get("category_attributes"))
    start, end = reader.period(
        "start_date", as_text(attributes.get("start_date")), "end_date", as_text(attributes.get("end_date"))
    )
    own = as_id(attributes.get("id")) or as_id(row.get("id"))
    told = [as_text(attributes.get(key)) for key in ("description1", "description2")]
    base = Tie(
        f"littlesis:{own}"[: ID_MAX - 20]
        if own
        else made_id("littlesis", first, category, second, *told, start, end),
        first,
        "RELATED_TO",
        second,
        _status(attributes.get("is_current"), end),
        start_date=start,
        end_date=end,
        role=_both(told) or _NAMES.get(category),
        product=as_text(attributes.get("goods")),
        note=_note(attributes, details, category),
        sources=(source,),
        **_money(attributes, reader),
    )
    found = _meaning(base, category, told, details, reader)
    return [tie if _fits(tie, kind_of) else _plain(tie, base.role) for tie in found]


def _fits(tie: Tie, kind_of: Callable[[str], str | None]) -> bool:
    declared = ontology().types[tie.type]
    first, second = kind_of(tie.from_id), kind_of(tie.to_id)
    return (first or "party") in declared.from_kinds and (second or "party") in declared.to_kinds


def _plain(tie: Tie, role: str | None) -> Tie:
    """The same as a plain tie, for ends that its type does not join, such as a post in a person's office."""
    return replace(tie, type="RELATED_TO", role=tie.role or tie.interest or role)


def _meaning(
    base: Tie, category: int, told: list[str | None], details: Mapping[str, Any], reader: RowReader
) -> list[Tie]:
    role = told[0]
    if category == 1:
        board, executive = details.get("is_board") is True, details.get("is_executive") is True
        position = replace(base, type="HOLDS_ROLE", role=role)
        if not board:
            return [position]
        seat = replace(base, type="BOARD_MEMBER_OF", role=role)
        return [seat, replace(position, id=f"{base.id}:executive")] if executive else [seat]
    if category == 2:
        return [replace(base, type="MEMBER_OF", role=_degree(role, details))]
    if category == 3:
        return [replace(base, type="MEMBER_OF", role=role)]
    if category == 5:
        return [replace(base, type="PAID", role=role, status="completed")]
    if category == 6:
        return [_transaction(base, told)]
    if category == 10:
        return [_holding(base, role, details, reader)]
    if category == 11:
        return [replace(base, type="PART_OF", role=role or "child organisation")]
    return [base]


def _transaction(base: Tie, told: list[str | None]) -> Tie:
    """Who sells or lends stands in the descriptions; without them goods go from entity 1 to entity 2."""
    first, second = told[0] or "", told[1] or ""
    for tie_type, gives, takes in (("LENT_TO", _LENDER, _BORROWER), ("SUPPLIES", _SELLER, _BUYER)):
        forward = bool(gives.search(first) or takes.search(second))
        backward = bool(gives.search(second) or takes.search(first))
        if forward != backward:
            ends = (base.from_id, base.to_id) if forward else (base.to_id, base.from_id)
            status = "completed" if tie_type == "LENT_TO" else base.status
            return replace(base, type=tie_type, from_id=ends[0], to_id=ends[1], status=status)
    return replace(base, type="SUPPLIES") if base.product and not (first or second) else base


def _holding(base: Tie, role: str | None, details: Mapping[str, Any], reader: RowReader) -> Tie:
    stake, shares = as_text(details.get("percent_stake")), as_number(details.get("shares"))
    share = reader.share("percent_stake", stake)
    quantity = decimal_text(shares) if shares is not None and shares > 0 else None
    if quantity is not None and len(quantity.partition(".")[2]) > 20:
        quantity = None
    return replace(base, type="OWNS", role=None, interest=role, quantity=quantity, **share.fields("equity"))


def _degree(role: str | None, details: Mapping[str, Any]) -> str:
    parts = [as_text(details.get(key)) for key in ("degree", "field")]
    words = ", ".join(part for part in parts if part) or role
    words = f"degree {words}" if words else "student"
    return f"{words} (left without it)" if details.get("is_dropout") is True else words


def _both(told: list[str | None]) -> str | None:
    return " / ".join(dict.fromkeys(text for text in told if text)) or None


def _status(current: object, end: str | None) -> str:
    # None and a missing key say nothing, in one way or the other.
    if current is True:
        return "active"
    return "ended" if end is not None or current is False else "active"


def _note(attributes: Mapping[str, Any], details: Mapping[str, Any], category: int) -> str | None:
    found: list[str] = []
    filings = as_number(attributes.get("filings"))
    if filings is not None and filings > 0:
        found.append(f"filings: {decimal_text(filings)}")
    for key, words in (("dues", "dues"), ("compensation", "compensation")):
        amount = as_number(details.get(key))
        if amount is not None and amount > 0 and category in (1, 3):
            found.append(f"{words}: {decimal_text(amount)}")
    return "; ".join(found) or None


def _money(attributes: Mapping[str, Any], reader: RowReader) -> dict[str, Any]:
    value = as_number(attributes.get("amount"))
    if value is None:
        if as_text(attributes.get("amount")):
            reader.remark("amount", attributes.get("amount"), "the amount cannot be read; it is left out")
        return {}
    currency = as_text(attributes.get("currency"))
    if "currency" not in attributes:
        # Files of the years before LittleSis knew other currencies have no such key.
        currency = "USD"
    if currency is None or not re.fullmatch("[A-Za-z]{3}", currency):
        reader.remark("amount", value, "the amount has no currency; it is left out")
        return {}
    if not 0 < value < Decimal(10) ** 20 or -value.as_tuple().exponent > 18:  # pyright: ignore[reportOperatorIssue]
        if value != 0:
            reader.remark("amount", value, "the amount cannot be right; it is left out")
        return {}
    return money_fields(value, currency.upper())
