"""Answers in sentences: who stands between others, which communities and which separate parts there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of
from graph.analytics.brokerage import Gaps, constraint, constraint_terms, effective_size, gaps
from graph.analytics.centrality import Degree, components, degree, ranked, ties_of
from graph.analytics.centrality_methods import METHODS, Measured
from graph.analytics.centrality_words import (
    TOLD,
    best_known,
    figure,
    left_out,
    nothing,
    provenance,
    scope_words,
    tie_ids,
    weighed_by,
    weight_notes,
    when,
)
from graph.analytics.communities import NAMED_BY, Communities, Community, communities
from graph.analytics.compact import Scope, edges_of, not_found
from graph.analytics.influence import counts
from graph.model import EntityId
from graph.ontology import ontology
from graph.wording import counted

_COMMUNITIES = Method(
    "Communities of largest modularity",
    "the partition with the largest (ties inside - ties expected inside) / ties, best of seeded searches by "
    "Leiden and Louvain with refinement, on a large graph of one by the latter; communities are connected",
    "ties that nobody recorded are missing; groups of well-covered entities come out larger",
    "Newman and Girvan (2004), Phys. Rev. E 69, 026113; "
    "Traag, Waltman and van Eck (2019), Sci. Rep. 9, 5233; "
    "Staudt and Meyerhenke (2016), IEEE TPDS 27(1), 171-184",
)
_COMPONENTS = Method(
    "Connected components",
    "entities that can reach one another along ties, whatever their direction",
    "one unrecorded tie can join two components",
    "Tarjan (1972), SIAM Journal on Computing 1(2), 146-160",
)


def answer_brokers(
    graph: nx.Graph, *, scope: Scope | None = None, entity: EntityId | None = None, top: int = 1_000
) -> Answer:
    """Who stands between others: constraint, effective size and the groups that only they join.

    Args:
        graph: any NetworkX graph; direction is left aside.
        scope: family and weight.
        entity: explain this one, neighbour by neighbour; None lists the least constrained.
        top: rows of the table.

    Raises:
        EntityNotFound: the entity is not in the graph.
    """
    used = replace(scope or Scope(), isolates=False, direction="both")
    if entity is not None and entity not in graph:
        raise not_found(entity, graph)
    bound, sizes = constraint(graph, used), effective_size(graph, used)
    near = degree(graph, used)
    if entity is not None:
        return _one_broker(graph, used, entity, bound, sizes)
    order = ranked(bound, smallest_first=True)
    rows = tuple(
        (place, key, name_of(graph, key), bound[key], sizes[key], near[key].neighbours, near[key].ties)
        for place, key in enumerate(order[:top], start=1)
    )
    statements = tuple(
        Statement(
            _between(graph, gaps(graph, key, used), bound[key], sizes[key], near),
            tie_ids(graph, key, used),
            (key,),
        )
        for key in order[:TOLD]
    )
    return Answer(
        f"Brokers{scope_words(used)}{when(graph)}",
        statements or (nothing(graph, used),),
        ("rank", "entity_id", "name", "constraint", "effective_size", "neighbours", "ties"),
        rows,
        (*weight_notes(graph, used), *left_out(graph, len(bound), weight=weighed_by(used))),
        METHODS["constraint"],
        provenance(graph, used, Measured({})),
    )


def _one_broker(
    graph: nx.Graph,
    scope: Scope,
    entity: EntityId,
    bound: Mapping[EntityId, float | None],
    sizes: Mapping[EntityId, float | None],
) -> Answer:
    terms = constraint_terms(graph, entity, scope)
    near = degree(graph, scope)
    ties: dict[EntityId, list[str]] = {}
    for other, tie, _ in ties_of(graph, entity, scope):
        ties.setdefault(other, []).append(tie)
    rows = tuple(
        (
            term.other, name_of(graph, term.other), term.direct, term.indirect, term.term,
            [name_of(graph, key) for key in term.through], sorted(ties.get(term.other, [])),
        )
        for term in terms
    )  # fmt: skip
    told: list[Statement] = []
    if terms:
        found = gaps(graph, entity, scope)
        own = tie_ids(graph, entity, scope)
        told.append(Statement(_between(graph, found, bound[entity], sizes[entity], near), own, (entity,)))
        for term in terms[:3]:
            through = listed([name_of(graph, key) for key in term.through], most=3)
            told.append(
                Statement(
                    f"{name_of(graph, term.other)} adds {term.term:.3g} to the constraint: {term.direct:.1%} "
                    f"of the ties go there directly, {term.indirect:.1%} by way of "
                    f"{through or 'nobody else'}.",
                    tuple(sorted(ties.get(term.other, []))),
                    (term.other,),
                )
            )
    known = f" with known {weighed_by(scope)} above 0" if weighed_by(scope) else ""
    alone = f"{name_of(graph, entity)} has no tie{known} to others here."
    return Answer(
        f"Between whom {name_of(graph, entity)} stands{scope_words(scope)}{when(graph)}",
        tuple(told) or (Statement(alone, (), (entity,)),),
        ("neighbour_id", "neighbour", "direct", "indirect", "term", "through", "tie_ids"),
        rows,
        weight_notes(graph, scope),
        METHODS["constraint"],
        provenance(graph, scope, Measured({}), entity=entity),
    )


def answer_communities(
    graph: nx.Graph, *, scope: Scope | None = None, resolution: float = 1.0, seed: int = 1
) -> Answer:
    """Communities, named by their members with most neighbours inside; one row a community."""
    used = replace(scope or Scope(), isolates=False, direction="both")
    found = communities(graph, used, resolution=resolution, seed=seed)
    ties = _ties_inside(graph, found, used)
    rows = tuple(
        (
            place, _community_name(graph, item), item.size, item.internal, item.external,
            _families(item.families), list(item.members), ties.get(place - 1, []),
        )
        for place, item in enumerate(found.communities, start=1)
    )  # fmt: skip
    statements = [
        Statement(
            f"{counted(item.size, 'entity')} around {_community_name(graph, item)}: "
            f"{counted(item.internal, 'tie')} inside, {item.external:,} to others; "
            f"inside mostly {_families(item.families, most=2)}.",
            tuple(ties.get(at, ())),
            item.members,
        )
        for at, item in enumerate(found.communities)
    ]
    if statements:
        total = sum(item.size for item in found.communities)
        head = (
            f"{counted(total, 'entity falls', 'entities fall')} into {counted(len(rows), 'community')}; "
            f"modularity {found.modularity:.3f}"
        )
        statements.insert(0, Statement(f"{head}{when(graph)}."))
    told = {"resolution": resolution, "searches": found.searches, "modularity": round(found.modularity, 9)}
    return Answer(
        f"Communities{scope_words(used)}{when(graph)}",
        tuple(statements) or (nothing(graph, used),),
        ("community", "around", "size", "ties_inside", "ties_outside", "families", "member_ids", "tie_ids"),
        rows,
        (
            *weight_notes(graph, used),
            *left_out(graph, sum(item.size for item in found.communities), weight=weighed_by(used)),
        ),
        _COMMUNITIES,
        provenance(graph, used, Measured({}, seed=seed, parameters=told)),
    )


def answer_components(graph: nx.Graph, *, scope: Scope | None = None) -> Answer:
    """Connected components, one row each; entities without a tie are counted, not listed."""
    used = replace(scope or Scope(), isolates=False, direction="both")
    found = components(graph, used)
    near = degree(graph, used)
    rows = tuple(
        (place, item.size, item.ties, best_known(graph, item.members, near, 3), list(item.members))
        for place, item in enumerate(found, start=1)
    )
    told: list[Statement] = []
    if found:
        text = (
            f"The largest of {counted(len(found), 'component')} joins {found[0].size:,} of "
            f"{counted(len(near), 'entity that has', 'entities that have')} ties, "
            f"by {counted(found[0].ties, 'tie')}{when(graph)}."
        )
        told.append(Statement(text, (), found[0].members))
        for item in found[1:TOLD]:
            names = best_known(graph, item.members, near, 6)
            told.append(
                Statement(f"Apart from it: {names} ({counted(item.size, 'entity')}).", (), item.members)
            )
    return Answer(
        f"Connected components{scope_words(used)}{when(graph)}",
        tuple(told) or (nothing(graph, used),),
        ("component", "size", "ties", "around", "member_ids"),
        rows,
        left_out(graph, len(near)),
        _COMPONENTS,
        provenance(graph, used, Measured({})),
    )


def _between(
    graph: nx.Graph,
    found: Gaps,
    bound: float | None,
    size: float | None,
    near: Mapping[EntityId, Degree],
) -> str:
    who = name_of(graph, found.entity)
    figures = f"constraint {figure('constraint', bound)}, effective size {figure('effective-size', size)}"
    if not found.pairs:
        return f"{who} stands between nobody: one neighbour only ({figures})."
    part = found.unlinked / found.pairs
    text = f"{who}: {part:.0%} of its {counted(found.pairs, 'pair')} of neighbours are not tied ({figures})."
    if len(found.groups) > 1:
        groups = [best_known(graph, group, near, 2) for group in found.groups]
        text += f" Without it they are {counted(len(groups), 'group')} with no tie between them: "
        text += "; ".join(groups[:3])
        text += f"; and {len(groups) - 3:,} more." if len(groups) > 3 else "."
    return text


def _community_name(graph: nx.Graph, item: Community) -> str:
    return listed([name_of(graph, key) for key in item.members[:NAMED_BY]])


def _families(families: Mapping[str, int], *, most: int = 3) -> str:
    titles = ontology().families
    shown = list(families.items())[:most]
    return (
        ", ".join(f"{titles.get(family, family).lower()} ({count:,})" for family, count in shown) or "nothing"
    )


def _ties_inside(graph: nx.Graph, found: Communities, scope: Scope) -> dict[int, list[str]]:
    place = found.of()
    types = scope.types
    ties: dict[int, list[str]] = {}
    for start, end, key, data in edges_of(graph):
        type_ = data.get("type")
        if start == end or not counts(type_, types):
            continue
        if start in place and place[start] == place.get(end):
            ties.setdefault(place[start], []).append(str(data.get("id") or key or f"{start} – {end}"))
    return {at: sorted(ids) for at, ids in ties.items()}
