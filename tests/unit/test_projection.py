"""The NetworkX graph says what it holds and what was left out."""

from __future__ import annotations

import pytest

from graph.errors import ParameterError, SchemaViolation
from graph.model import Batch, Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store

ENTITIES = [Entity("a", "A", "company"), Entity("b", "B", "company"), Entity("p", "P", "person")]
TIES = [
    Tie("r1", "a", "OWNS", "b", "active", "2017", share=0.5, share_basis="equity", sources=("s",)),
    Tie("r2", "a", "OWNS", "b", "active", sources=("s",)),
    Tie("r3", "p", "BOARD_MEMBER_OF", "a", "ended", "2015", "2016", sources=("s",)),
    Tie("r4", "a", "ACQUIRED", "b", "abandoned", "2017", sources=("s",)),
]


def test_facts_only_unless_asked() -> None:
    graph = graph_of(ENTITIES, TIES)
    assert sorted(key for _, _, key in graph.edges(keys=True)) == ["r1", "r2", "r3"]
    assert graph.graph["left_out"] == {
        "status": 1,
        "type": 0,
        "kind": 0,
        "excluded": 0,
        "date": 0,
        "undated": 0,
    }
    assert graph_of(ENTITIES, TIES, Filters.all_statuses()).number_of_edges() == 4


def test_as_of_keeps_what_surely_holds_and_counts_the_rest() -> None:
    graph = graph_of(ENTITIES, TIES, as_of="2017-09")
    assert [key for _, _, key in graph.edges(keys=True)] == ["r1"]
    assert graph.graph["left_out"]["date"] == 1
    assert graph.graph["left_out"]["undated"] == 1
    assert graph.graph["ties_in_store"] == 4
    wider = graph_of(ENTITIES, TIES, Filters(undated=True), as_of="2017-09")
    assert sorted(key for _, _, key in wider.edges(keys=True)) == ["r1", "r2"]


def test_exclusion_kinds_and_types() -> None:
    assert "b" not in graph_of(ENTITIES, TIES, Filters(exclude=frozenset({"b"})))
    assert graph_of(ENTITIES, TIES, Filters(exclude=frozenset({"r1"}))).graph["left_out"]["excluded"] == 1
    assert list(graph_of(ENTITIES, TIES, Filters(kinds=frozenset({"person"})))) == ["p"]
    people = graph_of(ENTITIES, TIES, Filters(types=frozenset({"BOARD_MEMBER_OF"})))
    assert list(people.edges(keys=True)) == [("p", "a", "r3")]


def test_attributes_are_the_records() -> None:
    graph = graph_of(ENTITIES, TIES)
    assert graph.nodes["a"]["name"] == "A"
    assert graph.edges["a", "b", "r1"]["share"] == 0.5
    assert graph.edges["a", "b", "r2"]["share"] is None
    assert graph.edges["a", "b", "r1"]["tie"] == TIES[0]


@pytest.mark.parametrize(
    "wrong", [{"types": frozenset({"OWN"})}, {"statuses": frozenset({"done"})}, {"kinds": frozenset({"x"})}]
)
def test_unknown_filters_are_refused(wrong: dict[str, frozenset[str]]) -> None:
    with pytest.raises(ParameterError, match="not known"):
        Filters(**wrong)


def test_a_wrong_date_is_refused() -> None:
    with pytest.raises(SchemaViolation, match="not a date"):
        graph_of(ENTITIES, TIES, as_of="yesterday")


def test_left_out_and_kept_add_up(bundled_store: Store, bundled: Batch) -> None:
    for as_of in (None, "2017-09", "2024-06-30"):
        graph = to_networkx(bundled_store, as_of=as_of)
        assert graph.number_of_edges() + sum(graph.graph["left_out"].values()) == len(bundled.ties) == 940
        assert graph.number_of_nodes() == 408
        assert graph.graph["data_version"] == bundled_store.data_version()
