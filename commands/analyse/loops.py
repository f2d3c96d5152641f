"""``loops``: circles of money, ownership and supply."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from commands.analyse.frame import (
    ExcludeOption,
    OutputOption,
    TopOption,
    analysed,
    entity_ids,
    print_answer,
)
from commands.console import Format
from commands.frame import AllStatusesOption, AsOfOption, FormatOption, StoreOption, UndatedOption


class LoopKind(StrEnum):
    """What goes round."""

    money = "money"
    ownership = "ownership"
    supply = "supply"


def loops(
    ctx: typer.Context,
    kind: Annotated[LoopKind, typer.Option("--kind", "-k", help="What goes round.")] = LoopKind.money,
    max_length: Annotated[
        int, typer.Option("--max-length", min=2, max=8, help="Longest circle, in steps.")
    ] = 5,
    including: Annotated[
        str | None,
        typer.Option(
            "--including",
            metavar="ENTITY",
            show_default=False,
            help="Only circles through it: id, name or alias; several parted by commas.",
        ),
    ] = None,
    min_amount: Annotated[
        int | None,
        typer.Option(
            "--min-amount",
            metavar="USD",
            min=0,
            show_default=False,
            help="Only circles whose smallest known amount is at least this.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=100_000, help="How many circles to rank, shortest first.")
    ] = 1_000,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    top: TopOption = 20,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Find circles: money that comes back to where it came from, firms that own or supply one another.

    A money circle has at least one investment, loan or takeover and at least one purchase.

    \b
    interlock analyse loops --including nvidia --max-length 3
    interlock analyse loops --kind ownership --all-statuses --format csv
    """
    from graph.analytics.loop_answers import loops_answer

    with analysed(
        ctx, as_of=as_of, all_statuses=all_statuses, undated=undated, exclude=exclude, doing="Finding circles"
    ) as (held, graph):
        through = entity_ids(held, including) if including is not None else []
        answer = loops_answer(
            graph, kind.value, max_length=max_length, including=through, min_amount=min_amount, limit=limit
        )
    print_answer(answer, form, top=top, output=output)


COMMANDS: dict[str, Callable[..., None]] = {"loops": loops}
