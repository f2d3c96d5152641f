"""Pairs of records that may be one entity, with reasons: suggestions, never a merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import graph.resolution.score as model
from graph.analytics.answer import Answer, Method, Provenance, Statement
from graph.errors import ParameterError
from graph.model import Entity, EntityId, Tie
from graph.resolution import evidence, firms, persons
from graph.resolution.blocking import BLOCK_MAX, REASONS, Pairs, pairs_to_compare
from graph.resolution.decisions import Decision, verdicts
from graph.resolution.score import CONTRADICTION, Profile, Score, score_profiles
from graph.resolution.weights import TokenWeights
from graph.stopping import watched

MINIMUM = 0.5
"""Score from which a pair is suggested; what it finds: docs/decisions/0007-entity-resolution.md."""
HINT_TYPE = "MAYBE_SAME_AS"
_SENTENCES = 200
_REASONS_TOLD = 3

Decided = Mapping[tuple[EntityId, EntityId], str] | Iterable[Decision]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that may be one entity.

    Attributes:
        left, right: the records, by id in alphabetical order.
        score: how likely, with reasons.
        verdict: what was decided before: None, ``skip`` or ``same`` (and not merged yet).
        hints: ids of the MAYBE_SAME_AS ties between the two.
    """

    left: Entity
    right: Entity
    score: Score
    verdict: str | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found, and what was not looked at.

    Attributes:
        found: best score first, then by ids; at most the limit.
        total: all pairs that reached the minimum.
        pairs: what was compared and what was not.
        compared: pairs that were scored, hints and undecided ones included.
        different: pairs left out because they were decided to be different.
        hints_lost: hints with an end that is not among the entities.
        contradictions: compared pairs that share an id in one register and differ in another.
    """

    found: tuple[Candidate, ...]
    total: int
    pairs: Pairs
    compared: int
    different: int
    hints_lost: int
    contradictions: int


def find_candidates(
    entities: Iterable[Entity],
    *,
    minimum: float = MINIMUM,
    decided: Decided = (),
    hints: Iterable[Tie] = (),
    limit: int | None = 1_000,
    block_max: int = BLOCK_MAX,
) -> Candidates:
    """Pairs with a score of at least ``minimum``; the order of the input does not matter.

    Args:
        entities: with distinct ids; of records with one id the last counts.
        minimum: 0..1. Pairs that something excludes (score 0) are never given.
        decided: decisions, or pair of ids to verdict. ``different`` pairs are left out, others are marked.
        hints: MAYBE_SAME_AS ties; other types are ignored. Their pairs are compared whatever their names.
        limit: most pairs to give, None for all.
        block_max: entities of a block, beyond which it is cut.

    Cost: that of :func:`graph.resolution.blocking.pairs_to_compare` and some 20 microseconds for each
    pair compared: 100,000 entities in about a minute and below 1 GB.

    Raises:
        ParameterError: ``minimum`` is not within 0..1, or ``limit`` is negative.
    """
    if not 0 <= minimum <= 1:
        raise ParameterError("minimum", "must lie between 0 and 1.")
    if limit is not None and limit < 0:
        raise ParameterError("limit", "must not be negative.")
    by_id = {entity.id: entity for entity in entities}
    profiles = [Profile.of(by_id[key]) for key in watched(sorted(by_id))]
    weights = TokenWeights.of(profile.forms for profile in profiles)
    pairs = pairs_to_compare(profiles, weights, block_max=block_max)
    hinted, lost = _hinted(hints, {profile.entity.id: n for n, profile in enumerate(profiles)})
    said = verdicts(decided)
    size = max(1, len(profiles))
    codes = np.union1d(
        pairs.left * size + pairs.right, np.asarray([a * size + b for a, b in hinted], dtype=np.int64)
    )
    found: list[tuple[float, int, int, Score]] = []
    different = contradictions = 0
    for code in watched(codes.tolist()):
        a, b = divmod(code, size)
        if said and said.get((profiles[a].entity.id, profiles[b].entity.id)) == "different":
            different += 1
            continue
        scored = score_profiles(profiles[a], profiles[b], weights, hinted.get((a, b), ()))
        contradictions += scored.value == CONTRADICTION and scored.reasons[0].weight == -model.SAME_ID
        if scored.value >= minimum and not scored.excluded:
            found.append((-scored.value, a, b, scored))
    found.sort(key=lambda item: item[:3])
    kept = tuple(
        Candidate(
            profiles[a].entity, profiles[b].entity, scored,
            said.get((profiles[a].entity.id, profiles[b].entity.id)),
            tuple(tie.id for tie in hinted.get((a, b), ())),
        )
        for _, a, b, scored in found[:limit]
    )  # fmt: skip
    return Candidates(kept, len(found), pairs, len(codes) - different, different, lost, contradictions)


def _hinted(
    hints: Iterable[Tie], positions: Mapping[EntityId, int]
) -> tuple[dict[tuple[int, int], list[Tie]], int]:
    found: dict[tuple[int, int], list[Tie]] = {}
    lost = 0
    for tie in sorted((tie for tie in hints if tie.type == HINT_TYPE), key=lambda tie: tie.id):
        one, two = positions.get(tie.from_id), positions.get(tie.to_id)
        if one is None or two is None:
            lost += 1
        elif one != two:
            found.setdefault((min(one, two), max(one, two)), []).append(tie)
    return found, lost


def candidates(
    entities: Iterable[Entity],
    *,
    minimum: float = MINIMUM,
    decided: Decided = (),
    hints: Iterable[Tie] = (),
    limit: int | None = 1_000,
    block_max: int = BLOCK_MAX,
    data_version: str = "",
) -> Answer:
    """:func:`find_candidates` as an answer. One row for each pair, best first.

    Columns: ``left_id``, ``right_id``, ``left``, ``right``, ``score`` (0..1), ``reasons`` (list of
    sentences with their weights in bits), ``decided`` (None, ``skip`` or ``same``), ``tie_ids`` (hints).
    """
    listed, given = list(entities), list(hints)
    found = find_candidates(
        listed, minimum=minimum, decided=decided, hints=given, limit=limit, block_max=block_max
    )
    first = Statement(_headline(found, len(listed), minimum))
    return Answer(
        title="Records that may be one entity",
        statements=(first, *map(_statement, found.found[:_SENTENCES])),
        columns=("left_id", "right_id", "left", "right", "score", "reasons", "decided", "tie_ids"),
        rows=tuple(
            (
                one.left.id, one.right.id, one.left.name, one.right.name, one.score.value,
                [str(reason) for reason in one.score.reasons], one.verdict, list(one.hints),
            )
            for one in found.found
        ),
        notes=_notes(found, len(listed)),
        method=Method(
            "Record linkage by weights of evidence",
            "score = 1 / (1 + 2^-(prior + sum of weights)), each weight log2(m / u) of what was compared: "
            "ids of registers, names by kind, country, birth, founding year, registers' own guesses. "
            "Different ids of one register, and kinds that exclude each other, make the score 0.",
            "A field that either record lacks adds nothing.",
            "I. P. Fellegi and A. B. Sunter, A theory for record linkage, Journal of the American "
            "Statistical Association 64 (1969) 1183-1210.",
        ),
        provenance=Provenance(
            data_version, None, {}, {}, len(listed), len(given), "none",
            weights="bits of evidence, set by hand, see docs/decisions/0007-entity-resolution.md",
            parameters={"minimum": minimum, "limit": limit, "block_max": block_max, **parameters()},
        ),
    )  # fmt: skip


def parameters() -> dict[str, Any]:
    """Every weight of the model by name, for the record."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": value
        for module in (model, evidence, firms, persons)
        for name, value in sorted(vars(module).items())
        if name.isupper() and isinstance(value, float)
    }


