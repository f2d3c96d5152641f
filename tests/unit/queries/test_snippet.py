"""The Python for a query gives the rows that the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.model import Batch
from graph.queries.catalogue import catalogue
from graph.queries.run import run_query
from graph.queries.snippet import cypher_python, saved_query_python
from graph.settings import DEFAULT_STORE
from graph.store.base import Rows
from graph.store.embedded import EmbeddedStore

HOSTILE = 'it\'s "quoted" \\ \n \u202e \x00 {x} \'\'\'"""'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> Path:
    """A store with the bundled data that nobody has open."""
    path = tmp_path_factory.mktemp("snippet") / "store"
    with EmbeddedStore(path) as store:
        store.upsert(bundled)
    return path


def ran(code: str) -> Rows:
    names: dict[str, Rows] = {}
    exec(compile(code, "snippet", "exec"), names)
    return names["rows"]


def test_a_saved_query_runs_with_its_values(
    folder: Path, bundled_store: EmbeddedStore, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {"company": "cerebras", "as_of": "2024"}
    rows = ran(saved_query_python("customers-of", values, str(folder)))
    assert rows.rows == run_query(bundled_store, catalogue().get("customers-of"), values).rows
    assert capsys.readouterr().out.count("customer_id") == len(rows.rows) > 0


@pytest.mark.parametrize("text", ["RETURN $t AS t, $n AS n", 'RETURN $t AS t,\n  $n AS n // \\ "x"'])
def test_a_text_runs_with_any_parameters(folder: Path, text: str) -> None:
    code = cypher_python(
        text, {"t": HOSTILE, "n": [1, None, True, {"k": 0.5}]}, str(folder), max_rows=5, timeout_s=2
    )
    assert ran(code).rows == ((HOSTILE, [1, None, True, {"k": 0.5}]),)
    assert "\u202e" not in code
    assert "\x00" not in code


def test_the_usual_store_is_not_spelled_out() -> None:
    assert "open_store()" in saved_query_python("interlocks", {}, str(DEFAULT_STORE))
    assert 'open_store("neo4j://db:7687")' in saved_query_python("interlocks", {}, "neo4j://db:7687")
