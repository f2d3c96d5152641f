"""Files of a drawing: they hold what is drawn, need no network, and no name breaks out."""

from __future__ import annotations

import csv
import io
import re

import networkx as nx
import pytest
from defusedxml import ElementTree
from PIL import Image

from graph.model import Entity, Tie
from graph.pictures.echarts import PLACED_MAX, echarts
from graph.pictures.files import TIE_COLUMNS, part_graphml, ties_csv
from graph.pictures.html import picture_html
from graph.pictures.layout import columns
from graph.pictures.look import DARK, LIGHT, look
from graph.pictures.picture import Picture, Rest, picture
from graph.pictures.png import picture_png
from graph.pictures.svg import picture_svg
from graph.projection import Filters, graph_of

HOSTILE = "</svg><script>alert(1)</script>\u202e\x00\ud800'\"&{{7*7}}"
SVG = "{http://www.w3.org/2000/svg}"


def drawing(name: str = "Cerebras") -> tuple[Picture, nx.MultiDiGraph]:
    entities = [Entity("co", name, "company"), Entity("g42", "=G42", "investor"), Entity("p", name, "person")]
    ties = [
        Tie("t1", "co", "SUPPLIES", "g42", "active", "2024", share=0.87, share_basis="revenue", sources=("s1", "s2")),
        Tie("t2", "g42", "INVESTED_IN", "co", "completed", amount_usd=300_000_000, note="=1+1", sources=("s1",)),
        Tie("t3", "p", "FOUNDED", "co", "alleged", sources=("s1",)),
    ]  # fmt: skip
    graph = graph_of(entities, ties, Filters.all_statuses())
    rest = Rest("rest:revenue", "not disclosed 13 %", "co")
    return (
        picture(
            graph,
            focus=["co"],
            positions=columns(["p"], ["co"], ["g42", "rest:revenue"]),
            notes={"g42": "87 %"},
            sizes={"g42": 40.0},
            pale=["p"],
            rest=[rest],
        ),
        graph,
    )


def test_what_is_not_disclosed_is_a_node_without_an_entity() -> None:
    drawn, graph = drawing()
    rest = drawn.nodes[-1]
    assert not rest.is_entity
    assert (rest.name, rest.kind, rest.x) == ("not disclosed 13 %", "rest", 1.0)
    assert drawn.shown == drawn.total == 3
    assert drawn.kinds() == {"person": 1, "company": 1, "investor": 1, "rest": 1}
    assert drawn.ties[-1].label == "Not disclosed"
    assert not drawn.ties[-1].fact
    assert "1 dashed line is no fact" in drawn.alt
    assert look("rest").shape == "hexagon"
    by_id = {node.id: node for node in drawn.nodes}
    assert (by_id["g42"].note, by_id["g42"].size, by_id["p"].pale) == ("87 %", 40.0, True)
    with pytest.raises(ValueError, match="rest"):
        picture(graph, rest=[Rest("co", "x", "g42")])
    with pytest.raises(ValueError, match="rest"):
        picture(graph, rest=[Rest("r", "x", "nobody")])


def test_the_screen_gets_unique_names_looks_and_a_phone_version() -> None:
    drawn, _ = drawing("Twin")
    spec = echarts(drawn, chosen="g42", palette=DARK, several=True)
    series = spec["series"][0]
    names = [node["name"] for node in series["data"]]
    assert names == ["Twin", "=G42\n87 %", "Twin (2)", "not disclosed 13 %"]
    assert [node["selected"] for node in series["data"]] == [False, True, False, False]
    assert series["selectedMode"] == "multiple"
    assert series["data"][3]["itemStyle"]["borderType"] == "dashed"
    assert series["data"][2]["itemStyle"]["opacity"] < 1
    assert [line["value"] for line in series["links"]] == [2, 1, 0]
    assert series["links"][0]["label"]["show"]
    assert series["links"][0]["name"].endswith("+ 1 more")
    assert len({line["id"] for line in series["links"]}) == 3
    assert spec["series"][0]["label"]["color"] == DARK.text != LIGHT.text
    narrow = spec["media"][0]["option"]["series"][0]["data"]
    assert [node["name"] for node in narrow] == names
    assert all(len({node["label"]["position"]} - {"bottom"}) == 0 for node in narrow)


def test_a_large_drawing_leaves_overlaps_to_the_screen() -> None:
    entities = [Entity(f"n{i}", "N", "company") for i in range(PLACED_MAX + 1)]
    series = echarts(picture(graph_of(entities, []), limit=300))["series"][0]
    assert series["labelLayout"] == {"hideOverlap": True}
    assert "labelLayout" not in echarts(picture(graph_of(entities[:5], [])))["series"][0]


@pytest.mark.parametrize("name", ["Cerebras", HOSTILE])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_svg_is_well_formed_and_has_words_for_readers(name: str, palette: object) -> None:
    drawn, _ = drawing(name)
    page = picture_svg(drawn, f"Who pays {name}?", palette=palette)  # type: ignore[arg-type]
    root = ElementTree.fromstring(page.decode("utf-8"))
    assert root.find(f"{SVG}title").text.startswith("Who pays")
    assert root.find(f"{SVG}desc").text.startswith("Network of 3 entities")
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "rect", "line", "polygon", "circle", "text",
    }  # fmt: skip
    words = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert "Companies (1)" in words
    assert "87 %" in words
    assert "not disclosed 13 %" in words
    assert any("Dashed" in word for word in words)
    assert b"stroke-dasharray" in page
    assert not re.search(rb"(?:href|src)=|<script|url\(|@import|\son\w+=", page)


def test_svg_and_png_of_nothing_and_of_one() -> None:
    for entities in ([], [Entity("a", "A", "person")]):
        drawn = picture(graph_of(entities, []))
        assert picture_svg(drawn, "").startswith(b"<?xml")
        assert picture_png(drawn, "", width=300, height=200).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["Cerebras", HOSTILE, "阿里巴巴"])
def test_png_is_a_picture_with_its_description(name: str) -> None:
    drawn, _ = drawing(name)
    with Image.open(io.BytesIO(picture_png(drawn, name, width=600, height=400))) as image:
        assert image.size == (1200, 800)
        assert len(image.convert("RGB").getcolors(1_000_000) or ()) > 20
        assert image.text["Description"].startswith("Network of 3 entities")  # type: ignore[attr-defined]


def test_csv_holds_the_ties_and_runs_no_formula() -> None:
    drawn, _ = drawing()
    rows = list(csv.DictReader(io.StringIO(ties_csv(drawn).decode("utf-8"))))
    assert tuple(rows[0]) == TIE_COLUMNS
    assert [row["id"] for row in rows] == ["t1", "t2", "t3"]
    assert rows[0]["to"] == "'=G42"
    assert rows[0]["amount_usd"] == ""
    assert rows[0]["sources"] == "s1; s2"
    assert rows[1]["note"] == "'=1+1"


def test_graphml_holds_the_drawn_part_only() -> None:
    drawn, graph = drawing()
    read = nx.parse_graphml(part_graphml(drawn, graph).decode("utf-8"), force_multigraph=True)
    assert set(read) == {"co", "g42", "p"}
    assert {key for *_, key in read.edges(keys=True)} == {"t1", "t2", "t3"}
    assert read.nodes["co"]["name"] == "Cerebras"


def test_html_shows_the_rest_too() -> None:
    drawn, _ = drawing()
    page = picture_html(drawn, "Rest").decode("utf-8")
    assert "not disclosed 13 %" in page
    assert "borderDashes" in page
