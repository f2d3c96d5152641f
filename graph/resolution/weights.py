"""How much a word of a name tells: inverse document frequency in bits, over the names at hand.

K. Sparck Jones, A statistical interpretation of term specificity and its application in retrieval,
Journal of Documentation 28 (1972) 11-21. Small data know too little about words, so that every count
starts from a background of 1,000 names in which generic words are as frequent as in any register.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.resolution.names import NameForm
from graph.resolution.vocabulary import GENERIC

BACKGROUND = 1_000
GENERIC_COUNT = 200
COMMON_SHARE = 0.45
"""A word below this part of the most that a word can tell counts as common."""


@dataclass(frozen=True, slots=True)
class TokenWeights:
    """Weights of words over a set of names.

    Attributes:
        names: number of names counted.
        counts: names that hold a word.
        holders: entities that hold a name, by its key; only those of more than one entity.
    """

    names: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])
    holders: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, entities: Iterable[tuple[NameForm, ...]]) -> TokenWeights:
        """Count over the forms of entities. O(tokens)."""
        counts, holders, names = Counter[str](), Counter[str](), 0
        for forms in entities:
            names += len(forms)
            for form in forms:
                counts.update(set(form.tokens))
            holders.update({form.key for form in forms})
        return cls(names, counts, {key: number for key, number in holders.items() if number > 1})

    @property
    def most(self) -> float:
        """The most bits that a word can tell."""
        return math.log2(self.names + BACKGROUND)

    def bits(self, token: str) -> float:
        """Weight of a word, 0.5 to :attr:`most` bits.

        >>> TokenWeights().bits("capital") < TokenWeights().bits("cerebras")
        True
        """
        count = self.counts.get(token, 0) + (GENERIC_COUNT if token in GENERIC else 0)
        if len(token) == 1:
            count += BACKGROUND / 10  # a lone letter is in many names
        return max(0.5, math.log2((self.names + BACKGROUND) / max(1, count)))

    def is_common(self, token: str) -> bool:
        """Whether a word tells little about which entity is meant."""
        return self.bits(token) < COMMON_SHARE * self.most

    def held_by(self, key: str) -> int:
        """Entities that hold the name with this key; at least 1."""
        return self.holders.get(key, 1)
