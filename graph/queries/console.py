"""What a Cypher console needs besides the engine: parameters from text, places in it, what rows hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graph.errors import ParameterError
from graph.store.base import NodeValue, PathValue, Rows, TieValue

MAX_TEXT = 20_000
"""Characters of a query; a longer one is no question."""
MAX_ROWS_LIMIT = 10_000
MAX_TIMEOUT_S = 60.0


def read_parameters(text: str) -> dict[str, Any]:
    """Parameters of a query written as a JSON object; an empty text means none.

    Raises:
        ParameterError: no JSON, or no object.
    """
    if not text.strip():
        return {}
    hint = 'Write one JSON object: {"id": "openai", "since": "2024-06"}.'
    try:
        found: Any = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        place = f" (line {exc.lineno}, column {exc.colno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise ParameterError("parameters", f"this is not JSON{place}.", hint=hint) from exc
    if not isinstance(found, dict):
        raise ParameterError("parameters", "this is not a JSON object.", hint=hint)
    return cast("dict[str, Any]", found)


def _no_number(name: str) -> None:
    raise ValueError(name)


def pointed(text: str, line: int | None, column: int | None, *, around: int = 1) -> str:
    """The faulty line of a text between its neighbours, with a caret under the column; empty when unknown.

    >>> print(pointed("MATCH (n)\\nRETRN n", 2, 1))
    1 | MATCH (n)
    2 | RETRN n
        ^
    """
    lines = text.splitlines()
    if line is None or column is None or not 1 <= line <= len(lines):
        return ""
    width = len(str(min(line + around, len(lines))))
    shown: list[str] = []
    for number in range(max(1, line - around), min(len(lines), line + around) + 1):
        part = lines[number - 1].replace("\t", " ")
        start = max(0, column - 100) if number == line else 0
        shown.append(f"{number:>{width}} | {'…' if start else ''}{part[start : start + 160]}")
        if number == line:
            shown.append(" " * (width + 2 + (1 if start else 0) + min(column, len(part) + 1) - start) + "^")
    return "\n".join(shown)


@dataclass(frozen=True, slots=True)
class Found:
    """Entities and ties that rows speak of, each once, in order.

    Attributes:
        units: columns that hold ids as text, or lists of them, with their unit in the words of a saved
            query: ``entity id``, ``entity ids``, ``tie id`` or ``tie ids``.
    """

    entities: tuple[str, ...]
    ties: tuple[str, ...]
    units: Mapping[str, str]


def found_in(rows: Rows, is_entity: Callable[[str], bool], is_tie: Callable[[str], bool]) -> Found:
    """What could be drawn: nodes, ties and paths wherever they stand, and columns of ids.

    A column of text counts as ids when it has at least one value and every value is a known id.
    Cost: one pass over the cells.
    """
    entities: dict[str, None] = {}
    ties: dict[str, None] = {}
    units: dict[str, str] = {}
    for place, name in enumerate(rows.columns):
        values = [row[place] for row in rows.rows]
        texts = [text for value in values for text in _texts(value)]
        plural = "s" if any(isinstance(value, (list, tuple)) for value in values) else ""
        if texts and all(value is None or isinstance(value, (str, list, tuple)) for value in values):
            for word, known, found in (("entity", is_entity, entities), ("tie", is_tie, ties)):
                if name not in units and all(map(known, texts)):
                    units[name] = f"{word} id{plural}"
                    found.update(dict.fromkeys(texts))
        for part in _graph_values(values):
            own = _texts(part.properties.get("id"))
            if isinstance(part, TieValue):
                entities.update(dict.fromkeys(filter(is_entity, (part.from_id, part.to_id))))
                ties.update(dict.fromkeys(filter(is_tie, own)))
            else:
                entities.update(dict.fromkeys(filter(is_entity, own)))
    return Found(tuple(entities), tuple(ties), units)


def _texts(value: Any) -> list[str]:
    """The texts of a cell: itself, or its items where all of them are text."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", list(value))
        return items if all(isinstance(item, str) for item in items) else []
    return []


def _graph_values(values: Iterable[Any]) -> Iterator[NodeValue | TieValue]:
    for value in values:
        if isinstance(value, (NodeValue, TieValue)):
            yield value
        elif isinstance(value, PathValue):
            yield from value.nodes
            yield from value.ties
        elif isinstance(value, (list, tuple)):
            yield from _graph_values(cast("list[Any]", value))
        elif isinstance(value, dict):
            yield from _graph_values(cast("dict[str, Any]", value).values())
