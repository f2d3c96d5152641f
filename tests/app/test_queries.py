"""The query library: cards, typed forms, rows that lead on, links and snippets."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from graph.model import Batch, Entity, Source, Tie
from graph.queries.catalogue import catalogue
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def pick_row(test: object, key: str) -> None:
    """What a tick in the first row of a table does; AppTest itself cannot tick."""
    test.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("app")
class TestLibrary:
    def test_cards_say_what_a_question_needs_and_gives(self) -> None:
        text = said(opened("queries"))
        assert f"{len(catalogue())} of {len(catalogue())} questions" in text
        assert ":blue-badge[needs company]" in text
        assert "Gives: investor, kind" in text

    def test_a_category_is_chosen_and_stands_in_the_address(self) -> None:
        test = opened("queries", category="time")
        assert f"2 of {len(catalogue())} questions" in said(test)
        test.pills(key="query-category").set_value("people")
        again(test)
        assert test.query_params["category"] in (["people"], "people")

    def test_a_wrong_category_is_left_aside(self) -> None:
        assert f"{len(catalogue())} of" in said(opened("queries", category="../x"))

    def test_no_hit_says_what_to_do(self) -> None:
        test = opened("queries")
        test.text_input(key="query-search").set_value("zzz qqq")
        assert "Try fewer" in said(again(test))


@pytest.mark.usefixtures("app")
class TestOneQuery:
    @pytest.mark.parametrize("query", catalogue().all(), ids=lambda query: query.id)
    def test_every_query_opens_runs_and_shares(self, query) -> None:
        test = opened("queries", id=query.id, run="1", **query.examples)
        assert not test.error
        text = said(test)
        assert " in 0." in text or " in 1." in text
        assert f"/queries?id={query.id}" in text
        assert f'catalogue().get("{query.id}")' in text

    def test_numbers_are_typed_and_bounded(self) -> None:
        test = opened("queries", id="hangs-on-one", min_share="0.5", run="1")
        assert not test.error
        field = test.number_input[0]
        assert (field.min, field.max, field.value) == (0.0, 1.0, 0.5)
        field.set_value(0.8)
        test.button[0].click()
        again(test)
        assert test.query_params["min_share"] in (["0.8"], "0.8")
        test.number_input[0].set_value(0.6)
        test.button[0].click()
        again(test)
        assert test.query_params["min_share"] in (["0.6"], "0.6")
        assert test.number_input[0].value == 0.6

    @pytest.mark.parametrize("wrong", ["7", "-1", "nan", "12%", "x" * 500])
    def test_a_wrong_number_in_the_address_is_one_message(self, wrong: str) -> None:
        test = opened("queries", id="hangs-on-one", min_share=wrong, run="1")
        assert len(test.error) == 1
        assert "0.12" in said(test)
        assert not test.dataframe

    def test_an_unknown_entity_in_the_address_waits_for_a_choice(self) -> None:
        assert "Still needed: company" in said(
            opened("queries", id="customers-of", company="nobody", run="1")
        )

    def test_a_row_leads_to_its_entities_ties_and_further_questions(self) -> None:
        test = opened("queries", id="customers-of", company="cerebras", run="1")
        pick_row(test, "query-customers-of-company=cerebras-table")
        again(test)
        text = said(test)
        assert "Ask about G42" in text
        assert "Cerebras Systems supplied G42" in text or "Cerebras Systems supplies G42" in text
        links = [link.proto for link in test.get("page_link")]
        assert any("id=g42" in link.query_string for link in links)
        assert any(
            "id=customers-of" in link.query_string and "company=g42" in link.query_string
            and "run=1" in link.query_string
            for link in links
        )  # fmt: skip

    def test_a_row_number_that_is_gone_is_nothing(self) -> None:
        test = opened("queries", id="customers-of", company="cerebras", run="1")
        key = "query-customers-of-company=cerebras-table"
        test.session_state[key] = {"selection": {"rows": [9_999], "columns": [], "cells": []}}
        assert "Ask about" not in said(again(test))

    def test_open_in_console_takes_text_and_values_along(self) -> None:
        test = opened("queries", id="hangs-on-one", run="1")
        console = [link.proto for link in test.get("page_link") if "q=" in link.proto.query_string]
        assert len(console) == 1
        assert "MATCH" in console[0].query_string
        assert "min_share" in console[0].query_string

    def test_three_files_are_offered(self) -> None:
        test = opened("queries", id="customers-of", company="cerebras", run="1")
        labels = [button.label for button in test.get("download_button")]
        assert labels[:3] == ["CSV", "JSON", "Parquet"]

    def test_no_rows_is_an_answer(self) -> None:
        text = said(opened("queries", id="customers-of", company="cerebras", as_of="1990", run="1"))
        assert "0 rows" in text
        assert "That is an answer too" in text


def test_hostile_names_stay_text_in_tables_and_rows(on_store: EmbeddedStore) -> None:
    entities = (Entity("a&b=c", HOSTILE, "company"), Entity("b", "B" * 5_000, "company"))
    tie = Tie("r1", "a&b=c", "SUPPLIES", "b", "active", "2017", product=HOSTILE, note=HOSTILE, sources=("s",))
    back = Tie("r2", "b", "SUPPLIES", "a&b=c", "active", "2017", sources=("s",))
    on_store.upsert(Batch(entities, (tie, back), (Source("s", HOSTILE, HOSTILE, url="javascript:alert(1)"),)))
    test = opened("queries", id="customers-of", company="b", run="1")
    assert test.dataframe[0].value["customer_id"][0] == "/entity?id=a%26b%3Dc"
    assert "\u202e" not in test.dataframe[0].value["customer"][0]
    pick_row(test, "query-customers-of-company=b-table")
    again(test)
    for part in (*test.markdown, *test.caption, *test.title):
        assert "](javascript" not in str(part.value)
        assert "<img" not in str(part.value).replace("\\<img", "")


def test_an_empty_store_says_so(on_store: EmbeddedStore) -> None:
    assert on_store.counts().entities == 0
    assert "Nothing loaded yet" in said(opened("queries", id="customers-of", company="cerebras", run="1"))
