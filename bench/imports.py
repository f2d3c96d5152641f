"""Imports: seconds and memory of ``interlock load`` into both stores, beside the bare engines, in one run.

python -m bench.imports                         125,000 entities and 177,000 ties, the table of docs/performance.md
python -m bench.imports --entities 5000 --ties 7000 --rounds 1
python -m bench.imports --engines arcadedb --json out.json

"ours" is the command itself, with a clock at the reader and at the store's write; "bare" reads the same files
with csv.DictReader and hands plain rows to ArcadeDB's graph batch, or to Neo4j in batches of 5,000, each a
transaction of its own. Every measurement is a process, every Neo4j server a fresh one of 3 GiB heap: ours is one
transaction, of which 1 GiB holds a third. "Reader" is what loaders
yield, kept nowhere: Interlock's own CSV, and FollowTheMoney's JSON lines of 100,000 entities and 100,000 edges.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.import_files import write_ftm, write_triple

ROOT = Path(__file__).parents[1]
STEPS = ("whole", "start", "reading", "checking", "writing", "closing")
NAMES = {
    "whole": "whole, s",
    "start": "of it the engine's start, s",
    "reading": "reading, s",
    "checking": "checking, s",
    "writing": "writing, s",
    "closing": "closing, s",
    "processor": "processor time of Python with the JVM in it, s",
    "rate": "ties a second, whole",
    "writing rate": "ties a second, writing",
    "memory": "peak memory of Python with the JVM in it, MB",
    "server memory": "peak memory of the server, MB",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entities", type=int, default=125_000)
    parser.add_argument("--ties", type=int, default=177_000)
    parser.add_argument("--engines", default="arcadedb,neo4j", help="which engines, by comma; may be empty")
    parser.add_argument("--rounds", type=int, default=3, help="bare and ours in turn; medians count")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    given = parser.parse_args()
    print(
        f"{given.entities:,} entities, {given.ties:,} ties; {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as name:
        folder = Path(name)
        triple = write_triple(folder / "triple", given.entities, given.ties)
        ftm = write_ftm(folder / "ftm.json", *([100_000] * 2))
        found: dict[str, dict[str, float]] = {}
        for engine in filter(None, given.engines.split(",")):
            found |= measured(engine, triple, given.ties, given.rounds)
        readers = {
            "Interlock CSV": worker("reader", "ours", triple, folder / "none"),
            "FollowTheMoney": worker("reader", "ours", ftm, folder / "none"),
        }
    print(f"\n{table(found)}\n\n{reader_table(readers)}")
    if given.json:
        given.json.write_text(json.dumps({**found, **readers}, indent=1), encoding="utf-8")


def measured(engine: str, files: Path, ties: int, rounds: int) -> dict[str, dict[str, float]]:
    """The bare engine and the command in turn; the median of each figure, for machines are noisy."""
    runs: dict[str, list[dict[str, float]]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        for way, kept in runs.items():
            with tempfile.TemporaryDirectory() as folder, place(engine, Path(folder)) as (where, memory):
                figures = worker(engine, way, files, where)
                figures |= memory()
            figures["rate"] = ties / figures["whole"]
            figures["writing rate"] = ties / figures["writing"]
            kept.append(figures)
    return {
        f"{engine} {way}": {name: statistics.median(run[name] for run in kept) for name in kept[0]}
        for way, kept in runs.items()
    }


@contextmanager
def place(engine: str, folder: Path) -> Generator[tuple[Any, Any]]:
    """A folder, or a fresh server; and what asks for the server's peak memory."""
    if engine == "arcadedb":
        yield folder / "store", dict
        return
    sys.path.insert(0, str(ROOT))
    from tests.neo4j_server import running

    with running(heap="3g", lasting=True) as server:
        os.environ["BENCH_USER"], os.environ["BENCH_PASSWORD"] = server.user or "", server.password or ""
        yield server.uri, lambda: {"server memory": _peak_of(f"--home-dir={server.home}")}


def _peak_of(argument: str) -> float:
    """Peak memory in MB of the Java process that has this among its arguments; Linux only."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
            if argument in words and words[0].endswith("java"):
                status = (folder / "status").read_text(encoding="utf-8")
                return int(status.split("VmHWM:")[1].split()[0]) / 1024
        except (OSError, IndexError):
            continue
    return float("nan")


def worker(engine: str, way: str, files: Path, where: Any) -> dict[str, float]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.import_worker", engine, way, str(files), str(where)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{engine} {way} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {engine} {way}: {', '.join(f'{k} {v:.3g}' for k, v in figures.items())}", flush=True)
    return figures


def table(found: dict[str, dict[str, float]]) -> str:
    """Figures by engine and way, and ours to bare, as Markdown."""
    engines = list(dict.fromkeys(name.split()[0] for name in found))
    lines = ["| measure | " + " | ".join(f"{e} bare | {e} ours | ours / bare" for e in engines) + " |"]
    lines.append("| --- |" + " ---: |" * (3 * len(engines)))
    for key, title in NAMES.items():
        cells = [title]
        for engine in engines:
            bare, ours = found[f"{engine} bare"].get(key), found[f"{engine} ours"].get(key)
            cells += [number(bare), number(ours), f"{ours / bare:.2f}" if ours and bare else "–"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def reader_table(readers: dict[str, dict[str, float]]) -> str:
    """What the readers alone take, as Markdown."""
    lines = ["| reader alone | records | s | records a second | peak memory, MB |", "| --- |" + " ---: |" * 4]
    lines += [
        f"| {name} | {run['records']:,.0f} | {run['whole']:.1f} | {run['records'] / run['whole']:,.0f} "
        f"| {run['memory']:.0f} |"
        for name, run in readers.items()
    ]
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Three digits, or a dash."""
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
