"""Queries to start from in a console."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A query to start from; ``parameters`` is JSON."""

    title: str
    text: str
    parameters: str = "{}"


EXAMPLES: tuple[Example, ...] = (
    Example(
        "Who has the most ties?",
        """\
MATCH (n:Entity)-[r]-()
WHERE r.status IN ['active', 'completed', 'ended']
RETURN n.id AS id, n.name AS name, count(r) AS ties
ORDER BY ties DESC, id LIMIT 20""",
    ),
    Example(
        "Everything around one entity",
        """\
MATCH (n:Entity {id: $entity})-[r]-(other:Entity)
RETURN n, r, other
ORDER BY r.id LIMIT 60""",
        '{"entity": "cerebras"}',
    ),
    Example(
        "Shortest path between two",
        """\
MATCH p = shortestPath((a:Entity {id: $from})-[*..6]-(b:Entity {id: $to}))
RETURN p, length(p) AS steps
ORDER BY steps LIMIT 1""",
        '{"from": "openai", "to": "g42"}',
    ),
    Example(
        "People on two boards",
        """\
MATCH (a:Entity)<-[r:BOARD_MEMBER_OF]-(p:Person)-[s:BOARD_MEMBER_OF]->(b:Entity)
WHERE a.id < b.id
RETURN p.id AS person_id, p.name AS person, a.id AS first_id, b.id AS second_id, [r.id, s.id] AS ties
ORDER BY person_id, first_id, second_id LIMIT 100""",
    ),
    Example(
        "Largest amounts since a date",
        """\
MATCH (a:Entity)-[r:INVESTED_IN|ACQUIRED|LENT_TO]->(b:Entity)
WHERE r.amount_usd IS NOT NULL AND r.start_date >= $since
RETURN a.id AS from_id, a.name AS who, type(r) AS what, b.id AS to_id, b.name AS whom,
  r.amount_usd AS amount_usd, r.status AS status, r.start_date AS start, r.id AS tie_id
ORDER BY amount_usd DESC, tie_id LIMIT 50""",
        '{"since": "2025"}',
    ),
)
