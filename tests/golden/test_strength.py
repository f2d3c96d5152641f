"""Declared strengths, and costs that are exact where decimals are."""

from __future__ import annotations

import math
from itertools import product

import networkx as nx
import numpy as np
import pytest

from graph.analytics.paths import PathQuery, best_paths
from graph.analytics.strength import declared_strengths, step_costs, strengths_with
from graph.errors import AnalysisError, ParameterError
from graph.ontology import ontology


def test_every_type_and_status_declares_a_strength_and_says_why() -> None:
    for declared in ontology().types.values():
        assert 0 < declared.strength <= 1, declared.id
        assert declared.strength_about, declared.id
    for status in ontology().statuses.values():
        assert 0 < status.strength <= 1, status.id
    # A fact that holds counts in full, and no plan counts more than a fact.
    facts = [status.strength for status in ontology().statuses.values() if status.fact]
    assert max(facts) == 1
    assert ontology().statuses["alleged"].strength < min(facts)


def test_a_tie_is_its_type_times_its_status() -> None:
    assert declared_strengths().of({"type": "SUPPLIES", "status": "active"}) == 0.5
    assert declared_strengths().of({"type": "SUPPLIES"}) == 0.5
    # 0.95 x 0.1, not 0.09499999999999999.
    assert declared_strengths().of({"type": "ACQUIRED", "status": "abandoned"}) == 0.095
    assert declared_strengths().of({"type": "ACQUIRED", "status": "abandoned", "strength": 0.7}) == 0.7


def test_callers_replace_some() -> None:
    mine = strengths_with({"SUPPLIES": 0.9, "ended": 0.1, "FRIEND": 0.3})
    assert mine.of({"type": "SUPPLIES", "status": "ended"}) == 0.09
    assert mine.of({"type": "FRIEND"}) == 0.3
    assert mine.of({"type": "OWNS"}) == declared_strengths().of({"type": "OWNS"})
    assert declared_strengths().of({"type": "SUPPLIES"}) == 0.5  # untouched


@pytest.mark.parametrize(
    "changes", [{"SUPPLIES": 0}, {"SUPPLIES": 1.01}, {"OWNS": math.nan}, {"supplies": 0.5}]
)
def test_changes_that_cannot_be(changes: dict[str, float]) -> None:
    with pytest.raises(ParameterError) as caught:
        strengths_with(changes)
    assert caught.value.hint


def test_a_tie_without_any_strength_is_an_error_that_names_it() -> None:
    for data in ({}, {"type": "FRIEND"}, {"type": "OWNS", "status": "dreamt"}):
        with pytest.raises(AnalysisError, match="r5") as caught:
            declared_strengths().of(data, tie="r5")
        assert caught.value.hint


def test_equal_products_of_decimals_cost_exactly_the_same() -> None:
    values = [number / 20 for number in range(1, 21)]
    cost = dict(zip(values, (step_costs(np.asarray(values)) - 1).tolist(), strict=True))
    by_product: dict[int, set[float]] = {}
    for first, second in product(values, repeat=2):
        by_product.setdefault(round(first * 20) * round(second * 20), set()).add(cost[first] + cost[second])
    assert all(len(costs) == 1 for costs in by_product.values())
    ordered = [min(costs) for _, costs in sorted(by_product.items(), reverse=True)]
    assert ordered == sorted(set(ordered))


def test_costs_follow_the_logarithm_and_are_whole_and_positive() -> None:
    values = np.asarray([1.0, 0.999999, 0.123456789012, 1e-6, 1e-9, 1e-300, 0.5])
    costs = step_costs(values)
    assert (costs > 0).all()
    assert (costs == np.rint(costs)).all()
    assert costs / costs[-1] == pytest.approx(-np.log(values) / math.log(2), rel=1e-6, abs=1e-6)


def test_fewer_hops_among_equally_strong_paths() -> None:
    graph = nx.Graph()
    for start, end in ("ab", "bc", "cd", "ad", "ae", "ed"):
        graph.add_edge(start, end, strength=1)
    found = best_paths(graph, "a", "d", PathQuery(by="strength"))
    assert [path.hops for path in found.paths] == [1, 2, 3]
    assert [path.strength for path in found.paths] == [1, 1, 1]
