"""Control told: by majority, by a control matrix, and over a whole network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of, provenance_of
from graph.analytics.claims import VOTES, Stake, StakeRules, stated_control
from graph.analytics.control import (
    MAJORITY,
    MODELS,
    Control,
    Influence,
    control_by,
    control_over,
    network_control,
)
from graph.analytics.majority import Controlled, Controller, controlled_by, controllers_of
from graph.analytics.ownership_answers import (
    MOST_TOLD,
    NO_FACTS,
    as_of_text,
    kind_of,
    span,
    stake_text,
    ties_of,
)
from graph.analytics.stakes import downstream, not_by_facts, stake_notes, upstream
from graph.errors import ParameterError
from graph.model import FACT_STATUSES, EntityId, TieId
from graph.wording import counted, percent, plural, sentence

_FORMULAS = {
    "linear": "C = W, the shares of the votes themselves",
    "threshold": "C_ij = 1 where i holds more than the threshold of j, else 0",
    "relative": "C_ij = W_ij^2 / sum_k W_kj^2",
}
STATED = "stated"
"""In place of a certainty, where a register says who controls and no share tells it."""
_MISSING = "A stake of unknown size counts as its known minimum, or nothing; control may be larger than said."
_VITALI = (
    "Vitali, Glattfelder and Battiston (2011), The network of global corporate control, PLoS ONE 6(10), "
    "e25995."
)
BY_MAJORITY = Method(
    "Control by majority",
    "A controls B when A and the firms that A controls together hold more than the threshold of B's votes; "
    "repeated until no firm is added.",
    "Unknown shares count as their minimum for what is sure, and as all they may be for what is possible.",
    "Ceri, Gottlob and Tanca (1990), Logic Programming and Databases; for chains of majority stakes: "
    "Companies Act 2006 (UK), schedule 1A, paragraph 18.",
)


def control_answer(
    graph: nx.Graph,
    entity: EntityId,
    *,
    model: str = "majority",
    threshold: float = MAJORITY,
    rules: StakeRules = VOTES,
) -> Answer:
    """Who controls an entity and what it controls.

    Args:
        graph: directed, edges from owner to firm.
        entity: a company, or an owner; both sides are told.
        model: ``majority``, see :mod:`graph.analytics.majority`, or a model of
            :mod:`graph.analytics.control`.
        threshold: more than this is a majority.
        rules: which ties are stakes.

    Raises: as :func:`graph.analytics.majority.controllers_of` and
        :func:`graph.analytics.control.control_over`.
    """
    if model == "majority":
        return _by_majority(graph, entity, threshold, rules)
    if model not in MODELS:
        raise ParameterError(
            "model", f"{model!r} is not known.", hint=f"Known: majority, {', '.join(MODELS)}."
        )
    over = control_over(graph, entity, model=model, threshold=threshold, rules=rules)
    under = control_by(graph, entity, model=model, threshold=threshold, rules=rules)
    who = name_of(graph, entity)
    above, below = not_by_facts(over.net), not_by_facts(under.net, start=entity)
    more = sum(item.firm in below for item in under.influences)
    summary = (
        f"{_strongest_text(graph, over, who, above)} {who} has control in "
        f"{counted(len(under.influences) - more, 'firm')}{as_of_text(graph)}"
        + (f"; it would in {more:,} more, by {NO_FACTS}." if more else ".")
    )
    told = [_influence_told(graph, item, item.holder in above) for item in over.influences[:MOST_TOLD]]
    told += [_influence_told(graph, item, item.firm in below) for item in under.influences[:MOST_TOLD]]
    stated = stated_control(graph, entity, rules)
    told += _stated_told(graph, stated)
    rows = tuple(
        (
            side, other, name_of(graph, other), kind_of(graph, other), item.direct, item.network, item.raw,
            ties_of([[item.stake]]),
        )
        for side, found in (("controls it", over), ("controlled by it", under))
        for item in found.influences
        for other in [item.holder if side == "controls it" else item.firm]
    )  # fmt: skip
    return Answer(
        f"Control over and by {who} ({model} model)",
        (Statement(summary, (), (entity,)), *told),
        ("side", "entity_id", "entity", "kind", "direct", "network", "uncorrected", "tie_ids"),
        (*rows, *(_stated_row(graph, entity, *item, (None, None, None)) for item in stated)),
        (*_notes(graph, over.net, under.net), *_stated_notes(stated)),
        _method(model),
        _provenance(graph, rules, entity=entity, model=model, threshold=threshold),
    )


def network_control_answer(
    graph: nx.Graph,
    *,
    model: str = "relative",
    threshold: float = MAJORITY,
    values: Mapping[EntityId, float] | str | None = None,
    rules: StakeRules = VOTES,
) -> Answer:
    """Who controls most in the whole graph; see :func:`graph.analytics.control.network_control`."""
    found = network_control(graph, model=model, threshold=threshold, values=values, rules=rules)
    searched = sum(1 for _ in found.net.stakes())
    if found.holders:
        first = found.holders[0]
        has = "would have" if first.holder in not_by_facts(found.net) else "has"
        text = (
            f"{name_of(graph, first.holder)} {has} the most control: {first.control:.4g} of "
            f"{found.total:.6g} {found.unit} ({percent(first.part)}) in the {model} model"
            f"{as_of_text(graph)}; {counted(len(found.holders), 'holder has', 'holders have')} some."
        )
    else:
        text = (
            f"Nobody has control in the {model} model among {counted(searched, 'stake')}{as_of_text(graph)}."
        )
    notes = [*stake_notes(graph, found.net)]
    if values is None:
        notes.append("Each firm with a known holder counts 1: control is a number of firms, not of money.")
    if found.unvalued:
        notes.append(
            f"{counted(found.unvalued, 'firm')} without a value count nothing; control is at least this."
        )
    rows = tuple(
        (
            item.holder,
            name_of(graph, item.holder),
            kind_of(graph, item.holder),
            item.control,
            item.part,
            item.raw,
        )
        for item in found.holders
    )
    return Answer(
        f"Network control ({model} model)",
        (Statement(text, (), tuple(item.holder for item in found.holders[:1])),),
        ("holder_id", "holder", "kind", f"control_{found.unit}", "part", "uncorrected"),
        rows,
        tuple(notes),
        _method(model),
        _provenance(graph, rules, model=model, threshold=threshold, values=found.unit),
    )


def _by_majority(graph: nx.Graph, entity: EntityId, threshold: float, rules: StakeRules) -> Answer:
    above = controllers_of(graph, entity, threshold=threshold, rules=rules)
    below = controlled_by(graph, entity, threshold=threshold, rules=rules)
    told = [_controller_told(graph, item) for item in above[:MOST_TOLD]]
    told += [_controlled_told(graph, item) for item in below[:MOST_TOLD]]
    stated = stated_control(graph, entity, rules)
    told += _stated_told(graph, stated)
    rows = [
        _majority_row(graph, "controls it", item.owner, item.control, item.ultimate,
                      [step.firm for step in item.chain], [step.stakes for step in item.chain])
        for item in above
    ]  # fmt: skip
    rows += [
        _majority_row(graph, "controlled by it", item.firm, item, None,
                      [stake.owner for stake in item.stakes if stake.owner != entity], [])
        for item in below
    ]  # fmt: skip
    rows += [_stated_row(graph, entity, *item, (None, None, STATED, None, [])) for item in stated]
    columns = (
        "side", "entity_id", "entity", "kind", "min", "max", "sure", "ultimate", "via_ids", "tie_ids",
    )  # fmt: skip
    nets = upstream(graph, entity, rules), downstream(graph, entity, rules)
    return Answer(
        f"Control over and by {name_of(graph, entity)} (majority: more than {percent(threshold)})",
        (_majority_summary(graph, entity, above, below), *told),
        columns,
        tuple(rows),
        (*_notes(graph, *nets), *_stated_notes(stated)),
        BY_MAJORITY,
        _provenance(graph, rules, entity=entity, model="majority", threshold=threshold),
    )


def _majority_row(
    graph: nx.Graph,
    side: str,
    other: EntityId,
    found: Controlled,
    ultimate: bool | None,
    via: list[EntityId],
    before: list[tuple[Stake, ...]],
) -> tuple[Any, ...]:
    return (
        side, other, name_of(graph, other), kind_of(graph, other), found.share, found.high,
        ("yes" if found.fact else "would") if found.sure else "possibly", ultimate, via,
        ties_of([*before, found.stakes]),
    )  # fmt: skip


def _majority_summary(
    graph: nx.Graph, entity: EntityId, above: tuple[Controller, ...], below: tuple[Controlled, ...]
) -> Statement:
    who = name_of(graph, entity)
    first = [c for c in above if c.control.sure and c.ultimate]
    top = [name_of(graph, c.owner) for c in first if c.control.fact]
    would = [name_of(graph, c.owner) for c in first if not c.control.fact]
    may = [name_of(graph, c.owner) for c in above if not c.control.sure]
    sure = [name_of(graph, item.firm) for item in below if item.sure and item.fact]
    planned = [name_of(graph, item.firm) for item in below if item.sure and not item.fact]
    maybe = [name_of(graph, item.firm) for item in below if not item.sure]
    parts: list[str] = []
    if top or kind_of(graph, entity) != "person":
        verb = plural(len(top), "controls", "control")
        parts.append(f"{listed(top)} {verb} {who}" if top else f"Nobody is known to control {who}")
    if would:
        parts.append(f"{listed(would)} would, by {NO_FACTS}")
    if may and not top:
        parts.append(f"{listed(may)} may, depending on shares that are not known")
    parts.append(f"{who} controls {listed(sure)}" if sure else f"{who} is not known to control any firm")
    if planned:
        parts.append(f"it would control {listed(planned)}, by {NO_FACTS}")
    if maybe:
        parts.append(f"it may control {listed(maybe)}")
    return Statement(f"{'; '.join(parts)}{as_of_text(graph)}.", (), (entity,))


def _controller_told(graph: nx.Graph, found: Controller) -> Statement:
    who, firm = name_of(graph, found.owner), name_of(graph, found.control.firm)
    through = listed([name_of(graph, item.firm) for item in found.chain])
    verb = _verb(found.control)
    size = span(found.control.share, found.control.high)
    evidence = "; ".join(stake_text(graph, stake) for stake in found.control.stakes[:6])
    text = f"{who} {verb} {firm}{f' with {through}' if through else ''}, together {size}: {evidence}."
    return Statement(
        text, ties_of([*(item.stakes for item in found.chain), found.control.stakes]), (found.owner,)
    )


def _controlled_told(graph: nx.Graph, found: Controlled) -> Statement:
    who, firm = name_of(graph, found.owner), name_of(graph, found.firm)
    verb = _verb(found)
    evidence = "; ".join(stake_text(graph, stake) for stake in found.stakes[:6])
    others = [name_of(graph, stake.owner) for stake in found.stakes if stake.owner != found.owner]
    through = f" together with {listed(others)}" if others else ""
    text = f"{who} {verb} {firm}{through}, {span(found.share, found.high)}: {evidence}."
    return Statement(text, ties_of([found.stakes]), (found.owner, found.firm))


def _verb(found: Controlled) -> str:
    if found.sure:
        return "controls" if found.fact else "would control"
    return "may control" if found.fact else "might control"


def _strongest_text(graph: nx.Graph, over: Control, who: str, open_: Collection[EntityId]) -> str:
    if not over.influences:
        return f"No holder of {who} is known among the {counted(graph.number_of_edges(), 'tie')} searched."
    first = over.influences[0]
    has = "would have" if first.holder in open_ else "has"
    return (
        f"{name_of(graph, first.holder)} {has} {percent(first.network)} of the control over {who}, the most "
        f"of {counted(len(over.influences), 'holder')}."
    )


def _influence_told(graph: nx.Graph, item: Influence, open_: bool) -> Statement:
    who, firm = name_of(graph, item.holder), name_of(graph, item.firm)
    how = f": {stake_text(graph, item.stake)}" if item.stake else ", through others"
    has = "would have" if open_ else "has"
    text = f"{who} {has} {percent(item.network)} of the control over {firm}{how}."
    if item.direct is None and item.network == 0:
        text = f"{who}'s control over {firm} is not known{how}."
    return Statement(text, ties_of([[item.stake]]), (item.holder, item.firm))


_Stated = tuple[EntityId, EntityId, TieId, Mapping[str, Any]]


def _stated_told(graph: nx.Graph, stated: list[_Stated]) -> list[Statement]:
    """Control that a register states outright, apart from what follows from shares."""
    found: list[Statement] = []
    for owner, firm, key, data in stated[:MOST_TOLD]:
        names = name_of(graph, owner), name_of(graph, firm)
        text = sentence(tie, *names) if (tie := data.get("tie")) else f"{names[0]} controls {names[1]}"
        found.append(Statement(f"Control stated, apart from shares: {text}.", (key,), (owner, firm)))
    return found


def _stated_row(
    graph: nx.Graph, entity: EntityId, owner: EntityId, firm: EntityId, key: TieId, data: Mapping[str, Any],
    figures: tuple[Any, ...],
) -> tuple[Any, ...]:  # fmt: skip
    side, other = ("controls it", owner) if firm == entity else ("controlled by it", firm)
    fact = data.get("status", "active") in FACT_STATUSES
    said = f"{side} ({STATED})" if fact else f"{side} ({STATED}, {data['status']})"
    return (said, other, name_of(graph, other), kind_of(graph, other), *figures, (key,))


def _stated_notes(stated: list[_Stated]) -> tuple[str, ...]:
    if not stated:
        return ()
    return (
        f"{counted(len(stated), 'statement')} of control without a share: told apart; no share is made up "
        "for it, nothing is followed through it, and what follows from shares does not change.",
    )


def _notes(graph: nx.Graph, *nets: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for net in nets for note in stake_notes(graph, net)))


def _method(model: str) -> Method:
    return Method(
        f"Network control, {model} model",
        f"{_FORMULAS[model]}; c = C v + C c, each holder's own links cut so that nothing comes back to it.",
        _MISSING,
        _VITALI,
    )


def _provenance(graph: nx.Graph, rules: StakeRules, **parameters: Any) -> Any:
    return provenance_of(
        graph, direction="from owner to firm", weights="share of votes, equity where no votes are stated",
        normalisation="all control over a firm is 1", **rules.described(), **parameters,
    )  # fmt: skip
