"""The canvas: put entities on it, expand, filter, run the years, and read what every line stands on."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import streamlit as st

from graph.canvas import LAYOUTS, add, clear, expand, show_hidden
from graph.canvas_drawn import Drawn, canvas_graph, places, starting_points
from graph.canvas_link import START_WITH
from graph.model import FACT_STATUSES
from graph.ontology import ontology
from graph.pictures.layout import Positions
from graph.pictures.picture import HARD_LIMIT, Picture, picture
from graph.wording import money
from widgets import canvas as session
from widgets.drawing import chart, html_in_place, tie_table, tools
from widgets.inspector import inspector
from widgets.parts import entity_picker
from widgets.text import md

WIDTH, HEIGHT = 680, 600
SECONDS = 1.6  # between two years of the play
AMOUNTS = (0, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000)
ANY_TIME = "any time"


def page() -> None:
    """The page."""
    session.follow_address()
    graph = session.whole()
    st.title("Explore")
    first_row()
    for note in session.notes():
        st.caption(f":material/info: {md(note, 300)}")
    if not session.canvas().shown:
        empty(graph)
        return
    second_row()
    run_years(session.years_here())
    drawn = canvas_graph(graph, session.canvas())
    if not drawn.graph:
        st.info("Everything on this canvas is hidden. Show it again, or clear the canvas.")
        return
    found = places(drawn.graph, session.canvas(), session.places_so_far())
    if session.canvas().layout == "force":
        session.remember_places(found)
    view = view_of(drawn, found)
    left, right = st.columns([0.68, 0.32], gap="medium")
    with left:
        drawing(view, drawn)
    with right:
        inspector(view, graph, found)


def first_row() -> None:
    """Add an entity; undo, redo, clear."""
    history = session.history()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=330):
            picker()
        st.button(
            "Undo", key="canvas-undo", icon=":material/undo:", shortcut="Mod+Z", disabled=not history.past,
            on_click=session.undo,
        )  # fmt: skip
        st.button(
            "Redo", key="canvas-redo", icon=":material/redo:", shortcut="Mod+Y", disabled=not history.future,
            on_click=session.redo,
        )  # fmt: skip
        st.button(
            "Clear", key="canvas-clear", icon=":material/delete_sweep:", shortcut="Mod+Delete",
            disabled=not history.present.shown, on_click=lambda: session.change(clear(session.canvas())),
        )  # fmt: skip


def picker() -> None:
    """Every entity; the first one comes with its largest neighbours, later ones alone."""
    number = st.session_state.setdefault("canvas-picks", 0)
    picked = entity_picker("Add an entity", f"canvas-add-{number}", None)
    if picked:
        st.session_state["canvas-picks"] = number + 1
        start(picked)
        st.rerun()


def start(entity: str) -> None:
    """Put an entity on the canvas, with neighbours when the canvas is empty, and select it."""
    if session.canvas().shown:
        session.change(add(session.canvas(), [entity]))
    else:
        grown = expand(session.canvas(), session.whole(), entity, most=START_WITH)
        session.change(grown.canvas, note=f"Neighbours: {grown.sentence}")
    session.choose([entity])


def empty(graph: nx.MultiDiGraph) -> None:
    """Three starting points, and the way back to what was here before."""
    st.write("Nothing is on the canvas yet. Add an entity above, or start with one of these:")
    with st.container(horizontal=True):
        for entity in starting_points(graph):
            st.button(
                md(graph.nodes[entity]["name"], 50), key=f"canvas-start-{entity}", icon=":material/hub:",
                on_click=start, args=(entity,),
            )  # fmt: skip
        before = session.history().past
        if before and before[-1].shown:
            st.button(
                "Continue where you were",
                key="canvas-continue",
                icon=":material/history:",
                on_click=session.undo,
            )


def second_row() -> None:
    """How it is drawn, which ties, which date, and the link."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view_menu()
        filter_menu()
        link_menu()
        hidden = len(session.canvas().hidden)
        if hidden:
            st.button(
                f"Show {hidden} hidden", key="canvas-unhide", icon=":material/visibility:",
                on_click=lambda: session.change(show_hidden(session.canvas(), session.whole())),
            )  # fmt: skip
        time_controls()


def view_menu() -> None:
    """Layout, ties among what is shown, selecting several."""
    canvas = session.canvas()
    with st.popover("View", icon=":material/tune:", key="canvas-view"):
        st.segmented_control(
            "Layout", list(LAYOUTS), format_func=lambda key: LAYOUTS[key], required=True,
            **session.controlled(
                "canvas-layout", canvas.layout,
                lambda to: session.change(replace(session.canvas(), layout=to)),
            ),
        )  # fmt: skip
        st.button(
            "Tidy up", key="canvas-tidy", icon=":material/auto_fix_high:", on_click=session.tidy,
            disabled=canvas.layout != "force",
            help="Arrange the free layout anew; pinned entities keep their place.",
        )  # fmt: skip
        st.toggle(
            "Ties among these", help="Off: only ties of the entities that you added or expanded.",
            **session.controlled(
                "canvas-among", canvas.among, lambda to: session.change(replace(session.canvas(), among=to))
            ),
        )  # fmt: skip
        st.toggle(
            "Select several",
            key="canvas-several",
            help="Clicks add to the selection instead of replacing it.",
        )


def link_menu() -> None:
    """The address to send to others."""
    with st.popover("Copy link", icon=":material/link:", key="canvas-link"):
        address, link = session.shared_link()
        st.caption("This address brings back entities, filters, date, layout and pins, also for others.")
        st.code(address, language=None, wrap_lines=True)
        if link.note:
            st.caption(link.note)


