"""The cheapest loopless paths in order, from arrays: Yen's partition of the paths, searched lazily.

Yen (1971, Management Science 17(11), 712-716) parts all paths by where they leave the ones already
found, and looks for the best path of each part anew. Here a part first costs nothing but a look at the
exact remaining cost of walks (:mod:`graph.analytics.path_bounds`): where the walk that attains it visits
nobody twice, it is the best path of its part, and no search takes place, as with the sidetracks of Kurz
and Mutzel (2016, ISAAC, LIPIcs 64, 49:1-49:13). Otherwise the part is split at its next step, and when
that does not help soon, searched by A* with the same bounds, so that no amount of dead ends makes the
work grow beyond Yen's own. Neighbours are taken one at a time, the most promising first, which keeps an
entity with many thousands of them cheap.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graph.analytics.path_bounds import Bounds
from graph.analytics.path_network import Arrows, Floats
from graph.stopping import checkpoint

Walk = tuple[int, ...]
_PATIENCE = 64
"""Parts split without finding a path before a part is searched by A*."""


@dataclass(slots=True)
class _Part:
    """The paths that begin with ``prefix`` and do not go on to an entity in ``taken``."""

    prefix: Walk
    spent: float
    open_: int  # bits of the waypoints still to visit
    position: int = 0  # of the next step to try, among the onward steps of the last entity
    taken: set[int] = field(default_factory=set[int])
    floor: float = 0.0  # no path of the part is cheaper


@dataclass(slots=True)
class _Onward:
    """The steps from an entity, cheapest total first, then by id: where to, at what cost and total cost."""

    heads: list[int]
    costs: list[float]
    totals: list[float]


class Search:
    """One search; :meth:`run` may be called once.

    Args:
        arrows: steps.
        bounds: remaining costs towards ``targets`` on the same steps; infinite where none may pass,
            the sources among them.
        max_hops: None for no limit.
        by_hops: costs are hops, so that ``max_hops`` bounds them.
        limit: parts and entities examined before giving up.
    """

    def __init__(
        self,
        arrows: Arrows,
        bounds: Bounds,
        targets: Sequence[int],
        *,
        max_hops: int | None,
        by_hops: bool,
        limit: int,
    ) -> None:
        self._arrows, self._bounds = arrows, bounds
        self._targets = frozenset(targets)
        self._max_hops, self._by_hops = max_hops, by_hops
        self._most = float(max_hops) if by_hops and max_hops is not None else math.inf
        self._limit = limit
        self._onward: dict[tuple[int, int, int], _Onward] = {}
        self._heap: list[tuple[float, Walk, int, _Part, bool]] = []
        self._serial = 0
        self._fruitless = 0
        self.examined = 0

    def run(self, sources: Sequence[int], wanted: int) -> tuple[list[tuple[float, Walk]], bool]:
        """Up to ``wanted`` paths as (cost, positions), in order of cost, then of the ids along them.

        Returns:
            The paths, and whether the limit of work was reached before all were found; those found
            before it are right and in order all the same.
        """
        found: list[tuple[float, Walk]] = []
        everything = (1 << len(self._bounds.waypoints)) - 1
        for source in sources:
            self._push(_Part((source,), 0.0, everything))
        while self._heap and len(found) < wanted:
            cost, walk, _, part, complete = heapq.heappop(self._heap)
            if complete:
                found.append((cost, walk))
                self._fruitless = 0
                self._split(part, walk, cost)
                continue
            checkpoint()
            self.examined += 1
            if self.examined > self._limit:
                return found, True
            self._evaluate(part, cost)
            if self.examined > self._limit:
                return found, True
        return found, False

    def _split(self, part: _Part, walk: Walk, cost: float) -> None:
        """What is left of a part without its best path, by where paths leave that one."""
        part.taken.add(walk[len(part.prefix)])
        part.floor = cost
        self._push(part)
        spent, open_, seen = part.spent, part.open_, set(part.prefix)
        for length in range(len(part.prefix) + 1, len(walk)):
            last, head = walk[length - 1], walk[length]
            spent += self._step_cost(walk[length - 2], last)
            open_ = self._after(open_, last)
            seen.add(last)
            # A long path mostly has no way off it: nothing is made for those places.
            if any(other != head and other not in seen for other in self._steps(last, length, open_).heads):
                self._push(_Part(walk[:length], spent, open_, taken={head}, floor=cost))

    def _push(self, part: _Part) -> None:
        """Queue a part under a key that is no more than that of any of its paths; drop it when empty."""
        onward = self._steps(part.prefix[-1], len(part.prefix), part.open_)
        heads, place = onward.heads, part.position
        while place < len(heads) and (heads[place] in part.taken or heads[place] in part.prefix):
            place += 1
        part.position = place
        if place == len(heads):
            return
        bound = part.spent + onward.totals[place]
        if bound > self._most:
            return
        # Below the floor the next step need not be the one that the best path takes.
        key = part.prefix if bound < part.floor else (*part.prefix, heads[place])
        self._queue(max(bound, part.floor), key, part, False)

    def _queue(self, cost: float, walk: Walk, part: _Part, complete: bool) -> None:
        self._serial += 1
        heapq.heappush(self._heap, (cost, walk, self._serial, part, complete))

    def _evaluate(self, part: _Part, cost: float) -> None:
        """Find the best path of a part, or split it."""
        onward = self._steps(part.prefix[-1], len(part.prefix), part.open_)
        head, bound = onward.heads[part.position], part.spent + onward.totals[part.position]
        spent = part.spent + onward.costs[part.position]
        if bound >= part.floor and (walk := self._straight(part, head, spent, bound)) is not None:
            self._queue(cost, walk, part, True)
            return
        self._fruitless += 1
        if self._fruitless > _PATIENCE and not self._bounds.waypoints:
            best = self._best(part)
            if best is not None:
                self._queue(max(best[0], part.floor), best[1], part, True)
            return
        # Paths through the next step become a part of their own.
        child = _Part((*part.prefix, head), spent, self._after(part.open_, head), floor=part.floor)
        part.taken.add(head)
        self._push(part)
        self._push(child)

    def _straight(self, part: _Part, head: int, spent: float, bound: float) -> Walk | None:
        """The walk that attains the bound, first in the order of ids, when it visits nobody twice."""
        walk = [*part.prefix, head]
        seen = set(walk)
        open_ = self._after(part.open_, head)
        while head not in self._targets:
            onward = self._steps(head, len(walk), open_)
            if not onward.heads or spent + onward.totals[0] != bound or onward.heads[0] in seen:
                return None
            head = onward.heads[0]
            walk.append(head)
            seen.add(head)
            spent += onward.costs[0]
            open_ = self._after(open_, head)
        return tuple(walk)

    def _best(self, part: _Part) -> tuple[float, Walk] | None:
        """The best path of a part by A*; None when it has none.

        Costs are positive, so a detour never helps and every entity counts once for each number of
        steps that reaches it more cheaply.
        """
        seen = set(part.prefix)
        base = len(part.prefix)
        reached: dict[int, list[tuple[int, float]]] = {}
        heap: list[tuple[float, Walk, float, int, _Onward]] = []

        def follow(walk: Walk, spent: float, onward: _Onward, place: int) -> None:
            """Queue the next step that leads on from a walk."""
            while place < len(onward.heads) and (
                onward.heads[place] in seen or (not walk and onward.heads[place] in part.taken)
            ):
                place += 1
            if place < len(onward.heads) and (cost := spent + onward.totals[place]) <= self._most:
                heapq.heappush(heap, (cost, (*walk, onward.heads[place]), spent, place, onward))

        follow((), part.spent, self._steps(part.prefix[-1], base, 0), part.position)
        while heap:
            checkpoint()
            cost, walk, before, place, onward = heapq.heappop(heap)
            self.examined += 1
            if self.examined > self._limit:
                return None
            follow(walk[:-1], before, onward, place + 1)
            head = walk[-1]
            if head in self._targets:
                return cost, part.prefix + walk
            if self._is_dead_end(head, walk[-2] if len(walk) > 1 else part.prefix[-1]):
                continue
            spent = before + onward.costs[place]
            earlier = reached.setdefault(head, [])
            if any(hops <= len(walk) and least <= spent for hops, least in earlier):
                continue
            earlier.append((len(walk), spent))
            follow(walk, spent, self._steps(head, base + len(walk), 0), 0)
        return None

    def _is_dead_end(self, entity: int, came_from: int) -> bool:
        """Whether the only step leads back; most neighbours of a hub are such, and it is quickly told."""
        first, last = self._arrows.starts[entity], self._arrows.starts[entity + 1]
        return last == first or (last == first + 1 and self._arrows.heads[first] == came_from)

    def _steps(self, entity: int, length: int, open_: int) -> _Onward:
        """The steps onward from the last of a path of ``length`` entities."""
        left = math.inf if self._max_hops is None else self._max_hops - length
        if left < 0:
            return _NOWHERE
        layer = self._bounds.layer(open_, int(min(left, 1 << 30)))
        key = entity, layer, open_
        found = self._onward.get(key)
        if found is None:
            found = self._onward[key] = self._ordered(entity, self._bounds.layers[open_][layer])
        return found

    def _ordered(self, entity: int, left: Floats) -> _Onward:
        first, last = self._arrows.starts[entity], self._arrows.starts[entity + 1]
        heads = self._arrows.heads[first:last]
        costs = self._arrows.costs[first:last]
        totals = costs + left[heads]
        keep = np.flatnonzero(np.isfinite(totals) & (totals <= self._most))
        order = keep[np.argsort(totals[keep], kind="stable")]
        return _Onward(heads[order].tolist(), costs[order].tolist(), totals[order].tolist())

    def _step_cost(self, start: int, end: int) -> float:
        if self._by_hops:
            return 1.0
        first, last = self._arrows.starts[start], self._arrows.starts[start + 1]
        place = first + self._arrows.heads[first:last].searchsorted(end)
        return float(self._arrows.costs[place])

    def _after(self, open_: int, entity: int) -> int:
        return open_ & ~self._bounds.waypoints.get(entity, 0) if open_ else 0


_NOWHERE = _Onward([], [], [])
