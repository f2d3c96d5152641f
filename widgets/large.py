"""A large store is read into memory with a word about it, before the page that needs it."""

from __future__ import annotations

from graph.dates import parse_date
from graph.errors import SchemaViolation
from widgets import data
from widgets.parts import param
from widgets.working import at_work

LARGE = 20_000
"""Entities from which reading takes seconds."""
_ANY_TIME = ("explore", "sources")
_DATED = ("paths", "dependencies", "loops", "boards", "centrality")


def read_in(page: str) -> None:
    """Read what the page works on, if it is large: whoever leaves meanwhile finds it read when they come back.

    Args:
        page: its address without the slash.
    """
    if page not in (*_ANY_TIME, *_DATED) or data.the_store().counts().entities <= LARGE:
        return
    plans = page in _ANY_TIME or param("all") == "1"
    as_of = None if page in _ANY_TIME else param("as_of")
    try:
        if as_of:
            parse_date(as_of)
    except SchemaViolation:
        return  # the page says so, at its field

    def read() -> None:
        data.graph(as_of=as_of, all_statuses=plans)

    at_work("Reading the graph", read, goes_on=True)
