"""Whether ties held at the same time: the terms of two board seats, of a job and a deal.

Terms are compared as published. An overlap counts as known only where dates show it: a seat that
ended in 2018-02 was held then, whenever it began; a seat without any date may have been held at any
time, so that its overlap with another is not known, which is neither yes nor no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, product
from typing import Any

import networkx as nx

from graph.dates import parse_date
from graph.model import FACT_STATUSES, EntityId, Tie

FAR_PAST, FAR_FUTURE = 0, 99991231
_DATE_FIELDS = ("status", "start_date", "end_date")


class Overlap(StrEnum):
    """Whether terms overlap."""

    KNOWN = "known"
    UNKNOWN = "not known"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Term:
    """Days as whole numbers ``YYYYMMDD``.

    Attributes:
        first, last: the tie cannot have held before or after; ``FAR_PAST`` or ``FAR_FUTURE`` when unknown.
        sure_first, sure_last: it held on each of these days as far as published dates tell; the first
            is larger than the last when no day is sure.
    """

    first: int
    last: int
    sure_first: int
    sure_last: int


ALWAYS = Term(FAR_PAST, FAR_FUTURE, FAR_PAST, FAR_FUTURE)
"""The term of an edge that has no date fields at all, in a graph of the user's own."""
_NO_DAY = (FAR_FUTURE, FAR_PAST)
NEVER = Term(*_NO_DAY, *_NO_DAY)


def term_of(data: Mapping[str, Any], *, as_of: str | None = None) -> Term:
    """The term of an edge from its attributes; with ``as_of`` only whether it holds then.

    >>> term_of({"status": "ended", "end_date": "2018-02"})
    Term(first=0, last=20180228, sure_first=20180201, sure_last=20180228)
    """
    if "tie" not in data and not any(name in data for name in _DATE_FIELDS):
        return ALWAYS
    tie = tie_of("", "", "", data)
    first, last = _day(tie.valid_from, FAR_PAST), _day(tie.valid_to, FAR_FUTURE)
    sure = _sure(tie, first, last)
    if as_of is None:
        return Term(first, last, *sure)
    asked = parse_date(as_of, field="as_of")
    start, end = _day(asked.first_day, FAR_PAST), _day(asked.last_day, FAR_FUTURE)
    if first > end or last < start:
        return NEVER
    return ALWAYS if sure[0] <= end and sure[1] >= start else Term(FAR_PAST, FAR_FUTURE, *_NO_DAY)


def _sure(tie: Tie, first: int, last: int) -> tuple[int, int]:
    if tie.start_date:
        return first, last if tie.valid_to else _day(parse_date(tie.start_date).last_day, last)
    if tie.end_date and tie.status in ("ended", "completed"):  # other ends are planned ones
        return _day(parse_date(tie.end_date).first_day, first), last
    return _NO_DAY


def overlap(*terms: Term) -> Overlap:
    """Whether all the terms share a day.

    >>> seat, job = term_of({"status": "ended", "end_date": "2018-02"}), term_of({"start_date": "2004"})
    >>> overlap(seat, job).value
    'known'
    """
    found = Overlap.KNOWN
    for one, other in combinations(terms, 2):
        if max(one.first, other.first) > min(one.last, other.last):
            return Overlap.NONE
        if max(one.sure_first, other.sure_first) > min(one.sure_last, other.sure_last):
            found = Overlap.UNKNOWN
    return found


def common_span(ties: Iterable[Tie]) -> tuple[str | None, str | None]:
    """Latest start and earliest end of the ties, as published.

    The start is None when one is unknown; the end is None when one is unknown or none has come.
    """
    starts: list[tuple[str, str]] = []
    ends: list[tuple[str, str]] = []
    for tie in ties:
        starts.append((tie.valid_from or "", tie.start_date or ""))
        if tie.valid_to is None or (tie.end_date and _day(tie.valid_to, FAR_FUTURE) < FAR_FUTURE):
            ends.append((tie.valid_to or "", tie.end_date or ""))
    start = max(starts)[1] if starts and all(day for day, _ in starts) else None
    end = min(ends)[1] if ends and all(day for day, _ in ends) else None
    return start or None, end or None


