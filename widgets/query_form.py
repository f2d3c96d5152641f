"""The form of a saved query: one typed field a parameter, made from its header."""

from __future__ import annotations

import streamlit as st

from graph.errors import ParameterError
from graph.ontology import ontology
from graph.queries.header import QueryParameter, SavedQuery
from graph.queries.run import typed_value
from widgets.parts import entity_picker, param, remember
from widgets.text import md

_DATE = "A year, a month or a day: 2017, 2017-09 or 2017-09-20."
_MOST_DOLLARS = 10**15
_MOST_EXACT = 2**53 - 1


def form(query: SavedQuery) -> dict[str, str] | None:
    """The form of a query; its values as text when it should run. They go into the address."""
    with st.form(f"form-{query.id}", border=bool(query.parameters)):
        values = {parameter.name: _field(query, parameter) for parameter in query.parameters}
        run = st.form_submit_button(
            "Run", type="primary", icon=":material/play_arrow:", key=f"run-{query.id}"
        )
    if run and _differs(values):
        # The fields start from the address: draw them again, so that the next submit comes from these.
        remember(run="1", **values)
        st.rerun()
    if param("run") != "1" and query.parameters:
        return None
    missing = [p.name for p in query.parameters if p.required and not values[p.name]]
    if missing:
        st.info(f"Still needed: {md(', '.join(missing))}.")
        return None
    return {name: value for name, value in values.items() if value is not None}


def _differs(values: dict[str, str | None]) -> bool:
    return param("run") != "1" or any(param(name) != value for name, value in values.items())


def label_of(parameter: QueryParameter) -> str:
    """The label of a field: name and meaning, and whether it may stay empty."""
    optional = "" if parameter.required or parameter.default is not None else " (optional)"
    return md(f"{parameter.name.replace('_', ' ').capitalize()}{optional}: {parameter.about}")


def _field(query: SavedQuery, parameter: QueryParameter) -> str | None:
    """One input; its value as a person would type it, None when left empty."""
    given = param(parameter.name)
    key = f"field-{query.id}-{parameter.name}-{given}"
    label = label_of(parameter)
    start = given or parameter.default or (parameter.example if parameter.required else None)
    if parameter.type == "entity id":
        return entity_picker(label, key, start)
    if parameter.type == "yes or no":
        return "yes" if st.toggle(label, value=start in ("yes", "true", "1"), key=key) else "no"
    if parameter.type in ("tie type", "kind", "status"):
        return _choice(parameter, label, start, key)
    if parameter.type in ("fraction", "integer", "US dollars"):
        return _number(parameter, label, start, key)
    dated = parameter.type in ("date", "as-of date")
    text = st.text_input(
        label, value=start or "", key=key, help=_DATE if dated else None,
        placeholder="any time" if parameter.type == "as-of date" else None, max_chars=200,
    )  # fmt: skip
    return (text or "").strip() or None


def _choice(parameter: QueryParameter, label: str, start: str | None, key: str) -> str | None:
    known = ontology()
    titles = {
        "tie type": {each.id: each.title for each in known.types.values()},
        "kind": {each.id: each.title for each in known.kinds.values()},
        "status": {each.id: each.id for each in known.statuses.values()},
    }[parameter.type]
    place = list(titles).index(start) if start in titles else None
    return st.selectbox(
        label, list(titles), index=place, format_func=titles.__getitem__, key=key, placeholder="any"
    )


def _number(parameter: QueryParameter, label: str, start: str | None, key: str) -> str | None:
    try:
        value = typed_value(parameter, start) if start else None
    except ParameterError:
        # A wrong number in the address: the field shows it as text, and running says what is wrong.
        return st.text_input(label, value=start or "", key=f"{key}-text", max_chars=200).strip() or None
    if isinstance(value, int) and value > _MOST_EXACT:
        # More than the browser's numbers hold exactly.
        return st.text_input(label, value=start or "", key=f"{key}-text", max_chars=200).strip() or None
    if parameter.type == "fraction":
        number = st.number_input(
            label, 0.0, 1.0, value, 0.01, "%.4g", key=key, help="0.12 is 12 %.", placeholder="any"
        )
        return None if number is None else f"{number:.6g}"
    whole = st.number_input(
        label, 0, max(_MOST_DOLLARS, value or 0), value, 1_000_000 if parameter.type == "US dollars" else 1,
        key=key, placeholder="any", help="Whole US dollars." if parameter.type == "US dollars" else None,
    )  # fmt: skip
    return None if whole is None else str(int(whole))
