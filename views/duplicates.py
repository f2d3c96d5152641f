"""Duplicates: pairs of entries that may be one entity, decided by the reader; merges, and the way back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from graph.errors import ExplorerError
from graph.model import Entity
from graph.resolution.candidates import Candidate, Candidates
from graph.resolution.decisions import Decision
from graph.resolution.review import MergeNote, decide, decisions, merge_pair, merges, suggestions, undo_merge
from graph.wording import counted
from widgets import data
from widgets.access import can_edit, who
from widgets.address_inputs import choice
from widgets.duplicate_pair import show_pair
from widgets.import_files import refused
from widgets.parts import ENTITY
from widgets.query_parts import way
from widgets.sheet import sheet_button
from widgets.text import md, plain
from widgets.working import STOPPED, at_work

PARTS = {"review": "To review", "decided": "Decided", "merged": "Merged"}
MOST_PAIRS = 500
_SEVERAL = 20
_LARGE = 20_000
_VERDICTS = {"same": "same", "different": "different", "skip": "skipped"}


def page() -> None:
    """The page; which part is open stands in the address."""
    st.title("Duplicates")
    chosen = choice("Part", "duplicates-part", "part", PARTS, "review")
    _said()
    {"review": review, "decided": decided, "merged": merged}[chosen]()


def _said() -> None:
    """What the last verdict did, with the way back of a merge."""
    said: tuple[str, str | None] | None = st.session_state.pop("duplicates-said", None)
    if said is not None:
        st.success(said[0], icon=":material/check_circle:")
        if said[1]:
            way(ENTITY, "Look at the merged entry", ":material/account_tree:", id=said[1])


def review() -> None:
    """The open pairs, one at a time and as a table."""
    st.write("Pairs of entries that may be one person or firm. Nothing is merged unless you say so; a merge can be taken apart.")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=280):
            minimum = st.slider(
                "Least score", 0.3, 1.0, 0.5, 0.05, key="duplicates-minimum",
                help="1 is certain. A lower one shows more pairs, and more that are not one.",
            )  # fmt: skip
        skipped = st.toggle("Skipped pairs too", key="duplicates-skipped")
    found = _found(minimum)
    if found is None:
        return
    open_pairs = [
        pair
        for pair in found.found
        if (pair.verdict is None or (skipped and pair.verdict == "skip")) and _key(pair) not in _answered()
    ]
    _count(found, len(open_pairs))
    if not open_pairs:
        st.success("Nothing to review at this score.", icon=":material/check_circle:")
        return
    show_pair(_picked(open_pairs), _merge, _decide)
    st.subheader("All open pairs")
    rows = [
        {
            "score": round(pair.score.value, 2),
            "one": plain(pair.left.name, 120),
            "other": plain(pair.right.name, 120),
            "why": plain("; ".join(reason.text.rstrip(".") for reason in pair.score.reasons), 300),
            "ids": plain(f"{pair.left.id}, {pair.right.id}", 160),
        }
        for pair in open_pairs
    ]
    st.dataframe(
        rows,
        hide_index=True,
        key=f"duplicates-open-{len(_answered())}",
        alt="Open pairs, the likeliest first",
        on_select="rerun",
        selection_mode="single-row",
        height=min(560, 38 + 35 * len(open_pairs)),
        column_config={
            "score": st.column_config.NumberColumn(width=60), "one": st.column_config.TextColumn(width=200),
            "other": st.column_config.TextColumn(width=200), "why": st.column_config.TextColumn(width=420),
        },
    )  # fmt: skip
    st.caption("Select a row to decide that pair next.")
    sheet_button(rows, "Open pairs", "duplicates-open")


def _picked(pairs: list[Candidate]) -> Candidate:
    """The pair that was selected in the table, otherwise the likeliest."""
    state: dict[str, Any] = st.session_state.get(f"duplicates-open-{len(_answered())}") or {}
    rows = state.get("selection", {}).get("rows", [])
    return pairs[rows[0]] if rows and rows[0] < len(pairs) else pairs[0]


def _count(found: Candidates, open_pairs: int) -> None:
    parts = [counted(open_pairs, "open pair"), f"{counted(found.compared, 'pair')} compared"]
    parts += [f"{found.different:,} left out as different"] if found.different else []
    parts += (
        [f"up to {found.pairs.cut_pairs:,} of very common names not compared"]
        if found.pairs.cut_pairs
        else []
    )
    parts += (
        [f"the {len(found.found):,} likeliest of {found.total:,}"] if found.total > len(found.found) else []
    )
    st.caption(f"{'; '.join(parts)}.")


def _found(minimum: float) -> Candidates | None:
    """Suggestions, made anew when asked for: deciding a pair need not compare everything again."""
    kept: tuple[float, str, Candidates] | None = st.session_state.get("duplicates-found")
    large = data.the_store().counts().entities > _LARGE
    stale = kept is not None and kept[:2] != (minimum, data.version())
    again = False
    if large and (kept is None or stale):
        again = st.button("Compare all entries", type="primary", key="duplicates-start")
        if not again and kept is None:
            st.caption("This store is large: comparing takes a minute for each hundred thousand entries.")
            return None
        if not again:
            st.caption("The data or the least score have changed since the last comparison.")
    if kept is not None and not again and (large or not stale):
        return kept[2]
    if again:  # pressed anew after a stop
        st.session_state.pop(STOPPED, None)
    found = at_work(
        "Comparing names and ids",
        lambda: suggestions(data.the_store(), minimum=minimum, limit=MOST_PAIRS),
        key=f"duplicates-{minimum}-{data.version()}",
    )
    st.session_state["duplicates-found"] = (minimum, data.version(), found)
    st.session_state["duplicates-answered"] = set()
    return found


def _answered() -> set[tuple[str, str]]:
    return st.session_state.setdefault("duplicates-answered", set())


def _key(pair: Candidate) -> tuple[str, str]:
    return pair.left.id, pair.right.id


def _merge(pair: Candidate, keep: Entity, drop: Entity) -> None:
    try:
        _, made = merge_pair(data.store_to_change(), keep.id, drop.id, by=who())
    except ExplorerError as error:
        refused(error)
        return
    # Other pairs of the dropped entry cannot be answered any more; a new comparison finds them again.
    _settled(lambda each: drop.id in _key(each))
    conflicts = (
        f" They differ in {counted(len(made.conflicts), 'fact')}; what the kept one says stands."
        if made.conflicts
        else ""
    )
    st.session_state["duplicates-said"] = (
        f"{md(drop.name, 120)} was merged into {md(keep.name, 120)}. It can be taken apart under Merged.{conflicts}",
        keep.id,
    )
    st.rerun()


def _decide(pair: Candidate, verdict: str) -> None:
    try:
        reasons = [reason.text for reason in pair.score.reasons]
        decide(data.store_to_change(), pair.left.id, pair.right.id, verdict, by=who(), reasons=reasons)
    except ExplorerError as error:
        refused(error)
        return
    _settled(lambda each: _key(each) == _key(pair))
    names = f"{md(pair.left.name, 120)} and {md(pair.right.name, 120)}"
    st.session_state["duplicates-said"] = (
        f"{names} stay two entries." if verdict == "different" else f"{names} were skipped.",
        None,
    )
    st.rerun()


def _settled(which: Any) -> None:
    """Leave pairs out until the next comparison, which this change alone does not call for."""
    minimum, _, found = st.session_state["duplicates-found"]
    _answered().update(_key(each) for each in found.found if which(each))
    st.session_state["duplicates-found"] = (minimum, data.version(), found)


def decided() -> None:
    """Verdicts so far, and the way back from one."""
    found = list(reversed(decisions(data.the_store())))
    if not found:
        st.info("Nothing has been decided yet.", icon=":material/info:")
        return
    ends = sorted({end for each in found for end in each.pair})
    names = {entity.id: entity.name for entity in data.the_store().entities(ends)}
    rows: list[dict[str, Any]] = [
        {
            "one": plain(names.get(each.left, each.left), 120), "other": plain(names.get(each.right, each.right), 120),
            "verdict": _VERDICTS[each.verdict], "at (UTC)": each.at[:16].replace("T", " "),
            "by": plain(each.by or "", 60) or None, "ids": plain(f"{each.left}, {each.right}", 160),
        }
        for each in found
    ]  # fmt: skip
    st.dataframe(
        rows, hide_index=True, key="duplicates-decided", alt="Verdicts, the newest first", placeholder="–",
        height=min(560, 38 + 35 * len(rows)),
    )  # fmt: skip
    sheet_button(rows, "Verdicts", "duplicates-decided")
    apart = [each for each in found if each.verdict == "different" and {*each.pair} <= set(names)]
    if apart and can_edit():
        _decide_again(apart, names)


def _decide_again(apart: list[Decision], names: dict[str, str]) -> None:
    def label(number: int) -> str:
        one, other = apart[number].pair
        return f"{plain(names[one], 60)} and {plain(names[other], 60)} [{plain(f'{one}, {other}', 80)}]"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=520):
            picked = st.selectbox("Kept apart", range(len(apart)), format_func=label, key="duplicates-apart")
        if st.button("Review again", key="duplicates-reopen", icon=":material/undo:"):
            one, other = apart[picked].pair
            try:
                decide(data.store_to_change(), one, other, "skip", by=who())
            except ExplorerError as error:
                refused(error)
                return
            st.session_state.pop("duplicates-found", None)
            st.session_state["duplicates-said"] = (
                "The pair counts as skipped now: under To review, switch “Skipped pairs too” on.",
                None,
            )
            st.rerun()


def merged() -> None:
    """Merges so far, each with the way back."""
    found = merges(data.the_store())
    if not found:
        st.info("Nothing has been merged yet.", icon=":material/info:")
        return
    for note in found[:_SEVERAL]:
        _merge_line(note)
    if len(found) > _SEVERAL:
        st.caption(f"The newest {_SEVERAL} of {len(found):,}; interlock resolve merges lists them all.")


def _merge_line(note: MergeNote) -> None:
    with st.container(border=True):
        by = f", by {md(note.by, 60)}" if note.by else ""
        st.markdown(
            f"**{md(note.drop_name, 120)}** :gray[{md(note.drop, 80)}] was merged into "
            f"**{md(note.keep_name, 120)}** :gray[{md(note.keep, 80)}]  \n"
            f":small[{note.at[:16].replace('T', ' ')} UTC{by}]"
        )
        if note.state == "undone":
            st.caption("Taken apart again.")
        elif can_edit() and st.button("Take apart", key=f"duplicates-undo-{note.id}", icon=":material/undo:"):
            try:
                undo_merge(data.store_to_change(), note.id, by=who())
            except ExplorerError as error:
                refused(error)
                return
            st.session_state.pop("duplicates-found", None)
            st.session_state["duplicates-said"] = (
                f"{md(note.drop_name, 120)} and {md(note.keep_name, 120)} are two entries again, as they were.",
                None,
            )
            st.rerun()


if __name__ == "__main__":
    page()
