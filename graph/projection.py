"""From a store to NetworkX: the graph that every analysis and drawing works on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields

import networkx as nx

from graph.collector import paused
from graph.dates import parse_date
from graph.errors import ParameterError, nearest
from graph.model import FACT_STATUSES, Entity, Tie
from graph.ontology import ontology
from graph.stopping import watched
from graph.store.base import Store


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of the store to look at.

    Attributes:
        types: tie types to keep; None keeps all.
        statuses: statuses to keep; by default facts only, never plans or allegations.
        kinds: kinds of entities to keep; None keeps all.
        exclude: ids of entities or ties to leave out ("what if this one did not exist").
        undated: with an as-of date, keep ties whose dates do not tell whether they hold then.
    """

    types: frozenset[str] | None = None
    statuses: frozenset[str] = field(default_factory=lambda: frozenset(FACT_STATUSES))
    kinds: frozenset[str] | None = None
    exclude: frozenset[str] = frozenset()
    undated: bool = False

    def __post_init__(self) -> None:
        known = ontology()
        for name, given, allowed in (
            ("types", self.types, known.types),
            ("statuses", self.statuses, known.statuses),
            ("kinds", self.kinds, known.kinds),
        ):
            for value in sorted(set(given or ()) - set(allowed)):
                close = nearest(value.upper() if name == "types" else value, list(allowed))
                raise ParameterError(
                    name, f"{value!r} is not known.", hint=f"Known: {', '.join(close or allowed)}."
                )

    @classmethod
    def all_statuses(cls, **others: object) -> Filters:
        """Filters that keep plans, dropped plans and allegations as well as facts."""
        return cls(statuses=frozenset(ontology().statuses), **others)  # type: ignore[arg-type]


def to_networkx(store: Store, filters: Filters | None = None, *, as_of: str | None = None) -> nx.MultiDiGraph:
    """The store's graph as a MultiDiGraph.

    Nodes are entity ids with every field of :class:`graph.model.Entity`; edges are keyed by tie id with
    every field of :class:`graph.model.Tie` and the tie itself under ``tie``. Edges run ``from`` ->
    ``to`` also where the tie type has no direction; see the ontology's ``directed``.

    Args:
        store: any store.
        filters: what to keep, see :class:`Filters`.
        as_of: a year, month or day; keeps ties that hold then.

    Returns:
        The graph. ``G.graph`` says what it is: ``data_version``, ``as_of``, ``filters``,
        ``ties_in_store`` and ``left_out``, the number of ties left out by reason (``status``,
        ``type``, ``kind``, ``excluded``, ``date`` surely outside, ``undated`` dates do not tell).

    Raises:
        SchemaViolation: ``as_of`` is not a date.

    Cost: reads the whole store once, O(entities + ties).
    """
    version = store.data_version()
    return graph_of(store.entities(), store.ties(), filters, as_of=as_of, data_version=version)


def graph_of(
    entities: Iterable[Entity],
    ties: Iterable[Tie],
    filters: Filters | None = None,
    *,
    as_of: str | None = None,
    data_version: str = "",
) -> nx.MultiDiGraph:
    """The same as :func:`to_networkx` from records at hand; ties must have both ends in ``entities``."""
    chosen = filters or Filters()
    if as_of is not None:
        parse_date(as_of, field="as_of")
    graph = nx.MultiDiGraph()
    left_out: Counter[str] = Counter(dict.fromkeys(_REASONS, 0))
    total = 0
    with paused():
        for entity in entities:
            if not (
                entity.id in chosen.exclude or (chosen.kinds is not None and entity.kind not in chosen.kinds)
            ):
                graph.add_node(entity.id, **_attributes(entity))
        for tie in watched(ties):
            total += 1
            if reason := _reason_to_leave_out(tie, chosen, graph, as_of):
                left_out[reason] += 1
            else:
                graph.add_edge(tie.from_id, tie.to_id, key=tie.id, tie=tie, **_attributes(tie))
    graph.graph.update(
        data_version=data_version,
        as_of=as_of,
        filters=_described(chosen),
        ties_in_store=total,
        left_out=dict(left_out),
    )
    return graph


_REASONS = ("status", "type", "kind", "excluded", "date", "undated")


def _reason_to_leave_out(tie: Tie, filters: Filters, graph: nx.MultiDiGraph, as_of: str | None) -> str:
    if tie.status not in filters.statuses:
        return "status"
    if filters.types is not None and tie.type not in filters.types:
        return "type"
    if tie.id in filters.exclude or tie.from_id in filters.exclude or tie.to_id in filters.exclude:
        return "excluded"
    if tie.from_id not in graph or tie.to_id not in graph:
        return "kind"
    if as_of is not None:
        holds = tie.holds_on(as_of)
        if holds is False:
            return "date"
        if holds is None and not filters.undated:
            return "undated"
    return ""


def _described(filters: Filters) -> dict[str, object]:
    values = asdict(filters)
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in values.items()}


_FIELDS = {cls: tuple(item.name for item in fields(cls)) for cls in (Entity, Tie)}


def _attributes(record: Entity | Tie) -> dict[str, object]:
    return {name: getattr(record, name) for name in _FIELDS[type(record)]}
