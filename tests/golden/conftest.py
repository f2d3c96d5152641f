"""A Neo4j store with the bundled data, loaded once a module."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from graph.model import Batch
from graph.store.neo4j import Neo4jStore
from tests.neo4j_server import Server


@pytest.fixture(scope="module")
def bundled_neo4j(neo4j_server: Server, bundled: Batch) -> Generator[Neo4jStore]:
    """Read only by agreement."""
    server = neo4j_server
    with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
        store.clear()
        store.upsert(bundled)
        yield store
        store.clear()
