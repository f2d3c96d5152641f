"""Circles of money, stakes and supply as answers: sentences, a table, and what was unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of, provenance_of
from graph.analytics.cycles import CANDIDATE_LIMIT, CYCLE_LIMIT
from graph.analytics.loops import SUPPLY, Loop, LoopResult, LoopStep, loops
from graph.model import EntityId, Tie
from graph.ontology import ontology
from graph.wording import basis_text, counted, money, percent, plural, sentence

_CITATION = (
    "Bounded search after A. Gupta and T. Suzumura, Finding All Bounded-Length Simple Cycles in a "
    "Directed Graph, arXiv:2105.10094 (2021)."
)
_METHODS: Mapping[str, Method] = {
    "money": Method(
        "Money circles",
        "Simple cycles in which money goes investor to investee, lender to borrower, buyer to bought company "
        "and customer to supplier, with at least one of the first three and one purchase. Amount of a step: "
        "the largest single amount of its ties; of a circle: the smallest of its steps.",
        "Steps without an amount are counted and left out of the smallest. Amounts overlap and are never "
        "added. The price of a company goes to its sellers and counts as no amount.",
        _CITATION,
    ),
    "ownership": Method(
        "Ownership circles",
        "Simple cycles of stakes, owner to owned (OWNS, ACQUIRED, and INVESTED_IN where it states a share), "
        "ranked by the product of the shares around.",
        "An unknown share makes the product a range, from its lower bound (0 when nothing is known) to its "
        "upper bound (1). A step counts with the share that was stated last.",
        _CITATION,
    ),
    "supply": Method(
        "Supply circles",
        "Simple cycles of SUPPLIES, supplier to customer. Amount of a step: the largest single amount of "
        "its ties; of a circle: the smallest of its steps.",
        "Steps without an amount are counted and left out of the smallest.",
        _CITATION,
    ),
}
_WORDS = {
    "INVESTED_IN": "investment", "LENT_TO": "loan", "ACQUIRED": "takeover", "OWNS": "holding",
    SUPPLY: "supply", "untyped": "untyped",
}  # fmt: skip
_DIRECTION = {
    "money": "the way that money goes: SUPPLIES against its direction, all others along it",
    "ownership": "owner to owned",
    "supply": "supplier to customer",
}


def loops_answer(
    graph: nx.DiGraph,
    kind: str = "money",
    *,
    max_length: int = 5,
    including: Iterable[EntityId] = (),
    min_amount: int | None = None,
    limit: int | None = CYCLE_LIMIT,
    candidate_limit: int = CANDIDATE_LIMIT,
) -> Answer:
    """Circles of ``kind`` as an answer; arguments and errors as for :func:`graph.analytics.loops.loops`."""
    found = loops(
        graph,
        kind,
        max_length=max_length,
        including=including,
        min_amount=min_amount,
        limit=limit,
        candidate_limit=candidate_limit,
    )
    return answer_of(graph, found)


def answer_of(graph: nx.DiGraph, found: LoopResult) -> Answer:
    """The answer for circles that are at hand already."""
    statements = [Statement(_headline(graph, found))]
    statements += [
        Statement(loop_sentence(graph, loop), tuple(tie.id for tie in loop.ties), loop.entities)
        for loop in found.loops
    ]
    return Answer(
        title=f"{found.kind.capitalize()} circles of up to {found.max_length} steps",
        statements=tuple(statements),
        columns=(
            "circle", "length", "amount_usd", "unknown_amounts", "share", "share_low", "share_high",
            "came_first", "fact", "entity_ids", "tie_ids",
        ),
        rows=tuple(_row(graph, loop) for loop in found.loops),
        notes=_notes(found),
        method=_METHODS[found.kind],
        provenance=provenance_of(
            graph,
            direction=_DIRECTION[found.kind],
            weights="none; every circle counts once",
            kind=found.kind,
            max_length=found.max_length,
            including=list(found.including),
            min_amount=found.min_amount,
            limit=found.limit,
        ),
    )  # fmt: skip


def loop_sentence(graph: nx.DiGraph, loop: Loop) -> str:
    """A circle as text: the way round, the ties that carry it, what can go round, and what is no fact."""
    names = [name_of(graph, entity) for entity in loop.entities]
    steps = "; ".join(_step_text(graph, step) for step in loop.steps)
    parts = [f"{' → '.join([*names, names[0]])}: {steps}."]
    parts.append(_share_text(loop) if loop.kind == "ownership" else _amount_text(loop))
    if loop.kind == "money":
        parts.append(
            f"The {loop.came_first} came first."
            if loop.came_first
            else "Whether investment or purchase came first, the dates do not tell."
        )
    parts += [
        f"Not a fact: {name_of(graph, step.from_id)} to {name_of(graph, step.to_id)} "
        f"({listed(sorted({tie.status for tie in step.ties}))})."
        for step in loop.steps
        if not step.is_fact
    ]
    return " ".join(parts)


def _step_text(graph: nx.DiGraph, step: LoopStep) -> str:
    shown = _shown(step)
    texts = [
        sentence(
            tie, name_of(graph, tie.from_id), name_of(graph, tie.to_id), backward=tie.from_id == step.to_id
        )
        for tie in shown
    ]
    rest = len(step.ties) - len(shown)
    more = f" (and {rest} more {plural(rest, 'tie')})" if rest else ""
    return f"{' and '.join(texts)}{more}"


def _shown(step: LoopStep) -> list[Tie]:
    """The tie that the number stands on, and the best of the other sort where a step is of both."""
    first = step.share_tie or step.amount_tie or step.ties[0]
    other_sort = step.finance if first.type == SUPPLY else step.purchases
    shown = [first, *other_sort[:1]]
    measured = [tie for tie in step.purchases if tie.share is not None and tie not in shown]
    return shown + measured[-1:]


def _amount_text(loop: Loop) -> str:
    steps = len(loop.steps)
    if loop.amount_usd is None:
        return "No step states an amount."
    text = f"The smallest known amount is {money(loop.amount_usd)}"
    if loop.unknown_amounts:
        verb = plural(loop.unknown_amounts, "states", "state")
        return f"{text}; {loop.unknown_amounts} of {steps} steps {verb} none."
    return f"{text}, and all {steps} steps state one."


def _share_text(loop: Loop) -> str:
    bases = sorted({basis_text(step.share_tie) for step in loop.steps if step.share_tie is not None} - {""})
    mixed = f" The shares are of different kinds ({listed(bases)})." if len(bases) > 1 else ""
    if loop.share is not None:
        return f"The product of the shares around is {percent(loop.share)}.{mixed}"
    are = plural(loop.unknown_shares, "is", "are")
    return (
        f"The product of the shares around lies between {percent(loop.share_low)} and "
        f"{percent(loop.share_high)}; {counted(loop.unknown_shares, 'share')} {are} not known.{mixed}"
    )


def _headline(graph: nx.DiGraph, found: LoopResult) -> str:
    searched = [f"{number:,} {_WORDS.get(type_, type_)}" for type_, number in found.counts.items()]
    among = (
        f"among {listed(searched)} ties" if searched else "in a graph without any tie that could be a step"
    )
    through = [name_of(graph, entity) for entity in found.including]
    where = f" through {' or '.join(through)}" if through else ""
    least = f" of at least {money(int(found.min_amount))}" if found.min_amount else ""
    what = f"{found.kind} circle"
    if not found.loops:
        return f"No {what} up to length {found.max_length}{where}{least} {among}."
    number = len(found.loops)
    at_least = "At least " if found.more is not False else ""
    return f"{at_least}{counted(number, what)} up to length {found.max_length}{where}{least} {among}."


def _row(graph: nx.DiGraph, loop: Loop) -> tuple[object, ...]:
    owned = loop.kind == "ownership"
    return (
        " → ".join(name_of(graph, entity) for entity in (*loop.entities, loop.entities[0])),
        len(loop.steps), loop.amount_usd, loop.unknown_amounts, loop.share,
        loop.share_low if owned else None, loop.share_high if owned else None, loop.came_first,
        loop.is_fact, list(loop.entities), [tie.id for tie in loop.ties],
    )  # fmt: skip


def _notes(found: LoopResult) -> tuple[str, ...]:
    notes: list[str] = []
    if found.more:
        notes.append(f"Only the {found.limit:,} shortest circles were ranked; there are more.")
    if found.stopped_at is not None:
        notes.append(
            f"Stopped after {counted(found.stopped_at, 'step')}: the circles are right but not all. "
            "Name an entity that must be on them, or ask for shorter ones."
        )
    if found.self_loops:
        notes.append(f"Left out: {counted(found.self_loops, 'tie')} from an entity to itself.")
    if found.kind != "ownership" and found.loops:
        notes.append(
            "Recorded amounts overlap (totals beside tranches, ceilings beside payments); none are added."
        )
    undated = [loop for loop in found.loops if loop.kind == "money" and loop.came_first is None]
    if undated:
        notes.append(f"For {counted(len(undated), 'circle')} the dates do not tell which money came first.")
    plans = sum(not loop.is_fact for loop in found.loops)
    if plans:
        others = sorted(set(ontology().statuses) - set(ontology().fact_statuses))
        told = f"{counted(plans, 'circle')} {plural(plans, 'rests', 'rest')}"
        notes.append(f"{told} on a step that is no fact ({', '.join(others)}).")
    return tuple(notes)
