"""Sources: every page and document, and what rests on it."""

from __future__ import annotations

import streamlit as st

from graph.wording import counted, plural
from widgets import data
from widgets.parts import SOURCES, param, ties_markdown
from widgets.source_table import source_table
from widgets.text import link, md


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
    source_table("sources")


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
    st.subheader(f"{counted(len(ties), 'tie')} {plural(len(ties), 'rests', 'rest')} on it")
    ties_markdown(ties, data.graph(as_of=None, all_statuses=True))


if __name__ == "__main__":
    page()
