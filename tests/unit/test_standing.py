"""The figures at the head of an entity's page and its ranks."""

from __future__ import annotations

import pytest

from graph.dossier import dossier
from graph.model import Batch, Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.standing import Customers, customers, figures, rank, rankings, surroundings
from graph.store.embedded import EmbeddedStore

ENTITIES = tuple(Entity(key, key.upper(), "company") for key in ("a", "b", "c", "d", "alone"))


def test_concentration_of_the_newest_period(bundled_store: EmbeddedStore) -> None:
    whole = to_networkx(bundled_store)
    assert customers(whole, "cerebras") == Customers("MBZUAI", "62 %", "4,420–4,616", "2025")
    then = customers(to_networkx(bundled_store, as_of="2024-06-30"), "cerebras")
    assert then == Customers("G42", "87 %", "7,569–7,738", "2024-01 to 2024-06")
    assert customers(whole, "openai") is None
    assert customers(whole, "nobody") is None


@pytest.mark.parametrize("as_of", [None, "2024-06-30"])
def test_what_stands_around_an_entity_is_enough_for_its_figure(
    bundled_store: EmbeddedStore, as_of: str | None
) -> None:
    whole = to_networkx(bundled_store, as_of=as_of)
    for entity in ("cerebras", "coreweave", "openai", "sam-altman"):
        for statuses in (Filters().statuses, Filters.all_statuses().statuses):
            found = dossier(bundled_store, entity, as_of=as_of, statuses=sorted(statuses))
            assert customers(surroundings(found), entity) == customers(whole, entity)


def test_shares_above_the_whole_are_a_problem_not_a_figure() -> None:
    ties = [
        Tie(key, "a", "SUPPLIES", key, "active", "2025", share=0.8, share_basis="revenue")
        for key in ("b", "c")
    ]
    found = customers(graph_of(ENTITIES, ties), "a")
    assert found
    assert "more than the whole" in found.problem
    assert found.share == ""


def test_figures_count_entities_and_tell_former_members(embedded_store: EmbeddedStore) -> None:
    ties = (
        Tie("t1", "b", "INVESTED_IN", "a", "completed", sources=("s",)),
        Tie("t2", "b", "OWNS", "a", "active"), Tie("t3", "c", "OWNS", "a", "planned"),
        Tie("t4", "c", "BOARD_MEMBER_OF", "a", "ended"), Tie("t5", "d", "BOARD_MEMBER_OF", "a", "active"),
        Tie("t6", "a", "ACQUIRED", "d", "completed"),
    )  # fmt: skip
    people = tuple(Entity(key, key, "person") for key in ("c", "d"))
    embedded_store.upsert(Batch((Entity("a", "A", "company"), Entity("b", "B", "investor"), *people), ties))
    found = figures(dossier(embedded_store, "a", statuses=("active", "completed", "ended", "planned")))
    assert (found.investors, found.board, found.board_former, found.investments) == (1, 1, 1, 1)


def test_ranks_share_a_place_and_leave_out_who_has_no_tie() -> None:
    ties = [Tie(f"t{key}", "a", "OWNS", key, "active") for key in ("b", "c", "d")]
    made = {each.measure: each for each in rankings(graph_of(ENTITIES, ties))}
    first, other, none = (rank(made["degree"], key) for key in ("a", "c", "alone"))
    assert (first.place, first.shared, first.of, first.value) == (1, 0, 4, "3")
    assert (other.place, other.shared) == (2, 2)
    assert (none.place, none.of, none.value) == (None, 4, "not known")
    assert rank(made["betweenness"], "a").value == "1"


def test_the_bundled_ranks(bundled_store: EmbeddedStore) -> None:
    made = rankings(to_networkx(bundled_store))
    places = [(each.measure, rank(each, "openai").place) for each in made]
    assert places == [("degree", 1), ("pagerank", 1), ("betweenness", 1)]
    assert all(rank(each, "openai").of == len(each.values) for each in made)


@pytest.mark.parametrize("measure", [0, 1, 2])
def test_a_graph_without_ties_ranks_nobody(measure: int) -> None:
    assert rank(rankings(graph_of(ENTITIES, []))[measure], "a").place is None


def test_as_of_a_date_nobody_who_sat_there_then_is_a_former_member(embedded_store: EmbeddedStore) -> None:
    ties = (
        Tie("t1", "c", "BOARD_MEMBER_OF", "a", "ended", start_date="2015-12", end_date="2018-02"),
        Tie("t2", "b", "OWNS", "a", "ended", start_date="2015", end_date="2019"),
    )
    people = (Entity("c", "C", "person"), Entity("b", "B", "investor"))
    embedded_store.upsert(Batch((Entity("a", "A", "company"), *people), ties))
    then = figures(dossier(embedded_store, "a", as_of="2017-09"), "2017-09")
    assert (then.board, then.board_former, then.investors) == (1, 0, 1)
    now = figures(dossier(embedded_store, "a"))
    assert (now.board, now.board_former, now.investors) == (0, 1, 0)


def test_a_planned_share_is_no_figure() -> None:
    shared = {"share_basis": "revenue", "share": 0.6}
    plan = Tie("r1", "a", "SUPPLIES", "b", "planned", "2027", **shared)  # type: ignore[arg-type]
    fact = Tie("r2", "a", "SUPPLIES", "c", "active", "2024", share=0.2, share_basis="revenue")
    assert customers(graph_of(ENTITIES, [plan], Filters.all_statuses()), "a") is None
    found = customers(graph_of(ENTITIES, [plan, fact], Filters.all_statuses()), "a")
    assert found
    assert (found.name, found.share, found.period) == ("C", "20 %", "2024")
