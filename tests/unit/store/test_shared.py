"""One embedded store, many processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.errors import (
    ParameterError,
    QuerySyntaxError,
    QueryTimeout,
    SchemaViolation,
    StoreLocked,
    StoreUnavailable,
    WriteRefused,
)
from graph.model import Batch, Entity, Source, Tie
from graph.store import open_store
from graph.store.attached import AttachedStore
from graph.store.base import Begun, LogEntry
from graph.store.channel import Channel, HolderGone, call_in
from graph.store.embedded import EmbeddedStore
from graph.store.service import FILE, Service
from graph.store.shared import SharedStore

ROOT = Path(__file__).parents[3]
SOURCE = Source("s", "Paper", "Title")


def firm(number: int) -> Entity:
    return Entity(f"e{number}", f"Firm {number}", "company")


def child(folder: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that opens the store of ``folder`` as ``store`` and runs ``code``."""
    text = (
        "import sys, time\nfrom graph.model import *\nfrom graph.store.shared import SharedStore\n"
        f"with SharedStore(sys.argv[1]) as store:\n{code}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", text, str(folder), *arguments],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def held_elsewhere(folder: Path) -> subprocess.Popen[str]:
    """A process that holds the store until its input is closed."""
    process = child(folder, "    print(store.holds, flush=True)\n    sys.stdin.read()\n")
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def test_a_second_process_reads_and_writes_while_the_first_has_the_store_open(tmp_path: Path) -> None:
    with SharedStore(tmp_path / "store") as store:
        store.upsert(Batch((firm(1),)))
        other = child(
            tmp_path / "store",
            "    print(store.holds, store.counts().entities, store.entity('e1').name)\n"
            "    store.upsert(Batch((Entity('e2', 'Second', 'company'),)))\n",
        )
        assert ended(other).split() == ["False", "1", "Firm", "1"]
        assert store.entity("e2") == Entity("e2", "Second", "company")


