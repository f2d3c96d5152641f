"""How likely two records are one entity, with the reasons.

The model is that of I. P. Fellegi and A. B. Sunter, A theory for record linkage, Journal of the American
Statistical Association 64 (1969) 1183-1210: each field that was compared adds the weight log2(m / u) of
its outcome, m being the probability of that outcome among pairs that are one entity and u among pairs
that are not; unknown fields add nothing. With the odds before anything is compared (:data:`PRIOR`) the
sum becomes a probability, score = 1 / (1 + 2 ** -(prior + sum)). It takes fields as independent, which
they are not quite; read a score as an order of likelihood.

The weights are constants of this module, of ``evidence``, ``firms`` and ``persons``. They were set by hand
from what registers hold (two firms of one name in one country are mostly one; two people of one name
often are not) and adjusted on the development half of the labelled pairs alone; the held-out half was
only measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.dates import overlap
from graph.errors import SchemaViolation
from graph.model import Entity, Tie
from graph.ontology import ontology
from graph.resolution.compare import compare_names
from graph.resolution.identifiers import Ids, ids_of, is_exclusive, label
from graph.resolution.names import NameForm, forms_of
from graph.resolution.weights import TokenWeights

PRIOR = -3.0
"""log2 odds that a compared pair is one entity: one in nine."""
SAME_ID = 14.0
SAME_ISSUE = 4.0
"""The same ICIJ node, ISIN, CUSIP or BIC: an id that one entity has several of, or that issues have."""
CONTRADICTION = 0.5
"""Score where one register says same and another says different."""
SAME_COUNTRY, OTHER_COUNTRY, OTHER_COUNTRY_PERSON = 1.0, -2.0, -1.0
BORN_MONTH, BORN_YEAR, OTHER_BORN = 6.0, 3.5, -12.0
FOUNDED_SAME, FOUNDED_NEAR, FOUNDED_APART = 2.0, 0.5, -2.5
SAME_KIND, OTHER_KIND, UNKNOWN_KIND = 0.0, -1.0, 0.0
HINT = 4.0
EXCLUDED = -40.0
"""Weight shown for what makes a pair never the same; its score is 0."""
_APART = frozenset({"person", "address", "asset"})
"""Kinds that nothing of another kind can be. Company, investor, organization and government are told apart
differently by different registers, so there a difference only counts against."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One field that was compared: a sentence and its weight in bits; above 0 speaks for one entity."""

    text: str
    weight: float

    def __str__(self) -> str:
        return f"{self.text} ({self.weight:+.1f})"


@dataclass(frozen=True, slots=True)
class Score:
    """How likely two records are one entity.

    Attributes:
        value: 0..1; exactly 0 where something excludes it.
        reasons: what spoke for and against, the strongest first.
    """

    value: float
    reasons: tuple[Reason, ...]

    @property
    def excluded(self) -> bool:
        """Whether the two can never be one: kinds that exclude each other, or ids of one register."""
        return any(reason.weight <= EXCLUDED for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Profile:
    """An entity made ready for being compared many times."""

    entity: Entity
    forms: tuple[NameForm, ...]
    ids: Ids = field(default_factory=dict[str, frozenset[str]])

    @classmethod
    def of(cls, entity: Entity) -> Profile:
        """Read names and ids. O(characters)."""
        return cls(entity, forms_of(entity), ids_of(entity.identifiers))


def score(
    left: Entity, right: Entity, *, weights: TokenWeights | None = None, hints: Iterable[Tie] = ()
) -> Score:
    """Compare two records; ``score(a, b)`` equals ``score(b, a)``.

    Args:
        weights: what words tell, :meth:`TokenWeights.of` all entities at hand; a background without it.
        hints: MAYBE_SAME_AS ties between the two; others are ignored.

    Cost: O(names of both, multiplied), some 20 microseconds for one name each.
    """
    ends = {left.id, right.id}
    between = [tie for tie in hints if {tie.from_id, tie.to_id} == ends and len(ends) == 2]
    return score_profiles(Profile.of(left), Profile.of(right), weights or TokenWeights(), between)


def score_profiles(left: Profile, right: Profile, weights: TokenWeights, hints: Iterable[Tie] = ()) -> Score:
    """:func:`score` of profiles; ``hints`` are taken as being between the two."""
    one, two = left.entity, right.entity
    if excluding := _kinds_exclude(one.kind, two.kind):
        return Score(0.0, (excluding,))
    same, other = _ids(left.ids, right.ids)
    if other and not any(reason.weight >= SAME_ID for reason in same):
        return Score(0.0, _sorted([*other, *same]))
    person = one.kind == two.kind == "person"
    investors = one.kind == two.kind == "investor"
    names = compare_names(left.forms, right.forms, weights, person=person, investors=investors)
    reasons = [*same, Reason(names.text, names.weight)]
    if one.kind != two.kind and "party" not in (one.kind, two.kind):
        kinds = " and ".join(
            sorted(ontology().kinds[k].label if k in ontology().kinds else k for k in (one.kind, two.kind))
        )
        reasons.append(Reason(f"kinds differ: {kinds}", OTHER_KIND))
    reasons += _facts(one, two, person=person)
    reasons += [
        Reason(f"a register's own guess ({tie.id})", HINT)
        for tie in sorted(hints, key=lambda tie: tie.id)[:1]
    ]
    total = PRIOR + sum(reason.weight for reason in reasons)
    value = 1 / (1 + 2.0**-total)
    if other:
        # One register says same, another says different: for people to look at, whatever the rest.
        return Score(CONTRADICTION, _sorted([Reason(r.text, -SAME_ID) for r in other] + reasons))
    return Score(round(value, 4), _sorted(reasons))


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(
        (Reason(r.text, round(r.weight, 2)) for r in reasons if abs(r.weight) >= 0.005),
        key=lambda reason: (-abs(reason.weight), reason.text),
    ))  # fmt: skip


