"""EDGAR's forms: what counts once, what a newer filing replaces, and the units of money."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import Entity, Item, Placed, Skipped, Source, Tie
from loaders import loader_for, plan
from loaders.sec_filing import accession_of, country_of, holder_group
from loaders.source_file import SourceFile
from loaders.values import made_id
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
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sec"
WINDMILL = "cik:0001999999"
FORMS = {"formd": "sec-formd", "ownership": "sec-ownership", "13dg": "sec-13dg", "13f": "sec-13f"}


def short(tie: Tie) -> tuple[str, str, str, str, str | None]:
    return (tie.from_id, tie.type, tie.to_id, tie.status, tie.role or tie.interest)


def test_form_d() -> None:
    path = FIXTURES / "formd" / "0001999999-23-000010.xml"
    items = read_as("sec-formd", path)
    ada, firm = (
        made_id("sec-formd", WINDMILL, "ADA M. QUILL"),
        made_id("sec-formd", WINDMILL, "HARBOUR GP LLC"),
    )
    assert entities(items) == {
        WINDMILL: Entity(
            WINDMILL,
            "Windmill Batteries, Inc.",
            "company",
            aliases=("Windmill Labs LLC",),
            country="US",
            founded="2021",
            identifiers=(WINDMILL,),
            note="Form D offering: first sold 2023-01-19, 1,250,000 USD sold, 5,000,000 USD offered, "
            "7 investors, equity, filed 2023-02-01",
        ),
        ada: Entity(ada, "Ada M. Quill", "person"),
        firm: Entity(firm, "Harbour GP LLC", "party"),
    }
    assert [short(tie) for tie in ties(items)] == [
        (ada, "HOLDS_ROLE", WINDMILL, "active", "Executive Officer"),
        (ada, "BOARD_MEMBER_OF", WINDMILL, "active", "Director"),
        (firm, "RELATED_TO", WINDMILL, "active", "Promoter"),
    ]
    assert ties(items)[0].note == "Chief Executive Officer"
    assert sources(items) == [
        Source(
            "sec:0001999999-23-000010",
            "SEC",
            "Form D of Windmill Batteries, Inc.",
            url="https://www.sec.gov/Archives/edgar/data/1999999/000199999923000010/",
        )
    ]
    assert ends_of_rows(items) == {"records": 3}


@pytest.mark.parametrize(
    ("given", "family", "name", "kind"),
    [
        ("LLC", "Harbour GP,", "Harbour GP, LLC", "party"),
        ("Ltd.", "Harbour Group", "Harbour Group Ltd.", "party"),
        ("Harbour", "Group, L.P.", "Harbour Group, L.P.", "party"),
        ("Ada", "Quill", "Ada Quill", "person"),
        ("Alp", "Inca", "Alp Inca", "person"),
    ],
)
def test_a_firm_among_the_persons_of_form_d(
    tmp_path: Path, given: str, family: str, name: str, kind: str
) -> None:
    path = tmp_path / "d.xml"
    path.write_text(
        "<edgarSubmission><submissionType>D</submissionType><primaryIssuer><cik>1</cik><entityName>Mill Fund"
        "</entityName></primaryIssuer><relatedPersonsList><relatedPersonInfo><relatedPersonName>"
        f"<firstName>{given}</firstName><lastName>{family}</lastName></relatedPersonName>"
        "<relatedPersonRelationshipList><relationship>Director</relationship></relatedPersonRelationshipList>"
        "</relatedPersonInfo></relatedPersonsList><offeringData/></edgarSubmission>",
        encoding="utf-8",
    )
    found = entities(read_as("sec-formd", path))
    assert [(item.name, item.kind) for item in found.values() if item.id.startswith("sec-formd:")] == [
        (name, kind)
    ]


def test_an_amended_form_d_takes_the_place_of_the_first() -> None:
    items = read_as("sec-formd", FIXTURES / "formd")
    windmill = entities(items)[WINDMILL]
    assert windmill.name == "Windmill Batteries Corp."
    assert windmill.aliases == ("Windmill Batteries, Inc.", "Windmill Labs LLC")
    assert windmill.country == "GB"
    assert windmill.note == (
        "Form D offering: first sold 2023-01-19, 4,000,000 USD sold, Indefinite offered, 12 investors, equity, "
        "filed 2024-01-10"
    )
    assert [short(tie)[1:] for tie in ties(items)] == [
        ("RELATED_TO", WINDMILL, "active", "co-issuer"),
        ("BOARD_MEMBER_OF", WINDMILL, "active", "Director"),
    ]
    assert sources(items)[0].date == "2024-01-10"
    assert skipped(items) == {("superseded", "a later filing on the offering took its place"): 3}
    assert ends_of_rows(items) == {"records": 3, "skipped": 3}


def test_lines_of_a_submission_are_those_of_its_file() -> None:
    path = FIXTURES / "formd" / "0001999999-24-000011.txt"
    items = read_as("sec-formd", path)
    lines = path.read_text().splitlines()
    (place,) = {item.place for item in items if isinstance(item, Placed) and item.record.id == WINDMILL}
    assert "<primaryIssuer>" in lines[place.line - 1]


def test_two_offerings_of_one_issuer_both_stand_in_its_note(tmp_path: Path) -> None:
    first = (FIXTURES / "formd" / "0001999999-23-000010.xml").read_text()
    (tmp_path / "a.xml").write_text(first)
    (tmp_path / "b.xml").write_text(
        first.replace("2023-01-19", "2024-06-01").replace("2023-02-01", "2024-06-15")
    )
    items = read_as("sec-formd", tmp_path)
    note = entities(items)[WINDMILL].note or ""
    assert note.count("Form D offering") == 2
    assert len(ties(items)) == 3
    assert skipped(items) == {("superseded", "a newer filing states the same"): 3}


def test_insiders() -> None:
    items = read_as("sec-ownership", FIXTURES / "ownership" / "0001111111-24-000001.xml")
    ada = "cik:0001111111"
    assert entities(items) == {
        WINDMILL: Entity(WINDMILL, "Windmill Batteries, Inc.", "company", identifiers=(WINDMILL,)),
        ada: Entity(ada, "QUILL ADA M", "person", country="US", identifiers=(ada,)),
    }
    assert [short(tie) for tie in ties(items)] == [
        (ada, "BOARD_MEMBER_OF", WINDMILL, "active", "Director"),
        (ada, "HOLDS_ROLE", WINDMILL, "active", "Chief Executive Officer"),
        (ada, "OWNS", WINDMILL, "active", "Common  Stock"),
        (ada, "OWNS", WINDMILL, "active", "Common Stock"),
        (ada, "OWNS", WINDMILL, "active", "Common Stock"),
        (ada, "OWNS", WINDMILL, "ended", "Class B Common Stock"),
    ]
    held = [tie for tie in ties(items) if tie.type == "OWNS"]
    assert [(tie.quantity, tie.directness, tie.end_date, tie.note) for tie in held] == [
        ("1250.5", "direct", None, "as of 2024-03-01"),
        ("70", "indirect", None, "By Trust; The Quill 2020 Trust.; as of 2024-03-01"),
        ("80", "indirect", None, "By Trust; The Quill 2022 Trust.; as of 2024-03-01"),
        (None, "direct", "2024-03-01", "as of 2024-03-01"),
    ]
    assert all(tie.share is None and tie.amount_usd is None for tie in held)
    assert skipped(items) == {
        ("superseded", "a later line of the filing gives the holding"): 1,
        ("aside", "an option, warrant or other right is not yet a share"): 1,
    }
    assert ends_of_rows(items) == {"records": 6, "skipped": 2}


def test_owners_who_report_together_hold_one_stake() -> None:
    items = read_as("sec-ownership", FIXTURES / "ownership" / "0002222222-24-000003.xml")
    fund, partner = "cik:0002222222", "cik:0002222223"
    group = holder_group([partner, fund])
    assert entities(items)[group] == Entity(group, "Harbour Fund II, L.P. / Harbour GP LLC", "organization")
    assert entities(items)[fund].kind == "party"
    assert [short(tie) for tie in ties(items)] == [
        (fund, "RELATED_TO", WINDMILL, "active", "10 % owner"),
        (fund, "MEMBER_OF", group, "active", "joint filer"),
        (partner, "RELATED_TO", WINDMILL, "active", "10 % owner"),
        (partner, "MEMBER_OF", group, "active", "joint filer"),
        (group, "OWNS", WINDMILL, "active", "Common Stock"),
    ]
    assert [tie.quantity for tie in ties(items) if tie.type == "OWNS"] == ["5000000"]


def test_the_newest_form_4_counts() -> None:
    items = read_as("sec-ownership", FIXTURES / "ownership")
    ada = "cik:0001111111"
    direct = [tie for tie in ties(items) if tie.from_id == ada and tie.directness == "direct"]
    assert [(tie.interest, tie.quantity) for tie in direct] == [
        ("Common Stock", "999"),
        ("Class B Common Stock", None),
    ]
    assert [tie.role for tie in ties(items) if tie.type == "HOLDS_ROLE"] == ["Executive Chair"]
    assert entities(items)[WINDMILL].name == "Windmill Batteries Corp."
    assert ends_of_rows(items) == {"records": 3 + 3 + 3, "skipped": 5 + 1}


def test_who_left_section_16_holds_the_role_no_more(tmp_path: Path) -> None:
    text = (FIXTURES / "ownership" / "0001111111-24-000001.xml").read_text()
    (tmp_path / "x.xml").write_text(text.replace("Section16>0<", "Section16>true<"))
    items = read_as("sec-ownership", tmp_path)
    assert {(tie.type, tie.status) for tie in ties(items) if tie.role} == {
        ("BOARD_MEMBER_OF", "ended"),
        ("HOLDS_ROLE", "ended"),
    }


def test_schedule_13d_counts_repeated_shares_once() -> None:
    items = read_as("sec-13dg", FIXTURES / "13dg" / "0003333333-25-000001.xml")
    fund = "cik:0003333333"
    advisers, rosa, trust = (
        made_id("sec-13dg", WINDMILL, name)
        for name in ("GALE ADVISERS LLC", "ROSA GALE", "GALE FAMILY TRUST")
    )
    group = holder_group([fund, advisers])
    assert {key: entity.kind for key, entity in entities(items).items()} == {
        WINDMILL: "company",
        fund: "company",
        group: "organization",
        advisers: "investor",
        rosa: "person",
        trust: "organization",
    }
    assert entities(items)[WINDMILL].identifiers == (WINDMILL, "cusip:97311W104")
    stakes = [tie for tie in ties(items) if tie.type == "OWNS"]
    assert [(t.from_id, t.share, t.share_basis, t.quantity, t.start_date, t.status) for t in stakes] == [
        (group, 0.0729, "equity", "1304878", "2025-01-09", "active"),
        (rosa, 0.078, "equity", "1400000", "2025-01-09", "active"),
    ]
    assert stakes[0].note == (
        "as of 2025-01-09; sole voting power 0.00; shared voting power 1304878.00; "
        "may include shares of other persons of the filing"
    )
    assert sorted(tie.from_id for tie in ties(items) if tie.type == "MEMBER_OF") == sorted([fund, advisers])
    assert ends_of_rows(items) == {"records": 5}


def test_schedule_13g_finds_the_filer_by_the_header() -> None:
    items = read_as("sec-13dg", FIXTURES / "13dg" / "0004444444-25-000002.txt")
    assert entities(items)["cik:0004444444"] == Entity(
        "cik:0004444444", "Aaron R. English", "person", identifiers=("cik:0004444444",)
    )
    first, second = ties(items)
    assert (first.from_id, first.share, first.start_date) == ("cik:0004444444", 0.053, None)
    assert (second.share, second.share_basis, second.quantity) == (None, None, None)
    assert ("percentOfClass", "104") in remarks(items)
    assert sources(items)[0].title == "Schedule 13G on Windmill Batteries Corp."


def test_an_exit_ends_the_stake_and_replaces_the_older_filing() -> None:
    items = read_as("sec-13dg", FIXTURES / "13dg", FIXTURES / "13dg-exit")
    by_filing = {tie.sources[0]: [] for tie in ties(items)}
    for tie in ties(items):
        if tie.type == "OWNS":
            by_filing[tie.sources[0]].append((tie.status, tie.end_date, tie.share, tie.quantity))
    assert by_filing == {
        "sec:0003333333-25-000009": [
            ("ended", "2025-06-30", None, None),
            ("ended", "2025-06-30", None, None),
            ("active", None, 0.016, "300000"),
            ("ended", "2025-06-30", None, None),
        ],
        "sec:0004444444-25-000002": [("active", None, 0.053, "950000"), ("active", None, None, None)],
    }
    assert skipped(items)[("superseded", "a newer filing of the same filer took its place")] == 5


def positions(items: list[Item]) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(tie.to_id, tie.quantity, tie.amount_usd, tie.interest) for tie in ties(items)]


def test_13f_adds_up_the_rows_of_a_cusip_in_thousands() -> None:
    items = read_as("sec-13f", FIXTURES / "13f")
    manager = "cik:0005555555"
    assert entities(items) == {
        manager: Entity(manager, "Tidewheel Capital LLC", "investor", country="US", identifiers=(manager,))
    }
    assert positions(items) == [
        ("cusip:97311W104", "30000", 1_500_000, "COM"),
        ("cusip:97311WAA1", None, 100_000, "NOTE 2%"),
    ]
    first, second = ties(items)
    assert (first.from_id, first.type, first.share) == (manager, "OWNS", None)
    assert first.note == "as of 2022-09-30; discretion SOLE, DFND; with Tidewheel Life Co"
    assert second.note == "as of 2022-09-30; principal amount 100000"
    assert entities(items, weak=True)["cusip:97311WAA1"].name == "WINDMILL BATTERIES CORP"
    assert skipped(items) == {("aside", "a put or call option is not a holding of shares"): 1}
    assert [problem.field for problem in problems(items)] == ["cusip"]
    # The cover and three rows; the cover page counts six rows, the table has five.
    assert ends_of_rows(items) == {"records": 4, "skipped": 1, "rejected": 1}
    assert remarks(items) == [("tableEntryTotal", "6")]
    assert sources(items)[0] == Source(
        "sec:0005555555-22-000001",
        "SEC",
        "Form 13F-HR of Tidewheel Capital LLC, 2022-09-30",
        "2022-11-14",
        "https://www.sec.gov/Archives/edgar/data/5555555/000555555522000001/",
    )


def apart(folder: Path, filed: str | None = None, **changes: str) -> Path:
    """The report as two files, as EDGAR's folders hold it."""
    text = (FIXTURES / "13f" / "0005555555-22-000001.txt").read_text()
    if filed is not None:
        text = text.replace("11-11-2022", filed)
    for old, new in changes.items():
        text = text.replace(old, new)
    blocks = [part.split("</XML>")[0].strip() for part in text.split("<XML>")[1:]]
    folder.mkdir(parents=True, exist_ok=True)
    for name, block in zip(("primary_doc.xml", "table.xml"), blocks, strict=True):
        (folder / name).write_text("\n" + block)
    return folder


