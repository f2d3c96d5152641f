"""One number for everything a store holds: equal in two stores exactly when they hold the same.

Each record is written as one line of JSON (:func:`line_of`), each line hashed with SHA-256, and the hashes
are added up modulo 2**256. A sum knows no order, so two engines need not agree on one, and nothing is kept in
memory; a record that stands there twice changes it. It finds faults, and is no seal: whoever wants to can
build another graph with the same sum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from graph.model import Entity, Record, Source, Tie
from graph.store.base import LogEntry

_MODULUS = 2**256
SORTS: dict[str, type[Record]] = {"sources": Source, "entities": Entity, "ties": Tie}
"""Sorts of records in the order in which they can be written: what others refer to comes first."""
FRACTIONS = frozenset({"share", "share_min", "share_max"})
_NAMES: dict[type[Record], tuple[str, ...]] = {kind: tuple(kind.__slots__) for kind in SORTS.values()}
_VALUES: dict[type[Record], Callable[[Record], tuple[Any, ...]]] = {
    kind: attrgetter(*names) for kind, names in _NAMES.items()
}
# A made encoder: json.dumps with these options would make one for every record.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Digest:
    """What a store holds, counted and hashed.

    Attributes:
        entities, ties, sources, log: how many of each.
        content: of what the records say; equal after the same files were loaded into two stores.
        whole: of the records with their origins, and the log: equal after a copy or a restore.
    """

    entities: int
    ties: int
    sources: int
    log: int
    content: str
    whole: str

    @property
    def records(self) -> int:
        """Entities, ties and sources together."""
        return self.entities + self.ties + self.sources


def values_of(record: Record) -> dict[str, Any]:
    """What a record says, by field; unknown ones left out, the ends of a tie among them.

    Engines hand a share of 1 back as a whole number or as a fraction; here it is always a fraction.
    """
    found: dict[str, Any] = {}
    for name, value in zip(_NAMES[type(record)], _VALUES[type(record)](record), strict=True):
        if value is None or value is False or value == ():
            continue
        found[name] = float(value) if name in FRACTIONS and value.__class__ is int else value
    return found


def line_of(values: dict[str, Any]) -> bytes:
    """The values as JSON in ASCII: keys in order, no spaces, fractions in the fewest digits."""
    return _encode(values).encode("ascii")


class Tally:
    """Counts and sums up as records pass by. Cost: about 10 microseconds a record; memory: a few numbers."""

    def __init__(self) -> None:
        self._number: dict[str, int] = dict.fromkeys([*SORTS, "log"], 0)
        self._content: dict[str, int] = dict.fromkeys(SORTS, 0)
        self._whole: dict[str, int] = dict.fromkeys([*SORTS, "log"], 0)

    def add(self, sort: str, record: Record) -> bytes:
        """Take in a record of a sort; returns its line."""
        values = values_of(record)
        line = line_of(values)
        self._number[sort] += 1
        self._whole[sort] += _hashed(line)
        if "origin" in values:
            del values["origin"]
            self._content[sort] += _hashed(line_of(values))
        else:
            self._content[sort] += _hashed(line)
        return line

    def add_log(self, entry: LogEntry) -> bytes:
        """Take in an entry of the log with its parts; returns its line."""
        line = line_of(asdict(entry))
        self._number["log"] += 1
        self._whole["log"] += _hashed(line)
        return line

    def digest(self) -> Digest:
        """Of what was taken in until now."""
        return Digest(**self._number, content=self._of(self._content), whole=self._of(self._whole))

    def _of(self, sums: dict[str, int]) -> str:
        text = "".join(f"{name} {self._number[name]} {sums[name] % _MODULUS:064x}\n" for name in sorted(sums))
        return hashlib.sha256(f"interlock digest 1\n{text}".encode()).hexdigest()


def _hashed(line: bytes) -> int:
    return int.from_bytes(hashlib.sha256(line).digest(), "big")
