"""Labelled pairs of names for measuring entity resolution, made from the bundled data.

python -m bench.resolution_pairs            write tests/fixtures/resolution/pairs.csv again

Deterministic: the same data/entities.csv gives the same file, byte for byte.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rapidfuzz import fuzz

from graph.model import Entity

FILE = Path("tests/fixtures/resolution/pairs.csv")
HARD_NEGATIVES = 1_200
HEADER = """\
# Labelled pairs of names for measuring entity resolution; written by: python -m bench.resolution_pairs
# label: same or different entity. origin real: both names stand in data/entities.csv as published variants.
#   same/real: every two of the names and aliases of one entity, tickers and former names included.
#   Told apart by rapidfuzz: "variant alike" (token set ratio of 80 or more), "variant short" (one name is a
#   word of up to five letters: an acronym, a ticker), "variant other" (another name, mostly no variant at all).
#   different/real: the 1,200 pairs of distinct entities whose names are most alike (rapidfuzz ratio and
#   token set ratio, the larger of the means over their names); persons only with persons.
# origin derived: one name was changed by the rule named in "how"; typing errors have a fixed seed.
#   different/derived: namesakes, numbered funds and sister firms, made from real names.
# half: development or held-out, by a hash of left_id, so that all variants of an entity are in one half.
# The right country is left blank in half of the pairs of either label, by a hash.
"""
COLUMNS = (
    "label", "origin", "how", "half", "left_id", "right_id", "left_name", "right_name", "left_kind", "right_kind",
    "left_country", "right_country",
)  # fmt: skip
CYRILLIC = dict(part.split("=") for part in ["sh=ш", "ch=ч", "zh=ж", "kh=х", "ts=ц", "ya=я", "yu=ю", "th=т", "ph=ф", "ck=к", "a=а", "b=б", "c=к", "d=д", "e=е", "f=ф", "g=г", "h=х", "i=и", "j=дж", "k=к", "l=л", "m=м", "n=н", "o=о", "p=п", "q=к", "r=р", "s=с", "t=т", "u=у", "v=в", "w=в", "x=кс", "y=й", "z=з"])  # fmt: skip
SUFFIXES = ("GmbH", "AG", "S.A.", "Oy", "K.K.", "Pte. Ltd.", "PJSC", "Sdn Bhd", "B.V.", "S.p.A.", "Inc.", "LLC",
            "A/S", "Sp. z o.o.", "Co., Ltd.", "株式会社", "有限公司", "d.o.o.", "plc", "S.à r.l.")  # fmt: skip
PREFIXES = ("OOO", "ПАО", "UAB")
SISTERS = ("Foundation", "Securities", "Real Estate", "Insurance", "Trust Company", "Ventures Fund")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names with what is known of their entities."""

    label: str
    origin: str
    how: str
    half: str
    left_id: str
    right_id: str
    left: Entity
    right: Entity

    def row(self) -> tuple[str, ...]:
        """As a row of the file."""
        one, two = self.left, self.right
        return (
            self.label, self.origin, self.how, self.half, self.left_id, self.right_id, one.name, two.name, one.kind,
            two.kind, one.country or "", two.country or "",
        )  # fmt: skip


