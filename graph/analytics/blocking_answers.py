"""Who must agree to block influence, as an answer: the set, whether it is the only one, the proof."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, name_of, provenance_of
from graph.analytics.blocking import Blocking, blocking_set
from graph.analytics.influence import left_aside
from graph.analytics.path_steps import StepFinder
from graph.analytics.path_words import (
    chain_text,
    direction_text,
    in_ties,
    names_text,
    step_text,
    within,
)
from graph.model import EntityId
from graph.wording import counted, plural

_METHOD = Method(
    name="Minimum vertex cut",
    formula=(
        "cheapest set of entities, the ends not among them, without which no path leads from one end to the "
        "other; every entity costs its weight, 1 unless given"
    ),
    missing="An entity without a weight counts 1; a tie counts whatever is unknown about it.",
    citation=(
        "Menger (1927), Fundamenta Mathematicae 10, 96-115; Ford and Fulkerson (1956), Canadian Journal of "
        "Mathematics 8, 399-404."
    ),
)
_COLUMNS = ("separate_path", "entity_id", "entity", "weight", "hops", "path", "tie_ids")


def blocking_answer(
    graph: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    *,
    max_hops: int | None = None,
    directed: bool = False,
    types: Collection[str] | None = None,
    exclude: Collection[str] = (),
    weights: Mapping[EntityId, float] | str | None = None,
) -> Answer:
    """:func:`graph.analytics.blocking.blocking_set` as an answer; a row for each path of the proof."""
    found = blocking_set(
        graph, sources, targets, max_hops=max_hops, directed=directed, types=types, exclude=exclude,
        weights=weights,
    )  # fmt: skip
    finder = StepFinder(
        graph, directed=directed, types=frozenset(types) if types is not None else None,
        without=frozenset(exclude),
    )  # fmt: skip
    said = [*_direct(graph, found), *_set(graph, found)]
    rows: list[tuple[Any, ...]] = []
    for number, route in enumerate(found.proof, start=1):
        steps = [finder.between(start, end) for start, end in pairwise(route.entities)]
        ties = tuple(step.ties[0].id for step in steps)
        chain = chain_text(graph, route.entities)
        doubt = "" if all(step.is_fact for step in steps) else " (holds only with plans or allegations)"
        said.append(Statement(f"Separate path {number}: {chain}{doubt}.", ties, route.entities))
        # A path of a maximum flow passes the set exactly once.
        asked = next(entity for entity in route.entities if entity in found.members)
        rows.append((number, asked, name_of(graph, asked), route.amount, route.hops, chain, ties))
    about = provenance_of(
        graph, direction=direction_text(directed),
        weights="of entities, as given" if found.weighted else "every entity counts 1",
        max_hops=max_hops, types=sorted(types) if types is not None else None, left_aside=left_aside(types),
        exclude=sorted(exclude),
    )  # fmt: skip
    title = f"Who must agree to block every path from {_ends(graph, found)}"
    return Answer(title, tuple(said), _COLUMNS, tuple(rows), tuple(_notes(found)), _METHOD, about)


def _ends(graph: nx.Graph, found: Blocking) -> str:
    return f"{names_text(graph, found.sources)} to {names_text(graph, found.targets)}"


def _direct(graph: nx.Graph, found: Blocking) -> list[Statement]:
    return [
        Statement(
            f"There is a direct link{'' if step.is_fact else ', of plans or allegations only'}, "
            f"nobody in between can block it: {step_text(graph, step)}",
            tuple(tie.id for tie in step.ties),
            (step.from_id, step.to_id),
        )
        for step in found.direct
    ]


def _set(graph: nx.Graph, found: Blocking) -> list[Statement]:
    hops, ends, where = within(found.max_hops), _ends(graph, found), in_ties(graph, found.ties_searched)
    if not found.members:
        text = (
            f"Apart from it no path{hops} leads from {ends}{where}."
            if found.direct
            else f"Nothing is to be blocked: no path{hops} leads from {ends}{where}."
        )
        return [Statement(text, entities=(*found.sources, *found.targets))]
    count, names = len(found.members), names_text(graph, found.members)
    who = f"{names} alone" if count == 1 else f"{counted(count, 'entity')} together, {names},"
    cost = f", at a cost of {found.cost:g}" if found.weighted else ""
    if found.direct:
        text = f"Apart from it, {who} could block every other path{hops} from {ends}{where}{cost}."
    else:
        text = f"{who} can block every path{hops} from {ends}{where}{cost}."
    return [
        Statement(text, entities=found.members),
        Statement(_how_small(graph, found), entities=found.other),
    ]


def _how_small(graph: nx.Graph, found: Blocking) -> str:
    word, size = ("cheapest", "cost") if found.weighted else ("smallest", "size")
    if not found.smallest:
        return (
            f"This blocks every path{within(found.max_hops)} and longer ones among the "
            "same entities; whether a smaller set would do for the short ones alone is not known."
        )
    if found.unique:
        return f"It is the only {word} set."
    example = f" {names_text(graph, found.other)}." if found.other else ""
    return f"It is one {word} set; others of the same {size} exist, such as{example}"


def _notes(found: Blocking) -> list[str]:
    notes = [f"{counted(found.between, 'entity')} {plural(found.between, 'lies', 'lie')} between the ends."]
    if found.max_hops is not None:
        notes[0] = f"{notes[0][:-1]} on walks of up to {counted(found.max_hops, 'hop')}."
    if len(found.proof) > 1:
        shared = "use nobody beyond their weight" if found.weighted else "share nobody but the ends"
        count = len(found.proof)
        notes.append(f"The {counted(count, 'separate path')} {shared}: no smaller set blocks them all.")
    if found.weighted and found.unweighted:
        notes.append(f"{found.unweighted:,} of them without a weight, which counts 1.")
    return notes
