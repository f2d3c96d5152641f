"""Wikidata entity JSON: dumps, answers of ``wbgetentities``, ``Special:EntityData`` files.

Files are read twice. The first reading notes which items are named by a statement that becomes a tie,
and what ownership statements say from either side; the second gives those items, and all that have such a
statement or a register's number. Kept in memory are the numbers of those items and the ownership
statements, not the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Source, Tie
from graph.ontology import ontology
from loaders import ReadOptions
from loaders.json_values import UnreadKeys, as_object, as_text, row_digest, row_object
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, made_id
from loaders.wikidata_rows import DUMP_LINE, item_rows
from loaders.wikidata_values import (
    PROPERTIES_READ,
    Statement,
    country,
    description,
    identifiers,
    item_id,
    kind,
    label,
    statements,
    year_of,
)

_ITEM_TYPE = re.compile(rb'"type"\s*:\s*"item"')
_ITEM_ID = re.compile(rb'"id"\s*:\s*"Q[1-9]\d*"|"entities"\s*:\s*\{\s*"Q[1-9]\d*"')
_MAX_URLS = 5


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a property says: ``forward`` where the item stands first in the tie, the value second."""

    group: str
    type: str
    forward: bool
    value_kind: str
    role: str | None = None
    interest: str | None = None
    status: str = "active"


MEANINGS: Mapping[str, _Meaning] = {
    "P127": _Meaning("owner", "OWNS", False, "party", interest="owner"),
    "P1830": _Meaning("owner", "OWNS", True, "organization", interest="owner"),
    "P749": _Meaning("parent", "OWNS", False, "organization", interest="parent organisation"),
    "P355": _Meaning("parent", "OWNS", True, "organization", interest="parent organisation"),
    "P169": _Meaning("P169", "HOLDS_ROLE", False, "person", role="chief executive officer"),
    "P488": _Meaning("P488", "BOARD_MEMBER_OF", False, "person", role="chairperson"),
    "P3320": _Meaning("P3320", "BOARD_MEMBER_OF", False, "person", role="board member"),
    "P112": _Meaning("P112", "FOUNDED", False, "party", status="completed"),
    "P1951": _Meaning("P1951", "INVESTED_IN", False, "party", status="completed"),
    "P108": _Meaning("P108", "HOLDS_ROLE", True, "organization", role="employee"),
}
_REGISTERS = ("P1278", "P5531", "P2622")
_WANTED = re.compile("|".join(f'"{name}"' for name in (*MEANINGS, *_REGISTERS)))
_BOTH_SIDES = ("owner", "parent")


@dataclass(slots=True)
class _Pair:
    """Ownership statements on two items, from either side."""

    found: list[Statement] = field(default_factory=list[Statement])
    given: bool = False


