"""A store that can only be read, whoever holds it: what the pages of the app are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from graph.errors import EditRefused
from graph.model import Batch, Entity, Source, Tie
from graph.store.base import (
    DEFAULT_MAX_ROWS,
    NO_REMOVAL,
    Begun,
    Counts,
    LogEntry,
    Progress,
    Removal,
    Rows,
    RowStream,
    Store,
)
from graph.store.status import StoreStatus


class ReadingStore(Store):
    """The reading half of another store.

    A writing call raises :class:`graph.errors.EditRefused` and reaches no engine. Closing it leaves the
    other store open. Cost: one more call in Python.

    Args:
        whole: the store that is read.
    """

    def __init__(self, whole: Store) -> None:
        self.whole = whole
        self.engine = whole.engine
        self.location = whole.location
        self.timeout_s = whole.timeout_s
        self.in_steps = whole.in_steps

    # writing
    def apply(
        self,
        batch: Batch,
        *,
        remove: Removal = NO_REMOVAL,
        log: Sequence[LogEntry] = (),
        progress: Progress | None = None,
    ) -> None:
        _refuse()

    def upsert(self, batch: Batch, *, progress: Progress | None = None) -> None:
        # Also for an empty batch, which the base class would let pass.
        _refuse()

    def replace_all(
        self, batch: Batch, *, log: Sequence[LogEntry] = (), progress: Progress | None = None
    ) -> None:
        _refuse()

    def begin(self, entry: Begun) -> None:
        _refuse()

    def forget(self, entry_id: str) -> None:
        _refuse()

    def migrate(self) -> list[str]:
        _refuse()

    def clear(self) -> None:
        _refuse()

    # reading
    def log(self, kind: str | None = None) -> list[LogEntry]:
        return self.whole.log(kind)

    def log_parts(self, entry_id: str) -> list[str]:
        return self.whole.log_parts(entry_id)

    def begun(self) -> list[Begun]:
        return self.whole.begun()

    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        return self.whole.stream(cypher, parameters, timeout_s=timeout_s)

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        max_rows: int = DEFAULT_MAX_ROWS,
        timeout_s: float | None = None,
    ) -> Rows:
        return self.whole.query(cypher, parameters, max_rows=max_rows, timeout_s=timeout_s)

    def counts(self) -> Counts:
        return self.whole.counts()

    def status(self) -> StoreStatus:
        return self.whole.status()

    def data_version(self) -> str:
        return self.whole.data_version()

    def entities(self, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        return self.whole.entities(ids)

    def ties(self, ids: Sequence[str] | None = None) -> Iterator[Tie]:
        return self.whole.ties(ids)

    def ties_of(self, entity_id: str) -> list[Tie]:
        return self.whole.ties_of(entity_id)

    def sources(self, ids: Sequence[str] | None = None) -> Iterator[Source]:
        return self.whole.sources(ids)

    def close(self) -> None:
        """Nothing: the store that is read belongs to somebody else."""


def _refuse() -> NoReturn:
    raise EditRefused(
        "Here the store can only be read.", hint="Change it with the command line: interlock load FILE"
    )
