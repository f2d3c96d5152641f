"""Tables of any columns: CSV of all sorts, Excel, Parquet, JSON; by a mapping, or by plain headers."""

from __future__ import annotations

import datetime
import gzip
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import LoadError, UnknownFormat
from graph.model import Entity, Item, Place, Placed, Source, Tie, Unread
from loaders import ReadOptions, plan, read_path
from loaders.mapping import Mapping, mapping_of, write_mapping
from loaders.source_file import SourceFile
from loaders.table import columns_of, guess_mapping, preview
from loaders.table_rows import looks_like_table, sniffed
from loaders.values import made_id
from tests.unit.loaders.reading import (
    ends_of_rows,
    entities,
    problems,
    read_as,
    remarks,
    skipped,
    sources,
    survives,
    ties,
    unread,
)

FILES = Path(__file__).parents[2] / "fixtures" / "table"
LEI = "5299000J2N45DDNE4Y28"
ENDS = {"from": {"name": "A"}, "to": {"name": "B"}}


def put(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read_by(rule: dict[str, object], *paths: Path, scope: str = "s") -> list[Item]:
    """Everything in the files by one rule of a mapping."""
    made = paths[0].with_name("mapping.yaml")
    write_mapping(mapping_of({"scope": scope, "tables": [rule]}), made)
    return read_as("table", *paths, options=ReadOptions(mapping=made))


def name_id(key: str, scope: str = "s") -> str:
    return made_id("name", scope, key)


def test_deals_by_their_guessed_mapping(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    write_mapping(guess_mapping(SourceFile(FILES / "deals.csv")), mapping)
    items = read_as("table", FILES / "deals.csv", options=ReadOptions(mapping=mapping))
    birch, cedar, finn = (name_id(key, "deals") for key in ("birchcapital", "cedargmbh", "finnoak"))
    assert entities(items) == {
        birch: Entity(birch, "Birch Capital", "investor", country="GB"),
        f"lei:{LEI}": Entity(f"lei:{LEI}", "Alder Works", "company", identifiers=(f"lei:{LEI}",)),
        finn: Entity(finn, "Finn Oak", "investor", country="DE"),
    }
    assert entities(items, weak=True) == {cedar: Entity(cedar, "Cedar GmbH", "company")}
    first, second, third = ties(items)
    assert (first.from_id, first.type, first.to_id) == (birch, "INVESTED_IN", f"lei:{LEI}")
    assert (first.start_date, first.amount, first.currency) == ("2021-03-23", "1500000", "EUR")
    assert (first.share, first.share_basis, first.round, first.status) == (
        0.125,
        "equity",
        "Seed",
        "completed",
    )
    assert (second.type, second.share_min, second.share_max, second.amount) == ("ACQUIRED", 0.25, 0.5, None)
    assert third.sources == ("table:deals.csv",), "no link that opens: the file is the source"
    assert [(s.publisher, s.url) for s in sources(items)][:2] == [
        ("example.org", "https://example.org/a"), ("example.org", "https://example.org/b"),
    ]  # fmt: skip
    assert set(remarks(items)) >= {
        ("Amount (EUR m)", "####"), ("Amount (EUR m)", "14-May"), ("Deal Date", "31/12/3201"), ("Investor", "#NAME?"),
    }  # fmt: skip
    assert skipped(items) == {
        ("duplicate", "the row stands there twice"): 1,
        ("aside", "the tie joins an entity to itself"): 1,
        ("aside", "the row is empty"): 1,
    }
    (problem,) = problems(items)
    assert problem.place.line == 6
    assert dict(problem.place.row)["Company"] == "Alder Works"
    assert ends_of_rows(items) == {"records": 3, "skipped": 3, "rejected": 1}
    assert unread(items) == ["Ref"]


def test_without_a_mapping_it_names_the_columns_and_the_next_step() -> None:
    with pytest.raises(LoadError, match=r"does not know: Investor, Investor Country, Company") as caught:
        list(plan([FILES / "deals.csv"]).items())
    assert "interlock load deals.csv --guess-mapping mapping.yaml" in caught.value.hint
    assert "--mapping mapping.yaml" in caught.value.hint


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["a,b", "1,2"], ","),
        (["Name;Amount;Note", "Acme;1,5;x, y", "Ash;2,0;z"], ";"),
        (["Name\tAmount", "Acme, Inc\t1,5"], "\t"),
        (["a|b|c", "1|2|3"], "|"),
        (["one column", "only, here"], None),
        ([], None),
    ],
)
def test_sniffs_the_delimiter(lines: list[str], delimiter: str | None) -> None:
    assert sniffed(lines) == delimiter


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_short_rows_and_a_header_with_the_same_name_twice(tmp_path: Path, end: str) -> None:
    path = put(tmp_path, "x.csv", "﻿" + end.join(["A,B,Note,Note", "x,y", "x,z,n,m,,", "x,w,1,2,3"]) + end)
    rule = {"ties": [{**ENDS, "type": {"value": "OWNS"}, "note": "Note (2)"}]}
    items = read_by(rule, path)
    assert [(t.to_id, t.note) for t in ties(items)] == [(name_id("y"), None), (name_id("z"), "m")]
    assert [(p.place.line, p.reason) for p in problems(items)] == [
        (4, "the row has 5 cells, the header has 4.")
    ]
    assert unread(items) == ["Note"]


