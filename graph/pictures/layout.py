"""Where things stand in a drawing: computed here once, with fixed seeds, never by the screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import networkx as nx

Positions = dict[str, tuple[float, float]]
"""Entity id to (x, y), both 0..1, y downwards."""


def layout(graph: nx.MultiDiGraph, *, focus: str | None = None) -> Positions:
    """A drawing by forces (Fruchterman and Reingold 1991), the same for the same graph.

    Args:
        graph: at most a few hundred nodes; O(n^2) a step.
        focus: entity to start in the middle.
    """
    plain = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    plain.add_edges_from(sorted({tuple(sorted(edge)) for edge in graph.edges() if edge[0] != edge[1]}))
    n = plain.number_of_nodes()
    if n <= 2:
        return {node: (0.3 + 0.4 * index, 0.5) for index, node in enumerate(sorted(plain))}
    start = _rings(plain, focus) if focus in plain else None
    placed = nx.spring_layout(plain, seed=7, pos=start, iterations=120, k=1.6 / math.sqrt(n))
    return _spread({node: (float(x), float(y)) for node, (x, y) in placed.items()})


def layered(paths: Iterable[Sequence[str]]) -> Positions:
    """Paths from left to right: a column per step from the start, each entity once, at its earliest step."""
    column: dict[str, int] = {}
    last = 0
    paths = [list(path) for path in paths]
    for path in paths:
        last = max(last, len(path) - 1)
        for step, node in enumerate(path):
            column[node] = min(step, column.get(node, step))
    for path in paths:
        column[path[-1]] = last
    rows: dict[int, list[str]] = {}
    for path in paths:
        for node in path:
            members = rows.setdefault(column[node], [])
            if node not in members:
                members.append(node)
    return {
        node: (place / max(last, 1), (row + 1) / (len(members) + 1))
        for place, members in rows.items()
        for row, node in enumerate(members)
    }


def _rings(graph: nx.Graph, focus: str | None) -> dict[str, tuple[float, float]]:
    distances = nx.single_source_shortest_path_length(graph, focus)
    found: dict[str, tuple[float, float]] = {}
    for distance in sorted({*distances.values(), max(distances.values()) + 1}):
        ring = [node for node in graph if distances.get(node, max(distances.values()) + 1) == distance]
        for index, node in enumerate(ring):
            angle = 2 * math.pi * index / len(ring)
            found[node] = (distance * math.cos(angle), distance * math.sin(angle))
    return found


def _spread(positions: Positions) -> Positions:
    """Scale each axis to 0..1."""
    xs = [x for x, _ in positions.values()]
    ys = [y for _, y in positions.values()]
    width, height = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    return {node: ((x - min(xs)) / width, (y - min(ys)) / height) for node, (x, y) in positions.items()}
