"""A graph through the real importer of each promised release: the same records, log and answers as before."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from graph.importer import Origin, import_records
from graph.imports import import_notes, undo_import
from graph.model import Batch, Entity, Place, Placed, Source, Tie
from graph.moves.bulk import export_bulk
from graph.moves.checks import check_store
from graph.moves.digest import Digest
from graph.moves.scan import digest_of
from graph.queries.catalogue import catalogue
from graph.queries.run import run_query
from graph.settings import BUNDLED_DATA
from graph.store import Store
from graph.store.base import Counts
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from loaders import read_path
from tests.contract.small import everything
from tests.neo4j_server import Release, running

ODD_TEXT = ("", " ", "\n", "\r\n", "a\nb", '"', '""', "'", "\\", "\\n", ";", ",", "a;b\\;c", "é", "日本", "𝕏", "\u202e", "\x07",
            "\x1e", "\t", "null", "--", "=1+1", "{}", "#", "U+001F", "x" * 100_000)  # fmt: skip


def odd_records() -> list[Placed]:
    """Records whose every text is hard on a CSV file. An empty list is left out by every store."""
    entities = [
        Entity(f"odd {n}", f"name {text}", "company", (text, f"{text}2"), None, None, (), text, note=text)
        for n, text in enumerate(ODD_TEXT)
    ]
    ties = [
        Tie(
            f"t;{n}\"'\\",
            "odd 0",
            "SUPPLIES",
            f"odd {n}",
            "active",
            product=text,
            note=text,
            sources=("s;1", "s,2"),
        )
        for n, text in enumerate(ODD_TEXT)
        if n
    ]
    stake = Tie(
        "stake", "odd 1", "OWNS", "odd 2", "ended", "2017-09", "2020", None, 10**17, None, "equity", "A", None, None, ("s;1",),
        1e-05, 1.0, "0.50", "EUR", 7, "12.5", "votes", "direct",
    )  # fmt: skip
    sources = [
        Source("s;1", "", json.dumps(ODD_TEXT)),
        Source("s,2", "P", "\n", "2024", "https://a.example/?a=1,2;3"),
    ]
    stub = Entity(
        "odd stub", "odd stub", "party", identifiers=("lei:1", "reg:x:2"), born="1970-03", stub=True
    )
    records = [*sources, *entities, stub, *ties, stake]
    return [Placed(record, Place("odd.csv", number + 2)) for number, record in enumerate(records)]


@pytest.fixture(scope="module")
def origin_store(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedStore]:
    """The bundled data, and an import of odd texts."""
    with EmbeddedStore(tmp_path_factory.mktemp("bulk") / "store") as store:
        assert import_records(store, read_path(BUNDLED_DATA), origin=Origin(("data",), ("triple",))).written
        assert import_records(store, odd_records(), origin=Origin(("odd.csv",), ("triple",))).written
        yield store


@pytest.fixture(scope="module")
def imported(
    origin_store: EmbeddedStore, neo4j_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Neo4jStore, Digest]]:
    """A server on a database that the importer made of that store's files, and what they said they hold."""
    folder = tmp_path_factory.mktemp("files") / "a folder (1)+"
    written = export_bulk(origin_store, folder)
    with (
        running(release=neo4j_release, heap="768m", bulk=folder) as server,
        Neo4jStore(server.uri, user=server.user, password=server.password, timeout_s=600) as store,
    ):
        yield store, written


def test_it_holds_the_same_and_is_brought_up_to_date(
    imported: tuple[Neo4jStore, Digest], origin_store: EmbeddedStore
) -> None:
    store, written = imported
    assert digest_of(store) == written == digest_of(origin_store)
    assert everything(store) == everything(origin_store)
    assert store.log() == origin_store.log()
    status = store.status()
    assert len(status.missing) == len(status.schema or ())  # the importer makes no index of ours
    assert "store migrate" in status.next_step
    assert len(store.migrate()) == len(status.schema or ())
    assert store.migrate() == []
    assert store.status().next_step == ""
    assert check_store(store).number == check_store(origin_store).number


def test_every_saved_query_gives_the_same_rows(
    imported: tuple[Neo4jStore, Digest], origin_store: EmbeddedStore
) -> None:
    def rows(store: Store, query_id: str) -> list[list[object]]:
        query = catalogue().get(query_id)
        found = run_query(store, query, query.examples).rows
        return [[round(cell, 9) if isinstance(cell, float) else cell for cell in row] for row in found]

    for query in catalogue().all():
        assert rows(imported[0], query.id) == rows(origin_store, query.id), query.id


def test_it_is_written_like_any_store(imported: tuple[Neo4jStore, Digest], bundled: Batch) -> None:
    store, written = imported
    again = import_records(store, read_path(BUNDLED_DATA))
    assert (again.import_id, again.ties.unchanged) == (None, len(bundled.ties))
    store.upsert(Batch((Entity("late", "Late", "company"),)))
    assert store.counts().entities == written.entities + 1
    newest = import_notes(store)[0]
    assert newest.files == ("odd.csv",)
    assert undo_import(store, newest.id).removed == len(odd_records())
    assert store.counts() == Counts(len(bundled.entities) + 1, len(bundled.ties), len(bundled.sources))


def test_files_of_a_load_are_what_the_load_would_have_written(
    neo4j_release: Release, bundled_store: EmbeddedStore, tmp_path: Path
) -> None:
    done = CliRunner().invoke(cli.app, ["load", "--bulk", str(tmp_path / "files")])
    assert done.exit_code == 0, done.output
    with (
        running(release=neo4j_release, heap="768m", bulk=tmp_path / "files") as server,
        Neo4jStore(server.uri, user=server.user, password=server.password, timeout_s=600) as store,
    ):
        assert digest_of(store).content == digest_of(bundled_store).content
        (note,) = import_notes(store)
        assert note.numbers["accepted"] == sum(
            (store.counts().entities, store.counts().ties, store.counts().sources)
        )
        undo_import(store, note.id)
        assert store.counts() == Counts(0, 0, 0)
