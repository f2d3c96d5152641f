"""The ties of an entity on a line of time: what lasted from when to when, and what has no date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.dates import OPEN_END, parse_date
from graph.dossier import TieLine
from graph.model import PERIOD_BASES, Tie
from graph.wording import has_share

ENDS = {
    "date": "as published",
    "deal": "a deal or event",
    "measured": "the period that its share was measured in",
    "open": "goes on, as far as is known",
    "unknown": "its end is not known",
}
"""How a bar ends: its word, and what that means."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One dated tie.

    Attributes:
        first_day, last_day: what is drawn, ``YYYY-MM-DD``; an open tie is drawn up to the horizon.
        ends: one of ``ENDS``.
    """

    line: TieLine
    first_day: str
    last_day: str
    ends: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Dated ties in order, and the others apart.

    Attributes:
        bars: earliest first.
        undated: ties without a start date, in the order given; some of them have an end.
        first_day, last_day: the span of all bars; None without any.
        horizon: the day up to which open ties are drawn.
    """

    bars: tuple[Bar, ...]
    undated: tuple[TieLine, ...]
    first_day: str | None
    last_day: str | None
    horizon: str


def timeline(lines: Iterable[TieLine], *, horizon: str) -> Timeline:
    """Put ties on a line of time.

    A standing tie is drawn from the first day that it may hold to its last one; a deal over the span of
    its published date; a share of revenue or cost over the period it was measured in.

    Args:
        lines: ties of one entity, see :func:`graph.dossier.dossier`.
        horizon: a date of any precision; a tie that goes on is drawn up to it.

    Raises:
        SchemaViolation: ``horizon`` is not a date.

    Cost: O(n log n).
    """
    edge = parse_date(horizon, field="horizon").last_day
    bars: list[Bar] = []
    undated: list[TieLine] = []
    for line in lines:
        first = line.tie.valid_from
        if first is None:
            undated.append(line)
        else:
            last, ends = _end(line.tie, edge)
            bars.append(Bar(line, first, last, ends))
    bars.sort(key=lambda bar: (bar.first_day, bar.last_day, bar.line.tie.id))
    return Timeline(
        tuple(bars),
        tuple(undated),
        bars[0].first_day if bars else None,
        max((bar.last_day for bar in bars), default=None),
        edge,
    )


def first_dated(lines: Sequence[TieLine]) -> str | None:
    """The earliest start among ties, as published; None when none has a date."""
    dated = [line.tie for line in lines if line.tie.valid_from is not None]
    return min(dated, key=lambda tie: (tie.valid_from or "", tie.id)).start_date if dated else None


def _end(tie: Tie, horizon: str) -> tuple[str, str]:
    """Last day of a tie with a start, and how it ends."""
    start = parse_date(tie.start_date or "")
    stated = parse_date(tie.end_date).last_day if tie.end_date else start.last_day
    stated = max(stated, start.first_day)
    if has_share(tie) and tie.share_basis in PERIOD_BASES:
        return stated, "measured"
    if tie.status == "completed":
        return stated, "deal"
    if tie.valid_to is None:
        return start.last_day, "unknown"
    if tie.valid_to == OPEN_END:
        return max(start.last_day, horizon), "open"
    return stated, "date"
