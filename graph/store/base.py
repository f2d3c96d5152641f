"""The store interface: what every engine must do, and nothing an engine need not do."""

from __future__ import annotations

import os
import re
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from datetime import time as clock
from numbers import Integral, Real
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from graph.errors import ParameterError
from graph.log_entries import now
from graph.model import Batch, Entity, Source, Tie

if TYPE_CHECKING:
    from graph.store.status import StoreStatus

DEFAULT_MAX_ROWS = 1_000
DEFAULT_TIMEOUT_S = 10.0

Progress = Callable[[int, int], None]
"""Called with (records written, records in all)."""


@dataclass(frozen=True, slots=True)
class NodeValue:
    """A node in a query result: sorted labels and its properties."""

    labels: tuple[str, ...]
    properties: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class TieValue:
    """A relationship in a query result, with the ids of its ends (``""`` if an end has no id)."""

    type: str
    from_id: str
    to_id: str
    properties: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class PathValue:
    """A path in a query result; ``ties[i]`` joins ``nodes[i]`` and ``nodes[i + 1]``."""

    nodes: tuple[NodeValue, ...]
    ties: tuple[TieValue, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a query.

    Attributes:
        columns: names in the order of the RETURN clause.
        rows: one tuple of plain Python values a row (str, int, float, bool, None, list, dict,
            NodeValue, TieValue, PathValue; dates as ISO text).
        truncated: whether the row cap cut the answer: there is at least one more row.
        seconds: time from sending the query to the last row.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    seconds: float = 0.0

    def dicts(self) -> list[dict[str, Any]]:
        """One dict a row, keyed by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records a store holds."""

    entities: int
    ties: int
    sources: int


@dataclass(frozen=True, slots=True)
class Removal:
    """Ids to remove; the ties of a removed entity go with it."""

    entities: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.entities) + len(self.ties) + len(self.sources)


NO_REMOVAL = Removal()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What the store remembers about a change, beside the graph: no query sees it.

    Attributes:
        id: key; writing an entry replaces the one with its id.
        kind: what sort of change, such as ``import``.
        at: time in UTC, ISO 8601.
        summary: JSON text, short.
        parts: more text in pieces, such as the records as they were before; read by ``log_parts`` only.
    """

    id: str
    kind: str
    at: str
    summary: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A change that was begun and of which no end is known: it was interrupted, or still runs elsewhere.

    Attributes:
        id: of the log entry it would have written.
        what: for people, such as the files of an import.
        at: time in UTC, ISO 8601.
        host, pid: where it ran.
    """

    id: str
    what: str
    at: str
    host: str
    pid: int

    @classmethod
    def here(cls, id: str, what: str) -> Self:
        """A change that begins now, in this process."""
        return cls(id, what, now(), socket.gethostname(), os.getpid())


class RowStream(AbstractContextManager["RowStream"], Iterator[tuple[Any, ...]]):
    """Rows as the engine yields them. Use in a ``with`` block: leaving it frees the engine's cursor.

    Errors of the engine surface while iterating, as the same errors that ``Store.query`` raises.
    """

    columns: tuple[str, ...] = ()

    @abstractmethod
    def __next__(self) -> tuple[Any, ...]: ...

    @abstractmethod
    def close(self) -> None:
        """Free the cursor; closing twice is fine."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def collect(stream: RowStream, max_rows: int, started: float) -> Rows:
    """The first ``max_rows`` rows of a stream, which is then closed; ``started`` is by ``perf_counter``."""
    kept: list[tuple[Any, ...]] = []
    truncated = False
    with stream:
        for row in stream:
            if len(kept) >= max_rows:
                truncated = True
                break
            kept.append(row)
        columns = stream.columns
    return Rows(columns, tuple(kept), truncated, time.perf_counter() - started)


_HALVES = re.compile("[\ud800-\udfff]")


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Check that every value can be sent to an engine; the engines themselves differ here, or guess.

    Raises:
        ParameterError: names the parameter. Cost: O(size of the values).
    """
    for name, value in parameters.items():
        if fault := _fault(value):
            raise ParameterError(
                name,
                f"{fault}.",
                hint="Pass text, numbers, true or false, null, dates, or lists and maps of them.",
            )


def _fault(value: Any) -> str | None:
    """What stands against sending a value, or None."""
    if isinstance(value, str):
        return "the text has half a character (a lone surrogate) in it" if _HALVES.search(value) else None
    if isinstance(value, Integral):
        return None if -(2**63) <= int(value) < 2**63 else "the whole number needs more than 64 bits"
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_fault, value)), None)
    if isinstance(value, Mapping):
        keys = "a map has a key that is not text" if not all(isinstance(key, str) for key in value) else None
        return keys or next(filter(None, map(_fault, value.values())), None)
    if value is None or isinstance(value, (Real, date, clock, timedelta)):
        return None
    return f"a {type(value).__name__} is no value of a query"


