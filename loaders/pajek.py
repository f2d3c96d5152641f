"""Pajek networks (``.net``): vertices, arcs, edges, lists of them and matrices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graph.model import Item, Place, Problem, name_key
from loaders import ReadOptions
from loaders.graph_files import EDGES, NO_DIRECTION, NODES, Watched, graph_load, mapping_for, scopes_for
from loaders.mapping import Column, EntityRule, TableRule, TieRule
from loaders.source_file import Member, SourceFile
from loaders.table_cells import TableRow
from loaders.values import clean, made_id

_SECTION = re.compile(r"\*\s*(\w+)\s*(.*)\Z", re.DOTALL)
_VERTEX = re.compile(r'(\d{1,9})(?:\s+(?:"([^"]*)"?|(\S+)))?', re.ASCII)
_RELATION = re.compile(r':?\s*\d*\s*(?:"([^"]*)"?)?')
_LABEL = re.compile(r'\bl\s+(?:"([^"]*)"|(\S+))')
_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
_WEIGHT = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d{1,3})?", re.ASCII)


@dataclass(slots=True)
class _Names:
    """Number of a vertex to its id and name; those that have no line are called by their number."""

    scope: str
    found: dict[str, tuple[str, str]]

    def end(self, side: str, number: str) -> dict[str, str]:
        """Columns for the end of an arc."""
        if number in self.found:
            return {side: self.found[number][0]}
        return {side: made_id("name", self.scope, number), f"{side} name": number}


class PajekLoader:
    """One network a file. Numbers of vertices are positions, so that names make the ids, and a name that
    stands twice is told apart by its number. Memory: the names of the vertices."""

    format_id = "pajek"
    title = "Pajek .net"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the first line that is no comment begins with ``*Vertices`` or ``*Network``."""
        lines = re.split(rb"[\r\n]+", source.head(member)[:8192])
        first = next(
            (line.strip().lower() for line in lines if line.strip() and not line.startswith(b"%")), b""
        )
        return first.startswith((b"*vertices", b"*network"))

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Vertices, then arcs and edges. Streams, twice over each file.

        Raises:
            LoadError: no text, or in another encoding.
        """
        mapping = mapping_for(self.options)
        scopes = scopes_for(source, mapping)
        for member in source.members:
            scope = scopes[member]
            load = graph_load("pajek", self.options, scope, literal=False)
            names = _Names(scope, _names(source, member, scope))
            nodes = mapping.table_for(member.name, ("id", "name"), NODES) if mapping else None
            ties = mapping.table_for(member.name, _COLUMNS, EDGES) if mapping else None
            yield from load.read(nodes or _NODES, _vertices(source, member, names), name=member.name,
                                 shown=f"{member.shown}#{NODES}")  # fmt: skip
            lines = Watched(_lines(source, member, names), "directed", None if ties else re.compile("false"))
            yield from load.read(ties or _TIES, lines, name=member.name,
                                 shown=f"{member.shown}#{EDGES}")  # fmt: skip
            yield from lines.remark(NO_DIRECTION)


_COLUMNS = ("source", "target", "directed", "relation", "label", "weight", "source name", "target name")
_NODES = TableRule(entity=EntityRule(id=Column(column="id"), name=Column(column="name")))
_TIES = TableRule(
    ties=(
        TieRule(
            from_=EntityRule(id=Column(column="source"), name=Column(column="source name")),
            to=EntityRule(id=Column(column="target"), name=Column(column="target name")),
            type=Column(column="relation"),
            role=Column(column="label"),
            undirected=Column(column="directed", values={"false": "yes", "true": "no"}),
        ),
    ),
)


@dataclass(slots=True)
class _Section:
    """Where in the file we are: ``name`` in lower case, ``relation`` of its arcs."""

    name: str = ""
    relation: str = ""
    rows: int = 0


def _sections(source: SourceFile, member: Member) -> Iterator[tuple[int, str, _Section]]:
    """Lines with content below their section's head."""
    section = _Section()
    for number, line in source.text_lines(member):
        if line.startswith("%"):
            continue
        if found := _SECTION.match(line):
            relation = _RELATION.match(found[2])
            section = _Section(found[1].lower(), (relation[1] or "") if relation else "")
            continue
        section.rows += 1
        yield number, line, section


