"""Making a Neo4j store hold exactly a given graph, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

import neo4j

from graph.model import Batch
from graph.store import neo4j_write as writing
from graph.store.base import LogEntry, Progress, Removal


def replace_all(
    transaction: neo4j.ManagedTransaction, batch: Batch, log: Sequence[LogEntry], progress: Progress | None
) -> None:
    """Remove what ``batch`` and ``log`` do not hold, and write the rest.

    Records that stand there as they are wanted are left alone, so the server's memory is filled by what
    differs: about 6 KB a record.

    Raises:
        SchemaViolation: a tie lacks an end.
    """
    wanted = (
        ("(n:Entity)", batch.entities),
        ("(:Entity)-[n]->(:Entity)", batch.ties),
        ("(n:Source)", batch.sources),
    )
    entities, ties, sources = (
        _others(transaction, pattern, {record.id for record in records}) for pattern, records in wanted
    )
    _forget_log(transaction, {entry.id for entry in log})
    writing.write(transaction, batch, Removal(entities, ties, sources), log, progress)


def _others(transaction: neo4j.ManagedTransaction, pattern: str, wanted: set[str]) -> tuple[str, ...]:
    rows = writing.run(transaction, f"MATCH {pattern} RETURN n.id AS id")
    return tuple(row["id"] for row in rows if row["id"] not in wanted)


def _forget_log(transaction: neo4j.ManagedTransaction, kept: set[str]) -> None:
    """Take entries away that are not wanted, their parts, and every note on a change that began."""
    values = {"ids": sorted(kept)}
    for text in (
        "MATCH (e:InterlockLog) WHERE NOT e.id IN $ids DELETE e",
        "MATCH (p:InterlockLogPart) WHERE NOT p.entry IN $ids DELETE p",
        "MATCH (b:InterlockBegun) DELETE b",
    ):
        writing.run(transaction, text, values).consume()
