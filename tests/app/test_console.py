"""The console: runs, refuses to write, points at faults, remembers, shares and saves."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from graph.model import Batch, Entity
from graph.queries import catalogue as queries
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said

NODES = "MATCH (a:Entity {id: $id})-[r:SUPPLIES]->(b:Entity)\nRETURN a, r, b ORDER BY r.id LIMIT 3"
IDS = (
    "MATCH (:Entity {id: $company})-[r:SUPPLIES]->(b:Entity) WHERE r.share >= $share\n"
    "RETURN b.id AS customer_id, b.name AS customer, r.share AS share, r.id AS tie_id\n"
    "ORDER BY share DESC, tie_id LIMIT 10"
)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of saved queries of its own, with one query in it."""
    there = tmp_path / "cypher"
    (there / "supply").mkdir(parents=True)
    kept = Path(queries.QUERY_FOLDER) / "supply" / "customers-of.cypher"
    (there / "supply" / kept.name).write_text(kept.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(queries, "QUERY_FOLDER", there)
    return there


def asked(text: str, parameters: str = "", **query: str) -> AppTest:
    test = opened("console", **query)
    return run(test, text, parameters)


def run(test: AppTest, text: str, parameters: str = "") -> AppTest:
    test.text_area(key="console-text").set_value(text)
    test.text_area(key="console-parameters").set_value(parameters)
    test.button(key="console-run").click()
    return again(test)


@pytest.mark.usefixtures("app")
class TestRunning:
    def test_nodes_and_ties_become_a_table_and_a_drawing(self) -> None:
        test = asked(NODES, '{"id": "cerebras"}')
        text = said(test)
        assert "3 rows" in text
        assert test.dataframe[0].value["a"][0] == "Cerebras Systems"
        assert "Drawing" in text
        assert test.get("echarts_chart")

    def test_columns_of_ids_are_links_and_are_drawn(self) -> None:
        test = asked(IDS, '{"company": "cerebras", "share": 0.2}')
        assert test.dataframe[0].value["customer_id"][0] == "/entity?id=g42"
        assert "Drawing" in said(test)

    def test_ties_alone_are_drawn_with_their_ends(self) -> None:
        test = asked(
            "MATCH (:Entity {id: 'cerebras'})-[r:SUPPLIES]->(:Entity {id: 'g42'}) RETURN r.id AS t ORDER BY t"
        )
        assert "Drawing" in said(test)
        assert {"OpenAI", "G42"} & set(test.dataframe[1].value["to"]) == {"G42"}
        test.session_state["console-1-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
        assert "Ask about" in said(again(test))

    def test_plain_values_are_not_drawn_and_it_says_how(self) -> None:
        text = said(asked("RETURN 1 AS one, [1, null] AS list, {k: 'v'} AS map, null AS nothing"))
        assert "1 row** in" in text
        assert "return nodes, ties or paths" in text

    def test_a_column_of_several_types_is_text(self) -> None:
        test = asked("UNWIND [1, 'x', true, null] AS v RETURN v ORDER BY toString(v) LIMIT 9")
        assert sorted(map(str, test.dataframe[0].value["v"].dropna())) == ["1", "True", "x"]

    def test_the_row_cap_says_that_it_cut(self) -> None:
        test = opened("console")
        test.number_input(key="console-rows").set_value(5)
        test = run(test, "MATCH (n:Entity) RETURN n.id AS id ORDER BY id")
        assert "5 rows** — cut here, there are more" in said(test)

    def test_limits_are_bounded(self) -> None:
        test = opened("console")
        assert (test.number_input(key="console-rows").min, test.number_input(key="console-rows").max) == (
            1,
            10_000,
        )
        assert test.number_input(key="console-timeout").max == 60

    def test_a_slow_query_is_stopped(self) -> None:
        test = opened("console")
        test.number_input(key="console-timeout").set_value(0.5)
        test = run(test, "MATCH (a)-[*1..6]-(b)-[*1..6]-(c) RETURN count(*) AS n")
        assert "limit of 0.5 s" in said(test)

    def test_nothing_is_run_without_a_text(self) -> None:
        assert "Write a query first" in said(asked("  \n "))

    def test_a_row_is_asked_further(self) -> None:
        test = asked(IDS, '{"company": "cerebras", "share": 0.2}')
        test.session_state["console-1-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
        text = said(again(test))
        assert "Ask about G42" in text
        assert "G42" in text

    def test_python_and_link_are_offered(self) -> None:
        text = said(asked(NODES, '{"id": "cerebras"}'))
        assert "store.query(cypher, parameters, max_rows=1000" in text
        assert "/console?q=MATCH" in text


@pytest.mark.usefixtures("app")
class TestFaults:
    def test_a_syntax_error_has_a_caret_under_its_line(self) -> None:
        text = said(asked("MATCH (n:Entity)\nRETRN n"))
        assert "Syntax error at line" in text
        assert any(line.strip() == "^" for line in text.splitlines())

    @pytest.mark.parametrize(
        "text",
        ["CREATE (n:Entity {id: 'x'}) RETURN n", "MATCH (n) DETACH DELETE n", "MATCH (n) SET n.name = 'x'"],
    )
    def test_writing_is_refused_and_says_where_to_write(
        self, bundled_store: EmbeddedStore, text: str
    ) -> None:
        before = bundled_store.data_version()
        assert "This console only reads; use Import." in said(asked(text))
        assert bundled_store.data_version() == before

    @pytest.mark.parametrize(
        ("parameters", "words"), [("{", "not JSON"), ("[1]", "not a JSON object"), ("", "no value was given")]
    )
    def test_wrong_parameters_are_one_message(self, parameters: str, words: str) -> None:
        test = asked(NODES, parameters)
        assert len(test.error) == 1
        assert words in said(test)

    def test_hostile_text_stays_text(self) -> None:
        for text in (HOSTILE, f"RETURN '{HOSTILE}' AS `{'x' * 50}`", f"MATCH (n) RETURN n.{HOSTILE}"):
            test = asked(text)
            for part in (*test.markdown, *test.error, *test.caption):
                assert "](javascript" not in str(part.value)
                assert "<img" not in str(part.value).replace("\\<img", "")


@pytest.mark.usefixtures("app")
class TestAddressAndHistory:
    def test_a_link_fills_in_and_does_not_run(self) -> None:
        test = opened("console", q="MATCH (n) RETURN n LIMIT 1", p='{"a": 1}')
        assert test.text_area(key="console-text").value == "MATCH (n) RETURN n LIMIT 1"
        assert test.text_area(key="console-parameters").value == '{"a": 1}'
        assert not test.dataframe

    def test_a_run_stands_in_the_address_and_a_long_one_does_not(self) -> None:
        test = asked("RETURN 1 AS one", '{"x": 1}')
        assert test.query_params["q"] in (["RETURN 1 AS one"], "RETURN 1 AS one")
        test = run(test, f"RETURN 1 AS one // {'x' * 5_000}")
        assert "q" not in test.query_params
        assert "too long for a link" in said(test)

    def test_a_link_of_any_length_is_cut(self) -> None:
        test = opened("console", q="x" * 50_000)
        assert len(test.text_area(key="console-text").value) == 20_000

    def test_the_history_runs_again_and_forgets(self) -> None:
        test = asked("RETURN 1 AS one")
        test = run(test, "RETRN 2")
        assert "History of this session (2)" in said(test)
        assert "did not run" in said(test)
        test.button(key="console-again-1").click()
        again(test)
        assert test.text_area(key="console-text").value == "RETURN 1 AS one"
        assert "1 row** in" in said(test)
        assert "History of this session (2)" in said(test)
        test.button(key="console-remove-2").click()
        assert "History of this session (1)" in said(again(test))
        test.button(key="console-clear").click()
        assert "History of this session" not in said(again(test))

    def test_fifty_are_kept(self) -> None:
        test = opened("console")
        for number in range(52):
            test.text_area(key="console-text").set_value(f"RETURN {number} AS n")
            test.button(key="console-run").click()
            test.run()
        assert "History of this session (50)" in said(test)

    def test_an_example_fills_the_form(self) -> None:
        test = opened("console")
        test.button(key="console-example-1").click()
        again(test)
        assert "$entity" in test.text_area(key="console-text").value
        test.button(key="console-run").click()
        assert "rows** in" in said(again(test))


@pytest.mark.usefixtures("app")
class TestSaving:
    def filled(self) -> AppTest:
        test = asked(IDS, '{"company": "cerebras", "share": 0.2}')
        test.text_input(key="save-id").set_value("big-buyers")
        test.text_input(key="save-title").set_value("Who buys a big part?")
        test.text_area(key="save-about").set_value("Customers with a known\nshare.")
        return again(test)

    def test_the_form_guesses_and_writes_a_file(self, folder: Path) -> None:
        test = self.filled()
        assert test.selectbox(key="save-type-company").value == "entity id"
        assert test.selectbox(key="save-type-share").value == "fraction"
        assert test.selectbox(key="save-unit-customer_id").value == "entity id"
        test.selectbox(key="save-unit-share").set_value("fraction")
        test.selectbox(key="save-need-share").set_value("default")
        again(test)
        assert not test.error
        test.button(key="save-write").click()
        again(test)
        assert "Saved as supply/big-buyers.cypher" in said(test)
        saved = queries.catalogue().get("big-buyers")
        assert Path(saved.path).parent.parent == folder
        assert saved.about == "Customers with a known share."
        assert saved.draw_entities == ("customer_id", "$company")
        assert [p.default for p in saved.parameters] == [None, "0.2"]

    def test_another_is_replaced_only_when_ticked(self, folder: Path) -> None:
        before = (folder / "supply" / "customers-of.cypher").read_text(encoding="utf-8")
        test = self.filled()
        test.text_input(key="save-id").set_value("customers-of")
        again(test)
        assert test.button(key="save-write").disabled
        assert (folder / "supply" / "customers-of.cypher").read_text(encoding="utf-8") == before
        test.checkbox(key="save-replace").check()
        again(test)
        test.button(key="save-write").click()
        again(test)
        assert queries.catalogue().get("customers-of").title == "Who buys a big part?"

    @pytest.mark.parametrize("name", ["../x", "a/b", "A B", "..", "x.y"])
    def test_a_wrong_name_is_refused(self, folder: Path, name: str) -> None:
        test = self.filled()
        test.text_input(key="save-id").set_value(name)
        again(test)
        assert "cannot be used" in said(test)
        assert len(list(folder.rglob("*.cypher"))) == 1

    def test_a_text_without_order_is_refused_with_the_reason(self, folder: Path) -> None:
        test = asked("MATCH (n:Entity) RETURN n.id AS id LIMIT 5")
        test.text_input(key="save-id").set_value("some")
        test.text_input(key="save-title").set_value("Some?")
        again(test)
        assert "must end with ORDER BY" in said(test)
        assert len(list(folder.rglob("*.cypher"))) == 1

    def test_read_only_offers_the_file(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
        test = self.filled()
        assert "This app is read-only" in said(test)
        assert "save-write" not in [button.key for button in test.button]
        assert "Download the file" in [button.label for button in test.get("download_button")]


def test_hostile_names_stay_text(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> None:
    embedded_store.upsert(Batch((Entity("a", HOSTILE, "company"), Entity("b", "x" * 9_000, "person"))))
    with app_on(embedded_store, monkeypatch):
        test = asked("MATCH (n:Entity) RETURN n, n.id AS id ORDER BY id")
        assert "\u202e" not in test.dataframe[0].value["n"][0]
        test.session_state["console-1-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
        again(test)
        for part in (*test.markdown, *test.caption):
            assert "](javascript" not in str(part.value)
            assert "<img" not in str(part.value).replace("\\<img", "")


def test_an_empty_store_says_so(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> None:
    with app_on(embedded_store, monkeypatch):
        assert "Nothing loaded yet" in said(opened("console"))
