"""Single points that supply must pass: dominators of the supply graph.

Supplier d *dominates* company x if every recorded supply route to x passes d. Routes start at the
ultimate sources: entities without a recorded supplier. Ties that are over are no routes, unless the
graph is one as of a date. Mutual suppliers can form a loop that nobody
outside supplies; such a loop is one source, and a route may start at any of its members (found by
condensing strongly connected components). A virtual root stands above all of them. Dominators are
computed by rustworkx (Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm", 2006), once a
graph; the known answers in the tests are those of Lengauer and Tarjan (1979, ACM Transactions on
Programming Languages and Systems 1(1), 121-141).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import rustworkx as rx
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.compact import kept
from graph.analytics.influence import counts
from graph.analytics.reach import SUPPLY, dated
from graph.errors import AnalysisError, EntityNotFound
from graph.model import FACT_STATUSES, EntityId
from graph.stopping import checkpoint


@dataclass(frozen=True, slots=True, eq=False)
class SupplyTree:
    """Dominator tree of the supply graph.

    Attributes:
        nodes: ids by position.
        index: id to position.
        parent: position of the immediate dominator; -1 below the virtual root (nothing dominates), -2
            where no route leads: outside the reach of a chosen root.
        below: how many others each entity dominates.
        sources: whether a route may start here.
        source_group: number of the source (loops share one), -1 for others.
        matrix, upstream: n x n CSR of supply, 1 where a tie runs supplier -> customer, and its transpose.
        root: the chosen root, None for all sources.
        ties: how many supply ties there are.
        ended: how many more are over and left out.
        no_facts: how many of ``ties`` are planned, alleged or the like.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    parent: NDArray[np.int64]
    below: NDArray[np.int64]
    sources: NDArray[np.bool_]
    source_group: NDArray[np.int64]
    matrix: sparse.csr_array
    upstream: sparse.csr_array
    root: EntityId | None
    ties: int
    ended: int = 0
    no_facts: int = 0

    def chain(self, company: EntityId) -> tuple[EntityId, ...]:
        """Dominators of ``company`` without itself and the virtual root, the nearest first."""
        found: list[EntityId] = []
        at = int(self.parent[self.index[company]])
        while at >= 0:
            found.append(self.nodes[at])
            at = int(self.parent[at])
        return tuple(found)

    def immediate(self) -> dict[EntityId, EntityId]:
        """Immediate dominator of every entity that has one."""
        return {self.nodes[i]: self.nodes[p] for i, p in enumerate(self.parent.tolist()) if p >= 0}


@dataclass(frozen=True, slots=True)
class Chokepoints:
    """What every recorded supply route to ``company`` passes.

    Attributes:
        company: the one supplied.
        chain: dominators, the nearest first; empty when no single entity stands on all routes.
        sources: entities where routes to it start, by id; a loop of mutual suppliers counts once, by
            its smallest id. Only the company itself (or nothing) when nobody is recorded to supply it.
        only_source: whether all routes start at one entity, which then ends the chain. With a chosen
            root, the root itself is left out of the chain.
        suppliers: number of direct suppliers.
        root: the chosen root, None for all sources.
        reached: whether any route leads to it.
    """

    company: EntityId
    chain: tuple[EntityId, ...]
    sources: tuple[EntityId, ...]
    only_source: bool
    suppliers: int
    root: EntityId | None
    reached: bool


@dataclass(frozen=True, slots=True)
class Dominance:
    """A supplier and the companies that no recorded route reaches without it, nearest level first."""

    supplier: EntityId
    count: int
    dominated: tuple[EntityId, ...]


def supply_tree(
    graph: nx.Graph, *, root: EntityId | None = None, types: Sequence[str] = SUPPLY
) -> SupplyTree:
    """The dominator tree from all ultimate sources, or from one chosen ``root``.

    Raises:
        EntityNotFound: ``root`` is not in the graph.
        AnalysisError: the graph has no directions.
    Cost: O(n + m) to convert, close to that for the tree; kept beside the graph for later calls.
    """
    if root is not None and root not in graph:
        raise EntityNotFound(root, list(graph))
    if not graph.is_directed():
        raise AnalysisError("Supply routes need directions.", hint="Use a DiGraph: supplier -> customer.")
    chosen, ended = tuple(types), dated(graph)
    return kept(graph, ("supply tree", root, chosen, ended), lambda: _tree(graph, root, chosen, ended))


