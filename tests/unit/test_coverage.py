"""Coverage counts what is known among what could be, and never takes unknown for zero."""

from __future__ import annotations

from graph.coverage import coverage, may_have_amount, may_have_share
from graph.exports.template import TEMPLATE_FILES, template_zip
from graph.importer import check_records
from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from loaders import read_path


def small() -> Batch:
    entities = tuple(Entity(key, key.upper(), "company") for key in "abc")
    ties = (
        Tie("r1", "a", "INVESTED_IN", "b", "completed", "2024", amount_usd=5, sources=("s1", "s2")),
        Tie("r2", "a", "INVESTED_IN", "b", "announced", sources=("s1",)),
        Tie("r3", "a", "SUPPLIES", "b", "active", "2024", share=0.5, share_basis="revenue", sources=("s3",)),
        Tie("r4", "a", "COMPETES_WITH", "b", "ended", "2020", sources=("s3", "s3")),
    )
    sources = (
        Source("s1", "Paper", "One", "2024-05", "https://example.org/1"),
        Source("s2", "Paper", "Two", "2023", None),
        Source("s3", "Register", "Three", None, "ftp://example.org/3"),
    )
    return Batch(entities, ties, sources)


def test_a_small_store_counted_by_hand(embedded_store: EmbeddedStore) -> None:
    embedded_store.upsert(small())
    found = coverage(embedded_store)
    counted = {measure.id: (measure.known, measure.total) for measure in found.measures}
    assert counted == {
        "start": (3, 4),
        "as_of": (2, 4),  # r2 has no start, r4 ended and nobody knows when
        "amount": (1, 2),
        "share": (1, 3),
        "two_sources": (1, 4),  # the same source twice is one
        "link": (2, 4),
        "source_date": (2, 3),
    }
    assert (found.oldest_source, found.newest_source) == ("2023", "2024-05")
    assert found.unconnected == 1
    assert [(each.type, each.ties, each.facts) for each in found.types] == [
        ("INVESTED_IN", 2, 1), ("COMPETES_WITH", 1, 1), ("SUPPLIES", 1, 1),
    ]  # fmt: skip
    assert (found.types[1].amounts, found.types[1].shares) == (None, None)
    assert [(each.name, each.sources, each.ties) for each in found.publishers] == [
        ("Paper", 2, 2), ("Register", 1, 2),
    ]  # fmt: skip


def test_an_empty_store_has_no_shares_of_nothing(embedded_store: EmbeddedStore) -> None:
    found = coverage(embedded_store)
    assert all(measure.share is None for measure in found.measures)
    assert found.types == found.publishers == ()
    assert found.newest_source is None


def test_the_bundled_data(bundled_store: EmbeddedStore) -> None:
    found = coverage(bundled_store)
    assert found.unconnected == 0
    assert sum(each.ties for each in found.types) == 940
    assert sum(each.sources for each in found.publishers) == 419


def test_what_may_have_an_amount_or_a_share() -> None:
    assert may_have_amount("ACQUIRED")
    assert may_have_amount("LENT_TO")
    assert not may_have_amount("OWNS")
    assert not may_have_amount("FOUNDED")
    assert may_have_share("OWNS")
    assert not may_have_share("SUED")


def test_the_template_is_the_format(tmp_path) -> None:
    path = tmp_path / "template.zip"
    path.write_bytes(template_zip())
    report = check_records(read_path(path))
    assert (report.read, report.rejected) == (0, 0)
    assert list(TEMPLATE_FILES) == ["entities.csv", "relationships.csv", "sources.csv"]
    assert template_zip() == template_zip()
