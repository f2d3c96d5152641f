"""The inputs of the page on centrality: each kept in the address, and following it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from graph.analytics.centrality_methods import METHODS
from graph.dates import parse_date
from graph.errors import SchemaViolation
from graph.ontology import ontology
from widgets.address_inputs import follow, keep
from widgets.parts import as_of_input, param, show_error

ABOUT = {
    "degree": "How many others it has ties with. Those about whom much was written come out high.",
    "strength": "The recorded US dollars of its ties, added up. Most ties state no amount, so it is a lower bound.",
    "pagerank": "High when important ones point to it: where one ends up who keeps following ties at random.",
    "eigenvector": "High when its neighbours are central themselves. It favours the most tightly tied part.",
    "katz": "Counts everybody from whom it can be reached, near ones more than far ones.",
    "betweenness": "How often it lies on a shortest way between two others: who is passed when influence travels.",
    "harmonic": "How near all others are: high for those who reach many in few steps.",
    "core": "How deep in the dense middle it sits: everybody in core 4 has at least 4 neighbours in there.",
    "constraint": "How boxed in it is. Low when its neighbours have no ties to one another: the lowest join the most.",
    "effective-size": "How many separate contacts it has: neighbours who are tied to one another count less.",
    "all": "Every measure side by side, in the order of degree.",
}
WAYS = {"both": "Either way", "in": "Incoming", "out": "Outgoing"}
NO_WAY = ("core", "constraint", "effective-size", "all")
SAMPLES = {"exact": "Exact", "0.01": "Sample, ± 0.01", "0.02": "Sample, ± 0.02", "0.05": "Sample, ± 0.05"}


def row() -> DeltaGenerator:
    """The row of inputs, wrapped where the screen is narrow."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def choice(
    label: str, name: str, words: dict[str, str], usual: str, width: int, help: str | None = None
) -> str:
    """One of ``words``, kept in the address under ``name``."""
    key, asked = f"centrality-{name}", param(name)
    follow(key, name, asked if asked in words else usual, list(words))
    with st.container(width=width):
        picked = st.selectbox(label, list(words), format_func=words.__getitem__, key=key, help=help) or usual
    keep(key, name, picked if picked != usual else None)
    return picked


def number(label: str, name: str, usual: int, least: int, most: int, help: str | None = None) -> int:
    """A whole number, kept in the address under ``name``."""
    key, asked = f"centrality-{name}", param(name) or ""
    given = int(asked) if asked.isdecimal() and len(asked) < 10 and least <= int(asked) <= most else usual
    follow(key, name, given)
    with st.container(width=120):
        value = st.number_input(label, least, most, key=key, step=1, help=help)
    keep(key, name, str(value) if value != usual else None)
    return int(value)


def switch(label: str, name: str, help: str) -> bool:
    """A toggle, kept in the address under ``name``."""
    key = f"centrality-{name}"
    follow(key, name, param(name) == "1")
    on = st.toggle(label, key=key, help=help)
    keep(key, name, "1" if on else None)
    return on


def as_of_and_plans() -> tuple[str | None, bool]:
    """The date, and whether ties that are no facts count."""
    with st.container(width=130):
        as_of = as_of_input("centrality-as-of")
    return as_of, plans_input()


def dates_and_plans() -> tuple[str | None, str | None, bool]:
    """The date, the one to compare with, and whether ties that are no facts count."""
    with st.container(width=130):
        as_of = as_of_input("centrality-as-of")
    with st.container(width=140):
        than = other_date()
    return as_of, than, plans_input()


def plans_input() -> bool:
    """Whether ties that are no facts count."""
    return switch("Plans and allegations too", "all", "None of them is a fact.")


def family_input() -> str | None:
    """The family of ties that count."""
    families, asked = ontology().families, param("family")
    follow("centrality-family", "family", asked if asked in families else None)
    family = st.pills(
        "Ties that count (none chosen means all)", list(families), format_func=families.__getitem__,
        key="centrality-family",
    )  # fmt: skip
    keep("centrality-family", "family", family)
    return family


def measure_input(names: list[str]) -> tuple[str, str]:
    """The measure and the direction in which it follows ties."""
    words = {name: METHODS[name].name if name in METHODS else "All, side by side" for name in names}
    measure = choice("Measure", "measure", words, "degree", 220)
    if measure in NO_WAY:
        return measure, "both"
    ways = {"both": "Either way", "in": "Along ties"} if measure == "betweenness" else WAYS
    direction = choice(
        "Direction", "direction", ways, "both", 140,
        "Ties run from the one who gives, owns or does to the other; partners and rivals count both ways.",
    )  # fmt: skip
    return measure, direction


def precision_input(measure: str, direction: str) -> tuple[float | None, int]:
    """Betweenness exact or sampled, and the seed of the sample."""
    if measure != "betweenness" or direction != "both":
        return None, 1
    sample = choice(
        "Precision", "sample", SAMPLES, "exact", 170,
        "A sample is faster on large data: with a chance of 90 % no value is off by more. Above 20,000 "
        "entities it is always taken.",
    )  # fmt: skip
    if sample == "exact":
        return None, 1
    return float(sample), number("Seed", "seed", 1, 0, 999_999, "The same seed draws the same sample.")


def say_plans(plans: bool) -> None:
    """Mark results that rest on more than facts."""
    if plans:
        st.markdown(
            ":orange-badge[not all facts] :small[Plans, dropped plans and allegations are counted as well.]"
        )


def title_of(measure: str) -> str:
    """The name of a measure with a colon."""
    return f"{METHODS[measure].name}:" if measure in METHODS else "All measures:"


def other_date() -> str | None:
    """The date to compare with; stops the page on a wrong one."""
    follow("centrality-than", "than", param("than") or "")
    text = st.text_input(
        "Compare with", key="centrality-than", placeholder="another date",
        help="Who rose and who fell between this date and the as-of date.",
    )  # fmt: skip
    other = (text or "").strip() or None
    if other:
        try:
            parse_date(other, field="compare with")
        except SchemaViolation as error:
            show_error(error)
            st.stop()
    keep("centrality-than", "than", other)
    return other
