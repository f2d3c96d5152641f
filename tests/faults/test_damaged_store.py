"""Files of the embedded store that were cut, changed or lost: said before anything is read, nothing else touched,
and a backup brings all of it back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

import cli
from graph.errors import StoreDamaged
from graph.model import Batch
from graph.moves.backup import write_backup
from graph.moves.scan import digest_of
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from graph.store.embedded_seal import FILE

ENTRY = LogEntry("imp-1", "import", "2026-01-01T00:00:00.000+00:00", "{}", ("part",))
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> tuple[Path, Path, str]:
    """A closed store, a backup of it, and its digest."""
    folder = tmp_path_factory.mktemp("whole")
    with EmbeddedStore(folder / "store") as store:
        store.apply(bundled, log=[ENTRY])
        write_backup(store, folder / "b.zip")
        return folder / "store", folder / "b.zip", digest_of(store).whole


@pytest.fixture
def copied(whole: tuple[Path, Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole[0], tmp_path / "store"))


def generation(folder: Path) -> Path:
    (found,) = folder.glob("gen-*")
    return found


def state(folder: Path) -> dict[str, bytes]:
    """Every byte in the folder, but for who holds it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in files
        if file.name not in ("lock", "holder.json")
    }


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[random.Random(file.name).randrange(len(data))] ^= 1
    file.write_bytes(bytes(data))


DAMAGES: dict[str, Callable[[Path], None]] = {"cut": cut, "flip": flip, "gone": Path.unlink}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damaged_file_is_named_and_nothing_is_touched(damage: str, copied: Path) -> None:
    for file in sorted(generation(copied).iterdir()):
        before = file.read_bytes()
        if not before:
            continue
        DAMAGES[damage](file)
        found = state(copied)
        with pytest.raises(StoreDamaged) as told:
            EmbeddedStore(copied)
        assert file.name in told.value.message
        assert "store restore FILE" in told.value.hint
        assert not told.value.retry
        assert state(copied) == found, file.name
        file.write_bytes(before)
    with EmbeddedStore(copied) as store:  # and mended by hand it is as it was
        assert store.counts().entities > 400


def test_a_damaged_store_comes_back_from_its_backup(
    whole: tuple[Path, Path, str], tmp_path: Path, copied: Path
) -> None:
    flip(next(generation(copied).glob("Company_0.*.bucket")))
    damaged = state(copied)
    told = CliRunner().invoke(cli.app, ["--store", str(copied), "stats"])
    assert told.exit_code == 2
    assert "is damaged: bytes in the file Company_0" in told.stderr
    assert "Traceback" not in told.stderr
    command = ["--store", str(tmp_path / "new"), "store", "restore", str(whole[1]), "--yes"]
    assert CliRunner().invoke(cli.app, command).exit_code == 0
    with EmbeddedStore(tmp_path / "new") as store:
        assert digest_of(store).whole == whole[2]
        assert store.log_parts("imp-1") == ["part"]
    assert state(copied) == damaged


def test_the_app_says_that_the_store_is_damaged(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(next(generation(copied).glob("Company_0.*.bucket")))
    monkeypatch.setenv("INTERLOCK_STORE", str(copied))
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not page.exception
    assert "is damaged" in page.error[0].value
    assert any("store restore FILE" in part.value for part in page.markdown)


@pytest.mark.parametrize("name", ["Company_0", "Company_0_out_edges"])
def test_damage_that_no_seal_shows_is_found_where_all_is_read(name: str, copied: Path) -> None:
    """The program was killed, so there is no note on the files; then half a file went."""
    (copied / FILE).unlink()
    cut(next(generation(copied).glob(f"{name}.*.bucket")))
    with EmbeddedStore(copied) as store, pytest.raises(StoreDamaged, match="damaged"):
        [*store.entities()], [*store.ties()]


def test_a_store_that_cannot_be_sealed_opens_all_the_same(
    copied: Path, monkeypatch: pytest.MonkeyPatch, whole: tuple[Path, Path, str]
) -> None:
    def full(folder: Path) -> dict[str, list[int]]:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, EmbeddedStore(copied):
        patch.setattr("graph.store.embedded_seal._sums", full)
    assert not (copied / FILE).exists()
    with EmbeddedStore(copied) as store:
        assert digest_of(store).whole == whole[2]
    assert (copied / FILE).exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"generation": 1, "files": []}', '{"files": {"a": 1}}'])
def test_a_damaged_seal_says_nothing_of_the_store(
    text: str, copied: Path, whole: tuple[Path, Path, str]
) -> None:
    (copied / FILE).write_text(text, encoding="utf-8")
    with EmbeddedStore(copied) as store:
        assert digest_of(store).whole == whole[2]
