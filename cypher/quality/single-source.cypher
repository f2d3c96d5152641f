// id: single-source
// title: Which large claims rest on one source?
// category: quality
// about: Ties with an amount or a share that only one page supports: check these first.
// param entity: entity id, optional, e.g. "cerebras" -- only ties of this entity
// returns: from_id (entity id), from_name, type, to_id (entity id), to_name, status, amount_usd (US
//   dollars), share (fraction), note, source_id (source id), publisher, url (link), tie_id (tie id)
// draw: entities from_id, to_id; ties tie_id
MATCH (x:Entity)-[r]->(y:Entity)
WHERE size(r.sources) = 1 AND (r.amount_usd IS NOT NULL OR r.share IS NOT NULL)
  AND ($entity IS NULL OR x.id = $entity OR y.id = $entity)
MATCH (s:Source {id: r.sources[0]})
RETURN x.id AS from_id, x.name AS from_name, type(r) AS type, y.id AS to_id, y.name AS to_name, r.status AS status,
  r.amount_usd AS amount_usd, r.share AS share, r.note AS note, s.id AS source_id, s.publisher AS publisher, s.url AS url, r.id AS tie_id
ORDER BY coalesce(r.amount_usd, 0) DESC, tie_id LIMIT 300
