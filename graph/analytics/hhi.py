"""The Herfindahl-Hirschman index between two bounds, and the bands of the Merger Guidelines.

HHI is the sum of squared percentage shares, 0 to 10,000 (Hirschman 1964, American Economic Review 54,
761-762). Where part of the whole is not disclosed, or a share is only known within a range, it lies
between two bounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from graph.errors import AnalysisError

DISCLOSURE_THRESHOLD = 0.10
"""Customers of at least a tenth of revenue must be disclosed in US filings (ASC 280-10-50-42)."""
_TOLERANCE = 1e-9
_RANGES_TRIED = 10


@dataclass(frozen=True, slots=True)
class MergerRule:
    """Thresholds of one edition of the Merger Guidelines, on the scale 0 to 10,000.

    Attributes:
        name: which edition.
        moderate: from here on moderately concentrated.
        high: above it highly concentrated.
        change: a rise by more than this in a highly concentrated market is presumed to do harm.
    """

    name: str
    moderate: float
    high: float
    change: float

    def band(self, hhi: float) -> str:
        """``highly concentrated``, ``moderately concentrated`` or ``unconcentrated``."""
        if hhi > self.high:
            return "highly concentrated"
        return "moderately concentrated" if hhi >= self.moderate else "unconcentrated"


RULES = {
    "2023": MergerRule("US Merger Guidelines 2023, guideline 1", 1_000, 1_800, 100),
    "2010": MergerRule("US Horizontal Merger Guidelines 2010, section 5.3", 1_500, 2_500, 200),
}


def hhi_range(shares: Iterable[float], *, threshold: float | None = None) -> tuple[float, float]:
    """Lower and upper bound of the HHI from the shares that are known.

    Args:
        shares: fractions of one whole, each above 0, summing to at most 1.
        threshold: every party not in ``shares`` is smaller than this (a disclosure rule).

    Returns:
        ``(low, high)`` on the scale 0 to 10,000. Low leaves the rest out (infinitely many, infinitely
        small). High makes it one party, or as many of ``threshold`` as fit and one of what remains.

    Raises:
        AnalysisError: a share outside 0..1 or not a number, or a sum above 1.

    >>> [round(bound) for bound in hhi_range([0.87])], [round(b) for b in hhi_range([0.87], threshold=0.1)]
    ([7569, 7738], [7569, 7678])
    """
    known = list(shares)
    for share in known:
        if not 0 < share <= 1:  # refuses NaN too
            raise AnalysisError(
                f"A share of {share} is not a fraction between 0 and 1.", hint="Write 0.12 for 12 %."
            )
    return hhi_bounds([(share, share) for share in known], threshold=threshold)


def hhi_bounds(
    ranges: Sequence[tuple[float, float]], *, threshold: float | None = None
) -> tuple[float, float]:
    """The same from shares that are themselves only known as ``(low, high)``.

    Low has every party at its lower end. High is the largest index that any split within the ranges can
    have; beyond ten parties with ranges, a bound a little above it.

    Raises:
        AnalysisError: the lower ends sum to more than 1, or ``threshold`` is not within 0..1.

    >>> [round(bound) for bound in hhi_bounds([(0.5, 0.6)])]
    [2500, 5200]
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise AnalysisError(
            f"A disclosure threshold of {threshold} is not a fraction above 0.", hint="Write 0.1 for 10 %."
        )
    lows = [low for low, _ in ranges]
    total = math.fsum(lows)
    if total > 1 + _TOLERANCE:
        raise AnalysisError(
            f"The shares sum to {total:.4g}, more than the whole.",
            hint="They may overlap or belong to different periods; look at their ties and sources.",
        )
    slack = max(0.0, 1 - total)
    least = math.fsum(low * low for low in lows)
    rooms = [(low, min(high - low, slack)) for low, high in ranges if high > low]
    return 10_000 * least, 10_000 * (least + _most_added(rooms, slack, threshold))


def _most_added(rooms: Sequence[tuple[float, float]], slack: float, threshold: float | None) -> float:
    """The most that filling ``slack`` adds to the sum of squares: into parties with room, and the rest.

    The sum is convex, so its maximum has all parties but one at an end of their range.
    """
    if len(rooms) > _RANGES_TRIED:
        return _most_added_bound(rooms, slack, threshold)
    most = 0.0
    for pattern in product((False, True), repeat=len(rooms)):
        left = slack - math.fsum(room for (_, room), full in zip(rooms, pattern, strict=True) if full)
        if left < -_TOLERANCE:
            continue
        left = max(0.0, left)
        added = math.fsum(_gain(low, room) for (low, room), full in zip(rooms, pattern, strict=True) if full)
        most = max(most, added + _rest_added(left, threshold))
        for (low, room), full in zip(rooms, pattern, strict=True):
            if not full:
                for part in _partial(left, room, threshold):
                    most = max(most, added + _gain(low, part) + _rest_added(left - part, threshold))
    return most


def _gain(low: float, more: float) -> float:
    return more * (2 * low + more)  # (low + more)^2 - low^2


def _rest_added(rest: float, threshold: float | None) -> float:
    if threshold is None or rest <= threshold:
        return rest * rest
    whole, part = divmod(rest, threshold)
    return whole * threshold**2 + part**2


def _partial(left: float, room: float, threshold: float | None) -> list[float]:
    """Parts of ``left`` that one party may take while all unnamed ones are as large as they may be."""
    if threshold is None:
        return [left] if left <= room else []
    fewest = max(0, math.ceil((left - room) / threshold))
    return [part for part in (left % threshold, left - fewest * threshold) if 0 <= part <= room]


def _most_added_bound(rooms: Sequence[tuple[float, float]], slack: float, threshold: float | None) -> float:
    """At least as much: each square replaced by the straight line above it, filled by steepest line."""
    unnamed = slack if threshold is None else min(threshold, slack)
    added, left = 0.0, slack
    for slope, room in sorted(((2 * low + room, room) for low, room in rooms), reverse=True):
        if slope > unnamed:
            used = min(room, left)
            added, left = added + slope * used, left - used
    return added + unnamed * max(0.0, left)
