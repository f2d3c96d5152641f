"""DebtRank: how far a loss travels through exposures, round by round.

Entity i holds an exposure A[i, j] on j (sales to, a loan to, a stake in j) and can lose its buffer E[i].
A loss of j hits i with the impact W[i, j] = min(1, A[i, j] / E[i]); h[i] in 0..1 is the part of i's buffer
that is gone. Two rules:

* ``2012`` (Battiston et al., Scientific Reports 2:541): each entity passes its loss on once, in the
  round after it was first hit.
* ``2015`` (Bardoscia et al., PLoS ONE 10(6): e0130406): every further loss is passed on too.

DebtRank = sum of h[i] v[i] at the end minus the same at the start, v = value of i as a part of all value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.errors import AnalysisError, NotConverged, ParameterError
from graph.stopping import checkpoint, watched

Floats = NDArray[np.float64]
RULES = ("2012", "2015")
_ROUNDS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Cascade:
    """How one shock ran.

    Attributes:
        rule: ``2012`` or ``2015``.
        debtrank: value lost beyond the shock itself, as a part of all value.
        loss: h at the end, 0..1, one an entity.
        start: h at the beginning.
        hit_in: round in which each entity was first hit: 0 shocked itself, -1 never.
        carrier: position of the entity whose loss made up most of the first hit; -1 for none.
        carried: how much of h that one carried in that round.
        by_round: value lost after each round beyond the shock, cumulative; its last entry is ``debtrank``.
    """

    rule: str
    debtrank: float
    loss: Floats
    start: Floats
    hit_in: NDArray[np.int64]
    carrier: NDArray[np.int64]
    carried: Floats
    by_round: tuple[float, ...]

    @property
    def rounds(self) -> int:
        """How many rounds changed anything."""
        return len(self.by_round)


def impact_matrix(exposures: Any, buffers: Any, *, names: Iterable[str] | None = None) -> sparse.csr_array:
    """W[i, j] = min(1, A[i, j] / E[i]), the impact of j on i.

    Args:
        exposures: n x n, dense or sparse; what i loses if j fails. The diagonal is left out.
        buffers: n; what i can lose. Read only where i has an exposure; NaN means unknown.
        names: how to name entities in errors; their positions without.

    Raises:
        AnalysisError: an exposure is negative, NaN or infinite, or a buffer that is needed is unknown,
            zero, negative or infinite; names whose.
    """
    held = sparse.csr_array(exposures, dtype=np.float64, copy=True)
    rows = _rows(held)
    held.data[rows == held.indices] = 0.0
    held.sum_duplicates()
    held.eliminate_zeros()
    n = len(held.indptr) - 1
    called = list(names) if names is not None else [str(i) for i in range(n)]
    rows = _rows(held)
    wrong = ~(held.data > 0) | ~np.isfinite(held.data)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise AnalysisError(
            f"The exposure of {called[rows[at]]} to {called[held.indices[at]]} is {held.data[at]};"
            " exposures are finite and not negative.",
            hint="Mend the data, or exclude the tie.",
        )
    buffer = _vector("buffers", buffers, n)
    needed = np.unique(rows)
    bad = needed[~((buffer[needed] > 0) & np.isfinite(buffer[needed]))]
    if len(bad):
        who = ", ".join(called[i] for i in bad[:6].tolist())
        more = f" and {len(bad) - 6:,} more" if len(bad) > 6 else ""
        raise AnalysisError(
            f"No buffer above zero is known for {who}{more}.",
            hint="Give what each can lose, or use the relative mode: the buffer is then all exposure.",
            details={"missing": [called[i] for i in bad.tolist()]},
        )
    held.data = np.minimum(1.0, held.data / buffer[rows])
    return held


def relative_buffers(exposures: Any) -> Floats:
    """Row sums: everything that each entity has at stake, so that h is the part of it that is lost."""
    held = sparse.csr_array(exposures, dtype=np.float64, copy=True)
    held.data[_rows(held) == held.indices] = 0.0
    return np.asarray(held.sum(axis=1), dtype=np.float64).reshape(-1)


def debtrank(
    exposures: Any,
    buffers: Any,
    weights: Any,
    shock: Any,
    *,
    rule: str = "2015",
    names: Iterable[str] | None = None,
    tolerance: float = 1e-12,
    max_rounds: int | None = None,
) -> Cascade:
    """Run one shock.

    Args:
        exposures, buffers, names: see :func:`impact_matrix`.
        weights: n values of the entities, in any unit; v = weights / their sum.
        shock: n fractions 0..1: h at the start.
        rule: ``2012`` or ``2015``.
        tolerance: the 2015 rule stops when no entity loses more than this in a round.
        max_rounds: stop after so many and return what has happened so far; None runs to the end.

    Raises:
        AnalysisError: see :func:`impact_matrix`; a shock outside 0..1; weights without a positive sum.
        ParameterError: a rule that is not known.
        NotConverged: the 2015 rule still moves after 10,000 rounds.
    Cost: O(m) a round; the 2012 rule ends after at most n rounds.

    >>> a = [[0, 1, 0], [10, 0, 3], [3, 2, 0]]
    >>> round(debtrank(a, [2, 5, 2], [10, 100, 30], [1, 0, 0]).debtrank, 6)
    0.928571
    """
    impact = impact_matrix(exposures, buffers, names=names)
    return cascade(impact, weights, shock, rule=rule, tolerance=tolerance, max_rounds=max_rounds)


def cascade(
    impact: sparse.csr_array,
    weights: Any,
    shock: Any,
    *,
    rule: str = "2015",
    tolerance: float = 1e-12,
    max_rounds: int | None = None,
) -> Cascade:
    """The same from an impact matrix W at hand, see :func:`debtrank`."""
    n = len(impact.indptr) - 1
    if rule not in RULES:
        raise ParameterError("rule", f"{rule!r} is not known.", hint="Known: 2012, 2015.")
    start = _shock(shock, n)
    value = _value(weights, n)
    loss, moved = start.copy(), start.copy()
    hit_in = np.where(start > 0, 0, -1)
    carrier, carried = np.full(n, -1), np.zeros(n)
    by_round: list[float] = []
    limit = _ROUNDS if max_rounds is None else max_rounds
    while moved.any():
        checkpoint()
        if len(by_round) >= limit:
            if max_rounds is None:
                raise NotConverged(
                    f"Losses still move after {limit:,} rounds.",
                    hint="Cap the rounds, or raise the tolerance.",
                )
            break
        after = np.minimum(1.0, loss + impact @ moved)
        change = after - loss
        if change.max(initial=0.0) <= tolerance:
            break
        new = (hit_in < 0) & (change > tolerance)
        hit_in[new] = len(by_round) + 1
        _carriers(impact, moved, np.flatnonzero(new), carrier, carried)
        # 2012: only those hit for the first time pass it on, and only in the next round.
        moved = np.where(new, after, 0.0) if rule == "2012" else change
        loss = after
        by_round.append(float(value @ (loss - start)))
    return Cascade(
        rule, float(value @ (loss - start)), loss, start, hit_in, carrier, carried, tuple(by_round)
    )


def debtranks(
    impact: sparse.csr_array,
    weights: Any,
    shocked: NDArray[np.int64],
    *,
    cut: float = 1.0,
    rule: str = "2015",
    tolerance: float = 1e-9,
    batch: int = 128,
) -> Floats:
    """DebtRank of each of ``shocked`` in turn, many at a time.

    Raises:
        NotConverged: losses still move after 10,000 rounds.
    Cost: O(m * len(shocked)) a round, n * ``batch`` numbers of memory.
    """
    n = len(impact.indptr) - 1
    if rule not in RULES:
        raise ParameterError("rule", f"{rule!r} is not known.", hint="Known: 2012, 2015.")
    value = _value(weights, n)
    found = np.zeros(len(shocked))
    for first in watched(range(0, len(shocked), batch)):
        some = shocked[first : first + batch]
        loss = np.zeros((n, len(some)))
        loss[some, np.arange(len(some))] = _shock([cut], 1)[0]
        found[first : first + batch] = value @ (_settled(impact, loss, rule, tolerance) - loss)
    return found


def _settled(impact: sparse.csr_array, start: Floats, rule: str, tolerance: float) -> Floats:
    loss, moved = start.copy(), start.copy()
    untouched = start == 0
    for _ in range(_ROUNDS):
        after = np.minimum(1.0, loss + impact @ moved)
        change = after - loss
        if change.max(initial=0.0) <= tolerance:
            return loss
        if rule == "2012":
            new = untouched & (change > tolerance)
            untouched &= ~new
            moved = np.where(new, after, 0.0)
        else:
            moved = change
        loss = after
    raise NotConverged(f"Losses still move after {_ROUNDS:,} rounds.", hint="Raise the tolerance.")


def _carriers(
    impact: sparse.csr_array,
    moved: Floats,
    new: NDArray[np.int64],
    carrier: NDArray[np.int64],
    carried: Floats,
) -> None:
    """For entities hit for the first time: who carried most of it; equal ones by position."""
    if not len(new):
        return
    part = impact[new]
    sent = part.data * moved[part.indices]
    rows = _rows(part)
    order = np.lexsort((part.indices, -sent, rows))
    first = order[np.searchsorted(rows[order], np.arange(len(new)))]
    carrier[new], carried[new] = part.indices[first], sent[first]


def _rows(matrix: sparse.csr_array) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))


def _vector(name: str, values: Any, n: int) -> Floats:
    array = np.asarray(values, dtype=np.float64).reshape(-1)
    if len(array) != n:
        raise AnalysisError(f"{len(array)} {name} for {n} entities.", hint="Give one for each.")
    return array


def _value(weights: Any, n: int) -> Floats:
    weight = _vector("weights", weights, n)
    total = weight.sum()
    if not (np.isfinite(weight).all() and (weight >= 0).all() and total > 0):
        raise AnalysisError(
            "Weights are finite, not negative, and have a positive sum.", hint="Use 1 for everyone if unsure."
        )
    return weight / total


def _shock(shock: Any, n: int) -> Floats:
    start = _vector("shocks", shock, n)
    if not ((start >= 0) & (start <= 1)).all():  # refuses NaN too
        raise AnalysisError("A shock is a fraction between 0 and 1.", hint="1 for gone, 0.5 for cut by half.")
    return start
