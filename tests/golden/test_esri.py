"""ESRI: the hand-computed cases of ESRIcascade.jl, a toy of four firms, a plain loop, graphs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graph.analytics.esri import economy, standstill
from graph.analytics.shock_answers import shock_answer
from graph.analytics.shocks import esri_shock
from graph.errors import AnalysisError, ParameterError

# S1 (60) and S2 (40) of one industry supply M, M sells 100 to C.
TOY = np.zeros((4, 4))
TOY[0, 2], TOY[1, 2], TOY[2, 3] = 60, 40, 100
KINDS = ["steel", "steel", "cars", "shops"]


def test_two_firms_of_one_essential_industry() -> None:
    # First case of the package's tests: closing firm 1 leaves up (0, 1) and down (0, 0).
    found = standstill(economy([[1, 1], [0, 1]], [1, 1], essential=[1]), [0, 1], tolerance=1e-9)
    assert found.up.tolist() == [0, 1]
    assert found.down.tolist() == pytest.approx([0, 0], abs=1e-8)
    assert (found.esri_up, found.esri_down, found.esri) == pytest.approx((2 / 3, 1, 1), abs=1e-8)


def test_impact_matrices() -> None:
    # Second case: firm 2 buys 2 and 3 from industry 1 (essential) and 4 from itself (industry 2).
    firms = economy([[1, 2, 0], [0, 4, 0], [0, 3, 1]], [1, 2, 1], essential=[1])
    assert firms.essential.toarray()[1].tolist() == pytest.approx([2 / 5, 0, 3 / 5])
    assert firms.other.toarray()[1].tolist() == pytest.approx([0, 4 / 9, 0])
    assert firms.sales.tolist() == [3, 4, 4]
    assert firms.customers.toarray()[0].tolist() == pytest.approx([1 / 3, 2 / 3, 0])


def test_an_empty_economy() -> None:
    for n in (0, 3):
        found = standstill(economy(np.zeros((n, n)), ["x"] * n), np.zeros(n))
        assert (found.esri, found.esri_up, found.esri_down) == (0, 0, 0)


@pytest.mark.parametrize("essential", [(), ("steel",), ("steel", "cars", "shops")])
def test_the_toy(essential: tuple[str, ...]) -> None:
    firms = economy(TOY, KINDS, essential=essential)

    def closed(place: int, **more: bool) -> float:
        return standstill(firms, 1 - np.eye(4)[place], tolerance=1e-9, **more).esri

    # S1: M keeps 40 %: (60 + .6 * 100) / 200. S2: S1 makes up for a third, so M keeps 1 - 2/3 * .4:
    # (40 + 26.67) / 200; without stepping in (40 + 40) / 200. M: everything stops.
    assert closed(0) == pytest.approx(0.6)
    assert closed(1) == pytest.approx(1 / 3)
    assert closed(1, replaceable=False) == pytest.approx(0.4)
    assert closed(2) == pytest.approx(1.0)


def test_essential_inputs_limit_alone_the_others_in_proportion() -> None:
    # M buys 90 of steel and 10 of chips. Without chips: nothing if they are essential, 90 % otherwise.
    sales = np.zeros((4, 4))
    sales[0, 2], sales[1, 2], sales[2, 3] = 90, 10, 100
    kinds = ["steel", "chips", "cars", "shops"]
    left = [1, 0, 1, 1]
    assert standstill(economy(sales, kinds), left).down[2] == pytest.approx(0.9)
    assert standstill(economy(sales, kinds, essential=["chips"]), left).down[2] == pytest.approx(0)
    assert standstill(economy(sales, kinds, essential=["steel"]), left).down[2] == pytest.approx(0.9)


def plain(
    sales: np.ndarray, kinds: list[str], essential: set[str], psi: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The equations, one firm at a time."""
    n, s = len(kinds), sales.sum(axis=1)
    up, down = np.ones(n), np.ones(n)
    for _ in range(3_000):
        new_up, new_down = psi.copy(), psi.copy()
        for i in range(n):
            if s[i] > 0:
                new_up[i] = min(psi[i], sum(sales[i, j] / s[i] * up[j] for j in range(n)))
            other = 0.0
            missing: dict[str, float] = {}
            for j in range(n):
                if not sales[j, i]:
                    continue
                same = [k for k in range(n) if kinds[k] == kinds[j]]
                made = sum(s[k] * down[k] for k in same)
                sigma = min(1.0, s[j] / made) if made > 0 else 1.0
                if kinds[j] in essential:
                    part = sales[j, i] / sum(sales[k, i] for k in same)
                    missing[kinds[j]] = missing.get(kinds[j], 0.0) + sigma * part * (1 - down[j])
                else:
                    other += sigma * sales[j, i] / sales[:, i].sum() * (1 - down[j])
            new_down[i] = max(0.0, min([psi[i], 1 - other, *(1 - lost for lost in missing.values())]))
        up, down = new_up, new_down
    return up, down


