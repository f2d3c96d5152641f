"""``query``: the saved questions, and plain Cypher."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from commands.console import Format, heading, note, show, show_json, write
from commands.frame import FormatOption, Group, StoreOption, opened, progress
from graph.errors import ParameterError
from graph.store.base import DEFAULT_MAX_ROWS, Rows
from graph.wording import counted

app = typer.Typer(
    cls=Group, no_args_is_help=True, help="Saved questions, and plain Cypher.", rich_markup_mode="rich"
)

ParamOption = Annotated[
    list[str] | None,
    typer.Option(
        "--param", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.", show_default=False
    ),
]
RowsOption = Annotated[int, typer.Option("--max-rows", min=1, max=1_000_000, help="Most rows to print.")]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout", metavar="SECONDS", min=0.1, max=3600, help="Stop after so long.", show_default=False
    ),
]


@app.command("list")
def list_queries(
    category: Annotated[
        str | None, typer.Option("--category", help="Only this one.", show_default=False)
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """List the saved queries.

    \b
    interlock query list
    interlock query list --category ownership
    """
    from graph.queries.catalogue import catalogue

    found = [query for query in catalogue().all() if category in (None, query.category)]
    show(form, ("id", "category", "title"), [(query.id, query.category, query.title) for query in found])
    if not found:
        note(f"No category {category!r}. There are: {', '.join(catalogue().categories())}.")


@app.command("show")
def show_query(
    query_id: Annotated[str, typer.Argument(metavar="ID")], form: FormatOption = Format.table
) -> None:
    """Show a saved query: its question, parameters and Cypher, ready for any console.

    \b
    interlock query show stakes-behind
    """
    from graph.queries.catalogue import catalogue

    query = catalogue().get(query_id)
    if form is Format.json:
        show_json(query)
    else:
        write(query.text.rstrip("\n") + "\n")


@app.command("run")
def run_saved(
    ctx: typer.Context,
    query_id: Annotated[str, typer.Argument(metavar="ID", help="See: interlock query list")],
    params: ParamOption = None,
    max_rows: RowsOption = DEFAULT_MAX_ROWS,
    timeout: TimeoutOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Run a saved query. Entities may be given by id, name or alias.

    \b
    interlock query run customers-of --param company=cerebras
    interlock query run interlocks --format csv > boards.csv
    """
    from graph.queries.catalogue import catalogue
    from graph.queries.run import run_query
    from graph.search import resolve_entity

    query = catalogue().get(query_id)
    values = _parameters(params)
    with opened(ctx) as target, progress("Asking"):
        for parameter in query.parameters:
            if parameter.type == "entity id" and values.get(parameter.name):
                values[parameter.name] = resolve_entity(target, values[parameter.name]).id
        rows = run_query(target, query, values, max_rows=max_rows, timeout_s=timeout)
    if form is Format.table:
        heading(query.title)
    _show_rows(rows, form)


@app.command("cypher")
def run_cypher(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The query; - reads it from standard input.")],
    params: ParamOption = None,
    max_rows: RowsOption = DEFAULT_MAX_ROWS,
    timeout: TimeoutOption = None,
    store: StoreOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Run a read-only Cypher query. Values given as --param are JSON, or else text.

    \b
    interlock query cypher 'MATCH (e:Entity) RETURN e.kind, count(*)'
    interlock query cypher 'MATCH (e {id: $id}) RETURN e' -p id=openai --format json
    """
    cypher = sys.stdin.read() if text == "-" else text
    values = {name: _json_or_text(value) for name, value in _parameters(params).items()}
    with opened(ctx) as target, progress("Asking"):
        rows = target.query(cypher, values, max_rows=max_rows, timeout_s=timeout)
    _show_rows(rows, form)


def _parameters(given: list[str] | None) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not (equals and name.strip()):
            raise ParameterError(text, "has no name or no value.", hint="Write --param name=value.")
        if name.strip() in values:
            raise ParameterError(name.strip(), "is given twice.", hint="Give it once.")
        values[name.strip()] = value
    return values


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _show_rows(rows: Rows, form: Format) -> None:
    show(form, rows.columns, rows.rows)
    if not rows.rows:
        note("No rows.")
    if rows.truncated:
        note(f"Cut after {counted(len(rows.rows), 'row')}; there are more (--max-rows).")
