"""Records in, checked against the ontology and each other, written all together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Indel

from graph.atomic import replacing
from graph.csv_text import csv_text, guarded
from graph.errors import SchemaViolation, shorten
from graph.model import Batch, Entity, Place, Placed, Problem, Record, Source, Tie
from graph.ontology import check, check_ends
from graph.store.base import Counts, Progress, Store

REJECT_COLUMNS = ("file", "line", "field", "value", "reason", "hint")
_SCAN_PART = 10
_MAX_SUGGESTIONS = 100
"""Each costs a look at every known id; a file of wrong ids does not get more."""
_R = TypeVar("_R", Entity, Tie, Source)


@dataclass(frozen=True, slots=True)
class Change:
    """How many records of one sort a load adds, replaces and finds as they are."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a load did, or would do.

    Attributes:
        read, accepted, rejected: rows; ``read`` is the sum of the others. With any row rejected
            nothing is written, the accepted ones included.
        problems: why, by file and line; a row may have several.
        entities, ties, sources: what accepted rows mean for the store; zero when rows are rejected.
        written: whether the store holds the records now.
        dry_run: whether writing was left out on purpose.
    """

    read: int
    accepted: int
    rejected: int
    problems: tuple[Problem, ...]
    entities: Change
    ties: Change
    sources: Change
    written: bool
    dry_run: bool


def import_records(
    store: Store,
    records: Iterable[Placed | Problem],
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Check every record; when all are right, write those that are new or changed in one go.

    Args:
        store: where ends, sources and earlier versions of the records are looked up, and written to.
        records: what a loader yields; read once, kept in memory.
        dry_run: check and count only.
        progress: called while writing.

    Returns:
        The report. Problems of rows are in it, not raised, and then the store is as it was.

    Raises:
        LoadError: from the loader, when a file cannot be read at all; nothing is written.
        StoreError: from the store.
    Cost: one pass over the records, one look-up of their ids in the store, one write.
    """
    checked = _Check(store)
    checked.run(records)
    if checked.problems:
        return checked.report(dry_run, [Change()] * 3, written=False)
    stored = checked.stored_records()
    batch = Batch.of(
        placed.record
        for kind in (Source, Entity, Tie)
        for placed in checked.kept[kind].values()
        if stored[kind].get(placed.record.id) != placed.record
    )
    changes = [_change(checked.kept[kind], stored[kind]) for kind in (Entity, Tie, Source)]
    if not dry_run and len(batch):
        store.upsert(batch, progress=progress)
    return checked.report(dry_run, changes, written=not dry_run)


def check_records(records: Iterable[Placed | Problem]) -> ImportReport:
    """Check records by themselves, without a store: every end and source must be among them."""
    checked = _Check(None)
    checked.run(records)
    new = [Change(new=len(checked.kept[kind])) for kind in (Entity, Tie, Source)]
    return checked.report(True, [Change()] * 3 if checked.problems else new, written=False)


def write_rejects(problems: Sequence[Problem], path: str | Path) -> None:
    """Write problems as a CSV table with the columns of :data:`REJECT_COLUMNS`, safe for spreadsheets."""
    rows = (
        [guarded(cell) for cell in (p.place.path, p.place.line, p.field, p.value, p.reason, p.hint)]
        for p in problems
    )
    with replacing(path) as file:
        file.write(csv_text(REJECT_COLUMNS, rows).encode("utf-8", "replace"))


