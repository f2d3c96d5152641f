"""Control as a flow along stakes: linear, threshold and relative control, and whole networks of it.

A control matrix C says how much of the control over firm j each holder i has: ``linear`` takes the share
of the votes itself; ``threshold`` gives everything to a holder above the threshold and nothing to the
others; ``relative`` gives ``W_ij^2 / sum_k W_kj^2``, so that a large holder among many small ones counts
for more than its share (Vitali, Glattfelder and Battiston 2011, PLoS ONE 6(10), e25995; Glattfelder and
Battiston 2009, Physical Review E 80, 036104). With firm values v the network control of i is
``c = C v + C c``: the value of what i controls, directly and through others.

In loops that sum counts the way round again and again. As in the paper, the links into a holder are
taken away before its control is followed, so nothing comes back to it: ``(I - C_i)^-1``, with column i
of C emptied. That is the same as dividing by the diagonal of ``(I - C)^-1``, see
:mod:`graph.analytics.ownership`, and it has an answer also where firms hold one another and nobody else
holds them: under relative control, where each column sums to 1, that is common. There, whoever is inside
controls all the others, and ``raw`` is unknown.

Stakes of unknown size carry no weight here, and their number is said. What a firm holds of itself has no
votes: it is left out, and the others' shares are taken of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

from graph.analytics.claims import TOLERANCE, VOTES, Stake, StakeRules
from graph.analytics.compact import kept
from graph.analytics.ownership import Array, Loops, met_from
from graph.analytics.stakes import StakeNet, all_stakes, downstream, upstream
from graph.collector import paused
from graph.errors import AnalysisError, ParameterError
from graph.model import EntityId

MODELS = ("relative", "threshold", "linear")
MAJORITY = 0.5


@dataclass(frozen=True, slots=True)
class Influence:
    """The control of one holder over one firm, as fractions of all control over it.

    Attributes:
        stake: the direct stake, None where there is none.
        direct: entry of the control matrix; 0 where the stake counts for nothing in this model, None
            where its size is not known.
        network: control directly and through others, without chains that return to the holder.
        raw: the same with them; None where firms that hold only one another make it infinite.
    """

    holder: EntityId
    firm: EntityId
    stake: Stake | None
    direct: float | None
    network: float
    raw: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """Influences in or of one entity, strongest first, with the stakes they come from."""

    entity: EntityId
    model: str
    threshold: float
    influences: tuple[Influence, ...]
    net: StakeNet


@dataclass(frozen=True, slots=True)
class Holder:
    """The network control of one holder.

    Attributes:
        control: value of the firms it controls, its own value not counted; corrected for loops.
        raw: not corrected; None inside a group that holds all of itself.
        part: ``control`` as a fraction of the value of all firms.
    """

    holder: EntityId
    control: float
    raw: float | None
    part: float


@dataclass(frozen=True, slots=True, eq=False)
class NetworkControl:
    """Control of every holder in a graph.

    Attributes:
        holders: by control, then id; those with none are left out.
        total: value of all firms.
        unit: what the values are.
        unvalued: firms without a value: they count nothing, so the control is at least what is said.
    """

    holders: tuple[Holder, ...]
    model: str
    threshold: float
    total: float
    unit: str
    unvalued: int
    net: StakeNet


def control_matrix(
    known: sparse.csc_array, model: str = "relative", *, threshold: float = MAJORITY
) -> sparse.csc_array:
    """C from the shares, see the head of this module. n x n; columns sum to 1 at most; no diagonal.

    Raises:
        ParameterError: another model, or a threshold outside 0.5 to 1 (below, two holders could both
            have everything).
    Cost: O(stakes).

    >>> W = sparse.csc_array(np.array([[0, 0, 0, 0.4], [0, 0, 0, 0.3], [0, 0, 0, 0.3], [0, 0, 0, 0]]))
    >>> control_matrix(W).toarray()[:3, 3].round(4).tolist()
    [0.4706, 0.2647, 0.2647]
    """
    if model not in MODELS:
        raise ParameterError("model", f"{model!r} is not known.", hint=f"Known: {', '.join(MODELS)}.")
    if not 0.5 <= threshold < 1:
        raise ParameterError("threshold", f"{threshold} is not in 0.5 to 1.", hint="Use 0.5 for a majority.")
    n = len(known.indptr) - 1
    coo = known.tocoo()
    rows, columns = coo.coords
    own = np.bincount(columns[rows == columns], weights=coo.data[rows == columns], minlength=n)
    others = (rows != columns) & (own[columns] < 1 - TOLERANCE)
    rows, columns = rows[others], columns[others]
    shares = coo.data[others] / (1 - own[columns])
    if model == "relative":
        squares = shares * shares
        shares = squares / np.bincount(columns, weights=squares, minlength=n)[columns]
    elif model == "threshold":
        shares = (shares > threshold + TOLERANCE).astype(np.float64)
    found = sparse.csc_array((shares, (rows, columns)), shape=(n, n))
    found.eliminate_zeros()
    return found


def control_over(
    graph: nx.Graph,
    company: EntityId,
    *,
    model: str = "relative",
    threshold: float = MAJORITY,
    rules: StakeRules = VOTES,
) -> Control:
    """Who controls a company, directly and through others.

    Args:
        graph: directed, edges from owner to firm; see :mod:`graph.analytics.claims`.
        company: entity id.
        model, threshold: see :func:`control_matrix`.
        rules: which ties are stakes; by default votes, and equity where no votes are stated.

    Raises:
        EntityNotFound, AnalysisError, ParameterError: as in :func:`graph.analytics.ownership.owners_of`.
    Cost: as there; groups that hold only one another are no error.
    """
    net = upstream(graph, company, rules)
    matrix = control_matrix(net.known, model, threshold=threshold)
    loops, groups = _opened(matrix)
    at = net.index[company]
    unit = np.zeros(len(net.nodes))
    unit[at] = 1.0
    column = loops.solve(unit)
    network: Array = column / loops.returns()
    raw: list[float | None] = column.tolist()
    for group in groups:
        network[group] = column[group].sum()
        for place in group.tolist():
            raw[place] = None
    direct = {stake.owner: stake for stake in net.firms[company].stakes}
    found = [
        Influence(
            holder, company, direct.get(holder), _entry(matrix, place, at, direct.get(holder)),
            float(network[place]), raw[place],
        )
        for place, holder in enumerate(net.nodes)
        if holder != company and (network[place] > 0 or holder in direct)
    ]  # fmt: skip
    return Control(company, model, threshold, _strongest(found), net)


def control_by(
    graph: nx.Graph,
    holder: EntityId,
    *,
    model: str = "relative",
    threshold: float = MAJORITY,
    rules: StakeRules = VOTES,
) -> Control:
    """What an owner controls, directly and through others; arguments as in :func:`control_over`."""
    net = downstream(graph, holder, rules)
    matrix = control_matrix(net.known, model, threshold=threshold)
    at = net.index[holder]
    met, back = met_from(matrix, at)
    again = 1 / (1 - back) if back < 1 - TOLERANCE else None
    direct = {stake.firm: stake for stake in net.stakes() if stake.owner == holder}
    found = [
        Influence(
            holder, firm, direct.get(firm), _entry(matrix, at, place, direct.get(firm)),
            float(met[place]), None if again is None else float(met[place] * again),
        )
        for place, firm in enumerate(net.nodes)
        if firm != holder and (met[place] > 0 or firm in direct)
    ]  # fmt: skip
    return Control(holder, model, threshold, _strongest(found), net)


def network_control(
    graph: nx.Graph,
    *,
    model: str = "relative",
    threshold: float = MAJORITY,
    values: Mapping[EntityId, float] | str | None = None,
    rules: StakeRules = VOTES,
) -> NetworkControl:
    """The value that every holder of a graph controls.

    Args:
        graph, model, threshold, rules: as in :func:`control_over`.
        values: of the firms, by id or the name of a node attribute, in any one unit; None counts each
            firm that has a known holder as 1.

    Raises:
        AnalysisError: a value is negative, infinite or not a number; an undirected graph.
    Cost: one pass over the ties and one sparse solve for all holders, and one solve within its block for
        each member of a loop. Firms whose shares exceed the whole are left out, see ``net``.

    >>> G = nx.DiGraph([("ann", "holdco", {"share": 0.6}), ("holdco", "opco", {"share": 0.51})])
    >>> [(h.holder, h.control) for h in network_control(G, model="threshold").holders]
    [('ann', 2.0), ('holdco', 1.0)]
    """
    net = all_stakes(graph, rules)
    value, unvalued = _values(graph, net, values)
    loops, groups = kept(
        graph,
        ("control", model, threshold, rules),
        lambda: _opened(control_matrix(net.known, model, threshold=threshold)),
    )
    reached = loops.solve(value)
    corrected: Array = reached / loops.returns() - value
    raw: list[float | None] = (reached - value).tolist()
    for group in groups:
        corrected[group] = reached[group].sum() - value[group]
        for place in group.tolist():
            raw[place] = None
    total = float(value.sum())
    fine = TOLERANCE * max(total, 1.0) / max(len(value), 1)
    with paused():
        holders = [
            Holder(holder, controlled, again, controlled / total)
            for holder, controlled, again in zip(net.nodes, corrected.tolist(), raw, strict=True)
            if controlled > fine
        ]
        holders.sort(key=lambda found: (-found.control, str(found.holder)))
    unit = "firms" if values is None else values if isinstance(values, str) else "value"
    return NetworkControl(tuple(holders), model, threshold, total, unit, unvalued, net)


def _opened(matrix: sparse.csc_array) -> tuple[Loops, list[Any]]:
    """The matrix without the columns of groups that hold all of themselves, and these groups."""
    loops = Loops(matrix)
    groups = loops.closed
    if not groups:
        return loops, groups
    cut: Any = matrix.copy()
    for place in np.concatenate(groups).tolist():
        cut.data[cut.indptr[place] : cut.indptr[place + 1]] = 0.0
    cut.eliminate_zeros()
    return Loops(cut), groups


def _entry(matrix: Any, row: int, column: int, stake: Stake | None) -> float | None:
    if stake is not None and stake.share is None and stake.low == 0:
        return None
    return float(matrix[row, column])


def _values(
    graph: nx.Graph, net: StakeNet, values: Mapping[EntityId, float] | str | None
) -> tuple[Array, int]:
    found = np.zeros(len(net.nodes))
    unvalued = 0
    for firm, read in net.firms.items():
        if not read.stakes:
            continue
        value: Any = 1.0
        if values is not None:
            value = graph.nodes[firm].get(values) if isinstance(values, str) else values.get(firm)
        if value is None:
            unvalued += 1
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not 0 <= number < math.inf:  # refuses NaN too
            raise AnalysisError(
                f"The value of {firm} is {value}; values are finite numbers and not negative.",
                hint="Mend the data.",
            )
        found[net.index[firm]] = number
    return found, unvalued


def _strongest(found: list[Influence]) -> tuple[Influence, ...]:
    return tuple(sorted(found, key=lambda item: (-item.network, str(item.holder), str(item.firm))))
