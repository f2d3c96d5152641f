"""Records, the days a tie may hold, and their store form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import OPEN_END
from graph.model import Entity, Source, Tie, entity_from, name_key, source_from, tie_from, to_properties

TIE = Tie("r1", "a", "OWNS", "b", "active", start_date="2017-09", sources=("s",))


@pytest.mark.parametrize(
    ("changes", "as_of", "expected"),
    [
        ({}, "2017-08", False),
        ({}, "2017-09-30", True),
        ({}, "2017", True),
        ({}, "2030", True),
        ({"end_date": "2018-02"}, "2018-02-28", True),
        ({"end_date": "2018-02"}, "2018-03", False),
        # A completed deal keeps its effect after its last payment.
        ({"status": "completed", "end_date": "2018"}, "2020", True),
        # Ended, but nobody recorded when.
        ({"status": "ended"}, "2020", None),
        ({"status": "ended"}, "2016", False),
        ({"start_date": None}, "2020", None),
        ({"start_date": None, "end_date": "2018"}, "2019", False),
        # Dropped in 2017-09: part of that month, not of the years after.
        ({"status": "abandoned"}, "2017", True),
        ({"status": "abandoned"}, "2018", False),
        ({"status": "considered"}, "2018", False),
        ({"status": "announced"}, "2030", True),
        # The period of a share is not the end of the business.
        ({"type": "SUPPLIES", "end_date": "2018", "share": 0.87, "share_basis": "revenue"}, "2020", True),
    ],
)
def test_when_a_tie_holds(changes: dict[str, object], as_of: str, expected: bool | None) -> None:
    assert replace(TIE, **changes).holds_on(as_of) is expected


def test_only_facts_are_facts() -> None:
    assert [status for status in ("active", "completed", "ended") if replace(TIE, status=status).is_fact] == [
        "active", "completed", "ended",
    ]  # fmt: skip
    for status in ("announced", "planned", "considered", "abandoned", "alleged"):
        assert not replace(TIE, status=status).is_fact


def test_unknown_is_left_out_of_the_store_not_stored_as_zero() -> None:
    stored = to_properties(TIE)
    assert "amount_usd" not in stored
    assert "share" not in stored
    assert stored["valid_from"] == "2017-09-01"
    assert stored["valid_to"] == OPEN_END
    assert {"from_id", "to_id", "type"}.isdisjoint(stored)


def test_name_key_joins_what_spaces_part() -> None:
    assert name_key("Gazprom Bank") == name_key("Gazprombank") == "gazprombank"


TEXT = st.text(min_size=1, max_size=30)
MAYBE = st.none() | TEXT
LIST = st.lists(TEXT, max_size=3).map(tuple)


@given(st.builds(Entity, TEXT, TEXT, st.just("company"), LIST, st.just("US"), st.just("2015"), LIST, MAYBE))
def test_an_entity_comes_back_from_its_properties(entity: Entity) -> None:
    assert entity_from(to_properties(entity)) == entity


@given(st.builds(Source, TEXT, TEXT, TEXT, st.none(), MAYBE, MAYBE))
def test_a_source_comes_back_from_its_properties(source: Source) -> None:
    assert source_from(to_properties(source)) == source


@given(
    st.builds(
        Tie, TEXT, TEXT, st.just("OWNS"), TEXT, st.just("active"), st.sampled_from([None, "2017", "2017-09"]),
        st.sampled_from([None, "2019"]), MAYBE, st.none() | st.integers(1, 10**15), st.none() | st.floats(0.001, 1),
        st.just("equity"), MAYBE, MAYBE, MAYBE, LIST,
    )
)  # fmt: skip
def test_a_tie_comes_back_from_its_properties(tie: Tie) -> None:
    assert tie_from(to_properties(tie), from_id=tie.from_id, type=tie.type, to_id=tie.to_id) == tie
