"""The stage of an import: every record checked against the ontology, the others and the store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Indel

from graph.errors import SchemaViolation, shorten
from graph.imports.report import Change, Counted, Duplicates, ImportReport
from graph.imports.unite import united
from graph.model import (
    Batch,
    Entity,
    Item,
    Place,
    Placed,
    Problem,
    Record,
    Remark,
    Skipped,
    Source,
    Tie,
    Unread,
)
from graph.ontology import check, check_ends, ontology
from graph.store.base import Counts, Store

_SCAN_PART = 10
_MAX_SUGGESTIONS = 100
"""Each costs a look at every known id; a file of wrong ids does not get more."""
_R = TypeVar("_R", Entity, Tie, Source)
_KINDS: tuple[type[Record], ...] = (Source, Entity, Tie)


class Stage:
    """One pass over what loaders read, then one over what the records refer to; writes nothing.

    Args:
        store: where ends, sources and earlier versions of the records are looked up; None when every end
            and source must be among the records.
        strict: whether any problem turns all records down, an end without a record is a problem, and a
            record replaces the stored one whole. Otherwise wrong records are left out one by one, ends
            without a record become stubs, and an entity is united with the stored one
            (:func:`graph.imports.unite.united`).

    Memory: all records of the import.
    """

    def __init__(self, store: Store | None, *, strict: bool = True) -> None:
        self.store = store
        self.strict = strict
        self.held = store.counts() if store is not None else Counts(0, 0, 0)
        self.kept: dict[type[Record], dict[str, Placed]] = {kind: {} for kind in _KINDS}
        self.problems: list[Problem] = []
        self.unread: list[Unread] = []
        self.stubs = 0
        self._rows: defaultdict[str, set[int]] = defaultdict(set)
        self._skipped: defaultdict[str, set[int]] = defaultdict(set)
        self._exact = self._superseded = self._other_source = 0
        self._remarks: dict[tuple[str, str], list[object]] = {}
        self._skips: dict[tuple[str, str], list[object]] = {}
        # Ids of rows that were turned down: ties to them are not reported a second time.
        self._broken: set[str] = set()
        self._stored: dict[type[Record], Mapping[str, Record]] = {kind: {} for kind in _KINDS}
        # Kinds that an end without a record can have, given all the ties that name it.
        self._possible: dict[str, tuple[str, ...]] = {}
        self._suggestions: dict[tuple[str, str], str] = {}
        self._known: dict[str, list[str]] = {}

    def read(self, items: Iterable[Item]) -> Stage:
        """Take in everything that loaders read, and check it.

        Raises:
            LoadError: from a loader, when a file cannot be read at all.
        """
        for item in items:
            if isinstance(item, Placed):
                self._rows[item.place.path].add(item.place.line)
                self._keep(item)
            elif isinstance(item, Problem):
                self._rows[item.place.path].add(item.place.line)
                self.problems.append(item)
                self._broken.add(dict(item.place.row).get("id", "").strip())
            elif isinstance(item, Unread):
                self.unread.append(item)
            else:
                self._rows[item.place.path].add(item.place.line)
                self._note(item)
        self._look_up()
        ties = [(placed.record, placed.place) for placed in self.kept[Tie].values()]
        for tie, _ in ties:
            assert isinstance(tie, Tie)
            self._note_missing(tie)
        for tie, place in ties:
            assert isinstance(tie, Tie)
            self._check_references(tie, place)
        self._check_changed_kinds()
        stored = self._stored[Entity]
        self.stubs = sum(
            isinstance(placed.record, Entity) and placed.record.stub and key not in stored
            for key, placed in self.kept[Entity].items()
        )
        self.problems.sort(key=lambda problem: (problem.place.path, problem.place.line))
        return self

    @property
    def refused(self) -> bool:
        """Whether nothing may be written."""
        return self.strict and bool(self.problems)

    def records(self) -> tuple[Batch, dict[type[Record], Change], Batch]:
        """What is to be written, what that means for the store, and the stored records it replaces."""
        self._stored[Tie] = self._from_store(lambda s, ids: s.ties(ids), self.kept[Tie], self.held.ties)
        fresh: list[Record] = []
        before: list[Record] = []
        changes: dict[type[Record], Change] = {}
        for kind in _KINDS:
            new = changed = 0
            for key, placed in self.kept[kind].items():
                old = self._stored[kind].get(key)
                known = placed.weak and isinstance(old, Source)
                record = old if known and old is not None else self._final(placed.record, old)
                if old is None:
                    new += 1
                elif record == old:
                    continue
                else:
                    changed += 1
                    before.append(old)
                fresh.append(record)
            changes[kind] = Change(new, changed, len(self.kept[kind]) - new - changed)
        return Batch.of(fresh), changes, Batch.of(before)

    def place_of(self, record: Record) -> Place:
        """Where a record to be written was read."""
        return self.kept[type(record)][record.id].place

    def report(
        self,
        changes: Mapping[type[Record], Change],
        *,
        written: bool,
        dry_run: bool,
        import_id: str | None = None,
    ) -> ImportReport:
        """The numbers of the import."""
        turned_down: defaultdict[str, set[int]] = defaultdict(set)
        for problem in self.problems:
            turned_down[problem.place.path].add(problem.place.line)
        read = sum(len(lines) for lines in self._rows.values())
        rejected = sum(len(lines) for lines in turned_down.values())
        placed: defaultdict[str, set[int]] = defaultdict(set)
        for kind in _KINDS:
            for item in self.kept[kind].values():
                placed[item.place.path].add(item.place.line)
        skipped = sum(len(lines - turned_down[path] - placed[path]) for path, lines in self._skipped.items())
        further, other = self._repeated()
        return ImportReport(
            read, read - rejected - skipped, rejected, tuple(self.problems),
            changes.get(Entity, Change()), changes.get(Tie, Change()), changes.get(Source, Change()),
            written=written, dry_run=dry_run, skipped=skipped, skips=_counted(self._skips),
            remarks=_counted(self._remarks), stubs=self.stubs,
            duplicates=Duplicates(self._exact, self._superseded, further, other + self._other_source),
            unread=tuple(self.unread), currencies=self._currencies(), import_id=import_id,
        )  # fmt: skip

    # reading
    def _keep(self, placed: Placed) -> None:
        record, place = placed.record, placed.place
        try:
            check(record)
        except SchemaViolation as exc:
            self._violation(place, exc)
            self._broken.add(record.id)
            return
        kept = self.kept[type(record)]
        first = kept.get(record.id)
        if placed.weak and isinstance(record, Entity):
            record = replace(record, stub=True)
            placed = Placed(record, place, weak=True)
        if first is None:
            kept[record.id] = placed
        elif isinstance(record, Source) and (placed.weak or first.weak):
            # Only an id, beside what the source's own row says.
            kept[record.id] = first if placed.weak else placed
        elif self.strict:
            self._problem(
                place,
                "id",
                record.id,
                f"the id {shorten(record.id)!r} is already used at {first.place.path}:{first.place.line}.",
                "Give one of the two another id, or remove it.",
            )
        elif isinstance(record, Entity) and isinstance(first.record, Entity):
            if record == first.record and not placed.weak:
                self._repeats(place)
            both = united(first.record, record)
            kept[record.id] = Placed(both, place if first.weak and not placed.weak else first.place)
        elif isinstance(record, Tie) and isinstance(first.record, Tie):
            self._again(first, record, place)

    def _again(self, first: Placed, tie: Tie, place: Place) -> None:
        """A second tie with one id: the same row, the same tie from another source, or a fault."""
        assert isinstance(first.record, Tie)
        if tie == first.record:
            self._repeats(place)
        elif replace(tie, sources=first.record.sources) == first.record:
            self._other_source += 1
            sources = tuple(dict.fromkeys((*first.record.sources, *tie.sources)))
            self.kept[Tie][tie.id] = Placed(replace(tie, sources=sources), first.place)
        else:
            self._problem(
                place,
                "id",
                tie.id,
                f"the id {shorten(tie.id)!r} is already used at {first.place.path}:{first.place.line} "
                "for a tie that says something else.",
                "Give one of the two another id, or remove it.",
            )

    def _repeats(self, place: Place) -> None:
        self._exact += 1
        self._skipped[place.path].add(place.line)

    def _note(self, item: Remark | Skipped) -> None:
        place = f"{item.place.path}:{item.place.line}"
        if isinstance(item, Remark):
            entry = self._remarks.setdefault((item.field, item.reason), [0, item.value[:80], place])
        else:
            entry = self._skips.setdefault((item.why, item.reason), [0, "", place])
            self._skipped[item.place.path].add(item.place.line)
            self._exact += item.why == "duplicate"
            self._superseded += item.why == "superseded"
        entry[0] = int(str(entry[0])) + 1

    # references
    def _look_up(self) -> None:
        ties = [placed.record for placed in self.kept[Tie].values() if isinstance(placed.record, Tie)]
        ends = {end for tie in ties for end in (tie.from_id, tie.to_id)}
        cited = {source for tie in ties for source in tie.sources}
        self._stored[Entity] = self._from_store(
            lambda s, ids: s.entities(ids), ends | set(self.kept[Entity]), self.held.entities
        )
        self._stored[Source] = self._from_store(
            lambda s, ids: s.sources(ids), cited | set(self.kept[Source]), self.held.sources
        )

    def _note_missing(self, tie: Tie) -> None:
        """Narrow down what an end without a record can be: every tie that names it has its say, so that the
        order of the rows does not decide which of them fit."""
        kept, stored = self.kept[Entity], self._stored[Entity]
        declared = ontology().types[tie.type]
        for end, kinds in ((tie.from_id, declared.from_kinds), (tie.to_id, declared.to_kinds)):
            if end not in kept and end not in stored:
                before = self._possible.get(end, kinds)
                self._possible[end] = tuple(kind for kind in before if kind in kinds) or before

    def _check_references(self, tie: Tie, place: Place) -> None:
        kinds = [self._kind(tie.from_id), self._kind(tie.to_id)]
        if None in kinds:
            for column, end in (("from", tie.from_id), ("to", tie.to_id)):
                if self._kind(end) is not None:
                    continue
                if not self.strict:
                    self._make_stub(end, place)
                elif end not in self._broken:
                    self._missing(place, column, "entity", end)
            kinds = [self._kind(tie.from_id), self._kind(tie.to_id)]
        for source in tie.sources:
            known = source in self.kept[Source] or source in self._stored[Source]
            if not (known or (source in self._broken and self.strict)):
                self._missing(place, "sources", "source", source)
                self._leave_out(tie)
        if kinds[0] is not None and kinds[1] is not None:
            try:
                check_ends(tie, kinds[0], kinds[1])
            except SchemaViolation as exc:
                self._violation(place, exc)
                self._leave_out(tie)

    def _leave_out(self, tie: Tie) -> None:
        if not self.strict:
            self.kept[Tie].pop(tie.id, None)

    def _make_stub(self, end: str, place: Place) -> None:
        allowed = self._possible[end]
        kind = "party" if "party" in allowed else allowed[0]
        self.kept[Entity][end] = Placed(Entity(end, end, kind, stub=True), place, weak=True)

    def _check_changed_kinds(self) -> None:
        """A stored tie must still fit after one of its ends has become another kind of entity."""
        for placed in list(self.kept[Entity].values()):
            before = self._stored[Entity].get(placed.record.id)
            if not isinstance(before, Entity) or self.store is None or before.kind == self._kind(before.id):
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
                    if not self.strict:
                        self.kept[Entity].pop(before.id, None)
                        break

    def _kind(self, entity_id: str) -> str | None:
        placed, final = self.kept[Entity].get(entity_id), self._stored[Entity].get(entity_id)
        if placed is not None:
            final = placed.record if final is None else self._final(placed.record, final)
        return final.kind if isinstance(final, Entity) else None

    def _final(self, record: Record, old: Record | None) -> Record:
        """The record as it will stand in the store."""
        if self.strict or old is None:
            return record
        if isinstance(record, Entity) and isinstance(old, Entity):
            return united(old, record)
        if isinstance(record, Tie) and isinstance(old, Tie):
            return replace(record, sources=tuple(dict.fromkeys((*old.sources, *record.sources))))
        return record

    # counting
    def _repeated(self) -> tuple[int, int]:
        """Ties beside an earlier one of the same ends and type: further ones, and ones of another source."""
        # A share and the votes it carries are two statements of one stake, not two stakes.
        groups: defaultdict[tuple[str | None, ...], list[Tie]] = defaultdict(list)
        for placed in self.kept[Tie].values():
            tie = placed.record
            assert isinstance(tie, Tie)
            groups[tie.from_id, tie.type, tie.to_id, tie.share_basis, tie.interest].append(tie)
        further = other = 0
        for ties in groups.values():
            if len(ties) == 1:
                continue
            seen: set[Tie] = set()
            for tie in ties:
                bare = replace(tie, id="", sources=(), note=None)
                if bare in seen:
                    other += 1
                elif seen:
                    further += 1
                seen.add(bare)
        return further, other

    def _currencies(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for placed in self.kept[Tie].values():
            tie = placed.record
            assert isinstance(tie, Tie)
            if tie.amount_usd is not None or tie.round_usd is not None:
                found["USD"] += 1
            elif tie.amount is not None and tie.currency is not None:
                found[tie.currency] += 1
        return dict(sorted(found.items()))

    # problems
    def _missing(self, place: Place, column: str, what: str, wanted: str) -> None:
        hint = f"Load the {what} as well, or correct the id."
        reason = f"there is no {what} {shorten(wanted)!r}.{self._suggestion(what, wanted)}"
        self._problem(place, column, wanted, reason, hint)

    def _suggestion(self, what: str, wanted: str) -> str:
        if (what, wanted) in self._suggestions:
            return self._suggestions[what, wanted]
        if len(self._suggestions) >= _MAX_SUGGESTIONS:
            return ""
        found = process.extract(
            wanted[:200],
            self._known_ids(what),
            scorer=Indel.normalized_similarity,
            limit=3,
            score_cutoff=0.6,
        )
        names = " or ".join(f'"{name}"' for name, _, _ in found)
        text = self._suggestions[what, wanted] = f" Did you mean {names}?" if names else ""
        return text

    def _known_ids(self, what: str) -> list[str]:
        if what not in self._known:
            ids = set(self.kept[Entity if what == "entity" else Source])
            if self.store is not None:
                stored = self.store.entities() if what == "entity" else self.store.sources()
                ids |= {record.id for record in stored}
            self._known[what] = sorted(ids)
        return self._known[what]

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


def _counted(found: Mapping[tuple[str, str], list[object]]) -> tuple[Counted, ...]:
    counted = [
        Counted(reason, int(str(rows)), name, str(example), str(place))
        for (name, reason), (rows, example, place) in found.items()
    ]
    return tuple(sorted(counted, key=lambda each: (-each.rows, each.reason)))
