"""Which influence paths were gained and lost between two graphs, usually of two dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from graph.analytics.paths import (
    InfluencePath,
    PathQuery,
    PathResult,
    Step,
    best_paths,
    entities_of,
    exists,
)
from graph.model import EntityId, Tie


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that both graphs have, with different ties.

    Attributes:
        before, after: the step in either graph.
        gained, lost: ties that only the later or only the earlier graph has.
        restated: ties that both have with another status: as they were, and as they are.
    """

    before: Step
    after: Step
    gained: tuple[Tie, ...]
    lost: tuple[Tie, ...]
    restated: tuple[tuple[Tie, Tie], ...]


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A path that both graphs have; ``changes`` are its steps with other ties, none when all are the same."""

    before: InfluencePath
    after: InfluencePath
    changes: tuple[StepChange, ...]


@dataclass(frozen=True, slots=True)
class PathChange:
    """What became of the best paths.

    A path is told by the entities along it. It is gained or lost only if the other graph does not have
    it at all: one that merely fell out of the ``k`` best is among ``kept``.

    Attributes:
        gained: best paths of the later graph that the earlier one lacks, best first.
        lost: best paths of the earlier graph that the later one lacks, best first.
        kept: best paths of either graph that both have.
        before, after: both searches; ``more`` or ``stopped_at`` there mean that further paths were not
            compared.
    """

    gained: tuple[InfluencePath, ...]
    lost: tuple[InfluencePath, ...]
    kept: tuple[ChangedPath, ...]
    before: PathResult
    after: PathResult

    @property
    def changed(self) -> tuple[ChangedPath, ...]:
        """Kept paths with other ties or statuses on them."""
        return tuple(path for path in self.kept if path.changes)

    @property
    def complete(self) -> bool:
        """Whether all paths of both graphs were compared."""
        return self.before.more is False and self.after.more is False


def path_change(
    before: nx.Graph,
    after: nx.Graph,
    sources: EntityId | Iterable[EntityId],
    targets: EntityId | Iterable[EntityId],
    query: PathQuery | None = None,
) -> PathChange:
    """The same question to two graphs, and how the answers differ.

    Args:
        before, after: such as :func:`graph.projection.to_networkx` with two dates and the same filters.
        sources, targets, query: see :func:`graph.analytics.paths.best_paths`.

    Raises:
        EntityNotFound, AnalysisError, ParameterError: as there; an end must be in both graphs.
    Cost: two searches and a look at each path found.
    """
    asked = query or PathQuery()
    starts, ends = entities_of(before, sources, "from"), entities_of(before, targets, "to")
    first, second = best_paths(before, starts, ends, asked), best_paths(after, starts, ends, asked)
    gained, lost, kept = [], [], []
    for path in second.paths:
        earlier = exists(before, path.entities, asked)
        if earlier is None:
            gained.append(path)
        else:
            kept.append(ChangedPath(earlier, path, _changes(earlier, path)))
    known = {path.entities for path in second.paths}
    for path in first.paths:
        if path.entities in known:
            continue
        later = exists(after, path.entities, asked)
        if later is None:
            lost.append(path)
        else:
            kept.append(ChangedPath(path, later, _changes(path, later)))
    return PathChange(tuple(gained), tuple(lost), tuple(kept), first, second)


def _changes(before: InfluencePath, after: InfluencePath) -> tuple[StepChange, ...]:
    found: list[StepChange] = []
    for old, new in zip(before.steps, after.steps, strict=True):
        then, now = ({tie.id: tie for tie in step.ties} for step in (old, new))
        gained = tuple(tie for name, tie in now.items() if name not in then)
        lost = tuple(tie for name, tie in then.items() if name not in now)
        restated = tuple(
            (tie, now[name]) for name, tie in then.items() if name in now and now[name].status != tie.status
        )
        if gained or lost or restated:
            found.append(StepChange(old, new, gained, lost, restated))
    return tuple(found)
