"""Measures in which an entity counts for much when its neighbours do: PageRank, eigenvector, Katz.

Directions: under ``in`` importance flows along a tie from -> to, as in NetworkX; under ``out`` it flows
back (from the one who gets money to the one who gives it); ``both`` leaves direction aside.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import ArpackError, eigs, eigsh

from graph.analytics.compact import Compact, Scope, kept, not_found, scoped
from graph.errors import NotConverged, ParameterError
from graph.model import EntityId
from graph.stopping import watched

WHOLE = Scope()
DAMPING = 0.85
_DENSE_BELOW = 200
_Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Katz:
    """Katz centrality with the attenuation it was computed with.

    Attributes:
        values: by entity; squares sum to 1.
        alpha: attenuation per step.
        alpha_limit: 1 / spectral radius, above which the sum has no limit; None when any alpha converges.
    """

    values: Mapping[EntityId, float]
    alpha: float
    alpha_limit: float | None


def pagerank(
    graph: nx.Graph,
    scope: Scope = WHOLE,
    *,
    damping: float = DAMPING,
    personal: Mapping[EntityId, float] | None = None,
    tolerance: float = 1e-12,
    max_steps: int = 2_000,
) -> dict[EntityId, float]:
    """PageRank: where a walker is found who follows ties, and now and then starts anew.

    x = d A' x + (d * (mass of entities without a way on) + 1 - d) s, with A the matrix of steps (rows sum
    to 1), d the damping and s the starting places.

    Args:
        graph: any NetworkX graph. Parallel ties count once unless ``scope.weight`` is ``ties``; NetworkX
            adds them up.
        scope: family, direction (default ``in``) and weight.
        damping: chance of following a tie, 0 <= d < 1.
        personal: entity to weight of starting there; None starts everywhere alike.
        tolerance: stop when no more than this moves in a step (sum of absolute changes).
        max_steps: give up after as many.

    Returns:
        Entity to fraction of time; sums to 1.

    Raises:
        ParameterError: damping or personal weights cannot be.
        EntityNotFound: an entity in ``personal`` is not in the graph.
        NotConverged: ``max_steps`` was reached.
    Cost: O(m) a step, about 170 steps with damping 0.85. Source: Brin and Page (1998), Computer Networks
        30, 107-117.
    """
    if not 0 <= damping < 1:
        raise ParameterError("damping", f"{damping} is not in 0 <= damping < 1.", hint="Usual is 0.85.")
    made = scoped(graph, scope)
    size = len(made.nodes)
    if not size:
        return {}
    start = _start(made, graph, personal)
    totals = np.asarray(made.matrix.sum(axis=1)).ravel()
    stuck = totals == 0
    share = np.divide(damping, totals, out=np.zeros(size), where=~stuck)
    flow = made.matrix.T.tocsr()  # row i: who gives to i
    x, moved = start.copy(), 0.0
    for _ in watched(range(max_steps)):
        restart = damping * float(x[stuck].sum()) + (1 - damping)
        new = flow @ (x * share) + restart * start
        moved = float(np.abs(new - x).sum())
        x = new
        if moved < tolerance:
            return made.values(x / x.sum())
    raise NotConverged(
        f"PageRank still moves by {moved:.2g} after {max_steps:,} steps.",
        hint="Lower the damping, or allow a larger tolerance or more steps.",
    )


def _start(made: Compact, graph: nx.Graph, personal: Mapping[EntityId, float] | None) -> _Vector:
    size = len(made.nodes)
    if personal is None:
        return np.full(size, 1 / size)
    start = np.zeros(size)
    for entity, weight in personal.items():
        if entity not in graph:
            raise not_found(entity, graph)
        if not 0 <= weight < float("inf"):
            raise ParameterError(
                "personal", f"the weight of {entity} is {weight}.", hint="Use numbers from 0."
            )
        if entity in made.index:
            start[made.index[entity]] = weight
    if not start.sum():
        raise ParameterError(
            "personal",
            "no entity that has a tie here has a weight above 0.",
            hint="Give one at least 1, or widen the family.",
        )
    return start / start.sum()


def eigenvector(
    graph: nx.Graph, scope: Scope = WHOLE, *, tolerance: float = 1e-12, max_steps: int = 5_000
) -> dict[EntityId, float]:
    """Eigenvector centrality: proportional to the sum of the neighbours' own centralities.

    The limit of the power iteration x <- (A' + I) x from equal values, as in NetworkX; squares sum to 1.
    On a graph in several parts only the part with the largest spectral radius gets values above 0, so
    compare entities of one part only.

    Args:
        graph: any NetworkX graph.
        scope: family, direction (default ``in``) and weight.
        tolerance, max_steps: when to stop on a directed graph.

    Raises:
        NotConverged: a directed graph without loops of ties, or one whose iteration has no limit.
    Cost: O(m) a step. Source: Bonacich (1972), Journal of Mathematical Sociology 2, 113-120.
    """
    made = scoped(graph, scope)
    size = len(made.nodes)
    if not size:
        return {}
    if not made.matrix.nnz:
        return made.values(np.full(size, size**-0.5))
    if not made.directed:
        return made.values(_leading(made.matrix)[1])
    if _radius(made) == 0:
        raise NotConverged(
            "No tie of this graph lies on a loop, so eigenvector centrality is 0 everywhere.",
            hint="Use PageRank or Katz, or count ties both ways.",
        )
    return made.values(_power(made.matrix.T.tocsr(), tolerance, max_steps))


def _power(matrix: Any, tolerance: float, max_steps: int) -> _Vector:
    size = matrix.shape[0]
    x = np.full(size, size**-0.5)
    for _ in watched(range(max_steps)):
        new = matrix @ x + x
        new /= np.linalg.norm(new)
        if float(np.abs(new - x).max()) < tolerance:
            return new
        x = new
    raise NotConverged(
        f"Eigenvector centrality did not settle within {max_steps:,} steps.",
        hint="Use PageRank or Katz: they converge on every graph.",
    )


def _leading(matrix: sparse.csr_array) -> tuple[float, _Vector]:
    """Spectral radius of a symmetric matrix, and the part of (1, 1, ...) in its eigenspace, of length 1."""
    size = len(matrix.indptr) - 1
    if size < _DENSE_BELOW:
        found, vectors = np.linalg.eigh(matrix.toarray())
        top = vectors[:, found > found[-1] - 1e-9 * max(1.0, abs(found[-1]))]
        x = top @ top.sum(axis=0)
        radius = float(found[-1])
    else:
        try:
            solve: Any = eigsh
            values, vectors = solve(matrix, k=1, which="LA", v0=np.ones(size), tol=1e-14)
        except ArpackError as exc:
            raise NotConverged(
                "The leading eigenvector was not found.", hint="Use PageRank instead."
            ) from exc
        x, radius = vectors[:, 0], float(values[0])
    x = np.abs(x)
    x[x < 1e-14] = 0.0
    return radius, x / np.linalg.norm(x)


def katz(
    graph: nx.Graph,
    scope: Scope = WHOLE,
    *,
    alpha: float | None = None,
    tolerance: float = 1e-13,
    max_steps: int = 20_000,
) -> Katz:
    """Katz centrality: walks that end at an entity, each step of them counted ``alpha`` times.

    x = sum over k of alpha^k (A')^k 1, that is x = alpha A' x + 1; squares sum to 1.

    Args:
        graph: any NetworkX graph.
        scope: family, direction (default ``in``) and weight.
        alpha: attenuation, above 0 and below 1 / spectral radius; None takes 0.85 of that limit, 0.1 where
            there is none (no loops). NetworkX takes 0.1.
        tolerance, max_steps: when to stop.

    Raises:
        NotConverged: ``alpha`` is at or above the limit; the message names the limit.
        ParameterError: ``alpha`` is not a positive number.
    Cost: O(m) a step. Source: Katz (1953), Psychometrika 18, 39-43.
    """
    if alpha is not None and not 0 < alpha < float("inf"):
        raise ParameterError("alpha", f"{alpha} is not a number above 0.", hint="Usual is 0.1 or less.")
    made = scoped(graph, scope)
    if not made.nodes:
        return Katz({}, alpha or 0.1, None)
    key = ("radius", scope.types, scope.direction or "in", scope.weight, scope.isolates)
    radius = kept(graph, key, lambda: _radius(made))
    limit = 1 / radius if radius else None
    if alpha is None:
        alpha = 0.85 * limit if limit else 0.1
    elif limit is not None and alpha >= limit * (1 - 1e-9):
        raise NotConverged(
            f"Katz centrality has no limit with alpha {alpha:g}: it must be below {limit:.6g}.",
            hint=f"Use an alpha of {limit * 0.85:.4g}, or leave it out.",
        )
    flow = alpha * made.matrix.T.tocsr()
    x = np.ones(len(made.nodes))
    for _ in watched(range(max_steps)):
        new = flow @ x + 1
        if float(np.abs(new - x).max()) <= tolerance * float(np.abs(new).max()):
            return Katz(made.values(new / np.linalg.norm(new)), alpha, limit)
        x = new
    raise NotConverged(
        f"Katz centrality did not settle within {max_steps:,} steps.", hint="Use a smaller alpha."
    )


def _radius(made: Compact) -> float:
    """Spectral radius; 0 without loops. Only ties inside strongly connected parts matter to it."""
    matrix = made.matrix
    if not matrix.nnz:
        return 0.0
    if not made.directed:
        return _leading(matrix)[0]
    _, labels = csgraph.connected_components(matrix, directed=True, connection="strong")
    lines = matrix.tocoo()
    inside = labels[lines.row] == labels[lines.col]
    if not inside.any():
        return 0.0
    busy, places = np.unique(np.concatenate([lines.row[inside], lines.col[inside]]), return_inverse=True)
    row, col = np.split(places, 2)
    size = len(busy)
    inner = sparse.csr_array((lines.data[inside], (row, col)), shape=(size, size))
    if size < _DENSE_BELOW:
        return float(np.abs(np.linalg.eigvals(inner.toarray())).max())
    # With the unit matrix added the largest eigenvalue stands alone also where all loops have one length.
    shifted = inner + sparse.eye_array(size, format="csr")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            largest = eigs(shifted, k=1, which="LM", v0=np.ones(size), return_eigenvectors=False)
    except ArpackError as exc:
        raise NotConverged("The spectral radius was not found.", hint="Count ties both ways.") from exc
    return float(np.abs(largest[0])) - 1
