"""Finding an entity by a name somebody half remembers."""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, DamerauLevenshtein

from graph.errors import EntityNotFound
from graph.model import Entity
from graph.store.base import Store
from graph.wording import plural

_LEGAL_FORMS = (
    "inc incorporated ltd limited llc plc corp corporation company co gmbh ag sa se nv bv oy ab as spa srl"
)
_EMPTY_WORDS = "kk lp llp pbc group holding holdings the and of systems technologies technology"
_STOP_WORDS = frozenset(_LEGAL_FORMS.split()) | frozenset(_EMPTY_WORDS.split())
_CACHE_SIZE = 4


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


@dataclass(frozen=True, slots=True)
class _Name:
    position: int
    text: str
    key: str
    """Letters and digits only, no accents."""
    words: tuple[str, ...]
    alias: bool


class NameIndex:
    """Names and aliases of a set of entities, ready to be searched. Cost to build: O(names)."""

    def __init__(self, entities: Iterable[Entity], ties: Counter[str] | None = None) -> None:
        self.entities = list(entities)
        self.ties = ties or Counter()
        self.names = [
            _Name(position, text, _key(text), _words(text), alias)
            for position, entity in enumerate(self.entities)
            for text, alias in [(entity.name, False), *((other, True) for other in entity.aliases)]
        ]
        self._ids = {entity.id.casefold(): position for position, entity in enumerate(self.entities)}
        self._keys = [name.key for name in self.names]

    def search(self, text: str, *, limit: int = 20, kinds: frozenset[str] | None = None) -> list[Match]:
        """Entities called like ``text``, best first; an empty text finds nothing.

        Exact id or name, then beginnings, then whole words, then parts, then spellings a few letters
        off. Cost: one pass over all names in compiled code.
        """
        asked = _key(text[:200])
        if not asked:
            return []
        found: dict[int, tuple[float, str]] = {}
        if (position := self._ids.get(text.strip().casefold())) is not None:
            found[position] = (1.0, "id")
        words = _words(text[:200])
        for name in self.names:
            rank = _rank(asked, words, name)
            best = found.get(name.position, (0.0, ""))
            if rank is not None and (rank[0] > best[0] or best[1] == "id"):
                found[name.position] = (max(rank[0], best[0]), rank[1])
        if len(found) < limit:
            for position, rank in self._misspelled(asked, words).items():
                found.setdefault(position, rank)
        matches = [
            Match(self.entities[position], reason, score, self.ties[self.entities[position].id])
            for position, (score, reason) in found.items()
            if kinds is None or self.entities[position].kind in kinds
        ]
        matches.sort(key=lambda match: (-match.score, -match.ties, match.entity.id))
        return matches[:limit]

    def nearest(self, text: str, count: int = 3) -> list[Entity]:
        """The ``count`` entities whose name or alias is spelled most like ``text``, however far off."""
        asked = _key(text[:200])
        best = process.extract(
            asked, self._keys, scorer=OSA.normalized_similarity, limit=count * 4, score_cutoff=0.3
        )
        positions = dict.fromkeys(self.names[index].position for _, _, index in best)
        return [self.entities[position] for position in positions][:count]

    def exact(self, text: str) -> Entity | None:
        """The entity with this id, name or alias (case and spaces aside), if it is only one."""
        if (position := self._ids.get(text.strip().casefold())) is not None:
            return self.entities[position]
        asked = _key(text[:200])
        found = {name.position for name in self.names if name.key == asked and asked}
        return self.entities[found.pop()] if len(found) == 1 else None

    def _misspelled(self, asked: str, words: tuple[str, ...]) -> dict[int, tuple[float, str]]:
        """Names up to a few letters off, as a whole or in one of their words."""
        allowed = _letters_allowed(asked)
        if not allowed:
            return {}
        found: dict[int, tuple[float, str]] = {}
        near = process.extract(
            asked, self._keys, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=200
        )
        for _, distance, index in near:
            _keep(found, self.names[index].position, int(distance), 0.55)
        meaningful = [word for word in words if word not in _STOP_WORDS]
        for name in self.names if meaningful else ():
            distance = _words_off(meaningful, name.words)
            if distance is not None:
                _keep(found, name.position, distance, 0.5)
        return found


