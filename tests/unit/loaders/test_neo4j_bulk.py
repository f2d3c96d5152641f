"""Neo4j's bulk import headers: id spaces, labels, arrays, headers in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Entity, Source, Tie
from loaders import plan
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

FILES = Path(__file__).parents[2] / "fixtures" / "neo4j_bulk"


def one(tmp_path: Path, text: str, name: str = "x.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_nodes_and_relationships_of_four_files() -> None:
    items = read_as("neo4j-bulk", FILES)
    assert entities(items) == {
        each.id: each
        for each in (
            Entity("Firm:1", "Alder Works", "company", country="US", sectors=("chips", "cloud", "st")),
            Entity("Firm:2", "Birch Capital", "investor", country="GB"),
            Entity("Firm:3", "Cedar Lab", "organization", sectors=("laboratory",)),
            Entity("Person:1", "Dora Elm", "person"),
            Entity("Person:2", "Finn Oak", "party"),
        )
    }
    file, roles = ("neo4j:ties-01.csv",), ("neo4j:roles.csv",)
    assert [(t.from_id, t.type, t.to_id, t.status, t.role, t.sources) for t in ties(items)] == [
        ("Firm:2", "INVESTED_IN", "Firm:1", "completed", None, file),
        ("Firm:2", "INVESTED_IN", "Firm:1", "completed", None, file),
        ("Firm:2", "RELATED_TO", "Firm:3", "active", "FUNDS", file),
        ("Firm:1", "SUPPLIES", "Firm:9", "active", None, file),
        ("Person:1", "HOLDS_ROLE", "Firm:1", "active", "CEO", roles),
        ("Person:1", "RELATED_TO", "Firm:1", "active", "LOCATED_AT", roles),
    ]
    first, second, *_ = ties(items)
    assert (first.amount_usd, first.share, first.share_basis) == (5_000_000, 0.25, "equity")
    assert first.start_date == "2021-03-04"
    assert (second.amount, second.currency, second.start_date) == ("1000", "EUR", None)
    assert sources(items)[0] == Source(file[0], "ties-01.csv", "ties-01.csv")
    assert skipped(items) == {
        ("duplicate", "the row stands there twice"): 2,
        ("aside", "the tie joins an entity to itself"): 1,
    }
    assert [(p.place.line, p.field) for p in problems(items)] == [(7, "from")]
    assert ends_of_rows(items) == {"records": 11, "skipped": 3, "rejected": 1}
    assert unread(items) == ["revenue", "weight"]
    assert ("start_date", "3201-01-01") in remarks(items)
    assert ("share", "0.5") in remarks(items), "a share of SUPPLIES without a basis says nothing"


def test_the_same_ids_again_and_from_another_folder(tmp_path: Path) -> None:
    for path in FILES.iterdir():
        (tmp_path / path.name).write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [t.id for t in ties(read_as("neo4j-bulk", tmp_path))] == [
        t.id for t in ties(read_as("neo4j-bulk", FILES))
    ]


def test_names_as_ids_and_several_label_columns(tmp_path: Path) -> None:
    items = read_as("neo4j-bulk", one(tmp_path, "name:ID,:LABEL,:LABEL\nAsh Ltd,Organization,Company\n"))
    assert entities(items) == {"Ash Ltd": Entity("Ash Ltd", "Ash Ltd", "company")}


def test_file_named_after_label_and_type(tmp_path: Path) -> None:
    one(tmp_path, "lei:ID,title\n5299000J2N45DDNE4Y28,Ash\n", "Company_01.csv")
    one(tmp_path, ":START_ID,:END_ID\n5299000J2N45DDNE4Y28,b\n", "OWNS.csv")
    items = read_as("neo4j-bulk", tmp_path)
    (found,) = entities(items).values()
    assert (found.name, found.kind, found.identifiers) == ("Ash", "company", ("lei:5299000J2N45DDNE4Y28",))
    assert [(t.type, t.to_id) for t in ties(items)] == [("OWNS", "b")]


def test_kind_says_which_end_an_owner_may_be(tmp_path: Path) -> None:
    one(tmp_path, "id:ID,:LABEL\np,Person\nc,Company\n", "n.csv")
    one(tmp_path, ":START_ID,:END_ID,:TYPE,role\nc,p,OWNS,\nc,p,OWNS,all of it\n", "r.csv")
    found = ties(read_as("neo4j-bulk", tmp_path))
    assert [(t.type, t.role, t.note) for t in found] == [
        ("RELATED_TO", "OWNS", None),
        ("RELATED_TO", "all of it", "OWNS"),
    ]


def test_numbers_of_no_id_space_mean_something_in_these_files_only(tmp_path: Path) -> None:
    one(tmp_path, ":ID,name,:LABEL\n1,Alder,Company\n2,Birch,Company\nash,Ash,Company\n", "firms.csv")
    one(tmp_path, ":START_ID,:END_ID,:TYPE\n1,2,OWNS\n2,ash,OWNS\n", "owners.csv")
    items = read_as("neo4j-bulk", tmp_path)
    assert set(entities(items)) == {"firms:1", "firms:2", "ash"}
    assert [(t.from_id, t.to_id) for t in ties(items)] == [("firms:1", "firms:2"), ("firms:2", "ash")]
    assert (":ID", "1") in remarks(items)
    other_way = read_as("neo4j-bulk", tmp_path / "owners.csv", tmp_path / "firms.csv")
    assert set(entities(other_way)) == set(entities(items)), "whatever the order"


def test_accepts_by_header_alone() -> None:
    assert [reading.loader.format_id for reading in plan([FILES]).readings] == ["neo4j-bulk"]
    assert plan([FILES]).unread == ()


@pytest.mark.parametrize("text", ["id,name\n1,a\n", "", ":LABEL,name\n", "a:b,c\n1,2\n", "\x00:ID\n"])
def test_other_files_are_not_its_own(tmp_path: Path, text: str) -> None:
    path = one(tmp_path, text)
    with pytest.raises(LoadError, match="has no header of Neo4j's bulk import"):
        read_as("neo4j-bulk", path)


@settings(deadline=None)
@given(data=st.data())
def test_damaged_files_never_break_it(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = (FILES / data.draw(st.sampled_from(["firms.csv", "roles.csv", "people.csv"]))).read_bytes()
    place = data.draw(st.integers(0, len(whole)))
    odd = data.draw(st.binary(max_size=6) | st.sampled_from([b'"', b",", b"\r", b"\x00", b"\xff", b"#NAME?"]))
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    path.write_bytes(whole[:place] + odd + whole[place + data.draw(st.integers(0, 5)) :])
    survives("neo4j-bulk", path)


def test_ties_have_all_their_fields() -> None:
    first = ties(read_as("neo4j-bulk", FILES))[0]
    assert first == Tie(
        first.id, "Firm:2", "INVESTED_IN", "Firm:1", "completed", start_date="2021-03-04",
        amount_usd=5_000_000, share=0.25, share_basis="equity", sources=("neo4j:ties-01.csv",),
    )  # fmt: skip
