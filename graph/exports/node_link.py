"""Node-link JSON, the form of ``networkx.node_link_data`` and D3; the sources stand beside the graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from graph.model import DERIVED, Tie, to_properties
from graph.ontology import ontology
from graph.store.base import Store

# Derived, or about this store alone.
_LEFT_OUT = (*DERIVED, "origin")


def write_node_link(store: Store, file: IO[bytes]) -> None:
    """Write the document, one node or edge a line; unknown attributes are left out.

    Read it with ``networkx.node_link_graph(json.load(file), edges="edges")``.
    """
    about = {"ontology": ontology().version, "sources": [_kept(source) for source in store.sources()]}
    file.write(f'{{"directed": true, "multigraph": true,\n"graph": {_json(about)},\n'.encode())
    file.write(b'"nodes": [')
    _write_list(file, (_kept(entity) for entity in store.entities()))
    file.write(b'],\n"edges": [')
    _write_list(file, (_edge(tie) for tie in store.ties()))
    file.write(b"]}\n")


def _edge(tie: Tie) -> dict[str, Any]:
    return {"source": tie.from_id, "target": tie.to_id, "key": tie.id, "type": tie.type, **_kept(tie)}


def _kept(record: Any) -> dict[str, Any]:
    values = to_properties(record)
    return {key: value for key, value in values.items() if key not in _LEFT_OUT}


def _write_list(file: IO[bytes], items: Iterator[dict[str, Any]]) -> None:
    for number, item in enumerate(items):
        file.write(f"{',' if number else ''}\n{_json(item)}".encode())


def _json(value: Any) -> str:
    # ASCII escapes: whatever a name holds, the file is plain text.
    return json.dumps(value, ensure_ascii=True)
