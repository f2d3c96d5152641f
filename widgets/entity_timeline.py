"""The timeline of an entity as a Vega-Lite chart: data only, every name a plain value of a field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from graph.dates import parse_date
from graph.ontology import ontology
from graph.pictures.look import Palette
from graph.timeline import ENDS, Bar, Timeline
from graph.wording import counted, plural
from widgets.text import plain

ROW = 21  # pixels
SHORT_DAYS = 45  # a deal of a day or a month would be too thin to see as a bar
_COLOURS = {
    "ownership": ("#8a3b7a", "#d08ac1"), "money": ("#00725a", "#4cc2a4"), "supply": ("#b35900", "#f0a04b"),
    "people": ("#0b5cad", "#6cb2ff"), "alliance": ("#6b6f00", "#c3c84a"), "rivalry": ("#b3261e", "#ff8f86"),
    "oversight": ("#5b4bb3", "#a99cf5"), "other": ("#5b5b5b", "#b4bfcd"),
}  # fmt: skip
"""Family of ties to its colour on a light and on a dark page."""
_MARKS = {"open": "›", "unknown": "?"}


def timeline_chart(
    bars: Sequence[Bar], whole: Timeline, as_of: str | None, palette: Palette
) -> dict[str, Any]:
    """Bars on a line of time, the same scale on every page of a long list.

    Args:
        bars: those to draw, in order.
        whole: all of them, for the scale.
        as_of: a date to mark with a line.
        palette: colours of the page.
    """
    values = _values(bars)
    families = list(dict.fromkeys(bar.line.family for bar in bars))
    colours = [_COLOURS.get(name, _COLOURS["other"])[palette.dark] for name in families]
    titles = [ontology().families[name] for name in families]
    scale = {"type": "utc", "domain": [whole.first_day, whole.last_day], "nice": True}
    x = {
        "field": "start",
        "type": "temporal",
        "title": None,
        "scale": scale,
        "axis": {"orient": "top", "grid": True},
    }
    y = {
        "field": "row", "type": "nominal", "sort": [each["row"] for each in values], "title": None,
        "axis": {
            "labelLimit": 170, "labelOverlap": False, "labelPadding": 6, "domain": False, "ticks": False,
            "labelColor": palette.text,
        },
    }  # fmt: skip
    colour = {
        "field": "family", "type": "nominal", "scale": {"domain": titles, "range": colours},
        # The name of a row says which tie it is, and a phone has no room.
        "legend": None,
    }  # fmt: skip
    tooltip = [{"field": name, "type": "nominal", "title": name} for name in ("tie", "from", "to", "status")]
    no_fact = {"test": "datum.plan"}
    layers: list[dict[str, Any]] = [
        {
            "transform": [{"filter": "!datum.point"}],
            "mark": {"type": "bar", "height": ROW * 0.62, "cornerRadius": 2, "strokeWidth": 1.4},
            "encoding": {
                "x": x, "x2": {"field": "end"}, "y": y, "color": colour, "tooltip": tooltip,
                "stroke": colour,
                "fillOpacity": {"condition": {**no_fact, "value": 0.1}, "value": 0.8},
                "strokeDash": {"condition": {**no_fact, "value": [4, 3]}, "value": [1, 0]},
            },
        },
        {
            "transform": [{"filter": "datum.point"}],
            "mark": {"type": "point", "shape": "diamond", "size": 90, "filled": True},
            "encoding": {
                "x": x, "y": y, "color": colour, "tooltip": tooltip,
                "opacity": {"condition": {**no_fact, "value": 0.45}, "value": 1},
            },
        },
        {
            "transform": [{"filter": "datum.mark != ''"}],
            "mark": {"type": "text", "align": "left", "dx": 3, "fontSize": 14, "fontWeight": "bold", "color": palette.text},
            "encoding": {"x": {**x, "field": "end"}, "y": y, "text": {"field": "mark"}},
        },
    ]  # fmt: skip
    if as_of:
        day = parse_date(as_of)
        layers.append(
            {
                "data": {"values": [{"first": day.first_day, "last": day.last_day}]},
                "mark": {"type": "rect", "opacity": 0.22, "color": palette.accent, "stroke": palette.accent},
                "encoding": {"x": {**x, "field": "first"}, "x2": {"field": "last"}},
            }
        )
    return {
        "data": {"values": values},
        "height": {"step": ROW},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }


def timeline_alt(name: str, bars: Sequence[Bar], whole: Timeline) -> str:
    """The chart in words."""
    open_ones = sum(bar.ends == "open" for bar in bars)
    return (
        f"Timeline of {plain(name, 80)}: {len(bars)} of {len(whole.bars)} dated ties from {whole.first_day} to "
        f"{whole.last_day}, {open_ones} of them go on; {counted(len(whole.undated), 'tie')} without a start date {plural(len(whole.undated), 'is', 'are')} not drawn."
    )


def _values(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """One record a bar; rows have different names, because a row of the chart is known by its name."""
    found: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    types, families = ontology().types, ontology().families
    for bar in bars:
        tie = bar.line.tie
        name = f"{plain(bar.line.other.name, 26)} · {types[tie.type].title}"
        seen[name] = seen.get(name, 0) + 1
        days = (date.fromisoformat(bar.last_day) - date.fromisoformat(bar.first_day)).days
        found.append(
            {
                "row": name if seen[name] == 1 else f"{name} ({seen[name]})",
                "start": bar.first_day, "end": bar.last_day, "family": families[bar.line.family],
                "plan": not tie.is_fact, "point": bar.ends in ("deal", "date") and days <= SHORT_DAYS,
                "mark": _MARKS.get(bar.ends, ""), "tie": plain(bar.line.sentence, 200), "status": tie.status,
                "from": tie.start_date, "to": tie.end_date or ENDS[bar.ends],
            }
        )  # fmt: skip
    return found
