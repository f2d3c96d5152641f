"""What the graph is made of: entities, ties and sources. Frozen values, no input or output.

The word is *tie* (the term of social network analysis) for a dated, sourced statement between two
entities; Cypher calls the same thing a relationship.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import Any

from graph.dates import OPEN_END, parse_date

EntityId = str
TieId = str
SourceId = str

FACT_STATUSES = ("active", "completed", "ended")
"""Statuses that speak of something that is or was so."""
PERIOD_BASES = ("revenue", "cost")
"""Share bases that are measured over a period: there, start and end delimit the measurement."""
SCHEMES: Mapping[str, str] = {
    "lei": "Legal Entity Identifier, ISO 17442",
    "cik": "SEC Central Index Key, ten digits",
    "gb-coh": "UK Companies House number, eight characters",
    "wikidata": "Wikidata item, Q...",
    "crunchbase": "Crunchbase permalink or uuid",
    "cusip": "CUSIP of an issue",
    "isin": "ISIN of an issue, ISO 6166",
    "bic": "Business Identifier Code, ISO 9362",
    "reg": "another register: reg:<country or register>:<number>",
    "icij": "node of the ICIJ Offshore Leaks database",
    "littlesis": "LittleSis entity",
    "opencorporates": "OpenCorporates id, <jurisdiction>/<number>",
}
"""Schemes of :attr:`Entity.identifiers`; ids are text and keep their leading zeros."""
NAME_KEY_MAX = 200
"""A longer text cannot be indexed by every engine, and nobody types it."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, company, investor, government body or other organisation.

    Attributes:
        id: stable key, lower-case words joined by hyphens in the bundled data.
        kind: one of the ontology's kinds; kinds exclude each other, roles do not.
        country: ISO 3166-1 alpha-2 code, None when unknown.
        founded: year as published, None when unknown.
        sectors: short slugs.
        identifiers: strong ids of registers as ``scheme:value``, see :data:`SCHEMES`.
        born: year or month of birth of a person, as published; no day is kept.
        note: what a register says beside, such as why no parent is stated.
        stub: named only as an end of a tie; a full record of it takes its place.
        origin: import, file and line it was last read from, ``IMPORT FILE:LINE``; not part of what it says,
            so that two records that differ in it alone are equal.
    """

    id: EntityId
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    founded: str | None = None
    sectors: tuple[str, ...] = ()
    description: str | None = None
    identifiers: tuple[str, ...] = ()
    born: str | None = None
    note: str | None = None
    stub: bool = False
    origin: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A page or document that ties refer to. ``url`` is http(s) or None; ``language`` is ISO 639-1."""

    id: SourceId
    publisher: str
    title: str
    date: str | None = None
    url: str | None = None
    language: str | None = None
    origin: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Tie:
    """One directed, dated, sourced statement ``from_id`` -> ``to_id``.

    Attributes:
        type: tie type of the ontology, such as ``SUPPLIES`` (supplier -> customer).
        status: see the ontology; only active, completed and ended ties are facts.
        start_date, end_date: as published, year to day precision, None when unknown. For a share of
            revenue or cost they delimit the period that the share was measured in.
        amount_usd: whole US dollars, None when unknown (never 0).
        share: fraction 0..1 of ``share_basis``; None when unknown.
        share_basis: equity, voting or economic: part of ``to`` held by ``from``;
            revenue, cost: part of the revenue of ``from`` (cost of ``to``) that this tie makes up.
        sources: ids of sources, at least one.
        share_min, share_max: bounds of a share that is published as a band, fractions 0..1; a bound that
            is not stated is None. ``share`` is None then.
        amount, currency: an amount that is no whole number of US dollars: plain decimal text as published
            and its ISO 4217 code. Never added up over currencies.
        round_usd: whole financing round, all investors together, in whole US dollars; never to be added up
            over the investors of a round.
        quantity: number of shares or units, plain decimal text.
        interest: sort of interest in the register's words, such as ``voting-rights``.
        directness: ``direct``, ``indirect`` or None when unknown.
        origin: see :class:`Entity`.
    """

    id: TieId
    from_id: EntityId
    type: str
    to_id: EntityId
    status: str
    start_date: str | None = None
    end_date: str | None = None
    role: str | None = None
    amount_usd: int | None = None
    share: float | None = None
    share_basis: str | None = None
    round: str | None = None
    product: str | None = None
    note: str | None = None
    sources: tuple[SourceId, ...] = ()
    share_min: float | None = None
    share_max: float | None = None
    amount: str | None = None
    currency: str | None = None
    round_usd: int | None = None
    quantity: str | None = None
    interest: str | None = None
    directness: str | None = None
    origin: str | None = field(default=None, compare=False)

    @property
    def is_fact(self) -> bool:
        """Whether the tie says that something is or was so, not that it was planned or alleged."""
        return self.status in FACT_STATUSES

    @property
    def share_period(self) -> tuple[str | None, str | None]:
        """Start and end of the period of ``share``, as published; ``(None, None)`` without a share."""
        return (self.start_date, self.end_date) if self.share is not None else (None, None)

    @property
    def valid_from(self) -> str | None:
        """First day the tie may hold, ``YYYY-MM-DD``; None when its start is unknown."""
        return parse_date(self.start_date).first_day if self.start_date else None

    @property
    def valid_to(self) -> str | None:
        """Last day the tie may hold, ``YYYY-MM-DD``; ``9999-12-31`` while open, None when unknown.

        Ended ties end at their end date, and nobody knows when if it is missing. A completed deal
        keeps its effect after its last payment. A share measured over a period does not end the
        business relation it was measured in. A plan dropped or considered without an end date is
        taken to have lasted for the published span of its start, no longer.
        """
        if self.status == "ended":
            return parse_date(self.end_date).last_day if self.end_date else None
        if self.status == "completed":
            return OPEN_END
        if self.status in ("abandoned", "considered"):
            last = self.end_date or self.start_date
            return parse_date(last).last_day if last else None
        if self.end_date and self.share_basis not in PERIOD_BASES:
            return parse_date(self.end_date).last_day
        return OPEN_END

    def holds_on(self, as_of: str) -> bool | None:
        """Whether the tie holds on a date of any precision; None when its dates do not tell.

        >>> Tie("r1", "a", "OWNS", "b", "active", start_date="2017-09").holds_on("2017")
        True
        """
        asked = parse_date(as_of, field="as_of")
        first, last = self.valid_from, self.valid_to
        if (first is not None and first > asked.last_day) or (last is not None and last < asked.first_day):
            return False
        return None if first is None or last is None else True


