"""Beside the canvas: what is selected, what it stands on, and what can be done with it."""

from __future__ import annotations

import networkx as nx
import streamlit as st

from graph.canvas import DIRECTIONS, collapse, expand, hide, not_shown, pin, remove, unpin
from graph.model import Tie, entity_from
from graph.ontology import ontology
from graph.pictures.layout import Positions
from graph.pictures.picture import Picture, PictureTie
from graph.wording import counted, entity_facts
from widgets import canvas as session
from widgets.parts import ENTITY, PATHS, entity_link, ties_markdown
from widgets.text import md, plain

MOST_TIES = 8
"""Ties listed before a reader asks for all."""


def inspector(picture: Picture, graph: nx.MultiDiGraph, places: Positions) -> None:
    """The panel.

    Args:
        picture: what is drawn.
        graph: every tie of the store.
        places: where each entity stands, for pins.
    """
    chooser(picture, graph)
    canvas = session.canvas()
    if canvas.line:
        line = next((x for x in picture.ties if {x.source, x.target} == set(canvas.line or ())), None)
        if line:
            line_panel(line, graph)
            return
    if canvas.selected:
        entity_panel(canvas.selected[-1], picture, graph, places)
        return
    st.caption(
        "Click an entity or a line to see what it stands on. Drag to move, scroll to zoom, double click to clear the selection."
    )
    st.caption(
        "Shapes and colours are kinds; a wider line is a larger amount; a number counts the ties of a line; "
        "dashed lines are not facts."
    )


def chooser(picture: Picture, graph: nx.MultiDiGraph) -> None:
    """The same choice as a click, from the keyboard."""
    canvas = session.canvas()
    names = {node.id: plain(node.name, 50) for node in picture.nodes}
    nodes = [("entity", key) for key in sorted(names, key=lambda key: names[key].casefold())]
    lines = [("line", line.source, line.target) for line in picture.ties]

    def label(option: tuple[str, ...]) -> str:
        if option[0] == "entity":
            return names[option[1]]
        return f"{names[option[1]]} – {names[option[2]]}"

    now: tuple[str, ...] | None = None
    if canvas.line:
        now = next((each for each in lines if set(each[1:]) == set(canvas.line or ())), None)
    elif canvas.selected and canvas.selected[-1] in names:
        now = ("entity", canvas.selected[-1])

    def apply(option: tuple[str, ...] | None) -> None:
        if option is None:
            session.choose([])
        elif option[0] == "entity":
            session.choose([*session.canvas().selected[-1:], option[1]])
        else:
            session.choose([], (option[1], option[2]))

    st.selectbox(
        "Selected", [*nodes, *lines], index=None, format_func=label, placeholder="Nothing: click, or choose here",
        **session.controlled("canvas-chosen", now, apply),
    )  # fmt: skip


def entity_panel(entity: str, picture: Picture, graph: nx.MultiDiGraph, places: Positions) -> None:
    """Facts, actions and ties of an entity."""
    node = graph.nodes[entity]
    st.markdown(f"#### {md(node['name'], 80)}")
    kind = ontology().kinds.get(node["kind"])
    facts = [kind.title if kind else "", *entity_facts(entity_from(node))]
    st.caption(" · ".join(md(fact) for fact in facts if fact))
    if node.get("description"):
        st.write(md(node["description"], 300))
    with st.container(horizontal=True):
        expand_menu(entity, graph)
        st.button(
            "Collapse", key="canvas-collapse", icon=":material/unfold_less:",
            help="Take the neighbours away that hang on this entity only.", on_click=do_collapse, args=(entity,),
        )  # fmt: skip
        pin_button(entity, places)
        st.button(
            "Remove", key="canvas-remove", icon=":material/delete:", shortcut="Shift+Delete",
            on_click=lambda: session.change(remove(session.canvas(), [entity])),
        )  # fmt: skip
    as_of = session.filters().as_of
    st.page_link(
        ENTITY, label="Open its page", icon=":material/open_in_new:",
        query_params={"id": entity, **({"as_of": as_of} if as_of else {})},
    )  # fmt: skip
    paths(entity, picture, graph)
    ties = [tie for line in picture.ties if entity in (line.source, line.target) for tie in line.ties]
    tie_list(ties, graph, f"{counted(len(ties), 'tie')} in this drawing")


