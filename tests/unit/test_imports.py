"""Imports of other people's files: what is left out, united, counted, remembered and undone."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import replace

import pytest

from graph.errors import ImportNotFound, StoreError, UndoRefused
from graph.importer import Origin, import_records
from graph.imports import Change, Counted, Duplicates, import_detail, import_notes, interrupted, undo_import
from graph.imports.unite import united
from graph.model import (
    Batch,
    Entity,
    Item,
    Place,
    Placed,
    Problem,
    Record,
    Remark,
    Skipped,
    Source,
    Tie,
    Unread,
)
from graph.store import Store
from graph.store.base import Begun, Counts
from graph.store.embedded import TRANSACTION_LIMIT, EmbeddedStore

ACME, CARA = Entity("acme", "Acme", "company"), Entity("cara", "Cara", "person")
FILING = Source("filing", "Registry", "Report")
PRESS = Source("press", "Press", "Story")
FOUNDED = Tie("r1", "cara", "FOUNDED", "acme", "completed", sources=("filing",))
FILES = Origin(("a.csv",), ("triple",))


def at(line: int, record: Record, *, weak: bool = False) -> Placed:
    return Placed(record, Place("in.csv", line), weak)


def loaded(store: Store, *items: Item, strict: bool = False) -> object:
    return import_records(store, items, strict=strict, origin=FILES)


def all_of(store: Store) -> tuple[list[Entity], list[Tie], list[Source]]:
    return [*store.entities()], [*store.ties()], [*store.sources()]


def origins(store: Store) -> dict[str, str | None]:
    records: Iterable[Record] = [*store.entities(), *store.ties(), *store.sources()]
    return {record.id: record.origin for record in records}


# what a row becomes
def test_wrong_rows_are_left_out_and_the_numbers_add_up(embedded_store: EmbeddedStore) -> None:
    items = [
        at(2, FILING), at(3, ACME), at(4, CARA), at(5, FOUNDED),
        at(6, Entity("x", "", "company")),
        Problem(Place("in.csv", 7, (("id", "y"),)), "id", "", "the id is missing."),
        Skipped(Place("in.csv", 8), "superseded", "a later statement took its place"),
        Skipped(Place("in.csv", 9), "duplicate", "the same row again"),
        Remark(Place("in.csv", 3), "founded", "3201", "the year is odd"),
        Unread("in.csv", ("colour",)),
    ]  # fmt: skip
    report = import_records(embedded_store, items, strict=False)
    assert (report.read, report.accepted, report.rejected, report.skipped) == (8, 4, 2, 2)
    assert report.written
    assert (report.entities, report.ties, report.sources) == (Change(2), Change(1), Change(1))
    assert report.duplicates == Duplicates(exact=1, superseded=1)
    assert report.remarks == (Counted("the year is odd", 1, "founded", "3201", "in.csv:3"),)
    assert [each.rows for each in report.skips] == [1, 1]
    assert report.unread == (Unread("in.csv", ("colour",)),)
    assert all_of(embedded_store) == ([ACME, CARA], [FOUNDED], [FILING])


def test_an_end_without_a_row_becomes_a_stub_and_its_row_takes_its_place(store: Store) -> None:
    report = import_records(store, [at(2, FILING), at(3, FOUNDED), at(3, ACME, weak=True)], strict=False)
    assert report.stubs == 2
    assert store.entity("acme") == replace(ACME, stub=True)
    assert store.entity("cara") == Entity("cara", "cara", "party", stub=True)
    import_records(store, [at(2, CARA), at(3, replace(ACME, name="Acme Inc."))], strict=False)
    assert store.entity("cara") == CARA
    assert store.entity("acme") == Entity("acme", "Acme Inc.", "company", ("Acme",))
    # A later file that names them only as ends takes nothing away.
    assert import_records(store, [at(3, ACME, weak=True)], strict=False).entities == Change(unchanged=1)


def test_an_end_named_twice_is_one_stub(embedded_store: EmbeddedStore) -> None:
    report = import_records(
        embedded_store,
        [at(2, FILING), at(3, ACME, weak=True), at(4, replace(ACME, name="ACME"), weak=True)],
        strict=False,
    )
    assert report.stubs == 1
    named = replace(CARA, stub=True)
    assert import_records(embedded_store, [at(2, named)], strict=False).stubs == 1, "also one with a row"
    assert import_records(embedded_store, [at(2, named)], strict=False).stubs == 0, "which is there already"


@pytest.mark.parametrize("turn", [1, -1])
def test_all_ties_together_tell_what_an_end_without_a_row_can_be(
    embedded_store: EmbeddedStore, turn: int
) -> None:
    ties = [
        Tie("r1", "x", "MAYBE_SAME_AS", "y", "alleged", sources=("filing",)),
        Tie("r2", "acme", "LOCATED_AT", "x", "active", sources=("filing",)),
        Tie("r3", "cara", "FOUNDED", "y", "active", sources=("filing",)),
    ]
    items = [at(2, FILING), *(at(3 + number, tie) for number, tie in enumerate(ties[::turn]))]
    report = import_records(embedded_store, items, strict=False)
    assert report.rejected == 0
    assert {entity.id: entity.kind for entity in embedded_store.entities()} == {
        "x": "address", "y": "party", "acme": "party", "cara": "party",
    }  # fmt: skip


def test_a_row_of_the_same_import_wins_over_its_mention_before_and_after(store: Store) -> None:
    first, last = (
        at(2, replace(ACME, name="ACME"), weak=True),
        at(9, replace(ACME, name="Acme Co"), weak=True),
    )
    import_records(store, [first, at(5, ACME), last], strict=False)
    assert store.entity("acme") == replace(ACME, aliases=("ACME",))


def test_a_source_of_which_only_the_id_is_known_takes_nothing_away(store: Store) -> None:
    bare = at(1, Source("filing", "graph.gexf", "filing"), weak=True)
    import_records(store, [bare, at(2, FILING), bare], strict=False)
    assert [*store.sources()] == [FILING]
    assert import_records(store, [bare], strict=False).sources == Change(unchanged=1)
    assert [*store.sources()] == [FILING]


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        (Tie("r2", "cara", "FOUNDED", "acme", "completed", sources=("press",)), Duplicates(other_source=1)),
        (
            Tie("r2", "cara", "FOUNDED", "acme", "completed", "2015", sources=("filing",)),
            Duplicates(further=1),
        ),
        (Tie("r2", "cara", "ADVISES", "acme", "active", sources=("filing",)), Duplicates()),
        (FOUNDED, Duplicates(exact=1)),
        (replace(FOUNDED, sources=("press",)), Duplicates(other_source=1)),
    ],
)
def test_repeated_ties_by_their_meaning(
    embedded_store: EmbeddedStore, second: Tie, wanted: Duplicates
) -> None:
    items = [at(2, FILING), at(3, PRESS), at(4, ACME), at(5, CARA), at(6, FOUNDED), at(7, second)]
    report = import_records(embedded_store, items, strict=False)
    assert report.duplicates == wanted
    assert report.rejected == 0
    assert report.read == report.accepted + report.skipped


def test_one_id_for_two_different_ties_is_a_fault_of_the_second(embedded_store: EmbeddedStore) -> None:
    other = replace(FOUNDED, start_date="2015")
    report = import_records(
        embedded_store, [at(2, FILING), at(3, ACME), at(4, CARA), at(5, FOUNDED), at(6, other)], strict=False
    )
    assert [(problem.place.line, problem.field) for problem in report.problems] == [(6, "id")]
    assert [*embedded_store.ties()] == [FOUNDED]


def test_currencies_are_counted_apart(embedded_store: EmbeddedStore) -> None:
    ties = [
        replace(FOUNDED, id="a", type="LENT_TO", amount_usd=5),
        replace(FOUNDED, id="b", type="LENT_TO", amount="7.50", currency="EUR"),
        replace(FOUNDED, id="c", type="LENT_TO", round_usd=9),
        replace(FOUNDED, id="d", type="LENT_TO"),
    ]
    items = [at(2, FILING), at(3, ACME), at(4, CARA), *(at(5 + n, tie) for n, tie in enumerate(ties))]
    assert import_records(embedded_store, items, strict=False).currencies == {"EUR": 1, "USD": 2}


def test_problems_are_counted_by_reason(embedded_store: EmbeddedStore) -> None:
    items = [at(line, Entity(f"e{line}", "E", f"kind {line}")) for line in (2, 3, 4)]
    (reason,) = import_records(embedded_store, items, strict=False).reasons
    assert (reason.rows, reason.field, reason.example) == (3, "kind", "kind 2")


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Entity("b", "half \ud800", "company"), "name"),
        (Entity("b\udfff", "B", "company"), "id"),
        (replace(ACME, id="b", aliases=("fine", "\udc00")), "aliases"),
        (Source("s", "P", "\ud800"), "title"),
        (replace(FOUNDED, id="r2", note="\ud800"), "note"),
        (replace(FOUNDED, id="r2", type="LENT_TO", amount_usd=10**25), "amount_usd"),
        (replace(FOUNDED, id="r2", type="LENT_TO", round_usd=-(10**9999)), "round_usd"),
    ],
)
def test_what_no_engine_can_hold_turns_down_its_row_alone(store: Store, record: Record, field: str) -> None:
    """Either engine would turn down everything that is written together with it."""
    items = [at(2, FILING), at(3, ACME), at(4, CARA), at(5, FOUNDED), at(6, record)]
    report = import_records(store, items, strict=False)
    ((place, name),) = [(problem.place.line, problem.field) for problem in report.problems]
    assert (place, name) == (6, field)
    "".join(f"{problem} {problem.value}" for problem in report.problems).encode()
    assert all_of(store) == ([ACME, CARA], [FOUNDED], [FILING])


# uniting
def test_united_keeps_what_each_knows() -> None:
    old = Entity("a", "Acme", "company", ("A",), "US", "2015", ("chips",), "Makes chips.", ("lei:1",))
    new = Entity("a", "Acme Inc.", "organization", ("AI",), None, None, ("cars",), None, ("cik:2",), note="n")
    both = united(old, new)
    assert both == Entity(
        "a", "Acme Inc.", "company", ("A", "Acme", "AI"), "US", "2015", ("chips", "cars"), "Makes chips.",
        ("lei:1", "cik:2"), note="n",
    )  # fmt: skip
    assert united(both, new) == both


# the list of imports
def test_an_import_is_listed_with_its_records_and_their_places(store: Store) -> None:
    report = import_records(store, [at(2, FILING), at(3, ACME), at(4, CARA), at(5, FOUNDED)], origin=FILES)
    (note,) = import_notes(store)
    assert (note.id, note.state, note.files, note.formats) == (
        report.import_id,
        "written",
        ("a.csv",),
        ("triple",),
    )
    assert note.numbers["entities_new"] == 2
    assert origins(store) == {
        "filing": f"{note.id} in.csv:2", "acme": f"{note.id} in.csv:3", "cara": f"{note.id} in.csv:4",
        "r1": f"{note.id} in.csv:5",
    }  # fmt: skip
    detail = import_detail(store, note.id)
    assert detail.added == {"entities": ("acme", "cara"), "ties": ("r1",), "sources": ("filing",)}
    assert len(detail.replaced) == 0
    # The same again changes nothing, so there is nothing to list.
    assert import_records(store, [at(2, ACME)], origin=FILES).import_id is None
    assert len(import_notes(store)) == 1


def test_an_import_can_be_undone(store: Store) -> None:
    import_records(store, [at(2, FILING), at(3, ACME), at(4, CARA), at(5, FOUNDED)], origin=FILES)
    before, places = all_of(store), origins(store)
    later = replace(FOUNDED, status="alleged", sources=("press",))
    new = [
        at(2, PRESS),
        at(3, replace(ACME, name="Acme plc")),
        at(4, Entity("new", "New", "company")),
        at(5, later),
    ]
    second = import_records(store, new, origin=Origin(("b.csv",), ("triple",)))
    assert second.import_id is not None
    undone = undo_import(store, second.import_id)
    assert (undone.removed, undone.restored, undone.note.state) == (2, 2, "undone")
    assert all_of(store) == before
    assert origins(store) == places
    assert [note.state for note in import_notes(store)] == ["undone", "written"]
    with pytest.raises(UndoRefused, match="undone already"):
        undo_import(store, second.import_id)


def test_a_large_import_can_be_undone(store: Store) -> None:
    import_records(store, [at(2, ACME)], origin=FILES)
    before = all_of(store)
    many = [at(line, Entity(f"e{line}", "E", "company")) for line in range(2, TRANSACTION_LIMIT + 10)]
    report = import_records(store, many, origin=FILES)
    assert report.import_id is not None
    assert undo_import(store, report.import_id).removed == len(many)
    assert all_of(store) == before


def test_undoing_is_refused_while_something_builds_on_it(store: Store) -> None:
    first = import_records(store, [at(2, FILING), at(3, ACME), at(4, CARA)], origin=FILES).import_id
    second = import_records(store, [at(2, FOUNDED)], origin=FILES).import_id
    third = import_records(store, [at(2, replace(CARA, country="US"))], origin=FILES).import_id
    assert None not in (first, second, third)
    before = all_of(store)
    with pytest.raises(UndoRefused, match="cara changed after"):
        undo_import(store, first)
    undo_import(store, third)
    with pytest.raises(UndoRefused, match=r"use acme, cara, filing"):
        undo_import(store, first)
    assert all_of(store)[1:] == before[1:]
    undo_import(store, second)
    undo_import(store, first)
    assert store.counts() == Counts(0, 0, 0)


def test_an_unknown_import_is_named(embedded_store: EmbeddedStore) -> None:
    with pytest.raises(ImportNotFound, match="imp-nothing"):
        undo_import(embedded_store, "imp-nothing")


# interruptions
def test_an_interrupted_import_is_told_once(store: Store) -> None:
    store.begin(Begun("imp-1", "a.csv", "2026-01-01T00:00:00+00:00", socket.gethostname(), 2**22 + 1))
    (told,) = interrupted(store)
    assert "a.csv" in told
    assert "nothing of it was written" in told
    assert interrupted(store) == []


def test_an_import_that_runs_elsewhere_is_told_every_time(embedded_store: EmbeddedStore) -> None:
    here = Begun("imp-1", "a.csv", "2026-01-01T00:00:00+00:00", socket.gethostname(), os.getppid())
    embedded_store.begin(here)
    for _ in range(2):
        (told,) = interrupted(embedded_store)
        assert f"process {os.getppid()}" in told


def test_a_failed_write_leaves_no_note_behind(
    embedded_store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(EmbeddedStore, "apply", fail)
    with pytest.raises(StoreError):
        import_records(embedded_store, [at(2, ACME)])
    assert embedded_store.begun() == []


def test_stages_of_a_batch_hold_their_order() -> None:
    assert [*Batch.of([FOUNDED, ACME, FILING])] == [FILING, ACME, FOUNDED]


def test_of_two_kinds_that_say_as_much_the_newer_stands() -> None:
    old, new = Entity("acme", "Acme", "company"), Entity("acme", "Acme", "investor")
    assert united(old, new).kind == "investor"
    assert united(new, old).kind == "company"
    assert united(old, Entity("acme", "Acme", "party")).kind == "company"
    assert united(Entity("acme", "Acme", "party"), old).kind == "company"


def test_the_name_of_a_full_record_stands_before_that_of_a_stub() -> None:
    stub, full = Entity("acme", "Acme Ltd", "company", stub=True), Entity("acme", "acme", "company")
    assert united(stub, full).name == "acme"
    assert united(stub, full).aliases == ("Acme Ltd",)
    assert united(Entity("acme", "acme", "company", stub=True), full).aliases == ()
    assert united(full, stub) == full
    # Of two stubs the one that is called by more than its id gives the name.
    assert united(stub, Entity("acme", "acme", "company", stub=True)).name == "Acme Ltd"
