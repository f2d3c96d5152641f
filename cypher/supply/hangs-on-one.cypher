// id: hangs-on-one
// title: Which companies hang on one customer?
// category: supply
// about: Companies by period whose largest disclosed customer passes a share of revenue. The HHI is a
//   floor: customers nobody named are not in it.
// param min_share: fraction, default 0.2 -- the largest customer makes up at least this
// returns: company_id (entity id), company, period_start (date), period_end (date), top_share (fraction),
//   disclosed (fraction), hhi_floor (index 0 to 10000), customer_ids (entity ids), sources (source ids)
// draw: entities company_id, customer_ids
MATCH (company:Entity)-[r:SUPPLIES]->(customer:Entity)
WHERE r.share_basis = 'revenue' AND r.status IN ['active', 'completed', 'ended']
WITH company, r, customer ORDER BY customer.id, r.id
WITH company, r.start_date AS period_start, r.end_date AS period_end, max(r.share) AS top_share, sum(r.share) AS disclosed,
  sum(r.share * r.share) * 10000 AS hhi_floor, collect(DISTINCT customer.id) AS customer_ids, collect(r.sources) AS cited
WHERE top_share >= $min_share
RETURN company.id AS company_id, company.name AS company, period_start, period_end, top_share, disclosed,
  round(hhi_floor, 1) AS hhi_floor, customer_ids, reduce(found = [], some IN cited | found + some) AS sources
ORDER BY top_share DESC, company_id, coalesce(period_start, '') LIMIT 100
