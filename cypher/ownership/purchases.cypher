// id: purchases
// title: Which companies were bought, by whom, for how much?
// category: ownership
// about: Completed purchases, newest first. Amounts are as published; an empty one is unknown.
// param since: date, default "2010" -- only purchases from then on
// returns: buyer_id (entity id), buyer, bought_id (entity id), bought, date, amount_usd (US dollars), note,
//   sources (source ids), tie_id (tie id)
// draw: entities buyer_id, bought_id; ties tie_id
MATCH (buyer:Entity)-[r:ACQUIRED]->(bought:Entity)
WHERE r.status = 'completed' AND coalesce(r.start_date, '') >= $since
RETURN buyer.id AS buyer_id, buyer.name AS buyer, bought.id AS bought_id, bought.name AS bought, r.start_date AS date,
  r.amount_usd AS amount_usd, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '') DESC, tie_id LIMIT 200
