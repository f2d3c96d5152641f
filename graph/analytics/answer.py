"""What every analysis gives back: sentences, a table, and all that is needed to argue about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx

from graph.analytics.compact import kept
from graph.atomic import replacing
from graph.csv_text import guarded_line, sheet_text
from graph.errors import ParameterError
from graph.model import EntityId, Tie, TieId
from graph.wording import tie_words


@dataclass(frozen=True, slots=True)
class Method:
    """How something is computed, for people.

    Attributes:
        name: the field's name for the measure.
        formula: in words or plain-text mathematics, with the meaning of each symbol.
        missing: what happens where data is unknown.
        citation: the paper or standard.
    """

    name: str
    formula: str
    missing: str
    citation: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was computed from.

    Attributes:
        data_version, as_of, filters, left_out: of the graph, see :func:`graph.projection.to_networkx`;
            empty for a graph that did not come from a store.
        entities, ties: size of the graph that was searched.
        direction: which way ties were followed, in words.
        weights: what a tie counts, in words.
        normalisation: what a value is divided by, in words.
        seed: of the random numbers, None when nothing is random.
        parameters: everything else that was asked for.
    """

    data_version: str
    as_of: str | None
    filters: Mapping[str, Any]
    left_out: Mapping[str, int]
    entities: int
    ties: int
    direction: str
    weights: str = "none"
    normalisation: str = "none"
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with the ties it rests on and the entities it speaks of."""

    text: str
    ties: tuple[TieId, ...] = ()
    entities: tuple[EntityId, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one analysis.

    Attributes:
        title: the question, or what the table holds.
        statements: the answer in sentences, the most important first; never empty: an empty result
            says what was looked for in how many ties.
        columns, rows: the same as a table. Columns that end in ``_id`` hold entity ids, ``tie_ids``
            lists of tie ids; unknown is None.
        notes: limits that were reached, what was unknown and how much of it, assumptions.
    """

    title: str
    statements: tuple[Statement, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...]
    method: Method
    provenance: Provenance

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain dicts and lists for JSON; rows keyed by column."""
        found = asdict(self)
        found["rows"] = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return found


def provenance_of(
    graph: nx.Graph,
    *,
    direction: str,
    weights: str = "none",
    normalisation: str = "none",
    seed: int | None = None,
    **parameters: Any,
) -> Provenance:
    """The provenance of a result computed on ``graph``; a graph of the user's own has no version."""
    known = graph.graph
    # Counting the edges of a multigraph visits every node.
    edges = kept(graph, ("edges",), graph.number_of_edges)
    return Provenance(
        str(known.get("data_version", "")), known.get("as_of"), known.get("filters", {}),
        known.get("left_out", {}), graph.number_of_nodes(), edges, direction, weights,
        normalisation, seed, parameters,
    )  # fmt: skip


def answer_bytes(answer: Answer, ending: str) -> bytes:
    """An answer with its provenance as the bytes of a ``.json`` or ``.csv`` file.

    The CSV starts with ``#`` lines that hold method, citation and provenance; below stands the table,
    safe for spreadsheets.

    Raises:
        ParameterError: another ending.
    """
    if ending == ".json":
        text = json.dumps(answer.as_dict(), ensure_ascii=False, indent=2, default=str) + "\n"
    elif ending == ".csv":
        text = _csv(answer)
    else:
        raise ParameterError(
            "file", f"{ending or 'no ending'} is not known.", hint="End the name in .json or .csv."
        )
    return text.encode("utf-8", "replace")


def write_answer(answer: Answer, path: str | Path) -> None:
    """Write :func:`answer_bytes` to a file, whole or not at all."""
    data = answer_bytes(answer, Path(path).suffix.lower())
    with replacing(path) as file:
        file.write(data)


def _csv(answer: Answer) -> str:
    about = {"title": answer.title, **asdict(answer.method), **asdict(answer.provenance)}
    about |= {"notes": list(answer.notes)} if answer.notes else {}
    lines: list[str] = []
    for name, value in about.items():
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        lines.append(f"{guarded_line(f'# {name}: ' + ' '.join(told.split()))}\n")
    rows = ([_cell(value) for value in row] for row in answer.rows)
    return "".join(lines) + sheet_text(answer.columns, rows, line_end="\n")


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return ";".join(str(item) for item in value)
    return value


def name_of(graph: nx.Graph, entity: EntityId) -> str:
    """The name of an entity in the graph, its id where it has none."""
    return str(graph.nodes[entity].get("name") or entity) if entity in graph else entity


def named_tie(graph: nx.Graph, start: EntityId, end: EntityId, tie: TieId) -> str:
    """A tie of the graph for people: its ends, type and dates instead of its id; see :func:`tie_words`.

    An edge of a graph of the user's own is named by its ends alone where it says no more.
    """
    first, second = name_of(graph, start), name_of(graph, end)
    found: Any = graph.get_edge_data(start, end, default={})
    edges: Any = found.items() if graph.is_multigraph() else [(None, found)] if found else []
    for key, data in edges:
        if key is None or tie in (data.get("id"), key):
            if isinstance(known := data.get("tie"), Tie):
                return tie_words(known, first, second)
            if data.get("type"):
                made = Tie(tie, start, str(data["type"]), end, str(data.get("status") or "active"),
                           data.get("start_date"), data.get("end_date"))  # fmt: skip
                return tie_words(made, first, second)
    return f"{first} – {second}"


def listed(names: list[str], *, most: int = 6) -> str:
    """Names as a phrase: ``A, B and C``, or ``A, B and 4 more``.

    >>> listed(["A", "B", "C"]), listed(list("ABCDEFG"), most=2)
    ('A, B and C', 'A, B and 5 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
