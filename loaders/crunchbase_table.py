"""Tables of Crunchbase's three generations of files: told apart by header, read row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Source, Tie, Unread
from graph.ontology import ID_MAX, ontology
from loaders import ReadOptions
from loaders.crunchbase_cells import Cells, kind_of_key
from loaders.seen import Seen
from loaders.source_file import Member, Row, SourceFile
from loaders.values import http_url, read_date

EXPORTS, SNAPSHOT, BULK = "exports", "snapshot", "bulk"

_COMPANY_COLUMNS = ("permalink", "name", "category_list|category_code", "status|funding_total_usd", "!uuid")
_GROUPS = "category_groups_list|category_group_list"
_SIGNATURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (SNAPSHOT, "objects", ("entity_type", "entity_id", "id", "name")),
    (SNAPSHOT, "relationships", ("person_object_id", "relationship_object_id")),
    (SNAPSHOT, "investments", ("funding_round_id", "funded_object_id", "investor_object_id")),
    (SNAPSHOT, "acquisitions", ("acquiring_object_id", "acquired_object_id")),
    (SNAPSHOT, "funding_rounds", ("funding_round_id", "object_id", "funding_round_type")),
    (SNAPSHOT, "funds", ("fund_id", "object_id", "funded_at")),
    (SNAPSHOT, "ipos", ("ipo_id", "object_id", "public_at")),
    (SNAPSHOT, "people", ("object_id", "first_name", "last_name")),
    (SNAPSHOT, "degrees", ("object_id", "degree_type", "institution")),
    (SNAPSHOT, "offices", ("object_id", "office_id")),
    (SNAPSHOT, "milestones", ("object_id", "milestone_at")),
    (EXPORTS, "acquisitions", ("company_permalink", "acquirer_permalink")),
    (EXPORTS, "investments", ("company_permalink", "investor_permalink")),
    (EXPORTS, "rounds", ("company_permalink", "funding_round_type")),
    (EXPORTS, "companies", _COMPANY_COLUMNS),
    (EXPORTS, "additions", ("content", "month_str", "year_str", "value")),
    (BULK, "investment_partners", ("partner_uuid", "investor_uuid")),
    (BULK, "investments", ("funding_round_uuid", "investor_uuid")),
    (BULK, "acquisitions", ("acquiree_uuid", "acquirer_uuid")),
    (BULK, "jobs", ("person_uuid", "org_uuid", "title|job_type|job_role")),
    (BULK, "degrees", ("person_uuid", "institution_uuid")),
    (BULK, "org_parents", ("uuid|org_uuid", "parent_uuid|parent_org_uuid")),
    (BULK, "org_parents", ("ownee_uuid", "owner_uuid")),
    (BULK, "customers", ("entity_uuid", "customer_uuid")),
    (BULK, "competitors", ("entity_uuid", "competitor_uuid")),
    (BULK, "event_appearances", ("event_uuid", "participant_uuid", "appearance_type")),
    (BULK, "event_appearances", ("event_uuid", "entity_uuid", "relationship_to_event")),
    (BULK, "funds", ("entity_uuid", "raised_amount", "uuid|fund_uuid")),
    (BULK, "ipos", ("went_public_on", "org_uuid|company_uuid|ipo_uuid")),
    (BULK, "funding_rounds", ("org_uuid|company_uuid", "investment_type|funding_round_type", "announced_on")),
    (BULK, "investors", ("uuid", "name|investor_name", "investor_types|investor_type", "investment_count")),
    (BULK, "people", ("uuid", "first_name", "last_name", "cb_url|permalink")),
    (BULK, "organizations", ("uuid", "name|company_name", "status", "founded_on", "cb_url|permalink")),
    (BULK, "category_groups", ("uuid|category_group_uuid", "name|category_name", _GROUPS)),
    (BULK, "events", ("uuid|event_uuid", "started_on", "ended_on", "venue_name|event_roles")),
    (BULK, "descriptions", ("uuid", "description", "cb_url|permalink")),
)
"""Generation, table and the columns that mark it, any of those parted by a bar, none that follows "!";
the first that fits."""

FILE_NAMES = frozenset({
    *(table for _, table, _ in _SIGNATURES),
    "organization_descriptions", "people_descriptions", "investments_vc", "event_relationships",
})  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A file that holds one of the tables.

    Attributes:
        header: names of the columns in lower case, each once.
        delimiter: what parts its cells; re-exports use tabs and semicolons too.
        order: ``dmy`` or ``mdy`` where the file writes dates so; None when it does not tell.
    """

    member: Member
    generation: str
    name: str
    header: tuple[str, ...]
    delimiter: str
    order: str | None = None


def find_table(source: SourceFile, member: Member) -> Table | None:
    """Which table a file holds, judged by its header; None for other files."""
    for delimiter in (",", "\t", ";"):
        header = _unique(source.csv_header(member, delimiter))
        if len(header) > 1 and (found := _signature(set(header), member)):
            return Table(member, *found, header, delimiter)
    return None


def _signature(header: set[str], member: Member) -> tuple[str, str] | None:
    for generation, table, columns in _SIGNATURES:
        if all(_has(header, column) for column in columns):
            return generation, table
    # The first bulk files had descriptions without anything else.
    if header == {"uuid", "description"} and "description" in member.plain_name:
        return BULK, "descriptions"
    return None


def _has(header: set[str], column: str) -> bool:
    if column.startswith("!"):
        return column[1:] not in header
    return any(name in header for name in column.split("|"))


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = re.sub(r"\s+", "_", cell.strip().lower())
        # Spreadsheets leave columns without a name behind.
        found.append(name if name and name not in found else f"column_{number}")
    return tuple(found)


