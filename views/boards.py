"""Shared boards, co-investors and possible conflicts: who stands on two sides, with the ties that show it."""

from __future__ import annotations

from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement
from graph.analytics.conflicts import CLASSES
from graph.analytics.terms import span_text
from graph.dates import parse_date
from graph.errors import SchemaViolation
from graph.model import Tie
from graph.pictures.layout import columns
from graph.pictures.picture import part, picture
from graph.wording import counted
from widgets import data
from widgets.address_inputs import entity_input, follow, keep
from widgets.analyses_loops import (
    around,
    change,
    pieces,
    possible_conflicts,
    shared_companies,
    shared_people,
    whole,
)
from widgets.answer import computed, downloads, show_answer, show_rows, statements, ties_of
from widgets.drawing import draw
from widgets.parts import (
    as_of_input,
    left_out_caption,
    param,
    show_error,
    ties_markdown,
)
from widgets.text import md, plain
from widgets.working import at_work

MOST_DRAWN = 20  # pairs
MOST_LISTED = 100
TABS = {"interlocks": "Interlocks", "coinvestors": "Co-investors", "conflicts": "Possible conflicts"}
SEAT_WORDS = {"board": "Board seats", "role": "Jobs", "founder": "Founders"}
PATTERNS = {
    "both-sides": "Both sides of a deal", "investor-trades": "Investor that trades",
    "stakes-in-rivals": "Stakes in rivals", "seats-at-rivals": "Seats at rivals", "oversight": "Oversight",
    "adviser": "Adviser of both", "lawsuit": "Lawsuit",
}  # fmt: skip
ABOUT = {
    "interlocks": "Companies that share people at the same time.",
    "coinvestors": "Investors that put money into the same companies.",
    "conflicts": "A possible conflict is a pattern in the data, not an accusation.",
}


def page() -> None:
    """The page."""
    st.title("Boards and conflicts")
    asked = param("tab")
    follow("boards-tab", "tab", asked if asked in TABS else "interlocks", list(TABS))
    tab = st.segmented_control(
        "What to look for", list(TABS), format_func=lambda key: TABS[key], required=True, key="boards-tab",
        label_visibility="collapsed",
    ) or "interlocks"  # fmt: skip
    keep("boards-tab", "tab", tab if tab != "interlocks" else None)
    if tab == "conflicts":
        st.info(ABOUT[tab], icon=":material/info:")
    else:
        st.caption(ABOUT[tab])
    {"interlocks": interlocks_tab, "coinvestors": coinvestors_tab, "conflicts": conflicts_tab}[tab]()


def time_and_statuses() -> tuple[str | None, bool, bool]:
    """As-of date, plans, and ties whose dates do not tell."""
    with st.container(width=140):
        as_of = as_of_input("boards-as-of")
    plans = switch("boards-plans", "all", "Plans and allegations too", "None of them is a fact.")
    undated = switch(
        "boards-undated", "undated", "Undated ties too",
        "With a date: keep also ties whose dates do not tell whether they held then. Without a date they count anyway.",
        disabled=as_of is None,
    )  # fmt: skip
    return as_of, plans, undated and as_of is not None


def switch(key: str, name: str, label: str, help: str, *, disabled: bool = False) -> bool:
    """A toggle that stands in the address."""
    follow(key, name, param(name) == "1")
    on = st.toggle(label, key=key, help=help, disabled=disabled)
    keep(key, name, "1" if on else None)
    return on


def several(key: str, name: str, label: str, words: dict[str, str], default: list[str]) -> tuple[str, ...]:
    """Some of ``words``; nothing chosen counts as ``default``."""
    asked = [part for part in (param(name) or "").split(",") if part in words]
    follow(key, name, asked or default)
    picked = st.pills(
        label, list(words), selection_mode="multi", format_func=lambda each: words[each], key=key
    )
    chosen = tuple(each for each in words if each in (picked or ()))
    keep(key, name, ",".join(chosen) if chosen and list(chosen) != default else None)
    return chosen or tuple(default)


