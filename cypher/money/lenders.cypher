// id: lenders
// title: Who lent to whom?
// category: money
// about: Loans and credit lines, newest first.
// param borrower: entity id, optional, e.g. "coreweave" -- empty for all
// returns: lender_id (entity id), lender, borrower_id (entity id), borrower, status, date, until (date),
//   amount_usd (US dollars), round, note, sources (source ids), tie_id (tie id)
// draw: entities lender_id, borrower_id; ties tie_id
MATCH (lender:Entity)-[r:LENT_TO]->(borrower:Entity)
WHERE r.status IN ['active', 'completed', 'ended'] AND ($borrower IS NULL OR borrower.id = $borrower)
RETURN lender.id AS lender_id, lender.name AS lender, borrower.id AS borrower_id, borrower.name AS borrower, r.status AS status,
  r.start_date AS date, r.end_date AS until, r.amount_usd AS amount_usd, r.round AS round, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '') DESC, tie_id LIMIT 200
