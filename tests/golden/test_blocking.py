"""Known answers for blocking sets: Menger's theorem on known graphs, weights by hand."""

from __future__ import annotations

import math
import random

import networkx as nx
import pytest

from graph.analytics.blocking import Blocking, blocking_set
from graph.analytics.blocking_answers import blocking_answer
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import Tie
from graph.projection import Filters, to_networkx
from graph.store import Store


def parted(graph: nx.Graph, found: Blocking) -> bool:
    """Whether the set does block."""
    rest = nx.Graph(graph)
    rest.remove_nodes_from(found.members)
    for source in found.sources:
        rest.remove_edges_from([(source, target) for target in found.targets])
    return not any(nx.has_path(rest, a, b) for a in found.sources for b in found.targets)


def separate(found: Blocking) -> bool:
    """Whether the proof's paths share nobody but the ends."""
    inner = [entity for route in found.proof for entity in route.entities[1:-1]]
    return len(inner) == len(set(inner))


def test_icosahedron_needs_five_between_any_two() -> None:
    graph = nx.icosahedral_graph()
    pairs = [(a, b) for a in graph for b in graph if a < b and not graph.has_edge(a, b)]
    for a, b in pairs:
        found = blocking_set(graph, a, b)
        assert len(found.members) == found.cost == len(found.proof) == 5
        assert parted(graph, found)
        assert separate(found)


def test_karate_club_between_its_two_leaders() -> None:
    # Zachary's club: 0 and 33 are not tied; six members part them (NetworkX names 2, 8, 13, 19, 30, 31).
    graph = nx.karate_club_graph()
    found = blocking_set(graph, 0, 33)
    assert len(found.members) == 6
    assert parted(graph, found)
    assert separate(found)
    # The common neighbours of both must be in every such set.
    assert {8, 13, 19, 31} <= set(found.members)
    assert found.smallest
    assert blocking_set(graph, 16, 26).members == (0,)  # 5, 6, 10, 16 hang on the club by 0 alone


def test_weights_by_hand() -> None:
    # a costs 3, b and c 1: a must go, since s-a-t, and with it b or c, since s-b-c-t. Cost 4.
    graph = nx.DiGraph([("s", "a"), ("s", "b"), ("a", "c"), ("b", "c"), ("a", "t"), ("c", "t")])
    found = blocking_set(graph, "s", "t", directed=True, weights={"a": 3, "b": 1, "c": 1})
    assert found.cost == 4
    assert {found.members, found.other} == {("a", "b"), ("a", "c")}
    assert not found.unique
    assert sum(route.amount for route in found.proof) == 4
    # Dearer b leaves one cheapest set.
    dear = blocking_set(graph, "s", "t", directed=True, weights={"a": 3, "b": 1.1, "c": 1})
    assert (dear.members, dear.unique, dear.cost) == (("a", "c"), True, 4.0)


def test_decimal_and_long_weights_are_exact() -> None:
    # 0.1 + 0.2 against 0.3: equal on paper. Three paths: through x (0.3), or its two suppliers.
    graph = nx.Graph([("s", "u"), ("s", "v"), ("u", "x"), ("v", "x"), ("x", "t")])
    found = blocking_set(graph, "s", "t", weights={"u": 0.1, "v": 0.2, "x": 0.3})
    assert (found.cost, found.unique) == (0.3, False)
    assert (found.members, found.other) == (("u", "v"), ("x",))
    tiny = blocking_set(graph, "s", "t", weights={"u": 0.1, "v": 0.2, "x": 0.3 + 1e-16})
    assert (tiny.members, tiny.unique) == (("u", "v"), True)
    large = blocking_set(graph, "s", "t", weights={"u": 1e12, "v": 2e12 + 1, "x": 3e12})
    assert (large.members, large.cost) == (("x",), 3e12)


def test_weights_from_an_attribute_and_missing_ones() -> None:
    graph = nx.Graph([("s", "u"), ("u", "v"), ("v", "t")])
    graph.nodes["u"]["effort"] = 2
    found = blocking_set(graph, "s", "t", weights="effort")
    assert (found.members, found.cost, found.unweighted) == (("v",), 1, 1)


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf])
def test_weights_that_cannot_be(weight: float) -> None:
    with pytest.raises(AnalysisError, match="weight of u"):
        blocking_set(nx.path_graph(["s", "u", "t"]), "s", "t", weights={"u": weight})


def test_a_direct_link_cannot_be_blocked() -> None:
    graph = nx.Graph([("s", "t"), ("s", "a"), ("a", "t")])
    found = blocking_set(graph, "s", "t")
    assert len(found.direct) == 1
    assert found.members == ("a",)
    texts = [statement.text for statement in blocking_answer(graph, "s", "t").statements]
    assert texts[0].startswith("There is a direct link, nobody in between can block it: s is linked to t")
    assert texts[1] == "Apart from it, a alone could block every other path from s to t in 3 ties."
    assert texts[2] == "It is the only smallest set."
    only = [statement.text for statement in blocking_answer(nx.path_graph(["s", "t"]), "s", "t").statements]
    assert only[1] == "Apart from it no path leads from s to t in 1 tie."