def interlocks_tab() -> None:
    """Companies that share people, and what changed between two dates."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=280):
            company = entity_input("Company", "boards-company", "company")
        as_of, plans, undated = time_and_statuses()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seats = several("boards-seats", "seats", "Seats that count", SEAT_WORDS, ["board"])
        with st.container(width=170):
            other = other_date()
    answer = at_work("Comparing boards", shared_people, company, seats, as_of, plans, undated)
    graph = whole(as_of=as_of, plans=plans, undated=undated)
    key = f"boards-interlocks-{company}-{'-'.join(seats)}-{as_of}-{plans}-{undated}"
    if other:
        changes(company, seats, as_of, other, plans)
    show_answer(
        answer, graph, key, most=5,
        drawing=lambda: people_drawing(answer, graph, key, company, as_of),
    )  # fmt: skip


def other_date() -> str | None:
    """The date to compare with; stops the page on a wrong one."""
    follow("boards-than", "than", param("than") or "")
    text = st.text_input(
        "Compare with", key="boards-than", placeholder="another date",
        help="What was gained and lost between this date and the as-of date.",
    )  # fmt: skip
    other = (text or "").strip() or None
    if other:
        try:
            parse_date(other, field="compare with")
        except SchemaViolation as error:
            show_error(error)
            st.stop()
    keep("boards-than", "than", other)
    return other


def changes(company: str | None, seats: tuple[str, ...], as_of: str | None, other: str, plans: bool) -> None:
    """Who is shared at one date and not at the other."""
    if as_of is None:
        st.caption("Give both dates, “As of” and “Compare with”, to see what changed between them.")
        return
    found = change(company, seats, (other, as_of), plans)
    between = f"between {found.earlier} and {found.later}"
    with st.container(border=True):
        if not (found.gained or found.lost):
            st.markdown(f"Nothing surely changed {md(between)}.")
        for title, items in ((f"Gained {between}", found.gained), (f"Lost {between}", found.lost)):
            if items:
                st.markdown(f"**{md(title)}: {len(items):,}**")
                told_changes(items)
        if found.unsure:
            with st.expander(
                f"Perhaps gained or lost: {len(found.unsure):,}, dates do not tell for one of the two"
            ):
                told_changes(found.unsure)


def told_changes(items: tuple[Statement, ...]) -> None:
    """Changes as sentences with sources, in a box that scrolls where they are many."""
    held = sorted({tie for item in items for tie in item.ties})
    ties = {tie.id: tie for tie in data.the_store().ties(held)}
    box = st.container(height=260) if len(items) > 4 else st.container()
    box.markdown(statements(items[:MOST_LISTED], ties))


def people_drawing(
    answer: Answer, graph: nx.MultiDiGraph, key: str, company: str | None, as_of: str | None
) -> None:
    """Companies with the people between them; who is shared only perhaps is pale."""
    pairs = list(zip(answer.statements[1:], records(answer), strict=True))[:MOST_DRAWN]
    if not pairs:
        return
    sure = {person for item, row in pairs for person in item.entities[2 : 2 + row["shared"]]}
    people = {person for item, _ in pairs for person in item.entities[2:]}
    companies = {entity for item, _ in pairs for entity in item.entities[:2]}
    drawn = part(graph, people | companies, {tie for item, _ in pairs for tie in item.ties})
    view = picture(
        drawn, focus=[company] if company else [], limit=120, pale=people - sure,
        positions=pieces(drawn), sizes=dict.fromkeys(companies, 22.0),
    )  # fmt: skip
    if len(pairs) < len(answer.rows):
        st.caption(f"The {len(pairs)} strongest of {counted(len(answer.rows), 'pair')} are drawn.")
    if people - sure:
        st.caption(
            "Pale: people whose dates do not tell whether they sat in both at the same time, or who would by "
            "planned or alleged seats only."
        )
    draw(view, drawn, f"{key}-drawing", title="Shared people", as_of=as_of)


def coinvestors_tab() -> None:
    """Investors in the same companies."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=280):
            investor = entity_input("Investor", "boards-investor", "investor")
        as_of, plans, undated = time_and_statuses()
    answer = at_work("Comparing investors", shared_companies, investor, as_of, plans, undated)
    graph = whole(as_of=as_of, plans=plans, undated=undated)
    key = f"boards-coinvestors-{investor}-{as_of}-{plans}-{undated}"
    show_answer(
        answer, graph, key, most=5,
        drawing=lambda: companies_drawing(answer, graph, key, investor, as_of),
    )  # fmt: skip


def companies_drawing(
    answer: Answer, graph: nx.MultiDiGraph, key: str, investor: str | None, as_of: str | None
) -> None:
    """One pair with its companies in the middle, or investors left and companies right."""
    by_pair = {",".join(item.entities)[:200]: item for item in answer.statements[1 : 1 + 4 * MOST_LISTED]}
    if not by_pair:
        return
    strongest = "strongest"
    options = [strongest, *by_pair]
    asked = param("pair")
    follow("boards-pair", "pair", asked if asked in by_pair else strongest, options)
    few = min(6, len(by_pair))

    def told(option: str) -> str:
        if option == strongest:
            return f"The {few} strongest pairs" if few > 1 else "The strongest pair"
        return " and ".join(plain(graph.nodes[end]["name"], 60) for end in by_pair[option].entities)

    with st.container(width=420):
        picked = st.selectbox("Drawn", options, format_func=told, key="boards-pair")
    keep("boards-pair", "pair", picked if picked != strongest else None)
    items = list(by_pair.values())[:few] if picked == strongest else [by_pair[picked]]
    ties = investments(items, answer, graph)
    investors = list(dict.fromkeys(end for item in items for end in item.entities))
    companies = list(dict.fromkeys(tie.to_id for tie in ties if tie.to_id not in investors))
    if picked == strongest:
        places = columns(investors, [], companies)
    else:
        places = columns(investors[:1], companies, investors[1:])
    drawn = part(graph, [*investors, *companies], [tie.id for tie in ties])
    view = picture(drawn, focus=[investor] if investor else [], limit=100, positions=places)
    draw(view, drawn, f"{key}-{picked}", title="Co-investors", as_of=as_of)


