"""The command ``shock``: what if a company is gone, or cut by a part?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
from graph.errors import LoadError, ParameterError


def shock(
    ctx: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="Id, name or alias.")],
    cut: Annotated[float, typer.Option("--cut", help="Part of it that is gone: 1 all, 0.3 for 30 %.")] = 1.0,
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            help="auto (shares where known, else reach), reach, shares, debtrank-2012, debtrank-2015, esri.",
        ),
    ] = "auto",
    rounds: Annotated[
        int | None,
        typer.Option("--rounds", min=1, help="Most rounds; 3 for shares and reach.", show_default=False),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            metavar="DATE",
            help="Shares of the period that contains this date.",
            show_default=False,
        ),
    ] = None,
    relative: Annotated[
        bool, typer.Option("--relative", help="DebtRank: the buffer is all recorded exposure.")
    ] = False,
    buffers: Annotated[
        Path | None,
        typer.Option(
            "--buffers",
            metavar="FILE",
            help="DebtRank: CSV with columns id and buffer (US dollars).",
            show_default=False,
        ),
    ] = None,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    top: TopOption = 50,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Who is hit, round by round and by which tie, when a company is gone or cut by a part.

    \b
    interlock analyse shock g42 --period 2024-06
    interlock analyse shock openai --cut 0.5 --rule debtrank-2015 --relative
    """  # fmt: skip
    from graph.analytics.shock_answers import shock_answer

    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        found = entity_ids(held, entity)
        if len(found) > 1:
            raise ParameterError("entity", f"{entity!r} names several.", hint="Name one entity.")
        wanted = [name.strip().upper() for name in types.split(",")] if types else None
        answer = shock_answer(
            graph, found[0], cut=cut, rule=rule, rounds=rounds, period=period, relative=relative,
            buffers=_buffers(buffers) if buffers else None, types=wanted,
        )  # fmt: skip
    print_answer(answer, form, top=top, output=output)


def _buffers(path: Path) -> dict[str, float]:
    """Id to buffer from a CSV file."""
    import csv

    found: dict[str, float] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                try:
                    found[row["id"].strip()] = float(row["buffer"])
                except (KeyError, TypeError, ValueError, AttributeError):
                    raise LoadError(
                        "is not a line with an id and a number.", path=str(path), line=number,
                        field="buffer", hint="The file needs the columns id and buffer.",
                    ) from None  # fmt: skip
    except OSError as exc:
        raise LoadError(f"cannot be read: {exc.strerror}.", path=str(path), hint="Check the name.") from exc
    return found


COMMANDS: dict[str, Callable[..., None]] = {"shock": shock}
