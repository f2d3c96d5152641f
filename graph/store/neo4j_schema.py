"""Constraints and indexes of the Neo4j store: which are wanted, which are there, and how they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, LiteralString, cast

import neo4j
from neo4j import exceptions as driver_errors

from graph.ontology import ontology
from graph.store.status import SchemaItem

AWAIT_S = 300
"""How long a new index may take to fill; it goes on filling afterwards."""
NAMES_INDEX = "interlock_names"
_KINDS = {"RANGE": "range", "FULLTEXT": "full text"}
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A constraint or index by what it does; somebody else's that does the same is as good as ours."""

    kind: str
    of_ties: bool
    label: str
    properties: tuple[str, ...]

    @property
    def on(self) -> str:
        """What it covers, for people."""
        place = f"()-[:{self.label}]-()" if self.of_ties else f"(:{self.label})"
        return f"{place} {', '.join(self.properties)}"

    @property
    def statement(self) -> str:
        """The Cypher that makes it."""
        place = f"()-[x:{self.label}]-()" if self.of_ties else f"(x:{self.label})"
        if self.kind == "unique":
            name = f"interlock_{self.label.lower()}_id"
            return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR {place} REQUIRE x.id IS UNIQUE"
        each = ", ".join(f"x.{name}" for name in self.properties)
        if self.kind == "full text":
            return f"CREATE FULLTEXT INDEX {NAMES_INDEX} IF NOT EXISTS FOR {place} ON EACH [{each}]"
        name = f"interlock_{self.label.lower()}_{self.properties[0]}"
        return f"CREATE INDEX {name} IF NOT EXISTS FOR {place} ON ({each})"


@cache
def wanted() -> tuple[Wanted, ...]:
    """What a store of this version has, constraints first."""
    labels = ("Entity", "Source", "InterlockMeta", "InterlockLog", "InterlockBegun")
    return (
        *(Wanted("unique", False, label, ("id",)) for label in labels),
        *(Wanted("unique", True, name, ("id",)) for name in ontology().types),
        Wanted("range", False, "Entity", ("name_key",)),
        Wanted("range", False, "InterlockLogPart", ("entry",)),
        # For people's own queries: db.index.fulltext.queryNodes('interlock_names', 'cerebas~').
        Wanted("full text", False, "Entity", ("name", "aliases")),
    )


def held(session: neo4j.Session) -> tuple[SchemaItem, ...]:
    """Every wanted constraint and index with its state. Reads only.

    Raises:
        neo4j.exceptions.ClientError: the user may not see them.
    """
    there: dict[Wanted, tuple[str, str]] = {}
    rows = session.run(
        "SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, state, populationPercent, "
        "owningConstraint"
    )
    for row in rows:
        kind = "unique" if row["owningConstraint"] else _KINDS.get(row["type"])
        if kind and len(row["labelsOrTypes"] or ()) == 1:
            key = Wanted(
                kind, row["entityType"] == "RELATIONSHIP", row["labelsOrTypes"][0], tuple(row["properties"])
            )
            there[key] = (row["owningConstraint"] or row["name"], _state(row))
    return tuple(
        SchemaItem(item.kind, item.on, there[item][1], there[item][0])
        if item in there
        else SchemaItem(item.kind, item.on, "missing")
        for item in wanted()
    )


def _state(row: Mapping[str, Any]) -> str:
    if row["state"] == "POPULATING":
        return f"populating {row['populationPercent']:.0f} %"
    return str(row["state"]).lower()


def ensure(session: neo4j.Session) -> list[str]:
    """Make what is missing, and wait until it works. Returns what was made, for people.

    Another process may do the same at the same time: who comes second finds it made.
    Cost: one statement when nothing is missing, else a transaction, and the time to fill an index.

    Raises:
        neo4j.exceptions.Neo4jError: the user may not, or records already there break a constraint.
    """
    missing = [item for item, state in zip(wanted(), held(session), strict=True) if state.state == "missing"]
    made = [f"{item.kind} {item.on}" for item in (_make_all(session, missing) if missing else ())]
    if made:
        session.run("CALL db.awaitIndexes($seconds)", {"seconds": AWAIT_S}).consume()
    return made


def _make_all(session: neo4j.Session, items: Sequence[Wanted]) -> list[Wanted]:
    """Which of them this call made: all in one transaction, and one by one where that is refused."""
    try:
        with session.begin_transaction() as transaction:
            counted = [
                transaction.run(cast(LiteralString, item.statement)).consume().counters for item in items
            ]
            transaction.commit()
    except driver_errors.Neo4jError:
        # Somebody made one at the same time, or has one of another name that does the same.
        return [item for item in items if _make(session, item.statement)]
    pairs = zip(items, counted, strict=True)
    return [item for item, counters in pairs if counters.constraints_added or counters.indexes_added]


def _make(session: neo4j.Session, statement: str) -> bool:
    """Whether this call made it; False when another process did in the meantime."""
    for turn in range(_TRIES):
        try:
            counters = session.run(cast(LiteralString, statement)).consume().counters
            return bool(counters.constraints_added or counters.indexes_added)
        except driver_errors.Neo4jError as exc:
            if "AlreadyExists" in (exc.code or "") and "Equivalent" in (exc.code or ""):
                return False
            if not exc.is_retryable() or turn == _TRIES - 1:
                raise
    return False  # pragma: no cover - the last turn returns or raises
