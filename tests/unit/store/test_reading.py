"""The reading half of a store: everything is read, nothing is written, whatever the store learns one day."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from graph.errors import EditRefused
from graph.model import Batch, Entity, Source, Tie
from graph.store.base import Begun, Store
from graph.store.embedded import EmbeddedStore
from graph.store.reading import ReadingStore

ALPHA = Entity("a", "Alpha", "company")
WRITES: dict[str, tuple[Any, ...]] = {
    "apply": (Batch((ALPHA,)),), "upsert": (Batch((ALPHA,)),), "replace_all": (Batch((ALPHA,)),),
    "begin": (Begun.here("imp-1", "x"),), "forget": ("imp-1",), "migrate": (), "clear": (),
}  # fmt: skip
READS: dict[str, tuple[Any, ...]] = {
    "counts": (), "status": (), "data_version": (), "entities": (), "ties": (), "sources": (), "entity": ("b",),
    "ties_of": ("b",), "log": (), "log_parts": ("imp-1",), "begun": (), "query": ("MATCH (n:Entity) RETURN n.id",),
    "stream": ("MATCH (n:Entity) RETURN n.id",),
}  # fmt: skip


@pytest.fixture
def filled(embedded_store: EmbeddedStore) -> EmbeddedStore:
    embedded_store.upsert(
        Batch(
            (Entity("b", "Beta", "company"), Entity("c", "Gamma", "person")),
            (Tie("t", "c", "BOARD_MEMBER_OF", "b", "active", sources=("s",)),),
            (Source("s", "Paper", "Deal"),),
        )
    )
    return embedded_store


def test_every_method_of_a_store_is_known_to_read_or_to_write() -> None:
    """Fails when the interface gets a method: say here which it is, and refuse it if it writes."""
    methods = {
        name for name, each in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")
    }
    assert methods - {"close"} == {*WRITES, *READS}


@pytest.mark.parametrize("name", WRITES)
def test_a_writing_call_is_refused_and_changes_nothing(filled: EmbeddedStore, name: str) -> None:
    before = filled.data_version(), filled.begun(), filled.log()
    with pytest.raises(EditRefused, match="only be read") as refusal:
        getattr(ReadingStore(filled), name)(*WRITES[name])
    assert refusal.value.hint
    assert (filled.data_version(), filled.begun(), filled.log()) == before


@pytest.mark.parametrize("name", READS)
def test_a_reading_call_answers_as_the_store_does(filled: EmbeddedStore, name: str) -> None:
    def answer(store: Store) -> Any:
        found = getattr(store, name)(*READS[name])
        if name == "query":
            return found.columns, found.rows
        return list(found) if name in ("entities", "ties", "sources", "stream") else found

    assert answer(ReadingStore(filled)) == answer(filled)


def test_closing_the_reading_half_leaves_the_store_open(filled: EmbeddedStore) -> None:
    with ReadingStore(filled) as reading:
        assert (reading.engine, reading.location) == (filled.engine, filled.location)
    assert filled.counts().entities == 2
