"""Writing into the embedded engine: the schema, the bulk path and the transaction path."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, TypeVar

from graph.model import Batch, Entity, Source, Tie, tie_from, to_properties
from graph.ontology import ontology
from graph.store import embedded_engine as arcade
from graph.store.base import LogEntry, Progress, Removal
from graph.store.embedded_migrate import build_indexes, migrate, model_version, refuse_newer_database
from graph.store.migrations import steps_from
from graph.store.status import MODEL_VERSION

_DOCUMENTS = ("InterlockMeta", "InterlockLog", "InterlockLogPart")
_CHUNK = 10_000
_COMMIT_EVERY = 50_000


def build_schema(database: Any) -> None:
    """Types and properties that are not there yet. Kinds extend ``Entity`` and tie types extend ``Tie``.

    Inheritance gives a node both labels, and one unique index over all kinds (all tie types). A store of an
    earlier version gets the kinds and types that have come since.

    Raises:
        StoreRefused: a newer Interlock has written it; the database is closed then.
    """
    there = {str(row["name"]) for row in database.query("sql", "SELECT name FROM schema:types").to_list()}
    if "InterlockMeta" in there:
        refuse_newer_database(database)
    wanted = {"Entity": "VERTEX TYPE Entity", "Source": "VERTEX TYPE Source", "Tie": "EDGE TYPE Tie"}
    wanted |= {kind.label: f"VERTEX TYPE {kind.label} EXTENDS Entity" for kind in ontology().kinds.values()}
    wanted |= {name: f"EDGE TYPE {name} EXTENDS Tie" for name in ontology().types}
    wanted |= {name: f"DOCUMENT TYPE {name}" for name in _DOCUMENTS}
    for name, statement in wanted.items():
        if name not in there:
            # One bucket each: writers take turns here, and every bucket has files and an index of its own.
            database.command("sql", f"CREATE {statement} BUCKETS 1")
    for name in ("Entity", "Source", "Tie"):
        if name not in there:
            database.command("sql", f"CREATE PROPERTY {name}.id STRING")


def bulk_write(
    database: Any, batch: Batch, progress: Progress | None = None, log: Sequence[LogEntry] = ()
) -> None:
    """Write a batch, one record an id, into an empty database through the engine's graph batch.

    Cost: O(records).
    """
    total, done = len(batch), 0
    places: dict[str, str] = {}
    # Nothing points at this database until it is complete and flushed, so its log would help nobody.
    options = {"use_wal": False, "wal_flush": "no", "commit_every": _COMMIT_EVERY}
    with database.graph_batch(expected_edge_count=max(1, len(batch.ties)), **options) as target:
        bulk = arcade.Bulk(target)
        for label, ids, text in _ahead(_vertex_texts(batch)):
            rids = bulk.vertices(label, text)
            if label != "Source":
                places.update(zip(ids, rids, strict=True))
            done = _tell(progress, done + len(ids), total)
        for name, number, text in _ahead(_edge_texts(batch, places)):
            bulk.edges(name, text)
            done = _tell(progress, done + number, total)
    build_indexes(database)
    with database.transaction():
        _write_log(database, log)
        _new_version(database)


def _vertex_texts(batch: Batch) -> Iterator[tuple[str, list[str], str]]:
    labelled = chain((("Source", chunk) for chunk in _chunks(batch.sources)), _by_label(batch.entities))
    for label, chunk in labelled:
        rows = [to_properties(record) for record in chunk]
        yield label, [record.id for record in chunk], arcade.Bulk.vertex_text(rows)


def _edge_texts(batch: Batch, places: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    for name, chunk in _by_type(batch.ties):
        ends = [(places[tie.from_id], places[tie.to_id]) for tie in chunk]
        yield name, len(chunk), arcade.Bulk.edge_text(ends, [to_properties(tie) for tie in chunk])


_T = TypeVar("_T")


def _ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The same items, each made by another thread while the engine writes the one before."""
    with ThreadPoolExecutor(1, thread_name_prefix="interlock-rows") as helper:
        coming = helper.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = helper.submit(next, items, None)
            yield item


def write_transaction(
    database: Any,
    batch: Batch,
    remove: Removal,
    log: Sequence[LogEntry],
) -> None:
    """Remove, write and log few records in a filled database in one engine transaction.

    A database of an earlier model is brought up to date first.
    """
    try:
        if steps_from(model_version(database)):
            migrate(database)
        with database.transaction():
            _remove(database, remove)
            _write_log(database, log)
            _write_sources(database, batch.sources)
            kept = _write_entities(database, batch.entities)
            replaced = {tie.id for tie in batch.ties}
            _write_ties(database, [*(tie for tie in kept if tie.id not in replaced), *batch.ties])
            _new_version(database)
    except Exception as exc:
        raise arcade.translate_write(exc) from exc


