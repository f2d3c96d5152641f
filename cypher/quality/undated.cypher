// id: undated
// title: Which ties have no date?
// category: quality
// about: Ties without a start date: an as-of view cannot place them and leaves them out.
// param type: tie type, optional, e.g. "HOLDS_ROLE" -- empty for all types
// returns: from_id (entity id), from_name, type_name, to_id (entity id), to_name, status, role, note,
//   sources (source ids), tie_id (tie id)
// draw: entities from_id, to_id; ties tie_id
MATCH (x:Entity)-[r]->(y:Entity)
WHERE r.valid_from IS NULL AND ($type IS NULL OR type(r) = $type)
RETURN x.id AS from_id, x.name AS from_name, type(r) AS type_name, y.id AS to_id, y.name AS to_name, r.status AS status,
  r.role AS role, r.note AS note, r.sources AS sources, r.id AS tie_id
ORDER BY type_name, tie_id LIMIT 500
