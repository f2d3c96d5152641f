"""One entity: who it is, how it stands, and all that is recorded about it, told from its side."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from graph.dossier import Dossier
from graph.model import Entity
from graph.timeline import first_dated
from widgets import data
from widgets.address_inputs import follow, keep
from widgets.entity_parts import actions, carried, figure_row, head
from widgets.entity_tabs import money_tab, network_tab, rank_tab, sources_tab, ties_tab, timeline_tab
from widgets.parts import ENTITY, as_of_input, entity_link, entity_picker, left_out_caption, param
from widgets.text import md

Tab = Callable[[Dossier, str | None, bool], None]
TABS: dict[str, tuple[str, Tab]] = {
    "ties": ("Ties", ties_tab),
    "network": ("Network", network_tab),
    "timeline": ("Timeline", timeline_tab),
    "money": ("Money in and out", money_tab),
    "rank": ("Rank", rank_tab),
    "sources": ("Sources", sources_tab),
}


def page() -> None:
    """The page."""
    entity = chosen()
    if entity is None:
        return
    st.title(md(entity.name, 120))
    top = st.container()
    as_of, plans = settings(entity)
    found = data.the_dossier(entity.id, as_of, plans)
    with top:
        head(entity, found)
        actions(entity, found, as_of, plans)
    if not found.lines:
        nothing(entity, found, as_of, plans)
        return
    figure_row(found, as_of)
    tabs(found, as_of, plans)


def chosen() -> Entity | None:
    """The entity of the address, or a way to choose one."""
    asked = param("id")
    entity = data.the_store().entity(asked) if asked else None
    if entity is not None:
        return entity
    st.title("Entity" if not asked else "Not found")
    if asked:
        st.write(f"There is no entity “{md(asked, 80)}”. Did you mean one of these?")
        index = data.names()
        near = [match.entity for match in index.search(asked, limit=3)] or index.nearest(asked, 3)
        for other in near:
            entity_link(other)
    picked = entity_picker("Choose an entity", "entity-pick", None)
    if picked:
        st.switch_page(ENTITY, query_params={"id": picked})
    return None


def settings(entity: Entity) -> tuple[str | None, bool]:
    """Date and plans; and another entity, with the same two."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=150):
            follow("entity-as-of", "as_of", param("as_of") or "")
            as_of = as_of_input("entity-as-of")
            keep("entity-as-of", "as_of", as_of)
        follow("entity-plans", "all", param("all") == "1")
        with st.container(width=330):
            picked = entity_picker("Another entity", f"entity-pick-{entity.id}", entity.id)
        plans = st.toggle(
            "Plans, dropped plans and allegations", key="entity-plans",
            help="Announced, planned, considered, abandoned and alleged ties: none of them is a fact.",
        )  # fmt: skip
        keep("entity-plans", "all", "1" if plans else None)
    if picked and picked != entity.id:
        st.switch_page(ENTITY, query_params={"id": picked, **carried(as_of, plans)})
    return as_of, plans


def nothing(entity: Entity, found: Dossier, as_of: str | None, plans: bool) -> None:
    """No tie is left: when there is one, and the way there."""
    first = first_dated(data.the_dossier(entity.id, None, plans).lines) if as_of else None
    when = f" as of {md(as_of)}" if as_of else ""
    if first:
        st.info(
            f"No recorded ties{when}; the first dated one starts {md(first)}.", icon=":material/event_busy:"
        )
        st.button(
            f"Go to {first}", key="entity-first", icon=":material/event:", type="primary",
            on_click=lambda: st.session_state.update({"entity-as-of": first}),
        )  # fmt: skip
    else:
        st.info(f"No recorded ties{when}.", icon=":material/event_busy:")
    left_out_caption(found.left_out, as_of)


def tabs(found: Dossier, as_of: str | None, plans: bool) -> None:
    """The tabs; only the open one is computed, and its name stands in the address."""
    titles = {key: title for key, (title, _) in TABS.items()}
    asked = param("tab")
    follow("entity-tab", "tab", titles.get(asked or "", "Ties"))
    made = st.tabs(list(titles.values()), key="entity-tab", on_change="rerun")
    for place, (key, (_, draw)) in zip(made, TABS.items(), strict=True):
        if place.open:
            keep("entity-tab", "tab", key if key != "ties" else None)
            with place:
                draw(found, as_of, plans)


if __name__ == "__main__":
    page()
