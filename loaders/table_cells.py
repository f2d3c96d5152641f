"""Cells of one row, by the columns of a mapping: constants, translated words, lists, spreadsheet errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.model import Place
from graph.ontology import ontology
from loaders.mapping import Column
from loaders.values import RowReader, clean

Cell = str | tuple[str, ...]
"""Text, or a list where the format has lists."""

_ERRORS = frozenset({"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
_TOO_NARROW = re.compile("#{3,}")
_DATE_LIKE = re.compile(
    r"\d{4}-\d\d?-\d\d?(?:[T ].*)?|\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{1,2}-[A-Za-z]{3}(?:-\d{2,4})?"
    r"|[A-Za-z]{3}-\d{2,4}",
    re.ASCII,
)
_LITERAL_LIST = "; "
_RAW_MAX = 500


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table or one node or edge of a graph; columns without a value may be missing."""

    place: Place
    values: Mapping[str, Cell]

    def raw(self) -> Place:
        """The place with the row as text, for a problem."""
        row = tuple((name, cell_text(value)[:_RAW_MAX]) for name, value in self.values.items())
        return Place(self.place.path, self.place.line, row)


class Cells:
    """Reads the cells of a row.

    Args:
        row: the row.
        reader: takes the remarks.
        literal: whether the text is taken as it stands, as in files that Interlock wrote: there
            ``n/a`` is a name.
    """

    def __init__(self, row: TableRow, reader: RowReader, *, literal: bool = False) -> None:
        self.row, self.reader, self.literal = row, reader, literal

    def cell(self, column: Column | None) -> Cell | None:
        """What the column means in this row; None for nothing."""
        if column is None:
            return None
        if column.value is not None or column.column is None:
            return column.value
        raw = self.row.values.get(column.column)
        if isinstance(raw, tuple):
            return raw or None
        if column.values or column.otherwise:
            return _meaning(column, raw or "")
        if raw is None or self.literal:
            return raw if raw is not None and raw.strip() else None
        text = clean(raw)
        if text is not None and text[0] == "#" and (text in _ERRORS or _TOO_NARROW.fullmatch(text)):
            reason = "a spreadsheet's error stands in the cell; it is left out"
            self.reader.remark(column.column, text, reason)
            return None
        return text

    def text(self, column: Column | None) -> str | None:
        """The cell as text; lists are joined."""
        if column is None:
            return None
        found = self.cell(column)
        return cell_text(found) if isinstance(found, tuple) else found

    def items(self, column: Column | None) -> tuple[str, ...]:
        """The cell as a list, each item once."""
        if column is None:
            return ()
        found = self.cell(column)
        if found is None:
            return ()
        if isinstance(found, str):
            found = found.split(column.split or (_LITERAL_LIST if self.literal else ";"))
        if self.literal:
            return tuple(item for item in found if item.strip())
        return tuple(dict.fromkeys(item for part in found if (item := clean(part))))

    def number(self, column: Column | None) -> str | None:
        """Text that should be a number; a date there is remarked on."""
        if column is None:
            return None
        found = self.text(column)
        if found is not None and _DATE_LIKE.fullmatch(found):
            reason = "a date stands where a number should; it is left out"
            self.reader.remark(column.column or "", found, reason)
            return None
        return found

    def yes(self, column: Column | None) -> bool:
        """Whether the cell says yes."""
        return (self.text(column) or "").strip().lower() in ("yes", "true", "y", "1", "x", "ja", "wahr")


def cell_text(cell: Cell) -> str:
    """A cell as text."""
    return cell if isinstance(cell, str) else "; ".join(cell)


def folded(text: str) -> str:
    """Text for comparing words: lower case, one blank between its letters and digits.

    >>> folded(" Invested_in ")
    'invested in'
    """
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def kind_of(cell: Cell | None) -> tuple[str | None, tuple[str, ...]]:
    """The kind that a word or one of several labels stands for, and the labels that stand for none.

    >>> kind_of("Company;ST"), kind_of(":Person"), kind_of("Movie")
    (('company', ('st',)), ('person', ()), (None, ('movie',)))
    """
    if cell is None:
        return None, ()
    known = _kinds()
    if isinstance(cell, str):
        cell = (cell,) if folded(cell) in known else tuple(re.split("[;:|]", cell))
    parts = [part.strip() for part in cell if part.strip()]
    kinds = [known[folded(part)] for part in parts if folded(part) in known]
    others = (slug(part) for part in parts if folded(part) not in known and folded(part) not in _NO_LABEL)
    # Of Organization;Company the one that says more.
    kind = next((one for one in kinds if one not in _GENERAL), kinds[0] if kinds else None)
    return kind, tuple(dict.fromkeys(filter(None, others)))


def type_of(text: str) -> str | None:
    """The tie type that a word is the id or title of.

    >>> type_of("invested in"), type_of("OWNS"), type_of("KNOWS")
    ('INVESTED_IN', 'OWNS', None)
    """
    return _types().get(folded(text))


def slug(text: str) -> str:
    """A label as a short slug.

    >>> slug("Venture Capital")
    'venture-capital'
    """
    return folded(text).replace(" ", "-")


_GENERAL = frozenset({"organization", "party"})
_NO_LABEL = frozenset({"", "entity", "node", "entities", "nodes"})
_KINDS: dict[str, str] = {}
_TYPES: dict[str, str] = {}


def _kinds() -> dict[str, str]:
    if not _KINDS:
        for kind in ontology().kinds.values():
            _KINDS.update((folded(word), kind.id) for word in (kind.id, kind.label, kind.title, kind.plural))
    return _KINDS


def _types() -> dict[str, str]:
    if not _TYPES:
        for tie_type in ontology().types.values():
            _TYPES.update((folded(word), tie_type.id) for word in (tie_type.id, tie_type.title))
    return _TYPES


def _meaning(column: Column, raw: str) -> str | None:
    wanted = raw.strip().casefold()
    found = next((value for key, value in column.values.items() if key.strip().casefold() == wanted), None)
    if found is not None:
        return found or None
    if not wanted:
        return None
    return column.otherwise or raw.strip()


def columns_seen(rows: Sequence[TableRow]) -> list[str]:
    """Names of the columns of these rows, in the order they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row.values))
