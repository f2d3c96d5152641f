// id: newest-ties
// title: What is the newest in the data?
// category: time
// about: Ties by start date, newest first.
// param entity: entity id, optional, e.g. "nvidia" -- only ties of this entity
// returns: date, from_id (entity id), from_name, type, to_id (entity id), to_name, status, amount_usd (US
//   dollars), sources (source ids), tie_id (tie id)
// draw: entities from_id, to_id; ties tie_id
MATCH (x:Entity)-[r]->(y:Entity)
WHERE r.valid_from IS NOT NULL AND ($entity IS NULL OR x.id = $entity OR y.id = $entity)
RETURN r.start_date AS date, x.id AS from_id, x.name AS from_name, type(r) AS type, y.id AS to_id, y.name AS to_name,
  r.status AS status, r.amount_usd AS amount_usd, r.sources AS sources, r.id AS tie_id
ORDER BY r.valid_from DESC, tie_id LIMIT 50
