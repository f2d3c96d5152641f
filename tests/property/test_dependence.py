"""What must hold on every graph: concentration, reach, dominators, cut points, substitutes."""

from __future__ import annotations

import math

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analytics.chokepoints import chokepoints, dominances, supply_tree
from graph.analytics.concentration import concentrations
from graph.analytics.cut_points import cut_points
from graph.analytics.groups import Groups, one_group
from graph.analytics.reach import reach
from graph.analytics.substitutes import substitutes

few = settings(max_examples=40, deadline=None)
pairs = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=24)
WORDS = ("cloud", "chips", "memory", "power")


def graph_of_pairs(edges: list[tuple[int, int]]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n{i}" for i in range(9))
    for number, (start, end) in enumerate(edges):
        type_ = "OWNS" if number % 5 == 4 else "SUPPLIES"
        text = WORDS[(start + number) % 4]
        graph.add_edge(f"n{start}", f"n{end}", key=f"r{number:02}", type=type_, product=text)
    return graph


def renamed(graph: nx.MultiDiGraph) -> tuple[nx.MultiDiGraph, dict[str, str]]:
    names = {node: f"z{8 - place}" for place, node in enumerate(graph)}
    return nx.relabel_nodes(graph, names), names


def with_island(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    more = graph.copy()
    more.add_edge("i1", "i2", key="x1", type="SUPPLIES", product="bread")
    more.add_edge("i2", "i3", key="x2", type="SUPPLIES")
    return more


@few
@given(pairs, st.booleans(), st.integers(1, 4))
def test_reach_is_the_distance_in_the_supply_graph(
    edges: list[tuple[int, int]], upstream: bool, hops: int
) -> None:
    graph = graph_of_pairs(edges)
    supply = nx.DiGraph()
    supply.add_nodes_from(graph)
    supply.add_edges_from((u, v) for u, v, data in graph.edges(data=True) if data["type"] == "SUPPLIES")
    far = nx.single_source_shortest_path_length(supply.reverse() if upstream else supply, "n0")
    found = reach(graph, "n0", upstream=upstream, max_hops=hops)
    assert {key: item.hops for key, item in found.found.items()} == {
        key: value for key, value in far.items() if 0 < value <= hops
    }
    assert found.more == any(value > hops for value in far.values())
    for entity, item in found.found.items():
        assert len(found.chain(entity)) == item.hops
        assert set(found.per_hop) == set(found.per_hop) - {0}


@few
@given(pairs)
def test_names_and_islands_do_not_matter(edges: list[tuple[int, int]]) -> None:
    graph = graph_of_pairs(edges)
    other, names = renamed(graph)
    bigger = with_island(graph)
    tree = supply_tree(graph).immediate()
    assert supply_tree(other).immediate() == {names[key]: names[value] for key, value in tree.items()}
    assert {k: v for k, v in supply_tree(bigger).immediate().items() if k in graph} == tree
    cuts = {item.entity: (item.parts, item.cut_off) for item in cut_points(graph)}
    assert {i.entity: (i.parts, i.cut_off) for i in cut_points(other)} == {
        names[k]: v for k, v in cuts.items()
    }
    assert {i.entity: (i.parts, i.cut_off) for i in cut_points(bigger) if i.entity in graph} == cuts
    likes = {item.entity: item.match.likeness for item in substitutes(graph, "n0").found if item.match}
    moved = {item.entity: item.match.likeness for item in substitutes(other, "z8").found if item.match}
    assert moved == pytest.approx({names[key]: value for key, value in likes.items()})


@few
@given(pairs)
def test_taking_a_chokepoint_away_ends_all_supply(edges: list[tuple[int, int]]) -> None:
    graph = graph_of_pairs(edges)
    for entity in graph:
        found = chokepoints(graph, entity)
        above = set(reach(graph, entity, max_hops=None).found)
        assert set(found.chain) <= above
        for dominator in found.chain:
            (held,) = dominances(graph, supplier=dominator)
            assert entity in held.dominated
            left = graph.copy()
            left.remove_node(dominator)
            # A source that still reaches the entity would be a route around: there is none.
            rest = set(reach(left, entity, max_hops=None).found)
            assert not rest & (set(found.sources) - {dominator})


@few
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.floats(0.0, 1), st.integers(0, 5))
def test_grouping_never_lowers_the_index(parts: list[float], rest: float, split: int) -> None:
    whole = math.fsum(parts) + rest
    graph = nx.MultiDiGraph()
    for place, part in enumerate(parts):
        graph.add_edge(
            "firm", f"n{place}", key=f"r{place}", share=part / whole * (1 - 1e-12), start_date="2024"
        )
    (plain,) = concentrations(graph, "firm")
    members = [f"n{place}" for place in range(min(split, len(parts)))]
    groups = Groups(graph, chosen=one_group(members))
    (grouped,) = concentrations(graph, "firm", group_of=groups.group_of)
    assert plain.hhi_low <= plain.hhi_high <= 10_000 + 1e-6
    assert plain.hhi_low <= grouped.hhi_low + 1e-9
    assert plain.hhi_high <= grouped.hhi_high + 1e-9
    assert grouped.disclosed == pytest.approx(plain.disclosed)
    # By name, n equal parties have an index of 10,000 / n: no more parties than that are effective.
    assert plain.effective_high is not None
    assert plain.effective_low is not None
    assert plain.effective_low <= plain.effective_high + 1e-9
