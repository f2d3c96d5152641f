"""Pairs of a store: suggested, decided, merged with all their ties, taken apart. On every store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.errors import EntityNotFound, MergeNotFound, ParameterError, SchemaViolation, UndoRefused
from graph.importer import import_records
from graph.imports import undo_import
from graph.model import Batch, Entity, Place, Placed, Source, Tie
from graph.resolution.review import decide, decisions, merge_pair, merges, suggestions, undo_merge
from graph.store import Store

ACME = Entity("acme", "Acme Robotics", "company", country="US", founded="2015")
TWIN = Entity("lei:x", "ACME Robotics Inc.", "company", ("Acme",), "US", identifiers=("lei:x",))
FUND = Entity("fund", "Blue Fund", "investor")
ANN = Entity("ann", "Ann Smith", "person")
SOURCES = (Source("s1", "Press", "Story"), Source("s2", "Register", "Extract"))
STAKE = Tie("r1", "fund", "INVESTED_IN", "acme", "completed", "2017", sources=("s1",))
SAME_STAKE = Tie("r2", "fund", "INVESTED_IN", "lei:x", "completed", "2017", sources=("s2",))
SEAT = Tie("r3", "ann", "BOARD_MEMBER_OF", "lei:x", "active", sources=("s2",))
BETWEEN = Tie("r4", "lei:x", "SUPPLIES", "acme", "active", sources=("s2",))
ALL = Batch((ACME, TWIN, FUND, ANN), (STAKE, SAME_STAKE, SEAT, BETWEEN), SOURCES)


@pytest.fixture
def filled(store: Store) -> Store:
    store.upsert(ALL)
    return store


def everything(store: Store) -> Batch:
    return Batch(tuple(store.entities()), tuple(store.ties()), tuple(store.sources()))


def test_the_pair_is_suggested_with_reasons(filled: Store) -> None:
    found = suggestions(filled)
    (pair,) = found.found
    assert (pair.left, pair.right) == (ACME, TWIN)
    assert any("legal form" in reason.text for reason in pair.score.reasons)


def test_what_was_called_different_is_not_suggested_again(filled: Store) -> None:
    before = everything(filled)
    decide(filled, "lei:x", "acme", "different", by="ann", reasons=("another country",))
    found = suggestions(filled)
    assert (found.found, found.different) == ((), 1)
    (said,) = decisions(filled)
    assert (said.pair, said.verdict, said.by, said.reasons) == (
        ("acme", "lei:x"), "different", "ann", ("another country",),
    )  # fmt: skip
    decide(filled, "acme", "lei:x", "skip")
    assert [each.verdict for each in decisions(filled)] == ["skip"]
    assert suggestions(filled).found[0].verdict == "skip"
    assert everything(filled) == before


def test_a_merge_keeps_every_tie_with_its_sources_and_can_be_taken_apart(filled: Store) -> None:
    before = everything(filled)
    note, made = merge_pair(filled, "acme", "lei:x", by="ann")
    assert filled.entity("lei:x") is None
    assert filled.entity("acme") == Entity(
        "acme",
        "Acme Robotics",
        "company",
        ("ACME Robotics Inc.", "Acme"),
        "US",
        "2015",
        identifiers=("lei:x",),
    )
    assert list(filled.ties()) == [STAKE, replace(SAME_STAKE, to_id="acme"), replace(SEAT, to_id="acme")]
    assert made.loops == (BETWEEN,)
    assert made.alike == (("r1", "r2"),)
    (listed,) = merges(filled)
    assert listed == note
    assert (note.keep, note.drop, note.drop_name, note.by, note.state) == (
        "acme", "lei:x", "ACME Robotics Inc.", "ann", "merged",
    )  # fmt: skip
    undone = undo_merge(filled, note.id)
    assert undone.state == merges(filled)[0].state == "undone"
    assert everything(filled) == before
    assert decisions(filled)[-1].verdict == "skip"
    with pytest.raises(UndoRefused, match="undone already"):
        undo_merge(filled, note.id)


def test_verdicts_on_the_dropped_go_over_to_the_kept(filled: Store) -> None:
    filled.upsert(Batch((Entity("other", "Acme Robots", "company"),)))
    decide(filled, "lei:x", "other", "different")
    merge_pair(filled, "acme", "lei:x")
    assert ("acme", "other") in {said.pair for said in decisions(filled) if said.verdict == "different"}
    assert suggestions(filled).found == ()


def test_taking_apart_is_refused_after_a_change(filled: Store) -> None:
    note, _ = merge_pair(filled, "acme", "lei:x")
    merged = filled.entity("acme")
    assert merged is not None
    filled.upsert(Batch((replace(merged, country="DE"),)))
    with pytest.raises(UndoRefused, match="acme was changed: country"):
        undo_merge(filled, note.id)
    assert filled.entity("lei:x") is None


def test_a_merge_that_a_tie_forbids_changes_nothing(filled: Store) -> None:
    filled.upsert(Batch((Entity("office", "Acme Office", "address"),)))
    before = everything(filled)
    with pytest.raises(SchemaViolation, match="r2 forbids it"):
        merge_pair(filled, "office", "lei:x")
    assert everything(filled) == before
    assert merges(filled) == []


def test_an_import_is_not_undone_below_a_merge(store: Store) -> None:
    items = [Placed(record, Place("in.csv", line)) for line, record in enumerate(ALL, start=2)]
    import_id = import_records(store, items).import_id
    assert import_id is not None
    note, _ = merge_pair(store, "acme", "lei:x")
    with pytest.raises(UndoRefused, match="acme"):
        undo_import(store, import_id)
    undo_merge(store, note.id)
    undo_import(store, import_id)
    assert store.counts().entities == 0


def test_unknown_ids_are_named(filled: Store) -> None:
    with pytest.raises(EntityNotFound, match='"acne"'):
        merge_pair(filled, "acne", "lei:x")
    with pytest.raises(EntityNotFound, match='"nobody"'):
        decide(filled, "acme", "nobody", "same")
    with pytest.raises(MergeNotFound, match="mrg-1"):
        undo_merge(filled, "mrg-1")
    with pytest.raises(ParameterError):
        decide(filled, "acme", "lei:x", "perhaps")
    with pytest.raises(ParameterError):
        merge_pair(filled, "acme", "acme")


def test_hints_of_a_register_are_compared(filled: Store) -> None:
    far = Entity("far", "Zebra Holding", "company")
    hint = Tie("h1", "far", "MAYBE_SAME_AS", "fund", "alleged", sources=("s2",))
    filled.upsert(Batch((far,), (hint,)))
    pairs = {(pair.left.id, pair.right.id): pair.hints for pair in suggestions(filled, minimum=0).found}
    assert pairs["far", "fund"] == ("h1",)
