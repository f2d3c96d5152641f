"""Board interlocks, co-investors and possible conflicts of interest as answers."""

from __future__ import annotations

import re
from collections.abc import Collection

import networkx as nx

from graph.analytics.answer import Answer, Method, Statement, listed, name_of, provenance_of
from graph.analytics.coinvestment import (
    INVESTMENTS,
    MOST_INVESTORS,
    CoInvestment,
    CoInvestors,
    coinvestors,
)
from graph.analytics.conflicts import CLASSES, Conflict, Conflicts, conflicts
from graph.analytics.interlocks import MOST_BOARDS, Interlock, Interlocks, SharedPerson, interlocks
from graph.analytics.terms import Overlap, span_text
from graph.model import EntityId, Tie
from graph.wording import counted, plural, sentence

_NEWMAN = (
    "M. E. J. Newman, Scientific collaboration networks II: shortest paths, weighted networks, and "
    "centrality, Physical Review E 64, 016132 (2001)."
)
_PEOPLE_SHOWN = 4
_SEAT_WORDS = {"board": "board seats", "role": "jobs", "founder": "founders"}


def interlocks_answer(
    graph: nx.Graph,
    *,
    company: EntityId | None = None,
    seats: Collection[str] = ("board",),
    as_of: str | None = None,
    limit: int | None = 1_000,
    most_boards: int = MOST_BOARDS,
) -> Answer:
    """Board interlocks as an answer; see :func:`graph.analytics.interlocks.interlocks`."""
    found = interlocks(graph, company=company, seats=seats, as_of=as_of, limit=limit, most_boards=most_boards)
    statements = [Statement(_interlock_headline(graph, found))]
    statements += [_interlock_statement(graph, pair) for pair in found.pairs]
    return Answer(
        title=f"Companies that share people ({listed([_SEAT_WORDS[seat] for seat in found.seats])})",
        statements=tuple(statements),
        columns=(
            "first_id", "second_id", "first", "second", "shared", "weight", "overlap_unknown", "not_fact",
            "people", "people_unknown", "people_not_fact", "tie_ids",
        ),
        rows=tuple(_interlock_row(graph, pair) for pair in found.pairs),
        notes=_interlock_notes(graph, found),
        method=Method(
            "Board interlocks",
            "Two companies are tied by each person with a seat in both at the same time. Weight: the sum "
            "over these people of 1 / (n - 1), n the number of companies the person has a seat in.",
            "Where dates do not tell whether two seats overlap, the person is listed apart and not counted; "
            "so is a person who shares the two only by a planned or alleged seat.",
            _NEWMAN,
        ),
        provenance=provenance_of(
            graph, direction="person to company", weights="1, and 1 / (n - 1), for each shared person",
            company=company, seats=list(found.seats), as_of=found.as_of, limit=limit, most_boards=most_boards,
        ),
    )  # fmt: skip


def _interlock_headline(graph: nx.Graph, found: Interlocks) -> str:
    whose = f" with {name_of(graph, found.company)}" if found.company is not None else ""
    when = f" as of {found.as_of}" if found.as_of else ""
    among = (
        f"{counted(found.seat_ties, 'seat')} of {counted(found.people, 'person', 'people')} in "
        f"{counted(found.companies, 'company')}"
    )
    pairs = plural(found.total, "pair of companies shares", "pairs of companies share")
    text = f"{found.total:,} {pairs} people at the same time{whose}{when}" if found.total else (
        f"No two companies{whose} share anybody at the same time{when}"
    )  # fmt: skip
    more = f"; for {found.total_unknown:,} more, dates do not tell" if found.total_unknown else ""
    if found.total_planned:
        more += f"; {found.total_planned:,} more could share somebody, by seats planned or alleged only"
    return f"{text}, among {among}{more}."


