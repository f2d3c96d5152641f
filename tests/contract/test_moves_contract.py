"""What every store must do to be copied, backed up, restored and checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from graph.errors import LoadError, SchemaViolation, SettingsError, StoreRefused, StoreUnavailable
from graph.importer import Origin, import_records
from graph.imports import import_notes, undo_import
from graph.model import Batch, Entity, Place, Placed, Source, Tie
from graph.moves import copy as copying
from graph.moves.backup import write_backup
from graph.moves.checks import check_store
from graph.moves.copy import copy_store
from graph.moves.digest import SORTS, Digest, Tally
from graph.moves.restore import check_backup, restore_backup
from graph.moves.scan import digest_of
from graph.moves.unfinished import mark, unfinished
from graph.resolution.review import merge_pair, merges, undo_merge
from graph.store import Store
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from tests.contract.small import ACME, ANN, FUND, SEAT, SMALL, SOURCE, STAKE, everything

ENTRY = LogEntry("imp-1", "import", "2026-01-01T00:00:00.000+00:00", '{"a": "é"}', ("x" * 9, "y"))
OTHER = replace(ENTRY, id="imp-2", parts=())


def tallied(batch: Batch, *log: LogEntry) -> Digest:
    tally = Tally()
    for sort, kind in SORTS.items():
        for record in batch:
            if isinstance(record, kind):
                tally.add(sort, record)
    for entry in log:
        tally.add_log(entry)
    return tally.digest()


@pytest.fixture
def worked_on(tmp_path: Path, bundled: Batch) -> EmbeddedStore:
    """A store with two imports, a merge and a verdict: everything its log can hold."""
    with EmbeddedStore(tmp_path / "worked-on") as store:
        import_records(store, placed(bundled), origin=Origin(("a.csv",), ("triple",)))
        import_records(
            store, placed(Batch((ACME, replace(ACME, id="acme2")), (), ())), origin=Origin(("b.csv",))
        )
        merge_pair(store, "acme", "acme2", by="ann")
        yield store  # type: ignore[misc]


def placed(batch: Batch) -> list[Placed]:
    return [Placed(record, Place("a.csv", number + 2)) for number, record in enumerate(batch)]


def test_the_digest_of_a_store_is_that_of_what_was_written(store: Store, bundled: Batch) -> None:
    store.apply(bundled, log=[ENTRY, OTHER])
    assert digest_of(store) == tallied(bundled, ENTRY, OTHER)


def test_replacing_everything_leaves_nothing_of_before(store: Store) -> None:
    store.apply(SMALL, log=[ENTRY, OTHER])
    moved = replace(
        SEAT, from_id="fund", type="OWNS", role=None, start_date=None, end_date=None, status="active"
    )
    fresh = Batch((replace(ACME, name="Acme 2", aliases=()), FUND), (moved,), (replace(SOURCE, id="s2"),))
    store.replace_all(fresh, log=[replace(ENTRY, parts=("z",))])
    entities, ties, sources = everything(store)
    assert (entities, ties, sources) == (list(fresh.entities), [moved], list(fresh.sources))
    assert [entry.id for entry in store.log()] == ["imp-1"]
    assert store.log_parts("imp-1") == ["z"]
    assert store.log_parts("imp-2") == []
    store.replace_all(Batch(), log=())
    assert digest_of(store) == tallied(Batch())


def test_a_replacement_that_cannot_stand_changes_nothing(store: Store) -> None:
    store.apply(SMALL, log=[ENTRY])
    before = store.data_version()
    with pytest.raises(SchemaViolation, match="no entity"):
        store.replace_all(Batch((ACME,), (STAKE,), (SOURCE,)), log=())
    assert digest_of(store) == tallied(SMALL, ENTRY)
    assert store.data_version() == before


def test_a_copy_holds_the_same_and_undo_works_in_it(
    store: Store, worked_on: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "STEP", 100)
    told: list[tuple[int, int]] = []
    done = copy_store(worked_on, store, progress=lambda a, b: told.append((a, b)))
    assert done.resumed == 0
    assert done.digest == digest_of(worked_on) == digest_of(store)
    assert told[-1][0] == told[-1][1] >= done.digest.records
    assert store.begun() == []
    assert everything(store) == everything(worked_on)
    with EmbeddedStore(tmp_path / "back") as back:
        assert copy_store(store, back).digest == done.digest
    (merge,) = merges(store)
    undo_merge(store, merge.id)
    second, first = import_notes(store)
    undo_import(store, first.id) if first.files == ("b.csv",) else undo_import(store, second.id)
    assert store.entity("acme2") is None


def test_what_a_copy_refuses(store: Store, embedded_store: EmbeddedStore, tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "source") as source:
        with pytest.raises(SettingsError, match="both source and target"):
            copy_store(source, source)
        with pytest.raises(SettingsError, match="is empty"):
            copy_store(source, store)
        source.apply(SMALL, log=[ENTRY])
        store.upsert(Batch((replace(ACME, name="kept"),)))
        with pytest.raises(StoreRefused, match="1 entities and 0 ties") as refused:
            copy_store(source, store)
        assert "--replace" in refused.value.hint
        assert [entity.name for entity in store.entities()] == ["kept"]
        assert copy_store(source, store, replace=True).digest == tallied(SMALL, ENTRY) == digest_of(store)
        # A store with nothing but a log is not empty either: undo of what is gone would be lost.
        store.replace_all(Batch(), log=[OTHER])
        with pytest.raises(StoreRefused):
            copy_store(source, store)


def test_a_source_that_is_written_meanwhile_is_noticed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedStore(tmp_path / "source") as source:
        source.apply(SMALL)
        read = copying.log_entries

        def written(of: Store) -> object:
            if of is source:
                source.upsert(Batch((replace(ANN, name="Ann 2"),)))
            return read(of)

        monkeypatch.setattr(copying, "log_entries", written)
        with pytest.raises(StoreUnavailable, match="was written while it was read"):
            copy_store(source, store)
        assert store.counts().entities == 0 or unfinished(store) is not None


def test_a_store_with_half_a_copy_is_read_with_a_warning_and_not_written(
    store: Store, tmp_path: Path
) -> None:
    from graph.imports import interrupted

    store.upsert(SMALL)
    mark(store, "writing", "/some/where", "v1")
    for _ in range(2):
        (told,) = interrupted(store)
        assert "being written here by process" in told or "holds only a part: a copy of /some/where" in told
    with pytest.raises(StoreRefused, match="only a part"):
        import_records(store, placed(Batch((replace(ANN, id="new"),))))
    with pytest.raises(StoreRefused, match="only a part"):
        write_backup(store, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()
    with EmbeddedStore(tmp_path / "target") as target, pytest.raises(StoreRefused, match="only a part"):
        copy_store(store, target)
    assert store.entity("new") is None


def test_a_backup_comes_back_into_every_store(store: Store, worked_on: EmbeddedStore, tmp_path: Path) -> None:
    copy_store(worked_on, store)
    file = tmp_path / "b.zip"
    manifest, verdict = write_backup(store, file)
    assert (verdict.number, verdict.digest) == (0, manifest.digest)
    assert manifest.digest == digest_of(worked_on)
    assert manifest.engine == store.engine
    assert check_backup(file) == (manifest, verdict)
    with EmbeddedStore(tmp_path / "restored") as restored:
        restored.apply(SMALL, log=[ENTRY])
        assert restore_backup(restored, file) == manifest
        assert digest_of(restored) == manifest.digest
    write_backup(worked_on, tmp_path / "other.zip")
    store.replace_all(SMALL, log=[OTHER])
    assert restore_backup(store, tmp_path / "other.zip").digest == manifest.digest
    assert everything(store) == everything(worked_on)
    undo_merge(store, merges(store)[0].id)
    assert store.entity("acme2") is not None


def test_a_check_finds_what_is_wrong(store: Store, tmp_path: Path) -> None:
    store.upsert(SMALL)
    assert check_store(store).number == 0
    wrong = [
        replace(SEAT, id="t2", from_id="acme", to_id="ann"),
        replace(STAKE, id="t3", share_basis="revenue"),
    ]
    store.upsert(Batch((replace(ANN, country="Utopia"),), (), (replace(SOURCE, url="javascript:alert(1)"),)))
    store.upsert(Batch((), tuple(wrong)))
    verdict = check_store(store)
    assert {(fault.sort, fault.id, fault.field) for fault in verdict.faults} == {
        ("entities", "ann", "country"),
        ("sources", "s1", "url"),
        ("ties", "t2", "to"),
        ("ties", "t3", "share_basis"),
    }
    assert (verdict.number, verdict.breaking) == (4, 0)
    manifest, told = write_backup(store, tmp_path / "b.zip")
    assert told == verdict
    with EmbeddedStore(tmp_path / "restored") as restored:
        with pytest.raises(LoadError, match="4 faults"):
            restore_backup(restored, tmp_path / "b.zip")
        assert restored.counts().entities == 0
        restore_backup(restored, tmp_path / "b.zip", with_faults=True)
        assert digest_of(restored) == manifest.digest


def test_a_source_that_is_not_there_is_a_fault(store: Store) -> None:
    store.upsert(Batch(SMALL.entities, SMALL.ties))
    assert {(fault.id, fault.field) for fault in check_store(store).faults} == {
        ("r1", "sources"),
        ("r2", "sources"),
    }


def test_odd_text_survives_every_move(store: Store, tmp_path: Path) -> None:
    odd = ["", " ", "\n", "\r\n", '"', "'", "\\", ";", "a;b\\;c", "é", "日本", "𝕏", "\u202e", "\x07", "\t", "null", "--",
           "=1+1", "{}", "x" * 5_000]  # fmt: skip
    entities = tuple(
        Entity(f"e{n}", f"name {text}", "company", aliases=(text, f"{text}2"), description=text, note=text)
        for n, text in enumerate(odd)
    )
    ties = tuple(
        Tie(f"t;{n}\"'\\", "e0", "SUPPLIES", f"e{n}", "active", product=text, note=text, sources=("s;1",))
        for n, text in enumerate(odd)
        if n
    )
    batch = Batch(entities, ties, (Source("s;1", "", json.dumps(odd)),))
    store.upsert(batch)
    assert digest_of(store) == tallied(batch)
    write_backup(store, tmp_path / "b.zip")
    with EmbeddedStore(tmp_path / "c") as copied, EmbeddedStore(tmp_path / "r") as restored:
        copy_store(store, copied)
        restore_backup(restored, tmp_path / "b.zip")
        assert everything(copied) == everything(restored) == everything(store)
