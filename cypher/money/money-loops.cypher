// id: money-loops
// title: Where does money run in circles through three?
// category: money
// about: A invests in B, B buys from C, C buys from A: the investment can come back as revenue. One row per
//   loop; ties that are announced or planned count when asked.
// param plans: yes or no, default no -- count announced and planned ties too
// param through: entity id, optional, e.g. "openai" -- only loops that pass this entity
// returns: a_id (entity id), a, b_id (entity id), b, c_id (entity id), c, investments (count),
//   purchases_of_b (count), purchases_of_c (count), first_investment (date), sources (source ids)
// draw: entities a_id, b_id, c_id
MATCH (a:Entity)-[m:INVESTED_IN]->(b:Entity)<-[s:SUPPLIES]-(c:Entity)<-[t:SUPPLIES]-(a)
WHERE all(tie IN [m, s, t] WHERE tie.status IN ['active', 'completed', 'ended'] OR ($plans AND tie.status IN ['announced', 'planned']))
  AND ($through IS NULL OR $through IN [a.id, b.id, c.id])
WITH a, b, c, count(DISTINCT m.id) AS investments, count(DISTINCT s.id) AS purchases_of_b, count(DISTINCT t.id) AS purchases_of_c,
  min(m.start_date) AS first_investment, min(m.id) AS one
MATCH (a)-[first:INVESTED_IN {id: one}]->(b)
RETURN a.id AS a_id, a.name AS a, b.id AS b_id, b.name AS b, c.id AS c_id, c.name AS c, investments, purchases_of_b,
  purchases_of_c, first_investment, first.sources AS sources
ORDER BY a_id, b_id, c_id LIMIT 200
