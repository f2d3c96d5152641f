"""Companies House snapshot of persons with significant control: one JSON object a line.

Read twice: which entries repeat, and under which names firms own others, is only known at the end. Kept
in memory are a digest for each entry, the ids of owners and companies, and the names of UK firms that own
others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Source, Tie
from loaders import ReadOptions
from loaders.companies_house import company_number, company_rows, is_company_data
from loaders.json_values import UnreadKeys, as_object, as_text, as_texts, row_digest, row_object
from loaders.psc_owner import read_nature, read_owner, uk_number
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, clean, http_url, made_id, read_date

_HEAD = re.compile(
    rb'"kind"\s*:\s*"[a-z#-]*(persons?-with-significant-control|beneficial-owner|persons-of-significant-control'
    rb'|exemptions)'
)  # fmt: skip
_FILE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})")
_OWNERS = {"individual": "person", "corporate-entity": "company", "legal-person": "organization"}
_ASIDE = (
    ("totals", "the line holds totals of the file"),
    ("exemption", "the line tells of an exemption, not of an owner"),
    ("statement", "the line is a statement about the company's register, not an owner"),
    ("super-secure", "the owner is protected by law and not named"),
)
_READ = frozenset(
    {
        "company_number", "data", "kind", "name", "name_elements", "date_of_birth", "nationality",
        "identification", "natures_of_control", "notified_on", "ceased_on", "ceased", "links", "etag",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    place: Place
    whole: Mapping[str, Any]
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return as_text(self.data.get("kind")) or ""

    @property
    def company(self) -> str | None:
        return company_number(self.whole.get("company_number"))

    @property
    def link(self) -> str | None:
        return as_text(as_object(self.data.get("links")).get("self"))

    @property
    def key(self) -> int:
        """What tells the entry from others: its link or, without one, everything it says."""
        return row_digest(self.link or self.whole)


class PscLoader:
    """Owners of UK companies and overseas entities, with the companies where their table lies beside."""

    format_id = "psc"
    title = "Companies House: persons with significant control (JSON lines) and basic company data (CSV)"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file begins with an entry of the snapshot or is the table of companies."""
        head = source.head(member)
        if head[:1] in (b"{", b"["):
            return bool(_HEAD.search(head))
        return is_company_data(source, member)

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Companies first, then every entry as ties.

        Raises:
            LoadError: a file cannot be read.
        """
        tables = [member for member in source.members if is_company_data(source, member)]
        companies = set[str]()
        yield from company_rows(source, tables, companies)
        snapshots = [member for member in source.members if member not in tables]
        yield from _Snapshot(self.options, source, snapshots, companies).items()


class _Snapshot:
    def __init__(
        self, options: ReadOptions, source: SourceFile, members: list[Member], companies: set[str]
    ) -> None:
        self.options, self.source, self.members = options, source, members
        self.companies = companies
        self.names: dict[str, str] = {}
        self.repeated: dict[int, tuple[int, int]] = {}
        self.given: set[str] = set()
        self.sources: set[str] = set()

    def items(self) -> Iterator[Item]:
        seen = set[int]()
        for entry in self._entries():
            if isinstance(entry, _Entry):
                key = entry.key
                if key in seen:
                    self.repeated[key] = (entry.number, row_digest(entry.whole))
                seen.add(key)
                number, name = uk_number(entry.data), as_text(entry.data.get("name"))
                if number and name and _owner_kind(entry.kind):
                    self.names.setdefault(number, name)
        seen.clear()
        unread = UnreadKeys(_READ)
        for entry in self._entries():
            if isinstance(entry, Problem):
                yield entry
            else:
                unread.see(entry.place.path, entry.whole)
                unread.see(entry.place.path, entry.data)
                yield from self._entry(entry)
        yield from unread.items()

    def _entries(self) -> Iterator[_Entry | Problem]:
        count = 0
        for member in self.members:
            for item in self.source.json_items(member):
                count += 1
                if isinstance(item, Problem):
                    yield item
                    continue
                place = Place(member.shown, item[0])
                value = row_object(place, item[1])
                if isinstance(value, Problem):
                    yield value
                else:
                    yield _Entry(count, place, value, as_object(value.get("data")))

    def _entry(self, entry: _Entry) -> Iterator[Item]:
        last = self.repeated.get(entry.key)
        if last is not None and last[0] != entry.number:
            if last[1] == row_digest(entry.whole):
                yield Skipped(entry.place, "duplicate", "the same entry stands in the file again")
            else:
                yield Skipped(entry.place, "superseded", "a later entry has the same link")
            return
        for word, reason in _ASIDE:
            if word in entry.kind:
                yield Skipped(entry.place, "aside", reason)
                return
        yield from self._control(entry)

    def _control(self, entry: _Entry) -> Iterator[Item]:
        kind, company, reader = _owner_kind(entry.kind), entry.company, RowReader(entry.place)
        if kind is None:
            yield Problem(
                entry.place, "kind", entry.kind[:80], "the kind of entry is not known.", "Is it a snapshot?"
            )
            return
        if company is None:
            stated = str(entry.whole.get("company_number"))[:80]
            yield Problem(
                entry.place, "company_number", stated, "there is no company number that can be read.",
                "It has eight characters.",
            )  # fmt: skip
            return
        owner = read_owner(kind, entry.data, company, reader)
        if owner is None:
            yield Skipped(entry.place, "aside", "the owner has no name")
            return
        held = f"gb-coh:{company}"
        if owner.entity.id == held:
            yield Skipped(entry.place, "aside", "the company is given as its own owner")
            return
        origin = self._source(entry.place)
        if origin.id not in self.sources:
            self.sources.add(origin.id)
            yield Placed(origin, entry.place)
        stub = Entity(held, company, "company", identifiers=(held,))
        yield from self._once(stub, entry.place, weak=True)
        yield from self._once(owner.entity, entry.place, weak=owner.known)
        for tie in _ties(entry, owner.entity.id, held, origin.id, reader):
            yield Placed(tie, entry.place)
        yield from reader.remarks

    def _once(self, entity: Entity, place: Place, *, weak: bool) -> Iterator[Placed]:
        number = entity.id.removeprefix("gb-coh:")
        if entity.id in self.given or number in self.companies:
            return
        if weak:
            # Of several names that others give a firm, the first one goes; its number only without any.
            entity = replace(entity, name=self.names.get(number, entity.name))
        self.given.add(entity.id)
        yield Placed(entity, place, weak)

    def _source(self, place: Place) -> Source:
        name = re.split(r"[/\\]", place.path)[-1]
        stated = _FILE_DATE.search(name)
        return Source(
            id=f"psc:{name}"[:400],
            publisher=clean(self.options.publisher) or "Companies House",
            title=f"Persons with significant control: {name}",
            date=read_date(self.options.date or (stated[1] if stated else None))[0],
            url=http_url(self.options.url),
        )


def _owner_kind(kind: str) -> str | None:
    return next((found for word, found in _OWNERS.items() if kind.startswith(word)), None)


def _ties(entry: _Entry, owner: str, held: str, source: str, reader: RowReader) -> Iterator[Tie]:
    """One tie for each nature of control, so that shares of stock and of votes are never added up."""
    data = entry.data
    start, end = reader.period(
        "notified_on", as_text(data.get("notified_on")), "ceased_on", as_text(data.get("ceased_on"))
    )
    over = end is not None or data.get("ceased_on") is not None or data.get("ceased") is True
    natures = as_texts(data.get("natures_of_control"))
    if not natures:
        reader.remark("natures_of_control", "", "no nature of control is stated; it is kept as control")
    for text in natures or [""]:
        nature = read_nature(text)
        yield Tie(
            id=made_id("psc", entry.link or entry.key, text),
            from_id=owner,
            type=nature.type,
            to_id=held,
            status="ended" if over else "active",
            start_date=start,
            end_date=end,
            sources=(source,),
            interest=text or None,
            directness=nature.directness,
            **nature.share.fields(nature.basis or ""),
        )
