"""``stats``, ``export``, ``clear``: what is in the store, and how it gets out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.console import Format, note, show, show_json
from commands.frame import FormatOption, StoreOption, opened, progress
from commands.load import tell_bulk
from graph.errors import SettingsError


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
            "--as",
            metavar="FORMAT",
            help="csv, graphml, gexf, json, cypher or html; neo4j-admin or graphframes for a new folder.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write anew a folder that an export made before.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Write the whole store to a file, every status included; the drawing (.html) shows facts.

    \b
    interlock export interlock.zip         the three CSV files, loadable again
    interlock export interlock.gexf        for Gephi
    interlock export interlock.html        a drawing for the browser
    interlock export big --as neo4j-admin  a folder of CSV files for neo4j-admin database import
    interlock export big --as graphframes  a folder of Parquet files for Spark: vertices, edges, sources
    """
    from graph.exporter import FOLDER_FORMATS, export_folder, export_store, format_for

    if format_id in FOLDER_FORMATS:
        with opened(ctx) as target, progress("Writing") as tell:
            digest = export_folder(target, file, format_id, replace=replace, progress=tell)
        note(f"{file} written: {FOLDER_FORMATS[format_id].title}.")
        if format_id == "neo4j-admin":
            tell_bulk(file, digest)
        return
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
        if not yes and not confirmed(question):
            note("Nothing was removed.")
            return
        target.clear()
        note(f"Removed {held.entities:,} entities, {held.ties:,} ties and {held.sources:,} sources.")


def confirmed(question: str) -> bool:
    """Whether the person at the terminal says yes.

    Raises:
        SettingsError: nobody is there to answer.
    """
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        raise SettingsError("Nobody answered.", hint="Say --yes to remove without asking.") from None
