"""Graphs that all sessions share, as many as memory is meant for: by ties, for a large graph takes gigabytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import networkx as nx

MOST_TIES = 2_500_000
"""Ties of all graphs together, about 5 GB."""
# What NetworkX keeps of a graph in itself leads back to it; without it a graph is freed at once, and need not
# wait for the collector, which is told to leave it alone.
_BACK = (
    "adj", "succ", "pred", "nodes", "edges", "out_edges", "in_edges", "degree", "in_degree", "out_degree",
)  # fmt: skip


class Shelf:
    """Graphs by the state of the data and what was asked; the one that was not used for longest goes first."""

    def __init__(self, most: int = MOST_TIES) -> None:
        self._most = most
        self._graphs: OrderedDict[tuple[str, Hashable], nx.MultiDiGraph] = OrderedDict()
        self._sizes: dict[tuple[str, Hashable], int] = {}
        self._making: dict[tuple[str, Hashable], threading.Lock] = {}
        self._guard = threading.Lock()
        self._newest = ""
        self._versions: set[str] = set()

    def get(self, data_version: str, asked: Hashable, make: Callable[[], nx.MultiDiGraph]) -> nx.MultiDiGraph:
        """The graph; made when there is none, by one caller while others who ask for the same wait."""
        key = (data_version, asked)
        with self._guard:
            if key in self._graphs:
                self._graphs.move_to_end(key)
                return self._graphs[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._guard:
                if key in self._graphs:
                    return self._graphs[key]
            try:
                found = make()
            finally:
                with self._guard:
                    self._making.pop(key, None)
            with self._guard:
                self._put(key, found)
        return found

    def _put(self, key: tuple[str, Hashable], graph: nx.MultiDiGraph) -> None:
        if self._newest != key[0]:
            if key[0] in self._versions:
                return  # the data has changed while it was made
            self._newest = key[0]
            self._versions.add(key[0])
        for old in [old for old in self._graphs if old[0] != key[0]]:
            self._drop(old)
        self._graphs[key] = graph
        self._sizes[key] = 1 + graph.number_of_edges()
        while len(self._graphs) > 1 and sum(self._sizes.values()) > self._most:
            self._drop(next(iter(self._graphs)))

    def _drop(self, key: tuple[str, Hashable]) -> None:
        graph = self._graphs.pop(key)
        del self._sizes[key]
        for name in _BACK:
            graph.__dict__.pop(name, None)

    def __len__(self) -> int:
        return len(self._graphs)
