"""What holds for every graph of stakes."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analytics.control import network_control
from graph.analytics.majority import controlled_by, controllers_of
from graph.analytics.ownership import holdings_of, owners_of
from graph.errors import NotConverged

NODES = 7


@st.composite
def stake_graphs(draw: st.DrawFn, *, unknown: bool = False) -> nx.DiGraph:
    """Up to NODES entities; the shares of each firm sum to at most 1, some of them unknown."""
    graph = nx.DiGraph()
    graph.add_nodes_from(f"n{i}" for i in range(NODES))
    for firm in range(draw(st.integers(1, NODES - 1))):
        owners = draw(st.lists(st.integers(0, NODES - 1), max_size=4, unique=True))
        weights = [draw(st.integers(1, 9)) for _ in owners]
        whole = sum(weights) + draw(st.integers(0, 6))
        for owner, weight in zip(owners, weights, strict=True):
            known = not unknown or draw(st.booleans())
            graph.add_edge(f"n{owner}", f"n{firm}", **({"share": weight / whole} if known else {}))
    return graph


def corrected(graph: nx.DiGraph, company: str) -> dict[str, float]:
    return {item.owner: item.corrected for item in owners_of(graph, company).holdings}


def dense(graph: nx.DiGraph) -> np.ndarray:
    weighted = [(a, b, data["share"]) for a, b, data in graph.edges(data=True) if "share" in data]
    plain = nx.DiGraph()
    plain.add_nodes_from(graph)
    plain.add_weighted_edges_from(weighted)
    return nx.to_numpy_array(plain, nodelist=list(graph))


@settings(max_examples=60, deadline=None)
@given(stake_graphs())
def test_integrated_shares_equal_the_power_series(graph: nx.DiGraph) -> None:
    shares = dense(graph)
    order = list(graph)
    if max(abs(np.linalg.eigvals(shares))) > 0.97:
        return
    series = sum(np.linalg.matrix_power(shares, power) for power in range(1, 1_200))
    returns = np.diagonal(series) + 1
    for at, company in enumerate(order):
        for item in owners_of(graph, company).holdings:
            row = order.index(item.owner)
            assert item.integrated == pytest.approx(series[row, at], abs=1e-9)
            assert item.corrected == pytest.approx(series[row, at] / returns[row], abs=1e-9)
            assert item.high == item.corrected


@settings(max_examples=60, deadline=None)
@given(stake_graphs())
def test_outside_owners_and_what_is_unknown_make_the_whole(graph: nx.DiGraph) -> None:
    # With e a row of ones, e (I - W) V = e: outsiders and the unknown parts of the firms above sum to 1.
    shares = dense(graph)
    missing = dict(zip(graph, 1 - shares.sum(axis=0), strict=True))
    for company in graph:
        try:
            found = owners_of(graph, company)
        except NotConverged:
            continue
        total = missing[company]
        for item in found.holdings:
            total += missing[item.owner] * item.integrated
            assert -1e-12 <= item.corrected <= 1 + 1e-9
            assert item.corrected <= item.integrated + 1e-12
        assert total == pytest.approx(1, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(stake_graphs(unknown=True), st.permutations(range(NODES)))
def test_new_ids_another_order_and_strangers_change_nothing(graph: nx.DiGraph, order: list[int]) -> None:
    names = {f"n{i}": f"m{order[i]}" for i in range(NODES)}
    other = nx.MultiDiGraph()
    for start, end, data in sorted(graph.edges(data=True), key=lambda edge: (edge[1], edge[0]), reverse=True):
        other.add_edge(names[start], names[end], **data)
    other.add_nodes_from(names.values())
    other.add_edge("stranger", "other-firm", share=0.7)
    for company in graph:
        try:
            before = owners_of(graph, company)
        except NotConverged:
            with pytest.raises(NotConverged):
                owners_of(other, names[company])
            continue
        after = {item.owner: item for item in owners_of(other, names[company]).holdings}
        for item in before.holdings:
            found = after.pop(names[item.owner])
            assert (found.corrected, found.high) == pytest.approx((item.corrected, item.high), abs=1e-9)
        assert not after
        first = {names[item.firm]: (item.sure, item.step) for item in controlled_by(graph, company)}
        assert {i.firm: (i.sure, i.step) for i in controlled_by(other, names[company])} == first


@settings(max_examples=60, deadline=None)
@given(stake_graphs(unknown=True), st.integers(0, 2**32 - 1))
def test_every_completion_lies_within_the_bounds(graph: nx.DiGraph, seed: int) -> None:
    draw = np.random.default_rng(seed)
    complete = graph.copy()
    for firm in graph:
        unknown = [owner for owner in graph.predecessors(firm) if "share" not in graph.edges[owner, firm]]
        left = 1 - sum(graph.edges[owner, firm].get("share", 0.0) for owner in graph.predecessors(firm))
        if unknown:
            # All but a little of what is left, now evenly spread and now mostly to one.
            for owner, part in zip(unknown, draw.dirichlet(np.full(len(unknown), 0.3)), strict=True):
                complete.edges[owner, firm]["share"] = float(max(0.0, left) * part * 0.98)
    for company in graph:
        try:
            bounds = {item.owner: (item.corrected, item.high) for item in owners_of(graph, company).holdings}
            values = corrected(complete, company)
        except NotConverged:
            continue
        for owner, value in values.items():
            low, high = bounds.get(owner, (0.0, 0.0))
            assert low - 1e-9 <= value
            assert high is not None
            assert value <= high + 1e-8
        for item in owners_of(graph, company).holdings:
            below = next(x for x in holdings_of(graph, item.owner).holdings if x.firm == company)
            assert below.high == pytest.approx(item.high, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(stake_graphs(), st.sampled_from(["relative", "threshold", "linear"]), st.floats(0.01, 1e6))
def test_control_scales_with_the_values(graph: nx.DiGraph, model: str, factor: float) -> None:
    values = {f"n{i}": float(i + 1) for i in range(NODES)}
    one = network_control(graph, model=model, values=values)
    many = network_control(graph, model=model, values={key: value * factor for key, value in values.items()})
    first = {item.holder: item.control * factor for item in one.holders}
    second = {item.holder: item.control for item in many.holders}
    for holder in first.keys() | second.keys():
        scale = factor * sum(values.values())
        assert first.get(holder, 0.0) == pytest.approx(
            second.get(holder, 0.0), rel=1e-9, abs=1e-9 * max(scale, 1)
        )
    assert all(0 <= item.part <= 1 + 1e-9 for item in one.holders)


@settings(max_examples=40, deadline=None)
@given(stake_graphs())
def test_relative_control_by_outsiders_is_all_there_is(graph: nx.DiGraph) -> None:
    # Every column of C sums to 1, so walks upwards end at outsiders or in groups that hold only one another.
    found = network_control(graph)
    held = {stake.firm for stake in found.net.stakes() if stake.owner != stake.firm}
    closed = [item for item in found.holders if item.raw is None]
    outside = math.fsum(item.control for item in found.holders if item.holder not in held)
    if not closed:
        assert outside == pytest.approx(len(held), abs=1e-6)
    else:
        assert outside <= len(held) + 1e-6


@settings(max_examples=40, deadline=None)
@given(stake_graphs(unknown=True))
def test_majorities_agree_from_both_sides(graph: nx.DiGraph) -> None:
    down = {
        (owner, item.firm): (item.sure, round(item.share, 9), round(item.high, 9))
        for owner in graph
        for item in controlled_by(graph, owner)
    }
    up = {
        (item.owner, company): (item.control.sure, round(item.control.share, 9), round(item.control.high, 9))
        for company in graph
        for item in controllers_of(graph, company)
    }
    assert down == up