def span_text(span: tuple[str | None, str | None]) -> str:
    """``from 2015-12 to 2018-02``, ``until 2018-02``, ``since 2019``; empty when neither is known."""
    start, end = span
    if start and end:
        return f"from {start} to {end}" if start != end else f"in {start}"
    return f"until {end}" if end else f"since {start}" if start else ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A tie and its term."""

    tie: Tie
    term: Term


def dated(
    start: EntityId, end: EntityId, key: Any, data: Mapping[str, Any], type_: str, *, as_of: str | None = None
) -> Dated:
    """The tie of an edge with its term; ``type_`` is the type of an edge that names none."""
    return Dated(tie_of(start, end, key, data, type_), term_of(data, as_of=as_of))


def tie_of(start: EntityId, end: EntityId, key: Any, data: Mapping[str, Any], type_: str = "") -> Tie:
    """The tie of an edge; made from what attributes there are when the graph is the user's own.

    A tie without status counts as active, so that it can be worded. One without an id goes by its key,
    or by its two ends where keys are only numbers.
    """
    tie = data.get("tie")
    if isinstance(tie, Tie):
        return tie
    get = data.get
    number = "" if key in (None, 0) else f"-{key}"
    return Tie(
        str(get("id") or (key if key and isinstance(key, str) else f"{start}-{end}{number}")),
        start, get("type") or type_, end, get("status") or "active", get("start_date"), get("end_date"),
        get("role"), get("amount_usd"), get("share"), get("share_basis"), get("round"), get("product"),
        get("note"), tuple(get("sources") or ()),
    )  # fmt: skip


def edges_at(
    graph: nx.Graph, node: EntityId, *, back: bool = False
) -> Iterable[tuple[EntityId, EntityId, Any, Mapping[str, Any]]]:
    """Edges out of a node (with ``back``: into it) as (from, to, key, attributes).

    The key is None in a graph that is no multigraph. In a graph without direction: all edges at the
    node, told away from it (with ``back``: towards it).
    """
    near: Any = graph.pred[node] if back and graph.is_directed() else graph.adj[node]  # type: ignore[attr-defined]
    many = graph.is_multigraph()
    for other, held in near.items():
        start, end = (other, node) if back else (node, other)
        for key, data in held.items() if many else ((None, held),):
            yield start, end, key, data


def best_first(ties: Iterable[Dated]) -> tuple[Dated, ...]:
    """Facts before plans, dated before undated, well sourced before thinly sourced, then by id."""
    return tuple(sorted(ties, key=lambda item: quality(item.tie)))


def quality(tie: Tie) -> tuple[bool, bool, int, str]:
    """Sorts the best evidence first."""
    return tie.status not in FACT_STATUSES, tie.start_date is None, -len(tie.sources), tie.id


def best_pairing(*sides: Sequence[Dated]) -> tuple[Overlap, tuple[Tie, ...]]:
    """The strongest overlap that one tie of each side makes, and those ties, the earliest in order.

    Cost: the product of the numbers of ties; sides are short (terms of one person in one company).
    """
    best, shown = Overlap.NONE, tuple(side[0].tie for side in sides)
    for chosen in product(*sides):
        state = overlap(*(item.term for item in chosen))
        if state is Overlap.KNOWN or (state is Overlap.UNKNOWN and best is Overlap.NONE):
            best, shown = state, tuple(item.tie for item in chosen)
        if state is Overlap.KNOWN:
            break
    return best, shown


@lru_cache(maxsize=65_536)
def _day(text: str | None, unknown: int) -> int:
    return int(text.replace("-", "")) if text else unknown
