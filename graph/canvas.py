"""The explore canvas as a value: what is on it, and every change as a function to a new value.

Nothing here draws, reads a store or knows a screen: a change can be undone by keeping the value before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import networkx as nx

from graph.model import FACT_STATUSES, EntityId, Tie
from graph.ontology import ontology

LAYOUTS: Mapping[str, str] = {
    "force": "Free",
    "rings": "Rings",
    "circle": "Circle",
    "kinds": "By kind",
    "grid": "Grid",
}
"""Id of a layout to its name."""
MOST_ENTITIES = 1_000
"""Entities that a canvas holds; a drawing of more than 300 leaves out."""
MOST_STEPS_BACK = 100
DIRECTIONS: Mapping[str, str] = {
    "both": "both directions",
    "out": "from it to others",
    "in": "from others to it",
}


@dataclass(frozen=True, slots=True)
class CanvasFilters:
    """Which ties the canvas draws.

    Attributes:
        types: tie types; None means all.
        statuses: facts unless asked otherwise.
        min_usd: leave out smaller known amounts; None keeps all.
        unknown_amounts: keep ties whose amount is not known.
        as_of: a year, month or day that ties must hold on; None means any time.
        undated: with a date, keep ties whose dates do not tell.
    """

    types: frozenset[str] | None = None
    statuses: frozenset[str] = frozenset(FACT_STATUSES)
    min_usd: int | None = None
    unknown_amounts: bool = True
    as_of: str | None = None
    undated: bool = False

    def keep(self, tie: Tie) -> bool:
        """Whether a tie passes."""
        if tie.status not in self.statuses or (self.types is not None and tie.type not in self.types):
            return False
        if tie.amount_usd is None:
            if not self.unknown_amounts:
                return False
        elif self.min_usd is not None and tie.amount_usd < self.min_usd:
            return False
        if self.as_of is None:
            return True
        holds = tie.holds_on(self.as_of)
        return self.undated if holds is None else holds


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is on the canvas.

    Attributes:
        shown: entities, in the order in which they came.
        centres: those of them that somebody put here or expanded; drawn larger, kept by a collapse.
        hidden: ids of entities and ties that stay off the drawing until asked for.
        pins: entity to its fixed place, 0..1 each, in the order of the ids.
        selected: entities selected, the latest last.
        line: the two ends of the selected line, None when no line is selected.
        among: draw every tie among the entities shown; otherwise only ties of the centres.
    """

    shown: tuple[EntityId, ...] = ()
    centres: tuple[EntityId, ...] = ()
    hidden: frozenset[str] = frozenset()
    pins: tuple[tuple[EntityId, float, float], ...] = ()
    selected: tuple[EntityId, ...] = ()
    line: tuple[EntityId, EntityId] | None = None
    filters: CanvasFilters = field(default_factory=CanvasFilters)
    layout: str = "force"
    among: bool = True

    @property
    def pinned(self) -> dict[EntityId, tuple[float, float]]:
        """Pins by entity."""
        return {entity: (x, y) for entity, x, y in self.pins}


@dataclass(frozen=True, slots=True)
class Expansion:
    """A canvas after an expansion.

    Attributes:
        added: entities that came, in their order: by amount, then by number of ties.
        available: entities that could have come.
    """

    canvas: Canvas
    added: tuple[EntityId, ...]
    available: int

    @property
    def sentence(self) -> str:
        """``60 of 143 added, by amount.``"""
        if not self.available:
            return "Nothing more to add: every neighbour that passes the filters is shown."
        if len(self.added) == self.available:
            return f"{self.available} added."
        return f"{len(self.added)} of {self.available} added, by amount."


def add(canvas: Canvas, entities: Iterable[EntityId], *, centre: bool = True) -> Canvas:
    """Put entities on the canvas; what was hidden of them comes back.

    Args:
        canvas: the canvas.
        entities: their ids; beyond ``MOST_ENTITIES`` the canvas is full and the rest is left out.
        centre: whether they become centres.
    """
    wanted = list(dict.fromkeys(entities))
    shown = tuple(dict.fromkeys((*canvas.shown, *wanted)))[:MOST_ENTITIES]
    on_it = set(shown)
    new = [entity for entity in wanted if entity in on_it]
    centres = tuple(dict.fromkeys((*canvas.centres, *new))) if centre else canvas.centres
    return replace(canvas, shown=shown, centres=centres, hidden=canvas.hidden - frozenset(new))


def expand(
    canvas: Canvas,
    graph: nx.MultiDiGraph,
    entity: EntityId,
    *,
    types: Iterable[str] | None = None,
    direction: str = "both",
    most: int = 25,
) -> Expansion:
    """Add the neighbours of an entity that are not shown yet, the largest known amount first.

    Args:
        canvas: its filters decide which ties count; hidden entities stay hidden.
        graph: every tie of the store, whatever its status.
        entity: becomes a centre.
        types: only along these tie types; None follows all that the filters keep.
        direction: see ``DIRECTIONS``; ties without a direction count both ways.
        most: most entities to add.
    """
    wanted = None if types is None else frozenset(types)
    found: dict[EntityId, list[Tie]] = {}
    for other, tie in _ties_of(graph, entity, direction):
        if (wanted is None or tie.type in wanted) and _passes(canvas, tie):
            found.setdefault(other, []).append(tie)
    new = [other for other in found if other not in canvas.shown and other not in canvas.hidden]
    new.sort(key=lambda other: (-_amount(found[other]), -len(found[other]), -graph.degree(other), other))
    room = max(0, MOST_ENTITIES - len(canvas.shown))
    added = tuple(new[: min(most, room)])
    grown = add(add(canvas, [entity]), added, centre=False)
    return Expansion(grown, added, len(new))