@pytest.mark.parametrize(("signed", "usd"), [("01-02-2023", 1_500_000), ("01-03-2023", 1500)])
def test_13f_unit_follows_the_day_of_filing_not_the_quarter(tmp_path: Path, signed: str, usd: int) -> None:
    items = read_as("sec-13f", apart(tmp_path / "a", signed))
    assert positions(items)[0] == ("cusip:97311W104", "30000", usd, "COM")


def test_13f_value_without_a_day_is_left_out(tmp_path: Path) -> None:
    items = read_as("sec-13f", apart(tmp_path / "a", ""))
    assert positions(items)[0] == ("cusip:97311W104", "30000", None, "COM")
    assert ("value", "1000") in remarks(items)


def test_13f_table_without_a_cover_is_rejected_row_by_row(tmp_path: Path) -> None:
    (apart(tmp_path / "a") / "primary_doc.xml").unlink()
    items = read_as("sec-13f", tmp_path)
    assert ends_of_rows(items) == {"rejected": 5}
    assert not entities(items)


def test_13f_cover_without_a_table_is_remarked(tmp_path: Path) -> None:
    (apart(tmp_path / "a") / "table.xml").unlink()
    items = read_as("sec-13f", tmp_path)
    assert remarks(items) == [("tableEntryTotal", "6")]
    assert ends_of_rows(items) == {"records": 1}


