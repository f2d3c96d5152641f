"""A mapping changed field by field: nothing else changes, and what would say nothing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import LoadError
from loaders.mapping import Mapping, columns_in, mapping_of, mapping_text
from loaders.mapping_edit import closed_fields, end_names, meanings, meant, moved, turned, uses, with_word
from loaders.mapping_guess import guess_mapping
from loaders.mapping_settings import settings, with_setting
from loaders.source_file import SourceFile

DEALS = Path(__file__).parents[1] / "fixtures" / "table" / "deals.csv"


@pytest.fixture
def deals() -> Mapping:
    return guess_mapping(SourceFile(DEALS))


def fields(mapping: Mapping) -> dict[str, str]:
    return dict(columns_in(mapping.tables[0]))


def test_every_use_of_a_column_has_words(deals: Mapping) -> None:
    known = meanings(deals.tables[0])
    found = uses(deals.tables[0], ("Investor", "Ref", "Type"))
    assert all(use.field in known for use in found)
    assert [use.field for use in found[:3]] == ["ties.0.from.name", "", "ties.0.type"]
    assert known["ties.0.from.name"] == "investor: name"
    assert known["ties.0.start"] == "tie: start date"
    assert found[0].why == "the header 'Investor'"


def test_a_field_of_a_hand_written_mapping_is_offered_too() -> None:
    mapping = mapping_of({"tables": [{"entity": {"name": "N", "identifiers": {"reg": "R"}, "stub": "S"}}]})
    known = meanings(mapping.tables[0])
    assert known["entity.identifiers.reg"] == "entity identifiers reg"
    assert known["entity.stub"] == "entity stub"


def test_moving_there_and_back_changes_nothing_but_the_reason(deals: Mapping) -> None:
    there = moved(deals, 0, "Ref", "", "ties.0.id")
    assert fields(there) == {**fields(deals), "ties.0.id": "Ref"}
    back = moved(there, 0, "Ref", "ties.0.id", "")
    assert back == deals


def test_two_columns_are_exchanged(deals: Mapping) -> None:
    made = fields(moved(deals, 0, "Investor", "ties.0.from.name", "ties.0.to.name"))
    assert made["ties.0.from.name"] == "Company"
    assert made["ties.0.to.name"] == "Investor"
    taken = fields(moved(deals, 0, "Ref", "", "ties.0.round"))
    assert taken["ties.0.round"] == "Ref"
    assert "Round" not in taken.values()


def test_an_end_without_a_name_is_refused(deals: Mapping) -> None:
    with pytest.raises(LoadError, match="id or of the name"):
        moved(deals, 0, "Investor", "ties.0.from.name", "")


def test_a_type_never_goes(deals: Mapping) -> None:
    made = moved(deals, 0, "Type", "ties.0.type", "")
    assert made.tables[0].ties[0].type.value == "RELATED_TO"
    again = moved(made, 0, "Type", "", "ties.0.type", ("Seed", "Quux"))
    assert again.tables[0].ties[0].type.values == {"Seed": "INVESTED_IN"}


def test_words_of_a_type(deals: Mapping) -> None:
    field, column = next(iter(closed_fields(deals.tables[0]).items()))
    assert field == "ties.0.type"
    assert [meant(field, column, word) for word in (" seed", "Owns", "Quux")] == ["INVESTED_IN", "OWNS", ""]
    made = with_word(deals, 0, field, "SEED", "LENT_TO")
    assert meant(field, made.tables[0].ties[0].type, "Seed") == "LENT_TO"
    assert len(made.tables[0].ties[0].type.values) == len(column.values)
    assert meant(field, with_word(made, 0, field, "Seed", "").tables[0].ties[0].type, "Seed") == ""


def test_every_setting_can_take_every_value(deals: Mapping) -> None:
    for mapping in (
        deals,
        turned(deals, 0, ("Investor", "Company")),
        moved(deals, 0, "Type", "ties.0.type", ""),
    ):
        for setting in settings(mapping.tables[0]):
            assert setting.value in setting.options
            for value in setting.options:
                made = with_setting(mapping, 0, setting, value)
                now = {each.field: each.value for each in settings(made.tables[0])}
                assert now[setting.field] == value
                assert mapping_text(made)


def test_a_table_turned_over(deals: Mapping) -> None:
    entries = turned(deals, 0, ("Investor", "Company"))
    assert fields(entries) == {"entity.name": "Investor"}
    ties = turned(entries, 0, ("Investor", "Company"))
    assert fields(ties) == {"ties.0.from.name": "Investor", "ties.0.to.name": "Company"}
    assert end_names(ties.tables[0].ties[0]) == ("from", "to")
    assert entries.tables[0].files == deals.tables[0].files
