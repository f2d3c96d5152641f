"""Money in and out: direction by the kind of tie, largest first, unknown counted, nothing added up."""

from __future__ import annotations

from graph.dossier import TieLine
from graph.model import Entity, Tie
from graph.money import Flow, money_of


def line(
    tie: str, start: str, type_: str, end: str, amount: int | None = None, status: str = "completed"
) -> TieLine:
    made = Tie(tie, start, type_, end, status, amount_usd=amount)
    other = end if start == "me" else start
    return TieLine(made, "money", tie, Entity(other, other.upper(), "company"), ())


def told(flow: Flow) -> list[tuple[str, list[str], int | None]]:
    return [
        (party.other.id, [each.tie.id for each in party.lines], party.largest)
        for party in flow.counterparties
    ]


def test_money_follows_the_payer() -> None:
    found = money_of("me", [
        line("invested", "me", "INVESTED_IN", "a", 5), line("funded", "b", "INVESTED_IN", "me", 7),
        line("lent", "c", "LENT_TO", "me", 2), line("sold", "me", "SUPPLIES", "d", 3),
        line("bought", "e", "SUPPLIES", "me"), line("purchase", "me", "ACQUIRED", "f", 9),
    ])  # fmt: skip
    assert told(found.incoming) == [("b", ["funded"], 7), ("d", ["sold"], 3), ("c", ["lent"], 2)]
    assert told(found.outgoing) == [("f", ["purchase"], 9), ("a", ["invested"], 5), ("e", ["bought"], None)]
    assert (found.incoming.known, found.incoming.unknown) == (3, 0)
    assert (found.outgoing.known, found.outgoing.unknown) == (2, 1)


def test_its_own_price_and_what_states_no_direction_stand_apart() -> None:
    found = money_of("me", [
        line("sold-itself", "a", "ACQUIRED", "me", 10), line("joint", "me", "PARTNERED_WITH", "b", 4),
        line("holding", "c", "OWNS", "me", 6), line("seat", "d", "BOARD_MEMBER_OF", "me"),
    ])  # fmt: skip
    assert told(found.apart) == [("a", ["sold-itself"], 10), ("c", ["holding"], 6), ("b", ["joint"], 4)]
    assert (found.incoming.counterparties, found.outgoing.counterparties) == ((), ())


def test_amounts_of_one_counterparty_are_never_added() -> None:
    found = money_of("me", [
        line("unknown", "a", "INVESTED_IN", "me"), line("part", "a", "INVESTED_IN", "me", 4),
        line("total", "a", "INVESTED_IN", "me", 10), line("other", "b", "INVESTED_IN", "me", 11),
        line("zero", "c", "INVESTED_IN", "me", 0),
    ])  # fmt: skip
    assert told(found.incoming) == [
        ("b", ["other"], 11), ("a", ["total", "part", "unknown"], 10), ("c", ["zero"], 0),
    ]  # fmt: skip
    assert (found.incoming.known, found.incoming.unknown) == (4, 1)


def test_a_tie_to_oneself_has_no_direction() -> None:
    found = money_of("me", [line("loop", "me", "INVESTED_IN", "me", 1)])
    assert told(found.apart) == [("me", ["loop"], 1)]


def test_other_currencies_are_known_and_never_compared_with_dollars_and_a_round_is_no_amount() -> None:
    def made(key: str, **figures: object) -> TieLine:
        tie = Tie(key, key, "INVESTED_IN", "me", "completed", **figures)  # type: ignore[arg-type]
        return TieLine(tie, "money", key, Entity("a", "A", "investor"), ())

    found = money_of("me", [
        made("unknown"), made("round", round_usd=900), made("euro", amount="7", currency="EUR"),
        made("dollar", amount_usd=5),
    ])  # fmt: skip
    assert told(found.incoming) == [("a", ["dollar", "euro", "unknown", "round"], 5)]
    assert (found.incoming.known, found.incoming.unknown) == (2, 2)
    paid = money_of("me", [line("grant", "me", "PAID", "b", 3), line("gift", "c", "PAID", "me", 4)])
    assert (told(paid.outgoing), told(paid.incoming)) == ([("b", ["grant"], 3)], [("c", ["gift"], 4)])
