"""Entry of the app: navigation and one error boundary, nothing else."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from graph.errors import ExplorerError, StoreRefused, StoreUnavailable
from widgets import data, login
from widgets.large import read_in
from widgets.parts import show_error
from widgets.query_parts import keep_address
from widgets.store_pages import broken_store_page, empty_store_page
from widgets.theme import mend_contrast

log = logging.getLogger("interlock")
# A file of our own: an icon by name would be fetched from the network.
ICON = Path(__file__).with_name("widgets") / "icon.svg"

PAGES = {
    "": [
        ("home", "Home", "home"),
        ("explore", "Explore", "hub"),
        ("entity", "Entity", "account_tree"),
        ("paths", "Influence paths", "route"),
    ],
    "Measure": [
        ("dependencies", "Dependencies", "lan"),
        ("ownership", "Ownership", "pie_chart"),
        ("loops", "Circles", "autorenew"),
        ("boards", "Boards and conflicts", "groups"),
        ("centrality", "Centrality", "bubble_chart"),
    ],
    "Ask": [("queries", "Saved queries", "manage_search"), ("console", "Console", "terminal")],
    "Know": [
        ("data", "Data", "database"),
        ("imports", "Import", "upload_file"),
        ("duplicates", "Duplicates", "join_inner"),
        ("sources", "Sources", "library_books"),
    ],
}


def main() -> None:
    """See who is there, choose the page, open the store, show errors as messages."""
    st.set_page_config(page_title="Interlock", page_icon=str(ICON), layout="wide")
    let_in, refused = False, None
    try:
        let_in = login.let_in()
    except ExplorerError as error:
        refused = error
    page = navigation(shown=let_in)
    mend_contrast()
    try:
        if refused is not None:
            raise refused
        if not let_in:
            login.sign_in_page()
            return
        login.sign_out_button()
        if data.the_store().counts().entities == 0 and page.url_path != "imports":
            empty_store_page()
        else:
            keep_address()
            read_in(page.url_path)
            page.run()
    except (StoreUnavailable, StoreRefused) as error:
        broken_store_page(error)
    except ExplorerError as error:
        st.title("This did not work")
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


def navigation(*, shown: bool) -> st.Page:
    """The pages and the menu; those who are not let in see no menu, and an address leads them nowhere."""
    return st.navigation(
        {
            section: [
                st.Page(
                    f"views/{name}.py", title=title, icon=f":material/{icon}:",
                    **({"default": True} if name == "home" else {"url_path": name}),
                )
                for name, title, icon in members
            ]
            for section, members in PAGES.items()
        },
        position="sidebar" if shown else "hidden",
    )  # fmt: skip


main()
