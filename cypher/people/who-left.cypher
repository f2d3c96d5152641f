// id: who-left
// title: Who left this company, and what else are they tied to?
// category: people
// about: People whose role or seat ended, with what they founded, run or direct elsewhere.
// param company: entity id, required, e.g. "openai" -- whom they left
// returns: person_id (entity id), person, left_as, left_on (date), other_id (entity id), other, other_tie,
//   other_role, other_since (date), sources (source ids), tie_id (tie id)
// draw: entities $company, person_id, other_id; ties tie_id
MATCH (person:Person)-[r:HOLDS_ROLE|BOARD_MEMBER_OF]->(:Entity {id: $company})
WHERE r.status = 'ended'
MATCH (person)-[s:HOLDS_ROLE|BOARD_MEMBER_OF|FOUNDED]->(other:Entity)
WHERE other.id <> $company AND s.status IN ['active', 'completed', 'ended']
RETURN person.id AS person_id, person.name AS person, r.role AS left_as, r.end_date AS left_on, other.id AS other_id,
  other.name AS other, type(s) AS other_tie, s.role AS other_role, s.start_date AS other_since, s.sources AS sources, s.id AS tie_id
ORDER BY person_id, r.id, tie_id LIMIT 300
