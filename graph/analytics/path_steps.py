"""A path as its steps, and a step as the ties between two entities."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.answer import name_of
from graph.analytics.influence import counts
from graph.analytics.path_network import goes_both_ways, tie_id
from graph.analytics.strength import Strengths
from graph.model import FACT_STATUSES, EntityId, Tie, TieId
from graph.ontology import ontology
from graph.wording import sentence


@dataclass(frozen=True, slots=True)
class Step:
    """From one entity to the next: the ties between them, facts first, then the best dated.

    ``forward[i]`` says whether ``ties[i]`` runs along the path (``from_id`` -> ``to_id``) or against it.
    ``strengths[i]`` is its strength, empty when paths are not ranked by it; then the strongest tie stands
    first.
    """

    from_id: EntityId
    to_id: EntityId
    ties: tuple[Tie, ...]
    forward: tuple[bool, ...]
    strengths: tuple[float, ...] = ()

    @property
    def strength(self) -> float | None:
        """Strength of the strongest tie; None when paths are not ranked by strength."""
        return max(self.strengths, default=None)

    @property
    def is_fact(self) -> bool:
        """Whether one of the ties states a fact."""
        return any(tie.is_fact for tie in self.ties)

    def sentences(self, graph: nx.Graph) -> list[str]:
        """One sentence a tie, told in the direction of the path, so that the step reads on."""
        return [
            sentence(tie, name_of(graph, tie.from_id), name_of(graph, tie.to_id), backward=not along)
            for tie, along in zip(self.ties, self.forward, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class InfluencePath:
    """One path; ``steps`` lead from its first entity to its last without visiting any twice."""

    steps: tuple[Step, ...]

    @property
    def hops(self) -> int:
        """Number of steps."""
        return len(self.steps)

    @property
    def entities(self) -> tuple[EntityId, ...]:
        """The entities along the path, both ends included."""
        return (self.steps[0].from_id, *(step.to_id for step in self.steps))

    @property
    def factors(self) -> tuple[float, ...]:
        """Strength of each step; empty when paths are not ranked by strength."""
        return tuple(step.strength for step in self.steps if step.strength is not None)

    @property
    def strength(self) -> float | None:
        """Product of the strengths of the steps; None when paths are not ranked by strength."""
        return math.prod(self.factors) if self.factors else None

    @property
    def is_fact(self) -> bool:
        """Whether every step has a tie that states a fact."""
        return all(step.is_fact for step in self.steps)

    @property
    def is_sourced(self) -> bool:
        """Whether every step has a tie with a source."""
        return all(any(tie.sources for tie in step.ties) for step in self.steps)


class StepFinder:
    """The ties of steps under the filters of a query; each step is looked up once.

    Args:
        directed, types, without: as for :func:`graph.analytics.path_network.step_network`.
        strengths: measure for ``Step.strengths``; None leaves them out.
    """

    def __init__(
        self,
        graph: nx.Graph,
        *,
        directed: bool,
        types: frozenset[str] | None = None,
        without: frozenset[TieId] = frozenset(),
        strengths: Strengths | None = None,
    ) -> None:
        self._graph, self._directed = graph, directed and graph.is_directed()
        self._types, self._out, self._strengths = types, without, strengths
        self._done: dict[tuple[EntityId, EntityId], Step] = {}

    def between(self, start: EntityId, end: EntityId) -> Step:
        """The step from one entity to the next."""
        if (start, end) not in self._done:
            self._done[start, end] = self._step(start, end)
        return self._done[start, end]

    def _step(self, start: EntityId, end: EntityId) -> Step:
        rows = [(tie, along, data) for tie, along, data in self._rows(start, end)]
        if self._strengths is None:
            rows.sort(key=lambda row: _quality(row[0]))
            strong: tuple[float, ...] = ()
        else:
            measured = [(self._strengths.of(data, tie=tie.id), tie, along) for tie, along, data in rows]
            measured.sort(key=lambda row: (-row[0], *_quality(row[1])))
            rows = [(tie, along, {}) for _, tie, along in measured]
            strong = tuple(value for value, _, _ in measured)
        return Step(start, end, tuple(row[0] for row in rows), tuple(row[1] for row in rows), strong)

    def _rows(self, start: EntityId, end: EntityId) -> Iterable[tuple[Tie, bool, Mapping[str, Any]]]:
        for key, data in _edges(self._graph, start, end):
            if self._counts(tie_id(key, data, start, end), data):
                tie = tie_of(key, data, start, end)
                yield tie, tie.from_id == start, data
        if not self._graph.is_directed():
            return
        for key, data in _edges(self._graph, end, start):
            along = self._directed and not goes_both_ways(data.get("type"))
            if not along and self._counts(tie_id(key, data, end, start), data):
                yield tie_of(key, data, end, start), False, data

    def _counts(self, tie: TieId, data: Mapping[str, Any]) -> bool:
        type_ = data.get("type")
        return tie not in self._out and counts(type_, self._types)


def _edges(graph: nx.Graph, start: EntityId, end: EntityId) -> list[tuple[Any, Mapping[str, Any]]]:
    if start not in graph or end not in graph:
        return []
    held = graph.get_edge_data(start, end, default={})
    if graph.is_multigraph():
        return list(held.items())
    return [(None, held)] if graph.has_edge(start, end) else []


def tie_of(key: object, data: Mapping[str, Any], start: EntityId, end: EntityId) -> Tie:
    """The tie of an edge; made from what is known where the graph is the caller's own."""
    if isinstance(tie := data.get("tie"), Tie):
        return tie
    declared = ontology()
    type_, status = str(data.get("type")), str(data.get("status"))
    return Tie(
        tie_id(key, data, start, end), start, type_ if type_ in declared.types else "RELATED_TO", end,
        status if status in declared.statuses else "active", data.get("start_date"), data.get("end_date"),
        data.get("role"), sources=tuple(data.get("sources") or ()),
    )  # fmt: skip


def _quality(tie: Tie) -> tuple[bool, bool, int, str]:
    """Facts before plans, dated before undated, well sourced before thinly sourced, then by id."""
    return tie.status not in FACT_STATUSES, tie.start_date is None, -len(tie.sources), tie.id
