// id: holdings-of
// title: What does this entity hold a stake in?
// category: ownership
// about: Recorded holdings of an owner. An empty share is unknown, not zero.
// param owner: entity id, required, e.g. "nvidia" -- the owner
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: company_id (entity id), company, share (fraction), share_basis, since (date), until (date),
//   status, sources (source ids), tie_id (tie id)
// draw: entities $owner, company_id; ties tie_id
MATCH (owner:Entity {id: $owner})-[r:OWNS]->(company:Entity)
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN company.id AS company_id, company.name AS company, r.share AS share, r.share_basis AS share_basis,
  r.start_date AS since, r.end_date AS until, r.status AS status, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.share, 0.0) DESC, company_id, tie_id LIMIT 200
