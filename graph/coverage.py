"""How well the ties are covered: dates, amounts, shares, sources. Unknown is counted, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.collector import paused
from graph.model import Entity, Source, Tie
from graph.ontology import ontology
from graph.store.base import Store
from graph.wording import has_share


@dataclass(frozen=True, slots=True)
class Measure:
    """One question about the records, and for how many of them it is answered.

    Attributes:
        about: what is counted, and among what, for people.
        known, total: records that have it; records that could.
    """

    id: str
    title: str
    about: str
    known: int
    total: int

    @property
    def share(self) -> float | None:
        """``known`` as a fraction of ``total``; None where there is nothing that could have it."""
        return self.known / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class TypeCoverage:
    """A tie type: its ties, facts among them, and how many state what; None where that makes no sense."""

    type: str
    ties: int
    facts: int
    dated: int
    amounts: int | None
    shares: int | None
    two_sources: int


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who published sources: how many of them, and how many ties rest on at least one."""

    name: str
    sources: int
    ties: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known about the ties and sources of a store.

    Attributes:
        measures: in the order to be read.
        types: tie types in use, most ties first.
        publishers: all of them, those with most sources first.
        oldest_source, newest_source: dates as published; None when no source has one.
        unconnected: entities without any tie.
    """

    measures: tuple[Measure, ...]
    types: tuple[TypeCoverage, ...]
    publishers: tuple[Publisher, ...]
    oldest_source: str | None
    newest_source: str | None
    unconnected: int


def coverage(store: Store) -> Coverage:
    """Count what the store knows. Cost: one pass over entities, ties and sources."""
    with paused():
        return coverage_of(list(store.entities()), list(store.ties()), store.sources())


def coverage_of(entities: Sequence[Entity], ties: Sequence[Tie], sources: Iterable[Source]) -> Coverage:
    """The same from records at hand."""
    known = {source.id: source for source in sources}
    joined = {end for tie in ties for end in (tie.from_id, tie.to_id)}
    dates = sorted(source.date for source in known.values() if source.date)
    return Coverage(
        measures=(*_tie_measures(ties, known), *_source_measures(list(known.values()))),
        types=_by_type(ties),
        publishers=_by_publisher(ties, known),
        oldest_source=dates[0] if dates else None,
        newest_source=dates[-1] if dates else None,
        unconnected=sum(entity.id not in joined for entity in entities),
    )


def may_have_amount(tie_type: str) -> bool:
    """Whether an amount of money is part of what the type says: purchases, investments and loans."""
    declared = ontology().types[tie_type]
    return declared.family in ("money", "ownership") and declared.nature == "event"


def may_have_share(tie_type: str) -> bool:
    """Whether a share makes sense on the type."""
    return bool(ontology().types[tie_type].shares)


def _tie_measures(ties: Sequence[Tie], sources: Mapping[str, Source]) -> tuple[Measure, ...]:
    linked = {key for key, source in sources.items() if _is_link(source)}
    with_amount = [tie for tie in ties if may_have_amount(tie.type)]
    with_share = [tie for tie in ties if may_have_share(tie.type)]
    return (
        _measure("start", "Start date", "ties with the date they began", ties, lambda t: bool(t.start_date)),
        _measure(
            "as_of", "Usable with an as-of date", "ties whose dates tell when they held", ties,
            lambda t: t.valid_from is not None and t.valid_to is not None,
        ),
        _measure(
            "amount", "Amount", "investments, purchases and loans with an amount in US dollars", with_amount,
            lambda t: t.amount_usd is not None,
        ),
        _measure(
            "share", "Share", "ties that could state a share and do", with_share,
            has_share,
        ),
        _measure(
            "two_sources", "Two or more sources", "ties that rest on at least two", ties,
            lambda t: len(set(t.sources)) >= 2,
        ),
        _measure(
            "link", "Source with a link", "ties with a source on the web", ties,
            lambda t: any(key in linked for key in t.sources),
        ),
    )  # fmt: skip


def _source_measures(sources: list[Source]) -> tuple[Measure, ...]:
    dated = sum(bool(source.date) for source in sources)
    return (Measure("source_date", "Date of the source", "sources with a date", dated, len(sources)),)


def _measure(id: str, title: str, about: str, ties: Sequence[Tie], has: Callable[[Tie], bool]) -> Measure:
    return Measure(id, title, about, sum(map(has, ties)), len(ties))


def _by_type(ties: Sequence[Tie]) -> tuple[TypeCoverage, ...]:
    groups: dict[str, list[Tie]] = {}
    for tie in ties:
        groups.setdefault(tie.type, []).append(tie)
    found = [
        TypeCoverage(
            name,
            len(group),
            sum(tie.is_fact for tie in group),
            sum(bool(tie.start_date) for tie in group),
            sum(tie.amount_usd is not None for tie in group) if may_have_amount(name) else None,
            sum(map(has_share, group)) if may_have_share(name) else None,
            sum(len(set(tie.sources)) >= 2 for tie in group),
        )
        for name, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.ties, each.type)))


def _by_publisher(ties: Sequence[Tie], sources: Mapping[str, Source]) -> tuple[Publisher, ...]:
    published = Counter(source.publisher for source in sources.values())
    cited: Counter[str] = Counter()
    for tie in ties:
        cited.update({sources[key].publisher for key in tie.sources if key in sources})
    found = [Publisher(name, number, cited[name]) for name, number in published.items()]
    return tuple(sorted(found, key=lambda each: (-each.sources, -each.ties, each.name)))


def _is_link(source: Source) -> bool:
    return (source.url or "").startswith(("http://", "https://"))
