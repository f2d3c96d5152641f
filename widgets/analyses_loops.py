"""Circles, shared boards, co-investors and possible conflicts: cached by everything they depend on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement, name_of
from graph.analytics.board_answers import coinvestors_answer, conflicts_answer, interlocks_answer
from graph.analytics.interlocks import Interlock, Interlocks, SharedPerson, interlocks
from graph.analytics.loop_answers import answer_of
from graph.analytics.loops import Loop, LoopStep, loops
from graph.dates import parse_date
from graph.errors import ParameterError
from graph.model import PERIOD_BASES, Tie
from graph.pictures.layout import Positions, ring
from graph.pictures.picture import Picture, PictureTie, part, picture
from graph.wording import money, percent, sentence, share_text
from widgets import data

MOST_CIRCLES = 1_000
MOST_STEPS = 2_000_000  # looked at in one search, about a second
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "bn": 10**9, "tn": 10**12}
_WORDS = {"thousand": "k", "million": "m", "mn": "m", "b": "bn", "billion": "bn", "t": "tn", "trillion": "tn"}
_AMOUNT = re.compile(r"(?:US)?\$?\s*(\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?)\s*([a-z]*)", re.IGNORECASE)


def amount(text: str) -> int | None:
    """An amount in US dollars as people write it; None for an empty text.

    Raises:
        ParameterError: it is no amount.

    >>> amount("20bn"), amount("$1.5 million"), amount("250,000"), amount(" ")
    (20000000000, 1500000, 250000, None)
    """
    kept = text.strip()
    if not kept:
        return None
    found = _AMOUNT.fullmatch(kept)
    unit = found[2].lower() if found else ""
    factor = _UNITS.get(_WORDS.get(unit, unit))
    if not found or factor is None:
        raise ParameterError(
            "min_amount", f"{kept[:40]!r} is no amount.", hint="Write 20bn, 500m or 250,000."
        )
    return round(float(found[1].replace(",", "")) * factor)


def whole(*, as_of: str | None, plans: bool, undated: bool) -> nx.MultiDiGraph:
    """The graph; with ``undated`` also ties whose dates do not tell whether they held as of the date."""
    return data.graph(as_of=as_of, all_statuses=plans, undated=undated and as_of is not None)


@dataclass(frozen=True, slots=True)
class Circles:
    """Circles with their answer.

    Attributes:
        loops: in the order of the answer's rows.
        apart: with a least amount, circles where no step states one: nobody knows whether they reach it.
    """

    answer: Answer
    loops: tuple[Loop, ...]
    apart: tuple[Loop, ...]


def circles(
    kind: str, longest: int, through: str | None, least: int | None, as_of: str | None, plans: bool
) -> Circles:
    """Circles of money, ownership or supply; shortest first where there are more than 1,000."""
    return _circles(data.version(), kind, longest, through, least, as_of, plans)


@st.cache_resource(show_spinner=False, max_entries=100)
def _circles(
    data_version: str, kind: str, longest: int, through: str | None, least: int | None, as_of: str | None, plans: bool
) -> Circles:  # fmt: skip
    graph = data.graph(as_of=as_of, all_statuses=plans)

    def search(at_least: int | None):
        return loops(
            graph, kind, max_length=longest, including=[through] if through else [], min_amount=at_least,
            limit=MOST_CIRCLES, candidate_limit=MOST_STEPS,
        )  # fmt: skip

    found = search(least)
    apart = () if least is None else tuple(loop for loop in search(None).loops if loop.amount_usd is None)
    return Circles(answer_of(graph, found), found.loops, apart)


def loop_key(loop: Loop) -> str:
    """What stands for a circle in the address: its entities from the smallest id on."""
    return ",".join(loop.entities)[:200]


def starting_at(loop: Loop, entity: str | None) -> Loop:
    """The same circle told from one of its entities on; as it is where that is not in it."""
    if entity not in loop.entities:
        return loop
    place = loop.entities.index(entity)
    return replace(loop, steps=(*loop.steps[place:], *loop.steps[:place]))


def way_round(loop: Loop, graph: nx.MultiDiGraph) -> str:
    """``NVIDIA → OpenAI → NVIDIA``."""
    names = [name_of(graph, entity) for entity in loop.entities]
    return " → ".join([*names, names[0]])


def loop_facts(loop: Loop, graph: nx.MultiDiGraph) -> tuple[str, ...]:
    """What the list says of a circle: amount or share, dates, which money came first, the seller's revenue."""
    facts = [_size(loop)]
    dates = sorted(
        tie.start_date for tie in loop.ties if tie.start_date and not (tie.share and tie.share_basis in PERIOD_BASES)
    )  # fmt: skip
    first, last = (dates[0], dates[-1]) if dates else ("", "")
    facts.append("no dates known" if not dates else first if first == last else f"{first} to {last}")
    if loop.kind == "money":
        facts.append(f"{loop.came_first} first" if loop.came_first else "which money came first: not known")
    facts += [f"{name_of(graph, tie.from_id)}: {share_text(tie)}" for tie in _revenue_shares(loop)]
    return tuple(facts)


