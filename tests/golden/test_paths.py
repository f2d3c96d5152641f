"""Known answers for influence paths: by hand, against NetworkX's Yen, and the Cerebras story."""

from __future__ import annotations

import json
import math
import time
from itertools import islice

import networkx as nx
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from commands.analyse.paths import COMMANDS
from commands.frame import Group
from graph.analytics import path_bounds
from graph.analytics.centrality import degree
from graph.analytics.compact import Scope
from graph.analytics.path_answers import path_change_answer, paths_answer
from graph.analytics.path_change import path_change
from graph.analytics.paths import PathQuery, PathResult, best_paths, influence_paths
from graph.errors import AnalysisError, EntityNotFound, GraphTooLarge, ParameterError
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store
from graph.store.embedded import EmbeddedStore


def build(edges: list[tuple[str, str]], type_: str = "SUPPLIES", status: str = "active") -> nx.MultiDiGraph:
    names = sorted({end for edge in edges for end in edge})
    ties = [
        Tie(f"r{number}", start, type_, end, status, sources=("s",))
        for number, (start, end) in enumerate(edges)
    ]
    return graph_of([Entity(name, name.upper(), "company") for name in names], ties, Filters.all_statuses())


def walks(result) -> list[str]:
    return ["".join(path.entities) for path in result.paths]


# The graph of the well-known worked example of Yen's algorithm, here with one hop an edge.
YEN = build([tuple(pair) for pair in ("cd", "ce", "df", "ed", "ef", "eg", "fg", "fh", "gh")])  # type: ignore[misc]


def test_directed_paths_by_hand() -> None:
    # Three hops: cdfh, cefh, cegh. Four: cdfgh, cedfh, cefgh. Five: cedfgh. No others exist.
    found = influence_paths(YEN, "c", "h", k=10, max_hops=6, directed=True)
    assert walks(found) == ["cdfh", "cefh", "cegh", "cdfgh", "cedfh", "cefgh", "cedfgh"]
    assert (found.distance, found.more, found.stopped_at) == (3, False, None)


def test_k_and_hops_cut_and_say_so() -> None:
    found = influence_paths(YEN, "c", "h", k=2, max_hops=6, directed=True)
    assert walks(found) == ["cdfh", "cefh"]
    assert found.more is True
    short = influence_paths(YEN, "c", "h", max_hops=2, directed=True)
    assert (walks(short), short.distance) == ([], 3)
    assert influence_paths(YEN, "h", "c", max_hops=9, directed=True).distance is None


def test_the_work_limit_is_said_and_what_was_found_stays_right() -> None:
    dense = build([(f"n{i}", f"n{j}") for i in range(9) for j in range(9) if i != j])
    found = influence_paths(dense, "n0", "n8", k=10_000, max_hops=8, candidate_limit=500)
    assert found.stopped_at == 500
    assert found.more is None
    assert [path.hops for path in found.paths] == sorted(path.hops for path in found.paths)
    assert found.paths[0].entities == ("n0", "n8")
    # 1 path of one hop, 7 of two, 7 x 6 of three through the 7 others.
    whole = influence_paths(dense, "n0", "n8", k=50, max_hops=3)
    assert [path.hops for path in whole.paths] == [1] + [2] * 7 + [3] * 42
    assert whole.more is False


EDGES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1]),
    min_size=3,
    max_size=18,
)


@given(EDGES, st.booleans())
def test_lengths_agree_with_networkx(edges: list[tuple[int, int]], directed: bool) -> None:
    graph = build([(f"n{start}", f"n{end}") for start, end in edges])
    plain = nx.DiGraph(graph) if directed else nx.Graph(graph)
    source, target = sorted(graph)[0], sorted(graph)[-1]
    found = influence_paths(graph, source, target, k=12, max_hops=6, directed=directed)
    try:
        expected = list(islice(nx.shortest_simple_paths(plain, source, target), 12))
    except nx.NetworkXNoPath:
        expected = []
    assert [path.hops for path in found.paths] == [len(path) - 1 for path in expected]
    assert len(set(walks(found))) == len(found.paths)
    assert all(len(set(path.entities)) == path.hops + 1 for path in found.paths)
    if len(expected) < 12:
        assert {path.entities for path in found.paths} == {tuple(path) for path in expected}


