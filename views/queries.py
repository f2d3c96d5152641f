"""Saved queries: cards by category, a form made from the header, the answer as table and drawing."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import streamlit as st

from graph.dates import parse_date
from graph.errors import ExplorerError, SchemaViolation
from graph.ontology import ontology
from graph.pictures.picture import part, picture
from graph.queries.catalogue import catalogue
from graph.queries.header import QueryParameter, SavedQuery
from graph.store import Rows
from widgets import data
from widgets.drawing import draw
from widgets.parts import QUERIES, entity_picker, param, remember, show_error
from widgets.text import md, plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def page() -> None:
    """The page."""
    asked = param("id")
    if asked is None:
        library()
        return
    query = catalogue().get(asked)
    st.page_link(QUERIES, label="All saved queries", icon=":material/arrow_back:")
    st.title(md(query.title))
    st.write(md(query.about, 800))
    values = form(query)
    with st.expander("Show Cypher"):
        st.code(query.text, language="cypher", wrap_lines=True)
    if values is not None:
        answer(query, values)


def library() -> None:
    """Every query as a card, searchable."""
    st.title("Saved queries")
    text = st.text_input(
        "Search questions",
        type="search",
        key="query-search",
        placeholder="customers, board, loops …",
        live=True,
    )
    found = catalogue().search(text or "")
    st.caption(f"{len(found)} of {len(catalogue())} questions")
    if not found:
        st.write("No question has all of these words. Try fewer.")
    for category in dict.fromkeys(query.category for query in found):
        st.subheader(category.capitalize())
        for query in (each for each in found if each.category == category):
            st.page_link(QUERIES, label=f"**{md(query.title)}**", query_params={"id": query.id})
            st.caption(md(query.about))


def form(query: SavedQuery) -> dict[str, str] | None:
    """The form of a query; its values when it should run. They go into the address."""
    with st.form(f"form-{query.id}", border=bool(query.parameters)):
        values = {parameter.name: field(query, parameter) for parameter in query.parameters}
        run = st.form_submit_button("Run", type="primary", icon=":material/play_arrow:")
    if run:
        remember(run="1", **values)
    if param("run") != "1" and query.parameters:
        return None
    missing = [p.name for p in query.parameters if p.required and not values[p.name]]
    if missing:
        st.info(f"Still needed: {md(', '.join(missing))}.")
        return None
    return {name: value for name, value in values.items() if value is not None}


def field(query: SavedQuery, parameter: QueryParameter) -> str | None:
    """One input; text as a person would type it, None when left empty."""
    key = f"field-{query.id}-{parameter.name}"
    label = f"{parameter.name.replace('_', ' ')}{' (optional)' if not parameter.required else ''}: {parameter.about}"
    given = param(parameter.name)
    if parameter.type == "entity id":
        return entity_picker(
            md(label), f"{key}-{given}", given or (parameter.example if parameter.required else None)
        )
    if parameter.type == "yes or no":
        return "yes" if st.toggle(md(label), value=(given or parameter.default) == "yes", key=key) else "no"
    options = {"tie type": ontology().types, "kind": ontology().kinds, "status": ontology().statuses}.get(
        parameter.type
    )
    if options is not None:
        names = list(options)
        return st.selectbox(
            md(label), names, index=names.index(given) if given in names else None, key=key, placeholder="any"
        )
    start = given or parameter.default or (parameter.example if parameter.required else "")
    return (st.text_input(md(label), value=start, key=key) or "").strip() or None


def answer(query: SavedQuery, values: dict[str, str]) -> None:
    """Run it and show rows, drawing and downloads; a wrong value is one message."""
    try:
        for parameter in query.parameters:
            if parameter.type == "as-of date" and values.get(parameter.name):
                parse_date(values[parameter.name], field=parameter.name)
        rows = data.answer(query.id, values)
    except SchemaViolation as error:
        show_error(error)
        return
    except ExplorerError as error:
        show_error(error)
        return
    cut = f", cut at {len(rows.rows):,}" if rows.truncated else ""
    st.markdown(
        f"**{len(rows.rows):,} row{'s' if len(rows.rows) != 1 else ''}**{cut} in {rows.seconds:.2f} s"
    )
    if not rows.rows:
        st.write(
            "Nothing recorded answers this with these values. That is an answer too; widen the values to check."
        )
        return
    show_table(query, rows)
    downloads(query, rows)
    drawing(query, rows, values)


def show_table(query: SavedQuery, rows: Rows) -> None:
    """Rows as a table: ids become links, shares percent, amounts dollars."""
    units = {column.name: column.unit for column in query.columns}
    table = [{name: shown(value, units[name]) for name, value in row.items()} for row in rows.dicts()]
    config: dict[str, Any] = {}
    for name, unit in units.items():
        label = name.replace("_", " ")
        if unit == "entity id":
            config[name] = st.column_config.LinkColumn(label, display_text=r"id=([^&]+)")
        elif unit == "link":
            config[name] = st.column_config.LinkColumn(label)
        elif unit == "fraction":
            config[name] = st.column_config.NumberColumn(label, format="percent")
        elif unit == "US dollars":
            config[name] = st.column_config.NumberColumn(label, format="dollar")
        else:
            config[name] = st.column_config.Column(label)
    first = [
        name
        for name in units
        if units[name] not in ("entity id", "tie id", "entity ids", "tie ids", "source ids")
    ]
    order = [*first, *(name for name in units if name not in first)]
    st.dataframe(
        table,
        column_config=config,
        column_order=order,
        hide_index=True,
        placeholder="not known",
        alt=query.title,
    )


def shown(value: Any, unit: str) -> Any:
    """A cell for the table."""
    if value is None:
        return None
    if unit == "entity id":
        return f"/entity?id={value}"
    if unit == "link":
        return value if str(value).startswith(("http://", "https://")) else None
    if isinstance(value, list):
        return ", ".join(plain(str(item)) for item in value)
    return plain(value, 500) if isinstance(value, str) else value


def downloads(query: SavedQuery, rows: Rows) -> None:
    """CSV and JSON of the answer."""
    with st.container(horizontal=True):
        st.download_button(
            "CSV", lambda: as_csv(rows), f"{query.id}.csv", "text/csv", key="csv", icon=":material/download:", on_click="ignore"
        )  # fmt: skip
        st.download_button(
            "JSON", lambda: as_json(rows), f"{query.id}.json", "application/json", key="json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def as_csv(rows: Rows) -> bytes:
    """CSV for spreadsheets: a text that a spreadsheet would run as a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rows.columns)
    for row in rows.rows:
        writer.writerow([guarded(cell) for cell in row])
    return out.getvalue().encode("utf-8")


def guarded(cell: Any) -> Any:
    """One cell of the CSV."""
    if cell is None:
        return ""
    text = ";".join(map(str, cell)) if isinstance(cell, list) else cell
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def as_json(rows: Rows) -> bytes:
    """JSON: a list of objects."""
    return json.dumps(rows.dicts(), ensure_ascii=False, indent=1, default=str).encode("utf-8")


def drawing(query: SavedQuery, rows: Rows, values: dict[str, str]) -> None:
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
    key = f"query-{query.id}-" + "-".join(f"{name}={values[name]}" for name in sorted(values))
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


if __name__ == "__main__":
    page()
