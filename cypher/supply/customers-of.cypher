// id: customers-of
// title: Who are the customers of this company, and what share do they make up?
// category: supply
// about: Every recorded customer. A share is a part of the company’s revenue in the period given; no share
//   means that nobody published one.
// param company: entity id, required, e.g. "cerebras" -- the seller
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: customer_id (entity id), customer, revenue_share (fraction), period_start (date), period_end
//   (date), product, amount_usd (US dollars), status, since (date), sources (source ids), tie_id (tie id)
// draw: entities $company, customer_id; ties tie_id
MATCH (company:Entity {id: $company})-[r:SUPPLIES]->(customer:Entity)
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN customer.id AS customer_id, customer.name AS customer, r.share AS revenue_share,
  CASE WHEN r.share IS NULL THEN null ELSE r.start_date END AS period_start,
  CASE WHEN r.share IS NULL THEN null ELSE r.end_date END AS period_end,
  r.product AS product, r.amount_usd AS amount_usd, r.status AS status, r.start_date AS since, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.share, 0.0) DESC, customer_id, tie_id LIMIT 300
