"""Names in a drawing kept apart: which side of its node each name goes, or nowhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
_GAP = 3


@dataclass(frozen=True, slots=True)
class Label:
    """A name to place: middle and half the height of its node, size of the text, whether it must be shown."""

    key: str
    x: float
    y: float
    half: float
    wide: float
    high: float
    must: bool


def text_width(text: str, size: int) -> float:
    """About how wide a text is, in pixels: good enough to keep names apart."""
    wide = sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
    return 0.58 * size * wide


def place_labels(labels: Iterable[Label], page: Box) -> dict[str, tuple[str, Box] | None]:
    """The side (``bottom``, ``top``, ``right``, ``left``) and the box of each name, the first names first.

    Args:
        labels: in the order of their importance; every node stands in the way of every name.
        page: where names may stand.

    Returns:
        None for a name without a free side, unless it must be shown: that one goes below.
    """
    ordered = list(labels)
    taken = [_around(each) for each in ordered]
    found: dict[str, tuple[str, Box] | None] = {}
    for label in ordered:
        sides = _sides(label)
        free = [
            side
            for side, box in sides.items()
            if _inside(box, page) and not any(_meet(box, t) for t in taken)
        ]
        if not free and not label.must:
            found[label.key] = None
            continue
        side = free[0] if free else "bottom"
        taken.append(sides[side])
        found[label.key] = (side, sides[side])
    return found


def _sides(label: Label) -> dict[str, Box]:
    x, y, half, wide, high = label.x, label.y, label.half + _GAP, label.wide, label.high
    return {
        "bottom": (x - wide / 2, y + half, x + wide / 2, y + half + high),
        "top": (x - wide / 2, y - half - high, x + wide / 2, y - half),
        "right": (x + half, y - high / 2, x + half + wide, y + high / 2),
        "left": (x - half - wide, y - high / 2, x - half, y + high / 2),
    }


def _around(label: Label) -> Box:
    inner = label.half * 0.8
    return (label.x - inner, label.y - inner, label.x + inner, label.y + inner)


def _inside(box: Box, page: Box) -> bool:
    return box[0] >= page[0] and box[1] >= page[1] and box[2] <= page[2] and box[3] <= page[3]


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
