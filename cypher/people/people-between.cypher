// id: people-between
// title: Which people stand between these two?
// category: people
// about: People with a recorded tie to both.
// param a: entity id, required, e.g. "openai" -- the first
// param b: entity id, required, e.g. "tesla" -- the second
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: person_id (entity id), person, type_a, role_a, since_a (date), until_a (date), type_b, role_b,
//   since_b (date), until_b (date), tie_a_id (tie id), tie_b_id (tie id), sources (source ids)
// draw: entities person_id, $a, $b; ties tie_a_id, tie_b_id
MATCH (person:Person)-[r]->(:Entity {id: $a}), (person)-[s]->(:Entity {id: $b})
WHERE r.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
  AND ($as_of IS NULL OR (s.valid_from <= $as_of + '~' AND s.valid_to >= $as_of))
RETURN person.id AS person_id, person.name AS person, type(r) AS type_a, r.role AS role_a, r.start_date AS since_a,
  r.end_date AS until_a, type(s) AS type_b, s.role AS role_b, s.start_date AS since_b, s.end_date AS until_b,
  r.id AS tie_a_id, s.id AS tie_b_id, r.sources + s.sources AS sources
ORDER BY person_id, tie_a_id, tie_b_id LIMIT 200
