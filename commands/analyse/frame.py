"""What the analysis commands share: the graph to look at, and how an answer is printed."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import networkx as nx
import typer

from commands.console import Format, heading, line, note, show, show_json
from commands.frame import left_out_note, opened, progress
from graph.analytics.answer import Answer, write_answer
from graph.errors import ParameterError
from graph.model import FACT_STATUSES
from graph.ontology import ontology
from graph.store import Store
from graph.wording import counted

TypesOption = Annotated[
    str | None,
    typer.Option("--types", metavar="A,B", help="Only these tie types.", show_default=False),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="ID", help="As if this entity or tie did not exist.", show_default=False
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE",
        help="Also write it, with everything needed to repeat it, to a .json or .csv file.",
        show_default=False,
    ),
]  # fmt: skip
TopOption = Annotated[int, typer.Option("--top", "-n", min=1, max=100_000, help="How many rows to print.")]


def type_names(text: str | None) -> tuple[str, ...] | None:
    """The tie types of ``--types``, in capitals; None where none is named."""
    return tuple(filter(None, (name.strip().upper() for name in (text or "").split(",")))) or None


@contextmanager
def analysed(
    ctx: typer.Context,
    *,
    as_of: str | None = None,
    types: str | Sequence[str] | None = None,
    all_statuses: bool = False,
    undated: bool = False,
    exclude: Sequence[str] | None = None,
    doing: str = "Computing",
) -> Generator[tuple[Store, nx.MultiDiGraph]]:
    """The store and its graph under the options every analysis has; a bar while it takes long."""
    from graph.projection import Filters, to_networkx
    from graph.search import resolve_entity

    wanted = type_names(types) if isinstance(types, str) else types
    statuses = tuple(ontology().statuses) if all_statuses else FACT_STATUSES
    with opened(ctx) as store:
        left: list[str] = []
        for text in exclude or ():
            left.append(text if next(store.ties([text]), None) else resolve_entity(store, text).id)
        filters = Filters(
            types=frozenset(wanted) if wanted else None,
            statuses=frozenset(statuses),
            exclude=frozenset(left),
            undated=undated,
        )
        with progress(doing):
            yield store, to_networkx(store, filters, as_of=as_of)


def entity_ids(store: Store, text: str) -> list[str]:
    """Ids of the entities named in ``text``, parted by commas; each an id, name or alias."""
    from graph.search import resolve_entity

    found = [resolve_entity(store, part.strip()).id for part in text.split(",") if part.strip()]
    if not found:
        raise ParameterError("entity", "is empty.", hint="Name an entity by id, name or alias.")
    return found


def print_answer(
    answer: Answer,
    form: Format,
    *,
    top: int | None = None,
    output: Path | None = None,
    most_sentences: int = 12,
) -> None:
    """Sentences first, then the table, then what was left out; the whole as JSON; the table as CSV."""
    if output is not None:
        write_answer(answer, output)
    if form is Format.json:
        show_json(answer.as_dict())
    else:
        rows = answer.rows if top is None else answer.rows[:top]
        if form is Format.table:
            heading(answer.title)
            for statement in answer.statements[:most_sentences]:
                line(statement.text)
            if len(answer.statements) > most_sentences:
                line(
                    f"... and {len(answer.statements) - most_sentences:,} more (--format json has them all)."
                )
            line("")
        if rows or form is Format.csv:
            show(form, answer.columns, rows)
        if len(rows) < len(answer.rows):
            note(f"{len(rows):,} of {counted(len(answer.rows), 'row')} (--top).")
    for text in answer.notes:
        note(text)
    left_out_note(answer.provenance.left_out, answer.provenance.as_of)
    note(f"Method: {answer.method.name}. {answer.method.citation}")
    if output is not None:
        note(f"{output} written.")
