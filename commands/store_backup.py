"""``store backup``, ``restore``, ``verify``: a store in one file, back again, and whether it is whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.console import Format, note, show, show_json
from commands.data import confirmed
from commands.frame import FormatOption, StoreOption, opened, progress
from graph.errors import LoadError, SchemaViolation
from graph.moves.checks import Verdict
from graph.moves.digest import Digest

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, a zip archive.")]


def backup(ctx: typer.Context, file: FileArgument, store: StoreOption = None) -> None:
    """Write all of the store to one file: records, sources, the list of imports, merges and their way back.

    The file is read back and checked before it gets its name; until then a file of that name stays as it is.

    \b
    interlock store backup monday.zip
    interlock --store neo4j://localhost:7687 store backup monday.zip
    """
    from graph.moves.backup import write_backup

    with opened(ctx, empty_ok=True) as target, progress("Writing", "Checking") as tell:
        manifest, verdict = write_backup(target, file, progress=tell, checking=tell.second)
    note(f"{file} written and read back: {_sizes(manifest.digest)}, digest {manifest.digest.whole[:16]}.")
    if verdict.number:
        note(
            f"{verdict.number:,} faults, which are in the store too. See them with: "
            f"interlock store verify {file}"
        )


def restore(
    ctx: typer.Context,
    file: FileArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before replacing what it holds.")] = False,
    with_faults: Annotated[
        bool, typer.Option("--with-faults", help="Also when records break a rule of the ontology.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Make the store hold what a backup holds, in one step; what it held before is gone then.

    The file is checked from end to end first. When anything fails, the store stays as it was.

    \b
    interlock store restore monday.zip
    interlock --store neo4j://localhost:7687 store restore monday.zip
    """
    from graph.moves.restore import check_backup, restore_backup

    with progress("Reading") as tell:
        manifest, _ = check_backup(
            file, progress=tell
        )  # before the store is opened: it must not be made in vain
    with opened(ctx, create=True) as target:
        held = target.counts()
        question = (
            f"Replace {held.entities:,} entities and {held.ties:,} ties in {target.location} by the "
            f"{manifest.digest.entities:,} and {manifest.digest.ties:,} of {file}, made {manifest.made[:19]}?"
        )
        if held.entities and not yes and not confirmed(question):
            note("Nothing was changed.")
            return
        with progress("Writing", "Checking") as tell:
            restore_backup(
                target, file, with_faults=with_faults, progress=tell, checking=tell.second
            )  # fmt: skip
        place = target.location
    note(f"{place} holds what {file} does: {_sizes(manifest.digest)}, digest {manifest.digest.whole[:16]}.")


def verify(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A backup; none means the store.", show_default=False),
    ] = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Check a store or a backup: ends of ties, sources, dates, every rule; print its digest.

    Two stores with the same content digest say the same; with the same whole digest they also remember the
    same imports and merges. The exit code is 2 when there are faults.

    \b
    interlock store verify
    interlock store verify monday.zip
    """
    from graph.moves.checks import check_store
    from graph.moves.restore import check_backup

    with progress("Checking") as tell:
        if file is not None:
            verdict, place = check_backup(file, progress=tell)[1], str(file)
        else:
            with opened(ctx, empty_ok=True) as target:
                verdict, place = check_store(target, tell), target.location
    _show(verdict, form)
    if verdict.number:
        error = LoadError if file is not None else SchemaViolation
        raise error(f"{place}: {verdict.number:,} faults.", hint=_next_step(verdict, file))
    note(f"{place} is whole: {_sizes(verdict.digest)}.")


def _show(verdict: Verdict, form: Format) -> None:
    if form is Format.json:
        show_json(asdict(verdict))
        return
    rows = [("digest", name, "", value) for name, value in asdict(verdict.digest).items()]
    rows += [(fault.sort, fault.id, fault.field, fault.reason) for fault in verdict.faults]
    show(form, ("what", "id", "field", "found"), rows)


def _next_step(verdict: Verdict, file: Path | None) -> str:
    if file is not None:
        return "Mend the store it was made of and make a new one, or restore it with --with-faults."
    return "Correct the records by loading them again, or go back to a backup: interlock store restore FILE"


def _sizes(digest: Digest) -> str:
    return (
        f"{digest.entities:,} entities, {digest.ties:,} ties, {digest.sources:,} sources, "
        f"{digest.log:,} of the log"
    )
