// id: career-of
// title: What has this person founded, run, directed or advised?
// category: people
// about: Posts of one person in order of their start; undated ones last.
// param person: entity id, required, e.g. "ilya-sutskever" -- the person
// returns: company_id (entity id), company, type, role, since (date), until (date), status, sources (source
//   ids), tie_id (tie id)
// draw: entities $person, company_id; ties tie_id
MATCH (:Entity {id: $person})-[r:FOUNDED|HOLDS_ROLE|BOARD_MEMBER_OF|ADVISES]->(company:Entity)
WHERE r.status IN ['active', 'completed', 'ended']
RETURN company.id AS company_id, company.name AS company, type(r) AS type, r.role AS role, r.start_date AS since,
  r.end_date AS until, r.status AS status, r.sources AS sources, r.id AS tie_id
ORDER BY coalesce(r.start_date, '9999'), company_id, tie_id LIMIT 200
