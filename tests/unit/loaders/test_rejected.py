"""Rejected rows go back in: guarded for the spreadsheet, mended there, read as what they were."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from graph.errors import LoadError
from graph.imports.report import write_rejects
from graph.model import Place, Problem
from loaders.rejected import part_name
from loaders.source_file import Row, SourceFile

CELLS = [
    {"Investor": "=Fund,+1", "Company": "-Birch", "Note": "@x;=y"},
    {"Investor": "'=quoted", "Company": "two\nlines", "Note": "\tx"},
    {"Investor": "Ann", "Company": "-5", "Note": ""},
]


def rejects(folder: Path, *parts: tuple[str, dict[str, str]], faults: int = 1) -> Path:
    """A table of rejected rows, as ``interlock load`` writes it."""
    problems = [
        Problem(
            Place(name, line, tuple(cells.items())),
            "Company",
            "x",
            f"fault {fault}, long\nand two lines",
            "Mend it.",
        )
        for line, (name, cells) in enumerate(parts, start=2)
        for fault in range(faults)
    ]
    path = folder / "rejected.csv"
    write_rejects(problems, path)
    return path


def read(path: Path, encoding: str | None = None) -> dict[str, list[Row]]:
    source = SourceFile(path, encoding=encoding)
    return {
        member.name: [row for row in source.csv_rows(member) if isinstance(row, Row)]
        for member in source.members
    }


def test_cells_come_back_as_they_were(tmp_path: Path) -> None:
    path = rejects(tmp_path, *(("data/deals.csv", cells) for cells in CELLS))
    assert b"'=Fund" in path.read_bytes()
    assert [row.values for row in read(path)["deals.csv"]] == CELLS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_may_save_it_in_its_own_way(tmp_path: Path, delimiter: str) -> None:
    path = rejects(tmp_path, *(("deals.csv", cells) for cells in CELLS))
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    assert [row.values for row in read(path)["deals.csv"]] == CELLS


def test_rows_of_several_files_go_to_their_own(tmp_path: Path) -> None:
    path = rejects(tmp_path, ("a.csv", {"id": "1", "name": "x"}), ("b.zip/b.tsv", {"owner": "2", "id": "3"}))
    found = read(path)
    assert {name: [row.values for row in rows] for name, rows in found.items()} == {
        "a.csv": [{"id": "1", "name": "x"}],
        "b.csv": [{"id": "3", "owner": "2"}],
    }


def test_a_row_with_two_faults_is_one_row_and_lines_are_those_of_the_table(tmp_path: Path) -> None:
    path = rejects(tmp_path, *(("deals.csv", cells) for cells in CELLS), faults=2)
    rows = read(path)["deals.csv"]
    assert [row.values for row in rows] == CELLS
    lines = path.read_bytes().decode().splitlines()
    # Each row begins where its first copy does: 2 lines a fault, one more for the cell of two lines.
    assert [row.place.line for row in rows] == [2, 6, 12]
    assert lines[1].startswith("deals.csv,2")


def test_a_table_without_the_rows_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "rejected.csv"
    write_rejects([Problem(Place("a.csv", 2), "", "", "broken", "Mend it.")], path)
    with pytest.raises(LoadError, match="holds none of their cells") as caught:
        _ = SourceFile(path).members
    assert "first two columns" in caught.value.hint


def test_broken_bytes_are_an_error_with_a_next_step(tmp_path: Path) -> None:
    path = rejects(tmp_path, ("deals.csv", CELLS[0]))
    path.write_bytes(path.read_bytes() + b"\xff\xfe,\r\n")
    with pytest.raises(LoadError, match="encoding"):
        _ = SourceFile(path).members


def test_other_tables_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("file,line,fields\nx,1,2\n", encoding="utf-8")
    assert [row.values for row in read(tmp_path / "a.csv")["a.csv"]] == [
        {"file": "x", "line": "1", "fields": "2"}
    ]


def test_a_name_without_an_ending() -> None:
    assert part_name("folder\\rows") == "rows.csv"
