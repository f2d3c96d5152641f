// id: rivals-one-supplier
// title: Which rivals buy from the same supplier?
// category: supply
// about: Pairs of competitors with a common supplier.
// param supplier: entity id, optional, e.g. "tsmc" -- empty for all
// returns: a_id (entity id), a, b_id (entity id), b, supplier_id (entity id), supplier, sources (source
//   ids)
// draw: entities a_id, b_id, supplier_id
MATCH (a:Entity)-[c:COMPETES_WITH]-(b:Entity), (supplier:Entity)-[r:SUPPLIES]->(a), (supplier)-[s:SUPPLIES]->(b)
WHERE a.id < b.id AND c.status IN ['active', 'completed', 'ended'] AND r.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended']
  AND ($supplier IS NULL OR supplier.id = $supplier)
RETURN DISTINCT a.id AS a_id, a.name AS a, b.id AS b_id, b.name AS b, supplier.id AS supplier_id, supplier.name AS supplier,
  c.sources AS sources
ORDER BY a_id, b_id, supplier_id LIMIT 200
