"""The only file that talks to ArcadeDB: start its JVM, open a folder, convert values, translate errors."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
import threading
import weakref
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from graph.errors import (
    ExplorerError,
    FeatureMissing,
    ParameterError,
    QueryError,
    QuerySyntaxError,
    QueryTimeout,
    SettingsError,
    StoreDamaged,
    StoreError,
    StoreUnavailable,
    WriteRefused,
)
from graph.store.base import NodeValue, PathValue, TieValue

CYPHER = "opencypher"
_LOGGING = Path(__file__).with_name("engine-logging.properties")
_start = threading.Lock()
_java: dict[str, Any] = {}


def engine() -> Any:
    """The ``arcadedb_embedded`` package.

    Raises:
        FeatureMissing: no wheel exists for this platform; the Neo4j store is the way out.
    """
    try:
        import arcadedb_embedded
    except ImportError as exc:  # pragma: no cover - only on platforms without a wheel
        raise FeatureMissing(
            "The embedded store is not installed on this platform.",
            hint="Use a Neo4j server instead: set INTERLOCK_STORE=neo4j://HOST.",
        ) from exc
    return arcadedb_embedded


def version() -> str:
    """Version of the engine."""
    return str(engine().__version__)


def start(heap: str) -> None:
    """Start the engine's JVM once per process with a maximum heap such as ``1g``; later calls do nothing."""
    with _start:
        if _java:
            return
        engine()
        # At the end the JVM waits for the thread that started it, and the app opens the store in a thread
        # that may be gone by then without a word. So a thread of our own starts it, and signs off.
        failed: list[BaseException] = []

        def work() -> None:
            try:
                _start_jvm(heap)
            except BaseException as exc:
                failed.append(exc)

        thread = threading.Thread(target=work, name="interlock-jvm")
        thread.start()
        interrupted = False
        while thread.is_alive():
            try:
                thread.join()
            except KeyboardInterrupt:  # a JVM that is half started cannot be ended
                interrupted = True
        if interrupted:
            raise KeyboardInterrupt
        if failed:
            raise failed[0]


def _start_jvm(heap: str) -> None:
    from arcadedb_embedded.jvm import start_jvm

    scratch = Path(tempfile.gettempdir())
    os.environ.setdefault("ARCADEDB_JVM_ERROR_FILE", str(scratch / "interlock-jvm-%p.log"))
    with _quiet_stderr():
        start_jvm(
            heap_size=heap,
            jvm_args=[
                # The JVM puts a guard into the stack of the main thread, by default after the first megabyte;
                # linear algebra needs more (numpy.linalg.solve of 200 equations ended the process).
                "-Xss8m",
                # SIGTERM, SIGHUP and SIGINT stay Python's: the handler that would take them over ended the
                # process with a crash of the JVM (JPype 1.7 asks Python from a thread that it does not know).
                "-Xrs",
                f"-Djava.util.logging.config.file={_LOGGING}",
                f"-Darcadedb.server.logsDirectory={scratch}",
                "-Darcadedb.polyglotEngineEnabled=false",
                # A list of ten million numbers, as the engine allows, fills a quarter of the default heap.
                "-Darcadedb.queryMaxRangeSize=1000000",
                # A query must not reach files or the network.
                "-Darcadedb.opencypher.loadCsv.allowFileUrls=false",
                "-Darcadedb.opencypher.loadCsv.allowRemoteUrls=false",
            ],
        )
    import jpype

    _java["config"] = jpype.JClass("com.arcadedb.GlobalConfiguration")
    _java["vertex"] = jpype.JClass("com.arcadedb.graph.Vertex")
    _java["edge"] = jpype.JClass("com.arcadedb.graph.Edge")
    _java["path"] = jpype.JClass("com.arcadedb.query.opencypher.traversal.TraversalPath")
    _java["long"] = jpype.JLong
    jpype.JClass("java.lang.Thread").detach()


class _Leaves:
    def __del__(self) -> None:
        leave()


_thread = threading.local()


def leave_at_end() -> None:
    """Sign this thread off from the JVM when it ends: it would stay listed there for ever, and an app has a
    thread for every run of a page."""
    if not hasattr(_thread, "leaves"):
        _thread.leaves = _Leaves()


def leave() -> None:
    """Sign this thread off from the JVM now; the next call into the engine signs it on again."""
    try:
        import _jpype

        _jpype.detachThreadFromJVM()
    except Exception:  # the JVM, or Python itself, is ending
        return


@contextlib.contextmanager
def _quiet_stderr() -> Generator[None]:
    # The JVM prints one line about an incubator module straight to file descriptor 2 at its start.
    try:
        sys.stderr.flush()
        saved = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no real stderr (pythonw, some notebooks)
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(sink)


