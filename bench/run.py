"""``make bench``: our stores against their bare engines, in the same run, each in a process of its own.

python -m bench.run                 20,000 entities, 100,000 ties, both engines
python -m bench.run --quick         a twentieth of it
python -m bench.run --engines arcadedb --json out.json
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
STEPS = ("bundled load", "load", "300 look-ups", "100 two hops", "100 shortest paths", "export to NetworkX")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1,000 entities and 5,000 ties")
    parser.add_argument("--engines", default="arcadedb,neo4j", help="which engines, by comma")
    parser.add_argument(
        "--rounds", type=int, default=3, help="bare and ours in turn, so often; medians count"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    given = parser.parse_args()
    entities, ties = (1_000, 5_000) if given.quick else (20_000, 100_000)
    print(
        f"{entities:,} entities, {ties:,} ties; {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    found: dict[str, dict[str, Any]] = {}
    for engine in given.engines.split(","):
        found |= measured(engine, entities, ties, given.rounds)
    print(table(found))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def measured(engine: str, entities: int, ties: int, rounds: int) -> dict[str, dict[str, Any]]:
    """The bare engine and our store in turn; the median of each figure, for machines are noisy."""
    runs: dict[str, list[dict[str, Any]]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        for way, kept in runs.items():
            kept.append(once(engine, way, entities, ties))
    return {
        f"{engine} {way}": {step: statistics.median(run[step] for run in kept) for step in kept[0]}
        for way, kept in runs.items()
    }


def once(engine: str, way: str, entities: int, ties: int) -> dict[str, Any]:
    """One measurement; Neo4j gets a fresh server each time, so that nobody profits from warm caches."""
    if engine == "arcadedb":
        return worker(engine, way, entities, ties, {})
    sys.path.insert(0, str(ROOT))
    from tests.neo4j_server import running

    with running(lasting=True) as server:
        address = {
            "BENCH_URI": server.uri,
            "BENCH_USER": server.user or "",
            "BENCH_PASSWORD": server.password or "",
        }
        return worker(engine, way, entities, ties, address)


def worker(engine: str, way: str, entities: int, ties: int, environment: dict[str, str]) -> dict[str, Any]:
    """One measurement in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.worker", engine, way, str(entities), str(ties), folder],
            cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{engine} {way} failed:\n{done.stderr[-3000:]}")
    figures = json.loads(done.stdout.splitlines()[-1])
    print(f"  {engine} {way}: {', '.join(f'{k} {v:.3g}' for k, v in figures.items())}", flush=True)
    return figures


def table(found: dict[str, dict[str, Any]]) -> str:
    """Seconds per step, and ours to bare, as Markdown."""
    engines = list(dict.fromkeys(name.split()[0] for name in found))
    lines = ["| step | " + " | ".join(f"{e} bare, s | {e} ours, s | ratio" for e in engines) + " |"]
    lines.append("| --- |" + " ---: |" * (3 * len(engines)))
    for step in (*STEPS, "peak memory, MB"):
        cells = [step]
        for engine in engines:
            ours = found[f"{engine} ours"].get(step)
            bare = found[f"{engine} ours"].get(f"{step}, bare", found[f"{engine} bare"].get(step))
            cells += [number(bare), number(ours), f"{ours / bare:.2f}" if ours and bare else "–"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Three digits, or a dash."""
    return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
