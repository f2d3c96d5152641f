"""The duplicates page under AppTest: review, verdicts, merges and their undoing, with wrong addresses and names."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from streamlit.testing.v1 import AppTest

from graph.model import Batch, Entity, Source, Tie
from graph.resolution.review import decisions, merges
from graph.store.embedded import EmbeddedStore
from graph.store.reading import ReadingStore
from tests.app.opening import HOSTILE, again, app_on, opened, said
from views import duplicates

PAIR = Batch(
    (
        Entity("acme-gmbh", "Acme Robotics GmbH", "company", (), "DE"),
        Entity("acme", "Acme Robotics", "company", ("Acme Bots",), "DE", "2011"),
        Entity("birch", "Birch Capital", "investor", (), "DE"),
    ),
    (
        Tie("t1", "birch", "INVESTED_IN", "acme-gmbh", "completed", "2020", sources=("s",)),
        Tie("t2", "birch", "INVESTED_IN", "acme", "completed", "2022", sources=("s",)),
    ),
    (Source("s", "Paper", "Deal"),),
)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    embedded_store.upsert(PAIR)
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def pressed(test: AppTest, key: str) -> AppTest:
    test.button(key=key).click()
    return again(test)


def open_pairs(test: AppTest) -> list[tuple[str, str]]:
    table = next((each.value for each in test.dataframe if "score" in each.value), None)
    return [] if table is None else list(zip(table["one"], table["other"], strict=True))


class TestReview:
    def test_a_pair_with_what_speaks_for_it_and_its_ties(self, store: EmbeddedStore) -> None:
        test = opened("duplicates")
        text = said(test)
        assert "1 open pair" in text
        assert "Speaks for it" in text
        assert "Birch Capital invested in Acme Robotics GmbH (2020)" in text
        assert [each.label for each in test.button][:2] == [
            "Same: keep Acme Robotics", "Same: keep Acme Robotics GmbH",
        ]  # fmt: skip
        assert open_pairs(test) == [("Acme Robotics", "Acme Robotics GmbH")]

    def test_same_merges_and_take_apart_brings_both_back(self, store: EmbeddedStore) -> None:
        before = {entity.id: entity for entity in store.entities()}, {tie.id: tie for tie in store.ties()}
        test = pressed(opened("duplicates"), "duplicates-left")
        assert "Acme Robotics GmbH was merged into Acme Robotics." in said(test)
        assert "Nothing to review" in said(test)
        assert store.entity("acme-gmbh") is None
        assert {tie.to_id for tie in store.ties()} == {"acme"}
        assert "Merged of two entries" in said(opened("entity", id="acme"))
        test = opened("duplicates", part="merged")
        note = merges(store)[0]
        pressed(test, f"duplicates-undo-{note.id}")
        assert "are two entries again" in said(test)
        assert "Taken apart again" in said(test)
        assert (
            {entity.id: entity for entity in store.entities()},
            {tie.id: tie for tie in store.ties()},
        ) == before

    def test_the_other_may_be_kept(self, store: EmbeddedStore) -> None:
        pressed(opened("duplicates"), "duplicates-right")
        assert store.entity("acme") is None

    def test_different_is_remembered_and_may_be_reviewed_again(self, store: EmbeddedStore) -> None:
        test = pressed(opened("duplicates"), "duplicates-different")
        assert "stay two entries" in said(test)
        assert [each.verdict for each in decisions(store)] == ["different"]
        assert "Nothing to review" in said(opened("duplicates"))
        test = opened("duplicates", part="decided")
        assert test.dataframe[0].value["one"][0] == "Acme Robotics"
        pressed(test, "duplicates-reopen")
        assert decisions(store)[0].verdict == "skip"
        test = opened("duplicates")
        assert not open_pairs(test)
        test.toggle(key="duplicates-skipped").set_value(True)
        assert len(open_pairs(again(test))) == 1

    def test_skip_leaves_the_pair_for_later(self, store: EmbeddedStore) -> None:
        test = pressed(opened("duplicates"), "duplicates-skip")
        assert "were skipped" in said(test)
        test = opened("duplicates")
        assert not open_pairs(test)
        test.toggle(key="duplicates-skipped").set_value(True)
        assert "skipped before" in said(again(test))

    def test_the_selected_pair_comes_next(self, store: EmbeddedStore) -> None:
        store.upsert(
            Batch((Entity("oak", "Oak Labs", "company"), Entity("oak-inc", "Oak Labs Inc.", "company")))
        )
        test = opened("duplicates")
        pairs = open_pairs(test)
        assert len(pairs) == 2
        test.session_state["duplicates-open-0"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
        again(test)
        assert pairs[1][0] in [each.label.removeprefix("Same: keep ") for each in test.button]

    def test_what_is_loaded_meanwhile_is_compared_as_well(self, store: EmbeddedStore) -> None:
        test = opened("duplicates")
        store.upsert(
            Batch((Entity("oak", "Oak Labs", "company"), Entity("oak-inc", "Oak Labs Inc.", "company")))
        )
        assert len(open_pairs(again(test))) == 2

    def test_an_entry_that_went_meanwhile_is_a_message(
        self, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        test = opened("duplicates")
        # The page was drawn before; the click meets a store that has lost one of the two.
        monkeypatch.setattr(duplicates.data, "version", lambda: "as before")
        test = opened("duplicates")
        store.clear()
        store.upsert(Batch((Entity("acme", "Acme Robotics", "company"),)))
        pressed(test, "duplicates-left")
        assert "acme-gmbh" in test.error[0].value.replace("\\", "")

    def test_a_large_store_is_compared_when_asked(
        self, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # AppTest runs the page as a script of its own: its constant cannot be changed from here.
        real = store.counts()
        monkeypatch.setattr(ReadingStore, "counts", lambda self: type(real)(30_000, real.ties, real.sources))
        test = opened("duplicates")
        assert not open_pairs(test)
        pressed(test, "duplicates-start")
        assert len(open_pairs(test)) == 1
        pressed(test, "duplicates-different")
        assert "Nothing to review" in said(test)
        store.upsert(Batch((Entity("oak", "Oak Labs", "company"),)))
        assert "have changed since the last comparison" in said(again(test))


class TestOddities:
    @pytest.mark.parametrize("part", ["nowhere", "../x", "MERGED"])
    def test_a_wrong_part_is_the_first_one(self, store: EmbeddedStore, part: str) -> None:
        assert "Are these one?" in said(opened("duplicates", part=part))

    def test_nothing_yet(self, store: EmbeddedStore) -> None:
        assert "Nothing has been decided yet" in said(opened("duplicates", part="decided"))
        assert "Nothing has been merged yet" in said(opened("duplicates", part="merged"))

    def test_a_read_only_app_shows_and_decides_nothing(
        self, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pressed(opened("duplicates"), "duplicates-left")
        store.upsert(
            Batch((Entity("oak", "Oak Labs", "company"), Entity("oak-inc", "Oak Labs Inc.", "company")))
        )
        monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
        test = opened("duplicates")
        assert "read-only" in said(test)
        assert "Oak Labs" in said(test) or open_pairs(test)
        assert not test.button
        assert not opened("duplicates", part="merged").button

    def test_hostile_names_stay_text(self, store: EmbeddedStore) -> None:
        store.upsert(
            Batch(
                (
                    Entity("h1", HOSTILE, "company", (), "DE", None, (), HOSTILE, note=HOSTILE),
                    Entity("h2", f"{HOSTILE} GmbH", "company", (), "DE"),
                ),
                (Tie("h", "birch", "OWNS", "h1", "active", role=HOSTILE),),
            )
        )
        test = opened("duplicates")
        for _ in range(2):
            for part in (*test.markdown, *test.caption, *test.success, *test.get("page_link")):
                shown = str(getattr(part, "value", "") or getattr(part, "label", ""))
                assert "](javascript" not in shown
                assert "<img" not in shown.replace("\\<img", "")
            pressed(test, "duplicates-left")
        for part in ("decided", "merged"):
            for each in opened("duplicates", part=part).markdown:
                assert "](javascript" not in str(each.value)
