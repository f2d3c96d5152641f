"""``interlock copy`` into a server, killed at any moment: told by the next command, gone on with, whole at last."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from graph.model import Batch
from graph.moves.scan import digest_of
from graph.moves.unfinished import unfinished
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from tests.contract.small import SMALL
from tests.neo4j_server import Server

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows kills in another way")
ROOT = Path(__file__).parents[3]
PART = "holds only a part: a copy of"
ENTRY = LogEntry("imp-1", "import", "2026-01-01T00:00:00.000+00:00", "{}", ("a", "b"))

# Runs ``interlock copy`` in small steps and ends itself before or after one of them.
CHILD = """
import os, signal, sys
import graph.moves.copy as copying
from graph.store.neo4j import Neo4jStore
name, number, when, sent, *command = sys.argv[1:]
copying.STEP = 100
real, seen = getattr(Neo4jStore, name), []

def hooked(self, *given, **more):
    seen.append(1)
    here = len(seen) == int(number)
    if here and when == "before":
        os.kill(os.getpid(), getattr(signal, sent))
    result = real(self, *given, **more)
    if here and when == "after":
        os.kill(os.getpid(), getattr(signal, sent))
    return result

setattr(Neo4jStore, name, hooked)
import cli
sys.argv = ["interlock", *command]
cli.main()
"""


@pytest.fixture
def settings(neo4j_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_NEO4J_USER", neo4j_server.user or "")
    monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", neo4j_server.password or "")


@pytest.fixture
def source(tmp_path: Path, bundled: Batch) -> Path:
    with EmbeddedStore(tmp_path / "source") as store:
        store.apply(bundled, log=[ENTRY])
    return tmp_path / "source"


def run(
    command: list[str], name: str = "apply", number: int = 0, when: str = "", sent: str = "SIGKILL"
) -> Any:
    """Run a copy that ends itself at the given call; number 0 lets it end by itself."""
    return subprocess.run(
        [sys.executable, "-c", CHILD, name, str(number), when, sent, *command],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


def stats(place: str) -> str:
    return CliRunner().invoke(cli.app, ["--store", place, "stats"]).stderr


@pytest.mark.neo4j
def test_a_killed_copy_is_told_and_gone_on_with(
    neo4j_server: Server, neo4j_store: Neo4jStore, source: Path, settings: None
) -> None:
    command = ["copy", "--from", str(source), "--to", neo4j_server.uri]
    with EmbeddedStore(source) as store:
        wanted = digest_of(store)
    steps = -(-419 // 100) + -(-408 // 100) + -(-940 // 100) + 1
    rng = random.Random(7)
    moments = [
        ("begin", 1, "after"),
        ("clear", 1, "after"),
        ("apply", steps, "before"),
        ("apply", steps, "after"),
    ]
    moments += [("apply", rng.randrange(1, steps), rng.choice(["before", "after"])) for _ in range(2)]
    for moment in moments:
        neo4j_store.clear()
        killed = run(command, *moment)
        assert killed.returncode == -signal.SIGKILL, (moment, killed.stderr)
        held = neo4j_store.counts()
        if moment != ("clear", 1, "after"):  # there it is empty, and nobody takes that for the whole
            assert unfinished(neo4j_store) is not None, moment
            assert PART in stats(neo4j_server.uri), moment
        done = run(command)
        assert done.returncode == 0, (moment, done.stderr)
        resumed = held.sources + held.entities + held.ties
        assert (f"{resumed:,} records stood there" in done.stderr) == (resumed > 0), (moment, done.stderr)
        assert digest_of(neo4j_store) == wanted, moment
        assert PART not in stats(neo4j_server.uri), moment


@pytest.mark.neo4j
def test_a_copy_killed_while_it_empties_the_target_goes_on_with_that(
    neo4j_server: Server, neo4j_store: Neo4jStore, source: Path, settings: None
) -> None:
    neo4j_store.apply(SMALL, log=[ENTRY])
    command = ["copy", "--from", str(source), "--to", neo4j_server.uri]
    assert run([*command, "--replace"], "clear", 1, "before").returncode == -signal.SIGKILL
    assert neo4j_store.counts().entities == 3
    assert PART in stats(neo4j_server.uri)
    done = run(command)
    assert done.returncode == 0, done.stderr
    with EmbeddedStore(source) as store:
        assert digest_of(neo4j_store) == digest_of(store)


@pytest.mark.neo4j
def test_ctrl_c_says_how_to_go_on(
    neo4j_server: Server, neo4j_store: Neo4jStore, source: Path, settings: None
) -> None:
    command = ["copy", "--from", str(source), "--to", neo4j_server.uri]
    stopped = run(command, "apply", 4, "before", "SIGINT")
    assert (stopped.returncode, stopped.stderr.splitlines()) == (
        130,
        ["The copy is not whole. The same command again goes on with it.", "Stopped."],
    )
    assert PART in stats(neo4j_server.uri)
    assert run(command).returncode == 0


@pytest.mark.neo4j
def test_a_part_of_another_state_is_not_gone_on_with(
    neo4j_server: Server, neo4j_store: Neo4jStore, source: Path, settings: None
) -> None:
    command = ["copy", "--from", str(source), "--to", neo4j_server.uri]
    run(command, "apply", 6, "before")
    with EmbeddedStore(source) as store:
        store.upsert(SMALL)
    refused = run(command)
    assert refused.returncode == 2
    assert "which was written since" in refused.stderr
    assert "--replace" in refused.stderr
    assert run([*command, "--replace"]).returncode == 0
    with EmbeddedStore(source) as store:
        assert digest_of(neo4j_store) == digest_of(store)
