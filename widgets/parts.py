"""What pages share: links between pages, dates, entity pickers, tie lists, errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

import networkx as nx
import streamlit as st

from graph.dates import parse_date
from graph.errors import ExplorerError, SchemaViolation
from graph.model import Entity, Source, Tie
from graph.ontology import ontology
from graph.wording import counted, sentence
from widgets import data
from widgets.text import link, md, plain

MOST_OPTIONS = 3_000
"""Entities that a box can offer at once: all its options travel to the browser."""
MOST_MATCHES = 50
MOST_TEXT = 4_000
"""Of one value in the address: a list of ids of a large choice."""
HOME, ENTITY, PATHS = "views/home.py", "views/entity.py", "views/paths.py"
QUERIES, SOURCES = "views/queries.py", "views/sources.py"


def param(name: str) -> str | None:
    """A value of the address, None when absent or empty."""
    value = st.query_params.get(name)
    return value.strip()[:MOST_TEXT] or None if value else None


def remember(**values: str | None) -> None:
    """Put what a reader would share into the address; None removes."""
    for name, value in values.items():
        if value is None or value == "":
            if name in st.query_params:
                del st.query_params[name]
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def entity_link(
    entity: Entity | Mapping[str, object], *, as_of: str | None = None, label: str | None = None
) -> None:
    """A link to an entity's page."""
    key = str(entity.id if isinstance(entity, Entity) else entity["id"])
    name = entity.name if isinstance(entity, Entity) else str(entity["name"])
    kind = entity.kind if isinstance(entity, Entity) else str(entity["kind"])
    query = {"id": key, **({"as_of": as_of} if as_of else {})}
    st.page_link(
        ENTITY, label=label or f"{md(name, 60)} · {ontology().kinds[kind].title}", query_params=query
    )


def show_error(error: ExplorerError) -> None:
    """An error for people: what happened, what to do next; no trace."""
    st.error(f"**{md(error.message, 600)}**\n\n{md(error.hint, 400)}", icon=":material/error:")


def as_of_input(key: str) -> str | None:
    """The as-of field: a year, month or day; empty for any time. Stops the page on a wrong date."""
    if key not in st.session_state:
        st.session_state[key] = param("as_of") or ""
    text = st.text_input(
        "As of",
        key=key,
        placeholder="any time",
        help="A year, a month or a day: 2017, 2017-09 or 2017-09-20. Only ties that surely hold then are kept.",
    )
    as_of = (text or "").strip() or None
    if as_of:
        try:
            parse_date(as_of, field="as of")
        except SchemaViolation as error:
            show_error(error)
            st.stop()
    remember(as_of=as_of)
    return as_of


def labels() -> Mapping[str, str]:
    """A label for each entity, those with most ties first; no two are the same.

    A widget of choices tells its options apart by their labels alone.
    """
    return _labels(data.version())


@st.cache_resource(show_spinner=False, max_entries=4)
def _labels(data_version: str) -> Mapping[str, str]:
    index = data.names()
    found: dict[str, str] = {}
    seen: set[str] = set()
    for entity in sorted(index.entities, key=lambda each: (-index.ties[each.id], each.id)):
        others = f" ({plain(', '.join(entity.aliases[:2]), 40)})" if entity.aliases else ""
        label = f"{plain(entity.name, 60)}{others}"
        label = f"{label} [{plain(entity.id, 60)}]" if label in seen else label
        seen.add(label)
        found[entity.id] = label
    return found


def entity_picker(label: str, key: str, chosen: str | None) -> str | None:
    """A box with every entity, searched while typing; returns the id. Of a large graph, see :func:`options`."""
    names = labels()
    found = options(label, key, [st.session_state.get(key), chosen])
    place = found.index(chosen) if chosen in found else None
    return st.selectbox(
        label, found, index=place, format_func=lambda each: names[each], key=key, placeholder="Type a name"
    )


def options(label: str, key: str, kept: Iterable[str | None]) -> list[str]:
    """What a box of entities offers: all of them, or, of more than a browser bears, those that match.

    Args:
        label, key: of the box; a search field stands before it when there are too many.
        kept: ids that are chosen already and must stay on offer.
    """
    names = labels()
    if len(names) <= MOST_OPTIONS:
        return list(names)
    text = st.text_input(
        f"Search: {label}", type="search", key=f"{key}-search", live=True, placeholder="Part of a name",
        help=f"There are {counted(len(names), 'entity')}; the box below offers those that match.",
    )  # fmt: skip
    if (text or "").strip():
        found = [match.entity.id for match in data.names().search(text, limit=MOST_MATCHES)]
    else:
        found = list(islice(names, MOST_MATCHES))
    return list(dict.fromkeys([*(each for each in kept if each in names), *found]))  # type: ignore[misc]


def cited(sources: Iterable[Source]) -> str:
    """Sources as Markdown links: publisher and date, each to its page."""
    parts = [
        link(f"{source.publisher}{f', {source.date}' if source.date else ''}", source.url)
        for source in sources
    ]
    return " · ".join(parts)


def tie_markdown(
    tie: Tie, from_name: str, to_name: str, sources: Mapping[str, Source], *, backward: bool = False
) -> str:
    """One tie as a sentence with its note and its sources."""
    told = md(sentence(tie, from_name, to_name, backward=backward), 500)
    mark = "" if tie.is_fact else f":orange-badge[{tie.status}] "
    note = f"  \n:gray[{md(tie.note)}]" if tie.note else ""
    rest = cited(sources[key] for key in tie.sources if key in sources)
    return f"{mark}{told}{note}  \n:small[{rest}]"


def ties_markdown(ties: Iterable[Tie], graph: nx.MultiDiGraph) -> None:
    """A list of ties as sentences with sources."""
    kept = list(ties)
    sources = data.sources_of(kept)

    def name(entity: str) -> str:
        return str(graph.nodes[entity]["name"]) if entity in graph else entity

    st.markdown(
        "\n".join(
            f"- {_indented(tie_markdown(tie, name(tie.from_id), name(tie.to_id), sources))}" for tie in kept
        )
    )


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def left_out_caption(left_out: Mapping[str, int], as_of: str | None) -> None:
    """Say what the picture does not hold, and why."""
    parts: list[str] = []
    if left_out.get("status"):
        parts.append(f"{left_out['status']} announced, planned, considered, dropped or alleged")
    if as_of and left_out.get("date"):
        parts.append(f"{left_out['date']} that did not hold as of {as_of}")
    if as_of and left_out.get("undated"):
        parts.append(f"{left_out['undated']} whose dates do not tell")
    if parts:
        st.caption(f"Not shown: {md(', '.join(parts))}.")
