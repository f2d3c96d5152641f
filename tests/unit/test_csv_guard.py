"""The guard against formulas: every payload, every CSV that people open, and the way back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.console import Format, show
from graph.analytics.answer import Answer, Method, answer_bytes, provenance_of
from graph.csv_text import guarded, guarded_line, sheet_text, unguarded
from graph.exports.rows import rows_csv
from graph.exports.triple import triple_files
from graph.imports.report import write_rejects
from graph.model import Batch, Entity, Place, Placed, Problem, Source, Tie
from graph.store import Rows
from graph.store.embedded import EmbeddedStore
from loaders import read_path

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1",
    "\x00=1+1", "＝1+1", "－1+1|a", "=cmd|' /C calc'!A0", "-5+cmd|' /C calc'!A0", "=HYPERLINK(\"http://e.example\",\"x\")",
    "a;=1+1", "a;=1+1;b", "a\n=1+1\nb", "a\t=1+1", "-5;=1+1", "';=1+1", "'=1+1", "''@x", "+1 555 0100", "=", "- a",
]  # fmt: skip
HARMLESS = [
    "",
    "nvidia",
    "-5",
    "+4.2",
    "-1,5",
    "-5%",
    "-1e-9",
    "5;-5",
    "a-b",
    "'n Sync",
    "a=b",
    "2017-09",
    "x@y.example",
]
COUNTRIES = (",", ";", "\t")
"""What spreadsheets of different countries take for the end of a cell."""


def runs(text: str, delimiter: str) -> list[str]:
    """Cells that a spreadsheet would run, when it opens this text with this delimiter: formulas, no numbers."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    starts = (re.sub(r"^[\s\x00-\x1f\u200b\ufeff\xa0]+", "", cell) for cell in cells)
    number = re.compile(r"[+-]\d+([.,]\d+)*(e[+-]?\d+)?%?\s*", re.IGNORECASE)
    return [
        cell for cell in starts if cell[:1] in tuple("=+-@＝＋－＠") and cell and not number.fullmatch(cell)
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_runs_in_any_country_and_each_comes_back(payload: str) -> None:
    for delimiter in COUNTRIES:
        # Cells before and after it, so that quotation marks do not begin where another country looks for them.
        assert runs(sheet_text(("a", payload, "c"), [("x", payload, "y")]), delimiter) == []
    assert unguarded(str(guarded(payload))) == payload


def test_the_check_itself_sees_what_is_not_guarded() -> None:
    assert runs("x,=1+1\r\n", ",")
    assert runs("x,a;=1+1;b\r\n", ";")
    assert not runs("x,-5\r\n", ",")


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_names_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text(alphabet="=+-@'; \t\r\n,\"|5a＝\u200b", max_size=12))
def test_guarded_text_never_runs_and_always_comes_back(text: str) -> None:
    safe = str(guarded(text))
    assert unguarded(safe) == text
    assert runs(sheet_text(("h",), [("x", text)]), ",") == []


@pytest.mark.parametrize("text", ["a,=1+1", "a;@b", "a\t+c", 'a,"=1"', "=1"])
def test_lines_above_a_table_run_in_no_country(text: str) -> None:
    line = guarded_line(f"# title: {text}")
    assert [found for delimiter in COUNTRIES for found in runs(line.replace('"', ""), delimiter)] == []
    assert guarded_line("# of: [1, -5], [2]") == "# of: [1, -5], [2]"


def _query(payload: str, _folder: Path) -> str:
    return rows_csv(Rows(("a", payload), (("x", payload), (["b", payload], {"k": payload})))).decode()


def _analysis(payload: str, _folder: Path) -> str:
    told = provenance_of(nx.MultiDiGraph(data_version="v1"), direction="both", company=payload)
    method = Method("Counting", "n", "left out", f"x,{payload}")
    rows = ((payload, ["b", payload]),)
    answer = Answer(f"Owners of x,{payload}", (), ("name", "list"), rows, (f"note,{payload}",), method, told)
    return answer_bytes(answer, ".csv").decode()


def _rejected(payload: str, folder: Path) -> str:
    place = Place(f"{payload}.csv", 2, ((payload, payload), ("b", "x")))
    write_rejects([Problem(place, payload, payload, f"no {payload}", payload)], folder / "r.csv")
    return (folder / "r.csv").read_bytes().decode()


@pytest.mark.parametrize("make", [_query, _analysis, _rejected])
@pytest.mark.parametrize("payload", [each for each in PAYLOADS if "\x00" not in each and "\r" not in each])
def test_no_file_for_people_runs_anything(
    make: Callable[[str, Path], str], payload: str, tmp_path: Path
) -> None:
    text = make(payload, tmp_path)
    for delimiter in COUNTRIES:
        assert runs(text, delimiter) == []


def test_commands_print_guarded_csv(capsys: pytest.CaptureFixture[str]) -> None:
    show(Format.csv, ("a", "=b"), [("x", each) for each in PAYLOADS if "\x00" not in each])
    text = capsys.readouterr().out
    assert [found for delimiter in COUNTRIES for found in runs(text, delimiter)] == []


def test_our_own_tables_keep_every_byte(embedded_store: EmbeddedStore, tmp_path: Path) -> None:
    awkward = [each for each in PAYLOADS if not re.search(r"[\x00\r]", each) and each.strip() == each]
    entities = tuple(
        Entity(f"e{at}", text, "company", (text + "2",), note=text) for at, text in enumerate(awkward)
    )
    known = {"start_date": "2020", "sources": ("s",)}
    ties = (Tie("r", "e0", "SUPPLIES", "e1", "active", product="=1+1", note="@x", **known),)
    embedded_store.upsert(Batch(entities, ties, (Source("s", "=p", "+t", url="https://example.org/"),)))
    files = triple_files(embedded_store)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = [item.record for item in read_path(tmp_path) if isinstance(item, Placed)]
    assert {each.name for each in found if isinstance(each, Entity)} == set(awkward)
    embedded_store.clear()
    embedded_store.upsert(
        Batch(
            tuple(each for each in found if isinstance(each, Entity)),
            tuple(each for each in found if isinstance(each, Tie)),
            tuple(each for each in found if isinstance(each, Source)),
        )
    )
    assert triple_files(embedded_store) == files
