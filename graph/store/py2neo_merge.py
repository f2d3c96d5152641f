"""Writing records by py2neo: the statements of the Neo4j store, run in a transaction of py2neo."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from graph.errors import SchemaViolation
from graph.interrupts import interrupts_between_steps
from graph.model import Batch, Record, Tie
from graph.ontology import check, check_ends
from graph.store import neo4j_schema as schema
from graph.store import neo4j_write as writing
from graph.store.base import NO_REMOVAL, Counts, Progress, last_by_id
from graph.store.migrations import steps_from
from graph.store.py2neo_errors import FAILURES, Graph, Neo4jError, failures, in_our_words, is_passing

_TRIES = 4
_PAUSE_S = 0.2


def merge(graph: Graph, records: Batch | Iterable[Record], *, progress: Progress | None = None) -> Counts:
    """Write records as ``Store.upsert`` does: all of them or none, each in the place of the one with its id.

    The data version is raised, so that the app reads anew. Unlike an import it is not in the log: nothing
    shows it there or takes it back. Every record is checked against the ontology first.

    Args:
        graph: of :func:`graph.store.py2neo.open_graph`, or any graph of py2neo.
        records: a batch, or entities, ties and sources in any order; of two with one id the last counts.
        progress: told (records written, records in all); Ctrl-C comes where it is told.

    Returns:
        How many entities, ties and sources were given, each id once.

    Raises:
        SchemaViolation: a record breaks the ontology, a tie lacks an end or a source. Nothing is written.
        StoreRefused: the user may not write, or a newer Interlock wrote here.
        StoreUnavailable, StoreError: the server went away or could not write. Nothing is written.

    Cost: O(records); 6 KB of the server's memory each.
    """
    batch = last_by_id(records if isinstance(records, Batch) else Batch.of(records))
    for record in batch:
        _check(record)
    if len(batch):
        with interrupts_between_steps(progress) as tell:
            _prepare(graph)
            _transact(graph, lambda runner: _write(runner, batch, tell))
    return Counts(len(batch.entities), len(batch.ties), len(batch.sources))


class _Result:
    """Rows of py2neo in the manner of the driver, as far as our own statements need it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = self._cursor.keys()
        for row in self._cursor:
            yield dict(zip(names, row, strict=True))

    def single(self) -> dict[str, Any] | None:
        return next(iter(self), None)

    def consume(self) -> _Result:
        for _ in self._cursor:
            pass
        return self

    @property
    def counters(self) -> _Counters:
        return _Counters(self._cursor.stats())


class _Counters:
    def __init__(self, stats: Mapping[str, int]) -> None:
        self.relationships_created = stats.get("relationships_created", 0)


class _Runner:
    """A transaction of py2neo in the manner of the driver's."""

    def __init__(self, transaction: Any) -> None:
        self._transaction = transaction

    def run(self, text: str, values: Mapping[str, Any] | None = None) -> _Result:
        return _Result(self._transaction.run(text, dict(values or {})))


def _prepare(graph: Graph) -> None:
    """Before a write: constraints, indexes and the model as the Neo4j store wants them."""
    session = cast(Any, _Runner(graph))
    with failures(graph, writing=True):
        items = zip(schema.wanted(), schema.held(session), strict=True)
        missing = [item for item, state in items if state.state == "missing"]
        for item in missing:
            try:
                graph.run(item.statement)
            except Neo4jError as exc:
                if "EquivalentSchemaRuleAlreadyExists" not in exc.code:  # another process was first
                    raise
        if missing:
            graph.run("CALL db.awaitIndexes($seconds)", {"seconds": schema.AWAIT_S})
        version = writing.model_version(session)
    if steps_from(version):
        _transact(graph, writing.migrate)


