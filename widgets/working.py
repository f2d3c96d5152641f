"""Long work on a page: done in a thread of its own, with the time it has taken and a Stop that works."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from graph.stopping import checkpoint, stoppable
from widgets.text import md

_T = TypeVar("_T")
QUICK_S = 0.4
"""Work that ends sooner shows nothing of itself."""
_LOOK_S = 0.25
STOPPED = "work-stopped"
"""Where the session keeps which work was stopped, and after how many seconds."""


class Meter:
    """How far the work is: told in its thread, drawn in the page's."""

    def __init__(self) -> None:
        self._last: tuple[float, str] | None = None

    def __call__(self, part: float, text: str) -> None:
        """Tell that ``part`` of 1 is done; a place where the work can be stopped."""
        checkpoint()
        self._last = (min(max(part, 0.0), 1.0), text)

    @property
    def last(self) -> tuple[float, str] | None:
        """What was told last; None before."""
        return self._last


def at_work(
    label: str,
    work: Callable[..., _T],
    *args: Any,
    key: str | None = None,
    meter: Meter | None = None,
    kept: Callable[[_T], None] | None = None,
    unkept: Callable[[], None] | None = None,
    goes_on: bool = False,
) -> _T:
    """What ``work(*args)`` returns; while it takes long, the page says so and offers to stop.

    Stop frees the page at once, and so does any other change of the page; the work itself ends at its next
    :func:`graph.stopping.checkpoint`. The page then says that it was stopped, and offers to run it again.

    Args:
        label: what is done, as "Looking for paths".
        key: tells this work from any other on the page; None makes one of label and arguments.
        meter: drawn as a bar.
        kept: for work that changes something. It is called with the result, and Stop waits until the work has
            ended one way or the other: what was changed is told even when Stop came too late.
        unkept: called when the work was stopped. Give it where a press began the work, and tell there that it
            was stopped: the page then runs on without it, and offers nothing to run again.
        goes_on: for work whose result serves everybody: nothing stops it, the page only stops waiting.

    Raises:
        BaseException: what ``work`` raised.
    """
    name = name_of(label, args, key)
    state = st.session_state
    if (stopped := state.get(STOPPED)) is not None and stopped[0] == name and kept is None and unkept is None:
        _say_stopped(label, name)
        st.stop()
    task = _Task(work, args)
    slot = st.empty()
    try:
        if not task.done.wait(QUICK_S):
            _wait(task, slot, label, name, meter)
    except BaseException:  # Streamlit ends a script by raising: Stop, another click, a closed tab
        if not goes_on:
            task.stop.set()
        if kept is not None:
            task.done.wait()
        if kept is not None and task.error is None:
            kept(task.value())
        elif unkept is not None:
            unkept()
        raise
    slot.empty()
    found = task.value()
    if kept is not None:
        kept(found)
    return found


def name_of(label: str, args: tuple[Any, ...], key: str | None = None) -> str:
    """What tells one piece of work from another, short and fit for the key of a widget."""
    return hashlib.sha256((key or f"{label}|{args!r}").encode("utf-8", "replace")).hexdigest()[:16]


class _Task(Generic[_T]):
    """Work in its own thread."""

    def __init__(self, work: Callable[..., _T], args: tuple[Any, ...]) -> None:
        self.stop, self.done = threading.Event(), threading.Event()
        self._work, self._args = work, args
        self._result: list[_T] = []
        self.error: BaseException | None = None
        thread = threading.Thread(target=self._run, name="interlock-page-work", daemon=True)
        # Whose session this is decides what may be written.
        add_script_run_ctx(thread, get_script_run_ctx())
        thread.start()

    def _run(self) -> None:
        try:
            with stoppable(self.stop):
                self._result.append(self._work(*self._args))
        except BaseException as exc:
            self.error = exc
        finally:
            self.done.set()

    def value(self) -> _T:
        """What the work returned or raised."""
        if self.error is not None:
            raise self.error
        return self._result[0]


def _wait(task: _Task[Any], slot: Any, label: str, name: str, meter: Meter | None) -> None:
    began = time.monotonic() - QUICK_S

    def ask() -> None:
        st.session_state[STOPPED] = (name, time.monotonic() - began)

    with slot.container(horizontal=True, vertical_alignment="center", key=f"work-{name}"):
        told = st.empty()
        st.button("Stop", key=f"stop-{name}", icon=":material/stop:", on_click=ask)
    while True:
        # Each of these calls is where Streamlit ends a script whose page was changed.
        if meter and meter.last:
            told.progress(*meter.last)
        else:
            told.markdown(f":material/hourglass_top: {md(label, 200)} … {time.monotonic() - began:.0f} s")
        if task.done.wait(_LOOK_S):
            return


def _say_stopped(label: str, name: str) -> None:
    seconds = st.session_state[STOPPED][1]

    def again() -> None:
        st.session_state.pop(STOPPED, None)

    st.info(
        f"Stopped after {seconds:.0f} s: {md(label[:1].lower() + label[1:], 200)}.",
        icon=":material/stop_circle:",
    )
    st.button("Run again", key=f"again-{name}", icon=":material/replay:", on_click=again)
