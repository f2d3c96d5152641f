"""The contract holds on every engine, and on the oldest and the newest server that is promised."""

from __future__ import annotations

import pytest

from graph.store import Store

ENGINES = {
    "arcadedb": "embedded_store",
    "attached": "attached_store",
    "neo4j": "neo4j_store",
    "neo4j-newest": "newest_neo4j_store",
}


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.neo4j] * name.startswith("neo4j")) for name in ENGINES]
)
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of each engine in turn, and the embedded one held elsewhere."""
    return request.getfixturevalue(ENGINES[request.param])
