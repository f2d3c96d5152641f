// id: also-backed
// title: What else do this company’s investors back?
// category: money
// about: Companies that share investors with the one asked for, by number of shared investors.
// param company: entity id, required, e.g. "cerebras" -- the company to start from
// param min_shared: integer, default 2 -- at least so many investors in common
// returns: company_id (entity id), also_backed, shared (count), investor_ids (entity ids)
// draw: entities $company, company_id, investor_ids
MATCH (investor:Entity)-[a:INVESTED_IN]->(:Entity {id: $company})
WHERE a.status IN ['active', 'completed', 'ended']
MATCH (investor)-[b:INVESTED_IN]->(other:Entity)
WHERE other.id <> $company AND b.status IN ['active', 'completed', 'ended']
WITH other, investor ORDER BY investor.id
WITH other, collect(DISTINCT investor.id) AS investor_ids
WHERE size(investor_ids) >= $min_shared
RETURN other.id AS company_id, other.name AS also_backed, size(investor_ids) AS shared, investor_ids
ORDER BY shared DESC, company_id LIMIT 50
