"""A picture as SVG, written here: no script, no link, every name escaped, with a title and a description."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from graph.exports.records import xml_text
from graph.pictures.look import LIGHT, Palette
from graph.pictures.picture import Picture
from graph.pictures.sketch import Shape, Sketch, Stroke, Words, one_line, sketch

_FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"


def picture_svg(
    picture: Picture, title: str, *, width: int = 1400, height: int = 900, palette: Palette = LIGHT
) -> bytes:
    """The drawing as a standalone SVG 1.1 file in UTF-8, with legend, title and alternative text."""
    page = sketch(picture, title, width=width, height=height, palette=palette)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="title desc" font-family={quoteattr(_FONT)}>',
        f'<title id="title">{_text(title)}</title>',
        f'<desc id="desc">{_text(picture.alt)}</desc>',
        f'<rect width="{width}" height="{height}" fill="{page.palette.background}"/>',
        *(_stroke(each) for each in page.strokes),
        *(_shape(each) for each in page.shapes),
        *(_words(each, page) for each in page.words),
        "</svg>",
    ]
    return "\n".join(lines).encode("utf-8")


def _text(text: str) -> str:
    return escape(xml_text(one_line(text)))


def _stroke(line: Stroke) -> str:
    dashes = ' stroke-dasharray="6 4"' if line.dashed else ""
    return (
        f'<line x1="{line.start[0]:.1f}" y1="{line.start[1]:.1f}" '
        f'x2="{line.end[0]:.1f}" y2="{line.end[1]:.1f}" stroke="{line.colour}" '
        f'stroke-width="{line.width:.1f}" stroke-opacity="0.7"{dashes}/>'
    )


def _shape(shape: Shape) -> str:
    style = f'fill="{shape.fill}" stroke="{shape.rim}" stroke-width="{shape.rim_width:.1f}"'
    if shape.dashed:
        style += ' stroke-dasharray="3 2"'
    if shape.pale:
        style += ' opacity="0.35"'
    if shape.radius:
        x, y = shape.points[0]
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{shape.radius:.1f}" {style}/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
    return f'<polygon points="{points}" {style}/>'


def _words(words: Words, page: Sketch) -> str:
    anchor = "start" if words.left else "middle"
    weight = ' font-weight="600"' if words.bold else ""
    return (
        f'<text x="{words.x:.1f}" y="{words.y:.1f}" font-size="{words.size}" fill="{words.colour}" '
        f'text-anchor="{anchor}"{weight} paint-order="stroke" stroke="{page.palette.background}" '
        f'stroke-width="3" stroke-linejoin="round">{_text(words.text)}</text>'
    )
