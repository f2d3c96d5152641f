"""Rows of tables, and nodes and edges of graph files, as records by the rules of a mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from graph.errors import SchemaViolation
from graph.model import Item, Place, Placed, Problem, Skipped, Source, Tie, Unread
from graph.ontology import ID_MAX, check
from loaders import ReadOptions
from loaders.mapped_entities import Entities, Found, default_ends, is_counter
from loaders.mapped_ties import Typed, fitting, stated_status, tie_fields, tie_key, typed
from loaders.mapping import EntityRule, SourceRule, TableRule, TieRule, columns_in
from loaders.table_cells import Cells, TableRow
from loaders.values import RowReader, http_url, made_id, read_date

_MAX_UNREAD = 1000


class MappedRows:
    """Reads tables one after the other; entities, names and sources are shared among them.

    Memory: O(entities + rows): their ids and a few bytes a row for telling repeated ones.

    Args:
        prefix: of ids that are made; the format.
        options: publisher, date and address of the files.
        scope: see :attr:`loaders.mapping.Mapping.scope`.
        literal: the files were written by Interlock: texts and ids stand as they are.
        parallel: two edges that say the same are two, as in a multigraph; otherwise a repeated row is left
            aside.
        scoped: ids that are mere counters get the scope before them, where no mapping says what they are.
    """

    def __init__(
        self,
        prefix: str,
        options: ReadOptions,
        scope: str,
        *,
        literal: bool = False,
        parallel: bool = False,
        scoped: bool = False,
    ) -> None:
        self.prefix, self.options, self.literal, self.parallel = prefix, options, literal, parallel
        self.entities = Entities(scope, scoped=scoped)
        self.cited: set[str] = set()

    def read(
        self, rule: TableRule, rows: Iterable[TableRow | Problem | Skipped], *, name: str, shown: str
    ) -> Iterator[Item]:
        """Everything in a table.

        Args:
            rule: how to read it.
            rows: its rows.
            name, shown: of its file.
        """
        table = Table(self, rule, name)
        for row in rows:
            yield from table.row(row) if isinstance(row, TableRow) else (row,)
        if unread := table.unread():
            yield Unread(shown, unread)


class Table:
    """One table on its way through :class:`MappedRows`."""

    def __init__(self, load: MappedRows, rule: TableRule, name: str) -> None:
        self.load, self.rule, self.name = load, rule, name
        self._used = {column for _, column in columns_in(rule)} | set(rule.ignore)
        self._unread: set[str] = set()
        self._rows: set[int] = set()
        self._same: Counter[str] = Counter()
        self._file = self.file_source()

    def unread(self) -> tuple[str, ...]:
        """Columns that held something and were not read, so far."""
        return tuple(sorted(self._unread))

    def row(self, row: TableRow) -> Iterator[Item]:
        """What becomes of a row."""
        self._note_unread(row)
        if not any(row.values.values()):
            yield Skipped(row.place, "aside", "the row is empty")
            return
        if not self.load.parallel:
            key = hash(tuple(row.values.items()))
            if key in self._rows:
                yield Skipped(row.place, "duplicate", "the row stands there twice")
                return
            self._rows.add(key)
        reader = RowReader(row.place)
        yield from self._items(row, reader, Cells(row, reader, literal=self.load.literal))
        yield from reader.remarks

    def _items(self, row: TableRow, reader: RowReader, cells: Cells) -> Iterator[Item]:
        own: Found | None = None
        placed: list[Item] = []
        if self.rule.entity is not None:
            own = self.load.entities.found(self.rule.entity, cells)
            problem = self._own_problem(own, row)
            if problem is not None:
                yield problem
                return
            assert own is not None
            assert own.entity is not None
            placed += self._entity(own, row.place, own_row=True)
        faults: list[Problem | Skipped] = []
        for rule in self.rule.ties:
            for item in self._tie(rule, row, cells, own):
                faults.append(item) if isinstance(item, Problem | Skipped) else placed.append(item)
        if placed:
            # The row is loaded for what it does say.
            for fault in faults:
                if isinstance(fault, Problem):
                    reader.remark(fault.field, fault.value, fault.reason.rstrip("."))
            yield from placed
        elif faults:
            yield next((fault for fault in faults if isinstance(fault, Problem)), faults[0])
        else:
            yield Skipped(row.place, "aside", "the row says nothing new of an entity named before")

    def _own_problem(self, own: Found | None, row: TableRow) -> Problem | None:
        if own is None or own.entity is None:
            return Problem(row.raw(), "", "", "the row has neither an id nor a name.", "Fill in one of them.")
        try:
            check(own.entity)
        except SchemaViolation as exc:
            return _violation(row, exc)
        known = self.load.entities.told.get(own.id)
        if own.by_name and known not in (None, hash(own.entity)):
            return Problem(
                row.raw(), "", own.entity.name[:200],
                "an earlier row has the same name and says other things.",
                "Give both an id column, so that namesakes stay apart.",
            )  # fmt: skip
        return None

    def _entity(self, found: Found, place: Place, *, own_row: bool = False) -> Iterator[Item]:
        entity, entities = found.entity, self.load.entities
        if entity is None:
            return
        said, known = hash(entity), entities.told.get(found.id)
        full = (own_row or found.full) and not entity.stub
        if own_row:
            entities.remember(found)
        if known is None or (full and known != said and not (found.by_name and known)):
            # 0 stands for a weak one: a full one may follow.
            entities.told[found.id] = said if full else 0
            if full or found.id not in entities.kinds:
                entities.kinds[found.id] = entity.kind
            yield Placed(entity, place, weak=not full)

    def _compare(self, found: Found, cells: Cells) -> None:
        known = self.load.entities.told.get(found.id)
        if (
            found.by_name
            and found.full
            and known
            and found.entity is not None
            and known != hash(found.entity)
        ):
            cells.reader.remark(
                "name", found.entity.name, "an earlier row says other things of this name; they are kept"
            )

    def _tie(self, rule: TieRule, row: TableRow, cells: Cells, own: Found | None) -> Iterator[Item]:
        kept = len(cells.reader.remarks)
        found = typed(rule, cells)
        from_kinds, to_kinds = default_ends(found.type)
        swapped = cells.yes(rule.swap) != found.swapped
        if swapped:
            from_kinds, to_kinds = to_kinds, from_kinds
        first = self._end(rule.from_, cells, own, from_kinds)
        second = self._end(rule.to, cells, own, to_kinds)
        if first is None or second is None:
            if own is not None:
                del cells.reader.remarks[kept:]
                return
            missing = "to" if first is not None else "from"
            reason = f"the row does not say what is at the end {missing!r} of its tie."
            yield Problem(row.raw(), missing, "", reason, "Fill in both ends.")
            return
        if first.id == second.id:
            yield Skipped(row.place, "aside", "the tie joins an entity to itself")
            return
        if swapped:
            first, second = second, first
        kinds = (self._kind(first), self._kind(second))
        fits = fitting(found, *kinds, cells)
        if fits is None:
            reason = f"no tie can join a {kinds[0]} to a {kinds[1]}."
            yield Problem(row.raw(), "type", found.type, reason, "Check the kinds of its two ends.")
            return
        yield from self._made(rule, row, cells, (first, second), fits)

    def _made(
        self, rule: TieRule, row: TableRow, cells: Cells, ends: tuple[Found, Found], found: Typed
    ) -> Iterator[Item]:
        sources, stated = self._source_records(rule.source, cells)
        ids = tuple(dict.fromkeys(source.id for source, _ in sources))
        first, second = ends
        values = tie_fields(rule, found, cells, self.rule.date_order)
        tie = Tie("", first.id, found.type, second.id, sources=ids, **values)
        tie = replace(tie, id=self._tie_id(rule, tie, cells, ids if stated else ()))
        try:
            check(tie)
            for end in ends:
                if end.entity is not None:
                    check(end.entity)
        except SchemaViolation as exc:
            yield _violation(row, exc)
            return
        for source, weak in sources:
            if source.id not in self.load.cited:
                self.load.cited.add(source.id)
                yield Placed(source, row.place, weak=weak)
        for end in ends:
            self._compare(end, cells)
            yield from self._entity(end, row.place)
        yield Placed(tie, row.place)

    def _end(
        self, rule: EntityRule | None, cells: Cells, own: Found | None, allowed: tuple[str, ...]
    ) -> Found | None:
        if rule is None:
            return own and Found(own.id, None, False, own.by_name)
        return self.load.entities.found(rule, cells, allowed=allowed, end=True)

    def _kind(self, end: Found) -> str | None:
        known = self.load.entities.kinds.get(end.id)
        if end.entity is None or (known is not None and not end.full):
            return known
        return end.entity.kind

    def _tie_id(self, rule: TieRule, tie: Tie, cells: Cells, cited: tuple[str, ...]) -> str:
        stated = cells.text(rule.id)
        if stated is not None and not (self.load.parallel and not self.load.literal):
            stated = stated.strip()
            if self.load.entities.scoped and is_counter(stated):
                stated = f"{self.load.entities.scope}:{stated}"
            return stated if len(stated) <= ID_MAX else made_id("long", stated)
        # The id of an edge may be a mere number: it tells edges apart, and is no key by itself.
        made = tie_key(self.load.prefix, tie, stated_status(rule, cells), stated, *cited)
        self._same[made] += 1
        return made if self._same[made] == 1 else made_id(self.load.prefix, made, self._same[made])

    def _source_records(
        self, rule: SourceRule | None, cells: Cells
    ) -> tuple[list[tuple[Source, bool]], bool]:
        """Sources of the row, each with whether only its id is known, and whether the row states them."""
        if rule is None:
            return [(self._file, False)], False
        publisher, title = cells.text(rule.publisher), cells.text(rule.title)
        address = cells.text(rule.url)
        url = cells.reader.url("url", address)
        date = cells.reader.date("date", cells.text(rule.date), self.rule.date_order)
        ids = cells.items(rule.id)
        if not (ids or publisher or title or url):
            return [(self._file, False)], False
        default = self.options.publisher or self.name
        if ids:
            told = bool(publisher or title or url)
            return [
                (Source(one, publisher or default, title or url or one, date, url), not told) for one in ids
            ], True
        host = urlsplit(url).hostname if url else None
        source = Source(
            made_id("source", publisher, title, url, date), publisher or host or default,
            title or url or str(publisher), date, url,
        )  # fmt: skip
        return [(source, False)], True

    @property
    def options(self) -> ReadOptions:
        """How to read."""
        return self.load.options

    def file_source(self) -> Source:
        """The file as a source."""
        date, _ = read_date(self.options.date)
        return Source(
            f"{self.load.prefix}:{self.name}"[:500], self.options.publisher or self.name, self.name, date,
            http_url(self.options.url),
        )  # fmt: skip

    def _note_unread(self, row: TableRow) -> None:
        for name, value in row.values.items():
            if name not in self._used and value and len(self._unread) < _MAX_UNREAD:
                self._used.add(name)
                self._unread.add(name)


def _violation(row: TableRow, exc: SchemaViolation) -> Problem:
    value = "" if exc.value is None else str(exc.value)[:200]
    return Problem(row.raw(), exc.field, value, exc.message, exc.hint)
