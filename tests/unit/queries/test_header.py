"""The header of a saved query is checked: file, line, field and the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import LoadError, ParameterError, QueryNotFound
from graph.queries.catalogue import catalogue
from graph.queries.header import read_query
from graph.queries.run import typed_values

GOOD = """\
// id: good
// title: Who buys?
// category: supply
// about: A long text
//   goes on here.
// tags: one two
// param company: entity id, required, e.g. "acme" -- the seller
// param share: fraction, default 0.1 -- at least
// param as_of: as-of date, optional, e.g. "2024-06" -- when
// param loud: yes or no, default no -- loudly
// param count: integer, default 3 -- how many
// param status: status, optional -- which
// returns: customer_id (entity id), customer, share (fraction)
// draw: entities customer_id, $company
MATCH (a:Entity {id: $company})-[r:SUPPLIES]->(b:Entity)  // a comment with $nothing
WHERE r.share >= $share AND $as_of IS NULL AND b.name <> '$text' AND ($loud OR $count > 1) AND $status IS NULL
RETURN b.id AS customer_id, b.name AS customer, r.share AS share
ORDER BY customer_id LIMIT 10
"""


def write(folder: Path, text: str, name: str = "good", category: str = "supply") -> Path:
    path = folder / category / f"{name}.cypher"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_header(tmp_path: Path) -> None:
    query = read_query(write(tmp_path, GOOD))
    assert query.title == "Who buys?"
    assert query.about == "A long text goes on here."
    assert query.tags == ("one", "two")
    assert [parameter.name for parameter in query.parameters][:3] == ["company", "share", "as_of"]
    assert query.columns[0].unit == "entity id"
    assert query.draw_entities == ("customer_id", "$company")
    assert query.draw_ties == ()
    assert query.examples == {"company": "acme"}
    assert query.text == GOOD


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("// tags: one two", "// tag: one", 6, "tag", "not a key"),
        ("// title: Who buys?\n", "", 1, "title", "missing"),
        ("// title: Who buys?", "// title: Who?\n// title: Who buys?", 3, "title", "twice"),
        ("// id: good", "// id: other", 1, "id", "file name"),
        ("// category: supply", "// category: money", 3, "category", "folder"),
        ("entity id, required, e.g.", "entity, required, e.g.", 7, "company", "entity id"),
        (', required, e.g. "acme" -- the', ", required -- the", 7, "company", "example"),
        ("-- the seller", "", 7, "param", "not understood"),
        ("share (fraction)", "share (percent)", 13, "share", "percent"),
        ("entities customer_id", "entities customer", 14, "draw", "no ids"),
        ("// draw: entities customer_id, $company", "// draw: all", 14, "draw", "not understood"),
        ("r.share >= $share", "r.share >= $shar", 16, "shar", "not declared"),
        ("$as_of IS NULL", "true", 1, "as_of", "not used"),
        ("[r:SUPPLIES]", "[r:SUPPLYS]", 15, "SUPPLYS", "SUPPLIES"),
        ("(b:Entity)", "(b:Entitty)", 15, "Entitty", "Entity"),
        ("ORDER BY customer_id LIMIT 10", "LIMIT 10", 18, "text", "ORDER BY"),
    ],
)
def test_a_wrong_header_is_named(
    tmp_path: Path, old: str, new: str, line: int, field: str, words: str
) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(LoadError) as caught:
        read_query(path)
    error = caught.value
    assert (error.path, error.line, error.field) == (str(path), line, field)
    assert words in f"{error.message} {error.hint}"


def test_a_catalogue_refuses_two_with_one_id(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("category: supply", "category: money"), category="money")
    with pytest.raises(LoadError, match="taken"):
        catalogue(tmp_path)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    import os

    path = write(tmp_path, GOOD)
    assert catalogue(tmp_path).get("good").title == "Who buys?"
    path.write_text(GOOD.replace("Who buys?", "Who sells?"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert catalogue(tmp_path).get("good").title == "Who sells?"


def test_the_catalogue_names_the_nearest() -> None:
    with pytest.raises(QueryNotFound) as caught:
        catalogue().get("customer-of")
    assert 'Did you mean "customers-of"' in str(caught.value)
    assert len(catalogue()) >= 25
    assert "customers-of" in {query.id for query in catalogue().search("customers share")}
    assert catalogue().search("zzzz") == ()


def test_values_are_typed_and_checked(tmp_path: Path) -> None:
    query = read_query(write(tmp_path, GOOD))
    assert typed_values(query, {"company": "acme", "as_of": "", "loud": "YES", "count": "7"}) == {
        "company": "acme", "share": 0.1, "as_of": None, "loud": True, "count": 7, "status": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({}, "company", "acme"),
        ({"company": "a", "share": "12%"}, "share", "0.12"),
        ({"company": "a", "share": "1.2"}, "share", "0.12"),
        ({"company": "a", "share": "nan"}, "share", "0.12"),
        ({"company": "a", "as_of": "June 2024"}, "as_of", "2017-09"),
        ({"company": "a", "as_of": "2024-13"}, "as_of", "month"),
        ({"company": "a", "loud": "maybe"}, "loud", "yes or no"),
        ({"company": "a", "count": "3.5"}, "count", "whole number"),
        ({"company": "a", "count": "-1"}, "count", "whole number"),
        ({"company": "a", "status": "actve"}, "status", "active"),
        ({"company": "a", "shar": "0.5"}, "shar", "share"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, values: dict[str, object], name: str, words: str) -> None:
    query = read_query(write(tmp_path, GOOD))
    with pytest.raises(ParameterError) as caught:
        typed_values(query, values)
    assert caught.value.name == name
    assert words in str(caught.value)
