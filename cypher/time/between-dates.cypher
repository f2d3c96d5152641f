// id: between-dates
// title: What happened between two dates?
// category: time
// about: Ties that start within the span, plans included, with their status. Ties without a start date
//   cannot be placed and are left out.
// param first: date, default "2017-01" -- from then on
// param last: date, default "2018-12" -- until then
// param entity: entity id, optional, e.g. "openai" -- only ties of this entity
// returns: date, from_id (entity id), from_name, type, to_id (entity id), to_name, status, role, amount_usd
//   (US dollars), note, sources (source ids), tie_id (tie id)
// draw: entities from_id, to_id; ties tie_id
MATCH (x:Entity)-[r]->(y:Entity)
WHERE r.valid_from >= $first AND r.valid_from <= $last + '~'
  AND ($entity IS NULL OR x.id = $entity OR y.id = $entity)
RETURN r.start_date AS date, x.id AS from_id, x.name AS from_name, type(r) AS type, y.id AS to_id, y.name AS to_name,
  r.status AS status, r.role AS role, r.amount_usd AS amount_usd, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY r.valid_from, tie_id LIMIT 500
