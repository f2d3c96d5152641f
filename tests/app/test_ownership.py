"""The page of ownership: every part, unknown shares, refused shares, addresses good and bad, hostile names."""

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
    def test_owners_with_shares_bounds_chains_and_sources(self) -> None:
        test = opened("ownership", id="xai")
        text = said(test)
        assert "SpaceX holds 100 % of xAI" in text
        assert "Elon Musk > SpaceX > xAI: up to 100 % x 100 % = up to 100 %" in text
        assert "](https://" in text
        assert "Every chain (2)" in text
        assert "dashed: its size is not known" in text
        rows = next(each.value for each in test.dataframe if "chains" in each.value)
        musk = rows[rows["owner"] == "Elon Musk"].iloc[0]
        assert musk["min"] is None or musk["min"] != musk["min"]  # not known, never 0
        assert musk["max"] == 1

    def test_what_it_owns_and_a_part_that_is_chosen(self) -> None:
        test = opened("ownership", id="softbank", part="owned")
        assert "SoftBank Group holds a part of 9 firms" in said(test)
        test.segmented_control(key="ownership-part").set_value("control")
        again(test)
        assert test.query_params["part"] == "control"
        assert "Nobody is known to control SoftBank Group" in said(test)

    def test_control_by_model(self) -> None:
        assert "Elon Musk controls SpaceX" in said(opened("ownership", id="spacex", part="control"))
        text = said(opened("ownership", id="coreweave", part="control", model="relative"))
        assert "Michael Intrator has 87.8 % of the control over CoreWeave" in text
        assert "has the most control" in said(opened("ownership", part="control", model="linear"))

    def test_beneficial_owners_from_a_share_of_ones_own(self) -> None:
        test = opened("ownership", id="stargate", part="beneficial", line="10")
        assert test.number_input(key="ownership-line-own").value == 10
        assert "10 % of Stargate" in said(test)
        test.segmented_control(key="ownership-line").set_value("50")
        again(test)
        assert test.query_params["line"] == "50"
        assert "50 % of Stargate" in said(test)

    def test_cross_holdings_of_the_whole_graph_are_a_result_when_there_are_none(self) -> None:
        assert "No firm holds a part of one that holds a part of it" in said(
            opened("ownership", part="cross")
        )

    def test_plans_only_when_asked_and_badged(self) -> None:
        assert "8VC" not in said(opened("ownership", id="openai"))
        text = said(opened("ownership", id="openai", all="1"))
        assert ":orange-badge[not all facts]" in text
        assert "8VC weighed buying OpenAI (2025-02-10 to 2025-02, abandoned)" in text

    def test_gained_and_lost_between_two_dates(self) -> None:
        text = said(opened("ownership", id="openai", as_of="2026-06", than="2025-11"))
        assert "Gained between 2025-11 and 2026-06: 2" in text
        assert "Greg Brockman in OpenAI: up to 36 %" in text
        assert "Give both dates" in said(opened("ownership", id="openai", than="2025-11"))

    def test_wrong_addresses(self) -> None:
        text = said(opened("ownership", id="nvdia", part="x", basis="x", line="x"))
        assert "no entity “nvdia”" in text
        assert "Choose a company or an owner." in text
        assert "is not a date" in said(opened("ownership", id="openai", as_of="soon"))


def test_an_empty_store(on_store: EmbeddedStore) -> None:
    assert on_store.counts().entities == 0
    assert "Nothing loaded yet" in said(opened("ownership"))


def test_hostile_names_circles_and_shares_above_the_whole(on_store: EmbeddedStore) -> None:
    entities = (
        Entity("a", HOSTILE, "company"), Entity("b", "x" * 10_000, "company"), Entity("c", "C", "company"),
    )  # fmt: skip

    def owns(key: str, owner: str, firm: str, share: float) -> Tie:
        return Tie(
            key, owner, "OWNS", firm, "active", "2020", note=HOSTILE, share=share, share_basis="equity",
            sources=("s",),
        )  # fmt: skip

    source = Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y")
    ties = (
        owns("r1", "a", "b", 0.3),
        owns("r2", "b", "a", 0.2),
        owns("r3", "a", "c", 0.8),
        owns("r4", "b", "c", 0.9),
    )
    on_store.upsert(Batch(entities, ties, (source,)))
    circle, refused = opened("ownership", part="cross"), opened("ownership", id="c")
    assert "1 group of firms hold one another" in said(circle)
    assert "more than the whole" in refused.error[0].value
    for test in (circle, refused, opened("ownership", id="b", part="beneficial")):
        for part in (*test.markdown, *test.caption, *test.error):
            text = str(part.value)
            assert "](javascript" not in text
            assert "<img" not in text.replace("\\<img", "")
            assert len(text) < 20_000