def _interlock_statement(graph: nx.Graph, pair: Interlock) -> Statement:
    names = f"{name_of(graph, pair.first)} and {name_of(graph, pair.second)}"
    everybody = _everybody(pair)
    if pair.people:
        lead = f"{names} {_shares(pair)} {_people(len(pair.people))}"
    elif pair.unknown:
        lead = f"Whether {names} ever shared anybody at the same time is not known"
    else:
        lead = f"{names} could share {_people(len(pair.planned))}, which is not a fact"
    mixed = bool(pair.people) or bool(pair.unknown and pair.planned)
    told = [_person_text(graph, person, doubt=mixed) for person in everybody[:_PEOPLE_SHOWN]]
    rest = len(everybody) - len(told)
    more = f" And {rest} more." if rest else ""
    ties = tuple(tie.id for person in everybody for tie in (*person.first_seats, *person.second_seats))
    entities = (pair.first, pair.second, *(person.person for person in everybody))
    return Statement(f"{lead}: {' '.join(told)}{more}", ties, entities)


def _everybody(pair: Interlock) -> tuple[SharedPerson, ...]:
    return (*pair.people, *pair.unknown, *pair.planned)


def _people(number: int) -> str:
    return counted(number, "person", "people")


def _shares(pair: Interlock) -> str:
    return "shared" if all(person.span[1] for person in pair.people) else "share"


def _person_text(graph: nx.Graph, person: SharedPerson, *, doubt: bool) -> str:
    seats = "; ".join(_told(graph, tie) for tie in person.shown)
    when = span_text(person.span)
    if not person.is_fact:
        return f"{name_of(graph, person.person)}{', who could be shared' if doubt else ''}: {seats}."
    if person.overlap is Overlap.KNOWN:
        both = f" (both {when})" if when else ""
        return f"{name_of(graph, person.person)}{both}: {seats}."
    return f"{name_of(graph, person.person)}{', overlap not known' if doubt else ''}: {seats}."


def _told(graph: nx.Graph, tie: Tie) -> str:
    return sentence(tie, name_of(graph, tie.from_id), name_of(graph, tie.to_id))


def _interlock_row(graph: nx.Graph, pair: Interlock) -> tuple[object, ...]:
    return (
        pair.first, pair.second, name_of(graph, pair.first), name_of(graph, pair.second), len(pair.people),
        round(pair.weight, 6), len(pair.unknown), len(pair.planned),
        [name_of(graph, one.person) for one in pair.people],
        [name_of(graph, one.person) for one in pair.unknown],
        [name_of(graph, one.person) for one in pair.planned],
        [tie.id for one in _everybody(pair) for tie in (*one.first_seats, *one.second_seats)],
    )  # fmt: skip


def _interlock_notes(graph: nx.Graph, found: Interlocks) -> tuple[str, ...]:
    notes: list[str] = []
    if len(found.pairs) < found.total + found.total_unknown + found.total_planned:
        notes.append(f"The {len(found.pairs):,} strongest pairs; totals count all.")
    if found.apart:
        times = "once" if found.apart == 1 else f"{found.apart:,} times"
        notes.append(f"Left out: {times} the seats of somebody in both companies were not at the same time.")
    if found.crowded:
        worst = listed([f"{name_of(graph, who)} ({boards:,})" for who, boards in found.crowded], most=3)
        notes.append(f"Left out for more than {counted(found.most_boards, 'company')} each: {worst}.")
    if "founder" in found.seats:
        notes.append("Founding does not end: a founder counts as tied to the company from then on.")
    notes.append("Board lists are seldom complete: a pair that is missing may share people all the same.")
    return tuple(notes)


def coinvestors_answer(
    graph: nx.Graph,
    *,
    investor: EntityId | None = None,
    types: Collection[str] = INVESTMENTS,
    limit: int | None = 1_000,
    most_investors: int = MOST_INVESTORS,
) -> Answer:
    """Co-investors as an answer; see :func:`graph.analytics.coinvestment.coinvestors`."""
    found = coinvestors(graph, investor=investor, types=types, limit=limit, most_investors=most_investors)
    whose = f" of {name_of(graph, investor)}" if investor is not None else ""
    statements = [Statement(_coinvestment_headline(graph, found))]
    statements += [
        Statement(_pair_text(graph, pair), tuple(tie.id for tie in pair.ties), (pair.first, pair.second))
        for pair in found.pairs
    ]
    return Answer(
        title=f"Co-investors{whose}",
        statements=tuple(statements),
        columns=(
            "first_id", "second_id", "first", "second", "shared", "same_rounds", "weight", "jaccard",
            "companies", "tie_ids",
        ),
        rows=tuple(
            (
                pair.first, pair.second, name_of(graph, pair.first), name_of(graph, pair.second),
                len(pair.companies), len(pair.rounds), round(pair.weight, 6), round(pair.jaccard, 6),
                [name_of(graph, company) for company in pair.companies], [tie.id for tie in pair.ties],
            )
            for pair in found.pairs
        ),
        notes=_coinvestment_notes(graph, found),
        method=Method(
            "Co-investment",
            "Investors are tied by each company both invested in. Weight: the sum over these companies of "
            "1 / (n - 1), n the number of investors of the company. Jaccard: shared companies divided by the "
            "companies of either.",
            "An investment that is not recorded is not counted. Rounds are compared by their text, within a "
            "company.",
            _NEWMAN,
        ),
        provenance=provenance_of(
            graph, direction="investor to company", weights="1, and 1 / (n - 1), for each shared company",
            normalisation="jaccard: companies of either investor", investor=investor, types=list(types),
            limit=limit, most_investors=most_investors,
        ),
    )  # fmt: skip


