"""What every format must hold to: who reads a file, rows that add up, loading again, undoing, any order."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from graph.importer import import_records
from graph.imports import Change, Stage, undo_import
from graph.model import Entity, Placed, Problem, Record, Skipped, Source, Tie
from graph.ontology import check, check_ends
from graph.store import Store
from graph.store.base import Counts
from graph.store.embedded import EmbeddedStore
from loaders import FORMATS, loader_for
from loaders.source_file import Member, SourceFile
from tests.unit.loaders.formats import FIXTURES, MAPPED, Sample, files_of, samples

SAMPLES = samples()
FILES = [(format_id, path) for format_id in FORMATS for path in files_of(format_id)]
BY_NAME = {"triple": "its tables go by their names", "table": "text is a table by its ending"}
LEFT_OUT = {
    "entities.csv", "relationships.csv", "sources.csv", "expected.json",  # triple, broken on purpose
    "pairs.csv",  # of the resolution
}  # fmt: skip


def accepting(source: SourceFile, member: Member) -> list[str]:
    """Every format whose loader would take the file, in the order in which they are asked."""
    return [format_id for format_id in FORMATS if loader_for(format_id).accepts(source, member)]


def test_no_fixture_is_forgotten() -> None:
    known = {path for _, path in FILES} | {MAPPED}
    forgotten = {path for path in FIXTURES.rglob("*") if path.is_file()} - known
    assert {path.name for path in forgotten} <= LEFT_OUT
    assert {format_id for format_id, _ in FILES} == set(FORMATS)


@pytest.mark.parametrize(("format_id", "path"), FILES, ids=lambda value: str(getattr(value, "name", value)))
def test_a_file_is_claimed_by_its_own_loader_alone(format_id: str, path: Path, tmp_path: Path) -> None:
    source = SourceFile(path.parent)
    member = source.member(path.name)
    assert member is not None
    claims = accepting(source, member)
    assert claims[0] == format_id
    # Asked last, it takes any table.
    assert set(claims) <= {format_id, "table"}
    # The rows of a header file have nothing of their own to be known by.
    if format_id in BY_NAME or path.name == "ties-01.csv":
        return
    for name in ("other.dat", "other.csv", "other.json", "other.xml", "other"):
        renamed = tmp_path / name
        shutil.copy(path, renamed)
        alone = SourceFile(renamed)
        assert accepting(alone, alone.members[0])[0] == format_id, name


def rows_of(items: Sequence[object]) -> Counter[str]:
    """How many rows a reader gave, and how many of them it turned down or left aside alone."""
    fates: dict[tuple[str, int], set[str]] = {}
    for item in items:
        if isinstance(item, Placed | Problem | Skipped):
            fates.setdefault((item.place.path, item.place.line), set()).add(type(item).__name__)
    assert all(len(fate) == 1 for fate in fates.values())
    return Counter(next(iter(fate)) for fate in fates.values())


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_rows_add_up_and_every_end_is_there(sample: Sample, tmp_path: Path) -> None:
    items = list(sample.plan(tmp_path).items())
    rows = rows_of(items)
    stage = Stage(None, strict=sample.strict).read(iter(items))
    batch, changes, before = stage.records()
    report = stage.report(changes, written=False, dry_run=True)
    assert report.read == rows.total() > 0
    assert report.read == report.accepted + report.rejected + report.skipped
    # Of what a reader gave for a record some repeat another or join what cannot be joined: nothing else goes.
    assert rows["Problem"] <= report.rejected <= rows["Problem"] + len(stage.problems)
    assert rows["Skipped"] <= report.skipped <= rows["Skipped"] + report.duplicates.exact
    assert len(before) == 0
    kinds = {entity.id: entity.kind for entity in batch.entities}
    known = {source.id for source in batch.sources}
    for record in batch:
        check(record)
    for tie in batch.ties:
        check_ends(tie, kinds[tie.from_id], kinds[tie.to_id])
        assert tie.sources
        assert set(tie.sources) <= known
    assert report.stubs == sum(entity.stub for entity in batch.entities)
    assert [changes[kind] for kind in (Entity, Tie, Source)] == [
        Change(new=len(each)) for each in (batch.entities, batch.ties, batch.sources)
    ]


def everything(store: Store) -> dict[tuple[str, str], Record]:
    found: list[Record] = [*store.entities(), *store.ties(), *store.sources()]
    return {(type(record).__name__, record.id): record for record in found}


def test_loading_again_changes_nothing_and_undoing_empties(tmp_path: Path) -> None:
    """One store for all: it takes longer to open one than to load into it."""
    with EmbeddedStore(tmp_path / "store") as store:
        for sample in SAMPLES:
            first = import_records(store, sample.plan(tmp_path).items(), strict=sample.strict)
            assert first.written, sample
            loaded = everything(store)
            if not loaded:
                # A table that means something only beside the others of its export.
                assert first.accepted == 0
                continue
            assert first.import_id is not None, sample
            staged = Stage(None, strict=sample.strict).read(sample.plan(tmp_path).items()).records()[0]
            assert loaded == {(type(record).__name__, record.id): record for record in staged}, sample
            again = import_records(store, sample.plan(tmp_path).items(), strict=sample.strict)
            assert again.import_id is None, (sample, again)
            for change in (again.entities, again.ties, again.sources):
                assert (change.new, change.changed) == (0, 0), sample
            assert (again.read, again.accepted, again.rejected, again.skipped) == (
                first.read, first.accepted, first.rejected, first.skipped,
            ), sample  # fmt: skip
            assert again.stubs == 0, sample
            undo_import(store, first.import_id)
            assert store.counts() == Counts(0, 0, 0), sample


def loaded_in(order: Callable[[list[Sample]], list[Sample]], folder: Path) -> dict[tuple[str, str], Record]:
    with EmbeddedStore(folder / "store") as store:
        ids: list[str] = []
        for sample in order(list(SAMPLES)):
            found = import_records(store, sample.plan(folder).items(), strict=sample.strict)
            assert found.written, sample
            if found.import_id is not None:
                ids.append(found.import_id)
        result = everything(store)
        for import_id in reversed(ids):
            undo_import(store, import_id)
        assert store.counts() == Counts(0, 0, 0)
    return result


def test_all_formats_in_one_store_in_any_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    there, back = (
        loaded_in(order, tmp_path_factory.mktemp("order"))
        for order in (lambda all_of: all_of, lambda all_of: all_of[::-1])
    )
    assert set(there) == set(back)
    stubs: Callable[[dict[Any, Record]], set[Any]] = lambda found: {  # noqa: E731
        key for key, record in found.items() if isinstance(record, Entity) and record.stub
    }
    assert stubs(there) == stubs(back), "a full record takes a stub's place, whichever comes first"
