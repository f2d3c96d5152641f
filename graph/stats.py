"""What a store holds, counted by the engine."""

from __future__ import annotations

from dataclasses import dataclass

from graph.store.base import Counts, Store

_BY = {
    "kinds": "MATCH (n:Entity) RETURN n.kind AS name, count(*) AS number",
    "types": "MATCH (:Entity)-[r]->(:Entity) RETURN type(r) AS name, count(*) AS number",
    "statuses": "MATCH (:Entity)-[r]->(:Entity) RETURN r.status AS name, count(*) AS number",
}
_NEWEST = "MATCH (n:Source) WHERE n.date IS NOT NULL RETURN n.date AS date ORDER BY date DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Stats:
    """Numbers of a store.

    Attributes:
        engine, location, data_version: which store, and which state of it.
        counts: entities, ties and sources.
        kinds, types, statuses: name to number of entities (of ties), most first.
        newest_source: date of the newest source as published, None when none has a date.
    """

    engine: str
    location: str
    data_version: str
    counts: Counts
    kinds: dict[str, int]
    types: dict[str, int]
    statuses: dict[str, int]
    newest_source: str | None


def stats(store: Store) -> Stats:
    """Count what the store holds. Cost: one pass of the engine over entities, two over ties."""
    newest = store.query(_NEWEST).rows
    return Stats(
        store.engine,
        store.location,
        store.data_version(),
        store.counts(),
        *(_counted(store, cypher) for cypher in _BY.values()),
        newest_source=newest[0][0] if newest else None,
    )


def _counted(store: Store, cypher: str) -> dict[str, int]:
    rows = store.query(f"{cypher} ORDER BY number DESC, name").rows
    return {str(name): int(number) for name, number in rows}
