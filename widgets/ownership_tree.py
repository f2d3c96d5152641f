"""Stakes as drawings: owners above, what is owned below; a line is as wide as the share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import networkx as nx

from graph.analytics.beneficial import CrossHolding
from graph.analytics.claims import TOLERANCE, Stake
from graph.model import EntityId
from graph.pictures.layout import Positions, ring, tree
from graph.pictures.picture import Picture, PictureTie, Rest, part, picture
from graph.wording import counted, percent

_CROWD = 7
"""More than this side by side stand in two rows, so that their names have room."""


def tree_picture(
    graph: nx.MultiDiGraph,
    root: EntityId,
    *,
    above: Sequence[Stake] = (),
    below: Sequence[Stake] = (),
    notes: Mapping[EntityId, str],
    missing: float = 0.0,
    pale: Iterable[EntityId] = (),
    title: str,
    total: int = 0,
) -> Picture:
    """Owners above and firms below an entity; ``missing`` is the part of it that nobody is known to hold."""
    rest = "rest"
    while rest in graph:
        rest += "?"
    edges = [(stake.firm, stake.owner) for stake in above]
    edges += [(root, rest)] if missing > TOLERANCE else []
    over = _staggered(tree(edges, root, upward=True), up=True) if edges else {root: (0.5, 1.0)}
    under = _staggered(tree([(stake.owner, stake.firm) for stake in below], root), up=False) if below else {}
    places = _joined(over, under, root)
    stakes = [stake for stake in (*above, *below) if stake.owner in places and stake.firm in places]
    entities = [entity for entity in places if entity != rest]
    drawn = part(graph, entities, [stake.tie for stake in stakes])
    # The part that is not known stands in the drawing like an owner, so that it is not overlooked.
    rests = [Rest(rest, f"{percent(missing)} not known", root, outward=False, width=_width(missing))]
    made = picture(
        drawn, focus=[root], limit=len(entities), positions=places, notes=notes, pale=set(pale),
        rest=rests if rest in places else [],
    )  # fmt: skip
    made = _with_stakes(made, graph, stakes, title)
    if total > len(entities):
        made = replace(
            made,
            total=total,
            note=f"{len(entities):,} of {counted(total, 'entity')} are drawn, the largest; the table has all.",
        )
    return made


def _joined(over: Positions, under: Positions, root: EntityId) -> Positions:
    """Two trees that share their root, one above the other; what is in both stands above."""
    if not under:
        return over
    shift = over[root][0] - under[root][0]
    half = 0.5 if len(over) > 1 else 0.0
    places = {node: (x, y * half) for node, (x, y) in over.items()}
    places[root] = (over[root][0], half)
    for node, (x, y) in under.items():
        places.setdefault(node, (x + shift, half + (1 - half) * y))
    left = min(x for x, _ in places.values())
    width = max(x for x, _ in places.values()) - left or 1.0
    return {node: ((x - left) / width, y) if width > 1 else (x, y) for node, (x, y) in places.items()}


def _staggered(places: Positions, *, up: bool) -> Positions:
    """Every second one of a crowded level somewhat further out, so that names do not meet."""
    levels: dict[float, list[EntityId]] = {}
    for node, (_, y) in places.items():
        levels.setdefault(round(y, 6), []).append(node)
    step = 0.35 / max(1, len(levels) - 1)
    found = dict(places)
    for members in levels.values():
        if len(members) > _CROWD:
            ordered = sorted(members, key=lambda node: places[node][0])
            for node in ordered[1::2]:
                x, y = places[node]
                found[node] = (x, y + step if up else y - step)
    return found


def _with_stakes(made: Picture, graph: nx.MultiDiGraph, stakes: Iterable[Stake], title: str) -> Picture:
    """The same picture with a line for each stake: as wide as its share, dashed where that is not known."""
    shown = {node.id for node in made.nodes}
    lines: dict[tuple[EntityId, EntityId], PictureTie] = {}
    unknown = 0
    for stake in stakes:
        tie = graph.get_edge_data(stake.owner, stake.firm, default={}).get(stake.tie)
        if tie is None or (stake.owner, stake.firm) in lines or not {stake.owner, stake.firm} <= shown:
            continue
        unknown += stake.share is None
        lines[stake.owner, stake.firm] = PictureTie(
            stake.owner, stake.firm, (tie["tie"],), stake.fact and stake.share is not None, arrow=True,
            width=_width(stake.share),
        )  # fmt: skip
    rest = tuple(line for line in made.ties if not line.ties)
    dashed = f" {unknown} dashed: size not known." if unknown else ""
    names = ", ".join(node.name[:40] for node in made.nodes[:8])
    alt = f"{title}. {len(lines)} stakes among {len(shown)}: {names}.{dashed}"
    return replace(made, ties=(*lines.values(), *rest), alt=alt)


def _width(share: float | None) -> float:
    return 1.2 if share is None else round(1.2 + 4.8 * min(1.0, max(0.0, share)), 1)


def groups_picture(graph: nx.MultiDiGraph, groups: Sequence[CrossHolding]) -> Picture:
    """The groups of firms that hold one another, the largest group first, each on a ring of its own."""
    across = min(3, len(groups))
    down = -(-len(groups) // across)
    places: Positions = {}
    for index, group in enumerate(groups):
        left, top = index % across / across, index // across / down
        for member, (x, y) in ring(group.members).items():
            places[member] = (left + (0.2 + 0.6 * x) / across, top + (0.2 + 0.6 * y) / down)
    stakes = [stake for group in groups for stake in group.stakes]
    drawn = part(graph, places, [stake.tie for stake in stakes])
    made = picture(drawn, limit=100, positions=places)
    return _with_stakes(made, graph, stakes, "Firms that hold one another")
