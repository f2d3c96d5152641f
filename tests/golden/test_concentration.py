"""Known answers for concentration: the Merger Guidelines' example and figures worked out by hand."""

from __future__ import annotations

import math

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analytics.concentration import DISCLOSURE_THRESHOLD, concentrations, hhi_range
from graph.analytics.dependence_answers import concentration_answer
from graph.analytics.groups import Groups, majority_owner, one_group, unknown_holdings
from graph.analytics.hhi import RULES, hhi_bounds
from graph.errors import AnalysisError, EntityNotFound
from graph.model import Batch, Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


def test_the_guidelines_own_example() -> None:
    # Four firms with 30, 30, 20 and 20 percent: 900 + 900 + 400 + 400.
    assert hhi_range([0.3, 0.3, 0.2, 0.2]) == pytest.approx((2_600, 2_600))


def test_one_known_customer_gives_a_range() -> None:
    # 87^2 = 7569; the rest as one customer adds 13^2 = 169; capped at 10 percent it adds 10^2 + 3^2 = 109.
    assert hhi_range([0.87]) == pytest.approx((7_569, 7_738))
    assert hhi_range([0.87], threshold=DISCLOSURE_THRESHOLD) == pytest.approx((7_569, 7_678))


def test_nothing_known_is_anything_between_zero_and_all() -> None:
    assert hhi_range([]) == (0, 10_000)


@pytest.mark.parametrize("shares", [[0.0], [-0.1], [1.2], [float("nan")], [0.6, 0.6]])
def test_shares_that_cannot_be_are_refused(shares: list[float]) -> None:
    with pytest.raises(AnalysisError) as caught:
        hhi_range(shares)
    assert caught.value.hint


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=8), st.floats(0.01, 1), st.floats(0.1, 1))
def test_the_bounds_hold_for_every_completion(parts: list[float], rest: float, scale: float) -> None:
    whole = math.fsum(parts) + rest
    known = [part / whole for part in parts]
    low, high = hhi_range(known)
    # Any split of the rest lies between the bounds: try halves.
    half = rest / whole / 2
    actual = 10_000 * (math.fsum(share * share for share in known) + 2 * half * half)
    assert low <= actual + 1e-6
    assert actual <= high + 1e-6
    capped = hhi_range(known, threshold=scale * 0.5)
    assert low <= capped[1] <= high + 1e-6


def test_effective_numbers_and_the_rest_of_a_hand_case() -> None:
    # 40 % and 20 %: 1600 + 400 = 2000; the other 40 % with one more adds 1600: 10,000 / 3,600 to 10,000 / 2,000.
    (found,) = concentrations(
        shares(
            {"to": "b", "share": 0.4, "start_date": "2024"}, {"to": "c", "share": 0.2, "start_date": "2024"}
        ),
        "a",
    )
    assert (found.hhi_low, found.hhi_high) == pytest.approx((2_000, 3_600))
    assert (found.effective_low, found.effective_high) == pytest.approx((10_000 / 3_600, 5))
    assert (found.disclosed, found.rest) == pytest.approx((0.6, 0.4))
    assert (found.company, found.side, found.threshold) == ("a", "customers", None)


@pytest.mark.parametrize("share", [1.5, 2, -0.01, float("nan")])
def test_a_share_beyond_the_whole_names_its_tie(share: float) -> None:
    with pytest.raises(AnalysisError, match="shares are fractions between 0 and 1"):
        concentrations(shares({"to": "b", "share": share, "start_date": "2024"}), "a")


def test_a_range_the_wrong_way_round_is_told_as_it_stands() -> None:
    with pytest.raises(AnalysisError, match=r"is 0\.5 to 0\.2; shares"):
        concentrations(shares({"to": "b", "share_min": 0.5, "share_max": 0.2, "start_date": "2024"}), "a")


