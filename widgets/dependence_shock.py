"""What if somebody is gone: the shock, who is hit in which round, what is known and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer
from graph.analytics.shocks import RULES
from graph.errors import AnalysisError
from graph.model import Entity
from graph.wording import counted
from widgets import analyses_dependence as calls
from widgets.address_inputs import choice_box, date_input, follow, keep, other_entity, switch
from widgets.answer import computed, downloads, show_rows, statements, ties_of
from widgets.dependence_pictures import (
    LARGE,
    SMALL,
    bars,
    continued,
    shock_columns,
    steps_picture,
    tall,
)
from widgets.drawing import draw
from widgets.parts import left_out_caption, param, show_error
from widgets.text import md, plain
from widgets.working import at_work

RULE_WORDS = {
    "auto": "Chosen by what is known", "shares": "Along known shares", "reach": "Who stands downstream",
    "debtrank-2012": "DebtRank, 2012", "debtrank-2015": "DebtRank, 2015", "esri": "Production that stops (ESRI)",
}  # fmt: skip


def what_if(entity: Entity, graph: nx.MultiDiGraph, as_of: str | None, plans: bool) -> None:
    """Who is hit when somebody is gone."""
    usual = calls.largest_customer(entity.id, as_of, plans) or entity.id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=230):
            gone = other_entity("Who is gone", f"dep-gone-{entity.id}", "gone", usual)
        with st.container(width=170):
            cut = cut_input()
        with st.container(width=220):
            rule = choice_box(
                "Rule", "dep-rule", "rule", {each: RULE_WORDS[each] for each in RULES}, RULES[0]
            )
        rounds, period, relative = 3, None, False
        if rule.startswith("debtrank"):
            relative = switch(
                "dep-relative", "relative", "Relative mode",
                "What a company can lose is taken to be all its recorded exposure.",
            )  # fmt: skip
        elif rule != "esri":
            with st.container(width=90):
                rounds = int(
                    choice_box(
                        "Rounds", "dep-rounds", "rounds", {n: n for n in ("3", "1", "2", "4", "5", "6")}, "3"
                    )
                )
            with st.container(width=130):
                period = date_input(
                    "Shares of", "dep-when", "when", "newest",
                    "A date: take the shares of the newest measured period that contains it.",
                )  # fmt: skip
    if gone is None or cut == 0:
        st.info("Nothing is cut: choose who is gone, and how much of it.", icon=":material/content_cut:")
        return
    try:
        answer = at_work(
            "Passing losses on", calls.what_if, gone, cut, rule, rounds, period, relative, as_of, plans
        )
    except AnalysisError as error:
        cannot_run(error, graph, rule)
        return
    key = f"dep-shock-{gone}-{cut}-{rule}-{rounds}-{period}-{relative}-{as_of}-{plans}"
    shock_result(answer, graph, gone, key, as_of)


def cut_input() -> int:
    """How much of it is gone, in per cent."""
    asked = param("cut") or ""
    follow("dep-cut", "cut", min(int(asked), 100) if asked.isdecimal() else 100)
    cut = st.slider("How much of it", 0, 100, step=5, format="%d %%", key="dep-cut")
    keep("dep-cut", "cut", str(cut) if cut != 100 else None)
    return int(cut)


def cannot_run(error: AnalysisError, graph: nx.MultiDiGraph, rule: str) -> None:
    """Why a rule cannot run, which figures are missing, and what can be done instead."""
    missing = [str(graph.nodes[each]["name"]) for each in error.details.get("missing", ()) if each in graph]
    if missing:
        more = f" and {len(missing) - 12:,} more" if len(missing) > 12 else ""
        st.warning(
            f"**{RULE_WORDS[rule]} cannot run.** It needs what each company can lose before it fails (a buffer,"
            f" such as equity in US$), and that is not recorded for {md(', '.join(missing[:12]), 700)}{more}.",
            icon=":material/rule:",
        )  # fmt: skip
        instead("Take all recorded exposure as buffer (relative mode)", "dep-relative", True)
    elif "unknown" in error.details:
        st.warning(
            f"**{RULE_WORDS[rule]} cannot run.** It needs amounts in US$, and none of the"
            f" {counted(error.details['unknown'], 'tie')} that could carry a loss has one.",
            icon=":material/rule:",
        )  # fmt: skip
    else:
        show_error(error)
    instead("Show who stands downstream, without numbers", "dep-rule", "reach")


def instead(label: str, key: str, value: Any) -> None:
    """A button that sets another widget."""

    def chosen() -> None:
        st.session_state[key] = value

    st.button(label, key=f"{key}-instead", on_click=chosen, icon=":material/arrow_forward:", type="tertiary")


def shock_result(answer: Answer, graph: nx.MultiDiGraph, gone: str, key: str, as_of: str | None) -> None:
    """Known losses by round, the chart with its table, the drawing; what is not known stands apart."""
    ties = ties_of(answer, graph)
    st.markdown(f"**{md(answer.statements[0].text, 700)}**")
    pairs = list(zip(answer.statements[1:], calls.records(answer), strict=False))
    known = tuple(item for item, row in pairs if row["loss"] is not None)
    unknown = tuple(item for item, row in pairs if row["loss"] is None)
    first = known or unknown
    if first:
        st.markdown(statements(first[:12], ties))
    if len(first) > 12:
        with st.expander(f"{len(first) - 12:,} more"):
            st.markdown(statements(first[12:200], ties))
    if known and unknown:
        with st.expander(f"How much is lost is not known: {len(unknown):,}", expanded=len(unknown) <= 8):
            st.markdown(statements(unknown[:100], ties))
    st.caption(md(" ".join(answer.notes), 2_000))
    if answer.rows:
        loss_chart(answer, key)
        shock_drawing(answer, graph, gone, key, as_of)
    left_out_caption(answer.provenance.left_out, as_of)
    computed(answer)
    downloads(answer, ties, key)


def shock_drawing(answer: Answer, graph: nx.MultiDiGraph, gone: str, key: str, as_of: str | None) -> None:
    """Who is hit, in columns by round."""
    groups, ties, notes = shock_columns(answer, gone)
    rows = calls.records(answer)
    known = {row["entity_id"] for row in rows if row["loss"] is not None}
    hit = {row["entity_id"] for row in rows}
    losses = [f"{plain(graph.nodes[each]['name'], 40)} {text}" for each, text in list(notes.items())[:6]]
    alt = f"{answer.title} Columns by round; losses: {', '.join(losses) or 'not known'}."
    sizes = {each: LARGE if each in known else SMALL for each in hit}
    told = ["Columns by round.", *continued(groups)]
    if any(row["lost"] == "revenue" for row in rows):
        told.append("Left: losses of revenue; right: losses of supply.")
    if known and hit - known:
        told.append("Small: how much is lost is not known.")
    st.caption(" ".join(told))
    made = steps_picture(graph, gone, groups, ties, notes=notes, sizes=sizes, alt=alt)
    draw(*made, f"{key}-drawing", title=answer.title, as_of=as_of, height=tall(groups))


def loss_chart(answer: Answer, key: str) -> None:
    """Known losses as bars, with the table of all hits beside it."""
    losses = bars(answer)
    if not losses["who"]:
        show_rows(hits_table(answer), key)
        return
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        doubt = any(losses["perhaps more"])
        shown = losses if doubt else {name: losses[name] for name in ("who", "at least")}
        st.bar_chart(
            shown, x="who", y=["at least", "perhaps more"] if doubt else "at least", horizontal=True, sort=False,
            x_label="", y_label="lost, in per cent", height=max(160, 90 + 34 * len(losses["who"])),
            alt=f"Known losses in per cent, {len(losses['who'])} bars; the table has the numbers.",
        )  # fmt: skip
    with table:
        show_rows(hits_table(answer), key)


def hits_table(answer: Answer) -> Answer:
    """The rows of a shock with words for people above them."""
    words = {
        "round": "round", "entity": "company", "lost": "lost", "loss": "share_lost_at_least",
        "loss_high": "share_lost_at_most", "carrier": "through", "period": "shares of", "entity_id": "entity_id",
    }  # fmt: skip
    kept = [place for place, name in enumerate(answer.columns) if name in words]
    return replace(
        answer, columns=tuple(words[answer.columns[place]] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in answer.rows),
    )  # fmt: skip
