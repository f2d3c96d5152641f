"""What crosses between the process that holds a store and those attached to it: JSON, nothing that runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import date, datetime, time, timedelta
from numbers import Integral, Real
from operator import attrgetter
from typing import Any

import graph.errors as errors
from graph.errors import ExplorerError, StoreError
from graph.model import Entity, Record, Source, Tie
from graph.store.base import Counts, LogEntry, NodeValue, PathValue, TieValue
from graph.store.status import SchemaItem, StoreStatus

_KINDS: dict[str, type[Any]] = {"entity": Entity, "tie": Tie, "source": Source}
_NAMES = {kind: tuple(field.name for field in fields(cls)) for kind, cls in _KINDS.items()}
_VALUES = {cls: (kind, attrgetter(*_NAMES[kind])) for kind, cls in _KINDS.items()}
_ERRORS = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, ExplorerError)
}
PROTOCOL = hashlib.sha256(json.dumps([1, _NAMES]).encode()).hexdigest()[:16]
"""Both sides must have the same: records travel as values in the order of their fields."""


def to_bytes(message: Any) -> bytes:
    """A message as JSON; half characters survive, since everything beyond ASCII is escaped."""
    return json.dumps(message, separators=(",", ":")).encode("ascii")


def from_bytes(data: bytes) -> Any:
    """The message.

    Raises:
        ValueError: not JSON.
    """
    return json.loads(data)


def pack_record(record: Record) -> list[Any]:
    """A record as its kind and its values in the order of its fields."""
    kind, values = _VALUES[type(record)]
    return [kind, *values(record)]


def unpack_record(packed: list[Any]) -> Record:
    """The record of :func:`pack_record`."""
    kind, *values = packed
    return _KINDS[kind](*(tuple(value) if isinstance(value, list) else value for value in values))


def pack_entry(entry: LogEntry) -> dict[str, Any]:
    """An entry of the log with the number of its parts: those are large and travel one by one."""
    return {
        "id": entry.id, "kind": entry.kind, "at": entry.at, "summary": entry.summary,
        "parts": len(entry.parts),
    }  # fmt: skip


def unpack_entry(packed: dict[str, Any], parts: tuple[str, ...]) -> LogEntry:
    """The entry of :func:`pack_entry` with its parts."""
    return LogEntry(packed["id"], packed["kind"], packed["at"], packed["summary"], parts)


def pack_status(status: StoreStatus) -> dict[str, Any]:
    """The state of a store."""
    return asdict(status)


def unpack_status(packed: dict[str, Any]) -> StoreStatus:
    """The state of :func:`pack_status`."""
    schema = packed["schema"]
    items = None if schema is None else tuple(SchemaItem(**each) for each in schema)
    known: dict[str, Any] = {**packed, "counts": Counts(**packed["counts"]), "schema": items}
    return StoreStatus(**known)


def pack(value: Any) -> Any:
    """A parameter or a cell of a row. What JSON lacks becomes an object of one key, and so does a map."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, (list, tuple)):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        return {"map": {str(key): pack(item) for key, item in value.items()}}
    if isinstance(value, NodeValue):
        return {"node": [list(value.labels), pack(value.properties)]}
    if isinstance(value, TieValue):
        return {"tie": [value.type, value.from_id, value.to_id, pack(value.properties)]}
    if isinstance(value, PathValue):
        return {"path": [[pack(node) for node in value.nodes], [pack(tie) for tie in value.ties]]}
    if isinstance(value, timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {kind.__name__: value.isoformat()}
    return str(value)


_UNPACK: dict[str, Callable[[Any], Any]] = {
    "map": lambda it: {key: unpack(value) for key, value in it.items()},
    "node": lambda it: NodeValue(tuple(it[0]), unpack(it[1])),
    "tie": lambda it: TieValue(it[0], it[1], it[2], unpack(it[3])),
    "path": lambda it: PathValue(tuple(map(unpack, it[0])), tuple(map(unpack, it[1]))),
    "timedelta": lambda it: timedelta(*it),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def unpack(value: Any) -> Any:
    """The value of :func:`pack`; tuples come back as lists."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        return _UNPACK[kind](content)
    return value


def pack_error(error: ExplorerError) -> dict[str, Any]:
    """One of our errors with what it knows (line, column, field ...)."""
    return {"type": type(error).__name__, "known": {name: _told(it) for name, it in vars(error).items()}}


def _told(value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return str(value)
    return value


def unpack_error(packed: dict[str, Any]) -> ExplorerError:
    """The error of :func:`pack_error`, of the same class."""
    kind = _ERRORS.get(packed["type"], StoreError)
    error = kind.__new__(kind)
    Exception.__init__(error, packed["known"].get("message", ""))
    error.__dict__.update(packed["known"])
    return error
