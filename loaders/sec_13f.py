"""SEC Form 13F: which listed securities an investment manager holds at the end of a quarter.

A report is a cover page and an information table, in one submission or as two files. Rows of the table
on one CUSIP are added up: they differ in which managers decide. Of several reports of a manager that of
the latest quarter counts. Kept in memory are the positions of one report at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from graph.errors import LoadError
from graph.model import Entity, Item, Place, Placed, Problem, Remark, Skipped, Source, Tie, Unread
from loaders import ReadOptions
from loaders.sec_13f_cover import Cover, Table, chosen, cover_of, dollars_in, paired
from loaders.sec_filing import (
    HOLDINGS,
    Lines,
    cik_number,
    documents,
    family,
    leaves_not_read,
)
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, clean, decimal_text, made_id, money_fields
from loaders.xml_file import Element, child_text, children, local_name

_READ = frozenset({
    "submissionType", "cik", "periodOfReport", "reportCalendarOrQuarter", "isAmendment", "amendmentNo",
    "amendmentType", "name", "stateOrCountry", "form13FFileNumber", "sequenceNumber", "signatureDate",
    "tableEntryTotal", "tableValueTotal", "nameOfIssuer", "titleOfClass", "cusip", "value", "sshPrnamt",
    "sshPrnamtType", "putCall", "investmentDiscretion", "otherManager", "reportType",
})  # fmt: skip


@dataclass(slots=True)
class _Position:
    place: Place
    title: str | None
    principal: bool
    quantity: Decimal | None = None
    value: Decimal | None = None
    discretion: dict[str, None] = field(default_factory=dict[str, None])
    managers: dict[str, None] = field(default_factory=dict[str, None])


class HoldingsLoader:
    """Holdings reports of investment managers."""

    format_id = HOLDINGS
    title = "SEC Form 13F (XML)"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self._options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file is a cover page, an information table or a whole submission of Form 13F."""
        return family(source.head(member)) == HOLDINGS

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every report's manager and positions, newest first. Reads each file twice."""
        yield from _Run(self._options, source).items()


class _Run:
    def __init__(self, options: ReadOptions, source: SourceFile) -> None:
        self._options, self._source = options, source
        self._given: set[str] = set()

    def items(self) -> Iterator[Item]:
        covers: list[Cover] = []
        tables: list[Table] = []
        for member in self._source.members:
            mine: tuple[list[Cover], list[Table]] = ([], [])
            try:
                self._survey(member, *mine)
            except LoadError as exc:
                reason = exc.message.removeprefix(f"{exc.path}:{exc.line}: ").removeprefix(f"{exc.path}: ")
                yield Problem(Place(member.shown, exc.line or 1), "", "", reason, exc.hint)
                continue
            if not any(mine):
                reason = "the file holds no Form 13F."
                yield Problem(Place(member.shown, 1), "", "", reason, "Is it another form?")
            covers += mine[0]
            tables += mine[1]
        pairs, alone = paired(covers, tables)
        for table in alone:
            reason = "no cover page says whose holdings these are."
            hint = "Load the primary document or the full submission with the table."
            for _, place in self._rows(table, Lines()):
                yield Problem(place, "", "", reason, hint)
        for cover, superseded in chosen(covers):
            yield from self._report(cover, pairs.get(id(cover), []), superseded)

    def _survey(self, member: Member, covers: list[Cover], tables: list[Table]) -> None:
        for number, document in enumerate(documents(self._source, member)):
            table: Table | None = None
            for _, element in document.elements("edgarSubmission", "infoTable"):
                if local_name(element) == "edgarSubmission":
                    covers.append(cover_of(member, number, document.header, element))
                    continue
                if table is None:
                    table = Table(member, number)
                    tables.append(table)
                for row in (
                    [element] if local_name(element) == "infoTable" else children(element, "infoTable")
                ):
                    table.count += 1
                    value = RowReader(Place("", 1)).amount("value", child_text(row, "value")).value
                    table.total += value or 0

    def _rows(self, table: Table, lines: Lines) -> Iterator[tuple[Element, Place]]:
        for number, document in enumerate(documents(self._source, table.member)):
            if number != table.number:
                continue
            for line, element in document.elements("infoTable"):
                yield element, Place(table.member.shown, lines.of(line))

    def _report(self, cover: Cover, tables: list[Table], superseded: bool) -> Iterator[Item]:
        lines = Lines()
        place, unread = self._cover_place(cover, lines)
        manager = cover.manager
        if superseded:
            yield Skipped(place, "superseded", "a later report of the manager took its place")
        elif manager is None:
            yield Problem(place, "cik", "", "the report names no manager.", "Fetch the filing again.")
        elif manager.id in self._given:
            yield Placed(manager, place, weak=True)
        else:
            self._given.add(manager.id)
            yield Placed(manager, place)
        if unread:
            yield Unread(cover.member.shown, unread)
        yield from self._remarks(cover, tables, place)
        positions: dict[tuple[str, bool], _Position] = {}
        for table in tables:
            same = table.member == cover.member
            names: set[str] = set()
            for element, at in self._rows(table, lines if same else Lines()):
                names.update(leaves_not_read(element, _READ))
                if superseded:
                    yield Skipped(at, "superseded", "a later report of the manager took its place")
                elif manager is None:
                    yield Problem(at, "cik", "", "the report names no manager.", "Fetch the filing again.")
                else:
                    yield from _position(element, at, cover, positions)
            if names:
                yield Unread(table.member.shown, tuple(sorted(names)))
        if manager is not None and positions:
            yield from self._ties(cover, manager, positions)

    def _cover_place(self, cover: Cover, lines: Lines) -> tuple[Place, tuple[str, ...]]:
        for number, document in enumerate(documents(self._source, cover.member)):
            if number == cover.number:
                for line, element in document.elements("edgarSubmission"):
                    names = tuple(sorted(set(leaves_not_read(element, _READ))))
                    return Place(cover.member.shown, lines.of(line)), names
        return Place(cover.member.shown, lines.of(1)), ()

    def _remarks(self, cover: Cover, tables: list[Table], place: Place) -> Iterator[Remark]:
        entries = cover.entries
        if not tables and entries and entries != "0":
            yield Remark(place, "tableEntryTotal", entries, "the information table is not among the files")
        elif tables and entries and entries != str(sum(table.count for table in tables)):
            yield Remark(
                place, "tableEntryTotal", entries, "the cover page counts other rows than the table has"
            )
        if tables and cover.period is None and cover.day is None:
            yield Remark(place, "periodOfReport", "", "the report has no date")

    def _ties(
        self, cover: Cover, manager: Entity, positions: dict[tuple[str, bool], _Position]
    ) -> Iterator[Item]:
        source = self._make_source(cover, manager)
        first = next(iter(positions.values()))
        if source.id not in self._given:
            self._given.add(source.id)
            yield Placed(source, first.place)
        part = (f"added by amendment {cover.amendment}",) if cover.adds else ()
        for (cusip, _), position in positions.items():
            kind = "PRN" if position.principal else "SH"
            quantity = position.quantity
            principal = (
                f"principal amount {decimal_text(quantity)}" if quantity and position.principal else None
            )
            notes = [
                f"as of {cover.period}" if cover.period else None,
                principal,
                f"discretion {', '.join(position.discretion)}" if position.discretion else None,
                f"with {', '.join(position.managers)}" if position.managers else None,
            ]
            tie = Tie(
                id=made_id("sec-13f", manager.id, cusip, kind, *part),
                from_id=manager.id,
                type="OWNS",
                to_id=f"cusip:{cusip}",
                status="active",
                interest=position.title,
                quantity=decimal_text(quantity) if quantity and not position.principal else None,
                note="; ".join(note for note in notes if note) or None,
                sources=(source.id,),
                **money_fields(position.value, "USD"),
            )
            if tie.id not in self._given:
                self._given.add(tie.id)
                yield Placed(tie, position.place)

    def _make_source(self, cover: Cover, manager: Entity) -> Source:
        accession, cik = cover.header.accession, cik_number(manager.id.removeprefix("cik:"))
        url = None
        if accession and cik:
            url = f"https://www.sec.gov/Archives/edgar/data/{int(cik)}/{accession.replace('-', '')}/"
        made = made_id("sec", cover.form, manager.id, cover.period, cover.amendment)
        return Source(
            id=f"sec:{accession}" if accession else made,
            publisher=self._options.publisher or "SEC",
            title=f"Form {cover.form} of {manager.name}, {cover.period or 'quarter not stated'}",
            date=self._options.date or cover.header.filed or cover.day,
            url=self._options.url or url,
        )


