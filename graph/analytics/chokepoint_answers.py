"""Chokepoints and cut points as answers: what every route passes, and what falls off without whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of, provenance_of
from graph.analytics.chokepoints import Chokepoints, Dominance, chokepoints, dominances, supply_tree
from graph.analytics.cut_points import cut_points, searched
from graph.analytics.influence import counts, left_aside
from graph.analytics.reach import dated, evidence, links, reach
from graph.model import EntityId, TieId
from graph.wording import counted, plural

DOMINATORS = Method(
    "Dominator tree",
    "d dominates x if every chain of supply ties from the ultimate sources (entities without a recorded"
    " supplier; a loop of mutual suppliers without one counts as one source) to x passes d.",
    "Routes are recorded routes: one supplier that nobody recorded may open another.",
    "Lengauer and Tarjan (1979), ACM TOPLAS 1(1), 121-141; Cooper, Harvey and Kennedy (2006), A simple, fast"
    " dominance algorithm.",
)
CUT_POINTS = Method(
    "Articulation points",
    "entities whose removal splits their component, directions left aside; cut off is all but"
    " the largest part.",
    "Only recorded ties hold the graph together; unrecorded ones may close the gap.",
    "Hopcroft and Tarjan (1973), Communications of the ACM 16(6), 372-378.",
)


def chokepoints_answer(
    graph: nx.Graph, company: EntityId | None = None, *, root: EntityId | None = None, top: int = 100
) -> Answer:
    """What all supply of a company passes and what hangs on it; without one, suppliers by what they hold."""
    if company is None:
        return _everywhere(graph, root, top)
    found = chokepoints(graph, company, root=root)
    (held,) = dominances(graph, supplier=company, root=root)
    above = reach(graph, company, max_hops=None) if found.chain else None
    routes = {
        key: tuple(step.tie for step in reversed(above.chain(key))) if above else () for key in found.chain
    }
    statements = [*_routes(graph, found, routes), *_held(graph, held, root)]
    rows: list[tuple[Any, ...]] = []
    for place, dominator in enumerate(found.chain, start=1):
        (other,) = dominances(graph, supplier=dominator, root=root, names=0)
        rows.append((place, dominator, name_of(graph, dominator), other.count, routes[dominator]))
    provenance = _provenance(graph, root, company=company)
    columns = ("step", "chokepoint_id", "chokepoint", "dominated", "tie_ids")
    title = f"Chokepoints in the supply of {name_of(graph, company)}"
    notes = _notes(graph, root)
    return Answer(title, tuple(statements), columns, tuple(rows), notes, DOMINATORS, provenance)


def _routes(
    graph: nx.Graph, found: Chokepoints, routes: Mapping[EntityId, tuple[TieId, ...]]
) -> list[Statement]:
    name = name_of(graph, found.company)
    origin = f" from {name_of(graph, found.root)}" if found.root is not None else ""
    if not found.reached:
        text = (
            f"No recorded supply route{origin} leads to {name}."
            if origin
            else f"Nobody is recorded to supply {name}{_now(graph, found.company)}."
        )
        return [Statement(text, (), (found.company,))]
    start = ""
    if found.root is None:
        many = len(found.sources)
        named = listed([name_of(graph, key) for key in found.sources])
        start = f"; the routes start at {counted(many, 'ultimate source')} ({named})"
    if not found.chain:
        text = f"No single supplier stands on every recorded supply route{origin} to {name}{start}."
        return [Statement(text, (), (found.company, *found.sources))]
    statements: list[Statement] = []
    for dominator in found.chain:
        text = f"Every recorded supply route{origin} to {name} passes {name_of(graph, dominator)}"
        if found.only_source and dominator == found.chain[-1]:
            text = f"Every recorded supply route to {name} starts at {name_of(graph, dominator)}"
        elif found.suppliers == 1 and dominator == found.chain[0]:
            text += ", its only recorded supplier"
        ends = (found.company, dominator)
        statements.append(Statement(f"{text}{'' if statements else start}.", routes[dominator], ends))
    return statements


def _now(graph: nx.Graph, company: EntityId) -> str:
    """`` now`` where somebody did once: ties that are over are left out."""
    over = any(link.data.get("status") == "ended" for link in links(graph, company, upstream=True))
    return " now" if over else ""


def _held(graph: nx.Graph, held: Dominance, root: EntityId | None) -> list[Statement]:
    name = name_of(graph, held.supplier)
    origin = f" from {name_of(graph, root)}" if root is not None else ""
    if not held.count:
        text = f"No company is reached by recorded supply{origin} only through {name}."
        return [Statement(text, (), (held.supplier,))]
    shown = [name_of(graph, key) for key in held.dominated[:6]]
    names = listed(shown) if held.count <= 6 else f"{', '.join(shown)} and {held.count - 6:,} more"
    who = f"{counted(held.count, 'company')} {plural(held.count, 'is', 'are')}"
    text = f"{who} reached by recorded supply{origin} only through {name}: {names}."
    return [Statement(text, (), (held.supplier, *held.dominated))]


def _everywhere(graph: nx.Graph, root: EntityId | None, top: int) -> Answer:
    tree = supply_tree(graph, root=root)
    found = dominances(graph, root=root, top=top)
    total = int((tree.below > 0).sum())
    if found:
        hold = plural(total, "holds", "hold")
        text = f"{counted(total, 'supplier')} {hold} others alone, among {counted(tree.ties, 'supply tie')}."
    else:
        text = f"No supplier holds anybody alone, among {counted(tree.ties, 'supply tie')}."
    statements = [Statement(text), *(s for held in found for s in _held(graph, held, root))]
    rows = tuple(
        (held.supplier, name_of(graph, held.supplier), held.count, held.dominated[:20]) for held in found
    )
    columns = ("supplier_id", "supplier", "dominated", "dominated_ids")
    notes = list(_notes(graph, root))
    if total > len(found):
        notes.append(f"The first {len(found):,} of {counted(total, 'supplier')}.")
    title = "Suppliers that others hang on alone"
    return Answer(title, tuple(statements), columns, rows, tuple(notes), DOMINATORS, _provenance(graph, root))


def _notes(graph: nx.Graph, root: EntityId | None) -> tuple[str, ...]:
    tree = supply_tree(graph, root=root)
    more: list[str] = []
    if tree.ended:
        more.append(_over(tree.ended, "supply tie"))
    if tree.no_facts:
        more.append(
            f"{tree.no_facts:,} of {counted(tree.ties, 'supply tie')} {plural(tree.no_facts, 'is', 'are')}"
            " planned or alleged, no facts."
        )
    if root is not None:
        return (f"Only routes from {name_of(graph, root)} count; it is left out itself.", *more)
    groups = tree.source_group[tree.sources]
    supplied = tree.sources & ((tree.matrix.sum(axis=1) + tree.matrix.sum(axis=0)) > 0)
    loops = len(groups) - len(set(groups.tolist()))
    starts = int(supplied.sum())
    text = (
        f"Routes start at {counted(starts, 'entity')} that {plural(starts, 'supplies', 'supply')} others and"
        f" {plural(starts, 'has', 'have')} no supplier outside."
    )
    if loops:
        more.insert(0, "Loops of mutual suppliers among them count as one source each.")
    return (text, *more)


def _over(number: int, what: str) -> str:
    are = plural(number, "is", "are")
    return f"{counted(number, what)} that {are} over {are} left out."


def _provenance(graph: nx.Graph, root: EntityId | None, **parameters: Any) -> Any:
    return provenance_of(graph, direction="SUPPLIES, supplier -> customer", root=root, **parameters)


def cut_points_answer(graph: nx.Graph, *, types: Sequence[str] | None = None, top: int = 100) -> Answer:
    """Entities without which others lose their connection, and whom they cut off.

    Ties that are over are left out, unless the graph is one as of a date.
    """
    found = cut_points(graph, types=types)
    ties, over = searched(graph, types)
    hold = plural(len(found), "holds", "hold")
    lead = f"{counted(len(found), 'entity')} {hold} others alone, in {counted(ties, 'tie')}."
    if not found:
        lead = f"No entity holds others alone: {counted(ties, 'tie')} {plural(ties, 'was', 'were')} searched."
    statements = [Statement(lead)]
    for item in found[:top]:
        names = [name_of(graph, key) for key in item.names]
        shown = listed(names) if item.cut_off <= len(names) else f"{', '.join(names[:6])} and others"
        cut = tuple(item.names)
        statements.append(
            Statement(
                f"Without {name_of(graph, item.entity)}, {item.cut_off:,} would be cut off: {shown}.",
                _ties_to(graph, item.entity, cut, types), (item.entity, *cut),
            )
        )  # fmt: skip
    rows = tuple(
        (item.entity, name_of(graph, item.entity), item.cut_off, item.parts, item.names)
        for item in found[:top]
    )
    notes = (
        *((_over(over, "tie"),) if over else ()),
        *((f"The first {top:,} of {len(found):,}.",) if len(found) > top else ()),
    )
    provenance = provenance_of(
        graph, direction="none", types=list(types) if types else "all", left_aside=left_aside(types)
    )
    columns = ("entity_id", "entity", "cut_off", "parts", "cut_off_ids")
    title = "Entities that hold the graph together"
    return Answer(title, tuple(statements), columns, rows, notes, CUT_POINTS, provenance)


def _ties_to(
    graph: nx.Graph, entity: EntityId, others: Sequence[EntityId], types: Sequence[str] | None
) -> tuple[TieId, ...]:
    """Ties between a cut point and those it cuts off, by which they hang on it."""
    ended = dated(graph)
    wanted = set(others)
    found: set[TieId] = set()
    for other in wanted:
        for start, end in ((entity, other), (other, entity)):
            if not graph.has_edge(start, end):
                continue
            between: Any = graph.get_edge_data(start, end)
            for key, data in between.items() if graph.is_multigraph() else ((None, between),):
                holds = ended or data.get("status") != "ended"
                if holds and counts(data.get("type"), types):
                    found.add(evidence(start, end, key, data))
    return tuple(sorted(found))
