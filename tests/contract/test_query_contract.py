"""What every store answers and refuses. Each test runs on ArcadeDB and on a real Neo4j."""

from __future__ import annotations

import pytest

from graph.errors import ParameterError, QueryError, QuerySyntaxError, QueryTimeout, WriteRefused
from graph.model import Batch
from graph.store import NodeValue, PathValue, Store, TieValue
from tests.contract.small import SMALL, everything

WRITES = (
    "CREATE (n:Company {id: 'x'})",
    "MERGE (n:Company {id: 'x'}) RETURN n",
    "MATCH (n:Entity) SET n.name = 'x'",
    "MATCH (n:Entity) REMOVE n.name",
    "MATCH (n:Entity) DETACH DELETE n",
    "MATCH (n:Entity) CALL { WITH n CREATE (m:Company {id: 'q'}) RETURN m } RETURN m",
    "MATCH (n:Entity) FOREACH (x IN [1] | SET n.name = 'x')",
    "/* read */ CREATE (n:Company) RETURN n // only",
    "MATCH (n:Entity) WITH n LIMIT 1 CREATE (m:Company {id: n.id + '2'}) RETURN m.id AS id",
    "MATCH (n:Entity) CALL (n) { DETACH DELETE n } IN TRANSACTIONS",
    "CREATE CONSTRAINT x IF NOT EXISTS FOR (n:Company) REQUIRE n.name IS UNIQUE",
)


def test_a_query_cannot_write(store: Store) -> None:
    store.upsert(SMALL)
    before, version = everything(store), store.data_version()
    for text in WRITES:
        with pytest.raises(WriteRefused) as caught:
            store.query(text)
        assert "interlock load" in caught.value.hint, text
        assert (everything(store), store.data_version()) == (before, version), text


def test_a_query_cannot_read_files(store: Store) -> None:
    for text in (
        "LOAD CSV FROM 'file:///etc/hosts' AS l RETURN l",
        "load /**/ csv FROM 'http://127.0.0.1:9' AS l RETURN l",
        "WITH 'http://' AS x LOAD CSV FROM 'file:///etc/hosts' AS l RETURN l",
        "WITH '/*' AS a LOAD CSV FROM 'file:///etc/hosts' AS l RETURN l, '*/' AS b",
        "RETURN COLLECT { LOAD CSV FROM 'file:///etc/hosts' AS l RETURN l } AS lines",
        "LO\\u0041D C\\u0053V FROM 'file:///etc/hosts' AS l RETURN l",
    ):
        with pytest.raises((WriteRefused, QuerySyntaxError)):
            store.query(text)
    assert store.query("RETURN 'load csv' AS words").rows == (("load csv",),)


def test_the_engine_stops_a_query_at_its_limit(store: Store, bundled: Batch) -> None:
    store.upsert(bundled)
    with pytest.raises(QueryTimeout) as caught:
        store.query(
            "MATCH (a:Entity), (b:Entity), (c:Entity), (d:Entity) WHERE a.name + b.name < c.name + d.name "
            "RETURN count(*) AS n",
            timeout_s=0.5,
        )
    assert caught.value.seconds == 0.5
    assert store.query("RETURN 1 AS one").rows == ((1,),)


def test_the_row_cap_says_that_it_cut(store: Store) -> None:
    store.upsert(SMALL)
    text = "MATCH (n:Entity) RETURN n.id AS id ORDER BY id"
    cut = store.query(text, max_rows=2)
    assert (cut.rows, cut.truncated) == ((("acme",), ("ann",)), True)
    whole = store.query(text, max_rows=3)
    assert (len(whole.rows), whole.truncated) == (3, False)


def test_a_stream_yields_as_it_goes_and_can_be_left(store: Store, bundled: Batch) -> None:
    store.upsert(bundled)
    with store.stream(
        "MATCH (a:Entity), (b:Entity), (c:Entity) RETURN a.id AS a, b.id AS b, c.id AS c"
    ) as rows:
        assert rows.columns == ("a", "b", "c")
        assert len([next(rows) for _ in range(10)]) == 10
    with pytest.raises(StopIteration):
        next(rows)
    rows.close()
    with store.stream("MATCH (n:Entity) RETURN n.id AS id") as again:
        assert len([*again]) == 408


def test_a_syntax_error_names_line_and_column(store: Store) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("MATCH (n:Entity)\nRETURN n.id AS id ORDR BY id")
    assert caught.value.line == 2
    assert caught.value.column is not None
    assert caught.value.column > 10
    assert "line 2" in str(caught.value)


def test_a_missing_parameter_is_named(store: Store) -> None:
    with pytest.raises(ParameterError) as caught:
        store.query("MATCH (n:Entity {id: $id}) RETURN n.name AS name")
    assert caught.value.name == "id"


