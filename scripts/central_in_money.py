"""Who is most central in money: investments, loans and holdings.

PageRank (Brin and Page 1998) on the graph from the one who gets money to the one who gives it: an
investor counts for much when those it pays for count for much. Weights are 1 per pair; amounts are not
used, because recorded amounts overlap.

    python scripts/central_in_money.py --as-of 2024 --top 15
"""

import argparse

import networkx as nx

from graph import Filters, open_store, to_networkx

arguments = argparse.ArgumentParser(description="Who is most central in money?")
arguments.add_argument("--store", help="folder or neo4j:// address; default: the settings")
arguments.add_argument("--as-of", help="a year, month or day")
arguments.add_argument("--top", type=int, default=10)
given = arguments.parse_args()

filters = Filters(types=frozenset({"INVESTED_IN", "LENT_TO", "OWNS"}))
with open_store(given.store, create=False) as store:
    graph = to_networkx(store, filters, as_of=given.as_of)

towards_the_giver = nx.DiGraph(graph.reverse(copy=False))
ranks = nx.pagerank(towards_the_giver, alpha=0.85)

print(f"PageRank, damping 0.85, from taker to giver, unweighted, sum 1; as of {given.as_of or 'any time'}")
print(
    f"data version {graph.graph['data_version']}, {graph.number_of_edges()} ties of {sorted(filters.types)}"
)
print(f"left out: {graph.graph['left_out']}")
for entity in sorted(ranks, key=lambda key: (-ranks[key], key))[: given.top]:
    print(f"{ranks[entity]:.4f}  gave to {graph.out_degree(entity):3d}  {graph.nodes[entity]['name']}")
