"""Writing into Neo4j: one transaction for a batch, emptying."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import neo4j

from graph.errors import SchemaViolation, StoreError, did_you_mean
from graph.model import Batch, Tie, to_properties
from graph.ontology import ontology
from graph.store.base import Begun, LogEntry, Progress, Removal, last_by_id
from graph.store.migrations import LONG_NAMES, cut_keys, refuse_newer, steps_from
from graph.store.status import MODEL_VERSION

BATCH_SIZE = 5_000
"""Rows of one statement."""
_NEAR_IDS = 20_000


def write(
    transaction: neo4j.ManagedTransaction,
    batch: Batch,
    remove: Removal,
    log: Sequence[LogEntry],
    progress: Progress | None,
) -> None:
    """Everything in one transaction; the driver runs it again after a transient failure.

    Raises:
        SchemaViolation: a tie lacks an end; the transaction is rolled back.
    """
    batch = last_by_id(batch)
    _remove(transaction, remove)
    _check_ends(transaction, batch)
    total, done = len(batch), 0
    for statement, rows, told in _statements(transaction, batch):
        for start in range(0, len(rows), BATCH_SIZE):
            chunk = rows[start : start + BATCH_SIZE]
            made = run(transaction, statement, {"rows": chunk}).consume().counters.relationships_created
            if "CREATE (a)" in statement and made != len(chunk):
                raise StoreError("Somebody removed entities during the import.", hint="Run it again.")
            if told and progress:
                done += len(chunk)
                progress(done, total)
    _write_log(transaction, log)
    _new_version(transaction)
    if progress and done < total:
        progress(total, total)


def _remove(transaction: neo4j.ManagedTransaction, remove: Removal) -> None:
    # Ties first, then what they join; an entity takes its other ties along.
    found = _before(transaction, list(remove.ties)) if remove.ties else {}
    by_type: dict[str, list[str]] = defaultdict(list)
    for tie_id, places in found.items():
        for (name, _, _), _ in places:
            by_type[name].append(tie_id)
    texts = [(f"MATCH ()-[r:{name}]->() WHERE r.id IN $rows DELETE r", ids) for name, ids in by_type.items()]
    texts += [
        (f"MATCH (n:{label}) WHERE n.id IN $rows DETACH DELETE n", list(ids))
        for label, ids in (("Entity", remove.entities), ("Source", remove.sources))
    ]
    for text, ids in texts:
        for start in range(0, len(ids), BATCH_SIZE):
            run(transaction, text, {"rows": ids[start : start + BATCH_SIZE]}).consume()


def _write_log(transaction: neo4j.ManagedTransaction, log: Sequence[LogEntry]) -> None:
    for entry in log:
        forget(transaction, entry.id)
        for text in (
            "MATCH (p:InterlockLogPart {entry: $id}) DELETE p",
            "MERGE (e:InterlockLog {id: $id}) SET e.kind = $kind, e.at = $at, e.summary = $summary",
        ):
            values = {"id": entry.id, "kind": entry.kind, "at": entry.at, "summary": entry.summary}
            run(transaction, text, values).consume()
        for number, part in enumerate(entry.parts):
            text = "CREATE (:InterlockLogPart {entry: $id, number: $number, text: $text})"
            run(transaction, text, {"id": entry.id, "number": number, "text": part}).consume()


def begin(transaction: neo4j.ManagedTransaction, entry: Begun) -> None:
    """Note that a change begins, in a transaction of its own."""
    run(transaction, "MERGE (b:InterlockBegun {id: $row.id}) SET b = $row", {"row": asdict(entry)}).consume()


def forget(transaction: neo4j.ManagedTransaction, entry_id: str) -> None:
    """Take the note on a change away."""
    run(transaction, "MATCH (b:InterlockBegun {id: $id}) DELETE b", {"id": entry_id}).consume()


def clear(session: neo4j.Session) -> None:
    """Remove what :func:`write` wrote, in several transactions, so that a large graph fits in memory."""
    # A new version before and after: nobody keeps a half-empty answer if this is interrupted.
    session.execute_write(_new_version)
    for label in ("Entity", "Source", "InterlockLog", "InterlockLogPart", "InterlockBegun"):
        text = f"MATCH (n:{label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS"
        run(session, text).consume()
    session.execute_write(_new_version)


def run(
    runner: neo4j.Session | neo4j.Transaction | neo4j.ManagedTransaction,
    text: str,
    values: Mapping[str, Any] = {},
) -> Any:
    """Run Cypher put together from names of the ontology; values always come as parameters."""
    untyped: Any = runner
    return untyped.run(text, dict(values))


def _new_version(transaction: neo4j.ManagedTransaction) -> None:
    """A new data version; refused, so that all is rolled back, when a newer Interlock has been here since."""
    row = run(
        transaction,
        "MERGE (m:InterlockMeta {id: 'meta'}) SET m.version = $version, m.model_version = "
        "CASE WHEN m.model_version > $model THEN m.model_version ELSE $model END "
        "RETURN m.model_version AS model",
        {"version": uuid.uuid4().hex[:16], "model": MODEL_VERSION},
    ).single()
    refuse_newer(row["model"], "on this server")


def model_version(transaction: neo4j.Transaction | neo4j.ManagedTransaction) -> int | None:
    """The model version the store was last written in; None when nothing of ours was written."""
    row = run(transaction, "MATCH (m:InterlockMeta {id: 'meta'}) RETURN m.model_version AS model").single()
    return row["model"] if row else None


def migrate(transaction: neo4j.ManagedTransaction) -> list[str]:
    """Bring records up to date; returns what was done, for people.

    Holds the lock of the one node that every write touches, so that two processes do it in turn.
    """
    lock = "MERGE (m:InterlockMeta {id: 'meta'}) SET m.locked = true REMOVE m.locked "
    version = run(transaction, lock + "RETURN m.model_version AS model").single()["model"]
    refuse_newer(version, "on this server")
    steps = steps_from(version)
    if not steps:
        return []
    # Model 2 came with labels and types alone, which need nothing here.
    rows = cut_keys([dict(row) for row in run(transaction, LONG_NAMES)])
    for start in range(0, len(rows), BATCH_SIZE):
        text = "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n.name_key = row.key"
        run(transaction, text, {"rows": rows[start : start + BATCH_SIZE]}).consume()
    _new_version(transaction)
    return [f"model {step.to}: {step.about}" for step in steps]


def _statements(transaction: neo4j.ManagedTransaction, batch: Batch) -> Iterator[tuple[str, list[Any], bool]]:
    """Statements with their rows, and whether the rows are records that progress counts."""
    yield (
        "UNWIND $rows AS row MERGE (n:Source {id: row.id}) SET n = row",
        [to_properties(source) for source in batch.sources],
        True,
    )
    labels = {kind.label for kind in ontology().kinds.values()}
    for kind, entities in _grouped(batch.entities, "kind").items():
        label = ontology().label_of(kind)
        others = ", ".join(f"n:{other}" for other in sorted(labels - {label}))
        yield (
            # New ones are done when they are made: taking labels off that they do not have costs them a tenth
            # of their memory in the transaction.
            f"UNWIND $rows AS row MERGE (n:Entity {{id: row.id}}) ON CREATE SET n = row, n:{label} "
            f"WITH n, row WHERE properties(n) <> row OR NOT n:{label} "
            f"SET n = row REMOVE {others} SET n:{label}",
            [to_properties(entity) for entity in entities],
            True,
        )
    yield from _tie_statements(transaction, batch.ties)


def _tie_statements(
    transaction: neo4j.ManagedTransaction, ties: tuple[Tie, ...]
) -> Iterator[tuple[str, list[Any], bool]]:
    """Statements for ties. Those that stand in the store as they are wanted are left alone.

    Writing them again would fill the server's memory: a transaction is held there whole.
    """
    before = _before(transaction, [tie.id for tie in ties])
    moved: dict[str, list[str]] = defaultdict(list)
    changed: dict[str, list[Any]] = defaultdict(list)
    new: dict[str, list[Any]] = defaultdict(list)
    for tie in ties:
        row = {"id": tie.id, "from": tie.from_id, "to": tie.to_id, "properties": to_properties(tie)}
        target = new
        for place, properties in before[tie.id]:
            if place != (tie.type, tie.from_id, tie.to_id):
                moved[place[0]].append(tie.id)
            else:
                target = changed if properties != row["properties"] else None
        if target is not None:
            target[tie.type].append(row)
    for name, ids in moved.items():
        yield f"MATCH ()-[r:{name}]->() WHERE r.id IN $rows DELETE r", ids, False
    for name, rows in changed.items():
        yield (
            f"UNWIND $rows AS row MATCH ()-[r:{name} {{id: row.id}}]->() USING INDEX SEEK r:{name}(id) "
            "SET r = row.properties",
            rows,
            True,
        )
    for name, rows in new.items():
        yield (
            "UNWIND $rows AS row MATCH (a:Entity {id: row.from}) USING INDEX SEEK a:Entity(id) "
            "MATCH (b:Entity {id: row.to}) USING INDEX SEEK b:Entity(id) "
            f"CREATE (a)-[r:{name}]->(b) SET r = row.properties",
            rows,
            True,
        )


_Place = tuple[str, str, str]


def _before(
    transaction: neo4j.ManagedTransaction, ids: list[str]
) -> dict[str, list[tuple[_Place, dict[str, Any]]]]:
    """What the store holds under these tie ids: (type, from, to) and properties."""
    found: dict[str, list[tuple[_Place, dict[str, Any]]]] = defaultdict(list)
    for name in [name for name in ontology().types if ids and _any_of_type(transaction, name)]:
        # IN, not UNWIND: planned while the store was small, that reads the whole index once per row.
        text = (
            f"MATCH (a)-[r:{name}]->(b) WHERE r.id IN $ids "
            "RETURN r.id AS id, a.id AS start, b.id AS end, properties(r) AS properties"
        )
        for start in range(0, len(ids), BATCH_SIZE):
            for row in run(transaction, text, {"ids": ids[start : start + BATCH_SIZE]}):
                found[row["id"]].append(((name, row["start"], row["end"]), row["properties"]))
    return found


def _any_of_type(transaction: neo4j.ManagedTransaction, name: str) -> bool:
    return bool(run(transaction, f"RETURN EXISTS {{ ()-[:{name}]->() }} AS found").single()["found"])


def _grouped(records: Iterable[Any], attribute: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        groups[getattr(record, attribute)].append(record)
    return groups


def _check_ends(transaction: neo4j.ManagedTransaction, batch: Batch) -> None:
    """Every tie has both its ends in the batch or in the store."""
    ours = {entity.id for entity in batch.entities}
    wanted = sorted({end for tie in batch.ties for end in (tie.from_id, tie.to_id)} - ours)
    found: set[str] = set()
    for start in range(0, len(wanted), BATCH_SIZE):
        rows = transaction.run(
            "MATCH (n:Entity) WHERE n.id IN $ids RETURN n.id AS id",
            {"ids": wanted[start : start + BATCH_SIZE]},
        )
        found |= {record["id"] for record in rows}
    missing = set(wanted) - found
    for tie in batch.ties if missing else ():
        for field, end in (("from", tie.from_id), ("to", tie.to_id)):
            if end in missing:
                rows = transaction.run("MATCH (n:Entity) RETURN n.id AS id LIMIT $most", {"most": _NEAR_IDS})
                known = sorted(ours | {record["id"] for record in rows})
                raise SchemaViolation(
                    f'Tie {tie.id}: there is no entity "{end}".{did_you_mean(end, known)}',
                    field=field,
                    value=end,
                    hint="Add the entity to the same import, or mend the id.",
                )
