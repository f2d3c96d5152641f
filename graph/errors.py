"""The one tree of errors. Every message says what happened; every hint says what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any


class ExplorerError(Exception):
    """Base of every error that Interlock raises on purpose.

    Args:
        message: what happened, in one sentence, without secrets.
        hint: the next step for the person who reads it.
        details: machine-readable facts (file, line, field ...), shown by ``--format json``.
    """

    retry = False
    """Whether the same call may succeed later without any change."""

    def __init__(self, message: str, *, hint: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, Any] = dict(details or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingsError(ExplorerError):
    """A setting is missing or has a value that cannot be used."""


class LoadError(ExplorerError):
    """A file cannot be loaded. Names file, line and field where they are known."""

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        line: int | None = None,
        field: str = "",
        hint: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.path, self.line, self.field = path, line, field
        place = ":".join(str(part) for part in (path, line) if part)
        where = f"{place}: " if place else ""
        what = f"field {field!r}: " if field else ""
        super().__init__(
            f"{where}{what}{message}",
            hint=hint,
            details={"path": path, "line": line, "field": field, **(details or {})},
        )


class UnknownFormat(LoadError):
    """No loader recognises the file."""


class ImportNotFound(ExplorerError):
    """No import has this id."""


class MergeNotFound(ExplorerError):
    """No merge has this id."""


class UndoRefused(ExplorerError):
    """Something later builds on what would be taken back."""


class SchemaViolation(ExplorerError):
    """A record breaks a rule of the ontology."""

    def __init__(self, message: str, *, field: str = "", value: object = None, hint: str = "") -> None:
        self.field, self.value = field, value
        super().__init__(message, hint=hint, details={"field": field, "value": value})


class QueryError(ExplorerError):
    """A query could not be run."""


class QuerySyntaxError(QueryError):
    """The engine does not understand the text. ``line`` and ``column`` count from 1, None when unknown."""

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        self.line, self.column = line, column
        where = f" at line {line}, column {column}" if line is not None else ""
        super().__init__(
            f"Syntax error{where}: {message}", hint=hint, details={"line": line, "column": column}
        )


class WriteRefused(QueryError):
    """A read-only query tried to write."""


class ParameterError(QueryError):
    """A query parameter is missing, unknown or of the wrong type."""

    def __init__(self, name: str, message: str, *, hint: str = "") -> None:
        self.name = name
        super().__init__(f"Parameter {name!r}: {message}", hint=hint, details={"parameter": name})


class QueryNotFound(QueryError):
    """No saved query has this id."""

    def __init__(self, query_id: str, known: Sequence[str] = ()) -> None:
        self.query_id = query_id
        super().__init__(
            f'No saved query "{query_id}".{did_you_mean(query_id, known)}',
            hint="List all with: interlock query list",
            details={"query": query_id, "nearest": nearest(query_id, known)},
        )


class QueryTimeout(QueryError):
    """The query passed its time limit.

    Args:
        seconds: the limit.
        goes_on: the engine has not stopped it; its answer will be thrown away.
    """

    retry = True

    def __init__(self, seconds: float, *, goes_on: bool = False) -> None:
        self.seconds, self.goes_on = seconds, goes_on
        super().__init__(
            f"The query passed its limit of {seconds:g} s, and the engine has not stopped it yet; "
            "its answer will be thrown away."
            if goes_on
            else f"The query was stopped after its limit of {seconds:g} s.",
            hint="Narrow it: fewer hops, a LIMIT, a start entity, shorter lists in one row."
            if goes_on
            else "Narrow it (fewer hops, a LIMIT, a start entity) or raise the limit.",
            details={"timeout_s": seconds},
        )


class StoreError(ExplorerError):
    """The store could not do what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot be reached or opened now."""

    retry = True


class StoreLocked(StoreUnavailable):
    """Another process holds the embedded store."""


class StoreDamaged(StoreUnavailable):
    """The files of the store are not those that were written, or cannot be read any more."""

    retry = False


class StoreRefused(StoreError):
    """The store answered, and refused: wrong credentials, no such database, read-only user."""


class EditRefused(ExplorerError):
    """The one who asks may look, and not change: a read-only app, or a person who is no editor."""


class FeatureMissing(StoreError):
    """This store or installation cannot do that."""


class AnalysisError(ExplorerError):
    """A measure has no answer for this input."""


class EntityNotFound(AnalysisError):
    """No entity has this id or name."""

    def __init__(self, entity_id: object, known: Sequence[object] = ()) -> None:
        # Ids of a graph that did not come from a store may be numbers.
        entity_id, known = str(entity_id), [str(item) for item in known]
        self.entity_id = entity_id
        self.nearest = nearest(entity_id, known)
        super().__init__(
            f'No entity "{shorten(entity_id)}".{did_you_mean(entity_id, known)}',
            hint="Find it with: interlock search TEXT",
            details={"entity": entity_id, "nearest": self.nearest},
        )


class NotConverged(AnalysisError):
    """An iteration has no limit, or did not reach it."""


class GraphTooLarge(AnalysisError):
    """The method would take too long or too much memory on this graph."""


def shorten(text: str, limit: int = 80) -> str:
    """``text`` cut to ``limit`` characters, so that a message stays a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(name: str, known: Sequence[str], *, count: int = 3) -> list[str]:
    """Up to ``count`` of ``known`` that are spelled like ``name`` in any case, best first. O(len(known))."""
    if len(name) > 200:
        return []
    spelled = {item.lower(): item for item in known}
    return [spelled[item] for item in get_close_matches(name.lower(), spelled, n=count, cutoff=0.6)]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """`` Did you mean "nvidia"?`` or an empty text."""
    found = nearest(name, known)
    return f" Did you mean {' or '.join(f'{item!r}' for item in found)}?".replace("'", '"') if found else ""
