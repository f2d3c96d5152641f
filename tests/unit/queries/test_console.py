"""Parameters from text, the caret under a fault, ids and graph values found in rows; the examples run."""

from __future__ import annotations

import json

import pytest

from graph.errors import ParameterError, QuerySyntaxError, WriteRefused
from graph.queries.console import found_in, pointed, read_parameters
from graph.queries.examples import EXAMPLES
from graph.store import NodeValue, PathValue, Rows, TieValue
from graph.store.embedded import EmbeddedStore


@pytest.mark.parametrize(
    ("text", "found"),
    [("", {}), ("  \n", {}), ("{}", {}), ('{"id": "a", "n": [1, null]}', {"id": "a", "n": [1, None]})],
)
def test_parameters(text: str, found: dict[str, object]) -> None:
    assert read_parameters(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1, column 2"),
        ("[1]", "no"),
        ('"a"', "object"),
        ('{"a": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("id=a", "not JSON"),
    ],
)
def test_wrong_parameters_say_how_to_write_them(text: str, words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_parameters(text)
    assert words in caught.value.message
    assert '{"id": "openai"' in caught.value.hint


def test_the_caret_stands_under_the_column() -> None:
    assert pointed("A\nMATCH (n\nRETURN n\nZ", 3, 8) == "2 | MATCH (n\n3 | RETURN n\n           ^\n4 | Z"
    assert pointed("\tx", 1, 2) == "1 |  x\n     ^"
    assert pointed("x", 1, 99).splitlines()[1] == "     ^"
    assert pointed("x", None, None) == pointed("x", 5, 1) == pointed("", 1, 1) == ""
    shown = pointed("a" * 300 + "!" + "b" * 300, 1, 301).splitlines()
    assert shown[0][shown[1].index("^")] == "!"
    assert len(shown[0]) < 200


def test_the_caret_is_where_the_engine_says(bundled_store: EmbeddedStore) -> None:
    text = "MATCH (n:Entity)\nRETRN n.id"
    with pytest.raises(QuerySyntaxError) as caught:
        bundled_store.query(text)
    lines = pointed(text, caught.value.line, caught.value.column).splitlines()
    assert any(line.strip() == "^" for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE (n:Entity {id: 'x'}) RETURN n",
        "MATCH (n:Entity) SET n.name = 'x' RETURN n",
        "MATCH (n:Entity) DETACH DELETE n",
        "MERGE (n:Entity {id: 'x'}) RETURN n",
        "MATCH (n:Entity) REMOVE n.name RETURN n",
        "MATCH (n:Entity) WITH n LIMIT 1 CREATE (m:Entity {id: 'y'}) RETURN m",
        "FOREACH (x IN [1] | CREATE (:Entity {id: 'z'}))",
    ],
)
def test_the_engine_refuses_to_write(bundled_store: EmbeddedStore, text: str) -> None:
    before = bundled_store.counts()
    with pytest.raises(WriteRefused):
        bundled_store.query(text)
    assert bundled_store.counts() == before


def test_ids_nodes_ties_and_paths_are_found() -> None:
    node = NodeValue(("Entity",), {"id": "a"})
    tie = TieValue("OWNS", "a", "b", {"id": "r1"})
    rows = Rows(
        ("id", "kind", "list", "node", "path", "tie_id", "mixed", "empty", "deep"),
        (
            ("a", "company", ["b", "c"], node, PathValue((node,), (tie,)), "r2", "a", None, {"x": [tie]}),
            ("b", "company", None, None, None, "r1", 7, None, None),
            (None, "person", [], NodeValue(("Source",), {"id": "s"}), None, None, "b", None, None),
        ),
    )
    found = found_in(rows, {"a", "b", "c"}.__contains__, {"r1", "r2"}.__contains__)
    assert found.entities == ("a", "b", "c")
    assert found.ties == ("r1", "r2")
    assert found.units == {"id": "entity id", "list": "entity ids", "tie_id": "tie id"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_runs_and_can_be_drawn(bundled_store: EmbeddedStore, example) -> None:
    rows = bundled_store.query(example.text, json.loads(example.parameters))
    assert rows.rows
    entities = {entity.id for entity in bundled_store.entities()}
    ties = {tie.id for tie in bundled_store.ties()}
    assert found_in(rows, entities.__contains__, ties.__contains__).entities
