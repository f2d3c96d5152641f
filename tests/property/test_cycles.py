"""What must hold for cycles of any graph."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analytics.cycles import bounded_cycles

EDGES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=30)


def graph_of_edges(edges: list[tuple[int, int]]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(9))
    graph.add_edges_from(edges)
    return graph


@settings(max_examples=60, deadline=None)
@given(EDGES, st.integers(1, 8))
def test_each_cycle_is_one_and_canonical(edges: list[tuple[int, int]], length: int) -> None:
    graph = graph_of_edges(edges)
    found = bounded_cycles(graph, max_length=length, limit=None).cycles
    assert len(set(found)) == len(found) == sum(1 for _ in nx.simple_cycles(graph, length_bound=length))
    for cycle in found:
        assert cycle[0] == min(cycle)
        assert len(set(cycle)) == len(cycle) <= length
        assert all(graph.has_edge(a, b) for a, b in zip(cycle, [*cycle[1:], cycle[0]], strict=True))


@settings(max_examples=40, deadline=None)
@given(EDGES, st.permutations(range(9)), st.randoms(use_true_random=False))
def test_names_and_order_of_building_do_not_matter(edges, names, random) -> None:  # type: ignore[no-untyped-def]
    found = {frozenset(cycle) for cycle in bounded_cycles(graph_of_edges(edges), limit=None).cycles}
    shuffled = [(names[a], names[b]) for a, b in edges]
    random.shuffle(shuffled)
    other = bounded_cycles(graph_of_edges(shuffled), limit=None).cycles
    assert {frozenset(names[node] for node in cycle) for cycle in found} == {frozenset(c) for c in other}


@settings(max_examples=30, deadline=None)
@given(EDGES, st.integers(1, 40))
def test_a_part_apart_and_a_limit_change_nothing_else(edges: list[tuple[int, int]], limit: int) -> None:
    graph = graph_of_edges(edges)
    every = bounded_cycles(graph, limit=None).cycles
    some = bounded_cycles(graph, limit=limit)
    assert len(some.cycles) == min(limit, len(every))
    assert some.more == (len(every) > limit)
    assert set(some.cycles) <= set(every)
    assert [len(cycle) for cycle in some.cycles] == [len(cycle) for cycle in every[:limit]]
    graph.add_edges_from([(100, 101), (101, 102), (102, 100)])
    assert bounded_cycles(graph, limit=None, including=range(9)).cycles == every
