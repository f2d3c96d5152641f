"""The object view by py2neo reads and writes what the driver does, on both servers that are promised."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import py2neo
import pytest
from py2neo.errors import ClientError, ConnectionUnavailable, Neo4jError
from py2neo.ogm import Model, Repository
from py2neo.wiring import Wire

from graph.errors import (
    EntityNotFound,
    ExplorerError,
    ParameterError,
    SchemaViolation,
    SettingsError,
    StoreError,
    StoreRefused,
    StoreUnavailable,
    WriteRefused,
)
from graph.model import Batch, Entity, Source, Tie
from graph.ontology import ontology
from graph.settings import Settings
from graph.store import py2neo as view
from graph.store import py2neo_merge
from graph.store.neo4j import Neo4jStore
from graph.store.py2neo_errors import in_our_words
from tests.conftest import emptied
from tests.contract.small import ACME, ANN, FUND, SMALL, SOURCE, STAKE, everything
from tests.neo4j_server import Server

SERVERS = ["neo4j_server", "newest_neo4j_server"]


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.neo4j) for name in SERVERS])
def server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(request.param)


@pytest.fixture
def store(server: Server) -> Generator[Neo4jStore]:
    with emptied(server) as store:
        yield store


@pytest.fixture
def graph(server: Server, store: Neo4jStore) -> Generator[view.ObjectGraph]:
    with view.open_graph(server.uri, user=server.user, password=server.password) as graph:
        yield graph


@pytest.fixture
def one_store(neo4j_server: Server) -> Generator[Neo4jStore]:
    with emptied(neo4j_server) as store:
        yield store


@pytest.fixture
def one_graph(neo4j_server: Server, one_store: Neo4jStore) -> Generator[view.ObjectGraph]:
    server = neo4j_server
    with view.open_graph(server.uri, user=server.user, password=server.password) as graph:
        yield graph


def stored(store: Neo4jStore) -> tuple[list[Any], list[Any]]:
    """All nodes and relationships of ours as they are kept, labels and derived properties too."""
    nodes = store.query("MATCH (n) WHERE n:Entity OR n:Source RETURN n ORDER BY n.id", max_rows=10_000)
    ties = store.query("MATCH (:Entity)-[r]->(:Entity) RETURN r ORDER BY r.id", max_rows=10_000)
    assert not nodes.truncated
    assert not ties.truncated
    return [row[0] for row in nodes.rows], [row[0] for row in ties.rows]


def test_a_merge_writes_what_the_driver_writes(
    store: Neo4jStore, graph: view.ObjectGraph, bundled: Batch
) -> None:
    store.upsert(bundled)
    wanted = stored(store)
    assert len(wanted[0]) == len(bundled.entities) + len(bundled.sources)
    store.clear()
    before = store.data_version()
    counts = view.merge(graph, bundled)
    assert (counts.entities, counts.ties, counts.sources) == tuple(
        map(len, (bundled.entities, bundled.ties, bundled.sources))
    )
    assert stored(store) == wanted
    assert store.data_version() != before


def test_everything_reads_as_by_the_driver(
    store: Neo4jStore, graph: view.ObjectGraph, bundled: Batch
) -> None:
    store.upsert(bundled)
    entities, ties, sources = everything(store)
    by_id = {source.id: source for source in sources}
    assert [found.record for found in view.objects(graph)] == entities
    read = view.ties(graph)
    assert [tie.record for tie in read] == ties
    assert [tie.sources for tie in read] == [tuple(by_id[name] for name in tie.sources) for tie in ties]
    assert [(tie.start.id, tie.end.id) for tie in read] == [(tie.from_id, tie.to_id) for tie in ties]
    for kind, made in view.CLASSES.items():
        assert sorted(found.id for found in made.match(graph)) == [e.id for e in entities if e.kind == kind]
    for name, declared in ontology().types.items():
        first = next((tie for tie in ties if tie.type == name), None)
        if first is None:
            continue
        # Every relation by name, at both ends, against the driver's ties of that entity.
        for end, attribute, ways in (
            (first.from_id, declared.from_name, ("from_id",)),
            (first.to_id, declared.to_name, ("to_id",)),
        ):
            ways = ways if declared.directed else ("from_id", "to_id")
            wanted = [
                tie
                for tie in store.ties_of(end)
                if tie.type == name and end in [getattr(tie, way) for way in ways]
            ]
            found = getattr(view.entity(graph, end), attribute)
            assert [tie.record for tie in found] == wanted
            assert all(tie.other.id == (tie.to_id if tie.from_id == end else tie.from_id) for tie in found)
    assert [tie.record for tie in view.entity(graph, "cerebras").ties] == store.ties_of("cerebras")


def test_parallel_ties_and_their_details_are_kept(store: Neo4jStore, graph: view.ObjectGraph) -> None:
    second = replace(STAKE, id="r3", status="abandoned", start_date="2019", share=None, share_basis=None)
    view.merge(graph, [*SMALL, second])
    found = view.Company.match(graph, "acme").first().funded_by
    assert [(tie.id, tie.status, tie.start_date, tie.share, tie.is_fact) for tie in found] == [
        ("r1", "completed", "2017-09", 0.125, True),
        ("r3", "abandoned", "2019", None, False),
    ]
    assert found[0].sources == (SOURCE,)
    assert type(found[0].other) is view.Investor
    assert str(found[1]).startswith("Fund weighed investing in Acme")
    assert Repository.wrap(graph).get(view.Company, "acme").name == "Acme"
    assert view.Company.match(graph, "acme").where(country="US").count() == 1
    assert view.Person.match(graph, "acme").first() is None
    with pytest.raises(AttributeError, match="supplied"):
        _ = found[0].supplied
    assert len({view.entity(graph, "acme"), view.entity(graph, "acme")}) == 1


def test_text_that_looks_like_cypher_is_only_text(store: Neo4jStore, graph: view.ObjectGraph) -> None:
    nasty = [
        "x'}) DETACH DELETE n //",
        'a"b`c',
        "\\u0027 OR 1=1 --",
        "${id} $id {id}",
        "line\nfeed \u2028 é 漢",
    ]
    entities = tuple(Entity(text, f"Name {text}", "company", (text,), description=text) for text in nasty)
    ties = tuple(
        Tie(f"t {text}", text, "SUPPLIES", "acme", "active", note=text, sources=("s1",)) for text in nasty
    )
    batch = Batch((*entities, ACME), ties, (SOURCE,))
    view.merge(graph, batch)
    assert {entity.id: entity for entity in store.entities()} == {e.id: e for e in batch.entities}
    assert {tie.id: tie for tie in store.ties()} == {tie.id: tie for tie in ties}
    for entity, tie in zip(entities, ties, strict=True):
        found = view.Company.match(graph, entity.id).first()
        assert found.record == entity
        assert [one.record for one in found.supplies] == [tie]
        assert view.Company.match(graph).where(name=entity.name).count() == 1


def test_a_record_takes_the_place_of_the_one_before(
    one_store: Neo4jStore, one_graph: view.ObjectGraph
) -> None:
    view.merge(one_graph, SMALL)
    moved = replace(STAKE, from_id="ann", share=None, share_basis=None, note=None)
    view.merge(one_graph, [replace(ACME, country=None, aliases=()), moved])
    assert one_store.entity("acme") == replace(ACME, country=None, aliases=())
    assert next(one_store.ties(["r1"])) == moved
    version = one_store.data_version()
    assert view.merge(one_graph, []).entities == 0
    assert one_store.data_version() == version


WRONG = {
    "end": ([replace(STAKE, to_id="acne")], 'no entity "acne".*"acme"'),
    "source": ([replace(STAKE, sources=("s9",))], 'no source "s9"'),
    "ends of a kind": ([Tie("r9", "acme", "BOARD_MEMBER_OF", "ann", "active", sources=("s1",))], "person"),
    "changed kind": ([replace(ANN, kind="asset")], "Tie r2: BOARD_MEMBER_OF cannot have a asset"),
    "status": ([replace(STAKE, status="maybe")], "Tie r1: 'maybe' is not a known status"),
    "number of numpy": ([replace(STAKE, amount_usd=np.int64(5))], "Tie r1: amount_usd is .*int64"),
    "no number": ([replace(STAKE, share=float("nan"))], "Tie r1: share is nan"),
    "list": ([replace(ACME, aliases=["a"])], r"Entity acme: aliases is \['a'\] of type list"),
    "half a character": ([replace(ACME, name="\ud800")], "half a character"),
}


@pytest.mark.neo4j
def test_what_breaks_a_rule_is_refused_whole(one_store: Neo4jStore, one_graph: view.ObjectGraph) -> None:
    view.merge(one_graph, SMALL)
    before = everything(one_store), one_store.data_version()
    for records, told in WRONG.values():
        with pytest.raises(SchemaViolation, match=told) as refused:
            view.merge(one_graph, [replace(FUND, name="Changed"), *records])
        assert refused.value.hint
        assert (everything(one_store), one_store.data_version()) == before
    view.merge(one_graph, [replace(FUND, name="Changed")])  # and the graph still works
    assert view.entity(one_graph, "fund").name == "Changed"


def test_an_interrupted_merge_leaves_nothing(one_store: Neo4jStore, one_graph: view.ObjectGraph) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        view.merge(one_graph, SMALL, progress=interrupt)
    assert everything(one_store) == ([], [], [])
    told: list[tuple[int, int]] = []
    view.merge(one_graph, SMALL, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert everything(one_store)[1] == [*SMALL.ties]


def test_objects_only_read(one_store: Neo4jStore, one_graph: view.ObjectGraph) -> None:
    view.merge(one_graph, SMALL)
    before = everything(one_store), one_store.data_version()
    acme = view.entity(one_graph, "acme")
    for write in (
        lambda: setattr(acme, "name", "Other"),
        lambda: Repository.wrap(one_graph).save(acme),
        lambda: one_graph.push(acme),
        lambda: one_graph.merge(acme),
        lambda: one_graph.create(acme),
        lambda: one_graph.delete(acme),
        view.Company,
    ):
        with pytest.raises(WriteRefused, match="only read"):
            write()
    assert (everything(one_store), one_store.data_version()) == before


def test_what_is_not_there_is_said(one_graph: view.ObjectGraph) -> None:
    view.merge(one_graph, SMALL)
    with pytest.raises(EntityNotFound, match='Did you mean "acme"'):
        view.entity(one_graph, "acne")
    with pytest.raises(ParameterError, match='Did you mean "SUPPLIES"'):
        view.ties(one_graph, "SUPPLY")
    with pytest.raises(ParameterError):
        view.ties(one_graph, "SUPPLIES]->() DETACH DELETE r //")
    assert one_graph.service.kernel_version  # py2neo opens another graph for it
    one_graph.close()
    one_graph.close()
    for use in (lambda: one_graph.run("RETURN 1"), lambda: view.merge(one_graph, SMALL)):
        with pytest.raises(StoreUnavailable, match="closed"):
            use()


def test_an_old_store_is_brought_up_to_date(one_store: Neo4jStore, one_graph: view.ObjectGraph) -> None:
    one_graph.run(
        "CREATE (:Entity:Company {id: 'old', name: $name, name_key: $name, kind: 'company'})", name="x" * 300
    )
    one_graph.run("DROP CONSTRAINT interlock_supplies_id")
    one_graph.run("MATCH (m:InterlockMeta) REMOVE m.model_version")
    view.merge(one_graph, SMALL)
    assert one_graph.evaluate("MATCH (n:Entity {id: 'old'}) RETURN size(n.name_key)") == 200
    assert all(item.state == "online" for item in one_store.status().schema)
    one_graph.run("MATCH (m:InterlockMeta) SET m.model_version = 99")
    try:
        with pytest.raises(StoreRefused, match="newer Interlock"):
            view.merge(one_graph, [replace(ACME, name="Changed")])
        assert one_store.entity("acme") == ACME
    finally:
        one_graph.run("MATCH (m:InterlockMeta) REMOVE m.model_version")


def test_opening_tells_apart_what_is_wrong(neo4j_server: Server) -> None:
    place, wrong = neo4j_server.uri, "secret"
    for expected, told, how in (
        (SettingsError, "needs a Neo4j server", {"target": "folder"}),
        (SettingsError, "cannot be used", {"target": place.replace("//", "//neo4j:secret@")}),
        (StoreUnavailable, "No Neo4j server answers", {"target": "bolt://127.0.0.1:1"}),
        (StoreRefused, "user name or password", {"user": "neo4j", "password": wrong}),
        (
            StoreRefused,
            "no database 'none'",
            {"user": "neo4j", "password": neo4j_server.password, "database": "none"},
        ),
    ):
        with pytest.raises(expected, match=told) as refused:
            view.open_graph(**{"target": place, **how})
        assert refused.value.hint
        assert "secret" not in str(refused.value)
    settings = Settings(store=place, neo4j_user="neo4j", neo4j_password=neo4j_server.password)
    with view.open_graph(settings=settings) as graph:
        assert graph.evaluate("RETURN 1") == 1


@contextmanager
def sockets() -> Generator[list[Wire]]:
    """The sockets that py2neo opens in the block, closed at its end where py2neo forgets to."""
    opened: list[Wire] = []
    before = Wire.open

    def noted(*args: Any, **options: Any) -> Wire:
        opened.append(before(*args, **options))
        return opened[-1]

    with mock.patch.object(Wire, "open", noted):
        try:
            yield opened
        finally:
            for wire in opened:
                wire.close()


def test_a_server_with_a_newer_protocol_only_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(20)
                peer.sendall(bytes(4))

        answering = threading.Thread(target=refuse)
        answering.start()
        with sockets(), pytest.raises(StoreUnavailable, match="py2neo cannot talk") as refused:
            view._connected(f"bolt://127.0.0.1:{listener.getsockname()[1]}", "neo4j", "secret", None)
        answering.join()
    assert "Bolt 4.3" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_errors_of_the_server_are_told_in_our_words() -> None:
    graph: Any = SimpleNamespace(service=SimpleNamespace(uri="bolt://host:7687"), name=None)
    refused = in_our_words(Neo4jError("no", "Neo.ClientError.Security.Forbidden"), graph, writing=True)
    assert isinstance(refused, StoreRefused)
    hidden = ConnectionUnavailable("Connection has been closed")
    hidden.__context__ = ClientError("no", "Neo.ClientError.Security.Unauthorized")
    assert "user name or password" in str(in_our_words(hidden, graph))
    assert isinstance(in_our_words(ConnectionUnavailable("gone"), graph), StoreUnavailable)
    failed = in_our_words(
        Neo4jError("full", "Neo.DatabaseError.Transaction.TransactionCommitFailed"), graph, writing=True
    )
    assert isinstance(failed, StoreError)
    assert "could not be written: full" in str(failed)


class Flaky:
    """A graph whose server asks for patience some times."""

    service, name = SimpleNamespace(uri="bolt://host:7687"), None

    def __init__(self, faults: int) -> None:
        self.faults, self.committed, self.rolled_back = faults, 0, 0

    def begin(self) -> object:
        return object()

    def commit(self, _: object) -> None:
        if self.faults:
            self.faults -= 1
            raise Neo4jError("deadlock", "Neo.TransientError.Transaction.DeadlockDetected")
        self.committed += 1

    def rollback(self, _: object) -> None:
        self.rolled_back += 1


def test_a_passing_fault_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(py2neo_merge, "_PAUSE_S", 0)
    graph: Any = Flaky(faults=2)
    py2neo_merge._transact(graph, lambda runner: None)
    assert (graph.committed, graph.rolled_back) == (1, 2)
    with pytest.raises(ExplorerError, match="deadlock"):
        py2neo_merge._transact(Flaky(faults=99), lambda runner: None)


def test_classes_and_relations_come_from_the_ontology() -> None:
    assert {made.__name__ for made in view.CLASSES.values()} == {k.label for k in ontology().kinds.values()}
    assert all(getattr(view, made.__name__) is made for made in view.CLASSES.values())
    taken = {*Entity.__slots__, *dir(Model), "record", "node", "ties"}
    names = [name for t in ontology().types.values() for name in {t.from_name, t.to_name}]
    assert len(names) == len({*names})
    assert not taken & {*names}
    assert all(name.isidentifier() for name in names)
    for declared in ontology().types.values():
        assert declared.directed == (declared.from_name != declared.to_name)
        for kind, made in view.CLASSES.items():
            assert hasattr(made, declared.from_name) == (
                kind in declared.from_kinds or (not declared.directed and kind in declared.to_kinds)
            )
    assert not hasattr(view.Address, "supplies")


def test_nobody_else_imports_py2neo_and_its_absence_is_told() -> None:
    text = """
import sys
sys.modules["py2neo"] = sys.modules["py2neo.database"] = None
import app, cli, graph, graph.store.neo4j
from graph.errors import FeatureMissing
try:
    import graph.store.py2neo
except FeatureMissing as exc:
    assert 'pip install -e ".[py2neo]"' in exc.hint, exc.hint
    print("told")
"""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=root, check=False)
    assert done.stdout == "told\n", done.stderr


def test_a_graph_of_py2neo_itself_will_do(one_store: Neo4jStore, neo4j_server: Server) -> None:
    graph: Any = py2neo.Graph(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password))
    try:
        view.merge(graph, [Source("s2", "P", "T"), ACME])
        assert view.Company.match(graph, "acme").first().record == ACME
    finally:
        graph.service.connector.close()
