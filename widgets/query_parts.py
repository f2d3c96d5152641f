"""What the query library and the console share: the table of an answer, its row, downloads, ways on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from graph.exports.rows import ROW_FORMATS, plain_value
from graph.queries.catalogue import catalogue
from graph.store import NodeValue, PathValue, Rows, TieValue
from graph.wording import counted
from widgets import data
from widgets.parts import QUERIES, entity_link, ties_markdown
from widgets.text import md, page_address, plain

CONSOLE, DATA = "views/console.py", "views/data.py"
MOST_ENTITIES_OF_A_ROW = 12
# Links to the page one is on are drawn as chosen and cut to one line; in a list of questions the whole one counts.
_WHOLE_TITLES = (
    "<style>[class*=st-key-questions-] [data-testid=stPageLink] :is(a, a *) "
    "{ background: none; white-space: normal; overflow: visible; height: auto; }</style>"
)
_ID_UNITS = ("entity id", "tie id", "entity ids", "tie ids", "source id", "source ids")


def address_of(page: str, values: Mapping[str, str | None]) -> str:
    """The full address of a page of this app with its values; without the host where it is not known."""
    query = urlencode({name: value for name, value in values.items() if value})
    base = (st.context.url or "").split("?")[0]
    start = base or f"/{Path(page).stem}"
    return f"{start}?{query}" if query else start


def whole_titles() -> None:
    """Let links to questions, in containers whose key starts with ``questions-``, show their whole text."""
    st.html(_WHOLE_TITLES)


def keep_address() -> None:
    """Show in the browser what the page was opened with.

    A link from a page to itself changes what the script sees and, in Streamlit 1.67, not the address bar.
    Sending an address that is there already changes nothing, the history of the browser included.
    """
    st.query_params.from_dict(st.query_params.to_dict())


def way(page: str, label: str, icon: str, **values: str | None) -> None:
    """A link to another page of the app, if the app has it."""
    query = {name: value for name, value in values.items() if value}
    try:
        st.page_link(page, label=label, icon=icon, query_params=query)
    except st.errors.StreamlitPageNotFoundError:
        return


def rows_line(rows: Rows) -> None:
    """How many rows in how many seconds, and whether the cap cut them."""
    count = len(rows.rows)
    cut = " — cut here, there are more" if rows.truncated else ""
    st.markdown(f"**{counted(count, 'row')}**{cut} in {rows.seconds:.2f} s")


def downloads(rows: Rows, name: str, key: str) -> None:
    """A button for each file format; nothing is built before the click."""
    with st.container(horizontal=True):
        for format_id, form in ROW_FORMATS.items():
            st.download_button(
                form.title,
                lambda form=form: form.write(rows),
                file_name=f"{name}{form.suffix}",
                mime=form.mime,
                key=f"{key}-{format_id}",
                icon=":material/download:",
                on_click="ignore",
            )


def result_table(rows: Rows, units: Mapping[str, str], key: str, title: str) -> dict[str, Any] | None:
    """Rows as a table; returns the selected row. Ids link to pages, shares are percent, amounts short."""
    records = rows.dicts()
    table = [{name: _cell(value, units.get(name, "")) for name, value in row.items()} for row in records]
    _level(table, rows.columns)
    last = [name for name in rows.columns if units.get(name) in _ID_UNITS]
    event = st.dataframe(
        table,
        column_config={name: _column(name, units.get(name, "")) for name in rows.columns},
        column_order=[*(name for name in rows.columns if name not in last), *last],
        hide_index=True,
        placeholder="not known",
        alt=title,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
    )
    chosen = selected_rows(event)
    st.caption("Tick a row to see what it rests on and to ask further questions; ids open in a new tab.")
    return records[chosen[0]] if chosen and chosen[0] < len(records) else None


def selected_rows(event: object) -> list[int]:
    """Positions of the rows that a table says are selected."""
    try:
        return [int(place) for place in event["selection"]["rows"]]  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return []


def row_panel(row: Mapping[str, Any], units: Mapping[str, str], key: str, as_of: str | None) -> None:
    """The entities of a row as links, the ties it rests on as sentences, and questions about one of them."""
    graph = data.graph(as_of=None, all_statuses=True)
    wanted = set(ids_in(row, units, "tie"))
    named = ids_in(row, units, "entity") or ends_of(sorted(wanted))
    entities = [name for name in named if name in graph][:MOST_ENTITIES_OF_A_ROW]
    with st.container(border=True):
        if not entities and not wanted:
            st.caption("This row names no entity and no tie.")
            return
        with st.container(horizontal=True):
            for entity in entities:
                node = graph.nodes[entity]
                entity_link({"id": entity, "name": node["name"], "kind": node["kind"]}, as_of=as_of)
        ties = list(data.the_store().ties(sorted(wanted))) if wanted else []
        if ties:
            ties_markdown(ties[:20], graph)
        if entities:
            ask_about(entities, graph, key, as_of)


def ask_about(entities: Sequence[str], graph: Any, key: str, as_of: str | None) -> None:
    """Every question that takes an entity, filled in with one of these."""
    chosen = entities[0]
    names = {entity: plain(graph.nodes[entity]["name"], 40) for entity in entities}
    if len(entities) > 1:
        chosen = (
            st.pills(
                "Ask about", list(names), format_func=lambda entity: md(names[entity]), default=chosen, key=f"{key}-about",
                required=True,
            )
            or chosen
        )  # fmt: skip
    questions = catalogue().about_an_entity()
    label = f"Ask about {md(names[chosen])} ({counted(len(questions), 'question')})"
    with st.container(key=f"questions-{key}"), st.expander(label, icon=":material/help:"):
        whole_titles()
        for column, part in zip(st.columns(2), (questions[::2], questions[1::2]), strict=True):
            with column:
                for query, parameter in part:
                    needed = [p for p in query.parameters if p.required and p.name != parameter]
                    takes_date = any(p.name == "as_of" for p in query.parameters)
                    way(
                        QUERIES, md(query.title), ":material/arrow_forward:", id=query.id,
                        run=None if needed else "1", as_of=as_of if takes_date else None, **{parameter: chosen},
                    )  # fmt: skip


def ids_in(row: Mapping[str, Any], units: Mapping[str, str], word: str) -> list[str]:
    """Ids of entities, or of ties, that a row holds: in columns of ids, nodes, ties and paths; each once."""
    found: dict[str, None] = {}
    for name, value in row.items():
        if units.get(name) in (f"{word} id", f"{word} ids"):
            found |= dict.fromkeys(str(item) for item in _items(value))
        for part in _parts(value):
            if isinstance(part, TieValue):
                ends = [part.from_id, part.to_id] if word == "entity" else [part.properties.get("id")]
                found |= dict.fromkeys(str(end) for end in ends if end)
            elif word == "entity" and part.properties.get("id"):
                found[str(part.properties["id"])] = None
    return list(found)


def ends_of(ties: Sequence[str]) -> list[str]:
    """Ids of the entities that these ties join, each once."""
    found = data.the_store().ties(ties) if ties else ()
    return list(dict.fromkeys(end for tie in found for end in (tie.from_id, tie.to_id)))


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _parts(value: Any) -> list[NodeValue | TieValue]:
    if isinstance(value, (NodeValue, TieValue)):
        return [value]
    if isinstance(value, PathValue):
        return [*value.nodes, *value.ties]
    return [part for item in _items(value) if item is not value for part in _parts(item)]


def _cell(value: Any, unit: str) -> Any:
    if unit == "entity id" and isinstance(value, str):
        return page_address("entity", id=value)
    if unit == "link":
        return value if str(value).startswith(("http://", "https://")) else None
    return shown(value)


def shown(value: Any) -> Any:
    """A value for a cell: numbers stay, everything else is one line of text."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return plain(value, 500)
    if isinstance(value, NodeValue):
        names = (value.properties.get(field) for field in ("name", "title", "id"))
        return plain(str(next(filter(None, names), "a node")), 120)
    if isinstance(value, TieValue):
        return plain(f"{value.from_id} {value.type} {value.to_id}", 200)
    if isinstance(value, PathValue):
        return plain(" – ".join(str(shown(node)) for node in value.nodes), 500)
    if isinstance(value, (list, tuple)):
        return plain(", ".join("not known" if item is None else str(shown(item)) for item in value), 500)
    return plain(str(plain_value(value)), 500)


def _level(table: list[dict[str, Any]], columns: Sequence[str]) -> None:
    """Make a column of several types text, in place: a table column has one type."""
    for name in columns:
        kinds = {type(row[name]) for row in table if row[name] is not None}
        if len(kinds) > 1 and not kinds <= {int, float}:
            for row in table:
                row[name] = None if row[name] is None else str(row[name])


def _column(name: str, unit: str) -> Any:
    label = plain(name.replace("_", " "), 60)
    if unit == "entity id":
        return st.column_config.LinkColumn(label, display_text=r"id=([^&]+)")
    if unit == "link":
        return st.column_config.LinkColumn(label)
    if unit == "fraction":
        return st.column_config.NumberColumn(label, format="percent")
    if unit == "US dollars":
        return st.column_config.NumberColumn(label.replace(" usd", " (US$)"), format="compact")
    return st.column_config.Column(label)
