"""Which pairs are worth comparing, without comparing all.

Records share a block when they share a strong id, a name, a rare word, an acronym and its words, a
surname with a date of birth or an initial, or stand next to each other in alphabetical order (sorted
neighbourhood: M. A. Hernandez and S. J. Stolfo, The merge/purge problem for large databases, SIGMOD
1995, 127-138). Only pairs within a block are compared. A block with more entities than the limit is cut
into those that also share their next rarest word, and what that leaves uncompared is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz, process

from graph.errors import ParameterError
from graph.resolution.score import Profile
from graph.resolution.weights import TokenWeights

BLOCK_MAX = 60
"""Entities of a block, beyond which it is cut."""
RARE_WORDS = 3
"""The rarest words of a name that make blocks."""
WINDOW = 4
"""Names before and after in alphabetical order."""
CLOSE_ENOUGH = 72.0
"""Percent of letters in common (token set ratio) below which a pair that shares no more than words or
alphabetical order is not compared in full."""
CUTS_SHOWN = 20
REASONS = {
    "id": "a strong id", "name": "a name", "word": "a rare word", "order": "alphabetical order",
    "acronym": "an acronym", "born": "surname and birth", "person": "surname and initial",
}  # fmt: skip
_SURE = frozenset({"id", "name", "acronym", "born"})


@dataclass(frozen=True, slots=True)
class Cut:
    """A block that was too large.

    Attributes:
        why: key of :data:`REASONS`.
        key: what its entities share.
        entities: how many.
        left_out: pairs of it that no smaller block took in.
    """

    why: str
    key: str
    entities: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs to compare.

    Attributes:
        left, right: positions of the entities, int64 arrays of one length, left < right, sorted.
        blocked: pairs of entities that shared a block, before pairs far apart in spelling were left out.
        possible: all pairs there are, n (n - 1) / 2.
        cuts: blocks that were too large, the largest loss first, at most 20.
        cut_blocks, cut_pairs: how many there were, and the pairs they left out (a pair may be counted in
            several blocks, so this is an upper bound).
    """

    left: np.ndarray
    right: np.ndarray
    blocked: int
    possible: int
    cuts: tuple[Cut, ...]
    cut_blocks: int
    cut_pairs: int

    def __len__(self) -> int:
        return len(self.left)


def pairs_to_compare(
    profiles: Sequence[Profile], weights: TokenWeights, *, block_max: int = BLOCK_MAX
) -> Pairs:
    """Pairs of positions in ``profiles`` that share a block.

    Cost: O(names log names + sum of squared block sizes); the spelling of blocked pairs is compared in
    compiled code. Memory: about 1 kB for each name.

    Raises:
        ParameterError: ``block_max`` is below 2.
    """
    if block_max < 2:
        raise ParameterError("block_max", "must be at least 2.")
    names = _Names(profiles)
    cutter = _Cutter(names, weights, block_max)
    sure, unsure = [*cutter.blocks(_sure_keys(names))], [*cutter.blocks(_word_keys(names, weights))]
    sure_pairs = _unique(sure, names)
    unsure_pairs = _unique([*unsure, *_neighbours(names)], names)
    blocked = len(np.unique(np.concatenate([_entities(sure_pairs, names), _entities(unsure_pairs, names)])))
    kept = _close(unsure_pairs, names)
    found = np.unique(np.concatenate([_entities(sure_pairs, names), _entities(kept, names)]))
    cuts = sorted(cutter.cuts, key=lambda cut: (-cut.left_out, cut.why, cut.key))
    size = len(profiles)
    return Pairs(
        found // max(1, size), found % max(1, size), blocked, size * (size - 1) // 2,
        tuple(cuts[:CUTS_SHOWN]), len(cuts), sum(cut.left_out for cut in cuts),
    )  # fmt: skip


