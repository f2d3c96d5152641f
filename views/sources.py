"""Sources: every page and document, and what rests on it."""

from __future__ import annotations

import streamlit as st

from widgets import data
from widgets.parts import SOURCES, param, ties_markdown
from widgets.text import link, md, plain


def page() -> None:
    """The page."""
    asked = param("id")
    if asked:
        one(asked)
    else:
        every()


def every() -> None:
    """A searchable table of all sources."""
    st.title("Sources")
    rows = data.all_sources()
    text = (
        st.text_input(
            "Search", type="search", key="source-search", placeholder="publisher or title", live=True
        )
        or ""
    ).casefold()
    kept = [row for row in rows if text in f"{row['publisher']} {row['title']}".casefold()]
    st.caption(f"{len(kept)} of {len(rows)} sources. Every tie rests on at least one of them.")
    table = [
        {
            **{
                name: plain(row[name]) if row[name] else None
                for name in ("publisher", "title", "date", "language")
            },
            "url": row["url"],
            "ties": row["ties"],
            "open": f"/sources?id={row['id']}",
        }
        for row in sorted(kept, key=lambda row: (-row["ties"], row["id"]))
    ]
    st.dataframe(
        table,
        hide_index=True,
        height=560,
        column_order=("publisher", "title", "date", "ties", "url", "open", "language"),
        column_config={
            "url": st.column_config.LinkColumn("page"),
            "open": st.column_config.LinkColumn("what rests on it", display_text="show ties"),
            "ties": st.column_config.NumberColumn("ties"),
        },
        placeholder="not known",
        alt="Sources",
    )


def one(source_id: str) -> None:
    """One source with the ties that cite it."""
    st.page_link(SOURCES, label="All sources", icon=":material/arrow_back:")
    source = next(iter(data.the_store().sources([source_id])), None)
    if source is None:
        st.title("Not found")
        st.write(f"There is no source “{md(source_id, 80)}”. Look for it in the list of all sources.")
        return
    st.title(md(source.title, 200))
    st.caption(" · ".join(md(part) for part in (source.publisher, source.date, source.language) if part))
    if source.url:
        st.markdown(link(source.url, source.url))
    ties = data.ties_citing(source_id)
    st.subheader(f"{len(ties)} ties rest on it")
    ties_markdown(ties, data.graph(as_of=None, all_statuses=True))


if __name__ == "__main__":
    page()