def _size(loop: Loop) -> str:
    if loop.kind == "ownership":
        if loop.share is not None:
            return f"shares around: {percent(loop.share)}"
        return f"shares around: {percent(loop.share_low)} to {percent(loop.share_high)}"
    if loop.amount_usd is None:
        return "amounts not known"
    unknown = f", {loop.unknown_amounts} of {len(loop.steps)} not known" if loop.unknown_amounts else ""
    smallest = next(step for step in loop.steps if step.amount_usd == loop.amount_usd)
    return f"smallest amount {step_amount(smallest)}{unknown}"


def step_amount(step: LoopStep) -> str:
    """``$30bn``, or ``$300bn (announced)`` where the amount stands on no fact; empty when it is not known."""
    if step.amount_usd is None:
        return ""
    tie = step.amount_tie
    return money(step.amount_usd) + (f" ({tie.status})" if tie is not None and not tie.is_fact else "")


def _revenue_shares(loop: Loop) -> list[Tie]:
    """Purchases that state their part of the seller's revenue, the latest of each seller."""
    stated = [
        tie for step in loop.steps for tie in step.purchases if tie.share is not None and tie.share_basis == "revenue"
    ]  # fmt: skip
    return list(
        {tie.from_id: tie for tie in sorted(stated, key=lambda tie: (tie.valid_from or "", tie.id))}.values()
    )


def ring_picture(loop: Loop, graph: nx.MultiDiGraph) -> Picture:
    """A circle as a ring; arrows follow the way round, which for purchases is against the tie."""
    drawn = part(graph, loop.entities, [tie.id for tie in loop.ties])
    made = picture(drawn, focus=loop.entities[:1], positions=around(loop.entities))
    lines: list[PictureTie] = []
    for step in loop.steps:
        alone = part(graph, (step.from_id, step.to_id), [tie.id for tie in step.ties])
        width = picture(alone, positions=around((step.from_id, step.to_id))).ties[0].width
        lines.append(PictureTie(step.from_id, step.to_id, step.ties, step.is_fact, arrow=True, width=width))
    plans = "" if loop.is_fact else " Dashed lines are not facts."
    return replace(made, ties=tuple(lines), alt=f"Circle: {way_round(loop, graph)}.{plans}")


def around(entities: Sequence[str]) -> Positions:
    """Two side by side, more on a ring."""
    return {entities[0]: (0.2, 0.5), entities[1]: (0.8, 0.5)} if len(entities) == 2 else ring(entities)


