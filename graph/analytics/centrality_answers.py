"""Answers in sentences: who is central by one measure or by all, and how that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of
from graph.analytics.centrality import Degree, degree, degree_by_type, ranked, strength
from graph.analytics.centrality_methods import METHODS, WEIGHED, Measured, measured
from graph.analytics.centrality_words import (
    SMALLEST_FIRST,
    TOLD,
    figure,
    left_out,
    lower,
    nothing,
    provenance,
    scope_words,
    tie_ids,
    weighed_by,
    weight_notes,
    when,
)
from graph.analytics.compact import Scope, scoped
from graph.analytics.trend import GraphOfYear, Trend, trend
from graph.errors import GraphTooLarge, NotConverged
from graph.model import EntityId
from graph.ontology import ontology
from graph.wording import counted


def answer_centrality(
    graph: nx.Graph,
    measure: str = "degree",
    *,
    scope: Scope | None = None,
    sample: float | None = None,
    seed: int = 1,
    attribute: str = "amount_usd",
    top: int = 1_000,
) -> Answer:
    """The most central entities by one measure; see :func:`graph.analytics.centrality_methods.measured`.

    Args:
        graph: any NetworkX graph.
        measure: one of ``MEASURES``.
        scope: which ties, which way; by default all, direction left aside. Entities without such a tie are
            left out and counted.
        top: rows of the table.

    Raises:
        ParameterError: the measure or another argument is not known.
        NotConverged: the measure has no answer on this graph.
    """
    used = replace(scope or Scope(), isolates=False)
    used = replace(used, direction=used.direction or "both")
    found = measured(graph, measure, used, sample=sample, seed=seed, attribute=attribute, top=top)
    near = degree(graph, used if measure not in SMALLEST_FIRST else replace(used, direction="both"))
    order = ranked(found.values, smallest_first=measure in SMALLEST_FIRST)
    rows = tuple(
        (place, key, name_of(graph, key), found.values[key], near[key].neighbours, near[key].ties)
        for place, key in enumerate(order[:top], start=1)
    )
    method = METHODS[measure]
    statements = tuple(
        Statement(
            _central(graph, measure, place, key, found, near[key], used), tie_ids(graph, key, used), (key,)
        )
        for place, key in enumerate(order[:TOLD], start=1)
    )
    return Answer(
        f"{method.name}{scope_words(used)}{when(graph)}",
        statements or (nothing(graph, used),),
        ("rank", "entity_id", "name", _column(measure, attribute), "neighbours", "ties"),
        rows,
        (*found.notes, *_left_out(graph, measure, used)),
        method,
        provenance(graph, used, found),
    )


def _column(measure: str, attribute: str = "amount_usd") -> str:
    """The column of a measure; strength alone has a unit, that of the attribute it adds up."""
    unit = {"amount_usd": "_usd"}.get(attribute, f"_{attribute}") if measure == "strength" else ""
    return f"{measure.replace('-', '_')}{unit}"


def _left_out(graph: nx.Graph, measure: str, scope: Scope) -> tuple[str, ...]:
    """The notes on ties and entities that a measure leaves out; most measures read no weight."""
    weight = weighed_by(scope) if measure in WEIGHED else None
    read = replace(scope, weight=weight)
    notes = weight_notes(graph, read)
    return (*notes, *left_out(graph, len(scoped(graph, read, default="both").nodes), weight=weight))


def answer_all(
    graph: nx.Graph,
    *,
    scope: Scope | None = None,
    sample: float | None = None,
    seed: int = 1,
    attribute: str = "amount_usd",
    top: int = 1_000,
) -> Answer:
    """Every measure side by side, in the order of degree; a measure without an answer is None throughout."""
    used = replace(scope or Scope(), isolates=False)
    used = replace(used, direction=used.direction or "both")
    found: dict[str, Measured] = {}
    notes: list[str] = []
    for measure in METHODS:
        try:
            found[measure] = measured(
                graph, measure, used, sample=sample, seed=seed, attribute=attribute, top=top
            )
        except (NotConverged, GraphTooLarge) as error:
            found[measure] = Measured({})
            notes.append(f"{METHODS[measure].name}: {error.message}")
        notes += [f"{METHODS[measure].name}: {note}" for note in found[measure].notes]
    order = ranked(found["degree"].values)[:top]
    rows = tuple(
        (place, key, name_of(graph, key), *(found[measure].values.get(key) for measure in METHODS))
        for place, key in enumerate(order, start=1)
    )
    leaders: list[Statement] = []
    for measure, values in found.items():
        first = ranked(values.values, smallest_first=measure in SMALLEST_FIRST)[:3]
        if first:
            word = "Lowest" if measure in SMALLEST_FIRST else "Highest"
            told = [
                f"{name_of(graph, key)} ({figure(measure, values.values[key], attribute=attribute)})"
                for key in first
            ]
            leaders.append(Statement(f"{word} {lower(measure)}: {listed(told)}.", (), tuple(first)))
    together = Method(
        "All measures of centrality",
        "; ".join(f"{method.name}: {method.formula}" for method in METHODS.values()),
        "as each measure says",
        "; ".join(method.citation for method in METHODS.values()),
    )
    columns = ("rank", "entity_id", "name", *(_column(measure, attribute) for measure in METHODS))
    told_by = {measure: dict(values.parameters) for measure, values in found.items() if values.parameters}
    combined = Measured({}, "as each measure says", found["betweenness"].seed, told_by)
    return Answer(
        f"All measures of centrality{scope_words(used)}{when(graph)}",
        tuple(leaders) or (nothing(graph, used),),
        columns, rows,
        (
            *notes,
            *(f"In measures that read weights: {note}" for note in weight_notes(graph, used)),
            *left_out(graph, len(found["degree"].values)),
        ),
        together,
        provenance(graph, used, combined),
    )  # fmt: skip


def answer_trend(
    graph: nx.Graph,
    measure: str,
    years: Iterable[int],
    *,
    by_year: GraphOfYear | None = None,
    scope: Scope | None = None,
    top: int = 10,
    undated: bool = False,
    sample: float | None = None,
    seed: int = 1,
) -> Answer:
    """A measure year by year; one row an entity and year.

    Args:
        graph: the graph of all dates; its version and filters are reported.
        measure: one of ``MEASURES``.
        years: calendar years.
        by_year: a function from a year to its graph; None filters ``graph`` by the dates of its edges.
        scope: which ties, which way.
        top: how many entities to follow.
        undated: count ties whose dates do not tell in every year.
    """
    used = replace(scope or Scope(), isolates=False)
    used = replace(used, direction=used.direction or "both")

    def values(of_year: nx.Graph) -> Mapping[EntityId, float | None]:
        return measured(of_year, measure, used, sample=sample, seed=seed, top=top).values

    found = trend(
        by_year or graph, values, years, top=top, undated=undated, smallest_first=measure in SMALLEST_FIRST
    )
    rows = tuple(
        (year.year, course.entity, name_of(graph, course.entity), value, rank, year.ties, year.undated)
        for course in found.courses
        for year, value, rank in zip(found.years, course.values, course.ranks, strict=True)
    )
    notes = [
        f"{year.year}: {counted(year.ties, 'tie')}, {year.undated:,} undated left out"
        + (f"; {year.problem}" if year.problem else "")
        for year in found.years
    ]
    weighed = weight_notes(graph, used) if measure in WEIGHED else ()
    method = METHODS[measure]
    span = f"{found.years[0].year} to {found.years[-1].year}"
    told = Measured(
        {}, "as the measure says, in each year", seed if sample else None, {"years": span, "top": top}
    )
    return Answer(
        f"{method.name} by year{scope_words(used)}, {span}",
        _course_statements(graph, found, measure) or (nothing(graph, used),),
        (
            "year",
            "entity_id",
            "name",
            _column(measure),
            "rank",
            "ties_that_year",
            "undated_left_out",
        ),
        rows,
        (
            *notes,
            *(f"Over all dates: {note}" for note in weighed),
            "A year counts ties that hold on any day of it.",
        ),
        method,
        provenance(graph, used, told, undated=undated),
    )


def _central(
    graph: nx.Graph, measure: str, place: int, key: EntityId, found: Measured, near: Degree, scope: Scope
) -> str:
    who = f"{place}. {name_of(graph, key)}"
    attribute = str(found.parameters.get("attribute", ""))
    value = figure(measure, found.values[key], attribute=attribute)
    ways = f"{counted(near.neighbours, 'neighbour')} by {counted(near.ties, 'tie')}"
    if measure == "strength":
        one = strength(graph, attribute, scope)[key]
        return f"{who}: {value} by {counted(one.known, 'tie')}; {one.unknown:,} more of unknown size."
    if measure != "degree":
        return f"{who}: {lower(measure)} {value}, {ways}."
    declared = ontology().types
    by_type = degree_by_type(graph, [key], scope)[key]
    parts = [
        f"{declared[type_].title.lower() if type_ in declared else 'untyped'} {count.ties:,}"
        for type_, count in sorted(by_type.items(), key=lambda item: (-item[1].ties, item[0]))
    ]
    return f"{who}: {ways} ({listed(parts, most=4)})."


def _course_statements(graph: nx.Graph, found: Trend, measure: str) -> tuple[Statement, ...]:
    told: list[Statement] = []
    for course in found.courses:
        known = [
            (year.year, value, rank)
            for year, value, rank in zip(found.years, course.values, course.ranks, strict=True)
            if value is not None and rank is not None
        ]
        if not known:
            continue
        (first, start, first_rank), (last, end, last_rank) = known[0], known[-1]
        text = f"{name_of(graph, course.entity)}: {figure(measure, start)} in {first} (rank {first_rank})"
        if last != first:
            text += f", {figure(measure, end)} in {last} (rank {last_rank})"
        told.append(Statement(f"{text}.", (), (course.entity,)))
    return tuple(told)