def investments(items: list[Statement], answer: Answer, graph: nx.MultiDiGraph) -> list[Tie]:
    """The ties behind some statements, in their order."""
    held = ties_of(answer, graph)
    return [held[key] for key in dict.fromkeys(tie for item in items for tie in item.ties) if key in held]


def conflicts_tab() -> None:
    """Patterns in which interests may pull apart; one of them drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=280):
            entity = entity_input("Entity", "boards-entity", "entity")
        as_of, plans, undated = time_and_statuses()
    classes = several("boards-classes", "classes", "Patterns (none chosen means all)", PATTERNS, [])
    answer = at_work("Comparing sides", possible_conflicts, entity, classes, as_of, plans, undated)
    graph = whole(as_of=as_of, plans=plans, undated=undated)
    key = f"boards-conflicts-{entity}-{'-'.join(classes)}-{as_of}-{plans}-{undated}"
    ties = ties_of(answer, graph)
    st.markdown(f"**{md(answer.statements[0].text, 600)}**")
    st.caption(md(" ".join(answer.notes), 1_000))
    if answer.rows:
        row = chosen_conflict(answer)
        one_conflict(row, graph, ties, key, as_of)
        with st.expander("All as sentences"):
            st.markdown(statements(answer.statements[1 : 1 + MOST_LISTED], ties))
        show_rows(answer, key)
    left_out_caption(answer.provenance.left_out, as_of)
    computed(answer)
    downloads(answer, ties, key)


def records(answer: Answer) -> list[dict[str, Any]]:
    """The rows of an answer by column."""
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def conflict_key(row: dict[str, Any]) -> str:
    """What stands for a finding in the address."""
    return ",".join([row["class"], *conflict_entities(row)])[:200]


def conflict_entities(row: dict[str, Any]) -> list[str]:
    """Holder and sides."""
    return [row[name] for name in ("holder_id", "first_id", "second_id") if row[name]]


def chosen_conflict(answer: Answer) -> dict[str, Any]:
    """The list of findings, to choose one from."""
    by_key = {conflict_key(row): row for row in records(answer)}
    asked = param("pick")
    options = list(by_key)[:MOST_LISTED]
    if asked in by_key and asked not in options:
        options.append(asked)
    follow("boards-pick", "pick", asked if asked in by_key else options[0], options)

    def told(key: str) -> str:
        row = by_key[key]
        sides = " and ".join(row[name] for name in ("first", "second") if row[name])
        return md(f"{row['holder']}: {sides}", 300)

    with st.container(height=330 if len(options) > 4 else "content", border=True):
        picked = st.radio(
            "Possible conflicts", options, format_func=told, key="boards-pick",
            captions=[f"{PATTERNS[by_key[key]['class']]} · {when(by_key[key])}" for key in options],
        )  # fmt: skip
    if len(by_key) > len(options):
        st.caption(f"{len(options):,} of {len(by_key):,} are listed; the table below has all.")
    keep("boards-pick", "pick", picked if picked != options[0] else None)
    return by_key[picked or options[0]]


def when(row: dict[str, Any]) -> str:
    """Whether its ties held at the same time, and when; Markdown."""
    mark = "" if row["fact"] else ":orange-badge[not all facts] "
    if row["same_time"] != "known":
        return f"{mark}whether at the same time: not known"
    return f"{mark}at the same time {md(span_text((row['since'], row['until'])))}".strip()


def one_conflict(
    row: dict[str, Any], graph: nx.MultiDiGraph, ties: dict[str, Tie], key: str, as_of: str | None
) -> None:
    """A finding drawn, with every tie as a sentence with its sources."""
    entities = conflict_entities(row)
    kept = [ties[tie] for tie in row["tie_ids"] if tie in ties]
    drawn = part(graph, entities, [tie.id for tie in kept])
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        view = picture(drawn, focus=entities[:1], positions=around(entities))
        title = f"Possible conflict of {row['holder']}"
        draw(view, drawn, f"{key}-{conflict_key(row)}", title=title, as_of=as_of, width=700, height=400)
    with right:
        sides = " and ".join(md(row[name], 80) for name in ("first", "second") if row[name])
        st.markdown(f"##### {md(row['holder'], 80)}: {sides}")
        st.caption(f"{PATTERNS[row['class']]}: {CLASSES[row['class']]} · {when(row)}")
        ties_markdown(kept[:10], graph)
        if len(kept) > 10:
            st.caption(f"{len(kept) - 10} more are in the table of the drawing.")


if __name__ == "__main__":
    page()
