"""Long work that somebody may stop: asked for in one thread, heeded in another at the next look.

Work looks with :func:`checkpoint` between its steps, where nothing is half done. What a compiled library is
at cannot be stopped in the middle; the look after it comes when it returns.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TypeVar

_T = TypeVar("_T")
_asked: ContextVar[threading.Event | None] = ContextVar("interlock_stop", default=None)


class Stopped(BaseException):
    """The work was stopped on request. As Ctrl-C, it is no error, so nothing that handles errors takes it."""


@contextmanager
def stoppable(asked: threading.Event | None) -> Generator[None]:
    """Work inside, in this thread, ends with :class:`Stopped` soon after ``asked`` is set; None: never.

    >>> asked = threading.Event()
    >>> with stoppable(asked):
    ...     checkpoint()
    ...     asked.set()
    ...     try:
    ...         checkpoint()
    ...     except Stopped:
    ...         print("stopped")
    stopped
    """
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)


def unstoppable() -> AbstractContextManager[None]:
    """What is inside is done to its end: putting in order what a stop has left."""
    return stoppable(None)


def checkpoint() -> None:
    """Go on, unless this thread's work was asked to stop. Below 0.1 µs.

    Raises:
        Stopped: it was.
    """
    asked = _asked.get()
    if asked is not None and asked.is_set():
        raise Stopped


def watched(items: Iterable[_T]) -> Iterator[_T]:
    """The items, with a look before each; for loops whose step takes a while.

    >>> list(watched("ab"))
    ['a', 'b']
    """
    for item in items:
        checkpoint()
        yield item


def stop_asked() -> threading.Event | None:
    """What this thread's work is stopped by; None when nobody can."""
    return _asked.get()
