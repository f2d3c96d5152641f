"""docs/py2neo.md says what is so: its table and its notebook, on real servers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from graph.model import Batch
from tests.conftest import emptied
from tests.neo4j_server import LTS, NEWEST, Server
from tests.py2neo_probes import measured, table

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "py2neo.md").read_text(encoding="utf-8")


def test_the_table_is_what_the_servers_do(neo4j_server: Server, newest_neo4j_server: Server) -> None:
    columns = {LTS: measured(neo4j_server), NEWEST: measured(newest_neo4j_server)}
    assert re.findall(r"^\|.*\|$", PAGE, re.MULTILINE) == table(columns).splitlines()


def test_the_notebook_runs(neo4j_server: Server, bundled: Batch) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    with emptied(neo4j_server) as store:
        store.upsert(bundled)
        nvidia = sum(tie.type == "SUPPLIES" and tie.from_id == "nvidia" for tie in bundled.ties)
        (rival,) = (tie for tie in store.ties_of("cerebras") if tie.type == "COMPETES_WITH")
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block], capture_output=True, text=True, check=False, cwd=ROOT,
            env={
                **os.environ, "INTERLOCK_STORE": neo4j_server.uri, "INTERLOCK_NEO4J_USER": "neo4j",
                "INTERLOCK_NEO4J_PASSWORD": neo4j_server.password or "",
            },
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        said = done.stdout.splitlines()
        assert said[0] == "Cerebras Systems US ('Cerebras', 'Cerebras Systems Inc.', 'CBRS')"
        assert said[1] == f"{rival.id} {rival.status} {rival.start_date} {rival.is_fact} NVIDIA"
        assert said[2].startswith("Cerebras Systems competes with NVIDIA")
        assert said[3:] == [
            f"{nvidia} ties of Nvidia to customers, {len(bundled.ties)} in all",
            "checked in the notebook",
        ]
        changed = store.entity("cerebras")
        assert changed is not None
        assert changed.note == "checked in the notebook"
