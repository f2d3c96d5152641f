"""``search``, ``entity`` and ``paths``: questions about single entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.console import Format, cell, heading, line, note, show, show_json
from commands.frame import (
    AllStatusesOption,
    AsOfOption,
    FormatOption,
    StoreOption,
    UndatedOption,
    left_out_note,
    opened,
    progress,
)
from graph.errors import ParameterError
from graph.model import FACT_STATUSES, Entity, Source
from graph.ontology import ontology
from graph.wording import STUB, counted, identifier_text

if TYPE_CHECKING:
    from graph.analytics.paths import InfluencePath, PathResult
    from graph.dossier import Dossier, TieLine
    from graph.store import Store

_CSV_FIELDS = (
    "start_date", "end_date", "role", "amount_usd", "amount", "currency", "round_usd", "share", "share_min",
    "share_max", "share_basis", "quantity", "interest", "directness",
)  # fmt: skip
"""Figures of a tie that get a column each, so that a spreadsheet need not read sentences."""
EntityArgument = Annotated[str, typer.Argument(metavar="ENTITY", help="Id, name or alias.")]


def search(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A name, or something like it.")],
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Only this kind; may be repeated.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 20,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Find entities by name, alias or a name spelled nearly so.

    \b
    interlock search cerebas
    interlock search "gazprom bank" --format json
    """
    from graph.search import nearest_names
    from graph.search import search as find

    for kind in kinds or ():
        if kind not in ontology().kinds:
            raise ParameterError(
                "kind", f"{kind!r} is not known.", hint=f"Known: {', '.join(ontology().kinds)}."
            )
    with opened(ctx) as target:
        found = find(target, text, limit=limit, kinds=frozenset(kinds) if kinds else None)
        close = [] if found else nearest_names(target, text)
    columns = ("id", "name", "kind", "why", "ties")
    show(form, columns, [(m.entity.id, m.entity.name, m.entity.kind, m.reason, m.ties) for m in found])
    if not found:
        names = ", ".join(f"{entity.name} ({entity.id})" for entity in close)
        note(f"Nothing is called like that.{f' Nearest: {names}.' if names else ''}")