def not_shown(canvas: Canvas, graph: nx.MultiDiGraph, entity: EntityId) -> dict[str, int]:
    """Family of ties to the number of neighbours along it that are not shown yet; ``""`` is any family."""
    others: dict[str, set[EntityId]] = {"": set()}
    types = ontology().types
    for other, tie in _ties_of(graph, entity, "both"):
        if other not in canvas.shown and other not in canvas.hidden and _passes(canvas, tie):
            others[""].add(other)
            others.setdefault(types[tie.type].family, set()).add(other)
    return {family: len(others[family]) for family in ("", *ontology().families) if others.get(family)}


def collapse(canvas: Canvas, graph: nx.MultiDiGraph, entity: EntityId) -> Canvas:
    """Take the neighbours away that hang on this entity only.

    Those stay that are centres or pinned, and those that another centre has a tie with.
    """
    centres = set(canvas.centres)
    gone: set[EntityId] = set()
    for other in set(canvas.shown) - centres - set(canvas.pinned) - {entity}:
        near = {end for end, tie in _ties_of(graph, other, "both") if _passes(canvas, tie)}
        if entity in near and not near & (centres - {entity}):
            gone.add(other)
    return _without(canvas, gone)


def remove(canvas: Canvas, entities: Iterable[EntityId]) -> Canvas:
    """Take entities off the canvas; an expansion may bring them back."""
    return _without(canvas, set(entities))


def hide(canvas: Canvas, ids: Iterable[str]) -> Canvas:
    """Keep ties or entities off the drawing until :func:`show_hidden`; no expansion brings them back."""
    wanted = frozenset(ids)
    bare = _without(canvas, set(wanted))
    line = None if canvas.line and wanted else bare.line
    return replace(bare, hidden=canvas.hidden | wanted, line=line)


def show_hidden(canvas: Canvas, graph: nx.MultiDiGraph) -> Canvas:
    """Bring back everything that was hidden."""
    back = sorted(key for key in canvas.hidden if key in graph)
    return replace(add(canvas, back, centre=False), hidden=frozenset())


def pin(canvas: Canvas, entity: EntityId, x: float, y: float) -> Canvas:
    """Hold an entity at a place, 0..1 each, whatever the layout."""
    if entity not in canvas.shown:
        return canvas
    held = {**canvas.pinned, entity: (_place(x), _place(y))}
    return replace(canvas, pins=tuple((key, *held[key]) for key in sorted(held)))


def unpin(canvas: Canvas, entity: EntityId) -> Canvas:
    """Let the layout place it again."""
    return replace(canvas, pins=tuple(each for each in canvas.pins if each[0] != entity))


def select(
    canvas: Canvas, entities: Iterable[EntityId] = (), line: tuple[EntityId, EntityId] | None = None
) -> Canvas:
    """Select entities that are shown, the latest last, or the line between two of them."""
    shown = set(canvas.shown)
    kept = tuple(dict.fromkeys(entity for entity in entities if entity in shown))
    return replace(canvas, selected=kept, line=line if line and shown.issuperset(line) else None)


def clear(canvas: Canvas) -> Canvas:
    """Nothing on it; filters and layout stay."""
    return Canvas(filters=canvas.filters, layout=canvas.layout, among=canvas.among)


@dataclass(frozen=True, slots=True)
class History:
    """A canvas with the ones before and after it; at most ``MOST_STEPS_BACK`` of each."""

    present: Canvas = field(default_factory=Canvas)
    past: tuple[Canvas, ...] = ()
    future: tuple[Canvas, ...] = ()

    def do(self, canvas: Canvas) -> History:
        """A step forward. What is selected is no step: undo would seem to do nothing."""
        if _same_drawing(canvas, self.present):
            return replace(self, present=canvas)
        return History(canvas, (*self.past, self.present)[-MOST_STEPS_BACK:])

    def undo(self) -> History:
        """One step back; nothing when there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future)[:MOST_STEPS_BACK])

    def redo(self) -> History:
        """Take back one undo."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present)[-MOST_STEPS_BACK:], self.future[1:])


def _ties_of(graph: nx.MultiDiGraph, entity: EntityId, direction: str) -> Iterable[tuple[EntityId, Tie]]:
    """Other end and tie, loops of an entity with itself left out."""
    if entity not in graph:
        return
    types = ontology().types
    for _, other, tie in graph.out_edges(entity, data="tie"):
        if other != entity and (direction != "in" or not types[tie.type].directed):
            yield other, tie
    for other, _, tie in graph.in_edges(entity, data="tie"):
        if other != entity and (direction != "out" or not types[tie.type].directed):
            yield other, tie


def _passes(canvas: Canvas, tie: Tie) -> bool:
    return tie.id not in canvas.hidden and canvas.filters.keep(tie)


def _amount(ties: list[Tie]) -> int:
    """Sum of the known amounts; -1 when none is known, so that unknown comes after nothing."""
    known = [tie.amount_usd for tie in ties if tie.amount_usd is not None]
    return sum(known) if known else -1


def _without(canvas: Canvas, gone: set[EntityId]) -> Canvas:
    return replace(
        canvas,
        shown=tuple(entity for entity in canvas.shown if entity not in gone),
        centres=tuple(entity for entity in canvas.centres if entity not in gone),
        pins=tuple(each for each in canvas.pins if each[0] not in gone),
        selected=tuple(entity for entity in canvas.selected if entity not in gone),
        line=None if canvas.line and gone & set(canvas.line) else canvas.line,
    )


def _same_drawing(a: Canvas, b: Canvas) -> bool:
    return replace(a, selected=(), line=None) == replace(b, selected=(), line=None)


def _place(value: float) -> float:
    return round(min(max(value, -1.0), 2.0), 3) + 0.0