Record = Entity | Tie | Source
_ENDS = ("from_id", "to_id", "type")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record was read: file name, line (1-based) and the raw row."""

    path: str
    line: int
    row: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with the place it was read at.

    ``weak`` records name an end of a tie that has no row of its own: they count, as stubs, only where
    neither the import nor the store has a full one.
    """

    record: Record
    place: Place
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be loaded, and what to do.

    Attributes:
        place: file and line; its row names the record, so that ties to it are not reported as well.
        field: column in the file, empty when the whole row is meant.
        value: the text that stands there.
    """

    place: Place
    field: str
    value: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.place.path}:{self.place.line}: {field}{self.reason} {self.hint}".strip()


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader noticed about a row that it loads all the same, such as a date of the year 3201.

    Attributes:
        field, value: column and text, as for :class:`Problem`.
        reason: a sentence without the value, so that remarks can be counted by it.
    """

    place: Place
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that rightly makes no record.

    Attributes:
        why: ``duplicate`` (the same row again), ``superseded`` (a later statement took its place) or
            ``aside`` (says nothing the model holds, such as a total or an exemption).
        reason: a sentence without the row's own values, so that rows can be counted by it.
    """

    place: Place
    why: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Columns of a file, or files of a source, that nobody read."""

    path: str
    names: tuple[str, ...]