def is_web_page(source: SourceFile, member: Member) -> bool:
    """Whether a file is HTML, such as the page of a code host that was saved instead of the file."""
    start = source.head(member)[:1000].lower()
    return start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<") and b"<html" in start)


def has_table_name(member: Member) -> bool:
    """Whether a file is called as one of Crunchbase's tables."""
    stem, _, ending = member.plain_name.rpartition(".")
    return ending == "csv" and ("crunchbase" in stem or re.sub("^cb[-_]", "", stem) in FILE_NAMES)


@dataclass
class Reading:
    """The tables of one generation, read together. Keeps a digest of every row, to know repeated ones."""

    source: SourceFile
    options: ReadOptions
    tables: list[Table]
    cited: set[str]
    named: Seen = field(default_factory=Seen)

    def has(self, name: str) -> bool:
        """Whether a table is among the files."""
        return any(table.name == name for table in self.tables)

    def survey(self, name: str) -> Iterator[Cells]:
        """The rows of a table without the empty and repeated ones and without saying anything about them."""
        seen = Seen()
        for table in self._named(name):
            for row in self._rows(table):
                if isinstance(row, Row) and any(row.values.values()) and seen.add(tuple(row.values.values())):
                    yield Cells(row, table.order)

    def rows(self, name: str) -> Iterator[Cells | Problem | Skipped | Unread]:
        """The rows of a table, what is wrong with others, and the columns that nobody read. Streams."""
        seen = Seen()
        for table in self._named(name):
            read: set[str] = set()
            filled: set[str] = set()
            for row in self._rows(table):
                if isinstance(row, Problem):
                    yield row
                    continue
                cells = tuple(row.values.values())
                if not any(cell.strip() for cell in cells):
                    yield Skipped(row.place, "aside", "the row is empty")
                    continue
                if not seen.add(cells):
                    yield Skipped(row.place, "duplicate", "the same row stands in the table before")
                    continue
                if len(filled) < len(table.header):
                    filled.update(column for column, text in row.values.items() if text.strip())
                yield Cells(row, table.order, read)
            if left := filled - read:
                yield Unread(table.member.shown, tuple(sorted(left)))

    def aside(self, name: str, reason: str) -> Iterator[Item]:
        """Every row of a table as one that makes no record."""
        for row in self.rows(name):
            if isinstance(row, Cells):
                row.read.update(row.values)
                yield Skipped(row.place, "aside", reason)
            else:
                yield row

    def cite(self, cells: Cells) -> Iterator[Placed]:
        """The source of the row's file, before the first tie that names it."""
        key = source_id(cells.place)
        if key not in self.cited:
            self.cited.add(key)
            name = key.removeprefix("crunchbase:")
            yield Placed(
                Source(
                    key,
                    self.options.publisher or "Crunchbase",
                    f"Crunchbase data, {name}",
                    read_date(self.options.date)[0],
                    http_url(self.options.url),
                ),
                cells.place,
            )

    def end(
        self, cells: Cells, key: str, name_column: str, kind: str | None, prefix: str = ""
    ) -> Iterator[Placed]:
        """The weak record of an end of a tie that the row names, the first time it is named."""
        if (key,) in self.named:
            cells.pass_over(name_column, prefix)
        elif (entity := cells.entity(key, name_column, kind, prefix)) is not None:
            self.named.add((key,))
            yield Placed(entity, cells.place, weak=True)
        elif kind == "person" and self.named.add(("person", key)):
            # The first bulk files name nobody, but a column of persons holds persons.
            yield Placed(Entity(key, key, kind, identifiers=(key,)), cells.place, weak=True)

    def tie(self, cells: Cells, tie: Tie, ends: Iterable[Placed]) -> Iterator[Item]:
        """A tie after its source and its ends; a repeated one is passed over."""
        declared = ontology().types[tie.type]
        for end, kinds in ((tie.from_id, declared.from_kinds), (tie.to_id, declared.to_kinds)):
            if (kind := kind_of_key(end)) is not None and kind not in kinds:
                yield cells.problem(
                    "", f"a {kind} stands where none can.", f"{declared.title}: {declared.about}."
                )
                return
        if not self.named.add(("tie", tie.id)):
            yield Skipped(cells.place, "duplicate", "the same tie stands in the table before")
            return
        yield from self.cite(cells)
        yield from ends
        yield Placed(tie, cells.place)
        yield from cells.remarks

    def _named(self, name: str) -> Iterator[Table]:
        for number, table in enumerate(self.tables):
            if table.name == name:
                if table.order is None and table.generation == EXPORTS:
                    table = self.tables[number] = replace(table, order=self._order(table))
                yield table

    def _rows(self, table: Table) -> Iterator[Row | Problem]:
        rows = self.source.csv_rows(table.member, delimiter=table.delimiter, header=table.header)
        next(rows, None)  # the header itself
        yield from rows

    def _order(self, table: Table) -> str:
        """How a spreadsheet wrote the dates of a file: ``dmy``, ``mdy``, or ``?`` when they do not tell."""
        if not _NUMBERS.search(self.source.head(table.member).decode("utf-8", "replace")):
            return "?"
        columns = [name for name in table.header if name.endswith(("_at", "_on"))]
        found: set[str] = set()
        for row in self._rows(table):
            if isinstance(row, Row):
                for name in columns:
                    if date := _NUMBERS.fullmatch(row.values[name].strip()):
                        first, second = int(date[1]), int(date[2])
                        found.update(
                            ["dmy"] if first > 12 >= second else ["mdy"] if second > 12 >= first else []
                        )
        return found.pop() if len(found) == 1 else "?"


_NUMBERS = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})\b", re.ASCII)


def source_id(place: Place) -> str:
    """Id of the source that stands for a file."""
    name = re.split(r"[/\\]", place.path)[-1]
    return f"crunchbase:{name}"[:ID_MAX]
