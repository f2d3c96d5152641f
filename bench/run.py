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
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    given = parser.parse_args()
    entities, ties = (1_000, 5_000) if given.quick else (20_000, 100_000)
    print(
        f"{entities:,} entities, {ties:,} ties; {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    found: dict[str, dict[str, Any]] = {}
    for engine in given.engines.split(","):
        found |= measured(engine, entities, ties)
    print(table(found))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def measured(engine: str, entities: int, ties: int) -> dict[str, dict[str, Any]]:
    """Our store and the bare engine, one after the other."""
    if engine == "arcadedb":
        return {f"{engine} {way}": worker(engine, way, entities, ties, {}) for way in ("bare", "ours")}
    sys.path.insert(0, str(ROOT))
    from tests.neo4j_server import running

    found: dict[str, dict[str, Any]] = {}
    for way in ("bare", "ours"):
        with running() as server:  # a fresh server each, so that neither profits from the other's warm caches
            address = {
                "BENCH_URI": server.uri,
                "BENCH_USER": server.user or "",
                "BENCH_PASSWORD": server.password or "",
            }
            found[f"{engine} {way}"] = worker(engine, way, entities, ties, address)
    return found


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
            bare, ours = (found[f"{engine} {way}"].get(step) for way in ("bare", "ours"))
            cells += [number(bare), number(ours), f"{ours / bare:.2f}" if ours and bare else "–"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Three digits, or a dash."""
    return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
