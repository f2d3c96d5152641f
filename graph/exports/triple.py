"""The three CSV files of ``data/README.md``, in a zip archive, byte for byte the same for the same data."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

from graph.csv_text import csv_text
from graph.model import Entity, Source, Tie
from graph.store.base import Store

ENTITY_COLUMNS = ("id", "name", "kind", "aliases", "country", "founded", "sectors", "description")
TIE_COLUMNS = (
    "id", "from", "type", "to", "status", "start", "end", "role", "amount_usd", "share", "share_basis",
    "round", "product", "note", "sources",
)  # fmt: skip
ENTITY_EXTRA = ("identifiers", "born", "note", "stub")
TIE_EXTRA = (
    "share_min", "share_max", "amount", "currency", "round_usd", "quantity", "interest", "directness",
)  # fmt: skip
"""Columns that a table has only where some row fills them."""
SOURCE_COLUMNS = ("id", "publisher", "title", "date", "url", "language")
# Zip archives carry a time for each file; a fixed one keeps two exports of the same data equal.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_triple(store: Store, file: IO[bytes]) -> None:
    """Write the archive. Rows are in the order of their ids."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in triple_files(store).items():
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)


def triple_files(store: Store) -> dict[str, bytes]:
    """File name to content."""
    return {
        "entities.csv": _with_extra(ENTITY_COLUMNS, ENTITY_EXTRA, _entity, list(store.entities())),
        "relationships.csv": _with_extra(TIE_COLUMNS, TIE_EXTRA, _tie, list(store.ties())),
        "sources.csv": _table(SOURCE_COLUMNS, (_source(source) for source in store.sources())),
    }


def _with_extra(
    columns: Sequence[str],
    extra: Sequence[str],
    row: Callable[[Any], Sequence[object]],
    records: Sequence[Entity | Tie],
) -> bytes:
    filled = [
        name for name in extra if any(getattr(record, name) not in (None, (), False) for record in records)
    ]
    rows = ((*row(record), *(_extra(getattr(record, name)) for name in filled)) for record in records)
    return _table((*columns, *filled), rows)


def _extra(value: Any) -> object:
    if isinstance(value, bool):
        return "true" if value else None
    if isinstance(value, float):
        return share_cell(value)
    return cell(value) if isinstance(value, tuple) else value


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    # No apostrophes against formulas here: these files are data, and must come back as they are.
    return csv_text(columns, rows).encode("utf-8", "replace")


def _entity(e: Entity) -> Sequence[object]:
    return (e.id, e.name, e.kind, cell(e.aliases), e.country, e.founded, cell(e.sectors), e.description)


def _tie(t: Tie) -> Sequence[object]:
    return (
        t.id, t.from_id, t.type, t.to_id, t.status, t.start_date, t.end_date, t.role, t.amount_usd,
        share_cell(t.share), t.share_basis, t.round, t.product, t.note, cell(t.sources),
    )  # fmt: skip


def _source(s: Source) -> Sequence[object]:
    return (s.id, s.publisher, s.title, s.date, s.url, s.language)


def cell(items: Sequence[str]) -> str:
    r"""A list in one cell; a semicolon or backslash inside an item gets a backslash before it.

    >>> print(cell(["AWS", "a;b"]))
    AWS;a\;b
    """
    return ";".join(item.replace("\\", "\\\\").replace(";", "\\;") for item in items)


def share_cell(share: float | None) -> str:
    """A fraction with two decimals, more where it has more, and never an exponent.

    >>> share_cell(0.1), share_cell(0.083), share_cell(1.0), share_cell(None)
    ('0.10', '0.083', '1', '')
    """
    if share is None:
        return ""
    if share == 1:
        return "1"
    short = f"{share:.2f}"
    if float(short) == share:
        return short
    plain = repr(float(share))
    return plain if "e" not in plain else f"{share:.17f}".rstrip("0")