@given(EDGES, st.randoms())
def test_the_order_of_the_ties_changes_nothing(edges: list[tuple[int, int]], random) -> None:
    named = [(f"n{start}", f"n{end}") for start, end in edges]
    shuffled = named[:]
    random.shuffle(shuffled)
    first, second = build(named), build(shuffled)
    ends = sorted(first)[0], sorted(first)[-1]
    assert walks(influence_paths(first, *ends)) == walks(influence_paths(second, *ends))


def test_parallel_ties_are_one_step_facts_first() -> None:
    entities = [Entity("a", "Ann", "person"), Entity("b", "Bob Ltd", "company")]
    ties = [
        Tie("r1", "a", "ACQUIRED", "b", "abandoned", "2017", sources=("s",)),
        Tie("r2", "a", "BOARD_MEMBER_OF", "b", "active", "2016", sources=("s",)),
        Tie("r3", "b", "LENT_TO", "a", "completed", sources=("s",)),
    ]
    graph = graph_of(entities, ties, Filters.all_statuses())
    (path,) = influence_paths(graph, "b", "a").paths
    assert [tie.id for tie in path.steps[0].ties] == ["r2", "r3", "r1"]
    assert path.steps[0].sentences(graph) == [
        "Bob Ltd has on its board Ann (since 2016)",
        "Bob Ltd lent to Ann",
        "Bob Ltd could have been bought by Ann (2017, abandoned)",
    ]
    assert path.is_fact
    (only,) = influence_paths(graph, "b", "a", directed=True).paths
    assert [tie.id for tie in only.steps[0].ties] == ["r3"]


def test_ties_without_direction_go_both_ways() -> None:
    graph = build([("b", "a"), ("b", "c")], "PARTNERED_WITH")
    assert walks(influence_paths(graph, "a", "c", directed=True)) == ["abc"]


