"""An index of names: what somebody half remembers, found in milliseconds among hundreds of thousands.

Beginnings are looked up in sorted keys, words in an inverted index, parts in one text of all keys,
spellings by edit distance (Damerau and Levenshtein) over keys and over the distinct words.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, DamerauLevenshtein

from graph.model import Entity
from graph.wording import plural

_LEGAL_FORMS = (
    "inc incorporated ltd limited llc plc corp corporation company co gmbh ag sa se nv bv oy ab as spa srl"
)
_EMPTY_WORDS = "kk lp llp pbc group holding holdings the and of systems technologies technology"
_STOP_WORDS = frozenset(_LEGAL_FORMS.split()) | frozenset(_EMPTY_WORDS.split())
_Places = NDArray[np.int64]
# How a name holds what was asked letter by letter, the best last: its score, what is added to it by the
# share of the name that was asked, and words for people.
_WAYS = (
    (0.0, 0.0, ""),
    (0.55, 0.1, "part of the name"),
    (0.65, 0.1, "beginning of a word of the name"),
    (0.7, 0.1, "word of the name"),
    (0.8, 0.15, "beginning of the name"),
    (0.99, 0.0, "name"),
)
_PART, _WORD_BEGINS, _WORDS, _BEGINS, _SAME = range(1, 6)


@dataclass(frozen=True, slots=True)
class Match:
    """One entity found.

    Attributes:
        reason: why it was found, for people: ``name``, ``also known as …``, ``spelling 1 letter off``.
        score: 0..1, comparable within one search only.
        ties: number of ties of every status; ties of rank are broken by it.
    """

    entity: Entity
    reason: str
    score: float
    ties: int


class NameIndex:
    """Names and aliases of a set of entities, ready to be searched. Cost to build: O(n log n)."""

    def __init__(self, entities: Iterable[Entity], ties: Counter[str] | None = None) -> None:
        self.entities = list(entities)
        self.ties = ties or Counter()
        named = [
            (position, text, alias)
            for position, entity in enumerate(self.entities)
            for text, alias in [(entity.name, False), *((other, True) for other in entity.aliases)]
        ]
        self._texts = [text for _, text, _ in named]
        self._owner = np.array([position for position, _, _ in named], dtype=np.int64)
        self._alias = np.array([alias for _, _, alias in named], dtype=np.bool_)
        self._keys = [_key(text) for text in self._texts]
        self._lengths = np.array([max(len(key), 1) for key in self._keys], dtype=np.int64)
        self._by_key = _Postings((key, place) for place, key in enumerate(self._keys))
        self._by_word = _Postings(
            (word, place) for place, text in enumerate(self._texts) for word in set(_words(text))
        )
        # All keys in one text, each on a line of its own: one pass of compiled code finds a part of any.
        self._lines = "\n".join(self._keys)
        self._ends = np.cumsum([len(key) + 1 for key in self._keys]).astype(np.int64)
        self._ids = {entity.id.casefold(): position for position, entity in enumerate(self.entities)}
        by_id = sorted(range(len(self.entities)), key=lambda at: self.entities[at].id)
        self._place_by_id = np.empty(len(by_id), dtype=np.int64)
        self._place_by_id[by_id] = np.arange(len(by_id))
        self._most_ties = -np.array([self.ties[entity.id] for entity in self.entities], dtype=np.int64)

    def search(self, text: str, *, limit: int = 20, kinds: frozenset[str] | None = None) -> list[Match]:
        """Entities called like ``text``, best first; an empty text finds nothing.

        Exact id or name, then beginnings, then whole words, then parts, then spellings a few letters
        off. Cost: one pass over the letters of all names in compiled code, and what is found.
        """
        asked, words = _key(text[:200]), _words(text[:200])
        if not asked:
            return []

        def wanted(position: int) -> bool:
            return kinds is None or self.entities[position].kind in kinds

        literal = _Best(self, asked, self._literal(asked, words))
        found: dict[int, tuple[float, str]] = {}
        position = self._ids.get(text.strip().casefold())
        if position is not None and wanted(position):
            found[position] = (1.0, literal.reason_of(position) or "id")
        for position, score, reason in literal:
            if len(found) >= limit:
                break
            if wanted(position):
                found.setdefault(position, (score, reason))
        if len(found) < limit:
            for position, rank in self._misspelled(asked, words).items():
                if wanted(position):
                    found.setdefault(position, rank)
        matches = [
            Match(self.entities[position], reason, score, self.ties[self.entities[position].id])
            for position, (score, reason) in found.items()
        ]
        matches.sort(key=lambda match: (-match.score, -match.ties, match.entity.id))
        return matches[:limit]

    def nearest(self, text: str, count: int = 3) -> list[Entity]:
        """The ``count`` entities whose name or alias is spelled most like ``text``, however far off."""
        asked = _key(text[:200])
        best = process.extract(
            asked, self._keys, scorer=OSA.normalized_similarity, limit=count * 4, score_cutoff=0.3
        )
        positions = dict.fromkeys(int(self._owner[place]) for _, _, place in best)
        return [self.entities[position] for position in positions][:count]

    def exact(self, text: str) -> Entity | None:
        """The entity with this id, name or alias (case and spaces aside), if it is only one."""
        if (position := self._ids.get(text.strip().casefold())) is not None:
            return self.entities[position]
        asked = _key(text[:200])
        found = set(self._owner[self._by_key.of(asked)].tolist()) if asked else set[int]()
        return self.entities[found.pop()] if len(found) == 1 else None

    def _literal(self, asked: str, words: Sequence[str]) -> NDArray[np.int8]:
        """For each name the best way in which it holds what was asked, 0 for none."""
        ways = np.zeros(len(self._keys), dtype=np.int8)
        if len(asked) >= 3:
            ways[self._with_part(asked)] = _PART
        ways[self._by_word.beginning_with(asked)] = _WORD_BEGINS
        if words:
            each = [self._by_word.of(word) for word in words]
            all_of_them = each[0]
            for other in each[1:]:
                all_of_them = np.intersect1d(all_of_them, other)
            ways[all_of_them] = _WORDS
        ways[self._by_key.beginning_with(asked)] = _BEGINS
        ways[self._by_key.of(asked)] = _SAME
        return ways

    def _with_part(self, asked: str) -> _Places:
        found: list[int] = []
        at = self._lines.find(asked)
        while at >= 0:
            place = int(self._ends.searchsorted(at, side="right"))
            found.append(place)
            at = self._lines.find(asked, int(self._ends[place]))
        return np.array(found, dtype=np.int64)

    def _misspelled(self, asked: str, words: Sequence[str]) -> dict[int, tuple[float, str]]:
        """Names up to a few letters off, as a whole or in one of their words."""
        allowed = _letters_allowed(asked)
        if not allowed:
            return {}
        found: dict[int, tuple[float, str]] = {}
        near = process.extract(
            asked, self._keys, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=200
        )
        for _, distance, place in near:
            _keep(found, int(self._owner[place]), int(distance), 0.55)
        meaningful = [word for word in words if word not in _STOP_WORDS]
        if meaningful:
            for place, distance in self._words_off(meaningful):
                _keep(found, int(self._owner[place]), distance, 0.5)
        return found

    def _words_off(self, asked: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Names in which every asked word is near to a word, and the letters in which they differ."""
        far = 1_000
        total = np.zeros(len(self._keys), dtype=np.int64)
        for word in asked:
            allowed = _letters_allowed(word)
            near = process.extract(
                word, self._by_word.texts, scorer=DamerauLevenshtein.distance, score_cutoff=allowed,
                limit=None,
            )  # fmt: skip
            letters = np.full(len(self._keys), far, dtype=np.int64)
            for other, distance, number in near:
                if len(other) > 3 or other == word:
                    places = self._by_word.at(number)
                    letters[places] = np.minimum(letters[places], int(distance))
            total += letters
        places = np.flatnonzero(total < far)
        return zip(places.tolist(), total[places].tolist(), strict=True)


