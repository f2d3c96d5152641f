"""Economic Systemic Risk Index: which part of all production stops when firms stop.

W[i, j] are the sales of firm i to firm j, psi[i] in 0..1 what is left of firm i (0 closed). Production
levels h start at 1 and fall to a fixed point along two ways:

* downstream: a firm without inputs makes less. Essential inputs limit it alone (Leontief), the others in
  proportion; what a supplier lost is softened by sigma, the part of its industry's remaining output that
  it made up, so that others of its industry can step in.
* upstream: a firm whose customers make less sells less.

    L1[j, i] = W[j, i] / sum of W[l, i] over l in the industry of j        (j essential)
    L2[j, i] = W[j, i] / sum of W[l, i] over all l                         (j not essential)
    U[i, j]  = W[i, j] / s[i], s[i] = all sales of i
    sigma[j] = min(1, s[j] / sum of s[l] h[l] over l in the industry of j)
    down: h[i] = min(psi[i], min over essential k of 1 - sum over j in k of sigma[j] L1[j, i] (1 - h[j]),
                     1 - sum over the others of sigma[j] L2[j, i] (1 - h[j]))
    up:   h[i] = min(psi[i], sum of U[i, j] h[j]); firms without recorded customers keep psi

ESRI = sum of s[i] / sum(s) * (1 - min(h_up[i], h_down[i])). Diem, Borsos, Reisch, Kertész and Thurner
(2022), Scientific Reports 12:7719.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.errors import AnalysisError, NotConverged
from graph.stopping import watched

Floats = NDArray[np.float64]
_STEPS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Economy:
    """Firms ready to be shocked.

    Attributes:
        sales: s, all recorded sales of each firm.
        industry: number of each firm's industry.
        essential: L1 transposed, n x n CSR: row i has the essential suppliers of i.
        other: L2 transposed, the same for suppliers that are not essential.
        customers: U, row i has the customers of i.
        groups: for each stored entry of ``essential``: which pair (firm, industry) it belongs to.
        owners: firm of each such pair.
    """

    sales: Floats
    industry: NDArray[np.int64]
    essential: sparse.csr_array
    other: sparse.csr_array
    customers: sparse.csr_array
    groups: NDArray[np.int64]
    owners: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Standstill:
    """What is left after a shock.

    Attributes:
        esri, esri_up, esri_down: part of all sales that stops: both ways, upstream only, downstream only.
        up, down: production level of each firm, 0..1.
        first_down, first_up: step in which the level first fell below 1; -1 never.
        steps: steps until nothing moved by more than the tolerance.
    """

    esri: float
    esri_up: float
    esri_down: float
    up: Floats
    down: Floats
    first_up: NDArray[np.int64]
    first_down: NDArray[np.int64]
    steps: int

    @property
    def level(self) -> Floats:
        """The lower of both levels of each firm."""
        return np.minimum(self.up, self.down)


def economy(sales: Any, industries: Sequence[Hashable], *, essential: Collection[Hashable] = ()) -> Economy:
    """The impact matrices of an economy.

    Args:
        sales: n x n, dense or sparse; ``sales[i, j]`` from i to j; sales to oneself count.
        industries: n industries of the firms.
        essential: the industries whose products cannot be done without.

    Raises:
        AnalysisError: sales negative, NaN or infinite, or not one industry for each firm.
    Cost: O(m log m).
    """
    flow = sparse.csr_array(sales, dtype=np.float64, copy=True)
    flow.sum_duplicates()
    n = len(flow.indptr) - 1
    if not (np.isfinite(flow.data).all() and (flow.data >= 0).all()):
        raise AnalysisError("Sales are finite and not negative.", hint="Mend the amounts.")
    if len(industries) != n:
        raise AnalysisError(f"{len(industries)} industries for {n} firms.", hint="Give one for each.")
    flow.eliminate_zeros()
    number = {key: place for place, key in enumerate(dict.fromkeys(industries))}
    industry = np.asarray([number[key] for key in industries], dtype=np.int64)
    vital = np.asarray([key in essential for key in number], dtype=bool)
    total = _sums(flow, axis=1)
    needs = flow.T.tocsr()  # row i: suppliers of i
    buyer = np.repeat(np.arange(n), np.diff(needs.indptr))
    is_vital = vital[industry[needs.indices]] if n else np.zeros(0, dtype=bool)
    pairs, group = np.unique(
        buyer[is_vital] * max(1, len(number)) + industry[needs.indices[is_vital]], return_inverse=True
    )
    volume = needs.data[is_vital]
    first = _like(needs, is_vital, volume / np.bincount(group, volume, len(pairs))[group])
    bought = np.bincount(buyer, needs.data, n)
    second = _like(needs, ~is_vital, needs.data[~is_vital] / bought[buyer[~is_vital]])
    seller = np.repeat(np.arange(n), np.diff(flow.indptr))
    parts = sparse.csr_array((flow.data / total[seller], flow.indices, flow.indptr), shape=(n, n))
    owners = pairs // max(1, len(number))
    return Economy(total, industry, first, second, parts, group.reshape(-1), owners)


def standstill(
    firms: Economy, left: Any, *, replaceable: bool = True, tolerance: float = 1e-6, max_steps: int = _STEPS
) -> Standstill:
    """Run one shock to its fixed point.

    Args:
        firms: from :func:`economy`.
        left: psi, n fractions 0..1: 0 closed, 1 untouched.
        replaceable: let others of an industry step in (sigma); False sets sigma to 1.
        tolerance: stop when no level moves by more in a step; the published setting is 1e-2. Where a
            loss seeps slowly round a loop of firms, the end may still be further away than that.

    Raises:
        AnalysisError: ``left`` outside 0..1 or of the wrong length.
        NotConverged: levels still move after ``max_steps``.
    Cost: O(m) a step.
    """
    n = len(firms.sales)
    psi = np.asarray(left, dtype=np.float64).reshape(-1)
    if len(psi) != n or not ((psi >= 0) & (psi <= 1)).all():
        raise AnalysisError("What is left of each firm is a fraction between 0 and 1.", hint="0 is closed.")
    up, down = np.ones(n), np.ones(n)
    first_up, first_down = np.full(n, -1), np.full(n, -1)
    selling = firms.sales > 0
    for step in watched(range(max_steps)):
        new_down = _down(firms, psi, down, replaceable)
        new_up = np.minimum(psi, np.where(selling, firms.customers @ up, 1.0))
        for first, level in ((first_up, new_up), (first_down, new_down)):
            first[(first < 0) & (level < 1 - tolerance)] = step
        change = max(np.abs(new_down - down).max(initial=0.0), np.abs(new_up - up).max(initial=0.0))
        up, down = new_up, new_down
        if change <= tolerance:
            return _result(firms, up, down, first_up, first_down, step)
    raise NotConverged(
        f"Levels still move after {max_steps:,} steps: a loss seeps round a loop of firms.",
        hint="Raise the tolerance; the published setting is 0.01.",
    )


def _down(firms: Economy, psi: Floats, level: Floats, replaceable: bool) -> Floats:
    n = len(psi)
    lost = 1 - level
    if replaceable:
        remaining = np.bincount(firms.industry, firms.sales * level)[firms.industry] if n else np.zeros(0)
        # Where an industry makes nothing any more, nobody can step in: sigma is 1.
        sigma = np.divide(firms.sales, remaining, out=np.ones(n), where=remaining > firms.sales)
        lost = sigma * lost
    limit: Any = 1 - firms.other @ lost
    missing = np.bincount(
        firms.groups, firms.essential.data * lost[firms.essential.indices], len(firms.owners)
    )
    np.minimum.at(limit, firms.owners, 1 - missing)
    return np.clip(np.minimum(psi, limit), 0.0, 1.0)


def _result(
    firms: Economy, up: Floats, down: Floats, first_up: NDArray[Any], first_down: NDArray[Any], steps: int
) -> Standstill:
    total = firms.sales.sum()
    part = firms.sales / total if total else np.zeros(len(firms.sales))
    lost = [float(part @ (1 - level)) for level in (np.minimum(up, down), up, down)]
    return Standstill(lost[0], lost[1], lost[2], up, down, first_up, first_down, steps)


def _like(matrix: sparse.csr_array, keep: NDArray[np.bool_], data: Floats) -> sparse.csr_array:
    """The entries of ``matrix`` that are kept, with other values, in the same order."""
    n = len(matrix.indptr) - 1
    before = np.concatenate([[0], np.cumsum(keep)])
    return sparse.csr_array((data, matrix.indices[keep], before[matrix.indptr]), shape=(n, n))


def _sums(matrix: sparse.csr_array, *, axis: int) -> Floats:
    return np.asarray(matrix.sum(axis=axis), dtype=np.float64).reshape(-1)
