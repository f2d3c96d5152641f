// id: holders-of
// title: Who holds a stake in this company?
// category: ownership
// about: Recorded holdings with share, its basis and date. A holding is not a purchase: see also
//   money/investors-of. An empty share is unknown, not zero.
// param company: entity id, required, e.g. "coreweave" -- the company whose holders are asked for
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: holder_id (entity id), holder, kind, share (fraction), share_basis, since (date), until (date),
//   status, note, sources (source ids), tie_id (tie id)
// draw: entities holder_id, $company; ties tie_id
MATCH (holder:Entity)-[r:OWNS]->(company:Entity {id: $company})
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN holder.id AS holder_id, holder.name AS holder, holder.kind AS kind, r.share AS share, r.share_basis AS share_basis,
  r.start_date AS since, r.end_date AS until, r.status AS status, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.share, 0.0) DESC, holder_id, tie_id LIMIT 200
