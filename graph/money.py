"""Money in and money out of one entity, by counterparty. Recorded amounts overlap, so nothing is added up.

A total stands beside its parts, and the amount of a consortium beside each of its members. What can be
said is who is recorded to have paid whom, which single amounts are known, and for how many ties none is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from graph.dossier import TieLine
from graph.model import Entity, EntityId, Tie
from graph.wording import has_amount

PAYER: Mapping[str, str] = {
    "INVESTED_IN": "from", "LENT_TO": "from", "ACQUIRED": "from", "SUPPLIES": "to", "PAID": "from",
}  # fmt: skip
"""Tie types that move money, and which end pays. The price of a purchase goes to the sellers."""


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Everything recorded between the entity and one other, in one direction of the money.

    Attributes:
        lines: the largest amount first, then those of unknown amount, newest first.
        largest: largest single amount in US dollars; None when none is known.
        known, unknown: number of ties with and without an amount, in whatever currency. The size of a whole
            financing round is no amount of one investor.
    """

    other: Entity
    lines: tuple[TieLine, ...]
    largest: int | None
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Money in one direction.

    Attributes:
        counterparties: the largest single amount first, unknown ones last, by name.
        known, unknown: number of ties with and without an amount.
    """

    counterparties: tuple[Counterparty, ...]
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Money:
    """Money of one entity.

    Attributes:
        incoming: investments, loans and payments that it got.
        outgoing: investments, loans, prices and payments that it made.
        apart: amounts that are no payment to or from it, or whose direction nobody states: the price of
            the entity itself, the value of a holding, the size of a joint project.
    """

    incoming: Flow
    outgoing: Flow
    apart: Flow


def money_of(entity: EntityId, lines: Iterable[TieLine]) -> Money:
    """Sort the ties of an entity by the direction in which money goes. Cost: O(n log n)."""
    kept = list(lines)

    def flow(wanted: Callable[[Tie], bool]) -> Flow:
        return _flow(line for line in kept if wanted(line.tie))

    return Money(
        flow(lambda tie: _direction(entity, tie) == "in"),
        flow(lambda tie: _direction(entity, tie) == "out"),
        flow(lambda tie: not _direction(entity, tie) and has_amount(tie)),
    )


def _direction(entity: EntityId, tie: Tie) -> str:
    payer = PAYER.get(tie.type)
    if payer is None or tie.from_id == tie.to_id:
        return ""
    if (tie.from_id if payer == "from" else tie.to_id) == entity:
        return "out"
    return "" if tie.type == "ACQUIRED" else "in"


def _flow(lines: Iterable[TieLine]) -> Flow:
    by_other: dict[EntityId, list[TieLine]] = {}
    for line in lines:
        by_other.setdefault(line.other.id, []).append(line)
    parties = sorted((_party(members) for members in by_other.values()), key=_largest_first)
    return Flow(
        tuple(parties), sum(party.known for party in parties), sum(party.unknown for party in parties)
    )


def _party(lines: list[TieLine]) -> Counterparty:
    amounts = [line.tie.amount_usd for line in lines if line.tie.amount_usd is not None]
    known = sum(has_amount(line.tie) for line in lines)
    # Sorting is stable: where no amount is known, the newest stays first. Other currencies are not compared.
    ordered = sorted(lines, key=lambda line: _size(line.tie), reverse=True)
    return Counterparty(lines[0].other, tuple(ordered), max(amounts, default=None), known, len(lines) - known)


def _size(tie: Tie) -> int:
    """US dollars; then what is stated in another currency, then what is not known."""
    return tie.amount_usd if tie.amount_usd is not None else -1 if tie.amount is not None else -2


def _largest_first(party: Counterparty) -> tuple[bool, int, str, str]:
    return (party.largest is None, -(party.largest or 0), party.other.name.casefold(), party.other.id)
