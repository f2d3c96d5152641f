"""Queries that need more memory than the embedded engine's JVM may take: an error that says so, and the store goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from bench.graphs import attachment_batch
from graph.errors import ExplorerError
from graph.model import Batch, Entity
from graph.store.embedded import EmbeddedStore
told = []
with EmbeddedStore(sys.argv[1], heap="128m") as store:
    store.upsert(attachment_batch(2_000, 4_000))
    for text in (
        "MATCH (a:Entity), (b:Entity), (c:Entity) RETURN a.id, b.id, c.id ORDER BY a.name + b.name + c.name",
        "MATCH (a:Entity), (b:Entity) RETURN collect(a.description + b.description + a.id + b.id) AS all",
        "MATCH (a:Entity), (b:Entity), (c:Entity) RETURN collect(a.id + b.id + c.id) AS all",
    ):
        try:
            store.query(text, timeout_s=600)
            told.append(["", ""])
        except ExplorerError as error:
            told.append([type(error).__name__, str(error)])
        assert store.counts().entities == 2_000
        assert store.query("MATCH (n:Entity {id: 'e1'}) RETURN n.name").rows == (("Entity 1",),)
    store.upsert(Batch((Entity("after", "After", "company"),)))
with EmbeddedStore(sys.argv[1]) as store:
    assert len([*store.entities()]) == 2_001
    assert len([*store.ties()]) == 4_000
print(json.dumps(told))
"""


def test_a_query_that_does_not_fit_says_which_setting_and_the_store_goes_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "store")],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told) == 3
    for kind, text in told:
        assert kind == "QueryError", told
        assert "more memory than the engine may use" in text
        assert "INTERLOCK_HEAP" in text
