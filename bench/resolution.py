"""Entity resolution: speed against rapidfuzz alone, and precision and recall on labelled pairs.

python -m bench.resolution                      1k, 20k and 100k synthetic entities
python -m bench.resolution --sizes 1k --json out.json
python -m bench.resolution --quality            tests/fixtures/resolution/pairs.csv, at several thresholds

Each measurement is a process of its own, for its peak memory. The peers know names only: "all pairs"
(rapidfuzz.process.cdist in strips, token sort ratio of 90 or more) and "our pairs" (the same ratio over
the pairs that our blocks give). What does not end within the limit (--limit, 300 s) is given as such.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from bench.resolution_cases import register
from bench.resolution_pairs import Pair, bundled_entities, read
from graph.model import Entity
from graph.resolution.blocking import pairs_to_compare
from graph.resolution.candidates import MINIMUM, find_candidates
from graph.resolution.names import forms_of
from graph.resolution.score import Profile, score
from graph.resolution.weights import TokenWeights

SIZES = {"1k": 1_000, "20k": 20_000, "100k": 100_000}
WAYS = ("ours", "all pairs", "our pairs")
RATIO = 90
SCORES: dict[tuple[str, str], float] = {}
"""What ours gave, for the figures at a higher score."""
SURE = 0.9
THRESHOLDS = (0.3, MINIMUM, 0.7, 0.9)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1k,20k,100k", help=f"by comma, of {', '.join(SIZES)}")
    parser.add_argument("--limit", type=int, default=300, help="seconds after which a measurement is ended")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--quality", action="store_true", help="precision and recall instead of speed")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one[0], SIZES[given.one[1]])))
        return
    figures = quality() if given.quality else speed(given.sizes.split(","), given.limit)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def speed(sizes: list[str], limit_s: int) -> dict[str, Any]:
    """Every way at every size, each in its own process."""
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(
        f"{'entities':>8}  {'way':<10}{'seconds':>9}{'pairs':>15}{'peak MB':>9}{'precision':>11}{'recall':>8}"
    )
    found: dict[str, Any] = {}
    for size in sizes:
        for way in WAYS:
            command = [sys.executable, "-m", "bench.resolution", "--one", way, size]
            try:
                ended = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=True)
            except subprocess.TimeoutExpired:
                print(f"{size:>8}  {way:<10}  not ended within {limit_s} s", flush=True)
                found[f"{size} {way}"] = None
                continue
            one = found[f"{size} {way}"] = json.loads(ended.stdout)
            print(
                f"{size:>8}  {way:<10}{one['seconds']:>9.1f}{one['pairs']:>15,}{one['peak_mb']:>9.0f}"
                f"{one['precision']:>11.3f}{one['recall']:>8.3f}",
                flush=True,
            )
            if "sure" in one:
                print(
                    f"{'':>10}from a score of {SURE}: precision {one['sure_precision']:.3f}, recall {one['sure_recall']:.3f}"
                )
            if one.get("not_compared"):
                print(
                    f"{'':>10}blocks cut: {one['cut_blocks']:,}, pairs not compared for it: {one['not_compared']:,}"
                )
    return found


def measured(way: str, size: int) -> dict[str, Any]:
    """Seconds, pairs, memory and what was found of the planted duplicates."""
    entities, same = register(size)
    started = time.perf_counter()
    found, figures = {"ours": ours, "all pairs": all_pairs, "our pairs": our_pairs}[way](entities)
    figures["seconds"] = time.perf_counter() - started
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    right = len(found & same)
    figures |= {"suggested": len(found), "precision": right / max(1, len(found)), "recall": right / len(same)}
    if SCORES:
        sure = {pair for pair in found if SCORES[pair] >= SURE}
        figures |= {"sure": len(sure), "sure_precision": len(sure & same) / max(1, len(sure))}
        figures["sure_recall"] = len(sure & same) / len(same)
    return figures


Found = tuple[set[tuple[str, str]], dict[str, Any]]


def ours(entities: list[Entity]) -> Found:
    """Our candidates."""
    got = find_candidates(entities, limit=None)
    for one in got.found:
        SCORES[one.left.id, one.right.id] = one.score.value
    return {(one.left.id, one.right.id) for one in got.found}, {
        "pairs": got.compared, "blocked": got.pairs.blocked, "not_compared": got.pairs.cut_pairs,
        "cut_blocks": got.pairs.cut_blocks,
    }  # fmt: skip


def all_pairs(entities: list[Entity]) -> Found:
    """Every pair of names, in strips of 500."""
    entities = sorted(entities, key=lambda entity: entity.id)
    names = [" ".join(sorted(entity.name.lower().split())) for entity in entities]
    found: set[tuple[str, str]] = set()
    for start in range(0, len(names), 500):
        near = process.cdist(
            names[start : start + 500],
            names[start:],
            scorer=fuzz.ratio,
            score_cutoff=RATIO,
            dtype=np.uint8,
            workers=-1,
        )
        for a, b in zip(*np.nonzero(near), strict=True):
            if a < b:
                found.add((entities[start + a].id, entities[start + b].id))
    return found, {"pairs": len(names) * (len(names) - 1) // 2}


def our_pairs(entities: list[Entity]) -> Found:
    """The peer's ratio over the pairs of our blocks."""
    entities = sorted(entities, key=lambda entity: entity.id)
    profiles = [Profile.of(entity) for entity in entities]
    pairs = pairs_to_compare(profiles, TokenWeights.of(profile.forms for profile in profiles))
    names = [" ".join(sorted(entity.name.lower().split())) for entity in entities]
    left, right = pairs.left.tolist(), pairs.right.tolist()
    near = process.cpdist([names[n] for n in left], [names[n] for n in right], scorer=fuzz.ratio, workers=-1)
    hits = np.nonzero(near >= RATIO)[0].tolist()
    return {(entities[left[n]].id, entities[right[n]].id) for n in hits}, {"pairs": len(pairs)}


