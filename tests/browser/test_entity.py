"""The entity page and the first page in a real browser: tabs, links, the keyboard, a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def settled(page: Page) -> None:
    """The script behind the page has finished."""
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(1_000)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )


def test_tabs_stand_in_the_address_and_names_lead_on(page: Page) -> None:
    page.goto("/entity?id=cerebras&all=1")
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first).to_be_visible()
    expect(page.get_by_text("25 ties without a start date: not drawn")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=timeline"))
    page.reload()
    expect(page.get_by_text("1 to 40 of 61")).to_be_visible()
    page.get_by_role("tab", name="Money in and out").click()
    expect(page.get_by_text("are not added up")).to_be_visible()
    page.get_by_role("link", name="G42", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("G42")
    expect(page).to_have_url(re.compile(r"/entity\?(?=.*id=g42)(?=.*all=1)"))
    expect(page.get_by_text("Who supplies it").first).to_be_visible()


def test_a_date_without_ties_leads_to_the_first_one(page: Page) -> None:
    page.goto("/entity?id=cerebras&as_of=2010")
    page.get_by_role("button", name="Go to 2015").click()
    expect(page.get_by_text("Who founded, runs, directs or advises it").first).to_be_visible()
    expect(page).to_have_url(re.compile("as_of=2015"))


def test_the_search_field_has_the_cursor_and_slash_leads_back(page: Page) -> None:
    page.goto("/")
    search = page.get_by_label("Search", exact=True)
    expect(search).to_be_focused()
    settled(page)
    page.keyboard.type("cerebas")
    expect(page.get_by_text("spelling 1 letter off").first).to_be_visible()
    page.keyboard.press("ArrowRight")  # inside a word the arrows move the cursor, not the story
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()
    search.fill("")
    settled(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Step 2 of 5")).to_be_visible()
    expect(search).not_to_be_focused()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")


@pytest.mark.parametrize("tab", ["ties", "timeline", "money"])
def test_a_phone_shows_no_sideways_scroll(page: Page, tab: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/entity?id=openai&tab={tab}&all=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("OpenAI")
    settled(page)
    assert sideways(page) == 0
