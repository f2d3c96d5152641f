"""Long work on a page: done in a thread of its own, with the time it has taken and a Stop that works.

Streamlit ends a script by an exception at its next call, and begins the next run of the page at once, beside it; the
old run can write nothing into the session any more. So what is to outlive a run is put into the session before.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from graph.stopping import Stopped, checkpoint, stoppable
from widgets.text import md

_T = TypeVar("_T")
QUICK_S = 0.4
"""Work that ends sooner shows nothing of itself."""
STOPPED = "work-stopped"
"""Where the session keeps which work was stopped, and after how many seconds."""
_LOOK_S = 0.25
_PRESSED = "work-pressed-"


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


class Work(Generic[_T]):
    """Work in its own thread.

    Attributes:
        about: what the page needs to tell of it later.
        stop: set to ask it to stop.
        done: set when it has ended.
        error: what it raised; None when it returned.
    """

    def __init__(
        self,
        label: str,
        work: Callable[..., _T],
        args: tuple[Any, ...] = (),
        meter: Meter | None = None,
        about: Any = None,
    ) -> None:
        self.label, self.meter, self.about = label, meter, about
        self.began = time.monotonic()
        self.stop, self.done = threading.Event(), threading.Event()
        self.error: BaseException | None = None
        self._work, self._args = work, args
        self._result: list[_T] = []
        thread = threading.Thread(target=self._run, name="interlock-page-work", daemon=True)
        # Whose session this is decides what may be written.
        add_script_run_ctx(thread, get_script_run_ctx())
        thread.start()

    @property
    def stopped(self) -> bool:
        """Whether it ended because it was asked to."""
        return isinstance(self.error, Stopped)

    def value(self) -> _T:
        """What it returned.

        Raises:
            BaseException: what it raised.
        """
        if self.error is not None:
            raise self.error
        return self._result[0]

    def _run(self) -> None:
        try:
            with stoppable(self.stop):
                self._result.append(self._work(*self._args))
        except BaseException as exc:
            self.error = exc
        finally:
            self.done.set()


def at_work(
    label: str, work: Callable[..., _T], *args: Any, key: str | None = None, goes_on: bool = False
) -> _T:
    """What ``work(*args)`` returns; while it takes long, the page says so and offers to stop.

    Stop frees the page at once, and so does any other change of the page; the work itself ends at its next
    :func:`graph.stopping.checkpoint`. The page then says that it was stopped, and offers to run it again.

    Args:
        label: what is done, as "Looking for paths".
        key: tells this work from any other on the page; None makes one of label and arguments.
        goes_on: for work whose result serves everybody: nothing stops it, and no Stop is offered.

    Raises:
        BaseException: what ``work`` raised.
    """
    name = name_of(label, args, key)
    stopped: tuple[str, float] | None = st.session_state.get(STOPPED)
    if stopped is not None and stopped[0] == name:
        _say_stopped(label, name, stopped[1])
        st.stop()
    task = Work(label, work, args)

    def ask() -> None:
        st.session_state[STOPPED] = (name, time.monotonic() - task.began)

    try:
        _wait(task, name, None if goes_on else ask)
    except BaseException:  # Streamlit ends the script: Stop, another click, a closed tab
        if not goes_on:
            task.stop.set()
        raise
    return task.value()


def run_pressed(
    label: str, work: Callable[[], _T], *, key: str, meter: Meter | None = None, about: Any = None
) -> Work[_T]:
    """Begin work that was asked for by a press, and wait for its end.

    Only Stop stops it. Where the reader clicks elsewhere meanwhile it goes on, and the next run of the page takes it
    up again with :func:`take_up_work`, which it must call before anything that depends on the outcome.

    Args:
        key: one a page and button.
        meter: drawn as a bar.
        about: for the page, to tell what came of it.

    Returns:
        The work, which has ended: with a value, an error, or stopped.
    """
    task = Work(label, work, (), meter, about)
    st.session_state[_PRESSED + key] = task
    return _ended(task, key)


def take_up_work(key: str) -> Work[Any] | None:
    """The work of this key that an earlier run of the page began and did not see the end of; waits for that."""
    task: Work[Any] | None = st.session_state.get(_PRESSED + key)
    return None if task is None else _ended(task, key)


def _ended(task: Work[_T], key: str) -> Work[_T]:
    _wait(task, name_of(key, ()), task.stop.set)
    st.session_state.pop(_PRESSED + key, None)
    return task


def name_of(label: str, args: tuple[Any, ...], key: str | None = None) -> str:
    """What tells one piece of work from another, short and fit for the key of a widget."""
    return hashlib.sha256((key or f"{label}|{args!r}").encode("utf-8", "replace")).hexdigest()[:16]


def _wait(task: Work[Any], name: str, ask: Callable[[], None] | None) -> None:
    slot = st.empty()
    if task.done.wait(QUICK_S):
        return
    with slot.container(horizontal=True, vertical_alignment="center", key=f"work-{name}"):
        told = st.empty()
        if ask is not None:
            st.button("Stop", key=f"stop-{name}", icon=":material/stop:", on_click=ask)
    while True:
        # Each of these calls is where Streamlit ends a script whose page was changed.
        if task.stop.is_set():
            told.markdown(":material/hourglass_top: Stopping …")
        elif task.meter and task.meter.last:
            told.progress(*task.meter.last)
        else:
            seconds = time.monotonic() - task.began
            told.markdown(f":material/hourglass_top: {md(task.label, 200)} … {seconds:.0f} s")
        if task.done.wait(_LOOK_S):
            slot.empty()
            return


def _say_stopped(label: str, name: str, seconds: float) -> None:
    def again() -> None:
        st.session_state.pop(STOPPED, None)

    what = md(label[:1].lower() + label[1:], 200)
    st.info(f"Stopped after {seconds:.0f} s: {what}.", icon=":material/stop_circle:")
    st.button("Run again", key=f"again-{name}", icon=":material/replay:", on_click=again)