def chokepoints(
    graph: nx.Graph, company: EntityId, *, root: EntityId | None = None, types: Sequence[str] = SUPPLY
) -> Chokepoints:
    """The entities that every recorded supply route to ``company`` passes.

    Args:
        graph: edges run supplier -> customer; ties that are over count only in a graph as of a date.
        company: the one supplied.
        root: only routes from here; None for routes from all ultimate sources.
        types: tie types that count as supply.

    Raises:
        EntityNotFound: ``company`` or ``root`` is not in the graph.
    Cost: that of :func:`supply_tree` at the first call, then O(n) for the sources.
    """
    if company not in graph:
        raise EntityNotFound(company, list(graph))
    tree = supply_tree(graph, root=root, types=types)
    place = tree.index[company]
    chain = tree.chain(company)
    groups = _sources_above(tree, place) if root is None else [[root]]
    only = root is None and len(groups) == 1 and len(groups[0]) == 1 and chain[-1:] == tuple(groups[0])
    if root is not None:
        chain = tuple(item for item in chain if item != root)
    suppliers = int(tree.upstream.indptr[place + 1] - tree.upstream.indptr[place])
    reached = bool(tree.parent[place] != -2) and suppliers > 0
    sources = tuple(sorted(group[0] for group in groups))
    return Chokepoints(company, chain, sources, only, suppliers, root, reached)


def _sources_above(tree: SupplyTree, place: int) -> list[list[EntityId]]:
    """The sources from which ``place`` is reached, each with its members by id."""
    above: Any = csgraph.breadth_first_order(tree.upstream, place, return_predecessors=False)
    groups: dict[int, list[EntityId]] = {}
    for at in above[tree.sources[above]].tolist():
        groups.setdefault(int(tree.source_group[at]), []).append(tree.nodes[at])
    return [sorted(members) for members in groups.values()]


def dominances(
    graph: nx.Graph,
    *,
    supplier: EntityId | None = None,
    root: EntityId | None = None,
    types: Sequence[str] = SUPPLY,
    top: int | None = None,
    names: int = 1_000,
) -> list[Dominance]:
    """Suppliers by the number of companies they dominate, largest first, then by id.

    Ties that are over count only in a graph as of a date.

    Args:
        supplier: only this one, also when it dominates nobody; None for all that dominate somebody.
        top: only so many. names: at most so many dominated ids a supplier.
    Cost: that of :func:`supply_tree` at the first call, then O(n).
    """
    if supplier is not None and supplier not in graph:
        raise EntityNotFound(supplier, list(graph))
    tree = supply_tree(graph, root=root, types=types)
    if supplier is not None:
        wanted = [tree.index[supplier]]
    else:
        wanted = sorted(np.flatnonzero(tree.below).tolist(), key=lambda i: (-tree.below[i], tree.nodes[i]))
    children: dict[int, list[int]] = {}
    for place in np.flatnonzero(tree.parent >= 0).tolist():
        children.setdefault(int(tree.parent[place]), []).append(place)
    return [
        Dominance(tree.nodes[place], int(tree.below[place]), _names(tree, children, place, names))
        for place in wanted[:top]
    ]


def _names(
    tree: SupplyTree, children: Mapping[int, list[int]], place: int, most: int
) -> tuple[EntityId, ...]:
    found: list[EntityId] = []
    layer = [place]
    while layer and len(found) < most:
        layer = sorted((k for at in layer for k in children.get(at, ())), key=lambda k: tree.nodes[k])
        found += [tree.nodes[k] for k in layer]
    return tuple(found[:most])


