"""Co-investors: cases solved by hand, and NVIDIA's partners read off data/relationships.csv."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.board_answers import coinvestors_answer
from graph.analytics.coinvestment import coinvestors
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


def made(*deals: tuple[str, str, str | None]) -> nx.MultiDiGraph:
    ties = [
        Tie(f"r{place}", who, "INVESTED_IN", where, "completed", round=name)
        for place, (who, where, name) in enumerate(deals)
    ]
    ends = sorted({end for tie in ties for end in (tie.from_id, tie.to_id)})
    return graph_of([Entity(end, end.upper(), "investor") for end in ends], ties)


DEALS = (
    ("ann", "x", "Series A"), ("ann", "x", "Series B"), ("bob", "x", "series  b"), ("bob", "x", None),
    ("ann", "y", "seed"), ("bob", "y", "Series A"), ("cy", "y", None), ("cy", "z", None),
)  # fmt: skip


def test_solved_by_hand() -> None:
    # x has two investors (weight 1), y three (1/2). Ann: x y, Bob: x y, Cy: y z.
    found = coinvestors(made(*DEALS))
    rows = [(p.first, p.second, p.companies, p.weight, p.jaccard) for p in found.pairs]
    assert rows == [
        ("ann", "bob", ("x", "y"), 1.5, 1.0),
        ("ann", "cy", ("y",), 0.5, pytest.approx(1 / 3)),
        ("bob", "cy", ("y",), 0.5, pytest.approx(1 / 3)),
    ]
    # The same round of x, however it is spelled; two rounds of one name in two companies are none.
    assert [len(pair.rounds) for pair in found.pairs] == [1, 0, 0]
    assert found.pairs[0].rounds[0][0] == "x"
    assert {tie.id for tie in found.pairs[0].ties} == {"r0", "r1", "r2", "r3", "r4", "r5"}
    assert (found.total, found.investors, found.companies, found.links) == (3, 3, 3, 6)


def test_one_investor_comes_first_in_its_pairs() -> None:
    pairs = coinvestors(made(*DEALS), investor="cy").pairs
    assert [(pair.first, pair.second) for pair in pairs] == [("cy", "ann"), ("cy", "bob")]
    assert coinvestors(made(*DEALS), investor="x").pairs == ()


def test_other_tie_types_and_plain_graphs() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "x", type="INVESTED_IN")
    graph.add_edge("b", "x", type="OWNS")
    assert coinvestors(graph).pairs == ()
    assert coinvestors(graph, types=["INVESTED_IN", "OWNS"]).total == 1
    two_mode = nx.path_graph(5)
    two_mode.add_edge(1, 5)
    pairs = coinvestors(two_mode, investors=[0, 2, 4, 5]).pairs
    assert {(p.first, p.second): p.weight for p in pairs} == {
        (0, 2): 0.5,
        (0, 5): 0.5,
        (2, 4): 1.0,
        (2, 5): 0.5,
    }


def test_crowded_companies_are_left_out_and_said() -> None:
    deals = [(f"i{n}", "big", None) for n in range(30)] + [("i1", "x", None), ("i2", "x", None)]
    found = coinvestors(made(*deals), most_investors=20)
    assert [(pair.first, pair.second, pair.companies) for pair in found.pairs] == [("i1", "i2", ("x",))]
    assert found.crowded == (("big", 30),)
    assert any("BIG (30)" in note for note in coinvestors_answer(made(*deals), most_investors=20).notes)
    near = coinvestors(made(*deals), investor="i1", most_investors=20)
    assert (near.total, near.crowded) == (1, (("big", 30),))


def test_limit_counts_all() -> None:
    found = coinvestors(made(*DEALS), limit=1)
    assert (len(found.pairs), found.total) == (1, 3)
    assert any("1 strongest of 3" in note for note in coinvestors_answer(made(*DEALS), limit=1).notes)


def test_nvidias_partners(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    first = coinvestors(graph, investor="nvidia").pairs[0]
    # r0005 to r0014 are those of Andreessen Horowitz; with NVIDIA it shares these five.
    assert first.second == "a16z"
    assert first.companies == ("mistral", "openai", "ssi", "thinking-machines", "xai")
    assert ("mistral", "Series C") in first.rounds
    for company in first.companies:
        assert any(tie.to_id == company and tie.from_id == "a16z" for tie in first.ties)
    text = coinvestors_answer(graph, investor="nvidia").statements[1].text
    assert text.startswith("NVIDIA and Andreessen Horowitz both invested in 5 companies: Mistral AI, OpenAI")
    assert "Series C of Mistral AI" in text


def test_plans_are_not_told_as_investments() -> None:
    ties = (
        Tie("1", "ann", "INVESTED_IN", "x", "completed"),
        Tie("2", "bob", "INVESTED_IN", "x", "considered"),
    )
    graph = graph_of(
        [Entity(key, key.upper(), "investor") for key in ("ann", "bob", "x")], ties, Filters.all_statuses()
    )
    text = coinvestors_answer(graph).statements[1].text
    assert text.startswith("ANN and BOB both invested, or may have meant to invest, in 1 company: X")


def test_empty_and_bad_requests() -> None:
    assert coinvestors_answer(nx.DiGraph()).statements[0].text.startswith("No two investors share a company")
    graph = made(*DEALS)
    assert "Nobody else" in coinvestors_answer(graph, investor="x").statements[0].text
    with pytest.raises(EntityNotFound):
        coinvestors(graph, investor="q")
    with pytest.raises(ParameterError):
        coinvestors(graph, types=[])
    with pytest.raises(ParameterError):
        coinvestors(graph, limit=0)
    with pytest.raises(AnalysisError, match="no direction"):
        coinvestors(nx.Graph(["ab"]))


def test_crowded_companies_count_in_neither_part_of_jaccard() -> None:
    deals = [("a", "x"), ("b", "x"), ("a", "z"), ("b", "z"), ("c", "z")]
    (pair,) = coinvestors(made(*((*deal, None) for deal in deals)), most_investors=2).pairs
    assert (pair.companies, pair.jaccard) == (("x",), 1.0)
