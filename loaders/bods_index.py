"""Which BODS statements stand, and what must be known of the others before records can be made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graph.model import Place, Problem, Skipped
from loaders.bods_interests import Ends, has_direct_interest, interests_in_words
from loaders.bods_statement import End, Statement
from loaders.json_values import row_digest
from loaders.seen import Seen
from loaders.values import RowReader, made_id

_Key = tuple[bool, str]
_NOWHERE = Place("", 0)
_SUMMED_UP = ("aside", "the statement sums up a chain whose parts are loaded")
_CODES = {
    code.replace("-", "").lower(): code
    for code in (
        "no-beneficial-owners", "subject-unable-to-confirm-or-identify-beneficial-owner",
        "interested-party-has-not-provided-information", "subject-exempt-from-disclosure",
        "interested-party-exempt-from-disclosure", "unknown", "information-unknown-to-publisher",
    )
}  # fmt: skip


@dataclass(slots=True)
class _Standing:
    """The statement that stands for a thing so far, and the last one that has details."""

    order: tuple[str, int]
    digest: int
    closed: bool
    bare: bool
    detailed: tuple[str, int] | None


class Index:
    """Fed with all statements (:meth:`add`), then asked. Holds ids, dates and digests, no statements."""

    def __init__(self) -> None:
        self.standing: dict[_Key, _Standing] = {}
        self.kinds: dict[str, str] = {}
        self._notes: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, str] = {}
        self._nodes: dict[str, tuple[tuple[str, int], str, bool]] = {}
        self._reasons: dict[str, str] = {}
        self._replaced: dict[str, tuple[tuple[str, int], str]] = {}
        self._latest: dict[str, str] = {}
        self._subjects: set[str] = set()
        self._lost: dict[int, int] = {}
        self._unspecified = False
        self._parts: dict[str, tuple[str, str]] = {}
        self._sums: dict[str, tuple[str, str, list[str]]] = {}
        self._left_sums: set[str] = set()
        self._summed: set[str] = set()
        self._left_parts: set[str] = set()
        self._relationships = Seen()
        self._first = Seen()

    def apart(self, statement: Statement) -> Statement:
        """The statement under a key of its own where another relationship took its id before 0.4.

        Such an id is a fault, as nothing says that one takes the place of the other.
        """
        if statement.is_node or statement.details is not statement.whole:
            return statement
        party, subject = statement.party, statement.subject
        ends = (statement.key, party.id or f" {party.missing}", subject.id or f" {subject.missing}")
        if self._relationships.add((statement.key,)):
            self._first.add(ends)
        if ends in self._first:
            return statement
        return replace(statement, key=made_id("bods", *ends), shared=statement.key)

    def add(self, number: int, statement: Statement) -> None:
        """Take note of a statement; ``number`` counts the rows of all files."""
        order = (statement.date or "", number)
        digest = row_digest(statement.whole)
        key = (statement.is_node, statement.key)
        known = self.standing.get(key)
        detailed = None if statement.bare else order
        if known is None:
            known = self.standing[key] = _Standing(order, digest, statement.closed, statement.bare, detailed)
        else:
            if detailed and (known.detailed is None or detailed > known.detailed):
                known.detailed = detailed
            # Of two equal rows the first is kept, so that the second is the duplicate.
            if order > known.order and digest != known.digest:
                known.order, known.digest = order, digest
                known.closed, known.bare = statement.closed, statement.bare
        if known.detailed == order or known.order == order:
            self._learn(statement, order)
        for old in statement.replaces:
            if old != statement.key and (old not in self._replaced or order > self._replaced[old][0]):
                self._replaced[old] = (order, statement.key)

    def settle(self) -> None:
        """After the last statement: decide which names, chains and references hold."""
        self.kinds = {key: kind for key, (_, kind, _) in self._nodes.items()}
        self._subjects = {self.latest(key) for key in self._subjects}
        for key, (party, subject, parts) in self._sums.items():
            if self.latest(key) != key:
                continue
            ties = {
                ends
                for part in parts
                if (latest := self.latest(part)) in self._parts and latest != key
                for ends in [self._parts[latest]]
            }
            steps = {(self.latest(start), self.latest(end)) for start, end in ties}
            if _reaches(steps, self.latest(party), self.latest(subject)):
                self._left_sums.add(key)
            elif not self.standing[False, key].closed:
                self._left_parts.update(self.latest(part) for part in parts)
        self._summed = {self.latest(self._sums[key][0]) for key in self._left_sums}
        for key in self._left_sums:
            self._left_parts.difference_update(self.latest(part) for part in self._sums[key][2])

    @property
    def needs_notes(self) -> bool:
        """Whether some interest makes no tie, so that it must be noted on who is owned."""
        nameless = any(not named for _, _, named in self._nodes.values())
        return self._unspecified or nameless or bool(self._left_sums)

    def note(self, number: int, statement: Statement, reader: RowReader) -> None:
        """Note on the subject what an owner holds who is not named, or holds through a chain."""
        if statement.is_node:
            if statement.key in self._summed and (names := statement.names()):
                self._names[statement.key] = names[0]
            return
        fate = self.fate(number, statement)
        if isinstance(fate, tuple) and fate != _SUMMED_UP:
            return
        party, subject = statement.party, statement.subject
        if subject.id is None:
            return
        known = self._notes.setdefault(self.latest(subject.id), [])
        if self.is_covered(statement) and party.id is not None:
            held = interests_in_words(statement, reader, direct=False) or "an interest"
            known.append((self.latest(party.id), f"holds {held} through others."))
            return
        reason = party.missing
        if party.id is not None and self._is_left_out(self.latest(party.id)):
            reason = self._reasons.get(self.latest(party.id)) or "no reason given"
        if reason is None:
            return
        held = interests_in_words(statement, reader)
        parts = (f"Owner not named: {reason}", held and f"holds {held}", party.description)
        text = "; ".join(part for part in parts if part).rstrip(".") + "."
        if ("", text) not in known:
            known.append(("", text))

    def notes_of(self, key: str) -> list[str]:
        """What was noted on an entity."""
        found = self._notes.get(key, [])
        return [f"{self._names.get(party, party)} {text}" if party else text for party, text in found]

    def is_covered(self, statement: Statement) -> bool:
        """Whether a chain that is loaded stands for the interests of the statement that are not direct."""
        return not statement.is_node and statement.key in self._left_sums

    def latest(self, key: str) -> str:
        """The id of the statement that stands in the place of this one in the end."""
        if key not in self._replaced:
            return key
        path: dict[str, int] = {}
        here = key
        while here in self._replaced and here not in path and here not in self._latest:
            path[here] = len(path)
            here = self._replaced[here][1]
        if here in path:
            # Some that replace each other: the youngest stands.
            here = max(list(path)[path[here] :], key=self._order)
        here = self._latest.get(here, here)
        self._latest.update(dict.fromkeys(path, here))
        return here

    def fate(self, number: int, statement: Statement) -> tuple[str, str] | bool:
        """Why the statement makes no record (``why`` and reason), else whether its record is closed."""
        known = self.standing[statement.is_node, statement.key]
        own = statement.shared or statement.key
        if self.latest(own) != own:
            return "superseded", "a later statement of the file replaces it"
        falls_back = known.closed and known.bare
        if falls_back and known.detailed is not None and known.detailed[1] == number:
            return self._left(statement) or True
        if known.order[1] != number:
            digest = row_digest(statement.whole)
            if digest == known.digest or self._lost.setdefault(digest, number) != number:
                return "duplicate", "the same statement stands in the file before"
            return "superseded", "a later statement speaks of the same record"
        if falls_back:
            if known.detailed is None:
                return "aside", "the statement closes a record that the file does not hold"
            return "aside", "the statement only closes a record; what was held is marked as ended"
        return self._left(statement) or statement.closed

    def closing_date(self, statement: Statement) -> str | None:
        """Date of the statement that closes the record."""
        return self.standing[statement.is_node, statement.key].order[0] or None

    def ends(self, statement: Statement) -> Ends | Problem | Skipped:
        """The ends of a relationship, or why it has none; places are the caller's."""
        party, subject = statement.party, statement.subject
        for end, what in ((party, "interested party"), (subject, "subject")):
            if end.id is None and end.missing is None:
                return Problem(_NOWHERE, "", "", f"there is no {what}.", "A relationship needs both ends.")
        if party.id is None or subject.id is None:
            what = "interested party" if party.id is None else "subject"
            code = _code(party if party.id is None else subject)
            return Skipped(_NOWHERE, "aside", f"the {what} is not specified{code}")
        first, second = self.latest(party.id), self.latest(subject.id)
        if self._is_left_out(first):
            return Skipped(_NOWHERE, "aside", "the interested party is not named by the register")
        if first == second:
            return Skipped(_NOWHERE, "aside", "the entity holds an interest in itself")
        if self.kinds.get(second) == "person":
            return Problem(
                _NOWHERE, "subject", second, "the subject is a person.", "Only entities are owned."
            )
        return Ends(first, second, self.kinds.get(first))

    def _learn(self, statement: Statement, order: tuple[str, int]) -> None:
        if statement.is_node:
            if statement.bare and statement.key in self._nodes:
                return
            known = self._nodes.get(statement.key)
            if known is None or order > known[0]:
                named = bool(statement.names())
                self._nodes[statement.key] = (order, statement.kind(), named)
                if not named:
                    self._reasons[statement.key] = "; ".join(statement.missing()) or statement.word()
            return
        party, subject = statement.party, statement.subject
        self._unspecified |= party.id is None and party.missing is not None
        if subject.id is not None:
            self._subjects.add(subject.id)
        self._parts.pop(statement.key, None)
        self._sums.pop(statement.key, None)
        if party.id is not None and subject.id is not None:
            if statement.is_component:
                self._parts[statement.key] = (party.id, subject.id)
            elif parts := statement.components:
                self._sums[statement.key] = (party.id, subject.id, parts)

    def _left(self, statement: Statement) -> tuple[str, str] | None:
        if statement.is_node:
            if self._is_left_out(statement.key):
                return "aside", f"the register does not name the {statement.sort}"
        elif statement.key in self._left_sums and not has_direct_interest(statement):
            return _SUMMED_UP
        elif statement.key in self._left_parts and statement.is_component:
            return "aside", "the statement is part of a chain whose sum is loaded"
        return None

    def _is_left_out(self, key: str) -> bool:
        # Nobody is invented; but a nameless entity that is owned itself holds a chain together.
        known = self._nodes.get(key)
        return known is not None and not known[2] and key not in self._subjects

    def _order(self, key: str) -> tuple[str, int]:
        found = self.standing.get((True, key)) or self.standing.get((False, key))
        return found.order if found else ("", 0)


def _code(end: End) -> str:
    # Only words of the standard's list: reasons are counted, free text would make each its own.
    code = _CODES.get((end.missing or "").replace("-", "").lower())
    return f" ({code})" if code else ""


def _reaches(steps: set[tuple[str, str]], start: str, goal: str) -> bool:
    following: dict[str, list[str]] = {}
    for first, second in steps:
        following.setdefault(first, []).append(second)
    found, queue = {start}, [start]
    while queue:
        for second in following.get(queue.pop(), ()):
            if second not in found:
                found.add(second)
                queue.append(second)
    return goal in found and start != goal
