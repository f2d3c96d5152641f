"""Ties on a line of time: what lasts until when, what is a deal, what has no date."""

from __future__ import annotations

import pytest

from graph.dossier import TieLine
from graph.errors import SchemaViolation
from graph.model import Entity, Tie
from graph.timeline import ENDS, first_dated, timeline

HORIZON = "2026-06"


def line(
    tie: str, type_: str, status: str, start: str | None, end: str | None = None, **more: object
) -> TieLine:
    made = Tie(tie, "a", type_, "b", status, start, end, **more)  # type: ignore[arg-type]
    return TieLine(made, "other", f"sentence {tie}", Entity("b", "B", "company"), ())


@pytest.mark.parametrize(
    ("given", "first", "last", "ends"),
    [
        (line("t", "OWNS", "active", "2020"), "2020-01-01", "2026-06-30", "open"),
        (line("t", "OWNS", "active", "2020", "2022-02"), "2020-01-01", "2022-02-28", "date"),
        (line("t", "HOLDS_ROLE", "ended", "2015-12", "2018-02"), "2015-12-01", "2018-02-28", "date"),
        (line("t", "HOLDS_ROLE", "ended", "2015-12"), "2015-12-01", "2015-12-31", "unknown"),
        (line("t", "INVESTED_IN", "completed", "2024-10-02"), "2024-10-02", "2024-10-02", "deal"),
        (line("t", "INVESTED_IN", "completed", "2016", "2020"), "2016-01-01", "2020-12-31", "deal"),
        (line("t", "ACQUIRED", "abandoned", "2017"), "2017-01-01", "2017-12-31", "date"),
        (line("t", "SUPPLIES", "announced", "2030"), "2030-01-01", "2030-12-31", "open"),
        (
            line("t", "SUPPLIES", "active", "2024-01", "2024-06", share=0.87, share_basis="revenue"),
            "2024-01-01", "2024-06-30", "measured",
        ),
    ],
)  # fmt: skip
def test_a_bar_runs_as_far_as_its_dates_tell(given: TieLine, first: str, last: str, ends: str) -> None:
    made = timeline([given], horizon=HORIZON)
    bar = made.bars[0]
    assert (bar.first_day, bar.last_day, bar.ends) == (first, last, ends)
    assert bar.ends in ENDS
    assert (made.first_day, made.last_day, made.horizon) == (first, last, "2026-06-30")


def test_bars_are_in_order_and_what_has_no_start_stands_apart() -> None:
    lines = [
        line("t1", "OWNS", "active", "2021"), line("t2", "OWNS", "active", None),
        line("t3", "HOLDS_ROLE", "ended", None, "2018-02"), line("t4", "FOUNDED", "completed", "2015"),
    ]  # fmt: skip
    made = timeline(lines, horizon=HORIZON)
    assert [bar.line.tie.id for bar in made.bars] == ["t4", "t1"]
    assert [each.tie.id for each in made.undated] == ["t2", "t3"]
    assert first_dated(lines) == "2015"


def test_nothing_dated_is_no_span() -> None:
    made = timeline([line("t", "OWNS", "active", None)], horizon=HORIZON)
    assert (made.bars, made.first_day, made.last_day) == ((), None, None)
    assert first_dated([]) is None


def test_the_horizon_must_be_a_date() -> None:
    with pytest.raises(SchemaViolation):
        timeline([], horizon="soon")
