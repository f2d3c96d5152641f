"""Who has how much at stake with whom: ties with amounts as an exposure matrix.

Supply, loans, stakes and investments all run from the one who would lose (supplier, lender, owner,
investor) to the one whose failure would cost: exposure of ``from`` to ``to``. Amounts that are not known
are left out and counted, never taken as 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

from graph.analytics.compact import kept
from graph.analytics.influence import check_added
from graph.analytics.reach import Link, best, evidence, links
from graph.errors import AnalysisError, ParameterError
from graph.model import FACT_STATUSES, EntityId, TieId
from graph.wording import counted

EXPOSING = ("SUPPLIES", "LENT_TO", "INVESTED_IN", "OWNS")


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """Exposures of a graph.

    Attributes:
        nodes, index: ids by position, and back.
        matrix: n x n CSR; ``matrix[i, j]`` is what i has at stake with j, in the unit of the attribute.
        attribute: ``amount_usd`` or another edge attribute that was read.
        types: tie types that were read.
        parallel: ``largest`` or ``sum``: how several amounts of one type between two were joined.
        used, unknown: ties with an amount, and without.
        joined: pairs with several amounts of one type.
        ended: amounts of ties that are over, left out unless asked for.
        no_facts: amounts that were read from ties that state no fact (planned, alleged ...).
        with_ended: whether ties that are over were read, too.
    """

    nodes: tuple[EntityId, ...]
    index: Mapping[EntityId, int]
    matrix: sparse.csr_array
    attribute: str
    types: tuple[str, ...]
    parallel: str
    used: int
    unknown: int
    joined: int
    ended: int
    no_facts: int
    with_ended: bool = False

    def notes(self) -> tuple[str, ...]:
        """What was left out and assumed, in sentences."""
        found = [
            f"{self.attribute} is known of {counted(self.used, 'tie')} of {', '.join(self.types)};"
            f" {self.unknown:,} more without are left out, not taken as 0."
        ]
        if self.joined:
            how = "the largest counts" if self.parallel == "largest" else "their sum counts"
            found.append(
                f"{counted(self.joined, 'pair has', 'pairs have')} several amounts of one type; {how}."
            )
        if self.ended:
            found.append(f"Left out: {counted(self.ended, 'amount')} of ties that have ended.")
        if self.no_facts:
            found.append(f"Planned or alleged, no facts: {counted(self.no_facts, 'amount')} of these.")
        return tuple(found)


def exposures(
    graph: nx.Graph,
    *,
    types: Sequence[str] = EXPOSING,
    attribute: str = "amount_usd",
    parallel: str = "largest",
    ended: bool = False,
) -> Exposures:
    """The exposure matrix of a graph.

    Args:
        graph: any; an edge without ``type`` counts.
        types: tie types that count.
        attribute: what to read; ``amount_usd``, or such as ``weight`` in a graph of your own.
        parallel: ``largest`` counts the largest amount of each type between two (a framework and its
            parts are often recorded side by side), ``sum`` adds them. Different types always add up.
        ended: count ties that are over, too.

    Raises:
        AnalysisError: an amount is no number, negative, NaN or infinite; names the tie.
        ParameterError: another ``parallel``.
    Cost: O(n + m), once per graph and arguments.
    """
    check_added(attribute)
    if parallel not in ("largest", "sum"):
        raise ParameterError("parallel", f"{parallel!r} is not known.", hint="Known: largest, sum.")
    wanted = tuple(types)
    return kept(
        graph,
        ("exposures", wanted, attribute, parallel, ended),
        lambda: _exposures(graph, wanted, attribute, parallel, ended),
    )


def strongest(graph: nx.Graph, holder: EntityId, on: EntityId, found: Exposures) -> tuple[TieId, Any] | None:
    """The tie that makes ``holder`` lose when ``on`` does: its largest amount; with its attributes.

    Only ties whose amount was read count; None when there is none.
    """
    read: list[tuple[float, Link]] = []
    for link in links(graph, holder, types=found.types, upstream=False, ended=found.with_ended):
        if link.other == on and (value := link.data.get(found.attribute)) is not None:
            read.append((_checked(value, link.tie, found.attribute), link))
    if not read:
        return None
    top = max(amount for amount, _ in read)
    shown = best([link for amount, link in read if amount == top])
    return shown.tie, shown.data


def _exposures(
    graph: nx.Graph, types: tuple[str, ...], attribute: str, parallel: str, ended: bool
) -> Exposures:
    nodes = tuple(graph)
    index = {node: place for place, node in enumerate(nodes)}
    chosen = {*types, None}
    amounts: dict[tuple[int, int, str | None], float] = {}
    several: set[tuple[int, int, str | None]] = set()
    counts: dict[str, int] = defaultdict(int)
    many = graph.is_multigraph()
    for start, near in graph.adjacency():
        for end, between in near.items():
            for key, data in between.items() if many else ((None, between),):
                type_ = data.get("type")
                if type_ not in chosen or start == end:
                    continue
                value = data.get(attribute)
                if value is None:
                    counts["unknown"] += 1
                    continue
                if not ended and data.get("status") == "ended":
                    counts["ended"] += 1
                    continue
                amount = _checked(value, evidence(start, end, key, data), attribute)
                counts["used"] += 1
                counts["no_facts"] += data.get("status", "active") not in FACT_STATUSES
                place = (index[start], index[end], type_)
                if place in amounts:
                    several.add(place)
                    before = amounts[place]
                    amount = before + amount if parallel == "sum" else max(before, amount)
                amounts[place] = amount
    n = len(nodes)
    ends = np.asarray([(i, j) for i, j, _ in amounts], dtype=np.int32).reshape(-1, 2)
    data_ = np.fromiter(amounts.values(), dtype=np.float64, count=len(amounts))
    matrix = sparse.csr_array((data_, (ends[:, 0], ends[:, 1])), shape=(n, n))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return Exposures(
        nodes, index, matrix, attribute, types, parallel, counts["used"], counts["unknown"], len(several),
        counts["ended"], counts["no_facts"], ended,
    )  # fmt: skip


def _checked(value: Any, tie: TieId, attribute: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 <= number < float("inf"):  # refuses NaN too
        raise AnalysisError(
            f"The {attribute} of tie {tie} is {value}; amounts are finite numbers and not negative.",
            hint=f"Mend the data, or exclude the tie {tie}.",
        )
    return number
