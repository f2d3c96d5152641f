"""What ICIJ's edges say: link texts of many leaks and spellings as types of ties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_BOARD = (
    "director", "chairman", "chairwoman", "chairperson", "chair", "board member", "member of the board",
    "board of directors", "council member", "member of foundation council", "foundation council",
    "foundation council member", "personal directorship", "directorship",
)  # fmt: skip
_OWNER = (
    "shareholder", "owner", "beneficiary", "stockholder", "subscriber", "partner", "holder", "unitholder",
    "unit holder", "beneficial interest", "share owner", "investor",
)  # fmt: skip
_CONTROL = (
    "trustee", "protector", "settlor", "power of attorney", "attorney", "signatory", "nominated person",
    "authorised person", "authorized person", "authorised representative", "authorized representative",
    "appointor", "appointer", "enforcer", "controller", "grantor", "authorised", "authorized", "poa",
    "authorised signature", "authorized signature", "trustor",
)  # fmt: skip
_ROLE = (
    "secretary", "president", "treasurer", "officer", "manager", "administrator", "auditor", "accountant",
    "liquidator", "custodian", "representative", "registrar", "chief executive", "receiver", "clerk",
    "assistant", "records & registers", "unit trust register", "consul", "supervisor", "inspector",
    "comptroller",
)  # fmt: skip
_ADVICE = ("adviser", "advisor", "counsel", "lawyer", "legal advice")
_SERVICE = (
    "intermediary", "agent", "registered office", "correspondent", "correspondent addr", "stockbroker",
    "broker", "service provider", "incorporator",
)  # fmt: skip
_SORTS: tuple[tuple[str, Sequence[str]], ...] = (
    ("ADVISES", _ADVICE),
    ("FOUNDED", ("founder", "co-founder")),
    ("BOARD_MEMBER_OF", _BOARD),
    ("CONTROLS", _CONTROL),
    ("OWNS", _OWNER),
    ("MEMBER_OF", ("member",)),
    ("HOLDS_ROLE", _ROLE),
    ("SERVES", _SERVICE),
)
_SAME = re.compile(r"(?:probably |possibly |may be )?(?:the )?(?:same|similar)\b")
_ADDRESS = re.compile(r"(?:registered|business|mailing|residential|correspondence)? ?address(?: of)?\Z")
_PARTS = re.compile(r"\s*(?:[/;,+&]|\band\b)\s*")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Link:
    """One tie that an edge stands for.

    Attributes:
        type: of the ontology.
        words: the register's words, without the "of" at their end.
    """

    type: str
    words: str


@lru_cache(maxsize=20_000)
def links(rel_type: str, link: str) -> tuple[Link, ...]:
    """The ties of an edge; several where its text names several capacities.

    The oldest files hold the text itself in ``rel_type``.

    >>> links("officer_of", "Director / Shareholder of")
    (Link(type='BOARD_MEMBER_OF', words='Director'), Link(type='OWNS', words='Shareholder'))
    >>> links("registered_address", "registered address")
    (Link(type='LOCATED_AT', words='registered address'),)
    >>> links("same_name_as", ""), links("officer_of", "")
    ((Link(type='MAYBE_SAME_AS', words='same name as'),), (Link(type='HOLDS_ROLE', words='officer'),))
    >>> links("officer_of", "grantee of a mortgage of")
    (Link(type='RELATED_TO', words='grantee of a mortgage'),)
    """
    sort = _plain(rel_type)
    words = _words(link) or _words(rel_type) or "linked"
    if _SAME.match(sort):
        # The link often says why: same name, same address.
        return (Link("MAYBE_SAME_AS", _plain(link) if _SAME.match(_plain(link)) else sort),)
    if _ADDRESS.match(sort):
        return (Link("LOCATED_AT", words),)
    if sort in ("intermediary of", "intermediary"):
        return (Link("SERVES", words),)
    if sort in ("connected to", "connected of", "related entity", "underlying"):
        return (Link("RELATED_TO", words),)
    return tuple(_capacities(words))


def _capacities(words: str) -> Iterable[Link]:
    whole = _type_of(words)
    parts = [part for part in _PARTS.split(re.sub(r"\([^()]*\)", " ", words[:_LONGEST])) if part.strip()]
    if len(parts) > 1:
        found: dict[str, list[str]] = {}
        for part in parts:
            if tie_type := _type_of(part):
                found.setdefault(tie_type, []).append(part.strip())
        if found and (len(found) > 1 or whole is None):
            return [Link(tie_type, " / ".join(said)) for tie_type, said in found.items()]
    return [Link(whole or "RELATED_TO", words)]


def _type_of(text: str) -> str | None:
    plain = _plain(re.sub(r"\([^()]*\)", " ", text[:_LONGEST]))
    plain = re.sub(r" of (?:the )?(?:trust|company|foundation|entity)\Z", "", plain.removesuffix(" of"))
    # What a nominee holds is held for another, but a nominee director is a director.
    if "nominee" in plain and "director" not in plain:
        return "CONTROLS"
    for tie_type, words in _SORTS:
        if any(plain == word or plain.endswith((" " + word, "-" + word)) for word in words):
            return tie_type
    if plain.startswith(("secretary", "power of attorney", "trustee", "protector", "settlor")):
        return "HOLDS_ROLE" if plain.startswith("secretary") else "CONTROLS"
    return None


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").lower().split())


def _words(text: str) -> str:
    return re.sub(r"\s+of\Z", "", " ".join(text.replace("_", " ").split()), flags=re.IGNORECASE)