class WikidataLoader:
    """Items of Wikidata as JSON."""

    format_id = "wikidata"
    title = "Wikidata items (JSON dump, wbgetentities, EntityData)"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self._options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file begins as JSON of Wikidata's items."""
        head = source.head(member)
        return head[:1] in (b"{", b"[") and bool(_ITEM_TYPE.search(head)) and bool(_ITEM_ID.search(head))

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Items and the ties they state. Reads the files twice.

        Raises:
            LoadError: JSON that breaks off.
        """
        run = _Run(self._options, source)
        run.survey()
        yield from run.items()


class _Run:
    def __init__(self, options: ReadOptions, source: SourceFile) -> None:
        self._options, self._source = options, source
        self._ends: set[int] = set()
        self._pairs: dict[tuple[str, str, str], _Pair] = {}
        self._seen: dict[int, int] = {}
        self._given: set[str] = set()
        self._unread = UnreadKeys({*MEANINGS, *_REGISTERS, *PROPERTIES_READ})

    def survey(self) -> None:
        """The first reading."""
        for member in self._source.members:
            for place, value in item_rows(self._source, member, _wanted):
                row = None if value is None else row_object(place, value)
                if row is None or isinstance(row, Problem):
                    continue
                own = item_id(row.get("id"))
                if own is None:
                    continue
                for statement in statements(row, MEANINGS, RowReader(place)):
                    if statement.value is None or statement.rank == "deprecated":
                        continue
                    self._ends.add(int(statement.value[1:]))
                    meaning = MEANINGS[statement.property]
                    if meaning.group in _BOTH_SIDES:
                        key = (meaning.group, *_ends_of(own, statement, meaning))
                        self._pairs.setdefault(key, _Pair()).found.append(statement)

    def items(self) -> Iterator[Item]:
        """The second reading."""
        for member in self._source.members:
            about = _Source(self._options, member)
            for place, value in item_rows(self._source, member, self._wanted_or_end):
                if isinstance(value, Problem):
                    yield value
                elif value is None:
                    yield _nothing(place)
                else:
                    yield from self._row(place, value, about)
        yield from self._unread.items()

    def _wanted_or_end(self, line: str) -> bool:
        found = DUMP_LINE.match(line)
        return found is None or int(found[1][1:]) in self._ends or _wanted(line)

    def _row(self, place: Place, value: object, about: _Source) -> Iterator[Item]:
        row = row_object(place, value)
        if isinstance(row, Problem):
            yield row
            return
        if "missing" in row:
            yield Skipped(place, "aside", "Wikidata has no such item")
            return
        if as_text(row.get("type")) in ("property", "lexeme", "mediainfo"):
            yield Skipped(place, "aside", "a property, lexeme or picture is no item")
            return
        own = item_id(row.get("id"))
        if own is None:
            hint = "An item has an id such as Q42."
            yield Problem(place, "id", str(row.get("id"))[:80], "there is no item id.", hint)
            return
        reader = RowReader(place)
        said = list(statements(row, MEANINGS, reader))
        registered = any(name in as_object(row.get("claims")) for name in _REGISTERS)
        if not said and not registered and int(own[1:]) not in self._ends:
            yield _nothing(place)
            return
        digest, before = row_digest(row), self._seen.get(int(own[1:]))
        if before is not None:
            why = ("duplicate", "the same item stands before") if before == digest else (
                "superseded", "another version of the item stands before")  # fmt: skip
            yield Skipped(place, *why)
            return
        self._seen[int(own[1:])] = digest
        self._unread.see(place.path, as_object(row.get("claims")))
        entity = _entity(row, own, said, reader)
        yield Placed(entity, place)
        for statement in said:
            yield from self._statement(own, entity.kind, statement, about, reader)
        yield from reader.remarks

    def _statement(
        self, own: str, own_kind: str, statement: Statement, about: _Source, reader: RowReader
    ) -> Iterator[Item]:
        name, value = statement.property, statement.value
        if statement.rank == "deprecated":
            reader.remark(name, value or "", "Wikidata holds the statement to be wrong; it is left out")
            return
        if value is None:
            if statement.known != "novalue":
                reader.remark(name, "", "the value is not known; there is no tie")
            return
        meaning = MEANINGS[name]
        declared = ontology().types[meaning.type]
        if value == own or own_kind not in (declared.from_kinds if meaning.forward else declared.to_kinds):
            reader.remark(name, value, "the statement makes no sense of such an item; it is left out")
            return
        first, second = _ends_of(own, statement, meaning)
        found = [statement]
        if meaning.group in _BOTH_SIDES:
            pair = self._pairs.setdefault((meaning.group, first, second), _Pair([statement]))
            found = [] if pair.given else _merged(pair.found)
            pair.given = True
        if found:
            # The name is all that is known where the item is not in the file.
            other = f"wikidata:{value}"
            yield Placed(
                Entity(other, value, meaning.value_kind, identifiers=(other,)), reader.place, weak=True
            )
        for each in found:
            yield from self._tie(first, second, each, meaning, about, reader)

    def _tie(
        self, first: str, second: str, said: Statement, meaning: _Meaning, about: _Source, reader: RowReader
    ) -> Iterator[Item]:
        event = meaning.status == "completed"
        start = said.start or (said.at if event else None)
        key = made_id("wikidata", meaning.group, first, second, start or said.at, None if event else said.end)
        if key in self._given:
            return
        self._given.add(key)
        sources = [about.file, *(about.page(url) for url in said.urls[:_MAX_URLS])]
        for source in sources:
            if source.id not in self._given:
                self._given.add(source.id)
                yield Placed(source, reader.place)
        yield Placed(
            Tie(
                id=key,
                from_id=f"wikidata:{first}",
                type=meaning.type,
                to_id=f"wikidata:{second}",
                status=meaning.status if event else "ended" if said.over else "active",
                start_date=start,
                end_date=None if event else said.end,
                role=meaning.role,
                interest=meaning.interest,
                share=said.share if meaning.type == "OWNS" else None,
                share_basis="equity" if said.share is not None and meaning.type == "OWNS" else None,
                note=f"as of {said.at}" if said.at and not event else None,
                sources=tuple(dict.fromkeys(source.id for source in sources)),
            ),
            reader.place,
        )


class _Source:
    """Sources of a file's statements: the file, and the pages that its references name."""

    def __init__(self, options: ReadOptions, member: Member) -> None:
        self.file = Source(
            id=f"wikidata:{member.name}"[:500],
            publisher=options.publisher or "Wikidata",
            title=f"Wikidata items, {member.name}",
            date=options.date,
            url=options.url,
        )

    def page(self, url: str) -> Source:
        try:
            host = urlsplit(url).hostname
        except ValueError:
            host = None
        return Source(made_id("url", url), host or "unknown", url, url=url)


def _entity(row: Mapping[str, Any], own: str, said: list[Statement], reader: RowReader) -> Entity:
    name, aliases = label(row)
    found = kind(row, all(statement.property == "P127" for statement in said))
    person = found == "person"
    return Entity(
        id=f"wikidata:{own}",
        name=name or own,
        kind=found,
        aliases=aliases,
        country=country(row, person),
        founded=None if person else year_of(row, "P571", reader, 4),
        description=description(row),
        identifiers=identifiers(row, own, reader),
        born=year_of(row, "P569", reader, 7) if person else None,
    )


def _ends_of(own: str, statement: Statement, meaning: _Meaning) -> tuple[str, str]:
    value = statement.value or ""
    return (own, value) if meaning.forward else (value, own)


def _merged(found: list[Statement]) -> list[Statement]:
    """Statements on one pair from either side, as few as say the same.

    Those of one period are one; one that says nothing of when joins the only other.
    """
    periods: dict[tuple[str | None, str | None, str | None], Statement] = {}
    for said in found:
        key = (said.start, said.end, said.at)
        periods[key] = _joined(periods[key], said) if key in periods else said
    bare = periods.get((None, None, None))
    if bare is not None and len(periods) == 2 and not (bare.over or bare.share is not None):
        key = next(key for key in periods if any(key))
        return [_joined(periods[key], bare)]
    return list(periods.values())


def _joined(first: Statement, second: Statement) -> Statement:
    return replace(
        first,
        over=first.over or second.over,
        share=first.share if first.share is not None else second.share,
        urls=tuple(dict.fromkeys((*first.urls, *second.urls))),
    )


def _nothing(place: Place) -> Skipped:
    return Skipped(place, "aside", "the item states no tie, has no register's number and is no end of a tie")


def _wanted(line: str) -> bool:
    return _WANTED.search(line) is not None
