"""Co-investors: who puts money into the same companies, how often, and how much that says.

The two-mode graph of investors and companies is projected on the investors. Two of them share each
company that both have invested in; Newman's weight (2001, Physical Review E 64, 016132) counts
1 / (n - 1) for a company with n investors, since a round that everybody joined says little. The index
of Jaccard is the shared companies over all companies of the two. Rounds are compared within one
company by their text: the same round is a meeting, the same company at another time is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.analytics.compact import kept
from graph.analytics.cycles import sorted_ids
from graph.analytics.terms import best_first, dated, edges_at
from graph.errors import AnalysisError, EntityNotFound, GraphTooLarge, ParameterError
from graph.model import EntityId, Tie
from graph.stopping import watched

INVESTMENTS = ("INVESTED_IN",)
MOST_INVESTORS = 1_000
"""A company with more investors than this is left out of the projection, and that is said."""
PAIR_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True)
class CoInvestors:
    """Two investors with shared companies; ``first`` is the smaller id, or the one asked for.

    Attributes:
        companies: those that both invested in, by id.
        rounds: (company, round) where both took part in a round of the same name.
        weight: Newman's weight over ``companies``.
        jaccard: shared companies divided by the companies of either, crowded ones left out of both.
        ties: the investments of both in the shared companies, best evidence first a company.
    """

    first: EntityId
    second: EntityId
    companies: tuple[EntityId, ...]
    rounds: tuple[tuple[EntityId, str], ...]
    weight: float
    jaccard: float
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True)
class CoInvestment:
    """The projection: by number of shared companies, weight, ids.

    Attributes:
        pairs: at most ``limit``.
        investor, limit: what was asked.
        total: all pairs with at least one shared company.
        investors, companies, links: size of the two-mode graph; parallel investments are one link. With
            ``investor`` the part of it that was read.
        crowded: companies with more investors than ``most_investors``, left out, with that number.
    """

    pairs: tuple[CoInvestors, ...]
    investor: EntityId | None
    limit: int | None
    total: int
    investors: int
    companies: int
    links: int
    crowded: tuple[tuple[EntityId, int], ...]
    most_investors: int


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """Who invested where.

    ``rounds`` is investor by (company, round); ``names`` tells its columns.
    """

    investors: tuple[EntityId, ...]
    companies: tuple[EntityId, ...]
    matrix: sparse.csr_array
    rounds: sparse.csr_array
    names: tuple[tuple[EntityId, str], ...]


def coinvestors(
    graph: nx.Graph,
    *,
    investor: EntityId | None = None,
    types: Collection[str] = INVESTMENTS,
    investors: Collection[EntityId] | None = None,
    limit: int | None = 1_000,
    most_investors: int = MOST_INVESTORS,
) -> CoInvestment:
    """Pairs of investors with the companies they share.

    Args:
        graph: investments run investor -> company; an edge without type is one.
        investor: only pairs with this one; then only its companies and their investors are read.
        types: tie types that count as an investment.
        investors: who counts as an investor; needed in a graph without direction.
        limit: pairs in the result; ``total`` counts all. None for all.

    Raises:
        EntityNotFound: ``investor`` is not in the graph.
        ParameterError: ``types`` is empty, or a number is out of range.
        AnalysisError: a graph without direction and no ``investors``.
        GraphTooLarge: more than 20 million pairs.
    Cost: one scan of the ties (kept), then the sum over companies of investors squared.

    >>> deals = nx.DiGraph([("ann", "x"), ("bob", "x"), ("ann", "y"), ("bob", "y"), ("cy", "y")])
    >>> [(p.first, p.second, len(p.companies), p.weight) for p in coinvestors(deals).pairs]
    [('ann', 'bob', 2, 1.5), ('ann', 'cy', 1, 0.5), ('bob', 'cy', 1, 0.5)]
    """
    if not types or isinstance(types, str):
        raise ParameterError("types", "is empty.", hint="Name at least one tie type, such as INVESTED_IN.")
    if most_investors < 2 or (limit is not None and limit < 1):
        raise ParameterError("limit", "a limit is too small.", hint="most_investors from 2, limit from 1.")
    if investor is not None and investor not in graph:
        raise EntityNotFound(investor, [str(node) for node in graph])
    if investors is None and not graph.is_directed():
        raise AnalysisError(
            "The graph has no direction, so nobody can tell investors from companies.",
            hint="Pass investors=..., or use a directed graph.",
        )
    chosen = None if investors is None else frozenset(investors)
    kinds = tuple(dict.fromkeys(types))
    if investor is None:
        key = ("investments", tuple(sorted(kinds)), chosen)
        book = kept(graph, key, lambda: _book(_all(graph, kinds, chosen)))
    else:
        book = _book(_around(graph, investor, kinds, chosen))
    return _projected(graph, book, investor, kinds, limit, most_investors)


_Edge = tuple[EntityId, EntityId, Any, Mapping[str, Any]]


def _all(graph: nx.Graph, types: tuple[str, ...], chosen: frozenset[EntityId] | None) -> Iterator[_Edge]:
    for node in graph if chosen is None else sorted_ids(node for node in chosen if node in graph):
        yield from _investments(edges_at(graph, node), types, None)


def _around(
    graph: nx.Graph, investor: EntityId, types: tuple[str, ...], chosen: frozenset[EntityId] | None
) -> Iterator[_Edge]:
    """Everything that decides the pairs of ``investor``: all companies of it and of its partners."""
    companies = {edge[1] for edge in _investments(edges_at(graph, investor), types, None)}
    partners = {investor}
    for company in companies:
        partners |= {edge[0] for edge in _investments(edges_at(graph, company, back=True), types, chosen)}
    for partner in watched(partners):
        yield from _investments(edges_at(graph, partner), types, None)


def _investments(
    edges: Iterable[_Edge], types: tuple[str, ...], chosen: frozenset[EntityId] | None
) -> Iterator[_Edge]:
    for edge in edges:
        counts = (edge[3].get("type") or types[0]) in types and edge[0] != edge[1]
        if counts and (chosen is None or edge[0] in chosen):
            yield edge


def _book(edges: Iterable[_Edge]) -> _Book:
    found = [(start, end, data.get("round")) for start, end, _, data in edges]
    investors, companies = sorted_ids({row[0] for row in found}), sorted_ids({row[1] for row in found})
    who = {node: place for place, node in enumerate(investors)}
    where = {node: place for place, node in enumerate(companies)}
    meetings: dict[tuple[EntityId, str], tuple[int, str]] = {}
    at: list[tuple[int, int]] = []
    for start, end, name in found:
        if name:
            place, _ = meetings.setdefault((end, " ".join(name.split()).casefold()), (len(meetings), name))
            at.append((who[start], place))
    matrix = _incidence([(who[start], where[end]) for start, end, _ in found], len(investors), len(companies))
    names = tuple((company, shown) for (company, _), (_, shown) in meetings.items())
    return _Book(investors, companies, matrix, _incidence(at, len(investors), len(names)), names)


def _incidence(pairs: list[tuple[int, int]], rows: int, columns: int) -> sparse.csr_array:
    ends = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    matrix = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(rows, columns))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def shared_weights(matrix: sparse.csr_array, *, rows: sparse.csr_array | None = None) -> sparse.csr_array:
    """Newman's weight of each pair of rows of a 0/1 matrix: the sum over shared columns of 1 / (ones - 1).

    Args:
        matrix: n rows (what is projected) by c columns (what they share).
        rows: only pairs of these rows with all; None for all.

    Cost: one sparse product, the sum over columns of their ones squared.
    """
    ones = np.asarray(matrix.sum(axis=0)).ravel()
    scale = np.where(ones > 1, 1.0 / np.maximum(ones - 1, 1), 0.0)
    left = matrix if rows is None else rows
    return sparse.csr_array((left * scale[None, :]) @ matrix.T)


def _projected(
    graph: nx.Graph,
    book: _Book,
    investor: EntityId | None,
    types: tuple[str, ...],
    limit: int | None,
    most: int,
) -> CoInvestment:
    sizes = np.diff(sparse.csc_array(book.matrix).indptr)
    if investor is not None and investor in book.investors:
        row = book.investors.index(investor)
        mine = sorted(_ones(book.matrix, row))
        crowded = np.asarray([place for place in mine if sizes[place] > most], dtype=np.int64)
    else:
        crowded = np.flatnonzero(sizes > most)
    first, second, weight, shared = _pairs(book, investor, sizes, most)
    total = len(first)
    order = np.lexsort((second, first, -np.round(weight, 12), -shared))
    pairs = [
        _pair(graph, book, int(first[k]), int(second[k]), float(weight[k]), types, sizes <= most)
        for k in order[:limit].tolist()
    ]
    return CoInvestment(
        tuple(pairs), investor, limit, total, len(book.investors), len(book.companies), int(book.matrix.nnz),
        tuple((book.companies[k], int(sizes[k])) for k in crowded.tolist()), most,
    )  # fmt: skip


_Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]


def _pairs(book: _Book, investor: EntityId | None, sizes: NDArray[Any], most: int) -> _Pairs:
    """Each pair once: (first, second, weight, shared companies), an array each."""
    matrix = sparse.csr_array(book.matrix[:, np.flatnonzero(sizes <= most)])
    if investor is not None:
        return _pairs_of_one(matrix, book.investors.index(investor) if investor in book.investors else -1)
    expected = int(np.sum(sizes[sizes <= most].astype(np.int64) ** 2) // 2)
    if expected > PAIR_LIMIT:
        raise GraphTooLarge(
            f"{expected:,} pairs of investors; the limit is {PAIR_LIMIT:,}.",
            hint=f"Ask for one investor, or lower most_investors (now {most}).",
        )
    # Above the diagonal both products have the same entries, so that their data run in step.
    weights = sparse.csr_array(sparse.triu(shared_weights(matrix), k=1))
    counts = sparse.csr_array(sparse.triu(matrix @ matrix.T, k=1))
    weights.sort_indices()
    counts.sort_indices()
    at = counts.tocoo()
    shared = np.rint(counts.data).astype(np.int64)
    return (
        at.row.astype(np.int64),
        at.col.astype(np.int64),
        np.asarray(weights.data, dtype=np.float64),
        shared,
    )


def _pairs_of_one(matrix: sparse.csr_array, row: int) -> _Pairs:
    if row < 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64)
    mine = sparse.csr_array(matrix[[row]])
    weights = shared_weights(matrix, rows=mine).toarray()[0]
    counts = np.rint((mine @ matrix.T).toarray()[0]).astype(np.int64)
    counts[row] = 0
    others = np.flatnonzero(counts)
    return np.full(len(others), row, dtype=np.int64), others, weights[others], counts[others]


def _pair(
    graph: nx.Graph,
    book: _Book,
    first: int,
    second: int,
    weight: float,
    types: tuple[str, ...],
    usable: NDArray[np.bool_],
) -> CoInvestors:
    rows = [_ones(book.matrix, place) for place in (first, second)]
    both = sorted(place for place in rows[0] & rows[1] if usable[place])
    meetings = [_ones(book.rounds, place) for place in (first, second)]
    companies = tuple(book.companies[place] for place in both)
    met = (book.names[place] for place in meetings[0] & meetings[1])
    ends = (book.investors[first], book.investors[second])
    return CoInvestors(
        *ends,
        companies,
        tuple(sorted((item for item in met if item[0] in set(companies)), key=lambda i: (str(i[0]), i[1]))),
        weight,
        len(both) / sum(bool(usable[place]) for place in rows[0] | rows[1]),
        _evidence(graph, ends, companies, types),
    )


def _ones(matrix: sparse.csr_array, row: int) -> set[int]:
    return set(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tolist())


def _evidence(
    graph: nx.Graph, ends: tuple[EntityId, EntityId], companies: tuple[EntityId, ...], types: tuple[str, ...]
) -> tuple[Tie, ...]:
    found: list[Tie] = []
    many = graph.is_multigraph()
    for company in companies:
        for end in ends:
            held: Any = graph.get_edge_data(end, company, default={})
            edges = held.items() if many else [(None, held)]
            ties = [
                dated(end, company, key, data, types[0])
                for key, data in edges
                if (data.get("type") or types[0]) in types
            ]
            found += [item.tie for item in best_first(ties)]
    return tuple(found)
