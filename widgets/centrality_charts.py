"""Rankings as bars, courses over the years as lines, members as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer
from graph.analytics.centrality_words import figure
from graph.ontology import ontology
from graph.pictures.look import LIGHT, Palette, look
from graph.wording import counted
from widgets.analyses_centrality import Asked, records
from widgets.drawing import page_palette, selection
from widgets.parts import entity_link
from widgets.query_parts import way
from widgets.sheet import sheet_button
from widgets.text import page_address, plain

HERE = "views/centrality.py"
MOST_BARS = 15
_NAME = 60
_UNITS = {"strength": (10**9, "US$ bn")}
_SYMBOLS = (
    "circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond",
)  # fmt: skip
_ON_LIGHT = (
    "#0b5cad", "#b3400a", "#00725a", "#8a3b7a", "#7a6200", "#5b5b5b", "#c2185b", "#2e7d32", "#4a148c", "#00838f",
)  # fmt: skip
_ON_DARK = (
    "#6cb2ff", "#ff9d66", "#4fd1b0", "#d98cc8", "#e0c14a", "#b8b8b8", "#ff7aa8", "#8bd48f", "#b79cff", "#5ad0dc",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: whose it is, how long, and the value in words."""

    entity: str
    name: str
    kind: str
    value: float
    told: str


def bars(answer: Answer, graph: nx.MultiDiGraph, column: str, measure: str) -> tuple[Bar, ...]:
    """The first rows of a ranking as bars."""
    return tuple(
        Bar(
            row["entity_id"], plain(row["name"], _NAME), str(graph.nodes[row["entity_id"]]["kind"]),
            float(row[column]), figure(measure, row[column]).replace("at least", "≥"),
        )
        for row in records(answer)[:MOST_BARS]
        if row[column] is not None
    )  # fmt: skip


