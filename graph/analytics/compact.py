"""A NetworkX graph as arrays: what the compiled libraries work on, converted once and kept.

The conversion costs more than many a measure, so it is kept beside the graph in NetworkX's own
cache (``__networkx_cache__``), which NetworkX empties whenever the graph is changed through its
methods. Views of other graphs are converted anew each time: they do not hear of changes. Nor does
anybody hear of an edge attribute that is changed in place; copy the graph, or change it by
``add_edge``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.analytics.influence import check_added, counts
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import EntityId
from graph.ontology import ontology
from graph.stopping import checkpoint

_T = TypeVar("_T")
DIRECTIONS = ("in", "out", "both")


@dataclass(frozen=True, slots=True, eq=False)
class Compact:
    """One line per pair of nodes, parallel edges merged, loops left out.

    Attributes:
        nodes: ids in the order of the graph; position is the index used below.
        index: id to position.
        matrix: n x n CSR with sorted indices; ``matrix[i, j]`` is the summed weight of i -> j, or 1
            for each pair without weights. Symmetric when not directed.
        directed: whether i -> j and j -> i are told apart.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    matrix: sparse.csr_array
    directed: bool

    def by_id(self) -> NDArray[np.int64]:
        """Positions in the order of the ids. Cost: O(n log n)."""
        return np.array(sorted(range(len(self.nodes)), key=self.nodes.__getitem__), dtype=np.int64)

    def values(self, array: NDArray[Any]) -> dict[EntityId, float]:
        """An array by position as a dict by id."""
        return dict(zip(self.nodes, array.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which ties a measure reads, which way, and what each counts.

    Attributes:
        family: only ties of this family of the ontology, such as ``money``; None reads all but addresses
            and guesses of identity, see :data:`graph.analytics.influence.NO_INFLUENCE`. An edge without a
            type counts as of any family.
        direction: ``in`` follows ties from -> to, as NetworkX does on a directed graph; ``out`` turns
            them round; ``both`` leaves direction aside. None: what the measure's NetworkX namesake does.
        weight: None counts each pair once, ``ties`` counts parallel ties, any other name sums that
            attribute of the ties; ties without it are left out.
        isolates: keep entities without any such tie; False measures only the others.
    """

    family: str | None = None
    direction: str | None = None
    weight: str | None = None
    isolates: bool = True

    def __post_init__(self) -> None:
        if self.direction not in (None, *DIRECTIONS):
            raise ParameterError(
                "direction", f"{self.direction!r} is not known.", hint="Known: in, out, both."
            )
        check_added(self.weight)
        if self.family is not None and self.family not in ontology().families:
            known = ", ".join(ontology().families)
            raise ParameterError("family", f"{self.family!r} is not known.", hint=f"Known: {known}.")

    @property
    def types(self) -> frozenset[str] | None:
        """Tie types of the family; None for all that are influence."""
        return None if self.family is None else frozenset(ontology().types_in(self.family))


def compact(graph: nx.Graph, *, directed: bool, weight: str | None = None, reverse: bool = False) -> Compact:
    """``graph`` as arrays.

    Args:
        graph: any NetworkX graph. In a directed one, edges whose ``type`` the ontology declares without
            direction (partnership, competition) run both ways.
        directed: keep directions; False merges both.
        weight: None counts each pair once; ``"ties"`` counts parallel edges; any other name sums that
            edge attribute, edges without it left out.
        reverse: turn every direction round.

    Raises:
        AnalysisError: a weight is negative, not a number or infinite; names the edge.
    Cost: O(n + m), once per graph and arguments; then a look-up.
    """
    return narrowed(graph, types=None, directed=directed, weight=weight, reverse=reverse)


def scoped(graph: nx.Graph, scope: Scope, *, default: str = "in") -> Compact:
    """``graph`` as arrays under a scope; ``default`` is the direction where the scope names none."""
    direction = scope.direction or default
    return narrowed(
        graph, types=scope.types, directed=direction != "both", weight=scope.weight,
        reverse=direction == "out", isolates=scope.isolates,
    )  # fmt: skip


def narrowed(
    graph: nx.Graph,
    *,
    types: frozenset[str] | None,
    directed: bool,
    weight: str | None = None,
    reverse: bool = False,
    isolates: bool = True,
) -> Compact:
    """The same as :func:`compact` for some tie types, with or without nodes that have no edge of them."""
    if not graph.is_directed():
        directed = reverse = False
    key = ("compact", types, directed, weight, reverse, isolates)
    if not isolates:
        return kept(
            graph,
            key,
            lambda: _linked(narrowed(graph, types=types, directed=directed, weight=weight, reverse=reverse)),
        )
    return kept(graph, key, lambda: _convert(graph, types, directed, weight, reverse))


def not_found(entity: Any, graph: nx.Graph) -> EntityNotFound:
    """The error for an unknown entity; ids of a graph of one's own may be of any kind."""
    return EntityNotFound(str(entity), [str(node) for node in graph])


def kept(graph: nx.Graph, key: tuple[Any, ...], make: Callable[[], _T]) -> _T:
    """``make()``, remembered beside the graph until NetworkX says that the graph has changed."""
    if hasattr(graph, "_graph"):  # a view: changes of what it shows do not reach its cache
        return make()
    cache: dict[Any, Any] = graph.__dict__.setdefault("__networkx_cache__", {})
    store: dict[Any, Any] = cache.setdefault("interlock", {})
    if key not in store:
        checkpoint()
        store[key] = make()
    return store[key]


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Every edge once, in the order of :func:`edges_of`, loops included.

    Attributes:
        nodes, index: ids in the order of the graph, and id to position.
        tails, heads: positions of the two ends of each edge.
        kinds: position of the edge's type in ``types``, -1 for an edge without one.
        types: the types that occur.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    tails: NDArray[np.int32]
    heads: NDArray[np.int32]
    kinds: NDArray[np.int16]
    types: tuple[str, ...]

    def of_types(self, types: frozenset[str] | None) -> NDArray[np.bool_] | None:
        """Which edges count, see :func:`graph.analytics.influence.counts`; None when all do."""
        each = [counts(name, types) for name in self.types]
        return None if all(each) else np.array([*each, True])[self.kinds]

    def two_way(self) -> NDArray[np.bool_]:
        """Which edges the ontology declares without direction."""
        declared = ontology().types
        free = [name in declared and not declared[name].directed for name in self.types]
        return np.array([*free, False])[self.kinds]


def ends_of(graph: nx.Graph) -> Ends:
    """The edges of a graph as arrays, kept. Cost: O(n + m), once a graph."""
    return kept(graph, ("ends",), lambda: _read(graph))


def edges_of(graph: nx.Graph) -> Iterator[tuple[EntityId, EntityId, Any, dict[str, Any]]]:
    """Every edge once as ``(start, end, key, data)``; the key is None without parallel edges.

    ``adjacency`` is read rather than ``edges``: a third of the time on a million edges.
    """
    directed, many = graph.is_directed(), graph.is_multigraph()
    done: set[EntityId] = set()
    for start, near in graph.adjacency():
        for end, held in near.items():
            if end in done:
                continue  # undirected: seen from the other end
            if many:
                for key, data in held.items():
                    yield start, end, key, data
            else:
                yield start, end, None, held
        if not directed:
            done.add(start)


def _read(graph: nx.Graph) -> Ends:
    nodes = tuple(graph)
    index = {node: place for place, node in enumerate(nodes)}
    tails: list[int] = []
    heads: list[int] = []
    kinds: list[int] = []
    codes: dict[Any, int] = {}
    if graph.is_multigraph() and graph.is_directed():  # the usual case, without a generator in between
        for start, near in graph.adjacency():
            tail = index[start]
            for end, held in near.items():
                head = index[end]
                for data in held.values():
                    tails.append(tail)
                    heads.append(head)
                    kinds.append(codes.setdefault(data.get("type"), len(codes)))
    else:
        for start, end, _, data in edges_of(graph):
            tails.append(index[start])
            heads.append(index[end])
            kinds.append(codes.setdefault(data.get("type"), len(codes)))
    # An edge without type gets -1, whatever its code was.
    names = [name for name in codes if name is not None]
    places = np.array([-1 if name is None else names.index(name) for name in codes] or [0], dtype=np.int16)
    return Ends(
        nodes, index, np.asarray(tails, dtype=np.int32), np.asarray(heads, dtype=np.int32),
        places[np.asarray(kinds, dtype=np.int64)], tuple(map(str, names)),
    )  # fmt: skip


def _convert(
    graph: nx.Graph, types: frozenset[str] | None, directed: bool, weight: str | None, reverse: bool
) -> Compact:
    ends = ends_of(graph)
    use = ends.tails != ends.heads
    if (chosen := ends.of_types(types)) is not None:
        use &= chosen
    if weight in (None, "ties"):
        w = np.ones(int(use.sum()))
    else:
        amounts = _amounts(graph, ends, weight, use)
        use &= ~np.isnan(amounts)
        w = amounts[use]
    t, h = ends.tails[use], ends.heads[use]
    back = ends.two_way()[use] if directed else slice(None)
    t, h, w = np.concatenate([t, h[back]]), np.concatenate([h, t[back]]), np.concatenate([w, w[back]])
    if reverse:
        t, h = h, t
    n = len(ends.nodes)
    matrix = sparse.csr_array((w, (t, h)), shape=(n, n))
    matrix.sum_duplicates()
    if weight is None:
        matrix.data[:] = 1.0
    elif weight != "ties":
        matrix.eliminate_zeros()
    return Compact(ends.nodes, ends.index, matrix, directed)


def _amounts(graph: nx.Graph, ends: Ends, attribute: str, use: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The attribute of every edge, NaN where it is not known; only edges in ``use`` are checked."""
    raw = [data.get(attribute) for _, _, _, data in edges_of(graph)]
    found = np.array([_number(value) for value in raw], dtype=np.float64)
    missing = np.fromiter((value is None for value in raw), dtype=bool, count=len(raw))
    wrong = use & ~missing & ~((found >= 0) & (found < np.inf))  # NaN as a value is wrong, too
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise _bad(ends, at, attribute, raw[at])
    return found


def _number(value: Any) -> float:
    """NaN for nothing, infinity, which is refused, for what is no number."""
    if value is None:
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")


def _bad(ends: Ends, at: int, attribute: str, value: Any) -> AnalysisError:
    start, end = ends.nodes[ends.tails[at]], ends.nodes[ends.heads[at]]
    return AnalysisError(
        f"The {attribute} of {start} -> {end} is {value}; weights are finite numbers and not negative.",
        hint="Mend the data, or exclude the tie.",
    )


def _linked(whole: Compact) -> Compact:
    matrix = whole.matrix
    busy = np.diff(matrix.indptr) > 0
    busy[matrix.indices] = True
    if busy.all():
        return whole
    places = np.flatnonzero(busy)
    nodes = tuple(whole.nodes[place] for place in places.tolist())
    smaller = sparse.csr_array(matrix[places][:, places])
    smaller.sort_indices()
    return Compact(nodes, {node: at for at, node in enumerate(nodes)}, smaller, whole.directed)
