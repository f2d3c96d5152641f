"""What holds for every graph: other names, another part beside it, scaled weights, bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analytics.betweenness import betweenness
from graph.analytics.brokerage import constraint, effective_size, gaps
from graph.analytics.centrality import components, core, degree
from graph.analytics.closeness import harmonic
from graph.analytics.communities import communities
from graph.analytics.compact import Scope
from graph.analytics.spectral import eigenvector, katz, pagerank

BOTH = Scope(direction="both")
MEASURES: dict[str, Callable[[nx.Graph], Mapping[Any, Any]]] = {
    "degree": lambda graph: {key: value.ties for key, value in degree(graph).items()},
    "pagerank": pagerank,
    "eigenvector": lambda graph: eigenvector(graph, BOTH),
    "katz": lambda graph: katz(graph, alpha=0.01).values,
    "betweenness": betweenness,
    "harmonic": harmonic,
    "core": core,
    "constraint": constraint,
    "effective size": effective_size,
}


@st.composite
def graphs(draw: st.DrawFn) -> nx.MultiDiGraph:
    """Small directed graphs with parallel ties, loops and parts."""
    size = draw(st.integers(2, 9))
    ends = st.integers(0, size - 1)
    ties = draw(st.lists(st.tuples(ends, ends, st.integers(1, 5)), max_size=22))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n{k}" for k in range(size))
    for number, (start, end, weight) in enumerate(ties):
        graph.add_edge(f"n{start}", f"n{end}", key=f"r{number}", w=weight)
    return graph


@pytest.mark.parametrize("name", MEASURES)
@settings(max_examples=25, deadline=None)
@given(graph=graphs(), order=st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(name: str, graph: nx.MultiDiGraph, order: Any) -> None:
    names = list(graph)
    order.shuffle(names)
    mapping = dict(zip(graph, names, strict=True))
    other = nx.relabel_nodes(graph, mapping)
    found, wanted = MEASURES[name](other), MEASURES[name](graph)
    for node in graph:
        assert found[mapping[node]] == pytest.approx(wanted[node], abs=1e-9)


@pytest.mark.parametrize("name", ["degree", "harmonic", "core", "constraint", "effective size"])
@settings(max_examples=20, deadline=None)
@given(graph=graphs(), other=graphs())
def test_another_part_changes_nothing(name: str, graph: nx.MultiDiGraph, other: nx.MultiDiGraph) -> None:
    wanted = MEASURES[name](graph)
    found = MEASURES[name](nx.union(graph, nx.relabel_nodes(other, lambda node: f"x{node}")))
    assert {node: found[node] for node in graph} == pytest.approx(wanted, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), factor=st.floats(0.001, 1000))
def test_scaled_weights_change_no_share(graph: nx.MultiDiGraph, factor: float) -> None:
    scaled = graph.copy()
    for _, _, data in scaled.edges(data=True):
        data["w"] *= factor
    scope = Scope(weight="w")
    for measure in (pagerank, constraint, effective_size):
        found, wanted = measure(scaled, scope), measure(graph, scope)
        for node, value in wanted.items():
            assert found[node] == (None if value is None else pytest.approx(value, rel=1e-7, abs=1e-9))


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_bounds(graph: nx.MultiDiGraph) -> None:
    size = len(graph)
    assert math.fsum(pagerank(graph).values()) == pytest.approx(1)
    assert all(0 <= value <= 1 + 1e-12 for value in betweenness(graph, BOTH).values())
    assert all(0 <= value <= size - 1 for value in harmonic(graph).values())
    near = degree(graph)
    bound, sizes = constraint(graph, BOTH), effective_size(graph, BOTH)
    for node in graph:
        count = near[node].neighbours
        assert (bound[node] is None) == (count == 0)
        if count:
            assert bound[node] > 0  # type: ignore[operator]
            assert 1 - 1e-9 <= sizes[node] <= count + 1e-9  # type: ignore[operator]
            found = gaps(graph, node)
            assert found.pairs == count * (count - 1) // 2
            assert sum(map(len, found.groups)) == count
        assert core(graph)[node] <= count
    assert sum(part.size for part in components(graph)) == size


@settings(max_examples=25, deadline=None)
@given(graph=graphs())
def test_communities_are_a_connected_partition_within_components(graph: nx.MultiDiGraph) -> None:
    found = communities(graph, searches=2)
    assert sorted(node for item in found.communities for node in item.members) == sorted(graph)
    plain = nx.Graph(graph)
    assert all(nx.is_connected(plain.subgraph(item.members)) for item in found.communities)
    assert -0.5 - 1e-9 <= found.modularity <= 1


@settings(max_examples=25, deadline=None)
@given(graph=graphs())
def test_turning_ties_round_turns_in_into_out(graph: nx.MultiDiGraph) -> None:
    turned = graph.reverse()
    into, out = Scope(direction="in"), Scope(direction="out")
    for measure in (pagerank, harmonic, betweenness):
        assert measure(turned, into) == pytest.approx(measure(graph, out), abs=1e-9)
    assert dict(degree(turned, into).items()) == degree(graph, out)
