"""Entities and ties as py2neo objects: classes and relations made from the ontology. Reading only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from graph.errors import EntityNotFound, ParameterError, WriteRefused, did_you_mean
from graph.model import Entity, Source, Tie, entity_from, source_from, tie_from
from graph.ontology import Kind, TieType, ontology
from graph.store.py2neo_errors import Graph, Model, Property, failures
from graph.wording import sentence

_NEAR = 20_000
_COLUMNS = (
    "RETURN a, type(r) AS type, properties(r) AS p, b, "
    "COLLECT { MATCH (s:Source) WHERE s.id IN r.sources RETURN properties(s) } AS sources"
)


class Field(Property):
    """A field of the record behind an object: unknown is None, a list is a tuple. It cannot be set."""

    def __get__(self, instance: EntityObject | None, owner: type | None = None) -> Any:
        return self if instance is None else getattr(instance.record, str(self.key))

    def __set__(self, instance: EntityObject, value: Any) -> NoReturn:
        raise _refused()


class Ties:
    """The ties of one type at one end of an object, read anew at each access. Cost: one query.

    Args:
        declared: type of the ties.
        outgoing: whether the object is their ``from`` end; None where the order of ends means nothing.
    """

    def __init__(self, declared: TieType, outgoing: bool | None) -> None:
        self.declared, self.outgoing = declared, outgoing
        way = {True: "from this entity", False: "to this entity", None: "of this entity"}[outgoing]
        self.__doc__ = f"Ties {declared.id} {way}: {declared.about}."

    def __get__(self, instance: EntityObject | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        ways = (True, False) if self.outgoing is None else (self.outgoing,)
        return _ties_of(instance, f":{self.declared.id}", ways)


class EntityObject(Model):
    """An entity of the store as an object of py2neo. Its classes are those of :data:`CLASSES`.

    Attributes are the fields of :class:`graph.model.Entity`, and the names that the ontology gives ties at
    this kind's end, such as ``supplies`` and ``supplied_by``: tuples of :class:`TieObject`, ordered by id,
    parallel ties each on its own. All statuses are there, so look at ``tie.is_fact``.

    Objects only read: py2neo would write past the ontology, keep one tie of several and leave the caches of
    the app as they are. Change records with :func:`graph.store.py2neo.merge`.
    """

    __primarylabel__ = ("Entity",)
    __primarykey__ = "id"

    def __init__(self) -> None:
        # Model.wrap makes objects of the base class, so only a user comes here.
        raise _refused()

    @classmethod
    def match(cls, repository: Any, primary_value: str | None = None) -> Any:
        """Objects of this class, or the one with this id; see ``match`` of py2neo's ``Model``."""
        parent: Any = super()
        found = parent.match(repository)
        if primary_value is None:
            return found
        # As a text with a named value: py2neo numbers values from 1 in every step of a match, so that
        # the id would be lost to the next where(name=...).
        return found.where(("_.id = $entity_id", {"entity_id": primary_value}))

    @property
    def record(self) -> Entity:
        """The entity as the store interface gives it."""
        return entity_from(dict(self.node))

    @property
    def node(self) -> Any:
        """The node of py2neo, with its graph."""
        untyped: Any = self
        return untyped.__node__

    @property
    def ties(self) -> tuple[TieObject, ...]:
        """Every tie, in and out, ordered by id. Cost: one query, O(its ties)."""
        return _ties_of(self, "", (True, False))

    def __hash__(self) -> int:
        # py2neo compares objects and leaves them out of sets.
        return hash(self.record.id)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise _refused()

    __db_create__ = __db_merge__ = __db_push__ = __db_delete__ = _refuse


@dataclass(frozen=True, slots=True)
class TieObject:
    """A tie between two objects, with its sources.

    Attributes:
        record: the tie as the store interface gives it; its fields are attributes of this object too.
        start, end: objects of both ends.
        other: the end that is not the object whose ties were asked for; of all ties of a graph, the end.
        sources: the records, in the order that the tie names them.
    """

    record: Tie
    start: EntityObject
    end: EntityObject
    other: EntityObject
    sources: tuple[Source, ...]

    def __getattr__(self, name: str) -> Any:
        if name in Tie.__slots__ or name in _DERIVED:
            return getattr(self.record, name)
        raise AttributeError(f"A tie has no {name!r}.", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *Tie.__slots__, *_DERIVED})

    def __str__(self) -> str:
        """The tie as a sentence in the words its status allows."""
        return sentence(self.record, self.start.record.name, self.end.record.name)

    def __repr__(self) -> str:
        tie = self.record
        return f"<Tie {tie.id} {tie.from_id} {tie.type} {tie.to_id} {tie.status}>"


