"""Saved queries: cards by category, a form made from the header, the answer as table and drawing."""

from __future__ import annotations

import json

import streamlit as st

from graph.errors import ExplorerError
from graph.pictures.picture import part, picture
from graph.queries.catalogue import catalogue
from graph.queries.header import SavedQuery, body_of
from graph.queries.run import typed_values
from graph.queries.snippet import saved_query_python
from graph.store import Rows
from graph.wording import counted
from widgets import data
from widgets.address_inputs import follow, keep
from widgets.drawing import draw
from widgets.parts import QUERIES, param, show_error
from widgets.query_form import form
from widgets.query_parts import (
    CONSOLE,
    address_of,
    downloads,
    keep_address,
    result_table,
    row_panel,
    rows_line,
    way,
    whole_titles,
)
from widgets.text import md
from widgets.working import at_work


def page() -> None:
    """The page."""
    keep_address()
    asked = param("id")
    if asked is None:
        library()
        return
    query = catalogue().get(asked)
    st.page_link(QUERIES, label="All saved queries", icon=":material/arrow_back:")
    st.title(md(query.title))
    st.write(md(query.about, 800))
    tags(query)
    values = form(query)
    if values is None:
        again(query, {})
        return
    answer(query, values)


def library() -> None:
    """Every query as a card, searchable by words and by category."""
    st.title("Saved queries")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search questions",
            type="search",
            key="query-search",
            placeholder="customers, board, loops …",
            live=True,
            width=420,
        )
        way(CONSOLE, "Write your own in the console", ":material/terminal:")
    categories = catalogue().categories()
    asked = param("category")
    follow("query-category", "category", asked if asked in categories else None, [None, *categories])
    only = st.pills(
        "Category", categories, key="query-category", format_func=str.capitalize, label_visibility="collapsed"
    )
    keep("query-category", "category", only)
    found = [query for query in catalogue().search(text or "") if only in (None, query.category)]
    st.caption(f"{len(found)} of {counted(len(catalogue()), 'question')}")
    if not found:
        st.write("No question has all of these words. Try fewer, or write your own in the console.")
    whole_titles()
    for category in dict.fromkeys(query.category for query in found):
        st.subheader(category.capitalize())
        with st.grid(3, min_column_width=300):
            for query in (each for each in found if each.category == category):
                card(query)


def card(query: SavedQuery) -> None:
    """One question: what it asks, needs and gives."""
    with st.container(border=True, height="stretch", key=f"questions-{query.id}", gap="xsmall"):
        st.page_link(QUERIES, label=f"**{md(query.title)}**", query_params={"id": query.id})
        gives = ", ".join(
            column.name.replace("_", " ") for column in query.columns if not _is_id(column.unit)
        )
        st.caption(f"{md(query.about, 170)}  \nGives: {md(gives, 110)}")
        tags(query)


def tags(query: SavedQuery) -> None:
    """What the query must be told, and its tags, as small marks."""
    needs = [f":blue-badge[needs {md(p.name.replace('_', ' '))}]" for p in query.parameters if p.required]
    marks = [*needs, *(f":gray-badge[{md(tag, 40)}]" for tag in query.tags)]
    if marks:
        st.markdown(" ".join(marks))


def answer(query: SavedQuery, values: dict[str, str]) -> None:
    """Run it and show rows, drawing and downloads; a wrong value is one message."""
    try:
        typed = typed_values(query, values)
        rows = at_work("Running the query", data.answer, query.id, values)
    except ExplorerError as error:
        show_error(error)
        again(query, values)
        return
    rows_line(rows)
    if not rows.rows:
        st.write(
            "Nothing recorded answers this with these values. That is an answer too; widen the values to check."
        )
        again(query, typed)
        return
    key = f"query-{query.id}-" + "-".join(f"{name}={values[name]}" for name in sorted(values))
    units = {column.name: column.unit for column in query.columns}
    chosen = result_table(rows, units, f"{key}-table", query.title)
    if chosen is not None:
        row_panel(chosen, units, f"{key}-row", values.get("as_of"))
    downloads(rows, query.id, f"{key}-file")
    again(query, typed)
    drawing(query, rows, values, key)


def again(query: SavedQuery, values: dict[str, object]) -> None:
    """The query for use elsewhere: its address, its Cypher, Python with the same values, the console."""
    texts = {name: _as_text(value) for name, value in values.items() if value is not None}
    with st.expander("Link, Cypher, Python", icon=":material/share:"):
        link, cypher, python = st.tabs(["Link", "Cypher", "Python"])
        with link:
            run = "1" if texts or not query.parameters else None
            st.code(
                address_of(QUERIES, {"id": query.id, **texts, "run": run}), language=None, wrap_lines=True
            )
            st.caption("Whoever opens it sees the same question with the same values, on their own data.")
        with cypher:
            st.code(query.text, language="cypher", wrap_lines=True)
            way(
                CONSOLE, "Open in console", ":material/terminal:", q=body_of(query.text),
                p=json.dumps(values or dict(query.examples)),
            )  # fmt: skip
        with python:
            location = data.the_store().location
            st.code(
                saved_query_python(query.id, texts or query.examples, location),
                language="python",
                wrap_lines=True,
            )
            st.caption("Run it in the folder of this app; it reads the same store, with the app open or not.")


def drawing(query: SavedQuery, rows: Rows, values: dict[str, str], key: str) -> None:
    """The entities and ties that the rows name, if the header says so."""
    entities = ids(query.draw_entities, rows, values)
    if not entities:
        return
    ties = ids(query.draw_ties, rows, values)
    graph = data.graph(as_of=None, all_statuses=True)
    facts = data.graph(as_of=None, all_statuses=False)
    drawn = part(graph, entities, ties) if query.draw_ties else part(facts, entities)
    st.subheader("Drawing")
    focus = [
        values[name[1:]] for name in query.draw_entities if name.startswith("$") and values.get(name[1:])
    ]
    draw(picture(drawn, focus=focus), drawn, key, title=query.title)


def ids(names: tuple[str, ...], rows: Rows, values: dict[str, str]) -> list[str]:
    """Ids in the given columns and parameters, each once, in order."""
    found: dict[str, None] = {}
    for name in names:
        if name.startswith("$"):
            if values.get(name[1:]):
                found[values[name[1:]]] = None
            continue
        for row in rows.dicts():
            value = row[name]
            for item in value if isinstance(value, list) else [value]:
                if item is not None:
                    found[str(item)] = None
    return list(found)


def _is_id(unit: str) -> bool:
    return unit.endswith((" id", " ids"))


def _as_text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    page()
