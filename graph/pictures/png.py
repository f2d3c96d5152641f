"""A picture as PNG, painted with Pillow (which Streamlit brings along) from the same sketch as the SVG."""

from __future__ import annotations

import io
import math
from typing import Any

from graph.pictures.look import LIGHT, Palette
from graph.pictures.picture import Picture
from graph.pictures.sketch import Shape, Stroke, Words, one_line, sketch

_SHARP = 2
"""Pixels of the file for each pixel of the sketch."""
_FINE = 2
"""Painted this much larger and then scaled down, because Pillow draws lines without smoothing."""
# Fonts that ship with the common systems; a name in a script that none of them has shows as boxes.
_FONTS = {
    False: ("DejaVuSans.ttf", "arial.ttf", "Arial.ttf", "LiberationSans-Regular.ttf"),
    True: ("DejaVuSans-Bold.ttf", "arialbd.ttf", "Arial Bold.ttf", "LiberationSans-Bold.ttf"),
}


def picture_png(
    picture: Picture, title: str, *, width: int = 1400, height: int = 900, palette: Palette = LIGHT
) -> bytes:
    """The drawing as a PNG of twice the given size, with legend and title."""
    from PIL import Image, ImageDraw, PngImagePlugin  # heavy, so only when a file is made

    page = sketch(picture, title, width=width, height=height, palette=palette)
    scale = _SHARP * _FINE
    image = Image.new("RGB", (width * scale, height * scale), palette.background)
    brush = ImageDraw.Draw(image)
    for stroke in page.strokes:
        _stroke(brush, stroke, scale, palette)
    for shape in page.shapes:
        _shape(brush, shape, scale, palette)
    image = image.reduce(_FINE)
    brush = ImageDraw.Draw(image)
    for words in page.words:
        _words(brush, words, palette)
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Title", one_line(title))
    about.add_itxt("Description", one_line(picture.alt))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False, pnginfo=about)
    return out.getvalue()


def _stroke(brush: Any, stroke: Stroke, scale: int, palette: Palette) -> None:
    colour = _mixed(stroke.colour, palette.background, 0.7)
    width = max(1, round(stroke.width * scale))
    (x1, y1), (x2, y2) = stroke.start, stroke.end
    length = math.hypot(x2 - x1, y2 - y1)
    if not stroke.dashed:
        brush.line([x1 * scale, y1 * scale, x2 * scale, y2 * scale], fill=colour, width=width)
        return
    for step in range(math.ceil(length / 10)):
        first, last = step * 10 / length, min(1.0, (step * 10 + 6) / length)
        ends = [(x1 + (x2 - x1) * at, y1 + (y2 - y1) * at) for at in (first, last)]
        brush.line([(x * scale, y * scale) for x, y in ends], fill=colour, width=width)


def _shape(brush: Any, shape: Shape, scale: int, palette: Palette) -> None:
    fill = _mixed(shape.fill, palette.background, 0.35) if shape.pale else shape.fill
    rim = max(1, round(shape.rim_width * scale)) if shape.rim_width else 0
    if shape.radius:
        x, y = shape.points[0]
        box = [(x - shape.radius) * scale, (y - shape.radius) * scale,
               (x + shape.radius) * scale, (y + shape.radius) * scale]  # fmt: skip
        brush.ellipse(box, fill=fill, outline=shape.rim if rim else None, width=rim)
        return
    points = [(x * scale, y * scale) for x, y in shape.points]
    brush.polygon(points, fill=fill, outline=shape.rim if rim else None, width=max(1, rim))


def _words(brush: Any, words: Words, palette: Palette) -> None:
    font = _font(words.size * _SHARP, words.bold)
    brush.text(
        (words.x * _SHARP, words.y * _SHARP),
        one_line(words.text),
        font=font,
        fill=words.colour,
        anchor="ls" if words.left else "ms",
        stroke_width=_SHARP,
        stroke_fill=palette.background,
    )


def _font(size: int, bold: bool) -> Any:
    from PIL import ImageFont

    for name in _FONTS[bold]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _mixed(colour: str, ground: str, part: float) -> str:
    """A colour as it looks when drawn half-transparent on a ground."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(over * part + under * (1 - part)):02x}" for over, under in pairs)
