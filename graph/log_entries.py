"""What entries of a store's log share: ids, times, and long text in pieces."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

_PART = 200_000


def new_id(prefix: str) -> str:
    """A new id such as ``imp-20260131-142530-3f9ac41b``; those of different seconds are in order."""
    return f"{prefix}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def now() -> str:
    """The time in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def in_parts(text: str) -> tuple[str, ...]:
    """A text in pieces that every engine stores with ease; joined they are the text."""
    return tuple(text[start : start + _PART] for start in range(0, len(text), _PART))