def bar_chart(items: Sequence[Bar], palette: Palette = LIGHT) -> dict[str, Any]:
    """Horizontal bars, the first on top, coloured by kind, as an option object of ECharts.

    The value stands at the end of its bar; names are plain text of the axis and ``{b}`` of the tooltip.
    """
    kinds = [kind for kind in ontology().kinds if any(item.kind == kind for item in items)]
    return {
        "animation": False,
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "legend": {
            "type": "scroll", "top": 0, "left": 0, "icon": "roundRect", "itemWidth": 13, "itemHeight": 13,
            "textStyle": {"fontSize": 13, "color": palette.text},
        },
        "grid": {"left": 8, "right": 96, "top": 36, "bottom": 4, "outerBoundsMode": "same"},
        "xAxis": {"type": "value", "show": False, "min": 0},
        "yAxis": {
            "type": "category", "inverse": True, "data": [item.name for item in items],
            "axisLine": {"show": False}, "axisTick": {"show": False},
            "axisLabel": {"width": 190, "overflow": "truncate", "interval": 0, "color": palette.text, "fontSize": 13},
        },
        # A series for each kind, so that the legend can name them; an entity has its place in each.
        "series": [
            {
                "type": "bar", "name": look(kind, palette).plural, "stack": "all", "barMaxWidth": 18,
                "selectedMode": "single",
                "itemStyle": {"color": look(kind, palette).colour, "borderRadius": [0, 3, 3, 0]},
                "label": {"show": True, "position": "right", "color": palette.text, "fontSize": 12},
                "select": {"itemStyle": {"borderColor": palette.accent, "borderWidth": 3}},
                "data": [
                    {
                        "name": item.name, "value": item.value if item.kind == kind else None,
                        "label": {"formatter": item.told}, "tooltip": {"formatter": "{b}<br/>" + item.told},
                    }
                    for item in items
                ],
            }
            for kind in kinds
        ],
        "media": [{
            "query": {"maxWidth": 480},
            "option": {"grid": {"right": 84}, "yAxis": {"axisLabel": {"width": 112, "fontSize": 12}}},
        }],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one entity, one a year; None where it has no tie in that year."""

    name: str
    values: tuple[float | None, ...]


def lines(answer: Answer, measure: str) -> tuple[tuple[Line, ...], tuple[tuple[int, int, int], ...]]:
    """The courses of a trend, and year, ties and undated ties left out of each of its years."""
    column = "strength_usd" if measure == "strength" else measure.replace("-", "_")
    size, _ = _UNITS.get(measure, (1, ""))
    courses: dict[str, list[dict[str, Any]]] = {}
    years: dict[int, tuple[int, int, int]] = {}
    for row in records(answer):
        courses.setdefault(row["entity_id"], []).append(row)
        years[row["year"]] = (row["year"], row["ties_that_year"], row["undated_left_out"])
    found = tuple(
        Line(plain(own[0]["name"], _NAME), tuple(_rounded(row[column], size) for row in own))
        for own in courses.values()
    )
    return found, tuple(years.values())


def _rounded(value: float | None, size: int) -> float | None:
    return None if value is None else float(f"{value / size:.4g}")


def line_chart(
    items: Sequence[Line], years: Sequence[tuple[int, int, int]], measure: str, palette: Palette = LIGHT
) -> dict[str, Any]:
    """A line for each entity over the years, as an option object of ECharts.

    Below each year stands how many ties it rests on; lines differ in colour and symbol, and are named at
    their ends where there is room.
    """
    _, unit = _UNITS.get(measure, (1, ""))
    names = _distinct([item.name for item in items])
    series = [
        {
            "type": "line", "name": name, "data": list(item.values), "symbol": _SYMBOLS[place % len(_SYMBOLS)],
            "symbolSize": 7, "lineStyle": {"width": 2}, "connectNulls": False, "showAllSymbol": True,
            "emphasis": {"focus": "series"},
            "endLabel": {
                "show": True, "formatter": "{a}", "width": 150, "overflow": "truncate", "color": palette.text,
                "lineHeight": 16,
            },
            "labelLayout": {"moveOverlap": "shiftY"},
        }
        for place, (name, item) in enumerate(zip(names, items, strict=True))
    ]  # fmt: skip
    return {
        "animation": False,
        "color": _ON_DARK if palette.dark else _ON_LIGHT,
        "tooltip": {"trigger": "axis", "confine": True, "order": "valueDesc"},
        "legend": {"type": "scroll", "top": 0, "left": 0, "textStyle": {"color": palette.text}},
        "grid": {"left": 8, "right": 170, "top": 52, "bottom": 8, "outerBoundsMode": "same"},
        "xAxis": {
            "type": "category", "data": [f"{year}\n{counted(ties, 'tie')}" for year, ties, _ in years],
            "axisLabel": {"color": palette.quiet, "lineHeight": 15},
        },
        "yAxis": {
            "type": "value", "name": unit, "nameTextStyle": {"color": palette.quiet},
            "axisLabel": {"color": palette.quiet},
        },
        "series": series,
        "media": [{
            "query": {"maxWidth": 560},
            "option": {"grid": {"right": 16}, "series": [{"endLabel": {"show": False}} for _ in series]},
        }],
    }  # fmt: skip


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of which no two are equal: the legend tells lines apart by name."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


@st.fragment
def bar_drawing(items: tuple[Bar, ...], title: str, key: str, asked: Asked) -> None:
    """The first of a ranking as bars; a click on one offers its page and whom it stands between."""
    values = ", ".join(f"{item.name} {item.told}" for item in items)
    event = st.echarts_chart(
        bar_chart(items, page_palette()), key=f"{key}-bars", height=28 * len(items) + 50, on_select="rerun",
        alt=plain(f"Bar chart, {title}: {values}", 2_000),
    )  # fmt: skip
    places, _ = selection(event)
    chosen = [items[place] for place in places if place < len(items)]
    if not chosen:
        st.caption("Click a bar to go on from there. The table below has all values.")
    for item in chosen[:1]:
        with st.container(horizontal=True):
            entity_link({"id": item.entity, "name": item.name, "kind": item.kind}, as_of=asked.as_of)
            way(
                HERE, "Between whom it stands", ":material/arrow_forward:", part="brokers", entity=item.entity,
                as_of=asked.as_of, family=asked.family, all="1" if asked.plans else None,
            )  # fmt: skip


def year_drawing(answer: Answer, measure: str, key: str) -> None:
    """The courses as lines, with how many ties each year rests on."""
    items, years = lines(answer, measure)
    last = ", ".join(
        f"{item.name} {item.values[-1] if item.values[-1] is not None else 'without a tie'}" for item in items
    )
    st.echarts_chart(
        line_chart(items, years, measure, page_palette()), key=f"{key}-lines", height=420,
        alt=plain(f"Line chart, {answer.title}. In {years[-1][0]}: {last}", 2_000),
    )  # fmt: skip
    left = sorted({undated for _, _, undated in years})
    span = f"{left[0]:,}" if len(left) == 1 else f"{left[0]:,} to {left[-1]:,}"
    st.caption(
        "Under each year stands how many ties surely hold in it; "
        f"{span} more are left out of a year, as their dates do not tell. A gap: no tie in that year."
    )


def members(graph: nx.MultiDiGraph, ids: list[str], key: str) -> None:
    """Members with their kind and a link to their pages, those with most neighbours inside first."""
    kinds = ontology().kinds
    rows = [
        {
            "member": plain(str(graph.nodes[entity]["name"]), 80), "kind": kinds[graph.nodes[entity]["kind"]].title,
            "page": page_address("entity", id=entity),
        }
        for entity in ids
    ]  # fmt: skip
    st.dataframe(
        rows, hide_index=True, key=f"{key}-members", height=min(520, 38 + 35 * len(rows)), alt="Members",
        column_config={"page": st.column_config.LinkColumn("page", display_text=r"id=([^&]+)")},
    )  # fmt: skip
    sheet_button(rows, "Members", f"{key}-members")
