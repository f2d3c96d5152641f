"""The analyses against plain NetworkX and the bare libraries, on the same graph in the same run.

python -m bench.analytics                       1k/5k and 20k/100k
python -m bench.analytics --sizes 200k          200,000 entities, 1,000,000 ties
python -m bench.analytics --only betweenness --json out.json

Each measurement is a process forked from one that holds the graph, so that none profits from another's
caches and one that does not end can be ended. It calls the function twice: "first" includes turning the
NetworkX graph into arrays, "again" does not (our functions keep them; so do the peers here). Ratios are
of "again"; what takes more than a quarter of the limit is called once. A measurement over the limit
(--limit, 120 s) is given as such.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import pickle
import platform
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import networkx as nx

from bench.cases import Case
from bench.graphs import attachment_batch

SIZES = {"1k": (1_000, 5_000), "20k": (20_000, 100_000), "200k": (200_000, 1_000_000)}
MODULES = ("paths", "ownership", "dependence", "loops", "centrality")
LIMIT_S = 120


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1k,20k", help=f"by comma, of {', '.join(SIZES)}")
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument(
        "--limit", type=int, default=LIMIT_S, help="seconds after which a measurement is ended"
    )
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    found: dict[str, Any] = {}
    for size in given.sizes.split(","):
        if size not in SIZES:
            parser.error(f"there is no size {size!r}; choose of {', '.join(SIZES)}")
        found[size] = measured(size, given.only, given.limit)
        print(table(found[size]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def cases() -> list[Case]:
    """Every case of every subject."""
    return [case for name in MODULES for case in import_module(f"bench.analytics_{name}").CASES]


def measured(size: str, only: str, limit_s: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Case to way (``ours`` or a peer) to its figures."""
    from graph.projection import graph_of

    entities, ties = SIZES[size]
    started = time.perf_counter()
    batch = attachment_batch(entities, ties)
    graph = graph_of(batch.entities, batch.ties)
    del batch
    gc.collect()
    gc.freeze()  # children must not copy every page only because the collector looks at it
    print(
        f"\n{entities:,} entities, {ties:,} ties, made in {time.perf_counter() - started:.0f} s, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB",
        flush=True,
    )
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for case in cases():
        if only not in case.name or not allowed(case.limit, size):
            continue
        ways = {"ours": case.ours, **case.peers}
        found[case.name] = {
            way: timed(work, graph, limit_s)
            for way, work in ways.items()
            if allowed(case.peer_limits.get(way), size)
        }
        print(f"  {case.name}: {told(found[case.name])}", flush=True)
        disagreement(case, found[case.name])
    return found


def allowed(limit: str | None, size: str) -> bool:
    """Whether a size is within a limit."""
    order = list(SIZES)
    return limit is None or order.index(size) <= order.index(limit)


def timed(work: Callable[[nx.MultiDiGraph], Any], graph: nx.MultiDiGraph, limit_s: int) -> dict[str, Any]:
    """Seconds of the first and the second call, and what memory they took beyond the graph."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer = _in_child(work, graph, limit_s)
        with os.fdopen(writing, "wb") as out:
            pickle.dump(answer, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as given:
        ready, _, _ = select.select([given], [], [], limit_s)
        if not ready:
            os.kill(child, signal.SIGKILL)
        data = given.read() if ready else b""
    os.waitpid(child, 0)
    return pickle.loads(data) if data else {"failed": f"over {limit_s} s"}


def _in_child(work: Callable[[nx.MultiDiGraph], Any], graph: nx.MultiDiGraph, limit_s: int) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        started = time.perf_counter()
        answer = work(graph)
        first = time.perf_counter() - started
        again = first
        if first < limit_s / 4:
            started = time.perf_counter()
            answer = work(graph)
            again = time.perf_counter() - started
    except Exception as exc:
        return {"failed": f"{type(exc).__name__}: {str(exc)[:200]}"}
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    found = {"first": first, "again": again, "memory": max(0.0, grown)}
    try:
        pickle.dumps(answer)
    except Exception:
        return found
    return {**found, "answer": answer}


def disagreement(case: Case, ways: dict[str, dict[str, Any]]) -> None:
    """Say when a peer's answer is another; answers are then forgotten."""
    ours = ways["ours"].pop("answer", None)
    for way, figures in ways.items():
        theirs = figures.pop("answer", None)
        if way != "ours" and case.same and ours is not None and theirs is not None:
            figures["same"] = bool(case.same(ours, theirs))
            if not figures["same"]:
                print(f"    {case.name}: {way} gives another answer", file=sys.stderr, flush=True)


def told(ways: dict[str, dict[str, Any]]) -> str:
    """One line of figures."""
    return ", ".join(
        f"{way} {figures.get('failed') or seconds(figures['again'])}" for way, figures in ways.items()
    )


def table(found: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Markdown: ours first and again, memory, each peer, and the ratio to NetworkX and to the best other."""
    lines = [
        "| measure | first, s | again, s | memory, MB | NetworkX, s | × faster | best bare library, s | ours / best |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, ways in found.items():
        ours = ways["ours"]
        if "failed" in ours:
            lines.append(f"| {name} | {ours['failed']} |  |  |  |  |  |  |")
            continue
        plain = ways.get("networkx", {})
        others = {
            way: figures
            for way, figures in ways.items()
            if way not in ("ours", "networkx") and "again" in figures
        }
        best = min(others, key=lambda way: others[way]["again"], default=None)
        cells = [name, seconds(ours["first"]), seconds(ours["again"]), f"{ours['memory']:.0f}"]
        cells += [
            plain.get("failed") or seconds(plain.get("again")),
            ratio(plain.get("again"), ours["again"]),
        ]
        cells += (
            [f"{seconds(others[best]['again'])} ({best})", ratio(ours["again"], others[best]["again"])]
            if best
            else ["–", "–"]
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def seconds(value: float | None) -> str:
    """Three digits, or a dash."""
    return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def ratio(one: float | None, other: float) -> str:
    """One to the other, or a dash."""
    return "–" if one is None or not other else f"{one / other:.3g}"


if __name__ == "__main__":
    main()
