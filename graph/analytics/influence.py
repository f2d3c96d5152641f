"""Which ties say anything about influence, for every search and measure that follows ties of all types."""

from __future__ import annotations

from collections.abc import Collection

from graph.errors import ParameterError

NO_INFLUENCE = frozenset({"LOCATED_AT", "MAYBE_SAME_AS"})
"""Tie types that paths, blocking sets, centrality, communities and cut points leave aside unless named.

An address joins the thousands of firms that one agent serves, and whoever a register guesses to be the same
as somebody else: neither has a say in the other, and one such entity would be the centre of every graph.
"""


NOT_ADDED = {
    "round_usd": "It is the money of all investors of a round together, and stands on the tie of each.",
    "amount": "It is in many currencies.",
    "quantity": "Shares of different firms are different things.",
}
"""Attributes of ties that no measure may add up, and why."""


def check_added(attribute: str | None) -> None:
    """Refuse an attribute that must not be added up as a weight or an amount.

    Raises:
        ParameterError: it is one of ``NOT_ADDED``.
    """
    if attribute in NOT_ADDED:
        raise ParameterError(
            "attribute", f"{attribute} is never added up. {NOT_ADDED[attribute]}", hint="Use amount_usd."
        )


def counts(type_: str | None, types: Collection[str] | None) -> bool:
    """Whether a tie of this type counts where ``types`` are asked for; None asks for all that are influence.

    An edge without a type, in a graph of the user's own, always counts.

    >>> counts("OWNS", None), counts("LOCATED_AT", None), counts("LOCATED_AT", ["LOCATED_AT"])
    (True, False, True)
    """
    if type_ is None:
        return True
    return type_ not in NO_INFLUENCE if types is None else type_ in types


def left_aside(types: Collection[str] | None) -> list[str]:
    """The types that are left aside, for a provenance."""
    return sorted(NO_INFLUENCE) if types is None else []
