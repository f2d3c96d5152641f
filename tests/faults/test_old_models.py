"""Stores of the two models before this one: read as they are, brought up to date by a command or the first write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from graph.model import NAME_KEY_MAX, Batch, Entity, name_key
from graph.store import Store
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from graph.store.status import MODEL_VERSION
from tests.contract.small import SMALL, everything

LONG = Entity("long", "Long name " * 200, "company")
KEY = "MATCH (n:Entity {id: 'long'}) RETURN n.name_key"


def made_old(store: EmbeddedStore, version: int) -> None:
    """Make it what that version wrote. Model 1 had no log and fewer types, and up to model 2 the keys of names
    were not cut, and the parts of the log had no index."""
    database = store._current.database
    database.command("sql", "DROP INDEX `InterlockLogPart[entry]`")
    if version == 1:
        for name in ("InterlockLogPart", "InterlockLog", "Party", "CONTROLS"):
            database.command("sql", f"DROP TYPE {name}")
    with database.transaction():
        database.command("sql", "UPDATE Entity SET name_key = ? WHERE id = 'long'", LONG.name.lower().strip())
        if version == 1:
            database.command("sql", "UPDATE InterlockMeta REMOVE model_version")
        else:
            database.command("sql", "UPDATE InterlockMeta SET model_version = ?", version)


@pytest.fixture(params=[1, 2])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with EmbeddedStore(tmp_path / "store") as store:
        store.upsert(Batch((*SMALL.entities, LONG), SMALL.ties, SMALL.sources))
        made_old(store, request.param)
    return tmp_path / "store"


def key(store: Store) -> str:
    return str(store.query(KEY).rows[0][0])


def test_an_old_store_is_read_as_it_is_and_migrated_by_the_command(old: Path) -> None:
    with EmbeddedStore(old) as store:
        before = everything(store)
        assert len(before[0]) == 4
        assert len(key(store)) > NAME_KEY_MAX
        assert "store migrate" in store.status().next_step
    done = CliRunner().invoke(cli.app, ["--store", str(old), "store", "migrate"])
    assert done.exit_code == 0, done.stderr
    assert "model 3" in done.stdout + done.stderr
    with EmbeddedStore(old) as store:
        status = store.status()
        assert (status.model_version, status.missing, status.next_step) == (MODEL_VERSION, (), "")
        assert everything(store) == before
        assert key(store) == name_key(LONG.name)
        assert store.migrate() == []


@pytest.mark.parametrize("number", [1, 2_500])
def test_the_first_write_brings_an_old_store_up_to_date(number: int, old: Path, tmp_path: Path) -> None:
    kept = Path(shutil.copytree(old, tmp_path / "kept"))
    with EmbeddedStore(old) as store:
        before = everything(store)
        store.upsert(Batch(tuple(Entity(f"n{n}", f"N {n}", "company") for n in range(number))))
        assert store.status().model_version == MODEL_VERSION
        assert key(store) == name_key(LONG.name)
        after = everything(store)
        assert [entity for entity in after[0] if not entity.id.startswith("n")] == before[0]
        assert after[1:] == before[1:]
    with EmbeddedStore(kept) as store:  # a copy that was put by is as it was
        assert everything(store) == before


@pytest.mark.neo4j
@pytest.mark.parametrize("version", [1, 2])
def test_an_old_store_on_a_server(version: int, neo4j_store: Neo4jStore) -> None:
    neo4j_store.upsert(Batch((*SMALL.entities, LONG), SMALL.ties, SMALL.sources))
    before = everything(neo4j_store)
    with neo4j_store.session("WRITE") as session:
        session.run(
            "MATCH (n:Entity {id: 'long'}) SET n.name_key = $key", key=LONG.name.lower().strip()
        ).consume()
        session.run(
            "MATCH (m:InterlockMeta {id: 'meta'}) SET m.model_version = $version",
            version=None if version == 1 else version,
        ).consume()
    assert "store migrate" in neo4j_store.status().next_step
    neo4j_store.migrate()
    assert neo4j_store.status().model_version == MODEL_VERSION
    assert everything(neo4j_store) == before
    assert key(neo4j_store) == name_key(LONG.name)
