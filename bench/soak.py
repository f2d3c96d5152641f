"""Many readers at one app for minutes: errors, times by kind of step, and memory over time.

python -m bench.soak                                     50 sessions, 10 minutes, 20,000/100,000, embedded
python -m bench.soak --engine neo4j                      the same on a Neo4j server
python -m bench.soak --sessions 10 --minutes 1 --size 1k

The app is the real one, headless on a port of its own; the sessions are real too, see :mod:`bench.readers`.
Each walks home, search, entity, paths, dependencies, saved query, canvas, with a wait before every step
(--think, 10 s on average), closes its tab and opens the next. One walk goes before: it fills the caches and
stands apart. The exit code is 1 when an error was shown or logged.

"App" is the memory that the app's process holds (RSS), the embedded engine's JVM in it; "server" is that of
the Neo4j server. The slope is that of a straight line through the second half of the curve.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from bench.analytics import SIZES
from bench.app import ROOT
from bench.graphs import attachment_batch
from bench.readers import Tally, read
from tests.neo4j_server import free_port

SAMPLE_S = 10.0
MB = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """Memory at a time: seconds since the readers came, bytes of the app and of the server (0: there is none)."""

    at: float
    app: int
    server: int


class Watch(threading.Thread):
    """Takes a sample every ``SAMPLE_S`` seconds until it is told to stop."""

    def __init__(self, app: int, server: int | None) -> None:
        super().__init__(daemon=True)
        self.samples: list[Sample] = []
        self._app, self._server = app, server
        self._end = threading.Event()

    def run(self) -> None:
        started = time.monotonic()
        while True:
            self.samples.append(Sample(time.monotonic() - started, memory(self._app), memory(self._server)))
            if self._end.wait(SAMPLE_S):
                return

    def stop(self) -> None:
        """Take no more."""
        self._end.set()
        self.join()


def memory(process: int | None) -> int:
    """Bytes that a process and those it started hold; 0 when it is gone."""
    if process is None:
        return 0
    held = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process)
        for each in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                held += each.memory_info().rss
    return held


def main() -> None:
    """Fill, start, read, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["arcadedb", "neo4j"], default="arcadedb")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--size", choices=[*SIZES], default="20k")
    parser.add_argument("--think", type=float, default=10, help="seconds before a step, on average")
    given = parser.parse_args()
    entities, ties = SIZES[given.size]
    print(
        f"{given.engine}, {entities:,} entities, {ties:,} ties, {given.sessions} sessions, {given.minutes:g} "
        f"minutes, {given.think:g} s to think; {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder, _store(given.engine, Path(folder), given.size) as found:
        settings, server = found
        sys.exit(_soak(Path(folder), settings, server, given, entities))


@contextlib.contextmanager
def _store(engine: str, folder: Path, size: str) -> Generator[tuple[dict[str, str], int | None]]:
    """A filled store: the settings that lead to it, and the process of its server if it has one."""
    if engine == "arcadedb":
        # In a process of its own: this one would hold the folder and answer for it.
        subprocess.run(
            [sys.executable, "-c", "import sys; from pathlib import Path; from bench.app import filled\n"
             "filled(Path(sys.argv[1]), sys.argv[2])", str(folder / "store"), size], check=True, cwd=ROOT,
        )  # fmt: skip
        yield {"INTERLOCK_STORE": str(folder / "store")}, None
        return
    from graph.store.neo4j import Neo4jStore
    from tests.neo4j_server import running

    with running(lasting=True) as server:
        with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
            store.upsert(attachment_batch(*SIZES[size]))
        yield (
            {
                "INTERLOCK_STORE": server.uri,
                "INTERLOCK_NEO4J_USER": server.user or "",
                "INTERLOCK_NEO4J_PASSWORD": server.password or "",
            },
            next(
                each.pid
                for each in psutil.Process().children(recursive=True)
                if each.name() == "java" and str(server.home) in " ".join(each.cmdline())
            ),
        )


def _soak(
    folder: Path, settings: dict[str, str], server: int | None, given: argparse.Namespace, entities: int
) -> int:
    port, log = free_port(), folder / "app.log"
    with log.open("wb") as output:
        app = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"],
            env={**os.environ, **settings}, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for(port, app)
        first = asyncio.run(read(port, 1, time.monotonic() + 0.1, 0.1, entities))
        watch = Watch(app.pid, server)
        watch.start()
        until = time.monotonic() + given.minutes * 60
        tally = asyncio.run(read(port, given.sessions, until, given.think, entities))
        watch.stop()
        if app.poll() is not None:
            tally.errors.append(("app", f"ended with {app.returncode}"))
    finally:
        app.kill()
        app.wait()
    told = log.read_text(encoding="utf-8", errors="replace")
    traces = told.count("Traceback (most recent call last)")
    report(first, tally, watch.samples, traces)
    if traces:
        print(told[-6_000:])
    return 1 if first.errors or tally.errors or traces else 0


def wait_for(port: int, app: subprocess.Popen[bytes], limit_s: float = 120) -> None:
    """Until the app answers.

    Raises:
        RuntimeError: it ended, or does not answer within the limit.
    """
    deadline = time.monotonic() + limit_s
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            if app.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the app did not start") from None
            time.sleep(0.2)


def report(first: Tally, tally: Tally, samples: list[Sample], traces: int) -> None:
    """Print everything as Markdown."""
    print(f"\n| step | first, s | times | median, s | 95th, s | most, s |\n{'| --- ' + '| ---: ' * 5}|")
    for kind, took in {**tally.took, "all": [each for some in tally.took.values() for each in some]}.items():
        before = f"{max(first.took[kind]):.2f}" if kind in first.took else ""
        figures = (statistics.median(took), percentile(took), max(took))
        print(f"| {kind} | {before} | {len(took):,} | {' | '.join(f'{each:.2f}' for each in figures)} |")
    print("\n| minute | app, MB | server, MB |\n| ---: | ---: | ---: |")
    for sample in samples:
        server = f"{sample.server / MB:,.0f}" if sample.server else "-"
        print(f"| {sample.at / 60:.1f} | {sample.app / MB:,.0f} | {server} |")
    if len(samples) > 5:
        print(f"\nslope of the second half: {slope(samples[len(samples) // 2 :]):+.1f} MB a minute (app)")
    print(f"\n{tally.sessions:,} sessions, {tally.runs:,} script runs, traces in the log {traces}")
    errors = [*first.errors, *tally.errors]
    print(f"errors {len(errors)}")
    for kind, text in errors[:20]:
        print(f"  {kind}: {text}")


def percentile(values: list[float], part: float = 0.95) -> float:
    """The value that ``part`` of all do not pass."""
    return sorted(values)[min(len(values) - 1, round(part * len(values)))]


def slope(samples: list[Sample]) -> float:
    """Megabytes a minute of the app, by least squares."""
    return statistics.linear_regression(
        [each.at / 60 for each in samples], [each.app / MB for each in samples]
    ).slope


if __name__ == "__main__":
    main()
