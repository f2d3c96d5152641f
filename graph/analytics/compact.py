"""A NetworkX graph as arrays: what the compiled libraries work on, converted once and kept.

The conversion costs more than many a measure, so it is kept beside the graph in NetworkX's own
cache (``__networkx_cache__``), which NetworkX empties whenever the graph is changed through its
methods. Views of other graphs are converted anew each time: they do not hear of changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.errors import AnalysisError
from graph.model import EntityId
from graph.ontology import ontology

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Compact:
    """One line per pair of nodes, parallel edges merged, loops left out.

    Attributes:
        nodes: ids in the order of the graph; position is the index used below.
        index: id to position.
        matrix: n x n CSR with sorted indices; ``matrix[i, j]`` is the summed weight of i -> j, or 1
            for each pair without weights. Symmetric when not directed.
        directed: whether i -> j and j -> i are told apart.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    matrix: sparse.csr_array
    directed: bool

    def values(self, array: NDArray[Any]) -> dict[EntityId, float]:
        """An array by position as a dict by id."""
        return dict(zip(self.nodes, array.tolist(), strict=True))


def compact(graph: nx.Graph, *, directed: bool, weight: str | None = None, reverse: bool = False) -> Compact:
    """``graph`` as arrays.

    Args:
        graph: any NetworkX graph. In a directed one, edges whose ``type`` the ontology declares without
            direction (partnership, competition) run both ways.
        directed: keep directions; False merges both.
        weight: None counts each pair once; ``"ties"`` counts parallel edges; any other name sums that
            edge attribute, edges without it left out.
        reverse: turn every direction round.

    Raises:
        AnalysisError: a weight is negative, not a number or infinite; names the edge.
    Cost: O(n + m), once per graph and arguments; then a look-up.
    """
    return kept(
        graph, ("compact", directed, weight, reverse), lambda: _convert(graph, directed, weight, reverse)
    )


def kept(graph: nx.Graph, key: tuple[Any, ...], make: Callable[[], _T]) -> _T:
    """``make()``, remembered beside the graph until NetworkX says that the graph has changed."""
    if hasattr(graph, "_graph"):  # a view: changes of what it shows do not reach its cache
        return make()
    cache: dict[Any, Any] = graph.__dict__.setdefault("__networkx_cache__", {})
    store: dict[Any, Any] = cache.setdefault("interlock", {})
    if key not in store:
        store[key] = make()
    return store[key]


def _convert(graph: nx.Graph, directed: bool, weight: str | None, reverse: bool) -> Compact:
    nodes = tuple(graph)
    index = {node: place for place, node in enumerate(nodes)}
    both_ways = {declared.id for declared in ontology().types.values() if not declared.directed}
    one_way = directed and graph.is_directed()
    tails: list[int] = []
    heads: list[int] = []
    weights: list[float] = []
    turned: list[int] = []
    attribute = None if weight in (None, "ties") else weight
    for start, end, data in graph.edges(data=True):
        if start == end:
            continue
        if attribute is not None:
            value = data.get(attribute)
            if value is None:
                continue
            weights.append(_checked(value, start, end, attribute))
        if one_way and data.get("type") in both_ways:
            turned.append(len(tails))
        tails.append(index[start])
        heads.append(index[end])
    t, h = np.asarray(tails, dtype=np.int32), np.asarray(heads, dtype=np.int32)
    w = np.asarray(weights, dtype=np.float64) if attribute else np.ones(len(t))
    back = np.asarray(turned, dtype=np.int64) if one_way else slice(None)
    t, h, w = np.concatenate([t, h[back]]), np.concatenate([h, t[back]]), np.concatenate([w, w[back]])
    if reverse:
        t, h = h, t
    n = len(nodes)
    matrix = sparse.csr_array((w, (t, h)), shape=(n, n))
    matrix.sum_duplicates()
    if weight is None:
        matrix.data[:] = 1.0
    elif attribute:
        matrix.eliminate_zeros()
    return Compact(nodes, index, matrix, one_way)


def _checked(value: Any, start: EntityId, end: EntityId, attribute: str) -> float:
    number = float(value)
    if not 0 <= number < float("inf"):  # refuses NaN too
        raise AnalysisError(
            f"The {attribute} of {start} -> {end} is {value}; weights are finite and not negative.",
            hint="Mend the data, or leave the tie out with --exclude.",
        )
    return number
