"""Colours and shapes of a drawing: by kind, for light and for dark screens."""

from __future__ import annotations

from dataclasses import dataclass

from graph.ontology import ontology

REST = "rest"
"""The kind of what is not disclosed: a share of revenue without a name. It stands for no entity."""
SHAPE_POINTS: dict[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)),
    "diamond": ((0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)),
    "triangle": ((0, -1.15), (1.08, 0.8), (-1.08, 0.8)),
    "hexagon": ((-0.5, -0.95), (0.5, -0.95), (1.05, 0), (0.5, 0.95), (-0.5, 0.95), (-1.05, 0)),
    "pentagon": ((0, -1.1), (1.05, -0.34), (0.65, 0.89), (-0.65, 0.89), (-1.05, -0.34)),
    "wedge": ((-1.08, -0.8), (1.08, -0.8), (0, 1.15)),
    "cross": (
        (-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4),
        (0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4),
    ),
}  # fmt: skip
"""Corners of the shapes other than the circle, around 0, for a radius of 1; of about the same area."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn and called."""

    title: str
    plural: str
    colour: str
    shape: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of everything that is not a kind."""

    text: str
    quiet: str
    background: str
    line: str
    accent: str
    dark: bool


LIGHT = Palette("#1c2430", "#4a5463", "#ffffff", "#77818f", "#d97b00", dark=False)
DARK = Palette("#e8edf4", "#b4bfcd", "#12171f", "#8793a3", "#ffb454", dark=True)


def look(kind: str, palette: Palette = LIGHT) -> Look:
    """How to draw a kind; a kind that the ontology does not know looks like the undisclosed rest."""
    declared = ontology().kinds.get(kind)
    if declared is None:
        return Look("Not disclosed", "Not disclosed", "#8a94a3", "hexagon", dashed=True)
    colour = _lighter(declared.colour) if palette.dark else declared.colour
    return Look(declared.title, declared.plural, colour, declared.shape)


def _lighter(colour: str) -> str:
    """A colour mixed with white, to stand out on a dark page."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * 0.38):02x}" for part in parts)
