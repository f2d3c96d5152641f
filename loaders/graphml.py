"""GraphML, of yEd, Gephi, igraph, NetworkX, Neo4j and of Interlock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.model import Item, Place, Skipped
from loaders import ReadOptions
from loaders.graph_files import GraphFile, Lines, read_graphs, with_attributes
from loaders.json_values import as_text
from loaders.source_file import Member, SourceFile
from loaders.table_cells import TableRow
from loaders.xml_file import Element, children, local_name, xml_elements

_ROOT = re.compile(rb"<(?:\w+:)?graphml[\s>]")
_BEFORE_ROOT = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", re.DOTALL)
_LABELS = ("NodeLabel", "EdgeLabel")
_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(slots=True)
class _Keys:
    """Attributes that the file declares: id to name and default, for nodes and for edges."""

    names: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    defaults: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    drawn: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def add(self, key: Element) -> None:
        """A ``key`` element."""
        owner, key_id = str(key.get("for") or "all"), str(key.get("id") or "")
        name = key.get("attr.name") or key.get("{*}attr.name")
        drawn = next((value for at, value in key.attrib.items() if str(at).endswith("yfiles.type")), None)
        for each in ("node", "edge") if owner == "all" else (owner,):
            if drawn is not None and name is None:
                self.drawn.add((each, key_id))
            else:
                self.names[each, key_id] = as_text(name) or as_text(key_id) or "?"
            for default in children(key, "default"):
                if (text := "".join(default.itertext())).strip():
                    self.defaults[each, key_id] = text

    def columns(self, owner: str) -> list[str]:
        """Names of the attributes of nodes or edges."""
        return list(dict.fromkeys(name for (each, _), name in self.names.items() if each == owner))


class GraphMLLoader:
    """One graph a file. Groups of yEd are nodes; hyperedges are left aside and said."""

    format_id = "graphml"
    title = "GraphML"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the first element is ``graphml``."""
        return is_xml_of(source.head(member), _ROOT)

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Nodes and edges of every file. Streams, three times over each file.

        Raises:
            LoadError: no XML, broken off, or with a document type.
        """
        return read_graphs(self.format_id, source, self.options, _graph)


def is_xml_of(head: bytes, root: re.Pattern[bytes]) -> bool:
    """Whether the first element of an XML file is this one."""
    return root.match(_BEFORE_ROOT.sub(b"", head[:8192]).lstrip()) is not None


def _graph(source: SourceFile, member: Member) -> GraphFile:
    keys = _Keys()
    found = {"node": dict[str, None](), "edge": dict[str, None]()}
    literal, dense, last, seen = False, False, Lines(), 0
    for line, element in xml_elements(source, member, ("key", "node", "edge")):
        name = local_name(element)
        if name == "key":
            keys.add(element)
            continue
        parent = element.getparent()
        literal = literal or (parent is not None and parent.get("id") == "interlock")
        for inner in _nested(element, "node"):
            found["node"] |= dict.fromkeys(name for name, _ in _attributes(keys, "node", inner))
            # Where several elements share a line, their numbers say more than the lines.
            dense = dense or inner.sourceline <= seen
            seen = inner.sourceline
            last.after(line)
        for inner in _nested(element, "edge"):
            found["edge"] |= dict.fromkeys(name for name, _ in _attributes(keys, "edge", inner))
    literal = literal and ("edge", "edge.type") in keys.names
    first_edge = last.last if dense else 0

    def nodes() -> Iterator[TableRow]:
        lines = Lines()
        for _, element in xml_elements(source, member, ("node", "edge")):
            for node in _nested(element, "node"):
                place = Place(member.shown, lines.after(0 if dense else node.sourceline or 0))
                values = {"id": as_text(node.get("id"))}
                yield TableRow(place, with_attributes(values, _attributes(keys, "node", node)))

    def edges() -> Iterator[TableRow | Skipped]:
        lines = Lines()
        lines.last = first_edge
        for _, element in xml_elements(source, member, ("node", "edge", "hyperedge")):
            for edge in _nested(element, "edge", "hyperedge"):
                place = Place(member.shown, lines.after(0 if dense else edge.sourceline or 0))
                if local_name(edge) == "hyperedge":
                    yield Skipped(place, "aside", "a hyperedge joins any number of nodes, a tie two")
                else:
                    yield TableRow(place, with_attributes(_ends(edge), _attributes(keys, "edge", edge)))

    return GraphFile(
        member.name, member.shown, list(found["node"]), list(found["edge"]), nodes, edges, literal
    )


def _ends(edge: Element) -> dict[str, str | None]:
    directed = edge.get("directed")
    if directed is None:
        graph = edge.getparent()
        directed = "false" if graph is not None and graph.get("edgedefault") == "undirected" else "true"
    ends = {name: as_text(edge.get(name)) for name in ("id", "source", "target")}
    return {**ends, "directed": "false" if str(directed).lower() in ("false", "0") else "true"}


def _nested(element: Element, *names: str) -> Iterator[Element]:
    """The element and those within it: yEd puts a group's graph inside its node."""
    if local_name(element) in names:
        yield element
    if len(element):
        for inner in element.iter():
            if inner is not element and local_name(inner) in names:
                yield inner


def _attributes(keys: _Keys, owner: str, element: Element) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    given: set[str] = set()
    for data in children(element, "data"):
        key = str(data.get("key") or "")
        given.add(key)
        if (owner, key) in keys.drawn:
            if label := _drawn_label(data):
                found.setdefault("label", label)
        else:
            text = "".join(data.itertext())
            if text.strip():
                found[keys.names.get((owner, key), key)] = text
    for (each, key), text in keys.defaults.items():
        if each == owner and key not in given and (each, key) in keys.names:
            found.setdefault(keys.names[each, key], text)
    # Neo4j writes labels and types as attributes of the elements themselves as well.
    for name in ("labels", "label"):
        if text := element.get(name):
            found.setdefault(name, text)
    return [(name, safe) for name, text in found.items() if (safe := _safe(text)) is not None]


def _safe(text: str) -> str | None:
    return text if text.strip() and "\x00" not in text else as_text(text)


def _drawn_label(data: Element) -> str | None:
    """The text that yEd draws on a node or edge; of several the first that is not empty."""
    for inner in data.iter():
        if local_name(inner) in _LABELS:
            text = (inner.text or "").strip()
            if text.startswith("<html>"):
                text = _MARKUP.sub(" ", text)
            if text := " ".join(text.split()):
                return text
    return None
