"""What py2neo itself does on each server, measured.

``python -m tests.py2neo_probes`` prints the table of docs/py2neo.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from py2neo import Graph, Node, Relationship
from py2neo.bulk import merge_nodes, merge_relationships
from py2neo.errors import ConnectionUnavailable, Neo4jError
from py2neo.ogm import Model, Property, RelatedTo, Repository

from tests.neo4j_server import LTS, NEWEST, Release, Server, running

WORKS = "works"


class Firm(Model):
    """A class as a notebook would write it."""

    __primarykey__ = "id"
    name = Property()
    sells_to = RelatedTo("Firm", "SELLS_TO")


def _start(graph: Graph) -> None:
    """Two firms with two ties of one type between them."""
    graph.run("MATCH (n:Firm) DETACH DELETE n")
    graph.run(
        "CREATE (a:Firm {id: 'a', name: 'A', old: 1}), (b:Firm {id: 'b', name: 'B'}), "
        "(a)-[:SELLS_TO {id: 't1'}]->(b), (a)-[:SELLS_TO {id: 't2'}]->(b)"
    )


def _works(found: object, wanted: object) -> str:
    return WORKS if found == wanted else f"gives {found}, not {wanted}"


def _protocol(graph: Graph) -> str:
    graph.run("RETURN 1")
    pools = graph.service.connector._pools.values()
    spoken = {connection.protocol_version for pool in pools for connection in pool._free_list}
    return ", ".join(f"Bolt {'.'.join(map(str, version))}" for version in sorted(spoken))


def _read(graph: Graph) -> str:
    rows = graph.run("MATCH (a:Firm {id: $id})-[r]->(b) RETURN a, r, b", id="a").data()
    return _works([(row["a"]["name"], row["b"]["name"]) for row in rows], [("A", "B")] * 2)


def _routing(graph: Graph, server: Server) -> str:
    routed = Graph(server.uri.replace("bolt://", "neo4j://"), auth=(server.user, server.password))
    try:
        return _works(routed.evaluate("RETURN 1"), 1)
    finally:
        routed.service.connector.close()


def _read_only(graph: Graph) -> str:
    try:
        graph.query("CREATE (n:Firm)")
    except Neo4jError as exc:
        return f"refuses to write: {exc.title}"
    return "writes"


def _where(graph: Graph) -> str:
    matched = Firm.match(graph, "a").where(name="A").count()
    return _works(matched, 1) if matched else "finds nothing: the second value takes the place of the first"


def _match(graph: Graph) -> str:
    found = graph.match((graph.nodes.match("Firm", id="a").first(), None), "SELLS_TO")
    return _works(sorted(tie["id"] for tie in found), ["t1", "t2"])


def _parallel(graph: Graph) -> str:
    found = len(Repository.wrap(graph).get(Firm, "a").sells_to)
    return f"keeps {found} of 2 ties"


def _save(graph: Graph) -> str:
    firms = Repository.wrap(graph)
    one = firms.get(Firm, "a")
    one.sells_to.add(firms.get(Firm, "b"))
    firms.save(one)
    left = sorted(row[0] for row in graph.run("MATCH (:Firm {id: 'a'})-[r]->() RETURN r.id"))
    return WORKS if left == ["t1", "t2"] else "overwrites one tie with the fields of the other"


def _create(graph: Graph) -> str:
    one, two = Node("Firm", id="c"), Node("Firm", id="d")
    graph.create(Relationship(one, "SELLS_TO", two))
    one["name"] = "C"
    graph.push(one)
    return _works(graph.evaluate("MATCH (n:Firm {id: 'c'})-->() RETURN n.name"), "C")


def _merge_nodes(graph: Graph) -> str:
    merge_nodes(graph.auto(), [{"id": "a", "name": "A"}], ("Firm", "id"))
    left = graph.evaluate("MATCH (n:Firm {id: 'a'}) RETURN n.old")
    return WORKS if left is None else "keeps fields that the new record no longer has"


def _merge_ties(graph: Graph) -> str:
    data = [("a", {}, "b"), ("a", {}, "gone")]
    merge_relationships(graph.auto(), data, "OWNS_FIRM", ("Firm", "id"), ("Firm", "id"))
    made = graph.evaluate("MATCH (:Firm)-[r:OWNS_FIRM]->() RETURN count(r)")
    return WORKS if made == 2 else f"writes {made} of 2 without a word when an end is missing"


def _labels(graph: Graph) -> str:
    return _works("Firm" in graph.schema.node_labels and "SELLS_TO" in graph.schema.relationship_types, True)


def _failing(graph: Graph, call: Callable[[], object]) -> str:
    try:
        call()
    except Neo4jError as exc:
        return f"breaks: {exc.title}"
    return WORKS


def _password(graph: Graph, server: Server) -> str:
    try:
        Graph(server.uri, auth=(server.user, "wrong"))
    except ConnectionUnavailable as exc:
        return f"shows as {type(exc).__name__}: {exc}"
    except Neo4jError as exc:
        return f"shows as {exc.title}"
    return "lets everybody in"


def _version(graph: Graph) -> str:
    return str(graph.service.kernel_version)


PROBES: tuple[tuple[str, Callable[[Graph, Server], str]], ...] = (
    ("protocol that both agree on", lambda graph, _: _protocol(graph)),
    ("`service.kernel_version`", lambda graph, _: _version(graph)),
    ("`run` with parameters; nodes and relationships in rows", lambda graph, _: _read(graph)),
    ("`neo4j://` (routing), one server", _routing),
    ("`query` given a text that writes", lambda graph, _: _read_only(graph)),
    ("`nodes.match` and `match`, two ties of one type", lambda graph, _: _match(graph)),
    ("`Model.match(graph, key).where(name=...)`", lambda graph, _: _where(graph)),
    ("related objects, two ties of one type to one neighbour", lambda graph, _: _parallel(graph)),
    ("`Repository.save` of an object with such ties", lambda graph, _: _save(graph)),
    ("`create`, `push`", lambda graph, _: _create(graph)),
    ("`bulk.merge_nodes`", lambda graph, _: _merge_nodes(graph)),
    ("`bulk.merge_relationships`", lambda graph, _: _merge_ties(graph)),
    ("`schema.node_labels`, `schema.relationship_types`", lambda graph, _: _labels(graph)),
    (
        "`schema.get_indexes`, `schema.get_uniqueness_constraints`",
        lambda graph, _: _failing(graph, lambda: graph.schema.get_indexes("Firm")),
    ),
    (
        "`schema.create_index`",
        lambda graph, _: _failing(graph, lambda: graph.schema.create_index("Firm", "x")),
    ),
    (
        "`schema.create_uniqueness_constraint`",
        lambda graph, _: _failing(graph, lambda: graph.schema.create_uniqueness_constraint("Firm", "x")),
    ),
    ("`dir(graph.call)`", lambda graph, _: _failing(graph, lambda: dir(graph.call))),
    ("a wrong password", _password),
)


def measured(server: Server) -> list[str]:
    """What each probe gives on this server; leaves nothing behind."""
    graph: Any = Graph(server.uri, auth=(server.user, server.password))
    try:
        found: list[str] = []
        for _, probe in PROBES:
            _start(graph)
            found.append(probe(graph, server))
        graph.run("MATCH (n:Firm) DETACH DELETE n")
        return found
    finally:
        for one in (graph, *graph.service._graphs.values()):  # asking for the version opened another
            one.service.connector.close()


def table(columns: dict[Release, list[str]]) -> str:
    """The table in Markdown."""
    rows = [
        ["py2neo 2021.2.4", *(f"Neo4j {release.version}" for release in columns)],
        ["---"] * (len(columns) + 1),
    ]
    rows += [
        [name, *(found[number] for found in columns.values())] for number, (name, _) in enumerate(PROBES)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Start both servers in turn and print the table."""
    columns: dict[Release, list[str]] = {}
    for release in (LTS, NEWEST):
        with running(release=release, heap="512m") as server:
            columns[release] = measured(server)
    print(table(columns))


if __name__ == "__main__":
    main()
