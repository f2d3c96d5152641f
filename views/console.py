"""A read-only Cypher console: text, parameters and limits in, rows, drawing and files out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from graph.errors import ExplorerError, QueryError, QuerySyntaxError, WriteRefused
from graph.pictures.picture import part, picture
from graph.queries.console import (
    MAX_ROWS_LIMIT,
    MAX_TEXT,
    MAX_TIMEOUT_S,
    Found,
    found_in,
    pointed,
    read_parameters,
)
from graph.queries.snippet import cypher_python
from graph.settings import load_settings
from graph.store.base import DEFAULT_MAX_ROWS, Rows
from widgets import data
from widgets.console_parts import (
    PARAMETERS,
    TEXT,
    Outcome,
    asked_again,
    examples,
    fill_from_address,
    history,
    keep,
    last_outcome,
    model,
    share,
    tie_ids,
)
from widgets.drawing import draw
from widgets.parts import show_error
from widgets.query_parts import DATA, address_of, downloads, ends_of, result_table, row_panel, rows_line, way
from widgets.save_query import save_form
from widgets.text import md
from widgets.working import Work, run_pressed, take_up_work

# The one style of the app: Cypher is read by its columns. The class is that of the container's key.
_MONOSPACE = (
    "<style>.st-key-console textarea { font-family: ui-monospace, 'Source Code Pro', monospace; "
    "font-size: .9rem; line-height: 1.5; }</style>"
)


def page() -> None:
    """The page."""
    fill_from_address()
    st.title("Console")
    st.write(
        "Ask the graph in Cypher. This console only reads; start from an example, a saved query or your own text."
    )
    left, right = st.columns(2)
    with left:
        examples()
    with right:
        model()
    if (query := take_up_work("console")) is not None:
        ended(query)
    asked = form()
    if asked is not None:
        run(*asked)
    outcome = last_outcome()
    if outcome is not None:
        show(outcome)
    history()


def form() -> tuple[str, str, float, int] | None:
    """Text, parameters, time limit and row cap, when they should be run."""
    st.html(_MONOSPACE)
    with st.container(key="console"), st.form("console-form"):
        text = st.text_area(
            "Cypher", key=TEXT, height=220, max_chars=MAX_TEXT, persist_state="session",
            placeholder="MATCH (n:Entity)-[r]->(m:Entity) RETURN n, r, m ORDER BY r.id LIMIT 25",
        )  # fmt: skip
        left, middle, right = st.columns([0.6, 0.2, 0.2])
        with left:
            parameters = st.text_area(
                "Parameters (JSON)", key=PARAMETERS, height=84, max_chars=MAX_TEXT, persist_state="session",
                placeholder='{"id": "openai"}', help="One JSON object; $id in the text stands for its value.",
            )  # fmt: skip
        with middle:
            limit = st.number_input(
                "Time limit (s)", 0.5, MAX_TIMEOUT_S, min(load_settings().timeout_s, MAX_TIMEOUT_S), 0.5,
                key="console-timeout", persist_state="session",
            )  # fmt: skip
        with right:
            cap = st.number_input(
                "Most rows",
                1,
                MAX_ROWS_LIMIT,
                DEFAULT_MAX_ROWS,
                100,
                key="console-rows",
                persist_state="session",
            )
        pressed = st.form_submit_button(
            "Run", type="primary", icon=":material/play_arrow:", key="console-run"
        )
    if not (pressed or asked_again()):
        return None
    if not (text or "").strip():
        st.info("Write a query first, or take one of the examples.")
        return None
    return text or "", parameters or "", float(limit or 1), int(cap or 1)


def run(text: str, parameters: str, limit: float, cap: int) -> None:
    """Run a text once and keep what came of it."""
    share(text, parameters)
    store = data.the_store()
    try:
        values = read_parameters(parameters)
    except ExplorerError as error:
        keep(Outcome(text, parameters, {}, limit, cap, None, error, data.version()))
        return
    ended(
        run_pressed(
            f"Running, at most {limit:g} s",
            lambda: store.query(text, values, max_rows=cap, timeout_s=limit),
            key="console",
            about=(text, parameters, values, limit, cap),
        )
    )


def ended(query: Work[Rows]) -> None:
    """Keep what came of a query: rows, an error, or that it was stopped."""
    rows, error = None, query.error
    if query.stopped:
        error = QueryError("The query was stopped.", hint="Narrow it, or run it again.")
    elif not isinstance(error, ExplorerError):
        rows, error = query.value(), None
    keep(Outcome(*query.about, rows, error, data.version()))


def show(outcome: Outcome) -> None:
    """What came of the last run."""
    if outcome.error is not None:
        fault(outcome, outcome.error)
        return
    rows = outcome.rows
    if rows is None:
        return
    if outcome.version != data.version():
        st.caption("The data has changed since this was run.")
    rows_line(rows)
    if not rows.rows:
        st.write("No rows. Names are case-sensitive; see the labels, tie types and properties above.")
        return
    graph = data.graph(as_of=None, all_statuses=True)
    found = found_in(rows, graph.__contains__, tie_ids().__contains__)
    units = found.units
    key = f"console-{outcome.number}"
    chosen = result_table(rows, units, f"{key}-table", "Rows of the query")
    if chosen is not None:
        row_panel(chosen, units, f"{key}-row", None)
    downloads(rows, "rows", f"{key}-file")
    again(outcome)
    save_form(outcome, rows, units)
    drawing(found, graph, key)


def fault(outcome: Outcome, error: ExplorerError) -> None:
    """Why the last run gave no rows, and where the fault is."""
    if isinstance(error, WriteRefused):
        st.error(
            f"**This console only reads; use Import.** {md(error.message, 300)}", icon=":material/edit_off:"
        )
        way(DATA, "Bring your own data", ":material/upload:", part="bring")
        return
    show_error(error)
    if isinstance(error, QuerySyntaxError):
        place = pointed(outcome.text, error.line, error.column)
        if place:
            st.code(place, language=None)


def drawing(found: Found, graph: Any, key: str) -> None:
    """The entities and ties that the rows hold; without ties, the facts among the entities."""
    if not found.entities and not found.ties:
        st.caption("To draw an answer, return nodes, ties or paths, or columns of ids.")
        return
    st.subheader("Drawing")
    if found.ties:
        drawn = part(graph, [*found.entities, *ends_of(found.ties)], found.ties)
    else:
        drawn = part(data.graph(as_of=None, all_statuses=False), found.entities)
        st.caption("The rows hold no ties; drawn are the facts recorded among the entities.")
    draw(picture(drawn), drawn, f"{key}-drawing", title="Rows of the query")


def again(outcome: Outcome) -> None:
    """The query for use elsewhere: its address and Python."""
    with st.expander("Link, Python", icon=":material/share:"):
        link, python = st.tabs(["Link", "Python"])
        with link:
            if outcome.fits_a_link:
                st.code(
                    address_of("views/console.py", {"q": outcome.text, "p": outcome.parameters}),
                    language=None, wrap_lines=True,
                )  # fmt: skip
                st.caption("The link fills in the text and the parameters; whoever opens it presses Run.")
            else:
                st.caption("The text is too long for a link. Save it as a saved query, or send it as a file.")
        with python:
            st.code(
                cypher_python(
                    outcome.text, outcome.values, data.the_store().location, max_rows=outcome.cap,
                    timeout_s=outcome.limit,
                ),
                language="python", wrap_lines=True,
            )  # fmt: skip
            st.caption("Run it in the folder of this app; it reads the same store, with the app open or not.")


if __name__ == "__main__":
    page()