def test_edge_list_of_ids_joins_what_the_store_holds(tmp_path: Path) -> None:
    items = list(
        plan(
            [put(tmp_path, "e.csv", "source,target,type,share,weight\na,b,OWNS,0.5,3\nb,c,knows,,\n")]
        ).items()
    )
    assert entities(items) == {} == entities(items, weak=True)
    assert [(t.from_id, t.type, t.to_id, t.share, t.role) for t in ties(items)] == [
        ("a", "OWNS", "b", 0.5, None), ("b", "RELATED_TO", "c", None, "knows"),
    ]  # fmt: skip
    assert unread(items) == ["weight"]


def test_edge_list_of_names_makes_ids_that_no_register_has(tmp_path: Path) -> None:
    path = put(
        tmp_path, "e.csv", "Entity A,Entity B,Type\nAlder Works,Birch,OWNS\nalder works,Ash,SUPPLIES\n"
    )
    items = read_as("table", path)
    alder = name_id("alderworks", "e")
    assert entities(items, weak=True)[alder] == Entity(alder, "Alder Works", "party")
    assert [(t.from_id, t.type) for t in ties(items)] == [(alder, "OWNS"), (alder, "SUPPLIES")]
    other = put(tmp_path, "f.csv", path.read_text())
    assert not {t.from_id for t in ties(read_as("table", other))} & {alder}, "namesakes of another file"


def test_nodes_and_edges_of_gephi(tmp_path: Path) -> None:
    nodes = put(tmp_path, "nodes.csv", "Id,Label,Kind,Size\nn1,Alder Works,Company,3\nn2,Dora Elm,Person,1\n")
    edges = put(
        tmp_path, "edges.csv",
        "Source,Target,Type,Id,Label,Weight\nn2,n1,Directed,0,FOUNDED,1\nn2,n1,Undirected,1,OWNS,1\n"
        "n1,n2,Undirected,2,RELATED_TO,1\n",
    )  # fmt: skip
    items = list(plan([edges, nodes]).items())
    assert entities(items) == {
        "edges:n1": Entity("edges:n1", "Alder Works", "company"),
        "edges:n2": Entity("edges:n2", "Dora Elm", "person"),
    }  # fmt: skip
    assert [(t.id, t.from_id, t.type, t.to_id, t.role) for t in ties(items)] == [
        ("edges:0", "edges:n2", "FOUNDED", "edges:n1", None),
        ("edges:1", "edges:n2", "RELATED_TO", "edges:n1", "OWNS"),
        ("edges:2", "edges:n1", "RELATED_TO", "edges:n2", None),
    ]
    assert ("Id", "n1") in remarks(items), "numbers as ids are told"
    other_way = list(plan([nodes, edges]).items())
    assert entities(other_way) == entities(items), "whatever the order in which the files are named"
    assert ties(other_way) == ties(items)
    assert ("Label", "OWNS") in remarks(items), "an edge without direction does not say who owns"


