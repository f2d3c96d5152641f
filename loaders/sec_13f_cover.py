"""Cover pages of SEC Form 13F: who reports, for which quarter, and which table belongs to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from graph.model import Entity, Place
from loaders.sec_filing import Header, accession_of, cik_number, country_of, edgar_date, said_yes
from loaders.source_file import Member
from loaders.values import RowReader, clean, decimal_text, made_id
from loaders.xml_file import Element, child_text, children

DOLLARS_FROM = "2023-01-03"
"""Filings from this day on give values in dollars, earlier ones in thousands of dollars."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover page; ``number`` says which document of the file. Unstated values are None.

    Attributes:
        period: last day of the quarter.
        day: of filing, or of the signature.
        amendment: its number; None for a first report.
        adds: whether the amendment adds holdings to those reported before.
        entries, total: number of rows and sum of the values, as the page states them.
        managers: other managers by the number that rows call them by.
    """

    member: Member
    number: int
    header: Header
    form: str
    manager: Entity | None
    period: str | None
    day: str | None
    amendment: str | None
    adds: bool
    entries: str | None
    total: str | None
    managers: dict[str, str] = field(hash=False)

    @property
    def order(self) -> tuple[str, ...]:
        """Sorts reports from old to new."""
        return (self.period or "", self.day or "", (self.amendment or "").zfill(6), self.member.shown)


@dataclass(slots=True)
class Table:
    """An information table, with its rows and values counted."""

    member: Member
    number: int
    count: int = 0
    total: Decimal = Decimal(0)


def cover_of(member: Member, number: int, header: Header, root: Element) -> Cover:
    """What a cover page says."""
    reader = RowReader(Place(member.shown, 1))
    page = ("formData", "coverPage")
    cik = cik_number(child_text(root, "headerData", "filerInfo", "filer", "credentials", "cik"))
    cik = cik or next((party.cik for party in header.parties if party.role == "FILER" and party.cik), None)
    name = clean(child_text(root, *page, "filingManager", "name"))
    manager = None
    if cik or name:
        key = f"cik:{cik}" if cik else made_id("sec-13f", (name or "").upper())
        state = child_text(root, *page, "filingManager", "address", "stateOrCountry")
        found = (key,) if cik else ()
        manager = Entity(key, name or key, "investor", country=country_of(state, None), identifiers=found)
    stated = child_text(root, *page, "reportCalendarOrQuarter") or child_text(
        root, "headerData", "filerInfo", "periodOfReport"
    )
    signed = edgar_date(
        reader, "signatureDate", child_text(root, "formData", "signatureBlock", "signatureDate")
    )
    form = (child_text(root, "headerData", "submissionType") or header.form or "13F-HR").upper()
    amended = form.endswith("/A") or said_yes(child_text(root, *page, "isAmendment"))
    what = (child_text(root, *page, "amendmentInfo", "amendmentType") or "").upper()
    others = [
        *children(root, "formData", "summaryPage", "otherManagers2Info", "otherManager2"),
    ]
    named: dict[str, str] = {}
    for item in others:
        key, other = child_text(item, "sequenceNumber"), child_text(item, "otherManager", "name")
        if key and (other := other or child_text(item, "name")):
            named[key.lstrip("0")] = other
    return Cover(
        member=member,
        number=number,
        header=header,
        form=form,
        manager=manager,
        period=edgar_date(reader, "periodOfReport", stated),
        day=header.filed or signed,
        amendment=(child_text(root, *page, "amendmentNo") or "1") if amended else None,
        adds=amended and "NEW" in what,
        entries=clean(child_text(root, "formData", "summaryPage", "tableEntryTotal")),
        total=clean(child_text(root, "formData", "summaryPage", "tableValueTotal")),
        managers=named,
    )


def chosen(covers: list[Cover]) -> Iterator[tuple[Cover, bool]]:
    """Covers, newest first, and whether another took their place.

    Of a manager the latest quarter counts; within it the newest restatement, or the first report, with the
    amendments after it that add holdings.
    """
    quarter: dict[str, str | None] = {}
    closed: set[str] = set()
    for cover in sorted(covers, key=lambda cover: cover.order, reverse=True):
        key = cover.manager.id if cover.manager else cover.member.shown
        notice = cover.form.startswith("13F-NT")
        superseded = quarter.setdefault(key, cover.period) != cover.period or key in closed
        if not superseded and not cover.adds and not notice:
            closed.add(key)
        yield cover, superseded


def paired(covers: list[Cover], tables: list[Table]) -> tuple[dict[int, list[Table]], list[Table]]:
    """Tables by the cover they belong to, and tables whose cover cannot be told.

    In one submission they stand together. Of separate files the accession number in the path tells, then
    the folder, then the number of rows and the total of the values.
    """
    pairs: dict[int, list[Table]] = {}
    alone: list[Table] = []
    for table in tables:
        found = [cover for cover in covers if cover.member == table.member]
        if not found:
            found = _by_path(covers, table)
        if len(found) > 1:
            found = [cover for cover in found if _fits(cover, table)]
        if len(found) == 1:
            pairs.setdefault(id(found[0]), []).append(table)
        else:
            alone.append(table)
    return pairs, alone


def _by_path(covers: list[Cover], table: Table) -> list[Cover]:
    accession = accession_of(table.member.shown)
    if accession is not None:
        found = [cover for cover in covers if cover.header.accession == accession]
        if found:
            return found
    folder = Path(table.member.shown).parent
    near = [cover for cover in covers if Path(cover.member.shown).parent == folder]
    return near or covers


def _fits(cover: Cover, table: Table) -> bool:
    return cover.entries == str(table.count) and cover.total == decimal_text(table.total)


def dollars_in(cover: Cover) -> int | None:
    """Dollars that a value of 1 stands for; None when it cannot be told."""
    if cover.day is not None:
        return 1 if cover.day >= DOLLARS_FROM else 1000
    # Nobody can report a quarter before its end.
    return 1 if cover.period is not None and cover.period >= "2022-12-31" else None
