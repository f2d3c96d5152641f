"""The best agreement between all names of two entities."""

from __future__ import annotations

import numpy as np
from rapidfuzz import fuzz, process

from graph.resolution.evidence import NameMatch
from graph.resolution.firms import firms
from graph.resolution.names import NameForm
from graph.resolution.persons import persons
from graph.resolution.vocabulary import FUND_WORDS, UNIT
from graph.resolution.weights import TokenWeights

MOST_COMPARED = 24
"""Pairs of names of two entities that are compared in full: those spelled most alike, and acronyms."""


def compare_names(
    first: tuple[NameForm, ...],
    second: tuple[NameForm, ...],
    weights: TokenWeights,
    *,
    person: bool = False,
    investors: bool = False,
) -> NameMatch:
    """The best agreement between the names of two entities.

    Cost: up to 24 pairs of names in full; of entities with many names the closest are chosen before in
    compiled code.

    Args:
        person: both are persons.
        investors: both are investors, to whom words such as Ventures are general.
    """
    best: tuple[float, bool, NameMatch] | None = None
    units = UNIT - FUND_WORDS if investors else UNIT
    for left, right in _closest(first, second):
        # Which of the two comes first must not matter.
        one, two = (left, right) if (left.key, left.text) <= (right.key, right.text) else (right, left)
        found = persons(one, two, weights) if person else firms(one, two, weights, units)
        ranked = (found.weight, not (left.alias or right.alias), found)
        if best is None or (*ranked[:2], found.text) > (*best[:2], best[2].text):
            best = ranked
    return best[2] if best else NameMatch(0.0, "no name is known")


def _closest(first: tuple[NameForm, ...], second: tuple[NameForm, ...]) -> list[tuple[NameForm, NameForm]]:
    if len(first) * len(second) <= MOST_COMPARED:
        return [(left, right) for left in first for right in second]
    alike = process.cdist(
        [" ".join(form.ordered) for form in first],
        [" ".join(form.ordered) for form in second],
        scorer=fuzz.ratio,
        dtype=np.float32,
    )
    ranked = sorted(
        (
            (-float(alike[a, b]), sorted((left.key, right.key)), sorted((left.text, right.text)), a, b)
            for a, left in enumerate(first)
            for b, right in enumerate(second)
        ),
    )
    chosen = {(a, b) for *_, a, b in ranked[:MOST_COMPARED]}
    chosen |= {
        (a, b)
        for a, left in enumerate(first)
        for b, right in enumerate(second)
        if left.key in right.initials or right.key in left.initials
    }
    return [(first[a], second[b]) for a, b in sorted(chosen)]
