"""Ways round the read-only rule and round the limits. Each test runs on every engine and release."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from graph.errors import ExplorerError, QueryError, QueryTimeout, WriteRefused
from graph.model import Batch
from graph.store import Store
from tests.contract.endless import ENDLESS
from tests.contract.small import SMALL, everything

WRITES = """
CALL { MATCH (n) DETACH DELETE n } IN TRANSACTIONS
MATCH (n:Entity) CALL (n) { SET n.name = 'x' } IN 2 CONCURRENT TRANSACTIONS
CALL apoc.cypher.run('CREATE (x:Company {id: "q"}) RETURN x', {}) YIELD value RETURN value
CALL apoc.cypher.doIt('CREATE (x:Company {id: "q"}) RETURN x', {}) YIELD value RETURN value
CALL apoc.create.node(['Company'], {id: 'q'}) YIELD node RETURN node
CALL merge.node(['Company'], {id: 'q'}, {}, {}) YIELD node RETURN node
CALL apoc.refactor.mergeNodes([]) YIELD node RETURN node
CALL db.createLabel('Evil')
CALL db.create.setNodeVectorProperty(null, 'x', [1.0])
RETURN apoc.cypher.runFirstColumnSingle('CREATE (n:Company {id: "q"}) RETURN n', {}) AS x
PROFILE CREATE (n:Company {id: 'q'})
PROFILE MATCH (n) SET n.name = 'x'
CYPHER 5 CREATE (n:Company {id: 'q'})
USE neo4j CREATE (n:Company {id: 'q'})
USE system CREATE USER bob SET PASSWORD 'secret-word'
CREATE USER bob SET PASSWORD 'secret-word'
MATCH (n) RETURN n; CREATE (m:Company {id: 'q'})
MATCH (n) RETURN n;\tMATCH (n) DETACH DELETE n
/* MATCH (n) RETURN n */ MATCH (n) /* ; */ SET /**/ n.name = 'x' // RETURN n
\\u0043REATE (n:Company {id: 'q'})
CRE\\u0041TE (n:Company {id: 'q'}) RETURN n
MATCH (n) RETURN n UNION CREATE (n:Company {id: 'q'}) RETURN n
RETURN EXISTS { CREATE (n:Company {id: 'q'}) } AS x
RETURN COLLECT { CREATE (n:Company {id: 'q'}) RETURN n } AS x
MATCH (n:Entity {id: 'acme'}) SET n += {name: 'x'}
MATCH (n:Entity) REMOVE n:Company
UNWIND [1] AS x MERGE (n:Company {id: 'q'}) ON CREATE SET n.name = 'x' RETURN n
CREATE INDEX evil FOR (n:Company) ON (n.zip)
DROP INDEX entity_id IF EXISTS
DROP CONSTRAINT entity_id IF EXISTS
CREATE DATABASE evil
STOP DATABASE neo4j
ALTER CURRENT USER SET PASSWORD FROM 'interlock-tests' TO 'another-word'
GRANT ROLE admin TO neo4j
"""

OUTSIDE = """
LOAD CSV FROM 'file://{file}' AS l RETURN l
LOAD CSV WITH HEADERS FROM 'file:{file}' AS l RETURN l
LOAD CSV FROM '{file}' AS l RETURN l
LOAD CSV FROM 'http://127.0.0.1:{port}/x.csv' AS l RETURN l
LOAD CSV FROM 'ftp://127.0.0.1:{port}/x.csv' AS l RETURN l
LOAD CSV FROM 'jar:http://127.0.0.1:{port}/x.zip!/x.csv' AS l RETURN l
PROFILE LOAD CSV FROM 'file://{file}' AS l RETURN l
CYPHER 5 LOAD CSV FROM 'http://127.0.0.1:{port}/x.csv' AS l RETURN l
USE neo4j LOAD CSV FROM 'http://127.0.0.1:{port}/x.csv' AS l RETURN l
UNWIND ['http://127.0.0.1:{port}/'] AS u CALL (u) {{ LOAD CSV FROM u AS l RETURN l }} RETURN l
CALL apoc.load.json('http://127.0.0.1:{port}/x.json') YIELD value RETURN value
CALL apoc.load.csv('file://{file}') YIELD list RETURN list
CALL apoc.export.csv.all('{file}.out', {{}}) YIELD file RETURN file
CALL dbms.listConfig() YIELD name, value RETURN name, value
CALL dbms.security.listUsers() YIELD username RETURN username
RETURN apoc.static.get('secret') AS x
RETURN `genai`.`vector`.encode('x', 'OpenAI', {{token: 'y'}}) AS x
RETURN apoc /* here */ . cypher . runFirstColumnSingle("LOAD CSV FROM 'file://{file}' AS l RETURN l", {{}}) AS x
WITH 1 AS `'` RETURN apoc.cypher.runFirstColumnMany("LOAD CSV FROM 'file://{file}' AS l RETURN l", {{}}) AS `'`
SHOW SETTINGS
SHOW SETTINGS YIELD name, value WHERE name CONTAINS 'directories' RETURN value
SHOW USERS
SHOW CURRENT USER
SHOW DATABASES
SHOW TRANSACTIONS YIELD currentQuery, parameters
TERMINATE TRANSACTIONS 'neo4j-transaction-1'
"""


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_no_way_round_reading_only(store: Store) -> None:
    store.upsert(SMALL)
    before, version, schema = everything(store), store.data_version(), store.status().schema
    accepted = []
    for text in _lines(WRITES):
        with contextlib.suppress(ExplorerError):
            accepted.append((text, store.query(text).rows))
        assert (everything(store), store.data_version()) == (before, version), text
    assert accepted == []
    assert store.status().schema == schema


def test_to_explain_a_write_is_not_to_do_it(store: Store) -> None:
    store.upsert(SMALL)
    before = everything(store)
    for text in ("EXPLAIN CREATE (n:Company {id: 'q'})", "EXPLAIN EXPLAIN MATCH (n) DETACH DELETE n"):
        with contextlib.suppress(ExplorerError):
            store.query(text)
    assert everything(store) == before


@pytest.fixture
def listener() -> Generator[tuple[int, list[str]]]:
    """A port of this machine, and who called at it."""
    called: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = server.accept()
                called.append(str(connection.getpeername()))
                connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield server.getsockname()[1], called
    ended.set()
    thread.join()
    server.close()


def test_no_way_to_files_network_or_settings(
    store: Store, tmp_path: Path, listener: tuple[int, list[str]]
) -> None:
    port, called = listener
    file = tmp_path / "secret.csv"
    file.write_text("word\nSECRET\n", encoding="utf-8")
    accepted = []
    for text in _lines(OUTSIDE):
        told = ""
        try:
            # ArcadeDB answers PROFILE LOAD CSV with nothing, and does nothing.
            accepted += [(text, row) for row in store.query(text.format(file=file, port=port)).rows]
        except ExplorerError as exc:
            told = f"{exc} {exc.hint}"
        assert "SECRET" not in told, text
        assert called == [], text
    assert accepted == []
    assert [path.name for path in tmp_path.glob("secret*")] == ["secret.csv"]


def test_what_only_reads_is_let_through(store: Store) -> None:
    store.upsert(SMALL)
    assert store.query("RETURN date.truncate('year', date('2024-05-06')) AS day").rows == (("2024-01-01",),)
    assert store.query("RETURN 'apoc.load.json(x)' AS words").rows == (("apoc.load.json(x)",),)
    assert store.query("SHOW INDEXES").rows
    assert store.query(
        "MATCH (a:Entity)-[r]->(b:Entity) WHERE a.name <> b.name AND (a.id) < 'zz' RETURN count(r) AS n"
    ).rows == ((2,),)


def test_what_has_no_end_comes_back(store: Store, bundled: Batch) -> None:
    store.upsert(bundled)
    for name, text in ENDLESS.items():
        with pytest.raises(QueryError) as caught:
            store.query(text, timeout_s=1)
        # Some it stops sooner, at its limit of memory.
        assert isinstance(caught.value, QueryTimeout) or "memory" in str(caught.value), name
        assert store.query("MATCH (n:Entity) RETURN count(n) AS n", timeout_s=30).rows == ((408,),), name


def test_refusals_tell_the_next_step(store: Store) -> None:
    with pytest.raises(WriteRefused) as caught:
        store.query("LOAD CSV FROM 'file:///x.csv' AS l RETURN l")
    assert "interlock load" in caught.value.hint
