"""``resolve``: entries that may be one entity, decided by a person, merged, taken apart again."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from commands.console import Format, heading, line, note, show, show_json
from commands.frame import FormatOption, Group, StoreOption, opened, progress

app = typer.Typer(cls=Group, no_args_is_help=False, rich_markup_mode="rich")

_KEYS = {"s": "same", "d": "different", "k": "skip", "q": "quit"}
LeftArgument = Annotated[str, typer.Argument(metavar="ID", help="Of one entity.")]
RightArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the other.")]
MinimumOption = Annotated[
    float, typer.Option("--minimum", min=0, max=1, help="Least score, 0 to 1, of a pair to suggest.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="Most pairs.")]


@app.callback(invoke_without_command=True)
def resolve(
    ctx: typer.Context,
    minimum: MinimumOption = 0.5,
    limit: LimitOption = 50,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Suggest pairs that may be one entity, with reasons. Nothing is merged unless you say so.

    \b
    interlock resolve                        pairs, the likeliest first
    interlock resolve review                 one by one: same, different or skip
    interlock resolve merge KEEP DROP        merge two
    interlock resolve merges                 what was merged
    interlock resolve undo mrg-...           take a merge apart
    """
    if ctx.invoked_subcommand is not None:
        return
    from graph.resolution.review import suggestions

    with opened(ctx) as target, progress("Comparing"):
        found = suggestions(target, minimum=minimum, limit=limit)
    rows = [
        (
            round(pair.score.value, 3), pair.left.name, pair.right.name, pair.left.id, pair.right.id,
            pair.verdict or "open", " ".join(str(reason.text) for reason in pair.score.reasons),
        )
        for pair in found.found
    ]  # fmt: skip
    columns = ("score", "one", "other", "id", "other id", "decided", "reasons")
    if form is Format.json:
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        show(form, columns, rows)
    more = f" of {found.total:,}" if found.total > len(rows) else ""
    note(
        f"{len(rows):,}{more} pairs with a score of at least {minimum:g}; {found.compared:,} pairs compared."
    )
    if found.pairs.cut_pairs:
        note(f"Up to {found.pairs.cut_pairs:,} pairs of very common names were not compared.")


@app.command("review")
def review(
    ctx: typer.Context, minimum: MinimumOption = 0.5, limit: LimitOption = 50, store: StoreOption = None
) -> None:
    """Go through the open pairs one by one: s same (merge), d different, k skip, q quit."""
    from graph.errors import ExplorerError
    from graph.resolution.review import decide, merge_pair, suggestions

    who = _user()
    done = {"same": 0, "different": 0, "skip": 0}
    with opened(ctx) as target:
        gone: set[str] = set()
        for pair in suggestions(target, minimum=minimum, limit=limit).found:
            if pair.verdict == "skip" or {pair.left.id, pair.right.id} & gone:
                continue
            heading(f"{pair.score.value:.2f}  {pair.left.name}  /  {pair.right.name}")
            for entity in (pair.left, pair.right):
                facts = [entity.kind, entity.country, entity.founded or entity.born, *entity.identifiers]
                line(f"  {entity.id}: {', '.join(str(fact) for fact in facts if fact)}")
            for reason in pair.score.reasons:
                line(f"  {reason.weight:+.1f}  {reason.text}")
            verdict = _asked()
            if verdict == "quit":
                break
            reasons = [str(reason.text) for reason in pair.score.reasons]
            try:
                if verdict == "same":
                    merged, _ = merge_pair(target, pair.left.id, pair.right.id, by=who)
                    gone.add(pair.right.id)
                    note(f"Merged as {merged.id}.")
                else:
                    decide(target, pair.left.id, pair.right.id, verdict, by=who, reasons=reasons)
            except ExplorerError as error:
                note(f"Error: {error}")
                continue
            done[verdict] += 1
    note(f"Same {done['same']}, different {done['different']}, skipped {done['skip']}.")


@app.command("merge")
def merge(
    ctx: typer.Context,
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="Id that stays.")],
    drop: Annotated[str, typer.Argument(metavar="DROP", help="Id that goes; its ties and names are kept.")],
    store: StoreOption = None,
) -> None:
    """Merge two entities: ties, sources and names of both are kept under the first id."""
    from graph.resolution.review import merge_pair

    with opened(ctx) as target:
        made, details = merge_pair(target, keep, drop, by=_user())
    for conflict in details.conflicts:
        note(f"They differ in {conflict}.")
    for tie in details.loops:
        note(f"Left out, for it would join the entity to itself: {tie.type} {tie.from_id} to {tie.to_id}.")
    note(f"{drop} merged into {keep} as {made.id}; take it apart with: interlock resolve undo {made.id}")


@app.command("different")
def different(
    ctx: typer.Context, left: LeftArgument, right: RightArgument, store: StoreOption = None
) -> None:
    """Remember that two entities are not the same: the pair is no longer suggested."""
    from graph.resolution.review import decide

    with opened(ctx) as target:
        decide(target, left, right, "different", by=_user())
    note(f"Remembered: {left} and {right} are different.")


@app.command("merges")
def merges(ctx: typer.Context, store: StoreOption = None, form: FormatOption = Format.table) -> None:
    """List what was merged."""
    from graph.resolution.review import merges as listed

    with opened(ctx) as target:
        found = listed(target)
    if form is Format.json:
        show_json(found)
        return
    rows = [
        (each.id, each.at[:19].replace("T", " "), each.state, each.keep, each.drop, each.drop_name, each.by)
        for each in found
    ]
    show(form, ("id", "at", "state", "kept", "dropped", "dropped name", "by"), rows)
    if not found:
        note("Nothing has been merged yet.")


@app.command("undo")
def undo(
    ctx: typer.Context,
    merge_id: Annotated[str, typer.Argument(metavar="ID", help="Of the merge, as the list shows it.")],
    store: StoreOption = None,
) -> None:
    """Take a merge apart: both entities stand again as they were."""
    from graph.resolution.review import undo_merge

    with opened(ctx) as target:
        undone = undo_merge(target, merge_id, by=_user())
    note(f"{undone.drop} and {undone.keep} are two again.")


def _asked() -> str:
    while True:
        try:
            given = typer.prompt("same, different, skip or quit [s/d/k/q]", default="k", err=True)
        except typer.Abort:
            return "quit"
        found = _KEYS.get(str(given).strip().lower()[:1])
        if found:
            return found
        note("Answer s, d, k or q.")


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
