"""Who may change something: everybody, unless the app is read-only or the person signed in is no editor."""

from __future__ import annotations

from graph.errors import EditRefused
from graph.settings import load_settings
from widgets.login import may_edit, signed_in, wanted

_READ_ONLY = "This app is read-only."
_VIEWER = "You may look here, and change nothing."


def can_edit() -> bool:
    """Whether whoever looks at this page may change something: load data, merge, save a query.

    ``INTERLOCK_READ_ONLY=1`` forbids it to everybody; where people sign in, only editors may.
    """
    return why_not() == ""


def why_not() -> str:
    """The sentence that tells why nothing may be changed; empty when it may."""
    settings = load_settings()
    if settings.read_only:
        return _READ_ONLY
    if wanted(settings) and not may_edit(settings):
        return _VIEWER
    return ""


def must_edit() -> None:
    """Stand before everything that writes: a hidden button is no guard.

    Raises:
        EditRefused: whoever looks at this page may change nothing.
    """
    reason = why_not()
    if not reason:
        return
    hint = (
        "Change it on the machine that holds the store, with the command line."
        if reason == _READ_ONLY
        else "Ask whoever runs this app to name you as an editor."
    )
    raise EditRefused(f"{reason} Nothing was changed.", hint=hint)


def who() -> str | None:
    """The verified address of whoever is signed in, for the log of decisions; None without log-in."""
    settings = load_settings()
    person = signed_in(settings) if wanted(settings) else None
    return person.email if person else None
