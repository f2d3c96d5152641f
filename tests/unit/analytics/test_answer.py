"""An answer leaves the house with everything needed to argue about it, and with nothing that runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import networkx as nx
import pytest

from graph.analytics.answer import (
    Answer,
    Method,
    Statement,
    answer_bytes,
    listed,
    name_of,
    named_tie,
    provenance_of,
    write_answer,
)
from graph.dossier import dossier
from graph.errors import ParameterError
from graph.exports.brief import answer_brief, entity_brief
from graph.model import Batch, Entity, Source, Tie
from graph.projection import to_networkx
from graph.store.embedded import EmbeddedStore

HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) =1+1 |a| `c`\n# d \u202e"


def an_answer(name: str = "A") -> Answer:
    graph = nx.MultiDiGraph(data_version="v1", as_of="2024", filters={"types": None}, left_out={"status": 3})
    graph.add_edge("a", "b")
    return Answer(
        "Who?",
        (Statement(f"{name} supplies B", ("r1",), ("a", "b")), Statement("Nothing else")),
        ("entity_id", "name", "share", "tie_ids"),
        (("a", name, None, ("r1", "r2")),),
        ("1 share is not known.",),
        Method("Counting", "n", "left out", "Someone (2000)"),
        provenance_of(graph, direction="both", seed=7, top=3),
    )


def test_json_holds_the_whole() -> None:
    found = json.loads(answer_bytes(an_answer(), ".json"))
    assert found["rows"] == [{"entity_id": "a", "name": "A", "share": None, "tie_ids": ["r1", "r2"]}]
    assert found["provenance"]["data_version"] == "v1"
    assert found["provenance"]["seed"] == 7
    assert found["provenance"]["parameters"] == {"top": 3}
    assert found["provenance"]["ties"] == 1
    assert found["method"]["citation"] == "Someone (2000)"
    assert found["statements"][0]["ties"] == ["r1"]


def test_csv_is_a_table_below_its_provenance_and_no_formula(tmp_path: Path) -> None:
    write_answer(an_answer("=1+1"), tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("# ")]
    assert "# citation: Someone (2000)" in comments
    assert "# seed: 7" in comments
    rows = list(csv.reader(lines[len(comments) :]))
    assert rows == [["entity_id", "name", "share", "tie_ids"], ["a", "'=1+1", "", "r1;r2"]]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"\.xls"):
        write_answer(an_answer(), tmp_path / "a.xls")
    assert list(tmp_path.iterdir()) == []


def test_a_brief_cites_each_source_once_and_runs_nothing() -> None:
    tie = Tie("r1", "a", "SUPPLIES", "b", "active", sources=("s1", "s2"))
    sources = {
        "s1": Source("s1", "Paper", HOSTILE, "2024", "https://example.org/a"),
        "s2": Source("s2", "Other", "T", None, "javascript:alert(1)"),
    }
    page = answer_brief(an_answer(HOSTILE), {"r1": tie}, sources)
    assert "[^1][^2]" in page
    assert page.count("[^1]:") == 1
    assert "<https://example.org/a>" in page
    assert "<img" not in page.replace("\\<img", "")
    assert "javascript:alert(1)>" not in page
    assert "](javascript" not in page.replace("\\]\\(javascript", "")
    assert "\u202e" not in page
    assert "not known" in page


def test_a_brief_of_an_entity_keeps_plans_apart(bundled_store: EmbeddedStore) -> None:
    found = dossier(bundled_store, "cerebras", statuses=("active", "completed", "ended", "abandoned"))
    page = entity_brief(found, as_of=None, data_version="v")
    facts, plans = page.split("## Not facts")
    assert "could have been bought by" in plans
    assert "could have been bought by" not in facts
    assert "87 % of revenue, 2024\\-01 to 2024\\-06" in facts
    assert "[^1]: " in page


def test_names_and_lists(bundled_store: EmbeddedStore) -> None:
    graph = to_networkx(bundled_store)
    assert name_of(graph, "cerebras") == "Cerebras Systems"
    assert name_of(graph, "nobody") == "nobody"
    assert listed([]) == ""
    assert listed(["A"]) == "A"


def test_a_brief_of_an_entity_says_what_registers_say(embedded_store: EmbeddedStore) -> None:
    firm = Entity(
        "a",
        "A",
        "company",
        country="GB",
        identifiers=("gb-coh:00445790",),
        note="No parent is stated.",
        stub=True,
    )
    embedded_store.upsert(Batch((firm,)))
    page = entity_brief(dossier(embedded_store, "a"), as_of=None, data_version="v").replace("\\", "")
    assert "Company · GB · named only by others" in page
    assert "- UK Companies House number 00445790" in page
    assert "Note: No parent is stated." in page


def test_a_tie_is_named_for_people() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("a", name="Ann")
    graph.add_edge("a", "b", "r1", type="OWNS", status="planned", start_date="2024")
    graph.add_edge("a", "b", "r2", type="LENT_TO")
    assert named_tie(graph, "a", "b", "r1") == "Ann – b (owns, 2024, planned)"
    assert named_tie(graph, "a", "b", "r2") == "Ann – b (lent to)"
    assert named_tie(nx.DiGraph([("a", "b")]), "a", "b", "a->b") == "a – b"
