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
from graph.stopping import checkpoint


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
        fact: whether the stakes that are facts give the same; otherwise plans or allegations are needed.
    """

    owner: EntityId
    firm: EntityId
    share: float
    high: float
    stakes: tuple[Stake, ...]
    sure: bool
    step: int
    fact: bool = True


@dataclass(frozen=True, slots=True)
class Controller:
    """Somebody who controls a company.

    Attributes:
        control: over the company itself.
        chain: firms that it controls on the way and that its majority needs, nearest to the owner first.
        ultimate: nobody else surely controls it by facts, those aside that it controls itself.
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
    votes = _VotesBy(lambda firm: stakes_in(graph, firm, rules))
    return _both(owner, lambda holder: holdings_in(graph, holder, rules), votes, threshold)


def controllers_of(
    graph: nx.Graph, company: EntityId, *, threshold: float = MAJORITY, rules: StakeRules = VOTES
) -> tuple[Controller, ...]:
    """Everybody who controls a company by majority, surely or possibly.

    Arguments and errors as in :func:`controlled_by`.

    Returns:
        Sure ones first, ultimate ones before those in between, then by share and id.
    Cost: one closure for each entity upstream; each looks only at the stakes of its own group.
    """
    _check(threshold)
    net = upstream(graph, company, rules)
    held: dict[EntityId, list[EntityId]] = {}
    for stake in net.stakes():
        held.setdefault(stake.owner, []).append(stake.firm)
    votes = _VotesBy(net.firms.__getitem__)
    groups = {
        owner: found
        for owner in net.nodes
        if owner != company
        for found in [_both(owner, lambda holder: held.get(holder, ()), votes, threshold)]
        if any(item.firm == company for item in found)
    }
    inside = {
        owner: {item.firm for item in found if item.sure and item.fact} for owner, found in groups.items()
    }
    over: dict[EntityId, list[EntityId]] = {}
    for owner, firms in inside.items():
        for firm in firms:
            over.setdefault(firm, []).append(owner)
    controllers: list[Controller] = []
    for owner, found in groups.items():
        control = next(item for item in found if item.firm == company)
        ultimate = all(other in inside[owner] for other in over.get(owner, ()))
        controllers.append(Controller(owner, control, _needed(control, found), ultimate))
    controllers.sort(key=lambda c: (not c.control.sure, not c.ultimate, -c.control.share, str(c.owner)))
    return tuple(controllers)


def _check(threshold: float) -> None:
    if not 0.5 <= threshold < 1:
        raise ParameterError("threshold", f"{threshold} is not in 0.5 to 1.", hint="Use 0.5 for a majority.")


class Votes:
    """The stakes in one firm by owner, read once for every closure; what it holds itself has no votes."""

    def __init__(self, read: FirmStakes, *, facts: bool) -> None:
        stakes = [stake for stake in read.stakes if stake.fact or not facts]
        self.by_owner = {stake.owner: (at, stake) for at, stake in enumerate(stakes)}
        own = self.by_owner.pop(read.firm, None)
        self.own_low, self.own_high = (own[1].low, own[1].high) if own else (0.0, 0.0)
        self.spare = max(0.0, 1 - math.fsum(stake.low for stake in stakes))
        self.all_facts = all(stake.fact for stake in read.stakes)

    def of(self, group: Mapping[EntityId, int]) -> tuple[Stake, ...]:
        """The stakes of the group, largest first."""
        by_owner = self.by_owner
        near = group if len(group) <= len(by_owner) else by_owner
        found = [by_owner[owner] for owner in near if owner in by_owner and owner in group]
        return tuple(stake for _, stake in sorted(found, key=lambda item: item[0]))

    def together(self, group: Mapping[EntityId, int]) -> tuple[float, float]:
        """What the group holds of the votes, at least and at most.

        The unknown shares of the group and of the firm in itself compete for the same rest. Since the part
        ``g / (1 - own)`` with ``g + own`` fixed falls as ``own`` grows, it is largest when the group is
        filled first and the firm gets what is then left.
        """
        stakes = self.of(group)
        low = math.fsum(stake.low for stake in stakes)
        most = max(low, min(math.fsum(stake.high for stake in stakes), low + self.spare))
        own = max(self.own_low, min(self.own_high, self.own_low + self.spare - (most - low)))
        return _part(low, 1 - self.own_low), _part(most, 1 - own)


class _VotesBy:
    """Votes by firm, read when asked for."""

    def __init__(self, read: Callable[[EntityId], FirmStakes]) -> None:
        self._read = read
        self._votes: dict[tuple[EntityId, bool], Votes] = {}

    def __call__(self, firm: EntityId, *, facts: bool = False) -> Votes:
        found = self._votes.get((firm, facts))
        if found is None:
            found = self._votes[firm, facts] = Votes(self._read(firm), facts=facts)
        return found


def _part(held: float, votes: float) -> float:
    if held <= 0 or votes <= TOLERANCE:
        return 1.0 if held > TOLERANCE else 0.0
    return min(1.0, held / votes)


def _both(
    owner: EntityId, held: Callable[[EntityId], Iterable[EntityId]], votes: _VotesBy, threshold: float
) -> tuple[Controlled, ...]:
    sure = _closure(owner, held, votes, threshold, sure=True)
    possible = _closure(owner, held, votes, threshold, sure=False)
    if all(votes(firm).all_facts for firm in possible if firm != owner):
        by_facts = sure, possible
    else:
        by_facts = (
            _closure(owner, held, votes, threshold, sure=True, facts=True),
            _closure(owner, held, votes, threshold, sure=False, facts=True),
        )
    found: list[Controlled] = []
    for firm in possible:
        if firm == owner:
            continue
        steps = sure if firm in sure else possible
        share, _ = votes(firm).together(sure)
        _, high = votes(firm).together(possible)
        fact = firm in by_facts[0 if firm in sure else 1]
        found.append(
            Controlled(owner, firm, share, high, votes(firm).of(steps), firm in sure, steps[firm], fact)
        )
    return tuple(sorted(found, key=lambda item: (not item.sure, item.step, str(item.firm))))


def _closure(
    owner: EntityId,
    held: Callable[[EntityId], Iterable[EntityId]],
    votes: _VotesBy,
    threshold: float,
    *,
    sure: bool,
    facts: bool = False,
) -> dict[EntityId, int]:
    """The owner (0) and the firms it controls with the step at which they join."""
    group = {owner: 0}
    joined = [owner]
    step = 0
    while joined:
        checkpoint()
        step += 1
        near = {firm for holder in joined for firm in held(holder) if firm not in group}
        joined = [
            firm
            for firm in near
            if votes(firm, facts=facts).together(group)[not sure] > threshold + TOLERANCE
        ]
        group.update(dict.fromkeys(joined, step))
    return group


def _needed(control: Controlled, found: Iterable[Controlled]) -> tuple[Controlled, ...]:
    """The firms of earlier steps whose stakes lead to ``control``, followed back to the owner."""
    by_firm = {item.firm: item for item in found}
    chain: dict[EntityId, Controlled] = {}
    queue = deque([control])
    while queue:
        checkpoint()
        below = queue.popleft()
        for stake in below.stakes:
            item = by_firm.get(stake.owner)
            if item is not None and item.firm not in chain and item.step < below.step:
                chain[item.firm] = item
                queue.append(item)
    return tuple(sorted(chain.values(), key=lambda item: (item.step, str(item.firm))))