@dataclass(frozen=True, slots=True, eq=False)
class SupplyMatrix:
    """Which entities are tied.

    Attributes:
        nodes, index: ids by position, and id to position.
        matrix: n x n CSR, 1 for each pair that is tied.
        ties: how many ties that are.
        ended: how many more are over and left out.
        no_facts: how many of ``ties`` are planned, alleged or the like.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    matrix: sparse.csr_array
    ties: int
    ended: int
    no_facts: int


def supply_matrix(graph: nx.Graph, types: Sequence[str] | None, *, ended: bool = True) -> SupplyMatrix:
    """The pairs tied by ``types`` (None: all that are influence); ``ended`` False: none that is over."""
    nodes = tuple(graph)
    index = {node: place for place, node in enumerate(nodes)}
    chosen = None if types is None else frozenset(types)
    many = graph.is_multigraph()
    tails: list[int] = []
    heads: list[int] = []
    over = no_facts = 0
    for start, near in graph.adjacency():  # twice as fast as graph.edges on a million ties
        place = index[start]
        for end, found in near.items():
            for data in found.values() if many else (found,):
                if counts(data.get("type"), chosen):
                    status = data.get("status", "active")
                    if status == "ended" and not ended:
                        over += start != end
                        continue
                    no_facts += status not in FACT_STATUSES and start != end
                    tails.append(place)
                    heads.append(index[end])
    ends = np.asarray([tails, heads], dtype=np.int32)
    ends = ends[:, ends[0] != ends[1]]
    matrix = sparse.csr_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(len(nodes), len(nodes)))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    ties = ends.shape[1]
    if not graph.is_directed():
        ties, over, no_facts = ties // 2, over // 2, no_facts // 2
    return SupplyMatrix(nodes, index, matrix, ties, over, no_facts)


def _tree(graph: nx.Graph, root: EntityId | None, types: tuple[str, ...], ended: bool) -> SupplyTree:
    made = kept(graph, ("supply matrix", types, ended), lambda: supply_matrix(graph, types, ended=ended))
    nodes, index, matrix = made.nodes, made.index, made.matrix
    n = len(nodes)
    sources, group = _sources(matrix)
    tails, heads = matrix.nonzero()
    starts = np.flatnonzero(sources) if root is None else np.asarray([index[root]])
    flow: Any = rx.PyDiGraph()
    flow.add_nodes_from(range(n + 1))
    edges = zip(
        np.concatenate([tails, np.full(len(starts), n)]).tolist(),
        np.concatenate([heads, starts]).tolist(),
        strict=True,
    )
    flow.extend_from_edge_list(list(edges))
    found: dict[int, int] = rx.immediate_dominators(flow, n)
    parent = np.full(n, -2, dtype=np.int64)
    for node, above in found.items():
        if node != n:
            parent[node] = -1 if above == n else above
    return SupplyTree(
        nodes, index, parent, _below(parent), sources, group, matrix, matrix.T.tocsr(), root, made.ties,
        made.ended, made.no_facts,
    )  # fmt: skip


def _sources(matrix: sparse.csr_array) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Members of components that nothing outside supplies, with the number of their component."""
    n = len(matrix.indptr) - 1
    if n == 0:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
    count, part = csgraph.connected_components(matrix, directed=True, connection="strong")
    tails, heads = matrix.nonzero()
    fed = np.zeros(count, dtype=bool)
    fed[part[heads[part[tails] != part[heads]]]] = True
    sources = ~fed[part]
    return sources, np.where(sources, part, -1).astype(np.int64)


def _below(parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """Size of each subtree without its top."""
    n = len(parent)
    waiting = np.bincount(parent[parent >= 0], minlength=n).tolist()
    up = parent.tolist()
    size = [0] * n
    ready = [node for node, left in enumerate(waiting) if left == 0]
    while ready:
        checkpoint()
        node = ready.pop()
        above = up[node]
        if above >= 0:
            size[above] += size[node] + 1
            waiting[above] -= 1
            if waiting[above] == 0:
                ready.append(above)
    return np.asarray(size, dtype=np.int64)