def pieces(graph: nx.MultiDiGraph) -> Positions:
    """Pieces that nothing joins stand apart: the largest above, the others side by side below.

    Each piece by Kamada and Kawai (1989), which keeps people between their companies.
    """
    plain = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    plain.add_edges_from(sorted((start, end) for start, end in graph.edges()))
    largest, *others = sorted(nx.connected_components(plain), key=lambda piece: (-len(piece), min(piece)))
    across = min(4, max(1, len(others)))
    down = -(-len(others) // across)
    high = 1 / (1 + 0.3 * down)
    found = _inside(_only(plain, largest), 0, 0, 1, high)
    for index, piece in enumerate(others):
        cell = (1 - high) / down
        left, top = (index % across) / across, high + index // across * cell
        found |= _inside(
            _only(plain, piece), left + 0.1 / across, top + 0.35 * cell, 0.8 / across, 0.5 * cell
        )
    return found


def _only(plain: nx.Graph, piece: set[str]) -> nx.Graph:
    """A piece in a fixed order of nodes, on which the layout depends."""
    made = nx.Graph()
    made.add_nodes_from(sorted(piece))
    made.add_edges_from(plain.subgraph(piece).edges())
    return made


def _inside(piece: nx.Graph, left: float, top: float, wide: float, high: float) -> Positions:
    """A piece stretched into a box; short ones in a row."""
    if len(piece) <= 3:
        ends = [node for node in sorted(piece) if piece.degree(node) < 2]
        row = (
            [ends[0], *(node for node in sorted(piece) if node not in ends), *ends[1:]]
            if ends
            else list(piece)
        )
        last = max(1, len(row) - 1)
        return {node: (left + wide * place / last, top + high / 2) for place, node in enumerate(row)}
    placed = nx.kamada_kawai_layout(piece, pos=nx.circular_layout(piece))
    xs, ys = [float(x) for x, _ in placed.values()], [float(y) for _, y in placed.values()]
    across, down = max(max(xs) - min(xs), 0.01), max(max(ys) - min(ys), 0.01)
    return {
        node: (left + wide * (float(x) - min(xs)) / across, top + high * (float(y) - min(ys)) / down)
        for node, (x, y) in placed.items()
    }


def shared_people(
    company: str | None, seats: tuple[str, ...], as_of: str | None, plans: bool, undated: bool
) -> Answer:
    """Companies that share people at the same time."""
    return _answer(data.version(), "interlocks", company, seats, as_of, plans, undated)


def shared_companies(investor: str | None, as_of: str | None, plans: bool, undated: bool) -> Answer:
    """Investors in the same companies."""
    return _answer(data.version(), "coinvestors", investor, (), as_of, plans, undated)


def possible_conflicts(
    entity: str | None, classes: tuple[str, ...], as_of: str | None, plans: bool, undated: bool
) -> Answer:
    """Possible conflicts of interest; no class means all."""
    return _answer(data.version(), "conflicts", entity, classes, as_of, plans, undated)


@st.cache_resource(show_spinner=False, max_entries=100)
def _answer(
    data_version: str, what: str, one: str | None, among: tuple[str, ...], as_of: str | None, plans: bool, undated: bool
) -> Answer:  # fmt: skip
    graph = whole(as_of=as_of, plans=plans, undated=undated)
    made: Mapping[str, Callable[[], Answer]] = {
        "interlocks": lambda: interlocks_answer(graph, company=one, seats=among),
        "coinvestors": lambda: coinvestors_answer(graph, investor=one),
        "conflicts": lambda: conflicts_answer(graph, entity=one, classes=among or None),
    }
    return made[what]()


@dataclass(frozen=True, slots=True)
class Change:
    """Shared people at two dates, each a sentence with its seats.

    Attributes:
        earlier, later: the dates.
        gained, lost: shared surely at one date and surely not at the other.
        unsure: for one of the dates it is not known, for the other it is, one way or the other.
    """

    earlier: str
    later: str
    gained: tuple[Statement, ...]
    lost: tuple[Statement, ...]
    unsure: tuple[Statement, ...]


def change(company: str | None, seats: tuple[str, ...], dates: tuple[str, str], plans: bool) -> Change:
    """Who is shared by whom at one of two dates and not at the other."""
    earlier, later = sorted(dates, key=lambda date: parse_date(date).first_day)
    return _change(data.version(), company, seats, earlier, later, plans)


@st.cache_resource(show_spinner=False, max_entries=50)
def _change(
    data_version: str, company: str | None, seats: tuple[str, ...], earlier: str, later: str, plans: bool
) -> Change:
    # Undated seats are needed at both dates, to tell "no longer" from "not known".
    graphs = [whole(as_of=date, plans=plans, undated=True) for date in (earlier, later)]
    found = [interlocks(graph, company=company, seats=seats, limit=None) for graph in graphs]
    (sure_before, open_before), (sure_after, open_after) = (_people(each) for each in found)
    before, after = {**open_before, **sure_before}, {**open_after, **sure_after}
    unsure = {*open_before, *open_after} - (open_before.keys() & open_after.keys())

    def told(keys: Iterable[_Key]) -> tuple[Statement, ...]:
        return tuple(_told(graphs[0], key, after.get(key) or before[key]) for key in sorted(keys))

    gained, lost = sure_after.keys() - before.keys(), sure_before.keys() - after.keys()
    return Change(earlier, later, told(gained), told(lost), told(unsure))


_Key = tuple[str, str, str]


def _people(found: Interlocks) -> tuple[dict[_Key, SharedPerson], dict[_Key, SharedPerson]]:
    """People shared surely, and those whose dates do not tell, by both companies and person."""

    def by_key(which: Callable[[Interlock], tuple[SharedPerson, ...]]) -> dict[_Key, SharedPerson]:
        return {(pair.first, pair.second, one.person): one for pair in found.pairs for one in which(pair)}

    return by_key(lambda pair: pair.people), by_key(lambda pair: pair.unknown)


def _told(graph: nx.MultiDiGraph, key: _Key, shared: SharedPerson) -> Statement:
    seats = "; ".join(
        sentence(tie, name_of(graph, tie.from_id), name_of(graph, tie.to_id)) for tie in shared.shown
    )
    first, second, _ = key
    text = f"{name_of(graph, first)} and {name_of(graph, second)}: {seats}."
    return Statement(text, tuple(tie.id for tie in shared.shown), key)
