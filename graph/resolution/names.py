"""Names in a form that can be compared: case, script, legal form, order and titles taken out.

A name is never replaced by its form; :attr:`NameForm.text` keeps it as published. Transliteration is
that of anyascii, legal forms are those of :mod:`graph.resolution.legal_forms`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from anyascii import anyascii

from graph.model import Entity
from graph.resolution.legal_forms import without_legal_form, without_unspaced
from graph.resolution.vocabulary import GENERIC, PLACES, UNIT, words

NAME_MAX = 300
"""Characters of a name that are read; of the rest of a longer one only a digest counts."""
WORDS_MAX = 24
"""The same for words."""
FORMS_MAX = 40
"""Names and aliases of one entity that are compared, in the order they stand in."""
PEOPLE = frozenset({"person"})
TITLES = words(
    "mr mrs ms miss mx dr prof professor sir dame lord lady baron baroness sheikh sheikha shaikh hon "
    "honourable honorable rev herr frau mme mlle monsieur madame hh hrh ing dipl phd md esq obe cbe "
    "kbe"
)
GENERATIONS = {
    "jr": "2nd",
    "junior": "2nd",
    "sr": "1st",
    "senior": "1st",
    "ii": "2nd",
    "iii": "3rd",
    "iv": "4th",
}
_NUMBER_WORDS = "zero one two three four five six seven eight nine ten"
_ROMAN = "ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
NUMBERS = {
    **{word: str(number) for number, word in enumerate(_NUMBER_WORDS.split())},
    **{numeral: str(number) for number, numeral in enumerate(_ROMAN.split(), start=2)},
}
_MIDDLING = frozenset({"v", "x"})
"""Roman numerals that are letters as well: they count as numbers after another word only."""
_JOINING = words("and und of the for")
"""Words that say nothing in the name of an organisation."""
_APART = re.compile(r"[^\w]+|_+")
_BRACKETS = re.compile(r"\s*([^()]*[^()\s])\s*\(([^()]+)\)\s*\Z")
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name, ready to be compared.

    Attributes:
        text: as published (not cut).
        tokens: its words in lower-case Latin letters, without legal form, titles and joining words;
            a person's given names come before the surname.
        key: the tokens without spaces.
        legal: legal forms taken off, short.
        generation: ``1st``, ``2nd`` ... of a person called Sr., Jr., III; else empty.
        alias: whether it is an alias.
        initials: acronyms that its words may have, of three letters or more, and two-letter ones.
    """

    text: str
    tokens: tuple[str, ...]
    key: str
    legal: tuple[str, ...] = ()
    generation: str = ""
    alias: bool = False
    initials: frozenset[str] = frozenset()

    @property
    def ordered(self) -> tuple[str, ...]:
        """The tokens in alphabetical order."""
        return tuple(sorted(self.tokens))


def name_form(
    text: str, kind: str = "company", country: str | None = None, *, alias: bool = False
) -> NameForm:
    """The form of one name. O(characters), of which at most 300 are read.

    A name without any letter or digit keeps its characters as one token; a blank one has no token.

    >>> name_form("Société Générale S.A.", "company", "FR").tokens
    ('societe', 'generale')
    >>> name_form("Huang, Jensen", "person").tokens
    ('jensen', 'huang')
    """
    read = unicodedata.normalize("NFKC", text[:NAME_MAX]).strip()
    generation, legal, initials = "", tuple[str, ...](), frozenset[str]()
    if kind in PEOPLE:
        tokens, generation = _person(read)
    else:
        read, unspaced = without_unspaced(read)
        written = _words(read)
        tokens, legal = without_legal_form(_initials_joined(written), country)
        legal = (*legal, *unspaced)
        initials = _acronyms(written, tokens)
        tokens = _numbered(tuple(token for token in tokens if token not in _JOINING) or tokens)
    if len(text) > NAME_MAX or len(tokens) > WORDS_MAX:
        rest = " ".join(tokens[WORDS_MAX:]) + text[NAME_MAX:]
        tokens = (*tokens[:WORDS_MAX], hashlib.sha256(rest.encode("utf-8", "replace")).hexdigest()[:12])
    if not tokens and read:
        tokens = (read,)
    return NameForm(text, tokens, "".join(tokens), legal, generation, alias, initials)


def forms_of(entity: Entity) -> tuple[NameForm, ...]:
    """Forms of the name and of the aliases of an entity, each key once, the name first.

    At most :data:`FORMS_MAX`.
    """
    found: dict[tuple[str, tuple[str, ...]], NameForm] = {}
    for position, text in enumerate(_names(entity)):
        form = name_form(text, entity.kind, entity.country, alias=position > 0)
        found.setdefault((form.key, form.tokens), form)
        if len(found) == FORMS_MAX:
            break
    return tuple(found.values())


def _names(entity: Entity) -> Iterator[str]:
    """Name and aliases; of ``Anysphere (Cursor)`` also each part, unless the second names a branch."""
    yield entity.name
    for text in (entity.name, *entity.aliases):
        if text is not entity.name and text.strip():
            yield text
        if entity.kind not in PEOPLE and (parts := _BRACKETS.match(text[:NAME_MAX])):
            inner = set(_words(parts[2]))
            if len(parts[2]) > 2 and not inner <= UNIT | GENERIC:
                yield parts[1]
                yield parts[2]


def _acronyms(written: tuple[str, ...], tokens: tuple[str, ...]) -> frozenset[str]:
    """First letters of all words, of those that count, with or without a country before them."""
    found: set[str] = set()
    for words_read in (written, tokens, tuple(word for word in written if word not in _JOINING)):
        for start in (0, 1) if words_read and words_read[0] in PLACES else (0,):
            if 2 <= len(words_read) - start <= 8:
                found.add("".join(word[0] for word in words_read[start:]))
    return frozenset(found)


def latin(text: str) -> str:
    """Lower-case Latin letters; letters of other scripts transliterated, accents dropped.

    >>> latin("Яндекс Straße")
    'yandeks strasse'
    """
    return (text if text.isascii() else anyascii(text)).lower()


def _words(text: str) -> tuple[str, ...]:
    bare = _APOSTROPHES.sub("", latin(text)).replace("&", " and ").replace("+", " and ")
    # Dots between single letters join them (S.A., u.s.); other dots part words (amazon.com).
    bare = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", bare)
    # a/s is a legal form; other strokes part words.
    bare = re.sub(r"\b([a-z])/([a-z])\b", r"\1\2", bare)
    return tuple(word for word in _APART.split(bare) if word)


def _initials_joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """``d e shaw`` as ``de shaw``: lone letters that follow each other are one word."""
    found: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            found.append(run)
            run = ""
        found.append(word)
    return (*found, run) if run else tuple(found)


def _numbered(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        NUMBERS[token] if token in NUMBERS and (position or token not in _MIDDLING) else token
        for position, token in enumerate(tokens)
    )


def _person(text: str) -> tuple[tuple[str, ...], str]:
    """Tokens in the order given names, surname, and the generation."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and _words(parts[1]):
        after = _words(parts[1])
        if all(word in TITLES or word in GENERATIONS for word in after):
            text = " ".join(parts)
        else:
            text = " ".join([*parts[1:], parts[0]])
    words = _words(text)
    generation = next((GENERATIONS[word] for word in words[1:] if word in GENERATIONS), "")
    kept = tuple(
        word
        for position, word in enumerate(words)
        if word not in TITLES and not (position and word in GENERATIONS)
    )
    return kept or words, generation
