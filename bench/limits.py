"""How far queries without an end run over their limit, on each engine, and whether the store answers meanwhile.

python -m bench.limits                 a limit of 2 s, both engines
python -m bench.limits --limit 1 --engines arcadedb

"Over" is the time from the limit until the caller has its error. "Beside" is a look-up by id, asked from
another thread while the query runs and in the second after it: the longest of them.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path

from graph.errors import ExplorerError, QueryTimeout
from graph.importer import import_records
from graph.settings import BUNDLED_DATA
from graph.store import Store
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from loaders import read_path
from tests.contract.endless import ENDLESS
from tests.neo4j_server import running


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=float, default=2.0, help="seconds a query may take")
    parser.add_argument("--engines", default="arcadedb,neo4j", help="arcadedb, neo4j or both, with a comma")
    given = parser.parse_args()
    print("| engine | query | over, s | ended by | beside, ms |\n| --- | --- | ---: | --- | ---: |")
    for engine in given.engines.split(","):
        with opened(engine) as store:
            for name, text in ENDLESS.items():
                over, by, beside = measured(store, text, given.limit)
                print(f"| {engine} | {name} | {over:.2f} | {by} | {beside * 1000:.0f} |", flush=True)


@contextlib.contextmanager
def opened(engine: str) -> Generator[Store]:
    """A store with the bundled data."""
    with contextlib.ExitStack() as stack:
        if engine == "arcadedb":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            store: Store = stack.enter_context(EmbeddedStore(Path(folder) / "store"))
        else:
            server = stack.enter_context(running(lasting=True))
            store = stack.enter_context(Neo4jStore(server.uri, user=server.user, password=server.password))
        import_records(store, read_path(BUNDLED_DATA))
        yield store


def measured(store: Store, text: str, limit: float) -> tuple[float, str, float]:
    """Seconds over the limit, who ended it, and the longest look-up beside it in seconds."""
    ended = threading.Event()
    longest = 0.0

    def beside() -> None:
        nonlocal longest
        while not ended.wait(0.05):
            began = time.perf_counter()
            store.query("MATCH (n:Entity {id: $id}) RETURN n.name AS name", {"id": "openai"}, timeout_s=60)
            longest = max(longest, time.perf_counter() - began)

    thread = threading.Thread(target=beside)
    thread.start()
    began = time.perf_counter()
    try:
        store.query(text, timeout_s=limit)
        by = "its end"
    except QueryTimeout as exc:
        by = "us, and goes on" if exc.goes_on else "the engine, time"
    except ExplorerError:
        by = "the engine, memory"
    over = time.perf_counter() - began - limit
    time.sleep(1)
    ended.set()
    thread.join()
    return over, by, longest


if __name__ == "__main__":
    main()
