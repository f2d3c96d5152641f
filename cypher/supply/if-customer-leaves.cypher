// id: if-customer-leaves
// title: If this customer leaves, who is hit first, and who next?
// category: supply
// about: Sellers with a disclosed share of revenue from the customer, and whom those sellers buy from. The
//   share is of the seller’s revenue in its period; the next ones hit carry no figure because none is
//   disclosed.
// param customer: entity id, required, e.g. "g42" -- who leaves
// param min_share: fraction, default 0.1 -- leave out smaller shares
// returns: hit_id (entity id), hit, revenue_share (fraction), period_start (date), period_end (date),
//   next_id (entity id), next_name, sources (source ids), tie_id (tie id)
// draw: entities $customer, hit_id, next_id; ties tie_id
MATCH (customer:Entity {id: $customer})<-[r:SUPPLIES]-(hit:Entity)
WHERE r.share_basis = 'revenue' AND r.share >= $min_share AND r.status IN ['active', 'completed', 'ended']
OPTIONAL MATCH (hit)<-[s:SUPPLIES]-(next:Entity)
WHERE s.status IN ['active', 'completed', 'ended']
WITH DISTINCT hit, r, next
RETURN hit.id AS hit_id, hit.name AS hit, r.share AS revenue_share, r.start_date AS period_start, r.end_date AS period_end,
  next.id AS next_id, next.name AS next_name, r.sources AS sources, r.id AS tie_id
ORDER BY revenue_share DESC, hit_id, tie_id, coalesce(next.id, '') LIMIT 200
