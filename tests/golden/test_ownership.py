"""Known answers for stakes and integrated ownership: published cases, and cases solved by hand in fractions."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from graph.analytics import ownership
from graph.analytics.claims import StakeRules
from graph.analytics.ownership import Loops, holdings_of, met_from, owners_of
from graph.analytics.ownership_answers import beneficial_answer, holdings_answer, owners_answer
from graph.analytics.stakes import all_stakes, stake_notes, stakes_in
from graph.errors import AnalysisError, EntityNotFound, NotConverged, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


def held(*stakes: tuple[str, str, Any]) -> nx.DiGraph:
    """A graph of (owner, firm, share); None is a stake of unknown size."""
    graph = nx.DiGraph()
    for owner, firm, share in stakes:
        graph.add_edge(owner, firm, **({} if share is None else {"share": float(share)}))
    return graph


def shares(graph: nx.Graph, company: str, field: str = "corrected", **options: Any) -> dict[str, float]:
    found = owners_of(graph, company, **options)
    return {item.owner: getattr(item, field) for item in found.holdings}


CROSSED = held(
    ("A", "F1", 0.5), ("X1", "F1", 0.3), ("F2", "F1", 0.2), ("X2", "F2", 0.4), ("F1", "F2", 0.6)
)  # fmt: skip


def test_a_chain_adds_to_a_direct_stake() -> None:
    # A 50 % of B, B 50 % of C, A 10 % of C: 0.1 + 0.5 * 0.5 = 0.35.
    graph = held(("A", "B", 0.5), ("B", "C", 0.5), ("A", "C", 0.1))
    assert shares(graph, "C") == pytest.approx({"A": 0.35, "B": 0.5})
    assert {item.firm: item.corrected for item in holdings_of(graph, "A").holdings} == pytest.approx(
        {"B": 0.5, "C": 0.35}
    )


def test_two_firms_that_hold_each_other() -> None:
    # det(I - W) on F1, F2 is 1 - 0.2 * 0.6 = 22/25. A in F1: 0.5 / 0.88 = 25/44; in F2: 0.6 * 25/44 = 15/44.
    # X1: 15/44 and 9/44. X2: 0.4 * 0.2 / 0.88 = 1/11 and 0.4 / 0.88 = 5/11. Outsiders sum to 1 in each.
    # F1 in itself: 1/0.88 - 1 = 3/22 raw, 0.2 * 0.6 = 3/25 corrected; F1 in F2: 0.6/0.88 = 15/22 and 3/5.
    in_f1, in_f2 = shares(CROSSED, "F1"), shares(CROSSED, "F2")
    assert in_f1 == pytest.approx(
        {"A": F(25, 44), "X1": F(15, 44), "X2": F(1, 11), "F1": F(3, 25), "F2": F(1, 5)}
    )
    assert in_f2 == pytest.approx(
        {"A": F(15, 44), "X1": F(9, 44), "X2": F(5, 11), "F1": F(3, 5), "F2": F(3, 25)}
    )
    assert sum(in_f1[x] for x in ("A", "X1", "X2")) == pytest.approx(1)
    assert sum(in_f2[x] for x in ("A", "X1", "X2")) == pytest.approx(1)
    raw = shares(CROSSED, "F1", "integrated")
    assert (raw["F1"], raw["F2"]) == pytest.approx((F(3, 22), F(5, 22)))
    assert shares(CROSSED, "F2", "integrated")["F1"] == pytest.approx(F(15, 22))


def test_the_same_from_the_owners_side() -> None:
    for owner in CROSSED:
        for item in holdings_of(CROSSED, owner).holdings:
            other = next(x for x in owners_of(CROSSED, item.firm).holdings if x.owner == owner)
            assert (item.integrated, item.corrected) == pytest.approx((other.integrated, other.corrected))


def test_each_firm_half_owned_by_the_other() -> None:
    # Elliott, Golub and Jackson (2014, American Economic Review 104(10), 3115-3153), their example of two
    # organisations: claims of the outside holders are 2/3 and 1/3.
    graph = held(("p1", "f1", 0.5), ("p2", "f2", 0.5), ("f1", "f2", 0.5), ("f2", "f1", 0.5))
    found = shares(graph, "f1")
    assert (found["p1"], found["p2"]) == pytest.approx((F(2, 3), F(1, 3)))


def test_a_ring_of_three() -> None:
    # a -> b -> c -> a with 1/2 each: once round is 1/8, so V_aa = 8/7. a in b: 1/2 * 8/7 = 4/7 raw, 1/2
    # corrected; a in c: 2/7 and 1/4; a in itself: 1/7 and 1/8.
    graph = held(("a", "b", 0.5), ("b", "c", 0.5), ("c", "a", 0.5))
    found = {item.firm: (item.integrated, item.corrected) for item in holdings_of(graph, "a").holdings}
    assert found["b"] == pytest.approx((F(4, 7), F(1, 2)))
    assert found["c"] == pytest.approx((F(2, 7), F(1, 4)))
    assert found["a"] == pytest.approx((F(1, 7), F(1, 8)))


def test_own_shares_fall_to_the_others() -> None:
    # The firm holds 1/5 of itself; two holders of 2/5 own half each: 0.4 / (1 - 0.2).
    graph = held(("x", "f", 0.4), ("y", "f", 0.4), ("f", "f", 0.2))
    found = shares(graph, "f")
    assert (found["x"], found["y"], found["f"]) == pytest.approx((0.5, 0.5, 0.2))


def test_two_loops_that_share_a_firm() -> None:
    # b holds 1/2 of c and 1/2 of d, each of them 1/4 of b; a holds 1/2 of b.
    # Once round: 2 * (1/2 * 1/4) = 1/4, V_bb = 4/3. a in b: 1/2 * 4/3 = 2/3; a in c: 1/3.
    graph = held(
        ("a", "b", 0.5), ("c", "b", 0.25), ("d", "b", 0.25), ("b", "c", 0.5), ("b", "d", 0.5)
    )  # fmt: skip
    assert shares(graph, "b")["a"] == pytest.approx(F(2, 3))
    assert shares(graph, "c")["a"] == pytest.approx(F(1, 3))
    # Corrected: from b back to b 1/4; c meets b first with 1/2. d in c: 1/2 * 1/4 / (1 - 1/8) = 1/7.
    assert shares(graph, "c")["d"] == pytest.approx(F(1, 7))


def test_unknown_shares_are_bounded_by_what_is_left() -> None:
    # b holds an unknown part of f, of which a has 1/2: at most 1/2. c, f unknown in b, d has 1/5 of it.
    # Largest for a in f: f gives 1/2 to b, b gives 4/5 to f: x = 1/2 + 1/2 * 4/5 x, x = 5/6.
    # Largest for c: b gives 4/5 to c, so 1/2 * 4/5. Largest for d: b gives 1/5 to d and 4/5 to f, and
    # f 1/2 to b: y = 1/5 + 4/5 * 1/2 y, y = 1/3 in b, 1/6 in f. f in itself: 1/2 * 4/5.
    graph = held(("a", "f", 0.5), ("b", "f", None), ("c", "b", None), ("d", "b", 0.2), ("f", "b", None))
    low, high = shares(graph, "f"), shares(graph, "f", "high")
    assert low == pytest.approx({"a": 0.5, "b": 0, "c": 0, "d": 0, "f": 0})
    assert high == pytest.approx(
        {"a": F(5, 6), "b": F(1, 2), "c": F(2, 5), "d": F(1, 6), "f": F(2, 5)}, abs=1e-8
    )
    below = {item.firm: item.high for item in holdings_of(graph, "d").holdings}
    assert below == pytest.approx({"b": F(1, 3), "f": F(1, 6)}, abs=1e-8)


def test_ranges_bound_both_sides() -> None:
    # y has 20 to 30 %, z 10 to 100 %, x is known with 50 %: z gets at most 1 - 0.5 - 0.2.
    graph = held(("x", "f", 0.5), ("y", "f", None), ("z", "f", None), ("w", "y", 0.5), ("w", "z", 0.5))
    graph.edges["y", "f"].update(share_min=0.2, share_max=0.3)
    graph.edges["z", "f"].update(share_min=0.1)
    found = {item.owner: (item.corrected, item.high) for item in owners_of(graph, "f").holdings}
    assert found["y"] == pytest.approx((0.2, 0.3))
    assert found["z"] == pytest.approx((0.1, 0.3))
    # w holds half of y and of z, together at least 0.3 and at most the 0.5 that x leaves.
    assert found["w"] == pytest.approx((0.15, 0.25))


def test_without_bounds_they_are_unknown_not_equal() -> None:
    graph = held(("a", "f", 0.5), ("b", "f", None))
    assert shares(graph, "f", "high", bounds=False) == {"a": None, "b": None}
    assert [item.high for item in holdings_of(graph, "b", bounds=False).holdings] == [None]


def test_bounds_that_were_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = held(("a", "f", 0.3), ("b", "f", 0.2), ("c", "f", None), ("d", "f", None))
    assert not any("Maxima" in note for note in owners_answer(graph, "f").notes)
    monkeypatch.setattr(ownership, "BOUND_CELLS", 10)  # five entities: two owners at once
    assert shares(graph, "f", "high") == {
        "a": pytest.approx(0.3),
        "b": pytest.approx(0.2),
        "c": None,
        "d": None,
    }
    assert (
        "Maxima of 2 smaller owners were not computed (too many at once)." in owners_answer(graph, "f").notes
    )


def test_a_closed_group_is_named() -> None:
    graph = held(("a", "b", 1), ("b", "a", 1), ("a", "c", 0.3))
    for call in (lambda: owners_of(graph, "c"), lambda: holdings_of(graph, "b")):
        with pytest.raises(NotConverged, match="a and b hold all of one another") as caught:
            call()
        assert caught.value.details["group"] == ["a", "b"]
        assert caught.value.details["ties"] == ["b->a", "a->b"]
    with pytest.raises(NotConverged, match="f hold all of itself"):
        owners_of(held(("f", "f", 1)), "f")


def test_sums_above_the_whole_are_named_unless_rounded() -> None:
    graph = held(("a", "f", 0.6), ("b", "f", 0.6), ("f", "g", 0.5))
    with pytest.raises(
        AnalysisError, match=r"f sum to 120 %.*a->f \(a, 60 %\) and b->f \(b, 60 %\)"
    ) as caught:
        owners_of(graph, "g")
    assert "exclude" in caught.value.hint
    whole = all_stakes(graph)
    assert whole.firms["f"].over == pytest.approx(1.2)
    assert [(stake.owner, stake.firm) for stake in whole.stakes()] == [("f", "g")]
    assert any("f" in note and "more than the whole" in note for note in stake_notes(graph, whole))
    rounded = stakes_in(held(("a", "f", 0.335), ("b", "f", 0.335), ("c", "f", 0.335)), "f")
    assert rounded.scaled == pytest.approx(1.005)
    assert [stake.share for stake in rounded.stakes] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("share", [-0.1, 1.2, float("nan"), float("inf"), "much"])
def test_shares_that_cannot_be_are_refused(share: Any) -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", share=share)
    with pytest.raises(AnalysisError, match="a->b") as caught:
        owners_of(graph, "b")
    assert caught.value.hint


def test_bad_input_has_an_answer() -> None:
    graph = held(("a", "b", 0.5))
    with pytest.raises(EntityNotFound):
        owners_of(graph, "z")
    with pytest.raises(EntityNotFound):
        holdings_of(nx.MultiDiGraph(), "z")
    with pytest.raises(AnalysisError, match="direction"):
        owners_of(nx.Graph([("a", "b")]), "b")
    with pytest.raises(ParameterError):
        StakeRules("revenue")
    graph.edges["a", "b"].update(share_min=0.6, share_max=0.4, share=None)
    with pytest.raises(AnalysisError, match="at least"):
        owners_of(graph, "b")
    assert owners_of(held(("a", "b", 0.5)), "a").holdings == ()
    assert all_stakes(nx.MultiDiGraph()).nodes == ()


# ---- which statement counts ----

PEOPLE = [Entity(key, key.upper(), "company") for key in "abcdf"]


def told(*ties: Tie, as_of: str | None = None) -> nx.MultiDiGraph:
    return graph_of(PEOPLE, ties, Filters.all_statuses(undated=True), as_of=as_of)


def tie(
    key: str, owner: str, type_: str, share: float | None = None, start: str | None = None, **more: Any
) -> Tie:
    more.setdefault("status", "completed" if type_ in ("ACQUIRED", "INVESTED_IN") else "active")
    basis = more.pop("basis", "equity") if share is not None else None
    return Tie(
        key,
        owner,
        type_,
        more.pop("firm", "f"),
        more.pop("status"),
        start,
        share=share,
        share_basis=basis,
        **more,
    )


def test_the_newest_statement_counts_and_they_are_not_summed() -> None:
    graph = told(
        tie("r1", "a", "OWNS", 0.1, "2020"), tie("r2", "a", "INVESTED_IN", 0.3, "2024-05"), tie("r3", "a", "OWNS", 0.2)
    )  # fmt: skip
    found = stakes_in(graph, "f")
    assert [(s.tie, s.share, s.also) for s in found.stakes] == [("r2", 0.3, ("r1", "r3"))]
    assert found.doubled == ("r1", "r3")
    same_day = told(tie("r1", "a", "INVESTED_IN", 0.3, "2024"), tie("r2", "a", "OWNS", 0.2, "2024"))
    assert stakes_in(same_day, "f").stakes[0].tie == "r2"


def test_investments_without_a_share_and_ended_stakes_are_counted_not_used() -> None:
    ties = [
        tie("r1", "a", "INVESTED_IN"), tie("r2", "b", "OWNS", 0.4, "2020", status="ended", end_date="2023"),
        tie("r3", "c", "OWNS"),
    ]  # fmt: skip
    found = stakes_in(told(*ties), "f")
    assert ([s.owner for s in found.stakes], found.unsized, found.ended) == (["c"], 1, 1)
    assert [s.owner for s in stakes_in(told(*ties, as_of="2022"), "f").stakes] == ["b", "c"]
    unsized = StakeRules(unsized_investments=True)
    assert [(s.owner, s.share) for s in stakes_in(told(*ties), "f", unsized).stakes] == [
        ("a", None),
        ("c", None),
    ]


def test_a_basis_may_stand_in_but_never_makes_more_than_the_whole() -> None:
    ties = [tie("r1", "a", "OWNS", 0.7, basis="voting"), tie("r2", "b", "OWNS", 0.2)]
    votes, both = StakeRules("voting"), StakeRules("voting", fallback="equity")
    assert [s.share for s in stakes_in(told(*ties), "f", votes).stakes] == [0.7, None]
    assert [s.share for s in stakes_in(told(*ties), "f", both).stakes] == [0.7, 0.2]
    assert [(s.owner, s.share) for s in stakes_in(told(*ties), "f").stakes] == [("b", 0.2), ("a", None)]
    too_much = told(ties[0], tie("r2", "b", "OWNS", 0.4))
    found = stakes_in(too_much, "f", both)
    assert found.loosened == ("r2",)
    assert [(s.share, round(s.high, 6)) for s in found.stakes] == [(0.7, 0.7), (None, 0.3)]


def test_a_completed_purchase_is_the_whole_and_ends_older_stakes() -> None:
    ties = [
        tie("r1", "a", "OWNS", 0.3, "2019"),
        tie("r2", "b", "ACQUIRED", start="2022-03"),
        tie("r3", "c", "ACQUIRED", start="2020"),
    ]
    found = stakes_in(told(*ties), "f")
    assert [(s.owner, s.share, s.assumed) for s in found.stakes] == [("b", 1.0, True)]
    assert found.replaced == ("r1", "r3")
    without = StakeRules(whole_purchases=False)
    assert [(s.owner, s.share) for s in stakes_in(told(*ties), "f", without).stakes] == [
        ("a", 0.3), ("b", None), ("c", None)
    ]  # fmt: skip


def test_an_assumed_whole_yields_to_later_and_joint_holders() -> None:
    later = stakes_in(
        told(tie("r1", "a", "ACQUIRED", start="2016"), tie("r2", "b", "OWNS", 0.3, "2020")), "f"
    )
    assert [(s.owner, s.share, round(s.high, 6)) for s in later.stakes] == [("b", 0.3, 0.3), ("a", None, 0.7)]
    assert later.loosened == ("r1",)
    joint = stakes_in(
        told(tie("r1", "a", "ACQUIRED", start="2025-10-15"), tie("r2", "b", "ACQUIRED", start="2025-10")), "f"
    )
    assert [(s.share, s.high) for s in joint.stakes] == [(None, 1.0), (None, 1.0)]
    stated = stakes_in(
        told(tie("r1", "a", "ACQUIRED", start="2026-02-02"), tie("r2", "a", "OWNS", 1.0, "2026-02-02")), "f"
    )
    assert (stated.stakes[0].tie, stated.stakes[0].assumed) == ("r2", False)
    stand_in = StakeRules("voting", fallback="equity")
    equity = told(tie("r1", "a", "ACQUIRED", start="2026-02-02"), tie("r2", "a", "OWNS", 0.9, "2026-02-02"))
    assert stakes_in(equity, "f", stand_in).stakes[0].tie == "r2"


def test_plans_are_named_as_what_they_are() -> None:
    graph = told(
        tie("r1", "a", "INVESTED_IN", 0.1, "2026", status="announced"),
        tie("r2", "b", "ACQUIRED", status="abandoned"),
    )
    answer = owners_answer(graph, "f")
    assert any(
        "no facts" in note and "A – F (invested in, 2026, announced) and B – F (acquired, abandoned)" in note
        for note in answer.notes
    )
    assert "A is to invest in F (10 % of equity, 2026, announced)" in answer.statements[1].text


@pytest.mark.parametrize("status", ["abandoned", "announced", "planned", "alleged"])
def test_what_is_no_fact_never_moves_the_owners(status: str) -> None:
    graph = told(
        tie("r1", "a", "OWNS", 0.7, "2020"), tie("r2", "b", "OWNS", 0.3, "2020"),
        tie("r3", "c", "ACQUIRED", 1.0, "2025", status=status),
    )  # fmt: skip
    found = stakes_in(graph, "f")
    assert [(s.owner, s.share) for s in found.stakes] == [("a", 0.7), ("b", 0.3)]
    assert [s.tie for s in found.unfit] == ["r3"]
    answer = owners_answer(graph, "f")
    assert not any("C holds" in said.text for said in answer.statements)
    below = holdings_answer(graph, "c")
    assert below.rows == ()
    assert all(
        any("Left out" in n and f"C – F (acquired, 2025, {status})" in n for n in found.notes)
        for found in (answer, below)
    )
    assumed = told(
        tie("r1", "a", "ACQUIRED", start="2020"), tie("r3", "c", "OWNS", 0.4, "2025", status=status)
    )
    assert [(s.owner, s.share) for s in stakes_in(assumed, "f").stakes] == [("a", 1.0)]


def test_a_fact_beats_a_newer_plan_of_the_same_owner() -> None:
    graph = told(
        tie("r1", "a", "OWNS", 0.7, "2020"), tie("r2", "a", "OWNS", 0.1, "2026", status="considered")
    )
    found = stakes_in(graph, "f")
    assert [(s.tie, s.share, s.fact) for s in found.stakes] == [("r1", 0.7, True)]
    # As new as an assumed whole, but a plan: it does not stand in for it.
    stand_in = StakeRules("voting", fallback="equity")
    both = told(
        tie("r1", "a", "ACQUIRED", start="2024"), tie("r2", "a", "OWNS", 0.4, "2026", status="planned")
    )
    assert [(s.tie, s.share) for s in stakes_in(both, "f", stand_in).stakes] == [("r1", 1.0)]


def test_plans_that_exclude_one_another_are_of_unknown_size() -> None:
    graph = told(
        tie("r1", "a", "OWNS", 0.3, "2020"), tie("r2", "b", "OWNS", 0.5, "2025", status="planned"),
        tie("r3", "c", "OWNS", 0.6, "2026", status="alleged"),
    )  # fmt: skip
    found = stakes_in(graph, "f")
    assert [(s.owner, s.share, round(s.high, 6)) for s in found.stakes] == [
        ("a", 0.3, 0.3), ("c", None, 0.6), ("b", None, 0.5)
    ]  # fmt: skip
    assert (found.loosened, found.unfit, found.factual) == (("r2", "r3"), (), 0.3)


def test_plans_are_told_as_plans_also_behind_a_fact() -> None:
    # b holds all of f as a fact; c is to buy 60 % of b, so c's part of f is a plan, and a's 40 % a fact.
    graph = told(
        tie("r1", "b", "OWNS", 1.0, "2020"), tie("r2", "a", "OWNS", 0.4, "2020", firm="b"),
        tie("r3", "c", "ACQUIRED", 0.6, "2026", status="announced", firm="b"),
    )  # fmt: skip
    texts = [said.text for said in owners_answer(graph, "f").statements]
    assert texts[0].startswith("2 owners of F known, 1 of them direct; the 1 with a known share hold 100 %")
    assert "1 more would be an owner" in texts[0]
    assert any(
        text.startswith("C would hold 60 % of F") and "(no fact: C – B (acquired, 2026, announced))" in text
        for text in texts
    )
    assert any(text.startswith("A holds 40 % of F") for text in texts)
    below = [said.text for said in holdings_answer(graph, "c").statements]
    assert below[0].startswith(
        "C is not known to hold a part of any firm (equity); its shares of 2 firms rest"
    )
    assert any(text.startswith("C would hold 60 % of B") for text in below)
    behind = beneficial_answer(graph, "f")
    assert behind.statements[0].text.startswith("A reaches 25 % of F; C would, by")
    assert {row[0]: (row[6], row[7], row[8]) for row in behind.rows} == {
        "a": ("yes", "no", "no"), "c": ("would", "would", "would")
    }  # fmt: skip


# ---- the bundled data ----


def test_openai_in_the_bundled_data(bundled_store: Store) -> None:
    # r0554 Microsoft .27, r0692 the foundation .26, r0823 SoftBank .11; r0379 and r0409 without a size.
    graph = to_networkx(bundled_store)
    found = {item.owner: (item.corrected, item.high) for item in owners_of(graph, "openai").holdings}
    assert found == {
        "microsoft": pytest.approx((0.27, 0.27)),
        "openai-foundation": pytest.approx((0.26, 0.26)),
        "softbank": pytest.approx((0.11, 0.11)),
        "greg-brockman": pytest.approx((0, 0.36)),
        "ilya-sutskever": pytest.approx((0, 0.36)),
    }
    # r0831 SoftBank .40 and r0679 OpenAI .40 of Stargate: .40 + .11 * .40; Microsoft .27 * .40.
    stargate = shares(graph, "stargate")
    assert (stargate["softbank"], stargate["microsoft"]) == pytest.approx((0.444, 0.108))
    softbank = {item.firm: item.corrected for item in holdings_of(graph, "softbank").holdings}
    assert (softbank["openai"], softbank["stargate"], softbank["graphcore"]) == pytest.approx(
        (0.11, 0.444, 1)
    )
    assert "nvidia" not in softbank  # r0829 and r0830 have ended


def test_x_corp_has_one_owner_after_two_purchases(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    found = stakes_in(graph, "x-corp")
    assert [(stake.owner, stake.tie) for stake in found.stakes] == [("xai", "r0927")]
    assert found.replaced == ("r0283",)
    early = stakes_in(to_networkx(bundled_store, as_of="2024"), "x-corp")
    assert [stake.owner for stake in early.stakes] == ["elon-musk"]


def test_answers_tell_with_ties_and_say_what_is_empty(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = owners_answer(graph, "openai")
    assert answer.statements[0].text.startswith("5 owners of OpenAI known, 5 of them direct")
    assert "Microsoft holds a stake in OpenAI (27 % of equity, since 2025-10)" in answer.statements[1].text
    assert answer.statements[1].ties == ("r0554",)
    row = dict(zip(answer.columns, answer.rows[-1], strict=True))
    assert (row["owner_id"], row["direct"], row["corrected"], row["min"]) == ("ilya-sutskever", None, None, 0)
    assert answer.provenance.parameters["company"] == "openai"
    assert any("investments without a share" in note for note in answer.notes)
    nothing = owners_answer(graph, "elon-musk")
    assert (nothing.rows, "ties searched" in nothing.statements[0].text) == ((), True)
    assert (
        "No stake of"
        in holdings_answer(graph, "openai-foundation", StakeRules("economic", types=())).statements[0].text
    )
    own = holdings_answer(held(("a", "b", 0.5)), "a")
    assert own.statements[1].text == "a holds 50 % of b directly or through others: a holds 50 % of b."


# ---- arithmetic ----


def test_the_block_solver_equals_the_dense_inverse() -> None:
    draw = np.random.default_rng(3)
    for _ in range(20):
        n = 12
        matrix = draw.random((n, n)) * (draw.random((n, n)) < 0.25)
        matrix /= np.maximum(matrix.sum(axis=0), 1) * 1.02
        inverse = np.linalg.inv(np.eye(n) - matrix)
        loops = Loops(sparse.csc_array(matrix))
        assert loops.closed == []
        for at in range(n):
            unit = np.eye(n)[at]
            assert loops.solve(unit) == pytest.approx(inverse[:, at], abs=1e-9)
            assert loops.solve(unit, transposed=True) == pytest.approx(inverse[at], abs=1e-9)
            met, back = met_from(sparse.csc_array(matrix), at)
            assert met == pytest.approx(inverse[at] / inverse[at, at], abs=1e-9)
            assert 1 / (1 - back) == pytest.approx(inverse[at, at], abs=1e-9)
        assert loops.returns() == pytest.approx(np.diagonal(inverse), abs=1e-9)


def test_a_chain_longer_than_the_series_is_followed() -> None:
    links = 2_600
    graph = held(*((f"n{i}", f"n{i + 1}", 0.999) for i in range(links)))
    found = owners_of(graph, f"n{links}").holdings
    assert len(found) == links
    assert min(item.corrected for item in found) == pytest.approx(0.999**links)


def test_negligible_chains_are_cut_only_where_they_cannot_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    # Twenty links of 1 %: eight carry 1e-16, so what lies behind them is not read.
    graph = held(*((f"n{i}", f"n{i + 1}", 0.01) for i in range(20)))
    found = owners_of(graph, "n20")
    assert (found.cut, [item.owner for item in found.holdings][:2]) == (1, ["n19", "n18"])
    assert any("less than 1e-10" in note for note in owners_answer(graph, "n20").notes)
    # With unknown shares nothing is cut, for the maxima's sake.
    graph.add_edge("z", "n20")
    assert owners_of(graph, "n20").cut == 0
    # Chains that are small each and not together: 2 * .2 * .2 of f lie behind a and b.
    monkeypatch.setattr("graph.analytics.ownership.NEGLIGIBLE", 0.05)
    both = held(("a", "h", 0.2), ("b", "h", 0.2), ("h", "f", 0.2), ("x", "a", 1), ("x", "b", 1))
    assert shares(both, "f")["x"] == pytest.approx(0.08)
