"""Signing in by OpenID Connect: off unless asked for; who is signed in, and what that person may do."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from graph.errors import FeatureMissing, SettingsError
from graph.settings import Settings, load_settings
from widgets.text import md, plain

_NEEDED = ("client_id", "client_secret", "server_metadata_url")
_SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in.

    Attributes:
        name: for the screen; an address the provider did not verify may stand here.
        email: in small letters; None unless the provider says that it is verified.
        claims: what the provider said of the person, its signature checked by Streamlit.
    """

    name: str
    email: str | None
    claims: Mapping[str, Any]


def wanted(settings: Settings) -> bool:
    """Whether pages are for those alone who are signed in.

    So they are when the settings ask for it or name editors, and when a provider is set up: an app that has
    lost its secrets must not open itself to everybody.

    Raises:
        SettingsError: there is a secrets file that cannot be read.
    """
    return settings.asks_login or bool(_provider_section())


def let_in() -> bool:
    """Whether whoever looks at this page may see it: always, where nobody need sign in."""
    settings = load_settings()
    return not wanted(settings) or signed_in(settings) is not None


def signed_in(settings: Settings) -> Person | None:
    """Who is signed in; None when nobody is, or has been for longer than the settings allow."""
    claims: dict[str, Any] = dict(st.user.to_dict())
    if claims.get("is_logged_in") is not True:
        return None
    since = claims.get("iat")
    # Streamlit keeps its cookie for 30 days and looks at no date in it.
    if not isinstance(since, (int, float)) or not -300 <= time.time() - since <= settings.login_hours * 3600:
        return None
    return person(claims)


def person(claims: Mapping[str, Any]) -> Person:
    """The person that claims describe; only an address that the provider verified is one.

    >>> person({"email": "Ann@Example.org", "email_verified": True}).email
    'ann@example.org'
    >>> person({"email": "ann@example.org"}).email is None
    True
    """
    said = claims.get("email")
    verified = claims.get("email_verified")
    # Some providers write the truth as text.
    sure = verified is True or (isinstance(verified, str) and verified.casefold() == "true")
    email = said.strip().casefold() if isinstance(said, str) and sure else ""
    names = (claims.get(key) for key in ("name", "preferred_username", "email", "sub"))
    name = next((each for each in names if isinstance(each, str) and each.strip()), "somebody")
    return Person(plain(name, 60), email or None, claims)


def may_edit(settings: Settings) -> bool:
    """Whether whoever is signed in is an editor by the settings; nobody is when they name none."""
    found = signed_in(settings)
    return found is not None and is_editor(found, settings)


def is_editor(found: Person, settings: Settings) -> bool:
    """Whether the address or a claim of a person makes an editor."""
    if found.email is not None and found.email in settings.editors:
        return True
    if settings.editor_claim is None:
        return False
    name, _, value = settings.editor_claim.partition("=")
    held = _claim(found.claims, name.strip())
    return value.strip() in _texts(held)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, which may have dots in it, or lead through claims of claims."""
    if name in claims:
        return claims[name]
    first, dot, rest = name.partition(".")
    inner = claims.get(first)
    return _claim(inner, rest) if dot and isinstance(inner, Mapping) else None


def _texts(held: Any) -> list[str]:
    if isinstance(held, str):
        return [held]
    return [each for each in held if isinstance(each, str)] if isinstance(held, (list, tuple)) else []


def sign_in_page() -> None:
    """All that somebody sees who is not signed in.

    Raises:
        SettingsError, FeatureMissing: log-in is asked for and cannot work; with the next step.
    """
    providers = _providers()
    st.title("Interlock")
    st.write("Sign in to see this graph.")
    for name in providers:
        label = "Sign in" if name is None else f"Sign in with {md(name, 60)}"
        if st.button(label, type="primary", icon=":material/login:", key=f"login-{name or 'default'}"):
            st.login(name) if name else st.login()
    hours = load_settings().login_hours
    st.caption(f"Your organisation's provider asks for the password, not this app. It is asked again after {hours:g} hours.")  # fmt: skip


def sign_out_button() -> None:
    """Who is signed in and in which role, with the way out, below the menu."""
    settings = load_settings()
    found = signed_in(settings) if wanted(settings) else None
    if found is None:
        return
    with st.sidebar:
        role = "editor" if is_editor(found, settings) and not settings.read_only else "viewer"
        st.caption(f"Signed in as {md(found.name, 60)}, {role}")
        if st.button("Sign out", icon=":material/logout:", key="logout"):
            st.logout()


def _provider_section() -> Mapping[str, Any]:
    """The section ``[auth]`` of Streamlit's secrets, empty when there is none."""
    try:
        section = st.secrets.get("auth", {})
    except StreamlitSecretNotFoundError:
        files: list[str] = st.get_option("secrets.files")
        there = [path for path in files if Path(path).exists()]
        if not there:
            return {}
        # The reason may quote a line of the file, so it is not told.
        raise SettingsError(
            f"The secrets file {there[0]} cannot be read.",
            hint="Mend its TOML, see docs/login.md; nobody is let in until then.",
        ) from None
    return section if isinstance(section, Mapping) else {}


def _providers() -> list[str | None]:
    """Names of the providers that are set up; None is the one without a name."""
    section = _provider_section()
    if not section:
        raise SettingsError(
            "Log-in is asked for, and no provider is set up.",
            hint="Write the section [auth] into .streamlit/secrets.toml: docs/login.md shows it.",
        )
    secret = section.get("cookie_secret")
    if "redirect_uri" not in section or not isinstance(secret, str) or len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"The section [auth] needs redirect_uri, and a cookie_secret of {_SHORTEST_SECRET} characters or more.",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'",
        )
    found: list[str | None] = [None] if all(key in section for key in _NEEDED) else []
    found += [
        str(name)
        for name, inner in section.items()
        if isinstance(inner, Mapping) and all(key in inner for key in _NEEDED)
    ]
    if not found:
        raise SettingsError(
            "No provider in the section [auth] is whole.", hint=f"Each needs {', '.join(_NEEDED)}."
        )
    _check_packages()
    return found


def _check_packages() -> None:
    # Looked for, not imported: the log-in itself runs in Streamlit's server.
    if any(find_spec(name) is None for name in ("authlib", "httpx")):
        raise FeatureMissing(
            "Log-in needs packages that are not installed.",
            hint="Install them with: pip install authlib httpx",
        )
