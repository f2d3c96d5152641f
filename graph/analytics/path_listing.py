"""Every loopless path up to a number of hops, where they are few enough to be written down at once.

Only what lies on a walk of that length is looked at, and the walks grow by one step at a time, all together.
Walks are counted before (products of the adjacency matrix with a vector), which takes a moment and says
whether there are few.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graph.analytics.path_bounds import row_places
from graph.analytics.path_network import Arrows, Floats, Ints
from graph.stopping import checkpoint

Walk = tuple[int, ...]


def list_paths(
    forward: Arrows, before: Floats, after: Floats, starts: Ints, ends: Ints, max_hops: int, most: int
) -> list[Walk] | None:
    """All paths from a start to an end, fewest hops first, then by the ids along them.

    Args:
        before, after: from :func:`graph.analytics.path_bounds.surroundings` with the same limit.
        most: walks, whole and in part, that may be written down.

    Returns:
        The paths by position; None when there may be more than ``most`` walks.
    Cost: O(n), the steps of the entities between the ends times ``max_hops``, and the walks.
    """
    rows = np.flatnonzero(before + after <= max_hops)
    arcs = _Arcs(forward, rows, before, after, starts, ends, max_hops)
    if arcs.walks(most) > most:
        return None
    found: list[Walk] = []
    paths = arcs.starts[:, np.newaxis]
    for left in range(max_hops - 1, -1, -1):
        checkpoint()
        paths = arcs.extended(paths, left)
        if not len(paths):
            break
        ended = arcs.is_end[paths[:, -1]]
        found += map(tuple, rows[paths[ended]].tolist())
        paths = paths[~ended]
    return found


class _Arcs:
    """The steps between the ends, numbered anew, in ascending order of both ends."""

    def __init__(
        self,
        forward: Arrows,
        rows: Ints,
        before: Floats,
        after: Floats,
        starts: Ints,
        ends: Ints,
        max_hops: int,
    ) -> None:
        self._max_hops = max_hops
        place = np.full(forward.size, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        self.is_end = np.zeros(len(rows), dtype=np.bool_)
        self.is_end[place[ends[place[ends] >= 0]]] = True
        self.starts: NDArray[np.int64] = np.sort(place[starts[place[starts] >= 0]])
        self._size = len(rows)
        counts = np.diff(forward.starts)[rows]
        tails = np.repeat(np.arange(len(rows)), counts)
        to = forward.heads[row_places(forward, rows)]
        heads = place[to]
        # No path goes on from an end, nor comes back to a start.
        use = (heads >= 0) & ~self.is_end[tails] & (before[to] > 0)
        use &= before[rows[tails]] + 1 + after[to] <= max_hops
        self._tails, self._heads, self._left = tails[use], heads[use], after[to[use]]

    def walks(self, most: int) -> int:
        """Number of walks, those in part counted too; counting ends when they are too many."""
        here = np.zeros(self._size)
        here[self.starts] = 1
        total = 0.0
        for left in range(self._max_hops - 1, -1, -1):
            use = self._left <= left
            here = np.bincount(self._heads[use], here[self._tails[use]], minlength=self._size)
            total += float(here.sum())
            if total > most:
                break
        return int(total)

    def extended(self, paths: NDArray[np.int64], left: int) -> NDArray[np.int64]:
        """The loopless paths one step longer from which an end is at most ``left`` steps away, in order."""
        use = self._left <= left
        heads = self._heads[use]
        counts = np.bincount(self._tails[use], minlength=self._size)
        first = np.cumsum(counts) - counts
        last = paths[:, -1]
        each = counts[last]
        old = np.repeat(np.arange(len(paths)), each)
        offset = np.arange(len(old)) - np.repeat(np.cumsum(each) - each, each)
        new = heads[first[last][old] + offset]
        fresh = (paths[old] != new[:, np.newaxis]).all(axis=1)
        return np.column_stack([paths[old[fresh]], new[fresh]])
