"""No page has a fault that axe-core calls serious or critical, in light or in dark; and no name runs or breaks a page."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from graph.model import Batch, Entity, Source, Tie
from graph.store.embedded import EmbeddedStore
from tests.browser.conftest import Watch, serving

pytestmark = pytest.mark.browser

ADDRESSES = (
    "/", "/?step=4", "/explore?id=cerebras", "/entity?id=cerebras&as_of=2024-06", "/entity?id=nobody",
    "/paths?from=openai&to=cerebras", "/dependencies?id=cerebras", "/ownership?id=coreweave", "/loops",
    "/boards", "/centrality", "/queries", "/queries?id=customers-of&company=cerebras&run=1", "/console",
    "/data", "/data?part=bring", "/imports", "/imports?part=list", "/duplicates", "/duplicates?part=decided",
    "/duplicates?part=merged", "/sources",
)  # fmt: skip
# Faults in what Streamlit itself draws, which no page of ours can mend; each with where it sits.
NOT_OURS: dict[str, tuple[str, ...]] = {
    "list": ("stSidebarNavItems",),  # the menu's sections stand as div in its ul
    "listitem": ("e1o1t1hb4", "stSidebarNav"),  # and the entries of a section in no list of their own
}


def faults(page: Page) -> list[str]:
    """Serious and critical faults that are ours: rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node['html'][:160]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if not any(where in str(node["target"]) + node["html"] for where in NOT_OURS.get(fault["id"], ()))
    ]


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(800)


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, app_url: str) -> Generator[Page]:
    """A browser whose user prefers light, or dark."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=app_url, color_scheme=request.param
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch = Watch(page)
    yield page
    context.close()
    assert watch.problems == []
    assert watch.hosts <= {app_url.removeprefix("http://"), ""}


def test_axe_finds_nothing_serious(themed: Page) -> None:
    found: dict[str, Any] = {}
    for address in ADDRESSES:
        opened(themed, address)
        if wrong := faults(themed):
            found[address] = wrong
    assert found == {}


HOSTILE = (
    "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $a$ :red[x] **b** `c` # d \u202e' OR 1=1 "
    + "W" * 300
)


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """An app on a store in which every text is an attack."""
    folder = tmp_path_factory.mktemp("hostile") / "store"
    entities = tuple(
        Entity(f"e{n}", f"{HOSTILE} {n}", kind, (HOSTILE,), None, None, (), HOSTILE)
        for n, kind in enumerate(("company", "person", "investor", "company"))
    )
    rest = {
        "status": "active",
        "role": HOSTILE,
        "round": HOSTILE,
        "product": HOSTILE,
        "note": HOSTILE,
        "sources": ("s",),
    }
    ties = (
        Tie("r1", "e1", "BOARD_MEMBER_OF", "e0", start_date="2020", **rest),
        Tie("r2", "e1", "BOARD_MEMBER_OF", "e3", start_date="2020", **rest),
        Tie("r3", "e2", "INVESTED_IN", "e0", start_date="2020", amount_usd=1_000_000, **rest),
        Tie(
            "r4",
            "e0",
            "SUPPLIES",
            "e3",
            start_date="2021",
            end_date="2021",
            share=0.8,
            share_basis="revenue",
            **rest,
        ),
        Tie("r5", "e3", "INVESTED_IN", "e0", start_date="2019", **rest),
        Tie("r6", "e2", "OWNS", "e0", start_date="2020", share=0.4, share_basis="equity", **rest),
    )
    with EmbeddedStore(folder) as store:
        store.upsert(
            Batch(entities, ties, (Source("s", HOSTILE, HOSTILE, None, "https://example.org/<b>"[:20]),))
        )
    with serving(folder) as url:
        yield url


def test_hostile_names_run_nothing_and_break_no_page(browser: Browser, hostile_url: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=hostile_url)
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch = Watch(page)
    for address in (
        "/", "/explore?id=e0", "/entity?id=e0", "/paths?from=e1&to=e2", "/dependencies?id=e0", "/ownership?id=e0",
        "/loops", "/boards", "/centrality", "/queries?id=customers-of&company=e0&run=1", "/data", "/sources",
        "/imports", "/imports?part=list", "/duplicates", "/duplicates?part=merged",
    ):  # fmt: skip
        opened(page, address)
        assert page.locator("img[src=x]").count() == 0, address
        assert page.locator("a[href^=javascript]").count() == 0, address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        assert page.get_by_text("This is our mistake").count() == 0, address
    context.close()
    assert watch.problems == []
    assert watch.hosts <= {hostile_url.removeprefix("http://"), ""}
