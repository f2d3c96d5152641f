"""Headers that leave no doubt: edge lists, and node lists beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from loaders.field_names import plain_entity, plain_tie
from loaders.mapping import Column, EntityRule, TableRule, TieRule
from loaders.source_file import SourceFile
from loaders.table_cells import TableRow, cell_text, folded
from loaders.table_rows import TableFile, rows_of

_PAIRS = (
    ("source", "target"), ("from", "to"), ("entity a", "entity b"), ("entity1", "entity2"),
    ("entity 1", "entity 2"), ("from id", "to id"), ("source id", "target id"), ("start id", "end id"),
)  # fmt: skip
_NAMED = ("entity a", "entity1", "entity 1")
_DIRECTIONS = frozenset({"directed", "undirected", "mutual"})
_SAMPLE = 200


def plain_rules(source: SourceFile, tables: Sequence[TableFile]) -> list[TableRule | None]:
    """A rule for each table whose header leaves no doubt; None for the others.

    Edges have a column for either end: ``source,target``, ``from,to``, ``Entity A,Entity B``. Nodes
    have an ``id`` and a ``name`` or ``label``, and either a ``kind`` or a list of edges beside them.
    """
    pairs = [_pair(table) for table in tables]
    beside = any(pairs)
    ids = any(_is_nodes(table, beside=True) for table, pair in zip(tables, pairs, strict=True) if not pair)
    return [
        _edges(source, table, pair, with_nodes=ids) if pair else _nodes(table, beside=beside)
        for table, pair in zip(tables, pairs, strict=True)
    ]


def _heads(table: TableFile) -> dict[str, str]:
    return {folded(column): column for column in reversed(table.columns)}


def _pair(table: TableFile) -> tuple[str, str] | None:
    heads = _heads(table)
    return next((pair for pair in _PAIRS if pair[0] in heads and pair[1] in heads), None)


def _is_nodes(table: TableFile, *, beside: bool) -> bool:
    heads = _heads(table)
    return "id" in heads and bool({"name", "label"} & set(heads)) and (beside or "kind" in heads)


def _nodes(table: TableFile, *, beside: bool) -> TableRule | None:
    if not _is_nodes(table, beside=beside):
        return None
    return TableRule(entity=plain_entity(table.columns, {"id": _heads(table)["id"]}))


def _edges(source: SourceFile, table: TableFile, pair: tuple[str, str], *, with_nodes: bool) -> TableRule:
    heads = _heads(table)
    first, second = heads[pair[0]], heads[pair[1]]
    sample = [row for row in islice(rows_of(source, table), _SAMPLE) if isinstance(row, TableRow)]
    columns = list(table.columns)
    known = {"from": first, "to": second}
    more: dict[str, object] = {}
    kind = heads.get("type")
    if kind is not None and _all_directions(sample, kind):
        # Gephi says there whether an edge has a direction; what it is stands in its label.
        columns.remove(kind)
        no_order = {"undirected": "yes", "mutual": "yes", "directed": "no"}
        more["undirected"] = Column(column=kind, values=no_order)
    if (key := heads.get("id")) is not None:
        more["id"] = Column(column=key)
    tie = plain_tie(columns, known, **more)
    named = pair[0] in _NAMED or (not with_nodes and _names(sample, first, second))
    if named or not with_nodes:
        tie = _ends(tie, first, second, by_name=named)
    return TableRule(ties=(tie,))


def _ends(tie: TieRule, first: str, second: str, *, by_name: bool) -> TieRule:
    def end(column: str) -> EntityRule:
        found = Column(column=column)
        return EntityRule(name=found) if by_name else EntityRule(id=found)

    return tie.model_copy(update={"from_": end(first), "to": end(second)})


def _all_directions(sample: Sequence[TableRow], column: str) -> bool:
    words = {folded(cell_text(row.values.get(column, ""))) for row in sample} - {""}
    return bool(words) and words <= _DIRECTIONS


def _names(sample: Sequence[TableRow], *columns: str) -> bool:
    """Whether the ends are named, not numbered: some value has a blank between words."""
    return any(" " in cell_text(row.values.get(column, "")).strip() for row in sample for column in columns)
