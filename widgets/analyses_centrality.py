"""Who is central, whom brokers join, communities and the years: cached by everything they depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement, name_of
from graph.analytics.brokerage import Gaps, gaps
from graph.analytics.centrality import ranked, ties_of
from graph.analytics.centrality_answers import answer_all, answer_centrality, answer_trend
from graph.analytics.centrality_methods import measured
from graph.analytics.centrality_words import SMALLEST_FIRST, figure
from graph.analytics.compact import Scope
from graph.analytics.group_answers import answer_brokers, answer_communities, answer_components
from graph.dates import parse_date
from graph.wording import counted
from widgets import data

COMPARED = 20
"""Who is among the first so many at one of two dates is compared."""
MOST_AROUND = 48
_MOST_CHANGES = 10
_ANSWERS: Mapping[str, Callable[..., Answer]] = {
    "ranking": answer_centrality, "all": answer_all, "brokers": answer_brokers,
    "communities": answer_communities, "components": answer_components, "years": answer_trend,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What every part of the page starts from.

    Attributes:
        family: of ties that count; None for all.
        direction: ``both``, ``in`` or ``out``.
        as_of: a date, or None for any time.
        plans: whether ties that are no facts count as well.
    """

    family: str | None
    direction: str
    as_of: str | None
    plans: bool

    @property
    def scope(self) -> Scope:
        """Family and direction, as the measures take them."""
        return Scope(self.family, self.direction, isolates=False)

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The cached graph; never changed."""
        return data.graph(as_of=self.as_of, all_statuses=self.plans)


def ranking(asked: Asked, measure: str, sample: float | None = None, seed: int = 1) -> Answer:
    """The most central by one measure, or ``all`` measures side by side."""
    if measure == "all":
        return _answer(data.version(), "all", asked, (("sample", sample), ("seed", seed)))
    more = (("measure", measure), ("sample", sample), ("seed", seed))
    return _answer(data.version(), "ranking", asked, more)


def brokers(asked: Asked, entity: str | None) -> Answer:
    """The least constrained, or between whom one entity stands."""
    return _answer(data.version(), "brokers", asked, (("entity", entity),))


def communities(asked: Asked, resolution: float, seed: int) -> Answer:
    """Communities of largest modularity."""
    return _answer(data.version(), "communities", asked, (("resolution", resolution), ("seed", seed)))


def components(asked: Asked) -> Answer:
    """Parts that nothing joins."""
    return _answer(data.version(), "components", asked, ())


def by_year(asked: Asked, measure: str, span: tuple[int, int], top: int, undated: bool) -> Answer:
    """A measure in every year of ``span``, for those who came highest in one of them."""
    years = tuple(range(span[0], span[1] + 1))
    more = (("measure", measure), ("years", years), ("top", top), ("undated", undated))
    return _answer(data.version(), "years", asked, more)


@st.cache_resource(show_spinner=False, max_entries=100)
def _answer(data_version: str, what: str, asked: Asked, more: tuple[tuple[str, Any], ...]) -> Answer:
    return _ANSWERS[what](asked.graph, scope=asked.scope, **dict(more))


def around(asked: Asked, entity: str) -> Gaps:
    """The groups into which the neighbours of an entity fall without it."""
    return _around(data.version(), asked, entity)


@st.cache_resource(show_spinner=False, max_entries=100)
def _around(data_version: str, asked: Asked, entity: str) -> Gaps:
    return gaps(asked.graph, entity, replace(asked.scope, direction="both"))


def recorded_years() -> tuple[int, int] | None:
    """First and last year in which a fact is known to start; None when no date is known."""
    return _recorded_years(data.version())


@st.cache_resource(show_spinner=False, max_entries=4)
def _recorded_years(data_version: str) -> tuple[int, int] | None:
    graph = data.graph(as_of=None, all_statuses=False)
    years = {int(tie.valid_from[:4]) for _, _, tie in graph.edges(data="tie") if tie.valid_from}
    return (min(years), max(years)) if years else None


@dataclass(frozen=True, slots=True)
class Movers:
    """Who rose and who fell between two dates, each a sentence with the ties that came or went.

    Attributes:
        earlier, later: the dates.
        risen, fallen: with a rank at both dates; the largest change first.
        new, gone: with a rank at one date only.
        same: how many kept their rank.
    """

    earlier: str
    later: str
    risen: tuple[Statement, ...]
    fallen: tuple[Statement, ...]
    new: tuple[Statement, ...]
    gone: tuple[Statement, ...]
    same: int


def movers(
    asked: Asked, measure: str, dates: tuple[str, str], sample: float | None = None, seed: int = 1
) -> Movers:
    """Who rose and fell among the first 20 of either date; equal values share a rank."""
    earlier, later = sorted(dates, key=lambda date: parse_date(date).first_day)
    return _movers(data.version(), asked, measure, earlier, later, sample, seed)


@st.cache_resource(show_spinner=False, max_entries=50)
def _movers(
    data_version: str, asked: Asked, measure: str, earlier: str, later: str, sample: float | None, seed: int
) -> Movers:  # fmt: skip
    sides: list[_Side] = []
    for date in (earlier, later):
        graph = data.graph(as_of=date, all_statuses=asked.plans)
        # "Gone" and "new" need every rank, so nothing is cut at a number of rows.
        found = measured(graph, measure, asked.scope, sample=sample, seed=seed, top=len(graph) or 1).values
        sides.append(_Side(graph, found, ranks(found, smallest_first=measure in SMALLEST_FIRST)))
    before, after = sides
    first = {key for side in sides for key in side.first()}
    step = {
        key: before.ranks[key] - after.ranks[key]
        for key in first
        if key in before.ranks and key in after.ranks
    }

    def told(keys: Iterable[str]) -> tuple[Statement, ...]:
        return tuple(_moved(key, before, after, asked.scope, measure) for key in keys)

    up = sorted((key for key in step if step[key] > 0), key=lambda key: (-step[key], after.ranks[key], key))
    down = sorted((key for key in step if step[key] < 0), key=lambda key: (step[key], before.ranks[key], key))
    new = sorted(first - before.ranks.keys(), key=lambda key: (after.ranks[key], key))
    gone = sorted(first - after.ranks.keys(), key=lambda key: (before.ranks[key], key))
    return Movers(
        earlier, later, told(up[:_MOST_CHANGES]), told(down[:_MOST_CHANGES]), told(new[:_MOST_CHANGES]),
        told(gone[:_MOST_CHANGES]), sum(not change for change in step.values()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Side:
    graph: nx.MultiDiGraph
    values: Mapping[str, float | None]
    ranks: Mapping[str, int]

    def first(self) -> list[str]:
        """Who is surely among the first 20: of many with one rank none is, where not all of them fit."""
        sharing = Counter(self.ranks.values())
        return [key for key, rank in self.ranks.items() if rank + sharing[rank] - 1 <= COMPARED]


def ranks(values: Mapping[str, float | None], *, smallest_first: bool = False) -> dict[str, int]:
    """Rank from 1 by value; equal ones share the best of their ranks, unknown ones have none.

    >>> ranks({"a": 5, "b": 7, "c": 5, "d": None, "e": 1})
    {'b': 1, 'a': 2, 'c': 2, 'e': 4}
    """
    found: dict[str, int] = {}
    last, rank = None, 0
    for place, key in enumerate(ranked(values, smallest_first=smallest_first), start=1):
        value = float(values[key] or 0)
        if last is None or abs(value - last) > 1e-9 * max(abs(value), abs(last)):
            rank = place
        found[key], last = rank, value
    return found


def _moved(key: str, before: _Side, after: _Side, scope: Scope, measure: str) -> Statement:
    """One entity at both dates, with the ties that came and went."""
    held = [
        {tie for _, tie, _ in ties_of(side.graph, key, scope)} if key in side.graph else set[str]()
        for side in (before, after)
    ]
    came, went = held[1] - held[0], held[0] - held[1]

    def at(side: _Side, own: set[str]) -> str:
        if key in side.ranks:
            return f"rank {side.ranks[key]:,} of {len(side.ranks):,} ({figure(measure, side.values[key])})"
        return "no value known" if own else "no tie that surely held"

    ways = [
        f"{counted(len(came), 'tie')} came" if came else "",
        f"{counted(len(went), 'tie')} no longer surely held" if went else "",
    ]
    told = ", ".join(way for way in ways if way) or "the same ties"
    text = f"{name_of(after.graph, key)}: {at(before, held[0])}, then {at(after, held[1])}; {told}."
    return Statement(text, tuple(sorted(came | went)), (key,))


def short(answer: Answer, *dropped: str) -> Answer:
    """The answer without columns that a table on the screen has no room for."""
    kept = [place for place, name in enumerate(answer.columns) if name not in dropped]
    return replace(
        answer, columns=tuple(answer.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in answer.rows),
    )  # fmt: skip


def records(answer: Answer) -> list[dict[str, Any]]:
    """The rows of an answer by column."""
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