def test_13f_latest_quarter_counts(tmp_path: Path) -> None:
    apart(tmp_path / "a")
    text = {"09-30-2022": "12-31-2022", ">20000<": ">5<", ">10000<": ">6<"}
    apart(tmp_path / "b", "02-14-2023", **text)
    items = read_as("sec-13f", tmp_path)
    assert positions(items)[0] == ("cusip:97311W104", "11", 1500, "COM")
    assert len(ties(items)) == 2
    assert skipped(items)[("superseded", "a later report of the manager took its place")] == 6


def test_13f_amendments_replace_or_add(tmp_path: Path) -> None:
    def amended(what: str) -> dict[str, str]:
        page = (
            f"<isAmendment>true</isAmendment><amendmentNo>1</amendmentNo><amendmentInfo><amendmentType>{what}"
        )
        return {
            "<isAmendment>false</isAmendment>": f"{page}</amendmentType></amendmentInfo>",
            "13F-HR</sub": "13F-HR/A</sub",
            ">20000<": ">1<",
            ">10000<": ">1<",
        }

    apart(tmp_path / "x" / "a")
    apart(tmp_path / "x" / "b", "12-01-2022", **amended("RESTATEMENT"))
    assert [row[1] for row in positions(read_as("sec-13f", tmp_path / "x"))] == ["2", None]
    apart(tmp_path / "y" / "a")
    apart(tmp_path / "y" / "b", "12-01-2022", **amended("NEW HOLDINGS"))
    assert [row[1] for row in positions(read_as("sec-13f", tmp_path / "y"))] == ["2", None, "30000", None]


