"""Known answers for Burt's measures: the published seven-node example, closed forms, and the definition."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from graph.analytics.brokerage import constraint, constraint_terms, effective_size, gaps
from graph.analytics.compact import Scope
from graph.analytics.group_answers import answer_brokers, answer_communities
from graph.errors import EntityNotFound
from graph.projection import to_networkx
from graph.store import Store

SEVEN = ["AB", "AF", "AG", "AE", "EG", "FG", "BG", "BD", "DG", "GC"]


def by_definition(graph: nx.Graph, weight: str | None) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Both measures, written out from Burt (1992), equations 2.2 and 2.4, without any trick."""
    ties = nx.to_numpy_array(graph, weight=weight)
    np.fill_diagonal(ties, 0)
    ties = ties + ties.T
    bound: dict[Any, Any] = {}
    sizes: dict[Any, Any] = {}
    for i, node in enumerate(graph):
        near = np.flatnonzero(ties[i])
        if not len(near):
            bound[node] = sizes[node] = None
            continue
        p = ties / np.where(ties.sum(axis=1) == 0, 1, ties.sum(axis=1))[:, None]
        bound[node] = sum((p[i, j] + sum(p[i, q] * p[q, j] for q in near)) ** 2 for j in near)
        sizes[node] = sum(1 - sum(p[i, q] * ties[j, q] / ties[j].max() for q in near) for j in near)
    return bound, sizes


def test_the_seven_node_example() -> None:
    # Burt's example as used in NetworkX's own tests, and by Borgatti (1997) for effective size.
    graph = nx.Graph([tuple(tie) for tie in SEVEN])
    wanted = {"A": 0.595, "B": 0.643, "C": 1.0, "D": 0.785, "E": 0.731, "F": 0.731, "G": 0.400}
    assert {key: round(value or 0, 3) for key, value in sorted(constraint(graph).items())} == wanted
    sizes = effective_size(graph)
    assert sizes["A"] == pytest.approx(2.5)
    assert sizes["B"] == pytest.approx(1.667, abs=1e-3)
    assert sizes["G"] == pytest.approx(4.667, abs=1e-3)


def test_stars_and_complete_graphs_in_closed_form() -> None:
    # The centre of a star with k leaves: k (1/k)^2 = 1/k, and nothing is redundant.
    assert constraint(nx.star_graph(5))[0] == pytest.approx(1 / 5)
    assert effective_size(nx.star_graph(5))[0] == pytest.approx(5)
    # In a complete graph of n: (n - 1) (1/(n-1) + (n-2)/(n-1)^2)^2; every contact is worth 1 in all.
    n = 6
    wanted = (n - 1) * (1 / (n - 1) + (n - 2) / (n - 1) ** 2) ** 2
    assert constraint(nx.complete_graph(n))[0] == pytest.approx(wanted)
    assert effective_size(nx.complete_graph(n))[0] == pytest.approx((n - 1) - (n - 2))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weight", [None, "w"])
def test_equal_to_the_definition(seed: int, directed: bool, weight: str | None) -> None:
    graph = nx.gnm_random_graph(30, 25 + 40 * seed, seed=seed, directed=directed)
    for at, (_, _, data) in enumerate(graph.edges(data=True)):
        data["w"] = 1 + at % 4
    bound, sizes = by_definition(graph, weight)
    scope = Scope(weight=weight)
    assert constraint(graph, scope) == pytest.approx(bound, abs=1e-12)
    assert effective_size(graph, scope) == pytest.approx(sizes, abs=1e-12)
    plain = nx.constraint(graph, weight=weight)
    for key, value in constraint(graph, scope).items():
        assert value is None or value == pytest.approx(plain[key], abs=1e-12)
        assert sum(term.term for term in constraint_terms(graph, key, scope)) == pytest.approx(value or 0)


def test_terms_name_the_ways_round() -> None:
    graph = nx.Graph([tuple(tie) for tie in SEVEN])
    first, *_ = constraint_terms(graph, "A")
    # A's four ties are worth 1/4 each. Round to G: by B and by E and F, 1/4 * 1/3 + 1/4 * 1/2 + 1/4 * 1/2.
    assert (first.other, first.direct) == ("G", 0.25)
    assert first.indirect == pytest.approx(1 / 12 + 1 / 8 + 1 / 8)
    assert first.through == ("E", "F", "B")


def test_gaps_are_the_groups_only_the_broker_joins() -> None:
    graph = nx.Graph([tuple(tie) for tie in SEVEN])
    found = gaps(graph, "G")
    # G has six neighbours, 15 pairs; tied are AB, AE, AF and BD.
    assert (found.pairs, found.unlinked) == (15, 11)
    assert found.groups == (("A", "B", "D", "E", "F"), ("C",))
    assert gaps(graph, "C").pairs == 0


def test_nobody_to_broker() -> None:
    graph = nx.MultiDiGraph([("a", "a")])
    graph.add_node("b")
    assert constraint(graph) == {"a": None, "b": None}
    assert effective_size(graph) == {"a": None, "b": None}
    assert constraint_terms(graph, "a") == ()
    assert gaps(graph, "b").groups == ()
    assert constraint(nx.Graph()) == {}
    with pytest.raises(EntityNotFound):
        gaps(graph, "z")
    with pytest.raises(EntityNotFound):
        answer_brokers(graph, entity="z")
    assert "no tie to others" in answer_brokers(graph, entity="a").statements[0].text


def test_brokers_on_the_bundled_data(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = answer_brokers(graph)
    plain = nx.constraint(nx.Graph(graph))
    best = min((key for key in plain if graph.degree(key)), key=lambda key: (plain[key], key))
    assert answer.rows[0][1] == best
    assert [item.entities for item in answer.statements] == [
        (row[1],) for row in answer.rows[: len(answer.statements)]
    ]
    assert len(answer.statements) > 1
    assert answer.rows[0][3] == pytest.approx(plain[best])
    one = answer_brokers(graph, entity="cerebras")
    assert sum(row[4] for row in one.rows) == pytest.approx(plain["cerebras"])
    openai = next(row for row in one.rows if row[0] == "openai")
    between = set(graph["openai"].get("cerebras", {})) | set(graph["cerebras"].get("openai", {}))
    assert set(openai[6]) == between
    assert one.provenance.parameters["entity"] == "cerebras"


def test_ties_without_the_weight_are_counted_and_said() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", amount_usd=5)
    graph.add_edge("b", "c")
    scope = Scope(weight="amount_usd")
    answer = answer_brokers(graph, scope=scope)
    assert {row[1] for row in answer.rows} == {"a", "b"}
    assert answer.notes == (
        "No amount_usd is known of 1 of 2 ties; left out.",
        "1 entity without a tie with known amount_usd above 0 is left out.",
    )
    alone = answer_brokers(graph, scope=scope, entity="c").statements[0].text
    assert alone == "c has no tie with known amount_usd above 0 to others here."
    found = answer_communities(graph, scope=scope)
    assert [row[2] for row in found.rows] == [2]
    assert found.notes == answer.notes
