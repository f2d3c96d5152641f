"""Every export read back by another reader, hostile names included, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph import atomic, exporter
from graph.csv_text import csv_text, guarded
from graph.errors import SettingsError
from graph.exporter import FORMATS, export_store, format_for
from graph.exports.cypher import cypher_statements, literal
from graph.exports.triple import cell, share_cell
from graph.importer import import_records
from graph.model import Batch, Entity, Placed, Source, Tie, entity_from, source_from, tie_from
from graph.settings import BUNDLED_DATA
from graph.store import Store, embedded_engine
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from loaders import read_path

AWKWARD = Path(__file__).parents[1] / "fixtures" / "triple" / "awkward"
CONTROL = "bell\x07 esc\x1b[31m nul-free \x85\u2028\u202e\\u0027 \\ ' \" \t\r\n</script> ]]> 😀"
SOURCE = Source("s", CONTROL, CONTROL, None, "https://example.org/?a=1&b='2'", None)
ODD_TIE = Tie(
    "t", "b", "OWNS", "odd", "active", share=0.00001, share_basis="equity", note=CONTROL, sources=("s",)
)
ODD = Batch(
    (Entity("odd", CONTROL, "company", ("a;b", "c\\"), None, None, (), CONTROL), Entity("b", "B", "person")),
    # Two ties between the same two: NetworkX reads a file without any such pair as a plain DiGraph.
    (ODD_TIE, replace(ODD_TIE, id="u", share=None, share_basis=None, status="alleged")),
    (SOURCE,),
)


@pytest.fixture
def odd_store(embedded_store: EmbeddedStore) -> EmbeddedStore:
    embedded_store.upsert(ODD)
    return embedded_store


def exported(store: Store, folder: Path, format_id: str) -> Path:
    path = folder / f"out{FORMATS[format_id].suffixes[0]}"
    export_store(store, path)
    return path


def test_bundled_data_comes_back_byte_for_byte(bundled_store: EmbeddedStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(exported(bundled_store, tmp_path, "csv")) as archive:
        assert sorted(archive.namelist()) == ["entities.csv", "relationships.csv", "sources.csv"]
        for name in archive.namelist():
            assert archive.read(name) == (BUNDLED_DATA / name).read_bytes()


@pytest.mark.parametrize("format_id", ["csv", "graphml", "gexf", "json", "cypher"])
def test_two_exports_of_the_same_data_are_equal(
    bundled_store: EmbeddedStore, tmp_path: Path, format_id: str
) -> None:
    first = exported(bundled_store, tmp_path, format_id).read_bytes()
    assert exported(bundled_store, tmp_path, format_id).read_bytes() == first


def test_triple_is_loadable_again(odd_store: EmbeddedStore, tmp_path: Path) -> None:
    path = exported(odd_store, tmp_path, "csv")
    found = Batch.of(item.record for item in read_path(path) if isinstance(item, Placed))
    assert set(found) == set(ODD)


def graph_in(path: Path) -> nx.MultiDiGraph:
    if path.suffix == ".graphml":
        return nx.read_graphml(path)
    if path.suffix == ".gexf":
        return nx.read_gexf(path)
    return nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")


@pytest.mark.parametrize("format_id", ["graphml", "gexf", "json"])
def test_graph_formats_hold_every_entity_and_tie(
    bundled_store: EmbeddedStore, bundled: Batch, tmp_path: Path, format_id: str
) -> None:
    graph = graph_in(exported(bundled_store, tmp_path, format_id))
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph.nodes) == {entity.id for entity in bundled.entities}
    assert {(a, b, key) for a, b, key in graph.edges(keys=True)} == {
        (tie.from_id, tie.to_id, tie.id) for tie in bundled.ties
    }
    for entity in bundled.entities:
        assert graph.nodes[entity.id]["name"] == entity.name
        assert graph.nodes[entity.id].get("country") == entity.country
    for tie in bundled.ties:
        values = graph.edges[tie.from_id, tie.to_id, tie.id]
        assert (values["type"], values["status"]) == (tie.type, tie.status)
        assert values.get("amount_usd") == tie.amount_usd
        assert values.get("share") == tie.share
        assert values.get("start_date") == tie.start_date
        cited = values["sources"]
        assert (tuple(cited.split("; ")) if isinstance(cited, str) else tuple(cited)) == tie.sources


@pytest.mark.parametrize("format_id", ["graphml", "gexf"])
def test_xml_replaces_only_what_xml_cannot_hold(
    odd_store: EmbeddedStore, tmp_path: Path, format_id: str
) -> None:
    graph = graph_in(exported(odd_store, tmp_path, format_id))
    assert graph.nodes["odd"]["name"] == CONTROL.replace("\x07", "\ufffd").replace("\x1b", "\ufffd")
    assert graph.nodes["odd"]["aliases"] == "a;b; c\\"
    assert graph.edges["b", "odd", "t"]["share"] == 0.00001


def test_json_holds_every_character_and_the_sources(odd_store: EmbeddedStore, tmp_path: Path) -> None:
    path = exported(odd_store, tmp_path, "json")
    assert path.read_bytes().isascii()
    graph = graph_in(path)
    assert graph.nodes["odd"]["name"] == CONTROL
    assert [source_from(values) for values in graph.graph["sources"]] == [SOURCE]
    assert "country" not in graph.nodes["odd"]


def arcade_rows(folder: Path, statements: list[str], *questions: str) -> list[list[dict[str, Any]]]:
    """Run statements in a bare engine, not through our store, then ask; the rows of each question."""
    embedded_engine.start("1g")
    database = embedded_engine.open_database(folder / "bare", create=True)
    try:
        for statement in statements:
            with database.transaction():
                database.command("opencypher", statement)
        answers = [database.query("opencypher", question).to_list() for question in questions]
        return [
            [{key: embedded_engine.plain(value) for key, value in row.items()} for row in rows]
            for rows in answers
        ]
    finally:
        database.close()


NODES = "MATCH (n:Entity) RETURN properties(n) AS p, labels(n) AS l"
TIES = "MATCH (a:Entity)-[r]->(b:Entity) RETURN properties(r) AS p, type(r) AS t, a.id AS a, b.id AS b"
SOURCES = "MATCH (n:Source) RETURN properties(n) AS p"


def script(path: Path) -> list[str]:
    """As a person would cut it: a statement ends with a semicolon at the end of a line."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith(";\n")
    return text.removesuffix(";\n").split(";\n")


