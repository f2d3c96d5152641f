"""How an entity stands: the figures at the head of its page, and its place by three measures."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx

from graph.analytics.answer import Method, name_of
from graph.analytics.centrality_methods import METHODS, measured
from graph.analytics.centrality_words import figure
from graph.analytics.compact import Scope
from graph.analytics.concentration import concentrations, period_text
from graph.dossier import Dossier
from graph.errors import AnalysisError
from graph.model import FACT_STATUSES, EntityId
from graph.ontology import ontology
from graph.projection import Filters, graph_of
from graph.wording import percent

RANKED_BY = ("degree", "pagerank", "betweenness")
SAMPLE_ABOVE = 3_000
"""With more entities, betweenness is sampled, so that a page need not wait."""
_ERROR = 0.02


@dataclass(frozen=True, slots=True)
class Customers:
    """How much of the revenue of a company its named customers made up, in its newest measured period.

    Attributes:
        name, share: the largest customer, and its share as text.
        hhi: range of the concentration index as text.
        period: as published.
        problem: why there is no figure although shares are recorded; empty otherwise.
    """

    name: str = ""
    share: str = ""
    hhi: str = ""
    period: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over the facts of a dossier; 0 means that none is recorded, not that there is none.

    Attributes:
        investors: distinct entities that invested in it or hold a stake in it.
        board: distinct people on its board, those who have left not counted.
        board_former: distinct people who have left.
        investments: distinct entities that it invested in, bought or holds a stake in.
        offices: distinct entities where it has a role or a seat, ended ones not counted.
        sources: distinct sources that its ties cite, whatever their status.
    """

    investors: int
    board: int
    board_former: int
    investments: int
    offices: int
    sources: int


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of an entity by one measure.

    Attributes:
        place: 1 is the highest value; entities with equal values share a place. None when the entity has
            no tie, so that the measure does not speak of it.
        shared: number of other entities in the same place.
        of: number of entities measured.
        value: as text.
        method, normalisation, notes: how it was computed.
    """

    measure: str
    place: int | None
    shared: int
    of: int
    value: str
    method: Method
    normalisation: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """All values of one measure: ``values`` by entity, ``ordered`` ascending."""

    measure: str
    values: Mapping[EntityId, float]
    ordered: tuple[float, ...]
    normalisation: str
    notes: tuple[str, ...]


def surroundings(found: Dossier) -> nx.MultiDiGraph:
    """The entity of a dossier with its ties and their other ends, as a graph of its own.

    What is asked about one entity need not wait until the whole store has been read. Cost: O(ties).
    """
    others = {line.other.id: line.other for line in found.lines}
    ends = {**others, found.entity.id: found.entity}
    return graph_of(ends.values(), (line.tie for line in found.lines), Filters.all_statuses())


def customers(graph: nx.MultiDiGraph, entity: EntityId) -> Customers | None:
    """Concentration of the newest measured period; None when no share of revenue is recorded.

    Only facts count, also where the graph has plans and allegations: the figure stands without a sentence
    that could say what it is.
    """
    try:
        found = concentrations(_facts_at(graph, entity), entity) if entity in graph else []
    except AnalysisError as error:
        return Customers(problem=error.message)
    if not found:
        return None
    newest = found[0]
    low, high = round(newest.hhi_low), round(newest.hhi_high)
    return Customers(
        name_of(graph, newest.parties[0].party),
        percent(newest.top_share),
        f"{low:,}" if low == high else f"{low:,}–{high:,}",
        period_text(newest.period),
    )


def _facts_at(graph: nx.MultiDiGraph, entity: EntityId) -> nx.MultiDiGraph:
    """The entity with its customers and the ties to them that are facts."""
    found = nx.MultiDiGraph(**graph.graph)
    found.add_node(entity)
    for start, end, key, data in graph.out_edges(entity, keys=True, data=True):
        if data.get("status") in FACT_STATUSES:
            found.add_edge(start, end, key, **data)
    return found


def figures(found: Dossier, as_of: str | None = None) -> Figures:
    """Count what the facts of an entity say; ``as_of`` is the date of the dossier. Cost: O(ties).

    In a dossier as of a date every tie holds then, also one that has ended since.
    """
    me = found.entity.id
    facts = [line for line in found.lines if line.tie.is_fact]

    def others(types: tuple[str, ...], *, out: bool, over: bool | None = None) -> set[EntityId]:
        return {
            line.other.id
            for line in facts
            if line.tie.type in types
            and (line.tie.from_id == me) == out
            and (over is None or (line.tie.status == "ended" and as_of is None) == over)
        }

    # To belong to an association is no role in it.
    roles = tuple(name for name in ontology().types_in("people") if name != "MEMBER_OF")
    bought = others(("INVESTED_IN", "ACQUIRED"), out=True)
    board = others(("BOARD_MEMBER_OF",), out=False, over=False)
    return Figures(
        investors=len(others(("INVESTED_IN",), out=False) | others(("OWNS",), out=False, over=False)),
        board=len(board),
        board_former=len(others(("BOARD_MEMBER_OF",), out=False, over=True) - board),
        investments=len(bought | others(("OWNS",), out=True, over=False)),
        offices=len(others(roles, out=True, over=False)),
        sources=len({source.id for line in found.lines for source in line.sources}),
    )


def rankings(graph: nx.MultiDiGraph) -> tuple[Ranking, ...]:
    """Every entity with a tie, by the measures of ``RANKED_BY``; direction is left aside.

    Cost: that of exact betweenness, O(n m), up to ``SAMPLE_ABOVE`` entities; above, it is sampled.
    """
    scope = Scope(direction="both", isolates=False)
    large = graph.number_of_nodes() > SAMPLE_ABOVE
    found: list[Ranking] = []
    for measure in RANKED_BY:
        sample = _ERROR if large and measure == "betweenness" else None
        made = measured(graph, measure, scope, sample=sample)
        values = {key: value for key, value in made.values.items() if value is not None}
        found.append(Ranking(measure, values, tuple(sorted(values.values())), made.normalisation, made.notes))
    return tuple(found)


def rank(ranking: Ranking, entity: EntityId) -> Rank:
    """The place of one entity. Values within 1e-9 of one another are equal. Cost: O(log n)."""
    method, value = METHODS[ranking.measure], ranking.values.get(entity)
    of = len(ranking.ordered)
    rest = (method, ranking.normalisation, ranking.notes)
    if value is None:
        return Rank(ranking.measure, None, 0, of, "not known", *rest)
    slack = 1e-9 * max(abs(value), 1e-300)
    above = of - bisect.bisect_right(ranking.ordered, value + slack)
    same = of - above - bisect.bisect_left(ranking.ordered, value - slack)
    return Rank(ranking.measure, above + 1, same - 1, of, figure(ranking.measure, value), *rest)


def ordinal(number: int) -> str:
    """A place in words for people.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21, 112, 1003)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '112th', '1,003rd']
    """
    last = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{last}"
