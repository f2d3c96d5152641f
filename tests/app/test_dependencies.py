"""The page of dependencies: shares, chains, shocks, chokepoints; addresses good and bad, hostile names."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said

PAGE = "dependencies"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def table(test: Any, label: str) -> Any:
    """The table whose columns include ``label``."""
    return next(each.value for each in test.dataframe if label in each.value.columns)


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_shares_of_the_newest_period_and_of_a_chosen_one(self) -> None:
        test = opened(PAGE, id="cerebras")
        text = said(test)
        assert "2025: the HHI of the customers of Cerebras Systems is between 4,420 and 4,616" in text
        assert "MBZUAI made up 62 % of the revenue" in text
        assert "No share known for 2025: Amazon," in text
        assert "No share of the cost of Cerebras Systems is recorded" in text
        assert "2024-01 to 2024-06" not in text
        rows = table(test, "share")
        assert dict(zip(rows["id"], rows["share"], strict=True))["/entity?id=g42"] == 0.24
        assert rows["share"].isna().sum() > 10  # unknown, not zero
        test = opened(PAGE, id="cerebras", period="2024-01 to 2024-06", floor="1")
        assert "between 7,569 and 7,678" in said(test)
        assert "MBZUAI made up" not in said(test)
        assert "No share known for 2024-01 to 2024-06: " in said(test)

    def test_two_customers_count_as_one_group(self) -> None:
        test = opened(PAGE, id="cerebras", one="g42,mbzuai,nobody", bands="2010")
        text = said(test)
        assert "the group of G42 (G42 and MBZUAI) made up 86 %" in text
        assert "between 7,396 and " in text
        assert "above 2,500 high" in text
        test.multiselect(key="dep-one-cerebras").set_value([])
        again(test)
        assert "one" not in test.query_params
        assert "between 4,420 and 4,616" in said(test)

    def test_up_the_chain_with_the_chain_as_evidence_and_two_dates(self) -> None:
        text = said(opened(PAGE, id="cerebras", part="chain", hops="3"))
        assert "7 stand upstream of Cerebras Systems within 3 hops" in text
        assert "ASML supplies TSMC (EUV lithography machines); TSMC supplies Cerebras Systems" in text
        text = said(opened(PAGE, id="openai", part="chain", as_of="2025-10", than="2023"))
        assert "Recorded as of 2025-10, not as of 2023: 6" in text
        assert "hop limit" not in text

    def test_what_if_the_largest_customer_is_gone(self) -> None:
        test = opened(PAGE, id="cerebras", part="what-if")
        assert test.selectbox(key="dep-gone-cerebras").value == "mbzuai"
        assert "Cerebras Systems loses 62 % of its revenue" in said(test)
        test.selectbox(key="dep-gone-cerebras").set_value("g42")
        test.slider(key="dep-cut").set_value(50)
        again(test)
        assert (test.query_params["gone"], test.query_params["cut"]) == ("g42", "50")
        text = said(test)
        assert "Cerebras Systems loses 12 % of its revenue: G42 made up 24 %" in text
        assert "How much is lost is not known: 6" in text
        rows = table(test, "share_lost_at_least")
        assert rows["share_lost_at_least"].tolist()[0] == 0.12
        assert rows["share_lost_at_least"].isna().sum() == 6
        test.slider(key="dep-cut").set_value(0)
        assert "Nothing is cut" in said(again(test))

    def test_a_rule_that_cannot_run_says_what_is_missing_and_offers_another(self) -> None:
        test = opened(PAGE, id="openai", part="what-if", gone="oracle", rule="debtrank-2015")
        assert "It needs what each company can lose" in said(test)
        assert "Amazon, Apple" in said(test)
        test.button(key="dep-relative-instead").click()
        again(test)
        assert test.query_params["relative"] == "1"
        assert "DebtRank in relative mode is 0.05964" in said(test)
        test = opened(PAGE, id="openai", part="what-if", gone="oracle", rule="esri", as_of="2015")
        assert "It needs amounts in US$" in said(test)
        test.button(key="dep-rule-instead").click()
        again(test)
        assert test.query_params["rule"] == "reach"

    def test_chokepoints_and_substitutes(self) -> None:
        text = said(opened(PAGE, id="cerebras", part="chokepoints", root="asml"))
        assert "Every recorded supply route from ASML to Cerebras Systems passes TSMC." in text
        text = said(opened(PAGE, id="cerebras", part="chokepoints", look="cut"))
        assert "15 entities hold others alone, in 114 ties." in text  # supply ties that hold, not all
        text = said(opened(PAGE, id="cerebras", part="chokepoints", look="held"))
        assert "suppliers hold others alone, among 114 supply ties" in text  # two of the 116 have ended
        test = opened(PAGE, id="cerebras", part="chokepoints", look="substitutes")
        assert test.selectbox(key="dep-supplier-cerebras").value == "tsmc"
        assert 'sells "processor architecture" to NVIDIA, like "processors, 2024" to Apple' in said(test)
        test.toggle(key="dep-only-cerebras").set_value(True)
        assert "0 could be looked at in place of TSMC to Cerebras Systems" in said(again(test))

    def test_another_company_starts_without_the_choices_of_the_last(self) -> None:
        test = opened(PAGE, id="cerebras", part="what-if", gone="g42", cut="50")
        test.selectbox(key="dep-id").set_value("nvidia")
        again(test)
        assert test.query_params["id"] == "nvidia"
        assert "gone" not in test.query_params
        assert test.query_params["cut"] == "50"

    def test_wrong_addresses_and_none(self) -> None:
        text = said(opened(PAGE, id="cerebas"))
        assert "no entity “cerebas”" in text
        assert "Choose a company" in said(opened(PAGE))
        wrong = {"period": "1999", "bands": "x", "part": "x"}
        assert "between 4,420 and 4,616" in said(opened(PAGE, id="cerebras", **wrong))
        wrong = {"gone": "nobody", "cut": "x", "rule": "x", "rounds": "99"}
        text = said(opened(PAGE, id="cerebras", part="what-if", **wrong))
        assert "no entity “nobody”" in text
        assert "If MBZUAI is gone" in text
        assert "is not a date" in said(opened(PAGE, id="cerebras", part="what-if", when="soon"))


def test_an_empty_store_and_a_company_without_ties(on_store: EmbeddedStore) -> None:
    assert "Nothing loaded yet" in said(opened(PAGE))
    on_store.upsert(Batch((Entity("a", "A", "company"),)))
    text = said(opened(PAGE, id="a"))
    assert "No share of the revenue of A is recorded: 0 supply ties" in text
    assert "nothing to draw" in text
    assert "Nobody is recorded upstream of A" in said(opened(PAGE, id="a", part="chain"))
    assert "nobody is recorded to be hit" in said(opened(PAGE, id="a", part="what-if"))
    assert "Nobody is recorded to supply A" in said(opened(PAGE, id="a", part="chokepoints"))


def test_hostile_names_and_ranges_stay_text(on_store: EmbeddedStore) -> None:
    entities = (
        Entity("a", HOSTILE, "company"),
        Entity("b", "x" * 5_000, "company"),
        Entity("c", HOSTILE, "company"),
    )
    known = {"start_date": "2025", "end_date": "2025", "share_basis": "revenue", "sources": ("s",)}
    ties = (
        Tie("r1", "a", "SUPPLIES", "b", "active", product=HOSTILE, note=HOSTILE, share=0.4, **known),
        Tie("r2", "a", "SUPPLIES", "c", "active", share=0.2, **known),
        Tie("r3", "a", "SUPPLIES", "c", "active", share=0.3, **known),
    )
    on_store.upsert(Batch(entities, ties, (Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y"),)))
    for query in (
        {},
        {"part": "chain", "way": "down"},
        {"part": "what-if", "gone": "c"},
        {"part": "chokepoints"},
    ):
        test = opened(PAGE, id="a", **query)
        if not query:
            assert "20 % or 30 %" in table(test, "as stated")["as stated"].tolist()
        if "gone" in query:
            assert "loses 20 % to 30 % of its revenue" in said(test)
        for part in (*test.markdown, *test.caption):
            text = str(part.value)
            assert "](javascript" not in text
            assert "<img" not in text.replace("\\<img", "")
            assert len(text) < 20_000


def test_planned_shares_are_marked_and_what_is_over_is_no_customer(on_store: EmbeddedStore) -> None:
    shared = {"share_basis": "revenue", "sources": ("s",)}
    on_store.upsert(Batch(
        tuple(Entity(key, key.upper(), "company") for key in "abcd"),
        (
            Tie("r1", "a", "SUPPLIES", "b", "planned", "2027", share=0.6, **shared),  # type: ignore[arg-type]
            Tie("r2", "a", "SUPPLIES", "c", "ended", "2001", "2002", sources=("s",)),
            Tie("r3", "a", "SUPPLIES", "d", "active", sources=("s",)),
        ),
        (Source("s", "Paper", "One"),),
    ))  # fmt: skip
    test = opened(PAGE, id="a", all="1")
    rows = table(test, "share")
    assert list(rows["name"]) == ["B", "D"]
    assert (rows["as stated"][0], rows["status"][0]) == ("60 % (planned)", "planned")
    assert "- :orange-badge[planned] 2027: B is to make up 60 % of the revenue of A" in said(test)
    assert ":orange-badge" not in said(opened(PAGE, id="a"))