class _Check:
    """One pass over the records, then one over what they refer to."""

    def __init__(self, store: Store | None) -> None:
        self.store = store
        self.held = store.counts() if store is not None else Counts(0, 0, 0)
        self.kept: dict[type[Record], dict[str, Placed]] = {Entity: {}, Tie: {}, Source: {}}
        self.problems: list[Problem] = []
        self.places: set[tuple[str, int]] = set()
        # Ids of rows that were turned down: ties to them are not reported a second time.
        self.broken: set[str] = set()
        self.stored_entities: dict[str, Entity] = {}
        self.stored_sources: dict[str, Source] = {}
        self.suggestions: dict[tuple[str, str], str] = {}
        self.known: dict[str, list[str]] = {}

    def run(self, records: Iterable[Placed | Problem]) -> None:
        for item in records:
            self.places.add((item.place.path, item.place.line))
            if isinstance(item, Problem):
                self.problems.append(item)
                self.broken.add(dict(item.place.row).get("id", "").strip())
            else:
                self._keep(item)
        self._look_up()
        for placed in self.kept[Tie].values():
            assert isinstance(placed.record, Tie)
            self._check_references(placed.record, placed.place)
        self._check_changed_kinds()
        self.problems.sort(key=lambda problem: (problem.place.path, problem.place.line))

    def report(self, dry_run: bool, changes: Sequence[Change], *, written: bool) -> ImportReport:
        rejected = len({(problem.place.path, problem.place.line) for problem in self.problems})
        read = len(self.places)
        return ImportReport(
            read, read - rejected, rejected, tuple(self.problems), *changes, written=written, dry_run=dry_run
        )

    def stored_records(self) -> dict[type[Record], Mapping[str, Record]]:
        """What the store holds under the ids of the load."""
        ties = self._from_store(lambda s, ids: s.ties(ids), self.kept[Tie], self.held.ties)
        return {Entity: self.stored_entities, Tie: ties, Source: self.stored_sources}

    def _keep(self, placed: Placed) -> None:
        record, place = placed.record, placed.place
        try:
            check(record)
        except SchemaViolation as exc:
            self._violation(place, exc)
            self.broken.add(record.id)
            return
        first = self.kept[type(record)].setdefault(record.id, placed)
        if first is not placed:
            self._problem(
                place,
                "id",
                record.id,
                f"the id {shorten(record.id)!r} is already used at {first.place.path}:{first.place.line}.",
                "Give one of the two another id, or remove it.",
            )

    def _look_up(self) -> None:
        ties = [placed.record for placed in self.kept[Tie].values() if isinstance(placed.record, Tie)]
        ends = {end for tie in ties for end in (tie.from_id, tie.to_id)}
        cited = {source for tie in ties for source in tie.sources}
        self.stored_entities = self._from_store(
            lambda s, ids: s.entities(ids), ends | set(self.kept[Entity]), self.held.entities
        )
        self.stored_sources = self._from_store(
            lambda s, ids: s.sources(ids), cited | set(self.kept[Source]), self.held.sources
        )

    def _check_references(self, tie: Tie, place: Place) -> None:
        kinds = [self._kind(tie.from_id), self._kind(tie.to_id)]
        for column, end, kind in zip(("from", "to"), (tie.from_id, tie.to_id), kinds, strict=True):
            if kind is None and end not in self.broken:
                self._missing(place, column, "entity", end)
        for source in tie.sources:
            if not (source in self.kept[Source] or source in self.stored_sources or source in self.broken):
                self._missing(place, "sources", "source", source)
        if kinds[0] is not None and kinds[1] is not None:
            try:
                check_ends(tie, kinds[0], kinds[1])
            except SchemaViolation as exc:
                self._violation(place, exc)

    def _check_changed_kinds(self) -> None:
        """A stored tie must still fit after one of its ends has become another kind of entity."""
        for placed in self.kept[Entity].values():
            before = self.stored_entities.get(placed.record.id)
            if before is None or self.store is None or before.kind == self._kind(placed.record.id):
                continue
            for tie in self.store.ties_of(before.id):
                if tie.id in self.kept[Tie]:
                    continue
                other = tie.to_id if tie.from_id == before.id else tie.from_id
                known = next(self.store.entities([other]))
                kinds = {before.id: self._kind(before.id), other: self._kind(other) or known.kind}
                try:
                    check_ends(tie, kinds[tie.from_id] or "", kinds[tie.to_id] or "")
                except SchemaViolation as exc:
                    reason = f"the stored tie {tie.id} forbids it: {exc.message}"
                    self._problem(placed.place, "kind", kinds[before.id] or "", reason, exc.hint)

    def _kind(self, entity_id: str) -> str | None:
        placed = self.kept[Entity].get(entity_id)
        record = placed.record if placed else self.stored_entities.get(entity_id)
        return record.kind if isinstance(record, Entity) else None

    def _missing(self, place: Place, column: str, what: str, wanted: str) -> None:
        hint = f"Load the {what} as well, or correct the id."
        reason = f"there is no {what} {shorten(wanted)!r}.{self._suggestion(what, wanted)}"
        self._problem(place, column, wanted, reason, hint)

    def _suggestion(self, what: str, wanted: str) -> str:
        if (what, wanted) in self.suggestions:
            return self.suggestions[what, wanted]
        if len(self.suggestions) >= _MAX_SUGGESTIONS:
            return ""
        found = process.extract(
            wanted[:200],
            self._known(what),
            scorer=Indel.normalized_similarity,
            limit=3,
            score_cutoff=0.6,
        )
        names = " or ".join(f'"{name}"' for name, _, _ in found)
        text = self.suggestions[what, wanted] = f" Did you mean {names}?" if names else ""
        return text

    def _known(self, what: str) -> list[str]:
        if what not in self.known:
            ids = set(self.kept[Entity if what == "entity" else Source])
            if self.store is not None:
                stored = self.store.entities() if what == "entity" else self.store.sources()
                ids |= {record.id for record in stored}
            self.known[what] = sorted(ids)
        return self.known[what]

    def _violation(self, place: Place, exc: SchemaViolation) -> None:
        value = "" if exc.value is None else str(exc.value)
        self._problem(place, exc.field, value, exc.message, exc.hint)

    def _problem(self, place: Place, field: str, value: str, reason: str, hint: str) -> None:
        self.problems.append(Problem(place, field, value, reason, hint))

    def _from_store(
        self, look_up: Callable[[Store, Sequence[str] | None], Iterator[_R]], ids: Iterable[str], held: int
    ) -> dict[str, _R]:
        """What the store holds under these ids; ``held`` is how many records of the sort it has."""
        if self.store is None or not held:
            return {}
        wanted = set(ids)
        if len(wanted) > held // _SCAN_PART:
            # One pass over everything is cheaper than looking up a good part of it one by one.
            return {record.id: record for record in look_up(self.store, None) if record.id in wanted}
        return {record.id: record for record in look_up(self.store, sorted(wanted))}


def _change(kept: Mapping[str, Placed], stored: Mapping[str, Record]) -> Change:
    old = [stored[key] == placed.record for key, placed in kept.items() if key in stored]
    return Change(new=len(kept) - len(old), changed=len(old) - sum(old), unchanged=sum(old))
