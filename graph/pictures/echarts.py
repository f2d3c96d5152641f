"""A picture as an ECharts ``graph`` series: data only, every text plain."""

from __future__ import annotations

from typing import Any

from graph.pictures.labels import Label, place_labels, text_width
from graph.pictures.look import LIGHT, Palette, look
from graph.pictures.picture import Picture, PictureNode, PictureTie
from graph.wording import sentence

_SYMBOLS = {
    "circle": "circle", "square": "roundRect", "diamond": "diamond", "triangle": "triangle",
    "hexagon": "path://M25 0 L75 0 L100 50 L75 100 L25 100 L0 50 Z",
    "pentagon": "path://M50 0 L100 38 L81 100 L19 100 L0 38 Z",
    "wedge": "path://M0 0 L100 0 L50 100 Z",
    "cross": "path://M32 0 L68 0 L68 32 L100 32 L100 68 L68 68 L68 100 L32 100 L32 68 L0 68 L0 32 L32 32 Z",
}  # fmt: skip
PLACED_MAX = 70
"""Up to this many nodes names are placed here and lines carry the number of their ties. In a larger drawing
the screen hides names that overlap, and shows more of them as one zooms in; the library cannot do both."""
LABELS_MAX = 120
"""With more nodes only the largest get a name."""
_TOP, _BOTTOM, _SIDE = 48, 34, 60
_NARROW = 480


def echarts(
    picture: Picture,
    *,
    width: int = 900,
    height: int = 520,
    palette: Palette = LIGHT,
    chosen: str | None = None,
    several: bool = False,
) -> dict[str, Any]:
    """The drawing as an option object of ECharts.

    Node ``i`` of the series is ``picture.nodes[i]``, link ``i`` is ``picture.ties[i]``: a selection
    comes back as these indices. Names reach only ``name`` fields and ``{b}`` templates, which the
    library escapes; no two names are equal, because the library selects by name.

    Args:
        picture: what to draw.
        width, height: of the place it is for, in pixels; only their proportion matters.
        palette: colours of the page.
        chosen: an entity that is selected from the start; the next click replaces it.
        several: whether clicks add to the selection instead of replacing it.
    """
    kinds = list(picture.kinds())
    looks = {kind: look(kind, palette) for kind in {*kinds, *(node.kind for node in picture.nodes)}}
    biggest = sorted(range(len(picture.nodes)), key=lambda i: -picture.nodes[i].size)[:LABELS_MAX]
    labelled, seen = set(biggest), set[str]()
    placed = len(picture.nodes) <= PLACED_MAX
    sides = _sides(picture, width, height) if placed else {}
    nodes = [
        {
            "id": str(index),
            "name": _unique(_name(node), seen),
            "x": round(node.x * width, 1),
            "y": round(node.y * height, 1),
            "symbolSize": round(node.size, 1),
            "category": kinds.index(node.kind) if node.kind in kinds else 0,
            "label": {
                "show": node.focus or (bool(sides[node.id]) if placed else index in labelled),
                "position": sides.get(node.id) or "bottom",
                "fontWeight": "bold" if node.focus else "normal",
            },
            "itemStyle": _style(node, looks[node.kind].dashed, palette),
            "selected": node.id == chosen,
            "tooltip": {"formatter": "{b}<br/>" + looks[node.kind].title},
        }
        for index, node in enumerate(picture.nodes)
    ]
    categories = [
        {
            "name": f"{looks[kind].plural} ({number})",
            "symbol": _SYMBOLS[looks[kind].shape],
            "itemStyle": {"color": looks[kind].colour, "borderColor": palette.background},
        }
        for kind, number in picture.kinds().items()
    ]
    return {
        "animation": False,
        "tooltip": {
            "formatter": "{b}",
            "confine": True,
            "extraCssText": "max-width: 340px; white-space: normal; overflow-wrap: anywhere;",
        },
        "legend": [
            {
                "data": [{"name": each["name"], "icon": each["symbol"]} for each in categories],
                "type": "scroll",
                "top": 0,
                "left": 0,
                "right": 70,
                "itemWidth": 13,
                "itemHeight": 13,
                "textStyle": {"fontSize": 13, "color": palette.text},
            }
        ],
        "series": [
            {
                **_series(palette, several, hide_overlap=not placed),
                "categories": categories,
                "data": nodes,
                "links": _links(picture, counted=placed),
            }
        ],
        "media": [_on_a_phone(nodes, height)],
    }


def _on_a_phone(nodes: list[dict[str, Any]], height: int) -> dict[str, Any]:
    """The same nodes squeezed to the shape of a phone: smaller, with names only where they fit."""
    xs = [node["x"] for node in nodes] or [0]
    across = (max(xs) - min(xs)) or 1
    narrow = [
        {
            **node,
            "x": round((node["x"] - min(xs)) / across * height * 0.56, 1),
            "symbolSize": round(node["symbolSize"] * 0.7, 1),
            "label": {**node["label"], "show": True, "position": "bottom"},
        }
        for node in nodes
    ]
    small = {
        "left": 34,
        "right": 34,
        "label": {"width": 96, "fontSize": 11},
        "labelLayout": {"hideOverlap": True},
    }
    return {"query": {"maxWidth": _NARROW}, "option": {"series": [{**small, "data": narrow}]}}


