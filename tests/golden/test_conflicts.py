"""Possible conflicts of interest: each class by hand, and on the bundled data."""

from __future__ import annotations

import networkx as nx
import pytest

from graph.analytics.board_answers import conflicts_answer
from graph.analytics.conflicts import CLASSES, Conflict, conflicts
from graph.analytics.terms import Overlap
from graph.errors import AnalysisError, EntityNotFound, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store

KINDS = {"ann": "person", "gov": "government", "fund": "investor", "bank": "company"}


def tie(
    key: str, start: str, type_: str, end: str, since: str | None = "2020", until: str | None = None
) -> Tie:
    return Tie(key, start, type_, end, "ended" if until else "active", since, until)


def made(*ties: Tie) -> nx.MultiDiGraph:
    ends = sorted({end for item in ties for end in (item.from_id, item.to_id)})
    return graph_of([Entity(end, end.upper(), KINDS.get(end, "company")) for end in ends], ties)


def told(*ties: Tie) -> list[tuple[str, str, str, str | None, str]]:
    found = conflicts(made(*ties)).found
    return [(one.category, one.holder, one.first, one.second, one.overlap.value) for one in found]


BOARD_X = tie("bx", "ann", "BOARD_MEMBER_OF", "x")
RIVALS = tie("v", "x", "COMPETES_WITH", "y", None)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        # A director of the supplier who works for the customer.
        (
            (BOARD_X, tie("r", "ann", "HOLDS_ROLE", "y"), tie("s", "x", "SUPPLIES", "y")),
            ("both-sides", "ann", "x", "y", "known"),
        ),
        # A director who put money of her own into the supplier.
        (
            (BOARD_X, tie("r", "ann", "INVESTED_IN", "y"), tie("s", "y", "SUPPLIES", "x")),
            ("both-sides", "ann", "x", "y", "known"),
        ),
        (
            (tie("i", "fund", "INVESTED_IN", "x"), tie("s", "x", "SUPPLIES", "fund")),
            ("investor-trades", "fund", "x", None, "known"),
        ),
        (
            (tie("i", "fund", "INVESTED_IN", "x"), tie("o", "fund", "OWNS", "y"), RIVALS),
            ("stakes-in-rivals", "fund", "x", "y", "known"),
        ),
        (
            (BOARD_X, tie("f", "ann", "FOUNDED", "y"), RIVALS),
            ("seats-at-rivals", "ann", "x", "y", "known"),
        ),
        (
            (tie("g", "gov", "REGULATES", "x"), tie("o", "gov", "OWNS", "x")),
            ("oversight", "gov", "x", None, "known"),
        ),
        (
            (BOARD_X, tie("h", "ann", "HOLDS_ROLE", "gov"), tie("g", "gov", "REGULATES", "x")),
            ("oversight", "ann", "gov", "x", "known"),
        ),
        (
            (tie("1", "bank", "ADVISES", "x"), tie("2", "bank", "ADVISES", "y"), tie("3", "x", "ACQUIRED", "y")),
            ("adviser", "bank", "x", "y", "known"),
        ),
        (
            (tie("1", "bank", "ADVISES", "x"), tie("2", "bank", "ADVISES", "y"), tie("3", "y", "SUED", "x")),
            ("adviser", "bank", "x", "y", "known"),
        ),
        ((tie("1", "fund", "INVESTED_IN", "x"), tie("2", "fund", "SUED", "x")), ("lawsuit", "fund", "x", None, "known")),
        ((tie("1", "x", "PARTNERED_WITH", "y"), tie("2", "y", "SUED", "x")), ("lawsuit", "y", "x", None, "known")),
    ],
)  # fmt: skip
def test_each_class(ties: tuple[Tie, ...], expected: tuple[str, str, str, str | None, str]) -> None:
    assert told(*ties) == [expected]
    (one,) = conflicts(made(*ties)).found
    assert {item.id for item in one.ties} == {item.id for item in ties}
    # Without any one of its ties there is nothing left.
    for left_out in ties:
        assert told(*(item for item in ties if item is not left_out)) == []


def test_two_stakes_on_both_sides_of_a_deal_are_no_seat() -> None:
    assert (
        told(tie("1", "ann", "OWNS", "x"), tie("2", "ann", "OWNS", "y"), tie("3", "x", "SUPPLIES", "y")) == []
    )
    company = (
        tie("1", "bank", "FOUNDED", "x"),
        tie("2", "bank", "OWNS", "y"),
        tie("3", "x", "SUPPLIES", "y"),
    )
    assert told(*company) == []


