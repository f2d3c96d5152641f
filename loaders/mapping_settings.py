"""What holds for all rows of a table and is chosen from a list: kinds, type of tie, currency, units."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from graph.ontology import ontology
from loaders.mapping import EntityRule, Mapping, TableRule, TieRule, columns_in
from loaders.mapping_edit import changed, drop, end_names, put, raw_of

_DATES = ("start", "end", "founded", "born", "date")
_MONEY = ("USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "KRW")
_SCALES = {"1": "single units", "1000": "thousands", "1000000": "millions", "1000000000": "billions"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that holds for all rows of a table.

    Attributes:
        options: values to words.
        value: the one that holds; ``""`` for nothing said.
    """

    field: str
    title: str
    options: MappingOf[str, str]
    value: str
    why: str = ""


def settings(rule: TableRule) -> list[Setting]:
    """What holds for all rows of a table and can be chosen from a list."""
    known = ontology()
    found: list[Setting] = []
    kinds = {"": "not said", **{name: kind.title for name, kind in known.kinds.items()}}
    named = {field.rpartition(".")[2] for field, _ in columns_in(rule)}
    if rule.entity is not None:
        found += _kind(rule.entity, "entity.kind", "Every entry is a", kinds)
    for number, tie in enumerate(rule.ties):
        at = f"ties.{number}"
        if tie.type.value is not None:
            types = {name: each.title for name, each in known.types.items()}
            found.append(Setting(f"{at}.type", "Type of tie", types, tie.type.value, tie.type.why or ""))
        words = end_names(tie)
        for name, end, said in zip(("from", "to"), (tie.from_, tie.to), words, strict=True):
            if end is not None:
                found += _kind(end, f"{at}.{name}.kind", f"Kind of “{said}”", kinds)
        if tie.amount is not None:
            found += _money(tie, at)
        if tie.share is not None:
            units = {"percent": "percent", "fraction": "fractions: 0.25"}
            found.append(Setting(f"{at}.share_unit", "Shares are in", units, tie.share_unit))
    if named & set(_DATES):
        orders = {"dmy": "3 April (day first)", "mdy": "4 March (month first)"}
        found.append(Setting("date_order", "03/04/2020 is", orders, rule.date_order))
    return found


def with_setting(mapping: Mapping, table: int, setting: Setting, value: str) -> Mapping:
    """The mapping with another value of a setting.

    Raises:
        LoadError: it cannot be so; names the field.
    """
    raw = raw_of(mapping.tables[table])
    last = setting.field.rpartition(".")[2]
    if not value:
        drop(raw, setting.field)
    elif last in ("share_unit", "date_order"):
        put(raw, setting.field, value)
    else:
        put(raw, setting.field, int(value) if last == "scale" else {"value": value})
    return changed(mapping, table, raw)


def _kind(rule: EntityRule, field: str, title: str, kinds: MappingOf[str, str]) -> list[Setting]:
    if rule.kind is not None and rule.kind.column is not None:
        return []
    value, why = (rule.kind.value or "", rule.kind.why or "") if rule.kind else ("", "")
    return [Setting(field, title, kinds, value, why)]


def _money(tie: TieRule, at: str) -> list[Setting]:
    found: list[Setting] = []
    if tie.currency is None or tie.currency.column is None:
        now = (tie.currency.value if tie.currency else None) or ""
        words = {"": "as it stands in the cell"}
        words |= {code: code for code in dict.fromkeys((*_MONEY, now)) if code}
        found.append(Setting(f"{at}.currency", "Currency", words, now))
    scale = str(tie.scale)
    scales = _SCALES if scale in _SCALES else {**_SCALES, scale: f"{tie.scale:,}"}
    found.append(Setting(f"{at}.scale", "Amounts are in", scales, scale))
    return found
