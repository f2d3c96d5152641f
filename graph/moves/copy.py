"""A store copied into another: records, sources and the log, so that undo works there too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from graph.errors import SettingsError, StoreError, StoreRefused
from graph.model import Batch, Record
from graph.moves.digest import Digest, Tally
from graph.moves.scan import Read, digest_of, log_entries, refuse_written, scan
from graph.moves.unfinished import mark, refuse_unfinished, unfinished, unmark
from graph.store.base import Progress, Store

STEP = 5_000
"""Records of one transaction in a store that is written in steps."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did.

    Attributes:
        digest: of both stores.
        resumed: records that an interrupted copy had left in the target, and that were not sent again.
    """

    digest: Digest
    resumed: int


def copy_store(
    source: Store,
    target: Store,
    *,
    replace: bool = False,
    progress: Progress | None = None,
    checking: Progress | None = None,
) -> Copied:
    """Make ``target`` hold exactly what ``source`` holds, and check that it does.

    Into the embedded store that is one step: all of it, or the target stays as it was. Into a server it is
    done in transactions of :data:`STEP` records, with a note in the target until it is whole; the same call
    again goes on where it stopped.

    Args:
        replace: remove what the target holds; otherwise a target that holds anything is refused.
        progress, checking: told (records, records in all) while writing, then while reading back.

    Raises:
        SettingsError: both are the same store, or the source is empty.
        StoreRefused: the target holds something else, or the source is itself half a copy.
        StoreUnavailable: the source was written meanwhile.
        StoreError: what arrived is not what was sent.
    Cost: one pass over the source, one write, one pass over the target.
    Memory: a few thousand records into a server, all of them into the embedded store.
    """
    if source.location == target.location and source.engine == target.engine:
        raise SettingsError(
            f"{source.location} is both source and target.", hint="Name two different places."
        )
    refuse_unfinished(source)
    version = source.data_version()
    held = source.counts()
    if not (held.entities or held.sources):
        raise SettingsError(
            f"{source.location} is empty.", hint="To empty the target: interlock clear --store PLACE"
        )
    resumes = _resumes(source, target, version, replace)
    write = _in_steps if target.in_steps else _in_one_step
    sent, resumed = write(source, target, version, resumes, progress)
    arrived = digest_of(target, checking)
    if arrived != sent:
        raise StoreError(
            f"What arrived in {target.location} is not what was sent: {_difference(sent, arrived)}.",
            hint="Was it written meanwhile? Copy again with --replace.",
        )
    if target.in_steps:
        unmark(target)
    return Copied(sent, resumed)


def _resumes(source: Store, target: Store, version: str, replace: bool) -> bool:
    """Whether the target holds the beginning of this very copy."""
    begun = unfinished(target)
    held = target.counts()
    if begun:
        same = (begun.source, begun.version) == (source.location, version)
        if same and begun.phase == "writing" and not replace:
            return True
        if not same and not replace:
            changed = begun.source == source.location
            raise StoreRefused(
                f"{target.location} holds a part of another copy, of {begun.source}, begun {begun.note.at}"
                + (", which was written since." if changed else "."),
                hint="Say --replace to remove that part and copy anew.",
            )
    elif (held.entities or held.sources or target.log()) and not replace:
        raise StoreRefused(
            f"{target.location} holds {held.entities:,} entities and {held.ties:,} ties already.",
            hint="Say --replace to remove all it holds first, or name an empty target.",
        )
    return False


def _in_one_step(
    source: Store, target: Store, version: str, resumes: bool, progress: Progress | None
) -> tuple[Digest, int]:
    tally = Tally()
    records = [each.record for each in _counted(scan(source), tally)]
    log = list(log_entries(source))
    for entry in log:
        tally.add_log(entry)
    _same_version(source, version)
    target.replace_all(Batch.of(records), log=log, progress=progress)
    return tally.digest(), 0


def _in_steps(
    source: Store, target: Store, version: str, resumes: bool, progress: Progress | None
) -> tuple[Digest, int]:
    if not resumes:
        # Emptying takes the note away at its very end, and with it nothing else is there.
        mark(target, "emptying", source.location, version)
        target.clear()
        mark(target, "writing", source.location, version)
    tally, resumed, done = Tally(), 0, 0
    held = source.counts()
    total = held.sources + held.entities + held.ties
    for sort, chunk in _chunks(_counted(scan(source), tally)):
        missing = _missing(target, sort, chunk) if resumes else chunk
        if missing:
            target.upsert(Batch.of(missing))
        resumed += len(chunk) - len(missing)
        done += len(chunk)
        if progress:
            progress(min(done, total), total)
    for entry in log_entries(source):
        tally.add_log(entry)
        target.apply(Batch(), log=[entry])
    _same_version(source, version)
    return tally.digest(), resumed


def _counted(reads: Iterator[Read], tally: Tally) -> Iterator[Read]:
    for read in reads:
        tally.add(read.sort, read.record)
        yield read


def _chunks(reads: Iterator[Read]) -> Iterator[tuple[str, list[Record]]]:
    """Runs of one sort, at most :data:`STEP` long."""
    by_sort: Callable[[Read], Any] = attrgetter("sort")
    for sort, run in groupby(reads, by_sort):
        chunk: list[Record] = []
        for read in run:
            chunk.append(read.record)
            if len(chunk) == STEP:
                yield sort, chunk
                chunk = []
        if chunk:
            yield sort, chunk


def _missing(target: Store, sort: str, chunk: list[Record]) -> list[Record]:
    """Those that the interrupted copy did not write. It wrote a record whole or not at all."""
    there = {record.id for record in getattr(target, sort)([record.id for record in chunk])}
    return [record for record in chunk if record.id not in there]


def _same_version(source: Store, version: str) -> None:
    hint = "Copy again when nobody writes, with --replace if the target holds a part."
    refuse_written(source, version, hint=hint)


def _difference(sent: Digest, arrived: Digest) -> str:
    parts = [
        f"{getattr(sent, name):,} {name} sent, {getattr(arrived, name):,} arrived"
        for name in ("sources", "entities", "ties", "log")
        if getattr(sent, name) != getattr(arrived, name)
    ]
    return "; ".join(parts) or "the numbers agree, the records do not"
