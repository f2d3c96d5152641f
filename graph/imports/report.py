"""What an import did, or would do, in numbers that add up, and the rows it turned down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.atomic import replacing
from graph.csv_text import REJECT_COLUMNS, ROW_PREFIX, sheet_text
from graph.model import Problem, Unread


@dataclass(frozen=True, slots=True)
class Change:
    """How many records of one sort a load adds, replaces and finds as they are."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Repeated rows by what their repeating means.

    Attributes:
        exact: the same row again; one is kept.
        superseded: an older statement whose place another took; left out.
        further: the same two ends and type with another date, round or amount: another deal or period, kept.
        other_source: the same tie from another source; kept as a row of its own.
    """

    exact: int = 0
    superseded: int = 0
    further: int = 0
    other_source: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """Something said of several rows: how many, and the first of them as an example."""

    reason: str
    rows: int
    field: str = ""
    example: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a load did, or would do.

    Attributes:
        read: rows; the sum of ``accepted``, ``rejected`` and ``skipped``.
        rejected: rows with a problem. In a strict import any of them turns the whole down; otherwise what
            else was read is written without them.
        problems: why, by file and line; a row may have several.
        entities, ties, sources: what accepted rows mean for the store; zero when the import is turned down.
        written: whether the store holds the records now.
        dry_run: whether writing was left out on purpose.
        skipped: rows that rightly make no record, with the reasons in ``skips``.
        skips, remarks: what was left aside, and what was noticed about rows that are loaded.
        stubs: entities made only because a tie names them.
        duplicates: repeated rows by their four meanings.
        unread: columns and files nobody read.
        currencies: how many ties state an amount in each, ISO 4217.
        import_id: id in the list of imports; None when nothing was written.
    """

    read: int
    accepted: int
    rejected: int
    problems: tuple[Problem, ...]
    entities: Change
    ties: Change
    sources: Change
    written: bool
    dry_run: bool
    skipped: int = 0
    skips: tuple[Counted, ...] = ()
    remarks: tuple[Counted, ...] = ()
    stubs: int = 0
    duplicates: Duplicates = field(default_factory=Duplicates)
    unread: tuple[Unread, ...] = ()
    currencies: Mapping[str, int] = field(default_factory=dict[str, int])
    import_id: str | None = None

    @property
    def reasons(self) -> tuple[Counted, ...]:
        """Problems by reason, the most frequent first. Values in quotation marks count as one reason."""
        found: dict[tuple[str, str], list[Problem]] = {}
        for problem in self.problems:
            found.setdefault((problem.field, _general(problem.reason)), []).append(problem)
        counted = [
            Counted(
                reason, len(group), name, group[0].value[:80], f"{group[0].place.path}:{group[0].place.line}"
            )
            for (name, reason), group in found.items()
        ]
        return tuple(sorted(counted, key=lambda each: (-each.rows, each.reason)))


def _general(reason: str) -> str:
    """A reason without the values it quotes and what was suggested, so that like reasons are one."""
    head = reason.partition(" Did you mean")[0]
    parts = head.split("'")
    return "…".join(parts[::2]) if len(parts) > 2 else head


def write_rejects(problems: Sequence[Problem], path: str | Path) -> None:
    """Write problems as a CSV table, safe for spreadsheets.

    The columns of :data:`REJECT_COLUMNS` come first, then the cells of the rows themselves under their own
    names with ``row:`` before them: such a table, mended, can be loaded like the files it came from
    (``loaders/rejected.py``).
    """
    cells = list(dict.fromkeys(name for problem in problems for name, _ in problem.place.row))
    rows: list[Sequence[object]] = []
    for p in problems:
        raw = dict(p.place.row)
        row = (
            p.place.path,
            p.place.line,
            p.field,
            p.value,
            p.reason,
            p.hint,
            *(raw.get(name) for name in cells),
        )
        rows.append(row)
    columns = (*REJECT_COLUMNS, *(f"{ROW_PREFIX}{name}" for name in cells))
    with replacing(path) as file:
        file.write(sheet_text(columns, rows).encode("utf-8", "replace"))
