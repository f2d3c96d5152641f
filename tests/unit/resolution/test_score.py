"""What speaks for and against two records being one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Entity, Tie
from graph.resolution.identifiers import ids_of
from graph.resolution.score import CONTRADICTION, score


def firm(name: str, **facts: object) -> Entity:
    return Entity(facts.pop("id", name), name, facts.pop("kind", "company"), **facts)  # type: ignore[arg-type]


def person(name: str, **facts: object) -> Entity:
    return firm(name, kind="person", **facts)


def test_the_same_lei_outweighs_another_name() -> None:
    found = score(firm("Alpha", identifiers=("lei:5493X",)), firm("Omega", identifiers=("LEI: 5493x",)))
    assert found.value > 0.95
    assert found.reasons[0].text == "same LEI 5493X"


def test_different_ids_of_one_register_exclude() -> None:
    found = score(firm("Acme", identifiers=("lei:A",)), firm("Acme", id="b", identifiers=("lei:B",)))
    assert (found.value, found.excluded) == (0.0, True)
    assert "different LEI: A and B" in found.reasons[0].text


def test_one_register_against_another_goes_to_people() -> None:
    one, two = (
        firm("Acme", identifiers=("lei:A", "cik:1")),
        firm("Acme", id="b", identifiers=("lei:A", "cik:2")),
    )
    found = score(one, two)
    assert (found.value, found.excluded) == (CONTRADICTION, False)


@pytest.mark.parametrize(
    ("one", "two"),
    [("isin:A", "isin:B"), ("reg:gb:1", "reg:de:2"), ("crunchbase:acme", "crunchbase:" + "a" * 32), ("icij:1", "icij:2"),
     ("opencorporates:us_de/1", "opencorporates:gb/2"), ("nothing", "lei:A")],
)  # fmt: skip
def test_ids_that_do_not_contradict(one: str, two: str) -> None:
    assert not score(firm("Acme", identifiers=(one,)), firm("Acme", id="b", identifiers=(two,))).excluded


def test_leading_zeros_of_a_cik() -> None:
    assert ids_of(["cik:0001045810"]) == ids_of(["cik:1045810"])


@pytest.mark.parametrize(
    ("one", "two"), [("person", "company"), ("asset", "company"), ("address", "person"), ("asset", "party")]
)
def test_kinds_that_exclude_each_other(one: str, two: str) -> None:
    assert score(firm("Acme", kind=one), firm("Acme", id="b", kind=two)).excluded


@pytest.mark.parametrize(("one", "two"), [("company", "investor"), ("party", "person"), ("party", "company")])
def test_kinds_that_registers_see_differently(one: str, two: str) -> None:
    assert score(firm("Acme Robotics", kind=one), firm("Acme Robotics", id="b", kind=two)).value > 0.5


LIKELY = [
    (firm("Acme GmbH"), firm("ACME")), (firm("Société Générale"), firm("Societe Generale SA")),
    (firm("SeaMicro"), firm("Sea Micro, Inc.")), (firm("International Business Machines"), firm("IBM")),
    (firm("Huawei"), firm("Huaewi")), (person("Samuel Altman"), person("Sam Altman")),
    (person("Huang, Jensen"), person("Jensen Huang")), (person("Bret Taylor"), person("Bret W. Taylor")),
    (person("J. Schulman", born="1987-05"), person("John Schulman", born="1987-05")),
]  # fmt: skip
UNLIKELY = [
    (firm("Altimeter Capital"), firm("Altimeter Ventures")), (firm("Fund II"), firm("Fund III")),
    (firm("Acme Fund II"), firm("Acme Fund III")), (firm("OpenAI"), firm("OpenAI Foundation")),
    (firm("Bain Capital"), firm("Baron Capital")), (person("Sam Altman"), person("Jack Altman")),
    (person("John A. Smith"), person("John B. Smith")), (person("Donald Trump Jr."), person("Donald Trump Sr.")),
    (person("Jane Doe", born="1970-01"), person("Jane Doe ", id="b", born="1970-02")),
    (firm("Capital Group"), firm("Global Group")), (firm(""), firm(" ")), (firm("🦄"), firm("…")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), LIKELY)
def test_likely(one: Entity, two: Entity) -> None:
    assert score(one, two).value >= 0.5


@pytest.mark.parametrize(("one", "two"), UNLIKELY)
def test_unlikely(one: Entity, two: Entity) -> None:
    assert score(one, two).value < 0.5


def test_reasons_name_their_weight_and_the_strongest_comes_first() -> None:
    found = score(
        person("Jane Doe", born="1970-01", country="US"), person("Doe, Jane", born="1970-02", country="GB")
    )
    assert str(found.reasons[0]) == "born at different times: 1970-01 and 1970-02 (-12.0)"
    assert [abs(r.weight) for r in found.reasons] == sorted(
        (abs(r.weight) for r in found.reasons), reverse=True
    )


def test_a_year_agrees_with_a_month_in_it() -> None:
    assert "both born in 1970" in str(
        score(person("Jane Doe", born="1970"), person("J Doe", born="1970-02")).reasons
    )


def test_a_hint_counts_between_the_two_only() -> None:
    one, two = firm("Alpha"), firm("Omega")
    hint = Tie("h", "Omega", "MAYBE_SAME_AS", "Alpha", "active")
    assert score(one, two, hints=[hint]).value > score(one, two).value
    assert score(one, two, hints=[Tie("h", "Alpha", "MAYBE_SAME_AS", "Beta", "active")]) == score(one, two)


WORDS = "Acme Capital Group II Ltd GmbH Jane Doe J. & The Ünal Fund Jr. , (X)"
NAMES = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(WORDS.split()),
        max_size=5,
    ).map(" ".join),
)
ENTITIES = st.builds(
    Entity,
    id=st.text("abc", min_size=1, max_size=3),
    name=NAMES,
    kind=st.sampled_from(["person", "company", "investor", "party", "address"]),
    aliases=st.lists(NAMES, max_size=3).map(tuple),
    country=st.sampled_from([None, "US", "GB"]),
    founded=st.sampled_from([None, "2001", "2002", "1990"]),
    born=st.sampled_from([None, "1970", "1970-05", "not a date"]),
    identifiers=st.lists(
        st.sampled_from(["lei:A", "lei:B", "cik:1", "isin:X", "x", ":", "reg:gb:1"]), max_size=3
    ).map(tuple),
)


@given(ENTITIES, ENTITIES)
def test_symmetry(one: Entity, two: Entity) -> None:
    found = score(one, two)
    assert found == score(two, one)
    assert 0 <= found.value <= 1
    assert found.reasons or found.value <= 0.5


def test_many_aliases_are_symmetric_and_keep_the_equal_one() -> None:
    one = firm("Acme", aliases=tuple(f"{n} other words" for n in range(60)))
    two = firm("Zenith", aliases=(*(f"unlike {n}" for n in range(30)), "7 OTHER words"))
    assert score(one, two) == score(two, one)
    assert score(one, two).value > 0.5


def test_names_of_ten_thousand_characters() -> None:
    long = "word " * 2_000
    assert score(firm(long), firm(long, id="b")).value > 0.5
    assert score(firm(long), firm("x" * 10_000)).value < 0.5