def entity(
    ctx: typer.Context,
    name: EntityArgument,
    as_of: AsOfOption = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show an entity: what it is, and its ties as sentences with their sources.

    \b
    interlock entity cerebras
    interlock entity "Elon Musk" --as-of 2017-09
    interlock entity openai --all-statuses --format csv
    """
    from graph.dossier import dossier
    from graph.search import resolve_entity

    with opened(ctx) as target:
        chosen = resolve_entity(target, name)
        found = dossier(target, chosen.id, as_of=as_of, statuses=_statuses(all_statuses), undated=undated)
    if form is Format.json:
        show_json(_dossier_json(found))
    elif form is Format.csv:
        columns = (
            "tie", "family", "type", "status", "other", "other_name", "sentence", "sources", *_CSV_FIELDS,
        )  # fmt: skip
        show(form, columns, [_csv_row(line_) for line_ in found.lines])
    else:
        _print_dossier(found)
    left_out_note(found.left_out, as_of)


def paths(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="Id, name or alias.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Id, name or alias.")],
    as_of: AsOfOption = None,
    max_hops: Annotated[int, typer.Option("--max-hops", min=1, max=8, help="Longest path.")] = 4,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many paths.")] = 10,
    types: Annotated[
        str | None, typer.Option("--types", metavar="A,B", help="Only these tie types.", show_default=False)
    ] = None,
    all_statuses: AllStatusesOption = False,
    undated: UndatedOption = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", metavar="ID", help="As if this entity or tie did not exist.", show_default=False
        ),
    ] = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show how two entities are connected, each step as a sentence with its source.

    \b
    interlock paths openai cerebras --as-of 2017-09
    interlock paths nvidia openai --types INVESTED_IN,SUPPLIES --max-hops 2
    interlock paths openai cerebras --exclude elon-musk
    """
    from graph.analytics.paths import PathQuery, best_paths
    from graph.projection import Filters, to_networkx
    from graph.search import resolve_entity

    wanted = {part.strip().upper() for part in (types or "").split(",") if part.strip()}
    with opened(ctx) as held, progress("Looking for paths"):
        ends = [resolve_entity(held, text) for text in (source, target)]
        filters = Filters(
            types=frozenset(wanted) if wanted else None,
            statuses=frozenset(_statuses(all_statuses)),
            exclude=frozenset(_excluded(held, text) for text in exclude or ()),
            undated=undated,
        )
        graph = to_networkx(held, filters, as_of=as_of)
        query = PathQuery(k=k, max_hops=max_hops, types=wanted or None)
        result = best_paths(graph, ends[0].id, ends[1].id, query)
        found = [_path_steps(graph, path) for path in result.paths]
        sources = _sources(held, found)
    if form is Format.json:
        show_json([{"hops": len(steps), "steps": steps} for steps in found])
    elif form is Format.csv:
        columns = ("path", "step", "from", "to", "tie", "sentence", "sources")
        show(form, columns, _path_rows(found))
    else:
        _print_paths(found, sources)
    _path_notes(result, [graph.nodes[key]["name"] for key in result.common], ends)
    left_out_note(graph.graph["left_out"], as_of)


def _statuses(all_statuses: bool) -> tuple[str, ...]:
    return tuple(ontology().statuses) if all_statuses else FACT_STATUSES


def _dossier_json(found: Dossier) -> dict[str, Any]:
    ties = [
        {
            "family": line_.family,
            "sentence": line_.sentence,
            "other": line_.other.id,
            "tie": line_.tie,
            "sources": line_.sources,
        }
        for line_ in found.lines
    ]
    return {"entity": found.entity, "roles": found.roles, "ties": ties, "left_out": found.left_out}


def _csv_row(found: TieLine) -> tuple[Any, ...]:
    tie = found.tie
    return (
        tie.id, found.family, tie.type, tie.status, found.other.id, found.other.name, found.sentence,
        ";".join(tie.sources), *(getattr(tie, name) for name in _CSV_FIELDS),
    )  # fmt: skip


def _print_dossier(found: Dossier) -> None:
    who = found.entity
    heading(f"{who.name} ({who.id})")
    facts = (
        ("kind", ontology().kinds[who.kind].title),
        ("roles", found.roles or None),
        ("also", who.aliases or None),
        ("country", who.country),
        ("founded", who.founded),
        ("born", who.born),
        ("ids", tuple(identifier_text(each) for each in who.identifiers) or None),
        ("note", who.note),
        ("record", STUB if who.stub else None),
        ("sectors", who.sectors or None),
        ("about", who.description),
    )
    for name, value in facts:
        if value is not None:
            line(f"{name:9}{cell(value)}")
    for family, lines in found.by_family().items():
        line("")
        heading(f"{family} ({len(lines)})")
        for item in lines:
            line(f"  {item.sentence}")
            for source in item.sources:
                line(f"      {_cited(source)}")


def _cited(source: Source) -> str:
    parts = [source.publisher, source.title, source.date, source.url]
    return "; ".join(part for part in parts if part)


def _path_steps(graph: Any, path: InfluencePath) -> list[dict[str, Any]]:
    return [
        {
            "from": step.from_id,
            "from_name": graph.nodes[step.from_id]["name"],
            "to": step.to_id,
            "to_name": graph.nodes[step.to_id]["name"],
            "ties": step.ties,
            "sentences": step.sentences(graph),
        }
        for step in path.steps
    ]


def _sources(store: Store, found: Sequence[list[dict[str, Any]]]) -> dict[str, Source]:
    ids = {key for steps in found for step in steps for tie in step["ties"] for key in tie.sources}
    return {source.id: source for source in store.sources(sorted(ids))}


def _path_rows(found: Sequence[list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    return [
        (number, at, step["from"], step["to"], tie.id, sentence, ";".join(tie.sources))
        for number, steps in enumerate(found, start=1)
        for at, step in enumerate(steps, start=1)
        for tie, sentence in zip(step["ties"], step["sentences"], strict=True)
    ]


def _print_paths(found: Sequence[list[dict[str, Any]]], sources: dict[str, Source]) -> None:
    for number, steps in enumerate(found, start=1):
        route = " – ".join([steps[0]["from_name"], *(step["to_name"] for step in steps)])
        heading(f"{number}. {route} ({counted(len(steps), 'hop')})")
        for step in steps:
            for tie, sentence in zip(step["ties"], step["sentences"], strict=True):
                line(f"   {sentence}")
                for key in tie.sources:
                    line(f"       {_cited(sources[key]) if key in sources else key}")
        line("")


def _path_notes(result: PathResult, common: Sequence[str], ends: Sequence[Entity]) -> None:
    if result.more:
        note(f"The {result.k} shortest; there are more (-k).")
    if result.stopped_at is not None:
        note(f"Stopped after {result.stopped_at:,} partial paths; these are the shortest found.")
    if result.paths:
        return
    note(f"No path from {ends[0].name} to {ends[1].name} within {counted(result.max_hops, 'hop')}.")
    if result.distance is not None:
        note(f"The shortest has {counted(result.distance, 'hop')} (--max-hops {result.distance}).")
    else:
        note("They are not connected by these ties; try --all-statuses, or no --as-of and --types.")
    if common:
        note(f"Nearest to both: {', '.join(common)}.")


def _excluded(store: Store, text: str) -> str:
    """The id of a tie, or of the entity that is meant."""
    from graph.search import resolve_entity

    return text if next(store.ties([text]), None) else resolve_entity(store, text).id
