"""Running a saved query: values checked and typed by its header, rows checked against its columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from graph.dates import parse_date
from graph.errors import EntityNotFound, ParameterError, QueryError, SchemaViolation, did_you_mean, nearest
from graph.ontology import ontology
from graph.queries.header import QueryParameter, SavedQuery
from graph.store.base import DEFAULT_MAX_ROWS, Rows, Store


def run_query(
    store: Store,
    query: SavedQuery,
    values: Mapping[str, object] | None = None,
    *,
    max_rows: int = DEFAULT_MAX_ROWS,
    timeout_s: float | None = None,
) -> Rows:
    """Run a saved query.

    Args:
        values: parameter name to value, as text or typed; an empty text counts as not given.

    Raises:
        ParameterError: unknown, missing or mistyped parameter, with the next step.
        EntityNotFound: an entity parameter names nobody; ``nearest`` has ids that may be meant.
        QueryError: the columns are not those of the header; and all that ``Store.query`` raises.
    """
    typed = typed_values(query, values or {})
    for parameter in query.parameters:
        if parameter.type == "entity id" and typed[parameter.name] is not None:
            _check_entity(store, str(typed[parameter.name]))
    rows = store.query(query.text, typed, max_rows=max_rows, timeout_s=timeout_s)
    declared = tuple(column.name for column in query.columns)
    if rows.columns and rows.columns != declared:
        raise QueryError(
            f"{query.id} returned {', '.join(rows.columns)}, its header says {', '.join(declared)}.",
            hint=f"Mend the header of {query.path}.",
        )
    return Rows(declared, rows.rows, rows.truncated, rows.seconds)


def typed_values(query: SavedQuery, values: Mapping[str, object]) -> dict[str, Any]:
    """Every declared parameter with a checked value; None where an optional one is not given.

    Raises:
        ParameterError: unknown, missing or mistyped parameter.
    """
    declared = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in declared:
            raise ParameterError(
                name,
                f"{query.id} has no such parameter.{did_you_mean(name, list(declared))}",
                hint=f"It takes: {', '.join(declared) or 'none'}.",
            )
    return {name: typed_value(parameter, values.get(name)) for name, parameter in declared.items()}


def typed_value(parameter: QueryParameter, value: object) -> Any:
    """One value checked and typed; the default, or None, where none is given.

    Raises:
        ParameterError: a required value is missing, or the value is not of the parameter's type.
    """
    if value is None or value == "":
        if parameter.required:
            raise ParameterError(
                parameter.name,
                "a value is needed.",
                hint=f"{parameter.about}; for example {parameter.example}.",
            )
        if parameter.default is None:
            return None
        value = parameter.default
    try:
        return _READERS[parameter.type](value, parameter)
    except ValueError as exc:
        raise ParameterError(
            parameter.name,
            f"{str(value)[:60]!r} is not a value of type {parameter.type}.",
            hint=_HINTS.get(parameter.type, ""),
        ) from exc
    except SchemaViolation as exc:
        raise ParameterError(parameter.name, exc.message, hint=exc.hint) from exc


def _fraction(value: object, _: QueryParameter) -> float:
    number = float(str(value))
    if not (math.isfinite(number) and 0 <= number <= 1):
        raise ValueError(value)
    return number


def _integer(value: object, _: QueryParameter) -> int:
    if isinstance(value, bool):
        raise ValueError(value)
    number = int(str(value).removesuffix(".0"))
    if not 0 <= number < 2**63:
        raise ValueError(value)
    return number


def _date(value: object, parameter: QueryParameter) -> str:
    return parse_date(str(value), field=parameter.name).text


def _yes_or_no(value: object, _: QueryParameter) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).casefold()
    if word in ("yes", "true", "1", "no", "false", "0"):
        return word in ("yes", "true", "1")
    raise ValueError(value)


def _one_of(known: Callable[[], Mapping[str, object]]) -> Callable[[object, QueryParameter], str]:
    def read(value: object, parameter: QueryParameter) -> str:
        text = str(value)
        if text not in known():
            close = nearest(text.upper() if text.upper() in known() else text, list(known()))
            raise ParameterError(
                parameter.name, f"{text[:60]!r} is not known.", hint=f"Known: {', '.join(close or known())}."
            )
        return text

    return read


def _text(value: object, _: QueryParameter) -> str:
    return str(value)


_READERS: dict[str, Callable[[object, QueryParameter], Any]] = {
    "entity id": _text,
    "text": _text,
    "fraction": _fraction,
    "integer": _integer,
    "US dollars": _integer,
    "date": _date,
    "as-of date": _date,
    "tie type": _one_of(lambda: ontology().types),
    "kind": _one_of(lambda: ontology().kinds),
    "status": _one_of(lambda: ontology().statuses),
    "yes or no": _yes_or_no,
}
_HINTS = {
    "fraction": "Write a number from 0 to 1: 0.12 for 12 %.",
    "integer": "Write a whole number, 0 or more.",
    "US dollars": "Write whole US dollars without commas: 1000000000.",
    "yes or no": "Write yes or no.",
}


def _check_entity(store: Store, entity_id: str) -> None:
    if store.query("MATCH (n:Entity {id: $id}) RETURN n.id AS id", {"id": entity_id}).rows:
        return
    known = [row[0] for row in store.query("MATCH (n:Entity) RETURN n.id AS id", max_rows=50_000).rows]
    raise EntityNotFound(entity_id, known)
