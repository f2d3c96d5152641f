"""What all graph files share: nodes and edges with attributes become rows, and rows become records.

Attributes called as our fields are read without a mapping. With one, its ``sheet: nodes`` has the column
``id`` beside the attributes, its ``sheet: edges`` the columns ``source``, ``target``, ``id`` and
``directed`` (``true`` or ``false``). Two edges that say the same stay two. Nothing is projected: a graph of
persons and events stays one of persons and events.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx

from graph.model import Item, Place, Problem, Remark, Skipped, Tie
from loaders import ReadOptions
from loaders.field_names import plain_entity, plain_tie
from loaders.mapped_rows import MappedRows
from loaders.mapping import Column, EntityRule, SourceRule, TableRule, read_mapping
from loaders.mapping import Mapping as MappingFile
from loaders.mapping_guess import scope_of
from loaders.source_file import Member, SourceFile
from loaders.table_cells import Cell, TableRow, cell_text, folded, kind_of, slug
from loaders.table_rows import flat_values

NODES, EDGES = "nodes", "edges"
NO_DIRECTION = "the edges have no direction: a type that needs one must be given by a mapping"
Row = TableRow | Problem | Skipped
Rows = Callable[[], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A graph as two tables.

    Attributes:
        name, shown: of the file.
        node_columns, edge_columns: names of attributes that some node or edge may have.
        nodes, edges: give the rows, as often as asked; nodes have ``id``, edges ``source``, ``target``
            and ``directed``.
        literal: whether Interlock wrote it.
    """

    name: str
    shown: str
    node_columns: Sequence[str]
    edge_columns: Sequence[str]
    nodes: Rows
    edges: Rows
    literal: bool = False


class Lines:
    """Line numbers that tell elements apart also where many stand in one line."""

    def __init__(self) -> None:
        self.last = 0

    def after(self, line: int) -> int:
        """The line, or the next number that is free."""
        self.last = max(line, self.last + 1)
        return self.last


def graph_items(graph: GraphFile, load: MappedRows, mapping: MappingFile | None) -> Iterator[Item]:
    """Everything in a graph: its nodes, then its edges."""
    rule = _rule(mapping, graph, NODES, graph.node_columns)
    edge_rule = _rule(mapping, graph, EDGES, graph.edge_columns)
    # Under a mapping ids stand as they are, and so do they on the sheet that it leaves out: both must meet.
    load.entities.scoped = rule is None and edge_rule is None and not graph.literal
    rows: Iterable[Row] = graph.nodes()
    if rule is None:
        rule, rows = _plain_nodes(graph, rows)
    yield from load.read(rule, rows, name=graph.name, shown=f"{graph.shown}#{NODES}")
    rule = edge_rule
    edges = Watched(graph.edges(), "directed", None if rule else re.compile("false"))
    rows = edges
    if rule is None:
        rule = _plain_edges(graph)
        rows = edges if graph.literal else _with_label(edges, rule.ties[0].type.column)
    yield from load.read(rule, rows, name=graph.name, shown=f"{graph.shown}#{EDGES}")
    yield from edges.remark(NO_DIRECTION)


def graph_load(prefix: str, options: ReadOptions, scope: str, *, literal: bool) -> MappedRows:
    """What reads the rows of a graph."""
    return MappedRows(prefix, options, scope, literal=literal, parallel=True)


def mapping_for(options: ReadOptions) -> MappingFile | None:
    """The mapping file of the options, if there is one."""
    return read_mapping(options.mapping) if options.mapping is not None else None


def scopes_for(source: SourceFile, mapping: MappingFile | None) -> Mapping[Member, str]:
    """The scope of names and counted ids of each graph file: after its name, and after its folder as well
    where another file of the same load has that name."""
    if mapping is not None and mapping.scope is not None:
        return dict.fromkeys(source.members, mapping.scope)
    found = {member: scope_of(source.subset([member])) for member in source.members}
    count = Counter(found.values())
    return {
        member: scope if count[scope] == 1 else f"{slug(Path(member.shown).parent.name)[:50]}-{scope}"
        for member, scope in found.items()
    }


def read_graphs(
    prefix: str,
    source: SourceFile,
    options: ReadOptions,
    graph_of: Callable[[SourceFile, Member], GraphFile],
) -> Iterator[Item]:
    """Nodes and edges of every file of a format that holds one graph a file; ``graph_of`` opens it."""
    mapping = mapping_for(options)
    scopes = scopes_for(source, mapping)
    for member in source.members:
        graph = graph_of(source, member)
        load = graph_load(prefix, options, scopes[member], literal=graph.literal)
        yield from graph_items(graph, load, mapping)


def with_attributes(
    fixed: Mapping[str, Cell | None], attributes: Iterable[tuple[str, Cell]]
) -> dict[str, Cell]:
    """A row of the columns of the format itself and of attributes; one of the same name is told apart."""
    values = {name: cell for name, cell in fixed.items() if cell is not None}
    for name, cell in attributes:
        if name not in fixed:
            values.setdefault(name, cell)
        elif cell != fixed[name]:
            values[f"{name} (2)"] = cell
    return values


