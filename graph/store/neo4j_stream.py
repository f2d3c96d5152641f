"""Reading from Neo4j: the guard before a query, its rows as they come, values as plain Python."""

from __future__ import annotations

import contextlib
import re
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, LiteralString, Protocol, cast

import neo4j
from neo4j import exceptions as driver_errors
from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

from graph.errors import ExplorerError, WriteRefused
from graph.store.base import NodeValue, PathValue, RowStream, TieValue

_AHEAD = 256
_SUSPECT = re.compile(r"csv|call|terminate|show|\\u", re.IGNORECASE)
_PROCEDURES = re.compile(
    r"db\.(labels|relationshipTypes|propertyKeys|info|ping|schema\.\w+|index\.(fulltext|vector)\.query\w+)"
    r"|dbms\.components"
)
_SHOWN = ("ShowIndexes", "ShowConstraints", "ShowFunctions", "ShowProcedures")
# Functions of plugins run inside the query, so no plan tells what they do: apoc.cypher.* takes Cypher of its
# own, LOAD CSV in it too, apoc.static.* settings, ai.* and genai.* go to the network.
_FUNCTIONS = re.compile(
    r"(date|time|localtime|datetime|localdatetime|duration|point|vector|coll|graph|db)\.[\w.]+"
    r"|apoc\.(agg|any|bitwise|coll|convert|data|date|diff|hashing|json|label|map|math|meta|number|scoring"
    r"|stats|temporal|text)\.[\w.]+",
    re.IGNORECASE,
)
# Each alternative takes the rest of the text where its end is missing: looking for it from every place on
# would take the square of the length.
_NOT_NAMES = re.compile(
    r"""'(?:\\.?|[^'\\])*+(?:'|\Z)|"(?:\\.?|[^"\\])*+(?:"|\Z)|`[^`]*(?:`|\Z)|/\*.*?(?:\*/|\Z)|//[^\n\r]*""",
    re.DOTALL,
)
_CALLED = re.compile(r"(?<![\w`])(?<!\w\.)((?:`[^`]*`|\w+)(?:\s*\.\s*(?:`[^`]*`|\w+))+)\s*\(")
_ESCAPED = re.compile(r"\\u+([0-9a-fA-F]{4})")


class Translate(Protocol):
    """Turns an error of the driver into one of ours."""

    def __call__(self, error: BaseException, /, *, first_line: int = 1) -> ExplorerError: ...


class Neo4jStream(RowStream):
    """Rows of one query in a read transaction of its own, which closing rolls back.

    Args:
        session: opened for reading; this stream closes it.
        timeout_s: the server ends the transaction after this many seconds.
        fail: makes our errors of the driver's.
    """

    def __init__(
        self,
        session: neo4j.Session,
        cypher: str,
        parameters: dict[str, Any],
        timeout_s: float,
        fail: Translate,
    ) -> None:
        self._session, self._fail, self._open = session, fail, True
        self._ready: deque[tuple[Any, ...]] = deque()
        self._ends: dict[str, str] = {}
        first_line = 1
        try:
            refuse_functions(cypher)
            self._transaction = session.begin_transaction(timeout=timeout_s)
            if _SUSPECT.search(cypher):
                first_line = 2
                self._refuse_unsafe(cypher, parameters)
                first_line = 1
            result = self._transaction.run(cast(LiteralString, cypher), parameters)
            self.columns = tuple(result.keys())
            self._rows = iter(result)
        except Exception as exc:
            self.close()
            raise self._fail(exc, first_line=first_line) from exc

    def _refuse_unsafe(self, cypher: str, parameters: dict[str, Any]) -> None:
        """Refuse what the server's read mode allows and a reader must not do.

        LOAD CSV reads files of the server and the network, procedures reach its configuration and
        other plugins, TERMINATE ends other people's queries. The server's own plan tells them apart,
        however they are written.
        """
        plan = self._transaction.run(cast(LiteralString, f"EXPLAIN\n{cypher}"), parameters).consume().plan
        for operator, details in _operators(plan):
            if operator.startswith("LoadCSV"):
                raise WriteRefused("LOAD CSV is refused.", hint="Bring files in with: interlock load FILE")
            if operator.startswith("Terminate"):
                raise WriteRefused(
                    "Ending other queries is refused.", hint="Ask the administrator of the server."
                )
            if operator.startswith("Administration") or (
                operator.startswith("Show") and operator.partition("@")[0] not in _SHOWN
            ):
                raise WriteRefused(
                    "Looking into the server's users, settings and transactions is refused.",
                    hint="SHOW INDEXES, CONSTRAINTS, FUNCTIONS and PROCEDURES are allowed; "
                    "`interlock store status` tells the rest.",
                )
            name = details.partition("(")[0].replace("`", "").strip()
            if operator.startswith("ProcedureCall") and not _PROCEDURES.fullmatch(name):
                raise WriteRefused(
                    f"The procedure {name} is refused: it may do more than read the graph.",
                    hint="Use plain Cypher, or db.labels(), db.schema.* and db.index.*.query*.",
                )

    def __next__(self) -> tuple[Any, ...]:
        if not self._open:
            raise StopIteration
        if not self._ready:
            try:
                self._fetch()
            except Exception as exc:
                self.close()
                raise self._fail(exc) from exc
        if not self._ready:
            self.close()
            raise StopIteration
        return self._ready.popleft()

    def _fetch(self) -> None:
        """Make the next row ready; more than one when the ends of its ties have to be asked for."""
        rows = list(islice(self._rows, 1))
        if any(self._unknown_ends(rows)):
            # The server sends a tie without the properties of its ends: ask once for many rows.
            rows += islice(self._rows, _AHEAD - 1)
            wanted = sorted(set(self._unknown_ends(rows)))
            found = self._transaction.run(
                "MATCH (n) WHERE elementId(n) IN $ids RETURN elementId(n) AS key, n.id AS id", {"ids": wanted}
            )
            self._ends |= {row["key"]: str(row["id"] or "") for row in found}
        self._ready.extend(tuple(plain(value, self._ends) for value in row.values()) for row in rows)

    def _unknown_ends(self, rows: Iterable[neo4j.Record]) -> Iterator[str]:
        for tie in _ties_in([row.values() for row in rows]):
            for end in (tie.start_node, tie.end_node):
                if end is not None and "id" not in end and end.element_id not in self._ends:
                    yield end.element_id

    def close(self) -> None:
        if self._open:
            self._open = False
            self._ready.clear()
            # Rolls back the read transaction and drops what was not fetched. Where the connection is gone the
            # roll-back fails and the driver leaves the session open; the second call lets go of it.
            for _ in range(2):
                with contextlib.suppress(driver_errors.DriverError, driver_errors.Neo4jError):
                    self._session.close()


