"""The one declaration is complete, and records are checked against it."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest

from graph.errors import SchemaViolation
from graph.model import FACT_STATUSES, Entity, Source, Tie
from graph.ontology import check, check_ends, ontology

TIE = Tie("r1", "a", "OWNS", "b", "active", sources=("s",))
FORMS = {"now", "past", "base", "doing", "done"}


def test_fact_statuses_are_declared_once() -> None:
    assert ontology().fact_statuses == FACT_STATUSES


def test_every_type_has_all_words_in_both_directions() -> None:
    for declared in ontology().types.values():
        assert set(declared.forward) == set(declared.backward) == FORMS, declared.id
        assert declared.family in ontology().families
        assert set(declared.from_kinds) | set(declared.to_kinds) <= set(ontology().kinds)
        assert set(declared.shares) <= set(ontology().share_bases)


def test_every_pattern_uses_known_forms() -> None:
    for patterns in ontology().patterns.values():
        assert set(patterns) == set(ontology().statuses)
        for pattern in patterns.values():
            used = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
            assert used <= FORMS | {"a", "b", "now_or_past"}


def test_labels_and_types_share_no_name_and_colours_differ() -> None:
    labels = {kind.label for kind in ontology().kinds.values()} | {"Entity", "Source"}
    assert labels.isdisjoint(ontology().types)
    assert len({kind.colour for kind in ontology().kinds.values()}) == len(ontology().kinds)
    assert len({kind.shape for kind in ontology().kinds.values()}) == len(ontology().kinds)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"type": "OWN"}, "type", "OWNS"),
        ({"status": "actve"}, "status", "active"),
        ({"to_id": "a"}, "to", "itself"),
        ({"start_date": "2017-13"}, "start", "month"),
        ({"start_date": "2018", "end_date": "2017"}, "end", "before"),
        ({"amount_usd": 0}, "amount_usd", "not above 0"),
        ({"share": 1.2, "share_basis": "equity"}, "share", "between 0 and 1"),
        ({"share": 0.0, "share_basis": "equity"}, "share", "between 0 and 1"),
        ({"share": 0.5}, "share_basis", "without a share basis"),
        ({"share_basis": "equity"}, "share_basis", "without a share"),
        ({"share": 0.5, "share_basis": "revenue"}, "share_basis", "no share of revenue"),
        ({"sources": ()}, "sources", "no source"),
        ({"id": " "}, "id", "empty"),
    ],
)
def test_a_wrong_tie_is_named_by_field(changes: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(SchemaViolation) as caught:
        check(replace(TIE, **changes))
    assert caught.value.field == field
    assert words in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("share", [float("nan"), float("inf"), -0.1])
def test_shares_that_are_no_fraction_are_refused(share: float) -> None:
    with pytest.raises(SchemaViolation):
        check(replace(TIE, share=share, share_basis="equity"))


def test_entities_and_sources_are_checked() -> None:
    check(Entity("a", "A", "company", country="US", founded="2015"))
    for wrong in (
        Entity("a", "", "company"),
        Entity("a", "A", "firm"),
        Entity("a", "A", "company", country="usa"),
    ):
        with pytest.raises(SchemaViolation):
            check(wrong)
    check(Source("s", "p", "t", url="https://example.org/a?b=c"))
    for url in ("javascript:alert(1)", "ftp://example.org", "https://example.org/<script>", "//example.org"):
        with pytest.raises(SchemaViolation, match="http"):
            check(Source("s", "p", "t", url=url))


def test_a_state_cannot_sit_on_a_board_and_a_company_can() -> None:
    seat = replace(TIE, type="BOARD_MEMBER_OF")
    for kind in ("person", "company"):  # registers name firms as directors
        check_ends(seat, kind, "company")
    with pytest.raises(SchemaViolation, match="BOARD_MEMBER_OF"):
        check_ends(seat, "government", "company")
