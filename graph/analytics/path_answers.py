"""Influence paths, and their gain and loss between dates, as answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Provenance, Statement, name_of, provenance_of
from graph.analytics.influence import left_aside
from graph.analytics.path_change import ChangedPath, path_change
from graph.analytics.path_steps import InfluencePath, Step
from graph.analytics.path_words import (
    chain_text,
    direction_text,
    in_ties,
    names_text,
    sources_text,
    step_text,
    within,
)
from graph.analytics.paths import PathQuery, PathResult, best_paths
from graph.model import EntityId, Tie
from graph.wording import counted, sentence

_CITATION = (
    "Yen (1971), Management Science 17(11), 712-716; Kurz and Mutzel (2016), ISAAC, LIPIcs 64, 49:1-49:13."
)
_PATHS = Method(
    name="k best loopless paths",
    formula=(
        "fewest hops; or greatest product of the strengths of the steps, each that of its strongest tie: "
        "strength of the type times factor of the status; then fewer hops, then by id"
    ),
    missing="A tie counts whatever is unknown about it; shares and amounts do not enter.",
    citation=_CITATION,
)
_CHANGE = Method(
    name="Paths gained and lost",
    formula=(
        "the k best paths of either date, told by the entities along them; gained or lost when the other "
        "date does not have the path at all"
    ),
    missing="Ties whose dates do not tell are left out on both dates, unless asked for.",
    citation=_CITATION,
)


def paths_answer(
    graph: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    query: PathQuery | None = None,
) -> Answer:
    """:func:`graph.analytics.paths.best_paths` as an answer: a sentence a path and a sentence a step."""
    found = best_paths(graph, sources, targets, query)
    said = [Statement(_summary(graph, found), entities=(*found.sources, *found.targets))]
    rows: list[tuple[Any, ...]] = []
    for number, path in enumerate(found.paths, start=1):
        said.append(_path_statement(graph, number, path))
        for at, step in enumerate(path.steps, start=1):
            text = f"{number}.{at} {step_text(graph, step)}"
            said.append(Statement(text, tuple(tie.id for tie in step.ties), (step.from_id, step.to_id)))
            rows.append((number, path.hops, path.strength, at, *_step_row(graph, step)))
    if not found.paths:
        said += _instead(graph, found)
    return Answer(
        f"Paths from {names_text(graph, found.sources)} to {names_text(graph, found.targets)}",
        tuple(said),
        (
            "path", "hops", "strength", "step", "from_id", "from", "to_id", "to", "sentence", "step_strength",
            "tie_ids", "sources",
        ),
        tuple(rows), tuple(_path_notes(found)), _PATHS, _provenance(graph, found),
    )  # fmt: skip


def path_change_answer(
    before: nx.Graph,
    after: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    query: PathQuery | None = None,
) -> Answer:
    """:func:`graph.analytics.path_change.path_change` as an answer."""
    found = path_change(before, after, sources, targets, query)
    first, second = found.before, found.after
    then, now = (str(graph.graph.get("as_of") or "the graph without a date") for graph in (before, after))
    when = f"from {then} to {now}"
    ends = f"{names_text(after, second.sources)} to {names_text(after, second.targets)}"
    summary = (
        f"Paths{within(second.query.max_hops)} from {ends}, {when}: {len(found.gained)} gained, "
        f"{len(found.lost)} lost, {len(found.kept)} in both, {len(found.changed)} of them with other ties."
    )
    said = [Statement(summary, entities=(*second.sources, *second.targets))]
    said += [_whole_path(after, "Gained", path) for path in found.gained]
    said += [_whole_path(before, "Lost", path) for path in found.lost]
    said += [_change_statement(before, after, path) for path in found.changed]
    rows = [
        *(("gained", *_change_row(after, None, path)) for path in found.gained),
        *(("lost", *_change_row(before, path, None)) for path in found.lost),
        *(
            ("changed" if kept.changes else "same", *_change_row(after, kept.before, kept.after))
            for kept in found.kept
        ),
    ]
    notes = [] if found.complete else [
        f"Only the {second.k} best paths of either date were compared; there may be more of each."
    ]  # fmt: skip
    notes += [
        f"Stopped after {result.stopped_at:,} partial paths on one side; the paths are the best found so far."
        for result in (first, second)
        if result.stopped_at
    ]
    about = _provenance(after, second, compared_with=before.graph.get("as_of"), ties_then=first.ties_searched)
    columns = ("change", "path", "hops", "strength_before", "strength_after", "entity_ids", "tie_ids")
    return Answer(
        f"Paths gained and lost {when}: {ends}",
        tuple(said),
        columns,
        tuple(rows),
        tuple(notes),
        _CHANGE,
        about,
    )


def _summary(graph: nx.Graph, found: PathResult) -> str:
    query, count = found.query, len(found.paths)
    where = in_ties(graph, found.ties_searched)
    ends = f"{names_text(graph, found.sources)} to {names_text(graph, found.targets)}"
    via = f" through {names_text(graph, query.via)}" if query.via else ""
    if not count and found.stopped_at is not None and found.distance is not None:
        return (
            f"No path{within(query.max_hops)} from {ends}{via} was found before the search stopped{where}; "
            "whether there is one is not known."
        )
    if not count:
        return f"No path{within(query.max_hops)} leads from {ends}{via}{where}."
    best = "strongest" if query.by == "strength" else "shortest"
    more = f"The {count} {best} of more paths" if found.more else f"{counted(count, 'path')}"
    verb = "lead" if count > 1 or found.more else "leads"
    return f"{more}{within(query.max_hops)} {verb} from {ends}{via},{where}; the {best} first."


def _path_statement(graph: nx.Graph, number: int, path: InfluencePath) -> Statement:
    ties = tuple(tie.id for step in path.steps for tie in step.ties)
    return Statement(f"{number}. {chain_text(graph, path.entities)}{_measured(path)}.", ties, path.entities)


def _measured(path: InfluencePath) -> str:
    parts = [f"{counted(path.hops, 'hop')}"]
    if path.strength is not None:
        product = " x ".join(f"{factor:.3g}" for factor in path.factors)
        parts.append(f"strength {path.strength:.3g}{f' = {product}' if path.hops > 1 else ''}")
    if not path.is_fact:
        parts.append("holds only with plans or allegations")
    if not path.is_sourced:
        parts.append("a step has no source")
    return f" ({', '.join(parts)})"


def _step_row(graph: nx.Graph, step: Step) -> tuple[Any, ...]:
    sources = dict.fromkeys(source for tie in step.ties for source in tie.sources)
    return (
        step.from_id, name_of(graph, step.from_id), step.to_id, name_of(graph, step.to_id),
        step.sentences(graph)[0], step.strength, tuple(tie.id for tie in step.ties), tuple(sources),
    )  # fmt: skip


def _instead(graph: nx.Graph, found: PathResult) -> list[Statement]:
    said: list[Statement] = []
    if found.distance is not None:
        hops = f"{counted(found.distance, 'hop')}"
        said.append(Statement(f"The shortest path of any kind between them has {hops}."))
    elif found.reach is not None:
        first, second = found.reach
        said.append(
            Statement(
                "They are not connected in this selection: "
                f"{names_text(graph, found.sources)} reaches {first:,} other entities, "
                f"{names_text(graph, found.targets)} {second:,}."
            )
        )
    if found.common:
        said.append(Statement(f"Nearest to both: {names_text(graph, found.common)}.", entities=found.common))
    return said


def _path_notes(found: PathResult) -> list[str]:
    query = found.query
    notes = [f"There are more paths than {query.k}."] if found.more else []
    if found.stopped_at is not None:
        notes.append(
            f"Stopped at {found.stopped_at:,} candidate paths; results are the best found so far, there "
            "may be more."
        )
    if any(len(step.ties) > 1 for path in found.paths for step in path.steps):
        strongest = ", as strong as the strongest of them" if query.by == "strength" else ""
        notes.append(f"Several ties between the same two entities are one step{strongest}.")
    if query.by == "strength":
        whose = "with the changes given" if query.strengths else "as declared in graph/ontology.yaml"
        notes.append(
            f"Strength is from 0 to 1, of a path the product of its steps. Strengths {whose} are "
            "judgements that rank paths, no measurements."
        )
    return notes


def _provenance(graph: nx.Graph, found: PathResult, **more: Any) -> Provenance:
    query = found.query
    return provenance_of(
        graph,
        direction=direction_text(query.directed),
        weights="strength of a step's strongest tie" if query.by == "strength" else "every step counts 1",
        k=query.k, max_hops=query.max_hops, by=query.by,
        types=sorted(query.types) if query.types is not None else None,
        left_aside=left_aside(query.types),
        via=query.via, exclude=sorted(query.exclude), strengths=dict(query.strengths or {}),
        candidate_limit=query.candidate_limit, **more,
    )  # fmt: skip


def _whole_path(graph: nx.Graph, what: str, path: InfluencePath) -> Statement:
    steps = " ".join(step_text(graph, step) for step in path.steps)
    ties = tuple(tie.id for step in path.steps for tie in step.ties)
    return Statement(
        f"{what}: {chain_text(graph, path.entities)}{_measured(path)}. {steps}", ties, path.entities
    )


def _change_statement(before: nx.Graph, after: nx.Graph, path: ChangedPath) -> Statement:
    parts: list[str] = []
    ties: list[str] = []
    for change in path.changes:
        parts += [f"now {_told(after, tie)}" for tie in change.gained]
        parts += [f"no longer {_told(before, tie)}" for tie in change.lost]
        parts += [f"{_told(before, old)} is now {_told(after, new)}" for old, new in change.restated]
        ties += [tie.id for tie in (*change.gained, *change.lost, *(new for _, new in change.restated))]
    text = f"Changed: {chain_text(after, path.after.entities)}: {'; '.join(parts)}."
    return Statement(text, tuple(ties), path.after.entities)


def _told(graph: nx.Graph, tie: Tie) -> str:
    told = sentence(tie, name_of(graph, tie.from_id), name_of(graph, tie.to_id))
    return f'"{told}" {sources_text(tie)}'


def _change_row(
    graph: nx.Graph, before: InfluencePath | None, after: InfluencePath | None
) -> tuple[Any, ...]:
    path = after or before
    assert path is not None
    strengths = tuple(side.strength if side else None for side in (before, after))
    ties = tuple(tie.id for step in path.steps for tie in step.ties)
    return (chain_text(graph, path.entities), path.hops, *strengths, path.entities, ties)
