"""Backups that were damaged, cut off, made up or could not be written: refused with what is wrong, and nothing lost."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from graph.errors import LoadError, SettingsError
from graph.model import Batch
from graph.moves import restore as restoring
from graph.moves.backup import write_backup
from graph.moves.digest import Digest
from graph.moves.manifest import MANIFEST, PARTS
from graph.moves.restore import check_backup, restore_backup
from graph.moves.scan import digest_of
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from tests.contract.small import ACME, SMALL

ROOT = Path(__file__).parents[3]
ENTRY = LogEntry("imp-1", "import", "2026-01-01T00:00:00.000+00:00", "{}", ("part 1", "part 2"))


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    with EmbeddedStore(folder / "store") as store:
        store.apply(bundled, log=[ENTRY])
        write_backup(store, folder / "b.zip")
    return folder / "b.zip"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    with EmbeddedStore(folder / "store") as store:
        store.apply(SMALL, log=[ENTRY])
        write_backup(store, folder / "b.zip")
    return folder / "b.zip"


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A backup whose parts were changed by somebody who made a proper archive of them again."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def test_a_backup_cut_off_anywhere_is_refused(backup: Path, tmp_path: Path) -> None:
    data = backup.read_bytes()
    cut = tmp_path / "cut.zip"
    for length in [0, 1, *range(2, len(data), len(data) // 40), len(data) - 1]:
        cut.write_bytes(data[:length])
        with pytest.raises(LoadError, match=r"cut off|damaged") as refused:
            check_backup(cut)
        assert str(cut) in refused.value.message


def test_a_changed_byte_is_found_or_means_nothing(small: Path, tmp_path: Path) -> None:
    """Every single byte of a small backup; those that change nothing that is read do no harm."""
    data = small.read_bytes()
    manifest, verdict = check_backup(small)
    file, rng, found = tmp_path / "changed.zip", random.Random(5), 0
    for place in range(len(data)):
        file.write_bytes(data[:place] + bytes([data[place] ^ rng.randrange(1, 256)]) + data[place + 1 :])
        try:
            assert check_backup(file) == (manifest, verdict), place
        except LoadError:
            found += 1
    assert found > len(data) // 2


Parts = dict[str, bytes]


def _line(parts: Parts, name: str, values: object) -> None:
    parts[name] += json.dumps(values).encode() + b"\n"


def _edit(parts: Parts, **values: object) -> None:
    parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), **values}).encode()


CHANGES: dict[str, tuple[Callable[[Parts], object], str]] = {
    "a record less": (
        lambda p: p.update({"entities.jsonl": p["entities.jsonl"].split(b"\n", 1)[1]}), "3 by its manifest, 2 in it",
    ),
    "a record more": (lambda p: _line(p, "sources.jsonl", {"id": "s9", "publisher": "", "title": ""}), "more than"),
    "another name": (lambda p: p.update({"entities.jsonl": p["entities.jsonl"].replace(b"Acme", b"Acne")}), "digest"),
    "another log": (lambda p: p.update({"log.jsonl": p["log.jsonl"].replace(b"part 2", b"part 3")}), "digest"),
    "a part of the log less": (
        lambda p: p.update({"log.jsonl": p["log.jsonl"].rsplit(b"\n", 2)[0]}), "parts of this entry are missing|part",
    ),
    "no manifest": (lambda p: p.pop(MANIFEST), "no manifest"),
    "a part missing": (lambda p: p.pop("ties.jsonl"), "parts of a backup"),
    "a part too many": (lambda p: p.update({"../evil": b""}), "parts of a backup"),
    "another manifest": (lambda p: p.update({MANIFEST: b'{"format": "other"}'}), "not one of Interlock"),
    "half a manifest": (lambda p: p.update({MANIFEST: b'{"format": "interlock-backup", "version": 1}'}), "complete"),
    "a later format": (lambda p: _edit(p, version=99), "version 99; this Interlock reads 1"),
    "a later ontology": (lambda p: _edit(p, ontology=99), "does not know"),
    "no JSON": (lambda p: p.update({"ties.jsonl": b"no\n"}), "damaged"),
    "no UTF-8": (lambda p: p.update({"ties.jsonl": b'{"id": "\xff\xfe"}\n'}), "damaged"),
    "a list": (lambda p: p.update({"ties.jsonl": b"[1]\n"}), "no record"),
    "deep JSON": (lambda p: p.update({"ties.jsonl": b"[" * 100_000}), "damaged"),
    "no number": (lambda p: _line(p, "ties.jsonl", {"share": float("nan")}), "no number"),
    "a huge number": (lambda p: p.update({"ties.jsonl": b'{"share": ' + b"9" * 10_000 + b"}\n"}), "damaged"),
    "a strange field": (lambda p: _line(p, "ties.jsonl", {"__class__": "x"}), "missing|no field"),
    "a text for a list": (
        lambda p: _line(p, "entities.jsonl", {"id": "x", "name": "x", "kind": "x", "aliases": "x"}), "list of texts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_somebody_made_up_is_refused(name: str, small: Path, tmp_path: Path) -> None:
    change, said = CHANGES[name]
    made = rewritten(small, tmp_path / "made.zip", lambda parts: (change(parts), None)[1])
    with EmbeddedStore(tmp_path / "store") as store:
        store.upsert(Batch((ACME,)))
        before = digest_of(store)
        with pytest.raises(LoadError, match=said):
            restore_backup(store, made)
        assert digest_of(store) == before


def _consistent(parts: Parts) -> None:
    """Set counts and digests to what the parts hold, as a maker who knows the format would."""
    found: list[Digest] = []
    real = restoring._agreed

    def agreed(backup: object, checker: restoring.Checker, called: str) -> restoring.Verdict:
        found.append(checker.verdict().digest)
        return checker.verdict()

    count = sum(parts[name].count(b"\n") for name in PARTS if name.endswith("s.jsonl"))
    _edit(parts, digest={**json.loads(parts[MANIFEST])["digest"], "entities": count, "ties": 0, "sources": 0})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    restoring._agreed = agreed
    try:
        check_backup(file)  # type: ignore[arg-type]
    finally:
        restoring._agreed = real
    values = {name: getattr(found[0], name) for name in Digest.__slots__}
    _edit(parts, digest=values)


@pytest.mark.parametrize(
    ("part", "values", "said"),
    [
        ("ties.jsonl", {"id": "x", "from_id": "acme", "type": "OWNS", "to_id": "gone", "status": "active",
                        "sources": ["s1"]}, "no entity 'gone'"),
        ("ties.jsonl", {"id": "x", "from_id": "fund", "type": "KNOWS_WELL", "to_id": "acme", "status": "active",
                        "sources": ["s1"]}, "not a known type"),
        ("entities.jsonl", {"id": "x", "name": "x", "kind": "robot"}, "not a known kind"),
        ("entities.jsonl", {"id": "acme", "name": "x", "kind": "company"}, "twice"),
    ],
)  # fmt: skip
def test_what_no_store_can_hold_is_refused_even_with_faults(
    part: str, values: dict[str, object], said: str, small: Path, tmp_path: Path
) -> None:
    made = rewritten(
        small, tmp_path / "m.zip", lambda parts: (_line(parts, part, values), _consistent(parts), None)[2]
    )
    with EmbeddedStore(tmp_path / "store") as store:
        with pytest.raises(LoadError, match=said):
            restore_backup(store, made, with_faults=True)
        assert store.counts().entities == 0


def test_a_line_without_end_is_not_read_whole(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "MAX_LINE", 1_000)
    made = rewritten(
        small, tmp_path / "m.zip", lambda p: p.update({"ties.jsonl": b'{"id": "' + b"x" * 2_000})
    )
    with pytest.raises(LoadError, match="too long"):
        check_backup(made)


def test_the_file_that_stands_there_stays_when_the_new_one_fails(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(small.read_bytes())
    with EmbeddedStore(tmp_path / "store") as store:
        store.upsert(Batch((ACME,)))
        with monkeypatch.context() as patch:
            # The disk gave back something else than was written.
            patch.setattr("graph.moves.backup.check_backup", lambda *a, **k: check_backup(ROOT / "README.md"))
            with pytest.raises(LoadError):
                write_backup(store, file)
        assert file.read_bytes() == small.read_bytes()
        assert [path.name for path in tmp_path.glob("*.part")] + [
            p.name for p in tmp_path.glob(".*part")
        ] == []
        write_backup(store, file)
        assert check_backup(file)[0].digest.entities == 1


FULL = """
import resource, sys
from graph.store.embedded import EmbeddedStore
from graph.moves.backup import write_backup
from graph.moves.restore import restore_backup
from graph.errors import ExplorerError
folder, what, file, limit = sys.argv[1:]
with EmbeddedStore(folder) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        (write_backup if what == "backup" else restore_backup)(store, file)
    except ExplorerError as error:
        print(type(error).__name__, error.message)
        sys.exit(7)
