"""Everything in a store, one record after another, without keeping what has passed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from graph.errors import StoreUnavailable
from graph.model import DERIVED, Record, entity_from, source_from, tie_from
from graph.moves.digest import SORTS, Digest, Tally
from graph.ontology import ontology
from graph.store.base import LogEntry, Progress, Store

_LIMIT_S = 24 * 3_600.0
_TELL_EVERY = 500
_PATTERNS = {"sources": "(n:Source)", "entities": "(n:Entity)", "ties": "(a:Entity)-[n]->(b:Entity)"}
_SECTIONS = {"sources": "source", "entities": "entity", "ties": "tie"}


@dataclass(frozen=True, slots=True)
class Read:
    """A record as it was read, with the derived properties that stood beside it."""

    sort: str
    record: Record
    derived: dict[str, Any]


def scan(store: Store, progress: Progress | None = None) -> Iterator[Read]:
    """Every record: sources, then entities, then ties, so that ends come before what joins them.

    The store may be written meanwhile; whoever minds compares ``data_version`` before and after.
    Memory: some thousand rows, whatever the size of the store.
    """
    held = store.counts()
    total, done = held.sources + held.entities + held.ties, 0
    for sort in SORTS:
        for read in _sort(store, sort):
            yield read
            done += 1
            if progress and done % _TELL_EVERY == 0:
                progress(min(done, total), total)
    if progress:
        progress(total, total)


def _sort(store: Store, sort: str) -> Iterator[Read]:
    fields = tuple(ontology().properties[_SECTIONS[sort]])
    ends = "a.id AS from_id, type(n) AS type, b.id AS to_id, " if sort == "ties" else ""
    columns = ", ".join(f"n.{name} AS {name}" for name in fields)
    with closing(store.stream(f"MATCH {_PATTERNS[sort]} RETURN {ends}{columns}", timeout_s=_LIMIT_S)) as rows:
        for row in rows:
            values = dict(zip(rows.columns, row, strict=True))
            derived = {name: values[name] for name in DERIVED if values.get(name) is not None}
            yield Read(sort, _record(sort, values), derived)


def _record(sort: str, values: dict[str, Any]) -> Record:
    if sort == "ties":
        ends = {name: str(values[name]) for name in ("from_id", "type", "to_id")}
        return tie_from(values, **ends)
    return entity_from(values) if sort == "entities" else source_from(values)


def log_entries(store: Store) -> Iterator[LogEntry]:
    """The log with its parts, the oldest first. Memory: one entry."""
    for entry in reversed(store.log()):
        yield replace(entry, parts=tuple(store.log_parts(entry.id)))


def digest_of(store: Store, progress: Progress | None = None) -> Digest:
    """The digest of a store. Cost: one pass over it."""
    tally = Tally()
    for read in scan(store, progress):
        tally.add(read.sort, read.record)
    for entry in log_entries(store):
        tally.add_log(entry)
    return tally.digest()


def refuse_written(store: Store, version: str, *, hint: str = "Try again when nobody writes.") -> None:
    """What was read in many steps is of one state only when nobody wrote meanwhile.

    Args:
        version: data version before the first step.

    Raises:
        StoreUnavailable: the store was written since.
    """
    if store.data_version() != version:
        raise StoreUnavailable(f"{store.location} was written while it was read.", hint=hint)
