"""How to reach a Neo4j server: what the driver is told beside the address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import neo4j

from graph.errors import SettingsError
from graph.settings import Settings


@dataclass(frozen=True)
class Neo4jOptions:
    """Settings of the driver; the defaults suit one server and a cluster.

    Attributes:
        ca: file of certificates (PEM) that the server's must come from, with a ``+s`` address; None trusts
            those of the system. A self-signed one is trusted unseen by ``+ssc``.
        pool_size: most connections open at once.
        connect_s: seconds to wait for a connection to be made.
        acquire_s: seconds to wait for one of the pool.
        retry_s: for how long a write that met a passing fault, such as a new leader, is tried again, in
            waits that double.
        idle_check_s: a connection unused for longer is tried before it is used, as a firewall may have
            dropped it without a word.
        lifetime_s: a connection older than this is replaced.
    """

    ca: Path | None = None
    pool_size: int = 100
    connect_s: float = 5.0
    acquire_s: float = 10.0
    retry_s: float = 15.0
    idle_check_s: float = 30.0
    lifetime_s: float = 3_600.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say."""
        return cls(
            settings.neo4j_ca, settings.neo4j_pool_size, settings.neo4j_connect_s, settings.neo4j_acquire_s,
            settings.neo4j_retry_s, settings.neo4j_idle_check_s, settings.neo4j_lifetime_s,
        )  # fmt: skip


def driver_for(uri: str, user: str | None, password: str | None, options: Neo4jOptions) -> neo4j.Driver:
    """A driver; it makes no connection yet.

    Raises:
        SettingsError: the file of certificates cannot be used, or not with this address.
        ValueError, neo4j.exceptions.ConfigurationError: the address cannot be used.
    """
    more: dict[str, Any] = {}
    if options.ca is not None:
        scheme, _, rest = uri.partition("://")
        if not scheme.lower().endswith("+s"):
            raise SettingsError(
                f"Certificates are given in {options.ca}, and the address {scheme}:// asks for none.",
                hint="Write the address with +s (neo4j+s://HOST), or leave neo4j_ca out.",
            )
        # The driver takes certificates of one's own only with the plain scheme.
        uri = f"{scheme[:-2]}://{rest}"
        more = {"encrypted": True, "trusted_certificates": _trusted(options.ca)}
    return neo4j.GraphDatabase.driver(
        uri,
        auth=(user, password or "") if user else None,
        connection_timeout=options.connect_s,
        connection_acquisition_timeout=options.acquire_s,
        max_connection_pool_size=options.pool_size,
        max_connection_lifetime=options.lifetime_s,
        liveness_check_timeout=options.idle_check_s,
        max_transaction_retry_time=options.retry_s,
        keep_alive=True,
        notifications_min_severity="OFF",
        user_agent="interlock",
        **more,
    )


def _trusted(file: Path) -> neo4j.TrustCustomCAs:
    import ssl

    try:
        ssl.create_default_context(cafile=str(file))
    except (OSError, ssl.SSLError) as exc:
        raise SettingsError(
            f"The certificates in {file} cannot be read: {exc}",
            hint="The file has one or more certificates as text (PEM), each from BEGIN to END CERTIFICATE.",
        ) from exc
    return neo4j.TrustCustomCAs(str(file))
