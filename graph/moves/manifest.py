"""What a backup says of itself, and the names of its parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from graph.moves.digest import SORTS, Digest

FORMAT, VERSION = "interlock-backup", 1
MANIFEST, LOG = "manifest.json", "log.jsonl"
PARTS = (*(f"{sort}.jsonl" for sort in SORTS), LOG, MANIFEST)
"""Names in the archive."""
MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line; a longer one is no backup of ours."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of one backup.

    Attributes:
        version: of the format.
        made: time in UTC, ISO 8601.
        interlock: version of the program that wrote it.
        engine: of the store it was made of.
        ontology: version of the ontology it was made with.
        digest: counts and sums of what it holds.
    """

    version: int
    made: str
    interlock: str
    engine: str
    ontology: int
    digest: Digest

    def text(self) -> str:
        """As JSON, to be read by people too."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n"


def manifest_from(text: str) -> Manifest:
    """The manifest in a JSON text.

    Raises:
        ValueError: it is none, or of a later version; says what is wrong.
    """
    found: Any = json.loads(text)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError("its manifest is not one of Interlock.")
    if not isinstance(found.get("version"), int) or found["version"] > VERSION:
        said = str(found.get("version"))[:20]
        raise ValueError(f"its format has version {said}; this Interlock reads {VERSION}.")
    digest = _typed(found.get("digest"), Digest, {"content": str, "whole": str}, int)
    values = _typed(found, Manifest, {"version": int, "ontology": int, "digest": dict}, str)
    values["digest"] = Digest(**digest)
    return Manifest(**values)


def _typed(found: Any, kind: type[Any], types: Mapping[str, type], other: type) -> dict[str, Any]:
    names = [each.name for each in fields(kind)]
    if not isinstance(found, dict) or not all(
        isinstance(found.get(name), types.get(name, other)) for name in names
    ):
        raise ValueError("its manifest is not complete.")
    return {name: found[name] for name in names}
