"""The digest by its definition, computed here a second time, and what it must and must not notice."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace

import pytest

from graph.model import Batch, Entity, Record, Source, Tie
from graph.moves.digest import SORTS, Digest, Tally, line_of, values_of
from graph.moves.records import record_from
from graph.store.base import LogEntry
from tests.contract.small import ACME, ANN, FUND, SMALL, SOURCE, STAKE

ENTRY = LogEntry("imp-1", "import", "2026-01-01", "{}", ("a", "b"))
SORT_OF = {kind: sort for sort, kind in SORTS.items()}


def digest(records: list[Record], log: tuple[LogEntry, ...] = ()) -> Digest:
    tally = Tally()
    for record in records:
        tally.add(SORT_OF[type(record)], record)
    for entry in log:
        tally.add_log(entry)
    return tally.digest()


def test_the_digest_is_what_its_definition_says() -> None:
    def line(values: object) -> int:
        text = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")

    source = {"id": "s1", "publisher": "P", "title": "é\n", "origin": "imp-1 a.csv:2"}
    bare = {key: value for key, value in source.items() if key != "origin"}
    tie = {"id": "t", "from_id": "a", "type": "OWNS", "to_id": "b", "status": "active", "share": 1.0,
           "share_basis": "equity", "amount_usd": 5, "sources": ["s1"]}  # fmt: skip
    entry = {"id": "imp-1", "kind": "import", "at": "2026-01-01", "summary": "{}", "parts": ["a", "b"]}

    def total(rows: dict[str, list[int]]) -> str:
        lines = [f"{name} {len(rows[name])} {sum(rows[name]) % 2**256:064x}\n" for name in sorted(rows)]
        return hashlib.sha256(("interlock digest 1\n" + "".join(lines)).encode()).hexdigest()

    made = digest([record_from("sources", source), record_from("ties", tie)], (ENTRY,))
    assert made.content == total({"sources": [line(bare)], "entities": [], "ties": [line(tie)]})
    whole = {"sources": [line(source)], "entities": [], "ties": [line(tie)], "log": [line(entry)]}
    assert made.whole == total(whole)
    assert (made.entities, made.ties, made.sources, made.log, made.records) == (0, 1, 1, 1, 2)


def test_order_means_nothing(bundled: Batch) -> None:
    records = list(bundled)
    shuffled = random.Random(1).sample(records, len(records))
    assert digest(shuffled) == digest(records)


def test_every_field_of_every_record_counts() -> None:
    changes: list[tuple[Record, str, object]] = [
        (ACME, "id", "acme2"), (ACME, "name", "Acme "), (ACME, "kind", "investor"), (ACME, "aliases", ()),
        (ACME, "aliases", ("Acme", "Inc.")), (ACME, "country", None), (ACME, "founded", "2016"),
        (ACME, "sectors", ("chip", "s")), (ACME, "description", ""), (ACME, "identifiers", ("lei:1",)),
        (ACME, "born", "1970"), (ACME, "note", ""), (ACME, "stub", True),
        (SOURCE, "publisher", "publisher"), (SOURCE, "title", "T"), (SOURCE, "date", None),
        (SOURCE, "url", None), (SOURCE, "language", "de"),
        (STAKE, "from_id", "ann"), (STAKE, "to_id", "ann"), (STAKE, "type", "OWNS"), (STAKE, "status", "ended"),
        (STAKE, "start_date", "2017"), (STAKE, "end_date", "2018"), (STAKE, "role", None),
        (STAKE, "amount_usd", 1_000_001), (STAKE, "share", 0.1250001), (STAKE, "share_basis", "voting"),
        (STAKE, "round", "Series B"), (STAKE, "product", "x"), (STAKE, "note", None), (STAKE, "sources", ()),
        (STAKE, "share_min", 0.0), (STAKE, "share_max", 0.5), (STAKE, "amount", "1"), (STAKE, "currency", "EUR"),
        (STAKE, "round_usd", 1), (STAKE, "quantity", "1"), (STAKE, "interest", "votes"),
        (STAKE, "directness", "direct"),
    ]  # fmt: skip
    known = {(kind, name) for kind in SORTS.values() for name in kind.__slots__ if name != "origin"}
    assert known - {(type(record), name) for record, name, _ in changes} == {(Source, "id"), (Tie, "id")}
    before = digest(list(SMALL))
    seen = {before.content}
    for record, name, value in changes:
        others = [other for other in SMALL if other is not record]
        found = digest([*others, replace(record, **{name: value})])  # type: ignore[arg-type]
        assert found.content not in seen, (record.id, name)
        seen.add(found.content)
        assert found.whole != before.whole


def test_where_a_record_was_read_counts_in_the_whole_only() -> None:
    moved = [replace(record, origin="imp-9 z.csv:1") for record in SMALL]
    assert digest(moved).content == digest(list(SMALL)).content
    assert digest(moved).whole != digest(list(SMALL)).whole
    logged = digest(list(SMALL), (ENTRY,))
    assert (logged.content == digest(list(SMALL)).content, logged.whole == digest(list(SMALL)).whole) == (
        True,
        False,
    )
    assert logged.whole != digest(list(SMALL), (replace(ENTRY, parts=("ab",)),)).whole


def test_a_record_twice_is_noticed_and_a_pair_of_swapped_values_too() -> None:
    assert digest([ACME, FUND]).content != digest([ACME, FUND, FUND, ANN, ANN]).content
    assert digest([ACME, FUND, FUND, FUND]).content != digest([ACME, ACME, ACME, FUND]).content
    a, b = replace(STAKE, id="a", note="1"), replace(STAKE, id="b", note="2")
    assert digest([a, b]).content != digest([replace(a, note="2"), replace(b, note="1")]).content


def test_numbers_read_the_same_from_every_engine() -> None:
    whole = replace(STAKE, share=1, share_min=0)  # what an engine may make of 1.0 and 0.0
    assert digest([whole]) == digest([replace(STAKE, share=1.0, share_min=0.0)])


def test_a_record_comes_back_from_its_line(bundled: Batch) -> None:
    for record in bundled:
        sort = SORT_OF[type(record)]
        assert record_from(sort, json.loads(line_of(values_of(record)))) == record


def test_values_of_the_wrong_type_make_no_record() -> None:
    fine = values_of(STAKE)
    for name, value in (
        ("status", 1), ("sources", "s1"), ("sources", ["s1", 2]), ("share", "0.5"), ("share", True),
        ("amount_usd", 1.5), ("amount_usd", True), ("nonsense", "x"), ("note", ["x"]),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=name):
            record_from("ties", {**fine, name: value})
    for name in ("id", "from_id", "type", "to_id", "status"):
        with pytest.raises(ValueError, match=name):
            record_from("ties", {key: value for key, value in fine.items() if key != name})
    assert isinstance(record_from("entities", values_of(ACME)), Entity)
