"""ICIJ Offshore Leaks: combined files, files of one leak, the oldest all_edges.csv."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Entity, Source, Tie, Unread
from loaders import loader_for, plan
from loaders.icij_links import links
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
from tests.unit.loaders.reading_checks import spoilt_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "icij"
COMBINED = FIXTURES / "combined"


def test_nodes_become_entities_by_their_table() -> None:
    items = read_as("icij", COMBINED)
    found = entities(items)
    assert found["icij:10000001"] == Entity(
        "icij:10000001",
        "TIDEWATER HOLDINGS LTD.",
        "company",
        aliases=("OLD TIDE LTD.",),
        country="VG",
        founded="2006",
        identifiers=("icij:10000001", "reg:VG:25221"),
        note="leak: Sea Papers; status: Defaulted; service provider: Mossbank & Co; "
        "inactive since 2013-02-18; struck off 2013-02-15",
    )
    assert found["icij:10000002"] == Entity(
        "icij:10000002",
        "Grove Foundation",
        "company",
        country="US",
        founded="2013",
        identifiers=("icij:10000002",),
        note="leak: Sea Papers; status: Active; type: Foundation; service provider: Mossbank & Co; Record closed; "
        "linked to Switzerland, Panama",
    )
    assert (found["icij:10000003"].country, found["icij:10000003"].founded) == (None, None)
    assert {key: entity.kind for key, entity in found.items()} == {
        "icij:10000001": "company",
        "icij:10000002": "company",
        "icij:10000003": "company",
        "icij:11000001": "party",
        "icij:12000001": "party",
        "icij:12000002": "party",
        "icij:12000003": "party",
        "icij:14000001": "address",
        "icij:85000001": "organization",
    }
    assert found["icij:14000001"].name == "1 Quay; Road Town; Tortola"
    # Namesakes stay two, and a node without a name keeps its id.
    assert found["icij:12000001"].name == "LIN WEI"
    assert found["icij:12000002"].name == "Lin Wei"
    assert found["icij:12000003"].name == "icij:12000003"


def test_edges_become_ties_by_their_link() -> None:
    found = [
        (t.from_id[5:], t.type, t.to_id[5:], t.status, t.role, t.interest)
        for t in ties(read_as("icij", COMBINED))
    ]
    assert found == [
        ("12000001", "OWNS", "10000001", "ended", None, "shareholder"),
        ("12000001", "BOARD_MEMBER_OF", "10000001", "active", "Director", None),
        ("12000001", "OWNS", "10000001", "active", None, "Shareholder"),
        ("12000002", "CONTROLS", "10000002", "active", None, "Protector"),
        ("12000002", "HOLDS_ROLE", "10000002", "ended", "Vice President", None),
        ("12000003", "HOLDS_ROLE", "10000003", "active", "officer", None),
        ("12000003", "RELATED_TO", "85000001", "active", "grantee of a mortgage", None),
        ("11000001", "SERVES", "10000001", "active", "intermediary", None),
        ("10000001", "LOCATED_AT", "14000001", "active", "registered address", None),
        ("12000001", "MAYBE_SAME_AS", "12000002", "alleged", "same name as", None),
        ("10000001", "MAYBE_SAME_AS", "10000003", "alleged", "similar name and address as", None),
        ("12000009", "HOLDS_ROLE", "10000009", "active", "Secretary", None),
    ]


def test_dates_of_an_edge() -> None:
    found = ties(read_as("icij", COMBINED))
    assert (found[0].start_date, found[0].end_date) == ("2006-03-23", "2013-02-18")
    assert (found[-1].start_date, found[-1].end_date) == ("2010-01-01", None)
    assert ("end_date", "2009-01-01") in remarks(read_as("icij", COMBINED))


def test_every_row_has_one_end() -> None:
    items = read_as("icij", COMBINED)
    assert ends_of_rows(items) == {"records": 3 + 3 + 1 + 1 + 1 + 11, "rejected": 1 + 3, "skipped": 1 + 2}
    assert skipped(items) == {
        ("duplicate", "the same row stands in the tables before"): 1,
        ("duplicate", "the same edge stands in the tables before"): 1,
        ("aside", "the edge joins a node to itself"): 1,
    }
    assert [item.reason for item in problems(items)] == [
        "there is no node_id.",
        "an address stands where a party must.",
        "a party stands where an address must.",
        "one end of the edge is missing.",
    ]
    assert unread(items) == ["address", "internal_id", "internal_id"]


def test_the_source_warns_that_a_listing_is_no_accusation() -> None:
    found = sources(read_as("icij", COMBINED))
    assert [item.id for item in found] == ["icij:sea-papers", "icij:reef-leaks"]
    assert found[0] == Source(
        "icij:sea-papers",
        "International Consortium of Investigative Journalists (ICIJ)",
        "Offshore Leaks database; Sea Papers; The Sea Papers data is current through 2015 (to be listed there "
        "accuses nobody: such companies and trusts have lawful uses, and people of the same name are mixed up "
        "easily)",
        url="https://offshoreleaks.icij.org/",
    )
    assert all("accuses nobody" in item.title for item in found)


def test_files_of_one_leak_have_other_column_names() -> None:
    items = checked(list(plan([FIXTURES / "leak"]).items()))
    found = entities(items)
    assert found == {
        "icij:82000001": Entity(
            "icij:82000001", "Coral Ltd.", "company", country="BM", founded="1998",
            identifiers=("icij:82000001",), note="leak: Reef Leaks; service provider: Atoll",
        ),
        "icij:80000001": Entity(
            "icij:80000001", "Ada Shaw", "party", country="BM", identifiers=("icij:80000001",),
            note="leak: Reef Leaks",
        ),
    }  # fmt: skip
    (tie,) = ties(items)
    assert (tie.from_id, tie.type, tie.to_id, tie.interest) == (
        "icij:80000001",
        "OWNS",
        "icij:82000001",
        "Ultimate Beneficial Owner",
    )


def test_labels_tell_the_sort_of_node_where_headers_and_names_do_not(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "leak" / "reef_leaks.nodes.officer.csv", tmp_path / "x.csv")
    assert [entity.kind for entity in entities(read_as("icij", tmp_path / "x.csv")).values()] == ["party"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("nodes-entities.csv", "company"),
        ("nodes-officers.csv", "party"),
        ("nodes-intermediaries.csv", "party"),
        ("nodes-addresses.csv", "address"),
        ("nodes-others.csv", "organization"),
    ],
)
def test_renamed_tables_are_told_by_their_headers(name: str, kind: str, tmp_path: Path) -> None:
    shutil.copy(COMBINED / name, tmp_path / "x.csv")
    assert plan([tmp_path / "x.csv"]).readings[0].loader.format_id == "icij"
    assert {entity.kind for entity in entities(read_as("icij", tmp_path / "x.csv")).values()} == {kind}


def test_the_oldest_edges_hold_the_link_in_their_type() -> None:
    items = list(plan([FIXTURES / "oldest"]).items())
    assert [(t.from_id[5:], t.type, t.to_id[5:], t.interest or t.role, t.status) for t in ties(items)] == [
        ("12000021", "OWNS", "10000021", "shareholder", "active"),
        ("12000021", "LOCATED_AT", "14000021", "registered address", "active"),
        ("10000021", "MAYBE_SAME_AS", "10000022", "similar name and address as", "alleged"),
        ("11000021", "SERVES", "10000021", "intermediary", "active"),
    ]
    assert [item.id for item in sources(items)] == ["icij:offshore-leaks"]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("Shareholder of", {"OWNS"}),
        ("ultimate beneficial owner of", {"OWNS"}),
        ("Beneficiary of Trust of", {"OWNS"}),
        ("Nominee Shareholder of", {"CONTROLS"}),
        ("nominee director of", {"BOARD_MEMBER_OF"}),
        ("Alternate Director of", {"BOARD_MEMBER_OF"}),
        ("Member of Foundation Council of", {"BOARD_MEMBER_OF"}),
        ("Co-Trustee of Trust of", {"CONTROLS"}),
        ("joint settlor of", {"CONTROLS"}),
        ("Power of Attorney of", {"CONTROLS"}),
        ("Power of attorney / Shareholder of", {"CONTROLS", "OWNS"}),
        ("Authorised Person / Signatory of", {"CONTROLS"}),
        ("Director / Shareholder / Beneficial Owner of", {"BOARD_MEMBER_OF", "OWNS"}),
        ("Owner, director and shareholder of", {"BOARD_MEMBER_OF", "OWNS"}),
        ("Director (Jane Roe) of", {"BOARD_MEMBER_OF"}),
        ("Assistant Secretary of", {"HOLDS_ROLE"}),
        ("Vice President of", {"HOLDS_ROLE"}),
        ("President & Treasurer of", {"HOLDS_ROLE"}),
        ("General Accountant of", {"HOLDS_ROLE"}),
        ("Legal Advisor of", {"ADVISES"}),
        ("Founder of", {"FOUNDED"}),
        ("Registered Agent of", {"SERVES"}),
        ("Member of", {"MEMBER_OF"}),
        ("xyzzy of", {"RELATED_TO"}),
        ("", {"HOLDS_ROLE"}),
    ],
)
def test_link_texts(link: str, expected: set[str]) -> None:
    assert {found.type for found in links("officer_of", link)} == expected


def test_one_capacity_in_two_words_is_one_tie() -> None:
    (found,) = links("officer_of", "Authorised Person / Signatory of")
    assert found.words == "Authorised Person / Signatory"


def test_other_tables_are_not_taken(tmp_path: Path) -> None:
    headers = [
        "id,name,countries",
        "node_id,name",
        "source,target,type",
        ":START_ID,:END_ID,:TYPE",
        "START_ID,END_ID,TYPE,weight",
        "node_id,label,sourceID",
    ]
    loader = loader_for("icij")
    path = tmp_path / "x.csv"
    for header in headers:
        path.write_text(header + "\n1,2,3\n", encoding="utf-8")
        source = SourceFile(path)
        assert not loader.accepts(source, source.members[0]), header
    for data in (b"", b"\x00\xff\xfe", b"{}", b'"' * 9):
        path.write_bytes(data)
        source = SourceFile(path)
        assert not loader.accepts(source, source.members[0])


def test_other_files_are_named_and_alone_they_are_an_error(tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(LoadError, match="none of the tables"):
        read_as("icij", odd)
    shutil.copy(COMBINED / "nodes-officers.csv", tmp_path)
    assert [item for item in read_as("icij", tmp_path) if isinstance(item, Unread)] == [Unread(str(odd), ())]


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    lines = (COMBINED / "relationships.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "again.csv"
    path.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    before: set[str] = {tie.id for tie in ties(plan([COMBINED / "relationships.csv"]).items())}
    after = ties(plan([path]).items())
    assert {tie.id for tie in after} == before
    assert isinstance(after[0], Tie)


@pytest.mark.parametrize(
    "name", ["combined/nodes-entities.csv", "combined/relationships.csv", "leak/reef_leaks.edges.csv"]
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_never_raise_anything_else(name: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data.draw(spoilt_bytes((FIXTURES / name).read_bytes())))
    survives("icij", path)


CELLS = [
    "",
    "NULL",
    "x" * 600,
    "3201-01-01",
    "99-XXX-2001",
    ";;;",
    "XXX",
    "same as",
    "/ / of",
    "(((",
    "10000001",
    "🙂",
]


@pytest.mark.parametrize("name", sorted(str(path.relative_to(FIXTURES)) for path in FIXTURES.glob("*/*.csv")))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_odd_cells_never_raise(name: str, random: Random, tmp_path: Path) -> None:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows[1:]:
        for column in range(len(row)):
            if random.random() < 0.25:
                row[column] = random.choice(CELLS)
    path = tmp_path / Path(name).name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    survives("icij", path)
    items = list(plan([path], "icij").items())
    assert sum(ends_of_rows(items).values()) == len(rows) - 1
