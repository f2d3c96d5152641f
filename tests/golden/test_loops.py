"""Circles of money, ownership and supply: solved by hand, and read off data/relationships.csv."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.loop_answers import loop_sentence, loops_answer
from graph.analytics.loops import Loop, loops
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


def made(*ties: Tie) -> nx.MultiDiGraph:
    ends = sorted({end for tie in ties for end in (tie.from_id, tie.to_id)})
    return graph_of([Entity(end, end.upper(), "company") for end in ends], ties, Filters.all_statuses())


def by_entities(found: tuple[Loop, ...], *entities: str) -> Loop:
    return next(loop for loop in found if set(loop.entities) == set(entities))


# A puts 5 into B (and 2 later), B buys from C for 8, C buys from A (amount unknown).
RING = (
    Tie("i1", "a", "INVESTED_IN", "b", "completed", "2020", amount_usd=5),
    Tie("i2", "a", "INVESTED_IN", "b", "completed", "2023", amount_usd=2),
    Tie("s1", "c", "SUPPLIES", "b", "active", "2021", amount_usd=8),
    Tie("s2", "a", "SUPPLIES", "c", "active", "2022-05"),
)


def test_money_goes_out_and_comes_back() -> None:
    (loop,) = loops(made(*RING)).loops
    assert loop.entities == ("a", "b", "c")
    assert [[tie.id for tie in step.ties] for step in loop.steps] == [["i1", "i2"], ["s1"], ["s2"]]
    # Amounts are never added: the first step counts 5, not 7; the smallest known one is 5.
    assert [step.amount_usd for step in loop.steps] == [5, 8, None]
    assert (loop.amount_usd, loop.unknown_amounts, loop.is_fact) == (5, 1, True)
    assert loop.came_first == "investment"


def test_a_circle_needs_an_investment_and_a_purchase() -> None:
    buys = made(Tie("1", "a", "SUPPLIES", "b", "active"), Tie("2", "b", "SUPPLIES", "a", "active"))
    gives = made(Tie("1", "a", "INVESTED_IN", "b", "completed"), Tie("2", "b", "LENT_TO", "a", "active"))
    assert loops(buys).loops == loops(gives).loops == ()
    assert len(loops(buys, "supply").loops) == 1
    # An investor that buys from its own investee pays it twice: nothing comes back.
    twice = made(Tie("1", "a", "INVESTED_IN", "b", "completed"), Tie("2", "b", "SUPPLIES", "a", "active"))
    assert loops(twice).loops == ()
    back = made(Tie("1", "a", "INVESTED_IN", "b", "completed"), Tie("2", "a", "SUPPLIES", "b", "active"))
    assert loops(back).loops[0].entities == ("a", "b")


def test_the_kind_is_looked_for_before_the_limit() -> None:
    # Fifteen circles of pure supply must not crowd out the one of money.
    supply = [
        Tie(f"s{a}{b}", f"x{a}", "SUPPLIES", f"x{b}", "active") for a in range(6) for b in range(6) if a != b
    ]
    found = loops(made(*supply, *RING), limit=1)
    assert [loop.entities for loop in found.loops] == [("a", "b", "c")]
    assert found.more is False


@pytest.mark.parametrize(
    ("invested", "bought", "first"),
    [
        ("2020", "2021-01", "investment"),
        ("2021-02-03", "2021-01", "purchase"),
        ("2021", "2021-01", None),  # the year may have begun before or after that month
        (None, "2021", None),
        ("2020", None, None),
    ],
)
def test_which_money_came_first(invested: str | None, bought: str | None, first: str | None) -> None:
    graph = made(
        Tie("1", "a", "INVESTED_IN", "b", "completed", invested),
        Tie("2", "a", "SUPPLIES", "b", "active", bought),
    )
    assert loops(graph).loops[0].came_first == first
    untold = "For 1 circle the dates do not tell which money came first."
    assert (untold in loops_answer(graph).notes) == (first is None)


def test_a_measured_share_does_not_date_the_beginning() -> None:
    # 40 percent of A's revenue in 2019 came from B: B bought by then, since when is not said.
    def graph(invested: str) -> nx.MultiDiGraph:
        share = Tie("2", "a", "SUPPLIES", "b", "active", "2019", "2019-12", share=0.4, share_basis="revenue")
        return made(Tie("1", "a", "INVESTED_IN", "b", "completed", invested), share)

    assert loops(graph("2018")).loops[0].came_first is None
    assert loops(graph("2020")).loops[0].came_first == "purchase"
    assert "40 % of revenue, 2019 to 2019-12" in loops_answer(graph("2020")).statements[1].text


def test_plans_are_named_and_do_not_outweigh_facts() -> None:
    graph = made(
        Tie("i1", "a", "INVESTED_IN", "b", "completed", "2024", amount_usd=3),
        Tie("i2", "a", "INVESTED_IN", "b", "abandoned", "2025", amount_usd=100),
        Tie("s1", "a", "SUPPLIES", "b", "announced", "2025", amount_usd=50),
    )
    (loop,) = loops(graph).loops
    assert [step.amount_usd for step in loop.steps] == [3, 50]
    assert [step.is_fact for step in loop.steps] == [True, False]
    text = loop_sentence(graph, loop)
    assert "B is to buy from A" in text
    assert "Not a fact: B to A (announced)." in text
    assert any("no fact" in note for note in loops_answer(graph).notes)


def test_the_price_of_a_company_goes_to_its_sellers() -> None:
    graph = made(
        Tie("1", "a", "ACQUIRED", "b", "completed", "2020", amount_usd=900),
        Tie("2", "a", "SUPPLIES", "b", "active", "2021", amount_usd=4),
    )
    (loop,) = loops(graph).loops
    assert (loop.amount_usd, loop.unknown_amounts) == (4, 1)


@pytest.mark.parametrize(
    ("share", "basis", "circles"),
    [(0.1, "equity", 1), (0.1, None, 1), (None, "equity", 0), (None, None, 0), (0.1, "revenue", 0)],
)
def test_an_investment_is_a_stake_where_it_states_a_share(
    share: float | None, basis: str | None, circles: int
) -> None:
    graph = made(
        Tie("1", "a", "OWNS", "b", "active", share=0.5, share_basis="equity"),
        Tie("2", "b", "INVESTED_IN", "a", "completed", share=share, share_basis=basis),
    )
    assert len(loops(graph, "ownership").loops) == circles


def test_rank_and_filters() -> None:
    other = (
        Tie("i9", "d", "LENT_TO", "e", "active", "2020", amount_usd=7),
        Tie("s9", "d", "SUPPLIES", "e", "active", "2021", amount_usd=9),
        Tie("i8", "f", "INVESTED_IN", "g", "completed", "2020"),
        Tie("s8", "f", "SUPPLIES", "g", "active", "2021"),
    )
    graph = made(*RING, *other)
    # Smallest known amounts 7, 5 and none: the unknown one comes last although it is shorter.
    assert [loop.entities for loop in loops(graph).loops] == [("d", "e"), ("a", "b", "c"), ("f", "g")]
    assert [loop.entities for loop in loops(graph, min_amount=6).loops] == [("d", "e")]
    assert [loop.entities for loop in loops(graph, including=["c"]).loops] == [("a", "b", "c")]
    assert [len(loop.steps) for loop in loops(graph, max_length=2).loops] == [2, 2]


def test_ownership_circle_with_known_and_unknown_shares() -> None:
    def owns(key: str, a: str, b: str, share: float | None, date: str | None = None) -> Tie:
        return Tie(key, a, "OWNS", b, "active", date, share=share, share_basis="equity" if share else None)

    (loop,) = loops(made(owns("1", "a", "b", 0.4), owns("2", "b", "a", 0.5)), "ownership").loops
    assert (loop.share, loop.unknown_shares) == (pytest.approx(0.2), 0)
    graph = made(owns("1", "a", "b", 0.4), owns("2", "b", "a", None))
    (loop,) = loops(graph, "ownership").loops
    assert (loop.share, loop.share_low, loop.share_high, loop.unknown_shares) == (None, 0, 0.4, 1)
    graph.edges["b", "a", "2"].update(share_min=0.25, share_max=0.5, share_basis="equity")
    (loop,) = loops(graph, "ownership").loops
    assert (loop.share_low, loop.share_high) == pytest.approx((0.1, 0.2))
    assert "between 10 % and 20 %; 1 share is not known" in loop_sentence(graph, loop)
    # The share that was stated last counts; an investment without a share is no stake.
    ties = (owns("1", "a", "b", 0.4, "2019"), owns("3", "a", "b", 0.3, "2024"), owns("2", "b", "a", 0.5))
    assert loops(made(*ties), "ownership").loops[0].share == pytest.approx(0.15)
    notes = Tie("9", "b", "INVESTED_IN", "a", "completed")
    assert loops(made(owns("1", "a", "b", 0.4), notes), "ownership").loops == ()


def test_a_plain_graph_works() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "b")])
    for kind in ("money", "ownership", "supply"):
        found = loops(graph, kind)
        assert [loop.entities for loop in found.loops] == [("a", "b")]
        assert (found.self_loops, found.counts) == (1, {"untyped": 3})
        assert loops_answer(graph, kind).rows


def test_an_empty_answer_says_what_was_searched() -> None:
    graph = made(RING[0], RING[2])
    answer = loops_answer(graph, including=["a"])
    assert answer.statements[0].text == (
        "No money circle up to length 5 through A among 1 investment and 1 supply ties."
    )
    assert loops_answer(nx.MultiDiGraph()).statements[0].text.startswith("No money circle")


def test_bad_input() -> None:
    with pytest.raises(ParameterError):
        loops(made(*RING), "love")
    with pytest.raises(ParameterError):
        loops(made(*RING), max_length=1)
    with pytest.raises(ParameterError):
        loops(made(*RING), min_amount=-1)
    with pytest.raises(EntityNotFound):
        loops(made(*RING), including=["z"])
    with pytest.raises(AnalysisError, match="direction"):
        loops(nx.Graph(["ab"]))
    for amount in (-1, float("nan"), float("inf")):
        with pytest.raises(AnalysisError, match="amount of a -> b"):
            loops(nx.DiGraph([("a", "b", {"amount_usd": amount}), ("b", "a")]))
    with pytest.raises(AnalysisError, match="share of a -> b"):
        loops(nx.DiGraph([("a", "b", {"share": 1.5}), ("b", "a")]), "ownership")


def test_the_seed_loops_are_found(bundled_store: Store) -> None:
    # r0624 and r0626: NVIDIA invested in OpenAI (2026: $30bn). r0698: OpenAI buys from Oracle (no amount).
    # r0654: Oracle buys chips from NVIDIA ($40bn). All are facts, so the smallest known amount is $30bn.
    facts = loops(to_networkx(bundled_store))
    loop = by_entities(facts.loops, "nvidia", "openai", "oracle")
    assert loop.entities == ("nvidia", "openai", "oracle")
    assert [[tie.id for tie in step.ties] for step in loop.steps] == [
        ["r0626", "r0624"],
        ["r0698"],
        ["r0654"],
    ]
    assert (loop.amount_usd, loop.unknown_amounts, loop.is_fact) == (30_000_000_000, 1, True)
    assert loop.came_first is None  # since when Oracle buys from NVIDIA is not on any page
    # r0230: NVIDIA buys capacity for $6.3bn; r0614 and r0615: it invested; r0645: CoreWeave buys its GPUs.
    loop = by_entities(facts.loops, "nvidia", "coreweave")
    assert {tie.id for tie in loop.ties} == {"r0230", "r0614", "r0615", "r0645"}
    assert (loop.amount_usd, loop.unknown_amounts) == (6_300_000_000, 1)
    assert loops(to_networkx(bundled_store), "ownership").loops == ()


def test_the_seed_loops_with_plans(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store, Filters.all_statuses())
    loop = by_entities(loops(graph).loops, "nvidia", "openai", "oracle")
    # The abandoned $100bn of r0625 does not outweigh the $30bn that came; the announced $300bn of r0699
    # is the only amount between OpenAI and Oracle.
    assert [step.amount_usd for step in loop.steps] == [30_000_000_000, 300_000_000_000, 40_000_000_000]
    assert loop.is_fact
    # OpenAI holds warrants of AMD and buys from it: both times money goes to AMD, so that is no circle.
    assert not any(set(item.entities) == {"amd", "openai"} for item in loops(graph).loops)
    assert all(item.is_fact for item in loops(to_networkx(bundled_store)).loops)


def test_the_answer_on_the_bundled_data(bundled_store: Store) -> None:
    answer = loops_answer(to_networkx(bundled_store), including=["oracle"], max_length=3)
    text = next(item.text for item in answer.statements if item.text.startswith("NVIDIA → OpenAI → Oracle"))
    assert "NVIDIA invested in OpenAI (2026 round, $30bn, 2026-02-27) (and 1 more tie)" in text
    assert "OpenAI buys from Oracle" in text
    assert "The smallest known amount is $30bn; 1 of 3 steps states none." in text
    assert answer.provenance.data_version
    known = {tie.id for tie in bundled_store.ties()}
    assert all(set(item.ties) <= known for item in answer.statements)
    assert all(len(row) == len(answer.columns) for row in answer.rows)


def test_an_amount_or_share_that_is_no_number_is_an_error_of_the_analysis() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", id="i", type="INVESTED_IN", amount_usd="5bn")
    graph.add_edge("a", "c", id="s", type="SUPPLIES")
    graph.add_edge("c", "b", id="t", type="SUPPLIES")
    with pytest.raises(AnalysisError, match=r"a -> b \(tie i\) is 5bn"):
        loops(graph)
    owned = nx.DiGraph()
    owned.add_edge("a", "b", id="o", type="OWNS", share="half")
    owned.add_edge("b", "a", id="p", type="OWNS", share=0.1)
    with pytest.raises(AnalysisError, match="half, not between 0 and 1"):
        loops(owned, kind="ownership")
