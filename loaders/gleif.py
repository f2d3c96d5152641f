"""GLEIF: legal entities (level 1), relationships and reporting exceptions (level 2), as XML or CSV.

Files of all three sorts, full ones and deltas, may come together: of several records with one key the
newest counts, and an exception becomes a note on its entity. Kept in memory are the keys of the records,
for level 1 without anything else, and one line for each entity with an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from graph.dates import parse_date
from graph.model import Entity, Item, Place, Placed, Problem, Remark, Skipped, Source, Tie, Unread
from loaders import ReadOptions
from loaders.companies_house import company_number
from loaders.gleif_csv import csv_level, csv_records
from loaders.gleif_record import ExceptionRecord, FileHeader, LeiRecord, Read, Record, RelationshipRecord
from loaders.gleif_xml import is_gleif_xml, xml_records
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, country_code, digest, made_id, read_date

_KINDS = {
    "FUND": "investor",
    "BRANCH": "company",
    "GENERAL": "company",
    "SOLE_PROPRIETOR": "company",
    "RESIDENT_GOVERNMENT_ENTITY": "government",
    "INTERNATIONAL_ORGANIZATION": "organization",
}
_CHILD_FIRST = {
    "IS_SUBFUND_OF": "sub-fund",
    "IS_FEEDER_TO": "feeder fund",
    "IS_INTERNATIONAL_BRANCH_OF": "international branch",
}
_PARENT_FIRST = {
    "IS_DIRECTLY_CONSOLIDATED_BY": ("OWNS", "accounting consolidation", "direct"),
    "IS_ULTIMATELY_CONSOLIDATED_BY": ("ULTIMATE_PARENT_OF", "ultimate accounting consolidation", None),
    "IS_FUND-MANAGED_BY": ("MANAGES", None, None),
}
_GONE = {
    "RETIRED": "the register retired the record",
    "DUPLICATE": "the register marks the record as a duplicate",
    "ANNULLED": "the register annulled the record",
    "CANCELLED": "the register cancelled the record",
    "MERGED": "the entity was merged into another",
    "TRANSFERRED": "the record was handed to another issuer",
}
_COMPANIES_HOUSE = ("RA000585", "RA000586", "RA000587")
_NO_AUTHORITY = ("RA888888", "RA999999")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}\Z", re.ASCII)
_FILE_DATE = re.compile(r"(?:^|\D)(20\d{2})-?([01]\d)-?([0-3]\d)(?:\D|$)", re.ASCII)


class GleifLoader:
    """Golden copies, concatenated files and deltas of GLEIF."""

    format_id = "gleif"
    title = "GLEIF: legal entities, relationships, reporting exceptions (XML or CSV)"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self._options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file is GLEIF's XML or has the columns of a golden copy."""
        return is_gleif_xml(source.head(member)) or csv_level(source.csv_header(member)) is not None

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every record as an entity or tie, or why not. Reads level 2 twice.

        Raises:
            LoadError: a file is damaged.
        """
        yield from _Run(self._options, source).items()


class _Run:
    """One reading of a source."""

    def __init__(self, options: ReadOptions, source: SourceFile) -> None:
        self._options = options
        self._source = source
        # Key to (last update, position, digest): the newest record of each.
        self._newest: dict[str, tuple[str, int, str]] = {}
        self._notes: dict[str, str] = {}
        self._named: set[str] = set()
        self._position = 0

    def items(self) -> Iterator[Item]:
        xml = {member for member in self._source.members if is_gleif_xml(self._source.head(member))}
        levels: dict[str, list[Member]] = {"lei": [], "relationship": [], "exception": []}
        for member in self._source.members:
            level = _xml_level(self._source.head(member)) if member in xml else None
            levels[level or csv_level(self._source.csv_header(member)) or "lei"].append(member)
        for level in ("exception", "lei", "relationship"):
            surveyed = level != "lei" or len(levels[level]) > 1
            self._newest = {}
            if surveyed:
                self._survey(levels[level], xml)
            self._position = 0
            for member in levels[level]:
                yield from self._file(member, member in xml, surveyed)

    def _survey(self, members: list[Member], xml: set[Member]) -> None:
        position = 0
        exceptions: dict[str, dict[str, str]] = {}
        for member in members:
            stated = _file_date(member)
            for found in self._records(member, member in xml):
                if not isinstance(found, tuple):
                    continue
                record = found[1]
                if isinstance(record, FileHeader):
                    stated = record.date or stated
                    continue
                position += 1
                if record.key is None:
                    continue
                rank = (record.deleted or record.updated or stated or "", position, _digest(record))
                before = self._newest.get(record.key)
                if before is None or rank[:2] > before[:2]:
                    self._newest[record.key] = rank
                    if isinstance(record, ExceptionRecord):
                        self._note(record, exceptions)
        for lei, found in exceptions.items():
            self._notes[lei] = "; ".join(found[key] for key in sorted(found))

    def _note(self, record: ExceptionRecord, exceptions: dict[str, dict[str, str]]) -> None:
        found = exceptions.setdefault(record.lei or "", {})
        if record.deleted:
            found.pop(record.category or "", None)
        else:
            found[record.category or ""] = _exception_text(record)

    def _records(self, member: Member, xml: bool) -> Iterator[Read | Problem | Unread]:
        return xml_records(self._source, member) if xml else csv_records(self._source, member)

    def _file(self, member: Member, xml: bool, surveyed: bool) -> Iterator[Item]:
        header: tuple[Place, FileHeader] | None = None
        source: Source | None = None
        count = 0
        for found in self._records(member, xml):
            if not isinstance(found, tuple):
                yield found
                continue
            place, record = found
            if isinstance(record, FileHeader):
                header = (place, record)
                continue
            count += 1
            self._position += 1
            reason = self._reason_to_skip(record, surveyed)
            if reason is not None:
                yield Skipped(place, *reason)
                continue
            if isinstance(record, RelationshipRecord):
                if source is None:
                    source = self._make_source(member, header[1] if header else None)
                    yield Placed(source, place)
                yield from self._tie(place, record, source.id)
            elif isinstance(record, LeiRecord):
                yield from self._entity(place, record)
            else:
                yield from self._exception(place, record)
        if header is not None and header[1].count is not None and header[1].count != str(count):
            reason = "the header gives another number of records than the file holds"
            yield Remark(header[0], "RecordCount", header[1].count, reason)

    def _reason_to_skip(self, record: Record, surveyed: bool) -> tuple[str, str] | None:
        key = record.key
        if key is None:
            return None
        if not surveyed:
            if key in self._named:
                return "duplicate", "the file holds a record of this LEI before"
            self._named.add(key)
        elif self._newest[key][1] != self._position:
            if self._newest[key][2] == _digest(record):
                return "duplicate", "the same record stands elsewhere"
            return "superseded", "a newer record took its place"
        if record.deleted:
            return "superseded", "the register deleted the record"
        status = (record.registration or "").upper()
        if status in _GONE:
            return "superseded", _GONE[status]
        if status == "PENDING_VALIDATION":
            return "aside", "the record is not validated and not published yet"
        if isinstance(record, RelationshipRecord) and record.start == record.end:
            return "aside", "the relationship joins an entity to itself"
        return None

    def _make_source(self, member: Member, header: FileHeader | None) -> Source:
        stated = read_date(header.date)[0] if header else None
        return Source(
            id=f"gleif:{member.name}"[:500],
            publisher=self._options.publisher or "GLEIF",
            title=f"Relationship records, {member.name}",
            date=self._options.date or stated or _file_date(member),
            url=self._options.url,
        )

    def _entity(self, place: Place, record: LeiRecord) -> Iterator[Item]:
        if record.lei is None:
            yield _problem(place, "LEI", record, "there is no LEI.")
            return
        reader = RowReader(place)
        lei = record.lei.upper()
        if not _LEI.match(lei):
            reader.remark("LEI", lei, "this is no LEI of 18 letters or digits and 2 check digits")
        name = record.name or next(iter(record.aliases), lei)
        country = reader.country("LegalJurisdiction", record.jurisdiction) or country_code(record.country)
        created = reader.date("EntityCreationDate", record.created)
        kind = _KINDS.get((record.category or "").upper(), "organization")
        if record.category and record.category.upper() not in _KINDS:
            reader.remark(
                "EntityCategory", record.category, "the category is not known; read as an organisation"
            )
        yield Placed(
            Entity(
                id=f"lei:{lei}",
                name=name,
                kind=kind,
                aliases=tuple(dict.fromkeys(alias for alias in record.aliases if alias != name)),
                country=country,
                founded=created[:4] if created else None,
                identifiers=_identifiers(lei, record),
                note=self._entity_note(lei, record, reader),
            ),
            place,
        )
        yield from reader.remarks

    def _entity_note(self, lei: str, record: LeiRecord, reader: RowReader) -> str | None:
        parts = [self._notes.get(lei)]
        if (record.status or "").upper() == "INACTIVE":
            since = reader.date("EntityExpirationDate", record.expired)
            why = f" ({record.expiry_reason})" if record.expiry_reason else ""
            parts.append(f"inactive since {since}{why}" if since else f"inactive{why}")
        return "; ".join(part for part in parts if part) or None

    def _exception(self, place: Place, record: ExceptionRecord) -> Iterator[Item]:
        if record.lei is None:
            yield _problem(place, "LEI", record, "there is no LEI.")
            return
        lei = record.lei.upper()
        note = self._notes.get(record.lei) or _exception_text(record)
        yield Placed(
            # Called by its id, which is no name, so that it leaves no alias behind.
            Entity(f"lei:{lei}", f"lei:{lei}", "organization", identifiers=(f"lei:{lei}",), note=note),
            place,
            weak=True,
        )

    def _tie(self, place: Place, record: RelationshipRecord, source: str) -> Iterator[Item]:
        if record.start is None or record.end is None:
            field = "StartNode.NodeID" if record.start is None else "EndNode.NodeID"
            yield _problem(place, field, record, "the relationship has only one end.")
            return
        reader = RowReader(place)
        child, parent = _node(record.start, record.start_scheme), _node(record.end, record.end_scheme)
        kind = (record.kind or "").upper()
        if kind in _CHILD_FIRST:
            type_, first, second = "PART_OF", child, parent
            role, interest, directness = _CHILD_FIRST[kind], None, None
        elif kind in _PARENT_FIRST:
            type_, interest, directness = _PARENT_FIRST[kind]
            first, second, role = parent, child, None
        else:
            reader.remark("RelationshipType", record.kind, "the type of relationship is not known")
            type_, first, second = "RELATED_TO", child, parent
            role, interest, directness = record.kind, None, None
        start, end = _period(record, reader)
        over = end is not None or (record.status or "").upper() == "INACTIVE"
        yield Placed(
            Tie(
                id=made_id("gleif", child, kind, parent),
                from_id=first,
                type=type_,
                to_id=second,
                status="ended" if over else "active",
                start_date=start,
                end_date=end,
                role=role,
                interest=interest,
                directness=directness,
                note="; ".join((*record.qualifiers, *record.quantifiers)) or None,
                sources=(source,),
            ),
            place,
        )
        yield from reader.remarks


def _period(record: RelationshipRecord, reader: RowReader) -> tuple[str | None, str | None]:
    """From the first start to the last end of the relationship periods; an open one leaves the end open."""
    found = [
        reader.period("StartDate", period.start, "EndDate", period.end)
        for period in record.periods
        if (period.kind or "").upper() == "RELATIONSHIP_PERIOD"
    ]
    starts = [start for start, _ in found if start]
    ends = [end for _, end in found if end]
    first = min(starts) if starts and len(starts) == len(found) else None
    last = max(ends) if ends and len(ends) == len(found) else None
    if first and last and parse_date(first).first_day > parse_date(last).last_day:
        last = None
    return first, last


def _identifiers(lei: str, record: LeiRecord) -> tuple[str, ...]:
    found = [f"lei:{lei}"]
    number, authority = record.authority_entity, record.authority
    if number and authority and authority not in _NO_AUTHORITY:
        if authority in _COMPANIES_HOUSE and (british := company_number(number)):
            found.append(f"gb-coh:{british}")
        found.append(f"reg:{authority}:{number}")
    return tuple(found)


def _node(node: str, scheme: str | None) -> str:
    if scheme is None or scheme.upper() == "LEI":
        return f"lei:{node.upper()}"
    return f"gleif:{scheme}:{node}"


def _exception_text(record: ExceptionRecord) -> str:
    category = (record.category or "").upper()
    which = {
        "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT": "direct parent",
        "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT": "ultimate parent",
    }.get(category, category.replace("_", " ").lower() or "parent")
    return f"no {which} stated: {', '.join(record.reasons) or 'no reason given'}"


def _problem(place: Place, field: str, record: Record, reason: str) -> Problem:
    said: Mapping[str, object] = asdict(record)
    row = tuple((name, str(value)) for name, value in said.items() if value)
    return Problem(Place(place.path, place.line, row), field, "", reason, "Every record needs it.")


def _digest(record: Record) -> str:
    return digest(repr(record))


def _xml_level(head: bytes) -> str:
    start = head[:4096]
    if b"RelationshipData" in start or b"schema/rr/" in start:
        return "relationship"
    return "exception" if b"ReportingException" in start or b"schema/repex/" in start else "lei"


def _file_date(member: Member) -> str | None:
    found = _FILE_DATE.search(member.name)
    return read_date("-".join(found.groups()))[0] if found else None
