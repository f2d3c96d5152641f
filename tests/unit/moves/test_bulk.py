"""Folders for other programs' loaders: whole or not there, never over something else, and what the files say."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner, Result

import cli
from graph.analytics.influence import NO_INFLUENCE
from graph.atomic import MANIFEST, new_folder
from graph.errors import SchemaViolation, SettingsError, StoreUnavailable
from graph.exporter import FOLDER_FORMATS, export_folder
from graph.importer import import_to_files
from graph.model import Batch, Entity, Place, Placed, Tie
from graph.moves.bulk import write_bulk
from graph.moves.scan import digest_of
from graph.ontology import ontology
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from tests.contract.small import SMALL


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.app, [*args])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_file_a_kind_a_type_and_what_a_store_keeps_for_itself(tmp_path: Path) -> None:
    entry = LogEntry("imp-1", "import", "2026-01-01T00:00:00.000+00:00", "{}", ("first", "second"))
    write_bulk(tmp_path / "out", SMALL, [entry])
    assert names(tmp_path / "out") == [
        "README.txt", "entities-company.csv", "entities-investor.csv", "entities-person.csv", "import.sh",
        "log-parts.csv", "log.csv", "manifest.json", "meta.csv", "sources.csv", "ties-board-member-of.csv",
        "ties-invested-in.csv",
    ]  # fmt: skip
    (acme,) = rows_of(tmp_path / "out" / "entities-company.csv")
    assert (acme["id:ID(Entity)"], acme["aliases:string[]"], acme["name_key:string"]) == (
        "acme",
        "Acme Inc.",
        "acme",
    )
    (stake,) = rows_of(tmp_path / "out" / "ties-invested-in.csv")
    assert (stake[":START_ID(Entity)"], stake[":END_ID(Entity)"], stake["amount_usd:long"]) == (
        "fund",
        "acme",
        "1000000",
    )
    assert (stake["share:double"], stake["valid_from:string"]) == ("0.125", "2017-09-01")
    parts = rows_of(tmp_path / "out" / "log-parts.csv")
    assert [(row["entry:string"], row["number:long"], row["text:string"]) for row in parts] == [
        ("imp-1", "0", "first"),
        ("imp-1", "1", "second"),
    ]


def test_every_file_is_named_to_the_importer_and_lines_only_where_there_are_any(tmp_path: Path) -> None:
    write_bulk(tmp_path / "plain", SMALL)
    script = (tmp_path / "plain" / "import.sh").read_text(encoding="utf-8")
    for name in names(tmp_path / "plain"):
        assert (f"=./{name} " in script) == name.endswith(".csv")
    assert "--multiline-fields=false" in script
    write_bulk(tmp_path / "lines", Batch((Entity("a", "two\nlines", "company"),)))
    assert "--multiline-fields=true" in (tmp_path / "lines" / "import.sh").read_text(encoding="utf-8")


def test_the_character_that_parts_lists_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SchemaViolation, match=r"acme.*U\+001F") as caught:
        write_bulk(tmp_path / "out", Batch((Entity("acme", "Acme", "company", ("a\x1fb",)),)))
    assert "Take that text out" in caught.value.hint
    assert names(tmp_path) == []


@pytest.mark.parametrize("format_id", FOLDER_FORMATS)
def test_a_folder_is_new_or_one_of_ours_and_said_to_go(
    format_id: str, bundled_store: EmbeddedStore, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = export_folder(bundled_store, out, format_id)
    assert first.content == digest_of(bundled_store).content
    assert json.loads((out / MANIFEST).read_text(encoding="utf-8"))["digest"]["content"] == first.content
    with pytest.raises(SettingsError) as caught:
        export_folder(bundled_store, out, format_id)
    assert "--replace" in caught.value.hint
    (out / "left.txt").write_text("from before")
    export_folder(bundled_store, out, format_id, replace=True)
    assert "left.txt" not in names(out)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    (mine / MANIFEST).write_text('{"format": "other"}')
    with pytest.raises(SettingsError, match="no folder that an export made"):
        export_folder(bundled_store, mine, format_id, replace=True)
    assert names(mine) == ["letter.txt", MANIFEST]
    with pytest.raises(SettingsError, match="cannot be written"):
        export_folder(bundled_store, tmp_path / "no" / "where", format_id)
    assert names(tmp_path) == ["mine", "out"]


def stopped(folder: Path, by: BaseException) -> None:
    with new_folder(folder, replace=True) as part:
        (part / "half.csv").write_text("half")
        raise by


def test_what_fails_or_is_stopped_leaves_the_folder_of_before(tmp_path: Path) -> None:
    write_bulk(tmp_path / "out", SMALL)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    for stop in (KeyboardInterrupt(), OSError(28, "No space left on device")):
        with pytest.raises((KeyboardInterrupt, SettingsError)):
            stopped(tmp_path / "out", stop)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("format_id", FOLDER_FORMATS)
def test_a_store_written_meanwhile_is_noticed(
    format_id: str, embedded_store: EmbeddedStore, tmp_path: Path
) -> None:
    embedded_store.upsert(SMALL)

    def write_too(done: int, total: int) -> None:
        embedded_store.upsert(Batch((Entity("new", f"New {done}", "company"),)))

    with pytest.raises(StoreUnavailable, match="was written while it was read"):
        export_folder(embedded_store, tmp_path / "out", format_id, progress=write_too)
    assert not (tmp_path / "out").exists()


def test_edges_say_what_an_analysis_of_ours_would_do(bundled_store: EmbeddedStore, tmp_path: Path) -> None:
    export_folder(bundled_store, tmp_path / "out", "graphframes")
    edges = parquet.read_table(tmp_path / "out" / "edges.parquet").to_pylist()
    ties = {tie.id: tie for tie in bundled_store.ties()}
    assert len(edges) == len(ties)
    for edge in edges:
        tie = ties[edge["id"]]
        assert (edge["src"], edge["dst"], edge["type"], edge["fact"]) == (
            tie.from_id, tie.to_id, tie.type, tie.is_fact,
        )  # fmt: skip
        assert edge["directed"] == ontology().types[tie.type].directed
        assert edge["influence"] == (tie.type not in NO_INFLUENCE)
        assert (edge["sources"], edge["amount_usd"], edge["share"], edge["valid_to"]) == (
            list(tie.sources), tie.amount_usd, tie.share, tie.valid_to,
        )  # fmt: skip
    assert {edge["directed"] for edge in edges} == {True, False}
    vertices = parquet.read_table(tmp_path / "out" / "vertices.parquet").to_pylist()
    found = {
        row["id"]: (row["name"], row["kind"], tuple(row["aliases"] or ()), row["stub"]) for row in vertices
    }
    assert found == {e.id: (e.name, e.kind, e.aliases, e.stub) for e in bundled_store.entities()}
    assert parquet.read_table(tmp_path / "out" / "sources.parquet").num_rows == bundled_store.counts().sources


def test_an_import_with_a_fault_writes_no_files(tmp_path: Path) -> None:
    seat = Tie("r9", "nobody", "INVESTED_IN", "acme", "active", sources=("s1",))
    records = [Placed(record, Place("a.csv", 2)) for record in (*SMALL, seat)]
    report, digest = import_to_files(tmp_path / "out", records)
    assert (report.written, report.rejected, digest) == (False, 1, None)
    report, digest = import_to_files(tmp_path / "out", records[:-1], dry_run=True)
    assert (report.entities.new, digest, names(tmp_path)) == (3, None, [])
    report, digest = import_to_files(tmp_path / "out", records, strict=False)
    assert digest is not None
    assert (report.stubs, digest.entities, digest.ties, digest.log) == (1, 4, 3, 1)


def test_the_command_writes_files_and_leaves_the_store_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("load", "--bulk", "files", "--store", "store")
    assert done.exit_code == 0, done.output
    assert "sh files/import.sh" in done.stderr
    assert names(tmp_path) == ["files"]
    again = run("load", "--bulk", "files")
    assert (again.exit_code, "--replace" in again.stderr) == (2, True)
    assert run("load", "--bulk", "files", "--replace").exit_code == 0
    for wrong in (("load", "--bulk", "b", "--if-empty"), ("load", "--replace")):
        assert run(*wrong).exit_code == 2
    (tmp_path / "sources.csv").write_text("id,publisher\n,\n", encoding="utf-8")
    assert run("load", "sources.csv", "--bulk", "b").exit_code == 2
    assert not (tmp_path / "b").exists()


def test_the_export_command_writes_folders(bundled: Batch, tmp_path: Path) -> None:
    place = str(tmp_path / "store")
    with EmbeddedStore(place) as store:
        store.upsert(bundled)
    for format_id in FOLDER_FORMATS:
        target = str(tmp_path / format_id)
        assert run("--store", place, "export", target, "--as", format_id).exit_code == 0
        assert run("--store", place, "export", target, "--as", format_id).exit_code == 2
        assert run("--store", place, "export", target, "--as", format_id, "--replace").exit_code == 0
    wrong = run("--store", place, "export", "x", "--as", "graphframe")
    assert (wrong.exit_code, "graphframes" in wrong.stderr) == (2, True)
