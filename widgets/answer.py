"""An analysis on the screen: sentences with sources, the drawing, the table, how it was computed, downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement, answer_bytes
from graph.exports.brief import answer_brief
from graph.model import Tie
from graph.wording import counted
from widgets import data
from widgets.parts import cited, left_out_caption
from widgets.text import md, page_address, plain

MOST_STATEMENTS = 12
_CITED = 4
_HIDDEN = ("tie_ids", "entity_ids", "member_ids", "source_ids")


def show_answer(
    answer: Answer,
    graph: nx.MultiDiGraph,
    key: str,
    *,
    drawing: Callable[[], None] | None = None,
    most: int = MOST_STATEMENTS,
    table: bool = True,
) -> None:
    """Everything about an answer, in the order people read it.

    Args:
        answer: what to show.
        graph: what it was computed on, for the sources of the ties it rests on.
        key: of the widgets, unique on the page; a drawing needs another one.
        drawing: draws between the sentences and the table.
        most: sentences shown before the rest is folded away.
        table: whether the rows are shown; leave them out where the drawing has its own twin.
    """
    ties = ties_of(answer, graph)
    st.markdown(statements(answer.statements[:most], ties))
    if len(answer.statements) > most:
        with st.expander(f"{len(answer.statements) - most:,} more"):
            st.markdown(statements(answer.statements[most : most + 200], ties))
    for note in answer.notes:
        st.caption(md(note, 600))
    if drawing is not None:
        drawing()
    if table and answer.rows:
        show_rows(answer, key)
    left_out_caption(answer.provenance.left_out, answer.provenance.as_of)
    computed(answer)
    downloads(answer, ties, key)


def ties_of(answer: Answer, graph: nx.MultiDiGraph) -> dict[str, Tie]:
    """The ties that the sentences rest on, by id."""
    wanted = {tie for statement in answer.statements for tie in statement.ties}
    ends = {entity for statement in answer.statements for entity in statement.entities}
    near = graph.edges(ends & set(graph), data="tie") if ends else ()
    found = {tie.id: tie for _, _, tie in near if tie is not None and tie.id in wanted}
    missing = sorted(wanted - set(found))
    return found | {tie.id: tie for tie in data.the_store().ties(missing)} if missing else found


def statements(items: tuple[Statement, ...], ties: dict[str, Tie]) -> str:
    """Sentences as a list; below each, small, where it was read."""
    kept = [ties[key] for item in items for key in item.ties if key in ties]
    sources = data.sources_of(kept)
    lines: list[str] = []
    for item in items:
        keys = dict.fromkeys(key for tie in item.ties if tie in ties for key in ties[tie].sources)
        shown = [sources[key] for key in keys if key in sources]
        few = shown[:_CITED] if len(shown) > _CITED + 1 else shown
        more = f" · {len(shown) - len(few)} more" if len(few) < len(shown) else ""
        where = f"  \n  :small[{cited(few)}{more}]" if shown else ""
        lines.append(
            f"- {no_fact_mark(ties[tie] for tie in item.ties if tie in ties)}{md(item.text, 2_000)}{where}"
        )
    return "\n".join(lines)


def no_fact_mark(ties: Iterable[Tie]) -> str:
    """A badge with the words for what a sentence rests on where that is no fact; empty for facts alone."""
    kept = list(ties)
    statuses = dict.fromkeys(tie.status for tie in kept if not tie.is_fact)
    if not statuses:
        return ""
    some = "in part " if any(tie.is_fact for tie in kept) else ""
    return f":orange-badge[{some}{', '.join(statuses)}] "


def show_rows(answer: Answer, key: str) -> None:
    """The rows as a table; entity ids are links to their pages."""
    names = [name for name in answer.columns if name not in _HIDDEN]
    config: dict[str, Any] = {}
    for name in names:
        label = name.replace("_", " ")
        if name.endswith("_id"):  # keeps its "id": the name beside it has the same heading without
            config[name] = st.column_config.LinkColumn(
                label, display_text=r"id=([^&]+)", help="Opens the page of the entity."
            )
        elif name in ("strength", "step_strength"):
            config[name] = st.column_config.NumberColumn(
                f"{label} (0 to 1)", help="Of a step, as declared in the ontology; of a path, their product."
            )
        elif name == "share" or name.startswith("share_") or name.endswith("_share"):
            config[name] = st.column_config.NumberColumn(label, format="percent")
        elif name.endswith("_usd"):
            config[name] = st.column_config.NumberColumn(
                f"{label.removesuffix(' usd')} (US$)", format="dollar"
            )
        else:
            config[name] = st.column_config.Column(label)
    rows = [
        {name: cell(name, value) for name, value in zip(answer.columns, row, strict=True) if name in config}
        for row in answer.rows
    ]
    first = [name for name in names if not name.endswith("_id")]
    st.dataframe(
        rows, column_config=config, column_order=[*first, *(name for name in names if name not in first)],
        hide_index=True, placeholder="not known", key=f"{key}-rows", alt=answer.title,
    )  # fmt: skip


def cell(name: str, value: Any) -> Any:
    """A cell of the table: plain text, and never a link that was not made here."""
    if value is None:
        return None
    if name.endswith("_id"):
        return page_address("entity", id=str(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(str(item)) for item in value)
    if isinstance(value, (bool, int, float)):
        return value
    return plain(str(value), 500)


def computed(answer: Answer) -> None:
    """The method with its formula, the rule for missing data, what was asked, the citation."""
    method, made = answer.method, answer.provenance
    with st.expander("How is this computed?"):
        st.markdown(f"**{md(method.name)}.** {md(method.formula, 2_000)}")
        st.markdown(f"**Where data is unknown:** {md(method.missing, 1_000)}")
        asked = [f"{name.replace('_', ' ')} {value}" for name, value in made.parameters.items()]
        facts = [
            f"{counted(made.ties, 'tie')} among {counted(made.entities, 'entity')}, as of {made.as_of or 'any time'}",
            f"direction: {made.direction}", f"weights: {made.weights}", f"normalisation: {made.normalisation}",
            f"seed {made.seed}" if made.seed is not None else "", f"data version {made.data_version}", *asked,
        ]  # fmt: skip
        st.markdown("**Computed from:** " + "; ".join(md(fact, 300) for fact in facts if fact))
        st.caption(f"Reference: {md(method.citation, 600)}")


def downloads(answer: Answer, ties: dict[str, Tie], key: str) -> None:
    """The answer as CSV, JSON and a Markdown brief, each with method and provenance."""

    def brief() -> bytes:
        return answer_brief(answer, ties, data.sources_of(list(ties.values()))).encode("utf-8", "replace")

    kinds: list[tuple[str, str, Callable[[], bytes], str]] = [
        ("CSV", "csv", lambda: answer_bytes(answer, ".csv"), "text/csv"),
        ("JSON", "json", lambda: answer_bytes(answer, ".json"), "application/json"),
        ("Brief with sources", "md", brief, "text/markdown"),
    ]
    with st.container(horizontal=True):
        for label, ending, make, mime in kinds:
            st.download_button(
                label, make, f"interlock.{ending}", mime, key=f"{key}-{ending}",
                icon=":material/download:", type="tertiary", on_click="ignore",
            )  # fmt: skip
