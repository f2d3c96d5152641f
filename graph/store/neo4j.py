"""The Neo4j store: Neo4j 5.26 and later over Bolt, by the official driver."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, LiteralString, TypeVar, cast

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import ExplorerError, SettingsError, StoreUnavailable
from graph.interrupts import interrupts_between_steps, interrupts_held
from graph.model import Batch, Entity, Source, Tie, entity_from, source_from, tie_from
from graph.ontology import ontology
from graph.store import neo4j_read as reading
from graph.store import neo4j_schema as schema
from graph.store import neo4j_write as writing
from graph.store.base import (
    DEFAULT_TIMEOUT_S,
    NO_REMOVAL,
    Begun,
    Counts,
    LogEntry,
    Progress,
    Removal,
    RowStream,
    Store,
    check_parameters,
)
from graph.store.deadline import Late, Watched
from graph.store.migrations import refuse_newer
from graph.store.neo4j_errors import is_out_of_memory, translate, without_credentials
from graph.store.neo4j_options import Neo4jOptions, driver_for
from graph.store.neo4j_replace import replace_all
from graph.store.neo4j_status import read_status
from graph.store.neo4j_stream import Neo4jStream, cut
from graph.store.status import StoreStatus

_USUAL = Neo4jOptions()
_T = TypeVar("_T")
_NO_VERSION = "empty"
_TIE_COLUMNS = "a.id AS from_id, type(n) AS type, b.id AS to_id, properties(n) AS p"

# The driver also logs what it raises; without any handler Python would print that to the user's terminal.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class Neo4jStore(Store):
    """A :class:`graph.store.base.Store` in a Neo4j database.

    Args:
        uri: ``bolt://``, ``neo4j://`` and their ``+s`` (TLS, checked) and ``+ssc`` (TLS, self-signed) forms.
        user, password: None for a server without authentication.
        database: None for the user's default database.
        timeout_s: default limit of one query in seconds; the server ends a transaction that passes it.
        options: pool, waits, certificates; see there.

    A read sees every write made through this object before it, on whatever member of a cluster it runs.

    Raises:
        SettingsError: the address or the certificates cannot be used; user and password do not belong in an
            address.
        StoreUnavailable: nobody answers at the address.
        StoreRefused: wrong credentials, or no such database.
    """

    engine = "neo4j"
    in_steps = True

    def __init__(
        self,
        uri: str,
        *,
        user: str | None = None,
        password: str | None = None,
        database: str | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        options: Neo4jOptions = _USUAL,
    ) -> None:
        self.location = without_credentials(uri)
        self.timeout_s = timeout_s
        self._database = database
        self._prepared = False
        self._closed = False
        self._guard = threading.Lock()
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        try:
            if "@" in uri or self.location.endswith("://"):
                raise ValueError
            self._driver = driver_for(uri, user, password, options)
        except (ValueError, driver_errors.ConfigurationError):
            raise self._bad_address() from None  # the driver's message repeats the address
        try:
            # More than verify_connectivity: this also finds that the database is missing or out of bounds.
            refuse_newer(self._in_read(writing.model_version, reading.SILENT_S), self.location)
        except ValueError:  # a host that is not one
            self._driver.close()
            raise self._bad_address() from None
        except Exception as exc:
            self._driver.close()
            raise self.translate(exc, timeout_s) from exc

    def _bad_address(self) -> SettingsError:
        return SettingsError(
            f"The address {self.location} cannot be used.",
            hint="Write it as neo4j://HOST:7687; INTERLOCK_NEO4J_USER and INTERLOCK_NEO4J_PASSWORD "
            "are settings of their own.",
        )

    def session(self, access: str) -> neo4j.Session:
        """A session of the driver, for one thread.

        Raises:
            StoreUnavailable: the store object is closed.
        """
        if self._closed:
            raise StoreUnavailable("This store object is closed.", hint="Open the store again.")
        return self._driver.session(
            database=self._database, default_access_mode=access, fetch_size=1_000,
            bookmark_manager=self._bookmarks,
        )  # fmt: skip

    def translate(self, error: BaseException, timeout_s: float, **more: Any) -> ExplorerError:
        """An error of the driver or the server as one of ours."""
        return translate(error, self.location, self._database, timeout_s, **more)

    # writing
    def apply(
        self,
        batch: Batch,
        *,
        remove: Removal = NO_REMOVAL,
        log: Sequence[LogEntry] = (),
        progress: Progress | None = None,
    ) -> None:
        # Ctrl-C between two statements only: in the middle of a message, what the driver sends to undo the
        # transaction would be taken for the rest of it, and the server's complaint hide what happened.
        with interrupts_between_steps(progress) as tell:
            self._write(lambda transaction: writing.write(transaction, batch, remove, log, tell))

    def begin(self, entry: Begun) -> None:
        with interrupts_held():
            self._write(lambda transaction: writing.begin(transaction, entry))

    def forget(self, entry_id: str) -> None:
        self._write(lambda transaction: writing.forget(transaction, entry_id))

    def _write(self, change: Callable[[neo4j.ManagedTransaction], None]) -> None:
        def once(transaction: neo4j.ManagedTransaction) -> None:
            try:
                change(transaction)
            except driver_errors.TransientError as exc:
                if is_out_of_memory(exc):
                    # The driver would do it all again, and again it would not fit.
                    raise self.translate(exc, reading.LONG_S, writing=True) from exc
                raise

        work = neo4j.unit_of_work(timeout=reading.LONG_S)(once)
        with self._guard, self.session(neo4j.WRITE_ACCESS) as session:
            try:
                self._prepare(session)
                session.execute_write(work)
            except Exception as exc:
                raise self.translate(exc, reading.LONG_S, writing=True) from exc

    def _prepare(self, session: neo4j.Session) -> list[str]:
        """Before the first write: constraints, indexes, and records of an earlier model; what was done."""
        if self._prepared:
            return []
        fresh = session.execute_read(writing.model_version) is None
        done = schema.ensure(session)
        steps = session.execute_write(neo4j.unit_of_work(timeout=reading.LONG_S)(writing.migrate))
        self._prepared = True
        return done if fresh else [*steps, *done]

    def migrate(self) -> list[str]:
        with self._guard, self.session(neo4j.WRITE_ACCESS) as session:
            self._prepared = False
            try:
                return self._prepare(session)
            except Exception as exc:
                raise self.translate(exc, reading.LONG_S, writing=True) from exc

    def status(self) -> StoreStatus:
        return read_status(self, self.session, self.translate)

    def clear(self) -> None:
        with self._guard, self.session(neo4j.WRITE_ACCESS) as session:
            try:
                writing.clear(session)
            except Exception as exc:
                raise self.translate(exc, reading.LONG_S, writing=True) from exc

    def replace_all(
        self, batch: Batch, *, log: Sequence[LogEntry] = (), progress: Progress | None = None
    ) -> None:
        with interrupts_between_steps(progress) as tell:
            self._write(lambda transaction: replace_all(transaction, batch, log, tell))

    # reading
    def stream(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> RowStream:
        limit = timeout_s or self.timeout_s
        given = dict(parameters or {})
        check_parameters(given)
        opened: list[neo4j.Session] = []

        def start() -> RowStream:
            session = self.session(neo4j.READ_ACCESS)
            opened.append(session)
            return Neo4jStream(
                session, cypher, given, limit, lambda exc, **more: self.translate(exc, limit, **more)
            )

        def let_go() -> None:
            for session in opened:
                cut(session)

        return Watched(start, limit, let_go)

    def counts(self) -> Counts:
        row = self._read(
            "RETURN COUNT { (:Entity) } AS entities, COUNT { (:Entity)-[]->(:Entity) } AS ties, "
            "COUNT { (:Source) } AS sources"
        )[0]
        return Counts(row["entities"], row["ties"], row["sources"])

    def log(self, kind: str | None = None) -> list[LogEntry]:
        rows = self._read(
            "MATCH (e:InterlockLog) WHERE $kind IS NULL OR e.kind = $kind "
            "RETURN e {.id, .kind, .at, .summary} AS p",
            {"kind": kind},
        )
        found = (LogEntry(**row["p"]) for row in rows if _is_there(row))
        return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)

    def log_parts(self, entry_id: str) -> list[str]:
        rows = self._read(
            "MATCH (p:InterlockLogPart {entry: $id}) RETURN p.text AS text ORDER BY p.number",
            {"id": entry_id},
        )
        return [str(row["text"]) for row in rows]

    def begun(self) -> list[Begun]:
        rows = self._read("MATCH (b:InterlockBegun) RETURN properties(b) AS p")
        found = (Begun(**row["p"]) for row in rows if _is_there(row))
        return sorted(found, key=lambda entry: (entry.at, entry.id))

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
        rows = self._read(text, {"ids": list(ids)})
        yield from sorted((_tie(row) for row in rows if _is_there(row)), key=lambda tie: tie.id)

    def ties_of(self, entity_id: str) -> list[Tie]:
        text = (
            f"MATCH (a:Entity {{id: $id}})-[n]->(b:Entity) RETURN n.id AS id, {_TIE_COLUMNS} UNION ALL "
            f"MATCH (b:Entity {{id: $id}})<-[n]-(a:Entity) RETURN n.id AS id, {_TIE_COLUMNS}"
        )
        rows = self._read(text, {"id": entity_id})
        found = {row["id"]: _tie(row) for row in rows if _is_there(row)}
        return [found[key] for key in sorted(found)]

    def _scan(self, pattern: str, columns: str, ids: Sequence[str] | None) -> list[neo4j.Record]:
        where = " WHERE n.id IN $ids" if ids is not None else ""
        rows = self._read(
            f"MATCH {pattern}{where} RETURN n.id AS id, {columns}",
            {"ids": list(ids)} if ids is not None else {},
            long=True,
        )
        # Sorted here: the server's order of text is by UTF-16 unit, Python's by code point.
        return sorted((row for row in rows if _is_there(row)), key=lambda row: row["p"]["id"])

    def _read(
        self, text: str, parameters: Mapping[str, Any] | None = None, *, long: bool = False
    ) -> list[neo4j.Record]:
        """The rows of a query of our own; ``long``: it may take as long as the graph is large."""

        def work(transaction: neo4j.Transaction) -> list[neo4j.Record]:
            return list(transaction.run(cast(LiteralString, text), dict(parameters or {})))

        try:
            return self._in_read(work, None if long else reading.SILENT_S)
        except Exception as exc:
            raise self.translate(exc, reading.LONG_S) from exc

    def _in_read(self, work: Callable[[neo4j.Transaction], _T], seconds: float | None) -> _T:
        try:
            return reading.read(lambda: self.session(neo4j.READ_ACCESS), work, seconds=seconds)
        except Late:
            raise StoreUnavailable(
                f"The server at {self.location} has not answered for {reading.SILENT_S:g} s.",
                hint="Check the network and the server, then try again.",
            ) from None

    # life
    def close(self) -> None:
        self._closed = True
        self._driver.close()


def _is_there(row: neo4j.Record) -> bool:
    """False for a record that another transaction removed while this one read it: no property is left."""
    return row["p"].get("id") is not None


def _tie(row: neo4j.Record) -> Tie:
    return tie_from(row["p"], from_id=row["from_id"], type=row["type"], to_id=row["to_id"])
