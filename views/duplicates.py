"""Duplicates: pairs of entries that may be one entity, decided by the reader; merges, and the way back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from graph.errors import ExplorerError
from graph.model import Entity
from graph.resolution.candidates import Candidate, Candidates
from graph.resolution.review import MergeNote, decide, decisions, merge_pair, merges, suggestions, undo_merge
from graph.wording import counted
from widgets import data
from widgets.access import can_edit
from widgets.address_inputs import choice
from widgets.parts import entity_link, show_error
from widgets.text import md, plain

PARTS = {"review": "To review", "decided": "Decided", "merged": "Merged"}
MOST_PAIRS = 500
_SEVERAL = 20
_LARGE = 20_000


def page() -> None:
    """The page; which part is open stands in the address."""
    st.title("Duplicates")
    chosen = choice("Part", "duplicates-part", "part", PARTS, "review")
    {"review": review, "decided": decided, "merged": merged}[chosen]()


def review() -> None:
    """The open pairs, one at a time and as a table."""
    st.write(
        "Pairs of entries that may be one person or firm, with what speaks for it and against it. Nothing is merged "
        "unless you say so, and every merge can be taken apart."
    )
    minimum = st.slider("Least score", 0.3, 1.0, 0.5, 0.05, key="duplicates-minimum")
    found = _found(minimum)
    if found is None:
        return
    open_pairs = [pair for pair in found.found if pair.verdict is None and _key(pair) not in _answered()]
    st.caption(
        f"{counted(len(open_pairs), 'open pair')}; {found.compared:,} pairs compared"
        + (f", {found.different:,} left out as different" if found.different else "")
        + (
            f", up to {found.pairs.cut_pairs:,} of very common names not compared"
            if found.pairs.cut_pairs
            else ""
        )
        + "."
    )
    if not open_pairs:
        st.success("Nothing to review at this score.", icon=":material/check_circle:")
        return
    _pair(open_pairs[0])
    st.subheader("All open pairs")
    st.dataframe(
        [
            {
                "score": round(pair.score.value, 2), "one": plain(pair.left.name, 120),
                "other": plain(pair.right.name, 120),
                "why": plain(" ".join(reason.text for reason in pair.score.reasons), 300),
                "ids": plain(f"{pair.left.id}, {pair.right.id}", 160),
            }
            for pair in open_pairs[:MOST_PAIRS]
        ],
        hide_index=True,
        key="duplicates-open",
        alt="Open pairs, the likeliest first",
    )  # fmt: skip


def _found(minimum: float) -> Candidates | None:
    """Suggestions, made anew when asked for: deciding a pair need not compare everything again."""
    kept: tuple[float, Candidates] | None = st.session_state.get("duplicates-found")
    large = data.the_store().counts().entities > _LARGE
    again = st.button("Compare again", icon=":material/refresh:", key="duplicates-again") if kept else False
    if kept and kept[0] == minimum and not again:
        return kept[1]
    if large and not kept and not st.button("Compare all entries", type="primary", key="duplicates-start"):
        st.caption("This store is large: comparing takes a minute for each hundred thousand entries.")
        return None
    with st.spinner("Comparing …"):
        found = suggestions(data.the_store(), minimum=minimum, limit=MOST_PAIRS)
    st.session_state["duplicates-found"] = (minimum, found)
    st.session_state["duplicates-answered"] = set()
    return found


def _answered() -> set[tuple[str, str]]:
    return st.session_state.setdefault("duplicates-answered", set())


def _key(pair: Candidate) -> tuple[str, str]:
    return pair.left.id, pair.right.id


def _pair(pair: Candidate) -> None:
    with st.container(border=True):
        st.markdown(f"**Score {pair.score.value:.2f}**")
        with st.grid(2, min_column_width=260):
            for entity in (pair.left, pair.right):
                with st.container():
                    _facts(entity)
        for reason in pair.score.reasons:
            sign = "add_circle" if reason.weight > 0 else "do_not_disturb_on"
            st.markdown(f":material/{sign}: {md(reason.text, 300)} ({reason.weight:+.1f})")
        if not can_edit():
            st.caption("This app is read-only.")
            return
        with st.container(horizontal=True):
            keep_left = f"Same: keep {plain(pair.left.name, 40)}"
            keep_right = f"Same: keep {plain(pair.right.name, 40)}"
            if pair.left.name == pair.right.name:
                keep_left, keep_right = (
                    f"Same: keep {plain(pair.left.id, 40)}",
                    f"Same: keep {plain(pair.right.id, 40)}",
                )
            if st.button(keep_left, key="duplicates-left", type="primary"):
                _merge(pair, pair.left, pair.right)
            if st.button(keep_right, key="duplicates-right"):
                _merge(pair, pair.right, pair.left)
            if st.button("Different", key="duplicates-different"):
                _decide(pair, "different")
            if st.button("Skip", key="duplicates-skip"):
                _decide(pair, "skip")


def _facts(entity: Entity) -> None:
    entity_link(entity)
    facts = {
        "id": entity.id, "also": ", ".join(entity.aliases[:8]), "country": entity.country,
        "founded": entity.founded, "born": entity.born, "identifiers": ", ".join(entity.identifiers[:8]),
        "ties": str(len(data.the_store().ties_of(entity.id))), "note": entity.note,
    }  # fmt: skip
    st.markdown("  \n".join(f"{name} {md(value, 200)}" for name, value in facts.items() if value))
    if entity.stub:
        st.caption("Only named by ties.")


def _merge(pair: Candidate, keep: Entity, drop: Entity) -> None:
    try:
        note, made = merge_pair(data.the_store(), keep.id, drop.id)
    except ExplorerError as error:
        show_error(error)
        return
    _answered().add(_key(pair))
    # Other pairs of the dropped entry cannot be answered any more; a new comparison finds them again.
    kept: tuple[float, Candidates] = st.session_state["duplicates-found"]
    _answered().update(_key(each) for each in kept[1].found if drop.id in _key(each))
    conflicts = (
        f" They differ in {counted(len(made.conflicts), 'fact')}; the kept ones stand."
        if made.conflicts
        else ""
    )
    st.toast(f"Merged as {note.id}.{conflicts}")
    st.rerun()


def _decide(pair: Candidate, verdict: str) -> None:
    try:
        reasons = [reason.text for reason in pair.score.reasons]
        decide(data.the_store(), pair.left.id, pair.right.id, verdict, reasons=reasons)
    except ExplorerError as error:
        show_error(error)
        return
    _answered().add(_key(pair))
    st.rerun()


def decided() -> None:
    """Verdicts so far."""
    found = decisions(data.the_store())
    if not found:
        st.info("Nothing has been decided yet.")
        return
    rows: list[dict[str, Any]] = [
        {
            "one": plain(each.left, 120), "other": plain(each.right, 120), "verdict": each.verdict,
            "at (UTC)": each.at[:19].replace("T", " "), "by": plain(each.by or "", 60),
        }
        for each in reversed(found)
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True, key="duplicates-decided", alt="Verdicts, the newest first")


def merged() -> None:
    """Merges so far, each with the way back."""
    found = merges(data.the_store())
    if not found:
        st.info("Nothing has been merged yet.")
        return
    for note in found[:_SEVERAL]:
        _merge_line(note)
    if len(found) > _SEVERAL:
        st.caption(f"The newest {_SEVERAL} of {len(found):,}; interlock resolve merges lists them all.")


def _merge_line(note: MergeNote) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{md(note.drop_name, 120)}** ({md(note.drop, 80)}) was merged into **{md(note.keep_name, 120)}** "
            f"({md(note.keep, 80)}), {note.at[:16].replace('T', ' ')} UTC"
            + (f", by {md(note.by, 60)}" if note.by else "")
        )
        if note.state == "undone":
            st.caption("Taken apart again.")
        elif can_edit() and st.button("Take apart", key=f"duplicates-undo-{note.id}", icon=":material/undo:"):
            try:
                undo_merge(data.the_store(), note.id)
            except ExplorerError as error:
                show_error(error)
                return
            st.session_state.pop("duplicates-found", None)
            st.rerun()


if __name__ == "__main__":
    page()
