"""Reading a backup: every fault of the file is told, and a store gets all of it or stays as it was."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from graph.errors import LoadError, StoreError
from graph.model import Batch, Record
from graph.moves.checks import Checker, Verdict
from graph.moves.digest import SORTS
from graph.moves.manifest import LOG, MANIFEST, MAX_LINE, PARTS, Manifest, manifest_from
from graph.moves.records import record_from
from graph.moves.scan import digest_of
from graph.ontology import ontology
from graph.store.base import LogEntry, Progress, Store

_FAULTS = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, RecursionError, NotImplementedError, RuntimeError,
    KeyError, OSError,
)  # fmt: skip
_TELL_EVERY = 500
_OTHER = "Use another backup of the store; this one cannot be trusted."
_MAX_MANIFEST = 100_000


class Backup:
    """An open backup; its parts are read as streams. ``called`` is its name in messages.

    Raises:
        LoadError: while opening or reading, with the line: the file is no backup, damaged or cut off.
    """

    def __init__(self, archive: zipfile.ZipFile, called: str) -> None:
        self._archive, self.called = archive, called
        with self._damage():
            names = archive.namelist()
            if MANIFEST not in names:
                raise ValueError("there is no manifest in it.")
            if sorted(names) != sorted(PARTS):
                raise ValueError("it does not have the parts of a backup.")
            with archive.open(MANIFEST) as part:
                self.manifest: Manifest = manifest_from(part.read(_MAX_MANIFEST).decode())
        if self.manifest.ontology > ontology().version:
            raise LoadError(
                f"The backup was made by Interlock {self.manifest.interlock[:40]}, with kinds or types that "
                "this version does not know.",
                path=called,
                hint="Restore it with that version or a later one.",
            )

    def records(self) -> Iterator[tuple[str, Record]]:
        """Every record with its sort: sources, entities, ties."""
        for sort in SORTS:
            for number, values in self._lines(f"{sort}.jsonl"):
                with self._damage(f"{sort}.jsonl", number):
                    record = record_from(sort, values)
                yield sort, record

    def log(self) -> Iterator[LogEntry]:
        """Every entry of the log with its parts."""
        lines = self._lines(LOG)
        for number, values in lines:
            with self._damage(LOG, number):
                head = [values[name] for name in ("id", "kind", "at", "summary")]
                if not all(isinstance(text, str) for text in head) or not isinstance(values["parts"], int):
                    raise ValueError("this is no entry of a log.")
                parts: list[str] = []
                for _ in range(values["parts"]):
                    text = next(lines, (0, {"part": None}))[1]["part"]
                    if not isinstance(text, str):
                        raise ValueError("parts of this entry are missing.")
                    parts.append(text)
            yield LogEntry(*head, parts=tuple(parts))

    def _lines(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        number = 0
        with self._damage(name):
            part = self._archive.open(name)
        with part:
            while True:
                with self._damage(name, number + 1):
                    line = part.readline(MAX_LINE + 1)
                    if not line:
                        return
                    number += 1
                    if len(line) > MAX_LINE:
                        raise ValueError("the line is too long.")
                    values = json.loads(line, parse_constant=_refuse)
                    if not isinstance(values, dict):
                        raise ValueError("the line is no record.")
                yield number, values

    @contextmanager
    def _damage(self, name: str = "", line: int | None = None) -> Generator[None]:
        """What the archive, JSON or a record complains of, as damage of the backup."""
        try:
            yield
        except LoadError:
            raise
        except _FAULTS as exc:
            place = f"{self.called} {name}".strip()
            raise damaged(place, exc, line) from exc


def damaged(place: str, exc: Exception, line: int | None = None) -> LoadError:
    """The error that tells of a backup that cannot be used."""
    said = f"{exc}".strip("'\"") or type(exc).__name__
    return LoadError(f"The backup is damaged: {said}", path=place, line=line, hint=_OTHER)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number.")


@contextmanager
def open_backup(path: str | Path, *, called: str | Path | None = None) -> Generator[Backup]:
    """Open a backup.

    Raises:
        LoadError: there is no such file, or it is no backup, is cut off or of a later version.
    """
    name = str(called or path)
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise LoadError("There is no such file.", path=name, hint="Check the name.") from None
    except zipfile.BadZipFile as exc:
        raise LoadError(
            "This is no backup, or one that is cut off: it does not end as a zip archive.",
            path=name,
            hint=_OTHER,
        ) from exc
    except OSError as exc:
        raise LoadError(
            f"The file cannot be read: {exc.strerror or exc}.", path=name, hint="Check its rights."
        ) from exc
    except _FAULTS as exc:
        raise damaged(name, exc) from exc
    with archive:
        yield Backup(archive, name)


def check_backup(
    path: str | Path, *, progress: Progress | None = None, called: str | Path | None = None
) -> tuple[Manifest, Verdict]:
    """Read a backup from end to end. Memory: the ids.

    Raises:
        LoadError: it is damaged: a part cannot be read, or is not what the manifest says.
    """
    with open_backup(path, called=called) as backup:
        checker = Checker()
        for _ in _read(backup, checker, progress):
            pass
        for entry in backup.log():
            checker.tally.add_log(entry)
        return backup.manifest, _agreed(backup, checker, str(called or path))


def restore_backup(
    store: Store,
    path: str | Path,
    *,
    with_faults: bool = False,
    progress: Progress | None = None,
    checking: Progress | None = None,
) -> Manifest:
    """Make a store hold what a backup holds, its log included, in one step; what it held before goes.

    Args:
        with_faults: restore also where records break a rule of the ontology, as they did in the store.

    Raises:
        LoadError: the backup is damaged or holds faults; the store is as it was.
        StoreError: writing failed, and the store is as it was; or what it holds now is not what was sent.
    Memory: all records.
    """
    with open_backup(path) as backup:
        checker = Checker()
        records = list(_read(backup, checker, None))
        log = list(backup.log())
        for entry in log:
            checker.tally.add_log(entry)
        verdict = _agreed(backup, checker, str(path))
        manifest = backup.manifest
    _refuse_faults(verdict, str(path), with_faults)
    store.replace_all(Batch.of(records), log=log, progress=progress)
    if digest_of(store, checking) != manifest.digest:
        raise StoreError(
            f"{store.location} does not hold what the backup does.",
            hint="Was it written meanwhile? Restore again, and look with: interlock store verify",
        )
    return manifest


def _read(backup: Backup, checker: Checker, progress: Progress | None) -> Iterator[Record]:
    total = backup.manifest.digest.records
    for number, (sort, record) in enumerate(backup.records()):
        if number >= total:  # a bomb need not be read to its end
            raise damaged(
                backup.called, ValueError(f"it holds more than the {total:,} records of its manifest.")
            )
        checker.add(sort, record)
        if progress and number % _TELL_EVERY == 0:
            progress(min(number, total), total)
        yield record


def _agreed(backup: Backup, checker: Checker, called: str) -> Verdict:
    """The verdict, once what was read is what the manifest says."""
    verdict, said = checker.verdict(), backup.manifest.digest
    for name in (*SORTS, "log"):
        if getattr(verdict.digest, name) != getattr(said, name):
            wanted, there = getattr(said, name), getattr(verdict.digest, name)
            raise damaged(called, ValueError(f"{name}: {wanted:,} by its manifest, {there:,} in it."))
    if verdict.digest != said:
        raise damaged(called, ValueError("what it holds is not what its digest says."))
    return verdict


def _refuse_faults(verdict: Verdict, called: str, with_faults: bool) -> None:
    if verdict.breaking or (verdict.number and not with_faults):
        first = next(fault for fault in verdict.faults if fault.breaks or not verdict.breaking)
        hint = "Look at all of them with: interlock store verify FILE"
        if not verdict.breaking:
            hint += ". To restore all the same, say --with-faults."
        raise LoadError(
            f"The backup holds {verdict.number:,} faults, such as {first.id[:60]}: {first.reason}",
            path=called,
            hint=hint,
        )
