// id: names
// title: Which entities have a name like this?
// category: search
// about: Letters and digits only are compared, so spaces and points do not matter. For misspelled names use
//   the search field.
// param text: text, required, e.g. "capital" -- part of the name
// returns: entity_id (entity id), name, kind, description
// draw: entities entity_id
MATCH (n:Entity)
WHERE n.name_key CONTAINS replace(toLower($text), ' ', '')
RETURN n.id AS entity_id, n.name AS name, n.kind AS kind, n.description AS description
ORDER BY size(n.name), entity_id LIMIT 100
