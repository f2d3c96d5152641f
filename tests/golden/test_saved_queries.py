"""Every saved query runs unchanged on both engines, gives the same rows, and the answers are right."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from graph.errors import EntityNotFound, ParameterError
from graph.queries.catalogue import catalogue
from graph.queries.header import SavedQuery
from graph.queries.run import run_query
from graph.store import Store

QUERIES = catalogue().all()
FACTS = {"active", "completed", "ended"}
DATA = Path(__file__).parents[2] / "data"


def ask(store: Store, query_id: str, **values: object) -> list[dict]:
    return run_query(store, catalogue().get(query_id), values, max_rows=5_000).dicts()


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (DATA / "relationships.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_both_engines_give_the_same_rows(
    query: SavedQuery, bundled_store: Store, bundled_neo4j: Store
) -> None:
    first = run_query(bundled_store, query, query.examples)
    second = run_query(bundled_neo4j, query, query.examples)
    assert first.rows
    assert first.columns == second.columns == tuple(column.name for column in query.columns)
    assert [tuple(map(rounded, row)) for row in first.rows] == [
        tuple(map(rounded, row)) for row in second.rows
    ]
    assert not first.truncated


def rounded(value: object) -> object:
    # Both engines add floats in their own order.
    return round(value, 12) if isinstance(value, float) else value


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_optional_parameters_are_taken_too(
    query: SavedQuery, bundled_store: Store, bundled_neo4j: Store
) -> None:
    values = {p.name: p.example for p in query.parameters if p.example is not None}
    first, second = (run_query(store, query, values) for store in (bundled_store, bundled_neo4j))
    assert [tuple(map(rounded, row)) for row in first.rows] == [
        tuple(map(rounded, row)) for row in second.rows
    ]
    assert first.columns == second.columns


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_ids_are_ids(query: SavedQuery, bundled_store: Store) -> None:
    answer = run_query(bundled_store, query, query.examples)
    entities = {entity.id for entity in bundled_store.entities()}
    ties = {tie.id for tie in bundled_store.ties()}
    sources = {source.id for source in bundled_store.sources()}
    known = {"entity": entities, "tie": ties, "source": sources}
    for row in answer.dicts():
        for column in query.columns:
            what, _, form = column.unit.partition(" ")
            if form in ("id", "ids") and row[column.name] is not None:
                found = {row[column.name]} if form == "id" else set(row[column.name])
                assert found <= known[what], (query.id, column.name)


def test_customers_of_cerebras(bundled_store: Store) -> None:
    answer = ask(bundled_store, "customers-of", company="cerebras")
    measured = [
        (r["customer_id"], r["revenue_share"], r["period_start"], r["period_end"])
        for r in answer
        if r["revenue_share"]
    ]
    assert measured == [
        ("g42", 0.87, "2024-01", "2024-06"),
        ("g42", 0.83, "2023", "2023-12"),
        ("mbzuai", 0.62, "2025", "2025-12"),
        ("g42", 0.24, "2025", "2025-12"),
    ]
    assert all(row["sources"] for row in answer)
    assert all(row["revenue_share"] is None or row["period_start"] for row in answer)


def test_who_weighed_buying_cerebras(bundled_store: Store) -> None:
    answer = ask(bundled_store, "weighed-purchases", company="cerebras")
    mine = [row for row in answer if row["buyer_id"] == "openai"]
    assert [(row["status"], row["date"], row["tie_id"]) for row in mine] == [("abandoned", "2017", "r0662")]
    assert "completed" not in {row["status"] for row in answer}


def test_counts_agree_with_the_file(bundled_store: Store, rows: list[dict[str, str]]) -> None:
    def count(**wanted: str) -> int:
        return sum(
            row["status"] in FACTS and all(row[key.rstrip("_")] == value for key, value in wanted.items())
            for row in rows
        )

    assert len(ask(bundled_store, "investors-of", company="cerebras")) == count(
        to="cerebras", type="INVESTED_IN"
    )
    assert len(ask(bundled_store, "portfolio-of", investor="nvidia")) == count(
        from_="nvidia", type="INVESTED_IN"
    )
    assert len(ask(bundled_store, "board-of", company="openai")) == count(to="openai", type="BOARD_MEMBER_OF")
    assert len(ask(bundled_store, "suppliers-of", company="openai")) == count(to="openai", type="SUPPLIES")
    assert len(ask(bundled_store, "lenders")) == count(type="LENT_TO")
    assert len(ask(bundled_store, "reviews")) == count(type="REGULATES")
    assert len(ask(bundled_store, "undated")) == sum(not row["start"] for row in rows)
    assert len(ask(bundled_store, "ties-of", entity="g42")) == sum(
        "g42" in (row["from"], row["to"]) for row in rows
    )


def test_no_plan_among_facts(bundled_store: Store, rows: list[dict[str, str]]) -> None:
    status = {row["id"]: row["status"] for row in rows}
    for query in QUERIES:
        if query.id in (
            "weighed-purchases",
            "announced-money",
            "between-dates",
            "newest-ties",
            "single-source",
            "undated",
            "ties-of",
        ):
            continue
        for row in run_query(bundled_store, query, query.examples).dicts():
            shown = [row[column.name] for column in query.columns if column.unit == "tie id"]
            assert {status[tie] for tie in shown if tie} <= FACTS, query.id


def test_as_of_moves_the_board(bundled_store: Store) -> None:
    now = {row["person_id"] for row in ask(bundled_store, "board-of", company="openai")}
    then = {row["person_id"] for row in ask(bundled_store, "board-of", company="openai", as_of="2019")}
    assert then < now
    # Adam D'Angelo has sat there since 2018; nobody who joined in 2024 is there yet.
    assert "adam-dangelo" in then
    assert "sue-desmond-hellmann" not in then
    early = {row["person_id"] for row in ask(bundled_store, "board-of", company="openai", as_of="2017")}
    assert "adam-dangelo" not in early


def test_hangs_on_one_floor(bundled_store: Store) -> None:
    answer = {(row["company_id"], row["period_start"]): row for row in ask(bundled_store, "hangs-on-one")}
    assert answer["cerebras", "2024-01"]["hhi_floor"] == pytest.approx(7_569)
    year = answer["cerebras", "2025"]
    assert (year["hhi_floor"], year["customer_ids"]) == (pytest.approx(4_420), ["g42", "mbzuai"])


def test_if_g42_leaves_cerebras_is_hit_first(bundled_store: Store) -> None:
    first = ask(bundled_store, "if-customer-leaves", customer="g42")[0]
    assert (first["hit_id"], first["revenue_share"], first["period_end"]) == ("cerebras", 0.87, "2024-06")


def test_g42_is_investor_and_customer(bundled_store: Store) -> None:
    answer = ask(bundled_store, "investor-and-customer", company="cerebras")
    assert ("g42", 0.87) in {(row["investor_id"], row["revenue_share"]) for row in answer}


def test_wrong_values_never_reach_the_engine(bundled_store: Store) -> None:
    with pytest.raises(EntityNotFound) as caught:
        ask(bundled_store, "customers-of", company="cerebas")
    assert caught.value.nearest[0] == "cerebras"
    with pytest.raises(ParameterError):
        ask(bundled_store, "customers-of", company="cerebras", as_of="soon")
    for text in ("'}) DETACH DELETE n //", "$company", "x' OR 1=1"):
        with pytest.raises(EntityNotFound):
            ask(bundled_store, "customers-of", company=text)
        assert ask(bundled_store, "names", text=text) == []