def test_a_guessed_mapping_puts_a_prefix_before_mere_numbers(tmp_path: Path) -> None:
    firms = put(tmp_path, "firms.csv", "Id,Name,Kind\n1,Alder,company\nash,Ash,company\n")
    deals = put(tmp_path, "deals.csv", "Investor Id,Investor,Company Id,Company\nash,Ash,birch,Birch\n")
    mapping = tmp_path / "m.yaml"
    write_mapping(guess_mapping(SourceFile(firms, deals)), mapping)
    items = read_as("table", firms, deals, options=ReadOptions(mapping=mapping))
    assert set(entities(items)) == {"deals:1", "deals:ash"}
    assert [(t.from_id, t.to_id) for t in ties(items)] == [("deals:ash", "deals:birch")]
    put(tmp_path, "firms.csv", "Id,Name,Kind\nalder,Alder,company\nash,Ash,company\n")
    write_mapping(guess_mapping(SourceFile(firms, deals)), mapping)
    assert set(entities(read_as("table", firms, options=ReadOptions(mapping=mapping)))) == {"alder", "ash"}


def test_a_mapping_of_entities_with_ties_in_the_same_row(tmp_path: Path) -> None:
    path = put(
        tmp_path, "firms.tsv",
        "No\tFirm\tWhat\tLand\tAlso\tParent\tStake\tHead\n"
        "01\tAlder Works\tAG\tDeutschland\tAW, Alder\tBirch Capital\t0,6\tDora Elm\n"
        "02\tBirch Capital\tPE firm\tUK\t\t\t\t\n",
    )  # fmt: skip
    rule = {
        "files": ["firms*"],
        "entity": {
            "id": "No", "id_prefix": "my:", "name": "Firm", "aliases": {"column": "Also", "split": ","},
            "kind": {"column": "What", "values": {"pe FIRM": "investor"}, "otherwise": "company"},
            "country": {"column": "Land", "values": {"Deutschland": "DE"}},
            "identifiers": {"reg": "No"},
        },
        "ties": [
            {"from": {"name": "Parent"}, "type": {"value": "OWNS"}, "share": "Stake", "share_unit": "fraction"},
            {"from": {"name": "Head", "kind": {"value": "person"}}, "type": {"value": "HOLDS_ROLE"},
             "role": {"value": "head"}},
        ],
    }  # fmt: skip
    items = read_by(rule, path)
    assert entities(items) == {
        "my:01": Entity("my:01", "Alder Works", "company", ("AW", "Alder"), "DE", identifiers=("reg:01",)),
        "my:02": Entity("my:02", "Birch Capital", "investor", country="GB", identifiers=("reg:02",)),
    }
    assert entities(items, weak=True)[name_id("doraelm")] == Entity(name_id("doraelm"), "Dora Elm", "person")
    owns, heads = ties(items)
    assert (owns.from_id, owns.to_id, owns.share, owns.share_basis) == (
        name_id("birchcapital"),
        "my:01",
        0.6,
        "equity",
    )
    assert (heads.from_id, heads.to_id, heads.role) == (name_id("doraelm"), "my:01", "head")
    assert ends_of_rows(items) == {"records": 2}


def test_names_mean_the_rows_of_the_same_load_where_only_one_has_the_name(tmp_path: Path) -> None:
    nodes = put(tmp_path, "n.csv", "id,name\nlei:x,Alder Works\na1,Ash\na2,ASH\n")
    edges = put(tmp_path, "e.csv", "A,B\nAlder works,Ash\n")
    path = tmp_path / "mapping.yaml"
    tables = [
        {"files": ["e.csv"], "ties": [{**ENDS, "type": {"value": "OWNS"}}]},
        {"files": ["n.csv"], "entity": {"id": "id", "name": "name"}},
    ]
    write_mapping(mapping_of({"scope": "s", "tables": tables}), path)
    items = read_as("table", edges, nodes, options=ReadOptions(mapping=path))
    (tie,) = ties(items)
    assert (tie.from_id, tie.to_id) == ("lei:x", name_id("ash")), "two are called Ash: neither is taken"
    assert ("B", "Ash") in remarks(items)


def test_namesakes_in_one_table_without_ids_are_not_merged(tmp_path: Path) -> None:
    path = put(tmp_path, "n.csv", "Firm,Land,Ref\nAsh,US,1\nAsh,DE,2\nAsh,US,3\n")
    items = read_by({"entity": {"name": "Firm", "country": "Land"}}, path)
    assert [e.country for e in entities(items).values()] == ["US"]
    assert [(p.place.line, p.reason) for p in problems(items)] == [
        (3, "an earlier row has the same name and says other things.")
    ]
    assert ends_of_rows(items) == {"records": 1, "rejected": 1, "skipped": 1}


