"""Values of JSON from elsewhere, whatever type they turn out to have."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from graph.model import Place, Problem, Unread
from graph.ontology import ID_MAX

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_TOO_DEEP = 60
_MAX_KEYS = 200


def as_object(value: object) -> Mapping[str, Any]:
    """The object, or an empty one for anything else."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The list; nothing for None, a list of one for anything else."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else [value]


def as_text(value: object) -> str | None:
    """Text without blanks around it; numbers as digits; None for nothing, objects, lists and truth values.

    Halves of surrogate pairs, which JSON may hold and no store can, become U+FFFD.

    >>> as_text(" A "), as_text(7), as_text(""), as_text(["A"])
    ('A', '7', None, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | float):
        return None
    try:
        return _NO_TEXT.sub("\ufffd", str(value)).strip() or None
    except ValueError:  # a whole number of thousands of digits
        return None


def as_id(value: object) -> str | None:
    """Text that can be an id: not empty and not longer than ids may be."""
    found = as_text(value)
    return found if found is not None and len(found) <= ID_MAX else None


def as_texts(value: object) -> list[str]:
    """The texts of a list, or of a single text; in their order, each once."""
    return list(dict.fromkeys(text for item in as_list(value) if (text := as_text(item)) is not None))


def as_number(value: object) -> Decimal | None:
    """A finite number of ordinary size, also one written as text; None for anything else.

    >>> as_number(25), as_number("0.5"), as_number("much"), as_number(True)
    (Decimal('25'), Decimal('0.5'), None, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | float):
        return None
    try:
        found = Decimal(str(value).strip())
    except (ArithmeticError, ValueError):
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None


def row_digest(value: object) -> int:
    """64 bits that tell rows apart; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, default=str)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def too_deep(value: object) -> bool:
    """Whether lists and objects are nested beyond what any format of ours has."""
    level: list[Any] = [value]
    for _ in range(_TOO_DEEP):
        inner: list[Any] = []
        for item in level:
            inner += item.values() if isinstance(item, dict) else item
        level = [item for item in inner if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def row_object(place: Place, value: object) -> Mapping[str, Any] | Problem:
    """The row as an object, or why it is none."""
    if isinstance(value, dict | list) and too_deep(cast("Any", value)):
        # Not even shown: writing it out would go as deep.
        return Problem(place, "", "", "the row is nested too deep.", "No row of this format is.")
    if not isinstance(value, dict):
        return Problem(place, "", str(value)[:200], "the row is no JSON object.", "Each must be {...}.")
    return cast("Mapping[str, Any]", value)


class UnreadKeys:
    """Collects, file by file, the keys that hold something and that nobody reads; few are remembered."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._found: dict[str, set[str]] = {}

    def see(self, path: str, value: Mapping[str, Any]) -> None:
        """Look at an object of the file."""
        found = self._found.setdefault(path, set())
        for key, item in value.items():
            if key not in self._known and key not in found and item and len(found) < _MAX_KEYS:
                found.add(key)

    def items(self) -> Iterator[Unread]:
        """One for each file that has any."""
        for path, keys in self._found.items():
            names = {as_text(key[:80]) for key in keys}
            if found := sorted(name for name in names if name):
                yield Unread(path, tuple(found))
