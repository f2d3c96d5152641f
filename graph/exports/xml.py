"""GraphML and GEXF, written as a stream: None is left out, lists are joined, odd characters replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from graph.exports.records import ENTITY_ATTRIBUTES, TIE_ATTRIBUTES, flat, xml_text
from graph.model import Entity, Tie
from graph.ontology import ontology
from graph.store.base import Store

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_OWNERS = (("node", ENTITY_ATTRIBUTES), ("edge", TIE_ATTRIBUTES))


def write_graphml(store: Store, file: IO[bytes]) -> None:
    """Every entity as a node and every tie as a directed edge with its id."""
    _write(file, _graphml(store))


def write_gexf(store: Store, file: IO[bytes]) -> None:
    """The same graph for Gephi: GEXF 1.2 with names as labels and the colours of the kinds."""
    _write(file, _gexf(store))


def _graphml(store: Store) -> Iterator[str]:
    yield _DECLARATION
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for owner, attributes in _OWNERS:
        for name, kind in attributes.items():
            key = {"id": f"{owner}.{name}", "for": owner, "attr.name": name, "attr.type": kind}
            yield _tag("key", key, closed=True)
    yield '<graph id="interlock" edgedefault="directed">'
    for entity in store.entities():
        yield f"{_tag('node', {'id': entity.id})}{_data('node', entity)}</node>"
    for tie in store.ties():
        ends = {"id": tie.id, "source": tie.from_id, "target": tie.to_id}
        yield f"{_tag('edge', ends)}{_data('edge', tie)}</edge>"
    yield "</graph>"
    yield "</graphml>"


def _gexf(store: Store) -> Iterator[str]:
    yield _DECLARATION
    space = "http://www.gexf.net/1.2draft"
    yield f'<gexf xmlns="{space}" xmlns:viz="{space}/viz" version="1.2">'
    yield '<graph mode="static" defaultedgetype="directed">'
    for owner, attributes in _OWNERS:
        yield f'<attributes class="{owner}" mode="static">'
        for name, kind in attributes.items():
            yield _tag("attribute", {"id": f"{owner}.{name}", "title": name, "type": kind}, closed=True)
        yield "</attributes>"
    yield "<nodes>"
    for entity in store.entities():
        node = _tag("node", {"id": entity.id, "label": entity.name})
        yield f"{node}{_attvalues('node', entity)}{_colour(entity)}</node>"
    yield "</nodes>"
    yield "<edges>"
    for tie in store.ties():
        label = ontology().types[tie.type].title
        ends = {"id": tie.id, "source": tie.from_id, "target": tie.to_id, "type": "directed", "label": label}
        yield f"{_tag('edge', ends)}{_attvalues('edge', tie)}</edge>"
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _data(owner: str, record: Entity | Tie) -> str:
    return "".join(
        f'<data key="{owner}.{name}">{_text(str(value))}</data>' for name, value in flat(record).items()
    )


def _attvalues(owner: str, record: Entity | Tie) -> str:
    values = "".join(
        _tag("attvalue", {"for": f"{owner}.{name}", "value": str(value)}, closed=True)
        for name, value in flat(record).items()
    )
    return f"<attvalues>{values}</attvalues>"


def _colour(entity: Entity) -> str:
    colour = ontology().kinds[entity.kind].colour
    parts = (colour[1:3], colour[3:5], colour[5:7])
    rgb = {name: str(int(part, 16)) for name, part in zip("rgb", parts, strict=True)}
    return _tag("viz:color", rgb, closed=True)


def _tag(name: str, attributes: Mapping[str, str], *, closed: bool = False) -> str:
    text = "".join(f" {key}={quoteattr(xml_text(value))}" for key, value in attributes.items())
    return f"<{name}{text}{' /' if closed else ''}>"


def _text(text: str) -> str:
    # A bare carriage return would be read back as a line feed.
    return escape(xml_text(text), {"\r": "&#13;"})


def _write(file: IO[bytes], lines: Iterator[str]) -> None:
    for line in lines:
        file.write(line.encode())
        file.write(b"\n")
