"""What Crunchbase's job titles, types of jobs and degrees say about the tie."""

from __future__ import annotations

import re

from loaders.crunchbase_cells import Cells

_CHAIR = r"chair(?:man|woman|person)?"
_SEAT = rf"(?:member|director|observer|{_CHAIR})"
_BOARD = re.compile(
    r"(?:(?:independent|non[- ]?executive|executive|outside|founding|former|vice|co|deputy)[- ]+){0,3}(?:"
    rf"board|board of directors|(?:board|board of directors)[ -]{_SEAT}|{_CHAIR}(?: of the board)?|"
    rf"{_SEAT}[, ]+(?:of |on )?(?:the )?board(?: of directors)?|{_CHAIR} of the board of directors)",
    re.IGNORECASE,
)
_LONGEST = 200
_ADVISER = re.compile(r"advis[oe]r|advisory", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:[,;/&+|]|\band\b)\s*", re.IGNORECASE)


def role_type(title: str | None) -> str:
    """The tie that a title alone tells: on the board or an adviser only when every part of it says so.

    >>> role_type("Board Member"), role_type("Member, Board of Directors"), role_type("CEO & Board Member")
    ('BOARD_MEMBER_OF', 'BOARD_MEMBER_OF', 'HOLDS_ROLE')
    >>> role_type("Advisory Board Member"), role_type("Advisor"), role_type("Investment Advisor Manager")
    ('ADVISES', 'ADVISES', 'HOLDS_ROLE')
    """
    if title is None:
        return "HOLDS_ROLE"
    whole = " ".join(title.split())
    if len(whole) > _LONGEST:
        return "HOLDS_ROLE"
    if re.search("advis[oe]ry board|board (?:of )?advis[oe]r", whole, re.IGNORECASE):
        return "ADVISES" if len(_PARTS.split(whole)) <= 2 else "HOLDS_ROLE"
    if _BOARD.fullmatch(whole):
        return "BOARD_MEMBER_OF"
    parts = [part for part in _PARTS.split(whole) if part]
    if parts and all(re.fullmatch(r"(?:\w+ )?advis[oe]r", part, re.IGNORECASE) for part in parts):
        return "ADVISES"
    return "BOARD_MEMBER_OF" if parts and all(_BOARD.fullmatch(part) for part in parts) else "HOLDS_ROLE"


def job_type(kind: str | None, advisory: bool | None, title: str | None) -> str:
    """The tie of a job: what its type says, else what its title says.

    >>> job_type("board_member", None, "Chair"), job_type("advisor", None, None)
    ('BOARD_MEMBER_OF', 'ADVISES')
    >>> job_type(None, True, "Director"), job_type("executive", None, "Board Member")
    ('BOARD_MEMBER_OF', 'HOLDS_ROLE')
    """
    word = (kind or "").lower().replace(" ", "_")
    if word in ("board_member", "board_observer"):
        return "BOARD_MEMBER_OF"
    if word == "advisor" or word == "adviser":
        return "ADVISES"
    # Crunchbase keeps advisers and board members under one heading there.
    if word == "advisory_role" or advisory:
        return "ADVISES" if title and _ADVISER.search(title) else "BOARD_MEMBER_OF"
    return "HOLDS_ROLE" if word else role_type(title)


def degree_role(cells: Cells) -> str:
    """``degree MBA, Finance``; ``student`` where the row says neither."""
    parts = [text for column in ("degree_type", "subject") if (text := cells.text(column))]
    return f"degree {', '.join(parts)}" if parts else "student"
