"""Known answers for communities and components."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from graph.analytics.centrality import components
from graph.analytics.communities import communities, modularity
from graph.analytics.compact import Scope
from graph.analytics.group_answers import answer_communities, answer_components
from graph.errors import AnalysisError, ParameterError
from graph.projection import to_networkx
from graph.store import Store


def shuffled(graph: nx.Graph, seed: int) -> nx.Graph:
    """The same graph, built in another order."""
    draw = random.Random(seed)
    nodes, edges = list(graph), list(graph.edges)
    draw.shuffle(nodes)
    draw.shuffle(edges)
    found = graph.__class__()
    found.add_nodes_from(nodes)
    found.add_edges_from(edges)
    return found


def test_zacharys_club() -> None:
    graph = nx.karate_club_graph()
    # Zachary's two factions (8 sided with the officers, though he joined the other club): 10 of 78 ties
    # run between them, their ends number 76 and 80: 68/78 - (76^2 + 80^2) / 156^2.
    officers = {node for node in graph if graph.nodes[node]["club"] == "Officer"} | {8}
    wanted = 68 / 78 - (76**2 + 80**2) / 156**2
    assert modularity(graph, [officers, set(graph) - officers]) == pytest.approx(wanted)
    # The largest possible is 0.4198 with four communities (Brandes et al. 2008, IEEE TKDE 20(2), 172-188).
    found = communities(graph)
    assert found.modularity == pytest.approx(0.4198, abs=5e-5)
    assert sorted(item.size for item in found.communities) == [5, 6, 11, 12]


def test_rings_of_cliques_fall_into_their_cliques() -> None:
    graph = nx.ring_of_cliques(8, 6)
    found = communities(graph)
    assert {frozenset(item.members) for item in found.communities} == {
        frozenset(range(6 * k, 6 * k + 6)) for k in range(8)
    }
    # 8 * (15 + 1) ties, of which 8 * 15 inside; every clique has 1/8 of the ends.
    assert found.modularity == pytest.approx(120 / 128 - 8 * (1 / 8) ** 2)
    assert {(item.internal, item.external) for item in found.communities} == {(15, 2)}


def test_planted_groups_are_found() -> None:
    graph = nx.planted_partition_graph(6, 25, 0.5, 0.01, seed=3)
    found = {frozenset(item.members) for item in communities(graph).communities}
    assert found == {frozenset(part) for part in graph.graph["partition"]}


@pytest.mark.parametrize(
    "graph",
    [nx.gnm_random_graph(200, 260, seed=2), nx.gnm_random_graph(150, 900, seed=3), nx.les_miserables_graph()],
)
def test_order_does_not_matter_and_communities_are_connected(graph: nx.Graph) -> None:
    found = communities(graph)
    assert communities(shuffled(graph, 1)).communities == found.communities
    assert sorted(node for item in found.communities for node in item.members) == sorted(graph)
    assert all(nx.is_connected(graph.subgraph(item.members)) for item in found.communities)
    sets = [set(item.members) for item in found.communities]
    assert found.modularity == pytest.approx(nx.community.modularity(graph, sets, weight=None))
    assert modularity(graph, sets) == pytest.approx(found.modularity)
    louvain = nx.community.louvain_communities(graph, weight=None, seed=1)
    assert found.modularity >= nx.community.modularity(graph, louvain, weight=None) - 1e-9


def test_weights_and_resolution() -> None:
    graph = nx.les_miserables_graph()
    found = communities(graph, Scope(weight="weight"))
    sets = [set(item.members) for item in found.communities]
    assert found.modularity == pytest.approx(nx.community.modularity(graph, sets))
    assert len(communities(graph, resolution=3).communities) > len(found.communities)
    fine = communities(graph, resolution=3)
    parts = [set(item.members) for item in fine.communities]
    assert fine.modularity == pytest.approx(nx.community.modularity(graph, parts, weight=None, resolution=3))


def test_no_ties_and_bad_input() -> None:
    assert communities(nx.Graph()).communities == ()
    assert [item.members for item in communities(nx.empty_graph(2)).communities] == [(0,), (1,)]
    graph = nx.path_graph(3)
    for call in (
        lambda: communities(graph, resolution=0),
        lambda: communities(graph, seed=-1),
        lambda: communities(graph, searches=0),
    ):
        with pytest.raises(ParameterError):
            call()
    for groups in ([[0, 1]], [[0, 1], [1, 2]], [[0, 1, 2, 9]]):
        with pytest.raises(AnalysisError):
            modularity(graph, groups)


def test_communities_of_the_bundled_data(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = answer_communities(graph)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    # Every tie between two entities is inside one community, or leaves two.
    loops = sum(1 for _ in nx.selfloop_edges(graph))
    total = sum(row["ties_inside"] for row in rows) + sum(row["ties_outside"] for row in rows) / 2
    assert total == graph.number_of_edges() - loops
    for row in rows:
        assert len(row["tie_ids"]) == row["ties_inside"]
        assert len(row["member_ids"]) == row["size"]
    plain = nx.Graph(graph)
    sets = [set(row["member_ids"]) for row in rows]
    rest = [{node} for node in plain if plain.degree(node) == 0]
    wanted = nx.community.modularity(plain, sets + rest, weight=None)
    assert answer.provenance.parameters["modularity"] == pytest.approx(wanted)
    assert answer.provenance.seed == 1


def test_components_of_the_bundled_data(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = answer_components(graph)
    wanted = sorted((len(c) for c in nx.weakly_connected_components(graph) if len(c) > 1), reverse=True)
    assert [row[1] for row in answer.rows] == wanted
    assert any("without such a tie" in note for note in answer.notes)


@pytest.mark.parametrize(("strong", "wanted"), [(True, {"ab": 3, "c": 0}), (False, {"abc": 4})])
def test_ties_inside_a_component_are_counted_once(strong: bool, wanted: dict[str, int]) -> None:
    graph = nx.MultiDiGraph()
    for number, (start, end) in enumerate(("ab", "ba", "ab", "ca")):
        graph.add_edge(start, end, str(number), type="SUPPLIES")
    found = components(graph, strong=strong)
    assert {"".join(part.members): part.ties for part in found} == wanted


def test_families_are_told_by_their_titles() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", "r1", type="PARTNERED_WITH")
    (found,) = answer_communities(graph).statements[1:]
    assert (
        found.text == "2 entities around a and b: 1 tie inside, 0 to others; inside mostly partnership (1)."
    )
    for number, type_ in enumerate(("OWNS", "SUPPLIES", "SUPPLIES", "LENT_TO", "SUPPLIES", "LENT_TO")):
        graph.add_edge("a", "b", f"s{number}", type=type_)
    (group,) = communities(graph).communities
    assert list(group.families.items()) == [("supply", 3), ("money", 2), ("alliance", 1), ("ownership", 1)]