def open_database(folder: Path, *, create: bool = False) -> Any:
    """Open or create the engine's database in ``folder``; the JVM must have been started.

    Raises:
        StoreUnavailable: the folder is damaged, not a database, or not writable.
    """
    module = engine()
    try:
        return module.create_database(str(folder)) if create else module.open_database(str(folder))
    except Exception as exc:
        raise StoreUnavailable(
            f"The store in {folder} cannot be opened: {_first_line(exc)}",
            hint="Check that the disk is writable and not full; restore a backup (interlock --store NEW "
            "store restore FILE) or load the data again into another folder with --store NEW.",
        ) from exc


class Bulk:
    """Rows for a graph batch, each chunk of them as one JSON text.

    The wheel's own methods do so only for rows without lists; a row with one, as ours are, crosses into Java
    value by value, which takes several times as long. Making the text is apart from sending it, so that
    another thread can make the next one while the engine, which needs no lock of Python, writes this one.
    """

    def __init__(self, batch: Any) -> None:
        import jpype

        self._java = batch._java_graph_batch
        self._vertices = jpype.JClass("com.arcadedb.python.VertexBatcher")
        self._edges = jpype.JClass("com.arcadedb.python.EdgeBatcher")

    @staticmethod
    def vertex_text(rows: list[dict[str, Any]]) -> str:
        """What :meth:`vertices` sends."""
        return json.dumps(rows)

    def vertices(self, label: str, text: str) -> list[str]:
        """Create vertices; returns their record ids in the same order."""
        joined = str(self._vertices.createVerticesJson(self._java, label, text))
        return joined.split(";") if joined else []

    @staticmethod
    def edge_text(ends: list[tuple[str, str]], rows: list[dict[str, Any]]) -> str:
        """What :meth:`edges` sends: properties between record ids."""
        return json.dumps([{"_src": a, "_dst": b, **row} for (a, b), row in zip(ends, rows, strict=True)])

    def edges(self, name: str, text: str) -> None:
        """Create edges."""
        self._edges.newEdgesJson(self._java, name, text)


_timeout_lock = threading.Lock()
_limits: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


def run_query(database: Any, cypher: str, parameters: Mapping[str, Any], timeout_s: float) -> Any:
    """Send a read-only query; the engine itself refuses writing statements and stops at the limit."""
    # The engine reads the limit when a query starts, so setting it per query needs a lock for that moment.
    limit_ms = max(1, int(timeout_s * 1000))
    with _timeout_lock:
        if _limits.get(database) != limit_ms:  # each call into Java costs as much as a small look-up
            configuration = database.get_java_database().getConfiguration()
            configuration.setValue(_java["config"].COMMAND_TIMEOUT, _java["long"](limit_ms))
            _limits[database] = limit_ms
        try:
            if parameters:
                return database.query(CYPHER, cypher, dict(parameters))
            return database.query(CYPHER, cypher)
        except Exception as exc:
            raise translate(exc, timeout_s) from exc


_MEMORY = re.compile(r"HeapLimitExceeded|heap budget exceeded|OutOfMemory|StackOverflow")
# Nothing is deleted while it is read, so a record that is not there, or makes no sense, is a damaged file.
_DAMAGE = re.compile(
    r"RecordNotFound|SerializationException|InvalidDatabaseState|Cannot find record type|may be corrupted"
    r"|Record #\d+:\d+ not found"
)

_columns: dict[str, tuple[str, ...]] = {}
# What a plan prints is not always what a row calls its columns, so rows have a memory of their own.
_row_columns: dict[str, tuple[str, ...]] = {}


