"""Words that the answers about paths share."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from graph.analytics.answer import listed, name_of
from graph.analytics.path_steps import Step
from graph.model import EntityId, Tie
from graph.wording import counted, plural

SAID = 2
"""Ties of a step that are told in full; the rest is counted."""


def step_text(graph: nx.Graph, step: Step) -> str:
    """The first ties of a step as sentences with their sources, the others counted."""
    told = [
        f"{text} {sources_text(tie)}"
        for text, tie in zip(step.sentences(graph)[:SAID], step.ties, strict=False)
    ]
    if (more := len(step.ties) - SAID) > 0:
        told.append(f"and {more} more {plural(more, 'tie')} between the two")
    return f"{'; '.join(told)}."


def sources_text(tie: Tie) -> str:
    """The ids of a tie's sources in square brackets."""
    return f"[{', '.join(tie.sources)}]" if tie.sources else "[no source]"


def chain_text(graph: nx.Graph, entities: Sequence[EntityId]) -> str:
    """The names along a path."""
    return " – ".join(name_of(graph, entity) for entity in entities)


def names_text(graph: nx.Graph, entities: Sequence[EntityId]) -> str:
    """Names as a phrase."""
    return listed([name_of(graph, entity) for entity in entities], most=20)


def within(max_hops: int | None) -> str:
    """`` of up to 4 hops``; empty without limit."""
    return f" of up to {counted(max_hops, 'hop')}" if max_hops is not None else ""


def in_ties(graph: nx.Graph, ties: int) -> str:
    """`` in 640 ties as of 2017-09``."""
    as_of = graph.graph.get("as_of")
    return f" in {counted(ties, 'tie')}{f' as of {as_of}' if as_of else ''}"


def direction_text(directed: bool) -> str:
    """Which way ties were followed."""
    if directed:
        return "along the ties; partnerships, competition and other ties without direction both ways"
    return "both ways along every tie"
