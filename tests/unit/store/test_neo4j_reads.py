"""What Neo4j gives for a record that another transaction removes while it is read: no properties at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j
GONE = {"id": None, "from_id": None, "type": "OWNS", "to_id": None, "p": {}}


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.begun(),
        lambda store: store.log(),
        lambda store: list(store.entities()),
        lambda store: list(store.sources()),
        lambda store: list(store.ties()),
        lambda store: list(store.ties(["t1"])),
        lambda store: store.ties_of("acme"),
    ],
    ids=["begun", "log", "entities", "sources", "ties", "ties by id", "ties of one"],
)
def test_a_record_removed_meanwhile_is_not_there(
    neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch, read: Callable[[Neo4jStore], list[Any]]
) -> None:
    monkeypatch.setattr(neo4j_store, "_read", lambda *_, **__: [dict(GONE)])
    assert read(neo4j_store) == []
