"""Who is most central in supply: how many supply chains pass through a company.

Betweenness (Freeman 1977, Sociometry 40, 35-41) along the supply direction, exact, on one line per
pair of companies; and the number of companies that can be reached downstream.

    python scripts/central_in_supply.py --as-of 2025
"""

import argparse

import networkx as nx

from graph import Filters, open_store, to_networkx

arguments = argparse.ArgumentParser(description="Who is most central in supply?")
arguments.add_argument("--store", help="folder or neo4j:// address; default: the settings")
arguments.add_argument("--as-of", help="a year, month or day")
arguments.add_argument("--top", type=int, default=10)
given = arguments.parse_args()

with open_store(given.store, create=False) as store:
    graph = to_networkx(store, Filters(types=frozenset({"SUPPLIES"})), as_of=given.as_of)

chains = nx.DiGraph(graph)
passing = nx.betweenness_centrality(chains, normalized=True)

print(f"Betweenness, exact, directed supplier to customer, normalised; as of {given.as_of or 'any time'}")
print(f"data version {graph.graph['data_version']}, {graph.number_of_edges()} ties of SUPPLIES")
print(f"left out: {graph.graph['left_out']}")
for company in sorted(passing, key=lambda key: (-passing[key], key))[: given.top]:
    downstream = len(nx.descendants(chains, company))
    print(f"{passing[company]:.5f}  reaches {downstream:3d}  {graph.nodes[company]['name']}")
