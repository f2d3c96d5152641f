"""A picture as lines, shapes and words in pixels: one geometry for every file format that is drawn here."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace

from graph.pictures.labels import Label, place_labels, text_width
from graph.pictures.look import LIGHT, SHAPE_POINTS, Palette, look
from graph.pictures.picture import Picture, PictureNode, PictureTie
from graph.wording import counted

Point = tuple[float, float]
LABEL_SIZE, SMALL_SIZE, TITLE_SIZE = 13, 12, 20
_MARGIN, _TOP, _BOTTOM = 90, 92, 62
_WIDEST_LABEL = 190


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    start: Point
    end: Point
    width: float
    colour: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon, or a circle when it has a radius; the first point is then its middle."""

    points: tuple[Point, ...]
    radius: float
    fill: str
    rim: str
    rim_width: float
    dashed: bool = False
    pale: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; ``x, y`` is the middle of its baseline, or its start when ``left``."""

    text: str
    x: float
    y: float
    size: int
    colour: str
    bold: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """Everything to draw, in the order of drawing."""

    width: int
    height: int
    strokes: tuple[Stroke, ...]
    shapes: tuple[Shape, ...]
    words: tuple[Words, ...]
    palette: Palette


def sketch(
    picture: Picture, title: str, *, width: int = 1400, height: int = 900, palette: Palette = LIGHT
) -> Sketch:
    """Lay a picture out on a page with its title, its legend and its note.

    Names that would cover one another move to another side of their node; where no side is free, only the
    names of small nodes are left out.
    """
    places = _places(picture, width, height)
    lines = [_line(tie, places, picture, palette) for tie in picture.ties]
    strokes = [stroke for stroke, _, _ in lines]
    shapes = [head for _, head, _ in lines if head]
    counts = [words for _, _, words in lines if words]
    for node in picture.nodes:
        shapes.append(_shape(node, places[node.id], palette))
    words = [
        Words(_cut(title, 110), _MARGIN / 2, 36, TITLE_SIZE, palette.text, bold=True, left=True),
        *counts,
        *_labels(picture, places, width, height, palette),
    ]
    keys, named = _legend(picture, palette)
    foot = picture.note or f"{counted(picture.shown, 'entity')}, {counted(len(picture.ties), 'line')}."
    dashed = " Dashed: announced, planned, considered, dropped or alleged." if _plans(picture) else ""
    words.append(Words(foot + dashed, _MARGIN / 2, height - 18, SMALL_SIZE, palette.quiet, left=True))
    return Sketch(width, height, tuple(strokes), (*shapes, *keys), (*words, *named), palette)


def one_line(text: str) -> str:
    """Text without control, direction or half characters, which no file format here can hold."""
    kept = (
        " " if ch.isspace() else ch
        for ch in text
        if ch.isspace() or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())


def _plans(picture: Picture) -> bool:
    return any(not tie.fact for tie in picture.ties)


def _cut(text: str, most: int) -> str:
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1] + "…"


def _places(picture: Picture, width: int, height: int) -> dict[str, Point]:
    """Scale what is there to the page, so that a place outside 0..1 is on it too."""
    if not picture.nodes:
        return {}
    xs, ys = [node.x for node in picture.nodes], [node.y for node in picture.nodes]
    left, top = min(xs), min(ys)
    across, down = max(xs) - left, max(ys) - top
    return {
        node.id: (
            _MARGIN + (width - 2 * _MARGIN) * ((node.x - left) / across if across > 1e-9 else 0.5),
            _TOP + (height - _TOP - _BOTTOM - 24) * ((node.y - top) / down if down > 1e-9 else 0.5),
        )
        for node in picture.nodes
    }


def _line(
    tie: PictureTie, places: dict[str, Point], picture: Picture, palette: Palette
) -> tuple[Stroke, Shape | None, Words | None]:
    sizes = {node.id: node.size for node in picture.nodes}
    (x1, y1), (x2, y2) = places[tie.source], places[tie.target]
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    gap = min(length / 2, sizes[tie.target] / 2 + 2)
    tip = (x2 - dx * gap, y2 - dy * gap)
    head = None
    end = tip
    if tie.arrow and length > 4:
        size = 6 + 1.6 * tie.width
        end = (tip[0] - dx * size * 0.8, tip[1] - dy * size * 0.8)
        base = (tip[0] - dx * size, tip[1] - dy * size)
        half = size * 0.42
        corners = (
            tip,
            (base[0] - dy * half, base[1] + dx * half),
            (base[0] + dy * half, base[1] - dx * half),
        )
        head = Shape(corners, 0, palette.line, palette.line, 0)
    count = None
    if len(tie.ties) > 1:
        count = Words(f"{len(tie.ties)}", (x1 + x2) / 2, (y1 + y2) / 2 + 4, SMALL_SIZE, palette.quiet)
    return Stroke((x1, y1), end, tie.width, palette.line, not tie.fact), head, count


def _shape(node: PictureNode, place: Point, palette: Palette) -> Shape:
    kind = look(node.kind, palette)
    radius = node.size / 2
    rim = palette.text if node.focus or kind.dashed else palette.background
    rim_width = 3.0 if node.focus else 1.5
    corners = SHAPE_POINTS.get(kind.shape)
    if corners is None:
        return Shape((place,), radius, kind.colour, rim, rim_width, kind.dashed, node.pale)
    points = tuple((place[0] + x * radius, place[1] + y * radius) for x, y in corners)
    return Shape(points, 0, kind.colour, rim, rim_width, kind.dashed, node.pale)


def _labels(
    picture: Picture, places: dict[str, Point], width: int, height: int, palette: Palette
) -> list[Words]:
    """Names beside their nodes, the largest nodes first."""
    ordered = sorted(picture.nodes, key=lambda each: (not each.focus, -each.size, each.id))
    texts = {
        node.id: [_cut(node.name, 34), *([_cut(node.note, 34)] if node.note else [])] for node in ordered
    }
    placed = place_labels(
        (
            Label(
                node.id, *places[node.id], node.size / 2,
                min(_WIDEST_LABEL, max(text_width(line, LABEL_SIZE) for line in texts[node.id])),
                16 * len(texts[node.id]), node.focus or node.size >= 26 or bool(node.note),
            )
            for node in ordered
        ),
        (4, _TOP - 30, width - 4, height - 34),
    )  # fmt: skip
    words: list[Words] = []
    for node in ordered:
        spot = placed[node.id]
        if spot is None:
            continue
        left, top, right, _ = spot[1]
        words += [
            Words(
                line, (left + right) / 2, top + 13 + 16 * row, LABEL_SIZE,
                palette.quiet if row else palette.text, bold=node.focus and not row,
            )
            for row, line in enumerate(texts[node.id])
        ]  # fmt: skip
    return words


def _legend(picture: Picture, palette: Palette) -> tuple[list[Shape], list[Words]]:
    """A sign and a name with its number for each kind, in a row under the title."""
    shapes: list[Shape] = []
    words: list[Words] = []
    x = _MARGIN / 2 + 8
    for kind, number in picture.kinds().items():
        shown = look(kind, palette)
        sign = PictureNode("", "", kind, 0, 0, 14, False)
        shapes.append(replace(_shape(sign, (x, 60), palette), pale=False))
        text = f"{shown.plural} ({number})"
        words.append(Words(text, x + 14, 64, SMALL_SIZE, palette.text, left=True))
        x += 14 + text_width(text, SMALL_SIZE) + 26
    return shapes, words