_DERIVED = ("is_fact", "valid_from", "valid_to", "share_period", "holds_on")


def _made(kind: Kind) -> type[EntityObject]:
    """The class of a kind, with the relations that its entities may have."""
    attributes: dict[str, Any] = {
        "__doc__": f"{kind.about or kind.title + '.'} See :class:`EntityObject`.",
        "__module__": __name__,
        "__primarylabel__": ("Entity", kind.label),
        "__primarykey__": "id",
    }
    make: Any = Field
    attributes |= {name: make(name) for name in Entity.__slots__}
    for declared in ontology().types.values():
        if kind.id in declared.from_kinds:
            attributes[declared.from_name] = Ties(declared, True if declared.directed else None)
        if kind.id in declared.to_kinds:
            attributes[declared.to_name] = Ties(declared, False if declared.directed else None)
    metaclass: Any = type(EntityObject)
    return metaclass(kind.label, (EntityObject,), attributes)


CLASSES: dict[str, type[EntityObject]] = {kind.id: _made(kind) for kind in ontology().kinds.values()}
"""Kind of the ontology to its class."""


def entity(graph: Graph, entity_id: str) -> Any:
    """The object of an entity of any kind, of the class of its kind. Cost: one query.

    Raises:
        EntityNotFound: no entity has this id; names near ones.
        StoreUnavailable, StoreRefused: the server does not answer, or refuses.
    """
    with failures(graph):
        node = graph.evaluate("MATCH (n:Entity {id: $id}) RETURN n", {"id": entity_id})
        if node is None:
            rows: Any = graph.run("MATCH (n:Entity) RETURN n.id AS id LIMIT $most", {"most": _NEAR})
            raise EntityNotFound(entity_id, [row[0] for row in rows])
    return _object(node)


def ties(graph: Graph, type: str | None = None) -> tuple[TieObject, ...]:
    """All ties of the graph, or of one type, ordered by id. Cost: one query, O(ties).

    Raises:
        ParameterError: the ontology has no such type.
        StoreUnavailable, StoreRefused: the server does not answer, or refuses.
    """
    known = ontology().types
    if type is not None and type not in known:
        raise ParameterError(
            "type",
            f"{type!r} is no tie type.{did_you_mean(type, list(known))}",
            hint=f"Known: {', '.join(known)}.",
        )
    pattern = f":{known[type].id}" if type is not None else ""
    return _sorted(_read(graph, f"MATCH (a:Entity)-[r{pattern}]->(b:Entity) {_COLUMNS}", {}, True))


def _ties_of(instance: EntityObject, pattern: str, ways: tuple[bool, ...]) -> tuple[TieObject, ...]:
    found: list[TieObject] = []
    for outgoing in ways:
        ends = ("a:Entity {id: $id}", "b:Entity") if outgoing else ("a:Entity", "b:Entity {id: $id}")
        text = f"MATCH ({ends[0]})-[r{pattern}]->({ends[1]}) {_COLUMNS}"
        found += _read(instance.node.graph, text, {"id": instance.record.id}, outgoing)
    return _sorted(found)


def _sorted(found: list[TieObject]) -> tuple[TieObject, ...]:
    return tuple(sorted(found, key=lambda tie: tie.record.id))


def _read(graph: Graph, text: str, values: dict[str, Any], outgoing: bool) -> list[TieObject]:
    with failures(graph):
        return [_tie(row, outgoing) for row in graph.run(text, values)]


def _tie(row: Any, outgoing: bool) -> TieObject:
    start, end = _object(row["a"]), _object(row["b"])
    record = tie_from(row["p"], from_id=start.record.id, type=row["type"], to_id=end.record.id)
    cited = {found["id"]: source_from(found) for found in row["sources"]}
    sources = tuple(cited[name] for name in record.sources if name in cited)
    return TieObject(record, start, end, end if outgoing else start, sources)


def _object(node: Any) -> EntityObject:
    made: Any = CLASSES.get(node["kind"], EntityObject)
    return made.wrap(node)


def objects(graph: Graph) -> Iterator[EntityObject]:
    """The objects of all entities, ordered by id. Cost: one query."""
    with failures(graph):
        rows: Any = graph.run("MATCH (n:Entity) RETURN n")
        found = [_object(row[0]) for row in rows]
    yield from sorted(found, key=lambda one: one.record.id)


def _refused() -> WriteRefused:
    return WriteRefused(
        "Objects of this view only read.",
        hint="Change records with merge(graph, [dataclasses.replace(company.record, country='US')]).",
    )
