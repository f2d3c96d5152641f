"""Who may change something: everybody, unless the app was started read-only."""

from __future__ import annotations

import os


def can_edit() -> bool:
    """Whether this app may write: load data, save a query. ``INTERLOCK_READ_ONLY=1`` forbids it."""
    return os.environ.get("INTERLOCK_READ_ONLY", "").strip().casefold() not in ("1", "true", "yes", "on")
