"""A server that is down, or says no: one clear message with the next step, and no password in it."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import replace
from types import TracebackType
from typing import Any, LiteralString, Self, cast

import neo4j
import pytest

from graph.errors import QueryError, SettingsError, StoreError, StoreRefused, StoreUnavailable
from graph.model import Batch, Entity, Source, Tie
from graph.ontology import ontology
from graph.store import neo4j_write
from graph.store.neo4j import Neo4jStore
from graph.store.neo4j_errors import translate
from tests.neo4j_server import Server, free_port

SECRET = "hunter2-not-to-be-seen"


def everything_said(error: BaseException) -> str:
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        parts += [str(current), repr(current), str(getattr(current, "details", ""))]
        current = current.__cause__
    return " ".join(parts)


def admin(server: Server) -> neo4j.Driver:
    assert server.user
    assert server.password
    return neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password))


def server_error(code: str, message: str) -> neo4j.exceptions.Neo4jError:
    class Answer(neo4j.exceptions.Neo4jError):
        pass

    error = Answer(message)
    Answer.code, Answer.message = property(lambda _: code), property(lambda _: message)  # pyright: ignore
    return error


class Relay:
    """A port that passes everything on to a server, until it is cut."""

    def __init__(self, uri: str) -> None:
        self._target = int(uri.rpartition(":")[2])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.uri = f"bolt://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        for thread in self._threads:
            thread.join()

    def cut(self) -> None:
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _start(self, work: Any, *args: Any) -> None:
        self._threads.append(threading.Thread(target=work, args=args))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                self._start(self._pass, near, far)
                self._start(self._pass, far, near)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)


def test_a_server_that_is_down() -> None:
    port = free_port()
    with pytest.raises(StoreUnavailable) as caught:
        Neo4jStore(f"bolt://127.0.0.1:{port}", user="neo4j", password=SECRET)
    assert str(port) in caught.value.message
    assert "INTERLOCK_STORE" in caught.value.hint
    assert caught.value.retry
    assert SECRET not in everything_said(caught.value)


def test_a_wrong_password(neo4j_server: Server) -> None:
    with pytest.raises(StoreRefused, match="password") as caught:
        Neo4jStore(neo4j_server.uri, user="neo4j", password=SECRET)
    assert "INTERLOCK_NEO4J_PASSWORD" in caught.value.hint
    assert SECRET not in everything_said(caught.value)


def test_no_password_at_all(neo4j_server: Server) -> None:
    with pytest.raises(StoreRefused):
        Neo4jStore(neo4j_server.uri)


def test_a_database_that_is_not_there(neo4j_server: Server) -> None:
    with pytest.raises(StoreRefused, match="nowhere") as caught:
        Neo4jStore(
            neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password, database="nowhere"
        )
    assert "INTERLOCK_NEO4J_DATABASE" in caught.value.hint


def test_a_password_that_must_be_changed_first(neo4j_server: Server) -> None:
    with admin(neo4j_server) as driver:
        driver.execute_query(
            "CREATE USER fresh IF NOT EXISTS SET PASSWORD $secret CHANGE REQUIRED",
            secret=SECRET,
            database_="system",
        )
    with pytest.raises(StoreRefused, match="changed first") as caught:
        Neo4jStore(neo4j_server.uri, user="fresh", password=SECRET)
    assert SECRET not in everything_said(caught.value)


def test_too_many_wrong_passwords(neo4j_server: Server) -> None:
    with admin(neo4j_server) as driver:
        driver.execute_query(
            "CREATE USER limited IF NOT EXISTS SET PASSWORD $secret", secret=SECRET, database_="system"
        )
    said: list[str] = []
    for _ in range(4):  # the server's limit is three
        with pytest.raises(StoreRefused) as caught:
            Neo4jStore(neo4j_server.uri, user="limited", password="wrong")
        said.append(caught.value.message)
    assert "too many" in said[-1]
    assert "too many" not in said[0]


def test_tls_asked_of_a_server_without_it(neo4j_server: Server) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Neo4jStore(neo4j_server.uri.replace("bolt:", "bolt+s:"), user="neo4j", password=SECRET)
    assert "TLS" in caught.value.hint
    assert SECRET not in everything_said(caught.value)


def test_the_driver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StoreUnavailable):
        Neo4jStore("neo4j://127.0.0.1:1", user="neo4j", password=SECRET)
    assert capfd.readouterr() == ("", "")


def test_a_server_that_goes_away(neo4j_server: Server) -> None:
    with Relay(neo4j_server.uri) as relay:
        store = Neo4jStore(relay.uri, user=neo4j_server.user, password=neo4j_server.password)
        with store:
            stream = store.stream("UNWIND range(1, 100000) AS x RETURN x")
            assert next(stream) == (1,)
            relay.cut()
            with pytest.raises(StoreUnavailable) as caught:
                for _ in stream:
                    pass
            assert relay.uri in caught.value.message
            with pytest.raises(StoreUnavailable):
                store.query("RETURN 1 AS one")


def test_a_managed_write_is_tried_again(neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = neo4j_write.write, 0

    def failing_once(*args: Any) -> None:
        nonlocal calls
        calls += 1
        real(*args)
        if calls == 1:
            raise neo4j.exceptions.TransientError("lost a race")

    monkeypatch.setattr(neo4j_write, "write", failing_once)
    neo4j_store.upsert(Batch((Entity("a", "A", "company"),)))
    assert calls == 2
    assert neo4j_store.counts().entities == 1


def test_a_write_that_does_not_fit_is_not_tried_again(
    neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver takes the server's word for it that another try may help, and a large load takes minutes."""
    real, calls = neo4j_write.write, 0

    def too_large(*args: Any) -> None:
        nonlocal calls
        calls += 1
        real(*args)
        raise server_error("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "The allocation ...")

    monkeypatch.setattr(neo4j_write, "write", too_large)
    with pytest.raises(StoreError, match="too little memory"):
        neo4j_store.upsert(Batch((Entity("a", "A", "company"),)))
    assert calls == 1
    assert neo4j_store.counts().entities == 0


def test_too_little_memory_for_a_write_says_what_to_do() -> None:
    for error in (
        server_error("Neo.DatabaseError.Statement.ExecutionFailed", "Java heap space"),
        server_error("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "The allocation ..."),
    ):
        ours = translate(error, "bolt://host", None, 10.0, writing=True)
        assert isinstance(ours, StoreError)
        assert "heap.max_size" in ours.hint
        asked = translate(error, "bolt://host", None, 10.0)
        assert isinstance(asked, QueryError)
        assert "LIMIT" in asked.hint


def test_what_stands_as_wanted_is_left_alone(neo4j_store: Neo4jStore) -> None:
    source = Source("s", "P", "T")
    pair = (Entity("a", "A", "company"), Entity("b", "B", "company"))
    same = Tie("r1", "a", "OWNS", "b", "active", start_date="2017", sources=("s",))
    changed = Tie("r2", "a", "OWNS", "b", "active", sources=("s",))
    turned = Tie("r3", "a", "SUPPLIES", "b", "active", sources=("s",))
    neo4j_store.upsert(Batch(pair, (same, changed, turned), (source,)))
    text = "MATCH ()-[r]->() RETURN elementId(r) AS key ORDER BY r.id"
    before = neo4j_store.query(text).rows
    neo4j_store.upsert(Batch(pair, (same, changed, turned), (source,)))
    assert neo4j_store.query(text).rows == before
    changed, turned = replace(changed, note="n"), replace(turned, from_id="b", to_id="a")
    neo4j_store.upsert(Batch((), (same, changed, turned)))
    after = neo4j_store.query(text).rows
    assert after[:2] == before[:2]
    assert after[2] != before[2]
    assert [*neo4j_store.ties()] == [same, changed, turned]


def test_no_constraint_is_made_by_reading(neo4j_store: Neo4jStore) -> None:
    with neo4j_store.session(neo4j.WRITE_ACCESS) as session:
        for row in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(neo4j.Query(cast(LiteralString, f"DROP CONSTRAINT {row['name']}"))).consume()
        session.run("DROP INDEX interlock_name_key IF EXISTS").consume()
    neo4j_store.counts()
    neo4j_store.data_version()
    assert [*neo4j_store.ties()] == []
    made = "SHOW CONSTRAINTS YIELD name RETURN name"
    assert neo4j_store.query(made).rows == ()
    neo4j_store.upsert(Batch((Entity("a", "A", "company"),)))
    names = {name for (name,) in neo4j_store.query(made).rows}
    assert {"interlock_entity_id", "interlock_source_id", "interlock_invested_in_id"} <= names
    assert len(names) == 5 + len(ontology().types)


def test_the_mark_of_the_version_is_no_entity(neo4j_store: Neo4jStore) -> None:
    neo4j_store.upsert(Batch((Entity("a", "A", "company"),)))
    assert neo4j_store.query("MATCH (n:Entity) RETURN n.id AS id").rows == (("a",),)
    assert neo4j_store.query("MATCH (n:InterlockMeta) RETURN count(*) AS n").rows == ((1,),)


@pytest.mark.parametrize(
    "uri",
    [
        "bolt://", "bolt://[::1", "bolt://host:7687?x=1", "neo4j://user:hunter2-not-to-be-seen@localhost:1",
        "bolt://user:hunter2-not-to-be-seen/x@localhost:1", "bolt://host:port",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used(uri: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Neo4jStore(uri, user="neo4j", password=SECRET)
    assert caught.value.hint
    assert SECRET not in everything_said(caught.value)
