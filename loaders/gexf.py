"""GEXF 1.1 to 1.3, of Gephi, NetworkX and of Interlock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.model import Item, Place
from loaders import ReadOptions
from loaders.graph_files import GraphFile, Lines, read_graphs, with_attributes
from loaders.graphml import is_xml_of
from loaders.json_values import as_text
from loaders.source_file import Member, SourceFile
from loaders.table_cells import Cell, TableRow
from loaders.xml_file import Element, children, local_name, xml_elements

_ROOT = re.compile(rb"<(?:\w+:)?gexf[\s>]")
_DATE = re.compile(r"\d{4}-\d\d(-\d\d.*)?", re.ASCII)
_YEAR = re.compile(r"([12]\d{3})(\.0+)?", re.ASCII)
_DIRECTIONS = ("directed", "undirected", "mutual")
_INFINITE = ("-infinity", "infinity", "inf", "-inf")


@dataclass(slots=True)
class _Declared:
    """Attributes that the file declares: class and id to title, type and default."""

    titles: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    types: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    defaults: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def add(self, attributes: Element) -> None:
        """An ``attributes`` element."""
        owner = str(attributes.get("class") or "node")
        for one in children(attributes, "attribute"):
            key = (owner, str(one.get("id") or ""))
            self.titles[key] = as_text(one.get("title")) or as_text(key[1]) or "?"
            self.types[key] = str(one.get("type") or "string").lower()
            for default in children(one, "default"):
                if (text := as_text("".join(default.itertext()))) is not None:
                    self.defaults[key] = text


class GexfLoader:
    """One graph a file. Of values that change over time the last counts; start and end of a node or edge
    are read where they are dates or years."""

    format_id = "gexf"
    title = "GEXF 1.1 to 1.3"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the first element is ``gexf``."""
        return is_xml_of(source.head(member), _ROOT)

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Nodes and edges of every file. Streams, three times over each file.

        Raises:
            LoadError: no XML, broken off, or with a document type.
        """
        return read_graphs(self.format_id, source, self.options, _graph)


def _graph(source: SourceFile, member: Member) -> GraphFile:
    declared = _Declared()
    found = {"node": dict[str, None](), "edge": dict[str, None]()}
    default = "undirected"
    dense, seen, last = False, 0, 0
    for _, element in xml_elements(source, member, ("attributes", "node", "edge")):
        if local_name(element) == "attributes":
            declared.add(element)
            continue
        default = _default_direction(element) or default
        for owner in ("node", "edge"):
            for inner in _nested(element, owner):
                found[owner] |= dict.fromkeys(name for name, _ in _attributes(declared, owner, inner))
                dense = dense or (inner.sourceline or 0) <= seen
                seen = inner.sourceline or 0
                last += owner == "node"
    literal = declared.titles.get(("edge", "edge.share_basis")) == "share_basis"
    first_edge = last if dense else 0

    def rows(owner: str) -> Iterator[TableRow]:
        lines = Lines()
        lines.last = first_edge if owner == "edge" else 0
        for _, element in xml_elements(source, member, ("node", "edge")):
            for inner in _nested(element, owner):
                place = Place(member.shown, lines.after(0 if dense else inner.sourceline or 0))
                fixed: dict[str, Cell | None] = {"id": as_text(inner.get("id"))}
                if owner == "edge":
                    fixed |= _ends(inner, default)
                yield TableRow(place, with_attributes(fixed, _attributes(declared, owner, inner)))

    return GraphFile(
        member.name, member.shown, list(found["node"]), list(found["edge"]),
        lambda: rows("node"), lambda: rows("edge"), literal,
    )  # fmt: skip


def _default_direction(element: Element) -> str | None:
    """The direction of edges that say none, from the ``graph`` element around this one."""
    parent = element.getparent()
    while parent is not None:
        if local_name(parent) == "graph":
            return parent.get("defaultedgetype") or "undirected"
        parent = parent.getparent()
    return None


def _ends(edge: Element, default: str) -> dict[str, Cell | None]:
    direction = default if _own_type(edge) else str(edge.get("type") or default).lower()
    return {
        "source": as_text(edge.get("source")),
        "target": as_text(edge.get("target")),
        # A mutual edge goes both ways: its ends have no order either.
        "directed": "false" if direction in ("undirected", "mutual") else "true",
    }


def _own_type(edge: Element) -> str | None:
    """What stands where the direction should: NetworkX writes the attribute ``type`` of an edge there."""
    text = as_text(edge.get("type"))
    return text if text and text.lower() not in _DIRECTIONS else None


def _nested(element: Element, name: str) -> Iterator[Element]:
    if local_name(element) == name:
        yield element
    if len(element):
        for inner in element.iter():
            if inner is not element and local_name(inner) == name:
                yield inner


def _attributes(declared: _Declared, owner: str, element: Element) -> list[tuple[str, Cell]]:
    found: dict[str, Cell] = {}
    given: set[str] = set()
    for one in children(element, "attvalues", "attvalue"):
        # 1.1 calls it "id" in places.
        key = str(one.get("for") or one.get("id") or "")
        given.add(key)
        text = one.get("value")
        if text is not None and text.strip():
            kind = declared.types.get((owner, key), "string")
            name = declared.titles.get((owner, key), key)
            found[name] = _list(text) if kind.startswith("list") else _safe(text)
    for (each, key), text in declared.defaults.items():
        if each == owner and key not in given:
            found.setdefault(declared.titles[each, key], text)
    for name in ("label", "weight", "kind"):
        if text := element.get(name):
            found.setdefault(name, _safe(text))
    if owner == "edge" and (text := _own_type(element)):
        found.setdefault("type", _safe(text))
    for name, value in _span(element).items():
        found.setdefault(name, value)
    return [(name, value) for name, value in found.items() if value and name]


def _safe(text: str) -> str:
    return text if "\x00" not in text else as_text(text) or ""


def _list(text: str) -> tuple[str, ...]:
    """A list of 1.1 (``a|b``) or 1.3 (``[a, b]``)."""
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    mark = "|" if "|" in bare else ","
    return tuple(part for item in bare.split(mark) if (part := item.strip().strip("\"'")))


def _span(element: Element) -> dict[str, str]:
    """Start and end, of the element or its spells, where they are dates or years."""
    spells = [element, *children(element, "spells", "spell")]
    found: dict[str, str] = {}
    for name, texts in (
        ("start", [one.get("start") or one.get("startopen") for one in spells]),
        ("end", [one.get("end") or one.get("endopen") for one in reversed(spells)]),
    ):
        text = next((text for text in texts if text and text.lower() not in _INFINITE), None)
        if text is None:
            continue
        year = _YEAR.fullmatch(text)
        if year or _DATE.fullmatch(text):
            found[name] = year[1] if year else text
        else:
            # A count of some sort; reported as unread.
            found[f"time {name}"] = text
    return found
