"""Rows of a query as CSV, JSON or Parquet."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.csv_text import sheet_text
from graph.store.base import NodeValue, PathValue, Rows, TieValue


def plain_value(value: Any) -> Any:
    """A result value as text, numbers, lists and dicts that JSON can hold; NaN and infinities become None.

    >>> plain_value(TieValue("OWNS", "a", "b", {"id": "r1"}))
    {'type': 'OWNS', 'from': 'a', 'to': 'b', 'id': 'r1'}
    """
    if isinstance(value, NodeValue):
        return {"labels": list(value.labels), **plain_value(value.properties)}
    if isinstance(value, TieValue):
        ends = {"type": value.type, "from": value.from_id, "to": value.to_id}
        return {**ends, **plain_value(value.properties)}
    if isinstance(value, PathValue):
        return {"nodes": plain_value(value.nodes), "ties": plain_value(value.ties)}
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def rows_csv(rows: Rows) -> bytes:
    """CSV for spreadsheets, UTF-8: lists joined by semicolons, nodes and maps as JSON text, None empty.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    table = ([_cell(plain_value(value)) for value in row] for row in rows.rows)
    return sheet_text(rows.columns, table).encode("utf-8", "replace")


def rows_json(rows: Rows) -> bytes:
    """JSON: a list with one object a row; nodes, ties and paths as objects, half characters as escapes."""
    records = [plain_value(record) for record in rows.dicts()]
    return f"{json.dumps(records, indent=1, default=str)}\n".encode()


def rows_parquet(rows: Rows) -> bytes:
    """Parquet with one column a result column.

    Whole numbers, fractions, yes or no, text and lists of text keep their type; a column that holds
    anything else, or of several types, is JSON text.
    """
    import pyarrow as pa
    from pyarrow import parquet

    columns = [[plain_value(row[place]) for row in rows.rows] for place in range(len(rows.columns))]
    arrays = [_array(values) for values in columns]
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, names=[_whole(name) for name in rows.columns]), out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class RowFormat:
    """A file format for rows: its name for people, the ending and media type of its files, and the writer."""

    title: str
    suffix: str
    mime: str
    write: Callable[[Rows], bytes]


ROW_FORMATS: Mapping[str, RowFormat] = {
    "csv": RowFormat("CSV", ".csv", "text/csv", rows_csv),
    "json": RowFormat("JSON", ".json", "application/json", rows_json),
    "parquet": RowFormat("Parquet", ".parquet", "application/vnd.apache.parquet", rows_parquet),
}


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return ";".join(map(str, value))
    return _json(value) if isinstance(value, (list, dict)) else value


def _array(values: Sequence[Any]) -> Any:
    import pyarrow as pa

    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known}
    for allowed, made in (
        ({bool}, pa.bool_()), ({int}, pa.int64()), ({int, float}, pa.float64()), ({str}, pa.string()),
    ):  # fmt: skip
        if kinds <= allowed and known:
            return pa.array([_whole(value) for value in values], made)
    if not known:
        return pa.array(values, pa.string())
    if kinds == {list} and all(isinstance(item, str) for value in known for item in value):
        lists = [None if value is None else [_whole(item) for item in value] for value in values]
        return pa.array(lists, pa.list_(pa.string()))
    return pa.array([None if value is None else _json(value) for value in values], pa.string())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, default=str)


def _whole(value: Any) -> Any:
    """Text without half characters, which UTF-8 cannot hold; anything else as it is."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
