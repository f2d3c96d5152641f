"""Influence paths and blocking sets against brute force on small graphs full of loops."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from random import Random
from unittest import mock

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analytics import path_search
from graph.analytics.blocking import blocking_set
from graph.analytics.paths import PathQuery, best_paths

NODES = 7
# 0.5 x 0.4 = 0.2 x 1 = 0.25 x 0.8: many paths are equally strong, but only in exact arithmetic.
STRENGTHS = ("0.5", "0.4", "0.2", "1", "0.25", "0.8")
EDGES = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from(STRENGTHS)),
    min_size=4,
    max_size=22,
)
PAIRS = st.permutations(range(NODES))


def build(edges: list[tuple[int, int, str]]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n{place}" for place in range(NODES))
    for number, (start, end, strength) in enumerate(edges):
        graph.add_edge(f"n{start}", f"n{end}", key=f"r{number}", strength=float(strength), text=strength)
    return graph


def steps(graph: nx.MultiDiGraph, directed: bool) -> dict[tuple[str, str], Fraction]:
    """Strength of the strongest tie of each step, exactly."""
    best: dict[tuple[str, str], Fraction] = {}
    for start, end, text in graph.edges(data="text"):
        for pair in ((start, end),) if directed else ((start, end), (end, start)):
            best[pair] = max(best.get(pair, Fraction(0)), Fraction(text))
    return best


def brute(
    graph: nx.MultiDiGraph, sources: list[str], targets: list[str], query: PathQuery
) -> list[tuple[str, ...]]:
    """Every path there is, in order."""
    strength = steps(graph, query.directed)
    plain = nx.DiGraph(list(strength))
    plain.add_nodes_from(graph)
    plain.remove_nodes_from(name for name in query.exclude if name in plain)
    ends = {*sources, *targets}
    found = [
        tuple(path)
        for source in sources
        for target in targets
        for path in nx.all_simple_paths(plain, source, target, cutoff=query.max_hops)
        if set(query.via) <= set(path) and not ends & set(path[1:-1])
    ]

    def key(path: tuple[str, ...]) -> tuple[Fraction, int, tuple[str, ...]]:
        product = Fraction(1)
        for pair in pairwise(path):
            product *= strength[pair]
        return (-product if query.by == "strength" else Fraction(0), len(path), path)

    return sorted(found, key=key)


@settings(max_examples=150, deadline=None)
@given(
    EDGES, PAIRS, st.sampled_from(("hops", "strength")), st.booleans(), st.sampled_from((None, 2, 3, 4, 6)),
    st.integers(1, 2), st.integers(0, 2), st.booleans(), st.sampled_from((0, 1, 64)), st.sampled_from((1, 3, 9, 500)),
)  # fmt: skip
def test_the_same_paths_in_the_same_order_as_by_brute_force(
    edges, order, by, directed, max_hops, ends, waypoints, leave_out, patience, k
) -> None:
    graph = build(edges)
    names = [f"n{place}" for place in order]
    sources, targets, rest = names[:ends], names[ends : 2 * ends], names[2 * ends :]
    query = PathQuery(
        k=k, max_hops=max_hops, by=by, directed=directed, via=tuple(rest[:waypoints]),
        exclude=(rest[-1],) if leave_out else (),
    )  # fmt: skip
    expected = brute(graph, sources, targets, query)
    with mock.patch.object(path_search, "_PATIENCE", patience):
        found = best_paths(graph, sources, targets, query)
    assert [path.entities for path in found.paths] == expected[:k]
    assert found.more is (len(expected) > k)
    assert found.stopped_at is None


@pytest.mark.parametrize("by", ["hops", "strength"])
@pytest.mark.parametrize(
    ("directed", "nodes", "density"), [(False, 11, 0.16), (True, 11, 0.16), (True, 9, 0.25)]
)
def test_where_the_shortest_way_on_is_barred_by_the_way_so_far(
    by: str, directed: bool, nodes: int, density: float
) -> None:
    """The search within a part finds something only in graphs larger than those above."""
    found_within = []
    search = path_search.Search._best

    def watched(self: path_search.Search, part: object) -> object:
        best = search(self, part)  # type: ignore[arg-type]
        found_within.append(best is not None)
        return best

    with (
        mock.patch.object(path_search, "_PATIENCE", 0),
        mock.patch.object(path_search.Search, "_best", watched),
    ):
        for seed in range(45 if directed else 15):
            random = Random(seed)
            every = [(a, b) for a in range(nodes) for b in range(nodes) if a != b]
            pairs = [pair for pair in every if random.random() < density]
            graph = build([(a, b, random.choice(STRENGTHS)) for a, b in pairs])
            graph.add_nodes_from(("n0", "n1"))
            query = PathQuery(k=80, max_hops=None, by=by, directed=directed)
            found = best_paths(graph, ["n0"], ["n1"], query)
            assert [path.entities for path in found.paths] == brute(graph, ["n0"], ["n1"], query)[:80], seed
    assert any(found_within)
    assert not all(found_within)


@settings(max_examples=40, deadline=None)
@given(EDGES, st.permutations(range(NODES)), st.booleans())
def test_names_and_unrelated_parts_change_nothing(edges, order, directed) -> None:
    graph = build(edges)
    query = PathQuery(by="strength", max_hops=None, directed=directed, k=500)
    before = {path.entities: path.strength for path in best_paths(graph, "n0", "n1", query).paths}
    other = nx.relabel_nodes(graph, {f"n{place}": f"m{order[place]}" for place in range(NODES)})
    other.add_edge("x", "y", key="r-x", strength=0.5)
    source, target = f"m{order[0]}", f"m{order[1]}"
    back = {f"m{order[place]}": f"n{place}" for place in range(NODES)}
    after = {
        tuple(back[name] for name in path.entities): path.strength
        for path in best_paths(other, source, target, query).paths
    }
    assert before == after


@settings(max_examples=60, deadline=None)
@given(EDGES, st.booleans(), st.lists(st.sampled_from((0.5, 1, 1.5, 3)), min_size=NODES, max_size=NODES))
def test_blocking_sets_are_the_cheapest_by_brute_force(edges, directed, scores) -> None:
    graph = build(edges)
    weights = {f"n{place}": score for place, score in enumerate(scores)}
    found = blocking_set(graph, "n0", "n1", directed=directed, weights=weights)
    pairs = {pair for pair in steps(graph, directed) if pair[0] != pair[1]}
    between = [f"n{place}" for place in range(2, NODES)]
    inner = pairs - {("n0", "n1")} - (set() if directed else {("n1", "n0")})

    def blocks(chosen: tuple[str, ...]) -> bool:
        plain = nx.DiGraph(sorted(inner))
        plain.add_nodes_from(("n0", "n1"))
        plain.remove_nodes_from(chosen)
        return not nx.has_path(plain, "n0", "n1")

    sets = [
        chosen for size in range(len(between) + 1) for chosen in combinations(between, size) if blocks(chosen)
    ]
    least = min(sum(map(weights.__getitem__, chosen)) for chosen in sets)
    smallest = [set(chosen) for chosen in sets if sum(map(weights.__getitem__, chosen)) == least]
    assert found.cost == least
    assert set(found.members) in smallest
    assert found.unique is (len(smallest) == 1)
    assert bool(found.direct) is (("n0", "n1") in pairs)
    assert sum(path.amount for path in found.proof) == least


@settings(max_examples=60, deadline=None)
@given(EDGES, st.sampled_from((2, 3, 4)))
def test_what_blocks_short_paths_blocks_them_all_and_is_smallest_where_it_says_so(edges, most) -> None:
    graph = build(edges)
    found = blocking_set(graph, "n0", "n1", max_hops=most)
    pairs = {pair for pair in steps(graph, False) if pair[0] != pair[1]} - {("n0", "n1"), ("n1", "n0")}
    plain = nx.DiGraph(sorted(pairs))
    plain.add_nodes_from(("n0", "n1"))
    short = [set(path[1:-1]) for path in nx.all_simple_paths(plain, "n0", "n1", cutoff=most)]
    assert all(set(found.members) & path for path in short)
    between = [f"n{place}" for place in range(2, NODES)]
    least = next(
        size
        for size in range(len(between) + 1)
        if any(all(set(chosen) & path for path in short) for chosen in combinations(between, size))
    )
    assert least <= len(found.members)
    if found.smallest:
        assert least == len(found.members)
    if most <= 3:
        assert found.smallest