def test_the_command_line_works_beside_an_open_store(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        store.upsert(Batch((firm(1),)))
        done = subprocess.run(
            [sys.executable, "-m", "cli", "search", "Firm", "--store", str(tmp_path / "store")],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "Firm 1" in done.stdout


def test_twenty_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    code = (
        "    me = int(sys.argv[2])\n"
        "    for step in range(3):\n"
        "        store.upsert(Batch((Entity(f'p{me}-{step}', 'Name', 'company'),)))\n"
        "        assert store.entity(f'p{me}-{step}') is not None\n"
        "        assert store.query('MATCH (n:Entity {id: $id}) RETURN n.name', {'id': f'p{me}-0'}).rows\n"
        "    print(store.holds)\n"
    )
    crowd = [child(tmp_path / "store", code, str(number)) for number in range(20)]
    holders = [ended(process).strip() for process in crowd]
    assert "True" in holders
    with SharedStore(tmp_path / "store") as store:
        assert store.counts().entities == 60
    assert not (tmp_path / "store" / FILE).exists()


def test_when_the_holder_ends_an_attached_process_takes_its_place(tmp_path: Path) -> None:
    holder = held_elsewhere(tmp_path / "store")
    with SharedStore(tmp_path / "store") as store:
        store.upsert(Batch((firm(1),)))
        assert not store.holds
        ended(holder)
        assert store.entity("e1") == firm(1)
        assert store.holds


def test_when_the_holder_is_killed_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    holder = held_elsewhere(tmp_path / "store")
    with SharedStore(tmp_path / "store") as store:
        store.upsert(Batch((firm(1),)))
        holder.kill()
        holder.communicate()
        assert (tmp_path / "store" / FILE).exists()  # stale, and no matter
        store.upsert(Batch((firm(2),)))
        assert [each.id for each in store.entities()] == ["e1", "e2"]
        assert store.holds


def test_a_holder_that_is_killed_during_a_large_write_leaves_it_to_the_one_that_wants_it(
    tmp_path: Path,
) -> None:
    holder = held_elsewhere(tmp_path / "store")
    batch = Batch(tuple(map(firm, range(60_000))))
    told: list[int] = []

    def tell(done: int, total: int) -> None:
        if not told:
            holder.kill()
        told.append(done)

    with SharedStore(tmp_path / "store") as store:
        store.apply(batch, progress=tell)
        assert told
        assert store.holds
        assert store.counts().entities == 60_000
    holder.communicate()


def test_a_large_write_for_another_does_not_keep_the_holder(tmp_path: Path) -> None:
    holder = held_elsewhere(tmp_path / "store")
    batch = Batch(tuple(map(firm, range(60_000))))
    leaving: list[bool] = []

    def tell(done: int, total: int) -> None:
        if not leaving:
            assert holder.stdin is not None
            holder.stdin.close()
            leaving.append(True)

    with SharedStore(tmp_path / "store") as store:
        store.apply(batch, progress=tell)
        holder.stdin = None  # closed above; communicate() would flush it
        ended(holder)
        assert store.counts().entities == 60_000


def test_ctrl_c_of_an_attached_import_changes_nothing(tmp_path: Path) -> None:
    batch = Batch(tuple(map(firm, range(60_000))))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with SharedStore(tmp_path / "store") as holder:
        holder.upsert(Batch((firm(1),)))
        attached = AttachedStore(holder.path)
        with attached, pytest.raises(KeyboardInterrupt):
            attached.apply(batch, progress=stop)
        # The holder notices at its next step; until then its other writers wait.
        holder.upsert(Batch((firm(2),)))
        assert holder.counts().entities == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a child process")
def test_ctrl_c_while_the_store_opens_leaves_a_store_that_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Service):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            os.kill(os.getpid(), signal.SIGINT)

    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr("graph.store.shared.Service", Interrupted)
    monkeypatch.setattr("graph.store.shared.atexit.register", at_exit.append)
    with pytest.raises(KeyboardInterrupt):
        SharedStore(tmp_path / "s")
    monkeypatch.undo()
    close = at_exit[-1]
    close()
    with SharedStore(tmp_path / "s") as store:
        assert store.holds


def test_many_threads_share_one_attached_store(tmp_path: Path) -> None:
    with SharedStore(tmp_path / "store") as holder, AttachedStore(holder.path) as store:
        holder.upsert(Batch(tuple(map(firm, range(500)))))
        wrong: list[object] = []

        def ask(start: int) -> None:
            for number in range(start, start + 50):
                found = store.query("MATCH (n:Entity {id: $id}) RETURN n.name AS name", {"id": f"e{number}"})
                if found.rows != ((f"Firm {number}",),):
                    wrong.append(found.rows)

        threads = [threading.Thread(target=ask, args=(start,)) for start in range(0, 500, 50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


class TestErrors:
    @pytest.fixture
    def attached(self, tmp_path: Path) -> Iterator[AttachedStore]:
        with SharedStore(tmp_path / "store") as holder, AttachedStore(holder.path) as store:
            store.upsert(Batch((firm(1), firm(2))))
            yield store

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("CREATE (n:Entity {id: 'x'})", WriteRefused),
            ("MATCH (n) CALL { CREATE (m:Entity) } RETURN n", WriteRefused),
            ("MATCH (n RETURN n", QuerySyntaxError),
            ("MATCH (n {id: $nobody}) RETURN n", ParameterError),
            ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", WriteRefused),
        ],
    )
    def test_are_those_of_the_engine(self, attached: AttachedStore, text: str, kind: type[Exception]) -> None:
        with pytest.raises(kind) as attached_says:
            attached.query(text)
        assert attached.query("RETURN 1 AS one").rows == ((1,),)  # the connection is of use still
        with EmbeddedStore(attached.path.with_name("other")) as own, pytest.raises(kind) as own_says:
            own.query(text)
        assert str(attached_says.value) == str(own_says.value)
        assert vars(attached_says.value).get("line") == vars(own_says.value).get("line")

    def test_a_limit_is_kept_by_the_holder(self, attached: AttachedStore) -> None:
        with pytest.raises(QueryTimeout) as caught:
            attached.query(
                "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)", timeout_s=0.2
            )
        assert caught.value.seconds == 0.2
        assert caught.value.retry

    def test_a_tie_without_an_end(self, attached: AttachedStore) -> None:
        tie = Tie("t", "e1", "OWNS", "nobody", "active", sources=("s",))
        with pytest.raises(SchemaViolation, match="nobody"):
            attached.upsert(Batch(ties=(tie,), sources=(SOURCE,)))
        assert attached.counts().ties == 0

    def test_a_closed_store_says_so(self, attached: AttachedStore) -> None:
        attached.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            attached.counts()


def test_the_log_and_its_parts_travel(tmp_path: Path) -> None:
    entry = LogEntry("i1", "import", "2026-01-01T00:00:00Z", "{}", ("one", "two", "é\ud800"))
    with SharedStore(tmp_path / "store") as holder, AttachedStore(holder.path) as store:
        store.begin(Begun("i1", "a file", "2026-01-01T00:00:00Z", "host", 1))
        assert holder.begun() == store.begun() != []
        store.apply(Batch((firm(1),)), log=[replace(entry, parts=("one", "two"))])
        assert store.begun() == []
        assert store.log() == [replace(entry, parts=())]
        assert store.log_parts("i1") == ["one", "two"] == holder.log_parts("i1")


class TestStrangers:
    @pytest.fixture
    def service(self, embedded_store: EmbeddedStore) -> Iterator[Service]:
        made = Service(embedded_store, embedded_store.path)
        yield made
        made.close()

    @staticmethod
    def told(store: EmbeddedStore) -> dict[str, object]:
        return json.loads((store.path / FILE).read_text(encoding="utf-8"))

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_only_the_owner_may_read_the_secret(
        self, service: Service, embedded_store: EmbeddedStore
    ) -> None:
        assert (embedded_store.path / FILE).stat().st_mode & 0o077 == 0

    def test_a_wrong_secret_is_turned_away(self, service: Service, embedded_store: EmbeddedStore) -> None:
        with pytest.raises(HolderGone):
            call_in(int(str(self.told(embedded_store)["port"])), "guess")

    @pytest.mark.parametrize(
        "sent", [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\0\0\0\x02{}", b"\0\0\0\x04null", b""]
    )
    def test_noise_does_no_harm(self, service: Service, embedded_store: EmbeddedStore, sent: bytes) -> None:
        port = int(str(self.told(embedded_store)["port"]))
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(sent)
            with AttachedStore(embedded_store.path) as store:
                assert store.counts().entities == 0

    def test_a_stranger_who_took_the_port_is_not_believed(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as stranger:

            def answer() -> None:
                connection, _ = stranger.accept()
                channel = Channel(connection)
                channel.send({"nonce": "0"})
                channel.receive(5.0)
                channel.send({"proof": "trust me"})
                channel.close()

            threading.Thread(target=answer, daemon=True).start()
            with pytest.raises(HolderGone):
                call_in(stranger.getsockname()[1], "secret")

    def test_another_version_is_named(self, service: Service, embedded_store: EmbeddedStore) -> None:
        told = {**self.told(embedded_store), "protocol": "older"}
        (embedded_store.path / FILE).write_text(json.dumps(told), encoding="utf-8")
        with pytest.raises(StoreLocked, match="another version"):
            AttachedStore(embedded_store.path)


def test_a_program_that_answers_for_nobody_is_named(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "store"), pytest.raises(StoreLocked, match="open in this process already"):
        SharedStore(tmp_path / "store")


def test_a_stopped_holder_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.store.attached._READ_S", 0.5)
    monkeypatch.setattr("graph.store.shared._ENTER_S", 0.5)
    monkeypatch.setattr("graph.store.channel._GREETING_S", 0.5)
    holder = held_elsewhere(tmp_path / "store")
    try:
        with SharedStore(tmp_path / "store") as store:
            os.kill(holder.pid, signal.SIGSTOP)
            os.waitpid(holder.pid, os.WUNTRACED)  # a busy machine lets it answer for a moment
            with pytest.raises(StoreLocked, match=f"process {holder.pid}"):
                store.counts()
    finally:
        os.kill(holder.pid, signal.SIGCONT)
        ended(holder)


def test_threads_sign_off_from_the_engine(embedded_store: EmbeddedStore) -> None:
    import jpype

    def alive() -> int:
        return len(jpype.JClass("java.lang.Thread").getAllStackTraces().keySet())

    def ask() -> None:
        embedded_store.query("MATCH (n) RETURN count(n) AS n")

    ask()
    before = alive()
    for _ in range(50):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    deadline = time.monotonic() + 30
    while alive() > before + 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive() <= before + 5


def test_a_whole_graph_takes_the_place_of_another_from_outside(tmp_path: Path) -> None:
    entry = LogEntry("i1", "import", "2026-01-01T00:00:00Z", "{}", ("one",))
    with SharedStore(tmp_path / "store") as holder:
        holder.upsert(Batch((firm(1),)))
        for store in (SharedStore(tmp_path / "store"), holder):
            store.replace_all(Batch((firm(2), firm(3))), log=[entry])
            assert [each.id for each in holder.entities()] == ["e2", "e3"]
            assert holder.log_parts("i1") == ["one"]
            store.upsert(Batch((firm(4),)))
            if store is not holder:
                assert store.status() == holder.status()
                assert store.migrate() == []
                store.close()
