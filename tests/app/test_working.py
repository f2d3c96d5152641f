"""Long work on a page: quick work shows nothing, errors come through, a stop is told and can be taken back."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


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

    from widgets.working import Meter, at_work

    meter = Meter()

    def work() -> int:
        for step in range(12):
            meter(step / 12, f"Step {step}")
            time.sleep(0.1)
        return 7

    st.write(f"got {at_work('Counting', work, meter=meter, kept=lambda n: st.write(f'kept {n}'))}")


def stopped() -> None:
    import streamlit as st

    from widgets.working import STOPPED, at_work, name_of

    if "once" not in st.session_state:
        st.session_state["once"] = True
        st.session_state[STOPPED] = (name_of("Adding", (40, 2)), 3.0)  # as a press of Stop leaves it
    st.write("above")
    st.write(at_work("Adding", lambda a, b: a + b, 40, 2))


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
    assert words(test) == ["kept 7", "got 7"]
    assert not test.button


def test_work_that_was_stopped_is_not_begun_again_until_it_is_asked_for() -> None:
    test = AppTest.from_function(stopped).run()
    assert words(test) == ["above", "Stopped after 3 s: adding."]
    assert words(test.run()) == ["above", "Stopped after 3 s: adding."]
    test.button[0].click()
    assert words(test.run()) == ["above", "`42`"]
