"""Communities: groups with more ties inside than chance would give, found by maximising modularity.

Modularity (Newman and Girvan 2004, Physical Review E 69, 026113) is the part of ties inside groups less
the part expected when everybody keeps the same number of ties. Its maximum cannot be computed on graphs
of any size, so seeded searches are run and the best partition is kept: Leiden (Traag, Waltman and van
Eck 2019, Scientific Reports 9, 5233) and Louvain with refinement (Blondel et al. 2008; Staudt and
Meyerhenke 2016), then both once more on what the best of them agree on (core groups, Ovelgönne and
Geyer-Schulz 2012). A large graph gets one search, by Louvain with refinement: at a million ties it found a
better partition than ten rounds of Leiden (0.296 to 0.292) in two thirds of its time. As Leiden demands,
every community is connected: parts that are not are split.

Nodes are put in the order of their ids first and one thread is used, so that a seed always gives the
same communities, whatever the order in which the graph was built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.compact import Compact, Scope, ends_of, kept, scoped
from graph.analytics.engines import networkit_from, seeded
from graph.errors import AnalysisError, ParameterError
from graph.model import EntityId
from graph.ontology import ontology
from graph.stopping import watched

WHOLE = Scope()
NAMED_BY = 3
"""Members whose names make up a community's name."""
_WORK = 200_000
"""Pairs times searches: small graphs are searched more often, large ones once."""
_Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Community:
    """One community.

    Attributes:
        members: ids, by neighbours inside, then by id; the first ones name it.
        internal, external: ties among members, and from members to others; parallel ones each count.
        families: internal ties by family of the ontology, most first.
    """

    members: tuple[EntityId, ...]
    internal: int
    external: int
    families: Mapping[str, int]

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Communities:
    """A partition of the entities.

    Attributes:
        communities: largest first, then by ids.
        modularity: of the partition, at the resolution asked for.
        resolution: above 1 gives smaller communities, below 1 larger ones.
        seed: what the searches started from.
        searches: how many partitions were compared.
    """

    communities: tuple[Community, ...]
    modularity: float
    resolution: float
    seed: int
    searches: int

    def of(self) -> dict[EntityId, int]:
        """Entity to the position of its community."""
        return {member: at for at, found in enumerate(self.communities) for member in found.members}


