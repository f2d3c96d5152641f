"""One engine, one way, one process: prints a JSON line of seconds and memory."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx

from bench.graphs import attachment_batch
from graph.model import Batch, Entity, Source, Tie, to_properties
from graph.ontology import ontology

LOOK_UP = "MATCH (n:Entity {id: $id}) RETURN n.name AS name, n.kind AS kind, n.country AS country"
TWO_HOPS = "MATCH (n:Entity {id: $id})--()--(m:Entity) RETURN count(DISTINCT m) AS number"
SHORTEST = "MATCH (a:Entity {id: $a}), (b:Entity {id: $b}) MATCH p = shortestPath((a)-[*..8]-(b)) RETURN length(p) AS hops"
Ask = Callable[[str, dict[str, Any]], Any]


def main() -> None:
    """Measure what the command line names."""
    engine, way, entities, ties, folder = sys.argv[1:6]
    batch = attachment_batch(int(entities), int(ties))
    peer = PEERS[engine, way](Path(folder))
    figures: dict[str, float] = {}
    if way == "ours":
        small = bundled()
        figures["bundled load"] = seconds(lambda: peer.load(small))
        peer.clear()
    figures["load"] = seconds(lambda: peer.load(batch))
    if way == "ours":
        figures |= questions(peer.ask, peer.bare(), int(entities))
    figures["export to NetworkX"] = seconds(lambda: checked(peer.export(), int(entities), int(ties)))
    figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peer.close()
    print(json.dumps(figures))


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def questions(ask: Ask, bare: Ask, entities: int) -> dict[str, float]:
    """The three kinds of questions, ours and the bare engine's in turn on the same data.

    A tenth of a second is at the mercy of the machine and of how warm an engine is, so both are asked in
    one process, first twenty times unmeasured, then seven rounds of which the median counts.
    """
    draw = random.Random(11)

    def one() -> str:
        return f"e{draw.randrange(entities)}"

    kinds: list[tuple[str, int, str, Callable[[], dict[str, Any]]]] = [
        ("300 look-ups", 300, LOOK_UP, lambda: {"id": one()}),
        ("100 two hops", 100, TWO_HOPS, lambda: {"id": one()}),
        ("100 shortest paths", 100, SHORTEST, lambda: {"a": one(), "b": one()}),
    ]
    found: dict[str, float] = {}
    for name, times, text, values in kinds:
        for _ in range(20):
            given = values()
            ask(text, given)
            bare(text, given)
        rounds: dict[str, list[float]] = {name: [], f"{name}, bare": []}
        for _ in range(7):
            asked = [values() for _ in range(times)]
            for key, work in zip(rounds, (ask, bare), strict=True):
                rounds[key].append(
                    seconds(lambda work=work, text=text, asked=asked: [work(text, v) for v in asked])
                )
        found |= {key: statistics.median(each) for key, each in rounds.items()}
    return found


def checked(graph: nx.MultiDiGraph, entities: int, ties: int) -> None:
    """An export that lost something is not an export."""
    if (graph.number_of_nodes(), graph.number_of_edges()) != (entities, ties):
        raise SystemExit(f"exported {graph}")


def bundled() -> Batch:
    """The bundled data."""
    from loaders import read_path

    return Batch.of(placed.record for placed in read_path("data"))  # type: ignore[union-attr]


class Ours:
    """Our store, through its public interface."""

    def __init__(self, folder: Path) -> None:
        from graph import open_store
        from graph.settings import Settings

        uri = os.environ.get("BENCH_URI")
        settings = Settings(
            neo4j_user=os.environ.get("BENCH_USER") or None,
            neo4j_password=os.environ.get("BENCH_PASSWORD") or None,
        )  # type: ignore[arg-type]
        self.store = open_store(uri or folder / "store", settings=settings)
        self.uri, self.folder = uri, folder

    def load(self, batch: Batch) -> None:
        self.store.upsert(batch)

    def clear(self) -> None:
        self.store.clear()

    def ask(self, text: str, values: dict[str, Any]) -> Any:
        return self.store.query(text, values).rows

    def bare(self) -> Ask:
        """Questions to the same data without our layers."""
        if self.uri:
            return BareNeo4j(self.folder).ask
        # The engine lets nobody else into the folder, so its own handle is borrowed.
        database = self.store._current.database  # type: ignore[attr-defined]
        return lambda text, values: database.query("opencypher", text, values).to_list()

    def export(self) -> nx.MultiDiGraph:
        from graph import to_networkx

        return to_networkx(self.store)

    def close(self) -> None:
        self.store.close()


class BareArcade:
    """The engine's own package: graph batch, then unique indexes, queries by ``query``."""

    def __init__(self, folder: Path) -> None:
        import arcadedb_embedded

        os.chdir(folder)
        self.database = arcadedb_embedded.create_database(
            str(folder / "bare"), jvm_kwargs={"heap_size": "1g"}
        )

    def load(self, batch: Batch) -> None:
        run = self.database.command
        for name in ("Entity", "Source"):
            run("sql", f"CREATE VERTEX TYPE {name}")
        for kind in ontology().kinds.values():
            run("sql", f"CREATE VERTEX TYPE {kind.label} EXTENDS Entity")
        for name in ontology().types:
            run("sql", f"CREATE EDGE TYPE {name}")
        for name in ("Entity", "Source", *ontology().types):
            run("sql", f"CREATE PROPERTY {name}.id STRING")
        places: dict[str, str] = {}
        with self.database.graph_batch(expected_edge_count=len(batch.ties)) as target:
            target.create_vertices("Source", [to_properties(source) for source in batch.sources])
            for label, members in _groups(batch.entities, lambda e: ontology().label_of(e.kind)).items():
                rids = target.create_vertices(label, [to_properties(entity) for entity in members])
                places.update(zip((entity.id for entity in members), rids, strict=True))
            for name, members in _groups(batch.ties, lambda t: t.type).items():
                target.new_edges(
                    [places[tie.from_id] for tie in members], name, [places[tie.to_id] for tie in members],
                    [to_properties(tie) for tie in members],
                )  # fmt: skip
        for name in ("Entity", "Source", *ontology().types):
            run("sql", f"CREATE INDEX ON {name} (id) UNIQUE")

    def ask(self, text: str, values: dict[str, Any]) -> Any:
        return self.database.query("opencypher", text, values).to_list()

    def export(self) -> nx.MultiDiGraph:
        graph = nx.MultiDiGraph()
        for row in self.ask(f"MATCH (n:Entity) RETURN {_columns('n', Entity)}", {}):
            graph.add_node(row["id"], **row)
        for row in self.ask(
            f"MATCH (a:Entity)-[r]->(b:Entity) RETURN a.id AS a, b.id AS b, type(r) AS type, {_columns('r', Tie)}",
            {},
        ):
            graph.add_edge(row.pop("a"), row.pop("b"), key=row["id"], **row)
        return graph

    def close(self) -> None:
        self.database.close()


