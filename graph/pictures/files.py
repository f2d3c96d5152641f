"""The drawn part of a graph as data files: ties as CSV, entities and ties as GraphML."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import cast

import networkx as nx

from graph.csv_text import sheet_text
from graph.exports.xml import write_graphml
from graph.model import Entity, Tie, entity_from
from graph.ontology import ontology
from graph.pictures.picture import Picture
from graph.store.base import Store

TIE_COLUMNS = (
    "id", "from_id", "from", "tie", "to_id", "to", "status", "start", "end", "amount_usd", "share",
    "share_basis", "role", "round", "product", "note", "sources",
)  # fmt: skip


class _Part:
    """What is drawn, read like a store."""

    def __init__(self, picture: Picture, graph: nx.MultiDiGraph) -> None:
        self._picture, self._graph = picture, graph

    def entities(self) -> Iterator[Entity]:
        for node in self._picture.nodes:
            if node.is_entity:
                yield entity_from(dict(self._graph.nodes[node.id]))

    def ties(self) -> Iterator[Tie]:
        yield from drawn_ties(self._picture)


def drawn_ties(picture: Picture) -> list[Tie]:
    """Every tie of the drawing, by id."""
    return sorted((tie for line in picture.ties for tie in line.ties), key=lambda tie: tie.id)


def ties_csv(picture: Picture) -> bytes:
    """The ties of the drawing for a spreadsheet, with the names of their ends; unknown cells are empty."""
    names = {node.id: node.name for node in picture.nodes}
    rows = [
        (
            t.id, t.from_id, names[t.from_id], ontology().types[t.type].title, t.to_id, names[t.to_id],
            t.status, t.start_date, t.end_date, t.amount_usd, t.share, t.share_basis, t.role, t.round,
            t.product, t.note, "; ".join(t.sources),
        )
        for t in drawn_ties(picture)
    ]  # fmt: skip
    return sheet_text(TIE_COLUMNS, rows).encode("utf-8", "replace")


def part_graphml(picture: Picture, graph: nx.MultiDiGraph) -> bytes:
    """The drawn entities and ties as GraphML, as :mod:`graph.exports.xml` writes a whole store.

    Args:
        picture: what is drawn.
        graph: the graph it was drawn from, with the entities' fields.
    """
    out = io.BytesIO()
    write_graphml(cast(Store, _Part(picture, graph)), out)
    return out.getvalue()
