"""Neo4j stores with the bundled data, loaded once a module."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from graph.model import Batch
from graph.store.neo4j import Neo4jStore
from tests.conftest import emptied
from tests.neo4j_server import Server


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("neo4j_server", id="neo4j", marks=pytest.mark.neo4j),
        pytest.param("newest_neo4j_server", id="neo4j-newest", marks=pytest.mark.neo4j),
    ],
)
def bundled_neo4j(request: pytest.FixtureRequest, bundled: Batch) -> Generator[Neo4jStore]:
    """On each promised release in turn; read only by agreement."""
    server: Server = request.getfixturevalue(request.param)
    with emptied(server) as store:
        store.upsert(bundled)
        yield store
        store.clear()
