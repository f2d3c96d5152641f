"""Whom a company depends on: shares of its customers and suppliers, chains, what-if shocks, chokepoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Statement
from graph.dates import parse_date
from graph.model import Entity
from graph.ontology import ontology
from widgets import analyses_dependence as calls
from widgets import data
from widgets.address_inputs import choice, choice_box, date_input, follow, keep, other_entity, switch
from widgets.answer import computed, downloads, show_answer, statements, ties_of
from widgets.dependence_pictures import (
    MOST_A_SIDE,
    chain_columns,
    continued,
    routes_picture,
    steps_picture,
    supply_picture,
    tall,
)
from widgets.dependence_shock import what_if
from widgets.drawing import draw
from widgets.parts import (
    as_of_input,
    entity_picker,
    left_out_caption,
    param,
    remember,
)
from widgets.query_parts import way
from widgets.sheet import sheet_button
from widgets.text import md, plain

PAGE, ENTITY = "views/dependencies.py", "views/entity.py"
PARTS = {
    "shares": "Customers and suppliers", "chain": "Up and down the chain", "what-if": "What if?",
    "chokepoints": "Chokepoints",
}  # fmt: skip
LOOKS = {
    "routes": "Routes to it", "held": "Sole suppliers", "cut": "Cut points", "substitutes": "Substitutes",
}  # fmt: skip
OF_ONE_ENTITY = ("period", "one", "gone", "root", "supplier", "only")
ALL = "all periods"
Graph = nx.MultiDiGraph


def page() -> None:
    """The page."""
    st.title("Dependencies")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320):
            entity = entity_input()
        with st.container(width=140):
            as_of = as_of_input("dep-as-of")
        plans = switch("dep-plans", "all", "Plans and allegations too", "None of them is a fact.")
        if entity:
            way(ENTITY, "Open its page", ":material/account_tree:", id=entity.id, as_of=as_of)
    if entity is None:
        nothing_chosen()
        return
    part = choice("What to look at", "dep-part", "part", PARTS, "shares")
    graph = data.graph(as_of=as_of, all_statuses=plans)
    {"shares": shares, "chain": chain, "what-if": what_if, "chokepoints": chokepoints}[part](
        entity, graph, as_of, plans
    )


def entity_input() -> Entity | None:
    """The entity that the page is about; another one starts without the choices made for the last."""
    asked = param("id")
    known = data.the_store().entity(asked) if asked else None
    follow("dep-id", "id", known.id if known else None)
    picked = entity_picker("Entity", "dep-id", None)
    if picked != asked and picked:
        remember(**dict.fromkeys(OF_ONE_ENTITY))
    keep("dep-id", "id", picked or (asked if known is None else None))
    return data.the_store().entity(picked) if picked else None


def nothing_chosen() -> None:
    """No entity yet, or one that does not exist: near names, and companies to start with."""
    if asked := param("id"):
        st.warning(f"There is no entity “{md(asked, 80)}”.", icon=":material/search_off:")
        near = [match.entity for match in data.names().search(asked, limit=3)]
        for other in near or data.names().nearest(asked, 3):
            link_here(other)
        return
    st.info("Choose a company to see who depends on whom.", icon=":material/hub:")
    measured = [entity for key in calls.companies_measured() if (entity := data.the_store().entity(key))]
    if measured:
        st.caption("Companies with the most recorded shares of revenue or cost:")
        for entity in measured:
            link_here(entity)


def link_here(entity: Entity) -> None:
    """A link to this page about another entity."""
    way(
        PAGE,
        f"{md(entity.name, 60)} · {ontology().kinds[entity.kind].title}",
        ":material/arrow_forward:",
        id=entity.id,
        as_of=param("as_of"),
    )


def shares(entity: Entity, graph: Graph, as_of: str | None, plans: bool) -> None:
    """Concentration of customers and suppliers."""
    how = counting(entity.id, graph)
    found = {side: calls.concentration(entity.id, side, how, as_of, plans) for side in calls.SIDES}
    names = calls.periods(found.values())
    chosen = period_input(entity.id, names)
    period = None if chosen == ALL else chosen
    key = f"dep-shares-{entity.id}-{as_of}-{plans}-{how}-{chosen}"
    answers = {side: calls.for_period(found[side], graph, period) for side in calls.SIDES}
    for side, answer in answers.items():
        st.markdown(f"##### {side.capitalize()}")
        st.markdown(statements(answer.statements, ties_of(answer, graph)))
        if side == "customers" or answer.rows:
            st.caption(md(" ".join(answer.notes), 1_500))
    drawn = period or (names[0] if names else None)
    sides = {side: calls.parties(graph, entity.id, found[side], side, drawn) for side in calls.SIDES}
    shares_drawing(entity, graph, found, sides, drawn, key, as_of)
    rows = calls.share_rows(graph, [*sides["customers"], *sides["suppliers"]], drawn)
    if rows:
        share_table(rows, key)
    left_out_caption(answers["customers"].provenance.left_out, as_of)
    computed(answers["customers"])
    for side, answer in answers.items():
        if side == "customers" or answer.rows:
            downloads(answer, ties_of(answer, graph), f"{key}-{side}")


def counting(company: str, graph: Graph) -> calls.Counting:
    """What counts as one, what is assumed, whose bands are used."""
    near = calls.counterparties(graph, company)
    asked = [each for each in (param("one") or "").split(",") if each in near]
    key = f"dep-one-{company}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320):
            follow(key, "one", asked)
            st.session_state[key] = [each for each in st.session_state[key] if each in near]
            one = st.multiselect(
                "Count as one group", near, key=key, placeholder="everybody alone",
                format_func=lambda each: plain(graph.nodes[each]["name"], 60),
                help="Such as two names behind which one state stands. A choice of at least two.",
            )  # fmt: skip
            keep(key, "one", ",".join(sorted(one)) or None)
        with st.container(width=190):
            rule = choice_box(
                "Bands of the guidelines of", "dep-bands", "bands", {"2023": "2023", "2010": "2010"}, "2023",
                help="US Merger Guidelines. They speak of markets; here they are a yardstick.",
            )  # fmt: skip
        floor = switch(
            "dep-floor", "floor", "Assume the 10 % rule",
            "US filings must name every customer of 10 % or more of revenue, so nobody unnamed is larger.",
        )  # fmt: skip
        owners = switch(
            "dep-owners", "owners", "Count by majority owner", "Customers of one majority owner count as one."
        )
    return calls.Counting(floor, owners, tuple(sorted(one)), rule)


def period_input(company: str, names: Sequence[str]) -> str:
    """The period to tell about, the newest first; nothing to choose where there is only one."""
    if len(names) < 2:
        return names[0] if names else ALL
    options = [*names, ALL]
    key, asked = f"dep-period-{company}", param("period")
    follow(key, "period", asked if asked in options else options[0], options)
    picked = st.pills("Period", options, required=True, key=key) or options[0]
    keep(key, "period", picked if picked != options[0] else None)
    return picked


def shares_drawing(
    entity: Entity, graph: Graph, found: dict[str, calls.Measured], sides: dict[str, list[calls.Party]],
    period: str | None, key: str, as_of: str | None,
) -> None:  # fmt: skip
    """Suppliers, the company, customers, and the undisclosed rest."""
    items = {side: found[side].at(period) if period else None for side in calls.SIDES}
    made = supply_picture(
        graph, entity.id, sides, {side: item.rest if item else None for side, item in items.items()}
    )
    if made is None:
        st.caption("There is nothing to draw: no supply tie is recorded.")
        return
    told = ["Suppliers left, customers right."]
    if any(items.values()):
        told.append(f"Lines are as wide as the shares of {period}; small and thin: share not known.")
    else:
        told.append("No share is known, so all lines are thin.")
    for side in calls.SIDES:
        if more := max(0, len(sides[side]) - MOST_A_SIDE):
            told.append(f"The table has {more:,} more {side if more > 1 else side[:-1]}.")
    both = {each.id for each in sides["customers"]} & {each.id for each in sides["suppliers"]}
    if both:
        names = ", ".join(plain(graph.nodes[each]["name"], 40) for each in sorted(both)[:6])
        told.append(f"Supplier and customer at once, drawn left: {names}.")
    st.caption(md(" ".join(told), 500))
    most = min(MOST_A_SIDE + 1, max(len(each) for each in sides.values()))
    title = f"Suppliers and customers of {entity.name}"
    draw(*made, f"{key}-drawing", title=title, as_of=as_of, height=max(380, 52 * most))


def share_table(rows: list[dict[str, Any]], key: str) -> None:
    """Everybody with the share, the period and the source."""
    st.dataframe(
        rows, hide_index=True, placeholder="not known", key=f"{key}-table", alt="Shares with periods and sources",
        column_config={
            "share": st.column_config.NumberColumn("share", format="percent"),
            "id": st.column_config.LinkColumn("id", display_text=r"id=([^&]+)"),
        },
    )  # fmt: skip
    sheet_button(rows, "Shares with periods and sources", f"{key}-table")


def chain(entity: Entity, graph: Graph, as_of: str | None, plans: bool) -> None:
    """Suppliers of suppliers, or customers of customers."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ways = {"up": "Its suppliers and theirs", "down": "Its customers and theirs"}
        upstream = choice("Direction", "dep-way", "way", ways, "up") == "up"
        with st.container(width=120):
            hops = int(
                choice_box("Steps at most", "dep-hops", "hops", {n: n for n in ("2", "1", "3", "4")}, "2")
            )
        with st.container(width=170):
            than = date_input(
                "Compare with", "dep-than", "than", "another date",
                "Who was in the chain at one of the two dates and not at the other.",
            )  # fmt: skip
    answer = calls.chain(entity.id, upstream, hops, as_of, plans)
    key = f"dep-chain-{entity.id}-{upstream}-{hops}-{as_of}-{plans}"
    if than:
        changes(entity.id, upstream, hops, (than, as_of), plans)
    name = graph.nodes[entity.id]["name"]

    def drawing() -> None:
        groups, ties = chain_columns(answer, entity.id, upstream)
        side = "suppliers" if upstream else "customers"
        alt = f"{plain(name, 60)} with its {side} in {len(groups) - 1} columns by steps from it."
        st.caption(" ".join(["Columns by steps.", *continued(groups)]))
        made = steps_picture(graph, entity.id, groups, ties, alt=alt)
        draw(*made, f"{key}-drawing", title=answer.title, as_of=as_of, height=tall(groups))

    show_answer(answer, graph, key, drawing=drawing if answer.rows else None)


