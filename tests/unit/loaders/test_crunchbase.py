"""Crunchbase's three generations of CSV: exports 2013-2015, snapshot 2013, bulk since 2016."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import LoadError, UnknownFormat
from graph.imports.unite import united
from graph.model import Entity, Item, Placed, Remark, Source, Tie, Unread
from graph.ontology import check, check_ends
from loaders import ReadOptions, loader_for, plan
from loaders.source_file import SourceFile
from tests.unit.loaders.reading import (
    ends_of_rows,
    problems,
    remarks,
    skipped,
    sources,
    survives,
    ties,
    unread,
)
from tests.unit.loaders.reading_checks import spoilt_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "crunchbase"
BRIGHTLEAF, QUIETBAY = "crunchbase:/organization/brightleaf", "crunchbase:/organization/quietbay"
OAK = "crunchbase:/organization/oak-river-capital"


def uuid(end: str) -> str:
    return f"crunchbase:00000000-0000-4000-8000-0000000000{end}"


def read(*paths: Path, **options: Any) -> list[Item]:
    """Everything, after the checks that hold for all readers; several full records of one entity are united
    by the importer, and so they are here."""
    items = list(plan(list(paths), "crunchbase", ReadOptions(**options)).items())
    kinds: dict[str, str] = {}
    known: set[str] = set()
    for placed in (item for item in items if isinstance(item, Placed)):
        check(placed.record)
        if isinstance(placed.record, Source):
            assert placed.record.id not in known
            known.add(placed.record.id)
        if isinstance(placed.record, Tie):
            assert set(placed.record.sources) <= known
    for key, entity in {**entities(items, weak=True), **entities(items)}.items():
        kinds[key] = entity.kind
    for tie in ties(items):
        check_ends(tie, kinds.get(tie.from_id, "party"), kinds.get(tie.to_id, "party"))
    assert len({tie.id for tie in ties(items)}) == len(ties(items))
    return items


def entities(items: list[Item], *, weak: bool = False) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for item in items:
        if isinstance(item, Placed) and isinstance(item.record, Entity) and item.weak is weak:
            key = item.record.id
            found[key] = united(found[key], item.record) if key in found else item.record
    return found


def table(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# exports
def test_companies_of_an_export() -> None:
    items = read(FIXTURES / "exports")
    assert entities(items) == {
        BRIGHTLEAF: Entity(
            BRIGHTLEAF,
            "Brightleaf",
            "company",
            country="GB",
            founded="2009",
            sectors=("curated-web", "software"),
            identifiers=(BRIGHTLEAF,),
            note="funding in total: 1,750,000 USD",
        ),
        "crunchbase:/organization/harborstack": Entity(
            "crunchbase:/organization/harborstack",
            "Harborstack, Inc.",
            "company",
            country="RO",
            sectors=("cloud",),
            identifiers=("crunchbase:/organization/harborstack",),
            note="status in Crunchbase: acquired",
        ),
        "crunchbase:/organization/nameless": Entity(
            "crunchbase:/organization/nameless",
            "#NAME?",
            "company",
            founded="1201",
            identifiers=("crunchbase:/organization/nameless",),
            note="status in Crunchbase: closed",
        ),
        QUIETBAY: Entity(
            QUIETBAY,
            "quietbay",
            "company",
            country="US",
            founded="2011",
            identifiers=(QUIETBAY,),
            note="rounds without a named investor: venture; debt_financing 2013-06-01 (200,000 USD)",
        ),
    }


def test_investments_of_an_export_keep_the_whole_round_apart() -> None:
    items = read(FIXTURES / "exports")
    invested = [tie for tie in ties(items) if tie.type == "INVESTED_IN"]
    assert [
        (tie.from_id, tie.to_id, tie.start_date, tie.round, tie.round_usd, tie.amount_usd) for tie in invested
    ] == [
        (OAK, BRIGHTLEAF, "2012-01-01", "venture A", 1_000_000, None),
        ("crunchbase:/person/ida-moreau", BRIGHTLEAF, "2012-01-01", "venture A", 1_000_000, None),
        (OAK, BRIGHTLEAF, "2010-05-01", "seed", 750_000, None),
    ]
    assert {tie.status for tie in invested} == {"completed"}
    weak = entities(items, weak=True)
    assert weak[OAK] == Entity(OAK, "Oak River Capital, LLC", "investor", country="US", identifiers=(OAK,))
    assert weak["crunchbase:/person/ida-moreau"].kind == "person"


def test_a_company_is_sold_twice_and_prices_keep_their_currency() -> None:
    sold = [tie for tie in ties(read(FIXTURES / "exports")) if tie.type == "ACQUIRED"]
    assert [
        (t.from_id[25:], t.to_id[25:], t.start_date, t.amount_usd, t.amount, t.currency) for t in sold
    ] == [
        ("delta-works", "harborstack", "2013-04-02", None, None, None),
        ("epsilon", "harborstack", "2015-09-01", None, "2500000.5", "EUR"),
        ("epsilon", "quietbay", "2016-01-05", 12_000_000, None, None),
    ]


def test_every_row_of_an_export_has_one_end() -> None:
    items = read(FIXTURES / "exports")
    assert ends_of_rows(items) == {"records": 4 + 5 + 3 + 3, "rejected": 1 + 2 + 1, "skipped": 2 + 1 + 1 + 2}
    assert skipped(items) == {
        ("aside", "the row is empty"): 1,
        ("duplicate", "the same row stands in the table before"): 3,
        ("aside", "a count of new entries, which names nobody"): 2,
    }
    assert [(item.place.line, item.reason) for item in problems(items)] == [
        (7, "there is no permalink."),
        (6, "the investment names no investor."),
        (7, "the company is its own investor."),
        (5, "the acquirer is the company acquired."),
    ]
    assert dict(problems(items)[3].place.row)["acquirer_name"] == "Epsilon"


def test_what_spreadsheets_broke_is_remarked_on() -> None:
    items = read(FIXTURES / "exports" / "companies.csv")
    assert Counter(remarks(items)) == {
        ("funding_total_usd", "2015-03-01"): 1,
        ("funding_total_usd", "########"): 1,
        ("founded_at", "1000-01-01"): 1,
        ("founded_at", "1201-01-01"): 1,
        ("name", "#NAME?"): 1,
        ("name", ""): 1,
        ("country_code", "XQZ"): 1,
    }
    assert unread(items) == [
        "city", "first_funding_at", "funding_rounds", "homepage_url", "last_funding_at", "region", "state_code",
    ]  # fmt: skip


def test_a_round_of_the_year_1201_has_no_date() -> None:
    items = read(FIXTURES / "exports" / "rounds.csv")
    assert ("funded_at", "1201-01-01") in remarks(items)
    assert entities(items, weak=True)[QUIETBAY].note == (
        "rounds without a named investor: venture; debt_financing 2013-06-01 (200,000 USD)"
    )


def test_rounds_alone_tell_the_companies_and_count_rounds_without_investors() -> None:
    items = read(FIXTURES / "exports" / "rounds.csv")
    lonely = [
        i for i in items if isinstance(i, Remark) and i.reason.startswith("the round names no investor")
    ]
    assert (len(lonely), len(ties(items))) == (5, 0)
    assert skipped(items) == {("duplicate", "the same row stands in the table before"): 1}
    assert entities(items, weak=True)["crunchbase:/organization/rowless"].note == (
        "rounds without a named investor: angel 2014"
    )


def test_investments_alone_name_their_ends() -> None:
    weak = entities(read(FIXTURES / "exports" / "investments.csv"), weak=True)
    assert {key: entity.name for key, entity in weak.items()} == {
        BRIGHTLEAF: "Brightleaf",
        OAK: "Oak River Capital, LLC",
        "crunchbase:/person/ida-moreau": "Ida Moreau",
    }


HEADER_2013 = (
    "company_permalink,company_name,company_category_code,investor_permalink,investor_name,investor_category_code,"
    "funding_round_type,funded_at,funded_month,funded_quarter,funded_year,raised_amount_usd"
)


def test_an_export_of_2013_with_cr_line_ends_in_mac_roman(tmp_path: Path) -> None:
    lines = (
        HEADER_2013,
        "/company/caf-nero,Café Néro,web,/financial-organization/lux,Lux,,series-a,3/4/12,2012-03,2012-Q1,2012,5",
        "/company/caf-nero,Café Néro,web,/person/eva,Eva,,series-a,3/4/12,2012-03,2012-Q1,2012,5",
        "/company/caf-nero,Café Néro,web,/company/other,Other,web,angel,5/6/1999,,,,",
    )
    path = tmp_path / "crunchbase-investments.csv"
    path.write_bytes("\r".join(lines).encode("mac_roman"))
    with pytest.raises(LoadError, match="is not UTF-8"):
        list(plan([path]).items())
    items = read(path, encoding="mac_roman")
    assert entities(items, weak=True)["crunchbase:/company/caf-nero"].name == "Café Néro"
    assert entities(items, weak=True)["crunchbase:/financial-organization/lux"].kind == "investor"
    assert [(tie.round, tie.start_date, tie.round_usd) for tie in ties(items)] == [
        ("series-a", "2012-03-04", 5),
        ("series-a", "2012-03-04", 5),
        ("angel", "1999", None),
    ]
    assert ("funded_at", "5/6/1999") in remarks(items)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("05-01-2015", "25-01-2015"), ["2015-01-05", "2015-01-25"]),
        (("05/01/2015", "01/25/2015"), ["2015-05-01", "2015-01-25"]),
        (("05/01/2015", "06/02/2015"), ["2015", "2015"]),
    ],
)
def test_a_file_tells_the_order_of_its_dates(
    tmp_path: Path, dates: tuple[str, str], expected: list[str]
) -> None:
    rows = [f"/organization/a,A,/organization/i{n},I,seed,{date},1" for n, date in enumerate(dates)]
    header = "company_permalink,company_name,investor_permalink,investor_name,funding_round_type,funded_at,raised_amount_usd"
    found = ties(read(table(tmp_path, "investments.csv", header, *rows)))
    assert [tie.start_date for tie in found] == expected


def test_permalinks_in_capitals_and_tabs_are_the_same_company(tmp_path: Path) -> None:
    companies = table(
        tmp_path,
        "companies.txt",
        "permalink\tname\tcategory_list\tstatus\t\t",
        "/Organization/-Fame\t#fame\tMedia\toperating\t\t",
    )
    rounds = table(
        tmp_path,
        "rounds2.csv",
        "company_permalink,funding_round_permalink,funding_round_type,funding_round_code,funded_at,raised_amount_usd",
        "/ORGANIZATION/-FAME,/funding-round/9a01,venture,B,05-01-2015,10000000",
    )
    items = read(companies, rounds)
    assert entities(items)["crunchbase:/organization/-fame"] == Entity(
        "crunchbase:/organization/-fame",
        "#fame",
        "company",
        sectors=("media",),
        identifiers=("crunchbase:/organization/-fame",),
        note="rounds without a named investor: venture B 2015 (10,000,000 USD)",
    )


# web pages and other files
def test_a_web_page_called_csv_is_said_to_be_one(tmp_path: Path) -> None:
    page = table(tmp_path, "investments.csv", "", "<!DOCTYPE html>", "<html><body>Not found</body></html>")
    with pytest.raises(LoadError, match=r"is a web page \(HTML\), not a table") as caught:
        list(plan([page]).items())
    assert "Raw" in str(caught.value.hint)
    shutil.copy(FIXTURES / "exports" / "companies.csv", tmp_path)
    items = read(tmp_path)
    first = problems(items)[0]
    assert (Path(first.place.path).name, first.reason) == (
        "investments.csv",
        "the file is a web page (HTML), not a table.",
    )
    assert len(entities(items)) == 4


@pytest.mark.parametrize("folder", ["exports", "snapshot", "bulk"])
def test_the_tables_are_known_by_their_headers(folder: str, tmp_path: Path) -> None:
    for number, path in enumerate(sorted((FIXTURES / folder).iterdir())):
        copy = tmp_path / f"{number}.data"
        shutil.copy(path, copy)
        assert [reading.loader.format_id for reading in plan([copy]).readings] == ["crunchbase"], path


def test_other_tables_are_not_taken(tmp_path: Path) -> None:
    others = {
        "a.csv": "id,from,type,to,status,start,end,role,amount_usd,share,share_basis,round,product,note,sources",
        "b.csv": "uuid,description",
        "c.csv": "source,target,weight",
        "people.csv": "id,name,age",
        "companies.csv": "CompanyName, CompanyNumber,RegAddress.CareOf",
        "d.csv": "uuid,name",
    }
    loader = loader_for("crunchbase")
    for name, header in others.items():
        source = SourceFile(table(tmp_path, name, header, "1,2"))
        assert not loader.accepts(source, source.members[0]), name
    for data in (b"", b"\x00\xff\xfe,\n", b"PK\x03\x04", b'"' * 50, b"<html>"):
        path = tmp_path / "odd.bin"
        path.write_bytes(data)
        source = SourceFile(path)
        assert not loader.accepts(source, source.members[0]), data


def test_no_table_of_crunchbase_is_an_error_and_others_are_named(tmp_path: Path) -> None:
    odd = table(tmp_path, "odd.csv", "a,b", "1,2")
    with pytest.raises(LoadError, match="none of the tables"):
        read(odd)
    shutil.copy(FIXTURES / "exports" / "companies.csv", tmp_path)
    assert [item.path for item in read(tmp_path) if isinstance(item, Unread) and not item.names] == [str(odd)]


# snapshot
def test_objects_of_the_snapshot() -> None:
    items = read(FIXTURES / "snapshot")
    found = entities(items)
    assert found["crunchbase:c:1"] == Entity(
        "crunchbase:c:1",
        "Wetstone",
        "company",
        country="US",
        founded="2005",
        sectors=("web",),
        description='A "wet" stone',
        identifiers=("crunchbase:c:1", "crunchbase:/company/wetstone"),
        note="funding in total: 39,750,000 USD; listed NASDAQ:WETS 2010-06-01 (raised 18,400,000 USD)",
    )
    assert found["crunchbase:c:2"].note == (
        "status in Crunchbase: acquired; closed 2012-02-03; rounds without a named investor: debt_round 2008-05-05"
    )
    assert {key: entity.kind for key, entity in found.items()} == {
        "crunchbase:c:1": "company",
        "crunchbase:c:2": "company",
        "crunchbase:f:7": "investor",
        "crunchbase:p:3": "person",
        "crunchbase:fund:31": "investor",
    }
    assert entities(items, weak=True)["crunchbase:p:4"].name == "Carl Dunn"


def test_ties_of_the_snapshot() -> None:
    found = [
        (t.from_id[11:], t.type, t.to_id[11:], t.status, t.start_date, t.end_date, t.role)
        for t in ties(read(FIXTURES / "snapshot"))
        if t.type != "MEMBER_OF"
    ]
    assert found == [
        ("f:7", "INVESTED_IN", "c:1", "completed", "2006-10-01", None, None),
        ("p:3", "INVESTED_IN", "c:1", "completed", "2006-10-01", None, None),
        ("c:1", "INVESTED_IN", "c:2", "completed", "2007", None, None),
        ("c:1", "ACQUIRED", "c:2", "completed", "2012-02-03", None, None),
        ("p:3", "HOLDS_ROLE", "c:1", "active", "2005-10-17", None, "Founder, CEO"),
        ("p:3", "BOARD_MEMBER_OF", "c:2", "ended", "2006-01-01", None, "Board Member"),
        ("p:4", "ADVISES", "f:7", "ended", None, "2011-12-31", "Advisor"),
        ("f:7", "MANAGES", "fund:31", "active", None, None, None),
    ]


def test_a_round_in_euro_of_the_snapshot_is_no_dollars() -> None:
    invested = [tie for tie in ties(read(FIXTURES / "snapshot")) if tie.type == "INVESTED_IN"]
    assert [(tie.round, tie.round_usd, tie.note) for tie in invested] == [
        ("series-a", 5_250_000, None),
        ("series-a", 5_250_000, None),
        ("angel", None, "the round raised 400,000 EUR"),
    ]


def test_schools_of_the_snapshot_have_their_name_as_only_key() -> None:
    items = read(FIXTURES / "snapshot")
    first, second = [tie for tie in ties(items) if tie.type == "MEMBER_OF"]
    assert first.to_id == second.to_id
    assert entities(items, weak=True)[first.to_id].name == "University of Northmoor"
    assert (first.role, first.status, first.end_date) == ("degree MBA, Finance", "ended", "1998-01-01")
    assert (second.role, second.status, second.end_date) == ("student", "active", None)


def test_every_row_of_the_snapshot_has_one_end() -> None:
    items = read(FIXTURES / "snapshot")
    assert ends_of_rows(items) == {
        "records": 4 + 2 + 3 + 1 + 3 + 2 + 1,
        "rejected": 1 + 1 + 1 + 1,
        "skipped": 1 + 3 + 1 + 1 + 1 + 1,
    }
    assert skipped(items)["aside", "a round without a named investor, which the company's note tells"] == 1
    assert skipped(items)["aside", "a round, which its investments tell"] == 2


# bulk
def test_organisations_and_people_of_the_bulk_files() -> None:
    found = entities(read(FIXTURES / "bulk"))
    assert found[uuid("01")] == Entity(
        uuid("01"),
        "Sandpiper",
        "company",
        aliases=("Sandpiper GmbH", "Sand"),
        country="DE",
        founded="2011",
        sectors=("apps", "boating"),
        description="Sandpiper rents boats.\nBy the hour.",
        identifiers=(uuid("01"), "crunchbase:/organization/sandpiper"),
        note="funding in total: 9,000,000 USD; rounds without a named investor: grant 2012-01-01 (50,000 EUR)",
    )
    assert found[uuid("02")] == Entity(
        uuid("02"),
        "Tern Ventures",
        "investor",
        country="GB",
        sectors=("venture-capital", "micro-vc"),
        identifiers=(uuid("02"), "crunchbase:/organization/tern-ventures"),
        note="status in Crunchbase: closed; closed 2019-05-01",
    )
    assert found[uuid("03")].kind == "organization"
    assert found[uuid("51")] == Entity(
        uuid("51"),
        "Mia Stone",
        "person",
        country="IE",
        description="Managing Partner, Tern Ventures",
        identifiers=(uuid("51"), "crunchbase:/person/mia-stone"),
    )
    assert found[uuid("61")].kind == "person"
    assert found[uuid("71")].note == "raised 40,000,000 GBP; announced 2012-05-01"


def test_investments_of_the_bulk_files() -> None:
    items = read(FIXTURES / "bulk")
    found = [t for t in ties(items) if t.type == "INVESTED_IN"]
    assert found[0] == Tie(
        uuid("21"), uuid("02"), "INVESTED_IN", uuid("01"), "completed",
        start_date="2014-02-03", role="lead", round="series_a", note="the round raised 8,000,000 EUR",
        sources=("crunchbase:investments.csv",), round_usd=9_000_000,
    )  # fmt: skip
    # The flag of the investment says no, though the round lists its uuid among the leaders.
    assert (found[1].from_id, found[1].role) == (uuid("51"), None)
    # The round's row is missing: nobody knows the company, and the round stands in for it.
    assert (found[2].from_id, found[2].to_id, found[2].start_date) == (uuid("59"), uuid("19"), None)
    assert entities(items, weak=True)[uuid("19")] == Entity(uuid("19"), "Seed - Heron", "party")
    assert entities(items, weak=True)[uuid("59")].kind == "investor"


def test_a_leader_of_a_round_counts_where_the_investment_does_not_say(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "bulk" / "funding_rounds.csv", tmp_path)
    rows = [f"{uuid('11')[11:]},{uuid(end)[11:]}" for end in ("51", "02", "99")]
    table(tmp_path, "investments.csv", "funding_round_uuid,investor_uuid", *rows)
    assert [(tie.from_id, tie.role) for tie in ties(read(tmp_path))] == [
        (uuid("51"), "lead"),
        (uuid("02"), "lead"),
        (uuid("99"), None),
    ]


def test_other_ties_of_the_bulk_files() -> None:
    found = [
        (t.from_id[-2:], t.type, t.to_id[-2:], t.status, t.role, t.interest, t.product)
        for t in ties(read(FIXTURES / "bulk"))
        if t.type != "INVESTED_IN"
    ]
    assert found == [
        ("02", "MANAGES", "71", "active", None, None, None),
        ("51", "RELATED_TO", "02", "completed", "partner behind the investment in Sandpiper", None, None),
        ("62", "ACQUIRED", "01", "completed", None, "acquisition", None),
        ("51", "HOLDS_ROLE", "02", "active", "Managing Partner", None, None),
        ("51", "BOARD_MEMBER_OF", "01", "ended", "Director", None, None),
        ("63", "ADVISES", "01", "ended", "Scientific Advisor", None, None),
        ("51", "MEMBER_OF", "03", "ended", "degree BA, History", None, None),
        ("63", "MEMBER_OF", "64", "active", "student", None, None),
        ("62", "OWNS", "01", "active", "parent organisation", "Subsidiary", None),
        ("65", "PART_OF", "62", "active", "division", "division", None),
        ("62", "RELATED_TO", "02", "active", "parent organisation", None, None),
        ("01", "SUPPLIES", "66", "active", None, None, "Boats, by the hour"),
        ("01", "COMPETES_WITH", "67", "active", None, None, None),
    ]


def test_a_price_in_pounds_stays_in_pounds() -> None:
    sold = next(t for t in ties(read(FIXTURES / "bulk")) if t.type == "ACQUIRED")
    assert (sold.id, sold.amount_usd, sold.amount, sold.currency) == (uuid("81"), None, "40000000.5", "GBP")
    assert sold.note == "price in US dollars by Crunchbase: 52,000,000 USD"


def test_every_row_of_the_bulk_files_has_one_end() -> None:
    items = read(FIXTURES / "bulk")
    assert ends_of_rows(items) == {"records": 3 + 1 + 1 + 2 + 3 + 1 + 2 + 1 + 1 + 3 + 2 + 3 + 1 + 1 + 1, "rejected": 1,
                                   "skipped": 1 + 1 + 1 + 1 + 1}  # fmt: skip
    assert skipped(items) == {
        ("aside", "an investor who is his own partner"): 1,
        ("duplicate", "the same tie stands in the table before"): 1,
        ("aside", "an event; events are no parties"): 1,
        ("aside", "an appearance at an event, which joins no two parties"): 1,
        ("aside", "a group of categories"): 1,
    }
    assert [item.reason for item in problems(items)] == ["the acquirer is the company acquired."]


def test_the_bulk_files_of_2016_have_other_columns(tmp_path: Path) -> None:
    table(
        tmp_path,
        "organizations.csv",
        "company_name,roles,domain,country_code,status,short_description,category_list,funding_rounds,"
        "funding_total_usd,founded_on,closed_on,employee_count,cb_url,uuid,primary_role",
        "Egret,company,egret.example,GBR,operating,Birds,Apps|Media,1,500,2010-01-01,,1-10,"
        "https://www.crunchbase.com/organization/egret,u-1,",
    )
    table(
        tmp_path,
        "funding_rounds.csv",
        "company_name,country_code,funding_round_type,funding_round_code,announced_on,raised_amount_usd,"
        "raised_amount,raised_amount_currency_code,investor_count,company_uuid,funding_round_uuid",
        "Egret,GBR,venture,A,2011-02-03,500,,,1,u-1,r-1",
    )
    table(tmp_path, "investments.csv", "funding_round_uuid,investor_uuid,is_lead_investor", "r-1,i-1,t")
    table(
        tmp_path,
        "people.csv",
        "first_name,last_name,country_code,cb_url,primary_affiliation_organization,primary_affiliation_title,"
        "primary_organization_uuid,uuid",
        "Jo,Reed,GBR,https://www.crunchbase.com/person/jo-reed,Egret,Founder,u-1,p-1",
    )
    table(tmp_path, "org_parents.csv", "org_uuid,parent_org_uuid", "u-1,u-2")
    table(tmp_path, "organization_descriptions.csv", "uuid,description", "u-1,Long text")
    items = read(tmp_path)
    found = entities(items)
    assert (found["crunchbase:u-1"].name, found["crunchbase:u-1"].kind) == ("Egret", "company")
    assert (found["crunchbase:u-1"].description, found["crunchbase:u-1"].sectors) == (
        "Long text",
        ("apps", "media"),
    )
    assert found["crunchbase:p-1"].name == "Jo Reed"
    assert [(t.from_id, t.type, t.to_id, t.role, t.round, t.round_usd) for t in ties(items)] == [
        ("crunchbase:p-1", "HOLDS_ROLE", "crunchbase:u-1", "Founder", None, None),
        ("crunchbase:i-1", "INVESTED_IN", "crunchbase:u-1", "lead", "venture A", 500),
        ("crunchbase:u-2", "RELATED_TO", "crunchbase:u-1", "parent organisation", None, None),
    ]


def test_the_bulk_files_of_2016_without_organizations(tmp_path: Path) -> None:
    """Each table of them stands alone: companies and investors by their uuids, names only here and there."""
    page = "https://www.crunchbase.com/organization"
    table(
        tmp_path,
        "funding_rounds.csv",
        "company_name,country_code,company_category_list,funding_round_type,funding_round_code,announced_on,"
        "raised_amount_usd,cb_url,company_uuid,funding_round_uuid",
        f"Egret,GBR,Birds|Apps,venture,A,2011-02-03,500,{page}/egret,u-1,r-1",
    )
    table(
        tmp_path,
        "acquisitions.csv",
        "acquiree_name,acquiree_country_code,acquirer_name,acquirer_country_code,acquired_on,price_usd,price,"
        "price_currency_code,acquiree_cb_url,acquirer_cb_url,acquiree_uuid,acquirer_uuid,acquisition_uuid",
        f"Ibis,ESP,Heron,JPN,2013-11-01,,5000,EUR,{page}/ibis,{page}/heron,u-4,u-5,a-1",
    )
    table(
        tmp_path,
        "ipos.csv",
        "name,country_code,stock_exchange_symbol,stock_symbol,went_public_on,price_usd,price,"
        "price_currency_code,cb_url,ipo_uuid,uuid",
        f"Stork,NZL,NYSE,STK,2013-10-09,828,,,{page}/stork,l-1,u-6",
    )
    table(
        tmp_path,
        "org_parents.csv",
        "org_uuid,parent_org_uuid,relationship_to_parent,created_at,updated_at",
        "u-1,u-2,Subsidiary,2016-04-12 13:08:05 +0000,2016-04-12 13:08:05 +0000",
        "u-3,u-2,Division,2016-04-12 13:08:05 +0000,2016-04-12 13:08:05 +0000",
        "u-7,u-2,Sub Brand,2016-04-12 13:08:05 +0000,2016-04-12 13:08:05 +0000",
    )
    table(
        tmp_path,
        "jobs.csv",
        "person_uuid,org_uuid,started_on,ended_on,is_current,title,job_role,executive_role,advisory_role",
        "p-2,u-1,2016-04-12 00:00:00 +0000,,t,Board Member,f,f,t",
        "p-3,u-1,,,t,Founder,t,t,f",
    )
    table(
        tmp_path,
        "people.csv",
        "first_name,last_name,cb_url,primary_affiliation_organization,primary_affiliation_title,"
        "primary_organization_uuid,uuid",
        "Jo,Reed,https://www.crunchbase.com/person/jo-reed,Egret,CFO,u-1,p-1",
        "Al,Marsh,https://www.crunchbase.com/person/al-marsh,Egret,Founder,u-1,p-3",
    )
    table(tmp_path, "category_groups.csv", "uuid,category_name,category_group_list", "g-1,birds,nature|sky")
    table(
        tmp_path,
        "event_relationships.csv",
        "event_uuid,relationship_to_event,entity_uuid,type,relationship_detail,created_at,updated_at",
        "e-1,sponsor,u-1,Organization,,2016-04-12 06:39:26 +0000,2016-04-12 06:39:26 +0000",
    )
    items = read(tmp_path)
    assert not problems(items)
    assert [
        (t.from_id[11:], t.type, t.to_id[11:], t.role or t.interest, t.start_date) for t in ties(items)
    ] == [
        ("p-1", "HOLDS_ROLE", "u-1", "CFO", None),
        ("u-5", "ACQUIRED", "u-4", None, "2013-11-01"),
        ("p-2", "BOARD_MEMBER_OF", "u-1", "Board Member", "2016-04-12"),
        ("p-3", "HOLDS_ROLE", "u-1", "Founder", None),
        ("u-2", "OWNS", "u-1", "parent organisation", None),
        ("u-3", "PART_OF", "u-2", "division", None),
        ("u-2", "RELATED_TO", "u-7", "parent organisation", None),
    ]
    assert [tie.interest for tie in ties(items)[-3:]] == ["Subsidiary", "Division", "Sub Brand"]
    weak = entities(items, weak=True)
    assert (weak["crunchbase:u-1"].sectors, weak["crunchbase:u-1"].identifiers) == (
        ("birds", "apps"),
        ("crunchbase:u-1", "crunchbase:/organization/egret"),
    )
    assert weak["crunchbase:u-4"].identifiers == ("crunchbase:u-4", "crunchbase:/organization/ibis")
    assert (weak["crunchbase:u-6"].name, weak["crunchbase:u-6"].country, weak["crunchbase:u-6"].note) == (
        "Stork", "NZ", "listed NYSE:STK 2013-10-09",
    )  # fmt: skip
    assert weak["crunchbase:p-2"].kind == "person"
    assert skipped(items) == {
        ("aside", "an appearance at an event, which joins no two parties"): 1,
        ("aside", "a group of categories"): 1,
    }


def test_old_jobs_mark_advisers_and_board_in_one_column(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "jobs.csv",
        "person_uuid,org_uuid,job_uuid,started_on,ended_on,is_current,title,job_role,executive_role,advisory_role",
        "p,o,1,,,f,Director,f,f,t",
        "p,o,2,,,t,Senior Advisor,f,f,t",
        "p,o,3,3201-01-01,,t,CTO,t,t,f",
    )
    items = read(path)
    assert [(tie.type, tie.status, tie.role, tie.start_date) for tie in ties(items)] == [
        ("BOARD_MEMBER_OF", "ended", "Director", None),
        ("ADVISES", "active", "Senior Advisor", None),
        ("HOLDS_ROLE", "active", "CTO", None),
    ]
    assert remarks(items) == [("started_on", "3201-01-01")]


def test_sources_and_their_options() -> None:
    assert sources(read(FIXTURES / "exports" / "investments.csv")) == [
        Source("crunchbase:investments.csv", "Crunchbase", "Crunchbase data, investments.csv")
    ]
    path = FIXTURES / "exports" / "investments.csv"
    found = sources(read(path, publisher="A mirror", date="2015-12-04", url="https://mirror.example/"))
    assert found == [
        Source(
            "crunchbase:investments.csv",
            "A mirror",
            "Crunchbase data, investments.csv",
            "2015-12-04",
            "https://mirror.example/",
        )
    ]


def test_ids_do_not_depend_on_place_and_order(tmp_path: Path) -> None:
    lines = (FIXTURES / "exports" / "investments.csv").read_text(encoding="utf-8").splitlines()
    path = table(tmp_path, "moved.csv", lines[0], *reversed(lines[1:]))
    before = {tie.id for tie in ties(read(FIXTURES / "exports" / "investments.csv"))}
    assert {tie.id for tie in ties(read(path))} == before


def test_unknown_format_still_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat):
        plan([table(tmp_path, "x.bin", "nothing")])


@pytest.mark.parametrize("name", ["exports/investments.csv", "snapshot/objects.csv", "bulk/jobs.csv"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_never_raise_anything_else(name: str, data: st.DataObject, tmp_path: Path) -> None:
    good = (FIXTURES / name).read_bytes()
    path = tmp_path / "x.csv"
    path.write_bytes(data.draw(spoilt_bytes(good)))
    survives("crunchbase", path)


CELLS = ["", "\\N", "NULL", "#REF!", "1e999", "1e20", "-5", "3201-01-01", "0000-00-00", "x" * 600, "\u202e", "ROM",
         "$1,000", "1,0,0", "🙂", "99/99/2012", "13/13/12", "/person/x", "c:1", "true", "nan", "inf", "5 XYZ"]  # fmt: skip


@pytest.mark.parametrize("name", sorted({path.name for path in FIXTURES.glob("*/*.csv")}))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_odd_cells_never_raise(name: str, random: Random, tmp_path: Path) -> None:
    for folder in ("exports", "snapshot", "bulk"):
        if not (FIXTURES / folder / name).exists():
            continue
        with (FIXTURES / folder / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        for row in rows[1:]:
            for column in range(len(row)):
                if random.random() < 0.25:
                    row[column] = random.choice(CELLS)
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        # A person in the place of a company is the importer's to turn down, who knows all kinds.
        found = list(plan([path], "crunchbase").items())
        assert sum(ends_of_rows(found).values()) == len(rows) - 1
