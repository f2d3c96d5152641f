"""Drawings: what is shown is said, plans are dashed, and the HTML needs no network and runs no name."""

from __future__ import annotations

import json
import re

import pytest

from graph.model import Entity, Tie
from graph.pictures.echarts import echarts
from graph.pictures.html import picture_html
from graph.pictures.layout import layered, layout
from graph.pictures.picture import HARD_LIMIT, ego, part, picture
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e'\"{{7*7}}"


def star(count: int, name: str = "N"):
    entities = [
        Entity("hub", "Hub", "company"),
        *(Entity(f"n{i:03}", f"{name}{i}", "person") for i in range(count)),
    ]
    ties = [
        Tie(f"r{i:03}", f"n{i:03}", "FOUNDED", "hub", "completed" if i % 2 else "alleged", sources=("s",))
        for i in range(count)
    ]
    return graph_of(entities, ties, Filters.all_statuses())


def test_the_cut_is_said_and_the_focus_stays() -> None:
    drawn = picture(star(142), focus=["n141"], limit=60)
    assert (drawn.shown, drawn.total) == (60, 143)
    assert drawn.note == "60 of 143 entities drawn, those with the most ties."
    assert "n141" in {node.id for node in drawn.nodes}
    assert picture(star(400), limit=10_000).shown == HARD_LIMIT
    assert picture(star(10)).note == ""


def test_what_is_no_fact_is_dashed_and_arrows_follow_direction() -> None:
    entities = [Entity(key, key, "company") for key in "abc"]
    ties = [
        Tie("r1", "a", "ACQUIRED", "b", "abandoned", sources=("s",)),
        Tie("r2", "b", "SUPPLIES", "c", "active", sources=("s",), amount_usd=10_000_000_000),
        Tie("r3", "a", "PARTNERED_WITH", "c", "active", sources=("s",)),
        Tie("r4", "c", "SUPPLIES", "b", "active", sources=("s",)),
    ]
    drawn = picture(graph_of(entities, ties, Filters.all_statuses()))
    lines = {(tie.source, tie.target): tie for tie in drawn.ties}
    assert not lines["a", "b"].fact
    assert lines["a", "b"].arrow
    assert not lines["a", "c"].arrow
    assert lines["b", "c"].label == "Supplies + 1 more"
    assert not lines["b", "c"].arrow
    assert lines["b", "c"].width > lines["a", "b"].width
    assert "1 dashed line is no fact" in drawn.alt
    styles = [link["lineStyle"]["type"] for link in echarts(drawn)["series"][0]["links"]]
    assert styles == ["dashed", "solid", "solid"]


def test_the_same_graph_is_drawn_the_same(bundled_store: Store) -> None:
    near = ego(to_networkx(bundled_store), "cerebras")
    assert picture(near, focus=["cerebras"]) == picture(near, focus=["cerebras"])
    places = layout(near, focus="cerebras")
    assert all(0 <= value <= 1 for place in places.values() for value in place)


def test_layers_go_from_start_to_end() -> None:
    places = layered([["a", "b", "z"], ["a", "c", "d", "z"]])
    assert places["a"][0] == 0
    assert places["z"][0] == 1
    assert 0 < places["b"][0] < 1
    assert len(set(places.values())) == 5


def test_a_part_keeps_only_the_ties_asked_for() -> None:
    whole = star(5)
    assert part(whole, ["hub", "n001", "n002"], ["r001"]).number_of_edges() == 1
    assert part(whole, ["hub", "n001", "n002"]).number_of_edges() == 2
    assert "nobody" not in part(whole, ["nobody"])


def test_the_spec_is_plain_data_and_names_reach_no_template() -> None:
    spec = echarts(picture(star(3, HOSTILE)))
    json.dumps(spec)
    assert spec["tooltip"]["formatter"] == "{b}"
    assert spec["series"][0]["label"]["formatter"] == "{b}"
    assert len(spec["series"][0]["data"]) == 4


@pytest.mark.parametrize("count", [3, 150])
def test_the_page_needs_no_network_and_stands_still(count: int) -> None:
    page = picture_html(picture(star(count), limit=200), "Who founded Hub?").decode("utf-8")
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page)
    assert not re.findall(r"@import|url\(\s*[\"']?https?:", page)
    assert '"enabled": false' in page
    assert page.count('"physics": false') >= count
    assert "loadingBar" not in page.split("</head>")[1] or "display" in page
    assert page.count("Who founded Hub?") == 2


def test_hostile_names_stay_inside_their_strings() -> None:
    page = picture_html(picture(star(2, HOSTILE)), HOSTILE).decode("utf-8")
    assert "<img src=x" not in page
    assert "</script><img" not in page
    assert "Content-Security-Policy" in page