def test_wrong_questions(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    with pytest.raises(EntityNotFound) as caught:
        influence_paths(graph, "openai", "nvdia")
    assert caught.value.nearest[0] == "nvidia"
    with pytest.raises(AnalysisError, match="same"):
        influence_paths(graph, "openai", "openai")
    with pytest.raises(AnalysisError, match="start at 1"):
        influence_paths(graph, "openai", "nvidia", k=0)


def test_two_that_are_not_connected_offer_who_is_near_both() -> None:
    graph = build([("a", "m"), ("m", "x"), ("x", "b"), ("y", "z")])
    far = influence_paths(graph, "a", "b", max_hops=2)
    assert (far.paths, far.distance, far.common[0]) == ((), 3, "m")
    apart = influence_paths(graph, "a", "z")
    assert (apart.paths, apart.distance, apart.common) == ((), None, ())
    assert apart.ties_searched == 4


def test_openai_and_cerebras_in_september_2017(bundled_store: Store) -> None:
    everything = to_networkx(bundled_store, Filters.all_statuses(), as_of="2017-09")
    first = influence_paths(everything, "openai", "cerebras").paths[0]
    assert first.steps[0].sentences(everything)[0].startswith("OpenAI weighed buying Cerebras Systems (2017")
    assert first.steps[0].ties[0].sources
    assert not first.is_fact
    facts = to_networkx(bundled_store, as_of="2017-09")
    for path in influence_paths(facts, "openai", "cerebras", max_hops=6).paths:
        assert path.hops > 1
        assert path.is_fact


def test_openai_and_cerebras_as_recorded_now(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    first = influence_paths(graph, "openai", "cerebras").paths[0]
    assert first.hops == 1
    assert {tie.type for tie in first.steps[0].ties} == {"SUPPLIES", "LENT_TO"}


# Strength, sets, waypoints, exclusions


def weighted(edges: dict[str, float]) -> nx.DiGraph:
    """A plain graph: two letters an edge, its strength e^-weight, so that costs are the weights."""
    graph = nx.DiGraph()
    for pair, weight in edges.items():
        graph.add_edge(*pair, strength=math.exp(-weight))
    return graph


def chains(result: PathResult) -> list[str]:
    return ["".join(path.entities) for path in result.paths]


def test_yens_example_with_costs() -> None:
    # The common teaching example of Yen's algorithm: CEFH 5, CEGH 7, then three of cost 8. Of these CDFH has
    # three hops, the other two four and go by id.
    graph = weighted({"CD": 3, "CE": 2, "DF": 4, "ED": 1, "EF": 2, "EG": 3, "FG": 2, "FH": 1, "GH": 2})
    found = best_paths(graph, "C", "H", PathQuery(by="strength", directed=True, k=5, max_hops=None))
    assert chains(found) == ["CEFH", "CEGH", "CDFH", "CEDFH", "CEFGH"]
    costs = [-math.log(path.strength or 0) for path in found.paths]
    assert costs == pytest.approx([5, 7, 8, 8, 8])
    # The seven paths by hand: CEDFGH costs 2+1+4+2+2 = 11, CDFGH 3+4+2+2 = 11.
    all_of_them = best_paths(graph, "C", "H", PathQuery(by="strength", directed=True, k=9, max_hops=None))
    assert chains(all_of_them)[5:] == ["CDFGH", "CEDFGH"]
    assert all_of_them.more is False


STORY = nx.Graph()
for _start, _end, _strength in (
    ("openai", "altman", 0.9), ("altman", "cerebras", 0.5), ("openai", "tesla", 0.6),
    ("tesla", "cerebras", 0.3), ("openai", "cerebras", 0.1),
):  # fmt: skip
    STORY.add_edge(_start, _end, strength=_strength)


def test_the_story_by_strength() -> None:
    # 0.9 x 0.5 = 0.45, 0.6 x 0.3 = 0.18, 0.1.
    found = best_paths(STORY, "openai", "cerebras", PathQuery(by="strength"))
    assert [path.entities[1] for path in found.paths] == ["altman", "tesla", "cerebras"]
    assert [path.strength for path in found.paths] == pytest.approx([0.45, 0.18, 0.1])
    assert found.paths[0].factors == (0.9, 0.5)
    assert found.distance == 1
    assert [path.hops for path in best_paths(STORY, "openai", "cerebras").paths] == [1, 2, 2]


def test_equal_products_are_ordered_by_hops_then_id() -> None:
    # 0.5 x 0.4 = 0.2 x 1 = 0.25 x 0.8 = 0.2: equal on paper, not in binary fractions. Ids decide.
    graph = nx.Graph()
    for middle, (first, second) in {
        "x": (0.5, 0.4),
        "w": (0.2, 1),
        "y": (0.25, 0.8),
        "v": (0.4, 0.5),
    }.items():
        graph.add_edge("a", middle, strength=first)
        graph.add_edge(middle, "b", strength=second)
    graph.add_edge("a", "b", strength=0.2)
    found = best_paths(graph, "a", "b", PathQuery(by="strength"))
    assert chains(found) == ["ab", "avb", "awb", "axb", "ayb"]
    three = best_paths(graph, "a", "b", PathQuery(by="strength", k=3))
    assert chains(three) == ["ab", "avb", "awb"]
    assert three.more is True


def test_a_step_is_as_strong_as_its_strongest_tie() -> None:
    graph = graph_of(
        [Entity(name, name.upper(), "company") for name in "abc"],
        [
            Tie("r1", "a", "COMPETES_WITH", "b", "active", sources=("s",)),
            Tie("r2", "b", "OWNS", "a", "ended", sources=("s",)),
            Tie("r3", "b", "SUPPLIES", "c", "active", sources=("s",)),
        ],
    )
    (path,) = best_paths(graph, "a", "c", PathQuery(by="strength")).paths
    # OWNS 0.8, ended 0.5: 0.4, more than competition; and supply 0.5.
    assert path.factors == (0.4, 0.5)
    assert path.steps[0].strengths == (0.4, 0.1)
    assert [tie.id for tie in path.steps[0].ties] == ["r2", "r1"]
    (changed,) = best_paths(graph, "a", "c", PathQuery(by="strength", strengths={"COMPETES_WITH": 0.9})).paths
    assert [tie.id for tie in changed.steps[0].ties] == ["r1", "r2"]
    # Directed, only competition leads from a to b.
    (along,) = best_paths(graph, "a", "c", PathQuery(by="strength", directed=True)).paths
    assert along.factors == (0.1, 0.5)


def test_between_two_sets_only_the_ends_belong_to_them() -> None:
    graph = build([tuple(pair) for pair in ("ab", "bx", "xc", "cd", "ac", "by")])  # type: ignore[misc]
    found = best_paths(graph, ["a", "b"], ("c", "d"))
    assert walks(found) == ["ac", "bxc"]
    with pytest.raises(AnalysisError, match="both ends"):
        best_paths(graph, ["a", "b"], ["b", "c"])
    with pytest.raises(ParameterError, match="empty"):
        best_paths(graph, [], ["b"])


def test_waypoints_in_any_order() -> None:
    graph = build([tuple(pair) for pair in ("ax", "xy", "yb", "ab", "xb", "ay")])  # type: ignore[misc]
    assert walks(best_paths(graph, "a", "b", PathQuery(via=("x", "y")))) == ["axyb", "ayxb"]
    assert walks(best_paths(graph, "a", "b", PathQuery(via=("y",), max_hops=2))) == ["ayb"]
    with pytest.raises(ParameterError, match="end already"):
        best_paths(graph, "a", "b", PathQuery(via=("b",)))
    with pytest.raises(EntityNotFound):
        best_paths(graph, "a", "b", PathQuery(via=("nobody",)))
    with pytest.raises(ParameterError, match="at most 4"):
        best_paths(graph, "a", "b", PathQuery(via=tuple("vwxyz")))


def test_what_needs_too_much_memory_is_refused_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = build([tuple(pair) for pair in ("am", "mn", "nb", "ab")])  # type: ignore[misc]
    asked = PathQuery(via=("m",), max_hops=3)
    assert walks(best_paths(graph, "a", "b", asked)) == ["amnb"]
    # Two sets of waypoints, up to 3 steps from none on, 4 entities.
    monkeypatch.setattr(path_bounds, "_CELLS", 2 * 4 * 4)
    assert walks(best_paths(graph, "a", "b", asked)) == ["amnb"]
    for cells in (4, 12):
        monkeypatch.setattr(path_bounds, "_CELLS", cells)
        with pytest.raises(GraphTooLarge, match="3 hops through 4 entities"):
            best_paths(graph, "a", "b", asked)


def test_a_waypoint_in_a_dead_end_is_on_no_path() -> None:
    graph = build([tuple(pair) for pair in ("am", "mb", "mw")])  # type: ignore[misc]
    found = best_paths(graph, "a", "b", PathQuery(via=("w",), max_hops=None))
    assert (found.paths, found.stopped_at, found.more) == ((), None, False)


def test_left_out_entities_and_ties() -> None:
    graph = build([tuple(pair) for pair in ("ax", "xb", "ay", "yb", "ay")])  # type: ignore[misc]
    assert walks(best_paths(graph, "a", "b", PathQuery(exclude=("x",)))) == ["ayb"]
    # r2 and r4 are the two ties of a and y: the step stays while one is left.
    one = best_paths(graph, "a", "b", PathQuery(exclude=("r2",)))
    assert walks(one) == ["axb", "ayb"]
    assert [tie.id for tie in one.paths[1].steps[0].ties] == ["r4"]
    assert walks(best_paths(graph, "a", "b", PathQuery(exclude=("r2", "r4")))) == ["axb"]
    with pytest.raises(ParameterError, match="end or a waypoint"):
        best_paths(graph, "a", "b", PathQuery(exclude=("a",)))


def test_only_some_types() -> None:
    graph = build([("a", "b"), ("b", "c")])
    graph.add_edge(
        "a", "c", key="r9", type="SUED", status="active", tie=Tie("r9", "a", "SUED", "c", "active")
    )
    assert walks(best_paths(graph, "a", "c", PathQuery(types=["SUPPLIES"]))) == ["abc"]
    assert walks(best_paths(graph, "a", "c", PathQuery(types={"SUED"}))) == ["ac"]


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_plain_graphs_of_any_kind(kind) -> None:
    graph = kind([(1, 2), (2, 3), (1, 3), (3, 1), (2, 2)])
    found = best_paths(graph, 1, 3)
    assert [path.entities for path in found.paths] == [(1, 3), (1, 2, 3)]
    assert len(found.paths[0].steps[0].sentences(graph)) == (1 if kind is nx.Graph else 2)
    with pytest.raises(AnalysisError, match="no strength"):
        best_paths(graph, 1, 3, PathQuery(by="strength"))


@pytest.mark.parametrize("value", [0, -0.1, 1.5, math.nan, math.inf, "much"])
def test_strengths_that_cannot_be(value: object) -> None:
    graph = nx.Graph()
    graph.add_edge("a", "b", strength=value, id="r7")
    with pytest.raises(AnalysisError, match="r7"):
        best_paths(graph, "a", "b", PathQuery(by="strength"))


def test_questions_that_cannot_be() -> None:
    with pytest.raises(ParameterError, match="by"):
        best_paths(STORY, "openai", "tesla", PathQuery(by="money"))
    with pytest.raises(ParameterError, match="strength"):
        best_paths(STORY, "openai", "tesla", PathQuery(strengths={"SUPPLIES": 0}))
    with pytest.raises(EntityNotFound):
        best_paths(nx.Graph(), "a", "b")


# Dead ends and hubs


@pytest.mark.parametrize("query", [PathQuery(max_hops=None), PathQuery(max_hops=12), PathQuery(by="strength", max_hops=12),
                                   PathQuery(by="strength", max_hops=None)])  # fmt: skip
def test_a_thicket_beside_the_way_does_not_matter(query: PathQuery) -> None:
    # Twenty entities all tied to each other hang on m: about 20! ways to get lost, and one path.
    graph = nx.complete_graph([f"c{number:02}" for number in range(20)])
    graph.add_edges_from(
        [("a", "m"), ("m", "n"), ("n", "b"), ("m", "c00"), ("m", "c01"), ("n", "o"), ("o", "b")]
    )
    nx.set_edge_attributes(graph, 0.5, "strength")
    found = best_paths(graph, "a", "b", query)
    assert chains(found) == ["amnb", "amnob"]
    assert (found.more, found.stopped_at) == (False, None)


def test_a_hub_with_fifty_thousand_neighbours() -> None:
    graph = nx.star_graph(50_000)  # 0 is the hub
    graph.add_edges_from([("s", 0), (0, "t"), (1, "t"), (2, "t"), (2, "u"), ("u", "t")])
    graph = nx.relabel_nodes(graph, str)
    started = time.perf_counter()
    found = best_paths(graph, "s", "t", PathQuery(max_hops=None))
    assert [path.entities for path in found.paths] == [
        ("s", "0", "t"), ("s", "0", "1", "t"), ("s", "0", "2", "t"), ("s", "0", "2", "u", "t"),
    ]  # fmt: skip
    assert (found.more, found.stopped_at) == (False, None)
    assert time.perf_counter() - started < 10


def test_a_changed_graph_gives_the_new_answer() -> None:
    graph = build([("a", "b"), ("b", "c")])
    assert walks(best_paths(graph, "a", "c")) == ["abc"]
    graph.add_edge("a", "c", key="r9", type="SUED", tie=Tie("r9", "a", "SUED", "c", "active"))
    assert walks(best_paths(graph, "a", "c")) == ["ac", "abc"]
    view = graph.subgraph(["a", "b", "c"])
    assert walks(best_paths(view, "a", "c")) == ["ac", "abc"]


# Two dates


def dated(ties: list[Tie], as_of: str | None) -> nx.MultiDiGraph:
    names = sorted({end for tie in ties for end in (tie.from_id, tie.to_id)})
    return graph_of([Entity(name, name.upper(), "company") for name in names], ties, as_of=as_of)


TIES = [
    Tie("r1", "a", "SUPPLIES", "b", "active", "2015", "2018", sources=("s",)),
    Tie("r2", "a", "SUPPLIES", "m", "active", "2015", sources=("s",)),
    Tie("r3", "m", "SUPPLIES", "b", "active", "2015", sources=("s",)),
    Tie("r4", "m", "OWNS", "b", "active", "2019", sources=("s",)),
    Tie("r5", "a", "OWNS", "n", "active", "2019", sources=("s",)),
    Tie("r6", "n", "OWNS", "b", "active", "2010", sources=("s",)),
]


def test_paths_gained_and_lost_by_hand() -> None:
    then, now = dated(TIES, "2016"), dated(TIES, "2020")
    found = path_change(then, now, "a", "b")
    assert [path.entities for path in found.gained] == [("a", "n", "b")]
    assert [path.entities for path in found.lost] == [("a", "b")]
    assert [kept.after.entities for kept in found.kept] == [("a", "m", "b")]
    ((change,),) = (kept.changes for kept in found.changed)
    assert [tie.id for tie in change.gained] == ["r4"]
    assert (change.lost, change.restated) == ((), ())
    assert found.complete
    turned = path_change(now, then, "a", "b")
    assert [path.entities for path in turned.gained] == [("a", "b")]
    assert [path.entities for path in turned.lost] == [("a", "n", "b")]


def test_a_path_that_only_fell_in_rank_is_not_lost() -> None:
    then, now = dated(TIES[1:4], None), dated(TIES, None)
    found = path_change(then, now, "a", "b", PathQuery(k=1))
    assert [path.entities for path in found.gained] == [("a", "b")]
    assert found.lost == ()
    assert [kept.before.entities for kept in found.kept] == [("a", "m", "b")]
    assert not found.complete


def test_another_status_is_a_change() -> None:
    then = graph_of([Entity(name, name, "company") for name in "ab"],
                    [Tie("r1", "a", "ACQUIRED", "b", "announced", "2020")], Filters.all_statuses())  # fmt: skip
    now = graph_of([Entity(name, name, "company") for name in "ab"],
                   [Tie("r1", "a", "ACQUIRED", "b", "abandoned", "2020")], Filters.all_statuses())  # fmt: skip
    (kept,) = path_change(then, now, "a", "b").changed
    ((old, new),) = kept.changes[0].restated
    assert (old.status, new.status) == ("announced", "abandoned")
    text = path_change_answer(then, now, "a", "b").statements[1].text
    assert '"a is to buy b (2020, announced)"' in text
    assert '"a weighed buying b (2020, abandoned)"' in text


# The bundled data


def test_september_2017_from_the_table(bundled_store: Store) -> None:
    # relationships.csv, dates around 2017-09: OpenAI has dated facts with Musk (r0290), Amodei (r0255) and
    # Clark; Cerebras with its founders and the two investors of its series A. No fact joins the two groups.
    facts = to_networkx(bundled_store, as_of="2017-09")
    none = best_paths(facts, "openai", "cerebras", PathQuery(max_hops=None))
    assert (none.paths, none.distance, none.more) == ((), None, False)
    # What was weighed: OpenAI's own purchase (r0662), and through Musk (r0290), Tesla's board (r0285), Tesla (r0871).
    everything = to_networkx(bundled_store, Filters.all_statuses(), as_of="2017-09")
    found = best_paths(everything, "openai", "cerebras", PathQuery(by="strength"))
    assert [path.entities for path in found.paths] == [
        ("openai", "cerebras"), ("openai", "elon-musk", "tesla", "cerebras"),
    ]  # fmt: skip
    assert [[tie.id for step in path.steps for tie in step.ties] for path in found.paths] == [
        ["r0662"], ["r0290", "r0285", "r0871"],
    ]  # fmt: skip
    # ACQUIRED 0.95 x abandoned 0.1; INVESTED_IN 0.6 x BOARD_MEMBER_OF 0.8 x 0.095.
    assert [path.strength for path in found.paths] == pytest.approx([0.095, 0.6 * 0.8 * 0.095])
    assert not any(path.is_fact for path in found.paths)
    # With undated facts, Altman: founded OpenAI (r0745), invested in Cerebras (r0752).
    undated = to_networkx(bundled_store, Filters(undated=True), as_of="2017-09")
    entities = [path.entities for path in best_paths(undated, "openai", "cerebras", PathQuery(k=50)).paths]
    assert ("openai", "sam-altman", "cerebras") in entities


def test_today_from_the_table(bundled_store: Store) -> None:
    found = best_paths(to_networkx(bundled_store), "openai", "cerebras", PathQuery(k=500, max_hops=2))
    # The direct ties, and everybody with a fact to both, read off relationships.csv.
    assert {tie.id for tie in found.paths[0].steps[0].ties} == {"r0195", "r0196", "r0197", "r0676"}
    assert [path.entities[1] for path in found.paths[1:]] == [
        "amazon", "coatue", "fidelity", "g42", "greg-brockman", "ilya-sutskever", "mistral", "morgan-stanley",
        "nvidia", "sam-altman", "sec", "tsmc",
    ]  # fmt: skip
    assert all(path.is_fact and path.is_sourced for path in found.paths)


# Answers and commands


def test_the_answer_says_paths_steps_and_limits(bundled_store: Store) -> None:
    graph = to_networkx(bundled_store)
    answer = paths_answer(graph, "openai", "cerebras", PathQuery(by="strength", k=2))
    texts = [statement.text for statement in answer.statements]
    assert texts[0].startswith(
        "The 2 strongest of more paths of up to 4 hops lead from OpenAI to Cerebras Systems"
    )
    assert texts[1] == "1. OpenAI – Cerebras Systems (1 hop, strength 0.6)."
    assert texts[2].startswith("1.1 OpenAI lends to Cerebras Systems ($1bn, 2026-01) [techff-cer")
    assert texts[3].endswith("(2 hops, strength 0.48 = 0.6 x 0.8).")
    assert answer.statements[2].ties[0] == "r0676"
    assert len(answer.rows) == 3
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    assert any("one step, as strong as the strongest" in note for note in answer.notes)
    assert answer.provenance.parameters["by"] == "strength"
    json.dumps(answer.as_dict())


def test_an_empty_answer_says_what_was_looked_for(bundled_store: Store) -> None:
    answer = paths_answer(to_networkx(bundled_store, as_of="2017-09"), "openai", "cerebras")
    text = " ".join(statement.text for statement in answer.statements)
    assert "No path of up to 4 hops leads from OpenAI to Cerebras Systems in 48 ties as of 2017-09." in text
    assert "not connected in this selection: OpenAI reaches 7 other entities" in text
    assert answer.rows == ()
    stopped = paths_answer(nx.complete_graph(9), 0, 8, PathQuery(k=9_999, max_hops=8, candidate_limit=300))
    assert any(
        "Stopped at 300 candidate paths; results are the best found so far" in note for note in stopped.notes
    )


def test_no_source_is_said() -> None:
    texts = [statement.text for statement in paths_answer(STORY, "openai", "cerebras").statements]
    assert texts[1] == "1. openai – cerebras (1 hop, a step has no source)."
    assert texts[2] == "1.1 openai is linked to cerebras [no source]."


@pytest.fixture(scope="module")
def run(bundled, tmp_path_factory):
    place = str(tmp_path_factory.mktemp("paths") / "store")
    with EmbeddedStore(place) as store:
        store.upsert(bundled)
    app = typer.Typer(cls=Group)
    for name, command in COMMANDS.items():
        app.command(name)(command)

    def call(*arguments: str):
        return CliRunner().invoke(app, [*arguments, "--store", place])

    return call


def test_the_paths_command(run, tmp_path) -> None:
    table = run("paths", "openai", "cerebras", "--as-of", "2017-09", "--all-statuses", "--by", "strength")
    assert table.exit_code == 0, table.output
    assert "OpenAI weighed buying Cerebras Systems (2017, abandoned) [seed" in table.output
    file = tmp_path / "paths.json"
    both = run("paths", "openai,Sam Altman", "cerebras", "-k", "30", "--via", "nvidia", "--exclude", "microsoft",
               "--types", "SUPPLIES,INVESTED_IN", "--strength", "SUPPLIES=0.9", "--by", "strength", "--directed",
               "--max-hops", "0", "--format", "csv", "--output", str(file))  # fmt: skip
    assert both.exit_code == 0, both.output
    assert json.loads(file.read_text())["provenance"]["parameters"]["via"] == ["nvidia"]
    change = run("paths", "openai", "cerebras", "--as-of", "2026-05", "--compare", "2017-09", "--all-statuses",
                 "--format", "json")  # fmt: skip
    assert change.exit_code == 0, change.output
    assert '"Gained: OpenAI – Amazon – Cerebras Systems' in change.output
    wrong = run("paths", "openai", "cerebras", "--compare", "2017")
    assert wrong.exit_code == 2
    assert "--as-of DATE" in wrong.output
    assert run("paths", "openai", "cerebras", "--strength", "SUPPLIES").exit_code == 2


def test_the_block_command(run) -> None:
    found = run("block", "openai", "g42", "--max-hops", "2")
    assert found.exit_code == 0, found.output
    assert "There is a direct link, nobody in between can block it: OpenAI works with G42" in found.output
    assert "5 entities together, Cerebras Systems, MGX, Microsoft, NVIDIA and Stargate UAE" in found.output
    weighed = run("block", "openai", "g42", "--max-hops", "2", "--weight", "microsoft=2.5", "--format", "csv")
    assert weighed.exit_code == 0, weighed.output
    assert "2.5" in weighed.output
    assert run("block", "openai", "g42", "--weight", "microsoft").exit_code == 2


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_ties_are_counted_as_networkx_does(kind) -> None:
    graph = kind([("a", "b"), ("b", "a"), ("b", "c"), ("b", "c"), ("c", "c"), ("c", "c")])
    assert best_paths(graph, "a", "c").ties_searched == graph.number_of_edges()


def test_a_stopped_search_does_not_say_that_there_is_no_path() -> None:
    graph = build([("s", "m"), ("m", "v"), ("m", "t"), ("v", "x"), ("x", "y"), ("y", "t")])
    query = PathQuery(via=("v",), candidate_limit=1, max_hops=6)
    answer = paths_answer(graph, "s", "t", query)
    assert not answer.rows
    text = answer.statements[0].text
    assert text.endswith("whether there is one is not known.")
    assert "was found before the search stopped" in text


def test_addresses_and_guesses_of_identity_are_no_steps_unless_named() -> None:
    both = build([("a", "x"), ("b", "x")], "LOCATED_AT")
    for type_ in ("LOCATED_AT", "MAYBE_SAME_AS"):
        graph = build([("a", "x"), ("b", "x")], type_)
        assert best_paths(graph, "a", "b").paths == ()
        assert walks(best_paths(graph, "a", "b", PathQuery(types=[type_]))) == ["axb"]
    assert paths_answer(both, "a", "b").provenance.parameters["left_aside"] == ["LOCATED_AT", "MAYBE_SAME_AS"]
    assert not degree(both, Scope(isolates=False))
    assert set(degree(both, Scope("other", isolates=False))) == {"a", "b", "x"}


def test_that_there_are_more_is_said_where_there_are() -> None:
    graph = build([tuple(pair) for pair in ("ax", "xb", "ay", "yb")])  # type: ignore[misc]
    assert "There are more paths than 1." in paths_answer(graph, "a", "b", PathQuery(k=1)).notes
    assert not any("more paths" in note for note in paths_answer(graph, "a", "b", PathQuery(k=2)).notes)


def test_ids_of_several_kinds() -> None:
    found = best_paths(nx.Graph([(1, "a"), ("a", (2, 3)), (1, 4), (4, (2, 3))]), 1, (2, 3))
    assert [path.entities for path in found.paths] == [(1, 4, (2, 3)), (1, "a", (2, 3))]
