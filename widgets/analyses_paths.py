"""Influence paths for the page: searches cached by all they depend on, and their drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer
from graph.analytics.blocking import Blocking, blocking_set
from graph.analytics.blocking_answers import blocking_answer
from graph.analytics.path_answers import paths_answer
from graph.analytics.path_change import PathChange, path_change
from graph.analytics.path_steps import InfluencePath
from graph.analytics.paths import PathQuery, PathResult, best_paths
from graph.dates import parse_date
from graph.model import EntityId
from graph.ontology import ontology
from graph.pictures.layout import layered
from graph.pictures.picture import Picture, part, picture
from widgets import data

MOST_CANDIDATES = 60_000
"""Partial paths looked at in one search, about a second."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What paths are asked for; see :class:`graph.analytics.paths.PathQuery`."""

    sources: tuple[EntityId, ...]
    targets: tuple[EntityId, ...]
    hops: int = 4
    wanted: int = 10
    by: str = "hops"
    directed: bool = False
    via: tuple[EntityId, ...] = ()
    without: tuple[EntityId, ...] = ()
    families: tuple[str, ...] = ()
    as_of: str | None = None
    plans: bool = False

    def graph(self) -> nx.MultiDiGraph:
        """The ties that count; shared, never changed."""
        return data.graph(as_of=self.as_of, all_statuses=self.plans, types=self.types)

    @property
    def types(self) -> tuple[str, ...] | None:
        """Tie types of the chosen families; None for all that are influence."""
        return tuple(name for family in self.families for name in ontology().types_in(family)) or None

    def query(self) -> PathQuery:
        """The search without its ends."""
        return PathQuery(
            k=self.wanted, max_hops=self.hops, by=self.by, directed=self.directed, via=self.via,
            exclude=self.without, types=self.types, candidate_limit=MOST_CANDIDATES,
        )  # fmt: skip


def paths(asked: Asked) -> tuple[PathResult, Answer]:
    """The best paths, and the same as an answer for table and files."""
    return _paths(data.version(), asked)


@st.cache_resource(show_spinner=False, max_entries=100)
def _paths(data_version: str, asked: Asked) -> tuple[PathResult, Answer]:
    graph, query = asked.graph(), asked.query()
    result = best_paths(graph, asked.sources, asked.targets, query)
    answer = paths_answer(graph, asked.sources, asked.targets, query)
    empty = ("strength", "step_strength") if asked.by == "hops" else ()
    return result, _without_columns(answer, empty)


def blocking(asked: Asked, hops: int | None) -> tuple[Blocking, Answer]:
    """Who can block every path of up to ``hops`` steps, None for any length."""
    return _blocking(data.version(), asked, hops)


@st.cache_resource(show_spinner=False, max_entries=100)
def _blocking(data_version: str, asked: Asked, hops: int | None) -> tuple[Blocking, Answer]:
    graph, ends = asked.graph(), (asked.sources, asked.targets)
    how: dict[str, Any] = {
        "max_hops": hops,
        "directed": asked.directed,
        "exclude": asked.without,
        "types": asked.types,
    }
    return blocking_set(graph, *ends, **how), _without_columns(
        blocking_answer(graph, *ends, **how), ("weight",)
    )


def changed(asked: Asked, than: str) -> tuple[str, str, PathChange]:
    """The earlier and the later of the two dates, and the paths gained and lost between them."""
    return _changed(data.version(), asked, than)


@st.cache_resource(show_spinner=False, max_entries=50)
def _changed(data_version: str, asked: Asked, than: str) -> tuple[str, str, PathChange]:
    assert asked.as_of is not None
    earlier, later = sorted((than, asked.as_of), key=lambda date: parse_date(date).first_day)
    before, after = (replace(asked, as_of=date).graph() for date in (earlier, later))
    return earlier, later, path_change(before, after, asked.sources, asked.targets, asked.query())


def _without_columns(answer: Answer, names: Sequence[str]) -> Answer:
    kept = [place for place, name in enumerate(answer.columns) if name not in names]
    return replace(
        answer, columns=tuple(answer.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in answer.rows),
    )  # fmt: skip


def paths_picture(result: PathResult, graph: nx.MultiDiGraph, only: InfluencePath | None) -> Picture:
    """Paths from left to right; with ``only``, the others are pale and thin."""
    nodes = list(dict.fromkeys(node for path in result.paths for node in path.entities))
    ties = [tie.id for path in result.paths for step in path.steps for tie in step.ties]
    pale = set(nodes) - set(only.entities) if only else set[str]()
    made = picture(
        part(graph, nodes, ties), focus=[*result.sources, *result.targets], limit=100, pale=pale,
        positions=layered(path.entities for path in result.paths),
    )  # fmt: skip
    if only is None:
        return made
    steps = {frozenset((step.from_id, step.to_id)) for step in only.steps}
    lines = tuple(
        replace(line, width=5.0 if frozenset((line.source, line.target)) in steps else 0.6)
        for line in made.ties
    )
    return replace(made, ties=lines)
