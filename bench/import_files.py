"""Files to load: the same for the same seed and size."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import TextIO

TYPES = ("INVESTED_IN", "OWNS", "SUPPLIES", "PARTNERED_WITH", "BOARD_MEMBER_OF")
_SYLLABLES = ("ar", "bel", "cor", "dan", "el", "fin", "gor", "hal", "in", "jor", "kel", "lum", "mar", "nor")


def write_triple(folder: Path, entities: int, ties: int, seed: int = 7) -> Path:
    """Interlock's three CSV files with ``entities`` entities, ``ties`` ties and 500 sources."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    people = entities // 4
    with (folder / "entities.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("id", "name", "kind", "aliases", "country", "founded", "sectors", "description"))
        for number in range(entities):
            name = " ".join(
                "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(2)
            )
            kind = "person" if number < people else rng.choice(("company", "company", "investor"))
            out.writerow(
                (f"e{number}", name, kind, f"{name} Inc;{name[:6]}" if number % 3 == 0 else "",
                 rng.choice(("US", "DE", "GB", "JP", "")), str(rng.randint(1950, 2024)) if number % 2 else "",
                 rng.choice(("chips", "cloud", "energy", "")), f"Makes {name.lower()} for others.")
            )  # fmt: skip
    with (folder / "relationships.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            ("id", "from", "type", "to", "status", "start", "end", "role", "amount_usd", "share", "share_basis",
             "round", "product", "note", "sources")
        )  # fmt: skip
        for number in range(ties):
            kind = rng.choice(TYPES)
            start = rng.randrange(people) if kind == "BOARD_MEMBER_OF" else rng.randrange(people, entities)
            end = rng.randrange(people, entities)
            if start == end:
                end = people if start != people else people + 1
            share = f"{rng.randint(1, 99) / 100}" if kind == "OWNS" else ""
            amount = str(rng.randint(10_000, 10**9)) if kind in ("INVESTED_IN", "SUPPLIES") else ""
            out.writerow(
                (f"t{number}", f"e{start}", kind, f"e{end}", "active", f"{rng.randint(1990, 2025)}-0{rng.randint(1, 9)}",
                 "", "director" if kind == "BOARD_MEMBER_OF" else "", amount, share, "equity" if share else "",
                 "Series A" if kind == "INVESTED_IN" else "", "wafers" if kind == "SUPPLIES" else "", "",
                 f"s{rng.randrange(500)}")
            )  # fmt: skip
    with (folder / "sources.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("id", "publisher", "title", "date", "url", "language"))
        for number in range(500):
            out.writerow(
                (
                    f"s{number}",
                    "Register",
                    f"Extract {number}",
                    "2025-01-01",
                    f"https://example.org/{number}",
                    "en",
                )
            )
    return folder


def write_ftm(path: Path, entities: int, edges: int, seed: int = 7) -> Path:
    """FollowTheMoney JSON lines: companies and people, then ownerships and directorships between them."""
    rng = random.Random(seed)
    people = entities // 4
    with path.open("w", encoding="utf-8") as file:
        for number in range(entities):
            name = " ".join(
                "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(2)
            )
            more = {"country": [rng.choice(("us", "de", "gb"))]}
            more |= (
                {"birthDate": [f"{rng.randint(1940, 2000)}-05"]}
                if number < people
                else {"registrationNumber": [str(number)], "incorporationDate": ["2001-04-05"]}
            )
            _line(
                file,
                f"e{number}",
                "Person" if number < people else "Company",
                {"name": [name], "alias": [f"{name} Inc"], **more},
            )
        for number in range(edges):
            company = [f"e{rng.randrange(people, entities)}"]
            if number % 2:
                of = {
                    "director": [f"e{rng.randrange(people)}"],
                    "organization": company,
                    "role": ["director"],
                }
                _line(file, f"t{number}", "Directorship", {**of, "startDate": [f"{rng.randint(1990, 2024)}"]})
            else:
                owner = [f"e{rng.randrange(entities)}"]
                of = {"owner": owner, "asset": company, "percentage": [str(rng.randint(1, 99))]}
                _line(file, f"t{number}", "Ownership", of)
    return path


def _line(file: TextIO, key: str, schema: str, properties: dict[str, list[str]]) -> None:
    row = {"id": key, "schema": schema, "properties": properties, "datasets": ["bench"]}
    file.write(json.dumps(row) + "\n")
