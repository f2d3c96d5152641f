// id: rivals-one-investor
// title: Which competitors have a common investor?
// category: oversight
// about: One backer on both sides of a rivalry: a possible conflict of interest, with both ties named.
// param investor: entity id, optional, e.g. "nvidia" -- empty for all
// returns: investor_id (entity id), investor, a_id (entity id), a, b_id (entity id), b, tie_a_ids (tie
//   ids), tie_b_ids (tie ids), sources (source ids)
// draw: entities investor_id, a_id, b_id; ties tie_a_ids, tie_b_ids
MATCH (a:Entity)-[c:COMPETES_WITH]-(b:Entity)
WHERE a.id < b.id AND c.status IN ['active', 'completed', 'ended']
MATCH (investor:Entity)-[r:INVESTED_IN]->(a), (investor)-[s:INVESTED_IN]->(b)
WHERE r.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended']
  AND ($investor IS NULL OR investor.id = $investor)
WITH investor, a, b, c, r, s ORDER BY r.id, s.id
WITH investor, a, b, c, collect(DISTINCT r.id) AS tie_a_ids, collect(DISTINCT s.id) AS tie_b_ids
RETURN investor.id AS investor_id, investor.name AS investor, a.id AS a_id, a.name AS a, b.id AS b_id, b.name AS b,
  tie_a_ids, tie_b_ids, c.sources AS sources
ORDER BY investor_id, a_id, b_id LIMIT 300
