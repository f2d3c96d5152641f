"""The real app in a process of its own, and a real Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from graph.model import Batch
from graph.store.embedded import EmbeddedStore
from tests.neo4j_server import free_port

ROOT = Path(__file__).parents[2]
# The five seconds of the library are a limit by the clock, which a busy machine passes.
expect.set_options(timeout=30_000)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the app answers; fails with what it printed when it does not."""
    deadline = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")) from None
            time.sleep(0.2)


@contextmanager
def serving(folder: Path, **settings: str) -> Generator[str]:
    """The address of an app on the store in ``folder``; ``settings`` go into its environment."""
    port = free_port()
    log = folder.parent / "app.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INTERLOCK_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"],
            env={**environment, "INTERLOCK_STORE": str(folder), **settings}, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process, log)
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> Generator[str]:
    """The address of a running app on the bundled data."""
    folder = tmp_path_factory.mktemp("app") / "store"
    with EmbeddedStore(folder) as store:
        store.upsert(bundled)
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Generator[Browser]:
    """One Chromium for all browser tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What a page asked for, logged and threw."""

    def __init__(self, page: Page) -> None:
        self.hosts: set[str] = set()
        self.problems: list[str] = []
        page.on(
            "request",
            lambda request: self.hosts.add(request.url.split("/")[2] if "//" in request.url else ""),
        )
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog {dialog.message}"))
        # Streamlit asks for its health below a deep address first and finds it at the root.
        page.on(
            "console",
            lambda message: (
                self.problems.append(message.text)
                if message.type == "error" and "404" not in message.text
                else None
            ),
        )


@pytest.fixture
def page(browser: Browser, app_url: str) -> Generator[Page]:
    """A fresh browser window; fails when the page logs an error or leaves the machine."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=app_url)
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch = Watch(page)
    yield page
    context.close()
    assert watch.problems == []
    assert watch.hosts <= {app_url.removeprefix("http://"), ""}