class _Names:
    """All names of all entities, flat: name number to entity, tokens and sorted text."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.profiles = profiles
        self.forms = [form for profile in profiles for form in profile.forms]
        owner = [position for position, profile in enumerate(profiles) for _ in profile.forms]
        self.owner = np.asarray(owner, dtype=np.int64)
        self.first = np.searchsorted(self.owner, np.arange(len(profiles)))
        self.texts = [" ".join(form.ordered) for form in self.forms]

    def person(self, name: int) -> bool:
        return self.profiles[self.owner[name]].entity.kind == "person"


Keys = Iterable[tuple[str, str, int]]
"""Why, key, name number."""


def _sure_keys(names: _Names) -> Keys:
    acronyms = {form.key for form in names.forms if len(form.tokens) == 1 and 2 <= len(form.key) <= 8}
    for position, profile in enumerate(names.profiles):
        if not profile.forms:
            continue
        name = int(names.first[position])
        for scheme, values in profile.ids.items():
            for value in values:
                yield "id", f"{scheme}:{value}", name
    for name, form in enumerate(names.forms):
        entity = names.profiles[names.owner[name]].entity
        if not form.key:
            continue
        yield "name", form.key, name
        if entity.kind == "person":
            if entity.born:
                yield "born", f"{form.tokens[-1]} {entity.born[:4]}", name
            continue
        if form.key in acronyms:
            yield "acronym", form.key, name
        for acronym in sorted(form.initials & acronyms):
            yield "acronym", acronym, name


def _word_keys(names: _Names, weights: TokenWeights) -> Keys:
    for name, form in enumerate(names.forms):
        tokens = sorted(set(form.tokens), key=lambda token: (-weights.bits(token), token))
        for token in tokens[:RARE_WORDS]:
            yield "word", token, name
        if names.person(name) and len(form.tokens) > 1:
            yield "person", f"{form.tokens[0][:1]} {form.tokens[-1]}", name


class _Cutter:
    """Groups names by key, and cuts groups that are too large."""

    def __init__(self, names: _Names, weights: TokenWeights, block_max: int) -> None:
        self.names, self.weights, self.most = names, weights, block_max
        self.cuts: list[Cut] = []

    def blocks(self, keys: Keys) -> Iterable[list[int]]:
        groups: dict[tuple[str, str], list[int]] = {}
        for why, key, name in keys:
            groups.setdefault((why, key), []).append(name)
        for (why, key), members in groups.items():
            if len(members) < 2:
                continue
            members = list(dict.fromkeys(members))
            if (number := self._entities(members)) <= self.most:
                yield members
                continue
            smaller, left_out = self._smaller(why, key, members)
            self.cuts.append(Cut(why, key, number, left_out))
            yield from smaller

    def _smaller(self, why: str, key: str, members: list[int]) -> tuple[list[list[int]], int]:
        """Groups that share the rarest other word as well; where that is too large, neighbours in order."""
        groups: dict[str, list[int]] = {}
        for name in members:
            form = self.names.forms[name]
            others = sorted(
                set(form.tokens) - set(key.split()), key=lambda token: (-self.weights.bits(token), token)
            )
            groups.setdefault(others[0] if others else "", []).append(name)
        found: list[list[int]] = []
        compared = 0
        for _, group in sorted(groups.items()):
            ordered = sorted(group, key=lambda name: (self.names.texts[name], self._tie_break(name)))
            for start in range(0, len(ordered), self.most):
                part = ordered[start : start + self.most]
                number = self._entities(part)
                compared += number * (number - 1) // 2
                if len(part) > 1:
                    found.append(part)
        number = self._entities(members)
        return found, max(0, number * (number - 1) // 2 - compared)

    def _tie_break(self, name: int) -> tuple[str, str, str]:
        """Birth and country, so that what agrees most stays together; and id, so that order has no say."""
        entity = self.names.profiles[self.names.owner[name]].entity
        return entity.born or "", entity.country or "", entity.id

    def _entities(self, members: list[int]) -> int:
        return len(set(self.names.owner[members].tolist()))


def _neighbours(names: _Names) -> Iterable[list[int]]:
    """Names close in alphabetical order, read from the front and from the back, as groups of two."""
    for turned in (False, True):
        keys = [(form.key[::-1] if turned else form.key) for form in names.forms]
        ids = [names.profiles[owner].entity.id for owner in names.owner]
        order = sorted((n for n in range(len(keys)) if keys[n]), key=lambda n: (keys[n], ids[n]))
        for step in range(1, WINDOW + 1):
            yield from ([a, b] for a, b in zip(order, order[step:], strict=False))


def _unique(blocks: Iterable[list[int]], names: _Names) -> np.ndarray:
    """Pairs of names of different entities, as first * names + second, sorted."""
    size = max(1, len(names.forms))
    parts: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
    small: list[int] = []
    for block in blocks:
        if len(block) <= 8:
            small.extend(a * size + b if a < b else b * size + a for a, b in combinations(block, 2))
        else:
            members = np.asarray(sorted(block), dtype=np.int64)
            one, two = np.triu_indices(len(members), 1)
            parts.append(members[one] * size + members[two])
    parts.append(np.asarray(small, dtype=np.int64))
    found = np.unique(np.concatenate(parts))
    return found[names.owner[found // size] != names.owner[found % size]] if len(found) else found


def _entities(pairs: np.ndarray, names: _Names) -> np.ndarray:
    """Pairs of names as pairs of entities, smaller * entities + larger."""
    size, entities = max(1, len(names.forms)), max(1, len(names.profiles))
    if not len(pairs):
        return pairs
    one, two = names.owner[pairs // size], names.owner[pairs % size]
    return np.unique(np.minimum(one, two) * entities + np.maximum(one, two))


def _close(pairs: np.ndarray, names: _Names) -> np.ndarray:
    """Those pairs of names whose spelling is close enough."""
    size, kept = max(1, len(names.forms)), list[np.ndarray]()
    for start in range(0, len(pairs), 200_000):
        part = pairs[start : start + 200_000]
        near = process.cpdist(
            [names.texts[n] for n in (part // size).tolist()],
            [names.texts[n] for n in (part % size).tolist()],
            scorer=fuzz.token_set_ratio, score_cutoff=CLOSE_ENOUGH, dtype=np.float32, workers=-1,
        )  # fmt: skip
        kept.append(part[near > 0])
    return np.concatenate(kept) if kept else pairs
