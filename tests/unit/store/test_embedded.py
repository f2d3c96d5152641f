"""What only the embedded store does: its folder, its lock, its generations."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from graph import open_store
from graph.errors import StoreError, StoreLocked, StoreUnavailable, WriteRefused
from graph.model import Batch, Entity, Source, Tie
from graph.store import embedded
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from graph.store.embedded_engine import translate_write

ROOT = Path(__file__).parents[3]
SOURCE = Source("s", "Publisher", "Title")
ENTITIES = (Entity("a", "A", "company"), Entity("b", "B", "company"))
TIE = Tie("r1", "a", "OWNS", "b", "active", sources=("s",))
SMALL = Batch(ENTITIES, (TIE,), (SOURCE,))

LOADER = """
import sys
from graph import open_store
from graph.model import Batch, Entity, Source, Tie
store = open_store(sys.argv[1])
count = int(sys.argv[2])
entities = tuple(Entity(f"n{i}", f"N{i}", "company") for i in range(count))
ties = tuple(Tie(f"t{i}", f"n{i}", "SUPPLIES", f"n{i + 1}", "active", sources=("s",)) for i in range(count - 1))
print("writing", flush=True)
store.upsert(Batch(entities, ties, (Source("s", "P", "T"),)))
print("done", flush=True)
sys.stdin.read()
"""


def start_loader(folder: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(folder), str(count)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(embedded.__file__).parents[2])},
    )


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_store_opened_by_another_process_says_who_and_what_to_do(tmp_path: Path) -> None:
    other = start_loader(tmp_path / "store", 3)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        assert other.stdout.readline() == "done\n"
        with pytest.raises(StoreLocked) as caught:
            EmbeddedStore(tmp_path / "store")
        assert str(other.pid) in caught.value.message
        assert "--store" in caught.value.hint
        assert caught.value.retry
    finally:
        end(other)
    # A killed process leaves no stale lock, and what it had committed is there.
    with EmbeddedStore(tmp_path / "store") as store:
        assert store.counts().entities == 3


def test_the_same_store_twice_in_one_process_says_so(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path), pytest.raises(StoreLocked, match="this process already"):
        EmbeddedStore(tmp_path)


@pytest.mark.parametrize("pause_s", [0.0, 0.15, 0.4, 0.8])
def test_a_kill_in_the_middle_of_an_import_leaves_the_old_graph_or_the_new_one(
    tmp_path: Path, pause_s: float
) -> None:
    folder = tmp_path / "store"
    with EmbeddedStore(folder) as store:
        store.upsert(SMALL)
    loader = start_loader(folder, 20_000)
    assert loader.stdout is not None
    assert loader.stdout.readline() == "writing\n"
    time.sleep(pause_s)
    end(loader)
    with EmbeddedStore(folder) as store:
        counts = store.counts()
        assert (counts.entities, counts.ties) in {(2, 1), (20_002, 20_000)}
        assert list(store.ties(["r1"])) == [TIE]
        assert len([*folder.glob("gen-*")]) == 1


@pytest.mark.parametrize("limit", [0, 10_000])
def test_both_ways_of_writing_give_the_same_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(embedded, "TRANSACTION_LIMIT", limit)
    with EmbeddedStore(tmp_path) as store:
        store.upsert(SMALL)
        store.upsert(
            Batch(
                (replace(ENTITIES[0], kind="investor", country="US"), Entity("c", "C", "person")),
                (replace(TIE, type="INVESTED_IN", to_id="c", from_id="b"), replace(TIE, id="r2")),
                (replace(SOURCE, url="https://example.org"),),
            )
        )  # fmt: skip
        assert [(e.id, e.kind, e.country) for e in store.entities()] == [
            ("a", "investor", "US"), ("b", "company", None), ("c", "person", None),
        ]  # fmt: skip
        assert [(t.id, t.from_id, t.type, t.to_id) for t in store.ties()] == [
            ("r1", "b", "INVESTED_IN", "c"), ("r2", "a", "OWNS", "b"),
        ]  # fmt: skip
        assert [s.url for s in store.sources()] == ["https://example.org"]
    with EmbeddedStore(tmp_path) as store:
        assert store.counts().ties == 2


def test_a_stream_survives_an_import_that_replaces_the_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "TRANSACTION_LIMIT", 0)
    with EmbeddedStore(tmp_path) as store:
        store.upsert(SMALL)
        with store.stream("MATCH (n:Entity) RETURN n.id AS id ORDER BY id") as rows:
            assert next(rows) == ("a",)
            store.upsert(Batch((Entity("c", "C", "person"),)))
            assert [*rows] == [("b",)]
        assert store.counts().entities == 3
        assert len([*tmp_path.glob("gen-*")]) == 1


def test_a_damaged_folder_is_named_with_the_next_step(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path) as store:
        store.upsert(SMALL)
    (tmp_path / "CURRENT").write_text("gen-nothere", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="damaged") as caught:
        EmbeddedStore(tmp_path)
    assert "backup" in caught.value.hint


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    place = tmp_path / "store"
    place.write_text("x", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        EmbeddedStore(place)


def test_a_missing_store_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no store") as caught:
        open_store(tmp_path / "none", create=False)
    assert "interlock load" in caught.value.hint
    assert not (tmp_path / "none").exists()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    store.close()
    store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        store.counts()


def test_a_query_cannot_read_files_or_the_network(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("password\n", encoding="utf-8")
    with EmbeddedStore(tmp_path / "store") as store:
        for url in (secret.as_uri(), str(secret), "http://127.0.0.1:9/x.csv"):
            with pytest.raises(WriteRefused, match="LOAD CSV") as caught:
                store.query(f"LOAD CSV FROM '{url}' AS line RETURN line")
            assert "password" not in str(caught.value)


def test_a_program_that_forgets_to_close_ends_all_the_same(tmp_path: Path) -> None:
    # As in the app: the thread that opened the store, and started the engine's JVM with it, is gone.
    script = (
        "import sys, threading; from graph.store.embedded import EmbeddedStore; kept = [];"
        "thread = threading.Thread(target=lambda: kept.append(EmbeddedStore(sys.argv[1])));"
        "thread.start(); thread.join(); print(kept[0].counts())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "store")],
        capture_output=True, text=True, check=False, timeout=120, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "entities=0" in done.stdout
    assert done.stderr == ""
    assert not (tmp_path / "store" / "holder.json").exists()


def test_an_open_store_leaves_the_main_thread_its_stack(tmp_path: Path) -> None:
    script = (
        "import sys, numpy; from graph.store.embedded import EmbeddedStore\n"
        "with EmbeddedStore(sys.argv[1]) as store:\n"
        "    store.counts(); draw = numpy.random.default_rng(1)\n"
        "    print(len(numpy.linalg.solve(draw.random((600, 600)), draw.random(600))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "store")],
        capture_output=True, text=True, check=False, timeout=120, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "600"), done.stderr


def test_a_store_of_an_earlier_version_gets_what_has_come_since(tmp_path: Path) -> None:
    acme = Entity("acme", "Acme", "company")
    with EmbeddedStore(tmp_path / "s") as store:
        store.upsert(Batch((acme,)))
        for name in ("Party", "CONTROLS", "InterlockLogPart", "InterlockLog"):
            store._current.database.command("sql", f"DROP TYPE {name}")
    with EmbeddedStore(tmp_path / "s") as store:
        assert list(store.entities()) == [acme]
        assert store.log() == []
        ann = Entity("ann", "Ann", "party")
        tie = Tie("r1", "ann", "CONTROLS", "acme", "active", sources=("s1",))
        entry = LogEntry("imp-1", "import", "2026-01-01T00:00:00+00:00", "{}", ("part",))
        store.apply(Batch((ann,), (tie,), (Source("s1", "Press", "Story"),)), log=[entry])
        assert [each.id for each in store.ties_of("acme")] == ["r1"]
        assert store.log_parts("imp-1") == ["part"]


def test_a_write_that_does_not_fit_names_the_setting() -> None:
    error = translate_write(RuntimeError("GraphBatch: java.lang.OutOfMemoryError: Java heap space"))
    assert isinstance(error, StoreError)
    assert "INTERLOCK_HEAP" in error.hint
    assert "disk" in translate_write(RuntimeError("No space left on device")).hint


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for a child process")
@pytest.mark.parametrize("handled", [False, True])
def test_sigterm_is_left_to_the_program(tmp_path: Path, handled: bool) -> None:
    """The handler of the JVM's bridge would take it over, and crash in it."""
    script = f"""
import signal, sys, time
from graph.store.embedded import EmbeddedStore
if {handled}:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
with EmbeddedStore({str(tmp_path / "store")!r}):
    print("open", flush=True)
    while True:
        time.sleep(0.1)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (7 if handled else -signal.SIGTERM, "", "")
    assert (tmp_path / "store" / "seal.json").exists() == handled
