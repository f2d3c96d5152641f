"""Items of Wikidata in the forms that files have: a dump line by line, an array, an answer of the API."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import ijson

from graph.errors import LoadError
from graph.model import Place, Problem
from loaders.json_guard import JsonGuard
from loaders.source_file import Member, SourceFile

DUMP_LINE = re.compile(r'\{"type":"item","id":"(Q[1-9]\d{0,14})"', re.ASCII)
"""How a line of a dump begins."""
_ANSWER = re.compile(rb'\{\s*"(?:entities|success|warnings|batchcomplete|servedby)"')
_DUMP = re.compile(rb"\[[ \t]*\r?\n\s*\{[^\n]*(?:,[ \t]*\r?\n|\Z)")
_SPREAD_OUT = re.compile(rb"\{[ \t]*\r?\n")


def item_rows(
    source: SourceFile, member: Member, wanted: Callable[[str], bool]
) -> Iterator[tuple[Place, Any]]:
    """Rows with their places; the value is None for lines not wanted and a Problem for what is no JSON.

    Lines of a dump that are not wanted are not even read as JSON: most of Wikidata is about other things.

    Raises:
        LoadError: JSON that breaks off.
    """
    head = source.head(member)
    if _ANSWER.match(head):
        yield from _entities(source, member)
    elif (head.startswith(b"[") and not _DUMP.match(head)) or _SPREAD_OUT.match(head):
        for found in source.json_items(member, "item" if head.startswith(b"[") else ""):
            if isinstance(found, Problem):
                yield found.place, found
            else:
                yield Place(member.shown, found[0]), found[1]
    else:
        yield from _lines(source, member, wanted)


def _lines(source: SourceFile, member: Member, wanted: Callable[[str], bool]) -> Iterator[tuple[Place, Any]]:
    for number, line in source.text_lines(member):
        if line in ("[", "]"):
            continue
        place = Place(member.shown, number)
        if DUMP_LINE.match(line) and not wanted(line):
            yield place, None
            continue
        try:
            value = json.loads(line.rstrip(","))
        except (ValueError, RecursionError):
            reason = "the line is not JSON."
            yield place, Problem(place, "", line[:200], reason, "Every line must be one item.")
        else:
            yield place, value


def _entities(source: SourceFile, member: Member) -> Iterator[tuple[Place, Any]]:
    number = 0
    with source.open(member) as file:
        try:
            for number, (_, value) in enumerate(ijson.kvitems(JsonGuard(file), "entities"), start=1):
                yield Place(member.shown, number), value
        except (ijson.JSONError, UnicodeDecodeError, RecursionError, ValueError) as exc:
            raise LoadError(
                f"is no whole JSON after item {number:,}.", path=member.shown, hint="Fetch the file again."
            ) from exc
