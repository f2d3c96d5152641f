// id: board-of
// title: Who sits, or sat, on this board?
// category: people
// about: Board members with role and dates. Board lists are incomplete; an empty date is unknown.
// param company: entity id, required, e.g. "openai" -- whose board
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: person_id (entity id), person, role, since (date), until (date), status, sources (source ids),
//   tie_id (tie id)
// draw: entities person_id, $company; ties tie_id
MATCH (person:Entity)-[r:BOARD_MEMBER_OF]->(company:Entity {id: $company})
WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of))
RETURN person.id AS person_id, person.name AS person, r.role AS role, r.start_date AS since, r.end_date AS until,
  r.status AS status, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '9999'), person_id, tie_id LIMIT 200
