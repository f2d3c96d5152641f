"""Reach: hand-drawn chains, the chip chain of the bundled data, and graphs of the user's own."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.dependence_answers import reach_answer, substitutes_answer
from graph.analytics.reach import reach
from graph.analytics.substitutes import substitutes, words_of
from graph.errors import AnalysisError, EntityNotFound
from graph.model import Batch, Entity, Tie
from graph.projection import Filters, graph_of

# asml -> tsmc -> {nvidia, cerebras} -> openai, samsung -> nvidia (the toy of the dominator tests).
CHIPS = [
    ("asml", "tsmc"), ("tsmc", "nvidia"), ("tsmc", "cerebras"), ("nvidia", "openai"), ("cerebras", "openai"),
    ("samsung", "nvidia"),
]  # fmt: skip


@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiDiGraph])
def test_hops_of_the_toy_chain(kind: type[nx.DiGraph]) -> None:
    found = reach(kind(CHIPS), "openai", max_hops=None)
    assert {key: item.hops for key, item in found.found.items()} == {
        "cerebras": 1, "nvidia": 1, "samsung": 2, "tsmc": 2, "asml": 3,
    }  # fmt: skip
    assert found.per_hop == (2, 2, 1)
    assert [step.entity for step in found.chain("asml")] == ["cerebras", "tsmc", "asml"]
    assert not found.more
    down = reach(kind(CHIPS), "asml", upstream=False, max_hops=2)
    assert list(down.found) == ["tsmc", "cerebras", "nvidia"]
    assert down.more


def test_loops_mutual_suppliers_and_islands() -> None:
    graph = nx.DiGraph([("a", "a"), ("a", "b"), ("b", "a")])
    graph.add_node("c")
    assert list(reach(graph, "a", max_hops=None).found) == ["b"]
    assert reach(graph, "c").found == {}
    assert "Nobody is recorded upstream of c" in reach_answer(graph, "c").statements[0].text


def test_bad_input() -> None:
    graph = nx.DiGraph(CHIPS)
    with pytest.raises(EntityNotFound) as caught:
        reach(graph, "nvdia")
    assert "nvidia" in caught.value.nearest
    with pytest.raises(AnalysisError):
        reach(graph, "nvidia", max_hops=0)
    with pytest.raises(EntityNotFound):
        reach(nx.DiGraph(), "a")


def test_an_undirected_graph_runs_both_ways_and_limits_are_said() -> None:
    graph = nx.path_graph(5, create_using=nx.Graph)
    graph = nx.relabel_nodes(graph, str)
    assert [item.hops for item in reach(graph, "2", max_hops=None).found.values()] == [1, 1, 2, 2]
    stopped = reach(graph, "0", max_hops=None, entity_limit=2)
    assert (stopped.stopped_at, stopped.more) == (2, True)


def test_a_fact_is_shown_before_a_plan() -> None:
    entities = [Entity("a", "A", "company"), Entity("b", "B", "company")]
    ties = [
        Tie("r1", "a", "SUPPLIES", "b", "planned", "2030", sources=("s",)),
        Tie("r2", "a", "SUPPLIES", "b", "active", sources=("s",)),
        Tie("r3", "a", "OWNS", "b", "active", "2020", sources=("s",)),
    ]
    graph = graph_of(entities, ties, Filters.all_statuses())
    assert reach(graph, "b").found["a"].tie == "r2"
    only_plan = graph_of(entities, ties[:1], Filters.all_statuses())
    assert reach_answer(only_plan, "b").statements[1].text == "A: A plans to supply B (2030, planned)."


def test_the_chip_chain_of_the_bundled_data(bundled: Batch) -> None:
    # Read in data/relationships.csv: asml -> tsmc r0104; tsmc -> nvidia r0892, r0893; tsmc -> cerebras
    # r0890; nvidia -> openai r0652; cerebras -> openai r0195 to r0197. broadcom -> openai (r0163) and
    # tsmc -> openai (r0894) are only announced and planned; nobody is recorded to supply broadcom.
    graph = graph_of(bundled.entities, bundled.ties)
    found = reach(graph, "openai", max_hops=None)
    assert found.found["tsmc"].hops == 2
    assert found.found["asml"].hops == 3
    # Three chains of three ties: through TSMC to Cerebras or NVIDIA, and through Samsung; the one told has
    # the smallest ids. From ASML to Cerebras there is only TSMC.
    assert [step.entity for step in found.chain("asml")] == ["nvidia", "samsung", "asml"]
    chips = reach(graph, "cerebras", max_hops=None)
    assert [step.tie for step in chips.chain("asml")] == ["r0890", "r0104"]
    assert found.found["nvidia"].tie == "r0652"
    # broadcom -> google (r0162) -> anthropic (r0368) -> amazon (r0084) -> openai (r0057), by facts alone.
    assert found.found["broadcom"].hops == 4
    first = {key for key, item in found.found.items() if item.hops == 1}
    assert first == {"amazon", "cerebras", "coreweave", "microsoft", "nvidia", "oracle", "reddit"}
    every = graph_of(bundled.entities, bundled.ties, Filters.all_statuses())
    assert reach(every, "openai").found["broadcom"].hops == 1
    answer = reach_answer(graph, "openai", max_hops=3)
    asml = next(item for item in answer.statements if item.text.startswith("ASML:"))
    assert asml.ties == ("r0103", "r0775", "r0652")
    assert "ASML supplies Samsung Electronics (EUV lithography machines);" in asml.text


def test_words_of_a_product() -> None:
    assert words_of("the GPUs, Ethernet racks and chips of 2025") == {"gpu", "ethernet", "rack", "chip"}


def products(*rows: tuple[str, str, str | None]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for number, (start, end, text) in enumerate(rows, start=1):
        graph.add_edge(start, end, key=f"r{number}", type="SUPPLIES", product=text)
    return graph


def test_substitutes_rank_same_customer_then_competitors() -> None:
    graph = products(
        ("s", "c", "lithography machines"),
        ("near", "c", "lithography machines"),
        ("rival", "d", "lithography tools"),
        ("far", "d", "lithography machines"),
        ("other", "c", "bread"),
        ("s", "e", None),
    )
    graph.add_edge("rival", "s", key="r9", type="COMPETES_WITH")
    graph.add_edge("s", "silent", key="r10", type="COMPETES_WITH")
    found = substitutes(graph, "s")
    assert [item.entity for item in found.found] == ["near", "rival", "silent", "far"]
    near, rival, silent, _ = found.found
    assert near.like_products_to == ("c",)
    assert near.match is not None
    assert near.match.likeness == pytest.approx(1)
    assert near.match.words == ("lithography", "machine")
    assert (rival.competes, silent.competes, silent.match) == (("r9",), ("r10",), None)
    assert found.without_text == 1
    # lithography is in 4 of 5 texts, machine in 3, tool in 1: log(6/5) / (log(6/5) + log(6/4) + log(6/2)).
    import math

    expected = math.log(6 / 5) / (math.log(6 / 5) + math.log(6 / 4) + math.log(6 / 2))
    looser = {item.entity: item for item in substitutes(graph, "s", like_enough=0.05).found}
    assert looser["rival"].match is not None
    assert looser["rival"].match.likeness == pytest.approx(expected)


def test_substitutes_for_one_customer_and_bad_input() -> None:
    graph = products(("s", "c", "chips"), ("s", "d", "cloud"), ("t", "x", "cloud"), ("u", "x", "chips"))
    assert [item.entity for item in substitutes(graph, "s", customer="d").found] == ["t"]
    with pytest.raises(AnalysisError, match="not recorded to supply x"):
        substitutes(graph, "s", customer="x")
    with pytest.raises(EntityNotFound):
        substitutes(graph, "nobody")
    for outside in (-0.5, 2):
        with pytest.raises(AnalysisError):
            substitutes(graph, "s", like_enough=outside)
    nothing = substitutes_answer(nx.DiGraph([("a", "b")]), "a")
    assert nothing.rows == ()
    assert "0 could be looked at" in nothing.statements[0].text


def test_cloud_for_openai_in_the_bundled_data(bundled: Batch) -> None:
    # r0562 Azure cloud and r0057 AWS cloud, r0231 to r0234 GPU cloud all go to OpenAI.
    graph = graph_of(bundled.entities, bundled.ties)
    found = {item.entity: item for item in substitutes(graph, "microsoft", customer="openai").found}
    assert found["amazon"].like_products_to == ("openai",)
    assert found["coreweave"].match is not None
    assert "cloud" in found["coreweave"].match.words


def test_reach_leaves_out_what_is_over_and_says_so() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("asml", "nv", "r1", type="SUPPLIES", status="active")
    graph.add_edge("old", "nv", "r2", type="SUPPLIES", status="ended")
    graph.add_edge("far", "old", "r3", type="SUPPLIES", status="active")
    answer = reach_answer(graph, "nv")
    assert [row[0] for row in answer.rows] == ["asml"]
    assert "Supply ties that are over are not followed: 1." in answer.notes
    assert reach_answer(graph, "old", upstream=False).statements[0].text == (
        "Nobody is recorded downstream of old now: its supply ties there are over (1)."
    )
    graph.graph["as_of"] = "2003"
    assert [row[0] for row in reach_answer(graph, "nv").rows] == ["asml", "old", "far"]


@pytest.mark.parametrize(
    ("status", "sells", "supplies", "competes"),
    [
        ("active", "sells", "already supplies such", "competes with"),
        ("ended", "sold", "supplied such", "competed with"),
        ("planned", "plans to sell", "plans to supply such", "plans to compete with"),
        ("alleged", "allegedly sells", "allegedly supplies such", "allegedly competes with"),
    ],
)
def test_reasons_for_a_substitute_are_worded_by_status(
    status: str, sells: str, supplies: str, competes: str
) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("s", "c", "r1", type="SUPPLIES", status="ended", product="lithography machines")
    graph.add_edge("t", "c", "r2", type="SUPPLIES", status=status, product="lithography machines")
    graph.add_edge("u", "c", "r3", type="SUPPLIES", status="active", product="bread")
    graph.add_edge("t", "s", "r4", type="COMPETES_WITH", status=status)
    text = substitutes_answer(graph, "s").statements[1].text
    assert text == (
        f't: {sells} "lithography machines" to c, like "lithography machines" to c (ended)'
        f" (shared: lithography, machine); {supplies} to c; {competes} s."
    )


def test_the_limit_of_hops_is_said_where_there_is_one() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d")])
    told = "The shortest chain of each is shown, at most 2 hops."
    assert told in reach_answer(graph, "d", max_hops=2).notes
    assert "There is more beyond this number of hops." in reach_answer(graph, "d", max_hops=2).notes
    assert reach_answer(graph, "d", max_hops=None).notes == ()
