"""GraphML, GEXF, Pajek, node-link JSON and live NetworkX graphs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.exports.node_link import write_node_link
from graph.exports.xml import write_gexf, write_graphml
from graph.importer import import_records
from graph.model import Batch, Entity, Item, Placed, Source, Tie
from graph.ontology import check
from graph.projection import Filters, graph_of
from graph.store.base import Store
from graph.store.embedded import EmbeddedStore
from loaders import ReadOptions, plan
from loaders.graph_files import from_networkx
from loaders.mapping import mapping_of, write_mapping
from loaders.values import made_id
from tests.unit.loaders.reading import (
    checked,
    ends_of_rows,
    entities,
    problems,
    read_as,
    remarks,
    skipped,
    sources,
    survives,
    ties,
    unread,
)

FILES = Path(__file__).parents[2] / "fixtures" / "graph_files"


class Held:
    """What the exports ask of a store."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def entities(self) -> tuple[Entity, ...]:
        return self.batch.entities

    def ties(self) -> tuple[Tie, ...]:
        return self.batch.ties

    def sources(self) -> tuple[Source, ...]:
        return self.batch.sources


AWKWARD = Batch(
    (
        Entity("a", " N/A ", "company", ("AWS", "a, b"), "EU", "1999", ("ai-chips",), "a;b", ("lei:x", "reg:GB:1")),
        Entity("b", "unknown", "person", born="1970-03", note="<&\"'>"),
        Entity("c", "c", "party", stub=True),
    ),
    (
        Tie("r:1", "a", "OWNS", "b2", "active", share_min=0.0, share_max=0.25, share_basis="voting", interest="-",
            directness="indirect", quantity="0010.50", sources=("s1", "s2")),
        Tie("r2", "b", "HOLDS_ROLE", "a", "ended", "2017-09", "2018", " none", sources=("s1",), note="n/a"),
        Tie("r3", "b", "HOLDS_ROLE", "a", "ended", "2017-09", "2018", " none", sources=("s1",), note="n/a"),
        Tie("r4", "a", "SUPPLIES", "c", "alleged", amount="1500.50", currency="EUR", share=1e-05, share_basis="cost",
            round="?", product="-", amount_usd=7, round_usd=9, sources=("s2",)),
    ),
    (Source("s1", "P", "T", "2020", "https://example.org/", "en"), Source("s2", "Q", "U")),
)  # fmt: skip


def write(path: Path, writer: Callable[[Store, IO[bytes]], None], batch: Batch) -> Path:
    out = io.BytesIO()
    writer(Held(batch), out)  # pyright: ignore[reportArgumentType]
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.parametrize("which", ["bundled", "awkward"])
@pytest.mark.parametrize(
    ("name", "writer"), [("graphml", write_graphml), ("gexf", write_gexf), ("node-link", write_node_link)]
)
def test_our_own_exports_come_back_equal(
    tmp_path: Path, bundled: Batch, which: str, name: str, writer: Callable[[Store, IO[bytes]], None]
) -> None:
    batch = bundled if which == "bundled" else AWKWARD
    path = write(tmp_path / f"x.{name}", writer, batch)
    (reading,) = plan([path]).readings
    assert reading.loader.format_id == name
    items = list(reading.loader.read(reading.source))
    found = Batch.of(item.record for item in items if isinstance(item, Placed))
    assert found.entities == batch.entities
    assert found.ties == batch.ties
    if name == "node-link":
        assert found.sources == batch.sources
    else:
        cited = {key for tie in batch.ties for key in tie.sources}
        assert {source.id for source in found.sources} == cited
        # The file has only their ids: a store that knows more keeps what it knows.
        assert all(
            item.weak for item in items if isinstance(item, Placed) and isinstance(item.record, Source)
        )
    assert (problems(items), remarks(items), unread(items), skipped(items)) == ([], [], [], {})
    assert {item.record.id for item in items if isinstance(item, Placed) and item.weak} - {
        source.id for source in found.sources
    } == {entity.id for entity in batch.entities if entity.stub}


def test_our_own_projection_comes_back_equal(bundled: Batch) -> None:
    graph = graph_of(bundled.entities, bundled.ties, Filters.all_statuses())
    items = list(from_networkx(graph))
    found = Batch.of(item.record for item in items if isinstance(item, Placed))
    assert sorted(found.entities, key=lambda one: one.id) == sorted(bundled.entities, key=lambda one: one.id)
    assert {tie.id: tie for tie in found.ties} == {tie.id: tie for tie in bundled.ties}
    assert remarks(items) == []


