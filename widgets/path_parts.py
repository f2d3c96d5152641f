"""A path in sentences with sources, and who can block all of them."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import streamlit as st

from graph.analytics.answer import listed, name_of
from graph.analytics.blocking import Blocking
from graph.analytics.path_steps import InfluencePath, Step
from graph.model import Source
from graph.wording import counted, plural
from widgets import data
from widgets.address_inputs import choice
from widgets.analyses_paths import Asked, blocking
from widgets.answer import computed, downloads, show_rows, statements, ties_of
from widgets.parts import entity_link, tie_markdown
from widgets.text import md
from widgets.working import at_work

MOST_TIES = 6  # of one step, as sentences
MOST_NAMED, MOST_LINKS = 3, 30


def chain(graph: nx.MultiDiGraph, path: InfluencePath, between: str) -> str:
    """The names along a path."""
    return between.join(name_of(graph, entity) for entity in path.entities)


def measure(path: InfluencePath) -> str:
    """What stands behind the names: strength and doubts."""
    parts = [f"strength {path.strength:.3g}"] if path.strength is not None else []
    if not path.is_fact:
        parts.append("holds only with plans or allegations")
    if not path.is_sourced:
        parts.append("a step has no source")
    return "".join(f" · {each}" for each in parts)


def step_lines(path: InfluencePath, graph: nx.MultiDiGraph) -> list[str]:
    """The ties of a path, step by step, as lines of Markdown."""
    sources = data.sources_of([tie for step in path.steps for tie in step.ties])
    lines: list[str] = []
    for step in path.steps:
        lines += [line.replace("\n", "\n  ") for line in tie_lines(step, graph, sources)]
    return [f"- {line}" for line in lines]


def tie_lines(
    step: Step, graph: nx.MultiDiGraph, sources: Mapping[str, Source], most: int = MOST_TIES
) -> list[str]:
    """The ties of a step as sentences, told along the path, each with its strength where it counts."""
    lines: list[str] = []
    for place, (tie, along) in enumerate(zip(step.ties[:most], step.forward[:most], strict=True)):
        ends = name_of(graph, tie.from_id), name_of(graph, tie.to_id)
        strong = f":gray-badge[strength {step.strengths[place]:.3g}] " if step.strengths else ""
        lines.append(strong + tie_markdown(tie, *ends, sources, backward=not along))
    if (more := len(step.ties) - most) > 0:
        lines.append(f":gray[and {more} more {plural(more, 'tie')} between these two]")
    return lines


def who_must_agree(asked: Asked, graph: nx.MultiDiGraph, key: str) -> None:
    """The fewest who can block every path together, and why not fewer."""
    st.subheader("Who must agree to block all of these?")
    lengths = {"hops": f"Up to {counted(asked.hops, 'step')}", "any": "Any length"}
    length = choice("Paths to block", "path-block", "block", lengths, "hops")
    found, answer = at_work(
        "Looking for the fewest", blocking, asked, asked.hops if length == "hops" else None
    )
    direct_links(found, graph)
    if not found.members:
        st.markdown(
            "Nobody is needed: there is no other path." if found.direct else "Nothing is to be blocked."
        )
        return
    st.markdown(blocking_text(found, graph))
    with st.container(horizontal=True):
        for entity in found.members[:MOST_LINKS]:
            entity_link({**graph.nodes[entity], "id": entity}, as_of=asked.as_of)
    passing = md(listed([name_of(graph, each) for each in asked.via]), 300)
    also = f", and also those that do not pass {passing}" if asked.via else ""
    st.caption(f"All paths count here, not only those listed above{also}.")
    proof = answer.statements[-len(found.proof) :]
    if found.other:
        other = md(listed([name_of(graph, entity) for entity in found.other], most=30), 2_000)
        st.caption(f"Another set as small: {other}.")
    ways = f"{len(found.proof):,} separate ways that share nobody but the ends"
    with st.expander(f"Why not fewer? {ways if len(found.proof) > 1 else 'There is at least one way'}"):
        st.markdown(statements(proof[:40], ties_of(answer, graph)))
        show_rows(answer, key)
    computed(answer)
    downloads(answer, ties_of(answer, graph), key)


def direct_links(found: Blocking, graph: nx.MultiDiGraph) -> None:
    """Steps from end to end, which nobody in between can block."""
    for step in found.direct:
        kind = "" if step.is_fact else ", of plans or allegations only"
        st.info(f"There is a direct link{kind}: nobody in between can block it.", icon=":material/link:")
        lines = [
            line.replace("\n", "\n  ")
            for line in tie_lines(step, graph, data.sources_of(list(step.ties)), most=2)
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))


def blocking_text(found: Blocking, graph: nx.MultiDiGraph) -> str:
    """The set as sentences, with what is known about its being the smallest."""
    count = len(found.members)
    names = md(listed([name_of(graph, entity) for entity in found.members]), 600)
    who = f"**{names}** alone" if count == 1 else f"**{names}** together"
    who = f"**{counted(count, 'entity')}** together" if count > MOST_NAMED else who
    length = f" of up to {counted(found.max_hops, 'step')}" if found.max_hops else ""
    text = f"{who} can block every {'other ' if found.direct else ''}path{length}."
    if not found.smallest:
        return f"{text} That also blocks longer paths among the same entities; whether fewer would do is not known."
    if found.unique:
        return f"{text} No other set is as small."
    return f"{text} This is one smallest set; others are as small."
