// id: interlocks
// title: Which companies share board members?
// category: people
// about: Pairs of boards with the people on both. With a date, only seats that surely hold then; without
//   one, seats of any time, which need not overlap.
// param as_of: as-of date, optional, e.g. "2017" -- only ties that hold then; those whose dates do not tell
//   are left out
// returns: a_id (entity id), a, b_id (entity id), b, shared (count), person_ids (entity ids)
// draw: entities a_id, b_id, person_ids
MATCH (person:Person)-[r:BOARD_MEMBER_OF]->(a:Entity), (person)-[s:BOARD_MEMBER_OF]->(b:Entity)
WHERE a.id < b.id AND r.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
  AND ($as_of IS NULL OR (s.valid_from <= $as_of + '~' AND s.valid_to >= $as_of))
WITH a, b, person ORDER BY person.id
WITH a, b, collect(DISTINCT person.id) AS person_ids
RETURN a.id AS a_id, a.name AS a, b.id AS b_id, b.name AS b, size(person_ids) AS shared, person_ids
ORDER BY shared DESC, a_id, b_id LIMIT 200
