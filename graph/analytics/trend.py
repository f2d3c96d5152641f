"""How a measure moved: its values year by year, each on the graph as of that year.

Only ties that surely hold in a year count, so early years are thin; the number of ties and of those
whose dates do not tell stand beside every year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.centrality import ranked
from graph.analytics.compact import edges_of
from graph.dates import parse_date
from graph.errors import NotConverged, ParameterError
from graph.model import EntityId, Tie
from graph.stopping import watched

Measure = Callable[[nx.Graph], Mapping[EntityId, float | None]]
GraphOfYear = Callable[[int], nx.Graph]


@dataclass(frozen=True, slots=True)
class Year:
    """What a year's values rest on.

    Attributes:
        year: the calendar year; a tie counts when it may hold on any day of it.
        entities: entities with at least one tie.
        ties: ties that surely hold.
        undated: ties left out as their dates do not tell.
        problem: why there are no values, empty when there are.
    """

    year: int
    entities: int
    ties: int
    undated: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """One entity's values, one a year in the order of the trend; None in years without a tie of its own.

    ``ranks`` counts from 1; equal values are ranked by id.
    """

    entity: EntityId
    values: tuple[float | None, ...]
    ranks: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """The values of a measure over the years.

    Attributes:
        years: in order.
        courses: the entities that came highest in any year, best rank first, then the latest value.
    """

    years: tuple[Year, ...]
    courses: tuple[Course, ...]


def trend(
    source: nx.Graph | GraphOfYear,
    measure: Measure,
    years: Iterable[int],
    *,
    top: int = 10,
    undated: bool = False,
    smallest_first: bool = False,
) -> Trend:
    """Values of ``measure`` in each of ``years``.

    Args:
        source: one graph whose edges have dates, see :func:`graph_by_year`, or a function from a year to
            the graph as of it, such as ``lambda year: to_networkx(store, as_of=str(year))``.
        measure: from a graph to a value for each entity.
        years: calendar years; each once, sorted here.
        top: how many entities to follow.
        undated: with one graph, count ties whose dates do not tell as well.
        smallest_first: the smallest value comes first, as for constraint.

    Raises:
        ParameterError: no year, or ``top`` below 1.
    Cost: a pass over all ties, and one call of ``measure`` a year.
    """
    wanted = sorted(set(years))
    if not wanted:
        raise ParameterError("years", "is empty.", hint="Give one at least, the first not after the last.")
    if top < 1:
        raise ParameterError("top", f"{top} is below 1.", hint="Follow at least one entity.")
    graph_of = graph_by_year(source, undated=undated) if isinstance(source, nx.Graph) else source
    told: list[Year] = []
    values: list[Mapping[EntityId, float | None]] = []
    places: list[dict[EntityId, int]] = []
    for year in watched(wanted):
        graph = graph_of(year)
        found, problem = _values(graph, measure)
        busy = sum(1 for _, count in graph.degree() if count)
        left = graph.graph.get("left_out", {}).get("undated", 0)
        told.append(Year(year, busy, graph.number_of_edges(), left, problem))
        values.append(found)
        order = ranked(found, smallest_first=smallest_first)
        places.append({entity: at for at, entity in enumerate(order, start=1)})
    chosen = _highest(values, places, top, -1.0 if smallest_first else 1.0)
    courses = (
        Course(
            entity,
            tuple(found.get(entity) for found in values),
            tuple(ranks.get(entity) for ranks in places),
        )
        for entity in chosen
    )
    return Trend(tuple(told), tuple(courses))


def graph_by_year(graph: nx.Graph, *, undated: bool = False) -> GraphOfYear:
    """A function from a year to the graph of the ties that hold in it, with their ends only.

    Dates are read from the edge's ``tie``, or from its ``start_date``, ``end_date`` and ``status``; an
    edge without a start, and an ended one without an end, does not tell. ``left_out`` of the yearly graph
    counts ties surely outside (``date``) and those that do not tell (``undated``).

    Cost: one pass over the ties; then O(ties) a year.
    """
    edges = [(start, end, key, data, *_span(data)) for start, end, key, data in edges_of(graph)]

    def of(year: int) -> nx.Graph:
        day = parse_date(str(year), field="year")
        outside, unsure = 0, 0
        held: nx.Graph = graph.__class__()
        kept: list[tuple[Any, ...]] = []
        for start, end, key, data, first, last in edges:
            if (first is not None and first > day.last_day) or (last is not None and last < day.first_day):
                outside += 1
            elif (first is None or last is None) and not undated:
                unsure += 1
            else:
                kept.append((start, end, data) if key is None else (start, end, key, data))
        held.add_edges_from(kept)
        for node in held:
            held.nodes[node].update(graph.nodes[node])
        left = {**graph.graph.get("left_out", {}), "date": outside, "undated": unsure}
        held.graph.update(graph.graph, as_of=str(year), left_out=left)
        return held

    return of


def _span(data: Mapping[str, Any]) -> tuple[str | None, str | None]:
    tie: Any = data.get("tie")
    if not isinstance(tie, Tie):
        tie = Tie(
            "", "", str(data.get("type") or ""), "", str(data.get("status") or "active"),
            _text(data.get("start_date")), _text(data.get("end_date")), share_basis=data.get("share_basis"),
        )  # fmt: skip
    return tie.valid_from, tie.valid_to


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _values(graph: nx.Graph, measure: Measure) -> tuple[dict[EntityId, float | None], str]:
    if not graph.number_of_edges():
        return {}, ""
    try:
        found = measure(graph)
    except NotConverged as error:
        return {}, error.message
    return {entity: value for entity, value in found.items() if graph.degree(entity)}, ""


def _highest(
    values: list[Mapping[EntityId, float | None]], places: list[dict[EntityId, int]], top: int, sign: float
) -> list[EntityId]:
    best: dict[EntityId, int] = {}
    for ranks in places:
        for entity, rank in ranks.items():
            if rank <= top:
                best[entity] = min(rank, best.get(entity, rank))

    def order(entity: EntityId) -> tuple[int, float, EntityId]:
        last = values[-1].get(entity)
        return best[entity], float("inf") if last is None else -sign * last, entity

    return sorted(best, key=order)[:top]
