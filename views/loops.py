"""Circles of money, ownership and supply: the list, one of them as a ring, the table, how it was computed."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer
from graph.analytics.loops import KINDS, Loop, LoopStep
from graph.errors import ParameterError
from graph.wording import counted, money, percent, plural
from widgets import data
from widgets.address_inputs import entity_input, follow, keep
from widgets.analyses_loops import (
    Circles,
    amount,
    circles,
    loop_facts,
    loop_key,
    ring_picture,
    starting_at,
    step_amount,
    way_round,
)
from widgets.answer import computed, downloads, show_rows, statements, ties_of
from widgets.drawing import draw
from widgets.parts import (
    as_of_input,
    left_out_caption,
    param,
    show_error,
    tie_markdown,
)
from widgets.text import md
from widgets.working import at_work

MOST_LISTED = 100
MOST_TIES = 5  # of one step, as sentences
WORDS = {
    "money": "Money that goes out as investment, loan or price and comes back as payment for purchases.",
    "ownership": "Companies that hold stakes in one another, all the way round.",
    "supply": "Companies that supply one another, all the way round.",
}


def page() -> None:
    """The page."""
    st.title("Circles")
    kind = kind_input()
    through, longest, least, as_of, plans = settings()
    found = at_work("Looking for circles", circles, kind, longest, through, least, as_of, plans)
    graph = data.graph(as_of=as_of, all_statuses=plans)
    answer, key = found.answer, f"loops-{kind}-{longest}-{through}-{least}-{as_of}-{plans}"
    ties = ties_of(answer, graph)
    st.markdown(f"**{md(answer.statements[0].text, 600)}**")
    if answer.notes:
        st.caption(md(" ".join(answer.notes), 1_000))
    if found.loops:
        loop = chosen(found, graph, through)
        one_circle(starting_at(loop, through), graph, key, as_of)
        with st.expander("All circles as sentences"):
            st.markdown(statements(answer.statements[1 : 1 + MOST_LISTED], ties))
        show_rows(for_kind(answer, kind), key)
    elif not plans:
        st.caption("Only facts are counted. Plans and allegations can be added above.")
    without_amount(found, graph, through, least)
    left_out_caption(answer.provenance.left_out, as_of)
    computed(answer)
    downloads(answer, ties, key)


def kind_input() -> str:
    """What goes round."""
    asked = param("kind")
    follow("loops-kind", "kind", asked if asked in KINDS else KINDS[0], KINDS)
    kind = st.segmented_control(
        "What goes round", KINDS, format_func=str.capitalize, required=True, key="loops-kind",
        label_visibility="collapsed",
    ) or KINDS[0]  # fmt: skip
    keep("loops-kind", "kind", kind if kind != KINDS[0] else None)
    st.caption(WORDS[kind])
    return kind


def settings() -> tuple[str | None, int, int | None, str | None, bool]:
    """Entity to go through, longest circle, least amount, date, statuses."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=240):
            through = entity_input("Through", "loops-with", "with")
        with st.container(width=130):
            longest = longest_input()
        with st.container(width=150):
            least = least_input()
        with st.container(width=130):
            as_of = as_of_input("loops-as-of")
        follow("loops-plans", "all", param("all") == "1")
        plans = st.toggle(
            "Plans and allegations too", key="loops-plans",
            help="Announced, planned, considered, abandoned and alleged ties: none of them is a fact.",
        )  # fmt: skip
        keep("loops-plans", "all", "1" if plans else None)
    return through, longest, least, as_of, plans


def longest_input() -> int:
    """Most steps of a circle."""
    asked = param("max") or ""
    options = (2, 3, 4, 5)
    follow("loops-max", "max", int(asked) if asked in ("2", "3", "4", "5") else 5, options)
    longest = st.selectbox("Longest, in steps", options, key="loops-max")
    keep("loops-max", "max", str(longest) if longest != 5 else None)
    return int(longest)


def least_input() -> int | None:
    """The least amount; stops the page on a text that is no amount."""
    follow("loops-min", "min", param("min") or "")
    text = st.text_input(
        "At least, in US$", key="loops-min", placeholder="20bn",
        help="20bn, 500m or 250,000: the smallest known amount of a circle must reach it.",
    )  # fmt: skip
    try:
        least = amount(text or "")
    except ParameterError as error:
        show_error(error)
        st.stop()
    keep("loops-min", "min", (text or "").strip() or None)
    return least


