"""``interlock load`` killed or stopped at any moment: the graph before or the graph after, and told as it is."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from bench.import_files import write_triple
from graph.imports import interrupted
from graph.model import Batch, Entity, Source, Tie
from graph.store import Store, neo4j_write
from graph.store.base import NO_REMOVAL, Begun, LogEntry
from graph.store.embedded import TRANSACTION_LIMIT, EmbeddedStore
from graph.store.neo4j import Neo4jStore
from tests.neo4j_server import Server

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows kills in another way")
ROOT = Path(__file__).parents[3]
NOTHING, WHOLE = "was interrupted: nothing of it was written", "was written whole"
BEFORE = Batch(
    tuple(Entity(f"old{n}", f"Old {n}", "company") for n in range(300)),
    tuple(
        Tie(f"was{n}", f"old{n}", "SUPPLIES", f"old{n + 1}", "active", sources=("old",)) for n in range(299)
    ),
    (Source("old", "Register", "Extract"),),
)

# Runs ``interlock load``, says at which step it is, and ends itself before or after a step if asked to.
CHILD = """
import importlib, json, os, signal, sys
steps, (step, when), command = json.loads(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
import cli

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def hook(name, module, owner, attribute):
    place = importlib.import_module(module)
    place = getattr(place, owner) if owner else place
    work, seen = getattr(place, attribute), []

    def hooked(*given, **more):
        if not seen:
            print(name, flush=True)
        first = not seen
        seen.append(1)
        if (name, when) == (step, "before") and first:
            kill()
        result = work(*given, **more)
        if (name, when) == (step, "after") and first:
            kill()
        return result

    setattr(place, attribute, hooked)

for found in steps:
    hook(*found)
sys.argv = ["interlock", *command]
cli.main()
"""
EMBEDDED_STEPS = (
    ("reading", "commands.load", "", "metered"),
    ("checking", "graph.imports.stage", "Stage", "_look_up"),
    ("beginning", "graph.store.embedded", "", "begin"),
    ("writing", "graph.store.embedded", "EmbeddedStore", "apply"),
    ("swapping", "graph.store.embedded", "", "make_current"),
    ("dropping", "graph.store.embedded_folder", "Generation", "drop"),
    ("ending", "graph.store.embedded", "", "forget"),
    ("closing", "graph.store.embedded", "EmbeddedStore", "close"),
)
NEO4J_STEPS = (
    ("reading", "commands.load", "", "metered"),
    ("checking", "graph.imports.stage", "Stage", "_look_up"),
    ("beginning", "graph.store.neo4j", "Neo4jStore", "begin"),
    ("writing", "graph.store.neo4j", "Neo4jStore", "apply"),
    ("committing", "graph.store.neo4j_write", "", "_new_version"),
    ("closing", "graph.store.neo4j", "Neo4jStore", "close"),
)
Moment = tuple[str, str, float]
"""Step, ``before`` or ``after`` it, or ``within`` it after this part of its measured time."""


@dataclass(frozen=True)
class Told:
    """How a child ended: exit code, its messages, and the seconds at which each of its steps began."""

    code: int
    err: str
    began: dict[str, float]
    ended: float


def load(
    steps: Any,
    command: list[str],
    kill: tuple[str, str] = ("", ""),
    send: Callable[[str], tuple[float, signal.Signals] | None] = lambda step: None,
    more: dict[str, str] | None = None,
) -> Told:
    """Run the command in a process of its own; ``send`` says after which step, and how much later, it gets
    which signal."""
    arguments = [json.dumps(steps), json.dumps(kill), json.dumps(command)]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **(more or {})},
    )  # fmt: skip
    assert process.stdout is not None
    began: dict[str, float] = {}
    for line in process.stdout:
        step = line.strip()
        if step in {name for name, *_ in steps}:
            began.setdefault(step, time.perf_counter())
            if order := send(step):
                time.sleep(order[0])
                process.send_signal(order[1])
    _, err = process.communicate()
    return Told(process.returncode, err, began, time.perf_counter())


def durations(told: Told) -> dict[str, float]:
    """Seconds of each step of an undisturbed run: until the next one began."""
    assert told.code == 0, told.err
    times = [*told.began.values(), told.ended]
    return {name: times[n + 1] - times[n] for n, name in enumerate(told.began)}


def graph(store: Store) -> tuple[Any, ...]:
    """Everything in it but ids and times of imports."""
    logged = sorted(json.loads(entry.summary)["numbers"]["entities_new"] for entry in store.log("import"))
    return [*store.entities()], [*store.ties()], [*store.sources()], logged


def stats(place: str) -> str:
    return CliRunner().invoke(cli.app, ["--store", place, "stats"]).stderr


def check(
    moment: Moment, place: str, noted: bool, opened: Callable[[], Any], before: Any, after: Any
) -> bool:
    """The store is as before or as after, and the next command tells which, once. Returns whether as after."""
    said = stats(place)
    with opened() as store:
        found = graph(store)
        # So that nothing is told a second time.
        assert store.begun() == [], moment
    assert found in (before, after), moment
    # Where no note was seen there may be one by now: a server still ended what it had been sent. And one that
    # was seen may be gone by now where its removal, after the commit, had been sent.
    leaving = found == after and moment[:2] == ("committing", "within")
    ways = [{WHOLE if found == after else NOTHING}, *([set[str]()] if leaving or not noted else [])]
    assert {sentence for sentence in (NOTHING, WHOLE) if sentence in said} in ways, (moment, said)
    return found == after


def moments(
    rng: random.Random, within: list[str], exact: list[tuple[str, str]], count: int
) -> Iterator[Moment]:
    """Exact moments first, then random ones within the long steps in turn."""
    for step, when in exact:
        yield step, when, 0.0
    for number in range(count - len(exact)):
        yield within[number % len(within)], "within", rng.random()


def at(moment: Moment, usual: dict[str, float]) -> dict[str, Any]:
    """Arguments of :func:`load` for a kill at a moment."""
    step, when, part = moment
    if when != "within":
        return {"kill": (step, when)}
    return {"send": lambda name: (part * usual[step], signal.SIGKILL) if name == step else None}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More records than one transaction of the embedded store takes."""
    assert TRANSACTION_LIMIT < 1_000 + 1_500
    return write_triple(tmp_path_factory.mktemp("large"), 1_000, 1_500)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert TRANSACTION_LIMIT >= 200 + 500 + 500
    return write_triple(tmp_path_factory.mktemp("small"), 200, 500)


@pytest.mark.parametrize(
    ("size", "filled", "exact", "count"),
    [
        ("large", False, [("swapping", "before"), ("dropping", "before"), ("ending", "before")], 7),
        ("large", True, [("beginning", "after"), ("swapping", "after"), ("ending", "after")], 7),
        ("small", True, [("beginning", "before"), ("ending", "before")], 6),
    ],
    ids=["into an empty store", "into a filled store", "one transaction"],
)
def test_a_killed_load_into_the_embedded_store(
    size: str, filled: bool, exact: list[tuple[str, str]], count: int,
    tmp_path: Path, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    files = request.getfixturevalue(size)
    start, folder = tmp_path / "start", tmp_path / "store"
    with EmbeddedStore(start) as store:
        if filled:
            store.upsert(BEFORE)
        before = graph(store)
    command = ["--store", str(folder), "load", str(files)]
    shutil.copytree(start, folder)
    usual = durations(load(EMBEDDED_STEPS, command))
    with EmbeddedStore(folder) as store:
        after = graph(store)
    assert len(after[0]) > len(before[0])
    rng = random.Random(f"{size} {filled}")
    for moment in moments(rng, ["reading", "checking", "writing", "closing"], exact, count):
        shutil.rmtree(folder)
        shutil.copytree(start, folder)
        told = load(EMBEDDED_STEPS, command, **at(moment, usual))
        assert told.code in (-signal.SIGKILL, 0), (moment, told.err)
        noted = (folder / "begun.json").exists()
        came = check(moment, str(folder), noted, lambda: EmbeddedStore(folder), before, after)
        if moment[:2] in {("swapping", "after"), ("dropping", "before"), ("ending", "before")}:
            assert came, moment
        if moment[0] in ("reading", "checking", "beginning") or moment[:2] == ("swapping", "before"):
            assert not came or told.code == 0 or moment[1] == "within", moment
        left = {path.name for path in folder.iterdir()}
        assert sum(name.startswith("gen-") for name in left) == 1, moment
        assert not any(name.endswith((".part", ".new")) for name in left), moment


@contextmanager
def neo4j_settings(server: Server, patch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    settings = {"INTERLOCK_NEO4J_USER": server.user or "", "INTERLOCK_NEO4J_PASSWORD": server.password or ""}
    for name, value in settings.items():
        patch.setenv(name, value)
    yield settings


@pytest.mark.neo4j
def test_a_killed_load_into_neo4j(
    neo4j_server: Server, neo4j_store: Neo4jStore, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["--store", neo4j_server.uri, "load", str(small)]
    rng, counted = random.Random(3), [0, 0]
    exact = [("beginning", "after"), ("committing", "before"), ("committing", "after"), ("closing", "before")]

    def opened() -> Any:
        return Neo4jStore(neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password)

    def reset(filled: bool) -> None:
        neo4j_store.clear()
        if filled:
            neo4j_store.upsert(BEFORE)

    with neo4j_settings(neo4j_server, monkeypatch):
        for filled in (False, True):
            reset(filled)
            before = graph(neo4j_store)
            usual = durations(load(NEO4J_STEPS, command))
            after = graph(neo4j_store)
            reset(filled)
            long = ["writing", "committing", "reading", "writing", "committing", "checking"]
            for moment in moments(rng, long, exact, 10):
                told = load(NEO4J_STEPS, command, **at(moment, usual))
                assert told.code in (-signal.SIGKILL, 0), (moment, told.err)
                # Its note is asked for where nothing waits: a commit may still be on its way.
                noted = bool(neo4j_store.begun())
                came = check(moment, neo4j_server.uri, noted, opened, before, after)
                counted[came] += 1
                if came:
                    reset(filled)
    assert all(counted), counted


@pytest.mark.parametrize(
    ("sent", "step"), [(signal.SIGINT, "reading"), (signal.SIGINT, "writing"), (signal.SIGTERM, "writing")]
)
@pytest.mark.parametrize("engine", ["arcadedb", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def test_a_signal_leaves_the_store_as_it_was(
    engine: str, sent: signal.Signals, step: str, large: Path, tmp_path: Path, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if engine == "neo4j":
        server: Server = request.getfixturevalue("neo4j_server")
        request.getfixturevalue("neo4j_store").upsert(BEFORE)
        monkeypatch.setenv("INTERLOCK_NEO4J_USER", server.user or "")
        monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", server.password or "")
        place, steps = server.uri, NEO4J_STEPS
    else:
        place, steps = str(tmp_path / "store"), EMBEDDED_STEPS
        with EmbeddedStore(place) as store:
            store.upsert(BEFORE)

    def opened() -> Any:
        return (
            EmbeddedStore(place)
            if engine == "arcadedb"
            else Neo4jStore(place, user=server.user, password=server.password)
        )

    with opened() as store:
        before = graph(store)
    told = load(
        steps,
        ["--store", place, "load", str(large)],
        send=lambda name: (0.02, sent) if name == step else None,
    )
    assert (told.code, told.err) == (128 + sent, "Stopped.\n")
    assert not any(sentence in stats(place) for sentence in (NOTHING, WHOLE))
    with opened() as store:
        assert graph(store) == before


@pytest.mark.neo4j
def test_a_commit_that_a_server_still_ends_is_waited_for(neo4j_store: Neo4jStore) -> None:
    """The client is gone, and its commit still on its way: not "nothing of it was written"."""
    neo4j_store.begin(Begun("imp-1", "a.csv", "2026-01-01T00:00:00+00:00", socket.gethostname(), 2**22 + 1))
    with neo4j_store.session("WRITE") as session, ThreadPoolExecutor(1) as pool:
        transaction = session.begin_transaction()
        entry = LogEntry("imp-1", "import", "2026-01-01T00:00:00+00:00", "{}")
        neo4j_write.write(transaction, BEFORE, NO_REMOVAL, [entry], None)  # type: ignore[arg-type]
        asked = pool.submit(interrupted, neo4j_store)
        # Until its wish to take the note away stands in the queue for the lock; not a limit.
        while not waiting(neo4j_store):
            assert not asked.done(), asked.result()
            time.sleep(0.05)
        transaction.commit()
        (told,) = asked.result()
    assert WHOLE in told
    assert neo4j_store.begun() == []
    assert neo4j_store.counts().entities == len(BEFORE.entities)


def waiting(store: Neo4jStore) -> bool:
    with store.session("READ") as session:
        rows = session.run("SHOW TRANSACTIONS YIELD status RETURN status")
        return any(row["status"].startswith("Blocked") for row in rows)
