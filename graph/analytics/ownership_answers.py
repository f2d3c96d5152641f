"""Ownership told: owners, holdings, beneficial owners and cross-holdings as sentences with their ties."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of, named_tie, provenance_of
from graph.analytics.beneficial import (
    THRESHOLD,
    BeneficialOwner,
    BeneficialOwners,
    Chain,
    Chains,
    beneficial_owners,
    chains_to,
    cross_holdings,
)
from graph.analytics.claims import EQUITY, TOLERANCE, Stake, StakeRules
from graph.analytics.ownership import Holding, Ownership, holdings_of, owners_of
from graph.analytics.stakes import all_stakes, not_by_facts, stake_notes
from graph.model import EntityId, Tie, TieId
from graph.wording import counted, percent, plural, sentence

_SHARES = ("direct", "integrated", "corrected", "min", "max")
MOST_TOLD = 25
"""Owners told in sentences of their own; the table has all."""
NO_FACTS = "what is planned, was considered or is alleged"
_FROM_OWNER = "from owner to firm"
_MISSING = (
    "A stake of unknown size counts as its known minimum or nothing in the shares, and in the maxima as all "
    "that it may be: its known maximum, or what the known shares of the firm leave."
)
INTEGRATED = Method(
    "Integrated ownership with correction for loops",
    "V = (I - W)^-1 and O = V - I, with W[i, j] the share of firm j that i holds directly; corrected: "
    "diag(V)^-1 O, without chains that return to the owner. The corrected share is the minimum.",
    _MISSING,
    "Brioschi, Buzzacchi and Colombo (1989), Journal of Banking & Finance 13, 747-772; correction: Baldone, "
    "Brioschi and Paleari (1998).",
)
BENEFICIAL = Method(
    "Beneficial owners by chains",
    "The shares along each chain from an owner to the company are multiplied and the chains added; a chain "
    "passes no entity twice. Control by majority is said beside it.",
    _MISSING,
    "Regulation (EU) 2024/1624, article 52 (25 % or more, multiplied along and added across chains).",
)
CROSS = Method(
    "Cross-holdings",
    "Strongly connected components of the stakes: firms from each of which a chain of stakes leads to each "
    "other one; and firms that hold a part of themselves.",
    "A stake of unknown size is a link; the known part counts it as its minimum.",
    "Tarjan (1972), SIAM Journal on Computing 1(2), 146-160.",
)
_BASIS = {"equity": "equity", "voting": "votes", "economic": "economic interest"}


def owners_answer(
    graph: nx.Graph, company: EntityId, rules: StakeRules = EQUITY, *, bounds: bool = True
) -> Answer:
    """Who owns a company, directly and through others; see :func:`graph.analytics.ownership.owners_of`."""
    found = owners_of(graph, company, rules, bounds=bounds)
    chains = chains_to(found.net, company)
    by_owner: dict[EntityId, list[Chain]] = {}
    for chain in chains.chains:
        by_owner.setdefault(chain.stakes[0].owner, []).append(chain)
    open_ = not_by_facts(found.net)
    told = [_owner_told(graph, item, by_owner, rules, open_) for item in found.holdings[:MOST_TOLD]]
    rows = tuple(
        (*_row(graph, item, item.owner), len(own), ties_of(chain.stakes for chain in own))
        for item in found.holdings
        for own in [by_owner.get(item.owner, [])]
    )
    return Answer(
        f"Owners of {name_of(graph, company)}",
        (_owners_summary(graph, found, rules), *told),
        ("owner_id", "owner", "kind", *_SHARES, "chains", "tie_ids"),
        rows,
        (*stake_notes(graph, found.net), *_bound_notes(found), *chain_notes(chains)),
        INTEGRATED,
        _provenance(graph, rules, company=company),
    )


def holdings_answer(
    graph: nx.Graph, owner: EntityId, rules: StakeRules = EQUITY, *, bounds: bool = True
) -> Answer:
    """What an owner holds, directly and through others; :func:`graph.analytics.ownership.holdings_of`."""
    found = holdings_of(graph, owner, rules, bounds=bounds)
    who, what = name_of(graph, owner), f"{_BASIS[rules.basis]}{as_of_text(graph)}"
    open_ = not_by_facts(found.net, start=owner)
    facts = [item for item in found.holdings if item.firm not in open_]
    direct = sum(item.stake is not None for item in facts)
    if found.holdings:
        text = f"{who} is not known to hold a part of any firm ({what})"
        if facts:
            text = (
                f"{who} holds a part of {counted(len(facts), 'firm')} ({what}): {direct:,} directly, "
                f"{len(facts) - direct:,} only through others"
            )
        if more := len(found.holdings) - len(facts):
            text += f"; its shares of {counted(more, 'firm')} rest in part on {NO_FACTS}"
        text += "."
    else:
        text = f"No stake of {who} ({what}) is known among {_searched(graph)}."
    told = [
        Statement(
            f"{who} {'would hold' if item.firm in open_ else 'holds'} {span(item.corrected, item.high)} of "
            f"{name_of(graph, item.firm)}"
            + (f" directly or through others: {stake_text(graph, item.stake)}." if item.stake
               else " through others." if item.firm != owner else " itself, through others."),
            ties_of([[item.stake]]) if item.stake else (),
            (owner, item.firm),
        )
        for item in found.holdings[:MOST_TOLD]
    ]  # fmt: skip
    rows = tuple((*_row(graph, item, item.firm), ties_of([[item.stake]])) for item in found.holdings)
    return Answer(
        f"Holdings of {who}",
        (Statement(text, (), (owner,)), *told),
        ("firm_id", "firm", "kind", *_SHARES, "tie_ids"),
        rows,
        (*stake_notes(graph, found.net), *_bound_notes(found)),
        INTEGRATED,
        _provenance(graph, rules, owner=owner),
    )


def beneficial_answer(
    graph: nx.Graph,
    company: EntityId,
    *,
    threshold: float = THRESHOLD,
    max_links: int = 10,
    rules: StakeRules = EQUITY,
) -> Answer:
    """The people and states behind a company; see :func:`graph.analytics.beneficial.beneficial_owners`."""
    found = beneficial_owners(graph, company, threshold=threshold, max_links=max_links, rules=rules)
    told = [_beneficial_told(graph, owner, found) for owner in found.owners[:MOST_TOLD]]
    rows = tuple(
        (
            owner.owner, name_of(graph, owner.owner), owner.kind, _share(owner), owner.share, owner.high,
            _reaches(owner, found.threshold), _reach_half(owner), control_word(owner), len(owner.known),
            len(owner.unknown),
            [chain_text(graph, chain) for chain in (*owner.known, *owner.unknown)],
            ties_of(chain.stakes for chain in (*owner.known, *owner.unknown)),
        )
        for owner in found.owners
    )  # fmt: skip
    columns = (
        "owner_id", "owner", "kind", "share", "min", "max", "reaches_threshold", "reaches_half", "controls",
        "chains", "unknown_chains", "chain_texts", "tie_ids",
    )  # fmt: skip
    return Answer(
        f"Beneficial owners of {name_of(graph, company)} from {percent(threshold)}",
        (_beneficial_summary(graph, found), *told),
        columns,
        rows,
        (
            *stake_notes(graph, found.ownership.net),
            *_bound_notes(found.ownership),
            *chain_notes(found.chains),
        ),
        BENEFICIAL,
        _provenance(graph, rules, company=company, threshold=threshold, max_links=max_links),
    )


def cross_holdings_answer(graph: nx.Graph, rules: StakeRules = EQUITY) -> Answer:
    """Firms that hold one another; see :func:`graph.analytics.beneficial.cross_holdings`."""
    groups = cross_holdings(graph, rules)
    net = all_stakes(graph, rules)
    searched = sum(1 for _ in net.stakes())
    when = as_of_text(graph)
    facts = all(stake.fact for group in groups for stake in group.stakes)
    summary = (
        f"{counted(len(groups), 'group')} of firms {'hold' if facts else 'hold or would hold'} one another"
        f"{when}, found in {counted(searched, 'stake')}."
        if groups
        else f"No firm holds a part of one that holds a part of it, directly or round a loop, in the "
        f"{counted(searched, 'stake')}{when}."
    )
    statements = [Statement(summary)]
    rows: list[tuple[Any, ...]] = []
    for number, group in enumerate(groups, start=1):
        names = listed([name_of(graph, member) for member in group.members], most=12)
        stakes = "; ".join(stake_text(graph, stake) for stake in group.stakes[:12])
        several, fact = len(group.members) > 1, all(stake.fact for stake in group.stakes)
        if several:
            loop = f"{names} {'hold' if fact else 'would hold'} one another"
        else:
            loop = f"{names} {'holds' if fact else 'would hold'} a part of itself"
        statements.append(Statement(f"{loop}: {stakes}.", ties_of([group.stakes]), group.members))
        rows += [
            (
                number, stake.owner, name_of(graph, stake.owner), stake.firm, name_of(graph, stake.firm),
                stake.share, stake.low, stake.high, (stake.tie,),
            )
            for stake in group.stakes
        ]  # fmt: skip
    columns = ("group", "owner_id", "owner", "firm_id", "firm", "share", "min", "max", "tie_ids")
    return Answer(
        "Cross-holdings", tuple(statements), columns, tuple(rows), stake_notes(graph, net), CROSS,
        _provenance(graph, rules),
    )  # fmt: skip


def span(low: float, high: float | None) -> str:
    """A share with its bounds: ``27 %``, ``27 % to 63 %``, ``up to 36 %``, ``at least 27 %``.

    >>> span(0.27, 0.63), span(0.0, 0.36), span(0.306, 0.306), span(0.0002, 0.0002)
    ('27 % to 63 %', 'up to 36 %', '30.6 %', 'less than 0.1 %')
    """
    if high is None:
        return f"at least {percent(low)}"
    if high - low <= TOLERANCE or (low > TOLERANCE and percent(low) == percent(high)):
        return "less than 0.1 %" if 0 < low < 0.0005 else percent(low)
    return f"{percent(low)} to {percent(high)}" if low > TOLERANCE else f"up to {percent(high)}"


def _searched(graph: nx.Graph) -> str:
    return f"the {counted(graph.number_of_edges(), 'tie')} searched"


def as_of_text(graph: nx.Graph) -> str:
    """`` as of 2024``, or nothing."""
    return f" as of {graph.graph['as_of']}" if graph.graph.get("as_of") else ""


def kind_of(graph: nx.Graph, entity: EntityId) -> str | None:
    """The kind of a node, None where the graph does not say."""
    return graph.nodes[entity].get("kind")


def ties_of(chains: Iterable[Iterable[Stake | None]]) -> tuple[TieId, ...]:
    """The ties that stakes rest on, each once, in order."""
    return tuple(dict.fromkeys(stake.tie for stakes in chains for stake in stakes if stake is not None))


def stake_text(graph: Any, stake: Stake) -> str:
    """The tie of a stake as a sentence, in the words of its status."""
    owner, firm = name_of(graph, stake.owner), name_of(graph, stake.firm)
    found: Mapping[Any, Any] = graph.get_edge_data(stake.owner, stake.firm, default={})
    for data in found.values() if graph.is_multigraph() else (found,):
        tie = data.get("tie")
        if isinstance(tie, Tie) and tie.id == stake.tie:
            return sentence(tie, owner, firm) + (
                ", taken as the whole" if stake.assumed and stake.share else ""
            )
    size = "a stake of unknown size in" if stake.share is None else f"{percent(stake.share)} of"
    return f"{owner} {'holds' if stake.fact else 'would hold'} {size} {firm}"


def chain_text(graph: nx.Graph, chain: Chain) -> str:
    """``Ann > HoldCo > OpCo: 60 % x 51 % = 30.6 %``; ties that are no facts are named behind it."""
    names = " > ".join(name_of(graph, entity) for entity in chain.entities)
    factors = " x ".join(span(stake.low, stake.high) for stake in chain.stakes)
    text = f"{names}: {factors}" + (f" = {span(chain.low, chain.high)}" if len(chain.stakes) > 1 else "")
    if chain.fact:
        return text
    plans = [named_tie(graph, s.owner, s.firm, s.tie) for s in chain.stakes if not s.fact]
    return f"{text} (no fact: {listed(plans)})"


def chain_notes(chains: Chains) -> list[str]:
    """What the list of chains leaves out."""
    notes: list[str] = []
    if chains.small:
        notes.append(
            f"{counted(chains.small, 'chain')} of less than 0.1 % and what lies above are not listed."
        )
    if chains.deep:
        notes.append(f"{counted(chains.deep, 'chain')} cut at the longest length; owners lie above.")
    if chains.stopped:
        notes.append(f"Stopped after {counted(len(chains.chains), 'chain')}.")
    return notes


def control_word(owner: BeneficialOwner) -> str:
    """``yes``, ``would``, ``possibly`` or ``no``: whether the owner controls the company by majority.

    ``would``: only if what is planned or alleged held.
    """
    if owner.control is None:
        return "no"
    found = owner.control.control
    return ("yes" if found.fact else "would") if found.sure else "possibly"


def _provenance(graph: nx.Graph, rules: StakeRules, **parameters: Any) -> Any:
    return provenance_of(
        graph, direction=_FROM_OWNER, weights=f"share of {_BASIS[rules.basis]}",
        normalisation="the whole of each firm is 1", **rules.described(), **parameters,
    )  # fmt: skip


def _row(graph: nx.Graph, item: Holding, other: EntityId) -> tuple[Any, ...]:
    """The other end of a holding with its shares; those that are not known are None."""
    known = item.high is not None and item.high - item.corrected <= TOLERANCE
    shares = (item.integrated, item.corrected) if known else (None, None)
    direct = item.stake.share if item.stake else None
    return (
        other, name_of(graph, other), kind_of(graph, other), direct, *shares, item.corrected, item.high,
    )  # fmt: skip


def _bound_notes(found: Ownership) -> list[str]:
    notes: list[str] = []
    if found.unbounded:
        notes.append(
            f"Maxima of {counted(found.unbounded, 'smaller owner')} were not computed (too many at once)."
        )
    if found.cut:
        notes.append(
            f"The owners of {counted(found.cut, 'owner')} were not followed: all chains through them "
            "together carry less than 1e-10 of the company."
        )
    return notes


def _owners_summary(graph: nx.Graph, found: Ownership, rules: StakeRules) -> Statement:
    who, firm = name_of(graph, found.entity), found.net.firms[found.entity]
    what = f"{_BASIS[rules.basis]}{as_of_text(graph)}"
    if not found.holdings:
        text = f"No owner of {who} ({what}) is known among {_searched(graph)}."
        return Statement(text, (), (found.entity,))
    open_ = not_by_facts(found.net)
    known = [item for item in found.holdings if item.owner not in open_ or (item.stake and item.stake.fact)]
    facts = [stake for stake in firm.stakes if stake.fact]
    sized = sum(stake.share is not None for stake in facts)
    text = (
        f"{counted(len(known), 'owner')} of {who} known, {len(facts):,} of them direct; the "
        f"{sized:,} with a known share hold {percent(firm.factual)} of its {what}; "
        f"{percent(max(0.0, 1 - firm.factual))} is not accounted for"
    )
    if more := len(found.holdings) - len(known):
        text += f"; {more:,} more would be {plural(more, 'an owner', 'owners')}, by {NO_FACTS}"
    text += "."
    return Statement(text, ties_of([firm.stakes]), (found.entity,))


def _owner_told(
    graph: nx.Graph,
    item: Holding,
    chains: Mapping[EntityId, list[Chain]],
    rules: StakeRules,
    open_: Collection[EntityId],
) -> Statement:
    who, firm = name_of(graph, item.owner), name_of(graph, item.firm)
    own = chains.get(item.owner, [])
    verb = "would hold" if item.owner in open_ else "holds"
    text = f"{who} {verb} {span(item.corrected, item.high)} of {firm}"
    if item.owner == item.firm:
        text = f"{firm} {verb} {span(item.corrected, item.high)} of itself through others"
    elif item.stake and len(own) == 1:
        text += f": {stake_text(graph, item.stake)}"
    elif own:
        more = f", and {counted(len(own) - 3, 'more chain')}" if len(own) > 3 else ""
        text += f" ({_BASIS[rules.basis]}): {'; '.join(chain_text(graph, c) for c in own[:3])}{more}"
    return Statement(f"{text}.", ties_of(chain.stakes for chain in own), (item.owner, item.firm))


def _beneficial_summary(graph: nx.Graph, found: BeneficialOwners) -> Statement:
    who, line = name_of(graph, found.company), percent(found.threshold)
    sure = [owner for owner in found.owners if _reaches(owner, found.threshold) == "yes"]
    would = [owner for owner in found.owners if _reaches(owner, found.threshold) == "would"]
    may = [owner for owner in found.owners if owner.reach == "possibly"]
    if not found.owners:
        text = f"No owner of {who} is known among {_searched(graph)}."
        return Statement(text, (), (found.company,))
    parts = [
        f"{_named(graph, sure)} {plural(len(sure), 'reaches', 'reach')} {line} of {who}"
        if sure
        else f"Nobody at the end of a known chain surely reaches {line} of {who}"
    ]
    if would:
        parts.append(f"{_named(graph, would)} would, by {NO_FACTS}")
    if may:
        parts.append(f"{_named(graph, may)} may, depending on shares that are not known")
    if found.unaccounted > TOLERANCE:
        parts.append(f"{percent(found.unaccounted)} of it has no known direct holder, or one of unknown size")
    ties = ties_of(
        chain.stakes for owner in (*sure, *would, *may) for chain in (*owner.known, *owner.unknown)
    )
    return Statement(f"{'; '.join(parts)}{as_of_text(graph)}.", ties, (found.company,))


def _named(graph: nx.Graph, owners: list[BeneficialOwner]) -> str:
    return listed([name_of(graph, owner.owner) for owner in owners], most=8)


def _beneficial_told(graph: nx.Graph, owner: BeneficialOwner, found: BeneficialOwners) -> Statement:
    who, firm = name_of(graph, owner.owner), name_of(graph, found.company)
    kind = {"person": "a person", "state": "a public body"}.get(owner.kind, "its own owners are not known")
    own = (*owner.known, *owner.unknown)
    more = f", and {counted(len(own) - 3, 'more chain')}" if len(own) > 3 else ""
    shown = "; ".join(chain_text(graph, chain) for chain in own[:3])
    verb = "holds" if owner.fact else "would hold"
    text = f"{who} ({kind}) {verb} {span(owner.share, owner.high)} of {firm}: {shown}{more}"
    control = {
        "yes": "; it controls the company by majority", "would": "; it would control it by majority",
        "possibly": "; it may control it by majority",
    }  # fmt: skip
    text += control.get(control_word(owner), "")
    return Statement(f"{text}.", ties_of(chain.stakes for chain in own), (owner.owner, found.company))


def _share(owner: BeneficialOwner) -> float | None:
    return owner.share if owner.high is not None and owner.high - owner.share <= TOLERANCE else None


def _reaches(owner: BeneficialOwner, threshold: float) -> str:
    """``reach`` of the owner, and ``would`` where its chains that are facts do not suffice."""
    return "would" if owner.reach == "yes" and owner.factual < threshold - TOLERANCE else owner.reach


def _reach_half(owner: BeneficialOwner) -> str:
    if owner.share > 0.5 + TOLERANCE:
        return "yes" if owner.factual > 0.5 + TOLERANCE else "would"
    return "possibly" if owner.high is None or owner.high > 0.5 + TOLERANCE else "no"
