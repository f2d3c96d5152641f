"""The canvas of this session: its history, its place in the address, and the changes that buttons make."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import networkx as nx
import streamlit as st

from graph.canvas import Canvas, CanvasFilters, History, select
from graph.canvas_drawn import canvas_graph, years
from graph.canvas_link import FIELDS, Link, from_query, to_link
from graph.pictures.layout import Positions
from graph.pictures.picture import Picture
from widgets import data
from widgets.drawing import Selected

_HISTORY, _QUERY, _NOTES, _PLACES = "canvas-history", "canvas-query", "canvas-notes", "canvas-places"
_ROUND, _SEEN, _PLAYING = "canvas-round", "canvas-seen", "canvas-playing"


def whole() -> nx.MultiDiGraph:
    """Every tie of the store; the canvas filters for itself."""
    return data.graph(as_of=None, all_statuses=True)


def years_here() -> list[str]:
    """Years that the ties among what is shown speak of, whatever the date now."""
    any_time = replace(canvas(), filters=replace(filters(), as_of=None))
    return years(canvas_graph(whole(), any_time).graph)


def history() -> History:
    """The canvas with its steps back and forth."""
    found = st.session_state.get(_HISTORY)
    return found if isinstance(found, History) else History()


def canvas() -> Canvas:
    """What is on the canvas now."""
    return history().present


def follow_address() -> None:
    """Take over the canvas of the address when it is not the one written last: a link, a reload, the back button.

    Reading never writes the address, so that the back button does not come back here for ever.
    """
    asked = {key: st.query_params[key] for key in FIELDS if key in st.query_params}
    if asked == st.session_state.get(_QUERY):
        return
    restored = from_query(asked, whole())
    first = _HISTORY not in st.session_state
    st.session_state[_HISTORY] = History(restored.canvas) if first else history().do(restored.canvas)
    st.session_state[_QUERY] = asked
    st.session_state[_NOTES] = restored.notes
    st.session_state[_PLAYING] = False
    _redraw()


def notes() -> tuple[str, ...]:
    """What to say about the last change or the address."""
    return tuple(st.session_state.get(_NOTES, ()))


def change(made: Canvas, *, note: str = "") -> None:
    """A step: remember it and put it into the address."""
    _store(history().do(made), (note,) if note else ())


def change_filters(**values: Any) -> None:
    """Other filters, as a step."""
    change(replace(canvas(), filters=replace(canvas().filters, **values)))


def undo() -> None:
    """One step back."""
    _store(history().undo(), ())


def redo() -> None:
    """One step forth."""
    _store(history().redo(), ())


def _store(made: History, said: tuple[str, ...]) -> None:
    st.session_state[_HISTORY] = made
    st.session_state[_NOTES] = said
    write_address()
    _redraw()


def write_address() -> None:
    """Put the canvas into the address, in one entry of the browser's history."""
    link = to_link(canvas())
    others = {key: value for key, value in st.query_params.to_dict().items() if key not in FIELDS}
    st.query_params.from_dict({**others, **link.query})
    st.session_state[_QUERY] = link.query
    if link.note:
        st.session_state[_NOTES] = (*notes(), link.note)


def shared_link() -> tuple[str, Link]:
    """The address of this canvas to send to others, and what it leaves out."""
    link = to_link(canvas())
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{urlencode(link.query)}", link


def places_so_far() -> Positions:
    """Where the free layout put things in this session: they stay there while others come and go."""
    return st.session_state.setdefault(_PLACES, {})


def remember_places(found: Positions) -> None:
    """Keep the places of the free layout."""
    places_so_far().update(found)


def tidy() -> None:
    """Forget the places, so that the free layout starts anew; pins stay."""
    st.session_state[_PLACES] = {}
    _redraw()


def drawing_key(picture: Picture) -> str:
    """A key that changes with the nodes and lines drawn, and with every choice made outside the drawing."""
    parts = [node.id for node in picture.nodes] + [f"{line.source}\0{line.target}" for line in picture.ties]
    digest = hashlib.sha1("\1".join(parts).encode("utf-8", "surrogatepass"), usedforsecurity=False)
    return f"canvas-{digest.hexdigest()[:12]}-{round_number()}"


def chosen_at_start(key: str) -> str | None:
    """The entity to show as selected when this drawing first appeared; kept, so that a click redraws nothing."""
    started = st.session_state.get("canvas-started")
    if not isinstance(started, tuple) or started[0] != key:
        started = (key, canvas().selected[-1] if canvas().selected else None)
        st.session_state["canvas-started"] = started
    return started[1]


def take_clicks(key: str, found: Selected) -> None:
    """Turn what the screen says is selected into the canvas's selection, once for each change."""
    now = (key, tuple(node.id for node in found.nodes), tuple((x.source, x.target) for x in found.lines))
    before = st.session_state.get(_SEEN)
    st.session_state[_SEEN] = now
    same_drawing = isinstance(before, tuple) and before[0] == key
    if now == before or (not same_drawing and not now[1] and not now[2]):
        return
    clicked = now[1]
    if several():
        kept = [entity for entity in canvas().selected if entity in clicked]
        entities = [*kept, *(entity for entity in clicked if entity not in kept)]
    else:
        # The one before stays known, for paths between the two.
        entities = [*canvas().selected[-1:], *clicked] if clicked else []
    _select(select(canvas(), entities, now[2][-1] if now[2] else None))


def choose(entities: list[str], line: tuple[str, str] | None = None) -> None:
    """Select by other means than a click; the drawing shows it."""
    _select(select(canvas(), entities, line))
    _redraw()


def several() -> bool:
    """Whether clicks add to the selection."""
    return bool(st.session_state.get("canvas-several"))


def _select(made: Canvas) -> None:
    st.session_state[_HISTORY] = history().do(made)


def _redraw() -> None:
    """A new drawing on the screen: it forgets what was selected there."""
    st.session_state[_ROUND] = round_number() + 1


def round_number() -> int:
    """Changes with every step: a menu with this in its key closes after a choice."""
    return int(st.session_state.get(_ROUND, 0))


def playing() -> bool:
    """Whether the years are running."""
    return bool(st.session_state.get(_PLAYING))


def play(dates: list[str]) -> None:
    """Start the years from the one shown; from the first when none or the last is shown."""
    now = canvas().filters.as_of
    if now is None or now >= dates[-1]:
        change_filters(as_of=dates[0])
    st.session_state[_PLAYING] = True


def stop() -> None:
    """Hold the year that is shown."""
    st.session_state[_PLAYING] = False
    write_address()


def step(dates: list[str]) -> None:
    """The next year, without an entry in any history; stops at the last."""
    now = canvas().filters.as_of or ""
    later = [date for date in dates if date > now]
    if later:
        shown = replace(canvas(), filters=replace(canvas().filters, as_of=later[0]))
        st.session_state[_HISTORY] = replace(history(), present=shown)
    if len(later) < 2:
        stop()


def controlled(key: str, value: Any, apply: Callable[[Any], None]) -> dict[str, Any]:
    """Arguments for a widget that shows a value of the canvas and changes it when the reader does.

    The value is set before every run, so undo, links and the back button reach the widget too.
    """
    st.session_state[key] = value
    return {"key": key, "on_change": lambda: apply(st.session_state[key])}


def filters() -> CanvasFilters:
    """The filters of the canvas."""
    return canvas().filters
