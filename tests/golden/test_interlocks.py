"""Known answers for board interlocks: NetworkX's documentation, Davis's Southern Women, seats by hand."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.board_answers import interlocks_answer
from graph.analytics.interlocks import Interlocks, interlocks
from graph.analytics.terms import Overlap, common_span, overlap, span_text, term_of
from graph.errors import AnalysisError, EntityNotFound, GraphTooLarge, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


def seat(key: str, person: str, company: str, start: str | None, end: str | None, **more: str) -> Tie:
    status = more.pop("status", "ended" if end or more.pop("over", "") else "active")
    type_ = more.pop("type", "BOARD_MEMBER_OF")
    return Tie(key, person, type_, company, status, start, end, **more)  # type: ignore[arg-type]


def made(*ties: Tie, as_of: str | None = None, undated: bool = False) -> nx.MultiDiGraph:
    people = {tie.from_id: Entity(tie.from_id, tie.from_id.title(), "person") for tie in ties}
    firms = {tie.to_id: Entity(tie.to_id, tie.to_id.upper(), "company") for tie in ties}
    return graph_of([*people.values(), *firms.values()], ties, Filters(undated=undated), as_of=as_of)


def weights(found: Interlocks) -> dict[tuple[object, object], float]:
    return {(pair.first, pair.second): pair.weight for pair in found.pairs}


def test_newmans_weights_of_the_networkx_documentation() -> None:
    # networkx.bipartite.collaboration_weighted_projected_graph: a path of five and the edge 1-5.
    graph = nx.path_graph(5)
    graph.add_edge(1, 5)
    expected = {(0, 2): 0.5, (0, 5): 0.5, (2, 4): 1.0, (2, 5): 0.5}
    assert weights(interlocks(graph, people=[1, 3])) == expected


def test_davis_southern_women() -> None:
    # Davis, Gardner and Gardner (1941): 18 women, 14 events; Evelyn and Theresa met at seven.
    graph = nx.davis_southern_women_graph()
    women, events = graph.graph["top"], graph.graph["bottom"]
    found = interlocks(graph, people=events, limit=None)
    assert (found.companies, found.people, found.total) == (18, 14, 139)
    pair = found.pairs[0]
    assert {pair.first, pair.second} == {"Evelyn Jefferson", "Theresa Anderson"}
    assert len(pair.people) == 7
    plain = nx.bipartite.collaboration_weighted_projected_graph(graph, women)
    for (first, second), weight in weights(found).items():
        assert weight == pytest.approx(plain.edges[first, second]["weight"], abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("2010", "2015"), ("2015-06", "2020"), Overlap.KNOWN),
        (("2010", "2015"), ("2016", None), Overlap.NONE),
        (("2010", "2015-03"), ("2015-04-01", None), Overlap.NONE),
        ((None, "2018-02"), ("2004", None), Overlap.KNOWN),  # in February 2018 both were held
        ((None, "2018-02"), ("2018-03", None), Overlap.NONE),
        ((None, "2018-02"), ("2019", None), Overlap.NONE),
        ((None, "2018-02"), ("2017", "over"), Overlap.UNKNOWN),  # ended, nobody knows when
        (("2017", "over"), ("2016", "2018"), Overlap.KNOWN),  # held in 2017 at least
        ((None, None), ("2004", None), Overlap.UNKNOWN),
        ((None, None), (None, None), Overlap.UNKNOWN),
        ((None, "2018"), (None, "2016"), Overlap.UNKNOWN),
        ((None, "2018-05"), (None, "2018"), Overlap.KNOWN),
    ],
)
def test_overlap_of_published_dates(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None], expected: Overlap
) -> None:
    def tie(key: str, span: tuple[str | None, str | None]) -> Tie:
        start, end = span
        if end == "over":
            return Tie(key, "p", "BOARD_MEMBER_OF", key, "ended", start)
        return seat(key, "p", key, start, end)

    one, other = tie("a", first), tie("b", second)
    terms = [term_of({"tie": item}) for item in (one, other)]
    assert overlap(*terms) is overlap(*reversed(terms)) is expected
    found = interlocks(made(one, other))
    assert (found.total, found.total_unknown, found.apart) == (
        expected is Overlap.KNOWN, expected is Overlap.UNKNOWN, expected is Overlap.NONE,
    )  # fmt: skip


def test_span_in_words() -> None:
    one = seat("1", "p", "a", "2004", None)
    assert common_span([one, seat("2", "p", "b", None, "2018-02")]) == (None, "2018-02")
    assert common_span([one, seat("2", "p", "b", "2015-12", "2018-02")]) == ("2015-12", "2018-02")
    assert common_span([one, seat("2", "p", "b", "2010", None)]) == ("2010", None)
    assert [span_text(span) for span in ((None, "2018"), ("2010", None), ("2010", "2012"), (None, None))] == [
        "until 2018", "since 2010", "from 2010 to 2012", "",
    ]  # fmt: skip


def test_several_terms_and_unknown_ones_are_told_apart() -> None:
    graph = made(
        seat("1", "ann", "x", "2000", "2005"),
        seat("2", "ann", "x", "2012", None),
        seat("3", "ann", "y", "2010", None),
        seat("4", "bob", "x", None, None),
        seat("5", "bob", "y", "2011", None),
        seat("6", "cy", "x", "2000", "2001"),
        seat("7", "cy", "y", "2003", None),
    )
    found = interlocks(graph)
    (pair,) = found.pairs
    assert [person.person for person in pair.people] == ["ann"]
    assert [tie.id for tie in pair.people[0].shown] == ["2", "3"]
    assert pair.people[0].span == ("2012", None)
    assert [person.person for person in pair.unknown] == ["bob"]
    assert (pair.weight, found.apart) == (1.0, 1)


def test_weights_with_more_boards_by_hand() -> None:
    # Ann sits on three boards (1/2 a pair), Bob on two of them (1): x-y 1.5, x-z and y-z 0.5.
    ties = [seat(f"a{c}", "ann", c, "2010", None) for c in "xyz"] + [
        seat(f"b{c}", "bob", c, "2011", None) for c in "xy"
    ]
    found = interlocks(made(*ties))
    assert weights(found) == {("x", "y"): 1.5, ("x", "z"): 0.5, ("y", "z"): 0.5}
    assert interlocks(made(*ties), company="z").pairs == tuple(
        p for p in found.pairs if "z" in (p.first, p.second)
    )


def test_as_of_a_date_both_seats_hold() -> None:
    ties = (seat("1", "ann", "x", "2010", "2014"), seat("2", "ann", "y", "2012", None))
    assert interlocks(made(*ties)).total == 1
    assert interlocks(made(*ties), as_of="2013").total == 1
    assert interlocks(made(*ties, as_of="2013")).total == 1
    assert interlocks(made(*ties), as_of="2011").total == 0
    assert interlocks(made(*ties, as_of="2015")).total == 0
    open_ = (seat("1", "ann", "x", None, None), ties[1])
    found = interlocks(made(*open_, as_of="2013", undated=True))
    assert (found.total, found.total_unknown) == (0, 1)


def test_seats_of_other_sorts() -> None:
    graph = made(
        seat("1", "ann", "x", "2010", None, type="HOLDS_ROLE"),
        seat("2", "ann", "y", "2011", None),
        seat("3", "ann", "z", "2012", None, type="FOUNDED", status="completed"),
    )
    assert interlocks(graph).pairs == ()
    assert weights(interlocks(graph, seats=["board", "role"])) == {("x", "y"): 1.0}
    assert interlocks(graph, seats=["board", "role", "founder"]).total == 3


def test_people_with_very_many_seats_are_left_out_and_said() -> None:
    graph = nx.DiGraph([("agent", f"c{n}") for n in range(30)])
    graph.add_edges_from([("ann", "c1"), ("ann", "c2")])
    found = interlocks(graph, most_boards=20)
    assert found.crowded == (("agent", 30),)
    assert weights(found) == {("c1", "c2"): 1.0}
    assert any("agent (30)" in note for note in interlocks_answer(graph, most_boards=20).notes)
    with pytest.raises(GraphTooLarge):
        interlocks(nx.DiGraph([("agent", f"c{n}") for n in range(7_000)]), most_boards=10_000)


def test_musk_linked_openai_and_tesla_until_february_2018(bundled_store: Store) -> None:
    # r0284: OpenAI, until 2018-02; r0285: Tesla, since 2004. Nobody else sat on both.
    found = interlocks(to_networkx(bundled_store), company="tesla")
    pair = next(pair for pair in found.pairs if pair.first == "openai")
    assert [(one.person, one.span) for one in pair.people] == [("elon-musk", (None, "2018-02"))]
    assert {tie.id for tie in pair.people[0].shown} == {"r0284", "r0285"}
    later = interlocks(to_networkx(bundled_store, as_of="2018-03"), company="tesla")
    assert all("openai" not in (pair.first, pair.second) for pair in later.pairs)
    then = interlocks(to_networkx(bundled_store, Filters(undated=True), as_of="2018-02"), company="tesla")
    assert any(pair.first == "openai" and pair.people for pair in then.pairs)


def test_the_answer_on_the_bundled_data(bundled_store: Store) -> None:
    answer = interlocks_answer(to_networkx(bundled_store))
    texts = [item.text for item in answer.statements]
    assert (
        "OpenAI and Tesla shared 1 person: Elon Musk (both until 2018-02): Elon Musk sat on the board of OpenAI "
        "(co-chair, until 2018-02, ended); Elon Musk sits on the board of Tesla (member, since 2004)."
    ) in texts
    # Helion until 2026-03 and Oklo until 2025-04-22: when the first term began is not on any page.
    assert any(text.startswith("Whether Helion Energy and Oklo ever shared anybody") for text in texts)
    known = {tie.id for tie in bundled_store.ties()}
    assert all(set(item.ties) <= known for item in answer.statements)
    assert all(item.ties for item in answer.statements[1:])
    nothing = interlocks_answer(nx.DiGraph())
    assert nothing.statements[0].text.startswith("No two companies share anybody")


def test_alleged_seats_are_not_told_as_held() -> None:
    ties = (seat("1", "ann", "x", "2010", None), seat("2", "ann", "y", "2012", None, status="alleged"))
    firms = [Entity(key, key.upper(), "company") for key in "xy"]
    graph = graph_of([Entity("ann", "Ann", "person"), *firms], ties, Filters.all_statuses())
    text = interlocks_answer(graph).statements[1].text
    assert text.startswith("X and Y could share 1 person, which is not a fact: Ann")
    assert "Ann allegedly sits on the board of Y" in text


def planned(*ties: Tie) -> nx.MultiDiGraph:
    people = [Entity(key, key.title(), "person") for key in sorted({tie.from_id for tie in ties})]
    firms = [Entity(key, key.upper(), "company") for key in sorted({tie.to_id for tie in ties})]
    return graph_of([*people, *firms], ties, Filters.all_statuses())


def test_plans_are_not_counted_as_shared_people() -> None:
    ann = (seat("1", "ann", "x", "2010", None), seat("2", "ann", "y", "2012", None))
    bob = (
        seat("3", "bob", "x", "2015", None, status="alleged"),
        seat("4", "bob", "y", "2016", None, status="considered"),
        seat("5", "ann", "z", "2020", None, status="planned"),
    )
    graph = planned(*ann, *bob)
    found = interlocks(graph)
    pair = found.pairs[0]
    assert [one.person for one in pair.people] == ["ann"]
    assert [one.person for one in pair.planned] == ["bob"]
    assert (pair.weight, found.total, found.total_unknown, found.total_planned) == (1.0, 1, 0, 2)
    answer = interlocks_answer(graph)
    assert answer.statements[0].text.endswith(
        "; 2 more could share somebody, by seats planned or alleged only."
    )
    assert answer.statements[1].text.startswith("X and Y share 1 person: Ann (both since 2012): ")
    assert "Bob, who could be shared: Bob allegedly sits" in answer.statements[1].text
    row = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert (row["shared"], row["not_fact"], row["people_not_fact"]) == (1, 1, ["Bob"])
    assert {"1", "3"} <= set(answer.statements[1].ties)


def test_a_dated_plan_does_not_stand_in_for_an_undated_fact() -> None:
    x = seat("1", "ann", "x", "2010", None)
    fact, plan = seat("2", "ann", "y", None, None), seat("3", "ann", "y", "2012", None, status="planned")
    (pair,) = interlocks(planned(x, fact, plan)).pairs
    assert (pair.people, pair.planned, len(pair.unknown)) == ((), (), 1)
    assert {tie.id for tie in pair.unknown[0].shown} == {"1", "2"}
    # A fact that surely did not overlap leaves the plan, as a plan.
    over = seat("2", "ann", "y", "2001", "2005")
    (pair,) = interlocks(planned(x, over, plan)).pairs
    assert (pair.people, pair.unknown, [one.person for one in pair.planned]) == ((), (), ["ann"])


def test_bad_requests() -> None:
    graph = made(seat("1", "ann", "x", "2010", None))
    with pytest.raises(EntityNotFound):
        interlocks(graph, company="q")
    for seats in ([], ["throne"], "board"):
        with pytest.raises(ParameterError):
            interlocks(graph, seats=seats)
    with pytest.raises(ParameterError):
        interlocks(graph, limit=0)
    with pytest.raises(AnalysisError, match="no direction"):
        interlocks(nx.Graph(["ax"]))
    assert interlocks(nx.DiGraph(["aa"])).pairs == ()


def test_a_pair_with_somebody_shared_is_none_that_only_could_be() -> None:
    # ann sits on both, cat on both at times that are not known, bob is planned for both: one pair, shared.
    ties = (
        seat("1", "ann", "x", "2010", None), seat("2", "ann", "y", "2012", None),
        seat("3", "cat", "x", None, None), seat("4", "cat", "y", None, None),
        seat("5", "bob", "x", "2015", None, status="planned"), seat("6", "bob", "y", "2016", None, status="planned"),
    )  # fmt: skip
    found = interlocks(planned(*ties))
    assert (found.total, found.total_unknown, found.total_planned) == (1, 0, 0)


def test_only_people_on_the_board_of_a_company_tie_it_to_others() -> None:
    # A firm sits on both boards; ann has seats elsewhere and only invested here.
    ties = (
        seat("1", "fund", "x", "2010", None), seat("2", "fund", "y", "2010", None),
        Tie("3", "ann", "INVESTED_IN", "x", "completed", "2015"),
        seat("4", "ann", "y", "2012", None), seat("5", "ann", "z", "2012", None),
    )  # fmt: skip
    firms = [Entity(key, key.upper(), "company") for key in "xyz"]
    graph = graph_of([Entity("ann", "Ann", "person"), Entity("fund", "Fund", "investor"), *firms], ties)
    found = interlocks(graph, company="x")
    assert (found.pairs, found.total, found.people, found.seat_ties) == ((), 0, 0, 0)
