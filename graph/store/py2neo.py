"""An object view by py2neo, for notebooks that are written with it. New code uses :func:`graph.open_store`.

py2neo is no longer maintained, so it stands apart: an extra that nobody else installs, and no other module
imports this one. docs/py2neo.md says what works and what breaks with which server.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from graph.errors import SettingsError, StoreUnavailable
from graph.settings import Settings, is_server, load_settings
from graph.store.neo4j import Neo4jStore
from graph.store.neo4j_options import Neo4jOptions
from graph.store.py2neo_errors import Graph, failures
from graph.store.py2neo_merge import merge
from graph.store.py2neo_objects import CLASSES, EntityObject, TieObject, entity, objects, ties

Person = CLASSES["person"]
Company = CLASSES["company"]
Investor = CLASSES["investor"]
Government = CLASSES["government"]
Organization = CLASSES["organization"]
Party = CLASSES["party"]
Asset = CLASSES["asset"]
Address = CLASSES["address"]


class ObjectGraph(Graph):
    """A graph of py2neo that can be closed; use it in a ``with`` block, or call :meth:`close` at the end."""

    _closed = False

    def auto(self, readonly: bool = False) -> Any:
        self._refuse_closed()
        return super().auto(readonly)

    def begin(self, readonly: bool = False) -> Any:
        self._refuse_closed()
        return super().begin(readonly)

    def _refuse_closed(self) -> None:
        # py2neo would wait for a connection that never comes.
        if self._closed:
            raise StoreUnavailable("This graph is closed.", hint="Open it again with open_graph.")

    def close(self) -> None:
        """Close all connections; closing twice is fine."""
        self._closed = True
        service: Any = self.service
        # And those of the graphs that py2neo made on the way, such as for the version of the server.
        for each in (service, *(graph.service for graph in service._graphs.values())):
            each.connector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_graph(
    target: str | None = None,
    *,
    user: str | None = None,
    password: str | None = None,
    database: str | None = None,
    settings: Settings | None = None,
) -> ObjectGraph:
    """Open the Neo4j server to work with as a graph of py2neo.

    What is not given is taken from the settings, as :func:`graph.open_store` does. py2neo sets no limit to
    the time of a query, and its ``run`` writes when the text says so. It knows no certificates but those of
    the system: ``neo4j_ca`` needs the same file in the environment variable SSL_CERT_FILE.

    Args:
        target: address of the server, such as ``neo4j://localhost:7687``.
        user, password: None for the settings'; a server without authentication needs none.
        database: None for the settings', else the user's default.
        settings: default :func:`graph.settings.load_settings`.

    Raises:
        SettingsError: no address of a server, or one that cannot be used.
        StoreUnavailable: nobody answers there, or not as py2neo needs.
        StoreRefused: wrong credentials, no such database, or written by a newer Interlock.
    """
    chosen = settings or load_settings()
    place = target or chosen.store
    if not is_server(place):
        raise SettingsError(
            f"py2neo needs a Neo4j server, and {place} is none.",
            hint="Set INTERLOCK_STORE=neo4j://HOST:7687, or read the embedded store with graph.open_store().",
        )
    if user is None:
        user, kept = chosen.neo4j_user, chosen.neo4j_password
        password = password if password is not None or kept is None else kept.get_secret_value()
    name = database or chosen.neo4j_database
    # The driver looks first: within seconds it tells apart what py2neo shows as one and the same fault, or
    # waits for without end.
    with Neo4jStore(place, user=user, password=password, database=name, options=Neo4jOptions.of(chosen)):
        pass
    try:
        return _connected(place, user, password, name)
    except StoreUnavailable as exc:
        if chosen.neo4j_ca is None:
            raise
        raise StoreUnavailable(
            f"py2neo cannot talk to the server at {place}, which the driver reaches by the certificates in "
            f"{chosen.neo4j_ca}: {exc.message}",
            hint=f"py2neo trusts those of the system alone: set SSL_CERT_FILE={chosen.neo4j_ca} as well.",
        ) from exc


def _connected(place: str, user: str | None, password: str | None, database: str | None) -> ObjectGraph:
    # Both as a pair: of an empty text alone py2neo makes its own default, or NEO4J_AUTH.
    try:
        graph = ObjectGraph(place, name=database, auth=(user or "", password or ""), user_agent="interlock")
    except Exception as exc:
        raise StoreUnavailable(
            f"py2neo cannot talk to the server at {place}, although it answers: {exc}",
            hint="py2neo knows Bolt 4.3 and older; use graph.open_store() with newer servers.",
        ) from exc
    try:
        with failures(graph):
            graph.run("RETURN 1")
    except BaseException:
        graph.close()
        raise
    return graph


__all__ = [
    "CLASSES",
    "Address",
    "Asset",
    "Company",
    "EntityObject",
    "Government",
    "Investor",
    "ObjectGraph",
    "Organization",
    "Party",
    "Person",
    "TieObject",
    "entity",
    "merge",
    "objects",
    "open_graph",
    "ties",
]
