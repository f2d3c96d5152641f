"""A picture as one HTML file that opens without a network, made with pyvis."""

from __future__ import annotations

import html
import re
from typing import Any

from graph.pictures.look import look
from graph.pictures.picture import Picture
from graph.wording import sentence

_SHAPES = {
    "circle": "dot",
    "square": "square",
    "diamond": "diamond",
    "triangle": "triangle",
    "hexagon": "hexagon",
    "pentagon": "star",
    "wedge": "triangleDown",
    "cross": "square",  # this library has no cross; the colour and the tooltip tell
}
_REMOTE_TAG = re.compile(
    r"<link[^>]*href=\"https?:[^>]*?/?>|<script[^>]*src=\"https?:[^>]*>\s*</script>", re.IGNORECASE
)
_CENTRED = re.compile(r"<center>\s*<h1>.*?</h1>\s*</center>", re.DOTALL)


_HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 1rem; color: #1c2430; background: #fff }
h1 { font-size: 1.2rem; margin: 0 0 .3rem }
p { margin: .2rem 0 .6rem; color: #4a5463 }
#mynetwork { width: 100% !important; height: 78vh !important; border: 1px solid #ccd3dc !important;
  float: none !important }
.key { display: inline-block; margin-right: 1rem }
.key i { display: inline-block; width: .8em; height: .8em; margin-right: .3em }
.card { border: 0 !important; width: 100% !important }
</style>
"""


def picture_html(picture: Picture, title: str) -> bytes:
    """The drawing as a standalone UTF-8 HTML page: nodes fixed where they are, movable and zoomable by hand.

    Titles of nodes and lines are plain text; nothing is fetched from anywhere.
    """
    network = _network(picture)
    page = _CENTRED.sub("", _REMOTE_TAG.sub("", network.generate_html(notebook=False)))
    head = f"<title>{html.escape(title)}</title>{_HEAD}"
    intro = f"<h1>{html.escape(title)}</h1><p>{html.escape(picture.alt)}</p><p>{_legend(picture)}</p>"
    page = page.replace("<head>", f"<head>{head}", 1)
    return page.replace("<body>", f"<body>{intro}", 1).encode("utf-8")


def _network(picture: Picture) -> Any:
    from pyvis.network import Network  # brings IPython along, so only when a page is made

    network = Network(height="600px", width="100%", directed=True, notebook=False, cdn_resources="in_line")
    names = {node.id: node.name for node in picture.nodes}
    for node in picture.nodes:
        kind = look(node.kind)
        network.add_node(
            node.id,
            label=node.name[:60] + (f"\n{node.note}" if node.note else ""),
            title=f"{node.name[:300]} ({kind.title})",
            x=round(node.x * 1200 - 600, 1),
            y=round(node.y * 760 - 380, 1),
            font={"size": 16},
            physics=False,
            shape=_SHAPES[kind.shape],
            color=kind.colour,
            size=round(node.size / 2, 1),
            borderWidth=4 if node.focus else 1,
            shapeProperties={"borderDashes": kind.dashed},
            opacity=0.35 if node.pale else 1.0,
        )
    for tie in picture.ties:
        told = [sentence(each, names[each.from_id], names[each.to_id])[:400] for each in tie.ties]
        network.add_edge(
            tie.source,
            tie.target,
            title="\n".join(told) or tie.label,
            width=tie.width,
            dashes=not tie.fact,
            arrows="to" if tie.arrow else "",
            color="#8a94a3",
        )
    network.toggle_physics(False)
    return network


def _legend(picture: Picture) -> str:
    parts = [
        f"<span class='key'><i style='background:{look(kind).colour}'></i>"
        f"{html.escape(look(kind).plural)} ({count})</span>"
        for kind, count in picture.kinds().items()
    ]
    return "".join([*parts, "<span class='key'>dashed: announced, considered, dropped or alleged</span>"])
