"""Dependencies in a real browser: shares are drawn and shared, a shock is set and read, on a phone too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def settled(page: Page) -> None:
    """The script behind the page has finished."""
    page.wait_for_timeout(400)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(400)


def seen(page: Page, text: str) -> None:
    """The text is on the page, now or as soon as it is computed."""
    expect(page.get_by_text(text).first).to_be_visible(timeout=30_000)


def sideways(page: Page) -> int:
    """By how many pixels the page could be scrolled to the right."""
    return page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )


def test_shares_are_drawn_and_the_choices_stand_in_the_address(page: Page) -> None:
    page.goto("/dependencies?id=cerebras")
    seen(page, "between 4,420 and 4,616")
    expect(page.locator("[data-testid=stEChartsChart]").first).to_be_visible(timeout=30_000)
    page.get_by_text("Assume the 10 % rule").click()
    page.get_by_text("2024-01 to 2024-06", exact=True).click()
    seen(page, "between 7,569 and 7,678")
    settled(page)
    assert "floor=1" in page.url
    assert "period=2024-01" in page.url
    page.reload()
    seen(page, "between 7,569 and 7,678")


def test_a_start_without_a_company_leads_to_one(page: Page) -> None:
    page.goto("/dependencies")
    page.get_by_role("link", name=re.compile("Cerebras Systems")).first.click()
    seen(page, "between 4,420 and 4,616")
    settled(page)
    assert "id=cerebras" in page.url


def test_a_shock_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/dependencies?id=cerebras&part=what-if&gone=g42")
    seen(page, "Cerebras Systems loses 24 % of its revenue")
    expect(page.locator("[data-testid=stVegaLiteChart]").first).to_be_visible(timeout=30_000)
    settled(page)
    assert sideways(page) == 0
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    seen(page, "Nothing is cut")
    settled(page)
    assert "cut=0" in page.url
    assert sideways(page) == 0
