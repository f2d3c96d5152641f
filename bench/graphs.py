"""Seeded graphs for measurements: preferential attachment with parallel ties, as real deal data has."""

from __future__ import annotations

import random

from graph.model import Batch, Entity, Source, Tie

TYPES = ("INVESTED_IN", "SUPPLIES", "OWNS", "PARTNERED_WITH", "LENT_TO")
KINDS = ("company", "company", "investor", "company", "government")


def attachment_batch(entities: int, ties: int, *, seed: int = 7) -> Batch:
    """A batch in which well-connected entities get more ties (Barabási and Albert 1999).

    Args:
        entities, ties: how many of each.
        seed: the same seed gives the same batch.
    """
    draw = random.Random(seed)
    people = tuple(
        Entity(f"e{i}", f"Entity {i}", KINDS[i % len(KINDS)], (f"Alias {i}",), "US", str(1990 + i % 30), ("ai",), "Made up.")
        for i in range(entities)
    )  # fmt: skip
    ends: list[int] = [0]
    made: list[Tie] = []
    left: dict[int, float] = {}
    for number in range(ties):
        start = draw.randrange(entities)
        end = draw.choice(ends) if draw.random() < 0.7 else draw.randrange(entities)
        if end == start:
            end = (end + 1) % entities
        ends += [start, end]
        kind = TYPES[number % len(TYPES)]
        share = None
        if kind == "OWNS":  # what is held of a firm must not pass the whole
            share = round(left.get(end, 1.0) * draw.uniform(0.05, 0.4), 6)
            left[end] = left.get(end, 1.0) - share
        made.append(
            Tie(
                f"r{number}", f"e{start}", kind, f"e{end}", "active",
                f"{2010 + number % 15}-{1 + number % 12:02d}", amount_usd=1_000 + number,
                share=share, share_basis="equity" if share else None, round=f"Round {number % 9}",
                note="A made-up tie.", sources=("s1", "s2"),
            )
        )  # fmt: skip
    return Batch(people, tuple(made), (Source("s1", "Publisher", "One"), Source("s2", "Publisher", "Two")))
