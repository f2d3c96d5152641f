"""Phrases and provenance that the answers about centrality, brokers and communities share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from graph.analytics.answer import Provenance, Statement, listed, name_of, provenance_of
from graph.analytics.centrality import Degree, ties_of
from graph.analytics.centrality_methods import METHODS, Measured
from graph.analytics.compact import Scope, edges_of
from graph.analytics.influence import counts, left_aside
from graph.model import EntityId
from graph.ontology import ontology
from graph.wording import counted, money, plural

TOLD = 5
"""Entities that get a sentence; the others stand in the table."""
SMALLEST_FIRST = frozenset({"constraint"})
"""Measures where the smallest value is the one to look at."""


def tie_ids(graph: nx.Graph, key: EntityId, scope: Scope) -> tuple[str, ...]:
    """Ids of the ties of an entity within a scope."""
    return tuple(sorted(tie for _, tie, _ in ties_of(graph, key, scope) if tie))


def best_known(
    graph: nx.Graph, members: Iterable[EntityId], near: Mapping[EntityId, Degree], most: int
) -> str:
    """Members with most neighbours as a phrase."""
    order = sorted(members, key=lambda key: (-near[key].neighbours if key in near else 0, key))
    return listed([name_of(graph, key) for key in order], most=most)


def figure(measure: str, value: float | None, *, attribute: str = "amount_usd") -> str:
    """A value as people read it; strength is a lower bound, as unknown amounts are not in it."""
    if value is None:
        return "unknown"
    if measure == "strength":
        return f"at least {money(round(value)) if attribute == 'amount_usd' else f'{value:,.6g} {attribute}'}"
    return f"{value:,.0f}" if measure in ("degree", "core") else f"{value:.4g}"


def lower(measure: str) -> str:
    """The name of a measure inside a sentence."""
    name = METHODS[measure].name
    return name if name[:4] in ("Page", "Katz", "Burt") else name.lower()


def scope_words(scope: Scope) -> str:
    """Family and direction, for a title."""
    family = f", {ontology().families[scope.family].lower()} ties" if scope.family else ""
    ways = {"in": ", incoming", "out": ", outgoing"}.get(scope.direction or "", "")
    return f"{family}{ways}"


def when(graph: nx.Graph) -> str:
    """The as-of date, for a title or the end of a sentence."""
    as_of = graph.graph.get("as_of")
    return f", as of {as_of}" if as_of else ""


def nothing(graph: nx.Graph, scope: Scope) -> Statement:
    """The sentence of an empty answer."""
    family = (
        f"{ontology().families[scope.family].lower()} ties" if scope.family else "ties between two entities"
    )
    known = f" with known {weighed_by(scope)} above 0" if weighed_by(scope) else ""
    return Statement(
        f"Nobody: there are no {family}{known} among the "
        f"{counted(graph.number_of_edges(), 'tie')} searched{when(graph)}."
    )


def left_out(graph: nx.Graph, measured: int, *, weight: str | None = None) -> tuple[str, ...]:
    """The note on entities without a tie; ``weight`` is the attribute without which a tie is none."""
    alone = graph.number_of_nodes() - measured
    such = f"a tie with known {weight} above 0" if weight else "such a tie"
    are = plural(alone, "is", "are")
    return (f"{counted(alone, 'entity')} without {such} {are} left out.",) if alone else ()


def weighed_by(scope: Scope) -> str | None:
    """The attribute that ties are weighed by, None where every tie has a weight."""
    return None if scope.weight in (None, "ties") else scope.weight


def weight_notes(graph: nx.Graph, scope: Scope) -> tuple[str, ...]:
    """How many ties have no weight and are left out, where an attribute is the weight."""
    attribute = weighed_by(scope)
    if attribute is None:
        return ()
    types = scope.types
    found = [
        data.get(attribute)
        for start, end, _, data in edges_of(graph)
        if start != end and counts(data.get("type"), types)
    ]
    missing, nothing = found.count(None), sum(value == 0 for value in found)
    if not (missing or nothing):
        return ()
    among = counted(len(found), "tie")
    notes = [f"No {attribute} is known of {missing:,} of {among}; left out."] if missing else []
    if nothing:
        notes.append(f"{attribute} is 0 for {nothing:,} of {among}, which joins nobody.")
    return tuple(notes)


def provenance(graph: nx.Graph, scope: Scope, found: Measured, **more: Any) -> Provenance:
    """Provenance with direction, weights and parameters in words."""
    words = {
        "in": "along ties, from -> to; ties without direction both ways",
        "out": "against ties, to -> from; ties without direction both ways",
        "both": "direction left aside",
    }[scope.direction or "both"]
    weights = {None: "each pair of entities once", "ties": "number of parallel ties"}.get(
        scope.weight, f"sum of {scope.weight}"
    )
    return provenance_of(
        graph,
        direction=words,
        weights=weights,
        normalisation=found.normalisation,
        seed=found.seed,
        family=scope.family,
        left_aside=left_aside(scope.types),
        **dict(found.parameters),
        **more,
    )
