"""``interlock app`` told to stop, as by a service manager: it ends, with all it began, and its store is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from graph.model import Batch
from graph.store.embedded import EmbeddedStore
from tests.browser.conftest import ROOT, wait_for
from tests.neo4j_server import free_port

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows stops programs in another way")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_app_told_to_stop_closes_its_store(
    browser: Browser, bundled: Batch, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    folder, port = tmp_path / "store", free_port()
    with EmbeddedStore(folder) as store:
        store.upsert(bundled)
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "--store",
        str(folder),
        "app",
        "--no-browser",
        "--port",
        str(port),
    ]
    with (tmp_path / "app.log").open("w+b") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}", process, Path(log.name))
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}")
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            page.wait_for_selector("[data-test-script-state=notRunning]")
            assert not (folder / "seal.json").exists()
            process.send_signal(sent)
            assert process.wait() == code
            page.close()
        finally:
            process.kill()
            process.wait()
    told = Path(log.name).read_text(encoding="utf-8")
    assert told.rstrip().endswith("Stopped.")
    assert "fatal" not in told
    assert "Traceback" not in told
    assert (folder / "seal.json").exists()
    with EmbeddedStore(folder) as store:
        assert store.counts().entities == 408
