"""One import, one engine, one way, one process: prints a JSON line of seconds and memory."""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BATCH = 5_000
LISTS = ("aliases", "sectors", "sources")
NUMBERS: dict[str, Callable[[str], Any]] = {"amount_usd": int, "share": float}


def main() -> None:
    """Measure what the command line names."""
    engine, way, files, where = sys.argv[1:5]
    work = {"reader": reader, "ours": ours, "arcadedb": bare_arcade, "neo4j": bare_neo4j}
    started = time.perf_counter()
    figures = work[way if engine != "reader" and way == "ours" else engine](Path(files), where)
    figures.setdefault("whole", time.perf_counter() - started)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures["processor"] = used.ru_utime + used.ru_stime
    figures["memory"] = peak()
    print(json.dumps(figures))


def peak() -> float:
    """Peak memory of this process in MB."""
    try:
        # Not ru_maxrss: on Linux that is at least what the parent held when it started this process.
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


class Clock:
    """Adds up seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its seconds added to ``name``."""

        def measured(*args: Any, **more: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*args, **more)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

        return measured

    def each(self, name: str, items: Iterator[Any]) -> Iterator[Any]:
        """The same items, the seconds that making them took added to ``name``."""
        step = self.timed(name, lambda: next(items, self))
        while (item := step()) is not self:
            yield item


def reader(files: Path, where: str) -> dict[str, float]:
    """What loaders yield, kept nowhere."""
    del where
    from loaders import plan

    records = sum(1 for _ in plan([files]).items())
    return {"records": records}


def ours(files: Path, where: str) -> dict[str, float]:
    """``interlock load`` with a clock at its steps."""
    if "://" in where:
        os.environ["INTERLOCK_NEO4J_USER"] = os.environ["BENCH_USER"]
        os.environ["INTERLOCK_NEO4J_PASSWORD"] = os.environ["BENCH_PASSWORD"]
    import cli
    import commands.frame
    import commands.load
    from graph.store.base import Store
    from graph.store.embedded import EmbeddedStore
    from graph.store.neo4j import Neo4jStore

    clock = Clock()
    commands.load._planned = clock.timed("reading", commands.load._planned)
    metered = commands.load.metered
    commands.load.metered = lambda *given: clock.each("reading", metered(*given))
    commands.frame.open_store = clock.timed("start", commands.frame.open_store)
    commands.load.import_records = clock.timed("import", commands.load.import_records)
    kinds: list[type[Store]] = [EmbeddedStore, Neo4jStore]
    for kind in kinds:
        # The first write into a new Neo4j store, the note that an import begins, makes the constraints.
        kind.begin = clock.timed("writing", kind.begin)  # type: ignore[method-assign]
        kind.apply = clock.timed("writing", kind.apply)  # type: ignore[method-assign]
        kind.close = clock.timed("closing", kind.close)  # type: ignore[method-assign]
    started = time.perf_counter()
    if cli.app(["--store", where, "load", str(files)], standalone_mode=False):
        raise SystemExit("The command failed.")
    found = clock.seconds
    found["whole"] = time.perf_counter() - started
    found["checking"] = found.pop("import") - found["reading"] - found["writing"]
    return found


def rows(file: Path, engine: str) -> list[dict[str, Any]]:
    """Rows of a table as plain values, empty cells left out."""
    with file.open(newline="", encoding="utf-8") as opened:
        found = [{key: value for key, value in row.items() if value} for row in csv.DictReader(opened)]
    for row in found:
        for name in LISTS if engine == "neo4j" else ():
            if name in row:
                row[name] = row[name].split(";")
        for name, kind in NUMBERS.items():
            if name in row:
                row[name] = kind(row[name])
    return found


