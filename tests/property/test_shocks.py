"""What must hold for every shock: bounds, monotony, scaling, names, islands."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.analytics.debtrank import debtrank, relative_buffers
from graph.analytics.esri import Standstill, economy, standstill
from graph.analytics.exposures import exposures
from graph.analytics.shocks import debtrank_shock, shock
from graph.errors import NotConverged

few = settings(max_examples=30, deadline=None)
SIZE = 6
cells = st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.5, 1.0, 3.0]), min_size=SIZE * SIZE, max_size=SIZE * SIZE)
rules = st.sampled_from(["2012", "2015"])


def square(values: list[float]) -> np.ndarray:
    found = np.asarray(values).reshape(SIZE, SIZE)
    np.fill_diagonal(found, 0)
    return found


@few
@given(cells, rules, st.floats(0.01, 1), st.floats(0.1, 1_000))
def test_debtrank_is_bounded_grows_with_the_shock_and_has_no_unit(
    values: list[float], rule: str, cut: float, unit: float
) -> None:
    held, weights, first = square(values), np.arange(1, SIZE + 1), np.eye(SIZE)[0]
    buffers = np.full(SIZE, 2.0)
    part = debtrank(held, buffers, weights, first * cut, rule=rule)
    full = debtrank(held, buffers, weights, first, rule=rule)
    scaled = debtrank(held * unit, buffers * unit, weights * unit, first * cut, rule=rule)
    assert scaled.loss == pytest.approx(part.loss, abs=1e-9)
    assert scaled.debtrank == pytest.approx(part.debtrank, abs=1e-9)
    assert ((part.loss >= 0) & (part.loss <= 1)).all()
    assert (part.loss <= full.loss + 1e-9).all()
    assert -1e-12 <= part.debtrank <= 1
    assert (np.diff(part.by_round) >= -1e-12).all()
    # The newer rule passes on everything that the older one does, and more.
    new = debtrank(held, buffers, weights, first, rule="2015")
    old = debtrank(held, buffers, weights, first, rule="2012")
    assert (new.loss >= old.loss - 1e-9).all()


@few
@given(cells, rules, st.permutations(range(SIZE)))
def test_debtrank_does_not_depend_on_the_order(values: list[float], rule: str, order: list[int]) -> None:
    held, weights = square(values), np.arange(1, SIZE + 1)
    buffers = relative_buffers(held)
    shocked = np.eye(SIZE)[2]
    plain = debtrank(held, buffers, weights, shocked, rule=rule)
    turned = debtrank(held[np.ix_(order, order)], buffers[order], weights[order], shocked[order], rule=rule)
    assert turned.debtrank == pytest.approx(plain.debtrank, abs=1e-9)
    assert turned.hit_in.tolist() == plain.hit_in[order].tolist()


@few
@given(cells, st.lists(st.integers(0, 2), min_size=SIZE, max_size=SIZE), st.floats(0, 1), st.floats(0.1, 100))
def test_esri_is_bounded_and_worst_when_every_input_is_essential(
    values: list[float], kinds: list[int], left: float, unit: float
) -> None:
    sales = square(values)
    psi = np.where(np.arange(SIZE) == 0, left, 1.0)

    def run(essential: tuple[int, ...], *, scale: float = 1.0, replaceable: bool = True) -> Standstill:
        firms = economy(sales * scale, kinds, essential=essential)
        try:
            return standstill(firms, psi, replaceable=replaceable, tolerance=1e-8, max_steps=2_000)
        except NotConverged:  # a loss that seeps round a loop: said, not guessed
            assume(False)
            raise

    none, some, every = run(()), run((0,)), run((0, 1, 2))
    for found in (none, some, every):
        assert 0 <= found.esri <= 1 + 1e-12
        assert max(found.esri_up, found.esri_down) <= found.esri + 1e-9
        assert found.esri <= found.esri_up + found.esri_down + 1e-9
    assert (none.down >= every.down - 1e-4).all()
    assert (some.down >= every.down - 1e-4).all()
    assert (run((), replaceable=False).down <= none.down + 1e-4).all()
    assert run((), scale=unit).esri == pytest.approx(none.esri, abs=1e-4)


def share_graph(values: list[float]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n{i}" for i in range(SIZE))
    held = square(values)
    for i in range(SIZE):
        whole = held[i].sum()
        for j in range(SIZE):
            if held[i, j]:
                share = None if (i + j) % 4 == 3 else held[i, j] / (whole * 1.5)
                more = (
                    {} if share is None else {"share": share, "share_basis": "revenue", "start_date": "2024"}
                )
                graph.add_edge(
                    f"n{i}", f"n{j}", key=f"r{i}{j}", type="SUPPLIES", amount_usd=int(2 * held[i, j]), **more
                )
    return graph


@few
@given(cells, st.floats(0.05, 1))
def test_losses_along_shares_are_bounded_and_in_proportion(values: list[float], cut: float) -> None:
    graph = share_graph(values)
    full, part = (
        shock(graph, "n0", rounds=200, rule="shares"),
        shock(graph, "n0", rounds=200, rule="shares", cut=cut),
    )
    losses = {(hit.entity, hit.side): hit.loss for hit in full.hits}
    assert set(losses) == {(hit.entity, hit.side) for hit in part.hits}
    for hit in part.hits:
        whole = losses[hit.entity, hit.side]
        assert (hit.loss is None) == (whole is None)
        if hit.loss is not None and whole is not None:
            assert hit.loss == pytest.approx(cut * whole, abs=1e-9)
            assert 0 < whole <= 1
            assert hit.data is not None
            assert hit.data.get("share") is not None


@few
@given(cells)
def test_names_and_islands_do_not_matter(values: list[float]) -> None:
    graph = share_graph(values)
    graph.add_edge("n1", "n0", key="more", type="SUPPLIES", amount_usd=5)
    names = {node: f"z{SIZE - place}" for place, node in enumerate(graph)}
    other = nx.relabel_nodes(graph, names)
    island = graph.copy()
    island.add_edge("i1", "i2", key="x", type="SUPPLIES", amount_usd=7)
    for rule in ("shares", "reach"):
        plain = {(names[h.entity], h.round, h.side): h.loss for h in shock(graph, "n0", rule=rule).hits}
        assert {
            (h.entity, h.round, h.side): h.loss for h in shock(other, names["n0"], rule=rule).hits
        } == pytest.approx(plain)
        assert len(shock(island, "n0", rule=rule).hits) == len(plain)
    first, second = debtrank_shock(graph, "n0", relative=True), debtrank_shock(island, "n0", relative=True)
    assert {h.entity: h.loss for h in first.hits} == pytest.approx({h.entity: h.loss for h in second.hits})
    # An island adds value but no loss: DebtRank shrinks by the part of value it adds.
    value = exposures(graph).matrix.sum()
    assert second.total == pytest.approx((first.total or 0) * value / (value + 7))
