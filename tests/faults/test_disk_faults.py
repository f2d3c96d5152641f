"""A full disk and a read-only one under the embedded store: every write says so and changes nothing, reading goes on,
and with room again so does writing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from bench.graphs import attachment_batch
from graph.errors import ExplorerError, StoreError, StoreUnavailable
from graph.model import Batch, Entity
from graph.moves.backup import write_backup
from graph.moves.scan import digest_of
from graph.store.base import Begun
from graph.store.embedded import EmbeddedStore
from tests.contract.small import SMALL


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Path]:
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or not mounted("-t", "tmpfs", "-o", "size=48m", "none", place)
    ):
        pytest.skip("mounting a small disk needs Linux and root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def mounted(*arguments: str | Path) -> bool:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False)
    return done.returncode == 0


def fill(place: Path) -> None:
    with suppress(OSError), place.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))


def refused(error: ExplorerError) -> None:
    assert isinstance(error, StoreError), error
    assert "disk" in error.hint
    assert "Nothing was changed" in error.hint


def test_a_full_disk(disk: Path, tmp_path: Path) -> None:
    with EmbeddedStore(disk / "store") as store:
        store.upsert(SMALL)
        before, version = digest_of(store), store.data_version()
        fill(disk / "filler")
        writes = {
            "large": lambda: store.upsert(attachment_batch(2_000, 4_000)),
            "small": lambda: store.upsert(Batch((Entity("x", "X", "company"),))),
            "replace": lambda: store.replace_all(Batch((Entity("x", "X", "company"),))),
            "clear": lambda: store.clear(),
            "begin": lambda: store.begin(Begun.here("imp-1", "a.csv")),
        }
        for name, write in writes.items():
            with pytest.raises(StoreError) as told:
                write()
            refused(told.value)
            assert digest_of(store) == before, name
            assert store.data_version() == version, name
        with pytest.raises(ExplorerError):
            write_backup(store, disk / "b.zip")
        assert not (disk / "b.zip").exists()
        write_backup(store, tmp_path / "b.zip")  # to a disk with room
        (disk / "filler").unlink()
        store.upsert(Batch((Entity("y", "Y", "company"),)))
        assert store.counts().entities == 4
    with EmbeddedStore(disk / "store") as store:
        assert [entity.id for entity in store.entities()] == ["acme", "ann", "fund", "y"]
        assert [tie.id for tie in store.ties()] == ["r1", "r2"]


def test_a_program_killed_on_a_full_disk_leaves_what_was_acknowledged(disk: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom graph.errors import StoreError\n"
        "from graph.model import Batch, Entity\nfrom graph.store.embedded import EmbeddedStore\n"
        "store = EmbeddedStore(sys.argv[1])\n"
        "store.upsert(Batch((Entity('first', 'First', 'company'),)))\n"
        "for n in range(100_000):\n"
        "    try:\n"
        "        store.upsert(Batch(tuple(Entity(f'{n}-{m}', 'N' * 200, 'company') for m in range(500))))\n"
        "    except StoreError:\n"
        "        break\n"
        "    print(n, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(disk / "store")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    written = len(done.stdout.split())
    assert written > 1, done.stderr
    assert mounted("-o", "remount,size=128m", disk)
    with EmbeddedStore(disk / "store") as store:
        there = {entity.id for entity in store.entities()}
    assert {f"{n}-{m}" for n in range(written) for m in range(500)} | {"first"} == there


def test_a_read_only_disk(disk: Path) -> None:
    with EmbeddedStore(disk / "store") as store:
        store.upsert(SMALL)
        before = digest_of(store)
    assert mounted("-o", "remount,ro", disk)
    with pytest.raises(StoreUnavailable, match="Read-only file system") as told:
        EmbeddedStore(disk / "store")
    assert "permissions" in told.value.hint
    assert mounted("-o", "remount,rw", disk)
    with EmbeddedStore(disk / "store") as store:
        assert digest_of(store) == before


def test_a_disk_that_becomes_read_only_under_an_open_store(disk: Path) -> None:
    """What Linux does with a disk that fails. A bind mount is used, for what is open for writing keeps a disk so."""
    with EmbeddedStore(disk / "store") as store:
        store.upsert(SMALL)
        before = digest_of(store)
        assert mounted("--bind", disk, disk)
        try:
            assert mounted("-o", "remount,bind,ro", disk)
            for write in (
                lambda: store.begin(Begun.here("imp-1", "a.csv")),
                lambda: store.clear(),
                lambda: store.upsert(attachment_batch(2_000, 4_000)),
            ):
                with pytest.raises(StoreError) as told:
                    write()
                refused(told.value)
                assert digest_of(store) == before
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)
        store.upsert(Batch((Entity("y", "Y", "company"),)))
        assert store.counts().entities == 4
