"""Known answers for simple cycles: NetworkX's own documentation, complete digraphs, plain NetworkX."""

from __future__ import annotations

from math import comb, factorial

import networkx as nx
import pytest

from graph.analytics.cycles import bounded_cycles, cycles_in, links_of
from graph.errors import AnalysisError, EntityNotFound, ParameterError

# The example in the documentation of networkx.simple_cycles.
EXAMPLE = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 0), (2, 1), (2, 2)]


def plain(graph: nx.DiGraph, length: int) -> list[tuple[int, ...]]:
    """Cycles by NetworkX alone, turned and ordered as ours."""
    turned: list[tuple[int, ...]] = []
    for cycle in nx.simple_cycles(graph, length_bound=length):
        first = cycle.index(min(cycle))
        turned.append((*cycle[first:], *cycle[:first]))
    return sorted(turned, key=lambda cycle: (len(cycle), cycle))


def test_the_example_of_the_networkx_documentation() -> None:
    assert bounded_cycles(nx.DiGraph(EXAMPLE)).cycles == ((0,), (2,), (0, 2), (1, 2), (0, 1, 2))
    assert (0, 1, 2) not in bounded_cycles(nx.DiGraph(EXAMPLE), max_length=2).cycles
    assert bounded_cycles(nx.DiGraph(EXAMPLE), max_length=1).cycles == ((0,), (2,))


@pytest.mark.parametrize(("nodes", "count"), [(3, 5), (4, 20), (5, 84), (6, 409)])
def test_complete_digraphs(nodes: int, count: int) -> None:
    # Choose k of n nodes, and order them in (k - 1)! ways around.
    assert count == sum(comb(nodes, k) * factorial(k - 1) for k in range(2, nodes + 1))
    graph = nx.complete_graph(nodes, create_using=nx.DiGraph)
    assert len(bounded_cycles(graph, max_length=nodes, limit=None).cycles) == count


@pytest.mark.parametrize("seed", range(12))
def test_the_same_as_networkx(seed: int) -> None:
    graph = nx.gnp_random_graph(14, 0.18, seed=seed, directed=True)
    graph.add_edge(3, 3)
    for length in (1, 2, 3, 5, 8):
        expected = plain(graph, length)
        assert list(bounded_cycles(graph, max_length=length, limit=None).cycles) == expected
        through = [cycle for cycle in expected if {1, 5} & set(cycle)]
        found = bounded_cycles(graph, max_length=length, including=[5, 1], limit=None)
        assert list(found.cycles) == through


def test_parallel_edges_are_one_step_and_mixed_ids_have_an_order() -> None:
    graph = nx.MultiDiGraph([("a", 1), ("a", 1), (1, "a"), (1, (2, 3)), ((2, 3), "a")])
    assert bounded_cycles(graph).cycles == ((1, "a"), (1, (2, 3), "a"))


def test_the_limit_keeps_the_shortest_and_says_so() -> None:
    graph = nx.complete_graph(6, create_using=nx.DiGraph)
    found = bounded_cycles(graph, max_length=6, limit=20)
    assert (len(found.cycles), found.more) == (20, True)
    assert [len(cycle) for cycle in found.cycles] == [2] * 15 + [3] * 5
    assert set(found.cycles) <= set(plain(graph, 3))
    exact = bounded_cycles(graph, max_length=6, limit=409)
    assert (len(exact.cycles), exact.more, exact.stopped_at) == (409, False, None)


def test_the_work_limit_is_said_and_what_was_found_is_right() -> None:
    graph = nx.complete_graph(9, create_using=nx.DiGraph)
    found = bounded_cycles(graph, max_length=8, limit=None, candidate_limit=3_000)
    assert (found.more, found.stopped_at) == (None, 3_000)
    assert len(found.cycles) == len(set(found.cycles))
    assert set(found.cycles) <= set(plain(graph, 5))


def test_hubs_do_not_explode() -> None:
    # Two hubs with 30,000 neighbours each way: one cycle of 2 between them, and 2 x 30,000 with the rest.
    graph = nx.DiGraph([("h", "i"), ("i", "h")])
    for leaf in range(30_000):
        graph.add_edges_from((("h", f"l{leaf}"), (f"l{leaf}", "h"), ("i", f"m{leaf}"), (f"m{leaf}", "i")))
    found = bounded_cycles(graph, including=["h"], limit=None)
    assert (len(found.cycles), found.stopped_at) == (30_001, None)
    assert bounded_cycles(graph, including=["l7"]).cycles == (("h", "l7"),)


def test_needed_bits_are_looked_for_in_the_search() -> None:
    graph = nx.DiGraph(["ab", "ba", "cd", "dc"])
    links = links_of(graph, [("a", "b", 1), ("b", "a", 2), ("c", "d", 1), ("d", "c", 1)])
    assert cycles_in(links, max_length=5, need=3, limit=1).cycles == (("a", "b"),)


@pytest.mark.parametrize("graph", [nx.DiGraph(), nx.DiGraph(["ab", "bc"]), nx.MultiDiGraph()])
def test_no_cycle_is_an_answer(graph: nx.DiGraph) -> None:
    found = bounded_cycles(graph)
    assert (found.cycles, found.more) == ((), False)


def test_bad_requests() -> None:
    graph = nx.DiGraph(["ab", "ba"])
    with pytest.raises(AnalysisError, match="direction"):
        bounded_cycles(nx.Graph(["ab"]))
    with pytest.raises(EntityNotFound):
        bounded_cycles(graph, including=["z"])
    for wrong in ({"max_length": 0}, {"max_length": 9}, {"limit": 0}, {"candidate_limit": 0}):
        with pytest.raises(ParameterError):
            bounded_cycles(graph, **wrong)


def test_a_changed_graph_is_searched_anew() -> None:
    graph = nx.DiGraph(["ab", "ba"])
    assert len(bounded_cycles(graph).cycles) == 1
    graph.add_edge("b", "c")
    graph.add_edge("c", "b")
    assert len(bounded_cycles(graph).cycles) == 2
