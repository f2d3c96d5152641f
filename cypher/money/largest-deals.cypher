// id: largest-deals
// title: What are the largest recorded deals?
// category: money
// about: Ties with an amount, largest first. Totals stand beside tranches and ceilings beside payments:
//   read the note, add nothing up.
// param min_usd: US dollars, default 10000000000 -- at least this much
// param plans: yes or no, default no -- show announced and planned deals too
// returns: from_id (entity id), from_name, type, to_id (entity id), to_name, amount_usd (US dollars),
//   status, date, round, product, note, sources (source ids), tie_id (tie id)
// draw: entities from_id, to_id; ties tie_id
MATCH (x:Entity)-[r]->(y:Entity)
WHERE r.amount_usd >= $min_usd
  AND (r.status IN ['active', 'completed', 'ended'] OR ($plans AND r.status IN ['announced', 'planned']))
RETURN x.id AS from_id, x.name AS from_name, type(r) AS type, y.id AS to_id, y.name AS to_name, r.amount_usd AS amount_usd,
  r.status AS status, r.start_date AS date, r.round AS round, r.product AS product, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY amount_usd DESC, tie_id LIMIT 200
