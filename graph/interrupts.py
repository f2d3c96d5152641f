"""Ctrl-C at safe moments only, for work that must not stop between two of its steps; SIGTERM as Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_held() -> Generator[Callable[[], None]]:
    """Ctrl-C waits until the block ends, or until the block calls what it is given, where it may stop; a
    second one, of somebody who will not wait, comes at once.

    Outside the main thread, where Python never raises KeyboardInterrupt, nothing happens.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return
    come: list[tuple[int, FrameType | None]] = []

    def let() -> None:
        if come:
            before(*come.pop())

    def hold(number: int, frame: FrameType | None) -> None:
        come.append((number, frame))
        if len(come) > 1:
            come.clear()
            before(number, frame)

    signal.signal(signal.SIGINT, hold)
    try:
        yield let
    finally:
        signal.signal(signal.SIGINT, before)
    # Not with an error on its way already, which says why the work ended.
    let()


def terminations_as_interrupts() -> list[int]:
    """Let SIGTERM (``kill``, a service manager) and SIGHUP (a closed terminal) end a program as Ctrl-C does,
    so that stores are closed and half-done work is put back. Call it once, from the main thread.

    Returns:
        The signals that came, empty up to then: a shell expects 128 + the signal as exit code.
    """
    come: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        come.append(number)
        interrupt = signal.getsignal(signal.SIGINT)
        if not callable(interrupt):  # ignored, as in the background of a script
            raise KeyboardInterrupt
        interrupt(signal.SIGINT, frame)

    for name in ("SIGTERM", "SIGHUP"):  # Windows has only the first
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores the second
            signal.signal(number, stop)
    return come


@contextmanager
def interrupts_between_steps(
    progress: Callable[[int, int], None] | None,
) -> Generator[Callable[[int, int], None]]:
    """:func:`interrupts_held`, for work that tells its progress: Ctrl-C comes where it does so.

    Yields what to tell (done, in all), which passes it on to ``progress``.
    """
    with interrupts_held() as let:

        def tell(done: int, total: int) -> None:
            let()
            if progress:
                progress(done, total)

        yield tell