def test_terms_that_never_met_are_left_out_and_counted() -> None:
    early = tie("1", "ann", "BOARD_MEMBER_OF", "x", "2001", "2004")
    job, deal = tie("2", "ann", "HOLDS_ROLE", "y", "2003"), tie("3", "x", "SUPPLIES", "y", "2010")
    found = conflicts(made(early, job, deal))
    assert (found.found, found.apart["both-sides"]) == ((), 1)
    text = " ".join(conflicts_answer(made(early, job, deal)).notes)
    assert "1 both-sides" in text
    # When the deal began is not known: it may have met both.
    (one,) = conflicts(made(early, job, tie("3", "x", "SUPPLIES", "y", None))).found
    assert (one.overlap, one.span) == (Overlap.UNKNOWN, (None, "2004"))


def test_undated_rivalry_leaves_the_dates_to_the_interests() -> None:
    one, other = (
        tie("1", "ann", "HOLDS_ROLE", "x", "1983", "1985"),
        tie("2", "ann", "HOLDS_ROLE", "y", "1993"),
    )
    assert told(one, other, RIVALS) == []
    later = tie("3", "ann", "HOLDS_ROLE", "x", "2000")
    (found,) = conflicts(made(one, other, later, RIVALS)).found
    assert (found.overlap, found.span) == (Overlap.KNOWN, ("2000", None))
    assert [item.id for item in found.shown] == ["3", "2", "v"]


def test_filters_and_limits() -> None:
    ties = (
        BOARD_X, tie("f", "ann", "FOUNDED", "y"), RIVALS, tie("s", "x", "SUPPLIES", "y"),
        tie("i", "fund", "INVESTED_IN", "x"), tie("t", "fund", "SUPPLIES", "x"),
    )  # fmt: skip
    graph = made(*ties)
    assert [one.category for one in conflicts(graph).found] == [
        "both-sides",
        "investor-trades",
        "seats-at-rivals",
    ]
    assert [one.category for one in conflicts(graph, entity="fund").found] == ["investor-trades"]
    assert [one.category for one in conflicts(graph, classes=["seats-at-rivals"]).found] == [
        "seats-at-rivals"
    ]
    assert len(conflicts(graph, limit=2).found) == 2
    assert sum(conflicts(graph, limit=2).total.values()) == 3
    assert conflicts(graph, candidate_limit=1).stopped_at == 1
    assert conflicts(graph, as_of="2019").found == ()


def test_bad_requests_and_nothing_to_find() -> None:
    with pytest.raises(ParameterError):
        conflicts(made(BOARD_X), classes=["envy"])
    with pytest.raises(EntityNotFound):
        conflicts(made(BOARD_X), entity="q")
    with pytest.raises(AnalysisError):
        conflicts(nx.Graph())
    assert conflicts(nx.DiGraph(["ab", "ba", "aa"])).found == ()
    text = conflicts_answer(made(BOARD_X)).statements[0].text
    assert text.startswith("No possible conflict of interest among 1 tie (both-sides")


def test_plans_are_never_told_as_done() -> None:
    weighed = Tie("3", "x", "ACQUIRED", "y", "considered", "2021", "2021-06")
    ties = (BOARD_X, tie("r", "ann", "HOLDS_ROLE", "y", None), weighed)
    graph = graph_of([Entity("ann", "Ann", "person"), Entity("x", "X", "company"), Entity("y", "Y", "company")],
                     ties, Filters.all_statuses())  # fmt: skip
    answer = conflicts_answer(graph)
    text = answer.statements[1].text
    assert text.startswith("Possible conflict: Ann on both sides of X and Y, which is no fact (considered). ")
    assert "X considered buying Y" in text
    # A dated plan does not make an overlap known where the fact is undated.
    plan = Tie("p", "x", "SUPPLIES", "y", "announced", "2022")
    fact = Tie("s", "x", "SUPPLIES", "y", "active")
    people = (BOARD_X, tie("r", "ann", "HOLDS_ROLE", "y"))
    graph = graph_of([Entity("ann", "Ann", "person"), Entity("x", "X", "company"), Entity("y", "Y", "company")],
                     (*people, plan, fact), Filters.all_statuses())  # fmt: skip
    (one,) = conflicts(graph).found
    assert (one.overlap, one.is_fact, [item.id for item in one.shown]) == (
        Overlap.UNKNOWN,
        True,
        ["bx", "r", "s"],
    )