def test_cerebras_by_period(bundled_store: Store) -> None:
    found = {item.period: item for item in concentrations(to_networkx(bundled_store), "cerebras")}
    first_half = found["2024-01", "2024-06"]
    assert [(party.party, party.share) for party in first_half.parties] == [("g42", 0.87)]
    assert (first_half.hhi_low, first_half.hhi_high) == pytest.approx((7_569, 7_738))
    assert first_half.effective_high == pytest.approx(10_000 / 7_569)
    assert first_half.band == "highly concentrated"
    assert first_half.parties[0].sources
    assert "mbzuai" in first_half.unmeasured
    year = found["2025", "2025-12"]
    # 62^2 + 24^2 = 4420; both as one group 86^2 = 7396.
    assert year.hhi_low == pytest.approx(4_420)
    assert [party.party for party in year.parties] == ["mbzuai", "g42"]
    grouped = concentrations(
        to_networkx(bundled_store), "cerebras", group_of={"mbzuai": "abu-dhabi", "g42": "abu-dhabi"}
    )
    newest = next(item for item in grouped if item.period == ("2025", "2025-12"))
    assert newest.hhi_low == pytest.approx(7_396)
    assert newest.parties[0].members == ("g42", "mbzuai")


def test_newest_period_first_and_two_pages_are_not_summed() -> None:
    entities = [Entity(key, key.upper(), "company") for key in "abc"]

    def supplies(key: str, customer: str, year: str, share: float | None) -> Tie:
        basis = "revenue" if share is not None else None
        return Tie(
            key,
            "a",
            "SUPPLIES",
            customer,
            "active",
            year,
            year,
            share=share,
            share_basis=basis,
            sources=(key,),
        )

    graph = graph_of(
        entities,
        [
            supplies("r1", "b", "2023", 0.5),
            supplies("r2", "b", "2023", 0.52),
            supplies("r3", "b", "2024", 0.4),
            supplies("r4", "c", "2024", None),
        ],
    )
    newest, oldest = concentrations(graph, "a")
    assert (newest.period, oldest.period) == (("2024", "2024"), ("2023", "2023"))
    assert oldest.parties[0].share == 0.52
    assert oldest.parties[0].ties == ("r1", "r2")
    assert newest.unmeasured == ("c",)
    assert concentrations(graph, "b") == []
    with pytest.raises(EntityNotFound):
        concentrations(graph, "z")


def shares(*ties: dict[str, object]) -> nx.MultiDiGraph:
    """A graph of the user's own: supply edges from ``a`` without type or tie, keyed r1, r2, ..."""
    graph = nx.MultiDiGraph()
    for number, tie in enumerate(ties, start=1):
        graph.add_edge("a", tie["to"], key=f"r{number}", **{k: v for k, v in tie.items() if k != "to"})
    return graph


def test_the_guidelines_of_2010_have_wider_bands() -> None:
    # 2010: above 2,500 high, from 1,500 moderate, a rise of more than 200 presumed harmful (section 5.3).
    assert [(RULES[key].moderate, RULES[key].high, RULES[key].change) for key in ("2023", "2010")] == [
        (1_000, 1_800, 100),
        (1_500, 2_500, 200),
    ]
    # 30, 30, 20, 20 is 2,600: high under both; 2,000 and 1,200 only under 2023.
    bands = {hhi: (RULES["2023"].band(hhi), RULES["2010"].band(hhi)) for hhi in (2_600, 2_000, 1_200)}
    assert bands == {
        2_600: ("highly concentrated", "highly concentrated"),
        2_000: ("highly concentrated", "moderately concentrated"),
        1_200: ("moderately concentrated", "unconcentrated"),
    }


def test_a_share_known_as_a_range_widens_the_bounds() -> None:
    # One party of 50 to 60 %: at least 50^2; at most 60^2 + 40^2 = 5,200 (above 50^2 + 50^2 = 5,000).
    assert hhi_bounds([(0.5, 0.6)]) == pytest.approx((2_500, 5_200))
    # 30 to 40 %: the rest of 70 % as one party is worse than a larger share: 30^2 + 70^2 = 5,800.
    assert hhi_bounds([(0.3, 0.4)]) == pytest.approx((900, 5_800))
    # Capped at 10 %: 40^2 + 6 x 10^2 = 2,200.
    assert hhi_bounds([(0.3, 0.4)], threshold=0.1) == pytest.approx((900, 2_200))
    with pytest.raises(AnalysisError):
        hhi_bounds([(0.6, 0.7), (0.5, 0.6)])
    with pytest.raises(AnalysisError):
        hhi_bounds([], threshold=0)


