"""Every page under AppTest: with data, without, with wrong addresses, with a store that cannot be opened."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from graph.errors import StoreError, StoreUnavailable
from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from widgets import data

APP = str(Path(__file__).parents[2] / "app.py")
# They have more tests in files of their own.
BRINGING = ("views/imports.py", "views/duplicates.py")
PAGES = ("views/home.py", "views/entity.py", "views/paths.py", "views/queries.py", "views/sources.py")
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


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    """The app on an empty store."""
    monkeypatch.setattr(data, "opened", lambda place: embedded_store)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield embedded_store
    st.cache_resource.clear()
    st.cache_data.clear()


def run(page: str = PAGES[0], **query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=60)
    if page != PAGES[0]:
        test.run()
        test.switch_page(page)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def said(test: AppTest) -> str:
    parts = [
        *test.title,
        *test.subheader,
        *test.markdown,
        *test.caption,
        *test.info,
        *test.warning,
        *test.error,
    ]
    return "\n".join(str(part.value) for part in parts) + "\n".join(e.label for e in test.expander)


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_home_shows_figures_and_the_first_step(self) -> None:
        test = run()
        assert [metric.value for metric in test.metric] == ["408", "940", "419", "2026-06-30"]
        assert "Step 1 of 5" in said(test)
        assert "One circle of people" in said(test)

    def test_a_misspelled_name_is_found(self) -> None:
        test = run()
        test.text_input(key="search").set_value("cerebas").run()
        assert "spelling 1 letter off" in said(test)

    def test_no_hit_offers_the_nearest(self) -> None:
        test = run()
        test.text_input(key="search").set_value("zzzzqqqq").run()
        assert "Nothing is called like that" in said(test)

    def test_the_story_goes_on_and_back(self) -> None:
        test = run(step="4")
        assert "87 %" in said(test)
        test.button(key="story-next").click().run()
        assert "Step 5 of 5" in said(test)
        test.button(key="story-back").click().run()
        assert "Step 4 of 5" in said(test)

    @pytest.mark.parametrize("step", ["0", "99", "x", "-1", "²"])
    def test_a_wrong_step_is_the_nearest_one(self, step: str) -> None:
        assert "of 5" in said(run(step=step))

    def test_an_entity_with_roles_ties_and_a_figure_with_its_period(self) -> None:
        text = said(run(PAGES[1], id="cerebras"))
        assert "Cerebras Systems" in text
        assert "87 % of revenue" in text.replace("\\", "")
        assert "2024-01 to 2024-06" in text.replace("\\", "")
        assert "Who funds it" in text
        assert "Whom it supplies" in text
        assert "weighed buying" not in text
        assert "Not shown: 2" in text or "Not shown:" in text

    def test_plans_stand_apart_when_asked(self) -> None:
        text = said(run(PAGES[1], id="cerebras", all="1"))
        assert "Not facts" in text
        assert ":orange-badge[abandoned]" in text

    def test_as_of_leaves_out_and_says_so(self) -> None:
        text = said(run(PAGES[1], id="openai", as_of="2017-09"))
        assert "dates do not tell" in text
        assert "Oracle" not in text

    def test_a_wrong_date_is_one_message(self) -> None:
        test = run(PAGES[1], id="openai", as_of="soon")
        assert len(test.error) == 1
        assert "is not a date" in test.error[0].value.replace("\\", "")

    def test_an_unknown_entity_offers_the_nearest(self) -> None:
        text = said(run(PAGES[1], id="nvdia"))
        assert "Not found" in text
        assert "no entity" in text

    def test_paths_as_of_2017_with_plans(self) -> None:
        test = run(PAGES[2], **{"from": "openai", "to": "cerebras", "as_of": "2017-09", "all": "1"})
        text = said(test).replace("\\", "")
        assert "2 paths" in text
        assert "OpenAI weighed buying Cerebras Systems (2017, abandoned)" in text
        assert "OpenAI → Elon Musk → Tesla → Cerebras Systems" in text
        assert "holds only with plans" in text
        assert "](https://" in text

    def test_no_path_says_why_and_what_next(self) -> None:
        text = said(run(PAGES[2], **{"from": "openai", "to": "cerebras", "as_of": "2017-09"}))
        assert "No path of up to 4 steps" in text

    def test_paths_without_ends_and_with_wrong_ones(self) -> None:
        assert "Choose two entities" in said(run(PAGES[2]))
        assert "no entity" in said(run(PAGES[2], **{"from": "nvdia", "to": "openai"}))
        assert "same entity" in said(run(PAGES[2], **{"from": "openai", "to": "openai"}))

    def test_the_query_library_lists_every_question(self) -> None:
        test = run(PAGES[3])
        assert "42 of 42 questions" in said(test)
        test.text_input(key="query-search").set_value("board members").run()
        assert "of 42 questions" in said(test)
        assert "42 of 42" not in said(test)

    def test_a_query_runs_from_its_address(self) -> None:
        test = run(PAGES[3], id="customers-of", company="cerebras", run="1")
        assert "24 rows" in said(test)
        assert test.dataframe[0].value["customer"][0] == "G42"

    def test_a_query_waits_for_its_form(self) -> None:
        test = run(PAGES[3], id="customers-of")
        assert not test.dataframe
        test.button[0].click().run()
        assert "24 rows" in said(test)

    def test_a_wrong_value_is_one_message(self) -> None:
        test = run(PAGES[3], id="customers-of", company="cerebras", as_of="soon", run="1")
        assert "is not a date" in test.error[0].value.replace("\\", "")

    def test_an_unknown_query_names_the_nearest(self) -> None:
        test = run(PAGES[3], id="customer-of")
        assert "customers-of" in test.error[0].value.replace("\\", "")

    def test_sources_and_what_rests_on_one(self) -> None:
        assert "419 of 419 sources" in said(run(PAGES[4]))
        text = said(run(PAGES[4], id="dcd-cer"))
        assert "ties rest on it" in text
        assert "weighed buying" in text
        assert "Not found" in said(run(PAGES[4], id="nowhere"))


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_offers_the_bundled_data(on_store: EmbeddedStore, page: str) -> None:
    assert on_store.counts().entities == 0
    test = run(page)
    assert "Nothing loaded yet" in said(test)


def test_an_empty_store_takes_an_import_and_offers_the_way_there(on_store: EmbeddedStore) -> None:
    assert run("views/imports.py").file_uploader
    assert "Nothing loaded yet" in said(run("views/duplicates.py"))
    assert "Import your own files" in [link.label for link in run().get("page_link")]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("page", BRINGING)
@pytest.mark.parametrize(
    "query",
    [
        {"part": "nowhere"}, {"part": HOSTILE}, {"part": "list", "import": HOSTILE}, {"part": "list", "import": "x" * 5_000},
        {"part": "merged", "id": "nobody"}, {"part": "decided"},
    ],
)  # fmt: skip
def test_unknown_values_in_the_address_break_nothing(page: str, query: dict[str, str]) -> None:
    test = run(page, **query)
    assert "mistake" not in said(test)
    assert "](javascript" not in said(test)


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (StoreUnavailable("The engine is gone."), "cannot be opened"),
        (StoreError("The engine failed."), "did not work"),
    ],
)
@pytest.mark.parametrize("page", [*BRINGING, "views/data.py"])
def test_an_engine_that_fails_is_a_message(
    bundled_store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, page: str, error: StoreError, title: str
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise error

    st.cache_resource.clear()
    monkeypatch.setattr(data, "opened", lambda place: bundled_store)
    part = {"views/imports.py": "list", "views/duplicates.py": "merged", "views/data.py": "loaded"}[page]
    run(page, part=part)
    monkeypatch.setattr(EmbeddedStore, "log", broken)
    text = said(run(page, part=part))
    assert title in text
    assert error.message in text.replace("\\", "")
    st.cache_resource.clear()


def test_the_bundled_data_is_one_click_away(on_store: EmbeddedStore) -> None:
    test = run()
    test.button[0].click().run()
    assert on_store.counts().ties == 940
    assert "Step 1 of 5" in said(test)


def test_a_locked_store_says_who_holds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    st.cache_resource.clear()
    with EmbeddedStore(tmp_path / "store"):
        monkeypatch.setenv("INTERLOCK_STORE", str(tmp_path / "store"))
        test = run()
        assert "cannot be opened" in said(test)
        assert "is open in" in test.error[0].value
    st.cache_resource.clear()


def test_our_own_mistake_is_a_message_not_a_trace(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(data, "the_stats", broken)
    text = said(run())
    assert "This is our mistake" in text
    assert "secret detail" not in text


@pytest.mark.parametrize("page", [*PAGES, *BRINGING])
def test_hostile_names_stay_text(on_store: EmbeddedStore, page: str) -> None:
    entities = (
        Entity("a", HOSTILE, "company", (HOSTILE + "2",), description=HOSTILE), Entity("b", "x" * 10_000, "person"),
    )  # fmt: skip
    tie = Tie("r1", "b", "BOARD_MEMBER_OF", "a", "active", "2017", role=HOSTILE, note=HOSTILE, sources=("s",))
    on_store.upsert(
        Batch(entities, (tie,), (Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y"),))
    )
    test = run(
        page, **{"id": "a" if page != PAGES[4] else "s", "from": "a", "to": "b"} if page != PAGES[3] else {}
    )
    for part in (*test.markdown, *test.title, *test.caption):
        text = str(part.value)
        assert "](javascript" not in text
        assert "<img" not in text.replace("\\<img", "")
        assert len(text) < 20_000


def test_what_is_loaded_while_the_app_runs_shows_at_once(on_store: EmbeddedStore) -> None:
    on_store.upsert(Batch((Entity("a", "Alpha", "company"),)))
    assert [metric.value for metric in run().metric][:1] == ["1"]
    on_store.upsert(Batch((Entity("b", "Beta", "company"),)))
    assert [metric.value for metric in run().metric][:1] == ["2"]
