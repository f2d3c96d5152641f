"""``analyse paths`` and ``analyse block``: how influence can run, and who can stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import networkx as nx
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
from graph.store import Store

SENTENCES = 60

FromArgument = Annotated[
    str, typer.Argument(metavar="FROM", help="Id, name or alias; several parted by commas.")
]
ToArgument = Annotated[str, typer.Argument(metavar="TO", help="Id, name or alias; several parted by commas.")]
DirectedOption = Annotated[
    bool, typer.Option("--directed", help="Follow ties only in their direction; partnerships go both ways.")
]


def paths(
    ctx: typer.Context,
    source: FromArgument,
    target: ToArgument,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=10_000, help="How many paths.")] = 10,
    max_hops: Annotated[int, typer.Option("--max-hops", min=0, max=100, help="Longest path; 0 for any.")] = 4,
    by: Annotated[
        str, typer.Option("--by", metavar="hops|strength", help="What makes a path good.")
    ] = "hops",
    directed: DirectedOption = False,
    via: Annotated[
        list[str] | None,
        typer.Option("--via", metavar="ENTITY", help="Must be on the path; up to four.", show_default=False),
    ] = None,
    strength: Annotated[
        str | None,
        typer.Option(
            "--strength",
            metavar="TYPE=0.9,STATUS=0.1",
            help="Strengths of types and factors of statuses in place of the declared ones.",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="DATE",
            help="Paths gained and lost from then to --as-of.",
            show_default=False,
        ),
    ] = None,
    exclude: ExcludeOption = None,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    top: TopOption = 100,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show the best paths between two entities or two groups: fewest hops, or strongest.

    \b
    interlock analyse paths openai cerebras --by strength --via sam-altman
    interlock analyse paths "openai,microsoft" g42 --as-of 2025-06 --compare 2023-01
    """
    from graph.analytics.path_answers import path_change_answer, paths_answer
    from graph.analytics.paths import PathQuery

    if compare is not None and as_of is None:
        raise ParameterError("compare", "needs a second date.", hint="Add the later one: --as-of DATE.")
    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude,
        doing="Looking for paths",
    ) as (held, graph):  # fmt: skip
        query = PathQuery(
            k=k,
            max_hops=max_hops or None,
            by=by,
            directed=directed,
            via=tuple(name for text in via or () for name in entity_ids(held, text)),
            strengths=_strengths(strength),
            types=type_names(types),
        )
        ends = entity_ids(held, source), entity_ids(held, target)
        if compare is None:
            answer = paths_answer(graph, *ends, query)
        else:
            answer = path_change_answer(_same(held, graph, compare), graph, *ends, query)
    print_answer(answer, form, top=top, output=output, most_sentences=SENTENCES)


def block(
    ctx: typer.Context,
    source: FromArgument,
    target: ToArgument,
    max_hops: Annotated[
        int | None,
        typer.Option(
            "--max-hops", min=1, max=100, help="Block only paths of up to this length.", show_default=False
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            metavar="ENTITY=NUMBER",
            help="How hard it is to win; 1 unless given.",
            show_default=False,
        ),
    ] = None,
    directed: DirectedOption = False,
    exclude: ExcludeOption = None,
    types: TypesOption = None,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    top: TopOption = 100,
    output: OutputOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show who must agree to block every path between two entities or two groups.

    \b
    interlock analyse block openai g42 --types OWNS,INVESTED_IN,BOARD_MEMBER_OF
    interlock analyse block elon-musk cerebras --max-hops 3
    """
    from graph.analytics.blocking_answers import blocking_answer

    with analysed(
        ctx, as_of=as_of, types=types, all_statuses=all_statuses, undated=undated, exclude=exclude,
        doing="Looking for a set that blocks",
    ) as (held, graph):  # fmt: skip
        ends = entity_ids(held, source), entity_ids(held, target)
        numbers = [_number(part, "weight", "microsoft=3") for part in weight or ()]
        weights = {name: value for text, value in numbers for name in entity_ids(held, text)}
        answer = blocking_answer(
            graph, *ends, max_hops=max_hops, directed=directed, weights=weights or None,
            types=type_names(types),
        )  # fmt: skip
    print_answer(answer, form, top=top, output=output, most_sentences=SENTENCES)


def _same(store: Store, graph: nx.MultiDiGraph, as_of: str) -> nx.MultiDiGraph:
    """The graph of another date under the same filters."""
    from graph.projection import Filters, to_networkx

    known: dict[str, Any] = graph.graph["filters"]
    kept: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in known.items()
    }
    return to_networkx(store, Filters(**kept), as_of=as_of)


def _strengths(text: str | None) -> dict[str, float] | None:
    parts = filter(None, (part.strip() for part in (text or "").split(",")))
    return dict(_number(part, "strength", "SUPPLIES=0.9,planned=0.1") for part in parts) or None


def _number(text: str, option: str, example: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise ParameterError(
            option, f"{text!r} is no NAME=NUMBER.", hint=f"Such as --{option} {example}"
        ) from None


COMMANDS: dict[str, Callable[..., None]] = {"paths": paths, "block": block}