def _kinds_exclude(one: str, two: str) -> Reason | None:
    if one == two or (one not in _APART and two not in _APART):
        return None
    if "person" in (one, two) and "party" in (one, two):
        return None
    return Reason(f"kinds exclude each other: {' and '.join(sorted((one, two)))}", EXCLUDED)


def _ids(left: Ids, right: Ids) -> tuple[list[Reason], list[Reason]]:
    """Reasons from ids that agree, and from ids that contradict each other."""
    same: list[Reason] = []
    other: list[Reason] = []
    for scheme in left.keys() & right.keys():
        if shared := left[scheme] & right[scheme]:
            weight = SAME_ID if is_exclusive(scheme) else SAME_ISSUE
            same.append(Reason(f"same {label(scheme)} {min(shared)}", weight))
        elif is_exclusive(scheme):
            values = " and ".join(sorted((min(left[scheme]), min(right[scheme]))))
            other.append(Reason(f"different {label(scheme)}: {values}", EXCLUDED))
    return same, other


def _facts(one: Entity, two: Entity, *, person: bool) -> list[Reason]:
    found: list[Reason] = []
    if one.country and two.country:
        if one.country == two.country:
            found.append(Reason(f"same country, {one.country}", SAME_COUNTRY))
        else:
            places = " and ".join(sorted((one.country, two.country)))
            found.append(
                Reason(f"countries differ: {places}", OTHER_COUNTRY_PERSON if person else OTHER_COUNTRY)
            )
    if one.born and two.born:
        found.append(_born(one.born, two.born))
    if one.founded and two.founded and one.founded[:4].isdigit() and two.founded[:4].isdigit():
        apart = abs(int(one.founded[:4]) - int(two.founded[:4]))
        years = " and ".join(sorted((one.founded[:4], two.founded[:4])))
        if apart == 0:
            found.append(Reason(f"both founded in {one.founded[:4]}", FOUNDED_SAME))
        elif apart == 1:
            found.append(Reason(f"founded a year apart: {years}", FOUNDED_NEAR))
        else:
            found.append(Reason(f"founded {apart} years apart: {years}", FOUNDED_APART))
    return found


def _born(one: str, two: str) -> Reason:
    try:
        agree = overlap(one, two)
    except SchemaViolation:
        # Dates that the ontology refuses cannot come from a store; compare them as text.
        agree = one == two
    values = " and ".join(sorted((one, two)))
    if not agree:
        return Reason(f"born at different times: {values}", OTHER_BORN)
    if len(one) >= 7 and len(two) >= 7:
        return Reason(f"both born {min(one, two, key=len)}", BORN_MONTH)
    return Reason(f"both born in {one[:4]}", BORN_YEAR)