@given(
    st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4)), min_size=1, max_size=3),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.sampled_from([None, 0.05, 0.3]),
)
def test_no_split_within_the_ranges_leaves_the_bounds(
    pairs: list[tuple[float, float]], draws: list[float], threshold: float | None
) -> None:
    ranges = [(min(pair) / 2, max(pair) / 2) for pair in pairs]
    low, high = hhi_bounds(ranges, threshold=threshold)
    chosen = [least + (most - least) * draw for (least, most), draw in zip(ranges, draws, strict=False)]
    rest = max(0.0, 1 - math.fsum(chosen))
    small = 1e-3 if threshold is None else threshold * (0.2 + 0.8 * draws[-1])
    parts = [small] * int(rest / small)
    parts.append(max(0.0, rest - math.fsum(parts)))
    actual = 10_000 * math.fsum(part * part for part in chosen + parts)
    assert low - 1e-6 <= actual <= high + 1e-6


def test_sources_that_differ_are_kept_and_told() -> None:
    graph = shares(
        {"to": "b", "share": 0.5, "start_date": "2023", "sources": ("s1",)},
        {"to": "b", "share": 0.52, "start_date": "2023", "end_date": "2023-12", "sources": ("s2",)},
        {"to": "c", "share_min": 0.1, "share_max": 0.2, "start_date": "2023"},
    )
    (found,) = concentrations(graph, "a")  # 2023 and 2023 to 2023-12 are one period
    b, c = found.parties
    assert (b.share, b.low, b.high, b.conflict, b.sources) == (0.52, 0.5, 0.52, True, ("s1", "s2"))
    assert [(claim.tie, claim.low) for claim in b.claims] == [("r1", 0.5), ("r2", 0.52)]
    assert (c.share, c.low, c.high, c.conflict) == (0.1, 0.1, 0.2, False)
    # Low: 50^2 + 10^2. High: b at 52, c at 10, the rest of 38 as one: 2,704 + 100 + 1,444.
    assert (found.hhi_low, found.hhi_high) == pytest.approx((2_600, 4_248))
    told = [statement.text for statement in concentration_answer(graph, "a").statements]
    assert any("sources differ on b: 50 %, 52 %" in text for text in told)


@pytest.mark.parametrize(
    "tie", [{"share": 1.5}, {"share": float("nan")}, {"share": -0.1}, {"share_min": 0.4, "share_max": 0.3}]
)
def test_a_share_that_cannot_be_names_its_tie(tie: dict[str, object]) -> None:
    with pytest.raises(AnalysisError, match="r1"):
        concentrations(shares({"to": "b", **tie}), "a")


def test_shares_above_the_whole_name_company_and_ties() -> None:
    with pytest.raises(AnalysisError, match=r"a, customers in 2024.*r1, r2.*more than the whole"):
        concentrations(
            shares(
                {"to": "b", "share": 0.7, "start_date": "2024"},
                {"to": "c", "share": 0.6, "start_date": "2024"},
            ),
            "a",
        )


def test_cost_shares_of_suppliers_and_a_plain_digraph() -> None:
    graph = nx.DiGraph()
    graph.add_edge("s", "a", share=0.4, share_basis="cost")
    graph.add_edge("t", "a")
    (found,) = concentrations(graph, "a", side="suppliers")
    assert (found.top_share, found.unmeasured) == (0.4, ("t",))
    graph.add_edge("u", "a", share=0.3, share_basis="cost")
    graph.add_edge("v", "a", share=0.2, share_basis="cost")
    assert concentrations(graph, "a", side="suppliers")[0].top_share == 0.4
    assert concentrations(graph, "s", side="customers") == []  # the share is one of cost, not of revenue
    assert "0 supply ties with customers" in concentration_answer(graph, "a").statements[0].text


def owned(*ties: Tie) -> nx.MultiDiGraph:
    names = sorted({end for tie in ties for end in (tie.from_id, tie.to_id)})
    return graph_of([Entity(name, name.upper(), "company") for name in names], ties)


def own(key: str, owner: str, held: str, share: float | None, **more: object) -> Tie:
    basis = more.pop("share_basis", "equity" if share is not None else None)
    type_, status = str(more.pop("type", "OWNS")), str(more.pop("status", "active"))
    return Tie(key, owner, type_, held, status, share=share, share_basis=basis, sources=("s",), **more)  # type: ignore[arg-type]


