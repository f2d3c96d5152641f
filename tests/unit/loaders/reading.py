"""What the tests of readers share: the report by rows, and files that were damaged on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from graph.errors import LoadError
from graph.model import Entity, Item, Placed, Problem, Remark, Skipped, Source, Tie, Unread
from graph.ontology import check, check_ends
from loaders import ReadOptions, loader_for
from loaders.source_file import SourceFile


def read_as(format_id: str, *paths: Path, options: ReadOptions | None = None) -> list[Item]:
    """Everything a reader yields, each record checked against the ontology."""
    return checked(list(loader_for(format_id, options).read(SourceFile(*paths))))


def checked(items: list[Item]) -> list[Item]:
    """The items, after every record fits the ontology and every tie its kinds and sources."""
    kinds: dict[str, str] = {}
    for placed in (item for item in items if isinstance(item, Placed)):
        check(placed.record)
        if isinstance(placed.record, Entity) and not (placed.weak and placed.record.id in kinds):
            kinds[placed.record.id] = placed.record.kind
    known: set[str] = set()
    full: set[str] = set()
    for placed in (item for item in items if isinstance(item, Placed)):
        record = placed.record
        if isinstance(record, Source):
            known.add(record.id)
        if isinstance(record, Tie):
            assert set(record.sources) <= known, "a source must come before the ties that name it"
            check_ends(record, kinds.get(record.from_id, "company"), kinds.get(record.to_id, "company"))
        if not placed.weak:
            key = f"{type(record).__name__} {record.id}"
            assert key not in full, key
            full.add(key)
    return items


def entities(items: Iterable[Item], *, weak: bool = False) -> dict[str, Entity]:
    return {
        item.record.id: item.record
        for item in items
        if isinstance(item, Placed) and isinstance(item.record, Entity) and item.weak is weak
    }


def ties(items: Iterable[Item]) -> list[Tie]:
    return [item.record for item in items if isinstance(item, Placed) and isinstance(item.record, Tie)]


def sources(items: Iterable[Item]) -> list[Source]:
    return [item.record for item in items if isinstance(item, Placed) and isinstance(item.record, Source)]


def problems(items: Iterable[Item]) -> list[Problem]:
    return [item for item in items if isinstance(item, Problem)]


def skipped(items: Iterable[Item]) -> Counter[tuple[str, str]]:
    return Counter((item.why, item.reason) for item in items if isinstance(item, Skipped))


def remarks(items: Iterable[Item]) -> list[tuple[str, str]]:
    return [(item.field, item.value) for item in items if isinstance(item, Remark)]


def unread(items: Iterable[Item]) -> list[str]:
    return [name for item in items if isinstance(item, Unread) for name in item.names]


def ends_of_rows(items: Iterable[Item]) -> Counter[str]:
    """How many rows ended as records, rejected and skipped. No row may end as two of them."""
    found: dict[tuple[str, int], str] = {}
    for item in items:
        if isinstance(item, Placed | Problem | Skipped):
            end = (
                "skipped"
                if isinstance(item, Skipped)
                else "rejected"
                if isinstance(item, Problem)
                else "records"
            )
            place = (item.place.path, item.place.line)
            assert found.setdefault(place, end) == end, f"{place} is {found[place]} and {end}"
    return Counter(found.values())


def survives(format_id: str, path: Path) -> None:
    """Read a damaged file: only errors of ours, and only records that fit the ontology."""
    source = SourceFile(path)
    loader = loader_for(format_id)
    try:
        loader.accepts(source, source.members[0])
        for item in loader.read(source):
            if isinstance(item, Placed):
                check(item.record)
    except LoadError:
        return
