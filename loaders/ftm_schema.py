"""The part of the FollowTheMoney model that is read: schemata as kinds and tie types.

The library that defines it needs the ICU headers and a compiler, so that it is no requirement; a test
holds these tables to it where it is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KINDS: Mapping[str, str] = {
    "Person": "person",
    "Company": "company",
    "Organization": "organization",
    "PublicBody": "government",
    "LegalEntity": "party",
    "Asset": "asset",
    "BankAccount": "asset",
    "CryptoWallet": "asset",
    "License": "asset",
    "RealEstate": "asset",
    "Security": "asset",
    "Vehicle": "asset",
    "Airplane": "asset",
    "Vessel": "asset",
    "Address": "address",
}
"""Schemata of entities and their kinds."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A schema that joins two others: tie type, property with the ``from`` end, property with the ``to`` end.

    ``turned`` where the model itself runs from our ``to`` to our ``from``.
    """

    type: str
    start: str
    end: str
    role: str | None = None
    turned: bool = False


EDGES: Mapping[str, Edge] = {
    "Ownership": Edge("OWNS", "owner", "asset"),
    "Control": Edge("CONTROLS", "controller", "controlled"),
    "Directorship": Edge("BOARD_MEMBER_OF", "director", "organization"),
    "Membership": Edge("MEMBER_OF", "member", "organization"),
    "Employment": Edge("HOLDS_ROLE", "employee", "employer"),
    "Representation": Edge("SERVES", "agent", "client"),
    "Payment": Edge("PAID", "payer", "beneficiary"),
    "Debt": Edge("LENT_TO", "creditor", "debtor", turned=True),
    "Family": Edge("RELATED_TO", "person", "relative", role="family"),
    "Associate": Edge("RELATED_TO", "person", "associate", role="associate"),
    "UnknownLink": Edge("RELATED_TO", "subject", "object"),
    "Succession": Edge("RELATED_TO", "predecessor", "successor", role="predecessor and successor"),
    "Similar": Edge("MAYBE_SAME_AS", "candidate", "match"),
}
"""Schemata that are ties."""

OCCUPANCY, POSITION = "Occupancy", "Position"
"""A person holds a post; the organisation stands with the post."""
AWARD, CONTRACT = "ContractAward", "Contract"
"""A supplier is given a contract; the customer stands with the contract."""

EVENTS = frozenset({"Payment"})
"""Ties that happened at a date, so that ``date`` is their start."""

ABSTRACT = frozenset({"Analyzable", "Interest", "Interval", "Thing", "Value"})
"""Schemata no entity can be of."""

OTHERS = frozenset(
    {
        "Article", "Audio", "Call", "CallForTenders", "CourtCase", "CourtCaseParty", "Document",
        "Documentation", "EconomicActivity", "Email", "Event", "Folder", "HyperText", "Identification",
        "Image", "Mention", "Message", "Note", "Package", "Page", "Pages", "Passport", "PlainText", "Project",
        "ProjectParticipant", "Risk", "Sanction", "Table", "TaxRoll", "Territory", "Trip", "UserAccount",
        "Video", "Workbook",
    }
)  # fmt: skip
"""Schemata that the graph has no place for."""

DEPTH: Mapping[str, int] = {
    "LegalEntity": 1, "Asset": 1, "Organization": 2, "Person": 2, "Vehicle": 2, "RealEstate": 2,
    "Security": 2, "BankAccount": 2, "Contract": 2, "License": 3, "Company": 3, "PublicBody": 3,
    "Airplane": 3, "Vessel": 3,
}  # fmt: skip
"""How special a schema is: of several that one entity is given, the most special holds."""

REFERENCES: Mapping[str, tuple[str, bool]] = {
    "parent": ("OWNS", False),
    "owner": ("OWNS", False),
    "holder": ("OWNS", False),
    "operator": ("CONTROLS", False),
    "addressEntity": ("LOCATED_AT", True),
}
"""Properties of entities that name another: tie type, and whether it runs from the entity to the other."""


def most_special(schemata: list[str]) -> str:
    """The schema that holds for an entity which is given several."""
    return max(schemata, key=lambda name: DEPTH.get(name, 0))


def aside(schema: str) -> str | None:
    """Why nothing of a schema is loaded; None where it is."""
    if schema in KINDS or schema in EDGES or schema in (OCCUPANCY, AWARD):
        return None
    if schema in (POSITION, CONTRACT):
        return f"a {schema} is no entity of the graph; ties that go through it are made"
    if schema in ABSTRACT:
        return "the schema is abstract, so that nothing can be of it"
    if schema in OTHERS:
        return f"the graph has no place for a {schema}"
    return "the schema is none of FollowTheMoney's"
