"""Instead of a page: a store without data, and a store that cannot be opened."""

from __future__ import annotations

import streamlit as st

from graph.errors import ExplorerError, StoreLocked, StoreRefused, StoreUnavailable
from graph.importer import import_records
from graph.settings import BUNDLED_DATA, is_server, load_settings
from loaders import read_path
from widgets import data
from widgets.access import can_edit, why_not
from widgets.query_parts import way
from widgets.text import md


def empty_store_page() -> None:
    """What a store without data shows: the bundled data in one click, or how to bring one's own."""
    st.title("Nothing loaded yet")
    if not can_edit():
        st.write(f"The store is empty. {why_not()} Load data on the machine that holds the store.")
        st.code("interlock load", language="bash")
        return
    st.write(
        "The store is empty. Start with the bundled data on investors, partners, customers and suppliers "
        "of the AI industry, or bring your own."
    )
    if st.button("Load the bundled data", type="primary", icon=":material/download:", key="store-load"):
        _load_bundled()
        st.rerun()
    way("views/imports.py", "Import your own files", ":material/upload_file:")
    st.caption(f"Store: {md(data.the_store().location, 400)}")


def _load_bundled() -> None:
    bar = st.progress(0.0, "Loading …")

    def tell(done: int, total: int) -> None:
        bar.progress(min(1.0, done / max(total, 1)), f"{done:,} of {total:,} records")

    import_records(data.store_to_change(), read_path(BUNDLED_DATA), progress=tell)
    bar.empty()


def broken_store_page(error: ExplorerError) -> None:
    """Why the store cannot be opened, which store it is, who holds it, what to do; and try again."""
    st.title("The store refused" if isinstance(error, StoreRefused) else "The store cannot be opened")
    st.error(
        md(error.message, 600),
        icon=":material/lock:" if isinstance(error, StoreLocked) else ":material/error:",
    )
    place = load_settings().store
    server = is_server(place)
    if not server and place not in error.message:
        st.markdown(f"**Folder** {md(place, 400)}")
    st.markdown("##### What to do\n" + "\n".join(f"- {md(step, 400)}" for step in _steps(error, server)))
    if error.retry or isinstance(error, StoreUnavailable):
        st.button("Try again", icon=":material/refresh:", key="store-retry", type="primary")


def _steps(error: ExplorerError, server: bool) -> list[str]:
    steps = [error.hint] if error.hint else []
    if isinstance(error, StoreLocked):
        steps.append("Then press Try again. Nothing was changed.")
    elif server:
        steps.append(
            "Check that the server runs and that INTERLOCK_STORE names its address, then press Try again."
        )
    elif isinstance(error, StoreUnavailable):
        steps.append(
            "To look at the bundled data meanwhile, start the app on a new folder: interlock app --store NEW"
        )
    return steps
