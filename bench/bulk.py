"""Three ways into Neo4j for one set of files: over Bolt, or as files for its importer and then the importer.

python -m bench.bulk                                    125,000 entities and 177,000 ties
python -m bench.bulk --entities 12500 --ties 17700      a tenth of that
python -m bench.bulk --without-bolt                     only the files and the importer
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.import_files import write_triple
from graph.store.neo4j import Neo4jStore

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.neo4j_server import LTS, bulk_import, running  # noqa: E402

HEAP = "3g"


def main() -> None:
    """Measure each step once, and print a table."""
    arguments = argparse.ArgumentParser(description="Bolt against the importer.")
    arguments.add_argument("--entities", type=int, default=125_000)
    arguments.add_argument("--ties", type=int, default=177_000)
    arguments.add_argument("--without-bolt", action="store_true")
    given = arguments.parse_args()
    print(
        f"{given.entities:,} entities, {given.ties:,} ties, 500 sources; Neo4j {LTS.version}, heap {HEAP}; "
        f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}"
    )
    records = given.entities + given.ties + 500

    def tell(step: str, seconds: float, beside: str) -> None:
        print(f"| {step} | {seconds:.1f} | {records / seconds:,.0f} | {beside} |", flush=True)

    print("\n| step | s | records a second | beside |\n| --- | ---: | ---: | --- |", flush=True)
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as name:
        folder = Path(name)
        files = write_triple(folder / "triple", given.entities, given.ties)
        bulk, home = folder / "bulk", folder / "home"
        seconds = command("load", str(files), "--bulk", str(bulk))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        tell("interlock load --bulk", seconds, f"{size_of(bulk):.0f} MB of files, peak memory {peak:.0f} MB")
        (home / "conf").mkdir(parents=True)
        started = time.perf_counter()
        told = bulk_import(bulk, home, heap=HEAP, lasting=True)
        said = re.findall(r"IMPORT DONE in (.*?)\.", told)[-1]
        tell("neo4j-admin database import full", time.perf_counter() - started, f"by its own clock {said}")
        with running(heap=HEAP, lasting=True, bulk=bulk) as server:
            started = time.perf_counter()
            with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
                made = len(store.migrate())
                tell("interlock store migrate", time.perf_counter() - started, f"{made} constraints, indexes")
                assert store.counts().ties == given.ties
        if not given.without_bolt:
            with running(heap=HEAP, lasting=True) as server:
                login = {
                    "INTERLOCK_NEO4J_USER": server.user or "",
                    "INTERLOCK_NEO4J_PASSWORD": server.password or "",
                }
                seconds = command("--store", server.uri, "load", str(files), **login)
                tell("interlock load over Bolt", seconds, "one transaction")


def command(*words: str, **settings: str) -> float:
    """Seconds of one run of the command line."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words], cwd=ROOT, env={**os.environ, **settings},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"interlock {' '.join(words)} failed:\n{done.stderr[-3000:]}")
    return time.perf_counter() - started


def size_of(folder: Path) -> float:
    """MB of the files in it."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


if __name__ == "__main__":
    main()
