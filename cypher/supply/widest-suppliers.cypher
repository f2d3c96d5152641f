// id: widest-suppliers
// title: Which suppliers serve many?
// category: supply
// about: Suppliers by number of distinct customers: candidates for chokepoints.
// param min_customers: integer, default 4 -- at least so many customers
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: supplier_id (entity id), supplier, customers (count), customer_ids (entity ids)
// draw: entities supplier_id, customer_ids
MATCH (supplier:Entity)-[r:SUPPLIES]->(customer:Entity)
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
WITH supplier, customer ORDER BY customer.id
WITH supplier, collect(DISTINCT customer.id) AS customer_ids
WHERE size(customer_ids) >= $min_customers
RETURN supplier.id AS supplier_id, supplier.name AS supplier, size(customer_ids) AS customers, customer_ids
ORDER BY customers DESC, supplier_id LIMIT 50
