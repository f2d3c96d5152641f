"""Canvases that nobody thought of: an address brings back exactly what it was given, hostile ids included."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.canvas import LAYOUTS, Canvas, CanvasFilters, History, add, collapse, expand, hide, pin, remove
from graph.canvas_drawn import canvas_graph, places
from graph.canvas_link import FIELDS, from_query, to_link
from graph.model import Entity, Tie
from graph.ontology import ontology
from graph.projection import Filters, graph_of

IDS = st.one_of(
    st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip())),
    st.sampled_from(["a~b", "a,b", "a.b.", "..", "100%", "%2E", "a:1:2", "*", "\u202e", " x ", "<b>", "c", "~", "\ud800"]),
)  # fmt: skip
DATES = st.one_of(st.none(), st.integers(2000, 2030).map(str), st.just("2020-02-29"))
FILTERS = st.builds(
    CanvasFilters,
    st.one_of(st.none(), st.frozensets(st.sampled_from(sorted(ontology().types)))),
    st.frozensets(st.sampled_from(sorted(ontology().statuses))),
    st.one_of(st.none(), st.integers(0, 10**14)),
    st.booleans(),
    DATES,
    st.booleans(),
)


@st.composite
def graphs(draw: st.DrawFn) -> nx.MultiDiGraph:
    """Some entities and ties among them."""
    ids = draw(st.lists(IDS, min_size=1, max_size=12, unique=True))
    kinds = st.sampled_from(sorted(ontology().kinds))
    entities = [Entity(key, key, draw(kinds)) for key in ids]
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids))
    ties = [
        Tie(
            f"t{number}", start, draw(st.sampled_from(sorted(ontology().types))), end,
            draw(st.sampled_from(sorted(ontology().statuses))), draw(DATES),
            amount_usd=draw(st.one_of(st.none(), st.integers(0, 10**12))), sources=("s",),
        )
        for number, (start, end) in enumerate(draw(st.lists(ends, max_size=20)))
    ]  # fmt: skip
    return graph_of(entities, ties, Filters.all_statuses())


@st.composite
def canvases(draw: st.DrawFn) -> tuple[nx.MultiDiGraph, Canvas]:
    """A graph and a canvas on it, made by the operations themselves."""
    graph = draw(graphs())
    ids = sorted(graph)
    canvas = Canvas(
        filters=draw(FILTERS), layout=draw(st.sampled_from(list(LAYOUTS))), among=draw(st.booleans())
    )
    some = st.lists(st.sampled_from(ids), max_size=6)
    canvas = add(canvas, draw(some), centre=False)
    canvas = add(canvas, draw(some))
    canvas = hide(
        canvas,
        draw(st.lists(st.sampled_from([*ids, *(key for *_, key in graph.edges(keys=True))]), max_size=3)),
    )
    for entity in draw(st.lists(st.sampled_from(ids), max_size=3)):
        canvas = pin(canvas, entity, draw(st.floats(-3, 3)), draw(st.floats(-3, 3)))
    return graph, canvas


@given(canvases())
@settings(deadline=None)
def test_an_address_brings_back_what_it_was_given(made: tuple[nx.MultiDiGraph, Canvas]) -> None:
    graph, canvas = made
    # Centres keep the order of the entities, as people read them in the address.
    canvas = replace(canvas, centres=tuple(key for key in canvas.shown if key in canvas.centres))
    link = to_link(canvas)
    restored = from_query(link.query, graph)
    assert restored.notes == ()
    assert restored.canvas == canvas
    assert all(value.isascii() for value in link.query.values())


@given(graphs(), st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
@settings(deadline=None)
def test_no_address_breaks_the_page(graph: nx.MultiDiGraph, query: dict[str, str]) -> None:
    restored = from_query(query, graph)
    assert set(restored.canvas.shown) <= set(graph)
    drawn = canvas_graph(graph, restored.canvas)
    assert set(places(drawn.graph, restored.canvas)) == set(drawn.graph)


@given(canvases())
@settings(deadline=None)
def test_expand_and_collapse_keep_the_canvas_whole(made: tuple[nx.MultiDiGraph, Canvas]) -> None:
    graph, canvas = made
    entity = sorted(graph)[0]
    grown = expand(canvas, graph, entity)
    assert set(canvas.shown) <= set(grown.canvas.shown)
    assert len(grown.added) <= grown.available
    for after in (grown.canvas, collapse(grown.canvas, graph, entity), remove(grown.canvas, [entity])):
        assert len(set(after.shown)) == len(after.shown)
        assert set(after.centres) | set(after.pinned) | set(after.selected) <= set(after.shown)
        assert not after.hidden & set(after.shown)
    history = History(canvas).do(grown.canvas)
    assert history.undo().present in (canvas, grown.canvas)


@given(canvases())
@settings(deadline=None)
def test_what_is_drawn_passes_the_filters(made: tuple[nx.MultiDiGraph, Canvas]) -> None:
    graph, canvas = made
    drawn = canvas_graph(graph, canvas)
    assert set(drawn.graph) <= set(canvas.shown)
    for *_, tie in drawn.graph.edges(data="tie"):
        assert canvas.filters.keep(tie)
        assert tie.id not in canvas.hidden
