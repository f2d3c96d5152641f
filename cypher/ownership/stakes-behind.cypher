// id: stakes-behind
// title: Who stands behind a company, through others too?
// category: ownership
// about: Every owner up to four holdings away whose shares of equity are all recorded; shares are
//   multiplied along a chain and chains are added. Chains with an unknown share are left out, so each
//   figure is a lower bound.
// param company: entity id, required, e.g. "coreweave" -- the company at the bottom
// param min_share: fraction, default 0.01 -- smaller effective shares are left out
// returns: owner_id (entity id), owner, effective_share (fraction), chains (count), longest (hops)
// draw: entities owner_id, $company
MATCH chain = (owner:Entity)-[:OWNS*1..4]->(company:Entity {id: $company})
WHERE all(stake IN relationships(chain) WHERE stake.share_basis = 'equity' AND stake.status = 'active')
WITH owner, length(chain) AS hops,
  reduce(product = 1.0, stake IN relationships(chain) | product * stake.share) AS chain_share
WITH owner, sum(chain_share) AS effective_share, count(*) AS chains, max(hops) AS longest
WHERE effective_share >= $min_share
RETURN owner.id AS owner_id, owner.name AS owner, effective_share, chains, longest
ORDER BY effective_share DESC, owner_id LIMIT 200
