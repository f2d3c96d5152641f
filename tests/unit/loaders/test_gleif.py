"""GLEIF's XML and CSV: directions, periods, statuses, deltas, notes from exceptions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import Entity, Skipped, Source, Tie
from loaders import ReadOptions, plan
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

FIXTURES = Path(__file__).parents[2] / "fixtures" / "gleif"
HOLDING, BRITISH = "lei:5299000TESTHOLDING01", "lei:2138000TESTBRITISH02"


def test_legal_entities_of_xml() -> None:
    items = read_as("gleif", FIXTURES / "lei.xml")
    assert entities(items) == {
        HOLDING: Entity(
            HOLDING,
            "Größe Beteiligungen AG",
            "company",
            aliases=("Größe & Söhne KG", "Groesse Beteiligungen AG"),
            country="DE",
            founded="1998",
            identifiers=(HOLDING, "reg:RA000242:HRB 0042"),
        ),
        BRITISH: Entity(
            BRITISH,
            "Largeness (UK) Limited",
            "organization",
            country="GB",
            identifiers=(BRITISH, "gb-coh:00123456", "reg:RA000585:123456"),
            note="inactive since 2023-12-31 (DISSOLVED)",
        ),
        "lei:5493000TESTUSFUND003": Entity(
            "lei:5493000TESTUSFUND003",
            "Widewater Growth Fund",
            "investor",
            country="US",
            identifiers=("lei:5493000TESTUSFUND003",),
        ),
    }
    assert skipped(items) == {
        ("superseded", "the register retired the record"): 1,
        ("superseded", "the register deleted the record"): 1,
    }
    assert [(p.field, p.place.line, p.place.row) for p in problems(items)] == [
        ("LEI", 6, (("name", "No number GmbH"),))
    ]
    assert ends_of_rows(items) == {"records": 3, "skipped": 2, "rejected": 1}
    assert remarks(items) == [("RecordCount", "7")]
    assert unread(items) == ["City", "FirstAddressLine"]


def test_relationships_of_xml_point_from_parent_to_child() -> None:
    items = read_as("gleif", FIXTURES / "rr.xml")
    assert sources(items) == [Source("gleif:rr.xml", "GLEIF", "Relationship records, rr.xml", "2024-05-02")]
    assert ties(items) == [
        Tie(
            made_id("gleif", BRITISH, "IS_DIRECTLY_CONSOLIDATED_BY", HOLDING),
            HOLDING,
            "OWNS",
            BRITISH,
            "active",
            start_date="2006-09-22",
            interest="accounting consolidation",
            directness="direct",
            note="ACCOUNTING_STANDARD: IFRS; ACCOUNTING_CONSOLIDATION 1.00 PERCENTAGE",
            sources=("gleif:rr.xml",),
        ),
        Tie(
            made_id("gleif", BRITISH, "IS_ULTIMATELY_CONSOLIDATED_BY", HOLDING),
            HOLDING,
            "ULTIMATE_PARENT_OF",
            BRITISH,
            "active",
            interest="ultimate accounting consolidation",
            sources=("gleif:rr.xml",),
        ),
    ]
    assert not remarks(items)


def test_relationships_of_csv() -> None:
    items = read_as("gleif", FIXTURES / "20240502-rr.csv")
    found = [(t.from_id, t.type, t.to_id, t.status, t.start_date, t.end_date, t.role) for t in ties(items)]
    assert found == [
        ("lei:PARENT", "OWNS", "lei:CHILD", "active", "2017-12-06", None, None),
        ("lei:SUB", "PART_OF", "lei:FUND", "active", None, None, "sub-fund"),
        ("lei:FEEDER", "PART_OF", "lei:FUND", "ended", "2010-01-01", "2019-06-30", "feeder fund"),
        ("lei:BRANCH", "PART_OF", "lei:PARENT", "ended", None, None, "international branch"),
        ("lei:SUB", "RELATED_TO", "lei:OTHER", "active", None, None, "IS_NEW_THING"),
        ("lei:MANAGER", "MANAGES", "lei:FUND", "active", None, None, None),
    ]
    assert all(tie.share is None for tie in ties(items))
    assert skipped(items) == {
        ("superseded", "a newer record took its place"): 1,
        ("superseded", "the register annulled the record"): 1,
        ("duplicate", "the same record stands elsewhere"): 1,
        ("aside", "the relationship joins an entity to itself"): 1,
    }
    assert [problem.place.line for problem in problems(items)] == [9]
    assert dict(problems(items)[0].place.row)["start"] == "SUB"
    assert ends_of_rows(items) == {"records": 6, "skipped": 4, "rejected": 1}
    assert remarks(items) == [("RelationshipType", "IS_NEW_THING"), ("StartDate", "3201-01-01")]
    assert unread(items) == ["Registration.ManagingLOU"]
    assert sources(items)[0].date == "2024-05-02"


def test_lapsed_registration_of_csv_stays() -> None:
    items = read_as("gleif", FIXTURES / "lei.csv")
    assert list(entities(items).values()) == [
        Entity(
            "lei:2138000TESTSCOTTISH07",
            "Loch Works LP",
            "company",
            aliases=("Loch Trading",),
            country="GB",
            identifiers=("lei:2138000TESTSCOTTISH07", "gb-coh:SC001234", "reg:RA000586:sc1234"),
        ),
        Entity(
            "lei:5493000TESTAGENCY0008",
            "Ministry of Weights",
            "government",
            country="FR",
            identifiers=("lei:5493000TESTAGENCY0008",),
        ),
    ]
    assert ("EntityCreationDate", "0000-00-00") in remarks(items)


def test_exceptions_alone_are_weak_and_say_everything() -> None:
    items = read_as("gleif", FIXTURES / "20240502-repex.csv")
    note = "no direct parent stated: NATURAL_PERSONS; no ultimate parent stated: NON_PUBLIC, LEGAL_OBSTACLES"
    assert not entities(items)
    assert entities(items, weak=True) == {
        HOLDING: Entity(HOLDING, HOLDING, "organization", identifiers=(HOLDING,), note=note)
    }
    assert not ties(items)
    assert ends_of_rows(items) == {"records": 2, "skipped": 1, "rejected": 1}


def test_exceptions_with_level_1_become_its_note() -> None:
    items = list(plan([FIXTURES / "lei.xml", FIXTURES / "20240502-repex.csv", FIXTURES / "rr.xml"]).items())
    note = "no direct parent stated: NATURAL_PERSONS; no ultimate parent stated: NON_PUBLIC, LEGAL_OBSTACLES"
    assert entities(items)[HOLDING].note == note
    assert len(ties(items)) == 2


def test_a_delta_beside_the_full_file_wins(tmp_path: Path) -> None:
    full = (FIXTURES / "rr.xml").read_text()
    record = full[full.index("<rr:RelationshipRecord>") : full.index("</rr:RelationshipRecord>")]
    gone = (
        record.replace("2024-01-10T09:00:00Z", "2024-06-01T09:00:00Z")
        + "<rr:Extension><gleif:Deletion xmlns:gleif='urn:g'><gleif:DeletedAt>2024-06-02T00:00:00Z</gleif:DeletedAt>"
        "</gleif:Deletion></rr:Extension></rr:RelationshipRecord>"
    )
    head, tail = (
        full[: full.index("<rr:RelationshipRecord>")],
        "</rr:RelationshipRecords></rr:RelationshipData>",
    )
    # Sorts before the full file: its date counts, not its name.
    (tmp_path / "a-delta.xml").write_text(head + gone + tail)
    (tmp_path / "full.xml").write_text(full)
    items = read_as("gleif", tmp_path)
    assert [tie.type for tie in ties(items)] == ["ULTIMATE_PARENT_OF"]
    assert skipped(items) == {
        ("superseded", "the register deleted the record"): 1,
        ("superseded", "a newer record took its place"): 1,
    }
    # The delta was cut from a file of two.
    assert remarks(items) == [("RecordCount", "2")]


def test_options_win_over_the_file() -> None:
    options = ReadOptions(publisher="My copy", date="2020", url="https://example.org/rr")
    assert sources(read_as("gleif", FIXTURES / "rr.xml", options=options)) == [
        Source("gleif:rr.xml", "My copy", "Relationship records, rr.xml", "2020", "https://example.org/rr")
    ]


def test_same_file_twice_gives_the_same_ids() -> None:
    first, again = (ties(read_as("gleif", FIXTURES / "20240502-rr.csv")) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", ["lei.xml", "rr.xml", "lei.csv", "20240502-rr.csv", "20240502-repex.csv"])
def test_is_known_by_content(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "data.bin"
    copy.write_bytes((FIXTURES / name).read_bytes())
    assert plan([copy]).readings[0].loader.format_id == "gleif"


@pytest.mark.parametrize(
    "text", ["LEI,name\nX,Y\n", "<graphml/>", "", "{}", "\x00\xff", "id,from,to\n", "<!DOCTYPE html><html/>"]
)
def test_other_files_are_not_taken(text: str, tmp_path: Path) -> None:
    from loaders import loader_for
    from loaders.source_file import SourceFile

    (tmp_path / "x").write_bytes(text.encode("latin-1"))
    source = SourceFile(tmp_path / "x")
    assert not loader_for("gleif").accepts(source, source.members[0])


def test_a_retired_record_of_a_delta_retires_the_older_one(tmp_path: Path) -> None:
    text = (FIXTURES / "lei.csv").read_text()
    (tmp_path / "20240101.csv").write_text(text)
    (tmp_path / "20240201.csv").write_text(text.replace("LAPSED", "RETIRED"))
    items = read_as("gleif", tmp_path)
    assert [entity.name for entity in entities(items).values()] == ["Ministry of Weights"]
    assert [item.place.path[-12:] for item in items if isinstance(item, Skipped)] == [
        "20240101.csv",
        "20240101.csv",
        "20240201.csv",
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["lei.xml", "rr.xml", "lei.csv", "20240502-rr.csv", "20240502-repex.csv"]),
    at=st.integers(0, 20_000),
    cut=st.integers(0, 40),
    put=st.one_of(
        st.binary(max_size=8), st.sampled_from([b"</x>", b"<x>", b'"', b"\r", b",,,", b"&#0;", b"\xff\xfe"])
    ),
)
def test_damaged_files(tmp_path: Path, name: str, at: int, cut: int, put: bytes) -> None:
    data = (FIXTURES / name).read_bytes()
    at %= len(data)
    path = tmp_path / name
    path.write_bytes(data[:at] + put + data[at + cut :])
    survives("gleif", path)
