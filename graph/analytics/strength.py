"""How strong a tie is as a step of an influence path, and what a path costs that multiplies strengths.

The strength of a tie is the value that ``ontology.yaml`` declares for its type times the factor of its
status, both in (0, 1]: editorial judgements, not measurements. The strength of a path is the product of
its steps, so with the cost of a step at minus the logarithm of its strength the strongest path is the
cheapest one.

Costs are whole numbers, so that sums do not depend on their order and equal products have equal costs:
a strength of up to six decimals is a fraction n / 10^6, and the logarithm of a whole number is the sum
of the rounded logarithms of its prime factors. 0.5 x 0.4 and 0.2 x 1 cost the same to the last unit. To
the cost of a step is added one unit, far below the precision of any strength: of two paths of equal
strength the one with fewer steps is the cheaper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.errors import AnalysisError, ParameterError, did_you_mean
from graph.ontology import ontology

_PRECISION = 1 << 32
"""Units of cost per unit of natural logarithm; strengths closer than 1 in 10^8 may rank as equal."""
_HOP = 1 << 9
"""A unit of cost is this many times the extra unit of a step: paths of up to 511 steps compare exactly."""
_DECIMALS = 10**6


@dataclass(frozen=True, slots=True)
class Strengths:
    """Strength by tie type and factor by status, each in (0, 1].

    >>> declared_strengths().of({"type": "SUPPLIES", "status": "ended"})
    0.25
    """

    types: Mapping[str, float]
    statuses: Mapping[str, float] = field(default_factory=dict[str, float])

    def of(self, data: Mapping[str, Any], *, tie: object = "") -> float:
        """Strength of a tie from its attributes.

        An attribute ``strength`` is taken as it is. Otherwise the type's strength times the status's
        factor; no status counts as ``active``.

        Raises:
            AnalysisError: the strength is not in (0, 1], or the type or status has none. ``tie`` names it.
        """
        own = data.get("strength")
        if own is not None:
            return checked_strength(own, f"The strength of the tie {tie}")
        type_, status = data.get("type"), data.get("status") or "active"
        base, factor = self.types.get(type_ or ""), self.statuses.get(status)
        if base is None or factor is None:
            what = f"type {type_!r}" if base is None else f"status {status!r}"
            raise AnalysisError(
                f"The tie {tie} has no strength: none is declared for its {what}.",
                hint="Give the edge an attribute strength in (0, 1], or a strength for the type or status.",
            )
        return round(base * factor, 12)  # the product of short decimals, without the dust of binary fractions

    def key(self) -> tuple[tuple[str, float], ...]:
        """Hashable, the same for equal values."""
        return (*sorted(self.types.items()), *sorted(self.statuses.items()))


@cache
def declared_strengths() -> Strengths:
    """What ``ontology.yaml`` declares."""
    declared = ontology()
    return Strengths(
        {name: type_.strength for name, type_ in declared.types.items()},
        {name: status.strength for name, status in declared.statuses.items()},
    )


def strengths_with(changes: Mapping[str, float] | None) -> Strengths:
    """The declared strengths with some replaced.

    Args:
        changes: tie type or status to a number in (0, 1]. Names the ontology does not know, in capitals,
            are types of a graph of the caller's own.

    Raises:
        ParameterError: a number outside (0, 1], or a name in small letters that is no status.

    >>> strengths_with({"SUPPLIES": 0.9}).of({"type": "SUPPLIES"})
    0.9
    """
    declared = declared_strengths()
    types, statuses = dict(declared.types), dict(declared.statuses)
    for name, value in (changes or {}).items():
        if not 0 < value <= 1:  # refuses NaN too
            raise ParameterError(
                "strength", f"{name}={value} is not in (0, 1].", hint="Write a number above 0 and at most 1."
            )
        if name in statuses:
            statuses[name] = float(value)
        elif name in types or name.isupper():
            types[name] = float(value)
        else:
            known = [*types, *statuses]
            raise ParameterError(
                "strength", f"{name!r} is no tie type and no status.{did_you_mean(name, known)}",
                hint=f"Known: {', '.join(known)}.",
            )  # fmt: skip
    return Strengths(types, statuses)


def checked_strength(value: Any, what: str) -> float:
    """``value`` as a number in (0, 1].

    Raises:
        AnalysisError: it is none; ``what`` begins the sentence.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number <= 1:  # refuses NaN too
        raise AnalysisError(
            f"{what} is {value}, not in (0, 1].",
            hint="Give a number above 0 and at most 1; 1 is a sure step.",
        )
    return number


def step_costs(strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cost of steps of these strengths: positive whole numbers in a float array, exact up to 2^53.

    Cost: O(n log n) and a factorisation of each distinct strength of up to six decimals.
    """
    values, where = np.unique(strengths, return_inverse=True)
    short = np.rint(values * _DECIMALS)
    exact = np.abs(values * _DECIMALS - short) < 1e-9
    costs = np.rint(-np.log(values) * _PRECISION)
    # Above a hundred thousand distinct values nobody chose them by hand, and ties do not happen.
    for place in np.flatnonzero(exact & (short > 0))[:100_000].tolist():
        costs[place] = _whole_log(_DECIMALS) - _whole_log(int(short[place]))
    return (np.maximum(costs, 0) * _HOP + 1)[where]


@cache
def _whole_log(number: int) -> int:
    """Sum of the rounded logarithms of the prime factors: additive, to within half a unit a factor."""
    total, divisor = 0, 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            total += round(math.log(divisor) * _PRECISION)
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    return total + (round(math.log(number) * _PRECISION) if number > 1 else 0)
