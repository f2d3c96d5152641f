"""The collector is paused while anybody wants it so, and as it was before when nobody does any more."""

from __future__ import annotations

import gc
import threading
from collections.abc import Generator

import pytest

from graph.collector import paused, settled


@pytest.fixture(autouse=True)
def as_it_was() -> Generator[None]:
    assert gc.isenabled()
    yield
    gc.unfreeze()
    gc.enable()


def test_it_is_paused_inside_and_on_again_after_an_error() -> None:
    seen: list[bool] = []

    def fail() -> None:
        with paused():
            seen.append(gc.isenabled())
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert seen == [False]
    assert gc.isenabled()


def test_the_last_of_two_threads_puts_it_back() -> None:
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()
    seen: list[bool] = []

    def second() -> None:
        first_in.wait(60)
        with paused():
            second_in.set()
            first_out.wait(60)
            seen.append(gc.isenabled())

    thread = threading.Thread(target=second)
    thread.start()
    with paused():
        first_in.set()
        second_in.wait(60)
    first_out.set()
    thread.join(60)
    assert seen == [False]
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


def test_what_has_settled_is_looked_at_no_more() -> None:
    kept = [[number] for number in range(10_000)]
    before = gc.get_freeze_count()
    settled()
    assert gc.get_freeze_count() - before >= len(kept)