def test_values_arrive_as_plain_python(store: Store) -> None:
    store.upsert(SMALL)
    row = store.query(
        "MATCH p = (f:Entity {id: 'fund'})-[r]->(a) "
        "RETURN f AS node, r AS tie, p AS path, [1, 'two', null] AS list, {a: 1, b: [true]} AS map, "
        "date('2024-05-06') AS day, 1.5 AS number, 7 AS whole, true AS yes, null AS nothing, a.aliases AS aliases"
    ).dicts()[0]
    node, tie, path = row["node"], row["tie"], row["path"]
    assert isinstance(node, NodeValue)
    assert node.labels == ("Entity", "Investor")
    assert node.properties["id"] == "fund"
    assert isinstance(tie, TieValue)
    assert (tie.type, tie.from_id, tie.to_id) == ("INVESTED_IN", "fund", "acme")
    assert tie.properties["share"] == 0.125
    assert tie.properties["amount_usd"] == 1_000_000
    assert tie.properties["sources"] == ["s1"]
    assert tie.properties["valid_from"] == "2017-09-01"
    assert isinstance(path, PathValue)
    assert [item.properties["id"] for item in path.nodes] == ["fund", "acme"]
    assert [item.properties["id"] for item in path.ties] == ["r1"]
    assert row["list"] == [1, "two", None]
    assert row["map"] == {"a": 1, "b": [True]}
    assert row["day"] == "2024-05-06"
    assert (row["number"], row["whole"], row["yes"], row["nothing"]) == (1.5, 7, True, None)
    assert type(row["whole"]) is int
    assert row["aliases"] == ["Acme Inc."]


def test_parameters_of_every_type(store: Store) -> None:
    given_values = {"t": "x", "i": 2**53 + 1, "f": 0.1, "b": True, "n": None, "l": ["a", "b"], "e": []}
    row = store.query(
        "RETURN $t AS t, $i AS i, $f AS f, $b AS b, $n AS n, $l AS l, $e AS e", given_values
    ).dicts()[0]
    assert row == given_values


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({1, 2}, "set"),
        (object(), "object"),
        (b"bytes", "bytes"),
        (2**63, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        ("half \ud800", "half"),
        ({"a": {1: 2}}, "key"),
        (["fine", [{"a": {2}}]], "set"),
    ],
    ids=str,
)
def test_a_value_that_is_none_names_its_parameter(store: Store, value: object, fault: str) -> None:
    with pytest.raises(ParameterError, match=fault) as caught:
        store.query("RETURN $good AS good, $bad AS bad", {"good": -(2**63), "bad": value})
    assert caught.value.name == "bad"
    assert store.query("RETURN $n AS n", {"n": -(2**63)}).rows == ((-(2**63),),)


def test_a_parameter_with_an_odd_name_is_named(store: Store) -> None:
    with pytest.raises(ParameterError) as caught:
        store.query("RETURN $`odd name` AS x")
    assert caught.value.name == "odd name"


def test_ties_without_their_nodes_know_their_ends(store: Store, bundled: Batch) -> None:
    store.upsert(bundled)
    wanted = [(tie.id, tie.type, tie.from_id, tie.to_id) for tie in sorted(bundled.ties, key=lambda t: t.id)]
    alone = store.query("MATCH ()-[r]->() RETURN r ORDER BY r.id").rows
    assert [(r.properties["id"], r.type, r.from_id, r.to_id) for (r,) in alone] == wanted
    nested = store.query("MATCH ()-[r]->() WITH r ORDER BY r.id RETURN collect({tie: [r]}) AS all").rows[0][0]
    ties = [item["tie"][0] for item in nested]
    assert [(r.properties["id"], r.type, r.from_id, r.to_id) for r in ties] == wanted


TIMES = {
    "date('2024-05')": "2024-05-01",
    "localtime('10:00')": "10:00",
    "time('10:00:01+01:00')": "10:00:01+01:00",
    "datetime('2024-01-01T00:00:00Z')": "2024-01-01T00:00Z",
    "datetime('2024-01-01T01:02:03.5-05:30')": "2024-01-01T01:02:03.500-05:30",
    "datetime('2024-01-01T00:00:00[Europe/Paris]')": "2024-01-01T00:00+01:00[Europe/Paris]",
    "localdatetime('2024-01-01T01:02:03.123456789')": "2024-01-01T01:02:03.123456789",
    "duration('P1DT2H')": "P1DT2H",
}


def test_temporal_values_are_iso_text(store: Store) -> None:
    for expression, text in TIMES.items():
        assert store.query(f"RETURN {expression} AS value, [{expression}] AS list").rows == ((text, [text]),)


def test_a_point_is_a_map(store: Store) -> None:
    row = store.query("RETURN point({x: 1, y: 2}) AS point").rows[0]
    assert row == ({"x": 1.0, "y": 2.0, "crs": "cartesian", "srid": 7203},)


def test_a_query_reaches_no_procedure_that_does_more_than_read(store: Store) -> None:
    store.upsert(SMALL)
    labels = store.query("CALL db.labels() YIELD label RETURN label").rows
    assert {("Entity",), ("Company",)} <= set(labels)
    with pytest.raises(WriteRefused):
        store.query("CALL dbms.listConfig()")
    with pytest.raises(QueryError):
        store.query("TERMINATE TRANSACTIONS 'neo4j-transaction-1'")


def test_a_query_without_a_statement_is_a_syntax_error(store: Store) -> None:
    for text in ("", "  \n", "// only words"):
        with pytest.raises(QuerySyntaxError) as caught:
            store.query(text)
        assert caught.value.line is None or caught.value.line >= 1


def test_the_place_of_an_error_holds_with_a_procedure_in_the_text(store: Store) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("CALL db.labels() YIELD label\nRETURN label AS l ORDR BY l")
    assert caught.value.line == 2
    assert caught.value.column is not None
    assert caught.value.column > 10
