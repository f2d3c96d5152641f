"""Rejected rows, mended by a person, read again: each row as part of the file that it came from.

``interlock load`` writes what it turns down to a table: where a row stood, what is wrong with it, and its own
cells under ``row:`` names, guarded against spreadsheets. Such a table is read as files of the old names that
hold those rows, without the guard, so that every format knows its own again.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from graph.csv_text import REJECT_COLUMNS, ROW_PREFIX, unguarded
from graph.errors import LoadError

_DELIMITERS = (",", ";", "\t")
"""What spreadsheets write between cells, by country."""
_OWN = len(REJECT_COLUMNS)
"""Where the cells of the rows themselves begin."""
_PACKED = re.compile(r"\.(gz|bz2|xz)\Z", re.IGNORECASE)


def rejected_parts(path: Path, encoding: str | None) -> list[str]:
    """Files that the rows of a table of rejected rows came from, in their order; empty for any other file.

    Cost: of another file its first bytes, of such a table all of it.

    Raises:
        LoadError: it is such a table, and cannot be read.
    """
    if path.suffix.lower() != ".csv":
        return []
    with path.open("rb") as file:
        head = file.read(400).decode(encoding or "utf-8-sig", "replace")
    if _delimiter(head) is None:
        return []
    parts = list(dict.fromkeys(row[0] for _, row in _rows(path, encoding)[1] if any(row[_OWN:])))
    if not parts:
        raise LoadError(
            "is a table of rejected rows that holds none of their cells.",
            path=str(path),
            hint="Mend the rows in the files that its first two columns name, and load those again.",
        )
    return parts


def part_name(part: str) -> str:
    """The name of the file that a part stands for: without folders, and ``.csv`` whatever it was packed in.

    >>> part_name("data/deals.tsv.gz"), part_name("export.zip/entities.csv")
    ('deals.csv', 'entities.csv')
    """
    name = _PACKED.sub("", re.split(r"[/\\]", part)[-1])
    return f"{name.rpartition('.')[0] or name}.csv"


def part_bytes(path: Path, encoding: str | None, part: str) -> bytes:
    """The rows of one part as a CSV file; each stands on the line on which it stands in the table."""
    header, rows = _rows(path, encoding)
    # A row with two faults stands there twice.
    first = {(*row[:2], *row[_OWN:]): (line, row) for line, row in reversed(rows)}
    mine = [(line, row) for line, row in sorted(first.values()) if row[0] == part and any(row[_OWN:])]
    several = len({row[0] for _, row in rows}) > 1
    # Tables of several files have the columns of all of them; a file is known by its own.
    kept = [at for at in range(_OWN, len(header)) if not several or any(row[at] for _, row in mine)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([unguarded(header[at].removeprefix(ROW_PREFIX)) for at in kept])
    written = 1
    for line, row in mine:
        cells = [unguarded(row[at]) for at in kept]
        out.write("\n" * (line - 1 - written))
        writer.writerow(cells)
        written = line + sum(cell.count("\n") for cell in cells)
    return out.getvalue().encode(encoding or "utf-8", "replace")


def _delimiter(head: str) -> str | None:
    return next((d for d in _DELIMITERS if head.startswith(d.join(REJECT_COLUMNS))), None)


def _rows(path: Path, encoding: str | None) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header, and rows as wide as it with the line each begins on."""
    try:
        text = path.read_bytes().decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as exc:
        raise LoadError(
            f"is not {exc.encoding}.", path=str(path), hint="Save it as “CSV UTF-8”, or name its --encoding."
        ) from exc
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text) or ",")
    rows: list[tuple[int, list[str]]] = []
    try:
        header = next(reader)
        line = reader.line_num + 1
        for row in reader:
            if row:
                rows.append((line, (row + [""] * len(header))[: len(header)]))
            line = reader.line_num + 1
    except csv.Error as exc:
        raise LoadError(f"is not valid CSV ({exc}).", path=str(path), line=reader.line_num) from exc
    return header, rows
