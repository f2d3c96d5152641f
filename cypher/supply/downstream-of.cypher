// id: downstream-of
// title: Who lies downstream of this supplier?
// category: supply
// about: Everyone reached by following supplies up to three steps: who may feel it when the supplier fails.
// param supplier: entity id, required, e.g. "tsmc" -- where to start
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: company_id (entity id), company, hops (count)
// draw: entities $supplier, company_id
MATCH chain = (:Entity {id: $supplier})-[:SUPPLIES*1..3]->(company:Entity)
WHERE company.id <> $supplier
  AND all(r IN relationships(chain) WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of)))
RETURN company.id AS company_id, company.name AS company, min(length(chain)) AS hops
ORDER BY hops, company_id LIMIT 300
