"""Opening a page under AppTest at an address, on a store that this process holds already."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from graph.store import Store
from widgets import data

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "app.py")
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $a$ :red[x] **b** `c` # d \u202e"


@contextmanager
def app_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Let the app use ``store``, with empty caches before and after."""
    monkeypatch.setattr(data, "opened", lambda place: store)
    _clear()
    yield
    _clear()


def _clear() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str, **query: str) -> AppTest:
    """The page ``views/<page>.py`` at an address; no exception may have reached the screen."""
    test = AppTest.from_file(APP, default_timeout=60)
    test.run()
    test.switch_page(f"views/{page}.py")
    for name, value in query.items():
        test.query_params[name] = value
    return again(test)


def again(test: AppTest) -> AppTest:
    """Run the script again and check that nothing was thrown."""
    test.run()
    assert not test.exception, test.exception
    return test


def said(test: AppTest) -> str:
    """All words of a page that are neither in widgets nor in tables, without escapes and what parts bare addresses."""
    kinds = (test.title, test.subheader, test.markdown, test.caption, test.info, test.warning, test.error)
    parts = [str(part.value) for kind in kinds for part in kind]
    parts += [str(part.value) for part in (*test.success, *test.code)]
    return (
        "\n".join([*parts, *(each.label for each in test.expander)]).replace("\\", "").replace("\u2060", "")
    )
