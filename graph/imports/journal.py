"""The list of imports that a store keeps: what each brought, where a record came from, the way back."""

from __future__ import annotations

import base64
import json
import os
import socket
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.errors import ImportNotFound, UndoRefused, did_you_mean
from graph.log_entries import in_parts, new_id, now
from graph.model import Batch, Entity, Record, Source, Tie, entity_from, source_from, tie_from, to_properties
from graph.moves.unfinished import is_copy, refuse_unfinished
from graph.moves.unfinished import told as copy_told
from graph.processes import is_alive
from graph.store.base import Begun, LogEntry, Progress, Removal, Store

KIND = "import"
_SORTS: Mapping[str, type[Record]] = {"entities": Entity, "ties": Tie, "sources": Source}
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ImportNote:
    """One import of the list.

    Attributes:
        id: such as ``imp-20260131-142530-3f9ac41b``.
        at: time it was written, UTC, ISO 8601.
        state: ``written`` or ``undone``.
        files: what was read, as it was named.
        formats: ids of the formats.
        numbers: read, accepted, rejected, skipped, stubs, and new and changed records by sort.
        undone_at: time it was undone.
    """

    id: str
    at: str
    state: str
    files: tuple[str, ...]
    formats: tuple[str, ...]
    numbers: Mapping[str, int]
    undone_at: str | None = None


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """What an import added and replaced.

    Attributes:
        added: ids by sort (``entities``, ``ties``, ``sources``).
        replaced: records as they were before, by sort.
    """

    note: ImportNote
    added: Mapping[str, tuple[str, ...]]
    replaced: Batch


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking an import back did: records removed, and records put back as they were."""

    note: ImportNote
    removed: int
    restored: int


def new_import_id() -> str:
    """A new id, in the order of time; one that came twice would take the way back from the import before."""
    return new_id("imp")


def begin_import(store: Store, import_id: str, what: str) -> None:
    """Note that an import begins to write, so that the next command can tell whether it ended.

    Raises:
        StoreRefused: the store holds only the part of a copy.
    """
    refuse_unfinished(store)
    store.begin(Begun.here(import_id, what[:500]))


def import_entry(
    import_id: str,
    fresh: Batch,
    before: Batch,
    *,
    files: Sequence[str],
    formats: Sequence[str],
    numbers: Mapping[str, int],
) -> LogEntry:
    """The log entry of an import, with what is needed to undo it. Cost: O(records)."""
    replaced = {(type(record), record.id) for record in before}
    added = {
        name: [record.id for record in getattr(fresh, name) if (kind, record.id) not in replaced]
        for name, kind in _SORTS.items()
    }
    detail = {
        "added": added,
        "replaced": {name: [_document(record) for record in getattr(before, name)] for name in _SORTS},
    }
    summary = {"state": "written", "files": list(files), "formats": list(formats), "numbers": dict(numbers)}
    return LogEntry(import_id, KIND, now(), json.dumps(summary), _packed(detail))


def import_notes(store: Store) -> list[ImportNote]:
    """All imports, the newest first."""
    return [_note(entry) for entry in store.log(KIND)]


def import_detail(store: Store, import_id: str) -> ImportDetail:
    """What an import added and replaced; nothing after it was undone. Cost: O(its records).

    Raises:
        ImportNotFound: no such import.
    """
    notes = {note.id: note for note in import_notes(store)}
    if import_id not in notes:
        raise ImportNotFound(
            f"There is no import {import_id[:60]!r}.{did_you_mean(import_id, list(notes))}",
            hint="List them with: interlock imports",
        )
    detail = _unpacked(store.log_parts(import_id))
    added = {name: tuple(detail.get("added", {}).get(name, ())) for name in _SORTS}
    replaced = [
        _record(name, values) for name in _SORTS for values in detail.get("replaced", {}).get(name, ())
    ]
    return ImportDetail(notes[import_id], added, Batch.of(replaced))


def undo_import(store: Store, import_id: str, *, progress: Progress | None = None) -> Undone:
    """Remove what an import added and put back what it replaced, all in one go.

    Raises:
        ImportNotFound: no such import.
        UndoRefused: it is undone already, or something later builds on it: a record it wrote was changed
            since, or a tie or source of it is used by records it did not bring. Names them.
    Cost: one pass over the store's ties, O(records of the import).
    """
    detail = import_detail(store, import_id)
    if detail.note.state == "undone":
        raise UndoRefused(f"The import {import_id} was undone already, {detail.note.undone_at}.")
    added = {name: set(ids) for name, ids in detail.added.items()}
    _refuse_if_changed(store, detail, import_id)
    _refuse_if_used(store, added, {tie.id for tie in detail.replaced.ties})
    at = now()
    note = detail.note
    summary = {
        "state": "undone", "undone_at": at, "files": list(note.files), "formats": list(note.formats),
        "numbers": dict(note.numbers),
    }  # fmt: skip
    remove = Removal(**{name: tuple(ids) for name, ids in detail.added.items()})
    store.apply(
        detail.replaced,
        remove=remove,
        log=[LogEntry(import_id, KIND, note.at, json.dumps(summary))],
        progress=progress,
    )
    undone = ImportNote(note.id, note.at, "undone", note.files, note.formats, note.numbers, at)
    return Undone(undone, len(remove), len(detail.replaced))


def interrupted(store: Store) -> list[str]:
    """What became of imports that began to write and were not seen to end, as sentences.

    Each is told once, except those that still run, and copies that are not whole.
    """
    begun = store.begun()
    if not begun:
        return []
    logged = {entry.id for entry in store.log()}
    told: list[str] = []
    for each in begun:
        if is_copy(each):
            # Half a graph, not half an import: told until the copy is whole.
            told.append(copy_told(each, store.location, _running(each)))
            continue
        if each.id not in logged and _running(each):
            told.append(f"An import of {each.what} is being written by process {each.pid} since {each.at}.")
            continue
        store.forget(each.id)
        if each.id not in logged:
            # A server may still be ending the write of a process that is gone, which holds the note until
            # then: taking it away had to wait for that, so now the log tells.
            logged = {entry.id for entry in store.log()}
        if each.id in logged:
            told.append(f"The import {each.id} of {each.what}, begun {each.at}, was written whole.")
        else:
            told.append(
                f"The import of {each.what}, begun {each.at}, was interrupted: nothing of it was written. "
                "Load it again."
            )
    return told


def _running(begun: Begun) -> bool:
    return begun.host == socket.gethostname() and begun.pid != os.getpid() and is_alive(begun.pid)


def _refuse_if_changed(store: Store, detail: ImportDetail, import_id: str) -> None:
    mine = f"{import_id} "
    changed: list[str] = []
    for name in _SORTS:
        ids = [*detail.added[name], *(record.id for record in getattr(detail.replaced, name))]
        found: Iterable[Record] = getattr(store, name)(ids) if ids else ()
        there = {record.id: record for record in found}
        for key in ids:
            record = there.get(key)
            if record is None or not (record.origin or "").startswith(mine):
                changed.append(key)
    if changed:
        raise UndoRefused(
            f"{_some(changed)} changed after the import {import_id}.",
            hint="Undo the later change first; interlock imports lists them.",
        )


def _refuse_if_used(store: Store, added: Mapping[str, set[str]], put_back: set[str]) -> None:
    if not (added["entities"] or added["sources"]):
        return
    used: list[str] = []
    for tie in store.ties():
        if tie.id in added["ties"] or tie.id in put_back:
            continue
        ends = {tie.from_id, tie.to_id} & added["entities"]
        used += sorted(ends | (set(tie.sources) & added["sources"]))
    if used:
        raise UndoRefused(
            f"Ties of later imports use {_some(list(dict.fromkeys(used)))}.",
            hint="Undo those imports first; interlock imports lists them.",
        )


def _some(ids: list[str]) -> str:
    shown = ", ".join(key[:60] for key in ids[:_SHOWN])
    return shown + (f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else "")


def _note(entry: LogEntry) -> ImportNote:
    found: dict[str, Any] = json.loads(entry.summary)
    return ImportNote(
        entry.id, entry.at, found["state"], tuple(found["files"]), tuple(found["formats"]), found["numbers"],
        found.get("undone_at"),
    )  # fmt: skip


def _document(record: Record) -> dict[str, Any]:
    values = to_properties(record)
    if isinstance(record, Tie):
        values |= {"from_id": record.from_id, "type": record.type, "to_id": record.to_id}
    return values


def _record(sort: str, values: dict[str, Any]) -> Record:
    if sort == "ties":
        ends = {name: str(values[name]) for name in ("from_id", "type", "to_id")}
        return tie_from(values, **ends)
    return entity_from(values) if sort == "entities" else source_from(values)


def _packed(detail: Mapping[str, Any]) -> tuple[str, ...]:
    data = zlib.compress(json.dumps(detail, separators=(",", ":")).encode(), level=3)
    text = base64.b64encode(data).decode()
    return in_parts(text)


def _unpacked(parts: Sequence[str]) -> dict[str, Any]:
    if not parts:
        return {}
    return json.loads(zlib.decompress(base64.b64decode("".join(parts))))
