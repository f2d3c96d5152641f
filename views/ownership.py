"""Ownership: owners, holdings, control, beneficial owners and cross-holdings, each drawn as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from graph.analytics.answer import Answer
from graph.errors import AnalysisError
from graph.model import EntityId
from graph.pictures.picture import Picture
from widgets import data
from widgets.address_inputs import choice, date_input, follow, keep, switch
from widgets.analyses_ownership import Asked, Change, Found, best_known, change, ownership
from widgets.answer import cell, computed, downloads, statements, ties_of
from widgets.drawing import draw
from widgets.parts import entity_link, entity_picker, left_out_caption, param, show_error, ties_markdown
from widgets.query_parts import way
from widgets.sheet import sheet_button
from widgets.text import md, plain
from widgets.working import at_work

PAGE = "views/ownership.py"
PARTS = {
    "owners": "Owners", "owned": "What it owns", "control": "Control", "beneficial": "Beneficial owners",
    "cross": "Cross-holdings",
}  # fmt: skip
ABOUT = {
    "owners": "Who owns a company, directly and through others. A share that is not known has bounds.",
    "owned": "What an entity owns, directly and through others.",
    "control": "Who decides in a company, and where it decides itself. Counted in votes, in equity where no votes are stated.",
    "beneficial": "The people and states at the end of all chains, and owners whose own owners are not known.",
    "cross": "Firms that hold parts of one another, directly or in a circle, in the whole graph.",
}
BASES = {"equity": "Equity", "voting": "Votes", "economic": "Economic interest"}
MODELS = {"majority": "Majority", "threshold": "Threshold", "relative": "Relative", "linear": "Linear"}
MODEL_WORDS = {
    "majority": "Whoever holds more than this part of the votes decides, alone or together with firms that one controls.",
    "threshold": "Whoever holds more than the threshold has all of the control; the others have none.",
    "relative": "A large holder among many small ones counts for more than its share.",
    "linear": "Control is as large as the share of the votes.",
}
LINES = {"25": "25 %", "50": "50 %", "own": "Other"}
MOST_TOLD, MOST_LISTED = 8, 200
SHARES = (
    "direct", "integrated", "corrected", "min", "max", "share", "network", "uncorrected", "part",
)  # fmt: skip
COLUMNS = {
    "integrated": "with loops", "corrected": "in all", "min": "at least", "max": "at most", "network": "in all",
    "uncorrected": "with loops", "part": "part of all",
}  # fmt: skip
HIDDEN = ("tie_ids", "via_ids", "chain_texts", "tie", "unknown_chains", "reaches_half")


def page() -> None:
    """The page."""
    st.title("Ownership")
    part = choice("Question", "ownership-part", "part", PARTS, "owners")
    st.caption(ABOUT[part])
    entity, asked, than = inputs(part)
    if entity is None and part not in ("control", "cross"):
        start(part, asked)
        return
    try:
        found = at_work("Following the stakes", ownership, part, None if part == "cross" else entity, asked)
        changes = None
        if than and asked.as_of and entity and part in ("owners", "owned"):
            changes = at_work("Comparing two dates", change, part, entity, asked, than)
    except AnalysisError as error:
        refused(error, asked)
        return
    if entity and part != "cross":
        node = asked.graph().nodes[entity]
        entity_link({"id": entity, "name": node["name"], "kind": node["kind"]}, as_of=asked.as_of)
    if changes is not None:
        what_changed(changes)
    show(found, entity, part, asked)


def inputs(part: str) -> tuple[EntityId | None, Asked, str | None]:
    """Entity, what is asked and the date to compare with."""
    entity, basis, than = None, "voting" if part == "control" else "equity", None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if part != "cross":
            with st.container(width=280):
                entity = entity_input()
        with st.container(width=130):
            as_of = date_input(
                "As of", "ownership-as-of", "as_of", "any time",
                "A year, a month or a day: 2017, 2017-09 or 2017-09-20. Only ties that surely hold then are kept.",
            )  # fmt: skip
        if part in ("owners", "owned"):
            with st.container(width=150):
                than = date_input(
                    "Compare with", "ownership-than", "than", "another date",
                    "What was gained and lost between this date and the as-of date.",
                )  # fmt: skip
        if part != "control":
            basis = choice("Shares of", "ownership-basis", "basis", BASES, "equity", shown=True)
        plans = switch("ownership-plans", "all", "Plans and allegations too", "None of them is a fact.")
        unsized = switch(
            "ownership-unsized", "unsized", "Investments without a share too",
            "Counted as stakes of unknown size. Otherwise they only say that money was paid.",
        )  # fmt: skip
    asked = Asked(as_of, plans, basis, unsized)
    if part == "control":
        asked = control_inputs(asked)
    elif part == "beneficial":
        asked = Asked(as_of, plans, basis, unsized, threshold=line_input())
    if than and as_of is None:
        st.caption("Give both dates, “As of” and “Compare with”, to see what changed between them.")
    return entity, asked, than


def entity_input() -> EntityId | None:
    """The entity of the address or the reader's choice; says so when the address names none."""
    asked = param("id")
    known = data.the_store().entity(asked) if asked else None
    if asked and known is None:
        st.warning(f"There is no entity “{md(asked, 80)}”.")
        for near in data.names().nearest(asked, 3):
            way(PAGE, md(near.name, 60), ":material/arrow_forward:", id=near.id, part=param("part"))
    follow("ownership-entity", "id", known.id if known else None)
    picked = entity_picker("Company or owner", "ownership-entity", None)
    keep("ownership-entity", "id", picked or (asked if known is None else None))
    return picked


