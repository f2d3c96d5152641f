"""Stores: one interface, two engines. Open one with :func:`open_store`."""

from __future__ import annotations

from pathlib import Path

from graph.errors import SettingsError, StoreUnavailable
from graph.settings import SERVER_SCHEMES, Settings, is_server, load_settings
from graph.store.base import Counts, NodeValue, PathValue, Rows, RowStream, Store, TieValue


def open_store(
    target: str | Path | None = None,
    *,
    timeout_s: float | None = None,
    create: bool = True,
    settings: Settings | None = None,
) -> Store:
    """Open the store to work with; use it in a ``with`` block.

    A folder that another process of this user has open is asked through that process.

    Args:
        target: a folder (embedded store), the address of a Neo4j server, or None for the settings'.
        timeout_s: limit of one query in seconds; None for the settings'.
        create: make a missing embedded store; otherwise raise.
        settings: default :func:`graph.settings.load_settings`.

    Raises:
        StoreUnavailable, StoreLocked, StoreRefused, SettingsError: with the next step.
    """
    chosen = settings or load_settings()
    place = str(target) if target is not None else chosen.store
    limit = timeout_s if timeout_s is not None else chosen.timeout_s
    if is_server(place):
        from graph.store.neo4j import Neo4jStore
        from graph.store.neo4j_options import Neo4jOptions

        password = chosen.neo4j_password.get_secret_value() if chosen.neo4j_password else None
        return Neo4jStore(
            place, user=chosen.neo4j_user, password=password, database=chosen.neo4j_database,
            timeout_s=limit, options=Neo4jOptions.of(chosen),
        )  # fmt: skip
    scheme, colon, _ = place.partition(":")
    # An address with a slash too few is no folder either: its name would show the password in it.
    if "://" in place or (colon and scheme.lower() in SERVER_SCHEMES):
        raise SettingsError(
            f"What follows {scheme}: is not an address of a store.",
            hint="Use a folder, or neo4j://HOST:7687 (bolt://, +s and +ssc are fine too).",
        )
    folder = Path(place).expanduser()
    if not create and not (folder / "CURRENT").is_file():
        raise StoreUnavailable(
            f"There is no store in {folder}.", hint="Make one with: interlock load (the bundled data)"
        )
    from graph.store.shared import SharedStore

    return SharedStore(folder, timeout_s=limit, heap=chosen.heap)


__all__ = ["Counts", "NodeValue", "PathValue", "RowStream", "Rows", "Store", "TieValue", "open_store"]
