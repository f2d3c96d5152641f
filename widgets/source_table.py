"""The table of all sources, with what rests on the one that is chosen."""

from __future__ import annotations

import streamlit as st

from graph.wording import counted, plural
from widgets import data
from widgets.parts import SOURCES, ties_markdown
from widgets.query_parts import selected_rows
from widgets.sheet import sheet_button
from widgets.text import link, md, plain

MOST_TIES = 50


def source_table(key: str) -> None:
    """A searchable table of all sources; a ticked one shows its ties below."""
    rows = data.all_sources()
    text = (
        st.text_input(
            "Search", type="search", key="source-search", placeholder="publisher or title", live=True
        )
        or ""
    ).casefold()
    kept = [row for row in rows if text in f"{row['publisher']} {row['title']}".casefold()]
    kept.sort(key=lambda row: (-row["ties"], row["id"]))
    st.caption(
        f"{len(kept)} of {counted(len(rows), 'source')}. Every tie rests on at least one of them. Tick one to see its ties."
    )
    table = [
        {
            **{
                name: plain(row[name]) if row[name] else None
                for name in ("publisher", "title", "date", "language")
            },
            "url": row["url"] if str(row["url"] or "").startswith(("http://", "https://")) else None,
            "ties": row["ties"],
        }
        for row in kept
    ]
    event = st.dataframe(
        table,
        hide_index=True,
        height=420,
        column_order=("publisher", "title", "date", "ties", "url", "language"),
        column_config={
            "url": st.column_config.LinkColumn("page"),
            "ties": st.column_config.NumberColumn("ties"),
        },
        placeholder="not known",
        alt="Sources",
        key=f"{key}-{text}",
        on_select="rerun",
        selection_mode="single-row",
    )
    sheet_button(table, "Sources", key)
    chosen = selected_rows(event)
    if chosen and chosen[0] < len(kept):
        source_ties(kept[chosen[0]]["id"])


def source_ties(source_id: str) -> None:
    """One source and the ties that cite it, as sentences."""
    source = next(iter(data.the_store().sources([source_id])), None)
    if source is None:
        return
    ties = data.ties_citing(source_id)
    rest = f"{counted(len(ties), 'tie')} {plural(len(ties), 'rests', 'rest')}"
    with st.container(border=True):
        st.markdown(f"**{link(source.title, source.url)}**  \n{md(source.publisher)} · {rest} on it")
        ties_markdown(ties[:MOST_TIES], data.graph(as_of=None, all_statuses=True))
        st.page_link(
            SOURCES,
            label="Page of this source",
            icon=":material/arrow_forward:",
            query_params={"id": source_id},
        )
