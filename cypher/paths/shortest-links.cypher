// id: shortest-links
// title: What are the shortest links between these two?
// category: paths
// about: Shortest chains of facts in any direction, at most four ties long. For more than the shortest,
//   dates and reasons use the influence paths.
// param a: entity id, required, e.g. "sam-altman" -- one end
// param b: entity id, required, e.g. "g42" -- the other end
// returns: entity_ids (entity ids), tie_ids (tie ids), hops (count)
// draw: entities entity_ids; ties tie_ids
MATCH (a:Entity {id: $a}), (b:Entity {id: $b})
MATCH chain = allShortestPaths((a)-[*..4]-(b))
WHERE all(r IN relationships(chain) WHERE r.status IN ['active', 'completed', 'ended'])
WITH [n IN nodes(chain) | n.id] AS entity_ids, [r IN relationships(chain) | r.id] AS tie_ids, length(chain) AS hops
RETURN entity_ids, tie_ids, hops
ORDER BY hops, reduce(text = '', id IN entity_ids | text + ' ' + id), reduce(text = '', id IN tie_ids | text + ' ' + id) LIMIT 100
