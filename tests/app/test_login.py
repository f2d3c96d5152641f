"""Signing in, as far as it can be told without a provider: whom the settings make an editor, what is asked for."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from graph.errors import EditRefused, SettingsError
from graph.model import Batch, Entity
from graph.settings import Settings, load_settings
from graph.store.embedded import EmbeddedStore
from tests.app.opening import APP, AppTest, app_on, said
from widgets import access, login

WHOLE = {
    "redirect_uri": "http://127.0.0.1:8501/oauth2callback", "cookie_secret": "x" * 32, "client_id": "i",
    "client_secret": "the-clients-own-secret", "server_metadata_url": "http://127.0.0.1:9/.well-known/openid-configuration",
}  # fmt: skip


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    embedded_store.upsert(Batch((Entity("a", "Alpha", "company"),)))
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def app(auth: dict[str, Any] | None = None) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=60)
    if auth is not None:
        test.secrets["auth"] = auth
    test.run()
    assert not test.exception, test.exception
    return test


def as_claims(monkeypatch: pytest.MonkeyPatch, **claims: Any) -> None:
    monkeypatch.setattr(login.st, "user", type("User", (), {"to_dict": staticmethod(lambda: claims)}))


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "Ann@Example.org ", "email_verified": True}, "ann@example.org"),
        ({"email": "ann@example.org", "email_verified": "true"}, "ann@example.org"),
        ({"email": "ann@example.org", "email_verified": False}, None),
        ({"email": "ann@example.org", "email_verified": "false"}, None),
        ({"email": "ann@example.org", "email_verified": 1}, None),
        ({"email": "ann@example.org", "email_verified": None}, None),
        ({"email": "ann@example.org"}, None),
        ({"email": ["ann@example.org"], "email_verified": True}, None),
        ({"email": "", "email_verified": True}, None),
        ({}, None),
    ],
)
def test_only_a_verified_address_counts(claims: dict[str, Any], email: str | None) -> None:
    found = login.person(claims)
    assert found.email == email
    assert login.is_editor(found, Settings(editors=("ann@example.org",))) is (email is not None)


def test_an_empty_address_is_no_editor() -> None:
    assert Settings.model_validate({"editors": " , ,"}).editors == ()
    assert not login.is_editor(login.person({"email": " ", "email_verified": True}), Settings())


@pytest.mark.parametrize(
    ("claims", "claim", "is_one"),
    [
        ({"groups": ["a", "editors"]}, "groups=editors", True),
        ({"groups": "editors"}, "groups=editors", True),
        ({"groups": "editors-not"}, "groups=editors", False),
        ({"groups": ["Editors"]}, "groups=editors", False),
        ({"groups": {"editors": True}}, "groups=editors", False),
        ({"groups": [["editors"]]}, "groups=editors", False),
        ({"groups": None}, "groups=None", False),
        ({}, "groups=editors", False),
        ({"realm": {"roles": ["x"]}}, "realm.roles=x", True),
        ({"realm": ["roles"]}, "realm.roles=x", False),
        ({"https://a.example/roles": ["x"]}, "https://a.example/roles=x", True),
        ({"cn": "a=b"}, "cn=a=b", True),
    ],
)
def test_a_claim_makes_an_editor_only_by_its_whole_value(
    claims: dict[str, Any], claim: str, is_one: bool
) -> None:
    assert login.is_editor(login.person(claims), Settings(editor_claim=claim)) is is_one


def test_names_for_the_screen() -> None:
    assert login.person({"name": " ", "preferred_username": "ann"}).name == "ann"
    assert login.person({"name": "A\u202eb\nc" + "x" * 99}).name.startswith("Ab c")
    assert login.person({}).name == "somebody"


@pytest.mark.parametrize(
    ("age_h", "inside"), [(0, True), (11.9, True), (12.1, False), (-1, False), (None, False), ("now", False)]
)
def test_how_long_a_sign_in_lasts(monkeypatch: pytest.MonkeyPatch, age_h: Any, inside: bool) -> None:
    at = time.time() - age_h * 3600 if isinstance(age_h, (int, float)) else age_h
    as_claims(monkeypatch, is_logged_in=True, iat=at, name="Ann")
    assert (login.signed_in(Settings()) is not None) is inside


@pytest.mark.parametrize("word", [False, None, "yes", 1])
def test_nobody_is_signed_in_unless_streamlit_says_so(monkeypatch: pytest.MonkeyPatch, word: Any) -> None:
    as_claims(monkeypatch, is_logged_in=word, iat=time.time(), name="Ann")
    assert login.signed_in(Settings()) is None


def test_viewers_are_refused_and_editors_are_not(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_EDITORS", "ann@example.org, bob@example.org")
    as_claims(monkeypatch, is_logged_in=True, iat=time.time(), email="vera@example.org", email_verified=True)
    assert not access.can_edit()
    with pytest.raises(EditRefused, match="You may look here") as refusal:
        access.must_edit()
    assert "editor" in refusal.value.hint
    as_claims(monkeypatch, is_logged_in=True, iat=time.time(), email="bob@example.org", email_verified=True)
    access.must_edit()
    assert access.who() == "bob@example.org"
    monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
    with pytest.raises(EditRefused, match="read-only"):
        access.must_edit()


@pytest.mark.parametrize("name", ["LOGIN=1", "EDITORS=ann@example.org", "EDITOR_CLAIM=groups=x"])
def test_without_a_provider_an_app_with_log_in_shows_nothing(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    key, _, value = name.partition("=")
    monkeypatch.setenv(f"INTERLOCK_{key}", value)
    test = app()
    text = said(test)
    assert "no provider is set up" in text
    assert "docs/login.md" in text
    assert "Alpha" not in text
    assert not test.metric
    assert not test.button


def test_a_provider_alone_asks_for_log_in(store: EmbeddedStore) -> None:
    test = app(WHOLE)
    assert [button.label for button in test.button] == ["Sign in"]
    assert "Alpha" not in said(test)
    assert not test.metric


def test_several_providers_have_a_button_each(store: EmbeddedStore) -> None:
    named = {key: WHOLE[key] for key in ("client_id", "client_secret", "server_metadata_url")}
    test = app({"redirect_uri": WHOLE["redirect_uri"], "cookie_secret": "x" * 32, "one": named, "two": named})
    assert [button.label for button in test.button] == ["Sign in with one", "Sign in with two"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cookie_secret": "short"}, "cookie_secret"),
        ({"redirect_uri": None}, "redirect_uri"),
        ({"client_id": None}, "No provider"),
        ({"server_metadata_url": None}, "No provider"),
    ],
)
def test_half_a_provider_is_a_message_and_lets_nobody_in(
    store: EmbeddedStore, change: dict[str, str | None], words: str
) -> None:
    auth = {key: value for key, value in {**WHOLE, **change}.items() if value is not None}
    test = app(auth)
    text = said(test)
    assert words in text
    assert "the-clients-own-secret" not in text
    assert "Alpha" not in text
    assert not test.button


def test_secrets_that_cannot_be_read_let_nobody_in(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An app that has lost its secrets must not open itself to everybody."""
    broken = tmp_path / "secrets.toml"
    broken.write_text('[auth]\nclient_secret = "the-clients-own-secret\n', encoding="utf-8")
    monkeypatch.setattr(st, "get_option", lambda name: [str(broken)] if name == "secrets.files" else None)
    with pytest.raises(SettingsError, match="cannot be read") as error:
        login.wanted(load_settings())
    assert "the-clients-own-secret" not in str(error.value)


def test_without_any_of_it_everybody_may_change(store: EmbeddedStore) -> None:
    assert "Sign out" not in [button.label for button in app().button]
    assert access.can_edit()
    assert access.who() is None
