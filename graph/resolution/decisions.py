"""What somebody decided about a pair of records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from graph.errors import LoadError, ParameterError
from graph.model import EntityId

VERDICTS = ("same", "different", "skip")


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict on one pair.

    Attributes:
        left, right: ids of the two, put in alphabetical order.
        verdict: ``same``, ``different``, or ``skip`` (looked at, not decided).
        at: when, ISO 8601 with date and time; UTC where no zone is given.
        by: who, None when unknown.
        reasons: sentences that were in front of the person, or their own.

    Raises:
        ParameterError: another verdict, a pair of one id, an empty id, or ``at`` is no point in time.
    """

    left: EntityId
    right: EntityId
    verdict: str
    at: str
    by: str | None = None
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ParameterError(
                "verdict", f"{self.verdict[:40]!r} is not known.", hint=f"One of {', '.join(VERDICTS)}."
            )
        if not self.left or not self.right or self.left == self.right:
            raise ParameterError("pair", "a decision is about two different entities.")
        try:
            datetime.fromisoformat(self.at)
        except ValueError:
            raise ParameterError(
                "at",
                f"{self.at[:40]!r} is no date and time.",
                hint="Write it like 2026-11-24T09:30:00+00:00.",
            ) from None
        if self.left > self.right:
            left, right = self.right, self.left
            object.__setattr__(self, "left", left)
            object.__setattr__(self, "right", right)

    @property
    def pair(self) -> tuple[EntityId, EntityId]:
        """The two ids in alphabetical order."""
        return self.left, self.right

    def as_dict(self) -> dict[str, Any]:
        """For JSON; unknown fields are left out."""
        found: dict[str, Any] = {
            "left": self.left,
            "right": self.right,
            "verdict": self.verdict,
            "at": self.at,
        }
        if self.by is not None:
            found["by"] = self.by
        if self.reasons:
            found["reasons"] = list(self.reasons)
        return found

    def as_text(self) -> str:
        """One line of JSON, the same for equal decisions; :func:`decision_from` reads it."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)


def decision_from(text: str | Mapping[str, Any]) -> Decision:
    """A decision from its text or dictionary; unknown keys are left aside.

    Raises:
        LoadError: it is no decision.
    """
    try:
        values: Any = json.loads(text) if isinstance(text, str) else text
        by = values.get("by")
        fields = [values["left"], values["right"], values["verdict"], values["at"]]
        reasons = cast("list[object]", values.get("reasons", []))
        if not all(isinstance(value, str) for value in [*fields, *reasons, by or ""]):
            raise TypeError
        return Decision(
            values["left"],
            values["right"],
            values["verdict"],
            values["at"],
            by,
            tuple(str(reason) for reason in reasons),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ParameterError, RecursionError) as error:
        raise LoadError(
            "This is not a decision about two entities.",
            hint="A line holds left, right, verdict (same, different, skip) and at.",
        ) from error


def verdicts(
    decisions: Mapping[tuple[EntityId, EntityId], str] | Iterable[Decision],
) -> dict[tuple[EntityId, EntityId], str]:
    """Pair to its last verdict; of two with the same time the later in order counts."""
    if isinstance(decisions, Mapping):
        given = cast("Mapping[tuple[EntityId, EntityId], str]", decisions)
        return {(min(pair), max(pair)): verdict for pair, verdict in given.items()}
    ordered = sorted(decisions, key=_moment)
    return {decision.pair: decision.verdict for decision in ordered}


def _moment(decision: Decision) -> datetime:
    found = datetime.fromisoformat(decision.at)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
