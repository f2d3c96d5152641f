"""Known answers for control: the published relative control, and groups solved by hand."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from graph.analytics.claims import VOTES, StakeRules
from graph.analytics.control import control_by, control_matrix, control_over, network_control
from graph.analytics.control_answers import control_answer, network_control_answer
from graph.analytics.majority import Votes, controlled_by, controllers_of
from graph.analytics.stakes import stakes_in
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


def held(*stakes: tuple[str, str, Any]) -> nx.DiGraph:
    """A graph of (owner, firm, share); None is a stake of unknown size."""
    graph = nx.DiGraph()
    for owner, firm, share in stakes:
        graph.add_edge(owner, firm, **({} if share is None else {"share": float(share)}))
    return graph


def network(graph: nx.Graph, **options: Any) -> dict[str, float]:
    return {item.holder: item.control for item in network_control(graph, **options).holders}


def over(graph: nx.Graph, company: str, **options: Any) -> dict[str, float]:
    return {item.holder: item.network for item in control_over(graph, company, **options).influences}


def firms(graph: nx.Graph, owner: str, **options: Any) -> dict[str, tuple[bool, int]]:
    return {item.firm: (item.sure, item.step) for item in controlled_by(graph, owner, **options)}


# ---- control matrices ----


def test_relative_control_of_three_holders() -> None:
    # .16, .09 and .09 of .34.
    graph = held(("a", "f", 0.4), ("b", "f", 0.3), ("c", "f", 0.3))
    assert over(graph, "f") == pytest.approx({"a": F(16, 34), "b": F(9, 34), "c": F(9, 34)})
    assert over(graph, "f", model="linear") == pytest.approx({"a": 0.4, "b": 0.3, "c": 0.3})
    assert over(graph, "f", model="threshold") == {"a": 0, "b": 0, "c": 0}


def test_a_large_holder_among_many_small_ones() -> None:
    # 20 % against 80 holders of 1 %: .04 / (.04 + 80 * .0001) = 5/6.
    graph = held(("big", "f", 0.2), *((f"s{i}", "f", 0.01) for i in range(80)))
    assert over(graph, "f")["big"] == pytest.approx(F(5, 6))


def test_threshold_gives_all_to_a_majority_and_a_half_is_none() -> None:
    graph = held(("a", "f", 0.5), ("b", "f", 0.5), ("a", "g", 0.51), ("b", "g", 0.49))
    assert over(graph, "f", model="threshold") == {"a": 0, "b": 0}
    assert over(graph, "g", model="threshold") == {"a": 1, "b": 0}
    assert over(graph, "g", model="threshold", threshold=0.6) == {"a": 0, "b": 0}


def test_own_shares_have_no_votes() -> None:
    # f holds 20 % of itself; 45 of the other 80 is a majority.
    graph = held(("a", "f", 0.45), ("b", "f", 0.35), ("f", "f", 0.2))
    assert over(graph, "f", model="linear") == pytest.approx({"a": 0.45 / 0.8, "b": 0.35 / 0.8})
    assert over(graph, "f", model="threshold") == {"a": 1, "b": 0}
    assert firms(graph, "a") == {"f": (True, 1)}


def test_network_control_adds_the_value_of_what_is_controlled() -> None:
    # Linear, values b 10, c 100: b has .5 * 100 = 50; a has .5 * (10 + 50) + .1 * 100 = 40.
    graph = held(("a", "b", 0.5), ("b", "c", 0.5), ("a", "c", 0.1))
    found = network_control(graph, model="linear", values={"b": 10, "c": 100})
    assert [(item.holder, item.control, item.raw) for item in found.holders] == [
        ("b", pytest.approx(50), pytest.approx(50)), ("a", pytest.approx(40), pytest.approx(40))
    ]  # fmt: skip
    assert (found.total, found.holders[0].part) == (110, pytest.approx(50 / 110))


def test_loops_do_not_raise_control() -> None:
    # F1 60 % of F2, F2 20 % of F1, A 50 % of F1; values 1. V: 1/.88 = 25/22 on the diagonal.
    # F1 raw: 25/22 * (1 + .6) - 1 = 9/11; corrected .6 (all of F2's). A: .5 * 25/22 + .5 * .6 * 25/22 = 10/11.
    graph = held(("A", "F1", 0.5), ("F2", "F1", 0.2), ("F1", "F2", 0.6))
    found = {item.holder: item for item in network_control(graph, model="linear").holders}
    assert (found["F1"].raw, found["F1"].control) == pytest.approx((F(9, 11), 0.6))
    assert (found["F2"].raw, found["F2"].control) == pytest.approx((25 / 22 * 1.2 - 1, 0.2))
    assert (found["A"].raw, found["A"].control) == pytest.approx((F(10, 11), F(10, 11)))


def test_a_group_that_holds_only_itself_has_control_but_no_raw_value() -> None:
    # Under relative control f and g, each the only known holder of the other, control each other wholly, and
    # with it h, which f holds half of beside an outsider with the same: 1/2.
    graph = held(("f", "g", 0.2), ("g", "f", 0.1), ("f", "h", 0.3), ("x", "h", 0.3))
    found = {item.holder: (item.control, item.raw) for item in network_control(graph).holders}
    assert found == {"f": (pytest.approx(1.5), None), "g": (pytest.approx(1.5), None), "x": (0.5, 0.5)}
    assert over(graph, "h") == pytest.approx({"f": 0.5, "g": 0.5, "x": 0.5})
    assert over(graph, "g") == pytest.approx({"f": 1})
    assert {item.firm: (item.network, item.raw) for item in control_by(graph, "g").influences} == {
        "f": (pytest.approx(1), None), "h": (pytest.approx(0.5), None)
    }  # fmt: skip


def test_the_two_sides_agree_and_so_does_the_sum() -> None:
    draw = np.random.default_rng(5)
    graph = nx.DiGraph()
    for firm in range(15):
        parts = draw.dirichlet(np.ones(4)) * 0.9
        for owner, part in zip(draw.choice(20, 4, replace=False), parts, strict=True):
            graph.add_edge(f"n{owner}", f"n{firm}", share=float(part))
    total = network(graph)
    for holder in graph:
        below = {item.firm: item.network for item in control_by(graph, holder).influences}
        for firm, part in below.items():
            assert over(graph, firm)[holder] == pytest.approx(part, abs=1e-9)
        assert total.get(holder, 0.0) == pytest.approx(sum(below.values()), abs=1e-9)


def test_network_control_equals_the_plain_series() -> None:
    # Uncorrected control is C v + C^2 v + ...; here by dense NetworkX matrix products.
    graph = held(
        ("a", "b", 0.3), ("c", "b", 0.2), ("b", "d", 0.6), ("d", "c", 0.4), ("e", "c", 0.5), ("a", "d", 0.1)
    )
    order = sorted(graph)
    shares = nx.to_numpy_array(graph, nodelist=order, weight="share")
    control = control_matrix(sparse.csc_array(shares)).toarray()
    value = (shares.sum(axis=0) > 0).astype(float)
    term, series = value, np.zeros(len(order))
    for _ in range(400):
        term = control @ term
        series = series + term
    found = {item.holder: item.raw for item in network_control(graph).holders}
    assert [found.get(node, 0.0) for node in order] == pytest.approx(series.tolist(), abs=1e-9)


def test_values_may_be_an_attribute_and_missing_ones_are_counted() -> None:
    graph = held(("a", "b", 0.6), ("a", "c", 0.6))
    graph.nodes["b"]["revenue"] = 7
    found = network_control(graph, model="threshold", values="revenue")
    assert (found.holders[0].control, found.unvalued, found.unit) == (7, 1, "revenue")
    graph.nodes["c"]["revenue"] = float("nan")
    with pytest.raises(AnalysisError, match="value of c"):
        network_control(graph, values="revenue")
    for wrong in ("5bn", [1]):
        with pytest.raises(AnalysisError, match="value of c"):
            network_control(graph, values={"b": 1, "c": wrong})  # type: ignore[dict-item]


# ---- majorities ----


def test_a_chain_of_majorities() -> None:
    # The product of 60 % and 51 % is below a half, and yet the owner decides in both.
    graph = held(("ann", "hold", 0.6), ("hold", "op", 0.51))
    assert firms(graph, "ann") == {"hold": (True, 1), "op": (True, 2)}
    found = controllers_of(graph, "op")
    assert [(item.owner, item.ultimate, [step.firm for step in item.chain]) for item in found] == [
        ("ann", True, ["hold"]), ("hold", False, [])
    ]  # fmt: skip


def test_several_controlled_firms_together() -> None:
    # a: 30 % itself, 15 % by b and 10 % by c, which it controls with b's help: 55 %.
    graph = held(
        ("a", "b", 0.51), ("a", "c", 0.2), ("b", "c", 0.35), ("a", "t", 0.3), ("b", "t", 0.15), ("c", "t", 0.1)
    )  # fmt: skip
    assert firms(graph, "a") == {"b": (True, 1), "c": (True, 2), "t": (True, 3)}
    found = controlled_by(graph, "a")
    assert found[-1].share == pytest.approx(0.55)
    assert [stake.owner for stake in found[-1].stakes] == ["a", "b", "c"]
    assert firms(graph, "b") == {}


def test_exactly_half_is_no_majority_and_halves_may_add_up() -> None:
    graph = held(
        ("a", "b", 0.5), *((f"c{i}", "t", 0.1) for i in range(6)), *(("a", f"c{i}", 0.9) for i in range(5))
    )
    assert "b" not in firms(graph, "a")
    assert "t" not in firms(graph, "a")  # five tenths
    graph.add_edge("a", "c5", share=0.9)
    assert firms(graph, "a")["t"] == (True, 2)


def test_unknown_shares_make_control_possible() -> None:
    # b's unknown part of f may be up to 60 %; with it a, who controls b, may control g.
    graph = held(("x", "f", 0.4), ("b", "f", None), ("a", "b", 0.7), ("f", "g", 0.9))
    assert firms(graph, "a") == {"b": (True, 1), "f": (False, 2), "g": (False, 3)}
    item = next(found for found in controlled_by(graph, "a") if found.firm == "f")
    assert (item.share, item.high) == pytest.approx((0, 0.6))
    assert [(c.owner, c.control.sure) for c in controllers_of(graph, "g")] == [
        ("f", True), ("a", False), ("b", False)
    ]  # fmt: skip
    # Two unknown holders share what is left: together at most 40 %, so nobody may control h.
    assert firms(held(("x", "h", 0.6), ("y", "h", None), ("y", "z", 0.9), ("z", "h", None)), "y") == {
        "z": (True, 1)
    }


def test_an_unknown_own_stake_may_make_a_majority() -> None:
    # If f holds 20 % or more of itself, a has at least half of the votes; with 60 %, all of them.
    graph = held(("a", "f", 0.4), ("f", "f", None))
    (only,) = controllers_of(graph, "f")
    assert (only.owner, only.control.sure) == ("a", False)
    assert (only.control.share, only.control.high) == pytest.approx((0.4, 1))
    # f holds 10 to 20 % of itself, x 40 %: a has at most .4 of .8, which is no majority.
    graph = held(("a", "f", 0.4), ("x", "f", 0.4), ("f", "f", None))
    graph.edges["f", "f"].update(share_min=0.1, share_max=0.2)
    assert controllers_of(graph, "f") == ()
    # a and f share the same 60 %: a has most where it gets all of it, x where f does.
    graph = held(("x", "f", 0.4), ("a", "f", None), ("f", "f", None))
    found = {item.owner: item.control.high for item in controllers_of(graph, "f")}
    assert found == pytest.approx({"a": 0.6, "x": 1})


def test_a_hub_costs_no_more_than_its_stakes() -> None:
    # Counted, not timed: each closure looks at its own group's stakes, not at all of the hub's.
    graph = held(*((f"o{i}", "hub", 1 / 400) for i in range(400)))
    looked = 0

    class Counted(dict[Any, Any]):
        def __contains__(self, key: object) -> bool:
            nonlocal looked
            looked += 1
            return super().__contains__(key)

    votes = Votes(stakes_in(graph, "hub"), facts=False)
    votes.by_owner = Counted(votes.by_owner)
    for i in range(400):
        assert votes.together({f"o{i}": 0})[0] == pytest.approx(1 / 400)
    assert looked <= 800
    assert controllers_of(graph, "hub") == ()


def test_a_planned_majority_is_no_fact() -> None:
    graph = nx.DiGraph()
    graph.add_edge("h", "f", share=0.6, status="active")
    graph.add_edge("big", "h", share=0.9, status="announced", type="ACQUIRED")
    found = {
        item.owner: (item.control.sure, item.control.fact, item.ultimate)
        for item in controllers_of(graph, "f")
    }
    assert found == {"h": (True, True, True), "big": (True, False, True)}
    answer = control_answer(graph, "f")
    assert answer.statements[0].text.startswith("h controls f; big would, by what is planned")
    assert any(said.text.startswith("big would control f with h") for said in answer.statements)
    assert {row[1]: row[6] for row in answer.rows} == {"h": "yes", "big": "would"}
    below = control_answer(graph, "big")
    assert "big is not known to control any firm; it would control" in below.statements[0].text
    flow = control_answer(graph, "f", model="linear")
    assert any(said.text.startswith("big would have 54 % of the control over f") for said in flow.statements)
    # A fact that suffices stays one, whatever is planned beside it.
    graph.add_edge("big", "f", share=0.1, status="planned")
    assert next(i for i in controlled_by(graph, "h") if i.firm == "f").fact


def test_firms_that_control_each_other_are_both_ultimate() -> None:
    graph = held(("a", "b", 0.6), ("b", "a", 0.6), ("a", "t", 0.6))
    assert [(item.owner, item.ultimate) for item in controllers_of(graph, "t")] == [("a", True), ("b", True)]
    assert firms(graph, "a") == {"b": (True, 1), "t": (True, 1)}


def test_bad_input() -> None:
    graph = held(("a", "b", 0.6))
    for call in (controlled_by, controllers_of, control_over, control_by, control_answer):
        with pytest.raises(EntityNotFound):
            call(graph, "z")
    for call in (controlled_by, controllers_of, control_over):
        with pytest.raises(ParameterError, match="threshold"):
            call(graph, "b", threshold=0.4)
    with pytest.raises(ParameterError) as caught:
        control_answer(graph, "b", model="fuzzy")
    assert "majority" in caught.value.hint
    assert network_control(nx.DiGraph()).holders == ()
    assert "Nobody has control" in network_control_answer(nx.DiGraph()).statements[0].text


# ---- the bundled data ----


def test_musk_controls_x_corp_through_two_firms(bundled_store: Store) -> None:
    # r0291 79 % of the votes of SpaceX, r0838 SpaceX all of xAI, r0927 xAI bought X Corp.
    graph = to_networkx(bundled_store)
    assert firms(graph, "elon-musk") == {"spacex": (True, 1), "xai": (True, 2), "x-corp": (True, 3)}
    found = controllers_of(graph, "x-corp")
    assert [(item.owner, item.ultimate) for item in found] == [
        ("elon-musk", True), ("spacex", False), ("xai", False)
    ]  # fmt: skip
    # By equity alone nothing is known of his part of SpaceX: control is possible, not sure.
    assert firms(graph, "elon-musk", rules=StakeRules())["xai"] == (False, 2)


def test_relative_control_of_coreweave(bundled_store: Store) -> None:
    # Votes .37 (r0536); equity .09, .07, .06, .05 stands in: squares .1369, .0081, .0049, .0036, .0025.
    found = over(to_networkx(bundled_store), "coreweave")
    assert found["michael-intrator"] == pytest.approx(0.1369 / 0.156)
    assert found["nvidia"] == pytest.approx(0.0036 / 0.156)


def test_answers_tell_with_ties(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = control_answer(graph, "x-corp")
    assert answer.statements[0].text.startswith("Elon Musk controls X Corp. (Twitter)")
    assert answer.statements[1].ties == ("r0291", "r0838", "r0927")
    assert any(
        "taken as the whole: xAI – X Corp. (Twitter) (acquired, 2025-03" in note for note in answer.notes
    )
    relative = control_answer(graph, "coreweave", model="relative")
    assert "Michael Intrator has 87.8 % of the control over CoreWeave" in relative.statements[0].text
    ranking = network_control_answer(graph)
    assert ranking.columns[3] == "control_firms"
    assert any("Each firm with a known holder counts 1" in note for note in ranking.notes)


# ---- control that a register states ----


def _register(*ties: Tie) -> nx.MultiDiGraph:
    names = sorted({end for tie in ties for end in (tie.from_id, tie.to_id)})
    return graph_of([Entity(name, name.upper(), "company") for name in names], ties, Filters.all_statuses())


def test_control_stated_without_a_share_is_told_apart_and_never_a_share() -> None:
    graph = _register(
        Tie("r1", "a", "OWNS", "f", "active", share=0.6, share_basis="voting"),
        Tie("r2", "b", "CONTROLS", "f", "active", interest="right-to-appoint-directors"),
        Tie("r3", "top", "ULTIMATE_PARENT_OF", "f", "active"),
        Tie("r4", "c", "CONTROLS", "f", "ended"), Tie("r5", "d", "CONTROLS", "f", "alleged"),
        Tie("r6", "m", "MANAGES", "f", "active"),
    )  # fmt: skip
    assert [(s.owner, s.share) for s in stakes_in(graph, "f").stakes] == [("a", None)]  # votes, not equity
    assert [s.owner for s in stakes_in(graph, "f", VOTES).stakes] == ["a"]
    for model in ("majority", "relative"):
        answer = control_answer(graph, "f", model=model)
        texts = [said.text for said in answer.statements]
        assert [text for text in texts if text.startswith("Control stated, apart from shares: ")] == [
            "Control stated, apart from shares: B controls F (interest: right to appoint directors).",
            "Control stated, apart from shares: TOP is the ultimate parent of F.",
            "Control stated, apart from shares: D allegedly controls F (alleged).",
        ]
        stated = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows if "stated" in row[0]]
        assert [(row["side"], row["entity_id"]) for row in stated] == [
            ("controls it (stated)", "b"), ("controls it (stated)", "top"),
            ("controls it (stated, alleged)", "d"),
        ]  # fmt: skip
        assert all(row.get("min") is None and row.get("network") is None for row in stated)
        assert any(
            note.startswith("3 statements of control without a share: told apart") for note in answer.notes
        )
    assert control_answer(graph, "f").statements[0].text.startswith("A controls F")
    assert control_answer(graph, "b").rows[0][:2] == ("controlled by it (stated)", "f")


def test_a_share_on_a_control_tie_counts_on_its_basis_and_is_not_told_twice() -> None:
    graph = _register(
        Tie("r1", "a", "CONTROLS", "f", "active", share_min=0.75, share_max=1.0, share_basis="voting"),
        Tie("r2", "a", "OWNS", "f", "active", share=0.8, share_basis="equity"),
    )
    (stake,) = stakes_in(graph, "f", VOTES).stakes
    assert (stake.tie, stake.low, stake.high, stake.share) == ("r1", 0.75, 1.0, None)
    (equity,) = stakes_in(graph, "f").stakes
    assert (equity.tie, equity.share) == ("r2", 0.8)
    assert not any("Control stated" in said.text for said in control_answer(graph, "f").statements)


def test_with_whom_somebody_controls_is_said() -> None:
    graph = held(("ann", "h", 0.6), ("ann", "f", 0.3), ("h", "f", 0.3), ("bob", "g", 0.6))
    told = [item.text for item in control_answer(graph, "ann").statements]
    assert any(text.startswith("ann controls f together with h, 60 %") for text in told), told
    assert any(text.startswith("ann controls h, 60 %") for text in told), told