def _headline(found: Candidates, entities: int, minimum: float) -> str:
    pairs = "pair of records" if found.total == 1 else "pairs of records"
    lead = (
        f"{found.total:,} {pairs} may be one entity" if found.total else "No two records look like one entity"
    )
    return (
        f"{lead} (score {minimum:g} or more), among {found.compared:,} pairs compared of {entities:,} "
        "entities. Nothing was merged."
    )


def _statement(one: Candidate) -> Statement:
    told = "; ".join(map(str, one.score.reasons[:_REASONS_TOLD]))
    more = len(one.score.reasons) - _REASONS_TOLD
    rest = f"; and {more} more" if more > 0 else ""
    before = {"skip": " Skipped before.", "same": " Decided to be the same, not merged yet."}.get(
        one.verdict or "", ""
    )
    names = f"{one.left.name} ({one.left.id}) and {one.right.name} ({one.right.id})"
    return Statement(
        f"{names}, score {one.score.value:.2f}: {told}{rest}.{before}",
        one.hints,
        (one.left.id, one.right.id),
    )


def _notes(found: Candidates, entities: int) -> tuple[str, ...]:
    pairs, notes = found.pairs, list[str]()
    if len(found.found) < found.total:
        notes.append(f"The first {len(found.found):,} of {found.total:,} pairs are listed.")
    notes.append(
        f"Of {pairs.possible:,} possible pairs, {pairs.blocked:,} share {_or(list(REASONS.values()))}; "
        f"{len(pairs):,} of them are close enough in spelling or share more than a word."
    )
    if pairs.cut_blocks:
        largest = Counter({f'{REASONS[cut.why]} "{cut.key[:40]}"': cut.entities for cut in pairs.cuts[:3]})
        shown = ", ".join(f"{name} ({number:,} entities)" for name, number in largest.items())
        notes.append(
            f"{pairs.cut_blocks:,} blocks were too large and were cut by their next rarest word: up to "
            f"{pairs.cut_pairs:,} pairs that share no more than that were not compared. The largest: {shown}."
        )
    if found.different:
        notes.append(f"{found.different:,} pairs are left out because they were decided to be different.")
    if found.contradictions:
        notes.append(
            f"{found.contradictions:,} pairs share an id in one register and differ in another; "
            f"their score is {CONTRADICTION:g}."
        )
    if found.hints_lost:
        notes.append(f"{found.hints_lost:,} hints have an end that is not among the entities.")
    return tuple(notes)


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
