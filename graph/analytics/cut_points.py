"""Entities without which the graph falls apart (articulation points), and what each cuts off.

Found without direction from biconnected components (Hopcroft and Tarjan 1973, Communications of the ACM
16(6), 372-378), computed by networkit. As in :mod:`graph.analytics.chokepoints`, ties that are over hold
nothing together, unless the graph is one as of a date, where they still held. Blocks
and cut points form a tree; the sizes of its branches are the sizes of the parts that remain when a cut
point is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkit as nk
import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.chokepoints import supply_matrix
from graph.analytics.compact import kept
from graph.analytics.reach import dated
from graph.model import EntityId


@dataclass(frozen=True, slots=True)
class CutPoint:
    """An entity whose removal parts others from the rest.

    Attributes:
        entity: the cut point.
        parts: how many parts its component falls into.
        cut_off: how many entities lose the connection to the largest part.
        names: their ids, at most as many as asked for, sorted.
    """

    entity: EntityId
    parts: int
    cut_off: int
    names: tuple[EntityId, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _BlockTree:
    """Blocks 0..b-1 with their members, then cut points; ``size`` counts entities in each branch."""

    nodes: tuple[EntityId, ...]
    blocks: list[NDArray[np.int64]]
    place: Mapping[int, int]
    blocks_of: Mapping[int, list[int]]
    above: NDArray[np.int64]
    size: NDArray[np.int64]
    total: NDArray[np.int64]
    ties: int
    ended: int


def cut_points(
    graph: nx.Graph, *, types: Sequence[str] | None = None, top: int | None = None, names: int = 50
) -> list[CutPoint]:
    """Articulation points, those that cut off most first, then by id.

    Args:
        graph: any; directions are left aside, and ties that are over unless it is one as of a date.
        types: tie types that count; None counts all that are influence, see
            :data:`graph.analytics.influence.NO_INFLUENCE`.
        top: only so many.
        names: at most so many ids of what each cuts off.
    Cost: O(n + m) once a graph, then O(what is cut off).
    """
    tree = _tree_of(graph, types)
    found = [(node, *_parts(tree, node)) for node in tree.place]
    lost = [(sum(sizes) - max(sizes), node, blocks, sizes) for node, blocks, sizes in found]
    lost.sort(key=lambda item: (-item[0], tree.nodes[item[1]]))
    return [
        CutPoint(tree.nodes[node], len(sizes), count, _cut_off(tree, node, blocks, sizes, names))
        for count, node, blocks, sizes in lost[:top]
    ]


def searched(graph: nx.Graph, types: Sequence[str] | None = None) -> tuple[int, int]:
    """How many ties :func:`cut_points` looks at, and how many more it leaves out because they are over."""
    tree = _tree_of(graph, types)
    return tree.ties, tree.ended


def _tree_of(graph: nx.Graph, types: Sequence[str] | None) -> _BlockTree:
    wanted, ended = None if types is None else tuple(types), dated(graph)
    return kept(graph, ("block tree", wanted, ended), lambda: _block_tree(graph, wanted, ended))


def _parts(tree: _BlockTree, node: int) -> tuple[list[int], list[int]]:
    """The blocks around a cut point, and how many entities lie behind each."""
    at, blocks = tree.place[node], tree.blocks_of[node]
    sizes = [
        int(tree.size[block] if tree.above[block] == at else tree.total[at] - tree.size[at])
        for block in blocks
    ]
    return blocks, sizes


def _cut_off(
    tree: _BlockTree, node: int, blocks: Sequence[int], sizes: Sequence[int], most: int
) -> tuple[EntityId, ...]:
    """Ids behind all blocks but the largest; of equally large ones the part with the smallest id stays."""
    largest = max(sizes)
    rivals = [block for block, size in zip(blocks, sizes, strict=True) if size == largest]
    stays = rivals[0]
    if len(rivals) > 1:
        stays = min(rivals, key=lambda block: min(_members(tree, block, node, largest)))
    found: list[EntityId] = []
    for block in blocks:
        if block != stays and len(found) < most:
            found += _members(tree, block, node, most)
    return tuple(sorted(found)[:most])


def _members(tree: _BlockTree, block: int, without: int, most: int) -> list[EntityId]:
    """Up to ``most`` ids on the far side of ``block`` as seen from the cut point ``without``."""
    found: list[EntityId] = []
    waiting, seen = [block], {block}
    crossed = {without}
    while waiting and len(found) < most:
        for member in tree.blocks[waiting.pop()].tolist():
            if member in crossed:
                continue
            crossed.add(member)
            found.append(tree.nodes[member])
            for other in tree.blocks_of.get(member, ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
    return found


def _block_tree(graph: nx.Graph, types: Sequence[str] | None, ended: bool) -> _BlockTree:
    made = supply_matrix(graph, types, ended=ended)
    nodes = made.nodes
    blocks = _blocks(made.matrix, len(nodes))
    flat = np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int64)
    owner = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    cuts = np.flatnonzero(np.bincount(flat, minlength=len(nodes)) > 1)
    place = {node: len(blocks) + at for at, node in enumerate(cuts.tolist())}
    touching = np.isin(flat, cuts)
    blocks_of: dict[int, list[int]] = {node: [] for node in place}
    for member, block in zip(flat[touching].tolist(), owner[touching].tolist(), strict=True):
        blocks_of[member].append(block)
    own = np.ones(len(blocks) + len(cuts), dtype=np.int64)
    own[: len(blocks)] = np.bincount(owner[~touching], minlength=len(blocks))
    places = len(blocks) + np.searchsorted(cuts, flat[touching])
    above, size, total = _branches(owner[touching], places, own)
    return _BlockTree(nodes, blocks, place, blocks_of, above, size, total, made.ties, made.ended)


def _blocks(matrix: sparse.csr_array, n: int) -> list[NDArray[np.int64]]:
    both: Any = sparse.triu(matrix + matrix.T, k=1).tocoo()
    if not both.nnz:
        return []
    # Other integers, or strided arrays, are read as these by networkit 11.3 and crash it (its issue 1413).
    ends = tuple(np.ascontiguousarray(side, dtype=np.intp) for side in (both.row, both.col))
    plain: Any = nk.GraphFromCoo(ends, n=n, directed=False)
    components: Any = nk.components.BiconnectedComponents(plain)
    components.run()
    return [np.asarray(block, dtype=np.int64) for block in components.getComponents() if len(block) > 1]


def _branches(
    blocks: NDArray[np.int64], cuts: NDArray[np.int64], own: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Parent of each place in the forest, entities in each branch, and in each whole tree."""
    n = len(own)
    above = np.full(n, -1, dtype=np.int64)
    if n == 0:
        return above, own, own
    forest = sparse.csr_array((np.ones(len(blocks)), (blocks, cuts)), shape=(n, n))
    _, part = csgraph.connected_components(forest, directed=False)
    roots = np.unique(part, return_index=True)[1]
    top = np.full(len(roots), n)
    linked = sparse.csr_array(
        (np.ones(len(blocks) + len(roots)), (np.concatenate([blocks, top]), np.concatenate([cuts, roots]))),
        shape=(n + 1, n + 1),
    )
    order, before = csgraph.breadth_first_order(linked, n, directed=False)
    size = own.tolist()
    for at in order[:0:-1].tolist():
        parent = int(before[at])
        if parent < n:
            above[at] = parent
            size[parent] += size[at]
    sizes = np.asarray(size, dtype=np.int64)
    return above, sizes, sizes[roots][part]
