"""Graphs of the compiled libraries, made from the arrays and kept beside the NetworkX graph.

networkit (MIT) and rustworkx (Apache 2.0) are always there. igraph is GPL and used only where
somebody has installed it; every measure gives the same values without it.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

from graph.analytics.compact import Compact, Scope, kept, scoped

_drawing = threading.RLock()


def networkit_of(graph: nx.Graph, scope: Scope, *, default: str = "in") -> Any:
    """A networkit graph with the positions of :func:`graph.analytics.compact.scoped` as nodes.

    networkit's algorithms do not keep their graph alive: hold it in a variable until they have run.
    """
    made = scoped(graph, scope, default=default)
    key = ("networkit", scope, default)
    return kept(graph, key, lambda: networkit_from(made.matrix, made.directed, scope.weight is not None))


def networkit_from(matrix: sparse.csr_array, directed: bool, weighted: bool) -> Any:
    """A networkit graph from a square matrix; undirected from its upper triangle, the diagonal as loops."""
    import networkit

    lines: Any = matrix.tocoo() if directed else sparse.triu(matrix, format="coo")
    ends = (lines.row.astype(np.uint64), lines.col.astype(np.uint64))
    size = len(matrix.indptr) - 1
    if not lines.nnz:
        return networkit.Graph(size, weighted=weighted, directed=directed)
    data: Any = (lines.data.astype(np.float64), ends) if weighted else ends
    return networkit.GraphFromCoo(data, n=size, weighted=weighted, directed=directed)


def rustworkx_of(graph: nx.Graph, scope: Scope, *, default: str = "in") -> Any:
    """A rustworkx graph with positions as node numbers, without weights."""
    made = scoped(graph, scope, default=default)
    return kept(graph, ("rustworkx", scope, default), lambda: _rustworkx(made))


def _rustworkx(made: Compact) -> Any:
    import rustworkx

    found: Any = rustworkx.PyDiGraph() if made.directed else rustworkx.PyGraph()
    found.add_nodes_from([None] * len(made.nodes))
    found.extend_from_edge_list(_pairs(made))
    return found


def igraph_of(graph: nx.Graph, scope: Scope, *, default: str = "in") -> Any:
    """An igraph graph with positions as vertex numbers, without weights. Check :func:`has_igraph` first."""
    made = scoped(graph, scope, default=default)
    return kept(graph, ("igraph", scope, default), lambda: _igraph(made))


def _igraph(made: Compact) -> Any:
    import igraph

    return igraph.Graph(n=len(made.nodes), edges=_pairs(made), directed=made.directed)


def _pairs(made: Compact) -> list[tuple[int, int]]:
    lines = made.matrix.tocoo() if made.directed else sparse.triu(made.matrix, format="coo")
    return list(zip(lines.row.tolist(), lines.col.tolist(), strict=True))


@cache
def has_igraph() -> bool:
    """Whether python-igraph is installed here."""
    return importlib.util.find_spec("igraph") is not None


@contextmanager
def seeded(seed: int, *, threads: int, by_thread: bool = False) -> Generator[None]:
    """networkit with this seed and number of threads; the number of threads is put back afterwards.

    networkit draws from one generator a process, so one caller after another. With the number of threads
    fixed as well, a seed gives the same numbers on every machine, whatever its number of processors.
    """
    import networkit

    with _drawing:
        before = networkit.getMaxNumberOfThreads()
        networkit.setNumberOfThreads(threads)
        networkit.setSeed(seed, by_thread)
        try:
            yield
        finally:
            networkit.setNumberOfThreads(before)