def refuse_functions(cypher: str) -> None:
    """Refuse functions that reach further than the graph, see ``_FUNCTIONS``.

    Raises:
        WriteRefused: names the function.
    """
    # The language turns \\uXXXX into its character before anything else in one version and not in the next.
    for text in {cypher, _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cypher)}:
        for found in _CALLED.finditer(_NOT_NAMES.sub(_blank, text)):
            name = re.sub(r"[`\s]", "", found[1])
            if not (_FUNCTIONS.fullmatch(name) or _PROCEDURES.fullmatch(name)):
                raise WriteRefused(
                    f"{name} is refused: it may do more than read the graph.",
                    hint="Use plain Cypher and its own functions.",
                )


def _blank(found: re.Match[str]) -> str:
    # Names in backticks stay, and a text stays something that is no name.
    return {"/": " ", "`": found[0]}.get(found[0][0], "0")


def cut(session: neo4j.Session) -> None:
    """End the connection under a session whose server does not answer: a thread may be waiting for it.

    The driver has no public call for this, so nothing happens where a later one has other insides; the
    server's own limit and the system's then end the wait.
    """
    connection = getattr(session, "_connection", None)
    wire = getattr(getattr(connection, "socket", None), "_socket", None)
    if isinstance(wire, socket.socket):
        with contextlib.suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)


def _operators(plan: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    if plan:
        yield str(plan.get("operatorType", "")), str(plan.get("args", {}).get("Details", ""))
        for child in plan.get("children", ()):
            yield from _operators(child)


def _ties_in(value: Any) -> Iterator[Relationship]:
    """Relationships anywhere in a value, except in paths, which bring their nodes along."""
    if isinstance(value, Relationship):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _ties_in(item)
    elif isinstance(value, dict):
        yield from _ties_in([*value.values()])


def plain(value: Any, ends: dict[str, str]) -> Any:
    """A result value as plain Python, see :class:`graph.store.base.Rows`.

    Args:
        ends: ids of nodes by element id, for ties whose ends came without properties.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, list):
        return [plain(item, ends) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item, ends) for key, item in value.items()}
    if isinstance(value, Node):
        return _node(value)
    if isinstance(value, Relationship):
        return _tie(value, ends)
    if isinstance(value, Path):
        return PathValue(
            tuple(_node(node) for node in value.nodes),
            tuple(_tie(tie, ends) for tie in value.relationships),
        )
    if isinstance(value, (Date, Time, DateTime, Duration)):
        return _iso(value)
    if isinstance(value, Point):
        return _point(value)
    return list(value) if isinstance(value, (bytes, bytearray)) else str(value)


def _node(node: Node) -> NodeValue:
    return NodeValue(tuple(sorted(node.labels)), {key: plain(node[key], {}) for key in sorted(node.keys())})


def _tie(tie: Relationship, ends: dict[str, str]) -> TieValue:
    ids = [
        "" if end is None else str(end.get("id") or ends.get(end.element_id, ""))
        for end in (tie.start_node, tie.end_node)
    ]
    return TieValue(tie.type, ids[0], ids[1], {key: plain(tie[key], {}) for key in sorted(tie.keys())})


_CLOCK = re.compile(r"(\d\d:\d\d):(\d\d)(?:\.(\d{3})(\d{3})(\d{3}))?")


def _iso(value: Date | Time | DateTime | Duration) -> str:
    """ISO 8601 in the shortest form, as the embedded engine writes it, with the name of the zone."""
    text = value.iso_format()
    if isinstance(value, (Date, Duration)):
        return text
    zone = getattr(value.tzinfo, "zone", None) or getattr(value.tzinfo, "key", None)
    text = re.sub(r"[+-]00:00$", "Z", _CLOCK.sub(_short_clock, text, count=1))
    return f"{text}[{zone}]" if zone and zone != "UTC" else text


def _short_clock(found: re.Match[str]) -> str:
    clock, seconds, *groups = found.groups(default="000")
    while groups and groups[-1] == "000":
        groups.pop()
    if groups:
        return f"{clock}:{seconds}.{''.join(groups)}"
    return clock if seconds == "00" else f"{clock}:{seconds}"


_CRS = {7203: "cartesian", 9157: "cartesian-3d", 4326: "wgs-84", 4979: "wgs-84-3d"}


def _point(value: Point) -> dict[str, Any]:
    coordinates = dict(zip("xyz", value, strict=False))
    return {**coordinates, "crs": _CRS.get(value.srid or 0, ""), "srid": value.srid}
