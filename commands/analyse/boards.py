"""``interlocks``, ``co-investors`` and ``conflicts``: who sits, pays and stands on two sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from commands.analyse.frame import (
    ExcludeOption,
    OutputOption,
    TopOption,
    TypesOption,
    analysed,
    entity_ids,
    print_answer,
)
from commands.console import Format
from commands.frame import AllStatusesOption, AsOfOption, FormatOption, StoreOption, UndatedOption
from graph.errors import ParameterError


def interlocks(
    ctx: typer.Context,
    company: Annotated[
        str | None,
        typer.Option("--company", metavar="ENTITY", help="Only pairs with this one.", show_default=False),
    ] = None,
    seats: Annotated[
        str, typer.Option("--seats", metavar="A,B", help="What counts as a seat: board, role, founder.")
    ] = "board",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many pairs.")] = 1_000,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    top: TopOption = 20,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Find companies that share directors at the same time.

    \b
    interlock analyse interlocks --company openai
    interlock analyse interlocks --seats board,role,founder --as-of 2017 --undated
    """
    from graph.analytics.board_answers import interlocks_answer

    with analysed(
        ctx,
        as_of=as_of,
        all_statuses=all_statuses,
        undated=undated,
        exclude=exclude,
        doing="Comparing boards",
    ) as (held, graph):
        chosen = _one(entity_ids(held, company), "company") if company is not None else None
        answer = interlocks_answer(graph, company=chosen, seats=_parts(seats), limit=limit)
    print_answer(answer, form, top=top, output=output)


def co_investors(
    ctx: typer.Context,
    investor: Annotated[
        str | None,
        typer.Argument(
            metavar="[INVESTOR]", help="Id, name or alias; all pairs without.", show_default=False
        ),
    ] = None,
    types: TypesOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many pairs.")] = 1_000,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    top: TopOption = 20,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Find who invests in the same companies, and how often in the same round.

    \b
    interlock analyse co-investors nvidia
    interlock analyse co-investors --types INVESTED_IN,OWNS --format csv
    """
    from graph.analytics.board_answers import coinvestors_answer
    from graph.analytics.coinvestment import INVESTMENTS

    counted = [name.upper() for name in _parts(types)] if types is not None else INVESTMENTS
    with analysed(
        ctx, as_of=as_of, types=counted, all_statuses=all_statuses, undated=undated, exclude=exclude,
        doing="Comparing investors",
    ) as (held, graph):  # fmt: skip
        chosen = _one(entity_ids(held, investor), "investor") if investor is not None else None
        answer = coinvestors_answer(graph, investor=chosen, types=counted, limit=limit)
    print_answer(answer, form, top=top, output=output)


def conflicts(
    ctx: typer.Context,
    entity: Annotated[
        str | None,
        typer.Option("--entity", metavar="ENTITY", help="Only findings with this one.", show_default=False),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="A,B",
            show_default=False,
            help="both-sides, investor-trades, stakes-in-rivals, seats-at-rivals, oversight, adviser, "
            "lawsuit.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many findings.")] = 10_000,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    top: TopOption = 20,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Find possible conflicts of interest: the same hand on two sides, with the ties that show it.

    \b
    interlock analyse conflicts --entity "Sam Altman"
    interlock analyse conflicts --class both-sides,oversight --as-of 2025
    """
    from graph.analytics.board_answers import conflicts_answer

    with analysed(
        ctx, as_of=as_of, all_statuses=all_statuses, undated=undated, exclude=exclude, doing="Comparing sides"
    ) as (held, graph):
        chosen = _one(entity_ids(held, entity), "entity") if entity is not None else None
        wanted = _parts(classes) if classes is not None else None
        answer = conflicts_answer(graph, entity=chosen, classes=wanted, limit=limit)
    print_answer(answer, form, top=top, output=output)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _one(ids: list[str], option: str) -> str:
    if len(ids) > 1:
        raise ParameterError(option, "takes one entity.", hint="Run the command once for each.")
    return ids[0]


COMMANDS: dict[str, Callable[..., None]] = {
    "interlocks": interlocks,
    "co-investors": co_investors,
    "conflicts": conflicts,
}
