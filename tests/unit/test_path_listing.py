"""Paths that are written down at once are those, and in the order, that the search finds one by one."""

from __future__ import annotations

import random
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analytics import paths as module
from graph.analytics.paths import PathQuery, best_paths


@st.composite
def asked(draw: st.DrawFn) -> tuple[nx.MultiDiGraph, list[int], list[int], PathQuery]:
    size = draw(st.integers(4, 9))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(draw(st.lists(pairs, max_size=24)))
    order = draw(st.permutations(range(size)))
    ends = draw(st.integers(1, 2))
    query = PathQuery(
        k=draw(st.integers(1, 40)),
        max_hops=draw(st.integers(1, 5)),
        directed=draw(st.booleans()),
        exclude=draw(st.sampled_from([(), (order[-1],)])),
    )
    return graph, order[:1], order[1 : 1 + ends], query


@given(asked())
def test_the_list_and_the_search_agree(
    given_: tuple[nx.MultiDiGraph, list[int], list[int], PathQuery],
) -> None:
    graph, sources, targets, query = given_
    listed = best_paths(graph, sources, targets, query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "list_paths", lambda *_: None)
        searched = best_paths(graph, sources, targets, query)
    assert [path.entities for path in listed.paths] == [path.entities for path in searched.paths]
    assert (listed.more, listed.distance, listed.stopped_at) == (
        searched.more, searched.distance, searched.stopped_at,
    )  # fmt: skip


@given(asked())
def test_all_paths_are_those_of_networkx(
    given_: tuple[nx.MultiDiGraph, list[int], list[int], PathQuery],
) -> None:
    graph, [source], targets, query = given_
    asked_for = PathQuery(k=10_000, max_hops=query.max_hops, directed=query.directed)
    plain = nx.DiGraph(graph) if query.directed else nx.Graph(graph)
    expected = {
        tuple(path)
        for path in nx.all_simple_paths(plain, source, set(targets), cutoff=query.max_hops)
        if not set(path[:-1]) & set(targets)
    }
    found = [path.entities for path in best_paths(graph, source, targets, asked_for).paths]
    assert set(found) == expected
    assert len(found) == len(expected)
    assert all(len(a) < len(b) or (len(a) == len(b) and a < b) for a, b in pairwise(found))


def test_too_many_walks_are_left_to_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.complete_graph(30)
    written: list[object] = []
    original = module.list_paths

    def noting(*args: object) -> object:
        written.append(original(*args))  # type: ignore[arg-type]
        return written[-1]

    monkeypatch.setattr(module, "list_paths", noting)
    found = best_paths(graph, 0, 29, PathQuery(k=10, max_hops=5)).paths
    assert written == [None]
    assert [path.entities for path in found[:3]] == [(0, 29), (0, 1, 29), (0, 2, 29)]
    assert len(best_paths(graph, 0, 29, PathQuery(k=100_000, max_hops=3)).paths) == 1 + 28 + 28 * 27


def test_a_hub_between_does_not_explode() -> None:
    draw = random.Random(5)
    graph = nx.Graph((0, leaf) for leaf in range(1, 20_000))
    graph.add_edges_from((draw.randrange(1, 20_000), draw.randrange(1, 20_000)) for _ in range(2_000))
    found = best_paths(graph, 1, 2, PathQuery(k=5, max_hops=4)).paths
    assert found[0].entities == (1, 0, 2)
