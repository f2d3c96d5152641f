"""Known answers for concentration: the Merger Guidelines' example and figures worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analytics.concentration import DISCLOSURE_THRESHOLD, concentrations, hhi_range
from graph.errors import AnalysisError, EntityNotFound
from graph.model import Entity, Tie
from graph.projection import graph_of, to_networkx
from graph.store import Store


def test_the_guidelines_own_example() -> None:
    # Four firms with 30, 30, 20 and 20 percent: 900 + 900 + 400 + 400.
    assert hhi_range([0.3, 0.3, 0.2, 0.2]) == pytest.approx((2_600, 2_600))


def test_one_known_customer_gives_a_range() -> None:
    # 87^2 = 7569; the rest as one customer adds 13^2 = 169; capped at 10 percent it adds 10^2 + 3^2 = 109.
    assert hhi_range([0.87]) == pytest.approx((7_569, 7_738))
    assert hhi_range([0.87], threshold=DISCLOSURE_THRESHOLD) == pytest.approx((7_569, 7_678))


def test_nothing_known_is_anything_between_zero_and_all() -> None:
    assert hhi_range([]) == (0, 10_000)


@pytest.mark.parametrize("shares", [[0.0], [-0.1], [1.2], [float("nan")], [0.6, 0.6]])
def test_shares_that_cannot_be_are_refused(shares: list[float]) -> None:
    with pytest.raises(AnalysisError) as caught:
        hhi_range(shares)
    assert caught.value.hint


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=8), st.floats(0.01, 1), st.floats(0.1, 1))
def test_the_bounds_hold_for_every_completion(parts: list[float], rest: float, scale: float) -> None:
    whole = math.fsum(parts) + rest
    known = [part / whole for part in parts]
    low, high = hhi_range(known)
    # Any split of the rest lies between the bounds: try halves.
    half = rest / whole / 2
    actual = 10_000 * (math.fsum(share * share for share in known) + 2 * half * half)
    assert low <= actual + 1e-6
    assert actual <= high + 1e-6
    capped = hhi_range(known, threshold=scale * 0.5)
    assert low <= capped[1] <= high + 1e-6


def test_cerebras_by_period(bundled_store: Store) -> None:
    found = {item.period: item for item in concentrations(to_networkx(bundled_store), "cerebras")}
    first_half = found["2024-01", "2024-06"]
    assert [(party.party, party.share) for party in first_half.parties] == [("g42", 0.87)]
    assert (first_half.hhi_low, first_half.hhi_high) == pytest.approx((7_569, 7_738))
    assert first_half.effective_high == pytest.approx(10_000 / 7_569)
    assert first_half.band == "highly concentrated"
    assert first_half.parties[0].sources
    assert "mbzuai" in first_half.unmeasured
    year = found["2025", "2025-12"]
    # 62^2 + 24^2 = 4420; both as one group 86^2 = 7396.
    assert year.hhi_low == pytest.approx(4_420)
    assert [party.party for party in year.parties] == ["mbzuai", "g42"]
    grouped = concentrations(
        to_networkx(bundled_store), "cerebras", group_of={"mbzuai": "abu-dhabi", "g42": "abu-dhabi"}
    )
    newest = next(item for item in grouped if item.period == ("2025", "2025-12"))
    assert newest.hhi_low == pytest.approx(7_396)
    assert newest.parties[0].members == ("g42", "mbzuai")


def test_newest_period_first_and_two_pages_are_not_summed() -> None:
    entities = [Entity(key, key.upper(), "company") for key in "abc"]

    def supplies(key: str, customer: str, year: str, share: float | None) -> Tie:
        basis = "revenue" if share is not None else None
        return Tie(
            key,
            "a",
            "SUPPLIES",
            customer,
            "active",
            year,
            year,
            share=share,
            share_basis=basis,
            sources=(key,),
        )

    graph = graph_of(
        entities,
        [
            supplies("r1", "b", "2023", 0.5),
            supplies("r2", "b", "2023", 0.52),
            supplies("r3", "b", "2024", 0.4),
            supplies("r4", "c", "2024", None),
        ],
    )
    newest, oldest = concentrations(graph, "a")
    assert (newest.period, oldest.period) == (("2024", "2024"), ("2023", "2023"))
    assert oldest.parties[0].share == 0.52
    assert oldest.parties[0].ties == ("r1", "r2")
    assert newest.unmeasured == ("c",)
    assert concentrations(graph, "b") == []
    with pytest.raises(EntityNotFound):
        concentrations(graph, "z")