def chosen(found: Circles, graph: nx.MultiDiGraph, through: str | None) -> Loop:
    """The list of circles, to choose one from."""
    by_key = {loop_key(loop): loop for loop in found.loops}
    asked = param("loop")
    options = list(by_key)[:MOST_LISTED]
    if asked in by_key and asked not in options:
        options.append(asked)
    fresh = st.session_state.get("loops-loop asked") != asked
    places = {key: place for place, key in enumerate(by_key, start=1)}
    follow("loops-loop", "loop", asked if asked in by_key else options[0], options)
    if asked and fresh and asked not in by_key:
        st.caption("The circle of the address is not among these; the first one is shown.")

    def told(key: str) -> str:
        return md(f"{places[key]}. {way_round(starting_at(by_key[key], through), graph)}", 400)

    def below(key: str) -> str:
        mark = "" if by_key[key].is_fact else ":orange-badge[not all facts] "
        return mark + md(" · ".join(loop_facts(by_key[key], graph)), 400)

    with st.container(height=330 if len(options) > 4 else "content", border=True):
        picked = st.radio(
            "Circles, the largest first", options, format_func=told, captions=[below(key) for key in options],
            key="loops-loop",
        )  # fmt: skip
    if len(by_key) > len(options):
        st.caption(f"{len(options):,} of {len(by_key):,} are listed; the table below has all.")
    keep("loops-loop", "loop", picked if picked != options[0] else None)
    return by_key[picked or options[0]]


def one_circle(loop: Loop, graph: nx.MultiDiGraph, key: str, as_of: str | None) -> None:
    """The chosen circle as a ring, and its steps as sentences with sources."""
    left, right = st.columns([0.55, 0.45], gap="medium")
    title = way_round(loop, graph)
    with left:
        draw(
            ring_picture(loop, graph), graph, f"{key}-{loop_key(loop)}", title=f"Circle {title}", as_of=as_of,
            width=700, height=420,
        )  # fmt: skip
    with right:
        st.markdown(f"##### {md(title, 400)}")
        st.caption(md(" · ".join(loop_facts(loop, graph)), 600))
        steps(loop, graph)


def steps(loop: Loop, graph: nx.MultiDiGraph) -> None:
    """Each step with the ties that carry it."""
    sources = data.sources_of(list(loop.ties))
    for number, step in enumerate(loop.steps, start=1):
        ends = [str(graph.nodes[entity]["name"]) for entity in (step.from_id, step.to_id)]
        lines = [
            tie_markdown(
                tie, str(graph.nodes[tie.from_id]["name"]), str(graph.nodes[tie.to_id]["name"]), sources,
                backward=tie.from_id != step.from_id,
            )
            for tie in step.ties[:MOST_TIES]
        ]  # fmt: skip
        if len(step.ties) > MOST_TIES:
            lines.append(f":gray[and {len(step.ties) - MOST_TIES} more, in the table of the drawing]")
        st.markdown(f"**{number}\\. {md(' → '.join(ends), 300)}** :gray[{md(step_size(step, loop.kind))}]")
        st.markdown("\n".join("- " + line.replace("\n", "\n  ") for line in lines))


def step_size(step: LoopStep, kind: str) -> str:
    """Amount or share of a step."""
    if kind == "ownership":
        return "share not known" if step.share is None else percent(step.share)
    if step.amount_usd is not None:
        return step_amount(step)
    paid = kind == "money" and any(tie.type == "ACQUIRED" and tie.amount_usd is not None for tie in step.ties)
    return "the price went to the sellers, not on" if paid else "amount not known"


def for_kind(answer: Answer, kind: str) -> Answer:
    """The table without the columns that say nothing about this kind of circle."""
    amounts, shares = ("amount_usd", "unknown_amounts"), ("share", "share_low", "share_high")
    dropped = {"money": shares, "supply": (*shares, "came_first"), "ownership": (*amounts, "came_first")}[
        kind
    ]
    kept = [place for place, name in enumerate(answer.columns) if name not in dropped]
    return replace(
        answer, columns=tuple(answer.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in answer.rows),
    )  # fmt: skip


def without_amount(
    found: Circles, graph: nx.MultiDiGraph, through: str | None, least: int | None
) -> None:  # fmt: skip
    """With a least amount: circles where nobody knows whether they reach it."""
    if least is None or not found.apart:
        return
    number = len(found.apart)
    what = f"{counted(number, 'circle')} {plural(number, 'states', 'state')}"
    reach = plural(number, "it reaches", "they reach")
    with st.expander(f"{what} no amount at any step: whether {reach} {md(money(least))} is not known"):
        ways = [way_round(starting_at(loop, through), graph) for loop in found.apart[:MOST_LISTED]]
        st.markdown("\n".join(f"- {md(way, 400)}" for way in ways))
        if number > MOST_LISTED:
            st.caption(f"The {MOST_LISTED} shortest of {number:,}.")


if __name__ == "__main__":
    page()