class _Postings:
    """Which names each text belongs to."""

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        held: dict[str, list[int]] = {}
        for text, place in pairs:
            held.setdefault(text, []).append(place)
        self.texts = sorted(held)
        self._places = np.array([place for text in self.texts for place in held[text]], dtype=np.int64)
        self._starts = np.cumsum([0, *(len(held[text]) for text in self.texts)])

    def at(self, number: int) -> _Places:
        """The names of the text at this position of ``texts``."""
        return self._places[self._starts[number] : self._starts[number + 1]]

    def of(self, text: str) -> _Places:
        """The names of this text."""
        number = bisect_left(self.texts, text)
        return (
            self.at(number) if number < len(self.texts) and self.texts[number] == text else self._places[:0]
        )

    def beginning_with(self, text: str) -> _Places:
        """The names of all texts that begin so."""
        first = bisect_left(self.texts, text)
        last = bisect_left(self.texts, True, first, key=lambda other: not other.startswith(text))
        return self._places[self._starts[first] : self._starts[last]]


class _Best:
    """Entities by their best name, the best first: position, score, reason."""

    def __init__(self, index: Any, asked: str, ways: NDArray[np.int8]) -> None:
        self._index, self._ways = index, ways
        names = np.flatnonzero(ways)
        base, more = (np.array([way[part] for way in _WAYS]) for part in (0, 1))
        scores = base[ways[names]] + more[ways[names]] * len(asked) / index._lengths[names]
        scores -= 0.01 * (index._alias[names] & (ways[names] == _SAME))
        order = np.lexsort((names, -scores))  # of names as good as one another the first counts
        owners, first = np.unique(index._owner[names[order]], return_index=True)
        self._names, self._scores = names[order][first], scores[order][first]
        self._owners = owners
        self._order = np.lexsort((index._place_by_id[owners], index._most_ties[owners], -self._scores))

    def __iter__(self) -> Iterator[tuple[int, float, str]]:
        for at in self._order.tolist():
            yield int(self._owners[at]), float(self._scores[at]), self._reason(at)

    def reason_of(self, position: int) -> str | None:
        """Why this entity is found; None when it is not."""
        at = int(self._owners.searchsorted(position))
        return self._reason(at) if at < len(self._owners) and self._owners[at] == position else None

    def _reason(self, at: int) -> str:
        name = int(self._names[at])
        if self._index._alias[name]:
            return f"also known as \u201c{self._index._texts[name][:80]}\u201d"
        return _WAYS[self._ways[name]][2]


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in parts if not unicodedata.combining(ch))


def _key(text: str) -> str:
    return "".join(ch for ch in _plain(text) if ch.isalnum())


def _words(text: str) -> tuple[str, ...]:
    return tuple("".join(ch if ch.isalnum() else " " for ch in _plain(text)).split())


def _letters_allowed(text: str) -> int:
    """How many letters may be wrong: none in three, one in seven, two in eleven, three in more."""
    size = len(text)
    return 0 if size <= 3 else 1 if size <= 4 else 2 if size <= 11 else 3


def _keep(found: dict[int, tuple[float, str]], position: int, distance: int, base: float) -> None:
    score = base - 0.08 * distance
    letters = plural(distance, "letter")
    reason = f"spelling {distance} {letters} off" if distance else "same words"
    if score > found.get(position, (0.0, ""))[0]:
        found[position] = (score, reason)