Item = Placed | Problem | Remark | Skipped | Unread
"""What a reader yields."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records to be written together: all of them or none."""

    entities: tuple[Entity, ...] = ()
    ties: tuple[Tie, ...] = ()
    sources: tuple[Source, ...] = ()

    @classmethod
    def of(cls, records: Iterable[Record]) -> Batch:
        """Sort records into a batch; keeps their order."""
        kept = list(records)
        return cls(
            tuple(r for r in kept if isinstance(r, Entity)),
            tuple(r for r in kept if isinstance(r, Tie)),
            tuple(r for r in kept if isinstance(r, Source)),
        )

    def __iter__(self) -> Iterator[Record]:
        yield from self.sources
        yield from self.entities
        yield from self.ties

    def __len__(self) -> int:
        return len(self.entities) + len(self.ties) + len(self.sources)


DERIVED = ("name_key", "valid_from", "valid_to")
"""Properties that a store keeps for its queries and that follow from the others."""


def to_properties(record: Record) -> dict[str, Any]:
    """The record as flat store properties: unknown ones left out, tuples as lists.

    Ties lose their ends and type (the engine keeps those) and gain ``valid_from`` and ``valid_to``
    for comparing dates inside a query; entities gain ``name_key`` for finding names.
    """
    # Written for speed: an import makes one of these per record.
    names, values_of, lists = _STORED[type(record)]
    found: dict[str, Any] = {
        name: value
        for name, value in zip(names, values_of(record), strict=True)
        if value or not (value is None or value is False or value == ())
    }
    for name in lists:
        if name in found:
            found[name] = list(found[name])
    if isinstance(record, Tie):
        if (first := record.valid_from) is not None:
            found["valid_from"] = first
        if (last := record.valid_to) is not None:
            found["valid_to"] = last
    elif isinstance(record, Entity):
        found["name_key"] = name_key(record.name)
    return found


_DEFAULTS: dict[type[Any], tuple[tuple[str, Any], ...]] = {
    cls: tuple((f.name, None if f.default is MISSING else f.default) for f in fields(cls))
    for cls in (Entity, Source, Tie)
}


def _stored(cls: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], tuple[str, ...]]:
    names = tuple(name for name, _ in _DEFAULTS[cls] if cls is not Tie or name not in _ENDS)
    return names, attrgetter(*names), tuple(name for name, default in _DEFAULTS[cls] if default == ())


_STORED = {cls: _stored(cls) for cls in _DEFAULTS}
"""Names of a record's properties, what reads them all at once, and which of them are lists."""
_BUT_ORIGIN = {
    cls: attrgetter(*(name for name, _ in kept if name != "origin")) for cls, kept in _DEFAULTS.items()
}


def with_origin(record: Record, origin: str) -> Record:
    """The same record, read from another place; several times as fast as ``dataclasses.replace``."""
    made: Any = type(record)
    return made(*_BUT_ORIGIN[type(record)](record), origin)


def _from_properties(cls: type[Any], values: dict[str, Any]) -> Any:
    # Written for speed: an export builds one of these per record.
    wanted: list[Any] = []
    for name, default in _DEFAULTS[cls]:
        value: Any = values.get(name)
        if value is None:
            value = default
        wanted.append(tuple(value) if value.__class__ is list else value)
    return cls(*wanted)


def entity_from(values: dict[str, Any]) -> Entity:
    """An entity from store properties; unknown keys are left aside."""
    return _from_properties(Entity, values)


def source_from(values: dict[str, Any]) -> Source:
    """A source from store properties; unknown keys are left aside."""
    return _from_properties(Source, values)


def tie_from(values: dict[str, Any], *, from_id: EntityId, type: str, to_id: EntityId) -> Tie:
    """A tie from store properties and its two ends."""
    return _from_properties(Tie, {**values, "from_id": from_id, "type": type, "to_id": to_id})


def name_key(name: str) -> str:
    """A name reduced to its letters and digits in lower case, so that "Gazprom Bank" finds "Gazprombank".

    >>> name_key("G42 (Group 42)")
    'g42group42'
    """
    return "".join(filter(str.isalnum, name.casefold()))[:NAME_KEY_MAX]
