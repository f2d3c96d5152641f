"""The largest share that unknown stakes allow: each completed as one owner would like it best.

A completion gives every unknown share a size between its own bounds, with the holders of one firm
together never above the whole. The corrected share of an owner in a firm is a sum over the chains that
start at the owner and do not come back to it; each is a product of shares, so a larger entry of W never
makes it smaller. The lower bound is therefore the completion with all unknown shares at their minimum.

All at their maximum would be no completion: together they exceed the whole. The upper bound here is the
largest corrected share of any completion, and some completion comes as close to it as one likes. A
walk from a firm to one of its holders, with the probability of the share, meets the owner most often if
every firm gives what is left of it to those of its unknown holders from whom the owner is met most often.
That is a Markov decision process: the best choice of one firm never hurts another, and value iteration
from 0 rises to its answer (Puterman 1994, Markov Decision Processes, section 7.2). Each owner has a
best completion of its own, so the upper bounds of several owners do not hold all at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analytics.claims import TOLERANCE
from graph.analytics.stakes import StakeNet
from graph.errors import NotConverged

Array = NDArray[np.float64]
_STEPS = 5_000
_FINE = 1e-11


def largest_shares(net: StakeNet, owners: NDArray[Any]) -> Array:
    """For each firm (rows) the largest corrected share that a completion gives each owner (columns).

    Args:
        net: every stake in the firms, all their owners included.
        owners: k positions in ``net.nodes``.

    Returns:
        n x k, exact to 1e-9; in the row of the owner itself the largest share that comes back to it.

    Raises:
        NotConverged: unknown holders may hold nearly all of one another, and the steps were not enough.
    Cost: a sparse product with n x k numbers for each step.
    """
    spread = _Spread(net)
    steps = net.known.T.tocsr()
    found = np.zeros((len(net.nodes), len(owners)))
    places = (owners, np.arange(len(owners)))
    found[places] = 1.0
    before = 1.0
    for _ in range(_STEPS):
        risen = steps @ found + spread.best(found)
        back = risen[places].copy()
        risen[places] = 1.0
        change = float(np.abs(risen - found).max(initial=0.0))
        found = risen
        # Columns sum to 1 at most, so changes never grow; what is still to come is a geometric series.
        shrinks = change / before
        if change == 0 or (change < _FINE and change * shrinks < TOLERANCE * (1 - shrinks)):
            found[places] = back
            return np.minimum(found, 1.0)
        before = change
    raise NotConverged(
        f"The upper bounds still rose after {_STEPS:,} steps.",
        hint="Ask without bounds: firms of unknown shares hold nearly all of one another.",
    )


class _Spread:
    """What is left of firms with unknown holders, given to those who help most."""

    def __init__(self, net: StakeNet) -> None:
        self.easy: list[tuple[int, float]] = []
        holders: list[int] = []
        starts: list[int] = []
        self.tight: list[tuple[int, float, NDArray[Any], Array]] = []
        for firm in net.firms.values():
            unknown = [stake for stake in firm.stakes if stake.share is None and stake.high > stake.low]
            spare = 1 - firm.known
            if not unknown or spare <= 0:
                continue
            at = net.index[firm.firm]
            places = [net.index[stake.owner] for stake in unknown]
            room = np.asarray([stake.high - stake.low for stake in unknown])
            if (room >= spare - TOLERANCE).all():
                starts.append(len(holders))
                holders += places
                self.easy.append((at, spare))
            else:
                self.tight.append((at, spare, np.asarray(places), room))
        self.holders, self.starts = np.asarray(holders, dtype=np.int64), np.asarray(starts, dtype=np.int64)
        self.rows = np.asarray([at for at, _ in self.easy], dtype=np.int64)
        self.spare = np.asarray([spare for _, spare in self.easy])

    def best(self, found: Array) -> Array:
        """The most that the unknown shares add to each firm (rows) for each owner (columns)."""
        added = np.zeros_like(found)
        if len(self.rows):
            most = np.maximum.reduceat(found[self.holders], self.starts, axis=0)
            added[self.rows] = most * self.spare[:, None]
        for at, spare, places, room in self.tight:
            values = found[places]
            order = np.argsort(-values, axis=0, kind="stable")
            filled = np.minimum(np.cumsum(room[order], axis=0), spare)
            given = np.diff(filled, axis=0, prepend=0.0)
            added[at] = (given * np.take_along_axis(values, order, axis=0)).sum(axis=0)
        return added