def assert_same(wanted: Batch, nodes: Any, ties: Any, sources: Any) -> None:
    assert {entity_from(row["p"]) for row in nodes} == set(wanted.entities)
    assert {source_from(row["p"]) for row in sources} == set(wanted.sources)
    found = {tie_from(row["p"], from_id=row["a"], type=row["t"], to_id=row["b"]) for row in ties}
    assert found == set(wanted.ties)


@pytest.mark.parametrize("kind", ["bundled", "odd"])
def test_cypher_script_builds_the_same_graph_in_arcadedb(
    bundled_store: EmbeddedStore, bundled: Batch, odd_store: EmbeddedStore, tmp_path: Path, kind: str
) -> None:
    origin, wanted = (bundled_store, bundled) if kind == "bundled" else (odd_store, ODD)
    statements = script(exported(origin, tmp_path, "cypher"))
    assert statements == list(cypher_statements(origin))
    # Run twice: the second run must change nothing.
    answers = arcade_rows(tmp_path, statements * 2, NODES, TIES, SOURCES)
    assert_same(wanted, *answers)
    for row in answers[0]:
        assert len(row["l"]) == 2
        assert "Entity" in row["l"]


@pytest.mark.neo4j
@pytest.mark.parametrize("kind", ["bundled", "odd"])
def test_cypher_script_builds_the_same_graph_in_neo4j(
    neo4j_store: Neo4jStore,
    neo4j_server: Any,
    bundled_store: EmbeddedStore,
    bundled: Batch,
    odd_store: EmbeddedStore,
    tmp_path: Path,
    kind: str,
) -> None:
    import neo4j

    origin, wanted = (bundled_store, bundled) if kind == "bundled" else (odd_store, ODD)
    login = (neo4j_server.user, neo4j_server.password)
    with neo4j.GraphDatabase.driver(neo4j_server.uri, auth=login if login[0] else None) as driver:
        for statement in script(exported(origin, tmp_path, "cypher")):
            driver.execute_query(statement)
        answers = [
            [record.data() for record in driver.execute_query(question).records]
            for question in (NODES, TIES, SOURCES)
        ]
        driver.execute_query("DROP CONSTRAINT interlock_entity_id IF EXISTS")
        driver.execute_query("DROP CONSTRAINT interlock_source_id IF EXISTS")
    assert_same(wanted, *answers)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", r"'it\'s'"),
        ("a\\u0027b", r"'a\\u0027b'"),
        ("two\nlines", r"'two\u000alines'"),
        ("\u202e", r"'\u202e'"),
        (["a", "b"], "['a', 'b']"),
        ({"n": 5, "share": 0.25}, "{n: 5, share: 0.25}"),
    ],
)
def test_cypher_literal(value: Any, text: str) -> None:
    assert literal(value) == text


