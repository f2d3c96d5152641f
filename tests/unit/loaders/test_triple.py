"""The three CSV files: fixtures with the expected records, and every way a cell can be wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from graph.errors import LoadError, UnknownFormat
from graph.model import Batch, Entity, Placed, Problem, Source, Tie
from loaders import FORMATS, loader_for, plan, read_path

FIXTURES = Path(__file__).parents[2] / "fixtures" / "triple"
HEADER = "id,name,kind,aliases,country,founded,sectors,description"
TIE_HEADER = "id,from,type,to,status,start,end,role,amount_usd,share,share_basis,round,product,note,sources"


def records(path: Path) -> Batch:
    found = list(read_path(path))
    assert not [item for item in found if isinstance(item, Problem)]
    return Batch.of(item.record for item in found if isinstance(item, Placed))


def write(folder: Path, name: str, *lines: str) -> Path:
    (folder / name).write_bytes("\r\n".join([*lines, ""]).encode())
    return folder


@pytest.mark.parametrize("name", ["typical", "awkward"])
def test_fixture_gives_the_expected_records(name: str) -> None:
    expected = json.loads((FIXTURES / name / "expected.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(asdict(records(FIXTURES / name))))
    for sort, rows in expected.items():
        for wanted, row in zip(rows, found[sort], strict=True):
            # What the fixture does not speak of is unknown.
            assert {name: row[name] for name in wanted} == wanted
            assert not any(row[name] for name in row.keys() - wanted)


def test_a_row_knows_its_file_and_line() -> None:
    places = {
        item.record.id: (Path(item.place.path).name, item.place.line)
        for item in read_path(FIXTURES / "awkward")
        if isinstance(item, Placed)
    }
    # The quoted line break of the first entity spans lines 3 and 4; a blank line stands before it.
    assert places["img-src"] == ("entities.csv", 3)
    assert places["long"] == ("entities.csv", 5)
    assert places["a-3"] == ("relationships.csv", 4)


def test_unknown_cells_are_none_not_empty() -> None:
    entity = next(e for e in records(FIXTURES / "awkward").entities if e.id == "long")
    assert (entity.description, entity.country, entity.founded) == (None, None, None)
    tie = records(FIXTURES / "typical").ties[1]
    assert (tie.amount_usd, tie.share, tie.role) == (None, None, None)


def test_single_file_is_known_by_its_header(tmp_path: Path) -> None:
    write(tmp_path, "my new firms.csv", HEADER, "acme,Acme,company,,,,,")
    assert records(tmp_path / "my new firms.csv").entities == (Entity("acme", "Acme", "company"),)


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    write(tmp_path, "sources.csv", "language,url,date,title,publisher,id", "en,,2024,Title,Press,s1")
    assert records(tmp_path).sources == (Source("s1", "Press", "Title", "2024", None, "en"),)


def test_ids_lose_the_blanks_around_them_and_text_does_not(tmp_path: Path) -> None:
    write(tmp_path, "entities.csv", HEADER, " acme , Acme ,company, a ; b ,,,,")
    assert records(tmp_path).entities == (Entity("acme", " Acme ", "company", ("a", "b")),)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("amount_usd", "1000000", 1_000_000),
        ("share", "0.10", 0.1),
        ("share", "1", 1.0),
        ("share", "1.2", 1.2),  # a number; the ontology refuses it
        ("share", ".5", 0.5),
        ("amount_usd", "-5", -5),
    ],
)
def test_number(tmp_path: Path, column: str, text: str, value: float) -> None:
    write(tmp_path, "relationships.csv", TIE_HEADER, tie_row(**{column: text}))
    tie = records(tmp_path).ties[0]
    assert getattr(tie, column) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("amount_usd", "1,000"), ("amount_usd", "1.5"), ("amount_usd", "1e9"), ("amount_usd", "$5"),
        ("amount_usd", "9" * 16), ("amount_usd", "١٢"), ("share", "12 %"), ("share", "0,12"),
        ("share", "nan"), ("share", "inf"), ("share", "."), ("share", "1e-3"),
    ],
)  # fmt: skip
def test_no_number_is_a_problem_of_its_cell(tmp_path: Path, column: str, text: str) -> None:
    write(tmp_path, "relationships.csv", TIE_HEADER, tie_row(**{column: text}))
    (problem,) = read_path(tmp_path)
    assert isinstance(problem, Problem)
    assert (problem.place.line, problem.field, problem.value) == (2, column, text)
    assert problem.reason
    assert problem.hint


def test_a_row_tells_all_its_faults(tmp_path: Path) -> None:
    write(tmp_path, "relationships.csv", TIE_HEADER, tie_row(share="much", amount_usd="many"))
    assert [item.field for item in read_path(tmp_path) if isinstance(item, Problem)] == [
        "amount_usd",
        "share",
    ]


def test_missing_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, "entities.csv", "id,name,aliases,country,founded,sectors,description", "a,A,,,,,")
    with pytest.raises(LoadError, match="no column 'kind'") as caught:
        list(read_path(tmp_path))
    assert (Path(caught.value.path).name, caught.value.line, caught.value.field) == (
        "entities.csv",
        1,
        "kind",
    )


def test_unknown_column_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path, "entities.csv", f"{HEADER},aliasses", "a,A,company,,,,,,x")
    with pytest.raises(LoadError, match='Did you mean "aliases"'):
        list(read_path(tmp_path))


def test_semicolon_separated_table_is_told_apart(tmp_path: Path) -> None:
    write(tmp_path, "entities.csv", HEADER.replace(",", ";"), "a;A;company;;;;;")
    with pytest.raises(LoadError) as caught:
        list(read_path(tmp_path))
    assert "semicolons" in caught.value.hint


def test_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path, "notes.txt", "nothing that is a table")
    with pytest.raises(UnknownFormat) as caught:
        plan([tmp_path / "notes.txt"])
    assert caught.value.details["known"] == list(FORMATS)
    assert "triple" in caught.value.hint
    with pytest.raises(UnknownFormat, match='Did you mean "triple"'):
        plan([tmp_path / "notes.txt"], "tripel")


def test_named_format_wins_over_content(tmp_path: Path) -> None:
    write(tmp_path, "notes.csv", "a,b", "1,2")
    with pytest.raises(LoadError, match=r"none of entities\.csv"):
        list(read_path(tmp_path, "triple"))


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_format_of_the_table_can_be_made(format_id: str) -> None:
    loader = loader_for(format_id)
    assert loader.format_id == format_id
    assert loader.title


def tie_row(**cells: str) -> str:
    row = dict.fromkeys(TIE_HEADER.split(","), "")
    row |= {"id": "r1", "from": "a", "type": "OWNS", "to": "b", "status": "active", "sources": "s1"} | cells
    return ",".join(f'"{value}"' if "," in value else value for value in row.values())


def test_tie_row_of_this_file_is_right(tmp_path: Path) -> None:
    write(tmp_path, "relationships.csv", TIE_HEADER, tie_row())
    assert records(tmp_path).ties == (Tie("r1", "a", "OWNS", "b", "active", sources=("s1",)),)
