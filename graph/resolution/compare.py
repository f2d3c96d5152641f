"""How two names agree: one of a few outcomes, each with its weight of evidence.

Similarities of words are those of rapidfuzz: Jaro-Winkler for persons (W. E. Winkler, String comparator
metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage, Proceedings of the
Section on Survey Research Methods, American Statistical Association, 1990), edit distance with
transpositions for firms, whose words are then weighted by how much they tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import OSA, JaroWinkler

from graph.errors import shorten
from graph.resolution.names import NameForm
from graph.resolution.nicknames import same_given_name
from graph.resolution.weights import UNIT, TokenWeights

SAME_NAME = 7.0
SAME_FIRM = 6.5
OTHER_ORDER = 5.5
SPACING = 6.0
SHORTENED = 4.5
"""One name is the other without generic words: Altimeter, Altimeter Capital."""
UNIT_LEFT = 0.5
"""The word left over names a part or a sister: OpenAI, OpenAI Foundation."""
DISTINCT_LEFT = 0.0
"""The words left over tell something: Stoke, Stoke Space."""
OTHER_GENERIC = 0.0
"""Each has a generic word of its own: X Capital, X Ventures."""
ACRONYM = 3.5
SAME_PERSON = 6.5
NICKNAME = 5.0
MIDDLE = 5.5
"""A middle name or initial that only one of them has."""
INITIAL = 3.0
PART_OF_PERSON = 3.5
GIVEN_ONLY = 2.5
"""A person known by one word only."""
OTHER_GIVEN = -5.0
OTHER_MIDDLE = -2.0
OTHER_NAME = -7.0
OTHER_GENERATION = -6.0
OTHER_NUMBER = -6.0
"""Fund II is not Fund III."""
CURVE = ((0.0, OTHER_NAME), (0.6, -6.0), (0.75, -2.5), (0.85, 1.5), (0.92, 4.0), (1.0, 5.0))
"""Similarity of firms' names to weight, straight between the points."""
SHORT_KEY = {1: 4.0, 2: 3.0, 3: 2.0, 4: 0.8}
"""Taken off where a name has so few letters, because short names are held by many."""
WORD_ALIKE = 0.75
SURNAME_ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How two names agree: weight in bits and a phrase for people; ``quality`` is 0..1."""

    weight: float
    text: str


def compare_names(
    first: tuple[NameForm, ...], second: tuple[NameForm, ...], weights: TokenWeights, *, person: bool
) -> NameMatch:
    """The best agreement between the names of two entities. O(names of both, multiplied)."""
    best: tuple[float, bool, NameMatch] | None = None
    compare = _persons if person else _firms
    for left in first:
        for right in second:
            # Which of the two comes first must not matter.
            one, two = (left, right) if (left.key, left.text) <= (right.key, right.text) else (right, left)
            found = compare(one, two, weights)
            ranked = (found.weight, not (left.alias or right.alias), found)
            if best is None or (ranked[:2], ranked[2].text) > (best[:2], best[2].text):
                best = ranked
    return best[2] if best else NameMatch(0.0, "no name is known")


def _quoted(form: NameForm) -> str:
    return f'"{shorten(" ".join(form.text.split()), 60)}"'


def _both(one: NameForm, two: NameForm) -> str:
    return f"{_quoted(one)} and {_quoted(two)}"


def _damped(weight: float, form: NameForm, weights: TokenWeights) -> float:
    """Less where the name is short or where several entities hold it.

    Agreement on a rare value tells more than on a frequent one (Fellegi and Sunter 1969, section 3.3).
    """
    holders = weights.held_by(form.key)
    return (
        weight
        - SHORT_KEY.get(len(form.key), 0.0)
        - (0.5 * (holders.bit_length() - 1) if holders > 2 else 0.0)
    )


def _firms(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    if not one.key or not two.key:
        return NameMatch(0.0, "a name is blank")
    if one.tokens == two.tokens:
        if one.legal == two.legal or not (one.legal and two.legal):
            apart = " apart from the legal form" if one.legal != two.legal else ""
            weight = SAME_FIRM if apart else SAME_NAME
        else:
            apart, weight = f" apart from the legal form ({one.legal[0]}, {two.legal[0]})", SAME_FIRM - 1.0
        return NameMatch(_damped(weight, one, weights), f"names equal{apart}: {_both(one, two)}")
    if one.key == two.key:
        return NameMatch(_damped(SPACING, one, weights), f"names equal apart from spacing: {_both(one, two)}")
    if one.ordered == two.ordered:
        return NameMatch(
            _damped(OTHER_ORDER, one, weights), f"same words in another order: {_both(one, two)}"
        )
    if acronym := _acronym(one, two):
        long = two if acronym is one else one
        weight = ACRONYM + min(2, len(acronym.key) - 3) * 0.5
        return NameMatch(weight, f"{_quoted(acronym)} has the initials of {_quoted(long)}")
    return _soft(one, two, weights)


def _acronym(one: NameForm, two: NameForm) -> NameForm | None:
    for short, long in ((one, two), (two, one)):
        if len(short.tokens) == 1 and len(long.tokens) >= 3 and short.key == long.initials:
            return short
    return None


def _soft(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    """Words paired by spelling, each pair weighted by what the word tells (soft TF-IDF).

    W. W. Cohen, P. Ravikumar and S. E. Fienberg, A comparison of string distance metrics for
    name-matching tasks, IIWeb 2003.
    """
    pairs, left, right = _aligned(one.tokens, two.tokens)
    if not pairs:
        similarity = OSA.normalized_similarity(one.key, two.key)
        return NameMatch(_curve(similarity), f"names differ: {_both(one, two)}")
    if any(token.isdigit() for token in left) and any(token.isdigit() for token in right):
        return NameMatch(OTHER_NUMBER, f"numbers in the names differ: {_both(one, two)}")
    exact = all(alike == 1.0 for *_, alike in pairs)
    telling = max((weights.bits(a) for a, _, _ in pairs if not weights.is_common(a)), default=0.0)
    if exact and telling:
        rest = (*left, *right)
        if not (left and right):
            return _shortened(one, two, rest, weights)
        if all(weights.is_common(token) or token in UNIT for token in rest):
            return NameMatch(OTHER_GENERIC, f"same first words, other general words: {_both(one, two)}")
    shared = sum(min(weights.bits(a), weights.bits(b)) * alike * 2 for a, b, alike in pairs)
    total = sum(map(weights.bits, one.tokens)) + sum(map(weights.bits, two.tokens))
    similarity = shared / total
    if len(one.tokens) != len(two.tokens) or not exact:
        # Words written apart in one of them: Sea Micro, Seamicro.
        similarity = max(similarity, OSA.normalized_similarity(one.key, two.key) if not exact else 0.0)
    told = (
        "alike" if similarity >= CURVE[3][0] else "partly alike" if similarity >= CURVE[1][0] else "different"
    )
    return NameMatch(_curve(similarity), f"names {told} ({similarity:.2f}): {_both(one, two)}")


def _shortened(one: NameForm, two: NameForm, rest: tuple[str, ...], weights: TokenWeights) -> NameMatch:
    if any(token.isdigit() for token in rest):
        return NameMatch(DISTINCT_LEFT - 2.0, f"only one has a number: {_both(one, two)}")
    short = one if len(one.tokens) < len(two.tokens) else two
    if any(token in UNIT for token in rest):
        return NameMatch(UNIT_LEFT, f"one may be a part or a sister of the other: {_both(one, two)}")
    if all(weights.is_common(token) for token in rest):
        return NameMatch(
            _damped(SHORTENED, short, weights), f"one is the other without general words: {_both(one, two)}"
        )
    kept = sum(map(weights.bits, short.tokens)) / (
        sum(map(weights.bits, short.tokens)) + sum(map(weights.bits, rest))
    )
    weight = DISTINCT_LEFT + 4.0 * (kept - 0.5)
    return NameMatch(weight, f"one is the beginning or a part of the other: {_both(one, two)}")


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


def _persons(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    found = _persons_without_generation(one, two, weights)
    if one.generation != two.generation and found.weight > 0:
        if one.generation and two.generation:
            return NameMatch(found.weight + OTHER_GENERATION, f"{found.text}, of different generations")
        return NameMatch(found.weight - 1.0, f"{found.text}, of which only one is called junior or the like")
    return found


def _persons_without_generation(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    if not one.key or not two.key:
        return NameMatch(0.0, "a name is blank")
    both = _both(one, two)
    if one.key == two.key or one.ordered == two.ordered:
        weight = SAME_PERSON if len(one.tokens) > 1 or len(two.tokens) > 1 else GIVEN_ONLY
        if one.tokens == two.tokens or one.key == two.key:
            return NameMatch(_damped(weight, one, weights), f"names equal: {both}")
        return NameMatch(_damped(weight - 0.5, one, weights), f"same names in another order: {both}")
    if min(len(one.tokens), len(two.tokens)) < 2:
        lone, full = sorted((one, two), key=lambda form: len(form.tokens))
        if lone.tokens and lone.tokens[0] in full.tokens:
            return NameMatch(-1.0, f"only one word of the name agrees: {both}")
        similarity = JaroWinkler.similarity(one.key, two.key)
        return NameMatch(2.0 if similarity > 0.95 else OTHER_NAME, f"names differ: {both}")
    return _given_and_surname(one, two, weights)


def _given_and_surname(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    both = _both(one, two)
    surname = JaroWinkler.similarity(one.tokens[-1], two.tokens[-1])
    if surname < SURNAME_ALIKE:
        if set(one.tokens) <= set(two.tokens) or set(two.tokens) <= set(one.tokens):
            return NameMatch(PART_OF_PERSON, f"all names of one are names of the other: {both}")
        similarity = JaroWinkler.similarity(" ".join(one.ordered), " ".join(two.ordered))
        close = OSA.normalized_similarity(one.key, two.key)
        return NameMatch(1.0 if similarity > 0.95 and close > 0.85 else OTHER_NAME, f"names differ: {both}")
    weight, told = _given(one.tokens[:-1], two.tokens[:-1])
    if surname < 1.0:
        if weight > 0:
            # Two letters off in a short surname is another surname.
            close = OSA.normalized_similarity(one.tokens[-1], two.tokens[-1])
            weight -= 2.0 if close >= 0.8 else 5.0
        told = f"{told}, surnames alike"
    elif weight > 0:
        weight = _damped(weight, one, weights)
    return NameMatch(weight, f"{told}: {both}")


def _given(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[float, str]:
    """Weight and words for given names; the first counts most."""
    a, b = one[0], two[0]
    joined = "".join(one), "".join(two)
    if one == two or joined[0] == joined[1]:
        return SAME_PERSON, "names equal"
    if a == b or same_given_name(a, b):
        weight, told = (
            (MIDDLE, "given name and surname equal") if a == b else (NICKNAME, "short form of a given name")
        )
        if one[1:] and two[1:]:
            agree = any(x == y or _initial_of(x, y) for x in one[1:] for y in two[1:])
            return (weight, told) if agree else (OTHER_MIDDLE, "middle names differ")
        return weight, told
    initials = tuple("".join(part[0] for part in names) for names in (one, two))
    if _initial_of(a, b) or joined[0] == initials[1] or joined[1] == initials[0]:
        return INITIAL, "an initial of the given name"
    alike = JaroWinkler.similarity(joined[0], joined[1])
    if alike >= 0.9 and OSA.normalized_similarity(joined[0], joined[1]) >= 0.75:
        return 3.5, "given names alike"
    if set(one) <= set(two) or set(two) <= set(one):
        return INITIAL, "one has another first name before"
    return OTHER_GIVEN, "same surname, other given name"


def _initial_of(one: str, two: str) -> bool:
    return (len(one) == 1 or len(two) == 1) and one[0] == two[0]
