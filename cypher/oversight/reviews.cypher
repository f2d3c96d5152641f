// id: reviews
// title: Who reviews, licenses or investigates whom?
// category: oversight
// about: Public reviews with their subject and dates.
// param entity: entity id, optional, e.g. "cerebras" -- who is reviewed; empty for all
// returns: authority_id (entity id), authority, entity_id (entity id), entity_name, subject, status, since
//   (date), until (date), note, sources (source ids), tie_id (tie id)
// draw: entities authority_id, entity_id; ties tie_id
MATCH (authority:Entity)-[r:REGULATES]->(reviewed:Entity)
WHERE r.status IN ['active', 'completed', 'ended'] AND ($entity IS NULL OR reviewed.id = $entity)
RETURN authority.id AS authority_id, authority.name AS authority, reviewed.id AS entity_id, reviewed.name AS entity_name,
  r.role AS subject, r.status AS status, r.start_date AS since, r.end_date AS until, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '9999'), tie_id LIMIT 200
