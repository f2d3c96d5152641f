"""What a store says of itself, and bringing it up to date. Each test runs on ArcadeDB and on a real Neo4j."""

from __future__ import annotations

from graph.model import Batch
from graph.store import Store
from graph.store.base import Counts
from graph.store.status import MODEL_VERSION
from tests.contract.small import SMALL, everything


def test_a_written_store_is_whole(store: Store) -> None:
    store.upsert(SMALL)
    version = store.data_version()
    found = store.status()
    assert (found.engine, found.location) == (store.engine, store.location)
    assert found.version.split(".")[0].isdigit()
    assert found.database
    assert found.edition in ("embedded", "community", "enterprise")
    assert found.counts == Counts(3, 2, 1)
    assert found.data_version == version == store.data_version()
    assert found.model_version == MODEL_VERSION
    assert found.writable is True
    assert found.schema
    assert {item.state for item in found.schema} == {"online"}
    assert (found.missing, found.next_step) == ((), "")


def test_an_empty_store_says_how_to_fill_it(store: Store) -> None:
    assert "interlock load" in store.status().next_step


def test_bringing_a_whole_store_up_to_date_does_nothing(store: Store, bundled: Batch) -> None:
    store.upsert(bundled)
    before, version = everything(store), store.data_version()
    assert store.migrate() == []
    assert store.migrate() == []
    assert everything(store) == before
    assert store.data_version() == version
