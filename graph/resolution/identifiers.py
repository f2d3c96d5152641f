"""Strong ids: which agree, which contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

EXCLUSIVE = frozenset(
    {"lei", "cik", "gb-coh", "wikidata", "crunchbase", "littlesis", "reg", "opencorporates"}
)
"""Schemes that give one entity one id, so that two different ids mean two entities."""
SEVERAL = frozenset({"cusip", "isin", "bic", "icij"})
"""Schemes that give one entity several ids (one for each issue, branch or leak): agreement counts, difference
does not."""
LABELS = {
    "lei": "LEI", "cik": "CIK", "gb-coh": "Companies House number", "wikidata": "Wikidata item",
    "crunchbase": "Crunchbase id", "cusip": "CUSIP", "isin": "ISIN", "bic": "BIC", "icij": "ICIJ node",
    "littlesis": "LittleSis id", "opencorporates": "OpenCorporates id", "reg": "register number",
}  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\Z", re.IGNORECASE)

Ids = dict[str, frozenset[str]]
"""Scheme (with the register, where one scheme holds several) to values."""


def ids_of(identifiers: Iterable[str]) -> Ids:
    """Strong ids by scheme, compared without case and blanks. Texts without a scheme are left out.

    ``reg`` and ``opencorporates`` ids are compared within one register or jurisdiction, Crunchbase
    permalinks and uuids apart.

    >>> ids_of(["lei:5493001KJTIIGC8Y1R12", "cik:1045810", "cik:0001045810"])["cik"]
    frozenset({'0001045810'})
    """
    found: dict[str, set[str]] = {}
    for text in identifiers:
        scheme, colon, value = text.partition(":")
        scheme, value = scheme.strip().lower(), "".join(value.split()).upper()
        if not colon or not value:
            continue
        if scheme == "cik":
            value = value.zfill(10)
        elif scheme == "reg":
            register, parted, number = value.partition(":")
            scheme, value = (f"reg:{register.lower()}", number) if parted else (scheme, value)
        elif scheme == "opencorporates":
            place, parted, number = value.partition("/")
            scheme, value = (f"opencorporates:{place.lower()}", number) if parted else (scheme, value)
        elif scheme == "crunchbase":
            scheme = "crunchbase:uuid" if _UUID.match(value) else "crunchbase"
            value = value.replace("-", "") if scheme.endswith("uuid") else value
        if value:
            found.setdefault(scheme, set()).add(value)
    return {scheme: frozenset(values) for scheme, values in sorted(found.items())}


def is_exclusive(scheme: str) -> bool:
    """Whether one entity has one id of this scheme only."""
    return scheme.partition(":")[0] in EXCLUSIVE


def label(scheme: str) -> str:
    """A scheme for people, ``register number (GB)``."""
    name, colon, register = scheme.partition(":")
    known = LABELS.get(name, name)
    return f"{known} ({register.upper()})" if colon and name in ("reg", "opencorporates") else known
