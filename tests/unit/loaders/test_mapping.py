"""Mapping files: what they may say, how wrong ones are told, and that they come back byte for byte."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import LoadError
from graph.model import Batch, Entity, Placed, Source, Tie
from graph.ontology import ontology
from loaders import ReadOptions
from loaders.mapping import (
    Column,
    EntityRule,
    Mapping,
    SourceRule,
    TableRule,
    TieRule,
    columns_in,
    mapping_of,
    mapping_text,
    read_mapping,
    write_mapping,
)
from tests.unit.loaders.reading import read_as

DOCS = Path(__file__).parents[3] / "docs" / "mapping.md"


def put(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_short_and_long_forms_mean_the_same(tmp_path: Path) -> None:
    mapping = read_mapping(
        put(
            tmp_path,
            """
version: 1
tables:
- files: [NO*.csv]
  entity:
    id: 007
    name: {column: Name, why: the header}
    kind: {value: company}
    country: {column: Land, values: {NO: 'NO', yes: SE}}
""",
        )
    )
    (rule,) = mapping.tables
    assert rule.entity is not None
    assert rule.entity.id == Column(column="007"), "YAML makes no numbers of ids"
    assert rule.entity.country is not None
    assert rule.entity.country.values == {"NO": "NO", "yes": "SE"}, "and no truth values of Norway"
    assert columns_in(rule) == [("entity.id", "007"), ("entity.name", "Name"), ("entity.country", "Land")]
    assert rule.fits("no-1.CSV", [])
    assert not rule.fits("yes.csv", [])


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("tables: []", "tables", "at least 1 item"),
        ("", "", "valid dictionary"),
        ("tables:\n- entity: {name: N}\n  enttiy: {}", "tables.0.enttiy", 'no such field. Did you mean "entity"'),
        ("tables:\n- files: [a]", "tables.0", "say what a row is"),
        ("tables:\n- entity: {kind: K}", "tables.0.entity", "name the column of the id or of the name"),
        ("tables:\n- entity: {name: {column: A, value: B}}", "tables.0.entity.name", "name a column, or give a constant"),
        ("tables:\n- entity: {name: N, kind: {value: compny}}", "tables.0.entity", "'compny' is not known. Did you mean \"company\""),
        ("tables:\n- entity: {name: N, identifiers: {leei: L}}", "tables.0.entity", 'Did you mean "lei"'),
        ("tables:\n- ties:\n  - {from: {name: A}, to: {name: B}, type: {column: T, values: {x: OWNZ}}}", "tables.0.ties.0", 'Did you mean "OWNS"'),
        ("tables:\n- ties:\n  - {from: {name: A}, type: {value: OWNS}}", "tables.0", "needs the row's own entity"),
        ("tables:\n- ties:\n  - {from: {name: A}, to: {name: B}}", "tables.0.ties.0.type", "required"),
        ("tables:\n- {entity: {name: N}, date_order: ymd}", "tables.0.date_order", "'dmy' or 'mdy'"),
        ("version: 2\ntables:\n- entity: {name: N}", "version", "'1'"),
        ("tables:\n- entity: {name: N, name: M}", "", "stands there twice"),
        ("tables: [", "", "is no YAML"),
        ("a: !!python/object/apply:os.system [x]", "", "is no YAML|no such field"),
        ("[" * 3000, "", "is no YAML"),
        (b"tables: \xff", "", "is no YAML"),
        ("x: " + "y" * 1_000_001, "", "no mapping"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_field(tmp_path: Path, text: str | bytes, field: str, message: str) -> None:
    with pytest.raises(LoadError, match=message) as caught:
        read_mapping(put(tmp_path, text))
    assert caught.value.field == field or not field
    assert str(tmp_path) in caught.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be read"):
        read_mapping(tmp_path / "none.yaml")


TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=9)


def columns(targets: st.SearchStrategy[str] = NAMES) -> st.SearchStrategy[Column]:
    return st.one_of(
        st.builds(Column, column=NAMES),
        st.builds(Column, value=targets),
        st.builds(
            Column, column=NAMES, values=st.dictionaries(TEXT | st.just(""), targets, max_size=3),
            otherwise=st.none() | targets, split=st.none() | st.just("|"), why=st.none() | TEXT,
        ),
    )  # fmt: skip


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


ENTITIES = st.builds(
    EntityRule, id=maybe(columns()), name=columns(), id_prefix=st.just("") | NAMES, country=maybe(columns()),
    kind=maybe(columns(st.sampled_from(sorted(ontology().kinds)))), sectors=maybe(columns()),
    identifiers=st.dictionaries(st.sampled_from(["lei", "cik", "any"]), columns(), max_size=2),
)  # fmt: skip
TIES = st.builds(
    TieRule, from_=ENTITIES, to=ENTITIES, type=columns(st.sampled_from(sorted(ontology().types))),
    amount=maybe(columns()), scale=st.sampled_from([1, 1000]), whole_round=st.booleans(), share=maybe(columns()),
    share_unit=st.sampled_from(["percent", "fraction"]), status=maybe(columns(st.sampled_from(sorted(ontology().statuses)))),
    source=maybe(st.builds(SourceRule, url=columns())),
)  # fmt: skip
MAPPINGS = st.builds(
    Mapping, scope=maybe(NAMES),
    tables=st.lists(
        st.builds(
            TableRule, files=st.lists(NAMES, max_size=2).map(tuple), sheet=maybe(NAMES), entity=maybe(ENTITIES),
            ties=st.lists(TIES, min_size=1, max_size=2).map(tuple), date_order=st.sampled_from(["dmy", "mdy"]),
        ),
        min_size=1, max_size=2,
    ).map(tuple),
)  # fmt: skip


@given(mapping=MAPPINGS)
@settings(deadline=None, max_examples=40)
def test_a_mapping_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, mapping: Mapping
) -> None:
    path = tmp_path_factory.mktemp("m") / "mapping.yaml"
    write_mapping(mapping, path)
    again = read_mapping(path)
    assert again == mapping
    assert mapping_text(again).encode() == path.read_bytes()


WORDS = st.text(
    st.characters(categories=("L", "N"), include_characters=" ,;'\"&.-"), min_size=1, max_size=12
).map(lambda text: f"x{text}x")
DATES = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str) | st.integers(1900, 2030).map(str)
SHARES = st.integers(1, 10_000).map(lambda number: number / 10_000)


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Records as a table can hold them."""
    ids = draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
    firms = tuple(
        Entity(
            key, draw(WORDS), draw(st.sampled_from(["company", "investor", "organization"])),
            tuple(draw(st.lists(WORDS.map(lambda t: t.replace(";", ":")), max_size=2, unique=True))),
            draw(st.none() | st.sampled_from(["US", "NO", "GB"])), draw(st.none() | st.just("1999")),
            description=draw(st.none() | WORDS),
        )
        for key in ids
    )  # fmt: skip
    made: list[Tie] = []
    for number in range(draw(st.integers(0, 4))):
        first, second = draw(st.permutations(ids))[:2]
        share = draw(st.none() | SHARES)
        usd = draw(st.none() | st.integers(1, 10**14))
        made.append(Tie(
            f"t{number}", first, draw(st.sampled_from(["OWNS", "INVESTED_IN"])), second,
            draw(st.sampled_from(["active", "announced", "ended"])), draw(st.none() | DATES), None,
            draw(st.none() | WORDS), usd, share, "equity" if share else None, draw(st.none() | WORDS),
            note=draw(st.none() | WORDS), sources=("s",),
            currency=None if usd else "EUR", amount=None if usd else str(draw(st.integers(1, 10**9))),
        ))  # fmt: skip
    return Batch(firms, tuple(made), (Source("s", "P", "T"),))