@pytest.mark.parametrize(("folder", "format_id"), FORMS.items())
def test_forms_are_known_by_content(folder: str, format_id: str, tmp_path: Path) -> None:
    for number, path in enumerate(sorted((FIXTURES / folder).iterdir())):
        copy = tmp_path / f"{number}.bin"
        copy.write_bytes(path.read_bytes())
    assert [reading.loader.format_id for reading in plan([tmp_path]).readings] == [format_id]


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>SCHEDULE 13G</body></html>",
        "<!DOCTYPE html>\n<html/>",
        "<edgarSubmission xmlns='http://www.sec.gov/edgar/formc'><submissionType>C</submissionType></edgarSubmission>",
        "<SEC-DOCUMENT>\nCONFORMED SUBMISSION TYPE:\tSC 13G\n<TEXT>plain</TEXT>",
        "<graphml/>",
        "",
        "a,b\n",
        "\x00\xff<",
    ],
)
def test_other_files_are_not_taken(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_bytes(text.encode("latin-1"))
    source = SourceFile(tmp_path / "x.xml")
    assert not [form for form in FORMS.values() if loader_for(form).accepts(source, source.members[0])]


@pytest.mark.parametrize("format_id", FORMS.values())
@pytest.mark.parametrize("text", ["<html><p></html>", "<!DOCTYPE html><html/>", "<html/>", ""])
def test_html_under_xml_is_one_problem_and_the_rest_is_read(
    format_id: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / "a.xml").write_text(text)
    items = read_as(format_id, tmp_path)
    assert len(problems(items)) == 1
    assert ends_of_rows(items) == {"rejected": 1}


def test_a_damaged_filing_does_not_stop_the_others(tmp_path: Path) -> None:
    good = (FIXTURES / "ownership" / "0002222222-24-000003.xml").read_text()
    (tmp_path / "a.xml").write_text(good[:900])
    (tmp_path / "b.xml").write_text(good)
    items = read_as("sec-ownership", tmp_path)
    assert [Path(problem.place.path).name for problem in problems(items)] == ["a.xml"]
    assert "a.xml" not in problems(items)[0].reason
    assert len(ties(items)) == 5


def test_everything_on_one_line_still_adds_up(tmp_path: Path) -> None:
    text = (FIXTURES / "ownership" / "0001111111-24-000001.xml").read_text().replace("\n", "")
    (tmp_path / "x.xml").write_text(text)
    assert ends_of_rows(read_as("sec-ownership", tmp_path)) == {"records": 6, "skipped": 2}


def test_all_forms_of_a_folder_are_read_by_their_readers() -> None:
    items = [item for item in plan([FIXTURES]).items() if not isinstance(item, Skipped)]
    assert {tie.type for tie in ties(items)} == {
        "BOARD_MEMBER_OF", "HOLDS_ROLE", "RELATED_TO", "OWNS", "MEMBER_OF",
    }  # fmt: skip
    # An issuer of several forms comes from several readers.
    with pytest.raises(AssertionError, match="Entity cik:0001999999"):
        checked(items)


def test_accession_numbers_and_states() -> None:
    assert accession_of("x/0001-24/none.xml") is None
    assert (
        accession_of("a/0001111111-24-000001/b/000222222224000002/primary_doc.xml") == "0002222222-24-000002"
    )
    assert (country_of("CA", "CALIFORNIA"), country_of("A6", "ONTARIO, CANADA"), country_of("X0", None)) == (
        "US",
        "CA",
        None,
    )


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(sorted(FORMS)),
    which=st.integers(0, 2),
    at=st.integers(0, 20_000),
    cut=st.integers(0, 60),
    put=st.one_of(
        st.binary(max_size=8), st.sampled_from([b"</x>", b"<x>", b"<XML>", b"</XML>", b"-1", b"9" * 40])
    ),
)
def test_damaged_files(tmp_path: Path, form: str, which: int, at: int, cut: int, put: bytes) -> None:
    paths = sorted((FIXTURES / form).iterdir())
    path = paths[which % len(paths)]
    data = path.read_bytes()
    at %= len(data)
    copy = tmp_path / path.name
    copy.write_bytes(data[:at] + put + data[at + cut :])
    survives(FORMS[form], copy)
    copy.unlink()
