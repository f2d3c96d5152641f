"""DebtRank: the three-bank case that tells the two rules apart, chains by hand, a dense loop, graphs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from graph.analytics.debtrank import cascade, debtrank, debtranks, impact_matrix, relative_buffers
from graph.analytics.exposures import exposures, strongest
from graph.analytics.shock_answers import shock_answer
from graph.analytics.shocks import debtrank_shock, shock
from graph.errors import AnalysisError, EntityNotFound, ParameterError

# Three banks of the example data of the CRAN package NetworkRiskMeasures. Rows hold, columns fail.
EXPOSED = [[0, 1, 0], [10, 0, 3], [3, 2, 0]]
BUFFERS, WEIGHTS = [2, 5, 2], [10, 100, 30]
A, B, C = np.eye(3)


def test_impacts_are_capped_at_one() -> None:
    # 1/2; 10/5 and 3/5; 3/2 and 2/2.
    assert impact_matrix(EXPOSED, BUFFERS).toarray().tolist() == [[0, 0.5, 0], [1, 0, 0.6], [1, 1, 0]]


def test_what_someone_holds_of_itself_counts_nowhere() -> None:
    own = sparse.csr_array(np.array(EXPOSED, dtype=np.float64) + np.diag([4.0, 0.0, 7.0]))
    before = own.toarray()
    assert (
        impact_matrix(own, BUFFERS).toarray().tolist() == impact_matrix(EXPOSED, BUFFERS).toarray().tolist()
    )
    assert relative_buffers(own).tolist() == [1, 13, 5]
    assert (own.toarray() == before).all()


def test_only_the_proportions_of_weights_count() -> None:
    # The three banks again, in units in which all of them together are worth less than one.
    small = debtrank(EXPOSED, BUFFERS, [weight / 1_000 for weight in WEIGHTS], A)
    assert small.debtrank == pytest.approx(130 / 140, abs=1e-12)
    assert (small.rule, small.start.tolist()) == ("2015", [1, 0, 0])


@pytest.mark.parametrize("weights", [[0, 0, 0], [1, -1, 5], [1, float("inf"), 1], [1, float("nan"), 1]])
def test_weights_that_cannot_be(weights: list[float]) -> None:
    with pytest.raises(AnalysisError, match="Weights"):
        debtrank(EXPOSED, BUFFERS, weights, A)


@pytest.mark.parametrize("start", [[1.5, 0, 0], [0, -0.1, 0], [0, 0, float("nan")]])
def test_a_shock_outside_nothing_to_all(start: list[float]) -> None:
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        debtrank(EXPOSED, BUFFERS, WEIGHTS, start)


def test_all_at_once_and_one_by_one_are_the_same() -> None:
    impact = impact_matrix(EXPOSED, BUFFERS)
    for rule in ("2012", "2015"):
        for cut in (1.0, 0.5):
            single = [cascade(impact, WEIGHTS, row * cut, rule=rule).debtrank for row in np.eye(3)]
            together = debtranks(impact, WEIGHTS, np.arange(3), cut=cut, rule=rule, batch=2)
            assert together.tolist() == pytest.approx(single, abs=1e-9)


@pytest.mark.parametrize("rule", ["2012", "2015"])
@pytest.mark.parametrize(("start", "expected"), [(A, 130 / 140), (B, 35 / 140)])
def test_cases_where_both_rules_agree(rule: str, start: np.ndarray, expected: float) -> None:
    # a fails: b and c lose all: (100 + 30) / 140. b fails: a loses half, c all: (5 + 30) / 140.
    found = debtrank(EXPOSED, BUFFERS, WEIGHTS, start, rule=rule)
    assert found.debtrank == pytest.approx(expected, abs=1e-12)


def test_the_case_that_separates_the_rules() -> None:
    # c fails. Round 1: b loses .6. Round 2: a loses .5 * .6 = .3. Round 3: b loses 1 * .3 more, .9.
    # 2012 ends here, since b has passed on its loss: (.3 * 10 + .9 * 100) / 140.
    old = debtrank(EXPOSED, BUFFERS, WEIGHTS, C, rule="2012")
    assert old.loss.tolist() == pytest.approx([0.3, 0.9, 1])
    assert old.debtrank == pytest.approx(0.664286, abs=1e-6)
    # 2015 goes on: a gains .5 * .3, b all that is left, a .5 * .1: (.5 * 10 + 100) / 140.
    new = debtrank(EXPOSED, BUFFERS, WEIGHTS, C, rule="2015")
    assert new.loss.tolist() == pytest.approx([0.5, 1, 1])
    assert new.debtrank == pytest.approx(0.75, abs=1e-12)
    assert new.by_round == pytest.approx((60 / 140, 63 / 140, 93 / 140, 94.5 / 140, 104.5 / 140, 105 / 140))
    for found in (old, new):
        assert found.hit_in.tolist() == [2, 1, 0]
        assert found.carrier.tolist() == [1, 2, -1]
        assert found.carried.tolist() == pytest.approx([0.3, 0.6, 0])


def test_a_partial_shock_and_a_limit_of_rounds() -> None:
    # c loses half: b .3, a .15, b .15 more = .45: (1.5 + 45) / 140 under the old rule.
    half = debtrank(EXPOSED, BUFFERS, WEIGHTS, C / 2, rule="2012")
    # c is exposed to a and b, too: it loses 1 * .3 in round 2, and .15 in round 3.
    assert half.loss.tolist() == pytest.approx([0.15, 0.45, 0.95])
    assert half.debtrank == pytest.approx((1.5 + 45 + 0.45 * 30) / 140)
    assert debtrank(EXPOSED, BUFFERS, WEIGHTS, C, max_rounds=1).loss.tolist() == pytest.approx([0, 0.6, 1])


def test_the_buffers_of_the_package_test_and_relative_mode() -> None:
    # Relative: every row of impacts sums to 1.
    buffers = relative_buffers(EXPOSED)
    assert buffers.tolist() == [1, 13, 5]
    assert impact_matrix(EXPOSED, buffers).sum(axis=1).tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("buffers", [[2, np.nan, 2], [2, 0, 2], [2, -1, 2], [2, np.inf, 2]])
def test_a_missing_buffer_names_whose(buffers: list[float]) -> None:
    with pytest.raises(AnalysisError, match="known for bea") as caught:
        debtrank(EXPOSED, buffers, WEIGHTS, A, names=["ann", "bea", "cy"])
    assert "relative" in caught.value.hint


def test_a_buffer_nobody_needs_may_be_missing() -> None:
    assert debtrank([[0, 1], [0, 0]], [2, np.nan], [1, 1], [0, 1]).loss.tolist() == [0.5, 1]


@pytest.mark.parametrize("bad", [-1, np.nan, np.inf])
def test_bad_numbers(bad: float) -> None:
    with pytest.raises(AnalysisError, match="exposure of x to y"):
        debtrank([[0, bad], [0, 0]], [1, 1], [1, 1], [0, 1], names=["x", "y"])
    with pytest.raises(AnalysisError, match="shock"):
        debtrank(EXPOSED, BUFFERS, WEIGHTS, [0, 0, bad])
    with pytest.raises(AnalysisError, match="Weights"):
        debtrank(EXPOSED, BUFFERS, [1, 1, bad], A)
    with pytest.raises(AnalysisError, match="2 buffers for 3"):
        debtrank(EXPOSED, [1, 1], WEIGHTS, A)
    with pytest.raises(ParameterError):
        debtrank(EXPOSED, BUFFERS, WEIGHTS, A, rule="2013")


def plain(impact: np.ndarray, value: np.ndarray, start: np.ndarray, rule: str) -> tuple[float, np.ndarray]:
    """The definition, one entity at a time."""
    n = len(start)
    h, before = start.copy(), np.zeros(n)
    state = ["D" if start[i] > 0 else "U" for i in range(n)]
    for _ in range(2_000):
        new, states = h.copy(), list(state)
        for i in range(n):
            for j in range(n):
                if rule == "2015":
                    new[i] += impact[i, j] * (h[j] - before[j])
                elif state[j] == "D":
                    new[i] += impact[i, j] * h[j]
            new[i] = min(1.0, new[i])
        for i in range(n):
            if state[i] == "D":
                states[i] = "I"
            elif state[i] == "U" and new[i] > 0:
                states[i] = "D"
        done = np.abs(new - h).max() < 1e-15 and "D" not in states
        before, h, state = h, new, states
        if done:
            break
    return float(value @ (h - start)), h


@pytest.mark.parametrize("rule", ["2012", "2015"])
def test_a_plain_loop_gives_the_same(rule: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(4):
        n = 7
        held = rng.random((n, n)) * (rng.random((n, n)) < 0.35)
        np.fill_diagonal(held, 0)
        weights, buffers = rng.random(n) + 0.1, rng.random(n) * 2 + 0.5
        impact = impact_matrix(held, buffers)
        each = debtranks(impact, weights, np.arange(n), rule=rule, batch=3, tolerance=1e-13)
        for i in range(n):
            total, loss = plain(impact.toarray(), weights / weights.sum(), np.eye(n)[i], rule)
            found = debtrank(sparse.csr_array(held), buffers, weights, np.eye(n)[i], rule=rule)
            assert found.loss == pytest.approx(loss, abs=1e-9)
            assert (found.debtrank, each[i]) == pytest.approx((total, total), abs=1e-9)


def bank_graph() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for i, holder in enumerate("abc"):
        for j, on in enumerate("abc"):
            if EXPOSED[i][j]:
                graph.add_edge(holder, on, key=f"{holder}{on}", type="LENT_TO", amount_usd=EXPOSED[i][j])
    return graph


def test_the_same_case_on_a_graph() -> None:
    found = debtrank_shock(
        bank_graph(), "c", rule="2012", buffers={"a": 2, "b": 5, "c": 2}, values={"a": 10, "b": 100, "c": 30}
    )
    assert found.total == pytest.approx(0.664286, abs=1e-6)
    told = [(hit.entity, hit.round, hit.carrier, hit.tie) for hit in found.hits]
    assert told == [("b", 1, "c", "bc"), ("a", 2, "b", "ab")]
    with pytest.raises(AnalysisError, match="known for a, b, c"):
        debtrank_shock(bank_graph(), "c")


def test_who_is_hit_comes_by_round_and_then_by_loss() -> None:
    graph = nx.MultiDiGraph()
    for holder in "abc":
        graph.add_edge(holder, "x", key=holder, type="LENT_TO", amount_usd=10)
    graph.add_edge("d", "a", key="d", type="LENT_TO", amount_usd=10)
    found = debtrank_shock(graph, "x", buffers={"a": 20, "b": 15, "c": 100, "d": 1})
    # 10 of 15, of 20 and of 100 at once; all of d only when a has fallen.
    assert [hit.entity for hit in found.hits] == ["b", "a", "c", "d"]


def test_relative_mode_is_labelled() -> None:
    answer = shock_answer(bank_graph(), "c", rule="debtrank-2015", relative=True)
    assert "in relative mode" in answer.statements[0].text
    assert any("Relative mode" in note for note in answer.notes)
    # b has 13 at stake, 3 of it with c.
    first = debtrank_shock(bank_graph(), "c", relative=True, rounds=1)
    assert first.hits[0].loss == pytest.approx(3 / 13)


def test_amounts_unknown_are_counted_and_parallel_ones_joined() -> None:
    graph = bank_graph()
    graph.add_edge("a", "c", key="ac", type="SUPPLIES")
    graph.add_edge("a", "b", key="ab2", type="LENT_TO", amount_usd=4)
    graph.add_edge("a", "b", key="ab3", type="OWNS", amount_usd=2)
    graph.add_edge("a", "b", key="ab4", type="ADVISES", amount_usd=99)
    graph.add_edge("a", "a", key="aa", type="OWNS", amount_usd=99)
    found = exposures(graph)
    assert found.matrix[[0], [1]].item() == 4 + 2  # the largest loan and the stake
    assert (found.used, found.unknown, found.joined) == (7, 1, 1)
    assert exposures(graph, parallel="sum").matrix[[0], [1]].item() == 1 + 4 + 2
    assert strongest(graph, "a", "b", found) is not None
    assert strongest(graph, "a", "b", found)[0] == "ab2"  # type: ignore[index]
    assert any("1 more without are left out" in note for note in found.notes())
    with pytest.raises(ParameterError):
        exposures(graph, parallel="mean")


def test_a_graph_of_weights_and_bad_amounts() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=2.0)
    graph.add_edge("b", "c", weight=1.0)
    found = shock(graph, "c", rule="debtrank-2015", relative=True, attribute="weight")
    assert [(hit.entity, hit.loss) for hit in found.hits] == [("b", 1.0), ("a", 1.0)]
    graph.add_edge("a", "c", id="t9", weight=-1)
    with pytest.raises(AnalysisError, match="tie t9"):
        shock(graph, "c", rule="debtrank-2015", relative=True, attribute="weight")
    with pytest.raises(AnalysisError, match="No tie of") as caught:
        shock(graph, "c", rule="debtrank-2012", relative=True)
    assert "reach" in caught.value.hint
    with pytest.raises(EntityNotFound):
        shock(graph, "nobody", rule="debtrank-2012", relative=True)


def test_nothing_held_is_nothing_lost() -> None:
    impact = impact_matrix(sparse.csr_array((2, 2)), [np.nan, np.nan])
    found = cascade(impact, [1, 1], [1, 0])
    assert (found.debtrank, found.rounds) == (0, 0)


def test_the_tie_that_is_cited_is_one_that_was_counted() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("bank", "firm", "o", id="o", type="LENT_TO", status="ended", amount_usd=100)
    graph.add_edge("bank", "firm", "n", id="n", type="LENT_TO", status="active", amount_usd=10)
    graph.add_edge("bank", "firm", "u", id="u", type="OWNS", status="active")
    (hit,) = debtrank_shock(graph, "firm", buffers={"bank": 50}).hits
    assert (hit.loss, hit.tie) == (0.2, "n")
    graph.graph["as_of"] = "2015"
    (hit,) = debtrank_shock(graph, "firm", buffers={"bank": 200}).hits
    assert (hit.loss, hit.tie) == (0.5, "o")


def test_an_amount_that_is_no_number_names_its_tie() -> None:
    graph = bank_graph()
    graph.add_edge("a", "c", key="t9", type="LENT_TO", amount_usd="5bn")
    with pytest.raises(AnalysisError, match="tie t9 is 5bn"):
        exposures(graph)


def test_an_unknown_value_is_left_out_and_said() -> None:
    found = debtrank_shock(bank_graph(), "c", relative=True, values={"a": 1, "b": 1})
    assert any(note.startswith("1 entity without a known value") for note in found.notes)
    known = debtrank_shock(bank_graph(), "c", relative=True, values={"a": 1, "b": 1, "c": 1})
    assert not any("no known value" in note for note in known.notes)