"""


def under_a_limit(folder: Path, what: str, file: Path, limit: int) -> subprocess.CompletedProcess[str]:
    """A disk that takes no file beyond a size: writing fails as it does on a full one."""
    command = [sys.executable, "-c", FULL, str(folder), what, str(file), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_leaves_no_half_backup(backup: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(b"older")
    with EmbeddedStore(tmp_path / "store") as store:
        restore_backup(store, backup)
    for limit in (0, 20_000, backup.stat().st_size - 10):
        done = under_a_limit(tmp_path / "store", "backup", file, limit)
        assert done.returncode == 7, done.stderr
        assert SettingsError.__name__ in done.stdout
        assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "store"]
        assert file.read_bytes() == b"older"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_leaves_the_store_as_it_was(backup: Path, tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "store") as store:
        store.apply(SMALL, log=[ENTRY])
        before = digest_of(store)
    for limit in (0, 100_000):
        done = under_a_limit(tmp_path / "store", "restore", backup, limit)
        assert done.returncode == 7, (done.stdout, done.stderr)
        with EmbeddedStore(tmp_path / "store") as store:
            assert digest_of(store) == before
        assert sum(path.name.startswith("gen-") for path in (tmp_path / "store").iterdir()) == 1


def test_two_backups_of_one_store_differ_in_their_time_only(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "store") as store:
        store.apply(SMALL, log=[ENTRY])
        one, two = (write_backup(store, tmp_path / name)[0] for name in ("1.zip", "2.zip"))
    assert replace(one, made="") == replace(two, made="")
    contents = []
    for name in ("1.zip", "2.zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            contents.append([archive.read(part) for part in PARTS if part != MANIFEST])
    assert contents[0] == contents[1]
