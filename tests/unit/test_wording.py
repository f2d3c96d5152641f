"""Ties as sentences: the status decides the words."""

from __future__ import annotations

import pytest

from graph.model import SCHEMES, Batch, Tie
from graph.ontology import ontology
from graph.wording import (
    amount_text,
    identifier_text,
    money,
    percent,
    phrase,
    sentence,
    share_size,
    share_text,
)

WEIGHED = Tie("r1", "openai", "ACQUIRED", "cerebras", "abandoned", start_date="2017", sources=("seed",))


def test_a_purchase_that_was_weighed_never_reads_as_done() -> None:
    assert sentence(WEIGHED, "OpenAI", "Cerebras") == "OpenAI weighed buying Cerebras (2017, abandoned)"
    assert sentence(WEIGHED, "OpenAI", "Cerebras", backward=True) == (
        "Cerebras could have been bought by OpenAI (2017, abandoned)"
    )


def test_a_share_carries_its_basis_and_period() -> None:
    tie = Tie(
        "r2", "cerebras", "SUPPLIES", "g42", "active", "2024-01", "2024-06", share=0.87, share_basis="revenue",
        sources=("s",),
    )  # fmt: skip
    assert share_text(tie) == "87 % of revenue, 2024-01 to 2024-06"
    assert sentence(tie, "Cerebras", "G42") == "Cerebras supplies G42 (87 % of revenue, 2024-01 to 2024-06)"
    assert phrase(tie, "Cerebras", "G42", backward=True) == "G42 buys from Cerebras"


def test_a_share_without_a_period_says_so() -> None:
    tie = Tie("r2", "a", "SUPPLIES", "b", "active", share=0.5, share_basis="revenue", sources=("s",))
    assert share_text(tie) == "50 % of revenue, period not stated"


def test_roles_and_dates() -> None:
    seat = Tie(
        "r3", "m", "BOARD_MEMBER_OF", "o", "ended", "2015-12", "2018-02", role="co-chair", sources=("s",)
    )
    assert (
        sentence(seat, "Musk", "OpenAI")
        == "Musk sat on the board of OpenAI (co-chair, 2015-12 to 2018-02, ended)"
    )
    job = Tie("r4", "s", "HOLDS_ROLE", "o", "active", "2015", role="chief scientist", sources=("s",))
    assert sentence(job, "Sutskever", "OpenAI") == "Sutskever is chief scientist of OpenAI (since 2015)"
    assert (
        phrase(Tie("r5", "s", "HOLDS_ROLE", "o", "ended", sources=("s",)), "S", "O")
        == "S was an office holder of O"
    )


@pytest.mark.parametrize(
    "name", ["{b}", "{a}{now}", "<img src=x onerror=alert(1)>", "'; MATCH (n) DELETE n //"]
)
def test_names_stay_text(name: str) -> None:
    assert phrase(WEIGHED, name, "Cerebras") == f"{name} weighed buying Cerebras"
    assert phrase(WEIGHED, "OpenAI", name) == f"OpenAI weighed buying {name}"


def test_every_type_and_status_makes_a_clean_sentence() -> None:
    for type_ in ontology().types:
        for status in ontology().statuses:
            for backward in (False, True):
                text = phrase(Tie("r", "a", type_, "b", status), "Ann", "Bob", backward=backward)
                assert text.count("Ann") == text.count("Bob") == 1
                assert "{" not in text
                assert "  " not in text
                assert text.index("Ann") < text.index("Bob") or backward


def test_no_bundled_plan_reads_as_a_fact(bundled: Batch) -> None:
    names = {entity.id: entity.name for entity in bundled.entities}
    for tie in bundled.ties:
        text = sentence(tie, names[tie.from_id], names[tie.to_id])
        assert tie.is_fact or tie.status in text


def test_figures_for_people() -> None:
    assert [percent(share) for share in (0.87, 0.083, 1, 0.005)] == ["87 %", "8.3 %", "100 %", "0.5 %"]
    assert [money(usd) for usd in (1_500, 60_000_000, 24_600_000_000, 1_500_000_000_000)] == [
        "$1,500", "$60m", "$24.6bn", "$1.5tn",
    ]  # fmt: skip


def test_what_registers_say_beside_stands_in_the_bracket() -> None:
    tie = Tie(
        "r1", "a", "OWNS", "b", "active", "2020", share_min=0.25, share_max=0.5, share_basis="voting",
        amount="1500000", currency="EUR", round_usd=10_000_000, quantity="1000.5",
        interest="voting-rights", directness="indirect",
    )  # fmt: skip
    assert sentence(tie, "Ann", "Bob") == (
        "Ann holds a stake in Bob (indirect interest: voting rights, EUR 1,500,000, round of US$ 10 million in "
        "all, 1,000.5 shares, 25 % to 50 % of votes, since 2020)"
    )
    assert not Tie("r2", "a", "OWNS", "b", "active", round_usd=5).amount_usd
    assert amount_text(Tie("r2", "a", "OWNS", "b", "active", round_usd=5)) == ""


def test_a_band_of_revenue_carries_its_period() -> None:
    tie = Tie("r1", "a", "SUPPLIES", "b", "active", "2024", "2024-06", share_min=0.1, share_basis="revenue")
    assert sentence(tie, "A", "B") == "A supplies B (at least 10 % of revenue, 2024 to 2024-06)"
    assert share_size(Tie("r", "a", "OWNS", "b", "active", share_max=0.5)) == "at most 50 %"
    assert share_size(Tie("r", "a", "OWNS", "b", "active", share_min=0.0)) == ""


def test_every_scheme_of_identifiers_has_a_name() -> None:
    for scheme in SCHEMES:
        text = identifier_text(f"{scheme}:00123")
        assert text.endswith(" 00123")
        assert not text.startswith(scheme)
    assert identifier_text("reg:de:HRB 1") == "Register de:HRB 1"