def last_by_id(batch: Batch) -> Batch:
    """The batch with one record per id: the last one, which replaces those before it."""

    def last(records: Sequence[Any]) -> tuple[Any, ...]:
        return tuple({record.id: record for record in records}.values())

    return Batch(last(batch.entities), last(batch.ties), last(batch.sources))


class Store(ABC):
    """A graph of entities, ties and sources in one engine.

    One object serves many threads. All errors are of :mod:`graph.errors`: ``StoreUnavailable``,
    ``StoreLocked``, ``StoreRefused``, ``QuerySyntaxError``, ``QueryTimeout``, ``WriteRefused``,
    ``ParameterError`` (a parameter the query names was not given).

    In the engine an entity is a node labelled ``Entity`` and its kind's label (``Company``), a
    source a node labelled ``Source``, a tie a relationship of its type; the properties are those of
    :func:`graph.model.to_properties`.
    """

    engine: str
    """``arcadedb`` or ``neo4j``."""
    location: str
    """Folder or address, without credentials."""
    timeout_s: float = DEFAULT_TIMEOUT_S
    in_steps = False
    """Whether a copy into it is written in several transactions, see :mod:`graph.moves.copy`."""

    # writing
    def upsert(self, batch: Batch, *, progress: Progress | None = None) -> None:
        """Write every record or none; :meth:`apply` without anything else."""
        if len(batch):
            self.apply(batch, progress=progress)

    @abstractmethod
    def apply(
        self,
        batch: Batch,
        *,
        remove: Removal = NO_REMOVAL,
        log: Sequence[LogEntry] = (),
        progress: Progress | None = None,
    ) -> None:
        """Remove, write and log, all of it or nothing; a record replaces the one with its id whole.

        Writing the same batch twice changes nothing; of two records with one id in a batch the last
        counts. Ends of ties must be in the batch or in the store: otherwise ``SchemaViolation`` names
        the tie, and nothing is written. Ids to remove that are not there are passed over. Cost:
        O(records), plus, in the embedded store beyond some size, one copy of the graph.
        """

    @abstractmethod
    def replace_all(
        self, batch: Batch, *, log: Sequence[LogEntry] = (), progress: Progress | None = None
    ) -> None:
        """Make the store hold exactly these records and this log, in one step: or it stays as it was.

        Every end of a tie must be in the batch. Cost: O(records of the batch and of the store).
        """

    @abstractmethod
    def log(self, kind: str | None = None) -> list[LogEntry]:
        """Entries of the log without their parts, of one kind or of all, the newest first."""

    @abstractmethod
    def log_parts(self, entry_id: str) -> list[str]:
        """The parts of an entry in order; empty when there is no such entry."""

    @abstractmethod
    def begin(self, entry: Begun) -> None:
        """Remember, outside the change itself, that a change begins; ``apply`` with a log entry of this id,
        or :meth:`forget`, ends it."""

    @abstractmethod
    def begun(self) -> list[Begun]:
        """Changes without a known end, the oldest first."""

    @abstractmethod
    def forget(self, entry_id: str) -> None:
        """Forget that a change was begun."""

    @abstractmethod
    def migrate(self) -> list[str]:
        """Bring constraints, indexes and records of an earlier model up to date; what was done, for people.

        The first write of a store object does so by itself. Doing it twice, or from two processes at once,
        does nothing more.
        """

    @abstractmethod
    def clear(self) -> None:
        """Remove every entity, tie and source, and the log."""

    # reading
    @abstractmethod
    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        """Run a read-only query and yield its rows as they come; the engine stops it at the limit."""

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        max_rows: int = DEFAULT_MAX_ROWS,
        timeout_s: float | None = None,
    ) -> Rows:
        """Run a read-only query, keep at most ``max_rows`` rows, and say whether that cut it."""
        started = time.perf_counter()
        return collect(self.stream(cypher, parameters, timeout_s=timeout_s), max_rows, started)

    @abstractmethod
    def counts(self) -> Counts:
        """Number of entities, ties and sources."""

    @abstractmethod
    def status(self) -> StoreStatus:
        """Engine, place, counts, versions, and the state of constraints and indexes. Writes nothing."""

    @abstractmethod
    def data_version(self) -> str:
        """A text that changes with every write; the key of every cache."""

    @abstractmethod
    def entities(self, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        """All entities, or those with these ids, ordered by id."""

    @abstractmethod
    def ties(self, ids: Sequence[str] | None = None) -> Iterator[Tie]:
        """All ties, or those with these ids, ordered by id."""

    @abstractmethod
    def ties_of(self, entity_id: str) -> list[Tie]:
        """All ties of one entity, in and out, ordered by id. Cost: O(its ties)."""

    @abstractmethod
    def sources(self, ids: Sequence[str] | None = None) -> Iterator[Source]:
        """All sources, or those with these ids, ordered by id."""

    def entity(self, entity_id: str) -> Entity | None:
        """The entity with this id, or None."""
        return next(iter(self.entities([entity_id])), None)

    # life
    @abstractmethod
    def close(self) -> None:
        """Release the engine; closing twice is fine."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
