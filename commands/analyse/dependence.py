"""Commands on dependence: ``concentration``, ``upstream``, ``downstream``, ``chokepoints`` and more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from commands.analyse.frame import (
    ExcludeOption,
    OutputOption,
    TopOption,
    TypesOption,
    analysed,
    entity_ids,
    print_answer,
    type_names,
)
from commands.console import Format
from commands.frame import AllStatusesOption, AsOfOption, FormatOption, StoreOption, UndatedOption
from graph.errors import ParameterError

if TYPE_CHECKING:
    import networkx as nx

    from graph.analytics.groups import Groups
    from graph.store import Store

CompanyArgument = Annotated[str, typer.Argument(metavar="COMPANY", help="Id, name or alias.")]
HopsOption = Annotated[int, typer.Option("--hops", min=1, max=100, help="Longest chain.")]
_GROUP_TYPES = ("SUPPLIES", "OWNS", "ACQUIRED")


def concentration(
    ctx: typer.Context,
    company: CompanyArgument,
    side: Annotated[
        str, typer.Option("--side", help="customers (of revenue) or suppliers (of cost).")
    ] = "customers",
    group: Annotated[
        str, typer.Option("--group", help="none: count by name; owner: by ultimate majority owner.")
    ] = "none",
    as_one: Annotated[
        list[str] | None,
        typer.Option(
            "--as-one", metavar="A,B", help="Count these as one group; may be repeated.", show_default=False
        ),
    ] = None,
    assume_disclosure: Annotated[
        bool, typer.Option("--assume-disclosure", help="Assume that everybody from 10 % on is named.")
    ] = False,
    guidelines: Annotated[str, typer.Option("--guidelines", help="Bands of 2023 or 2010.")] = "2023",
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """How much a company hangs on few customers or suppliers, as a range, by period.

    \b
    interlock analyse concentration cerebras --assume-disclosure
    interlock analyse concentration cerebras --as-one mbzuai,g42 --guidelines 2010
    """
    from graph.analytics.dependence_answers import concentration_answer
    from graph.analytics.hhi import DISCLOSURE_THRESHOLD

    with analysed(
        ctx, as_of=as_of, types=_GROUP_TYPES, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        answer = concentration_answer(
            graph,
            _one(held, company),
            side=side,
            threshold=DISCLOSURE_THRESHOLD if assume_disclosure else None,
            groups=_groups(held, graph, group, as_one or ()),
            rule=guidelines,
        )
    print_answer(answer, form, output=output)


def upstream(
    ctx: typer.Context,
    company: CompanyArgument,
    hops: HopsOption = 2,
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    top: TopOption = 50,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Suppliers of a company and their suppliers, hop by hop, with the chains.

    \b
    interlock analyse upstream openai
    interlock analyse upstream openai --hops 3 --exclude tsmc
    """
    from graph.analytics.dependence_answers import reach_answer

    with analysed(
        ctx, as_of=as_of, types=["SUPPLIES"], all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        answer = reach_answer(graph, _one(held, company), upstream=True, max_hops=hops)
    print_answer(answer, form, top=top, output=output)


def downstream(
    ctx: typer.Context,
    company: CompanyArgument,
    hops: HopsOption = 2,
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    top: TopOption = 50,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Customers of a company and their customers, hop by hop, with the chains.

    \b
    interlock analyse downstream asml
    interlock analyse downstream tsmc --hops 4 --format csv
    """
    from graph.analytics.dependence_answers import reach_answer

    with analysed(
        ctx, as_of=as_of, types=["SUPPLIES"], all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        answer = reach_answer(graph, _one(held, company), upstream=False, max_hops=hops)
    print_answer(answer, form, top=top, output=output)


def chokepoints(
    ctx: typer.Context,
    company: Annotated[
        str | None, typer.Argument(metavar="[COMPANY]", help="Id, name or alias.", show_default=False)
    ] = None,
    root: Annotated[
        str | None,
        typer.Option("--root", metavar="ENTITY", help="Only routes that start here.", show_default=False),
    ] = None,
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    top: TopOption = 20,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """What every recorded supply route to a company passes; without one, who holds most others alone.

    \b
    interlock analyse chokepoints
    interlock analyse chokepoints qualcomm --root asml
    """
    from graph.analytics.chokepoint_answers import chokepoints_answer

    with analysed(
        ctx, as_of=as_of, types=["SUPPLIES"], all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        chosen = None if company is None else _one(held, company)
        start = None if root is None else _one(held, root)
        answer = chokepoints_answer(graph, chosen, root=start)
    print_answer(answer, form, top=top, output=output)


def cut_points(
    ctx: typer.Context,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    top: TopOption = 20,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Entities without which others lose their connection to the rest, and whom they cut off.

    \b
    interlock analyse cut-points
    interlock analyse cut-points --types SUPPLIES --as-of 2025
    """
    from graph.analytics.chokepoint_answers import cut_points_answer

    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (_, graph):
        answer = cut_points_answer(graph, types=type_names(types), top=top)
    print_answer(answer, form, top=top, output=output)


def substitutes(
    ctx: typer.Context,
    supplier: Annotated[str, typer.Argument(metavar="SUPPLIER", help="Id, name or alias.")],
    customer: Annotated[
        str | None,
        typer.Option("--for", metavar="CUSTOMER", help="Only what this one buys.", show_default=False),
    ] = None,
    likeness: Annotated[
        float, typer.Option("--likeness", min=0, max=1, help="Smallest likeness of product texts.")
    ] = 0.2,
    as_of: AsOfOption = None,
    exclude: ExcludeOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    output: OutputOption = None,
    top: TopOption = 20,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Who else sells what reads like a supplier's products, or competes with it, with the reasons.

    \b
    interlock analyse substitutes nvidia
    interlock analyse substitutes microsoft --for openai
    """
    from graph.analytics.dependence_answers import substitutes_answer

    wanted = ["SUPPLIES", "COMPETES_WITH"]
    with analysed(
        ctx, as_of=as_of, types=wanted, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        buyer = None if customer is None else _one(held, customer)
        answer = substitutes_answer(graph, _one(held, supplier), customer=buyer, like_enough=likeness)
    print_answer(answer, form, top=top, output=output)


def _one(store: Store, text: str) -> str:
    found = entity_ids(store, text)
    if len(found) > 1:
        raise ParameterError("entity", f"{text!r} names several.", hint="Name one entity.")
    return found[0]


def _groups(store: Store, graph: nx.Graph, group: str, as_one: Sequence[str]) -> Groups | None:
    from graph.analytics.groups import Groups, one_group

    if group not in ("none", "owner"):
        raise ParameterError("group", f"{group!r} is not known.", hint="Known: none, owner.")
    chosen: dict[str, str] = {}
    for text in as_one:
        chosen |= one_group(entity_ids(store, text))
    return Groups(graph, group == "owner", chosen) if chosen or group == "owner" else None


COMMANDS: dict[str, Callable[..., None]] = {
    "concentration": concentration,
    "upstream": upstream,
    "downstream": downstream,
    "chokepoints": chokepoints,
    "cut-points": cut_points,
    "substitutes": substitutes,
}
