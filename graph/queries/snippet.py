"""A query as a few lines of Python that give the same rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graph.settings import DEFAULT_STORE


def saved_query_python(query_id: str, values: Mapping[str, str], location: str) -> str:
    """A script that runs a saved query with these values on the store at ``location``.

    The values stay text, the way a person types them; the library checks and types them.
    """
    return (
        "from graph import open_store\n"
        "from graph.queries.catalogue import catalogue\n"
        "from graph.queries.run import run_query\n\n"
        f"values = {_literal(values)}\n"
        f"with open_store({_place(location)}) as store:\n"
        f"    rows = run_query(store, catalogue().get({_literal(query_id)}), values)\n"
        "for row in rows.dicts():\n"
        "    print(row)\n"
    )


def cypher_python(
    text: str, parameters: Mapping[str, Any], location: str, *, max_rows: int, timeout_s: float
) -> str:
    """A script that runs a Cypher text, with its parameters and limits, on the store at ``location``."""
    return (
        "from graph import open_store\n\n"
        f"cypher = {_block(text)}\n"
        f"parameters = {_literal(parameters)}\n"
        f"with open_store({_place(location)}) as store:\n"
        f"    rows = store.query(cypher, parameters, max_rows={max_rows}, timeout_s={timeout_s:g})\n"
        "for row in rows.dicts():\n"
        "    print(row)\n"
    )


def _place(location: str) -> str:
    return "" if location == str(DEFAULT_STORE) else _literal(location)


def _block(text: str) -> str:
    """A text of several lines as Python, readable where that is safe."""
    if "\\" in text or '"""' in text or text.endswith('"') or not text.replace("\n", "").isprintable():
        return _literal(text)
    return f'"""\n{text}\n"""'


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_literal(str(key))}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    # A JSON text with escapes is a Python text as well, and holds no control or direction mark.
    return json.dumps(value) if isinstance(value, str) else repr(value)
