"""The conversion to arrays: directions, weights, families, and what is kept until when."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from graph.analytics.compact import Scope, compact, edges_of, ends_of, kept, narrowed, scoped
from graph.errors import AnalysisError


def small() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="r1", type="SUPPLIES", amount_usd=5)
    graph.add_edge("a", "b", key="r2", type="INVESTED_IN", amount_usd=2.5)
    graph.add_edge("b", "c", key="r3", type="PARTNERED_WITH", amount_usd=None)
    graph.add_edge("c", "c", key="r4", type="OWNS", amount_usd=9)
    graph.add_node("d")
    return graph


def table(found: Any) -> list[list[float]]:
    return found.matrix.toarray().tolist()


def test_pairs_directions_and_loops() -> None:
    graph = small()
    assert table(compact(graph, directed=True)) == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert table(compact(graph, directed=False)) == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    turned = compact(graph, directed=True, reverse=True)
    assert table(turned) == np.array(table(compact(graph, directed=True))).T.tolist()
    assert table(compact(graph, directed=False, weight="ties"))[0] == [0, 2, 0, 0]
    assert table(compact(graph, directed=True, weight="amount_usd"))[0] == [0, 7.5, 0, 0]
    assert compact(graph, directed=True, weight="amount_usd").matrix.nnz == 1  # unknown is no weight


def test_families_and_isolates() -> None:
    graph = small()
    graph.add_edge("d", "a")  # without a type: of any family
    found = scoped(graph, Scope("money", isolates=False))
    assert found.nodes == ("a", "b", "d")
    assert table(found) == [[0, 1, 0], [0, 0, 0], [1, 0, 0]]
    assert scoped(graph, Scope("money")).nodes == ("a", "b", "c", "d")


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_equal_to_networkx(kind: type[nx.Graph]) -> None:
    base = nx.gnm_random_graph(25, 70, seed=4, directed=True)
    graph = kind(list(base.edges) + list(base.edges)[:20])
    for at, (_, _, data) in enumerate(graph.edges(data=True)):
        data["w"] = at % 3 + 0.5
    wanted = nx.to_scipy_sparse_array(graph, weight="w").toarray()
    assert np.array_equal(compact(graph, directed=True, weight="w").matrix.toarray(), wanted)
    ones = nx.to_scipy_sparse_array(graph, weight=None).toarray()
    assert np.array_equal(compact(graph, directed=True).matrix.toarray(), ones > 0)
    assert np.array_equal(compact(graph, directed=False).matrix.toarray(), (ones + ones.T) > 0)
    assert len(list(edges_of(graph))) == graph.number_of_edges() == len(ends_of(graph).tails)


def test_indices_are_sorted() -> None:
    graph = nx.gnm_random_graph(40, 200, seed=1)
    for directed in (True, False):
        assert compact(graph, directed=directed).matrix.has_sorted_indices


@pytest.mark.parametrize("value", [float("nan"), -1, float("inf"), "much", [1]])
def test_bad_weights_name_their_edge(value: Any) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", amount_usd=1)
    graph.add_edge("b", "c", amount_usd=value, type="SUPPLIES")
    with pytest.raises(AnalysisError, match="b -> c") as caught:
        compact(graph, directed=True, weight="amount_usd")
    assert caught.value.hint
    # Ties that are not asked for are not judged.
    assert narrowed(graph, types=frozenset({"OWNS"}), directed=True, weight="amount_usd").matrix.nnz == 1


def test_kept_until_the_graph_changes() -> None:
    graph = small()
    first = compact(graph, directed=True)
    assert compact(graph, directed=True) is first
    assert compact(graph.copy(), directed=True) is not first
    graph.add_edge("d", "a", key="r5")
    assert compact(graph, directed=True).matrix.nnz == first.matrix.nnz + 1
    graph.remove_node("a")
    assert compact(graph, directed=True).nodes == ("b", "c", "d")


def test_views_are_converted_anew() -> None:
    graph = small()
    view = graph.subgraph(["a", "b", "c"])
    before = compact(view, directed=True).matrix.nnz
    graph.add_edge("c", "a", key="r6")
    assert compact(view, directed=True).matrix.nnz == before + 1
    turned = nx.reverse_view(graph)
    assert table(compact(turned, directed=True)) == table(compact(graph, directed=True, reverse=True))


def test_kept_makes_once() -> None:
    graph, calls = nx.Graph(), []
    for _ in range(2):
        kept(graph, ("x",), lambda: calls.append(1))
    assert calls == [1]


def test_nothing() -> None:
    assert compact(nx.Graph(), directed=True).nodes == ()
    assert compact(nx.MultiDiGraph(), directed=True, weight="amount_usd").matrix.shape == (0, 0)
    assert scoped(nx.MultiDiGraph(), Scope(isolates=False)).nodes == ()
