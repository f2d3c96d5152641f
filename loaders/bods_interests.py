"""Interests of BODS relationships as ties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from graph.model import Tie
from loaders.bods_statement import Statement, closing_note
from loaders.json_values import as_list, as_number, as_object, as_text
from loaders.values import RowReader, Share, made_id


@dataclass(frozen=True, slots=True)
class _Meaning:
    type: str = "CONTROLS"
    basis: str | None = None
    role: str | None = None


_OTHER = _Meaning()
_MEANINGS: Mapping[str, _Meaning] = {
    "shareholding": _Meaning("OWNS", "equity"),
    "votingrights": _Meaning("OWNS", "voting"),
    "boardmember": _Meaning("BOARD_MEMBER_OF", role="board member"),
    "boardchair": _Meaning("BOARD_MEMBER_OF", role="chair of the board"),
    "seniormanagingofficial": _Meaning("HOLDS_ROLE", role="senior managing official"),
    "rightstosurplusassetsondissolution": _Meaning(basis="economic"),
    "rightstoprofitorincome": _Meaning(basis="economic"),
    "righttoprofitorincomefromassets": _Meaning(basis="economic"),
}
"""Interest types of all versions by their letters; every other type is a hold that is not a share."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a relationship as entities of the graph, with their kinds where they are known."""

    party: str
    subject: str
    party_kind: str | None = None


def ties_of(
    statement: Statement,
    ends: Ends,
    sources: Sequence[str],
    reader: RowReader,
    *,
    direct_only: bool = False,
) -> Iterator[Tie]:
    """One tie for each interest; one without an interest where none is stated.

    ``direct_only`` where a chain that is loaded stands for the interests that are not direct.
    """
    seen: dict[str, int] = {}
    for interest in _interests(statement, reader):
        word = as_text(interest.get("type"))
        number = seen[_letters(word)] = seen.get(_letters(word), 0) + 1
        if direct_only and _directness(interest) != "direct":
            continue
        meaning = _MEANINGS.get(_letters(word), _OTHER)
        if meaning.role and ends.party_kind == "government":
            # States sit on no boards in the model: what they hold is a say.
            reader.remark("interests.type", word, "a state holds the office; it is kept as control")
            meaning = _OTHER
        if word is None:
            reader.remark("interests.type", "", "the interest has no type; it is kept as control")
        share = _share(interest, reader)
        start, end = reader.period(
            "interests.startDate", as_text(interest.get("startDate")),
            "interests.endDate", as_text(interest.get("endDate")),
        )  # fmt: skip
        tie = Tie(
            id=made_id("bods", statement.key, _letters(word), number),
            from_id=ends.party,
            type=meaning.type,
            to_id=ends.subject,
            status="ended" if end or statement.closed else "active",
            start_date=start,
            end_date=end,
            role=meaning.role,
            note=_note(statement, interest, None if meaning.basis else share),
            sources=tuple(sources),
            interest=word,
            directness=_directness(interest),
        )
        yield replace(tie, **share.fields(meaning.basis)) if meaning.basis else tie


def has_direct_interest(statement: Statement) -> bool:
    """Whether an interest is said to be direct."""
    found = as_list(statement.details.get("interests"))
    return any(_directness(as_object(item)) == "direct" for item in found)


def interests_in_words(statement: Statement, reader: RowReader, *, direct: bool = True) -> str:
    """The interests of a relationship, for a note: ``shareholding 25 to 50 %, votingRights``.

    Without the direct ones if asked.
    """
    found = (
        " ".join(part for part in (as_text(item.get("type")), _in_words(_share(item, reader))) if part)
        for item in _interests(statement, reader)
        if direct or _directness(item) != "direct"
    )
    return ", ".join(text for text in found if text)


def _interests(statement: Statement, reader: RowReader) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for item in as_list(statement.details.get("interests")):
        if isinstance(item, dict):
            found.append(as_object(item))
        else:
            reader.remark("interests", item, "the interest is no object; it is left out")
    return found or [{}]


def _letters(word: str | None) -> str:
    return re.sub("[^a-z]", "", (word or "").lower())


def _directness(interest: Mapping[str, Any]) -> str | None:
    level = as_text(interest.get("directOrIndirect")) or as_text(interest.get("interestLevel"))
    return level if level in ("direct", "indirect") else None


def _share(interest: Mapping[str, Any], reader: RowReader) -> Share:
    """Percentages as fractions: what is not between 0 and 100 is left out with a remark."""
    raw = as_object(interest.get("share"))
    if interest.get("share") is not None and not raw:
        reader.remark("interests.share", interest["share"], "the share is no object; it is left out")

    def bound(key: str) -> float | None:
        # Before 0.4 the exclusive bounds are truth values beside the bounds; in 0.4 they are bounds.
        given = raw.get(key)
        if given is None or isinstance(given, bool):
            return None
        number = as_number(given)
        if number is None or not 0 <= number <= 100:
            reader.remark(
                f"interests.share.{key}", given, "the share is not between 0 and 100 %; it is left out"
            )
            return None
        return float(number / Decimal(100))

    exact = bound("exact")
    lows = [low for low in (bound("minimum"), bound("exclusiveMinimum")) if low is not None]
    highs = [high for high in (bound("maximum"), bound("exclusiveMaximum")) if high is not None]
    if exact is not None:
        return Share(exact=exact)
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None:
        if low > high:
            reader.remark("interests.share", dict(raw), "the minimum is above the maximum; both are left out")
            return Share()
        if low == high:
            return Share(exact=low)
    # "At least 0" and "at most 0" are no stake.
    return Share(low=low if low or high else None, high=high or None)


def _in_words(share: Share) -> str | None:
    if share.exact is not None:
        return f"{share.exact * 100:g} %"
    if share.low is not None and share.high is not None:
        return f"{share.low * 100:g} to {share.high * 100:g} %"
    if share.low is not None:
        return f"at least {share.low * 100:g} %"
    return f"at most {share.high * 100:g} %" if share.high is not None else None


def _note(statement: Statement, interest: Mapping[str, Any], share: Share | None) -> str | None:
    parts = list[str]()
    if interest.get("beneficialOwnershipOrControl") is True:
        parts.append("Beneficial ownership or control.")
    if details := as_text(interest.get("details")):
        parts.append(details)
    # A percentage of something that is neither shares, votes nor income must not be counted as one.
    if share is not None and (words := _in_words(share)):
        parts.append(f"Stated share: {words}.")
    if statement.closed:
        parts.append(closing_note(statement.date))
    return " ".join(parts) or None
