"""What is left of a path at least: exact remaining costs for walks, by which the search is guided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from graph.analytics.path_network import Arrows, Floats, Ints, StepNetwork
from graph.errors import GraphTooLarge
from graph.wording import counted

_CELLS = 40_000_000
"""Numbers kept for all layers together: 320 MB."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Least cost of a walk from each entity to a target that still calls at some waypoints.

    Attributes:
        layers: by set of waypoints still to visit (bits), the costs with 0, 1, 2 ... steps left; a single
            layer where the number of steps does not matter, and no more layers than make a difference.
            Infinite where no path may pass.
        waypoints: entity to its bit.
    """

    layers: Mapping[int, Sequence[Floats]]
    waypoints: Mapping[int, int]

    def layer(self, open_: int, left: int) -> int:
        """Which layer holds with ``left`` steps left."""
        return min(left, len(self.layers[open_]) - 1)


def hop_distances(
    arrows: Arrows, origins: Ints, *, most: int | None = None, shut: Mask | None = None
) -> Floats:
    """Steps from the nearest of ``origins`` to every entity, infinite beyond ``most``.

    Args:
        shut: entities that are reached, but not passed through; the origins are left all the same.

    Cost: O(n) and the steps of what is reached.
    """
    found = np.full(arrows.size, np.inf)
    found[origins] = 0
    _spread(arrows, found, np.asarray(origins), 0, most, shut, None)
    return found


def _spread(
    arrows: Arrows,
    found: Floats,
    front: Ints,
    steps: int,
    most: int | None,
    shut: Mask | None,
    only: Mask | None,
) -> None:
    """Go on from the entities at distance ``steps``; ``only`` says which may be reached from here on."""
    while front.size and (most is None or steps < most):
        steps += 1
        near = arrows.heads[row_places(arrows, front)]
        near = near[np.isinf(found[near])]
        if only is not None:
            near = near[only[near]]
        found[near] = steps
        if shut is not None:
            near = near[~shut[near]]
        if 8 * near.size > arrows.size:  # sorting is dearer than looking through everything once
            front = np.flatnonzero((found == steps) if shut is None else (found == steps) & ~shut)
        else:
            near.sort()
            front = near[np.flatnonzero(np.diff(near, prepend=-1))]


def row_places(arrows: Arrows, rows: Ints) -> Ints:
    """Positions of all steps of these entities."""
    first = arrows.starts[rows].astype(np.int64)
    counts = arrows.starts[rows + 1] - first
    before = np.cumsum(counts) - counts
    return np.repeat(first - before, counts) + np.arange(int(counts.sum()))


def surroundings(
    network: StepNetwork, starts: Ints, ends: Ints, barred: Mask, max_hops: int | None
) -> tuple[Floats, Floats]:
    """Hops from the starts to every entity, and from every entity to the ends.

    Paths lead out of a start, through no other, never through ``barred``, and stop at the first end.
    With a limit, the distances are right for whoever lies on a walk of at most ``max_hops``, and sum to
    more than that for everybody else. Either side then looks only half the way on its own, and goes
    on where the other has been: the effort is that of the two half-way surroundings.
    """
    first, last = np.zeros_like(barred), np.zeros_like(barred)
    first[starts] = last[ends] = True
    onward, homeward = barred | first | last, barred | first
    half = None if max_hops is None else max_hops // 2
    rest = None if max_hops is None or half is None else max_hops - half
    before = hop_distances(network.forward, starts, most=half, shut=onward)
    after = hop_distances(network.back, ends, most=rest, shut=homeward)
    if half is not None and rest is not None:
        seen, met = np.isfinite(before), np.isfinite(after)
        front = np.flatnonzero((before == half) & (first if half == 0 else ~onward))
        _spread(network.forward, before, front, half, max_hops, onward, met)
        front = np.flatnonzero((after == rest) & ~homeward)
        _spread(network.back, after, front, rest, max_hops, homeward, seen)
    before[barred] = after[barred] = np.inf
    return before, after


def hop_bounds(after: Floats, barred: Mask, starts: Ints) -> Bounds:
    """The bounds by hops without waypoints, from the second part of :func:`surroundings`."""
    found = after.copy()
    found[barred] = np.inf
    found[starts] = np.inf
    return Bounds({0: [found]}, {})


def remaining(
    network: StepNetwork,
    starts: Ints,
    ends: Ints,
    barred: Mask,
    *,
    waypoints: Sequence[int] = (),
    max_hops: int | None = None,
    by_hops: bool = False,
) -> Bounds:
    """The bounds towards the ends, through the waypoints in any order; see :func:`surroundings`.

    Hops have one layer. Other costs have one for each number of steps left (Bellman and Ford) where
    ``max_hops`` limits them, over what lies on walks of that length; one (Dijkstra) where nothing does.

    Raises:
        GraphTooLarge: the layers would not fit into memory.
    Cost: that of the surroundings a layer, O((n + m) log n) without limit; times 2^waypoints.
    """
    bits = {place: 1 << number for number, place in enumerate(waypoints)}
    blocked = barred.copy()
    blocked[starts] = True
    if by_hops and not bits:
        return hop_bounds(surroundings(network, starts, ends, barred, max_hops)[1], barred, starts)
    layers: dict[int, list[Floats]] = {}
    if max_hops is None:
        back = network.back.walled(blocked)
        for open_ in range(1 << len(bits)):
            layers[open_] = [_cheapest(back, ends, _calls(open_, bits), layers, blocked)]
        return Bounds(layers, bits)
    before, after = surroundings(network, starts, ends, barred, max_hops)
    rows = np.flatnonzero((before + after <= max_hops) & (np.diff(network.forward.starts) > 0))
    for open_ in range(1 << len(bits)):
        layers[open_] = _layered(network.forward, rows, ends, _calls(open_, bits), layers, blocked, max_hops)
        if sum(map(len, layers.values())) * len(blocked) > _CELLS:
            raise GraphTooLarge(
                f"Paths of up to {counted(max_hops, 'hop')} through {counted(len(blocked), 'entity')} "
                "need too much memory.",
                hint="Lower max_hops, name fewer waypoints, or set no limit of hops.",
            )
    return Bounds(layers, bits)


def _calls(open_: int, bits: Mapping[int, int]) -> dict[int, int]:
    """Waypoints still to visit, each with the set that is left after it."""
    return {place: open_ & ~bit for place, bit in bits.items() if open_ & bit}


def _layered(
    forward: Arrows,
    rows: Ints,
    ends: Ints,
    calls: Mapping[int, int],
    done: Mapping[int, Sequence[Floats]],
    blocked: Mask,
    max_hops: int,
) -> list[Floats]:
    here = np.full(forward.size, np.inf)
    if not calls:
        here[ends] = 0
    found = [here]
    places = row_places(forward, rows)
    costs, heads = forward.costs[places], forward.heads[places]
    counts = forward.starts[rows + 1] - forward.starts[rows]
    bounds = np.cumsum(counts) - counts
    for left in range(1, max_hops + 1):
        best = np.full(forward.size, np.inf)
        if rows.size:
            best[rows] = np.minimum.reduceat(costs + found[-1][heads], bounds)
        best[blocked] = np.inf
        best[ends] = np.inf if calls else 0
        for place, rest in calls.items():  # arriving there leaves one waypoint fewer to visit
            best[place] = done[rest][min(left, len(done[rest]) - 1)][place]
        found.append(best)
        settled = all(len(done[rest]) <= left for rest in calls.values())
        if settled and np.array_equal(best, found[-2]):
            return found[:-1]  # more steps change nothing any more
        if len(found) * forward.size > _CELLS:
            return found  # the caller says that this is too large
    return found


def _cheapest(
    back: Arrows, ends: Ints, calls: Mapping[int, int], done: Mapping[int, Sequence[Floats]], blocked: Mask
) -> Floats:
    if not calls:
        matrix = sparse.csr_array((back.costs, back.heads, back.starts), shape=(back.size, back.size))
        found = np.asarray(csgraph.dijkstra(matrix, indices=ends, min_only=True))
        found[blocked] = np.inf
        return found
    # One more entity from which every waypoint is reached at what is left from there.
    reach = {place: float(done[rest][0][place]) for place, rest in sorted(calls.items())}
    open_ = [place for place, cost in reach.items() if np.isfinite(cost)]
    if not open_:
        return np.full(back.size, np.inf)
    n = back.size + 1
    heads = np.concatenate([back.heads, np.asarray(open_, dtype=np.int32)])
    costs = np.concatenate([back.costs, np.asarray([reach[place] + 1 for place in open_])])
    starts = np.append(back.starts, len(heads)).astype(np.int32)
    matrix = sparse.csr_array((costs, heads, starts), shape=(n, n))
    found = np.asarray(csgraph.dijkstra(matrix, indices=n - 1))[:-1] - 1
    found[ends] = found[blocked] = np.inf
    for place, cost in reach.items():
        found[place] = cost
    return found
