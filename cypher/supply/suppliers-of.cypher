// id: suppliers-of
// title: Who supplies this company?
// category: supply
// about: Every recorded supplier with product and dates. A share is a part of the supplier’s revenue.
// param company: entity id, required, e.g. "openai" -- the buyer
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: supplier_id (entity id), supplier, product, share_of_supplier_revenue (fraction), since (date),
//   until (date), amount_usd (US dollars), status, sources (source ids), tie_id (tie id)
// draw: entities supplier_id, $company; ties tie_id
MATCH (supplier:Entity)-[r:SUPPLIES]->(company:Entity {id: $company})
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN supplier.id AS supplier_id, supplier.name AS supplier, r.product AS product, r.share AS share_of_supplier_revenue,
  r.start_date AS since, r.end_date AS until, r.amount_usd AS amount_usd, r.status AS status, r.sources AS sources, r.id AS tie_id
ORDER BY supplier_id, tie_id LIMIT 300
