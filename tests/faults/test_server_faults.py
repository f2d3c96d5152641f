"""A Neo4j server that is killed and started again while it is used, and bad connections to it: said with the next
step, nothing acknowledged is lost, and the same store object, and the same open app, go on afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from pathlib import Path

import neo4j
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from graph.errors import QueryTimeout, StoreError, StoreUnavailable
from graph.model import Batch, Entity
from graph.store.base import Removal
from graph.store.neo4j import Neo4jStore
from tests.conftest import lacking
from tests.contract.small import SMALL, everything
from tests.faults.proxy import Proxy
from tests.neo4j_server import Missing, Server, running
from widgets import data

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    """A server of our own: it is killed."""
    try:
        with running(heap="512m") as found:
            yield found
    except Missing as exc:
        lacking("Neo4j", str(exc))


@pytest.fixture
def proxy(server: Server) -> Generator[Proxy]:
    with Proxy(int(server.uri.rpartition(":")[2])) as found:
        yield found


def opened(server: Server, port: int | None = None) -> Neo4jStore:
    uri = server.uri if port is None else f"bolt://127.0.0.1:{port}"
    return Neo4jStore(uri, user=server.user, password=server.password)


class Load:
    """Readers and a writer at work on one store object, each noting what it saw."""

    def __init__(self, store: Neo4jStore) -> None:
        self.store = store
        self.acknowledged: list[str] = []
        self.errors: list[BaseException] = []
        self.read = 0
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._write)]
        self._threads += [threading.Thread(target=self._read) for _ in range(3)]

    def _write(self) -> None:
        number = 0
        while not self._end.is_set():
            number += 1
            try:
                self.store.upsert(Batch((Entity(f"w{number}", f"W {number}", "company"),)))
            except Exception as exc:
                self.errors.append(exc)
            else:
                self.acknowledged.append(f"w{number}")

    def _read(self) -> None:
        while not self._end.is_set():
            try:
                assert self.store.query("MATCH (n:Entity {id: 'acme'}) RETURN n.name").rows == (("Acme",),)
                self.read += 1
            except Exception as exc:
                self.errors.append(exc)
                self._end.wait(0.05)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that must come; not a limit."""
        while not true():
            self._end.wait(0.05)

    def __exit__(self, *gone: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()


def test_a_server_killed_and_started_again_under_load(server: Server) -> None:
    with opened(server) as store:
        store.clear()
        store.upsert(SMALL)
        with Load(store) as load:
            load.until(lambda: len(load.acknowledged) > 5 and load.read > 20)
            server.stop()
            load.until(lambda: len(load.errors) > 3)
            server.start()
            written, read = len(load.acknowledged), load.read
            load.until(lambda: len(load.acknowledged) > written + 5 and load.read > read + 20)
        for error in load.errors:
            assert isinstance(error, (StoreError, QueryTimeout)), error
            assert error.hint
        assert any(isinstance(error, StoreUnavailable) for error in load.errors)
        there = {entity.id for entity in store.entities()}
        assert {*load.acknowledged} <= there
        assert {"acme", "fund", "ann"} <= there
        assert [tie.id for tie in store.ties()] == ["r1", "r2"]


def test_the_open_app_says_that_the_server_is_gone_and_goes_on_when_it_is_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(server) as store:
        store.clear()
        store.upsert(SMALL)
    monkeypatch.setenv("INTERLOCK_STORE", server.uri)
    monkeypatch.setenv("INTERLOCK_NEO4J_USER", server.user or "")
    monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", server.password or "")
    stores: list[Neo4jStore] = []
    monkeypatch.setattr(data, "open_store", lambda *given: stores.append(opened(server)) or stores[-1])
    st.cache_resource.clear()
    try:
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
        assert page.metric[0].value == "3"
        server.stop()
        page.run()
        assert not page.exception
        assert page.title[0].value == "The store cannot be opened"
        assert "No Neo4j server answers" in page.error[0].value.replace("\\", "")
        server.start()
        page.button(key="store-retry").click().run()
        assert page.metric[0].value == "3"
    finally:
        for store in stores:
            store.close()
        st.cache_resource.clear()


def test_a_slow_connection_is_only_slow(server: Server, proxy: Proxy) -> None:
    with opened(server, proxy.port) as store:
        store.clear()
        store.upsert(SMALL)
        proxy.delay_s = 0.05
        store.upsert(Batch((Entity("late", "Late", "company"),)))
        assert store.counts().entities == 4
        assert store.query("MATCH (n:Entity {id: 'late'}) RETURN n.name").rows == (("Late",),)


def test_connections_that_are_cut_are_made_anew(server: Server, proxy: Proxy) -> None:
    with opened(server, proxy.port) as store:
        store.clear()
        store.upsert(SMALL)
        before = everything(store)
        for _ in range(3):
            proxy.cut()
            assert everything(store) == before
            proxy.cut()
            store.upsert(Batch((Entity("again", "Again", "company"),)))
            proxy.cut()
            assert store.query("MATCH (n:Entity) RETURN count(n)").rows == ((4,),)
            store.apply(Batch(), remove=Removal(entities=("again",)))


def test_a_connection_cut_in_the_middle_of_an_answer_is_an_error_and_no_short_answer(
    server: Server, proxy: Proxy
) -> None:
    with opened(server, proxy.port) as store:
        with store.stream("UNWIND range(1, 2000000) AS n RETURN n, 'x' + toString(n)") as rows:
            for _ in range(10):
                next(rows)
            proxy.cut()
            with pytest.raises(StoreUnavailable) as told:
                for _ in rows:
                    pass
        assert told.value.hint
        assert store.query("RETURN 1").rows == ((1,),)


def test_a_stream_closed_after_its_connection_was_cut_leaves_no_session_open(
    server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(server, proxy.port) as store:
        sessions: list[neo4j.Session] = []
        new_session = store.session

        def session(access: str) -> neo4j.Session:
            sessions.append(new_session(access))
            return sessions[-1]

        monkeypatch.setattr(store, "session", session)
        with store.stream("UNWIND range(1, 2000000) AS n RETURN n, 'x' + toString(n)") as rows:
            next(rows)
            proxy.cut()
        assert [found.closed() for found in sessions] == [True]


def test_a_half_open_connection_is_noticed_and_the_next_call_works(
    server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other end is silent and never says that it is gone; nobody cuts the connection for us."""
    monkeypatch.setattr("graph.store.neo4j_read.SILENT_S", 1.0)
    with opened(server, proxy.port) as store:
        store.clear()
        store.upsert(SMALL)
        proxy.silent = True
        with pytest.raises(QueryTimeout):
            store.query("MATCH (n:Entity) RETURN n.id", timeout_s=1)
        for read in (store.counts, store.data_version, lambda: store.ties_of("acme"), store.log):
            with pytest.raises(StoreUnavailable) as told:
                read()
            assert told.value.hint
        proxy.silent = False
        assert store.counts().entities == 3
        assert len(store.query("MATCH (n:Entity) RETURN n.id").rows) == 3


def test_a_server_that_takes_connections_and_never_answers(server: Server, proxy: Proxy) -> None:
    proxy.silent = True
    with pytest.raises(StoreUnavailable, match=r"No Neo4j server answers|has not answered") as told:
        opened(server, proxy.port)
    assert told.value.hint
    assert told.value.retry
