"""What a store is, and whether its constraints, indexes and model are as this version wants them."""

from __future__ import annotations

from dataclasses import dataclass

from graph.store.base import Counts

MODEL_VERSION = 3
"""Of the layout of records, logs and indexes in a store, see :mod:`graph.store.migrations`."""


@dataclass(frozen=True, slots=True)
class SchemaItem:
    """A constraint or an index.

    Attributes:
        kind: ``unique``, ``range`` or ``full text``.
        on: what it covers, such as ``(:Entity) id``.
        state: ``online``, ``missing``, ``failed`` or ``populating 40 %``.
        name: what the engine calls it; empty when it is missing.
    """

    kind: str
    on: str
    state: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The state of a store.

    Attributes:
        engine, version, edition: such as ``neo4j``, ``5.26.30``, ``community``.
        location: folder or address, without credentials.
        database: name of the database; of the embedded store, its current generation.
        writable: False where the server lets nobody write into this database; None when it does not tell.
            Whether this user may is another matter, which only a write shows.
        counts, data_version: what it holds, and which state of that.
        model_version: of the layout it was last written in; None before the first write.
        schema: constraints and indexes that this version wants, with their state; None when the user may
            not see them.
    """

    engine: str
    version: str
    edition: str
    location: str
    database: str
    writable: bool | None
    counts: Counts
    data_version: str
    model_version: int | None
    schema: tuple[SchemaItem, ...] | None

    @property
    def missing(self) -> tuple[SchemaItem, ...]:
        """Constraints and indexes that do not work: not there, or failed."""
        return tuple(item for item in self.schema or () if item.state in ("missing", "failed"))

    @property
    def next_step(self) -> str:
        """What to do, or an empty text when all is as it should be."""
        if not (self.counts.entities or self.counts.sources):
            return "It is empty. Fill it with: interlock load (the bundled data)"
        if any(item.state == "failed" for item in self.missing):
            return "An index failed: drop it in the server, then make it again with: interlock store migrate"
        if self.missing or (self.model_version or 0) < MODEL_VERSION:
            return "Bring it up to date with: interlock store migrate"
        if self.schema is None:
            return "This user may not see constraints and indexes: ask with one who may."
        return ""
