"""Measurements of influence paths and blocking sets against NetworkX, SciPy and rustworkx alone."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np
import rustworkx as rx
from scipy import sparse
from scipy.sparse import csgraph

from bench.cases import Case
from graph.analytics.blocking import blocking_set
from graph.analytics.compact import kept
from graph.analytics.paths import PathQuery, best_paths
from graph.analytics.strength import declared_strengths

SEED = 11
ALL = 10**9


def _pairs(graph: nx.MultiDiGraph, count: int, *, apart: bool = False) -> list[tuple[str, str]]:
    """Seeded pairs of entities, without direct ties when ``apart``."""
    draw, nodes = random.Random(SEED), sorted(graph)
    found: list[tuple[str, str]] = []
    while len(found) < count:
        start, end = draw.sample(nodes, 2)
        if not (apart and (graph.has_edge(start, end) or graph.has_edge(end, start))):
            found.append((start, end))
    return found


def _near_pairs(graph: nx.MultiDiGraph, count: int) -> list[tuple[str, str]]:
    """Seeded pairs that four steps join: the ends of walks, so that there are paths to be listed."""
    draw, nodes, plain = random.Random(SEED), sorted(graph), _plain(graph)
    found: list[tuple[str, str]] = []
    while len(found) < count:
        start = end = draw.choice(nodes)
        for _ in range(4):
            end = draw.choice(sorted(plain[end])) if plain[end] else end
        if start != end:
            found.append((start, end))
    return found


def _plain(graph: nx.MultiDiGraph) -> nx.Graph:
    """One edge a pair, with the cost of its strongest tie."""

    def make() -> nx.Graph:
        plain = nx.Graph()
        plain.add_nodes_from(graph)
        strengths = declared_strengths()
        for start, end, data in graph.edges(data=True):
            cost = -math.log(strengths.of(data))
            if start != end and cost < plain.get_edge_data(start, end, {}).get("cost", math.inf):
                plain.add_edge(start, end, cost=cost)
        return plain

    return kept(graph, ("bench plain",), make)


def _matrix(graph: nx.MultiDiGraph) -> tuple[sparse.csr_matrix, dict[str, int]]:
    def make() -> tuple[sparse.csr_matrix, dict[str, int]]:
        nodes = sorted(graph)
        plain = _plain(graph)
        matrix = nx.to_scipy_sparse_array(plain, nodes, weight="cost", format="csr")
        small = sparse.csr_matrix(
            (matrix.data, matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)), matrix.shape
        )
        return small, {node: place for place, node in enumerate(nodes)}

    return kept(graph, ("bench matrix",), make)


def _rusty(graph: nx.MultiDiGraph) -> tuple[rx.PyGraph, dict[str, int]]:
    def make() -> tuple[rx.PyGraph, dict[str, int]]:
        nodes = sorted(graph)
        index = {node: place for place, node in enumerate(nodes)}
        made = rx.PyGraph(multigraph=False)
        made.add_nodes_from(nodes)
        made.add_edges_from_no_data([(index[start], index[end]) for start, end in _plain(graph).edges])
        return made, index

    return kept(graph, ("bench rustworkx",), make)


def _ours(count: int, **asked: Any) -> Callable[[nx.MultiDiGraph], Any]:
    query = PathQuery(candidate_limit=ALL, **asked)

    def work(graph: nx.MultiDiGraph) -> Any:
        return [best_paths(graph, *pair, query).paths for pair in _pairs(graph, count)]

    return work


def _hops_of(graph: nx.MultiDiGraph, **asked: Any) -> Any:
    return [[path.hops for path in paths] for paths in _ours(20, **asked)(graph)]


def _ours_hops(graph: nx.MultiDiGraph) -> Any:
    return _hops_of(graph, k=10, max_hops=None)


def _networkx_hops(graph: nx.MultiDiGraph) -> Any:
    plain = _plain(graph)
    return [[len(path) - 1 for path in islice(_yen(plain, *pair, None), 10)] for pair in _pairs(graph, 20)]


def _yen(plain: nx.Graph, start: str, end: str, weight: str | None) -> Any:
    if nx.has_path(plain, start, end):
        yield from nx.shortest_simple_paths(plain, start, end, weight=weight)


def _scipy_hops(graph: nx.MultiDiGraph) -> Any:
    matrix, index = _matrix(graph)
    return [
        csgraph.yen(matrix, index[start], index[end], 10, directed=False, unweighted=True)
        .astype(int)
        .tolist()
        for start, end in _pairs(graph, 20)
    ]


def _ours_strength(graph: nx.MultiDiGraph) -> Any:
    found = _ours(20, k=10, max_hops=None, by="strength")(graph)
    return [[-math.log(path.strength) for path in paths] for paths in found]


def _networkx_strength(graph: nx.MultiDiGraph) -> Any:
    plain = _plain(graph)
    return [
        [nx.path_weight(plain, path, "cost") for path in islice(_yen(plain, *pair, "cost"), 10)]
        for pair in _pairs(graph, 20)
    ]


def _scipy_strength(graph: nx.MultiDiGraph) -> Any:
    matrix, index = _matrix(graph)
    return [
        csgraph.yen(matrix, index[start], index[end], 10, directed=False).tolist()
        for start, end in _pairs(graph, 20)
    ]


def _same_costs(ours: Any, theirs: Any) -> bool:
    return all(
        len(mine) == len(other) and np.allclose(mine, other, rtol=0, atol=1e-9)
        for mine, other in zip(ours, theirs, strict=True)
    )


def _ours_all(graph: nx.MultiDiGraph) -> Any:
    query = PathQuery(k=ALL, max_hops=4, candidate_limit=ALL)
    found = [best_paths(graph, *pair, query).paths for pair in _near_pairs(graph, 20)]
    return [sorted(path.entities for path in paths) for paths in found]


def _ours_none(graph: nx.MultiDiGraph) -> Any:
    query = PathQuery(k=10, max_hops=1)
    return [best_paths(graph, *pair, query).common for pair in _pairs(graph, 20, apart=True)]


def _networkx_all(graph: nx.MultiDiGraph) -> Any:
    plain = _plain(graph)
    return [
        sorted(tuple(path) for path in nx.all_simple_paths(plain, *pair, cutoff=4))
        for pair in _near_pairs(graph, 20)
    ]


def _rustworkx_all(graph: nx.MultiDiGraph) -> Any:
    made, index = _rusty(graph)
    return [
        sorted(
            tuple(made[place] for place in path)
            # rustworkx counts entities, not steps.
            for path in rx.all_simple_paths(made, index[start], index[end], cutoff=5)
        )
        for start, end in _near_pairs(graph, 20)
    ]


def _ours_cut(graph: nx.MultiDiGraph) -> Any:
    return [len(blocking_set(graph, *pair).members) for pair in _pairs(graph, 5, apart=True)]


def _networkx_cut(graph: nx.MultiDiGraph) -> Any:
    plain = _plain(graph)
    return [len(nx.minimum_node_cut(plain, *pair)) for pair in _pairs(graph, 5, apart=True)]


CASES: tuple[Case, ...] = (
    Case(
        "10 shortest paths, 20 pairs",
        _ours_hops,
        {"networkx": _networkx_hops, "scipy": _scipy_hops},
        same=lambda ours, theirs: ours == theirs,
        peer_limits={"scipy": "20k"},
    ),
    Case(
        "10 strongest paths, 20 pairs",
        _ours_strength,
        {"networkx": _networkx_strength, "scipy": _scipy_strength},
        same=_same_costs,
        peer_limits={"networkx": "20k", "scipy": "20k"},
    ),
    Case(
        "all paths up to 4 hops, 20 pairs",
        _ours_all,
        {"networkx": _networkx_all, "rustworkx": _rustworkx_all},
        same=lambda ours, theirs: ours == theirs,
        peer_limits={"networkx": "20k"},
    ),
    Case("no path: how far apart, who is near both; 20 pairs", _ours_none, {}),
    Case(
        "smallest blocking sets, 5 pairs",
        _ours_cut,
        {"networkx": _networkx_cut},
        same=lambda ours, theirs: ours == theirs,
        peer_limits={"networkx": "20k"},
    ),
)
