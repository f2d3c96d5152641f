"""Measurements of cycles, co-investors and interlocks against NetworkX alone."""

from __future__ import annotations

from typing import Any

import networkx as nx

from bench.cases import Case
from graph.analytics.coinvestment import coinvestors
from graph.analytics.conflicts import conflicts
from graph.analytics.cycles import bounded_cycles
from graph.analytics.loops import loops

CROWD = 2_000


def _chosen(graph: nx.MultiDiGraph) -> list[str]:
    """Five entities of middling degree: hubs would make the list of cycles itself the cost."""
    by_degree = sorted(graph, key=lambda node: (-graph.degree(node), node))
    return by_degree[len(by_degree) // 10 :][:5]


def _ours_through(graph: nx.MultiDiGraph) -> Any:
    return bounded_cycles(graph, max_length=5, including=_chosen(graph), limit=None).cycles


def _filtered(graph: nx.MultiDiGraph) -> Any:
    chosen = set(_chosen(graph))
    return [cycle for cycle in nx.simple_cycles(graph, length_bound=5) if chosen.intersection(cycle)]


def _ours_all(graph: nx.MultiDiGraph) -> Any:
    return bounded_cycles(graph, max_length=3, limit=None, candidate_limit=1_000_000_000).cycles


def _networkx_all(graph: nx.MultiDiGraph) -> Any:
    return list(nx.simple_cycles(graph, length_bound=3))


def _same_cycles(ours: Any, theirs: Any) -> bool:
    return {_turned(cycle) for cycle in ours} == {_turned(cycle) for cycle in theirs}


def _turned(cycle: Any) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first])


def _ours_pairs(graph: nx.MultiDiGraph) -> Any:
    found = coinvestors(graph, most_investors=CROWD, limit=200)
    return found.total, [(pair.first, pair.second, round(pair.weight, 9)) for pair in found.pairs]


def _networkx_pairs(graph: nx.MultiDiGraph) -> Any:
    # The two modes are kept apart by hand: one entity may invest and be invested in.
    two_mode = nx.Graph()
    for start, end, type_ in graph.edges(data="type"):
        if type_ == "INVESTED_IN" and start != end:
            two_mode.add_edge(("investor", start), ("company", end))
    crowded = [n for n in two_mode if n[0] == "company" and two_mode.degree(n) > CROWD]
    two_mode.remove_nodes_from(crowded)
    investors = [node for node in two_mode if node[0] == "investor"]
    weights = nx.bipartite.collaboration_weighted_projected_graph(two_mode, investors)
    return weights.number_of_edges(), {
        frozenset((one[1], other[1])): weight for one, other, weight in weights.edges(data="weight")
    }


def _same_pairs(ours: Any, theirs: Any) -> bool:
    total, pairs = ours
    return total == theirs[0] and all(
        abs(theirs[1][frozenset((one, other))] - weight) < 1e-8 for one, other, weight in pairs
    )


CASES = (
    Case(
        "cycles up to 5 through 5 entities", _ours_through, {"networkx": _filtered}, _same_cycles,
        peer_limits={"networkx": "1k"},
    ),
    Case(
        "all cycles up to 3", _ours_all, {"networkx": _networkx_all}, _same_cycles,
        peer_limits={"networkx": "1k"},
    ),
    Case("co-investors, all pairs", _ours_pairs, {"networkx": _networkx_pairs}, _same_pairs),
    Case("money circles up to 5, the 1,000 shortest", lambda graph: loops(graph).loops, {}),
    Case("possible conflicts of interest", lambda graph: conflicts(graph).total, {}),
)  # fmt: skip
