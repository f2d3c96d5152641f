"""The embedded store: ArcadeDB in this process, in one folder, no server.

The folder holds generations (``gen-...``), each a database of its own, and ``CURRENT``, which names
the one that counts. A large import builds a new generation beside the old one and then replaces
``CURRENT`` in one step, so a crash at any moment leaves the old graph or the new one. Small changes
are one engine transaction in the current generation.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from graph.errors import SchemaViolation, StoreUnavailable, did_you_mean
from graph.interrupts import interrupts_between_steps, interrupts_held
from graph.model import DERIVED, Batch, Entity, Source, Tie, entity_from, source_from, tie_from
from graph.ontology import ontology
from graph.stopping import unstoppable
from graph.store import embedded_engine as arcade
from graph.store.base import (
    DEFAULT_TIMEOUT_S,
    NO_REMOVAL,
    Begun,
    Counts,
    LogEntry,
    Progress,
    Removal,
    RowStream,
    Store,
    check_parameters,
    last_by_id,
)
from graph.store.deadline import Watched, once
from graph.store.embedded_folder import (
    Generation,
    begin,
    begun,
    build,
    forget,
    make_current,
    open_current,
    take_lock,
)
from graph.store.embedded_migrate import indexes, migrate, model_version
from graph.store.embedded_seal import damaged
from graph.store.embedded_write import read_log, read_log_parts, read_version, write_transaction
from graph.store.status import StoreStatus

TRANSACTION_LIMIT = 2_000
"""Batches up to this size are one transaction; larger ones build a new generation."""
_SCAN_TIMEOUT_S = 3_600.0
_open: weakref.WeakSet[EmbeddedStore] = weakref.WeakSet()


@cache
def _close_at_exit() -> None:
    # An open database has threads of its own, for which the JVM would wait for ever at the end. Called
    # when the JVM has been started: exit handlers run backwards, and its own ends it.
    atexit.register(lambda: [store.close() for store in list(_open)])


class EmbeddedStore(Store):
    """A :class:`graph.store.base.Store` in a folder of this machine.

    Args:
        path: folder of the store; made when missing.
        timeout_s: default limit of one query in seconds.
        heap: maximum heap of the engine's JVM; the first store opened in a process decides.
        shared: this process answers for the folder to others (:mod:`graph.store.shared`), which wait for it.

    Raises:
        StoreLocked: another process, named in the message, has the folder open.
        StoreUnavailable: the folder cannot be used.
    """

    engine = "arcadedb"

    def __init__(
        self,
        path: str | Path,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        heap: str = "1g",
        shared: bool = False,
    ) -> None:
        self.path = Path(path).absolute()
        self.location = str(self.path)
        self.timeout_s = timeout_s
        self._guard = threading.RLock()
        self._writing = threading.Lock()
        self._noting = threading.Lock()
        self._closed = False
        # Stopped half-way, a database that nobody knows of would stay open, and the JVM wait for it for ever.
        with interrupts_held():
            self._lock = take_lock(self.path, shared=shared)
            try:
                arcade.start(heap)
                _close_at_exit()
                self._current = open_current(self.path)
            except BaseException:
                self._lock.release()
                raise
            _open.add(self)

    # writing
    def apply(
        self,
        batch: Batch,
        *,
        remove: Removal = NO_REMOVAL,
        log: Sequence[LogEntry] = (),
        progress: Progress | None = None,
    ) -> None:
        batch = last_by_id(batch)
        with self._writing:
            generation = self._acquire()
            try:
                empty = generation.is_empty()
                if not empty and len(batch) + len(remove) <= TRANSACTION_LIMIT:
                    _check_ends(batch, self._known(batch, remove))
                    with interrupts_held():
                        write_transaction(generation.database, batch, remove, log)
                else:
                    whole = batch if empty else merge(self._everything(remove), batch)
                    _check_ends(batch, {entity.id for entity in whole.entities})
                    self._replace(whole, progress, [*self._whole_log(generation, log), *log])
            finally:
                self._release(generation)
            if log:
                with self._noting:
                    forget(self.path, {entry.id for entry in log})
        if progress:
            with unstoppable():  # it is written
                progress(len(batch), len(batch))

    def clear(self) -> None:
        with self._writing:
            self._replace(Batch(), None, ())

    def replace_all(
        self, batch: Batch, *, log: Sequence[LogEntry] = (), progress: Progress | None = None
    ) -> None:
        batch = last_by_id(batch)
        _check_ends(batch, {entity.id for entity in batch.entities})
        with self._writing:
            self._replace(batch, progress, log)

    def begin(self, entry: Begun) -> None:
        with self._noting:
            begin(self.path, entry)

    def begun(self) -> list[Begun]:
        return begun(self.path)

    def forget(self, entry_id: str) -> None:
        with self._noting:
            forget(self.path, {entry_id})

    def migrate(self) -> list[str]:
        with self._writing, interrupts_held():
            generation = self._acquire()
            try:
                return migrate(generation.database)
            except Exception as exc:
                raise arcade.translate_write(exc) from exc
            finally:
                self._release(generation)

    def _replace(self, batch: Batch, progress: Progress | None, log: Sequence[LogEntry]) -> None:
        """Build a generation that holds exactly ``batch`` and ``log`` and make it the current one."""
        with interrupts_between_steps(progress) as tell:
            fresh = build(self.path, batch, tell, log)
            make_current(self.path, fresh)
            with self._guard:
                old, self._current = self._current, fresh
                old.retired = True
                self._drop_if_unused(old)

    def _whole_log(self, generation: Generation, new: Sequence[LogEntry]) -> list[LogEntry]:
        """The log with its parts, without the entries that new ones replace."""
        replaced = {entry.id for entry in new}
        return [
            replace(entry, parts=tuple(read_log_parts(generation.database, entry.id)))
            for entry in read_log(generation.database)
            if entry.id not in replaced
        ]

    def _known(self, batch: Batch, remove: Removal) -> set[str]:
        wanted = {end for tie in batch.ties for end in (tie.from_id, tie.to_id)} - set(remove.entities)
        stored = {entity.id for entity in self.entities(sorted(wanted))}
        return stored | {entity.id for entity in batch.entities}

    def _everything(self, remove: Removal) -> Batch:
        entities, ties, sources = set(remove.entities), set(remove.ties), set(remove.sources)
        return Batch(
            tuple(entity for entity in self.entities() if entity.id not in entities),
            tuple(
                tie
                for tie in self.ties()
                if not (tie.id in ties or tie.from_id in entities or tie.to_id in entities)
            ),
            tuple(source for source in self.sources() if source.id not in sources),
        )

    # reading
    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        check_parameters(parameters or {})
        limit = timeout_s or self.timeout_s
        generation = self._acquire()
        # Once only, by whoever is first: the stream at its end, or a caller who waits no longer and must not
        # keep the database open, for which the JVM would wait at the end.
        release = once(lambda: self._release(generation))

        def start() -> RowStream:
            arcade.leave_at_end()
            return _EmbeddedStream(generation.database, cypher, parameters or {}, limit, release)

        try:
            return Watched(start, limit, release)
        except BaseException:
            release()
            raise

    def counts(self) -> Counts:
        generation = self._acquire()
        try:
            count = generation.database.count_type
            return Counts(count("Entity"), count("Tie"), count("Source"))
        finally:
            self._release(generation)

    def log(self, kind: str | None = None) -> list[LogEntry]:
        generation = self._acquire()
        try:
            found = read_log(generation.database, kind)
        finally:
            self._release(generation)
        return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)

    def log_parts(self, entry_id: str) -> list[str]:
        generation = self._acquire()
        try:
            return read_log_parts(generation.database, entry_id)
        finally:
            self._release(generation)

    def status(self) -> StoreStatus:
        counts, version = self.counts(), self.data_version()
        generation = self._acquire()
        try:
            return StoreStatus(
                engine=self.engine, version=arcade.version(), edition="embedded", location=self.location,
                database=generation.folder.name, writable=os.access(self.path, os.W_OK), counts=counts,
                data_version=version, model_version=model_version(generation.database),
                schema=indexes(generation.database),
            )  # fmt: skip
        finally:
            self._release(generation)

    def data_version(self) -> str:
        generation = self._acquire()
        try:
            return read_version(generation.database)
        finally:
            self._release(generation)

    def entities(self, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        for row in self._records("entities", "(n:Entity)", _ENTITY_FIELDS, ids):
            yield entity_from(row)

    def sources(self, ids: Sequence[str] | None = None) -> Iterator[Source]:
        for row in self._records("sources", "(n:Source)", _SOURCE_FIELDS, ids):
            yield source_from(row)

    def ties(self, ids: Sequence[str] | None = None) -> Iterator[Tie]:
        if ids is not None:
            yield from self._ties_by_id(ids)
            return
        for row in self._records("ties", "(a:Entity)-[n]->(b:Entity)", _TIE_FIELDS, None, _TIE_ENDS):
            yield _tie(row)

    def ties_of(self, entity_id: str) -> list[Tie]:
        found: dict[str, Tie] = {}
        # With a label at the far end the engine starts the second from every entity there is: half a second
        # at 20,000 where it takes two milliseconds.
        for pattern in ("(a:Entity {id: $id})-[n]->(b)", "(b:Entity {id: $id})<-[n]-(a)"):
            rows = self._scan(pattern, "n", _TIE_FIELDS, None, _TIE_ENDS, {"id": entity_id})
            found |= {row["id"]: _tie(row) for row in rows}
        return [found[key] for key in sorted(found)]

    def _ties_by_id(self, ids: Sequence[str]) -> Iterator[Tie]:
        generation = self._acquire()
        try:
            for key in sorted(set(ids)):
                edge = generation.database.lookup_by_key("Tie", ["id"], [key])
                if edge is not None:
                    value = arcade.plain(edge.get_java_document())
                    yield tie_from(
                        value.properties, from_id=value.from_id, type=value.type, to_id=value.to_id
                    )
        finally:
            self._release(generation)

    def _scan(
        self,
        pattern: str,
        name: str,
        fields: Sequence[str],
        ids: Sequence[str] | None,
        extra: str = "",
        parameters: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """All matches of a pattern of our own as dicts, ordered by id."""
        where = f" WHERE {name}.id IN $ids" if ids is not None else ""
        columns = ", ".join(f"{name}.{field} AS {field}" for field in fields)
        text = f"MATCH {pattern}{where} RETURN {extra}{columns}"
        given = {**(parameters or {}), **({"ids": list(ids)} if ids is not None else {})}
        generation = self._acquire()
        try:
            result = arcade.run_query(generation.database, text, given, _SCAN_TIMEOUT_S)
            try:
                rows = result.to_list()
            except Exception as exc:
                raise arcade.translate(exc, _SCAN_TIMEOUT_S) from exc
        finally:
            self._release(generation)
        if any(not isinstance(row["id"], str) for row in rows):
            raise damaged(self.path, "records without an id are in it.")
        rows.sort(key=lambda row: row["id"])
        return rows

    def _records(
        self, name: str, pattern: str, fields: Sequence[str], ids: Sequence[str] | None, extra: str = ""
    ) -> list[dict[str, Any]]:
        """Records of a type; of all of them, the engine passes over those that it cannot reach any more."""
        version, counted = self.data_version(), getattr(self.counts(), name)
        rows = self._scan(pattern, "n", fields, ids, extra)
        if ids is None and len(rows) != counted and self.data_version() == version:
            raise damaged(self.path, f"of {counted:,} {name} it gives {len(rows):,}.")
        return rows

    # life
    def close(self) -> None:
        with interrupts_held(), self._guard:
            if self._closed:
                return
            self._closed = True
            _open.discard(self)
            self._current.retired = True
            self._current.keep = True
            self._drop_if_unused(self._current)
            (self.path / "holder.json").unlink(missing_ok=True)
            self._lock.release()

    def _acquire(self) -> Generation:
        arcade.leave_at_end()
        with self._guard:
            if self._closed:
                raise StoreUnavailable("This store object is closed.", hint="Open the store again.")
            self._current.readers += 1
            return self._current

    def _release(self, generation: Generation) -> None:
        with self._guard:
            generation.readers -= 1
            self._drop_if_unused(generation)

    def _drop_if_unused(self, generation: Generation) -> None:
        if generation.retired and not generation.readers and not generation.dropped:
            generation.drop()


class _EmbeddedStream(RowStream):
    def __init__(
        self,
        database: Any,
        cypher: str,
        parameters: Mapping[str, Any],
        timeout_s: float,
        done: Callable[[], None],
    ) -> None:
        self._done: Callable[[], None] | None = None
        self._timeout_s = timeout_s
        self._result = arcade.run_query(database, cypher, parameters, timeout_s)
        self._rows = iter(self._result)
        self._done = done
        self._first: Any = None
        self.columns = ()
        try:
            self._first = next(self._rows, None)
            if self._first is not None:
                self.columns = arcade.columns_of_row(cypher, self._first)
            else:
                self.columns = arcade.columns_of(database, cypher, parameters)
        except Exception as exc:
            self._done = None
            raise arcade.translate(exc, timeout_s) from exc

    def __next__(self) -> tuple[Any, ...]:
        row, self._first = self._first, None
        if row is None:
            if self._done is None:
                raise StopIteration
            try:
                row = next(self._rows, None)
            except Exception as exc:
                self.close()
                raise arcade.translate(exc, self._timeout_s) from exc
        if row is None:
            self.close()
            raise StopIteration
        return tuple(arcade.plain(row.get(name)) for name in self.columns)

    def close(self) -> None:
        done, self._done = self._done, None
        if done:
            try:
                self._result.close()
            finally:
                done()


_ENTITY_FIELDS = tuple(name for name in ontology().properties["entity"] if name not in DERIVED)
_SOURCE_FIELDS = tuple(ontology().properties["source"])
_TIE_FIELDS = tuple(name for name in ontology().properties["tie"] if name not in DERIVED)
_TIE_ENDS = "a.id AS from_id, type(n) AS type, b.id AS to_id, "


def _tie(row: dict[str, Any]) -> Tie:
    return tie_from(row, from_id=row["from_id"], type=row["type"], to_id=row["to_id"])


def merge(old: Batch, new: Batch) -> Batch:
    """``old`` with every record of ``new`` put in by id."""

    def by_id(first: Sequence[Any], second: Sequence[Any]) -> tuple[Any, ...]:
        return tuple({**{item.id: item for item in first}, **{item.id: item for item in second}}.values())

    return Batch(
        by_id(old.entities, new.entities), by_id(old.ties, new.ties), by_id(old.sources, new.sources)
    )


def _check_ends(batch: Batch, known: set[str]) -> None:
    for tie in batch.ties:
        for field, end in (("from", tie.from_id), ("to", tie.to_id)):
            if end not in known:
                raise SchemaViolation(
                    f'Tie {tie.id}: there is no entity "{end}".{did_you_mean(end, sorted(known))}',
                    field=field,
                    value=end,
                    hint="Add the entity to the same import, or mend the id.",
                )


__all__ = ["TRANSACTION_LIMIT", "EmbeddedStore", "merge"]
