"""The labelled pairs are what their script makes, and the suggestions are as good on them as recorded."""

from __future__ import annotations

from bench.resolution_pairs import FILE, bundled_entities, every_pair, read, text_of
from graph.resolution.candidates import MINIMUM
from graph.resolution.names import forms_of
from graph.resolution.score import score
from graph.resolution.weights import TokenWeights


def test_the_file_is_what_the_script_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == text_of(every_pair(bundled_entities()))


def test_there_are_enough_of_both() -> None:
    labels = [pair.label for pair in read()]
    assert labels.count("same") >= 400
    assert labels.count("different") >= 1_000


def test_precision_and_recall_on_the_held_out_half() -> None:
    weights = TokenWeights.of(map(forms_of, bundled_entities()))
    held_out = [pair for pair in read() if pair.half == "held-out"]
    scored = [(pair, score(pair.left, pair.right, weights=weights).value >= MINIMUM) for pair in held_out]
    suggested = [pair.label for pair, hit in scored if hit]
    assert suggested.count("same") / len(suggested) >= 0.97
    for origin, least in (("real", 0.55), ("derived", 0.88)):
        hits = [hit for pair, hit in scored if pair.label == "same" and pair.origin == origin]
        assert sum(hits) / len(hits) >= least
