"""Beneficial owners: the people, states and unheld entities at the top of chains of stakes.

The share of an owner is the product of the shares along each chain, added over its chains. That is how
Regulation (EU) 2024/1624, article 52, counts indirect ownership, with 25 % or more as the line; control
by majority (articles 53 and 54 of the same) is a second way to be one, see :mod:`graph.analytics.majority`.
A chain passes no entity twice. Without cross-holdings the sum is the integrated share of
:mod:`graph.analytics.ownership`; with them it leaves out what comes round the loops.

A chain with a stake of unknown size has bounds instead of a share: the product of the smallest and of the
largest that each stake may be. Chains share stakes, so their maxima cannot be added; the maximum of an
owner is the upper bound of its integrated share, which no completion of the unknown shares exceeds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from graph.analytics.claims import EQUITY, TOLERANCE, VOTES, Stake, StakeRules
from graph.analytics.majority import Controller, controllers_of
from graph.analytics.ownership import Ownership, owners_of
from graph.analytics.stakes import StakeNet, all_stakes
from graph.errors import ParameterError
from graph.model import EntityId
from graph.stopping import checkpoint

THRESHOLD = 0.25
MAX_LINKS = 10
CHAIN_LIMIT = 20_000
SMALLEST = 0.001


@dataclass(frozen=True, slots=True)
class Chain:
    """Stakes from an owner down to the company.

    Attributes:
        stakes: in order, the owner's first; the last is in the company.
        share: their product; None when one of them is of unknown size.
        low, high: bounds of the product, each stake for itself between its own.
    """

    stakes: tuple[Stake, ...]
    share: float | None
    low: float
    high: float

    @property
    def entities(self) -> tuple[EntityId, ...]:
        """From the owner to the company, both included."""
        return (*(stake.owner for stake in self.stakes), self.stakes[-1].firm)

    @property
    def fact(self) -> bool:
        """Whether all of its stakes are facts, none planned or alleged."""
        return all(stake.fact for stake in self.stakes)


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains that end at one company, longest share first, and what is missing from the list.

    Attributes:
        chains: by lower bound, then upper bound, then entities.
        small: chains (and all their continuations) dropped because they may be no more than ``smallest``.
        deep: chains cut at ``max_links``.
        stopped: whether ``limit`` was reached.
    """

    chains: tuple[Chain, ...]
    small: int
    deep: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class BeneficialOwner:
    """Somebody at the top.

    Attributes:
        kind: ``person``, ``state`` or ``end of the known chain``: no owner of it is known.
        share: sum over the chains, unknown shares at their minimum.
        high: upper bound; None where it was not computed.
        reach: ``yes`` when ``share`` is at least the threshold, ``possibly`` when only ``high`` is (or is
            not known), else ``no``.
        control: how it controls the company by majority, None when it does not.
        known, unknown: its chains with and without a share.
    """

    owner: EntityId
    kind: str
    share: float
    high: float | None
    reach: str
    control: Controller | None
    known: tuple[Chain, ...]
    unknown: tuple[Chain, ...]

    @property
    def fact(self) -> bool:
        """Whether all its chains are facts."""
        return all(chain.fact for chain in (*self.known, *self.unknown))

    @property
    def factual(self) -> float:
        """The share by those chains that are facts."""
        return math.fsum(chain.low for chain in (*self.known, *self.unknown) if chain.fact)


@dataclass(frozen=True, slots=True, eq=False)
class BeneficialOwners:
    """Those at the top of a company, largest share first.

    Attributes:
        unaccounted: part of the company whose direct holders are not known; plans make no holder known.
        chains: all chains to the company, with what was left out of the list.
    """

    company: EntityId
    threshold: float
    owners: tuple[BeneficialOwner, ...]
    unaccounted: float
    chains: Chains
    ownership: Ownership


@dataclass(frozen=True, slots=True)
class CrossHolding:
    """Firms that hold one another, directly or round a loop; or one that holds a part of itself.

    Attributes:
        members: sorted by id.
        stakes: those of members in members, firm by firm.
        pairs: ``(a, b)``, a before b, where each holds a part of the other.
        inside: by member, the known part of it that the members hold together.
    """

    members: tuple[EntityId, ...]
    stakes: tuple[Stake, ...]
    pairs: tuple[tuple[EntityId, EntityId], ...]
    inside: tuple[float, ...]


def chains_to(
    net: StakeNet,
    company: EntityId,
    *,
    max_links: int = MAX_LINKS,
    smallest: float = SMALLEST,
    limit: int = CHAIN_LIMIT,
) -> Chains:
    """Every chain of stakes that ends at a company and passes no entity twice.

    Args:
        net: from :func:`graph.analytics.stakes.upstream` of the company.
        company: entity id.
        max_links: longest chain, in stakes.
        smallest: chains whose upper bound is below it are left out with all that lies above them.
        limit: chains listed before the search stops.

    Cost: O(chains times links); larger stakes are followed first.
    """
    if max_links < 1:
        raise ParameterError("max_links", "starts at 1.", hint="Ask for chains of at least one stake.")
    found: list[Chain] = []
    small = deep = 0
    waiting: list[tuple[Stake, ...]] = [(stake,) for stake in reversed(net.firms[company].stakes)]
    while waiting:
        checkpoint()
        stakes = waiting.pop()
        chain = _chain(stakes)
        if chain.high < smallest:
            small += 1
            continue
        if len(found) == limit:
            return Chains(_in_order(found), small, deep, True)
        found.append(chain)
        passed = {company, *(stake.owner for stake in stakes)}
        above = [stake for stake in net.firms[stakes[0].owner].stakes if stake.owner not in passed]
        if above and len(stakes) == max_links:
            deep += 1
        else:
            waiting += [(stake, *stakes) for stake in reversed(above)]
    return Chains(_in_order(found), small, deep, False)


