"""Queries that nobody waits for to end, on the bundled graph.

What an engine does not stop does end in some minutes, so that it does not work on beside later tests.
"""

from __future__ import annotations

ENDLESS = {
    "Cartesian product": "MATCH (a:Entity), (b:Entity), (c:Entity), (d:Entity), (e:Entity) "
    "WHERE a.name + b.name < c.name + d.name + e.name RETURN count(*) AS n",
    "sorted product": "MATCH (a:Entity), (b:Entity), (c:Entity), (d:Entity) "
    "RETURN a.id, b.id, c.id, d.id ORDER BY a.name + d.name + b.name + c.name DESC LIMIT 1",
    "collected product": "MATCH (a:Entity), (b:Entity), (c:Entity), (d:Entity) "
    "RETURN size(collect(a.name + b.name + c.name + d.name)) AS n",
    "unbounded path": "MATCH p = (a:Entity)-[*]-(b:Entity) RETURN count(p) AS n",
    "unbounded quantifier": "MATCH p = (a:Entity)-[]-+(b:Entity) RETURN count(p) AS n",
    "every shortest path": "MATCH (a:Entity), (b:Entity) WHERE a.id < b.id "
    "MATCH p = allShortestPaths((a)-[*]-(b)) RETURN count(p) AS n",
    "lists in one row": "RETURN size([x IN range(1, 8000) WHERE "
    "size([y IN range(1, 8000) WHERE y % 7 = x % 7]) > 8001]) AS n",
    "sum in one row": "UNWIND range(1, 900000) AS x WITH x, reduce(s = 0, i IN range(1, 900000) | s + i % 7) AS s "
    "RETURN max(s + x) AS n",
}
