"""What-if shocks: the rule that is chosen, known shares by hand, and the story of G42 and Cerebras."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.shock_answers import shock_answer
from graph.analytics.shocks import shock
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import Batch
from graph.projection import graph_of


def chain() -> nx.MultiDiGraph:
    """s sells 60 % to m and 10 to 20 % to n; m sells 50 % to x; x makes up 40 % of the cost of c."""
    graph = nx.MultiDiGraph()
    graph.add_edge("m", "x", key="r1", share=0.5, share_basis="revenue", start_date="2024", sources=("s1",))
    graph.add_edge("s", "m", key="r2", share=0.6, share_basis="revenue", start_date="2023")
    graph.add_edge("s", "n", key="r3", share_min=0.1, share_max=0.2, share_basis="revenue", start_date="2023")
    graph.add_edge("n", "x", key="r4", share=1.0, share_basis="revenue", start_date="2024")
    graph.add_edge("q", "x", key="r5")
    graph.add_edge("p", "q", key="r6", share=0.9, share_basis="revenue")
    graph.add_edge("x", "c", key="r7", share=0.4, share_basis="cost", start_date="2024")
    graph.add_edge("x", "d", key="r8")
    return graph


def test_losses_follow_known_shares_round_by_round() -> None:
    found = shock(chain(), "x", cut=0.5)
    assert found.rule == "shares"
    hits = {(hit.entity, hit.side): hit for hit in found.hits}
    # Half of x is gone: m loses .5 * .5, n .5, c .2 of its supply; s .6 * .25 + (.1 to .2) * .5.
    assert hits["m", "revenue"].loss == pytest.approx(0.25)
    assert hits["n", "revenue"].loss == pytest.approx(0.5)
    assert hits["c", "supply"].loss == pytest.approx(0.2)
    s = hits["s", "revenue"]
    assert (s.round, s.carrier, s.tie) == (2, "m", "r2")
    assert (s.loss, s.loss_high) == pytest.approx((0.15 + 0.05, 0.15 + 0.1))
    # q and d have no share: listed without a number, and they pass nothing on.
    assert (hits["q", "revenue"].loss, hits["d", "supply"].loss) == (None, None)
    assert ("p", "revenue") not in hits
    assert found.unknown == 2
    assert found.per_round == {1: 5, 2: 1}


def test_what_an_answer_says_about_a_share() -> None:
    answer = shock_answer(chain(), "x")
    text = {row[1]: item for row, item in zip(answer.rows, answer.statements[1:], strict=True)}
    assert text["m"].text == (
        "Round 1: m loses 50 % of its revenue: x made up 50 % of its revenue in 2024 (r1)."
    )
    assert text["m"].ties == ("r1",)
    assert text["q"].text == "Round 1: q may lose revenue, how much is not known; q supplies x."
    assert answer.as_dict()["rows"][0]["period"] == "2024"


def test_mutual_suppliers_settle() -> None:
    # a and b sell half to one another: x gone, a loses .4, b .5 * .4 = .2, a .5 * .2 more, ...:
    # a = .4 + .5 b, b = .5 a, so a = .4 / .75 = .5333 and b = .2667.
    graph = nx.DiGraph()
    graph.add_edge("a", "x", share=0.4)
    graph.add_edge("a", "b", share=0.5)
    graph.add_edge("b", "a", share=0.5)
    found = shock(graph, "x", rounds=100)
    loss = {hit.entity: hit.loss for hit in found.hits if hit.side == "revenue"}
    assert loss == pytest.approx({"a": 0.4 / 0.75, "b": 0.2 / 0.75}, abs=1e-9)
    cut_short = shock(graph, "x", rounds=1)
    assert {hit.entity: hit.loss for hit in cut_short.hits if hit.loss} == pytest.approx({"a": 0.4})
    assert any("losses go on" in note for note in cut_short.notes)


def test_without_shares_only_reach_is_told() -> None:
    graph = nx.DiGraph([("x", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("s", "x")])
    found = shock(graph, "x")
    assert found.rule == "reach"
    assert [(hit.entity, hit.round, hit.loss) for hit in found.hits] == [
        ("c", 1, None),
        ("d", 2, None),
        ("e", 3, None),
    ]
    assert any("more further downstream" in note for note in found.notes)
    lead = shock_answer(graph, "x").statements[0].text
    assert lead.endswith("How much would be lost is not known.")
    asked = shock(graph, "x", rule="shares")
    assert (asked.rule, {hit.loss for hit in asked.hits}) == ("shares", {None})


def test_what_is_over_carries_no_shock_unless_dated() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "x", key="r1", status="ended", share=0.5, start_date="2020")
    graph.add_edge("b", "x", key="r2", share=0.5, start_date="2024")
    graph.add_edge("x", "c", key="r3", status="ended")
    found = shock(graph, "x")
    assert [hit.entity for hit in found.hits] == ["b"]
    assert any("over carry no shock: 2" in note for note in found.notes)
    assert [hit.entity for hit in shock(graph, "x", period="2020").hits if hit.loss] == ["a"]
    assert shock(graph, "x", rule="reach").hits == ()
    assert "nobody is recorded to be hit" in shock_answer(graph, "x", rule="reach").statements[0].text
    graph.graph["as_of"] = "2020"
    assert [hit.entity for hit in shock(graph, "x", rule="reach").hits] == ["c"]


def test_sources_that_differ_make_a_range() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "x", key="r1", share=0.5, start_date="2024")
    graph.add_edge("a", "x", key="r2", share=0.6, start_date="2024", end_date="2024-12")
    (hit,) = shock(graph, "x").hits
    assert (hit.loss, hit.loss_high) == (0.5, 0.6)
    assert "50 % to 60 %" in shock_answer(graph, "x").statements[1].text
    assert "sources differ" in shock_answer(graph, "x").statements[1].text


def test_bad_input() -> None:
    graph = chain()
    for cut in (0, -1, 1.5, float("nan")):
        with pytest.raises(AnalysisError, match="cut"):
            shock(graph, "x", cut=cut)
    with pytest.raises(AnalysisError, match="rounds"):
        shock(graph, "x", rounds=0)
    with pytest.raises(ParameterError, match="rule"):
        shock(graph, "x", rule="guess")
    with pytest.raises(EntityNotFound):
        shock(graph, "nobody")
    with pytest.raises(EntityNotFound):
        shock(nx.MultiDiGraph(), "x")


def test_a_company_that_stands_alone() -> None:
    graph = nx.DiGraph()
    graph.add_node("x")
    answer = shock_answer(graph, "x")
    assert (answer.rows, answer.method.name) == ((), "Reach (breadth-first distance)")
    assert "none of its 0 supply ties" in answer.statements[0].text


def test_g42_gone_and_cerebras(bundled: Batch) -> None:
    # r0182: G42 made up 87 % of the revenue of Cerebras in 2024-01 to 2024-06; r0178: 83 % in 2023;
    # r0185: 24 % in 2025.
    graph = graph_of(bundled.entities, bundled.ties)
    half = {hit.entity: hit for hit in shock(graph, "g42", period="2024-06").hits}["cerebras"]
    assert (half.loss, half.round, half.side, half.tie) == (0.87, 1, "revenue", "r0182")
    newest = {hit.entity: hit for hit in shock(graph, "g42").hits}["cerebras"]
    assert (newest.loss, newest.tie) == (0.24, "r0185")
    part = {hit.entity: hit for hit in shock(graph, "g42", cut=0.3, period="2024-06").hits}["cerebras"]
    assert part.loss == pytest.approx(0.3 * 0.87)
    answer = shock_answer(graph, "g42", period="2024-06")
    told = next(item for item in answer.statements if "Cerebras Systems loses" in item.text)
    assert told.text.startswith(
        "Round 1: Cerebras Systems loses 87 % of its revenue: G42 made up 87 % of its revenue"
        " in 2024-01 to 2024-06 (r0182)"
    )
    row = next(row for row in answer.as_dict()["rows"] if row["entity_id"] == "cerebras")
    assert "seed" in row["source_ids"]
    # Microsoft (r0561) and NVIDIA (r0647) sell to G42, too; what part of their revenue is not recorded.
    unknown = {row["entity_id"] for row in answer.as_dict()["rows"] if row["loss"] is None}
    assert {"microsoft", "nvidia", "stargate-uae"} <= unknown


def test_asml_has_no_shares_so_only_reach_is_told(bundled: Batch) -> None:
    found = shock(graph_of(bundled.entities, bundled.ties), "asml", rounds=1)
    assert found.rule == "reach"
    assert [hit.entity for hit in found.hits] == ["intel", "samsung", "tsmc"]  # r0102, r0103, r0104


def renewed() -> nx.MultiDiGraph:
    """sup sells to cus: a tie that goes on, and an ended one that carries the share."""
    graph = nx.MultiDiGraph()
    graph.add_edge("sup", "cus", "new", id="new", type="SUPPLIES", status="active", start_date="2024")
    graph.add_edge(
        "sup", "cus", "old", id="old", type="SUPPLIES", status="ended", start_date="2010", end_date="2011",
        share=0.4, share_basis="revenue",
    )  # fmt: skip
    return graph


def test_a_tie_that_is_over_carries_no_share_beside_one_that_goes_on() -> None:
    graph = renewed()
    assert [(hit.entity, hit.loss) for hit in shock(graph, "cus", rule="shares").hits] == [("sup", None)]
    assert shock(graph, "cus").rule == "reach"
    (hit,) = shock(graph, "cus", period="2010").hits
    assert (hit.tie, hit.loss) == ("old", 0.4)


def alleged() -> nx.MultiDiGraph:
    """src sells half to sup, which allegedly sells 40 % to cus."""
    graph = nx.MultiDiGraph()
    graph.add_edge(
        "sup", "cus", "r1", type="SUPPLIES", status="alleged", share=0.4, share_basis="revenue",
        start_date="2025",
    )  # fmt: skip
    graph.add_edge("src", "sup", "r2", type="SUPPLIES", status="active", share=0.5, start_date="2024")
    return graph


def test_a_share_that_is_no_fact_makes_no_fact_here_or_further_up() -> None:
    answer = shock_answer(alleged(), "cus")
    lead, first, second = (item.text for item in answer.statements)
    assert lead.endswith("for 0 of them the loss is known, for 2 only by planned or alleged shares.")
    assert first == (
        "Round 1: sup would lose 40 % of its revenue: cus allegedly made up 40 % of its revenue in 2025 (r1)."
    )
    assert second.startswith("Round 2: src would lose 20 % of its revenue: sup made up 50 %")
    assert "2 of the losses rest on planned or alleged shares, which are no facts." in answer.notes
    assert [row[-1] for row in answer.rows] == [False, False]


def test_a_fact_goes_before_a_newer_plan() -> None:
    graph = alleged()
    graph.add_edge("sup", "cus", "r3", type="SUPPLIES", status="active", share=0.1, start_date="2020")
    answer = shock_answer(graph, "cus")
    assert answer.statements[1].text == (
        "Round 1: sup loses 10 % of its revenue: cus made up 10 % of its revenue in 2020 (r3);"
        " other periods: 40 % in 2025 (r1; no fact)."
    )
    assert not any("no facts" in note for note in answer.notes)


def test_a_loss_is_carried_by_the_one_that_surely_carries_most() -> None:
    # m surely loses 0.2, n from 0.1 to 0.9: half of each is 0.1 and 0.05 to 0.45.
    graph = nx.MultiDiGraph()
    graph.add_edge("m", "x", key="r1", share=0.2, share_basis="revenue", start_date="2024")
    graph.add_edge("n", "x", key="r2", share_min=0.1, share_max=0.9, share_basis="revenue", start_date="2024")
    graph.add_edge("s", "m", key="r3", share=0.5, share_basis="revenue", start_date="2024")
    graph.add_edge("s", "n", key="r4", share=0.5, share_basis="revenue", start_date="2024")
    hit = next(hit for hit in shock(graph, "x").hits if hit.entity == "s")
    assert (hit.carrier, hit.tie) == ("m", "r3")
    assert (hit.loss, hit.loss_high) == pytest.approx((0.15, 0.55))