def beneficial_owners(
    graph: nx.Graph,
    company: EntityId,
    *,
    threshold: float = THRESHOLD,
    max_links: int = MAX_LINKS,
    rules: StakeRules = EQUITY,
    control_rules: StakeRules = VOTES,
) -> BeneficialOwners:
    """People, states and unheld entities that stand behind a company, with every chain.

    Args:
        graph: directed, edges from owner to firm; ``kind`` of a node tells people and governments.
        company: entity id.
        threshold: this much or more makes a beneficial owner.
        max_links: longest chain, in stakes.
        rules, control_rules: which ties are stakes, for shares and for control.

    Raises:
        EntityNotFound, AnalysisError, NotConverged: as :func:`graph.analytics.ownership.owners_of`.
    Cost: that of ``owners_of``, of ``controllers_of`` and of ``chains_to`` together.

    >>> G = nx.DiGraph([("ann", "holdco", {"share": 0.6}), ("holdco", "opco", {"share": 0.51})])
    >>> [(o.owner, round(o.share, 3), o.reach) for o in beneficial_owners(G, "opco").owners]
    [('ann', 0.306, 'yes')]
    """
    if not 0 < threshold <= 1:
        raise ParameterError("threshold", f"{threshold} is not in 0 to 1.", hint="Write 0.25 for 25 %.")
    ownership = owners_of(graph, company, rules)
    net = ownership.net
    chains = chains_to(net, company, max_links=max_links)
    control = {found.owner: found for found in controllers_of(graph, company, rules=control_rules)}
    highs = {holding.owner: holding.high for holding in ownership.holdings}
    by_owner: dict[EntityId, list[Chain]] = {}
    for chain in chains.chains:
        by_owner.setdefault(chain.stakes[0].owner, []).append(chain)
    owners: list[BeneficialOwner] = []
    for owner, own in by_owner.items():
        if kind := _kind(graph, net, owner):
            known = tuple(chain for chain in own if chain.share is not None)
            unknown = tuple(chain for chain in own if chain.share is None)
            share = math.fsum(chain.low for chain in own)
            high = highs.get(owner)
            owners.append(
                BeneficialOwner(
                    owner, kind, share, None if high is None else max(high, share),
                    _reach(share, high, threshold), control.get(owner), known, unknown,
                )
            )  # fmt: skip
    owners.sort(key=lambda found: (-found.share, -(found.high or 0.0), str(found.owner)))
    unaccounted = max(0.0, 1 - net.firms[company].factual)
    return BeneficialOwners(company, threshold, tuple(owners), unaccounted, chains, ownership)


def cross_holdings(graph: nx.Graph, rules: StakeRules = EQUITY) -> tuple[CrossHolding, ...]:
    """Groups of firms that hold one another: the strongly connected parts of the stakes.

    Stakes of unknown size count. Cost: O(ties) once, then O(stakes).

    >>> G = nx.DiGraph([("a", "b", {"share": 0.1}), ("b", "a", {"share": 0.2}), ("c", "a", {"share": 0.3})])
    >>> [(found.members, found.pairs) for found in cross_holdings(G)]
    [(('a', 'b'), (('a', 'b'),))]
    """
    net = all_stakes(graph, rules)
    every = list(net.stakes())
    rows = np.asarray([net.index[stake.owner] for stake in every], dtype=np.int32)
    columns = np.asarray([net.index[stake.firm] for stake in every], dtype=np.int32)
    n = len(net.nodes)
    links = sparse.csr_array((np.ones(len(every)), (rows, columns)), shape=(n, n))
    part = connected_components(links, directed=True, connection="strong")[1] if n else np.zeros(0)
    groups: dict[int, list[Stake]] = {}
    for place in np.flatnonzero(part[rows] == part[columns]).tolist():
        groups.setdefault(int(part[rows[place]]), []).append(every[place])
    return tuple(sorted(map(_cross_holding, groups.values()), key=lambda g: (-len(g.members), g.members)))


def _cross_holding(stakes: list[Stake]) -> CrossHolding:
    members = tuple(sorted({stake.firm for stake in stakes}, key=str))
    held = {(stake.owner, stake.firm) for stake in stakes}
    pairs = sorted((a, b) for a, b in held if str(a) < str(b) and (b, a) in held)
    inside = tuple(math.fsum(s.low for s in stakes if s.firm == member) for member in members)
    ordered = sorted(stakes, key=lambda stake: (str(stake.firm), -stake.low, str(stake.owner)))
    return CrossHolding(members, tuple(ordered), tuple(pairs), inside)


def _chain(stakes: tuple[Stake, ...]) -> Chain:
    known = [stake.share for stake in stakes if stake.share is not None]
    share = math.prod(known) if len(known) == len(stakes) else None
    low, high = math.prod(stake.low for stake in stakes), math.prod(stake.high for stake in stakes)
    return Chain(stakes, share, low, high)


def _in_order(found: list[Chain]) -> tuple[Chain, ...]:
    return tuple(sorted(found, key=lambda chain: (-chain.low, -chain.high, list(map(str, chain.entities)))))


def _kind(graph: nx.Graph, net: StakeNet, owner: EntityId) -> str:
    kind = graph.nodes[owner].get("kind")
    if kind == "person":
        return "person"
    if kind == "government":
        return "state"
    return "" if net.firms[owner].stakes else "end of the known chain"


def _reach(share: float, high: float | None, threshold: float) -> str:
    if share >= threshold - TOLERANCE:
        return "yes"
    return "possibly" if high is None or high >= threshold - TOLERANCE else "no"
