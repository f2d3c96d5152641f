"""Two records become one, on paper: what would be written, what is lost nowhere, and the way back.

Nothing here touches a store. A merge keeps every statement: ties keep their ids and sources and only
change the end that pointed to the dropped record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, cast

from graph.dates import overlap
from graph.errors import LoadError, ParameterError, SchemaViolation
from graph.model import Entity, EntityId, Tie, TieId
from graph.resolution.identifiers import ids_of, is_exclusive, label

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact that the two records state differently. ``kept`` stands in the merged record."""

    field: str
    kept: str
    dropped: str

    def __str__(self) -> str:
        return f"{self.field}: {self.kept} kept, {self.dropped} dropped"


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge and everything needed to undo it.

    Attributes:
        entity: the merged record, with the id and the name of the one that is kept.
        ties: the ties of the dropped record with their end changed, in the order given.
        loops: ties that would join the entity to itself, as they were; they are to be removed.
        conflicts: facts that the two state differently.
        filled: fields of the kept record that were unknown, or less precise, and are now known.
        alike: pairs of a tie of the kept record and a rewired tie that state the same thing between the
            same ends; both are kept, and amounts or shares of both must not be added up.
        keep, drop, before: the two records and the ties of the dropped one as they were.
    """

    entity: Entity
    ties: tuple[Tie, ...]
    loops: tuple[Tie, ...]
    conflicts: tuple[Conflict, ...]
    filled: tuple[str, ...]
    alike: tuple[tuple[TieId, TieId], ...]
    keep: Entity
    drop: Entity
    before: tuple[Tie, ...]

    def undo(self) -> tuple[tuple[Entity, Entity], tuple[Tie, ...]]:
        """The records as they were: the kept and the dropped entity, and the dropped one's ties.

        Written over the merged ones (same ids) they restore the graph, but for what was changed since.
        """
        return (self.keep, self.drop), self.before

    def changed_since(self, entity: Entity | None, ties: Iterable[Tie]) -> tuple[str, ...]:
        """What is not as the merge left it: sentences, empty when undoing loses nothing.

        Args:
            entity: the kept record now, None when it is gone.
            ties: the ties of the kept record now.
        """
        found: list[str] = []
        if entity is None:
            found.append(f"{self.entity.id} is gone.")
        elif entity != self.entity:
            names = [
                f.name
                for f in fields(Entity)
                if f.compare and getattr(entity, f.name) != getattr(self.entity, f.name)
            ]
            found.append(f"{self.entity.id} was changed: {', '.join(names)}.")
        now = {tie.id: tie for tie in ties}
        for tie in self.ties:
            if tie.id not in now:
                found.append(f"Tie {tie.id} is gone.")
            elif now[tie.id] != tie:
                found.append(f"Tie {tie.id} was changed.")
        return tuple(found)

    def as_text(self) -> str:
        """One line of JSON from which :func:`merge_from` makes the same merge again."""
        values = {
            "version": _VERSION,
            "keep": _values(self.keep), "drop": _values(self.drop), "before": list(map(_values, self.before)),
            "alike": [list(pair) for pair in self.alike],
        }  # fmt: skip
        return json.dumps(values, ensure_ascii=False, sort_keys=True)


def merge(keep: Entity, drop: Entity, ties: Iterable[Tie], *, keep_ties: Sequence[Tie] = ()) -> Merge:
    """What merging ``drop`` into ``keep`` would write.

    The merged record has the id, the name and the known facts of ``keep``; names, aliases, identifiers
    and sectors are united; what ``keep`` does not know is taken from ``drop``. A kind of ``party`` gives
    way to a known one. A tie between the two would join the entity to itself and is listed in ``loops``.

    Args:
        ties: all ties of ``drop``, in either direction.
        keep_ties: ties of ``keep``, only for finding ties that say the same; they are not changed.

    Cost: O(ties).

    Raises:
        ParameterError: both are one record, or a tie is not one of ``drop``.
    """
    if keep.id == drop.id:
        raise ParameterError("drop", f"{keep.id[:80]} cannot be merged with itself.")
    before = tuple(ties)
    for tie in before:
        if drop.id not in (tie.from_id, tie.to_id):
            raise ParameterError("ties", f"{tie.id[:80]} is not a tie of {drop.id[:80]}.")
    kept: list[Tie] = []
    loops: list[Tie] = []
    for tie in before:
        moved = replace(tie, from_id=_moved(tie.from_id, keep, drop), to_id=_moved(tie.to_id, keep, drop))
        if moved.from_id == moved.to_id:
            loops.append(tie)
        else:
            kept.append(moved)
    entity, conflicts, filled = _merged(keep, drop)
    return Merge(
        entity, tuple(kept), tuple(loops), conflicts, filled, _alike(keep_ties, kept), keep, drop, before
    )


def merge_from(text: str) -> Merge:
    """A merge from its text.

    Raises:
        LoadError: the text is no merge of this version.
    """
    try:
        values: Any = json.loads(text)
        if values["version"] != _VERSION:
            raise ValueError("version")
        found = merge(
            _record(Entity, values["keep"]), _record(Entity, values["drop"]),
            [_record(Tie, tie) for tie in values["before"]],
        )  # fmt: skip
        return replace(found, alike=tuple((str(one), str(two)) for one, two in values["alike"]))
    except (ValueError, KeyError, TypeError, AttributeError, ParameterError, RecursionError) as error:
        raise LoadError(
            "This is not a recorded merge.", hint="The record may be damaged or of a newer version."
        ) from error


def _moved(end: EntityId, keep: Entity, drop: Entity) -> EntityId:
    return keep.id if end == drop.id else end


def _merged(keep: Entity, drop: Entity) -> tuple[Entity, tuple[Conflict, ...], tuple[str, ...]]:
    names = dict.fromkeys([*keep.aliases, drop.name, *drop.aliases])
    conflicts: list[Conflict] = []
    filled: list[str] = []
    facts: dict[str, Any] = {}
    for name in ("country", "founded", "born", "description", "note"):
        ours, theirs = cast("str | None", getattr(keep, name)), cast("str | None", getattr(drop, name))
        if theirs is None or theirs == ours:
            continue
        if ours is None or (name in ("founded", "born") and _finer(theirs, ours)):
            facts[name] = theirs
            filled.append(name)
        elif not (name in ("founded", "born") and _finer(ours, theirs)):
            conflicts.append(Conflict(name, ours, theirs))
    if keep.kind != drop.kind:
        if keep.kind == "party":
            facts["kind"] = drop.kind
            filled.append("kind")
        elif drop.kind != "party":
            conflicts.append(Conflict("kind", keep.kind, drop.kind))
    ours, theirs = ids_of(keep.identifiers), ids_of(drop.identifiers)
    conflicts += [
        Conflict(label(scheme), min(ours[scheme]), min(theirs[scheme]))
        for scheme in sorted(ours.keys() & theirs.keys())
        if is_exclusive(scheme) and not ours[scheme] & theirs[scheme]
    ]
    entity = replace(
        keep,
        aliases=tuple(name for name in names if name != keep.name),
        sectors=tuple(dict.fromkeys([*keep.sectors, *drop.sectors])),
        identifiers=tuple(dict.fromkeys([*keep.identifiers, *drop.identifiers])),
        stub=keep.stub and drop.stub,
        **facts,
    )
    return entity, tuple(conflicts), tuple(filled)


def _finer(one: str, two: str) -> bool:
    """Whether a date says the same as another and more."""
    try:
        return len(one) > len(two) and overlap(one, two)
    except SchemaViolation:
        return False


def _alike(ours: Sequence[Tie], moved: Sequence[Tie]) -> tuple[tuple[TieId, TieId], ...]:
    held: dict[tuple[Any, ...], list[TieId]] = {}
    own = {tie.id for tie in moved}
    for tie in ours:
        if tie.id not in own:
            held.setdefault(_statement(tie), []).append(tie.id)
    return tuple((first, tie.id) for tie in moved for first in held.get(_statement(tie), ()))


def _statement(tie: Tie) -> tuple[Any, ...]:
    """What two ties must share to be counted twice: ends, type, start and role or round."""
    return tie.from_id, tie.type, tie.to_id, tie.start_date, tie.role, tie.round, tie.share_basis


def _values(record: Entity | Tie) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for f in fields(record):
        value = getattr(record, f.name)
        if f.default is MISSING or value != f.default:
            found[f.name] = list(value) if isinstance(value, tuple) else value
    return found


def _record(cls: type[Any], values: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(cls)}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return cls(**{name: value for name, value in given.items() if name in known})
