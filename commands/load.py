"""``load`` and ``check``: other people's files into the store, or only looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.console import Format, note, show, show_json
from commands.frame import FormatOption, StoreOption, Tell, opened, progress
from graph.errors import LoadError, SettingsError
from graph.importer import (
    ImportReport,
    Origin,
    check_records,
    import_records,
    import_to_files,
    write_rejects,
)
from graph.model import Item
from graph.moves.digest import Digest
from graph.settings import BUNDLED_DATA
from graph.wording import counted
from loaders import FORMATS as LOAD_FORMATS
from loaders import Plan, ReadOptions, plan

_SHOWN_PROBLEMS = 20
_TOLD_PROBLEMS = 1_000
_SHOWN_REASONS = 12
_TELL_EVERY = 500
REJECTS_NAME = "interlock-rejected"

PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Folders, zip or tar archives, or files (also .gz, .bz2, .xz); none means the bundled data.",
        show_default=False,
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="FORMAT",
        help=f"Read as this format instead of looking: {', '.join(LOAD_FORMATS)}.",
        show_default=False,
    ),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help=f"Write rejected rows to this CSV file; default {REJECTS_NAME}.csv, only if there are any.",
        show_default=False,
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="FILE", help="What the columns of a table mean; see --guess-mapping.",
        show_default=False,
    ),
]  # fmt: skip
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="Of text files, such as cp1252.",
                 show_default=False),
]  # fmt: skip
PublisherOption = Annotated[
    str | None,
    typer.Option("--publisher", metavar="TEXT", help="Who published the files, for the ties' source.",
                 show_default=False),
]  # fmt: skip
SourceDateOption = Annotated[
    str | None,
    typer.Option("--source-date", metavar="DATE", help="Date of that source.", show_default=False),
]
SourceUrlOption = Annotated[
    str | None,
    typer.Option("--source-url", metavar="URL", help="Address of that source.", show_default=False),
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="Load nothing if any row is wrong, and nothing twice under one id."),
]


def load(
    ctx: typer.Context,
    paths: PathsArgument = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, check and count; write nothing.")] = False,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing when the store holds data.")
    ] = False,
    format_id: AsOption = None,
    mapping: MappingOption = None,
    guess_mapping: Annotated[
        Path | None,
        typer.Option(
            "--guess-mapping",
            metavar="FILE",
            help="Guess what the columns of a table mean, write that to this file, load nothing.",
            show_default=False,
        ),
    ] = None,
    encoding: EncodingOption = None,
    publisher: PublisherOption = None,
    source_date: SourceDateOption = None,
    source_url: SourceUrlOption = None,
    strict: StrictOption = False,
    rejects: RejectsOption = None,
    bulk: Annotated[
        Path | None,
        typer.Option(
            "--bulk",
            metavar="FOLDER",
            help="Load nothing; write the files into this new folder for neo4j-admin database import.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --bulk: write anew a folder that it made before.")
    ] = False,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Load files into the store, in one step: all of it or, when something fails, nothing.

    Of a register's export the rows that cannot be read are left out and written to a file, to be mended and
    loaded again; Interlock's own CSV files are loaded only if every row is right. Loading the same file
    twice changes nothing. Take an import back with: interlock imports undo ID

    \b
    interlock load                                   the bundled data
    interlock load companies.csv investments.csv     tables that belong together
    interlock load lei.xml.gz --dry-run              look first
    interlock load mine.xlsx --guess-mapping m.yaml  then look at m.yaml, and load with --mapping m.yaml
    interlock load lei.xml.gz --bulk lei-neo4j       for a Neo4j too large to load over the network
    """
    if guess_mapping is not None:
        _guess(paths, guess_mapping, encoding)
        return
    options = ReadOptions(mapping, encoding, publisher, source_date, source_url)
    planned = _planned(paths, format_id, options)
    exact = strict or planned.strict
    if bulk is not None:
        if if_empty:
            raise SettingsError(
                "--if-empty is about a store, and --bulk writes into none.", hint="Leave one of them out."
            )
        _to_files(planned, bulk, exact, replace, dry_run, rejects, form)
        return
    if replace:
        raise SettingsError("--replace goes with --bulk.", hint="Empty a store with: interlock clear")
    with opened(ctx, create=True) as target, progress("Reading", "Writing") as tell:
        if if_empty and target.counts().entities:
            note(f"The store {target.location} holds data already; nothing was loaded.")
            return
        started = time.perf_counter()
        report = import_records(
            target, metered(planned, tell), strict=exact, origin=origin_of(planned), dry_run=dry_run,
            progress=tell.second,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        place = target.location
    _tell_rejects(report, rejects, exact, "; nothing was written")
    _show_report(report, form)
    if dry_run:
        note(f"{counted(report.accepted, 'row')} can be loaded; nothing was written (--dry-run).")
    elif report.import_id is None:
        note(f"Everything was in {place} already; nothing had to be written.")
    else:
        note(
            f"{counted(report.accepted, 'row')} loaded into {place} in {seconds:.1f} s; "
            f"take it back with: interlock imports undo {report.import_id}"
        )


def _to_files(
    planned: Plan,
    folder: Path,
    strict: bool,
    replace: bool,
    dry_run: bool,
    rejects: Path | None,
    form: Format,
) -> None:
    started = time.perf_counter()
    with progress("Reading", "Writing") as tell:
        report, digest = import_to_files(
            folder, metered(planned, tell), strict=strict, origin=origin_of(planned), replace=replace,
            dry_run=dry_run, progress=tell.second,
        )  # fmt: skip
    seconds = time.perf_counter() - started
    _tell_rejects(report, rejects, strict, "; nothing was written")
    _show_report(report, form)
    if digest is None:
        note(f"{counted(report.accepted, 'row')} can be loaded; nothing was written (--dry-run).")
        return
    note(f"{counted(report.accepted, 'row')} written to {folder} in {seconds:.1f} s.")
    tell_bulk(folder, digest)


def tell_bulk(folder: Path, digest: Digest) -> None:
    """Say what to do with files for Neo4j's importer."""
    note(f"Next, on the server's machine: sh {folder}/import.sh, see {folder}/README.txt")
    note(f"The imported graph has the content digest {digest.content[:16]}.")


def check(
    paths: PathsArgument = None,
    format_id: AsOption = None,
    mapping: MappingOption = None,
    encoding: EncodingOption = None,
    strict: StrictOption = False,
    rejects: RejectsOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Check files without a store: every end and every source must be among them.

    \b
    interlock check
    interlock check my-folder/ --rejects wrong.csv
    """
    planned = _planned(paths, format_id, ReadOptions(mapping, encoding))
    exact = strict or planned.strict
    with progress("Checking") as tell:
        report = check_records(metered(planned, tell), strict=exact)
    _tell_rejects(report, rejects, exact)
    _show_report(report, form)
    note(f"{counted(report.accepted, 'row')} can be loaded.")


def origin_of(planned: Plan) -> Origin:
    """What the list of imports is to call it."""
    files = [str(path) for reading in planned.readings for path in reading.source.paths]
    return Origin(tuple(dict.fromkeys(files)), planned.formats)


def metered(planned: Plan, tell: Tell) -> Iterator[Item]:
    """What the loaders read, telling how much of the files is behind it."""
    for number, item in enumerate(planned.items()):
        if number % _TELL_EVERY == 0:
            tell(min(planned.meter.read, planned.meter.total), planned.meter.total)
        yield item


def _planned(paths: Sequence[Path] | None, format_id: str | None, options: ReadOptions) -> Plan:
    # The formats are found out before the store is opened: a mistyped path must not make a store.
    return plan(list(paths or [BUNDLED_DATA]), format_id, options)


def _guess(paths: Sequence[Path] | None, target: Path, encoding: str | None) -> None:
    from loaders.mapping import guess_mapping, write_mapping
    from loaders.source_file import SourceFile

    if not paths:
        raise LoadError(
            "No file was named.", hint="Say which table: interlock load FILE --guess-mapping m.yaml"
        )
    write_mapping(guess_mapping(SourceFile(*paths, encoding=encoding)), target)
    files = " ".join(str(path) for path in paths)
    note(f"{target} written. Look at it, then: interlock load {files} --mapping {target} --dry-run")


def _tell_rejects(report: ImportReport, rejects: Path | None, strict: bool, outcome: str = "") -> None:
    """Write rejected rows to a file and list the first; raise when they turn the whole down."""
    if not report.problems:
        return
    file = rejects or free_name()
    write_rejects(report.problems, file)
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        note(str(problem))
    more = len(report.problems) - _SHOWN_PROBLEMS
    if more > 0:
        note(f"... and {more:,} more.")
    what = f"{report.rejected:,} of {report.read:,} rows cannot be loaded"
    if not strict:
        note(f"{what}; they are in {file}. Mend them and load them again.")
        return
    details = [asdict(problem) for problem in report.problems[:_TOLD_PROBLEMS]]
    raise LoadError(
        f"{what}{outcome}.",
        hint=f"Correct them and try again. All are in {file}.",
        details={"rejected": report.rejected, "read": report.read, "problems": details},
    )


def free_name() -> Path:
    """A name for a file of rejected rows that is not taken."""
    found, number = Path(f"{REJECTS_NAME}.csv"), 1
    while found.exists():
        number += 1
        found = Path(f"{REJECTS_NAME}-{number}.csv")
    return found


def _show_report(report: ImportReport, form: Format) -> None:
    if form is Format.json:
        show_json({**asdict(report), "problems": [asdict(each) for each in report.problems[:_TOLD_PROBLEMS]]})
        return
    groups = (("entities", report.entities), ("ties", report.ties), ("sources", report.sources))
    rows = [(name, made.new, made.changed, made.unchanged) for name, made in groups]
    show(form, ("records", "new", "changed", "unchanged"), rows)
    for text in report_lines(report):
        note(text)


def report_lines(report: ImportReport) -> list[str]:
    """Everything but the table of records, as sentences; what did not occur is left out."""
    lines = [
        f"Rows read {report.read:,}: accepted {report.accepted:,}, rejected {report.rejected:,}, "
        f"left aside {report.skipped:,}."
    ]
    lines += [f"Rejected, {each.rows:,}: {_field(each.field)}{each.reason}" for each in report.reasons]
    lines += [f"Left aside, {each.rows:,} ({each.field}): {each.reason}." for each in report.skips]
    lines += [
        f"Noticed, {each.rows:,}: {_field(each.field)}{each.reason} (such as {each.example!r}, {each.place})."
        for each in report.remarks
    ]
    if len(lines) > _SHOWN_REASONS:
        lines = [
            *lines[:_SHOWN_REASONS],
            f"... and {len(lines) - _SHOWN_REASONS:,} more reasons (--format json).",
        ]
    if report.stubs:
        lines.append(f"Stubs, {report.stubs:,}: entities that only ties name.")
    found: dict[str, Any] = asdict(report.duplicates)
    said = {
        "exact": "the same row again", "superseded": "superseded", "further": "a further round or period",
        "other_source": "another source",
    }  # fmt: skip
    repeated = [f"{said[name]} {number:,}" for name, number in found.items() if number]
    if repeated:
        lines.append(f"Repeated: {', '.join(repeated)}.")
    if report.currencies:
        lines.append("Amounts: " + ", ".join(f"{code} {n:,}" for code, n in report.currencies.items()) + ".")
    for unread in report.unread:
        what = f"columns {', '.join(unread.names)}" if unread.names else "the file"
        lines.append(f"Not read: {what} of {unread.path}." if unread.names else f"Not read: {unread.path}.")
    return lines


def _field(name: str) -> str:
    return f"{name}: " if name else ""
