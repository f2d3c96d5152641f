"""Entities and ties as flat attributes for graph formats that know only text and numbers."""

from __future__ import annotations

import re
from typing import Any

from graph.model import Entity, Tie, to_properties

# Characters that XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ENTITY_ATTRIBUTES = {
    "name": "string",
    "kind": "string",
    "aliases": "string",
    "country": "string",
    "founded": "string",
    "sectors": "string",
    "description": "string",
    "identifiers": "string",
    "born": "string",
    "note": "string",
    "stub": "boolean",
}
"""Attribute to type, for GraphML and GEXF."""
TIE_ATTRIBUTES = {
    "type": "string",
    "status": "string",
    "start_date": "string",
    "end_date": "string",
    "role": "string",
    "amount_usd": "long",
    "share": "double",
    "share_basis": "string",
    "round": "string",
    "product": "string",
    "note": "string",
    "sources": "string",
    "share_min": "double",
    "share_max": "double",
    "amount": "string",
    "currency": "string",
    "round_usd": "long",
    "quantity": "string",
    "interest": "string",
    "directness": "string",
}


def flat(record: Entity | Tie) -> dict[str, str | int | float]:
    """Known attributes only; lists joined by semicolons."""
    values: dict[str, Any] = to_properties(record)
    wanted = ENTITY_ATTRIBUTES
    if isinstance(record, Tie):
        values, wanted = {**values, "type": record.type}, TIE_ATTRIBUTES
    return {name: _flat(values[name]) for name in wanted if name in values}


def _flat(value: Any) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(value) if isinstance(value, list) else value


def xml_text(text: str) -> str:
    """``text`` with the replacement character where XML cannot hold one.

    >>> xml_text("bell\\x07")
    'bell\\ufffd'
    """
    return _NOT_XML.sub("\ufffd", text)
