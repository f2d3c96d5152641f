"""Node-link JSON: of ``networkx.node_link_data``, D3, Graphology, Cytoscape.js and of Interlock."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import ijson

from graph.errors import LoadError, SchemaViolation
from graph.model import Item, Place, Placed, Problem, Source
from graph.ontology import check
from loaders import ReadOptions
from loaders.graph_files import (
    EDGES,
    NODES,
    GraphFile,
    graph_items,
    graph_load,
    mapping_for,
    scopes_for,
    with_attributes,
)
from loaders.json_values import as_object, as_text, too_deep
from loaders.source_file import Member, SourceFile
from loaders.table_cells import Cell, TableRow
from loaders.table_rows import flat_values

_LISTS = ("nodes", "links", "edges")
_IDS = ("id", "key", "name", "label")
_INNER = ("attributes", "data")


@dataclass(slots=True)
class _Shape:
    """What one pass over the file tells: where its lists are, and which keys nodes and edges have."""

    lists: dict[str, str] = field(default_factory=dict[str, str])
    directed: bool | None = None
    ours: bool = False
    nodes: dict[str, None] = field(default_factory=dict[str, None])
    edges: dict[str, None] = field(default_factory=dict[str, None])
    ids: list[str] = field(default_factory=list[str])
    known: set[str] = field(default_factory=set[str])


class NodeLinkLoader:
    """An object with ``nodes`` and ``links`` or ``edges``. Memory: the ids of the nodes."""

    format_id = "node-link"
    title = "node-link JSON of NetworkX or D3"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the object's first keys are those of a graph."""
        head = source.head(member)
        return head.startswith(b"{") and any(
            (event == "start_array" and prefix.removeprefix("elements.") in _LISTS)
            # NetworkX says so first; what the graph says of itself may fill the head.
            or (prefix, event) == ("multigraph", "boolean")
            for prefix, event in _events(head)
        )

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Sources, nodes and edges of every file. Streams, several times over each file.

        Raises:
            LoadError: no whole JSON, or no list of nodes or edges in it.
        """
        mapping = mapping_for(self.options)
        scopes = scopes_for(source, mapping)
        for member in source.members:
            shape = _shape(source, member)
            if not shape.lists:
                raise LoadError("holds no list of nodes or edges.", path=member.shown)
            scope = scopes[member]
            load = graph_load("node-link", self.options, scope, literal=shape.ours)
            if shape.ours:
                for item in _sources(source, member):
                    if isinstance(item, Placed):
                        load.cited.add(item.record.id)
                    yield item
            yield from graph_items(_graph(source, member, shape), load, mapping)


def _events(head: bytes) -> Iterator[tuple[str, str]]:
    """Prefixes and events of the first bytes; ends where they break off."""
    try:
        for prefix, event, _ in ijson.parse(io.BytesIO(head)):
            yield str(prefix), str(event)
    except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError, OverflowError):
        return


def _shape(source: SourceFile, member: Member) -> _Shape:
    shape = _Shape()
    with source.open(member) as file:
        try:
            for prefix, event, value in ijson.parse(file):
                if event == "start_array" and prefix.removeprefix("elements.") in _LISTS:
                    name = prefix.removeprefix("elements.")
                    shape.lists.setdefault(NODES if name == NODES else EDGES, f"{prefix}.item")
                elif event == "boolean" and prefix in ("directed", "graph.directed"):
                    shape.directed = bool(value)
                elif prefix == "options.type" and event == "string":
                    shape.directed = value == "directed"
                elif prefix == "graph.ontology":
                    shape.ours = True
        except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError, OverflowError) as exc:
            raise LoadError(
                f"is no whole JSON ({(str(exc) or 'it breaks off').splitlines()[0][:120]}).",
                path=member.shown,
                hint="Fetch or write the file again.",
            ) from exc
    for _, value in _values(source, member, shape, NODES):
        values = _object(value)
        shape.nodes |= dict.fromkeys(name for name, _ in _cells(values))
        key = _node_id(value) or str(len(shape.ids))
        shape.ids.append(key)
        shape.known.add(key)
    for _, value in _values(source, member, shape, EDGES):
        shape.edges |= dict.fromkeys(name for name, _ in _edge_cells(_object(value)))
    return shape


def _graph(source: SourceFile, member: Member, shape: _Shape) -> GraphFile:
    def nodes() -> Iterator[TableRow | Problem]:
        for place, value in _values(source, member, shape, NODES):
            values = _object(value)
            if not values and as_text(value) is None:
                yield _odd(place, value)
                continue
            # Without any id an edge can only mean its position.
            key = _node_id(value) or str(place.line - 1)
            yield TableRow(place, with_attributes({"id": key}, _cells(values)))

    def edges() -> Iterator[TableRow | Problem]:
        for place, value in _values(source, member, shape, EDGES):
            if isinstance(value, list) and len(cast("list[Any]", value)) >= 2:
                value = {"source": value[0], "target": value[1]}
            values = _object(value)
            if not values:
                yield _odd(place, value)
                continue
            fixed: dict[str, Cell | None] = {
                "source": _end(values.get("source", values.get("from")), shape),
                "target": _end(values.get("target", values.get("to")), shape),
                "directed": _directed(values, shape),
                "id": as_text(values.get("id", values.get("key"))),
            }
            yield TableRow(place, with_attributes(fixed, _edge_cells(values)))

    return GraphFile(
        member.name, member.shown, list(shape.nodes), list(shape.edges), nodes, edges, shape.ours
    )


_EDGE_KEYS = ("source", "target", "from", "to", "id", "key", "directed", "undirected")


def _values(source: SourceFile, member: Member, shape: _Shape, name: str) -> Iterator[tuple[Place, Any]]:
    if name in shape.lists:
        for item in source.json_items(member, shape.lists[name]):
            if not isinstance(item, Problem):
                number, value = item
                yield Place(f"{member.shown}#{name}", number), _shallow(value)


def _shallow(value: Any) -> Any:
    return None if isinstance(value, dict | list) and too_deep(value) else value  # pyright: ignore[reportUnknownArgumentType]


def _object(value: Any) -> dict[str, Any]:
    """The keys of a node or edge, those of its ``attributes`` or ``data`` among them."""
    found = dict(as_object(value))
    for name in _INNER:
        if isinstance(found.get(name), dict):
            found = {**found.pop(name), **found}
    return found


def _cells(values: dict[str, Any]) -> list[tuple[str, Cell]]:
    return [(name, cell) for name, cell in flat_values(values.items()) if cell]


def _edge_cells(values: dict[str, Any]) -> list[tuple[str, Cell]]:
    return _cells({name: value for name, value in values.items() if name not in _EDGE_KEYS})


def _node_id(value: Any) -> str | None:
    values = _object(value)
    if not values:
        return as_text(value)
    return next((text for name in _IDS if (text := as_text(values.get(name))) is not None), None)


def _end(value: Any, shape: _Shape) -> str | None:
    if isinstance(value, dict):
        # D3 puts the node itself there once it has drawn the graph.
        return _node_id(value)
    text = as_text(value)
    if isinstance(value, int) and text not in shape.known and 0 <= value < len(shape.ids):
        return shape.ids[value]
    return text


def _directed(values: dict[str, Any], shape: _Shape) -> str:
    if isinstance(values.get("directed"), bool):
        return "true" if values["directed"] else "false"
    if values.get("undirected") is True or shape.directed is False:
        return "false"
    return "true"


def _odd(place: Place, value: Any) -> Problem:
    return Problem(place, "", str(value)[:200], "this is no node or edge.", "Each must be an object: {...}.")


def _sources(source: SourceFile, member: Member) -> Iterator[Item]:
    """The sources that Interlock writes beside the graph."""
    for item in source.json_items(member, "graph.sources.item"):
        if isinstance(item, Problem):
            continue
        number, value = item
        values = as_object(value)
        place = Place(f"{member.shown}#sources", number)
        names = ("id", "publisher", "title", "date", "url", "language")
        texts = {name: values.get(name) for name in names}
        fields = {name: text if isinstance(text, str) else None for name, text in texts.items()}
        record = Source(
            fields["id"] or "", fields["publisher"] or "", fields["title"] or "", fields["date"],
            fields["url"], fields["language"],
        )  # fmt: skip
        try:
            repr(record).encode()
            check(record)
        except (SchemaViolation, UnicodeEncodeError) as exc:
            yield Problem(place, "", str(fields["id"])[:200], f"the source cannot be read: {exc}", "")
        else:
            yield Placed(record, place)
