"""One embedded store, many processes: the first one that opens the folder holds it and answers for it to the
others, and when it ends, one of them takes its place."""

from __future__ import annotations

import atexit
import json
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from graph.errors import SettingsError, StoreLocked, StoreUnavailable
from graph.interrupts import interrupts_held
from graph.model import Batch, Entity, Source, Tie
from graph.processes import is_alive
from graph.store import embedded_engine as arcade
from graph.store.attached import AttachedStore
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
)
from graph.store.channel import HolderGone
from graph.store.embedded import EmbeddedStore
from graph.store.service import Service
from graph.store.status import StoreStatus

_ENTER_S = 60.0
"""A holder that is starting, or ending after a long write, is waited for this long."""
_ALONE_S = 1.0
_MOST_TRIES = 100
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class SharedStore(Store):
    """A :class:`graph.store.base.Store` in a folder that other processes of this user may have open as well.

    Every call goes to the engine in this process or, over loopback, to the process that holds the folder.
    When that one ends, or is killed, the call is made again by whoever holds the folder then; of a stream
    that had begun, the reader gets :class:`graph.errors.StoreUnavailable`.

    Args:
        path: folder of the store; made when missing.
        timeout_s: default limit of one query in seconds.
        heap: maximum heap of the engine's JVM, where this process holds the folder.

    Raises:
        StoreLocked: a program that does not answer for it has the folder open: one of another user or
            version, or one that opened :class:`graph.store.embedded.EmbeddedStore` by itself.
        StoreUnavailable: the folder cannot be used.
    """

    engine = "arcadedb"

    def __init__(self, path: str | Path, *, timeout_s: float = DEFAULT_TIMEOUT_S, heap: str = "1g") -> None:
        self.path = Path(path).absolute()
        self.location = str(self.path)
        self.timeout_s = timeout_s
        self._heap = heap
        self._guard = threading.RLock()
        self._closed = False
        self._service: Service | None = None
        self._inner: Store = self._enter()

    @property
    def holds(self) -> bool:
        """Whether the engine runs in this process."""
        return isinstance(self._inner, EmbeddedStore)

    def _enter(self) -> Store:
        """Hold the folder, or find who does."""
        began = time.monotonic()
        while True:
            with interrupts_held():
                try:
                    return self._hold()
                except StoreLocked as exc:
                    locked = exc
                with suppress(HolderGone):
                    return AttachedStore(self.path, timeout_s=self.timeout_s)
            waited = time.monotonic() - began
            if waited > _ENTER_S or (waited > _ALONE_S and not _is_shared(self.path)):
                raise locked
            time.sleep(random.uniform(0.03, 0.1))

    def _hold(self) -> EmbeddedStore:
        store = EmbeddedStore(self.path, timeout_s=self.timeout_s, heap=self._heap, shared=True)
        try:
            self._service = Service(store, self.path, arcade.leave)
        except (OSError, SettingsError) as exc:
            # Without loopback, in a sandbox say, nobody else can attach, and all else works.
            _log.warning("other processes cannot use the store while this one has it open: %s", exc)
        # Before the handler that closes it: a Ctrl-C that waited for the engine comes before _enter is done.
        self._inner = store
        # After the embedded store's own exit handler, so that it runs before it.
        atexit.register(self.close)
        return store

    def _do(self, work: Callable[[Store], _T]) -> _T:
        for _ in range(_MOST_TRIES):
            inner = self._inner
            try:
                return work(inner)
            except HolderGone:
                self._switch(inner)
        raise StoreUnavailable(
            f"The store in {self.path} is passed from one program to the next all the time.",
            hint="Try again in a moment.",
        )

    def _switch(self, gone: Store) -> None:
        with self._guard:
            if self._closed:
                raise StoreUnavailable("This store object is closed.", hint="Open the store again.")
            if self._inner is gone:
                gone.close()
                self._inner = self._enter()

    def close(self) -> None:
        with interrupts_held(), self._guard:
            if self._closed:
                return
            self._closed = True
            atexit.unregister(self.close)
            if self._service:
                self._service.close()
            self._inner.close()

    # writing
    def apply(
        self,
        batch: Batch,
        *,
        remove: Removal = NO_REMOVAL,
        log: Sequence[LogEntry] = (),
        progress: Progress | None = None,
    ) -> None:
        self._do(lambda store: store.apply(batch, remove=remove, log=log, progress=progress))

    def replace_all(
        self, batch: Batch, *, log: Sequence[LogEntry] = (), progress: Progress | None = None
    ) -> None:
        self._do(lambda store: store.replace_all(batch, log=log, progress=progress))

    def clear(self) -> None:
        self._do(lambda store: store.clear())

    def migrate(self) -> list[str]:
        return self._do(lambda store: store.migrate())

    def begin(self, entry: Begun) -> None:
        self._do(lambda store: store.begin(entry))

    def begun(self) -> list[Begun]:
        return self._do(lambda store: store.begun())

    def forget(self, entry_id: str) -> None:
        self._do(lambda store: store.forget(entry_id))

    # reading
    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        return self._do(lambda store: store.stream(cypher, parameters, timeout_s=timeout_s))

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        max_rows: int = DEFAULT_MAX_ROWS,
        timeout_s: float | None = None,
    ) -> Rows:
        return self._do(lambda store: store.query(cypher, parameters, max_rows=max_rows, timeout_s=timeout_s))

    def counts(self) -> Counts:
        return self._do(lambda store: store.counts())

    def status(self) -> StoreStatus:
        return self._do(lambda store: store.status())

    def log(self, kind: str | None = None) -> list[LogEntry]:
        return self._do(lambda store: store.log(kind))

    def log_parts(self, entry_id: str) -> list[str]:
        return self._do(lambda store: store.log_parts(entry_id))

    def data_version(self) -> str:
        return self._do(lambda store: store.data_version())

    def entities(self, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        return self._read(lambda store: store.entities(ids))

    def ties(self, ids: Sequence[str] | None = None) -> Iterator[Tie]:
        return self._read(lambda store: store.ties(ids))

    def ties_of(self, entity_id: str) -> list[Tie]:
        return self._do(lambda store: store.ties_of(entity_id))

    def sources(self, ids: Sequence[str] | None = None) -> Iterator[Source]:
        return self._read(lambda store: store.sources(ids))

    def _read(self, work: Callable[[Store], Iterator[_T]]) -> Iterator[_T]:
        # From another process all of it before the first: were that to end in between, half of an answer
        # would be of one moment and half of another.
        return self._do(
            lambda store: work(store) if isinstance(store, EmbeddedStore) else iter([*work(store)])
        )


def _is_shared(path: Path) -> bool:
    """Whether the process that holds the folder lives and answers for it, or is about to."""
    try:
        holder = json.loads((path / "holder.json").read_text(encoding="utf-8"))
        return bool(holder.get("shared")) and is_alive(int(holder["pid"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
