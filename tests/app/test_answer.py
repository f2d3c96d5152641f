"""An answer on the screen: headings of its table, badges of what is no fact."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from graph.model import Tie
from widgets.answer import no_fact_mark


def _table() -> None:
    from graph.analytics.answer import Answer, Method, Provenance, Statement
    from widgets.answer import show_rows

    columns = ("entity_id", "entity", "strength", "loss_usd", "tie_ids")
    made = Provenance("", None, {}, {}, 1, 1, "none")
    rows = (("a", "A", 0.5, 7, ("r1",)),)
    show_rows(Answer("T", (Statement("S."),), columns, rows, (), Method("m", "f", "u", "c"), made), "k")


def test_names_and_ids_have_headings_of_their_own_and_figures_their_unit() -> None:
    test = AppTest.from_function(_table).run()
    assert not test.exception
    config = json.loads(test.dataframe[0].proto.columns)
    labels = {name: column["label"] for name, column in config.items() if "label" in column}
    assert labels == {
        "entity_id": "entity id", "entity": "entity", "strength": "strength (0 to 1)", "loss_usd": "loss (US$)",
    }  # fmt: skip


def test_what_a_sentence_rests_on_is_said_in_words() -> None:
    fact, plan = (Tie("r", "a", "OWNS", "b", status) for status in ("active", "planned"))
    claim = Tie("r", "a", "OWNS", "b", "alleged")
    assert no_fact_mark([fact, fact]) == no_fact_mark([]) == ""
    assert no_fact_mark([plan, claim]) == ":orange-badge[planned, alleged] "
    assert no_fact_mark([fact, plan]) == ":orange-badge[in part planned] "