BACK = mapping_of({"scope": "s", "tables": [
    {"files": ["firms.csv"], "entity": {
        "id": "Key", "name": "Firm", "kind": "Sort", "aliases": "Also", "country": "Land", "founded": "Year",
        "description": "About",
    }},
    {"files": ["deals.csv"], "ties": [{
        "id": "Key", "from": {"id": "Who"}, "to": {"id": "Whom"}, "type": "What", "status": "State", "start": "Day",
        "role": "Role", "amount": "Sum", "currency": "Money", "share": "Part", "share_unit": "fraction",
        "round": "Round", "note": "Note", "source": {"id": "Source", "publisher": {"value": "P"}, "title": {"value": "T"}},
    }]},
]})  # fmt: skip


def table(header: str, rows: list[list[object]], delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(header.split())
    writer.writerows(rows)
    return out.getvalue().encode()


@given(batch=batches(), delimiter=st.sampled_from([",", ";", "\t"]))
@settings(deadline=None, max_examples=40)
def test_a_table_written_from_records_gives_the_same_records(
    tmp_path_factory: pytest.TempPathFactory, batch: Batch, delimiter: str
) -> None:
    folder = tmp_path_factory.mktemp("t")
    (folder / "firms.csv").write_bytes(table("Key Firm Sort Also Land Year About", [
        [e.id, e.name, e.kind, ";".join(e.aliases), e.country, e.founded, e.description] for e in batch.entities
    ], delimiter))  # fmt: skip
    (folder / "deals.csv").write_bytes(table("Key Who What Whom State Day Role Sum Money Part Round Note Source", [
        [t.id, t.from_id, t.type, t.to_id, t.status, t.start_date, t.role, t.amount_usd or t.amount,
         "USD" if t.amount_usd else t.currency, t.share, t.round, t.note, "s"] for t in batch.ties
    ], delimiter))  # fmt: skip
    write_mapping(BACK, path := folder / "mapping.yaml")
    items = read_as("table", folder / "firms.csv", folder / "deals.csv", options=ReadOptions(mapping=path))
    found = Batch.of(item.record for item in items if isinstance(item, Placed) and not item.weak)
    assert found.entities == batch.entities
    assert found.ties == batch.ties
    assert found.sources == (batch.sources if batch.ties else ())


def test_every_mapping_on_the_page_can_be_read(tmp_path: Path) -> None:
    parts = DOCS.read_text(encoding="utf-8").split("```yaml\n")[1:]
    assert len(parts) >= 3
    for part in parts:
        assert read_mapping(put(tmp_path, part.split("```")[0])).tables
