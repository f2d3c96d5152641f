"""A password stays out of everything that is printed, logged, shown or written, wherever it was put."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from graph import open_store
from graph.errors import ExplorerError, SettingsError
from graph.exporter import FORMATS, export_store
from graph.model import Batch, Entity
from graph.moves.backup import write_backup
from graph.settings import load_settings
from graph.store.embedded import EmbeddedStore
from graph.store.neo4j import Neo4jStore
from graph.store.service import FILE
from graph.store.shared import SharedStore
from tests.neo4j_server import Server

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-not-to-be-seen"
# As it should not be written, and as people write it all the same. Nothing listens at port 1.
ADDRESSES = (
    "neo4j://127.0.0.1:1", f"neo4j://ann:{SECRET}@127.0.0.1:1", f"NEO4J://ann:{SECRET}@127.0.0.1:1",
    f"bolt+s://ann:{SECRET}@127.0.0.1:1", f"bolt://ann:p/w?{SECRET}@127.0.0.1:1", f"bolt://127.0.0.1:1/?password={SECRET}",
    f"neo4js://ann:{SECRET}@127.0.0.1:1", f"https://ann:{SECRET}@127.0.0.1:1", f"bolt:/ann:{SECRET}@127.0.0.1:1",
    f"neo4j:ann:{SECRET}@127.0.0.1:1",
)  # fmt: skip


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_NEO4J_USER", "ann")
    monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", SECRET)


def interlock(*arguments: str, **environment: str) -> str:
    """All that a command prints when it may print its trace; it must fail."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "INTERLOCK_DEBUG": "1", **environment},
    )  # fmt: skip
    assert done.returncode in (1, 2), done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("address", ADDRESSES)
def test_opening_a_store(address: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ExplorerError) as caught:
        open_store(address)
    error: BaseException | None = caught.value
    assert caught.value.hint
    while error is not None:
        assert SECRET not in f"{error} {error!r} {getattr(error, 'details', '')}"
        error = error.__cause__
    assert SECRET not in caplog.text
    assert not list(tmp_path.iterdir()), "an address is no folder"


@pytest.mark.parametrize("address", [ADDRESSES[0], ADDRESSES[1], ADDRESSES[6], ADDRESSES[8]])
def test_commands_with_their_trace_on(address: str) -> None:
    assert SECRET not in interlock("store", "status", INTERLOCK_STORE=address)
    assert SECRET not in interlock("copy", "--from", address, "--to", "here")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_pages_of_the_app(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_STORE", address)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not test.exception
    assert test.title[0].value in ("This did not work", "The store cannot be opened", "The store refused")
    assert SECRET not in str(test)
    assert SECRET not in str(dict(test.query_params))


@pytest.mark.parametrize(
    "text",
    [
        f'neo4j_password = "{SECRET}"\nstor = "x"', f'neo4j_password = "{SECRET}',
        f'neo4j_password = ["{SECRET}"]', f'neo4j_passwort = "{SECRET}"', f"neo4j_password = {SECRET}",
    ],
)  # fmt: skip
def test_a_settings_file_with_a_mistake(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERLOCK_NEO4J_PASSWORD")
    (tmp_path / "interlock.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.details} {caught.value.__cause__!r}"


def test_settings_print_no_secret() -> None:
    made = load_settings()
    assert made.neo4j_password is not None
    assert made.neo4j_password.get_secret_value() == SECRET
    for shown in (repr(made), str(made), str(made.model_dump()), made.model_dump_json()):
        assert SECRET not in shown


def test_exports_and_backups_hold_no_setting(embedded_store: EmbeddedStore, tmp_path: Path) -> None:
    embedded_store.upsert(Batch((Entity("a", "Alpha", "company"),)))
    service = SECRET.encode()
    for form in FORMATS.values():
        path = tmp_path / f"all{form.suffixes[0]}"
        export_store(embedded_store, path)
        assert service not in _all_bytes(path), form.id
    write_backup(embedded_store, tmp_path / "kept.zip")
    assert service not in _all_bytes(tmp_path / "kept.zip")


def _all_bytes(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_secret_of_a_shared_store_is_its_owners(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    previous = os.umask(0o000)
    try:
        with SharedStore(tmp_path / "store") as store:
            file = tmp_path / "store" / FILE
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            secret = json.loads(file.read_text(encoding="utf-8"))["secret"]
            store.upsert(Batch((Entity("a", "Alpha", "company"),)))
            told: list[Any] = [store.status(), store.location, store.log(), repr(store)]
            assert secret not in str(told)
            holder = (tmp_path / "store" / "holder.json").read_text(encoding="utf-8")
            assert secret not in holder
    finally:
        os.umask(previous)
    assert secret not in caplog.text
    assert not file.exists()


def test_the_driver_logs_no_password(neo4j_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Also with its log at its most talkative, for a password that is right and for one that is wrong."""
    caplog.set_level(logging.DEBUG, "neo4j")
    assert neo4j_server.password
    with Neo4jStore(neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password) as store:
        status = store.status()
    with pytest.raises(ExplorerError):
        Neo4jStore(neo4j_server.uri, user="nobody", password=SECRET)
    assert "LOGON" in caplog.text, "the log was on"
    assert SECRET not in caplog.text
    assert f"'{neo4j_server.password}'" not in caplog.text
    assert neo4j_server.password not in str(status)