def read_log(database: Any, kind: str | None = None) -> list[LogEntry]:
    """Entries without their parts, in no order."""
    rows = database.query("sql", "SELECT id, kind, at, summary FROM InterlockLog").to_list()
    found = (LogEntry(row["id"], row["kind"], row["at"], row["summary"]) for row in rows)
    return [entry for entry in found if kind is None or entry.kind == kind]


def read_log_parts(database: Any, entry_id: str) -> list[str]:
    """Parts of an entry in order."""
    rows = database.query(
        "sql", "SELECT number, text FROM InterlockLogPart WHERE entry = ?", entry_id
    ).to_list()
    return [str(row["text"]) for row in sorted(rows, key=lambda row: int(row["number"]))]


def _write_log(database: Any, log: Iterable[LogEntry]) -> None:
    for entry in log:
        database.command("sql", "DELETE FROM InterlockLog WHERE id = ?", entry.id)
        database.command("sql", "DELETE FROM InterlockLogPart WHERE entry = ?", entry.id)
        database.command(
            "sql", "INSERT INTO InterlockLog SET id = ?, kind = ?, at = ?, summary = ?",
            entry.id, entry.kind, entry.at, entry.summary,
        )  # fmt: skip
        for number, text in enumerate(entry.parts):
            database.command(
                "sql",
                "INSERT INTO InterlockLogPart SET entry = ?, number = ?, text = ?",
                entry.id,
                number,
                text,
            )


def _remove(database: Any, remove: Removal) -> None:
    # Ties first: an entity takes its ties along.
    for name, ids in (("Tie", remove.ties), ("Entity", remove.entities), ("Source", remove.sources)):
        for record_id in ids:
            found = database.lookup_by_key(name, ["id"], [record_id])
            if found is not None:
                found.delete()


def read_version(database: Any) -> str:
    """The data version, a text."""
    return str(database.query("sql", "SELECT version FROM InterlockMeta").to_list()[0]["version"])


def _new_version(database: Any) -> None:
    database.command("sql", "DELETE FROM InterlockMeta")
    database.command(
        "sql",
        "INSERT INTO InterlockMeta SET version = ?, model_version = ?",
        uuid.uuid4().hex[:16],
        MODEL_VERSION,
    )


def _write_sources(database: Any, sources: Iterable[Source]) -> None:
    for source in sources:
        _put_vertex(database, "Source", source)


def _write_entities(database: Any, entities: Iterable[Entity]) -> list[Tie]:
    """Write entities; returns the ties of those whose kind changed, to be written again.

    In this engine a label is the place a record is stored in, so a new kind means a new record.
    """
    orphans: dict[str, Tie] = {}
    for entity in entities:
        label = ontology().label_of(entity.kind)
        old = database.lookup_by_key("Entity", ["id"], [entity.id])
        if old is not None and old.get_type_name() != label:
            java = old.get_java_document()
            for edge in [*java.getEdges(_both())]:
                value = arcade.plain(edge)
                orphans[str(value.properties["id"])] = tie_from(
                    value.properties, from_id=value.from_id, type=value.type, to_id=value.to_id
                )
            old.delete()
        _put_vertex(database, label, entity)
    return list(orphans.values())


def _both() -> Any:
    import jpype

    return jpype.JClass("com.arcadedb.graph.Vertex").DIRECTION.BOTH


def _put_vertex(database: Any, label: str, record: Entity | Source) -> None:
    base = "Source" if isinstance(record, Source) else "Entity"
    found = database.lookup_by_key(base, ["id"], [record.id])
    values = to_properties(record)
    if found is None:
        vertex = database.new_vertex(label)
    else:
        vertex = found.modify()
        java = vertex.get_java_document()
        for name in [str(key) for key in java.getPropertyNames()]:
            if name not in values:
                java.remove(name)
    for name, value in values.items():
        vertex.set(name, value)
    vertex.save()


def _write_ties(database: Any, ties: Iterable[Tie]) -> None:
    for tie in ties:
        old = database.lookup_by_key("Tie", ["id"], [tie.id])
        if old is not None:
            old.delete()
        start = database.lookup_by_key("Entity", ["id"], [tie.from_id])
        end = database.lookup_by_key("Entity", ["id"], [tie.to_id])
        start.new_edge(tie.type, end, **to_properties(tie)).save()


def _chunks(items: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _by_label(entities: Iterable[Entity]) -> Iterable[tuple[str, tuple[Entity, ...]]]:
    groups: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        groups[ontology().label_of(entity.kind)].append(entity)
    for label, members in groups.items():
        for chunk in _chunks(tuple(members)):
            yield label, chunk


def _by_type(ties: Iterable[Tie]) -> Iterable[tuple[str, tuple[Tie, ...]]]:
    groups: dict[str, list[Tie]] = defaultdict(list)
    for tie in ties:
        groups[tie.type].append(tie)
    for name, members in groups.items():
        for chunk in _chunks(tuple(members)):
            yield name, chunk


def _tell(progress: Progress | None, done: int, total: int) -> int:
    if progress:
        progress(done, total)
    return done