def columns_of(database: Any, cypher: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Column names of a query without rows, read off the engine's plan; empty when it does not tell.

    Remembered per text: a plan costs several look-ups.
    """
    if cypher in _columns:
        return _columns[cypher]
    try:
        plan = database.query(CYPHER, f"EXPLAIN {cypher}", dict(parameters)).to_list()
        found = re.search(r"FINAL PROJECTION \[(.*)\]", str(plan[0]["executionPlanAsString"]))
    except Exception:  # the plan is a courtesy: the answer itself, no rows, is already known
        return ()
    return _keep(_columns, cypher, tuple(part.strip() for part in found[1].split(",")) if found else ())


def columns_of_row(cypher: str, row: Any) -> tuple[str, ...]:
    """Column names of a query by its first row; they depend on its text alone."""
    if cypher not in _row_columns:
        _keep(_row_columns, cypher, tuple(str(name) for name in row.get_property_names()))
    return _row_columns[cypher]


def _keep(cache: dict[str, tuple[str, ...]], cypher: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(cache) >= 500:
        cache.clear()
    cache[cypher] = columns
    return columns


_SYNTAX = re.compile(r"(?:Syntax error at )?line (\d+):(\d+)[ -]*(.*)", re.DOTALL)
_SYNTAX_AFTER = re.compile(r"(.*) at line (\d+), column (\d+)")  # this form counts columns from 1
_UNEXPECTED = re.compile(r"(.*?) at line (\d+), column (\d+)", re.DOTALL)
_MISSING = re.compile(r"Expected parameter\(s\):\s*([\w, ]+)")


def translate(error: BaseException, timeout_s: float) -> ExplorerError:
    """An engine error as one of ours."""
    if isinstance(error, ExplorerError):
        return error
    text = str(error)
    if "com.arcadedb.exception.TimeoutException" in text or "command.timeout" in text:
        return QueryTimeout(timeout_s)
    if "QueryNotIdempotentException" in text or "is not idempotent" in text:
        return WriteRefused(
            "This query writes, and queries only read.", hint="Change data with: interlock load FILE"
        )
    if "LOAD CSV" in text.upper() and (
        "disabled" in text or "not allowed" in text or "SecurityException" in text
    ):
        return WriteRefused("LOAD CSV is refused.", hint="Bring files in with: interlock load FILE")
    if found := _MISSING.search(text):
        return ParameterError(
            found[1].split(",")[0].strip(), "no value was given.", hint="Pass a value for it."
        )
    if _MEMORY.search(text):
        return QueryError(
            "The query needs more memory than the engine may use.",
            hint="Narrow it: a start entity, fewer hops or a LIMIT. Or raise the heap: INTERLOCK_HEAP=4g.",
        )
    if "CommandParsingException" in text or "CommandSemanticException" in text:
        return _syntax_error(_innermost(text))
    if _DAMAGE.search(text):
        return StoreDamaged(
            f"The store is damaged: {_innermost(text)}.",
            hint="Restore a backup into another folder: interlock --store NEW store restore FILE",
        )
    if "DatabaseIsClosed" in text or "is closed" in text:
        return StoreUnavailable("The store was closed while it was being read.", hint="Open it again.")
    return QueryError(
        f"The engine refused the query: {_innermost(text)}", hint="Check it against the ontology."
    )


def translate_write(error: BaseException) -> ExplorerError:
    """An error while writing as one of ours."""
    found = error
    if isinstance(error, SettingsError) or type(error) is StoreUnavailable:
        # A file beside the database, or the database of a new generation: the store itself is well.
        found = error.__cause__ or error
    if isinstance(found, ExplorerError):
        return found
    told, hint = _innermost(str(found)), "Nothing was changed. Check free disk space and try again."
    if _MEMORY.search(str(found)):
        hint = "Nothing was changed. Raise the heap of the engine and try again: INTERLOCK_HEAP=4g."
    return StoreError(f"The store could not be written: {told}", hint=hint)


def _syntax_error(text: str) -> QuerySyntaxError:
    hint = "Names are case-sensitive; run `interlock ontology` for labels, types and properties."
    if found := _SYNTAX.search(text):
        return QuerySyntaxError(
            found[3].strip() or "not understood", line=int(found[1]), column=int(found[2]) + 1, hint=hint
        )
    if found := _UNEXPECTED.match(text):
        return QuerySyntaxError(found[1], line=int(found[2]), column=int(found[3]) + 1, hint=hint)
    if found := _SYNTAX_AFTER.search(text):
        return QuerySyntaxError(found[1], line=int(found[2]), column=int(found[3]), hint=hint)
    return QuerySyntaxError(text, hint=hint)


def reason(error: BaseException) -> str:
    """What the engine says of an error, in one line."""
    return _innermost(str(error))


def _innermost(text: str) -> str:
    """The engine's own sentence, without Java class names."""
    text = re.sub(r"^(Query|Command) failed: |^Reading the result set failed: ", "", text)
    text = text.split(" (caused by ")[0]
    return re.sub(r"^(?:[a-z]\w*\.)+\w*(?:Exception|Error): ", "", text).strip().splitlines()[0][:400]


def _first_line(error: BaseException) -> str:
    text = str(error)
    cause = text.rsplit("(caused by ", 1)
    return re.sub(r"(?:[a-z]\w*\.)+\w*(?:Exception|Error): ", "", cause[-1]).rstrip(")").splitlines()[0][:300]


def plain(value: Any) -> Any:
    """A result value as plain Python, see :class:`graph.store.base.Rows`."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, _java["vertex"]):
        return _node(value)
    if isinstance(value, _java["edge"]):
        return _tie(value)
    if isinstance(value, _java["path"]):
        return PathValue(
            tuple(_node(node) for node in value.getVertices()), tuple(_tie(edge) for edge in value.getEdges())
        )
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def _node(vertex: Any) -> NodeValue:
    kind = vertex.getType()
    names = {str(kind.getName())} | {str(parent.getName()) for parent in kind.getSuperTypes()}
    labels = {part for name in names for part in name.split("~")}
    return NodeValue(tuple(sorted(labels)), _properties(vertex))


def _tie(edge: Any) -> TieValue:
    return TieValue(
        str(edge.getTypeName()), _id_of(edge.getOutVertex()), _id_of(edge.getInVertex()), _properties(edge)
    )


def _id_of(vertex: Any) -> str:
    found = vertex.get("id")
    return "" if found is None else str(found)


def _properties(document: Any) -> dict[str, Any]:
    from arcadedb_embedded.type_conversion import convert_java_to_python

    return {
        str(name): plain(convert_java_to_python(document.get(name)))
        for name in sorted(document.getPropertyNames())
    }
