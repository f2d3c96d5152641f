"""What every store keeps and how it is written. Each test runs on ArcadeDB and on a real Neo4j."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import SchemaViolation, StoreError, StoreUnavailable
from graph.model import Batch, Entity, Source, Tie
from graph.store import Store
from graph.store.base import Counts
from tests.contract.small import ACME, ANN, FUND, SEAT, SMALL, SOURCE, STAKE, everything

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


@pytest.mark.parametrize("filled", [False, True])
def test_of_two_records_with_one_id_the_last_counts(store: Store, filled: bool) -> None:
    if filled:
        store.upsert(SMALL)
    second = replace(STAKE, type="OWNS", note="second")
    renamed = replace(ANN, name="Anne", kind="investor")
    store.upsert(Batch((ACME, FUND, ANN, renamed), (STAKE, second), (replace(SOURCE, title="old"), SOURCE)))
    assert everything(store) == ([ACME, renamed, FUND], [second, *([SEAT] if filled else [])], [SOURCE])
    assert store.query("MATCH (n:Person) RETURN n.id AS id").rows == ()


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


def test_what_cannot_be_written_changes_nothing(store: Store) -> None:
    store.upsert(SMALL)
    before, version = everything(store), store.data_version()
    with pytest.raises(StoreError):
        store.upsert(Batch((replace(ANN, name="Changed"), replace(ACME, name="half \ud800"))))
    assert everything(store) == before
    assert store.data_version() == version


def test_a_closed_store_says_so(store: Store) -> None:
    store.upsert(SMALL)
    store.close()
    store.close()
    calls: list[Callable[[], object]] = [
        store.counts, store.data_version, lambda: store.query("RETURN 1 AS one"), lambda: [*store.ties()],
        lambda: store.upsert(SMALL),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(StoreUnavailable) as caught:
            call()
        assert caught.value.hint


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
