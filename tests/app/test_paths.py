"""The page of influence paths: several ends, waypoints, strength, two dates, who can block, limits."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

from graph.model import Batch, Entity, Tie
from graph.store.embedded import EmbeddedStore
from tests.app.opening import again, app_on, opened, said
from widgets.address_inputs import labels


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
    def test_several_ends_by_strength_with_factors(self) -> None:
        test = opened("paths", **{"from": "openai,microsoft", "to": "g42", "by": "strength", "k": "5"})
        assert test.multiselect[0].value == ["openai", "microsoft"]
        text = said(test)
        assert "5 paths" in text
        assert "these are the strongest" in text
        assert "· strength 0.6" in text
        assert re.search(r"Strength (0\.\d+) = 0\.\d+ × 0\.\d+", text)
        assert ":gray-badge[strength 0.6]" in text
        test.multiselect[0].set_value(["microsoft"])
        again(test)
        assert test.query_params["from"] == "microsoft"
        assert test.multiselect[0].value == ["microsoft"]

    def test_a_waypoint_and_who_is_left_out(self) -> None:
        ends = {"from": "openai", "to": "cerebras"}
        text = said(opened("paths", **ends, via="sam-altman", without="openai-foundation", k="4"))
        assert "More choices (2 in use)" in text
        chains = [line for line in text.splitlines() if line.startswith("**1. ")]
        assert "Sam Altman" in chains[0]
        assert "OpenAI Foundation →" not in text
        refused = opened("paths", **ends, without="openai")
        assert "cannot be left out as well" in refused.error[0].value

    def test_one_path_is_pointed_out(self) -> None:
        test = opened("paths", **{"from": "openai", "to": "cerebras", "k": "3", "path": "2"})
        assert test.query_params["path"] == "2"
        test.pills(key="path-only").set_value("all")
        again(test)
        assert "path" not in test.query_params

    def test_who_must_agree_with_a_direct_link_and_the_proof(self) -> None:
        text = said(opened("paths", **{"from": "openai", "to": "cerebras", "hops": "3"}))
        assert "There is a direct link: nobody in between can block it." in text
        assert "**16 entities** together can block every other path of up to 3 steps." in text
        assert "This is one smallest set" in text
        assert "Why not fewer? 16 separate ways" in text

    def test_paths_gained_between_two_dates(self) -> None:
        query = {"from": "openai", "to": "cerebras", "as_of": "2026-06", "than": "2017-09"}
        text = said(opened("paths", **query))
        assert "Gained between 2017-09 and 2026-06: 10" in text
        assert "Only the 10 best of either date are compared." in text

    def test_no_path_offers_more(self) -> None:
        query = {"from": "openai", "to": "cerebras", "hops": "1", "families": "rivalry", "directed": "1"}
        test = opened("paths", **query)
        links = [str(each.proto.label) for each in test.get("page_link")]
        for label in ("Count plans and allegations too", "Count all kinds of ties", "Follow ties both ways"):
            assert label in links

    def test_wrong_addresses(self) -> None:
        query = {
            "from": "openai,nvdia",
            "to": "cerebras",
            "hops": "²",
            "k": "9999",
            "by": "x",
            "via": "nobody",
        }
        test = opened("paths", **query)
        text = said(test)
        assert "no entity “nvdia”" in text
        assert "Must pass: there is no entity “nobody”" in text
        assert test.number_input(key="path-k").value == 50
        assert "50 paths" in text
        assert "at both ends" in said(opened("paths", **{"from": "openai,g42", "to": "g42"}))


def test_an_id_with_a_comma_and_two_entities_of_one_name(on_store: EmbeddedStore) -> None:
    entities = (Entity("a,1", "Twin", "company"), Entity("b", "Twin", "company"), Entity("c", "C", "person"))
    ties = tuple(Tie(f"r{end}", "c", "BOARD_MEMBER_OF", end, "active", "2017") for end in ("a,1", "b"))
    on_store.upsert(Batch(entities, ties))
    assert len(set(labels().values())) == 3
    text = said(opened("paths", **{"from": "a,1", "to": "b"}))
    assert "1 path" in text
    assert "**C** alone can block every path of up to 4 steps. No other set is as small." in text
