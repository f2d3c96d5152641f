"""A picture as an ECharts ``graph`` series: data only, every text plain."""

from __future__ import annotations

from typing import Any

from graph.ontology import ontology
from graph.pictures.picture import Picture

_SYMBOLS = {
    "circle": "circle", "square": "roundRect", "diamond": "diamond", "triangle": "triangle",
    "hexagon": "path://M25 0 L75 0 L100 50 L75 100 L25 100 L0 50 Z",
}  # fmt: skip
LABELS_MAX = 40


def echarts(picture: Picture, *, width: int = 900, height: int = 520) -> dict[str, Any]:
    """The drawing as an option object of ECharts.

    Node ``i`` of the series is ``picture.nodes[i]``, link ``i`` is ``picture.ties[i]``: a selection
    comes back as these indices. Names reach only ``name`` fields and ``{b}`` templates, which the
    library escapes.
    """
    kinds = list(picture.kinds())
    declared = ontology().kinds
    biggest = sorted(range(len(picture.nodes)), key=lambda i: -picture.nodes[i].size)[:LABELS_MAX]
    labelled = set(biggest) if len(picture.nodes) > LABELS_MAX else set(range(len(picture.nodes)))
    nodes = [
        {
            "id": str(index),
            "name": node.name[:60],
            "x": round(node.x * width, 1),
            "y": round(node.y * height, 1),
            "symbolSize": round(node.size, 1),
            "category": kinds.index(node.kind),
            "label": {"show": index in labelled},
            "itemStyle": {"borderWidth": 3 if node.focus else 1},
        }
        for index, node in enumerate(picture.nodes)
    ]
    place = {node.id: index for index, node in enumerate(picture.nodes)}
    links = [
        {
            "source": place[tie.source],
            "target": place[tie.target],
            "name": tie.label,
            "symbol": ["none", "arrow"] if tie.arrow else ["none", "none"],
            "symbolSize": [0, 9],
            "lineStyle": {"width": tie.width, "type": "solid" if tie.fact else "dashed", "curveness": 0.06},
        }
        for tie in picture.ties
    ]
    categories = [
        {
            "name": f"{declared[kind].plural} ({number})",
            "symbol": _SYMBOLS[declared[kind].shape],
            "itemStyle": {"color": declared[kind].colour, "borderColor": "#ffffff"},
        }
        for kind, number in picture.kinds().items()
    ]
    return {
        "animation": False,
        "tooltip": {"formatter": "{b}", "confine": True},
        "legend": [
            {
                "data": [{"name": each["name"], "icon": each["symbol"]} for each in categories],
                "type": "scroll",
                "top": 0,
                "left": 0,
                "itemWidth": 14,
                "itemHeight": 14,
            }
        ],
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "top": 56,
                "bottom": 24,
                "left": 40,
                "right": 40,
                "roam": True,
                "preserveAspect": "contain",
                "draggable": True,
                "scaleLimit": {"min": 0.4, "max": 8},
                "selectedMode": "single",
                "categories": categories,
                "data": nodes,
                "links": links,
                "label": {"position": "bottom", "formatter": "{b}", "width": 130, "overflow": "truncate"},
                "labelLayout": {"hideOverlap": True},
                "lineStyle": {"opacity": 0.6},
                "emphasis": {"focus": "adjacency", "label": {"show": True}},
                "select": {"itemStyle": {"borderColor": "#d98e00", "borderWidth": 4}},
            }
        ],
    }
