"""One entity: what is recorded about it, told from its side, with its neighbourhood."""

from __future__ import annotations

import streamlit as st

from graph.dossier import Dossier, TieLine
from graph.model import Entity
from graph.ontology import ontology
from graph.pictures.picture import ego, picture
from graph.wording import share_text
from widgets import data
from widgets.drawing import draw
from widgets.parts import (
    ENTITY,
    PATHS,
    as_of_input,
    cited,
    entity_link,
    entity_picker,
    left_out_caption,
    param,
    remember,
)
from widgets.text import md

QUESTIONS = {
    ("ownership", True): "What it owns or bought",
    ("ownership", False): "Who owns or bought it",
    ("money", True): "Whom it funds",
    ("money", False): "Who funds it",
    ("supply", True): "Whom it supplies",
    ("supply", False): "Who supplies it",
    ("people", True): "What they founded, run, direct or advise",
    ("people", False): "Who founded, runs, directs or advises it",
    ("alliance", True): "Partners",
    ("rivalry", True): "Competitors",
    ("oversight", True): "Whom it sues or oversees",
    ("oversight", False): "Who sues or oversees it",
    ("other", True): "Other ties",
}


def page() -> None:
    """The page."""
    entity = chosen()
    if entity is None:
        return
    header(entity)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        as_of = as_of_input("entity-as-of")
        plans = st.toggle(
            "Plans, dropped plans and allegations", key="entity-plans", value=param("all") == "1",
            help="Announced, planned, considered, abandoned and alleged ties: none of them is a fact.",
        )  # fmt: skip
    remember(all="1" if plans else None)
    found = data.the_dossier(entity.id, as_of, plans)
    summary(found)
    left, right = st.columns([0.45, 0.55])
    with left:
        tie_lists(found, as_of)
    with right:
        neighbourhood(entity, as_of, plans)


def chosen() -> Entity | None:
    """The entity of the address, or a way to choose one."""
    asked = param("id")
    entity = data.the_store().entity(asked) if asked else None
    if entity is not None:
        picked = entity_picker("Entity", f"entity-pick-{entity.id}", entity.id)
        if picked and picked != entity.id:
            st.switch_page(
                ENTITY, query_params={"id": picked, **({"as_of": param("as_of")} if param("as_of") else {})}
            )
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


def header(entity: Entity) -> None:
    """Name, kind, aliases, description, and the ways on."""
    st.title(md(entity.name, 120))
    facts = [ontology().kinds[entity.kind].title]
    facts += [
        text for text in (entity.country, f"founded {entity.founded}" if entity.founded else None) if text
    ]
    facts += [sector.replace("-", " ") for sector in entity.sectors]
    st.caption(" · ".join(md(fact) for fact in facts))
    if entity.aliases:
        st.caption(f"Also known as {md(', '.join(entity.aliases))}")
    if entity.description:
        st.write(md(entity.description, 600))
    as_of = param("as_of")
    more = {"as_of": as_of} if as_of else {}
    with st.container(horizontal=True):
        st.page_link(
            PATHS, label="Path from here", icon=":material/logout:", query_params={"from": entity.id, **more}
        )
        st.page_link(
            PATHS, label="Path to here", icon=":material/login:", query_params={"to": entity.id, **more}
        )


def summary(found: Dossier) -> None:
    """Derived roles and the largest measured dependence, with its period."""
    if found.roles:
        st.markdown(" ".join(f":blue-badge[{md(role)}]" for role in found.roles))
    measured = [
        line
        for line in found.lines
        if line.tie.share_basis == "revenue" and line.tie.from_id == found.entity.id
    ]
    measured.sort(key=lambda line: (line.tie.valid_from or "", line.tie.share or 0), reverse=True)
    if measured:
        line = max(measured, key=lambda each: each.tie.share or 0)
        st.markdown(
            f"**Largest disclosed customer share:** {md(line.other.name)}, {md(share_text(line.tie))} "
            f":small[{cited(line.sources)}]"
        )


def tie_lists(found: Dossier, as_of: str | None) -> None:
    """Ties by question, facts first; what is no fact stands apart."""
    facts = [line for line in found.lines if line.tie.is_fact]
    plans = [line for line in found.lines if not line.tie.is_fact]
    if not facts:
        st.info(f"No fact is recorded{f' as of {md(as_of)}' if as_of else ''}.")
    for title, lines in grouped(facts, found.entity.id):
        with st.expander(f"**{title}** ({len(lines)})", expanded=len(lines) <= 12):
            show_lines(lines, found.entity.id)
    if plans:
        st.markdown("##### Not facts: announced, planned, considered, dropped or alleged")
        show_lines(plans, found.entity.id)
    left_out_caption(found.left_out, as_of)


def grouped(lines: list[TieLine], entity_id: str) -> list[tuple[str, list[TieLine]]]:
    """Lines under the question that they answer, in the order of ``QUESTIONS``."""
    groups: dict[str, list[TieLine]] = {title: [] for title in QUESTIONS.values()}
    for line in lines:
        out = line.tie.from_id == entity_id or not ontology().types[line.tie.type].directed
        title = QUESTIONS.get((line.family, out)) or QUESTIONS[(line.family, True)]
        groups[title].append(line)
    return [(title, members) for title, members in groups.items() if members]


def show_lines(lines: list[TieLine], entity_id: str) -> None:
    """Sentences with note and sources; the other end is a link."""
    items: list[str] = []
    for line in lines:
        mark = "" if line.tie.is_fact else f":orange-badge[{line.tie.status}] "
        note = f"  \n  :gray[{md(line.tie.note)}]" if line.tie.note else ""
        items.append(f"- {mark}{md(line.sentence, 500)}{note}  \n  :small[{cited(line.sources)}]")
    st.markdown("\n".join(items))


def neighbourhood(entity: Entity, as_of: str | None, plans: bool) -> None:
    """The drawing around the entity."""
    graph = data.graph(as_of=as_of, all_statuses=plans)
    depth = st.segmented_control("Steps around", [1, 2], default=1, key="entity-depth", required=True) or 1
    near = ego(graph, entity.id, depth=depth)
    if near.number_of_nodes() < 2:
        st.caption("Nothing to draw: no tie of this entity is left.")
        return
    draw(
        picture(near, focus=[entity.id], limit=40),
        near,
        f"ego-{entity.id}-{as_of}-{plans}-{depth}",
        title=entity.name,
        width=620,
        height=560,
        as_of=as_of,
    )


if __name__ == "__main__":
    page()
