"""Position functions for loops, dependencies, ownership trees and the canvas."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from graph.model import Entity, Tie
from graph.pictures.labels import Label, place_labels
from graph.pictures.layout import bands, columns, grid, layout, ring, rings, tree
from graph.projection import graph_of


def chain(*ids: str):
    entities = [Entity(key, key, "company") for key in ids]
    ties = [Tie(f"{a}-{b}", a, "OWNS", b, "active", sources=("s",)) for a, b in pairwise(ids)]
    return graph_of(entities, ties)


def test_a_ring_is_a_circle_from_the_top() -> None:
    places = ring(["a", "b", "c", "a"])
    assert places["a"] == (0.5, 0.0)
    assert all(math.hypot(x - 0.5, y - 0.5) == pytest.approx(0.5) for x, y in places.values())
    assert places["b"][0] > 0.5 > places["c"][0]
    assert ring([]) == {}


def test_suppliers_left_customers_right_and_who_is_both_once() -> None:
    places = columns(["s1", "s2", "both"], ["co"], ["c1", "both", "rest"])
    assert {places[key][0] for key in ("s1", "s2", "both")} == {0.0}
    assert {places[key][0] for key in ("c1", "rest")} == {1.0}
    assert places["co"] == (0.5, 0.5)
    assert len(set(places.values())) == 6


def test_a_tree_stands_by_levels_and_survives_loops() -> None:
    edges = [("co", "a"), ("co", "b"), ("a", "x"), ("b", "x"), ("x", "co"), ("other", "y")]
    places = tree(edges, "co")
    assert places["co"][1] == 0
    assert places["a"][1] == places["b"][1] == 0.5
    assert places["x"][1] == 1
    assert "y" not in places
    assert places["a"][0] < places["co"][0] < places["b"][0]
    assert tree(edges, "co", upward=True)["co"][1] == 1
    assert tree([], "co") == {"co": (0.5, 0.0)}


def test_a_long_chain_needs_no_recursion() -> None:
    places = tree([(str(i), str(i + 1)) for i in range(5_000)], "0")
    assert places["5000"] == (0.5, 1.0)


def test_a_grid_and_bands_give_each_its_own_place() -> None:
    ids = [f"n{i}" for i in range(37)]
    for places in (grid(ids), bands([ids[:20], [], ids[20:]])):
        assert set(places) == set(ids)
        assert len(set(places.values())) == 37
        assert all(0 <= value <= 1 for place in places.values() for value in place)
    assert grid([]) == bands([]) == {}


def test_rings_grow_with_the_distance() -> None:
    graph = chain("a", "b", "c", "d")
    graph.add_node("alone")
    places = rings(graph, ["a"])
    far = [math.dist(places[key], places["a"]) for key in ("b", "c", "d", "alone")]
    assert far == sorted(far)
    assert far[0] > 0
    assert set(rings(graph, ["a", "d", "nobody"])) == set(graph)
    assert set(rings(graph, [])) == set(graph)
    assert rings(graph_of([], []), []) == {}


def test_held_places_do_not_move() -> None:
    graph = chain("a", "b", "c", "d")
    held = {"a": (0.1, 0.9), "b": (0.4, 0.2)}
    places = layout(graph, fixed={**held, "gone": (0.0, 0.0)})
    assert {key: places[key] for key in held} == held
    assert set(places) == set(graph)
    assert places == layout(graph, fixed=held)
    assert layout(graph, fixed=places) == places


def test_names_find_a_free_side_and_small_ones_give_way() -> None:
    page = (0.0, 0.0, 200.0, 200.0)
    one = Label("one", 100, 100, 10, 60, 15, False)
    below = Label("below", 100, 122, 10, 60, 15, False)
    found = place_labels([one, below], page)
    assert found["one"] is not None
    assert found["one"][0] == "top"
    assert found["below"] is not None
    crowd = [Label(f"n{i}", 100 + i % 5, 100 + i // 5, 10, 190, 15, i == 24) for i in range(25)]
    spots = place_labels(crowd, page)
    assert spots["n24"] is not None
    assert sum(spot is None for spot in spots.values()) > 10


def test_small_parts_stand_in_rows_below_the_rest() -> None:
    graph = chain(*(f"n{i:02}" for i in range(20)))
    for number in range(15):
        graph.add_node(f"x{number:02}")
    places = layout(graph)
    lowest = max(y for node, (_, y) in places.items() if node.startswith("n"))
    assert all(places[node][1] > lowest for node in graph if node.startswith("x"))
    assert len(set(places.values())) == 35
    assert layout(graph, focus="x03")["x03"][1] <= 1
    assert len(layout(chain("a", "b", "c"))) == 3


def test_a_crowd_is_spread_over_the_page() -> None:
    graph = chain(*(f"n{i:03}" for i in range(120)))
    for number in range(119):
        graph.add_edge("n000", f"n{number + 1:03}", key=f"hub{number}")
    places = layout(graph, focus="n000")
    middle = [place for place in places.values() if 0.25 < place[0] < 0.75 and 0.25 < place[1] < 0.75]
    assert len(middle) < 90
    assert all(0 <= value <= 1 for place in places.values() for value in place)
