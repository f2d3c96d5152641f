"""Who owns and controls what: owners, holdings, control, beneficial owners and cross-holdings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from commands.analyse.frame import ExcludeOption, OutputOption, TopOption, analysed, print_answer
from commands.console import Format
from commands.frame import AllStatusesOption, AsOfOption, FormatOption, StoreOption, UndatedOption

if TYPE_CHECKING:
    from graph.analytics.claims import StakeRules
    from graph.store import Store

CompanyArgument = Annotated[str, typer.Argument(metavar="COMPANY", help="Id, name or alias.")]
BasisOption = Annotated[
    str | None,
    typer.Option("--basis", help="Shares of what: equity, voting or economic.", show_default=False),
]
InvestmentsOption = Annotated[
    bool, typer.Option("--investments", help="Investments without a share are stakes of unknown size.")
]
PurchasesOption = Annotated[
    bool,
    typer.Option(
        "--whole-purchases/--no-whole-purchases", help="A completed purchase without a share is the whole."
    ),
]


def owners(
    ctx: typer.Context,
    company: CompanyArgument,
    basis: BasisOption = None,
    investments: InvestmentsOption = False,
    whole_purchases: PurchasesOption = True,
    top: TopOption = 20,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show who owns a company, directly and through others, with bounds where shares are unknown.

    \b
    interlock analyse owners openai
    interlock analyse owners coreweave --as-of 2025-03 --basis voting
    """
    from graph.analytics.claims import OWNERSHIP_TYPES
    from graph.analytics.ownership_answers import owners_answer

    rules = _rules(basis, investments, whole_purchases)
    with analysed(
        ctx, as_of=as_of, types=OWNERSHIP_TYPES, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        answer = owners_answer(graph, _one(held, company), rules)
    print_answer(answer, form, top=top, output=output)


def holdings(
    ctx: typer.Context,
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Id, name or alias.")],
    basis: BasisOption = None,
    investments: InvestmentsOption = False,
    whole_purchases: PurchasesOption = True,
    top: TopOption = 20,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show what an owner holds, directly and through others.

    \b
    interlock analyse holdings "Elon Musk"
    interlock analyse holdings softbank --no-whole-purchases --format csv
    """
    from graph.analytics.claims import OWNERSHIP_TYPES
    from graph.analytics.ownership_answers import holdings_answer

    rules = _rules(basis, investments, whole_purchases)
    with analysed(
        ctx, as_of=as_of, types=OWNERSHIP_TYPES, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        answer = holdings_answer(graph, _one(held, owner), rules)
    print_answer(answer, form, top=top, output=output)


def control(
    ctx: typer.Context,
    entity: Annotated[
        str | None,
        typer.Argument(
            metavar="[ENTITY]", help="Id, name or alias; without it, everybody.", show_default=False
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="majority, relative, threshold or linear; default: majority, relative for everybody.",
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[float, typer.Option("--threshold", help="More than this is a majority.")] = 0.5,
    basis: BasisOption = None,
    investments: InvestmentsOption = False,
    whole_purchases: PurchasesOption = True,
    top: TopOption = 20,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show who controls a company or what an owner controls: votes, or equity where none are stated.

    \b
    interlock analyse control spacex
    interlock analyse control coreweave --model relative
    """
    from graph.analytics.claims import OWNERSHIP_TYPES
    from graph.analytics.control_answers import control_answer, network_control_answer

    rules = _rules(basis, investments, whole_purchases, votes=True)
    with analysed(
        ctx, as_of=as_of, types=OWNERSHIP_TYPES, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        if entity is None:
            answer = network_control_answer(
                graph, model=model or "relative", threshold=threshold, rules=rules
            )
        else:
            chosen = _one(held, entity)
            answer = control_answer(
                graph, chosen, model=model or "majority", threshold=threshold, rules=rules
            )
    print_answer(answer, form, top=top, output=output)


def beneficial_owners(
    ctx: typer.Context,
    company: CompanyArgument,
    threshold: Annotated[float, typer.Option("--threshold", help="This share or more.")] = 0.25,
    max_links: Annotated[int, typer.Option("--max-links", min=1, max=30, help="Longest chain.")] = 10,
    basis: BasisOption = None,
    investments: InvestmentsOption = False,
    whole_purchases: PurchasesOption = True,
    top: TopOption = 20,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show the people, states and last known owners behind a company, with every chain.

    \b
    interlock analyse beneficial-owners xai
    interlock analyse beneficial-owners stargate --threshold 0.1
    """
    from graph.analytics.claims import OWNERSHIP_TYPES
    from graph.analytics.ownership_answers import beneficial_answer

    rules = _rules(basis, investments, whole_purchases)
    with analysed(
        ctx, as_of=as_of, types=OWNERSHIP_TYPES, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        answer = beneficial_answer(
            graph, _one(held, company), threshold=threshold, max_links=max_links, rules=rules
        )
    print_answer(answer, form, top=top, output=output)


def cross_holdings(
    ctx: typer.Context,
    basis: BasisOption = None,
    investments: InvestmentsOption = False,
    whole_purchases: PurchasesOption = True,
    top: TopOption = 50,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show firms that hold one another, directly or round a loop.

    \b
    interlock analyse cross-holdings
    interlock analyse cross-holdings --investments --all-statuses
    """
    from graph.analytics.claims import OWNERSHIP_TYPES
    from graph.analytics.ownership_answers import cross_holdings_answer

    rules = _rules(basis, investments, whole_purchases)
    with analysed(
        ctx, as_of=as_of, types=OWNERSHIP_TYPES, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (_, graph):
        answer = cross_holdings_answer(graph, rules)
    print_answer(answer, form, top=top, output=output)


def _rules(basis: str | None, investments: bool, whole_purchases: bool, *, votes: bool = False) -> StakeRules:
    from graph.analytics.claims import StakeRules

    fallback = "equity" if votes and basis is None else None
    chosen = basis or ("voting" if votes else "equity")
    return StakeRules(chosen, fallback, whole_purchases=whole_purchases, unsized_investments=investments)


def _one(store: Store, text: str) -> str:
    from graph.search import resolve_entity

    return resolve_entity(store, text).id


COMMANDS: dict[str, Callable[..., None]] = {
    "owners": owners,
    "holdings": holdings,
    "control": control,
    "beneficial-owners": beneficial_owners,
    "cross-holdings": cross_holdings,
}
