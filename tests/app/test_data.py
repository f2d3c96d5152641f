"""The data page: what is loaded, coverage, sources, the template, exports; and pages instead of a page."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Generator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from graph.errors import StoreLocked, StoreRefused, StoreUnavailable
from graph.exporter import FORMATS
from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, app_on, opened, said
from views.data import exported
from widgets.access import can_edit


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_what_is_loaded_and_from_where(self, bundled_store: EmbeddedStore) -> None:
        test = opened("data")
        assert [metric.value for metric in test.metric] == ["408", "940", "419", "0"]
        text = said(test)
        assert bundled_store.location in text
        assert bundled_store.data_version() in text
        assert "Last import** not recorded" in text
        assert "to 2026-06-30" in text
        kinds = dict(test.dataframe[0].value.itertuples(index=False))
        assert kinds["Companies"] == 150

    def test_coverage_says_of_how_many(self) -> None:
        text = said(opened("data", part="coverage"))
        assert "77 of 329 investments, purchases and loans" in text
        assert "501 of 940 ties that rest on at least two" in text

    def test_sources_are_searched_and_show_their_ties(self) -> None:
        test = opened("data", part="sources")
        assert "419 of 419 sources" in said(test)
        test.text_input(key="source-search").set_value("datacenterdynamics")
        test.run()
        test.session_state["data-sources-datacenterdynamics"] = {
            "selection": {"rows": [0], "columns": [], "cells": []}
        }
        test.run()
        assert not test.exception
        assert "ties rest on it" in said(test)

    def test_the_command_line_and_the_template(self) -> None:
        test = opened("data", part="bring")
        text = said(test)
        assert "interlock load FILE ... --dry-run" in text
        assert "Import files" in [link.label for link in test.get("page_link")]
        assert "`share_basis`" in text
        assert [button.label for button in test.get("download_button")] == ["Empty template (zip)"]

    def test_every_export_is_offered(self) -> None:
        labels = [button.label for button in opened("data", part="take").get("download_button")]
        assert labels == [f"interlock{form.suffixes[0]}" for form in FORMATS.values()]

    def test_exports_are_whole(self) -> None:
        with zipfile.ZipFile(io.BytesIO(exported(FORMATS["csv"]))) as archive:
            assert len(archive.namelist()) == 3
        assert len(json.loads(exported(FORMATS["json"]))["nodes"]) == 408

    @pytest.mark.parametrize("part", ["nowhere", "../x", "LOADED"])
    def test_a_wrong_part_is_the_first_one(self, part: str) -> None:
        assert "Data version" in said(opened("data", part=part))

    def test_the_old_address_of_sources_still_works(self) -> None:
        assert "419 of 419 sources" in said(opened("sources"))
        assert "ties rest on it" in said(opened("sources", id="dcd-cer"))


def test_hostile_names_stay_text(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> None:
    tie = Tie("r1", "a", "OWNS", "b", "active", note=HOSTILE, sources=("s",))
    source = Source("s", HOSTILE, HOSTILE, None, "javascript:alert(1)")
    embedded_store.upsert(
        Batch((Entity("a", HOSTILE, "company"), Entity("b", "B", "company")), (tie,), (source,))
    )
    with app_on(embedded_store, monkeypatch):
        for part in ("loaded", "coverage", "sources", "bring", "take"):
            test = opened("data", part=part)
            for each in (*test.markdown, *test.caption):
                assert "](javascript" not in str(each.value)
                assert "<img" not in str(each.value).replace("\\<img", "")
        test = opened("data", part="sources")
        assert test.dataframe[0].value["url"][0] is None
        test.session_state["data-sources-"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
        test.run()
        assert "1 tie rests on it" in said(test)
        assert not any("](javascript" in str(each.value) for each in test.markdown)


def test_who_may_change_something(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_edit()
    for word, may in (("1", False), (" TRUE ", False), ("0", True), ("", True), ("no", True)):
        monkeypatch.setenv("INTERLOCK_READ_ONLY", word)
        assert can_edit() is may


def broken(kind: str, message: str, hint: str) -> AppTest:
    """The page of an error, by itself."""

    def script(kind: str, message: str, hint: str) -> None:
        from graph import errors
        from widgets.store_pages import broken_store_page

        broken_store_page(getattr(errors, kind)(message, hint=hint))

    test = AppTest.from_function(script, args=(kind, message, hint)).run()
    assert not test.exception
    return test


class TestInsteadOfAPage:
    def test_a_locked_store_names_its_holder(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with EmbeddedStore(tmp_path / "store"):
            monkeypatch.setenv("INTERLOCK_STORE", str(tmp_path / "store"))
            with pytest.raises(StoreLocked) as caught:
                EmbeddedStore(tmp_path / "store")
            test = broken("StoreLocked", caught.value.message, caught.value.hint)
        text = said(test)
        assert "cannot be opened" in text
        assert str(tmp_path / "store") in text
        assert "is open in" in text
        assert "Close that program" in text
        assert [button.label for button in test.button] == ["Try again"]

    def test_a_server_shows_no_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("INTERLOCK_STORE", "neo4j://ann:secret@db.example.org:7687")
        for kind in (StoreUnavailable, StoreRefused):
            text = said(
                broken(kind.__name__, "The server at neo4j://db.example.org:7687 said no.", "Start it.")
            )
            assert "secret" not in text
            assert "Start it" in text

    def test_an_empty_store_loads_the_bundled_data_in_one_click(
        self, monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore
    ) -> None:
        def script() -> None:
            from widgets.store_pages import empty_store_page

            empty_store_page()

        with app_on(embedded_store, monkeypatch):
            test = AppTest.from_function(script, default_timeout=60).run()
            assert "bring your own" in said(test)
            test.button(key="store-load").click().run()
            assert not test.exception
            assert embedded_store.counts().ties == 940

    def test_a_read_only_app_offers_no_loading(
        self, monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore
    ) -> None:
        def script() -> None:
            from widgets.store_pages import empty_store_page

            empty_store_page()

        monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
        with app_on(embedded_store, monkeypatch):
            test = AppTest.from_function(script).run()
            assert not test.button
            assert "read-only" in said(test)
