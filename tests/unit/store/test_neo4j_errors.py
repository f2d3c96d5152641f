"""A server that is down, or says no: one clear message with the next step, and no password in it."""

from __future__ import annotations

import socket

import pytest

from graph.errors import ExplorerError, StoreRefused, StoreUnavailable
from graph.store.neo4j import Neo4jStore
from tests.neo4j_server import Server

SECRET = "hunter2-not-to-be-seen"


def everything_said(error: BaseException) -> str:
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        parts += [str(current), repr(current), str(getattr(current, "details", ""))]
        current = current.__cause__
    return " ".join(parts)


def test_a_server_that_is_down() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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


@pytest.mark.parametrize(
    "uri", ["bolt://", "neo4j://user:hunter2-not-to-be-seen@localhost:1", "bolt://host:port"]
)
def test_an_address_that_cannot_be_used(uri: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        Neo4jStore(uri, user="neo4j", password=SECRET)
    assert caught.value.hint
    assert SECRET not in everything_said(caught.value)
