"""Trends on a graph small enough to count, and on the bundled data beside graphs made year by year."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.brokerage import constraint
from graph.analytics.centrality import degree
from graph.analytics.centrality_answers import answer_trend
from graph.analytics.spectral import eigenvector
from graph.analytics.trend import graph_by_year, trend
from graph.errors import ParameterError
from graph.model import EntityId
from graph.projection import to_networkx
from graph.store import Store


def neighbours(graph: nx.Graph) -> dict[EntityId, float | None]:
    return {key: value.neighbours for key, value in degree(graph).items()}


def small() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="r1", type="SUPPLIES", start_date="2020", status="active")
    graph.add_edge(
        "a", "c", key="r2", type="SUPPLIES", start_date="2021-06", end_date="2021-12", status="ended"
    )
    graph.add_edge("c", "d", key="r3", type="SUPPLIES", start_date="2022", status="active")
    graph.add_edge("c", "b", key="r4", type="SUPPLIES", start_date="2022", status="active")
    graph.add_edge("a", "d", key="r5", type="SUPPLIES", status="active")
    return graph


def test_by_hand() -> None:
    found = trend(small(), neighbours, [2022, 2021, 2020, 2019, 2020], top=2)
    assert [(year.year, year.entities, year.ties, year.undated) for year in found.years] == [
        (2019, 0, 0, 1),
        (2020, 2, 1, 1),
        (2021, 3, 2, 1),
        (2022, 4, 3, 1),
    ]
    first, second = found.courses
    # b leads nowhere alone: a is first in 2020 (by id) and 2021; b ties with c for first in 2022 (by id).
    assert (second.entity, second.values, second.ranks) == ("a", (None, 1, 2, 1), (None, 1, 1, 3))
    assert (first.entity, first.values, first.ranks) == ("b", (None, 1, 1, 2), (None, 2, 2, 1))


def test_undated_ties_can_be_counted() -> None:
    found = trend(small(), neighbours, [2020], undated=True)
    assert [(year.ties, year.undated) for year in found.years] == [(2, 0)]


def test_smallest_first_and_measures_without_an_answer() -> None:
    graph = small()
    found = trend(graph, constraint, [2022], smallest_first=True, top=1)
    assert found.courses[0].entity == "b"  # tied with c, both between two: (1/2)^2 * 2
    assert found.courses[0].values == (pytest.approx(0.5),)
    failed = trend(graph, eigenvector, [2020])  # one directed tie, no loop
    assert failed.courses == ()
    assert "loop" in failed.years[0].problem


def test_bad_input() -> None:
    with pytest.raises(ParameterError):
        trend(small(), neighbours, [])
    with pytest.raises(ParameterError):
        trend(small(), neighbours, [2020], top=0)
    assert trend(nx.Graph(), neighbours, [2020]).courses == ()


def test_one_graph_or_a_graph_a_year(bundled_store: Store) -> None:
    whole = to_networkx(bundled_store)
    years = range(2015, 2026)
    one = trend(whole, neighbours, years, top=8)
    each = trend(lambda year: to_networkx(bundled_store, as_of=str(year)), neighbours, years, top=8)
    assert one == each
    of_year = graph_by_year(whole)(2018)
    wanted = to_networkx(bundled_store, as_of="2018")
    assert set(of_year.edges(keys=True)) == set(wanted.edges(keys=True))
    assert of_year.graph["left_out"] == wanted.graph["left_out"]


def test_answer_says_how_many_ties_each_year_has(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = answer_trend(graph, "pagerank", range(2016, 2019), top=3)
    assert answer.title == "PageRank by year, 2016 to 2018"
    assert len(answer.rows) == 9
    wanted = to_networkx(bundled_store, as_of="2017")
    row = next(row for row in answer.rows if row[0] == 2017)
    assert row[5] == wanted.number_of_edges()
    assert row[6] == wanted.graph["left_out"]["undated"]
    assert any(note.startswith("2017: ") for note in answer.notes)
    assert answer_trend(graph, "degree", [1950]).statements[0].text.startswith("Nobody")


def test_the_answer_tells_the_first_and_the_last_year_of_each() -> None:
    told = [item.text for item in answer_trend(small(), "degree", [2019, 2020, 2021, 2022], top=2).statements]
    assert told == [
        "b: 1 in 2020 (rank 2), 2 in 2022 (rank 1).",
        "a: 1 in 2020 (rank 1), 1 in 2022 (rank 3).",
    ]
    assert answer_trend(small(), "degree", [2020], top=1).statements[0].text == "a: 1 in 2020 (rank 1)."
    assert "No" in answer_trend(small(), "degree", [2019]).statements[0].text
