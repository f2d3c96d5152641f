"""Graphs shared by all sessions: made once, dropped by size and age, freed without the collector."""

from __future__ import annotations

import gc
import threading
import weakref

import networkx as nx
import pytest

from graph.stopping import Stopped
from widgets.shelf import Shelf


def graph(ties: int) -> nx.MultiDiGraph:
    return nx.MultiDiGraph((number, number + 1) for number in range(ties))


def test_a_graph_is_made_once() -> None:
    shelf, made = Shelf(), list[int]()

    def make() -> nx.MultiDiGraph:
        made.append(1)
        return graph(3)

    first = shelf.get("v1", "all", make)
    assert shelf.get("v1", "all", make) is first
    assert made == [1]


def test_the_one_not_used_for_longest_goes_when_there_are_too_many_ties() -> None:
    shelf = Shelf(most=30)
    one = shelf.get("v", 1, lambda: graph(10))
    two = shelf.get("v", 2, lambda: graph(10))
    assert shelf.get("v", 1, lambda: graph(10)) is one
    shelf.get("v", 3, lambda: graph(10))
    assert len(shelf) == 2
    assert shelf.get("v", 1, lambda: graph(10)) is one
    assert shelf.get("v", 2, lambda: graph(10)) is not two


def test_a_graph_larger_than_the_shelf_is_kept_alone() -> None:
    shelf = Shelf(most=5)
    shelf.get("v", 1, lambda: graph(2))
    large = shelf.get("v", 2, lambda: graph(50))
    assert len(shelf) == 1
    assert shelf.get("v", 2, lambda: graph(50)) is large


def test_graphs_of_earlier_data_go() -> None:
    shelf = Shelf()
    shelf.get("v1", 1, lambda: graph(2))
    shelf.get("v2", 1, lambda: graph(2))
    assert len(shelf) == 1


def test_a_dropped_graph_is_freed_at_once_though_views_of_it_were_used() -> None:
    shelf = Shelf(most=5)
    made = shelf.get("v", 1, lambda: graph(4))
    assert len(made.edges) + len(made.in_edges) + sum(1 for _ in made.degree) + len(made.adj) + len(made.pred)
    gone = weakref.ref(made)
    del made
    gc.disable()
    try:
        shelf.get("v", 2, lambda: graph(4))
        assert gone() is None
    finally:
        gc.enable()


def test_two_who_ask_at_once_get_one_graph() -> None:
    shelf, gate, made, got = Shelf(), threading.Event(), list[int](), list[nx.MultiDiGraph]()

    def make() -> nx.MultiDiGraph:
        made.append(1)
        gate.wait(60)
        return graph(3)

    threads = [threading.Thread(target=lambda: got.append(shelf.get("v", 1, make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(60)
    assert made == [1]
    assert len({id(each) for each in got}) == 1


def test_a_graph_whose_making_was_stopped_is_made_anew() -> None:
    shelf = Shelf()

    def stopped() -> nx.MultiDiGraph:
        raise Stopped

    with pytest.raises(Stopped):
        shelf.get("v", 1, stopped)
    assert shelf.get("v", 1, lambda: graph(3)).number_of_edges() == 3
