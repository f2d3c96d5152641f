"""Settings come from the environment, then a file, then defaults; secrets stay out of messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import open_store
from graph.errors import SettingsError
from graph.settings import DEFAULT_STORE, Settings, is_server, load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"INTERLOCK_{name.upper()}", raising=False)
    monkeypatch.delenv("INTERLOCK_SETTINGS", raising=False)


def test_defaults() -> None:
    assert load_settings() == Settings(store=str(DEFAULT_STORE))


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "interlock.toml").write_text('store = "neo4j://db"\nneo4j_user = "ann"\n', encoding="utf-8")
    monkeypatch.setenv("INTERLOCK_NEO4J_USER", "bob")
    settings = load_settings()
    assert (settings.store, settings.neo4j_user) == ("neo4j://db", "bob")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("store = ", "cannot be read"),
        ('stor = "x"', "stor"),
        ('timeout_s = "soon"', "timeout_s"),
        ("timeout_s = 0", "timeout_s"),
        ('heap = "lots"', "heap"),
        ('neo4j_password = 7', "neo4j_password"),
        ('read_only = "perhaps"', "read_only"),
        ('editors = [7]', "editors"),
        ('editor_claim = "editors"', "editor_claim"),
        ('login_hours = 0', "login_hours"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "interlock.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings()
    assert caught.value.hint


def test_editors_stand_in_a_list_or_in_one_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "interlock.toml").write_text(
        'editors = [" Ann@Example.org", "bob@example.org"]', encoding="utf-8"
    )
    assert load_settings().editors == ("ann@example.org", "bob@example.org")
    monkeypatch.setenv("INTERLOCK_EDITORS", "Cid@example.org,, dee@example.org ")
    assert load_settings().editors == ("cid@example.org", "dee@example.org")


def test_a_file_that_is_asked_for_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_SETTINGS", "nowhere.toml")
    with pytest.raises(SettingsError, match="nowhere"):
        load_settings()


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load_settings())
    monkeypatch.setenv("INTERLOCK_TIMEOUT_S", "never")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in f"{caught.value} {caught.value.details} {caught.value.__cause__}"


def test_addresses_and_folders() -> None:
    assert is_server("neo4j+s://db.example.org")
    assert is_server("bolt://localhost:7687")
    assert not is_server("/var/store")
    assert not is_server("C:\\store")
    with pytest.raises(SettingsError, match="http:"):
        open_store("http://localhost:7474")