def test_groups_follow_majorities_up_and_never_guess() -> None:
    graph = owned(
        own("r1", "top", "mid", 0.6),
        own("r2", "mid", "low", 0.51, share_basis="voting"),
        own("r3", "other", "low", 0.49),
        own("r4", "half", "even", 0.5),
        own("r5", "fund", "even", None),
        own("r6", "past", "sold", 0.9, status="ended"),
        own("r7", "eco", "note", 0.9, share_basis="economic"),
    )
    groups = Groups(graph)
    assert [groups.group_of(key) for key in ("low", "even", "sold", "note")] == [
        "top",
        "even",
        "sold",
        "note",
    ]
    assert groups.membership("low").ties == ("r2", "r1")
    assert groups.membership("even").unknown == ("r5",)  # exactly half is no majority; one size is unknown
    assert Groups(graph, chosen={"mid": "ours"}).group_of("low") == "ours"
    assert Groups(graph, by_owner=False).group_of("low") == "low"
    with pytest.raises(EntityNotFound):
        groups.group_of("nobody")
    with pytest.raises(AnalysisError):
        Groups(graph, threshold=0.3)


def test_groups_take_the_latest_completed_purchase_and_end_in_loops() -> None:
    bought = owned(
        own("r1", "first", "firm", None, type="ACQUIRED", status="completed", start_date="2019"),
        own("r2", "second", "firm", None, type="ACQUIRED", status="completed", start_date="2024"),
        own("r3", "third", "firm", None, type="ACQUIRED", status="completed"),
    )
    assert Groups(bought).group_of("firm") == "second"
    loop = owned(own("r1", "x", "y", 0.6), own("r2", "y", "x", 0.6), own("r3", "x", "z", 0.6))
    assert {Groups(loop).group_of(key) for key in "xyz"} == {"x"}
    assert Groups(loop).membership("z").loop


def test_a_purchase_that_did_not_happen_makes_no_group() -> None:
    ties = [own("r1", "a", "b", None, type="ACQUIRED", status="abandoned")]
    graph = graph_of([Entity(key, key, "company") for key in "ab"], ties, Filters.all_statuses())
    assert Groups(graph).group_of("b") == "b"


def test_the_groups_of_the_bundled_data(bundled: Batch) -> None:
    graph = graph_of(bundled.entities, bundled.ties)
    # r0838: SpaceX owns all of xAI; r0291: Elon Musk has 79 % of the votes in SpaceX.
    assert Groups(graph).membership("xai").ties == ("r0838", "r0291")
    assert Groups(graph).group_of("xai") == "elon-musk"
    assert Groups(graph).group_of("mbzuai") == "mbzuai"  # no holding is recorded; the rule must be chosen
    answer = concentration_answer(
        graph, "cerebras", groups=Groups(graph, chosen=one_group(["mbzuai", "g42"]))
    )
    assert "7,396" in answer.statements[0].text
    assert any("G42 and MBZUAI as one" in note for note in answer.notes)


def test_who_counts_as_whose_is_said_unless_it_was_chosen() -> None:
    graph = owned(
        own("r1", "top", "low", 0.6),
        own("r2", "fund", "top", None),
        Tie(
            "r3",
            "firm",
            "SUPPLIES",
            "low",
            "active",
            "2024",
            share=0.5,
            share_basis="revenue",
            sources=("s",),
        ),
        Tie(
            "r4",
            "firm",
            "SUPPLIES",
            "far",
            "active",
            "2024",
            share=0.3,
            share_basis="revenue",
            sources=("s",),
        ),
    )
    notes = concentration_answer(graph, "firm", groups=Groups(graph, chosen=one_group(["far", "firm"]))).notes
    counted = [note for note in notes if "counts as" in note]
    assert counted == ["LOW counts as TOP: TOP – LOW (owns)."]
    assert "TOP has holders of unknown size (FUND); not grouped." in notes
    assert not any("counts as" in note for note in concentration_answer(graph, "firm").notes)


def test_the_answer_names_period_ties_and_sources(bundled: Batch) -> None:
    answer = concentration_answer(
        graph_of(bundled.entities, bundled.ties), "cerebras", threshold=DISCLOSURE_THRESHOLD
    )
    # 87^2 = 7,569 and at most 10^2 + 3^2 = 109 more.
    half = next(item for item in answer.statements if item.text.startswith("2024-01 to 2024-06: the HHI"))
    assert "between 7,569 and 7,678" in half.text
    assert half.ties == ("r0182",)
    row = next(row for row in answer.as_dict()["rows"] if row["period"] == "2024-01 to 2024-06")
    assert (row["party_id"], row["share"], row["tie_ids"]) == ("g42", 0.87, ("r0182",))
    assert "seed" in row["source_ids"]


