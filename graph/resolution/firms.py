"""How the names of two firms, authorities, things or addresses agree.

Words are compared by edit distance with transpositions (rapidfuzz) and weighted by how much they tell.
"""

from __future__ import annotations

from itertools import pairwise

from rapidfuzz.distance import OSA

from graph.resolution.evidence import OTHER_NAME, TYPING, NameMatch, both, damped, quoted, typing_error
from graph.resolution.names import NameForm
from graph.resolution.weights import TokenWeights

SAME_NAME = 7.0
SAME_FIRM = 6.5
OTHER_ORDER = 5.5
SPACING = 6.0
SHORTENED = 4.5
"""One name is the other without generic words: Altimeter, Altimeter Capital."""
UNIT_LEFT = 0.5
"""The word left over names a part or a sister: OpenAI, OpenAI Foundation."""
BEGINNING_LEFT = 2.0
"""The words left over tell something and follow the name: Samsung, Samsung Electronics."""
DISTINCT_LEFT = -0.5
"""They tell something and stand elsewhere, or are more than two."""
ONE_NUMBER = -2.0
"""Only one has a number."""
OTHER_GENERIC = -0.5
"""Each has a generic word of its own: X Capital, X Ventures."""
ACRONYM = 3.5
ACRONYM_OF_TWO = 2.0
OTHER_NUMBER = -6.0
"""Fund II is not Fund III."""
CURVE = ((0.0, OTHER_NAME), (0.6, -6.0), (0.75, -2.5), (0.85, 1.5), (0.92, 4.0), (1.0, 5.0))
"""Similarity of firms' names to weight, straight between the points."""
WORD_ALIKE = 0.75


def firms(one: NameForm, two: NameForm, weights: TokenWeights, units: frozenset[str]) -> NameMatch:
    if not one.key or not two.key:
        return NameMatch(0.0, "a name is blank")
    if one.tokens == two.tokens:
        if one.legal == two.legal or not (one.legal and two.legal):
            apart = " apart from the legal form" if one.legal != two.legal else ""
            weight = SAME_FIRM if apart else SAME_NAME
        else:
            apart, weight = f" apart from the legal form ({one.legal[0]}, {two.legal[0]})", SAME_FIRM - 1.0
        return NameMatch(damped(weight, one, weights), f"names equal{apart}: {both(one, two)}")
    if one.key == two.key:
        return NameMatch(damped(SPACING, one, weights), f"names equal apart from spacing: {both(one, two)}")
    if one.ordered == two.ordered:
        return NameMatch(damped(OTHER_ORDER, one, weights), f"same words in another order: {both(one, two)}")
    if typing_error(one.key, two.key):
        return NameMatch(TYPING, f"two letters swapped or one doubled: {both(one, two)}")
    if acronym := _acronym(one, two):
        long = two if acronym is one else one
        more = min(2, len(acronym.key) - 3) * 0.5
        weight = ACRONYM + more if len(acronym.key) > 2 else ACRONYM_OF_TWO
        return NameMatch(weight, f"{quoted(acronym)} has the initials of {quoted(long)}")
    return _soft(one, two, weights, units)


def _acronym(one: NameForm, two: NameForm) -> NameForm | None:
    for short, long in ((one, two), (two, one)):
        if len(short.tokens) == 1 and short.key in long.initials:
            return short
    return None


def _soft(one: NameForm, two: NameForm, weights: TokenWeights, units: frozenset[str]) -> NameMatch:
    """Words paired by spelling, each pair weighted by what the word tells (soft TF-IDF).

    W. W. Cohen, P. Ravikumar and S. E. Fienberg, A comparison of string distance metrics for
    name-matching tasks, IIWeb 2003.
    """
    pairs, left, right = _aligned(one.tokens, two.tokens)
    if not pairs:
        similarity = OSA.normalized_similarity(one.key, two.key)
        return NameMatch(_curve(similarity), f"names differ: {both(one, two)}")
    if any(token.isdigit() for token in left) and any(token.isdigit() for token in right):
        return NameMatch(OTHER_NUMBER, f"numbers in the names differ: {both(one, two)}")
    exact = all(alike == 1.0 for *_, alike in pairs)
    telling = max((weights.bits(a) for a, _, _ in pairs if not weights.is_common(a)), default=0.0)
    if exact and telling:
        rest = (*left, *right)
        if not (left and right):
            return _shortened(one, two, rest, weights, units)
        if all(weights.is_common(token) or token in units for token in rest):
            return NameMatch(OTHER_GENERIC, f"same first words, other general words: {both(one, two)}")
    shared = sum(min(weights.bits(a), weights.bits(b)) * alike * 2 for a, b, alike in pairs)
    total = sum(map(weights.bits, one.tokens)) + sum(map(weights.bits, two.tokens))
    similarity = shared / total
    if len(one.tokens) != len(two.tokens) or not exact:
        # Words written apart in one of them: Sea Micro, Seamicro.
        similarity = max(similarity, OSA.normalized_similarity(one.key, two.key) if not exact else 0.0)
    told = (
        "alike" if similarity >= CURVE[3][0] else "partly alike" if similarity >= CURVE[1][0] else "different"
    )
    return NameMatch(_curve(similarity), f"names {told} ({similarity:.2f}): {both(one, two)}")


def _shortened(
    one: NameForm, two: NameForm, rest: tuple[str, ...], weights: TokenWeights, units: frozenset[str]
) -> NameMatch:
    """One name has all words of the other, and the words ``rest`` besides."""
    pair = both(one, two)
    if any(token.isdigit() for token in rest):
        return NameMatch(ONE_NUMBER, f"only one has a number: {pair}")
    short, long = (one, two) if len(one.tokens) < len(two.tokens) else (two, one)
    if any(token in units for token in rest):
        return NameMatch(UNIT_LEFT, f"one may be a part or a sister of the other: {pair}")
    if all(weights.is_common(token) for token in rest):
        return NameMatch(damped(SHORTENED, short, weights), f"one is the other without general words: {pair}")
    if long.tokens[: len(short.tokens)] == short.tokens and len(rest) <= 2:
        return NameMatch(damped(BEGINNING_LEFT, short, weights), f"one is the beginning of the other: {pair}")
    return NameMatch(DISTINCT_LEFT, f"one is a part of the other: {pair}")


def _aligned(
    one: tuple[str, ...], two: tuple[str, ...]
) -> tuple[list[tuple[str, str, float]], list[str], list[str]]:
    """Pairs of words that are spelled alike, best first, and the words left over on each side."""
    left, right = list(one), list(two)
    pairs: list[tuple[str, str, float]] = []
    for token in one:
        if token in right:
            pairs.append((token, token, 1.0))
            left.remove(token)
            right.remove(token)
    near = [
        (alike, a, b)
        for a in left
        for b in right
        if len(a) > 2 and len(b) > 2 and not (a.isdigit() or b.isdigit())
        and (alike := OSA.normalized_similarity(a, b, score_cutoff=WORD_ALIKE))
    ]  # fmt: skip
    for alike, a, b in sorted(near, reverse=True):
        if a in left and b in right:
            pairs.append((a, b, alike))
            left.remove(a)
            right.remove(b)
    return pairs, left, right


def _curve(similarity: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(CURVE):
        if similarity <= x1:
            return y0 + (y1 - y0) * (similarity - x0) / (x1 - x0)
    return CURVE[-1][1]
