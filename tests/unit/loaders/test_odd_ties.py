"""Ties that look wrong: circles of owners, owners of themselves, ends before starts, the other way round.

Each by the reader of tables with a mapping and by one reader of a register.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from graph.importer import import_records
from graph.model import Item
from graph.store.embedded import EmbeddedStore
from loaders import ReadOptions, plan
from loaders.mapping import mapping_of, write_mapping
from tests.unit.loaders.reading import problems, remarks, skipped, ties

Owned = Sequence[tuple[str, str, str, str]]
"""Owner, owned, start and end."""
MAPPING = mapping_of({
    "tables": [
        {"files": ["firms.csv"], "entity": {"id": "Key", "name": "Key", "kind": {"column": "Sort"}}},
        {"files": ["owners.csv"], "ties": [{
            "from": {"id": "Owner"}, "to": {"id": "Owned"}, "type": {"value": "OWNS"}, "start": "Start", "end": "End",
            "swap": {"column": "Way", "values": {"is owned by": "yes"}, "otherwise": "no"},
        }]},
    ],
})  # fmt: skip
KINDS = {"a": "company", "b": "company", "c": "company", "p": "person"}
RELATIONSHIP = {
    "Relationship.StartNode.NodeIDType": "LEI", "Relationship.EndNode.NodeIDType": "LEI",
    "Relationship.RelationshipType": "IS_DIRECTLY_CONSOLIDATED_BY", "Relationship.RelationshipStatus": "ACTIVE",
    "Relationship.Period.1.periodType": "RELATIONSHIP_PERIOD", "Registration.RegistrationStatus": "PUBLISHED",
    "Registration.LastUpdateDate": "2024-02-01",
}  # fmt: skip


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def table(folder: Path, owned: Owned, way: str = "owns") -> list[Item]:
    firms = write_csv(folder / "firms.csv", [{"Key": key, "Sort": kind} for key, kind in KINDS.items()])
    names = ("Owner", "Owned", "Start", "End", "Way")
    rows = [dict(zip(names, (*row, way), strict=True)) for row in owned]
    owners = write_csv(folder / "owners.csv", rows)
    write_mapping(MAPPING, made := folder / "m.yaml")
    return list(plan([firms, owners], options=ReadOptions(mapping=made)).items())


def ftm(folder: Path, owned: Owned) -> list[Item]:
    rows: list[dict[str, object]] = [
        {"id": key, "schema": kind.capitalize(), "properties": {"name": [key]}} for key, kind in KINDS.items()
    ]
    for number, (owner, asset, start, end) in enumerate(owned):
        said = {"owner": owner, "asset": asset, "startDate": start, "endDate": end}
        properties = {name: [text] for name, text in said.items() if text}
        rows.append({"id": f"o{number}", "schema": "Ownership", "properties": properties})
    (path := folder / "x.ftm.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(plan([path]).items())


def gleif(folder: Path, owned: Owned) -> list[Item]:
    """In this register the owned one comes first."""
    rows = [
        {"Relationship.StartNode.NodeID": child, "Relationship.EndNode.NodeID": parent,
         "Relationship.Period.1.startDate": start, "Relationship.Period.1.endDate": end, **RELATIONSHIP}
        for parent, child, start, end in owned
    ]  # fmt: skip
    return list(plan([write_csv(folder / "20240502-rr.csv", rows)]).items())


def owners(items: list[Item]) -> list[tuple[str, str]]:
    """Who owns whom, without what stands before an id of the register."""
    return [
        (tie.from_id.removeprefix("lei:").lower(), tie.to_id.removeprefix("lei:").lower())
        for tie in ties(items)
        if tie.type == "OWNS"
    ]


EACH = pytest.mark.parametrize("write", [table, ftm, gleif])


@EACH
def test_a_circle_of_owners_is_kept_whole(
    tmp_path: Path, embedded_store: EmbeddedStore, write: Callable[[Path, Owned], list[Item]]
) -> None:
    items = write(tmp_path, [("a", "b", "", ""), ("b", "c", "", ""), ("c", "a", "", "")])
    assert owners(items) == [("a", "b"), ("b", "c"), ("c", "a")]
    assert import_records(embedded_store, items, strict=False).ties.new == 3


@EACH
def test_nobody_owns_himself(tmp_path: Path, write: Callable[[Path, Owned], list[Item]]) -> None:
    items = write(tmp_path, [("a", "a", "", ""), ("a", "b", "", "")])
    assert owners(items) == [("a", "b")]
    ((why, reason),) = skipped(items)
    assert why == "aside"
    assert "to itself" in reason
    assert problems(items) == []


@EACH
def test_an_end_before_its_start_is_left_out_and_told(
    tmp_path: Path, write: Callable[[Path, Owned], list[Item]]
) -> None:
    items = write(tmp_path, [("a", "b", "2020-05-01", "2010-01-01")])
    (tie,) = [tie for tie in ties(items) if tie.type == "OWNS"]
    assert (tie.start_date, tie.end_date) == ("2020-05-01", None)
    assert [value for _, value in remarks(items)] == ["2010-01-01"]


def test_a_table_says_which_way_round_its_rows_are(tmp_path: Path) -> None:
    assert owners(table(tmp_path, [("a", "b", "", "")])) == [("a", "b")]
    assert owners(table(tmp_path, [("a", "b", "", "")], way="Is owned by ")) == [("b", "a")]


def test_a_register_whose_rows_begin_with_the_child(tmp_path: Path) -> None:
    """The columns stand in the order child, parent: the tie runs from the parent all the same."""
    items = gleif(tmp_path, [("parent", "child", "", "")])
    assert owners(items) == [("parent", "child")]


def test_nobody_owns_a_person(tmp_path: Path) -> None:
    items = table(tmp_path, [("a", "p", "", "")])
    assert [(tie.from_id, tie.type, tie.to_id, tie.role) for tie in ties(items)] == [
        ("a", "RELATED_TO", "p", "OWNS")
    ]
    assert [value for _, value in remarks(items)] == ["OWNS"]
    items = ftm(tmp_path, [("a", "p", "", "")])
    assert ties(items) == []
    assert list(skipped(items)) == [("aside", "the model has no such tie between entities of these kinds")]