def _coinvestment_headline(graph: nx.Graph, found: CoInvestment) -> str:
    among = f"{counted(found.links, 'stake')} of investors in {counted(found.companies, 'company')}"
    if found.investor is not None:
        who = name_of(graph, found.investor)
        partners = plural(found.total, "investor has", "investors have")
        if not found.total:
            return f"Nobody else is recorded in a company that {who} invested in ({among})."
        return f"{found.total:,} {partners} put money into companies that {who} invested in."
    if not found.total:
        return f"No two investors share a company, among {among}."
    pairs = plural(found.total, "pair of investors shares", "pairs of investors share")
    return f"{found.total:,} {pairs} a company, among {counted(found.investors, 'investor')} and {among}."


def _pair_text(graph: nx.Graph, pair: CoInvestors) -> str:
    names = f"{name_of(graph, pair.first)} and {name_of(graph, pair.second)}"
    number = len(pair.companies)
    companies = listed([name_of(graph, company) for company in pair.companies])
    done = {(tie.from_id, tie.to_id) for tie in pair.ties if tie.is_fact}
    plain = all((end, company) in done for end in (pair.first, pair.second) for company in pair.companies)
    verb = "both invested in" if plain else "both invested, or may have meant to invest, in"
    text = f"{names} {verb} {counted(number, 'company')}: {companies}"
    if not pair.rounds:
        return f"{text}; no round of the same name is recorded for both."
    rounds = listed([f"{name} of {name_of(graph, company)}" for company, name in pair.rounds], most=4)
    times = {1: "once", 2: "twice"}.get(len(pair.rounds), f"{len(pair.rounds)} times")
    return f"{text}; {times} in the same round ({rounds})."


def _coinvestment_notes(graph: nx.Graph, found: CoInvestment) -> tuple[str, ...]:
    notes: list[str] = []
    if len(found.pairs) < found.total:
        notes.append(f"The {len(found.pairs):,} strongest of {counted(found.total, 'pair')}.")
    if found.crowded:
        worst = listed([f"{name_of(graph, what)} ({many:,})" for what, many in found.crowded], most=3)
        notes.append(f"Left out for more than {counted(found.most_investors, 'investor')} each: {worst}.")
    return tuple(notes)


def conflicts_answer(
    graph: nx.DiGraph,
    *,
    entity: EntityId | None = None,
    classes: Collection[str] | None = None,
    as_of: str | None = None,
    limit: int | None = 10_000,
) -> Answer:
    """Possible conflicts of interest as an answer; see :func:`graph.analytics.conflicts.conflicts`."""
    found = conflicts(graph, entity=entity, classes=classes, as_of=as_of, limit=limit)
    whose = f" around {name_of(graph, entity)}" if entity is not None else ""
    statements = [Statement(_conflict_headline(graph, found))]
    statements += [
        Statement(
            _conflict_text(graph, one),
            tuple(tie.id for tie in one.ties),
            tuple(part for part in (one.holder, one.first, one.second) if part is not None),
        )
        for one in found.found
    ]
    return Answer(
        title=f"Possible conflicts of interest{whose}",
        statements=tuple(statements),
        columns=(
            "class", "holder_id", "first_id", "second_id", "holder", "first", "second", "same_time", "since",
            "until", "fact", "tie_ids",
        ),
        rows=tuple(_conflict_row(graph, one) for one in found.found),
        notes=_conflict_notes(found),
        method=Method(
            "Possible conflicts of interest",
            "Pairs and triangles of ties, by class: "
            + "; ".join(f"{name}: {CLASSES[name]}" for name in found.classes) + ".",
            "Ties that surely never held at the same time are left out and counted; where dates do not tell, "
            "the finding says so.",
            "Patterns of our own, each with its evidence; not an index and not a judgement.",
        ),
        provenance=provenance_of(
            graph, direction="as recorded; competition and partnership both ways", entity=entity,
            classes=list(found.classes), as_of=found.as_of, limit=limit,
        ),
    )  # fmt: skip


