"""What every store must do. Each test runs on ArcadeDB and on a real Neo4j."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import (
    ParameterError,
    QuerySyntaxError,
    QueryTimeout,
    SchemaViolation,
    WriteRefused,
)
from graph.model import Batch, Entity, Source, Tie
from graph.store import NodeValue, PathValue, Store, TieValue
from graph.store.base import Counts

SOURCE = Source("s1", "Publisher", "Title", "2024-05", "https://example.org/a", "en")
ACME = Entity("acme", "Acme", "company", ("Acme Inc.",), "US", "2015", ("chips",), "Makes chips.")
FUND = Entity("fund", "Fund", "investor")
ANN = Entity("ann", "Ann", "person")
STAKE = Tie(
    "r1", "fund", "INVESTED_IN", "acme", "completed", "2017-09", None, "lead", 1_000_000, 0.125, "equity",
    "Series A", None, "a note", ("s1",),
)  # fmt: skip
SEAT = Tie("r2", "ann", "BOARD_MEMBER_OF", "acme", "ended", "2015-12", "2018-02", "co-chair", sources=("s1",))
SMALL = Batch((ACME, FUND, ANN), (STAKE, SEAT), (SOURCE,))

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "'; MATCH (n) DETACH DELETE n; //",
    '"}) MATCH (n) DELETE n //',
    "`) DETACH DELETE n //",
    "\u202egnp.exe\u202c \u200f\u05d0",
    "{braces} $id ${id} \\n \\u0041 \\",
    "emoji 🧮 and 𝔘nicode é e\u0301",
    "tab\tnewline\nreturn\rnull",
    "x" * 10_000,
]


def everything(store: Store) -> tuple[list[Entity], list[Tie], list[Source]]:
    return [*store.entities()], [*store.ties()], [*store.sources()]


def test_an_empty_store_answers(store: Store) -> None:
    assert store.counts() == Counts(0, 0, 0)
    assert everything(store) == ([], [], [])
    assert store.entity("acme") is None
    assert store.ties_of("acme") == []
    rows = store.query("MATCH (n:Entity) RETURN n.id AS id, n.name AS name")
    assert rows.rows == ()
    assert rows.columns == ("id", "name")
    assert store.data_version()


def test_what_is_written_is_read(store: Store) -> None:
    store.upsert(SMALL)
    assert everything(store) == ([ACME, ANN, FUND], [STAKE, SEAT], [SOURCE])
    assert store.counts() == Counts(3, 2, 1)
    assert store.entity("acme") == ACME
    assert store.ties_of("acme") == [STAKE, SEAT]
    assert store.ties_of("ann") == [SEAT]
    assert [*store.ties(["r2", "nothere"])] == [SEAT]
    assert [*store.entities(["fund", "nothere", "acme"])] == [ACME, FUND]
    assert [*store.sources(["s1"])] == [SOURCE]


def test_the_bundled_data_comes_back_whole(store: Store, bundled: Batch) -> None:
    store.upsert(bundled)
    entities, ties, sources = everything(store)
    assert (len(entities), len(ties), len(sources)) == (408, 940, 419)
    assert entities == sorted(bundled.entities, key=lambda item: item.id)
    assert ties == sorted(bundled.ties, key=lambda item: item.id)
    assert sources == sorted(bundled.sources, key=lambda item: item.id)
    store.upsert(bundled)
    assert everything(store) == (entities, ties, sources)


def test_writing_twice_changes_nothing(store: Store) -> None:
    store.upsert(SMALL)
    before = everything(store)
    store.upsert(SMALL)
    assert everything(store) == before
    assert store.counts() == Counts(3, 2, 1)


def test_a_record_replaces_the_one_with_its_id_whole(store: Store) -> None:
    store.upsert(SMALL)
    bare = Entity("acme", "Acme Two", "company")
    moved = Tie("r1", "ann", "FOUNDED", "acme", "completed", sources=("s1",))
    store.upsert(Batch((bare,), (moved,), (replace(SOURCE, url=None),)))
    assert everything(store) == ([bare, ANN, FUND], [moved, SEAT], [replace(SOURCE, url=None)])
    assert store.query("MATCH ()-[r:INVESTED_IN]->() RETURN r.id AS id").rows == ()


def test_a_new_kind_moves_the_label_and_keeps_the_ties(store: Store) -> None:
    store.upsert(SMALL)
    store.upsert(Batch((replace(ACME, kind="investor"),)))
    assert store.query("MATCH (n:Investor) RETURN n.id AS id ORDER BY id").rows == (("acme",), ("fund",))
    assert store.query("MATCH (n:Company) RETURN n.id AS id").rows == ()
    assert store.ties_of("acme") == [STAKE, SEAT]
    assert store.counts() == Counts(3, 2, 1)


def test_the_data_version_changes_with_every_write_and_no_read(store: Store) -> None:
    versions = [store.data_version()]
    for batch in (SMALL, SMALL, Batch((replace(ANN, name="Anne"),))):
        store.upsert(batch)
        versions.append(store.data_version())
        everything(store)
        store.query("MATCH (n) RETURN n LIMIT 1")
        assert store.data_version() == versions[-1]
    store.clear()
    versions.append(store.data_version())
    assert len(set(versions)) == len(versions)
    assert store.counts() == Counts(0, 0, 0)


def test_a_dangling_end_is_named_and_nothing_is_written(store: Store) -> None:
    store.upsert(SMALL)
    before, version = everything(store), store.data_version()
    wrong = Tie("r9", "fund", "OWNS", "acmee", "active", sources=("s1",))
    with pytest.raises(SchemaViolation) as caught:
        store.upsert(Batch((Entity("new", "New", "company"), replace(ACME, name="Changed")), (wrong,)))
    assert "r9" in caught.value.message
    assert "acme" in caught.value.message
    assert caught.value.field == "to"
    assert everything(store) == before
    assert store.data_version() == version


@pytest.mark.parametrize(
    "text",
    [
        "CREATE (n:Company {id: 'x'})",
        "MERGE (n:Company {id: 'x'}) RETURN n",
        "MATCH (n:Entity) SET n.name = 'x'",
        "MATCH (n:Entity) REMOVE n.name",
        "MATCH (n:Entity) DETACH DELETE n",
        "MATCH (n:Entity) CALL { WITH n CREATE (m:Company {id: 'q'}) RETURN m } RETURN m",
        "MATCH (n:Entity) FOREACH (x IN [1] | SET n.name = 'x')",
        "/* read */ CREATE (n:Company) RETURN n // only",
        "MATCH (n:Entity) WITH n LIMIT 1 CREATE (m:Company {id: n.id + '2'}) RETURN m.id AS id",
        "CREATE CONSTRAINT x IF NOT EXISTS FOR (n:Company) REQUIRE n.name IS UNIQUE",
    ],
)
def test_a_query_cannot_write(store: Store, text: str) -> None:
    store.upsert(SMALL)
    before, version = everything(store), store.data_version()
    with pytest.raises(WriteRefused) as caught:
        store.query(text)
    assert "interlock load" in caught.value.hint
    assert everything(store) == before
    assert store.data_version() == version


def test_a_query_cannot_read_files(store: Store) -> None:
    for text in (
        "LOAD CSV FROM 'file:///etc/hosts' AS l RETURN l",
        "load /**/ csv FROM 'http://127.0.0.1:9' AS l RETURN l",
    ):
        with pytest.raises((WriteRefused, QuerySyntaxError)):
            store.query(text)


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


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_hostile_text_stays_text(store: Store, text: str) -> None:
    entity = Entity("a", text, "company", (text, "b"), None, None, (text,), text)
    tie = Tie(
        "r1", "a", "SUPPLIES", "b", "active", role=text, round=text, product=text, note=text, sources=("s1",)
    )
    source = Source("s1", text, text)
    batch = Batch((entity, Entity("b", "B", "company")), (tie,), (source,))
    store.upsert(batch)
    store.upsert(batch)
    assert store.entity("a") == entity
    assert [*store.ties()] == [tie]
    assert [*store.sources()] == [source]
    assert store.query("MATCH (n:Entity {name: $name}) RETURN n.id AS id", {"name": text}).rows == (("a",),)
    assert store.query("RETURN $text AS text", {"text": text}).rows == ((text,),)


def test_readers_see_a_whole_graph_while_a_writer_writes(store: Store) -> None:
    store.upsert(SMALL)
    problems: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                rows = store.query("MATCH (n:Entity)-[r]->(m) RETURN n.name AS name, m.id AS id").rows
                assert len(rows) in (2, 3)
                assert store.entity("acme") is not None
        except BaseException as exc:  # reported by the main thread
            problems.append(exc)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(8):
            extra = Tie("r3", "fund", "OWNS", "acme", "active", note=f"turn {turn}", sources=("s1",))
            store.upsert(Batch((replace(ANN, name=f"Ann {turn}"),), (extra,)))
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert problems == []
    assert store.entity("ann") == replace(ANN, name="Ann 7")


def test_progress_reaches_its_total(store: Store, bundled: Batch) -> None:
    seen: list[tuple[int, int]] = []
    store.upsert(bundled, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (408 + 940 + 419, 408 + 940 + 419)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
MAYBE = st.none() | TEXT
ENTITY = st.builds(
    Entity, st.sampled_from("abcd"), TEXT, st.sampled_from(["company", "person", "investor"]),
    st.lists(TEXT, max_size=2).map(tuple), st.none(), st.none(), st.just(()), MAYBE,
)  # fmt: skip
TIE = st.builds(
    Tie, st.sampled_from(["r1", "r2", "r3"]), st.sampled_from("abcd"), st.sampled_from(["SUPPLIES", "LENT_TO"]),
    st.sampled_from("abcd"), st.just("active"), st.sampled_from([None, "2017", "2017-09-20"]), st.none(), MAYBE,
    st.none() | st.integers(1, 2**60), st.none() | st.floats(0.001, 1.0), st.none(), MAYBE, MAYBE, MAYBE, st.just(("s",)),
)  # fmt: skip
BASE = tuple(Entity(key, key, "company") for key in "abcd")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.lists(ENTITY, max_size=3), st.lists(TIE, max_size=3)), min_size=1, max_size=3))
def test_writing_is_a_dictionary_of_records(
    store: Store, writes: list[tuple[list[Entity], list[Tie]]]
) -> None:
    store.clear()
    store.upsert(Batch(BASE, (), (Source("s", "P", "T"),)))
    entities = {entity.id: entity for entity in BASE}
    ties: dict[str, Tie] = {}
    for some_entities, some_ties in writes:
        new_entities = {entity.id: entity for entity in some_entities}
        new_ties = {tie.id: tie for tie in some_ties if tie.from_id != tie.to_id}
        store.upsert(Batch(tuple(new_entities.values()), tuple(new_ties.values())))
        entities |= new_entities
        ties |= new_ties
    assert [*store.entities()] == [entities[key] for key in sorted(entities)]
    assert [*store.ties()] == [ties[key] for key in sorted(ties)]
