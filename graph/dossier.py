"""All that is recorded about one entity: its facts, its roles, and its ties as sentences with sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.dates import parse_date
from graph.errors import EntityNotFound
from graph.model import FACT_STATUSES, Entity, Source, Tie
from graph.ontology import ontology
from graph.store.base import Store
from graph.wording import sentence


@dataclass(frozen=True, slots=True)
class TieLine:
    """One tie of the entity, told from its side.

    Attributes:
        family: id of the tie's family in the ontology.
        other: the entity at the other end.
        sources: what the tie rests on, in the order cited.
    """

    tie: Tie
    family: str
    sentence: str
    other: Entity
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One entity with its ties.

    Attributes:
        roles: roles that its facts give it, such as investor or supplier, most frequent first.
        lines: ties by family (in the ontology's order), the newest first.
        left_out: number of ties not in ``lines``, by reason: ``status`` no fact, ``date`` surely not
            at that date, ``undated`` their dates do not tell.
    """

    entity: Entity
    roles: tuple[str, ...]
    lines: tuple[TieLine, ...]
    left_out: Mapping[str, int]

    def by_family(self) -> dict[str, list[TieLine]]:
        """Title of a family to its ties; only families that have any."""
        found: dict[str, list[TieLine]] = {}
        for line in self.lines:
            found.setdefault(ontology().families[line.family], []).append(line)
        return found


def dossier(
    store: Store,
    entity_id: str,
    *,
    as_of: str | None = None,
    statuses: Sequence[str] = FACT_STATUSES,
    undated: bool = False,
) -> Dossier:
    """Gather what the store knows about an entity.

    Args:
        store: any store.
        entity_id: id of the entity.
        as_of: a year, month or day; keeps ties that surely hold then.
        statuses: statuses to keep; facts unless asked otherwise.
        undated: with ``as_of``, keep ties whose dates do not tell as well.

    Raises:
        EntityNotFound: no entity has this id.
        SchemaViolation: ``as_of`` is not a date.

    Cost: O(ties of the entity).
    """
    if as_of is not None:
        parse_date(as_of, field="as_of")
    entity = store.entity(entity_id)
    if entity is None:
        raise EntityNotFound(entity_id, [known.id for known in store.entities()])
    left_out: Counter[str] = Counter(status=0, date=0, undated=0)
    kept: list[Tie] = []
    for tie in store.ties_of(entity_id):
        reason = _reason_to_leave_out(tie, as_of, statuses)
        if reason and not (undated and reason == "undated"):
            left_out[reason] += 1
        else:
            kept.append(tie)
    return Dossier(entity, _roles(entity_id, kept), _lines(store, entity, kept), dict(left_out))


def _reason_to_leave_out(tie: Tie, as_of: str | None, statuses: Sequence[str]) -> str:
    if tie.status not in statuses:
        return "status"
    holds = True if as_of is None else tie.holds_on(as_of)
    return "" if holds else "date" if holds is False else "undated"


def _roles(entity_id: str, ties: Sequence[Tie]) -> tuple[str, ...]:
    found: Counter[str] = Counter()
    for tie in ties:
        declared = ontology().types[tie.type]
        role = declared.from_role if tie.from_id == entity_id else declared.to_role
        if role and tie.is_fact:
            found[role] += 1
    return tuple(sorted(found, key=lambda role: (-found[role], role)))


def _lines(store: Store, entity: Entity, ties: Sequence[Tie]) -> tuple[TieLine, ...]:
    ends = {end for tie in ties for end in (tie.from_id, tie.to_id)}
    entities = {found.id: found for found in store.entities(sorted(ends))}
    sources = {found.id: found for found in store.sources(sorted({s for tie in ties for s in tie.sources}))}
    lines: list[TieLine] = []
    for tie in ties:
        backward = tie.to_id == entity.id
        text = sentence(tie, entities[tie.from_id].name, entities[tie.to_id].name, backward=backward)
        other = entities[tie.from_id if backward else tie.to_id]
        cited = tuple(sources[key] for key in tie.sources if key in sources)
        lines.append(TieLine(tie, ontology().types[tie.type].family, text, other, cited))
    order = list(ontology().families)
    # Sorting is stable: newest first, then by family.
    lines.sort(key=lambda line: (line.tie.valid_from or "", line.tie.id), reverse=True)
    lines.sort(key=lambda line: order.index(line.family))
    return tuple(lines)
