"""Search finds what people mean: misspelled, joined, shortened, accented names."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import EntityNotFound
from graph.model import Batch, Entity
from graph.search import NameIndex, nearest_names, resolve_entity, search
from graph.store import Store
from graph.store.embedded import EmbeddedStore

PEOPLE = NameIndex(
    [
        Entity("gazprombank", "Gazprombank", "company", ("Газпромбанк",)),
        Entity("obama", "Barack Obama", "person"),
        Entity("muller", "Jürgen Müller", "person"),
        Entity("acme-us", "Acme Systems Inc.", "company"),
        Entity("acme-uk", "Acme Ltd", "company"),
        Entity("hostile", "<img src=x onerror=alert(1)>", "company"),
    ],
    Counter({"acme-uk": 5}),
)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("gazprom bank", "gazprombank"),
        ("GAZPROMBANK", "gazprombank"),
        ("газпромбанк", "gazprombank"),
        ("Barac Obamt", "obama"),
        ("obama", "obama"),
        ("Muller", "muller"),
        ("juergen müller", "muller"),
        ("acme", "acme-uk"),
        ("acme-us", "acme-us"),
        ("<img", "hostile"),
    ],
)
def test_what_is_meant_comes_first(asked: str, first: str) -> None:
    assert [match.entity.id for match in PEOPLE.search(asked)][:1] == [first]


@pytest.mark.parametrize(
    ("asked", "first", "reason"),
    [
        ("CBRS", "cerebras", "also known as"),
        ("cerebas", "cerebras", "spelling 1 letter off"),
        ("Cerebras", "cerebras", "also known as"),
        ("nvdia", "nvidia", "spelling 1 letter off"),
        ("sam altmann", "sam-altman", "spelling 1 letter off"),
        ("G 42", "g42", "name"),
        ("AMD", "amd", "name"),
        ("xAI", "xai", "name"),
        ("openia", "openai", "spelling 1 letter off"),
        ("musk", "elon-musk", "word of the name"),
        ("micros", "microsoft", "beginning of the name"),
        ("sutskver", "ilya-sutskever", "spelling 1 letter off"),
    ],
)
def test_bundled_names(bundled_store: Store, asked: str, first: str, reason: str) -> None:
    best = search(bundled_store, asked)[0]
    assert best.entity.id == first
    assert reason in best.reason
    assert best.ties > 0


def test_nothing_is_found_for_nothing(bundled_store: Store) -> None:
    for text in ("", "   ", "!!!", "\u202e"):
        assert search(bundled_store, text) == []
    assert search(bundled_store, "zzzzqqqq") == []
    assert [entity.id for entity in nearest_names(bundled_store, "nvidiaa corp", 1)] == ["nvidia"]


def test_limit_and_kinds(bundled_store: Store) -> None:
    assert len(search(bundled_store, "a", limit=3)) == 3
    assert {
        match.entity.kind for match in search(bundled_store, "capital", kinds=frozenset({"investor"}))
    } == {"investor"}


def test_an_id_a_name_and_an_alias_resolve(bundled_store: Store) -> None:
    for text in ("cerebras", "Cerebras Systems", "CBRS", "cerebras systems inc."):
        assert resolve_entity(bundled_store, text).id == "cerebras"
    with pytest.raises(EntityNotFound) as caught:
        resolve_entity(bundled_store, "nvdia")
    assert str(caught.value).startswith('No entity "nvdia". Did you mean "nvidia"')
    assert caught.value.nearest[0] == "nvidia"
    assert "interlock search" in caught.value.hint


def test_a_new_entity_is_found_after_a_write(embedded_store: EmbeddedStore) -> None:
    embedded_store.upsert(Batch((Entity("a", "Alpha", "company"),)))
    assert [m.entity.id for m in search(embedded_store, "alpha")] == ["a"]
    embedded_store.upsert(Batch((Entity("b", "Alphabet", "company"),)))
    assert [m.entity.id for m in search(embedded_store, "alpha")] == ["a", "b"]


@given(st.text(max_size=30))
def test_no_text_breaks_the_search(text: str) -> None:
    matches = PEOPLE.search(text)
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
    assert len({match.entity.id for match in matches}) == len(matches)


@given(st.sampled_from(["gazprombank", "barackobama"]), st.data())
def test_any_one_letter_lost_still_finds_it(name: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(name) - 1))
    asked = name[:position] + name[position + 1 :]
    assert PEOPLE.search(asked)[0].entity.id == {"gazprombank": "gazprombank", "barackobama": "obama"}[name]
