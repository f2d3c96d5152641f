"""All about one entity: told from its side, by family, with what is left out counted."""

from __future__ import annotations

import pytest

from graph.dossier import dossier
from graph.errors import EntityNotFound, SchemaViolation
from graph.model import Batch, Entity, Source, Tie
from graph.ontology import ontology
from graph.store import Store
from graph.store.embedded import EmbeddedStore

SMALL = Batch(
    (Entity("acme", "Acme", "company"), Entity("bolt", "Bolt", "investor"), Entity("cara", "Cara", "person")),
    (
        Tie("t1", "bolt", "INVESTED_IN", "acme", "completed", start_date="2019", sources=("s1", "s2")),
        Tie("t2", "bolt", "INVESTED_IN", "acme", "completed", start_date="2021-05", sources=("s1",)),
        Tie("t3", "acme", "SUPPLIES", "bolt", "active", sources=("s2",)),
        Tie("t4", "cara", "HOLDS_ROLE", "acme", "ended", "2015", "2018-02", role="chair", sources=("s1",)),
        Tie("t5", "acme", "ACQUIRED", "bolt", "abandoned", start_date="2020", sources=("s1",)),
    ),
    (Source("s1", "Press", "One"), Source("s2", "Press", "Two")),
)


@pytest.fixture
def small(embedded_store: EmbeddedStore) -> Store:
    embedded_store.upsert(SMALL)
    return embedded_store


def test_ties_are_told_from_the_side_of_the_entity_newest_first(small: Store) -> None:
    found = dossier(small, "acme")
    assert [line.sentence for line in found.lines] == [
        "Acme took investment from Bolt (2021-05)",
        "Acme took investment from Bolt (2019)",
        "Acme supplies Bolt",
        "Acme had as chair Cara (2015 to 2018-02, ended)",
    ]
    assert list(found.by_family()) == ["Money", "Supply", "People"]
    assert [source.id for source in found.lines[1].sources] == ["s1", "s2"]
    assert [line.other.id for line in found.lines] == ["bolt", "bolt", "bolt", "cara"]


def test_roles_come_from_facts_most_frequent_first(small: Store) -> None:
    assert dossier(small, "acme").roles == ("investee", "supplier")
    every = dossier(small, "bolt", statuses=tuple(ontology().statuses))
    # The purchase was dropped, so nobody became an acquisition target.
    assert every.roles == ("investor", "customer")


@pytest.mark.parametrize(
    ("as_of", "undated", "kept", "left_out"),
    [
        (None, False, {"t1", "t2", "t3", "t4"}, {"status": 1, "date": 0, "undated": 0}),
        ("2018-02", False, {"t4"}, {"status": 1, "date": 2, "undated": 1}),
        ("2018-02", True, {"t3", "t4"}, {"status": 1, "date": 2, "undated": 1}),
        ("2020", False, {"t1"}, {"status": 1, "date": 2, "undated": 1}),
    ],
)
def test_what_is_left_out_is_counted(
    small: Store, as_of: str | None, undated: bool, kept: set[str], left_out: dict[str, int]
) -> None:
    found = dossier(small, "acme", as_of=as_of, undated=undated)
    assert {line.tie.id for line in found.lines} == kept
    expected = left_out | ({"undated": 0} if undated else {})
    assert found.left_out == expected


def test_unknown_entity_and_wrong_date(small: Store) -> None:
    with pytest.raises(EntityNotFound) as caught:
        dossier(small, "acmee")
    assert caught.value.nearest == ["acme"]
    with pytest.raises(SchemaViolation):
        dossier(small, "acme", as_of="soon")
