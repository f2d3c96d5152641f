"""Suggestions: complete where it matters, the same in any order, open about what was not compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.resolution_cases import register
from graph.analytics.answer import answer_bytes
from graph.errors import ParameterError
from graph.model import Entity, Tie
from graph.resolution.blocking import pairs_to_compare
from graph.resolution.candidates import candidates, find_candidates, parameters
from graph.resolution.decisions import Decision
from graph.resolution.score import Profile, score
from graph.resolution.weights import TokenWeights

REGISTER, PLANTED = register(300)
ACME = [
    Entity("a", "Acme Robotics GmbH", "company", country="DE"),
    Entity("b", "ACME Robotics", "company"),
    Entity("c", "Zenith Foods", "company"),
    Entity("d", "Unlike Anything", "company"),
]
AT = "2026-11-24T09:00:00+00:00"


def ids(**asked: object) -> list[tuple[str, str]]:
    return [(one.left.id, one.right.id) for one in find_candidates(ACME, **asked).found]  # type: ignore[arg-type]


def test_finds_nearly_all_planted_duplicates() -> None:
    found = {(one.left.id, one.right.id) for one in find_candidates(REGISTER, limit=None).found}
    assert len(found & PLANTED) >= 0.95 * len(PLANTED)


def test_blocking_loses_little_against_all_pairs() -> None:
    entities = (
        sorted(REGISTER, key=lambda entity: entity.id)[:150]
        + sorted(REGISTER, key=lambda entity: entity.id)[-40:]
    )
    weights = TokenWeights.of(
        Profile.of(entity).forms for entity in sorted(entities, key=lambda entity: entity.id)
    )
    every = {
        (one.id, two.id)
        for n, one in enumerate(entities)
        for two in entities[n + 1 :]
        if score(one, two, weights=weights).value >= 0.5
    }
    found = {(one.left.id, one.right.id) for one in find_candidates(entities, limit=None).found}
    assert found <= every
    assert len(found) >= 0.97 * len(every)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_the_input_does_not_matter(draw) -> None:  # type: ignore[no-untyped-def]
    turned = list(REGISTER)
    draw.shuffle(turned)
    assert candidates(turned, block_max=5) == candidates(REGISTER, block_max=5)


def test_decisions() -> None:
    assert ids() == [("a", "b")]
    assert ids(decided=[Decision("b", "a", "different", AT)]) == []
    assert ids(decided={("b", "a"): "different"}) == []
    skipped = find_candidates(ACME, decided=[Decision("a", "b", "skip", AT)]).found
    assert [one.verdict for one in skipped] == ["skip"]
    later = [Decision("a", "b", "different", AT), Decision("a", "b", "skip", "2026-11-25T00:00:00+00:00")]
    assert ids(decided=reversed(later)) == [("a", "b")]


def test_hints_bring_pairs_that_nothing_else_would() -> None:
    hint = Tie("h1", "d", "MAYBE_SAME_AS", "c", "active", sources=("s",))
    lost = Tie("h2", "d", "MAYBE_SAME_AS", "gone", "active")
    other = Tie("h3", "a", "OWNS", "d", "active")
    found = find_candidates(ACME, minimum=0.0, hints=[hint, lost, other])
    assert ("c", "d", ("h1",)) in [(one.left.id, one.right.id, one.hints) for one in found.found]
    assert found.hints_lost == 1


def test_an_answer_says_what_it_did() -> None:
    answer = candidates(ACME, data_version="v1")
    assert answer.rows[0][:4] == ("a", "b", "Acme Robotics GmbH", "ACME Robotics")
    assert "1 pair of records may be one entity" in answer.statements[0].text
    assert "Nothing was merged." in answer.statements[0].text
    assert answer.provenance.parameters["score.SAME_ID"] == parameters()["score.SAME_ID"]
    assert answer_bytes(answer, ".csv")
    assert answer_bytes(answer, ".json")


@pytest.mark.parametrize("entities", [[], ACME[:1], [Entity("x", "", "company"), Entity("y", " ", "person")]])
def test_nothing_to_suggest(entities: list[Entity]) -> None:
    answer = candidates(entities)
    assert answer.rows == ()
    assert answer.statements[0].text.startswith("No two records look like one entity")


def test_limit_and_minimum() -> None:
    assert len(find_candidates(REGISTER, limit=3).found) == 3
    assert "The first 3 of" in candidates(REGISTER, limit=3).notes[0]
    strict = find_candidates(REGISTER, minimum=0.95, limit=None).found
    assert all(one.score.value >= 0.95 for one in strict)
    for asked in ({"minimum": 2}, {"limit": -1}, {"block_max": 1}, {"minimum": float("nan")}):
        with pytest.raises(ParameterError):
            find_candidates(ACME, **asked)  # type: ignore[arg-type]


def test_large_blocks_are_cut_and_counted() -> None:
    many = [Entity(f"e{n:04d}", "Smith & Sons Trading", "company") for n in range(300)]
    found = find_candidates(many, limit=None)
    assert found.pairs.cut_blocks > 0
    assert found.pairs.cut_pairs > 0
    assert len(found.pairs) < 300 * 299 // 2
    assert "blocks were too large" in " ".join(candidates(many).notes)


def test_strong_ids_are_compared_whatever_the_names() -> None:
    one, two = (
        replace(ACME[2], identifiers=("wikidata:Q1",)),
        replace(ACME[3], identifiers=("wikidata:q1",)),
    )
    assert [(c.left.id, c.right.id) for c in find_candidates([one, two]).found] == [("c", "d")]


def test_pairs_are_sorted_and_distinct() -> None:
    profiles = [Profile.of(entity) for entity in REGISTER]
    pairs = pairs_to_compare(profiles, TokenWeights.of(profile.forms for profile in profiles))
    codes = (pairs.left * len(profiles) + pairs.right).tolist()
    assert codes == sorted(set(codes))
    assert (pairs.left < pairs.right).all()
