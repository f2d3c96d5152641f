"""The log, removals and notes on what was begun: every store the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.errors import SchemaViolation
from graph.model import Batch, Entity, Tie
from graph.store import Store
from graph.store.base import Begun, LogEntry, Removal
from graph.store.embedded import TRANSACTION_LIMIT

from .small import ACME, ANN, FUND, SEAT, SMALL, SOURCE, STAKE, everything

ENTRY = LogEntry("imp-1", "import", "2026-01-02T03:04:05+00:00", '{"a": 1}', ("first ' \"", "second\n"))
MANY = Batch(tuple(Entity(f"e{n:05}", f"E {n}", "company") for n in range(TRANSACTION_LIMIT + 1)))


def test_an_entry_comes_back_and_replaces_the_one_with_its_id(store: Store) -> None:
    store.apply(SMALL, log=[ENTRY])
    assert store.log() == [replace(ENTRY, parts=())]
    assert store.log_parts("imp-1") == list(ENTRY.parts)
    store.apply(Batch(), log=[replace(ENTRY, summary="{}", parts=("only",))])
    assert store.log("import") == [replace(ENTRY, summary="{}", parts=())]
    assert store.log_parts("imp-1") == ["only"]
    assert store.log("merge") == []
    assert store.log_parts("imp-2") == []


def test_the_newest_entry_comes_first(store: Store) -> None:
    later = LogEntry("imp-0", "import", "2026-01-03T00:00:00+00:00", "{}")
    store.apply(SMALL, log=[ENTRY, later])
    assert [entry.id for entry in store.log()] == ["imp-0", "imp-1"]


def test_the_log_outlives_a_large_import_and_not_clearing(store: Store) -> None:
    store.apply(SMALL, log=[ENTRY])
    store.apply(MANY)
    assert store.log() == [replace(ENTRY, parts=())]
    assert store.log_parts("imp-1") == list(ENTRY.parts)
    assert store.counts().entities == len(MANY.entities) + 3
    store.clear()
    assert store.log() == []


def test_the_log_is_no_part_of_the_graph(store: Store) -> None:
    store.apply(SMALL, log=[ENTRY])
    assert (store.counts().entities, store.counts().ties, store.counts().sources) == (3, 2, 1)
    assert everything(store) == ([ACME, ANN, FUND], [STAKE, SEAT], [SOURCE])


def test_a_removed_entity_takes_its_ties_along(store: Store) -> None:
    store.apply(SMALL)
    store.apply(Batch(), remove=Removal(entities=("ann", "nobody"), ties=("r9",), sources=("s9",)))
    assert everything(store) == ([ACME, FUND], [STAKE], [SOURCE])


def test_ties_and_sources_are_removed(store: Store) -> None:
    store.apply(SMALL)
    store.apply(Batch(), remove=Removal(ties=("r1", "r2"), sources=("s1",)))
    assert everything(store) == ([ACME, ANN, FUND], [], [])


def test_removal_beside_a_large_write(store: Store) -> None:
    store.apply(SMALL)
    store.apply(MANY, remove=Removal(entities=("fund",)))
    assert store.entity("fund") is None
    assert [tie.id for tie in store.ties()] == ["r2"]
    assert store.counts().entities == len(MANY.entities) + 2


@pytest.mark.parametrize("many", [False, True])
def test_nothing_is_removed_or_logged_when_a_tie_lacks_its_end(store: Store, many: bool) -> None:
    store.apply(SMALL)
    version = store.data_version()
    wrong = Tie("r3", "fund", "OWNS", "acme", "active", sources=("s1",))
    batch = Batch(MANY.entities if many else (), (wrong,))
    with pytest.raises(SchemaViolation, match="fund"):
        store.apply(batch, remove=Removal(entities=("fund",)), log=[ENTRY])
    assert everything(store) == ([ACME, ANN, FUND], [STAKE, SEAT], [SOURCE])
    assert (store.log(), store.data_version()) == ([], version)


def test_what_was_begun_is_known_until_it_ends(store: Store) -> None:
    begun = [Begun(f"imp-{n}", "a.csv", f"2026-01-0{n}T00:00:00+00:00", "host", 7) for n in (1, 2)]
    for each in reversed(begun):
        store.begin(each)
    assert store.begun() == begun
    store.apply(SMALL, log=[ENTRY])
    assert store.begun() == begun[1:]
    store.forget("imp-2")
    store.forget("imp-2")
    assert store.begun() == []
