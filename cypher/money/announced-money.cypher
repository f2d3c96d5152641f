// id: announced-money
// title: Which sums were announced but not paid yet?
// category: money
// about: Announced and planned investments, loans and supplies with an amount: ceilings and letters of
//   intent, not facts.
// param entity: entity id, optional, e.g. "openai" -- giver or taker; empty for all
// returns: from_id (entity id), from_name, type, to_id (entity id), to_name, amount_usd (US dollars),
//   status, date, until (date), note, sources (source ids), tie_id (tie id)
// draw: entities from_id, to_id; ties tie_id
MATCH (x:Entity)-[r]->(y:Entity)
WHERE r.status IN ['announced', 'planned'] AND r.amount_usd IS NOT NULL
  AND ($entity IS NULL OR x.id = $entity OR y.id = $entity)
RETURN x.id AS from_id, x.name AS from_name, type(r) AS type, y.id AS to_id, y.name AS to_name, r.amount_usd AS amount_usd,
  r.status AS status, r.start_date AS date, r.end_date AS until, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY amount_usd DESC, tie_id LIMIT 200
