"""Records from values that anybody may have written: the right names and the right types, or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.model import Entity, Record, Source, Tie
from graph.moves.digest import FRACTIONS, SORTS

LISTS = frozenset({"aliases", "sectors", "identifiers", "sources"})
WHOLE = frozenset({"amount_usd", "round_usd"})
FLAGS = frozenset({"stub"})
"""Fields by type; those in none of these, nor in FRACTIONS, are texts."""
_NEEDED = {
    Entity: ("id", "name", "kind"),
    Tie: ("id", "from_id", "type", "to_id", "status"),
    Source: ("id", "publisher", "title"),
}


def wrong_type(name: str, value: Any) -> str:
    """What stands against this value of a field, or an empty text."""
    if name in LISTS:
        fine = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
        return "" if fine else "it must be a list of texts."
    if name in FRACTIONS:
        fine = isinstance(value, (int, float)) and not isinstance(value, bool)
        return "" if fine else "it must be a number."
    if name in WHOLE:
        fine = isinstance(value, int) and not isinstance(value, bool)
        return "" if fine else "it must be a whole number."
    if name in FLAGS:
        return "" if isinstance(value, bool) else "it must be true or false."
    return "" if isinstance(value, str) else "it must be text."


def record_from(sort: str, values: Mapping[str, Any]) -> Record:
    """A record of a sort from its fields, see :func:`graph.moves.digest.values_of`.

    Raises:
        ValueError: a field is not known, is missing, or has a value of another type; says which.
    """
    kind = SORTS[sort]
    for name in _NEEDED[kind]:
        if name not in values:
            raise ValueError(f"the field {name!r} is missing.")
    made: dict[str, Any] = {}
    for name, value in values.items():
        if name not in kind.__slots__:
            raise ValueError(f"there is no field {name[:40]!r}.")
        if reason := wrong_type(name, value):
            raise ValueError(f"the field {name!r}: {reason}")
        made[name] = tuple(value) if name in LISTS else value
    made_of: Any = kind
    return made_of(**made)
