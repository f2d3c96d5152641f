"""``load``, ``check``, ``stats``, ``export``, ``clear``: what is in the store, how it gets in and out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from commands.console import Format, note, show, show_json
from commands.frame import FormatOption, StoreOption, opened, progress
from graph.errors import LoadError, SettingsError
from graph.importer import ImportReport, check_records, import_records, write_rejects
from graph.model import Placed, Problem
from graph.settings import BUNDLED_DATA
from loaders import FORMATS as LOAD_FORMATS
from loaders import read_path

_SHOWN_PROBLEMS = 20
_TOLD_PROBLEMS = 1_000

PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Folders, zip archives or files; none means the bundled data.",
        show_default=False,
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="FORMAT", help=f"Read as this format: {', '.join(LOAD_FORMATS)}.", show_default=False
    ),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects", metavar="FILE", help="Write all problems to this CSV file.", show_default=False
    ),
]


def load(
    ctx: typer.Context,
    paths: PathsArgument = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count; write nothing.")] = False,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing when the store holds data.")
    ] = False,
    format_id: AsOption = None,
    rejects: RejectsOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Load files into the store: all their rows, or none if any row is wrong.

    Loading the same file twice changes nothing; a row replaces the one with its id.

    \b
    interlock load                                 the bundled data
    interlock load my-folder/ --dry-run            check first
    interlock load new.zip --rejects wrong.csv     list what is wrong
    """
    records = _records(paths, format_id)
    with opened(ctx, create=True) as target, progress("Loading") as tell:
        if if_empty and target.counts().entities:
            note(f"The store {target.location} holds data already; nothing was loaded.")
            return
        report = import_records(target, records, dry_run=dry_run, progress=tell)
        place = target.location
    _refuse(report, rejects, "; nothing was written")
    _show_report(report, form)
    if dry_run:
        note(f"{report.read:,} rows are right; nothing was written (--dry-run).")
    else:
        note(f"{report.read:,} rows loaded into {place}.")


def check(
    paths: PathsArgument = None,
    format_id: AsOption = None,
    rejects: RejectsOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Check files without a store: every end and every source must be among them.

    \b
    interlock check
    interlock check my-folder/ --rejects wrong.csv
    """
    records = _records(paths, format_id)
    with progress("Checking"):
        report = check_records(records)
    _refuse(report, rejects)
    _show_report(report, form)
    note(f"{report.read:,} rows are right.")


def stats(ctx: typer.Context, store: StoreOption = None, form: FormatOption = Format.table) -> None:
    """Count entities by kind, ties by type and status, and sources.

    \b
    interlock stats
    interlock stats --format json
    """
    from graph.stats import stats as count

    with opened(ctx, empty_ok=True) as target:
        found = count(target)
    if form is Format.json:
        show_json(found)
        return
    rows = [("in all", name, number) for name, number in asdict(found.counts).items()]
    for group, numbers in (
        ("entities by kind", found.kinds),
        ("ties by type", found.types),
        ("ties by status", found.statuses),
    ):
        rows += [(group, name, number) for name, number in numbers.items()]
    show(form, ("group", "name", "number"), rows)
    note(f"{found.engine} in {found.location}; newest source {found.newest_source or 'unknown'}.")


def export(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Its ending tells the format: .zip .graphml .gexf .json .cypher .html"
        ),
    ],
    format_id: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="FORMAT", help="csv, graphml, gexf, json, cypher or html.", show_default=False
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write the whole store to a file, every status included; the drawing (.html) shows facts.

    \b
    interlock export interlock.zip         the three CSV files, loadable again
    interlock export interlock.gexf        for Gephi
    interlock export interlock.html        a drawing for the browser
    """
    from graph.exporter import export_store, format_for

    format_for(file, format_id)
    with opened(ctx) as target, progress("Writing"):
        chosen = export_store(target, file, format_id)
    note(f"{file} written: {chosen.title}.")


def clear(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreOption = None,
) -> None:
    """Remove every entity, tie and source from the store. There is no way back.

    \b
    interlock clear
    interlock clear --yes
    """
    with opened(ctx, empty_ok=True) as target:
        held = target.counts()
        question = f"Remove {held.entities:,} entities and {held.ties:,} ties from {target.location}?"
        if not yes and not _confirmed(question):
            note("Nothing was removed.")
            return
        target.clear()
        note(f"Removed {held.entities:,} entities, {held.ties:,} ties and {held.sources:,} sources.")


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        raise SettingsError("Nobody answered.", hint="Say --yes to remove without asking.") from None


def _records(paths: Sequence[Path] | None, format_id: str | None) -> Iterator[Placed | Problem]:
    # The formats are found out before the store is opened: a mistyped path must not make a store.
    return chain.from_iterable([read_path(path, format_id) for path in paths or [BUNDLED_DATA]])


def _refuse(report: ImportReport, rejects: Path | None, outcome: str = "") -> None:
    """Raise when rows were turned down, after listing them."""
    if rejects is not None:
        write_rejects(report.problems, rejects)
    if not report.problems:
        return
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        note(str(problem))
    more = len(report.problems) - _SHOWN_PROBLEMS
    if more > 0:
        note(f"... and {more:,} more.")
    hint = f"All are in {rejects}." if rejects else "Write all of them to a file with --rejects FILE."
    details = [asdict(problem) for problem in report.problems[:_TOLD_PROBLEMS]]
    raise LoadError(
        f"{report.rejected:,} of {report.read:,} rows cannot be loaded{outcome}.",
        hint=f"Correct them and try again. {hint}",
        details={"rejected": report.rejected, "read": report.read, "problems": details},
    )


def _show_report(report: ImportReport, form: Format) -> None:
    if form is Format.json:
        show_json(report)
        return
    groups = (("entities", report.entities), ("ties", report.ties), ("sources", report.sources))
    rows = [(name, made.new, made.changed, made.unchanged) for name, made in groups]
    show(form, ("records", "new", "changed", "unchanged"), rows)
