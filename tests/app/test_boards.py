"""Interlocks, co-investors and possible conflicts: results, choices, two dates, addresses, hostile names."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_interlocks_and_other_seats(self) -> None:
        test = opened("boards")
        text = said(test)
        assert "5 pairs of companies share people at the same time" in text
        assert "Elon Musk (both until 2018-02)" in text
        assert "](https://" in text
        test.pills(key="boards-seats").set_value(["board", "founder"])
        again(test)
        assert test.query_params["seats"] == "board,founder"
        assert "Founding does not end" in said(test)

    def test_two_dates_say_what_was_gained_and_lost(self) -> None:
        test = opened("boards", as_of="2025", than="2017", seats="board,role,founder", company="oklo")
        text = said(test)
        assert "Lost between 2017 and 2025: 1" in text
        assert "Oklo and Y Combinator: Sam Altman sat on the board of Oklo" in text
        assert "Give both dates" in said(opened("boards", than="2017"))
        assert "is not a date" in said(opened("boards", as_of="2025", than="soon"))

    def test_what_dates_do_not_tell_is_neither_gained_nor_lost(self) -> None:
        text = said(opened("boards", as_of="2025", than="2017", company="tesla"))
        assert "Nothing surely changed between 2017 and 2025" in text
        assert "Perhaps gained or lost" in text
        assert (
            "OpenAI and Tesla: Elon Musk sat on the board of OpenAI (co-chair, until 2018-02, ended)" in text
        )

    def test_co_investors_of_one_and_a_pair_drawn(self) -> None:
        test = opened("boards", tab="coinvestors", investor="nvidia", pair="nvidia,sequoia")
        assert "60 investors have put money into companies that NVIDIA invested in." in said(test)
        assert test.selectbox(key="boards-pair").value == "nvidia,sequoia"
        test.selectbox(key="boards-investor").set_value(None)
        again(test)
        assert "898 pairs of investors share a company" in said(test)
        assert "investor" not in test.query_params

    def test_conflicts_of_one_class_and_the_one_chosen(self) -> None:
        test = opened("boards", tab="conflicts", classes="both-sides", entity="sam-altman", all="1")
        text = said(test)
        assert "A possible conflict is a pattern in the data, not an accusation." in text
        assert "8 possible conflicts of interest around Sam Altman" in text
        chosen = test.radio(key="boards-pick")
        assert any(":orange-badge[not all facts]" in caption for caption in chosen.proto.captions)
        chosen.set_value("both-sides,sam-altman,openai,reddit")
        again(test)
        assert test.query_params["pick"] == "both-sides,sam-altman,openai,reddit"
        assert "Sam Altman: OpenAI and Reddit" in said(test)

    def test_undated_ties_count_only_when_asked(self) -> None:
        test = opened("boards", tab="conflicts", as_of="2017")
        assert "No possible conflict of interest" in said(test)
        test.toggle(key="boards-undated").set_value(True)
        again(test)
        assert "20 possible conflicts of interest" in said(test)

    def test_wrong_addresses(self) -> None:
        text = said(opened("boards", tab="x", company="opnai", seats="throne", as_of="2025"))
        assert "no entity “opnai”" in text
        assert "share people at the same time as of 2025" in text
        assert "898 pairs" in said(opened("boards", tab="coinvestors", pair="nobody"))
        assert "89 possible" in said(opened("boards", tab="conflicts", classes="x", pick="nobody"))


@pytest.mark.parametrize("tab", ["interlocks", "coinvestors", "conflicts"])
def test_an_empty_store_and_nothing_to_find(on_store: EmbeddedStore, tab: str) -> None:
    assert "Nothing loaded yet" in said(opened("boards", tab=tab))
    on_store.upsert(Batch((Entity("a", "A", "company"),)))
    assert "No " in said(opened("boards", tab=tab))


@pytest.mark.parametrize("tab", ["interlocks", "coinvestors", "conflicts"])
def test_hostile_names_stay_text(on_store: EmbeddedStore, tab: str) -> None:
    entities = (
        Entity("a", HOSTILE, "company"), Entity("b", "x" * 10_000, "company"), Entity("p", HOSTILE + "p", "person"),
        Entity("q", "Q", "investor"), Entity("c", "C", "company"),
    )  # fmt: skip
    ties = (
        Tie("r1", "p", "BOARD_MEMBER_OF", "a", "active", "2017", role=HOSTILE, note=HOSTILE, sources=("s",)),
        Tie("r2", "p", "BOARD_MEMBER_OF", "b", "active", "2017", sources=("s",)),
        Tie("r3", "a", "SUPPLIES", "b", "active", "2018", product=HOSTILE, sources=("s",)),
        Tie("r4", "a", "INVESTED_IN", "c", "active", "2018", round=HOSTILE, sources=("s",)),
        Tie("r5", "q", "INVESTED_IN", "c", "active", "2018", round=HOSTILE, sources=("s",)),
    )
    on_store.upsert(Batch(entities, ties, (Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y"),)))
    test = opened("boards", tab=tab)
    assert "1 p" in said(test)
    labels = [text for radio in test.radio for text in (*radio.options, *radio.proto.captions)]
    for text in (*(str(part.value) for part in (*test.markdown, *test.caption)), *labels):
        assert "](javascript" not in text
        assert "<img" not in text.replace("\\<img", "")
        assert len(text) < 20_000
