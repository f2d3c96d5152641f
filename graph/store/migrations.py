"""The versions of our own model in a store, and what leads from one to the next.

A store notes the version it was written in. One of an earlier version opens and is read as it is; before
the first write, or by ``interlock store migrate``, it is brought up to date under the engine's write lock.
Every step can be run again: an interrupted one leaves a store that is read as before, and starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.errors import StoreRefused
from graph.model import NAME_KEY_MAX, name_key
from graph.store.status import MODEL_VERSION


@dataclass(frozen=True, slots=True)
class Step:
    """From the version before to ``to``: what changes, for people."""

    to: int
    about: str


STEPS = (
    Step(2, "a log of imports and merges; the kinds and tie types that registers' files need"),
    Step(3, f"keys of long names cut to {NAME_KEY_MAX} characters; an index on the parts of the log"),
)
FIRST_MODEL = 1


def steps_from(version: int | None) -> tuple[Step, ...]:
    """Steps that a store of this version lacks, in order; one without a note is taken for the first."""
    return tuple(step for step in STEPS if step.to > (version or FIRST_MODEL))


def refuse_newer(version: int | None, location: str) -> None:
    """Keep off a store that a later version of Interlock has changed.

    Raises:
        StoreRefused: it has a model this version does not know.
    """
    if version is not None and version > MODEL_VERSION:
        raise StoreRefused(
            f"The store {location} was written by a newer Interlock (model {version}; this one knows "
            f"{MODEL_VERSION}).",
            hint="Update this Interlock, or use another store with --store.",
        )


LONG_NAMES = f"MATCH (n:Entity) WHERE size(n.name_key) > {NAME_KEY_MAX} RETURN n.id AS id, n.name AS name"
"""Entities whose key model 2 did not cut. Both engines run it; it reads every entity once."""


def cut_keys(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of :data:`LONG_NAMES` with the key that a name has now."""
    return [{"id": row["id"], "key": name_key(row["name"])} for row in rows]
