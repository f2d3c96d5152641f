"""Fixtures for every suite, and the rule for what a machine may lack."""

from __future__ import annotations

import csv
import functools
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from graph.model import Batch, Entity, Source, Tie
from graph.store import Store
from graph.store.attached import AttachedStore
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from graph.store.service import Service
from tests.neo4j_server import LTS, NEWEST, Missing, Release, Server, java, libraries, running

DATA = Path(__file__).parent.parent / "data"
_missing: dict[str, str] = {}


def lacking(what: str, how: str) -> None:
    """Skip because the machine lacks something; under CI that is a failure. The summary says how to get it."""
    _missing[what] = how
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must have it. {how}")
    pytest.skip(f"{what} is missing")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("missing on this machine")
        for what, how in _missing.items():
            terminalreporter.line(f"{what}: {how}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server or a browser, so that ``-m "not neo4j"`` leaves it out."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if {"neo4j_server", "newest_neo4j_server", "neo4j_release"} & {*names}:
            item.add_marker("neo4j")
        if "chromium_path" in names:
            item.add_marker("browser")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the settings of the person who runs it."""
    for name in [
        name for name in os.environ if name.startswith("INTERLOCK_") and name != "INTERLOCK_NEO4J_LIB"
    ]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _one_look_for_components() -> Generator[None]:
    """Every page under AppTest looked through all installed packages for components: half of its time."""
    with pytest.MonkeyPatch.context() as patch:
        look = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", look)
        yield


@pytest.fixture(scope="session")
def bundled() -> Batch:
    """The bundled data, read by the csv module alone, so that loaders are checked against something else."""
    return Batch(
        tuple(
            Entity(
                row["id"], row["name"], row["kind"], _list(row["aliases"]), row["country"] or None,
                row["founded"] or None, _list(row["sectors"]), row["description"] or None,
            )
            for row in _rows("entities.csv")
        ),
        tuple(
            Tie(
                row["id"], row["from"], row["type"], row["to"], row["status"], row["start"] or None,
                row["end"] or None, row["role"] or None, int(row["amount_usd"]) if row["amount_usd"] else None,
                float(row["share"]) if row["share"] else None, row["share_basis"] or None, row["round"] or None,
                row["product"] or None, row["note"] or None, _list(row["sources"]),
            )
            for row in _rows("relationships.csv")
        ),
        tuple(
            Source(
                row["id"], row["publisher"], row["title"], row["date"] or None, row["url"] or None,
                row["language"] or None,
            )
            for row in _rows("sources.csv")
        ),
    )  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split(";")))


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty") / "store"
    EmbeddedStore(folder).close()
    return folder


@pytest.fixture
def embedded_store(tmp_path: Path, _empty_store: Path) -> Generator[EmbeddedStore]:
    """A fresh, empty embedded store: a copy, because making one takes four times as long."""
    shutil.copytree(_empty_store, tmp_path / "store")
    with EmbeddedStore(tmp_path / "store") as store:
        yield store


@pytest.fixture(scope="session")
def bundled_store(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> Generator[EmbeddedStore]:
    """An embedded store with the bundled data; tests only read it."""
    with EmbeddedStore(tmp_path_factory.mktemp("bundled") / "store") as store:
        store.upsert(bundled)
        yield store


@pytest.fixture(scope="session")
def neo4j_server() -> Generator[Server]:
    """One real server of the long-term release for the whole run."""
    try:
        with running() as server:
            yield server
    except Missing as exc:
        lacking("Neo4j", str(exc))


@pytest.fixture(scope="session")
def newest_neo4j_server() -> Generator[Server]:
    """One real server of the newest release for the whole run; for suites that compare engines."""
    try:
        with running(release=NEWEST, heap="512m") as server:
            yield server
    except Missing as exc:
        lacking(f"Neo4j {NEWEST.version}", str(exc))


@pytest.fixture(scope="session", params=[LTS, NEWEST], ids=lambda release: release.version)
def neo4j_release(request: pytest.FixtureRequest) -> Release:
    """Each promised release in turn, for servers that a test starts itself."""
    try:
        java(request.param), libraries(request.param)
    except Missing as exc:
        lacking(f"Neo4j {request.param.version}", str(exc))
    return request.param


@pytest.fixture
def neo4j_store(neo4j_server: Server) -> Generator[Neo4jStore]:
    """An empty Neo4j store."""
    with emptied(neo4j_server) as store:
        yield store


@pytest.fixture
def newest_neo4j_store(newest_neo4j_server: Server) -> Generator[Neo4jStore]:
    """An empty store on the newest release."""
    with emptied(newest_neo4j_server) as store:
        yield store


@contextmanager
def emptied(server: Server) -> Generator[Neo4jStore]:
    """A store on this server with nothing in it."""
    with Neo4jStore(server.uri, user=server.user, password=server.password) as store:
        store.clear()
        yield store


@pytest.fixture
def attached_store(embedded_store: EmbeddedStore) -> Generator[AttachedStore]:
    """A fresh, empty embedded store that is held elsewhere and asked over loopback."""
    service = Service(embedded_store, embedded_store.path)
    try:
        with AttachedStore(embedded_store.path) as store:
            yield store
    finally:
        service.close()


@pytest.fixture(params=["arcadedb", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of each engine in turn."""
    return request.getfixturevalue("embedded_store" if request.param == "arcadedb" else "neo4j_store")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium for browser tests."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    lacking("Chromium", "Install it (Debian: apt-get install chromium) and run the tests again.")
    raise AssertionError("unreachable")
