// id: between
// title: Who stands directly between these two?
// category: paths
// about: Entities with a tie of fact to both.
// param a: entity id, required, e.g. "openai" -- the first
// param b: entity id, required, e.g. "cerebras" -- the second
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: middle_id (entity id), middle, kind, ties_to_a (count), ties_to_b (count)
// draw: entities $a, middle_id, $b
MATCH (:Entity {id: $a})-[r]-(middle:Entity)-[s]-(:Entity {id: $b})
WHERE r.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended'] AND middle.id <> $a AND middle.id <> $b
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
  AND ($as_of IS NULL OR (s.valid_from <= $as_of + '~' AND s.valid_to >= $as_of))
RETURN middle.id AS middle_id, middle.name AS middle, middle.kind AS kind, count(DISTINCT r.id) AS ties_to_a,
  count(DISTINCT s.id) AS ties_to_b
ORDER BY ties_to_a + ties_to_b DESC, middle_id LIMIT 200
