"""``imports``: what was loaded, what an import brought, and the way back."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.console import Format, heading, line, note, show, show_json
from commands.data import confirmed
from commands.frame import FormatOption, Group, StoreOption, opened, progress

app = typer.Typer(cls=Group, no_args_is_help=False, rich_markup_mode="rich")
_SHOWN = 20

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the import, as the list shows it.")]


@app.callback(invoke_without_command=True)
def imports(ctx: typer.Context, store: StoreOption = None, form: FormatOption = Format.table) -> None:
    """List imports, look into one, or take one back.

    \b
    interlock imports
    interlock imports show imp-20260131-142530-3f9ac41b
    interlock imports undo imp-20260131-142530-3f9ac41b
    """
    if ctx.invoked_subcommand is not None:
        return
    from graph.imports import import_notes

    with opened(ctx, empty_ok=True) as target:
        notes = import_notes(target)
    if form is Format.json:
        show_json(notes)
        return
    columns = ("id", "at", "state", "accepted", "rejected", "entities new", "ties new", "formats", "files")
    rows = [
        (
            each.id, each.at[:19].replace("T", " "), each.state, each.numbers.get("accepted"),
            each.numbers.get("rejected"), each.numbers.get("entities_new"), each.numbers.get("ties_new"),
            each.formats, each.files,
        )
        for each in notes
    ]  # fmt: skip
    show(form, columns, rows)
    if not notes:
        note("Nothing has been imported yet. Load files with: interlock load FILE")


@app.command("show")
def show_import(
    ctx: typer.Context, import_id: IdArgument, store: StoreOption = None, form: FormatOption = Format.table
) -> None:
    """What an import added and replaced."""
    from graph.imports import import_detail

    with opened(ctx, empty_ok=True) as target:
        detail = import_detail(target, import_id)
    if form is Format.json:
        show_json(detail)
        return
    note_ = detail.note
    heading(f"{note_.id}, {note_.at[:19].replace('T', ' ')} UTC, {note_.state}")
    line(f"Files: {', '.join(note_.files) or 'none named'} ({', '.join(note_.formats) or 'by a program'})")
    line(
        "; ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in note_.numbers.items() if number)
    )
    if note_.state == "undone":
        line(f"Undone {note_.undone_at}.")
    for sort, ids in detail.added.items():
        _list_ids(f"{sort.capitalize()} added", ids)
    for sort in ("entities", "ties", "sources"):
        _list_ids(f"{sort.capitalize()} replaced", [each.id for each in getattr(detail.replaced, sort)])


@app.command("undo")
def undo(
    ctx: typer.Context,
    import_id: IdArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreOption = None,
) -> None:
    """Take an import back: remove what it added, put back what it replaced.

    Refused while later imports build on it; it says which records.
    """
    from graph.imports import import_detail, undo_import

    with opened(ctx, empty_ok=True) as target:
        detail = import_detail(target, import_id)
        added = sum(len(ids) for ids in detail.added.values())
        question = (
            f"Remove {added:,} records of {import_id} and put back {len(detail.replaced):,} as they were?"
        )
        if detail.note.state != "undone" and not yes and not confirmed(question):
            note("Nothing was changed.")
            return
        with progress("Undoing") as tell:
            undone = undo_import(target, import_id, progress=tell)
    note(f"Undone: {undone.removed:,} records removed, {undone.restored:,} put back as they were.")


def _list_ids(title: str, ids: list[str] | tuple[str, ...]) -> None:
    if not ids:
        return
    more = f", and {len(ids) - _SHOWN:,} more (--format json)" if len(ids) > _SHOWN else ""
    line(f"{title}, {len(ids):,}: {', '.join(ids[:_SHOWN])}{more}")
