"""Where sources disagree: two ties that speak of the same thing and give different figures, and remarks.

Nothing is decided and nothing merged here; both statements are shown side by side. Two figures are about
the same thing when the ties have the same type, ends and certainty (fact or plan), and

- for a share: the same basis, the same round, and published dates that can mean the same time (for a
  share of revenue or cost: the same measured period);
- for an amount: published dates that can mean the same time, and the same round or, where no round is
  named, the same product.

A figure that is not known disagrees with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from graph.dates import parse_date
from graph.dossier import TieLine
from graph.model import PERIOD_BASES, Tie
from graph.ontology import ontology

MOST = 200
"""Disagreements that are looked for; more of one entity's nobody reads."""
_WHO = r"(page|source|site|report|article|list|account)s?"
_REMARK = re.compile(
    rf"\b(contradict\w*|disagree\w*|disputed|conflicting|wrongly|one {_WHO}|(an)?other {_WHO}|some {_WHO}"
    rf"|{_WHO} (differ|vary)|(others|another) (say|name|put|give|speak)s?"
    r"|says? [^.]*(\bsays?|\band (?-i:[A-Z])\w*)|per [^.]*\bsays?)\b",
    re.IGNORECASE,
)
"""Words by which a remark says that pages do not agree; a guess, so the remark itself is always shown."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two ties that cannot both be right as they stand; ``about`` is ``share`` or ``amount``."""

    about: str
    first: TieLine
    second: TieLine


def disagreements(lines: Iterable[TieLine]) -> tuple[Disagreement, ...]:
    """Pairs of ties with different figures for the same thing, at most ``MOST``, in the order of the ties.

    Cost: O(n log n) plus the number of pairs that speak of the same thing.
    """
    kept = list(lines)
    found: list[Disagreement] = []
    for about in ("share", "amount"):
        groups: dict[Hashable, list[TieLine]] = {}
        for line in kept:
            if (key := _subject(line.tie, about)) is not None:
                groups.setdefault(key, []).append(line)
        for members in groups.values():
            for first, second in _at_one_time(members):
                if _figure(first.tie, about) != _figure(second.tie, about):
                    found.append(Disagreement(about, first, second))
                if len(found) == MOST:
                    return tuple(found)
    return tuple(found)


def contradicted(lines: Iterable[TieLine]) -> tuple[TieLine, ...]:
    """Ties whose remark says that pages contradict one another, in the order given."""
    return tuple(line for line in lines if line.tie.note and _REMARK.search(line.tie.note))


def _subject(tie: Tie, about: str) -> Hashable | None:
    """What two ties must have in common; None when the tie gives no such figure."""
    if _figure(tie, about) is None:
        return None
    ends = (tie.from_id, tie.to_id)
    pair = ends if ontology().types[tie.type].directed else tuple(sorted(ends))
    if about == "share":
        if tie.share_basis in PERIOD_BASES and not tie.start_date:
            return None  # two shares of unknown periods need not speak of the same one
        period = _days(tie) if tie.share_basis in PERIOD_BASES else None
        return (tie.type, pair, tie.is_fact, tie.share_basis, _same(tie.round), period)
    what = ("round", _same(tie.round)) if tie.round else ("product", _same(tie.product))
    return (tie.type, pair, tie.is_fact, what)


def _figure(tie: Tie, about: str) -> float | int | None:
    return tie.share if about == "share" else tie.amount_usd


def _same(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _days(tie: Tie) -> tuple[str, str]:
    """First and last day of the published dates; empty without a start."""
    if not tie.start_date:
        return "", ""
    return parse_date(tie.start_date).first_day, parse_date(tie.end_date or tie.start_date).last_day


def _at_one_time(lines: list[TieLine]) -> Iterator[tuple[TieLine, TieLine]]:
    """Pairs whose published starts can mean the same day; ties without a date only with one another."""
    spans = [_start(line.tie) for line in lines]
    order = sorted(range(len(lines)), key=lambda place: (spans[place], place))
    for at, place in enumerate(order):
        for other in order[at + 1 :]:
            if spans[other][0] > spans[place][1] or bool(spans[other][0]) != bool(spans[place][0]):
                break
            yield lines[place], lines[other]


def _start(tie: Tie) -> tuple[str, str]:
    if not tie.start_date:
        return "", ""
    start = parse_date(tie.start_date)
    return start.first_day, start.last_day
