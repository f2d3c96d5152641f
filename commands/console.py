"""What commands print: data on standard output as table, CSV or JSON; all else on standard error."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.csv_text import sheet_text
from graph.store.base import NodeValue, PathValue, TieValue

MAX_CELL = 300
"""Characters of a cell in a table; CSV and JSON have them all."""
_PIPE_WIDTH = 10_000
# Control characters move a terminal's cursor, and direction marks reorder what stands around them.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile("[\t\n\u2028\u2029]+")
_HALF = re.compile("[\ud800-\udfff]")
_RAW_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


class Format(StrEnum):
    """How listings are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def clean(text: str) -> str:
    """``text`` as it may reach a terminal: one line, no control characters, no direction marks.

    >>> clean("a\\x1b[31mb\\u202ec\\nd")
    'a[31mbc d'
    """
    return _HALF.sub("\ufffd", _CONTROL.sub("", _SPACE.sub(" ", text)))


def show(form: Format, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """Print rows in the form asked for; ``title`` heads the table only."""
    if form is Format.table:
        _print_table(columns, [list(row) for row in rows], title)
    elif form is Format.csv:
        cells = ([_csv_cell(value) for value in row] for row in rows)
        text = sheet_text(columns, cells, line_end="\n")
        write(_HALF.sub("\ufffd", "\n".join(map(clean, text.split("\n"))) if _is_terminal() else text))
    else:
        show_json([dict(zip(columns, row, strict=True)) for row in rows])


def show_json(value: Any) -> None:
    """Print a value as JSON, indented, with every odd character escaped."""
    write(json_text(value, indent=2) + "\n")


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON that holds no raw control character or direction mark."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return _RAW_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(value: Any) -> Any:
    """A result value as lists, dicts, text and numbers."""
    if isinstance(value, NodeValue):
        return {"labels": list(value.labels), **plain(value.properties)}
    if isinstance(value, TieValue):
        ends = {"type": value.type, "from": value.from_id, "to": value.to_id}
        return {**ends, **plain(value.properties)}
    if isinstance(value, PathValue):
        return {"nodes": plain(value.nodes), "ties": plain(value.ties)}
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def heading(text: str) -> None:
    """A line above a table, for people."""
    _print(Text(clean(text), style="bold"))


def line(text: str) -> None:
    """A line of the answer, for people."""
    _print(Text(clean(text)))


def note(text: str) -> None:
    """A remark on standard error: what was cut, left out or done."""
    sys.stderr.write(f"{clean(text)}\n")


def write(text: str) -> None:
    """Raw text on standard output."""
    sys.stdout.write(text)


def cell(value: Any) -> str:
    """A value as the text of a table cell; a dash when it is not known."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, NodeValue):
        found = value.properties.get("name") or value.properties.get("title") or value.properties.get("id")
        return clean(str(found))
    if isinstance(value, TieValue):
        return clean(f"{value.from_id} {value.type} {value.to_id}")
    if isinstance(value, PathValue):
        return " – ".join(cell(node) for node in value.nodes)
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(item) for item in value)
    text = clean(json_text(value) if isinstance(value, Mapping) else str(value))
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def _csv_cell(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    return json_text(value)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _print_table(columns: Sequence[str], rows: list[list[Any]], title: str) -> None:
    table = Table(box=box.SIMPLE_HEAD if _is_terminal() else None, pad_edge=False, title_justify="left")
    if title:
        heading(title)
    for at, name in enumerate(columns):
        numbers = [row[at] for row in rows if row[at] is not None]
        right = bool(numbers) and all(isinstance(value, (int, float)) for value in numbers)
        table.add_column(Text(clean(name)), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    _print(table)


def _print(item: Any) -> None:
    if _is_terminal():
        # Sentences are left to the terminal to wrap, so that an address can be copied whole.
        Console(file=sys.stdout, highlight=False).print(item, soft_wrap=isinstance(item, Text))
        return
    # Into a pipe: one row a line, whatever its length, and no colour.
    out = io.StringIO()
    Console(file=out, width=_PIPE_WIDTH, no_color=True, highlight=False, force_terminal=False).print(item)
    write("\n".join(text.rstrip() for text in out.getvalue().splitlines()) + "\n")
