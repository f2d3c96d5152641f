"""Two records of one entity under one id: what each knows, in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graph.model import Entity

_SAYS_LITTLE = {"party": 0, "organization": 1}


def united(old: Entity, new: Entity) -> Entity:
    """What two records of one entity say, the newer first.

    The newer name stands and the older becomes an alias; lists are united; what the newer does not know
    the older fills in. A stub adds nothing to a full record. A kind that says less (party, organisation)
    never takes the place of one that says more.

    Uniting the result with ``new`` again changes nothing.
    """
    if new.stub and not old.stub:
        return old
    kind = new.kind
    if _SAYS_LITTLE.get(new.kind, 2) < _SAYS_LITTLE.get(old.kind, 2):
        kind = old.kind
    name = new.name
    if old.stub and not new.stub:
        # A stub may be called by its id, which is no name.
        others = old.aliases if old.name == old.id else (*old.aliases, old.name)
    elif new.name == new.id:
        name, others = old.name, old.aliases
    elif old.name == old.id:
        others = old.aliases
    else:
        others = (*old.aliases, old.name)
    aliases = tuple(alias for alias in _union(others, new.aliases) if alias != name)
    return replace(
        new,
        name=name,
        kind=kind,
        aliases=aliases,
        country=new.country or old.country,
        founded=new.founded or old.founded,
        sectors=_union(old.sectors, new.sectors),
        description=new.description or old.description,
        identifiers=_union(old.identifiers, new.identifiers),
        born=new.born or old.born,
        note=new.note or old.note,
        stub=old.stub and new.stub,
    )


def _union(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