def test_directions_types_and_dates_by_a_mapping(tmp_path: Path) -> None:
    path = put(
        tmp_path, "r.csv",
        "A,Rel,B,When,Till,Sum,Cur,State,Src\n"
        "ann,owned by,bob,03/04/2020,,,,,Gazette\n"
        "ann,cousin,bob,13/13/2020,,1.000.000,XX,odd,\n"
        "ann,supplier,bob,2001,2003,\"$1,500\",EUR,,\n"
        "ann,supplier,bob,2001,2090,2 Mio,eur,,\n"
        "ann,supplier,bob,2001,1999,0,USD,ended,\n",
    )  # fmt: skip
    rule = {
        "date_order": "mdy",
        "ties": [{
            **ENDS, "start": "When", "end": "Till", "amount": "Sum", "currency": "Cur", "status": "State",
            "type": {"column": "Rel", "values": {"owned by": "OWNS", "supplier": "SUPPLIES"}},
            "swap": {"column": "Rel", "values": {"owned by": "yes"}, "otherwise": "no"},
            "source": {"publisher": "Src"},
        }],
    }  # fmt: skip
    items = read_by(rule, path)
    ann, bob = name_id("ann"), name_id("bob")
    assert [(t.from_id, t.type, t.to_id, t.start_date, t.end_date, t.status, t.amount_usd, t.amount)
            for t in ties(items)] == [
        (bob, "OWNS", ann, "2020-03-04", None, "active", None, None),
        (ann, "RELATED_TO", bob, None, None, "active", None, None),
        (ann, "SUPPLIES", bob, "2001", "2003", "ended", 1500, None),
        (ann, "SUPPLIES", bob, "2001", "2090", "active", None, "2000000"),
        (ann, "SUPPLIES", bob, "2001", None, "ended", None, None),
    ]  # fmt: skip
    assert ties(items)[1].role == "cousin"
    assert sources(items)[0] == Source(made_id("source", "Gazette", None, None, None), "Gazette", "Gazette")
    assert set(remarks(items)) == {
        ("Rel", "cousin"), ("When", "13/13/2020"), ("Cur", "XX"), ("Sum", "1.000.000"), ("State", "odd"),
        ("Till", "1999"), ("Sum", "0"),
    }  # fmt: skip


def test_rows_that_differ_in_an_unread_column_are_two(tmp_path: Path) -> None:
    path = put(tmp_path, "r.csv", "A,B,Ref\nann,bob,1\nann,bob,2\nann,bob,2\n")
    rule = {"ties": [{**ENDS, "type": {"value": "PAID"}}], "ignore": ["Ref"]}
    items = read_by(rule, path)
    assert len({t.id for t in ties(items)}) == 2
    assert ends_of_rows(items) == {"records": 2, "skipped": 1}
    assert unread(items) == []
    again = put(tmp_path, "renamed.csv", path.read_text())
    assert [t.id for t in ties(read_by(rule, again))] == [t.id for t in ties(items)]


