"""The measures of centrality by name: how each is computed, what it is called and how it is normalised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import networkx as nx

from graph.analytics.answer import Method
from graph.analytics.betweenness import betweenness, sampled_betweenness
from graph.analytics.brokerage import constraint, effective_size
from graph.analytics.centrality import core, degree, strength
from graph.analytics.closeness import WORK_LIMIT, harmonic, harmonic_top
from graph.analytics.compact import Scope, scoped
from graph.analytics.spectral import DAMPING, eigenvector, katz, pagerank
from graph.errors import ParameterError
from graph.model import EntityId
from graph.wording import counted, plural

SAMPLE_ABOVE = 20_000
"""More entities than this, and betweenness is sampled unless exact values are asked for."""
_DIRECTED = frozenset({"degree", "strength", "pagerank", "eigenvector", "katz", "betweenness", "harmonic"})


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of one measure.

    Attributes:
        values: by entity; None where it is not defined or not known.
        normalisation: what a value is divided by, in words.
        seed: None when nothing is random.
        parameters: what the values were computed with.
        notes: what was unknown, limits that were reached, error bounds.
    """

    values: Mapping[EntityId, float | None]
    normalisation: str = "none"
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()


METHODS: dict[str, Method] = {
    "degree": Method(
        "Degree",
        "number of distinct entities tied to the entity; ties counts every tie",
        "ties that nobody recorded are missing; a low degree may be low coverage",
        "Freeman (1979), Social Networks 1(3), 215-239",
    ),
    "strength": Method(
        "Strength",
        "sum of an attribute over the entity's ties",
        "ties without a value are counted, not added: totals are lower bounds; recorded amounts overlap",
        "Barrat et al. (2004), PNAS 101(11), 3747-3752",
    ),
    "pagerank": Method(
        "PageRank",
        "x = d A' x + (d * mass of entities without a way on + 1 - d) / n; d damping, A rows sum to 1",
        "unrecorded ties are missing; a weight that is not known leaves the tie out",
        "Brin and Page (1998), Computer Networks 30, 107-117",
    ),
    "eigenvector": Method(
        "Eigenvector centrality",
        "x proportional to A' x for the largest eigenvalue",
        "only the part of the graph with the largest spectral radius has values above 0",
        "Bonacich (1972), Journal of Mathematical Sociology 2, 113-120",
    ),
    "katz": Method(
        "Katz centrality",
        "x = alpha A' x + 1, with alpha below 1 / spectral radius",
        "unrecorded ties are missing; a weight that is not known leaves the tie out",
        "Katz (1953), Psychometrika 18, 39-43",
    ),
    "betweenness": Method(
        "Betweenness",
        "sum over pairs s, t of the part of shortest paths from s to t (in hops) that pass the entity",
        "a missing tie makes paths longer and changes who lies on them",
        "Freeman (1977), Sociometry 40(1), 35-41; Brandes (2001), J. Mathematical Sociology 25(2), 163-177",
    ),
    "harmonic": Method(
        "Harmonic closeness",
        "sum over the others of 1 / distance in hops; who cannot be reached adds 0",
        "a missing tie makes distances longer",
        "Marchiori and Latora (2000), Physica A 285, 539-546",
    ),
    "core": Method(
        "Core number",
        "largest k such that the entity is among entities that each have k neighbours among themselves",
        "unrecorded ties lower it",
        "Seidman (1983), Social Networks 5(3), 269-287",
    ),
    "constraint": Method(
        "Burt's constraint",
        "sum over neighbours j of (p_ij + sum over q of p_iq p_qj)^2, p_ij the part of i's ties to j",
        "not defined without neighbours; ties among neighbours that nobody recorded make it too low",
        "Burt (1992), Structural Holes, chapter 2; Burt (2004), Am. J. Sociology 110(2), 349-399",
    ),
    "effective-size": Method(
        "Burt's effective size",
        "sum over neighbours j of (1 - sum over q of p_iq m_jq), m_jq relative to j's strongest tie",
        "not defined without neighbours; ties among neighbours that nobody recorded make it too high",
        "Burt (1992), Structural Holes, chapter 2; Borgatti (1997), Connections 20(1), 35-38",
    ),
}
MEASURES = tuple(METHODS)
WEIGHED = frozenset({"pagerank", "katz", "eigenvector", "constraint", "effective-size"})
"""Measures that read ``Scope.weight``; the others count each tie or pair."""


