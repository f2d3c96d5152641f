"""The Neo4j store: Neo4j 5.26 and later over Bolt, by the official driver."""

from __future__ import annotations

import contextlib
import re
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, LiteralString, cast
from urllib.parse import urlsplit

import neo4j
from neo4j import exceptions as driver_errors
from neo4j.graph import Node, Path, Relationship

from graph.errors import (
    ExplorerError,
    ParameterError,
    QueryError,
    QuerySyntaxError,
    QueryTimeout,
    SchemaViolation,
    StoreError,
    StoreRefused,
    StoreUnavailable,
    WriteRefused,
    did_you_mean,
)
from graph.model import Batch, Entity, Source, Tie, entity_from, source_from, tie_from, to_properties
from graph.ontology import ontology
from graph.store.base import (
    DEFAULT_MAX_ROWS,
    DEFAULT_TIMEOUT_S,
    Counts,
    NodeValue,
    PathValue,
    Progress,
    Rows,
    RowStream,
    Store,
    TieValue,
    collect,
)

BATCH_SIZE = 5_000
_LONG_S = 3_600.0
_NO_VERSION = "empty"


class Neo4jStore(Store):
    """A :class:`graph.store.base.Store` in a Neo4j database.

    Args:
        uri: ``bolt://``, ``neo4j://`` and their ``+s`` (TLS, checked) and ``+ssc`` (TLS, self-signed) forms.
        user, password: None for a server without authentication.
        database: None for the user's default database.
        timeout_s: default limit of one query in seconds; the server ends a transaction that passes it.

    Raises:
        StoreUnavailable: nobody answers at the address.
        StoreRefused: wrong credentials, or no such database.
    """

    engine = "neo4j"

    def __init__(
        self,
        uri: str,
        *,
        user: str | None = None,
        password: str | None = None,
        database: str | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        self.location = _without_credentials(uri)
        self.timeout_s = timeout_s
        self._database = database
        self._constrained = False
        self._guard = threading.Lock()
        try:
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password or "") if user else None,
                connection_timeout=10.0,
                connection_acquisition_timeout=20.0,
                max_transaction_retry_time=15.0,
                notifications_min_severity="OFF",
                user_agent="interlock",
            )
        except (ValueError, driver_errors.ConfigurationError):
            raise StoreUnavailable(
                f"The address {self.location} cannot be used.",
                hint="Write it as neo4j://HOST:7687; user and password are settings of their own.",
            ) from None  # the driver's message repeats the address, password included
        try:
            with self._session(neo4j.READ_ACCESS) as session:
                session.run("RETURN 1").consume()
        except Exception as exc:
            self._driver.close()
            raise self._translate(exc, timeout_s) from exc

    def _session(self, access: str) -> neo4j.Session:
        return self._driver.session(database=self._database, default_access_mode=access, fetch_size=1_000)

    # writing
    def upsert(self, batch: Batch, *, progress: Progress | None = None) -> None:
        if not len(batch):
            return
        self._constrain()
        with self._guard, self._session(neo4j.WRITE_ACCESS) as session:
            try:
                session.execute_write(neo4j.unit_of_work(timeout=_LONG_S)(_write), batch, progress)
            except Exception as exc:
                raise self._translate(exc, _LONG_S, writing=True) from exc

    def clear(self) -> None:
        labels = ("Entity", "Source")
        with self._guard, self._session(neo4j.WRITE_ACCESS) as session:
            try:
                for label in labels:
                    _run_text(
                        session,
                        f"MATCH (n:{label}) CALL {{ WITH n DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS",
                    ).consume()
                session.execute_write(_new_version)
            except Exception as exc:
                raise self._translate(exc, _LONG_S, writing=True) from exc

    def _constrain(self) -> None:
        """Uniqueness of ids and an index on names, made once; a second time they are already there."""
        if self._constrained:
            return
        statements = [
            f"CREATE CONSTRAINT interlock_{label.lower()}_id IF NOT EXISTS "
            f"FOR (n:{label}) REQUIRE n.id IS UNIQUE"
            for label in ("Entity", "Source", "InterlockMeta")
        ]
        statements += [
            f"CREATE CONSTRAINT interlock_{name.lower()}_id IF NOT EXISTS "
            f"FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE"
            for name in ontology().types
        ]
        statements.append("CREATE INDEX interlock_name_key IF NOT EXISTS FOR (n:Entity) ON (n.name_key)")
        with self._guard, self._session(neo4j.WRITE_ACCESS) as session:
            try:
                for statement in statements:
                    _run_text(session, statement).consume()
                session.run("CALL db.awaitIndexes(60)").consume()
            except Exception as exc:
                raise self._translate(exc, _LONG_S, writing=True) from exc
        self._constrained = True

    # reading
    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        return _Neo4jStream(self, cypher, parameters or {}, timeout_s or self.timeout_s)

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        max_rows: int = DEFAULT_MAX_ROWS,
        timeout_s: float | None = None,
    ) -> Rows:
        started = time.perf_counter()
        return collect(self.stream(cypher, parameters, timeout_s=timeout_s), max_rows, started)

    def counts(self) -> Counts:
        row = self._read(
            "RETURN COUNT { (:Entity) } AS entities, COUNT { (:Entity)-[]->(:Entity) } AS ties, "
            "COUNT { (:Source) } AS sources"
        )[0]
        return Counts(row["entities"], row["ties"], row["sources"])

    def data_version(self) -> str:
        rows = self._read("MATCH (m:InterlockMeta {id: 'meta'}) RETURN m.version AS version")
        return str(rows[0]["version"]) if rows else _NO_VERSION

    def entities(self, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        for row in self._scan("(n:Entity)", "properties(n) AS p", ids):
            yield entity_from(row["p"])

    def sources(self, ids: Sequence[str] | None = None) -> Iterator[Source]:
        for row in self._scan("(n:Source)", "properties(n) AS p", ids):
            yield source_from(row["p"])

    def ties(self, ids: Sequence[str] | None = None) -> Iterator[Tie]:
        if ids is None:
            yield from (_tie(row) for row in self._scan("(a:Entity)-[n]->(b:Entity)", _TIE_COLUMNS, None))
            return
        # One index look-up per type: an untyped pattern would read every relationship.
        text = " UNION ALL ".join(
            f"MATCH (a:Entity)-[n:{name}]->(b:Entity) WHERE n.id IN $ids RETURN n.id AS id, {_TIE_COLUMNS}"
            for name in ontology().types
        )
        yield from sorted((_tie(row) for row in self._read(text, {"ids": list(ids)})), key=lambda tie: tie.id)

    def ties_of(self, entity_id: str) -> list[Tie]:
        text = (
            f"MATCH (a:Entity {{id: $id}})-[n]->(b:Entity) RETURN n.id AS id, {_TIE_COLUMNS} UNION ALL "
            f"MATCH (b:Entity {{id: $id}})<-[n]-(a:Entity) RETURN n.id AS id, {_TIE_COLUMNS}"
        )
        return sorted((_tie(row) for row in self._read(text, {"id": entity_id})), key=lambda tie: tie.id)

    def _scan(self, pattern: str, columns: str, ids: Sequence[str] | None) -> list[dict[str, Any]]:
        where = " WHERE n.id IN $ids" if ids is not None else ""
        rows = self._read(
            f"MATCH {pattern}{where} RETURN n.id AS id, {columns}",
            {"ids": list(ids)} if ids is not None else {},
        )
        # Sorted here: the server's order of text is by UTF-16 unit, Python's by code point.
        rows.sort(key=lambda row: row["id"])
        return rows

    def _read(self, text: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        def work(transaction: neo4j.ManagedTransaction) -> list[dict[str, Any]]:
            return transaction.run(cast(LiteralString, text), dict(parameters or {})).data()

        with self._session(neo4j.READ_ACCESS) as session:
            try:
                return session.execute_read(neo4j.unit_of_work(timeout=_LONG_S)(work))
            except Exception as exc:
                raise self._translate(exc, _LONG_S) from exc

    # life
    def close(self) -> None:
        self._driver.close()

    def _translate(self, error: BaseException, timeout_s: float, *, writing: bool = False) -> ExplorerError:
        return translate(error, self.location, self._database, timeout_s, writing=writing)


class _Neo4jStream(RowStream):
    def __init__(
        self, store: Neo4jStore, cypher: str, parameters: Mapping[str, Any], timeout_s: float
    ) -> None:
        self._fail = lambda exc: store._translate(exc, timeout_s)  # pyright: ignore[reportPrivateUsage]
        self._session = store._session(neo4j.READ_ACCESS)  # pyright: ignore[reportPrivateUsage]
        self._open = True
        try:
            _refuse_files(cypher)
            self._transaction = self._session.begin_transaction(timeout=timeout_s)
            self._result = self._transaction.run(cast(LiteralString, cypher), dict(parameters))
            self.columns = tuple(self._result.keys())
            self._rows = iter(self._result)
        except Exception as exc:
            self.close()
            raise self._fail(exc) from exc

    def __next__(self) -> tuple[Any, ...]:
        if not self._open:
            raise StopIteration
        try:
            record = next(self._rows)
        except StopIteration:
            self.close()
            raise
        except Exception as exc:
            self.close()
            raise self._fail(exc) from exc
        return tuple(plain(value) for value in record.values())

    def close(self) -> None:
        if self._open:
            self._open = False
            with contextlib.suppress(driver_errors.DriverError):
                self._session.close()  # rolls back the read transaction and drops what was not fetched


_TIE_COLUMNS = "a.id AS from_id, type(n) AS type, b.id AS to_id, properties(n) AS p"


def _tie(row: dict[str, Any]) -> Tie:
    return tie_from(row["p"], from_id=row["from_id"], type=row["type"], to_id=row["to_id"])


def _run_text(runner: Any, text: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """Run Cypher put together from names of the ontology; values always come as parameters."""
    return runner.run(text, dict(parameters or {}))


def _write(transaction: neo4j.ManagedTransaction, batch: Batch, progress: Progress | None) -> None:
    """The whole batch in one transaction; the driver runs it again after a transient failure."""
    total, done = len(batch), 0
    for statement, rows, counts in _statements(transaction, batch):
        for start in range(0, len(rows), BATCH_SIZE):
            chunk = rows[start : start + BATCH_SIZE]
            _run_text(transaction, statement, {"rows": chunk}).consume()
            if counts and progress:
                done += len(chunk)
                progress(done, total)
    _check_written(transaction, batch)
    _new_version(transaction)


def _statements(transaction: neo4j.ManagedTransaction, batch: Batch) -> Iterator[tuple[str, list[Any], bool]]:
    yield (
        "UNWIND $rows AS row MERGE (n:Source {id: row.id}) SET n = row",
        [to_properties(source) for source in batch.sources],
        True,
    )
    labels = {kind.label for kind in ontology().kinds.values()}
    for kind, members in _grouped(batch.entities, "kind").items():
        label = ontology().label_of(kind)
        others = ", ".join(f"n:{other}" for other in sorted(labels - {label}))
        yield (
            f"UNWIND $rows AS row MERGE (n:Entity {{id: row.id}}) SET n = row REMOVE {others} SET n:{label}",
            [to_properties(entity) for entity in members],
            True,
        )
    known = [name for name in ontology().types if _any_of_type(transaction, name)]
    ids = [tie.id for tie in batch.ties]
    for name in known:
        # Matched by type, so that the unique index finds them. A record replaces the one with its id
        # whole, its type and ends included.
        yield f"UNWIND $rows AS id MATCH ()-[r:{name} {{id: id}}]->() DELETE r", ids, False
    for name, members in _grouped(batch.ties, "type").items():
        yield (
            f"UNWIND $rows AS row MATCH (a:Entity {{id: row.from_id}}) MATCH (b:Entity {{id: row.to_id}}) "
            f"CREATE (a)-[r:{name}]->(b) SET r = row.properties",
            [
                {"from_id": tie.from_id, "to_id": tie.to_id, "properties": to_properties(tie)}
                for tie in members  # pyright: ignore[reportUnknownVariableType]
            ],
            True,
        )


def _any_of_type(transaction: neo4j.ManagedTransaction, name: str) -> bool:
    record = _run_text(transaction, f"RETURN EXISTS {{ ()-[:{name}]->() }} AS found").single()
    return bool(record["found"])


def _grouped(records: Iterable[Any], attribute: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        groups[getattr(record, attribute)].append(record)
    return groups


def _check_written(transaction: neo4j.ManagedTransaction, batch: Batch) -> None:
    """Every tie found both its ends, or nothing stays."""
    wanted = {end for tie in batch.ties for end in (tie.from_id, tie.to_id)} - {e.id for e in batch.entities}
    found: set[str] = set()
    pending = sorted(wanted)
    for start in range(0, len(pending), BATCH_SIZE):
        rows = transaction.run(
            "UNWIND $ids AS id MATCH (n:Entity {id: id}) RETURN n.id AS id",
            {"ids": pending[start : start + BATCH_SIZE]},
        )
        found |= {record["id"] for record in rows}
    missing = wanted - found
    for tie in batch.ties if missing else ():
        for field, end in (("from", tie.from_id), ("to", tie.to_id)):
            if end in missing:
                known = [
                    record["id"]
                    for record in transaction.run("MATCH (n:Entity) RETURN n.id AS id LIMIT 20000")
                ]
                raise SchemaViolation(
                    f'Tie {tie.id}: there is no entity "{end}".{did_you_mean(end, known)}',
                    field=field,
                    value=end,
                    hint="Add the entity to the same import, or mend the id.",
                )


def _new_version(transaction: neo4j.ManagedTransaction) -> None:
    transaction.run(
        "MERGE (m:InterlockMeta {id: 'meta'}) SET m.version = $version, m.model_version = 1",
        {"version": uuid.uuid4().hex[:16]},
    ).consume()


def plain(value: Any) -> Any:
    """A result value as plain Python, see :class:`graph.store.base.Rows`."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, Node):
        return _node(value)
    if isinstance(value, Relationship):
        return _relationship(value)
    if isinstance(value, Path):
        return PathValue(
            tuple(_node(node) for node in value.nodes),
            tuple(_relationship(tie) for tie in value.relationships),
        )
    if hasattr(value, "iso_format"):
        return value.iso_format()
    return str(value)


def _node(node: Node) -> NodeValue:
    return NodeValue(tuple(sorted(node.labels)), {key: plain(node[key]) for key in sorted(node.keys())})


def _relationship(tie: Relationship) -> TieValue:
    ends = ["" if end is None else str(end.get("id", "")) for end in (tie.start_node, tie.end_node)]
    return TieValue(tie.type, ends[0], ends[1], {key: plain(tie[key]) for key in sorted(tie.keys())})


_PLACE = re.compile(r"\(line (\d+), column (\d+)")
_LOAD_CSV = re.compile(r"\bLOAD\s+CSV\b", re.IGNORECASE)


def _refuse_files(cypher: str) -> None:
    # Reading is what the server's read mode allows, and LOAD CSV reads: files of the server, and the network.
    if _LOAD_CSV.search(re.sub(r"/\*.*?\*/|//[^\n]*", " ", cypher, flags=re.DOTALL)):
        raise WriteRefused("LOAD CSV is refused.", hint="Bring files in with: interlock load FILE")


def translate(
    error: BaseException, location: str, database: str | None, timeout_s: float, *, writing: bool = False
) -> ExplorerError:
    """An error of the driver or the server as one of ours; never with a password in it."""
    if isinstance(error, ExplorerError):
        return error
    if isinstance(error, driver_errors.AuthError):
        return StoreRefused(
            f"The server at {location} refused the user name or password.",
            hint="Set INTERLOCK_NEO4J_USER and INTERLOCK_NEO4J_PASSWORD.",
        )
    code = (error.code if isinstance(error, driver_errors.Neo4jError) else None) or ""
    message = str(getattr(error, "message", None) or error)
    if "DatabaseNotFound" in code:
        return StoreRefused(
            f"The server at {location} has no database {database!r}.",
            hint="Set INTERLOCK_NEO4J_DATABASE to one that exists, or leave it empty for the default.",
        )
    if "Security" in code:
        return StoreRefused(
            f"The server at {location} does not allow this user to do that.",
            hint="Reading needs the role reader, loading needs publisher or architect.",
        )
    if "TransactionTimedOut" in code or "LockAcquisitionTimeout" in code:
        return QueryTimeout(timeout_s)
    if code.endswith("Statement.AccessMode"):
        return WriteRefused(
            "This query writes, and queries only read.", hint="Change data with: interlock load FILE"
        )
    if code.endswith("ParameterMissing"):
        found = re.search(r"Expected parameter\(s\):\s*(\w+)", message)
        return ParameterError(found[1] if found else "?", "no value was given.", hint="Pass a value for it.")
    if code.endswith(("Statement.SyntaxError", "Statement.SemanticError")):
        return _syntax_error(message)
    if "MemoryPoolOutOfMemory" in code or "OutOfMemory" in code:
        return QueryError(
            "The query needs more memory than the server allows.",
            hint="Narrow it with a start entity, fewer hops or a LIMIT.",
        )
    if isinstance(error, (driver_errors.ServiceUnavailable, driver_errors.SessionExpired, OSError)):
        return StoreUnavailable(
            f"No Neo4j server answers at {location}.",
            hint="Start it, or check the address in INTERLOCK_STORE "
            "(bolt:// for one server, neo4j:// for a cluster).",
        )
    if isinstance(error, driver_errors.DriverError):
        return StoreUnavailable(
            f"The connection to {location} failed: {message.splitlines()[0][:200]}",
            hint="Try again; check the server's log if it goes on.",
        )
    if writing:
        return StoreError(
            f"The store could not be written: {message.splitlines()[0][:400]}", hint="Nothing was changed."
        )
    return QueryError(
        f"The server refused the query: {message.splitlines()[0][:400]}",
        hint="Check it against the ontology.",
    )


def _syntax_error(message: str) -> QuerySyntaxError:
    found = _PLACE.search(message)
    return QuerySyntaxError(
        message.splitlines()[0].split(" (line ")[0][:400],
        line=int(found[1]) if found else None,
        column=int(found[2]) if found else None,
        hint="Names are case-sensitive; run `interlock ontology` for labels, types and properties.",
    )


def _without_credentials(uri: str) -> str:
    parts = urlsplit(uri)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
