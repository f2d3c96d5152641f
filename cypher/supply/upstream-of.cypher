// id: upstream-of
// title: Whom does this company depend on, down the chain?
// category: supply
// about: Every supplier reached by following supplies backwards up to three steps.
// param company: entity id, required, e.g. "openai" -- the buyer at the end
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: supplier_id (entity id), supplier, hops (count)
// draw: entities $company, supplier_id
MATCH chain = (supplier:Entity)-[:SUPPLIES*1..3]->(:Entity {id: $company})
WHERE supplier.id <> $company
  AND all(r IN relationships(chain) WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of)))
RETURN supplier.id AS supplier_id, supplier.name AS supplier, min(length(chain)) AS hops
ORDER BY hops, supplier_id LIMIT 300
