"""The canvas page under AppTest: start, expand, undo, filters, years, addresses good and bad, hostile names."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from widgets import data

APP = str(Path(__file__).parents[2] / "app.py")
PAGE = "views/explore.py"
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $a$ :red[x] **b** `c` # d \u202e"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    """The app on the bundled store, which this process holds already."""
    monkeypatch.setattr(data, "opened", lambda place: bundled_store)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def run(**query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=60)
    test.run()
    test.switch_page(PAGE)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def said(test: AppTest) -> str:
    parts = [*test.title, *test.markdown, *test.caption, *test.info, *test.warning, *test.error]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def address(test: AppTest, name: str) -> str:
    """A parameter of the address; the test harness gives a list for what it set itself."""
    value = test.query_params[name]
    return value[0] if isinstance(value, list) else value


def button(test: AppTest, label: str) -> None:
    """Press the button whose label starts like this."""
    next(each for each in test.button if each.label.startswith(label)).click().run()
    assert not test.exception, test.exception


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_an_empty_canvas_offers_three_starting_points(self) -> None:
        test = run()
        starts = [each for each in test.button if str(each.key).startswith("canvas-start-")]
        assert len(starts) == 3
        starts[0].click().run()
        assert "26 of 26 entities" in said(test)
        assert "25 of 77 added, by amount" in said(test)
        assert address(test, "ids").startswith("openai.~")

    def test_one_entity_in_the_address_starts_with_its_neighbours(self) -> None:
        test = run(id="cerebras")
        assert "26 of 26 entities" in said(test)
        assert address(test, "id") == "cerebras"  # reading does not rewrite the address

    def test_choosing_shows_facts_and_sources(self) -> None:
        test = run(id="cerebras")
        test.selectbox(key="canvas-chosen").set_value(("entity", "cerebras")).run()
        text = said(test)
        assert "#### Cerebras Systems" in text
        assert "ties in this drawing" in text
        assert "](https://" in text
        test.selectbox(key="canvas-chosen").set_value(("entity", "g42")).run()
        assert "#### G42" in said(test)

    def test_a_line_shows_every_statement(self) -> None:
        test = run(ids="openai,microsoft")
        test.selectbox(key="canvas-chosen").set_value(("line", "microsoft", "openai")).run()
        text = said(test)
        assert "statements behind this line" in text
        assert "Microsoft holds a stake in OpenAI" in text
        button(test, "Hide this line")
        assert "ties hidden" in said(test)
        button(test, "Show")
        assert "hidden" not in said(test)

    def test_a_click_in_the_drawing_is_a_selection(self) -> None:
        test = run(ids="openai,microsoft")
        key = re.sub(r"^.*?(canvas-[0-9a-f]+-\d+-chart)$", r"\1", test.get("echarts_chart")[0].proto.id)
        node = {"data_type": "node", "data_indices": [0], "series_index": 0}
        test.session_state[key] = {"selection": {"selected": [node], "areas": []}}
        test.run()
        assert "#### Microsoft" in said(test)

    def test_expand_undo_redo_collapse_clear(self) -> None:
        test = run(ids="g42")
        test.selectbox(key="canvas-chosen").set_value(("entity", "g42")).run()
        button(test, "All (")
        many = address(test, "ids")
        assert many.startswith("g42.~")
        assert "added" in said(test)
        button(test, "Undo")
        assert "1 of 1 entity" in said(test)
        button(test, "Redo")
        assert address(test, "ids") == many
        test.selectbox(key="canvas-chosen").set_value(("entity", "g42")).run()
        button(test, "Collapse")
        assert address(test, "ids") == "g42."
        button(test, "Clear")
        assert "Nothing is on the canvas" in said(test)
        assert "ids" not in test.query_params
        button(test, "Continue where you were")
        assert address(test, "ids") == "g42."

    def test_expanding_one_family_only(self) -> None:
        test = run(ids="cerebras")
        test.selectbox(key="canvas-chosen").set_value(("entity", "cerebras")).run()
        button(test, "Supply (")
        assert "g42" in address(test, "ids")
        assert "sean-lie" not in address(test, "ids")

    def test_pin_remove_and_a_link_that_brings_pins_back(self) -> None:
        test = run(ids="openai,microsoft")
        test.selectbox(key="canvas-chosen").set_value(("entity", "openai")).run()
        button(test, "Pin")
        assert address(test, "pins").startswith("openai.")
        assert any(each.label == "Unpin" for each in test.button)
        assert "pins=openai." in test.code[0].value
        button(test, "Remove")
        assert address(test, "ids") == "microsoft"
        assert "pins" not in test.query_params

    def test_filters_and_layout_stand_in_the_address_and_come_back(self) -> None:
        test = run(ids="openai,microsoft,cerebras,tesla,elon-musk")
        test.select_slider(key="canvas-as-of").set_value("2017").run()
        assert address(test, "as_of") == "2017"
        button(test, "Undo")
        assert "as_of" not in test.query_params
        assert test.select_slider(key="canvas-as-of").value == "any time"
        before = said(test)
        test.session_state["canvas-statuses"] = []
        again = run(
            ids="openai,cerebras", all="1", as_of="2017-09", layout="grid", min="1000000", unknown="0"
        )
        assert "left out by the filters" in said(again)
        assert again.select_slider(key="canvas-as-of").value == "2017-09"
        assert again.selectbox(key="canvas-min").value == 1_000_000
        assert not again.toggle(key="canvas-unknown").value
        assert "5 of 5 entities" in before

    def test_types_of_ties_by_family(self) -> None:
        test = run(ids="openai,microsoft")
        test.multiselect(key="canvas-types").set_value(["OWNS"]).run()
        assert address(test, "types") == "OWNS"
        assert "2 of 2 entities; 1 tie; " in said(test)
        test.multiselect(key="canvas-types").set_value([]).run()
        assert "types" not in test.query_params

    def test_the_years_run_and_stop(self) -> None:
        test = run(ids="openai,elon-musk")
        button(test, "Play")
        first = address(test, "as_of")
        assert "2010" < first < "2020"
        assert test.select_slider(key="canvas-as-of").value == first
        button(test, "Stop")
        assert any(each.label == "Play" for each in test.button)

    def test_a_wrong_address_is_a_sentence(self) -> None:
        text = said(run(ids="nvdia~openai", as_of="soon", layout="spiral", c="zzz"))
        assert "One entity of the link is not in the data: “nvdia”" in text
        assert "'soon' is not a date" in text
        assert "1 of 1 entity" in text
        assert "not in the data" in said(run(id="nvdia"))

    def test_everything_is_drawn_at_most_three_hundred(self, bundled_store: EmbeddedStore) -> None:
        ids = ",".join(sorted(entity.id for entity in bundled_store.entities()))
        test = run(ids=ids)
        assert "300 of 408 entities, by amount" in said(test)

    def test_the_table_is_the_twin_and_files_are_offered(self) -> None:
        test = run(ids="openai,microsoft")
        table = test.dataframe[0].value
        assert set(table["from"]) | set(table["to"]) == {"OpenAI", "Microsoft"}
        labels = {each.label for each in test.get("download_button")}
        assert {"Interactive HTML", "SVG", "PNG", "Ties as CSV", "GraphML"} <= labels


def test_an_empty_store_offers_the_bundled_data(
    monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore
) -> None:
    monkeypatch.setattr(data, "opened", lambda place: embedded_store)
    assert "Nothing loaded yet" in said(run())


def test_hostile_names_stay_text(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> None:
    monkeypatch.setattr(data, "opened", lambda place: embedded_store)
    st.cache_resource.clear()
    entities = (
        Entity("a~b,c.", HOSTILE, "company", (HOSTILE + "2",), description=HOSTILE, country="US"),
        Entity("<b>", "x" * 10_000, "person"),
    )
    tie = Tie(
        "r~1",
        "<b>",
        "BOARD_MEMBER_OF",
        "a~b,c.",
        "active",
        "2017",
        role=HOSTILE,
        note=HOSTILE,
        sources=("s",),
    )
    source = Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y")
    embedded_store.upsert(Batch(entities, (tie,), (source,)))
    test = run(id="a~b,c.")
    assert "2 of 2 entities" in said(test)
    test.selectbox(key="canvas-chosen").set_value(("entity", "a~b,c.")).run()
    button(test, "Pin")
    assert not test.exception
    for part in (*test.markdown, *test.title, *test.caption):
        text = str(part.value)
        assert "](javascript" not in text
        assert "<img" not in text.replace("\\<img", "")
    again = run(**{name: address(test, name) for name in test.query_params})
    assert "2 of 2 entities" in said(again)
    assert any(name == "pins" for name in again.query_params)
    st.cache_resource.clear()
