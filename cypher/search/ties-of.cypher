// id: ties-of
// title: What is recorded about this entity?
// category: search
// about: Every tie in and out, plans and allegations included, with its status.
// param entity: entity id, required, e.g. "g42" -- the entity
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: direction, other_id (entity id), other, type, status, role, since (date), until (date),
//   amount_usd (US dollars), share (fraction), share_basis, note, sources (source ids), tie_id (tie id)
// draw: entities $entity, other_id; ties tie_id
MATCH (n:Entity {id: $entity})-[r]-(other:Entity)
WHERE ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN CASE WHEN startNode(r).id = $entity THEN 'out' ELSE 'in' END AS direction, other.id AS other_id, other.name AS other,
  type(r) AS type, r.status AS status, r.role AS role, r.start_date AS since, r.end_date AS until, r.amount_usd AS amount_usd,
  r.share AS share, r.share_basis AS share_basis, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY type, tie_id LIMIT 1000
