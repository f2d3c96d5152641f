"""A store in one file: a zip archive of JSON lines, read back and checked before it gets its name.

``sources.jsonl``, ``entities.jsonl`` and ``ties.jsonl`` hold one record a line, its fields as
:func:`graph.moves.digest.line_of` writes them. ``log.jsonl`` holds one line an entry, with the number of its
parts, and then a line for each of them. ``manifest.json`` is :class:`graph.moves.manifest.Manifest`.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import IO

from graph.atomic import flush_names, replacing
from graph.log_entries import now
from graph.moves.checks import Verdict
from graph.moves.digest import SORTS, Tally, line_of
from graph.moves.manifest import LOG, MANIFEST, VERSION, Manifest
from graph.moves.restore import check_backup
from graph.moves.scan import log_entries, refuse_written, scan
from graph.moves.unfinished import refuse_unfinished
from graph.ontology import ontology
from graph.store.base import LogEntry, Progress, Store

# Zip archives carry a time for each part; a fixed one keeps two backups of the same data nearly equal.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_backup(
    store: Store,
    path: str | Path,
    *,
    progress: Progress | None = None,
    checking: Progress | None = None,
) -> tuple[Manifest, Verdict]:
    """Write everything a store holds, its log included, to a file; one that stands there is replaced.

    The file gets its name when it is complete, has been read back and is on the disk. A store that holds
    faults is written as it is; the verdict tells them.

    Raises:
        SettingsError: the file cannot be written, or the disk is full; what stood there still does.
        StoreUnavailable: the store was written meanwhile.
        StoreRefused: the store holds only a part of a copy.
    Cost: one pass over the store, one over the file. Memory: the ids.
    """
    refuse_unfinished(store)
    version = store.data_version()
    with replacing(path) as file:
        manifest = _write(store, file, progress)
        refuse_written(store, version)
        file.flush()
        os.fsync(file.fileno())
        verdict = check_backup(file.name, progress=checking, called=path)[1]
    with suppress(OSError):  # a folder that may be written to and not read
        flush_names(Path(path).absolute().parent)
    return manifest, verdict


def _write(store: Store, file: IO[bytes], progress: Progress | None) -> Manifest:
    from graph import __version__

    tally = Tally()
    with zipfile.ZipFile(file, "w") as archive:
        empty = list(SORTS)
        for sort, reads in groupby(scan(store, progress), lambda read: read.sort):
            empty.remove(sort)
            with _part(archive, f"{sort}.jsonl") as part:
                for read in reads:
                    part.write(tally.add(sort, read.record) + b"\n")
        for sort in empty:
            with _part(archive, f"{sort}.jsonl"):
                pass
        with _part(archive, LOG) as part:
            for entry in log_entries(store):
                tally.add_log(entry)
                part.writelines(_log_lines(entry))
        manifest = Manifest(VERSION, now(), __version__, store.engine, ontology().version, tally.digest())
        with _part(archive, MANIFEST) as part:
            part.write(manifest.text().encode())
    return manifest


@contextmanager
def _part(archive: zipfile.ZipFile, name: str) -> Generator[IO[bytes]]:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as part:
        yield part


def _log_lines(entry: LogEntry) -> Generator[bytes]:
    head = {"id": entry.id, "kind": entry.kind, "at": entry.at, "summary": entry.summary}
    yield line_of({**head, "parts": len(entry.parts)}) + b"\n"
    for text in entry.parts:
        yield line_of({"part": text}) + b"\n"