class BareNeo4j:
    """The official driver: constraints first, batches of 5,000, each in a transaction."""

    def __init__(self, folder: Path) -> None:
        import neo4j

        auth = (os.environ["BENCH_USER"], os.environ["BENCH_PASSWORD"])
        self.driver = neo4j.GraphDatabase.driver(os.environ["BENCH_URI"], auth=auth)
        self.session = self.driver.session()

    def load(self, batch: Batch) -> None:
        run = self.session.run
        for name in ("Entity", "Source"):
            run(f"CREATE CONSTRAINT FOR (n:{name}) REQUIRE n.id IS UNIQUE").consume()
        for name in ontology().types:
            run(f"CREATE CONSTRAINT FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE").consume()
        self._send(
            "UNWIND $rows AS row CREATE (n:Source) SET n = row", [to_properties(s) for s in batch.sources]
        )
        for label, members in _groups(batch.entities, lambda e: ontology().label_of(e.kind)).items():
            self._send(
                f"UNWIND $rows AS row MERGE (n:Entity {{id: row.id}}) SET n:{label}, n = row",
                [to_properties(entity) for entity in members],
            )
        for name, members in _groups(batch.ties, lambda t: t.type).items():
            self._send(
                f"UNWIND $rows AS row MATCH (a:Entity {{id: row.a}}) MATCH (b:Entity {{id: row.b}}) "
                f"CREATE (a)-[r:{name}]->(b) SET r = row.p",
                [{"a": tie.from_id, "b": tie.to_id, "p": to_properties(tie)} for tie in members],
            )

    def _send(self, text: str, rows: list[Any]) -> None:
        for start in range(0, len(rows), 5_000):
            self.session.execute_write(
                lambda tx, part: tx.run(text, rows=part).consume(), rows[start : start + 5_000]
            )

    def ask(self, text: str, values: dict[str, Any]) -> Any:
        return self.session.execute_read(lambda tx: tx.run(text, values).values())

    def export(self) -> nx.MultiDiGraph:
        graph = nx.MultiDiGraph()
        for key, properties in self.ask("MATCH (n:Entity) RETURN n.id, properties(n)", {}):
            graph.add_node(key, **properties)
        rows = self.ask("MATCH (a:Entity)-[r]->(b:Entity) RETURN a.id, b.id, type(r), properties(r)", {})
        for start, end, name, properties in rows:
            graph.add_edge(start, end, key=properties["id"], type=name, **properties)
        return graph

    def close(self) -> None:
        self.session.close()
        self.driver.close()


def _groups(records: Any, key: Callable[[Any], str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


def _columns(name: str, record: type[Entity] | type[Source] | type[Tie]) -> str:
    skip = {"from_id", "to_id", "type"} if record is Tie else set[str]()
    return ", ".join(
        f"{name}.{field} AS {field}" for field in record.__dataclass_fields__ if field not in skip
    )


PEERS: dict[tuple[str, str], Callable[[Path], Any]] = {
    ("arcadedb", "ours"): Ours,
    ("arcadedb", "bare"): BareArcade,
    ("neo4j", "ours"): Ours,
    ("neo4j", "bare"): BareNeo4j,
}

if __name__ == "__main__":
    main()
