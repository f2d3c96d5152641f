"""Ownership and control: our functions against the same work in plain NetworkX and bare SciPy.

The peers read the ties by the same rule (the newest statement about a pair) and then do as their library
suggests: adjacency dicts and power iteration in NetworkX, one sparse factorisation in SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from bench.cases import Case
from graph.analytics.beneficial import cross_holdings
from graph.analytics.compact import kept
from graph.analytics.control import network_control
from graph.analytics.majority import controllers_of
from graph.analytics.ownership import holdings_of, owners_of

COMPANY = "e0"
"""The oldest entity of the seeded graph, so one with many owners."""
_TOLERANCE = 1e-13


def _stakes(graph: nx.MultiDiGraph) -> nx.DiGraph:
    """One edge a pair with the share of its newest statement; kept, as ours are."""
    return kept(graph, ("bench stakes",), lambda: _read(graph))


def _read(graph: nx.MultiDiGraph) -> nx.DiGraph:
    newest: dict[tuple[str, str], tuple[str, float]] = {}
    for owner, firm, data in graph.edges(data=True):
        if data.get("type") == "OWNS" and data.get("share") is not None:
            found = (data.get("start_date") or "", data["share"])
            newest[owner, firm] = max(newest.get((owner, firm), ("", 0.0)), found)
    stakes = nx.DiGraph()
    stakes.add_weighted_edges_from((owner, firm, share) for (owner, firm), (_, share) in newest.items())
    return stakes


def _owners(graph: nx.MultiDiGraph) -> dict[str, float]:
    return {item.owner: item.integrated for item in owners_of(graph, COMPANY).holdings if item.integrated > 0}


def _owners_networkx(graph: nx.MultiDiGraph) -> dict[str, float]:
    stakes = _stakes(graph)
    term, total = {COMPANY: 1.0}, dict[str, float]()
    while term and max(term.values()) > _TOLERANCE:
        above: dict[str, float] = {}
        for firm, part in term.items():
            for owner, data in stakes.pred.get(firm, {}).items():
                above[owner] = above.get(owner, 0.0) + part * data["weight"]
        for owner, part in above.items():
            total[owner] = total.get(owner, 0.0) + part
        term = above
    return total


def _owners_scipy(graph: nx.MultiDiGraph) -> dict[str, float]:
    stakes = _stakes(graph)
    near = stakes.subgraph(nx.ancestors(stakes, COMPANY) | {COMPANY})
    order = list(near)
    shares = nx.to_scipy_sparse_array(near, nodelist=order, format="csc")
    unit = np.zeros(len(order))
    unit[order.index(COMPANY)] = 1.0
    found = spsolve((sparse.eye_array(len(order), format="csc") - shares).tocsc(), unit) - unit
    return {owner: value for owner, value in zip(order, found.tolist(), strict=True) if value > 0}


def _control(graph: nx.MultiDiGraph) -> dict[str, float]:
    # Uncorrected, which is what the peers compute; ours corrects for loops as well.
    return {item.holder: item.raw for item in network_control(graph).holders if item.raw is not None}


def _control_networkx(graph: nx.MultiDiGraph) -> dict[str, float]:
    stakes = _stakes(graph)
    whole = {
        firm: sum(data["weight"] ** 2 for data in stakes.pred[firm].values())
        for firm in stakes
        if stakes.pred[firm]
    }
    term: dict[str, float] = dict.fromkeys(whole, 1.0)
    total: dict[str, float] = {}
    for _ in range(20_000):  # loops converge slowly
        above: dict[str, float] = {}
        for firm, value in term.items():
            for owner, data in stakes.pred[firm].items():
                above[owner] = above.get(owner, 0.0) + value * data["weight"] ** 2 / whole[firm]
        for owner, value in above.items():
            total[owner] = total.get(owner, 0.0) + value
        term = {owner: value for owner, value in above.items() if owner in whole and value > _TOLERANCE}
        if not term:
            break
    return total


def _control_scipy(graph: nx.MultiDiGraph) -> dict[str, float]:
    stakes = _stakes(graph)
    order = list(stakes)
    squares = nx.to_scipy_sparse_array(stakes, nodelist=order, format="csc").power(2)
    whole = np.asarray(squares.sum(axis=0)).ravel()
    control = squares @ sparse.diags_array(np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0))
    value = (whole > 0).astype(float)
    found = spsolve((sparse.eye_array(len(order), format="csc") - control).tocsc(), value) - value
    return dict(zip(order, found.tolist(), strict=True))


def _cross(graph: nx.MultiDiGraph) -> list[tuple[str, ...]]:
    return sorted(found.members for found in cross_holdings(graph) if len(found.members) > 1)


def _cross_networkx(graph: nx.MultiDiGraph) -> list[tuple[str, ...]]:
    return sorted(
        tuple(sorted(group)) for group in nx.strongly_connected_components(_stakes(graph)) if len(group) > 1
    )


def _alike(ours: dict[str, float], theirs: dict[str, float]) -> bool:
    largest = max(theirs.values(), default=1.0)
    return all(abs(value - theirs.get(key, 0.0)) <= 1e-6 * largest for key, value in ours.items())


def _equal(ours: Any, theirs: Any) -> bool:
    return ours == theirs


def _none() -> dict[str, Callable[[nx.MultiDiGraph], Any]]:
    return {}


CASES = (
    Case(
        "integrated ownership of one company, corrected", _owners,
        {"networkx": _owners_networkx, "scipy": _owners_scipy}, _alike,
    ),
    Case("integrated holdings of one owner, corrected", lambda graph: holdings_of(graph, COMPANY), _none()),
    Case("controllers of one company by majority", lambda graph: controllers_of(graph, COMPANY), _none()),
    Case(
        "network control of all, relative, corrected", _control,
        {"networkx": _control_networkx, "scipy": _control_scipy}, _alike, peer_limits={"scipy": "20k"},
    ),
    Case("cross-holdings", _cross, {"networkx": _cross_networkx}, _equal),
)  # fmt: skip