def _sides(picture: Picture, width: int, height: int) -> dict[str, str | None]:
    """The side of its node where each name has room; None where none has."""
    xs, ys = [node.x * width for node in picture.nodes], [node.y * height for node in picture.nodes]
    if not xs:
        return {}
    wide, high = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    scale = min((width - 2 * _SIDE) / wide, (height - _TOP - _BOTTOM) / high)
    left, top = (width - scale * wide) / 2, _TOP + (height - _TOP - _BOTTOM - scale * high) / 2
    spots = place_labels(
        (
            Label(
                node.id, left + (node.x * width - min(xs)) * scale, top + (node.y * height - min(ys)) * scale,
                node.size / 2, min(140.0, text_width(node.name[:60], 12)) + 4, 30 if node.note else 15,
                node.focus,
            )
            for node in sorted(picture.nodes, key=lambda node: (not node.focus, -node.size, node.id))
        ),
        (0, 24, width, height),
    )  # fmt: skip
    return {key: spot[0] if spot else None for key, spot in spots.items()}


def _series(palette: Palette, several: bool, *, hide_overlap: bool) -> dict[str, Any]:
    accent = palette.accent
    return {
        "type": "graph",
        "layout": "none",
        "top": _TOP,
        "bottom": _BOTTOM,
        "left": _SIDE,
        "right": _SIDE,
        "roam": True,
        # Without it a place of another shape would stretch the symbols.
        "preserveAspect": "contain",
        "draggable": True,
        "scaleLimit": {"min": 0.4, "max": 8},
        "selectedMode": "multiple" if several else "single",
        "label": {
            "position": "bottom",
            "formatter": "{b}",
            "width": 140,
            "overflow": "truncate",
            "fontSize": 12,
            "lineHeight": 15,  # or the rim of a second line paints over the first
            "color": palette.text,
            # A rim in the colour of the page keeps a name readable where a line runs behind it.
            "textBorderColor": palette.background,
            "textBorderWidth": 3,
        },
        "edgeLabel": {
            "position": "insideMiddle",
            "formatter": "{c}",
            "fontSize": 11,
            "color": palette.quiet,
            "textBorderColor": palette.background,
            "textBorderWidth": 3,
        },
        **({"labelLayout": {"hideOverlap": True}} if hide_overlap else {}),
        "lineStyle": {"opacity": 0.65, "color": palette.line},
        "blur": {"itemStyle": {"opacity": 0.25}, "label": {"opacity": 0.4}, "lineStyle": {"opacity": 0.12}},
        "emphasis": {"focus": "adjacency", "label": {"show": True}, "lineStyle": {"opacity": 1}},
        "select": {
            "itemStyle": {"borderColor": accent, "borderWidth": 4, "shadowBlur": 12, "shadowColor": accent},
            "lineStyle": {"color": accent, "opacity": 1, "shadowBlur": 6, "shadowColor": accent},
            "label": {"show": True, "fontWeight": "bold"},
        },
    }


def _links(picture: Picture, *, counted: bool) -> list[dict[str, Any]]:
    place = {node.id: index for index, node in enumerate(picture.nodes)}
    names = {node.id: node.name for node in picture.nodes}
    seen: set[str] = set()
    told = [_unique(_told(tie, names), seen) for tie in picture.ties]
    return [
        {
            # The library names a line by its id, not by its name.
            "id": told[index],
            "name": told[index],
            "source": place[tie.source],
            "target": place[tie.target],
            "value": len(tie.ties),
            "label": {"show": counted and len(tie.ties) > 1},
            "symbol": ["none", "arrow"] if tie.arrow else ["none", "none"],
            "symbolSize": [0, 9 + tie.width],
            "lineStyle": {"width": tie.width, "type": "solid" if tie.fact else "dashed", "curveness": 0.06},
        }
        for index, tie in enumerate(picture.ties)
    ]


def _name(node: PictureNode) -> str:
    return f"{node.name[:60]}\n{node.note}" if node.note else node.name[:60]


def _told(tie: PictureTie, names: dict[str, str]) -> str:
    """What a line says when pointed at: its most certain tie as a sentence, and how many more there are."""
    if not tie.ties:
        return tie.label
    first = tie.ties[0]
    more = f" + {len(tie.ties) - 1} more" if len(tie.ties) > 1 else ""
    return sentence(first, names[first.from_id][:60], names[first.to_id][:60])[:240] + more


def _style(node: PictureNode, dashed: bool, palette: Palette) -> dict[str, Any]:
    style: dict[str, Any] = {"borderWidth": 3 if node.focus else 1}
    if node.focus:
        style["borderColor"] = palette.text
    if dashed:
        style |= {"borderType": "dashed", "borderColor": palette.text, "borderWidth": 1.5}
    if node.pale:
        style["opacity"] = 0.3
    return style


def _unique(name: str, seen: set[str]) -> str:
    number, made = 1, name
    while made in seen:
        number += 1
        made = f"{name} ({number})"
    seen.add(made)
    return made
