"""All rows or none, with every problem named by file, line and field."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from graph.errors import LoadError
from graph.importer import Change, check_records, import_records, write_rejects
from graph.model import Batch, Entity, Place, Placed, Problem, Record, Skipped, Source, Tie
from graph.settings import BUNDLED_DATA
from graph.store import Store
from graph.store.embedded import EmbeddedStore
from loaders import read_path

FIXTURES = Path(__file__).parents[1] / "fixtures" / "triple"
ACME, CARA = Entity("acme", "Acme", "company"), Entity("cara", "Cara", "person")
FILING = Source("filing", "Registry", "Report")
FOUNDED = Tie("r1", "cara", "FOUNDED", "acme", "completed", sources=("filing",))

# Each row of the broken fixture: file, line, field and a word of the reason.
BROKEN = [
    ("entities.csv", 3, "kind", 'Did you mean "company"?'),
    ("entities.csv", 4, "country", "not a country code"),
    ("entities.csv", 5, "id", "empty"),
    ("entities.csv", 6, "name", "empty"),
    ("entities.csv", 7, "founded", "outside 1000 to 2100"),
    ("entities.csv", 8, "", "3 cells, the header has 8"),
    ("entities.csv", 9, "id", "already used at"),
    ("entities.csv", 11, "", "not valid CSV"),
    ("relationships.csv", 3, "from", "no entity 'cra'. Did you mean \"cara\"?"),
    ("relationships.csv", 4, "start", "no such month"),
    ("relationships.csv", 5, "share", "1.2 is not between 0 and 1"),
    ("relationships.csv", 6, "share", "not a number"),
    ("relationships.csv", 7, "amount_usd", "not a whole number"),
    ("relationships.csv", 8, "sources", "no source"),
    ("relationships.csv", 9, "sources", "no source 'fling'. Did you mean \"filing\"?"),
    ("relationships.csv", 10, "from", "cannot have a company"),
    ("relationships.csv", 11, "id", "relationships.csv:2"),
    ("relationships.csv", 12, "type", 'Did you mean "OWNS"?'),
    ("relationships.csv", 13, "status", "not a known status"),
    ("relationships.csv", 14, "to", "itself"),
    ("relationships.csv", 15, "end", "before the start"),
    ("relationships.csv", 16, "amount_usd", "not above 0"),
    ("relationships.csv", 17, "share_basis", "without a share basis"),
    ("relationships.csv", 18, "share_basis", "no share of revenue"),
    ("relationships.csv", 21, "amount_usd", "not a whole number"),
    ("relationships.csv", 21, "share", "not a number"),
    ("sources.csv", 3, "url", "not an http(s) address"),
    ("sources.csv", 4, "date", "not a date"),
]


def placed(*records: Record) -> Iterator[Placed]:
    return (Placed(record, Place("test.csv", line)) for line, record in enumerate(records, start=2))


def everything(store: Store) -> Batch:
    return Batch(tuple(store.entities()), tuple(store.ties()), tuple(store.sources()))


def test_bundled_data_is_read_as_the_csv_module_reads_it(bundled: Batch) -> None:
    found = Batch.of(item.record for item in read_path(BUNDLED_DATA) if isinstance(item, Placed))
    assert set(found) == set(bundled)
    assert len(found) == len(bundled) == 1767


def test_load_writes_all_and_loading_again_changes_nothing(store: Store, bundled: Batch) -> None:
    report = import_records(store, read_path(BUNDLED_DATA))
    assert (report.read, report.accepted, report.rejected, report.written) == (1767, 1767, 0, True)
    assert (report.entities, report.ties, report.sources) == (Change(408), Change(940), Change(419))
    assert set(everything(store)) == set(bundled)
    version = store.data_version()
    again = import_records(store, read_path(BUNDLED_DATA))
    assert again.ties == Change(unchanged=940)
    assert again.entities == Change(unchanged=408)
    assert store.data_version() == version


@pytest.mark.parametrize("name", ["typical", "awkward"])
def test_fixture_comes_back_from_the_store_as_it_was_read(store: Store, name: str) -> None:
    wanted = Batch.of(item.record for item in read_path(FIXTURES / name) if isinstance(item, Placed))
    assert import_records(store, read_path(FIXTURES / name)).written
    assert set(everything(store)) == set(wanted)
    assert import_records(store, read_path(FIXTURES / name)).ties == Change(unchanged=len(wanted.ties))


def test_every_fault_of_the_broken_fixture_is_reported_and_nothing_written(store: Store) -> None:
    import_records(store, placed(FILING, ACME, CARA, FOUNDED))
    before, version = everything(store), store.data_version()
    report = import_records(store, read_path(FIXTURES / "broken"))
    found = [(Path(p.place.path).name, p.place.line, p.field, p.reason) for p in report.problems]
    assert [item[:3] for item in found] == [item[:3] for item in BROKEN]
    for (*_, reason), (*_, word) in zip(found, BROKEN, strict=True):
        assert word in reason
    assert all(problem.hint for problem in report.problems)
    assert not report.written
    assert (report.read, report.accepted, report.rejected) == (33, 6, 27)
    assert (everything(store), store.data_version()) == (before, version)


def test_check_without_a_store_finds_the_same(embedded_store: EmbeddedStore) -> None:
    with_store = import_records(embedded_store, read_path(FIXTURES / "broken"), dry_run=True)
    assert check_records(read_path(FIXTURES / "broken")).problems == with_store.problems


def test_ties_of_a_row_turned_down_are_not_reported_as_well() -> None:
    lines = {problem.place.line for problem in check_records(read_path(FIXTURES / "broken")).problems
             if problem.place.path.endswith("relationships.csv")}  # fmt: skip
    # Lines 19 and 20 join short-row and bad-kind, whose own rows are the fault.
    assert not lines & {19, 20}


def test_dry_run_counts_and_writes_nothing(embedded_store: EmbeddedStore) -> None:
    version = embedded_store.data_version()
    report = import_records(embedded_store, placed(FILING, ACME, CARA, FOUNDED), dry_run=True)
    assert (report.written, report.dry_run, report.entities) == (False, True, Change(new=2))
    assert embedded_store.counts().entities == 0
    assert embedded_store.data_version() == version


def test_changed_records_are_counted_and_replaced(embedded_store: EmbeddedStore) -> None:
    import_records(embedded_store, placed(FILING, ACME, CARA, FOUNDED))
    renamed = replace(ACME, name="Acme plc")
    report = import_records(embedded_store, placed(renamed, CARA, Entity("new", "New", "company")))
    assert report.entities == Change(new=1, changed=1, unchanged=1)
    assert embedded_store.entity("acme") == renamed


def test_ends_and_sources_may_be_in_the_store(embedded_store: EmbeddedStore) -> None:
    import_records(embedded_store, placed(FILING, ACME, CARA))
    report = import_records(embedded_store, placed(FOUNDED))
    assert report.written
    assert list(embedded_store.ties()) == [FOUNDED]


def test_dangling_end_names_the_nearest_in_load_and_store(embedded_store: EmbeddedStore) -> None:
    import_records(embedded_store, placed(FILING, Entity("nvidia", "NVIDIA", "company")))
    wrong = Tie("r1", "nvdia", "SUPPLIES", "acmee", "active", sources=("filing",))
    report = import_records(embedded_store, placed(ACME, wrong))
    reasons = {problem.field: problem.reason for problem in report.problems}
    assert 'Did you mean "nvidia"?' in reasons["from"]
    assert 'Did you mean "acme"?' in reasons["to"]
    assert {problem.place.line for problem in report.problems} == {3}


def test_new_kind_that_breaks_a_stored_tie_is_refused(embedded_store: EmbeddedStore) -> None:
    import_records(embedded_store, placed(FILING, ACME, CARA, replace(FOUNDED, type="HOLDS_ROLE")))
    version = embedded_store.data_version()
    (problem,) = import_records(embedded_store, placed(replace(CARA, kind="government"))).problems
    assert problem.field == "kind"
    assert "r1" in problem.reason
    assert embedded_store.data_version() == version


def test_new_kind_that_fits_is_taken(embedded_store: EmbeddedStore) -> None:
    import_records(embedded_store, placed(FILING, ACME, CARA, FOUNDED))
    fund = replace(ACME, kind="investor")
    assert import_records(embedded_store, placed(fund)).entities == Change(changed=1)
    assert embedded_store.entity("acme") == fund
    assert list(embedded_store.ties()) == [FOUNDED]


def test_same_id_in_two_files_names_both_places() -> None:
    twice = [Placed(ACME, Place("a.csv", 2)), Placed(ACME, Place("b.csv", 9))]
    (problem,) = check_records(twice).problems
    assert problem.place == Place("b.csv", 9)
    assert "a.csv:2" in problem.reason


def test_an_entity_and_a_source_may_share_an_id() -> None:
    assert check_records(placed(ACME, Source("acme", "Acme", "Report"))).problems == ()


def test_unreadable_file_leaves_the_store_as_it_was(embedded_store: EmbeddedStore, tmp_path: Path) -> None:
    import_records(embedded_store, placed(ACME))
    version = embedded_store.data_version()
    good = (FIXTURES / "typical" / "entities.csv").read_bytes()
    (tmp_path / "entities.csv").write_bytes(good + b"\xff,Bad,company,,,,,\r\n")
    with pytest.raises(LoadError, match=r"entities\.csv:5"):
        import_records(embedded_store, read_path(tmp_path))
    assert embedded_store.data_version() == version
    assert embedded_store.counts().entities == 1


def test_progress_is_told(embedded_store: EmbeddedStore) -> None:
    told: list[tuple[int, int]] = []
    import_records(
        embedded_store, placed(ACME, CARA), progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (2, 2)


def test_rejects_file_is_safe_for_a_spreadsheet(tmp_path: Path) -> None:
    problem = Problem(Place("in.csv", 7), "name", "=cmd()", "the reason.", "the hint.")
    write_rejects([problem], tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "file": "in.csv", "line": "7", "field": "name", "value": "'=cmd()", "reason": "the reason.",
        "hint": "the hint.",
    }  # fmt: skip


def test_many_wrong_ids_stay_affordable(embedded_store: EmbeddedStore) -> None:
    ties = [Tie(f"r{i}", f"missing-{i}", "OWNS", "acme", "active", sources=("filing",)) for i in range(3_000)]
    report = import_records(embedded_store, placed(FILING, ACME, *ties))
    assert report.rejected == 3_000
    # Beyond a hundred wrong ids the nearest name is no longer looked for.
    assert all("no entity" in problem.reason for problem in report.problems)


def test_every_count_of_a_plain_load_is_told_and_begins_at_nothing(embedded_store: EmbeddedStore) -> None:
    report = import_records(embedded_store, placed(ACME, CARA, FILING, FOUNDED))
    assert astuple(report.duplicates) == (0, 0, 0, 0)
    assert (report.stubs, report.skipped, report.rejected, report.accepted) == (0, 0, 0, 4)
    refused = check_records(placed(ACME, ACME))
    for change in (refused.entities, refused.ties, refused.sources):
        assert astuple(change) == (0, 0, 0)


def test_rows_left_aside_are_counted_by_what_they_were(embedded_store: EmbeddedStore) -> None:
    rows = [
        Skipped(Place("test.csv", line), why, f"It is {why}.")
        for line, why in enumerate(("duplicate", "superseded", "superseded", "aside", "aside"), start=10)
    ]
    report = import_records(embedded_store, [*placed(ACME), *rows], strict=False)
    assert (report.duplicates.exact, report.duplicates.superseded) == (1, 2)
    assert (report.read, report.accepted, report.skipped) == (6, 1, 5)
    assert [(each.reason, each.rows, each.place) for each in report.skips] == [
        ("It is aside.", 2, "test.csv:13"), ("It is superseded.", 2, "test.csv:11"),
        ("It is duplicate.", 1, "test.csv:10"),
    ]  # fmt: skip


def test_a_reason_is_shown_with_its_first_row() -> None:
    problems = [Problem(Place(f"{name}.csv", line), "kind", f"v{line}", "'x' is no kind.", "") for name, line in
                (("a", 3), ("b", 4), ("c", 5))]  # fmt: skip
    report = replace(check_records(iter(())), problems=tuple(problems))
    (told,) = report.reasons
    assert (told.rows, told.example, told.place) == (3, "v3", "a.csv:3")
