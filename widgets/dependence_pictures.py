"""Drawings and charts of dependencies: shares around a company, columns by steps, supply routes, bars of losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx

from graph.analytics.answer import Answer, name_of
from graph.analytics.reach import SUPPLY, reach
from graph.pictures.layout import bands, columns
from graph.pictures.picture import Picture, Rest, part, picture
from graph.wording import counted, percent
from widgets.analyses_dependence import SIDES, Party, records
from widgets.text import plain

MOST_A_SIDE = 10  # drawn left or right of a company
MOST_DRAWN = 60
LARGE, SMALL = 22.0, 13.0  # of who has a known share or loss, and of the others
MOST_BARS = 25
ROWS = 9  # of a column in a drawing, at most


def supply_picture(
    graph: nx.MultiDiGraph,
    company: str,
    sides: Mapping[str, Sequence[Party]],
    rests: Mapping[str, float | None],
) -> tuple[Picture, nx.MultiDiGraph] | None:
    """Suppliers left, customers right, lines as wide as shares, the undisclosed rest in grey.

    Args:
        graph: what the shares were read from.
        company: in the middle.
        sides: ``customers`` and ``suppliers``, those with known shares first.
        rests: the part of each side that is not named; None where no share is known.
    """
    drawn = {side: list(sides[side])[:MOST_A_SIDE] for side in SIDES}
    shown = _merged([each for side in SIDES for each in drawn[side]])
    if not shown:
        return None
    rest = [
        Rest(
            f"rest of {side}", f"not disclosed {percent(left)}", company, side == "customers", _width(left)
        )
        for side in SIDES
        if (left := rests[side]) is not None and left > 0.0005
    ]  # fmt: skip
    keys = {side: [each.id for each in drawn[side]] for side in SIDES}
    for each in rest:
        keys[each.key.removeprefix("rest of ")].append(each.key)
    made = part(graph, [company, *shown], [tie for each in shown.values() for tie in each.ties])
    plain_picture = picture(
        made, focus=[company], limit=2 * MOST_A_SIDE + 1, rest=rest,
        positions=columns(keys["suppliers"], [company], keys["customers"]),
        notes={each.id: each.told for each in shown.values() if each.told},
        sizes={each.id: LARGE if each.share is not None else SMALL for each in shown.values()},
    )  # fmt: skip
    lines = tuple(
        replace(line, width=_width(next((shown[end].share for end in (line.source, line.target) if end in shown), None)))
        if line.ties else line
        for line in plain_picture.ties
    )  # fmt: skip
    said = ", ".join(f"{name_of(graph, each.id)[:40]} {each.told}" for each in shown.values() if each.told)
    alt = (
        f"{counted(len(drawn['suppliers']), 'supplier')} left and {counted(len(drawn['customers']), 'customer')} right of"
        f" {name_of(graph, company)[:60]}. Known shares: {said or 'none'}."
    )
    return replace(plain_picture, ties=lines, alt=alt), made


def _merged(sides: Iterable[Party]) -> dict[str, Party]:
    """Each once: who is customer and supplier keeps its known share and the ties of both sides."""
    found: dict[str, Party] = {}
    for each in sides:
        before = found.get(each.id)
        if before is None:
            found[each.id] = each
        else:
            first = each if before.share is None else before
            told = " · ".join(dict.fromkeys(text for text in (before.told, each.told) if text))
            found[each.id] = replace(first, told=told, ties=(*before.ties, *each.ties))
    return found


def _width(share: float | None) -> float:
    return 1.0 if share is None else round(1 + 7 * share, 1)


def steps_picture(
    graph: nx.MultiDiGraph, start: str, groups: Sequence[Sequence[str]], ties: Iterable[str],
    *, focus: Sequence[str] = (), notes: Mapping[str, str] | None = None, sizes: Mapping[str, float] | None = None, alt: str,
) -> tuple[Picture, nx.MultiDiGraph]:  # fmt: skip
    """Columns from left to right; what lies farthest from ``start`` is left out beyond 60 entities.

    Args:
        groups: the columns; one of them holds ``start``.
        ties: ids of the ties drawn.
        focus, notes, sizes: as for :func:`graph.pictures.picture.picture`.
        alt: the drawing in words.
    """
    middle = next(place for place, group in enumerate(groups) if start in group)
    by_distance = sorted(range(len(groups)), key=lambda place: (abs(place - middle), place))
    total = dict.fromkeys(node for place in by_distance for node in groups[place])
    kept = set(list(total)[:MOST_DRAWN])
    drawn = part(graph, kept, ties)
    made = picture(
        drawn, focus=[start, *focus], limit=MOST_DRAWN, notes=notes, sizes=sizes,
        positions=bands([[node for node in group if node in kept] for group in groups]),
    )  # fmt: skip
    note = (
        f"The nearest {len(kept)} of {counted(len(total), 'entity')} are drawn."
        if len(kept) < len(total)
        else ""
    )
    return replace(made, note=note, alt=alt), drawn


def chain_columns(answer: Answer, start: str, upstream: bool) -> tuple[list[list[str]], list[str]]:
    """Columns by hop, suppliers to the left or customers to the right of the start, and the ties of all chains."""
    groups: list[list[str]] = [[start]]
    for row in records(answer):
        while len(groups) <= row["hops"]:
            groups.append([])
        groups[row["hops"]].append(row["entity_id"])
    ties = list(dict.fromkeys(tie for row in records(answer) for tie in row["tie_ids"]))
    return groups[::-1] if upstream else groups, ties


def shock_columns(answer: Answer, start: str) -> tuple[list[list[str]], list[str], dict[str, str]]:
    """Columns by round: who loses revenue to the left, all others to the right; the ties; losses of 1 % or more in words."""
    left: dict[int, list[str]] = {}
    right: dict[int, list[str]] = {}
    notes: dict[str, str] = {}
    placed = {start}
    for row in records(answer):
        if row["loss"] is not None and row["loss_high"] >= 0.01:
            verb = "would lose" if row["fact"] is False else "loses"
            notes.setdefault(row["entity_id"], f"{verb} {loss_text(row)}")
        if row["entity_id"] not in placed:
            placed.add(row["entity_id"])
            side = left if row["lost"] == "revenue" else right
            side.setdefault(row["round"], []).append(row["entity_id"])
    ties = list(dict.fromkeys(tie for row in records(answer) for tie in row["tie_ids"]))
    before = [left[number] for number in sorted(left, reverse=True)]
    return [*before, [start], *(right[number] for number in sorted(right))], ties, notes


def loss_text(row: Mapping[str, Any]) -> str:
    """``24 %``, ``20 % to 30 %``, ``under 0.1 %``."""
    low, high = row["loss"], row["loss_high"]
    if low < 0.001 and high < 0.001:
        return "under 0.1 %"
    return percent(low) if high - low < 1e-12 else f"{percent(low)} to {percent(high)}"


def bars(answer: Answer) -> dict[str, list[Any]]:
    """Known losses in per cent, largest first, as columns for a chart; no two names are equal."""
    known = sorted(
        (row for row in records(answer) if row["loss"] is not None), key=lambda row: (-row["loss"], row["entity_id"])
    )[:MOST_BARS]  # fmt: skip
    names: list[str] = []
    for row in known:
        name = plain(row["entity"], 30)
        while name in names:
            name += f" ({row['lost']})" if name == plain(row["entity"], 30) else " *"
        names.append(name)
    return {
        "who": names,
        "at least": [round(100 * row["loss"], 2) for row in known],
        "perhaps more": [round(100 * (row["loss_high"] - row["loss"]), 2) for row in known],
    }


def routes_picture(
    graph: nx.MultiDiGraph, answer: Answer, company: str, root: str | None
) -> tuple[Picture, nx.MultiDiGraph] | None:
    """Every recorded supply route to a company, by hops from it; what all routes pass is drawn large."""
    hops = _on_routes(graph, company, root)
    if not hops:
        return None
    groups: list[list[str]] = [[company]]
    for key, number in hops.items():
        while len(groups) <= number:
            groups.append([])
        groups[number].append(key)
    ties = [
        key
        for start, end, key, type_ in graph.subgraph([company, *hops]).edges(keys=True, data="type")
        if type_ in SUPPLY and start != company and end != root
    ]
    passed = [row["chokepoint_id"] for row in records(answer)]
    names = ", ".join(name_of(graph, key)[:40] for key in passed) or "nobody"
    alt = f"Supply routes to {name_of(graph, company)[:60]} from left to right. All of them pass {names}."
    return steps_picture(
        graph, company, [group for group in groups[::-1] if group], ties, focus=passed, alt=alt
    )


def _on_routes(graph: nx.MultiDiGraph, company: str, root: str | None) -> dict[str, int]:
    """Who stands on a supply route to a company, with the hops to it; only on routes from ``root`` where given."""
    above = reach(graph, company, max_hops=None).found
    if root is None:
        return {key: item.hops for key, item in above.items()}
    if root not in above:
        return {}
    # A route neither leads on beyond the company nor back into its start.
    before = reach(graph.subgraph(set(graph) - {root}), company, max_hops=None).found
    after = reach(graph.subgraph(set(graph) - {company}), root, upstream=False, max_hops=None).found
    return {root: above[root].hops} | {key: item.hops for key, item in before.items() if key in after}


def continued(groups: Sequence[Sequence[str]]) -> list[str]:
    """What is to be said of columns that were too long."""
    return ["A long column is continued beside it."] if any(len(group) > ROWS for group in groups) else []


def tall(groups: Sequence[Sequence[str]]) -> int:
    """Height of a drawing in columns."""
    return min(640, max(340, 60 * min(ROWS, max(len(group) for group in groups))))