@pytest.mark.parametrize("seed", range(3))
def test_a_plain_loop_gives_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    sales = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    kinds = [str(kind) for kind in rng.choice(["x", "y", "z"], n)]
    psi = np.where(rng.random(n) < 0.3, rng.random(n), 1.0)
    psi[0] = 0.2
    up, down = plain(sales, kinds, {"x", "y"}, psi)
    found = standstill(economy(sales, kinds, essential={"x", "y"}), psi, tolerance=1e-13)
    assert found.up == pytest.approx(up, abs=1e-9)
    assert found.down == pytest.approx(down, abs=1e-9)


def test_bad_input() -> None:
    with pytest.raises(AnalysisError, match="not negative"):
        economy([[0, -1], [0, 0]], ["x", "y"])
    with pytest.raises(AnalysisError, match="1 industries for 2"):
        economy([[0, 1], [0, 0]], ["x"])
    for left in ([0], [0, 2], [0, np.nan]):
        with pytest.raises(AnalysisError, match="between 0 and 1"):
            standstill(economy([[0, 1], [0, 0]], ["x", "y"]), left)


def toy_graph() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for name, kind in zip(("s1", "s2", "m", "c"), KINDS, strict=True):
        graph.add_node(name, sectors=(kind,))
    for key, (start, end, amount) in enumerate((("s1", "m", 60), ("s2", "m", 40), ("m", "c", 100)), start=1):
        graph.add_edge(start, end, key=f"r{key}", type="SUPPLIES", amount_usd=amount)
    return graph


def test_the_toy_on_a_graph() -> None:
    found = esri_shock(toy_graph(), "s2")
    assert found.total == pytest.approx(1 / 3, abs=1e-6)
    assert found.variants == pytest.approx((1 / 3, 1 / 3), abs=1e-6)
    hits = {hit.entity: hit for hit in found.hits}
    assert (hits["m"].round, hits["m"].carrier, hits["m"].tie) == (1, "s2", "r2")
    assert hits["m"].loss == pytest.approx(0.4 * 2 / 3, abs=1e-6)
    assert (hits["c"].round, hits["c"].tie) == (2, "r3")
    lead = shock_answer(toy_graph(), "m", rule="esri").statements[0].text
    assert "ESRI is 1 of all recorded sales" in lead


def test_without_amounts_it_refuses_and_points_to_reach() -> None:
    with pytest.raises(AnalysisError, match="No tie of SUPPLIES") as caught:
        esri_shock(nx.DiGraph([("a", "b")]), "a")
    assert "rule reach" in caught.value.hint


def test_unknown_sectors_stand_alone_and_are_counted() -> None:
    graph = toy_graph()
    for node in graph:
        graph.nodes[node]["sectors"] = ()
    found = esri_shock(graph, "s2")
    # Nobody steps in for s2; both steel makers are industries of their own now. None essential: M makes
    # 60 %: (40 + .4 * 100) / 200; all essential: M stops: (40 + 100) / 200. What M then buys less of s1
    # is no part of it: the two ways run apart.
    assert found.variants == pytest.approx((0.4, 0.7), abs=1e-6)
    assert any("4 entities without a sector" in note for note in found.notes)


def test_essential_sectors_are_named_as_they_are_recorded() -> None:
    graph = toy_graph()
    every = esri_shock(graph, "m", essential=sorted(set(KINDS)))
    assert every.total == pytest.approx(esri_shock(graph, "m").total)
    chips = nx.MultiDiGraph()
    chips.add_node("fab", sectors=("chips",))
    chips.add_node("mill", sectors=("steel",))
    chips.add_node("maker", sectors=("cars",))
    chips.add_node("shop", sectors=("shops",))
    chips.add_edge("fab", "maker", "r1", type="SUPPLIES", amount_usd=10)
    chips.add_edge("mill", "maker", "r2", type="SUPPLIES", amount_usd=30)
    chips.add_edge("maker", "shop", "r3", type="SUPPLIES", amount_usd=100)
    # Not essential: the maker loses a quarter, (10 + 25) / 140. Essential: it stops, (10 + 100) / 140.
    assert esri_shock(chips, "fab", essential=()).total == pytest.approx(35 / 140, abs=1e-6)
    assert esri_shock(chips, "fab", essential=["chips"]).total == pytest.approx(110 / 140, abs=1e-6)
    with pytest.raises(ParameterError, match="No entity has chip as its first sector"):
        esri_shock(chips, "fab", essential=["chip"])
