"""Wikidata items: one tie from two sides, ranks, unknown values, dates of any precision, which items stay."""

from __future__ import annotations

import bz2
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Entity, Source
from loaders import loader_for, plan
from loaders.source_file import SourceFile
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

FIXTURES = Path(__file__).parents[2] / "fixtures" / "wikidata"
LANTERN, MINA, ILSE, BEACON, OWNER, PICTURE = (f"wikidata:Q90000{number}" for number in range(1, 7))
FILE = "wikidata:dump.json"


def items_of(name: str = "dump.json") -> list[Any]:
    return [json.loads(line.rstrip(",")) for line in (FIXTURES / name).read_text().splitlines()[1:-1]]


def dump(path: Path, items: list[Any]) -> Path:
    path.write_text("[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in items) + "\n]\n")
    return path


def test_items_of_a_dump() -> None:
    items = read_as("wikidata", FIXTURES / "dump.json")
    assert entities(items) == {
        LANTERN: Entity(
            LANTERN,
            "Lantern Works",
            "company",
            aliases=("Lantern", "Lantern Works plc"),
            country="GB",
            founded="1987",
            description="maker of lamps",
            identifiers=(LANTERN, "lei:2138000TESTLANTERN09", "cik:0001999999", "gb-coh:01234567"),
        ),
        MINA: Entity(MINA, "Mina Orr", "person", country="DE", identifiers=(MINA,), born="1970-03"),
        BEACON: Entity(BEACON, "Beacon Holding", "company", identifiers=(BEACON,)),
        PICTURE: Entity(PICTURE, "Q900006", "asset", identifiers=(PICTURE,)),
        # Named by others alone; its label is not English.
        ILSE: Entity(ILSE, "Ilse Vauquelin", "person", identifiers=(ILSE,)),
    }
    assert skipped(items) == {
        ("aside", "the item states no tie, has no register's number and is no end of a tie"): 1,
        ("aside", "a property, lexeme or picture is no item"): 1,
    }
    assert ends_of_rows(items) == {"records": 5, "skipped": 2}
    assert unread(items) == ["P414"]


def test_ties_of_a_dump() -> None:
    items = read_as("wikidata", FIXTURES / "dump.json")
    found = [
        (tie.from_id, tie.type, tie.to_id, tie.status, tie.start_date, tie.end_date, tie.role or tie.interest)
        for tie in ties(items)
    ]
    assert found == [
        (OWNER, "OWNS", LANTERN, "active", None, None, "owner"),
        # Said from both sides; only one says since when.
        (BEACON, "OWNS", LANTERN, "active", "2015", None, "parent organisation"),
        (MINA, "HOLDS_ROLE", LANTERN, "active", "2013-05", None, "chief executive officer"),
        (ILSE, "HOLDS_ROLE", LANTERN, "ended", "2001", "2013-04-30", "chief executive officer"),
        (ILSE, "FOUNDED", LANTERN, "completed", None, None, None),
        (MINA, "HOLDS_ROLE", LANTERN, "ended", None, None, "employee"),
        (BEACON, "OWNS", PICTURE, "active", None, None, "owner"),
        (MINA, "BOARD_MEMBER_OF", BEACON, "ended", "2019", None, "chairperson"),
        ("wikidata:Q900007", "BOARD_MEMBER_OF", BEACON, "active", None, None, "board member"),
        (OWNER, "INVESTED_IN", BEACON, "completed", "2018", None, None),
    ]
    owner = ties(items)[0]
    assert (owner.share, owner.share_basis, owner.note, owner.sources) == (
        0.25,
        "equity",
        "as of 2020-06-30",
        (FILE,),
    )
    page = made_id("url", "https://news.example/deal")
    assert ties(items)[1].sources == (FILE, page)
    assert sources(items) == [
        Source(FILE, "Wikidata", "Wikidata items, dump.json"),
        Source(page, "news.example", "https://news.example/deal", url="https://news.example/deal"),
    ]
    assert sorted(remarks(items)) == [
        ("P169", ""),
        ("P169", "Q900099"),
        ("P580", "+1990-01-01T00:00:00Z"),
        ("P582", "2010"),
    ]
    assert entities(items, weak=True)["wikidata:Q900007"] == Entity(
        "wikidata:Q900007", "Q900007", "person", identifiers=("wikidata:Q900007",)
    )


def test_answers_and_entity_data() -> None:
    items = read_as("wikidata", FIXTURES / "answer.json")
    assert set(entities(items)) == {LANTERN, MINA, BEACON}
    assert len(ties(items)) == 10
    assert skipped(items) == {("aside", "Wikidata has no such item"): 1}
    items = read_as("wikidata", FIXTURES / "EntityData.json")
    assert [(tie.from_id, tie.type, tie.to_id) for tie in ties(items)] == [(BEACON, "OWNS", PICTURE)]


@pytest.mark.parametrize("shape", ["bz2", "lines", "array", "pretty array", "pretty item", "no end"])
def test_shapes_give_the_same(shape: str, tmp_path: Path) -> None:
    whole = items_of()
    path = tmp_path / "dump.json"
    if shape == "bz2":
        path = tmp_path / "dump.json.bz2"
        path.write_bytes(bz2.compress((FIXTURES / "dump.json").read_bytes()))
    elif shape == "lines":
        path.write_text("\n".join(json.dumps(item) for item in whole))
    elif shape == "array":
        path.write_text(json.dumps(whole))
    elif shape == "pretty array":
        path.write_text(json.dumps(whole, indent=2))
    elif shape == "pretty item":
        path.write_text(json.dumps(whole[0], indent=2))
    else:
        path.write_text((FIXTURES / "dump.json").read_text().rstrip("\n]"))
    (reading,) = plan([path]).readings
    assert reading.loader.format_id == "wikidata"
    items = list(reading.loader.read(reading.source))
    wanted = ties(read_as("wikidata", FIXTURES / "dump.json"))
    if shape == "pretty item":
        assert len(ties(items)) == 5
    else:
        assert [tie.id for tie in ties(items)] == [tie.id for tie in wanted]


