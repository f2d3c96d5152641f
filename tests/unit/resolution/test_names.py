"""Names in comparable form: legal forms, scripts, persons, hostile texts."""

from __future__ import annotations

import pytest

from graph.model import Entity
from graph.resolution.names import FORMS_MAX, NAME_MAX, forms_of, name_form
from graph.resolution.nicknames import same_given_name
from graph.resolution.weights import TokenWeights


@pytest.mark.parametrize(
    "name",
    [
        "Foo GmbH", "Foo AG", "Foo S.A.", "Foo Oy", "Foo K.K.", "OOO Foo", "ООО Foo", "Foo有限公司", "Foo株式会社",
        "株式会社Foo", "주식회사 Foo", "Foo PJSC", "Foo P.J.S.C.", "Foo Sdn Bhd", "Foo Sdn. Bhd.", "Foo Berhad",
        "Foo Pte. Ltd.", "Foo Co., Ltd.", "PT Foo Tbk", "Foo PBC", "Foo A/S", "Foo Sp. z o.o.", "Foo d.o.o.",
        "Foo S.à r.l.", "Foo S.A. de C.V.", "Foo FZ-LLC", "Foo ULC", "Foo & Co", "Foo A.Ş.", "UAB Foo",
        "Foo UG (haftungsbeschränkt)", "FOO KGaA", "Foo EOOD", "Foo ООД", "Foo Public Joint Stock Company",
        "Foo DMCC", "Foo W.L.L.", "Foo GmbH & Co. KG", "The Foo Limited Liability Company", "ПАО Foo", "Foo, Inc",
        "FOO CORPORATION", "Foo Private Limited", "Foo RSC Ltd",
    ],
)  # fmt: skip
def test_legal_forms_come_off(name: str) -> None:
    form = name_form(name)
    assert form.tokens == ("foo",)
    assert form.legal
    assert form.text == name


def test_a_short_term_that_is_a_word_counts_in_its_country_only() -> None:
    assert name_form("Amazon UK").tokens == ("amazon", "uk")
    assert name_form("Amazon UK", "company", "UZ").tokens == ("amazon",)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("AB", ("ab",)), ("D. E. Shaw", ("de", "shaw")), ("X.AI", ("x", "ai")), ("Hydrazine Capital II", ("hydrazine", "capital", "2")),
        ("Yandex", ("yandex",)), ("Яндекс", ("yandeks",)), ("Bill & Melinda Gates", ("bill", "melinda", "gates")),
        ("Société Générale", ("societe", "generale")), ("X Corp", ("x",)), ("Group 42", ("group", "42")),
    ],
)  # fmt: skip
def test_firms(name: str, tokens: tuple[str, ...]) -> None:
    assert name_form(name).tokens == tokens


@pytest.mark.parametrize(
    ("name", "tokens", "generation"),
    [
        ("Huang, Jensen", ("jensen", "huang"), ""), ("Donald Trump Jr.", ("donald", "trump"), "2nd"),
        ("Trump, Donald, Jr.", ("donald", "trump"), "2nd"), ("Dr. C.C. Wei", ("cc", "wei"), ""),
        ("Adam D'Angelo", ("adam", "dangelo"), ""), ("Sheikh Tahnoon bin Zayed", ("tahnoon", "bin", "zayed"), ""),
        ("John Thompson, PhD", ("john", "thompson"), ""),
    ],
)  # fmt: skip
def test_persons(name: str, tokens: tuple[str, ...], generation: str) -> None:
    form = name_form(name, "person")
    assert (form.tokens, form.generation) == (tokens, generation)


HOSTILE = [
    "", " ", "\x00", "'", "…", "🦄", "(株)", "株式会社", "Ltd", "&", "a" * 10_000, "Inc " * 2_500, ", , ,", "((((", "\u202egnp",
    "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "\ud800", "١٢٣", "İ" * 400,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["company", "person", "address"])
def test_hostile_names_have_a_form(name: str, kind: str) -> None:
    form = name_form(name, kind)
    assert form.text == name
    assert form.key == "".join(form.tokens)
    assert len(form.key) <= 20 * NAME_MAX
    assert all(form.tokens)


def test_long_names_that_differ_late_are_told_apart() -> None:
    assert name_form("a" * 10_000).key != name_form("a" * 9_999).key


def test_forms_of_an_entity() -> None:
    forms = forms_of(Entity("x", "Anysphere (Cursor)", "company", ("", "  ", "Cursor", "CURSOR Inc.")))
    assert [form.key for form in forms] == ["anyspherecursor", "anysphere", "cursor"]
    assert not forms[0].alias
    many = Entity("x", "Name", "company", tuple(f"Alias {n}" for n in range(1_000)))
    assert len(forms_of(many)) == FORMS_MAX


def test_a_branch_in_brackets_is_no_other_name() -> None:
    assert len(forms_of(Entity("x", "Foo (Asia)", "company"))) == 1


def test_given_names() -> None:
    assert same_given_name("larry", "lawrence")
    assert not same_given_name("larry", "robert")


def test_general_words_count_little() -> None:
    weights = TokenWeights.of([(name_form(f"Firm{n} Capital"),) for n in range(50)])
    assert weights.bits("capital") < weights.bits("firm7") / 2
    assert weights.is_common("capital")
    assert not weights.is_common("firm7")
