"""Duplicates in a store: suggested, decided by people, merged, and taken apart again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph.errors import EntityNotFound, MergeNotFound, SchemaViolation, UndoRefused, did_you_mean
from graph.log_entries import in_parts, new_id, now
from graph.model import Batch, Entity, EntityId, Tie
from graph.ontology import check_ends
from graph.resolution.candidates import HINT_TYPE, MINIMUM, Candidates, find_candidates
from graph.resolution.decisions import Decision, decision_from
from graph.resolution.merge import Merge, merge, merge_from
from graph.store.base import LogEntry, Removal, Store

DECISION, MERGE = "decision", "merge"


@dataclass(frozen=True, slots=True)
class MergeNote:
    """One merge of the list.

    Attributes:
        id: such as ``mrg-20260131-142530-3f9ac41b``.
        at: time, UTC, ISO 8601.
        state: ``merged`` or ``undone``.
        keep, drop: ids of the two.
        keep_name, drop_name: their names then.
        by: who, None when unknown.
    """

    id: str
    at: str
    state: str
    keep: EntityId
    drop: EntityId
    keep_name: str
    drop_name: str
    by: str | None = None


def suggestions(store: Store, *, minimum: float = MINIMUM, limit: int | None = 1_000) -> Candidates:
    """Pairs of the store's entities that may be one, without those decided to be different.

    Cost: one pass over the store, and that of :func:`graph.resolution.candidates.find_candidates`.
    """
    return find_candidates(
        store.entities(), minimum=minimum, limit=limit, decided=decisions(store), hints=_hints(store)
    )


def decisions(store: Store) -> list[Decision]:
    """Every decision, the oldest first; of a pair there is one, the last."""
    found = [decision_from(entry.summary) for entry in store.log(DECISION)]
    return sorted(found, key=lambda decision: (decision.at, decision.pair))


def decide(
    store: Store,
    left: EntityId,
    right: EntityId,
    verdict: str,
    *,
    by: str | None = None,
    reasons: Sequence[str] = (),
) -> Decision:
    """Remember a verdict on a pair: ``same``, ``different`` or ``skip``. It replaces an earlier one.

    Raises:
        EntityNotFound: the store does not hold one of the two.
        ParameterError: another verdict, or one entity twice.
    """
    _both(store, left, right)
    made = Decision(left, right, verdict, now(), by, tuple(reasons))
    store.apply(Batch(), log=[_entry(made)])
    return made


def merge_pair(
    store: Store, keep: EntityId, drop: EntityId, *, by: str | None = None
) -> tuple[MergeNote, Merge]:
    """Merge ``drop`` into ``keep``: all ties of both are kept with their sources, all in one go.

    Decisions that name the dropped id go over to the kept one.

    Raises:
        EntityNotFound: the store does not hold one of the two.
        SchemaViolation: a tie of the dropped one cannot stand with the kept one's kind; names it.
    """
    kept, dropped = _both(store, keep, drop)
    made = merge(kept, dropped, store.ties_of(drop), keep_ties=store.ties_of(keep))
    merge_id = new_id("mrg")
    note = MergeNote(merge_id, now(), "merged", keep, drop, kept.name, dropped.name, by)
    ties = _checked(store, made)
    entity = replace(made.entity, origin=f"{merge_id} {drop}:0")
    batch = Batch((entity,), tuple(replace(tie, origin=f"{merge_id} {drop}:0") for tie in ties))
    said = Decision(keep, drop, "same", note.at, by)
    log = [_merge_entry(note, made), _entry(said), *_moved_decisions(store, keep, drop)]
    remove = Removal(entities=(drop,), ties=tuple(tie.id for tie in made.loops))
    store.apply(batch, remove=remove, log=log)
    return note, made


def merges(store: Store) -> list[MergeNote]:
    """All merges, the newest first."""
    return [_note(entry) for entry in store.log(MERGE)]


def undo_merge(store: Store, merge_id: str, *, by: str | None = None) -> MergeNote:
    """Take a merge apart: both entities and the dropped one's ties stand again as they were.

    The pair is put aside as skipped, so that it is not suggested first again.

    Raises:
        MergeNotFound: no such merge.
        UndoRefused: undone already, or something was changed since; says what.
    """
    notes = {note.id: note for note in merges(store)}
    if merge_id not in notes:
        raise MergeNotFound(
            f"There is no merge {merge_id[:60]!r}.{did_you_mean(merge_id, list(notes))}",
            hint="List them with: interlock resolve merges",
        )
    note = notes[merge_id]
    if note.state == "undone":
        raise UndoRefused(f"The merge {merge_id} was undone already.")
    made = merge_from("".join(store.log_parts(merge_id)))
    kept = store.entity(note.keep)
    changed = [*made.changed_since(kept, store.ties_of(note.keep) if kept else ())]
    if store.entity(note.drop) is not None:
        changed.append(f"{note.drop} is in the store again.")
    if changed:
        raise UndoRefused(
            f"Something was changed after the merge {merge_id}: {' '.join(changed[:5])}",
            hint="Undo the later change first, or correct the records by loading them again.",
        )
    entities, ties = made.undo()
    undone = replace(note, state="undone")
    said = Decision(note.keep, note.drop, "skip", now(), by)
    store.apply(Batch(entities, ties), log=[_merge_entry(undone, None), _entry(said)])
    return undone


def _both(store: Store, left: EntityId, right: EntityId) -> tuple[Entity, Entity]:
    found: list[Entity] = []
    for key in (left, right):
        entity = store.entity(key)
        if entity is None:
            raise EntityNotFound(key, [each.id for each in store.entities()])
        found.append(entity)
    return found[0], found[1]


def _checked(store: Store, made: Merge) -> tuple[Tie, ...]:
    """The rewired ties, each of which must be allowed with the kinds it now joins."""
    others = {end for tie in made.ties for end in (tie.from_id, tie.to_id)} - {made.entity.id}
    kinds = {entity.id: entity.kind for entity in store.entities(sorted(others))} if others else {}
    kinds[made.entity.id] = made.entity.kind
    for tie in made.ties:
        try:
            check_ends(tie, kinds[tie.from_id], kinds[tie.to_id])
        except SchemaViolation as exc:
            raise SchemaViolation(
                f"The tie {tie.id} forbids it: {exc.message}",
                field=exc.field,
                value=exc.value,
                hint="Keep the other of the two, or correct its kind first.",
            ) from exc
    return made.ties


def _moved_decisions(store: Store, keep: EntityId, drop: EntityId) -> list[LogEntry]:
    """Verdicts on the dropped id, as verdicts on the kept one, where it has none of its own."""
    known = {decision.pair: decision for decision in decisions(store)}
    moved: list[LogEntry] = []
    for pair, decision in known.items():
        if drop not in pair or keep in pair:
            continue
        other = pair[0] if pair[1] == drop else pair[1]
        made = replace(decision, left=keep, right=other)
        if made.pair not in known:
            moved.append(_entry(made))
    return moved


def _hints(store: Store) -> list[Tie]:
    # Most stores hold none, and then no tie need be read.
    text = f"MATCH (:Entity)-[r:{HINT_TYPE}]->(:Entity) RETURN r.id AS id"
    ids = [str(row[0]) for row in store.stream(text, timeout_s=600)]
    return list(store.ties(ids)) if ids else []


def _entry(decision: Decision) -> LogEntry:
    key = json.dumps(decision.pair)
    return LogEntry(f"pair {key}", DECISION, decision.at, decision.as_text())


def _merge_entry(note: MergeNote, made: Merge | None) -> LogEntry:
    summary = {
        "state": note.state, "keep": note.keep, "drop": note.drop, "keep_name": note.keep_name,
        "drop_name": note.drop_name, "by": note.by,
    }  # fmt: skip
    parts = () if made is None else in_parts(made.as_text())
    return LogEntry(note.id, MERGE, note.at, json.dumps(summary), parts)


def _note(entry: LogEntry) -> MergeNote:
    found: dict[str, Any] = json.loads(entry.summary)
    return MergeNote(entry.id, entry.at, **found)
