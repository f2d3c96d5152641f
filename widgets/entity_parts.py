"""Parts of the entity page: its head, its figures, ways on, and ties as rows that stay usable by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

import networkx as nx
import streamlit as st

from graph.claims_apart import contradicted, disagreements
from graph.dossier import Dossier, TieLine
from graph.exports.brief import entity_brief
from graph.model import Entity
from graph.ontology import ontology
from graph.standing import Customers, Ranking, customers, figures, rankings, surroundings
from graph.wording import (
    STUB,
    amount_text,
    basis_text,
    counted,
    entity_facts,
    has_share,
    identifier_text,
    quantity_text,
    share_size,
    share_text,
)
from widgets import data
from widgets.origin_line import last_read
from widgets.parts import ENTITY, PATHS, cited, param
from widgets.query_parts import address_of, way
from widgets.sheet import sheet_button
from widgets.text import md, page_address, plain

# A link to the page one is on is drawn as chosen and cut to one line; in a list of ties it is a name like others.
_NAMES = (
    "<style>[class*=-tie-list] [data-testid=stPageLink] :is(a, a *) { background: none; white-space: normal; "
    "overflow: visible; height: auto; font-weight: 600; text-decoration: underline; "
    "text-underline-offset: 2px; }</style>"
)
# The range of an index must fit into half the width of a phone.
_CARDS = "<style>.st-key-entity-figures [data-testid=stMetricValue] { font-size: 1.65rem; }</style>"
PAGE_SIZE = 25  # ties of one list on the screen
NOT_KNOWN = "not known"
_TO_THE_WHOLE = frozenset({"PART_OF"})  # ties from part to whole: the whole stands with the owners
QUESTIONS = {
    ("ownership", False): "Who owns, bought or controls it",
    ("ownership", True): "What it owns, bought or controls",
    ("money", False): "Who funds it",
    ("money", True): "Whom it funds",
    ("people", False): "Who founded, runs, directs or advises it",
    ("people", True): "What they founded, run, direct or advise",
    ("supply", False): "Who supplies it",
    ("supply", True): "Whom it supplies",
    ("oversight", False): "Who sues or oversees it",
    ("oversight", True): "Whom it sues or oversees",
    ("alliance", True): "Partners",
    ("rivalry", True): "Competitors",
    ("other", True): "Other ties",
}
"""Family of ties, and whether they lead away from the entity, to the question that they answer."""


def carried(as_of: str | None, plans: bool) -> dict[str, str]:
    """What a link to another entity takes along: the date, and whether plans are shown."""
    return {**({"as_of": as_of} if as_of else {}), **({"all": "1"} if plans else {})}


def head(entity: Entity, found: Dossier) -> None:
    """Kind, where and since when, roles, other names, description, ids in registers and what these say beside."""
    facts = [fact for fact in entity_facts(entity) if fact != STUB]
    facts += [sector.replace("-", " ") for sector in entity.sectors]
    parts = [
        f":gray-badge[{md(ontology().kinds[entity.kind].title)}]",
        md(" · ".join(filter(None, facts)), 200),
    ]
    parts += [f":blue-badge[{md(role)}]" for role in found.roles]
    if entity.stub:
        parts.append(f":orange-badge[{STUB}]")
    st.markdown(" ".join(filter(None, parts)))
    if entity.aliases:
        st.caption(f"Also known as {md(', '.join(entity.aliases))}")
    if entity.description:
        st.write(md(entity.description, 600))
    if entity.note:
        st.caption(f"Note: {md(entity.note, 600)}")
    if entity.identifiers:
        st.caption(md(" · ".join(identifier_text(each) for each in entity.identifiers), 1_000))
    if entity.stub:
        st.caption("No record of its own was loaded: ties of others name it, and that is all that is known.")
    last_read(entity)


def actions(entity: Entity, found: Dossier, as_of: str | None, plans: bool) -> None:
    """Ways on from the entity, on one row: questions, canvas, link, brief."""
    more = carried(as_of, plans)
    with st.container(horizontal=True, vertical_alignment="center"):
        way(PATHS, "Path from here", ":material/logout:", **{"from": entity.id}, **more)
        way(PATHS, "Path to here", ":material/login:", to=entity.id, **more)
        way("views/dependencies.py", "Who depends", ":material/account_tree:", id=entity.id, as_of=as_of)
        way("views/ownership.py", "Who owns", ":material/pie_chart:", id=entity.id, as_of=as_of)
        way("views/explore.py", "Add to canvas", ":material/hub:", id=entity.id, **more)
        with st.popover("Copy link", icon=":material/link:", key="entity-link"):
            shared = {name: param(name) for name in ("as_of", "all", "tab", "types", "depth")}
            st.code(address_of(ENTITY, {"id": entity.id, **shared}), language=None, wrap_lines=True)
        st.download_button(
            "Brief", lambda: entity_brief(found, as_of=as_of, data_version=data.version()).encode("utf-8", "replace"),
            file_name=f"interlock-{entity.id[:60]}.md", mime="text/markdown", key="entity-brief",
            icon=":material/download:", on_click="ignore", help="All ties as sentences with their sources, as Markdown",
        )  # fmt: skip


def figure_row(found: Dossier, as_of: str | None) -> None:
    """The figures of an entity, each with what it speaks of; what nobody recorded is not known."""
    numbers = figures(found, as_of)
    shown = customers(surroundings(found), found.entity.id)
    st.html(_CARDS)
    with st.grid(min_column_width=160, gap="small", key="entity-figures"):
        if found.entity.kind in ("company", "organization") or shown:
            _customer_figures(shown or Customers())
            _figure("Investors", numbers.investors, "invested or hold a stake")
            former = f"{numbers.board_former} former" if numbers.board_former else ""
            _figure("Board members", numbers.board, former, "Recorded members who have not left.")
        else:
            _figure("Holdings", numbers.investments, "invested in, bought or held")
            _figure("Roles and seats", numbers.offices, "not ended")
        points = len(disagreements(found.lines)) + len(contradicted(found.lines))
        below = f"disagree on {counted(points, 'point')}" if points else ""
        _figure("Sources", numbers.sources, below)
    if shown and shown.problem:
        st.caption(f"No concentration figure: {md(shown.problem, 400)}")
    largest_customer(found)


def largest_customer(found: Dossier) -> None:
    """The largest share of revenue that was ever disclosed, with its period and source."""
    lines = [
        line for line in found.lines
        if has_share(line.tie) and line.tie.share_basis == "revenue" and line.tie.is_fact
        and line.tie.type == "SUPPLIES" and line.tie.from_id == found.entity.id
    ]  # fmt: skip
    if lines:
        line = max(
            lines, key=lambda each: (each.tie.share or each.tie.share_min or 0, each.tie.start_date or "")
        )
        st.markdown(
            f"**Largest disclosed customer share:** {md(line.other.name, 80)}, {md(share_text(line.tie))} "
            f":small[{cited(line.sources)}]"
        )


def _customer_figures(shown: Customers) -> None:
    _card(
        "Top customer share", shown.share, ", ".join(filter(None, (shown.name, shown.period))),
        "Share of revenue of the largest named customer, in the newest period that was measured.",
    )  # fmt: skip
    _card(
        "Customer concentration", shown.hhi, ", ".join(filter(None, ("HHI" if shown.hhi else "", shown.period))),
        "Herfindahl-Hirschman index, the sum of squared percentage shares: 0 to 10,000. A range, because not "
        "all customers are named: they may be many and small, or one.",
    )  # fmt: skip


def _figure(label: str, number: int, below: str = "", about: str | None = None) -> None:
    _card(label, f"{number:,}" if number else "", below if number or "former" in below else "", about)


def _card(label: str, value: str, below: str, about: str | None = None) -> None:
    st.metric(
        label,
        md(value) or f":gray[{NOT_KNOWN}]",
        md(below, 60) or None,
        delta_color="off",
        delta_arrow="off",
        help=about,
    )


def grouped(lines: Iterable[TieLine], entity_id: str) -> list[tuple[str, list[TieLine]]]:
    """Lines under the question that they answer, in the order of ``QUESTIONS``."""
    groups: dict[str, list[TieLine]] = {title: [] for title in QUESTIONS.values()}
    for line in lines:
        out = line.tie.from_id == entity_id or not ontology().types[line.tie.type].directed
        out = out != (line.tie.type in _TO_THE_WHOLE)
        title = QUESTIONS.get((line.family, out)) or QUESTIONS[(line.family, True)]
        groups[title].append(line)
    return [(title, _together(members)) for title, members in groups.items() if members]


def _together(lines: list[TieLine]) -> list[TieLine]:
    """The ties with one other entity next to one another, in the order in which the entities come."""
    by_other: dict[str, list[TieLine]] = {}
    for line in lines:
        by_other.setdefault(line.other.id, []).append(line)
    return [line for members in by_other.values() for line in members]


def tie_rows(
    lines: Sequence[TieLine], key: str, query: dict[str, str], *, lead: Callable[[TieLine], str] | None = None
) -> None:
    """Ties by the entity at the other end, a link to its page; long lists in pages.

    Args:
        lines: ties, those with one entity next to one another.
        key: of the widgets, unique on the page.
        query: what links to other entities take along.
        lead: Markdown before the sentence.
    """
    shown = paged(lines, key)
    st.html(_NAMES)
    with st.container(key=f"{key}-tie-list"):
        for _, members in groupby(shown, key=lambda line: line.other.id):
            here = list(members)
            other = here[0].other
            left, right = st.columns([0.27, 0.73], gap="small")
            with left:
                st.page_link(ENTITY, label=md(other.name, 60), query_params={"id": other.id, **query})
            right.markdown("\n".join(f"- {told(line, lead)}" for line in here))


def paged(items: Sequence[Any], key: str, size: int = PAGE_SIZE) -> Sequence[Any]:
    """The part of a long list that is on the screen, with the way to the other parts above it."""
    pages = -(-len(items) // size)
    if pages < 2:
        return items
    if st.session_state.get(key, 1) > pages:
        st.session_state[key] = 1
    with st.container(horizontal=True, vertical_alignment="center"):
        number = st.pagination(pages, key=key, max_visible_pages=5)
        first = (number - 1) * size
        st.caption(f"{first + 1:,} to {min(first + size, len(items)):,} of {len(items):,}")
    return items[first : first + size]


def told(line: TieLine, lead: Callable[[TieLine], str] | None = None) -> str:
    """One tie in Markdown: its sentence, its remark, its sources."""
    mark = "" if line.tie.is_fact else f":orange-badge[{line.tie.status}] "
    note = f"  \n  :gray[{md(line.tie.note)}]" if line.tie.note else ""
    start = lead(line) if lead else ""
    return f"{mark}{start}{md(line.sentence, 500)}{note}  \n  :small[{cited(line.sources)}]"


_RARE = ("other currency", "round in all", "shares or units", "interest", "held")
"""Columns that are left out where no tie has a value in them."""


def tie_grid(lines: Sequence[TieLine], key: str) -> None:
    """The same ties as a table; every one of them, however many."""
    types = ontology().types
    rows = [
        {
            "with": plain(line.other.name, 80),
            "tie": types[line.tie.type].title,
            "direction": "to" if line.tie.to_id == line.other.id else "from",
            "status": line.tie.status,
            "start": line.tie.start_date,
            "end": line.tie.end_date,
            "amount": line.tie.amount_usd,
            "other currency": None if line.tie.amount_usd is not None else amount_text(line.tie) or None,
            "round in all": line.tie.round_usd,
            "share": f"{share_size(line.tie)} of {plain(basis_text(line.tie))}" if share_size(line.tie) else None,
            "shares or units": quantity_text(line.tie) or None,
            "interest": plain(line.tie.interest, 80) or None,
            "held": line.tie.directness,
            "what": plain(", ".join(filter(None, (line.tie.role, line.tie.round, line.tie.product))), 120) or None,
            "sources": len(line.sources),
            "page": page_address("entity", id=line.other.id),
            "tie id": line.tie.id,
        }
        for line in lines
    ]  # fmt: skip
    unused = [name for name in _RARE if all(row[name] is None for row in rows)]
    rows = [{name: value for name, value in row.items() if name not in unused} for row in rows]
    st.dataframe(
        rows, hide_index=True, key=key, height=min(560, 38 + 35 * max(1, len(rows))), placeholder=NOT_KNOWN,
        alt="Ties as a table",
        column_config={
            "amount": st.column_config.NumberColumn("amount (US$)", format="compact"),
            "round in all": st.column_config.NumberColumn(
                "round in all (US$)", format="compact",
                help="The whole financing round, all investors together: never to be added up over investors.",
            ),
            "page": st.column_config.LinkColumn("page", display_text=r"id=([^&]+)"),
        },
    )  # fmt: skip
    st.caption(f"{counted(len(rows), 'tie')}. Links in a table open in a new tab.")
    sheet_button(rows, "Ties", key)


def the_rankings(as_of: str | None, plans: bool) -> tuple[Ranking, ...]:
    """The rankings of all entities at a date, computed once for each state of the data."""
    return _rankings(data.version(), as_of, plans)


@st.cache_resource(show_spinner=False, max_entries=12)
def _rankings(data_version: str, as_of: str | None, plans: bool) -> tuple[Ranking, ...]:
    graph: nx.MultiDiGraph = data.graph(as_of=as_of, all_statuses=plans)
    return rankings(graph)
