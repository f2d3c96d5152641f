"""Which ultimate group an entity belongs to, so that one owner behind several customers counts once.

The rule follows majority holdings upwards: an ``OWNS`` tie of more than half (equity or votes), else the
latest completed ``ACQUIRED``. Holdings of unknown size are never guessed; they are listed instead. A
group that people treat as one for other reasons (one state behind two names) is given by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.answer import listed, name_of
from graph.analytics.concentration import share_range
from graph.analytics.reach import Link, dated, links
from graph.errors import AnalysisError, EntityNotFound
from graph.model import EntityId, TieId

MAJORITY = 0.5
OWNERSHIP = ("OWNS", "ACQUIRED")
_HELD_NOW = ("active", "completed")
_VOTES = ("equity", "voting", None)


@dataclass(frozen=True, slots=True)
class OwnerStep:
    """``entity`` belongs to ``owner``; ``share`` is the least it holds, None for a purchase of the whole
    without a figure."""

    entity: EntityId
    owner: EntityId
    share: float | None
    basis: str | None
    tie: TieId
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Membership:
    """Where an entity ends up.

    Attributes:
        entity: the one asked for.
        group: its ultimate majority owner, the name of the chosen group, or itself.
        steps: the holdings on the way up.
        chosen: whether a mapping given by hand decided.
        loop: whether the owners own one another; then the smallest id of the loop stands for it.
        unknown: holdings of unknown size in the last entity of the way up: one may be a majority.
    """

    entity: EntityId
    group: EntityId
    steps: tuple[OwnerStep, ...]
    chosen: bool
    loop: bool
    unknown: tuple[TieId, ...]

    @property
    def ties(self) -> tuple[TieId, ...]:
        """The ties that the membership rests on."""
        return tuple(step.tie for step in self.steps)


@dataclass(frozen=True, slots=True)
class Groups:
    """The grouping rule over one graph: by majority ``owner`` or not, after what was ``chosen`` by hand."""

    graph: nx.Graph
    by_owner: bool = True
    chosen: Mapping[EntityId, EntityId] | None = None
    threshold: float = MAJORITY

    def __post_init__(self) -> None:
        if not MAJORITY <= self.threshold < 1:
            raise AnalysisError(
                f"A majority above {self.threshold} is none.", hint="Choose a threshold from 0.5 to below 1."
            )

    @property
    def rule(self) -> str:
        """The rule in words."""
        parts = [
            f"{listed([name_of(self.graph, item) for item in sorted(members)])} as one"
            for _, members in sorted(self._by_hand().items())
        ]
        if self.by_owner:
            parts.append(
                f"each as its ultimate owner (more than {self.threshold * 100:g} % of equity or votes,"
                " or the latest completed acquirer)"
            )
        return "; ".join(parts) or "every name by itself"

    def _by_hand(self) -> dict[EntityId, list[EntityId]]:
        found: dict[EntityId, list[EntityId]] = {}
        for member, group in (self.chosen or {}).items():
            found.setdefault(group, []).append(member)
        return found

    def group_of(self, entity: EntityId) -> EntityId:
        """The group's id; for :func:`graph.analytics.concentration.concentrations`."""
        return self.membership(entity).group

    def membership(self, entity: EntityId) -> Membership:
        """Where ``entity`` ends up, with the way there.

        Raises:
            EntityNotFound: it is neither in the graph nor chosen by hand.
        Cost: O(ties of the owners on the way up).
        """
        chosen = self.chosen or {}
        if entity not in self.graph and entity not in chosen:
            raise EntityNotFound(entity, list(self.graph))
        steps: list[OwnerStep] = []
        seen, at = {entity: 0}, entity
        while True:
            if at in chosen:
                return Membership(entity, chosen[at], tuple(steps), True, False, ())
            step = majority_owner(self.graph, at, threshold=self.threshold) if self.by_owner else None
            if step is None:
                unknown = unknown_holdings(self.graph, at, threshold=self.threshold) if self.by_owner else ()
                return Membership(entity, at, tuple(steps), False, False, unknown)
            steps.append(step)
            at = step.owner
            if at in seen:
                ring = [step.entity for step in steps[seen[at] :]]
                return Membership(entity, min(ring), tuple(steps), False, True, ())
            seen[at] = len(steps)


def one_group(members: Iterable[EntityId]) -> dict[EntityId, EntityId]:
    """A mapping by hand that counts ``members`` as one, under the smallest of their ids.

    >>> one_group(["mbzuai", "g42"])
    {'g42': 'g42', 'mbzuai': 'g42'}
    """
    ordered = sorted(members)
    return dict.fromkeys(ordered, ordered[0]) if ordered else {}


def majority_owner(graph: nx.Graph, entity: EntityId, *, threshold: float = MAJORITY) -> OwnerStep | None:
    """The one holder of more than ``threshold``, else the latest acquirer; None when neither is recorded.

    Of several holdings above the threshold (equity here, votes there) the largest counts, then the
    smallest tie id. Where only a range is known, its lower end counts. Ties that are over (in a graph as
    of a date: by then), planned or alleged do not count. Economic interests are left aside: they carry no
    control. A purchase counts as one of the whole only where no share is stated.
    """
    held: list[tuple[float, TieId, Link]] = []
    bought: list[tuple[str, TieId, Link]] = []
    for link in _holdings(graph, entity):
        share = share_range(link.data, link.tie)
        if share is not None:
            if share[0] > threshold and link.data.get("share_basis") in _VOTES:
                held.append((-share[0], link.tie, link))
        elif link.data.get("type") == "ACQUIRED":
            bought.append((link.data.get("start_date") or "", link.tie, link))
    if not held and not bought:
        return None
    chosen = min(held, key=lambda item: item[:2])[2] if held else max(bought, key=lambda item: item[:2])[2]
    share, basis = share_range(chosen.data, chosen.tie), chosen.data.get("share_basis")
    return OwnerStep(entity, chosen.other, share[0] if share else None, basis, chosen.tie, chosen.data)


def unknown_holdings(graph: nx.Graph, entity: EntityId, *, threshold: float = MAJORITY) -> tuple[TieId, ...]:
    """Present holdings in ``entity`` of which it is not known whether they exceed ``threshold``."""
    return tuple(link.tie for link in unknown_links(graph, entity, threshold=threshold))


def unknown_links(graph: nx.Graph, entity: EntityId, *, threshold: float = MAJORITY) -> list[Link]:
    """The same as edges with their owners, by id of the tie."""
    found = [link for link in _holdings(graph, entity) if _maybe_majority(link, threshold)]
    return sorted(found, key=lambda link: link.tie)


def _maybe_majority(link: Link, threshold: float) -> bool:
    share = share_range(link.data, link.tie)
    if share is None:
        return link.data.get("type") != "ACQUIRED"
    return share[0] <= threshold < share[1] and link.data.get("share_basis") in _VOTES


def _holdings(graph: nx.Graph, entity: EntityId) -> list[Link]:
    if entity not in graph or not graph.is_directed():
        return []
    found = links(graph, entity, types=OWNERSHIP, upstream=True)
    held = (*_HELD_NOW, "ended") if dated(graph) else _HELD_NOW
    return [link for link in found if link.data.get("status", "active") in held]
