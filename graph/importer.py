"""Records in, checked against the ontology and each other, written all together or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from graph.atomic import check_new_folder
from graph.collector import paused
from graph.errors import ExplorerError
from graph.imports.journal import begin_import, import_entry, new_import_id
from graph.imports.report import Change, ImportReport, write_rejects
from graph.imports.stage import Stage
from graph.model import Batch, Item, Record, with_origin
from graph.moves.bulk import write_bulk
from graph.moves.digest import Digest
from graph.stopping import Stopped, unstoppable
from graph.store.base import Progress, Store

__all__ = [
    "Change",
    "ImportReport",
    "Origin",
    "check_records",
    "commit",
    "import_records",
    "import_to_files",
    "write_rejects",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """What an import is called in the list of imports: the files as they were named, ids of the formats."""

    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


def import_records(
    store: Store,
    records: Iterable[Item],
    *,
    strict: bool = True,
    origin: Origin = Origin(),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Check every record, then write those that are new or changed in one go.

    Args:
        store: where ends, sources and earlier versions of the records are looked up, and written to.
        records: what loaders yield; read once, kept in memory.
        strict: whether any problem turns the whole import down, see :class:`graph.imports.stage.Stage`.
        origin: for the list of imports.
        dry_run: check and count only.
        progress: called while writing.

    Returns:
        The report. Problems of rows are in it, not raised.

    Raises:
        LoadError: from the loader, when a file cannot be read at all; nothing is written.
        StoreError: from the store; nothing is written.
    Cost: one pass over the records, one look-up of their ids in the store, one write.
    """
    with paused():
        stage = Stage(store, strict=strict).read(records)
        return commit(store, stage, origin=origin, dry_run=dry_run, progress=progress)


def commit(
    store: Store,
    stage: Stage,
    *,
    origin: Origin = Origin(),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Write what is staged, and the note for the list of imports, in one go; see :func:`import_records`."""
    if stage.refused:
        return stage.report({}, written=False, dry_run=dry_run)
    batch, changes, before = stage.records()
    if dry_run:
        return stage.report(changes, written=False, dry_run=True)
    if not len(batch):
        # Loading the same again changes nothing, the list of imports included.
        return stage.report(changes, written=True, dry_run=False)
    import_id = new_import_id()
    placed = Batch.of(_with_origin(record, import_id, stage) for record in batch)
    report = stage.report(changes, written=True, dry_run=False, import_id=import_id)
    entry = import_entry(
        import_id, placed, before, files=origin.files, formats=origin.formats, numbers=numbers_of(report)
    )
    what = ", ".join(origin.files) or "records"
    try:
        begin_import(store, import_id, what)
        store.apply(placed, log=[entry], progress=progress)
    except Stopped:
        # Asked for too late, it has landed all the same, and is told as any other.
        with unstoppable():
            landed = _landed(store, import_id)
        if landed:
            return report
        raise
    except BaseException:
        _settle(store, import_id, what)
        raise
    return report


def import_to_files(
    folder: str | Path,
    records: Iterable[Item],
    *,
    strict: bool = True,
    origin: Origin = Origin(),
    replace: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> tuple[ImportReport, Digest | None]:
    """The same as :func:`import_records` into an empty store, but written as files for Neo4j's importer.

    Args:
        folder: made when everything is written, see :func:`graph.moves.bulk.write_bulk`.
        replace: write anew a folder that was made so before.

    Returns:
        The report, and what the files hold; None where nothing was written. Once they are imported, the list
        of imports has this one, which can be undone.

    Raises:
        LoadError: from the loader, when a file cannot be read at all.
        SettingsError: the folder is there already, or cannot be written.
        SchemaViolation: a record cannot be written so, see :mod:`graph.moves.bulk`.
    Cost: one pass over the records, one write. Memory: all records.
    """
    check_new_folder(folder, replace=replace)
    with paused():
        stage = Stage(None, strict=strict).read(records)
        batch, changes, before = stage.records()
        if stage.refused or dry_run:
            return stage.report({} if stage.refused else changes, written=False, dry_run=dry_run), None
        import_id = new_import_id()
        report = stage.report(changes, written=True, dry_run=False, import_id=import_id)
        entry = import_entry(
            import_id, batch, before, files=origin.files, formats=origin.formats, numbers=numbers_of(report)
        )
        placed = (_with_origin(record, import_id, stage) for record in batch)
        digest = write_bulk(
            folder, placed, [entry], total=len(batch), replace=replace, progress=progress
        )  # fmt: skip
    return report, digest


def _settle(store: Store, import_id: str, what: str) -> None:
    """Leave the note that an import began only where the next command has something to tell.

    The store undid what failed or was stopped, and the caller hears of it. But it may have been stopped
    (Ctrl-C), or lost its server, when all was written: then the next command says so.
    """
    with unstoppable(), suppress(ExplorerError):
        if _landed(store, import_id):
            begin_import(store, import_id, what)


def _landed(store: Store, import_id: str) -> bool:
    """Take the note that an import began away, and say whether what it announced was written."""
    # In this order: where the write still ends in a server, taking the note away waits for it.
    store.forget(import_id)
    return any(entry.id == import_id for entry in store.log())


def check_records(records: Iterable[Item], *, strict: bool = True) -> ImportReport:
    """Check records by themselves, without a store: every end and source must be among them."""
    stage = Stage(None, strict=strict).read(records)
    return stage.report({} if stage.refused else stage.records()[1], written=False, dry_run=True)


def numbers_of(report: ImportReport) -> dict[str, int]:
    """The counts of a report as the list of imports keeps them."""
    found = {"read": report.read, "accepted": report.accepted, "rejected": report.rejected}
    found |= {"skipped": report.skipped, "stubs": report.stubs}
    for name, change in (("entities", report.entities), ("ties", report.ties), ("sources", report.sources)):
        found |= {f"{name}_new": change.new, f"{name}_changed": change.changed}
    return found


def _with_origin(record: Record, import_id: str, stage: Stage) -> Record:
    place = stage.place_of(record)
    return with_origin(record, f"{import_id} {place.path}:{place.line}")