def _position(
    row: Element, place: Place, cover: Cover, positions: dict[tuple[str, bool], _Position]
) -> Iterator[Item]:
    reader = RowReader(place)
    cusip = re.sub(r"\s", "", child_text(row, "cusip") or "").upper()
    name = clean(child_text(row, "nameOfIssuer"))
    if not cusip or len(cusip) > 40:
        yield Problem(
            place, "cusip", cusip[:40], "the row has no CUSIP.", "Correct it, or leave the row out."
        )
        return
    if not re.fullmatch(r"[0-9A-Z*@#]{9}", cusip, re.ASCII):
        reader.remark("cusip", cusip, "the CUSIP has not 9 letters and digits")
    option = clean(child_text(row, "putCall"))
    if option:
        yield Skipped(place, "aside", "a put or call option is not a holding of shares")
        return
    issuer = Entity(f"cusip:{cusip}", name or cusip, "company", identifiers=(f"cusip:{cusip}",))
    yield Placed(issuer, place, weak=True)
    principal = (child_text(row, "shrsOrPrnAmt", "sshPrnamtType") or "").upper() == "PRN"
    title = clean(child_text(row, "titleOfClass"))
    position = positions.setdefault((cusip, principal), _Position(place, title, principal))
    quantity = reader.amount("sshPrnamt", child_text(row, "shrsOrPrnAmt", "sshPrnamt")).value
    if quantity is not None and quantity > 0:
        position.quantity = (position.quantity or Decimal(0)) + quantity
    value = reader.amount("value", child_text(row, "value")).value
    unit = dollars_in(cover)
    if value is not None and value > 0:
        if unit is None:
            reader.remark("value", value, "dollars or thousands? the day of filing is not known; left out")
        else:
            position.value = (position.value or Decimal(0)) + value * unit
    if discretion := clean(child_text(row, "investmentDiscretion")):
        position.discretion[discretion] = None
    for number in re.split(r"[\s,;]+", child_text(row, "otherManager") or ""):
        if number.strip("0"):
            position.managers[cover.managers.get(number.lstrip("0"), f"manager {number}"[:40])] = None
    yield from reader.remarks
