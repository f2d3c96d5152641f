"""XML of any size, element by element, without entities, document types or a network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from graph.errors import LoadError
from loaders.source_file import Member, SourceFile

Element = Any
"""An ``lxml`` element."""


def xml_elements(source: SourceFile, member: Member, names: Collection[str]) -> Iterator[tuple[int, Element]]:
    """Elements with one of these local names, whole, with their line numbers. Streams.

    An element is emptied when the next one is asked for, so that memory stays bounded whatever the file's
    size. Elements inside one that is yielded are not yielded again. Blanks before the declaration are
    passed over, namespaces are left to the caller (:func:`child_text` ignores them).

    Raises:
        LoadError: no XML, broken off, or with a document type: entities could reach files and fill memory.
    """
    with source.open(member) as file:
        yield from elements_of(xml_chunks(file), member.shown, names)


def elements_of(chunks: Iterable[bytes], shown: str, names: Collection[str]) -> Iterator[tuple[int, Element]]:
    """Like :func:`xml_elements`, of XML that comes in pieces: as part of another file, say.

    Args:
        chunks: the XML, from its declaration or first tag on.
        shown: path to name in errors.
        names: local names of the elements wanted.

    Raises:
        LoadError: see :func:`xml_elements`; its line counts from the first of the chunks.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    depth = 0
    started = False
    # Whether a tag is wanted, remembered by tag: files repeat few tags millions of times.
    known: dict[Any, bool] = {}
    try:
        for chunk in chunks:
            if not started and b"<!DOCTYPE" in chunk:
                raise _doctype(shown)
            parser.feed(chunk)
            started = True
            for event, element in parser.read_events():
                wanted = known.get(element.tag)
                if wanted is None:
                    wanted = known[element.tag] = local_name(element) in names
                if event == "start":
                    if element.getparent() is None and element.getroottree().docinfo.doctype:
                        raise _doctype(shown)
                    if wanted or depth:
                        depth += 1
                    continue
                if depth:
                    depth -= 1
                    if depth == 0:
                        yield int(element.sourceline or 0), element
                if not depth:
                    _forget(element)
        if started:
            parser.close()
    except etree.XMLSyntaxError as exc:
        raise LoadError(
            f"is not XML: {exc.msg}.",
            path=shown,
            line=exc.lineno,
            hint="Fetch the file again; a page of a web site (HTML) is no XML.",
        ) from exc


def local_name(element: Element) -> str:
    """The tag without its namespace; empty for comments and instructions."""
    return _local(element.tag)


@lru_cache(maxsize=4096)
def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element, *path: str) -> list[Element]:
    """Descendants by local names, one a level."""
    found = [element]
    for name in path:
        found = [child for parent in found for child in parent if local_name(child) == name]
    return found


def child_text(element: Element, *path: str) -> str | None:
    """Text of the first descendant by local names; None when it is missing or blank.

    >>> from lxml import etree
    >>> child_text(etree.fromstring('<a xmlns="urn:x"><b><c> d </c></b></a>'), "b", "c")
    'd'
    """
    for found in children(element, *path):
        text = "".join(found.itertext()).strip()
        if text:
            return text
    return None


def xml_chunks(file: Any) -> Iterator[bytes]:
    """The bytes of a file from its first tag on: without a byte order mark and leading blanks."""
    first = b""
    while True:
        chunk = file.read(1 << 16)
        if not chunk:
            break
        first = (first + chunk).removeprefix(b"\xef\xbb\xbf").lstrip()
        if first:
            yield first
            break
    while chunk := file.read(1 << 16):
        yield chunk


def _forget(element: Element) -> None:
    # The element and what stands before it: otherwise the root keeps everything that was ever read.
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _doctype(shown: str) -> LoadError:
    return LoadError(
        "has a document type, which may hide entities that read other files.",
        path=shown,
        hint="Remove the <!DOCTYPE ...> line, if you trust the file.",
    )
