"""The folder of an embedded store: who holds it, and which generation counts."""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from graph.atomic import flush_folder, flush_names, replacing
from graph.errors import ExplorerError, SettingsError, StoreError, StoreLocked, StoreUnavailable
from graph.model import Batch
from graph.store import embedded_engine as arcade
from graph.store.base import Begun, LogEntry, Progress
from graph.store.embedded_seal import break_seal, check_seal, damaged, seal
from graph.store.embedded_write import build_schema, bulk_write

_BEGUN = "begun.json"


class Generation:
    """One database of the folder, how many readers it has, and what becomes of it afterwards."""

    def __init__(self, folder: Path, database: Any) -> None:
        self.folder, self.database = folder, database
        self.readers = 0
        self.retired = self.keep = self.dropped = False

    def is_empty(self) -> bool:
        count = self.database.count_type
        return not (count("Entity") or count("Source"))

    def drop(self) -> None:
        self.dropped = True
        self.database.close()
        if self.keep:
            seal(self.folder.parent, self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def take_lock(path: Path, *, shared: bool = False) -> FileLock:
    """Hold the folder and say who does; ``shared``: and answers for it (:mod:`graph.store.shared`)."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / "lock", thread_local=False)
        lock.acquire(timeout=0)
    except Timeout:
        raise _locked(path) from None
    except OSError as exc:
        raise StoreUnavailable(
            f"The folder {path} cannot be used: {exc.strerror or exc}.",
            hint="Choose another with --store, or mend its permissions.",
        ) from exc
    holder = {
        "pid": os.getpid(),
        "command": _command(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "shared": shared,
    }
    try:
        with replacing(path / "holder.json") as file:  # others read it at any moment
            file.write(json.dumps(holder).encode())
    except BaseException:
        lock.release()
        raise
    return lock


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])[:80]


def _locked(path: Path) -> StoreLocked:
    try:
        holder = json.loads((path / "holder.json").read_text(encoding="utf-8"))
        who = f"process {holder['pid']} ({holder['command']}, since {holder['since']})"
        if holder["pid"] == os.getpid():
            who = "this process already; share one Store object between its parts"
    except (OSError, ValueError, KeyError):
        who = "another process"
    return StoreLocked(
        f"The store in {path} is open in {who}.",
        hint="Close that program, use another folder with --store, or a Neo4j server for several at once.",
    )


def _current_name(path: Path) -> str:
    try:
        return (path / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def open_current(path: Path) -> Generation:
    name = _current_name(path)
    _sweep(path, keep=name)
    if not name:
        try:
            generation = build(path, Batch(), None)
            make_current(path, generation)
        except StoreError as exc:
            raise StoreUnavailable(
                f"No store can be made in {path}: {exc.message}",
                hint="Check that the disk is writable and not full, or choose another folder with --store.",
            ) from exc
        return generation
    folder = path / name
    if not name.startswith("gen-") or not folder.is_dir():
        raise damaged(path, f"CURRENT names {name[:40]!r}, which is not there.")
    check_seal(path, folder)
    break_seal(path)
    database = arcade.open_database(folder)
    try:
        build_schema(database)
    except ExplorerError:
        raise
    except Exception as exc:
        database.close()
        raise damaged(path, f"{arcade.reason(exc)}.") from exc
    return Generation(folder, database)


def begin(path: Path, entry: Begun) -> None:
    """Note beside the database that a change begins.

    Raises:
        StoreError: the disk is full, or takes no writes.
    """
    try:
        with replacing(path / _BEGUN) as file:
            file.write(json.dumps([asdict(each) for each in [*begun(path), entry]]).encode())
    except SettingsError as exc:
        raise StoreError(
            f"The store in {path} takes no writes: {exc.message}",
            hint="Nothing was changed. Free the disk, or mend the permissions, and try again.",
        ) from exc


def begun(path: Path) -> list[Begun]:
    """Changes that were begun and not ended; a damaged note counts for none."""
    try:
        noted: Any = json.loads((path / _BEGUN).read_text(encoding="utf-8"))
        return sorted((Begun(**each) for each in noted), key=lambda entry: (entry.at, entry.id))
    except (OSError, ValueError, TypeError):
        return []


def forget(path: Path, ids: Collection[str]) -> None:
    """Take the notes on these changes away."""
    left = [asdict(each) for each in begun(path) if each.id not in ids]
    if left:
        with replacing(path / _BEGUN) as file:
            file.write(json.dumps(left).encode())
    else:
        (path / _BEGUN).unlink(missing_ok=True)


def _sweep(path: Path, *, keep: str) -> None:
    # A write that was killed leaves its folder or file behind; nothing points at it.
    for folder in path.glob("gen-*"):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)
    for part in path.glob(".*.part"):
        part.unlink(missing_ok=True)


def build(path: Path, batch: Batch, progress: Progress | None, log: Sequence[LogEntry] = ()) -> Generation:
    """Write ``batch`` and the log into a new generation and flush it to disk; CURRENT stays as it was."""
    folder = path / f"gen-{uuid.uuid4().hex[:12]}"
    database: Any = None
    try:
        database = arcade.open_database(folder, create=True)
        build_schema(database)
        bulk_write(database, batch, progress, log)
        database.close()  # flushes every page; the bulk path keeps no write-ahead log
        flush_folder(folder)
        database = arcade.open_database(folder)
    except BaseException as exc:
        if database is not None:
            database.close()
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(exc, Exception):
            raise arcade.translate_write(exc) from exc
        raise
    return Generation(folder, database)


def make_current(path: Path, generation: Generation) -> None:
    """Point CURRENT at a generation: the one step that makes it count. When it fails, the old one counts."""
    try:
        with replacing(path / "CURRENT") as file:
            file.write(generation.folder.name.encode())
            file.flush()
            os.fsync(file.fileno())
        flush_names(path)
    except Exception as exc:
        if _current_name(path) != generation.folder.name:
            generation.drop()
        raise arcade.translate_write(exc) from exc