def test_nothing_to_block() -> None:
    graph = nx.Graph([("s", "a"), ("b", "t")])
    found = blocking_set(graph, "s", "t")
    assert (found.members, found.cost, found.direct, found.unique) == ((), 0, (), True)
    (said,) = blocking_answer(graph, "s", "t").statements
    assert said.text == "Nothing is to be blocked: no path leads from s to t in 2 ties."


def test_sets_and_directions_and_left_out() -> None:
    graph = nx.DiGraph([("s", "a"), ("r", "b"), ("a", "m"), ("b", "m"), ("m", "t"), ("m", "u"), ("t", "a")])
    assert blocking_set(graph, ["s", "r"], ["t", "u"], directed=True).members == ("m",)
    assert blocking_set(graph, "t", "s", directed=True).members == ()
    assert blocking_set(graph, ["s", "r"], "t", exclude=["m"]).members == ("a",)


def test_only_short_paths() -> None:
    # Two steps through a, five through c to f.
    graph = nx.Graph([("s", "a"), ("a", "t"), ("s", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("f", "t")])
    assert blocking_set(graph, "s", "t", max_hops=4).members == ("a",)
    assert blocking_set(graph, "s", "t", max_hops=4).between == 1
    assert len(blocking_set(graph, "s", "t").members) == 2
    with pytest.raises(AnalysisError, match="starts at 1"):
        blocking_set(graph, "s", "t", max_hops=0)


def test_it_does_not_claim_more_than_it_knows() -> None:
    # Every step lies on a path of four hops: s-a-b-x-t, s-y-a-b-t, s-y-b-t ... The set blocks all of them; the
    # proof's paths are short enough, or the answer says that it does not know.
    draw = random.Random(5)
    for _ in range(200):
        graph = nx.gnp_random_graph(9, 0.35, seed=draw.randrange(10**6))
        found = blocking_set(graph, 0, 8, max_hops=5)
        assert found.smallest is all(route.hops <= 5 for route in found.proof)


@pytest.mark.parametrize("seed", range(12))
def test_as_networkx_says(seed: int) -> None:
    graph = nx.gnp_random_graph(40, 0.12, seed=seed, directed=seed % 2 == 0)
    graph.remove_edges_from([(0, 39), (39, 0)])
    found = blocking_set(graph, 0, 39, directed=True)
    flow = nx.node_connectivity(graph, 0, 39)
    assert len(found.members) == flow
    assert separate(found)
    assert (set(found.members) == set(found.other or found.members)) is found.unique


def test_wrong_questions() -> None:
    graph = nx.path_graph(["s", "u", "t"])
    with pytest.raises(EntityNotFound):
        blocking_set(graph, "s", "nobody")
    with pytest.raises(AnalysisError, match="same"):
        blocking_set(graph, "s", "s")
    with pytest.raises(ParameterError):
        blocking_set(graph, [], "t")


def test_openai_and_g42_in_the_table(bundled_store: Store) -> None:
    # relationships.csv: both have facts with Cerebras, MGX, Microsoft, NVIDIA and Stargate UAE, and r0682 is direct.
    found = blocking_set(to_networkx(bundled_store), "openai", "g42", max_hops=2)
    assert found.members == ("cerebras", "mgx", "microsoft", "nvidia", "stargate-uae")
    assert [tie.id for step in found.direct for tie in step.ties] == ["r0682"]
    assert (found.unique, found.smallest) == (True, True)


def test_a_plan_is_not_a_direct_link_in_fact(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store, Filters.all_statuses(), as_of="2017-09")
    answer = blocking_answer(graph, "openai", "cerebras")
    assert answer.statements[0].text == (
        "There is a direct link, of plans or allegations only, nobody in between can block it: OpenAI weighed buying "
        "Cerebras Systems (2017, abandoned) [seed, dcd-cer, thisweek, capacity]."
    )
    assert answer.statements[1].text.startswith("Apart from it, Elon Musk alone could block every other path")
    assert answer.statements[-1].text.endswith("Cerebras Systems (holds only with plans or allegations).")
    assert answer.rows[0][1] == "elon-musk"
    assert isinstance(graph.edges["openai", "cerebras", "r0662"]["tie"], Tie)


def test_a_weight_that_is_no_number_is_an_error_of_the_analysis() -> None:
    graph = nx.DiGraph([("s", "m"), ("m", "t")])
    graph.nodes["m"]["seats"] = "many"
    with pytest.raises(AnalysisError, match="weight of m is many"):
        blocking_set(graph, "s", "t", weights="seats")


def test_the_proof_is_told_where_there_is_more_than_one_path() -> None:
    two = blocking_answer(nx.Graph([("s", "a"), ("a", "t"), ("s", "b"), ("b", "t")]), "s", "t")
    assert "The 2 separate paths share nobody but the ends: no smaller set blocks them all." in two.notes
    one = blocking_answer(nx.path_graph(["s", "a", "t"]), "s", "t")
    assert not any("separate" in note for note in one.notes)
