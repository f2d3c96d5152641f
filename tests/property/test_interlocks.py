"""What must hold for interlocks and co-investors of any two-mode graph."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analytics.coinvestment import coinvestors
from graph.analytics.interlocks import interlocks
from graph.analytics.terms import Overlap, overlap, term_of
from graph.model import Tie

SEATS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=25)
DATES = st.one_of(st.none(), st.sampled_from(["2001", "2003", "2003-05", "2006-01-02", "2009"]))
STATUSES = st.sampled_from(["active", "ended", "completed"])


def two_mode(seats: list[tuple[int, int]]) -> nx.DiGraph:
    return nx.DiGraph([(f"p{person}", f"c{company}") for person, company in seats])


@settings(max_examples=50, deadline=None)
@given(SEATS)
def test_both_projections_are_those_of_networkx(seats: list[tuple[int, int]]) -> None:
    graph = two_mode(seats)
    plain = nx.Graph(graph.edges())
    firms = [node for node in plain if node.startswith("c")]
    expected = nx.bipartite.collaboration_weighted_projected_graph(plain, firms)
    found = interlocks(graph, limit=None).pairs
    assert len(found) == expected.number_of_edges()
    for pair in found:
        assert pair.weight == pytest.approx(expected.edges[pair.first, pair.second]["weight"], abs=1e-9)
        assert len(pair.people) == len(list(nx.common_neighbors(plain, pair.first, pair.second)))
    people = [node for node in plain if node.startswith("p")]
    expected = nx.bipartite.collaboration_weighted_projected_graph(plain, people)
    overlaps = nx.bipartite.overlap_weighted_projected_graph(plain, people)
    shared = coinvestors(graph, limit=None).pairs
    assert len(shared) == expected.number_of_edges()
    for pair in shared:
        assert pair.weight == pytest.approx(expected.edges[pair.first, pair.second]["weight"], abs=1e-9)
        assert pair.jaccard == pytest.approx(overlaps.edges[pair.first, pair.second]["weight"], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(SEATS, st.integers(0, 6))
def test_a_local_look_finds_the_same(seats: list[tuple[int, int]], chosen: int) -> None:
    graph = two_mode(seats)
    graph.add_nodes_from([f"c{chosen}", f"p{chosen}"])
    company, investor = f"c{chosen}", f"p{chosen}"
    every = interlocks(graph, limit=None).pairs
    near = interlocks(graph, company=company, limit=None).pairs
    assert near == tuple(pair for pair in every if company in (pair.first, pair.second))
    pairs = {
        frozenset((p.first, p.second)): (p.companies, p.jaccard) for p in coinvestors(graph, limit=None).pairs
    }
    mine = {
        frozenset((p.first, p.second)): (p.companies, p.jaccard)
        for p in coinvestors(graph, investor=investor, limit=None).pairs
    }
    assert mine == {ends: value for ends, value in pairs.items() if investor in ends}


@settings(max_examples=40, deadline=None)
@given(SEATS, st.permutations(range(7)))
def test_names_and_strangers_change_nothing(seats: list[tuple[int, int]], names: list[int]) -> None:
    plain = interlocks(two_mode(seats), limit=None).pairs
    other = two_mode([(person, names[company]) for person, company in seats])
    other.add_edges_from([("q1", "far1"), ("q1", "far2")])
    renamed = {
        frozenset((p.first, p.second)): round(p.weight, 9) for p in interlocks(other, limit=None).pairs
    }
    assert renamed.pop(frozenset(("far1", "far2"))) == 1.0
    assert renamed == {
        frozenset(f"c{names[int(end[1:])]}" for end in (p.first, p.second)): round(p.weight, 9) for p in plain
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(STATUSES, DATES, DATES), min_size=2, max_size=2))
def test_a_known_overlap_holds_on_some_day(terms: list[tuple[str, str | None, str | None]]) -> None:
    ties = [
        Tie("r", "p", "BOARD_MEMBER_OF", "c", status, start, end)
        for status, start, end in terms
        if not (start and end and start > end)
    ]
    if len(ties) < 2:
        return
    state = overlap(*(term_of({"tie": tie}) for tie in ties))
    days = [f"{year}-{month:02d}" for year in range(2000, 2012) for month in range(1, 13)]
    together = [day for day in days if all(tie.holds_on(day) for tie in ties)]
    never = all(any(tie.holds_on(day) is False for tie in ties) for day in days)
    if together:
        assert state is Overlap.KNOWN
    if state is Overlap.NONE:
        assert never
