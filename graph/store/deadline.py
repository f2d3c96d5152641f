"""Answers in time: a query comes back at its limit even when the engine does not look at the clock.

Both engines look between rows. What one row takes, a long ``reduce``, lists within lists, a function that
sleeps, they work out to its end (measured: 127 s at a limit of 2 s). So another thread waits for the engine,
and the caller for that thread, no longer than the limit and :data:`GRACE_S`.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from graph.errors import QueryError, QueryTimeout
from graph.stopping import Stopped, stop_asked
from graph.store.base import RowStream

GRACE_S = 0.6
"""Time beyond the limit in which the engine may stop the query itself, which is the better way."""
MOST_LEFT = 8
"""Queries that may go on beyond their limit without anybody waiting for them; three times as many that were
stopped and will still meet theirs."""
_IDLE_S = 30.0
_ROWS = 256
_SLICE_S = 0.02
_LOOK_S = 0.1
_T = TypeVar("_T")
_Read = tuple[list[tuple[Any, ...]], BaseException | None, bool]


class Watched(RowStream):
    """The rows of a stream that another thread opens and reads.

    Args:
        start: opens the stream; called in that thread.
        timeout_s: limit of the query in seconds, from now.
        let_go: ends or frees what the stream holds when nobody waits for it any more.

    Raises:
        QueryTimeout: the limit has passed; ``goes_on`` when the engine has not stopped.
        QueryError: too many such queries are still running.
    """

    def __init__(
        self, start: Callable[[], RowStream], timeout_s: float, let_go: Callable[[], None] = lambda: None
    ) -> None:
        now, left = time.monotonic(), list(_left)
        if sum(task.until < now for task in left) >= MOST_LEFT or len(left) >= 3 * MOST_LEFT:
            let_go()
            raise QueryError(
                f"{len(left)} queries that were stopped or passed their limit are still running.",
                hint="Wait for them, or end the program that runs the engine; then narrow those queries.",
            )
        self._start, self._let_go, self._timeout_s = start, let_go, timeout_s
        self._deadline = time.monotonic() + timeout_s
        self._stream: RowStream | None = None
        self._rows: deque[tuple[Any, ...]] = deque()
        self._error: BaseException | None = None
        self._ended = False
        self._take(self._wait(self._open))
        self.columns = self._stream.columns if self._stream else ()

    def __next__(self) -> tuple[Any, ...]:
        if not self._rows and not self._ended:
            self._take(self._wait(self._read))
        if self._rows:
            return self._rows.popleft()
        error, self._error = self._error, None
        raise error or StopIteration

    def close(self) -> None:
        self._rows.clear()
        self._error = None
        if not self._ended:
            self._ended = True
            self._wait(self._close)

    def _take(self, read: _Read) -> None:
        rows, self._error, self._ended = read
        self._rows.extend(rows)

    def _wait(self, work: Callable[[], Any]) -> Any:
        # A caller who took long with the rows before still gets what the engine says about the next ones.
        seconds = max(self._deadline - time.monotonic(), 0.0) + GRACE_S
        try:
            return within(seconds, work, self._leave, self._close)
        except Late:
            raise QueryTimeout(self._timeout_s, goes_on=True) from None

    def _leave(self) -> None:
        self._ended = True
        self._let_go()

    # in the other thread
    def _open(self) -> _Read:
        self._stream = self._start()
        return self._read()

    def _read(self) -> _Read:
        """Rows until there are enough of them, or some time has passed, so that the first come soon."""
        assert self._stream is not None
        rows: list[tuple[Any, ...]] = []
        until = time.monotonic() + _SLICE_S
        try:
            for row in self._stream:
                rows.append(row)
                if len(rows) >= _ROWS or time.monotonic() > until:
                    return rows, None, False
        except Exception as exc:
            return rows, exc, True
        return rows, None, True

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()


def once(work: Callable[[], None]) -> Callable[[], None]:
    """``work`` that does nothing when it is called again, from whatever thread."""
    todo = [work]

    def first() -> None:
        try:
            now = todo.pop()
        except IndexError:
            return
        now()

    return first


class Late(Exception):
    """The work was not done in time."""


def within(
    seconds: float,
    work: Callable[[], _T],
    let_go: Callable[[], None],
    afterwards: Callable[[], None] = lambda: None,
) -> _T:
    """What ``work`` returns, called in another thread and waited for so long.

    Args:
        let_go: called here when it is waited for no more: it is late, Ctrl-C came, or this thread's work was
            asked to stop.
        afterwards: called in the other thread when it is done after that.

    Raises:
        Late: it is late, and goes on.
    """
    task = _Task(work, afterwards, time.monotonic() + seconds)
    _give(task)
    try:
        in_time = _finished(task, seconds)
    except BaseException:
        if task.leave():
            let_go()
        raise
    if not in_time and task.leave():
        let_go()
        raise Late
    if task.error is not None:
        raise task.error
    return task.result


def _finished(task: _Task, seconds: float) -> bool:
    asked = stop_asked()
    if asked is None:
        return task.finished.acquire(timeout=seconds)
    until = time.monotonic() + seconds
    while not task.finished.acquire(timeout=min(max(until - time.monotonic(), 0.0), _LOOK_S)):
        if asked.is_set():
            raise Stopped
        if time.monotonic() >= until:
            return False
    return True


class _Task:
    """One piece of work, which somebody waits for or has left."""

    def __init__(self, work: Callable[[], Any], afterwards: Callable[[], None], until: float) -> None:
        self._work, self._afterwards, self.until = work, afterwards, until
        self.result: Any = None
        self.error: BaseException | None = None
        self.finished = threading.Lock()
        self.finished.acquire()
        self.thread: _Thread | None = None
        self._guard = threading.Lock()
        self._done = self._left = False

    def leave(self) -> bool:
        """Nobody waits any more; False when it has just been done."""
        with self._guard:
            if self._done:
                return False
            self._left = True
            _left.add(self)
        number = self.thread.native_id if self.thread else None
        if number is not None and hasattr(os, "setpriority"):
            # What nobody waits for makes way for what somebody waits for.
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, number, 19)
        return True

    def run(self) -> bool:
        """Do it; whether somebody still waits."""
        try:
            self.result = self._work()
        except BaseException as exc:
            self.error = exc
        with self._guard:
            self._done = True
        if self._left:
            _left.discard(self)
            with contextlib.suppress(Exception):
                self._afterwards()
        return not self._left


class _Thread(threading.Thread):
    """Does one task after another; ends when there are none, or when its task had been left."""

    def __init__(self) -> None:
        super().__init__(name="interlock-query", daemon=True)
        self.tasks: SimpleQueue[_Task] = SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                task = self.tasks.get(timeout=_IDLE_S)
            except Empty:
                with _guard:
                    if self not in _idle:  # a task is on its way
                        continue
                    _idle.remove(self)
                    return
            if not task.run():
                return
            with _guard:
                _idle.append(self)
            task.finished.release()
            del task  # and with it the rows


_guard = threading.Lock()
_idle: list[_Thread] = []
_left: set[_Task] = set()


def _give(task: _Task) -> None:
    with _guard:
        thread = _idle.pop() if _idle else None
    if thread is None:
        thread = _Thread()
        thread.start()
    task.thread = thread
    thread.tasks.put(task)
