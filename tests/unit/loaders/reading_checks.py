"""What every reader of a register must hold to, whatever it is given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Entity, Item, Placed, Problem, Remark, Skipped, Source, Tie, Unread
from graph.ontology import check, check_ends
from loaders import plan


@dataclass
class Read:
    """Everything a reader gave, sorted; made by :func:`read`, which checks it."""

    entities: dict[str, Entity] = field(default_factory=dict)
    weak: dict[str, Entity] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    fates: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """How many rows ended as what."""
        return Counter(self.fates.values())

    def skips(self) -> list[tuple[int, str, str]]:
        return [(item.place.line, item.why, item.reason) for item in self.skipped]

    def reasons(self) -> list[tuple[int, str]]:
        return [(item.place.line, item.reason) for item in self.remarks]

    def between(self, first: str, second: str) -> list[Tie]:
        return [tie for tie in self.ties if (tie.from_id, tie.to_id) == (first, second)]


def read(*paths: Path, as_format: str | None = None, **options: Any) -> Read:
    """Read files and check what holds for all readers: records fit the ontology, each row has one fate,
    ids are unique, sources come before the ties that cite them."""
    from loaders import ReadOptions

    found = Read()
    for item in plan(list(paths), as_format, ReadOptions(**options) if options else None).items():
        _add(found, item)
    kinds = {key: entity.kind for key, entity in {**found.weak, **found.entities}.items()}
    for tie in found.ties:
        if tie.from_id in kinds and tie.to_id in kinds:
            check_ends(tie, kinds[tie.from_id], kinds[tie.to_id])
    assert len({tie.id for tie in found.ties}) == len(found.ties)
    return found


def _add(found: Read, item: Item) -> None:
    if isinstance(item, Unread):
        found.unread.append(item)
        return
    if isinstance(item, Remark):
        found.remarks.append(item)
        return
    fate = {Placed: "records", Problem: "rejected", Skipped: getattr(item, "why", "")}[type(item)]
    known = found.fates.setdefault((item.place.path, item.place.line), fate)
    assert known == fate, (item, known)
    if isinstance(item, Problem):
        found.problems.append(item)
    elif isinstance(item, Skipped):
        found.skipped.append(item)
    else:
        assert isinstance(item, Placed)
        check(item.record)
        record = item.record
        repr(record).encode()
        if isinstance(record, Tie):
            assert set(record.sources) <= set(found.sources)
            found.ties.append(record)
        elif isinstance(record, Source):
            # A source may be given again for further rows, never as another.
            assert found.sources.setdefault(record.id, record) == record
        elif item.weak:
            found.weak[record.id] = record
        else:
            assert record.id not in found.entities
            found.entities[record.id] = record


def read_or_refused(path: Path, as_format: str) -> Read | None:
    """What a reader gives for a file that may be spoilt; None when it refuses the file as a whole."""
    try:
        return read(path, as_format=as_format)
    except LoadError:
        return None


def check_spoilt_rows(path: Path, spoilt: list[Any], as_format: str) -> None:
    """Every row, whatever it holds, has a fate; only a file that begins like an array may be refused."""
    found = read_or_refused(write_lines(path, [json.dumps(row) for row in spoilt]), as_format)
    if found is None:
        assert path.read_text(encoding="utf-8").startswith("[")
    else:
        assert len(found.fates) == len(spoilt)


ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 3.5, 10**40, "", " ", "\x00", "\ud800", "x" * 600, "3201-01-01", "0000-00-00", [], {},
    [[]], [None, {}], {"a": {"b": [1]}}, ["a", 7, None], "1e999999", [{"id": []}],
)  # fmt: skip


@st.composite
def spoilt_rows(draw: st.DrawFn, rows: list[Any]) -> list[Any]:
    """The rows with a few values anywhere in them replaced by odd ones, taken away or written twice."""
    found = json.loads(json.dumps(rows, default=str))
    for _ in range(draw(st.integers(1, 4))):
        holder: Any = found
        key: Any = draw(st.integers(0, len(found) - 1)) if found else None
        while key is not None:
            inner = holder[key]
            keys: list[Any] = (
                sorted(inner)
                if isinstance(inner, dict)
                else list(range(len(inner)))
                if isinstance(inner, list)
                else []
            )
            if not keys or draw(st.integers(0, 3)) == 0:
                break
            holder, key = inner, draw(st.sampled_from(keys))
        if key is None:
            continue
        action = draw(st.sampled_from(["odd", "odd", "drop", "twice"]))
        if action == "odd":
            holder[key] = deepcopy(draw(st.sampled_from(ODD_VALUES)))
        elif action == "drop":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
    return found


@st.composite
def spoilt_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a few of them changed, cut out or broken off."""
    found = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(0, len(found) - 1)))
        action = draw(st.sampled_from(["put", "cut", "end"]))
        if action == "put":
            found[place : place + 1] = draw(st.binary(min_size=1, max_size=3))
        elif action == "cut":
            del found[place : place + draw(st.integers(1, 40))]
        else:
            del found[place:]
    return bytes(found)


def write_lines(path: Path, rows: list[Any]) -> Path:
    """One JSON value a line; strings are written as they stand."""
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def replaced(row: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A copy of the row with other values."""
    return {**json.loads(json.dumps(row)), **values}
