"""The page of circles: counts, the chosen circle, amounts, entities, addresses good and bad, hostile names."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from graph.errors import ParameterError
from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said
from widgets.analyses_loops import amount


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, bundled_store: EmbeddedStore) -> Generator[None]:
    with app_on(bundled_store, monkeypatch):
        yield


@pytest.fixture
def on_store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("", None), ("  ", None), ("20bn", 20 * 10**9), ("$1.5 billion", 15 * 10**8), ("US$500m", 5 * 10**8),
        ("250,000", 250_000), ("750k", 750_000), ("1TN", 10**12), ("0", 0), ("2 million", 2 * 10**6),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, dollars: int | None) -> None:
    assert amount(text) == dollars


@pytest.mark.parametrize("text", ["much", "-5", "5 apples", "bn", "1e9", "20 bn or so", "1,5bn", "²", "€5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="no amount"):
        amount(text)


@pytest.mark.usefixtures("app")
class TestWithTheBundledData:
    def test_money_circles_through_a_company_and_the_one_of_the_address(self) -> None:
        test = opened("loops", **{"with": "nvidia", "max": "3", "loop": "nvidia,openai,oracle"})
        text = said(test)
        assert "money circles up to length 3 through NVIDIA among" in text
        assert "NVIDIA → OpenAI → Oracle → NVIDIA" in text
        assert "OpenAI buys from Oracle" in text
        assert "](https://" in text
        chosen = test.radio(key="loops-loop")
        assert chosen.value == "nvidia,openai,oracle"
        assert chosen.options[0].startswith("1\\. NVIDIA → ")
        chosen.set_value(chosen.options and "nvidia,openai")
        again(test)
        assert "loop" not in test.query_params
        assert "OpenAI buys from NVIDIA" in said(test)

    def test_a_least_amount_keeps_unknown_ones_apart(self) -> None:
        test = opened("loops", min="20bn")
        assert "of at least $20bn" in said(test)
        assert "circles state no amount at any step" in said(test)
        test.text_input(key="loops-min").set_value("much")
        again(test)
        assert "no amount" in test.error[0].value

    def test_no_circle_is_a_result(self) -> None:
        text = said(opened("loops", kind="ownership"))
        assert (
            "No ownership circle up to length 5 among 15 takeover, 9 investment and 40 holding ties." in text
        )
        assert "How is this computed?" in text

    def test_plans_are_badged_and_only_shown_when_asked(self) -> None:
        test = opened("loops", **{"with": "spacex", "max": "3", "loop": "anthropic,spacex,anysphere"})
        assert "not all facts" not in said(test)
        test.toggle(key="loops-plans").set_value(True)
        again(test)
        assert test.query_params["all"] == "1"
        assert any(
            ":orange-badge[not all facts]" in text for text in test.radio(key="loops-loop").proto.captions
        )

    def test_an_amount_that_stands_on_a_plan_says_so(self) -> None:
        text = said(opened("loops", **{"with": "oracle", "loop": "nvidia,openai,oracle", "all": "1"}))
        assert "OpenAI → Oracle** :gray[$300bn (announced)]" in text

    def test_wrong_addresses(self) -> None:
        text = said(opened("loops", **{"with": "nvdia", "max": "99", "kind": "x", "loop": "nobody"}))
        assert "no entity “nvdia”" in text
        assert "80 money circles up to length 5" in text
        assert "is not among these" in text
        assert "is not a date" in said(opened("loops", as_of="soon"))


def test_an_empty_store_and_one_without_circles(on_store: EmbeddedStore) -> None:
    assert "Nothing loaded yet" in said(opened("loops"))
    on_store.upsert(Batch((Entity("a", "A", "company"),)))
    assert "No money circle up to length 5 in a graph without any tie" in said(opened("loops"))


def test_hostile_names_stay_text(on_store: EmbeddedStore) -> None:
    entities = (Entity("a", HOSTILE, "company"), Entity("b", "x" * 10_000, "company"))
    ties = (
        Tie("r1", "a", "INVESTED_IN", "b", "active", "2024", amount_usd=10**9, note=HOSTILE, sources=("s",)),
        Tie("r2", "a", "SUPPLIES", "b", "active", "2025", product=HOSTILE, share=0.4, share_basis="revenue", sources=("s",)),
    )  # fmt: skip
    on_store.upsert(Batch(entities, ties, (Source("s", HOSTILE, HOSTILE, url="https://example.org/)[x](y"),)))
    test = opened("loops")
    assert "1 money circle " in said(test)
    labels = [*test.radio(key="loops-loop").options, *test.radio(key="loops-loop").proto.captions]
    assert any("40 % of revenue" in text.replace("\\", "") for text in labels)
    for text in (*(str(part.value) for part in (*test.markdown, *test.caption)), *labels):
        assert "](javascript" not in text
        assert "<img" not in text.replace("\\<img", "")
        assert len(text) < 20_000
