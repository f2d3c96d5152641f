// id: portfolio-of
// title: What has this investor put money into?
// category: money
// about: One row per company and round, newest first. An empty amount is unknown.
// param investor: entity id, required, e.g. "nvidia" -- person, company or fund
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: company_id (entity id), company, round, role, date, amount_usd (US dollars), status, sources
//   (source ids), tie_id (tie id)
// draw: entities $investor, company_id; ties tie_id
MATCH (investor:Entity {id: $investor})-[r:INVESTED_IN]->(company:Entity)
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN company.id AS company_id, company.name AS company, r.round AS round, r.role AS role, r.start_date AS date,
  r.amount_usd AS amount_usd, r.status AS status, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '') DESC, company_id, tie_id LIMIT 300
