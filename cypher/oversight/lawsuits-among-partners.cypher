// id: lawsuits-among-partners
// title: Who sues someone it is otherwise tied to?
// category: oversight
// about: Lawsuits between two that another tie joins too: founder and company, investor and company,
//   supplier and customer.
// returns: plaintiff_id (entity id), plaintiff, defendant_id (entity id), defendant, subject, filed (date),
//   status, other_ties (tie types), sources (source ids), tie_id (tie id)
// draw: entities plaintiff_id, defendant_id; ties tie_id
MATCH (plaintiff:Entity)-[suit:SUED]->(defendant:Entity)
WHERE suit.status IN ['active', 'completed', 'ended']
MATCH (plaintiff)-[r]-(defendant)
WHERE type(r) <> 'SUED'
WITH plaintiff, suit, defendant, type(r) AS name ORDER BY name
WITH plaintiff, suit, defendant, collect(DISTINCT name) AS other_ties
RETURN plaintiff.id AS plaintiff_id, plaintiff.name AS plaintiff, defendant.id AS defendant_id, defendant.name AS defendant,
  suit.role AS subject, suit.start_date AS filed, suit.status AS status, other_ties, suit.sources AS sources, suit.id AS tie_id
ORDER BY coalesce(suit.start_date, '9999'), tie_id LIMIT 100
