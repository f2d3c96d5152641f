"""What a Neo4j server says of itself and of our database on it."""

from __future__ import annotations

from collections.abc import Callable

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import ExplorerError
from graph.store import neo4j_schema as schema
from graph.store import neo4j_write as writing
from graph.store.base import Store
from graph.store.status import StoreStatus


def read_status(
    store: Store,
    session: Callable[[str], neo4j.Session],
    fail: Callable[[BaseException, float], ExplorerError],
) -> StoreStatus:
    """The state of a Neo4j store.

    Args:
        session: makes a session of the driver with the access mode given.
        fail: makes our errors of the driver's.

    Cost: a second or two on a server just started, which reads its list of databases for the first time.
    """
    counts, version = store.counts(), store.data_version()
    try:
        with session(neo4j.READ_ACCESS) as reading:
            # A component of its own since 2025, Cypher has versions and no edition.
            server = reading.run(
                "CALL dbms.components() YIELD name, versions, edition WHERE edition <> '' "
                "RETURN versions, edition"
            ).single(strict=True)
            database = str(reading.run("CALL db.info() YIELD name").single(strict=True)["name"])
            return StoreStatus(
                engine=store.engine,
                version=", ".join(server["versions"]),
                edition=server["edition"],
                location=store.location,
                database=database,
                writable=_writable(reading, database),
                counts=counts,
                data_version=version,
                model_version=reading.execute_read(writing.model_version),
                schema=_schema(reading),
            )
    except Exception as exc:
        raise fail(exc, store.timeout_s) from exc


def _schema(session: neo4j.Session) -> tuple[schema.SchemaItem, ...] | None:
    try:
        return schema.held(session)
    except driver_errors.ClientError as exc:
        if "Security" in (exc.code or ""):
            return None
        raise


def _writable(session: neo4j.Session, database: str) -> bool | None:
    """Whether the server lets anybody write here: one of the members that hold the database must."""
    try:
        rows = session.run(
            "SHOW DATABASES YIELD name, access, currentStatus WHERE name = $name RETURN access",
            {"name": database},
        )
        found = [row["access"] for row in rows]
        return any(access == "read-write" for access in found) if found else None
    except driver_errors.ClientError:
        return None