def test_one_ownership_said_from_both_sides_is_one_tie(tmp_path: Path) -> None:
    whole = items_of()
    # The picture names its owner, the owner the picture; whoever is read first gives the tie.
    for order in (whole, whole[::-1]):
        items = read_as("wikidata", dump(tmp_path / "d.json", order))
        pairs = [(tie.from_id, tie.to_id) for tie in ties(items) if tie.type == "OWNS"]
        assert sorted(pairs) == sorted([(OWNER, LANTERN), (BEACON, LANTERN), (BEACON, PICTURE)])


def test_two_periods_of_one_owner_stay_two_ties(tmp_path: Path) -> None:
    whole = items_of()
    claim = whole[2]["claims"]["P355"][0]
    later = copy.deepcopy(claim)
    later["qualifiers"]["P580"][0]["datavalue"]["value"]["time"] = "+2021-00-00T00:00:00Z"
    whole[2]["claims"]["P355"].append(later)
    items = read_as("wikidata", dump(tmp_path / "d.json", whole))
    assert [tie.start_date for tie in ties(items) if tie.interest == "parent organisation"] == [
        None,
        "2015",
        "2021",
    ]


def test_percent_as_unit_and_old_ids(tmp_path: Path) -> None:
    whole = items_of()
    owner = whole[0]["claims"]["P127"][0]
    owner["qualifiers"]["P1107"][0]["datavalue"]["value"] = {
        "amount": "+12.5",
        "unit": "http://www.wikidata.org/entity/Q11229",
    }
    del owner["mainsnak"]["datavalue"]["value"]["id"]
    items = read_as("wikidata", dump(tmp_path / "d.json", whole))
    assert (ties(items)[0].from_id, ties(items)[0].share) == (OWNER, 0.125)


def test_the_same_item_again(tmp_path: Path) -> None:
    whole = items_of()
    other = copy.deepcopy(whole[0])
    other["labels"]["en"]["value"] = "Another name"
    items = read_as("wikidata", dump(tmp_path / "d.json", [*whole, whole[0], other]))
    assert entities(items)[LANTERN].name == "Lantern Works"
    assert skipped(items)[("duplicate", "the same item stands before")] == 1
    assert skipped(items)[("superseded", "another version of the item stands before")] == 1


def test_what_makes_no_sense_is_remarked(tmp_path: Path) -> None:
    whole = items_of()
    # A person cannot be owned, and nothing owns itself.
    whole[1]["claims"]["P127"] = copy.deepcopy(whole[0]["claims"]["P127"])
    whole[2]["claims"]["P1830"][0]["mainsnak"]["datavalue"]["value"]["id"] = "Q900004"
    items = read_as("wikidata", dump(tmp_path / "d.json", whole))
    assert ("P127", "Q900005") in remarks(items)
    assert ("P1830", "Q900004") in remarks(items)


def test_a_line_that_is_no_json_is_one_problem(tmp_path: Path) -> None:
    lines = (FIXTURES / "dump.json").read_text().splitlines()
    lines[2] = lines[2][:-20]
    (tmp_path / "d.json").write_text("\n".join(lines))
    items = read_as("wikidata", tmp_path / "d.json")
    assert [problem.place.line for problem in problems(items)] == [3]
    assert ends_of_rows(items) == {"records": 4, "skipped": 2, "rejected": 1}


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"Q1","schema":"Person","properties":{}}',
        '{"entities": {}}',
        "[]",
        "",
        "Q42,Q43\n",
        '{"head":{"vars":[]}}',
    ],
)
def test_other_files_are_not_taken(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    source = SourceFile(tmp_path / "x.json")
    assert not loader_for("wikidata").accepts(source, source.members[0])


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        found += places_in(item, (*path, key))
    return found


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.just([[{}]]), st.just({"value": {"id": ["Q1"]}}), st.just("9" * 5000), st.just("Q7"), st.just("+99999-01-01T"),
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10_000), odd=ODD)
def test_odd_values(tmp_path: Path, where: int, odd: Any) -> None:
    whole = items_of()
    spots = places_in(whole)[1:]
    *path, last = spots[where % len(spots)]
    target: Any = whole
    for key in path:
        target = target[key]
    target[last] = odd
    try:
        read_as("wikidata", dump(tmp_path / "d.json", whole))
    except LoadError as error:
        if "thousand digits" not in error.message:
            raise


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["dump.json", "answer.json", "EntityData.json"]),
    at=st.integers(0, 20_000),
    cut=st.integers(0, 60),
    put=st.one_of(st.binary(max_size=8), st.sampled_from([b"[" * 3000, b'"', b"\\ud800", b"9" * 9000])),
)
def test_damaged_files(tmp_path: Path, name: str, at: int, cut: int, put: bytes) -> None:
    data = (FIXTURES / name).read_bytes()
    at %= len(data)
    (tmp_path / name).write_bytes(data[:at] + put + data[at + cut :])
    survives("wikidata", tmp_path / name)
