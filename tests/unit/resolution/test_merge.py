"""Merging keeps every statement and can be undone; decisions have a stable text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import LoadError, ParameterError
from graph.model import Entity, Tie
from graph.resolution.decisions import Decision, decision_from
from graph.resolution.merge import Conflict, merge, merge_from

KEEP = Entity(
    "keep", "Acme", "company", ("Acme Inc",), country="US", sectors=("ai",), identifiers=("lei:A",), born=None
)
DROP = Entity(
    "drop",
    "ACME GmbH",
    "investor",
    ("Acme Inc", "Acme"),
    "DE",
    "1999",
    ("ai", "chips"),
    "Makes things.",
    ("lei:B", "cik:1"),
    stub=True,
)
TIES = (
    Tie("t1", "drop", "OWNS", "x", "active", sources=("s1",), origin="i f:1"),
    Tie("t2", "y", "SUPPLIES", "drop", "ended", "2001", "2002", sources=("s2", "s3")),
    Tie("t3", "drop", "MAYBE_SAME_AS", "keep", "active", sources=("s4",)),
)


def test_what_the_merged_record_holds() -> None:
    found = merge(KEEP, DROP, TIES)
    assert found.entity == Entity(
        "keep", "Acme", "company", ("Acme Inc", "ACME GmbH"), "US", "1999", ("ai", "chips"), "Makes things.",
        ("lei:A", "lei:B", "cik:1"),
    )  # fmt: skip
    assert found.conflicts == (
        Conflict("country", "US", "DE"),
        Conflict("kind", "company", "investor"),
        Conflict("LEI", "A", "B"),
    )
    assert found.filled == ("founded", "description")
    assert [(t.id, t.from_id, t.to_id, t.sources) for t in found.ties] == [
        ("t1", "keep", "x", ("s1",)), ("t2", "y", "keep", ("s2", "s3")),
    ]  # fmt: skip
    assert found.loops == (TIES[2],)


def test_a_known_kind_and_a_finer_date_fill() -> None:
    found = merge(
        Entity("a", "J Doe", "party", born="1970", stub=True),
        Entity("b", "Jane Doe", "person", born="1970-05"),
        (),
    )
    assert (found.entity.kind, found.entity.born, found.entity.stub, found.conflicts) == (
        "person",
        "1970-05",
        False,
        (),
    )
    back = merge(
        Entity("b", "Jane Doe", "person", born="1970-05"), Entity("a", "J Doe", "party", born="1970"), ()
    )
    assert (back.entity.kind, back.entity.born, back.conflicts) == ("person", "1970-05", ())


def test_ties_that_say_the_same_are_named() -> None:
    own = Tie("k1", "keep", "OWNS", "x", "active", sources=("s9",))
    assert merge(KEEP, DROP, TIES, keep_ties=[own, TIES[2]]).alike == (("k1", "t1"),)


def test_changes_since_are_noticed() -> None:
    found = merge(KEEP, DROP, TIES)
    assert found.changed_since(found.entity, found.ties) == ()
    assert found.changed_since(None, ()) == ("keep is gone.", "Tie t1 is gone.", "Tie t2 is gone.")
    changed = [replace(found.ties[0], share=0.5), found.ties[1]]
    assert found.changed_since(replace(found.entity, country="FR"), changed) == (
        "keep was changed: country.", "Tie t1 was changed.",
    )  # fmt: skip


def test_what_cannot_be_merged() -> None:
    with pytest.raises(ParameterError):
        merge(KEEP, KEEP, ())
    with pytest.raises(ParameterError):
        merge(KEEP, DROP, [Tie("t", "x", "OWNS", "y", "active")])


ENDS = st.sampled_from(["keep", "drop", "x", "y"])
TEXTS = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["1970", "1970-05", "US"]))
NAMES = st.lists(st.text(max_size=5), max_size=3).map(tuple)


def entities(key: str) -> st.SearchStrategy[Entity]:
    kinds = st.sampled_from(["person", "company", "party"])
    return st.builds(
        Entity,
        st.just(key),
        st.text(max_size=8),
        kinds,
        NAMES,
        TEXTS,
        TEXTS,
        NAMES,
        TEXTS,
        NAMES,
        TEXTS,
        TEXTS,
        st.booleans(),
        TEXTS,
    )


@given(entities("keep"), entities("drop"), st.lists(st.tuples(ENDS, ENDS, st.floats(0, 1) | st.none())))
def test_merge_then_undo(keep: Entity, drop: Entity, ends: list[tuple[str, str, float | None]]) -> None:
    ties = [
        Tie(f"t{n}", a, "OWNS", b, "active", share=share, sources=(f"s{n}",))
        for n, (a, b, share) in enumerate(ends)
        if "drop" in (a, b)
    ]
    found = merge(keep, drop, ties)
    assert found.undo() == ((keep, drop), tuple(ties))
    # Nothing is lost: every tie is in the result or listed, with its sources; every name and id is kept.
    assert {t.id: t.sources for t in (*found.ties, *found.loops)} == {t.id: t.sources for t in ties}
    assert all("drop" not in (t.from_id, t.to_id) and t.from_id != t.to_id for t in found.ties)
    assert {keep.name, drop.name, *keep.aliases, *drop.aliases} == {found.entity.name, *found.entity.aliases}
    assert {*keep.identifiers, *drop.identifiers} == set(found.entity.identifiers)
    for field in ("country", "founded", "born", "description", "note"):
        named = {getattr(found.entity, field)} | {c.dropped for c in found.conflicts if c.field == field}
        for one in (keep, drop):
            assert getattr(one, field) in named | {None} or field in ("founded", "born")
    again = merge_from(found.as_text())
    assert again == found
    assert again.undo()[0][1].origin == drop.origin
    assert again.as_text() == found.as_text()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 2}', "[" * 100_000, '{"version": 1, "keep": 1}']
)
def test_damaged_merges(text: str) -> None:
    with pytest.raises(LoadError):
        merge_from(text)


def test_decisions_are_stable() -> None:
    made = Decision("b", "a", "same", "2026-11-24T09:00:00+00:00", "Ana", ("names equal (+7.0)",))
    assert made.pair == ("a", "b")
    assert made == Decision("a", "b", "same", made.at, "Ana", made.reasons)
    assert decision_from(made.as_text()) == made
    assert decision_from(made.as_dict()) == made
    assert made.as_text() == (
        '{"at": "2026-11-24T09:00:00+00:00", "by": "Ana", "left": "a", "reasons": ["names equal (+7.0)"], '
        '"right": "b", "verdict": "same"}'
    )


@pytest.mark.parametrize(
    "bad",
    [
        ("a", "a", "same", "2026-11-24"),
        ("a", "b", "perhaps", "2026-11-24"),
        ("", "b", "same", "2026-11-24"),
        ("a", "b", "same", "soon"),
    ],
)
def test_bad_decisions(bad: tuple[str, str, str, str]) -> None:
    with pytest.raises(ParameterError):
        Decision(*bad)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"left": 1, "right": "b", "verdict": "same", "at": "2026-01-01"}']
)
def test_damaged_decisions(text: str) -> None:
    with pytest.raises(LoadError):
        decision_from(text)
