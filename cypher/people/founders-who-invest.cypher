// id: founders-who-invest
// title: Which founders also invest?
// category: people
// about: People who founded one company and put money into another.
// returns: person_id (entity id), person, founded_ids (entity ids), invested_ids (entity ids)
// draw: entities person_id, founded_ids, invested_ids
MATCH (person:Person)-[f:FOUNDED]->(company:Entity)
WHERE f.status IN ['active', 'completed', 'ended']
WITH person, company ORDER BY company.id
WITH person, collect(DISTINCT company.id) AS founded_ids
MATCH (person)-[r:INVESTED_IN]->(other:Entity)
WHERE r.status IN ['active', 'completed', 'ended'] AND NOT other.id IN founded_ids
WITH person, founded_ids, other ORDER BY other.id
WITH person, founded_ids, collect(DISTINCT other.id) AS invested_ids
RETURN person.id AS person_id, person.name AS person, founded_ids, invested_ids
ORDER BY size(invested_ids) DESC, person_id LIMIT 100
