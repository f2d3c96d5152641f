"""The note in a store that a copy into it has begun and not ended, so that nobody takes a part for the whole.

It is one of the notes of :meth:`graph.store.base.Store.begin`, with an id of its own shape, and stays until
the copy has ended or the store is emptied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph.errors import StoreRefused
from graph.store.base import Begun, Store

_PREFIX = "copy"
Phase = Literal["emptying", "writing"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A copy that has begun.

    Attributes:
        phase: ``emptying`` while what stood there before is removed, then ``writing``.
        source: folder or address that is copied.
        version: data version of the source when it began.
        note: as it stands in the store.
    """

    phase: Phase
    source: str
    version: str
    note: Begun


def is_copy(note: Begun) -> bool:
    """Whether a note is about a copy."""
    return note.id.startswith(f"{_PREFIX} ")


def unfinished(store: Store) -> Unfinished | None:
    """The copy into this store that has not ended, or None. Cost: one small query."""
    for note in store.begun():
        if is_copy(note):
            _, phase, version = note.id.split(" ", 2)
            return Unfinished("emptying" if phase == "emptying" else "writing", note.what, version, note)
    return None


def mark(store: Store, phase: Phase, source: str, version: str) -> None:
    """Note the phase of a copy; an earlier note of a copy goes."""
    fresh = f"{_PREFIX} {phase} {version}"
    store.begin(Begun.here(fresh, source))
    for note in store.begun():
        if is_copy(note) and note.id != fresh:
            store.forget(note.id)


def unmark(store: Store) -> None:
    """Forget the note: the copy is whole."""
    for note in store.begun():
        if is_copy(note):
            store.forget(note.id)


def told(note: Begun, place: str, running: bool) -> str:
    """The note as a sentence for whoever opens the store."""
    if running:
        return f"A copy of {note.what} is being written here by process {note.pid} since {note.at}."
    return (
        f"This store holds only a part: a copy of {note.what}, begun {note.at}, did not end. Go on with: "
        f"interlock copy --from {note.what} --to {place}"
    )


def refuse_unfinished(store: Store) -> None:
    """Keep hands off a store that holds half a graph.

    Raises:
        StoreRefused: a copy into it has not ended.
    """
    found = unfinished(store)
    if found:
        raise StoreRefused(
            f"{store.location} holds only a part: a copy of {found.source} into it did not end.",
            hint=f"Go on with: interlock copy --from {found.source} --to {store.location}",
        )
