"""A graph as Parquet in the layout of GraphFrames: vertices with ``id``, edges with ``src`` and ``dst``.

Beside the fields of a tie an edge has three columns that say what an analysis of ours would do with it:
``fact`` (by its status), ``influence`` (whether measures over all types read it) and ``directed`` (whether
its type has a direction; one without is to be followed both ways).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from pyarrow import parquet

from graph.analytics.influence import counts
from graph.atomic import MANIFEST, new_folder
from graph.model import Entity, Source, Tie, to_properties
from graph.moves.bulk import manifest_text
from graph.moves.digest import FRACTIONS, Digest, Tally
from graph.moves.records import FLAGS, LISTS, WHOLE
from graph.moves.scan import refuse_written, scan
from graph.moves.unfinished import refuse_unfinished
from graph.ontology import ontology
from graph.store.base import Progress, Store

FORMAT = "interlock-graphframes"
_GROUP = 50_000
"""Rows that are held and written at once; Spark reads such groups of one file in parallel."""
_RENAMED = {"from_id": "src", "to_id": "dst"}
_FLAGS = ("fact", "influence", "directed")


def export_graphframes(
    store: Store, folder: str | Path, *, replace: bool = False, progress: Progress | None = None
) -> Digest:
    """Write ``vertices.parquet``, ``edges.parquet`` and ``sources.parquet``, every status included.

    Columns are the fields of the records with their types; where a record was read is left out, days that a
    tie may hold (``valid_from``, ``valid_to``) come along.

    Args:
        folder: made when all of it is written; see :func:`graph.atomic.new_folder`.
        replace: write anew a folder that such an export made before.
        progress: told (records, records in all).

    Returns:
        What was written, counted and hashed; without the log, which does not go with it.

    Raises:
        SettingsError: the folder is there already, or cannot be written.
        StoreUnavailable: the store was written meanwhile.
        StoreRefused: the store holds only a part of a copy.
    Cost: one pass over the store. Memory: 50,000 records.
    """
    refuse_unfinished(store)
    version, tally = store.data_version(), Tally()
    with new_folder(folder, replace=replace) as part:
        with (
            _Table(part / "sources.parquet", _schema(Source), _plain) as sources,
            _Table(part / "vertices.parquet", _schema(Entity), _plain) as vertices,
            _Table(part / "edges.parquet", _schema(Tie), _edge) as edges,
        ):
            tables = {"sources": sources, "entities": vertices, "ties": edges}
            for read in scan(store, progress):
                tally.add(read.sort, read.record)
                tables[read.sort].add(read.record)
        refuse_written(store, version)
        digest = tally.digest()
        (part / MANIFEST).write_text(manifest_text(FORMAT, digest), encoding="utf-8")
    return digest


class _Table:
    """A Parquet file that is written a group of rows at a time."""

    def __init__(self, path: Path, schema: pa.Schema, row: Callable[[Any], dict[str, Any]]) -> None:
        self._writer = parquet.ParquetWriter(path, schema, compression="zstd")
        self._schema, self._row, self._held = schema, row, list[dict[str, Any]]()

    def add(self, record: Any) -> None:
        self._held.append(self._row(record))
        if len(self._held) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
        self._held.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._writer.close()


def _schema(kind: type[Any]) -> pa.Schema:
    names = [_RENAMED.get(field.name, field.name) for field in fields(kind) if field.name != "origin"]
    if kind is Tie:
        names += ["valid_from", "valid_to", *_FLAGS]
    return pa.schema([(name, _type_of(name)) for name in names])


def _type_of(name: str) -> pa.DataType:
    if name in LISTS:
        return pa.list_(pa.string())
    if name in WHOLE:
        return pa.int64()
    if name in FRACTIONS:
        return pa.float64()
    return pa.bool_() if name in FLAGS or name in _FLAGS else pa.string()


def _plain(record: Entity | Source) -> dict[str, Any]:
    found = to_properties(record)
    return {**found, "stub": record.stub} if isinstance(record, Entity) else found


def _edge(tie: Tie) -> dict[str, Any]:
    found = to_properties(tie)
    found |= {"src": tie.from_id, "dst": tie.to_id, "type": tie.type, "fact": tie.is_fact}
    declared = ontology().types.get(tie.type)
    found |= {"influence": counts(tie.type, None), "directed": declared is None or declared.directed}
    return found
