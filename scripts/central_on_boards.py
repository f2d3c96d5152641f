"""Who links boards: companies tied by people who sit on both, and the people who link most.

Board interlocks are a projection of the two-mode graph of people and boards; a person on n boards adds
1 / (n - 1) to each pair of them (Newman 2001, Physical Review E 64, 016132). Without a date, seats of any
time count, which need not overlap: give a date for interlocks in the strict sense.

    python scripts/central_on_boards.py --as-of 2025
"""

import argparse

import networkx as nx
from networkx.algorithms import bipartite

from graph import Filters, open_store, to_networkx

arguments = argparse.ArgumentParser(description="Who links boards?")
arguments.add_argument("--store", help="folder or neo4j:// address; default: the settings")
arguments.add_argument("--as-of", help="a year, month or day")
arguments.add_argument("--top", type=int, default=10)
given = arguments.parse_args()

with open_store(given.store, create=False) as store:
    graph = to_networkx(store, Filters(types=frozenset({"BOARD_MEMBER_OF"})), as_of=given.as_of)

seats = nx.Graph(graph)
seats.remove_nodes_from([node for node in graph if graph.degree(node) == 0])
boards = {end for _, end in graph.edges()}
interlocks = bipartite.collaboration_weighted_projected_graph(seats, boards)
linked = dict(interlocks.degree(weight="weight"))

print(f"Interlocks by Newman's weights, undirected; degree is their sum; as of {given.as_of or 'any time'}")
print(f"data version {graph.graph['data_version']}, {graph.number_of_edges()} ties of BOARD_MEMBER_OF")
print(f"left out: {graph.graph['left_out']}")
for board in sorted(linked, key=lambda key: (-linked[key], key))[: given.top]:
    print(f"{linked[board]:.2f}  to {interlocks.degree(board):2d} boards  {graph.nodes[board]['name']}")
people = {node: len(set(seats[node])) for node in seats if node not in boards}
for person in sorted(people, key=lambda key: (-people[key], key))[: given.top]:
    if people[person] > 1:
        print(f"{people[person]} boards  {graph.nodes[person]['name']}")
