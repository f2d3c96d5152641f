"""``store``: what the store is, whether it is whole, and bringing it up to date."""

from __future__ import annotations

from dataclasses import asdict

import typer

from commands.console import Format, heading, line, note, show, show_json
from commands.frame import FormatOption, Group, StoreOption, opened
from commands.store_backup import backup, restore, verify
from graph.store.status import MODEL_VERSION, StoreStatus

app = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode="rich")
_WRITABLE = {True: "", False: ", which the server keeps read-only", None: ""}


@app.callback()
def store_group(store: StoreOption = None) -> None:
    """Look after a store: its state, its constraints and indexes, its version, backups.

    \b
    interlock store status
    interlock --store neo4j://db.example.org store status
    interlock store migrate
    interlock store backup FILE
    """


@app.command("status")
def status(ctx: typer.Context, store: StoreOption = None, form: FormatOption = Format.table) -> None:
    """Engine, place, counts, versions, and the state of constraints and indexes. Changes nothing."""
    with opened(ctx, empty_ok=True) as target:
        found = target.status()
    if form is Format.json:
        show_json({**asdict(found), "next_step": found.next_step})
        return
    if form is Format.table:
        _tell(found)
    items = found.schema or ()
    show(
        form, ("kind", "on", "state", "name"), [(item.kind, item.on, item.state, item.name) for item in items]
    )
    note(found.next_step or "All is as it should be.")


def _tell(found: StoreStatus) -> None:
    """The facts about a store, a line each."""
    counts, model = found.counts, found.model_version
    heading(f"{found.engine} {found.version}, {found.edition}, in {found.location}")
    line(f"Database: {found.database}{_WRITABLE[found.writable]}")
    line(f"Holds: {counts.entities:,} entities, {counts.ties:,} ties, {counts.sources:,} sources")
    line(f"State of the data: {found.data_version}")
    line(f"Model: {'none yet' if model is None else model} (this Interlock writes {MODEL_VERSION})")
    if found.schema is None:
        line("Constraints and indexes: this user may not see them")
    else:
        online = sum(item.state == "online" for item in found.schema)
        line(f"Constraints and indexes: {online} of {len(found.schema)} online")


@app.command("migrate")
def migrate(ctx: typer.Context, store: StoreOption = None) -> None:
    """Make constraints and indexes that are missing, and bring records of an earlier version up to date.

    The first write does so by itself; this does it at a time of your choice. Running it again does nothing.
    """
    with opened(ctx, empty_ok=True) as target:
        done = target.migrate()
    for each in done:
        line(each)
    note(f"Done: {len(done)} changes." if done else "The store is up to date already.")


for command in (backup, restore, verify):
    app.command()(command)