def from_networkx(
    graph: nx.Graph, options: ReadOptions | None = None, mapping: MappingFile | str | Path | None = None
) -> Iterator[Item]:
    """The nodes and edges of a NetworkX graph as records, for :func:`graph.importer.import_records`.

    Args:
        graph: of any class. Node ids become text, numbers with ``graph.graph["name"]`` before them, so that
            two graphs do not mean the same nodes by them; attributes called as our fields are read, None
            and NaN mean unknown. A graph of :func:`graph.projection.to_networkx` comes back as it was.
        options: publisher, date and address of the source.
        mapping: a mapping or its file, with ``sheet: nodes`` and ``sheet: edges``.

    Raises:
        LoadError: the mapping cannot be read.
    """
    chosen = options or ReadOptions()
    if isinstance(mapping, str | Path):
        mapping = read_mapping(mapping)
    mapping = mapping or mapping_for(chosen)
    name = str(graph.graph.get("name") or "networkx")
    # Written by graph.projection: each edge carries the tie it was made of.
    literal = "ties_in_store" in graph.graph
    directed = "true" if graph.is_directed() else "false"

    def nodes() -> Iterator[TableRow]:
        for number, (node, data) in enumerate(graph.nodes(data=True), start=1):
            yield TableRow(Place(f"{name}#{NODES}", number), with_attributes({"id": _key(node)}, _flat(data)))

    def edges() -> Iterator[TableRow]:
        for number, (first, second, key, data) in enumerate(_edges(graph), start=1):
            fixed = {"source": _key(first), "target": _key(second), "directed": directed}
            if key is not None and "id" not in data:
                fixed["id"] = _key(key)
            yield TableRow(Place(f"{name}#{EDGES}", number), with_attributes(fixed, _flat(data)))

    found = GraphFile(
        name, name, list({key: None for _, data in graph.nodes(data=True) for key, _ in _flat(data)}),
        list({key: None for *_, data in _edges(graph) for key, _ in _flat(data)}), nodes, edges, literal,
    )  # fmt: skip
    scope = (mapping.scope if mapping else None) or slug(name)[:100] or "networkx"
    load = graph_load("networkx", chosen, scope, literal=literal)
    yield from graph_items(found, load, mapping)


def _edges(graph: nx.Graph) -> Iterator[tuple[Any, Any, Any, dict[Any, Any]]]:
    if graph.is_multigraph():
        yield from graph.edges(keys=True, data=True)  # pyright: ignore[reportCallIssue]
    else:
        for first, second, data in graph.edges(data=True):
            yield first, second, None, data


def _key(value: object) -> str:
    return str(value)


def _flat(data: Mapping[Any, Any]) -> list[tuple[str, Cell]]:
    return list(flat_values([(key, value) for key, value in data.items() if not isinstance(value, Tie)]))


def _rule(
    mapping: MappingFile | None, graph: GraphFile, sheet: str, columns: Sequence[str]
) -> TableRule | None:
    if mapping is None:
        return None
    fixed = ("id",) if sheet == NODES else ("id", "source", "target", "directed")
    rule = mapping.table_for(graph.name, (*fixed, *columns), sheet)
    return rule and rule.model_copy(update={"ignore": (*rule.ignore, *fixed)})


def _plain_nodes(graph: GraphFile, nodes: Iterable[Row]) -> tuple[TableRule, Iterable[Row]]:
    entity = plain_entity(graph.node_columns, {"id": "id"})
    heads = {folded(column): column for column in graph.node_columns}
    label = heads.get("label")
    if entity.kind is None and label is not None and entity.name is not None and entity.name.column != label:
        # Exports of property graphs keep the labels of a node there, beside its name.
        entity = entity.model_copy(update={"kind": Column(column="kind")})
        nodes = _with_kind(nodes, label)
    ignore = ("label",) if graph.literal else ()
    return TableRule(entity=entity, ignore=ignore), nodes


def _with_kind(nodes: Iterable[Row], label: str) -> Iterator[Row]:
    for row in nodes:
        if isinstance(row, TableRow) and kind_of(row.values.get(label))[0] is not None:
            yield TableRow(row.place, _renamed(row.values, label, "kind"))
        else:
            yield row


def _with_label(edges: Iterable[Row], column: str | None) -> Iterator[Row]:
    """Edges that have no type of their own are typed by their label."""
    for row in edges:
        if (
            column is not None
            and isinstance(row, TableRow)
            and not row.values.get(column)
            and "label" in row.values
        ):
            yield TableRow(row.place, _renamed(row.values, "label", column))
        else:
            yield row


def _renamed(values: Mapping[str, Cell], old: str, new: str) -> dict[str, Cell]:
    return {new if name == old else name: cell for name, cell in values.items()}


def _plain_edges(graph: GraphFile) -> TableRule:
    more: dict[str, Any] = {
        "id": Column(column="id"),
        "undirected": Column(column="directed", values={"false": "yes", "true": "no"}),
    }
    columns = [column for column in graph.edge_columns if column not in ("id", "directed")]
    if graph.literal:
        more["source"] = SourceRule(id=Column(column="sources"))
    tie = plain_tie(columns, {"from": "source", "to": "target"}, **more)
    ends = {
        "from_": EntityRule(id=Column(column="source")), "to": EntityRule(id=Column(column="target")),
    }  # fmt: skip
    ignore = ("label", "key", "weight") if graph.literal else ()
    return TableRule(ties=(tie.model_copy(update=ends),), ignore=ignore)


class Watched:
    """Rows, of which the first is noted whose column is so."""

    def __init__(self, rows: Iterable[Row], column: str, wanted: re.Pattern[str] | None) -> None:
        self._rows, self._column, self._wanted = rows, column, wanted
        self._first: tuple[Place, str] | None = None

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if self._wanted is not None and isinstance(row, TableRow):
                text = cell_text(row.values.get(self._column, ""))
                if self._wanted.fullmatch(text):
                    self._first, self._wanted = (row.place, text), None
            yield row

    def remark(self, reason: str) -> Iterator[Remark]:
        """One remark, if there was such a row."""
        if self._first is not None:
            yield Remark(self._first[0], self._column, self._first[1], reason)
