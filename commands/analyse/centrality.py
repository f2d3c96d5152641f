"""``centrality``, ``brokers``, ``communities``, ``components`` and ``trend``."""

from __future__ import annotations

from collections.abc import Callable
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
)
from commands.console import Format
from commands.frame import AllStatusesOption, AsOfOption, FormatOption, StoreOption, UndatedOption
from graph.errors import ParameterError

if TYPE_CHECKING:
    from graph.analytics.compact import Scope

_MEASURES = (
    "degree, strength, pagerank, eigenvector, katz, betweenness, harmonic, core, constraint, effective-size"
)
FamilyOption = Annotated[
    str | None,
    typer.Option(
        "--family", metavar="NAME", show_default=False,
        help="Only ties of this family: ownership, money, supply, people, alliance, rivalry, oversight ...",
    ),
]  # fmt: skip
DirectionOption = Annotated[
    str,
    typer.Option(
        "--direction", metavar="in|out|both", help="Follow ties from -> to, turned round, or either way."
    ),
]
WeightOption = Annotated[
    str | None,
    typer.Option(
        "--weight", metavar="NAME", show_default=False,
        help="What a pair counts: nothing given 1, 'ties' their number, amount_usd their sum.",
    ),
]  # fmt: skip
SampleOption = Annotated[
    float | None,
    typer.Option(
        "--sample", metavar="EPSILON", show_default=False,
        help="Betweenness from a sample, no value off by more than this with probability 90 %.",
    ),
]  # fmt: skip
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Of the random numbers.")]


def centrality(
    ctx: typer.Context,
    measure: Annotated[
        str, typer.Option("--measure", "-m", metavar="NAME", help=f"One of {_MEASURES}, or all.")
    ] = "degree",
    family: FamilyOption = None,
    direction: DirectionOption = "both",
    weight: WeightOption = None,
    attribute: Annotated[
        str, typer.Option("--attribute", metavar="NAME", help="What strength adds up.")
    ] = "amount_usd",
    sample: SampleOption = None,
    seed: SeedOption = 1,
    top: TopOption = 10,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Who is most central, by one measure or by all of them.

    \b
    interlock analyse centrality --measure pagerank --family money --direction out
    interlock analyse centrality --measure betweenness --sample 0.01 --seed 7 --as-of 2024
    """
    from graph.analytics.centrality_answers import answer_all, answer_centrality

    scope = _scope(family, direction, weight)
    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (_, graph):
        rows = max(top, 1_000)
        if measure == "all":
            answer = answer_all(graph, scope=scope, sample=sample, seed=seed, attribute=attribute, top=rows)
        else:
            answer = answer_centrality(
                graph, measure, scope=scope, sample=sample, seed=seed, attribute=attribute, top=rows
            )
    print_answer(answer, form, top=top, output=output)


def brokers(
    ctx: typer.Context,
    entity: Annotated[
        str | None,
        typer.Argument(metavar="[ENTITY]", help="Explain this one: id, name or alias.", show_default=False),
    ] = None,
    family: FamilyOption = None,
    weight: WeightOption = None,
    top: TopOption = 10,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Who stands between others who have no tie of their own: Burt's constraint and effective size.

    \b
    interlock analyse brokers --family money --top 5
    interlock analyse brokers cerebras --as-of 2024
    """
    from graph.analytics.group_answers import answer_brokers

    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (held, graph):
        chosen = entity_ids(held, entity)[0] if entity else None
        answer = answer_brokers(
            graph, scope=_scope(family, "both", weight), entity=chosen, top=max(top, 1_000)
        )
    print_answer(answer, form, top=top, output=output)


def communities(
    ctx: typer.Context,
    family: FamilyOption = None,
    weight: WeightOption = None,
    resolution: Annotated[
        float, typer.Option("--resolution", help="Above 1 finds smaller communities, below 1 larger ones.")
    ] = 1.0,
    seed: SeedOption = 1,
    top: TopOption = 10,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Groups with more ties inside than chance would give, and what holds them together.

    \b
    interlock analyse communities --as-of 2024
    interlock analyse communities --family supply --resolution 1.5 --output groups.json
    """
    from dataclasses import replace

    from graph.analytics.group_answers import answer_communities

    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (_, graph):
        answer = answer_communities(
            graph, scope=_scope(family, "both", weight), resolution=resolution, seed=seed
        )
    if form is Format.table:  # ids of all members and ties are for files and programs
        narrow = tuple(row[:6] for row in answer.rows)
        shown = replace(answer, columns=answer.columns[:6], rows=narrow)
        _write(answer, output)
        print_answer(shown, form, top=top)
        return
    print_answer(answer, form, top=top, output=output)


def components(
    ctx: typer.Context,
    family: FamilyOption = None,
    top: TopOption = 10,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Into how many unconnected parts the graph falls.

    \b
    interlock analyse components
    interlock analyse components --family money --as-of 2020 --exclude microsoft
    """
    from dataclasses import replace

    from graph.analytics.group_answers import answer_components

    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude
    ) as (_, graph):
        answer = answer_components(graph, scope=_scope(family, "both", None))
    if form is Format.table:
        shown = replace(answer, columns=answer.columns[:4], rows=tuple(row[:4] for row in answer.rows))
        _write(answer, output)
        print_answer(shown, form, top=top)
        return
    print_answer(answer, form, top=top, output=output)


def trend(
    ctx: typer.Context,
    measure: Annotated[
        str, typer.Option("--measure", "-m", metavar="NAME", help=f"One of {_MEASURES}.")
    ] = "degree",
    first: Annotated[int, typer.Option("--from", min=1000, max=2100, help="First year.")] = 2015,
    last: Annotated[int, typer.Option("--to", min=1000, max=2100, help="Last year.")] = 2025,
    family: FamilyOption = None,
    direction: DirectionOption = "both",
    weight: WeightOption = None,
    sample: SampleOption = None,
    seed: SeedOption = 1,
    top: TopOption = 5,
    types: TypesOption = None,
    all_statuses: AllStatusesOption = False,
    undated: Annotated[
        bool, typer.Option("--undated", help="Count ties whose dates do not tell, in every year.")
    ] = False,
    exclude: ExcludeOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """How a measure moved from year to year for those who came highest.

    \b
    interlock analyse trend --measure pagerank --from 2015 --to 2025 --top 5
    interlock analyse trend --family money --format csv
    """
    from graph.analytics.centrality_answers import answer_trend

    if first > last:
        raise ParameterError("from", f"{first} is after {last}.", hint="Give --from before --to.")
    with analysed(ctx, types=types, all_statuses=all_statuses, exclude=exclude) as (_, graph):
        answer = answer_trend(
            graph, measure, range(first, last + 1), scope=_scope(family, direction, weight), top=top,
            undated=undated, sample=sample, seed=seed,
        )  # fmt: skip
    print_answer(answer, form, output=output)


def _scope(family: str | None, direction: str, weight: str | None) -> Scope:
    from graph.analytics.compact import Scope

    return Scope(family.lower() if family else None, direction.lower(), weight)


def _write(answer: object, output: object) -> None:
    from pathlib import Path

    from graph.analytics.answer import Answer, write_answer

    if isinstance(answer, Answer) and isinstance(output, Path):
        write_answer(answer, output)


COMMANDS: dict[str, Callable[..., None]] = {
    "centrality": centrality,
    "brokers": brokers,
    "communities": communities,
    "components": components,
    "trend": trend,
}
