"""The app in a real browser: from the command to the first page, and how long pages take.

python -m bench.app                    the bundled graph
python -m bench.app --size 20k         20,000 entities and 100,000 ties
python -m bench.app --rounds 20 --chromium /usr/bin/chromium

After the pages come interactions, see :mod:`bench.interactions`: ``--only interactions`` leaves the pages out.

"Cold" is from starting the process to a page that answers. A page's time is from asking for its address,
in a browser that has the app open, to the end of its script: what a reader waits for. The first visit
fills the caches and stands apart; median and 95th percentile are of the visits after it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.analytics import SIZES
from bench.graphs import attachment_batch
from bench.interactions import TARGET_MS, WATCH_SOCKET, measured
from tests.neo4j_server import free_port

ROOT = Path(__file__).parents[1]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main() -> None:
    """Load, start, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=["bundled", *SIZES], default="bundled")
    parser.add_argument("--rounds", type=int, default=10, help="visits of each page after the first")
    parser.add_argument("--only", choices=["pages", "interactions"], help="one of the two tables")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        one, other = filled(Path(folder) / "store", given.size)
        started = time.perf_counter()
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"],
            env={**os.environ, "INTERLOCK_STORE": f"{folder}/store"}, cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            measure(f"http://127.0.0.1:{port}", started, one, other, given)
            peak = Path(f"/proc/{process.pid}/status")
            if peak.exists():
                print(next(line for line in peak.read_text().splitlines() if line.startswith("VmHWM")))
        finally:
            process.kill()
            process.wait()


def filled(folder: Path, size: str) -> tuple[str, str]:
    """A store of this size in ``folder``; two entities to ask for."""
    from graph.importer import import_records
    from graph.store import open_store
    from loaders import read_path

    with open_store(str(folder)) as store:
        if size == "bundled":
            import_records(store, read_path(ROOT / "data"))
            return "cerebras", "openai"
        store.upsert(attachment_batch(*SIZES[size]))  # at 200k with INTERLOCK_HEAP=4g
    return "e1", "e2"


def measure(url: str, started: float, one: str, other: str, given: argparse.Namespace) -> None:
    """Every page and every interaction, as Markdown tables."""
    pages = {
        "home": "/", "entity": f"/entity?id={one}", "canvas": f"/explore?id={one}",
        "paths": f"/paths?from={other}&to={one}", "dependencies": f"/dependencies?id={one}",
        "ownership": f"/ownership?id={one}", "circles": f"/loops?with={one}&max=3", "boards": "/boards",
        "centrality": "/centrality", "queries": f"/queries?id=customers-of&company={one}&run=1", "data": "/data",
    }  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH_SOCKET)
        while True:
            try:
                page.goto(url)
                break
            except Exception:
                time.sleep(0.1)
        done(page)
        print(f"{given.size}: cold start to the first page {time.perf_counter() - started:.1f} s\n")
        if given.only != "interactions":
            print_pages(page, url, pages, given.rounds)
        if given.only != "pages":
            print_interactions(page, url, one, given.rounds)
        browser.close()


def print_pages(page: Page, url: str, pages: dict[str, str], rounds: int) -> None:
    """Every page, first and again."""
    print("| page | first, s | median, s | 95th, s |\n| --- | ---: | ---: | ---: |")
    for name, path in pages.items():
        first = visit(page, url + path)
        again = sorted(visit(page, url + path) for _ in range(rounds))
        high = again[min(len(again) - 1, round(0.95 * len(again)))]
        print(f"| {name} | {first:.2f} | {statistics.median(again):.2f} | {high:.2f} |", flush=True)


def print_interactions(page: Page, url: str, one: str, rounds: int) -> None:
    """Every interaction of the script, with whether its median keeps the target."""
    heads = ("interaction", "first, ms", "median, ms", "95th, ms", "server median, ms", "server 95th, ms")
    print(f"\n| {' | '.join(heads)} | server under {TARGET_MS} ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for it in measured(page, url, one, rounds, done):
        kept = "yes" if it.server_median < TARGET_MS else "no"
        figures = (it.first, it.median, it.high, it.server_median, it.server_high)
        print(f"| {it.name} | {' | '.join(f'{each:.0f}' for each in figures)} | {kept} |", flush=True)


def visit(page: Page, address: str) -> float:
    """Seconds from asking for an address to the end of its script."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    done(page)
    return time.perf_counter() - begun


def done(page: Page) -> None:
    """Wait until the page has its title and its script has ended."""
    page.wait_for_selector("[data-testid=stApp] h1", timeout=300_000)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=300_000)


if __name__ == "__main__":
    main()
