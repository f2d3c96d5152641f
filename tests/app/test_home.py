"""The first page: questions that lead to pages, the story with what changed, search without a hit."""

from __future__ import annotations

import socket
from collections.abc import Generator

import pytest
from streamlit.testing.v1 import AppTest

from graph.canvas_link import from_query
from graph.projection import Filters, to_networkx
from graph.store.base import Begun
from graph.store.embedded import EmbeddedStore
from graph.story import story
from tests.app.opening import app_on, opened, said


@pytest.fixture(autouse=True)
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    """The app on the bundled store."""
    with app_on(bundled_store, monkeypatch):
        yield


def links(test: AppTest) -> dict[str, tuple[str, str]]:
    """Label of each link to a page: its page and its parameters."""
    return {each.proto.label: (each.proto.page, each.proto.query_string) for each in test.get("page_link")}


def test_questions_lead_to_pages() -> None:
    found = links(opened("home"))
    page, query = found["How could OpenAI influence Cerebras in 2017?"]
    assert page == "paths"
    assert "from=openai" in query
    assert "as_of=2017-09" in query
    assert found["Where does money run in circles?"][0] == "loops"
    page, query = found["Who is hit if G42 leaves?"]
    assert page == "dependencies"
    assert "gone=g42" in query


def test_the_last_step_says_what_changed_since() -> None:
    test = opened("home", step="5")
    text = said(test)
    assert "What changed since" in text
    assert "As of 2024-06" in text
    assert text.index("87 % of revenue") < text.index("$20bn, since 2026-04")
    assert "](https://" in text


def test_every_step_opens_on_the_canvas(bundled_store: EmbeddedStore) -> None:
    whole = to_networkx(bundled_store, Filters.all_statuses())
    for number, step in enumerate(story().steps, start=1):
        found = from_query(step.canvas_query(), whole)
        assert found.notes == ()
        assert found.canvas.shown == step.entities
        assert found.canvas.filters.as_of == step.as_of
        known = {tie.id for tie in bundled_store.ties([*step.ties, *step.before])}
        assert known == {*step.ties, *step.before}, number
    page, query = links(opened("home", step="2"))["Open this step on the canvas"]
    assert page == "explore"
    assert "as_of=2017" in query


def test_the_search_field_keeps_its_words_and_says_when_nothing_fits() -> None:
    test = opened("home")
    test.text_input(key="search").set_value("zzzzqqqq").run()
    assert "The nearest names" in said(test)
    assert len(test.get("page_link")) >= 3


def test_an_interrupted_import_is_told(bundled_store: EmbeddedStore) -> None:
    bundled_store.begin(
        Begun("imp-1", "new.csv", "2026-01-01T00:00:00+00:00", socket.gethostname(), 2**22 + 1)
    )
    test = opened("home")
    assert any("was interrupted" in warning.value for warning in test.warning)
    assert bundled_store.begun() == []
