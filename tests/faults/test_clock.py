"""A clock that is set back or forward between two runs: nothing of what is stored depends on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.import_files import write_triple
from graph import log_entries
from graph.importer import import_records
from graph.imports import import_detail, import_notes, undo_import
from graph.moves.backup import write_backup
from graph.moves.restore import restore_backup
from graph.moves.scan import digest_of
from graph.store.embedded import EmbeddedStore
from loaders import read_path


class Clock(datetime):
    """The time of day, moved."""

    moved = timedelta()

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return datetime.now(UTC) + cls.moved


@pytest.mark.parametrize("years", [-30, 30])
def test_imports_undo_and_backups_work_when_the_clock_was_moved_between(
    years: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_entries, "datetime", Clock)
    monkeypatch.setattr(Clock, "moved", timedelta())
    with EmbeddedStore(tmp_path / "store") as store:
        first = import_records(store, read_path(write_triple(tmp_path / "one", 12, 10))).import_id
        before = digest_of(store)
    monkeypatch.setattr(Clock, "moved", timedelta(days=365 * years))
    with EmbeddedStore(tmp_path / "store") as store:
        version = store.data_version()
        second = import_records(store, read_path(write_triple(tmp_path / "two", 20, 15))).import_id
        assert store.data_version() != version
        assert first
        assert second
        assert first != second
        shown = datetime.fromisoformat(import_detail(store, second).note.at)
        # The moved clock was the one that was read.
        assert abs((shown - datetime.now(UTC)).days - 365 * years) < 3
        assert {note.id for note in import_notes(store)} == {first, second}
        write_backup(store, tmp_path / "b.zip")
        undo_import(store, second)
        assert digest_of(store).entities == before.entities
        restore_backup(store, tmp_path / "b.zip")
        assert digest_of(store).entities == 20
        undo_import(store, second)
        monkeypatch.setattr(Clock, "moved", timedelta())
        after = digest_of(store)
        assert (after.entities, after.ties, after.sources) == (before.entities, before.ties, before.sources)
