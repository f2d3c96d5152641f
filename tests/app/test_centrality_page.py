"""The page on centrality: each part, two dates, good and bad addresses, an empty store, hostile names."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from graph.model import Batch, Entity, Source, Tie
from graph.projection import graph_of
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said
from widgets import analyses_centrality as analyses
from widgets.centrality_charts import Line, bar_chart, bars, line_chart


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def alliance(key: str, start: str, end: str, since: str) -> Tie:
    return Tie(key, start, "PARTNERED_WITH", end, "active", since, sources=("s",))


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_a_ranking_in_sentences_bars_and_a_table_and_all_measures(self) -> None:
        test = opened("centrality")
        text = said(test)
        assert "1. OpenAI: 77 neighbours by 124 ties" in text
        assert "How many others it has ties with" in text
        assert "](https://" in text
        assert len(test.get("echarts_chart")) == 1
        assert list(test.dataframe[0].value["name"][:2]) == ["OpenAI", "NVIDIA"]
        test.selectbox(key="centrality-measure").set_value("all")
        again(test)
        assert test.query_params["measure"] == "all"
        assert "Lowest Burt's constraint: OpenAI" in said(test)
        assert True in list(test.dataframe[0].value["strength_usd"].isna())

    def test_betweenness_of_the_address_with_its_seed(self) -> None:
        test = opened("centrality", measure="betweenness", sample="0.01", seed="7", family="money")
        assert "Exact: 167 entities need no sample." in said(test)
        assert test.number_input(key="centrality-seed").value == 7
        test.selectbox(key="centrality-direction").set_value("in")
        again(test)
        assert "centrality-sample" not in [box.key for box in test.selectbox]
        assert "incoming" in test.dataframe[0].proto.alt

    def test_two_dates_tell_who_rose_and_who_fell(self) -> None:
        test = opened("centrality", as_of="2025", than="2022")
        text = said(test)
        assert "By degree, from 2022 to 2025" in text
        assert "OpenAI: rank 16 of 90 (2), then rank 1 of 239 (37); 48 ties came." in text
        assert "SeaMicro: rank 9 of 90 (3), then rank 37 of 239 (3); the same ties." in text
        assert "Give both dates" in said(opened("centrality", than="2022"))

    def test_brokers_and_whom_one_of_them_stands_between(self) -> None:
        test = opened("centrality", part="brokers")
        assert "OpenAI: 97% of its 2,926 pairs of neighbours" in said(test)
        assert "effective_size" in test.dataframe[0].value
        text = said(opened("centrality", part="brokers", entity="g42", family="money"))
        assert "adds" in text
        assert "nothing but the one in the middle joins the groups" in text

    def test_the_community_of_the_address_is_drawn_with_its_members(self) -> None:
        test = opened("centrality", part="communities", of="andrew-feldman")
        chosen = test.radio(key="centrality-of")
        assert chosen.value == "cerebras"
        assert test.query_params["of"] == "cerebras"
        members = next(table.value for table in test.dataframe if "member" in table.value)
        assert len(members) == 47
        assert "/entity?id=andrew-feldman" in list(members["page"])
        test.selectbox(key="centrality-size").set_value("2")
        again(test)
        assert test.query_params["size"] == "2"
        assert len(test.radio(key="centrality-of").options) > 15

    def test_the_years_with_their_ties_and_what_is_left_out(self) -> None:
        test = opened("centrality", part="years", measure="pagerank", **{"from": "2020", "to": "2023"})
        text = said(test)
        assert "325 to 326 more are left out of a year" in text
        assert "2020: 60 ties, 326 undated left out" in text
        assert set(test.dataframe[0].value["year"]) == {2020, 2021, 2022, 2023}
        assert "Line chart, PageRank by year" in test.get("echarts_chart")[0].proto.alt
        wrong = said(opened("centrality", part="years", **{"from": "2023", "to": "2020"}))
        assert "2023 to 2020: give 1 to 40 years" in wrong

    def test_separate_parts_and_wrong_addresses(self) -> None:
        text = said(opened("centrality", part="components", as_of="2017"))
        assert "The largest of 13 components joins 12 of 58 entities" in text
        assert "the 12 largest parts after the first" in text
        wrong = {
            "part": "x",
            "measure": "fame",
            "family": "y",
            "direction": "up",
            "seed": "-1",
            "sample": "2",
        }
        assert "1. OpenAI: 77 neighbours" in said(opened("centrality", **wrong))
        assert "no entity “nvdia”" in said(opened("centrality", part="brokers", entity="nvdia"))
        assert "is not a date" in said(opened("centrality", as_of="soon"))
        assert "is not a date" in said(opened("centrality", as_of="2025", than="then"))

    def test_plans_are_marked(self) -> None:
        assert "not all facts" not in said(opened("centrality"))
        assert "not all facts" in said(opened("centrality", all="1"))


def test_an_empty_store_and_one_without_ties(on_store: EmbeddedStore) -> None:
    assert "Nothing loaded yet" in said(opened("centrality"))
    on_store.upsert(Batch((Entity("a", "A", "company"),)))
    for part in ("ranking", "brokers", "communities", "components"):
        assert "there are no ties between two entities" in said(opened("centrality", part=part))
    assert "no years to compare" in said(opened("centrality", part="years"))


def test_hostile_names_stay_text(on_store: EmbeddedStore) -> None:
    entities = (
        Entity("a", HOSTILE, "company"),
        Entity("b", "x" * 10_000, "person"),
        Entity("c", HOSTILE, "company"),
    )
    ties = (
        alliance("r1", "a", "b", "2020"),
        alliance("r2", "b", "c", "2022"),
        alliance("r3", "a", "c", "2024"),
    )
    on_store.upsert(Batch(entities, ties, (Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y"),)))
    for query in (
        {"as_of": "2024", "than": "2020"}, {"part": "brokers", "entity": "a"}, {"part": "communities"},
        {"part": "years"}, {"part": "components"},
    ):  # fmt: skip
        test = opened("centrality", **query)
        labels = [option for radio in test.radio for option in radio.options]
        for text in (*(str(part.value) for part in (*test.markdown, *test.caption)), *labels):
            assert "](javascript" not in text
            assert "<img" not in text.replace("\\<img", "")
            assert len(text) < 20_000


def test_equal_values_share_a_rank_and_unknown_ones_have_none() -> None:
    values = {"a": 3.0, "b": 3.0 + 1e-13, "c": 9, "d": None, "e": 0}
    assert analyses.ranks(values) == {"c": 1, "a": 2, "b": 2, "e": 4}
    assert analyses.ranks(values, smallest_first=True) == {"e": 1, "a": 2, "b": 2, "c": 4}
    assert analyses.ranks({}) == {}


def test_charts_are_data_with_a_gap_for_what_is_not_known() -> None:
    people = (Entity("a", "{b}<b>", "person"), Entity("b", "B", "company"), Entity("c", "B", "company"))
    graph = graph_of(people, [alliance("r1", "a", "b", "2020"), alliance("r2", "a", "c", "2020")])
    items = bars(analyses.answer_centrality(graph), graph, "degree", "degree")
    chart = bar_chart(items)
    assert chart["yAxis"]["data"] == ["{b}<b>", "B", "B"]
    assert [series["name"] for series in chart["series"]] == ["People", "Companies"]
    assert [item["value"] for item in chart["series"][0]["data"]] == [2, None, None]
    assert all("<b>" not in str(item["tooltip"]) for item in chart["series"][0]["data"])
    told = line_chart([Line("B", (None, 1.0)), Line("B", (2.0, 3.0))], [(2020, 5, 1), (2021, 9, 0)], "degree")
    assert [series["name"] for series in told["series"]] == ["B", "B (2)"]
    assert told["series"][0]["data"] == [None, 1.0]
    assert told["xAxis"]["data"] == ["2020\n5 ties", "2021\n9 ties"]
