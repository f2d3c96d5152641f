"""How the names of two persons agree.

Words are compared by Jaro-Winkler similarity (W. E. Winkler, String comparator metrics and enhanced
decision rules in the Fellegi-Sunter model of record linkage, Proceedings of the Section on Survey
Research Methods, American Statistical Association, 1990), as computed by rapidfuzz.
"""

from __future__ import annotations

from rapidfuzz.distance import OSA, JaroWinkler

from graph.resolution.evidence import OTHER_NAME, NameMatch, both, damped, typing_error
from graph.resolution.names import NameForm
from graph.resolution.nicknames import same_given_name
from graph.resolution.weights import TokenWeights

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
OTHER_GENERATION = -6.0
SURNAME_ALIKE = 0.9


def persons(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    found = _persons_without_generation(one, two, weights)
    if one.generation != two.generation and found.weight > 0:
        if one.generation and two.generation:
            return NameMatch(found.weight + OTHER_GENERATION, f"{found.text}, of different generations")
        return NameMatch(found.weight - 1.0, f"{found.text}, of which only one is called junior or the like")
    return found


def _persons_without_generation(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    if not one.key or not two.key:
        return NameMatch(0.0, "a name is blank")
    pair = both(one, two)
    if one.key == two.key or one.ordered == two.ordered:
        weight = SAME_PERSON if len(one.tokens) > 1 or len(two.tokens) > 1 else GIVEN_ONLY
        if one.tokens == two.tokens or one.key == two.key:
            return NameMatch(damped(weight, one, weights), f"names equal: {pair}")
        return NameMatch(damped(weight - 0.5, one, weights), f"same names in another order: {pair}")
    if min(len(one.tokens), len(two.tokens)) < 2:
        lone, full = sorted((one, two), key=lambda form: len(form.tokens))
        if lone.tokens and lone.tokens[0] in full.tokens:
            return NameMatch(-1.0, f"only one word of the name agrees: {pair}")
        similarity = JaroWinkler.similarity(one.key, two.key)
        return NameMatch(2.0 if similarity > 0.95 else OTHER_NAME, f"names differ: {pair}")
    return _given_and_surname(one, two, weights)


def _given_and_surname(one: NameForm, two: NameForm, weights: TokenWeights) -> NameMatch:
    pair = both(one, two)
    surname = JaroWinkler.similarity(one.tokens[-1], two.tokens[-1])
    if surname < SURNAME_ALIKE:
        if set(one.tokens) <= set(two.tokens) or set(two.tokens) <= set(one.tokens):
            return NameMatch(PART_OF_PERSON, f"all names of one are names of the other: {pair}")
        similarity = JaroWinkler.similarity(" ".join(one.ordered), " ".join(two.ordered))
        close = OSA.normalized_similarity(one.key, two.key)
        return NameMatch(1.0 if similarity > 0.95 and close > 0.85 else OTHER_NAME, f"names differ: {pair}")
    weight, told = _given(one.tokens[:-1], two.tokens[:-1])
    if surname < 1.0:
        if weight > 0:
            # Two letters off in a short surname is another surname.
            close = OSA.normalized_similarity(one.tokens[-1], two.tokens[-1])
            typing = typing_error(one.tokens[-1], two.tokens[-1])
            weight -= 1.0 if typing else 2.0 if close >= 0.8 else 5.0
        told = f"{told}, surnames alike"
    elif weight > 0:
        weight = damped(weight, one, weights)
    return NameMatch(weight, f"{told}: {pair}")


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
