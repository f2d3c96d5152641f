"""ICIJ's Offshore Leaks database as CSV: the combined files, those of each leak, and the oldest ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.errors import LoadError
from graph.model import Item, Placed, Skipped, Source, Tie, Unread
from graph.ontology import ID_MAX, ontology
from loaders import ReadOptions
from loaders.icij_links import Link, links
from loaders.icij_nodes import ADDRESS, KINDS, node_entity
from loaders.icij_table import EDGES, Row, Table, find_table, table_rows
from loaders.seen import Seen
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, clean, http_url, made_id, read_date

PUBLISHER = "International Consortium of Investigative Journalists (ICIJ)"
CAUTION = (
    "to be listed there accuses nobody: such companies and trusts have lawful uses, "
    "and people of the same name are mixed up easily"
)
_MAX_LEAKS = 1000
_HOME = "https://offshoreleaks.icij.org/"
_OVER = ("inactive", "resigned", "ended", "ceased", "former")


class IcijLoader:
    """Node tables and edge tables in any mix; nodes are read before edges."""

    format_id = "icij"
    title = "ICIJ Offshore Leaks CSV: nodes and relationships"
    strict = False

    def __init__(self, options: ReadOptions) -> None:
        self._options = options

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether its header is that of one of ICIJ's tables."""
        return find_table(source, member) is not None

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every row of the tables. Keeps some 16 bytes for each node and each edge.

        Raises:
            LoadError: none of the files is one of ICIJ's tables, or one of them cannot be read.
        """
        found = [(member, find_table(source, member)) for member in source.members]
        tables = [table for _, table in found if table is not None]
        if not tables:
            raise LoadError(
                "holds none of the tables of the Offshore Leaks database.",
                path=str(source.path),
                hint="They have a column node_id, or columns for the two ends of an edge and its rel_type.",
            )
        reading = _Reading(source, self._options)
        for table in sorted(tables, key=lambda table: table.kind == EDGES):
            yield from reading.edges(table) if table.kind == EDGES else reading.nodes(table)
        yield from (Unread(member.shown, ()) for member, table in found if table is None)


@dataclass
class _Reading:
    source: SourceFile
    options: ReadOptions
    rows: Seen = field(default_factory=Seen)
    nodes_known: Seen = field(default_factory=Seen)
    cited: dict[str, str] = field(default_factory=dict[str, str])
    valid: dict[str, str] = field(default_factory=dict[str, str])

    def nodes(self, table: Table) -> Iterator[Item]:
        for row in table_rows(self.source, table):
            if not isinstance(row, Row):
                yield row
                continue
            key = row.text("node_id")
            if key is None or len(key) > ID_MAX - 40:
                yield row.problem("node_id", "there is no node_id.")
                continue
            if not self.rows.add((table.kind, *row.values.values())):
                yield Skipped(row.place, "duplicate", "the same row stands in the tables before")
                continue
            self._valid_until(row)
            reader = RowReader(row.place)
            entity = node_entity(row, f"icij:{key}", row.kind or table.kind, reader)
            self.nodes_known.add(("address" if entity.kind == KINDS[ADDRESS] else "party", key))
            yield Placed(entity, row.place)
            yield from reader.remarks

    def edges(self, table: Table) -> Iterator[Item]:
        for row in table_rows(self.source, table):
            yield from self._edge(row) if isinstance(row, Row) else (row,)

    def _edge(self, row: Row) -> Iterator[Item]:
        start, end = row.text("start"), row.text("end")
        if start is None or end is None or max(len(start), len(end)) > ID_MAX - 40:
            column = "start" if start is None or len(start) > ID_MAX - 40 else "end"
            yield row.problem(column, "one end of the edge is missing.", "Every edge needs two nodes.")
            return
        if start == end:
            yield Skipped(row.place, "aside", "the edge joins a node to itself")
            return
        found = links(row.text("rel_type") or "", row.text("link") or "")
        reason = next(filter(None, (self._misplaced(link.type, start, end) for link in found)), None)
        if reason is not None:
            yield row.problem("rel_type", reason)
            return
        told = tuple(row.text(column) or "" for column in ("start_date", "end_date", "status", "sourceid"))
        text = " ".join(filter(None, (row.text("rel_type"), row.text("link"))))
        if not self.rows.add(("edge", start, end, text, *told)):
            yield Skipped(row.place, "duplicate", "the same edge stands in the tables before")
            return
        reader = RowReader(row.place)
        yield from self._cite(row)
        first, last = reader.period("start_date", told[0], "end_date", told[1])
        status = (clean(told[2]) or "").lower()
        over = last is not None or status.startswith(_OVER)
        for link in found:
            yield Placed(
                _tie(
                    link,
                    made_id("icij", start, end, link.type, text, *told),
                    (f"icij:{start}", f"icij:{end}"),
                    (first, last),
                    over,
                    f"status in the register: {told[2]}" if status else None,
                    self.cited[row.text("sourceid") or ""],
                ),
                row.place,
            )
        yield from reader.remarks

    def _misplaced(self, tie_type: str, start: str, end: str) -> str | None:
        declared = ontology().types[tie_type]
        for node, kinds in ((start, declared.from_kinds), (end, declared.to_kinds)):
            if ("address", node) in self.nodes_known and KINDS[ADDRESS] not in kinds:
                return "an address stands where a party must."
            if "party" not in kinds and ("party", node) in self.nodes_known:
                return "a party stands where an address must."
        return None

    def _cite(self, row: Row) -> Iterator[Placed]:
        leak = row.text("sourceid") or ""
        if leak in self.cited:
            return
        words = "-".join(re.findall(r"[^\W_]+", leak.lower()))
        key = f"icij:{words[:200] or 'offshore-leaks'}"
        self._valid_until(row)
        fresh = key not in self.cited.values()
        self.cited[leak] = key
        if fresh:
            yield Placed(_source(key, leak, self.valid.get(leak), self.options), row.place)

    def _valid_until(self, row: Row) -> None:
        """Remember up to when a leak's data goes: "current through 2015"."""
        if (text := row.text("valid_until")) and len(self.valid) < _MAX_LEAKS:
            self.valid.setdefault(row.text("sourceid") or "", text[:200])


def _source(key: str, leak: str, valid: str | None, options: ReadOptions) -> Source:
    name = "; ".join(filter(None, ("Offshore Leaks database", leak[:200], valid)))
    return Source(
        key,
        options.publisher or PUBLISHER,
        f"{name} ({CAUTION})",
        read_date(options.date)[0],
        http_url(options.url) or _HOME,
    )


def _tie(
    link: Link,
    key: str,
    ends: tuple[str, str],
    dates: tuple[str | None, str | None],
    over: bool,
    note: str | None,
    source: str,
) -> Tie:
    status = "ended" if over else "active"
    if link.type == "MAYBE_SAME_AS":
        status = "alleged"
    elif link.type == "FOUNDED":
        status = "completed"
    held = link.type in ("OWNS", "CONTROLS")
    return Tie(
        key,
        ends[0],
        link.type,
        ends[1],
        status,
        start_date=dates[0],
        end_date=dates[1],
        role=None if held else link.words,
        interest=link.words if held else None,
        note=note,
        sources=(source,),
    )
