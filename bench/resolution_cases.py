"""Synthetic registers with planted duplicates, the same for the same size."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.resolution_pairs import SUFFIXES, typing_error
from graph.model import Entity

GENERIC = (
    "Capital",
    "Holdings",
    "Group",
    "Partners",
    "Ventures",
    "Technologies",
    "Energy",
    "Systems",
    "International",
)
COUNTRIES = ("US", "GB", "DE", "FR", "JP", "SG", "AE", "CN", "NL", "CH")
ONSETS = (*"bcdfghjklmnprstvwz", "br", "ch", "dr", "gr", "kl", "pr", "qu", "st", "tr")
VOWELS = (*"aeiou", "ai", "ea", "ou")


def register(size: int, seed: int = 7) -> tuple[list[Entity], set[tuple[str, str]]]:
    """``size`` entities, a sixth of them variants of others, and the pairs of ids that are one entity.

    Half are persons (given names of 300, surnames of a twentieth of the size: namesakes occur), half are
    firms (words drawn with frequencies that fall off as in language). Half of the persons have a month
    of birth; a tenth of the variants share a register number.
    """
    draw = random.Random(seed)
    own = size - size // 6
    words = _words(draw, max(400, size // 3))
    given, surnames = words[:300], words[300 : 300 + max(100, size // 20)]
    found = [_person(draw, n, given, surnames) if n % 2 else _firm(draw, n, words) for n in range(own)]
    same: set[tuple[str, str]] = set()
    for n, original in enumerate(draw.sample(found, size - own)):
        found.append(changed := _variant(draw, original, f"v{n:06d}"))
        if draw.random() < 0.1:
            found[int(original.id[1:])] = replace(original, identifiers=(f"reg:xx:{n}",))
            found[-1] = replace(changed, identifiers=(f"reg:xx:{n}",))
        same.add((original.id, changed.id))
    draw.shuffle(found)
    return found, same


def _words(draw: random.Random, number: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < number:
        syllables = draw.choice((2, 2, 3))
        word = "".join(draw.choice(ONSETS) + draw.choice(VOWELS) for _ in range(syllables)) + draw.choice(
            "nrstlx"
        )
        found[word.capitalize()] = None
    return list(found)


def _person(draw: random.Random, n: int, given: list[str], surnames: list[str]) -> Entity:
    middle = f" {draw.choice('ABCDEFGHJKLM')}." if draw.random() < 0.3 else ""
    name = f"{draw.choice(given)}{middle} {draw.choice(surnames)}"
    born = f"{draw.randint(1930, 2000)}-{draw.randint(1, 12):02d}" if draw.random() < 0.5 else None
    return Entity(f"e{n:06d}", name, "person", country=draw.choice((*COUNTRIES, None)), born=born)


def _firm(draw: random.Random, n: int, words: list[str]) -> Entity:
    number = draw.choice((1, 1, 2))
    core = [words[min(int(draw.paretovariate(0.6)) - 1, len(words) - 1)] for _ in range(number)]
    if number == 1:
        core = [words[draw.randrange(len(words))]]
    name = " ".join(
        [*core, *draw.sample(GENERIC, draw.choice((0, 1, 2))), draw.choice(("", "Ltd", "Inc.", "GmbH"))]
    )
    return Entity(
        f"e{n:06d}", name.strip(), draw.choice(("company", "investor")), country=draw.choice(COUNTRIES)
    )


def _variant(draw: random.Random, original: Entity, key: str) -> Entity:
    parts = original.name.split()
    if original.kind == "person":
        names = [
            f"{parts[-1]}, {' '.join(parts[:-1])}", f"Dr. {original.name}", f"{parts[0]} {parts[-1]}",
            typing_error(original.name), original.name.upper(),
        ]  # fmt: skip
    else:
        bare = [part for part in parts if part not in ("Ltd", "Inc.", "GmbH")]
        names = [
            " ".join([*bare, draw.choice(SUFFIXES)]), " ".join(bare), typing_error(original.name),
            f"The {original.name}", original.name.upper(), "".join(bare),
        ]  # fmt: skip
    name = draw.choice([name for name in names if name])
    country = original.country if draw.random() < 0.7 else None
    born = original.born if draw.random() < 0.7 else None
    return replace(original, id=key, name=name, country=country, born=born)
