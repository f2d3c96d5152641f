"""``copy`` and ``store backup``, ``restore``, ``verify`` as they are typed, with wrong input too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import cli
from graph.model import Batch
from graph.moves.scan import digest_of
from graph.store.embedded import EmbeddedStore
from tests.contract.small import SMALL


def run(*args: object, given: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(arg) for arg in args], input=given)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with EmbeddedStore(tmp_path / "store") as store:
        store.upsert(SMALL)
    return tmp_path / "store"


def holds(folder: Path) -> str:
    with EmbeddedStore(folder) as store:
        return digest_of(store).whole


@pytest.mark.parametrize("command", ["copy", "store backup", "store restore", "store verify"])
def test_help_shows_an_example(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"interlock {command}" in result.stdout or f"neo4j://localhost:7687 {command}" in result.stdout


def test_a_copy_by_command(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    done = run("copy", "--from", folder, "--to", target)
    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    assert "3 entities, 2 ties, 1 sources" in done.stderr
    assert holds(target) == holds(folder)
    again = run("copy", "--from", folder, "--to", target)
    assert again.exit_code == 2
    assert "Say --replace" in again.stderr
    assert run("copy", "--from", folder, "--to", target, "--replace").exit_code == 0


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("store", "store", "both source and target"),
        ("store", "store/../store", "both source and target"),
        ("none", "target", "There is no store in"),
        ("store", "http://example.org", "not an address of a store"),
    ],
)
def test_a_copy_that_cannot_be(source: str, target: str, said: str, folder: Path, tmp_path: Path) -> None:
    places = [place if "://" in place else str(tmp_path / place) for place in (source, target)]
    result = run("copy", "--from", places[0], "--to", places[1])
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_backup_restore_and_verify_by_command(folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "b.zip", tmp_path / "other"
    assert run("--store", folder, "store", "backup", file).exit_code == 0
    before = holds(folder)
    assert run("--store", other, "store", "restore", file).exit_code == 0
    assert holds(other) == before
    told = run("--store", other, "store", "verify", "--format", "json")
    assert (told.exit_code, json.loads(told.stdout)["digest"]["whole"]) == (0, before)
    assert run("store", "verify", file, "--format", "json").stdout == told.stdout
    with EmbeddedStore(other) as store:
        store.clear()
        store.upsert(Batch(SMALL.entities[:1]))
    assert "Nothing was changed" in run("--store", other, "store", "restore", file, given="n\n").stderr
    assert "Say --yes" in run("--store", other, "store", "restore", file).stderr
    assert holds(other) != before
    assert run("--store", other, "store", "restore", file, "--yes").exit_code == 0
    assert holds(other) == before


def test_faults_end_with_exit_code_2_and_are_listed(folder: Path) -> None:
    with EmbeddedStore(folder) as store:
        store.upsert(Batch((), SMALL.ties))
        store.replace_all(Batch(SMALL.entities, SMALL.ties))
    result = run("--store", folder, "store", "verify", "--format", "csv")
    assert result.exit_code == 2
    assert "there is no source 's1'" in result.stdout
    assert "2 faults" in result.stderr


@pytest.mark.parametrize("content", [None, b"", b"PK\x05\x06" + bytes(18), b"text"])
def test_what_is_no_backup_makes_no_store(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    if content is not None:
        file.write_bytes(content)
    for command in (("store", "verify", file), ("--store", tmp_path / "new", "store", "restore", file)):
        result = run(*command)
        assert result.exit_code == 2, result.output
        assert str(file) in result.stderr
    assert not (tmp_path / "new").exists()
