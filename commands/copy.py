"""``copy``: one store into another, checked, and gone on with where it was interrupted."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from commands.console import note
from commands.frame import progress
from graph.errors import SettingsError
from graph.settings import is_server
from graph.store import open_store
from graph.wording import counted

_PLACE = "folder of an embedded store, or neo4j://HOST:7687"


def copy(
    source: Annotated[
        str, typer.Option("--from", metavar="PLACE", help=f"What to copy: {_PLACE}.", show_default=False)
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="PLACE", help=f"Where to: {_PLACE}.", show_default=False)
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Remove what the target holds first.")] = False,
) -> None:
    """Copy a store into another: entities, ties, sources, the list of imports, merges and their way back.

    At the end both are compared, record by record, by one digest. A folder is written in one step: all of it,
    or it stays as it was. A Neo4j server is written in steps; until the copy is whole every command says so,
    and the same command again goes on where it stopped.

    \b
    interlock copy --from .interlock/store --to neo4j://localhost:7687
    interlock copy --from neo4j://localhost:7687 --to back
    """
    from graph.moves.copy import copy_store

    if _same(source, target):
        raise SettingsError(f"{source} is both source and target.", hint="Name two different places.")
    with (
        open_store(source, create=False) as first,
        open_store(target) as second,
        progress("Copying", "Checking") as tell,
    ):
        started = time.perf_counter()
        try:
            done = copy_store(first, second, replace=replace, progress=tell, checking=tell.second)
        except KeyboardInterrupt:
            if second.in_steps:
                note("The copy is not whole. The same command again goes on with it.")
            raise
        seconds = time.perf_counter() - started
        place = second.location
    found = done.digest
    if done.resumed:
        note(f"{counted(done.resumed, 'record')} stood there from the copy before.")
    note(
        f"{found.entities:,} entities, {found.ties:,} ties, {found.sources:,} sources and "
        f"{counted(found.log, 'entry', 'entries')} of the log copied to {place} in {seconds:.1f} s."
    )
    note(f"Both hold the same, digest {found.whole[:16]}; interlock store verify prints all of it.")


def _same(first: str, second: str) -> bool:
    if is_server(first) or is_server(second):
        return first == second
    return Path(first).expanduser().resolve() == Path(second).expanduser().resolve()
