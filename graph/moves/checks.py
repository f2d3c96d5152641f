"""Whether records can stand together: ends, sources, rules of the ontology, what queries lean on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graph.errors import SchemaViolation, shorten
from graph.model import DERIVED, Entity, Record, Source, Tie, to_properties
from graph.moves.digest import Digest, Tally, values_of
from graph.moves.records import wrong_type
from graph.moves.scan import log_entries, scan
from graph.ontology import check, check_ends, ontology
from graph.store.base import Progress, Store

KEPT_FAULTS = 1_000
"""Of how many faults the words are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a record.

    Attributes:
        sort: ``entities``, ``ties``, ``sources`` or ``log``.
        id: of the record.
        field: which of its fields; empty when the whole record is meant.
        reason: a sentence.
        breaks: whether no store could hold it: an end is missing, an id stands there twice, a kind or type
            is not known. Other faults break a rule only.
    """

    sort: str
    id: str
    field: str
    reason: str
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: the digest, the first faults, and how many there are of both sorts."""

    digest: Digest
    faults: tuple[Fault, ...]
    number: int
    breaking: int


class Checker:
    """Looks at records as they pass: sources first, then entities, then ties.

    Memory: the ids of entities, ties and sources.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self.faults: list[Fault] = []
        self.number = self.breaking = 0
        self._kinds: dict[str, str] = {}
        self._ids: dict[str, set[str]] = {"sources": set(), "ties": set()}

    def add(self, sort: str, record: Record) -> None:
        """Take in a record and note what is wrong with it."""
        self.tally.add(sort, record)
        if not self._typed(sort, record):
            return
        if isinstance(record, Entity):
            self._once(sort, record.id, self._kinds)
            self._kinds[record.id] = record.kind
        else:
            self._once(sort, record.id, self._ids[sort])
            self._ids[sort].add(record.id)
        self._rules(sort, record)
        if isinstance(record, Tie):
            self._references(record)

    def verdict(self) -> Verdict:
        """On what was taken in until now."""
        return Verdict(self.tally.digest(), tuple(self.faults), self.number, self.breaking)

    def fault(self, sort: str, record_id: str, field: str, reason: str, *, breaks: bool = False) -> None:
        """Note a fault."""
        self.number += 1
        self.breaking += breaks
        if len(self.faults) < KEPT_FAULTS:
            self.faults.append(Fault(sort, record_id, field, reason, breaks))

    def _once(self, sort: str, record_id: str, known: Any) -> None:
        if record_id in known:
            self.fault(sort, record_id, "id", "the id stands there twice.", breaks=True)

    def _typed(self, sort: str, record: Record) -> bool:
        """Whether every field holds a value of its type; a server lets anybody write others."""
        told = ((name, wrong_type(name, value)) for name, value in values_of(record).items())
        wrong = [(name, reason) for name, reason in told if reason]
        for name, reason in wrong:
            self.fault(sort, record.id, name, reason, breaks=True)
        return not wrong

    def _rules(self, sort: str, record: Record) -> None:
        try:
            check(record)
        except SchemaViolation as exc:
            unknown = exc.field == {"ties": "type", "entities": "kind"}.get(sort)
            self.fault(sort, record.id, exc.field, exc.message, breaks=unknown)

    def _references(self, tie: Tie) -> None:
        kinds = [self._kinds.get(tie.from_id), self._kinds.get(tie.to_id)]
        for field, end, kind in zip(("from", "to"), (tie.from_id, tie.to_id), kinds, strict=True):
            if kind is None:
                self.fault("ties", tie.id, field, f"there is no entity {shorten(end)!r}.", breaks=True)
        for source in tie.sources:
            if source not in self._ids["sources"]:
                self.fault("ties", tie.id, "sources", f"there is no source {shorten(source)!r}.")
        first, second = kinds
        if first is not None and second is not None and tie.type in ontology().types:
            try:
                check_ends(tie, first, second)
            except SchemaViolation as exc:
                self.fault("ties", tie.id, exc.field, exc.message)


def check_store(store: Store, progress: Progress | None = None) -> Verdict:
    """Look at everything a store holds. Reads only. Cost: one pass over it.

    Faults are of three sorts: what the ontology forbids, ties that name a source that is not there, and
    derived properties, which queries compare, that do not follow from the others.
    """
    checker = Checker()
    for read in scan(store, progress):
        checker.add(read.sort, read.record)
        for name, reason in _stale(read.record, read.derived):
            checker.fault(read.sort, read.record.id, name, reason)
    for entry in log_entries(store):
        checker.tally.add_log(entry)
    counts = store.counts()
    found = checker.tally.digest()
    for name in ("entities", "ties", "sources"):
        if getattr(counts, name) != getattr(found, name):
            reason = f"the store counts {getattr(counts, name):,} and gives {getattr(found, name):,}."
            checker.fault(name, "", "", reason)
    return checker.verdict()


def _stale(record: Record, derived: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(record, Source):
        return
    try:
        wanted = to_properties(record)
    except SchemaViolation:  # a date that is none: said already
        return
    for name in DERIVED:
        if derived.get(name) != wanted.get(name):
            yield name, f"it is {derived.get(name)!r}, the record says {wanted.get(name)!r}."
