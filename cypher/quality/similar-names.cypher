// id: similar-names
// title: Which entries may be the same?
// category: quality
// about: Pairs where one name begins with the other: candidates to look at, often rightly apart.
// returns: a_id (entity id), a, kind_a, b_id (entity id), b, kind_b
// draw: entities a_id, b_id
MATCH (n:Entity) WHERE size(n.name_key) >= 4
WITH left(n.name_key, 4) AS head, collect(n) AS group
WHERE size(group) > 1
UNWIND group AS a
UNWIND group AS b
WITH a, b WHERE a.id <> b.id AND b.name_key STARTS WITH a.name_key
RETURN a.id AS a_id, a.name AS a, a.kind AS kind_a, b.id AS b_id, b.name AS b, b.kind AS kind_b
ORDER BY a_id, b_id LIMIT 200
