// id: weighed-purchases
// title: Who weighed buying whom, and dropped it?
// category: ownership
// about: Purchases that were considered, announced or abandoned: none of them is a fact of ownership.
//   Choose one company, or none for all.
// param company: entity id, optional, e.g. "cerebras" -- buyer or target; empty for all
// returns: buyer_id (entity id), buyer, target_id (entity id), target, status, date, until (date),
//   amount_usd (US dollars), note, sources (source ids), tie_id (tie id)
// draw: entities buyer_id, target_id; ties tie_id
MATCH (buyer:Entity)-[r:ACQUIRED]->(target:Entity)
WHERE r.status IN ['considered', 'abandoned', 'announced', 'planned', 'alleged']
  AND ($company IS NULL OR buyer.id = $company OR target.id = $company)
RETURN buyer.id AS buyer_id, buyer.name AS buyer, target.id AS target_id, target.name AS target, r.status AS status,
  r.start_date AS date, r.end_date AS until, r.amount_usd AS amount_usd, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '') DESC, tie_id LIMIT 200
