"""Known answers for centrality: published examples, closed forms, and plain NetworkX on random graphs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import networkx as nx
import pytest

from graph.analytics import spectral
from graph.analytics.answer import Answer
from graph.analytics.betweenness import betweenness, sampled_betweenness
from graph.analytics.centrality import components, core, degree, degree_by_type, ranked, strength
from graph.analytics.centrality_answers import answer_all, answer_centrality
from graph.analytics.centrality_methods import MEASURES
from graph.analytics.closeness import harmonic, harmonic_top
from graph.analytics.compact import Scope
from graph.analytics.engines import has_igraph
from graph.analytics.exposures import exposures
from graph.analytics.group_answers import answer_components
from graph.analytics.spectral import eigenvector, katz, pagerank
from graph.errors import AnalysisError, EntityNotFound, GraphTooLarge, NotConverged, ParameterError
from graph.model import Batch
from graph.projection import Filters, to_networkx
from graph.store import Store

BOTH, IN, OUT = Scope(direction="both"), Scope(direction="in"), Scope(direction="out")
ENGINES = [
    "rustworkx",
    pytest.param("igraph", marks=pytest.mark.skipif(not has_igraph(), reason="no igraph")),
]
RANDOM = [
    nx.gnm_random_graph(60, 120, seed=1),
    nx.gnm_random_graph(60, 40, seed=2),  # in many parts
    nx.gnm_random_graph(50, 160, seed=3, directed=True),
    nx.gnm_random_graph(250, 500, seed=4),  # above the size where sparse eigensolvers take over
    nx.gnm_random_graph(300, 900, seed=5, directed=True),
]


def same(found: Any, wanted: Any, tolerance: float = 1e-9) -> None:
    assert list(found) == list(wanted)
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, abs=tolerance, rel=tolerance), key


# --- published examples ---


@pytest.mark.parametrize("engine", ENGINES)
def test_krackhardts_kite(engine: str) -> None:
    # Krackhardt (1990), Administrative Science Quarterly 35, 342-369: Heather (7) has most betweenness,
    # 14 of 36 pairs; then Fernando and Garth (5, 6) 8 1/3 of 36, and Ike (8) 8 of 36.
    found = betweenness(nx.krackhardt_kite_graph(), engine=engine)
    assert found[7] == pytest.approx(14 / 36)
    assert found[5] == found[6] == pytest.approx((8 + 1 / 3) / 36)
    assert found[8] == pytest.approx(8 / 36)
    assert found[9] == 0
    assert ranked(found)[:4] == [7, 5, 6, 8]


def test_the_medici_stand_between_the_families_of_florence() -> None:
    # Padgett and Ansell (1993); betweenness of the marriage network: Medici 0.522, Guadagni 0.255.
    found = betweenness(nx.florentine_families_graph())
    assert found["Medici"] == pytest.approx(0.522, abs=5e-4)
    assert found["Guadagni"] == pytest.approx(0.255, abs=5e-4)


def test_pagerank_of_the_eleven_page_example() -> None:
    # The 11-page example of the English Wikipedia article "PageRank", damping 0.85, in percent.
    steps = [
        "BC",
        "CB",
        "DA",
        "DB",
        "EB",
        "ED",
        "EF",
        "FB",
        "FE",
        "GB",
        "GE",
        "HB",
        "HE",
        "IB",
        "IE",
        "JE",
        "KE",
    ]
    found = pagerank(nx.DiGraph([tuple(step) for step in steps]))
    wanted = {"A": 3.3, "B": 38.4, "C": 34.3, "D": 3.9, "E": 8.1, "F": 3.9, "G": 1.6, "K": 1.6}
    assert {key: round(100 * found[key], 1) for key in wanted} == wanted
    assert math.fsum(found.values()) == pytest.approx(1)


def test_zacharys_karate_club() -> None:
    graph = nx.karate_club_graph()
    found = core(graph)
    assert max(found.values()) == 4
    assert {key for key, value in found.items() if value == 4} == {0, 1, 2, 3, 7, 8, 13, 30, 32, 33}
    # Most central is the administrator (33) by degree, the instructor (0) by betweenness: 0.4376.
    assert degree(graph)[33].neighbours == 17
    assert betweenness(graph)[0] == pytest.approx(0.437635, abs=1e-6)


# --- closed forms ---


def test_stars_paths_and_complete_graphs() -> None:
    star = eigenvector(nx.star_graph(9))
    assert star[0] == pytest.approx(1 / math.sqrt(2))
    assert star[5] == pytest.approx(1 / math.sqrt(18))
    # On a path of n the k-th has sin(k pi / (n + 1)), up to a factor.
    path = eigenvector(nx.path_graph(7))
    ratio = [path[k - 1] / math.sin(k * math.pi / 8) for k in range(1, 8)]
    assert ratio == pytest.approx([ratio[0]] * 7)
    assert {round(x, 12) for x in eigenvector(nx.complete_graph(16)).values()} == {0.25}
    # Katz of a star with k leaves: centre (1 + a k) / (1 - a^2 k), leaf 1 + a * centre.
    found = katz(nx.star_graph(4), alpha=0.1)
    centre = (1 + 0.4) / (1 - 0.04)
    assert found.values[0] / found.values[1] == pytest.approx(centre / (1 + 0.1 * centre))
    assert found.alpha_limit == pytest.approx(0.5)  # 1 / sqrt(4)


def test_katz_of_a_chain_counts_the_walks() -> None:
    found = katz(nx.DiGraph(["ab", "bc"]), alpha=0.5)
    length = math.sqrt(1 + 1.5**2 + 1.75**2)
    same(found.values, {"a": 1 / length, "b": 1.5 / length, "c": 1.75 / length})
    assert found.alpha_limit is None


def test_harmonic_by_hand() -> None:
    same(harmonic(nx.path_graph(4)), {0: 1 + 1 / 2 + 1 / 3, 1: 2.5, 2: 2.5, 3: 1 + 1 / 2 + 1 / 3})
    same(harmonic(nx.star_graph(5)), {0: 5, **dict.fromkeys(range(1, 6), 1 + 4 / 2)})
    chain = nx.DiGraph(["ab", "bc"])
    same(harmonic(chain), {"a": 0, "b": 1, "c": 1.5})
    same(harmonic(chain, OUT), {"a": 1.5, "b": 1, "c": 0})
    same(harmonic(chain, BOTH), {"a": 1.5, "b": 2, "c": 1.5})
    same(harmonic(chain, of=["c"]), {"c": 1.5})


def test_betweenness_of_a_chain_is_directed_only_when_asked() -> None:
    chain = nx.DiGraph(["ab", "bc"])
    assert betweenness(chain)["b"] == 1 / 2  # one of the two ordered pairs of others
    assert betweenness(chain, BOTH)["b"] == 1
    assert betweenness(chain, normalised=False)["b"] == 1


def test_partners_are_tied_both_ways() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="r1", type="PARTNERED_WITH")
    graph.add_edge("a", "c", key="r2", type="SUPPLIES")
    graph.add_edge("a", "c", key="r3", type="SUPPLIES")
    assert (degree(graph, IN)["a"].neighbours, degree(graph, IN)["a"].ties) == (1, 1)
    assert (degree(graph, OUT)["a"].neighbours, degree(graph, OUT)["a"].ties) == (2, 3)
    assert degree(graph, Scope("supply", "out"))["a"].ties == 2
    assert degree_by_type(graph, ["a"], OUT)["a"]["SUPPLIES"].ties == 2
    assert degree_by_type(graph, ["b"], OUT)["b"]["PARTNERED_WITH"].neighbours == 1
    assert degree_by_type(graph, ["c"], OUT)["c"] == {}
    assert degree_by_type(graph, ["a"], IN)["a"].keys() == {"PARTNERED_WITH"}
    assert degree_by_type(graph, ["c"])["c"]["SUPPLIES"].ties == 2


def test_strength_counts_what_is_not_known() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="r1", type="INVESTED_IN", amount_usd=10)
    graph.add_edge("a", "b", key="r2", type="INVESTED_IN", amount_usd=None)
    graph.add_edge("c", "b", key="r3", type="SUPPLIES")
    graph.add_edge("b", "b", key="r4", amount_usd=99)
    found = strength(graph, scope=IN)
    assert (found["b"].total, found["b"].known, found["b"].unknown) == (10, 1, 2)
    assert found["a"].total is None
    assert strength(graph)["a"].total == 10
    assert strength(graph, scope=Scope("supply"))["b"].total is None


# --- plain NetworkX ---


@pytest.mark.parametrize("graph", RANDOM)
def test_equal_to_networkx(graph: nx.Graph) -> None:
    for engine in (None, "rustworkx"):
        same(betweenness(graph, engine=engine), nx.betweenness_centrality(graph))
    same(betweenness(graph, normalised=False), nx.betweenness_centrality(graph, normalized=False))
    same(harmonic(graph), nx.harmonic_centrality(graph))
    same(harmonic(graph, of=list(graph)), nx.harmonic_centrality(graph))
    same(pagerank(graph), nx.pagerank(graph, tol=1e-14, max_iter=2_000))
    personal = {0: 1, 3: 2}
    wanted = nx.pagerank(graph, personalization=personal, tol=1e-14, max_iter=2_000)
    same(pagerank(graph, personal=personal), wanted)
    assert core(graph) == nx.core_number(nx.Graph(graph))
    found = katz(graph)
    same(found.values, nx.katz_centrality_numpy(graph, alpha=found.alpha))
    assert {key: value.ties for key, value in degree(graph).items()} == dict(graph.degree())
    parts = {frozenset(part.members) for part in components(graph)}
    assert parts == {frozenset(part) for part in nx.connected_components(nx.Graph(graph))}
    assert sum(part.ties for part in components(graph)) == graph.number_of_edges()


@pytest.mark.parametrize("graph", [graph for graph in RANDOM if nx.is_connected(nx.Graph(graph))])
def test_eigenvector_equal_to_networkx(graph: nx.Graph) -> None:
    largest = max(nx.strongly_connected_components(graph), key=len) if graph.is_directed() else set(graph)
    part = nx.convert_node_labels_to_integers(graph.subgraph(largest))
    same(eigenvector(part), nx.eigenvector_centrality(part, max_iter=20_000, tol=1e-14), 1e-8)


def test_reversed_and_weighted_equal_to_networkx() -> None:
    graph = nx.gnm_random_graph(40, 120, seed=6, directed=True)
    for at, (_, _, data) in enumerate(graph.edges(data=True)):
        data["w"] = 1 + at % 5
    turned = graph.reverse()
    same(
        pagerank(graph, Scope(direction="out", weight="w")),
        nx.pagerank(turned, weight="w", tol=1e-14, max_iter=999),
    )
    same(pagerank(graph, Scope(weight="w")), nx.pagerank(graph, weight="w", tol=1e-14, max_iter=999))
    same(harmonic(graph, OUT), nx.harmonic_centrality(turned))
    found = katz(graph, Scope(direction="out", weight="w"))
    same(found.values, nx.katz_centrality_numpy(turned, alpha=found.alpha, weight="w"))
    multi = nx.MultiDiGraph(list(graph.edges) + list(graph.edges)[:30])
    same(pagerank(multi, Scope(weight="ties")), nx.pagerank(multi, tol=1e-14, max_iter=999))
    strong = {frozenset(part.members) for part in components(graph, strong=True)}
    assert strong == {frozenset(part) for part in nx.strongly_connected_components(graph)}


@pytest.mark.parametrize("scope", [IN, OUT, BOTH])
def test_the_best_by_harmonic_closeness(scope: Scope) -> None:
    graph = nx.gnm_random_graph(200, 500, seed=8, directed=True)
    every = harmonic(graph, scope)
    best = harmonic_top(graph, 10, scope)
    assert list(best.values()) == pytest.approx(sorted(every.values(), reverse=True)[:10])
    same(best, {key: every[key] for key in best})


@pytest.mark.parametrize(
    "graph",
    [
        nx.gnm_random_graph(1_200, 1_900, seed=1),
        nx.gnm_random_graph(1_200, 500, seed=1),
        nx.star_graph(1_100),
        nx.empty_graph(1_100),
    ],
    ids=["random", "fragments", "star", "no ties"],
)
def test_sampled_betweenness_keeps_its_bound(graph: nx.Graph) -> None:
    exact = betweenness(graph)
    for seed in (1, 2, 3):
        found = sampled_betweenness(graph, epsilon=0.03, delta=0.01, seed=seed)
        assert not found.exact
        assert max(abs(found.values[key] - exact[key]) for key in graph) <= 0.03
    again = sampled_betweenness(graph.copy(), epsilon=0.03, delta=0.01, seed=3)
    assert again.values == found.values


def test_small_graphs_are_not_sampled() -> None:
    found = sampled_betweenness(nx.path_graph(4), epsilon=0.1)
    assert found.exact
    same(found.values, nx.betweenness_centrality(nx.path_graph(4)))


# --- input that cannot be ---


@pytest.mark.parametrize("weight", [float("nan"), -1, float("inf"), "much"])
def test_impossible_weights_are_named(weight: Any) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="r1", amount_usd=weight)
    for call in (lambda: strength(graph), lambda: pagerank(graph, Scope(weight="amount_usd"))):
        with pytest.raises(AnalysisError, match="a -> b"):
            call()


def test_what_is_not_known_says_what_is() -> None:
    graph = nx.path_graph(4)
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (ParameterError, lambda: Scope("nope")),
        (ParameterError, lambda: Scope(direction="up")),
        (ParameterError, lambda: pagerank(graph, damping=1)),
        (ParameterError, lambda: pagerank(graph, personal={0: 0})),
        (EntityNotFound, lambda: pagerank(graph, personal={9: 1})),
        (EntityNotFound, lambda: harmonic(graph, of=[9])),
        (EntityNotFound, lambda: degree_by_type(graph, [9])),
        (ParameterError, lambda: katz(graph, alpha=0)),
        (ParameterError, lambda: sampled_betweenness(graph, epsilon=0)),
        (ParameterError, lambda: sampled_betweenness(nx.DiGraph(graph), IN)),
        (ParameterError, lambda: betweenness(graph, engine="paper")),
        (ParameterError, lambda: answer_centrality(graph, "nope")),
        (GraphTooLarge, lambda: harmonic(graph, work_limit=1)),
        (NotConverged, lambda: pagerank(graph, max_steps=1)),
        (NotConverged, lambda: katz(graph, alpha=5)),
        (NotConverged, lambda: eigenvector(nx.DiGraph([(0, 1), (1, 2)]))),
    ]
    for error, call in refused:
        with pytest.raises(error) as caught:
            call()
        assert caught.value.hint  # type: ignore[attr-defined]


def test_katz_names_its_limit() -> None:
    with pytest.raises(NotConverged, match=r"below 0\.5"):
        katz(nx.star_graph(4), alpha=0.5)


@pytest.mark.parametrize("graph", [nx.Graph(), nx.empty_graph(3), nx.MultiDiGraph([("a", "a")])])
def test_graphs_without_ties(graph: nx.Graph) -> None:
    for measure in MEASURES:
        answer = answer_centrality(graph, measure)
        assert not answer.rows
        assert answer.statements[0].text.startswith("Nobody: there are no ties")
    assert set(betweenness(graph).values()) <= {0.0}
    assert set(harmonic(graph).values()) <= {0.0}
    assert harmonic_top(graph, 2) is not None
    assert math.fsum(pagerank(graph).values()) == pytest.approx(1 if len(graph) else 0)
    assert answer_components(graph).statements


def test_parts_with_one_leading_part() -> None:
    # A triangle (radius 2) and a pair (radius 1): only the triangle has eigenvector centrality.
    graph = nx.Graph([(0, 1), (1, 2), (2, 0), (3, 4)])
    assert [round(value, 9) for value in eigenvector(graph).values()] == [round(3**-0.5, 9)] * 3 + [0, 0]
    assert any("outside the part" in note for note in answer_centrality(graph, "eigenvector").notes)


def test_equal_values_are_ranked_by_id() -> None:
    assert ranked({"b": 1.0, "a": 1.0 + 1e-13, "c": 2.0, "d": None}) == ["c", "a", "b"]
    assert ranked({"b": 1.0, "a": 0.0}, smallest_first=True) == ["a", "b"]


# --- the bundled data ---


def _ties(bundled: Batch, entity: str, types: Iterable[str]) -> list[Any]:
    return [
        tie
        for tie in bundled.ties
        if entity in (tie.from_id, tie.to_id) and tie.is_fact and tie.type in set(types)
    ]


def test_degree_and_strength_on_the_bundled_data(bundled: Batch, bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    money = _ties(bundled, "cerebras", ("INVESTED_IN", "LENT_TO"))
    others = {tie.from_id if tie.to_id == "cerebras" else tie.to_id for tie in money}
    found = degree(graph, Scope("money"))["cerebras"]
    assert (found.neighbours, found.ties) == (len(others), len(money))
    total = strength(graph, scope=Scope("money"))["cerebras"]
    known = [tie.amount_usd for tie in money if tie.amount_usd is not None]
    assert (total.total, total.known, total.unknown) == (sum(known), len(known), len(money) - len(known))


def test_answers_on_the_bundled_data(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store, as_of="2024")
    answer = answer_centrality(graph, "betweenness", scope=Scope("money"))
    assert answer.title == "Betweenness, money ties, as of 2024"
    assert answer.provenance.parameters["family"] == "money"
    assert answer.provenance.data_version == graph.graph["data_version"]
    assert answer.provenance.direction == "direction left aside"
    assert all(graph.has_node(row[1]) for row in answer.rows)
    assert set(answer.statements[0].ties) <= {key for _, _, key in graph.edges(keys=True)}
    every: Answer = answer_all(graph)
    assert every.columns[3:] == tuple(
        "strength_usd" if measure == "strength" else measure.replace("-", "_") for measure in MEASURES
    )
    assert len(every.rows[0]) == len(every.columns)
    for told in (answer, every):
        assert [row[0] for row in told.rows] == list(range(1, len(told.rows) + 1))


def test_plain_graph_under_a_family_counts_edges_without_type() -> None:
    assert answer_centrality(nx.star_graph(3), scope=Scope("money")).rows[0][3] == 3


def test_filters_reach_the_provenance(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store, Filters(types=frozenset({"SUPPLIES"})))
    assert answer_centrality(graph).provenance.filters["types"] == ["SUPPLIES"]


def weighed() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", amount_usd=5)
    graph.add_edge("b", "c")
    graph.add_edge("c", "d", amount_usd=0)
    return graph


def test_ties_without_the_weight_are_counted_and_said() -> None:
    scope = Scope(weight="amount_usd")
    left = "2 entities without a tie with known amount_usd above 0 are left out."
    missing = "No amount_usd is known of 1 of 3 ties; left out."
    for measure in ("pagerank", "katz", "eigenvector", "constraint", "effective-size"):
        answer = answer_centrality(weighed(), measure, scope=scope)
        assert {row[1] for row in answer.rows} == {"a", "b"}
        assert {left, missing} <= set(answer.notes)
        assert "amount_usd is 0 for 1 of 3 ties, which joins nobody." in answer.notes
    # These read no weight, so that nothing is left out.
    for measure in ("degree", "betweenness", "harmonic", "core"):
        answer = answer_centrality(weighed(), measure, scope=scope)
        assert (len(answer.rows), answer.notes) == (4, ())
    assert f"In measures that read weights: {missing}" in answer_all(weighed(), scope=scope).notes
    assert answer_centrality(weighed(), "pagerank", scope=Scope(weight="ties")).notes == ()


@pytest.mark.parametrize("name", ["round_usd", "amount", "quantity"])
def test_what_stands_on_the_tie_of_each_investor_is_never_added_up(name: str) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("fund", "firm", **{name: 5})
    for asked in (
        lambda: strength(graph, name),
        lambda: Scope(weight=name),
        lambda: exposures(graph, attribute=name),
    ):
        with pytest.raises(ParameterError, match="never added up"):
            asked()


@pytest.mark.parametrize("size", [10, spectral._DENSE_BELOW + 1])
def test_katz_knows_its_limit_on_a_ring_of_any_size(size: int) -> None:
    # Every loop of a ring has one length, and its spectral radius is 1.
    found = katz(nx.cycle_graph(size, create_using=nx.DiGraph), IN)
    assert found.alpha_limit == pytest.approx(1)
    assert found.alpha == pytest.approx(0.85)
    assert katz(nx.cycle_graph(size), BOTH).alpha_limit == pytest.approx(1 / 2)
