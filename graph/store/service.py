"""The process that holds an embedded store answers for it: the store interface on loopback.

Reads are run by the holder through the engine's own read-only call, so that no text of an attached process
can write. Where to find the holder stands in ``service.json``, which only its owner may read.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from graph.atomic import replacing
from graph.errors import ExplorerError, StoreError
from graph.model import Batch, Record
from graph.store.base import Begun, LogEntry, Progress, Removal, RowStream, Store
from graph.store.channel import Channel, HolderGone, let_in
from graph.store.wire import (
    PROTOCOL,
    pack,
    pack_entry,
    pack_error,
    pack_record,
    pack_status,
    unpack,
    unpack_entry,
    unpack_record,
)

FILE = "service.json"
RECORDS_A_PART = 2_000
_ROWS_A_PART = 500
_PART_EVERY_S = 0.2
_TELL_EVERY_S = 0.1
_MOST_CONNECTIONS = 256
_GRACE_S = 5.0
"""How long reads may go on when the holder leaves; writes are called off, and done by who comes next."""
_log = logging.getLogger(__name__)


class Service:
    """Answers for ``store`` until closed; one thread a connection.

    Args:
        folder: of the store; ``service.json`` is written there.
        leave: called at the end of every thread.

    Raises:
        OSError: this machine has no loopback.
        SettingsError: the folder cannot be written to.
    """

    def __init__(self, store: Store, folder: Path, leave: Callable[[], None] = lambda: None) -> None:
        self._store, self._file, self._leave = store, folder / FILE, leave
        self._secret = secrets.token_hex(32)
        self._calls: dict[str, Callable[..., Iterator[Any]]] = {
            "stream": self._stream, "records": self._records, "ties_of": self._ties_of,
            "counts": self._counts, "data_version": self._data_version, "log": self._read_log,
            "log_parts": self._log_parts, "begun": self._begun, "begin": self._begin,
            "forget": self._forget, "apply": self._apply, "clear": self._clear,
            "replace": self._replace, "status": self._status, "migrate": self._migrate,
        }  # fmt: skip
        self._leaving = False
        self._guard = threading.Lock()
        self._busy: dict[Channel, threading.Thread] = {}
        self._idle: set[Channel] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._port: int = self._listener.getsockname()[1]
        told = {"port": self._port, "secret": self._secret, "protocol": PROTOCOL}
        try:
            with replacing(self._file, private=True) as file:
                file.write(json.dumps(told).encode())
        except BaseException:
            self._listener.close()
            raise
        self._accepting = threading.Thread(target=self._accept, name="interlock-service", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Answer what is being read, for some seconds; then end every connection."""
        if self._leaving:
            return
        self._file.unlink(missing_ok=True)
        with self._guard:
            self._leaving = True
            for channel in self._idle:
                channel.cut()
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            socket.create_connection(("127.0.0.1", self._port), 1.0).close()
        self._accepting.join()
        self._listener.close()
        deadline = time.monotonic() + _GRACE_S
        while (left := self._threads()) and time.monotonic() < deadline:
            left[0].join(0.05)
        with self._guard:
            for channel in (*self._busy, *self._idle):
                channel.cut()
        for thread in self._threads():
            thread.join()

    def _threads(self) -> list[threading.Thread]:
        with self._guard:
            return list(self._busy.values())

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # too many files open, say
                if self._leaving:
                    return
                time.sleep(0.1)
                continue
            if self._leaving or len(self._busy) + len(self._idle) >= _MOST_CONNECTIONS:
                connection.close()
                if self._leaving:
                    return
                continue
            threading.Thread(
                target=self._serve, args=(Channel(connection),), name="interlock-attached", daemon=True
            ).start()

    def _serve(self, channel: Channel) -> None:
        try:
            if not let_in(channel, self._secret):
                return
            while self._waits(channel):
                request = channel.receive(None)
                if not self._works(channel):
                    return
                self._answer(channel, request)
        except HolderGone:  # here it means: the attached one has gone
            pass
        finally:
            with self._guard:
                self._busy.pop(channel, None)
                self._idle.discard(channel)
            channel.close()
            self._leave()

    def _waits(self, channel: Channel) -> bool:
        with self._guard:
            self._busy.pop(channel, None)
            if not self._leaving:
                self._idle.add(channel)
            return not self._leaving

    def _works(self, channel: Channel) -> bool:
        with self._guard:
            self._idle.discard(channel)
            if not self._leaving:
                self._busy[channel] = threading.current_thread()
            return not self._leaving

    def _answer(self, channel: Channel, request: Any) -> None:
        try:
            name, arguments = request
            for message in self._calls[name](channel, *arguments):
                channel.send(message)
        except HolderGone:
            raise
        except ExplorerError as error:
            channel.send({"error": pack_error(error)})
        except Exception as exc:
            _log.exception("an attached process asked for something that failed")
            failed = StoreError(
                f"The program that has the store open could not answer ({type(exc).__name__}).",
                hint="Its log says why; close it and try again.",
            )
            channel.send({"error": pack_error(failed)})

    # what can be asked
    def _stream(
        self, channel: Channel, cypher: str, parameters: Any, timeout_s: float, most: int | None
    ) -> Iterator[Any]:
        with self._store.stream(cypher, unpack(parameters), timeout_s=timeout_s) as rows:
            yield {"columns": rows.columns}
            yield from _in_parts(rows, most)
        yield {"end": None}

    def _records(self, channel: Channel, name: str, ids: list[str] | None) -> Iterator[Any]:
        read = {"entities": self._store.entities, "ties": self._store.ties, "sources": self._store.sources}
        found = iter(read[name](ids))
        while part := [pack_record(record) for record in islice(found, RECORDS_A_PART)]:
            yield {"part": part}
        yield {"end": None}

    def _ties_of(self, channel: Channel, entity_id: str) -> Iterator[Any]:
        yield {"end": [pack_record(tie) for tie in self._store.ties_of(entity_id)]}

    def _counts(self, channel: Channel) -> Iterator[Any]:
        found = self._store.counts()
        yield {"end": [found.entities, found.ties, found.sources]}

    def _data_version(self, channel: Channel) -> Iterator[Any]:
        yield {"end": self._store.data_version()}

    def _status(self, channel: Channel) -> Iterator[Any]:
        yield {"end": pack_status(self._store.status())}

    def _migrate(self, channel: Channel) -> Iterator[Any]:
        yield {"end": self._store.migrate()}

    def _read_log(self, channel: Channel, kind: str | None) -> Iterator[Any]:
        yield {"end": [pack_entry(entry) for entry in self._store.log(kind)]}

    def _log_parts(self, channel: Channel, entry_id: str) -> Iterator[Any]:
        for part in self._store.log_parts(entry_id):
            yield {"part": [part]}
        yield {"end": None}

    def _begun(self, channel: Channel) -> Iterator[Any]:
        yield {"end": [asdict(entry) for entry in self._store.begun()]}

    def _begin(self, channel: Channel, entry: dict[str, Any]) -> Iterator[Any]:
        yield {"end": self._store.begin(Begun(**entry))}

    def _forget(self, channel: Channel, entry_id: str) -> Iterator[Any]:
        yield {"end": self._store.forget(entry_id)}

    def _clear(self, channel: Channel) -> Iterator[Any]:
        yield {"end": self._store.clear()}

    def _apply(
        self, channel: Channel, records: int, remove: dict[str, list[str]], entries: list[dict[str, Any]]
    ) -> Iterator[Any]:
        batch, log = self._batch(channel, records, entries)
        removal = Removal(**{name: tuple(ids) for name, ids in remove.items()})
        self._store.apply(batch, remove=removal, log=log, progress=self._tell(channel))
        yield {"end": None}

    def _replace(self, channel: Channel, records: int, entries: list[dict[str, Any]]) -> Iterator[Any]:
        batch, log = self._batch(channel, records, entries)
        self._store.replace_all(batch, log=log, progress=self._tell(channel))
        yield {"end": None}

    def _batch(
        self, channel: Channel, records: int, entries: list[dict[str, Any]]
    ) -> tuple[Batch, list[LogEntry]]:
        batch = Batch.of(self._received(channel, records))
        return batch, [
            unpack_entry(entry, tuple(self._received_texts(channel, entry["parts"]))) for entry in entries
        ]

    def _tell(self, channel: Channel) -> Progress:
        told = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal told
            # Before the end only: what has landed is not called off.
            if done < total and (self._leaving or not channel.is_open()):
                raise HolderGone
            if time.monotonic() - told > _TELL_EVERY_S:
                told = time.monotonic()
                channel.send({"progress": [done, total]})

        return tell

    @staticmethod
    def _received(channel: Channel, count: int) -> Iterator[Record]:
        done = 0
        while done < count:
            part = channel.receive(600.0)
            done += len(part)
            yield from map(unpack_record, part)

    @staticmethod
    def _received_texts(channel: Channel, count: int) -> Iterator[str]:
        for _ in range(count):
            yield str(channel.receive(600.0))


def _in_parts(rows: RowStream, most: int | None) -> Iterator[Any]:
    """Rows in parts, the first soon: whoever waits for a page should see it grow."""
    part: list[Any] = []
    sent_at = time.monotonic()
    for row in islice(rows, most):
        part.append([pack(value) for value in row])
        if len(part) == _ROWS_A_PART or time.monotonic() - sent_at > _PART_EVERY_S:
            yield {"part": part}
            part, sent_at = [], time.monotonic()
    if part:
        yield {"part": part}
