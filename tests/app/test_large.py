"""A graph with more entities than a box in the browser can hold: every page opens, and names are still found."""

from __future__ import annotations

from collections.abc import Generator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bench.graphs import attachment_batch
from graph.store.embedded import EmbeddedStore
from tests.app.test_pages import APP
from widgets import data, parts

SIZE = 4_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedStore]:
    with EmbeddedStore(tmp_path_factory.mktemp("large") / "store") as store:
        store.upsert(attachment_batch(SIZE, 8_000))
        yield store


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, large: EmbeddedStore) -> Generator[None]:
    monkeypatch.setattr(data, "opened", lambda place: large)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str, **query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.run()
    test.switch_page(f"views/{page}.py")
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    assert not test.error, [error.value for error in test.error]
    return test


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("entity", {"id": "e7"}),
        ("explore", {"id": "e7"}),
        ("paths", {"from": "e7", "to": "e9"}),
        ("dependencies", {"id": "e7"}),
        ("ownership", {"id": "e7"}),
        ("loops", {"with": "e7", "max": "3"}),
        ("boards", {}),
        ("centrality", {}),
        ("queries", {"id": "customers-of", "company": "e7", "run": "1"}),
    ],
)
@pytest.mark.usefixtures("app")
def test_no_box_holds_everybody(page: str, query: dict[str, str]) -> None:
    test = opened(page, **query)
    boxes = [*test.selectbox, *test.multiselect]
    assert all(len(box.options) <= parts.MOST_MATCHES + 20 for box in boxes), [
        (box.label, len(box.options)) for box in boxes
    ]


@pytest.mark.usefixtures("app")
def test_a_name_outside_the_first_ones_is_found_and_chosen() -> None:
    test = opened("paths", **{"from": "e7"})
    field = next(each for each in test.text_input if each.label == "Search: To")
    field.set_value("Entity 3999").run()
    assert not test.exception, test.exception
    box = next(each for each in test.multiselect if each.label == "To")
    assert any(option.startswith("Entity 3999") for option in box.options)
