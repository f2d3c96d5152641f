"""What people come for, from end to end: find and expand, walk by keyboard alone, ten at once, a fresh browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch
from tests.browser.test_walk import settled

pytestmark = pytest.mark.browser


def test_search_entity_expand_undo(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Search", exact=True).fill("coreweav")
    page.get_by_role("link", name="CoreWeave").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CoreWeave")
    settled(page)
    page.get_by_role("link", name="Add to canvas").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Explore")
    count = page.get_by_text(re.compile(r"^\d+ of \d+ entities")).first
    expect(count).to_be_visible()
    settled(page)
    before = count.inner_text()
    page.get_by_role("combobox", name=re.compile("Selected")).fill("NVIDIA")
    page.get_by_role("option", name=re.compile("^NVIDIA")).first.click()
    expect(page.get_by_role("heading", level=4)).to_have_text("NVIDIA")
    page.get_by_role("button", name=re.compile("^Expand")).click()
    page.get_by_role("button", name=re.compile(r"^All \(")).click()
    expect(count).not_to_have_text(before)
    settled(page)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(count).to_have_text(before)


def focused(page: Page) -> str:
    return page.evaluate(
        "document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''"
    )


def tab_to(page: Page, text: str, *, most: int = 60) -> None:
    """Press the tab key until what has the focus reads like ``text``."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if text in focused(page):
            return
    raise AssertionError(f"the tab key does not reach {text!r}")


def test_from_search_to_a_path_without_a_mouse(page: Page) -> None:
    page.goto("/")
    field = page.get_by_label("Search", exact=True)
    expect(field).to_be_focused()
    settled(page)
    page.keyboard.type("cerebas")
    expect(page.get_by_text("spelling 1 letter off").first).to_be_visible()
    settled(page)
    tab_to(page, "Cerebras Systems")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cerebras Systems")
    settled(page)
    tab_to(page, "Path to here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Influence paths")
    settled(page)
    tab_to(page, "From")
    page.keyboard.type("Sam Altman")
    expect(page.get_by_role("option", name=re.compile("^Sam Altman")).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^1\. Sam Altman → Cerebras Systems")).first).to_be_visible()
    expect(page).to_have_url(re.compile("from=sam-altman.*to=cerebras|to=cerebras.*from=sam-altman"))


def test_ten_browsers_at_once_each_see_their_own(browser: Browser, app_url: str) -> None:
    asked = {
        "openai": "OpenAI", "nvidia": "NVIDIA", "cerebras": "Cerebras Systems", "g42": "G42", "xai": "xAI",
        "anthropic": "Anthropic", "coreweave": "CoreWeave", "tsmc": "TSMC", "tesla": "Tesla", "oracle": "Oracle",
    }  # fmt: skip
    contexts = [browser.new_context(base_url=app_url, viewport={"width": 1440, "height": 900}) for _ in asked]
    pages = [context.new_page() for context in contexts]
    watches = [Watch(page) for page in pages]
    for page, entity in zip(pages, asked, strict=True):
        page.goto(f"/entity?id={entity}", wait_until="commit")  # all of them before any has its answer
    for page, name in zip(pages, asked.values(), strict=True):
        expect(page.get_by_role("heading", level=1)).to_have_text(name, timeout=90_000)
    for page, entity in zip(pages, asked, strict=True):
        page.goto(f"/dependencies?id={entity}", wait_until="commit")
    for page, name in zip(pages, asked.values(), strict=True):
        expect(page.get_by_text(re.compile(f"customers of {name}|revenue of {name}")).first).to_be_visible(
            timeout=90_000
        )
    for context in contexts:
        context.close()
    assert [watch.problems for watch in watches] == [[] for _ in watches]