def communities(
    graph: nx.Graph,
    scope: Scope = WHOLE,
    *,
    resolution: float = 1.0,
    seed: int = 1,
    searches: int | None = None,
) -> Communities:
    """Communities of a graph; direction is left aside.

    Args:
        graph: any NetworkX graph.
        scope: family and weight (default: every pair counts once; ``ties`` counts parallel ties).
        resolution: factor of the expected part in modularity, above 0.
        seed: the same seed gives the same communities.
        searches: how often each method starts anew; None takes up to 10, fewer on large graphs, and a single
            search on the largest.

    Returns:
        Every entity in one community; one without ties is alone.

    Raises:
        ParameterError: resolution, seed or searches cannot be.
    Cost: O(m) a search, with a large factor: about 0.2 s for 20,000 entities and 100,000 ties.
    """
    if not 0 < resolution < float("inf"):
        raise ParameterError("resolution", f"{resolution} is not above 0.", hint="Usual is 1.")
    if seed < 0:
        raise ParameterError("seed", f"{seed} is below 0.", hint="Use a whole number from 0.")
    if searches is not None and searches < 1:
        raise ParameterError("searches", f"{searches} is below 1.", hint="Leave it out, or use at least 1.")
    made = scoped(graph, replace(scope, direction="both"))
    size = len(made.nodes)
    if not made.matrix.nnz:
        alone = tuple(Community((node,), 0, 0, {}) for node in sorted(made.nodes))
        return Communities(alone, 0.0, resolution, seed, 0)
    order, matrix, held = kept(
        graph, ("communities", scope.types, scope.weight, scope.isolates), lambda: _ordered(made)
    )
    if searches is None and _WORK // matrix.nnz <= 1:
        labels, compared = _connected(matrix, _louvain(held, resolution, seed)), 1
    else:
        tries = searches or min(_WORK // matrix.nnz, 10)
        labels, compared = _best(matrix, held, resolution, seed, tries)
    back = np.empty(size, dtype=np.int64)
    back[order] = labels
    found = _described(graph, scope, made.nodes, order, back)
    return Communities(found, _modularity(matrix, labels, resolution), resolution, seed, compared)


def modularity(
    graph: nx.Graph,
    groups: Iterable[Iterable[EntityId]],
    scope: Scope = WHOLE,
    *,
    resolution: float = 1.0,
) -> float:
    """Modularity of a given partition, as in NetworkX; 0 for a graph without ties.

    Raises:
        AnalysisError: the groups are not a partition of the entities.
    Cost: O(n + m).
    """
    made = scoped(graph, replace(scope, direction="both"))
    labels = np.full(len(made.nodes), -1, dtype=np.int64)
    for number, group in enumerate(groups):
        for entity in group:
            if entity not in made.index or labels[made.index[entity]] >= 0:
                raise AnalysisError(
                    f"{entity} is unknown or in two groups.", hint="Give every entity one group."
                )
            labels[made.index[entity]] = number
    if (labels < 0).any():
        missing = made.nodes[int(np.flatnonzero(labels < 0)[0])]
        raise AnalysisError(f"{missing} is in no group.", hint="Give every entity one group.")
    return _modularity(made.matrix, labels, resolution)


def _ordered(made: Compact) -> tuple[_Labels, sparse.csr_array, Any]:
    """Positions in the order of the ids, the matrix in that order, and the same as a networkit graph."""
    order = made.by_id()
    matrix = sparse.csr_array(made.matrix[order][:, order])
    matrix.sort_indices()
    return order, matrix, networkit_from(matrix, False, True)


def _best(
    matrix: sparse.csr_array, held: Any, resolution: float, seed: int, tries: int
) -> tuple[_Labels, int]:
    """The best partition of ``tries`` searches by each method, and how many were compared."""
    found = [_connected(matrix, labels) for labels in _searched(matrix, held, resolution, seed, tries)]
    if tries > 1:
        # What the better half agree on is kept together, and the search repeated on those core groups.
        scored = sorted(found, key=lambda labels: -_modularity(matrix, labels, resolution))
        core = _agreed(scored[: max(2, len(scored) // 4)])
        coarse = _merged(matrix, core)
        again = _searched(coarse, None, resolution, seed + 1, tries)
        found += [_connected(matrix, labels[core]) for labels in again]
    best = max(range(len(found)), key=lambda at: (_modularity(matrix, found[at], resolution), -at))
    return found[best], len(found)


def _searched(matrix: sparse.csr_array, held: Any, resolution: float, seed: int, tries: int) -> list[_Labels]:
    """Partitions by both methods in ``tries`` orders of the nodes; ``held`` is the graph in the first."""
    size = len(matrix.indptr) - 1
    loops: Any = matrix.diagonal()
    # networkit counts the weight of a loop twice.
    halves: Any = matrix - sparse.diags_array(loops / 2, format="csr") if loops.any() else matrix
    found: list[_Labels] = []
    for number in watched(range(tries)):
        # Louvain runs through the nodes in their order, so another start is another order.
        shuffled = np.arange(size) if number == 0 else np.random.default_rng([seed, number]).permutation(size)
        if number or held is None or loops.any():
            held = networkit_from(sparse.csr_array(halves[shuffled][:, shuffled]), False, True)
        for search in (_louvain, _leiden):
            labels = np.empty(size, dtype=np.int64)
            labels[shuffled] = search(held, resolution, seed + number)
            found.append(labels)
    return found


def _louvain(held: Any, resolution: float, seed: int) -> _Labels:
    import networkit

    with seeded(seed, threads=1):
        search: Any = networkit.community.PLM(held, refine=True, gamma=resolution, par="none")
        return _run(search)


def _leiden(held: Any, resolution: float, seed: int) -> _Labels:
    import networkit

    with seeded(seed, threads=1):
        search: Any = networkit.community.ParallelLeiden(
            held, randomize=True, iterations=10, gamma=resolution
        )
        return _run(search)


def _run(search: Any) -> _Labels:
    search.run()
    return np.asarray(search.getPartition().getVector(), dtype=np.int64)


def _connected(matrix: sparse.csr_array, labels: _Labels) -> _Labels:
    """Every community parted into its connected components, which never lowers modularity."""
    lines: Any = matrix.tocoo()
    inside = labels[lines.row] == labels[lines.col]
    ends = (lines.row[inside], lines.col[inside])
    within = sparse.csr_array((np.ones(len(ends[0])), ends), shape=matrix.shape)
    return csgraph.connected_components(within, directed=False)[1].astype(np.int64)


def _agreed(partitions: list[_Labels]) -> _Labels:
    """The coarsest partition in which nobody is together who is apart in one of them."""
    labels = partitions[0]
    for other in partitions[1:]:
        _, labels = np.unique(labels * (other.max() + 1) + other, return_inverse=True)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _merged(matrix: sparse.csr_array, labels: _Labels) -> sparse.csr_array:
    """The groups as nodes; the diagonal holds twice the weight inside."""
    size = len(labels)
    member = sparse.csr_array((np.ones(size), (np.arange(size), labels)), shape=(size, labels.max() + 1))
    found = sparse.csr_array(member.T @ matrix @ member)
    found.sort_indices()
    return found


def _modularity(matrix: sparse.csr_array, labels: _Labels, resolution: float) -> float:
    if not matrix.nnz:
        return 0.0
    rows = np.repeat(np.arange(len(labels)), np.diff(matrix.indptr))
    total = float(matrix.data.sum())
    inside = float(matrix.data[labels[rows] == labels[matrix.indices]].sum())
    volume = np.bincount(labels[rows], matrix.data) / total
    return inside / total - resolution * float(volume @ volume)


def _described(
    graph: nx.Graph, scope: Scope, nodes: tuple[EntityId, ...], by_id: _Labels, labels: _Labels
) -> tuple[Community, ...]:
    number = int(labels.max()) + 1
    ends = ends_of(graph)
    places = {node: at for at, node in enumerate(nodes)}
    if len(nodes) == len(ends.nodes):
        group = labels
    else:
        group = np.array(
            [labels[places[node]] if node in places else -1 for node in ends.nodes], dtype=np.int64
        )
    use = ends.tails != ends.heads
    if (chosen := ends.of_types(scope.types)) is not None:
        use &= chosen
    use &= (group[ends.tails] >= 0) & (group[ends.heads] >= 0)  # without a weight, an entity can be outside
    start, end, kinds = group[ends.tails[use]], group[ends.heads[use]], ends.kinds[use]
    same = start == end
    internal = np.bincount(start[same], minlength=number)
    external = np.bincount(start[~same], minlength=number) + np.bincount(end[~same], minlength=number)
    families = _families(start[same], kinds[same], ends.types)
    members = _members(graph, scope, nodes, by_id, labels, number)
    found = (
        Community(members[at], int(internal[at]), int(external[at]), families.get(at, {}))
        for at in range(number)
    )
    return tuple(sorted(found, key=lambda item: (-item.size, item.members)))


def _families(groups: _Labels, kinds: NDArray[np.int16], types: tuple[str, ...]) -> dict[int, dict[str, int]]:
    counted: dict[int, Counter[str]] = {}
    pairs, times = np.unique(np.stack([groups, kinds.astype(np.int64)], axis=1), axis=0, return_counts=True)
    declared = ontology().types
    for (group, kind), count in zip(pairs.tolist(), times.tolist(), strict=True):
        type_ = types[kind] if kind >= 0 else ""
        family = declared[type_].family if type_ in declared else "other"
        counted.setdefault(group, Counter())[family] += count
    return {
        group: dict(sorted(families.items(), key=lambda item: (-item[1], item[0])))
        for group, families in counted.items()
    }


def _members(
    graph: nx.Graph,
    scope: Scope,
    nodes: tuple[EntityId, ...],
    by_id: _Labels,
    labels: _Labels,
    number: int,
) -> list[tuple[EntityId, ...]]:
    matrix = scoped(graph, replace(scope, direction="both")).matrix
    rows = np.repeat(np.arange(len(nodes)), np.diff(matrix.indptr))
    near = np.bincount(rows[labels[rows] == labels[matrix.indices]], minlength=len(nodes))
    rank = np.empty(len(nodes), dtype=np.int64)
    rank[by_id] = np.arange(len(nodes))
    order = np.lexsort((rank, -near, labels))
    ids = [nodes[at] for at in order.tolist()]
    starts = np.searchsorted(labels[order], np.arange(number + 1)).tolist()
    return [tuple(ids[starts[at] : starts[at + 1]]) for at in range(number)]