def found_on(store: Store, category: str, holder: str, *parties: str) -> Conflict:
    every = conflicts(to_networkx(store), classes=[category]).found
    return next(
        one for one in every if one.holder == holder and {one.first, one.second} - {None} == set(parties)
    )


def test_on_the_bundled_data(bundled_store: Store) -> None:
    # Altman put money into Cerebras (r0752, undated) and sits on OpenAI's board (r0740), which buys from
    # Cerebras (r0195 to r0197): whether he still held it then is not on any page.
    one = found_on(bundled_store, "both-sides", "sam-altman", "cerebras", "openai")
    assert one.overlap is Overlap.UNKNOWN
    assert {"r0740", "r0752", "r0195", "r0196", "r0197"} <= {item.id for item in one.ties}
    # NVIDIA holds shares of CoreWeave since 2025-03 (r0638) and buys from it since 2025-09 (r0230).
    one = found_on(bundled_store, "investor-trades", "nvidia", "coreweave")
    assert (one.overlap, one.span[0]) == (Overlap.KNOWN, "2025-09")
    # Anthropic competes with OpenAI (r0082); Sequoia is in both.
    assert found_on(bundled_store, "stakes-in-rivals", "sequoia", "anthropic", "openai")
    assert found_on(bundled_store, "adviser", "morgan-stanley", "cerebras", "openai")
    # Musk gave OpenAI money (r0290) and took it to court (r0294).
    one = found_on(bundled_store, "lawsuit", "elon-musk", "openai")
    assert {item.id for item in one.ties} == {"r0290", "r0294"}
    # Carried out while only considered: nothing of that kind without --all-statuses.
    graph = to_networkx(bundled_store, Filters.all_statuses())
    assert any(one.holder == "microsoft" for one in conflicts(graph, classes=["lawsuit"]).found)


@pytest.mark.parametrize("entity", ["sam-altman", "nvidia", "openai", "elon-musk", "g42"])
def test_a_local_look_finds_the_same(bundled_store: Store, entity: str) -> None:
    graph = to_networkx(bundled_store)
    every = [one for one in conflicts(graph).found if entity in (one.holder, one.first, one.second)]
    assert list(conflicts(graph, entity=entity).found) == every


def test_the_answer_speaks_of_what_is_possible(bundled_store: Store) -> None:
    answer = conflicts_answer(to_networkx(bundled_store))
    assert all(item.text.startswith("Possible conflict: ") for item in answer.statements[1:])
    assert all(item.ties for item in answer.statements[1:])
    assert {row[0] for row in answer.rows} <= set(CLASSES)
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    assert (
        "Possible conflict: Elon Musk took OpenAI to court and has money in it or works with it. "
        "Elon Musk invested in OpenAI (donations, $38m, 2016 to 2020); Elon Musk sued OpenAI "
        "(2024 to 2026-05-18). At the same time since 2024."
    ) in [item.text for item in answer.statements]


def test_two_stakes_never_stand_in_for_a_seat_that_ended() -> None:
    seat = tie("b", "ann", "BOARD_MEMBER_OF", "x", "2000", "2010")
    stakes = (tie("ix", "ann", "INVESTED_IN", "x", "2015"), tie("iy", "ann", "INVESTED_IN", "y", "2015"))
    for between, category in (("SUPPLIES", "both-sides"), ("COMPETES_WITH", "seats-at-rivals")):
        found = conflicts(made(seat, *stakes, tie("s", "x", between, "y", "2015")), classes=[category])
        assert (found.found, found.apart[category]) == ((), 1)
    # A seat at the other party makes the case, with the stake.
    job = tie("r", "ann", "HOLDS_ROLE", "y", "2016")
    (one,) = conflicts(made(seat, *stakes, job, tie("s", "x", "SUPPLIES", "y", "2015"))).found
    assert (one.overlap, [item.id for item in one.shown]) == (Overlap.KNOWN, ["ix", "r", "s"])
    assert {item.id for item in one.ties} == {"b", "ix", "iy", "r", "s"}
