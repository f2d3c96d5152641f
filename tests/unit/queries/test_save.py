"""A saved query is checked, stays in its folder, is written whole and never over another by accident."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from graph.errors import LoadError, SettingsError
from graph.queries.catalogue import catalogue
from graph.queries.header import QueryColumn, QueryParameter, body_of, parameters_in, read_query
from graph.queries.run import run_query
from graph.queries.save import Draft, check_draft, draft_text, save_draft
from graph.store.embedded import EmbeddedStore

DRAFT = Draft(
    "buyers-of",
    "Who buys from it?",
    "supply",
    "Customers by share; " + "words that make it long enough to be continued on a second line. " * 2 + "End.",
    ("share", "customers"),
    (
        QueryParameter("company", "entity id", True, None, "cerebras", "the seller"),
        QueryParameter("share", "fraction", False, "0.1", None, "at least"),
        QueryParameter("word", "text", False, None, None, "part of the product"),
        QueryParameter("say", "text", False, "two words", None, "anything"),
    ),
    (QueryColumn("customer_id", "entity id"), QueryColumn("customer", ""), QueryColumn("tie_id", "tie id")),
    ("customer_id", "$company"),
    ("tie_id",),
    """\
// an old header goes

MATCH (a:Entity {id: $company})-[r:SUPPLIES]->(b:Entity)
WHERE r.share >= $share AND ($word IS NULL OR r.product CONTAINS $word) AND $say <> '$nothing'
RETURN b.id AS customer_id, b.name AS customer, r.id AS tie_id
ORDER BY r.share DESC, tie_id LIMIT 20
""",
)


def test_a_draft_becomes_a_file_that_reads_back_and_runs(
    tmp_path: Path, bundled_store: EmbeddedStore
) -> None:
    saved = save_draft(DRAFT, tmp_path)
    path = tmp_path / "supply" / "buyers-of.cypher"
    assert read_query(path) == saved
    assert (saved.title, saved.about, saved.parameters) == (DRAFT.title, DRAFT.about, DRAFT.parameters)
    assert saved.draw_ties == ("tie_id",)
    assert max(map(len, saved.text.splitlines())) < 125
    assert "an old header" not in saved.text
    assert os.listdir(path.parent) == ["buyers-of.cypher"]
    assert catalogue(tmp_path).get("buyers-of") == saved
    rows = run_query(bundled_store, saved, {"company": "cerebras"})
    assert rows.rows[0][0] == "g42"


def test_nothing_is_replaced_without_being_told(tmp_path: Path) -> None:
    save_draft(DRAFT, tmp_path)
    changed = replace(DRAFT, title="Other?")
    with pytest.raises(SettingsError, match="already"):
        save_draft(changed, tmp_path)
    assert catalogue(tmp_path).get("buyers-of").title == DRAFT.title
    save_draft(changed, tmp_path, overwrite=True)
    assert catalogue(tmp_path).get("buyers-of").title == "Other?"


@pytest.mark.parametrize("field", ["id", "category"])
@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../x",
        "a/b",
        "/etc",
        "a\\b",
        "A",
        "a b",
        "a--b",
        "-a",
        "a.b",
        "a\n",
        "ä",
        "x" * 61,
        "a\0b",
        "~",
    ],
)
def test_names_cannot_leave_the_folder(tmp_path: Path, field: str, name: str) -> None:
    folder = tmp_path / "queries"
    folder.mkdir()
    with pytest.raises(LoadError) as caught:
        save_draft(replace(DRAFT, **{field: name}), folder)
    assert caught.value.field == field
    assert [path for path in tmp_path.rglob("*") if path != folder] == []


def test_a_linked_category_cannot_lead_out(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "queries" / "supply").symlink_to(tmp_path / "outside")
    with pytest.raises(LoadError, match="out of the folder"):
        save_draft(DRAFT, tmp_path / "queries")
    assert os.listdir(tmp_path / "outside") == []


def test_an_id_is_unique_over_all_categories(tmp_path: Path) -> None:
    save_draft(DRAFT, tmp_path)
    with pytest.raises(LoadError, match="taken in the category supply"):
        save_draft(replace(DRAFT, category="money"), tmp_path, overwrite=True)
    assert len(catalogue(tmp_path)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "a\n// id: other"}, "title"),
        ({"title": ""}, "title"),
        ({"tags": ("a b",)}, "tags"),
        ({"columns": (QueryColumn("n.id", ""),)}, "not a column"),
        ({"columns": (QueryColumn("a", "miles"),), "draw_entities": (), "draw_ties": ()}, "miles"),
        ({"draw_entities": ("customer",)}, "holds no ids"),
        ({"parameters": DRAFT.parameters[1:], "draw_entities": ()}, "not declared"),
        ({"cypher": DRAFT.cypher.replace("LIMIT 20", "")}, "ORDER BY"),
        ({"cypher": DRAFT.cypher.replace("SUPPLIES", "SUPPLYS")}, "SUPPLIES"),
        ({"parameters": (replace(DRAFT.parameters[0], example='a"b'), *DRAFT.parameters[1:])}, "param"),
        ({"parameters": (replace(DRAFT.parameters[0], example=None), *DRAFT.parameters[1:])}, "example"),
        ({"parameters": (replace(DRAFT.parameters[0], about="x -- y\nz"), *DRAFT.parameters[1:])}, "param"),
    ],
)
def test_a_wrong_draft_is_refused_before_anything_is_written(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    with pytest.raises(LoadError) as caught:
        save_draft(replace(DRAFT, **change), tmp_path)
    assert words in f"{caught.value.message} {caught.value.hint} {caught.value.field}"
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "supply").write_text("a file stands in the way")
    with pytest.raises(SettingsError, match="cannot be made"):
        save_draft(DRAFT, tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = save_draft(DRAFT, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SettingsError, match="No space"):
        save_draft(replace(DRAFT, title="Other?"), tmp_path, overwrite=True)
    monkeypatch.undo()
    assert read_query(Path(saved.path)) == saved
    assert os.listdir(tmp_path / "supply") == ["buyers-of.cypher"]


def test_a_draft_says_what_it_would_be_without_writing(tmp_path: Path) -> None:
    assert check_draft(DRAFT, tmp_path).id == "buyers-of"
    assert os.listdir(tmp_path) == []
    assert draft_text(replace(DRAFT, draw_entities=(), draw_ties=())).count("// draw: nothing") == 1


def test_body_and_parameters() -> None:
    assert body_of("// a\n\n// b\nMATCH (n) // c\n\n") == "MATCH (n) // c"
    assert body_of("// only") == body_of("") == ""
    assert parameters_in("RETURN $b, '$c', $a /* $d */, $b // $e") == ("b", "a")