def _names(source: SourceFile, member: Member, scope: str) -> dict[str, tuple[str, str]]:
    """Number of a vertex to its id and name."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for _, line, section in _sections(source, member):
        vertex = _VERTEX.match(line) if section.name == "vertices" else None
        if vertex is None or (number := str(int(vertex[1]))) in found:
            continue
        name = clean(vertex[2] or vertex[3]) or number
        key = name_key(name) or name
        more = (number,) if key in taken else ()
        taken.add(key)
        found[number] = (made_id("name", scope, key, *more), name)
    return found


def _vertices(source: SourceFile, member: Member, names: _Names) -> Iterator[TableRow | Problem]:
    seen: set[str] = set()
    for number, line, section in _sections(source, member):
        if section.name != "vertices":
            continue
        place = Place(member.shown, number)
        found = _VERTEX.match(line)
        key = str(int(found[1])) if found else ""
        if not found or key in seen:
            reason = "the number of the vertex stands there twice." if found else "the line is no vertex."
            yield Problem(place, "", line[:200], reason, 'Write: 1 "Name".')
            continue
        seen.add(key)
        yield TableRow(place, dict(zip(("id", "name"), names.found[key], strict=True)))


def _lines(source: SourceFile, member: Member, names: _Names) -> Iterator[TableRow | Problem]:
    for number, line, section in _sections(source, member):
        place = Place(member.shown, number)
        if section.name in ("arcs", "edges"):
            yield _line(place, line, section, names)
        elif section.name in ("arcslist", "edgeslist"):
            yield from _listed(place, line, section, names)
        elif section.name == "matrix":
            yield from _matrix(place, line, section, names)


def _line(place: Place, line: str, section: _Section, names: _Names) -> TableRow | Problem:
    words = line.split(maxsplit=3)
    if len(words) < 2 or not all(_NUMBER.fullmatch(word) for word in words[:2]):
        return Problem(place, "", line[:200], "the line does not begin with two vertices.", "Write: 1 2 1.0")
    label = _LABEL.search(line)
    more = {"label": (label[1] or label[2] or "") if label else ""}
    if len(words) > 2 and words[2] != "1":
        more["weight"] = words[2]
    return _row(place, words[0], words[1], section, names, more)


def _listed(place: Place, line: str, section: _Section, names: _Names) -> Iterator[TableRow | Problem]:
    words = line.split()
    if len(words) < 2 or not all(_NUMBER.fullmatch(word) for word in words):
        yield Problem(place, "", line[:200], "the line is no list of vertices.", "Write: 1 2 3")
        return
    for word in words[1:]:
        if word == words[0] and len(words) > 2:
            continue
        yield _row(place, words[0], word, section, names, {})


def _matrix(place: Place, line: str, section: _Section, names: _Names) -> Iterator[TableRow | Problem]:
    words = line.split()
    if not all(_WEIGHT.fullmatch(word) for word in words):
        yield Problem(place, "", line[:200], "the line is no row of numbers.", "Write: 0 1 0")
        return
    for column, word in enumerate(words, start=1):
        if float(word) != 0 and column != section.rows:
            yield _row(place, str(section.rows), str(column), section, names, {})


def _row(
    place: Place, first: str, second: str, section: _Section, names: _Names, more: dict[str, str]
) -> TableRow:
    # A minus before a number means a line that was taken out or drawn in another way.
    ends = names.end("source", str(abs(int(first)))) | names.end("target", str(abs(int(second))))
    directed = "false" if section.name.startswith("edges") else "true"
    values = {
        **ends,
        "directed": directed,
        "relation": section.relation,
        **more,
    }
    return TableRow(place, {name: text for name, text in values.items() if text})