def control_inputs(asked: Asked) -> Asked:
    """Model of control and threshold."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = choice("Model", "ownership-model", "model", MODELS, "majority", shown=True)
        threshold = 0.5
        if model in ("majority", "threshold"):
            with st.container(width=150):
                threshold = percent_input("More than, in %", "ownership-over", "over", 50, least=50, most=99)
    st.caption(MODEL_WORDS[model])
    return Asked(asked.as_of, asked.plans, asked.basis, asked.unsized, threshold, model)


def line_input() -> float:
    """From which share on somebody is a beneficial owner."""
    asked = param("line")
    own = asked is not None and asked not in LINES
    with st.container(horizontal=True, vertical_alignment="bottom"):
        follow("ownership-line", "line", "own" if own else asked or "25", list(LINES))
        line = st.segmented_control(
            "From this share on",
            list(LINES),
            format_func=LINES.__getitem__,
            required=True,
            key="ownership-line",
        )
        if line == "own":
            with st.container(width=150):
                share = percent_input("Share, in %", "ownership-line-own", "line", 10, least=1, most=100)
            keep("ownership-line", "line", param("line"))
            return share
    keep("ownership-line", "line", line if line != "25" else None)
    return int(line or "25") / 100


def percent_input(label: str, key: str, name: str, usual: int, *, least: int, most: int) -> float:
    """A whole number of percent of the address, as a fraction."""
    text = param(name) or ""
    asked = min(max(int(text), least), most) if text.isascii() and text.isdecimal() else usual
    follow(key, name, asked)
    number = int(st.number_input(label, least, most, key=key, step=1))
    keep(key, name, str(number) if number != usual or name == "line" else None)
    return number / 100


def start(part: str, asked: Asked) -> None:
    """No entity yet: some to start from."""
    st.info("Choose a company or an owner.", icon=":material/search:")
    graph = asked.graph()
    firms = best_known(asked)
    if firms:
        st.caption("Most known owners:")
        with st.container(horizontal=True):
            for firm in firms:
                way(PAGE, md(graph.nodes[firm]["name"], 60), ":material/arrow_forward:", id=firm, part=part)


def refused(error: AnalysisError, asked: Asked) -> None:
    """Shares that cannot be: the message, and the statements that it is about."""
    wanted = error.details.get("ties")
    if not wanted:
        show_error(error)
        return
    st.error(
        f"**{md(error.message, 900)}**\n\nThe statements may be of different dates: choose one above. "
        "They are all listed here.",
        icon=":material/error:",
    )
    ties_markdown(data.the_store().ties([str(tie) for tie in wanted][:20]), asked.graph())


def what_changed(found: Change) -> None:
    """What was gained, lost and changed between two dates."""
    between = md(f"between {found.earlier} and {found.later}")
    parts: Mapping[str, tuple] = {"Gained": found.gained, "Lost": found.lost, "Changed": found.changed}
    with st.container(border=True):
        if not any(parts.values()):
            st.markdown(f"Nothing known changed {between}.")
        for title, items in parts.items():
            if not items:
                continue
            wanted = sorted({tie for item in items for tie in item.ties})
            ties = {tie.id: tie for tie in data.the_store().ties(wanted)}
            st.markdown(f"**{title} {between}: {len(items):,}**")
            box = st.container(height=260) if len(items) > 4 else st.container()
            box.markdown(statements(items[:MOST_LISTED], ties))
        st.caption("Ties whose dates do not tell are left out on both dates.")


def show(found: Found, entity: EntityId | None, part: str, asked: Asked) -> None:
    """The answer: sentences with sources, drawing, table, what is not known, how it was computed."""
    answer, graph = found.answer, asked.graph()
    key = f"ownership-{part}-{entity}-{asked}"
    ties = ties_of(answer, graph)
    if asked.plans:
        st.markdown(":orange-badge[not all facts] Plans and allegations are counted as if they held.")
    st.markdown(statements(answer.statements[:MOST_TOLD], ties))
    if len(answer.statements) > MOST_TOLD:
        with st.expander(f"{len(answer.statements) - MOST_TOLD:,} more"):
            st.markdown(statements(answer.statements[MOST_TOLD:MOST_LISTED], ties))
    if found.drawing is not None:
        tree_drawing(found, found.drawing, asked, key)
    if answer.rows:
        share_table(answer, f"{key}-rows")
    if found.chains:
        every_chain(found, f"{key}-chains")
    if answer.notes:
        with st.expander(f"What is unknown, assumed or left out ({len(answer.notes)})"):
            st.markdown("\n".join(f"- {md(note, 600)}" for note in answer.notes))
    left_out_caption(answer.provenance.left_out, asked.as_of)
    computed(answer)
    downloads(answer, ties, key)


def tree_drawing(found: Found, drawing: Picture, asked: Asked, key: str) -> None:
    """The tree with what its marks mean."""
    legend = [found.note] if found.note else []
    legend.append("A line is as wide as the share; dashed: its size is not known, or it is no fact.")
    st.caption(" ".join(legend))
    deep = len({round(node.y, 2) for node in drawing.nodes})
    draw(
        drawing, asked.graph(), f"{key}-tree", title=found.answer.title, as_of=asked.as_of,
        height=min(640, 280 + 60 * deep),
    )  # fmt: skip


def share_table(answer: Answer, key: str) -> None:
    """The rows, shares in percent; ids are links to pages of entities. A minimum of nothing stays empty."""
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    again = all(row.get("integrated") == row.get("corrected") for row in rows)
    hidden = (*HIDDEN, *(("integrated",) if again else ()))
    ids = [name for name in answer.columns if name.endswith("_id")]
    names = [name for name in answer.columns if name not in (*ids, *hidden)]
    config: dict[str, Any] = {
        name: st.column_config.LinkColumn("page", display_text=r"id=([^&]+)") for name in ids
    }
    for name in names:
        label = COLUMNS.get(name, name.replace("_", " "))
        if name in SHARES:
            config[name] = st.column_config.NumberColumn(label, format="percent", width=95)
        else:
            config[name] = st.column_config.Column(label)
    shown = [
        {name: None if name == "min" and row[name] == 0 else cell(name, row[name]) for name in (*names, *ids)}
        for row in rows
    ]
    st.dataframe(
        shown, column_config=config, column_order=[*names, *ids], hide_index=True, placeholder="not known",
        key=key, alt=answer.title,
    )  # fmt: skip


def every_chain(found: Found, key: str) -> None:
    """Each chain of stakes with its product."""
    with st.expander(f"Every chain ({len(found.chains):,})"):
        shares = ("share", "at least", "at most")
        rows = [
            {name: plain(value, 400) if isinstance(value, str) else value for name, value in row.items()}
            for row in found.chains[:MOST_LISTED]
        ]
        st.dataframe(
            rows,
            column_config={name: st.column_config.NumberColumn(name, format="percent") for name in shares},
            hide_index=True, placeholder="not known", key=key, alt="Every chain of stakes",
        )  # fmt: skip
        sheet_button(rows, "Every chain of stakes", key)
        if len(found.chains) > MOST_LISTED:
            st.caption(f"The {MOST_LISTED} largest of {len(found.chains):,}.")


if __name__ == "__main__":
    page()
