"""The console around its form: examples, the model, the last answer, the history of this session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from graph.errors import ExplorerError
from graph.ontology import ontology
from graph.queries.console import MAX_TEXT
from graph.queries.examples import EXAMPLES
from graph.store import Rows
from graph.wording import plural
from widgets import data
from widgets.parts import remember
from widgets.text import md

TEXT, PARAMETERS = "console-text", "console-parameters"
MOST_HISTORY = 50
MOST_LINK = 4_000
"""Characters of text and parameters that go into an address; browsers and mail cut longer ones."""
_SHOWN_HISTORY = 10


@dataclass(frozen=True)
class Outcome:
    """What came of a run: rows, or an error; ``number`` tells the runs of a session apart."""

    text: str
    parameters: str
    values: Mapping[str, Any]
    limit: float
    cap: int
    rows: Rows | None
    error: ExplorerError | None
    version: str
    number: int = 0

    @property
    def fits_a_link(self) -> bool:
        """Whether text and parameters are short enough for an address."""
        return len(self.text) + len(self.parameters) <= MOST_LINK


@dataclass(frozen=True)
class Past:
    """One line of the history: what was run, and its rows and seconds, or that it failed."""

    number: int
    text: str
    parameters: str
    told: str = field(compare=False)


def fill_from_address() -> None:
    """Put what the address holds into the fields, once for each address; it is shown, not run."""
    query = st.query_params.get("q", "")[:MAX_TEXT]
    parameters = st.query_params.get("p", "")[:MAX_TEXT]
    if query and st.session_state.get("console-address") != (query, parameters):
        st.session_state["console-address"] = (query, parameters)
        _fill(query, parameters)


def share(text: str, parameters: str) -> None:
    """Put text and parameters into the address, if they are short enough for one."""
    short = len(text) + len(parameters) <= MOST_LINK
    remember(q=text if short else None, p=parameters if short and parameters.strip() else None)
    st.session_state["console-address"] = (text, parameters if parameters.strip() else "")


def examples() -> None:
    """Queries to start from; a click fills the form."""
    with st.expander("Examples", icon=":material/lightbulb:"):
        for number, example in enumerate(EXAMPLES):
            st.button(
                example.title,
                key=f"console-example-{number}",
                on_click=_fill,
                args=(example.text, example.parameters if example.parameters != "{}" else ""),
                type="tertiary",
                icon=":material/input:",
            )


def model() -> None:
    """Labels, tie types and properties that a query may name."""
    known = ontology()
    with st.expander("Labels, tie types, properties", icon=":material/schema:"):
        st.caption("Every entity is also an `Entity`; tie types run from the first to the second.")
        labels = ", ".join(f"`{kind.label}`" for kind in known.kinds.values())
        st.markdown(f"**Labels** `Entity`, {labels}, `Source`")
        types = "  \n".join(
            f"`{each.id}` {md(each.about.replace('`', ''), 90)}" for each in known.types.values()
        )
        st.markdown(f"**Tie types**  \n{types}")
        for title, sort in (("an entity", "entity"), ("a tie", "tie"), ("a source", "source")):
            names = ", ".join(f"`{name}`" for name in known.properties[sort])
            st.markdown(f"**Properties of {title}** {names}")
        st.markdown(f"**Statuses** {', '.join(f'`{name}`' for name in known.statuses)}")


def keep(outcome: Outcome) -> None:
    """Make this the last outcome, and the first line of the history."""
    number = st.session_state.get("console-count", 0) + 1
    st.session_state["console-count"] = number
    st.session_state["console-outcome"] = replace(outcome, number=number)
    told = "did not run"
    if outcome.rows is not None:
        more = "+" if outcome.rows.truncated else ""
        told = f"{len(outcome.rows.rows):,}{more} {plural(len(outcome.rows.rows), 'row')}, {outcome.rows.seconds:.2f} s"
    entry = Past(number, outcome.text, outcome.parameters, told)
    past = [each for each in _past() if (each.text, each.parameters) != (entry.text, entry.parameters)]
    st.session_state["console-history"] = [entry, *past][:MOST_HISTORY]


def last_outcome() -> Outcome | None:
    """What came of the last run of this session."""
    return st.session_state.get("console-outcome")


def asked_again() -> bool:
    """Whether a line of the history was asked to run again; true once."""
    return bool(st.session_state.pop("console-again", False))


def history() -> None:
    """What was run in this session, newest first: run again or remove."""
    past = _past()
    if not past:
        return
    with st.expander(f"History of this session ({len(past)})", icon=":material/history:"):
        everything = len(past) <= _SHOWN_HISTORY or st.toggle("Show all", key="console-history-all")
        for entry in past if everything else past[:_SHOWN_HISTORY]:
            text, ways = st.columns([0.7, 0.3], vertical_alignment="center")
            text.markdown(f"{md(entry.text, 160)}  \n:small[:gray[{md(entry.told)}]]")
            with ways, st.container(horizontal=True):
                st.button(
                    "Run again", key=f"console-again-{entry.number}", on_click=_run_again, args=(entry,),
                    icon=":material/replay:", type="tertiary",
                )  # fmt: skip
                st.button(
                    "Remove", key=f"console-remove-{entry.number}", on_click=_remove, args=(entry.number,),
                    icon=":material/close:", type="tertiary",
                )  # fmt: skip
        st.button("Clear the history", key="console-clear", on_click=_clear, icon=":material/delete:")


def tie_ids() -> frozenset[str]:
    """Ids of all ties of the store."""
    return _tie_ids(data.version())


@st.cache_resource(show_spinner=False, max_entries=4)
def _tie_ids(data_version: str) -> frozenset[str]:
    return frozenset(key for _, _, key in data.graph(as_of=None, all_statuses=True).edges(keys=True))


def _past() -> list[Past]:
    return list(st.session_state.get("console-history", ()))


def _fill(text: str, parameters: str) -> None:
    st.session_state[TEXT] = text
    st.session_state[PARAMETERS] = parameters


def _run_again(entry: Past) -> None:
    _fill(entry.text, entry.parameters)
    st.session_state["console-again"] = True


def _remove(number: int) -> None:
    st.session_state["console-history"] = [entry for entry in _past() if entry.number != number]


def _clear() -> None:
    st.session_state["console-history"] = []
