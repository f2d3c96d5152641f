"""How the centre moved: degree and PageRank of the most central entities, year by year.

Degree is the number of distinct neighbours; PageRank (Brin and Page 1998) is undirected here, damping
0.85. Only ties that surely hold in a year count, so early years are thin: read the number of ties.

    python scripts/centrality_by_year.py --from 2015 --to 2026 --top 5
"""

import argparse

import networkx as nx

from graph import Filters, open_store, to_networkx
from graph.ontology import ontology

arguments = argparse.ArgumentParser(description="How did the centre move?")
arguments.add_argument("--store", help="folder or neo4j:// address; default: the settings")
arguments.add_argument("--from", dest="first", type=int, default=2015)
arguments.add_argument("--to", dest="last", type=int, default=2026)
arguments.add_argument("--family", choices=list(ontology().families), help="only ties of this family")
arguments.add_argument("--top", type=int, default=5)
given = arguments.parse_args()

filters = Filters(types=frozenset(ontology().types_in(given.family)) if given.family else None)
with open_store(given.store, create=False) as store:
    print(f"PageRank, damping 0.85, undirected, unweighted; data version {store.data_version()}")
    for year in range(given.first, given.last + 1):
        graph = to_networkx(store, filters, as_of=str(year))
        plain = nx.Graph(graph)
        plain.remove_nodes_from([node for node in graph if graph.degree(node) == 0])
        ranks = nx.pagerank(plain, alpha=0.85) if plain else {}
        best = sorted(ranks, key=lambda key: (-ranks[key], key))[: given.top]
        told = ", ".join(f"{graph.nodes[key]['name']} {ranks[key]:.3f} ({plain.degree(key)})" for key in best)
        undated = graph.graph["left_out"]["undated"]
        print(f"{year}  {graph.number_of_edges():3d} ties, {undated} undated left out: {told or 'nobody'}")
