"""The model version of an embedded store, what brings it up to date, and what the engine says of it."""

from __future__ import annotations

from typing import Any

from graph.store import embedded_engine as arcade
from graph.store.migrations import FIRST_MODEL, LONG_NAMES, cut_keys, refuse_newer, steps_from
from graph.store.status import MODEL_VERSION, SchemaItem

INDEXED = {"Entity": "id", "Source": "id", "Tie": "id", "InterlockLogPart": "entry"}
"""Type to the property that is looked up by."""


def model_version(database: Any) -> int | None:
    """The model version the database was last written in; None before its first write.

    The first model did not note it.
    """
    rows = database.query("sql", "SELECT model_version FROM InterlockMeta").to_list()
    return int(rows[0]["model_version"] or FIRST_MODEL) if rows else None


def refuse_newer_database(database: Any) -> None:
    """Close a database that a newer Interlock has written.

    Raises:
        StoreRefused: it is one.
    """
    try:
        refuse_newer(model_version(database), str(database.get_java_database().getDatabasePath()))
    except Exception:
        database.close()
        raise


def build_indexes(database: Any) -> None:
    """Indexes that are not there yet.

    After a load: building one once over everything is cheaper than keeping it up row by row. Not UNIQUE,
    which looks every key up first and takes five times as long: ids are unique already, since the folder's
    lock leaves one writer, which writes one record an id (``last_by_id``) and looks up what it has.
    """
    there = {item.on for item in indexes(database) if item.state != "missing"}
    for name, key in INDEXED.items():
        if _place(name, key) not in there:
            database.command("sql", f"CREATE PROPERTY {name}.{key} IF NOT EXISTS STRING")
            database.command("sql", f"CREATE INDEX ON {name} ({key}) NOTUNIQUE")


def indexes(database: Any) -> tuple[SchemaItem, ...]:
    """The wanted indexes with their state. The engine keeps one part a bucket; the index works if all do."""
    parts: dict[str, list[bool]] = {}
    for row in database.query("sql", "SELECT FROM schema:indexes").to_list():
        names = [str(name) for group in row["properties"] for name in _each(group)]
        parts.setdefault(_place(str(row["typeName"]), ", ".join(names)), []).append(bool(row["valid"]))
    found: list[SchemaItem] = []
    for name, key in INDEXED.items():
        valid = parts.get(_place(name, key))
        state = "missing" if valid is None else "online" if all(valid) else "failed"
        found.append(SchemaItem("range", _place(name, key), state, "" if valid is None else f"{name}[{key}]"))
    return tuple(found)


def _each(group: Any) -> list[Any]:
    return [*group] if isinstance(group, (list, tuple)) else [group]


def _place(name: str, key: str) -> str:
    return f"()-[:{name}]-() {key}" if name == "Tie" else f"(:{name}) {key}"


def migrate(database: Any) -> list[str]:
    """Bring a database of an earlier model up to date; returns what was done, for people.

    The caller holds the store's write lock and no transaction. The version is noted last, with the records.
    """
    steps = steps_from(model_version(database))
    missing = [item for item in indexes(database) if item.state == "missing"]
    build_indexes(database)
    if steps:
        with database.transaction():
            # Model 2 came with types alone, which are made when the store is opened.
            for row in cut_keys(database.query(arcade.CYPHER, LONG_NAMES).to_list()):
                database.command("sql", "UPDATE Entity SET name_key = ? WHERE id = ?", row["key"], row["id"])
            database.command("sql", "UPDATE InterlockMeta SET model_version = ?", MODEL_VERSION)
    return [f"model {step.to}: {step.about}" for step in steps] + [
        f"{item.kind} {item.on}" for item in missing
    ]
