"""Entry of the app: navigation and one error boundary, nothing else."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from graph.errors import ExplorerError, StoreUnavailable
from widgets import data
from widgets.parts import empty_store_page, show_error

log = logging.getLogger("interlock")
# A file of our own: an icon by name would be fetched from the network.
ICON = Path(__file__).with_name("widgets") / "icon.svg"


def main() -> None:
    """Choose the page, open the store, show errors as messages."""
    st.set_page_config(page_title="Interlock", page_icon=str(ICON), layout="wide")
    page = st.navigation(
        [
            st.Page("views/home.py", title="Home", icon=":material/home:", default=True),
            st.Page("views/entity.py", title="Entity", icon=":material/account_tree:", url_path="entity"),
            st.Page("views/paths.py", title="Influence paths", icon=":material/route:", url_path="paths"),
            st.Page(
                "views/queries.py", title="Saved queries", icon=":material/manage_search:", url_path="queries"
            ),
            st.Page("views/sources.py", title="Sources", icon=":material/library_books:", url_path="sources"),
        ]
    )
    try:
        if data.the_store().counts().entities == 0:
            empty_store_page()
        else:
            page.run()
    except ExplorerError as error:
        st.title(
            "This did not work" if not isinstance(error, StoreUnavailable) else "The store cannot be opened"
        )
        show_error(error)
        if error.retry:
            st.button("Try again", icon=":material/refresh:")
    except Exception:
        log.exception("a page failed")
        st.title("This is our mistake")
        st.error(
            "The page failed; the details are in the log. Your data was not changed.",
            icon=":material/bug_report:",
        )


main()
