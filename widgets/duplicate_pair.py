"""One pair of entries that may be one: what is known of either, what speaks for and against, the verdict."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from graph.model import Entity
from graph.ontology import ontology
from graph.resolution.candidates import Candidate
from graph.wording import counted, identifier_text, sentence
from widgets import data
from widgets.access import can_edit, why_not
from widgets.parts import ENTITY
from widgets.text import md, plain

_TIES = 3
Merge = Callable[[Candidate, Entity, Entity], None]
Decide = Callable[[Candidate, str], None]


def show_pair(pair: Candidate, on_merge: Merge, on_decide: Decide) -> None:
    """The two side by side, the reasons, and the buttons.

    Args:
        pair: what to decide.
        on_merge: called with the pair, the one to keep and the one that goes into it.
        on_decide: called with the pair and ``different`` or ``skip``.
    """
    editing = can_edit()
    alike = pair.left.name == pair.right.name
    with st.container(border=True):
        said = " · skipped before" if pair.verdict == "skip" else ""
        st.markdown(f"**Are these one?** Score {pair.score.value:.2f} of 1{said}")
        _reasons(pair)
        with st.grid(2, min_column_width=260):
            for side, entity, other in (
                ("left", pair.left, pair.right), ("right", pair.right, pair.left),
            ):  # fmt: skip
                with st.container(border=True, height="stretch"):
                    _facts(entity)
                    label = f"Same: keep {plain(entity.id if alike else entity.name, 40)}"
                    if editing and st.button(label, key=f"duplicates-{side}", icon=":material/merge:"):
                        on_merge(pair, entity, other)
        if not editing:
            st.caption(why_not())
            return
        with st.container(horizontal=True):
            if st.button("Different", key="duplicates-different", icon=":material/call_split:"):
                on_decide(pair, "different")
            if st.button("Skip for now", key="duplicates-skip", icon=":material/skip_next:"):
                on_decide(pair, "skip")
        st.caption(
            "Same: the one kept gets the ties, names and sources of both. Different: the pair is not suggested again."
        )


def _reasons(pair: Candidate) -> None:
    for title, mark, kept in (
        ("Speaks for it", "add_circle", [r for r in pair.score.reasons if r.weight > 0]),
        ("Speaks against it", "do_not_disturb_on", [r for r in pair.score.reasons if r.weight <= 0]),
    ):
        if kept:
            told = "; ".join(reason.text.rstrip(".") for reason in kept)
            st.markdown(f":material/{mark}: **{title}** {md(told, 600)}")


def _facts(entity: Entity) -> None:
    st.page_link(ENTITY, label=f"**{md(entity.name, 80)}**", query_params={"id": entity.id})
    ties = data.the_store().ties_of(entity.id)
    facts = {
        "kind": ontology().kinds[entity.kind].title, "also": ", ".join(entity.aliases[:8]), "country": entity.country,
        "founded": entity.founded, "born": entity.born, "sectors": ", ".join(entity.sectors[:6]),
        "in registers": ", ".join(identifier_text(each) for each in entity.identifiers[:8]), "note": entity.note,
        "about": entity.description, "id": entity.id,
    }  # fmt: skip
    st.markdown("  \n".join(f":gray[{name}] {md(value, 200)}" for name, value in facts.items() if value))
    if entity.stub:
        st.caption("Only named by ties.")
    shown = list(ties)[:_TIES]
    ends = sorted({end for tie in shown for end in (tie.from_id, tie.to_id)})
    names = {each.id: each.name for each in data.the_store().entities(ends)} if ends else {}
    told = [
        sentence(tie, names.get(tie.from_id, tie.from_id), names.get(tie.to_id, tie.to_id)) for tie in shown
    ]
    lines = "".join(f"\n- {md(line, 160)}" for line in told)
    st.markdown(f":gray[{counted(len(ties), 'tie')}]{lines}")
