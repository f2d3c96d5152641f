"""Beneficial ownership statements: known answers for each version and for what is awkward in them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Entity, Source, Tie
from loaders import loader_for
from loaders.source_file import SourceFile
from tests.unit.loaders.reading_checks import (
    check_spoilt_rows,
    read,
    read_or_refused,
    replaced,
    spoilt_bytes,
    spoilt_rows,
    write_lines,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "bods"
NEW = FIXTURES / "typical-0.4.json"
RECORDS = FIXTURES / "records-0.4.json"
AWKWARD = FIXTURES / "awkward-0.3.jsonl"
OLD = FIXTURES / "typical-0.2.json"
BROKEN = FIXTURES / "broken.jsonl"


def rows(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def only(ties: list[Tie], **values: Any) -> Tie:
    found = [tie for tie in ties if all(getattr(tie, key) == value for key, value in values.items())]
    assert len(found) == 1, found
    return found[0]


def test_entities_and_persons_of_version_04() -> None:
    found = read(NEW)
    assert found.entities == {
        "e-north": Entity(
            "e-north",
            "North Mill Ltd",
            "company",
            aliases=("Northern Mill",),
            country="GB",
            founded="1999",
            identifiers=(
                "gb-coh:01234567",
                "lei:529900EXAMPLE0000012",
                "opencorporates:gb/01234567",
                "reg:NL-KVK:0042",
            ),
        ),
        "e-trust": Entity("e-trust", "Weaver Family Trust", "organization", country="JE"),
        "e-state": Entity("e-state", "Examplia Property Agency", "government"),
        # The passport number and the day of birth stay out.
        "p-weaver": Entity(
            "p-weaver",
            "Nina Weaver",
            "person",
            aliases=("Nina W.",),
            country="FR",
            sectors=("role.pep",),
            identifiers=("reg:FR-RNE:77",),
            born="1970-03",
        ),
    }
    assert found.counts == {"records": 9}
    assert found.unread[0].names == ("addresses", "declarationSubject")


def test_each_interest_is_a_tie_from_the_interested_party_to_the_subject() -> None:
    ties = read(NEW).ties
    assert Counter((tie.from_id, tie.type, tie.to_id, tie.interest) for tie in ties) == {
        ("p-weaver", "OWNS", "e-north", "shareholding"): 1,
        ("p-weaver", "OWNS", "e-north", "votingRights"): 1,
        ("p-weaver", "BOARD_MEMBER_OF", "e-north", "boardChair"): 1,
        ("e-trust", "OWNS", "e-north", "shareholding"): 1,
        ("p-weaver", "CONTROLS", "e-trust", "trustee"): 1,
        ("p-weaver", "CONTROLS", "e-trust", "settlor"): 1,
        ("p-weaver", "CONTROLS", "e-trust", "rightsToSurplusAssetsOnDissolution"): 1,
        ("e-state", "CONTROLS", "e-north", "boardMember"): 1,
        ("e-state", "CONTROLS", "e-north", "controlByLegalFramework"): 1,
        ("p-weaver", "HOLDS_ROLE", "e-state", "seniorManagingOfficial"): 1,
    }
    whole = only(ties, from_id="p-weaver", interest="shareholding")
    assert (whole.share, whole.share_basis, whole.directness) == (0.4, "equity", "direct")
    assert (whole.start_date, whole.end_date, whole.status) == ("2018-02-01", None, "active")
    assert whole.note == "Beneficial ownership or control."
    votes = only(ties, interest="votingRights")
    assert (votes.share, votes.share_min, votes.share_max, votes.share_basis) == (None, 0.25, 0.5, "voting")
    past = only(ties, from_id="e-trust")
    assert (past.status, past.end_date, past.share_min, past.share_max) == ("ended", "2023-06-30", 0.5, 0.75)
    assert only(ties, interest="boardChair").role == "chair of the board"
    surplus = only(ties, interest="rightsToSurplusAssetsOnDissolution")
    assert (surplus.share, surplus.share_basis) == (0.1, "economic")
    # A percentage of neither shares, votes nor income is told, not counted.
    law = only(ties, interest="controlByLegalFramework")
    assert (law.share, law.share_basis, law.note) == (None, None, "Stated share: 30 %.")


def test_a_statement_names_its_source() -> None:
    found = read(NEW, publisher="Somebody else")
    assert list(found.sources.values()) == [
        Source(
            found.ties[0].sources[0],
            "Examplia Company Office",
            "Beneficial ownership register of Examplia",
            "2024-04-30",
            "https://register.example/bo",
        )
    ]


def test_without_a_source_of_its_own_the_file_is_the_source() -> None:
    source = Source("bods:typical-0.2.json", "Register of Examplia", "typical-0.2.json")
    assert read(OLD).sources == {source.id: source}
    given = read(OLD, publisher="Mirror", date="2024-05", url="https://mirror.example/").sources[source.id]
    assert (given.publisher, given.date, given.url) == ("Mirror", "2024-05", "https://mirror.example/")


def test_version_02() -> None:
    found = read(OLD)
    assert found.entities == {
        "22-e": Entity(
            "22-e", "Riverside Partners", "party", country="GH", note="Unknown entity; Not in a register."
        ),
        "22-p": Entity("22-p", "Kofi Sample", "person"),
    }
    assert [
        (tie.type, tie.interest, tie.share, tie.share_min, tie.share_max, tie.share_basis, tie.directness)
        for tie in found.between("22-p", "22-e")
    ] == [
        ("OWNS", "shareholding", None, 0.25, 0.5, "equity", "indirect"),
        ("OWNS", "voting-rights", 0.25, None, None, "voting", None),
        ("CONTROLS", "beneficiary-of-trust", None, None, None, None, "direct"),
        ("HOLDS_ROLE", "senior-managing-official", None, None, None, None, None),
    ]


def test_the_newest_statement_of_a_record_stands_and_a_closed_one_ends_it() -> None:
    found = read(RECORDS)
    assert {key: entity.name for key, entity in found.entities.items()} == {
        "e-1": "Second Name SA",
        "p-1": "Rita Test",
    }
    # Closed without details: what was said last, ended; no end is invented.
    assert [(t.share, t.status, t.start_date, t.end_date, t.note) for t in found.ties[:2]] == [
        (0.35, "ended", "2020-01-01", None, "The register closed the record on 2024-02-01."),
        (0.5, "ended", None, None, "The register closed the record on 2024-01-15."),
    ]
    assert found.skips() == [
        (1, "superseded", "a later statement speaks of the same record"),
        (3, "superseded", "a later statement speaks of the same record"),
        (5, "aside", "the statement only closes a record; what was held is marked as ended"),
        (8, "superseded", "a later statement speaks of the same record"),
        (9, "duplicate", "the same statement stands in the file before"),
        (12, "aside", "the subject is not specified (unknown)"),
        (13, "aside", "the statement closes a record that the file does not hold"),
    ]
    assert found.counts == {"records": 6, "superseded": 3, "aside": 3, "duplicate": 1}


def test_more_than_all_is_kept_and_remarked() -> None:
    found = read(RECORDS)
    assert [tie.share for tie in found.ties if tie.status == "active"] == [0.8, 0.3]
    assert found.reasons() == [(11, "the shares of the entity add up to more than all")]


def test_replaced_statements_are_superseded_and_their_ids_reach_the_latest() -> None:
    found = read(AWKWARD)
    assert "e-1" not in found.entities
    assert found.entities["e-2"].name == "Harbour Oyj"
    assert [(tie.share, tie.interest) for tie in found.between("p-1", "e-2")] == [
        (0.6, "shareholding"),
        (None, "votingRights"),
    ]
    assert found.skips()[:2] == [
        (1, "superseded", "a later statement of the file replaces it"),
        (2, "superseded", "a later statement of the file replaces it"),
    ]


def test_nobody_is_invented_for_an_owner_who_is_not_named() -> None:
    found = read(AWKWARD)
    assert {entity.name for entity in found.entities.values() if entity.kind == "person"} == {"Ada Example"}
    assert found.entities["e-2"].note == (
        "Owner not named: interestedPartyExemptFromDisclosure; Protected by court order; holds votingRights "
        "25 to 50 %. Owner not named: noBeneficialOwners."
    )
    assert [(line, reason) for line, why, reason in found.skips() if line in (6, 7, 8)] == [
        (6, "the register does not name the person"),
        (7, "the interested party is not named by the register"),
        (8, "the interested party is not specified (no-beneficial-owners)"),
    ]


def test_a_nameless_entity_in_the_middle_of_a_chain_is_kept() -> None:
    found = read(AWKWARD)
    assert found.entities["e-mid"] == Entity(
        "e-mid", "Unnamed entity", "party", note="Anonymous entity; unknown."
    )
    assert len(found.between("p-1", "e-mid")) == len(found.between("e-mid", "e-2")) == 1


def test_a_chain_and_its_sum_are_counted_once() -> None:
    found = read(AWKWARD)
    # All parts are there: they are loaded and the sum is not.
    assert [tie.share for tie in found.between("p-1", "e-hold")] == [0.9]
    assert [tie.share for tie in found.between("e-hold", "e-3")] == [0.5]
    assert found.entities["e-3"].note == "Ada Example holds shareholding 45 % through others."
    assert (13, "aside", "the statement sums up a chain whose parts are loaded") in found.skips()
    # A part is missing: the sum is loaded and the other parts are not.
    assert only(found.between("p-1", "e-2"), directness="indirect").interest == "votingRights"
    assert (18, "aside", "the statement is part of a chain whose sum is loaded") in found.skips()


def test_a_sum_keeps_its_direct_interests(tmp_path: Path) -> None:
    all_rows = rows(AWKWARD)
    interests = all_rows[12]["interests"]
    interests.append({"type": "shareholding", "directOrIndirect": "direct", "share": {"exact": 7}})
    found = read(write_lines(tmp_path / "a.jsonl", all_rows))
    summed = [tie for tie in found.between("p-1", "e-3") if tie.share]
    assert [(tie.share, tie.directness) for tie in summed] == [(0.07, "direct")]
    assert found.entities["e-3"].note == "Ada Example holds shareholding 45 % through others."
    assert (13, "interests that are not direct are those of a chain that is loaded") in found.reasons()


def test_who_asserts_a_statement_is_its_source(tmp_path: Path) -> None:
    all_rows = rows(OLD)
    all_rows[2]["source"] = {"assertedBy": [{"name": "Riverside Partners"}, {"name": "Kofi Sample"}]}
    found = read(write_lines(tmp_path / "a.jsonl", all_rows))
    assert [(s.publisher, s.title) for s in found.sources.values()] == [
        ("Riverside Partners", "Beneficial ownership statement")
    ]


def test_components_of_version_04(tmp_path: Path) -> None:
    all_rows = rows(NEW)
    one = replaced(all_rows[4], recordId="r-sum")
    one["recordDetails"] = {
        "subject": "e-north",
        "interestedParty": "p-weaver",
        "interests": [{"type": "shareholding", "directOrIndirect": "indirect"}],
        "componentRecords": ["r-weaver-trust", "e-trust", "r-trust-north"],
    }
    all_rows[5]["recordDetails"]["isComponent"] = all_rows[6]["recordDetails"]["isComponent"] = True
    found = read(write_lines(tmp_path / "a.jsonl", [one, *all_rows]))
    assert found.skips() == [(1, "aside", "the statement sums up a chain whose parts are loaded")]
    assert len(found.ties) == 10


def test_repeated_self_held_and_circular_statements() -> None:
    found = read(AWKWARD)
    assert (19, "duplicate", "the same statement stands in the file before") in found.skips()
    assert (20, "aside", "the entity holds an interest in itself") in found.skips()
    assert [tie.share for tie in found.between("e-3", "e-hold")] == [0.1]


def test_interests_without_type_share_or_sense_are_kept_with_what_they_say() -> None:
    found = read(AWKWARD)
    assert [
        (tie.type, tie.interest, tie.share, tie.share_min, tie.start_date, tie.end_date, tie.note)
        for tie in found.between("p-1", "e-3")
    ] == [
        ("CONTROLS", None, None, None, None, None, None),
        ("CONTROLS", None, None, None, None, None, "Stated share: 12 %."),
        ("OWNS", "shareholding", None, None, None, None, None),
        ("OWNS", "shareholding", None, None, None, None, None),
        ("OWNS", "votingRights", None, None, "2020-05-01", None, None),
    ]
    assert Counter(reason for line, reason in found.reasons() if line == 23) == {
        "the interest is no object; it is left out": 1,
        "the interest has no type; it is kept as control": 1,
        "the share is not between 0 and 100 %; it is left out": 1,
        "the minimum is above the maximum; both are left out": 1,
        "the year is outside 1000 to 2100; the date is left out": 1,
        "the end is before the start; it is left out": 1,
    }


def test_only_the_first_nationality_is_kept_and_told() -> None:
    found = read(AWKWARD)
    assert (found.entities["p-1"].country, found.entities["p-1"].born) == ("FI", "1961")
    assert (3, "only the first nationality is kept") in found.reasons()


def test_rows_that_are_no_statements_are_rejected_one_by_one() -> None:
    found = read(BROKEN, as_format="bods")
    assert [problem.place.line for problem in found.problems] == [2, 3, 4, 5, 6, 7, 9]
    assert found.counts == {"records": 2, "rejected": 7}


def test_two_statements_that_replace_each_other(tmp_path: Path) -> None:
    first, second = rows(AWKWARD)[1], rows(AWKWARD)[3]
    first["replacesStatements"] = ["e-2", "e-1"]
    found = read(write_lines(tmp_path / "a.jsonl", [first, second]))
    assert list(found.entities) == ["e-2"]
    assert found.counts == {"records": 1, "superseded": 1}


def test_long_chains_of_replacements_and_components_are_read_at_once(tmp_path: Path) -> None:
    first = rows(AWKWARD)[1]
    many = [
        replaced(first, statementID=f"s{n}", replacesStatements=[f"s{n - 1}"], statementDate="2022-01-01")
        for n in range(3000)
    ]
    link, whole = rows(AWKWARD)[13], rows(AWKWARD)[12]
    chain = [
        replaced(
            link,
            statementID=f"c{n}",
            subject={"describedByEntityStatement": f"x{n + 1}"},
            interestedParty={"describedByEntityStatement": f"x{n}"},
        )
        for n in range(3000)
    ]
    whole["interestedParty"] = {"describedByEntityStatement": "x0"}
    whole["subject"] = {"describedByEntityStatement": "x3000"}
    whole["componentStatementIDs"] = [item["statementID"] for item in chain]
    found = read(write_lines(tmp_path / "a.jsonl", [*many, whole, *chain]))
    assert list(found.entities) == ["s2999"]
    assert found.counts == {"superseded": 2999, "records": 3001, "aside": 1}


def test_two_statements_with_one_id_the_later_stands(tmp_path: Path) -> None:
    later, earlier = rows(OLD)[0], replaced(rows(OLD)[0], name="Before", statementDate="2001-01-01")
    later["statementDate"] = "2002-01-01"
    found = read(write_lines(tmp_path / "a.jsonl", [later, earlier, earlier]))
    assert found.entities["22-e"].name == "Riverside Partners"
    assert [why for _, why, _ in found.skips()] == ["superseded", "duplicate"]


def test_two_relationships_with_one_id_are_both_kept(tmp_path: Path) -> None:
    """As in a published example of a joint holding: nothing says that one replaces the other."""
    entity, person, held = rows(OLD)[0], rows(AWKWARD)[3], next(r for r in rows(OLD) if "interests" in r)
    first = replaced(held, subject={"describedByEntityStatement": entity["statementID"]},
                     interestedParty={"describedByPersonStatement": person["statementID"]})  # fmt: skip
    second = replaced(first, interestedParty={"describedByPersonStatement": "someone-else"})
    found = read(write_lines(tmp_path / "a.jsonl", [entity, person, first, second]))
    assert {tie.from_id for tie in found.ties} == {person["statementID"], "someone-else"}
    assert found.counts == {"records": 4}
    assert [remark.reason for remark in found.remarks] == [
        "another relationship has the same id; both are kept"
    ]
    later = replaced(first, statementID="later", replacesStatements=[first["statementID"]])
    found = read(write_lines(tmp_path / "b.jsonl", [entity, person, first, second, later]))
    assert {tie.from_id for tie in found.ties} == {person["statementID"]}
    assert found.counts == {"records": 3, "superseded": 2}


def test_what_is_said_of_an_unnamed_owner_stands_under_either_word(tmp_path: Path) -> None:
    whole = rows(NEW)
    held = next(row for row in whole if row["recordType"] == "relationship")
    held["recordDetails"]["interestedParty"] = {"reason": "noBeneficialOwners", "details": "A mutual society"}
    found = read(write_lines(tmp_path / "a.jsonl", whole))
    assert "A mutual society" in (found.entities[held["recordDetails"]["subject"]].note or "")


def test_the_same_file_gives_the_same_ids_wherever_it_lies(tmp_path: Path) -> None:
    reordered = write_lines(tmp_path / "typical-0.4.json", rows(NEW)[::-1])
    assert {tie.id for tie in read(reordered).ties} == {tie.id for tie in read(NEW).ties}


def test_packed_and_several_files_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(rows(AWKWARD)[:3]).encode()))
    write_lines(tmp_path / "b.jsonl", rows(AWKWARD)[3:5])
    found = read(tmp_path)
    assert [tie.share for tie in found.between("p-1", "e-2")] == [0.6]
    assert found.counts == {"records": 3, "superseded": 2}


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (NEW.read_bytes(), True),
        (AWKWARD.read_bytes(), True),
        (b"\xef\xbb\xbf" + OLD.read_bytes(), True),
        (b'{"id": "a", "schema": "Person", "properties": {}}\n', False),
        (b'{"company_number": "1", "data": {"kind": "statementID"}}\n', False),
        (b"statementID,statementType\n1,entityStatement\n", False),
        (b"\xff\xfe\x00[", False),
        (b"", False),
    ],
)
def test_a_file_is_known_by_its_first_statement(tmp_path: Path, text: bytes, accepted: bool) -> None:
    path = tmp_path / "some file"
    path.write_bytes(text)
    source = SourceFile(path)
    assert loader_for("bods").accepts(source, source.members[0]) is accepted


def test_a_file_broken_off_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(NEW.read_bytes()[:-40])
    with pytest.raises(LoadError, match="is no whole JSON after element"):
        read(path)


def test_a_row_nested_without_end_is_rejected(tmp_path: Path) -> None:
    deep = '{"statementID": "x", "statementType": "personStatement", "names": ' + "[" * 400 + "]" * 400 + "}"
    found = read(write_lines(tmp_path / "a.jsonl", [deep, *rows(OLD)]))
    assert found.counts == {"rejected": 1, "records": 3}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_values_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([NEW, RECORDS, AWKWARD, OLD]))
    spoilt = data.draw(spoilt_rows(rows(path)))
    check_spoilt_rows(tmp_path / "a.jsonl", spoilt, "bods")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_bytes_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    (tmp_path / "a.json").write_bytes(
        data.draw(spoilt_bytes(data.draw(st.sampled_from([NEW, AWKWARD])).read_bytes()))
    )
    read_or_refused(tmp_path / "a.json", "bods")