def quality() -> dict[str, Any]:
    """Precision and recall on the labelled pairs, by half, origin and rule."""
    entities = bundled_entities()
    weights = TokenWeights.of(map(forms_of, entities))
    pairs = read()
    values = [score(pair.left, pair.right, weights=weights).value for pair in pairs]
    found: dict[str, Any] = {}
    print(
        f"{'half':<12}{'origin':<9}{'score':>6}{'same':>6}{'found':>6}{'different':>10}{'wrong':>6}{'precision':>10}{'recall':>8}"
    )
    for half in ("development", "held-out"):
        for origin in ("real", "derived"):
            for threshold in THRESHOLDS:
                one = _counts(pairs, values, half, origin, threshold)
                found[f"{half} {origin} {threshold}"] = one
                print(
                    f"{half:<12}{origin:<9}{threshold:>6}{one['same']:>6}{one['found']:>6}{one['different']:>10}"
                    f"{one['wrong']:>6}{one['precision']:>10.3f}{one['recall']:>8.3f}"
                )
    print(f"\nBy rule at {MINIMUM}: suggested of all")
    totals, hits = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for pair, value in zip(pairs, values, strict=True):
        key = (pair.label, pair.origin, pair.how, pair.half)
        totals[key] += 1
        hits[key] += value >= MINIMUM
    for key in sorted({key[:3] for key in totals}):
        parts = [f"{half} {hits[*key, half]} of {totals[*key, half]}" for half in ("development", "held-out")]
        print(f"  {key[0]:<10}{key[1]:<9}{key[2]:<16}{'; '.join(parts)}")
    found["blocking"] = _lost_by_blocking(pairs, values)
    whole = find_candidates(entities)
    print(
        f"\nBundled data as they are, all different: {whole.total} suggested of {whole.pairs.possible:,} pairs"
    )
    return found


def _counts(
    pairs: list[Pair], values: list[float], half: str, origin: str, threshold: float
) -> dict[str, Any]:
    chosen = [
        (p.label, v) for p, v in zip(pairs, values, strict=True) if (p.half, p.origin) == (half, origin)
    ]
    same = [value for label, value in chosen if label == "same"]
    right = sum(value >= threshold for value in same)
    suggested = sum(value >= threshold for _, value in chosen)
    return {
        "same": len(same), "found": right, "different": len(chosen) - len(same), "wrong": suggested - right,
        "precision": right / max(1, suggested), "recall": right / max(1, len(same)),
    }  # fmt: skip


def _lost_by_blocking(pairs: list[Pair], values: list[float]) -> dict[str, int]:
    """All names of the file as records of one register: which pairs worth suggesting share no block?"""
    records = [
        Profile.of(Entity(f"{n:05d}{side}", one.name, one.kind, country=one.country))
        for n, pair in enumerate(pairs)
        for side, one in (("l", pair.left), ("r", pair.right))
    ]
    weights = TokenWeights.of(profile.forms for profile in records)
    compared = pairs_to_compare(records, weights)
    held = set(zip(compared.left.tolist(), compared.right.tolist(), strict=True))
    wanted = [n for n, pair in enumerate(pairs) if pair.label == "same" and values[n] >= MINIMUM]
    kept = sum((2 * n, 2 * n + 1) in held for n in wanted)
    print(
        f"\nBlocking: {kept:,} of {len(wanted):,} pairs worth suggesting are compared among {len(records):,} records"
    )
    return {"wanted": len(wanted), "compared": kept}


if __name__ == "__main__":
    main()
