"""A Cypher script that builds the graph in Neo4j 5 or ArcadeDB, with values written as literals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO, Any

from graph.model import Record, Tie, to_properties
from graph.ontology import ontology
from graph.store.base import Store

_CHUNK = 200
# Control, line-separating, direction-changing and half characters are written as escapes, so that a
# statement is one line whatever the data holds.
_ESCAPED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


def write_cypher(store: Store, file: IO[bytes]) -> None:
    """Write the script; running it twice changes nothing more."""
    for statement in cypher_statements(store):
        file.write(f"{statement};\n".encode())


def cypher_statements(store: Store) -> Iterator[str]:
    """The statements in order, each on one line, without the closing semicolon."""
    for label in ("Entity", "Source"):
        name = f"interlock_{label.lower()}_id"
        yield f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
    yield from _nodes("Source", (_kept(source) for source in store.sources()))
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entity in store.entities():
        by_kind[entity.kind].append(_kept(entity))
    for kind, rows in by_kind.items():
        yield from _nodes(f"Entity:{ontology().label_of(kind)}", rows)
    by_type: dict[str, list[Tie]] = defaultdict(list)
    for tie in store.ties():
        by_type[tie.type].append(tie)
    for name, ties in by_type.items():
        yield from _ties(name, ties)


def _nodes(labels: str, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for chunk in _chunks(list(rows)):
        yield f"UNWIND {literal(chunk)} AS row MERGE (n:{labels} {{id: row.id}}) SET n = row"


def _ties(name: str, ties: list[Tie]) -> Iterator[str]:
    rows = [{"from": tie.from_id, "to": tie.to_id, "values": _kept(tie)} for tie in ties]
    for chunk in _chunks(rows):
        yield (
            f"UNWIND {literal(chunk)} AS row MATCH (a:Entity {{id: row.from}}) "
            f"MATCH (b:Entity {{id: row.to}}) MERGE (a)-[r:{name} {{id: row.values.id}}]->(b) "
            "SET r = row.values"
        )


def _kept(record: Record) -> dict[str, Any]:
    # Where a record was read from means something in this store alone.
    return {key: value for key, value in to_properties(record).items() if key != "origin"}


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def literal(value: Any) -> str:
    r"""A value as Cypher text: text, whole number, fraction, list or map with plain keys.

    >>> print(literal({"name": "O'Neil \\ sons", "share": 0.5}))
    {name: 'O\'Neil \\ sons', share: 0.5}
    """
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace("'", "\\'")
        # Never \u0027: Neo4j reads these escapes before it looks for the end of the text.
        return "'" + _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "'"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
