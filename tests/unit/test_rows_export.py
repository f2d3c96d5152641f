"""Rows as files: read back by other readers, types kept, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from graph.exports.rows import ROW_FORMATS, rows_csv, rows_json, rows_parquet
from graph.store import NodeValue, PathValue, Rows, TieValue

NODE = NodeValue(("Company", "Entity"), {"id": "a", "name": "=A"})
TIE = TieValue("OWNS", "a", "b", {"id": "r1", "share": 0.5})
ROWS = Rows(
    ("name", "count", "share", "loud", "ids", "node", "mixed", "nothing"),
    (
        ("=1+1", 1, 0.5, True, ["a", "b"], NODE, 1, None),
        (None, 2, None, False, [], TIE, "x", None),
        ('a,"b"\n\ud800', None, float("nan"), None, None, PathValue((NODE,), ()), {"k": [1]}, None),
    ),
)


def test_csv_is_guarded_and_lists_are_joined() -> None:
    found = list(csv.reader(io.StringIO(rows_csv(ROWS).decode("utf-8"), newline="")))
    assert found[0] == list(ROWS.columns)
    assert found[1][:5] == ["'=1+1", "1", "0.5", "True", "a;b"]
    assert json.loads(found[1][5])["name"] == "=A"
    assert found[2][0] == ""
    assert found[2][2] == ""
    assert found[3][0].startswith('a,"b"\n')


def test_json_holds_objects_and_no_nan() -> None:
    found = json.loads(rows_json(ROWS), parse_constant=lambda name: pytest.fail(name))
    assert found[0]["node"] == {"labels": ["Company", "Entity"], "id": "a", "name": "=A"}
    assert found[1]["node"] == {"type": "OWNS", "from": "a", "to": "b", "id": "r1", "share": 0.5}
    assert found[2]["node"]["ties"] == []
    assert found[2]["share"] is None
    assert found[2]["name"].endswith("\ud800")


def test_parquet_keeps_types_and_unknown() -> None:
    table = parquet.read_table(io.BytesIO(rows_parquet(ROWS)))
    kinds = {name: table.schema.field(name).type for name in ROWS.columns}
    assert kinds["count"] == pa.int64()
    assert kinds["share"] == pa.float64()
    assert kinds["loud"] == pa.bool_()
    assert kinds["ids"] == pa.list_(pa.string())
    assert kinds["node"] == kinds["mixed"] == kinds["nothing"] == pa.string()
    assert table.column("name").to_pylist()[:2] == ["=1+1", None]
    assert table.column("mixed").to_pylist() == ["1", '"x"', '{"k": [1]}']


def test_every_format_takes_no_rows() -> None:
    for form in ROW_FORMATS.values():
        assert isinstance(form.write(Rows(("a", "b"), ())), bytes)
    assert parquet.read_table(io.BytesIO(rows_parquet(Rows(("a",), ())))).column_names == ["a"]