def digest(text: str) -> int:
    """A number that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def half(entity_id: str) -> str:
    """``development`` or ``held-out``."""
    return "development" if digest(f"half {entity_id}") % 2 else "held-out"


def pair(label: str, origin: str, how: str, left: Entity, right: Entity, names: tuple[str, str]) -> Pair:
    """A pair of names; the right country is blank in half of the cases."""
    blank = digest(f"country {names}") % 2
    return Pair(
        label, origin, how, half(left.id), left.id, right.id,
        Entity("left", names[0], left.kind, country=left.country),
        Entity("right", names[1], right.kind, country=None if blank else right.country),
    )  # fmt: skip


def every_pair(entities: list[Entity]) -> list[Pair]:
    """All of them, in a fixed order."""
    entities = sorted(entities, key=lambda entity: entity.id)
    return [
        *real_same(entities), *real_different(entities), *derived_same(entities), *derived_different(entities),
    ]  # fmt: skip


def names_of(entity: Entity) -> list[str]:
    """Name and aliases, each once whatever its case."""
    return list({name.casefold(): name for name in reversed((entity.name, *entity.aliases))}.values())[::-1]


def real_same(entities: list[Entity]) -> Iterator[Pair]:
    """Published variants of one entity."""
    for entity in entities:
        for names in combinations(names_of(entity), 2):
            yield pair("same", "real", variant(names), entity, entity, names)


def variant(names: tuple[str, str]) -> str:
    """What sort of variants two names are, told by rapidfuzz alone."""
    if fuzz.token_set_ratio(names[0].lower(), names[1].lower()) >= 80:
        return "variant alike"
    short = min(names, key=len)
    return "variant short" if len(short) <= 5 and " " not in short else "variant other"


def real_different(entities: list[Entity]) -> list[Pair]:
    """Distinct entities with names most alike."""
    ranked: list[tuple[float, str, str, Pair]] = []
    for one, two in combinations(entities, 2):
        if (one.kind == "person") != (two.kind == "person"):
            continue
        alike, names = max(
            ((fuzz.ratio(a.lower(), b.lower()) + fuzz.token_set_ratio(a.lower(), b.lower())) / 2, (a, b))
            for a in names_of(one)
            for b in names_of(two)
        )
        ranked.append((-alike, one.id, two.id, pair("different", "real", "names alike", one, two, names)))
    ranked.sort(key=lambda item: item[:3])
    return [found for *_, found in ranked[:HARD_NEGATIVES]]


def derived_same(entities: list[Entity]) -> Iterator[Pair]:
    """Names changed by rules."""
    for entity in entities:
        rules = person_rules(entity.name) if entity.kind == "person" else firm_rules(entity.name)
        if entity.kind in ("government", "organization"):
            rules.pop("legal form", None)
        rules["typing error"] = typing_error(entity.name)
        rules["Cyrillic"] = cyrillic(entity.name) if entity.name.isascii() else ""
        usable = sorted(how for how, name in rules.items() if name and name != entity.name)
        start = digest(f"rules {entity.id}") % len(usable)
        for how in (usable[start:] + usable[:start])[:2]:
            yield pair("same", "derived", how, entity, entity, (entity.name, rules[how]))


def firm_rules(name: str) -> dict[str, str]:
    """Rule to changed name, empty where it does not apply."""
    number = digest(f"form {name}")
    if number % 5:
        formed = f"{name} {SUFFIXES[number // 5 % len(SUFFIXES)]}"
    else:
        formed = f"{PREFIXES[number // 5 % len(PREFIXES)]} {name}"
    return {
        "legal form": formed,
        "capitals": name.upper(),
        "article": f"The {name}",
        "spacing": name.replace(" ", "") if " " in name else "",
        "ampersand": name.replace(" and ", " & ") if " and " in name else name.replace(" & ", " and "),
    }


def person_rules(name: str) -> dict[str, str]:
    """Rule to changed name, empty where it does not apply."""
    given, _, surname = name.partition(" ")
    title = ("Dr.", "Mr.", "Ms", "Prof.")[digest(name) % 4]
    letter = "ABCDEFGHJKLMNPRSTW"[digest(f"middle {name}") % 18]
    return {
        "surname first": f"{surname}, {given}",
        "title": f"{title} {name}",
        "initial": f"{given[0]}. {surname}",
        "middle initial": f"{given} {letter}. {surname}" if surname.count(" ") == 0 else "",
    }


def typing_error(name: str) -> str:
    """One letter left out, doubled, swapped with the next or replaced; empty for short names."""
    if len(name) < 6:
        return ""
    draw = random.Random(digest(f"typing {name}"))
    spots = [n for n in range(1, len(name) - 1) if name[n].isalpha() and name[n + 1].isalpha()]
    if not spots:
        return ""
    at = draw.choice(spots)
    before, letter, after = name[:at], name[at], name[at + 1 :]
    return draw.choice([
        before + after, before + letter + letter + after, before + after[0] + letter + after[1:],
        before + draw.choice("aeiourstn") + after,
    ])  # fmt: skip


def cyrillic(name: str) -> str:
    """The name letter by letter in Cyrillic."""
    text = name.lower()
    for latin, letter in CYRILLIC.items():
        text = text.replace(latin, letter)
    return text.title()


def derived_different(entities: list[Entity]) -> Iterator[Pair]:
    """Namesakes, numbered funds and sister firms."""
    people = [entity for entity in entities if entity.kind == "person"]
    given_names = sorted({entity.name.split()[0] for entity in people})
    for entity in people:
        given, _, surname = entity.name.partition(" ")
        other = given_names[digest(f"namesake {entity.id}") % len(given_names)]
        if other[:1] != given[:1]:
            yield pair(
                "different", "derived", "same surname", entity, entity, (entity.name, f"{other} {surname}")
            )
    for entity in entities:
        number = digest(f"sister {entity.id}")
        if entity.kind == "investor":
            names = (f"{entity.name} Fund {('II', 'III', 'IV')[number % 3]}", f"{entity.name} Fund V")
            yield pair("different", "derived", "other number", entity, entity, names)
        if entity.kind in ("company", "investor"):
            sister = f"{entity.name} {SISTERS[number % len(SISTERS)]}"
            yield pair("different", "derived", "sister firm", entity, entity, (entity.name, sister))


def text_of(pairs: list[Pair]) -> str:
    """The file."""
    out = io.StringIO()
    out.write(HEADER)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(found.row() for found in pairs)
    return out.getvalue()


def read(path: Path = FILE) -> list[Pair]:
    """The pairs of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [
            Pair(
                row["label"], row["origin"], row["how"], row["half"], row["left_id"], row["right_id"],
                Entity("left", row["left_name"], row["left_kind"], country=row["left_country"] or None),
                Entity("right", row["right_name"], row["right_kind"], country=row["right_country"] or None),
            )
            for row in rows
        ]  # fmt: skip


def bundled_entities() -> list[Entity]:
    """The entities of the bundled data."""
    with Path("data/entities.csv").open(encoding="utf-8", newline="") as file:
        return [
            Entity(
                row["id"], row["name"], row["kind"], tuple(filter(None, row["aliases"].split(";"))),
                country=row["country"] or None, founded=row["founded"] or None,
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def main() -> None:
    """Write the file."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    pairs = every_pair(bundled_entities())
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text_of(pairs), encoding="utf-8")
    same = sum(found.label == "same" for found in pairs)
    print(f"{FILE}: {same:,} pairs of one entity, {len(pairs) - same:,} of different ones")


if __name__ == "__main__":
    main()
