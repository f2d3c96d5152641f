"""What comparing two names gives, and what both kinds of names share."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from graph.errors import shorten
from graph.resolution.names import NameForm
from graph.resolution.weights import TokenWeights

SHORT_KEY = {1: 4.0, 2: 3.0, 3: 2.0, 4: 0.8}
"""Taken off where a name has so few letters, because short names are held by many."""
OTHER_NAME = -7.0
TYPING = 4.5
"""Two letters swapped, or one letter doubled."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How two names agree: weight in bits and a phrase for people; ``quality`` is 0..1."""

    weight: float
    text: str


def quoted(form: NameForm) -> str:
    return f'"{shorten(" ".join(form.text.split()), 60)}"'


def both(one: NameForm, two: NameForm) -> str:
    return f"{quoted(one)} and {quoted(two)}"


def damped(weight: float, form: NameForm, weights: TokenWeights) -> float:
    """Less where the name is short or where several entities hold it.

    Agreement on a rare value tells more than on a frequent one (Fellegi and Sunter 1969, section 3.3).
    """
    holders = weights.held_by(form.key)
    return (
        weight
        - SHORT_KEY.get(len(form.key), 0.0)
        - (0.5 * (holders.bit_length() - 1) if holders > 2 else 0.0)
    )


def typing_error(one: str, two: str) -> bool:
    """Whether two neighbouring letters were swapped or one was doubled, in five letters or more."""
    if (
        min(len(one), len(two)) < 5
        or one.isdigit()
        or two.isdigit()
        or OSA.distance(one, two, score_cutoff=1) != 1
    ):
        return False
    if len(one) == len(two):
        return sorted(one) == sorted(two)
    short, long = sorted((one, two), key=len)
    return any(long[n] == long[n - 1] and long[:n] + long[n + 1 :] == short for n in range(1, len(long)))
