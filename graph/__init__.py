"""Interlock's public API: open a store, turn it into a NetworkX graph, ask it.

>>> from graph import open_store, to_networkx
>>> with open_store() as store:          # doctest: +SKIP
...     G = to_networkx(store, as_of="2024-06")
"""

from __future__ import annotations

from graph.errors import ExplorerError
from graph.model import Batch, Entity, Source, Tie
from graph.projection import Filters, to_networkx
from graph.store import Store, open_store

__version__ = "0.1.0"
__all__ = [
    "Batch",
    "Entity",
    "ExplorerError",
    "Filters",
    "Source",
    "Store",
    "Tie",
    "__version__",
    "open_store",
    "to_networkx",
]
