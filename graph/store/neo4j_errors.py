"""Errors of the Neo4j driver and server in our words; never with a password in them."""

from __future__ import annotations

import re

from neo4j import exceptions as driver_errors

from graph.errors import (
    ExplorerError,
    ParameterError,
    QueryError,
    QuerySyntaxError,
    QueryTimeout,
    StoreError,
    StoreRefused,
    StoreUnavailable,
    WriteRefused,
)

_PLACE = re.compile(r"\(line (\d+), column (\d+)")
_MISSING = re.compile(r"Expected parameter\(s\):\s*([^,\n]+)")
_CONNECTION: tuple[type[BaseException], ...] = (
    driver_errors.ServiceUnavailable,
    driver_errors.SessionExpired,
    OSError,
)


def without_credentials(uri: str) -> str:
    """The address for messages: scheme, host and port; whatever stands before an ``@`` is dropped.

    >>> without_credentials("neo4j+s://ann:p/w@db.example.org:7687/x")
    'neo4j+s://db.example.org:7687'
    """
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{re.split('[/?#]', rest.rpartition('@')[2])[0]}"


def translate(
    error: BaseException,
    location: str,
    database: str | None,
    timeout_s: float,
    *,
    writing: bool = False,
    first_line: int = 1,
) -> ExplorerError:
    """An error of the driver or the server as one of ours.

    Args:
        error: one with ``code`` and ``message`` is the server's, whichever package raised it.
        location: address without credentials.
        timeout_s: limit that a timeout passed.
        writing: whether our own write failed, not a query of the user.
        first_line: line at which the user's query starts in the text that the server saw.
    """
    if isinstance(error, ExplorerError):
        return error
    code = str(getattr(error, "code", None) or "")
    message = str(getattr(error, "message", None) or error)
    return (
        _refusal(error, code, location, database)
        or (_write_fault(code, message) if writing else None)
        or _query_fault(code, message, timeout_s, first_line)
        or _connection_fault(error, message, location)
        or (_write_failed(message) if writing else None)
        or QueryError(
            f"The server refused the query: {_first_line(message)}", hint="Check it against the ontology."
        )
    )


def _refusal(error: BaseException, code: str, location: str, database: str | None) -> ExplorerError | None:
    if "AuthenticationRateLimit" in code:
        return StoreRefused(
            f"The server at {location} refuses log-ins for some seconds after too many wrong ones.",
            hint="Correct INTERLOCK_NEO4J_USER and INTERLOCK_NEO4J_PASSWORD, wait, and try again.",
        )
    if "CredentialsExpired" in code:
        return StoreRefused(
            f"The server at {location} wants this user's password changed first.",
            hint="Log in with cypher-shell or the Neo4j Browser, set a new one, and put it into "
            "INTERLOCK_NEO4J_PASSWORD.",
        )
    if isinstance(error, driver_errors.AuthError) or code.endswith("Security.Unauthorized"):
        return StoreRefused(
            f"The server at {location} refused the user name or password.",
            hint="Set INTERLOCK_NEO4J_USER and INTERLOCK_NEO4J_PASSWORD.",
        )
    if "DatabaseNotFound" in code:
        return StoreRefused(
            f"The server at {location} has no database {database!r}.",
            hint="Set INTERLOCK_NEO4J_DATABASE to one that exists, or leave it empty for the default.",
        )
    if code.endswith("ReadOnlyAccessDatabase"):
        return StoreRefused(
            f"The database at {location} is set to read-only on the server.",
            hint="Reading goes on; to load data, ask whoever runs the server (server.databases.read_only).",
        )
    if "Security" in code:
        return StoreRefused(
            f"The server at {location} does not allow this user to do that.",
            hint="Reading needs the role reader, loading needs publisher or architect.",
        )
    return None


def is_out_of_memory(error: driver_errors.Neo4jError) -> bool:
    """Whether the server had too little memory for a transaction. It calls that transient."""
    return _out_of_memory(error.code or "", error.message or "")


def _out_of_memory(code: str, message: str) -> bool:
    return "OutOfMemory" in code or "heap space" in message


def _write_fault(code: str, message: str) -> ExplorerError | None:
    if _out_of_memory(code, message):
        return StoreError(
            "The server has too little memory to write all this at once; nothing was changed.",
            # Measured: 6 KB of the transaction memory a record, which is 70 % of the heap.
            hint="Load it in parts, or raise server.memory.heap.max_size in its neo4j.conf: "
            "about 9 GiB for a million records.",
        )
    return None


def _write_failed(message: str) -> ExplorerError:
    return StoreError(
        f"The store could not be written: {_first_line(message)}",
        hint="The failed step was rolled back; try again, and check the server's log if it goes on.",
    )


def _query_fault(code: str, message: str, timeout_s: float, first_line: int) -> ExplorerError | None:
    if "TransactionTimedOut" in code or "LockAcquisitionTimeout" in code:
        return QueryTimeout(timeout_s)
    if code.endswith("Statement.AccessMode"):
        return WriteRefused(
            "This query writes, and queries only read.", hint="Change data with: interlock load FILE"
        )
    if code.endswith("ParameterMissing"):
        found = _MISSING.search(message)
        return ParameterError(
            found[1].strip() if found else "?", "no value was given.", hint="Pass a value for it."
        )
    if code.endswith(("Statement.SyntaxError", "Statement.SemanticError")):
        return _syntax_error(message, first_line)
    if _out_of_memory(code, message):
        return QueryError(
            "The query needs more memory than the server allows.",
            hint="Narrow it with a start entity, fewer hops or a LIMIT.",
        )
    return None


def _connection_fault(error: BaseException, message: str, location: str) -> ExplorerError | None:
    if isinstance(error, _CONNECTION):
        scheme = location.partition("://")[0]
        tls = (
            " A server without TLS wants the scheme without +s, one with a certificate of its own +ssc."
            if "+" in scheme
            else ""
        )
        return StoreUnavailable(
            f"No Neo4j server answers at {location}.",
            hint="Start it, or check the address in INTERLOCK_STORE "
            f"(bolt:// for one server, neo4j:// for a cluster).{tls}",
        )
    if isinstance(error, driver_errors.DriverError):
        return StoreUnavailable(
            f"The connection to {location} failed: {_first_line(message)[:200]}",
            hint="Try again; check the server's log if it goes on.",
        )
    return None


def _syntax_error(message: str, first_line: int) -> QuerySyntaxError:
    found = _PLACE.search(message)
    line = int(found[1]) - first_line + 1 if found else 0  # the server says line 0 when it knows no place
    return QuerySyntaxError(
        _first_line(message).split(" (line ")[0],
        line=line if found and line > 0 else None,
        column=int(found[2]) if found and line > 0 else None,
        hint="Names are case-sensitive; run `interlock ontology` for labels, types and properties.",
    )


def _first_line(message: str) -> str:
    return (message.splitlines() or ["no reason was given"])[0][:400]