def test_whole_rounds_are_never_the_amount_of_an_investor(tmp_path: Path) -> None:
    path = put(tmp_path, "r.csv", "A,B,Sum,C\nann,bob,5m,USD\nann,cid,5m,EUR\n")
    rule = {
        "ties": [
            {**ENDS, "type": {"value": "INVESTED_IN"}, "amount": "Sum", "currency": "C", "whole_round": True}
        ]
    }
    assert [(t.round_usd, t.amount_usd, t.amount, t.note) for t in ties(read_by(rule, path))] == [
        (5_000_000, None, None, None), (None, None, None, "whole round: 5000000 EUR"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("share", "low", "high", "exact"),
    [("25-50", 0.25, 0.5, None), (">50%", 0.5, None, None), ("0", None, None, None), ("120", None, None, None),
     ("12,5 %", None, None, 0.125), ("2019-01-01", None, None, None)],
)  # fmt: skip
def test_shares(
    tmp_path: Path, share: str, low: float | None, high: float | None, exact: float | None
) -> None:
    path = put(tmp_path, "r.csv", f'A,B,S\nann,bob,"{share}"\n')
    (tie,) = ties(read_by({"ties": [{**ENDS, "type": {"value": "OWNS"}, "share": "S"}]}, path))
    assert (tie.share_min, tie.share_max, tie.share) == (low, high, exact)


def test_options_name_the_source(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", "from,to\na,b\n")
    options = ReadOptions(publisher="Our desk", date="2024-05", url="https://example.org/x")
    assert sources(read_as("table", path, options=options)) == [
        Source("table:e.csv", "Our desk", "e.csv", "2024-05", "https://example.org/x")
    ]


def book(path: Path) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Deals"
    for row in (
        ["Deals of our fund"], [], ["A", "B", "Sum", "Stake", "When"],
        ["Ann Ltd", "Bob Ltd", 1500000, 0.125, datetime.datetime(2021, 3, 4)],
        ["Ann Ltd", "Cid Ltd", datetime.datetime(2021, 5, 1), None, 2020],
        [None, None, None, None, None],
        ["Ann Ltd", "Dan Ltd", "#NAME?", "####", "=1+1"],
    ):  # fmt: skip
        sheet.append(row)
    sheet["D4"].number_format = "0.0%"
    made.create_sheet("Empty")
    other = made.create_sheet("Other")
    other.append(["x", "y"])
    other.append([1, 2])
    made.save(path)
    return path


def test_workbook(tmp_path: Path) -> None:
    path = book(tmp_path / "deals.xlsx")
    rule = {
        "sheet": "Deals",
        "ties": [{**ENDS, "type": {"value": "INVESTED_IN"}, "amount": "Sum", "currency": {"value": "USD"},
                  "share": "Stake", "share_unit": "fraction", "start": "When"}],
    }  # fmt: skip
    items = read_by(rule, path)
    assert [(t.amount_usd, t.share, t.start_date) for t in ties(items)] == [
        (1_500_000, 0.125, "2021-03-04"), (None, None, "2020"), (None, None, None),
    ]  # fmt: skip
    assert remarks(items) == [("Sum", "2021-05-01"), ("Sum", "#NAME?"), ("Stake", "####")]
    lines = [(t.place.path, t.place.line) for t in items if not isinstance(t, Unread)]
    assert set(lines) == {(f"{path}#Deals", line) for line in (4, 5, 7)}
    assert Unread(f"{path}#Other", ()) in items
    source = SourceFile(path)
    assert columns_of(source, source.members[0]) == ("A", "B", "Sum", "Stake", "When")


@pytest.mark.parametrize("keep", [100, 2000, 4000])
def test_damaged_workbook_is_an_error_of_ours(tmp_path: Path, keep: int) -> None:
    path = put(tmp_path, "x.xlsx", book(tmp_path / "whole.xlsx").read_bytes()[:keep])
    with pytest.raises(LoadError, match="is no whole workbook"):
        read_as("table", path)


def test_parquet_by_batches(tmp_path: Path) -> None:
    table = pa.table({
        "source": ["a", "b", None], "target": ["b", "c", "d"], "type": ["OWNS", "PAID", "PAID"],
        "share": [0.25, float("nan"), None], "amount_usd": [None, 5, 7],
        "start": pa.array([datetime.date(2020, 1, 2), None, None]), "tags": [["x"], [], None],
    })  # fmt: skip
    path = tmp_path / "e.parquet"
    pq.write_table(table, path, row_group_size=1)
    items = list(plan([path]).items())
    assert [(t.from_id, t.type, t.share, t.amount_usd, t.start_date) for t in ties(items)] == [
        ("a", "OWNS", 0.25, None, "2020-01-02"), ("b", "PAID", None, 5, None),
    ]  # fmt: skip
    assert [(p.place.line, p.field) for p in problems(items)] == [(3, "from")]
    assert unread(items) == ["tags"]
    packed = put(tmp_path, "e.parquet.gz", gzip.compress(path.read_bytes()))
    assert [t.id for t in ties(read_as("table", packed))] == [t.id for t in ties(items)]
    cut = put(tmp_path, "cut.parquet", path.read_bytes()[:-20])
    with pytest.raises(LoadError, match="is no whole Parquet file"):
        read_as("table", cut)


ROWS = [
    {"from": "a", "to": "b", "type": "OWNS", "share": 0.5, "about": {"by": "me"}},
    {"from": "a", "to": 7, "type": "PAID", "amount_usd": 10**3, "late": "x"},
    {"from": None, "to": []},
    ["no", "object"],
]


@pytest.mark.parametrize("lines", [True, False])
def test_json_lines_and_arrays(tmp_path: Path, lines: bool) -> None:
    text = "\n".join(map(json.dumps, ROWS)) if lines else json.dumps(ROWS, indent=1)
    items = list(plan([put(tmp_path, "e.json", text)]).items())
    assert [(t.from_id, t.type, t.to_id, t.share, t.amount_usd) for t in ties(items)] == [
        ("a", "OWNS", "b", 0.5, None), ("a", "PAID", "e:7", None, 1000),
    ]  # fmt: skip
    assert unread(items) == ["about.by", "late"]
    assert ends_of_rows(items) == {"records": 2, "skipped": 1, "rejected": 1}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.csv", b"<!DOCTYPE html><html>a,b\n1,2\n"), ("x.csv", b""), ("x.json", b'{\n "a": {\n "b": 1}}'),
        ("x.pdf", b"%PDF-1.4 a,b\nc,d\n"), ("x.bin", b"a,b\n\x00,1\n"), ("notes.txt", b"only one line"),
        ("x.docx", b"PK\x03\x04 a,b"), ("x.xml", b"  <a>1,2</a>"),
    ],
)  # fmt: skip
def test_not_every_file_is_a_table(tmp_path: Path, name: str, data: bytes) -> None:
    source = SourceFile(put(tmp_path, name, data))
    assert not looks_like_table(source, source.members[0])
    with pytest.raises(UnknownFormat):
        plan([tmp_path / name])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("from,to\nGröße,b\n".encode("cp1252"), "is not UTF-8"),
        ("from,to\na,b\n".encode("utf-16"), "UTF-16"),
        (b"from,to\na,b\n" + b"a,b\n" * 9000 + b"a,\x00\n", "NUL byte"),
    ],
)
def test_other_encodings_say_what_to_do(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(LoadError, match=message) as caught:
        list(plan([put(tmp_path, "e.csv", data)]).items())
    assert caught.value.hint


def test_a_huge_field_is_one_wrong_row(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", b'from,to\na,b\na,"' + b"x" * 50_000_000 + b'"\nb,c\n')
    items = read_as("table", path)
    assert [(t.from_id, t.to_id) for t in ties(items)] == [("a", "b"), ("b", "c")]
    assert [p.place.line for p in problems(items)] == [3]


def test_mapping_that_fits_no_table_or_names_no_column(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", "Investor,Firm\na,b\n")
    with pytest.raises(LoadError, match="fits no table of the mapping") as caught:
        read_by({"files": ["other*"], "entity": {"name": "Firm"}}, path)
    assert "Investor, Firm" in caught.value.hint
    with pytest.raises(LoadError, match=r"has no column 'Frim'.*Did you mean \"Firm\"") as caught:
        read_by({"entity": {"name": "Frim"}}, path)
    assert caught.value.field == "entity.name"


def test_preview_shows_cells_beside_records(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", "Investor,Company,Date\nann,bob,2020\nann,,2020\n" + "ann,cid,2020\n" * 50)
    found = preview(SourceFile(path), guess_mapping(SourceFile(path)), rows=3)
    assert [one.place.line for one in found] == [2, 3, 4]
    assert found[0].cells == (("Investor", "ann"), ("Company", "bob"), ("Date", "2020"))
    assert [t.start_date for t in ties(found[0].items)] == ["2020"]
    assert problems(found[1].items)[0].field == "to"


def test_guesses_say_why(tmp_path: Path) -> None:
    put(tmp_path, "deals.csv", "Supplier,Customer,Share,From Date\nAnn Co,Bob Co,0.4,04/30/2020\n")
    put(
        tmp_path,
        "firms.csv",
        'Company Name,Type,HQ Country,Industries,CIK\nAnn Co,PE firm,US,"a, b",320193\n',
    )
    put(tmp_path, "odd.csv", "x1,x2\n7,ann\n")
    deals, firms, odd = guess_mapping(SourceFile(tmp_path)).tables
    tie = deals.ties[0]
    assert (tie.type.value, tie.share_unit, deals.date_order) == ("SUPPLIES", "fraction", "mdy")
    assert tie.type.why == "a table of supplier and customer"
    assert tie.share is not None
    assert tie.share.why == "no value is above 1: fractions"
    assert tie.share_basis is not None
    assert firms.entity is not None
    assert firms.entity.kind is not None
    assert firms.entity.kind.values == {"PE firm": "investor"}
    assert firms.entity.sectors is not None
    assert firms.entity.sectors.split == ","
    assert set(firms.entity.identifiers) == {"cik"}
    assert odd.entity is not None
    assert odd.entity.name is not None
    assert (odd.entity.name.column, odd.entity.name.why) == (
        "x2", "no header tells: the first column with words",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["deals.csv"])
def test_guessed_mapping_loads_its_table(tmp_path: Path, name: str) -> None:
    guessed = guess_mapping(SourceFile(FILES / name))
    assert isinstance(guessed, Mapping)
    write_mapping(guessed, tmp_path / "m.yaml")
    assert ties(read_as("table", FILES / name, options=ReadOptions(mapping=tmp_path / "m.yaml")))


@settings(deadline=None)
@given(data=st.data())
def test_damaged_files_never_break_it(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("odd")
    whole = data.draw(st.sampled_from([
        b"from,to,type,share,amount_usd,start\r\na,b,OWNS,0.5,3,2020\r\nb,c,PAID,,4,2021-01-01\r\n",
        json.dumps(ROWS).encode(), "\n".join(map(json.dumps, ROWS)).encode(),
    ]))  # fmt: skip
    place = data.draw(st.integers(0, len(whole)))
    odd = data.draw(
        st.binary(max_size=6) | st.sampled_from([b'"', b",", b"\r", b"{", b"[", b"1e999", b"\\ud800"])
    )
    path = folder / data.draw(st.sampled_from(["odd.csv", "odd.json"]))
    path.write_bytes(whole[:place] + odd + whole[place + data.draw(st.integers(0, 5)) :])
    survives("table", path)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["#NAME?", "HALF", "9" * 600]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    values=st.dictionaries(
        st.sampled_from(["from", "to", "type", "share", "start", "amount_usd", "id", "note"]), JSON_VALUES
    )
)
def test_json_values_of_any_type(tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("odd") / "odd.json"
    path.write_text(
        json.dumps([{"from": "a", "to": "b"}, values]).replace("HALF", "\\ud800"), encoding="utf-8"
    )
    survives("table", path)


def test_a_large_table_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("source,target,type,start,amount_usd,note\n")
        for number in range(200_000):
            file.write(
                f"firm{number % 5000},firm{number % 4999 + 1},PAID,2020-01-{number % 28 + 1:02d},{number + 1},n\n"
            )
    script = (
        "import resource, sys\n"
        "from loaders import plan, read_path\n"
        "list(read_path(sys.argv[2]))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "rows = sum(1 for _ in plan([sys.argv[1]]).items())\n"
        "print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    small = put(tmp_path, "small.csv", "source,target\na,b\n")
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(small)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    rows, kilobytes = map(int, done.stdout.split())
    assert rows >= 200_000
    assert kilobytes < 150_000


def test_a_tsv_whose_first_header_is_empty(tmp_path: Path) -> None:
    path = put(tmp_path, "e.tsv", "\tfrom\tto\n0\ta\tb\n")
    items = read_as("table", path)
    assert [(t.from_id, t.to_id) for t in ties(items)] == [("a", "b")]
    assert unread(items) == ["column 1"]


def test_place_of_a_row_in_a_plain_file(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", "from,to\n\na,b\n")
    assert {item.place for item in read_as("table", path) if not isinstance(item, Unread)} == {
        Place(str(path), 3)
    }


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("SUBSIDIARY_OF", ("OWNS", "b", "a")), ("OWNED_BY", ("OWNS", "b", "a")), ("CUSTOMER_OF", ("SUPPLIES", "b", "a")),
        ("SHAREHOLDER_OF", ("OWNS", "a", "b")), ("supplier of", ("SUPPLIES", "a", "b")),
        ("PARENT_OF", ("OWNS", "a", "b")), ("supplier", ("RELATED_TO", "a", "b")), ("KNOWS", ("RELATED_TO", "a", "b")),
    ],
)  # fmt: skip
def test_phrases_of_other_tools_say_type_and_direction(
    tmp_path: Path, word: str, wanted: tuple[str, str, str]
) -> None:
    path = tmp_path / "edges.csv"
    path.write_text(f"source,target,type\na,b,{word}\n", encoding="utf-8")
    (tie,) = [
        item.record for item in read_path(path) if isinstance(item, Placed) and isinstance(item.record, Tie)
    ]
    assert (tie.type, tie.from_id, tie.to_id) == wanted
