"""Dependence and shocks against plain libraries: reach, dominators, cut points, DebtRank."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkit as nk
import networkx as nx
import numpy as np
import rustworkx as rx

from bench.cases import Case
from graph.analytics.chokepoints import supply_tree
from graph.analytics.cut_points import cut_points
from graph.analytics.debtrank import debtranks, impact_matrix, relative_buffers
from graph.analytics.exposures import EXPOSING, exposures
from graph.analytics.reach import reach

_COMPANIES = 100
_SHOCKED = 20
_CUSHION = 2.0
"""Buffer as a multiple of all exposure: losses then halve from round to round."""


def _supply(graph: nx.MultiDiGraph) -> nx.DiGraph:
    supply = nx.DiGraph()
    supply.add_nodes_from(graph)
    supply.add_edges_from(
        (u, v) for u, v, type_ in graph.edges(data="type") if type_ == "SUPPLIES" and u != v
    )
    return supply


def _reach(graph: nx.MultiDiGraph) -> list[dict[str, int]]:
    chosen = list(graph)[:_COMPANIES]
    return [
        {key: item.hops for key, item in reach(graph, company, max_hops=2).found.items()}
        for company in chosen
    ]


def _reach_networkx(graph: nx.MultiDiGraph) -> list[dict[str, int]]:
    back = _supply(graph).reverse(copy=False)
    found: list[dict[str, int]] = []
    for company in list(graph)[:_COMPANIES]:
        far = nx.single_source_shortest_path_length(back, company, cutoff=2)
        found.append({key: hops for key, hops in far.items() if hops})
    return found


def _dominators(graph: nx.MultiDiGraph) -> dict[str, str]:
    return supply_tree(graph).immediate()


def _rooted(graph: nx.MultiDiGraph) -> nx.DiGraph:
    supply = _supply(graph)
    condensed = nx.condensation(supply)
    starts = [part for part in condensed if condensed.in_degree(part) == 0]
    members = condensed.nodes(data="members")
    supply.add_edges_from(("ROOT", member) for part in starts for member in members[part])
    return supply


def _dominators_networkx(graph: nx.MultiDiGraph) -> dict[str, str]:
    found = nx.immediate_dominators(_rooted(graph), "ROOT")
    return {key: above for key, above in found.items() if above not in ("ROOT", None)}


def _dominators_rustworkx(graph: nx.MultiDiGraph) -> dict[str, str]:
    rooted = rx.networkx_converter(_rooted(graph))
    names = rooted.nodes()
    root = names.index("ROOT")
    found = rx.immediate_dominators(rooted, root)
    return {names[key]: names[above] for key, above in found.items() if above != root and key != root}


def _cut(graph: nx.MultiDiGraph) -> set[str]:
    return {item.entity for item in cut_points(graph, names=0)}


def _cut_networkx(graph: nx.MultiDiGraph) -> set[str]:
    return set(nx.articulation_points(nx.Graph(graph)))


def _cut_rustworkx(graph: nx.MultiDiGraph) -> set[str]:
    names = list(graph)
    index = {name: place for place, name in enumerate(names)}
    plain = rx.PyGraph(multigraph=False)
    plain.add_nodes_from(names)
    plain.extend_from_edge_list([(index[u], index[v]) for u, v in graph.edges() if u != v])
    return {names[place] for place in rx.articulation_points(plain)}


def _cut_networkit(graph: nx.MultiDiGraph) -> set[str]:
    names = list(graph)
    index = {name: place for place, name in enumerate(names)}
    ends = {(min(index[u], index[v]), max(index[u], index[v])) for u, v in graph.edges() if u != v}
    tails, heads = np.ascontiguousarray(np.asarray(sorted(ends), dtype=np.intp).reshape(-1, 2).T)
    plain = nk.GraphFromCoo((tails, heads), n=len(names), directed=False)
    run = nk.components.BiconnectedComponents(plain)  # it does not keep its graph alive by itself
    run.run()
    blocks = Counter(node for block in run.getComponents() for node in block)
    return {names[node] for node, count in blocks.items() if count > 1}


def _debtrank(graph: nx.MultiDiGraph) -> list[float]:
    held = exposures(graph).matrix
    total = relative_buffers(held)
    return debtranks(impact_matrix(held, _CUSHION * total), total, np.arange(_SHOCKED)).tolist()


def _largest(graph: nx.MultiDiGraph) -> tuple[dict[str, int], dict[tuple[str, str], float]]:
    """Exposures by plain dictionaries: the largest amount of each type between two, types added up."""
    single: dict[tuple[str, str, str], float] = {}
    for start, end, data in graph.edges(data=True):
        if start != end and data["type"] in EXPOSING and data["amount_usd"] is not None:
            key = (start, end, data["type"])
            single[key] = max(single.get(key, 0.0), float(data["amount_usd"]))
    found: dict[tuple[str, str], float] = {}
    for (start, end, _), amount in single.items():
        found[start, end] = found.get((start, end), 0.0) + amount
    return {name: place for place, name in enumerate(graph)}, found


def _debtrank_dense(graph: nx.MultiDiGraph) -> list[float]:
    index, held = _largest(graph)
    exposed = np.zeros((len(index), len(index)))
    for (start, end), amount in held.items():
        exposed[index[start], index[end]] = amount
    total = exposed.sum(axis=1)
    buffer = _CUSHION * total[:, None]
    impact = np.divide(exposed, buffer, out=np.zeros_like(exposed), where=buffer > 0)
    found: list[float] = []
    for place in range(_SHOCKED):
        loss = np.zeros(len(index))
        loss[place] = 1
        moved, start = loss.copy(), loss.copy()
        while moved.max() > 1e-9:
            after = np.minimum(1, loss + impact @ moved)
            moved, loss = after - loss, after
        found.append(float(total @ (loss - start) / total.sum()))
    return found


def _debtrank_loop(graph: nx.MultiDiGraph) -> list[float]:
    index, held = _largest(graph)
    total = [0.0] * len(index)
    for (start, _), amount in held.items():
        total[index[start]] += amount
    impact = [
        (index[start], index[end], amount / total[index[start]] / _CUSHION)
        for (start, end), amount in held.items()
    ]
    found: list[float] = []
    for place in range(_SHOCKED):
        loss = [0.0] * len(index)
        loss[place] = 1.0
        moved = list(loss)
        while max(moved) > 1e-9:
            after = list(loss)
            for holder, on, part in impact:
                if moved[on]:
                    after[holder] += part * moved[on]
            after = [min(1.0, value) for value in after]
            moved = [new - old for new, old in zip(after, loss, strict=True)]
            loss = after
        lost = sum(value * part for value, part in zip(total, loss, strict=True)) - total[place]
        found.append(lost / sum(total))
    return found


def _close(ours: Any, theirs: Any) -> bool:
    return bool(np.allclose(ours, theirs, atol=1e-6))


def _equal(ours: Any, theirs: Any) -> bool:
    return bool(ours == theirs)


CASES: tuple[Case, ...] = (
    Case(f"2-hop suppliers of {_COMPANIES} companies", _reach, {"networkx": _reach_networkx}, _equal),
    Case(
        "dominator tree of supply",
        _dominators,
        {"networkx": _dominators_networkx, "rustworkx": _dominators_rustworkx},
        _equal,
    ),
    Case(
        "cut points with what they cut off",
        _cut,
        {"networkx": _cut_networkx, "rustworkx": _cut_rustworkx, "networkit": _cut_networkit},
        _equal,
    ),
    Case(
        f"DebtRank 2015 of {_SHOCKED} shocks over the whole graph",
        _debtrank,
        {"numpy dense": _debtrank_dense, "plain loop": _debtrank_loop},
        _close,
        peer_limits={"numpy dense": "1k", "plain loop": "20k"},
    ),
)