def test_graphml_with_parallel_edges_defaults_and_labels() -> None:
    items = read_as("graphml", FILES / "typical.graphml")
    assert entities(items) == {
        "alder": Entity("alder", "Alder Works", "company", country="US", sectors=("st",)),
        "birch": Entity("birch", "Birch Capital", "investor", country="US"),
        "Cedar Lab": Entity("Cedar Lab", "Cedar Lab", "organization", country="DE", sectors=("laboratory",)),
    }
    assert [(t.from_id, t.type, t.to_id, t.amount_usd, t.share, t.role) for t in ties(items)] == [
        ("birch", "INVESTED_IN", "alder", 5_000_000, 0.25, None),
        ("birch", "INVESTED_IN", "alder", None, None, None),
        ("birch", "INVESTED_IN", "alder", None, None, None),
        ("alder", "RELATED_TO", "Cedar Lab", None, None, "funds"),
        ("alder", "RELATED_TO", "Cedar Lab", None, None, "OWNS"),
        ("alder", "RELATED_TO", "nobody", None, None, None),
    ]
    assert len({t.id for t in ties(items)}) == 6
    assert sources(items) == [Source("graphml:typical.graphml", "typical.graphml", "typical.graphml")]
    assert ("directed", "false") in remarks(items)
    assert ends_of_rows(items) == {"records": 9, "rejected": 1, "skipped": 1}
    assert unread(items) == ["size"]
    assert {(type(i.record).__name__, i.place.line) for i in items if isinstance(i, Placed)} >= {
        ("Entity", 9), ("Tie", 24),
    }  # fmt: skip


def test_graphml_in_one_line_counts_every_element(tmp_path: Path) -> None:
    text = (FILES / "typical.graphml").read_text()
    path = tmp_path / "typical.graphml"
    path.write_text(text.replace("\n", " "))
    dense, whole = read_as("graphml", path), read_as("graphml", FILES / "typical.graphml")
    assert ends_of_rows(dense) == ends_of_rows(whole)
    assert [t.id for t in ties(dense)] == [t.id for t in ties(whole)]


def test_yed_names_and_groups() -> None:
    items = read_as("graphml", FILES / "yed.graphml")
    assert {key: entity.name for key, entity in entities(items).items()} == {
        "yed:n0": "Holding group", "yed:n0::n0": "Alder Works", "yed:n0::n1": "Birch Capital",
        "yed:n1": "Dora Elm",
    }  # fmt: skip
    assert [(t.from_id, t.type, t.to_id, t.role) for t in ties(items)] == [
        ("yed:n0::n1", "OWNS", "yed:n0::n0", None), ("yed:n1", "RELATED_TO", "yed:n0", "leads since 2019"),
    ]  # fmt: skip
    assert ("id", "n0") in remarks(items), "numbers as ids are told"


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3"])
def test_gexf(tmp_path: Path, version: str) -> None:
    text = (FILES / "typical.gexf").read_text()
    if version == "1.1":
        text = text.replace('for="', 'id="').replace("1.2draft", "1.1draft")
    if version == "1.3":
        text = text.replace("http://www.gexf.net/1.2draft", "http://gexf.net/1.3").replace("a|b", "[a, b]")
    path = tmp_path / "typical.gexf"
    path.write_text(text)
    items = list(plan([path]).items())
    assert entities(items) == {
        one.id: one
        for one in (
            Entity("typical:0", "Alder Works", "company", sectors=("a", "b"), country="US"),
            Entity("typical:1", "Dora Elm", "person", country="DE"),
            Entity("typical:2", "Part of it", "party", country="DE"),
        )
    }
    assert [(t.from_id, t.type, t.to_id, t.start_date, t.end_date, t.role) for t in ties(items)] == [
        ("typical:1", "HOLDS_ROLE", "typical:0", "2019-02-01", "2020", "head"),
        ("typical:1", "RELATED_TO", "typical:0", None, None, "HOLDS_ROLE"),
        ("typical:1", "RELATED_TO", "typical:2", None, None, "knows"),
    ]
    assert {("directed", "false"), ("id", "0")} <= set(remarks(items))
    assert unread(items) == ["time start", "weight"]
    assert ends_of_rows(items) == {"records": 6}


