"""Known answers for influence paths: by hand, against NetworkX's Yen, and the Cerebras story."""

from __future__ import annotations

from itertools import islice

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analytics.paths import influence_paths
from graph.errors import AnalysisError, EntityNotFound
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of, to_networkx
from graph.store import Store


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
