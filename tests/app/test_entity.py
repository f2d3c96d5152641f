"""The page of one entity: head, figures, every tab, dates without ties, thousands of ties, hostile names."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said

TABS = ("ties", "network", "timeline", "money", "rank", "sources")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    """The app on the bundled store."""
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    """The app on an empty store."""
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def metrics(test: AppTest) -> dict[str, tuple[str, str]]:
    """Label of a figure to its value and what stands below it."""
    return {each.label: (each.value, each.delta.replace("\\", "")) for each in test.metric}


def address(test: AppTest, name: str) -> str:
    """A parameter of the address; the test harness gives a list for what it set itself."""
    value = test.query_params[name]
    return value[0] if isinstance(value, list) else value


def charts(test: AppTest) -> list[dict[str, Any]]:
    """Specifications of the Vega-Lite charts of a page."""
    return [json.loads(each.proto.spec) for each in test.get("vega_lite_chart")]


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_figures_say_what_they_speak_of_and_what_is_not_known(self) -> None:
        test = opened("entity", id="cerebras", as_of="2024-06-30")
        found = metrics(test)
        assert found["Top customer share"] == ("87 %", "G42, 2024-01 to 2024-06")
        assert found["Customer concentration"] == ("7,569–7,738", "HHI, 2024-01 to 2024-06")
        assert found["Board members"][0] == ":gray[not known]"
        assert "Largest disclosed customer share" in said(test)

    def test_a_date_before_everything_leads_to_the_first_tie(self) -> None:
        test = opened("entity", id="cerebras", as_of="2010")
        assert "No recorded ties as of 2010; the first dated one starts 2015." in said(test)
        test.button(key="entity-first").click()
        assert "Who founded, runs, directs or advises it (5)" in said(again(test)).replace("**", "")
        assert test.text_input(key="entity-as-of").value == "2015"

    def test_types_are_chosen_and_stand_in_the_address(self) -> None:
        test = opened("entity", id="cerebras", types="supplies~nonsense", all="1")
        assert test.multiselect(key="entity-types").value == ["SUPPLIES"]
        text = said(test)
        assert "29 of 86 ties, of the chosen types." in text
        assert "Who funds it" not in text
        test.multiselect(key="entity-types").set_value(["ACQUIRED", "REGULATES"])
        again(test)
        assert address(test, "types") == "acquired~regulates"

    def test_ties_as_a_table(self) -> None:
        test = opened("entity", id="cerebras")
        test.segmented_control(key="entity-form").set_value("Table")
        again(test)
        assert len(test.dataframe[0].value) == 76
        assert "/entity?id=g42" in list(test.dataframe[0].value["page"])

    def test_the_timeline_draws_dated_ties_and_counts_the_others(self) -> None:
        test = opened("entity", id="cerebras", tab="timeline", all="1")
        rows = charts(test)[0]["layer"][0]["encoding"]["y"]["sort"]
        assert len(set(rows)) == len(rows) == 40  # of 61, the others on a second page
        assert rows[0] == "Andrew Feldman · Founded"
        assert "1 to 40 of 61" in said(test)
        assert "25 ties without a start date: not drawn" in said(test)
        assert len(test.dataframe[0].value) == 61

    def test_money_is_listed_and_never_added_up(self) -> None:
        text = said(opened("entity", id="openai", tab="money"))
        assert "not added up" in text
        assert "Money in" in text
        assert "Money out" in text
        assert "$30bn" in text
        assert "amount not known" in text
        assert "$100bn" not in text  # a plan that was dropped

    def test_ranks_name_their_method(self) -> None:
        test = opened("entity", id="openai", tab="rank", all="1")
        assert metrics(test)["Degree"][0] == "1st of 408"
        assert "Freeman (1979)" in said(test)

    def test_where_sources_disagree(self) -> None:
        text = said(opened("entity", id="cerebras", tab="sources"))
        assert "TechFastForward says January 2026 and MobileTechWorld December 2025" in text
        assert "nobody" not in text

    def test_wrong_values_in_the_address_are_the_usual_ones(self) -> None:
        test = opened("entity", id="cerebras", tab="<b>", types="'", depth="9", all="x")
        assert "Who funds it" in said(test)


def test_figures_for_one_thing_stand_side_by_side(on_store: EmbeddedStore) -> None:
    shared = {"share_basis": "revenue", "start_date": "2024"}
    ties = (
        Tie("r1", "a", "SUPPLIES", "b", "active", share=0.3, sources=("s",), **shared),  # type: ignore[arg-type]
        Tie("r2", "a", "SUPPLIES", "b", "active", share=0.4, sources=("t",), **shared),  # type: ignore[arg-type]
    )
    sources = (Source("s", "Paper", "One"), Source("t", "Radio", "Two"))
    on_store.upsert(Batch((Entity("a", "Acme", "company"), Entity("b", "Bolt", "company")), ties, sources))
    text = said(opened("entity", id="a", tab="sources"))
    assert "two figures for one share" in text
    assert "30 % of revenue" in text
    assert "40 % of revenue" in text


def test_thousands_of_ties_come_in_pages(on_store: EmbeddedStore) -> None:
    entities = [
        Entity("hub", "Hub", "company"),
        *(Entity(f"e{n}", f"Fund {n}", "investor") for n in range(5_000)),
    ]
    ties = [
        Tie(f"r{n}", f"e{n}", "INVESTED_IN", "hub", "completed", str(1900 + n % 120)) for n in range(5_000)
    ]
    on_store.upsert(Batch(tuple(entities), tuple(ties)))
    test = opened("entity", id="hub")
    assert "Who funds it (5,000)" in said(test).replace("**", "")
    assert "1 to 25 of 5,000" in said(test)
    assert sum("took investment from" in str(each.value) for each in test.markdown) == 25
    timeline = opened("entity", id="hub", tab="timeline")
    assert "1 to 40 of 5,000" in said(timeline)
    assert "60 of 5,001 entities drawn" in said(opened("entity", id="hub", tab="network"))


@pytest.mark.parametrize("tab", TABS)
def test_hostile_names_stay_text_in_every_tab(on_store: EmbeddedStore, tab: str) -> None:
    entities = (
        Entity("a", HOSTILE, "company", (HOSTILE + "2",), sectors=(HOSTILE,), description=HOSTILE),
        Entity("b", "x" * 10_000, "person"), Entity("c", HOSTILE + "3", "company"),
    )  # fmt: skip
    ties = (
        Tie("r1", "b", "BOARD_MEMBER_OF", "a", "active", "2017", role=HOSTILE, note="Others say " + HOSTILE, sources=("s",)),
        Tie("r2", "a", "SUPPLIES", "c", "active", "2020", share=0.5, share_basis="revenue", sources=("s",)),
        Tie("r3", "a", "SUPPLIES", "c", "active", "2020", share=0.6, share_basis="revenue", product=HOSTILE, sources=("s",)),
    )  # fmt: skip
    on_store.upsert(
        Batch(entities, ties, (Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](javascript:1)"),))
    )
    test = opened("entity", id="a", tab=tab)
    texts = [str(part.value) for part in (*test.markdown, *test.title, *test.caption)]
    texts += [f"{each.label} {each.value} {each.delta}" for each in test.metric]
    for text in texts:
        assert "](javascript" not in text
        assert "<img" not in text.replace("\\<img", "")
        assert "$a$" not in text
        assert len(text) < 20_000
    for chart in charts(test):
        assert "\u202e" not in json.dumps(chart, ensure_ascii=False)


def test_ranks_follow_the_data(on_store: EmbeddedStore) -> None:
    entities = tuple(Entity(key, key.upper(), "company") for key in "abc")
    on_store.upsert(Batch(entities, (Tie("t1", "a", "OWNS", "b", "active"),)))
    assert metrics(opened("entity", id="a", tab="rank"))["Degree"] == ("1st of 2", "value 1, shared with 1")
    on_store.upsert(Batch((), (Tie("t2", "a", "OWNS", "c", "active"),)))
    assert metrics(opened("entity", id="a", tab="rank"))["Degree"] == ("1st of 3", "value 2")


def test_what_registers_say_is_shown_and_a_stub_says_that_it_is_one(on_store: EmbeddedStore) -> None:
    ann = Entity("ann", "Ann", "person", country="GB", born="1970-03", stub=True)
    firm = Entity(
        "firm", "Firm", "company", identifiers=("lei:5493001KJTIIGC8Y1R12", "gb-coh:00445790"),
        note="No parent is stated: natural persons.",
    )  # fmt: skip
    tie = Tie(
        "r1", "ann", "OWNS", "firm", "active", "2020", share_min=0.25, share_max=0.5, share_basis="voting",
        amount="1500000", currency="EUR", round_usd=10_000_000, interest="voting-rights", directness="direct",
    )  # fmt: skip
    on_store.upsert(Batch((ann, firm, Entity("whole", "Whole", "company")), (
        tie, Tie("r2", "firm", "PART_OF", "whole", "active"),
    )))  # fmt: skip
    test = opened("entity", id="firm")
    text = said(test)
    assert "Legal Entity Identifier 5493001KJTIIGC8Y1R12 · UK Companies House number 00445790" in text
    assert "Note: No parent is stated: natural persons." in text
    assert "EUR 1,500,000, round of US$ 10 million in all, 25 % to 50 % of votes" in text
    assert "Who owns, bought or controls it (2)" in text.replace("**", "")  # the whole it is part of, too
    test.segmented_control(key="entity-form").set_value("Table")
    table = again(test).dataframe[0].value
    row = table[table["tie id"] == "r1"].iloc[0]
    assert (row["share"], row["other currency"]) == ("25 % to 50 % of votes", "EUR 1,500,000")
    assert (row["round in all"], row["interest"], row["held"]) == (10_000_000, "voting-rights", "direct")
    assert "shares or units" not in table.columns
    text = said(opened("entity", id="ann"))
    assert ":orange-badge[named only by others]" in text
    assert "GB · born 1970-03" in text
    assert "**EUR 1,500,000**" in said(opened("entity", id="firm", tab="money"))
