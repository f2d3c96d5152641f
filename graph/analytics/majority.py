"""Control by majority: who decides in a firm, alone or together with the firms that it controls.

A controls B when A and the firms that A controls together hold more than half of B. This is the rule of
consolidated accounts and of registers of beneficial owners (for chains of majority stakes: Companies Act
2006 of the United Kingdom, schedule 1A, paragraph 18; as a logic program: Ceri, Gottlob and Tanca 1990,
Logic Programming and Databases). The set of controlled firms only grows while it is worked out, so its
order does not matter and it is the smallest set that obeys the rule.

Where shares are unknown there are two answers: ``sure`` counts what is held at least; what is added when
the unknown shares of one firm go to the group as far as they may is ``possible``. One completion of
the unknown shares gives all of that at once, since every firm's unknown shares are its own.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from graph.analytics.claims import TOLERANCE, VOTES, FirmStakes, Stake, StakeRules
from graph.analytics.control import MAJORITY
from graph.analytics.stakes import check_entity, holdings_in, stakes_in, upstream
from graph.errors import ParameterError
from graph.model import EntityId


@dataclass(frozen=True, slots=True)
class Controlled:
    """A firm that a group controls.

    Attributes:
        share: what the owner and the firms it surely controls hold of it, of all votes that the firm does
            not hold itself.
        high: what they and the firms it possibly controls may hold at most.
        stakes: those of the group in it, largest first.
        sure: whether ``share`` is a majority.
        step: 1 when the owner's own stakes suffice, 2 when it takes firms of step 1, and so on.
    """

    owner: EntityId
    firm: EntityId
    share: float
    high: float
    stakes: tuple[Stake, ...]
    sure: bool
    step: int


@dataclass(frozen=True, slots=True)
class Controller:
    """Somebody who controls a company.

    Attributes:
        control: over the company itself.
        chain: firms that it controls on the way and that its majority needs, nearest to the owner first.
        ultimate: nobody else controls it, those aside that it controls itself.
    """

    owner: EntityId
    control: Controlled
    chain: tuple[Controlled, ...]
    ultimate: bool


def controlled_by(
    graph: nx.Graph, owner: EntityId, *, threshold: float = MAJORITY, rules: StakeRules = VOTES
) -> tuple[Controlled, ...]:
    """Every firm that an owner controls by majority, surely or possibly.

    Args:
        graph: directed, edges from owner to firm; see :mod:`graph.analytics.claims`.
        owner: entity id.
        threshold: more than this makes a majority; 0.5 to 1.
        rules: which ties are stakes.

    Returns:
        Sure ones first, by step, then id.

    Raises:
        EntityNotFound: no such entity.
        AnalysisError: shares of a firm on the way are no fractions or exceed the whole.
    Cost: O(ties that end at firms in which the group holds a stake).

    >>> G = nx.DiGraph([("a", "b", {"share": 0.6}), ("a", "c", {"share": 0.3}), ("b", "c", {"share": 0.3})])
    >>> [(found.firm, round(found.share, 2), found.step) for found in controlled_by(G, "a")]
    [('b', 0.6, 1), ('c', 0.6, 2)]
    """
    check_entity(graph, owner)
    _check(threshold)
    firms: dict[EntityId, FirmStakes] = {}

    def read(firm: EntityId) -> FirmStakes:
        if firm not in firms:
            firms[firm] = stakes_in(graph, firm, rules)
        return firms[firm]

    return _both(owner, lambda holder: holdings_in(graph, holder, rules), read, threshold)


def controllers_of(
    graph: nx.Graph, company: EntityId, *, threshold: float = MAJORITY, rules: StakeRules = VOTES
) -> tuple[Controller, ...]:
    """Everybody who controls a company by majority, surely or possibly.

    Arguments and errors as in :func:`controlled_by`.

    Returns:
        Sure ones first, ultimate ones before those in between, then by share and id.
    Cost: one closure for each entity upstream, within what lies upstream.
    """
    _check(threshold)
    net = upstream(graph, company, rules)
    held: dict[EntityId, list[EntityId]] = {}
    for stake in net.stakes():
        held.setdefault(stake.owner, []).append(stake.firm)
    groups = {
        owner: found
        for owner in net.nodes
        if owner != company
        for found in [_both(owner, lambda holder: held.get(holder, ()), net.firms.__getitem__, threshold)]
        if any(item.firm == company for item in found)
    }
    inside = {owner: {item.firm for item in found if item.sure} for owner, found in groups.items()}
    controllers: list[Controller] = []
    for owner, found in groups.items():
        control = next(item for item in found if item.firm == company)
        above = [other for other in groups if owner in inside[other] and other not in inside[owner]]
        controllers.append(Controller(owner, control, _needed(control, found), not above))
    controllers.sort(key=lambda c: (not c.control.sure, not c.ultimate, -c.control.share, str(c.owner)))
    return tuple(controllers)


def _check(threshold: float) -> None:
    if not 0.5 <= threshold < 1:
        raise ParameterError("threshold", f"{threshold} is not in 0.5 to 1.", hint="Use 0.5 for a majority.")


def _both(
    owner: EntityId,
    held: Callable[[EntityId], Iterable[EntityId]],
    read: Callable[[EntityId], FirmStakes],
    threshold: float,
) -> tuple[Controlled, ...]:
    sure = _closure(owner, held, read, threshold, sure=True)
    possible = _closure(owner, held, read, threshold, sure=False)
    found: list[Controlled] = []
    for firm in possible:
        if firm == owner:
            continue
        steps = sure if firm in sure else possible
        stakes = tuple(stake for stake in read(firm).stakes if stake.owner in steps and stake.owner != firm)
        share, _ = _together(read(firm), sure)
        _, high = _together(read(firm), possible)
        found.append(Controlled(owner, firm, share, high, stakes, firm in sure, steps[firm]))
    return tuple(sorted(found, key=lambda item: (not item.sure, item.step, str(item.firm))))


def _closure(
    owner: EntityId,
    held: Callable[[EntityId], Iterable[EntityId]],
    read: Callable[[EntityId], FirmStakes],
    threshold: float,
    *,
    sure: bool,
) -> dict[EntityId, int]:
    """The owner (0) and the firms it controls with the step at which they join."""
    group = {owner: 0}
    joined = [owner]
    step = 0
    while joined:
        step += 1
        near = {firm for holder in joined for firm in held(holder) if firm not in group}
        joined = [firm for firm in near if _together(read(firm), group)[not sure] > threshold + TOLERANCE]
        group.update(dict.fromkeys(joined, step))
    return group


def _together(read: FirmStakes, group: Mapping[EntityId, int]) -> tuple[float, float]:
    """What the group holds of a firm, at least and at most; a firm has no votes in itself."""
    votes = 1 - math.fsum(stake.low for stake in read.stakes if stake.owner == read.firm)
    if votes <= TOLERANCE:
        return 0.0, 0.0
    stakes = [stake for stake in read.stakes if stake.owner in group and stake.owner != read.firm]
    low = math.fsum(stake.low for stake in stakes)
    most = min(math.fsum(stake.high for stake in stakes), low + 1 - read.known)
    return low / votes, min(1.0, max(low, most) / votes)


def _needed(control: Controlled, found: Iterable[Controlled]) -> tuple[Controlled, ...]:
    """The firms of earlier steps whose stakes lead to ``control``, followed back to the owner."""
    by_firm = {item.firm: item for item in found}
    chain: dict[EntityId, Controlled] = {}
    queue = deque([control])
    while queue:
        below = queue.popleft()
        for stake in below.stakes:
            item = by_firm.get(stake.owner)
            if item is not None and item.firm not in chain and item.step < below.step:
                chain[item.firm] = item
                queue.append(item)
    return tuple(sorted(chain.values(), key=lambda item: (item.step, str(item.firm))))