def search(store: Store, text: str, *, limit: int = 20, kinds: frozenset[str] | None = None) -> list[Match]:
    """Entities of a store called like ``text``, see :meth:`NameIndex.search`.

    The index is built once per data version: O(entities + ties) then, a few milliseconds afterwards.
    """
    return name_index(store).search(text, limit=limit, kinds=kinds)


def nearest_names(store: Store, text: str, count: int = 3) -> list[Entity]:
    """The entities spelled most like ``text``, for "did you mean"."""
    return name_index(store).nearest(text, count)


def resolve_entity(store: Store, text: str) -> Entity:
    """The one entity with this id, name or alias.

    Raises:
        EntityNotFound: none, or several; ``nearest`` holds the ids that may have been meant.
    """
    index = name_index(store)
    if found := index.exact(text):
        return found
    error = EntityNotFound(text)
    error.nearest = [match.entity.id for match in index.search(text, limit=3)] or [
        entity.id for entity in index.nearest(text)
    ]
    meant = " or ".join(f'"{item}"' for item in error.nearest)
    error.message += f" Did you mean {meant}?" if meant else ""
    error.args = (error.message,)
    error.details["nearest"] = error.nearest
    raise error


_indexes: dict[tuple[str, str], NameIndex] = {}
_indexes_lock = threading.Lock()


def name_index(store: Store) -> NameIndex:
    """The store's name index, kept per data version."""
    key = (store.location, store.data_version())
    with _indexes_lock:
        index = _indexes.pop(key, None)
    if index is None:
        index = NameIndex(store.entities(), _tie_counts(store))
    with _indexes_lock:
        _indexes[key] = index
        while len(_indexes) > _CACHE_SIZE:
            _indexes.pop(next(iter(_indexes)))
    return index


def _tie_counts(store: Store) -> Counter[str]:
    counts: Counter[str] = Counter()
    with store.stream("MATCH (a:Entity)-[r]->(b:Entity) RETURN a.id AS a, b.id AS b", timeout_s=600) as rows:
        for start, end in rows:
            counts[start] += 1
            counts[end] += 1
    return counts


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in parts if not unicodedata.combining(ch))


def _key(text: str) -> str:
    return "".join(ch for ch in _plain(text) if ch.isalnum())


def _words(text: str) -> tuple[str, ...]:
    return tuple("".join(ch if ch.isalnum() else " " for ch in _plain(text)).split())


def _rank(asked: str, words: tuple[str, ...], name: _Name) -> tuple[float, str] | None:
    """Score and reason of a name that holds what was asked letter by letter, or None."""
    known_as = f"also known as “{name.text[:80]}”" if name.alias else ""
    if name.key == asked:
        return (0.98 if name.alias else 0.99), known_as or "name"
    share = len(asked) / max(len(name.key), 1)
    if name.key.startswith(asked):
        return 0.8 + 0.15 * share, known_as or "beginning of the name"
    if words and all(word in name.words for word in words):
        return 0.7 + 0.1 * share, known_as or "word of the name"
    if any(word.startswith(asked) for word in name.words):
        return 0.65 + 0.1 * share, known_as or "beginning of a word of the name"
    if len(asked) >= 3 and asked in name.key:
        return 0.55 + 0.1 * share, known_as or "part of the name"
    return None


def _letters_allowed(text: str) -> int:
    """How many letters may be wrong: none in three, one in seven, two in eleven, three in more."""
    size = len(text)
    return 0 if size <= 3 else 1 if size <= 4 else 2 if size <= 11 else 3


def _words_off(asked: list[str], words: tuple[str, ...]) -> int | None:
    """Letters in which every asked word differs from the nearest word of a name; None when too far."""
    total = 0
    for word in asked:
        allowed = _letters_allowed(word)
        distances = [
            DamerauLevenshtein.distance(word, other, score_cutoff=allowed)
            for other in words
            if abs(len(other) - len(word)) <= allowed and (len(other) > 3 or other == word)
        ]
        best = min(distances, default=allowed + 1)
        if best > allowed:
            return None
        total += best
    return total


def _keep(found: dict[int, tuple[float, str]], position: int, distance: int, base: float) -> None:
    score = base - 0.08 * distance
    letters = plural(distance, "letter")
    reason = f"spelling {distance} {letters} off" if distance else "same words"
    if score > found.get(position, (0.0, ""))[0]:
        found[position] = (score, reason)
