"""Long work on a page: quick work shows nothing, errors come through, a stop is told and can be taken back."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import pytest
from streamlit.testing.v1 import AppTest

from graph.stopping import Stopped, checkpoint
from graph.store.embedded import EmbeddedStore
from tests.app.opening import app_on, opened
from widgets import large


def quick() -> None:
    import streamlit as st

    from widgets.working import at_work

    st.write(at_work("Adding", lambda a, b: a + b, 40, 2))


def failing() -> None:
    import streamlit as st

    from graph.errors import AnalysisError
    from widgets.working import at_work

    def fail() -> None:
        raise AnalysisError("It cannot be.", hint="Ask otherwise.")

    try:
        at_work("Failing", fail)
    except AnalysisError as error:
        st.write(error.message)


def slow() -> None:
    import time

    import streamlit as st

    from widgets.working import Meter, run_pressed

    meter = Meter()

    def work() -> int:
        for step in range(12):
            meter(step / 12, f"Step {step}")
            time.sleep(0.1)
        return 7

    st.write(f"got {run_pressed('Counting', work, key='count', meter=meter).value()}")


def stopped() -> None:
    import streamlit as st

    from widgets.working import STOPPED, at_work, name_of

    if "once" not in st.session_state:
        st.session_state["once"] = True
        st.session_state[STOPPED] = (name_of("Adding", (40, 2)), 3.0)  # as a press of Stop leaves it
    st.write("above")
    st.write(at_work("Adding", lambda a, b: a + b, 40, 2))


def left_alone() -> None:
    """A page whose script is ended, as by a click elsewhere, while its work goes on."""
    import threading

    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from graph.stopping import checkpoint
    from widgets.working import at_work, run_pressed, take_up_work

    state = st.session_state

    def work() -> str:
        while not gate.wait(0.05):
            checkpoint()
        return "done"

    gate = state["gate"]
    if (task := take_up_work("load")) is not None:
        st.write(f"{task.about} {'stopped' if task.stopped else task.value()}")
        return
    if "begun" in state:
        st.write("nothing left")
        return
    state["begun"] = True
    requests = get_script_run_ctx().script_requests
    threading.Timer(0.8, requests.request_stop).start()
    if state["how"] == "page":
        at_work("Looking", state["work"])
    run_pressed("Loading", work, key="load", about="the load is")


def words(test: AppTest) -> list[str]:
    assert not test.exception, test.exception
    return [str(part.value) for part in (*test.markdown, *test.info)]


def test_quick_work_shows_its_result_alone() -> None:
    test = AppTest.from_function(quick).run()
    assert words(test) == ["`42`"]
    assert not test.button


def test_an_error_of_the_work_is_the_pages() -> None:
    assert words(AppTest.from_function(failing).run()) == ["It cannot be."]


def test_slow_work_ends_with_its_result_and_without_its_button() -> None:
    test = AppTest.from_function(slow, default_timeout=60).run()
    assert words(test) == ["got 7"]
    assert not test.button


def test_work_that_was_stopped_is_not_begun_again_until_it_is_asked_for() -> None:
    test = AppTest.from_function(stopped).run()
    assert words(test) == ["above", "Stopped after 3 s: adding."]
    assert words(test.run()) == ["above", "Stopped after 3 s: adding."]
    test.button[0].click()
    assert words(test.run()) == ["above", "`42`"]


def test_work_begun_by_a_press_is_taken_up_by_the_next_run() -> None:
    test = AppTest.from_function(left_alone, default_timeout=60)
    test.session_state["how"], test.session_state["gate"] = "press", threading.Event()
    test.run()
    test.session_state["gate"].set()
    assert words(test.run()) == ["the load is done"]
    assert words(test.run()) == ["nothing left"]


def test_stop_ends_work_begun_by_a_press_and_the_next_run_says_so() -> None:
    test = AppTest.from_function(left_alone, default_timeout=60)
    test.session_state["how"], test.session_state["gate"] = "press", threading.Event()
    test.run()
    test.session_state["work-pressed-load"].stop.set()
    assert words(test.run()) == ["the load is stopped"]


def test_a_page_that_is_left_stops_its_work() -> None:
    test = AppTest.from_function(left_alone, default_timeout=60)
    ended, told = threading.Event(), list[str]()

    def work() -> None:
        try:
            for _ in range(600):
                time.sleep(0.1)
                checkpoint()
        except Stopped:
            told.append("stopped")
        finally:
            ended.set()

    test.session_state["how"], test.session_state["work"] = "page", work
    test.session_state["gate"] = ended
    test.run()
    assert ended.wait(60)
    assert told == ["stopped"]


@pytest.fixture
def read_first(bundled_store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """The bundled graph, treated as a large one."""
    monkeypatch.setattr(large, "LARGE", 0)
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.mark.usefixtures("read_first")
class TestReadFirst:
    @pytest.mark.parametrize("page", ["explore", "paths", "dependencies", "loops", "boards", "centrality"])
    def test_a_page_is_as_it_would_be_without(self, page: str) -> None:
        test = opened(page, id="cerebras", as_of="2024")
        assert not test.error
        assert test.title[0].value not in ("This did not work", "This is our mistake")

    def test_a_wrong_date_is_told_at_its_field_and_the_field_is_there(self) -> None:
        test = opened("paths", **{"from": "openai", "to": "cerebras", "as_of": "soon"})
        assert test.title[0].value == "Influence paths"
        assert "soon" in test.error[0].value
        assert any(field.label == "As of" for field in test.text_input)
