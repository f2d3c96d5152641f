// id: sources-of
// title: Which sources speak of this entity?
// category: quality
// about: Sources by number of ties of the entity that they support.
// param entity: entity id, required, e.g. "cerebras" -- whose sources
// returns: source_id (source id), publisher, title, date, url (link), ties (count)
// draw: nothing
MATCH (:Entity {id: $entity})-[r]-(:Entity)
UNWIND r.sources AS source_id
WITH source_id, count(DISTINCT r.id) AS ties
MATCH (s:Source {id: source_id})
RETURN s.id AS source_id, s.publisher AS publisher, s.title AS title, s.date AS date, s.url AS url, ties
ORDER BY ties DESC, source_id LIMIT 300