def _transact(graph: Graph, work: Callable[[Any], object]) -> None:
    """Do the work in one transaction, again after a deadlock and the like.

    py2neo's own ``update`` would leave the transaction open on Ctrl-C, and hide what the server said of a
    commit that it refused.
    """
    for turn in range(1, _TRIES + 1):
        transaction: Any = None
        try:
            transaction = graph.begin()
            work(_Runner(transaction))
            graph.commit(transaction)
            return
        except FAILURES as exc:
            graph.rollback(transaction)
            if turn == _TRIES or not is_passing(exc):
                raise in_our_words(exc, graph, writing=True) from exc
        except BaseException:
            graph.rollback(transaction)
            raise
        time.sleep(_PAUSE_S * turn)


def _write(runner: Any, batch: Batch, tell: Progress) -> None:
    changed = _check_references(runner, batch)
    writing.write(runner, batch, NO_REMOVAL, (), tell)
    _check_stored_ties(runner, changed)


def _check(record: Record) -> None:
    """What the importer's readers see to, and the ontology's own rules."""
    for field in record.__slots__:
        value: Any = getattr(record, field)
        if not all(map(_is_plain, value if isinstance(value, tuple) else (value,))):
            raise SchemaViolation(
                f"{_named(record)}: {field} is {value!r} of type {type(value).__name__}.",
                field=field,
                value=str(value),
                hint="Give plain text and numbers, tuples of text, and None for what is unknown: "
                "pandas and numpy have values of their own.",
            )
    with _told(record):
        check(record)


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (str, bool, int) or (type(value) is float and math.isfinite(value))


def _named(record: Record) -> str:
    return f"{type(record).__name__} {record.id}"


@contextmanager
def _told(record: Record) -> Generator[None]:
    """Violations with the record they are of."""
    try:
        yield
    except SchemaViolation as exc:
        raise SchemaViolation(
            f"{_named(record)}: {exc.message}", field=exc.field, value=exc.value, hint=exc.hint
        ) from exc


def _check_references(runner: Any, batch: Batch) -> list[str]:
    """Check the kinds of ends and the sources of the ties; returns stored entities that change their kind.

    Ends that are missing are found by what writes the ties.
    """
    new = {entity.id: entity.kind for entity in batch.entities}
    ends = {end for tie in batch.ties for end in (tie.from_id, tie.to_id)}
    stored = _looked_up(runner, "Entity", "kind", ends | set(new))
    kinds = stored | new
    cited = {source for tie in batch.ties for source in tie.sources} - {source.id for source in batch.sources}
    known = _looked_up(runner, "Source", "id", cited)
    for tie in batch.ties:
        with _told(tie):
            if tie.from_id in kinds and tie.to_id in kinds:
                check_ends(tie, kinds[tie.from_id], kinds[tie.to_id])
            for source in tie.sources:
                if source in cited and source not in known:
                    raise SchemaViolation(
                        f'there is no source "{source}".',
                        field="sources",
                        value=source,
                        hint="Add the source to the same records, or mend the id.",
                    )
    return [id for id, kind in stored.items() if id in new and new[id] != kind]


def _check_stored_ties(runner: Any, ids: list[str]) -> None:
    """A stored tie must still fit after one of its ends has become another kind of entity."""
    text = (
        "MATCH (a:Entity)-[r]->(b:Entity) WHERE {}.id IN $ids RETURN r.id AS id, type(r) AS type, "
        "a.id AS start, b.id AS end, a.kind AS start_kind, b.kind AS end_kind"
    )
    for end in ("a", "b") if ids else ():
        for row in runner.run(text.format(end), {"ids": ids}):
            tie = Tie(row["id"], row["start"], row["type"], row["end"], "active")
            with _told(tie):
                check_ends(tie, row["start_kind"], row["end_kind"])


def _looked_up(runner: Any, label: str, field: str, ids: set[str]) -> dict[str, str]:
    """The stored nodes with these ids: id to one of their properties."""
    wanted, found = sorted(ids), dict[str, str]()
    for start in range(0, len(wanted), writing.BATCH_SIZE):
        text = f"MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id, n.{field} AS value"
        rows = runner.run(text, {"ids": wanted[start : start + writing.BATCH_SIZE]})
        found |= {row["id"]: row["value"] for row in rows}
    return found
