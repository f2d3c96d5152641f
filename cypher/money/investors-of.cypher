// id: investors-of
// title: Who invested in this company, when and in which round?
// category: money
// about: One row per investor and round. Do not add the amounts: the sum of a round may stand in the row of
//   each leading member.
// param company: entity id, required, e.g. "cerebras" -- the company that got the money
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: investor_id (entity id), investor, kind, round, role, date, amount_usd (US dollars), share
//   (fraction), status, sources (source ids), tie_id (tie id)
// draw: entities investor_id, $company; ties tie_id
MATCH (investor:Entity)-[r:INVESTED_IN]->(company:Entity {id: $company})
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN investor.id AS investor_id, investor.name AS investor, investor.kind AS kind, r.round AS round, r.role AS role,
  r.start_date AS date, r.amount_usd AS amount_usd, r.share AS share, r.status AS status, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '9999'), investor_id, tie_id LIMIT 300
