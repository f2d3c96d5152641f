"""Inputs that stand in the address and follow it: entities, dates, numbers, switches, choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from graph.dates import parse_date
from graph.errors import SchemaViolation
from graph.model import EntityId
from widgets import data
from widgets.parts import entity_link, entity_picker, labels, options, param, remember, show_error
from widgets.text import md

MOST_ENTITIES = 12
"""Entities on one side of a search."""


def follow(key: str, name: str, value: Any, options: Sequence[Any] | None = None) -> None:
    """Let a widget start from the address, and start again when the address is changed from outside.

    Args:
        key: of the widget, which must be given no start of its own.
        name: of the value in the address.
        value: what the address says, checked.
        options: what may be chosen now; another choice goes back to ``value``.
    """
    state = st.session_state
    outdated = key not in state or state.get(f"{key} asked") != param(name)
    if outdated or (options is not None and state[key] not in options):
        state[key] = value
    # Here as well as in :func:`keep`: a page stopped by a wrong value would put the old one back.
    state[f"{key} asked"] = param(name)


def keep(key: str, name: str, text: str | None) -> None:
    """Put a widget's value into the address, the counterpart of :func:`follow`."""
    remember(**{name: text})
    st.session_state[f"{key} asked"] = param(name)


def entity_input(label: str, key: str, name: str) -> str | None:
    """An optional entity, of the address or the reader's choice; says so when the address names none."""
    asked = param(name)
    known = data.the_store().entity(asked) if asked else None
    if asked and known is None:
        st.warning(f"There is no entity “{md(asked, 80)}”.")
        for near in data.names().nearest(asked, 3):
            entity_link(near)
    follow(key, name, known.id if known else None)
    picked = entity_picker(f"{label} (optional)", key, None)
    keep(key, name, picked or (asked if known is None else None))
    return picked


def other_entity(label: str, key: str, name: str, usual: str | None) -> str | None:
    """Another entity, ``usual`` unless the address or the reader names one."""
    asked = param(name)
    known = asked if asked and data.the_store().entity(asked) else None
    if asked and known is None:
        st.warning(f"There is no entity “{md(asked, 80)}”.", icon=":material/search_off:")
    follow(key, name, known or usual)
    picked = entity_picker(label, key, None)
    keep(key, name, picked if picked != usual else None)
    return picked


def entities_input(
    label: str, key: str, name: str, *, most: int = MOST_ENTITIES, help: str | None = None
) -> tuple[EntityId, ...]:
    """Several entities of the address or the reader's choice; says so when the address names an unknown one."""
    state, known = st.session_state, labels()
    widget, asked = f"{key}-{state.get(f'{key} turn', 0)}", _ids(name, known)
    unknown = [entity for entity in asked if entity not in known]
    if widget not in state or state.get(f"{key} asked") != param(name):
        state[widget] = [entity for entity in asked if entity in known][:most]
    elif any(entity not in known for entity in state[widget]):
        state[widget] = [entity for entity in state[widget] if entity in known]
    picked = st.multiselect(
        label, options(label, widget, state[widget]), format_func=known.__getitem__, key=widget, placeholder="Type a name", help=help,
        max_selections=most, select_all=False, wrap=True, on_change=_closed, args=(key,),
    )  # fmt: skip
    for entity in unknown[:3]:
        st.warning(f"{label}: there is no entity “{md(entity, 80)}”.")
        for near in data.names().nearest(entity, 3):
            entity_link(near)
    remember(**{name: ",".join(picked) or (",".join(unknown) or None)})
    state[f"{key} asked"] = param(name)
    return tuple(picked)


def _closed(key: str) -> None:
    """Go on with a new widget after each choice: its list would stay open over the rest of the page."""
    state = st.session_state
    turn = state.get(f"{key} turn", 0)
    state[f"{key}-{turn + 1}"] = state.pop(f"{key}-{turn}")
    state[f"{key} turn"] = turn + 1


def _ids(name: str, known: Mapping[EntityId, str]) -> list[EntityId]:
    """Ids of the address, separated by commas; an id may itself have one."""
    text = (st.query_params.get(name) or "").strip()[:2_000]
    parts = [text] if text in known else text.split(",")
    return list(dict.fromkeys(entity for part in parts if (entity := part.strip())))


def date_input(label: str, key: str, name: str, placeholder: str, help: str) -> str | None:
    """A year, month or day of the address; None for an empty field. Stops the page on a wrong date."""
    follow(key, name, param(name) or "")
    text = (st.text_input(label, key=key, placeholder=placeholder, help=help) or "").strip()
    if text:
        try:
            parse_date(text, field=label.lower())
        except SchemaViolation as error:
            show_error(error)
            st.stop()
    keep(key, name, text or None)
    return text or None


def whole_input(label: str, key: str, name: str, usual: int, most: int) -> int:
    """A whole number of the address within 1..most."""
    text = param(name) or ""
    follow(key, name, min(max(int(text), 1), most) if text.isascii() and text.isdecimal() else usual)
    number = int(st.number_input(label, 1, most, key=key, step=1))
    keep(key, name, str(number) if number != usual else None)
    return number


def switch(key: str, name: str, label: str, help: str) -> bool:
    """A toggle that stands in the address."""
    follow(key, name, param(name) == "1")
    on = st.toggle(label, key=key, help=help)
    keep(key, name, "1" if on else None)
    return on


def choice(
    label: str, key: str, name: str, options: Mapping[str, str], usual: str, *, shown: bool = False
) -> str:
    """One of a few, side by side; the usual one needs no word in the address."""
    asked = param(name)
    follow(key, name, asked if asked in options else usual, list(options))
    picked = st.segmented_control(
        label, list(options), format_func=options.__getitem__, required=True, key=key,
        label_visibility="visible" if shown else "collapsed",
    ) or usual  # fmt: skip
    keep(key, name, picked if picked != usual else None)
    return picked


def choice_box(
    label: str, key: str, name: str, options: Mapping[str, str], usual: str, *, help: str | None = None
) -> str:
    """One of some choices in a box; the usual one needs no word in the address."""
    asked = param(name)
    follow(key, name, asked if asked in options else usual, list(options))
    picked = st.selectbox(label, list(options), format_func=options.__getitem__, key=key, help=help)
    keep(key, name, picked if picked != usual else None)
    return str(picked)
