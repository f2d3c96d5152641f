// id: investor-and-customer
// title: Who is investor and customer of the same company?
// category: money
// about: Money that goes in as investment and comes in again as revenue. The share is of the company’s
//   revenue, in the period given.
// param company: entity id, optional, e.g. "cerebras" -- empty for all companies
// returns: investor_id (entity id), investor, company_id (entity id), company, invested_on (date),
//   invested_usd (US dollars), bought, revenue_share (fraction), period_start (date), period_end (date),
//   money_tie_id (tie id), supply_tie_id (tie id), sources (source ids)
// draw: entities investor_id, company_id; ties money_tie_id, supply_tie_id
MATCH (investor:Entity)-[m:INVESTED_IN]->(company:Entity), (company)-[s:SUPPLIES]->(investor)
WHERE m.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended']
  AND ($company IS NULL OR company.id = $company)
RETURN investor.id AS investor_id, investor.name AS investor, company.id AS company_id, company.name AS company,
  m.start_date AS invested_on, m.amount_usd AS invested_usd, s.product AS bought, s.share AS revenue_share,
  CASE WHEN s.share IS NULL THEN null ELSE s.start_date END AS period_start,
  CASE WHEN s.share IS NULL THEN null ELSE s.end_date END AS period_end,
  m.id AS money_tie_id, s.id AS supply_tie_id, m.sources + s.sources AS sources
ORDER BY coalesce(s.share, 0.0) DESC, investor_id, company_id, money_tie_id, supply_tie_id LIMIT 300
