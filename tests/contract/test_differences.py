"""What the engines do differently, as docs/stores.md tells it. Each line is tried on every engine and release."""

from __future__ import annotations

from pathlib import Path

from graph.errors import ExplorerError
from graph.store import Store
from tests.contract.small import SMALL

REFUSED = "refused"
PAGE = Path(__file__).parents[2] / "docs" / "stores.md"
# what is asked, ArcadeDB, Neo4j 5.26 and 2026.08
DIFFERENCES = [
    ("CYPHER 5 RETURN 1 AS x", REFUSED, [1]),
    ("USE neo4j RETURN 1 AS x", REFUSED, [1]),
    ("MATCH p = SHORTEST 1 (a {id: 'fund'})-[]-+(b {id: 'ann'}) RETURN length(p) AS x", REFUSED, [2]),
    ("RETURN size(range(1, 1000001)) AS x", REFUSED, [1_000_001]),
    ("MATCH (n:Entity {id: 'acme'}) RETURN labels(n)[0] AS x", ["Company"], ["Entity"]),
    ("RETURN toString(percentileCont(1, 0.5)) AS x", ["1.0"], ["1"]),
    ("RETURN coll.max([1, 2]) AS x", [2], REFUSED),
    ("MATCH (n:Entity) FILTER n.id = 'acme' RETURN n.id AS x", ["acme"], REFUSED),
    ("LET x = 1 RETURN x", [1], REFUSED),
    ("SHOW FUNCTIONS YIELD name RETURN count(name) > 0 AS x", REFUSED, [True]),
    ("CALL algo.pagerank() YIELD node, score RETURN count(*) > 0 AS x", [True], REFUSED),
    ("CALL db.index.fulltext.queryNodes('interlock_names', 'acme') YIELD node RETURN node.id AS x", REFUSED, ["acme"]),
]  # fmt: skip


def test_the_engines_differ_as_the_page_says(store: Store) -> None:
    store.upsert(SMALL)
    for text, arcadedb, neo4j in DIFFERENCES:
        try:
            found: object = [row[0] for row in store.query(text).rows]
        except ExplorerError:
            found = REFUSED
        assert found == (arcadedb if store.engine == "arcadedb" else neo4j), text


def test_the_page_tells_every_difference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for text, arcadedb, neo4j in DIFFERENCES:
        cells = " | ".join(_cell(value) for value in (arcadedb, neo4j))
        assert f"| `{text}` | {cells} |" in page


def _cell(value: object) -> str:
    return REFUSED if value == REFUSED else f"`{value[0]!r}`".replace("True", "true").replace("'", '"')  # type: ignore[index]


def test_order_of_nulls_and_text_is_one(store: Store) -> None:
    assert store.query("UNWIND [1, null, 2] AS x RETURN x ORDER BY x").rows == ((1,), (2,), (None,))
    assert store.query("UNWIND [1, null, 2] AS x RETURN x ORDER BY x DESC").rows == ((None,), (2,), (1,))
    assert store.query("UNWIND ['b', 'A', 'a', 'Z'] AS x RETURN x ORDER BY x").rows == (
        ("A",), ("Z",), ("a",), ("b",),
    )  # fmt: skip
