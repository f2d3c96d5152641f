"""A canvas as parameters of an address, and back. What comes back is checked; what was dropped is said."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

import networkx as nx

from graph.canvas import LAYOUTS, MOST_ENTITIES, Canvas, CanvasFilters, add, expand, pin
from graph.dates import parse_date
from graph.errors import SchemaViolation
from graph.model import FACT_STATUSES
from graph.ontology import ID_MAX, ontology
from graph.wording import counted

PLAIN_MAX = 1_500
"""Characters of readable parameters; a longer canvas goes into one compressed parameter."""
PACKED_MAX = 6_000
"""Characters of the compressed parameter: every current browser, server and messenger carries that much."""
_UNPACKED_MAX = 400_000
_PIN = re.compile(r"([^.]+)\.(-?\d{1,5})\.(-?\d{1,5})", re.ASCII)
FIELDS = (
    "id", "ids", "c", "as_of", "all", "status", "types", "min", "unknown", "undated", "layout", "among",
    "hide", "pins",
)  # fmt: skip
"""Parameters of an address that belong to a canvas."""
START_WITH = 25
"""Neighbours that come along where an address names one entity only."""


@dataclass(frozen=True, slots=True)
class Link:
    """Parameters for the address, and what of the canvas does not fit into it, as a sentence."""

    query: dict[str, str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """A canvas from an address, and what was wrong with the address, as sentences."""

    canvas: Canvas
    notes: tuple[str, ...] = ()


def to_link(canvas: Canvas) -> Link:
    """The parameters that bring a canvas back: ids, filters, date, layout, pins; not what is selected.

    Readable parameters while they are short; else one parameter ``c``: JSON, zlib, base64url. A canvas too
    large even for that loses hidden ids, then pins, then its last entities, and the note says so.
    """
    plain = _plain(canvas)
    if sum(len(quote(key + value)) + 2 for key, value in plain.items()) <= PLAIN_MAX:
        return Link(plain)
    if len(packed := _pack(plain)) <= PACKED_MAX:
        return Link({"c": packed})
    lean = replace(canvas, hidden=frozenset(), pins=())
    low, high = 0, len(lean.shown)
    while low < high:
        middle = (low + high + 1) // 2
        if len(_pack(_plain(_first(lean, middle)))) <= PACKED_MAX:
            low = middle
        else:
            high = middle - 1
    lost = "what was hidden and pinned" if low == len(lean.shown) else f"all but the first {low:,} entities"
    return Link(
        {"c": _pack(_plain(_first(lean, low)))},
        f"This canvas is too large for an address: the link leaves out {lost}.",
    )


def from_query(query: Mapping[str, str], graph: nx.MultiDiGraph) -> Restored:
    """Read a canvas from the parameters of an address.

    ``id`` alone starts a canvas with an entity and its largest neighbours.

    Args:
        query: parameters as given; others than ``FIELDS`` are passed over.
        graph: every entity and tie there is.
    """
    notes: list[str] = []
    values = {key: value for key, value in query.items() if key in FIELDS}
    if packed := values.pop("c", ""):
        unpacked = _unpack(packed)
        if unpacked is None:
            notes.append("The link is damaged: the part that names the entities cannot be read.")
        values = {**(unpacked or {}), **values}
    canvas = Canvas(
        filters=_filters(values, notes),
        layout=_one_of(values.get("layout", "force"), LAYOUTS, "force", "layout", notes),
        among=values.get("among") != "0",
    )
    canvas = _entities(canvas, values, graph, notes)
    if start := values.get("id", "").strip():
        if start in graph:
            grown = expand(canvas, graph, start, most=START_WITH)
            canvas = grown.canvas
            if len(grown.added) < grown.available:
                notes.append(f"Neighbours: {grown.sentence}")
        else:
            notes.append(_missing([start]))
    canvas = _pins(canvas, values.get("pins", ""), notes)
    return Restored(canvas, tuple(notes))


def _plain(canvas: Canvas) -> dict[str, str]:
    filters = canvas.filters
    centres = set(canvas.centres)
    facts = filters.statuses == frozenset(FACT_STATUSES)
    every = filters.statuses == frozenset(ontology().statuses)
    given = {
        "ids": "~".join(f"{_safe(key)}{'.' if key in centres else ''}" for key in canvas.shown),
        "as_of": filters.as_of or "",
        "all": "1" if every else "",
        "status": "" if facts or every else "~".join(sorted(filters.statuses)) or "none",
        "types": "" if filters.types is None else "~".join(sorted(filters.types)) or "none",
        "min": "" if filters.min_usd is None else str(filters.min_usd),
        "unknown": "" if filters.unknown_amounts else "0",
        "undated": "1" if filters.undated else "",
        "layout": "" if canvas.layout == "force" else canvas.layout,
        "among": "" if canvas.among else "0",
        "hide": "~".join(_safe(key) for key in sorted(canvas.hidden)),
        "pins": "~".join(f"{_safe(key)}.{round(x * 1000)}.{round(y * 1000)}" for key, x, y in canvas.pins),
    }
    return {key: value for key, value in given.items() if value}


def _first(canvas: Canvas, number: int) -> Canvas:
    kept = canvas.shown[:number]
    return replace(canvas, shown=kept, centres=tuple(key for key in canvas.centres if key in kept))


def _filters(values: Mapping[str, str], notes: list[str]) -> CanvasFilters:
    known = ontology()
    statuses = frozenset(FACT_STATUSES)
    if values.get("all") == "1":
        statuses = frozenset(known.statuses)
    elif "status" in values:
        statuses = _subset(values["status"], known.statuses, "statuses", notes)
    types = _subset(values["types"], known.types, "kinds of ties", notes) if "types" in values else None
    return CanvasFilters(
        types=types,
        statuses=statuses,
        min_usd=_whole(values.get("min", ""), notes),
        unknown_amounts=values.get("unknown") != "0",
        as_of=_date(values.get("as_of", ""), notes),
        undated=values.get("undated") == "1",
    )


def _entities(canvas: Canvas, values: Mapping[str, str], graph: nx.MultiDiGraph, notes: list[str]) -> Canvas:
    asked = [
        (_back(part.removesuffix(".")), part.endswith("."))
        for part in _parts(values.get("ids", ""))
        if part != "."
    ]
    found = [(key, centre) for key, centre in asked if key in graph]
    if missing := [key for key, _ in asked if key not in graph]:
        notes.append(_missing(missing))
    if len(found) > MOST_ENTITIES:
        notes.append(
            f"Only the first {MOST_ENTITIES:,} of {counted(len(found), 'entity')} of the link are shown."
        )
    canvas = add(canvas, [key for key, _ in found], centre=False)
    on_it = set(canvas.shown)
    centres = tuple(dict.fromkeys(key for key, centre in found if centre and key in on_it))
    hidden: frozenset[str] = frozenset()
    if text := values.get("hide", ""):
        wanted = {_back(part) for part in _parts(text)}
        ties = {key for _, _, key in graph.edges(keys=True)}
        hidden = frozenset(key for key in wanted if key in ties or (key in graph and key not in on_it))
        if lost := len(wanted - hidden):
            notes.append(f"{lost} hidden ids of the link are not in the data.")
    return replace(canvas, centres=centres, hidden=hidden)


def _pins(canvas: Canvas, text: str, notes: list[str]) -> Canvas:
    places: dict[str, tuple[float, float]] = {}
    shown, wrong = set(canvas.shown), 0
    for part in _parts(text):
        found = _PIN.fullmatch(part)
        if found and (key := _back(found[1])) in shown:
            places[key] = (int(found[2]) / 1000, int(found[3]) / 1000)
        else:
            wrong += 1
    for key, (x, y) in places.items():
        canvas = pin(canvas, key, x, y)
    if wrong:
        notes.append(f"{wrong} pinned places of the link cannot be used.")
    return canvas


def _subset(text: str, known: Iterable[str], what: str, notes: list[str]) -> frozenset[str]:
    asked = set(_parts(text)) - {"none"}
    kept = asked & set(known)
    if kept != asked:
        notes.append(f"{len(asked - kept)} {what} of the link are not known.")
    return frozenset(kept)


def _one_of(value: str, known: Mapping[str, str], default: str, what: str, notes: list[str]) -> str:
    if value in known:
        return value
    notes.append(f"The {what} of the link is not known.")
    return default


def _whole(text: str, notes: list[str]) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return int(text)
    notes.append("The smallest amount of the link is not a whole number of dollars.")
    return None


def _date(text: str, notes: list[str]) -> str | None:
    text = text.strip()
    if not text:
        return None
    try:
        return parse_date(text, field="as of").text
    except SchemaViolation as error:
        notes.append(f"The date of the link is left out: {error.message}")
        return None


def _missing(keys: list[str]) -> str:
    names = ", ".join(f"“{key[:40]}”" for key in keys[:3])
    more = f" and {len(keys) - 3:,} more" if len(keys) > 3 else ""
    if len(keys) == 1:
        return f"One entity of the link is not in the data: {names}."
    return f"{len(keys):,} entities of the link are not in the data: {names}{more}."


def _parts(text: str) -> list[str]:
    """Members of a list. Commas are taken too: people type them."""
    return [part.strip() for part in re.split("[~,]", text) if part.strip()]


def _safe(key: str) -> str:
    """An id as it stands in a list: ``~`` separates, ``.`` marks; an address shows both as they are."""
    return quote(key, safe="", errors="surrogatepass").replace("~", "%7E").replace(".", "%2E")


def _back(text: str) -> str:
    return _quietly(lambda: unquote(text.strip(), errors="surrogatepass")) or text[:ID_MAX]


def _quietly(read: Callable[[], str]) -> str | None:
    try:
        return read()
    except ValueError:  # half a character, as in %ED%A0
        return None


def _pack(values: Mapping[str, str]) -> str:
    text = json.dumps(values, separators=(",", ":"), sort_keys=True).encode("ascii")
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode("ascii").rstrip("=")


def _unpack(text: str) -> dict[str, str] | None:
    """The parameters inside ``c``; None when it is no such thing, or blows up beyond all reason."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        expander = zlib.decompressobj()
        data = expander.decompress(raw, _UNPACKED_MAX)
        if expander.unconsumed_tail or not expander.eof:
            return None
        values = json.loads(data)
    except (ValueError, zlib.error, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    return {
        key: value for key, value in values.items() if key in FIELDS and key != "c" and isinstance(value, str)
    }
