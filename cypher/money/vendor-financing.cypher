// id: vendor-financing
// title: Who finances its own customers?
// category: money
// about: A seller that also invested in, or lent to, the company that buys from it. The two amounts are
//   separate deals as published and often overlap with others.
// param seller: entity id, optional, e.g. "nvidia" -- empty for all sellers
// returns: seller_id (entity id), seller, customer_id (entity id), customer, financing, financed_on (date),
//   invested_usd (US dollars), sold, sold_from (date), money_tie_id (tie id), supply_tie_id (tie id),
//   sources (source ids)
// draw: entities seller_id, customer_id; ties money_tie_id, supply_tie_id
MATCH (seller:Entity)-[m:INVESTED_IN|LENT_TO]->(customer:Entity), (seller)-[s:SUPPLIES]->(customer)
WHERE m.status IN ['active', 'completed', 'ended'] AND s.status IN ['active', 'completed', 'ended']
  AND ($seller IS NULL OR seller.id = $seller)
RETURN seller.id AS seller_id, seller.name AS seller, customer.id AS customer_id, customer.name AS customer,
  type(m) AS financing, m.start_date AS financed_on, m.amount_usd AS invested_usd, s.product AS sold, s.start_date AS sold_from,
  m.id AS money_tie_id, s.id AS supply_tie_id, m.sources + s.sources AS sources
ORDER BY seller_id, customer_id, money_tie_id, supply_tie_id LIMIT 300
