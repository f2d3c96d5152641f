"""Betweenness: on how many of the shortest paths between others an entity lies. Exact, or sampled.

Exact values are Brandes' (2001, Journal of Mathematical Sociology 25(2), 163-177), computed by
rustworkx, or by igraph where that is installed: the same values.

Sampled ones are KADABRA's (Borassi and Natale 2016, ESA; 2019, ACM Journal of Experimental Algorithmics
24, 1.2): shortest paths between random pairs are drawn until the error of every value is at most
``epsilon`` with probability at least 1 - delta. networkit has it, with three habits that are dealt with
here: it counts every path twice, divides by n (n - 1) instead of (n - 1)(n - 2), and reads past its
arrays where the longest shortest path has fewer than three steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.analytics.compact import Scope, kept, scoped
from graph.analytics.engines import has_igraph, igraph_of, networkit_from, rustworkx_of, seeded
from graph.errors import FeatureMissing, ParameterError
from graph.model import EntityId

WHOLE = Scope()
EXACT_BELOW = 1_000
"""Up to so many entities the exact values cost less than a sample."""
THREADS = 1
"""Sampling threads: with more, the sample drawn depends on which of them is faster."""
_TAIL = 9


@dataclass(frozen=True, slots=True)
class SampledBetweenness:
    """Estimates of betweenness with their error bound.

    Attributes:
        values: by entity, divided by the number of ordered pairs of others, as in NetworkX.
        epsilon: no value is further off than this, all at once, ...
        confidence: ... with at least this probability.
        samples: number of shortest paths drawn; 0 when ``exact``.
        seed: what the drawing started from.
        exact: whether the graph was so small that exact values were computed instead.
    """

    values: Mapping[EntityId, float]
    epsilon: float
    confidence: float
    samples: int
    seed: int
    exact: bool


def betweenness(
    graph: nx.Graph, scope: Scope = WHOLE, *, normalised: bool = True, engine: str | None = None
) -> dict[EntityId, float]:
    """Exact betweenness of every entity; paths are counted in hops.

    Args:
        graph: any NetworkX graph; parallel ties are one step.
        scope: family and direction: ``both`` leaves direction aside; ``in`` (default, as in NetworkX) and
            ``out`` follow ties and give the same values. ``weight`` is not read.
        normalised: divide by (n - 1)(n - 2), the number of ordered pairs of others; else the number of
            pairs, ordered on a directed graph and unordered on another.
        engine: ``rustworkx`` or ``igraph``; None takes igraph where it is installed, as it is faster.

    Raises:
        FeatureMissing: ``engine`` is ``igraph`` and it is not installed.
    Cost: O(n m): 20,000 entities with 100,000 ties take 15 to 20 s on two processors.

    >>> betweenness(nx.path_graph(3))
    {0: 0.0, 1: 1.0, 2: 0.0}
    """
    plain = replace(scope, weight=None)
    made = scoped(graph, plain)
    size = len(made.nodes)
    if engine not in (None, "rustworkx", "igraph"):
        raise ParameterError("engine", f"{engine!r} is not known.", hint="Known: rustworkx, igraph.")
    if engine == "igraph" and not has_igraph():
        raise FeatureMissing("igraph is not installed.", hint="pip install igraph (GPL), or use rustworkx.")
    if size < 3:
        return made.values(np.zeros(size))
    # Counted in ordered pairs on a directed graph, in unordered pairs on another.
    pairs = _exact(graph, plain, engine)
    unit = (size - 1) * (size - 2) / (1 if made.directed else 2) if normalised else 1.0
    return made.values(pairs / unit)


def _exact(graph: nx.Graph, plain: Scope, engine: str | None) -> NDArray[np.float64]:
    if engine == "igraph" or (engine is None and has_igraph()):
        return np.asarray(igraph_of(graph, plain).betweenness(), dtype=np.float64)
    import rustworkx

    held = rustworkx_of(graph, plain)
    work: Any = rustworkx.betweenness_centrality
    found = work(held, normalized=False)
    return np.fromiter(found.values(), dtype=np.float64, count=len(found))


def sampled_betweenness(
    graph: nx.Graph,
    scope: Scope = WHOLE,
    *,
    epsilon: float = 0.01,
    delta: float = 0.1,
    seed: int = 1,
) -> SampledBetweenness:
    """Betweenness from a random sample of shortest paths, with a bound on the error of all values.

    Args:
        graph: any NetworkX graph; direction is left aside.
        scope: family; direction must be ``both`` (default) on a directed graph.
        epsilon: largest error of a normalised value, 0 < epsilon < 1.
        delta: chance that some value is further off.
        seed: the same seed gives the same values, on every machine.

    Raises:
        ParameterError: epsilon or delta outside 0..1, a seed below 0, or a direction was asked for.
    Cost: at most about (0.5 / epsilon^2) (log2 D + log(2 / delta)) drawn paths, D the longest of the
        shortest paths; each costs far less than O(m), as it is searched from both ends.
    """
    for name, value in (("epsilon", epsilon), ("delta", delta)):
        if not 0 < value < 1:
            raise ParameterError(name, f"{value} is not between 0 and 1.", hint="Usual are 0.01 and 0.1.")
    if seed < 0:
        raise ParameterError("seed", f"{seed} is below 0.", hint="Use a whole number from 0.")
    if (scope.direction or "both") != "both" and graph.is_directed():
        raise ParameterError(
            "direction",
            "sampled betweenness leaves direction aside.",
            hint="Count ties both ways, or ask for exact values.",
        )
    plain = replace(scope, weight=None, direction="both")
    made = scoped(graph, plain)
    size = len(made.nodes)
    if size <= EXACT_BELOW:
        return SampledBetweenness(betweenness(graph, plain), epsilon, 1 - delta, 0, seed, True)
    padded = kept(graph, ("kadabra", plain), lambda: _padded(made.matrix))
    total = size + _TAIL
    unit = total * (total - 1) / ((size - 1) * (size - 2))
    scores, samples = _kadabra(padded, epsilon / unit, delta, seed)
    values = made.values(scores[:size] * unit / _paths_counted())
    return SampledBetweenness(values, epsilon, 1 - delta, samples, seed, False)


def _padded(matrix: sparse.csr_array) -> Any:
    """The graph with a short chain beside it, so that the library never meets a tiny diameter.

    Nobody's shortest paths run over the chain, so the numbers of paths stay the same.
    """
    step = np.arange(_TAIL)
    chain = sparse.csr_array(np.abs(step[:, None] - step) == 1, dtype=np.float64)
    return networkit_from(sparse.csr_array(sparse.block_diag([matrix, chain])), False, False)


def _kadabra(held: Any, epsilon: float, delta: float, seed: int) -> tuple[NDArray[np.float64], int]:
    import networkit

    with seeded(seed, threads=THREADS, by_thread=True):
        drawn = networkit.centrality.KadabraBetweenness(held, epsilon, delta, True)
        drawn.run()
    return np.asarray(drawn.scores(), dtype=np.float64), int(drawn.getNumberOfIterations())


@cache
def _paths_counted() -> float:
    """How often the library counts a path: 2 up to now. Read off a star, in case that is mended."""
    leaves = 40
    star = sparse.csr_array(nx.to_scipy_sparse_array(nx.star_graph(leaves), format="csr", dtype=float))
    scores, _ = _kadabra(_padded(star), 0.02, 0.1, 1)
    total = leaves + 1 + _TAIL
    return float(round(scores[0] * total * (total - 1) / (leaves * (leaves - 1))))
