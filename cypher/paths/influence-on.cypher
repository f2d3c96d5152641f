// id: influence-on
// title: Who can influence this company through money, ownership or office?
// category: paths
// about: Everyone up to two steps away along stakes, investments, posts, seats, founding and loans, with
//   the number of routes.
// param company: entity id, required, e.g. "openai" -- who is influenced
// param as_of: as-of date, optional, e.g. "2024-06" -- only ties that hold then; those whose dates do not
//   tell are left out
// returns: who_id (entity id), who, kind, hops (count), routes (count)
// draw: entities who_id, $company
MATCH chain = (who:Entity)-[:OWNS|INVESTED_IN|HOLDS_ROLE|BOARD_MEMBER_OF|FOUNDED|LENT_TO*1..2]->(:Entity {id: $company})
WHERE who.id <> $company
  AND all(r IN relationships(chain) WHERE r.status IN ['active', 'completed', 'ended']
  AND ($as_of IS NULL OR (r.valid_from <= $as_of + '~' AND r.valid_to >= $as_of)))
RETURN who.id AS who_id, who.name AS who, who.kind AS kind, min(length(chain)) AS hops, count(*) AS routes
ORDER BY hops, routes DESC, who_id LIMIT 300
