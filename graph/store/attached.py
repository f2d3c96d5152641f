"""A store that another process of this machine holds, asked over loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any, cast

from graph.errors import ExplorerError, StoreLocked, StoreUnavailable
from graph.model import Batch, Entity, Record, Source, Tie
from graph.stopping import Stopped, unstoppable
from graph.store.base import (
    DEFAULT_MAX_ROWS,
    DEFAULT_TIMEOUT_S,
    NO_REMOVAL,
    Begun,
    Counts,
    LogEntry,
    Progress,
    Removal,
    Rows,
    RowStream,
    Store,
    check_parameters,
    collect,
)
from graph.store.channel import Channel, HolderGone, call_in
from graph.store.service import FILE, RECORDS_A_PART
from graph.store.status import StoreStatus
from graph.store.wire import (
    PROTOCOL,
    pack,
    pack_entry,
    pack_record,
    unpack,
    unpack_entry,
    unpack_error,
    unpack_record,
    unpack_status,
)

_READ_S, _WRITE_S = 300.0, 3_600.0
"""The longest silence of a holder that still works."""
_MARGIN_S = 30.0
_KEPT = 8


class AttachedStore(Store):
    """A :class:`graph.store.base.Store` that asks the process which holds the folder.

    Any call may raise :class:`graph.store.channel.HolderGone` when that process has ended; each can then be
    made again, since writing the same twice changes nothing.

    Args:
        path: folder of the store.

    Raises:
        HolderGone: nobody answers for the folder (yet, or any more).
        StoreLocked: who does is another version of Interlock, or runs for another user.
    """

    engine = "arcadedb"

    def __init__(self, path: Path, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self.path, self.location, self.timeout_s = path, str(path), timeout_s
        self._port, self._secret = _found(path)
        self._guard = Lock()
        self._closed = False
        self._free: list[Channel] = [call_in(self._port, self._secret)]

    # writing
    def apply(
        self,
        batch: Batch,
        *,
        remove: Removal = NO_REMOVAL,
        log: Sequence[LogEntry] = (),
        progress: Progress | None = None,
    ) -> None:
        self._send("apply", batch, log, progress, asdict(remove))

    def replace_all(
        self, batch: Batch, *, log: Sequence[LogEntry] = (), progress: Progress | None = None
    ) -> None:
        self._send("replace", batch, log, progress)

    def _send(
        self, name: str, batch: Batch, log: Sequence[LogEntry], progress: Progress | None, *more: Any
    ) -> None:
        records = list(batch)
        entries = [pack_entry(entry) for entry in log]
        # Left half-way, by Ctrl-C say, the connection is closed, and the holder calls the write off.
        with self._waiting_if_stopped(), self._asked(name, len(records), *more, entries) as channel:
            for start in range(0, len(records), RECORDS_A_PART):
                channel.send([pack_record(record) for record in records[start : start + RECORDS_A_PART]])
            for entry in log:
                for part in entry.parts:
                    channel.send(part)
            _end(channel, _WRITE_S, progress)
        if progress:
            with unstoppable():  # it is written
                progress(len(records), len(records))

    @contextmanager
    def _waiting_if_stopped(self) -> Generator[None]:
        """The holder may be past the last place where it calls a write off: know the end before going on."""
        try:
            yield
        except Stopped:
            with unstoppable(), suppress(ExplorerError):
                self.migrate()  # waits for its turn to write, and has nothing to do then
            raise

    def clear(self) -> None:
        self._ask("clear", wait_s=_WRITE_S)

    def begin(self, entry: Begun) -> None:
        self._ask("begin", asdict(entry))

    def forget(self, entry_id: str) -> None:
        self._ask("forget", entry_id)

    def migrate(self) -> list[str]:
        return list(self._ask("migrate", wait_s=_WRITE_S))

    # reading
    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        return self._stream(cypher, parameters, timeout_s, None)

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        max_rows: int = DEFAULT_MAX_ROWS,
        timeout_s: float | None = None,
    ) -> Rows:
        started = time.perf_counter()
        return collect(self._stream(cypher, parameters, timeout_s, max_rows + 1), max_rows, started)

    def _stream(
        self, cypher: str, parameters: Mapping[str, Any] | None, timeout_s: float | None, most: int | None
    ) -> RowStream:
        given = dict(parameters or {})
        check_parameters(given)
        limit = timeout_s or self.timeout_s
        channel = self._take()
        try:
            channel.send(["stream", [cypher, pack(given), limit, most]])
            columns = _message(channel, limit + _MARGIN_S)["columns"]
        except BaseException as exc:
            self._after(channel, exc)
            raise
        return _AttachedStream(channel, tuple(columns), limit + _MARGIN_S, lambda: self._give_back(channel))

    def counts(self) -> Counts:
        return Counts(*self._ask("counts"))

    def log(self, kind: str | None = None) -> list[LogEntry]:
        return [unpack_entry(each, ()) for each in self._ask("log", kind)]

    def log_parts(self, entry_id: str) -> list[str]:
        return list(self._parts("log_parts", entry_id))

    def begun(self) -> list[Begun]:
        return [Begun(**each) for each in self._ask("begun")]

    def status(self) -> StoreStatus:
        return unpack_status(self._ask("status"))

    def data_version(self) -> str:
        return str(self._ask("data_version"))

    def entities(self, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        return cast("Iterator[Entity]", self._records("entities", ids))

    def ties(self, ids: Sequence[str] | None = None) -> Iterator[Tie]:
        return cast("Iterator[Tie]", self._records("ties", ids))

    def sources(self, ids: Sequence[str] | None = None) -> Iterator[Source]:
        return cast("Iterator[Source]", self._records("sources", ids))

    def ties_of(self, entity_id: str) -> list[Tie]:
        return [cast("Tie", unpack_record(each)) for each in self._ask("ties_of", entity_id)]

    def _records(self, name: str, ids: Sequence[str] | None) -> Iterator[Record]:
        for each in self._parts("records", name, None if ids is None else list(ids)):
            yield unpack_record(each)

    # asking
    def _ask(self, name: str, *arguments: Any, wait_s: float | None = None) -> Any:
        with self._asked(name, *arguments) as channel:
            return _end(channel, wait_s or _READ_S, None)

    def _parts(self, name: str, *arguments: Any) -> Iterator[Any]:
        with self._asked(name, *arguments) as channel:
            while "end" not in (message := _message(channel, _READ_S)):
                yield from message["part"]

    @contextmanager
    def _asked(self, name: str, *arguments: Any) -> Generator[Channel]:
        channel = self._take()
        try:
            channel.send([name, arguments])
            yield channel
        except BaseException as exc:
            self._after(channel, exc)
            raise
        self._give_back(channel)

    def _take(self) -> Channel:
        with self._guard:
            if self._closed:
                raise StoreUnavailable("This store object is closed.", hint="Open the store again.")
            if self._free:
                return self._free.pop()
        return call_in(self._port, self._secret)

    def _give_back(self, channel: Channel) -> None:
        with self._guard:
            if not self._closed and len(self._free) < _KEPT:
                self._free.append(channel)
                return
        channel.close()

    def _after(self, channel: Channel, exc: BaseException) -> None:
        # An error that the holder told of ends an answer like any other; after anything else, what is still
        # to come on this connection is not known.
        if getattr(exc, "told_by_holder", False):
            self._give_back(channel)
        else:
            channel.close()

    def close(self) -> None:
        with self._guard:
            self._closed = True
            for channel in self._free:
                channel.close()
            self._free.clear()


class _AttachedStream(RowStream):
    def __init__(self, channel: Channel, columns: tuple[str, ...], wait_s: float, done: Any) -> None:
        self.columns = columns
        self._channel, self._wait_s, self._done = channel, wait_s, done
        self._rows: Iterator[Any] = iter(())
        self._open = True

    def __next__(self) -> tuple[Any, ...]:
        while True:
            for row in self._rows:
                return tuple(unpack(value) for value in row)
            if not self._open:
                raise StopIteration
            try:
                message = _message(self._channel, self._wait_s)
            except BaseException:
                self.close()
                raise
            if "end" in message:
                self._open = False
                self._done()
                raise StopIteration
            self._rows = iter(message["part"])

    def close(self) -> None:
        self._rows = iter(())
        if self._open:
            self._open = False
            self._channel.close()  # tells the holder to stop


def _message(channel: Channel, wait_s: float) -> Any:
    """The next message of an answer; errors of the holder are raised here."""
    message = channel.receive(wait_s)
    if "error" in message:
        error: Any = unpack_error(message["error"])
        error.told_by_holder = True
        raise error
    return message


def _end(channel: Channel, wait_s: float, progress: Progress | None) -> Any:
    while "end" not in (message := _message(channel, wait_s)):
        if progress and "progress" in message:
            progress(*message["progress"])
    return message["end"]


def _found(path: Path) -> tuple[int, str]:
    """Port and secret of the process that answers for a folder."""
    try:
        told = json.loads((path / FILE).read_text(encoding="utf-8"))
        port, secret, protocol = int(told["port"]), str(told["secret"]), told["protocol"]
    except PermissionError as exc:
        raise StoreLocked(
            f"The store in {path} is open in a program of another user.",
            hint="Use another folder with --store, or a Neo4j server for several users.",
        ) from exc
    except (OSError, ValueError, KeyError, TypeError):
        raise HolderGone from None
    if protocol != PROTOCOL:
        raise StoreLocked(
            f"The store in {path} is open in another version of Interlock.",
            hint="Close that program, or start it again with this version.",
        )
    return port, secret
