"""Where sources disagree: the same thing with different figures, and remarks that say so."""

from __future__ import annotations

import pytest

from graph.claims_apart import MOST, contradicted, disagreements
from graph.dossier import TieLine
from graph.model import Batch, Entity, Tie


def line(tie: str, type_: str = "SUPPLIES", status: str = "active", **more: object) -> TieLine:
    values = {"from_id": "a", "to_id": "b", **more}
    made = Tie(tie, type=type_, status=status, **values)  # type: ignore[arg-type]
    return TieLine(made, "other", tie, Entity("b", "B", "company"), ())


def pairs(*lines: TieLine) -> list[tuple[str, str, str]]:
    return [(each.about, each.first.tie.id, each.second.tie.id) for each in disagreements(lines)]


def revenue(tie: str, share: float | None, start: str | None, end: str | None = None) -> TieLine:
    return line(tie, share=share, share_basis="revenue", start_date=start, end_date=end)


def test_shares_of_one_period_disagree() -> None:
    assert pairs(revenue("x", 0.87, "2024-01", "2024-06"), revenue("y", 0.83, "2024-01", "2024-06")) == [
        ("share", "x", "y")
    ]
    assert pairs(revenue("x", 0.2, "2025", "2025-12"), revenue("y", 0.3, "2025")) == [("share", "x", "y")]


def test_other_periods_equal_figures_and_unknown_ones_do_not() -> None:
    assert pairs(revenue("x", 0.87, "2024-01", "2024-06"), revenue("y", 0.85, "2024", "2024-12")) == []
    assert pairs(revenue("x", 0.87, "2024"), revenue("y", 0.87, "2024")) == []
    assert pairs(revenue("x", 0.87, "2024"), revenue("y", None, "2024")) == []
    assert pairs(revenue("x", 0.87, "2024"), revenue("y", 0.5, None)) == []


def test_votes_and_equity_are_two_things() -> None:
    held = {"type_": "OWNS", "start_date": "2025-03"}
    one, other = (
        line("x", share=0.37, share_basis="voting", **held),
        line("y", share=0.15, share_basis="equity", **held),
    )  # type: ignore[arg-type]
    assert pairs(one, other) == []
    assert pairs(one, line("z", share=0.4, share_basis="voting", **held)) == [("share", "x", "z")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"round": "Series G"}, {"round": "series g "}, True),
        ({"round": "Series G"}, {"round": "Series H"}, False),
        ({"product": "cloud"}, {"product": "Cloud"}, True),
        ({"product": "cloud"}, {"product": "chips"}, False),
        ({"start_date": "2025-02"}, {"start_date": "2025-02-10"}, True),
        ({"start_date": "2025-02"}, {"start_date": "2025-03"}, False),
        ({"start_date": "2025-02"}, {}, False),
        ({}, {"status": "announced"}, False),
        ({}, {"from_id": "b", "to_id": "a"}, False),
    ],
)
def test_amounts_for_the_same_thing(first: dict[str, str], second: dict[str, str], expected: bool) -> None:
    found = pairs(line("x", amount_usd=10, **first), line("y", amount_usd=12, **second))
    assert found == ([("amount", "x", "y")] if expected else [])


def test_ties_without_direction_are_compared_both_ways() -> None:
    one = line("x", "PARTNERED_WITH", amount_usd=1)
    assert pairs(one, line("y", "PARTNERED_WITH", amount_usd=2, from_id="b", to_id="a")) == [
        ("amount", "x", "y")
    ]


def test_there_is_an_end_to_the_pairs() -> None:
    assert len(disagreements([line(f"t{number}", amount_usd=number) for number in range(100)])) == MOST


def test_remarks_on_contradictions_in_the_bundled_data(bundled: Batch) -> None:
    lines = [TieLine(tie, "other", tie.id, Entity("b", "B", "company"), ()) for tie in bundled.ties]
    assert [each.tie.id for each in contradicted(lines)] == [
        "r0064", "r0070", "r0088", "r0191", "r0320", "r0417", "r0471", "r0596", "r0608", "r0638", "r0676", "r0706",
        "r0732", "r0761",
    ]  # fmt: skip


def test_shares_of_unknown_periods_are_not_held_against_each_other() -> None:
    ties = [
        Tie(key, "a", "SUPPLIES", "b", "active", share=share, share_basis="revenue", sources=("s",))
        for key, share in (("t1", 0.2), ("t2", 0.3))
    ]
    entity = Entity("b", "B", "company")
    assert disagreements([TieLine(tie, "supply", "", entity, ()) for tie in ties]) == ()
