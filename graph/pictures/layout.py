"""Where things stand in a drawing: computed here once, with fixed seeds, never by the screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import networkx as nx

Positions = dict[str, tuple[float, float]]
"""Entity id to (x, y), both 0..1, y downwards. Only where the reader fixed a place may one lie outside."""

_CRUMBS_IN_A_ROW = 12
_ROWS_MAX = 9
"""A column with more rows than this is unreadable, so it is split."""


def layout(
    graph: nx.MultiDiGraph,
    *,
    focus: str | None = None,
    fixed: Mapping[str, tuple[float, float]] | None = None,
) -> Positions:
    """A drawing by forces (Fruchterman and Reingold 1991), the same for the same graph.

    Args:
        graph: at most a few hundred nodes; O(n^2) a step.
        focus: entity to start in the middle.
        fixed: places that must not change; the others are arranged around them.
    """
    plain = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    plain.add_edges_from(sorted({tuple(sorted(edge)) for edge in graph.edges() if edge[0] != edge[1]}))
    held = {node: place for node, place in (fixed or {}).items() if node in plain}
    if len(held) == plain.number_of_nodes():
        return held
    n = plain.number_of_nodes()
    if n <= 2 and not held:
        return {node: (0.3 + 0.4 * index, 0.5) for index, node in enumerate(sorted(plain))}
    if held:
        return _around(plain, held)
    crumbs = _crumbs(plain, focus)
    large = plain.subgraph(set(plain) - set(crumbs))
    start = _rings(large, focus) if focus in large else None
    placed = nx.spring_layout(
        large, seed=7, pos=start, iterations=120, k=1.6 / math.sqrt(large.number_of_nodes())
    )
    main = _loosened(_spread({node: (float(x), float(y)) for node, (x, y) in placed.items()}))
    rows = math.ceil(len(crumbs) / _CRUMBS_IN_A_ROW)
    strip = min(0.4, 0.09 * rows)
    return {
        **{node: (x, y * (1 - strip)) for node, (x, y) in main.items()},
        **{
            node: (
                (index % _CRUMBS_IN_A_ROW + 0.5) / _CRUMBS_IN_A_ROW,
                1 - strip * (rows - 1 - index // _CRUMBS_IN_A_ROW) / max(1, rows),
            )
            for index, node in enumerate(crumbs)
        },
    }


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


def ring(order: Sequence[str]) -> Positions:
    """On one circle, clockwise from the top, in the given order: for loops.

    >>> {node: (round(x, 2), round(y, 2)) for node, (x, y) in ring(["a", "b", "c", "d"]).items()}
    {'a': (0.5, 0.0), 'b': (1.0, 0.5), 'c': (0.5, 1.0), 'd': (0.0, 0.5)}
    """
    nodes = list(dict.fromkeys(order))
    turn = 2 * math.pi / max(1, len(nodes))
    return {
        node: (0.5 + 0.5 * math.sin(turn * index), 0.5 - 0.5 * math.cos(turn * index))
        for index, node in enumerate(nodes)
    }


def columns(left: Sequence[str], middle: Sequence[str], right: Sequence[str]) -> Positions:
    """Three columns from top to bottom: suppliers left, the company in the middle, customers right.

    Who stands in two columns is drawn in the first of middle, left, right that names it.

    >>> columns(["s1", "s2"], ["co"], ["c"])
    {'co': (0.5, 0.5), 's1': (0.0, 0.25), 's2': (0.0, 0.75), 'c': (1.0, 0.5)}
    """
    placed: Positions = {}
    for x, members in ((0.5, middle), (0.0, left), (1.0, right)):
        rows = [node for node in dict.fromkeys(members) if node not in placed]
        placed.update({node: (x, (row + 0.5) / len(rows)) for row, node in enumerate(rows)})
    return placed


def tree(edges: Iterable[tuple[str, str]], root: str, *, upward: bool = False) -> Positions:
    """A tree by levels: every child below its parent, every parent over the middle of its children.

    Args:
        edges: (parent, child). A child of several parents is drawn once, at the level nearest to the root;
            loops do no harm, and what the root does not reach is left out.
        root: the node at the top.
        upward: root at the bottom, for owners that stand above what they own.

    >>> tree([("co", "a"), ("co", "b"), ("a", "x")], "co")
    {'co': (0.5, 0.0), 'a': (0.25, 0.5), 'b': (0.75, 0.5), 'x': (0.25, 1.0)}
    """
    below: dict[str, list[str]] = {}
    for parent, child in edges:
        below.setdefault(parent, []).append(child)
    level, children = {root: 0}, dict[str, list[str]]()
    queue = [root]
    for parent in queue:
        children[parent] = [c for c in dict.fromkeys(below.get(parent, ())) if c not in level]
        level.update(dict.fromkeys(children[parent], level[parent] + 1))
        queue += children[parent]
    across = _across(queue, children)
    leaves = max(1, sum(not children[node] for node in queue))
    deepest = max(1, *level.values())
    return {
        node: (across[node] / leaves, 1 - level[node] / deepest if upward else level[node] / deepest)
        for node in queue
    }


def _across(order: list[str], children: dict[str, list[str]]) -> dict[str, float]:
    """Place from left to right: leaves side by side, parents over their middle. No recursion."""
    leaf = 0
    across: dict[str, float] = {}
    stack = [order[0]]
    while stack:
        node = stack[-1]
        waiting = [child for child in children[node] if child not in across]
        if waiting:
            stack += reversed(waiting)
            continue
        stack.pop()
        if children[node]:
            ends = [across[child] for child in children[node]]
            across[node] = (ends[0] + ends[-1]) / 2
        elif node not in across:
            across[node] = leaf + 0.5
            leaf += 1
    return across


def grid(order: Sequence[str]) -> Positions:
    """Row by row in the given order, somewhat wider than high."""
    nodes = list(dict.fromkeys(order))
    wide = max(1, math.ceil(math.sqrt(len(nodes) * 1.5)))
    high = max(1, math.ceil(len(nodes) / wide))
    return {
        node: ((index % wide + 0.5) / wide, (index // wide + 0.5) / high) for index, node in enumerate(nodes)
    }


def bands(groups: Iterable[Sequence[str]]) -> Positions:
    """A column for each group that has members, from left to right; long groups take several columns."""
    stacks = [
        list(group[start : start + _ROWS_MAX])
        for group in groups
        for start in range(0, len(group), _ROWS_MAX)
    ]
    return {
        node: ((place + 0.5) / len(stacks), (row + 0.5) / len(stack))
        for place, stack in enumerate(stacks)
        for row, node in enumerate(stack)
    }


def rings(graph: nx.MultiDiGraph, focus: Sequence[str]) -> Positions:
    """Circles around the focus: first those one tie away, then two; what is not joined outermost."""
    plain = graph.to_undirected(as_view=True)
    centres = [node for node in focus if node in graph] or _busiest(graph)
    if not centres:
        return {}
    distance = dict.fromkeys(centres, 0)
    queue = list(centres)
    for node in queue:
        for other in sorted(plain[node]):
            if other not in distance:
                distance[other] = distance[node] + 1
                queue.append(other)
    far = max(distance.values()) + 1
    circles: dict[int, list[str]] = {}
    for node in [*queue, *sorted(set(graph) - set(queue))]:
        circles.setdefault(distance.get(node, far), []).append(node)
    found: Positions = {}
    for circle, members in circles.items():
        # Several centres need a small circle of their own; one centre is the middle.
        radius = circle + (0.35 if len(centres) > 1 else 0.0)
        for index, node in enumerate(members):
            angle = 2 * math.pi * (index / len(members) + 0.07 * circle)
            found[node] = (radius * math.sin(angle), -radius * math.cos(angle))
    widest = max(max(abs(x), abs(y)) for x, y in found.values()) or 1.0
    return {node: (0.5 + x / (2 * widest), 0.5 + y / (2 * widest)) for node, (x, y) in found.items()}


def _busiest(graph: nx.MultiDiGraph) -> list[str]:
    return sorted(graph, key=lambda node: (-graph.degree(node), node))[:1]


def _around(plain: nx.Graph, held: Positions) -> Positions:
    """Place the others near the held ones they are joined to, without moving those."""
    n = plain.number_of_nodes()
    middle = (
        sum(x for x, _ in held.values()) / len(held),
        sum(y for _, y in held.values()) / len(held),
    )
    start: Positions = dict(held)
    for index, node in enumerate(node for node in plain if node not in held):
        near = [held[other] for other in plain[node] if other in held] or [middle]
        angle = 2.4 * index  # the golden angle, so that newcomers do not start on top of one another
        reach = 0.05 + 0.15 * math.sqrt((index + 1) / n)
        start[node] = (
            sum(x for x, _ in near) / len(near) + reach * math.cos(angle),
            sum(y for _, y in near) / len(near) + reach * math.sin(angle),
        )
    placed = nx.spring_layout(
        plain, seed=7, pos=start, fixed=list(held), iterations=60, k=0.75 / math.sqrt(n)
    )
    return {node: held.get(node) or (float(x), float(y)) for node, (x, y) in placed.items()}


def _crumbs(plain: nx.Graph, focus: str | None) -> list[str]:
    """Entities of the small parts that nothing joins to the rest: forces would throw them far away.

    They go into rows at the bottom, the members of a part side by side.
    """
    parts = sorted(nx.connected_components(plain), key=lambda part: (-len(part), min(part)))
    most = len(parts[0])
    small = [part for part in parts[1:] if len(part) <= max(3, 0.15 * most) and focus not in part]
    return [node for part in small for node in sorted(part)] if most > 3 else []


def _loosened(positions: Positions) -> Positions:
    """Pull the dense middle of a large drawing apart: places move towards their rank on each axis."""
    n = len(positions)
    part = min(0.6, max(0, n - 30) / 200)
    if not part:
        return positions
    by_x = sorted(positions, key=lambda node: (positions[node][0], node))
    by_y = sorted(positions, key=lambda node: (positions[node][1], node))
    across = {node: rank / (n - 1) for rank, node in enumerate(by_x)}
    down = {node: rank / (n - 1) for rank, node in enumerate(by_y)}
    return {
        node: (x * (1 - part) + across[node] * part, y * (1 - part) + down[node] * part)
        for node, (x, y) in positions.items()
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