def grouped(found: list[dict[str, Any]], name: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by the value of one column."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(row[name], []).append(row)
    return groups


def tables(folder: Path, engine: str, clock: Clock) -> list[list[dict[str, Any]]]:
    """Sources, entities and ties."""
    read = clock.timed("reading", rows)
    return [read(folder / f"{name}.csv", engine) for name in ("sources", "entities", "relationships")]


def bare_arcade(files: Path, where: str) -> dict[str, float]:
    """The engine's own package: graph batch with text and numbers only, then unique indexes."""
    import arcadedb_embedded

    clock = Clock()
    started = time.perf_counter()
    Path(where).mkdir(parents=True)
    os.chdir(where)
    create = clock.timed("start", arcadedb_embedded.create_database)
    database = create(f"{where}/bare", jvm_kwargs={"heap_size": "1g"})
    sources, entities, ties = tables(files, "arcadedb", clock)
    clock.timed("writing", _write_arcade)(database, sources, entities, ties)
    clock.timed("closing", database.close)()
    return {**clock.seconds, "whole": time.perf_counter() - started}


def _write_arcade(database: Any, sources: list[Any], entities: list[Any], ties: list[Any]) -> None:
    run = database.command
    kinds, types = grouped(entities, "kind"), grouped(ties, "type")
    for name in ("Entity", "Source"):
        run("sql", f"CREATE VERTEX TYPE {name}")
    run("sql", "CREATE EDGE TYPE Tie")
    for kind in kinds:
        run("sql", f"CREATE VERTEX TYPE {kind.capitalize()} EXTENDS Entity")
    for name in types:
        run("sql", f"CREATE EDGE TYPE {name} EXTENDS Tie")
    for name in ("Entity", "Source", "Tie"):
        run("sql", f"CREATE PROPERTY {name}.id STRING")
    places: dict[str, str] = {}
    with database.graph_batch(expected_edge_count=len(ties)) as target:
        target.create_vertices("Source", sources)
        for kind, members in kinds.items():
            rids = target.create_vertices(kind.capitalize(), members)
            places.update(zip((row["id"] for row in members), rids, strict=True))
        for name, members in types.items():
            starts = [places[row.pop("from")] for row in members]
            ends = [places[row.pop("to")] for row in members]
            target.new_edges(starts, name, ends, members)
    for name in ("Entity", "Source", "Tie"):
        run("sql", f"CREATE INDEX ON {name} (id) UNIQUE")


def bare_neo4j(files: Path, where: str) -> dict[str, float]:
    """The official driver: constraints first, then batches, each in a transaction of its own."""
    import neo4j

    clock = Clock()
    started = time.perf_counter()
    auth = (os.environ["BENCH_USER"], os.environ["BENCH_PASSWORD"])
    with neo4j.GraphDatabase.driver(where, auth=auth) as driver, driver.session() as session:
        clock.timed("start", driver.verify_connectivity)()
        sources, entities, ties = tables(files, "neo4j", clock)
        clock.timed("writing", _write_neo4j)(session, sources, entities, ties)
    return {**clock.seconds, "whole": time.perf_counter() - started}


def _write_neo4j(session: Any, sources: list[Any], entities: list[Any], ties: list[Any]) -> None:
    types = grouped(ties, "type")
    for name in ("Entity", "Source"):
        session.run(f"CREATE CONSTRAINT FOR (n:{name}) REQUIRE n.id IS UNIQUE").consume()
    for name in types:
        session.run(f"CREATE CONSTRAINT FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE").consume()
    session.run("CALL db.awaitIndexes(60)").consume()

    def send(text: str, found: list[Any]) -> None:
        for start in range(0, len(found), BATCH):
            session.execute_write(
                lambda tx, part: tx.run(text, rows=part).consume(), found[start : start + BATCH]
            )

    send("UNWIND $rows AS row CREATE (n:Source) SET n = row", sources)
    for kind, members in grouped(entities, "kind").items():
        send(
            f"UNWIND $rows AS row MERGE (n:Entity {{id: row.id}}) SET n:{kind.capitalize()}, n = row", members
        )
    for name, members in types.items():
        send(
            f"UNWIND $rows AS row MATCH (a:Entity {{id: row.a}}) MATCH (b:Entity {{id: row.b}}) "
            f"CREATE (a)-[r:{name}]->(b) SET r = row.p",
            [{"a": row.pop("from"), "b": row.pop("to"), "p": row} for row in members],
        )


if __name__ == "__main__":
    main()