def measured(
    graph: nx.Graph,
    measure: str,
    scope: Scope,
    *,
    sample: float | None = None,
    seed: int = 1,
    attribute: str = "amount_usd",
    top: int = 10,
) -> Measured:
    """Values of a measure by its name.

    Args:
        graph: any NetworkX graph.
        measure: one of ``MEASURES``.
        scope: which ties, which way. Core, constraint and effective size leave direction aside.
        sample: error bound of sampled betweenness; None computes it exactly up to ``SAMPLE_ABOVE`` entities.
        seed: of the sample.
        attribute: what strength adds up.
        top: how many are wanted, where a very large graph only allows that (harmonic closeness).

    Raises:
        ParameterError: the measure is not known.
    """
    if measure not in METHODS:
        raise ParameterError(
            "measure", f"{measure!r} is not known.", hint=f"Known: {', '.join(MEASURES)}, all."
        )
    used = scope if measure in _DIRECTED else replace(scope, direction="both")
    if measure == "betweenness":
        return _betweenness(graph, used, sample, seed)
    if measure == "harmonic":
        return _harmonic(graph, used, top)
    if measure == "strength":
        return _strength(graph, used, attribute)
    if measure == "katz":
        found = katz(graph, used)
        limit = "none" if found.alpha_limit is None else round(found.alpha_limit, 9)
        told = {"alpha": round(found.alpha, 9), "alpha_limit": limit}
        return Measured(found.values, "squares sum to 1", parameters=told)
    if measure == "eigenvector":
        return _eigenvector(graph, used)
    if measure == "degree":
        return Measured({key: value.neighbours for key, value in degree(graph, used).items()})
    if measure == "pagerank":
        return Measured(pagerank(graph, used), "values sum to 1", parameters={"damping": DAMPING})
    plain = {"core": core, "constraint": constraint, "effective-size": effective_size}
    return Measured(dict(plain[measure](graph, used)))


def _betweenness(graph: nx.Graph, scope: Scope, sample: float | None, seed: int) -> Measured:
    size = len(scoped(graph, replace(scope, weight=None)).nodes)
    words = "divided by (n - 1)(n - 2), the ordered pairs of others"
    directed = scope.direction in ("in", "out") and graph.is_directed()
    if sample is None and (size <= SAMPLE_ABOVE or directed):
        return Measured(betweenness(graph, scope), words)
    bound = sample or 0.01
    found = sampled_betweenness(graph, scope, epsilon=bound, seed=seed)
    if found.exact:
        return Measured(
            found.values,
            words,
            notes=(f"Exact: {counted(size, 'entity')} {plural(size, 'needs', 'need')} no sample.",),
        )
    note = (
        f"Sampled from {found.samples:,} shortest paths: with probability at least {found.confidence:.0%} no "
        f"value is off by more than {bound:g} (KADABRA, Borassi and Natale 2016). Seed {seed}."
    )
    told = {"epsilon": bound, "confidence": found.confidence, "samples": found.samples}
    return Measured(found.values, words, seed, told, (note,))


def _harmonic(graph: nx.Graph, scope: Scope, top: int) -> Measured:
    made = scoped(graph, replace(scope, weight=None))
    if len(made.nodes) * made.matrix.nnz <= WORK_LIMIT:
        return Measured(harmonic(graph, scope))
    note = f"The graph is large, so that only the {top:,} highest values were computed; they are exact."
    return Measured(harmonic_top(graph, top, scope), parameters={"top": top}, notes=(note,))


def _strength(graph: nx.Graph, scope: Scope, attribute: str) -> Measured:
    found = strength(graph, attribute, scope)
    known = sum(item.known for item in found.values())
    unknown = sum(item.unknown for item in found.values())
    ends = known + unknown
    notes = (
        f"{unknown / ends:.0%} of tie ends have no {attribute}: totals are lower bounds."
        if ends
        else f"No tie has {attribute}.",
        "Recorded amounts overlap (a round and its parts), so totals are not money counted once.",
    )
    return Measured(
        {key: item.total for key, item in found.items()}, parameters={"attribute": attribute}, notes=notes
    )


def _eigenvector(graph: nx.Graph, scope: Scope) -> Measured:
    values = eigenvector(graph, scope)
    outside = sum(value < 1e-12 for value in values.values())
    are, have = plural(outside, "is", "are"), plural(outside, "has", "have")
    note = f"{counted(outside, 'entity')} {are} outside the part that the measure speaks of and {have} 0."
    return Measured(values, "squares sum to 1", notes=(note,) if outside else ())
