"""Ownership and control for the page: answers with their drawings, cached by everything they depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement, name_of
from graph.analytics.beneficial import (
    BeneficialOwners,
    Chain,
    beneficial_owners,
    chains_to,
    cross_holdings,
)
from graph.analytics.claims import EQUITY, OWNERSHIP_TYPES, VOTES, Stake, StakeRules
from graph.analytics.control import control_by, control_over
from graph.analytics.control_answers import control_answer, network_control_answer
from graph.analytics.majority import controlled_by, controllers_of
from graph.analytics.ownership import Holding, Ownership, holdings_of, owners_of
from graph.analytics.ownership_answers import (
    beneficial_answer,
    cross_holdings_answer,
    holdings_answer,
    owners_answer,
    span,
    stake_text,
)
from graph.analytics.stakes import all_stakes
from graph.dates import parse_date
from graph.model import EntityId
from graph.pictures.picture import Picture
from graph.wording import percent
from widgets import data
from widgets.ownership_tree import groups_picture, tree_picture

MOST_DRAWN = 24
_RULES = {"equity": EQUITY, "voting": VOTES, "economic": StakeRules("economic")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about stakes.

    Attributes:
        as_of, plans: which ties are looked at.
        basis: ``equity``, ``voting`` (equity stands in where no votes are stated) or ``economic``.
        unsized: whether an investment without a share is a stake of unknown size.
        threshold: of beneficial owners, or of a majority.
        model: of control.
    """

    as_of: str | None = None
    plans: bool = False
    basis: str = "equity"
    unsized: bool = False
    threshold: float = 0.5
    model: str = "majority"

    @property
    def rules(self) -> StakeRules:
        """Which ties are stakes."""
        return replace(_RULES[self.basis], unsized_investments=self.unsized)

    def graph(self) -> nx.MultiDiGraph:
        """The ties that may be stakes or state control; shared, never changed."""
        return data.graph(as_of=self.as_of, all_statuses=self.plans, types=OWNERSHIP_TYPES)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer with its drawing.

    Attributes:
        drawing: None where there is nothing to draw.
        note: what numbers under the names say.
        chains: each chain of stakes behind the answer, the largest first, as rows of a table.
    """

    answer: Answer
    drawing: Picture | None = None
    note: str = ""
    chains: tuple[Mapping[str, Any], ...] = ()


def ownership(what: str, entity: EntityId | None, asked: Asked) -> Found:
    """The answer to one part of the page.

    Args:
        what: ``owners``, ``owned``, ``control``, ``beneficial`` or ``cross``.
        entity: the company or owner; None only for ``control``, then of everybody, and ``cross``.
        asked: see :class:`Asked`.

    Raises:
        AnalysisError: shares sum to more than the whole, or firms hold all of one another.
    """
    return _ownership(data.version(), what, entity, asked)


@st.cache_resource(show_spinner=False, max_entries=100)
def _ownership(data_version: str, what: str, entity: EntityId | None, asked: Asked) -> Found:
    graph = asked.graph()
    if entity is None:
        return _cross(graph, asked) if what == "cross" else _everybody(graph, asked)
    made: Mapping[str, Callable[[nx.MultiDiGraph, EntityId, Asked], Found]] = {
        "owners": _owners, "owned": _owned, "control": _control, "beneficial": _beneficial,
    }  # fmt: skip
    return made[what](graph, entity, asked)


def best_known(asked: Asked) -> tuple[EntityId, ...]:
    """Firms with the most known owners, to start from."""
    return _best_known(data.version(), asked)


@st.cache_resource(show_spinner=False, max_entries=20)
def _best_known(data_version: str, asked: Asked) -> tuple[EntityId, ...]:
    firms = all_stakes(asked.graph(), asked.rules).firms.values()
    ranked = sorted((firm for firm in firms if firm.stakes), key=lambda firm: (-len(firm.stakes), firm.firm))
    return tuple(firm.firm for firm in ranked[:6])


def _owners(graph: nx.MultiDiGraph, company: EntityId, asked: Asked) -> Found:
    answer = owners_answer(graph, company, asked.rules)
    found = owners_of(graph, company, asked.rules)
    if not found.holdings:
        return Found(answer)
    kept = [item for item in found.holdings if item.owner != company][:MOST_DRAWN]
    notes = {item.owner: span(item.corrected, item.high) for item in kept}
    drawing = tree_picture(
        graph, company, above=_among(found.net.stakes(), {company, *notes}), notes=notes,
        missing=1 - found.net.firms[company].factual,
        title=f"Owners above, {name_of(graph, company)} below", total=1 + len(found.holdings),
    )  # fmt: skip
    chains = _rows(graph, chains_to(found.net, company).chains)
    return Found(answer, drawing, "Under each name: its share of the company, through all chains.", chains)


def _owned(graph: nx.MultiDiGraph, owner: EntityId, asked: Asked) -> Found:
    answer = holdings_answer(graph, owner, asked.rules)
    found = holdings_of(graph, owner, asked.rules)
    kept = [item for item in found.holdings if item.firm != owner][:MOST_DRAWN]
    if not kept:
        return Found(answer)
    notes = {item.firm: span(item.corrected, item.high) for item in kept}
    drawing = tree_picture(
        graph, owner, below=_among(found.net.stakes(), {owner, *notes}), notes=notes,
        title=f"{name_of(graph, owner)} above, what it owns below", total=1 + len(found.holdings),
    )  # fmt: skip
    return Found(answer, drawing, "Under each name: how much of it is held, through all chains.")


def _control(graph: nx.MultiDiGraph, entity: EntityId, asked: Asked) -> Found:
    rules = asked.rules
    answer = control_answer(graph, entity, model=asked.model, threshold=asked.threshold, rules=rules)
    notes: dict[EntityId, str] = {}
    if asked.model == "majority":
        over = controllers_of(graph, entity, threshold=asked.threshold, rules=rules)
        under = controlled_by(graph, entity, threshold=asked.threshold, rules=rules)
        above = [
            stake for one in over[:MOST_DRAWN] for each in (*one.chain, one.control) for stake in each.stakes
        ]
        below = [stake for item in under[:MOST_DRAWN] for stake in item.stakes]
        notes |= {item.firm: span(item.share, item.high) for item in under}
        notes |= {one.owner: span(one.control.share, one.control.high) for one in over}
        told = "Under each name: the votes it holds, or that are held of it, together with firms it controls."
    else:
        how: dict[str, Any] = {"model": asked.model, "threshold": asked.threshold, "rules": rules}
        first, second = control_over(graph, entity, **how), control_by(graph, entity, **how)
        holders, firms = first.influences[:MOST_DRAWN], second.influences[:MOST_DRAWN]
        above = _among(first.net.stakes(), {entity, *(item.holder for item in holders)})
        below = _among(second.net.stakes(), {entity, *(item.firm for item in firms)})
        notes |= {item.firm: _part(item.direct, item.network) for item in firms}
        notes |= {item.holder: _part(item.direct, item.network) for item in holders}
        told = "Under each name: the part of the control in this model, through all chains."
    if not (above or below):
        return Found(answer)
    title = f"Who controls {name_of(graph, entity)} above it, what it controls below"
    return Found(
        answer, tree_picture(graph, entity, above=above, below=below, notes=notes, title=title), told
    )


def _part(direct: float | None, network: float) -> str:
    return "not known" if direct is None and network == 0 else percent(network)


def _everybody(graph: nx.MultiDiGraph, asked: Asked) -> Found:
    model = "relative" if asked.model == "majority" else asked.model
    return Found(network_control_answer(graph, model=model, threshold=asked.threshold, rules=asked.rules))


def _beneficial(graph: nx.MultiDiGraph, company: EntityId, asked: Asked) -> Found:
    answer = beneficial_answer(graph, company, threshold=asked.threshold, rules=asked.rules)
    found = beneficial_owners(graph, company, threshold=asked.threshold, rules=asked.rules)
    if not found.owners:
        return Found(answer)
    kept = found.owners[:MOST_DRAWN]
    own = [chain for owner in kept for chain in (*owner.known, *owner.unknown)]
    drawing = tree_picture(
        graph, company, above=[stake for chain in own for stake in chain.stakes],
        notes={owner.owner: span(owner.share, owner.high) for owner in kept}, missing=found.unaccounted,
        pale=_below_the_line(found), title=f"Beneficial owners above, {name_of(graph, company)} below",
    )  # fmt: skip
    note = "Under each name: its share through all chains. Pale: surely below the threshold."
    return Found(answer, drawing, note, _rows(graph, own))


def _below_the_line(found: BeneficialOwners) -> set[EntityId]:
    return {owner.owner for owner in found.owners if owner.reach == "no"}


def _cross(graph: nx.MultiDiGraph, asked: Asked) -> Found:
    answer = cross_holdings_answer(graph, asked.rules)
    groups = cross_holdings(graph, asked.rules)
    return Found(answer, groups_picture(graph, groups), "") if groups else Found(answer)


def _among(stakes: Iterable[Stake], entities: set[EntityId]) -> list[Stake]:
    return [stake for stake in stakes if stake.owner in entities and stake.firm in entities]


def _rows(graph: nx.MultiDiGraph, chains: Iterable[Chain]) -> tuple[Mapping[str, Any], ...]:
    """Chains as rows, each once; a share that is not known stays empty."""
    unique = {chain.entities: chain for chain in chains}
    ordered = sorted(unique.values(), key=lambda chain: (-chain.low, -chain.high, chain.entities))
    return tuple(
        {
            "chain": " > ".join(name_of(graph, entity) for entity in chain.entities),
            "stakes": " × ".join(span(stake.low, stake.high) for stake in chain.stakes),
            "share": chain.share, "at least": chain.low or None, "at most": chain.high,
        }
        for chain in ordered
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """Stakes at two dates, as sentences.

    Attributes:
        earlier, later: the dates.
        gained, lost: known at one date only.
        changed: known at both, with another share.
    """

    earlier: str
    later: str
    gained: tuple[Statement, ...] = field(default=())
    lost: tuple[Statement, ...] = field(default=())
    changed: tuple[Statement, ...] = field(default=())


def change(what: str, entity: EntityId, asked: Asked, than: str) -> Change:
    """How ``owners`` or ``owned`` differ between the as-of date and another one."""
    return _change(data.version(), what, entity, asked, than)


@st.cache_resource(show_spinner=False, max_entries=50)
def _change(data_version: str, what: str, entity: EntityId, asked: Asked, than: str) -> Change:
    assert asked.as_of is not None
    dates = sorted((than, asked.as_of), key=lambda date: parse_date(date).first_day)
    sides = [replace(asked, as_of=date) for date in dates]
    graphs = [side.graph() for side in sides]
    search: Callable[..., Ownership] = owners_of if what == "owners" else holdings_of
    before, after = (
        {(item.owner, item.firm): item for item in search(graph, entity, side.rules).holdings}
        for graph, side in zip(graphs, sides, strict=True)
    )
    gained = [_held(graphs[1], item) for pair, item in after.items() if pair not in before]
    lost = [_held(graphs[0], item) for pair, item in before.items() if pair not in after]
    changed = [
        _held(graphs[1], item, was=_size(before[pair]))
        for pair, item in after.items()
        if pair in before and _size(before[pair]) != _size(item)
    ]
    return Change(dates[0], dates[1], tuple(gained), tuple(lost), tuple(changed))


def _size(item: Holding) -> str:
    return span(item.corrected, item.high)


def _held(graph: nx.MultiDiGraph, item: Holding, was: str = "") -> Statement:
    how = stake_text(graph, item.stake) if item.stake else "through others"
    size = f"{_size(item)}{f', before {was}' if was else ''}"
    text = f"{name_of(graph, item.owner)} in {name_of(graph, item.firm)}: {size}; {how}."
    return Statement(text, (item.stake.tie,) if item.stake else (), (item.owner, item.firm))
