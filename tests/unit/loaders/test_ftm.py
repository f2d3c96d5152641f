"""FollowTheMoney: entities, edges, references and statements, with the library as a second opinion."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import Entity, Source
from loaders import loader_for
from loaders.ftm_schema import (
    ABSTRACT,
    AWARD,
    CONTRACT,
    EDGES,
    KINDS,
    OCCUPANCY,
    OTHERS,
    POSITION,
    aside,
)
from loaders.source_file import SourceFile
from tests.unit.loaders.reading_checks import (
    Read,
    check_spoilt_rows,
    read,
    read_or_refused,
    spoilt_bytes,
    spoilt_rows,
    write_lines,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ftm"
TYPICAL = FIXTURES / "typical.ftm.json"
AWKWARD = FIXTURES / "awkward.ftm.json"
STATEMENTS = FIXTURES / "statements.csv"


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def entity(key: str, schema: str, **properties: Any) -> dict[str, Any]:
    return {"id": key, "schema": schema, "properties": properties}


def test_entities() -> None:
    found = read(TYPICAL).entities
    assert {key: item.kind for key, item in found.items()} == {
        "per-ada": "person",
        "co-mill": "company",
        "addr-1": "address",
        "gov-1": "government",
        "gov-2": "government",
        "co-sub": "company",
        "org-1": "organization",
        "le-1": "party",
        "ship-1": "asset",
    }
    # Neither the day of birth nor the passport is kept.
    assert found["per-ada"] == Entity(
        "per-ada",
        "Ada Example",
        "person",
        aliases=("Ада Пример", "A. Example"),
        country="FI",
        sectors=("role.pep", "sanction"),
        identifiers=("wikidata:Q1234567", "reg:ftm:old-ada"),
        born="1970-03",
        note="Positions: Member of the board of trade.",
    )
    assert found["co-mill"] == Entity(
        "co-mill",
        "Mill Oy",
        "company",
        country="FI",
        founded="1999",
        sectors=("paper-making",),
        identifiers=(
            "lei:529900EXAMPLE0000012",
            "cik:0001234567",
            "opencorporates:fi/0012345-6",
            "reg:FI:0012345-6",
        ),
    )
    assert found["ship-1"].identifiers == ("reg:imo:IMO1234567",)
    assert found["addr-1"].name == "1 Mill Lane, Exampletown"


def test_edges_run_the_way_the_schema_says() -> None:
    found = read(TYPICAL)
    assert {tie.id: (tie.from_id, tie.type, tie.to_id) for tie in found.ties if "-" in tie.id} == {
        "ftm:own-1": ("per-ada", "OWNS", "co-mill"),
        "ftm:dir-1": ("per-ada", "BOARD_MEMBER_OF", "co-mill"),
        "ftm:mem-1": ("per-ada", "MEMBER_OF", "org-1"),
        "ftm:emp-1": ("per-ada", "HOLDS_ROLE", "gov-1"),
        "ftm:rep-1": ("le-1", "SERVES", "co-mill"),
        "ftm:pay-1": ("co-mill", "PAID", "org-1"),
        "ftm:debt-1": ("co-mill", "LENT_TO", "co-sub"),
        "ftm:fam-1": ("per-ada", "RELATED_TO", "per-bo"),
        "ftm:ass-1": ("per-ada", "RELATED_TO", "le-1"),
        "ftm:unk-1": ("le-1", "LOCATED_AT", "addr-1"),
        "ftm:suc-1": ("co-mill", "RELATED_TO", "co-sub"),
        "ftm:sim-1": ("le-1", "MAYBE_SAME_AS", "co-mill"),
        "ftm:awd-1": ("co-mill", "SUPPLIES", "gov-1"),
        "ftm:occ-1": ("per-ada", "HOLDS_ROLE", "gov-1"),
    }
    assert found.counts == {"records": 24, "aside": 5}


def test_what_edges_say() -> None:
    ties = {tie.id: tie for tie in read(TYPICAL).ties}
    own = ties["ftm:own-1"]
    assert (own.share, own.share_basis, own.start_date, own.interest) == (
        0.4,
        "equity",
        "2018-02-01",
        "shareholder",
    )
    seat = ties["ftm:dir-1"]
    assert (seat.role, seat.start_date, seat.end_date, seat.status) == (
        "Chair; Chief executive",
        "2018-06",
        "2022-03",
        "ended",
    )
    assert (ties["ftm:emp-1"].status, ties["ftm:emp-1"].end_date) == ("ended", None)
    paid = ties["ftm:pay-1"]
    assert (paid.status, paid.start_date, paid.amount, paid.currency, paid.note) == (
        "completed",
        "2020-07-01",
        "12000",
        "EUR",
        "Donation",
    )
    assert ties["ftm:debt-1"].amount_usd == 500_000
    assert ties["ftm:fam-1"].role == "sister"
    assert (ties["ftm:awd-1"].product, ties["ftm:awd-1"].amount) == ("Paper for the ministry", "90000")
    assert ties["ftm:occ-1"].role == "Head of the Ministry of Examples"


def test_several_values_of_the_ends_make_several_ties() -> None:
    found = read(TYPICAL)
    pairs = [*found.between("per-ada", "co-sub"), *found.between("le-1", "co-sub")]
    # One of the owners is named by an old id.
    assert [
        (tie.from_id, tie.share, tie.share_min, tie.share_max, tie.quantity, tie.amount, tie.currency)
        for tie in pairs
    ] == [
        ("per-ada", None, 0.25, 0.5, "1500", "25000.5", "EUR"),
        ("le-1", None, 0.25, 0.5, "1500", "25000.5", "EUR"),
    ]
    assert len({tie.id for tie in pairs}) == 2


def test_plain_references_are_ties() -> None:
    found = read(TYPICAL)
    assert Counter(
        (tie.from_id, tie.type, tie.to_id, tie.interest)
        for tie in found.ties
        if tie.interest in ("parent", "owner", "operator", "addressEntity")
    ) == {
        ("co-mill", "OWNS", "co-sub", "parent"): 1,
        ("gov-2", "PART_OF", "gov-1", "parent"): 1,
        ("co-mill", "OWNS", "ship-1", "owner"): 1,
        ("co-sub", "CONTROLS", "ship-1", "operator"): 1,
        ("co-mill", "LOCATED_AT", "addr-1", "addressEntity"): 1,
    }


def test_sources_are_data_sets_with_publisher_and_address() -> None:
    found = read(TYPICAL)
    cited = next(tie for tie in found.ties if tie.id == "ftm:own-1").sources
    assert [found.sources[key] for key in cited] == [
        Source(
            cited[0],
            "Examplia Register",
            "examplia_register",
            "2024-05-01",
            "https://register.example/co-mill",
        )
    ]
    assert found.sources["ftm:examplia_register"] == Source(
        "ftm:examplia_register", "examplia_register", "examplia_register"
    )
    given = read(TYPICAL, publisher="Mirror", date="2024-06", url="https://mirror.example/")
    assert {(s.publisher, s.date, s.url) for s in given.sources.values()} == {
        ("Mirror", "2024-06", "https://mirror.example/")
    }


def test_what_the_graph_has_no_place_for_is_set_aside() -> None:
    assert read(TYPICAL).skips() == [
        (23, "aside", "a Contract is no entity of the graph; ties that go through it are made"),
        (25, "aside", "a Position is no entity of the graph; ties that go through it are made"),
        (26, "aside", "a Position is no entity of the graph; ties that go through it are made"),
        (28, "aside", "who is behind the post or the contract is not in the file"),
        (29, "aside", "the graph has no place for a Sanction"),
    ]
    assert read(TYPICAL).unread[0].names == ("passportNumber",)


def test_awkward_rows() -> None:
    found = read(AWKWARD)
    assert found.skips() == [
        (2, "duplicate", "the same entity stands in the file before"),
        (7, "aside", "the edge joins an entity to itself"),
        (9, "aside", "the schema is abstract, so that nothing can be of it"),
        (10, "aside", "the schema is none of FollowTheMoney's"),
    ]
    assert [(problem.place.line, problem.reason) for problem in found.problems] == [
        (6, "the edge has no asset."),
        (17, "there is no schema."),
        (18, "there is no id that can be used."),
        (19, "the properties are no object."),
    ]
    assert found.counts == {"records": 14, "rejected": 4, "aside": 3, "duplicate": 1}
    assert found.between("nobody-here", "a")
    assert "nobody-here" not in {**found.entities, **found.weak}


def test_parts_of_one_entity_are_joined_and_the_most_special_schema_holds() -> None:
    assert read(AWKWARD).entities["b"] == Entity("b", "Beta", "company", aliases=("Beta AG",), country="DE")


def test_entities_within_entities_are_read(tmp_path: Path) -> None:
    """As in the nested files of OpenSanctions: the edge and what it leads to stand within the person."""
    asset = {"id": "co", "schema": "Company", "properties": {"name": ["Reed Mills"]}, "datasets": ["x"]}
    edge = {"id": "own", "schema": "Ownership", "datasets": ["x"],
            "properties": {"owner": ["jo"], "asset": [asset], "percentage": ["60"]}}  # fmt: skip
    person = {"id": "jo", "schema": "Person", "datasets": ["x"],
              "properties": {"name": ["Jo Reed"], "ownershipOwner": [edge, edge, {"id": "no schema"}],
                             "sanctions": [{"id": "s", "schema": "Sanction", "properties": {}}]}}  # fmt: skip
    found = read(write_lines(tmp_path / "targets.nested.json", [person]))
    assert sorted(found.entities) == ["co", "jo"]
    assert [(t.id, t.from_id, t.type, t.to_id, t.share) for t in found.ties] == [
        ("ftm:own", "jo", "OWNS", "co", 0.6)
    ]
    assert not found.problems
    assert [remark.reason for remark in found.remarks] == ["the graph has no place for a Sanction"]
    assert [names for unread in found.unread for names in unread.names] == ["ownershipOwner"]


def test_a_delta_is_read_and_what_it_deletes_is_said(tmp_path: Path) -> None:
    entity = {"id": "jo", "schema": "Person", "properties": {"name": ["Jo Reed"]}, "datasets": ["x"]}
    lines = [{"op": "MOD", "entity": entity}, {"op": "DEL", "entity": {"id": "old"}}]
    found = read(write_lines(tmp_path / "entities.delta.json", lines))
    assert list(found.entities) == ["jo"]
    assert found.skips() == [(2, "aside", "the line deletes an entity; a load takes nothing back")]


def test_an_address_without_its_full_text_is_put_together(tmp_path: Path) -> None:
    parts = {"city": ["70000 Anyplace"], "street": ["Mill Lane 7"], "country": ["de"]}
    found = read(
        write_lines(tmp_path / "a.ftm.json", [{"id": "ad", "schema": "Address", "properties": parts}])
    )
    assert found.entities["ad"].name == "Mill Lane 7, 70000 Anyplace"


def test_odd_values_leave_the_rest_of_the_row() -> None:
    found = read(AWKWARD)
    tie = next(tie for tie in found.ties if tie.id == "ftm:o-odd")
    assert (tie.share, tie.start_date, tie.end_date, tie.amount, tie.amount_usd, tie.note) == (
        0.6,
        None,
        None,
        None,
        None,
        "Amount without a currency: 100.",
    )
    assert Counter(reason for line, reason in found.reasons() if line == 8) == {
        "the year is outside 1000 to 2100; the date is left out": 1,
        "there is no such day; the date is left out": 1,
        "the share cannot be read; it is left out": 1,
        "the share is not between 0 and 100 %; it is left out": 1,
        "of several shares the first is kept": 1,
        "the amount has no currency; it is only noted": 1,
    }
    dated = next(tie for tie in found.ties if tie.id == "ftm:own-date")
    assert (dated.start_date, dated.end_date, dated.note) == (None, None, "As of 2021-06.")
    assert found.entities["nameless"].name == "nameless"
    assert found.entities["person-split"].name == "Eva Split"
    assert found.entities["single"].name == "Text, no list"


def test_a_state_as_director_is_a_relation() -> None:
    tie = next(tie for tie in read(AWKWARD).ties if tie.id == "ftm:dir-gov")
    assert (tie.type, tie.role) == ("RELATED_TO", "directorship")


def test_an_edge_between_very_many_is_cut(tmp_path: Path) -> None:
    many = [f"p{number}" for number in range(40)]
    edge = entity("e", "Ownership", owner=many, asset=[f"c{number}" for number in range(40)])
    found = read(write_lines(tmp_path / "a.json", [edge]))
    assert len(found.ties) == 1000
    assert found.reasons() == [(1, "the edge joins too many; only the first ties are kept")]


def expected_statements(found: Read) -> None:
    assert found.entities["NK-1"] == Entity(
        "NK-1",
        "Delta Trading",
        "company",
        aliases=("Delta Trading LLC",),
        country="AE",
        identifiers=("reg:ftm:a-1", "reg:ftm:b-9"),
    )
    assert found.entities["p-7"] == Entity("p-7", "Petra Sample", "person", born="1980-05")
    # The asset is named by the id it has in one data set.
    assert [(tie.id, tie.from_id, tie.to_id, tie.share) for tie in found.ties] == [
        ("ftm:own-x", "p-7", "NK-1", 0.51)
    ]
    assert {(s.title, s.date) for s in found.sources.values()} == {
        ("alpha_list", "2024-05-01"),
        ("beta_list", "2024-04-01"),
    }
    assert [found.sources[key].title for key in found.ties[0].sources] == ["alpha_list"]
    assert found.counts == {"records": 9, "aside": 2, "duplicate": 1}


def test_statements_are_put_together_by_canonical_id() -> None:
    found = read(STATEMENTS)
    expected_statements(found)
    assert found.skips() == [
        (2, "aside", "the statement only tells that the entity is in the data set"),
        (6, "aside", "the statement is external: a candidate, not part of the entity"),
        (13, "duplicate", "the same statement stands in the file before"),
    ]


def test_statements_need_not_be_sorted(tmp_path: Path) -> None:
    header, *lines = csv.reader(STATEMENTS.read_text(encoding="utf-8").splitlines())
    # The first statement of every entity, then the second of each, and so on.
    count: Counter[str] = Counter()
    ranks: list[int] = []
    for line in lines:
        ranks.append(count[line[0]])
        count[line[0]] += 1
    lines = [line for _, line in sorted(zip(ranks, lines, strict=True), key=lambda pair: pair[0])]
    assert [line[0] for line in lines[:4]] == ["NK-1", "own-x", "p-7", "NK-1"]
    with (tmp_path / "statements.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    expected_statements(read(tmp_path))


def test_statements_without_id_or_with_missing_cells_are_rejected(tmp_path: Path) -> None:
    text = STATEMENTS.read_text(encoding="utf-8").splitlines()[:4]
    broken = [text[0], text[2].replace('"NK-1"', '""', 1), '"short","row"', *text[2:]]
    (tmp_path / "a.csv").write_text("\n".join(broken) + "\n", encoding="utf-8")
    found = read(tmp_path / "a.csv")
    assert [problem.place.line for problem in found.problems] == [2, 3]
    assert found.counts == {"rejected": 2, "records": 2}


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (TYPICAL.read_bytes(), True),
        (json.dumps(rows(TYPICAL)).encode(), True),
        (STATEMENTS.read_bytes(), True),
        (b'{"statementID": "a", "statementType": "personStatement", "id": "x"}', False),
        (b'{"company_number": "1", "data": {"kind": "individual-beneficial-owner"}}', False),
        (b'{"type": "object", "properties": {"id": {}}, "schema": "http://json-schema.org"}', False),
        (b"id,schema,name\n1,Person,A\n", False),
        (b"\xfe\xff\x00{", False),
        (b"", False),
    ],
)
def test_files_are_known_by_their_content(tmp_path: Path, text: bytes, accepted: bool) -> None:
    (tmp_path / "a").write_bytes(text)
    source = SourceFile(tmp_path / "a")
    assert loader_for("ftm").accepts(source, source.members[0]) is accepted


def test_ids_do_not_depend_on_order(tmp_path: Path) -> None:
    turned = read(write_lines(tmp_path / "b.json", rows(TYPICAL)[::-1]))
    assert {tie.id for tie in turned.ties} == {tie.id for tie in read(TYPICAL).ties}


def test_every_schema_has_one_fate() -> None:
    groups = [set(KINDS), set(EDGES), {OCCUPANCY, POSITION, AWARD, CONTRACT}, set(ABSTRACT), set(OTHERS)]
    assert sum(len(group) for group in groups) == len(set().union(*groups))
    assert aside("Company") is None
    assert aside("Ownership") is None


def library() -> Any:
    return pytest.importorskip(
        "followthemoney",
        reason="followthemoney is not installed (pip install .[ftm] needs the ICU headers and a compiler)",
    )


def test_the_schema_table_is_the_librarys() -> None:
    model = library().model
    known = {*KINDS, *EDGES, *ABSTRACT, *OTHERS, OCCUPANCY, POSITION, AWARD, CONTRACT}
    assert known == {schema.name for schema in model}
    assert {schema.name for schema in model if schema.abstract} == ABSTRACT
    for name, edge in EDGES.items():
        schema = model.get(name)
        assert {edge.start, edge.end} <= set(schema.properties), name
        if schema.edge:
            ends = (schema.edge_source, schema.edge_target)
            assert ends == ((edge.end, edge.start) if edge.turned else (edge.start, edge.end)), name
    for name in KINDS:
        assert model.get(name).is_a("Thing"), name


def test_names_and_edges_are_those_the_library_sees() -> None:
    model = library().model
    found = read(TYPICAL)
    for row in rows(TYPICAL):
        proxy = model.get_proxy(row)
        if row["schema"] in KINDS:
            names = {found.entities[proxy.id].name, *found.entities[proxy.id].aliases}
            assert set(proxy.names) <= names, proxy.id
            assert proxy.caption == found.entities[proxy.id].name
        elif proxy.schema.edge and row["schema"] in EDGES:
            old = {"old-ada": "per-ada"}
            pairs = {(old.get(a, a), old.get(b, b)) for a, b in proxy.edgepairs()}
            if EDGES[row["schema"]].turned:
                pairs = {(b, a) for a, b in pairs}
            assert all(found.between(*pair) for pair in pairs), proxy.id


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_values_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    spoilt = data.draw(spoilt_rows(rows(data.draw(st.sampled_from([TYPICAL, AWKWARD])))))
    check_spoilt_rows(tmp_path / "a.json", spoilt, "ftm")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_bytes_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([TYPICAL, STATEMENTS]))
    (tmp_path / "a").write_bytes(data.draw(spoilt_bytes(path.read_bytes())))
    read_or_refused(tmp_path / "a", "ftm")
