"""Persons with significant control: natures as ties, owners' ids, rows that tell of no owner, company data."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import Entity, Source
from loaders import loader_for
from loaders.companies_house import company_number
from loaders.psc_owner import read_nature
from loaders.source_file import SourceFile
from loaders.values import Share
from tests.unit.loaders.reading_checks import (
    Read,
    check_spoilt_rows,
    read,
    read_or_refused,
    replaced,
    spoilt_bytes,
    spoilt_rows,
    write_lines,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "psc"
TYPICAL = FIXTURES / "persons-with-significant-control-snapshot-2024-05-01.txt"
AWKWARD = FIXTURES / "awkward.jsonl"
COMPANIES = FIXTURES / "BasicCompanyDataAsOneFile-2024-05-01.csv"
SOURCE = f"psc:{TYPICAL.name}"


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def by_name(found: Read, name: str) -> Entity:
    hits = [item for item in (*found.entities.values(), *found.weak.values()) if item.name == name]
    assert len(hits) == 1, hits
    return hits[0]


def test_every_nature_of_control_is_a_tie_of_its_own() -> None:
    found = read(TYPICAL)
    joan = next(item for item in found.entities.values() if item.born == "1970-03")
    assert [
        (tie.type, tie.interest, tie.share_min, tie.share_max, tie.share_basis)
        for tie in found.between(joan.id, "gb-coh:01234567")
    ] == [
        ("OWNS", "ownership-of-shares-25-to-50-percent", 0.25, 0.5, "equity"),
        ("OWNS", "voting-rights-25-to-50-percent", 0.25, 0.5, "voting"),
        ("CONTROLS", "right-to-appoint-and-remove-directors", None, None, None),
    ]
    assert Counter(tie.type for tie in found.ties) == {"OWNS": 9, "CONTROLS": 5}
    assert found.counts == {"records": 9, "aside": 4}
    assert found.sources == {
        SOURCE: Source(
            SOURCE,
            "Companies House",
            f"Persons with significant control: {TYPICAL.name}",
            date="2024-05-01",
        )
    }


def test_a_person_is_told_by_name_and_month_of_birth_without_title_or_case() -> None:
    found = read(TYPICAL)
    joans = [item for item in found.entities.values() if "Joan" in item.name]
    # "Mr Joan" and "Ms JOAN" of March 1970 are one, Joan of 1981 is another.
    assert sorted(item.born or "" for item in joans) == ["1970-03", "1981-03"]
    elder = next(item for item in joans if item.born == "1970-03")
    assert elder == Entity(elder.id, "Mr Joan Sample", "person", country="GB", born="1970-03")
    trust = found.between(elder.id, "gb-coh:SC012345")
    assert [(tie.share_min, tie.share_max, tie.directness) for tie in trust] == [(0.5, 0.75, "indirect")]


def test_namesakes_without_a_birth_date_stay_apart() -> None:
    found = read(AWKWARD)
    assert len([item for item in found.entities.values() if item.name == "Mr Sam Twin"]) == 2


def test_an_end_ends_the_tie() -> None:
    found = read(TYPICAL)
    ended = [tie for tie in found.ties if tie.status == "ended"]
    assert [(tie.start_date, tie.end_date, tie.interest) for tie in ended] == [
        ("2016-04-06", "2019-05-31", "significant-influence-or-control-as-firm")
    ]


def test_firms_of_the_uk_have_their_company_number_others_an_id_of_their_own() -> None:
    found = read(TYPICAL)
    # The number is padded, and the firm's name goes for the company that is owned as well.
    assert found.weak["gb-coh:07654321"].name == "UPPER HOLDINGS LIMITED"
    assert len(found.between("gb-coh:07654321", "gb-coh:01234567")) == 1
    assert found.weak["gb-coh:SL001234"] == Entity(
        "gb-coh:SL001234",
        "Top Scottish LP",
        "company",
        country="GB",
        identifiers=("gb-coh:SL001234",),
        note="Legal form: Private Limited Company.",
    )
    german = by_name(found, "Fernsicht GmbH")
    assert german == Entity(
        german.id,
        "Fernsicht GmbH",
        "company",
        country="DE",
        identifiers=("reg:DE:HRB 4711",),
        note="Legal form: GmbH.",
    )
    assert german.id.startswith("psc:")
    assert by_name(found, "The Example Trustees").kind == "organization"


def test_a_company_that_is_only_owned_has_its_number_for_a_name() -> None:
    assert read(TYPICAL).weak["gb-coh:SC012345"] == Entity(
        "gb-coh:SC012345", "SC012345", "company", identifiers=("gb-coh:SC012345",)
    )


def test_overseas_entities_and_partnerships() -> None:
    found = read(TYPICAL)
    overseas = [tie for tie in found.ties if tie.to_id == "gb-coh:OE000001"]
    assert [(tie.share_basis, tie.share_min, tie.share_max, tie.directness) for tie in overseas] == [
        ("equity", 0.25, None, None),
        ("voting", 0.25, None, "indirect"),
    ]
    partners = [tie for tie in found.ties if tie.to_id == "gb-coh:OC300001"]
    assert [(tie.type, tie.share_basis, tie.share_min) for tie in partners] == [
        ("CONTROLS", "economic", 0.25),
        ("OWNS", "voting", 0.25),
        ("CONTROLS", None, None),
    ]


def test_lines_that_tell_of_no_owner_are_set_aside() -> None:
    assert read(TYPICAL).skips() == [
        (10, "aside", "the line is a statement about the company's register, not an owner"),
        (11, "aside", "the owner is protected by law and not named"),
        (12, "aside", "the line tells of an exemption, not of an owner"),
        (13, "aside", "the line holds totals of the file"),
    ]


def test_awkward_rows() -> None:
    found = read(AWKWARD)
    assert found.skips() == [
        (7, "aside", "the company is given as its own owner"),
        (8, "duplicate", "the same entry stands in the file again"),
        (10, "superseded", "a later entry has the same link"),
        (14, "aside", "the owner has no name"),
    ]
    assert [(problem.place.line, problem.field) for problem in found.problems] == [
        (15, "company_number"),
        (16, "kind"),
    ]
    # The later of two entries with one link stands.
    otto = by_name(found, "Mr Otto Later")
    assert [(tie.status, tie.end_date) for tie in found.between(otto.id, "gb-coh:00000003")] == [
        ("ended", "2020-01-31")
    ]
    odd = by_name(found, "Mr Odd Dates")
    assert [
        (tie.type, tie.status, tie.start_date, tie.end_date, tie.interest)
        for tie in found.between(odd.id, "gb-coh:00000004")
    ] == [("CONTROLS", "ended", None, None, None)]
    nature = by_name(found, "Mr Odd Nature")
    assert [
        (tie.type, tie.share_max, tie.interest) for tie in found.between(nature.id, "gb-coh:00000004")
    ] == [
        ("OWNS", None, "ownership-of-shares-75-to-900-percent"),
        ("CONTROLS", None, "a-code-of-tomorrow"),
    ]


def test_a_number_without_a_country_counts_where_the_register_is_named() -> None:
    found = read(AWKWARD)
    assert found.weak["gb-coh:00012345"].name == "No Country Ltd"
    assert by_name(found, "Register Unknown Inc").identifiers == ("reg:Delaware:00012345",)
    assert by_name(found, "Bad Number Ltd").identifiers == ("reg:GB:see accounts",)
    assert (5, "the number is no UK company number") in found.reasons()
    # An overseas entity is registered in the UK wherever it is at home.
    assert found.weak["gb-coh:OE000009"].country == "PA"


def test_company_data_beside_the_snapshot(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for path in (TYPICAL, COMPANIES):
            archive.write(path, path.name)
    found = read(tmp_path / "both.zip")
    assert found.entities["gb-coh:01234567"] == Entity(
        "gb-coh:01234567",
        "! LTD",
        "company",
        aliases=("OLD MILL LIMITED",),
        country="GB",
        founded="1999",
        sectors=(
            "62020-information-technology-consultancy-activities",
            "64209-activities-of-other-holding-companies-n-e-c",
        ),
        identifiers=("gb-coh:01234567",),
        note="Status: Active.",
    )
    assert found.entities["gb-coh:07654321"] == Entity(
        "gb-coh:07654321",
        "UPPER HOLDINGS (UK) LIMITED",
        "company",
        country="GB",
        founded="2010",
        identifiers=("gb-coh:07654321",),
        note="Status: Liquidation.",
    )
    assert "gb-coh:01234567" not in found.weak
    assert [(problem.place.line, problem.field) for problem in found.problems] == [
        (4, "CompanyNumber"),
        (6, ""),
    ]
    assert found.skips()[0] == (5, "duplicate", "the company was read before")
    assert found.counts == {"records": 11, "aside": 4, "duplicate": 1, "rejected": 2}


def test_ids_do_not_depend_on_place_or_order(tmp_path: Path) -> None:
    turned = write_lines(tmp_path / "other name.txt", rows(TYPICAL)[::-1])
    first, second = read(TYPICAL), read(turned)
    assert {tie.id for tie in first.ties} == {tie.id for tie in second.ties}
    assert set(first.entities) == set(second.entities)


def test_options_name_the_source() -> None:
    found = read(TYPICAL, publisher="Mirror", date="2024-06", url="https://mirror.example/psc")
    assert [(s.publisher, s.date, s.url) for s in found.sources.values()] == [
        ("Mirror", "2024-06", "https://mirror.example/psc")
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234567", "01234567"),
        (" sc 012345", "SC012345"),
        ("OC1", "OC000001"),
        ("R0000042", "R0000042"),
        ("IP12345R", "IP12345R"),
        (1234, "00001234"),
        ("00000000", None),
        ("123456789", None),
        ("HRB 12", None),
        ("XX123456", None),
        (None, None),
        (["1"], None),
    ],
)
def test_company_numbers(text: object, number: str | None) -> None:
    assert company_number(text) == number


@pytest.mark.parametrize(
    ("text", "type_", "basis", "share", "directness"),
    [
        ("ownership-of-shares-75-to-100-percent", "OWNS", "equity", Share(low=0.75, high=1.0), None),
        ("voting-rights-50-to-75-percent-as-firm", "OWNS", "voting", Share(low=0.5, high=0.75), "indirect"),
        (
            "part-right-to-share-surplus-assets-25-to-50-percent-as-trust",
            "CONTROLS",
            "economic",
            Share(low=0.25, high=0.5),
            "indirect",
        ),
        ("right-to-appoint-and-remove-person", "CONTROLS", None, Share(), None),
        ("significant-influence-or-control-as-trust", "CONTROLS", None, Share(), "indirect"),
    ],
)
def test_natures(text: str, type_: str, basis: str | None, share: Share, directness: str | None) -> None:
    nature = read_nature(text)
    assert (nature.type, nature.basis, nature.share, nature.directness) == (type_, basis, share, directness)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (TYPICAL.read_bytes(), True),
        (COMPANIES.read_bytes(), True),
        (b"\n\n" + TYPICAL.read_bytes(), True),
        (b'{"statementID": "a", "statementType": "personStatement"}', False),
        (b'{"id": "a", "schema": "Person", "properties": {"name": ["x"]}}', False),
        (b"CompanyName,Country\nA,GB\n", False),
        (b"\x00\xff", False),
        (b"", False),
    ],
)
def test_files_are_known_by_their_content(tmp_path: Path, text: bytes, accepted: bool) -> None:
    (tmp_path / "a").write_bytes(text)
    source = SourceFile(tmp_path / "a")
    assert loader_for("psc").accepts(source, source.members[0]) is accepted


def test_a_row_that_is_no_entry_is_rejected(tmp_path: Path) -> None:
    found = read(write_lines(tmp_path / "a.txt", ["{", "[1]", *rows(TYPICAL)[:1], "7"]), as_format="psc")
    assert found.counts == {"rejected": 3, "records": 1}


def test_entries_without_links_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    first = rows(TYPICAL)[0]
    del first["data"]["links"]
    second = replaced(first)
    second["data"]["ceased_on"] = "2020-01-01"
    found = read(write_lines(tmp_path / "a.txt", [first, second, first]))
    assert found.counts == {"records": 2, "duplicate": 1}
    assert len(found.ties) == 6


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_values_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    spoilt = data.draw(spoilt_rows(rows(data.draw(st.sampled_from([TYPICAL, AWKWARD])))))
    check_spoilt_rows(tmp_path / "a.txt", spoilt, "psc")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_bytes_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([TYPICAL, COMPANIES]))
    (tmp_path / "a").write_bytes(data.draw(spoilt_bytes(path.read_bytes())))
    read_or_refused(tmp_path / "a", "psc")
