"""Dominators and cut points: the examples of the papers, a toy, NetworkX, and the bundled data."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.chokepoint_answers import chokepoints_answer, cut_points_answer
from graph.analytics.chokepoints import chokepoints, dominances, supply_tree
from graph.analytics.cut_points import cut_points
from graph.analytics.reach import reach
from graph.errors import AnalysisError, EntityNotFound
from graph.model import Batch
from graph.projection import graph_of

# Lengauer and Tarjan (1979), figure 1: 13 nodes, root R.
LENGAUER = [
    "RA",
    "RB",
    "RC",
    "AD",
    "BA",
    "BD",
    "BE",
    "CF",
    "CG",
    "DL",
    "EH",
    "FI",
    "GI",
    "GJ",
    "HK",
    "HE",
    "IK",
    "JI",
    "KI",
    "KR",
    "LH",
]
# Product toy: two sources, one chip maker that is on every route to Cerebras but not to Nvidia.
TOY = [
    ("asml", "tsmc"), ("tsmc", "nvidia"), ("tsmc", "cerebras"), ("nvidia", "openai"), ("cerebras", "openai"),
    ("samsung", "nvidia"),
]  # fmt: skip


def test_lengauer_and_tarjan() -> None:
    # Their figure 2: C above F and G, G above J, D above L, R above all others.
    found = supply_tree(nx.DiGraph([tuple(pair) for pair in LENGAUER]), root="R").immediate()
    assert found == {**dict.fromkeys("ABCDEHIK", "R"), "F": "C", "G": "C", "J": "G", "L": "D"}


def test_cooper_harvey_and_kennedy() -> None:
    # Their figure 2: everything is dominated by 5 alone.
    graph = nx.DiGraph([("5", "4"), ("5", "3"), ("4", "1"), ("3", "2"), ("2", "1"), ("1", "2")])
    assert supply_tree(graph, root="5").immediate() == dict.fromkeys("1234", "5")
    # Their figure 4 adds one more level: 6 above all.
    graph = nx.DiGraph([(a, b) for a, b in ["65", "64", "51", "42", "43", "12", "23", "21", "32"]])
    assert supply_tree(graph, root="6").immediate() == dict.fromkeys("12345", "6")


def test_the_toy() -> None:
    graph = nx.DiGraph(TOY)
    assert chokepoints(graph, "cerebras").chain == ("tsmc", "asml")
    assert chokepoints(graph, "nvidia").chain == ()
    assert chokepoints(graph, "openai").chain == ()
    assert chokepoints(graph, "openai").sources == ("asml", "samsung")
    (tsmc,) = dominances(graph, supplier="tsmc")
    assert (tsmc.count, tsmc.dominated) == (1, ("cerebras",))
    told = [item.text for item in chokepoints_answer(graph, "cerebras").statements]
    assert told[0].startswith(
        "Every recorded supply route to cerebras passes tsmc, its only recorded supplier"
    )
    assert told[1] == "Every recorded supply route to cerebras starts at asml."
    assert "No single supplier" in chokepoints_answer(graph, "openai").statements[0].text


def test_routes_from_one_root_only() -> None:
    graph = nx.DiGraph(TOY)
    found = chokepoints(graph, "nvidia", root="asml")
    assert (found.chain, found.sources, found.only_source) == (("tsmc",), ("asml",), False)
    assert not chokepoints(graph, "samsung", root="asml").reached
    answer = chokepoints_answer(graph, "openai", root="asml")
    assert answer.statements[0].text == "Every recorded supply route from asml to openai passes tsmc."
    assert answer.rows[0][4] == ("tsmc -> cerebras", "cerebras -> openai")
    unreached = chokepoints_answer(graph, "samsung", root="asml")
    assert unreached.statements[0].text == "No recorded supply route from asml leads to samsung."


def test_mutual_suppliers_are_one_source() -> None:
    # a and b supply each other and nobody supplies them: routes start at either, but x hangs on b alone.
    graph = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "x")])
    found = chokepoints(graph, "x")
    assert (found.chain, found.sources, found.only_source) == (("b",), ("a",), False)
    assert chokepoints(graph, "a").chain == ()
    # A supplier outside makes the loop no source any more.
    graph.add_edge("s", "a")
    assert chokepoints(graph, "x").chain == ("b", "a", "s")
    assert chokepoints(graph, "x").only_source


def test_other_types_loops_and_islands() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "x", key="r1", type="SUPPLIES")
    graph.add_edge("b", "x", key="r2", type="OWNS")
    graph.add_edge("x", "x", key="r3", type="SUPPLIES")
    graph.add_node("alone")
    assert chokepoints(graph, "x").chain == ("a",)
    nobody = chokepoints(graph, "alone")
    assert (nobody.chain, nobody.reached) == ((), False)
    assert "Nobody is recorded to supply alone" in chokepoints_answer(graph, "alone").statements[0].text
    empty = chokepoints_answer(nx.DiGraph())
    assert (empty.rows, empty.statements[0].text) == (
        (),
        "No supplier holds anybody alone, among 0 supply ties.",
    )


def test_bad_input() -> None:
    with pytest.raises(EntityNotFound):
        chokepoints(nx.DiGraph(TOY), "nobody")
    with pytest.raises(EntityNotFound):
        supply_tree(nx.DiGraph(TOY), root="nobody")
    with pytest.raises(AnalysisError, match="directions"):
        supply_tree(nx.Graph(TOY))


def test_a_change_of_the_graph_is_noticed() -> None:
    graph = nx.DiGraph(TOY)
    assert chokepoints(graph, "cerebras").chain == ("tsmc", "asml")
    graph.add_edge("intel", "cerebras")
    assert chokepoints(graph, "cerebras").chain == ()


@pytest.mark.parametrize("seed", range(60))
def test_the_same_as_networkx_on_random_graphs(seed: int) -> None:
    graph = nx.relabel_nodes(nx.gnp_random_graph(12, 0.02 + 0.005 * seed, seed=seed, directed=True), str)
    condensed = nx.condensation(graph)
    rooted = graph.copy()
    for part in condensed:
        if condensed.in_degree(part) == 0:
            rooted.add_edges_from(("ROOT", member) for member in condensed.nodes[part]["members"])
    expected = nx.immediate_dominators(rooted, "ROOT")
    assert supply_tree(graph).immediate() == {
        node: above for node, above in expected.items() if above not in ("ROOT", None)
    }
    for item in dominances(graph):
        # What it dominates is what routes no longer reach once it is gone.
        left = rooted.copy()
        left.remove_node(item.supplier)
        assert set(item.dominated) == set(graph) - {item.supplier} - nx.descendants(left, "ROOT")
        assert item.count == len(item.dominated)


def test_cut_points_of_the_karate_club() -> None:
    # Zachary's club: without 0 (the instructor), 11 stands alone and 4, 5, 6, 10 and 16 among themselves.
    (found,) = cut_points(nx.relabel_nodes(nx.karate_club_graph(), str))
    assert (found.entity, found.parts, found.cut_off) == ("0", 3, 6)
    assert found.names == ("10", "11", "16", "4", "5", "6")


def test_cut_points_by_hand() -> None:
    # A triangle with a tail: c cuts off d and e, d cuts off e. Ties of other types do not count.
    graph = nx.MultiDiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "d"), ("d", "e")])
    found = cut_points(graph)
    assert [(item.entity, item.cut_off, item.names) for item in found] == [
        ("c", 2, ("d", "e")),
        ("d", 1, ("e",)),
    ]
    assert cut_points_answer(graph).statements[1].ties == ("c -> d",)
    graph.add_edge("e", "a", type="OWNS")
    assert [item.entity for item in cut_points(graph, types=["SUPPLIES"])] == ["c", "d"]
    assert cut_points(graph) == []
    assert cut_points(nx.Graph()) == []
    assert "No entity holds others alone" in cut_points_answer(nx.Graph()).statements[0].text


@pytest.mark.parametrize("seed", range(40))
def test_cut_points_are_those_of_networkx(seed: int) -> None:
    graph = nx.relabel_nodes(nx.gnp_random_graph(14, 0.03 + 0.005 * seed, seed=seed), lambda i: f"n{i:02}")
    found = {item.entity: item for item in cut_points(graph)}
    assert set(found) == set(nx.articulation_points(graph))
    for entity, item in found.items():
        rest = nx.node_connected_component(graph, entity) - {entity}
        parts = sorted(nx.connected_components(graph.subgraph(rest)), key=lambda p: (-len(p), min(p)))
        assert item.parts == len(parts)
        assert set(item.names) == set().union(*parts[1:])
        assert item.cut_off == len(item.names)


def test_chokepoints_of_the_bundled_data(bundled: Batch) -> None:
    # data/relationships.csv: TSMC is the only recorded supplier of Qualcomm (r0895), Etched (r0891) and
    # AMD (r0887). Cerebras also buys from Colovore (r0221) and AMD (r0067), so TSMC is not on every route.
    graph = graph_of(bundled.entities, bundled.ties)
    assert chokepoints(graph, "qualcomm").chain == ("tsmc",)
    assert chokepoints(graph, "cerebras").chain == ()
    assert chokepoints(graph, "openai").chain == ()
    (tsmc,) = dominances(graph, supplier="tsmc")
    assert tsmc.dominated == ("amd", "etched", "qualcomm")
    # From ASML alone everything in chips goes through TSMC, except Intel and Samsung (r0102, r0103).
    assert chokepoints(graph, "qualcomm", root="asml").chain == ("tsmc",)
    assert chokepoints(graph, "nvidia", root="asml").chain == ()  # also by Samsung's memory (r0775)
    assert chokepoints(graph, "cerebras", root="asml").chain == ("tsmc",)
    lead = chokepoints_answer(graph, "qualcomm").statements[0]
    assert lead.text.startswith("Every recorded supply route to Qualcomm passes TSMC")
    assert lead.ties == ("r0895",)


def test_routes_that_are_over_are_left_out_and_counted() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("asml", "nv", "r1", type="SUPPLIES", status="active", start_date="2015")
    graph.add_edge("old", "nv", "r2", type="SUPPLIES", status="ended", start_date="2000", end_date="2004")
    answer = chokepoints_answer(graph, "nv")
    assert answer.statements[0].text.startswith("Every recorded supply route to nv starts at asml")
    assert answer.statements[0].ties == ("r1",)
    assert "1 supply tie that is over is left out." in answer.notes
    graph.graph["as_of"] = "2003"  # changed in place: what was kept for today must not serve
    assert chokepoints(graph, "nv").sources == ("asml", "old")
    assert not any("over" in note for note in chokepoints_answer(graph, "nv").notes)
    gone = nx.DiGraph()
    gone.add_edge("old", "nv", type="SUPPLIES", status="ended")
    assert chokepoints_answer(gone, "nv").statements[0].text == "Nobody is recorded to supply nv now."


def test_mutual_suppliers_without_another_are_one_source_and_that_is_said() -> None:
    graph = nx.DiGraph()
    graph.add_edges_from([("a", "c"), ("b", "c")], type="SUPPLIES", status="active")
    loop = "Loops of mutual suppliers among them count as one source each."
    assert loop not in chokepoints_answer(graph).notes
    graph.add_edges_from([("a", "b"), ("b", "a")], type="SUPPLIES", status="active")
    assert loop in chokepoints_answer(graph).notes


def test_planned_routes_are_counted_as_such() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", type="SUPPLIES", status="planned")
    assert "1 of 1 supply tie is planned or alleged, no facts." in chokepoints_answer(graph, "b").notes


def test_what_is_over_holds_nothing_together_unless_it_held_then() -> None:
    graph = nx.MultiDiGraph()
    for key, (start, end) in {"r1": ("a", "b"), "r2": ("b", "c")}.items():
        graph.add_edge(start, end, key, type="SUPPLIES", status="active")
    graph.add_edge("c", "d", "r3", type="SUPPLIES", status="ended", start_date="2000", end_date="2004")
    assert [item.entity for item in cut_points(graph)] == ["b"]  # not c: d is gone with its tie
    answer = cut_points_answer(graph)
    assert answer.statements[0].text == "1 entity holds others alone, in 2 ties."
    assert answer.notes == ("1 tie that is over is left out.",)
    assert set(reach(graph, "c").found) == {"a", "b"}
    assert reach(graph, "d").found == {}
    assert set(reach(graph, "d", ended=True).found) == {"b", "c"}
    graph.graph["as_of"] = "2003"
    assert [item.entity for item in cut_points(graph)] == ["b", "c"]
    assert set(reach(graph, "d").found) == {"b", "c"}
    assert cut_points_answer(graph).notes == ()


def test_an_address_holds_nothing_together_unless_asked_for() -> None:
    graph = nx.MultiDiGraph()
    for firm in ("a", "b", "c"):
        graph.add_edge(firm, "street", type="LOCATED_AT", status="active")
    assert cut_points(graph) == []
    assert [item.entity for item in cut_points(graph, types=["LOCATED_AT"])] == ["street"]