def expand_menu(entity: str, graph: nx.MultiDiGraph) -> None:
    """What could come, by family, with numbers."""
    missing = not_shown(session.canvas(), graph, entity)
    with st.popover(
        f"Expand ({missing.get('', 0)})", icon=":material/account_tree:", disabled=not missing, type="primary",
        key=f"canvas-expand-{session.round_number()}", help="Neighbours that are not shown yet and pass the filters.",
    ):  # fmt: skip
        most = st.segmented_control(
            "At most", [10, 25, 50, 100], default=25, required=True, key="canvas-most",
            help="The largest known amounts come first, then the most ties.",
        )  # fmt: skip
        direction = st.selectbox(
            "Direction", list(DIRECTIONS), format_func=lambda key: DIRECTIONS[key].capitalize(), key="canvas-direction"
        )  # fmt: skip
        for family, number in missing.items():
            title = ontology().families[family] if family else "All"
            st.button(
                f"{title} ({number})", key=f"canvas-expand-{family or 'all'}", width="stretch",
                on_click=do_expand, args=(entity, family, most or 25, direction),
            )  # fmt: skip


def do_expand(entity: str, family: str, most: int, direction: str) -> None:
    """Add neighbours; the sentence says how many of how many."""
    types = ontology().types_in(family) if family else None
    made = expand(session.canvas(), session.whole(), entity, types=types, direction=direction, most=most)
    session.change(made.canvas, note=made.sentence)


def do_collapse(entity: str) -> None:
    """Take leaves away, and say how many."""
    before = session.canvas()
    after = collapse(before, session.whole(), entity)
    gone = len(before.shown) - len(after.shown)
    session.change(after, note=f"{gone} taken away." if gone else "No neighbour hangs on this entity only.")


def pin_button(entity: str, places: Positions) -> None:
    """Hold an entity where it is, or let it go."""
    held = entity in session.canvas().pinned
    x, y = places.get(entity, (0.5, 0.5))
    st.button(
        "Unpin" if held else "Pin", key="canvas-pin", icon=":material/keep_off:" if held else ":material/keep:",
        help="A pinned entity keeps its place in every layout.",
        on_click=lambda: session.change(
            unpin(session.canvas(), entity) if held else pin(session.canvas(), entity, x, y)
        ),
    )  # fmt: skip


def paths(entity: str, picture: Picture, graph: nx.MultiDiGraph) -> None:
    """The way to the paths between the two entities selected last."""
    others = [key for key in reversed(session.canvas().selected[:-1]) if key != entity]
    if not others:
        st.caption("Select a second entity to see the paths between the two.")
        return
    as_of, every = session.filters().as_of, len(session.filters().statuses) == len(ontology().statuses)
    st.page_link(
        PATHS, icon=":material/route:",
        label=f"Paths from {md(graph.nodes[others[0]]['name'], 40)} to {md(graph.nodes[entity]['name'], 40)}",
        query_params={"from": others[0], "to": entity, **({"as_of": as_of} if as_of else {}), **({"all": "1"} if every else {})},
    )  # fmt: skip


def line_panel(line: PictureTie, graph: nx.MultiDiGraph) -> None:
    """Every statement behind a line, and both its ends."""
    for end in (line.source, line.target):
        entity_link({**graph.nodes[end], "id": end}, as_of=session.filters().as_of)
    st.button(
        "Hide this line", key="canvas-hide", icon=":material/visibility_off:",
        on_click=lambda: session.change(hide(session.canvas(), [tie.id for tie in line.ties])),
    )  # fmt: skip
    tie_list(list(line.ties), graph, f"{counted(len(line.ties), 'statement')} behind this line", most=40)


def tie_list(ties: list[Tie], graph: nx.MultiDiGraph, title: str, most: int = MOST_TIES) -> None:
    """Ties as sentences with sources; a long list opens on demand."""
    st.markdown(f"**{title}**")
    ordered = sorted(
        ties, key=lambda tie: (not tie.is_fact, tie.start_date is None, tie.start_date or "", tie.id)
    )
    if ordered:
        ties_markdown(ordered[:most], graph)
    if len(ordered) > most:
        with st.expander(f"{len(ordered) - most} more"):
            ties_markdown(ordered[most:], graph)
