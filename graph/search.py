"""Finding an entity of a store by a name somebody half remembers."""

from __future__ import annotations

import threading
from collections import Counter

from graph.collector import paused
from graph.errors import EntityNotFound
from graph.model import Entity
from graph.names import Match, NameIndex
from graph.store.base import Store

__all__ = ["Match", "NameIndex", "name_index", "nearest_names", "resolve_entity", "search"]
_CACHE_SIZE = 4


def search(store: Store, text: str, *, limit: int = 20, kinds: frozenset[str] | None = None) -> list[Match]:
    """Entities of a store called like ``text``, see :meth:`NameIndex.search`.

    The index is built once per data version: O(entities + ties) then, a few milliseconds afterwards.
    """
    return name_index(store).search(text, limit=limit, kinds=kinds)


def nearest_names(store: Store, text: str, count: int = 3) -> list[Entity]:
    """The entities spelled most like ``text``, for "did you mean"."""
    return name_index(store).nearest(text, count)


def resolve_entity(store: Store, text: str) -> Entity:
    """The one entity with this id, name or alias.

    Raises:
        EntityNotFound: none, or several; ``nearest`` holds the ids that may have been meant.
    """
    index = name_index(store)
    if found := index.exact(text):
        return found
    error = EntityNotFound(text)
    error.nearest = [match.entity.id for match in index.search(text, limit=3)] or [
        entity.id for entity in index.nearest(text)
    ]
    meant = " or ".join(f'"{item}"' for item in error.nearest)
    error.message += f" Did you mean {meant}?" if meant else ""
    error.args = (error.message,)
    error.details["nearest"] = error.nearest
    raise error


_indexes: dict[tuple[str, str], NameIndex] = {}
_indexes_lock = threading.Lock()


def name_index(store: Store) -> NameIndex:
    """The store's name index, kept per data version."""
    key = (store.location, store.data_version())
    with _indexes_lock:
        index = _indexes.pop(key, None)
    if index is None:
        with paused():
            index = NameIndex(store.entities(), _tie_counts(store))
    with _indexes_lock:
        _indexes[key] = index
        while len(_indexes) > _CACHE_SIZE:
            _indexes.pop(next(iter(_indexes)))
    return index


def _tie_counts(store: Store) -> Counter[str]:
    counts: Counter[str] = Counter()
    with store.stream("MATCH (a:Entity)-[r]->(b:Entity) RETURN a.id AS a, b.id AS b", timeout_s=600) as rows:
        for start, end in rows:
            counts[start] += 1
            counts[end] += 1
    return counts