def test_hostile_fixture_survives_every_export(embedded_store: EmbeddedStore, tmp_path: Path) -> None:
    import_records(embedded_store, read_path(AWKWARD))
    hostile = embedded_store.entity("img-src")
    assert hostile is not None
    assert hostile.name.startswith("<img src=x onerror=alert(1)>")
    for format_id in ("graphml", "gexf", "json"):
        graph = graph_in(exported(embedded_store, tmp_path, format_id))
        assert graph.nodes["img-src"]["name"] == hostile.name
        assert len(graph.nodes["long"]["name"]) == 10_000
        assert graph.nodes["formula"]["name"].startswith("=HYPERLINK")
    with zipfile.ZipFile(exported(embedded_store, tmp_path, "csv")) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("entities.csv").decode(), newline="")))
    assert {row["id"]: row["name"] for row in rows}["img-src"] == hostile.name
    (nodes,) = arcade_rows(tmp_path, script(exported(embedded_store, tmp_path, "cypher")), NODES)
    assert hostile in {entity_from(row["p"]) for row in nodes}
    assert len(nodes) == 3


def test_drawing_escapes_hostile_names(
    embedded_store: EmbeddedStore, bundled_store: EmbeddedStore, tmp_path: Path
) -> None:
    harmless = exported(bundled_store, tmp_path, "html").read_text(encoding="utf-8")
    import_records(embedded_store, read_path(AWKWARD))
    embedded_store.upsert(ODD)
    page = exported(embedded_store, tmp_path, "html").read_text(encoding="utf-8")
    # As text in a script, the angle bracket written as an escape; never as an element.
    assert "\\u003cimg src=x onerror" in page
    assert "<img src=x" not in page
    assert "nul-free" in page
    assert page.count("</script>") == harmless.count("</script>")


def test_drawing_says_how_much_it_shows(bundled_store: EmbeddedStore, tmp_path: Path) -> None:
    page = exported(bundled_store, tmp_path, "html").read_text(encoding="utf-8")
    assert "300 of 408 entities drawn" in page


@pytest.mark.parametrize(
    ("name", "format_id", "expected"),
    [
        ("a.zip", None, "csv"), ("a.GraphML", None, "graphml"), ("a.gexf", None, "gexf"),
        ("a.json", None, "json"), ("a.cql", None, "cypher"), ("a.htm", None, "html"),
        ("a.txt", "cypher", "cypher"),
    ],
)  # fmt: skip
def test_format_is_told_by_the_ending(name: str, format_id: str | None, expected: str) -> None:
    assert format_for(name, format_id).id == expected


@pytest.mark.parametrize(("name", "format_id"), [("a.txt", None), ("export", None), ("a.zip", "jsn")])
def test_unknown_format_names_the_known_ones(name: str, format_id: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        format_for(name, format_id)
    assert "graphml" in caught.value.hint


def test_failed_export_leaves_the_old_file(
    bundled_store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")

    def broken(store: Store, file: Any) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporter, "FORMATS", {"json": replace(FORMATS["json"], write=broken)})
    with pytest.raises(SettingsError, match="No space left"):
        export_store(bundled_store, path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["out.json"]


def test_folder_that_is_missing(bundled_store: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        export_store(bundled_store, tmp_path / "nope" / "out.json")
    assert "Make the folder" in caught.value.hint


def test_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> Iterator[None]:
        with atomic.replacing(tmp_path / "x") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(interrupted())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.1, "0.10"), (0.02, "0.02"), (0.083, "0.083"), (1.0, "1"), (0.00001, "0.00001"), (None, "")],
)
def test_share_cell(share: float | None, text: str) -> None:
    assert share_cell(share) == text
    assert share is None or float(text) == share


def test_list_cell_can_hold_its_own_separator() -> None:
    assert cell(["a;b", "c\\", "d"]) == "a\\;b;c\\\\;d"


@pytest.mark.parametrize("text", ["=1", "+x", "-x", "@x", "\tx", "\rx"])
def test_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", [-5, -0.5, "plain", "", None, True])
def test_no_formula_stays_as_it_is(value: object) -> None:
    assert guarded(value) == value


def test_csv_text_is_rfc_4180() -> None:
    assert csv_text(("a", "b"), [("x,y", 'say "hi"'), ("two\r\nlines", None)]) == (
        'a,b\r\n"x,y","say ""hi"""\r\n"two\r\nlines",\r\n'
    )