def test_pajek() -> None:
    items = list(plan([FILES / "typical.net"]).items())
    alder, birch, ash, second = (
        made_id("name", "typical", *key) for key in (("alderworks",), ("birch",), ("ash",), ("ash", "4"))
    )
    assert entities(items) == {
        alder: Entity(alder, "Alder Works", "party"), birch: Entity(birch, "Birch", "party"),
        ash: Entity(ash, "Ash", "party"), second: Entity(second, "ASH", "party"),
    }  # fmt: skip
    five = made_id("name", "typical", "5")
    assert entities(items, weak=True) == {five: Entity(five, "5", "party")}
    assert [(t.from_id, t.type, t.to_id, t.role) for t in ties(items)] == [
        (alder, "SUPPLIES", birch, "chips"),
        (alder, "SUPPLIES", birch, "chips"),
        (birch, "RELATED_TO", five, None),
        (ash, "RELATED_TO", alder, None),
        (ash, "RELATED_TO", birch, None),
        (alder, "RELATED_TO", second, None),
    ]
    assert unread(items) == ["weight"]
    assert remarks(items) == [("directed", "false")]
    assert [p.place.line for p in problems(items)] == [6, 13]
    assert ends_of_rows(items)["rejected"] == 2


def node_link(tmp_path: Path, value: object) -> list[Item]:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    (reading,) = plan([path]).readings
    assert reading.loader.format_id == "node-link"
    return checked(list(reading.loader.read(reading.source)))


