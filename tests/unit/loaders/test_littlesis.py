"""LittleSis: API answers, bulk arrays and lines; categories 1 to 12 and their directions."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Entity, Item, Source, Tie
from loaders import ReadOptions, loader_for, plan
from loaders.source_file import SourceFile
from tests.unit.loaders.reading import (
    checked,
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
from tests.unit.loaders.reading_checks import spoilt_bytes, spoilt_rows, write_lines

FIXTURES = Path(__file__).parents[2] / "fixtures" / "littlesis"
ENTITIES, RELATIONSHIPS = FIXTURES / "entities.json", FIXTURES / "relationships.jsonl"


def read(*paths: Path) -> list[Item]:
    return checked(list(plan(list(paths)).items()))


def test_entities() -> None:
    assert entities(read(ENTITIES)) == {
        "littlesis:1": Entity(
            "littlesis:1",
            "Bluestone Retail",
            "company",
            aliases=("Bluestone",),
            founded="1962",
            sectors=("business", "public-company"),
            description="retailer",
            identifiers=("littlesis:1", "cik:0000104169"),
        ),
        "littlesis:2": Entity(
            "littlesis:2",
            "Rosa Quint",
            "person",
            aliases=("Rosa M. Quint",),
            sectors=("business-person",),
            identifiers=("littlesis:2",),
            born="1948-03",
            note="died 2020-05",
        ),
        "littlesis:3": Entity(
            "littlesis:3", "Department of Parks", "government", sectors=("government-body",),
            identifiers=("littlesis:3",),
        ),
        "littlesis:4": Entity(
            "littlesis:4", "Elm University", "organization", sectors=("school",), identifiers=("littlesis:4",)
        ),
        "littlesis:5": Entity("littlesis:5", "Tom Quint", "person", identifiers=("littlesis:5",)),
    }  # fmt: skip


def test_every_row_has_one_end() -> None:
    items = read(ENTITIES, RELATIONSHIPS)
    assert ends_of_rows(items) == {"records": 5 + 20, "rejected": 1 + 1, "skipped": 1 + 3}
    assert skipped(items) == {
        ("duplicate", "the same row stands in the files before"): 2,
        ("superseded", "another version of the relationship stands in the files before"): 1,
        ("aside", "the relationship joins an entity to itself"): 1,
    }
    assert [item.reason for item in problems(items)] == [
        "the entity has no id.",
        "one end of the relationship is missing.",
    ]
    assert remarks(items) == [("start_date", "3201-00-00"), ("amount", "10"), ("category_id", "99")]
    assert unread(items) == ["website"]


def tie(number: str) -> Tie:
    return next(each for each in ties(read(ENTITIES, RELATIONSHIPS)) if each.id == f"littlesis:{number}")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("101", ("2", "BOARD_MEMBER_OF", "1", "active", "Chair")),
        ("102", ("2", "BOARD_MEMBER_OF", "1", "ended", "Chief Executive, Director")),
        ("102:executive", ("2", "HOLDS_ROLE", "1", "ended", "Chief Executive, Director")),
        # A post in a person's office: no type of tie for roles ends at a person.
        ("103", ("5", "RELATED_TO", "2", "active", "Chief of Staff")),
        ("104", ("2", "MEMBER_OF", "4", "ended", "degree Juris Doctor, Law")),
        ("105", ("5", "MEMBER_OF", "4", "active", "student")),
        ("106", ("1", "MEMBER_OF", "4", "active", "Sponsor")),
        ("107", ("2", "RELATED_TO", "5", "active", "mother / son")),
        ("108", ("2", "PAID", "3", "completed", "Campaign Contribution")),
        ("109", ("1", "SUPPLIES", "3", "active", "contractor / client")),
        ("110", ("1", "SUPPLIES", "3", "active", "Customer")),
        ("111", ("1", "SUPPLIES", "3", "active", "transaction")),
        ("112", ("1", "RELATED_TO", "3", "active", "transaction")),
        ("113", ("3", "LENT_TO", "1", "completed", "borrower / lender")),
        ("114", ("2", "RELATED_TO", "3", "active", "Lobbyist")),
        ("115", ("2", "RELATED_TO", "5", "active", "social")),
        ("116", ("2", "RELATED_TO", "5", "active", "Law partner")),
        ("117", ("2", "OWNS", "1", "active", None)),
        # Entity 1 is the child, entity 2 the parent.
        ("118", ("3", "PART_OF", "1", "active", "child organisation")),
        ("119", ("2", "RELATED_TO", "3", "active", "Friend of / Befriended")),
        ("120", ("2", "RELATED_TO", "3", "active", None)),
    ],
)
def test_categories(number: str, expected: tuple[Any, ...]) -> None:
    found = tie(number)
    assert (found.from_id[10:], found.type, found.to_id[10:], found.status, found.role) == expected


def test_values_of_ties() -> None:
    assert tie("101").start_date == "1999"
    assert tie("101").note == "compensation: 90000"
    assert (tie("108").amount_usd, tie("108").note, tie("108").start_date) == (
        5000,
        "filings: 3",
        "2004-01-31",
    )
    assert (tie("109").amount, tie("109").currency, tie("109").product) == ("2000000.5", "EUR", "Benches")
    assert (tie("113").amount_usd, tie("113").amount) == (None, None)
    held = tie("117")
    assert (held.share, held.share_basis, held.quantity, held.interest, held.end_date) == (
        0.125,
        "equity",
        "1000",
        "Founder's stake",
        "2010",
    )


@pytest.mark.parametrize(
    ("current", "end", "status"),
    [
        (True, None, "active"),
        (False, None, "ended"),
        (None, None, "active"),
        (None, "2001-00-00", "ended"),
        (False, "2001-02-03", "ended"),
        ("false", None, "active"),
    ],
)
def test_is_current_of_null_says_nothing(current: Any, end: str | None, status: str, tmp_path: Path) -> None:
    row = relationship(1, is_current=current, end_date=end)
    (found,) = ties(read(write_lines(tmp_path / "x.json", [row])))
    assert (found.status, found.end_date) == (status, end and end.replace("-00", ""))


def relationship(category: int, **values: Any) -> dict[str, Any]:
    attributes = {"id": 9, "entity1_id": 1, "entity2_id": 2, "category_id": category, **values}
    return {"type": "relationships", "id": 9, "attributes": attributes}


def test_files_without_the_key_for_currencies_count_in_dollars(tmp_path: Path) -> None:
    (found,) = ties(read(write_lines(tmp_path / "x.json", [relationship(5, amount=1200)])))
    assert found.amount_usd == 1200
    items = read(write_lines(tmp_path / "y.json", [relationship(5, amount=1200, currency=None)]))
    assert (ties(items)[0].amount_usd, remarks(items)) == (None, [("amount", "1200")])


def test_a_government_in_a_post_is_a_plain_tie(tmp_path: Path) -> None:
    rows = [
        {
            "type": "entities",
            "attributes": {"id": 1, "name": "City", "primary_ext": "Org", "types": ["Government Body"]},
        },
        relationship(1, description1="Trustee"),
    ]
    (found,) = ties(read(write_lines(tmp_path / "x.json", rows)))
    assert (found.type, found.role) == ("RELATED_TO", "Trustee")


def test_an_answer_of_the_api_holds_data_and_included() -> None:
    items = read(FIXTURES / "api.json")
    assert [(t.from_id, t.type, t.to_id, t.role) for t in ties(items)] == [
        ("littlesis:5", "HOLDS_ROLE", "littlesis:1", "Clerk")
    ]
    assert list(entities(items)) == ["littlesis:5", "littlesis:1"]
    assert ends_of_rows(items) == {"records": 3}


def test_an_answer_with_a_list(tmp_path: Path) -> None:
    rows = json.loads(ENTITIES.read_text(encoding="utf-8"))[:3]
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"meta": {"currentPage": 1}, "data": rows}), encoding="utf-8")
    assert len(entities(read(path))) == 3
    path.write_text(json.dumps({"data": [], "meta": {"note": '"primary_ext":'}}), encoding="utf-8")
    assert read_as("littlesis", path) == []


def test_compressed_arrays_and_lines_are_the_same(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in RELATIONSHIPS.read_text(encoding="utf-8").splitlines()]
    with gzip.open(tmp_path / "relationships.json.gz", "wt", encoding="utf-8") as file:
        json.dump(rows, file)
    packed = read(ENTITIES, tmp_path / "relationships.json.gz")
    assert {t.id: (t.from_id, t.type, t.to_id) for t in ties(packed)} == {
        t.id: (t.from_id, t.type, t.to_id) for t in ties(read(ENTITIES, RELATIONSHIPS))
    }


def test_sources_and_their_options() -> None:
    assert sources(read(RELATIONSHIPS)) == [
        Source(
            "littlesis:relationships.jsonl",
            "LittleSis (Public Accountability Initiative)",
            "LittleSis data, relationships.jsonl",
            url="https://littlesis.org/",
        )
    ]
    options = ReadOptions(publisher="A mirror", date="2024-05", url="https://mirror.example/x")
    (found,) = sources(plan([RELATIONSHIPS], None, options).items())
    assert (found.publisher, found.date, found.url) == ("A mirror", "2024-05", "https://mirror.example/x")


def test_other_json_is_not_taken(tmp_path: Path) -> None:
    loader = loader_for("littlesis")
    path = tmp_path / "x.json"
    for data in (
        b'{"type":"entities","id":1,"attributes":{"name":"A"}}',
        b'[{"id":"a","schema":"Person","properties":{}}]',
        b'{"nodes":[],"links":[]}',
        b'{"category_id":1}',
        b"",
        b"\xff\xfe\x00",
        b'"primary_ext":',
    ):
        path.write_bytes(data)
        source = SourceFile(path)
        assert not loader.accepts(source, source.members[0]), data


def test_rows_of_other_shapes_are_problems(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "x.json", [relationship(1), "[1]", '"text"', '{"type":"lists","id":1}', "{oops"]
    )
    found = problems(read(path))
    assert [item.place.line for item in found] == [2, 3, 4, 5]
    assert found[2].reason == "the row is neither an entity nor a relationship."


def test_broken_arrays_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(ENTITIES.read_bytes()[:-200])
    with pytest.raises(LoadError, match="no whole JSON"):
        read(path)


@pytest.mark.parametrize("name", ["entities.json", "relationships.jsonl", "api.json"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_never_raise_anything_else(name: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data.draw(spoilt_bytes((FIXTURES / name).read_bytes())))
    survives("littlesis", path)


ROWS = [
    *json.loads(ENTITIES.read_text(encoding="utf-8")),
    *(json.loads(line) for line in RELATIONSHIPS.read_text(encoding="utf-8").splitlines()),
]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=spoilt_rows(ROWS))
def test_odd_values_never_raise(rows: list[Any], tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.json", [json.dumps(row) for row in rows])
    survives("littlesis", path)
    try:
        items = list(plan([path], "littlesis").items())
    except LoadError:
        # The first row was made an array, so that the file seems to be one.
        return
    for item in items:
        repr(item).encode()
    assert sum(ends_of_rows(items).values()) == len(rows)