def filter_menu() -> None:
    """Types, statuses, amounts, dates that do not tell."""
    now, known = session.filters(), ontology()
    active = sum((
        now.types is not None, now.statuses != frozenset(FACT_STATUSES), now.min_usd is not None,
        not now.unknown_amounts, now.undated,
    ))  # fmt: skip
    with st.popover(
        f"Filters ({active})" if active else "Filters", icon=":material/filter_alt:", key="canvas-filters"
    ):
        families = [
            name for name in known.families if now.types is None or set(known.types_in(name)) <= now.types
        ]
        st.pills(
            "Families of ties", list(known.families), selection_mode="multi", format_func=lambda key: known.families[key],
            **session.controlled("canvas-families", families, take_families),
        )  # fmt: skip
        st.multiselect(
            "Types of ties (none chosen means all)", list(known.types), format_func=lambda key: known.types[key].title,
            **session.controlled("canvas-types", [] if now.types is None else sorted(now.types), take_types),
        )  # fmt: skip
        st.pills(
            "Statuses: the last five are not facts", list(known.statuses), selection_mode="multi",
            **session.controlled(
                "canvas-statuses", [key for key in known.statuses if key in now.statuses],
                lambda to: session.change_filters(statuses=frozenset(to)),
            ),
        )  # fmt: skip
        amounts = list(dict.fromkeys((*AMOUNTS, now.min_usd or 0)))
        st.selectbox(
            "Smallest known amount", amounts, format_func=lambda usd: money(usd) if usd else "any",
            **session.controlled("canvas-min", now.min_usd or 0, lambda to: session.change_filters(min_usd=to or None)),
        )  # fmt: skip
        st.toggle(
            "Ties whose amount is not known",
            **session.controlled(
                "canvas-unknown", now.unknown_amounts, lambda to: session.change_filters(unknown_amounts=to)
            ),
        )
        st.toggle(
            "With a date: ties whose dates do not tell",
            **session.controlled(
                "canvas-undated", now.undated, lambda to: session.change_filters(undated=to)
            ),
        )


def take_families(chosen: list[str]) -> None:
    """Types of the chosen families; all or none of them means every type."""
    known = ontology()
    types = frozenset(name for family in chosen for name in known.types_in(family))
    session.change_filters(types=None if not types or len(types) == len(known.types) else types)


def take_types(chosen: list[str]) -> None:
    """Exactly these types; none means every type."""
    session.change_filters(types=frozenset(chosen) or None)


def time_controls() -> None:
    """The date, and the years one after another."""
    dates = session.years_here()
    if not dates:
        return
    now = session.filters().as_of
    options = [ANY_TIME, *sorted({*dates, *([now] if now else [])})]
    if session.playing():
        st.button("Stop", key="canvas-stop", icon=":material/stop:", on_click=session.stop)
    else:
        st.button(
            "Play", key="canvas-play", icon=":material/play_arrow:", on_click=session.play, args=(dates,),
            help="Show one year after another.",
        )  # fmt: skip
    with st.container(width="stretch"):
        st.select_slider(
            "As of", options, label_visibility="collapsed",
            format_func=lambda key: key if key == ANY_TIME else f"as of {key}",
            **session.controlled(
                "canvas-as-of", now or ANY_TIME,
                lambda to: session.change_filters(as_of=None if to == ANY_TIME else to),
            ),
        )  # fmt: skip


def run_years(dates: list[str]) -> None:
    """While playing: the next year every few seconds."""
    st.session_state["canvas-fresh"] = True

    @st.fragment(run_every=SECONDS if session.playing() else None)
    def tick() -> None:
        if st.session_state.pop("canvas-fresh", False) or not session.playing():
            return  # the page has just been drawn for this year
        session.step(dates)
        st.rerun()

    tick()


def view_of(drawn: Drawn, found: Positions) -> Picture:
    """The picture: centres large, entities without a tie pale, pins marked."""
    canvas, graph = session.canvas(), drawn.graph
    lonely = [key for key in graph if not graph.degree(key) and key not in canvas.centres]
    made = picture(
        graph,
        focus=[key for key in canvas.centres if key in graph],
        limit=HARD_LIMIT,
        positions=found,
        pale=lonely,
        notes=dict.fromkeys(canvas.pinned, "pinned"),
    )
    return replace(made, note=drawn.sentence, alt=f"{made.alt} {drawn.sentence}")


def drawing(view: Picture, drawn: Drawn) -> None:
    """The drawing, what of the canvas it shows, and its table."""
    shown, table = st.tabs(["Drawing", "Table"])
    with shown:
        st.caption(md(drawn.sentence))
        title = ", ".join(node.name for node in view.nodes if node.focus)[:80] or "Explore"
        key = session.drawing_key(view)
        above, below = st.container(), st.container()
        with below:
            in_place = tools(view, drawn.graph, "canvas-files", title)
        with above:
            if in_place:
                html_in_place(view, title, HEIGHT)
            else:
                clicked = chart(
                    view, key, width=WIDTH, height=HEIGHT, chosen=session.chosen_at_start(key),
                    several=session.several(),
                )  # fmt: skip
                session.take_clicks(key, clicked)
    with table:
        st.caption(md(drawn.sentence))
        tie_table((tie for line in view.ties for tie in line.ties), drawn.graph, "canvas-table")


if __name__ == "__main__":
    page()