def changes(company: str, upstream: bool, hops: int, dates: tuple[str, str | None], plans: bool) -> None:
    """Who came and who went between two dates."""
    than, as_of = dates
    if as_of is None:
        st.caption("Give both dates, “As of” and “Compare with”, to see what changed between them.")
        return
    gained, lost = calls.chain_change(company, upstream, hops, (than, as_of), plans)
    earlier, later = sorted((than, as_of), key=lambda date: parse_date(date).first_day)
    with st.container(border=True):
        for title, items in (
            (f"Recorded as of {later}, not as of {earlier}", gained), (f"Recorded as of {earlier}, not as of {later}", lost)
        ):  # fmt: skip
            st.markdown(f"**{md(title)}: {len(items):,}**")
            if items:
                told(items[:60])
        st.caption("Ties whose dates do not tell whether they held then are in neither.")


def told(items: Sequence[Statement]) -> None:
    """Sentences with sources, in a box that scrolls where they are many."""
    held = sorted({tie for item in items for tie in item.ties})
    box = st.container(height=260) if len(items) > 5 else st.container()
    box.markdown(statements(tuple(items), {tie.id: tie for tie in data.the_store().ties(held)}))


def chokepoints(entity: Entity, graph: Graph, as_of: str | None, plans: bool) -> None:
    """What supply must pass, who hangs on one alone, who could stand in."""
    look = choice("Which points", "dep-look", "look", LOOKS, "routes")
    key = f"dep-{look}-{entity.id}-{as_of}-{plans}"
    if look == "substitutes":
        stand_ins(entity, graph, key, as_of, plans)
        return
    if look == "cut":
        st.caption("In all recorded supply, whichever way it runs: without whom would others be cut off?")
        show_answer(calls.cut_off(as_of, plans), graph, key)
        return
    with st.container(width=320):
        root = other_entity("Only routes from (optional)", f"dep-root-{entity.id}", "root", None)
    if look == "held":
        st.caption("In all recorded supply: who is reached only through one supplier?")
        show_answer(calls.held_alone(root, as_of, plans), graph, f"{key}-{root}")
        return
    answer = calls.routes(entity.id, root, as_of, plans)

    def drawing() -> None:
        made = routes_picture(graph, answer, entity.id, root)
        if made is None:
            return
        large = " Large: what all of them pass." if answer.rows else ""
        st.caption(f"Every recorded supply route, from left to right.{large}")
        draw(*made, f"{key}-{root}-drawing", title=answer.title, as_of=as_of, height=460)

    show_answer(answer, graph, f"{key}-{root}", drawing=drawing)


def stand_ins(entity: Entity, graph: Graph, key: str, as_of: str | None, plans: bool) -> None:
    """Others that sell what reads like the products of a supplier."""
    usual = calls.main_supplier(graph, entity.id) or entity.id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320):
            supplier = other_entity("Supplier to replace", f"dep-supplier-{entity.id}", "supplier", usual)
        only = False
        if supplier and calls.supplies(graph, supplier, entity.id):
            label = f"Only what it sells to {plain(entity.name, 40)}"
            only = switch(
                f"dep-only-{entity.id}", "only", md(label), "Compare only the products of these ties."
            )
    if supplier is None:
        st.info("Choose a supplier.", icon=":material/swap_horiz:")
        return
    answer = calls.others_like(supplier, entity.id if only else None, as_of, plans)
    show_answer(answer, graph, f"{key}-{supplier}-{only}")


if __name__ == "__main__":
    page()