def test_an_estimate_is_told_as_one(bundled: Batch) -> None:
    # r0893 is an analyst estimate for 2026; the remark of the tie stands beside the figure.
    answer = concentration_answer(graph_of(bundled.entities, bundled.ties), "tsmc")
    assert any(
        note.startswith("Remark on the share of ") and ", 2026: Analyst estimate for 2026" in note
        for note in answer.notes
    )
    assert "the bounds fall into different bands" in answer.statements[0].text  # 808 to 4,408


def status_share(to: str, status: str, share: object, year: str = "2025") -> dict[str, object]:
    return {"to": to, "status": status, "share": share, "share_basis": "revenue", "start_date": year}


def test_a_planned_or_alleged_share_is_not_told_as_a_fact() -> None:
    answer = concentration_answer(shares(status_share("cus", "alleged", 0.4)), "a")
    index, told = (item.text for item in answer.statements)
    assert index.startswith("2025: the HHI of the customers of a would be between 1,600 and 5,200")
    assert index.endswith("40 % of revenue is named, 1 planned or alleged share counted in.")
    assert told == "2025: cus allegedly made up 40 % of the revenue of a."
    assert "Planned or alleged, no facts: 1 of 1 share." in answer.notes
    assert answer.rows[0][-1] == ("alleged",)
    planned = concentration_answer(shares(status_share("cus", "planned", 0.4)), "a").statements[1]
    assert planned.text == "2025: cus is to make up 40 % of the revenue of a."


def test_facts_beat_plans_of_the_same_party_and_period() -> None:
    graph = shares(status_share("b", "active", 0.3), status_share("b", "alleged", 0.5))
    (found,) = concentrations(graph, "a")
    assert [(party.share, party.ties, party.conflict) for party in found.parties] == [(0.3, ("r1",), False)]
    assert [claim.tie for claim in found.set_aside] == ["r2"]
    assert any(note.startswith("1 planned or alleged share not counted") for note in
               concentration_answer(graph, "a").notes)  # fmt: skip
    # Beside a fact of 80 % there is no room for an alleged 40 % of another: its share is not known.
    (found,) = concentrations(
        shares(status_share("b", "active", 0.8), status_share("c", "alleged", 0.4)), "a"
    )
    assert ([party.party for party in found.parties], found.unmeasured) == (["b"], ("c",))


def test_ties_that_are_over_can_be_left_out() -> None:
    graph = shares(status_share("b", "ended", 0.3), status_share("c", "active", None))
    assert [item.top_share for item in concentrations(graph, "a")] == [0.3]
    assert concentrations(graph, "a", ended=False) == []


def test_a_share_that_is_no_number_names_its_tie() -> None:
    with pytest.raises(AnalysisError, match="tie r1 is forty"):
        concentrations(shares(status_share("b", "active", "forty")), "a")


def test_a_holder_of_then_counts_in_a_graph_as_of_then() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge(
        "top", "firm", "r1", type="OWNS", status="ended", share=0.9, start_date="2010", end_date="2018"
    )
    assert majority_owner(graph, "firm") is None
    graph.graph["as_of"] = "2015"
    assert Groups(graph).group_of("firm") == "top"


def test_a_purchase_of_a_part_is_none_of_the_whole_and_a_least_share_may_decide() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge(
        "fund", "firm", "r1", type="ACQUIRED", status="completed", share=0.1, share_basis="economic"
    )
    assert majority_owner(graph, "firm") is None
    graph.add_edge("top", "firm", "r2", type="OWNS", status="active", share_min=0.51, share_basis="equity")
    step = majority_owner(graph, "firm")
    assert step is not None
    assert (step.owner, step.share, unknown_holdings(graph, "firm")) == ("top", 0.51, ())
    graph.add_edge("mid", "other", "r3", type="OWNS", status="active", share_min=0.3)
    graph.add_edge("low", "other", "r4", type="OWNS", status="active", share_max=0.2)
    assert majority_owner(graph, "other") is None
    assert unknown_holdings(graph, "other") == ("r3",)