def test_networkx_writes_node_link(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node(7, name="Alder Works", kind="company")
    graph.add_edge(7, "b", type="OWNS", share=0.5)
    graph.add_edge(7, "b", type="OWNS", share=0.5)
    for edges in ("links", "edges"):
        items = node_link(tmp_path, nx.node_link_data(graph, edges=edges))
        assert entities(items) == {
            "x:7": Entity("x:7", "Alder Works", "company"), "b": Entity("b", "b", "party"),
        }  # fmt: skip
        assert [(t.from_id, t.type, t.to_id, t.share) for t in ties(items)] == [("x:7", "OWNS", "b", 0.5)] * 2
        assert len({t.id for t in ties(items)}) == 2
    graph.graph["name"] = "Our net"
    assert [(t.from_id, t.share) for t in ties(from_networkx(graph))] == [("our-net:7", 0.5)] * 2


def test_d3_links_by_position_and_by_object(tmp_path: Path) -> None:
    items = node_link(tmp_path, {
        "links": [{"source": 0, "target": 1, "value": 3}, {"source": {"name": "Birch"}, "target": "Alder Works"}],
        "nodes": [{"name": "Alder Works", "group": 1}, {"name": "Birch"}, "Cedar"],
    })  # fmt: skip
    assert list(entities(items)) == ["Alder Works", "Birch", "Cedar"]
    assert [(t.from_id, t.type, t.to_id) for t in ties(items)] == [
        ("Alder Works", "RELATED_TO", "Birch"), ("Birch", "RELATED_TO", "Alder Works"),
    ]  # fmt: skip
    assert unread(items) == ["group", "value"]


def test_graphology_and_cytoscape(tmp_path: Path) -> None:
    items = node_link(tmp_path, {
        "options": {"type": "undirected"}, "nodes": [{"key": "a", "attributes": {"label": "Alder"}}, {"key": "b"}],
        "edges": [{"key": "e", "source": "a", "target": "b", "attributes": {"type": "PARTNERED_WITH"}}],
    })  # fmt: skip
    assert entities(items)["a"].name == "Alder"
    assert [t.type for t in ties(items)] == ["PARTNERED_WITH"]
    items = node_link(tmp_path, {"elements": {
        "nodes": [{"data": {"id": "a", "name": "Alder"}}, {"data": {"id": "b"}}],
        "edges": [{"data": {"source": "a", "target": "b", "type": "OWNS"}}],
    }})  # fmt: skip
    assert entities(items)["a"].name == "Alder"
    assert [(t.from_id, t.type) for t in ties(items)] == [("a", "OWNS")]


def test_labels_of_a_property_graph_beside_names(tmp_path: Path) -> None:
    items = node_link(tmp_path, {"nodes": [
        {"id": "a", "label": "Company;ST", "name": "Alder"}, {"id": "b", "label": "big one", "name": "Birch"},
    ], "links": []})  # fmt: skip
    assert entities(items) == {
        "a": Entity("a", "Alder", "company", sectors=("st",)), "b": Entity("b", "Birch", "party"),
    }  # fmt: skip


def test_a_mapping_gives_directions_types_and_a_prefix(tmp_path: Path) -> None:
    graph = nx.Graph()
    graph.add_node(1, who="Dora Elm", sort="human")
    graph.add_edge(1, 2, pct=30)
    mapping = mapping_of({"tables": [
        {"sheet": "nodes", "entity": {"id": "id", "id_prefix": "my:", "name": "who",
                                      "kind": {"column": "sort", "values": {"human": "person"}}}},
        {"sheet": "edges", "ties": [{"from": {"id": "source", "id_prefix": "my:"},
                                     "to": {"id": "target", "id_prefix": "my:"},
                                     "type": {"value": "OWNS"}, "share": "pct"}]},
    ]})  # fmt: skip
    items = checked(list(from_networkx(graph, mapping=mapping)))
    assert entities(items)["my:1"] == Entity("my:1", "Dora Elm", "person")
    assert [(t.from_id, t.type, t.to_id, t.share) for t in ties(items)] == [("my:1", "OWNS", "my:2", 0.3)]
    assert remarks(items) == []
    write_mapping(mapping, tmp_path / "m.yaml")
    nx.write_graphml(graph, tmp_path / "g.graphml")
    same = read_as("graphml", tmp_path / "g.graphml", options=ReadOptions(mapping=tmp_path / "m.yaml"))
    assert [(t.from_id, t.type, t.to_id, t.share) for t in ties(same)] == [("my:1", "OWNS", "my:2", 0.3)]


@pytest.mark.parametrize("writer", [nx.write_graphml, nx.write_gexf])
def test_counts_agree_with_networkx(tmp_path: Path, writer: Callable[[Any, Path], None]) -> None:
    graph = nx.Graph(list(nx.davis_southern_women_graph().edges))
    writer(graph, path := tmp_path / "women.xml")
    items = list(plan([path]).items())
    # Events are called E1 to E14 there.
    ids = {node: f"women:{node}" if re.fullmatch(r"E\d+", node) else node for node in graph.nodes}
    assert set(entities(items)) == set(ids.values())
    assert {frozenset((t.from_id, t.to_id)) for t in ties(items)} == {
        frozenset((ids[first], ids[second])) for first, second in graph.edges
    }
    assert len(ties(items)) == graph.number_of_edges(), "two-mode data is not projected"
    nx.write_pajek(graph, path := tmp_path / "women.net")
    names = {entity.name for entity in entities(list(plan([path]).items())).values()}
    assert names == set(graph.nodes)
    assert len(ties(list(plan([path]).items()))) == graph.number_of_edges()


def test_networkx_writes_the_type_of_an_edge_where_gexf_has_its_direction(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("birch", name="Birch Capital", kind="investor")
    graph.add_node("alder", name="Alder Works", kind="company")
    graph.add_edge("birch", "alder", type="INVESTED_IN", amount_usd=1_500_000)
    nx.write_gexf(graph, path := tmp_path / "g.gexf")
    assert '<edge source="birch" target="alder" id="0" type="INVESTED_IN">' in path.read_text()
    assert [(t.from_id, t.type, t.to_id, t.amount_usd) for t in ties(list(plan([path]).items()))] == [
        ("birch", "INVESTED_IN", "alder", 1_500_000)
    ]


COUNTED = """<graphml><key id="n" for="node" attr.name="name"/><graph edgedefault="directed">
<node id="n0"><data key="n">{0} one</data></node>
<node id="n1"><data key="n">{0} two</data></node>
<node id="n2"/>
<edge id="e0" source="n0" target="n1"/>
<edge id="e1" source="n1" target="n2"/>
</graph></graphml>"""


def test_numbers_as_ids_mean_something_in_one_file_only(
    tmp_path: Path, embedded_store: EmbeddedStore
) -> None:
    for name in ("Red", "Blue"):
        path = tmp_path / f"{name} net.graphml"
        path.write_text(COUNTED.format(name))
        import_records(embedded_store, plan([path]).items(), strict=False)
        again = import_records(embedded_store, plan([path]).items(), strict=False)
        assert again.import_id is None, "the same file gives the same ids"
    assert {entity.id: entity.name for entity in embedded_store.entities()} == {
        "red-net:n0": "Red one", "red-net:n1": "Red two", "red-net:n2": "red-net:n2",
        "blue-net:n0": "Blue one", "blue-net:n1": "Blue two", "blue-net:n2": "blue-net:n2",
    }  # fmt: skip
    assert len([*embedded_store.ties()]) == 4


def test_files_of_one_name_in_one_load_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("red", "blue"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "net.graphml").write_text(COUNTED.format(folder))
    items = list(plan([tmp_path]).items())
    assert {key for key in entities(items) if key.endswith("n0")} == {"red-net:n0", "blue-net:n0"}


def test_ids_under_a_mapping_stand_as_they_are_on_both_sheets(tmp_path: Path) -> None:
    (path := tmp_path / "net.graphml").write_text(COUNTED.format("Red"))
    rule = {"sheet": "nodes", "entity": {"id": "id", "name": "name"}}
    write_mapping(mapping_of({"tables": [rule]}), tmp_path / "m.yaml")
    items = read_as("graphml", path, options=ReadOptions(mapping=tmp_path / "m.yaml"))
    assert set(entities(items)) == {"n0", "n1", "n2"}
    assert [(tie.from_id, tie.to_id) for tie in ties(items)] == [("n0", "n1"), ("n1", "n2")]


@pytest.mark.parametrize("mark", ["\n", " "])
def test_hyperedges_are_left_aside_and_said(tmp_path: Path, mark: str) -> None:
    (path := tmp_path / "net.graphml").write_text(
        mark.join([
            "<graphml><graph edgedefault='directed'>", "<node id='a'/>", "<node id='b'/>", "<node id='c'/>",
            "<hyperedge><endpoint node='a'/><endpoint node='b'/><endpoint node='c'/></hyperedge>",
            "<edge source='a' target='b'/>", "</graph></graphml>",
        ])
    )  # fmt: skip
    items = read_as("graphml", path)
    assert skipped(items) == {("aside", "a hyperedge joins any number of nodes, a tie two"): 1}
    assert ends_of_rows(items) == {"records": 4, "skipped": 1}


def test_document_types_are_refused(tmp_path: Path) -> None:
    for name, root in (("graphml", "graphml"), ("gexf", "gexf")):
        path = tmp_path / f"x.{name}"
        path.write_text(
            f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "/etc/passwd">]><{root}>&x;</{root}>'
        )
        with pytest.raises(LoadError, match="document type"):
            list(plan([path]).items())


@pytest.mark.parametrize(
    "data", [b"<html><graphml/></html>", b'{\n"a": {"nodes": []}}', b"*Arcs\n1 2", b"{", b"[]"]
)
def test_other_files_are_not_claimed(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.dat"
    path.write_bytes(data)
    with pytest.raises(LoadError, match="in no format"):
        plan([path])


GOOD = [
    ("graphml", "typical.graphml"),
    ("graphml", "yed.graphml"),
    ("gexf", "typical.gexf"),
    ("pajek", "typical.net"),
]


@settings(deadline=None)
@given(data=st.data())
def test_damaged_files_never_break_it(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    form, name = data.draw(st.sampled_from(GOOD))
    whole = (FILES / name).read_bytes()
    place = data.draw(st.integers(0, len(whole)))
    odd = data.draw(
        st.binary(max_size=6)
        | st.sampled_from([b'"', b"<", b"&", b"</node>", b"<node>", b"*Edges\n", b"99999999999"])
    )
    path = tmp_path_factory.mktemp("odd") / name
    path.write_bytes(whole[:place] + odd + whole[place + data.draw(st.integers(0, 9)) :])
    survives(form, path)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["HALF", "9" * 600]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "source", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    nodes=st.lists(VALUES, max_size=4),
    edges=st.lists(VALUES | st.fixed_dictionaries({"source": VALUES, "target": VALUES}), max_size=4),
    rest=VALUES,
)
def test_node_link_of_any_values(
    tmp_path_factory: pytest.TempPathFactory, nodes: list[object], edges: list[object], rest: object
) -> None:
    path = tmp_path_factory.mktemp("odd") / "x.json"
    path.write_text(
        json.dumps(
            {"directed": rest, "nodes": nodes, "edges": edges, "graph": {"ontology": rest, "sources": nodes}}
        ).replace("HALF", "\\ud800")
    )
    survives("node-link", path)


@settings(deadline=None)
@given(
    attributes=st.dictionaries(
        st.sampled_from(["name", "kind", "aliases", "share", "type", "start", "id"]), VALUES
    )
)
def test_networkx_attributes_of_any_type(attributes: dict[str, object]) -> None:
    graph = nx.DiGraph()
    graph.add_node(("a", 1), **attributes)
    graph.add_edge(("a", 1), 2.5, **attributes)
    for item in from_networkx(graph):
        if isinstance(item, Placed):
            check(item.record)


def test_awkward_batch_is_worth_its_name() -> None:
    for record in AWKWARD:
        check(replace(record))