def _conflict_headline(graph: nx.Graph, found: Conflicts) -> str:
    around = f" around {name_of(graph, found.entity)}" if found.entity is not None else ""
    number = sum(found.total.values())
    looked = counted(found.ties_searched, "tie")
    if not number:
        return f"No possible conflict of interest{around} among {looked} ({', '.join(found.classes)})."
    parts = [f"{many:,} {name}" for name, many in found.total.items() if many]
    return f"{counted(number, 'possible conflict')} of interest{around} among {looked}: {', '.join(parts)}."


_LEADS = {
    "both-sides": "{h} is on both sides of a deal between {a} and {b}",
    "investor-trades": "{h} has money in {a} and trades with it",
    "stakes-in-rivals": "{h} has stakes in the competitors {a} and {b}",
    "seats-at-rivals": "{h} is tied to the competitors {a} and {b}",
    "adviser": "{h} advises both {a} and {b}, two sides of a deal or lawsuit",
    "lawsuit": "{h} took {a} to court and has money in it or works with it",
}


def _conflict_text(graph: nx.Graph, one: Conflict) -> str:
    names = {"h": name_of(graph, one.holder), "a": name_of(graph, one.first)}
    names["b"] = name_of(graph, one.second) if one.second is not None else ""
    pattern = _LEADS.get(one.category)
    if pattern is None:
        pattern = "{h} is tied to both {a}, an authority, and {b}" if names["b"] else "{h} has money in {a}"
        pattern += ", which it oversees" if not one.second else ", which that oversees"
    if not one.is_fact:  # a lead would state it as done
        plans = listed(sorted({tie.status for tie in one.shown if not tie.is_fact}))
        pattern = (
            f"{{h}} on both sides of {{a}}{' and {b}' if names['b'] else ''}, which is no fact ({plans})"
        )
    lead = re.sub(r"\{([hab])\}", lambda found: names[found[1]], pattern)
    ties = "; ".join(_told(graph, tie) for tie in one.shown)
    rest = len(one.ties) - len(one.shown)
    more = f" (and {rest} more {plural(rest, 'tie')})" if rest else ""
    return f"Possible conflict: {lead}. {ties}{more}. {_when(one)}"


def _when(one: Conflict) -> str:
    if one.overlap is Overlap.UNKNOWN:
        return "Whether all this held at the same time is not known."
    when = span_text(one.span)
    return f"At the same time {when}." if when else "At the same time."


def _conflict_row(graph: nx.Graph, one: Conflict) -> tuple[object, ...]:
    second = name_of(graph, one.second) if one.second is not None else None
    return (
        one.category, one.holder, one.first, one.second, name_of(graph, one.holder),
        name_of(graph, one.first), second, one.overlap.value, *one.span, one.is_fact,
        [tie.id for tie in one.ties],
    )  # fmt: skip


def _conflict_notes(found: Conflicts) -> tuple[str, ...]:
    notes = ["A possible conflict says that two interests may pull apart, not that anybody did wrong."]
    apart = sum(found.apart.values())
    if apart:
        parts = [f"{many:,} {name}" for name, many in found.apart.items() if many]
        notes.append(f"Left out because the ties never held at the same time: {', '.join(parts)}.")
    if len(found.found) < sum(found.total.values()):
        total = sum(found.total.values())
        notes.append(f"The first {len(found.found):,} of {total:,}; a higher limit shows more.")
    if found.stopped_at is not None:
        notes.append(f"Stopped after {found.stopped_at:,} patterns; name an entity or a class.")
    return tuple(notes)
